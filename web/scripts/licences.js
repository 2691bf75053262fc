// Lists the licences of all that is bundled, into the page's own folder: `dist/licences.txt`. Fails if one of them is unknown,
// or is one under which the page could not be handed on.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const ALLOWED = /^\(?(MIT|Apache-2\.0|BSD-[23]-Clause|ISC|0BSD|CC0-1\.0|Unlicense)( (OR|AND) [\w.-]+)*\)?$/;
const { bundled } = JSON.parse(fs.readFileSync(path.join(web, '.built', 'bundled.json'), 'utf8'));
/// What is known of packages that do not name their licence.
const UNSAID = {
    deshape: "no licence named in its package; it is dedot's own, whose other packages are all under Apache-2.0",
};

function licenceOf(folder) {
    const file = fs.readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    return file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : '';
}

const parts = bundled.map((folder) => {
    const { name, version, license: said } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const license = said ?? UNSAID[name];
    if (!license || (said && !ALLOWED.test(said)))
        throw new Error(`${name} ${version} is under ${license ?? 'no licence'}`);
    return `${name} ${version}, ${license}\n\n${licenceOf(folder)}`.trim();
});
const own = 'Atomic Obligation is under Apache-2.0. This page bundles these packages:';
fs.writeFileSync(path.join(web, 'dist', 'licences.txt'), `${[own, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
console.log(`${parts.length} packages, their licences are listed`);
