// The built page, served below a path that is not the root, as an IPFS gateway has one, and an index beside it if there is one.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = process.env.DIST ?? fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.json': 'application/json',
};

/// `index` is the folder of an index.
export async function serve({ port = 0, index } = {}) {
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://localhost');
        const name = pathname.replace(/^\/page\//, '') || 'index.html';
        const beside = index && name.startsWith('index/');
        const file = path.join(beside ? index : dist, path.normalize(`/${beside ? name.slice('index'.length) : name}`));
        if (!pathname.startsWith('/page/') || !fs.existsSync(file) || fs.statSync(file).isDirectory()) {
            response.writeHead(404).end();
            return;
        }
        response.writeHead(200, {
            'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
            // An index may be on another host than the page.
            'access-control-allow-origin': '*',
        });
        fs.createReadStream(file).pipe(response);
    });
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}/page/`,
        close: () => new Promise((resolve) => server.close(resolve)),
    };
}
