// Upkeep: each call that anyone may make now, what it costs, and what it brings. Nothing on a chain happens by itself.

import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Act } from '../../actions/button.tsx';
import { priced, type Price } from '../../actions/pipeline.ts';
import { care, type Care } from '../../chain/care.ts';
import { now } from '../../chain/clock.ts';
import { chain, link } from '../../chain/session.ts';
import { requests, whole, type Whole } from '../../chain/store.ts';
import { mayBeDue } from '../../formulas/upkeep.ts';
import { Notice, Said } from '../../parts/basic.tsx';
import { useReading } from '../../parts/reading.ts';
import { to } from '../../router.ts';
import { me } from '../../wallet/wallet.ts';
import { native, roughly } from '../../words/amounts.ts';
import { counted } from '../../words/text.ts';
import { calls, type Call } from './calls.ts';

/// So many calls are tried as soon as they are shown; the others when they are pressed.
const TRIED = 30;

/// All there is of the requests in which something may be due; undefined for those that are being read.
const suspects = computed<(Whole | undefined)[]>(() => {
    if (!requests.value || !chain.value) return [];
    return [...requests.value.values()]
        .filter((request) => mayBeDue(request, now.value))
        .map(({ id }) => whole(id).value)
        .filter((found) => found !== 'none');
});

function list(pool: Care | undefined): Call[] {
    const read = suspects.value.filter((one) => one !== undefined);
    return calls(read, pool, now.value);
}

const unread = computed(() => suspects.value.filter((one) => one === undefined).length);

export function UpkeepScreen() {
    const pool = useReading(care, []);
    const found = pool && 'value' in pool ? pool.value : undefined;
    const due = list(found);
    const heard = useMemo(() => computed(() => counted(list(found).length, 'call')), [found]);
    return (
        <div class="upkeep">
            <div class="heading">
                <h1>Upkeep</h1>
                <Said text={heard} />
            </div>
            <p class="quiet">
                Nothing on a chain happens by itself: somebody has to make these calls, and anyone may. The most urgent
                come first. What a call costs is what it would cost {me.value ? me.value.name : 'whoever makes it'} now.
            </p>
            {link.value.state === 'none' && <p class="quiet">No market is chosen.</p>}
            {pool && 'why' in pool && <Notice tone="bad">The pool cannot be read: {pool.why}.</Notice>}
            {(!requests.value || !pool || unread.value > 0) && link.value.state !== 'none' && (
                <p class="quiet">Reading what may be due…</p>
            )}
            {due.length === 0 && requests.value && pool && unread.value === 0 && (
                <Notice tone="open">Nothing is due: everything waits for a deadline, or for somebody’s work.</Notice>
            )}
            <ul class="calls">
                {due.map((call, at) => (
                    <Row key={call.key} call={call} tried={at < TRIED} />
                ))}
            </ul>
        </div>
    );
}

function Row({ call, tried }: { call: Call; tried: boolean }) {
    return (
        <li>
            <span class="about">
                {call.request === undefined ? call.about : <a href={to(`request/${call.request}`)}>{call.about}</a>}
            </span>
            <span class="what">
                <b>{call.what}</b>
                <small class="quiet">{call.brings}</small>
            </span>
            <span class="costs">{tried && <Costs key={call.key} call={call} />}</span>
            <Act small intent={() => call.intent}>
                {call.intent.title}
            </Act>
        </li>
    );
}

function Costs({ call }: { call: Call }) {
    const who = me.value?.address;
    const found = useReading((at) => priced(at, who ?? at.deployment.market, call.intent), [call.key, who]);
    if (!found) return <small class="quiet">Trying it…</small>;
    if ('why' in found) return <small class="quiet">It could not be tried: {found.why}.</small>;
    const price = found.value;
    if ('meaning' in price) return <small class="problem">{price.meaning}</small>;
    return <Cost price={price} />;
}

function Cost({ price: { fee, deposit } }: { price: Price }) {
    const sum = fee + deposit;
    return (
        <>
            <span title={native(sum)}>{sum < 0n ? <b>brings {roughly(-sum)}</b> : `costs ${roughly(sum)}`}</span>
            {deposit !== 0n && (
                <small class="quiet">
                    fee {roughly(fee)}, deposit {deposit < 0n ? `${roughly(-deposit)} back` : roughly(deposit)}
                </small>
            )}
        </>
    );
}
