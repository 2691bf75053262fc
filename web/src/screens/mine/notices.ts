// Notices of the browser, as long as the page is open somewhere: of what has become due, and of what ends within a day. Asked
// for only when somebody presses the button.

import { effect, signal } from '@preact/signals';
import { head, now } from '../../chain/clock.ts';
import { readMember } from '../../chain/member.ts';
import { refreshParts } from '../../chain/parts.ts';
import { chain, type Chain } from '../../chain/session.ts';
import { requests } from '../../chain/store.ts';
import { idOf, type Task } from '../../formulas/tasks.ts';
import { me, type Acting } from '../../wallet/wallet.ts';
import { remembered, remember } from '../../words/memory.ts';
import { away } from '../../words/times.ts';
import { gather } from './gather.ts';
import { atWords, titleOf } from './words.ts';

const ON = 'notices';
const TOLD = 'noticed';
const MOST_TOLD = 500;
const SOON = 86_400_000n;

type State = 'none' | 'denied' | 'off' | 'on';

function present(): State {
    if (!('Notification' in window) || !window.isSecureContext) return 'none';
    if (Notification.permission === 'denied') return 'denied';
    return Notification.permission === 'granted' && remembered(ON) === true ? 'on' : 'off';
}

export const noticing = signal<State>(present());

export async function ask(): Promise<void> {
    const answer = await Notification.requestPermission();
    if (answer === 'granted') remember(ON, true);
    noticing.value = present();
}

export function stop(): void {
    remember(ON, false);
    noticing.value = present();
}

const told = (): string[] => {
    const list = remembered(TOLD);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
};

/// Told once when it is due, and once more when it ends within a day.
const occasion = (task: Task, who: Acting): string =>
    `${who.id}/${idOf(task)}${task.at !== undefined && task.at - now.value < SOON ? '/soon' : ''}`;

async function look(at: Chain, who: Acting): Promise<void> {
    const [parts, member] = await Promise.all([refreshParts(at, who.id), readMember(at, who.id, now.value)]);
    const known = new Set(told());
    const fresh = gather(parts.all, who.id, member, now.value).due.filter((task) => !known.has(occasion(task, who)));
    if (fresh.length === 0) return;
    remember(TOLD, [...told(), ...fresh.map((task) => occasion(task, who))].slice(-MOST_TOLD));
    for (const task of fresh) {
        const body = task.at === undefined ? '' : `${atWords(task)} then: ${away(task.at, now.value)}`;
        new Notification(titleOf(task), { body, tag: idOf(task) });
    }
}

let looking = Promise.resolve();

effect(() => {
    const [at, who, block] = [chain.value, me.value, head.value?.hash];
    if (noticing.value !== 'on' || !at || !who || !block || !requests.value) return;
    looking = looking.then(() => look(at, who)).catch(() => undefined);
});
