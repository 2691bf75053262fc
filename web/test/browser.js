// A browser, and the built page in it.

import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Organization, person } from '../play/people.js';
import { serve } from './server.js';

export { serve };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/// Where a browser is, if there is one: $CHROMIUM, or on the PATH.
export function browserPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    const folders = (process.env.PATH ?? '').split(path.delimiter);
    return folders
        .flatMap((folder) => NAMES.map((name) => path.join(folder, name)))
        .find((file) => fs.existsSync(file));
}

export const launch = () => chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox'] });

/// The page at a deployment; everything that it says it could not do is kept in `problems`.
export async function open(browser, base, { url, market, at = '', ...context }) {
    const page = await (
        await browser.newContext({
            viewport: { width: 1200, height: 900 },
            locale: 'en-GB',
            timezoneId: 'UTC',
            ...context,
        })
    ).newPage();
    page.problems = [];
    // That there is no history is no problem, and the browser says so nevertheless.
    const counts = (message) => message.type() === 'error' && !message.location().url.endsWith('/index/manifest.json');
    page.on('console', (message) => counts(message) && page.problems.push(message.text()));
    page.on('pageerror', (error) => page.problems.push(String(error)));
    await page.goto(`${base}?${new URLSearchParams({ node: url, market })}#/${at}`);
    return page;
}

const { URL: url, DEPLOYMENT: deployment } = process.env;
/// Why a test that needs a browser and a chain is left out, if it has to be.
export const there = {
    skip: !url ? '$URL names no node' : browserPath() ? false : 'there is no browser here: apt-get install chromium',
};
export const PATIENCE = 15_000;

export const button = (page, name) => page.getByRole('button', { name }).first();

/// Presses a button that does something, signs, and answers what the page says has changed.
export async function press(page, name) {
    await button(page, name).click();
    return sign(page);
}

/// Signs what is shown, and answers what the page says has changed.
export async function sign(page) {
    const dialog = page.getByRole('dialog');
    await dialog
        .getByRole('button', { name: 'Sign and send' })
        .click({ timeout: PATIENCE })
        .catch(async (error) => {
            const said = await dialog.allInnerTexts();
            throw new Error(`the page does not offer it, but says: ${said.join('\n') || 'nothing'}`, { cause: error });
        });
    await dialog.getByText('Done', { exact: true }).waitFor({ timeout: PATIENCE });
    const said = await dialog.innerText();
    await dialog.getByRole('button', { name: 'Close' }).click();
    return said;
}

/// Another place in the page, without loading it anew.
export const goTo = (page, place) => page.evaluate((hash) => (location.hash = hash), `#/${place}`);

/// Has the key shown, proves that it is written down, and answers its words.
export async function saveKey(page) {
    await goTo(page, 'key');
    await button(page, 'Show me the 24 words').click({ timeout: PATIENCE });
    await page.locator('.words li').nth(23).waitFor({ timeout: PATIENCE });
    const words = await page.locator('.words li code').allInnerTexts();
    await button(page, 'I have written them down').click();
    for (const label of await page.locator('.proof label').all()) {
        const number = Number((await label.innerText()).replace(/\D/g, ''));
        await label.locator('input').fill(words[number - 1]);
    }
    await button(page, 'It is saved').click();
    await page.locator('.key .badge.open').waitFor({ timeout: PATIENCE });
    return words;
}

/// Types the words of a key into another browser.
export async function restoreKey(page, words) {
    await goTo(page, 'key');
    await page.getByLabel(/^The 24 words/).fill(words.join(' '), { timeout: PATIENCE });
    await button(page, 'Restore the key').click();
    await page.locator('.key .badge.open').waitFor({ timeout: PATIENCE });
}

/// A browser, the page with the index in that folder, if one is named, and the organization at $URL.
export async function begin({ index } = {}) {
    const [browser, server, org] = [await launch(), await serve({ index }), await Organization.at(url, deployment)];
    const {
        market: { address: market },
    } = JSON.parse(fs.readFileSync(deployment, 'utf8'));
    const at = (place, options = {}) => open(browser, server.url, { url, market, at: place, ...options });
    /// The page with this development account chosen.
    const as = async (name, place, options) => {
        const page = await at(place, options);
        await page.locator('header').getByRole('button', { name: 'Choose an account' }).click({ timeout: PATIENCE });
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Alice' }).waitFor({ timeout: PATIENCE });
        if (!(await dialog.getByRole('button', { name }).count())) {
            await dialog.getByRole('textbox').fill(name);
            await dialog.getByRole('button', { name: 'Add' }).click();
        }
        await dialog.getByRole('button', { name }).first().click();
        return page;
    };
    const end = async () => {
        await browser.close();
        await server.close();
        await org.client.disconnect();
    };
    return { browser, server, org, market, at, as, end };
}

/// The same, with room for another request: Grace comes back from her rest, as Heidi's hands are gone.
export async function beginWithRoom() {
    const stage = await begin();
    await stage.org.does(person('Grace'), 'obligation', 'obligationUnfreeze', []).catch(() => undefined);
    return stage;
}
