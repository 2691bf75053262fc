// What a draft would cost now, asked of the chain a moment after the last change.

import { effect, signal } from '@preact/signals';
import { Act } from '../../actions/button.tsx';
import { engage, post } from '../../actions/market.ts';
import { chain, link } from '../../chain/session.ts';
import type { Asset, Quote } from '../../chain/types.ts';
import { Allowed } from '../../parts/allowance.tsx';
import { Facts, Notice } from '../../parts/basic.tsx';
import { amount } from '../../words/amounts.ts';
import { refusal, type Refusal } from '../../words/errors.ts';
import { counted } from '../../words/text.ts';
import { moment } from '../../words/times.ts';
import { draft, read, type Problems, type Read } from './draft.ts';

const NATIVE: Asset = { type: 'Native' };
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
    const inAsset = (of: bigint): string => amount(of, spec.asset as Asset);
    const changes = [
        `${inAsset(reward + reviewFees)} are in escrow: ${inAsset(reward)} for providers, ${inAsset(reviewFees)} for enforcers. What is not earned returns.`,
        `${inAsset(protocolFee + rent + premium)} are the treasury’s at once, and do not return.`,
        `Places can be taken until ${moment(spec.signalBy)}.`,
        ...(slack > 0n
            ? [
                  spec.asset.type === 'Native'
                      ? `Up to ${inAsset(slack)} more are sent in case it has become dearer, and credited back if not.`
                      : `Up to ${inAsset(slack)} more are taken if it has become dearer.`,
              ]
            : []),
    ];
    return deal ? engage(spec, deal, total, slack, changes) : post(spec, total, slack, changes);
}

export function Price({ ready, problems }: { ready: Read | undefined; problems: Problems }) {
    const open = Object.values(problems);
    const found = priced.value;
    const asset = ready ? (ready.spec.asset as Asset) : NATIVE;
    const inAsset = (of: bigint): string => amount(of, asset);
    return (
        <section class="price" aria-labelledby="price" aria-live="polite">
            <h2 id="price">What it costs now</h2>
            {!ready && (
                <p class="quiet">
                    It is priced as soon as the form is complete. {open[0]}
                    {open.length > 1 && ` And ${counted(open.length - 1, 'more field')} to mend.`}
                </p>
            )}
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
                            ['Reward', inAsset(found.quote.reward)],
                            ['Review fees', inAsset(found.quote.reviewFees)],
                            ['Protocol fee', inAsset(found.quote.protocolFee)],
                            ['Rent', inAsset(found.quote.rent)],
                            ['Premium', inAsset(found.quote.premium)],
                            ['Together', <b>{inAsset(found.quote.total)}</b>],
                        ]}
                    />
                    <Allowed asset={asset} of={found.quote.total + found.quote.rent / SLACK}>
                        <Act intent={() => intentOf(ready, found.quote)}>Post it</Act>
                    </Allowed>
                </>
            )}
        </section>
    );
}
