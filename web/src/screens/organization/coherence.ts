// How often who reviewed agreed with the others, in the requests that the chain still knows.

import type { Chain } from '../../chain/session.ts';
import { deliveriesAt, requests } from '../../chain/store.ts';
import type { Review, Submission } from '../../chain/types.ts';

export interface Coherence {
    revealed: number;
    /// Within the tolerance of the median, and right about the duplicate, which is the first of its finding.
    agreed: number;
    missed: number;
}

const agrees = ({ score, duplicateOf }: Review, submission: Submission, tolerance: number): boolean =>
    score !== undefined && Math.abs(score - submission.median) <= tolerance && duplicateOf === submission.duplicateOf;

export async function coherence(at: Chain): Promise<Map<string, Coherence>> {
    const judged = [...(requests.value?.values() ?? [])].flatMap(({ id, spec, state }) =>
        Array.from({ length: state.opened }, (_, number) => ({ key: [id, number] as [number, number], spec })),
    );
    const keys = judged.map(({ key }) => key);
    const deliveries = await deliveriesAt(at, keys);
    const found = new Map<string, Coherence>();
    for (const [index, { spec }] of judged.entries()) {
        const delivery = deliveries[index];
        if (!delivery || delivery.submission.verdict === 'Pending') continue;
        const { submission, reviews } = delivery;
        for (const review of reviews) {
            const so = found.get(review.enforcer.raw) ?? { revealed: 0, agreed: 0, missed: 0 };
            if (review.score === undefined) so.missed += 1;
            else so.revealed += 1;
            if (agrees(review, submission, spec.tolerance)) so.agreed += 1;
            found.set(review.enforcer.raw, so);
        }
    }
    return found;
}
