// What an account is in the market's pool of enforcers, and under which terms.

import type { HexString } from 'dedot/utils';
import type { Chain } from './session.ts';
import type { Capacity, Ledger, Membership, Profile, Rest, Terms, Timestamp } from './types.ts';

export interface Member {
    pool: number;
    terms: Terms;
    capacity: Capacity;
    /// Undefined for whoever never was a member.
    membership: Membership | undefined;
    /// Its cell: when it may check in or enlist again.
    ledger: Ledger | undefined;
    rest: Rest | undefined;
    profile: Profile;
    /// The number of the pool's present epoch, and when it ends.
    epoch: bigint;
    epochEnds: Timestamp;
}

interface Answer<T> {
    isOk: boolean;
    value?: T;
}

/// What a message answered; fails if it was refused.
function taken<T>(answer: Answer<T>, what: string): T {
    if (!answer.isOk || answer.value === undefined) throw new Error(`the ${what} cannot be read`);
    return answer.value;
}

const poolOf = async (at: Chain): Promise<number> => (await at.cells.market.value('opening'))?.pool ?? 0;

export async function readMember(at: Chain, who: HexString, now: Timestamp): Promise<Member> {
    const pool = await poolOf(at);
    const { query } = at.obligation;
    const [terms, capacity, membership, [ledger], [rest], [opened], profile] = await Promise.all([
        query.obligationTerms(pool),
        query.obligationCapacity(pool),
        query.obligationMembership(pool, who),
        at.cells.obligation.at('members', [[pool, who]]),
        at.cells.obligation.at('accounts', [who]),
        at.cells.obligation.at('pools', [pool]),
        at.reputation.query.reputationProfile(who),
    ]);
    const [present] = taken(terms.data as Answer<[Terms, unknown]>, 'terms of the pool');
    const since = opened?.opened ?? 0n;
    const epoch = now > since ? (now - since) / present.epoch : 0n;
    const answer = membership.data as Answer<Membership>;
    return {
        pool,
        terms: present,
        capacity: taken(capacity.data as Answer<Capacity>, 'capacity of the pool'),
        membership: answer.isOk ? answer.value : undefined,
        ledger,
        rest,
        profile: profile.data,
        epoch,
        epochEnds: since + (epoch + 1n) * present.epoch,
    };
}
