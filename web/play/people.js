// People on a chain for trying things out: what they do is tried first, signed by a key that everybody knows, and in a block
// when it returns. For the history that `make app` shows, and for tests.

import fs from 'node:fs';
import { LegacyClient, WsProvider } from 'dedot';
import { Contract } from 'dedot/contracts';
import { blake2AsHex, concatU8a, decodeAddress, encodeAddress, u8aToHex } from 'dedot/utils';
import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET } from '@polkadot-labs/hdkd-helpers';

const PREFIX = 42;
const SR25519 = 1;
const derive = sr25519CreateDerive(DEV_MINI_SECRET);
export const UNIT = 10n ** 12n;
export const HOUR = 3_600_000n;
export const DAY = 24n * HOUR;

/// A text as a message takes it.
export const text = (string) => `0x${Buffer.from(string).toString('hex')}`;

/// What a request says where nothing else is said: three places for 30 UNIT. `days` are those for places, delivery, commitments
/// and reveals; for the first there is an hour more.
export function request(now, { days = [2n, 2n, 2n, 1n], name = 'a-brief', ...changes } = {}) {
    let at = now + HOUR;
    const [signalBy, deliverBy, reviewBy, revealBy] = days.map((count) => (at += count * DAY));
    return {
        spec: blake2AsHex(Buffer.from(name), 256),
        uri: text(`ipfs://briefs/${name}`),
        asset: { type: 'Native' },
        reward: 30n * UNIT,
        reviewFee: UNIT,
        access: 'Open',
        award: { type: 'PerSubmission' },
        duplicates: { type: 'Independent' },
        curve: [
            { minScore: 40, weightBps: 3_000 },
            { minScore: 60, weightBps: 6_000 },
            { minScore: 80, weightBps: 10_000 },
        ],
        limit: 3,
        perProvider: Math.min(2, changes.limit ?? 3),
        providerBond: 0n,
        placeDeposit: UNIT,
        accessPrice: 0n,
        minReputation: 0n,
        minTier: 0,
        quorum: 3,
        tolerance: 10,
        signalBy,
        deliverBy,
        reviewBy,
        revealBy,
        ...changes,
    };
}

/// The account `//Name`, with the key that signs for it.
export function person(name) {
    const { publicKey, sign } = derive(`//${name}`);
    const address = encodeAddress(publicKey, PREFIX);
    const withType = (data, options) =>
        options?.withType ? concatU8a(Uint8Array.of(SR25519), sign(data)) : sign(data);
    return {
        name,
        address,
        id: u8aToHex(publicKey),
        pair: { address, addressRaw: publicKey, publicKey, sign: withType },
    };
}

const metadata = (name) =>
    JSON.parse(fs.readFileSync(new URL(`../src/generated/${name}.json`, import.meta.url), 'utf8'));

export class Organization {
    /// `deployment` is the file that `atomic deploy` wrote.
    static async at(url, deployment) {
        const client = await LegacyClient.new({ provider: new WsProvider(url), stalingDetectionTimeout: 0 });
        const addresses = JSON.parse(fs.readFileSync(deployment, 'utf8'));
        return new Organization(client, addresses);
    }

    constructor(client, addresses) {
        this.client = client;
        this.genesis = client.genesisHash;
        this.marketId = u8aToHex(decodeAddress(addresses.market.address));
        this.pool = addresses.pool;
        for (const name of ['reputation', 'obligation', 'market']) {
            const { address } = addresses[name];
            this[name] = new Contract(client, metadata(name), address, { defaultCaller: address });
        }
    }

    async now() {
        return this.client.query.timestamp.now();
    }

    /// Lets time pass, where the clock stands still.
    async pass(milliseconds) {
        await this.client.rpc.dev_pass(Number(milliseconds));
    }

    /// Lets time pass until then.
    async until(time) {
        const now = await this.now();
        if (time > now) await this.pass(time - now);
    }

    /// Answers the events of the block that it is in.
    sent(who, transaction) {
        return new Promise((resolve, reject) => {
            const fail = (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
            transaction
                .signAndSend(who.pair, ({ status, events, dispatchError }) => {
                    if (dispatchError) fail(dispatchError);
                    else if (status.type === 'BestChainBlockIncluded') resolve(events);
                    else if (status.type === 'Invalid' || status.type === 'Drop') fail(status);
                })
                .catch(fail);
        });
    }

    pay(from, to, amount) {
        return this.sent(from, this.client.tx.balances.transferKeepAlive(to.address, amount));
    }

    /// `does(alice, 'market', 'marketSettle', [3, 64])`; answers what the message returned.
    async does(who, contract, message, args, value = 0n) {
        const { data, raw } = await this[contract].query[message](...args, { caller: who.address, value });
        if (data?.isErr) throw new Error(`${who.name} is refused ${message}: ${JSON.stringify(data.err)}`);
        const gasLimit = {
            refTime: (raw.gasRequired.refTime * 11n) / 10n,
            proofSize: (raw.gasRequired.proofSize * 11n) / 10n,
        };
        await this.sent(who, this[contract].tx[message](...args, { gasLimit, value }));
        return data?.isOk ? data.value : data;
    }

    async asks(contract, message, ...args) {
        const { data } = await this[contract].query[message](...args);
        if (data?.isErr) throw new Error(`${message}: ${JSON.stringify(data.err)}`);
        return data?.isOk ? data.value : data;
    }
}
