// Which node and market, where files may be fetched from, and what accounts are called.

import { signal } from '@preact/signals';
import {
    addressOf,
    chosen,
    forgetDeployment,
    known,
    marketProblem,
    nodeProblem,
    type Deployment,
} from '../chain/deployment.ts';
import { chain } from '../chain/session.ts';
import { past } from '../history/state.ts';
import { Facts, Moment, Notice } from '../parts/basic.tsx';
import { historyNamed, rememberHistory, rememberSources, sourceOrigin, sources } from '../policy.ts';
import { address, given, giveName } from '../words/accounts.ts';
import { counted } from '../words/text.ts';

const node = signal(chosen()?.node ?? 'ws://127.0.0.1:9944');
const market = signal(chosen()?.market ?? '');
const list = signal(known());

function DeploymentForm() {
    const wrong = [nodeProblem(node.value), market.value ? marketProblem(market.value) : undefined];
    const use = (event: Event) => {
        event.preventDefault();
        if (!nodeProblem(node.value) && !marketProblem(market.value))
            location.href = addressOf({ node: node.value, market: market.value });
    };
    return (
        <form class="stack" onSubmit={use}>
            <label>
                Node
                <input
                    required
                    value={node.value}
                    spellcheck={false}
                    onInput={(event) => (node.value = event.currentTarget.value.trim())}
                />
            </label>
            <label>
                Market contract
                <input
                    required
                    value={market.value}
                    spellcheck={false}
                    onInput={(event) => (market.value = event.currentTarget.value.trim())}
                />
                <small>
                    Its address, which <code>atomic deploy</code> printed. The other two contracts are found through it.
                </small>
            </label>
            {wrong.filter(Boolean).map((problem) => (
                <Notice key={problem} tone="bad">
                    {problem}
                </Notice>
            ))}
            <button type="submit">Use this market</button>
        </form>
    );
}

function Known() {
    const forget = (deployment: Deployment) => {
        forgetDeployment(deployment);
        list.value = known();
    };
    if (list.value.length === 0) return null;
    return (
        <ul class="plain">
            {list.value.map((deployment) => (
                <li key={deployment.node + deployment.market}>
                    <a href={addressOf(deployment)}>
                        <code>{deployment.market}</code> at <code>{deployment.node}</code>
                    </a>{' '}
                    <button type="button" class="small" onClick={() => forget(deployment)}>
                        Forget
                    </button>
                </li>
            ))}
        </ul>
    );
}

const typedSources = signal(sources().join('\n'));

function Sources() {
    const lines = typedSources.value
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
    const wrong = lines.filter((line) => !sourceOrigin(line));
    const keep = (event: Event) => {
        event.preventDefault();
        if (wrong.length > 0) return;
        rememberSources(lines);
        location.reload();
    };
    return (
        <form class="stack" onSubmit={keep}>
            <label>
                Sources of files, one a line
                <textarea
                    rows={4}
                    spellcheck={false}
                    value={typedSources.value}
                    placeholder={'https://ipfs.example'}
                    onInput={(event) => (typedSources.value = event.currentTarget.value)}
                />
                <small>
                    IPFS gateways, and hosts that files are on. The browser itself keeps the page from asking any other;
                    each of these learns your address when you fetch a file. None is named at first: files can also be
                    dropped onto the page.
                </small>
            </label>
            {wrong.map((line) => (
                <Notice key={line} tone="bad">
                    {line} is no source: it begins with https://, or http:// on this machine.
                </Notice>
            ))}
            <button type="submit" disabled={wrong.length > 0}>
                Keep, and load the page anew
            </button>
        </form>
    );
}

const home = signal(historyNamed() ?? '');

function BlockAt({ time, block }: { time: bigint; block: number }) {
    return (
        <>
            <Moment at={time} />, block {block}
        </>
    );
}

function PastSays() {
    const is = past.value;
    if (is.is === 'refused') return <Notice tone="bad">There is one, and it is not used: {is.why}.</Notice>;
    if (is.is !== 'there') return <p class="quiet">{is.is === 'none' ? 'There is none.' : 'Not looked for so far.'}</p>;
    const { from, to: last, events, requests, accounts } = is.manifest;
    return (
        <Facts
            of={[
                ['From', <BlockAt {...from} />],
                ['To', <BlockAt {...last} />],
                [
                    'Has',
                    `${counted(events, 'event')}, ${counted(requests, 'request')}, ${counted(accounts, 'account')}`,
                ],
            ]}
        />
    );
}

function HistoryForm() {
    const wrong = home.value !== '' && !sourceOrigin(home.value);
    const keep = (event: Event) => {
        event.preventDefault();
        if (wrong) return;
        rememberHistory(home.value);
        location.reload();
    };
    return (
        <form class="stack" onSubmit={keep}>
            <PastSays />
            <label>
                Where the history is
                <input
                    value={home.value}
                    spellcheck={false}
                    placeholder="beside the page, in ./index/"
                    onInput={(event) => (home.value = event.currentTarget.value.trim())}
                />
                <small>
                    A folder that <code>atomic index</code> keeps. Nothing needs it: it tells what the chain has
                    forgotten. One that is not of this chain and market is not used.
                </small>
            </label>
            {wrong && <Notice tone="bad">It begins with https://, or http:// on this machine.</Notice>}
            <button type="submit" disabled={wrong}>
                Look there, and load the page anew
            </button>
        </form>
    );
}

const who = signal('');
const name = signal('');

function Names() {
    const wrong = who.value ? marketProblem(who.value) : undefined;
    const add = (event: Event) => {
        event.preventDefault();
        if (wrong || !who.value) return;
        giveName(who.value, name.value);
        who.value = name.value = '';
    };
    return (
        <>
            <form class="stack" onSubmit={add}>
                <label>
                    Account
                    <input
                        required
                        value={who.value}
                        spellcheck={false}
                        onInput={(event) => (who.value = event.currentTarget.value.trim())}
                    />
                </label>
                <label>
                    Its name, for you alone
                    <input
                        required
                        maxLength={40}
                        value={name.value}
                        onInput={(event) => (name.value = event.currentTarget.value)}
                    />
                </label>
                {wrong && <Notice tone="bad">That is no account’s address.</Notice>}
                <button type="submit">Call it so</button>
            </form>
            <ul class="plain">
                {[...given.value].map(([key, called]) => (
                    <li key={key}>
                        {called} is <code>{address(key)}</code>{' '}
                        <button type="button" class="small" onClick={() => giveName(key, '')}>
                            Forget
                        </button>
                    </li>
                ))}
            </ul>
        </>
    );
}

function Contracts() {
    const at = chain.value;
    if (!at) return null;
    return (
        <section>
            <h2>What this page is connected to</h2>
            <Facts
                of={[
                    ['Chain', at.name],
                    ['Genesis', <code>{at.genesis}</code>],
                    ['Market', <code>{at.market.address}</code>],
                    ['Obligation', <code>{at.obligation.address}</code>],
                    ['Reputation', <code>{at.reputation.address}</code>],
                ]}
            />
        </section>
    );
}

export function Settings() {
    return (
        <div class="narrow">
            <h1>Settings</h1>
            <section>
                <h2>Market</h2>
                <DeploymentForm />
                <Known />
            </section>
            <Contracts />
            <section>
                <h2>Files</h2>
                <Sources />
            </section>
            <section>
                <h2>History</h2>
                <HistoryForm />
            </section>
            <section>
                <h2>Names</h2>
                <Names />
            </section>
        </div>
    );
}
