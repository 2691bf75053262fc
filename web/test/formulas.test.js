// The formulas of the page against what the contracts' own code answers: test/vectors.json is written by
// `BLESS=1 cargo test -p interfaces --test vectors`.

import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import * as formulas from '../.built/formulas.js';

const file = new URL('vectors.json', import.meta.url);
const vectors = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
const held = { skip: vectors ? false : 'there are no vectors yet: BLESS=1 cargo test -p interfaces --test vectors' };
const STEP = 1_000n;
const bytes = (hex) => Buffer.from(hex.slice(2), 'hex');

/// The request of the vectors.
const request = (duplicates) => ({
    duplicates: { type: duplicates },
    quorum: 3,
    signalBy: STEP,
    deliverBy: 2n * STEP,
    reviewBy: 3n * STEP,
    revealBy: 4n * STEP,
});

test('commitments are those of the contracts', held, () => {
    for (const { is, duplicateOf, ...opinion } of vectors.commitments) {
        assert.equal(formulas.commitment({ ...opinion, duplicateOf: duplicateOf ?? undefined }), is);
    }
});

test('seals are those of the contracts', held, () => {
    for (const { is, uri, ...sealed } of vectors.seals) assert.equal(formulas.seal({ ...sealed, uri: bytes(uri) }), is);
});

test('who is drawn, and when, is as the contracts say', held, () => {
    for (const { seed, request: id, submission, enforcer, active, extended, after, draw, is } of vectors.draws) {
        const drawn = formulas.draw(seed, id, submission, enforcer);
        assert.equal(drawn, BigInt(draw));
        const opened = { active, extended, windowStart: 2n * STEP };
        const now = 2n * STEP + BigInt(after);
        assert.equal(formulas.isDrawn(request('Independent'), opened, drawn, now), is, `${active} ${after}`);
        const from = formulas.drawnFrom(request('Independent'), opened, drawn);
        assert.equal(from !== undefined && now >= from, is, `from ${from}`);
    }
});

test('the phases of requests and of long deals are those of the contracts', held, () => {
    const deals = { held: { tenure: {}, pool: 1 }, vacant: { pool: 1 }, offered: {} };
    for (const { duplicates, place, now, is, ends, ...counts } of vectors.requestPhases) {
        const [spec, deal] = [request(duplicates), place === null ? undefined : deals[place]];
        const state = { ...counts, settled: 0 };
        assert.equal(formulas.requestPhase(spec, state, deal, BigInt(now)), is);
        assert.equal(formulas.phaseEnds(spec, state, deal, BigInt(now)), ends === null ? undefined : BigInt(ends));
    }
});

test('the phases of submissions are those of the contracts', held, () => {
    for (const {
        sealed,
        verdict,
        claimed,
        committed,
        revealed,
        extended,
        now,
        is,
        ...counts
    } of vectors.submissionPhases) {
        const spec = request(sealed ? 'FirstOnly' : 'Independent');
        const reviews = Array.from({ length: committed }, (_, at) => ({ score: at < revealed ? 80 : undefined }));
        const submission = {
            seal: sealed ? '0x00' : undefined,
            verdict,
            claimed,
            extended,
            windowStart: formulas.reviewFrom(spec),
        };
        const state = { closed: false, submissions: 1, finalized: 0, ...counts };
        assert.equal(formulas.submissionPhase(0, submission, spec, state, reviews, BigInt(now)), is);
    }
});

test('a review’s salt is HKDF-SHA256 of the key over where it is used', () => {
    const [key, genesis, market, enforcer] = ['11', '22', '33', '44'].map((byte) => `0x${byte.repeat(32)}`);
    const numbers = Buffer.from([3, 0, 0, 0, 7, 0, 0, 0]);
    const info = Buffer.concat([bytes(genesis), bytes(market), numbers, bytes(enforcer)]);
    const expected = Buffer.from(
        hkdfSync('sha256', bytes(key), Buffer.from('atomic-obligation review salt 1'), info, 32),
    );
    const salt = (submission) => formulas.reviewSalt(key, { genesis, market }, 3, submission, enforcer);
    assert.equal(salt(7), `0x${expected.toString('hex')}`);
    assert.notEqual(salt(7), salt(8));
});

test('the hash of a file is blake2b-256, and its CID is that of raw bytes with this hash', () => {
    const hash = formulas.contentHash(new Uint8Array());
    assert.equal(hash, '0x0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
    const cid = formulas.cidOf(hash);
    assert.match(cid, /^bafk2bza[a-z2-7]+$/);
    assert.equal(cid.length, 62);
});

test('a file is looked for where the settings say, and nowhere else', () => {
    const hash = `0x${'00'.repeat(32)}`;
    const at = (uri, ...sources) => formulas.whereabouts(uri, hash, sources);
    const cid = formulas.cidOf(hash);
    assert.deepEqual(at('ipfs://bafyx/a b', 'https://g.example'), {
        urls: ['https://g.example/ipfs/bafyx/a%20b', `https://g.example/ipfs/${cid}`],
    });
    assert.deepEqual(at('https://files.example/x', 'https://g.example').elsewhere, 'https://files.example/x');
    assert.equal(at('https://files.example/x', 'https://files.example').urls[0], 'https://files.example/x');
    for (const hostile of ['javascript:alert(1)', 'data:text/html,x', '//x', '\u202e', ''])
        assert.deepEqual(at(hostile), { urls: [] });
});

test('only what begins like an image is an image, and SVG is a text', () => {
    const kind = (...values) => formulas.kindOf(Uint8Array.from(values)).kind;
    assert.equal(kind(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1), 'image');
    assert.equal(formulas.kindOf(Buffer.from('<svg onload="alert(1)"/>')).kind, 'text');
    assert.equal(kind(0xff, 0xfe), 'other');
    assert.equal(kind(0x61, 0), 'other');
});
