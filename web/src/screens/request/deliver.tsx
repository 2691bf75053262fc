// What a provider delivers in a request: files, openly or under a seal; what unseals them; and what replaces them.

import { signal, useSignal } from '@preact/signals';
import { stringToHex, type HexString } from 'dedot/utils';
import { Act } from '../../actions/button.tsx';
import * as market from '../../actions/market.ts';
import { now } from '../../chain/clock.ts';
import { chain } from '../../chain/session.ts';
import type { Delivery, Whole } from '../../chain/store.ts';
import { cidOf } from '../../formulas/files.ts';
import { contentHash } from '../../formulas/hashes.ts';
import { deliveryPhase } from '../../formulas/steps.ts';
import { isSealed } from '../../formulas/windows.ts';
import { Notice } from '../../parts/basic.tsx';
import { asFile, freshSeal, hashOf, keep, opens, type KeptSeal } from '../../secrets/seals.ts';
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
    dropped.value = new Map(dropped.value).set(id, list.slice(0, market.MAX_LIST));
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
    const most = whole.engagement ? 1 : Math.min(free(whole, who), market.MAX_LIST);
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

/// Seals are made once for a list of files, kept before anything is sent, and have to be saved elsewhere, too.
const made = signal<{ of: string; seals: KeptSeal[]; saved: boolean } | undefined>(undefined);

function Sealing({ whole, who, list }: { whole: Whole; who: HexString; list: Dropped[] }) {
    const at = chain.value;
    const of = JSON.stringify([whole.id, who, list]);
    const present = made.value?.of === of ? made.value : undefined;
    if (!at) return null;
    const save = () => {
        const seals =
            present?.seals ?? list.map((file) => freshSeal({ request: whole.id, provider: who, ...delivery(file) }));
        if (!keep(at, seals)) {
            made.value = undefined;
            return;
        }
        made.value = { of, seals, saved: true };
        const url = URL.createObjectURL(new Blob([asFile(at)], { type: 'application/json' }));
        const link = document.createElement('a');
        [link.href, link.download] = [url, 'seals.private.json'];
        link.click();
        setTimeout(() => URL.revokeObjectURL(url), 10_000);
    };
    const deliver = () => ({
        ...market.submitSealed(whole, (present?.seals ?? []).map(hashOf)),
        done: () => setFiles(whole.id, []),
    });
    return (
        <>
            <p>
                What opens the seals is kept in this browser, and nowhere else: without it nobody can unseal what you
                deliver. So a copy has to be saved first. Keep the files themselves, too.
            </p>
            <div class="buttons start">
                <button type="button" onClick={save}>
                    {present?.saved ? 'Save the copy again' : 'Save a copy of what opens them'}
                </button>
                {present?.saved && <Act intent={deliver} />}
            </div>
        </>
    );
}

export function Unseal({ whole, sealed }: { whole: Whole; sealed: Delivery[] }) {
    const at = chain.value;
    if (!at) return null;
    const open = sealed.flatMap(({ number, submission }) => {
        const kept = opens(at, submission);
        return kept ? [{ submission: number, content: kept.content, uri: kept.uri, salt: kept.salt }] : [];
    });
    const time = sealed.some((one) => deliveryPhase(whole, one, now.value) === 'Unsealing');
    return (
        <div class="tools">
            <h3>{counted(sealed.length, 'sealed submission')}</h3>
            {!time && (
                <p class="quiet">They can be unsealed once delivery is over, and before reviews can be opened.</p>
            )}
            {open.length < sealed.length && (
                <Notice tone="bad">
                    This browser cannot open {counted(sealed.length - open.length, 'of them', 'of them')}: use the one
                    that sealed, or `atomic unseal` with the copy.
                </Notice>
            )}
            {time && open.length > 0 && (
                <div class="buttons start">
                    <Act intent={() => market.unseal(whole, open.slice(0, market.MAX_LIST))} />
                </div>
            )}
        </div>
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
