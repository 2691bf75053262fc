// An account's months: what its deliveries were worth, and how often its reviews agreed with the others'.

import { mean, share } from '../../history/figures.ts';
import type { Profile } from '../../history/documents.ts';
import { shown } from '../../words/text.ts';

const COLUMNS = ['Deliveries judged', 'Mean median', 'Reviews judged', 'Coherent', 'Not revealed'] as const;

export function Months({ of }: { of: Profile['months'] }) {
    if (of.size === 0) return null;
    return (
        <section>
            <h2>By month</h2>
            <div class="scroll" tabIndex={0} role="region" aria-label="By month">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">Month</th>
                            {COLUMNS.map((name) => (
                                <th key={name} scope="col" class="number">
                                    {name}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {[...of].toReversed().map(([month, { quorum, medians, judged, coherent, unrevealed }]) => (
                            <tr key={month}>
                                <td class="month">{shown(month)}</td>
                                <td class="number">{quorum || '–'}</td>
                                <td class="number">{quorum > 0 ? mean(medians, quorum) : '–'}</td>
                                <td class="number">{judged || '–'}</td>
                                <td class="number">{judged > 0 ? share(coherent, judged) : '–'}</td>
                                <td class="number">{unrevealed || '–'}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </section>
    );
}
