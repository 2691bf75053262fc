// Scores that somebody is thinking about: they stay while one looks elsewhere, and are written down nowhere.

import { signal } from '@preact/signals';
import type { HexString } from 'dedot/utils';
import type { Seat } from '../../formulas/jury.ts';

export interface Draft {
    score: number;
    duplicateOf: number | undefined;
}

export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

export const keyOf = (who: HexString, { part, delivery }: Pick<Seat, 'part' | 'delivery'>): string =>
    `${who}/${part.id}/${delivery.number}`;

export function setDraft(key: string, draft: Draft | undefined): void {
    const next = new Map(drafts.value);
    if (draft) next.set(key, draft);
    else next.delete(key);
    drafts.value = next;
}
