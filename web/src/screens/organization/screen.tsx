// The organization: what it can do, who is in it, by which rules, and who may change them.

import { holdersOf } from '../../chain/roles.ts';
import { link } from '../../chain/session.ts';
import { Notice } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { Capacity } from './capacity.tsx';
import { Manager } from './manager.tsx';
import { People } from './people.tsx';
import { rightOf } from './right.tsx';
import { RulesOf } from './rules.tsx';

export function Organization() {
    const found = useReading(holdersOf, []);
    if (link.value.state === 'none')
        return (
            <>
                <h1>Organization</h1>
                <p class="quiet">No market is chosen.</p>
            </>
        );
    return (
        <div class="organization">
            <h1>Organization</h1>
            <Capacity />
            <People />
            {!found && <p class="quiet">Reading who may do what…</p>}
            {found && 'why' in found && <Notice tone="bad">Roles cannot be read: {found.why}.</Notice>}
            {found && 'value' in found && (
                <>
                    <RulesOf terms={rightOf(found.value, 'obligation')} policy={rightOf(found.value, 'market')} />
                    <Manager holders={found.value} />
                </>
            )}
        </div>
    );
}
