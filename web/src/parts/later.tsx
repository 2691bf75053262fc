// A screen that is loaded when somebody goes there: what most people never open does not make the first load longer.

import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';

type Screen = FunctionComponent<{ path: string[] }>;

export function later(load: () => Promise<Screen>): Screen {
    const loaded = signal<{ Screen: Screen } | { why: string } | undefined>(undefined);
    let begun = false;
    return function Later({ path }) {
        if (!begun) {
            begun = true;
            load().then(
                (Screen) => (loaded.value = { Screen }),
                (error: unknown) => {
                    begun = false;
                    loaded.value = { why: String(error) };
                },
            );
        }
        const found = loaded.value;
        if (!found) return <p class="quiet">Loading…</p>;
        return 'why' in found ? (
            <p class="notice bad">This screen could not be loaded: {found.why}. Load the page anew.</p>
        ) : (
            <found.Screen path={path} />
        );
    };
}
