// Terms and policies, term by term: what each is called, how it is shown, and how it is typed.

import { AccountId32, type AccountId32Like } from 'dedot/codecs';
import type { Asset, AssetPolicy, Policy, Terms } from '../chain/types.ts';
import { marketProblem } from '../chain/deployment.ts';
import { tokenOf } from '../chain/tokens.ts';
import { address, nameOf } from './accounts.ts';
import { bps, decimal, decimalsOf, parsed, points, ppm, unitOf } from './amounts.ts';
import { counted } from './text.ts';
import { duration, exactly } from './times.ts';

/// What a term's value is: a whole number, points of reputation, a length of time, a part of a million or of ten thousand,
/// an account, how much an op weighs, or which assets are taken.
export type Kind = 'count' | 'points' | 'time' | 'ppm' | 'bps' | 'account' | 'rate' | 'assets';

export interface Rule<Of> {
    key: keyof Of & string;
    label: string;
    kind: Kind;
    /// What is counted.
    unit?: string;
    /// What a value means that is no amount, such as 0.
    special?: readonly [number, string];
    /// It never changes.
    fixed?: boolean;
}

const WITHOUT_BOUND = 0xffff_ffff;
const NATIVE: Asset = { type: 'Native' };

export const TERMS: readonly Rule<Terms>[] = [
    { key: 'denominator', label: 'To be declared: one of each', kind: 'count', unit: 'op seen', fixed: true },
    { key: 'epoch', label: 'An epoch', kind: 'time', fixed: true },
    { key: 'retentionPpm', label: 'Each epoch leaves of all counters', kind: 'ppm', fixed: true },
    { key: 'throttleBuffer', label: 'Throttled above', kind: 'count', unit: 'op missing' },
    { key: 'banBuffer', label: 'Banned above', kind: 'count', unit: 'op missing' },
    { key: 'rate', label: 'An op weighs', kind: 'rate' },
    { key: 'minReviews', label: 'Fewest reviews of an op', kind: 'count' },
    { key: 'presence', label: 'Presence, each epoch', kind: 'count', unit: 'op' },
    { key: 'pace', label: 'Falls due by work, an epoch', kind: 'count', unit: 'op', special: [0, 'without bound'] },
    { key: 'creditCap', label: 'Ahead, at most', kind: 'count', unit: 'op', special: [WITHOUT_BOUND, 'without bound'] },
    { key: 'seats', label: 'Seats', kind: 'count' },
    { key: 'minReputation', label: 'To enlist', kind: 'points' },
    { key: 'bond', label: 'Bond', kind: 'points' },
    { key: 'healthyLimit', label: 'Open commitments', kind: 'count' },
    { key: 'throttledLimit', label: 'While Throttled', kind: 'count' },
    { key: 'slashPpm', label: 'A ban slashes, after the bond', kind: 'ppm' },
    { key: 'keeperReward', label: 'For whoever has somebody banned', kind: 'points' },
    { key: 'restorePrice', label: 'An op restored costs', kind: 'points' },
    { key: 'cooldown', label: 'Cooldown', kind: 'time' },
    { key: 'minFreeze', label: 'Shortest rest', kind: 'time' },
    { key: 'freezeInterval', label: 'Between rests', kind: 'time' },
    { key: 'notice', label: 'Notice of new terms', kind: 'time' },
];

export const POLICY: readonly Rule<Policy>[] = [
    { key: 'assets', label: 'Paid in', kind: 'assets' },
    { key: 'minWindow', label: 'Shortest step of a request', kind: 'time' },
    { key: 'maxWindow', label: 'Longest step', kind: 'time' },
    { key: 'minQuorum', label: 'Smallest quorum', kind: 'count', unit: 'review' },
    { key: 'maxTolerance', label: 'Greatest tolerance', kind: 'count', unit: 'point of 100', special: [0, 'none'] },
    { key: 'unreviewedBps', label: 'Work that nobody reviewed weighs', kind: 'bps' },
    { key: 'protocolFeeBps', label: 'Protocol fee', kind: 'bps' },
    { key: 'treasury', label: 'Treasury', kind: 'account' },
    { key: 'targetUtilizationPpm', label: 'No premium up to a utilization of', kind: 'ppm' },
    { key: 'premiumCapBps', label: 'Premium when full, on the rent', kind: 'bps' },
    { key: 'reputationPerFee', label: 'Earned at most, for each UNIT of protocol fee', kind: 'points' },
    { key: 'minStake', label: 'An incoherent review costs at least', kind: 'points' },
    { key: 'maxStake', label: 'A review earns or costs at most', kind: 'points' },
];

const rateWords = (rate: Terms['rate']): string =>
    rate.type === 'Fixed' ? 'one, whoever is there' : `${ppm(rate.value)} of the fair share`;

const isRate = (value: unknown): value is Terms['rate'] =>
    typeof value === 'object' && value !== null && 'type' in value;

const assetName = (asset: Asset): string => (asset.type === 'Native' ? unitOf(asset) : address(asset.value));

const assetWords = ({ asset, minReviewFee, rent }: AssetPolicy): string =>
    `${asset.type === 'Native' ? unitOf(asset) : `${unitOf(asset)} (${nameOf(asset.value)})`}: a review fee of at least ` +
    `${decimal(minReviewFee, decimalsOf(asset))}, a rent of ${decimal(rent, decimalsOf(asset))} a review and day`;

function assetTyped({ asset, minReviewFee, rent }: AssetPolicy): string {
    const amounts = [minReviewFee, rent].map((of) => decimal(of, decimalsOf(asset)).replaceAll('\u202f', ''));
    return [assetName(asset), ...amounts].join(' ');
}

/// An asset with its least review fee and its rent. A token is asked for its decimals before its amounts can be read.
function assetRead(text: string): AssetPolicy | undefined {
    const [name = '', fee = '', perDay = '', ...more] = text.trim().split(/\s+/);
    if (more.length > 0) return undefined;
    const native = unitOf(NATIVE);
    if (name !== native && marketProblem(name) !== undefined) return undefined;
    const asset: Asset = name === native ? NATIVE : { type: 'Psp22', value: new AccountId32(name) };
    if (asset.type === 'Psp22' && !tokenOf(asset)) return undefined;
    const [minReviewFee, rent] = [fee, perDay].map((of) => parsed(of, decimalsOf(asset)));
    return minReviewFee === undefined || rent === undefined ? undefined : { asset, minReviewFee, rent };
}

function assetsRead(text: string): AssetPolicy[] | undefined {
    const read = text.split(';').map(assetRead);
    return read.every((one) => one !== undefined) ? read : undefined;
}

/// A value as people read it.
export function show<Of>({ kind, unit, special }: Rule<Of>, value: unknown): string {
    if (special && Number(value) === special[0]) return special[1];
    switch (kind) {
        case 'count':
            return unit
                ? counted(Number(value), unit, unit.replace(/^(op|review|point)/, '$1s'))
                : decimal(BigInt(Number(value)), 0);
        case 'points':
            return points(value as bigint);
        case 'time':
            return exactly(value as bigint);
        case 'ppm':
            return ppm(Number(value));
        case 'bps':
            return bps(Number(value));
        case 'account':
            return nameOf(value as AccountId32Like);
        case 'rate':
            return isRate(value) ? rateWords(value) : '';
        case 'assets':
            return (value as AssetPolicy[]).map(assetWords).join('; ');
    }
}

/// A value as it is typed.
export function typed<Of>({ kind }: Rule<Of>, value: unknown): string {
    switch (kind) {
        case 'count':
        case 'points':
            return String(value);
        case 'time':
            return exactly(value as bigint);
        case 'ppm':
            return decimal(BigInt(Number(value)), 4).replace('\u202f', '');
        case 'bps':
            return decimal(BigInt(Number(value)), 2).replace('\u202f', '');
        case 'account':
            return address(value as AccountId32Like);
        case 'rate':
            return isRate(value) && value.type === 'FairShare' ? decimal(BigInt(value.value), 4) : 'fixed';
        case 'assets':
            return (value as AssetPolicy[]).map(assetTyped).join('; ');
    }
}

/// How something of this kind is typed.
export const HINTS: Readonly<Record<Kind, string>> = {
    count: 'a whole number',
    points: 'points',
    time: 'such as 7d 12h',
    ppm: '%',
    bps: '%',
    account: 'an address',
    rate: '% of the fair share, or “fixed”',
    assets: 'each as: the currency or a token’s address, least review fee, rent of a review and day; with “;” between',
};

/// What somebody typed, as the contract takes it; undefined if it is nothing of the kind.
export function understood(kind: Kind, text: string): unknown {
    const trimmed = text.trim();
    const parts = (decimals: number): number | undefined => {
        const found = parsed(trimmed.replace(/%$/, ''), decimals);
        return found === undefined ? undefined : Number(found);
    };
    switch (kind) {
        case 'count':
            return /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : undefined;
        case 'points':
            return parsed(trimmed, 0);
        case 'time':
            return duration(trimmed);
        case 'ppm':
            return parts(4);
        case 'bps':
            return parts(2);
        case 'account':
            return marketProblem(trimmed) === undefined ? trimmed : undefined;
        case 'rate': {
            if (trimmed === 'fixed') return { type: 'Fixed' };
            const value = parts(4);
            return value === undefined ? undefined : { type: 'FairShare', value };
        }
        case 'assets':
            return assetsRead(trimmed);
    }
}
