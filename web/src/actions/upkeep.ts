// What anyone may do for the pool, the policy, and others' reputation, with what it changes.

import type { AccountId32Like } from 'dedot/codecs';
import type { Account, Standing, Terms } from '../chain/types.ts';
import { nameOf } from '../words/accounts.ts';
import { points, ppm } from '../words/amounts.ts';
import { counted } from '../words/text.ts';
import { intent, type Intent } from './intent.ts';

/// The most seats that one call fills.
const MOST_SEATS = 64;
const PPM = 1_000_000n;

/// What a judgement depends on.
export interface Judged {
    who: AccountId32Like;
    /// What was latched last.
    latched: Standing;
    terms: Terms;
    /// What is locked for this membership, and all that is not locked anywhere, in points.
    bond: bigint;
    unlocked: bigint;
    /// Whoever gets the seat, if a seat is given up.
    next: Account | undefined;
}

/// What latching this standing changes.
export function judgement({ who, latched, terms, bond, unlocked, next }: Judged, standing: Standing): string[] {
    const name = nameOf(who);
    if (standing === latched) return [`Nothing would change: ${name} is ${standing}, and is known to be.`];
    if (standing !== 'Banned') {
        const hands = standing === 'Healthy' ? terms.healthyLimit : terms.throttledLimit;
        return [`${name} is ${standing} from now on, and can have ${counted(hands, 'open commitment')} at a time.`];
    }
    const slashed = (unlocked * BigInt(terms.slashPpm)) / PPM;
    return [
        `${name} is Banned, and can help itself no longer.`,
        `Its bond of ${points(bond)} is burnt, and ${ppm(terms.slashPpm)} of what it has unlocked: ${points(slashed)}.`,
        next ? `${nameOf(next)}, first in line, gets the seat.` : 'Its seat is free.',
        `You are owed ${points(terms.keeperReward)} of reputation for this call.`,
    ];
}

export const evaluate = (pool: number, judged: Judged): Intent =>
    intent('obligation', 'obligationEvaluate', [pool, judged.who], {
        title: `Evaluate ${nameOf(judged.who)}`,
        changes: [],
        would: (answer) => judgement(judged, answer as Standing),
    });

export const evaluateMany = (pool: number, all: Judged[]): Intent =>
    intent('obligation', 'obligationEvaluateMany', [pool, all.map(({ who }) => who)], {
        title: `Evaluate ${counted(all.length, 'member')}`,
        changes: [],
        would: (answer) => (answer as Standing[]).flatMap((standing, at) => judgement(all[at]!, standing)),
    });

export const fillSeats = (pool: number): Intent =>
    intent('obligation', 'obligationFillSeats', [pool, MOST_SEATS], {
        title: 'Fill free seats',
        changes: [],
        would: (answer) => [`${counted(answer as number, 'account')} get a seat, the first in line first.`],
    });

export const applyTerms = (pool: number): Intent =>
    intent('obligation', 'obligationApplyTerms', [pool], {
        title: 'Write down the new terms',
        changes: ['They are in force already; this writes down that they are.'],
    });

export const applyPolicy = (): Intent =>
    intent('market', 'marketApplyPolicy', [], {
        title: 'Write down the new policy',
        changes: ['It is in force already; this writes down that it is.'],
    });

export const claimReputation = (who: AccountId32Like, owed: bigint): Intent =>
    intent('reputation', 'reputationClaimReputation', [who], {
        title: `Mint what ${nameOf(who)} is owed`,
        changes: [
            `${nameOf(who)} is owed ${points(owed)} of reputation; this epoch’s cap may leave a part for the next.`,
        ],
        would: (answer) => [`${nameOf(who)} gets ${points(answer as bigint)} of reputation.`],
    });
