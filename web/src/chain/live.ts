// Follows the chain: each new block's events say what has changed, and just that is read anew.

import { signal } from '@preact/signals';
import { QueryableStorage } from 'dedot';
import type { ContractEvent } from 'dedot/contracts';
import type { FrameSystemEventRecord } from 'dedot/chaintypes';
import { head } from './clock.ts';
import type { Chain } from './session.ts';
import { refreshAll, refreshPolicy, refreshRequests } from './store.ts';

/// One event of the three contracts.
export interface Told {
    block: number;
    contract: 'market' | 'obligation' | 'reputation';
    /// Such as `RequestPosted`.
    name: string;
    data: Record<string, unknown>;
}

/// The latest events that this page has seen, the last one first.
export const told = signal<Told[]>([]);
const KEPT = 500;

type Records = FrameSystemEventRecord[];

const fieldsOf = (event: ContractEvent): Record<string, unknown> =>
    'data' in event ? (event.data as Record<string, unknown>) : {};

/// The events of the three contracts among these, decoded.
export function decoded(chain: Chain, records: Records, block: number): Told[] {
    const contracts = ['market', 'obligation', 'reputation'] as const;
    return records.flatMap((record) => {
        for (const name of contracts) {
            const { registry, address } = chain[name];
            try {
                const event: ContractEvent = registry.decodeEvent(record, address);
                const label = event.name.split('::').at(-1) ?? event.name;
                return [{ block, contract: name, name: label, data: fieldsOf(event) }];
            } catch {
                // Another contract's, or no contract's event at all.
            }
        }
        return [];
    });
}

const touched = (events: Told[]): number[] => {
    const ids = events.filter((event) => event.contract === 'market').map((event) => event.data.request);
    return [...new Set(ids.filter((id): id is number => typeof id === 'number'))];
};

const ofPolicy = ({ contract, name }: Told): boolean => contract === 'market' && name.startsWith('Policy');

/// Begins to follow, or does so again after the connection was lost.
export async function follow(chain: Chain): Promise<void> {
    const { client } = chain;
    const events = new QueryableStorage(client.registry, 'System', 'Events');
    const time = new QueryableStorage(client.registry, 'Timestamp', 'Now');
    const keys = [events.prefixKey, time.prefixKey];
    let last: number | undefined;

    const see = async (block: { hash: `0x${string}`; number: number; parent: string }): Promise<void> => {
        if (block.hash === head.value?.hash) return;
        const [set] = await client.rpc.state_queryStorageAt(keys, block.hash);
        const raw = new Map(set?.changes ?? []);
        const reorganized = head.value !== undefined && last !== undefined && block.parent !== head.value.hash;
        head.value = { number: block.number, hash: block.hash, time: time.decodeValue(raw.get(keys[1]!)) as bigint };
        last = block.number;
        const fresh = decoded(chain, (events.decodeValue(raw.get(keys[0]!)) ?? []) as Records, block.number);
        if (fresh.length > 0) told.value = [...fresh.toReversed(), ...told.value].slice(0, KEPT);
        if (reorganized) return refreshAll(chain);
        if (fresh.some(ofPolicy)) await refreshPolicy(chain);
        const ids = touched(fresh);
        if (ids.length > 0) await refreshRequests(chain, ids);
    };

    const [number, hash] = [await client.query.system.number(), await client.rpc.chain_getBlockHash()];
    if (hash) {
        const { parentHash } = (await client.rpc.chain_getHeader(hash)) ?? { parentHash: '' };
        await see({ hash, number, parent: parentHash });
    }
    // One block after the other, in their order.
    let queue = Promise.resolve();
    client.block.best((block) => {
        queue = queue.then(() => see(block)).catch(() => undefined);
    });
}
