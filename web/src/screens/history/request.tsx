// A request that the chain has forgotten, as the history tells it.

import { useSignal } from '@preact/signals';
import {
    bytesOf,
    request as requestFile,
    specOf,
    submissions as submissionsFile,
    type PastRequest,
    type PastSubmission,
} from '../../history/documents.ts';
import { file, optional } from '../../history/files.ts';
import { usePast } from '../../history/reading.ts';
import { STAGE_WORDS } from '../../history/stages.ts';
import { Account, Badge, Facts, Moment, Notice } from '../../parts/basic.tsx';
import { Deliverable } from '../../parts/deliverable.tsx';
import { to } from '../../router.ts';
import { amount, bps } from '../../words/amounts.ts';
import { verdictWords } from '../../words/phases.ts';
import { counted, shown } from '../../words/text.ts';
import { lasting } from '../../words/times.ts';
import { Conditions } from '../request/conditions.tsx';
import { CurveSection } from '../request/curve.tsx';
import { Begins } from './begins.tsx';
import { Log } from './log.tsx';
import { PastReviews } from './reviews.tsx';

type Spec = ReturnType<typeof specOf>;
type Numbered = [number, PastSubmission];

export function Forgotten({ path: [, number = ''] }: { path: string[] }) {
    const pages = useSignal(1);
    const found = usePast(
        async (of) => {
            const request = await optional(`requests/${number}.json`, requestFile);
            const last = Math.ceil((request?.submissions ?? 0) / of.pages.submissions);
            const wanted = Array.from({ length: Math.min(last, pages.value) }, (_, page) => page);
            const read = await Promise.all(
                wanted.map((page) => file(`requests/${number}/submissions-${page}.json`, submissionsFile)),
            );
            return { request, submissions: read.flatMap((page): Numbered[] => [...page]) };
        },
        [number],
        [pages.value],
    );
    if (!found) return <p class="quiet">Reading the history of request {number}…</p>;
    if ('why' in found) return <Notice tone="bad">The history cannot be read: {found.why}.</Notice>;
    const { request, submissions } = found.value;
    if (!request) return <Notice>The history has no request {number} either.</Notice>;
    return (
        <Told
            id={number}
            request={request}
            submissions={submissions.sort(([one], [other]) => one - other)}
            more={() => (pages.value += 1)}
        />
    );
}

interface TellsOf {
    id: string;
    request: PastRequest;
    submissions: Numbered[];
    more: () => void;
}

function Told({ id, request, submissions, more }: TellsOf) {
    const { name, tone } = STAGE_WORDS[request.stage];
    const spec = request.conditions && specOf(request.conditions);
    const judged = submissions.filter(([, { median }]) => median !== undefined);
    const marks = judged.map(([number, { median = 0, weightBps = 0 }]) => ({ number, median, weight: weightBps }));
    return (
        <article class="request">
            <header>
                <p class="crumbs">
                    <a href={to('history')}>History</a>
                </p>
                <h1>
                    Request {id} <span class="title">{shown(request.conditions?.uri ?? '')}</span>
                </h1>
                <p class="summary">
                    <Badge tone={tone}>{name}</Badge> {request.engagement && <Badge tone="over">long deal</Badge>}{' '}
                    {request.requester && (
                        <span>
                            by <Account who={request.requester} />
                        </span>
                    )}
                </p>
                <p>
                    The chain has freed its storage. What follows is told by the history, and can no longer be checked
                    against the chain by this page.
                </p>
                <Begins />
            </header>
            <div class="two">
                <Life request={request} />
                {spec && <CurveSection curve={spec.curve} marks={marks} />}
            </div>
            {spec && (
                <section>
                    <h2>Asked for</h2>
                    <Deliverable hash={spec.spec} uri={spec.uri} name={`the document of request ${id}`} />
                </section>
            )}
            <section>
                <h2>{request.engagement ? 'Deliveries' : 'Submissions'}</h2>
                {request.submissions === 0 && <p class="quiet">Nothing was delivered.</p>}
                <ol class="submissions">
                    {submissions.map(([number, submission]) => (
                        <Submission key={number} request={request} number={number} is={submission} spec={spec} />
                    ))}
                </ol>
                {submissions.length < request.submissions && (
                    <button type="button" onClick={more}>
                        Show more
                    </button>
                )}
            </section>
            {spec && <Conditions whole={{ spec, state: { places: request.places } }} />}
            <Log folder={`requests/${id}`} count={request.log} />
        </article>
    );
}

/// When what was done, and where the money went.
function Life({ request }: { request: PastRequest }) {
    const { posted, withdrawn, settled, pruned, quote, engagement, conditions, noShows } = request;
    const money = (many: bigint): string => amount(many, conditions?.asset ?? { type: 'Native' });
    const some = (name: string, many: bigint) => many > 0n && ([name, money(many)] as const);
    return (
        <section>
            <h2>Its life</h2>
            <Facts
                of={[
                    posted && ['Posted', <Moment at={posted.time} />],
                    settled && ['Settled', <Moment at={settled.time} />],
                    withdrawn && ['Withdrawn', <Moment at={withdrawn.time} />],
                    pruned && ['Freed', <Moment at={pruned.time} />],
                    engagement && [
                        'Periods',
                        `${engagement.periods} of ${lasting(engagement.period)}; ${engagement.delivered} delivered, ${engagement.accepted} accepted`,
                    ],
                    conditions && ['Reward', `${money(conditions.reward)}${engagement ? ' a period' : ''}`],
                    quote && ['Paid when it was posted', money(quote.total)],
                    quote && ['Of that, costs', money(quote.protocolFee + quote.rent + quote.premium)],
                    ['Earned by providers', money(request.pay)],
                    ['Earned by enforcers', money(request.fees)],
                    ['Back to the requester', money(request.reclaimed)],
                    some('Deposits forfeited', request.forfeited),
                    some('Still in escrow', request.held),
                    noShows > 0 && ['Places without a delivery', noShows],
                ]}
            />
        </section>
    );
}

interface SubmissionOf {
    request: PastRequest;
    number: number;
    is: PastSubmission;
    spec: Spec | undefined;
}

function Submission({ request, number, is, spec }: SubmissionOf) {
    const money = (many: bigint): string => amount(many, spec?.asset ?? { type: 'Native' });
    return (
        <li id={`submission-${number}`} class="submission">
            <h3>
                {request.engagement ? 'Period' : 'Submission'} {number}{' '}
                {is.provider && (
                    <span class="by">
                        by <Account who={is.provider} />
                    </span>
                )}
            </h3>
            {is.duplicateOf !== undefined && (
                <p class="summary">
                    <Badge tone="bad">duplicate of {is.duplicateOf}</Badge>
                </p>
            )}
            <div class="both">
                <div>
                    <Facts
                        of={[
                            is.submitted && [is.seal ? 'Sealed' : 'Delivered', <Moment at={is.submitted.time} />],
                            is.verdict && ['Verdict', verdictWords(is.verdict)],
                            is.median !== undefined && ['Median', is.median],
                            is.weightBps !== undefined && ['Weighs', bps(is.weightBps)],
                            is.pay !== undefined && ['Earned', money(is.pay)],
                            is.forfeited !== undefined &&
                                is.forfeited > 0n && ['Deposit forfeited', money(is.forfeited)],
                            is.reputation !== undefined &&
                                is.reputation > 0n && ['Reputation', counted(is.reputation, 'point')],
                        ]}
                    />
                    {is.content && (
                        <Deliverable
                            hash={is.content}
                            uri={bytesOf(is.uri ?? '')}
                            name={`submission ${number} of this request`}
                        />
                    )}
                </div>
                <PastReviews of={is} />
            </div>
        </li>
    );
}
