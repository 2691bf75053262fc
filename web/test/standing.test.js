// A stranger looks an account up, and has it judged: who keeps silent is out by anybody's click. After the history of
// play/history.js, and what page_acts.test.js did.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DAY, person, UNIT } from '../play/people.js';
import { begin, button, PATIENCE, press, there } from './browser.js';

let stage;

before(async () => {
    if (!there.skip) stage = await begin();
});

after(() => stage?.end());

test('an account is typed, and its record is what the chain counts', there, async () => {
    const { address } = person('Charlie');
    const page = await stage.at('standing');
    await page.getByLabel('Account').fill('5Nonsense');
    await page.locator('#ask-help').getByText('That is no account’s address.').waitFor({ timeout: PATIENCE });
    await page.getByLabel('Account').fill(address);
    await page.keyboard.press('Enter');
    const is = await stage.org.asks('obligation', 'obligationMembership', stage.org.pool, address);
    const facts = page.locator('.facts').first();
    await facts.waitFor({ timeout: PATIENCE });
    const said = await facts.innerText();
    const ops = (micro) => Number(micro) / 1e6;
    for (const [name, micro] of [
        ['Seen', is.seen],
        ['Required', is.required],
        ['Declared', is.declared],
        ['Missing', is.deficit],
    ])
        assert.match(said.replaceAll('\u202f', ''), new RegExp(`${name}\\s+${ops(micro)} op`), name);
    assert.match(said, new RegExp(`Hands in use\\s+${is.open} of 40`));
    assert.match(said, /Bond\s+50 points/);
    await page.context().close();
});

test('who never was a member has no record, and is not judged', there, async () => {
    const page = await stage.at(`standing/${person('Nobody').address}`);
    await page.getByText('It never was a member of this pool').waitFor({ timeout: PATIENCE });
    assert.equal(await page.getByRole('button', { name: /^Evaluate/ }).count(), 0);
    await page.context().close();
});

test(
    'a member that keeps silent is banned by a stranger’s click, which says before what it changes',
    there,
    async () => {
        const heidi = person('Heidi');
        const asks = () => stage.org.asks('obligation', 'obligationMembership', stage.org.pool, heidi.address);
        while ((await asks()).standing !== 'Banned') await stage.org.pass(7n * DAY);
        assert.equal((await asks()).state, 'Seated', 'nobody has had her judged');
        const stranger = person('Judith');
        await stage.org.pay(person('Alice'), stranger, 10n * UNIT);
        const page = await stage.at(`standing/${heidi.address}`);
        await page.getByText('Nobody has had it judged: it is Banned, and still counts as Healthy.').waitFor({
            timeout: PATIENCE,
        });
        await page.getByRole('button', { name: 'Choose an account' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('textbox').fill('Judith');
        await dialog.getByRole('button', { name: 'Add' }).click();
        await dialog.getByRole('button', { name: /Judith/ }).click();
        await button(page, /^Evaluate/).click();
        const before = page.getByRole('dialog');
        await before.getByText('Its bond of 50 points is burnt').waitFor({ timeout: PATIENCE });
        await before.getByText('You are owed 20 points of reputation for this call.').waitFor({ timeout: PATIENCE });
        await before.getByRole('button', { name: 'Not now' }).click();
        const said = await press(page, /^Evaluate/);
        assert.match(
            said,
            /is Banned now; its bond of 50 points is burnt, and 175 points more; Judith is owed 20 points/,
        );
        await page.getByText('is banned. So much is missing').waitFor({ timeout: PATIENCE });
        assert.equal((await asks()).state, 'Banned');
        const { owed } = await stage.org.asks('reputation', 'reputationProfile', stranger.address);
        assert.equal(owed, 20n);
        // It cannot be done a second time.
        assert.equal(await page.getByRole('button', { name: /^Evaluate/ }).count(), 0);
        await page.context().close();
    },
);

test(
    'a manager lifts the ban once the cooldown is over, and a member sees that only a manager can',
    there,
    async () => {
        const { address } = person('Heidi');
        const asks = () => stage.org.asks('obligation', 'obligationMembership', stage.org.pool, address);
        assert.equal((await asks()).state, 'Banned');
        const member = await stage.as('Charlie', 'organization');
        await member
            .getByText('Only a manager of the obligation contract can lift a ban:')
            .waitFor({ timeout: PATIENCE });
        assert.equal(await member.getByRole('button', { name: /^Lift the ban/ }).count(), 0);
        await member.context().close();
        const manager = await stage.as('Alice', 'organization');
        await button(manager, /^Lift the ban of/).click();
        const dialog = manager.getByRole('dialog');
        await dialog.getByText('The cooldown since the account left, or was banned, is not over.').waitFor({
            timeout: PATIENCE,
        });
        await dialog.getByRole('button', { name: 'Close' }).click();
        // The organization may have changed its terms meanwhile.
        const [{ cooldown }] = await stage.org.asks('obligation', 'obligationTerms', stage.org.pool);
        await stage.org.pass(cooldown);
        assert.match(await press(manager, /^Lift the ban of/), /The ban of .* is lifted: it may enlist again/);
        await manager.getByText('Nobody is banned now').waitFor({ timeout: PATIENCE });
        const { state, deficit } = await asks();
        assert.deepEqual([state, deficit], ['Left', 0n]);
        await manager.context().close();
    },
);
