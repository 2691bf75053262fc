// An organization with a past: requests in every phase, a ban, a rest, a long deal, offers, duplicates. What `make app` shows.
//
//   node play/history.js URL DEPLOYMENT     where the clock of the chain at URL stands still

import { contentHash, seal } from '../.built/formulas.js';
import { DAY, HOUR, Organization, person, request, text, UNIT } from './people.js';
import * as reviews from './reviews.js';

const [url, deployment] = process.argv.slice(2);
const org = await Organization.at(url, deployment);
const market = (who, ...rest) => org.does(who, 'market', ...rest);
const obligation = (who, ...rest) => org.does(who, 'obligation', ...rest);
const [alice, bob, charlie, dave, eve, ferdie] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'].map(person);
const [grace, heidi, ivan] = ['Grace', 'Heidi', 'Ivan'].map(person);
const WEEK = 7n * DAY;
const file = (string) => ({
    content: contentHash(Buffer.from(string)),
    uri: text(`ipfs://${string.replaceAll(' ', '-')}`),
});

async function post(who, changes) {
    const wanted = request(await org.now(), changes);
    const { total } = await org.asks('market', 'marketQuote', wanted);
    return market(who, 'marketPost', [wanted, 0n], total);
}

const signal = async (who, request, places = 1) =>
    market(who, 'marketSignal', [request, places], UNIT * BigInt(places));
const deliver = (who, request, ...names) => market(who, 'marketSubmit', [request, names.map(file)]);
const commit = (who, ...rest) => reviews.commit(org, who, ...rest);
const reveal = (who, ...rest) => reviews.reveal(org, who, ...rest);

/// All three review all of these, a little apart.
async function judged(request, scores) {
    const judges = [charlie, dave, eve];
    const each = (at) =>
        scores.map(([submission, score, duplicateOf]) => [submission, Math.min(100, score + 2 * at), duplicateOf]);
    await org.pass(DAY + HOUR);
    for (const [at, who] of judges.entries()) await commit(who, request, ...each(at));
    await org.pass(DAY);
    for (const [at, who] of judges.entries()) await reveal(who, request, ...each(at));
    await org.pass(DAY);
}

for (const who of [grace, heidi, ivan]) await org.pay(alice, who, 500n * UNIT);
for (const who of [charlie, dave, eve, grace, heidi]) await obligation(who, 'obligationEnlist', [org.pool]);
await obligation(grace, 'obligationFreeze', []);

/// Lets time pass week by week, in each of which those who review show that they are there.
async function until(time) {
    for (;;) {
        const now = await org.now();
        if (now >= time) return;
        await org.until(now + WEEK < time ? now + WEEK : time);
        for (const who of [charlie, dave, eve])
            await obligation(who, 'obligationCheckIn', [org.pool]).catch(() => undefined);
    }
}

// Told to the end, and forgotten by the chain: two essays, one good and one poor.
let id = await post(alice, { name: 'two-essays', limit: 2, days: [2n, 2n, 2n, 1n] });
await signal(bob, id);
await signal(ferdie, id);
await deliver(bob, id, 'an essay on obligation');
await deliver(ferdie, id, 'a hasty essay');
await org.pass(4n * DAY + 2n * HOUR);
await market(bob, 'marketOpenReviews', [id, 64]);
await judged(id, [
    [0, 84],
    [1, 44],
]);
await market(bob, 'marketFinalize', [id, [0, 1]]);
await market(bob, 'marketSettle', [id, 64]);
await market(bob, 'marketClaim', [id, [0, 1]]);
await market(alice, 'marketReclaim', [id]);
await market(alice, 'marketPrune', [id, 64]);

// An audit contest in which two found the same.
id = await post(alice, {
    name: 'audit-of-the-vault',
    reward: 100n * UNIT,
    award: { type: 'Proportional' },
    limit: 4,
    duplicates: { type: 'Shared', value: 900_000 },
    days: [2n, 2n, 4n, 1n],
});
for (const [who, places] of [
    [bob, 2],
    [ferdie, 1],
])
    await signal(who, id, places);
const findings = [
    [bob, 'reentrancy in withdraw'],
    [ferdie, 'withdraw can be entered twice'],
    [bob, 'rounding in fees'],
];
const sealed = findings.map(([who, found]) => {
    const opened = { ...file(found), salt: `0x${'22'.repeat(32)}` };
    return {
        who,
        opened,
        hash: seal({
            request: id,
            provider: who.id,
            content: opened.content,
            uri: Buffer.from(opened.uri.slice(2), 'hex'),
            salt: opened.salt,
        }),
    };
});
for (const { who, hash } of sealed) await market(who, 'marketSubmitSealed', [id, [hash]]);
await org.pass(4n * DAY + 2n * HOUR);
for (const [submission, { who, opened }] of sealed.entries())
    await market(who, 'marketUnseal', [id, [{ submission, ...opened }]]);
await org.pass(2n * DAY);
await market(ferdie, 'marketOpenReviews', [id, 64]);
await judged(id, [
    [0, 88],
    [1, 86, 0],
    [2, 50],
]);
await market(bob, 'marketFinalize', [id, [0, 1, 2]]);
await market(bob, 'marketSettle', [id, 64]);

// A long deal: two months paid, the third under way.
const month = 30n * DAY;
const deal = request(await org.now(), {
    name: 'maintenance',
    access: 'Offers',
    limit: 1,
    perProvider: 1,
    reward: 20n * UNIT,
    days: [2n, 29n, 2n, 1n],
});
const { total } = await org.asks('market', 'marketQuoteEngagement', deal, 6, month);
const engage = org.market.query.marketEngage.meta.args.length;
id = await market(alice, 'marketEngage', [deal, 6, month, 1, ...(engage > 5 ? [1] : []), 0n], total);
const due = deal.deliverBy;
await market(bob, 'marketOffer', [id, 18n * UNIT, due, deal.signalBy, text('ipfs://bob')], UNIT);
await market(ferdie, 'marketOffer', [id, 20n * UNIT, due, deal.signalBy, text('ipfs://ferdie')], UNIT);
await market(alice, 'marketAccept', [id, bob.address, 18n * UNIT, due]);
const longDeal = id;
for (const period of [0, 1]) {
    await until(due + BigInt(period) * month - 2n * DAY);
    await deliver(bob, id, `report of month ${period}`);
    await until(due + BigInt(period) * month + HOUR);
    await market(bob, 'marketOpenReviews', [id, 64]);
    await judged(id, [[period, 82]]);
    await market(bob, 'marketFinalize', [id, [period]]);
    await market(bob, 'marketClosePeriod', [id]);
}

// Heidi has done nothing for months: anyone can have her Banned.
await obligation(bob, 'obligationEvaluate', [org.pool, heidi.address]);

// Reviews under way: commitments, and reveals of another.
const inReveal = await post(alice, { name: 'logo-for-the-cooperative', limit: 2, days: [1n, 1n, 2n, 5n] });
await signal(bob, inReveal);
await signal(ferdie, inReveal);
await deliver(bob, inReveal, 'a logo');
await deliver(ferdie, inReveal, 'another logo');
await org.pass(2n * DAY + 2n * HOUR);
await market(bob, 'marketOpenReviews', [inReveal, 64]);
await org.pass(DAY + HOUR);
for (const [at, who] of [charlie, dave, eve].entries()) await commit(who, inReveal, [0, 70 + at], [1, 85 + at]);

const inReview = await post(ferdie, { name: 'translation-of-the-handbook', limit: 2, days: [1n, 1n, 3n, 1n] });
await signal(bob, inReview, 2);
await deliver(bob, inReview, 'chapters one to four', 'chapters five to nine');
const unopened = await post(alice, { name: 'minutes-of-march', limit: 1, days: [1n, 1n, 2n, 1n] });
await signal(bob, unopened);
await deliver(bob, unopened, 'minutes');
const finalizable = await post(alice, { name: 'poster', limit: 1, days: [1n, 1n, 1n, 1n] });
await signal(ferdie, finalizable);
await deliver(ferdie, finalizable, 'a poster');
await org.pass(DAY);
await reveal(charlie, inReveal, [0, 70], [1, 85]);
await org.pass(DAY + 2n * HOUR);
await market(bob, 'marketOpenReviews', [inReview, 64]);
await market(bob, 'marketOpenReviews', [finalizable, 64]);
await org.pass(DAY + 13n * HOUR);
for (const who of [charlie, dave]) await commit(who, inReview, [0, 66]);
await org.pass(HOUR);

// Places open, offers open, deliveries under way, and texts that nobody should trust.
const delivery = await post(alice, { name: 'survey-of-members', limit: 3, days: [1n, 6n, 2n, 1n] });
await signal(bob, delivery);
await deliver(bob, delivery, 'the survey');
await org.pass(DAY + HOUR + HOUR);
const offers = await post(alice, {
    name: 'new-website',
    access: 'Offers',
    limit: 1,
    perProvider: 1,
    reward: 90n * UNIT,
    days: [5n, 20n, 3n, 1n],
});
const late = (await org.now()) + 10n * DAY;
await market(bob, 'marketOffer', [offers, 80n * UNIT, late, late - DAY, text('ipfs://offer-of-bob')], UNIT);
await market(
    ferdie,
    'marketOffer',
    [offers, 64n * UNIT, late + DAY, late - 2n * DAY, text('https://ferdie.example/offer')],
    UNIT,
);
await market(ivan, 'marketOffer', [offers, 75n * UNIT, late, late, text('ipfs://ivan')], UNIT);
await market(ivan, 'marketRetractOffer', [offers]);
await post(ferdie, {
    name: 'hostile',
    uri: text('<img src=x onerror=alert(1)>\u202egnp.exe javascript:alert(1)'),
    limit: 5,
});
await post(alice, {
    name: 'ranked',
    reward: 50n * UNIT,
    award: { type: 'Ranked', value: [5_000, 3_000, 2_000] },
    duplicates: { type: 'FirstOnly' },
    limit: 10,
    days: [3n, 5n, 4n, 1n],
});
for (const name of ['open-data', 'podcast', 'workshop']) await post(alice, { name, limit: 3 });

console.log(`request ${longDeal} is a long deal, ${inReveal} in reveal, ${inReview} in review, ${offers} has offers`);
await org.client.disconnect();
