// What a screen reads of the index: again when there is more.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Reading } from '../parts/reading.ts';
import type { Manifest } from './documents.ts';
import { manifestOf } from './state.ts';

/// What was read stays until something newer is there; only other `inputs` forget it. `more` has it read again, too.
export function usePast<T>(
    read: (of: Manifest) => Promise<T>,
    inputs: readonly unknown[],
    more: readonly unknown[] = [],
): Reading<T> {
    const of = manifestOf();
    const found = useSignal<Reading<T>>(undefined);
    useEffect(() => {
        found.value = undefined;
    }, [...inputs]);
    useEffect(() => {
        if (!of) return;
        let over = false;
        read(of).then(
            (value) => over || (found.value = { value }),
            (error: unknown) => over || (found.value = { why: error instanceof Error ? error.message : String(error) }),
        );
        return () => {
            over = true;
        };
    }, [of, ...inputs, ...more]);
    return found.value;
}
