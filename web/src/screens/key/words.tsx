// The 24 words of a key, and the proof that somebody has written them down: three of them are asked for.

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { HexString } from 'dedot/utils';
import { Notice } from '../../parts/basic.tsx';
import { markSaved, type ReviewKey } from '../../secrets/keys.ts';
import { WORDS, wordsOf } from '../../secrets/words.ts';

const ASKED = 3;

/// Which words are asked for, in their order.
function drawn(): number[] {
    const left = Array.from({ length: WORDS }, (_, at) => at);
    const random = crypto.getRandomValues(new Uint32Array(ASKED));
    return [...random].flatMap((value) => left.splice(value % left.length, 1)).sort((one, other) => one - other);
}

interface Shown {
    account: HexString;
    found: ReviewKey;
    done: () => void;
}

export function Words({ account, found: { key, saved }, done }: Shown) {
    const words = useSignal<string[]>([]);
    const asking = useSignal(false);
    useEffect(() => {
        void wordsOf(key).then((list) => (words.value = list));
    }, [key]);
    if (words.value.length === 0) return <p class="quiet">Reading the words…</p>;
    if (asking.value)
        return <Proof account={account} secret={key} words={words.value} back={() => (asking.value = false)} />;
    return (
        <>
            <ol class="words">
                {words.value.map((word, at) => (
                    <li key={at}>
                        <code>{word}</code>
                    </li>
                ))}
            </ol>
            <p>
                Write them down on paper, in this order. Whoever has them knows your scores before their time; they give
                no power over your money.
            </p>
            <div class="buttons start">
                <button type="button" onClick={done}>
                    Hide them
                </button>
                {!saved && (
                    <button type="button" class="main" onClick={() => (asking.value = true)}>
                        I have written them down
                    </button>
                )}
            </div>
        </>
    );
}

interface Asked {
    account: HexString;
    secret: HexString;
    words: readonly string[];
    back: () => void;
}

function Proof({ account, secret, words, back }: Asked) {
    const asked = useMemo(drawn, []);
    const typed = useSignal<readonly string[]>(asked.map(() => ''));
    const wrong = useSignal<string | undefined>(undefined);
    const prove = async (event: Event): Promise<void> => {
        event.preventDefault();
        const miss = asked.find((at, index) => typed.value[index]?.trim().toLowerCase() !== words[at]);
        if (miss !== undefined) {
            wrong.value = `Word ${miss + 1} is another one. Look at what you have written.`;
            return;
        }
        await markSaved(account, secret).then(back, (error: unknown) => (wrong.value = String(error)));
    };
    const type = (index: number, text: string) => {
        typed.value = typed.value.map((one, at) => (at === index ? text : one));
    };
    return (
        <form class="proof" onSubmit={(event) => void prove(event)}>
            <p>From your paper, please:</p>
            {asked.map((at, index) => (
                <label key={at}>
                    Word {at + 1}
                    <input
                        value={typed.value[index]}
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck={false}
                        onInput={(event) => type(index, event.currentTarget.value)}
                    />
                </label>
            ))}
            <div class="buttons start">
                <button type="button" onClick={back}>
                    Show them again
                </button>
                <button type="submit" class="main">
                    It is saved
                </button>
            </div>
            <div role="alert">{wrong.value && <Notice tone="bad">{wrong.value}</Notice>}</div>
        </form>
    );
}
