// Several things in one signature, each tried by itself: `utility.batchAll`, where the chain has that pallet. All of it
// happens, or none.

import type { ContractCallResult, GenericContractCallResult } from 'dedot/contracts';
import { chain, type Chain } from '../chain/session.ts';
import { me } from '../wallet/wallet.ts';
import { refusal } from '../words/errors.ts';
import type { Intent, Words } from './intent.ts';

type Result = GenericContractCallResult<unknown, ContractCallResult>;

interface Weight {
    refTime: bigint;
    proofSize: bigint;
}

interface Batching {
    batchAll(calls: unknown[]): ReturnType<Intent['transaction']>;
}

/// A part of a block is left to others, and to what the batch itself takes.
const [OURS, OF] = [9n, 10n];
const MARGIN = 10n;
const more = (amount: bigint): bigint => amount + amount / MARGIN;

/// Whether several messages can be signed for at once on this chain.
export const canBatch = (at: Chain): boolean =>
    at.client.metadata.latest.pallets.some(({ name }) => name === 'Utility');

const why = (intent: Intent, { data }: Result): string | undefined => {
    const answer = (data ?? {}) as { isErr?: boolean; err?: unknown };
    return answer.isErr ? refusal(intent.contract, answer.err).meaning : undefined;
};

interface Tried {
    weight: Weight;
    deposit: bigint;
}

async function tried(at: Chain, caller: string, intent: Intent): Promise<Tried> {
    const result = await intent.dryRun(at, { caller, value: intent.value ?? 0n });
    const refused = why(intent, result);
    if (refused) throw new Error(`${intent.title}: ${refused}`);
    const { gasRequired, storageDeposit } = result.raw;
    return {
        weight: { refTime: more(gasRequired.refTime), proofSize: more(gasRequired.proofSize) },
        deposit: storageDeposit.type === 'Charge' ? storageDeposit.value : -storageDeposit.value,
    };
}

const sum = (all: readonly Tried[]): Tried => ({
    weight: {
        refTime: all.reduce((total, { weight }) => total + weight.refTime, 0n),
        proofSize: all.reduce((total, { weight }) => total + weight.proofSize, 0n),
    },
    deposit: all.reduce((total, { deposit }) => total + deposit, 0n),
});

/// These as one.
export function together(intents: readonly Intent[], words: Pick<Words, 'title' | 'done'>): Intent {
    const [first] = intents;
    if (!first) throw new Error('nothing is to be done');
    if (intents.length === 1) return { ...first, ...words };
    let weights: Tried[] = [];
    return {
        ...words,
        contract: first.contract,
        message: intents.map(({ message }) => message).join('+'),
        changes: intents.flatMap(({ changes }) => changes),
        value: intents.reduce((total, { value = 0n }) => total + value, 0n),
        async dryRun(at, { caller = '' }) {
            weights = await Promise.all(intents.map((intent) => tried(at, String(caller), intent)));
            const { weight, deposit } = sum(weights);
            const storageDeposit = {
                type: deposit < 0n ? 'Refund' : 'Charge',
                value: deposit < 0n ? -deposit : deposit,
            };
            return { data: {}, raw: { gasRequired: weight, storageDeposit } } as unknown as Result;
        },
        transaction(at) {
            const calls = intents.map((intent, index) => {
                const { weight, deposit = 0n } = weights[index] ?? {};
                const limit = deposit > 0n ? { storageDepositLimit: more(deposit) } : {};
                const options = { gasLimit: weight, value: intent.value ?? 0n, ...limit };
                return (intent.transaction(at, options) as unknown as { call: unknown }).call;
            });
            return (at.client.tx.utility as unknown as Batching).batchAll(calls);
        },
    };
}

export interface Fitting {
    /// Those that can be done now, and fit into a block together.
    now: Intent[];
    /// Those for which there is no room in this one.
    later: Intent[];
    /// Those that are refused, each in words.
    refused: string[];
}

/// Which of these can be done now, and how many of them at once.
export async function fitting(intents: readonly Intent[]): Promise<Fitting> {
    const [at, who] = [chain.value, me.value];
    if (!at || !who) return { now: [], later: [], refused: [] };
    const results = await Promise.all(
        intents.map((intent) =>
            tried(at, who.address, intent).then(
                (found) => ({ intent, found }),
                (error: unknown) => ({ intent, why: error instanceof Error ? error.message : String(error) }),
            ),
        ),
    );
    const most = room(at);
    const [now, later, refused]: [Intent[], Intent[], string[]] = [[], [], []];
    let used: Weight = { refTime: 0n, proofSize: 0n };
    for (const result of results) {
        if ('why' in result) {
            refused.push(result.why);
            continue;
        }
        const next = sum([{ weight: used, deposit: 0n }, result.found]).weight;
        const fits = next.refTime <= most.refTime && next.proofSize <= most.proofSize;
        if (now.length > 0 && (!fits || !canBatch(at))) later.push(result.intent);
        else {
            now.push(result.intent);
            used = next;
        }
    }
    return { now, later, refused };
}

function room(at: Chain): Weight {
    const { maxExtrinsic, maxTotal } = at.client.consts.system.blockWeights.perClass.normal;
    const most = maxExtrinsic ?? maxTotal ?? { refTime: 0n, proofSize: 0n };
    return { refTime: (most.refTime * OURS) / OF, proofSize: (most.proofSize * OURS) / OF };
}
