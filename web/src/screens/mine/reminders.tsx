// Deadlines for a calendar, and notices of this browser.

import { now } from '../../chain/clock.ts';
import { chain } from '../../chain/session.ts';
import { idOf, type Task } from '../../formulas/tasks.ts';
import { Notice } from '../../parts/basic.tsx';
import { save } from '../../parts/save.ts';
import { to } from '../../router.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { calendar } from '../../words/calendar.ts';
import { counted } from '../../words/text.ts';
import { ask, noticing, stop } from './notices.ts';
import { titleOf } from './words.ts';

export function Reminders({ who, tasks }: { who: Acting; tasks: readonly Task[] }) {
    const at = chain.value;
    const dated = tasks.filter((task) => task.at !== undefined);
    if (!at) return null;
    const entries = () =>
        dated.flatMap((task) =>
            task.at === undefined
                ? []
                : [
                      {
                          id: `${idOf(task)}/${who.id}/${at.marketId}/${at.genesis}`,
                          at: task.at,
                          title: titleOf(task),
                          address: new URL(to(task.part ? `request/${task.part.id}` : 'enforcer'), location.href).href,
                      },
                  ],
        );
    return (
        <section aria-labelledby="reminders">
            <h2 id="reminders">Reminders</h2>
            <div class="buttons start">
                {dated.length > 0 && (
                    <button
                        type="button"
                        onClick={() => save('atomic-obligation.ics', 'text/calendar', calendar(entries(), now.value))}
                    >
                        {counted(dated.length, 'date')} for a calendar (.ics)
                    </button>
                )}
                <Switch />
            </div>
            {noticing.value === 'none' && (
                <p class="quiet">This browser cannot show notices, or not for a page at such an address.</p>
            )}
            {noticing.value === 'denied' && (
                <Notice>
                    This browser was told to show no notices of this page. Its own settings for this page change that.
                </Notice>
            )}
            {noticing.value === 'on' && (
                <p class="quiet">
                    As long as this page is open somewhere, the browser tells you what has become due and what ends
                    within a day.
                </p>
            )}
        </section>
    );
}

function Switch() {
    if (noticing.value === 'on') {
        return (
            <button type="button" onClick={stop}>
                No notices any more
            </button>
        );
    }
    return noticing.value === 'off' ? (
        <button type="button" onClick={() => void ask()}>
            Tell me by notices of the browser
        </button>
    ) : null;
}
