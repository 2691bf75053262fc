// Every call that anyone may make now, in words: what it does, and what it brings to whom.

import type { Intent } from '../../actions/intent.ts';
import * as market from '../../actions/market.ts';
import * as pool from '../../actions/upkeep.ts';
import type { Care } from '../../chain/care.ts';
import type { Whole } from '../../chain/store.ts';
import { inLists } from '../../formulas/lists.ts';
import { upkeep, urgency, type Due } from '../../formulas/upkeep.ts';
import { nameOf } from '../../words/accounts.ts';
import { amount, points } from '../../words/amounts.ts';
import { counted, listed, numbered } from '../../words/text.ts';

export interface Call {
    key: string;
    /// "Request 4", "The pool".
    about: string;
    request?: number;
    what: string;
    /// What it brings, to whomever.
    brings: string;
    intent: Intent;
    urgency: number;
}

/// The most bans that one call latches, and members that one call judges.
const MAX_BANS = 8;
const MAX_EVALUATED = 64;
/// Where the pool's calls stand among those for requests: after `open_reviews`.
const AFTER_OPENING = 0.5;

function intentOf(whole: Whole, { message, submissions, provider }: Due): Intent {
    switch (message) {
        case 'open_reviews':
            return market.openReviews(whole);
        case 'finalize':
            return market.finalize(whole, submissions);
        case 'close_period':
            return market.closePeriod(whole);
        case 'settle':
            return market.settle(whole);
        case 'report_no_show':
            return market.reportNoShow(whole, provider!);
        case 'claim':
            return market.claim(whole, submissions);
        case 'prune':
            return market.prune(whole);
    }
}

function what({ message, submissions, provider }: Due): string {
    const of = numbered(submissions);
    return {
        open_reviews: 'Open the reviews',
        finalize: `Ask for the verdict on ${of}`,
        close_period: 'Close the period',
        settle: 'Settle',
        report_no_show: `Report ${provider ? nameOf(provider) : ''}, who did not deliver`,
        claim: `Claim for ${of}`,
        prune: 'Free the storage',
    }[message];
}

/// The review fees of these submissions; each is shared by those who are coherent.
function fees({ spec, deliveries }: Whole, numbers: number[]): string {
    const judged = deliveries.filter(({ number, reviews }) => numbers.includes(number) && reviews.length > 0);
    return judged.length === 0
        ? 'No review came: the window is extended, or the verdict given without.'
        : `Up to ${amount(spec.reviewFee * BigInt(judged.length), spec.asset)} for coherent enforcers.`;
}

function pays({ deliveries }: Whole, numbers: number[]): string {
    const paid = deliveries.filter(({ number }) => numbers.includes(number));
    const names = new Set(paid.map(({ submission }) => nameOf(submission.provider)));
    return `What ${listed([...names])} earned is credited, and the deposits.`;
}

function brings(whole: Whole, { message, submissions }: Due): string {
    const { spec, state } = whole;
    switch (message) {
        case 'open_reviews':
            return `${counted(state.submissions - state.opened, 'submission')} can be reviewed, and members owe their share.`;
        case 'finalize':
            return fees(whole, submissions);
        case 'close_period':
            return 'What it earned can be claimed; the rest is the requester’s.';
        case 'settle':
            return 'What was earned can be claimed.';
        case 'report_no_show':
            return `The deposit of ${amount(spec.placeDeposit, spec.asset)} for each place is the requester’s.`;
        case 'claim':
            return pays(whole, submissions);
        case 'prune':
            return 'The storage deposits, for whoever makes the call.';
    }
}

const ofRequest = (whole: Whole, now: bigint): Call[] =>
    upkeep(whole, now).map((due) => ({
        key: `${whole.id}/${due.message}/${due.submissions.join()}/${due.provider?.raw ?? ''}`,
        about: `Request ${whole.id}`,
        request: whole.id,
        what: what(due),
        brings: brings(whole, due),
        intent: intentOf(whole, due),
        urgency: urgency(due),
    }));

function evaluations({ pool: number, changed }: Care): Omit<Call, 'urgency'>[] {
    const banned = changed.filter(({ standing }) => standing === 'Banned');
    const others = changed.filter(({ standing }) => standing !== 'Banned');
    return [...inLists(banned, MAX_BANS), ...inLists(others, MAX_EVALUATED)].map((some) => {
        const names = some.map(({ who, standing }) => `${nameOf(who)}, who is ${standing}`);
        const first = some[0]!;
        const reward = first.standing === 'Banned' ? first.terms.keeperReward * BigInt(some.length) : 0n;
        return {
            key: `evaluate/${names.join()}`,
            about: 'The pool',
            what: `Evaluate ${listed(names)}`,
            brings:
                reward > 0n
                    ? `${points(reward)} of reputation, for whoever makes the call.`
                    : 'It counts as what it is.',
            intent: some.length === 1 ? pool.evaluate(number, first) : pool.evaluateMany(number, some),
        };
    });
}

function ofPool(care: Care): Call[] {
    const about = 'The pool';
    const calls = [
        ...evaluations(care),
        care.terms && {
            key: 'terms',
            about,
            what: 'Write down the new terms',
            brings: 'They are in force already.',
            intent: pool.applyTerms(care.pool),
        },
        care.policy && {
            key: 'policy',
            about: 'The market',
            what: 'Write down the new policy',
            brings: 'It is in force already.',
            intent: pool.applyPolicy(),
        },
        care.seats > 0 && {
            key: 'seats',
            about,
            what: 'Fill free seats',
            brings: `A seat for ${counted(care.seats, 'account')} that waits in line.`,
            intent: pool.fillSeats(care.pool),
        },
    ];
    const late = care.owed.map(({ who, amount: owed }) => ({
        key: `owed/${who.raw}`,
        about: 'Reputation',
        what: `Mint what ${nameOf(who)} is owed`,
        brings: `Up to ${points(owed)}, for ${nameOf(who)}.`,
        intent: pool.claimReputation(who, owed),
        urgency: Number.POSITIVE_INFINITY,
    }));
    return [...calls.filter((one) => one !== false).map((one) => ({ ...one, urgency: AFTER_OPENING })), ...late];
}

/// The most urgent first; earlier requests before later ones.
export const calls = (wholes: Whole[], care: Care | undefined, now: bigint): Call[] =>
    [...wholes.flatMap((whole) => ofRequest(whole, now)), ...(care ? ofPool(care) : [])].sort(
        (one, other) => one.urgency - other.urgency,
    );
