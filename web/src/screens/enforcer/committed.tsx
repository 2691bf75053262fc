// What whoever acts has committed to: when it can be revealed, what opens it, and what nothing here opens.

import { useEffect } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import { finalize } from '../../actions/market.ts';
import { reveal } from '../../actions/reviews.ts';
import { canBatch, together } from '../../actions/together.ts';
import { chain } from '../../chain/session.ts';
import { originals, type Committed } from '../../formulas/jury.ts';
import { missing } from '../../formulas/windows.ts';
import type { Opinion } from '../../formulas/hashes.ts';
import { Away, Badge, Moment, Notice } from '../../parts/basic.tsx';
import { to } from '../../router.ts';
import { keys } from '../../secrets/keys.ts';
import { found, openAll } from '../../secrets/opinions.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { counted, listed } from '../../words/text.ts';
import { Where } from './seats.tsx';

const isOpen = ({ next }: Committed): boolean => next === 'wait' || next === 'reveal' || next === 'extend';

/// Opens what was committed to, as far as this browser can.
export function useOpinions(list: readonly Committed[], who: Acting | undefined): void {
    const at = chain.value;
    // Once its keys are read, and again whenever a commitment, a key or a file is new.
    const known = who ? keys.value.get(who.id) : undefined;
    useEffect(() => {
        if (!at || !who || !known) return;
        const closed = list.filter(isOpen).map(({ part, delivery, review, until }) => ({
            hash: review.commitment,
            request: part.id,
            submission: delivery.number,
            enforcer: who.id,
            candidates: originals(part, delivery),
            revealBy: until,
        }));
        void openAll(at, closed);
    }, [at, who, known, list, found.value]);
}

const opinionOf = ({ review }: Committed): Opinion | undefined => {
    const its = found.value.get(review.commitment);
    return its === 'lost' ? undefined : its;
};

export function CommittedTo({ list, who }: { list: readonly Committed[]; who: Acting }) {
    useOpinions(list, who);
    const at = chain.value;
    if (list.length === 0 || !at) return null;
    const due = list.filter(({ next }) => next === 'reveal').flatMap((one) => opinionOf(one) ?? []);
    const lost = list.filter((one) => isOpen(one) && found.value.get(one.review.commitment) === 'lost');
    const intents = reveal(due);
    return (
        <section aria-labelledby="committed">
            <h2 id="committed">Committed by you</h2>
            {lost.length > 0 && <Lost list={lost} />}
            <ul class="plain committed">
                {list.map((one) => (
                    <Line key={one.review.commitment} one={one} />
                ))}
            </ul>
            {intents.length > 0 && (
                <div class="buttons start">
                    {canBatch(at) ? (
                        <Act intent={() => together(intents, { title: `Reveal ${counted(due.length, 'review')}` })} />
                    ) : (
                        intents.map((intent) => <Act key={intent.title} intent={() => intent} />)
                    )}
                </div>
            )}
        </section>
    );
}

function Lost({ list }: { list: readonly Committed[] }) {
    return (
        <Notice tone="bad">
            This browser cannot open what you committed to for{' '}
            {listed(list.map(({ part, delivery }) => `submission ${delivery.number} of request ${part.id}`))}.{' '}
            <a href={to('key')}>Restore your key</a> from its 24 words, or read the file of <code>atomic</code> there;
            what is not revealed costs reputation.
        </Notice>
    );
}

function Line({ one }: { one: Committed }) {
    const { part, delivery, review } = one;
    const its = found.value.get(review.commitment);
    return (
        <li>
            <Where part={part} delivery={delivery} />{' '}
            {isOpen(one) && (
                <span class="opinion">
                    {its === undefined
                        ? 'is being opened…'
                        : its === 'lost'
                          ? 'cannot be opened here'
                          : `you give ${its.score}${its.duplicateOf === undefined ? '' : `, a duplicate of ${its.duplicateOf}`}`}
                </span>
            )}{' '}
            <Next one={one} />
        </li>
    );
}

function Next({ one: { next, part, delivery, from, until } }: { one: Committed }) {
    switch (next) {
        case 'wait': {
            const left = delivery.submission.extended ? 0 : missing(part.spec, delivery.reviews);
            return (
                <span>
                    to be revealed from <Moment at={from} /> on (<Away at={from} />)
                    {left > 0 && `, if ${left} more ${left === 1 ? 'commits' : 'commit'} until then`}
                </span>
            );
        }
        case 'reveal':
            return (
                <>
                    <Badge tone="judge">to be revealed</Badge>{' '}
                    <span>
                        by <Moment at={until} /> (<Away at={until} />)
                    </span>
                </>
            );
        case 'extend':
            return (
                <>
                    <Badge tone="wait">too few committed</Badge> <span>the window has to be extended first</span>{' '}
                    <Act small intent={() => finalize(part, [delivery.number])} />
                </>
            );
        case 'verdict':
            return <span>revealed; it waits for the verdict</span>;
        case 'over':
            return <Badge tone="bad">not revealed in time</Badge>;
    }
}
