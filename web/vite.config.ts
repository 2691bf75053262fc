import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// A folder that any web server can serve from any path, IPFS gateways included: all paths are relative.
export default defineConfig({
    base: './',
    resolve: { alias: { 'viem/utils': fileURLToPath(new URL('./src/chain/nosolidity.ts', import.meta.url)) } },
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    json: { stringify: true },
    build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, sourcemap: false },
});
