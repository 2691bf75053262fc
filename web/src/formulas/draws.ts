// Who may review a submission, and from when on: `rules/src/draw.rs` and `Submission::draws` in TypeScript.

import type { Submission, Timestamp } from '../chain/types.ts';
import { maxReviews, window, type Times } from './windows.ts';

/// Everybody, in parts of 2^64.
const EVERYBODY = 1n << 64n;
const DRAWN_PER_REVIEW = 4n;

type Opened = Pick<Submission, 'active' | 'extended' | 'windowStart'>;

/// The share of the active members that is drawn in the end, in parts of 2^64.
export function shareDrawn(reviews: number, active: number, extended: boolean): bigint {
    if (active === 0) return EVERYBODY;
    const share = ((BigInt(reviews) * DRAWN_PER_REVIEW) << (extended ? 65n : 64n)) / BigInt(active);
    return share < EVERYBODY ? share : EVERYBODY;
}

function risen(spec: Times, submission: Opened): bigint {
    const { start, drawnBy } = window(spec, submission.windowStart);
    return submission.extended ? 0n : drawnBy - start;
}

/// Whether the member with this draw may review this opened submission at `now`, if no deadline has passed.
export function isDrawn(spec: Times, submission: Opened, draw: bigint, now: Timestamp): boolean {
    const share = shareDrawn(maxReviews(spec), submission.active, submission.extended);
    const elapsed = now > submission.windowStart ? now - submission.windowStart : 0n;
    const whole = risen(spec, submission);
    return elapsed >= whole ? draw < share : draw * whole < share * elapsed;
}

/// The first moment at which it may, or undefined if it is not drawn at all.
export function drawnFrom(spec: Times, submission: Opened, draw: bigint): Timestamp | undefined {
    const share = shareDrawn(maxReviews(spec), submission.active, submission.extended);
    if (draw >= share) return undefined;
    const first = (draw * risen(spec, submission)) / share + 1n;
    const whole = risen(spec, submission);
    return submission.windowStart + (first < whole ? first : whole);
}
