// One random review key an account, from which every salt is derived. It never leaves this browser but in the words or the
// file that somebody saves; two tabs do not make two, because a transaction of the database decides; and one that another
// takes the place of still opens what was made with it.

import { effect, signal } from '@preact/signals';
import { u8aToHex, type HexString } from 'dedot/utils';
import { me } from '../wallet/wallet.ts';
import { onTold, tell, within } from './database.ts';

const KEY_BYTES = 32;

export interface ReviewKey {
    account: HexString;
    key: HexString;
    /// Those that were used here before another was restored.
    earlier: HexString[];
    /// Whether somebody has shown that it is kept elsewhere, too.
    saved: boolean;
}

/// The keys of this browser by account, as far as they are read; `none` where there is none yet.
export const keys = signal<ReadonlyMap<HexString, ReviewKey | 'none'>>(new Map());
/// Why this browser keeps no keys, if it does not.
export const unkept = signal<string | undefined>(undefined);

const isHex = (value: unknown): value is HexString => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value);

const isKey = (value: unknown): value is ReviewKey => {
    const { account, key, earlier, saved } = (value ?? {}) as Partial<Record<keyof ReviewKey, unknown>>;
    return isHex(account) && isHex(key) && Array.isArray(earlier) && earlier.every(isHex) && typeof saved === 'boolean';
};

const note = (account: HexString, found: ReviewKey | 'none'): void => {
    keys.value = new Map(keys.value).set(account, found);
};

/// Changes an account's key in one transaction; `change` gets what is there and answers what is to be there.
async function change(account: HexString, to: (present: ReviewKey | undefined) => ReviewKey): Promise<ReviewKey> {
    const result = await within<ReviewKey>('keys', 'readwrite', (kept, answer) => {
        const reading = kept.get(account);
        reading.onsuccess = () => {
            const present: unknown = reading.result;
            const next = to(isKey(present) ? present : undefined);
            if (next !== present) kept.put(next);
            answer(next);
        };
    });
    note(account, result);
    tell();
    return result;
}

/// Reads the key of an account; makes none.
export async function readKey(account: HexString): Promise<void> {
    const found = await within<unknown>('keys', 'readonly', (kept, answer) => {
        const reading = kept.get(account);
        reading.onsuccess = () => answer(reading.result);
    });
    note(account, isKey(found) ? found : 'none');
}

const fresh = (account: HexString): ReviewKey => ({
    account,
    key: u8aToHex(crypto.getRandomValues(new Uint8Array(KEY_BYTES))),
    earlier: [],
    saved: false,
});

/// The key of an account, made now if there is none.
export const keyFor = (account: HexString): Promise<ReviewKey> =>
    change(account, (present) => present ?? fresh(account));

/// Somebody has shown that this key is kept elsewhere, too.
export function markSaved(account: HexString, key: HexString): Promise<ReviewKey> {
    void navigator.storage?.persist?.().catch(() => false);
    return change(account, (present) => {
        if (present?.key !== key) throw new Error('another tab has taken another key meanwhile');
        return { ...present, saved: true };
    });
}

/// Takes up a key that was saved elsewhere.
export const restoreKey = (account: HexString, key: HexString): Promise<ReviewKey> =>
    change(account, (present) => {
        const before = present ? [present.key, ...present.earlier] : [];
        return { account, key, earlier: [...new Set(before)].filter((one) => one !== key), saved: true };
    });

/// All keys that may have made something of this account, the present one first.
export const allKeys = (account: HexString): HexString[] => {
    const found = keys.value.get(account);
    return found && found !== 'none' ? [found.key, ...found.earlier] : [];
};

/// The key to make secrets with: only one that is kept elsewhere, too.
export function savedKey(account: HexString): HexString | undefined {
    const found = keys.value.get(account);
    return found && found !== 'none' && found.saved ? found.key : undefined;
}

onTold(() => {
    for (const account of keys.value.keys()) void readKey(account);
});

effect(() => {
    const who = me.value?.id;
    if (who) void readKey(who).catch((error: unknown) => (unkept.value = String(error)));
});
