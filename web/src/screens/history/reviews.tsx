// Who reviewed a submission, and whether they were coherent.

import type { PastReview, PastSubmission } from '../../history/documents.ts';
import { Account, Badge } from '../../parts/basic.tsx';

function said({ score, duplicateOf }: PastReview, judged: boolean): string {
    if (score === undefined) return judged ? 'did not reveal' : 'committed';
    return duplicateOf === undefined ? `gave ${score}` : `gave ${score}, a duplicate of ${duplicateOf}`;
}

export function PastReviews({ of: { reviews, verdict } }: { of: PastSubmission }) {
    return (
        <div class="reviews">
            {reviews.length === 0 && <p class="quiet">Nobody reviewed it.</p>}
            <ul class="plain">
                {reviews.map((review) => (
                    <li key={review.enforcer}>
                        <Account who={review.enforcer} /> {said(review, verdict !== undefined)}{' '}
                        {review.coherent !== undefined && review.score !== undefined && (
                            <Badge tone={review.coherent ? 'open' : 'wait'}>
                                {review.coherent ? 'coherent' : 'not coherent'}
                            </Badge>
                        )}
                    </li>
                ))}
            </ul>
        </div>
    );
}
