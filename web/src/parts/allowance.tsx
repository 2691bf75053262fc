// Tokens are taken from an allowance: where it is too small, it is given first, in a step of its own.

import type { ComponentChildren } from 'preact';
import { Act } from '../actions/button.tsx';
import { allow } from '../actions/tokens.ts';
import { allowed } from '../chain/tokens.ts';
import type { Asset } from '../chain/types.ts';
import { me } from '../wallet/wallet.ts';
import { raw } from '../words/accounts.ts';
import { amount } from '../words/amounts.ts';
import { Notice } from './basic.tsx';
import { useReading } from './reading.ts';

interface Taken {
    asset: Asset;
    /// How much the call takes.
    of: bigint;
    children: ComponentChildren;
}

/// What takes tokens, once they may be taken.
export function Allowed({ asset, of, children }: Taken) {
    if (asset.type === 'Native' || !me.value || of === 0n) return <>{children}</>;
    return (
        <OfToken asset={asset} of={of} who={me.value.id}>
            {children}
        </OfToken>
    );
}

type Psp22 = Extract<Asset, { type: 'Psp22' }>;

function OfToken({ asset, of, who, children }: Taken & { asset: Psp22; who: string }) {
    const token = raw(asset.value);
    const found = useReading((at) => allowed(at, token, who), [token, who]);
    if (!found) return <p class="quiet">Asking the token…</p>;
    if ('why' in found) return <Notice tone="bad">The token cannot be read: {found.why}.</Notice>;
    const { balance, allowance } = found.value;
    if (balance < of)
        return (
            <Notice tone="bad">
                You have {amount(balance, asset)}, and this takes {amount(of, asset)}.
            </Notice>
        );
    if (allowance >= of) return <>{children}</>;
    return (
        <>
            <p>
                First let the market take it: it may take {amount(allowance, asset)} of yours, and this takes{' '}
                {amount(of, asset)}.
            </p>
            <Act intent={() => allow(asset, of)} />
        </>
    );
}
