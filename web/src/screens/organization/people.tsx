// Who is in the pool, and what everybody has earned: members by standing, tiers, profiles.

import { latched, membersOf, poolOf, type Member } from '../../chain/pool.ts';
import type { Chain } from '../../chain/session.ts';
import type { Account, MemberState, ReputationContractApi } from '../../chain/types.ts';
import type { AccountRow } from '../../history/documents.ts';
import { coherenceWords } from '../../history/figures.ts';
import { usePast } from '../../history/reading.ts';
import { everyRow } from '../../history/rows.ts';
import { Notice } from '../../parts/basic.tsx';
import { useReading, valueOf } from '../../parts/reading.ts';
import { to } from '../../router.ts';
import { address, nameOf } from '../../words/accounts.ts';
import { decimal, points } from '../../words/amounts.ts';
import { StandingBadge, stateWords } from '../../words/standing.tsx';
import { counted } from '../../words/text.ts';
import { Begins } from '../history/begins.tsx';
import { coherence, type Coherence } from './coherence.ts';

type Held = NonNullable<
    Awaited<ReturnType<ReputationContractApi['types']['RootStorage']['accounts']['accounts']['get']>>
>;

interface Profile {
    who: Account;
    held: Held;
    available: bigint;
    tier: number;
    reviews: Coherence | undefined;
}

interface Everybody {
    members: Member[];
    tiers: bigint[];
    profiles: Profile[];
}

async function read(at: Chain): Promise<Everybody> {
    const [members, tiers, accounts, reviewed] = await Promise.all([
        poolOf(at).then((pool) => membersOf(at, pool)),
        at.cells.reputation.value('tiers'),
        at.cells.reputation.entries<'accounts', Account>('accounts'),
        coherence(at),
    ]);
    const thresholds = tiers ?? [];
    const profiles = accounts.map(([who, held]) => {
        const available = held.frozen ? 0n : held.balance - held.locked;
        const tier = thresholds.filter((threshold) => threshold <= available).length;
        return { who, held, available, tier, reviews: reviewed.get(who.raw) };
    });
    profiles.sort((one, other) => Number(other.held.balance - one.held.balance));
    return { members, tiers: thresholds, profiles };
}

export function People() {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading who is there…</p>;
    if ('why' in found) return <Notice tone="bad">Who is there cannot be read: {found.why}.</Notice>;
    const { members, tiers, profiles } = found.value;
    return (
        <>
            <Members members={members} />
            <Tiers tiers={tiers} profiles={profiles} />
            <Profiles profiles={profiles} />
        </>
    );
}

const ORDER: readonly MemberState[] = ['Seated', 'Waiting', 'Frozen', 'Banned', 'Left'];
const TITLES: Readonly<Record<MemberState, string>> = {
    Seated: 'With a seat',
    Waiting: 'In line',
    Frozen: 'At rest',
    Banned: 'Banned',
    Left: 'Left',
};

function Members({ members }: { members: Member[] }) {
    return (
        <section>
            <h2>Members</h2>
            {members.length === 0 && <p class="quiet">Nobody has enlisted so far.</p>}
            {ORDER.map((state) => {
                const some = members.filter(({ cell }) => cell.state === state);
                return (
                    some.length > 0 && (
                        <div key={state}>
                            <h3>
                                {TITLES[state]}: {some.length}
                            </h3>
                            <ul class="names">
                                {some.map(({ who, cell }) => (
                                    <li key={who.raw} title={stateWords(state)}>
                                        <a href={to(`standing/${address(who)}`)}>{nameOf(who)}</a>{' '}
                                        {state === 'Seated' && <StandingBadge standing={latched(cell)} />}
                                    </li>
                                ))}
                            </ul>
                        </div>
                    )
                );
            })}
            <p class="quiet small">Standings as they were latched last.</p>
        </section>
    );
}

function Tiers({ tiers, profiles }: { tiers: bigint[]; profiles: Profile[] }) {
    const steps = [0n, ...tiers];
    return (
        <section>
            <h2>Tiers</h2>
            <ul class="plain">
                {steps.map((from, tier) => (
                    <li key={tier}>
                        <b>{tier === 0 ? 'Below the first' : `Tier ${tier}`}</b>
                        {tier > 0 && `, from ${points(from)} available`}:{' '}
                        {counted(profiles.filter((profile) => profile.tier === tier).length, 'account')}
                    </li>
                ))}
            </ul>
        </section>
    );
}

const COLUMNS = ['Available', 'Locked', 'Owed', 'Earned', 'Spent', 'Slashed'] as const;

function numbers({ held, available }: Profile): bigint[] {
    const owed = held.owed.reduce((sum, [, amount]) => sum + amount, 0n);
    return [available, held.locked, owed, held.earned, held.spent, held.slashed];
}

/// Of all reviews since the history begins, if there is one.
const coherentEver = (row: AccountRow | undefined): string => (row?.judged ? coherenceWords(row) : 'none judged');

function coherent({ reviews }: Profile): string {
    if (!reviews) return 'none known';
    const { revealed, agreed, missed } = reviews;
    return `${agreed} of ${revealed} coherent${missed > 0 ? `, ${missed} not revealed` : ''}`;
}

function Profiles({ profiles }: { profiles: Profile[] }) {
    const past = valueOf(usePast(everyRow, []));
    return (
        <section>
            <h2>Profiles</h2>
            <div class="scroll" tabIndex={0} role="region" aria-label="Profiles">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">Account</th>
                            <th scope="col" class="number">
                                Tier
                            </th>
                            {COLUMNS.map((name) => (
                                <th key={name} scope="col" class="number">
                                    {name}
                                </th>
                            ))}
                            <th scope="col">Reviews</th>
                        </tr>
                    </thead>
                    <tbody>
                        {profiles.map((profile) => (
                            <tr key={profile.who.raw}>
                                <td>
                                    <a href={to(`standing/${address(profile.who)}`)}>{nameOf(profile.who)}</a>
                                </td>
                                <td class="number">{profile.tier || '–'}</td>
                                {numbers(profile).map((amount, at) => (
                                    <td key={COLUMNS[at]} class="number">
                                        {decimal(amount, 0)}
                                    </td>
                                ))}
                                <td>{past ? coherentEver(past.get(profile.who.raw)) : coherent(profile)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            <p class="quiet small">
                In points. Earned, spent and slashed are those of an account’s whole life; reviews are{' '}
                {past
                    ? 'all that have a verdict, those of requests that the chain has forgotten too.'
                    : 'those of requests that the chain still knows: their history begins where storage was freed.'}
            </p>
            {past && <Begins />}
        </section>
    );
}
