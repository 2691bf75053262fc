// What is due, waits, and is owed to somebody, from a request's posting to the last withdrawal: on an organization of its own,
// in which time passes.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { contentHash } from '../.built/formulas.js';
import { DAY, HOUR, person, request, text, UNIT } from '../play/people.js';
import { commit, reveal } from '../play/reviews.js';
import { begin, button, goTo, PATIENCE, press, sign as signed, there } from './browser.js';

const [alice, bob, charlie, dave, eve] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve'].map(person);
const judges = [charlie, dave, eve];
let stage, org;

before(async () => {
    if (there.skip) return;
    stage = await begin();
    ({ org } = stage);
    for (const who of judges) await org.does(who, 'obligation', 'obligationEnlist', [org.pool]);
    for (const name of ['first', 'second']) {
        const wanted = request(await org.now(), { name, limit: 2, days: [1n, 1n, 2n, 1n] });
        const { total } = await org.asks('market', 'marketQuote', wanted);
        await org.does(alice, 'market', 'marketPost', [wanted, 0n], total);
    }
    for (const id of [0, 1]) await org.does(bob, 'market', 'marketSignal', [id, 1], UNIT);
});

after(() => stage?.end());

const file = (name) => ({
    content: contentHash(Buffer.from(name)),
    uri: text(`ipfs://${name}`),
});
const task = (page, words, id) =>
    page
        .locator('.task')
        .filter({ hasText: words })
        .filter({ hasText: `Request ${id}` });
const seen = (locator) => locator.waitFor({ timeout: PATIENCE });

test('what is due of a provider is told by deadline, and goes into a calendar', there, async () => {
    const page = await stage.as('Bob', 'mine');
    await seen(task(page, 'Deliver', 0));
    await seen(task(page, 'Deliver', 1));
    await seen(page.getByText('Deposits of your places'));
    const saving = page.waitForEvent('download');
    await button(page, /^2 dates for a calendar/).click();
    const calendar = fs.readFileSync(await (await saving).path(), 'utf8');
    const [{ deliverBy }] = await org.asks('market', 'marketRequest', 0);
    const stamp = new Date(Number(deliverBy)).toISOString().replace(/[-:]|\.\d+/g, '');
    assert.match(calendar, /^BEGIN:VCALENDAR\r\n/);
    assert.equal(calendar.match(/BEGIN:VEVENT/g).length, 2);
    assert.ok(
        calendar.includes(`DTSTART:${stamp}\r\n`) && calendar.includes('SUMMARY:Request 0: Deliver\r\n'),
        calendar,
    );
    assert.ok(
        calendar.split('\r\n').every((line) => Buffer.byteLength(line) <= 75),
        'no line is too long',
    );
    // What was delivered is no longer due, and the other tab knows at once.
    for (const id of [0, 1]) await org.does(bob, 'market', 'marketSubmit', [id, [file(`work-${id}`)]]);
    await seen(page.getByText('Nothing is due of Bob now.'));
    await page.context().close();
});

test('the browser’s notices are asked for only by a click, and tell what has become due', there, async () => {
    const context = {};
    const page = await stage.at('mine', context);
    await page.addInitScript(() => {
        globalThis.noticed = [];
        globalThis.Notification = class {
            static permission = 'default';
            static async requestPermission() {
                globalThis.noticed.push('asked');
                return (this.permission = 'granted');
            }
            constructor(title) {
                globalThis.noticed.push(title);
            }
        };
    });
    await page.reload();
    await page.locator('header').getByRole('button', { name: 'Choose an account' }).click({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Alice' }).click();
    await seen(page.locator('#reminders'));
    assert.deepEqual(await page.evaluate(() => globalThis.noticed), [], 'nothing is asked for unasked');
    await button(page, 'Tell me by notices of the browser').click({ timeout: PATIENCE });
    await seen(page.getByText('As long as this page is open somewhere'));
    await org.pass(2n * DAY + 2n * HOUR);
    await seen(task(page, 'Open the reviews', 0));
    await page.waitForFunction(() => globalThis.noticed.includes('Request 0: Open the reviews'), null, {
        timeout: PATIENCE,
    });
    assert.equal(
        await page.evaluate(() => globalThis.noticed.filter((one) => one === 'Request 0: Open the reviews').length),
        1,
        'once',
    );
    await page.context().close();
});

test('a browser without notices says so', there, async () => {
    const page = await stage.at('mine');
    await page.addInitScript(() => delete globalThis.Notification);
    await page.reload();
    await page.locator('header').getByRole('button', { name: 'Choose an account' }).click({ timeout: PATIENCE });
    await page.getByRole('dialog').getByRole('button', { name: 'Alice' }).click();
    await seen(page.getByText('This browser cannot show notices'));
    await page.context().close();
});

test('a request is carried on from here to its end, and one button takes up all that is owed', there, async () => {
    const page = await stage.as('Alice', 'mine');
    for (const id of [0, 1]) {
        await task(page, 'Open the reviews', id).getByRole('button').click({ timeout: PATIENCE });
        await sign(page);
    }
    await seen(task(page, 'Enforcers judge it', 0));
    await org.pass(DAY + HOUR);
    for (const id of [0, 1]) for (const who of judges) await commit(org, who, id, [0, 90]);
    const enforcer = await stage.as('Charlie', 'mine');
    await seen(task(enforcer, 'You reveal what you committed to', 0));
    await org.pass(DAY);
    await seen(task(enforcer, 'Reveal what you committed to', 1));
    await enforcer.context().close();
    for (const id of [0, 1]) for (const who of judges) await reveal(org, who, id, [0, 90]);
    for (const id of [0, 1]) {
        await task(page, 'Ask for the verdict', id).getByRole('button').click({ timeout: PATIENCE });
        await sign(page);
        await task(page, 'Settle', id).getByRole('button').click({ timeout: PATIENCE });
        await sign(page);
    }

    const provider = await stage.as('Bob', 'mine');
    await seen(provider.getByText('Pay and deposit of 1 submission of request 1'));
    const before = await free(bob);
    await button(provider, /^Take up and withdraw everything/).click({ timeout: PATIENCE });
    // Both pays and the reputation with one signature …
    const first = await sign(provider, /Take up \d things that are yours/);
    assert.match(first, /Bob is credited 15 UNIT for submission 0/);
    // … and what was credited with the next.
    const second = await sign(provider);
    assert.match(second, /Bob is paid 32 UNIT/);
    await seen(provider.getByText('Nothing now.'));
    const gained = (await free(bob)) - before;
    assert.ok(gained > 31n * UNIT && gained <= 33n * UNIT, `${gained}`);
    await goTo(provider, 'enforcer');
    await seen(provider.getByText('You are no member'));
    await provider.context().close();

    await button(page, /^Take up and withdraw everything/).click({ timeout: PATIENCE });
    // Something of hers was credited before: it is paid out with what this very signature reclaims.
    const said = await sign(page);
    assert.match(said, /Alice is paid/);
    assert.equal(said.match(/are credited that were not earned/g).length, 2, said);
    await seen(page.getByText('Nothing now.'));
    await page.context().close();
});

const free = async (who) => (await org.client.query.system.account(who.address)).data.free;

/// Signs what is shown, and answers what the page says of it.
async function sign(page, title) {
    const said = await signed(page);
    if (title) assert.match(said, title);
    return said;
}
