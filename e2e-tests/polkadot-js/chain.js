// A node, and contracts on it, used as the Polkadot.js UI uses them: all it knows of a contract is its `.contract` file.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { Abi, CodePromise, ContractPromise } from '@polkadot/api-contract';

export const UNIT = 10n ** 12n;

/// What a dry run may use: the node's own limit is lower, and it is not paid.
const DRY_RUN = { refTime: 10n ** 12n, proofSize: 10n ** 8n };
const DEPLOYMENT = { refTime: 10n ** 11n, proofSize: 4n * 10n ** 6n };
/// Longest time that a transaction may take into a block.
const PATIENCE = 60_000;

export class Chain {
    static async connect(url) {
        const provider = new WsProvider(url, 1_000);
        const api = await ApiPromise.create({ provider, noInitWarn: true, throwOnConnect: true });
        return new Chain(api);
    }

    constructor(api) {
        this.api = api;
        this.keyring = new Keyring({ type: 'sr25519' });
        this.contracts = [];
        /// Every contract event since the beginning, in order: `{ contract, label, data }`.
        this.events = [];
    }

    disconnect() {
        return this.api.disconnect();
    }

    account(uri) {
        return this.keyring.addFromUri(uri);
    }

    /// What a `.contract` file says of its contract.
    abi(file) {
        return new Abi(JSON.parse(fs.readFileSync(file, 'utf8')), this.api.registry.getChainProperties());
    }

    /// Uploads and instantiates a `.contract` file, as "Upload & deploy code" does.
    async deploy(file, signer, args) {
        const abi = this.abi(file);
        const code = new CodePromise(this.api, abi, abi.info.source.wasm);
        const gasLimit = this.api.registry.createType('WeightV2', DEPLOYMENT);
        const salt = crypto.getRandomValues(new Uint8Array(32));
        const result = await this.submit(code.tx.new({ gasLimit, salt, storageDepositLimit: null }, ...args), signer);
        const contract = this.add(file, result.contract.address);
        this.decoded(result.events);
        return contract;
    }

    /// Adds a contract that is there, as "Add an existing contract" does.
    add(file, address) {
        const contract = new Contract(this, new ContractPromise(this.api, this.abi(file), address));
        this.contracts.push(contract);
        return contract;
    }

    /// The clock as contracts see it: the time of the last block.
    async now() {
        return (await this.api.query.timestamp.now()).toNumber();
    }

    /// Waits until this time. The node makes a block only where there is a transaction, so this makes one.
    async until(time, signer) {
        while ((await this.now()) < time) {
            await sleep(Math.max(time - Date.now(), 100));
            await this.submit(this.api.tx.system.remark('0x'), signer);
        }
    }

    balance(who) {
        return this.api.query.system.account(who.address ?? who).then(({ data }) => data.free.toBigInt());
    }

    /// Signs, sends and waits for the block.
    async submit(transaction, signer) {
        return new Promise((resolve, reject) => {
            const late = setTimeout(() => reject(new Error('the transaction is in no block')), PATIENCE);
            const settle = (done, outcome) => (clearTimeout(late), done(outcome));
            transaction.signAndSend(signer, { nonce: -1 }, (result) => {
                if (result.dispatchError) settle(reject, new Error(this.explain(result.dispatchError)));
                else if (result.isInBlock || result.isFinalized) settle(resolve, result);
                else if (result.isError) settle(reject, new Error(`the transaction is ${result.status.type}`));
            }).catch((error) => settle(reject, error));
        });
    }

    /// The events of the contracts among these, decoded.
    decoded(records) {
        const events = records
            .filter(({ event }) => this.api.events.contracts.ContractEmitted.is(event))
            .map((record) => this.decode(record));
        this.events.push(...events);
        return events;
    }

    /// What the signer paid in fees and storage deposits, those returned to it subtracted.
    costs(records, address) {
        let sum = 0n;
        for (const { event } of records) {
            const { TransactionFeePaid } = this.api.events.transactionPayment;
            const { StorageDepositTransferredAndHeld: held, StorageDepositTransferredAndReleased: released } = this.api.events.contracts;
            if (TransactionFeePaid.is(event)) sum += event.data.actualFee.toBigInt();
            if (held.is(event) && event.data.from.toString() === address) sum += event.data.amount.toBigInt();
            if (released.is(event) && event.data.to.toString() === address) sum -= event.data.amount.toBigInt();
        }
        return sum;
    }

    /// One event of one of the contracts, decoded by that contract's metadata alone.
    decode(record) {
        const [address] = record.event.data;
        const contract = this.contracts.find((contract) => contract.address === address.toString());
        assert.ok(contract, `an event of ${address}, which is none of the contracts`);
        const { event, args } = contract.abi.decodeEvent(record);
        const data = Object.fromEntries(event.args.map(({ name }, index) => [name, args[index]]));
        return { contract, label: event.identifier.split('::').pop(), data };
    }

    explain(error) {
        if (!error.isModule) return error.toString();
        const { section, name } = this.api.registry.findMetaError(error.asModule);
        return `${section}.${name}`;
    }
}

export class Contract {
    constructor(chain, promise) {
        this.chain = chain;
        this.promise = promise;
        this.abi = promise.abi;
        this.address = promise.address.toString();
        /// The reads that were called so far.
        this.read = new Set();
    }

    /// Messages that change nothing.
    reads() {
        return this.abi.messages.filter(({ isMutating }) => !isMutating).map(({ method }) => method);
    }

    /// What a message would answer now, as a dry run says.
    async dryRun(message, caller, args, value = 0n) {
        const gasLimit = this.chain.api.registry.createType('WeightV2', DRY_RUN);
        const options = { gasLimit, storageDepositLimit: null, value };
        const outcome = await this.promise.query[message](caller.address, options, ...args);
        assert.ok(outcome.result.isOk, `${message}: ${outcome.result.isErr && this.chain.explain(outcome.result.asErr)}`);
        const returned = outcome.output.toHuman();
        assert.ok('Ok' in returned, `${message}: ${JSON.stringify(returned)}`);
        return { ...outcome, returned: returned.Ok };
    }

    /// What a read answers: people's notation, where `Ok` and `Err` are those of the message.
    async get(message, ...args) {
        this.read.add(message);
        const { returned } = await this.dryRun(message, this.chain.account('//Alice'), args);
        return returned;
    }

    /// The name of the error with which a message would be refused now.
    async refused(message, caller, args, value) {
        const { returned } = await this.dryRun(message, caller, args, value);
        assert.ok(returned?.Err !== undefined, `${message} is not refused but answers ${JSON.stringify(returned)}`);
        return returned.Err;
    }

    /// Sends a message with a tenth more than what its dry run says it needs; returns its events. The signer's balance must
    /// change by just what the chain's own events say: fees, deposits, the value, and what was withdrawn.
    async send(message, signer, args = [], value = 0n) {
        const { chain } = this;
        const before = await chain.balance(signer);
        const { gasRequired, returned } = await this.dryRun(message, signer, args, value);
        assert.equal(returned?.Err, undefined, `${message} is refused: ${JSON.stringify(returned)}`);
        // Time passes until the block, and what a division takes depends on it: a tenth more is enough.
        const tenth = (weight) => (weight.toBigInt() * 11n) / 10n;
        const most = { refTime: tenth(gasRequired.refTime), proofSize: tenth(gasRequired.proofSize) };
        const gasLimit = chain.api.registry.createType('WeightV2', most);
        const options = { gasLimit, storageDepositLimit: null, value };
        const result = await chain.submit(this.promise.tx[message](options, ...args), signer);
        const events = chain.decoded(result.events);
        const withdrawn = events.filter(({ label }) => label === 'Withdrawn').map(({ data }) => data.amount.toBigInt());
        const received = withdrawn.reduce((sum, amount) => sum + amount, 0n);
        assert.equal(await chain.balance(signer), before - value - chain.costs(result.events, signer.address) + received);
        return events;
    }
}

/// A whole number as people write it: '1,000'.
export function number(text) {
    assert.match(text, /^[\d,]+$/, `${text} is no whole number`);
    return BigInt(text.replaceAll(',', ''));
}
