// How the pool's capacity went: a sample of each block in which it changed, as far as this page saw it, or the node still
// remembers. Kept in this browser.

import { effect, signal } from '@preact/signals';
import { hexToU8a, type HexString } from 'dedot/utils';
import { hands, premiumBps, utilizationPpm } from '../formulas/capacity.ts';
import { remembered, remember } from '../words/memory.ts';
import { head } from './clock.ts';
import { poolOf } from './pool.ts';
import type { Chain } from './session.ts';
import { policy } from './store.ts';

/// One moment: numbers, so that it can be kept and drawn.
export interface Sample {
    block: number;
    time: number;
    active: number;
    backlog: number;
    hands: number;
    /// Parts per million.
    utilization: number;
    /// On the rent, in basis points.
    premium: number;
}

const KEPT = 600;
/// How many earlier blocks are asked for, spread evenly.
const LOOKED_BACK = 60;
const TIMESTAMP_NOW: HexString = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb';

/// What is known, the earliest first.
export const seen = signal<readonly Sample[]>([]);

const keyOf = (at: Chain): string => `capacity/${at.genesis}/${at.marketId}`;

const isSample = (value: unknown): value is Sample =>
    typeof value === 'object' &&
    value !== null &&
    ['block', 'time', 'active', 'backlog', 'hands', 'utilization', 'premium'].every(
        (key) => typeof (value as Record<string, unknown>)[key] === 'number',
    );

function littleEndian(hex: string): number {
    return Number(hexToU8a(hex).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
}

/// Proposed terms, if they were in force then though nobody had applied them.
async function dueTerms(at: Chain, pool: number, due: bigint | undefined, time: number, hash: HexString) {
    if (due === undefined || due > time) return undefined;
    const [proposal] = await at.cells.obligation.at('proposals', [pool], hash);
    return proposal?.terms;
}

/// The sample of a block; undefined if the node has forgotten it, or the pool was not there.
async function sampleAt(at: Chain, block: number, hash: HexString): Promise<Sample | undefined> {
    const number = await poolOf(at);
    const [[counters], [pool], [set]] = await Promise.all([
        at.cells.obligation.at('counters', [number], hash),
        at.cells.obligation.at('pools', [number], hash),
        at.client.rpc.state_queryStorageAt([TIMESTAMP_NOW], hash),
    ]);
    const stamp = set?.changes[0]?.[1];
    if (!counters || !pool || !stamp || !policy.value) return undefined;
    const time = littleEndian(stamp);
    const { healthyLimit, throttledLimit } = (await dueTerms(at, number, counters.due, time, hash)) ?? pool.terms;
    const all = hands(counters.active, counters.throttled, healthyLimit, throttledLimit);
    const utilization = utilizationPpm(counters.backlog, all);
    const { targetUtilizationPpm, premiumCapBps } = policy.value;
    return {
        block,
        time,
        active: counters.active,
        backlog: Number(counters.backlog),
        hands: Number(all),
        utilization,
        premium: premiumBps(utilization, targetUtilizationPpm, premiumCapBps),
    };
}

const alike = (one: Sample | undefined, other: Sample): boolean =>
    one !== undefined &&
    one.active === other.active &&
    one.backlog === other.backlog &&
    one.hands === other.hands &&
    one.premium === other.premium;

/// Adds samples, in the order of their blocks, without those in which nothing changed.
function add(at: Chain, fresh: readonly Sample[]): void {
    const all = new Map([...seen.value, ...fresh].map((sample) => [sample.block, sample]));
    const sorted = [...all.values()].sort((one, other) => one.block - other.block);
    seen.value = sorted.filter((sample, index) => index === 0 || !alike(sorted[index - 1], sample)).slice(-KEPT);
    remember(keyOf(at), seen.value);
}

/// Samples each block from now on.
export function watch(at: Chain): void {
    const kept = remembered(keyOf(at));
    seen.value = Array.isArray(kept) ? kept.filter(isSample) : [];
    let last = '';
    effect(() => {
        const [block, rules] = [head.value, policy.value];
        if (!block || !rules || block.hash === last) return;
        last = block.hash;
        void sampleAt(at, block.number, block.hash as HexString).then(
            (sample) => sample && add(at, [sample]),
            () => undefined,
        );
    });
}

let looking: Promise<void> | undefined;

/// Asks for earlier blocks, back from this one, as far as the node remembers them.
export function lookBack(at: Chain, from: number): Promise<void> {
    looking ??= (async () => {
        const step = Math.max(1, Math.floor(from / LOOKED_BACK));
        const found: Sample[] = [];
        for (let block = from - step; block > 0; block -= step) {
            const hash = await at.client.rpc.chain_getBlockHash(block).catch(() => undefined);
            const sample = hash && (await sampleAt(at, block, hash).catch(() => undefined));
            if (!sample) break;
            found.push(sample);
        }
        add(at, found);
    })();
    return looking;
}
