// The pool's capacity and the price of a review, as the index has them for each day.

import { days as daysFile, type Manifest } from './documents.ts';
import { file } from './files.ts';

/// A moment of the pool, from which on all is like that until the next one.
export interface Point {
    block: number;
    time: number;
    active: number;
    hands: number;
    backlog: number;
    /// Parts per million.
    utilization: number;
    /// Basis points.
    premium: number;
    /// The rent of a review and a day in the chain's currency; undefined if it was not taken.
    rent: bigint | undefined;
}

const DAY_MS = 86_400_000;

/// The last so many months in which something happened, the earliest day first. A day is as it was at its end.
export async function pointsOf({ months, to }: Manifest, last: number): Promise<Point[]> {
    const pages = await Promise.all(months.slice(-last).map((month) => file(`days/${month}.json`, daysFile)));
    return pages.flatMap((days) =>
        [...days].flatMap(([date, { block, pool, prices }]): Point[] => {
            const time = Math.min(Date.parse(date) + DAY_MS, Number(to.time));
            if (!pool || Number.isNaN(time)) return [];
            const price = prices.find(([asset]) => asset.type === 'Native')?.[1];
            const { active, hands, backlog, utilizationPpm: utilization } = pool;
            const premium = price?.premiumBps ?? 0;
            return [{ block, time, active, hands, backlog, utilization, premium, rent: price?.rent }];
        }),
    );
}
