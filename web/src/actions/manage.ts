// What a manager does for an organization: proposals, pauses, roles, mint caps, and lifted bans.

import type { AccountId32Like } from 'dedot/codecs';
import type { ContractName } from '../chain/roles.ts';
import type { Policy, Proposal } from '../chain/types.ts';
import { nameOf } from '../words/accounts.ts';
import { points } from '../words/amounts.ts';
import { exactly } from '../words/times.ts';
import { intent, type Intent } from './intent.ts';

export const proposeTerms = (pool: number, { terms, schedule }: Proposal, notice: bigint, changes: string[]): Intent =>
    intent('obligation', 'obligationProposeTerms', [pool, terms, schedule], {
        title: 'Propose these terms',
        changes: [
            ...changes,
            `They take effect in ${exactly(notice)}, the notice now in force, and take the place of what was proposed before.`,
            'Until then every member may leave, even with work missing or commitments open.',
        ],
    });

export const proposePolicy = (policy: Policy, notice: bigint, changes: string[]): Intent =>
    intent('market', 'marketProposePolicy', [policy], {
        title: 'Propose this policy',
        changes: [
            ...changes,
            `It takes effect in ${exactly(notice)}, and takes the place of what was proposed before. Requests keep the policy they were posted under.`,
        ],
    });

type Pausable = Exclude<ContractName, 'reputation'>;

const STOPS: Readonly<Record<Pausable, string>> = {
    market: 'Nobody posts, engages, takes places, or offers; deliveries, reviews and payments go on.',
    obligation: 'Nobody enlists; all else goes on.',
};

export function pause(contract: Pausable): Intent {
    const words = { title: `Pause the ${contract} contract`, changes: [STOPS[contract]] };
    return contract === 'market'
        ? intent('market', 'marketPause', [], words)
        : intent('obligation', 'obligationPause', [], words);
}

export function unpause(contract: Pausable): Intent {
    const words = { title: `End the pause of the ${contract} contract`, changes: ['All is possible again.'] };
    return contract === 'market'
        ? intent('market', 'marketUnpause', [], words)
        : intent('obligation', 'obligationUnpause', [], words);
}

export const grant = (contract: ContractName, role: number, name: string, who: AccountId32Like): Intent =>
    intent(contract, 'accessControlGrantRole', [role, who], {
        title: `Make ${nameOf(who)} ${name} in ${contract}`,
        changes: [`${nameOf(who)} has the role ${name} in the ${contract} contract, until somebody revokes it.`],
    });

export const revoke = (contract: ContractName, role: number, name: string, who: AccountId32Like): Intent =>
    intent(contract, 'accessControlRevokeRole', [role, who], {
        title: `Revoke ${name} of ${nameOf(who)} in ${contract}`,
        changes: [
            `${nameOf(who)} can no longer do what ${name} may in the ${contract} contract. If it is one of the organization’s own contracts, what it does there fails from now on.`,
        ],
    });

export const setMintCap = (minter: AccountId32Like, cap: bigint, epoch: bigint): Intent =>
    intent('reputation', 'reputationSetMintCap', [minter, cap], {
        title: `Let ${nameOf(minter)} mint ${points(cap)}`,
        changes: [`In each ${exactly(epoch)} at most so much is minted for it; what is over that stays owed.`],
    });

export const proposeMinter = (minter: AccountId32Like, notice: bigint): Intent =>
    intent('reputation', 'reputationProposeMinter', [minter], {
        title: `Announce ${nameOf(minter)} as a minter`,
        changes: [`The role can be granted to it in ${exactly(notice)}.`],
    });

export const reinstate = (pool: number, who: AccountId32Like): Intent =>
    intent('obligation', 'obligationReinstate', [pool, who], {
        title: `Lift the ban of ${nameOf(who)}`,
        changes: [
            'Its ledger starts from zero, and it may enlist again, like anybody. What was burnt is not given back.',
        ],
    });
