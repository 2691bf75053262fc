// Every message of the market as something that somebody wants to do, with what it changes.

import type { AccountId32Like } from 'dedot/codecs';
import type { HexString } from 'dedot/utils';
import type { Request } from '../chain/store.ts';
import type { Asset, Offer, RequestSpecInput } from '../chain/types.ts';
import { go } from '../router.ts';
import { MAX_LIST } from '../formulas/lists.ts';
import { nameOf } from '../words/accounts.ts';
import { amount } from '../words/amounts.ts';
import { counted, numbered } from '../words/text.ts';
import { moment } from '../words/times.ts';
import { intent, type Intent } from './intent.ts';

/// The most submissions that one call opens, settles or frees.
const MAX_BATCH = 64;

/// What goes along with a call: an amount of the chain's currency; tokens are taken from an allowance.
const along = (asset: Asset, of: bigint): { value?: bigint } => (asset.type === 'Native' ? { value: of } : {});

export function signal({ id, spec }: Request, places: number): Intent {
    const deposit = spec.placeDeposit * BigInt(places);
    const changes = [
        `You have ${counted(places, 'place')} of request ${id}, and deliver by ${moment(spec.deliverBy)}.`,
        `A deposit of ${amount(deposit, spec.asset)} is held. It returns if the work is given anything, and is the requester’s if nothing is delivered.`,
    ];
    if (spec.providerBond > 0n)
        changes.push(
            `${counted(spec.providerBond * BigInt(places), 'point')} of your reputation are locked meanwhile.`,
        );
    if (spec.accessPrice > 0n)
        changes.push(`${counted(spec.accessPrice * BigInt(places), 'point')} of your reputation are spent.`);
    return intent('market', 'marketSignal', [id, places], {
        title: `Take ${counted(places, 'place')}`,
        changes,
        ...along(spec.asset, deposit),
    });
}

export interface Bid {
    price: bigint;
    deliverBy: bigint;
    until: bigint;
    uri: HexString;
}

export function offer(
    { id, spec, engagement }: Request,
    { price, deliverBy, until, uri }: Bid,
    again: boolean,
): Intent {
    const changes = [
        `You offer to deliver for ${amount(price, spec.asset)}${engagement ? ' a period' : ''} by ${moment(deliverBy)}; the requester can accept it until ${moment(until)}.`,
        again
            ? 'It takes the place of your offer so far; your deposit stays.'
            : `A deposit of ${amount(spec.placeDeposit, spec.asset)} is held, and returns if you take the offer back.`,
        'You never review in this request, even if you take the offer back.',
    ];
    const value = again ? {} : along(spec.asset, spec.placeDeposit);
    return intent('market', 'marketOffer', [id, price, deliverBy, until, uri], {
        title: again ? 'Change the offer' : 'Make the offer',
        changes,
        ...value,
    });
}

export const retractOffer = ({ id, spec }: Request): Intent =>
    intent('market', 'marketRetractOffer', [id], {
        title: 'Take the offer back',
        changes: [`Your deposit of ${amount(spec.placeDeposit, spec.asset)} is credited, to be withdrawn.`],
    });

export const accept = (
    { id, spec, engagement }: Request,
    provider: AccountId32Like,
    { price, deliverBy }: Offer,
): Intent =>
    intent('market', 'marketAccept', [id, provider, price, deliverBy], {
        title: `Accept the offer of ${nameOf(provider)}`,
        changes: [
            `${nameOf(provider)} has a place for ${amount(price, spec.asset)}${engagement ? ' a period' : ''}, and delivers by ${moment(deliverBy)}.`,
            'The request can no longer be withdrawn.',
        ],
    });

export const takeover = ({ id, spec }: Request, provider: AccountId32Like, { price, deliverBy }: Offer): Intent =>
    intent('market', 'marketTakeover', [id, provider, price, deliverBy], {
        title: `Let ${nameOf(provider)} take over`,
        changes: [
            `${nameOf(provider)} has the periods that are left for ${amount(price, spec.asset)} each, the first by ${moment(deliverBy)}.`,
        ],
    });

export interface File {
    content: HexString;
    uri: HexString;
}

export const submit = ({ id }: Request, deliveries: File[]): Intent =>
    intent('market', 'marketSubmit', [id, deliveries], {
        title: `Deliver ${counted(deliveries.length, 'file')}`,
        changes: [
            'The hash and the address of each file are on the chain, for everybody to see. Until the deadline you can replace it.',
        ],
    });

export const submitSealed = ({ id }: Request, seals: HexString[]): Intent =>
    intent('market', 'marketSubmitSealed', [id, seals], {
        title: `Deliver ${counted(seals.length, 'file')} under seal`,
        changes: [
            'Only a seal is on the chain: nobody sees what you deliver before you unseal it. It cannot be replaced.',
        ],
    });

export const unseal = ({ id }: Request, unsealings: (File & { submission: number; salt: HexString })[]): Intent =>
    intent('market', 'marketUnseal', [id, unsealings], {
        title: `Unseal ${counted(unsealings.length, 'submission')}`,
        changes: ['What you delivered is on the chain for everybody to see, and can be reviewed.'],
    });

export const revise = ({ id }: Request, submission: number, { content, uri }: File): Intent =>
    intent('market', 'marketRevise', [id, submission, content, uri], {
        title: `Replace submission ${submission}`,
        changes: ['The new file counts as delivered now: whoever delivered the same before this moment was first.'],
    });

export const reportNoShow = ({ id }: Request, provider: AccountId32Like): Intent =>
    intent('market', 'marketReportNoShow', [id, provider], {
        title: `Report ${nameOf(provider)}`,
        changes: ['Its places without a delivery lose bond and deposit; the deposit is the requester’s.'],
    });

export const openReviews = ({ id }: Request): Intent =>
    intent('market', 'marketOpenReviews', [id, MAX_BATCH], {
        title: 'Open the reviews',
        changes: [
            'The time for commitments begins with this call, and every member of the pool owes its share of them.',
        ],
    });

export const finalize = ({ id }: Request, submissions: number[]): Intent =>
    intent('market', 'marketFinalize', [id, submissions.slice(0, MAX_LIST)], {
        title: 'Ask for the verdict',
        changes: [
            `${numbered(submissions.slice(0, MAX_LIST))}: the verdict is given and coherent enforcers are paid; where too few committed, the window is extended instead, once.`,
        ],
    });

export const settle = ({ id }: Request): Intent =>
    intent('market', 'marketSettle', [id, MAX_BATCH], {
        title: 'Settle',
        changes: ['What each submission weighs is added up, so that it can be claimed.'],
    });

export const claim = ({ id }: Request, submissions: number[]): Intent =>
    intent('market', 'marketClaim', [id, submissions.slice(0, MAX_LIST)], {
        title: 'Claim',
        changes: [
            `What ${numbered(submissions.slice(0, MAX_LIST))} earned is credited to whoever delivered, and the deposits to whom they belong.`,
        ],
    });

export const reclaim = ({ id }: Request): Intent =>
    intent('market', 'marketReclaim', [id], {
        title: 'Reclaim the rest',
        changes: ['What was not earned, and forfeited deposits, are credited to you, to be withdrawn.'],
    });

export const withdraw = (asset: Asset): Intent =>
    intent('market', 'marketWithdraw', [asset], {
        title: 'Withdraw',
        changes: ['Your credit is paid out to your account.'],
    });

export const prune = ({ id }: Request): Intent =>
    intent('market', 'marketPrune', [id, MAX_BATCH], {
        title: 'Free the storage',
        changes: ['The request is forgotten by the chain, and you get the storage deposits that others paid for it.'],
    });

export const closePeriod = ({ id }: Request): Intent =>
    intent('market', 'marketClosePeriod', [id], {
        title: 'Close the period',
        changes: [
            'What it earned can be claimed. If it was missed or refused once too often, the provider loses the place by this call.',
        ],
    });

export const giveNotice = ({ id, engagement }: Request): Intent =>
    intent('market', 'marketGiveNotice', [id], {
        title: 'Give notice',
        changes: [
            `It holds until the running period and ${counted(engagement?.noticePeriods ?? 0, 'full period')} after it are over; bond and deposit then return.`,
            'The requester’s notice ends the deal. The provider’s notice ends its own part: the next period that is missed or refused costs the place, and another can take over the rest.',
        ],
    });

export const withdrawRequest = ({ id }: Request): Intent =>
    intent('market', 'marketWithdrawRequest', [id], {
        title: 'Withdraw the request',
        changes: ['The request ends; everything but fee, rent and premium is credited to you.'],
    });

const posted = {
    done: (events: { name: string; data: Record<string, unknown> }[]) => {
        const id = events.find(({ name }) => name === 'RequestPosted')?.data.request;
        if (typeof id === 'number') go(`request/${id}`);
    },
};

export const post = (spec: RequestSpecInput, total: bigint, maxPremium: bigint, changes: string[]): Intent =>
    intent('market', 'marketPost', [spec, maxPremium], {
        title: 'Post the request',
        changes,
        ...posted,
        ...along(spec.asset as Asset, total + maxPremium),
    });

export interface Deal {
    periods: number;
    period: bigint;
    missed: number;
    notice: number;
}

export const engage = (
    spec: RequestSpecInput,
    { periods, period, missed, notice }: Deal,
    total: bigint,
    maxPremium: bigint,
    changes: string[],
): Intent =>
    intent('market', 'marketEngage', [spec, periods, period, missed, notice, maxPremium], {
        title: 'Post the long deal',
        changes,
        ...posted,
        ...along(spec.asset as Asset, total + maxPremium),
    });
