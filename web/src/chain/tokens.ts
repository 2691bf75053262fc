// Tokens of the PSP22 standard that requests pay in: what they call themselves, and what of them an account has let the
// market take. A token is any contract, so it is asked by plain calls, and its answers are others' texts.

import { signal } from '@preact/signals';
import * as $ from 'dedot/shape';
import { concatU8a, decodeAddress, hexToU8a, u8aToHex, type HexString } from 'dedot/utils';
import type { AccountId32Like } from 'dedot/codecs';
import type { ContractCallResult } from 'dedot/contracts';
import { raw } from '../words/accounts.ts';
import { chain, type Chain } from './session.ts';
import type { Asset } from './types.ts';

export interface Token {
    id: HexString;
    /// Undefined if it has none that could be shown, or that is another's.
    symbol: string | undefined;
    decimals: number;
}

/// What tells assets apart.
export const assetKey = (asset: Asset): string => (asset.type === 'Native' ? '' : raw(asset.value));

/// The selectors of the standard.
const SYMBOL = '0x34205be5';
const DECIMALS = '0x7271b782';
const BALANCE = '0x6568382f';
const ALLOWANCE = '0x4d47d921';
const APPROVE = '0xb20f1bbd';

const MOST_DECIMALS = 38;
const WORD = /^\p{L}[\p{L}\p{N}]{0,11}$/u;

const known = signal<ReadonlyMap<HexString, Token>>(new Map());
const asked = new Set<HexString>();

/// What a message of a token answers, without what ink! puts before it; undefined if it fails.
async function ask(at: Chain, token: HexString, input: HexString): Promise<Uint8Array | undefined> {
    const { address } = at.market;
    const { result } = await at.client.call.contractsApi.call(
        address.toString(),
        token,
        0n,
        undefined,
        undefined,
        input,
    );
    if (!result.isOk || result.value.flags.bits & 1) return undefined;
    const data = hexToU8a(result.value.data);
    return data[0] === 0 ? data.slice(1) : undefined;
}

async function describe(at: Chain, id: HexString): Promise<Token> {
    const [symbol, decimals] = await Promise.all([ask(at, id, SYMBOL), ask(at, id, DECIMALS)]);
    try {
        const name = symbol && $.Option($.str).tryDecode(symbol);
        const places = decimals?.[0] ?? 0;
        const other = name?.toUpperCase() !== at.symbol.toUpperCase();
        if (name && other && WORD.test(name) && places <= MOST_DECIMALS) return { id, symbol: name, decimals: places };
    } catch {
        // It answers something else: it has no symbol.
    }
    return { id, symbol: undefined, decimals: 0 };
}

/// What is known of an asset's token; it is asked once, and whoever reads this is drawn again when it has answered.
export function tokenOf(asset: Asset): Token | undefined {
    if (asset.type === 'Native') return undefined;
    const [at, id] = [chain.value, raw(asset.value)];
    const found = known.value.get(id);
    if (!found && at && !asked.has(id)) {
        asked.add(id);
        describe(at, id).then(
            (token) => (known.value = new Map([...known.value, [id, token]])),
            () => asked.delete(id),
        );
    }
    return found;
}

const bytesOf = (who: AccountId32Like): Uint8Array => hexToU8a(raw(who));

async function number(at: Chain, token: HexString, selector: string, who: AccountId32Like[]): Promise<bigint> {
    const answer = await ask(at, token, u8aToHex(concatU8a(hexToU8a(selector), ...who.map(bytesOf))));
    if (!answer) throw new Error('the token does not answer');
    return $.u128.tryDecode(answer);
}

/// How much of it this account has, and has let the market take.
export async function allowed(at: Chain, token: HexString, who: AccountId32Like) {
    const [balance, allowance] = await Promise.all([
        number(at, token, BALANCE, [who]),
        number(at, token, ALLOWANCE, [who, marketOf(at)]),
    ]);
    return { balance, allowance };
}

const marketOf = (at: Chain): HexString => u8aToHex(decodeAddress(at.market.address.toString()));

/// The call that lets the market take so much.
export const approval = (at: Chain, amount: bigint): HexString =>
    u8aToHex(concatU8a(hexToU8a(APPROVE), hexToU8a(marketOf(at)), $.u128.tryEncode(amount)));

/// What approving would cost; a token that refuses is an exception.
export async function approved(at: Chain, token: HexString, caller: string, value: bigint, input: HexString) {
    const raw = await at.client.call.contractsApi.call(caller, token, value, undefined, undefined, input);
    if (!raw.result.isOk || raw.result.value.flags.bits & 1) throw new Error('the token refuses it');
    return {
        data: { isErr: false },
        raw: raw as ContractCallResult,
        flags: { ...raw.result.value.flags, revert: false },
        inputData: input,
    };
}
