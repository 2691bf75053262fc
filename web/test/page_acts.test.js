// What people do through the page in a real browser, on the same chain as page.test.js, after it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { contentHash } from '../.built/formulas.js';
import { person, UNIT } from '../play/people.js';
import { begin, button, goTo, open, PATIENCE, press, restoreKey, saveKey, there } from './browser.js';
import { putWallet, useWallet } from './wallet.js';

const { URL: url } = process.env;
let stage;

before(async () => {
    if (!there.skip) stage = await begin();
});

after(() => stage?.end());

test('a place is taken, delivered on and revised, and what changed is told', there, async () => {
    const page = await stage.as('Bob', 'request/11');
    assert.match(await press(page, /^Take 1 place/), /Bob has 1 place more; the deposit is 1 UNIT/);
    await page
        .locator('.provider input[type=file]')
        .setInputFiles({ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
    assert.match(await press(page, /^Deliver 1 file/), /Submission 0 of Bob is delivered/);
    const hash = contentHash(Buffer.from('a,b\n1,2\n'));
    await page.locator('#submission-0 .whereabouts').getByText(hash).waitFor({ timeout: PATIENCE });
    await page
        .locator('#submission-0 .tools input[type=file]')
        .setInputFiles({ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n3,4\n') });
    assert.match(await press(page, /^Replace submission 0/), /Submission 0 is replaced/);
    await page.context().close();
});

test('what is refused is told in words, and nothing is sent', there, async () => {
    const page = await stage.as('Bob', 'request/1');
    await button(page, /^Reclaim the rest/).click();
    await page.getByRole('dialog').getByText('Only the requester may do this.').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('a request is posted by a form that survives a reload, and withdrawn again', there, async () => {
    const page = await stage.as('Alice', 'new');
    await page
        .locator('#brief')
        .setInputFiles({ name: 'brief.md', mimeType: 'text/markdown', buffer: Buffer.from('# A brief') });
    await page.getByLabel('Where others find it').fill('ipfs://a-brief-from-the-page');
    await page.getByLabel('Reward').first().fill('12.5');
    await page.reload();
    await page.getByText('13.125 UNIT').or(page.getByText('Together')).first().waitFor({ timeout: PATIENCE });
    assert.equal(await page.getByLabel('Reward').first().inputValue(), '12.5');
    assert.equal(await page.getByLabel('Where others find it').inputValue(), 'ipfs://a-brief-from-the-page');
    await button(page, /^Post it/).click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    await page
        .getByRole('dialog')
        .getByText(/is posted/)
        .waitFor({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.locator('h1').getByText('ipfs://a-brief-from-the-page').waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^Withdraw the request/), /is withdrawn/);
    await page.context().close();
});

test('an offer is made and changed by a provider, and accepted by the requester', there, async () => {
    const provider = await stage.as('Ferdie', 'request/8');
    await provider.getByLabel(/^Price/).fill('41');
    assert.match(await press(provider, /^Change the offer/), /Ferdie offers to deliver for 41 UNIT/);
    await provider.context().close();
    const requester = await stage.as('Alice', 'request/8');
    assert.match(await press(requester, /^Accept the offer of Ferdie/), /Ferdie has the place for 41 UNIT/);
    await requester.context().close();
});

test('a wallet that refuses to sign loses nothing, and signs the second time', there, async () => {
    const ferdie = person('Ferdie');
    const context = await stage.browser.newContext();
    await putWallet(context, stage.org, ferdie, 1);
    const page = await context.newPage();
    await page.goto(`${stage.server.url}?${new URLSearchParams({ node: url, market: stage.market })}#/request/12`);
    await useWallet(page, ferdie);
    await button(page, /^Take 1 place/).click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    await page.getByText(/Not signed: .*Nothing was sent/).waitFor({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Sign and send' }).click();
    await page
        .getByRole('dialog')
        .getByText(/has 1 place more/)
        .waitFor({ timeout: PATIENCE });
    await context.close();
});

test('an account without funds is told what is missing', there, async () => {
    const page = await stage.at('request/13');
    await page.getByRole('button', { name: 'Choose an account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Nobody');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog
        .getByRole('button', { name: /Nobody/ })
        .last()
        .click();
    await button(page, /^Take 1 place/).click();
    await page
        .getByRole('dialog')
        .getByText(/not enough|too little/)
        .waitFor({ timeout: PATIENCE });
    await page.context().close();
});

/// A way to the node that can be cut and mended.
async function wire() {
    const { hostname, port } = new URL(url);
    const sockets = new Set();
    let whole = true;
    const between = net.createServer((near) => {
        const far = net.connect(Number(port), hostname);
        for (const socket of [near, far]) {
            sockets.add(socket);
            socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        }
        if (!whole) near.destroy();
        near.pipe(far).pipe(near);
    });
    await new Promise((resolve) => between.listen(0, '127.0.0.1', resolve));
    const cut = () => {
        whole = false;
        sockets.forEach((socket) => socket.destroy());
    };
    return {
        url: `ws://127.0.0.1:${between.address().port}`,
        cut,
        mend: () => (whole = true),
        close: () => (cut(), between.close()),
    };
}

test('a lost connection is told, taken up again, and what happened meanwhile is shown', there, async () => {
    const between = await wire();
    const page = await open(stage.browser, stage.server.url, {
        url: between.url,
        market: stage.market,
        at: 'request/10',
    });
    await page.getByText('0 of 10 taken').waitFor({ timeout: PATIENCE });
    between.cut();
    await page.getByText('The connection to the node is lost.').waitFor({ timeout: PATIENCE });
    await button(page, /^Take 1 place/).click();
    await page.getByRole('dialog').getByText('The node does not answer now.').waitFor({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await stage.org.does(person('Bob'), 'market', 'marketSignal', [10, 1], UNIT);
    between.mend();
    await page.getByText('The connection to the node is lost.').waitFor({ state: 'detached', timeout: PATIENCE });
    await page.getByText('1 of 10 taken').waitFor({ timeout: PATIENCE });
    // And it follows again.
    await stage.org.does(person('Bob'), 'market', 'marketSignal', [10, 1], UNIT);
    await page.getByText('2 of 10 taken').waitFor({ timeout: PATIENCE });
    between.close();
    await page.context().close();
});

test('what one tab does, another shows; and who acts there acts here', there, async () => {
    const one = await stage.as('Bob', 'request/7');
    const other = await one.context().newPage();
    await other.goto(one.url());
    await other.getByRole('button', { name: 'Bob' }).waitFor({ timeout: PATIENCE });
    await one
        .locator('#submission-0 .tools input[type=file]')
        .setInputFiles({ name: 'survey.txt', mimeType: 'text/plain', buffer: Buffer.from('the survey, again') });
    await press(one, /^Replace submission 0/);
    await other.getByText(contentHash(Buffer.from('the survey, again'))).waitFor({ timeout: PATIENCE });
    await one.context().close();
});

test(
    'nothing is sealed before the key is saved, and any browser with the key and the file unseals',
    there,
    async () => {
        const page = await stage.as('Ferdie', 'request/10');
        assert.match(await press(page, /^Take 1 place/), /Ferdie has 1 place more/);
        const finding = { name: 'finding.md', mimeType: 'text/markdown', buffer: Buffer.from('a finding') };
        await page.locator('.provider input[type=file]').setInputFiles(finding);
        await page.getByText('Save your key first').waitFor({ timeout: PATIENCE });
        assert.equal(await page.getByRole('button', { name: /^Deliver 1 file under seal/ }).count(), 0);
        const words = await saveKey(page);
        await goTo(page, 'request/10');
        assert.match(await press(page, /^Deliver 1 file under seal/), /is delivered under seal/);
        await goTo(page, 'key');
        const saving = page.waitForEvent('download');
        await button(page, 'Save what is kept here as such a file').click();
        const copy = JSON.parse(fs.readFileSync(await (await saving).path(), 'utf8'));
        const [{ deliveries }] = copy.markets;
        const [{ request, provider, content }] = deliveries;
        assert.deepEqual(
            [copy.format, deliveries.length, request, provider, content],
            [2, 1, 10, person('Ferdie').address, contentHash(Buffer.from('a finding'))],
        );
        await page.context().close();

        const [{ deliverBy }] = await stage.org.asks('market', 'marketRequest', 10);
        await stage.org.until(deliverBy + 1_000n);
        const other = await stage.as('Ferdie', 'request/10');
        await other.getByText(/This browser does not know what 1 of them holds/).waitFor({ timeout: PATIENCE });
        await restoreKey(other, words);
        await goTo(other, 'request/10');
        const choose = other.getByLabel('The file that was sealed');
        await choose.setInputFiles({ ...finding, buffer: Buffer.from('another finding') });
        await other.getByText(/is in none of these seals/).waitFor({ timeout: PATIENCE });
        await choose.setInputFiles(finding);
        assert.match(await press(other, /^Unseal 1 submission/), /is unsealed/);
        await other.locator('.whereabouts').getByText(content).waitFor({ timeout: PATIENCE });
        await other.context().close();
    },
);
