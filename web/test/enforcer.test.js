// The life of a reviewer in the page, on an organization of its own, in which time passes. $ATOMIC is the command.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { contentHash } from '../.built/formulas.js';
import { DAY, HOUR, person, request, text, UNIT } from '../play/people.js';
import { commit } from '../play/reviews.js';
import { begin, button, goTo, PATIENCE, press, restoreKey, saveKey, there } from './browser.js';
import { putWallet, useWallet } from './wallet.js';

const { ATOMIC, DEPLOYMENT: deployment, URL: url } = process.env;
const [alice, bob, charlie, dave, eve, ferdie, heidi] = [
    'Alice',
    'Bob',
    'Charlie',
    'Dave',
    'Eve',
    'Ferdie',
    'Heidi',
].map(person);
const WEEK = 7n * DAY;
let stage, org;
/// Those of Charlie's key.
let words;

before(async () => {
    if (there.skip) return;
    stage = await begin();
    ({ org } = stage);
    for (const who of [dave, eve]) await org.does(who, 'obligation', 'obligationEnlist', [org.pool]);
    await org.pay(alice, heidi, 500n * UNIT);
});

after(() => stage?.end());

const file = (name) => ({
    content: contentHash(Buffer.from(name)),
    uri: text(`ipfs://${name}`),
});
const line = (page, number) => page.locator('.committed li').filter({ hasText: `Request 0, submission ${number}` });

test('whoever enlists has a seat, and is told what is due', there, async () => {
    const page = await stage.as('Charlie', 'enforcer');
    await page.getByText('You are no member').waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^Enlist/), /Charlie has a seat/);
    await page.getByText('You have a seat').waitFor({ timeout: PATIENCE });
    await press(page, /^Check in/);
    await page.getByText(/^Show that you are here/).waitFor({ state: 'detached', timeout: PATIENCE });
    await page.context().close();
});

test('two tabs make one key', there, async () => {
    const one = await stage.as('Dave', 'key');
    const other = await one.context().newPage();
    await other.goto(one.url());
    // Both know that there is none, and are pressed in the same millisecond.
    for (const page of [one, other]) await button(page, 'Show me the 24 words').waitFor({ timeout: PATIENCE });
    const press = (element, then) => setTimeout(() => element.click(), then - Date.now());
    const then = Date.now() + 1_000;
    await Promise.all([one, other].map((page) => button(page, 'Show me the 24 words').evaluate(press, then)));
    const [first, second] = await Promise.all(
        [one, other].map(async (page) => {
            await page.locator('.words li').nth(23).waitFor({ timeout: PATIENCE });
            return page.locator('.words li code').allInnerTexts();
        }),
    );
    assert.deepEqual(first, second);
    await one.context().close();
});

test(
    'nothing is committed before the key is saved; then three scores with one signature, after one that was refused',
    there,
    async () => {
        const wanted = request(await org.now(), { limit: 3, days: [1n, 1n, 2n, 1n] });
        const { total } = await org.asks('market', 'marketQuote', wanted);
        await org.does(alice, 'market', 'marketPost', [wanted, 0n], total);
        await org.does(bob, 'market', 'marketSignal', [0, 2], 2n * UNIT);
        await org.does(ferdie, 'market', 'marketSignal', [0, 1], UNIT);
        await org.does(bob, 'market', 'marketSubmit', [0, [file('one'), file('two')]]);
        await org.does(ferdie, 'market', 'marketSubmit', [0, [file('three')]]);
        await org.pass(2n * DAY + 2n * HOUR);

        const context = await stage.browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
        const wallet = await putWallet(context, org, charlie, 2);
        const page = await context.newPage();
        await page.goto(`${stage.server.url}?${new URLSearchParams({ node: url, market: stage.market })}#/enforcer`);
        await useWallet(page, charlie);
        // Nobody has opened the reviews: that comes first.
        await button(page, /^Open the reviews/).click({ timeout: PATIENCE });
        await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
        await page.getByText(/Not signed: .*Nothing was sent/).waitFor({ timeout: PATIENCE });
        await page.getByRole('button', { name: 'Not now' }).click();
        await org.does(bob, 'market', 'marketOpenReviews', [0, 64]);
        await page
            .getByText(/opens to you in/)
            .first()
            .waitFor({ timeout: PATIENCE });
        await org.pass(DAY + HOUR);

        for (const [number, score] of [84, 40, 61].entries()) {
            await button(page, `Score it: submission ${number} of request 0`).click({ timeout: PATIENCE });
            await page.getByLabel(`Your score of submission ${number} of request 0`).fill(`${score}`);
        }
        await page.getByLabel('Which submission submission 2 of request 0 repeats').selectOption('0');
        await page
            .getByText(/If 84 were the median, it would weigh 100 %, and its provider would get 10 UNIT/)
            .waitFor();
        await page.getByText('Save your key first').waitFor();
        assert.equal(await page.getByRole('button', { name: /^Commit to/ }).count(), 0, 'there is no key');
        await goTo(page, 'key');
        await button(page, 'Show me the 24 words').click({ timeout: PATIENCE });
        await page.locator('.words li').nth(23).waitFor({ timeout: PATIENCE });
        await goTo(page, 'enforcer');
        await page.getByText('Save your key first').waitFor({ timeout: PATIENCE });
        assert.equal(
            await page.getByRole('button', { name: /^Commit to/ }).count(),
            0,
            'nobody has shown that it is saved',
        );

        words = await saveKey(page);
        const key = Buffer.from(mnemonicToEntropy(words.join(' '), wordlist)).toString('hex');
        const stored = await page.evaluate(() => JSON.stringify(localStorage));
        assert.ok(!stored.includes(key) && !stored.includes(words[0]), 'the key is nowhere but in the database');

        await goTo(page, 'enforcer');
        await button(page, /^Commit to 3 scores/).click({ timeout: PATIENCE });
        await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
        await page.getByText(/Not signed: .*Nothing was sent/).waitFor({ timeout: PATIENCE });
        await page.getByRole('button', { name: 'Sign and send' }).click();
        await page
            .getByRole('dialog')
            .getByText(/Committed to submission/)
            .waitFor({ timeout: PATIENCE });
        await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
        assert.equal(
            wallet.asked,
            3,
            'one refusal for opening, one for committing, one signature for all three scores',
        );
        await line(page, 2).getByText('you give 61, a duplicate of 0').waitFor({ timeout: PATIENCE });
        await context.close();
    },
);

test('what neither the browser nor its key can open is told by name', there, async () => {
    const page = await stage.as('Charlie', 'enforcer');
    await page
        .getByText(
            /committed to for submission 0 of request 0, submission 1 of request 0 and submission 2 of request 0/,
        )
        .waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('a second browser restores the key from its words, finds the scores, and reveals them', there, async () => {
    await commit(org, dave, 0, [0, 80], [1, 44], [2, 60]);
    atomic('review', '0', '0=75', '1=50', '2=58:0', '--as', 'eve');
    await org.pass(DAY);
    const page = await stage.as('Charlie', 'enforcer');
    await line(page, 0).getByText('cannot be opened here').waitFor({ timeout: PATIENCE });
    const wrong = [words[1], words[0], ...words.slice(2)];
    await goTo(page, 'key');
    await page.getByLabel(/^The 24 words/).fill(wrong.join(' '));
    await button(page, 'Restore the key').click();
    await page.getByText('these belong to no key').waitFor({ timeout: PATIENCE });
    await restoreKey(page, words);
    await goTo(page, 'enforcer');
    for (const [number, said] of ['you give 84', 'you give 40', 'you give 61, a duplicate of 0'].entries())
        await line(page, number).getByText(said).waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^Reveal 3 reviews/), /Revealed 3 reviews/);
    assert.deepEqual(await scoresOf(charlie), [
        [84, undefined],
        [40, undefined],
        [61, 0],
    ]);
    await page.context().close();
});

test('the file of atomic opens what atomic committed to', there, async () => {
    const page = await stage.as('Eve', 'enforcer');
    await line(page, 0).getByText('cannot be opened here').waitFor({ timeout: PATIENCE });
    await goTo(page, 'key');
    const input = page.getByLabel(/^A file of atomic/);
    await input.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"format":9}') });
    await page.getByText('it is of format 9; this page reads 1 and 2').waitFor({ timeout: PATIENCE });
    await input.setInputFiles(deployment.replace(/json$/, 'private.json'));
    await page.getByText('3 reviews and 0 seals of this market are taken over.').waitFor({ timeout: PATIENCE });
    await goTo(page, 'enforcer');
    assert.match(await press(page, /^Reveal 3 reviews/), /Revealed 3 reviews/);
    assert.deepEqual(await scoresOf(eve), [
        [75, undefined],
        [50, undefined],
        [58, 0],
    ]);
    await page.context().close();
});

test('a silent member sees its meter go to Throttled, and makes up for it', there, async () => {
    const page = await stage.as('Heidi', 'enforcer');
    await press(page, /^Enlist/);
    const meter = page.locator('.meter');
    await meter.waitFor({ timeout: PATIENCE });
    assert.match(await meter.getAttribute('aria-label'), /^0 ahead; Throttled from 41 missing on, Banned from 45 on$/);
    await page.getByText('You are Throttled once 41 operations more have fallen due').waitFor();
    for (let week = 0; week < 14; week += 1) await org.pass(WEEK);
    await page.locator('.standing .badge').getByText('Throttled').waitFor({ timeout: PATIENCE });
    assert.match(await meter.getAttribute('aria-label'), /^42 missing/);
    await page.getByLabel(/^Operations to make up for/).fill('2');
    await press(page, /^Make up for 2 operations/);
    await page.locator('.standing .badge').getByText('Healthy').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

function atomic(...args) {
    const [program, ...first] = ATOMIC.split(' ');
    execFileSync(program, [...first, ...args, '--url', url, '--deployment', deployment], { stdio: 'pipe' });
}

/// What somebody has revealed of the three submissions.
async function scoresOf(who) {
    const lists = await Promise.all([0, 1, 2].map((number) => org.asks('market', 'marketReviews', 0, number)));
    return lists.map((reviews) => {
        const { score, duplicateOf } = reviews.find(({ enforcer }) => enforcer.raw === who.id);
        return [score, duplicateOf];
    });
}
