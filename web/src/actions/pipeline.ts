// The one way of everything that is done: tried first, shown with what it costs and changes or why it is refused, signed,
// followed into a block, and told. One thing at a time; what was sent is remembered until its block is known.

import { signal } from '@preact/signals';
import { ContractDispatchError, ContractLangError } from 'dedot/contracts';
import type { DispatchError } from 'dedot/codecs';
import { blake2AsHex, type HexString } from 'dedot/utils';
import { decoded, type Told } from '../chain/live.ts';
import { chain, link, type Chain } from '../chain/session.ts';
import { me, type Acting } from '../wallet/wallet.ts';
import { native } from '../words/amounts.ts';
import { refusal, type Refusal } from '../words/errors.ts';
import { remembered, remember } from '../words/memory.ts';
import { spaced } from '../words/text.ts';
import type { Intent } from './intent.ts';

export interface Price {
    fee: bigint;
    /// The storage deposit that it takes; below 0, that it gives back.
    deposit: bigint;
    value: bigint;
    gas: { refTime: bigint; proofSize: bigint };
    /// What it would change, by the contract's answer.
    would: string[];
}

export interface Preview extends Price {
    who: Acting;
    /// What is missing to pay for it.
    missing: bigint;
}

export type Stage =
    | { step: 'nobody'; intent: Intent }
    | { step: 'trying'; intent: Intent }
    | { step: 'refused'; intent: Intent; refusal: Refusal }
    | { step: 'ready'; intent: Intent; preview: Preview; note?: string }
    | { step: 'signing'; intent: Intent; preview: Preview }
    | { step: 'sent'; intent: Intent; hash: HexString; note: string }
    | { step: 'done'; intent: Intent; block: number; events: Told[] }
    | { step: 'failed'; intent: Intent; why: string };

/// What is being done now, if something is.
export const stage = signal<Stage | undefined>(undefined);

const MARGIN = 10n;
const PENDING = 'pending';

/// A dispatch error of the chain itself in words.
function chainRefusal(at: Chain, error: DispatchError): Refusal {
    if (error.type !== 'Module') {
        const value = 'value' in error ? String(error.value) : '';
        const poor = error.type === 'Token' || value.includes('Funds');
        return {
            name: `${error.type} ${value}`.trim(),
            meaning: poor
                ? 'The account has not enough of the chain’s currency.'
                : `The chain refuses it: ${spaced(value || error.type)}.`,
        };
    }
    const known = at.client.registry.findErrorMeta(error);
    const name = known?.name ?? 'Module';
    if (name === 'StorageDepositNotEnoughFunds' || name === 'TransferFailed') {
        return {
            name,
            meaning: 'The account has not enough of the chain’s currency for what is sent, the deposit and the fee.',
        };
    }
    return { name, meaning: known?.docs?.join(' ') || `The chain refuses it: ${spaced(name)}.` };
}

function explained(at: Chain, error: unknown): Refusal {
    if (error instanceof ContractDispatchError) return chainRefusal(at, error.dispatchError);
    if (error instanceof ContractLangError)
        return {
            name: 'LangError',
            meaning: 'The contract does not know this message: it is of another edition than this page.',
        };
    return { name: 'Failed', meaning: error instanceof Error ? error.message : String(error) };
}

interface Answer {
    isErr?: boolean;
    err?: unknown;
    value?: unknown;
}

/// What the account can spend: all but what keeps it alive.
async function spendable(at: Chain, who: Acting): Promise<bigint> {
    const { data } = await at.client.query.system.account(who.address);
    const kept = at.client.consts.balances.existentialDeposit;
    return data.free > kept ? data.free - kept : 0n;
}

/// What a call would cost this account, and change; or why it is refused.
export async function priced(at: Chain, caller: string, intent: Intent): Promise<Price | Refusal> {
    const value = intent.value ?? 0n;
    try {
        const { data, raw } = await intent.dryRun(at, { caller, value });
        const answer = (data ?? {}) as Answer;
        if (answer.isErr) return refusal(intent.contract, answer.err);
        const gas = { refTime: more(raw.gasRequired.refTime), proofSize: more(raw.gasRequired.proofSize) };
        const deposit = raw.storageDeposit.type === 'Charge' ? raw.storageDeposit.value : -raw.storageDeposit.value;
        const { partialFee: fee } = await intent.transaction(at, { gasLimit: gas, value }).paymentInfo(caller);
        return { fee, deposit, value, gas, would: intent.would?.(answer.value) ?? [] };
    } catch (error) {
        return explained(at, error);
    }
}

async function tried(at: Chain, who: Acting, intent: Intent): Promise<Preview | Refusal> {
    const [price, funds] = await Promise.all([priced(at, who.address, intent), spendable(at, who)]);
    if ('meaning' in price) return price;
    const needed = price.value + price.fee + (price.deposit > 0n ? price.deposit : 0n);
    return { ...price, who, missing: needed > funds ? needed - funds : 0n };
}

/// A tenth more than what was found: the state may be another by the time it is in a block.
const more = (amount: bigint): bigint => amount + amount / MARGIN;

/// Begins: tries it, and shows what it would do. Nothing is signed yet.
export async function attempt(intent: Intent): Promise<void> {
    const [at, who] = [chain.value, me.value];
    if (!at || link.value.state !== 'up') {
        stage.value = {
            step: 'failed',
            intent,
            why: 'The node does not answer now. Nothing was sent; try again once the connection stands.',
        };
        return;
    }
    if (!who) {
        stage.value = { step: 'nobody', intent };
        return;
    }
    stage.value = { step: 'trying', intent };
    let next: Stage;
    try {
        const found = await tried(at, who, intent);
        next =
            'meaning' in found
                ? { step: 'refused', intent, refusal: found }
                : { step: 'ready', intent, preview: found };
    } catch (error) {
        next = { step: 'refused', intent, refusal: explained(at, error) };
    }
    // Whoever has closed it meanwhile, or begun something else, is not disturbed.
    if (stage.value?.step === 'trying' && stage.value.intent === intent) stage.value = next;
}

interface Pending {
    genesis: string;
    hash: HexString;
    from: number;
    title: string;
}

/// Signs and sends what was shown.
export async function perform(intent: Intent, preview: Preview): Promise<void> {
    const at = chain.value;
    if (!at) return;
    stage.value = { step: 'signing', intent, preview };
    const limit = preview.deposit > 0n ? { storageDepositLimit: more(preview.deposit) } : {};
    const transaction = intent.transaction(at, { gasLimit: preview.gas, value: preview.value, ...limit });
    const { signer, address } = preview.who;
    try {
        if (typeof signer === 'function') await transaction.sign(await signer());
        else await transaction.sign(address, { signer });
    } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        stage.value = {
            step: 'ready',
            intent,
            preview,
            note: `Not signed: ${why || 'the wallet refused'}. Nothing was sent.`,
        };
        return;
    }
    const from = await at.client.query.system.number().catch(() => 0);
    const pending: Pending = { genesis: at.genesis, hash: transaction.hash, from, title: intent.title };
    remember(PENDING, pending);
    send(at, intent, transaction);
}

function send(at: Chain, intent: Intent, transaction: ReturnType<Intent['transaction']>): void {
    const { hash } = transaction;
    const over = (next: Stage): void => {
        remember(PENDING, null);
        stage.value = next;
    };
    stage.value = { step: 'sent', intent, hash, note: 'On its way into a block…' };
    const following = transaction.send((result) => {
        const { status } = result;
        if (status.type === 'BestChainBlockIncluded') {
            finish(at, intent, status.value.blockNumber, result.events, result.dispatchError, over);
        } else if (status.type === 'NoLongerInBestChain') {
            stage.value = {
                step: 'sent',
                intent,
                hash,
                note: 'Its block was replaced by another; it waits for the next one…',
            };
        } else if (status.type === 'Invalid' || status.type === 'Drop') {
            over({
                step: 'failed',
                intent,
                why: `The node took it back (${status.value.error}): another transaction of this account was first, perhaps from another tab, or it waited too long. Nothing has changed; try again.`,
            });
        }
    });
    following.catch((error: unknown) => {
        if (link.value.state === 'up')
            over({
                step: 'failed',
                intent,
                why: `The node does not take it: ${error instanceof Error ? error.message : String(error)}. Nothing was sent.`,
            });
        else
            stage.value = {
                step: 'sent',
                intent,
                hash,
                note: 'The connection was lost after it was sent. It is looked for in the blocks since then as soon as the node answers.',
            };
    });
}

type Records = Parameters<typeof decoded>[1];

function finish(
    at: Chain,
    intent: Intent,
    block: number,
    records: unknown,
    error: DispatchError | undefined,
    over: (next: Stage) => void,
): void {
    if (error) {
        const { meaning } = chainRefusal(at, error);
        over({
            step: 'failed',
            intent,
            why: `It is in block ${block}, but was refused there: something had changed after it was tried. ${meaning}`,
        });
        return;
    }
    const events = decoded(at, records as Records, block);
    over({ step: 'done', intent, block, events });
    intent.done?.(events);
}

const isPending = (value: unknown): value is Pending =>
    typeof value === 'object' && value !== null && 'hash' in value && 'from' in value && typeof value.from === 'number';

/// What became of a transaction that was sent before the connection, or the page, was lost: told once, in words.
export async function lookForLost(at: Chain): Promise<string | undefined> {
    const pending = remembered(PENDING);
    if (!isPending(pending) || pending.genesis !== at.genesis) return undefined;
    const last = await at.client.query.system.number();
    for (let number = pending.from; number <= last; number += 1) {
        const hash = await at.client.rpc.chain_getBlockHash(number);
        const found = hash && (await at.client.rpc.chain_getBlock(hash));
        if (found && found.block.extrinsics.some((extrinsic) => blake2AsHex(extrinsic, 256) === pending.hash)) {
            remember(PENDING, null);
            if (stage.value?.step === 'sent' && stage.value.hash === pending.hash) stage.value = undefined;
            return `“${pending.title}” is in block ${number}, as was sent before the connection was lost.`;
        }
    }
    return `“${pending.title}” was sent before the connection was lost, and is in no block so far.`;
}

/// Whether something is under way that closing the page would leave behind.
export const underWay = (): boolean => stage.value?.step === 'signing' || stage.value?.step === 'sent';

export const cost = (preview: Preview): string => native(preview.value + preview.fee + preview.deposit);
