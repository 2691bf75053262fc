//! Requests: what is asked for, what it costs, and its progress (sections 3 and 3.1).
//!
//! A requester asks what a request costs, posts it, and may withdraw it until somebody has a place.

use crate::{Balance, Bps, Points, Ppm, RequestId, Timestamp};
use ink::{
    prelude::vec::Vec,
    primitives::{AccountId, Hash},
};

/// Longest URI, in bytes.
pub const MAX_URI: usize = 256;
/// The most buckets of a curve.
pub const MAX_BUCKETS: usize = 8;
/// The most submissions of one request.
pub const MAX_LIMIT: u32 = 10_000;
/// The most submissions of one provider.
pub const MAX_PER_PROVIDER: u16 = 1_000;
/// The most places of a ranking.
pub const MAX_RANKED: usize = 100;

/// The asset that a request pays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Asset {
    /// The chain's own currency.
    Native,
    /// The PSP22 token at this address.
    Psp22(#[doc = "The token's contract."] AccountId),
}

/// How places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Access {
    /// By whoever signals first.
    Open,
    /// By providers whose offer the requester accepted; one each. Only with `Award::PerSubmission`.
    Offers,
}

/// How the reward is shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Award {
    /// Each submission earns `reward / limit` times its weight; with offers, the price accepted times its weight.
    PerSubmission,
    /// Each submission earns its weight's part of the sum of all weights; if that is 0, the whole reward returns.
    Proportional,
    /// The best medians earn these parts of the reward, best first; equal ones share their places. A submission that
    /// weighs nothing takes no place. 1 to 100 places, together at most 10,000 bps; not with `Duplicates::Shared`.
    Ranked {
        /// What each place earns, best first, in basis points of the reward.
        places_bps: Vec<Bps>,
    },
}

/// What becomes of submissions of the same finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Duplicates {
    /// Each is paid on its own.
    Independent,
    /// Those of `n` providers together weigh what the first weighs, times `retention_ppm ^ (n - 1)`; each has an `n`-th
    /// of that. Delivery is sealed.
    Shared {
        /// The part of what they weigh together that each further provider leaves, in parts per million.
        retention_ppm: Ppm,
    },
    /// Only the first weighs anything. Delivery is sealed.
    FirstOnly,
}

/// From `min_score` on a submission weighs `weight_bps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Bucket {
    /// The lowest median that has this weight, 0 to 100.
    pub min_score: u8,
    /// What a submission weighs from there on, in basis points; at most 10,000.
    pub weight_bps: Bps,
}

/// What is asked for, and on which conditions (section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct RequestSpec {
    /// Hash of the document that says what is asked for.
    pub spec: Hash,
    /// Where that document is; at most 256 bytes.
    pub uri: Vec<u8>,
    /// What is paid in; on the policy's list.
    pub asset: Asset,
    /// For providers, in all, in smallest units of the asset; in an engagement, for each period.
    pub reward: Balance,
    /// For enforcers, per submission, in smallest units of the asset; escrowed for `limit` submissions.
    pub review_fee: Balance,
    /// Whether places are taken, or given by accepting offers.
    pub access: Access,
    /// How the reward is shared out among submissions.
    pub award: Award,
    /// What submissions of the same finding earn, and so whether delivery is sealed.
    pub duplicates: Duplicates,
    /// 1 to 8 buckets, scores and weights rising; a score below the first weighs nothing.
    pub curve: Vec<Bucket>,
    /// The most submissions, 1 to 10,000.
    pub limit: u32,
    /// The most submissions of one provider, 1 to 1,000.
    pub per_provider: u16,
    /// Points of reputation locked per place taken; 0 lets newcomers in.
    pub provider_bond: Points,
    /// Per place taken, in smallest units of the asset; at least `review_fee`: junk pays for its own review.
    pub place_deposit: Balance,
    /// Points of reputation spent per place taken; 0: none.
    pub access_price: Points,
    /// Points of reputation a provider must have available.
    pub min_reputation: Points,
    /// Tier a provider must have, counted from 1; 0: any.
    pub min_tier: u8,
    /// Fewest reveals that decide; odd, at most 7, at least the policy's, at most the pool's active members but for the
    /// requester. A submission has at most `2 * quorum + 1` reviews.
    pub quorum: u8,
    /// A score within this of the median, on the scale from 0 to 100, is coherent.
    pub tolerance: u8,
    /// The deadline for taking places, in milliseconds since the Unix epoch.
    pub signal_by: Timestamp,
    /// The deadline for making and revising submissions, in milliseconds since the Unix epoch.
    pub deliver_by: Timestamp,
    /// The deadline for committing reviews if they are opened at once, in milliseconds since the Unix epoch: a window
    /// begins when it is opened, and lasts as long.
    pub review_by: Timestamp,
    /// The deadline for revealing reviews if they are opened at once, in milliseconds since the Unix epoch.
    pub reveal_by: Timestamp,
}

impl RequestSpec {
    /// Whether delivery is sealed, because it matters who was first.
    pub fn is_sealed(&self) -> bool {
        self.duplicates != Duplicates::Independent
    }

    /// The most reviews of a submission: `2 * quorum + 1`. Members that missed no work fill at most `quorum + 1` of them,
    /// those that did the others.
    pub fn max_reviews(&self) -> u8 {
        self.quorum.saturating_mul(2).saturating_add(1)
    }

    /// Whether what a submission earns depends on the others, so that it can be claimed only when all are settled.
    pub fn is_interdependent(&self) -> bool {
        self.award != Award::PerSubmission || matches!(self.duplicates, Duplicates::Shared { .. })
    }
}

/// What posting a request costs now, in its asset (section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Quote {
    /// What is put in escrow for providers, in smallest units of the request's asset; in an engagement, for all
    /// periods.
    pub reward: Balance,
    /// `review_fee * limit`, in smallest units of the request's asset; in an engagement, for all periods.
    pub review_fees: Balance,
    /// The treasury's part, which is never returned, in smallest units of the request's asset.
    pub protocol_fee: Balance,
    /// What the reviews cost for as long as they are reserved, which is never returned, in smallest units of the
    /// request's asset: the policy's rent for each review and each day begun until the end of the last possible window.
    pub rent: Balance,
    /// What posting costs more while enforcers are busy, which is never returned, in smallest units of the request's
    /// asset.
    pub premium: Balance,
    /// All of it, in smallest units of the request's asset.
    pub total: Balance,
}

/// A request's progress.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct RequestState {
    /// The account that posted it.
    pub requester: AccountId,
    /// The policy's weight for reviews that are missing, in basis points, as it was at `post`.
    pub unreviewed_bps: Bps,
    /// Places taken.
    pub places: u32,
    /// How many of those are neither claimed nor reported.
    pub open_places: u32,
    /// Submissions made; in an engagement, periods up to the last one delivered in.
    pub submissions: u32,
    /// Submissions opened for review, in order.
    pub opened: u32,
    /// Submissions with a verdict.
    pub finalized: u32,
    /// Submissions settled, in order; in an engagement, periods closed.
    pub settled: u32,
    /// Submissions settled that are paid, or have nothing to be paid.
    pub claimed: u32,
    /// Whether everything is settled, or the request was withdrawn.
    pub closed: bool,
    /// Whether this is an engagement: submissions are then numbered by their period.
    pub engagement: bool,
    /// Reviews still reserved in the pool's backlog: those of all places; in an engagement, of as many periods as can be
    /// in review at once.
    pub reserved: u32,
    /// Juries are drawn from this: the market's beacon as it was before the beacon's period in which the first submission
    /// was opened; in an engagement, the latest one. The beacon is the running XOR of `blake2_256(SCALE(enforcer, salt))`
    /// over the reveals of marked commitments, 32 zero bytes at first.
    ///
    /// An enforcer's draw is the first 8 bytes, big endian, of `blake2_256(SCALE(seed, request, submission,
    /// enforcer))`. It may commit once `draw / 2^64` is below the share drawn, which rises evenly over the first half of
    /// the window to `min(1, 4 * max_reviews / active)` and stays there; in an extension it is twice that (section 3.4).
    /// `request` is in it because requests that are opened in one period have the same seed, and all count
    /// their submissions from 0: without it they would have the same juries.
    pub seed: [u8; 32],
    /// Reward and review fees still in escrow, and deposits forfeited to the requester, in smallest units of the
    /// request's asset.
    pub held: Balance,
    /// The part of `held` that settled submissions earned and nobody has claimed for them, in smallest units of the
    /// request's asset; an upper bound if shares depend on each other and dust remains.
    pub unclaimed: Balance,
    /// Deposits of places that are neither claimed nor reported, in smallest units of the request's asset.
    pub deposits: Balance,
    /// Deposits of offers that are neither accepted nor retracted, in smallest units of the request's asset.
    pub offer_deposits: Balance,
    /// Sum of the prices accepted, in smallest units of the request's asset.
    pub accepted: Balance,
    /// Sum of the weights settled; one basis point counts 10^18.
    pub weights: u128,
    /// The provider that took a place last; each place names the one before.
    pub last_provider: Option<AccountId>,
    /// The provider that made its first offer last; each offer names the one before.
    pub last_offer: Option<AccountId>,
    /// Submissions pruned.
    pub pruned: u32,
    /// The most points of reputation one submission earns its provider and its enforcers together.
    pub reputation_per_place: Points,
    /// How many accounts were seated, in line or at rest in the enforcers' pool when they took their first place or made
    /// their first offer here.
    pub insiders: u32,
    /// The policy's `max_window`, in milliseconds, as it was at `post`.
    pub max_window: Timestamp,
    /// The policy's `min_stake`, in points, as it was at `post`.
    pub min_stake: Points,
    /// The policy's `max_stake`, in points, as it was at `post`.
    pub max_stake: Points,
}

impl RequestState {
    /// Lowers what is reserved to these reviews that may still be asked for, and returns how many are done with.
    pub fn release_reviews(&mut self, wanted: u32) -> u32 {
        let done = self.reserved.saturating_sub(wanted);
        self.reserved = self.reserved.saturating_sub(done);
        done
    }

    /// A request of this account, in which nothing has happened and nothing is held.
    pub fn new(requester: AccountId) -> Self {
        Self {
            requester,
            unreviewed_bps: 0,
            places: 0,
            open_places: 0,
            submissions: 0,
            opened: 0,
            finalized: 0,
            settled: 0,
            claimed: 0,
            closed: false,
            engagement: false,
            reserved: 0,
            seed: [0; 32],
            held: 0,
            unclaimed: 0,
            deposits: 0,
            offer_deposits: 0,
            accepted: 0,
            weights: 0,
            last_provider: None,
            last_offer: None,
            pruned: 0,
            reputation_per_place: 0,
            insiders: 0,
            max_window: 0,
            min_stake: 0,
            max_stake: 0,
        }
    }
}

/// A request was posted; its price is in escrow.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct RequestPosted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that posted it.
    #[ink(topic)]
    pub requester: AccountId,
    /// What it paid, and for what.
    pub quote: Quote,
}

/// The requester withdrew a request in which nobody had a place, and was credited this.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct RequestWithdrawn {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// What the requester was credited, in smallest units of the request's asset.
    pub amount: Balance,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn only_reviews_that_were_reserved_are_done_with() {
        let release = |reserved, wanted| {
            let mut state = RequestState { reserved, ..RequestState::new([1; 32].into()) };
            (state.release_reviews(wanted), state.reserved)
        };
        assert_eq!([release(0, 0), release(5, 5), release(5, 9), release(5, 3)], [(0, 0), (0, 5), (0, 5), (2, 3)]);
    }

    #[test]
    fn delivery_is_sealed_where_it_matters_who_was_first() {
        let sealed = |duplicates| RequestSpec { duplicates, ..fixtures::request(0, 1) }.is_sealed();
        let shared = Duplicates::Shared { retention_ppm: 1 };
        assert_eq!([Duplicates::Independent, Duplicates::FirstOnly, shared].map(sealed), [false, true, true]);
    }

    #[test]
    fn shares_depend_on_each_other_where_they_are_parts_of_one_sum() {
        let waits =
            |award, duplicates| RequestSpec { award, duplicates, ..fixtures::request(0, 1) }.is_interdependent();
        assert!(!waits(Award::PerSubmission, Duplicates::Independent));
        assert!(!waits(Award::PerSubmission, Duplicates::FirstOnly));
        assert!(waits(Award::Proportional, Duplicates::Independent));
        assert!(waits(Award::PerSubmission, Duplicates::Shared { retention_ppm: 1 }));
    }
}
