// Refusals in the words of docs/errors.md, with what to do about them.

import errors from '../generated/errors.json';
import { spaced } from './text.ts';

type Meanings = Readonly<Record<string, Readonly<Record<string, string>>>>;
const MEANINGS: Meanings = errors;

export interface Refusal {
    /// Such as `TooLate`.
    name: string;
    meaning: string;
    advice?: string;
}

/// What to do about the refusals that people meet most.
const ADVICE: Readonly<Record<string, string>> = {
    AlreadyClaimed: 'Nothing is lost: it was paid before. What is credited is paid out by Withdraw.',
    AtCapacity: 'Wait until other requests are settled, or ask for fewer reviews.',
    ExcessPayment: 'The price has fallen or risen since the quote: ask for it again.',
    InsufficientPayment: 'The price has risen since the quote: ask for it again.',
    InsufficientReputation: 'Reputation is earned by work; what is bonded is free again once the work is paid.',
    JuryExhausted: 'Too few members would be left to judge it: offer where more of them are free.',
    NoPlaceLeft: 'Look for a request with places left, or one that takes offers.',
    NotDrawn: 'The share of members that is drawn rises: the page says from when on it is your turn.',
    NothingToWithdraw: 'Pay is credited by Claim, and what was not earned by Reclaim.',
    OfferChanged: 'The provider has changed its offer: look at it again, and accept what it says now.',
    OfferExpired: 'Ask the provider to change its offer, so that it stands longer.',
    Paused: 'Wait until the manager ends the pause; deliveries, reviews and payments go on meanwhile.',
    PremiumTooHigh: 'The enforcers have become busier since the quote: ask for it again.',
    ReviewsFull: 'Enough others have committed: choose a submission that is further from its quorum.',
    TooEarly: 'The page says from when on.',
    TooFewEnforcers: 'Ask for a smaller quorum, or wait until more members have seats.',
    TooLate: 'Its time is over.',
};

interface Coded {
    type: string;
    value?: unknown;
}

const coded = (error: unknown): Coded | undefined => {
    if (typeof error === 'string') return { type: error };
    return error && typeof error === 'object' && 'type' in error && typeof error.type === 'string'
        ? (error as Coded)
        : undefined;
};

/// Where the meanings of what an error carries are.
const INNER: Readonly<Record<string, string>> = {
    InvalidPolicy: 'market::PolicyReason',
    InvalidRequest: 'market::RequestReason',
    InvalidTerms: 'obligation::TermsReason',
    Obligation: 'obligation::Error',
    Reputation: 'reputation::Error',
};

/// What an error of one of the three contracts means. An error that carries another is told by what it carries.
export function refusal(contract: 'market' | 'obligation' | 'reputation', error: unknown): Refusal {
    return told(`${contract}::Error`, error);
}

function told(section: string, error: unknown): Refusal {
    const { type, value } = coded(error) ?? { type: 'Unknown' };
    const inner = INNER[type];
    if (inner && coded(value)) return told(inner, value);
    const meaning = MEANINGS[section]?.[type] ?? `${spaced(type)}.`;
    const advice = ADVICE[type];
    return advice === undefined ? { name: type, meaning } : { name: type, meaning, advice };
}
