//! Settling submissions that have their verdict, and all payments (section 3.5).
//!
//! Anyone settles a request's submissions in order and claims for each of them; the requester reclaims what was not
//! earned. All of it is credited, and everybody withdraws their own. Requests that are over are pruned.

use crate::{
    market::{Asset, RequestSpec, RequestState, Submission, Verdict},
    reputation, Balance, Points, RequestId, SubmissionId, Timestamp,
};
use ink::primitives::AccountId;

/// The most submissions opened or settled, or cells pruned, by one call.
pub const MAX_BATCH: u32 = 64;

impl RequestState {
    /// The time from which `settle` can settle more, given the `next` submission, number `settled`; if none is left, it
    /// settles the request. `None` while that submission has no verdict, and once everything is settled; an engagement
    /// is closed period by period.
    pub fn settles_from(&self, spec: &RequestSpec, next: Option<&Submission>) -> Option<Timestamp> {
        let judged = match next {
            Some(next) => next.verdict != Verdict::Pending,
            None => self.settled == self.submissions,
        };
        (judged && !self.closed && !self.engagement).then_some(spec.deliver_by)
    }

    /// Submissions below this number can be claimed for, if they [can be paid](Submission::can_be_paid): those that are
    /// settled; if shares depend on each other, none before all are.
    pub fn claimable(&self, spec: &RequestSpec) -> SubmissionId {
        if self.closed || !spec.is_interdependent() {
            self.settled
        } else {
            0
        }
    }

    /// Whether everything settled is claimed, and every place is claimed or reported.
    pub fn is_paid_out(&self) -> bool {
        self.claimed == self.settled && self.open_places == 0
    }

    /// Whether anyone can `prune` the request.
    pub fn is_prunable(&self) -> bool {
        self.closed && self.is_paid_out()
    }
}

impl Submission {
    /// Whether its place's bond and deposit return: those who reviewed it gave it something, or nobody reviewed it.
    pub fn stands(&self, spec: &RequestSpec) -> bool {
        spec.earned(self.median) > 0 || self.verdict == Verdict::Unreviewed
    }

    /// Whether it is not paid yet and can be: a submission that was never unsealed has nothing to claim.
    pub fn can_be_paid(&self) -> bool {
        !self.claimed && self.verdict != Verdict::Missed
    }
}

/// Everything in a request is settled.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct RequestSettled {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// How many submissions it had; in an engagement, periods up to the last one delivered in.
    pub submissions: u32,
    /// The deposit credited to an engagement's provider that kept its place to the end, in smallest units of the
    /// request's asset; otherwise 0.
    pub deposit: Balance,
}

/// A submission was paid.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Claimed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that is credited.
    #[ink(topic)]
    pub provider: AccountId,
    /// What the submission earned, in smallest units of the request's asset.
    pub pay: Balance,
    /// The deposit, if it went back to the provider, in smallest units of the request's asset; otherwise 0.
    pub deposit: Balance,
    /// The deposit, if it went to the requester, in smallest units of the request's asset; otherwise 0.
    pub forfeited: Balance,
    /// Points of reputation the provider earned.
    pub reputation: Points,
}

/// The requester was credited with what was not earned.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Reclaimed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// What the requester was credited, in smallest units of the request's asset.
    pub amount: Balance,
}

/// A credit was paid out.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Withdrawn {
    /// The account that was paid.
    #[ink(topic)]
    pub who: AccountId,
    /// What it was paid in.
    pub asset: Asset,
    /// How much it was paid, in smallest units of that asset.
    pub amount: Balance,
}

/// Storage of a request that is over was freed.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Pruned {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// How many submissions, places and offers were freed.
    pub count: u32,
    /// Whether nothing of it is left.
    pub finished: bool,
    /// What the requester was credited at the same time, because it had not reclaimed it, in smallest units of the
    /// request's asset.
    pub reclaimed: Balance,
}

/// The reputation contract refused a reward, penalty or release: the money moved without.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReputationRefused {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// Why the reputation contract refused.
    pub error: reputation::Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures,
        market::{Award, Duplicates},
    };

    fn state() -> RequestState {
        RequestState { submissions: 3, settled: 2, ..RequestState::new([1; 32].into()) }
    }

    fn judged(verdict: Verdict) -> Submission {
        Submission { verdict, ..Submission::new([2; 32].into(), 0) }
    }

    #[test]
    fn submissions_are_settled_in_order_from_the_end_of_delivery() {
        let spec = fixtures::request(0, 100);
        let from = |state: &RequestState, next: Option<Verdict>| state.settles_from(&spec, next.map(judged).as_ref());
        assert_eq!(from(&state(), Some(Verdict::Few)), Some(200));
        assert_eq!(from(&state(), Some(Verdict::Missed)), Some(200));
        assert_eq!(from(&state(), Some(Verdict::Pending)), None);
        assert_eq!(from(&state(), None), None, "there is a next, and nobody knows it");
        let nothing = RequestState { submissions: 0, settled: 0, ..state() };
        assert_eq!(from(&nothing, None), Some(200), "nobody delivered");
        assert_eq!(from(&RequestState { closed: true, ..nothing }, None), None);
        assert_eq!(from(&RequestState { engagement: true, ..state() }, Some(Verdict::Few)), None);
    }

    #[test]
    fn what_is_settled_is_claimed_at_once_unless_shares_depend_on_each_other() {
        let claimable = |closed, award, duplicates| {
            let spec = RequestSpec { award, duplicates, ..fixtures::request(0, 100) };
            RequestState { closed, ..state() }.claimable(&spec)
        };
        let shared = Duplicates::Shared { retention_ppm: 1 };
        assert_eq!(claimable(false, Award::PerSubmission, Duplicates::FirstOnly), 2);
        assert_eq!(claimable(false, Award::Proportional, Duplicates::Independent), 0);
        assert_eq!([false, true].map(|closed| claimable(closed, Award::PerSubmission, shared)), [0, 2]);
    }

    #[test]
    fn a_request_is_pruned_once_all_of_it_is_settled_claimed_and_reported() {
        let over = RequestState { closed: true, claimed: 2, ..state() };
        assert!(over.is_prunable());
        let open = RequestState { closed: false, ..over.clone() };
        assert!(open.is_paid_out() && !open.is_prunable());
        for unpaid in [RequestState { claimed: 1, ..over.clone() }, RequestState { open_places: 1, ..over }] {
            assert!(!unpaid.is_paid_out() && !unpaid.is_prunable());
        }
    }

    #[test]
    fn work_stands_that_was_given_something_or_was_reviewed_by_nobody() {
        // From 50 on the curve gives something.
        let stands = |verdict, median| {
            let judged = Submission { median, weight_bps: 1, ..judged(verdict) };
            judged.stands(&fixtures::request(0, 100))
        };
        assert!(stands(Verdict::Quorum, 50) && stands(Verdict::Few, 50) && stands(Verdict::Unreviewed, 0));
        let refused = [Verdict::Quorum, Verdict::Few, Verdict::Missed].map(|verdict| stands(verdict, 49));
        assert_eq!(refused, [false; 3], "whatever the reviews that are missing weigh");
    }

    #[test]
    fn work_is_paid_once_and_only_if_it_was_unsealed() {
        let can = |verdict, claimed| Submission { claimed, ..judged(verdict) }.can_be_paid();
        assert!(can(Verdict::Quorum, false) && can(Verdict::Unreviewed, false));
        assert!(!can(Verdict::Quorum, true) && !can(Verdict::Missed, false));
    }
}
