// How whoever acts stands in the pool, and what it can do about it.

import { useSignal } from '@preact/signals';
import { Act } from '../../actions/button.tsx';
import * as pool from '../../actions/obligation.ts';
import { now } from '../../chain/clock.ts';
import type { Member } from '../../chain/member.ts';
import type { Membership } from '../../chain/types.ts';
import { distance, handsFree, isActive, OP, owesPresence } from '../../formulas/standing.ts';
import { Away, Badge, Facts, Moment, Notice } from '../../parts/basic.tsx';
import { counted } from '../../words/text.ts';
import type { Tone } from '../../words/phases.ts';
import { Meter, ops } from './meter.tsx';

const STATES: Readonly<Record<Membership['state'], string>> = {
    Left: 'You have left',
    Waiting: 'You wait in line for a seat',
    Seated: 'You have a seat',
    Frozen: 'You are at rest',
    Banned: 'You are Banned',
};

const TONES: Readonly<Record<Membership['standing'], Tone>> = { Healthy: 'open', Throttled: 'wait', Banned: 'bad' };
/// The contract's word for "never".
const NEVER = 0xffff_ffff_ffff_ffffn;

export function Standing({ member }: { member: Member }) {
    const { membership, terms } = member;
    const isMember = membership && membership.state !== 'Left';
    return (
        <section class="standing" aria-labelledby="standing">
            <h2 id="standing">
                {membership ? STATES[membership.state] : 'You are no member'}{' '}
                {isMember && <Badge tone={TONES[membership.standing]}>{membership.standing}</Badge>}
            </h2>
            {isMember ? <Record_ member={member} membership={membership} /> : <Joining member={member} />}
            <Deeds member={member} />
            {!isMember && membership && membership.ended > 0n && (
                <p class="quiet">
                    Whoever leaves can come back after the cooldown: from{' '}
                    <Moment at={membership.ended + terms.cooldown} /> on.
                </p>
            )}
        </section>
    );
}

function Joining({ member: { terms, capacity, profile } }: { member: Member }) {
    return (
        <>
            <p>
                Members of the pool judge what is delivered, and are paid for it. Whoever enlists owes its share of the
                reviews that are asked for, at most {counted(terms.pace, 'operation')} in {days(terms.epoch)}
                {terms.presence > 0 && `, and ${terms.presence} for being there`}.
            </p>
            <Facts
                of={[
                    ['Seats', `${capacity.active} of ${terms.seats} taken, ${capacity.waiting} in line`],
                    ['Needs', counted(terms.minReputation, 'point')],
                    ['You have', `${counted(profile.available, 'point')} available`],
                    ['Bond', counted(terms.bond, 'point')],
                ]}
            />
        </>
    );
}

const DAY = 86_400_000n;
const days = (length: bigint): string => (length % DAY === 0n ? counted(length / DAY, 'day') : `${length} ms`);

function Record_({ member, membership }: { member: Member; membership: Membership }) {
    const { terms, capacity, profile } = member;
    const at = distance(membership, terms);
    const { standing, safeUntil, state, open } = membership;
    return (
        <>
            <Meter distance={at} terms={terms} />
            <p>
                {standing === 'Healthy' &&
                    `You are Throttled once ${ops(at.toThrottled)} operations more have fallen due of you, and Banned after ${ops(at.toBanned)}.`}
                {standing === 'Throttled' &&
                    `You may have fewer reviews open at a time until you have caught up; ${ops(at.toBanned)} operations more, and you are Banned.`}
                {standing === 'Banned' &&
                    (state === 'Banned'
                        ? 'You have lost your bond and your seat.'
                        : 'Too much is missing: you can do nothing more with this seat. Your bond is lost as soon as anyone has you judged; then you can redeem yourself.')}
            </p>
            <Facts
                of={[
                    state === 'Seated' || state === 'Waiting'
                        ? ([
                              'Safe until',
                              safeUntil === NEVER ? (
                                  'you cannot be Banned'
                              ) : safeUntil === 0n ? (
                                  'not any more'
                              ) : (
                                  <>
                                      <Moment at={safeUntil} /> (<Away at={safeUntil} />
                                      ), even if you do nothing more
                                  </>
                              ),
                          ] as const)
                        : undefined,
                    ['Open reviews', `${open}; you may take on ${handsFree(membership, terms)} more`],
                    ['Seen', `${ops(membership.seen)} operations, of which ${ops(membership.required)} are due`],
                    ['Done', `${ops(membership.declared)} operations`],
                    ['Bond', counted(membership.bond, 'point')],
                    ['Reputation', `${profile.balance}, of which ${profile.available} are available`],
                    ['Pool', `${capacity.active} of ${terms.seats} seats taken, ${capacity.waiting} in line`],
                ]}
            />
        </>
    );
}

function Deeds({ member }: { member: Member }) {
    const { membership, rest } = member;
    const state = membership?.state ?? 'Left';
    const whole = Number((membership?.deficit ?? 0n) / OP);
    const until = rest?.restsUntil ?? 0n;
    return (
        <>
            {owesPresence(member) && (
                <Notice>
                    <span>
                        Show that you are here by <Moment at={member.epochEnds} />: by any commitment, or by a check-in.
                    </span>
                </Notice>
            )}
            <div class="buttons start">
                {(state === 'Left' || membership === undefined) && <Act intent={() => pool.enlist(member)} />}
                {owesPresence(member) && <Act intent={() => pool.checkIn(member)} />}
                {isActive(membership) && <Act intent={() => pool.freeze(member)} />}
                {state === 'Frozen' && <Act intent={pool.unfreeze} />}
                {(isActive(membership) || state === 'Waiting') && <Act intent={() => pool.resign(member)} />}
                {(state === 'Banned' || (state === 'Left' && membership?.standing === 'Banned')) && (
                    <Act intent={() => pool.redeem(member)} />
                )}
            </div>
            {state === 'Banned' && membership && membership.ended + member.terms.cooldown > now.value && (
                <p class="quiet">
                    You can redeem yourself from <Moment at={membership.ended + member.terms.cooldown} /> on.
                </p>
            )}
            {state === 'Frozen' && until > now.value && (
                <p class="quiet">
                    The rest can end from <Moment at={until} /> on.
                </p>
            )}
            {whole > 0 && membership?.standing !== 'Banned' && <Restore member={member} most={whole} />}
        </>
    );
}

function Restore({ member, most }: { member: Member; most: number }) {
    const count = useSignal(1);
    return (
        <div class="inline">
            <label>
                Operations to make up for with reputation, of {most} missing
                <input
                    type="number"
                    min={1}
                    max={most}
                    value={count}
                    onInput={(event) => (count.value = event.currentTarget.valueAsNumber || 1)}
                />
            </label>
            <Act small intent={() => pool.restore(member, count.value)} />
        </div>
    );
}
