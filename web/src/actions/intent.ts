// What somebody wants to do: one message of one of the contracts, with what the page says about it.

import type {
    ContractCallResult,
    ContractCallOptions,
    ContractTxOptions,
    GenericContractCallResult,
} from 'dedot/contracts';
import type { ISubmittableExtrinsic } from 'dedot/types';
import type { Chain } from '../chain/session.ts';
import type { Told } from '../chain/live.ts';
import type { MarketContractApi, ObligationContractApi, ReputationContractApi } from '../chain/types.ts';

interface Apis {
    market: MarketContractApi;
    obligation: ObligationContractApi;
    reputation: ReputationContractApi;
}

export type ContractName = keyof Apis;

/// The messages that are named, without the index signature that dedot puts beside them.
export type MessageName<C extends ContractName> = Extract<
    keyof { [M in keyof Apis[C]['tx'] as string extends M ? never : M]: true },
    string
>;
type Arguments<F> = F extends (...args: infer All) => unknown
    ? All extends [...infer Mine, ContractTxOptions?]
        ? Mine
        : never
    : never;

export interface Words {
    /// What the button says: "Take a place".
    title: string;
    /// What will be different, one thing a line.
    changes: string[];
    /// What is sent along, in smallest units of the chain's currency.
    value?: bigint;
    /// What else will be different, by what the contract answered when it was tried.
    would?: (answer: unknown) => string[];
    /// What to do once it is in a block.
    done?: (events: Told[]) => void;
}

export interface Intent extends Words {
    contract: ContractName;
    message: string;
    dryRun(chain: Chain, options: ContractCallOptions): Promise<GenericContractCallResult<unknown, ContractCallResult>>;
    transaction(chain: Chain, options: ContractTxOptions): ISubmittableExtrinsic & { hash: `0x${string}` };
}

type Query = (...args: unknown[]) => ReturnType<Intent['dryRun']>;
type Tx = (...args: unknown[]) => ReturnType<Intent['transaction']>;

/// `intent('market', 'marketSignal', [3, 1], { title: 'Take a place', changes: [] })`
export function intent<C extends ContractName, M extends MessageName<C>>(
    contract: C,
    message: M,
    args: Arguments<Apis[C]['tx'][M]>,
    words: Words,
): Intent {
    const list = args as unknown[];
    return {
        ...words,
        contract,
        message: message as string,
        dryRun: (chain, options) => (chain[contract].query[message] as unknown as Query)(...list, options),
        transaction: (chain, options) => (chain[contract].tx[message] as unknown as Tx)(...list, options),
    };
}
