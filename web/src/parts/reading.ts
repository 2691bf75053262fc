// What a screen asks the chain for by itself: read anew with each block for as long as somebody looks.

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { head } from '../chain/clock.ts';
import { chain, type Chain } from '../chain/session.ts';

export type Reading<T> = { value: T } | { why: string } | undefined;

/// What was read, if it could be.
export const valueOf = <T>(reading: Reading<T>): T | undefined =>
    reading && 'value' in reading ? reading.value : undefined;

/// One reading at a time; a block that comes meanwhile is asked for afterwards. What was read stays until something newer
/// is there; only other `inputs` forget it.
export function useReading<T>(read: (at: Chain) => Promise<T>, inputs: readonly unknown[]): Reading<T> {
    const at = chain.value;
    const block = head.value?.hash;
    const found = useSignal<Reading<T>>(undefined);
    const work = useMemo(() => ({ running: false, again: false, over: false }), [at, ...inputs]);
    useEffect(() => {
        found.value = undefined;
        return () => {
            work.over = true;
        };
    }, [work]);
    useEffect(() => {
        if (!at || !block) return;
        if (work.running) work.again = true;
        else void go(at);
    }, [work, block]);

    async function go(from: Chain): Promise<void> {
        work.running = true;
        do {
            work.again = false;
            const next = await read(from).then(
                (value) => ({ value }),
                (error: unknown) => ({ why: error instanceof Error ? error.message : String(error) }),
            );
            if (work.over) return;
            // Whoever lost the connection goes on seeing what was read before.
            if ('value' in next || !found.value || 'why' in found.value) found.value = next;
        } while (work.again);
        work.running = false;
    }
    return found.value;
}
