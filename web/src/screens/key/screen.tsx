// The key of whoever acts: what it is for, whether it is saved elsewhere, and how to get it back.

import { ForWhoActs } from '../../parts/acting.tsx';
import { KeyPanel } from './panel.tsx';

export function KeyScreen() {
    return (
        <div class="narrow">
            <h1>Your key</h1>
            <ForWhoActs why="Each account has a key of its own.">
                {(who) => <KeyPanel who={who} key={who.id} />}
            </ForWhoActs>
        </div>
    );
}
