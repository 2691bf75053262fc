// One account's record in the pool, and in the reputation contract.

import { evaluate, judgement, type Judged } from '../../actions/upkeep.ts';
import { Act } from '../../actions/button.tsx';
import { now } from '../../chain/clock.ts';
import { latched, lineOf, membershipOf, poolOf, termsOf } from '../../chain/pool.ts';
import type { Chain } from '../../chain/session.ts';
import type { Ledger, Membership, Profile, Rest, Terms } from '../../chain/types.ts';
import { OP } from '../../formulas/standing.ts';
import { Account, Away, Bar, Facts, Moment, Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { address, same } from '../../words/accounts.ts';
import { ops, points } from '../../words/amounts.ts';
import { StandingBadge, standingMeaning, stateWords } from '../../words/standing.tsx';
import { counted } from '../../words/text.ts';

/// `safe_until` of whoever cannot be Banned.
const NEVER = 0xffff_ffff_ffff_ffffn;

interface Found {
    pool: number;
    terms: Terms;
    cell: Ledger;
    membership: Membership;
    account: Rest | undefined;
    /// Its place in the line, the first is 1; 0 if it does not wait.
    place: number;
    judged: Judged;
}

interface Everything {
    profile: Profile;
    tier: number;
    member: Found | undefined;
}

async function read(at: Chain, who: string): Promise<Everything> {
    const pool = await poolOf(at);
    const [{ data: profile }, { data: tier }, membership, [cell]] = await Promise.all([
        at.reputation.query.reputationProfile(who),
        at.reputation.query.reputationTier(who),
        membershipOf(at, pool, who),
        at.cells.obligation.at('members', [[pool, who]]),
    ]);
    if (!membership || !cell) return { profile, tier, member: undefined };
    const [{ terms }, [account], line] = await Promise.all([
        termsOf(at, pool),
        at.cells.obligation.at('accounts', [who]),
        lineOf(at, pool),
    ]);
    const judged = {
        who,
        latched: latched(cell),
        terms,
        bond: membership.bond,
        unlocked: profile.balance - profile.locked,
        next: cell.state === 'Seated' ? line[0] : undefined,
    };
    const place = line.findIndex((one) => same(one, who)) + 1;
    return { profile, tier, member: { pool, terms, cell, membership, account, place, judged } };
}

export function Record({ who }: { who: string }) {
    const found = useReading((at) => read(at, who), [who]);
    if (!found) return <p class="quiet">Reading its record…</p>;
    if ('why' in found) return <Notice tone="bad">Its record cannot be read: {found.why}.</Notice>;
    const { profile, tier, member } = found.value;
    return (
        <>
            {member ? (
                <InPool who={who} member={member} />
            ) : (
                <Notice>It never was a member of this pool: it has no record, and nothing is due of it.</Notice>
            )}
            <section>
                <h2>Reputation</h2>
                <Facts
                    of={[
                        ['Account', <code>{address(who)}</code>],
                        ['Has', points(profile.balance)],
                        ['Available', `${points(profile.available)}${profile.frozen ? ', because it rests' : ''}`],
                        ['Locked', `${points(profile.locked)}, as bonds`],
                        ['Tier', tier === 0 ? 'below the first' : String(tier)],
                        ['Earned, over its life', points(profile.earned)],
                        ['Spent', points(profile.spent)],
                        ['Slashed', points(profile.slashed)],
                        profile.owed > 0n && (['Owed, not minted', points(profile.owed)] as const),
                        ['Open places', String(profile.holds)],
                    ]}
                />
                <p class="quiet small">
                    What it does in the market is on <a href={`#/account/${address(who)}`}>its account’s page</a>.
                </p>
            </section>
        </>
    );
}

function InPool({ who, member }: { who: string; member: Found }) {
    const { membership: is, judged, pool } = member;
    const counts = is.state === 'Seated';
    return (
        <>
            <section aria-labelledby="judge">
                <h2 id="judge">
                    Standing now: <StandingBadge standing={is.standing} />
                </h2>
                <p>
                    <Account who={who} /> {stateWords(is.state)}. {standingMeaning(is.standing)}
                </p>
                <Missing of={member} />
                {is.standing !== judged.latched && (
                    <Notice tone={is.standing === 'Banned' ? 'bad' : 'wait'}>
                        Nobody has had it judged: it is {is.standing}, and still counts as {judged.latched}.
                    </Notice>
                )}
                {counts && (
                    <>
                        <p>If somebody evaluates it now:</p>
                        <ul>
                            {judgement(judged, is.standing).map((change) => (
                                <li key={change}>{change}</li>
                            ))}
                        </ul>
                        <Act intent={() => evaluate(pool, judged)} />
                    </>
                )}
                {!counts && <p class="quiet">Only who has a seat is judged: nothing falls due of the others.</p>}
            </section>
            <Numbers member={member} />
        </>
    );
}

/// How much is missing, on the way to both buffers.
function Missing({ of: { membership, terms } }: { of: Found }) {
    const [missing, ban] = [Number(membership.deficit / OP), terms.banBuffer];
    return (
        <p class="missing">
            <Bar
                part={Math.min(missing, ban + 1)}
                of={ban + 1}
                label={`${missing} of ${ban + 1} ops missing to a ban`}
                tone={missing > ban ? 'bad' : missing > terms.throttleBuffer ? 'wait' : 'open'}
            />
            <span>
                <b>{ops(membership.deficit)} missing</b>: Throttled above {terms.throttleBuffer}, Banned above {ban}.
            </span>
        </p>
    );
}

function Numbers({ member: { membership: is, terms, cell, account, place } }: { member: Found }) {
    const limit = cell.throttled ? terms.throttledLimit : terms.healthyLimit;
    return (
        <section>
            <h2>As the chain counts it</h2>
            <Facts
                of={[
                    ['Seen', ops(is.seen)],
                    ['Required', `${ops(is.required)}, one of each ${terms.denominator} seen`],
                    ['Declared', ops(is.declared)],
                    ['Missing', `${ops(is.deficit)}, open commitments counted as declared`],
                    ['Hands in use', `${is.open} of ${counted(limit, 'commitment')}`],
                    ['Bond', points(is.bond)],
                    ['Safe', <Safe until={is.safeUntil} />],
                    is.seatSince > 0n && (['Seat since', <Moment at={is.seatSince} />] as const),
                    is.state === 'Waiting' && (['Place in the line', String(place)] as const),
                    is.ended > 0n && (['Gave up a seat', <Moment at={is.ended} />] as const),
                    cell.cooledAt > now.value &&
                        !['Seated', 'Waiting'].includes(is.state) &&
                        (['Cooling down until', <Moment at={cell.cooledAt} />] as const),
                    cell.enrolled && (['Enrolled', 'by the pool’s operator'] as const),
                    account?.frozen && (['Can come back', <Away at={account.restsUntil} />] as const),
                    account?.lastFreeze !== undefined &&
                        (['Last rest began', <Moment at={account.lastFreeze} />] as const),
                ]}
            />
        </section>
    );
}

function Safe({ until }: { until: bigint }) {
    if (until === 0n) return <>no: it is Banned</>;
    if (until >= NEVER) return <>nothing can have it banned</>;
    return until <= now.value ? (
        <>not beyond now, if it declares nothing</>
    ) : (
        <>
            until <Moment at={until} />, <Away at={until} />, whatever is seen
        </>
    );
}
