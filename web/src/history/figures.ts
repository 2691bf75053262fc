// The index has sums and numbers; what people read of them.

const HUNDRED = 100;

/// A mean to one decimal.
export const mean = (sum: number, of: number): string => String(Number((sum / of).toFixed(1)));

/// "86 %"
export const share = (part: number, of: number): string => `${mean(part * HUNDRED, of)} %`;

interface Judged {
    judged: number;
    coherent: number;
    unrevealed: number;
}

/// "7 of 8 coherent, 87.5 %; 1 not revealed"
export const coherenceWords = ({ judged, coherent, unrevealed }: Judged): string =>
    `${coherent} of ${judged} coherent, ${share(coherent, judged)}` +
    `${unrevealed > 0 ? `; ${unrevealed} not revealed` : ''}`;
