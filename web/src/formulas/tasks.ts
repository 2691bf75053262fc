// What is due of one account, in which role, and until when; what waits for others; and what it can have paid out.

import type { HexString } from 'dedot/utils';
import type { Delivery } from '../chain/store.ts';
import type { Part } from '../chain/parts.ts';
import type { Timestamp } from '../chain/types.ts';
import { committed, seats } from './jury.ts';
import { deliveryPhase, phaseOf } from './steps.ts';
import { upkeep, type Due } from './upkeep.ts';
import * as w from './windows.ts';

export type Role = 'requester' | 'provider' | 'bidder' | 'enforcer';

export type What =
    | 'deliver'
    | 'unseal'
    | 'unseal-later'
    | 'offer-stands'
    | 'offer-over'
    | 'accept'
    | 'takeover'
    | 'open'
    | 'finalize'
    | 'settle'
    | 'close'
    | 'judged'
    | 'review'
    | 'review-later'
    | 'reveal'
    | 'reveal-later'
    | 'extend'
    | 'check-in'
    | 'safe';

export interface Task {
    role: Role;
    what: What;
    /// The request that it is about, if it is about one.
    part?: Part;
    submissions?: number[];
    /// Whether something can be done now; if not, it waits for others, or for its time.
    due: boolean;
    /// Until when or, for what waits, from when on.
    at?: Timestamp;
}

const delivered = ({ submission }: Delivery): boolean => submission.delivered || submission.seal !== undefined;

function ofProvider(part: Part, who: HexString, now: Timestamp): Task[] {
    const { place, spec, engagement } = part;
    if (!place) return [];
    const tasks: Task[] = [];
    const add = (what: What, due: boolean, at: Timestamp, submissions: number[] = []): void => {
        tasks.push({ role: 'provider', what, part, due, at, ...(submissions.length > 0 && { submissions }) });
    };
    const mine = part.deliveries.filter(({ submission }) => submission.provider.raw === who);
    if (engagement?.tenure?.provider.raw === who) {
        const until = w.presentEnds(engagement, now);
        const period = w.presentPeriod(engagement, engagement.tenure, now);
        const done = mine.some((delivery) => delivery.number === period && delivered(delivery));
        if (until !== undefined && !done) add('deliver', true, until, [period]);
    } else if (!engagement && place.taken > place.submitted + place.missed) {
        // An offer that was accepted has a deadline of its own.
        const until = spec.access === 'Offers' ? place.deliverBy : spec.deliverBy;
        if (now < until) add('deliver', true, until);
    }
    const sealed = mine.filter(({ submission }) => !submission.delivered && submission.verdict === 'Pending');
    const numbers = sealed.filter(({ submission }) => submission.seal !== undefined).map(({ number }) => number);
    if (numbers.length > 0 && now < w.reviewFrom(spec)) {
        const open = now >= spec.deliverBy;
        add(open ? 'unseal' : 'unseal-later', open, open ? w.reviewFrom(spec) : spec.deliverBy, numbers);
    }
    return tasks;
}

function ofBidder(part: Part, now: Timestamp): Task[] {
    if (!part.offer?.open) return [];
    const stands = now < part.offer.until;
    const at = stands ? { at: part.offer.until } : {};
    return [{ role: 'bidder', what: stands ? 'offer-stands' : 'offer-over', part, due: !stands, ...at }];
}

function ofRequester(part: Part, now: Timestamp): Task[] {
    const { spec, state, engagement } = part;
    if (state.closed) return [];
    if (engagement && phaseOf(part, now) === 'Vacant')
        return [{ role: 'requester', what: 'takeover', part, due: true, at: w.vacantUntil(engagement) }];
    const wanted = spec.access === 'Offers' && state.places < spec.limit && state.lastOffer !== undefined;
    return wanted && now < spec.deliverBy
        ? [{ role: 'requester', what: 'accept', part, due: true, at: spec.deliverBy }]
        : [];
}

/// What lets a request go on; the rest of the upkeep tidies up.
const PROGRESS: Readonly<Partial<Record<Due['message'], What>>> = {
    open_reviews: 'open',
    finalize: 'finalize',
    settle: 'settle',
    close_period: 'close',
};

/// What anyone can do, told to those who wait for it.
const ofUpkeep = (part: Part, role: Role, now: Timestamp): Task[] =>
    upkeep({ ...part, offers: [], places: [] }, now).flatMap(({ message, submissions }): Task[] => {
        const what = PROGRESS[message];
        return what ? [{ role, what, part, due: true, ...(submissions.length > 0 && { submissions }) }] : [];
    });

/// The submissions that others judge now.
function judged(part: Part, role: Role, now: Timestamp): Task[] {
    const waiting = part.deliveries.filter((delivery) =>
        ['Review', 'Reveal'].includes(deliveryPhase(part, delivery, now)),
    );
    if (waiting.length === 0) return [];
    const ends = waiting.map(({ submission }) => w.window(part.spec, submission.windowStart).revealBy);
    const at = ends.reduce((last, end) => (end > last ? end : last));
    return [{ role, what: 'judged', part, due: false, at, submissions: waiting.map(({ number }) => number) }];
}

function ofEnforcer(parts: readonly Part[], who: HexString, now: Timestamp): Task[] {
    const names = { reveal: 'reveal', extend: 'extend', wait: 'reveal-later' } as const;
    return committed(parts, who, now).flatMap(({ part, delivery, next, from, until }): Task[] => {
        if (next === 'verdict' || next === 'over') return [];
        const at = next === 'reveal' ? { at: until } : next === 'wait' ? { at: from } : {};
        const submissions = [delivery.number];
        return [{ role: 'enforcer', what: names[next], part, due: next !== 'wait', submissions, ...at }];
    });
}

/// What a member with a seat is drawn for.
function ofSeat(parts: readonly Part[], who: HexString, now: Timestamp): Task[] {
    return seats(parts, who, now).flatMap(({ part, delivery, from, commitBy, room }): Task[] => {
        if (from === undefined || !(room.others || room.short)) return [];
        const open = from <= now;
        const submissions = [delivery.number];
        const what = open ? 'review' : 'review-later';
        return [{ role: 'enforcer', what, part, due: open, at: open ? commitBy : from, submissions }];
    });
}

/// Several submissions of a request with the same deadline are one thing to do.
function merged(tasks: readonly Task[]): Task[] {
    const all = new Map<string, Task>();
    for (const task of tasks) {
        const key = idOf(task);
        const known = all.get(key);
        const submissions = [...(known?.submissions ?? []), ...(task.submissions ?? [])].sort((a, b) => a - b);
        all.set(key, { ...task, ...(submissions.length > 0 && { submissions }) });
    }
    return [...all.values()];
}

export const idOf = ({ role, what, part, at }: Task): string => `${role}/${what}/${part?.id ?? ''}/${at ?? ''}`;

/// Everything for this account in the market; `seated` says whether it has a seat.
export function tasks(parts: readonly Part[], who: HexString, seated: boolean, now: Timestamp): Task[] {
    const ofParts = parts.flatMap((part) => {
        const requester = part.state.requester.raw === who;
        const role = requester ? 'requester' : part.place ? 'provider' : undefined;
        return [
            ...ofProvider(part, who, now),
            ...ofBidder(part, now),
            ...(requester ? ofRequester(part, now) : []),
            ...(role && !part.state.closed ? [...merged(ofUpkeep(part, role, now)), ...judged(part, role, now)] : []),
        ];
    });
    const enforced = [...ofEnforcer(parts, who, now), ...(seated ? ofSeat(parts, who, now) : [])];
    return [...ofParts, ...merged(enforced)];
}

/// The submissions of this account for which it can claim.
export const claimable = (part: Part, who: HexString, now: Timestamp): number[] =>
    part.deliveries
        .filter(
            (delivery) =>
                delivery.submission.provider.raw === who &&
                deliveryPhase(part, delivery, now) === 'Settled' &&
                w.canBePaid(delivery.submission) &&
                delivery.number < w.claimable(part.spec, part.state),
        )
        .map(({ number }) => number);

/// Whether the requester can take something back.
export const reclaimable = ({ state }: Part, who: HexString): boolean =>
    state.requester.raw === who && state.closed && state.held > state.unclaimed;

/// How many places of this account are still open: their bond and deposit are held.
export function openPlaces({ place, deliveries }: Part, who: HexString): number {
    if (!place) return 0;
    const paid = deliveries.filter(({ submission }) => submission.claimed && submission.provider.raw === who);
    return Math.max(0, place.taken - place.missed - paid.length);
}
