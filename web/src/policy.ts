// No request goes to any other host than the page's own, the node's, and the sources that the settings name: the browser
// itself is told so, before anything is asked for. Policies only ever narrow each other.

import { chosen } from './chain/deployment.ts';
import { remembered, remember } from './words/memory.ts';

const KEY = 'sources';

/// A source is where files are fetched from: an IPFS gateway, or a host by https.
export function sources(): string[] {
    const list = remembered(KEY);
    return Array.isArray(list)
        ? list.filter((one): one is string => typeof one === 'string' && sourceOrigin(one) !== undefined)
        : [];
}

export const rememberSources = (list: string[]): void => remember(KEY, list);

const HISTORY = 'history';

/// Where the history is, if the settings say so.
export function historyNamed(): string | undefined {
    const named = remembered(HISTORY);
    return typeof named === 'string' && sourceOrigin(named) ? named : undefined;
}

/// Where the history is looked for: there, or else beside the page.
export function historyHome(): URL {
    const home = new URL(historyNamed() ?? './index/', location.href);
    if (!home.pathname.endsWith('/')) home.pathname += '/';
    return home;
}

export const rememberHistory = (home: string): void => remember(HISTORY, home || null);

/// The origin of a source, if it is one: https, or http on this machine.
export function sourceOrigin(source: string): string | undefined {
    try {
        const { protocol, hostname, origin } = new URL(source);
        const here = hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
        return protocol === 'https:' || (protocol === 'http:' && here) ? origin : undefined;
    } catch {
        return undefined;
    }
}

/// Has to be called once, first of all; other sources need the page to be loaded anew.
export function narrow(): void {
    const deployment = chosen();
    const hosts = [...sources(), historyNamed() ?? ''].map(sourceOrigin).filter((one) => one !== undefined);
    const allowed = ["'self'", ...hosts, ...(deployment ? [new URL(deployment.node).origin] : [])];
    const meta = document.createElement('meta');
    meta.httpEquiv = 'Content-Security-Policy';
    meta.content = `connect-src ${[...new Set(allowed)].join(' ')}`;
    document.head.append(meta);
}
