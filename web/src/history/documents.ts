// The files of an index, as docs/index.md describes them.

import { u8aToHex } from 'dedot/utils';
import type { Award, Duplicates, RequestSpec } from '../chain/types.ts';
import {
    account,
    amount,
    asset,
    count,
    flag,
    hash,
    list,
    maybe,
    numbered,
    object,
    pair,
    table,
    text,
    time,
    word,
    type Of,
} from './shapes.ts';

export const FORMAT = 1;

const moment = object({ block: count, time });
const verdict = word('Quorum', 'Few', 'Unreviewed', 'Missed');
const state = word('Left', 'Waiting', 'Seated', 'Frozen', 'Banned');
const standing = word('Healthy', 'Throttled', 'Banned');
export const STAGES = ['Posted', 'Delivered', 'Review', 'Judged', 'Settled', 'Withdrawn', 'Pruned'] as const;
export type Stage = (typeof STAGES)[number];
const stage = word(...STAGES);
const byAsset = <T>(shape: (value: unknown, at: string) => T) => list(pair(asset, shape));
/// What is there by asset is an object; a list of pairs is made of it.
const assets =
    <T>(shape: (value: unknown, at: string) => T) =>
    (value: unknown, at: string) =>
        byAsset(shape)(Object.entries((value ?? {}) as object), at);

export const manifest = object({
    format: count,
    genesis: hash,
    market: account,
    pool: count,
    from: moment,
    complete: flag,
    to: moment,
    toHash: hash,
    events: count,
    requests: count,
    accounts: count,
    months: list(text),
    pages: object({ list: count, submissions: count, log: count }),
});
export type Manifest = Of<typeof manifest>;

const conditions = object({
    spec: hash,
    uri: text,
    asset,
    reward: amount,
    reviewFee: amount,
    access: word('Open', 'Offers'),
    award: word('PerSubmission', 'Proportional', 'Ranked'),
    placesBps: list(count),
    duplicates: word('Independent', 'FirstOnly', 'Shared'),
    retentionPpm: maybe(count),
    curve: list(pair(count, count)),
    limit: count,
    perProvider: count,
    providerBond: amount,
    placeDeposit: amount,
    accessPrice: amount,
    minReputation: amount,
    minTier: count,
    quorum: count,
    tolerance: count,
    signalBy: time,
    deliverBy: time,
    reviewBy: time,
    revealBy: time,
});

export const bytesOf = (uri: string) => u8aToHex(new TextEncoder().encode(uri));

/// The conditions as the contract has them.
export function specOf(of: Of<typeof conditions>): RequestSpec {
    const { award, placesBps, duplicates, retentionPpm = 0, curve, uri, ...same } = of;
    return {
        ...same,
        uri: bytesOf(uri),
        curve: curve.map(([minScore, weightBps]) => ({ minScore, weightBps })),
        award: (award === 'Ranked' ? { type: award, value: placesBps } : { type: award }) as Award,
        duplicates: (duplicates === 'Shared'
            ? { type: duplicates, value: retentionPpm }
            : { type: duplicates }) as Duplicates,
    };
}

export const request = object({
    requester: maybe(account),
    posted: maybe(moment),
    stage,
    withdrawn: maybe(moment),
    settled: maybe(moment),
    pruned: maybe(moment),
    conditions: maybe(conditions),
    quote: maybe(object({ reviewFees: amount, protocolFee: amount, rent: amount, premium: amount, total: amount })),
    engagement: maybe(object({ periods: count, period: time, closed: count, delivered: count, accepted: count })),
    places: count,
    offers: count,
    submissions: count,
    noShows: count,
    held: amount,
    pay: amount,
    fees: amount,
    reclaimed: amount,
    forfeited: amount,
    log: count,
});
export type PastRequest = Of<typeof request>;

const review = object({
    enforcer: account,
    committed: time,
    revealed: maybe(time),
    score: maybe(count),
    duplicateOf: maybe(count),
    coherent: maybe(flag),
});
export type PastReview = Of<typeof review>;

const submission = object({
    provider: maybe(account),
    submitted: maybe(moment),
    changed: maybe(moment),
    content: maybe(hash),
    uri: maybe(text),
    seal: maybe(hash),
    reviews: list(review),
    verdict: maybe(verdict),
    median: maybe(count),
    weightBps: maybe(count),
    fee: maybe(amount),
    duplicateOf: maybe(count),
    pay: maybe(amount),
    forfeited: maybe(amount),
    reputation: maybe(amount),
});
export type PastSubmission = Of<typeof submission>;
export const submissions = table(numbered, submission);

const month = object({ quorum: count, medians: count, judged: count, coherent: count, unrevealed: count });

export const profile = object({
    account,
    first: moment,
    last: moment,
    log: count,
    roles: list(text),
    requester: object({
        posted: count,
        withdrawn: count,
        settled: count,
        spent: assets(object({ escrowed: amount, costs: amount, returned: amount })),
    }),
    provider: object({
        places: count,
        offers: count,
        submissions: count,
        judged: count,
        quorum: count,
        medians: count,
        weighty: count,
        duplicates: count,
        noShows: count,
        earned: assets(object({ pay: amount, forfeited: amount })),
    }),
    enforcer: object({
        state: maybe(state),
        standing: maybe(standing),
        since: maybe(moment),
        standings: list(pair(time, standing)),
        committed: count,
        judged: count,
        coherent: count,
        unrevealed: count,
        bans: count,
        bondBurnt: amount,
        slashed: amount,
        earned: assets(amount),
    }),
    keeper: object({ bans: count, reward: amount }),
    months: table(text, month),
});
export type Profile = Of<typeof profile>;

const day = object({
    block: count,
    pool: maybe(object({ active: count, backlog: count, hands: count, utilizationPpm: count })),
    prices: assets(object({ rent: amount, premiumBps: count })),
});
export const days = table(text, day);

const requestRow = object({
    requester: maybe(account),
    posted: maybe(time),
    stage,
    engagement: flag,
    spec: maybe(hash),
    uri: maybe(text),
    asset: maybe(asset),
    reward: maybe(amount),
    submissions: count,
    pay: amount,
});
export type RequestRow = Of<typeof requestRow>;
export const requestRows = table(numbered, requestRow);

const accountRow = object({
    account,
    posted: count,
    submissions: count,
    quorum: count,
    medians: count,
    state: maybe(state),
    judged: count,
    coherent: count,
    unrevealed: count,
    bans: count,
    reputation: amount,
});
export type AccountRow = Of<typeof accountRow>;
export const accountRows = table(numbered, accountRow);
