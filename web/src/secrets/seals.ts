// What opens a seal: a salt of the account's key, for this file at this address. It is kept here from before the seal is
// sent; on another device the key and the file find it again.

import { signal } from '@preact/signals';
import { hexToU8a, type HexString } from 'dedot/utils';
import { seal, sealSalt } from '../formulas/hashes.ts';
import type { Chain } from '../chain/session.ts';
import type { Submission } from '../chain/types.ts';
import { raw } from '../words/accounts.ts';
import { all, onTold, put, tell } from './database.ts';
import { allKeys } from './keys.ts';

export interface KeptSeal {
    request: number;
    provider: HexString;
    content: HexString;
    /// Bytes, as the chain will have them.
    uri: HexString;
    salt: HexString;
}

interface Record_ extends KeptSeal {
    id: string;
    genesis: HexString;
    market: HexString;
}

/// All seals that this browser keeps, of every market; undefined until they are read.
const kept = signal<readonly Record_[] | undefined>(undefined);

const isRecord = (value: unknown): value is Record_ => {
    const record = (value ?? {}) as Partial<Record<keyof Record_, unknown>>;
    const { request, id, ...hex } = record;
    const texts = [hex.provider, hex.content, hex.uri, hex.salt, hex.genesis, hex.market];
    return (
        typeof request === 'number' &&
        typeof id === 'string' &&
        texts.every((text) => typeof text === 'string' && /^0x[0-9a-f]*$/.test(text))
    );
};

export async function readSeals(): Promise<void> {
    kept.value = (await all('seals')).filter(isRecord);
}

/// Whether it is known which there are.
export const sealsRead = (): boolean => kept.value !== undefined;

export const keptSeals = ({ genesis, marketId }: Chain): KeptSeal[] =>
    (kept.value ?? []).filter((one) => one.genesis === genesis && one.market === marketId);

export const hashOf = ({ uri, ...rest }: KeptSeal): HexString => seal({ ...rest, uri: hexToU8a(uri) });

/// What seals a file with this key.
export function sealed(at: Chain, key: HexString, file: Omit<KeptSeal, 'salt'>): KeptSeal {
    const { request, provider, content, uri } = file;
    const place = { genesis: at.genesis, market: at.marketId };
    return { ...file, salt: sealSalt(key, place, request, provider, content, hexToU8a(uri)) };
}

/// Keeps what opens these seals. One that was kept and never sent does no harm: the chain says which one counts.
export async function keepSeals(at: Chain, seals: readonly KeptSeal[]): Promise<void> {
    const { genesis, marketId: market } = at;
    const records = seals.map((one): Record_ => ({
        ...one,
        id: `${genesis}/${market}/${hashOf(one)}`,
        genesis,
        market,
    }));
    await put('seals', records);
    await readSeals();
    tell();
}

/// What opens a submission, if this browser has it.
export function opens(at: Chain, { seal: its, provider }: Submission): KeptSeal | undefined {
    return its === undefined
        ? undefined
        : keptSeals(at).find((one) => one.provider === raw(provider) && hashOf(one) === its);
}

/// Which of these seals a file makes with a key of this account, and what opens it.
export function foundByFile(
    at: Chain,
    file: Omit<KeptSeal, 'salt'>,
    submissions: readonly Submission[],
): KeptSeal | undefined {
    const seals = new Set(submissions.map((one) => one.seal));
    return allKeys(file.provider)
        .map((key) => sealed(at, key, file))
        .find((one) => seals.has(hashOf(one)));
}

onTold(() => void readSeals());
