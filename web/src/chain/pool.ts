// The enforcers' pool and its members, as the obligation contract counts them.

import type { Result } from 'dedot/codecs';
import { raw } from '../words/accounts.ts';
import type { Chain } from './session.ts';
import type { Account, Capacity, Ledger, Membership, Proposal, Standing } from './types.ts';

/// What a contract answers that may refuse; a refusal is an exception here.
export async function answered<T, E>(asked: Promise<{ data: Result<T, E> }>): Promise<T> {
    const { data } = await asked;
    if (data.isErr) throw new Error(JSON.stringify(data.err));
    return data.value;
}

const numbers = new WeakMap<Chain, Promise<number>>();

/// The number of the market's pool; fails if the market was never opened.
export function poolOf(at: Chain): Promise<number> {
    const known = numbers.get(at);
    if (known) return known;
    const asked = at.cells.market.value('opening').then((opening) => {
        if (!opening) throw new Error('this market is not open yet');
        return opening.pool;
    });
    asked.catch(() => numbers.delete(at));
    numbers.set(at, asked);
    return asked;
}

export const termsOf = (at: Chain, pool: number): Promise<Proposal> =>
    answered(at.obligation.query.obligationTerms(pool)).then(([terms, schedule]) => ({ terms, schedule }));

export const capacityOf = (at: Chain, pool: number): Promise<Capacity> =>
    answered(at.obligation.query.obligationCapacity(pool));

/// Undefined for whoever was never a member.
export async function membershipOf(at: Chain, pool: number, who: string): Promise<Membership | undefined> {
    const { data } = await at.obligation.query.obligationMembership(pool, who);
    return data.isErr ? undefined : data.value;
}

export interface Member {
    who: Account;
    cell: Ledger;
}

/// What was latched last.
export const latched = ({ state, throttled }: Ledger): Standing =>
    state === 'Banned' ? 'Banned' : throttled ? 'Throttled' : 'Healthy';

/// Everybody who is, or was, a member of this pool.
export async function membersOf(at: Chain, pool: number): Promise<Member[]> {
    const all = await at.cells.obligation.entries<'members', [number, Account]>('members');
    return all.filter(([[number]]) => number === pool).map(([[, who], cell]) => ({ who, cell }));
}

/// A waiting line is asked for in pages of this many.
const PAGE = 64;
const MOST_PAGES = 16;

/// Who waits, the first in line first, as far as a thousand or so.
export async function lineOf(at: Chain, pool: number): Promise<Account[]> {
    const line: Account[] = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
        const from = line.at(-1);
        const next = await answered(at.obligation.query.obligationWaiting(pool, from, PAGE));
        line.push(...(from ? next.filter((who) => raw(who) !== raw(from)) : next));
        if (next.length < PAGE) break;
    }
    return line;
}
