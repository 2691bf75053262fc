// docs/polkadot-js.md on the node at $URL, with the `.contract` files in $CONTRACTS: the organization is set up, or is the one
// that `atomic deploy` wrote down in $DEPLOYMENT; every read is called, and the request of the page goes from posting to
// everyone's pay. The page's request, code and table of steps are taken from the page; only its deadlines are seconds apart
// here.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as hashing from '@polkadot/util-crypto';
import { Chain, UNIT, number } from './chain.js';

/// From one deadline to the next.
const WINDOW = 8_000;
const DAY = 86_400_000;
const ROLES = {
    OPERATOR: 2030891655,
    MINTER: 4254773782,
    LOCKER: 2822398028,
    SLASHER: 3042573950,
    SPENDER: 3684413446,
    FREEZER: 3150391861,
};
const MANAGER = 0;

const page = fs.readFileSync(new URL('../../docs/polkadot-js.md', import.meta.url), 'utf8');
const block = (language) => page.match(new RegExp('```' + language + '\\n([^]*?)\\n```'))[1];

/// Where there is an organization already.
const deployment = process.env.DEPLOYMENT;

let chain, alice, bob, charlie, dave, eve, ferdie, treasury;
let reputation, obligation, market;
const pool = 0;
const request = 0;
const submission = 0;

before(async () => {
    const { URL: url, CONTRACTS: folder } = process.env;
    assert.ok(url && folder, 'URL is to name a node, and CONTRACTS the folder of the .contract files');
    chain = await Chain.connect(url);
    [alice, bob, charlie, dave, eve, ferdie, treasury] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie', 'Alice//stash'].map(
        (name) => chain.account(`//${name}`),
    );
    const file = (name) => path.join(folder, `${name}.contract`);
    if (deployment) {
        const deployed = JSON.parse(fs.readFileSync(deployment, 'utf8'));
        [reputation, obligation, market] = ['reputation', 'obligation', 'market'].map((name) => chain.add(file(name), deployed[name].address));
        return;
    }
    const named = ['Atomic Reputation', 'ATOM-REP', [100, 500, 2_000], DAY, 7 * DAY];
    reputation = await chain.deploy(file('reputation'), alice, named);
    obligation = await chain.deploy(file('obligation'), alice, [reputation.address]);
    market = await chain.deploy(file('market'), alice, [reputation.address, obligation.address]);
});

after(() => chain?.disconnect());

const labels = (events) => events.map(({ label }) => label);
/// What a read or a message answers that can be refused.
const ok = (returned) => {
    assert.ok(returned?.Ok !== undefined, `refused: ${JSON.stringify(returned)}`);
    return returned.Ok;
};
/// Amounts of UNIT, as a page writes them.
const units = (amount) => `${amount / UNIT}.${String(amount % UNIT).padStart(12, '0')}`.replace(/\.?0+$/, '') + ' UNIT';

test('the manager wires the contracts, endows, seals and opens the market', { skip: deployment && 'done' }, async () => {
    const granted = [
        [reputation, obligation, ['LOCKER', 'SLASHER', 'SPENDER', 'FREEZER', 'MINTER']],
        [reputation, market, ['LOCKER', 'SLASHER', 'SPENDER', 'MINTER']],
        [obligation, market, ['OPERATOR']],
    ];
    for (const [contract, grantee, roles] of granted) {
        for (const role of roles) {
            const events = await contract.send('accessControl::grantRole', alice, [ROLES[role], grantee.address]);
            assert.deepEqual(labels(events), ['RoleGranted']);
            assert.equal(events[0].data.role.toNumber(), ROLES[role]);
            assert.equal(events[0].data.grantee.toString(), grantee.address);
        }
    }
    for (const minter of [obligation, market]) {
        const events = await reputation.send('reputation::setMintCap', alice, [minter.address, 10_000]);
        assert.deepEqual(labels(events), ['MintCapSet']);
    }
    const founders = [bob, charlie, dave].map(({ address }) => [address, 400]);
    const endowed = await reputation.send('reputation::endow', alice, [founders]);
    assert.deepEqual(labels(endowed), ['Transfer', 'Transfer', 'Transfer']);
    assert.ok(endowed.every(({ data }) => data.from.isNone && data.value.toNumber() === 400));
    const sealed = await reputation.send('reputation::seal', alice);
    assert.deepEqual(labels(sealed), ['SealedForGood']);
    assert.equal(sealed[0].data.totalSupply.toNumber(), 1_200);
    assert.equal(await reputation.refused('reputation::seal', alice, []), 'Sealed');

    assert.equal(await market.refused('market::pool', alice, []), 'NotOpen');
    const opened = await market.send('market::open', alice, [policy(), terms(), { cycle: 0, segments: [] }]);
    assert.deepEqual(labels(opened), ['PoolOpened', 'Opened']);
    assert.equal(opened[1].data.treasury.toString(), treasury.address);
    assert.equal(await market.refused('market::open', eve, [policy(), terms(), { cycle: 0, segments: [] }]), 'MissingRole');
});

test('founders enlist, and the pool has a quorum', async () => {
    for (const enforcer of [bob, charlie, dave]) {
        const events = await obligation.send('obligation::enlist', enforcer, [pool]);
        assert.deepEqual(labels(events), ['Locked', 'Seated']);
        assert.deepEqual([events[0].data.amount.toNumber(), events[1].data.who.toString()], [50, enforcer.address]);
    }
    const capacity = ok(await obligation.get('obligation::capacity', pool));
    assert.deepEqual([capacity.active, capacity.seats, capacity.backlog], ['3', '20', '0']);
});

test('a request goes from posting to everyone is paid, as the page says', async () => {
    const held = await chain.balance(market);
    const rows = [];
    /// Sends one step, and writes the row of the page's table that it is.
    const step = async (when, who, contract, message, told, args, value = 0n) => {
        const [name, signer] = who;
        const events = await contract.send(message, signer, args, value);
        const cells = [when, name, `\`${message}\``, told, value ? units(value) : '', labels(events).map((label) => `\`${label}\``).join(', ')];
        rows.push(`| ${cells.join(' | ')} |`.replaceAll('|  |', '| |'));
        return events;
    };
    const phase = (of) => market.get('market::phase', request, of).then(ok);

    // Posting
    const begin = await chain.now();
    const now = Math.max(begin, Date.now());
    const [signalBy, deliverBy, reviewBy, revealBy] = [1, 2, 3, 4].map((windows) => now + windows * WINDOW);
    const spec = { ...JSON.parse(block('json')), signalBy, deliverBy, reviewBy, revealBy };
    const quote = ok(await market.get('market::quote', spec));
    const total = number(quote.total);
    // The reward, the review fee, 5 % of both, and three reviews for the one day that has begun.
    assert.equal(total, (31n * UNIT) + (155n * UNIT) / 100n + (3n * UNIT) / 100n);
    assert.deepEqual([number(quote.rent), quote.premium], [(3n * UNIT) / 100n, '0']);
    const tooLittle = await market.refused('market::post', eve, [spec, 0], total - 1n);
    assert.equal(tooLittle, 'InsufficientPayment');
    const [posted] = await step('at once', ['Eve', eve], market, 'market::post', 'the request, 0', [spec, 0], total);
    assert.deepEqual([posted.data.request.toNumber(), posted.data.requester.toString()], [request, eve.address]);
    assert.equal(posted.data.quote.total.toBigInt(), total);
    const [kept, state] = ok(await market.get('market::request', request));
    assert.deepEqual([kept.uri, number(kept.reward), number(kept.signalBy)], [spec.uri, 30n * UNIT, BigInt(signalBy)]);
    assert.equal(number(state.held), 31n * UNIT);
    assert.equal(ok(await obligation.get('obligation::capacity', pool)).backlog, '3');

    // Delivering
    assert.equal(await phase(null), 'Signalling');
    const [taken] = await step('until `signalBy`', ['Ferdie', ferdie], market, 'market::signal', '0, 1', [request, 1], UNIT);
    assert.deepEqual([taken.data.provider.toString(), taken.data.deposit.toBigInt()], [ferdie.address, UNIT]);
    const content = chain.api.registry.hash('a logo').toHex();
    const deliveries = [{ content, uri: 'ipfs://the-logo' }];
    const [submitted] = await step('until `deliverBy`', ['Ferdie', ferdie], market, 'market::submit', '0, [hash, uri]', [request, deliveries]);
    assert.deepEqual([submitted.data.submission.toNumber(), submitted.data.content.toHex()], [submission, content]);
    assert.equal(ok(await market.get('market::submission', request, submission)).uri, 'ipfs://the-logo');

    // Reviewing. Until there is a block, the deadline passes only on our own clock.
    await sleep(deliverBy + 500 - Date.now());
    assert.equal(await market.refused('market::openReviews', eve, [request, 1]), 'TooEarly');
    await chain.until(deliverBy, alice);
    assert.equal(await phase(submission), 'Unopened');
    const [seen, reviews] = await step('from `deliverBy`', ['anyone', alice], market, 'market::openReviews', '0, 1', [request, 1]);
    assert.deepEqual([seen.data.ops.toNumber(), seen.data.reviewsPerOp.toNumber()], [1, 3]);
    assert.deepEqual([reviews.data.count.toNumber(), reviews.data.missed.toNumber()], [1, 0]);
    assert.equal(await phase(submission), 'Review');
    // The window has begun with this, and has its full length.
    const opened = number(ok(await market.get('market::submission', request, submission)).windowStart);
    const commitBy = Number(opened) + WINDOW;
    const anything = [request, [{ submission, commitment: content }]];
    assert.equal(await market.refused('market::commitReviews', ferdie, anything), 'Conflicted');
    await chain.until(Number(opened) + WINDOW / 2, alice);
    const jury = [
        ['Bob', bob, 65],
        ['Charlie', charlie, 70],
        ['Dave', dave, 60],
    ].map(([name, signer, score]) => ({ name, signer, score, ...commit(signer.address, score) }));
    for (const { name, signer, commitment } of jury) {
        const args = [request, [{ submission, commitment }]];
        const events = await step('half a window later', [name, signer], market, 'market::commitReviews', '0, [0, commitment]', args);
        // The first commitment of an epoch declares the presence that the pool asks for.
        const [present, committed] = events;
        assert.deepEqual([present.data.who.toString(), present.data.ops.toNumber()], [signer.address, 1]);
        assert.deepEqual([committed.data.enforcer.toString(), committed.data.submissions.map(Number)], [signer.address, [submission]]);
    }
    assert.equal(await market.refused('market::commitReviews', bob, anything), 'AlreadyReviewed');
    const lie = [request, [{ submission, score: 100, duplicateOf: null, salt: jury[0].salt }]];
    assert.equal(await market.refused('market::revealReviews', bob, lie), 'ReviewsOpen');
    await chain.until(commitBy, alice);
    assert.equal(await phase(submission), 'Reveal');
    assert.equal(await market.refused('market::revealReviews', bob, lie), 'WrongReveal');
    for (const { name, signer, score, salt } of jury) {
        const args = [request, [{ submission, score, duplicateOf: null, salt }]];
        const told = `0, [0, ${score}, None, salt]`;
        const [revealed] = await step('a window later', [name, signer], market, 'market::revealReviews', told, args);
        const [review] = revealed.data.reviews;
        assert.deepEqual([review.submission.toNumber(), review.score.toNumber(), review.duplicateOf.isNone], [submission, score, true]);
    }
    const scores = ok(await market.get('market::reviews', request, submission)).map(({ score }) => score);
    assert.deepEqual(scores.sort(), ['60', '65', '70']);

    // The verdict
    const afterReveals = 'when all have revealed';
    const finalizing = await step(afterReveals, ['anyone', alice], market, 'market::finalize', '0, [0]', [request, [submission]]);
    const verdict = finalizing.find(({ label }) => label === 'SubmissionFinalized').data;
    assert.deepEqual([verdict.median.toNumber(), verdict.weightBps.toNumber(), verdict.coherent.toNumber()], [65, 8_000, 3]);
    assert.equal(verdict.fee.toBigInt(), UNIT / 3n);
    await step('then', ['anyone', alice], market, 'market::settle', '0, 1', [request, 1]);
    assert.equal(await phase(submission), 'Settled');
    const declared = finalizing.find(({ label }) => label === 'OpsDeclared').data.declared;
    assert.deepEqual(declared.map(([who, ops]) => [who.toString(), ops.toNumber()]), jury.map(({ signer }) => [signer.address, 1]));
    const claiming = await step('then', ['anyone', alice], market, 'market::claim', '0, [0]', [request, [submission]]);
    const claimed = claiming.find(({ label }) => label === 'Claimed').data;
    assert.deepEqual([claimed.pay.toBigInt(), claimed.deposit.toBigInt()], [24n * UNIT, UNIT]);
    const [reclaimed] = await step('then', ['Eve', eve], market, 'market::reclaim', '0', [request]);
    const dust = UNIT - 3n * (UNIT / 3n);
    assert.equal(reclaimed.data.amount.toBigInt(), 6n * UNIT + dust);

    // Being paid
    const due = [
        ['Ferdie', ferdie, 25n * UNIT],
        ['Bob', bob, UNIT / 3n],
        ['Charlie', charlie, UNIT / 3n],
        ['Dave', dave, UNIT / 3n],
        ['Eve', eve, 6n * UNIT + dust],
        ['the treasury', treasury, (158n * UNIT) / 100n],
    ];
    assert.equal(due.reduce((sum, [, , amount]) => sum + amount, 0n), total + UNIT);
    for (const [name, signer, amount] of due) {
        assert.equal(number(ok(await market.get('market::credit', 'Native', signer.address))), amount);
        const [withdrawn] = await step('then', [name, signer], market, 'market::withdraw', `Native: ${units(amount)}`, ['Native']);
        assert.deepEqual([withdrawn.data.who.toString(), withdrawn.data.amount.toBigInt()], [signer.address, amount]);
        assert.equal(await market.refused('market::withdraw', signer, ['Native']), 'NothingToWithdraw');
    }
    assert.equal(await chain.balance(market), held, 'the market holds nothing of it any more');

    // Reputation, and an end
    const owed = number((await reputation.get('reputation::profile', ferdie.address)).owed);
    assert.equal(owed, claimed.reputation.toBigInt());
    assert.ok(owed > 0n);
    const [minted] = await step('then', ['anyone', alice], reputation, 'reputation::claimReputation', 'Ferdie', [ferdie.address]);
    assert.deepEqual([minted.data.from.isNone, minted.data.to.unwrap().toString()], [true, ferdie.address]);
    assert.equal(number(await reputation.get('psp22::balanceOf', ferdie.address)), owed);
    const member = ok(await obligation.get('obligation::membership', pool, bob.address));
    // Of three reviews among three members each owes nine tenths of one, which weighs the denominator of 48.
    assert.deepEqual([member.standing, member.seen, member.declared, member.open], ['Healthy', '43,200,000', '2,000,000', '0']);
    await readEverything(spec);
    const [pruned] = await step('at last', ['anyone', alice], market, 'market::prune', '0, 64', [request, 64]);
    assert.ok(pruned.data.finished.isTrue);
    assert.deepEqual(await market.get('market::request', request), { Err: 'UnknownRequest' });

    const table = `| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n\n`;
    assert.ok(page.includes(table), `the page lacks this table:\n${rows.join('\n')}`);
});

test('every read of the metadata was called, and events of all three contracts were decoded', () => {
    for (const contract of [reputation, obligation, market]) {
        const missing = contract.reads().filter((message) => !contract.read.has(message));
        assert.deepEqual(missing, []);
    }
    // An event that its contract's metadata does not describe ends the test where it was emitted.
    for (const contract of [reputation, obligation, market]) {
        assert.ok(chain.events.some((event) => event.contract === contract));
    }
});

/// Calls the reads that the story does not.
async function readEverything(spec) {
    // The token
    assert.equal(await reputation.get('reputation::soulbound'), true);
    assert.equal(await reputation.get('reputation::sealed'), true);
    assert.deepEqual(await reputation.get('reputation::tiers'), ['100', '500', '2,000']);
    assert.equal(await reputation.get('reputation::tier', bob.address), '1');
    assert.equal((await reputation.get('reputation::mintCap', market.address)).cap, '10,000');
    assert.equal(await reputation.get('reputation::minterDue', eve.address), null);
    assert.equal(await reputation.get('psp22::allowance', bob.address, eve.address), '0');
    assert.equal(await reputation.get('psp22Metadata::tokenName'), 'Atomic Reputation');
    assert.equal(await reputation.get('psp22Metadata::tokenSymbol'), 'ATOM-REP');
    assert.equal(await reputation.get('psp22Metadata::tokenDecimals'), '0');
    const supply = number(await reputation.get('psp22::totalSupply'));
    assert.equal(supply, 1_200n + number(await reputation.get('psp22::balanceOf', ferdie.address)));
    const refusal = await reputation.refused('psp22::transfer', bob, [eve.address, 1, '0x']);
    assert.deepEqual(refusal, { Custom: 'Soulbound' });

    // The pool
    assert.equal(await obligation.get('reputation'), reputation.address);
    assert.equal(ok(await obligation.get('obligation::standing', pool, dave.address)), 'Healthy');
    const [inForce, schedule] = ok(await obligation.get('obligation::terms', pool));
    assert.deepEqual([inForce.rate, inForce.bond, schedule.segments], [{ FairShare: { diligencePpm: '900,000' } }, '50', []]);
    const states = ok(await obligation.get('obligation::memberStates', pool, [dave.address, eve.address]));
    assert.deepEqual(states, ['3', ['Seated', 'Left']]);
    assert.equal(await obligation.get('obligation::pendingTerms', pool), null);
    assert.deepEqual(ok(await obligation.get('obligation::waiting', pool, null, 64)), []);
    assert.deepEqual(await obligation.get('obligation::poolsOf', charlie.address), ['0']);

    // The market
    assert.equal(ok(await market.get('market::pool')), String(pool));
    assert.equal(ok(await market.get('market::policy')).treasury, treasury.address);
    assert.equal(await market.get('market::pendingPolicy'), null);
    assert.equal(ok(await market.get('market::posted')), '1');
    assert.deepEqual(await market.get('market::partners'), [reputation.address, obligation.address]);
    assert.equal(await market.get('market::edition'), '2');
    assert.deepEqual(ok(await market.get('market::offers', request, null, 32)), []);
    assert.deepEqual(await market.get('market::engagement', request), { Err: 'NotAnEngagement' });
    const later = Object.fromEntries(['signalBy', 'deliverBy', 'reviewBy', 'revealBy'].map((name) => [name, spec[name] + DAY]));
    const deal = ok(await market.get('market::quoteEngagement', { ...spec, ...later, access: 'Offers' }, 4, 7 * DAY));
    // Its reviews are rented for three weeks more than a single period's, which begins tomorrow.
    const rent = number(deal.rent);
    assert.ok([22n, 23n].some((days) => rent === (3n * days * UNIT) / 100n), `${rent}`);
    assert.equal(number(deal.total), (4n * 31n * UNIT * 105n) / 100n + rent);

    // Who may do what
    for (const contract of [reputation, obligation, market]) {
        assert.equal(await contract.get('accessControl::hasRole', MANAGER, alice.address), true);
        assert.equal(await contract.get('accessControl::hasRole', MANAGER, eve.address), false);
        assert.equal(await contract.get('accessControl::getRoleAdmin', ROLES.MINTER), String(MANAGER));
    }
    assert.equal(await obligation.get('pausable::paused'), false);
    assert.equal(await market.get('pausable::paused'), false);
}

/// What the page's code computes, for this enforcer and score instead of those it names.
function commit(enforcer, score) {
    const code = block('js').replace(/^const (enforcer|score) = .*$/gm, '');
    // What the UI gives to code; it hides everything that a browser has besides.
    const given = { api: chain.api, hashing, console: { log() {} }, window: null, crypto: null };
    const run = new Function(...Object.keys(given), 'enforcer', 'score', `${code}\nreturn { salt, commitment };`);
    const { salt, commitment } = run(...Object.values(given), enforcer, score);
    assert.match(commitment, /^0x[0-9a-f]{64}$/);
    return { salt, commitment };
}

/// The organization that `atomic deploy` sets up by itself, but for its founders, its treasury, and the shortest window.
function policy() {
    return {
        assets: [{ asset: 'Native', minReviewFee: UNIT / 10n, rent: UNIT / 100n }],
        minWindow: 3_000,
        maxWindow: 30 * DAY,
        minQuorum: 3,
        maxTolerance: 20,
        unreviewedBps: 2_500,
        protocolFeeBps: 500,
        treasury: treasury.address,
        targetUtilizationPpm: 600_000,
        premiumCapBps: 20_000,
        reputationPerFee: 100,
        minStake: 1,
        maxStake: 100,
    };
}

function terms() {
    return {
        denominator: 48,
        epoch: 7 * DAY,
        retentionPpm: 1_000_000,
        throttleBuffer: 8,
        banBuffer: 16,
        rate: { FairShare: { diligencePpm: 900_000 } },
        minReviews: 3,
        presence: 1,
        pace: 3,
        creditCap: 8,
        seats: 20,
        minReputation: 100,
        bond: 50,
        healthyLimit: 8,
        throttledLimit: 4,
        slashPpm: 500_000,
        keeperReward: 20,
        restorePrice: 5,
        cooldown: 7 * DAY,
        minFreeze: DAY,
        freezeInterval: 30 * DAY,
        notice: 7 * DAY,
    };
}
