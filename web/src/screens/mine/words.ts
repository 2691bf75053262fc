// What is due, in words.

import type { Task, What } from '../../formulas/tasks.ts';
import { numbered } from '../../words/text.ts';

type Told = readonly [what: string, at: string];

const WORDS: Readonly<Record<What, Told>> = {
    deliver: ['Deliver', 'until'],
    unseal: ['Unseal what you delivered', 'until'],
    'unseal-later': ['You unseal what you delivered', 'from'],
    'offer-stands': ['Your offer stands', 'until'],
    'offer-over': ['Your offer is over: take your deposit back', ''],
    accept: ['Look at the offers, and accept one', 'until'],
    takeover: ['The place is vacant: let another take over, or reclaim', 'until'],
    open: ['Open the reviews', ''],
    finalize: ['Ask for the verdict', ''],
    settle: ['Settle', ''],
    close: ['Close the period', ''],
    judged: ['Enforcers judge it', 'until'],
    review: ['Review', 'until'],
    'review-later': ['It opens to you', 'from'],
    reveal: ['Reveal what you committed to', 'until'],
    'reveal-later': ['You reveal what you committed to', 'from'],
    extend: ['Too few committed: have the window extended', ''],
    'check-in': ['Show that you are here: commit to a review, or check in', 'until'],
    safe: ['If you do nothing more, you can be Banned', 'from'],
};

/// "Deliver (submission 3)"
export function taskWords({ what, submissions, part }: Task): string {
    const [words] = WORDS[what];
    if (!submissions) return words;
    const which = numbered(submissions);
    return `${words} (${part?.engagement ? which.replace('submission', 'period') : which})`;
}

/// "until" or "from"
export const atWords = ({ what }: Task): string => WORDS[what][1];

/// "Request 3: Deliver", as a calendar and a notice say it.
export const titleOf = (task: Task): string =>
    task.part ? `Request ${task.part.id}: ${taskWords(task)}` : taskWords(task);
