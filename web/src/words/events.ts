// What happened, in words: the contracts' events as whoever caused them wants to read them.

import type { AccountId32Like } from 'dedot/codecs';
import type { Told } from '../chain/live.ts';
import { nameOf } from './accounts.ts';
import { bps, native } from './amounts.ts';
import { counted, listed, spaced } from './text.ts';
import { moment } from './times.ts';

type Data = Readonly<Record<string, unknown>>;

const account = (data: Data, key: string): string => nameOf(data[key] as AccountId32Like);
const money = (data: Data, key: string): string => native(data[key] as bigint);
const number = (data: Data, key: string): number => Number(data[key]);
const points = (data: Data, key: string): string => counted(data[key] as bigint, 'point');
const numbers = (data: Data, key: string): string => listed((data[key] as number[]).map(String));
const some = (amount: unknown): boolean => typeof amount === 'bigint' && amount > 0n;

const SENTENCES: Readonly<Record<string, (data: Data) => string>> = {
    RequestPosted: (data) =>
        `Request ${number(data, 'request')} is posted; ${native((data.quote as { total: bigint }).total)} were paid.`,
    RequestWithdrawn: (data) =>
        `Request ${number(data, 'request')} is withdrawn; ${money(data, 'amount')} are credited.`,
    PlacesTaken: (data) =>
        `${account(data, 'provider')} has ${counted(number(data, 'places'), 'place')} more; the deposit is ${money(data, 'deposit')}.`,
    OfferMade: (data) =>
        `${account(data, 'provider')} offers to deliver for ${money(data, 'price')} by ${moment(data.deliverBy as bigint)}.`,
    OfferRetracted: (data) =>
        `The offer of ${account(data, 'provider')} is taken back; ${money(data, 'deposit')} are credited.`,
    OfferAccepted: (data) =>
        `${account(data, 'provider')} has the place for ${money(data, 'price')}, due by ${moment(data.deliverBy as bigint)}.`,
    Submitted: (data) => `Submission ${number(data, 'submission')} of ${account(data, 'provider')} is delivered.`,
    Revised: (data) => `Submission ${number(data, 'submission')} is replaced.`,
    SubmissionSealed: (data) => `Submission ${number(data, 'submission')} is delivered under seal.`,
    Unsealed: (data) => `Submission ${number(data, 'submission')} is unsealed.`,
    NoShow: (data) => `${account(data, 'provider')} loses the places without a delivery.`,
    ReviewsOpened: (data) => `${counted(number(data, 'count'), 'submission')} can be reviewed from now on.`,
    ReviewsCommitted: (data) => `Committed to submission ${numbers(data, 'submissions')}.`,
    ReviewsRevealed: (data) => `Revealed ${counted((data.reviews as unknown[]).length, 'review')}.`,
    WindowExtended: (data) =>
        `The window of submission ${number(data, 'submission')} is extended; ${counted(number(data, 'wanted'), 'review')} are wanted.`,
    SubmissionFinalized: (data) =>
        `Submission ${number(data, 'submission')} has its verdict: median ${number(data, 'median')}, it weighs ${bps(number(data, 'weightBps'))}.`,
    RequestSettled: (data) => `Request ${number(data, 'request')} is settled.`,
    Claimed: (data) =>
        `${account(data, 'provider')} is credited ${money(data, 'pay')} for submission ${number(data, 'submission')}` +
        `${some(data.deposit) ? `, and the deposit of ${money(data, 'deposit')}` : ''}` +
        `${some(data.forfeited) ? `; the deposit of ${money(data, 'forfeited')} goes to the requester` : ''}.`,
    Reclaimed: (data) => `${money(data, 'amount')} are credited that were not earned.`,
    Withdrawn: (data) => `${account(data, 'who')} is paid ${money(data, 'amount')}.`,
    Pruned: (data) => `${counted(number(data, 'count'), 'record')} are freed.`,
    Engaged: (data) => `It is a long deal of ${counted(number(data, 'periods'), 'period')}.`,
    NoticeGiven: (data) =>
        `${account(data, 'by')} gave notice, and leaves after ${counted(number(data, 'until'), 'period')} of the deal.`,
    PeriodClosed: (data) =>
        `Period ${number(data, 'period')} is closed: ${data.delivered ? (data.accepted ? 'delivered and accepted' : 'delivered and refused') : 'missed'}.`,
    PlaceVacated: (data) => `${account(data, 'provider')} has lost the place.`,
    StandingChanged: (data) => `${account(data, 'who')} is ${String(data.standing)} now.`,
    Seated: (data) => `${account(data, 'who')} has a seat.`,
    Queued: (data) => `${account(data, 'who')} waits in line for a seat.`,
    Resigned: (data) => `${account(data, 'who')} has left the pool.`,
    Redeemed: (data) => `${account(data, 'who')} is redeemed for ${points(data, 'burnt')}, and can enlist again.`,
    CheckedIn: (data) => `${account(data, 'who')} is here: ${counted(number(data, 'ops'), 'operation')} count as done.`,
    Restored: (data) =>
        `${account(data, 'who')} has made up for ${counted(number(data, 'ops'), 'operation')} with ${points(data, 'burnt')}.`,
    FreezeChanged: (data) => `The rest of ${account(data, 'who')} has ${data.frozen ? 'begun' : 'ended'}.`,
    Transfer: (data) => `${account(data, 'to')} has ${points(data, 'value')} of reputation more.`,
    ReputationRefused: () => 'The reputation contract refused an effect; the money moved without it.',
};

/// What this market's, or its partners', event says.
export function eventWords({ name, data }: Told): string {
    try {
        return SENTENCES[name]?.(data) ?? `${spaced(name)}.`;
    } catch {
        return `${spaced(name)}.`;
    }
}

/// Events that only say again what another one of the same block says.
const ECHOES = new Set(['Transfer', 'OpsSeen', 'OpsDeclared', 'Locked', 'Unlocked', 'CapacityChanged']);

/// Reputation that is credited, of which nothing else tells.
const isMinted = (name: string, data: Data): boolean => name === 'Transfer' && data.from === undefined;

/// Those that somebody wants to read.
export const worthTelling = (events: readonly Told[]): Told[] =>
    events.filter(({ name, data }) => !ECHOES.has(name) || isMinted(name, data));
