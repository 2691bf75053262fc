// The chain's time, as far as it is known: that of the last block, and this machine's clock after it. Where somebody lets
// time pass on purpose, the last block's alone.

import { computed, signal } from '@preact/signals';
import { chain } from './session.ts';

const TICK_MS = 1_000;

/// The last block.
export const head = signal<{ number: number; hash: string; time: bigint } | undefined>(undefined);
const wall = signal(Date.now());

/// What contracts take for now, or will in the next block.
export const now = computed<bigint>(() => {
    const time = head.value?.time ?? 0n;
    const machine = BigInt(wall.value);
    return !chain.value?.manualClock && machine > time ? machine : time;
});

export function tick(): void {
    setInterval(() => {
        if (!document.hidden) wall.value = Date.now();
    }, TICK_MS);
    document.addEventListener('visibilitychange', () => {
        if (!document.hidden) wall.value = Date.now();
    });
}
