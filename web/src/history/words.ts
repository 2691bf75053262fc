// What a log of the index says, in words: its entries are the contracts' events with fields as JSON has them.

import type { AccountId32Like } from 'dedot/codecs';
import type { Told } from '../chain/live.ts';
import { roleName } from '../chain/roles.ts';
import type { Asset } from '../chain/types.ts';
import { nameOf } from '../words/accounts.ts';
import { amount, bps } from '../words/amounts.ts';
import { eventWords, worthTelling } from '../words/events.ts';
import { listed, numbered, shown } from '../words/text.ts';
import { asset, count, isAmount, list, object, text, time, word, type Of, type Shape } from './shapes.ts';
import { manifestOf } from './state.ts';

const head = object({
    block: count,
    time,
    contract: word('market', 'obligation', 'reputation'),
    event: text,
});

export interface Entry extends Of<typeof head> {
    request: number | undefined;
    data: Record<string, unknown>;
}

/// Fields that are moments, and may be numbers of something else elsewhere.
const MOMENTS = new Set(['deliverBy', 'effective', 'due']);
const NAME = /^[A-Za-z]{1,40}$/;

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/// A field as the contracts' events have it.
function field(name: string, value: unknown): unknown {
    if (value === null) return undefined;
    if (name === 'asset') return asset(value, name);
    if (isAmount(value)) return BigInt(value);
    if (typeof value === 'string') return shown(value);
    if (typeof value === 'number' && MOMENTS.has(name)) return BigInt(value);
    if (Array.isArray(value)) return value.map((one) => field('', one));
    return typeof value === 'object' ? fields(value) : value;
}

function fields(value: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camel(name), field(camel(name), inner)]));
}

const entry: Shape<Entry> = (value, at) => {
    const is = head(value, at);
    if (!NAME.test(is.event)) throw new Error(`${at}.event is no name`);
    const data = fields(value as object);
    // The index calls all points `points`, and whoever has a role `account`.
    const { points, account } = data;
    const request = typeof data.request === 'number' ? data.request : undefined;
    return { ...is, request, data: { value: points, amount: points, grantee: account, ...data } };
};
export const entries = list(entry);

const told = ({ block, contract, event, data }: Entry): Told => ({ block, contract, name: event, data });

const who = (data: Told['data'], key: string): string => nameOf(data[key] as AccountId32Like);

interface Opinion {
    submission: number;
    score: number;
    duplicateOf?: number;
}

const opinion = ({ submission, score, duplicateOf }: Opinion): string =>
    `${score} to submission ${submission}${duplicateOf === undefined ? '' : ` (a duplicate of ${duplicateOf})`}`;

/// What a verdict meant for a review: the events do not say it of each.
function judged({ score, submission, median, coherent, fee, asset: of }: Told['data']): string {
    if (score === undefined) return `Its review of submission ${submission} was never revealed.`;
    const agreed = coherent ? 'coherent' : 'not coherent';
    const earned = coherent && (fee as bigint) > 0n ? `; it earned ${amount(fee as bigint, of as Asset)}` : '';
    return `It gave ${score} to submission ${submission}, whose median is ${median}: ${agreed}${earned}.`;
}

/// What the page says otherwise of what happened just now, because it is clear who did it.
const SENTENCES: Readonly<Record<string, (data: Told['data']) => string>> = {
    ReviewsCommitted: (data) => `${who(data, 'enforcer')} has committed to ${numbered(data.submissions as number[])}.`,
    ReviewsRevealed: (data) => `${who(data, 'enforcer')} gives ${listed((data.reviews as Opinion[]).map(opinion))}.`,
    WorkJudged: (data) =>
        data.verdict === 'Quorum' || data.verdict === 'Few'
            ? `Submission ${data.submission} has its verdict: median ${data.median}, it weighs ${bps(data.weightBps as number)}.`
            : `Submission ${data.submission} was not judged, and weighs ${bps(data.weightBps as number)}.`,
    ReviewJudged: judged,
    RoleGranted: (data) =>
        `${who(data, 'account')} is ${roleName(data.role as number)} in the ${data.contract} contract now.`,
    RoleRevoked: (data) =>
        `${who(data, 'account')} is ${roleName(data.role as number)} in the ${data.contract} contract no longer.`,
    Opened: () => 'The market is open.',
};

/// A long deal has a pool of its own, in which its provider has the one seat.
function sentence({ name, data, ...where }: Told): string {
    const pool = typeof data.pool === 'number' && data.pool !== manifestOf()?.pool ? `In pool ${data.pool}: ` : '';
    try {
        return pool + (SENTENCES[name]?.(data) ?? eventWords({ name, data, ...where }));
    } catch {
        return eventWords({ name, data, ...where });
    }
}

/// The entries that somebody wants to read, each with its sentence, the latest first.
export function sentences(all: readonly Entry[], assetOf: (request: number) => Asset | undefined): [Entry, string][] {
    const kept = new Map(all.map((one) => [told(one), one]));
    return worthTelling([...kept.keys()])
        .map((event): [Entry, string] => {
            const one = kept.get(event)!;
            const paidIn = one.request === undefined ? undefined : assetOf(one.request);
            const data = { ...(paidIn && { asset: paidIn }), ...event.data };
            return [one, sentence({ ...event, data })];
        })
        .reverse();
}
