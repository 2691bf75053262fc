// Finding what a commitment says from its salt: every score, for every submission that could have been named, until the hash
// is the same. A device that has the key needs nothing else.

import type { HexString } from 'dedot/utils';
import type { Submission } from '../chain/types.ts';
import { commitment, type Opinion } from './hashes.ts';

const BEST = 100;

type Delivered = Pick<Submission, 'delivered' | 'submitted'>;

/// Whether a review of this submission may say that it duplicates `original`.
export const mayDuplicate = (
    one: { number: number; submission: Delivered },
    original: { number: number; submission: Delivered },
): boolean =>
    original.submission.delivered &&
    (original.submission.submitted < one.submission.submitted ||
        (original.submission.submitted === one.submission.submitted && original.number < one.number));

/// Which score of these opens it, where this submission is named.
export function scoreOf(hash: string, opinion: Omit<Opinion, 'score'>): number | undefined {
    for (let score = 0; score <= BEST; score += 1) {
        if (commitment({ ...opinion, score }) === hash) return score;
    }
    return undefined;
}

export interface Closed {
    hash: string;
    request: number;
    submission: number;
    enforcer: HexString;
    /// The submissions that it could have named.
    candidates: readonly number[];
}

/// What was committed to, if one of these salts is its; `rest` is awaited now and then, so that the page can go on.
export async function opened(
    { hash, candidates, ...which }: Closed,
    salts: readonly HexString[],
    rest: () => Promise<void> = () => Promise.resolve(),
): Promise<Opinion | undefined> {
    for (const salt of salts) {
        for (const duplicateOf of [undefined, ...candidates]) {
            const score = scoreOf(hash, { ...which, duplicateOf, salt });
            if (score !== undefined) return { ...which, score, duplicateOf, salt };
            await rest();
        }
    }
    return undefined;
}
