// How much work the pool can do, how much of it is taken, and what a review costs; now and over time.

import { capacityOf, poolOf } from '../../chain/pool.ts';
import type { Chain } from '../../chain/session.ts';
import { policy } from '../../chain/store.ts';
import { premiumBps } from '../../formulas/capacity.ts';
import { Bar, Facts, Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { bps, native, ops, ppm } from '../../words/amounts.ts';
import { counted } from '../../words/text.ts';
import { PastOfPool } from './past.tsx';
import { priceNow } from './price.ts';

const read = async (at: Chain) => capacityOf(at, await poolOf(at));

const PPM = 1_000_000;

export function Capacity() {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading the pool…</p>;
    if ('why' in found) return <Notice tone="bad">The pool cannot be read: {found.why}.</Notice>;
    const is = found.value;
    const rules = policy.value;
    const premium = rules ? premiumBps(is.utilizationPpm, rules.targetUtilizationPpm, rules.premiumCapBps) : 0;
    const costs = priceNow(premium);
    return (
        <section>
            <h2>Capacity and price</h2>
            <p class="missing">
                <Bar
                    part={Math.min(is.utilizationPpm, PPM)}
                    of={PPM}
                    label={`${ppm(is.utilizationPpm)} of the capacity are taken`}
                />
                <span>
                    <b>{ppm(is.utilizationPpm)} taken</b>: {counted(is.backlog, 'review')} to do, for{' '}
                    {counted(is.hands, 'hand')}
                </span>
            </p>
            <Facts
                of={[
                    [
                        'Seats',
                        `${is.active} of ${is.seats} taken, ${is.throttled} Throttled; ${is.waiting} wait, ${is.frozen} at rest`,
                    ],
                    costs !== undefined && (['A review costs, a day', native(costs)] as const),
                    rules &&
                        ([
                            'Premium now',
                            `${bps(premium)} of the rent; none up to ${ppm(rules.targetUtilizationPpm)} taken, ${bps(rules.premiumCapBps)} when full`,
                        ] as const),
                    ['Reviews asked for', String(is.demand)],
                    ['Ops declared so far', `${is.supply}, presence too`],
                    is.level > 0n && (['Due of each, of late', ops(is.level)] as const),
                ]}
            />
            <PastOfPool />
        </section>
    );
}
