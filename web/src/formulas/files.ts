// Where a file may be, by its address and by its hash.

import { concatU8a, hexToU8a } from 'dedot/utils';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
/// CIDv1, raw bytes, blake2b-256 of 32 bytes: what the chain's hash is called in IPFS.
const CID_PREFIX = Uint8Array.of(0x01, 0x55, 0xa0, 0xe4, 0x02, 0x20);

/// The CID of a file whose blake2b-256 hash is this.
export function cidOf(hash: string): string {
    let [bits, held, text] = [0, 0, 'b'];
    for (const byte of concatU8a(CID_PREFIX, hexToU8a(hash))) {
        held = ((held << 8) | byte) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += BASE32[(held >> bits) & 31];
        }
    }
    return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}

const IPFS = /^ipfs:\/\/(?:ipfs\/)?([A-Za-z0-9]+)((?:\/[^?#]*)?)/;

/// Where a file can be fetched from: its own address if that is among the sources, and each gateway by its address or its
/// hash. `elsewhere` is its own address where no source has that host.
export function whereabouts(
    uri: string,
    hash: string,
    sources: readonly string[],
): { urls: string[]; elsewhere?: string } {
    const urls: string[] = [];
    let elsewhere: string | undefined;
    const named = IPFS.exec(uri);
    const paths = [...(named ? [`${named[1]}${named[2]}`] : []), cidOf(hash)];
    try {
        const url = new URL(uri);
        if (url.protocol === 'https:' || url.protocol === 'http:') {
            if (sources.some((source) => new URL(source).origin === url.origin)) urls.push(url.href);
            else elsewhere = url.href;
        }
    } catch {
        // No address at all, or not one that a browser knows.
    }
    for (const path of paths) {
        for (const source of sources)
            urls.push(new URL(`ipfs/${path}`, source.endsWith('/') ? source : `${source}/`).href);
    }
    return elsewhere === undefined ? { urls } : { urls, elsewhere };
}

/// Images that a browser shows without running anything: no SVG.
const IMAGES: readonly [type: string, beginning: number[]][] = [
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ['image/jpeg', [0xff, 0xd8, 0xff]],
    ['image/gif', [0x47, 0x49, 0x46, 0x38]],
];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

const begins = (bytes: Uint8Array, with_: readonly number[], at = 0): boolean =>
    with_.every((byte, index) => bytes[at + index] === byte);

/// What a file's own first bytes say: an image, a text, or something that is not shown.
export function kindOf(
    bytes: Uint8Array,
): { kind: 'image'; type: string } | { kind: 'text'; text: string } | { kind: 'other' } {
    const image = IMAGES.find(([, beginning]) => begins(bytes, beginning))?.[0];
    if (image) return { kind: 'image', type: image };
    if (begins(bytes, RIFF) && begins(bytes, WEBP, 8)) return { kind: 'image', type: 'image/webp' };
    try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        return text.includes('\0') ? { kind: 'other' } : { kind: 'text', text };
    } catch {
        return { kind: 'other' };
    }
}
