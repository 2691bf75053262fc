// A browser, and the built page in it, served from a folder by a path that is not the root.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const dist = process.env.DIST ?? fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain' };
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/// Where a browser is, if there is one: $CHROMIUM, or on the PATH.
export function browserPath() {
    if (process.env.CHROMIUM) return process.env.CHROMIUM;
    const folders = (process.env.PATH ?? '').split(path.delimiter);
    return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find((file) => fs.existsSync(file));
}

/// Serves the built page, below a path as an IPFS gateway has one.
export async function serve(port = 0) {
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://localhost');
        const name = pathname.replace(/^\/page\//, '') || 'index.html';
        const file = path.join(dist, path.normalize(`/${name}`));
        if (!pathname.startsWith('/page/') || !fs.existsSync(file) || fs.statSync(file).isDirectory()) {
            response.writeHead(404).end();
            return;
        }
        response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
        fs.createReadStream(file).pipe(response);
    });
    await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}/page/`, close: () => new Promise((resolve) => server.close(resolve)) };
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
