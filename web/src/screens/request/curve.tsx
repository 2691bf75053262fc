// What a median is worth, as a picture: a staircase, and a mark for each submission that has its verdict.

import type { Whole } from '../../chain/store.ts';
import type { RequestSpec } from '../../chain/types.ts';
import { bps } from '../../words/amounts.ts';

const [WIDTH, HEIGHT] = [320, 170];
const [LEFT, RIGHT, TOP, BOTTOM] = [36, 14, 22, 28];
/// Where a mark's number stands: above it and below it by turns, so that neighbours do not hide each other.
const [ABOVE, BELOW] = [-9, 18];
const WHOLE = 10_000;
const BEST = 100;

const x = (score: number): number => LEFT + (score / BEST) * (WIDTH - LEFT - RIGHT);
const y = (weight: number): number => HEIGHT - BOTTOM - (weight / WHOLE) * (HEIGHT - TOP - BOTTOM);

function staircase(curve: RequestSpec['curve']): string {
    const steps = curve.map(({ minScore, weightBps }) => `H${x(minScore)}V${y(weightBps)}`);
    return `M${x(0)} ${y(0)}${steps.join('')}H${x(BEST)}`;
}

export const curveWords = (curve: RequestSpec['curve']): string =>
    curve.map(({ minScore, weightBps }) => `${bps(weightBps)} from ${minScore} on`).join(', ');

export function CurvePicture({ curve, marks = [] }: { curve: RequestSpec['curve']; marks?: Mark[] }) {
    const line = staircase(curve);
    return (
        <svg
            class="curve"
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            role="img"
            aria-label={`What a submission weighs by its median: ${curveWords(curve)}`}
        >
            {[0, 50, 100].map((score) => (
                <text key={score} x={x(score)} y={HEIGHT - 8} text-anchor="middle">
                    {score}
                </text>
            ))}
            {[0, WHOLE / 2, WHOLE].map((weight) => (
                <g key={weight}>
                    <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(weight)} y2={y(weight)} />
                    <text x={LEFT - 6} y={y(weight) + 4} text-anchor="end">
                        {weight / 100}%
                    </text>
                </g>
            ))}
            <path class="area" d={`${line}V${y(0)}Z`} />
            <path class="line" d={line} />
            {marks.map(({ number, median, weight }, at) => (
                <g key={number} class="verdict">
                    <circle cx={x(median)} cy={y(weight)} r="5" />
                    <text x={x(median)} y={y(weight) + (at % 2 === 0 ? ABOVE : BELOW)} text-anchor="middle">
                        {number}
                    </text>
                </g>
            ))}
        </svg>
    );
}

interface Mark {
    number: number;
    median: number;
    weight: number;
}

export function Curve({ whole: { spec, deliveries } }: { whole: Whole }) {
    const judged = deliveries.filter(({ submission: { verdict } }) => verdict === 'Quorum' || verdict === 'Few');
    const marks = judged.map(({ number, submission }) => ({
        number,
        median: submission.median,
        weight: submission.weightBps,
    }));
    return <CurveSection curve={spec.curve} marks={marks} />;
}

export function CurveSection({ curve, marks }: { curve: RequestSpec['curve']; marks: Mark[] }) {
    return (
        <section>
            <h2>What quality is worth</h2>
            <CurvePicture curve={curve} marks={marks} />
            <p class="quiet">
                By its median score a submission weighs {curveWords(curve)}; nothing below.
                {marks.length > 0 && ' A dot is a submission with its verdict.'}
            </p>
        </section>
    );
}
