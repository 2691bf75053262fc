// How much of a pool's capacity is taken, and what that adds to a price: `rules/src/capacity.rs` in TypeScript.

const PPM = 1_000_000;
const MAX_UTILIZATION_PPM = 4_000_000_000n;

/// How many reviews the active members may have open together.
export function hands(active: number, throttled: number, healthyLimit: number, throttledLimit: number): bigint {
    const few = Math.min(throttled, active);
    return BigInt(active - few) * BigInt(healthyLimit) + BigInt(few) * BigInt(throttledLimit);
}

/// `backlog / hands` in parts per million, rounded down; a pool without hands is full.
export function utilizationPpm(backlog: bigint, of: bigint): number {
    if (of === 0n) return PPM;
    const utilization = (backlog * BigInt(PPM)) / of;
    return Number(utilization < MAX_UTILIZATION_PPM ? utilization : MAX_UTILIZATION_PPM);
}

/// The premium in parts per ten thousand: nothing up to the target, from there rising evenly to the cap.
export function premiumBps(utilization: number, target: number, cap: number): number {
    if (utilization <= target) return 0;
    if (utilization >= PPM) return cap;
    return Number((BigInt(cap) * BigInt(utilization - target)) / BigInt(PPM - target));
}
