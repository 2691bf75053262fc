// Many simple requests, to see how many the page can list.
//
//   node play/many.js URL DEPLOYMENT NUMBER

import { Organization, person, request, UNIT } from './people.js';

const [url, deployment, number = '1000'] = process.argv.slice(2);
const org = await Organization.at(url, deployment);
const [alice, charlie, dave, eve] = ['Alice', 'Charlie', 'Dave', 'Eve'].map(person);
for (const who of [charlie, dave, eve])
    await org.does(who, 'obligation', 'obligationEnlist', [org.pool]).catch(() => undefined);
const now = await org.now();
for (let at = 0; at < Number(number); at += 1) {
    const days = [BigInt(2 + (at % 20)), BigInt(2 + (at % 7)), 2n, 1n];
    const wanted = request(now, {
        name: `brief-${at}`,
        limit: 1 + (at % 3),
        perProvider: 1,
        reward: UNIT * BigInt(3 + (at % 90)),
        days,
    });
    const { total } = await org.asks('market', 'marketQuote', wanted);
    await org.does(alice, 'market', 'marketPost', [wanted, 0n], total);
}
await org.client.disconnect();
