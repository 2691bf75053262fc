// What a member, or whoever wants to be one, does in the pool.

import type { Member } from '../chain/member.ts';
import { counted } from '../words/text.ts';
import { lasting } from '../words/times.ts';
import { intent, type Intent } from './intent.ts';

export const enlist = ({ pool, terms, capacity }: Member): Intent =>
    intent('obligation', 'obligationEnlist', [pool], {
        title: 'Enlist',
        changes: [
            capacity.active < terms.seats
                ? 'You take a seat, and owe your share of the reviews from this moment on.'
                : `All ${terms.seats} seats are taken: you wait in line as number ${capacity.waiting + 1}, without obligations.`,
            `${counted(terms.bond, 'point')} of your reputation are locked as a bond. A ban burns it.`,
        ],
    });

export const resign = ({ pool, terms }: Member): Intent =>
    intent('obligation', 'obligationResign', [pool], {
        title: 'Resign',
        changes: [
            'Your seat, or your place in the line, goes to others, and your bond is free again.',
            `After ${lasting(terms.cooldown)} you can enlist again, with the record that you leave with.`,
        ],
    });

export const freeze = ({ terms }: Member): Intent =>
    intent('obligation', 'obligationFreeze', [], {
        title: 'Begin a rest',
        changes: [
            'Nothing falls due while you rest, and your reputation cannot be used. Your seat goes to others.',
            `It lasts ${lasting(terms.minFreeze)} at least; the next one can begin ${lasting(terms.freezeInterval)} after this one.`,
        ],
    });

export const unfreeze = (): Intent =>
    intent('obligation', 'obligationUnfreeze', [], {
        title: 'End the rest',
        changes: ['You take a free seat, or the end of the line.'],
    });

export const restore = ({ pool, terms }: Member, ops: number): Intent =>
    intent('obligation', 'obligationRestore', [pool, ops], {
        title: `Make up for ${counted(ops, 'operation')}`,
        changes: [
            `${counted(terms.restorePrice * BigInt(ops), 'point')} of your reputation are burnt; that many operations count as done.`,
        ],
    });

export const redeem = ({ pool, terms }: Member): Intent =>
    intent('obligation', 'obligationRedeem', [pool], {
        title: 'Redeem',
        changes: [
            `${counted(terms.bond, 'point')} of your reputation are burnt, or ${terms.restorePrice} for each operation that was missing, if that is more.`,
            'Your record begins anew, and you can enlist again.',
        ],
    });

export const checkIn = ({ pool, terms }: Member): Intent =>
    intent('obligation', 'obligationCheckIn', [pool], {
        title: 'Check in',
        changes: [`${counted(terms.presence, 'operation')} of presence count as done for this epoch.`],
    });
