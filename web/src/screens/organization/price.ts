// What a review costs a day.

import { policy } from '../../chain/store.ts';

const BPS = 10_000n;

/// A rent with its premium, which is in basis points.
export const withPremium = (rent: bigint, premium: number): bigint => (rent * (BPS + BigInt(premium))) / BPS;

/// By the present policy and in the chain's currency; undefined if requests cannot be paid in it.
export function priceNow(premium: number): bigint | undefined {
    const rent = policy.value?.assets.find(({ asset }) => asset.type === 'Native')?.rent;
    return rent === undefined ? undefined : withPremium(rent, premium);
}
