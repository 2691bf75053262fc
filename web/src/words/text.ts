// Texts that others wrote. They are shown as text, on one line, with everything that is no visible character escaped:
// control characters, and marks that turn the direction of what follows.

import { hexToU8a } from 'dedot/utils';

/// Control and format characters, surrogates, private use, unassigned, and all separators.
const HIDDEN = /[\p{C}\p{Z}]/gu;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/// A text on one line, with all that is hidden made visible.
export const shown = (text: string): string =>
    text.replace(HIDDEN, (found) => (found === ' ' ? found : escaped(found)));

/// The same for a text of several lines.
export const shownLines = (text: string): string =>
    text.replaceAll('\r\n', '\n').replace(HIDDEN, (found) => (' \n\t'.includes(found) ? found : escaped(found)));

/// Bytes from the chain as a text; those that are none as `0x…`.
export function textOf(hex: string): string {
    try {
        return shown(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(hexToU8a(hex)));
    } catch {
        return hex;
    }
}

/// "1 place", "3 places".
export const counted = (count: number | bigint, one: string, many = `${one}s`): string =>
    `${count} ${Number(count) === 1 ? one : many}`;

/// "a, b and c".
export function listed(words: readonly string[]): string {
    return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/// "submission 3", "submissions 0, 1 and 2".
export const numbered = (numbers: readonly number[]): string =>
    `submission${numbers.length === 1 ? '' : 's'} ${listed(numbers.map(String))}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/// `RequestPosted` and `request_posted` in words: "Request posted".
export const spaced = (name: string): string =>
    capital(
        name
            .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
            .replaceAll('_', ' ')
            .toLowerCase(),
    );
