// The key of an account: shown as words, proved to be written down, restored, and the file of `atomic` in and out.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { chain } from '../../chain/session.ts';
import { Badge, Notice } from '../../parts/basic.tsx';
import { save } from '../../parts/save.ts';
import { asFile, takeFile } from '../../secrets/file.ts';
import { keyFor, keys, readKey, restoreKey, unkept } from '../../secrets/keys.ts';
import { keyOfWords } from '../../secrets/words.ts';
import type { Acting } from '../../wallet/wallet.ts';
import { counted } from '../../words/text.ts';
import { Words } from './words.tsx';

export function KeyPanel({ who }: { who: Acting }) {
    const shown = useSignal(false);
    const failed = useSignal<string | undefined>(undefined);
    const found = keys.value.get(who.id);
    useEffect(() => {
        readKey(who.id).catch((error: unknown) => (failed.value = String(error)));
    }, [who.id]);
    if (unkept.value ?? failed.value) return <Notice tone="bad">{unkept.value ?? failed.value}</Notice>;
    if (!found) return <p class="quiet">Looking for the key of {who.name}…</p>;
    const saved = found !== 'none' && found.saved;
    const show = () => void keyFor(who.id).then(() => (shown.value = true));
    return (
        <>
            <section class="key">
                <h2>
                    The key of {who.name}{' '}
                    <Badge tone={saved ? 'open' : 'wait'}>
                        {saved ? 'saved' : found === 'none' ? 'not made yet' : 'not saved yet'}
                    </Badge>
                </h2>
                <p>
                    What you commit to, and what you seal, is hidden by secrets of this key until you show it. It is in
                    this browser only. With its 24 words any other browser reveals what you committed to; without them
                    nobody can, and that costs reputation. So nothing is committed before they are written down.
                </p>
                {shown.value && found !== 'none' ? (
                    <Words account={who.id} found={found} done={() => (shown.value = false)} />
                ) : (
                    <div class="buttons start">
                        <button type="button" class={saved ? '' : 'main'} onClick={show}>
                            {saved ? 'Show the 24 words again' : 'Show me the 24 words'}
                        </button>
                    </div>
                )}
            </section>
            <Restore who={who} />
            <Files />
        </>
    );
}

function Restore({ who }: { who: Acting }) {
    const text = useSignal('');
    const said = useSignal<{ tone: 'open' | 'bad'; text: string } | undefined>(undefined);
    const restore = async (event: Event): Promise<void> => {
        event.preventDefault();
        const read = await keyOfWords(text.value);
        if ('problem' in read) {
            said.value = { tone: 'bad', text: read.problem };
            return;
        }
        await restoreKey(who.id, read.key);
        text.value = '';
        said.value = {
            tone: 'open',
            text: 'The key is here again. What was committed with it is being opened; an earlier key of this browser is kept as well.',
        };
    };
    return (
        <section>
            <h2>From another device</h2>
            <form onSubmit={(event) => void restore(event)}>
                <label>
                    The 24 words, as you wrote them down
                    <textarea
                        rows={4}
                        value={text}
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck={false}
                        onInput={(event) => (text.value = event.currentTarget.value)}
                    />
                </label>
                <div class="buttons start">
                    <button type="submit">Restore the key</button>
                </div>
            </form>
            <div role="status">{said.value && <Notice tone={said.value.tone}>{said.value.text}</Notice>}</div>
        </section>
    );
}

function Files() {
    const at = chain.value;
    const said = useSignal<{ tone: 'open' | 'bad'; text: string } | undefined>(undefined);
    if (!at) return null;
    const fail = (error: unknown) => {
        said.value = { tone: 'bad', text: error instanceof Error ? error.message : String(error) };
    };
    const take = async (list: FileList | null): Promise<void> => {
        const [file] = [...(list ?? [])];
        if (!file) return;
        const { opinions, seals } = await takeFile(at, await file.text());
        said.value = {
            tone: 'open',
            text: `${counted(opinions, 'review')} and ${counted(seals, 'seal')} of this market are taken over.`,
        };
    };
    const give = async (): Promise<void> => save('deployment.private.json', 'application/json', await asFile(at));
    return (
        <section>
            <h2>The private file of atomic</h2>
            <p>
                The command keeps scores and salts in a file beside its deployment. What it committed to can be revealed
                here, and the other way round.
            </p>
            <label>
                <span>
                    A file of <code>atomic</code>, such as deployment.private.json
                </span>
                <input
                    type="file"
                    accept=".json,application/json"
                    onChange={(event) => void take(event.currentTarget.files).catch(fail)}
                />
            </label>
            <div class="buttons start">
                <button type="button" onClick={() => void give().catch(fail)}>
                    Save what is kept here as such a file
                </button>
            </div>
            <div role="status">{said.value && <Notice tone={said.value.tone}>{said.value.text}</Notice>}</div>
        </section>
    );
}
