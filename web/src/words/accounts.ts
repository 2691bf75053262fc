// Names of accounts: those that whoever sits here gave, those of a wallet, those of a chain for trying things out.

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { AccountId32, type AccountId32Like } from 'dedot/codecs';
import type { HexString } from 'dedot/utils';
import { chain } from '../chain/session.ts';
import { remembered, remember } from './memory.ts';
import { shown } from './text.ts';

const KEY = 'names';
const DEFAULT_PREFIX = 42;
const MOST_LETTERS = 40;

const read = (): ReadonlyMap<string, string> => {
    const kept = remembered(KEY);
    const entries = kept && typeof kept === 'object' ? Object.entries(kept) : [];
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
};

/// Names that were given here, by account.
export const given = signal(read());
/// Names that the wallets, or a chain for trying things out, give.
export const lent = signal<ReadonlyMap<string, string>>(new Map());

export const raw = (account: AccountId32Like): HexString => new AccountId32(account).raw;

export function address(account: AccountId32Like): string {
    return new AccountId32(account).address(chain.value?.prefix ?? DEFAULT_PREFIX);
}

/// "5Grwva…oHGKut": enough to tell accounts apart at a glance, not to trust one.
export const short = (account: AccountId32Like): string => address(account).replace(/^(.{6}).*(.{6})$/, '$1…$2');

const names = new Map<HexString, ReadonlySignal<string>>();

function named(key: HexString): ReadonlySignal<string> {
    const known = names.get(key);
    if (known) return known;
    const fresh = computed(() => {
        const name = given.value.get(key) ?? lent.value.get(key);
        return name ? shown(name.slice(0, MOST_LETTERS)) : short(key);
    });
    names.set(key, fresh);
    return fresh;
}

/// An account's name or, if it has none, its address in short. Computed once for each account, and told only when it is another.
export const nameOf = (account: AccountId32Like): string => named(raw(account)).value;

export function giveName(account: AccountId32Like, name: string): void {
    const next = new Map(given.value);
    if (name.trim()) next.set(raw(account), name.trim());
    else next.delete(raw(account));
    given.value = next;
    remember(KEY, Object.fromEntries(next));
}

export function lendNames(names: Iterable<[HexString, string]>): void {
    lent.value = new Map([...lent.value, ...names]);
}

export const same = (one: AccountId32Like | undefined, other: AccountId32Like | undefined): boolean =>
    one !== undefined && other !== undefined && raw(one) === raw(other);
