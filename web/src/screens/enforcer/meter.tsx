// A member's standing as a picture: how far it is ahead or short, and where Throttled and Banned begin.

import type { Terms } from '../../chain/types.ts';
import { OP, type Distance } from '../../formulas/standing.ts';

const [WIDTH, HEIGHT] = [640, 80];
const [SIDE, TOP, THICK] = [6, 28, 18];
/// How much is drawn of what is ahead and of what is beyond a ban, at least, in operations.
const BEYOND = 2;
/// Where each zone begins and ends, in parts of the whole: a buffer of 4 operations has to be as legible as one of 40.
const EDGES = [0, 0.14, 0.55, 0.79, 1] as const;
const ZONES = ['Ahead', 'Healthy', 'Throttled', 'Banned'] as const;

const TENTHS = OP / 10n;

/// "3.4", rounded down.
export function ops(micro: bigint): string {
    const tenths = (micro < 0n ? -micro : micro) / TENTHS;
    return tenths % 10n === 0n ? `${tenths / 10n}` : `${tenths / 10n}.${tenths % 10n}`;
}

const pixel = (part: number): number => SIDE + part * (WIDTH - 2 * SIDE);

/// Where an amount that is missing is drawn, between these edges: evenly within each zone.
function placed(missing: number, edges: readonly number[]): number {
    const zone = Math.max(
        0,
        ZONES.findLastIndex((_, at) => missing >= (edges[at] ?? 0)),
    );
    const [from, to] = [edges[zone] ?? 0, edges[zone + 1] ?? 0];
    const [left, right] = [EDGES[zone] ?? 0, EDGES[zone + 1] ?? 1];
    return pixel(left + Math.min(1, (missing - from) / (to - from || 1)) * (right - left));
}

export function Meter({ distance, terms }: { distance: Distance; terms: Terms }) {
    const missing = Number(distance.missing) / Number(OP);
    const [throttled, banned] = [terms.throttleBuffer + 1, terms.banBuffer + 1];
    const [first, last] = [Math.min(-BEYOND, Math.floor(missing)), Math.max(banned + BEYOND, Math.ceil(missing))];
    const needle = placed(missing, [first, 0, throttled, banned, last]);
    const where = missing > 0 ? `${ops(distance.missing)} missing` : `${ops(distance.missing)} ahead`;
    const label = `${where}; Throttled from ${throttled} missing on, Banned from ${banned} on`;
    return (
        <svg class="meter" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
            {ZONES.map((name, at) => {
                const [left, right] = [pixel(EDGES[at] ?? 0), pixel(EDGES[at + 1] ?? 1)];
                return (
                    <g key={name} class={name.toLowerCase()}>
                        <rect x={left} y={TOP} width={right - left} height={THICK} />
                        <text x={left + 4} y={TOP + THICK + 20}>
                            {['', '0', throttled, banned][at]} {name}
                        </text>
                    </g>
                );
            })}
            <path class="needle" d={`M${needle} ${TOP - 4}V${TOP + THICK + 4}`} />
            <text class="where" x={needle} y={TOP - 10} text-anchor={needle > WIDTH / 2 ? 'end' : 'start'}>
                {where}
            </text>
        </svg>
    );
}
