// Who acts: accounts of wallets in this browser and, on a chain for trying things out, its development accounts.

import { computed, signal } from '@preact/signals';
import type { IKeyringPair, Injected, InjectedSigner, InjectedWindow } from 'dedot/types';
import type { HexString } from 'dedot/utils';
import type { Chain } from '../chain/session.ts';
import { lendNames, raw } from '../words/accounts.ts';
import { onRemembered, remembered, remember } from '../words/memory.ts';

export interface Acting {
    id: HexString;
    address: string;
    name: string;
    /// The wallet that it is of, or `development`.
    source: string;
    /// The one chain that the wallet keeps it for, if it does.
    only?: string | undefined;
    /// What signs: a wallet, or a key that everybody knows.
    signer: InjectedSigner | IKeyringPair;
}

const ME = 'acting';
const WALLETS = 'wallets';
export const DEVELOPMENT = 'development';
/// A wallet puts itself into the page a little after the page is there.
const PATIENCE_MS = 400;

export const accounts = signal<Acting[]>([]);
const chosen = signal<string | undefined>(undefined);
/// What a wallet said when it was asked, by wallet.
export const refused = signal<string | undefined>(undefined);

const keyOf = ({ source, id }: Pick<Acting, 'source' | 'id'>): string => `${source}/${id}`;

/// The account that acts, if one was chosen.
export const me = computed(() => accounts.value.find((account) => keyOf(account) === chosen.value));

export function act(account: Acting | undefined): void {
    chosen.value = account && keyOf(account);
    remember(ME, chosen.value ?? null);
}

/// The wallets that this browser has.
export const wallets = (): string[] => Object.keys((window as unknown as InjectedWindow).injectedWeb3 ?? {});

const asked = (): string[] => {
    const list = remembered(WALLETS);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
};

function replace(source: string, fresh: Acting[]): void {
    accounts.value = [...accounts.value.filter((account) => account.source !== source), ...fresh];
    lendNames(fresh.map(({ id, name }) => [id, name]));
}

/// Asks a wallet for its accounts; it asks whoever sits here.
export async function useWallet(source: string): Promise<void> {
    refused.value = undefined;
    try {
        const provider = (window as unknown as InjectedWindow).injectedWeb3[source];
        const injected: Injected | undefined = await provider?.enable?.('Atomic Obligation');
        if (!injected) throw new Error('it does not answer');
        const see = (list: { address: string; name?: string; genesisHash?: string | null }[]): void => {
            const known = list.map(({ address, name, genesisHash }) => ({
                address,
                name: name ?? source,
                genesisHash,
            }));
            replace(
                source,
                known.map(({ address, name, genesisHash }) => ({
                    id: raw(address),
                    address,
                    name,
                    source,
                    only: genesisHash ?? undefined,
                    signer: injected.signer,
                })),
            );
        };
        see(await injected.accounts.get());
        injected.accounts.subscribe(see);
        remember(WALLETS, [...new Set([...asked(), source])]);
    } catch (error) {
        refused.value = `${source} gave no accounts: ${error instanceof Error ? error.message : String(error)}`;
    }
}

async function development(names: string[]): Promise<void> {
    const { derive } = await import('./development.ts');
    replace(DEVELOPMENT, names.map(derive));
}

const NAMES = 'development-names';
export const DEVELOPERS = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];
const further = (): string[] => {
    const list = remembered(NAMES);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
};

/// One more development account, such as Faye.
export async function addDeveloper(name: string): Promise<void> {
    remember(NAMES, [...new Set([...further(), name])]);
    await development([...DEVELOPERS, ...further()]);
}

/// Once the chain is known: who acted last acts again.
export async function begin(chain: Chain): Promise<void> {
    const kept = remembered(ME);
    chosen.value = typeof kept === 'string' ? kept : undefined;
    onRemembered(ME, () => {
        const elsewhere = remembered(ME);
        chosen.value = typeof elsewhere === 'string' ? elsewhere : undefined;
    });
    if (chain.development) await development([...DEVELOPERS, ...further()]);
    await new Promise((resolve) => setTimeout(resolve, wallets().length > 0 ? 0 : PATIENCE_MS));
    await Promise.all(
        asked()
            .filter((source) => wallets().includes(source))
            .map(useWallet),
    );
}
