// What the page knows of the market: every request's conditions and progress, and all there is of those that are looked
// at. Read once, and then only what a block's events have touched.

import { computed, signal, type Signal } from '@preact/signals';
import { now } from './clock.ts';
import type { Chain } from './session.ts';
import { chain } from './session.ts';
import type {
    Account,
    Engagement,
    Offer,
    Place,
    Policy,
    RequestSpec,
    RequestState,
    Review,
    Submission,
} from './types.ts';

export interface Request {
    id: number;
    spec: RequestSpec;
    state: RequestState;
    engagement: Engagement | undefined;
}

export interface Delivery {
    number: number;
    submission: Submission;
    reviews: Review[];
}

/// All there is of one request.
export interface Whole extends Request {
    deliveries: Delivery[];
    offers: { provider: Account; offer: Offer }[];
    places: { provider: Account; place: Place }[];
}

/// How many requests are asked for in one call. Those that were posted last come first, and are shown before the others.
const BATCH = 250;

/// Requests by their number, without those that are pruned; undefined until they are read.
export const requests = signal<ReadonlyMap<number, Request> | undefined>(undefined);
/// How many were posted, pruned ones too.
export const posted = signal(0);
/// The policy that was written down last, and what was proposed since, with the moment from which that is in force.
const policies = signal<{ written: Policy | undefined; proposed: [Policy, bigint] | undefined }>({
    written: undefined,
    proposed: undefined,
});
/// The policy in force: a proposal is from its moment on, whether or not anybody applied it.
export const policy = computed(() => {
    const { written, proposed } = policies.value;
    return proposed && now.value >= proposed[1] ? proposed[0] : written;
});
/// How long all of that took to read, in milliseconds.
export const readIn = signal<number | undefined>(undefined);

const wholes = new Map<number, Signal<Whole | 'none' | undefined>>();

/// All there is of a request; undefined while it is read, `none` if there is none, or it was pruned.
export function whole(id: number): Signal<Whole | 'none' | undefined> {
    const known = wholes.get(id);
    if (known) return known;
    const fresh = signal<Whole | 'none' | undefined>(undefined);
    wholes.set(id, fresh);
    if (chain.value) void refreshWhole(chain.value, id);
    return fresh;
}

const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

async function readRequests(at: Chain, ids: number[]): Promise<Map<number, Request | undefined>> {
    const { market } = at.cells;
    const [specs, states] = await Promise.all([market.at('specs', ids), market.at('states', ids)]);
    const long = ids.filter((_, index) => states[index]?.engagement);
    const deals = new Map((await market.at('engagements', long)).map((deal, index) => [long[index], deal]));
    return new Map(
        ids.map((id, index) => {
            const [spec, state] = [specs[index], states[index]];
            return [id, spec && state ? { id, spec, state, engagement: deals.get(id) } : undefined];
        }),
    );
}

/// Those that are not pruned.
const there = (batches: Map<number, Request | undefined>[]): Map<number, Request> =>
    new Map(batches.flatMap((some) => [...some]).filter((entry): entry is [number, Request] => entry[1] !== undefined));

/// Requests that were read anew while everything was.
const touchedSince = new Set<number>();

export async function refreshPolicy({ cells: { market } }: Chain): Promise<void> {
    const [written, proposed] = await Promise.all([market.value('policy'), market.value('pending')]);
    policies.value = { written, proposed };
}

/// Reads everything anew.
export async function refreshAll(at: Chain): Promise<void> {
    const began = performance.now();
    const [next] = await Promise.all([at.cells.market.value('nextRequest'), refreshPolicy(at)]);
    const count = next ?? 0;
    posted.value = count;
    touchedSince.clear();
    const batches = range(0, Math.ceil(count / BATCH)).map((batch) =>
        range(Math.max(0, count - (batch + 1) * BATCH), count - batch * BATCH),
    );
    const reading = batches.map((ids) => readRequests(at, ids));
    if (!requests.value) requests.value = there(await Promise.all(reading.slice(0, 1)));
    const read = there(await Promise.all(reading));
    // What a block has touched meanwhile was read later than this.
    for (const id of touchedSince) {
        const newer = requests.value.get(id);
        if (newer) read.set(id, newer);
        else read.delete(id);
    }
    requests.value = read;
    readIn.value = performance.now() - began;
    await Promise.all([...wholes.keys()].map((id) => refreshWhole(at, id)));
}

/// Reads these requests anew, and all there is of those that are looked at.
export async function refreshRequests(at: Chain, ids: number[]): Promise<void> {
    const read = await readRequests(at, ids);
    const next = new Map(requests.value);
    for (const [id, request] of read) {
        touchedSince.add(id);
        if (request) next.set(id, request);
        else next.delete(id);
    }
    requests.value = next;
    posted.value = Math.max(posted.value, ...ids.map((id) => id + 1));
    await Promise.all(ids.filter((id) => wholes.has(id)).map((id) => refreshWhole(at, id)));
}

async function refreshWhole(at: Chain, id: number): Promise<void> {
    const target = whole(id);
    const request = (await readRequests(at, [id])).get(id);
    if (!request) {
        target.value = 'none';
        return;
    }
    const [deliveries, offers, places] = await Promise.all([
        readDeliveries(at, request),
        chained(request.state.lastOffer, (provider) => readOffer(at, id, provider)),
        chained(request.state.lastProvider, (provider) => readPlace(at, id, provider)),
    ]);
    target.value = {
        ...request,
        deliveries,
        offers: offers.map(([provider, offer]) => ({ provider, offer })),
        places: places.map(([provider, place]) => ({ provider, place })),
    };
}

/// Submissions with their reviews, by request and number; those that are there.
export async function deliveriesAt(at: Chain, keys: [number, number][]): Promise<(Delivery | undefined)[]> {
    const works = await at.cells.market.at('submissions', keys);
    return keys.map(([, number], index) => {
        const work = works[index];
        return work && { number, submission: work.delivery, reviews: work.reviews };
    });
}

async function readDeliveries(at: Chain, { id, state }: Request): Promise<Delivery[]> {
    const keys = range(0, state.submissions).map((number): [number, number] => [id, number]);
    return (await deliveriesAt(at, keys)).filter((delivery) => delivery !== undefined);
}

const readOffer = async (at: Chain, id: number, provider: Account): Promise<Offer | undefined> =>
    (await at.cells.market.at('offers', [[id, provider]]))[0];

const readPlace = async (at: Chain, id: number, provider: Account): Promise<Place | undefined> =>
    (await at.cells.market.at('places', [[id, provider]]))[0];

/// Follows a list in which each names the one before; the latest first.
async function chained<T extends { previous?: Account | undefined }>(
    last: Account | undefined,
    read: (who: Account) => Promise<T | undefined>,
): Promise<[Account, T][]> {
    const found: [Account, T][] = [];
    for (let who = last; who;) {
        const one = await read(who);
        if (!one) break;
        found.push([who, one]);
        who = one.previous;
    }
    return found;
}
