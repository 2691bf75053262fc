//! Which upkeep is due, and from when: decided from what is known and the time alone. Sending it is
//! [elsewhere](super::work).

use super::known::{Delivery, Details, Known, Request};
use ink::primitives::AccountId;
use interfaces::{
    market::{Award, Duplicates, Phase, RequestSpec, RequestState, Verdict},
    obligation::{MemberState, Standing, MAX_BANS, MAX_EVALUATED},
    RequestId, SubmissionId, Timestamp,
};
use scale::{Decode, Encode};
use std::fmt;

/// A call that anybody may make. The most urgent comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Upkeep {
    /// `open_reviews`: what is opened late is seen by nobody.
    OpenReviews { request: RequestId },
    /// `evaluate_many`.
    Evaluate { members: Vec<AccountId> },
    /// `apply_terms`
    ApplyTerms,
    /// `apply_policy`
    ApplyPolicy,
    /// `fill_seats`
    FillSeats,
    /// `finalize`: a verdict, or a second window.
    Finalize { request: RequestId, submission: SubmissionId },
    /// `close_period`
    ClosePeriod { request: RequestId },
    /// `settle`
    Settle { request: RequestId },
    /// `report_no_show`
    ReportNoShow { request: RequestId, provider: AccountId },
    /// `claim`
    Claim { request: RequestId, submission: SubmissionId },
    /// `prune`
    Prune { request: RequestId },
}

impl Upkeep {
    /// The request it is about, if it is about one.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::OpenReviews { request }
            | Self::Finalize { request, .. }
            | Self::ClosePeriod { request }
            | Self::Settle { request }
            | Self::ReportNoShow { request, .. }
            | Self::Claim { request, .. }
            | Self::Prune { request } => Some(*request),
            Self::Evaluate { .. } | Self::ApplyTerms | Self::ApplyPolicy | Self::FillSeats => None,
        }
    }

    /// The message it is.
    pub fn message(&self) -> &'static str {
        match self {
            Self::OpenReviews { .. } => "open_reviews",
            Self::Evaluate { .. } => "evaluate_many",
            Self::ApplyTerms => "apply_terms",
            Self::ApplyPolicy => "apply_policy",
            Self::FillSeats => "fill_seats",
            Self::Finalize { .. } => "finalize",
            Self::ClosePeriod { .. } => "close_period",
            Self::Settle { .. } => "settle",
            Self::ReportNoShow { .. } => "report_no_show",
            Self::Claim { .. } => "claim",
            Self::Prune { .. } => "prune",
        }
    }
}

impl fmt::Display for Upkeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenReviews { request } => write!(f, "open the reviews of request {request}"),
            Self::Evaluate { members } if members.len() == 1 => {
                write!(f, "evaluate {}", crate::signer::address(&members[0]))
            }
            Self::Evaluate { members } => write!(f, "evaluate {} members", members.len()),
            Self::ApplyTerms => f.write_str("apply the pool's new terms"),
            Self::ApplyPolicy => f.write_str("apply the market's new policy"),
            Self::FillSeats => f.write_str("fill free seats"),
            Self::Finalize { request, submission } => {
                write!(f, "finalize submission {submission} of request {request}")
            }
            Self::ClosePeriod { request } => write!(f, "close a period of engagement {request}"),
            Self::Settle { request } => write!(f, "settle request {request}"),
            Self::ReportNoShow { request, provider } => {
                write!(f, "report that {} has not delivered for request {request}", crate::signer::address(provider))
            }
            Self::Claim { request, submission } => write!(f, "claim for submission {submission} of request {request}"),
            Self::Prune { request } => write!(f, "prune request {request}"),
        }
    }
}

/// Upkeep, and from when on it is due; 0 where that did not depend on the clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub upkeep: Upkeep,
    pub since: Timestamp,
}

/// What is due at `now`, the most urgent first.
pub fn due(known: &Known, now: Timestamp) -> Vec<Due> {
    foreseen(known).into_iter().filter(|due| due.since <= now).collect()
}

/// What falls due next after `now`, if nothing happens until then.
pub fn next(known: &Known, now: Timestamp) -> Option<Due> {
    foreseen(known).into_iter().filter(|due| due.since > now).min_by_key(|due| due.since)
}

/// All upkeep that will be due if nothing else happens, the most urgent first.
fn foreseen(known: &Known) -> Vec<Due> {
    let mut foreseen = Vec::new();
    of_pool(known, &mut foreseen);
    for (id, request) in &known.requests {
        if let Some(details) = &request.details {
            of_request(*id, request, details, &mut foreseen);
        }
    }
    foreseen.sort();
    foreseen
}

fn of_pool(known: &Known, foreseen: &mut Vec<Due>) {
    let mut add = |upkeep, since| foreseen.push(Due { upkeep, since });
    if let Some(due) = known.terms_due {
        add(Upkeep::ApplyTerms, due);
    }
    if let Some(due) = known.policy_due {
        add(Upkeep::ApplyPolicy, due);
    }
    if known.pool.as_ref().is_some_and(|pool| pool.capacity.waiting > 0 && pool.capacity.active < pool.capacity.seats) {
        add(Upkeep::FillSeats, 0);
    }
    let (mut banned, mut others) = (Vec::new(), Vec::new());
    for (who, member) in &known.members {
        match &member.membership {
            Some(membership) if membership.state != MemberState::Seated || membership.standing == member.latched => {}
            Some(membership) if membership.standing == Standing::Banned => banned.push(*who),
            Some(_) => others.push(*who),
            None => {}
        }
    }
    // Apart, as only bans pay, and only so many are latched by one call.
    for members in banned.chunks(MAX_BANS).chain(others.chunks(MAX_EVALUATED)) {
        add(Upkeep::Evaluate { members: members.to_vec() }, 0);
    }
}

fn of_request(id: RequestId, request: &Request, details: &Details, foreseen: &mut Vec<Due>) {
    let Details { spec, state, submissions, .. } = details;
    let mut add = |upkeep, since| foreseen.push(Due { upkeep, since });
    if state.opened < state.submissions {
        let begins = submissions.get(&state.opened).map(|delivery| delivery.submission.window_start);
        let since = if state.engagement { begins.unwrap_or(0) } else { review_from(spec) };
        add(Upkeep::OpenReviews { request: id }, since);
    }
    for (number, delivery) in submissions.range(..state.opened) {
        if let Some(since) = finalizable(details, delivery) {
            add(Upkeep::Finalize { request: id, submission: *number }, since);
        }
    }
    let claimable = if state.closed || !depend_on_each_other(spec) { state.settled } else { 0 };
    for (number, delivery) in submissions.range(..claimable) {
        if !delivery.submission.claimed && delivery.submission.verdict != Verdict::Missed {
            add(Upkeep::Claim { request: id, submission: *number }, 0);
        }
    }
    if !state.closed {
        match state.engagement {
            true => {
                if let Some(since) = period_over(details) {
                    add(Upkeep::ClosePeriod { request: id }, since);
                }
            }
            false => {
                let next = submissions.get(&state.settled);
                let judged = next.is_some_and(|delivery| delivery.submission.verdict != Verdict::Pending);
                if judged || state.submissions == 0 {
                    add(Upkeep::Settle { request: id }, spec.deliver_by);
                }
            }
        }
    }
    if !state.engagement {
        let pending = submissions.values().filter(|delivery| {
            delivery.submission.delivered
                && !delivery.submission.claimed
                && delivery.submission.verdict != Verdict::Missed
        });
        // The other open places were never delivered on, as far as anybody knows; whose they are shows a dry run.
        let undelivered = usize::try_from(state.open_places).unwrap_or(usize::MAX) > pending.count();
        for (provider, deliver_by) in request.providers.iter().filter(|_| undelivered) {
            let since = if is_sealed(spec) { review_from(spec) } else { deliver_by.unwrap_or(spec.deliver_by) };
            add(Upkeep::ReportNoShow { request: id, provider: *provider }, since);
        }
    }
    if state.closed && state.claimed == state.settled && state.open_places == 0 {
        add(Upkeep::Prune { request: id }, 0);
    }
}

/// From when on a submission that is opened can be finalized, if nobody reveals in between.
fn finalizable(details: &Details, delivery: &Delivery) -> Option<Timestamp> {
    let Details { spec, submissions, .. } = details;
    let Delivery { submission, reviews } = delivery;
    if submission.verdict != Verdict::Pending {
        return None;
    }
    let reveals = reviews.iter().filter(|review| review.score.is_some()).count();
    let live = reviews.iter().filter(|review| review.score.is_some() || !review.resolved).count();
    let all_revealed = reviews.iter().all(|review| review.score.is_some() || review.resolved);
    let ends = reveals >= usize::from(spec.quorum) || submission.second_window;
    let is_pending = |original: &SubmissionId| {
        submissions.get(original).is_some_and(|original| original.submission.verdict == Verdict::Pending)
    };
    if ends && reviews.iter().filter_map(|review| review.duplicate_of).any(|original| is_pending(&original)) {
        return None;
    }
    let (commit_by, reveal_by) = window(spec, submission.window_start);
    Some(match (all_revealed, live >= usize::from(spec.max_reviews)) {
        (true, true) => 0,
        (true, false) => commit_by,
        (false, _) => reveal_by,
    })
}

/// From when on the next period of an engagement can be closed, or the engagement that nobody was accepted for.
fn period_over(details: &Details) -> Option<Timestamp> {
    let Details { spec, state, engagement, submissions } = details;
    let engagement = engagement.as_ref()?;
    if engagement.pool.is_none() {
        return Some(spec.deliver_by);
    }
    let period = state.settled;
    let tenure = engagement.tenure.as_ref().filter(|tenure| period >= tenure.first);
    match (submissions.get(&period), tenure) {
        (Some(delivery), _) => (delivery.submission.verdict != Verdict::Pending).then_some(0),
        (None, Some(tenure)) => {
            let further = Timestamp::from(period.saturating_sub(tenure.first));
            Some(tenure.first_deliver_by.saturating_add(engagement.period.saturating_mul(further)))
        }
        (None, None) => (period < state.submissions).then_some(0),
    }
}

/// What can be done with a request at `now`; the market's own answer, as of another time than the last block's.
pub fn phase(details: &Details, now: Timestamp) -> Phase {
    let Details { spec, state, engagement, .. } = details;
    if let Some(engagement) = engagement {
        return match engagement.tenure {
            _ if state.closed => Phase::Settled,
            Some(_) => Phase::Delivery,
            None if engagement.pool.is_some() => Phase::Vacant,
            None if now < spec.signal_by => Phase::Signalling,
            None if now < spec.deliver_by => Phase::Delivery,
            None => Phase::Finalized,
        };
    }
    match now {
        _ if state.closed => Phase::Settled,
        now if now < spec.signal_by => Phase::Signalling,
        now if now < spec.deliver_by => Phase::Delivery,
        now if now < review_from(spec) => Phase::Unsealing,
        _ if state.opened < state.submissions => Phase::Unopened,
        _ if state.finalized == state.submissions => Phase::Finalized,
        now if now < spec.review_by => Phase::Review,
        now if now < spec.reveal_by => Phase::Reveal,
        _ => Phase::Finalizable,
    }
}

/// When a request's phase changes by the clock next, if it does.
pub fn phase_ends(spec: &RequestSpec, state: &RequestState, now: Timestamp) -> Option<Timestamp> {
    let ends = [spec.signal_by, spec.deliver_by, review_from(spec), spec.review_by, spec.reveal_by];
    ends.into_iter().find(|end| *end > now).filter(|_| !state.closed)
}

fn is_sealed(spec: &RequestSpec) -> bool {
    spec.duplicates != Duplicates::Independent
}

/// When reviews begin: when delivery ends, or where it is sealed, half-way from there to `review_by`.
fn review_from(spec: &RequestSpec) -> Timestamp {
    let unsealing = if is_sealed(spec) { spec.review_by.saturating_sub(spec.deliver_by) / 2 } else { 0 };
    spec.deliver_by.saturating_add(unsealing)
}

/// Until when reviews of a submission can be committed, and revealed, whose window began at `start`.
fn window(spec: &RequestSpec, start: Timestamp) -> (Timestamp, Timestamp) {
    let commit_by = start.saturating_add(spec.review_by.saturating_sub(review_from(spec)));
    (commit_by, commit_by.saturating_add(spec.reveal_by.saturating_sub(spec.review_by)))
}

/// Whether what a submission earns depends on the others, so that it can be claimed only when all are settled.
fn depend_on_each_other(spec: &RequestSpec) -> bool {
    spec.award != Award::PerSubmission || matches!(spec.duplicates, Duplicates::Shared { .. })
}
