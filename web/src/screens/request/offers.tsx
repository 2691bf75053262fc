// Offers side by side, and who has places.

import { Act } from '../../actions/button.tsx';
import { accept, takeover } from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import type { Whole } from '../../chain/store.ts';
import type { Offer } from '../../chain/types.ts';
import { phaseOf } from '../../formulas/steps.ts';
import { Account, Away, Moment } from '../../parts/basic.tsx';
import { me } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { amount } from '../../words/amounts.ts';
import { counted, textOf } from '../../words/text.ts';

function standing(whole: Whole, { provider, offer }: Whole['offers'][number]): string {
    if (whole.places.some((one) => same(one.provider, provider))) return 'accepted';
    if (!offer.open) return 'taken back';
    return offer.until <= now.value ? 'ended' : 'stands';
}

export function Offers({ whole }: { whole: Whole }) {
    const { offers, spec, state, engagement } = whole;
    const requester = same(me.value?.id, state.requester);
    const vacant = phaseOf(whole, now.value) === 'Vacant';
    const can = (provider: Whole['offers'][number]['provider'], offer: Offer) => () =>
        vacant ? takeover(whole, provider, offer) : accept(whole, provider, offer);
    const sorted = offers.toSorted((one, other) => Number(one.offer.price - other.offer.price));
    return (
        <section>
            <h2>Offers</h2>
            {offers.length === 0 ? (
                <p class="quiet">Nobody has made an offer so far.</p>
            ) : (
                <div class="scroll" tabIndex={0} role="region" aria-label="Offers">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">Provider</th>
                                <th scope="col" class="number">
                                    Price{engagement ? ' a period' : ''}
                                </th>
                                <th scope="col">Delivers by</th>
                                <th scope="col">Offer</th>
                                <th scope="col">Explained at</th>
                                {requester && <th scope="col">Accept</th>}
                            </tr>
                        </thead>
                        <tbody>
                            {sorted.map((one) => {
                                const { provider, offer } = one;
                                const is = standing(whole, one);
                                return (
                                    <tr
                                        key={provider.raw}
                                        class={is === 'stands' || is === 'accepted' ? undefined : 'gone'}
                                    >
                                        <td>
                                            <Account who={provider} />
                                        </td>
                                        <td class="number">{amount(offer.price, spec.asset)}</td>
                                        <td>
                                            <Moment at={offer.deliverBy} />
                                        </td>
                                        <td>
                                            {is}
                                            {is === 'stands' && (
                                                <>
                                                    , until <Away at={offer.until} />
                                                </>
                                            )}
                                        </td>
                                        <td>
                                            <code class="uri">{textOf(offer.uri)}</code>
                                        </td>
                                        {requester && (
                                            <td>{is === 'stands' && <Act small intent={can(provider, offer)} />}</td>
                                        )}
                                    </tr>
                                );
                            })}
                        </tbody>
                    </table>
                </div>
            )}
        </section>
    );
}

export function Places({ whole: { places } }: { whole: Whole }) {
    if (places.length === 0) return null;
    return (
        <section>
            <h2>Who has places</h2>
            <ul class="plain">
                {places.map(({ provider, place }) => (
                    <li key={provider.raw}>
                        <Account who={provider} /> {counted(place.taken, 'place')}, {place.submitted} delivered on
                        {place.missed > 0 && `, ${place.missed} missed`}
                    </li>
                ))}
            </ul>
        </section>
    );
}
