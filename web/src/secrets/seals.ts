// What opens a seal, kept in this browser from before the seal is sent, and handed out as a file: in the format of the
// private file that `atomic` keeps beside its deployment, which imports it.

import { encodeAddress, hexToU8a, u8aToHex, type HexString } from 'dedot/utils';
import { seal } from '../formulas/hashes.ts';
import type { Chain } from '../chain/session.ts';
import type { Submission } from '../chain/types.ts';
import { raw } from '../words/accounts.ts';
import { remembered, remember } from '../words/memory.ts';

const FORMAT = 2;
const PREFIX = 42;
const SALT_BYTES = 32;

export interface KeptSeal {
    request: number;
    provider: HexString;
    content: HexString;
    /// Bytes, as the chain will have them.
    uri: HexString;
    salt: HexString;
}

const key = ({ genesis, marketId }: Chain): string => `seals/${genesis}/${marketId}`;

const isKept = (value: unknown): value is KeptSeal => {
    const { request, provider, content, uri, salt } = (value ?? {}) as Partial<Record<keyof KeptSeal, unknown>>;
    return (
        typeof request === 'number' &&
        [provider, content, uri, salt].every((hex) => typeof hex === 'string' && /^0x[0-9a-f]*$/.test(hex))
    );
};

export function keptSeals(chain: Chain): KeptSeal[] {
    const list = remembered(key(chain));
    return Array.isArray(list) ? list.filter(isKept) : [];
}

export const hashOf = ({ uri, ...kept }: KeptSeal): HexString => seal({ ...kept, uri: hexToU8a(uri) });

/// A new salt for a file; nothing is kept yet.
export const freshSeal = (file: Omit<KeptSeal, 'salt'>): KeptSeal => ({
    ...file,
    salt: u8aToHex(crypto.getRandomValues(new Uint8Array(SALT_BYTES))),
});

/// Keeps what opens these seals. One that was kept and never sent does no harm: the chain says which one counts.
export function keep(chain: Chain, seals: readonly KeptSeal[]): boolean {
    const hashes = new Set(seals.map(hashOf));
    remember(key(chain), [...keptSeals(chain).filter((other) => !hashes.has(hashOf(other))), ...seals]);
    const kept = new Set(keptSeals(chain).map(hashOf));
    return [...hashes].every((hash) => kept.has(hash));
}

/// What opens a submission, if this browser has it.
export function opens(chain: Chain, { seal: its, provider }: Submission): KeptSeal | undefined {
    return its === undefined
        ? undefined
        : keptSeals(chain).find((kept) => kept.provider === raw(provider) && hashOf(kept) === its);
}

const decoder = new TextDecoder();

/// All seals that are kept for this market, as the private file of `atomic` has them.
export function asFile(chain: Chain): string {
    const deliveries = keptSeals(chain).map(({ request, provider, content, uri, salt }) => ({
        request,
        provider: encodeAddress(provider, PREFIX),
        content,
        uri: decoder.decode(hexToU8a(uri)),
        salt,
    }));
    const market = encodeAddress(chain.marketId, PREFIX);
    return `${JSON.stringify({ format: FORMAT, markets: [{ genesis: chain.genesis, market, reviews: [], deliveries }] }, null, 2)}\n`;
}
