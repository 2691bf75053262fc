// A request's conditions, and a long deal's.

import { Act } from '../../actions/button.tsx';
import { giveNotice } from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import type { Whole } from '../../chain/store.ts';
import type { Engagement, RequestSpec } from '../../chain/types.ts';
import {
    isSealed,
    maxReviews,
    presentEnds,
    presentPeriod,
    reviewFrom,
    commits,
    reveals,
} from '../../formulas/windows.ts';
import { Account, Away, Bar, Facts, Moment } from '../../parts/basic.tsx';
import { me } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { amount } from '../../words/amounts.ts';
import { awardWords, duplicatesWords } from '../../words/phases.ts';
import { counted } from '../../words/text.ts';
import { lasting } from '../../words/times.ts';

const points = (many: bigint): string => counted(many, 'point of reputation', 'points of reputation');

/// What is known of a request that the chain has forgotten, too.
interface Known {
    spec: RequestSpec;
    state: { places: number; reputationPerPlace?: bigint };
}

export function Conditions({ whole: { spec, state } }: { whole: Known }) {
    const worth = state.reputationPerPlace ?? 0n;
    const asks = [
        spec.minReputation > 0n && `${points(spec.minReputation)} available`,
        spec.minTier > 0 && `tier ${spec.minTier}`,
        spec.providerBond > 0n && `a bond of ${points(spec.providerBond)} a place`,
        spec.accessPrice > 0n && `${points(spec.accessPrice)} spent a place`,
    ].filter(Boolean);
    return (
        <section>
            <h2>Conditions</h2>
            <Facts
                of={[
                    ['Places', `${state.places} of ${spec.limit} taken, at most ${spec.perProvider} for one provider`],
                    [
                        'Access',
                        spec.access === 'Open' ? 'whoever comes first' : 'offers, of which the requester accepts some',
                    ],
                    ['A place needs', [`a deposit of ${amount(spec.placeDeposit, spec.asset)}`, ...asks].join(', ')],
                    ['Reward', awardWords(spec)],
                    ['Duplicates', duplicatesWords(spec.duplicates)],
                    [
                        'Reviews',
                        `${spec.quorum} decide, at most ${maxReviews(spec)} a submission, within ${spec.tolerance} of the median`,
                    ],
                    ['Places until', <Moment at={spec.signalBy} />],
                    ['Delivery until', <Moment at={spec.deliverBy} />],
                    isSealed(spec) && (['Unsealing until', <Moment at={reviewFrom(spec)} />] as const),
                    ['Commitments for', `${lasting(commits(spec))} from when reviews are opened`],
                    ['Reveals for', `${lasting(reveals(spec))} after that`],
                    worth > 0n && (['A place is worth', points(worth)] as const),
                ]}
            />
        </section>
    );
}

/// Either side of a deal that runs.
function isParty({ state, engagement }: Whole): boolean {
    return same(me.value?.id, state.requester) || same(me.value?.id, engagement?.tenure?.provider);
}

export function Deal({ whole, engagement }: { whole: Whole; engagement: Engagement }) {
    const { tenure } = engagement;
    const ends = presentEnds(engagement, now.value);
    return (
        <section>
            <h2>Long deal</h2>
            <Bar
                part={whole.state.settled}
                of={engagement.periods}
                label={`${whole.state.settled} of ${engagement.periods} periods closed`}
            />
            <Facts
                of={[
                    [
                        'Periods',
                        `${engagement.periods} of ${lasting(engagement.period)}, ${whole.state.settled} closed`,
                    ],
                    ['Provider', tenure ? <Account who={tenure.provider} /> : 'nobody has the place'],
                    tenure && (['Price', `${amount(tenure.price, whole.spec.asset)} a period`] as const),
                    tenure &&
                        ends !== undefined &&
                        ([
                            `Period ${presentPeriod(engagement, tenure, now.value)} is due`,
                            <Away at={ends} />,
                        ] as const),
                    ['May be missed', counted(engagement.missedPeriods, 'period')],
                    [
                        'Notice',
                        engagement.notice ? (
                            <>
                                given by <Account who={engagement.notice.by} />
                            </>
                        ) : (
                            counted(engagement.noticePeriods, 'full period')
                        ),
                    ],
                ]}
            />
            {tenure && !engagement.notice && !whole.state.closed && isParty(whole) && (
                <Act intent={() => giveNotice(whole)} />
            )}
        </section>
    );
}
