// What happened, in words: the contracts' events as whoever caused them wants to read them.

import type { AccountId32Like } from 'dedot/codecs';
import type { Told } from '../chain/live.ts';
import { requests } from '../chain/store.ts';
import type { Asset } from '../chain/types.ts';
import { nameOf } from './accounts.ts';
import { amount, bps, points } from './amounts.ts';
import { counted, listed, spaced } from './text.ts';
import { moment } from './times.ts';

type Data = Readonly<Record<string, unknown>>;

const account = (data: Data, key: string): string => nameOf(data[key] as AccountId32Like);
const NATIVE: Asset = { type: 'Native' };
/// What an event's amounts are in: what it says, or what its request pays in.
const assetOf = (data: Data): Asset =>
    (data.asset as Asset | undefined) ?? requests.value?.get(Number(data.request))?.spec.asset ?? NATIVE;
const money = (data: Data, key: string): string => amount(data[key] as bigint, assetOf(data));
const number = (data: Data, key: string): number => Number(data[key]);
const numbers = (data: Data, key: string): string => listed((data[key] as number[]).map(String));
const some = (amount: unknown): boolean => typeof amount === 'bigint' && amount > 0n;

const SENTENCES: Readonly<Record<string, (data: Data) => string>> = {
    RequestPosted: (data) =>
        `Request ${number(data, 'request')} is posted; ${amount((data.quote as { total: bigint }).total, assetOf(data))} were paid.`,
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
        `Submission ${number(data, 'submission')} has its verdict: median ${number(data, 'median')}, it weighs ${bps(number(data, 'weightBps'))}` +
        `${some(data.fee) ? `; ${counted(number(data, 'coherent'), 'enforcer')} are credited ${money(data, 'fee')} each` : ''}.`,
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
    Queued: (data) => `${account(data, 'who')} waits in line for a seat.`,
    Resigned: (data) => `${account(data, 'who')} has left the pool.`,
    Redeemed: (data) =>
        `${account(data, 'who')} is redeemed for ${points(data.burnt as bigint)}, and can enlist again.`,
    CheckedIn: (data) => `${account(data, 'who')} is here: ${counted(number(data, 'ops'), 'operation')} count as done.`,
    Restored: (data) =>
        `${account(data, 'who')} has made up for ${counted(number(data, 'ops'), 'operation')} with ${points(data.burnt as bigint)}.`,
    FreezeChanged: (data) => `The rest of ${account(data, 'who')} has ${data.frozen ? 'begun' : 'ended'}.`,
    Transfer: (data) => `${account(data, 'to')} has ${points(data.value as bigint)} of reputation more.`,
    StandingChanged: (data) =>
        `${account(data, 'who')} is ${String(data.standing)} now` +
        `${some(data.bondBurnt) ? `; its bond of ${points(data.bondBurnt as bigint)} is burnt` : ''}` +
        `${some(data.slashed) ? `, and ${points(data.slashed as bigint)} more` : ''}` +
        `${some(data.reward) ? `; ${account(data, 'keeper')} is owed ${points(data.reward as bigint)}` : ''}.`,
    Seated: (data) => `${account(data, 'who')} has a seat now.`,
    Reinstated: (data) => `The ban of ${account(data, 'who')} is lifted: it may enlist again.`,
    TermsProposed: (data) => `Other terms are proposed, and take effect on ${moment(data.due as bigint)}.`,
    TermsApplied: () => 'The new terms are written down.',
    PolicyProposed: (data) => `Another policy is proposed, and takes effect on ${moment(data.effective as bigint)}.`,
    PolicyApplied: () => 'The new policy is written down.',
    Paused: () => 'It is paused.',
    Unpaused: () => 'The pause is over.',
    Owed: (data) => `${account(data, 'to')} is owed ${points(data.amount as bigint)} of reputation.`,
    Slashed: (data) => `${account(data, 'who')} loses ${points(data.amount as bigint)} of reputation.`,
    MintCapSet: (data) => `${account(data, 'minter')} may mint ${points(data.cap as bigint)} in an epoch.`,
    MinterProposed: (data) => `${account(data, 'minter')} is announced as a minter.`,
    RoleGranted: (data) => `${account(data, 'grantee')} has the role now.`,
    RoleRevoked: (data) => `${account(data, 'account')} has the role no longer.`,
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
