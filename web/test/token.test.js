// A request that pays in a token: listed by a manager in the token's own words, let be taken by an allowance, earned, and
// paid out even when the organization has stopped listing it. On an organization of its own, in which time passes.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Contract, ContractDeployer } from 'dedot/contracts';
import { contentHash } from '../.built/formulas.js';
import { DAY, HOUR, person, text, UNIT } from '../play/people.js';
import { commit, reveal } from '../play/reviews.js';
import { begin, button, PATIENCE, press, sign, there } from './browser.js';

const [alice, bob, charlie, dave, eve] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve'].map(person);
const judges = [charlie, dave, eve];
const SUPPLY = 1_000_000n * UNIT;
const bundled = path.join(process.env.CONTRACTS ?? '', 'test_psp22.contract');
const possible = {
    skip: there.skip || (fs.existsSync(bundled) ? false : 'there is no token: atomic build --out FOLDER --token'),
};
let stage, org, token;

/// The token that `atomic build --token` wrote, all of it Alice's.
async function deployed() {
    const bundle = JSON.parse(fs.readFileSync(bundled, 'utf8'));
    const deployer = new ContractDeployer(org.client, bundle, bundle.source.wasm, { defaultCaller: alice.address });
    const { raw } = await deployer.query.new(SUPPLY, { salt: '0x01' });
    const transaction = deployer.tx.new(SUPPLY, { gasLimit: raw.gasRequired, salt: '0x01' });
    const events = await org.sent(alice, transaction);
    const { contract } = org.client.events.contracts.Instantiated.find(events).palletEvent.data;
    return new Contract(org.client, bundle, contract.address(), { defaultCaller: alice.address });
}

before(async () => {
    if (possible.skip) return;
    stage = await begin();
    ({ org } = stage);
    for (const who of judges) await org.does(who, 'obligation', 'obligationEnlist', [org.pool]);
    token = await deployed();
    org.token = token;
});

after(() => stage?.end());

const balance = async (of) => (await token.query.psp22BalanceOf(of)).data;
const seen = (locator) => locator.waitFor({ timeout: PATIENCE });

/// Proposes another policy in the page, which lists these assets, and waits until it is in force.
async function list(assets, expected) {
    const page = await stage.as('Alice', 'organization');
    await page.getByText('Propose another policy').click();
    const policy = page.locator('section[aria-labelledby=policy]');
    await policy.getByLabel('Paid in', { exact: true }).fill(assets);
    assert.match(await press(page, /^Propose this policy/), /Another policy is proposed/);
    await seen(policy.getByText(expected).first());
    await page.context().close();
    await org.pass(8n * DAY);
}

test('a manager lists a token, in its own symbol and decimals', possible, async () => {
    await list(
        `UNIT 0.1 0.01; ${token.address} 0.5 0.05`,
        /TEST \(.*\): a review fee of at least 0\.5, a rent of 0\.05/,
    );
    const [{ assets }] = [await org.asks('market', 'marketPolicy')].flat();
    assert.deepEqual(
        assets.map(({ asset: { type }, minReviewFee, rent }) => [type, minReviewFee, rent]),
        [
            ['Native', UNIT / 10n, UNIT / 100n],
            ['Psp22', UNIT / 2n, UNIT / 20n],
        ],
    );
});

test(
    'a request in the token is posted once the market may take it, and no more is taken than was said',
    possible,
    async () => {
        const page = await stage.as('Alice', 'new');
        await page.locator('#brief').setInputFiles({
            name: 'brief.md',
            mimeType: 'text/markdown',
            buffer: Buffer.from('# Paid in tokens'),
        });
        await page.getByLabel('Where others find it').fill('ipfs://paid-in-tokens');
        await page.getByLabel('Paid in').selectOption({
            label: await page.locator('option', { hasText: 'TEST of' }).innerText(),
        });
        await page.getByLabel('Reward').first().fill('30');
        await page.getByLabel('Review fee').fill('1');
        await page.getByLabel('Deposit of a place').fill('2');
        await seen(page.getByText('First let the market take it: it may take 0 TEST of yours'));
        assert.equal(await page.getByRole('button', { name: /^Post it/ }).count(), 0, 'it would be refused');
        await press(page, /^Let the market take/);
        const [before, told] = [await balance(alice.address), await page.locator('.price dd b').innerText()];
        await button(page, /^Post it/).click({ timeout: PATIENCE });
        const dialog = page.getByRole('dialog');
        await seen(dialog.getByText(/TEST are in escrow: 30 TEST for providers/));
        await dialog.getByRole('button', { name: 'Sign and send' }).click();
        await seen(dialog.getByText(/is posted/));
        const said = await org.asks('market', 'marketRequest', 0);
        assert.equal(said[0].asset.type, 'Psp22');
        const taken = before - (await balance(alice.address));
        assert.equal(`${Number(taken) / Number(UNIT)} TEST`, told);
        assert.equal(await balance(org.market.address.toString()), taken);
        await page.context().close();
    },
);

test('who has none of the token is told so, and who has some lets its deposit be taken', possible, async () => {
    const page = await stage.as('Bob', 'request/0');
    await seen(page.getByText(/^You have 0 TEST, and this takes 2 TEST/));
    await org.does(alice, 'token', 'psp22Transfer', [bob.address, 10n * UNIT, '0x']);
    await press(page, /^Let the market take 2 TEST/);
    assert.match(await press(page, /^Take 1 place/), /Bob has 1 place/);
    assert.equal(await balance(bob.address), 8n * UNIT);
    await page.context().close();
});

test('what was earned is paid out in the token, which is listed no longer', possible, async () => {
    const work = Buffer.from('work');
    await org.does(bob, 'market', 'marketSubmit', [0, [{ content: contentHash(work), uri: text('ipfs://work') }]]);
    await list('UNIT 0.1 0.01', /UNIT: a review fee of at least 0\.1/);
    const [spec] = await org.asks('market', 'marketRequest', 0);
    await org.until(spec.deliverBy + HOUR);
    await org.does(alice, 'market', 'marketOpenReviews', [0, 64]);
    const review = spec.reviewBy - spec.deliverBy;
    // Whoever was not drawn may judge in the last part of the window.
    await org.pass((review * 3n) / 5n);
    for (const who of judges) await commit(org, who, 0, [0, 90]);
    await org.pass((review * 2n) / 5n);
    for (const who of judges) await reveal(org, who, 0, [0, 90]);
    await org.pass(spec.revealBy - spec.reviewBy + HOUR);
    await org.does(alice, 'market', 'marketFinalize', [0, [0]]);
    await org.does(alice, 'market', 'marketSettle', [0, 64]);
    const page = await stage.as('Bob', 'mine');
    await button(page, /^Take up and withdraw everything/).click({
        timeout: PATIENCE,
    });
    while (!/Bob is paid/.test(await sign(page)));
    await seen(page.getByText('Nothing now.'));
    assert.equal(await balance(bob.address), 8n * UNIT + 2n * UNIT + (30n * UNIT) / BigInt(spec.limit));
    await page.context().close();
});
