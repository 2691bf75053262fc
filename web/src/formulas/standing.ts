// How far a member is from being Throttled and from being Banned, from the rule of section 1.3 on the counters that
// `membership` tells.

import type { Member } from '../chain/member.ts';
import type { Membership, Terms } from '../chain/types.ts';

/// Micro-operations in an operation.
export const OP = 1_000_000n;

type Counted = Pick<Membership, 'seen' | 'declared' | 'open'>;
type Buffers = Pick<Terms, 'denominator' | 'throttleBuffer' | 'banBuffer'>;

/// What is missing, in micro-operations, open commitments counted as done; below 0, what it is ahead.
export const missingOf = ({ seen, declared, open }: Counted, { denominator }: Pick<Terms, 'denominator'>): bigint =>
    (denominator === 0 ? 0n : seen / BigInt(denominator)) - declared - BigInt(open) * OP;

export interface Distance {
    missing: bigint;
    /// How much more may fall due, in micro-operations, before it is Throttled, and Banned; 0 or less if it is.
    toThrottled: bigint;
    toBanned: bigint;
}

export function distance(counted: Counted, terms: Buffers): Distance {
    const missing = missingOf(counted, terms);
    const edge = (buffer: number): bigint => (BigInt(buffer) + 1n) * OP - missing;
    return { missing, toThrottled: edge(terms.throttleBuffer), toBanned: edge(terms.banBuffer) };
}

/// How many commitments it may have open beyond those it has.
export const handsFree = (
    { standing, open }: Pick<Membership, 'standing' | 'open'>,
    { healthyLimit, throttledLimit }: Pick<Terms, 'healthyLimit' | 'throttledLimit'>,
): number => Math.max(0, { Healthy: healthyLimit, Throttled: throttledLimit, Banned: 0 }[standing] - open);

/// Whether it has a seat and may act on it: whoever is Banned by its numbers may not, even before anyone has it judged.
export const isActive = (membership: Pick<Membership, 'state' | 'standing'> | undefined): boolean =>
    membership?.state === 'Seated' && membership.standing !== 'Banned';

/// Whether presence is due for this epoch and was not declared.
export const owesPresence = ({
    membership,
    ledger,
    terms,
    epoch,
}: Pick<Member, 'membership' | 'ledger' | 'terms' | 'epoch'>): boolean =>
    isActive(membership) && terms.presence > 0 && ledger !== undefined && ledger.nextCheckIn <= epoch;
