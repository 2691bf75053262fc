// What a provider delivers in a request: files, openly or under a seal; what unseals them; and what replaces them.

import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { stringToHex, type HexString } from 'dedot/utils';
import { Act } from '../../actions/button.tsx';
import type { Intent } from '../../actions/intent.ts';
import * as market from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import { chain, type Chain } from '../../chain/session.ts';
import type { Delivery, Whole } from '../../chain/store.ts';
import { cidOf } from '../../formulas/files.ts';
import { contentHash } from '../../formulas/hashes.ts';
import { MAX_LIST } from '../../formulas/lists.ts';
import { deliveryPhase } from '../../formulas/steps.ts';
import { isSealed } from '../../formulas/windows.ts';
import { Notice } from '../../parts/basic.tsx';
import { to } from '../../router.ts';
import { savedKey } from '../../secrets/keys.ts';
import {
    foundByFile,
    hashOf,
    keepSeals,
    opens,
    readSeals,
    sealed,
    sealsRead,
    type KeptSeal,
} from '../../secrets/seals.ts';
import { me } from '../../wallet/wallet.ts';
import { same } from '../../words/accounts.ts';
import { counted, shown } from '../../words/text.ts';

export const MAX_URI = 256;

interface Dropped {
    name: string;
    content: HexString;
    uri: string;
}

/// Files that were dropped and not delivered yet, by request; they stay while somebody looks elsewhere.
const dropped = signal<ReadonlyMap<number, Dropped[]>>(new Map());

const files = (id: number): Dropped[] => dropped.value.get(id) ?? [];
const setFiles = (id: number, list: Dropped[]): void => {
    dropped.value = new Map(dropped.value).set(id, list.slice(0, MAX_LIST));
};

async function take(id: number, list: FileList | null | undefined): Promise<void> {
    const fresh = [...(list ?? [])].map(async (file) => {
        const content = contentHash(new Uint8Array(await file.arrayBuffer()));
        return { name: shown(file.name), content, uri: `ipfs://${cidOf(content)}` };
    });
    setFiles(id, [...files(id), ...(await Promise.all(fresh))]);
}

/// How many places of theirs nothing was delivered on so far.
export function free(whole: Whole, who: string): number {
    const place = whole.places.find(({ provider }) => same(provider, who))?.place;
    return place ? Math.max(0, place.taken - place.submitted - place.missed) : 0;
}

function Files({ id }: { id: number }) {
    const set = (at: number, uri: string) =>
        setFiles(
            id,
            files(id).map((file, index) => (index === at ? { ...file, uri } : file)),
        );
    return (
        <ul class="files">
            {files(id).map(({ name, content, uri }, at) => (
                <li key={content}>
                    <b>{name}</b> <code class="hash">{content}</code>
                    <label>
                        Where others find it
                        <input value={uri} spellcheck={false} onInput={(event) => set(at, event.currentTarget.value)} />
                    </label>
                    <button
                        type="button"
                        class="small"
                        onClick={() =>
                            setFiles(
                                id,
                                files(id).filter((_, index) => index !== at),
                            )
                        }
                    >
                        Leave it out
                    </button>
                </li>
            ))}
        </ul>
    );
}

export function Deliver({ whole, who }: { whole: Whole; who: HexString }) {
    const { id } = whole;
    const list = files(id);
    const most = whole.engagement ? 1 : Math.min(free(whole, who), MAX_LIST);
    const long = list.some(({ uri }) => new TextEncoder().encode(uri).length > MAX_URI);
    return (
        <div
            class="tools"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
                event.preventDefault();
                void take(id, event.dataTransfer?.files);
            }}
        >
            <h3>Deliver on up to {counted(most, 'place')}</h3>
            <label>
                Files: drop them here, or choose them
                <input type="file" multiple onChange={(event) => void take(id, event.currentTarget.files)} />
                <small>
                    They stay here; their hashes go to the chain. By its hash a file has an address in IPFS, if you put
                    it there.
                </small>
            </label>
            <Files id={id} />
            {long && <Notice tone="bad">An address has at most {MAX_URI} bytes.</Notice>}
            {list.length > most && (
                <Notice tone="bad">
                    You have {counted(most, 'place')} for {counted(list.length, 'file')}.
                </Notice>
            )}
            {list.length > 0 &&
                list.length <= most &&
                !long &&
                (isSealed(whole.spec) ? (
                    <Sealing whole={whole} who={who} list={list} />
                ) : (
                    <Open whole={whole} list={list} />
                ))}
        </div>
    );
}

const delivery = ({ content, uri }: Dropped): market.File => ({ content, uri: stringToHex(uri) });

function Open({ whole, list }: { whole: Whole; list: Dropped[] }) {
    const deliver = () => ({ ...market.submit(whole, list.map(delivery)), done: () => setFiles(whole.id, []) });
    return (
        <div class="buttons start">
            <Act intent={deliver} />
        </div>
    );
}

/// Seals are of the account's key, which has to be saved elsewhere first; what opens them is kept before anything is sent.
function Sealing({ whole, who, list }: { whole: Whole; who: HexString; list: Dropped[] }) {
    const [at, key] = [chain.value, savedKey(who)];
    if (!at) return null;
    if (!key) {
        return (
            <Notice>
                What seals your files comes from your key, and without it nobody can unseal them.{' '}
                <a href={to('key')}>Save your key first</a>; the files wait here meanwhile.
            </Notice>
        );
    }
    const seals = (): KeptSeal[] =>
        list.map((file) => sealed(at, key, { request: whole.id, provider: who, ...delivery(file) }));
    const deliver = (): Intent => {
        const made = seals();
        const sent = market.submitSealed(whole, made.map(hashOf));
        return {
            ...sent,
            done: () => setFiles(whole.id, []),
            async dryRun(on, options) {
                await keepSeals(on, made);
                return sent.dryRun(on, options);
            },
        };
    };
    return (
        <>
            <p>
                Keep the files themselves until you have unsealed them: with the file and your key any browser can do
                it. Put them where others find them only then.
            </p>
            <div class="buttons start">
                <Act intent={deliver} />
            </div>
        </>
    );
}

export function Unseal({ whole, sealed: under }: { whole: Whole; sealed: Delivery[] }) {
    const at = chain.value;
    useEffect(() => void readSeals().catch(() => undefined), []);
    if (!at) return null;
    const open = under.flatMap(({ number, submission }) => {
        const kept = opens(at, submission);
        return kept ? [{ submission: number, content: kept.content, uri: kept.uri, salt: kept.salt }] : [];
    });
    const left = under.filter(({ submission }) => !opens(at, submission));
    const time = under.some((one) => deliveryPhase(whole, one, now.value) === 'Unsealing');
    return (
        <div class="tools">
            <h3>{counted(under.length, 'sealed submission')}</h3>
            {!time && (
                <p class="quiet">They can be unsealed once delivery is over, and before reviews can be opened.</p>
            )}
            {sealsRead() && left.length > 0 && <Find whole={whole} at={at} under={left} />}
            {time && open.length > 0 && (
                <div class="buttons start">
                    <Act intent={() => market.unseal(whole, open.slice(0, MAX_LIST))} />
                </div>
            )}
        </div>
    );
}

/// On another device than the one that sealed, the key and the file find what opens a seal.
function Find({ whole, at, under }: { whole: Whole; at: Chain; under: Delivery[] }) {
    const uri = useSignal('');
    const said = useSignal('');
    const look = async (list: FileList | null): Promise<void> => {
        const who = me.value?.id;
        for (const file of who ? [...(list ?? [])] : []) {
            const content = contentHash(new Uint8Array(await file.arrayBuffer()));
            const kept = foundByFile(
                at,
                {
                    request: whole.id,
                    provider: who as HexString,
                    content,
                    uri: stringToHex(uri.value || `ipfs://${cidOf(content)}`),
                },
                under.map(({ submission }) => submission),
            );
            if (kept) await keepSeals(at, [kept]);
            said.value = kept
                ? `${shown(file.name)} is what was sealed.`
                : `${shown(file.name)} is in none of these seals: another file, another address, or another key.`;
        }
    };
    return (
        <>
            <Notice tone="bad">
                This browser does not know what {counted(under.length, 'of them holds', 'of them hold')}. Restore{' '}
                <a href={to('key')}>your key</a> here, or read the file of <code>atomic</code> there; then choose the
                file that was sealed.
            </Notice>
            <label>
                The file that was sealed
                <input type="file" multiple onChange={(event) => void look(event.currentTarget.files)} />
            </label>
            <label>
                Its address, if it was another than that in IPFS
                <input value={uri} spellcheck={false} onInput={(event) => (uri.value = event.currentTarget.value)} />
            </label>
            <p role="status">{said}</p>
        </>
    );
}

/// Replacing a submission until its deadline, where delivery is open.
export function Revise({ whole, delivery: { number, submission } }: { whole: Whole; delivery: Delivery }) {
    const file = useSignal<Dropped | undefined>(undefined);
    const who = me.value?.id;
    if (
        !who ||
        !same(submission.provider, who) ||
        isSealed(whole.spec) ||
        now.value >= submission.windowStart ||
        submission.claimed
    )
        return null;
    const choose = async (list: FileList | null): Promise<void> => {
        const [first] = [...(list ?? [])];
        if (!first) return;
        const content = contentHash(new Uint8Array(await first.arrayBuffer()));
        file.value = { name: shown(first.name), content, uri: `ipfs://${cidOf(content)}` };
    };
    const chosen = file.value;
    return (
        <div class="tools">
            <label>
                Replace it by another file
                <input type="file" onChange={(event) => void choose(event.currentTarget.files)} />
            </label>
            {chosen && (
                <div class="inline">
                    <label>
                        Where others find {chosen.name}
                        <input
                            value={chosen.uri}
                            spellcheck={false}
                            onInput={(event) => (file.value = { ...chosen, uri: event.currentTarget.value })}
                        />
                    </label>
                    <Act intent={() => market.revise(whole, number, delivery(chosen))} />
                </div>
            )}
        </div>
    );
}
