// Standings and states of members in words.

import type { MemberState, Standing } from '../chain/types.ts';
import { Badge } from '../parts/basic.tsx';
import type { Tone } from './phases.ts';

const STANDINGS: Readonly<Record<Standing, { meaning: string; tone: Tone }>> = {
    Healthy: { meaning: 'It keeps up with its share of the work.', tone: 'open' },
    Throttled: { meaning: 'Too much is missing: it may have fewer commitments at a time.', tone: 'wait' },
    Banned: { meaning: 'So much is missing that it loses seat and bond.', tone: 'bad' },
};

export function StandingBadge({ standing }: { standing: Standing }) {
    const { meaning, tone } = STANDINGS[standing];
    return (
        <Badge tone={tone} title={meaning}>
            {standing}
        </Badge>
    );
}

export const standingMeaning = (standing: Standing): string => STANDINGS[standing].meaning;

const STATES: Readonly<Record<MemberState, string>> = {
    Left: 'has left the pool',
    Waiting: 'waits in line',
    Seated: 'has a seat',
    Frozen: 'is at rest',
    Banned: 'is banned',
};

export const stateWords = (state: MemberState): string => STATES[state];
