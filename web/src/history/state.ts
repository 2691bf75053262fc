// Whether there is a history: an index that `atomic index` made (docs/index.md). Nothing of the page needs one.

import { signal } from '@preact/signals';
import type { Manifest } from './documents.ts';

export type Past =
    /// Not looked for so far.
    | { is: 'unknown' }
    | { is: 'none' }
    /// There is one, and it cannot be used.
    | { is: 'refused'; why: string }
    | { is: 'there'; manifest: Manifest };

export const past = signal<Past>({ is: 'unknown' });

/// Whose it is, and from when to when it goes, if it can be used.
export const manifestOf = (): Manifest | undefined => (past.value.is === 'there' ? past.value.manifest : undefined);
