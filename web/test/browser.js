// A browser, and the built page in it.

import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

export { serve } from './server.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/// Where a browser is, if there is one: $CHROMIUM, or on the PATH.
export function browserPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    const folders = (process.env.PATH ?? '').split(path.delimiter);
    return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

export const launch = () => chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox'] });

/// The page at a deployment; everything that it says it could not do is kept in `problems`.
export async function open(browser, base, { url, market, at = '', ...context }) {
    const page = await (await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: 'en-GB', timezoneId: 'UTC', ...context })).newPage();
    page.problems = [];
    page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
    page.on('pageerror', (error) => page.problems.push(String(error)));
    await page.goto(`${base}?${new URLSearchParams({ node: url, market })}#/${at}`);
    return page;
}
