// Deadlines as a calendar file (RFC 5545).

import { iso } from './times.ts';

export interface Entry {
    /// The same for the same deadline, so that a calendar that reads it twice has it once.
    id: string;
    at: bigint;
    title: string;
    address: string;
}

/// Lines are folded after this many bytes.
const MOST_BYTES = 74;

const stamp = (time: bigint): string => iso(time).replace(/[-:]|\.\d+/g, '');
const escaped = (text: string): string => text.replace(/[\\;,]/g, (found) => `\\${found}`).replace(/\r?\n/g, '\\n');

function folded(line: string): string {
    const encoder = new TextEncoder();
    const [lines, last] = [...line].reduce<[string[], string]>(
        ([done, present], letter) =>
            encoder.encode(present + letter).length > MOST_BYTES
                ? [[...done, present], letter]
                : [done, present + letter],
        [[], ''],
    );
    return [...lines, last].join('\r\n ');
}

/// A calendar with an event for each deadline, and an alarm a day before.
export function calendar(entries: readonly Entry[], now: bigint): string {
    const events = entries.flatMap(({ id, at, title, address }) => [
        'BEGIN:VEVENT',
        `UID:${escaped(id)}`,
        `DTSTAMP:${stamp(now)}`,
        `DTSTART:${stamp(at)}`,
        `DTEND:${stamp(at)}`,
        `SUMMARY:${escaped(title)}`,
        `URL:${address}`,
        'BEGIN:VALARM',
        'ACTION:DISPLAY',
        'TRIGGER:-P1D',
        `DESCRIPTION:${escaped(title)}`,
        'END:VALARM',
        'END:VEVENT',
    ]);
    const lines = [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Atomic Obligation//web//EN',
        ...events,
        'END:VCALENDAR',
    ];
    return `${lines.map(folded).join('\r\n')}\r\n`;
}
