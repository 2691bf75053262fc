// Everything that is owed to an account, as things to do: first what is credited by a call, then what is paid out. As much as
// a block has room for is one signature, where the chain can do several things in one; if not, one comes after the other.

import { effect, signal } from '@preact/signals';
import type { HexString } from 'dedot/utils';
import type { Intent } from '../../actions/intent.ts';
import * as market from '../../actions/market.ts';
import { attempt, stage } from '../../actions/pipeline.ts';
import { fitting, together } from '../../actions/together.ts';
import { claimReputation } from '../../actions/upkeep.ts';
import { now } from '../../chain/clock.ts';
import { refreshParts, type Part } from '../../chain/parts.ts';
import { chain, type Chain } from '../../chain/session.ts';
import { policy, requests } from '../../chain/store.ts';
import { assetKey } from '../../chain/tokens.ts';
import type { Asset } from '../../chain/types.ts';
import { inLists } from '../../formulas/lists.ts';
import { claimable, reclaimable } from '../../formulas/tasks.ts';
import { counted } from '../../words/text.ts';

export interface Owed {
    claims: { part: Part; submissions: number[] }[];
    reclaims: Part[];
    /// Offers that are over, with their deposits.
    offers: Part[];
    credits: { asset: Asset; credit: bigint }[];
    /// Reputation.
    points: bigint;
}

/// What requests pay in, or paid in: what was credited in a token stays owed when the policy lists it no longer.
function assetsEver(): Asset[] {
    const listed = policy.value?.assets.map(({ asset }) => asset) ?? [];
    const paid = [...(requests.value?.values() ?? [])].map(({ spec }) => spec.asset);
    return [...new Map([...listed, ...paid].map((asset) => [assetKey(asset), asset])).values()];
}

async function creditsOf(at: Chain, who: HexString): Promise<Owed['credits']> {
    const assets = assetsEver();
    const credits = await at.cells.market.at(
        'credits',
        assets.map((asset): [Asset, HexString] => [asset, who]),
    );
    return assets.flatMap((asset, index) => {
        const credit = credits[index] ?? 0n;
        return credit > 0n ? [{ asset, credit }] : [];
    });
}

export async function readOwed(at: Chain, who: HexString, parts: readonly Part[]): Promise<Owed> {
    const [credits, { data: profile }] = await Promise.all([
        creditsOf(at, who),
        at.reputation.query.reputationProfile(who),
    ]);
    const time = now.value;
    return {
        claims: parts
            .map((part) => ({ part, submissions: claimable(part, who, time) }))
            .filter(({ submissions }) => submissions.length > 0),
        reclaims: parts.filter((part) => reclaimable(part, who)),
        offers: parts.filter(({ offer }) => offer?.open && time >= offer.until),
        credits,
        points: profile.frozen ? 0n : profile.owed,
    };
}

const calls = (who: HexString, { claims, reclaims, offers, credits, points }: Owed): Intent[] => [
    ...claims.flatMap(({ part, submissions }) => inLists(submissions).map((list) => market.claim(part, list))),
    ...reclaims.map(market.reclaim),
    ...offers.map(market.retractOffer),
    ...(points > 0n ? [claimReputation(who, points)] : []),
    ...credits.map(({ asset }) => market.withdraw(asset)),
];

/// Whose turn it is to go on once what is done now is read and closed.
const after = signal<HexString | undefined>(undefined);

/// What is to be signed for next, if anything is; and what is refused, in words.
export async function next(who: HexString): Promise<{ intent?: Intent; refused: string[] }> {
    const at = chain.value;
    if (!at) return { refused: ['The node does not answer now.'] };
    const { all } = await refreshParts(at, who);
    const { now: doable, refused } = await fitting(calls(who, await readOwed(at, who, all)));
    const [first, ...others] = doable;
    if (!first) return { refused };
    const done = () => (after.value = who);
    const title = others.length === 0 ? first.title : `Take up ${counted(doable.length, 'thing')} that are yours`;
    return { intent: together(doable, { title, done }), refused };
}

effect(() => {
    const who = after.value;
    if (!who || stage.value) return;
    after.value = undefined;
    void next(who).then(({ intent }) => {
        if (intent && !stage.value) void attempt(intent);
    });
});
