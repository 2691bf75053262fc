// How fast a long board is there and scrolls, in a browser: from the opening of the page to the last request painted, by a
// reader who comes for the first time and by one who was here before, and how long a frame takes while the board is scrolled.
//
//   URL=ws://… DEPLOYMENT=… node scripts/bench.js NUMBER

import { begin } from '../test/browser.js';

const RUNS = 5;
const number = Number(process.argv[2] ?? 1000);
const stage = await begin();

/// Runs in the page before it: notes when the wanted number of rows was painted.
const watch = (wanted) => {
    new MutationObserver((_, self) => {
        if (document.querySelectorAll('.row').length < wanted) return;
        self.disconnect();
        requestAnimationFrame(() => setTimeout(() => (globalThis.paintedAt = performance.now())));
    }).observe(document, { childList: true, subtree: true });
};

/// Runs in the page: scrolls a screen in each frame to the end, and answers the times between the frames.
const scroll = () =>
    new Promise((done) => {
        const times = [];
        let before = performance.now();
        const step = (now) => {
            times.push(now - before);
            before = now;
            const top = scrollY;
            scrollBy(0, innerHeight / 2);
            if (scrollY === top && times.length > 2) done(times.slice(1));
            else requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
    });

async function opened(context) {
    const page = await context.newPage();
    await page.addInitScript(watch, number);
    await page.goto(`${stage.server.url}?${new URLSearchParams({ node: process.env.URL, market: stage.market })}`);
    const at = await page.waitForFunction(() => globalThis.paintedAt, undefined, {
        timeout: 60_000,
    });
    return [page, await at.jsonValue()];
}

const sorted = (numbers) => numbers.toSorted((one, other) => one - other);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];
const ms = (number) => `${Math.round(number)} ms`;

const [first, again, frames] = [[], [], []];
for (let run = 0; run < RUNS; run += 1) {
    const context = await stage.browser.newContext({
        viewport: { width: 1200, height: 900 },
    });
    const [fresh, cold] = await opened(context);
    first.push(cold);
    await fresh.close();
    const [page, warm] = await opened(context);
    again.push(warm);
    frames.push(...(await page.evaluate(scroll)));
    await context.close();
}
console.log(`${number} requests on the board, ${RUNS} runs: from opening to painted, median and worst`);
console.log(`  the first time  ${ms(median(first))}  ${ms(Math.max(...first))}`);
console.log(`  another time    ${ms(median(again))}  ${ms(Math.max(...again))}`);
const late = frames.filter((time) => time > 34).length;
console.log(
    `  ${frames.length} frames scrolled: ${ms(median(frames))}, the longest ${ms(Math.max(...frames))}, ${late} over 34 ms`,
);
await stage.end();
