// What is owed to whoever acts, and one button for all of it; and what is locked.

import { useSignal } from '@preact/signals';
import { attempt } from '../../actions/pipeline.ts';
import type { Member } from '../../chain/member.ts';
import type { Part } from '../../chain/parts.ts';
import { openPlaces } from '../../formulas/tasks.ts';
import { Facts, Notice } from '../../parts/basic.tsx';
import type { Acting } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { amount, native } from '../../words/amounts.ts';
import { counted } from '../../words/text.ts';
import { next, type Owed } from './collect.ts';

interface Known {
    who: Acting;
    parts: readonly Part[];
    member: Member;
    owed: Owed;
}

export function Money({ who, parts, member, owed }: Known) {
    const busy = useSignal(false);
    const said = useSignal<string | undefined>(undefined);
    const { claims, reclaims, offers, credits, points } = owed;
    const parted = claims.length + reclaims.length + offers.length;
    const anything = parted + credits.length > 0 || points > 0n;
    const collect = async (): Promise<void> => {
        busy.value = true;
        said.value = undefined;
        const { intent, refused } = await next(who.id).finally(() => (busy.value = false));
        if (refused.length > 0) said.value = `Left out: ${refused.join(' ')}`;
        if (intent) await attempt(intent);
        else if (refused.length === 0) said.value = 'There is nothing to take up now.';
    };
    return (
        <section aria-labelledby="owed">
            <h2 id="owed">Owed to you</h2>
            {!anything && <p class="quiet">Nothing now.</p>}
            <ul class="plain">
                {credits.map(({ asset, credit }) => (
                    <li key={amount(credit, asset)}>{amount(credit, asset)} are credited</li>
                ))}
                {claims.map(({ part, submissions }) => (
                    <li key={`claim-${part.id}`}>
                        Pay and deposit of {counted(submissions.length, 'submission')} of request {part.id}
                    </li>
                ))}
                {reclaims.map((part) => (
                    <li key={`reclaim-${part.id}`}>What was not earned in request {part.id}</li>
                ))}
                {offers.map((part) => (
                    <li key={`offer-${part.id}`}>
                        The deposit of your offer in request {part.id},{' '}
                        {amount(part.spec.placeDeposit, part.spec.asset)}
                    </li>
                ))}
                {points > 0n && <li>{counted(points, 'point')} of reputation</li>}
            </ul>
            {anything && (
                <div class="buttons start">
                    <button
                        type="button"
                        class="main"
                        aria-haspopup="dialog"
                        aria-disabled={busy.value}
                        onClick={() => void (busy.value || collect())}
                    >
                        {busy.value ? 'Trying each of them…' : 'Take up and withdraw everything…'}
                    </button>
                </div>
            )}
            <div role="status">{said.value && <Notice>{said.value}</Notice>}</div>
            <Locked who={who} parts={parts} member={member} />
        </section>
    );
}

function Locked({ who, parts, member: { membership, profile } }: Pick<Known, 'who' | 'parts' | 'member'>) {
    const inNative = parts.filter(({ spec }) => spec.asset.type === 'Native');
    const total = (of: (part: Part) => bigint): bigint => inNative.reduce((sum, part) => sum + of(part), 0n);
    const deposits = total((part) => part.spec.placeDeposit * BigInt(openPlaces(part, who.id)));
    const offered = total((part) => (part.offer?.open ? part.spec.placeDeposit : 0n));
    const escrow = total(({ state }) => (same(state.requester, who.id) ? state.held : 0n));
    const bonds = parts.reduce((sum, part) => sum + part.spec.providerBond * BigInt(openPlaces(part, who.id)), 0n);
    const bond = membership?.bond ?? 0n;
    const facts = [
        escrow > 0n && (['In escrow for your requests', native(escrow)] as const),
        deposits > 0n && (['Deposits of your places', native(deposits)] as const),
        offered > 0n && (['Deposits of your offers', native(offered)] as const),
        bond > 0n && (['Bond of your seat', counted(bond, 'point')] as const),
        bonds > 0n && (['Bonds of your places', counted(bonds, 'point')] as const),
        profile.frozen && (['Reputation', 'cannot be used while you rest'] as const),
    ].filter((fact) => fact !== false);
    if (facts.length === 0) return null;
    return (
        <>
            <h3>Locked</h3>
            <Facts of={facts} />
        </>
    );
}
