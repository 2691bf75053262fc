// Who acts: accounts of wallets in this browser and, on a chain for trying things out, its development accounts.

import { computed, signal } from '@preact/signals';
import type { IKeyringPair, Injected, InjectedSigner, InjectedWindow } from 'dedot/types';
import { u8aToHex, type HexString } from 'dedot/utils';
import type { Chain } from '../chain/session.ts';
import { address, lendNames, raw } from '../words/accounts.ts';
import { onRemembered, remembered, remember } from '../words/memory.ts';

export interface Acting {
    id: HexString;
    address: string;
    name: string;
    /// The wallet that it is of, or `development`.
    source: string;
    /// The one chain that the wallet keeps it for, if it does.
    only?: string | undefined;
    /// What signs: a wallet, or a key that everybody knows and that is derived when it is needed.
    signer: InjectedSigner | (() => Promise<IKeyringPair>);
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

/// The accounts of every chain for trying things out: written down, as to derive them takes longer than to read a market.
const DEVELOPERS: Readonly<Record<string, HexString>> = {
    Alice: '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d',
    Bob: '0x8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48',
    Charlie: '0x90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22',
    Dave: '0x306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20',
    Eve: '0xe659a7a1628cdd93febc04a4e0646ea20e9f5f0ce097d9a05290d4a9e054df4e',
    Ferdie: '0x1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c',
};

const keyOfDeveloper = async (name: string): Promise<IKeyringPair> => (await import('./development.ts')).derive(name);

async function development(): Promise<void> {
    const more = further().map(async (name) => [name, u8aToHex((await keyOfDeveloper(name)).publicKey)] as const);
    const known = [...Object.entries(DEVELOPERS), ...(await Promise.all(more))];
    replace(
        DEVELOPMENT,
        known.map(([name, id]) => {
            const signer = () => keyOfDeveloper(name);
            return { id, address: address(id), name, source: DEVELOPMENT, signer };
        }),
    );
}

const NAMES = 'development-names';
const further = (): string[] => {
    const list = remembered(NAMES);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
};

/// One more development account, such as Faye.
export async function addDeveloper(name: string): Promise<void> {
    if (!(name in DEVELOPERS)) remember(NAMES, [...new Set([...further(), name])]);
    await development();
}

/// Once the chain is known: who acted last acts again.
export async function begin(chain: Chain): Promise<void> {
    const kept = remembered(ME);
    chosen.value = typeof kept === 'string' ? kept : undefined;
    onRemembered(ME, () => {
        const elsewhere = remembered(ME);
        chosen.value = typeof elsewhere === 'string' ? elsewhere : undefined;
    });
    if (chain.development) await development();
    await new Promise((resolve) => setTimeout(resolve, wallets().length > 0 ? 0 : PATIENCE_MS));
    await Promise.all(
        asked()
            .filter((source) => wallets().includes(source))
            .map(useWallet),
    );
}
