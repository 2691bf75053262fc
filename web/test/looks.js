// Looks at screens, in any light and width: with axe, for what is too wide, and for what the browser reports. What it saw is in
// web/screenshots.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { PATIENCE } from './browser.js';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = new URL('../screenshots/', import.meta.url);
/// How long a screen has to draw what it reads.
const SETTLED_MS = 300;
const SETTLED_AS_MS = 1_200;

/// A screen as somebody sees it.
async function shown(stage, screen, options) {
    const { at, as, then } = typeof screen === 'string' ? { at: screen } : screen;
    const page = as ? await stage.as(as, at, options) : await stage.at(at, options);
    await then?.(page);
    return page;
}

/// `screens` are places, or `{ at, as, then }`: a place, who is there, and what is done first.
export async function looksWell(stage, screens) {
    fs.mkdirSync(folder, { recursive: true });
    for (const [colorScheme, width] of [
        ['light', 1200],
        ['dark', 360],
    ]) {
        for (const [name, place] of Object.entries(screens)) {
            const page = await shown(stage, place, { colorScheme, viewport: { width, height: 900 } });
            await page.locator('h1').waitFor({ timeout: PATIENCE });
            await page.getByText(/^Block \d+/).waitFor({ timeout: PATIENCE });
            await page.waitForTimeout(typeof place === 'string' ? SETTLED_MS : SETTLED_AS_MS);
            await page.screenshot({
                path: new URL(`${name}-${colorScheme}-${width}.png`, folder).pathname,
                fullPage: true,
            });
            // The page's own policy keeps scripts out; for this one the debugger brings it in.
            await page.evaluate(axe);
            const { violations } = await page.evaluate(() => globalThis.axe.run());
            assert.deepEqual(
                violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
                [],
                `${name}, ${colorScheme}`,
            );
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${name} is ${wide} wide at ${width}`);
            assert.deepEqual(page.problems, [], name);
            await page.context().close();
        }
    }
}
