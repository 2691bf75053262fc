// Amounts with their units, exactly: whole numbers of smallest units go in and come out, never a floating point number.

import type { Asset } from '../chain/types.ts';
import { chain } from '../chain/session.ts';
import { tokenOf } from '../chain/tokens.ts';

const BPS = 100;
const PPM = 10_000;

/// A number of smallest units with all its digits and none that are empty: `34.8`.
export function decimal(amount: bigint, decimals: number): string {
    const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
    const [whole, part] = [
        digits.slice(0, digits.length - decimals),
        digits.slice(digits.length - decimals).replace(/0+$/, ''),
    ];
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
    return `${amount < 0n ? '−' : ''}${grouped}${part ? `.${part}` : ''}`;
}

/// What somebody typed, in smallest units; undefined if it is no such number, or has more digits than the asset.
export function parsed(text: string, decimals: number): bigint | undefined {
    const match = /^(\d+)(?:[.,](\d*))?$/.exec(text.trim().replace(/[\s_\u202f]/g, ''));
    if (!match || (match[2] ?? '').length > decimals) return undefined;
    return BigInt(match[1] + (match[2] ?? '').padEnd(decimals, '0'));
}

/// An amount of the chain's currency.
export function native(amount: bigint): string {
    return `${decimal(amount, chain.value?.decimals ?? 0)} ${chain.value?.symbol ?? ''}`;
}

const DIGITS = 3;

/// The same to three digits, where many stand below each other: "≈ 0.00457 UNIT".
export function roughly(amount: bigint): string {
    const size = (amount < 0n ? -amount : amount).toString().length;
    const unit = 10n ** BigInt(Math.max(0, size - DIGITS));
    const rounded = ((amount + (amount < 0n ? -unit : unit) / 2n) / unit) * unit;
    return rounded === amount ? native(amount) : `≈ ${native(rounded)}`;
}

/// How many decimals an asset has; a token without a symbol is counted in its smallest units.
export const decimalsOf = (asset: Asset): number =>
    asset.type === 'Native' ? (chain.value?.decimals ?? 0) : (tokenOf(asset)?.decimals ?? 0);

/// What an asset is counted in.
export const unitOf = (asset: Asset): string =>
    asset.type === 'Native' ? (chain.value?.symbol ?? '') : (tokenOf(asset)?.symbol ?? 'smallest units of a token');

/// An amount of a request's asset, in the token's own symbol and decimals if it has some.
export const amount = (of: bigint, asset: Asset): string => `${decimal(of, decimalsOf(asset))} ${unitOf(asset)}`;

/// Micro-operations as ops.
export function ops(micro: bigint): string {
    return `${decimal(micro, 6)} ${micro === 1_000_000n ? 'op' : 'ops'}`;
}

/// Points of reputation.
export const points = (many: bigint): string => `${decimal(many, 0)} ${many === 1n ? 'point' : 'points'}`;

/// Basis points as a percentage.
export const bps = (parts: number): string => `${Number((parts / BPS).toFixed(2))} %`;
/// Parts per million as a percentage.
export const ppm = (parts: number): string => `${Number((parts / PPM).toFixed(4))} %`;
