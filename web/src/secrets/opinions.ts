// What was committed to: kept from before it is sent, or found again from the key. What neither opens is told.

import { signal } from '@preact/signals';
import { commitment, reviewSalt, type Opinion } from '../formulas/hashes.ts';
import { opened, type Closed } from '../formulas/opening.ts';
import type { Chain } from '../chain/session.ts';
import type { HexString } from 'dedot/utils';
import { all, onTold, put, tell } from './database.ts';
import { allKeys, keys } from './keys.ts';

export interface KeptOpinion extends Opinion {
    id: string;
    genesis: HexString;
    market: HexString;
    /// When it becomes useless, in milliseconds: the file of `atomic` has it.
    revealBy: number;
}

const idOf = ({ genesis, marketId }: Chain, opinion: Opinion): string =>
    `${genesis}/${marketId}/${commitment(opinion)}`;

const isKept = (value: unknown): value is KeptOpinion => {
    const { id, genesis, market, enforcer, salt, request, submission, score } = (value ?? {}) as Partial<
        Record<keyof KeptOpinion, unknown>
    >;
    return (
        [id, genesis, market, enforcer, salt].every((one) => typeof one === 'string') &&
        [request, submission, score].every((one) => typeof one === 'number')
    );
};

/// What is kept for this market.
export async function keptOpinions(at: Chain): Promise<KeptOpinion[]> {
    const list = (await all('opinions')).filter(isKept);
    return list.filter(({ genesis, market }) => genesis === at.genesis && market === at.marketId);
}

/// Keeps all of these, or none.
export async function keepOpinions(at: Chain, opinions: readonly (Opinion & { revealBy: bigint })[]): Promise<void> {
    const records = opinions.map((opinion): KeptOpinion => ({
        ...opinion,
        id: idOf(at, opinion),
        genesis: at.genesis,
        market: at.marketId,
        revealBy: Number(opinion.revealBy),
    }));
    await put('opinions', records);
    tell();
}

export const saltOf = (at: Chain, key: HexString, request: number, submission: number, who: HexString): HexString =>
    reviewSalt(key, { genesis: at.genesis, market: at.marketId }, request, submission, who);

/// What a commitment on the chain turned out to be; `lost` if nothing here opens it.
export type Found = Opinion | 'lost';
/// By commitment; those that are not in here are still tried.
export const found = signal<ReadonlyMap<string, Found>>(new Map());
const trying = new Set<string>();

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/// Opens these commitments, those first that are kept; `found` tells what came of each. What only the key opened is kept from
/// then on, so that the file has it, too.
export async function openAll(at: Chain, closed: readonly (Closed & { revealBy: bigint })[]): Promise<void> {
    const fresh = closed.filter(({ hash }) => !trying.has(hash) && !found.value.has(hash));
    if (fresh.length === 0) return;
    fresh.forEach(({ hash }) => trying.add(hash));
    const kept = new Map((await keptOpinions(at).catch(() => [])).map((opinion) => [commitment(opinion), opinion]));
    for (const one of fresh) {
        const salts = allKeys(one.enforcer).map((key) => saltOf(at, key, one.request, one.submission, one.enforcer));
        const known = kept.get(one.hash as HexString);
        const its = known ?? (await opened(one, salts, rest));
        if (its && !known) await keepOpinions(at, [{ ...its, revealBy: one.revealBy }]).catch(() => undefined);
        trying.delete(one.hash);
        found.value = new Map(found.value).set(one.hash, its ?? 'lost');
    }
}

/// Tries again what could not be opened: with another key, or after a file was read.
export function forgetLost(): void {
    const left = [...found.value].filter(([, its]) => its !== 'lost');
    if (left.length < found.value.size) found.value = new Map(left);
}

keys.subscribe(forgetLost);
onTold(forgetLost);
