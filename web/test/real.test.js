// What needs no waiting, through the page on a node whose clock is the world's: a substrate-contracts-node, where there is one.
// The organization at $URL has no past.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { person } from '../play/people.js';
import { begin, button, goTo, PATIENCE, press, there } from './browser.js';

let stage;

before(async () => {
    if (!there.skip) stage = await begin();
});

after(() => stage?.end());

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a member enlists, and anybody sees how it stands', there, async () => {
    const member = await stage.as('Charlie', 'enforcer');
    await press(member, /^Enlist/);
    await member.getByText('You have a seat').waitFor({ timeout: PATIENCE });
    await member.context().close();

    for (const who of ['Dave', 'Eve'])
        await stage.org.does(person(who), 'obligation', 'obligationEnlist', [stage.org.pool]);
    const stranger = await stage.at(`standing/${person('Charlie').address}`);
    await stranger.getByText('Standing now: Healthy').waitFor({ timeout: PATIENCE });
    assert.match(await stranger.locator('main').innerText(), /Charlie has a seat/);
    assert.deepEqual(stranger.problems, []);
    await stranger.context().close();
});

test('a request is posted, a place taken and delivered on, and the board shows it', there, async () => {
    const requester = await stage.as('Alice', 'new');
    await requester.locator('#brief').setInputFiles(file('brief.md', '# A survey'), { timeout: PATIENCE });
    await requester.getByLabel('Where others find it').fill('ipfs://a-survey');
    await requester.getByText('Together', { exact: true }).waitFor({ timeout: PATIENCE });
    assert.match(await press(requester, /^Post it/), /is posted/);
    assert.deepEqual(requester.problems, []);
    await requester.context().close();

    const provider = await stage.as('Bob', 'request/0');
    assert.match(await press(provider, /^Take 1 place/), /Bob has 1 place more; the deposit is 1 UNIT/);
    await provider.locator('.provider input[type=file]').setInputFiles(file('survey.csv', 'a,b'));
    assert.match(await press(provider, /^Deliver 1 file/), /Submission 0 of Bob is delivered/);
    await goTo(provider, '');
    const row = provider.locator('.row').first();
    await row.getByText('2 of 3 places left').waitFor({ timeout: PATIENCE });
    assert.match(await row.innerText(), /#0 a-survey\s+Places open ends in \d+ (days|hours)/);
    assert.deepEqual(provider.problems, []);
    await provider.context().close();
});
