// A key as 24 words and back: BIP-39, whose list has no two words with the same first four letters and whose last word tells
// most slips of the pen. Words rather than a file: they can be written on paper, and a folder of downloads keeps no key.
// The list is loaded when somebody asks for words.

import { hexToU8a, u8aToHex, type HexString } from 'dedot/utils';

export const WORDS = 24;

const load = async () => {
    const [bip39, { wordlist }] = await Promise.all([import('@scure/bip39'), import('@scure/bip39/wordlists/english')]);
    return { ...bip39, wordlist };
};

export async function wordsOf(key: HexString): Promise<string[]> {
    const { entropyToMnemonic, wordlist } = await load();
    return entropyToMnemonic(hexToU8a(key), wordlist).split(' ');
}

export type Read = { key: HexString } | { problem: string };

/// The key that these words are, or what is wrong with them.
export async function keyOfWords(text: string): Promise<Read> {
    const { mnemonicToEntropy, wordlist } = await load();
    const words = text
        .toLowerCase()
        .split(/[\s,.\d]+/)
        .filter(Boolean);
    const known = new Set(wordlist);
    const unknown = words.findIndex((word) => !known.has(word));
    if (unknown >= 0) return { problem: `Word ${unknown + 1} is none of the list: look at its letters again.` };
    if (words.length !== WORDS) return { problem: `These are ${words.length} words; a key has ${WORDS}.` };
    try {
        return { key: u8aToHex(mnemonicToEntropy(words.join(' '), wordlist)) };
    } catch {
        return {
            problem: 'All are words of the list, but these belong to no key: one of them, or their order, is another.',
        };
    }
}
