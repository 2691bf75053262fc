// Looks through the index's lists of all requests and accounts, a page after the other, the newest first.

import { accountRows, requestRows, type AccountRow, type Manifest, type RequestRow } from '../../history/documents.ts';
import { file } from '../../history/files.ts';
import type { Shape } from '../../history/shapes.ts';
import { STAGE_WORDS } from '../../history/stages.ts';
import { address, nameOf } from '../../words/accounts.ts';

/// So many pages are asked for at a time.
const AT_ONCE = 4;

/// The rows of a list that are wanted, the newest first, until there are `enough`.
async function through<T>(
    kind: string,
    shape: Shape<Map<number, T>>,
    pages: number,
    wanted: (number: number, row: T) => boolean,
    enough: number,
): Promise<[number, T][]> {
    const found: [number, T][] = [];
    for (let left = pages; left > 0 && found.length < enough; left -= AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, left) }, (_, at) => left - 1 - at);
        const read = await Promise.all(some.map((page) => file(`${kind}/list-${page}.json`, shape)));
        for (const rows of read) {
            const all = [...rows].sort(([one], [other]) => other - one);
            found.push(...all.filter(([number, row]) => wanted(number, row)));
        }
    }
    return found;
}

const requestWords = (id: number, { uri, spec, requester, stage }: RequestRow): string =>
    [
        `#${id}`,
        uri ?? '',
        spec ?? '',
        STAGE_WORDS[stage].name,
        ...(requester ? [nameOf(requester), address(requester)] : []),
    ]
        .join(' ')
        .toLowerCase();

export function requestsLike(of: Manifest, asked: string, enough: number): Promise<[number, RequestRow][]> {
    const like = (id: number, row: RequestRow): boolean =>
        String(id) === asked || requestWords(id, row).includes(asked);
    return through('requests', requestRows, Math.ceil(of.requests / of.pages.list), like, enough);
}

/// A contract has an account, too, and nothing of its own to be looked for.
const tookPart = ({ posted, submissions, state, reputation }: AccountRow): boolean =>
    posted + submissions > 0 || state !== undefined || reputation > 0n;

export function accountsLike(of: Manifest, asked: string, enough: number): Promise<[number, AccountRow][]> {
    const like = (_: number, row: AccountRow): boolean =>
        tookPart(row) &&
        `${nameOf(row.account)} ${address(row.account)} ${row.state ?? ''}`.toLowerCase().includes(asked);
    return through('accounts', accountRows, Math.ceil(of.accounts / of.pages.list), like, enough);
}
