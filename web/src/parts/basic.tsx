// The small parts that every screen is made of.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { AccountId32Like } from 'dedot/codecs';
import { now } from '../chain/clock.ts';
import type { Phase } from '../chain/types.ts';
import { address, nameOf } from '../words/accounts.ts';
import { phaseWords, type Tone } from '../words/phases.ts';
import { away, exactMoment, iso, moment } from '../words/times.ts';

/// An account by its name; its whole address is told to whoever asks.
export function Account({ who }: { who: AccountId32Like }) {
    const whole = address(who);
    return (
        <a class="account" href={`#/account/${whole}`} title={whole}>
            {nameOf(who)}
        </a>
    );
}

export function Moment({ at }: { at: bigint }) {
    return (
        <time dateTime={iso(at)} title={exactMoment(at)}>
            {moment(at)}
        </time>
    );
}

/// How far away a moment is; only the text changes as time passes. `bare` says no more, where there are many.
export function Away({ at, bare = false }: { at: bigint; bare?: boolean }) {
    const text = useMemo(() => computed(() => away(at, now.value)), [at]);
    return (
        <time class="away" dateTime={iso(at)} title={bare ? undefined : exactMoment(at)}>
            {text}
        </time>
    );
}

export function Badge({ tone, title, children }: { tone: Tone; title?: string; children: ComponentChildren }) {
    return (
        <span class={`badge ${tone}`} title={title}>
            {children}
        </span>
    );
}

export function PhaseBadge({ phase }: { phase: Phase }) {
    const { name, meaning, tone } = phaseWords(phase);
    return (
        <Badge tone={tone} title={meaning}>
            {name}
        </Badge>
    );
}

/// What something is, and what it says: a list of both.
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren] | undefined | false)[] }) {
    return (
        <dl class="facts">
            {of.map(
                (fact) =>
                    fact && (
                        <div key={fact[0]}>
                            <dt>{fact[0]}</dt>
                            <dd>{fact[1]}</dd>
                        </div>
                    ),
            )}
        </dl>
    );
}

/// How much of a whole there is.
export function Bar({ part, of, label, tone = 'open' }: { part: number; of: number; label: string; tone?: Tone }) {
    return <progress class={`bar ${tone}`} value={part} max={Math.max(of, 1)} aria-label={label} />;
}

export function Notice({ tone = 'wait', children }: { tone?: Tone; children: ComponentChildren }) {
    return <p class={`notice ${tone}`}>{children}</p>;
}

/// Says something to those who hear the page, whenever it changes.
export function Said({ text }: { text: ReadonlySignal<string> }) {
    return (
        <p class="said" role="status" aria-live="polite">
            {text}
        </p>
    );
}
