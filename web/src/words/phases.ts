// Phases, verdicts and conditions in words.

import { chain } from '../chain/session.ts';
import type { Award, Duplicates, Phase, RequestSpec, Verdict } from '../chain/types.ts';
import { bps, ppm } from './amounts.ts';

export type Tone = 'open' | 'work' | 'judge' | 'wait' | 'over' | 'bad';

interface Told {
    name: string;
    /// What it means to somebody who sees it for the first time.
    meaning: string;
    tone: Tone;
}

const PHASES: Readonly<Record<Phase, Told>> = {
    Signalling: { name: 'Places open', meaning: 'Places can be taken, and submissions made.', tone: 'open' },
    Delivery: { name: 'Delivery', meaning: 'Those with a place deliver.', tone: 'work' },
    Unsealing: { name: 'Unsealing', meaning: 'Sealed deliveries are opened by those who made them.', tone: 'work' },
    Unopened: { name: 'Waits for reviews', meaning: 'Anyone can open the reviews.', tone: 'wait' },
    Review: { name: 'In review', meaning: 'Enforcers commit to scores that nobody sees yet.', tone: 'judge' },
    Reveal: { name: 'Reveals', meaning: 'Those who committed show their scores.', tone: 'judge' },
    Finalizable: {
        name: 'Waits for a verdict',
        meaning: 'Anyone can ask for the verdict, or for the window’s extension.',
        tone: 'wait',
    },
    Finalized: { name: 'Waits for settling', meaning: 'It has its verdict; anyone can settle it.', tone: 'wait' },
    Settled: { name: 'Settled', meaning: 'What was earned can be claimed, and the rest reclaimed.', tone: 'over' },
    Claimed: { name: 'Paid', meaning: 'What it earned is credited.', tone: 'over' },
    Vacant: { name: 'Vacant', meaning: 'The provider has lost its place: another can take over.', tone: 'bad' },
};

export const phaseWords = (phase: Phase): Told => PHASES[phase];

/// What the phase of a whole request means; some mean less than that of a submission.
export function requestPhaseMeaning(phase: Phase): string {
    if (phase === 'Review') return 'Its submissions are in review, each in a window of its own.';
    return phase === 'Settled'
        ? 'What was earned can be claimed, and the requester can reclaim the rest.'
        : PHASES[phase].meaning;
}
export const phases = Object.keys(PHASES) as Phase[];

const VERDICTS: Readonly<Record<Verdict, string>> = {
    Pending: 'no verdict yet',
    Quorum: 'judged by a quorum',
    Few: 'judged by too few',
    Unreviewed: 'reviewed by nobody',
    Missed: 'never unsealed',
};

export const verdictWords = (verdict: Verdict): string => VERDICTS[verdict];

export function awardWords({ award, access }: Pick<RequestSpec, 'award' | 'access'>): string {
    if (award.type === 'Proportional') return 'shared in proportion to quality';
    if (award.type === 'Ranked') return `to the best: ${award.value.map(bps).join(', ')}`;
    return access === 'Offers' ? 'the price accepted, times quality' : 'an equal part for each place, times quality';
}

export const awardName = ({ type }: Award): string =>
    ({ PerSubmission: 'Each on its own', Proportional: 'In proportion', Ranked: 'Ranked' })[type];

export function duplicatesWords(duplicates: Duplicates): string {
    if (duplicates.type === 'Independent') return 'each is paid on its own';
    if (duplicates.type === 'FirstOnly') return 'only the first is paid; delivery is sealed';
    return `they share ${ppm(duplicates.value)} for each further one; delivery is sealed`;
}

/// What the page calls the network in one word.
export const network = (): string => chain.value?.name ?? 'no chain';
