// Moments in the local time of whoever looks, and how far away they are.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/// Up to two of a unit its smaller one is still told: "47 hours", "2 days".
const UNITS: [number, string][] = [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
    [SECOND, 'second'],
];

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/// The latest moment that a date can hold.
const LAST = 8.64e15;
const date = (time: bigint): Date => new Date(Math.min(Number(time), LAST));

/// "2 Jan 2030, 10:08"
export const moment = (time: bigint): string => moments.format(date(time));
/// The same with its seconds and its zone.
export const exactMoment = (time: bigint): string => exact.format(date(time));
/// For machines: `<time datetime>`.
export const iso = (time: bigint): string => date(time).toISOString();

/// "3 days", "47 hours", "12 minutes": rounded down to one unit that says enough.
export function lasting(length: bigint): string {
    const left = Number(length < 0n ? -length : length);
    for (const [unit, name] of UNITS) {
        const count = Math.floor(left / unit);
        if (count >= 2 || (unit === SECOND && count >= 0)) return `${count} ${name}${count === 1 ? '' : 's'}`;
    }
    return '';
}

/// "in 3 days", "2 hours ago"
export const away = (time: bigint, now: bigint): string =>
    time > now ? `in ${lasting(time - now)}` : `${lasting(now - time)} ago`;

/// A moment as `<input type="datetime-local">` has it, and back.
export function toInput(time: bigint): string {
    const local = date(time);
    const shifted = new Date(local.getTime() - local.getTimezoneOffset() * MINUTE);
    return shifted.toISOString().slice(0, 16);
}

export function fromInput(text: string): bigint | undefined {
    const time = new Date(text).getTime();
    return Number.isNaN(time) ? undefined : BigInt(time);
}

/// "2d 6h", as the scenarios have it, in milliseconds.
export function duration(text: string): bigint | undefined {
    const units: Record<string, number> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND };
    const parts = text.trim().split(/\s+/);
    let sum = 0;
    for (const part of parts) {
        const match = /^(\d+)([dhms])$/.exec(part);
        const unit = match?.[2] === undefined ? undefined : units[match[2]];
        if (!match || unit === undefined) return undefined;
        sum += Number(match[1]) * unit;
    }
    return BigInt(sum);
}

/// A length with all its units: "2d 6h", as `duration` reads it; parts of a second are left out.
export function exactly(length: bigint): string {
    const units: [number, string][] = [
        [DAY, 'd'],
        [HOUR, 'h'],
        [MINUTE, 'm'],
        [SECOND, 's'],
    ];
    let left = Number(length);
    const parts = units.flatMap(([unit, name]) => {
        const count = Math.floor(left / unit);
        left -= count * unit;
        return count > 0 ? [`${count}${name}`] : [];
    });
    return parts.join(' ') || '0s';
}
