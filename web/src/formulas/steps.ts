// Who may do what now, and until when: the page's answer to `atomic request`'s "to be done", from the same rules.

import type { Delivery, Request, Whole } from '../chain/store.ts';
import type { Phase, Timestamp } from '../chain/types.ts';
import { requestPhase, submissionPhase } from './phases.ts';
import { upkeep } from './upkeep.ts';
import * as w from './windows.ts';

export type Who = 'anyone' | 'requester' | 'providers' | 'placed' | 'enforcers' | 'committed';

export interface Step {
    who: Who;
    /// The message of the market that does it.
    message: string;
    /// The submissions that it is about, if it is about some.
    submissions?: number[];
    /// The deadline, where there is one.
    until?: Timestamp;
}

export const phaseOf = ({ spec, state, engagement }: Request, now: Timestamp): Phase =>
    requestPhase(spec, state, engagement, now);

export const deliveryPhase = (request: Request, { number, submission, reviews }: Delivery, now: Timestamp): Phase =>
    submissionPhase(number, submission, request.spec, request.state, reviews, now);

/// The moment by which something has to happen next in the request itself.
export function nextDeadline({ spec, state, engagement }: Request, now: Timestamp): Timestamp | undefined {
    if (state.closed) return undefined;
    return (
        (engagement && w.presentEnds(engagement, now)) ??
        [spec.signalBy, spec.deliverBy, w.reviewFrom(spec)].find((turn) => turn > now)
    );
}

function ofDelivery({ spec, state, engagement }: Request, now: Timestamp): Step[] {
    const until = engagement
        ? w.presentEnds(engagement, now)
        : state.places > 0 && now < spec.deliverBy
          ? spec.deliverBy
          : undefined;
    return until === undefined
        ? []
        : [{ who: 'placed', message: w.isSealed(spec) ? 'submit_sealed' : 'submit', until }];
}

function ofPlaces(request: Request, phase: Phase): Step[] {
    const { spec, state, engagement } = request;
    const accept: Step = { who: 'requester', message: 'accept', until: spec.deliverBy };
    if (spec.access === 'Open') {
        return phase === 'Signalling' && state.places < spec.limit
            ? [{ who: 'providers', message: 'signal', until: spec.signalBy }]
            : [];
    }
    if (state.places >= spec.limit || engagement?.pool !== undefined) return [];
    return phase === 'Signalling' ? [{ who: 'providers', message: 'offer', until: spec.signalBy }, accept] : [accept];
}

function ofVacancy(): Step[] {
    return [
        { who: 'providers', message: 'offer' },
        { who: 'requester', message: 'takeover' },
        { who: 'requester', message: 'reclaim' },
    ];
}

function ofRequest(request: Request, now: Timestamp): Step[] {
    const phase = phaseOf(request, now);
    switch (phase) {
        case 'Signalling':
        case 'Delivery':
            return [...ofPlaces(request, phase), ...ofDelivery(request, now)];
        case 'Unsealing':
            return [{ who: 'placed', message: 'unseal', until: w.reviewFrom(request.spec) }];
        case 'Vacant':
            return ofVacancy();
        default:
            return [];
    }
}

/// What can be reviewed comes first, nearest to its quorum first.
function nearness({ spec }: Request, { reviews, submission }: Delivery): number {
    const left = w.missing(spec, reviews);
    return left > 0 || submission.extended ? left : spec.quorum + reviews.length;
}

function ofSubmissions(whole: Whole, now: Timestamp): Step[] {
    const phased = whole.deliveries.map((delivery) => ({ delivery, phase: deliveryPhase(whole, delivery, now) }));
    const inPhase = (wanted: Phase): Delivery[] =>
        phased.filter(({ phase }) => phase === wanted).map(({ delivery }) => delivery);
    const each = (who: Who, message: string, found: Delivery[], until?: (delivery: Delivery) => Timestamp): Step[] =>
        found.map((delivery) => ({
            who,
            message,
            submissions: [delivery.number],
            ...(until && { until: until(delivery) }),
        }));
    const window = ({ submission }: Delivery): w.Window => w.window(whole.spec, submission.windowStart);
    const byNearness = inPhase('Review').sort((one, other) => nearness(whole, one) - nearness(whole, other));
    return [
        ...each('enforcers', 'commit_reviews', byNearness, (delivery) => window(delivery).commitBy),
        ...each('committed', 'reveal_reviews', inPhase('Reveal'), (delivery) => window(delivery).revealBy),
    ];
}

/// What anyone may do; whoever did not deliver is reported by one step together.
function ofAnyone(whole: Whole, now: Timestamp): Step[] {
    const all = upkeep(whole, now).map(({ message, submissions }): Step => ({
        who: 'anyone',
        message,
        ...(submissions.length > 0 && { submissions }),
    }));
    const reports = all.filter(({ message }) => message === 'report_no_show');
    return all.filter((step) => !reports.slice(1).includes(step));
}

const ofRequester = ({ state }: Whole): Step[] =>
    state.closed && state.held > state.unclaimed ? [{ who: 'requester', message: 'reclaim' }] : [];

/// What can be done now with a request, or has to be.
export const steps = (whole: Whole, now: Timestamp): Step[] => [
    ...ofRequest(whole, now),
    ...ofSubmissions(whole, now),
    ...ofAnyone(whole, now),
    ...ofRequester(whole),
];
