// The page around the screens: where one is, whether the chain answers, who acts, and in which light.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { head, now } from './chain/clock.ts';
import { chain, link } from './chain/session.ts';
import { past } from './history/state.ts';
import { Away, Moment } from './parts/basic.tsx';
import { ActionDialog } from './actions/dialog.tsx';
import { place, to } from './router.ts';
import { screenAt, screens } from './screens/index.ts';
import { remembered, remember } from './words/memory.ts';
import { counted } from './words/text.ts';
import { WhoActs } from './wallet/chooser.tsx';

type Light = 'auto' | 'light' | 'dark';
const LIGHTS: Record<Light, Light> = { auto: 'dark', dark: 'light', light: 'auto' };
const LIGHT = 'light';

const isLight = (value: unknown): value is Light => typeof value === 'string' && value in LIGHTS;
const kept = remembered(LIGHT);
const light = signal<Light>(isLight(kept) ? kept : 'auto');

function LightButton() {
    const next = LIGHTS[light.value];
    document.documentElement.dataset.light = light.value;
    const turn = () => {
        light.value = next;
        remember(LIGHT, next);
    };
    return (
        <button type="button" class="quiet" onClick={turn} aria-label={`Colours: ${light.value}. Change to ${next}.`}>
            {{ auto: '◐', dark: '●', light: '○' }[light.value]}
        </button>
    );
}

function ChainStatus() {
    const { state } = link.value;
    if (state === 'none') return <a href={to('settings')}>no market chosen</a>;
    if (state === 'up') {
        return (
            <a class="chain up" href={to('settings')} title={`block ${head.value?.number ?? '…'}`}>
                {chain.value?.name}
            </a>
        );
    }
    return (
        <a class="chain down" href={to('settings')}>
            {state === 'connecting' ? 'connecting…' : state === 'lost' ? 'connection lost' : 'not connected'}
        </a>
    );
}

/// What stands in the way of everything, if something does.
function Trouble() {
    const at = link.value;
    if (at.state === 'lost') {
        return (
            <p class="trouble" role="alert">
                The connection to the node is lost. What is shown is from block {head.value?.number}; it is taken up
                again by itself, and nothing that you typed is lost.
            </p>
        );
    }
    if (at.state === 'wrong') {
        return (
            <p class="trouble" role="alert">
                The market cannot be reached: {at.why}. <a href={to('settings')}>Settings</a>
            </p>
        );
    }
    return null;
}

const HOUR = 3_600_000;
const PASSES: readonly [string, number][] = [
    ['an hour', HOUR],
    ['a day', 24 * HOUR],
];

/// Such a node answers a method that real chains do not have.
const letPass = async (length: number): Promise<void> => {
    await chain.value?.client.rpc.dev_pass?.(length);
};

/// What somebody has to be told, wherever they are, until they have read it.
export const news = signal<string | undefined>(undefined);

function News() {
    if (!news.value) return null;
    return (
        <p class="trouble news" role="status">
            {news.value}{' '}
            <button type="button" class="small" onClick={() => (news.value = undefined)}>
                Understood
            </button>
        </p>
    );
}

function Clock() {
    if (!chain.value?.manualClock || !head.value) return null;
    return (
        <p class="clock">
            <span>
                On this chain time passes only when somebody lets it: it is <Moment at={now.value} />.
            </span>
            {PASSES.map(([name, length]) => (
                <button key={name} type="button" class="small" onClick={() => void letPass(length)}>
                    Let {name} pass
                </button>
            ))}
        </p>
    );
}

export function App() {
    const main = useRef<HTMLElement>(null);
    const { path } = place.value;
    const screen = screenAt(path);
    const key = path.join('/');
    const title = screen.title(path);
    useEffect(() => {
        document.title = `${title} · Atomic Obligation`;
    }, [title]);
    const first = useRef(true);
    useEffect(() => {
        // Whoever goes elsewhere by keyboard or by ear begins at the new screen's top.
        if (!first.current) {
            scrollTo(0, 0);
            main.current?.focus({ preventScroll: true });
        }
        first.current = false;
    }, [key]);
    return (
        <>
            <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
                To the content
            </a>
            <header class="top">
                <a class="mark" href={to('')} aria-label="Atomic Obligation">
                    <img src="./icon.svg" alt="" width="24" height="24" /> <span>Atomic Obligation</span>
                </a>
                <nav aria-label="Screens">
                    {screens
                        .filter((one) => one.nav)
                        .map((one) => (
                            <a key={one.nav} href={to(one.path)} aria-current={one === screen ? 'page' : undefined}>
                                {one.nav}
                            </a>
                        ))}
                </nav>
                <div class="right">
                    <ChainStatus />
                    <WhoActs />
                    <LightButton />
                </div>
            </header>
            <aside aria-label="News of the chain">
                <Trouble />
                <News />
                <Clock />
            </aside>
            <main id="main" tabIndex={-1} ref={main}>
                <screen.Screen key={key} path={path} />
            </main>
            <footer class="bottom">
                <p>
                    {head.value && (
                        <>
                            Block {head.value.number}, <Away at={head.value.time} />.{' '}
                        </>
                    )}
                    <Since /> This page talks to a node and to your wallet and to nothing else.{' '}
                    <a href="./licences.txt">Licences</a>
                </p>
            </footer>
            <ActionDialog />
        </>
    );
}

/// Where the history begins, if there is one.
function Since() {
    const is = past.value;
    if (is.is === 'refused') return <a href={to('history')}>A history is here, and not used.</a>;
    if (is.is !== 'there') return null;
    return (
        <>
            <a href={to('history')}>History</a> since <Moment at={is.manifest.from.time} />.
        </>
    );
}

/// What a screen says while the market is read.
export function reading(count: number | undefined): string {
    return count === undefined ? 'Reading the market…' : `${counted(count, 'request')}`;
}
