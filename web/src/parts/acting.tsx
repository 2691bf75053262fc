// What is for whoever acts.

import type { ComponentChildren } from 'preact';
import { chooseWho } from '../wallet/chooser.tsx';
import { me, type Acting } from '../wallet/wallet.ts';
import { Notice } from './basic.tsx';

/// What `children` makes of whoever acts; without anybody, `why` somebody is needed, and a way to choose.
export function ForWhoActs({ why, children }: { why: string; children: (who: Acting) => ComponentChildren }) {
    if (me.value) return <>{children(me.value)}</>;
    return (
        <Notice>
            {why}{' '}
            <button type="button" class="small" onClick={chooseWho}>
                Choose an account
            </button>
        </Notice>
    );
}
