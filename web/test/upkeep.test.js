// A stranger keeps the market: verdicts, settlement and claims from one list, each with what it costs and brings.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commitment, contentHash, reviewSalt } from '../.built/formulas.js';
import { DAY, HOUR, person, request, text, UNIT } from '../play/people.js';
import { beginWithRoom, PATIENCE, there } from './browser.js';

const [alice, bob, charlie, dave, eve] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve'].map(person);
const KEY = `0x${'33'.repeat(32)}`;
let stage;

before(async () => {
    if (!there.skip) stage = await beginWithRoom();
});

after(() => stage?.end());

/// A request of one place that Bob delivered on and three have reviewed.
async function reviewed(name) {
    const { org } = stage;
    const market = (who, ...rest) => org.does(who, 'market', ...rest);
    const wanted = request(await org.now(), { name, limit: 1, reward: 10n * UNIT, days: [1n, 1n, 1n, 1n] });
    const { total, premium } = await org.asks('market', 'marketQuote', wanted);
    const id = await market(alice, 'marketPost', [wanted, premium], total);
    await market(bob, 'marketSignal', [id, 1], UNIT);
    const uri = text('ipfs://upkeep');
    await market(bob, 'marketSubmit', [id, [{ content: contentHash(Buffer.from(name)), uri }]]);
    await org.until(wanted.deliverBy + 1_000n);
    await market(bob, 'marketOpenReviews', [id, 64]);
    const reviews = [charlie, dave, eve].map((who, at) => {
        const salt = reviewSalt(KEY, { genesis: org.genesis, market: org.marketId }, id, 0, who.id);
        return { who, score: 80 + at, salt };
    });
    await org.pass(DAY / 2n + HOUR);
    for (const { who, score, salt } of reviews) {
        const hash = commitment({ request: id, submission: 0, enforcer: who.id, score, duplicateOf: undefined, salt });
        await market(who, 'marketCommitReviews', [id, [{ submission: 0, commitment: hash }]]);
    }
    await org.pass(DAY / 2n);
    for (const { who, score, salt } of reviews)
        await market(who, 'marketRevealReviews', [id, [{ submission: 0, score, duplicateOf: undefined, salt }]]);
    return id;
}

/// Makes one call of the list, and answers what the page says has changed.
async function make(page, id, what) {
    const row = page
        .locator('.calls li')
        .filter({ has: page.getByRole('link', { name: `Request ${id}`, exact: true }) });
    const call = row.filter({ hasText: what });
    await call
        .locator('.costs')
        .getByText(/^(costs|brings) /)
        .first()
        .waitFor({ timeout: PATIENCE });
    await call.getByRole('button').click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Done').waitFor({ timeout: PATIENCE });
    const said = await dialog.innerText();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await call.waitFor({ state: 'detached', timeout: PATIENCE });
    return said;
}

test('a stranger finalizes, settles and claims, and the page names who is credited what', there, async () => {
    const id = await reviewed('kept-by-a-stranger');
    const page = await stage.as('Ferdie', 'upkeep');
    assert.match(
        await make(page, id, 'Ask for the verdict'),
        /median 81, it weighs 100 %; 3 enforcers are credited 0.333333333333 UNIT each/,
    );
    assert.match(await make(page, id, 'Settle'), new RegExp(`Request ${id} is settled`));
    assert.match(await make(page, id, 'Claim'), /Bob is credited 10 UNIT for submission 0, and the deposit of 1 UNIT/);
    const pruned = page
        .locator('.calls li')
        .filter({ hasText: `Request ${id}` })
        .filter({ hasText: 'Free the storage' });
    await pruned.getByText(/^brings /).waitFor({ timeout: PATIENCE });
    assert.match(await make(page, id, 'Free the storage'), /records are freed/);
    await page.context().close();
});

test('every call of the list is one that the chain takes', there, async () => {
    const page = await stage.as('Ferdie', 'upkeep');
    await page.locator('.calls li').first().waitFor({ timeout: PATIENCE });
    await page.getByText('Reading what may be due…').waitFor({ state: 'detached', timeout: PATIENCE });
    await page.getByText('Trying it…').first().waitFor({ state: 'detached', timeout: PATIENCE });
    await page.waitForTimeout(500);
    assert.deepEqual(await page.locator('.calls .problem').allInnerTexts(), []);
    await page.context().close();
});
