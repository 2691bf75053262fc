// What is being done, step by step: what it costs and changes, or why it is refused; then what came of it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Facts, Notice } from '../parts/basic.tsx';
import { chooseWho } from '../wallet/chooser.tsx';
import { me } from '../wallet/wallet.ts';
import { native } from '../words/amounts.ts';
import { eventWords, worthTelling } from '../words/events.ts';
import { attempt, cost, perform, stage, underWay, type Preview, type Stage } from './pipeline.ts';

addEventListener('beforeunload', (event) => {
    if (underWay()) event.preventDefault();
});

const close = (): void => {
    stage.value = undefined;
};

export function ActionDialog() {
    const present = stage.value;
    return present ? <Shown present={present} /> : null;
}

function Shown({ present }: { present: Stage }) {
    const dialog = useRef<HTMLDialogElement>(null);
    useEffect(() => {
        if (dialog.current && !dialog.current.open) dialog.current.showModal();
    }, []);
    // Whoever was asked who acts has chosen: it goes on by itself.
    const who = me.value;
    useEffect(() => {
        if (present.step === 'nobody' && who) void attempt(present.intent);
    }, [who]);
    return (
        <dialog ref={dialog} class="action" aria-labelledby="action-title" onClose={close}>
            <h2 id="action-title">{present.intent.title}</h2>
            <div aria-live="polite">
                <Step present={present} />
            </div>
        </dialog>
    );
}

function Buttons({ children, quiet = 'Close' }: { children?: ComponentChildren; quiet?: string }) {
    return (
        <div class="buttons">
            <button type="button" class="quiet" onClick={close}>
                {quiet}
            </button>
            {children}
        </div>
    );
}

function Step({ present }: { present: Stage }) {
    const { intent } = present;
    switch (present.step) {
        case 'nobody':
            return (
                <>
                    <p>Whoever does this signs for it. Choose an account first.</p>
                    <Buttons>
                        <button type="button" class="main" onClick={chooseWho}>
                            Choose an account
                        </button>
                    </Buttons>
                </>
            );
        case 'trying':
            return <p class="quiet">Trying it, without sending anything…</p>;
        case 'refused':
            return (
                <>
                    <Notice tone="bad">
                        <b>{present.refusal.name}</b> {present.refusal.meaning}
                    </Notice>
                    {present.refusal.advice && <p>{present.refusal.advice}</p>}
                    <p class="quiet">Nothing was sent, and nothing has changed.</p>
                    <Buttons>
                        <button type="button" onClick={() => void attempt(intent)}>
                            Try again
                        </button>
                    </Buttons>
                </>
            );
        case 'ready':
            return <Ready present={present} />;
        case 'signing':
            return <p class="quiet">Waiting for the signature of {present.preview.who.name}…</p>;
        case 'sent':
            return (
                <>
                    <p>{present.note}</p>
                    <p class="quiet">
                        Transaction <code>{present.hash}</code>
                    </p>
                    <Buttons quiet="Leave it to itself" />
                </>
            );
        case 'done':
            return (
                <>
                    <p>
                        <b>Done</b>, in block {present.block}.
                    </p>
                    <ul>
                        {worthTelling(present.events).map((event, at) => (
                            <li key={at}>{eventWords(event)}</li>
                        ))}
                    </ul>
                    <Buttons />
                </>
            );
        case 'failed':
            return (
                <>
                    <Notice tone="bad">{present.why}</Notice>
                    <Buttons>
                        <button type="button" onClick={() => void attempt(intent)}>
                            Try again
                        </button>
                    </Buttons>
                </>
            );
    }
}

function depositWords(deposit: bigint): string {
    return deposit >= 0n
        ? `${native(deposit)}, held as long as what it writes is there`
        : `${native(-deposit)} come back`;
}

function Costs({ preview }: { preview: Preview }) {
    return (
        <Facts
            of={[
                ['Signs', preview.who.name],
                preview.value > 0n && ['Sends', native(preview.value)],
                ['Storage deposit', depositWords(preview.deposit)],
                ['Fee', native(preview.fee)],
                ['Together', cost(preview)],
            ]}
        />
    );
}

function Ready({ present }: { present: Extract<Stage, { step: 'ready' }> }) {
    const { intent, preview, note } = present;
    const changes = [...intent.changes, ...preview.would];
    return (
        <>
            {note && <Notice tone="bad">{note}</Notice>}
            {changes.length > 0 && (
                <ul>
                    {changes.map((change) => (
                        <li key={change}>{change}</li>
                    ))}
                </ul>
            )}
            <Costs preview={preview} />
            {preview.missing > 0n && (
                <Notice tone="bad">
                    {preview.who.name} has {native(preview.missing)} too little for this.
                </Notice>
            )}
            <Buttons quiet="Not now">
                <button
                    type="button"
                    class="main"
                    disabled={preview.missing > 0n}
                    onClick={() => void perform(intent, preview)}
                >
                    Sign and send
                </button>
            </Buttons>
        </>
    );
}
