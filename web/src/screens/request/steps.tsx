// Who may do what until when, with a button for each call that needs nothing more than to be made.

import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import * as market from '../../actions/market.ts';
import { Act } from '../../actions/button.tsx';
import type { Intent } from '../../actions/intent.ts';
import { now } from '../../chain/clock.ts';
import type { Whole } from '../../chain/store.ts';
import { steps, type Step, type Who } from '../../formulas/steps.ts';
import { Away } from '../../parts/basic.tsx';
import { me } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { numbered } from '../../words/text.ts';
import { free } from './deliver.tsx';

const WHO: Readonly<Record<Who, string>> = {
    anyone: 'Anyone',
    requester: 'The requester',
    providers: 'Anyone but the requester',
    placed: 'Those with a place',
    enforcers: 'Enforcers who are drawn',
    committed: 'Enforcers who committed',
};

const WHAT: Readonly<Record<string, string>> = {
    signal: 'take places',
    offer: 'make an offer, or change theirs',
    accept: 'accepts an offer',
    takeover: 'lets another provider take over',
    submit: 'deliver',
    submit_sealed: 'deliver under seal',
    unseal: 'unseal what they delivered',
    open_reviews: 'opens the reviews',
    commit_reviews: 'commit to a score',
    reveal_reviews: 'reveal it',
    finalize: 'asks for the verdict',
    settle: 'settles the request',
    claim: 'claims what was earned',
    reclaim: 'takes back what was not earned',
    close_period: 'closes the period',
    report_no_show: 'reports those who did not deliver',
    prune: 'frees the storage, and gets the deposits',
};

function undelivered(whole: Whole): Whole['places'] {
    return whole.places.filter(({ place }) => place.taken > place.delivered + place.missed);
}

/// What can be done with one press, if it can.
function intents(whole: Whole, { message, submissions = [] }: Step): Intent[] {
    switch (message) {
        case 'signal':
            // Whoever acts takes places below, as many as they like.
            return me.value ? [] : [market.signal(whole, 1)];
        case 'open_reviews':
            return [market.openReviews(whole)];
        case 'finalize':
            return [market.finalize(whole, submissions)];
        case 'settle':
            return [market.settle(whole)];
        case 'claim':
            return [market.claim(whole, submissions)];
        case 'reclaim':
            return [market.reclaim(whole)];
        case 'prune':
            return [market.prune(whole)];
        case 'close_period':
            return [market.closePeriod(whole)];
        case 'report_no_show':
            return undelivered(whole).map(({ provider }) => market.reportNoShow(whole, provider));
        default:
            return [];
    }
}

/// Whether whoever acts can do this; who has delivered on all its places cannot deliver again.
function mine(whole: Whole, { who, message }: Step): boolean {
    const acting = me.value?.id;
    if (!acting) return false;
    if (who === 'requester') return same(acting, whole.state.requester);
    if (who !== 'placed') return false;
    return message === 'unseal' || whole.engagement
        ? whole.places.some(({ provider }) => same(acting, provider))
        : free(whole, acting) > 0;
}

/// The requester may still undo it: nobody has a place.
const canWithdraw = ({ state }: Whole): boolean =>
    !state.closed && state.places === 0 && same(me.value?.id, state.requester);

export function Steps({ whole }: { whole: Whole }) {
    // Only what changes: as long as the same steps are due, nothing is drawn anew.
    const due = useMemo(
        () =>
            computed(() =>
                JSON.stringify(steps(whole, now.value), (_, value) =>
                    typeof value === 'bigint' ? `${value}n` : value,
                ),
            ),
        [whole],
    );
    const list = useMemo(() => steps(whole, now.value), [due.value]);
    return (
        <section class="steps" aria-labelledby="steps">
            <h2 id="steps">To be done now</h2>
            {list.length === 0 && <p class="quiet">Nothing: it waits for the next deadline.</p>}
            <ul>
                {list.map((step, at) => (
                    <li key={`${step.message}-${at}`} class={mine(whole, step) ? 'mine' : undefined}>
                        <span class="who-may">{WHO[step.who]}</span>{' '}
                        <span>
                            {WHAT[step.message] ?? step.message}
                            {step.submissions && ` (${numbered(step.submissions)})`}
                        </span>
                        <span class="until">
                            {step.until !== undefined && (
                                <>
                                    ends <Away at={step.until} />
                                </>
                            )}
                        </span>
                        <span class="buttons">
                            {intents(whole, step).map((intent) => (
                                <Act key={intent.title} small intent={() => intent} />
                            ))}
                        </span>
                    </li>
                ))}
            </ul>
            {canWithdraw(whole) && <Act small intent={() => market.withdrawRequest(whole)} />}
        </section>
    );
}
