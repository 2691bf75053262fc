// An account: what it is called, what it has credited, and what it takes part in.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Act } from '../actions/button.tsx';
import { withdraw } from '../actions/market.ts';
import { head } from '../chain/clock.ts';
import { marketProblem } from '../chain/deployment.ts';
import { chain } from '../chain/session.ts';
import { requests } from '../chain/store.ts';
import type { Asset } from '../chain/types.ts';
import { manifestOf } from '../history/state.ts';
import { Facts, Notice } from '../parts/basic.tsx';
import { later } from '../parts/later.tsx';
import { to } from '../router.ts';
import { me } from '../wallet/wallet.ts';
import { address, nameOf, same } from '../words/accounts.ts';
import { native } from '../words/amounts.ts';

const NATIVE: Asset = { type: 'Native' };

export function AccountScreen({ path: [, who = ''] }: { path: string[] }) {
    if (marketProblem(who)) return <Notice tone="bad">That is no account’s address.</Notice>;
    return <Shown who={who} />;
}

const Profile = later(() => import('./history/profile.tsx').then((all) => all.Profile));

function Shown({ who }: { who: string }) {
    const at = chain.value;
    const held = useSignal<{ credit: bigint; free: bigint } | undefined>(undefined);
    const block = head.value?.number;
    useEffect(() => {
        if (!at) return;
        void Promise.all([at.cells.market.at('credits', [[NATIVE, who]]), at.client.query.system.account(who)]).then(
            ([[credit], { data }]) => {
                held.value = { credit: credit ?? 0n, free: data.free };
            },
        );
    }, [at, who, block]);
    const posted = [...(requests.value?.values() ?? [])].filter(({ state }) => same(state.requester, who));
    return (
        <div class="narrow">
            <h1>{nameOf(who)}</h1>
            <section>
                <Facts
                    of={[
                        ['Address', <code>{address(who)}</code>],
                        held.value && (['Has', native(held.value.free)] as const),
                        held.value && (['Is credited', native(held.value.credit)] as const),
                    ]}
                />
                {held.value && held.value.credit > 0n && same(who, me.value?.id) && (
                    <Act intent={() => withdraw(NATIVE)} />
                )}
            </section>
            <section>
                <h2>Requests that it posted</h2>
                {posted.length === 0 && <p class="quiet">None that the chain still knows.</p>}
                <p>
                    {posted.map(({ id }) => (
                        <>
                            <a key={id} href={to(`request/${id}`)}>
                                Request {id}
                            </a>{' '}
                        </>
                    ))}
                </p>
            </section>
            {manifestOf() && <Profile key={who} path={['account', who]} />}
        </div>
    );
}
