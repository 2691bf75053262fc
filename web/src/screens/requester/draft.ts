// A request that is not posted yet: as it is typed, kept in this browser so that a reload loses nothing, and what it is for
// the contract once all of it can be read.

import { effect, signal } from '@preact/signals';
import { stringToHex } from 'dedot/utils';
import { now } from '../../chain/clock.ts';
import { policy } from '../../chain/store.ts';
import { assetKey } from '../../chain/tokens.ts';
import type { Asset, Award, Duplicates, RequestSpecInput } from '../../chain/types.ts';
import { decimalsOf, parsed } from '../../words/amounts.ts';
import { remembered, remember } from '../../words/memory.ts';
import { fromInput, toInput } from '../../words/times.ts';

const HOUR = 3_600_000n;
const DAY = 24n * HOUR;
const MAX_URI = 256;
const KEY = 'draft';

export interface Step {
    from: string;
    weight: string;
}

const TEXTS = {
    hash: '',
    asset: '',
    uri: '',
    reward: '30',
    reviewFee: '1',
    limit: '3',
    perProvider: '1',
    placeDeposit: '1',
    access: 'Open',
    award: 'PerSubmission',
    ranked: '60, 40',
    duplicates: 'Independent',
    retention: '90',
    providerBond: '0',
    accessPrice: '0',
    minReputation: '0',
    minTier: '0',
    quorum: '3',
    tolerance: '10',
    signalBy: '',
    deliverBy: '',
    reviewBy: '',
    revealBy: '',
    long: '',
    periods: '6',
    period: '30',
    missed: '1',
    notice: '1',
};

export type Field = keyof typeof TEXTS;
export type Draft = Record<Field, string> & { curve: Step[] };

const CURVE: readonly Step[] = [
    { from: '40', weight: '50' },
    { from: '80', weight: '100' },
];
/// What a new draft says of each step's length, in days: places, delivery, reviews, reveals.
const DAYS: readonly bigint[] = [2n, 5n, 3n, 4n];
const TIMES = ['signalBy', 'deliverBy', 'reviewBy', 'revealBy'] as const;

/// Deadlines one after the other; the first has an hour more, because time passes until the request is in a block.
export function deadlines(lengths: readonly bigint[]): Pick<Draft, (typeof TIMES)[number]> {
    let at = now.value + HOUR;
    const [signalBy, deliverBy, reviewBy, revealBy] = lengths.map((length) => toInput((at += length)));
    return { signalBy: signalBy ?? '', deliverBy: deliverBy ?? '', reviewBy: reviewBy ?? '', revealBy: revealBy ?? '' };
}

export const fresh = (): Draft => ({
    ...TEXTS,
    ...deadlines(DAYS.map((days) => days * DAY)),
    curve: CURVE.map((step) => ({ ...step })),
});

const isStep = (value: unknown): value is Step =>
    typeof value === 'object' &&
    value !== null &&
    'from' in value &&
    typeof value.from === 'string' &&
    'weight' in value &&
    typeof value.weight === 'string';

function kept(): Draft | undefined {
    const found = remembered(KEY);
    if (typeof found !== 'object' || found === null) return undefined;
    const texts = Object.entries(found).filter(([key, value]) => key in TEXTS && typeof value === 'string');
    const curve = 'curve' in found && Array.isArray(found.curve) ? found.curve.filter(isStep) : [];
    return {
        ...fresh(),
        ...(Object.fromEntries(texts) as Partial<Record<Field, string>>),
        ...(curve.length > 0 && { curve }),
    };
}

/// What is being written; undefined until the screen was opened, which needs the chain's time.
export const draft = signal<Draft | undefined>(undefined);

export function begin(): void {
    draft.value ??= kept() ?? fresh();
}

export function change(changes: Partial<Draft>): void {
    if (draft.value) draft.value = { ...draft.value, ...changes };
}

export function anew(): void {
    draft.value = fresh();
}

effect(() => {
    if (draft.value) remember(KEY, draft.value);
});

/// The assets that the policy lists, by what a draft calls them.
export const assets = (): ReadonlyMap<string, Asset> =>
    new Map((policy.value?.assets ?? []).map(({ asset }) => [assetKey(asset), asset]));

/// What a draft pays in: the chain's currency, if what it says is not listed.
export const assetOf = ({ asset }: Draft): Asset => assets().get(asset) ?? { type: 'Native' };

export type Problems = Partial<Record<Field | 'curve', string>>;

export interface Read {
    spec: RequestSpecInput;
    deal: { periods: number; period: bigint; missed: number; notice: number } | undefined;
}

/// Reads a draft field by field; what cannot be read is a problem of its field, in words.
export function read(from: Draft): { read: Read | undefined; problems: Problems } {
    const problems: Problems = {};
    const asset = assetOf(from);
    const decimals = decimalsOf(asset);
    const money = (field: Field): bigint => {
        const amount = parsed(from[field], decimals);
        if (amount === undefined) problems[field] = `An amount, such as 2.5, with at most ${decimals} decimals.`;
        return amount ?? 0n;
    };
    const whole = (field: Field, most = 0xffff_ffff): number => {
        const number = /^\d+$/.test(from[field].trim()) ? Number(from[field]) : NaN;
        if (!(number <= most)) problems[field] = `A whole number, at most ${most}.`;
        return Number.isNaN(number) ? 0 : number;
    };
    const percent = (field: Field | 'curve', text: string, parts: number): number => {
        const hundredth = parsed(text, 2);
        if (hundredth === undefined || hundredth > 10_000n) problems[field] = 'A percentage from 0 to 100.';
        return (Number(hundredth ?? 0n) * parts) / 10_000;
    };
    const time = (field: (typeof TIMES)[number]): bigint => {
        const moment = fromInput(from[field]);
        if (moment === undefined) problems[field] = 'A date and a time.';
        return moment ?? 0n;
    };
    if (!/^0x[0-9a-f]{64}$/.test(from.hash)) problems.hash = 'Choose the document, so that its hash is known.';
    if (new TextEncoder().encode(from.uri).length > MAX_URI) problems.uri = `At most ${MAX_URI} bytes.`;
    const places = whole('limit', 10_000);
    const spec: RequestSpecInput = {
        spec: from.hash as `0x${string}`,
        uri: stringToHex(from.uri),
        asset,
        reward: money('reward'),
        reviewFee: money('reviewFee'),
        access: from.access === 'Offers' || from.long ? 'Offers' : 'Open',
        award: award(from, percent),
        duplicates: duplicates(from, percent),
        curve: from.curve.map((step) => ({
            minScore: Number(step.from),
            weightBps: Math.round(percent('curve', step.weight, 10_000)),
        })),
        limit: from.long ? 1 : places,
        perProvider: from.long || from.access === 'Offers' ? 1 : whole('perProvider', 1_000),
        providerBond: BigInt(whole('providerBond')),
        placeDeposit: money('placeDeposit'),
        accessPrice: BigInt(whole('accessPrice')),
        minReputation: BigInt(whole('minReputation')),
        minTier: whole('minTier', 32),
        quorum: whole('quorum', 7),
        tolerance: whole('tolerance', 100),
        signalBy: time('signalBy'),
        deliverBy: time('deliverBy'),
        reviewBy: time('reviewBy'),
        revealBy: time('revealBy'),
    };
    if (from.curve.some((step) => !/^\d{1,3}$/.test(step.from) || Number(step.from) > 100))
        problems.curve = 'Scores are whole numbers from 0 to 100.';
    const deal = from.long
        ? {
              periods: whole('periods', 1_000),
              period: BigInt(whole('period', 3_653)) * DAY,
              missed: whole('missed', 1_000),
              notice: whole('notice', 1_000),
          }
        : undefined;
    return { read: Object.keys(problems).length === 0 ? { spec, deal } : undefined, problems };
}

type Percent = (field: Field, text: string, parts: number) => number;

function award({ award: kind, ranked, access, long }: Draft, percent: Percent): Award {
    if (kind === 'Proportional' && access === 'Open' && !long) return { type: 'Proportional' };
    if (kind === 'Ranked' && access === 'Open' && !long) {
        return {
            type: 'Ranked',
            value: ranked
                .split(/[,;\s]+/)
                .filter(Boolean)
                .map((part) => Math.round(percent('ranked', part, 10_000))),
        };
    }
    return { type: 'PerSubmission' };
}

function duplicates({ duplicates: kind, retention, long }: Draft, percent: Percent): Duplicates {
    if (long) return { type: 'Independent' };
    if (kind === 'Shared') return { type: 'Shared', value: Math.round(percent('retention', retention, 1_000_000)) };
    return kind === 'FirstOnly' ? { type: 'FirstOnly' } : { type: 'Independent' };
}
