// Where secrets are kept: in this browser's IndexedDB, which no request ever carries and which every tab of the page shares.

const NAME = 'atomic-obligation';
const VERSION = 1;

/// What is kept, by its key path.
const STORES = { keys: 'account', opinions: 'id', seals: 'id' } as const;
export type Store = keyof typeof STORES;

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(NAME, VERSION);
        opening.onupgradeneeded = () => {
            for (const [store, keyPath] of Object.entries(STORES)) opening.result.createObjectStore(store, { keyPath });
        };
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error ?? new Error('this browser keeps nothing'));
    }).catch((error: unknown) => {
        opened = undefined;
        throw new Error(`This browser does not keep secrets for the page: ${String(error)}. Leave its private mode.`);
    });
    return opened;
}

/// Does some work in one transaction, and answers with what it hands to `answer`, once all of it is written.
export async function within<T>(
    store: Store,
    mode: IDBTransactionMode,
    work: (kept: IDBObjectStore, answer: (value: T) => void) => void,
): Promise<T> {
    const transaction = (await open()).transaction(store, mode, { durability: 'strict' });
    let answered: { value: T } | undefined;
    work(transaction.objectStore(store), (value) => (answered = { value }));
    return new Promise((resolve, reject) => {
        const fail = () => reject(transaction.error ?? new Error('nothing was kept'));
        transaction.oncomplete = () => (answered ? resolve(answered.value) : fail());
        transaction.onabort = fail;
    });
}

/// Everything in a store; what this page did not write itself is for the caller to check.
export const all = (store: Store): Promise<unknown[]> =>
    within<unknown[]>(store, 'readonly', (kept, answer) => {
        const reading = kept.getAll();
        reading.onsuccess = () => answer(reading.result as unknown[]);
    });

/// Keeps all of these, or none.
export const put = (store: Store, records: readonly object[]): Promise<true> =>
    within<true>(store, 'readwrite', (kept, answer) => {
        for (const record of records) kept.put(record);
        answer(true);
    });

const channel = new BroadcastChannel(NAME);

/// Says to the other tabs that something else is kept now.
export const tell = (): void => channel.postMessage('changed');
/// Calls back whenever another tab has said so.
export const onTold = (changed: () => void): void => channel.addEventListener('message', changed);
