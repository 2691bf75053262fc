// Committing to scores, and revealing them: in lists of up to 16 for each request, all with one signature.

import type { HexString } from 'dedot/utils';
import type { Delivery } from '../chain/store.ts';
import type { Part } from '../chain/parts.ts';
import { chain } from '../chain/session.ts';
import { commitment, type Opinion } from '../formulas/hashes.ts';
import { inLists } from '../formulas/lists.ts';
import { window } from '../formulas/windows.ts';
import { savedKey } from '../secrets/keys.ts';
import { keepOpinions, saltOf } from '../secrets/opinions.ts';
import { numbered } from '../words/text.ts';
import { moment } from '../words/times.ts';
import { intent, type Intent } from './intent.ts';

export interface Score {
    part: Part;
    delivery: Delivery;
    score: number;
    duplicateOf: number | undefined;
}

/// By request, in the order in which they come.
export function byRequest<T>(list: readonly T[], idOf: (one: T) => number): T[][] {
    const groups = new Map<number, T[]>();
    for (const one of list) groups.set(idOf(one), [...(groups.get(idOf(one)) ?? []), one]);
    return [...groups.values()].flatMap((group) => inLists(group));
}

function committing(id: number, opinions: (Opinion & { revealBy: bigint })[]): Intent {
    const commitments = opinions.map((opinion) => ({
        submission: opinion.submission,
        commitment: commitment(opinion),
    }));
    const numbers = opinions.map(({ submission }) => submission);
    const sent = intent('market', 'marketCommitReviews', [id, commitments], {
        title: `Commit to ${numbered(numbers)} of request ${id}`,
        changes: [
            `You commit to your score of ${numbered(numbers)} of request ${id}. It cannot be changed; nobody sees it before you reveal it.`,
            `It has to be revealed by ${moment(opinions.reduce((first, { revealBy }) => (revealBy < first ? revealBy : first), opinions[0]?.revealBy ?? 0n))}; if not, it costs reputation.`,
        ],
    });
    return {
        ...sent,
        // Whatever is tried is kept first: nothing is sent that this browser could not reveal.
        async dryRun(at, options) {
            await keepOpinions(at, opinions);
            return sent.dryRun(at, options);
        },
    };
}

/// What commits to these scores; without a key that was saved elsewhere there is nothing to commit with.
export function commit(who: HexString, scores: readonly Score[]): Intent[] {
    const [at, key] = [chain.value, savedKey(who)];
    if (!at || !key) return [];
    return byRequest(scores, ({ part }) => part.id).flatMap((list) => {
        const [first] = list;
        if (!first) return [];
        const { id, spec } = first.part;
        const opinions = list.map(({ delivery: { number, submission }, score, duplicateOf }) => ({
            request: id,
            submission: number,
            enforcer: who,
            score,
            duplicateOf,
            salt: saltOf(at, key, id, number, who),
            revealBy: window(spec, submission.windowStart).revealBy,
        }));
        return [committing(id, opinions)];
    });
}

/// What reveals these opinions.
export const reveal = (opinions: readonly Opinion[]): Intent[] =>
    byRequest(opinions, ({ request }) => request).map((list) => {
        const id = list[0]?.request ?? 0;
        const numbers = list.map(({ submission }) => submission);
        const reveals = list.map(({ submission, score, duplicateOf, salt }) => ({
            submission,
            score,
            duplicateOf,
            salt,
        }));
        return intent('market', 'marketRevealReviews', [id, reveals], {
            title: `Reveal ${numbered(numbers)} of request ${id}`,
            changes: list.map(
                ({ submission, score, duplicateOf }) =>
                    `Everybody sees that you give submission ${submission} of request ${id} ${score} of 100` +
                    `${duplicateOf === undefined ? '' : `, as a duplicate of ${duplicateOf}`}.`,
            ),
        });
    });
