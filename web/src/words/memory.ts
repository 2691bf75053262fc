// What this browser remembers of the page: small things, as JSON, in localStorage. Where that is refused, nothing is.

const PREFIX = 'atomic-obligation/';

export function remembered(key: string): unknown {
    try {
        return JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null');
    } catch {
        return undefined;
    }
}

export function remember(key: string, value: unknown): void {
    try {
        localStorage.setItem(PREFIX + key, JSON.stringify(value));
    } catch {
        // A browser that keeps nothing: the page works, and forgets.
    }
}

/// Calls back whenever another tab remembers something else under this key.
export function onRemembered(key: string, changed: () => void): void {
    addEventListener('storage', (event) => {
        if (event.key === PREFIX + key) changed();
    });
}
