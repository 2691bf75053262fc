// Where the history begins, and how far it goes: said wherever something of it is shown.

import { manifestOf } from '../../history/state.ts';
import { Away, Moment } from '../../parts/basic.tsx';

export function Begins() {
    const of = manifestOf();
    if (!of) return null;
    return (
        <p class="quiet small begins">
            The history begins with block {of.from.block}, <Moment at={of.from.time} />
            {of.complete ? ', with the market itself' : '; what was before is not in it'}. It goes on to block{' '}
            {of.to.block}, <Away at={of.to.time} />.
        </p>
    );
}
