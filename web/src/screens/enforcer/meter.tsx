// A member's standing as a picture: how far it is ahead or short, and where Throttled and Banned begin.

import type { Terms } from '../../chain/types.ts';
import { OP, type Distance } from '../../formulas/standing.ts';

const [WIDTH, HEIGHT] = [640, 74];
const [SIDE, TOP, THICK] = [6, 26, 18];
/// How much of what is ahead is drawn at least, in operations.
const AHEAD = 2;

const TENTHS = OP / 10n;

/// "3.4", rounded down.
export function ops(micro: bigint): string {
    const tenths = (micro < 0n ? -micro : micro) / TENTHS;
    return tenths % 10n === 0n ? `${tenths / 10n}` : `${tenths / 10n}.${tenths % 10n}`;
}

export function Meter({ distance, terms }: { distance: Distance; terms: Terms }) {
    const missing = Number(distance.missing) / Number(OP);
    const [throttled, banned] = [terms.throttleBuffer + 1, terms.banBuffer + 1];
    const first = Math.min(-AHEAD, Math.floor(missing));
    const last = Math.max(banned + AHEAD, Math.ceil(missing));
    const x = (at: number): number => SIDE + ((at - first) / (last - first)) * (WIDTH - 2 * SIDE);
    const zones: [string, string, number, number][] = [
        ['ahead', 'ahead', first, 0],
        ['healthy', 'Healthy', 0, throttled],
        ['throttled', 'Throttled', throttled, banned],
        ['banned', 'Banned', banned, last],
    ];
    const where = missing > 0 ? `${ops(distance.missing)} missing` : `${ops(distance.missing)} ahead`;
    const label = `${where}; Throttled from ${throttled} missing on, Banned from ${banned} on`;
    const anchor = missing > (first + last) / 2 ? 'end' : 'start';
    return (
        <svg class="meter" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
            {zones.map(([name, words, from, to]) => (
                <g key={name} class={name}>
                    <rect x={x(from)} y={TOP} width={x(to) - x(from)} height={THICK} />
                    <text x={x(from) + 4} y={TOP + THICK + 18}>
                        {x(to) - x(from) > words.length * 8 ? words : ''}
                    </text>
                </g>
            ))}
            <path class="needle" d={`M${x(missing)} ${TOP - 4}V${TOP + THICK + 4}`} />
            <text class="where" x={x(missing)} y={TOP - 9} text-anchor={anchor}>
                {where}
            </text>
        </svg>
    );
}
