// The form's fields: what is typed goes into the draft at once, and what is wrong with it is said beside it.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { change, type Draft, type Field, type Problems } from './draft.ts';

export interface Filled {
    draft: Draft;
    problems: Problems;
}

interface Input extends Filled {
    of: Field;
    label: string;
    unit?: string | undefined;
    help?: string;
    type?: 'text' | 'datetime-local';
    after?: ComponentChildren;
}

export function Text({ draft, problems, of, label, unit, help, type = 'text', after }: Input) {
    const id = useId();
    const problem = problems[of];
    const input = {
        id,
        value: draft[of],
        autocomplete: 'off',
        'aria-invalid': problem !== undefined,
        'aria-describedby': `${id}-help`,
        onInput: (event: InputEvent & { currentTarget: HTMLInputElement }) =>
            change({ [of]: event.currentTarget.value }),
    } as const;
    return (
        <div class="field">
            <label for={id}>
                {label}
                {unit && <small> ({unit})</small>}
            </label>
            {type === 'text' ? (
                <input type="text" inputMode={unit ? 'decimal' : 'text'} {...input} />
            ) : (
                <input type="datetime-local" {...input} />
            )}
            <small id={`${id}-help`} class={problem ? 'problem' : undefined}>
                {problem ?? help} {after}
            </small>
        </div>
    );
}

interface Options extends Filled {
    of: Field;
    label: string;
    options: Readonly<Record<string, string>>;
    help?: string;
}

export function Choice({ draft, of, label, options, help }: Options) {
    const id = useId();
    return (
        <div class="field">
            <label for={id}>{label}</label>
            <select
                id={id}
                value={draft[of]}
                aria-describedby={`${id}-help`}
                onChange={(event) => change({ [of]: event.currentTarget.value })}
            >
                {Object.entries(options).map(([value, name]) => (
                    <option key={value} value={value}>
                        {name}
                    </option>
                ))}
            </select>
            <small id={`${id}-help`}>{help}</small>
        </div>
    );
}

export function Group({ title, children }: { title: string; children: ComponentChildren }) {
    return (
        <fieldset>
            <legend>{title}</legend>
            <div class="fields">{children}</div>
        </fieldset>
    );
}
