// Which calls anyone may make for a request now: `cli/src/keeper/plan.rs` in TypeScript, the most urgent first.

import type { Delivery, Whole } from '../chain/store.ts';
import type { Timestamp } from '../chain/types.ts';
import { inLists } from './lists.ts';
import * as w from './windows.ts';

export interface Due {
    message: 'open_reviews' | 'finalize' | 'close_period' | 'settle' | 'report_no_show' | 'claim' | 'prune';
    /// The submissions that it is about, if it is about some.
    submissions: number[];
    /// Whom it is about, if it is about somebody.
    provider?: Whole['places'][number]['provider'];
}

const URGENCY: readonly Due['message'][] = [
    'open_reviews',
    'finalize',
    'close_period',
    'settle',
    'report_no_show',
    'claim',
    'prune',
];

/// How urgent a message is: first what is lost if it comes late, then what lets others go on, in the end what tidies up.
export const urgency = ({ message }: Due): number => URGENCY.indexOf(message);

/// Verdicts that can be given, or windows that can be extended. A verdict waits for those of the submissions that reveals
/// name as originals.
function finalizable(whole: Whole, now: Timestamp): number[] {
    const { spec, state, deliveries } = whole;
    const pending = new Set(
        deliveries.filter(({ submission }) => submission.verdict === 'Pending').map(({ number }) => number),
    );
    return deliveries.flatMap(({ number, submission, reviews }) => {
        const since = number < state.opened ? w.finalizableFrom(spec, submission, reviews) : undefined;
        const waits = w.waitsFor(spec, reviews).some((original) => pending.has(original));
        return since !== undefined && since <= now && !waits ? [number] : [];
    });
}

/// The time from which the next period of a deal can be closed; undefined while its verdict is waited for.
function closesFrom({ spec, state, engagement, deliveries }: Whole): Timestamp | undefined {
    if (!engagement || state.closed) return undefined;
    if (engagement.pool === undefined) return spec.deliverBy;
    const period = state.settled;
    const delivery = deliveries.find(({ number }) => number === period);
    if (delivery) return delivery.submission.verdict === 'Pending' ? undefined : 0n;
    const { tenure } = engagement;
    if (tenure && period >= tenure.first) return w.due(engagement, tenure, period);
    return period < state.submissions ? 0n : w.vacantUntil(engagement);
}

function settlesFrom({ spec, state, deliveries }: Whole): Timestamp | undefined {
    const next = deliveries.find(({ number }) => number === state.settled);
    const judged = next ? next.submission.verdict !== 'Pending' : state.settled === state.submissions;
    return judged && !state.closed ? spec.deliverBy : undefined;
}

function opensFrom({ spec, state, engagement, deliveries }: Whole): Timestamp | undefined {
    if (state.opened >= state.submissions) return undefined;
    if (!engagement) return w.reviewFrom(spec);
    return deliveries.find(({ number }) => number === state.opened)?.submission.windowStart ?? 0n;
}

function missing({ spec, state, deliveries, places }: Whole, now: Timestamp): Due[] {
    const open = w.undelivered(
        state,
        deliveries.map(({ submission }: Delivery) => submission),
    );
    if (open === 0) return [];
    return places
        .filter(({ place }) => place.taken > place.delivered + place.missed)
        .filter(({ place }) => now >= w.noShowFrom(spec, place.deliverBy > 0n ? place.deliverBy : spec.deliverBy))
        .map(({ provider }) => ({ message: 'report_no_show', submissions: [], provider }));
}

export function upkeep(whole: Whole, now: Timestamp): Due[] {
    const { spec, state, engagement, deliveries } = whole;
    const reached = (since: Timestamp | undefined): boolean => since !== undefined && since <= now;
    const call = (message: Due['message'], submissions: number[] = []): Due => ({ message, submissions });
    const claims = deliveries
        .filter(({ number, submission }) => number < w.claimable(spec, state) && w.canBePaid(submission))
        .map(({ number }) => number);
    return [
        ...(reached(opensFrom(whole)) ? [call('open_reviews')] : []),
        ...inLists(finalizable(whole, now)).map((list) => call('finalize', list)),
        ...(reached(closesFrom(whole)) ? [call('close_period')] : []),
        ...(!engagement && reached(settlesFrom(whole)) ? [call('settle')] : []),
        ...(engagement ? [] : missing(whole, now)),
        ...inLists(claims).map((list) => call('claim', list)),
        ...(w.isPrunable(state) ? [call('prune')] : []),
    ];
}

/// Whether anything may be due, as far as conditions and progress say: the others need not be read as a whole.
export const mayBeDue = (
    { spec, state, engagement }: Pick<Whole, 'spec' | 'state' | 'engagement'>,
    now: Timestamp,
): boolean =>
    state.closed
        ? w.isPrunable(state) || state.claimed < state.settled || state.openPlaces > 0
        : engagement?.pool !== undefined || now >= spec.deliverBy || (state.places > 0 && spec.access === 'Offers');
