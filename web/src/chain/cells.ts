// A contract's storage, read cell by cell where its metadata says it lies: without running the contract, a reading takes 1.4 ms
// in place of some 40, and a thousand cells are one call.

import type { LegacyClient } from 'dedot';
import type { AnyShape } from 'dedot/shape';
import type { TypinkRegistry } from 'dedot/contracts';
import {
    blake2_128Concat,
    concatU8a,
    hexToU8a,
    stringCamelCase,
    stringToU8a,
    u8aToHex,
    type HexString,
} from 'dedot/utils';

/// What lies under each key of a mapping, as the generated types say; a `Lazy` has no key.
export type Key<Cell> = Cell extends { get(key: infer K): unknown } ? K : never;
export type Value<Cell> = Cell extends { get(...key: never[]): Promise<infer V> } ? NonNullable<V> : never;

const CHILD_TRIE = ':child_storage:default:';
/// The length of the hash before each key, and of the root key at its beginning.
const HASH = 16;
const ROOT = 4;
/// How many cells are asked for in one call; a node answers with at most this many keys.
const PAGE = 1_000;

interface Layout {
    name: string;
    root: Uint8Array;
    key: AnyShape | undefined;
    value: AnyShape;
}

interface Field {
    name: string;
    layout: { root?: { root_key: string; ty: number }; struct?: { fields: Field[] } };
}

type Root = [name: string, ty: number, key: Uint8Array];

/// Every root of a layout by its field's name, those in nested structs too; these also by their path, `lines.links`, because
/// two fields may have one name: then that is the later one's.
function roots(fields: Field[], path = ''): Root[] {
    return fields.flatMap(({ name, layout }): Root[] => {
        const field = stringCamelCase(name);
        if (!layout.root) return layout.struct ? roots(layout.struct.fields, `${path}${field}.`) : [];
        const { ty, root_key } = layout.root;
        return [...new Set([field, path + field])].map((called) => [called, ty, hexToU8a(root_key)]);
    });
}

export class Cells<Storage> {
    private readonly layouts = new Map<string, Layout>();

    private constructor(
        private readonly client: LegacyClient,
        private readonly trie: Promise<HexString>,
        registry: TypinkRegistry,
    ) {
        const { storage, types } = registry.metadata;
        const { fields } = (storage as unknown as { root: { layout: { struct: { fields: Field[] } } } }).root.layout
            .struct;
        for (const [name, ty, root] of roots(fields)) {
            const params = types.find(({ id }) => Number(id) === Number(ty))?.type.params ?? [];
            const codec = (wanted: string): AnyShape | undefined => {
                const type = params.find((param) => param.name === wanted)?.type;
                return type === undefined || type === null ? undefined : registry.findCodec(Number(type));
            };
            const value = codec('V');
            if (value) this.layouts.set(name, { name, root, key: codec('K'), value });
        }
    }

    /// `address` is a contract of this code; whatever is read fails if there is none. Where its storage lies is asked for at
    /// once, and nobody waits for it before the first reading.
    static of<Storage>(client: LegacyClient, registry: TypinkRegistry, address: string): Cells<Storage> {
        const trie = client.query.contracts.contractInfoOf(address).then((info) => {
            if (!info) throw new Error(`there is no contract at ${address}`);
            return u8aToHex(concatU8a(stringToU8a(CHILD_TRIE), hexToU8a(info.trieId)));
        });
        trie.catch(() => undefined);
        return new Cells(client, trie, registry);
    }

    private layout(name: string): Layout {
        const layout = this.layouts.get(name);
        if (!layout) throw new Error(`the contract keeps no ${name}`);
        return layout;
    }

    /// The one value of a `Lazy`.
    async value<Name extends keyof Storage & string>(name: Name): Promise<Value<Storage[Name]> | undefined> {
        const { root, value } = this.layout(name);
        const [raw] = await this.raw([u8aToHex(blake2_128Concat(root))]);
        return raw ? (value.tryDecode(raw) as Value<Storage[Name]>) : undefined;
    }

    /// What a mapping has at each of these keys, in their order; or had, as of an earlier block that the node remembers.
    async at<Name extends keyof Storage & string>(
        name: Name,
        keys: readonly Key<Storage[Name]>[],
        block?: HexString,
    ): Promise<(Value<Storage[Name]> | undefined)[]> {
        const { root, key, value } = this.layout(name);
        if (!key) throw new Error(`${name} is no mapping`);
        const hashed = keys.map((one) => u8aToHex(blake2_128Concat(concatU8a(root, key.tryEncode(one)))));
        const raw = await this.raw(hashed, block);
        return raw.map((cell) => (cell ? (value.tryDecode(cell) as Value<Storage[Name]>) : undefined));
    }

    /// Every entry of a mapping. This asks for the keys of all cells: for mappings that are small, or hardly ever.
    async entries<Name extends keyof Storage & string, K = Key<Storage[Name]>>(
        name: Name,
    ): Promise<[K, Value<Storage[Name]>][]> {
        const { root, key, value } = this.layout(name);
        if (!key) throw new Error(`${name} is no mapping`);
        const mine = (await this.keys()).filter((cell) =>
            hexToU8a(cell)
                .slice(HASH, HASH + ROOT)
                .every((byte, at) => byte === root[at]),
        );
        const raw = await this.raw(mine);
        return mine.flatMap((cell, at) => {
            const found = raw[at];
            if (!found) return [];
            const decoded = key.tryDecode(hexToU8a(cell).slice(HASH + ROOT)) as K;
            return [[decoded, value.tryDecode(found) as Value<Storage[Name]>] as [K, Value<Storage[Name]>]];
        });
    }

    private async keys(): Promise<HexString[]> {
        const [trie, found]: [HexString, HexString[]] = [await this.trie, []];
        for (;;) {
            const page = await this.client.rpc.childstate_getKeysPaged(trie, '0x', PAGE, found.at(-1));
            found.push(...page);
            if (page.length < PAGE) return found;
        }
    }

    private async raw(keys: HexString[], block?: HexString): Promise<(string | undefined)[]> {
        const trie = await this.trie;
        const pages: Promise<(string | undefined)[]>[] = [];
        for (let from = 0; from < keys.length; from += PAGE) {
            pages.push(this.client.rpc.childstate_getStorageEntries(trie, keys.slice(from, from + PAGE), block));
        }
        return (await Promise.all(pages)).flat();
    }
}
