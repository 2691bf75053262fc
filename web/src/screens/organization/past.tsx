// Capacity and price over time: by the history if there is one, and by what this page saw itself.

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { head, now } from '../../chain/clock.ts';
import { lookBack, seen, type Sample } from '../../chain/seen.ts';
import { chain } from '../../chain/session.ts';
import { policy } from '../../chain/store.ts';
import { pointsOf, type Point } from '../../history/days.ts';
import { usePast } from '../../history/reading.ts';
import { manifestOf } from '../../history/state.ts';
import { Moment, Notice } from '../../parts/basic.tsx';
import { valueOf } from '../../parts/reading.ts';
import { bps, native } from '../../words/amounts.ts';
import { moment } from '../../words/times.ts';
import { Begins } from '../history/begins.tsx';
import { Chart } from './chart.tsx';
import { withPremium } from './price.ts';

const PERCENT = 10_000;
const EVERYTHING = 10_000;
/// In months.
const SPANS: readonly (readonly [number, string])[] = [
    [3, 'the last three months'],
    [12, 'the last twelve months'],
    [EVERYTHING, 'all of it'],
];
const span = signal(12);

const rentNow = (): bigint | undefined => policy.value?.assets.find(({ asset }) => asset.type === 'Native')?.rent;
const seenPoint = (sample: Sample): Point => ({ ...sample, rent: rentNow() });

/// What the history has, then what this page saw after its end.
const joined = (past: readonly Point[], samples: readonly Sample[], end: number): Point[] => [
    ...past,
    ...samples.filter(({ block }) => block > end).map(seenPoint),
];

/// The last point holds until now.
function untilNow(points: readonly Point[], time: number): readonly Point[] {
    const last = points.at(-1);
    return last && time > last.time ? [...points, { ...last, time }] : points;
}

const costs = ({ rent, premium }: Point): bigint => (rent === undefined ? 0n : withPremium(rent, premium));

export function PastOfPool() {
    const at = chain.value;
    const known = manifestOf();
    const months = span.value;
    const reading = usePast((of) => pointsOf(of, months), [], [months]);
    const block = head.value?.number;
    useEffect(() => {
        if (at && block && !known) void lookBack(at, block);
    }, [at, block !== undefined, known === undefined]);
    const past = valueOf(reading);
    const time = Number(head.value?.time ?? now.value);
    const end = known && past ? known.to.block : -1;
    const points = useMemo(() => joined(past ?? [], seen.value, end), [past, seen.value, end]);
    const drawn = useMemo(() => untilNow(points, time), [points, time]);
    return (
        <>
            <h3>Over time</h3>
            {known ? <Begins /> : <Seen first={points[0]} />}
            {known && <Span />}
            {reading && 'why' in reading && <Notice tone="bad">The history cannot be read: {reading.why}.</Notice>}
            {points.length > 0 && (
                <>
                    <Charts of={drawn} />
                    <details>
                        <summary>As numbers</summary>
                        <Numbers of={points} />
                    </details>
                </>
            )}
        </>
    );
}

function Seen({ first }: { first: Point | undefined }) {
    if (!first) return <p class="quiet">What this page sees of the past from now on is drawn here.</p>;
    return (
        <p class="quiet small">
            This history begins with block {first.block}, <Moment at={BigInt(first.time)} />: as far as this page saw
            the pool, or the node remembers it.
        </p>
    );
}

function Span() {
    return (
        <label class="span">
            Drawn:
            <select value={span.value} onChange={(event) => (span.value = Number(event.currentTarget.value))}>
                {SPANS.map(([months, name]) => (
                    <option key={months} value={months}>
                        {name}
                    </option>
                ))}
            </select>
        </label>
    );
}

function Charts({ of }: { of: readonly Point[] }) {
    const drawn = useMemo(() => {
        const values = (value: (point: Point) => number): number[] => of.map(value);
        const unit = 10 ** (chain.value?.decimals ?? 0);
        return {
            times: values((point) => point.time),
            work: [
                { name: 'Hands', colour: '--quiet', dash: [8, 5], values: values((point) => point.hands) },
                { name: 'Reviews to do', colour: '--accent', filled: true, values: values((point) => point.backlog) },
            ],
            price: [
                {
                    name: 'A review costs, a day',
                    colour: '--judge',
                    values: values((point) => Number(costs(point)) / unit),
                },
            ],
        };
    }, [of]);
    const [first, last] = [of[0]!, of.at(-1)!];
    return (
        <>
            <Chart
                label={`From ${moment(BigInt(first.time))} to now: reviews to do went from ${first.backlog} to ${last.backlog}, hands from ${first.hands} to ${last.hands}.`}
                times={drawn.times}
                lines={drawn.work}
                unit={(value) => String(Math.round(value * 10) / 10)}
            />
            <Chart
                label={`What a review costs a day: ${native(costs(first))} then, ${native(costs(last))} now.`}
                times={drawn.times}
                lines={drawn.price}
                unit={(value) => `${Number(value.toPrecision(3))}`}
            />
        </>
    );
}

const MOST_ROWS = 50;
const COLUMNS = ['Members', 'Hands', 'Reviews to do', 'Taken', 'Premium'] as const;

function Numbers({ of }: { of: readonly Point[] }) {
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label="Capacity over time">
            <table>
                <thead>
                    <tr>
                        <th scope="col">From</th>
                        {COLUMNS.map((name) => (
                            <th key={name} scope="col" class="number">
                                {name}
                            </th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {of
                        .slice(-MOST_ROWS)
                        .toReversed()
                        .map((point) => (
                            <tr key={point.block}>
                                <td>
                                    <Moment at={BigInt(point.time)} />
                                </td>
                                <td class="number">{point.active}</td>
                                <td class="number">{point.hands}</td>
                                <td class="number">{point.backlog}</td>
                                <td class="number">{(point.utilization / PERCENT).toFixed(1)} %</td>
                                <td class="number">{bps(point.premium)}</td>
                            </tr>
                        ))}
                </tbody>
            </table>
        </div>
    );
}
