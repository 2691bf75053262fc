/// The most items in a list of the market's messages.
export const MAX_LIST = 16;

/// A list in parts of at most so many.
export const inLists = <T>(list: readonly T[], most = MAX_LIST): T[][] =>
    Array.from({ length: Math.ceil(list.length / most) }, (_, at) => list.slice(at * most, (at + 1) * most));
