// The accounts that everybody knows, for chains whose money is worth nothing. Loaded only where the chain says it is one,
// and somebody signs with such a key: to derive them takes time.

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET } from '@polkadot-labs/hdkd-helpers';
import type { IKeyringPair } from 'dedot/types';
import { concatU8a, encodeAddress } from 'dedot/utils';

/// The multi-signature's index of sr25519.
const SR25519 = 1;
const PREFIX = 42;
const fromRoot = sr25519CreateDerive(DEV_MINI_SECRET);

/// The key of `//Name`.
export function derive(name: string): IKeyringPair {
    const { publicKey, sign } = fromRoot(`//${name}`);
    return {
        address: encodeAddress(publicKey, PREFIX),
        addressRaw: publicKey,
        publicKey,
        sign: (data, options) => (options?.withType ? concatU8a(Uint8Array.of(SR25519), sign(data)) : sign(data)),
    };
}
