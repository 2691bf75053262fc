// What the page takes from the rest of the project, made anew by each build into `src/generated`, which is not committed:
// the three contracts' metadata without code and prose, types for it, the words of docs/errors.md, and the stories of
// scenarios/ as presets. `node scripts/generate.js FOLDER`, where the `.contract` files are.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

const web = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const project = path.join(web, '..');
const generated = path.join(web, 'src', 'generated');
const CONTRACTS = ['reputation', 'obligation', 'market'];

/// The same without what only people read.
function withoutProse(value) {
    if (Array.isArray(value)) return value.map(withoutProse);
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value).filter(([key]) => key !== 'docs' && key !== 'typeName');
    return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)]));
}

function metadata(folder, contract) {
    const whole = JSON.parse(fs.readFileSync(path.join(folder, `${contract}.contract`), 'utf8'));
    const { contract: about, source, spec, storage, types, version } = whole;
    const slim = withoutProse({
        contract: about,
        source: { ...source, wasm: undefined },
        spec,
        storage,
        types,
        version,
    });
    // dedot asks for these, empty as they are.
    slim.spec.docs = [];
    for (const item of [...slim.spec.messages, ...slim.spec.constructors, ...slim.spec.events]) item.docs = [];
    for (const event of slim.spec.events) for (const argument of event.args) argument.docs = [];
    for (const { type } of slim.types) type.docs = [];
    return slim;
}

/// The tables of docs/errors.md: for each contract, what each error means; reasons by the error they are in.
function errors() {
    const page = fs.readFileSync(path.join(project, 'docs', 'errors.md'), 'utf8');
    const sections = {};
    let section;
    for (const line of page.split('\n')) {
        const title = /^## `([A-Za-z0-9:]+)`/.exec(line);
        if (title) section = sections[title[1]] = {};
        const row = /^\| \d+ \| `(\w+)(?:\([^`]*\))?` \| (.+) \|$/.exec(line);
        if (row && section) section[row[1]] = row[2].replaceAll('`', '');
    }
    for (const expected of ['market::Error', 'obligation::Error', 'reputation::Error', 'market::RequestReason']) {
        if (!sections[expected] || Object.keys(sections[expected]).length === 0)
            throw new Error(`docs/errors.md has no ${expected}`);
    }
    return sections;
}

/// The first request of each story, as its file has it, with the story's title.
function presets() {
    const folder = path.join(project, 'scenarios');
    const stories = fs
        .readdirSync(folder)
        .filter((file) => file.endsWith('.toml'))
        .sort();
    return stories.flatMap((file) => {
        const { title, request = [] } = parse(fs.readFileSync(path.join(folder, file), 'utf8'));
        const [first] = request;
        if (!first) return [];
        const { at, by, name, offer, delivery, prune, keeper, spec, ...conditions } = first;
        return [{ name: path.basename(file, '.toml'), title, conditions }];
    });
}

function write(name, value) {
    fs.writeFileSync(path.join(generated, name), `${JSON.stringify(value)}\n`);
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('node scripts/generate.js FOLDER: where the .contract files are');
fs.rmSync(generated, { recursive: true, force: true });
fs.mkdirSync(generated, { recursive: true });
for (const contract of CONTRACTS) {
    write(`${contract}.json`, metadata(folder, contract));
    const cli = path.join(web, 'node_modules', '@dedot', 'cli', 'bin', 'dedot.mjs');
    const file = path.join(generated, `${contract}.json`);
    execFileSync(process.execPath, [cli, 'typink', '-m', file, '-o', generated, '-c', contract], { stdio: 'pipe' });
}
write('errors.json', errors());
write('presets.json', presets());
