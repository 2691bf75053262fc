// When a request's steps begin and end: `interfaces/src/market/reviews.rs`, `places.rs` and `settlement.rs` in
// TypeScript, held against the same vectors (test/vectors.json).

import type {
    Engagement,
    RequestSpec,
    RequestState,
    Review,
    Submission,
    Tenure,
    Timestamp,
    Verdict,
} from '../chain/types.ts';

/// How many periods a vacant place waits for another provider.
const VACANT_PERIODS = 2n;

/// What of a request's conditions its times depend on.
export type Times = Pick<RequestSpec, 'duplicates' | 'quorum' | 'signalBy' | 'deliverBy' | 'reviewBy' | 'revealBy'>;
/// What of a submission its phase depends on.
export type Progress = Pick<Submission, 'windowStart' | 'extended' | 'verdict' | 'claimed'> & { seal?: unknown };
/// What of a review its submission’s phase depends on.
export type Scored = Pick<Review, 'score' | 'duplicateOf'>;

export interface Window {
    start: Timestamp;
    drawnBy: Timestamp;
    commitBy: Timestamp;
    revealBy: Timestamp;
}

const difference = (later: Timestamp, earlier: Timestamp): Timestamp => (later > earlier ? later - earlier : 0n);

/// Whether delivery is sealed, because it matters who was first.
export const isSealed = (spec: Pick<RequestSpec, 'duplicates'>): boolean => spec.duplicates.type !== 'Independent';

export const maxReviews = (spec: Pick<RequestSpec, 'quorum'>): number => 2 * spec.quorum + 1;

/// Whether what a submission earns depends on the others.
export const isInterdependent = (spec: Pick<RequestSpec, 'award' | 'duplicates'>): boolean =>
    spec.award.type !== 'PerSubmission' || spec.duplicates.type === 'Shared';

/// When reviews can be opened: when delivery ends or, if it is sealed, half-way from there to `reviewBy`.
export const reviewFrom = (spec: Times): Timestamp =>
    spec.deliverBy + (isSealed(spec) ? difference(spec.reviewBy, spec.deliverBy) / 2n : 0n);

export const commits = (spec: Times): Timestamp => difference(spec.reviewBy, reviewFrom(spec));

export const reveals = (spec: Times): Timestamp => difference(spec.revealBy, spec.reviewBy);

/// The window of the request's lengths that begins at `start`, a submission's `windowStart`.
export function window(spec: Times, start: Timestamp): Window {
    const commitBy = start + commits(spec);
    return { start, drawnBy: start + commits(spec) / 2n, commitBy, revealBy: commitBy + reveals(spec) };
}

/// What a submission with this median earns by itself, in basis points.
export function earned(spec: Pick<RequestSpec, 'curve'>, median: number): number {
    return spec.curve.filter((bucket) => bucket.minScore <= median).at(-1)?.weightBps ?? 0;
}

/// How many commitments are missing to a quorum.
export const missing = (spec: Times, reviews: readonly unknown[]): number => Math.max(0, spec.quorum - reviews.length);

/// Whether a window with these commitments must be extended, once, before anything is revealed.
export const isShort = (spec: Times, extended: boolean, reviews: readonly unknown[]): boolean =>
    !extended && missing(spec, reviews) > 0;

export const allRevealed = (reviews: readonly Scored[]): boolean => reviews.every(({ score }) => score !== undefined);

/// The time from which reviews of this opened submission can be revealed; undefined while its window has to be extended.
export function revealsFrom(spec: Times, submission: Progress, reviews: readonly Scored[]): Timestamp | undefined {
    if (isShort(spec, submission.extended, reviews)) return undefined;
    return reviews.length >= maxReviews(spec) ? 0n : window(spec, submission.windowStart).commitBy;
}

/// The time from which this opened submission can be finalized, if nothing more is committed or revealed.
export function finalizableFrom(spec: Times, submission: Progress, reviews: readonly Scored[]): Timestamp | undefined {
    if (submission.verdict !== 'Pending') return undefined;
    const { commitBy, revealBy } = window(spec, submission.windowStart);
    const since = revealsFrom(spec, submission, reviews);
    if (since === undefined) return commitBy;
    return allRevealed(reviews) ? since : revealBy;
}

/// The verdict that the reveals so far give.
export function verdictOf(reviews: readonly Scored[], quorum: number): Verdict {
    const revealed = reviews.filter(({ score }) => score !== undefined).length;
    if (revealed === 0) return 'Unreviewed';
    return revealed < quorum ? 'Few' : 'Quorum';
}

/// The submissions whose verdicts a quorum's verdict waits for: those that reveals name as originals.
export function waitsFor(spec: Pick<RequestSpec, 'quorum'>, reviews: readonly Scored[]): number[] {
    if (verdictOf(reviews, spec.quorum) !== 'Quorum') return [];
    return reviews.flatMap(({ duplicateOf }) => (duplicateOf === undefined ? [] : [duplicateOf]));
}

/// The time from which a provider whose deliveries were `due` can be reported.
export const noShowFrom = (spec: Times, due: Timestamp): Timestamp => (isSealed(spec) ? reviewFrom(spec) : due);

/// Whether it is not paid yet and can be.
export const canBePaid = (submission: Pick<Submission, 'claimed' | 'verdict'>): boolean =>
    !submission.claimed && submission.verdict !== 'Missed';

/// How many of the open places were not delivered on.
export function undelivered(
    state: Pick<RequestState, 'openPlaces'>,
    submissions: readonly Pick<Submission, 'delivered' | 'claimed' | 'verdict'>[],
): number {
    return Math.max(0, state.openPlaces - submissions.filter((one) => one.delivered && canBePaid(one)).length);
}

/// Submissions below this number can be claimed for.
export const claimable = (spec: RequestSpec, state: RequestState): number =>
    state.closed || !isInterdependent(spec) ? state.settled : 0;

/// Whether anyone can prune the request.
export const isPrunable = (state: RequestState): boolean =>
    state.closed && state.claimed === state.settled && state.openPlaces === 0;

/// The deadline of a period for the provider that has the place.
export const due = (deal: Engagement, tenure: Tenure, period: number): Timestamp =>
    tenure.firstDeliverBy + deal.period * BigInt(Math.max(0, period - tenure.first));

/// The period whose delivery is due next.
export function presentPeriod(deal: Engagement, tenure: Tenure, now: Timestamp): number {
    if (now < tenure.firstDeliverBy || deal.period === 0n) return tenure.first;
    return tenure.first + Number((now - tenure.firstDeliverBy) / deal.period) + 1;
}

/// The first period that is not the provider's any more: of its own notice, or of the deal.
export const endOf = ({ notice, periods }: Engagement, { provider }: Tenure): number =>
    notice && notice.by.eq(provider) ? notice.until : periods;

/// The deadline of the present period, while somebody has the place and not all of its periods are over.
export function presentEnds(deal: Engagement, now: Timestamp): Timestamp | undefined {
    if (!deal.tenure) return undefined;
    const period = presentPeriod(deal, deal.tenure, now);
    return period < endOf(deal, deal.tenure) ? due(deal, deal.tenure, period) : undefined;
}

/// The time from which a vacant engagement is ended if nobody has taken over.
export const vacantUntil = ({ vacated, period }: Pick<Engagement, 'vacated' | 'period'>): Timestamp =>
    vacated + period * VACANT_PERIODS;
