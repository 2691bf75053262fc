// The organization and its managers; a request posted with the keyboard alone; and files from a gateway that
// the settings name.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { contentHash } from '../.built/formulas.js';
import { DAY, HOUR, person, request, text, UNIT } from '../play/people.js';
import { begin, PATIENCE, press, there } from './browser.js';

const [alice, bob] = ['Alice', 'Bob'].map(person);
let stage;

before(async () => {
    if (!there.skip) stage = await begin();
});

after(() => stage?.end());

test('capacity over time says where its history begins, and can be read as numbers', there, async () => {
    const page = await stage.at('organization');
    await page.getByText(/This history begins with block \d+/).waitFor({ timeout: PATIENCE });
    await page
        .getByRole('img', { name: /reviews to do went from/ })
        .locator('canvas')
        .waitFor({ timeout: PATIENCE });
    await page.getByText('As numbers').click();
    await page.waitForTimeout(1_000);
    const { backlog, hands } = await stage.org.asks('obligation', 'obligationCapacity', stage.org.pool);
    const cells = await page
        .getByRole('region', { name: 'Capacity over time' })
        .locator('tbody tr')
        .first()
        .locator('td')
        .allInnerTexts();
    assert.deepEqual(cells.slice(2, 4), [`${hands}`, `${backlog}`]);
    await page.context().close();
});

test('a member sees who could propose terms, and no button that would be refused', there, async () => {
    const page = await stage.as('Charlie', 'organization');
    await page.getByText('Only a manager of the obligation contract can propose terms:').waitFor({ timeout: PATIENCE });
    await page.getByText('Only a manager of the market contract can pause it:').waitFor({ timeout: PATIENCE });
    const who = page.getByText('Only a manager of the obligation contract can propose terms:').getByRole('link');
    assert.equal(await who.innerText(), 'Alice');
    assert.equal(await page.locator('.organization button.act').count(), 0);
    await page.context().close();
});

test('a manager proposes terms, and everybody sees what will be different, and when', there, async () => {
    const page = await stage.as('Alice', 'organization');
    await page.getByText('Propose other terms').click();
    const terms = page.locator('section[aria-labelledby=terms]');
    await terms.getByLabel('Seats', { exact: true }).fill('many');
    await terms.getByText('Seats: this cannot be read yet.').waitFor({ timeout: PATIENCE });
    await terms.getByLabel('Seats', { exact: true }).fill('24');
    await terms.getByLabel('Cooldown').fill('9d 12h');
    await terms.getByRole('button', { name: /^Propose these terms/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Seats: 24, not 20 any more.').waitFor({ timeout: PATIENCE });
    await dialog.getByText('Cooldown: 9d 12h, not 7d any more.').waitFor({ timeout: PATIENCE });
    await dialog.getByRole('button', { name: 'Not now' }).click();
    const said = await press(page, /^Propose these terms/);
    assert.match(said, /Other terms are proposed, and take effect on/);
    await page.context().close();
    const [{ seats, cooldown }] = (await stage.org.asks('obligation', 'obligationPendingTerms', stage.org.pool)) ?? [];
    assert.deepEqual([seats, cooldown], [24, 9n * DAY + 12n * HOUR]);
    const other = await stage.as('Charlie', 'organization');
    const changes = other.getByRole('region', { name: 'Terms' }).locator('tr.changes');
    await changes.first().waitFor({ timeout: PATIENCE });
    assert.deepEqual(
        (await changes.allInnerTexts()).map((row) => row.split(/\s*\t\s*/).map((cell) => cell.trim())),
        [
            ['Seats', '20', '24'],
            ['Cooldown', '7d', '9d 12h'],
        ],
    );
    await other.context().close();
});

test('terms that break a rule are refused in words, before anything is sent', there, async () => {
    const page = await stage.as('Alice', 'organization');
    await page.getByText('Propose other terms').click();
    const terms = page.locator('section[aria-labelledby=terms]');
    await terms.getByLabel('For whoever has somebody banned').fill('49');
    await terms.getByRole('button', { name: /^Propose these terms/ }).click();
    await page
        .getByRole('dialog')
        .getByText(/keeper.s reward must be at most half the bond/i)
        .waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('a manager proposes a token to pay in, beside the currency and in the token’s own words', there, async () => {
    const page = await stage.as('Alice', 'organization');
    await page.getByText('Propose another policy').click();
    const policy = page.locator('section[aria-labelledby=policy]');
    const paidIn = policy.getByLabel('Paid in', { exact: true });
    assert.match(await paidIn.inputValue(), /^UNIT 0\.\d+ 0\.\d+$/);
    await paidIn.fill('UNIT 0.1 much');
    await policy.getByText('Paid in: this cannot be read yet.').waitFor({ timeout: PATIENCE });
    // Any account may be named; this one is no token, so it is counted in smallest units.
    const token = bob.address;
    await paidIn.fill(`UNIT 0.2 0.01; ${token} 5 1`);
    assert.match(await press(page, /^Propose this policy/), /Another policy is proposed/);
    await page.context().close();
    const [{ assets }] = await stage.org.asks('market', 'marketPendingPolicy');
    assert.deepEqual(
        assets.map(({ asset, minReviewFee, rent }) => [asset.type, minReviewFee, rent]),
        [
            ['Native', UNIT / 5n, UNIT / 100n],
            ['Psp22', 5n, 1n],
        ],
    );
});

test('a manager pauses the market, sets a cap, grants a role and takes it back', there, async () => {
    const page = await stage.as('Alice', 'organization');
    assert.match(await press(page, /^Pause the market contract/), /is paused/i);
    await page.getByRole('button', { name: /^End the pause of the market contract/ }).waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^End the pause of the market contract/), /pause is over/);
    await page.getByLabel('Minter').fill(stage.market);
    await page.getByLabel('Points in an epoch').fill('9000');
    assert.match(await press(page, /^Set the cap/), /may mint 9\s000 points in an epoch/);
    assert.equal((await stage.org.asks('reputation', 'reputationMintCap', stage.market)).cap, 9_000n);
    await page.getByLabel('Role in market').selectOption('MANAGER');
    await page.getByLabel('For', { exact: true }).first().fill(bob.address);
    assert.match(await press(page, /^Grant it/), /Bob has the role now/);
    const held = page.locator('li').filter({ hasText: 'MANAGER Bob' });
    await held.getByRole('button').click();
    await page.getByRole('button', { name: 'Sign and send' }).click({ timeout: PATIENCE });
    await page.getByRole('dialog').getByText('Bob has the role no longer.').waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test('a request is posted from the board by keyboard alone', there, async () => {
    const page = await stage.as('Alice', '');
    await page.locator('.row').first().waitFor({ timeout: PATIENCE });
    const { keyboard } = page;
    const focused = () =>
        page.evaluate(() => {
            const { activeElement: at } = document;
            if (!at?.matches('a, button, input, select')) return '';
            return `${at.id ? `#${at.id} ` : ''}${at.labels?.[0]?.innerText ?? ''} ${at.textContent}`;
        });
    /// Goes on from key to key until that has the focus.
    const reach = async (wanted) => {
        for (let steps = 0; steps < 80; steps += 1) {
            if (wanted.test(await focused())) return;
            await keyboard.press('Tab');
        }
        assert.fail(`${wanted} is not reached`);
    };
    await page.evaluate(() => (document.activeElement?.blur(), scrollTo(0, 0)));
    await reach(/^ *Post$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Post a request' }).waitFor({ timeout: PATIENCE });
    // What the browser's own window for files would do; on a busy machine it comes late, or with the second press.
    const choose = async (tries) => {
        await reach(/#brief/);
        const choosing = page.waitForEvent('filechooser', { timeout: 4_000 });
        await keyboard.press('Enter');
        return choosing.catch((late) => (tries > 1 ? choose(tries - 1) : Promise.reject(late)));
    };
    const chooser = await choose(4);
    await chooser.setFiles({ name: 'brief.md', mimeType: 'text/markdown', buffer: Buffer.from('# By keys') });
    await reach(/Where others find it/);
    await keyboard.type('ipfs://by-keyboard-alone');
    await reach(/Post it/);
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign and send' }).waitFor({ timeout: PATIENCE });
    await reach(/Sign and send/);
    await keyboard.press('Enter');
    await page
        .getByRole('dialog')
        .getByText(/is posted/)
        .waitFor({ timeout: PATIENCE });
    await reach(/^ *Close$/);
    await keyboard.press('Enter');
    await page.locator('h1').getByText('ipfs://by-keyboard-alone').waitFor({ timeout: PATIENCE });
    assert.match(await press(page, /^Withdraw the request/), /is withdrawn/);
    await page.context().close();
});

/// A gateway: what it has at each path.
async function gateway(files) {
    const server = http.createServer((asked, answer) => {
        const file = files[new URL(asked.url, 'http://localhost').pathname];
        answer.writeHead(file === undefined ? 404 : 200, { 'access-control-allow-origin': '*' });
        answer.end(file);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
    };
}

test('a file from a gateway that the settings name matches, differs, or is gone', there, async () => {
    const { org } = stage;
    const names = ['true', 'false', 'gone'];
    const server = await gateway({ '/ipfs/cidtrue': 'the text of true', '/ipfs/cidfalse': 'another text' });
    const wanted = request(await org.now(), { name: 'files', limit: 3, perProvider: 3, days: [1n, 1n, 2n, 1n] });
    const { total, premium } = await org.asks('market', 'marketQuote', wanted);
    const id = await org.does(alice, 'market', 'marketPost', [wanted, premium], total);
    await org.does(bob, 'market', 'marketSignal', [id, 3], 3n * UNIT);
    const files = names.map((name) => ({
        content: contentHash(Buffer.from(`the text of ${name}`)),
        uri: text(`ipfs://cid${name}`),
    }));
    await org.does(bob, 'market', 'marketSubmit', [id, files]);
    const page = await stage.at('settings');
    await page.getByLabel('Sources of files').fill(server.url);
    await page.getByRole('button', { name: /^Keep/ }).click();
    await page.waitForTimeout(500);
    await page.goto(page.url().replace(/#.*/, `#/request/${id}`));
    const of = async (number, said) => {
        const one = page.locator(`#submission-${number} .deliverable`);
        await one.getByRole('button', { name: /^Fetch and check/ }).click({ timeout: PATIENCE });
        await one.getByText(said).waitFor({ timeout: PATIENCE });
        return one;
    };
    const matching = await of(0, 'Matches the chain.');
    assert.equal(await matching.frameLocator('iframe').locator('body').innerText(), 'the text of true');
    const other = await of(1, 'Differs: do not trust it.');
    assert.equal(await other.locator('iframe').count(), 0);
    const gone = await of(2, 'It could not be fetched');
    await gone.getByText('drop the file here').first().waitFor({ timeout: PATIENCE });
    await page.context().close();
    await server.close();
});
