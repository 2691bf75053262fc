// Reads files of the index, and looks again whether there is more.

import { effect } from '@preact/signals';
import { head } from '../chain/clock.ts';
import type { Chain } from '../chain/session.ts';
import { historyHome, historyNamed } from '../policy.ts';
import { same } from '../words/accounts.ts';
import { FORMAT, manifest, type Manifest } from './documents.ts';
import type { Shape } from './shapes.ts';
import { manifestOf, past, type Past } from './state.ts';

const PATIENCE_MS = 20_000;
/// How long after a block the index is asked again: it reads a block once that is final.
const AGAIN_MS = 3_000;
/// The longest wait while it has not come as far as the chain.
const LATEST_MS = 15_000;

/// Nothing is there, or something that is no file of an index: many servers answer everything with a page.
class Missing extends Error {}

async function json(path: string): Promise<unknown> {
    const answer = await fetch(new URL(path, historyHome()), {
        cache: 'no-cache',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 404) throw new Missing(`${path} is not there`);
    if (!answer.ok) throw new Error(`it answers ${answer.status} for ${path}`);
    return answer.json().catch(() => Promise.reject(new Missing(`${path} is no file of an index`)));
}

const read = new Map<string, Promise<unknown>>();

/// A file of the index; read once for each state of it.
export function file<T>(path: string, shape: Shape<T>): Promise<T> {
    const known = read.get(path);
    if (known) return known as Promise<T>;
    const asked = json(path).then((value) => shape(value, path));
    asked.catch(() => read.delete(path));
    read.set(path, asked);
    return asked;
}

/// The same, where it may not be there.
export const optional = <T>(path: string, shape: Shape<T>): Promise<T | undefined> =>
    file(path, shape).catch((error: unknown) => (error instanceof Missing ? undefined : Promise.reject(error)));

/// Why an index is not this market's, if it is not. Chains for trying things out begin alike, so its last block tells more
/// than the first.
async function foreign({ format, genesis, market, to, toHash }: Manifest, at: Chain): Promise<string | undefined> {
    if (format !== FORMAT) return `it has format ${format}, and this page reads ${FORMAT}`;
    if (genesis !== at.genesis) return 'it is of another chain';
    if (!same(market, at.deployment.market)) return 'it is of another market';
    const hash = await at.client.rpc.chain_getBlockHash(to.block);
    if (!hash) return `it goes on to block ${to.block}, and this node has not come that far`;
    return hash === toHash ? undefined : `it is of another chain: block ${to.block} is another one here`;
}

async function found(at: Chain): Promise<Past> {
    try {
        const is = manifest(await json('manifest.json'), 'manifest.json');
        const why = await foreign(is, at);
        return why === undefined ? { is: 'there', manifest: is } : { is: 'refused', why };
    } catch (error) {
        if (error instanceof Missing && !historyNamed()) return { is: 'none' };
        return { is: 'refused', why: error instanceof Error ? error.message : String(error) };
    }
}

function take(next: Past): void {
    const present = past.value;
    const unchanged = present.is === 'there' && next.is === 'there' && present.manifest.toHash === next.manifest.toHash;
    if (unchanged) return;
    read.clear();
    past.value = next;
}

/// Looks for an index, and after each block whether it has more; where there is none at first, no more.
export async function look(at: Chain): Promise<void> {
    take(await found(at));
    if (past.value.is === 'none') return;
    let waiting = false;
    const ask = (after: number): void => {
        if (waiting) return;
        waiting = true;
        setTimeout(() => {
            void found(at).then((next) => {
                waiting = false;
                if (next.is !== 'none') take(next);
                const end = manifestOf()?.to.block ?? 0;
                if (end < (head.peek()?.number ?? 0)) ask(Math.min(2 * after, LATEST_MS));
            });
        }, after);
    };
    effect(() => {
        if (head.value) ask(AGAIN_MS);
    });
}
