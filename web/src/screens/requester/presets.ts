// The stories of scenarios/ as beginnings of a request.

import presets from '../../generated/presets.json';
import { spaced } from '../../words/text.ts';
import { duration } from '../../words/times.ts';
import { deadlines, fresh, type Draft, type Field } from './draft.ts';

type Conditions = Readonly<Record<string, unknown>>;

/// Keys of a scenario's request that are fields here under another name.
const FIELDS: Readonly<Record<string, Field>> = {
    reward: 'reward',
    review_fee: 'reviewFee',
    limit: 'limit',
    per_provider: 'perProvider',
    place_deposit: 'placeDeposit',
    provider_bond: 'providerBond',
    access_price: 'accessPrice',
    min_reputation: 'minReputation',
    min_tier: 'minTier',
    quorum: 'quorum',
    tolerance: 'tolerance',
};

const bare = (value: unknown): string => String(value).replace(/\s*(UNIT|%)$/, '');
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const object = (value: unknown): Conditions =>
    typeof value === 'object' && value !== null ? (value as Conditions) : {};

function times(windows: unknown): Partial<Draft> {
    const { signal, deliver, review, reveal } = object(windows);
    const lengths = [signal, deliver, review, reveal].map((text) => duration(String(text)));
    return lengths.every((length) => length !== undefined) ? deadlines(lengths) : {};
}

function kinds({ access, award, duplicates, engagement }: Conditions): Partial<Draft> {
    const ranked = listOf(object(award).ranked).map(bare).join(', ');
    const shared = object(duplicates).shared;
    const { periods, period, missed = 0, notice = 1 } = object(engagement);
    return {
        access: access === 'offers' ? 'Offers' : 'Open',
        award: award === 'proportional' ? 'Proportional' : ranked ? 'Ranked' : 'PerSubmission',
        ...(ranked && { ranked }),
        duplicates: shared ? 'Shared' : duplicates === 'first_only' ? 'FirstOnly' : 'Independent',
        ...(shared !== undefined && { retention: bare(shared) }),
        ...(engagement !== undefined && {
            long: 'yes',
            periods: String(periods),
            period: String(period).replace(/d$/, ''),
            missed: String(missed),
            notice: String(notice),
        }),
    };
}

function draftOf(conditions: Conditions): Draft {
    const named = Object.entries(FIELDS).flatMap(([key, field]) =>
        key in conditions ? [[field, bare(conditions[key])]] : [],
    );
    const curve = listOf(conditions.curve).map((step) => ({
        from: bare(object(step).from),
        weight: bare(object(step).weight),
    }));
    const fee = bare(conditions.review_fee ?? '1');
    return {
        ...fresh(),
        placeDeposit: fee,
        ...(Object.fromEntries(named) as Partial<Draft>),
        ...kinds(conditions),
        ...times(conditions.windows),
        ...(curve.length > 0 && { curve }),
    };
}

export interface Preset {
    name: string;
    title: string;
    draft(): Draft;
}

export const PRESETS: readonly Preset[] = presets.map(({ name, title, conditions }) => ({
    name: spaced(name.replaceAll('-', '_')),
    title,
    draft: () => draftOf(conditions),
}));
