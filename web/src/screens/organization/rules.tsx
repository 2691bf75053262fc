// The terms of the pool and the policy of the market: in force, and proposed; and the forms by which a manager proposes others.

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Intent } from '../../actions/intent.ts';
import { proposePolicy, proposeTerms } from '../../actions/manage.ts';
import { Act } from '../../actions/button.tsx';
import { poolOf, termsOf } from '../../chain/pool.ts';
import type { Chain } from '../../chain/session.ts';
import type { Policy, Proposal, Terms } from '../../chain/types.ts';
import { now } from '../../chain/clock.ts';
import { Away, Moment, Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { HINTS, POLICY, show, TERMS, typed, understood, type Rule } from '../../words/rules.ts';
import { Only, type Right } from './right.tsx';

interface Proposed<Of> {
    rules: Of;
    due: bigint;
}

interface Rules {
    pool: number;
    inForce: Proposal;
    terms: Proposed<Proposal> | undefined;
    policy: Policy;
    next: Proposed<Policy> | undefined;
    notice: bigint;
}

async function read(at: Chain): Promise<Rules> {
    const pool = await poolOf(at);
    const { market } = at.cells;
    const [inForce, [counters], [proposal], present, pending, opening] = await Promise.all([
        termsOf(at, pool),
        at.cells.obligation.at('counters', [pool]),
        at.cells.obligation.at('proposals', [pool]),
        market.value('policy'),
        market.value('pending'),
        market.value('opening'),
    ]);
    if (!present || !opening) throw new Error('this market is not open yet');
    // What is due is in force, whether or not anybody has written it down.
    const over = pending !== undefined && pending[1] <= now.value;
    return {
        pool,
        inForce,
        terms:
            proposal && counters?.due !== undefined && counters.due > now.value
                ? { rules: proposal, due: counters.due }
                : undefined,
        policy: over ? pending[0] : present,
        next: pending && !over ? { rules: pending[0], due: pending[1] } : undefined,
        notice: opening.notice,
    };
}

export function RulesOf({ terms: mayTerms, policy: mayPolicy }: { terms: Right; policy: Right }) {
    const found = useReading(read, []);
    if (!found) return <p class="quiet">Reading terms and policy…</p>;
    if ('why' in found) return <Notice tone="bad">Terms and policy cannot be read: {found.why}.</Notice>;
    const { pool, inForce, terms, policy, next, notice } = found.value;
    return (
        <>
            <section aria-labelledby="terms">
                <h2 id="terms">Terms of the pool</h2>
                <Due due={terms?.due} what="Other terms are proposed" />
                <Table name="Terms" rules={TERMS} inForce={inForce.terms} proposed={terms?.rules.terms} />
                {inForce.schedule.segments.length > 0 && (
                    <p class="quiet">What an op weighs changes with the time at which it is seen, by a schedule.</p>
                )}
                <Only right={mayTerms} what="propose terms">
                    <Form<Terms>
                        what="terms"
                        rules={TERMS}
                        from={terms?.rules.terms ?? inForce.terms}
                        inForce={inForce.terms}
                        propose={(changed, changes) =>
                            proposeTerms(
                                pool,
                                { terms: changed, schedule: inForce.schedule },
                                inForce.terms.notice,
                                changes,
                            )
                        }
                    />
                </Only>
            </section>
            <section aria-labelledby="policy">
                <h2 id="policy">Policy of the market</h2>
                <Due due={next?.due} what="Another policy is proposed" />
                <Table name="Policy" rules={POLICY} inForce={policy} proposed={next?.rules} />
                <Only right={mayPolicy} what="propose a policy">
                    <Form<Policy>
                        what="policy"
                        rules={POLICY}
                        from={next?.rules ?? policy}
                        inForce={policy}
                        propose={(changed, changes) => proposePolicy(changed, notice, changes)}
                    />
                </Only>
            </section>
        </>
    );
}

function Due({ due, what }: { due: bigint | undefined; what: string }) {
    if (due === undefined) return null;
    return (
        <Notice>
            {what}, and take effect <Away at={due} />: <Moment at={due} />.
        </Notice>
    );
}

function Table<Of>({
    name,
    rules,
    inForce,
    proposed,
}: {
    name: string;
    rules: readonly Rule<Of>[];
    inForce: Of;
    proposed: Of | undefined;
}) {
    return (
        <div class="scroll" tabIndex={0} role="region" aria-label={name}>
            <table class="rules">
                <thead>
                    <tr>
                        <th scope="col">{name}</th>
                        <th scope="col">In force</th>
                        {proposed && <th scope="col">Proposed</th>}
                    </tr>
                </thead>
                <tbody>
                    {rules.map((rule) => {
                        const [is, will] = [inForce, proposed ?? inForce].map((one) => show(rule, one[rule.key]));
                        return (
                            <tr key={rule.key} class={is === will ? undefined : 'changes'}>
                                <th scope="row">{rule.label}</th>
                                <td>{is}</td>
                                {proposed && (
                                    <td>{is === will ? <span class="quiet">the same</span> : <b>{will}</b>}</td>
                                )}
                            </tr>
                        );
                    })}
                </tbody>
            </table>
        </div>
    );
}

interface FormOf<Of> {
    what: string;
    rules: readonly Rule<Of>[];
    from: Of;
    inForce: Of;
    propose: (changed: Of, changes: string[]) => Intent;
}

/// Fields for all that can change, as it is typed; what cannot be read is told, and nothing is sent before.
function Form<Of>({ what, rules, from, inForce, propose }: FormOf<Of>) {
    const texts = useSignal<Readonly<Record<string, string>>>({});
    const free = rules.filter((rule) => !rule.fixed);
    const textOf = (rule: Rule<Of>): string => texts.value[rule.key] ?? typed(rule, from[rule.key]);
    const values = free.map((rule) => [rule, understood(rule.kind, textOf(rule))] as const);
    const wrong = values.filter(([, value]) => value === undefined);
    const make = (): Intent => {
        const changed = {
            ...inForce,
            ...(Object.fromEntries(values.map(([rule, value]) => [rule.key, value])) as Partial<Of>),
        };
        const changes = free
            .map((rule) => [rule, show(rule, inForce[rule.key]), show(rule, changed[rule.key])] as const)
            .filter(([, before, after]) => before !== after)
            .map(([rule, before, after]) => `${rule.label}: ${after}, not ${before} any more.`);
        return propose(changed, changes.length > 0 ? changes : ['They are those in force: nothing would change.']);
    };
    return (
        <details class="proposal">
            <summary>Propose {what === 'terms' ? 'other terms' : 'another policy'}</summary>
            <div class="fields">
                {free.map((rule) => (
                    <Field
                        key={rule.key}
                        rule={rule}
                        text={textOf(rule)}
                        wrong={wrong.some(([one]) => one === rule)}
                        type={(text) => (texts.value = { ...texts.value, [rule.key]: text })}
                    />
                ))}
            </div>
            <div class="buttons start">
                {wrong.length === 0 ? (
                    <Act intent={make} />
                ) : (
                    <p class="problem">{wrong.map(([rule]) => rule.label).join(', ')}: this cannot be read yet.</p>
                )}
                <button type="button" class="quiet" onClick={() => (texts.value = {})}>
                    As it was
                </button>
            </div>
        </details>
    );
}

interface Typing<Of> {
    rule: Rule<Of>;
    text: string;
    wrong: boolean;
    type: (text: string) => void;
}

function Field<Of>({ rule, text, wrong, type }: Typing<Of>) {
    const id = useId();
    return (
        <div class="field">
            <label for={id}>{rule.label}</label>
            <input
                id={id}
                value={text}
                autocomplete="off"
                spellcheck={false}
                aria-invalid={wrong}
                aria-describedby={`${id}-help`}
                onInput={(event) => type(event.currentTarget.value)}
            />
            <small id={`${id}-help`} class={wrong ? 'problem' : 'quiet'}>
                {HINTS[rule.kind]}
                {rule.special && `; ${rule.special[0]} is ${rule.special[1]}`}
            </small>
        </div>
    );
}
