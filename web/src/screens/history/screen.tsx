// Everything that ever was: all requests, those that the chain has forgotten too, and all who took part.

import { useSignal, useSignalEffect } from '@preact/signals';
import type { AccountRow, RequestRow } from '../../history/documents.ts';
import { coherenceWords, mean } from '../../history/figures.ts';
import { usePast } from '../../history/reading.ts';
import { STAGE_WORDS } from '../../history/stages.ts';
import { past } from '../../history/state.ts';
import { Badge, Moment, Notice } from '../../parts/basic.tsx';
import { place, refine, to } from '../../router.ts';
import { address, nameOf } from '../../words/accounts.ts';
import { amount } from '../../words/amounts.ts';
import { stateWords } from '../../words/standing.tsx';
import { counted, shown } from '../../words/text.ts';
import { Begins } from './begins.tsx';
import { accountsLike, requestsLike } from './search.ts';

const AT_FIRST = 50;
const MORE = 200;

export function HistoryScreen() {
    const { is } = past.value;
    return (
        <div>
            <h1>History</h1>
            {is === 'unknown' && <p class="quiet">Looking for a history…</p>}
            {is === 'none' && <None />}
            {past.value.is === 'refused' && <Refused why={past.value.why} />}
            {is === 'there' && <Found />}
        </div>
    );
}

function None() {
    return (
        <Notice>
            There is no history beside this page. The chain forgets requests whose storage was freed; who hosts the page
            can keep them with <code>atomic index</code>. If it is elsewhere, <a href={to('settings')}>say where</a>.
        </Notice>
    );
}

export function Refused({ why }: { why: string }) {
    return <Notice tone="bad">There is a history, and it is not used: {why}.</Notice>;
}

function Found() {
    const asked = place.value.query.get('q') ?? '';
    const enough = useSignal(AT_FIRST);
    const wanted = asked
        .trim()
        .toLowerCase()
        .replace(/^#(?=\d)/, '');
    useSignalEffect(() => {
        if (place.value) enough.value = AT_FIRST;
    });
    const found = usePast(
        async (of) => {
            const [requests, accounts] = await Promise.all([
                requestsLike(of, wanted, enough.value + 1),
                accountsLike(of, wanted, enough.value + 1),
            ]);
            return { requests, accounts };
        },
        [],
        [wanted, enough.value],
    );
    return (
        <>
            <Begins />
            <form class="filters search" role="search" onSubmit={(event) => event.preventDefault()}>
                <label class="grow">
                    Search in all of it
                    <input
                        type="search"
                        value={asked}
                        placeholder="number, document, account"
                        onInput={(event) => refine({ q: event.currentTarget.value })}
                    />
                </label>
            </form>
            {!found && <p class="quiet">Reading…</p>}
            {found && 'why' in found && <Notice tone="bad">The history cannot be read: {found.why}.</Notice>}
            {found && 'value' in found && (
                <>
                    <Requests of={found.value.requests.slice(0, enough.value)} />
                    <Accounts of={found.value.accounts.slice(0, enough.value)} />
                    {Math.max(found.value.requests.length, found.value.accounts.length) > enough.value && (
                        <button type="button" onClick={() => (enough.value += MORE)}>
                            Show more
                        </button>
                    )}
                </>
            )}
        </>
    );
}

function Requests({ of }: { of: [number, RequestRow][] }) {
    return (
        <section class="past-found" aria-labelledby="past-requests">
            <h2 id="past-requests">Requests</h2>
            {of.length === 0 && <p class="quiet">None is like that.</p>}
            <ul class="board">
                {of.map(([id, row]) => (
                    <li key={id} class="row past">
                        <a href={to(`request/${id}`)}>
                            <span class="number">#{id}</span>{' '}
                            <span class="title">{shown(row.uri ?? '') || 'a document without an address'}</span>
                        </a>
                        <span class="phase">
                            <Badge tone={STAGE_WORDS[row.stage].tone}>{STAGE_WORDS[row.stage].name}</Badge>{' '}
                            {row.engagement && <Badge tone="over">long deal</Badge>}
                        </span>
                        <span class="pay">
                            {row.reward !== undefined && row.asset && amount(row.reward, row.asset)}
                            {row.engagement && <small> a period</small>}
                        </span>
                        <span class="places">
                            <small>
                                {counted(row.submissions, 'submission')}
                                {row.pay > 0n && row.asset && `, ${amount(row.pay, row.asset)} earned`}
                            </small>
                        </span>
                        <span class="by">
                            {row.requester && `by ${nameOf(row.requester)}`}
                            {row.posted !== undefined && (
                                <>
                                    , <Moment at={row.posted} />
                                </>
                            )}
                        </span>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function did({ posted, submissions, quorum, medians, state, judged, bans, ...reviews }: AccountRow): string {
    const parts = [
        posted > 0 && `posted ${counted(posted, 'request')}`,
        submissions > 0 && `delivered ${counted(submissions, 'submission')}`,
        quorum > 0 && `with a mean median of ${mean(medians, quorum)}`,
        state && stateWords(state),
        judged > 0 && `reviews: ${coherenceWords({ judged, ...reviews })}`,
        bans > 0 && `banned ${bans === 1 ? 'once' : `${bans} times`}`,
    ];
    return parts.filter(Boolean).join(', ');
}

function Accounts({ of }: { of: [number, AccountRow][] }) {
    return (
        <section class="past-found" aria-labelledby="past-accounts">
            <h2 id="past-accounts">Accounts</h2>
            {of.length === 0 && <p class="quiet">None is like that.</p>}
            <ul class="plain">
                {of.map(([number, row]) => (
                    <li key={number}>
                        <a href={to(`account/${address(row.account)}`)}>{nameOf(row.account)}</a> {did(row)}
                    </li>
                ))}
            </ul>
        </section>
    );
}
