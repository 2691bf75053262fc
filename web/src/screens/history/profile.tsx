// What an account has done since the history begins, in every role.

import { AccountId32 } from 'dedot/codecs';
import type { ComponentChildren } from 'preact';
import { roleName } from '../../chain/roles.ts';
import type { Asset, MemberState } from '../../chain/types.ts';
import { profile as profileFile, type Profile as Known } from '../../history/documents.ts';
import { optional } from '../../history/files.ts';
import { usePast } from '../../history/reading.ts';
import { Facts, Moment, Notice } from '../../parts/basic.tsx';
import { raw } from '../../words/accounts.ts';
import { amount, points } from '../../words/amounts.ts';
import { coherenceWords, mean } from '../../history/figures.ts';
import { StandingBadge, stateWords } from '../../words/standing.tsx';
import { counted, listed, shown } from '../../words/text.ts';
import { Begins } from './begins.tsx';
import { Log } from './log.tsx';
import { Months } from './months.tsx';

/// The prefix that the index writes all addresses with.
const PREFIX = 42;

export function Profile({ path: [, who = ''] }: { path: string[] }) {
    const folder = `accounts/${new AccountId32(raw(who)).address(PREFIX)}`;
    const found = usePast(() => optional(`${folder}.json`, profileFile), [folder]);
    if (!found) return <p class="quiet">Reading its history…</p>;
    if ('why' in found) return <Notice tone="bad">Its history cannot be read: {found.why}.</Notice>;
    const of = found.value;
    return (
        <>
            {of ? (
                <>
                    <Provider of={of} />
                    <Enforcer of={of} />
                    <Months of={of.months} />
                    <Requester of={of} />
                    <Others of={of} />
                    <Log folder={folder} count={of.log} linked />
                </>
            ) : (
                <p class="quiet">The history knows nothing of this account.</p>
            )}
            <Begins />
        </>
    );
}

/// Amounts of several assets in one line.
const sums = (of: readonly (readonly [Asset, bigint])[]): string | undefined =>
    of.length > 0 ? listed(of.map(([asset, many]) => amount(many, asset))) : undefined;

type Fact = readonly [string, ComponentChildren] | undefined | false;

/// A number of something, if there is one.
const some = (name: string, many: number | bigint, said: ComponentChildren = String(many)): Fact =>
    many > 0 && [name, said];

function Provider({ of: { provider: is } }: { of: Known }) {
    if (is.places + is.offers + is.submissions + is.noShows === 0) return null;
    const earned = sums(is.earned.map(([asset, { pay }]) => [asset, pay]));
    const losses = is.earned.filter(([, { forfeited }]) => forfeited > 0n);
    const lost = sums(losses.map(([asset, { forfeited }]) => [asset, forfeited]));
    return (
        <section>
            <h2>As a provider</h2>
            <Facts
                of={[
                    some('Places', is.places),
                    some('Offers', is.offers),
                    ['Delivered', `${counted(is.submissions, 'submission')}, ${is.judged} of them judged`],
                    some(
                        'Mean median',
                        is.quorum,
                        `${mean(is.medians, is.quorum)}, of ${is.quorum} that a quorum judged`,
                    ),
                    some('Good enough for pay', is.judged, `${is.weighty} of ${is.judged}`),
                    some('Duplicates', is.duplicates),
                    some('Places without a delivery', is.noShows),
                    earned !== undefined && ['Earned', earned],
                    lost !== undefined && ['Deposits forfeited', lost],
                ]}
            />
        </section>
    );
}

function InPool({ state, since }: { state: MemberState; since: bigint | undefined }) {
    return (
        <>
            It {stateWords(state)}
            {since !== undefined && (
                <>
                    , since <Moment at={since} />
                </>
            )}
        </>
    );
}

function Enforcer({ of: { enforcer: is } }: { of: Known }) {
    if (!is.state && is.committed === 0) return null;
    const earned = sums(is.earned);
    return (
        <section>
            <h2>As an enforcer</h2>
            <Facts
                of={[
                    is.state && ['In the pool', <InPool state={is.state} since={is.since?.time} />],
                    ['Reviews', `${is.committed} committed to, ${is.judged} of them with a verdict`],
                    some('Coherence', is.judged, coherenceWords(is)),
                    some('Bans', is.bans),
                    some('Bonds burnt', is.bondBurnt, points(is.bondBurnt)),
                    some('Slashed', is.slashed, points(is.slashed)),
                    earned !== undefined && ['Earned', earned],
                ]}
            />
            {is.standings.length > 0 && (
                <>
                    <h3>Standings that were latched</h3>
                    <ul class="plain">
                        {is.standings.toReversed().map(([time, standing], at) => (
                            <li key={at}>
                                <StandingBadge standing={standing} /> <Moment at={time} />
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </section>
    );
}

function Requester({ of: { requester: is } }: { of: Known }) {
    if (is.posted === 0) return null;
    return (
        <section>
            <h2>As a requester</h2>
            <Facts
                of={[
                    ['Posted', counted(is.posted, 'request')],
                    some('Settled', is.settled),
                    some('Withdrawn', is.withdrawn),
                    ['Put in escrow', sums(is.spent.map(([asset, { escrowed }]) => [asset, escrowed]))],
                    ['Costs', sums(is.spent.map(([asset, { costs }]) => [asset, costs]))],
                    ['Got back', sums(is.spent.map(([asset, { returned }]) => [asset, returned]))],
                ]}
            />
        </section>
    );
}

/// "market 0" is the manager of the market.
function roleWords(role: string): string {
    const [contract = '', number = ''] = role.split(' ');
    return `${roleName(Number(number))} in ${shown(contract)}`;
}

function Others({ of: { roles, keeper, first, last } }: { of: Known }) {
    return (
        <section>
            <h2>Besides</h2>
            <Facts
                of={[
                    some('Roles', roles.length, listed(roles.map(roleWords))),
                    some('Bans that it called', keeper.bans, `${keeper.bans}, for ${points(keeper.reward)}`),
                    ['First seen', <Moment at={first.time} />],
                    ['Seen last', <Moment at={last.time} />],
                ]}
            />
        </section>
    );
}
