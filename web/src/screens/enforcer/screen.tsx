// The work of whoever judges: how one stands, what one is drawn for, and what one has committed to.

import { useMemo } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import { openReviews } from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import { readMember } from '../../chain/member.ts';
import { useParts, type Part } from '../../chain/parts.ts';
import { committed, seats } from '../../formulas/jury.ts';
import { isActive } from '../../formulas/standing.ts';
import { deliveryPhase, phaseOf } from '../../formulas/steps.ts';
import { ForWhoActs } from '../../parts/acting.tsx';
import { useReading, valueOf } from '../../parts/reading.ts';
import { to } from '../../router.ts';
import { savedKey } from '../../secrets/keys.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { textOf } from '../../words/text.ts';
import { CommittedTo } from './committed.tsx';
import { Seats } from './seats.tsx';
import { Standing } from './standing.tsx';

export function Enforcer() {
    return (
        <>
            <h1>Enforcer</h1>
            <ForWhoActs why="What an enforcer has to do depends on who it is.">
                {(who) => <Work who={who} key={who.id} />}
            </ForWhoActs>
        </>
    );
}

/// Whether its reviews can be opened, and nobody has.
const waits = (part: Part): boolean =>
    phaseOf(part, now.value) === 'Unopened' ||
    (part.engagement !== undefined &&
        part.deliveries.some((delivery) => deliveryPhase(part, delivery, now.value) === 'Unopened'));

function Work({ who }: { who: Acting }) {
    const member = valueOf(useReading((at) => readMember(at, who.id, now.value), [who.id]));
    const parts = useParts(who.id);
    const time = now.value;
    const list = parts?.all ?? [];
    const mine = useMemo(() => committed(list, who.id, time), [parts, who.id, time]);
    const drawn = useMemo(() => seats(list, who.id, time), [parts, who.id, time]);
    const unopened = list.filter(waits);
    return (
        <div class="enforcer">
            {member ? <Standing member={member} /> : <p class="quiet">Reading how {who.name} stands…</p>}
            <CommittedTo list={mine} who={who} />
            {unopened.length > 0 && isActive(member?.membership) && <Unopened list={unopened} />}
            {member && parts && <Seats seats={drawn} member={member} who={who} />}
            <p class="quiet">
                {savedKey(who.id)
                    ? 'Your key is saved: what you commit to can be revealed from any browser.'
                    : 'Before you commit to anything, your key has to be saved.'}{' '}
                <a href={to('key')}>Your key</a>
            </p>
        </div>
    );
}

function Unopened({ list }: { list: readonly Part[] }) {
    return (
        <section aria-labelledby="unopened">
            <h2 id="unopened">To be opened first</h2>
            <p>The time for commitments begins when somebody opens the reviews, and nobody has here.</p>
            <ul class="plain">
                {list.map((part) => (
                    <li key={part.id}>
                        <a href={to(`request/${part.id}`)}>Request {part.id}</a>{' '}
                        <code class="uri">{textOf(part.spec.uri)}</code> <Act small intent={() => openReviews(part)} />
                    </li>
                ))}
            </ul>
        </section>
    );
}
