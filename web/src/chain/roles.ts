// Who has which role in the three contracts: the manager grants all the others.

import { contentHash } from '../formulas/hashes.ts';
import { raw, same } from '../words/accounts.ts';
import type { Cells } from './cells.ts';
import type { Chain } from './session.ts';
import type { Account, MarketContractApi } from './types.ts';

export type ContractName = 'market' | 'obligation' | 'reputation';
export const CONTRACTS: readonly ContractName[] = ['market', 'obligation', 'reputation'];

type Access = MarketContractApi['types']['RootStorage']['accessControl'];
type Roles = Cells<{ 'accessControl.members': Access['members'] }>;

/// A role's number is the beginning of its name's hash; the manager's is 0.
const numberOf = (name: string): number => parseInt(contentHash(new TextEncoder().encode(name)).slice(2, 10), 16);

export const MANAGER = 0;
/// What each contract asks for, and what whoever has it may do.
export const ROLES: Readonly<Record<ContractName, readonly (readonly [name: string, may: string])[]>> = {
    market: [],
    obligation: [['OPERATOR', 'opens pools, and reports work to them']],
    reputation: [
        ['MINTER', 'owes new reputation, within its cap'],
        ['LOCKER', 'locks reputation, and holds accounts back from resting'],
        ['SLASHER', 'burns reputation as a penalty'],
        ['SPENDER', 'burns reputation as a price'],
        ['FREEZER', 'lets accounts rest'],
    ],
};
const NAMES = new Map<number, string>([
    [MANAGER, 'MANAGER'],
    ...Object.values(ROLES)
        .flat()
        .map(([name]): [number, string] => [numberOf(name), name]),
]);

export const roleOf = (name: string): number => (name === 'MANAGER' ? MANAGER : numberOf(name));

export const roleName = (role: number): string => NAMES.get(role) ?? `role ${role}`;

export interface Holder {
    contract: ContractName;
    role: number;
    name: string;
    who: Account;
}

export async function holdersOf(at: Chain): Promise<Holder[]> {
    const lists = await Promise.all(
        CONTRACTS.map(async (contract) => {
            const cells = at.cells[contract] as unknown as Roles;
            const all = await cells.entries<'accessControl.members', [number, Account | undefined]>(
                'accessControl.members',
            );
            return all.flatMap(([[role, who]]) => (who ? [{ contract, role, name: roleName(role), who }] : []));
        }),
    );
    return lists.flat().sort((one, other) => one.role - other.role);
}

export const managersOf = (holders: readonly Holder[], contract: ContractName): Account[] =>
    holders.filter((holder) => holder.contract === contract && holder.role === MANAGER).map(({ who }) => who);

export const isManager = (holders: readonly Holder[], contract: ContractName, who: string | undefined): boolean =>
    managersOf(holders, contract).some((manager) => same(manager, who));

/// One of the three contracts by its account, if it is one of them.
export const contractNamed = (at: Chain, who: Account): ContractName | undefined =>
    CONTRACTS.find((contract) => raw(at[contract].address.toString()) === raw(who));
