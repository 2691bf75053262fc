// Every screen, by the first part of its path. A new one is a file and a line here; all but the board and a request are loaded
// when somebody goes there.

import type { FunctionComponent } from 'preact';
import { later } from '../parts/later.tsx';
import { Board } from './board.tsx';
import { RequestScreen } from './request/screen.tsx';
import { NotHere } from './nothere.tsx';

export interface Screen {
    /// The first part of its path; the board has none.
    path: string;
    /// What the navigation calls it, if it is in there.
    nav?: string;
    title(path: string[]): string;
    Screen: FunctionComponent<{ path: string[] }>;
}

export const screens: readonly Screen[] = [
    { path: '', nav: 'Board', title: () => 'Board', Screen: Board },
    { path: 'request', title: ([, id]) => `Request ${id}`, Screen: RequestScreen },
    {
        path: 'new',
        nav: 'Post',
        title: () => 'Post a request',
        Screen: later(() => import('./requester/screen.tsx').then((all) => all.Requester)),
    },
    {
        path: 'mine',
        nav: 'My work',
        title: () => 'My work',
        Screen: later(() => import('./mine/screen.tsx').then((all) => all.Mine)),
    },
    {
        path: 'enforcer',
        nav: 'Enforcer',
        title: () => 'Enforcer',
        Screen: later(() => import('./enforcer/screen.tsx').then((all) => all.Enforcer)),
    },
    {
        path: 'key',
        title: () => 'Your key',
        Screen: later(() => import('./key/screen.tsx').then((all) => all.KeyScreen)),
    },
    {
        path: 'account',
        title: () => 'Account',
        Screen: later(() => import('./account.tsx').then((all) => all.AccountScreen)),
    },
    {
        path: 'standing',
        nav: 'Standing',
        title: () => 'Standing',
        Screen: later(() => import('./standing/screen.tsx').then((all) => all.StandingScreen)),
    },
    {
        path: 'upkeep',
        nav: 'Upkeep',
        title: () => 'Upkeep',
        Screen: later(() => import('./upkeep/screen.tsx').then((all) => all.UpkeepScreen)),
    },
    {
        path: 'organization',
        nav: 'Organization',
        title: () => 'Organization',
        Screen: later(() => import('./organization/screen.tsx').then((all) => all.Organization)),
    },
    {
        path: 'history',
        title: () => 'History',
        Screen: later(() => import('./history/screen.tsx').then((all) => all.HistoryScreen)),
    },
    {
        path: 'settings',
        nav: 'Settings',
        title: () => 'Settings',
        Screen: later(() => import('./settings.tsx').then((all) => all.Settings)),
    },
];

const NOWHERE: Screen = { path: '?', title: () => 'Not here', Screen: NotHere };

export const screenAt = ([first = '']: string[]): Screen => screens.find((one) => one.path === first) ?? NOWHERE;
