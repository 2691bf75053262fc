// What a provider does in a request: takes places, makes an offer, and delivers.

import { useSignal, type Signal } from '@preact/signals';
import { stringToHex, type HexString } from 'dedot/utils';
import { Act } from '../../actions/button.tsx';
import * as market from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import type { Whole } from '../../chain/store.ts';
import { phaseOf } from '../../formulas/steps.ts';
import { presentEnds } from '../../formulas/windows.ts';
import { Allowed } from '../../parts/allowance.tsx';
import { me } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { decimalsOf, parsed, unitOf } from '../../words/amounts.ts';
import { fromInput, toInput } from '../../words/times.ts';
import { Deliver, free, MAX_URI, Unseal } from './deliver.tsx';

/// The deadline of this account's deliveries, if it may deliver now.
function deadline(whole: Whole, who: string): bigint | undefined {
    if (whole.engagement)
        return same(whole.engagement.tenure?.provider, who) ? presentEnds(whole.engagement, now.value) : undefined;
    const place = whole.places.find(({ provider }) => same(provider, who))?.place;
    const until = place && place.deliverBy > 0n ? place.deliverBy : whole.spec.deliverBy;
    return place && now.value < until ? until : undefined;
}

export function Provider({ whole }: { whole: Whole }) {
    const who = me.value?.id;
    if (!who || same(who, whole.state.requester)) return null;
    const phase = phaseOf(whole, now.value);
    const left = whole.state.places < whole.spec.limit;
    const offers = whole.spec.access === 'Offers' && ((phase === 'Signalling' && left) || phase === 'Vacant');
    const places = whole.spec.access === 'Open' && phase === 'Signalling' && left;
    const delivers = deadline(whole, who) !== undefined && (whole.engagement !== undefined || free(whole, who) > 0);
    const sealed = whole.deliveries.filter(
        ({ submission }) => same(submission.provider, who) && submission.seal && !submission.delivered,
    );
    if (!offers && !places && !delivers && sealed.length === 0) return null;
    return (
        <section class="provider">
            <h2>Provide, as {me.value?.name}</h2>
            {places && <TakePlaces whole={whole} />}
            {offers && <MakeOffer key={who} whole={whole} who={who} />}
            {delivers && <Deliver whole={whole} who={who} />}
            {sealed.length > 0 && <Unseal whole={whole} sealed={sealed} />}
        </section>
    );
}

function TakePlaces({ whole }: { whole: Whole }) {
    const many = useSignal('1');
    const most = Math.min(whole.spec.perProvider, whole.spec.limit - whole.state.places);
    const count = Number(many.value);
    const valid = Number.isInteger(count) && count >= 1 && count <= 1_000;
    return (
        <div class="inline">
            <label>
                How many places
                <input
                    type="number"
                    min="1"
                    max={most}
                    value={many.value}
                    onInput={(event) => (many.value = event.currentTarget.value)}
                />
            </label>
            {valid && (
                <Allowed asset={whole.spec.asset} of={whole.spec.placeDeposit * BigInt(count)}>
                    <Act intent={() => market.signal(whole, count)} />
                </Allowed>
            )}
        </div>
    );
}

function When({ label, of }: { label: string; of: Signal<string> }) {
    return (
        <label>
            {label}
            <input type="datetime-local" value={of.value} onInput={(event) => (of.value = event.currentTarget.value)} />
        </label>
    );
}

function MakeOffer({ whole, who }: { whole: Whole; who: HexString }) {
    const { spec } = whole;
    const mine = whole.offers.find(({ provider }) => same(provider, who))?.offer;
    const vacant = phaseOf(whole, now.value) === 'Vacant';
    const latest = vacant && whole.engagement ? now.value + whole.engagement.period : spec.deliverBy;
    const price = useSignal('');
    const by = useSignal(toInput(mine?.deliverBy ?? latest));
    const until = useSignal(toInput(mine?.until ?? (vacant ? latest : spec.signalBy)));
    const uri = useSignal('');
    const bid = {
        price: parsed(price.value, decimalsOf(spec.asset)),
        deliverBy: fromInput(by.value),
        until: fromInput(until.value),
    };
    const ready =
        bid.price !== undefined &&
        bid.deliverBy !== undefined &&
        bid.until !== undefined &&
        new TextEncoder().encode(uri.value).length <= MAX_URI;
    const again = mine?.open ?? false;
    return (
        <div class="tools">
            <h3>{again ? 'Change your offer' : 'Make an offer'}</h3>
            <div class="fields">
                <label>
                    <span>
                        Price{whole.engagement ? ' a period' : ''} <small>({unitOf(spec.asset)})</small>
                    </span>
                    <input
                        inputMode="decimal"
                        value={price.value}
                        onInput={(event) => (price.value = event.currentTarget.value)}
                    />
                </label>
                <When label="You deliver by" of={by} />
                <When label="It stands until" of={until} />
                <label>
                    Where you explain it
                    <input
                        value={uri.value}
                        spellcheck={false}
                        onInput={(event) => (uri.value = event.currentTarget.value)}
                    />
                </label>
            </div>
            <div class="buttons start">
                {ready ? (
                    <Allowed asset={spec.asset} of={again ? 0n : spec.placeDeposit}>
                        <Act
                            intent={() =>
                                market.offer(
                                    whole,
                                    {
                                        price: bid.price ?? 0n,
                                        deliverBy: bid.deliverBy ?? 0n,
                                        until: bid.until ?? 0n,
                                        uri: stringToHex(uri.value),
                                    },
                                    again,
                                )
                            }
                        />
                    </Allowed>
                ) : (
                    <p class="quiet">Name a price and both times.</p>
                )}
                {again && <Act intent={() => market.retractOffer(whole)} />}
            </div>
        </div>
    );
}
