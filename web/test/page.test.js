// The page in a real browser, on a chain with a history: what it shows, what it keeps from being shown, and what it does.
// $URL is the node, $DEPLOYMENT the file that `atomic deploy` wrote; play/history.js has played there.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { ExtraSignedExtension } from 'dedot';
import { blake2AsU8a, hexToU8a, u8aToHex } from 'dedot/utils';
import { Organization, person, UNIT } from '../play/people.js';
import { contentHash } from '../.built/formulas.js';
import { browserPath, launch, open, serve } from './browser.js';

const { URL: url, DEPLOYMENT: deployment } = process.env;
const there = { skip: !url ? '$URL names no node' : browserPath() ? false : 'there is no browser here: apt-get install chromium' };
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE = 15_000;
/// Payloads longer than this are hashed before they are signed.
const LONG = 256;
let browser, server, market, org;

const at = (place, options = {}) => open(browser, server.url, { url, market, at: place, ...options });
const button = (page, name) => page.getByRole('button', { name }).first();

/// The page with this development account chosen.
async function as(name, place, options) {
    const page = await at(place, options);
    await page.getByRole('button', { name: 'Choose an account' }).click();
    await page.getByRole('dialog').getByRole('button', { name }).click();
    return page;
}

/// Presses a button that does something, signs, and answers what the page says has changed.
async function press(page, name) {
    await button(page, name).click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Done').waitFor({ timeout: PATIENCE });
    const said = await dialog.innerText();
    await dialog.getByRole('button', { name: 'Close' }).click();
    return said;
}

before(async () => {
    if (there.skip) return;
    [browser, server] = [await launch(), await serve()];
    market = JSON.parse(fs.readFileSync(deployment, 'utf8')).market.address;
    org = await Organization.at(url, deployment);
});

after(async () => {
    await browser?.close();
    await server?.close();
    await org?.client.disconnect();
});

const SCREENS = { board: '?stage=all', contest: 'request/1', deal: 'request/2', reveal: 'request/3', review: 'request/4', offers: 'request/8', hostile: 'request/9', post: 'new', settings: 'settings', account: `account/${person('Bob').address}`, nowhere: 'nowhere' };

test('no screen breaks a rule of accessibility, overflows, or reports a problem, in any light and width', there, async () => {
    const folder = new URL('../screenshots/', import.meta.url);
    fs.mkdirSync(folder, { recursive: true });
    for (const [colorScheme, width] of [['light', 1200], ['dark', 360]]) {
        for (const [name, place] of Object.entries(SCREENS)) {
            const page = await at(place, { colorScheme, viewport: { width, height: 900 } });
            await page.locator('h1').waitFor({ timeout: PATIENCE });
            await page.getByText(/^Block \d+/).waitFor({ timeout: PATIENCE });
            await page.waitForTimeout(300);
            await page.screenshot({ path: new URL(`${name}-${colorScheme}-${width}.png`, folder).pathname, fullPage: true });
            // The page's own policy keeps scripts out; for this one the debugger brings it in.
            await page.evaluate(axe);
            const { violations } = await page.evaluate(() => globalThis.axe.run());
            assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${name}, ${colorScheme}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${name} is ${wide} wide at ${width}`);
            assert.deepEqual(page.problems, [], name);
            await page.context().close();
        }
    }
});

test('phases are what the contract says they are', there, async () => {
    const words = { Signalling: 'Places open', Delivery: 'Delivery', Unopened: 'Waits for reviews', Review: 'In review', Finalized: 'Waits for settling', Settled: 'Settled', Unsealing: 'Unsealing', Vacant: 'Vacant' };
    const page = await at('?stage=all');
    await page.locator('.row').first().waitFor({ timeout: PATIENCE });
    for (const row of await page.locator('.row').all()) {
        const id = Number((await row.locator('.number').innerText()).slice(1));
        const phase = await org.asks('market', 'marketPhase', id, undefined);
        assert.equal(await row.locator('.phase .badge').innerText(), words[phase], `request ${id}`);
    }
    await page.context().close();
});

test('texts from the chain are shown as texts', there, async () => {
    const page = await at('request/9');
    await page.locator('h1').waitFor({ timeout: PATIENCE });
    const title = await page.locator('h1').innerText();
    assert.ok(title.includes('<img src=x onerror=alert(1)>\\u{202e}gnp.exe'), title);
    assert.equal(await page.locator('main img').count(), 0);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
    await page.context().close();
});

test('a file is told as what it is, and only one that matches is shown', there, async () => {
    const page = await at('request/3');
    const first = page.locator('#submission-0 .deliverable');
    const choose = (text) => first.locator('input').setInputFiles({ name: 'file.html', mimeType: 'text/html', buffer: Buffer.from(text) });
    await first.waitFor({ timeout: PATIENCE });
    await choose('<script>parent.alert(1)</script>');
    await first.getByText('Differs: do not trust it.').waitFor({ timeout: PATIENCE });
    assert.equal(await first.locator('iframe').count(), 0);
    await choose('a logo');
    await first.getByText('Matches the chain.').waitFor({ timeout: PATIENCE });
    const frame = first.frameLocator('iframe');
    assert.equal(await frame.locator('body').innerText(), 'a logo');
    assert.equal(await first.locator('iframe').getAttribute('sandbox'), '');
    await page.context().close();
});

test('nobody is asked but the node', there, async () => {
    const page = await at('request/3');
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.locator('.deliverable').first().waitFor({ timeout: PATIENCE });
    const refused = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => '', (error) => String(error)));
    assert.match(refused, /Failed to fetch/);
    assert.ok(page.problems.some((problem) => problem.includes('Content Security Policy')), `${page.problems}`);
    assert.deepEqual(asked.filter((origin) => origin !== new URL(server.url).origin && origin !== 'http://127.0.0.1:9'), []);
    await page.context().close();
});

test('a place is taken, delivered on and revised, and what changed is told', there, async () => {
    const page = await as('Bob', 'request/11');
    assert.match(await press(page, /^Take 1 place/), /Bob has 1 place more; the deposit is 1 UNIT/);
    await page.locator('.provider input[type=file]').setInputFiles({ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
    assert.match(await press(page, /^Deliver 1 file/), /Submission 0 of Bob is delivered/);
    const hash = contentHash(Buffer.from('a,b\n1,2\n'));
    await page.locator('#submission-0 .whereabouts').getByText(hash).waitFor({ timeout: PATIENCE });
    await page.locator('#submission-0 .tools input[type=file]').setInputFiles({ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n3,4\n') });
    assert.match(await press(page, /^Replace submission 0/), /Submission 0 is replaced/);
    await page.context().close();
});

test('what is refused is told in words, and nothing is sent', there, async () => {
    const page = await as('Bob', 'request/1');
    await button(page, /^Reclaim the rest/).click();
    await page.getByRole('dialog').getByText('Only the requester may do this.').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('a request is posted by a form that survives a reload, and withdrawn again', there, async () => {
    const page = await as('Alice', 'new');
    await page.locator('#brief').setInputFiles({ name: 'brief.md', mimeType: 'text/markdown', buffer: Buffer.from('# A brief') });
    await page.getByLabel('Where others find it').fill('ipfs://a-brief-from-the-page');
    await page.getByLabel('Reward').first().fill('12.5');
    await page.reload();
    await page.getByText('13.125 UNIT').or(page.getByText('Together')).first().waitFor({ timeout: PATIENCE });
    assert.equal(await page.getByLabel('Reward').first().inputValue(), '12.5');
    assert.equal(await page.getByLabel('Where others find it').inputValue(), 'ipfs://a-brief-from-the-page');
    await button(page, /^Post it/).click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    await page.getByRole('dialog').getByText(/is posted/).waitFor({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.locator('h1').getByText('ipfs://a-brief-from-the-page').waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^Withdraw the request/), /is withdrawn/);
    await page.context().close();
});

test('an offer is made and changed by a provider, and accepted by the requester', there, async () => {
    const provider = await as('Ferdie', 'request/8');
    await provider.getByLabel(/^Price/).fill('41');
    assert.match(await press(provider, /^Change the offer/), /Ferdie offers to deliver for 41 UNIT/);
    await provider.context().close();
    const requester = await as('Alice', 'request/8');
    assert.match(await press(requester, /^Accept the offer of Ferdie/), /Ferdie has the place for 41 UNIT/);
    await requester.context().close();
});

test('a wallet that refuses to sign loses nothing, and signs the second time', there, async () => {
    const ferdie = person('Ferdie');
    const context = await browser.newContext();
    let asked = 0;
    await context.exposeFunction('answer', async (payload) => {
        asked += 1;
        if (asked === 1) return 'refused';
        const extra = new ExtraSignedExtension(org.client, { signerAddress: ferdie.address });
        await extra.fromPayload(payload);
        const bytes = hexToU8a(extra.toRawPayload(payload.method).data);
        return u8aToHex(ferdie.pair.sign(bytes.length > LONG ? blake2AsU8a(bytes, 256) : bytes, { withType: true }));
    });
    await context.addInitScript((address) => {
        const answered = async (data) => {
            const signature = await globalThis.answer(data);
            if (signature === 'refused') throw new Error('Rejected by user');
            return { id: 1, signature };
        };
        const accounts = { get: async () => [{ address, name: 'Ferdie of the wallet' }], subscribe: () => () => {} };
        globalThis.injectedWeb3 = { testwallet: { version: '1', enable: async () => ({ accounts, signer: { signPayload: answered } }) } };
    }, ferdie.address);
    const page = await context.newPage();
    await page.goto(`${server.url}?${new URLSearchParams({ node: url, market })}#/request/12`);
    await page.getByRole('button', { name: 'Choose an account' }).click({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Accounts of testwallet' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Ferdie of the wallet/ }).click();
    await button(page, /^Take 1 place/).click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    await page.getByText(/Not signed: .*Nothing was sent/).waitFor({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Sign and send' }).click();
    await page.getByRole('dialog').getByText(/has 1 place more/).waitFor({ timeout: PATIENCE });
    await context.close();
});

test('an account without funds is told what is missing', there, async () => {
    const page = await at('request/13');
    await page.getByRole('button', { name: 'Choose an account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Nobody');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('button', { name: /Nobody/ }).last().click();
    await button(page, /^Take 1 place/).click();
    await page.getByRole('dialog').getByText(/not enough|too little/).waitFor({ timeout: PATIENCE });
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
    return { url: `ws://127.0.0.1:${between.address().port}`, cut, mend: () => (whole = true), close: () => (cut(), between.close()) };
}

test('a lost connection is told, taken up again, and what happened meanwhile is shown', there, async () => {
    const between = await wire();
    const page = await open(browser, server.url, { url: between.url, market, at: 'request/10' });
    await page.getByText('0 of 10 taken').waitFor({ timeout: PATIENCE });
    between.cut();
    await page.getByText('The connection to the node is lost.').waitFor({ timeout: PATIENCE });
    await button(page, /^Take 1 place/).click();
    await page.getByRole('dialog').getByText('The node does not answer now.').waitFor({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await org.does(person('Bob'), 'market', 'marketSignal', [10, 1], UNIT);
    between.mend();
    await page.getByText('The connection to the node is lost.').waitFor({ state: 'detached', timeout: PATIENCE });
    await page.getByText('1 of 10 taken').waitFor({ timeout: PATIENCE });
    // And it follows again.
    await org.does(person('Bob'), 'market', 'marketSignal', [10, 1], UNIT);
    await page.getByText('2 of 10 taken').waitFor({ timeout: PATIENCE });
    between.close();
    await page.context().close();
});

test('what one tab does, another shows; and who acts there acts here', there, async () => {
    const one = await as('Bob', 'request/7');
    const other = await one.context().newPage();
    await other.goto(one.url());
    await other.getByRole('button', { name: 'Bob' }).waitFor({ timeout: PATIENCE });
    await one.locator('#submission-0 .tools input[type=file]').setInputFiles({ name: 'survey.txt', mimeType: 'text/plain', buffer: Buffer.from('the survey, again') });
    await press(one, /^Replace submission 0/);
    await other.getByText(contentHash(Buffer.from('the survey, again'))).waitFor({ timeout: PATIENCE });
    await one.context().close();
});

test('a seal is saved before it is sent, and unsealed by the browser that made it', there, async () => {
    const page = await as('Ferdie', 'request/10');
    assert.match(await press(page, /^Take 1 place/), /Ferdie has 1 place more/);
    await page.locator('.provider input[type=file]').setInputFiles({ name: 'finding.md', mimeType: 'text/markdown', buffer: Buffer.from('a finding') });
    assert.equal(await page.getByRole('button', { name: /^Deliver 1 file under seal/ }).count(), 0, 'not before a copy was saved');
    const saving = page.waitForEvent('download');
    await button(page, 'Save a copy of what opens them').click();
    const copy = JSON.parse(fs.readFileSync(await (await saving).path(), 'utf8'));
    const [{ deliveries: [{ request, provider, content }] }] = copy.markets;
    assert.deepEqual([copy.format, request, provider, content], [2, 10, person('Ferdie').address, contentHash(Buffer.from('a finding'))]);
    assert.match(await press(page, /^Deliver 1 file under seal/), /is delivered under seal/);
    const [{ deliverBy }] = await org.asks('market', 'marketRequest', 10);
    await org.until(deliverBy + 1_000n);
    await page.reload();
    assert.match(await press(page, /^Unseal 1 submission/), /is unsealed/);
    await page.locator('.whereabouts').getByText(content).waitFor({ timeout: PATIENCE });
    await page.context().close();
});
