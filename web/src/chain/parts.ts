// What one account has to do with each request, and everything that is under review: read in a few calls for all requests
// together, and then only for those that have changed.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { HexString } from 'dedot/utils';
import { chain, type Chain } from './session.ts';
import { deliveriesAt, requests, type Delivery, type Request } from './store.ts';
import type { Offer, Place } from './types.ts';
import { same } from '../words/accounts.ts';

export interface Part extends Request {
    place: Place | undefined;
    offer: Offer | undefined;
    deliveries: Delivery[];
}

export interface Parts {
    who: HexString;
    all: readonly Part[];
}

/// The parts of whoever acts, by request; undefined until they are read.
export const parts = signal<Parts | undefined>(undefined);

let known: { who: HexString; by: WeakMap<Request, Part> } | undefined;
let reading = 0;

/// Whether its submissions matter to anybody but those who have a part in it.
const isLive = ({ state }: Request): boolean => !state.closed && state.submissions > 0;

async function deliveriesOf(at: Chain, list: Request[]): Promise<Map<Request, Delivery[]>> {
    const keys = list.flatMap(({ id, state }) =>
        Array.from({ length: state.submissions }, (_, number): [number, number] => [id, number]),
    );
    const deliveries = await deliveriesAt(at, keys);
    const byId = new Map<number, Delivery[]>(list.map(({ id }) => [id, []]));
    keys.forEach(([id], index) => {
        const delivery = deliveries[index];
        if (delivery) byId.get(id)?.push(delivery);
    });
    return new Map(list.map((request) => [request, byId.get(request.id) ?? []]));
}

async function read(at: Chain, who: HexString, list: Request[]): Promise<Part[]> {
    const { market } = at.cells;
    const keys = list.map(({ id }): [number, HexString] => [id, who]);
    const [places, offers] = await Promise.all([market.at('places', keys), market.at('offers', keys)]);
    const wanted = list.filter(
        (request, index) => isLive(request) || places[index] !== undefined || same(request.state.requester, who),
    );
    const deliveries = await deliveriesOf(at, wanted);
    return list.map((request, index) => ({
        ...request,
        place: places[index],
        offer: offers[index],
        deliveries: deliveries.get(request) ?? [],
    }));
}

/// Reads what has changed since the last time.
export async function refreshParts(at: Chain, who: HexString): Promise<Parts> {
    if (known?.who !== who) known = { who, by: new WeakMap() };
    const { by } = known;
    const list = [...(requests.value?.values() ?? [])];
    const fresh = list.filter((request) => !by.has(request));
    for (const part of await read(at, who, fresh)) {
        const request = fresh.find(({ id }) => id === part.id);
        if (request) by.set(request, part);
    }
    return { who, all: list.flatMap((request) => by.get(request) ?? []) };
}

/// Keeps the parts of an account as they are, as long as a screen shows them.
export function useParts(who: HexString | undefined): Parts | undefined {
    const [at, list] = [chain.value, requests.value];
    useEffect(() => {
        if (!at || !who || !list) return;
        const mine = (reading += 1);
        void refreshParts(at, who).then(
            (read) => {
                if (mine === reading) parts.value = read;
            },
            () => undefined,
        );
    }, [at, who, list]);
    return parts.value?.who === who ? parts.value : undefined;
}
