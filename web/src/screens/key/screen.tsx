// The key of whoever acts: what it is for, whether it is saved elsewhere, and how to get it back.

import { Notice } from '../../parts/basic.tsx';
import { chooseWho } from '../../wallet/chooser.tsx';
import { me } from '../../wallet/wallet.ts';
import { KeyPanel } from './panel.tsx';

export function KeyScreen() {
    const who = me.value;
    return (
        <div class="narrow">
            <h1>Your key</h1>
            {who ? (
                <KeyPanel who={who} key={who.id} />
            ) : (
                <Notice>
                    Each account has a key of its own.{' '}
                    <button type="button" class="small" onClick={chooseWho}>
                        Choose an account
                    </button>
                </Notice>
            )}
        </div>
    );
}
