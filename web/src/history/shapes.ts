// What a file of the index has to look like. It comes from whoever hosts it, so nothing of it is used that is not checked.

import { AccountId32 } from 'dedot/codecs';
import { decodeAddress, isHex, type HexString } from 'dedot/utils';
import type { Asset } from '../chain/types.ts';

/// What a value is, or an exception that says where it is not what it should be.
export type Shape<T> = (value: unknown, at: string) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

const AMOUNT = /^\d{1,39}$/;
const ACCOUNT_BYTES = 32;

function wrong(at: string, wanted: string): never {
    throw new Error(`${at} is no ${wanted}`);
}

export const isAmount = (value: unknown): value is string => typeof value === 'string' && AMOUNT.test(value);

export const text: Shape<string> = (value, at) => (typeof value === 'string' ? value : wrong(at, 'text'));

export const flag: Shape<boolean> = (value, at) => (typeof value === 'boolean' ? value : wrong(at, 'yes or no'));

export const count: Shape<number> = (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : wrong(at, 'whole number');

export const time: Shape<bigint> = (value, at) => BigInt(count(value, at));

export const amount: Shape<bigint> = (value, at) => (isAmount(value) ? BigInt(value) : wrong(at, 'amount'));

export const hash: Shape<HexString> = (value, at) => (isHex(value) ? value : wrong(at, 'hash'));

export const account: Shape<string> = (value, at) => {
    try {
        if (decodeAddress(text(value, at)).length === ACCOUNT_BYTES) return value as string;
    } catch {
        // As below.
    }
    return wrong(at, 'account');
};

export const asset: Shape<Asset> = (value, at) =>
    value === 'native' ? { type: 'Native' } : { type: 'Psp22', value: new AccountId32(account(value, at)) };

export const word =
    <T extends string>(...of: readonly T[]): Shape<T> =>
    (value, at) =>
        of.find((one) => one === value) ?? wrong(at, `one of ${of.join(', ')}`);

/// What is not known is `null`.
export const maybe =
    <T>(shape: Shape<T>): Shape<T | undefined> =>
    (value, at) =>
        value === null || value === undefined ? undefined : shape(value, at);

export const list =
    <T>(shape: Shape<T>): Shape<T[]> =>
    (value, at) =>
        Array.isArray(value) ? value.map((one, index) => shape(one, `${at}[${index}]`)) : wrong(at, 'list');

export const pair =
    <A, B>(one: Shape<A>, other: Shape<B>): Shape<[A, B]> =>
    (value, at) =>
        Array.isArray(value) && value.length === 2
            ? [one(value[0], `${at}[0]`), other(value[1], `${at}[1]`)]
            : wrong(at, 'pair');

function entries(value: unknown, at: string): [string, unknown][] {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value)
        : wrong(at, 'object');
}

/// An object whose keys are data: numbers, days, accounts.
export const table =
    <K, V>(key: (name: string, at: string) => K, shape: Shape<V>): Shape<Map<K, V>> =>
    (value, at) =>
        new Map(entries(value, at).map(([name, inner]) => [key(name, at), shape(inner, `${at}.${name}`)]));

/// A key that is a number.
export const numbered: Shape<number> = (name, at) => count(Number(name), at);

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/// An object with these fields, which the files write_like_this.
export const object =
    <S extends Record<string, Shape<unknown>>>(fields: S): Shape<{ [K in keyof S]: Of<S[K]> }> =>
    (value, at) => {
        const given = new Map(entries(value, at));
        const read = Object.entries(fields).map(([name, shape]) => {
            const written = snake(name);
            return [name, shape(given.get(written), `${at}.${written}`)];
        });
        return Object.fromEntries(read) as { [K in keyof S]: Of<S[K]> };
    };
