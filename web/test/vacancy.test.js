// Long deals through the request's screen: one that a notice ends, and one whose place is lost and taken over. Months pass:
// after all other stories.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contentHash } from '../.built/formulas.js';
import { DAY, HOUR, person, request, text, UNIT } from '../play/people.js';
import { beginWithRoom, goTo, PATIENCE, press, there } from './browser.js';

const [alice, bob, charlie, dave, eve, ferdie] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'].map(person);
let stage;

before(async () => {
    if (!there.skip) stage = await beginWithRoom();
});

after(() => stage?.end());

/// A long deal in which Bob has the place.
async function deal(name) {
    const { org } = stage;
    const month = 30n * DAY;
    const wanted = request(await org.now(), {
        name,
        access: 'Offers',
        limit: 1,
        perProvider: 1,
        reward: 20n * UNIT,
        days: [2n, 20n, 2n, 1n],
    });
    const { total, premium } = await org.asks('market', 'marketQuoteEngagement', wanted, 4, month);
    const id = await org.does(alice, 'market', 'marketEngage', [wanted, 4, month, 0, 0, premium], total);
    const due = wanted.deliverBy;
    const bid = [id, 18n * UNIT, due, wanted.signalBy, text('ipfs://bob')];
    await org.does(bob, 'market', 'marketOffer', bid, UNIT);
    await org.does(alice, 'market', 'marketAccept', [id, bob.address, 18n * UNIT, due]);
    return { id, due };
}

/// Those who review stay in the pool for a while.
async function until(time) {
    const { org } = stage;
    for (let now = await org.now(); now < time; now = await org.now()) {
        await org.until(now + 7n * DAY < time ? now + 7n * DAY : time);
        for (const who of [charlie, dave, eve])
            await org.does(who, 'obligation', 'obligationCheckIn', [org.pool]).catch(() => undefined);
    }
}

test('a requester gives notice in a long deal, and it ends', there, async () => {
    const { id, due } = await deal('a-deal-with-notice');
    const page = await stage.as('Alice', `request/${id}`);
    assert.match(await press(page, /^Give notice/), /Alice gave notice, and leaves after 1 period of the deal/);
    await page.getByText('given by').waitFor({ timeout: PATIENCE });
    await stage.org.does(bob, 'market', 'marketSubmit', [
        id,
        [{ content: contentHash(Buffer.from('m')), uri: text('ipfs://m') }],
    ]);
    await until(due + HOUR);
    await press(page, /^Open the reviews/);
    await stage.org.pass(2n * DAY + HOUR);
    await press(page, /^Ask for the verdict/);
    await stage.org.pass(3n * DAY);
    await press(page, /^Ask for the verdict/);
    const said = await press(page, /^Close the period/);
    assert.match(said, /Period 0 is closed: delivered and accepted/);
    await page.getByText('Settled').first().waitFor({ timeout: PATIENCE });
    await page.context().close();
});

test(
    'a place in a long deal that its provider lost is named in my work, and taken over by another',
    there,
    async () => {
        const { id, due } = await deal('a-deal-that-fails');
        await until(due + HOUR);
        const requester = await stage.as('Alice', 'mine');
        const missed = requester.locator('.task').filter({ hasText: 'Close the period' });
        await missed
            .filter({ hasText: `Request ${id}` })
            .getByRole('button')
            .waitFor({ timeout: PATIENCE });
        await goTo(requester, `request/${id}`);
        const said = await press(requester, /^Close the period/);
        assert.match(said, /Period 0 is closed: missed/);
        assert.match(said, /Bob has lost the place/);
        await requester.getByText('Vacant').first().waitFor({ timeout: PATIENCE });
        const provider = await stage.as('Ferdie', `request/${id}`);
        await provider.getByLabel(/^Price a period/).fill('19');
        assert.match(await press(provider, /^Make the offer/), /Ferdie offers to deliver for 19 UNIT/);
        await provider.context().close();
        await press(requester, /^Let Ferdie take over/);
        await requester.getByText('19 UNIT a period').first().waitFor({ timeout: PATIENCE });
        const engagement = await stage.org.asks('market', 'marketEngagement', id);
        assert.equal(engagement.tenure.provider.address(), ferdie.address);
        await requester.context().close();
    },
);
