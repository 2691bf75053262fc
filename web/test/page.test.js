// What the page shows in a real browser, and what it keeps from being shown, on a chain with a history. $URL is the node,
// $DEPLOYMENT the file that `atomic deploy` wrote; play/history.js has played there.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { person } from '../play/people.js';
import { begin, button, PATIENCE, there } from './browser.js';
import { looksWell } from './looks.js';

let stage;

before(async () => {
    if (!there.skip) stage = await begin();
});

after(() => stage?.end());

const SCREENS = {
    board: '?stage=all',
    contest: 'request/1',
    deal: 'request/2',
    reveal: 'request/3',
    review: 'request/4',
    offers: 'request/8',
    hostile: 'request/9',
    post: 'new',
    settings: 'settings',
    standings: 'standing',
    record: `standing/${person('Heidi').address}`,
    upkeep: 'upkeep',
    organization: 'organization',
    account: `account/${person('Bob').address}`,
    nowhere: 'nowhere',
    'mine-nobody': 'mine',
    'mine-requester': { at: 'mine', as: 'Alice' },
    'mine-provider': { at: 'mine', as: 'Bob' },
    enforcer: { at: 'enforcer', as: 'Eve', then: (page) => button(page, /^Score it/).click() },
    'enforcer-banned': { at: 'enforcer', as: 'Heidi' },
    'enforcer-to-be': { at: 'enforcer', as: 'Bob' },
    key: { at: 'key', as: 'Eve', then: (page) => button(page, 'Show me the 24 words').click() },
};

test('no screen breaks a rule of accessibility, overflows, or reports a problem, in any light and width', there, () =>
    looksWell(stage, SCREENS),
);

test('phases are what the contract says they are', there, async () => {
    const words = {
        Signalling: 'Places open',
        Delivery: 'Delivery',
        Unopened: 'Waits for reviews',
        Review: 'In review',
        Finalized: 'Waits for settling',
        Settled: 'Settled',
        Unsealing: 'Unsealing',
        Vacant: 'Vacant',
    };
    const page = await stage.at('?stage=all');
    await page.locator('.row').first().waitFor({ timeout: PATIENCE });
    for (const row of await page.locator('.row').all()) {
        const id = Number((await row.locator('.number').innerText()).slice(1));
        const phase = await stage.org.asks('market', 'marketPhase', id, undefined);
        assert.equal(await row.locator('.phase .badge').innerText(), words[phase], `request ${id}`);
    }
    await page.context().close();
});

test('texts from the chain are shown as texts', there, async () => {
    const page = await stage.at('request/9');
    await page.locator('h1').waitFor({ timeout: PATIENCE });
    const title = await page.locator('h1').innerText();
    assert.ok(title.includes('<img src=x onerror=alert(1)>\\u{202e}gnp.exe'), title);
    assert.equal(await page.locator('main img').count(), 0);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
    await page.context().close();
});

test('a file is told as what it is, and only one that matches is shown', there, async () => {
    const page = await stage.at('request/3');
    const first = page.locator('#submission-0 .deliverable');
    const choose = (text) =>
        first.locator('input').setInputFiles({ name: 'file.html', mimeType: 'text/html', buffer: Buffer.from(text) });
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
    const page = await stage.at('request/3');
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.locator('.deliverable').first().waitFor({ timeout: PATIENCE });
    const refused = await page.evaluate(() =>
        fetch('http://127.0.0.1:9/').then(
            () => '',
            (error) => String(error),
        ),
    );
    assert.match(refused, /Failed to fetch/);
    assert.ok(
        page.problems.some((problem) => problem.includes('Content Security Policy')),
        `${page.problems}`,
    );
    assert.deepEqual(
        asked.filter((origin) => origin !== new URL(stage.server.url).origin && origin !== 'http://127.0.0.1:9'),
        [],
    );
    await page.context().close();
});
