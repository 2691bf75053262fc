// What was delivered, how far its review is, and what it earned.

import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { now } from '../../chain/clock.ts';
import type { Delivery, Whole } from '../../chain/store.ts';
import type { Review } from '../../chain/types.ts';
import { deliveryPhase } from '../../formulas/steps.ts';
import { isShort, maxReviews, missing, window } from '../../formulas/windows.ts';
import { Account, Away, Badge, Bar, Facts, Moment, PhaseBadge } from '../../parts/basic.tsx';
import { Deliverable } from '../../parts/deliverable.tsx';
import { Revise } from './deliver.tsx';
import { amount, bps } from '../../words/amounts.ts';
import { verdictWords } from '../../words/phases.ts';
import { counted } from '../../words/text.ts';

export function Submissions({ whole }: { whole: Whole }) {
    const { deliveries, state } = whole;
    return (
        <section>
            <h2>{state.engagement ? 'Deliveries' : 'Submissions'}</h2>
            {deliveries.length === 0 && (
                <p class="quiet">Nothing was delivered so far{state.pruned > 0 && ', or it was paid and freed'}.</p>
            )}
            <ol class="submissions">
                {deliveries.map((delivery) => (
                    <Submission key={delivery.number} whole={whole} delivery={delivery} />
                ))}
            </ol>
        </section>
    );
}

function Submission({ whole, delivery }: { whole: Whole; delivery: Delivery }) {
    const { spec, state } = whole;
    const { number, submission, reviews } = delivery;
    const phase = useMemo(() => computed(() => deliveryPhase(whole, delivery, now.value)), [whole, delivery]).value;
    const { commitBy, revealBy } = window(spec, submission.windowStart);
    const judged = submission.verdict !== 'Pending';
    const short = phase === 'Finalizable' && isShort(spec, submission.extended, reviews);
    return (
        <li id={`submission-${number}`} class="submission">
            <h3>
                {state.engagement ? 'Period' : 'Submission'} {number}{' '}
                <span class="by">
                    by <Account who={submission.provider} />
                </span>
            </h3>
            <p class="summary">
                <PhaseBadge phase={phase} />
                {(phase === 'Review' || phase === 'Reveal') && (
                    <span>
                        ends <Away at={phase === 'Review' ? commitBy : revealBy} />
                    </span>
                )}
                {short && <Badge tone="wait">to be extended</Badge>}
                {submission.extended && !judged && <Badge tone="wait">extended</Badge>}
                {submission.seal && !submission.delivered && <Badge tone="over">sealed</Badge>}
                {submission.duplicateOf !== undefined && (
                    <Badge tone="bad">duplicate of {submission.duplicateOf}</Badge>
                )}
            </p>
            <div class="both">
                <div>
                    <Facts
                        of={[
                            [submission.seal ? 'Sealed' : 'Delivered', <Moment at={submission.submitted} />],
                            submission.price > 0n && ['Price', amount(submission.price, spec.asset)],
                            judged && ['Verdict', verdictWords(submission.verdict)],
                            (submission.verdict === 'Quorum' || submission.verdict === 'Few') && [
                                'Median',
                                submission.median,
                            ],
                            judged && ['Weighs', bps(submission.weightBps)],
                            submission.claimed && ['Earned', amount(submission.pay, spec.asset)],
                        ]}
                    />
                    {submission.delivered && (
                        <Deliverable
                            hash={submission.content}
                            uri={submission.uri}
                            name={`submission ${number} of request ${whole.id}`}
                        />
                    )}
                </div>
                <Reviews whole={whole} delivery={delivery} />
            </div>
            <Revise whole={whole} delivery={delivery} />
        </li>
    );
}

function opinion(review: Review, judged: boolean): string {
    if (review.score === undefined) return judged ? 'did not reveal' : 'committed';
    return review.duplicateOf === undefined
        ? `gives ${review.score}`
        : `gives ${review.score}, a duplicate of ${review.duplicateOf}`;
}

function Reviews({ whole: { spec }, delivery: { submission, reviews, number } }: { whole: Whole; delivery: Delivery }) {
    if (submission.active === 0 && reviews.length === 0) return null;
    const judged = submission.verdict !== 'Pending';
    const left = missing(spec, reviews);
    return (
        <div class="reviews">
            {!judged && (
                <p>
                    <Bar part={reviews.length} of={spec.quorum} label={`Commitments to submission ${number}`} />{' '}
                    {left > 0
                        ? `${counted(left, 'commitment')} missing to a quorum of ${spec.quorum}`
                        : `${reviews.length} of at most ${maxReviews(spec)} have committed`}
                </p>
            )}
            <ul class="plain">
                {reviews.map((review) => (
                    <li key={review.enforcer.raw}>
                        <Account who={review.enforcer} /> {opinion(review, judged)}
                    </li>
                ))}
            </ul>
        </div>
    );
}
