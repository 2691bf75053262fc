// Letting the market take tokens: a step of its own, before a call that takes them.

import type { Asset } from '../chain/types.ts';
import { approval, approved } from '../chain/tokens.ts';
import { raw } from '../words/accounts.ts';
import { amount } from '../words/amounts.ts';
import type { Intent } from './intent.ts';

const NONE = { refTime: 0n, proofSize: 0n };

/// `of` is all that the market may take from then on, not what is added.
export function allow(asset: Extract<Asset, { type: 'Psp22' }>, of: bigint): Intent {
    const token = raw(asset.value);
    return {
        title: `Let the market take ${amount(of, asset)}`,
        changes: [
            `The token lets the market’s contract take up to ${amount(of, asset)} of yours, in place of what you allowed before.`,
            'Nothing is taken by this call: that is done by what you sign next.',
        ],
        contract: 'market',
        message: 'PSP22::approve',
        dryRun: (at, { caller, value }) => approved(at, token, String(caller), value ?? 0n, approval(at, of)),
        transaction: (at, { gasLimit = NONE, storageDepositLimit }) =>
            at.client.tx.contracts.call(token, 0n, gasLimit, storageDepositLimit, approval(at, of)) as ReturnType<
                Intent['transaction']
            >,
    };
}
