// How much work the pool can do, how much of it is taken, and what a review costs; now and over time.

import { useEffect, useMemo } from 'preact/hooks';
import { head, now } from '../../chain/clock.ts';
import { capacityOf, poolOf } from '../../chain/pool.ts';
import { lookBack, seen, type Sample } from '../../chain/seen.ts';
import { chain, type Chain } from '../../chain/session.ts';
import { policy } from '../../chain/store.ts';
import { premiumBps } from '../../formulas/capacity.ts';
import { Bar, Facts, Moment, Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { bps, native, ops, ppm } from '../../words/amounts.ts';
import { counted } from '../../words/text.ts';
import { moment } from '../../words/times.ts';
import { Chart } from './chart.tsx';

const read = async (at: Chain) => capacityOf(at, await poolOf(at));

const PPM = 1_000_000;
const PERCENT = 10_000;
const BPS = 10_000;

/// What a review costs a day in the chain's currency, its premium included; undefined if requests cannot be paid in it.
function price(premium: number): bigint | undefined {
    const rent = policy.value?.assets.find(({ asset }) => asset.type === 'Native')?.rent;
    return rent === undefined ? undefined : (rent * BigInt(BPS + premium)) / BigInt(BPS);
}

export function Capacity() {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading the pool…</p>;
    if ('why' in found) return <Notice tone="bad">The pool cannot be read: {found.why}.</Notice>;
    const is = found.value;
    const rules = policy.value;
    const premium = rules ? premiumBps(is.utilizationPpm, rules.targetUtilizationPpm, rules.premiumCapBps) : 0;
    const costs = price(premium);
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
            <Past />
        </section>
    );
}

/// The last sample holds until now.
function untilNow(samples: readonly Sample[], time: number): Sample[] {
    const last = samples.at(-1);
    return last && time > last.time ? [...samples, { ...last, time }] : [...samples];
}

function Past() {
    const at = chain.value;
    const block = head.value?.number;
    useEffect(() => {
        if (at && block) void lookBack(at, block);
    }, [at, block !== undefined]);
    const time = Number(head.value?.time ?? now.value);
    const samples = useMemo(() => untilNow(seen.value, time), [seen.value, time]);
    const drawn = useMemo(() => {
        const of = (value: (sample: Sample) => number): number[] => samples.map(value);
        const unit = 10 ** (at?.decimals ?? 0);
        return {
            times: of((sample) => sample.time),
            work: [
                { name: 'Hands', colour: '--quiet', dash: [8, 5], values: of((sample) => sample.hands) },
                { name: 'Reviews to do', colour: '--accent', filled: true, values: of((sample) => sample.backlog) },
            ],
            price: [
                {
                    name: 'A review costs, a day',
                    colour: '--judge',
                    values: of(({ premium }) => Number(price(premium) ?? 0n) / unit),
                },
            ],
        };
    }, [samples]);
    const first = samples[0];
    if (!first) return <p class="quiet">What this page sees of the past from now on is drawn here.</p>;
    const last = samples.at(-1) ?? first;
    return (
        <>
            <h3>Over time</h3>
            <p class="quiet small">
                This history begins with block {first.block}, <Moment at={BigInt(first.time)} />: as far as this page
                saw the pool, or the node remembers it.
            </p>
            <Chart
                label={`From ${moment(BigInt(first.time))} to now: reviews to do went from ${first.backlog} to ${last.backlog}, hands from ${first.hands} to ${last.hands}.`}
                times={drawn.times}
                lines={drawn.work}
                unit={(value) => String(Math.round(value * 10) / 10)}
            />
            <Chart
                label={`What a review costs a day: ${native(price(first.premium) ?? 0n)} then, ${native(price(last.premium) ?? 0n)} now.`}
                times={drawn.times}
                lines={drawn.price}
                unit={(value) => `${Number(value.toPrecision(3))}`}
            />
            <details>
                <summary>As numbers</summary>
                <Numbers samples={seen.value} />
            </details>
        </>
    );
}

const MOST_ROWS = 50;

function Numbers({ samples }: { samples: readonly Sample[] }) {
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label="Capacity over time">
            <table>
                <thead>
                    <tr>
                        <th scope="col">From</th>
                        <th scope="col" class="number">
                            Members
                        </th>
                        <th scope="col" class="number">
                            Hands
                        </th>
                        <th scope="col" class="number">
                            Reviews to do
                        </th>
                        <th scope="col" class="number">
                            Taken
                        </th>
                        <th scope="col" class="number">
                            Premium
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {samples
                        .slice(-MOST_ROWS)
                        .toReversed()
                        .map((sample) => (
                            <tr key={sample.block}>
                                <td>
                                    <Moment at={BigInt(sample.time)} />
                                </td>
                                <td class="number">{sample.active}</td>
                                <td class="number">{sample.hands}</td>
                                <td class="number">{sample.backlog}</td>
                                <td class="number">{(sample.utilization / PERCENT).toFixed(1)} %</td>
                                <td class="number">{bps(sample.premium)}</td>
                            </tr>
                        ))}
                </tbody>
            </table>
        </div>
    );
}
