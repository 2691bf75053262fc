// What whoever acts is drawn for: a score for each submission, what it would be worth, and one signature for all of them.

import { useId } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import { commit, type Score } from '../../actions/reviews.ts';
import { together, canBatch } from '../../actions/together.ts';
import { now } from '../../chain/clock.ts';
import type { Member } from '../../chain/member.ts';
import { chain } from '../../chain/session.ts';
import type { Duplicates } from '../../chain/types.ts';
import { originals, type Seat } from '../../formulas/jury.ts';
import { handsFree, isActive, missingOf, OP } from '../../formulas/standing.ts';
import { earned } from '../../formulas/windows.ts';
import { Account, Away, Bar, Moment, Notice } from '../../parts/basic.tsx';
import { Deliverable } from '../../parts/deliverable.tsx';
import { to } from '../../router.ts';
import { savedKey } from '../../secrets/keys.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { amount, bps } from '../../words/amounts.ts';
import { counted, textOf } from '../../words/text.ts';
import { CurvePicture } from '../request/curve.tsx';
import { drafts, keyOf, setDraft, type Draft } from './scores.ts';

const START = 50;
const WHOLE = 10_000n;

/// Whether there is room for this member's review.
const hasRoom = ({ room }: Seat, short: boolean): boolean => (short ? room.short || room.others : room.others);

export function Seats({ seats, member, who }: { seats: readonly Seat[]; member: Member; who: Acting }) {
    const { membership, terms } = member;
    if (!membership || !isActive(membership)) return null;
    const short = missingOf(membership, terms) >= OP;
    const drawn = (seat: Seat): boolean => seat.from !== undefined && seat.from <= now.value;
    const open = seats.filter((seat) => drawn(seat) && hasRoom(seat, short));
    const full = seats.filter((seat) => drawn(seat) && !hasRoom(seat, short));
    const later = seats.filter(({ from }) => from !== undefined && from > now.value);
    const never = seats.length - open.length - full.length - later.length;
    return (
        <section aria-labelledby="to-review">
            <h2 id="to-review">To be reviewed by you</h2>
            {open.length === 0 && <p class="quiet">Nothing that you are drawn for has room now.</p>}
            <ol class="seats">
                {open.map((seat) => (
                    <Reviewed key={keyOf(who.id, seat)} seat={seat} who={who} />
                ))}
            </ol>
            <Commit open={open} who={who} free={handsFree(membership, terms)} />
            {later.length > 0 && <Later seats={later} />}
            {full.length + never > 0 && (
                <p class="quiet">
                    {full.length > 0 && `${counted(full.length, 'submission')} of yours have their reviews already. `}
                    {never > 0 &&
                        `For ${counted(never, 'submission')} others are drawn; if too few of them commit, more are.`}
                </p>
            )}
        </section>
    );
}

function Later({ seats }: { seats: readonly Seat[] }) {
    const inTime = seats.toSorted((one, other) => Number((one.from ?? 0n) - (other.from ?? 0n)));
    return (
        <>
            <h3>Later</h3>
            <ul class="plain">
                {inTime.map(({ part, delivery, from = 0n, commitBy }) => (
                    <li key={`${part.id}/${delivery.number}`}>
                        <Where part={part} delivery={delivery} /> opens to you <Away at={from} />, until{' '}
                        <Moment at={commitBy} />
                    </li>
                ))}
            </ul>
        </>
    );
}

export function Where({ part, delivery }: Pick<Seat, 'part' | 'delivery'>) {
    return (
        <a href={to(`request/${part.id}`)}>
            Request {part.id}, submission {delivery.number}
        </a>
    );
}

function Reviewed({ seat, who }: { seat: Seat; who: Acting }) {
    const { part, delivery, commitBy, missing } = seat;
    const { spec } = part;
    const key = keyOf(who.id, seat);
    const draft = drafts.value.get(key);
    return (
        <li class="seat">
            <h3>
                <Where part={part} delivery={delivery} />{' '}
                <span class="by">
                    by <Account who={delivery.submission.provider} />
                </span>
            </h3>
            <p class="summary">
                <code class="uri">{textOf(spec.uri)}</code>
                <span>
                    ends <Away at={commitBy} />
                </span>
                <span>
                    <Bar part={delivery.reviews.length} of={spec.quorum} label="Commitments" />{' '}
                    {missing > 0 ? `${missing} missing to a quorum of ${spec.quorum}` : 'has its quorum'}
                </span>
            </p>
            {draft ? (
                <Scoring seat={seat} draft={draft} id={key} />
            ) : (
                <div class="buttons start">
                    <button
                        type="button"
                        aria-label={`Score it: submission ${delivery.number} of request ${part.id}`}
                        onClick={() => setDraft(key, { score: START, duplicateOf: undefined })}
                    >
                        Score it
                    </button>
                </div>
            )}
        </li>
    );
}

function Scoring({ seat: { part, delivery }, draft, id }: { seat: Seat; draft: Draft; id: string }) {
    const field = useId();
    const name = `submission ${delivery.number} of request ${part.id}`;
    const set = (changes: Partial<Draft>) => setDraft(id, { ...draft, ...changes });
    const score = (text: string) => {
        const value = Math.round(Number(text));
        if (text.trim() && value >= 0 && value <= 100) set({ score: value });
    };
    const weight = earned(part.spec, draft.score);
    return (
        <div class="scoring">
            <div>
                <Deliverable hash={delivery.submission.content} uri={delivery.submission.uri} name={name} />
                <label for={field}>Your score of {name}</label>
                <p class="slider">
                    <input
                        type="range"
                        min={0}
                        max={100}
                        value={draft.score}
                        aria-label={`Score of ${name}`}
                        onInput={(event) => score(event.currentTarget.value)}
                    />
                    <input
                        id={field}
                        type="number"
                        min={0}
                        max={100}
                        value={draft.score}
                        onInput={(event) => score(event.currentTarget.value)}
                    />
                </p>
                <Original part={part} delivery={delivery} draft={draft} set={set} name={name} />
                <p class="quiet">
                    If {draft.score} were the median, it would weigh {bps(weight)}
                    {worth(part, delivery, weight)}. Whoever is within {part.spec.tolerance} of the median shares{' '}
                    {amount(part.spec.reviewFee, part.spec.asset)}.
                </p>
                <div class="buttons start">
                    <button type="button" class="small" onClick={() => setDraft(id, undefined)}>
                        Leave it out
                    </button>
                </div>
            </div>
            <CurvePicture curve={part.spec.curve} marks={[{ number: draft.score, median: draft.score, weight }]} />
        </div>
    );
}

/// What its provider would get, where that depends on nothing else.
function worth({ spec }: Seat['part'], { submission }: Seat['delivery'], weight: number): string {
    if (spec.award.type !== 'PerSubmission') return ' beside the others';
    const whole = spec.access === 'Offers' ? submission.price : spec.reward / BigInt(spec.limit);
    const gets = amount((whole * BigInt(weight)) / WHOLE, spec.asset);
    return `, and its provider would get ${gets}`;
}

const DUPLICATES: Readonly<Record<Duplicates['type'], string>> = {
    Independent: 'each is paid by itself, whoever was first',
    Shared: 'those who found the same share its pay',
    FirstOnly: 'only the first is paid',
};

interface Naming extends Pick<Seat, 'part' | 'delivery'> {
    draft: Draft;
    set: (changes: Partial<Draft>) => void;
    name: string;
}

function Original({ part, delivery, draft, set, name }: Naming) {
    const earlier = originals(part, delivery);
    if (earlier.length === 0) return null;
    return (
        <label>
            Is it a duplicate? ({DUPLICATES[part.spec.duplicates.type]})
            <select
                aria-label={`Which submission ${name} repeats`}
                value={draft.duplicateOf ?? ''}
                onChange={({ currentTarget: { value } }) =>
                    set({ duplicateOf: value === '' ? undefined : Number(value) })
                }
            >
                <option value="">No, it is the first of its kind</option>
                {earlier.map((number) => (
                    <option key={number} value={number}>
                        It repeats submission {number}
                    </option>
                ))}
            </select>
        </label>
    );
}

function Commit({ open, who, free }: { open: readonly Seat[]; who: Acting; free: number }) {
    const at = chain.value;
    const scored = open.flatMap((seat): Score[] => {
        const draft = drafts.value.get(keyOf(who.id, seat));
        return draft ? [{ part: seat.part, delivery: seat.delivery, ...draft }] : [];
    });
    if (scored.length === 0 || !at) return null;
    if (!savedKey(who.id)) {
        return (
            <Notice>
                Your scores are hidden by a key that is in this browser only.{' '}
                <a href={to('key')}>Save your key first</a>, so that you can reveal them whatever happens to it; your
                scores wait here meanwhile.
            </Notice>
        );
    }
    if (scored.length > free) {
        return (
            <Notice tone="bad">
                You may take on {counted(free, 'review')} more until one of yours is judged: leave some of these{' '}
                {scored.length} out.
            </Notice>
        );
    }
    const committed = () =>
        scored.forEach(({ part, delivery }) => setDraft(keyOf(who.id, { part, delivery }), undefined));
    const words = { title: `Commit to ${counted(scored.length, 'score')}`, done: committed };
    const intents = () => commit(who.id, scored);
    if (canBatch(at) || intents().length === 1) {
        return (
            <div class="buttons start">
                <Act intent={() => together(intents(), words)} />
            </div>
        );
    }
    return (
        <div class="buttons start">
            {intents().map((intent) => (
                <Act key={intent.title} intent={() => intent} />
            ))}
        </div>
    );
}
