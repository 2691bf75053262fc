// What is hashed, byte by byte as section 3 of the protocol says: commitment, seal, salt and the hash of a file.

import { blake2AsU8a, concatU8a, hexToU8a, stringToU8a, u8aToHex, type HexString } from 'dedot/utils';
import { expand, extract } from '@noble/hashes/hkdf';
import { sha256 } from '@noble/hashes/sha2';

const SALT_BYTES = 32;
const SALT_INFO = stringToU8a('atomic-obligation review salt 1');
const SEAL_INFO = stringToU8a('atomic-obligation seal salt 1');
/// The lengths from which SCALE takes two and four bytes for a compact number.
const TWO_BYTES = 1 << 6;
const FOUR_BYTES = 1 << 14;

const blake2_256 = (bytes: Uint8Array): Uint8Array => blake2AsU8a(bytes, 256);

function u32(value: number): Uint8Array {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError(`${value} is no u32`);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return bytes;
}

/// A list of bytes as SCALE has it, with its compact length in front; up to 16,383 of them.
function list(bytes: Uint8Array): Uint8Array {
    const length = bytes.length;
    if (length < TWO_BYTES) return concatU8a(Uint8Array.of(length << 2), bytes);
    if (length >= FOUR_BYTES) throw new RangeError(`${length} bytes are too many`);
    const short = (length << 2) | 1;
    return concatU8a(Uint8Array.of(short & 0xff, short >> 8), bytes);
}

function exactly(length: number, hex: HexString): Uint8Array {
    const bytes = hexToU8a(hex);
    if (bytes.length !== length) throw new RangeError(`${hex} is not ${length} bytes long`);
    return bytes;
}

/// The hash of what is delivered, or asked for: blake2b-256 of the file, byte by byte.
export const contentHash = (file: Uint8Array): HexString => u8aToHex(blake2_256(file));

export interface Opinion {
    request: number;
    submission: number;
    enforcer: HexString;
    score: number;
    duplicateOf?: number | undefined;
    salt: HexString;
}

/// `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`
export function commitment({ request, submission, enforcer, score, duplicateOf, salt }: Opinion): HexString {
    const duplicate = duplicateOf === undefined ? Uint8Array.of(0) : concatU8a(Uint8Array.of(1), u32(duplicateOf));
    const parts = [
        u32(request),
        u32(submission),
        exactly(32, enforcer),
        Uint8Array.of(score),
        duplicate,
        exactly(32, salt),
    ];
    return u8aToHex(blake2_256(concatU8a(...parts)));
}

export interface Sealed {
    request: number;
    provider: HexString;
    content: HexString;
    uri: Uint8Array;
    salt: HexString;
}

/// `blake2_256(SCALE(request, provider, content, uri, salt))`
export function seal({ request, provider, content, uri, salt }: Sealed): HexString {
    const parts = [u32(request), exactly(32, provider), exactly(32, content), list(uri), exactly(32, salt)];
    return u8aToHex(blake2_256(concatU8a(...parts)));
}

/// A member's place in the order in which members may review a submission: the first 8 bytes, big endian, of
/// `blake2_256(SCALE(seed, request, submission, enforcer))`
export function draw(seed: HexString, request: number, submission: number, enforcer: HexString): bigint {
    const hash = blake2_256(concatU8a(exactly(32, seed), u32(request), u32(submission), exactly(32, enforcer)));
    return new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
}

/// Where a secret is used: the chain and the market on it.
export interface Place {
    genesis: HexString;
    market: HexString;
}

function derived(key: HexString, info: Uint8Array, parts: Uint8Array[]): HexString {
    const secret = extract(sha256, exactly(32, key), info);
    return u8aToHex(expand(sha256, secret, concatU8a(...parts), SALT_BYTES));
}

/// The salt of a review: HKDF-SHA256 of the account's review key. The same key finds it again on any device.
export function reviewSalt(
    key: HexString,
    at: Place,
    request: number,
    submission: number,
    enforcer: HexString,
): HexString {
    const parts = [
        exactly(32, at.genesis),
        exactly(32, at.market),
        u32(request),
        u32(submission),
        exactly(32, enforcer),
    ];
    return derived(key, SALT_INFO, parts);
}

/// The salt of a seal, from the same key: each file and place for it has its own.
export function sealSalt(
    key: HexString,
    at: Place,
    request: number,
    provider: HexString,
    content: HexString,
    uri: Uint8Array,
): HexString {
    const parts = [exactly(32, at.genesis), exactly(32, at.market), u32(request), exactly(32, provider)];
    return derived(key, SEAL_INFO, [...parts, exactly(32, content), list(uri)]);
}
