// Where the escrow is, and where it goes.

import type { Whole } from '../../chain/store.ts';
import { Facts } from '../../parts/basic.tsx';
import { amount } from '../../words/amounts.ts';
import { awardWords } from '../../words/phases.ts';

interface Part {
    name: string;
    of: bigint;
    kind: string;
    goes: string;
}

function parts({ spec, state, deliveries, engagement }: Whole): Part[] {
    const paid = deliveries.reduce((sum, { submission }) => sum + (submission.claimed ? submission.pay : 0n), 0n);
    const judged = BigInt(
        Math.max(0, state.submissions - state.finalized) +
            Math.max(0, (engagement?.periods ?? spec.limit) - state.submissions),
    );
    const fees = state.closed ? 0n : spec.reviewFee * judged;
    const reserved = fees < state.held - state.unclaimed ? fees : state.held - state.unclaimed;
    return [
        state.closed
            ? {
                  name: 'Not earned',
                  of: state.held - state.unclaimed,
                  kind: 'reward',
                  goes: 'to the requester, who reclaims it',
              }
            : {
                  name: 'Reward',
                  of: state.held - state.unclaimed - reserved,
                  kind: 'reward',
                  goes: 'to providers by what their work weighs; the rest returns to the requester',
              },
        {
            name: 'Review fees',
            of: reserved,
            kind: 'fees',
            goes: 'to the coherent enforcers of each submission; unused ones return to the requester',
        },
        {
            name: 'Earned, not claimed',
            of: state.unclaimed,
            kind: 'earned',
            goes: 'to those who delivered, as soon as anybody claims it',
        },
        {
            name: 'Deposits',
            of: state.deposits + state.offerDeposits,
            kind: 'deposits',
            goes: 'back to providers whose work is given anything; otherwise to the requester',
        },
        { name: 'Paid', of: paid, kind: 'paid', goes: 'is credited already' },
    ].filter((part) => part.of > 0n);
}

export function Money({ whole }: { whole: Whole }) {
    const { spec, state, engagement } = whole;
    const all = parts(whole);
    const sum = all.reduce((total, part) => total + part.of, 0n);
    const held = state.held + state.deposits + state.offerDeposits;
    let at = 0;
    return (
        <section>
            <h2>Money</h2>
            <Facts
                of={[
                    [
                        'Reward',
                        `${amount(spec.reward, spec.asset)}${engagement ? ' a period' : ''}, ${awardWords(spec)}`,
                    ],
                    ['Review fee', `${amount(spec.reviewFee, spec.asset)} a submission`],
                    ['In escrow now', amount(held, spec.asset)],
                ]}
            />
            {sum > 0n && (
                <svg
                    class="escrow"
                    viewBox="0 0 100 6"
                    preserveAspectRatio="none"
                    role="img"
                    aria-label="Where the escrow is"
                >
                    {all.map((part) => {
                        const width = Number((part.of * 10_000n) / sum) / 100;
                        const from = at;
                        at += width;
                        return <rect key={part.kind} class={part.kind} x={from} y="0" width={width} height="6" />;
                    })}
                </svg>
            )}
            <ul class="legend">
                {all.map((part) => (
                    <li key={part.kind}>
                        <span class={`dot ${part.kind}`} aria-hidden="true" />
                        <b>{amount(part.of, spec.asset)}</b> {part.name}: <span class="quiet">{part.goes}</span>
                    </li>
                ))}
            </ul>
        </section>
    );
}
