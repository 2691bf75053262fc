// What happened so far in a request that the chain still has.

import { request as requestFile } from '../../history/documents.ts';
import { optional } from '../../history/files.ts';
import { usePast } from '../../history/reading.ts';
import { Begins } from './begins.tsx';
import { Log } from './log.tsx';

export function Life({ path: [, number = ''] }: { path: string[] }) {
    const found = usePast(() => optional(`requests/${number}.json`, requestFile), [number]);
    const log = found && 'value' in found ? found.value?.log : undefined;
    if (!log) return null;
    return (
        <>
            <Log folder={`requests/${number}`} count={log} />
            <Begins />
        </>
    );
}
