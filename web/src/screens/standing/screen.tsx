// The standing of anyone: its record as the chain counts it, and the call by which anyone has it judged.

import { useSignal } from '@preact/signals';
import { marketProblem } from '../../chain/deployment.ts';
import { latched, membersOf, poolOf } from '../../chain/pool.ts';
import { link, type Chain } from '../../chain/session.ts';
import { Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { go, to } from '../../router.ts';
import { address, nameOf } from '../../words/accounts.ts';
import { StandingBadge, stateWords } from '../../words/standing.tsx';
import { Record } from './record.tsx';

export function StandingScreen({ path: [, who] }: { path: string[] }) {
    const problem = who && marketProblem(who) !== undefined;
    return (
        <div class="narrow">
            <h1>
                Standing
                {who && !problem && <> of {nameOf(who)}</>}
            </h1>
            {link.value.state === 'none' && <p class="quiet">No market is chosen.</p>}
            <Ask key={who} who={who ?? ''} />
            {problem && <Notice tone="bad">That is no account’s address.</Notice>}
            {who && !problem ? <Record key={who} who={who} /> : <Members />}
        </div>
    );
}

function Ask({ who }: { who: string }) {
    const typed = useSignal(who);
    const wrong = typed.value !== '' && marketProblem(typed.value) !== undefined;
    const look = (event: Event) => {
        event.preventDefault();
        if (typed.value && !wrong) go(`standing/${address(typed.value)}`);
    };
    return (
        <form class="inline ask" onSubmit={look}>
            <label>
                Account
                <input
                    required
                    value={typed.value}
                    spellcheck={false}
                    autocomplete="off"
                    aria-invalid={wrong}
                    aria-describedby="ask-help"
                    placeholder="5…"
                    onInput={(event) => (typed.value = event.currentTarget.value.trim())}
                />
            </label>
            <button type="submit">Look it up</button>
            <small id="ask-help" class={wrong ? 'problem' : 'quiet'}>
                {wrong ? 'That is no account’s address.' : 'Anybody’s record is public, and anyone may have it judged.'}
            </small>
        </form>
    );
}

const read = async (at: Chain) => membersOf(at, await poolOf(at));

function Members() {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading the pool…</p>;
    if ('why' in found) return <Notice tone="bad">The pool cannot be read: {found.why}.</Notice>;
    return (
        <section>
            <h2>Members of the pool</h2>
            {found.value.length === 0 && <p class="quiet">Nobody has enlisted so far.</p>}
            <ul class="plain">
                {found.value.map(({ who, cell }) => (
                    <li key={who.raw}>
                        <a href={to(`standing/${address(who)}`)}>{nameOf(who)}</a>{' '}
                        <StandingBadge standing={latched(cell)} /> {stateWords(cell.state)}
                    </li>
                ))}
            </ul>
            <p class="quiet small">
                These are the standings that somebody’s call has latched; what an account’s standing is by now, its own
                record says.
            </p>
        </section>
    );
}
