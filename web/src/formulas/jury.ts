// What an enforcer has to do with each submission: whether it may review it now, later, or not; and what it committed to.

import type { HexString } from 'dedot/utils';
import type { Delivery } from '../chain/store.ts';
import type { Part } from '../chain/parts.ts';
import type { Review, Timestamp } from '../chain/types.ts';
import { drawnFrom } from './draws.ts';
import { draw } from './hashes.ts';
import { mayDuplicate } from './opening.ts';
import { deliveryPhase } from './steps.ts';
import * as w from './windows.ts';

export interface Seat {
    part: Part;
    delivery: Delivery;
    commitBy: Timestamp;
    /// How many commitments are missing to its quorum.
    missing: number;
    /// From when on it may be reviewed; undefined: it is not drawn in this window.
    from: Timestamp | undefined;
    /// Whether there is room for members that are short, or that are not.
    room: { short: boolean; others: boolean };
}

export interface Committed {
    part: Part;
    delivery: Delivery;
    review: Review;
    /// What comes next: nothing before `from`; `reveal` until `until`; `extend` first; wait for the `verdict`; or it is `over`.
    next: 'wait' | 'reveal' | 'extend' | 'verdict' | 'over';
    from: Timestamp;
    until: Timestamp;
}

const isMine = (who: HexString, review: Review): boolean => review.enforcer.raw === who;

/// Whether it never reviews in this request.
const isInsider = ({ place, offer, state }: Part, who: HexString): boolean =>
    place !== undefined || offer !== undefined || state.requester.raw === who;

/// Whether there is room for one more review of a member that is short, or is not.
function hasRoom(spec: Part['spec'], reviews: readonly Review[], short: boolean): boolean {
    const theirs = reviews.filter((review) => review.short === short).length;
    return theirs < spec.quorum + (short ? 0 : 1);
}

function seat(part: Part, delivery: Delivery, who: HexString): Seat {
    const { spec, state, id } = part;
    const { submission, number, reviews } = delivery;
    return {
        part,
        delivery,
        commitBy: w.window(spec, submission.windowStart).commitBy,
        missing: w.missing(spec, reviews),
        from: drawnFrom(spec, submission, draw(state.seed as HexString, id, number, who)),
        room: { short: hasRoom(spec, reviews, true), others: hasRoom(spec, reviews, false) },
    };
}

/// What is nearest to its quorum comes first, what has it last; then what ends first.
const inOrder = (one: Seat, other: Seat): number =>
    Number(one.missing === 0) - Number(other.missing === 0) ||
    one.missing - other.missing ||
    Number(one.commitBy - other.commitBy);

/// All submissions in review that it has no part in and has not committed to.
export function seats(parts: readonly Part[], who: HexString, now: Timestamp): Seat[] {
    const found = parts.flatMap((part) =>
        part.state.opened === 0 || isInsider(part, who)
            ? []
            : part.deliveries
                  .filter(
                      (delivery) =>
                          deliveryPhase(part, delivery, now) === 'Review' &&
                          now < w.window(part.spec, delivery.submission.windowStart).commitBy &&
                          !delivery.reviews.some((review) => isMine(who, review)),
                  )
                  .map((delivery) => seat(part, delivery, who)),
    );
    return found.sort(inOrder);
}

function progress(part: Part, { submission, reviews }: Delivery, review: Review, now: Timestamp): Committed['next'] {
    if (review.score !== undefined) return submission.verdict === 'Pending' ? 'verdict' : 'over';
    if (submission.verdict !== 'Pending') return 'over';
    const since = w.revealsFrom(part.spec, submission, reviews);
    const { commitBy, revealBy } = w.window(part.spec, submission.windowStart);
    if (since === undefined) return now < commitBy ? 'wait' : 'extend';
    if (now < since) return 'wait';
    return now < revealBy ? 'reveal' : 'over';
}

/// Everything that it committed to and that has no verdict yet, by what is due first.
export function committed(parts: readonly Part[], who: HexString, now: Timestamp): Committed[] {
    const found = parts.flatMap((part) =>
        part.deliveries.flatMap((delivery) => {
            const review = delivery.reviews.find((one) => isMine(who, one));
            if (!review || delivery.submission.verdict !== 'Pending') return [];
            const { commitBy, revealBy } = w.window(part.spec, delivery.submission.windowStart);
            const next = progress(part, delivery, review, now);
            return [{ part, delivery, review, next, from: commitBy, until: revealBy }];
        }),
    );
    return found.sort((one, other) => Number(one.until - other.until));
}

/// The submissions that a review of this one could name.
export const originals = (part: Part, delivery: Delivery): number[] =>
    part.engagement ? [] : part.deliveries.filter((other) => mayDuplicate(delivery, other)).map(({ number }) => number);
