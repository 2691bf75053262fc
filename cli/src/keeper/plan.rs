//! Decides which upkeep is due, and from when, from what is known and the time alone. Sending it is
//! [elsewhere](super::work).

use crate::{
    client::words::submissions,
    keeper::known::{Delivery, Details, Known, Request},
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Verdict, MAX_LIST},
    obligation::{MemberState, Standing, MAX_BANS, MAX_EVALUATED},
    RequestId, SubmissionId, Timestamp,
};
use std::fmt;

/// A call that anybody may make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Upkeep {
    /// `open_reviews`: the windows begin with it.
    OpenReviews { request: RequestId },
    /// `evaluate_many`.
    Evaluate { members: Vec<AccountId> },
    /// `apply_terms`
    ApplyTerms,
    /// `apply_policy`
    ApplyPolicy,
    /// `fill_seats`
    FillSeats,
    /// `finalize`: verdicts, or windows that are extended.
    Finalize { request: RequestId, submissions: Vec<SubmissionId> },
    /// `close_period`
    ClosePeriod { request: RequestId },
    /// `settle`
    Settle { request: RequestId },
    /// `report_no_show`
    ReportNoShow { request: RequestId, provider: AccountId },
    /// `claim`
    Claim { request: RequestId, submissions: Vec<SubmissionId> },
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

    /// The order: first what is lost if it comes late, then what lets others go on, in the end what tidies up.
    fn urgency(&self) -> u8 {
        match self {
            Self::OpenReviews { .. } => 0,
            Self::Evaluate { .. } => 1,
            Self::ApplyTerms | Self::ApplyPolicy => 2,
            Self::FillSeats => 3,
            Self::Finalize { .. } => 4,
            Self::ClosePeriod { .. } | Self::Settle { .. } => 5,
            Self::ReportNoShow { .. } | Self::Claim { .. } => 6,
            Self::Prune { .. } => 7,
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
                write!(f, "evaluate {}", crate::client::signer::address(&members[0]))
            }
            Self::Evaluate { members } => write!(f, "evaluate {} members", members.len()),
            Self::ApplyTerms => f.write_str("apply the pool's new terms"),
            Self::ApplyPolicy => f.write_str("apply the market's new policy"),
            Self::FillSeats => f.write_str("fill free seats"),
            Self::Finalize { request, submissions: of } => {
                write!(f, "finalize {} of request {request}", submissions(of))
            }
            Self::ClosePeriod { request } => write!(f, "close a period of engagement {request}"),
            Self::Settle { request } => write!(f, "settle request {request}"),
            Self::ReportNoShow { request, provider } => {
                write!(
                    f,
                    "report that {} has not delivered for request {request}",
                    crate::client::signer::address(provider)
                )
            }
            Self::Claim { request, submissions: of } => {
                write!(f, "claim for {} of request {request}", submissions(of))
            }
            Self::Prune { request } => write!(f, "prune request {request}"),
        }
    }
}

/// Upkeep, and the time from which it is due; 0 if that does not depend on the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub upkeep: Upkeep,
    pub since: Timestamp,
}

impl Due {
    /// Takes what is to be done with another submission of the same request into this call, if that is possible.
    fn takes(&mut self, other: &Self) -> bool {
        match (&mut self.upkeep, &other.upkeep) {
            (Upkeep::Finalize { request, submissions }, Upkeep::Finalize { request: of, submissions: more })
            | (Upkeep::Claim { request, submissions }, Upkeep::Claim { request: of, submissions: more })
                if *request == *of && submissions.len() + more.len() <= MAX_LIST =>
            {
                submissions.extend(more);
                self.since = self.since.max(other.since);
                true
            }
            _ => false,
        }
    }
}

/// What is due at `now`, the most urgent first, in as few calls as may be.
pub fn due(known: &Known, now: Timestamp) -> Vec<Due> {
    in_lists(foreseen(known).into_iter().filter(|due| due.since <= now))
}

/// What falls due next after `now`, if nothing happens until then.
pub fn next(known: &Known, now: Timestamp) -> Option<Due> {
    let later: Vec<_> = foreseen(known).into_iter().filter(|due| due.since > now).collect();
    let since = later.iter().map(|due| due.since).min()?;
    in_lists(later.into_iter().filter(|due| due.since == since)).into_iter().next()
}

/// The same with what one call can do together: submissions of one request stand next to each other.
fn in_lists(all: impl Iterator<Item = Due>) -> Vec<Due> {
    let mut lists: Vec<Due> = Vec::new();
    for due in all {
        if !lists.last_mut().is_some_and(|last| last.takes(&due)) {
            lists.push(due);
        }
    }
    lists
}

/// All upkeep that will be due if nothing else happens, the most urgent first, each submission by itself.
fn foreseen(known: &Known) -> Vec<Due> {
    let mut foreseen = Vec::new();
    of_pool(known, &mut foreseen);
    for (id, request) in &known.requests {
        if let Some(details) = &request.details {
            of_request(*id, request, details, &mut foreseen);
        }
    }
    // Stable: bans stay before other evaluations, and earlier requests before later ones.
    foreseen.sort_by_key(|due| due.upkeep.urgency());
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
    // Bans are apart, because only they pay, and one call latches only a few.
    for members in banned.chunks(MAX_BANS).chain(others.chunks(MAX_EVALUATED)) {
        add(Upkeep::Evaluate { members: members.to_vec() }, 0);
    }
}

fn of_request(id: RequestId, request: &Request, details: &Details, foreseen: &mut Vec<Due>) {
    let Details { spec, state, engagement, submissions } = details;
    let mut add = |upkeep, since| foreseen.push(Due { upkeep, since });
    let number = |number: &SubmissionId| submissions.get(number).map(|delivery| &delivery.submission);
    if let Some(since) = state.opens_from(spec, number(&state.opened)) {
        add(Upkeep::OpenReviews { request: id }, since);
    }
    for (number, delivery) in submissions.range(..state.opened) {
        if let Some(since) = finalizable(details, delivery) {
            add(Upkeep::Finalize { request: id, submissions: vec![*number] }, since);
        }
    }
    for (number, delivery) in submissions.range(..state.claimable(spec)) {
        if delivery.submission.can_be_paid() {
            add(Upkeep::Claim { request: id, submissions: vec![*number] }, 0);
        }
    }
    let next = number(&state.settled);
    match engagement {
        Some(engagement) => {
            if let Ok(since) = engagement.closes_from(spec, state, next) {
                add(Upkeep::ClosePeriod { request: id }, since);
            }
        }
        // Not read yet.
        None if state.engagement => {}
        None => {
            if let Some(since) = state.settles_from(spec, next) {
                add(Upkeep::Settle { request: id }, since);
            }
            // A dry run shows whose places nobody delivered on.
            let undelivered = state.undelivered(submissions.values().map(|delivery| &delivery.submission)) > 0;
            for (provider, deliver_by) in request.providers.iter().filter(|_| undelivered) {
                let since = spec.no_show_from(deliver_by.unwrap_or(spec.deliver_by));
                add(Upkeep::ReportNoShow { request: id, provider: *provider }, since);
            }
        }
    }
    if state.is_prunable() {
        add(Upkeep::Prune { request: id }, 0);
    }
}

/// The time from which an opened submission can be finalized, if nobody commits or reveals in between; that extends its
/// window where too few have committed.
fn finalizable(details: &Details, delivery: &Delivery) -> Option<Timestamp> {
    let Details { spec, submissions, .. } = details;
    let Delivery { submission, reviews } = delivery;
    let is_pending = |original: &SubmissionId| {
        submissions.get(original).is_some_and(|original| original.submission.verdict == Verdict::Pending)
    };
    if submission.waits_for(spec, reviews).any(|original| is_pending(&original)) {
        return None;
    }
    submission.finalizable_from(spec, reviews)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keeper::known::{Member, Pool};
    use chain::{account, default_terms};
    use interfaces::{
        fixtures,
        market::{Award, Duplicates, Engagement, RequestSpec, RequestState, Review, Submission, Tenure},
        obligation::{Capacity, Membership, Schedule},
    };
    use Upkeep::{
        ApplyPolicy, ApplyTerms, Claim, ClosePeriod, Evaluate, FillSeats, Finalize, OpenReviews, Prune, ReportNoShow,
        Settle,
    };

    /// A request with deadlines at 100, 200, 300 and 400, in which nothing has happened.
    fn details() -> Details {
        let spec = RequestSpec { limit: 9, per_provider: 3, ..fixtures::request(0, 100) };
        let state = RequestState::new(account("rita"));
        Details { spec, state, engagement: None, submissions: Default::default() }
    }

    /// Submissions on as many places, whose reviews begin at 200.
    fn delivered(count: u32) -> Details {
        let mut details = details();
        for number in 0..count {
            let pending = Submission::new(account("pia"), 200);
            let submission = Submission { delivered: true, submitted: 50, ..pending };
            details.submissions.insert(number, Delivery { submission, reviews: Vec::new() });
        }
        let state = &mut details.state;
        (state.submissions, state.places, state.open_places) = (count, count, count);
        details
    }

    /// As many submissions, open for review.
    fn in_review(count: u32) -> Details {
        let mut details = delivered(count);
        details.state.opened = count;
        details
    }

    fn review(score: Option<u8>) -> Review {
        Review { enforcer: account("eva"), commitment: [0; 32], score, duplicate_of: None, short: false }
    }

    fn first(details: &mut Details) -> &mut Delivery {
        details.submissions.get_mut(&0).expect("a submission")
    }

    fn known(details: Details, providers: &[&str]) -> Known {
        let mut known = Known::default();
        let providers = providers.iter().map(|name| (account(name), None)).collect();
        known.requests.insert(7, Request { providers, details: Some(details) });
        known
    }

    fn finalize(submission: SubmissionId) -> Upkeep {
        Finalize { request: 7, submissions: vec![submission] }
    }

    fn claim(submission: SubmissionId) -> Upkeep {
        Claim { request: 7, submissions: vec![submission] }
    }

    /// What is due from when on, in a market with only this request.
    fn plan(details: Details) -> Vec<(Upkeep, Timestamp)> {
        foreseen(&known(details, &[])).into_iter().map(|due| (due.upkeep, due.since)).collect()
    }

    #[test]
    fn what_is_due_is_due_from_its_moment_on_and_what_comes_next_is_told() {
        let known = known(delivered(1), &[]);
        let opening = Due { upkeep: OpenReviews { request: 7 }, since: 200 };
        assert_eq!((due(&known, 199), next(&known, 199)), (vec![], Some(opening.clone())));
        assert_eq!((due(&known, 200), next(&known, 200)), (vec![opening], None));
    }

    #[test]
    fn a_request_that_nobody_delivered_for_is_settled_when_delivery_ends() {
        assert_eq!(plan(details()), [(Settle { request: 7 }, 200)]);
    }

    #[test]
    fn sealed_deliveries_are_opened_half_way_to_the_end_of_reviews() {
        let mut sealed = delivered(1);
        sealed.spec.duplicates = Duplicates::FirstOnly;
        assert_eq!(plan(sealed), [(OpenReviews { request: 7 }, 250)]);
    }

    #[test]
    fn a_submission_is_finalized_when_all_is_revealed_and_no_more_can_come_or_reveals_end_or_too_few_committed() {
        let with = |reviews: &[Option<u8>]| {
            let mut details = in_review(1);
            first(&mut details).reviews = reviews.iter().map(|score| review(*score)).collect();
            plan(details)
        };
        let since = |since| vec![(finalize(0), since)];
        assert_eq!(with(&[]), since(300), "nobody committed until commits ended");
        assert_eq!(with(&[None; 2]), since(300), "two are too few");
        assert_eq!(with(&[Some(80); 3]), since(300));
        assert_eq!(with(&[Some(80), Some(80), None]), since(400));
        assert_eq!(with(&[Some(80); 7]), since(0), "no more than seven can come");
        assert_eq!(with(&[None; 7]), since(400));
    }

    #[test]
    fn once_its_window_was_extended_a_submission_is_finalized_with_however_many_came() {
        let with = |reviews: &[Review]| {
            let mut details = in_review(1);
            let delivery = first(&mut details);
            (delivery.submission.window_start, delivery.submission.extended) = (350, true);
            delivery.reviews = reviews.to_vec();
            plan(details)
        };
        assert_eq!(with(&[]), [(finalize(0), 450)]);
        assert_eq!(with(&[review(None)]), [(finalize(0), 550)]);
        assert_eq!(with(&[review(Some(9))]), [(finalize(0), 450)]);
    }

    #[test]
    fn a_verdict_waits_for_that_of_the_submission_it_is_said_to_duplicate_but_an_extension_does_not() {
        let mut details = in_review(2);
        first(&mut details).reviews = vec![review(None); 3];
        let vote = Review { duplicate_of: Some(0), ..review(Some(80)) };
        details.submissions.get_mut(&1).expect("a second").reviews = vec![vote; 3];
        assert_eq!(plan(details.clone()), [(finalize(0), 400)]);
        let mut few = details.clone();
        few.submissions.get_mut(&1).expect("a second").reviews.truncate(2);
        assert_eq!(plan(few)[1], (finalize(1), 300));
        first(&mut details).submission.verdict = Verdict::Quorum;
        assert_eq!(plan(details)[0], (finalize(1), 300));
    }

    #[test]
    fn what_is_due_in_one_request_goes_into_lists_of_sixteen() {
        let mut details = in_review(40);
        for number in 0..3 {
            details.submissions.get_mut(&number).expect("one of forty").submission.verdict = Verdict::Quorum;
        }
        details.state.settled = 3;
        let mut known = known(details.clone(), &[]);
        known.requests.insert(8, Request { providers: Default::default(), details: Some(details) });
        let lists: Vec<_> = due(&known, 300).into_iter().map(|due| (due.upkeep, due.since)).collect();
        let mut expected = Vec::new();
        for request in [7, 8] {
            let lists = [3..19, 19..35, 35..40].map(|list| Finalize { request, submissions: list.collect() });
            expected.extend(lists.map(|list| (list, 300)));
        }
        expected.extend([7, 8].map(|request| (Claim { request, submissions: vec![0, 1, 2] }, 0)));
        assert_eq!(lists, expected);
        // Each submission has a window of its own.
        for request in known.requests.values_mut() {
            let delivery = request.details.as_mut().and_then(|details| details.submissions.get_mut(&9));
            delivery.expect("one of forty").submission.window_start = 240;
        }
        let others = Finalize { request: 7, submissions: (3..9).chain(10..20).collect() };
        assert_eq!(next(&known, 250), Some(Due { upkeep: others, since: 300 }));
        assert_eq!(next(&known, 300), Some(Due { upkeep: finalize(9), since: 340 }));
    }

    #[test]
    fn verdicts_are_settled_in_order_claimed_once_that_is_possible_and_pruned_in_the_end() {
        let mut details = in_review(2);
        details.submissions.get_mut(&1).expect("a second").submission.verdict = Verdict::Quorum;
        assert_eq!(plan(details.clone()), [(finalize(0), 300)], "the first is not judged");
        first(&mut details).submission.verdict = Verdict::Few;
        assert_eq!(plan(details.clone()), [(Settle { request: 7 }, 200)]);
        details.state.settled = 1;
        let settle = (Settle { request: 7 }, 200);
        assert_eq!(plan(details.clone()), [settle.clone(), (claim(0), 0)]);
        details.spec.award = Award::Proportional;
        assert_eq!(plan(details.clone()), [settle], "shares depend on each other");
        (details.state.settled, details.state.closed) = (2, true);
        let claims = [0, 1].map(|submission| (claim(submission), 0));
        assert_eq!(plan(details.clone()), claims);
        for delivery in details.submissions.values_mut() {
            delivery.submission.claimed = true;
        }
        (details.state.claimed, details.state.open_places) = (2, 0);
        assert_eq!(plan(details), [(Prune { request: 7 }, 0)]);
    }

    #[test]
    fn who_may_not_have_delivered_is_reported_once_that_can_be_known() {
        let mut details = delivered(1);
        details.state.opened = 1;
        details.state.open_places = 3;
        let reports = |details: &Details, providers: &[&str]| -> Vec<_> {
            let foreseen = foreseen(&known(details.clone(), providers)).into_iter();
            foreseen.filter(|due| matches!(due.upkeep, ReportNoShow { .. })).map(|due| due.since).collect()
        };
        assert_eq!(reports(&details, &["pia", "paul"]), [200, 200]);
        details.spec.duplicates = Duplicates::FirstOnly;
        assert_eq!(reports(&details, &["pia"]), [250]);
        details.state.open_places = 1;
        assert_eq!(reports(&details, &["pia", "paul"]), [] as [Timestamp; 0], "the only open place was delivered on");
        first(&mut details).submission.delivered = false;
        assert_eq!(reports(&details, &["pia"]), [250], "it was never unsealed");
        let mut known = known(details.clone(), &[]);
        known.requests.get_mut(&7).expect("a request").providers.insert(account("pia"), Some(150));
        known.requests.get_mut(&7).and_then(|request| request.details.as_mut()).expect("details").spec.duplicates =
            Duplicates::Independent;
        let due = foreseen(&known).into_iter().find(|due| matches!(due.upkeep, ReportNoShow { .. }));
        assert_eq!(due.map(|due| due.since), Some(150), "the offer said so");
    }

    #[test]
    fn the_periods_of_an_engagement_are_closed_one_after_the_other() {
        let mut details = details();
        details.state.engagement = true;
        details.engagement = Some(Engagement { periods: 4, period: 50, ..fixtures::engagement(None, None) });
        let close = |since| [(ClosePeriod { request: 7 }, since)];
        assert_eq!(plan(details.clone()), close(200), "nobody was accepted");
        let tenure = Tenure { provider: account("pia"), price: 1, first: 1, first_deliver_by: 160 };
        if let Some(engagement) = &mut details.engagement {
            (engagement.pool, engagement.tenure) = (Some(3), Some(tenure));
        }
        (details.state.settled, details.state.submissions, details.state.opened) = (2, 1, 1);
        assert_eq!(plan(details.clone()), close(210), "the second period of its tenure");
        if let Some(engagement) = &mut details.engagement {
            (engagement.tenure, engagement.vacated) = (None, 230);
        }
        assert_eq!(plan(details.clone()), close(330), "the place is vacant, for two periods at most");
        details.state.closed = true;
        details.state.claimed = 2;
        assert_eq!(plan(details), [(Prune { request: 7 }, 0)]);
    }

    #[test]
    fn terms_policy_and_seats_are_seen_to() {
        let capacity = Capacity { seats: 5, active: 4, waiting: 1, ..Capacity::default() };
        let mut known = Known::default();
        (known.terms_due, known.policy_due) = (Some(30), Some(40));
        known.pool = Some(Pool::new(default_terms(), Schedule::default(), capacity, 0));
        let due = |upkeep, since| Due { upkeep, since };
        assert_eq!(foreseen(&known), [due(ApplyTerms, 30), due(ApplyPolicy, 40), due(FillSeats, 0)]);
        known.pool = Some(Pool::new(default_terms(), Schedule::default(), Capacity { active: 5, ..capacity }, 0));
        assert_eq!(foreseen(&known).len(), 2);
    }

    #[test]
    fn members_are_evaluated_whose_standing_is_not_as_latched_bans_first_and_in_batches() {
        let mut known = Known::default();
        for n in 0..100_u8 {
            let standing = if n % 10 == 0 { Standing::Banned } else { Standing::Throttled };
            let membership = Membership {
                state: if n == 99 { MemberState::Frozen } else { MemberState::Seated },
                standing,
                seen: 0,
                declared: 0,
                required: 0,
                deficit: 0,
                seat_since: 0,
                open: 0,
                bond: 0,
                ended: 0,
                safe_until: 0,
            };
            let latched = if n == 98 { Standing::Throttled } else { Standing::Healthy };
            let mut member = Member::new(latched);
            member.membership = Some(membership);
            known.members.insert([n; 32].into(), member);
        }
        let batches: Vec<_> = foreseen(&known)
            .into_iter()
            .map(|due| match due.upkeep {
                Evaluate { members } => members.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(batches, [8, 2, 64, 24]);
    }
}
