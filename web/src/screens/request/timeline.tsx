// A request's steps on one line, with where now is.

import type { Whole } from '../../chain/store.ts';
import { now } from '../../chain/clock.ts';
import { isSealed, reviewFrom, window } from '../../formulas/windows.ts';
import { Moment } from '../../parts/basic.tsx';

interface Segment {
    name: string;
    until: bigint;
}

function segments({ spec, deliveries }: Whole): Segment[] {
    const windows = deliveries
        .filter(({ submission }) => submission.active > 0)
        .map(({ submission }) => window(spec, submission.windowStart));
    const latest = (key: 'commitBy' | 'revealBy', planned: bigint): bigint =>
        windows.reduce((last, one) => (one[key] > last ? one[key] : last), planned);
    return [
        { name: 'Places', until: spec.signalBy },
        { name: 'Delivery', until: spec.deliverBy },
        ...(isSealed(spec) ? [{ name: 'Unsealing', until: reviewFrom(spec) }] : []),
        { name: 'Commitments', until: latest('commitBy', spec.reviewBy) },
        { name: 'Reveals', until: latest('revealBy', spec.revealBy) },
    ];
}

export function Timeline({ whole }: { whole: Whole }) {
    if (whole.engagement) return null;
    const all = segments(whole);
    const present = all.findIndex(({ until }) => now.value < until);
    return (
        <ol class="timeline" aria-label="Steps">
            {all.map(({ name, until }, at) => {
                const state =
                    whole.state.closed || present === -1 || at < present
                        ? 'past'
                        : at === present
                          ? 'present'
                          : 'future';
                return (
                    <li key={name} class={state} aria-current={state === 'present' ? 'step' : undefined}>
                        <b>{name}</b>
                        <span>
                            until <Moment at={until} />
                        </span>
                    </li>
                );
            })}
        </ol>
    );
}
