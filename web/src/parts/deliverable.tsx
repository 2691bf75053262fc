// A file that the chain has the hash of: fetched or dropped here, hashed, and told as what it is. Only a file whose hash
// matches is shown, and of these only texts and images, in a frame that may do nothing.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { contentHash } from '../formulas/hashes.ts';
import { kindOf, whereabouts } from '../formulas/files.ts';
import { sources } from '../policy.ts';
import { to } from '../router.ts';
import { counted, shownLines, textOf } from '../words/text.ts';
import { Notice } from './basic.tsx';

const MOST_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 30_000;
/// A text is shown up to here.
const MOST_LETTERS = 400_000;

type Found =
    | { is: 'nothing' }
    | { is: 'fetching'; from: string }
    | { is: 'matching'; bytes: Uint8Array; from: string }
    | { is: 'other'; hash: string; from: string }
    | { is: 'unreachable'; why: string };

async function limited(url: string): Promise<Uint8Array> {
    const answer = await fetch(url, {
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok || !answer.body) throw new Error(`it answers ${answer.status}`);
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const reader = answer.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
        length += value.length;
        if (length > MOST_BYTES) throw new Error('it is larger than 32 MiB');
        parts.push(value);
    }
}

interface File_ {
    hash: string;
    /// As the chain has it: bytes.
    uri: string;
    /// What it is: "the document", "submission 3".
    name: string;
}

export function Deliverable({ hash, uri, name }: File_) {
    const found = useSignal<Found>({ is: 'nothing' });
    const address = textOf(uri);
    const { urls, elsewhere } = whereabouts(address, hash, sources());
    const check = (bytes: Uint8Array, from: string): boolean => {
        const its = contentHash(bytes);
        found.value = its === hash ? { is: 'matching', bytes, from } : { is: 'other', hash: its, from };
        return its === hash;
    };
    const fetchIt = async (): Promise<void> => {
        let why = '';
        let differs: Found | undefined;
        for (const url of urls) {
            found.value = { is: 'fetching', from: new URL(url).host };
            try {
                if (check(await limited(url), new URL(url).host)) return;
                differs = found.value;
            } catch (error) {
                why = `${new URL(url).host}: ${error instanceof Error ? error.message : String(error)}`;
            }
        }
        // That one source has something else is worth more than that another has nothing.
        if (found.value.is === 'fetching') found.value = differs ?? { is: 'unreachable', why };
    };
    const drop = async (files: FileList | null | undefined): Promise<void> => {
        const file = files?.[0];
        if (file) check(new Uint8Array(await file.arrayBuffer()), file.name);
    };
    return (
        <div
            class="deliverable"
            onDragOver={(event) => event.preventDefault()}
            onDrop={(event) => {
                event.preventDefault();
                void drop(event.dataTransfer?.files);
            }}
        >
            <p class="whereabouts">
                <code class="uri">{address || 'no address'}</code>
                <code class="hash" title="blake2b-256">
                    {hash}
                </code>
            </p>
            {elsewhere && (
                <p class="quiet small">
                    The settings name no source for that host, so this page does not ask it.{' '}
                    <a href={to('settings')}>Name it</a>, or{' '}
                    <a href={elsewhere} target="_blank" rel="noopener noreferrer nofollow external">
                        open it
                    </a>{' '}
                    yourself and drop the file here.
                </p>
            )}
            {urls.length === 0 && !elsewhere && (
                <p class="quiet small">
                    The settings name no <a href={to('settings')}>source of files</a>, so nothing is fetched.
                </p>
            )}
            <div class="buttons start">
                {urls.length > 0 && (
                    <button type="button" class="small" onClick={() => void fetchIt()}>
                        Fetch and check {name}
                    </button>
                )}
                <Pick name={name} drop={drop} />
            </div>
            <div aria-live="polite">
                <Verdict found={found.value} hash={hash} name={name} />
            </div>
        </div>
    );
}

function Pick({ name, drop }: { name: string; drop: (files: FileList | null) => Promise<void> }) {
    const id = useId();
    return (
        <span class="pick">
            <label for={id}>Drop the file here, or choose it</label>
            <input
                id={id}
                type="file"
                aria-label={`File to check against ${name}`}
                onChange={(event) => void drop(event.currentTarget.files)}
            />
        </span>
    );
}

function Verdict({ found, hash, name }: { found: Found; hash: string; name: string }) {
    switch (found.is) {
        case 'nothing':
            return null;
        case 'fetching':
            return <p class="quiet">Asking {found.from}…</p>;
        case 'unreachable':
            return <Notice tone="wait">It could not be fetched ({found.why}): drop the file here.</Notice>;
        case 'other':
            return (
                <Notice tone="bad">
                    <b>Differs: do not trust it.</b> What is at {found.from} has the hash <code>{found.hash}</code>, the
                    chain says <code>{hash}</code>.
                </Notice>
            );
        case 'matching':
            return (
                <>
                    <Notice tone="open">
                        <b>Matches the chain.</b> {counted(found.bytes.length, 'byte')}.
                    </Notice>
                    <Sheet bytes={found.bytes} name={name} />
                </>
            );
    }
}

/// A file that is what the chain says, in a frame without scripts, forms, or an origin.
function Sheet({ bytes, name }: { bytes: Uint8Array; name: string }) {
    const frame = useRef<HTMLIFrameElement>(null);
    const kind = kindOf(bytes);
    const save = useSignal('');
    useEffect(() => {
        const shown =
            kind.kind === 'text'
                ? new Blob([shownLines(kind.text.slice(0, MOST_LETTERS))], { type: 'text/plain;charset=utf-8' })
                : new Blob([bytes as BlobPart], {
                      type: kind.kind === 'image' ? kind.type : 'application/octet-stream',
                  });
        const [url, whole] = [
            URL.createObjectURL(shown),
            URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'application/octet-stream' })),
        ];
        if (frame.current) frame.current.src = url;
        save.value = whole;
        return () => [url, whole].forEach((one) => URL.revokeObjectURL(one));
    }, [bytes]);
    return (
        <>
            {kind.kind !== 'other' && (
                <iframe ref={frame} class={`sheet ${kind.kind}`} sandbox="" title={`What ${name} says`} />
            )}
            {kind.kind === 'other' && <p class="quiet">It is no text and no image: this page does not show it.</p>}
            {kind.kind === 'text' && kind.text.length > MOST_LETTERS && <p class="quiet">Its beginning is shown.</p>}
            <a class="button small" href={save.value} download={name.replaceAll(' ', '-')}>
                Save the file
            </a>
        </>
    );
}
