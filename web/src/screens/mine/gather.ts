// All that one account has to do: in the market, and in the pool.

import type { Member } from '../../chain/member.ts';
import type { Part } from '../../chain/parts.ts';
import { tasks, type Task } from '../../formulas/tasks.ts';
import { isActive, owesPresence } from '../../formulas/standing.ts';
import type { HexString } from 'dedot/utils';

/// The contract's word for "never".
const NEVER = 0xffff_ffff_ffff_ffffn;

function ofPool(member: Member): Task[] {
    const { membership } = member;
    const list: Task[] = [];
    if (owesPresence(member)) list.push({ role: 'enforcer', what: 'check-in', due: true, at: member.epochEnds });
    if (membership?.state === 'Seated' && membership.safeUntil > 0n && membership.safeUntil < NEVER)
        list.push({ role: 'enforcer', what: 'safe', due: false, at: membership.safeUntil });
    return list;
}

const time = ({ at }: Task): bigint => at ?? 1n << 64n;

/// Sorted by deadline: first what is due, then what waits.
export function gather(
    parts: readonly Part[],
    who: HexString,
    member: Member | undefined,
    now: bigint,
): { due: Task[]; waiting: Task[] } {
    const all = [...tasks(parts, who, isActive(member?.membership), now), ...(member ? ofPool(member) : [])];
    const sorted = all.sort((one, other) => (time(one) < time(other) ? -1 : time(one) > time(other) ? 1 : 0));
    return { due: sorted.filter(({ due }) => due), waiting: sorted.filter(({ due }) => !due) };
}
