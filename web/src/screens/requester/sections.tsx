// The form's parts: what is asked for, money and places, times, quality, and who may provide.

import { head } from '../../chain/clock.ts';
import type { Asset } from '../../chain/types.ts';
import { contentHash } from '../../formulas/hashes.ts';
import { short } from '../../words/accounts.ts';
import { unitOf } from '../../words/amounts.ts';
import { fromInput, lasting } from '../../words/times.ts';
import { CurvePicture } from '../request/curve.tsx';
import { assetOf, assets, change, type Draft, type Field } from './draft.ts';
import { Choice, Group, Text, type Filled } from './fields.tsx';

const MOST_STEPS = 8;

export function Document(filled: Filled) {
    const {
        draft: { hash },
        problems,
    } = filled;
    const take = async (files: FileList | null | undefined): Promise<void> => {
        const file = files?.[0];
        if (file) change({ hash: contentHash(new Uint8Array(await file.arrayBuffer())) });
    };
    return (
        <Group title="What is asked for">
            <div
                class="field wide"
                onDragOver={(event) => event.preventDefault()}
                onDrop={(event) => {
                    event.preventDefault();
                    void take(event.dataTransfer?.files);
                }}
            >
                <label for="brief">The document that says it: drop it here, or choose it</label>
                <input
                    id="brief"
                    type="file"
                    aria-describedby="brief-help"
                    onChange={(event) => void take(event.currentTarget.files)}
                />
                <small id="brief-help" class={problems.hash ? 'problem' : undefined}>
                    {problems.hash ?? (
                        <>
                            It stays here; its hash goes to the chain: <code class="hash">{hash}</code>
                        </>
                    )}
                </small>
            </div>
            <div class="wide">
                <Text
                    {...filled}
                    of="uri"
                    label="Where others find it"
                    help="Such as ipfs://… or https://…; whoever fetches it sees whether it is this document."
                />
            </div>
        </Group>
    );
}

/// A token with its address: anybody may give a token any symbol.
const assetName = (asset: Asset): string =>
    asset.type === 'Native' ? unitOf(asset) : `${unitOf(asset)} of ${short(asset.value)}`;

export function Money(filled: Filled) {
    const unit = unitOf(assetOf(filled.draft));
    const listed = [...assets()].map(([key, asset]): [string, string] => [key, assetName(asset)]);
    const long = Boolean(filled.draft.long);
    return (
        <Group title="Money and places">
            <label class="check wide">
                <input
                    type="checkbox"
                    checked={long}
                    onChange={(event) => change({ long: event.currentTarget.checked ? 'yes' : '' })}
                />
                A long deal: one provider, delivered, reviewed and paid period by period
            </label>
            {(listed.length > 1 || listed.some(([key]) => key !== '')) && (
                <Choice {...filled} of="asset" label="Paid in" options={Object.fromEntries(listed)} />
            )}
            <Text
                {...filled}
                of="reward"
                label="Reward"
                unit={unit}
                help={long ? 'For each period.' : 'For all places together.'}
            />
            <Text
                {...filled}
                of="reviewFee"
                label="Review fee"
                unit={unit}
                help="For those who judge, per submission."
            />
            <Text
                {...filled}
                of="placeDeposit"
                label="Deposit of a place"
                unit={unit}
                help="At least the review fee: junk pays for its own review."
            />
            {!long && <Text {...filled} of="limit" label="Places" unit="1 to 10,000" />}
            {!long && filled.draft.access === 'Open' && (
                <Text {...filled} of="perProvider" label="For one provider at most" unit="places" />
            )}
            {long && (
                <>
                    <Text {...filled} of="periods" label="Periods" unit="1 to 1,000" />
                    <Text {...filled} of="period" label="A period lasts" unit="days" />
                    <Text
                        {...filled}
                        of="missed"
                        label="May be missed"
                        unit="periods"
                        help="One more, and the place is vacant."
                    />
                    <Text
                        {...filled}
                        of="notice"
                        label="Notice"
                        unit="full periods"
                        help="Either side can end the deal so far ahead."
                    />
                </>
            )}
        </Group>
    );
}

const TIMES: readonly [Field, string][] = [
    ['signalBy', 'Places until'],
    ['deliverBy', 'Delivery until'],
    ['reviewBy', 'Commitments until'],
    ['revealBy', 'Reveals until'],
];

function lengthBefore(draft: Draft, at: number): string {
    const [from, to] = [TIMES[at - 1]?.[0], TIMES[at]?.[0]].map((field) =>
        field ? fromInput(draft[field]) : head.value?.time,
    );
    if (from === undefined || to === undefined) return '';
    return to > from ? `${lasting(to - from)} for it.` : 'It has to be later than what comes before.';
}

export function Times(filled: Filled) {
    return (
        <Group title="When, in your local time">
            {TIMES.map(([field, label], at) => (
                <Text
                    key={field}
                    {...filled}
                    of={field}
                    label={label}
                    type="datetime-local"
                    after={lengthBefore(filled.draft, at)}
                />
            ))}
        </Group>
    );
}

export function Quality(filled: Filled) {
    const {
        draft: { award, duplicates, access, long },
    } = filled;
    const open = access === 'Open' && !long;
    return (
        <Group title="Quality">
            {open && (
                <Choice
                    {...filled}
                    of="award"
                    label="The reward is"
                    options={{
                        PerSubmission: 'an equal part for each place, times quality',
                        Proportional: 'shared in proportion to quality',
                        Ranked: 'for the best',
                    }}
                />
            )}
            {open && award === 'Ranked' && (
                <Text {...filled} of="ranked" label="What the best earn" unit="%" help="Best first, such as 60, 40." />
            )}
            {!long && (
                <Choice
                    {...filled}
                    of="duplicates"
                    label="Who found the same"
                    options={{
                        Independent: 'is paid on its own',
                        FirstOnly: 'only the first is paid',
                        Shared: 'share',
                    }}
                    help={
                        duplicates === 'Independent'
                            ? 'Anybody sees what is delivered, at once.'
                            : 'Delivery is sealed until the deadline.'
                    }
                />
            )}
            {!long && duplicates === 'Shared' && (
                <Text {...filled} of="retention" label="Each further one leaves" unit="%" />
            )}
            <Text {...filled} of="quorum" label="Reviews that decide" unit="odd, at most 7" />
            <Text
                {...filled}
                of="tolerance"
                label="Coherent within"
                unit="of 100"
                help="A score so near the median shares the fee."
            />
            <Curve {...filled} />
        </Group>
    );
}

function Curve({ draft: { curve }, problems }: Filled) {
    const set = (at: number, step: Partial<Draft['curve'][number]>) =>
        change({ curve: curve.map((one, index) => (index === at ? { ...one, ...step } : one)) });
    const shown = curve.map(({ from, weight }) => ({
        minScore: Number(from) || 0,
        weightBps: (Number(weight) || 0) * 100,
    }));
    return (
        <div class="wide curve-editor">
            <CurvePicture curve={shown} />
            <div>
                <p id="curve-help" class={problems.curve ? 'problem' : 'quiet'}>
                    {problems.curve ?? 'From which median on a submission weighs how much.'}
                </p>
                {curve.map(({ from, weight }, at) => (
                    <div class="step" key={at}>
                        <label>
                            From
                            <input
                                inputMode="numeric"
                                value={from}
                                onInput={(event) => set(at, { from: event.currentTarget.value })}
                            />
                        </label>
                        <label>
                            Weighs, %
                            <input
                                inputMode="decimal"
                                value={weight}
                                onInput={(event) => set(at, { weight: event.currentTarget.value })}
                            />
                        </label>
                        {curve.length > 1 && (
                            <button
                                type="button"
                                class="quiet"
                                aria-label={`Remove the step from ${from}`}
                                onClick={() => change({ curve: curve.filter((_, index) => index !== at) })}
                            >
                                ✕
                            </button>
                        )}
                    </div>
                ))}
                {curve.length < MOST_STEPS && (
                    <button
                        type="button"
                        class="small"
                        onClick={() => change({ curve: [...curve, { from: '100', weight: '100' }] })}
                    >
                        Another step
                    </button>
                )}
            </div>
        </div>
    );
}

export function Providers(filled: Filled) {
    return (
        <Group title="Who may provide">
            {!filled.draft.long && (
                <Choice
                    {...filled}
                    of="access"
                    label="Places go to"
                    options={{ Open: 'whoever comes first', Offers: 'those whose offer I accept' }}
                />
            )}
            <Text {...filled} of="providerBond" label="Bond" unit="points a place" help="0 lets newcomers in." />
            <Text {...filled} of="minReputation" label="Reputation at least" unit="points" />
            <Text {...filled} of="minTier" label="Tier at least" unit="0: any" />
            <Text {...filled} of="accessPrice" label="Price in reputation" unit="points a place" />
        </Group>
    );
}
