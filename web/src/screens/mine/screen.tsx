// My work: everything that is due of whoever acts, in whichever role, by deadline; what waits; and what is owed to it.

import { useMemo } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import type { Intent } from '../../actions/intent.ts';
import * as market from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import { readMember } from '../../chain/member.ts';
import { useParts } from '../../chain/parts.ts';
import { idOf, type Role, type Task } from '../../formulas/tasks.ts';
import { ForWhoActs } from '../../parts/acting.tsx';
import { Away, Moment } from '../../parts/basic.tsx';
import { useReading, valueOf } from '../../parts/reading.ts';
import { to } from '../../router.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { textOf } from '../../words/text.ts';
import { readOwed } from './collect.ts';
import { gather } from './gather.ts';
import { Money } from './money.tsx';
import { Reminders } from './reminders.tsx';
import { atWords, taskWords } from './words.ts';

export function Mine() {
    return (
        <>
            <h1>My work</h1>
            <ForWhoActs why="What is due depends on who you are.">
                {(who) => <Work who={who} key={who.id} />}
            </ForWhoActs>
        </>
    );
}

function Work({ who }: { who: Acting }) {
    const parts = useParts(who.id);
    const member = valueOf(useReading((at) => readMember(at, who.id, now.value), [who.id]));
    const owed = valueOf(useReading((at) => readOwed(at, who.id, parts?.all ?? []), [who.id, parts]));
    const time = now.value;
    const { due, waiting } = useMemo(
        () => gather(parts?.all ?? [], who.id, member, time),
        [parts, who.id, member, time],
    );
    if (!parts || !member) return <p class="quiet">Looking for what {who.name} has to do…</p>;
    return (
        <div class="mine-screen">
            <div>
                <section aria-labelledby="due">
                    <h2 id="due">To be done</h2>
                    {due.length === 0 && <p class="quiet">Nothing is due of {who.name} now.</p>}
                    <List tasks={due} />
                </section>
                {waiting.length > 0 && (
                    <section aria-labelledby="waiting">
                        <h2 id="waiting">Waiting</h2>
                        <List tasks={waiting} />
                    </section>
                )}
                <Reminders who={who} tasks={[...due, ...waiting]} />
            </div>
            {owed ? (
                <Money who={who} parts={parts.all} member={member} owed={owed} />
            ) : (
                <p class="quiet">Adding up what is owed to {who.name}…</p>
            )}
        </div>
    );
}

const ROLES: Readonly<Record<Role, string>> = {
    requester: 'requester',
    provider: 'provider',
    bidder: 'bidder',
    enforcer: 'enforcer',
};

function List({ tasks }: { tasks: readonly Task[] }) {
    return (
        <ol class="tasks">
            {tasks.map((task) => (
                <li key={idOf(task)} class={`task ${task.role}`}>
                    <span class="role">{ROLES[task.role]}</span>
                    <span class="what">
                        {taskWords(task)}
                        {task.part && (
                            <small>
                                <a href={to(`request/${task.part.id}`)}>Request {task.part.id}</a>{' '}
                                <code class="uri">{textOf(task.part.spec.uri)}</code>
                            </small>
                        )}
                    </span>
                    <span class="when">
                        {task.at !== undefined && (
                            <>
                                {atWords(task)} <Moment at={task.at} /> <Away at={task.at} />
                            </>
                        )}
                    </span>
                    <Doing task={task} />
                </li>
            ))}
        </ol>
    );
}

/// What can be done with one press; elsewhere it takes more.
function intentOf({ what, part, submissions = [] }: Task): Intent | undefined {
    if (!part) return undefined;
    switch (what) {
        case 'open':
            return market.openReviews(part);
        case 'finalize':
        case 'extend':
            return market.finalize(part, submissions);
        case 'settle':
            return market.settle(part);
        case 'close':
            return market.closePeriod(part);
        case 'offer-over':
            return market.retractOffer(part);
        default:
            return undefined;
    }
}

function Doing({ task }: { task: Task }) {
    const intent = intentOf(task);
    if (intent) return <Act small intent={() => intent} />;
    if (!task.due) return null;
    if (task.role === 'enforcer') return <a href={to('enforcer')}>To your reviews</a>;
    return task.part ? <a href={to(`request/${task.part.id}`)}>To the request</a> : null;
}
