// Where in the page somebody is: `#/request/12?tab=offers`. A hash, so that any web server serves every address.

import { computed, signal } from '@preact/signals';

export interface Place {
    /// Such as `['request', '12']`; empty is the board.
    path: string[];
    query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
    hash.value = location.hash;
});

function decoded(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

export const place = computed<Place>(() => {
    const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?', 2);
    return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
});

/// The address of a place within the page.
export function to(path: string, query?: Record<string, string | undefined>): string {
    const kept = Object.entries(query ?? {}).filter((entry): entry is [string, string] => Boolean(entry[1]));
    const search = new URLSearchParams(kept).toString();
    return `#/${path}${search ? `?${search}` : ''}`;
}

export function go(path: string, query?: Record<string, string | undefined>): void {
    location.hash = to(path, query);
}

/// The same place with other filters, without a step in the browser's history.
export function refine(query: Record<string, string | undefined>): void {
    const { path, query: present } = place.value;
    const merged = { ...Object.fromEntries(present), ...query };
    history.replaceState(null, '', to(path.map(encodeURIComponent).join('/'), merged));
    hash.value = location.hash;
}
