// How far a request is by what was done, in words.

import type { Tone } from '../words/phases.ts';
import type { Stage } from './documents.ts';

export const STAGE_WORDS: Readonly<Record<Stage, { name: string; tone: Tone }>> = {
    Posted: { name: 'Posted', tone: 'open' },
    Delivered: { name: 'Delivered', tone: 'work' },
    Review: { name: 'In review', tone: 'judge' },
    Judged: { name: 'Judged', tone: 'wait' },
    Settled: { name: 'Settled', tone: 'over' },
    Withdrawn: { name: 'Withdrawn', tone: 'over' },
    Pruned: { name: 'Settled and freed', tone: 'over' },
};
