// The accounts that everybody knows, for chains whose money is worth nothing. Loaded only where the chain says it is one.

import { sr25519CreateDerive } from '@polkadot-labs/hdkd';
import { DEV_MINI_SECRET } from '@polkadot-labs/hdkd-helpers';
import { concatU8a, encodeAddress, u8aToHex } from 'dedot/utils';
import { DEVELOPMENT, type Acting } from './wallet.ts';

/// The multi-signature's index of sr25519.
const SR25519 = 1;
const PREFIX = 42;
const fromRoot = sr25519CreateDerive(DEV_MINI_SECRET);

/// The account `//Name`.
export function derive(name: string): Acting {
    const { publicKey, sign } = fromRoot(`//${name}`);
    const address = encodeAddress(publicKey, PREFIX);
    const signer = {
        address,
        addressRaw: publicKey,
        publicKey,
        sign: (data: Uint8Array, options?: { withType?: boolean }): Uint8Array =>
            options?.withType ? concatU8a(Uint8Array.of(SR25519), sign(data)) : sign(data),
    };
    return { id: u8aToHex(publicKey), address, name, source: DEVELOPMENT, signer };
}
