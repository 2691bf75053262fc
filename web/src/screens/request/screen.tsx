// Everything about one request: what is asked for, what happens now, where the money is, and what was delivered.

import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { now } from '../../chain/clock.ts';
import { chain, link } from '../../chain/session.ts';
import { whole as wholeOf, type Whole } from '../../chain/store.ts';
import { nextDeadline, phaseOf } from '../../formulas/steps.ts';
import { manifestOf } from '../../history/state.ts';
import { Account, Away, Badge, Notice, PhaseBadge } from '../../parts/basic.tsx';
import { Deliverable } from '../../parts/deliverable.tsx';
import { later } from '../../parts/later.tsx';
import { to } from '../../router.ts';
import { requestPhaseMeaning } from '../../words/phases.ts';
import { textOf } from '../../words/text.ts';
import { Conditions, Deal } from './conditions.tsx';
import { Curve } from './curve.tsx';
import { Money } from './money.tsx';
import { Offers, Places } from './offers.tsx';
import { Provider } from './provider.tsx';
import { Steps } from './steps.tsx';
import { Submissions } from './submissions.tsx';
import { Timeline } from './timeline.tsx';

export function RequestScreen({ path: [, number] }: { path: string[] }) {
    const id = Number(number);
    const valid = Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff;
    const found = valid && chain.value ? wholeOf(id).value : undefined;
    if (!valid) return <NoRequest number={number ?? ''} />;
    if (found === 'none') return <Gone id={id} />;
    if (!found)
        return <p class="quiet">{link.value.state === 'none' ? 'No market is chosen.' : `Reading request ${id}…`}</p>;
    return <Shown whole={found} />;
}

const Life = later(() => import('../history/life.tsx').then((all) => all.Life));
const Forgotten = later(() => import('../history/request.tsx').then((all) => all.Forgotten));

/// What the chain does not have the history may tell.
function Gone({ id }: { id: number }) {
    const known = manifestOf();
    if (known && id < known.requests) return <Forgotten key={id} path={['request', String(id)]} />;
    return <NoRequest number={String(id)} />;
}

function NoRequest({ number }: { number: string }) {
    return (
        <>
            <h1>No request {number}</h1>
            <p>
                It was never posted, or it was over and its storage was freed. <a href={to('')}>To the board</a>
            </p>
        </>
    );
}

function Shown({ whole }: { whole: Whole }) {
    const { id, spec, state, engagement } = whole;
    const phase = useMemo(() => computed(() => phaseOf(whole, now.value)), [whole]).value;
    const deadline = useMemo(() => computed(() => nextDeadline(whole, now.value)), [whole]).value;
    return (
        <article class="request">
            <header>
                <p class="crumbs">
                    <a href={to('')}>Board</a>
                </p>
                <h1>
                    Request {id} <span class="title">{textOf(spec.uri)}</span>
                </h1>
                <p class="summary">
                    <PhaseBadge phase={phase} />{' '}
                    {deadline !== undefined && (
                        <b>
                            ends <Away at={deadline} />
                        </b>
                    )}{' '}
                    {engagement && <Badge tone="over">long deal</Badge>} by <Account who={state.requester} />
                </p>
                <p class="quiet">{requestPhaseMeaning(phase)}</p>
            </header>
            <Steps whole={whole} />
            <Provider whole={whole} />
            <Timeline whole={whole} />
            <section>
                <h2>Asked for</h2>
                <Deliverable hash={spec.spec} uri={spec.uri} name={`the document of request ${id}`} />
            </section>
            <div class="two">
                <Money whole={whole} />
                <Curve whole={whole} />
            </div>
            {engagement && <Deal whole={whole} engagement={engagement} />}
            <Submissions whole={whole} />
            {spec.access === 'Offers' ? <Offers whole={whole} /> : <Places whole={whole} />}
            <Conditions whole={whole} />
            {manifestOf() && <Life key={id} path={['request', String(id)]} />}
            {state.insiders > 0 && (
                <Notice>{`${state.insiders} of the enforcers’ pool take part here, and do not review.`}</Notice>
            )}
        </article>
    );
}
