import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/// The package that a module is of.
function packageOf(module: string): string | undefined {
    for (let folder = path.dirname(module); folder.includes('node_modules'); folder = path.dirname(folder)) {
        const file = path.join(folder, 'package.json');
        if (fs.existsSync(file) && 'version' in (JSON.parse(fs.readFileSync(file, 'utf8')) as object)) return folder;
    }
    return undefined;
}

/// Writes down which packages are bundled: `scripts/licences.js` lists their licences.
const bundled: Plugin = {
    name: 'bundled',
    generateBundle(_, bundle) {
        const modules = Object.values(bundle).flatMap((part) =>
            part.type === 'chunk' ? Object.keys(part.modules) : [],
        );
        const packages = [
            ...new Set(
                modules.map((module) => packageOf(module.replace(/^\0/, ''))).filter((one) => one !== undefined),
            ),
        ].sort();
        fs.mkdirSync(here('.built'), { recursive: true });
        fs.writeFileSync(here('.built/bundled.json'), JSON.stringify({ bundled: packages }));
    },
};

// A folder that any web server can serve from any path, IPFS gateways included: all paths are relative.
export default defineConfig({
    base: './',
    plugins: [bundled],
    resolve: { alias: { 'viem/utils': here('./src/chain/nosolidity.ts') } },
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
    json: { stringify: true },
    build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, sourcemap: false },
});
