// What reviewers send, with salts of a key that everybody knows: for the history and for tests.

import { commitment, reviewSalt } from '../.built/formulas.js';

const KEY = `0x${'11'.repeat(32)}`;

const salt = (org, request, submission, who) =>
    reviewSalt(KEY, { genesis: org.genesis, market: org.marketId }, request, submission, who.id);

/// Commits to these scores: `[submission, score, duplicateOf]`.
export const commit = (org, who, request, ...scores) =>
    org.does(who, 'market', 'marketCommitReviews', [
        request,
        scores.map(([submission, score, duplicateOf]) => ({
            submission,
            commitment: commitment({
                request,
                submission,
                enforcer: who.id,
                score,
                duplicateOf,
                salt: salt(org, request, submission, who),
            }),
        })),
    ]);

export const reveal = (org, who, request, ...scores) =>
    org.does(who, 'market', 'marketRevealReviews', [
        request,
        scores.map(([submission, score, duplicateOf]) => ({
            submission,
            score,
            duplicateOf,
            salt: salt(org, request, submission, who),
        })),
    ]);
