// The private file of `atomic`, in and out: what was committed to and sealed, with its salts, for one market or several.

import { encodeAddress, hexToU8a, stringToHex, type HexString } from 'dedot/utils';
import type { Chain } from '../chain/session.ts';
import type { Opinion } from '../formulas/hashes.ts';
import { raw } from '../words/accounts.ts';
import { forgetLost, keepOpinions, keptOpinions } from './opinions.ts';
import { keepSeals, keptSeals, readSeals, type KeptSeal } from './seals.ts';

const FORMAT = 2;
/// In this one a file held the secrets of one market alone.
const FORMAT_OF_ONE = 1;
/// What `atomic` writes addresses with.
const PREFIX = 42;
const MAX_U32 = 0xffff_ffff;
const BEST = 100;

type Fields = Readonly<Record<string, unknown>>;

interface OfMarket {
    opinions: (Opinion & { revealBy: bigint })[];
    seals: KeptSeal[];
}

const damaged = (what: string): Error => new Error(`the file is damaged: ${what}`);

function fields(value: unknown): Fields {
    if (typeof value !== 'object' || value === null) throw damaged('something is missing');
    return value as Fields;
}

function list(value: unknown): unknown[] {
    if (!Array.isArray(value)) throw damaged('a list is missing');
    return value;
}

function text(value: unknown): string {
    if (typeof value !== 'string') throw damaged('a text is missing');
    return value;
}

function bytes32(value: unknown): HexString {
    const hex = text(value).toLowerCase();
    if (!/^0x[0-9a-f]{64}$/.test(hex)) throw damaged('something is not 32 bytes in hex');
    return hex as HexString;
}

function whole(value: unknown, most: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
        throw damaged('a number is none');
    return value;
}

function account(value: unknown): HexString {
    try {
        return raw(text(value));
    } catch {
        throw damaged('an account’s address is none');
    }
}

function opinion(value: unknown): Opinion & { revealBy: bigint } {
    const { enforcer, request, submission, score, duplicate_of: of, reveal_by: by, salt } = fields(value);
    return {
        enforcer: account(enforcer),
        request: whole(request, MAX_U32),
        submission: whole(submission, MAX_U32),
        score: whole(score, BEST),
        duplicateOf: of === null || of === undefined ? undefined : whole(of, MAX_U32),
        revealBy: BigInt(whole(by, Number.MAX_SAFE_INTEGER)),
        salt: bytes32(salt),
    };
}

function delivery(value: unknown): KeptSeal {
    const { provider, request, content, uri, salt } = fields(value);
    return {
        provider: account(provider),
        request: whole(request, MAX_U32),
        content: bytes32(content),
        uri: stringToHex(text(uri)),
        salt: bytes32(salt),
    };
}

/// What a file holds for this market.
function read(json: string, at: Chain): OfMarket {
    let kept: Fields;
    try {
        kept = fields(JSON.parse(json));
    } catch {
        throw new Error('that is no private file of atomic');
    }
    const { format } = kept;
    if (format !== FORMAT && format !== FORMAT_OF_ONE)
        throw new Error(`it is of format ${String(format)}; this page reads ${FORMAT_OF_ONE} and ${FORMAT}`);
    const markets = format === FORMAT ? list(kept.markets).map(fields) : [kept];
    const ours = markets.filter(
        ({ genesis, market }) => text(genesis).toLowerCase() === at.genesis && account(market) === at.marketId,
    );
    return {
        opinions: ours.flatMap(({ reviews }) => list(reviews).map(opinion)),
        seals: ours.flatMap(({ deliveries }) => list(deliveries).map(delivery)),
    };
}

/// Keeps what a file holds for this market, and answers how much that was.
export async function takeFile(at: Chain, json: string): Promise<{ opinions: number; seals: number }> {
    const { opinions, seals } = read(json, at);
    await keepOpinions(at, opinions);
    await keepSeals(at, seals);
    forgetLost();
    return { opinions: opinions.length, seals: seals.length };
}

const decoder = new TextDecoder();

/// All that is kept here for this market, as a file that `atomic` reads.
export async function asFile(at: Chain): Promise<string> {
    await readSeals();
    const reviews = (await keptOpinions(at)).map((kept) => ({
        enforcer: encodeAddress(kept.enforcer, PREFIX),
        request: kept.request,
        submission: kept.submission,
        score: kept.score,
        duplicate_of: kept.duplicateOf ?? null,
        reveal_by: kept.revealBy,
        salt: kept.salt,
    }));
    const deliveries = keptSeals(at).map((kept) => ({
        provider: encodeAddress(kept.provider, PREFIX),
        request: kept.request,
        content: kept.content,
        uri: decoder.decode(hexToU8a(kept.uri)),
        salt: kept.salt,
    }));
    const market = encodeAddress(at.marketId, PREFIX);
    const kept = { format: FORMAT, markets: [{ genesis: at.genesis, market, reviews, deliveries }] };
    return `${JSON.stringify(kept, null, 2)}\n`;
}
