// All who took part, as the index lists them.

import { raw } from '../words/accounts.ts';
import { accountRows, type AccountRow, type Manifest } from './documents.ts';
import { file } from './files.ts';

/// Every account's row, by the account.
export async function everyRow({ accounts, pages }: Manifest): Promise<Map<string, AccountRow>> {
    const numbers = Array.from({ length: Math.ceil(accounts / pages.list) }, (_, page) => page);
    const read = await Promise.all(numbers.map((page) => file(`accounts/list-${page}.json`, accountRows)));
    return new Map(read.flatMap((rows) => [...rows.values()]).map((row) => [raw(row.account), row]));
}
