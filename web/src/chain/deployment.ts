// Which node, and which market on it: from the page's address (`?node=ws://…&market=5…`), or the one that was used last.

import { decodeAddress } from 'dedot/utils';
import { remembered, remember } from '../words/memory.ts';

export interface Deployment {
    node: string;
    market: string;
}

const KEY = 'deployments';
const MOST = 20;

/// What is wrong with a node's address, if something is.
export function nodeProblem(node: string): string | undefined {
    let url: URL;
    try {
        url = new URL(node);
    } catch {
        return 'A node’s address begins with ws:// or wss://, such as ws://127.0.0.1:9944.';
    }
    if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return 'A node is reached by ws:// or wss://.';
    return undefined;
}

/// What is wrong with a market's address, if something is.
export function marketProblem(market: string): string | undefined {
    try {
        return decodeAddress(market).length === 32 ? undefined : 'That is no contract’s address.';
    } catch {
        return 'That is no contract’s address: it has some 48 letters and digits and begins with a 5 on most chains.';
    }
}

const isDeployment = (value: unknown): value is Deployment => {
    const { node, market } = (value ?? {}) as Partial<Record<keyof Deployment, unknown>>;
    return typeof node === 'string' && typeof market === 'string' && !nodeProblem(node) && !marketProblem(market);
};

/// Those that were used, the latest first.
export const known = (): Deployment[] => {
    const list = remembered(KEY);
    return Array.isArray(list) ? list.filter(isDeployment) : [];
};

const same = (one: Deployment, other: Deployment): boolean => one.node === other.node && one.market === other.market;

export function rememberDeployment(deployment: Deployment): void {
    remember(KEY, [deployment, ...known().filter((other) => !same(other, deployment))].slice(0, MOST));
}

export function forgetDeployment(deployment: Deployment): void {
    remember(
        KEY,
        known().filter((other) => !same(other, deployment)),
    );
}

/// The one that the address names, or else the one that was used last.
export function chosen(): Deployment | undefined {
    const asked = new URLSearchParams(location.search);
    const named = { node: asked.get('node') ?? known()[0]?.node ?? '', market: asked.get('market') ?? '' };
    return isDeployment(named) ? named : known()[0];
}

/// The page's address for a deployment, so that it can be passed on.
export function addressOf({ node, market }: Deployment): string {
    const query = new URLSearchParams({ node, market });
    return `${location.pathname}?${query}${location.hash}`;
}
