// What happened, of a request or an account: the latest first, a page at a time.

import { useSignal } from '@preact/signals';
import { requests } from '../../chain/store.ts';
import type { Asset } from '../../chain/types.ts';
import { request as requestFile } from '../../history/documents.ts';
import { file, optional } from '../../history/files.ts';
import { usePast } from '../../history/reading.ts';
import { entries, sentences, type Entry } from '../../history/words.ts';
import { Moment, Notice } from '../../parts/basic.tsx';
import { to } from '../../router.ts';

interface Read {
    all: Entry[];
    assets: ReadonlyMap<number, Asset>;
}

/// What requests are paid in that the chain has forgotten.
async function assetsOf(all: readonly Entry[]): Promise<Map<number, Asset>> {
    const ids = new Set(all.map(({ request }) => request).filter((id) => id !== undefined && !requests.value?.has(id)));
    const found = await Promise.all(
        [...ids].map(async (id) => {
            const known = await optional(`requests/${id}.json`, requestFile);
            return [id, known?.conditions?.asset] as const;
        }),
    );
    return new Map(found.filter((one): one is [number, Asset] => one[1] !== undefined));
}

interface LogOf {
    /// Such as `requests/3`.
    folder: string;
    /// How many entries there are.
    count: number;
    /// Whether each entry says which request it is about.
    linked?: boolean;
}

export function Log({ folder, count, linked = false }: LogOf) {
    const pages = useSignal(1);
    const found = usePast(
        async (of): Promise<Read> => {
            const all = Math.ceil(count / of.pages.log);
            const numbers = Array.from({ length: all }, (_, page) => page).slice(-pages.value);
            const read = await Promise.all(numbers.map((page) => file(`${folder}/log-${page}.json`, entries)));
            const flat = read.flat();
            return { all: flat, assets: await assetsOf(flat) };
        },
        [folder],
        [count, pages.value],
    );
    return (
        <section>
            <h2>What happened</h2>
            {!found && <p class="quiet">Reading what happened…</p>}
            {found && 'why' in found && <Notice tone="bad">The history cannot be read: {found.why}.</Notice>}
            {found && 'value' in found && (
                <>
                    <Entries of={found.value} linked={linked} />
                    {found.value.all.length < count && (
                        <button type="button" onClick={() => (pages.value += 1)}>
                            Show what was earlier
                        </button>
                    )}
                </>
            )}
        </section>
    );
}

function Entries({ of: { all, assets }, linked }: { of: Read; linked: boolean }) {
    const assetOf = (id: number): Asset | undefined => requests.value?.get(id)?.spec.asset ?? assets.get(id);
    return (
        <ol class="log">
            {sentences(all, assetOf).map(([{ block, time, request }, said], at) => (
                <li key={at}>
                    <span class="when" title={`block ${block}`}>
                        <Moment at={time} />
                    </span>
                    <span>{linked && request !== undefined ? <About request={request} said={said} /> : said}</span>
                </li>
            ))}
        </ol>
    );
}

/// What is said of a request, which is named once.
function About({ request, said }: { request: number; said: string }) {
    const name = `Request ${request}`;
    const named = said.startsWith(`${name} `);
    return (
        <>
            <a href={to(`request/${request}`)}>{name}</a>
            {named ? said.slice(name.length) : `: ${said}`}
        </>
    );
}
