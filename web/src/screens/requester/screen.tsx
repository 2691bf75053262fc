// Posting a request: a form that forgets nothing, with what it costs beside it.

import { useEffect } from 'preact/hooks';
import { head } from '../../chain/clock.ts';
import { chain, link } from '../../chain/session.ts';
import { anew, begin, draft, read } from './draft.ts';
import type { Filled } from './fields.tsx';
import { PRESETS } from './presets.ts';
import { Price } from './quote.tsx';
import { Document, Money, Providers, Quality, Times } from './sections.tsx';

export function Requester() {
    const ready = chain.value && head.value;
    useEffect(() => {
        if (ready) begin();
    }, [Boolean(ready)]);
    if (!draft.value)
        return (
            <p class="quiet">
                {link.value.state === 'none' ? 'No market is chosen.' : 'Waiting for the chain’s time…'}
            </p>
        );
    const filled = read(draft.value);
    return (
        <div class="requester">
            <h1>Post a request</h1>
            <Presets />
            <div class="form">
                <Form draft={draft.value} problems={filled.problems} />
                <Price ready={filled.read} problems={filled.problems} />
            </div>
        </div>
    );
}

function Presets() {
    return (
        <div class="presets">
            <label>
                Begin with
                <select
                    value=""
                    onChange={(event) => {
                        const preset = PRESETS[Number(event.currentTarget.value)];
                        if (preset)
                            draft.value = {
                                ...preset.draft(),
                                hash: draft.value?.hash ?? '',
                                uri: draft.value?.uri ?? '',
                            };
                        event.currentTarget.value = '';
                    }}
                >
                    <option value="">the conditions of a story…</option>
                    {PRESETS.map(({ name, title }, at) => (
                        <option key={name} value={at}>
                            {name}: {title}
                        </option>
                    ))}
                </select>
            </label>
            <button type="button" class="quiet" onClick={anew}>
                Begin anew
            </button>
            <p class="quiet">What you type is kept in this browser.</p>
        </div>
    );
}

function Form(filled: Filled) {
    return (
        <form onSubmit={(event) => event.preventDefault()}>
            <Document {...filled} />
            <Money {...filled} />
            <Times {...filled} />
            <Quality {...filled} />
            <Providers {...filled} />
        </form>
    );
}
