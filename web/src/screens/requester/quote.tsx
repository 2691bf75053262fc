// What a draft would cost now, asked of the chain a moment after the last change.

import { effect, signal } from '@preact/signals';
import { Act } from '../../actions/button.tsx';
import { engage, post } from '../../actions/market.ts';
import { chain, link } from '../../chain/session.ts';
import type { Quote } from '../../chain/types.ts';
import { Facts, Notice } from '../../parts/basic.tsx';
import { native } from '../../words/amounts.ts';
import { refusal, type Refusal } from '../../words/errors.ts';
import { moment } from '../../words/times.ts';
import { draft, read, type Read } from './draft.ts';

const PATIENCE_MS = 350;
/// How much dearer it may have become by the time it is in a block: a tenth of the rent; what is not needed is credited back.
const SLACK = 10n;

type Priced = { quote: Quote } | { refusal: Refusal } | { why: string };
export const priced = signal<Priced | undefined>(undefined);

async function ask({ spec, deal }: Read): Promise<Priced> {
    const at = chain.value;
    if (!at) return { why: 'The chain is not there yet.' };
    try {
        const { data } = deal
            ? await at.market.query.marketQuoteEngagement(spec, deal.periods, deal.period)
            : await at.market.query.marketQuote(spec);
        return data.isOk ? { quote: data.value } : { refusal: refusal('market', data.err) };
    } catch (error) {
        return { why: error instanceof Error ? error.message : String(error) };
    }
}

let asked = 0;
effect(() => {
    const known = draft.value;
    if (!known || !chain.value || link.value.state !== 'up') return;
    const { read: ready } = read(known);
    asked += 1;
    const mine = asked;
    if (!ready) {
        priced.value = undefined;
        return;
    }
    setTimeout(() => {
        if (mine !== asked) return;
        void ask(ready).then((found) => {
            if (mine === asked) priced.value = found;
        });
    }, PATIENCE_MS);
});

function intentOf({ spec, deal }: Read, { total, rent, reward, reviewFees, protocolFee, premium }: Quote) {
    const slack = rent / SLACK;
    const changes = [
        `${native(reward + reviewFees)} are in escrow: ${native(reward)} for providers, ${native(reviewFees)} for enforcers. What is not earned returns.`,
        `${native(protocolFee + rent + premium)} are the treasury’s at once, and do not return.`,
        `Places can be taken until ${moment(spec.signalBy)}.`,
        ...(slack > 0n
            ? [`Up to ${native(slack)} more are sent in case it has become dearer, and credited back if not.`]
            : []),
    ];
    return deal ? engage(spec, deal, total, slack, changes) : post(spec, total, slack, changes);
}

export function Price({ ready }: { ready: Read | undefined }) {
    const found = priced.value;
    return (
        <section class="price" aria-labelledby="price" aria-live="polite">
            <h2 id="price">What it costs now</h2>
            {!ready && <p class="quiet">Something in the form cannot be read yet.</p>}
            {ready && !found && <p class="quiet">Asking…</p>}
            {ready && found && 'why' in found && <Notice tone="bad">{found.why}</Notice>}
            {ready && found && 'refusal' in found && (
                <Notice tone="bad">
                    <b>{found.refusal.name}</b> {found.refusal.meaning} {found.refusal.advice}
                </Notice>
            )}
            {ready && found && 'quote' in found && (
                <>
                    <Facts
                        of={[
                            ['Reward', native(found.quote.reward)],
                            ['Review fees', native(found.quote.reviewFees)],
                            ['Protocol fee', native(found.quote.protocolFee)],
                            ['Rent', native(found.quote.rent)],
                            ['Premium', native(found.quote.premium)],
                            ['Together', <b>{native(found.quote.total)}</b>],
                        ]}
                    />
                    <Act intent={() => intentOf(ready, found.quote)}>Post it</Act>
                </>
            )}
        </section>
    );
}
