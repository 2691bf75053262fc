// Serves the built page, with the index in a folder beside it if one is named, and prints the address at which it shows a
// deployment.
//
//   node play/serve.js URL DEPLOYMENT [PORT [INDEX]]

import fs from 'node:fs';
import { serve } from '../test/server.js';

const [node, deployment, port = '8080', index] = process.argv.slice(2);
const { market } = JSON.parse(fs.readFileSync(deployment, 'utf8'));
const server = await serve({ port: Number(port), index }).catch(() => serve({ index }));
console.log(`\n  ${server.url}?${new URLSearchParams({ node, market: market.address })}\n`);
console.log('Ctrl-C stops the page and the node, which forgets everything');
