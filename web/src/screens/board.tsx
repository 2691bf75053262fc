// The board: every request there is, with what it pays, how many places are left, and what happens next by when.

import { computed, signal, useComputed, type ReadonlySignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { memo } from '../parts/memo.ts';
import { now } from '../chain/clock.ts';
import { link } from '../chain/session.ts';
import { posted, readIn, requests, type Request } from '../chain/store.ts';
import type { Phase } from '../chain/types.ts';
import { nextDeadline, phaseOf } from '../formulas/steps.ts';
import { isSealed } from '../formulas/windows.ts';
import { manifestOf } from '../history/state.ts';
import { Away, Badge, Bar, Notice, PhaseBadge, Said } from '../parts/basic.tsx';
import { place, refine, to } from '../router.ts';
import { address, nameOf, raw } from '../words/accounts.ts';
import { amount } from '../words/amounts.ts';
import { counted, textOf } from '../words/text.ts';

/// Phases as somebody looks for them.
const STAGES: Readonly<Record<string, { name: string; phases: Phase[] | undefined }>> = {
    live: {
        name: 'Not settled',
        phases: [
            'Signalling',
            'Delivery',
            'Unsealing',
            'Unopened',
            'Review',
            'Reveal',
            'Finalizable',
            'Finalized',
            'Vacant',
        ],
    },
    open: { name: 'Places open', phases: ['Signalling', 'Vacant'] },
    work: { name: 'Delivery', phases: ['Delivery', 'Unsealing'] },
    review: {
        name: 'In review',
        phases: ['Unopened', 'Review', 'Reveal', 'Finalizable'],
    },
    wait: {
        name: 'Waiting for somebody’s call',
        phases: ['Unopened', 'Finalized', 'Vacant'],
    },
    over: { name: 'Settled', phases: ['Settled'] },
    all: { name: 'All', phases: undefined },
};

const ORDERS: Readonly<Record<string, { name: string; by: (one: Request, other: Request) => number }>> = {
    newest: { name: 'Newest first', by: (one, other) => other.id - one.id },
    soonest: {
        name: 'Next deadline first',
        by: (one, other) => order(deadline(one).value, deadline(other).value),
    },
    reward: {
        name: 'Highest reward first',
        by: (one, other) => order(other.spec.reward, one.spec.reward),
    },
};

const order = (one: bigint | undefined, other: bigint | undefined): number => {
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    return one < other ? -1 : Number(one > other);
};

/// Of each request, what changes with time: computed once, and told only when it is another.
const phase: (request: Request) => ReadonlySignal<Phase> = memo((request) =>
    computed(() => phaseOf(request, now.value)),
);
const deadline: (request: Request) => ReadonlySignal<bigint | undefined> = memo((request) =>
    computed(() => nextDeadline(request, now.value)),
);
/// A document's address without what all of them begin with.
const title: (request: Request) => string = memo((request) =>
    textOf(request.spec.uri).replace(/^(ipfs|https):\/\//, ''),
);
const words: (request: Request) => string = memo(({ id, spec, state }) =>
    [`#${id}`, textOf(spec.uri), spec.spec, address(state.requester), raw(state.requester)].join(' ').toLowerCase(),
);

const matches = (request: Request, asked: string): boolean =>
    words(request).includes(asked) || nameOf(request.state.requester).toLowerCase().includes(asked);

const placesLeft = ({ spec, state }: Request): number => spec.limit - state.places;

const filters = computed(() => {
    const { query } = place.value;
    return {
        asked: (query.get('q') ?? '').trim().toLowerCase(),
        stage: STAGES[query.get('stage') ?? 'live'] ?? STAGES.live!,
        order: ORDERS[query.get('order') ?? 'newest'] ?? ORDERS.newest!,
        left: query.has('left'),
    };
});

const found = computed<Request[]>(() => {
    const {
        asked,
        stage,
        order: { by },
        left,
    } = filters.value;
    const all = [...(requests.value?.values() ?? [])];
    return all
        .filter((request) => !stage.phases || stage.phases.includes(phase(request).value))
        .filter((request) => !left || placesLeft(request) > 0)
        .filter((request) => !asked || matches(request, asked))
        .sort(by);
});

const heard = computed(() => {
    if (!requests.value) return link.value.state === 'none' ? '' : 'Reading the market…';
    const some = counted(found.value.length, 'request');
    return `${some} of ${posted.value} posted`;
});

function Filters() {
    const { query } = place.value;
    return (
        <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
            <label class="grow">
                Search
                <input
                    type="search"
                    value={query.get('q') ?? ''}
                    placeholder="number, document, requester"
                    onInput={(event) => refine({ q: event.currentTarget.value })}
                />
            </label>
            <Choice
                name="Stage"
                of={STAGES}
                value={query.get('stage') ?? 'live'}
                onChange={(stage) => refine({ stage })}
            />
            <Choice
                name="Order"
                of={ORDERS}
                value={query.get('order') ?? 'newest'}
                onChange={(order) => refine({ order })}
            />
            <label class="check">
                <input
                    type="checkbox"
                    checked={query.has('left')}
                    onChange={(event) => refine({ left: event.currentTarget.checked ? '1' : undefined })}
                />
                Places left
            </label>
        </form>
    );
}

interface ChoiceOf {
    name: string;
    of: Readonly<Record<string, { name: string }>>;
    value: string;
    onChange: (value: string) => void;
}

function Choice({ name, of, value, onChange }: ChoiceOf) {
    return (
        <label>
            {name}
            <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
                {Object.entries(of).map(([key, { name: shown }]) => (
                    <option key={key} value={key}>
                        {shown}
                    </option>
                ))}
            </select>
        </label>
    );
}

/// Whether a row is, or was, near what is seen.
const nears = new Map<number, Signal<boolean>>();

function near(id: number): Signal<boolean> {
    const known = nears.get(id) ?? signal(false);
    nears.set(id, known);
    return known;
}

/// So many rows are whole at once: more than a screen has.
const FIRST = 30;
/// How far off the screen a row is made whole, so that nobody sees it happen.
const AHEAD = '1500px';

/// Every request is listed at once, by its number and document; all else of a row is drawn when it comes near.
function useNearRows(list: RefObject<HTMLElement | null>, rows: readonly Request[]): void {
    for (const { id } of rows.slice(0, FIRST)) near(id).value = true;
    const observer = useMemo(
        () =>
            new IntersectionObserver(
                (entries, self) => {
                    for (const { isIntersecting, target } of entries) {
                        if (!isIntersecting) continue;
                        near(Number((target as HTMLElement).dataset.id)).value = true;
                        self.unobserve(target);
                    }
                },
                { rootMargin: AHEAD },
            ),
        [],
    );
    useEffect(() => () => observer.disconnect(), [observer]);
    useEffect(() => {
        for (const row of list.current?.children ?? []) observer.observe(row);
    }, [observer, rows]);
}

function Row({ request }: { request: Request }) {
    const { id } = request;
    return (
        <li class="row" data-id={id}>
            <a href={to(`request/${id}`)}>
                <span class="number">#{id}</span> {title(request) || 'a document without an address'}
            </a>
            {near(id).value && <Details request={request} />}
        </li>
    );
}

function Details({ request }: { request: Request }) {
    const { spec, state, engagement } = request;
    const next = deadline(request).value;
    const left = placesLeft(request);
    return (
        <>
            <span class="phase">
                <PhaseBadge phase={phase(request).value} />{' '}
                {next !== undefined && (
                    <span>
                        ends <Away at={next} bare />
                    </span>
                )}
            </span>
            <span class="pay">
                {amount(spec.reward, spec.asset)}
                {engagement && <small> a period</small>}
            </span>
            <span class="places">
                <Bar part={state.places} of={spec.limit} label={`${state.places} of ${spec.limit} places taken`} />
                <small>{left > 0 ? `${left} of ${counted(spec.limit, 'place')} left` : 'no place left'}</small>
            </span>
            <span class="kind">
                {engagement && <Badge tone="over">long deal</Badge>}
                {spec.access === 'Offers' && <Badge tone="over">by offers</Badge>}
                {isSealed(spec) && <Badge tone="over">sealed</Badge>}
            </span>
            <span class="by">by {nameOf(state.requester)}</span>
        </>
    );
}

/// The same row for the same request: what has not changed is not drawn again.
const row = memo((request: Request) => <Row key={request.id} request={request} />);

/// So many are there at once; the others come with a click, or by what is looked for.
const shownAtOnce = signal(1_000);

function List() {
    const rows = found.value;
    const shown = useComputed(() => found.value.slice(0, shownAtOnce.value));
    const list = useRef<HTMLUListElement>(null);
    useNearRows(list, shown.value);
    if (!requests.value) return <p class="quiet">{link.value.state === 'none' ? <NoMarket /> : 'Reading…'}</p>;
    if (rows.length === 0)
        return (
            <Notice>
                No request is like that. {requests.value.size > 0 && 'Ask for another stage, or less of a word.'}
            </Notice>
        );
    return (
        <>
            <ul class="board" ref={list}>
                {shown.value.map(row)}
            </ul>
            {rows.length > shown.value.length && (
                <button type="button" onClick={() => (shownAtOnce.value += 1_000)}>
                    Show more
                </button>
            )}
        </>
    );
}

/// The chain forgets; the history does not.
function Ever() {
    const known = manifestOf();
    const { asked } = filters.value;
    if (!known) return null;
    const all = counted(known.requests, 'request');
    return (
        <p class="quiet">
            <a href={to('history', { q: asked })}>
                {asked ? `Search for it in all ${all} that ever were` : `All ${all} that ever were`}
            </a>
            , those that the chain has forgotten too.
        </p>
    );
}

function NoMarket() {
    return (
        <>
            No market is chosen yet. <a href={to('settings')}>Name a node and a market</a>, or open this page by a link
            that does.
        </>
    );
}

export function Board() {
    return (
        <div data-read-in={readIn.value}>
            <div class="heading">
                <h1>Board</h1>
                <Said text={heard} />
            </div>
            <Filters />
            <List />
            <Ever />
        </div>
    );
}
