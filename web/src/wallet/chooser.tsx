// Choosing who acts.

import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { chain } from '../chain/session.ts';
import { Notice } from '../parts/basic.tsx';
import { short } from '../words/accounts.ts';
import { accounts, act, addDeveloper, DEVELOPMENT, me, refused, useWallet, wallets, type Acting } from './wallet.ts';

const open = signal(false);

/// Opens the list of accounts from anywhere.
export const chooseWho = (): void => {
    open.value = true;
};

export function WhoActs() {
    if (!chain.value) return null;
    return (
        <>
            <button type="button" class="who" aria-haspopup="dialog" onClick={chooseWho}>
                {me.value ? me.value.name : 'Choose an account'}
            </button>
            {open.value && <Chooser />}
        </>
    );
}

function Chooser() {
    const dialog = useRef<HTMLDialogElement | null>(null);
    const show = (element: HTMLDialogElement | null) => {
        dialog.current = element;
        if (element && !element.open) element.showModal();
    };
    const close = () => dialog.current?.close();
    const choose = (account: Acting | undefined) => {
        act(account);
        close();
    };
    return (
        <dialog ref={show} aria-labelledby="who-acts" onClose={() => (open.value = false)}>
            <h2 id="who-acts">Who acts?</h2>
            <Accounts choose={choose} />
            <Wallets />
            {refused.value && <Notice tone="bad">{refused.value}</Notice>}
            {chain.value?.development && <Another />}
            <div class="buttons">
                {me.value && (
                    <button type="button" class="quiet" onClick={() => choose(undefined)}>
                        Nobody: only look
                    </button>
                )}
                <button type="button" onClick={close}>
                    Close
                </button>
            </div>
        </dialog>
    );
}

function Accounts({ choose }: { choose: (account: Acting) => void }) {
    const elsewhere = (account: Acting): boolean => account.only !== undefined && account.only !== chain.value?.genesis;
    return (
        <ul class="accounts">
            {accounts.value.map((account) => (
                <li key={`${account.source}/${account.id}`}>
                    <button
                        type="button"
                        aria-pressed={account === me.value}
                        disabled={elsewhere(account)}
                        onClick={() => choose(account)}
                    >
                        <b>{account.name}</b> <code>{short(account.id)}</code>{' '}
                        <small>
                            {elsewhere(account)
                                ? 'for another chain'
                                : account.source === DEVELOPMENT
                                  ? 'for trials'
                                  : account.source}
                        </small>
                    </button>
                </li>
            ))}
        </ul>
    );
}

function Wallets() {
    const here = wallets();
    if (here.length === 0) {
        return (
            <p class="quiet">
                This browser has no wallet: Talisman, SubWallet and Polkadot.js are extensions that this page can use.
            </p>
        );
    }
    return (
        <p class="buttons">
            {here.map((source) => (
                <button type="button" key={source} onClick={() => void useWallet(source)}>
                    Accounts of {source}
                </button>
            ))}
        </p>
    );
}

const name = signal('');

function Another() {
    const add = (event: Event) => {
        event.preventDefault();
        if (/^[A-Za-z0-9_-]+$/.test(name.value)) void addDeveloper(name.value).then(() => (name.value = ''));
    };
    return (
        <form class="inline" onSubmit={add}>
            <label>
                Another one for trials: //
                <input
                    value={name.value}
                    pattern="[A-Za-z0-9_\-]+"
                    spellcheck={false}
                    onInput={(event) => (name.value = event.currentTarget.value)}
                />
            </label>
            <button type="submit">Add</button>
        </form>
    );
}
