// What a screen reads from the chain: once, and again with each block.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { head } from '../chain/clock.ts';
import { chain, type Chain } from '../chain/session.ts';

/// What `read` answers; undefined until it does. `key` says what it depends on beside the chain.
export function useRead<T>(read: (at: Chain) => Promise<T>, key: string | undefined): T | undefined {
    const found = useSignal<{ key: string | undefined; value: T } | undefined>(undefined);
    const [at, block] = [chain.value, head.value?.hash];
    useEffect(() => {
        if (!at || key === undefined) return undefined;
        let wanted = true;
        read(at).then(
            (value) => {
                if (wanted) found.value = { key, value };
            },
            () => undefined,
        );
        return () => {
            wanted = false;
        };
    }, [at, block, key]);
    return found.value?.key === key ? found.value?.value : undefined;
}
