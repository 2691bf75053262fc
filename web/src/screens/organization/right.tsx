// Who may do something: whoever may sees how, and everybody else who could.

import type { ComponentChildren } from 'preact';
import { isManager, managersOf, type ContractName, type Holder } from '../../chain/roles.ts';
import type { Account as Id } from '../../chain/types.ts';
import { Account } from '../../parts/basic.tsx';
import { me } from '../../wallet/wallet.ts';

export interface Right {
    may: boolean;
    /// Who could.
    who: readonly Id[];
    contract: ContractName;
}

export const rightOf = (holders: readonly Holder[], contract: ContractName): Right => ({
    may: isManager(holders, contract, me.value?.id),
    who: managersOf(holders, contract),
    contract,
});

export function Only({ right, what, children }: { right: Right; what: string; children: ComponentChildren }) {
    if (right.may) return <>{children}</>;
    if (right.who.length === 0)
        return (
            <p class="quiet">
                Nobody can {what}: the {right.contract} contract has no manager.
            </p>
        );
    return (
        <p class="quiet">
            Only a manager of the {right.contract} contract can {what}:{' '}
            {right.who.map((who, at) => (
                <span key={who.raw}>
                    {at > 0 && ', '}
                    <Account who={who} />
                </span>
            ))}
            .
        </p>
    );
}
