// What an account is in the market's pool of enforcers, and under which terms.

import type { HexString } from 'dedot/utils';
import { capacityOf, membershipOf, poolOf, termsOf } from './pool.ts';
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

export async function readMember(at: Chain, who: HexString, now: Timestamp): Promise<Member> {
    const pool = await poolOf(at);
    const [{ terms }, capacity, membership, [ledger], [rest], [opened], profile] = await Promise.all([
        termsOf(at, pool),
        capacityOf(at, pool),
        membershipOf(at, pool, who),
        at.cells.obligation.at('members', [[pool, who]]),
        at.cells.obligation.at('accounts', [who]),
        at.cells.obligation.at('pools', [pool]),
        at.reputation.query.reputationProfile(who),
    ]);
    const since = opened?.opened ?? 0n;
    const epoch = now > since ? (now - since) / terms.epoch : 0n;
    return {
        pool,
        terms,
        capacity,
        membership,
        ledger,
        rest,
        profile: profile.data,
        epoch,
        epochEnds: since + (epoch + 1n) * terms.epoch,
    };
}
