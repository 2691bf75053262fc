// A button that does something on the chain. It is never dead: where it cannot be done, trying it says why.

import type { ComponentChildren } from 'preact';
import type { Intent } from './intent.ts';
import { attempt } from './pipeline.ts';

interface Doing {
    /// What to do, made when it is pressed.
    intent: () => Intent;
    children?: ComponentChildren;
    small?: boolean;
}

export function Act({ intent, children, small = false }: Doing) {
    return (
        <button
            type="button"
            class={small ? 'act small' : 'act'}
            aria-haspopup="dialog"
            onClick={() => void attempt(intent())}
        >
            {children ?? intent().title}…
        </button>
    );
}
