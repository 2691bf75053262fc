// What anyone may do for the pool now: members to be judged, seats to be filled, terms and policies to be written down, and
// reputation to be minted. As `atomic keeper` finds it.

import type { Judged } from '../actions/upkeep.ts';
import { now } from './clock.ts';
import { capacityOf, latched, lineOf, membersOf, membershipOf, poolOf, termsOf } from './pool.ts';
import type { Chain } from './session.ts';
import type { Account, Standing } from './types.ts';

export interface Care {
    pool: number;
    /// Those whose standing is not what was latched, the Banned first.
    changed: (Judged & { standing: Standing })[];
    /// How many accounts can get a seat.
    seats: number;
    terms: boolean;
    policy: boolean;
    /// Who is owed reputation that is not minted yet, in points.
    owed: { who: Account; amount: bigint }[];
}

async function changedOf(at: Chain, pool: number): Promise<Care['changed']> {
    const seated = (await membersOf(at, pool)).filter(({ cell }) => cell.state === 'Seated');
    const judged = await Promise.all(
        seated.map(async ({ who, cell }) => {
            const is = await membershipOf(at, pool, who.raw);
            return is && is.standing !== latched(cell) ? { who, is, before: latched(cell) } : undefined;
        }),
    );
    const changed = judged.filter((one) => one !== undefined);
    if (changed.length === 0) return [];
    const [{ terms }, line, profiles] = await Promise.all([
        termsOf(at, pool),
        lineOf(at, pool),
        Promise.all(changed.map(({ who }) => at.reputation.query.reputationProfile(who))),
    ]);
    let next = 0;
    return changed
        .map(({ who, is, before }, index) => {
            const { balance, locked } = profiles[index]!.data;
            const after = is.standing === 'Banned' ? line[next++] : undefined;
            return {
                who,
                latched: before,
                standing: is.standing,
                terms,
                bond: is.bond,
                unlocked: balance - locked,
                next: after,
            };
        })
        .sort((one, other) => Number(other.standing === 'Banned') - Number(one.standing === 'Banned'));
}

async function owedOf(at: Chain): Promise<Care['owed']> {
    const all = await at.cells.reputation.entries<'accounts', Account>('accounts');
    return all.flatMap(([who, { owed, frozen }]) => {
        const amount = owed.reduce((sum, [, points]) => sum + points, 0n);
        return amount > 0n && !frozen ? [{ who, amount }] : [];
    });
}

export async function care(at: Chain): Promise<Care> {
    const pool = await poolOf(at);
    const [changed, capacity, [counters], pending, owed] = await Promise.all([
        changedOf(at, pool),
        capacityOf(at, pool),
        at.cells.obligation.at('counters', [pool]),
        at.cells.market.value('pending'),
        owedOf(at),
    ]);
    const reached = (due: bigint | undefined): boolean => due !== undefined && due <= now.value;
    return {
        pool,
        changed,
        seats: Math.min(capacity.waiting, Math.max(0, capacity.seats - capacity.active)),
        terms: reached(counters?.due),
        policy: reached(pending?.[1]),
        owed,
    };
}
