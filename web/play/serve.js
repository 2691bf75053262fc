// Serves the built page, and prints the address at which it shows a deployment.
//
//   node play/serve.js URL DEPLOYMENT [PORT]

import fs from 'node:fs';
import { serve } from '../test/server.js';

const [node, deployment, port = '8080'] = process.argv.slice(2);
const { market } = JSON.parse(fs.readFileSync(deployment, 'utf8'));
const server = await serve(Number(port)).catch(() => serve());
console.log(`\n  ${server.url}?${new URLSearchParams({ node, market: market.address })}\n`);
console.log('Ctrl-C stops the page and the node, which forgets everything');
