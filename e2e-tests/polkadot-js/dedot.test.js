// A node as dedot's LegacyClient uses it: a contract deployed from its `.contract` file, read, called and refused, its events
// decoded, and the chain's past. `URL` is the node, `CONTRACTS` the folder with the `.contract` files.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { LegacyClient, WsProvider } from 'dedot';
import { Contract, ContractDeployer } from 'dedot/contracts';

const DAY = 86_400_000n;
let client, alice, bob, contract;

/// Signs, sends, and waits until the block is final.
async function sent(transaction) {
    const statuses = [];
    const result = await transaction.signAndSend(alice, ({ status }) => statuses.push(status.type)).untilFinalized();
    assert.equal(result.dispatchError, undefined);
    assert.ok(statuses.includes('BestChainBlockIncluded'), `${statuses}`);
    return result.events;
}

before(async () => {
    await cryptoWaitReady();
    const keyring = new Keyring({ type: 'sr25519' });
    [alice, bob] = ['//Alice', '//Bob'].map((uri) => keyring.addFromUri(uri));
    client = await LegacyClient.new(new WsProvider(process.env.URL));
});

after(() => client?.disconnect());

test('a contract is deployed, its address is in the event, and it answers', async () => {
    const file = path.join(process.env.CONTRACTS, 'reputation.contract');
    const metadata = JSON.parse(fs.readFileSync(file, 'utf8'));
    const deployer = new ContractDeployer(client, metadata, metadata.source.wasm, { defaultCaller: alice.address });
    const salt = `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`;
    const settings = ['Reputation', 'REP', [100n, 500n], DAY, 7n * DAY];
    const { raw } = await deployer.query.new(...settings, { salt });
    const events = await sent(deployer.tx.new(...settings, { gasLimit: raw.gasRequired, salt }));
    const made = events.find(({ event }) => client.events.contracts.Instantiated.is(event));
    contract = new Contract(client, metadata, made.event.palletEvent.data.contract.address(), { defaultCaller: alice.address });
    assert.equal((await contract.query.psp22TotalSupply()).data, 0n);
});

test('a message changes what it says, emits what it says, and is refused by name', async () => {
    const endow = [[bob.address, 400n]];
    const { raw } = await contract.query.reputationEndow(endow);
    const events = await sent(contract.tx.reputationEndow(endow, { gasLimit: raw.gasRequired }));
    const names = contract.decodeEvents(events).map(({ name }) => name.split('::').pop());
    assert.ok(names.length > 0, 'an endowment is told');
    assert.equal((await contract.query.psp22TotalSupply()).data, 400n);
    const refused = await contract.query.reputationEndow(endow, { caller: bob.address });
    assert.equal(JSON.stringify(refused.data.err), '"MissingRole"', JSON.stringify(refused.data));
});

test('heads follow, storage is paged, and the past is as it was', async () => {
    const first = await client.rpc.chain_getBlockHash(1);
    const then = await client.at(first);
    assert.equal(await then.query.system.number(), 1);
    const heads = [];
    const stop = await client.rpc.chain_subscribeNewHeads((header) => heads.push(header.number));
    await sent(client.tx.system.remark('0x'));
    await stop();
    assert.ok(heads.length >= 2 && heads.every((number, at) => at === 0 || number === heads[at - 1] + 1), `${heads}`);
    const accounts = await client.query.system.account.pagedKeys({ pageSize: 5 });
    assert.equal(accounts.length, 5);
});
