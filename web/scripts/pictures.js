// The pictures of docs/web.md, taken of the page on a chain with a history: `scripts/web.sh pictures CONTRACTS`.
//
//   URL=… DEPLOYMENT=… node scripts/pictures.js

import fs from 'node:fs';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { begin, button, PATIENCE, restoreKey } from '../test/browser.js';

const folder = new URL('../../docs/pictures/web/', import.meta.url);
const LARGEST = 80_000;
const SIZE = { width: 940, height: 480 };
/// A key that anybody knows, so that the picture of its words stays the same.
const WORDS = entropyToMnemonic(
    Uint8Array.from({ length: 32 }, (_, at) => (at * 37) % 256),
    wordlist,
).split(' ');

const toPost = async (page) => {
    await page
        .locator('#brief')
        .setInputFiles({ name: 'handbook.md', mimeType: 'text/plain', buffer: Buffer.from('#') });
    await page.getByText('Together', { exact: true }).waitFor({ timeout: PATIENCE });
};

const toKey = async (page) => {
    await restoreKey(page, WORDS);
    await button(page, 'Show the 24 words again').click();
    await page.locator('.words li').nth(23).waitFor({ timeout: PATIENCE });
};

/// As much of the screen as is worth showing, without what stands above all of them.
async function top(page) {
    const { y } = await page.locator('main').boundingBox();
    return page.screenshot({ clip: { x: 0, y, ...SIZE } });
}

/// Where a picture is taken, as whom, after what; `of` is what is on it, if it is not the top of the screen.
const PICTURES = {
    board: { at: '' },
    post: { at: 'new', as: 'Alice', then: toPost },
    place: { at: 'request/10', as: 'Ferdie', then: (page) => button(page, /^Take 1 place/).click(), of: 'dialog' },
    enforcer: { at: 'enforcer', as: 'Eve', then: (page) => button(page, /^Score it/).click(), of: '.seat' },
    key: { at: 'key', as: 'Eve', then: toKey, of: '.key' },
    mine: { at: 'mine', as: 'Bob' },
    upkeep: { at: 'upkeep', as: 'Ivan' },
    organization: { at: 'organization', as: 'Alice' },
    history: { at: 'request/0' },
};

const stage = await begin({ index: process.env.INDEX });
try {
    fs.mkdirSync(folder, { recursive: true });
    for (const [name, { at, as, then, of }] of Object.entries(PICTURES)) {
        const options = { viewport: { width: SIZE.width, height: 800 } };
        const page = await (as ? stage.as(as, at, options) : stage.at(at, options));
        await page.getByText(/^Block \d+/).waitFor({ timeout: PATIENCE });
        await then?.(page);
        await page.waitForTimeout(1_500);
        await page.evaluate(() => globalThis.scrollTo(0, 0));
        const picture = of ? await page.locator(of).first().screenshot() : await top(page);
        if (picture.length > LARGEST) throw new Error(`${name} is ${picture.length} bytes large`);
        fs.writeFileSync(new URL(`${name}.png`, folder), picture);
        await page.context().close();
    }
} finally {
    await stage.end();
}
