// The history that an index tells: requests that the chain has forgotten, profiles, months, and a search over all of it; and
// what it must not tell. On an organization of its own, whose past play/history.js plays first. $ATOMIC is the command.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { person } from '../play/people.js';
import { begin, goTo, PATIENCE, there } from './browser.js';
import { looksWell } from './looks.js';

const { ATOMIC = '', DEPLOYMENT: deployment, URL: url } = process.env;
const [bob, charlie] = ['Bob', 'Charlie'].map(person);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'history-'));
const folder = path.join(work, 'history');
/// The request that play/history.js prunes.
const FORGOTTEN = 0;
/// Longer than the page waits until it asks again whether there is more.
const MORE = 30_000;

function atomic(...args) {
    const [program, ...first] = ATOMIC.split(' ');
    return execFileSync(program, [...first, ...args], { stdio: 'pipe', encoding: 'utf8' });
}

/// Has all blocks indexed; the last one is final a moment after it was made.
async function index() {
    const head = await stage.org.client.query.system.number();
    do {
        atomic('index', '--out', folder, '--once', '--url', url, '--deployment', deployment);
    } while (JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')).to.block < head);
}

function knowsNoIndex() {
    if (there.skip) return there.skip;
    try {
        atomic('index', '--help');
        return false;
    } catch {
        return '`atomic` knows no index';
    }
}
const indexed = { skip: knowsNoIndex() };
let stage;

before(async () => {
    if (indexed.skip) return;
    const history = fileURLToPath(new URL('../play/history.js', import.meta.url));
    execFileSync(process.execPath, [history, url, deployment], { stdio: 'pipe' });
    stage = await begin({ index: folder });
    await index();
});

after(async () => {
    await stage?.end();
    fs.rmSync(work, { recursive: true, force: true });
});

const facts = async (region) => (await region.locator('.facts').first().innerText()).replaceAll('\u202f', '');

test('a request that the chain has forgotten is told to its end', indexed, async () => {
    const page = await stage.at(`request/${FORGOTTEN}`);
    await page.getByText('The chain has freed its storage.').waitFor({ timeout: PATIENCE });
    assert.equal(await page.locator('h1').innerText(), 'Request 0 ipfs://briefs/two-essays');
    await page.getByText('The history begins with block').waitFor({ timeout: PATIENCE });
    const life = await facts(page.locator('section').filter({ hasText: 'Its life' }));
    assert.match(life, /Earned by providers\s+19.5 UNIT/);
    assert.match(life, /Back to the requester\s+10.500000000002 UNIT/);
    const first = page.locator('#submission-0');
    assert.match(await facts(first), /Median\s+86\s+Weighs\s+100 %\s+Earned\s+15 UNIT/);
    assert.deepEqual(await first.locator('.reviews li').allInnerTexts(), [
        'Charlie gave 84 coherent',
        'Dave gave 86 coherent',
        'Eve gave 88 coherent',
    ]);
    const log = page.locator('.log li');
    await log
        .filter({ hasText: 'Eve gives 88 to submission 0 and 48 to submission 1.' })
        .waitFor({ timeout: PATIENCE });
    await log.filter({ hasText: 'Bob is credited 15 UNIT for submission 0, and the deposit of 1 UNIT.' }).waitFor();
    assert.match(await log.last().innerText(), /Request 0 is posted; 34.2 UNIT were paid.$/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
});

test('a profile says what an account delivered, and how coherent it reviewed', indexed, async () => {
    const page = await stage.at(`account/${charlie.address}`);
    const reviews = page.locator('section').filter({ hasText: 'As an enforcer' });
    await reviews.waitFor({ timeout: PATIENCE });
    assert.match(await facts(reviews), /Coherence\s+7 of 7 coherent, 100 %\s+Earned\s+2.333333333331 UNIT/);
    await page.getByText('It gave 84 to submission 0, whose median is 86: coherent; it earned 0.3').waitFor();
    await goTo(page, `account/${bob.address}`);
    const work = page.locator('section').filter({ hasText: 'As a provider' });
    await work.waitFor({ timeout: PATIENCE });
    assert.match(await facts(work), /Mean median\s+79.2, of 5 that a quorum judged/);
    await page.context().close();
});

test('a search goes over everything that ever was', indexed, async () => {
    const page = await stage.at('?q=two-essays');
    await page.getByText('No request is like that.').waitFor({ timeout: PATIENCE });
    await page.getByRole('link', { name: 'Search for it in all 14 requests that ever were' }).click();
    await page.locator('.row').waitFor({ timeout: PATIENCE });
    assert.match(await page.locator('.row').innerText(), /#0 ipfs:\/\/briefs\/two-essays\s+Settled and freed/);
    const search = page.getByRole('searchbox');
    await search.fill(charlie.address.slice(0, 12));
    await page.getByText('has a seat, reviews: 7 of 7 coherent, 100 %').waitFor({ timeout: PATIENCE });
    await page.locator('.row').waitFor({ state: 'detached', timeout: PATIENCE });
    await page.getByRole('link', { name: 'Charlie' }).click();
    await page.locator('h1').getByText('Charlie').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('capacity and price are drawn since the market began, and coherence is that of all reviews', indexed, async () => {
    const page = await stage.at('organization');
    await page
        .getByText('The history begins with block 4, 1 Jan 2030, 00:00, with the market itself.')
        .first()
        .waitFor({ timeout: PATIENCE });
    const chart = page.getByRole('img', { name: /^From 2 Jan 2030.*reviews to do went from 6 to/ });
    await chart.waitFor({ timeout: PATIENCE });
    await page.getByText('As numbers').click();
    const rows = page.getByRole('region', { name: 'Capacity over time' }).locator('tbody tr');
    const { backlog, hands } = await stage.org.asks('obligation', 'obligationCapacity', stage.org.pool);
    const cells = await rows.first().locator('td').allInnerTexts();
    assert.deepEqual(cells.slice(2, 4), [`${hands}`, `${backlog}`]);
    const profile = page.getByRole('region', { name: 'Profiles' }).locator('tr').filter({ hasText: 'Charlie' });
    await profile.getByText('7 of 7 coherent, 100 %').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('what happens goes on in the history while somebody looks', indexed, async () => {
    const page = await stage.at('request/8');
    await page.locator('.log li').first().waitFor({ timeout: PATIENCE });
    await stage.org.does(person('Ferdie'), 'market', 'marketRetractOffer', [8]);
    await index();
    await page.locator('.log li').getByText('The offer of Ferdie is taken back').waitFor({ timeout: MORE });
    await page.context().close();
});

/// The page with an index that was changed; answers what the page says of it.
async function withOther(change) {
    const copy = fs.mkdtempSync(path.join(work, 'other-'));
    fs.cpSync(folder, copy, { recursive: true });
    const file = path.join(copy, 'manifest.json');
    fs.writeFileSync(file, change(JSON.parse(fs.readFileSync(file, 'utf8'))));
    const other = await begin({ index: copy });
    try {
        const page = await other.at(`request/${FORGOTTEN}`);
        await page.getByRole('heading', { name: 'No request 0' }).waitFor({ timeout: PATIENCE });
        await page.getByRole('link', { name: 'A history is here, and not used.' }).click({ timeout: PATIENCE });
        return await page.locator('main .notice').innerText();
    } finally {
        await other.end();
    }
}

test('an index of another chain or market, or a broken one, is told and not used', indexed, async () => {
    const but = (changes) => withOther((manifest) => JSON.stringify({ ...manifest, ...changes }));
    const zeros = `0x${'00'.repeat(32)}`;
    assert.equal(await but({ genesis: zeros }), 'There is a history, and it is not used: it is of another chain.');
    assert.match(await but({ market: bob.address }), /it is of another market/);
    assert.match(await but({ to_hash: zeros }), /it is of another chain: block \d+ is another one here/);
    assert.match(
        await but({ to: { block: 9_999, time: 0 } }),
        /goes on to block 9999, and this node has not come that far/,
    );
    assert.match(await but({ format: 2 }), /it has format 2, and this page reads 1/);
    assert.match(await but({ requests: '<b>many</b>' }), /manifest.json.requests is no whole number/);
});

test('a history elsewhere is used once the settings name it', indexed, async () => {
    const [elsewhere, plain] = [await begin({ index: folder }), await begin()];
    try {
        const page = await plain.at('settings');
        await page.getByText('There is none.').waitFor({ timeout: PATIENCE });
        await page.getByLabel('Where the history is').fill(`${elsewhere.server.url}index`);
        await page.getByRole('button', { name: /^Look there/ }).click();
        await page.getByText(/^\d+ events, 14 requests/).waitFor({ timeout: PATIENCE });
        await page.getByLabel('Where the history is').fill('http://elsewhere.example');
        await page.getByText('It begins with https://, or http:// on this machine.').waitFor();
    } finally {
        await elsewhere.end();
        await plain.end();
    }
});

test('no screen of the history breaks a rule of accessibility or overflows', indexed, () =>
    looksWell(stage, {
        history: { at: 'history' },
        'history-search': { at: 'history?q=two' },
        'request-forgotten': { at: `request/${FORGOTTEN}` },
        'request-with-history': { at: 'request/2' },
        'profile-provider': { at: `account/${bob.address}` },
        'profile-enforcer': { at: `account/${charlie.address}` },
        'organization-with-history': { at: 'organization' },
    }),
);
