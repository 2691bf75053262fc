// What can be done now: `interfaces/src/market/reads.rs` in TypeScript, so that a thousand requests are listed without
// asking the contract a thousand times. Held against the same vectors.

import type { Engagement, Phase, RequestState, Timestamp } from '../chain/types.ts';
import { finalizableFrom, revealsFrom, reviewFrom, type Scored, type Progress, type Times } from './windows.ts';

type Counts = Pick<RequestState, 'closed' | 'submissions' | 'opened' | 'finalized' | 'settled'>;
type Deal = Pick<Engagement, 'tenure' | 'pool'>;

export function requestPhase(spec: Times, state: Counts, deal: Deal | undefined, now: Timestamp): Phase {
    if (state.closed) return 'Settled';
    if (deal) {
        if (deal.tenure) return 'Delivery';
        if (deal.pool !== undefined) return 'Vacant';
        if (now < spec.signalBy) return 'Signalling';
        return now < spec.deliverBy ? 'Delivery' : 'Finalized';
    }
    if (now < spec.signalBy) return 'Signalling';
    if (now < spec.deliverBy) return 'Delivery';
    if (now < reviewFrom(spec)) return 'Unsealing';
    if (state.opened < state.submissions) return 'Unopened';
    return state.finalized === state.submissions ? 'Finalized' : 'Review';
}

/// When that next changes by the clock alone, if it does.
export function phaseEnds(spec: Times, state: Counts, deal: Deal | undefined, now: Timestamp): Timestamp | undefined {
    const present = requestPhase(spec, state, deal, now);
    const turns = [spec.signalBy, spec.deliverBy, reviewFrom(spec)];
    return turns.find((turn) => turn > now && requestPhase(spec, state, deal, turn) !== present);
}

export function submissionPhase(
    number: number,
    submission: Progress,
    spec: Times,
    state: Counts,
    reviews: readonly Scored[],
    now: Timestamp,
): Phase {
    const opens = submission.windowStart;
    const opened = number < state.opened;
    if (submission.claimed) return 'Claimed';
    if (number < state.settled) return 'Settled';
    if (submission.verdict !== 'Pending') return 'Finalized';
    if (!opened) {
        if (now < spec.signalBy) return 'Signalling';
        if (submission.seal !== undefined && now >= spec.deliverBy && now < opens) return 'Unsealing';
        return now < opens ? 'Delivery' : 'Unopened';
    }
    const reached = (since: Timestamp | undefined): boolean => since !== undefined && now >= since;
    if (reached(finalizableFrom(spec, submission, reviews))) return 'Finalizable';
    return reached(revealsFrom(spec, submission, reviews)) ? 'Reveal' : 'Review';
}
