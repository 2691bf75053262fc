//! Market: requests with money in escrow, deliveries, reviews and pay in proportion to quality (section 3).

use crate::{obligation, reputation, Balance, Bps, PoolId, Ppm, RequestId, SubmissionId, Timestamp};
use ink::{
    prelude::vec::Vec,
    primitives::{AccountId, Hash},
};
use pendzl::contracts::{access_control::AccessControlError, pausable::PausableError};

/// Longest URI, in bytes.
pub const MAX_URI: usize = 256;
/// Most buckets of a curve.
pub const MAX_BUCKETS: usize = 8;
/// Most submissions of one request.
pub const MAX_LIMIT: u32 = 10_000;
/// Most submissions of one provider.
pub const MAX_PER_PROVIDER: u16 = 1_000;
/// Most reviews of one submission.
pub const MAX_REVIEWS: u8 = 15;
/// The highest score.
pub const MAX_SCORE: u8 = 100;
/// Most assets on the policy's list.
pub const MAX_ASSETS: usize = 32;
/// Most submissions opened or settled, and most cells pruned, by one call.
pub const MAX_BATCH: u32 = 64;
/// Most places of a ranking.
pub const MAX_RANKED: usize = 100;
/// Most periods of an engagement.
pub const MAX_PERIODS: u16 = 1_000;
/// Most offers in one page of [`Market::offers`].
pub const MAX_OFFERS: u32 = 32;
/// `Policy::reputation_per_fee` counts per this many of the asset's smallest units.
pub const FEE_UNIT: Balance = 1_000_000_000_000;

/// What a request pays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Asset {
    /// The chain's own currency.
    Native,
    /// The PSP22 token at this address.
    Psp22(AccountId),
}

/// How places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Access {
    /// By whoever signals first.
    Open,
    /// By who made an offer that the requester accepted; one a provider. Only with `Award::PerSubmission`.
    Offers,
}

/// How the reward is shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Award {
    /// Each submission earns `reward / limit` times its weight; with offers, the price accepted times its weight.
    PerSubmission,
    /// Each submission earns its weight's part of the sum of all weights; all of it returns where that is 0.
    Proportional,
    /// The best medians earn these parts of the reward, best first; equal ones share their places. Who weighs nothing
    /// takes no place. 1 to 100 places, together at most 10,000 bps; not with `Duplicates::Shared`.
    Ranked { places_bps: Vec<Bps> },
}

/// What becomes of submissions of the same finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Duplicates {
    /// Each is paid on its own.
    Independent,
    /// Those of `n` providers weigh together what the first weighs, times `retention_ppm ^ (n - 1)`, and an `n`-th of that
    /// each. Delivery is sealed.
    Shared { retention_ppm: Ppm },
    /// Only the first weighs anything. Delivery is sealed.
    FirstOnly,
}

/// From `min_score` on a submission weighs `weight_bps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Bucket {
    pub min_score: u8,
    pub weight_bps: Bps,
}

/// What is asked for, on which conditions (section 3.1).
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
    /// For providers, in all.
    pub reward: Balance,
    /// For enforcers, per submission; escrowed for `limit` submissions.
    pub review_fee: Balance,
    pub access: Access,
    pub award: Award,
    pub duplicates: Duplicates,
    /// 1 to 8 buckets, scores and weights rising; a score below the first weighs nothing.
    pub curve: Vec<Bucket>,
    /// Most submissions, 1 to 10,000.
    pub limit: u32,
    /// Most submissions of one provider, 1 to 1,000.
    pub per_provider: u16,
    /// Reputation locked per place taken; 0 lets newcomers in.
    pub provider_bond: Balance,
    /// Of the asset, per place taken; at least `review_fee`: junk pays for its own review.
    pub place_deposit: Balance,
    /// Reputation spent per place taken; 0: none.
    pub access_price: Balance,
    /// Reputation a provider must have available.
    pub min_reputation: Balance,
    /// Tier a provider must have.
    pub min_tier: u8,
    /// Fewest reveals that decide; odd, at least the policy's, at most the pool's active members.
    pub quorum: u8,
    /// Most reviews of a submission, from `2 * quorum - 1` to 15.
    pub max_reviews: u8,
    /// A score within this of the median is coherent.
    pub tolerance: u8,
    /// Until when places can be taken.
    pub signal_by: Timestamp,
    /// Until when submissions can be made and revised.
    pub deliver_by: Timestamp,
    /// Until when reviews can be committed.
    pub review_by: Timestamp,
    /// Until when reviews can be revealed.
    pub reveal_by: Timestamp,
}

impl RequestSpec {
    /// Whether delivery is sealed: where it matters who was first.
    pub fn is_sealed(&self) -> bool {
        self.duplicates != Duplicates::Independent
    }

    /// When reviews begin: when delivery ends, or where it is sealed, half-way from there to `review_by`.
    pub fn review_from(&self) -> Timestamp {
        let unsealing = if self.is_sealed() { self.review_by.saturating_sub(self.deliver_by) / 2 } else { 0 };
        self.deliver_by.saturating_add(unsealing)
    }

    /// The window of the request's lengths that begins at `start`, a submission's `window_start`.
    pub fn window(&self, start: Timestamp) -> Window {
        let commits = self.review_by.saturating_sub(self.review_from());
        let reveals = self.reveal_by.saturating_sub(self.review_by);
        let commit_by = start.saturating_add(commits);
        Window {
            start,
            open_to_all: start.saturating_add(commits / 2),
            commit_by,
            reveal_by: commit_by.saturating_add(reveals),
        }
    }

    /// Whether what a submission earns depends on the others, so that it can be claimed only when all are settled.
    pub fn is_interdependent(&self) -> bool {
        self.award != Award::PerSubmission || matches!(self.duplicates, Duplicates::Shared { .. })
    }
}

/// When a submission can be reviewed: first as the request says, then once more from the call that reopened it; one
/// that was opened late, only from the call that opened it (section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Since when reviews can be committed, in its first half by the members drawn alone.
    pub start: Timestamp,
    /// From when on any member may commit, drawn or not.
    pub open_to_all: Timestamp,
    /// Until when reviews can be committed.
    pub commit_by: Timestamp,
    /// Until when reviews can be revealed.
    pub reveal_by: Timestamp,
}

/// An asset that requests may pay in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct AssetPolicy {
    pub asset: Asset,
    /// The smallest review fee in this asset.
    pub min_review_fee: Balance,
}

/// The organization's rules for its market (section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Policy {
    /// Assets requests may pay in, each once; 1 to 32.
    pub assets: Vec<AssetPolicy>,
    /// The least time between two deadlines of a request, above 0.
    pub min_window: Timestamp,
    /// The smallest quorum; odd.
    pub min_quorum: u8,
    /// The greatest tolerance.
    pub max_tolerance: u8,
    /// What a submission weighs that nobody reviewed in time.
    pub unreviewed_bps: Bps,
    /// The treasury's part, on top of reward and review fees.
    pub protocol_fee_bps: Bps,
    /// Who is credited protocol fees and premiums.
    pub treasury: AccountId,
    /// Up to this utilization of the pool there is no premium; below 1,000,000.
    pub target_utilization_ppm: Ppm,
    /// The premium at full utilization, on reward and review fees.
    pub premium_cap_bps: Bps,
    /// Most reputation earned through a request, for each 10^12 units of protocol fee it paid.
    pub reputation_per_fee: Balance,
}

/// What posting a request costs now, in its asset (section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Quote {
    pub reward: Balance,
    /// `review_fee * limit`.
    pub review_fees: Balance,
    pub protocol_fee: Balance,
    pub premium: Balance,
    /// All of it.
    pub total: Balance,
}

/// A request's progress.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct RequestState {
    pub requester: AccountId,
    /// The policy's share for submissions nobody reviewed, as it was at `post`.
    pub unreviewed_bps: Bps,
    /// Places taken.
    pub places: u32,
    /// Of those, neither claimed nor reported.
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
    /// From which juries are drawn: the market's running hash of all salts revealed, 32 zero bytes at first and
    /// `blake2_256(SCALE(seed, salt))` with each reveal, as it was when the first submission was opened; in an
    /// engagement, with the latest `open_reviews`.
    ///
    /// An enforcer's draw is the first 8 bytes, big endian, of
    /// `blake2_256(SCALE(seed, request, submission, enforcer))`. It may commit in the first half of a window once
    /// `draw / 2^64 < elapsed / half` (section 3.4). `request` is in it because requests that are opened with no reveal
    /// in between have the same seed, and all count their submissions from 0: they would have the same juries.
    pub seed: [u8; 32],
    /// Reward and review fees still in escrow, and deposits forfeited to the requester.
    pub held: Balance,
    /// Of `held`, what settled submissions earned and nobody has claimed for them; at most, where shares depend on each
    /// other and dust remains.
    pub unclaimed: Balance,
    /// Deposits of places that are neither claimed nor reported.
    pub deposits: Balance,
    /// Deposits of offers that are neither accepted nor retracted.
    pub offer_deposits: Balance,
    /// Sum of the prices accepted.
    pub accepted: Balance,
    /// Sum of the weights settled; one basis point counts 10^18.
    pub weights: u128,
    /// Who took a place last; each place names the one before.
    pub last_provider: Option<AccountId>,
    /// Who made its first offer last; each offer names the one before.
    pub last_offer: Option<AccountId>,
    /// Submissions pruned.
    pub pruned: u32,
    /// Most reputation one submission earns its provider and its enforcers together.
    pub reputation_per_place: Balance,
}

impl RequestState {
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
        }
    }

    /// What can be done with the request at `now`. With an engagement, that is offers while nobody has the place, and then
    /// a delivery for each period.
    pub fn phase(&self, spec: &RequestSpec, engagement: Option<&Engagement>, now: Timestamp) -> Phase {
        if let Some(engagement) = engagement {
            return match engagement.tenure {
                _ if self.closed => Phase::Settled,
                Some(_) => Phase::Delivery,
                None if engagement.pool.is_some() => Phase::Vacant,
                None if now < spec.signal_by => Phase::Signalling,
                None if now < spec.deliver_by => Phase::Delivery,
                None => Phase::Finalized,
            };
        }
        match now {
            _ if self.closed => Phase::Settled,
            now if now < spec.signal_by => Phase::Signalling,
            now if now < spec.deliver_by => Phase::Delivery,
            now if now < spec.review_from() => Phase::Unsealing,
            _ if self.opened < self.submissions => Phase::Unopened,
            _ if self.finalized == self.submissions => Phase::Finalized,
            now if now < spec.review_by => Phase::Review,
            now if now < spec.reveal_by => Phase::Reveal,
            _ => Phase::Finalizable,
        }
    }
}

/// Where a submission's verdict stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Verdict {
    /// None yet.
    #[default]
    Pending,
    /// At least a quorum of reveals.
    Quorum,
    /// Fewer, after the second window.
    Few,
    /// No reveal, after the second window.
    Unreviewed,
    /// Never unsealed: nothing to review.
    Missed,
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Submission {
    pub provider: AccountId,
    /// Hash of what was delivered; of a sealed delivery, once it is unsealed.
    pub content: Hash,
    /// Where it is; at most 256 bytes.
    pub uri: Vec<u8>,
    /// `blake2_256(SCALE(request, provider, content, uri, salt))`, where delivery is sealed.
    pub seal: Option<Hash>,
    /// Whether the content is known: at once, or where delivery is sealed, once it is unsealed.
    pub delivered: bool,
    /// When it was made or revised last, or sealed: who was first.
    pub submitted: Timestamp,
    /// The price accepted, where there are offers; 0 otherwise.
    pub price: Balance,
    /// When its present review window begins, or began.
    pub window_start: Timestamp,
    /// Whether the present window is the second.
    pub second_window: bool,
    pub verdict: Verdict,
    /// The (lower) median of the scores revealed, once there is a verdict; 0 where nobody revealed.
    pub median: u8,
    /// What it weighs by itself, once there is a verdict.
    pub weight_bps: Bps,
    /// The first submission of the same finding, where a majority of the reveals says so.
    pub duplicate_of: Option<SubmissionId>,
    /// Whether it shares in its finding, once settled: one a provider. Only with `Duplicates::Shared`.
    pub shares: bool,
    /// Of the first submission of a finding: the providers that share in it, as far as settled.
    pub finders: u32,
    /// What it earned, once claimed.
    pub pay: Balance,
    pub claimed: bool,
}

impl Submission {
    /// Whether a review of this submission, by its number, may say that it duplicates `original`: one that is delivered,
    /// and came before, by the time of its last change and then by number.
    pub fn may_duplicate(&self, number: SubmissionId, original: &Self, original_number: SubmissionId) -> bool {
        original.delivered && (original.submitted, original_number) < (self.submitted, number)
    }

    /// A submission of this provider, not delivered and not judged, whose review begins at `window_start`.
    pub fn new(provider: AccountId, window_start: Timestamp) -> Self {
        Self {
            provider,
            content: Hash::default(),
            uri: Vec::new(),
            seal: None,
            delivered: false,
            submitted: 0,
            price: 0,
            window_start,
            second_window: false,
            verdict: Verdict::Pending,
            median: 0,
            weight_bps: 0,
            duplicate_of: None,
            shares: false,
            finders: 0,
            pay: 0,
            claimed: false,
        }
    }
}

/// One enforcer's review of one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Review {
    pub enforcer: AccountId,
    /// `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`.
    pub commitment: [u8; 32],
    /// The score, once revealed.
    pub score: Option<u8>,
    /// The earlier submission it was said to duplicate.
    pub duplicate_of: Option<SubmissionId>,
    /// Whether its outcome was reported to the obligation contract; without a score it is barred from then on.
    pub resolved: bool,
}

/// What a provider asks for its work (section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Offer {
    /// For a weight of 10,000 bps; in an engagement, a period.
    pub price: Balance,
    /// Until when it delivers; in an engagement, for the first time.
    pub deliver_by: Timestamp,
    /// Where the offer is explained; at most 256 bytes.
    pub uri: Vec<u8>,
    /// Whether it can be accepted: neither accepted nor retracted.
    pub open: bool,
    /// Who made its first offer before.
    pub previous: Option<AccountId>,
}

/// A long deal, paid period by period (section 3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Engagement {
    /// How many periods there are; fewer once the rest is reclaimed.
    pub periods: u32,
    /// From one delivery to the next.
    pub period: Timestamp,
    /// Periods that may be missed or refused before the provider is Banned.
    pub missed_periods: u16,
    /// The pool in which the provider is obliged; from the first acceptance on.
    pub pool: Option<PoolId>,
    /// Who has the place now; nobody before the first acceptance, and once the provider is Banned.
    pub tenure: Option<Tenure>,
}

/// One provider's time in an engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Tenure {
    pub provider: AccountId,
    /// A period's price.
    pub price: Balance,
    /// The provider's first period.
    pub first: u32,
    /// Until when its first delivery is due; each further one a period later.
    pub first_deliver_by: Timestamp,
}

/// What can be done with a request or a submission now; derived from the clock (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Phase {
    /// Places can be taken, submissions made.
    Signalling,
    /// Submissions can be made by those with a place.
    Delivery,
    /// Waits for `open_reviews`.
    Unopened,
    /// Reviews can be committed.
    Review,
    /// Reviews can be revealed.
    Reveal,
    /// Waits for `finalize`.
    Finalizable,
    /// Has its verdict; the request waits for `settle`.
    Finalized,
    /// Is settled; waits for `claim`, or for the request, `reclaim`. What was never unsealed stays so: there is nothing
    /// to claim.
    Settled,
    /// Is paid.
    Claimed,
    /// The engagement's provider is Banned: the requester can take the rest back or accept another's offer for it.
    Vacant,
    /// Sealed deliveries can be opened.
    Unsealing,
}

/// Which rule of section 3.1 a request breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum RequestReason {
    /// The URI is longer than 256 bytes.
    Uri,
    /// The asset is not on the policy's list.
    Asset,
    /// The reward must be above 0.
    Reward,
    /// The review fee is below the policy's for this asset.
    ReviewFee,
    /// The curve needs 1 to 8 buckets, scores rising strictly up to 100, weights rising up to 10,000.
    Curve,
    /// The limit must be 1 to 10,000.
    Limit,
    /// `per_provider` must be 1 to 1,000, and at most the limit.
    PerProvider,
    /// The deposit of a place must be at least the review fee.
    PlaceDeposit,
    /// The quorum must be odd and at least the policy's.
    Quorum,
    /// `max_reviews` must be from `2 * quorum - 1` to 15.
    MaxReviews,
    /// The tolerance is above the policy's.
    Tolerance,
    /// Each deadline must be at least the policy's window, and at most ten years, after the one before, the first
    /// after now.
    Deadlines,
    /// The amounts exceed what a `Balance` holds.
    Amounts,
    /// With offers each submission is paid on its own, and a provider has one place.
    Access,
    /// A ranking needs 1 to 100 places, together at most 10,000 bps, and no shared duplicates.
    Award,
    /// Finders can share at most 1,000,000 ppm.
    Duplicates,
    /// An engagement needs offers, a limit of 1, independent duplicates, 1 to 1,000 periods, each at least the policy's
    /// window and at most ten years, and fewer that may be missed.
    Engagement,
}

/// Which rule of section 3 a policy breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum PolicyReason {
    /// 1 to 32 assets, each once.
    Assets,
    /// The window must be above 0 and at most ten years.
    MinWindow,
    /// The smallest quorum must be odd, at most 7, and at least the `min_reviews` of the terms that the market was
    /// opened with: members are obliged by what an op asks for.
    MinQuorum,
    /// The greatest tolerance must be at most 100.
    MaxTolerance,
    /// No share may be above 10,000 bps.
    Shares,
    /// The target utilization must be below 1,000,000 ppm.
    TargetUtilization,
    /// Neither the market nor the reputation token can be paid in.
    ForbiddenAsset,
}

/// Why a market message was refused. A refused message changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// The caller lacks the role this message needs.
    MissingRole,
    /// The contract is paused.
    Paused,
    /// The contract is not paused.
    NotPaused,
    /// The manager has not opened the market yet.
    NotOpen,
    /// The market is open already.
    AlreadyOpen,
    /// The policy breaks this rule.
    InvalidPolicy(PolicyReason),
    /// The request breaks this rule.
    InvalidRequest(RequestReason),
    /// The pool has fewer active members than the quorum.
    TooFewEnforcers,
    /// With these reviews the pool's enforcers would be booked out.
    AtCapacity,
    /// The value sent does not cover the price.
    InsufficientPayment,
    /// More was sent than is due.
    ExcessPayment,
    /// There is no such request.
    UnknownRequest,
    /// There is no such submission.
    UnknownSubmission,
    /// The deadline for this has passed.
    TooLate,
    /// The time for this has not come.
    TooEarly,
    /// At least one place must be taken.
    NoPlaces,
    /// Fewer places are free.
    NoPlaceLeft,
    /// One provider may not have as many places; who has, or had, one by an offer makes no further offer.
    TooManyPlaces,
    /// The requester cannot take part in its own request.
    OwnRequest,
    /// The caller has no place left to deliver on.
    NoPlace,
    /// The URI is longer than 256 bytes.
    UriTooLong,
    /// All submissions are opened for review.
    NothingToOpen,
    /// `open_reviews` has not reached this submission.
    NotOpened,
    /// Requester and providers cannot review within their own request.
    Conflicted,
    /// The caller has reviewed this submission already, or was barred from its second window.
    AlreadyReviewed,
    /// In the first half of the window only members drawn for a submission may review it.
    NotDrawn,
    /// The submission has as many reviews as it may.
    ReviewsFull,
    /// Reviews can still be committed.
    ReviewsOpen,
    /// The caller has committed no review in this window.
    NotCommitted,
    /// The caller has revealed its review already.
    AlreadyRevealed,
    /// What was revealed is not what was committed.
    WrongReveal,
    /// A score is at most 100.
    InvalidScore,
    /// A duplicate is of an earlier submission.
    InvalidDuplicate,
    /// The submission has its verdict already.
    AlreadyFinalized,
    /// The next submission has no verdict yet.
    NotFinalized,
    /// Everything is settled already.
    AlreadySettled,
    /// The submission, or the request, is not settled yet.
    NotSettled,
    /// The submission is paid already.
    AlreadyClaimed,
    /// Every place of this provider was delivered on, or reported.
    NoShowNone,
    /// Only the requester may do this.
    NotRequester,
    /// Nothing is left to reclaim.
    NothingToReclaim,
    /// Nothing is credited to the caller.
    NothingToWithdraw,
    /// A payment failed, in or out; a credit that was to be paid out stands.
    TransferFailed,
    /// A call handles at least one and at most 64 at once.
    InvalidBatch,
    /// The obligation contract refused.
    Obligation(obligation::Error),
    /// The reputation contract refused.
    Reputation(reputation::Error),
    /// There are as many requests as a `RequestId` counts.
    TooManyRequests,
    /// No policy is proposed.
    NoPendingPolicy,
    /// The notice of the proposed policy is not over.
    NoticeRunning,
    /// The premium is above what the caller accepts.
    PremiumTooHigh,
    /// The token delivered less than was asked of it.
    TokenShortfall,
    /// Places of this request are not taken, but given by accepting offers.
    OffersOnly,
    /// This request takes no offers.
    NoOffers,
    /// There is no such offer, or it was accepted or retracted.
    UnknownOffer,
    /// The offer is another by now.
    OfferChanged,
    /// The price offered, or the sum of the prices accepted, would exceed the reward.
    PriceTooHigh,
    /// The delivery offered is not due after now, or due after the request's deadline; while an engagement is vacant,
    /// more than ten years from now.
    InvalidDeadline,
    /// Somebody has a place: the request can no longer be withdrawn.
    PlacesGiven,
    /// Delivery is sealed in this request.
    Sealed,
    /// Delivery is not sealed in this request.
    NotSealed,
    /// Only who made the submission may do this.
    NotProvider,
    /// What was unsealed is not what was sealed.
    WrongSeal,
    /// The submission is unsealed already.
    AlreadyUnsealed,
    /// A submission that a reveal names has no verdict yet.
    EarlierPending,
    /// The submission was never unsealed.
    NothingToClaim,
    /// Something of this request is not settled, claimed or reported yet.
    NotClaimed,
    /// This is no engagement.
    NotAnEngagement,
    /// Engagements do this period by period.
    IsEngagement,
    /// The engagement has a provider, who is not Banned.
    NotVacant,
    /// The engagement has no provider.
    Vacant,
}

impl From<AccessControlError> for Error {
    fn from(_: AccessControlError) -> Self {
        Self::MissingRole
    }
}

impl From<PausableError> for Error {
    fn from(error: PausableError) -> Self {
        match error {
            PausableError::Paused => Self::Paused,
            PausableError::NotPaused => Self::NotPaused,
        }
    }
}

impl From<obligation::Error> for Error {
    fn from(error: obligation::Error) -> Self {
        Self::Obligation(error)
    }
}

impl From<reputation::Error> for Error {
    fn from(error: reputation::Error) -> Self {
        Self::Reputation(error)
    }
}

/// The labor market (section 3).
///
/// Beside these the contract implements AccessControl and Pausable. Before `open` every message answers `NotOpen`, but for
/// roles, `pause`, `unpause` and `pending_policy`, which the manager may need before.
#[ink::trait_definition]
pub trait Market {
    // The organization

    /// Manager, once: sets the policy and opens the enforcers' pool in the obligation contract. Emits `Opened`.
    ///
    /// Errors: `MissingRole`, `AlreadyOpen`, `InvalidPolicy`, `Obligation`.
    #[ink(message)]
    fn open(
        &mut self,
        policy: Policy,
        terms: obligation::Terms,
        schedule: obligation::Schedule,
    ) -> Result<PoolId, Error>;

    /// Manager: proposes another policy, in force once the notice of the pool's first terms is over; it replaces one
    /// that is pending. Requests already posted keep theirs, and an asset that is no longer listed is only not taken by
    /// `post`. Emits `PolicyProposed`, after `PolicyApplied` where an earlier one was due and not written down.
    ///
    /// Errors: `MissingRole`, `NotOpen`, `InvalidPolicy`.
    #[ink(message)]
    fn propose_policy(&mut self, policy: Policy) -> Result<(), Error>;

    /// Anyone: writes down that the proposed policy is in force. `post` counts with it from the moment its notice is
    /// over. Emits `PolicyApplied`.
    ///
    /// Errors: `NotOpen`, `NoPendingPolicy`, `NoticeRunning`.
    #[ink(message)]
    fn apply_policy(&mut self) -> Result<(), Error>;

    /// Manager: stops `post`, `engage`, `signal` and `offer`, and nothing else. Emits pendzl's `Paused`.
    ///
    /// Errors: `MissingRole`, `Paused`.
    #[ink(message)]
    fn pause(&mut self) -> Result<(), Error>;

    /// Manager: ends the pause. Emits pendzl's `Unpaused`.
    ///
    /// Errors: `MissingRole`, `NotPaused`.
    #[ink(message)]
    fn unpause(&mut self) -> Result<(), Error>;

    // Requesters

    /// What posting this request costs now, paused or not.
    ///
    /// Errors: those of `post` but for payment and the pause.
    #[ink(message)]
    fn quote(&self, spec: RequestSpec) -> Result<Quote, Error>;

    /// What an engagement of so many periods of this request, each so many milliseconds long, costs now.
    ///
    /// Errors: those of `engage` but for payment and the pause.
    #[ink(message)]
    fn quote_engagement(&self, spec: RequestSpec, periods: u16, period: Timestamp) -> Result<Quote, Error>;

    /// Anyone: puts the request's whole price in escrow. Of the chain's own currency the value must cover the quote;
    /// what exceeds it, at most `max_premium`, is credited back. Of a token the price is taken from the caller's
    /// allowance, if the premium in it is at most `max_premium`. Emits `RequestPosted`.
    ///
    /// Errors: `NotOpen`, `Paused`, `InvalidRequest`, `TooFewEnforcers`, `AtCapacity`, `InsufficientPayment`,
    /// `ExcessPayment`, `PremiumTooHigh`, `TransferFailed`, `TokenShortfall`, `Obligation`, `TooManyRequests`.
    #[ink(message, payable)]
    fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId, Error>;

    /// Anyone: as `post`, a long deal (section 3.6): `reward` and `review_fee` are paid for each of `periods`, one
    /// `period` after the other, and a provider that misses more than `missed_periods` of them is Banned from it.
    /// Emits `RequestPosted` and `Engaged`.
    ///
    /// Errors: those of `post`.
    #[ink(message, payable)]
    fn engage(
        &mut self,
        spec: RequestSpec,
        periods: u16,
        period: Timestamp,
        missed_periods: u16,
        max_premium: Balance,
    ) -> Result<RequestId, Error>;

    /// The requester, until somebody has a place: ends the request and credits all but protocol fee and premium. Emits
    /// `RequestWithdrawn`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `PlacesGiven`, `AlreadySettled`.
    #[ink(message)]
    fn withdraw_request(&mut self, request: RequestId) -> Result<Balance, Error>;

    /// The requester, until `deliver_by`: gives the provider that made this very offer a place at its price. What the
    /// provider needs for a place is asked of it now. Emits `OfferAccepted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NoOffers`, `AlreadySettled`, `TooLate`, `UnknownOffer`,
    /// `OfferChanged`, `NoPlaceLeft`, `PriceTooHigh`, `Reputation`, `Obligation`.
    #[ink(message)]
    fn accept(
        &mut self,
        request: RequestId,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<(), Error>;

    /// The requester of an engagement whose provider was Banned: accepts another's offer for the periods that are left.
    /// Emits `OfferAccepted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NotAnEngagement`, `NotVacant`, `AlreadySettled`,
    /// `UnknownOffer`, `OfferChanged`, `TooLate`, `AtCapacity`, `Reputation`, `Obligation`.
    #[ink(message)]
    fn takeover(
        &mut self,
        request: RequestId,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<(), Error>;

    /// The requester, once everything is settled: credits what was not earned, and forfeited deposits. Of an engagement
    /// at any time what closed periods left over; while it is vacant, also the periods that nothing was delivered in,
    /// which ends it once the others are closed. Emits `Reclaimed`, and `RequestSettled` where it ends the engagement.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NotSettled`, `NothingToReclaim`.
    #[ink(message)]
    fn reclaim(&mut self, request: RequestId) -> Result<Balance, Error>;

    // Providers

    /// Anyone but the requester, until `signal_by`: takes places. The value must be their deposits; those in a token are
    /// taken from the caller's allowance. Emits `PlacesTaken`.
    ///
    /// Errors: `NotOpen`, `Paused`, `UnknownRequest`, `OffersOnly`, `AlreadySettled`, `TooLate`, `OwnRequest`, `NoPlaces`,
    /// `NoPlaceLeft`, `TooManyPlaces`, `InsufficientPayment`, `ExcessPayment`, `TransferFailed`, `TokenShortfall`,
    /// `Reputation`.
    #[ink(message, payable)]
    fn signal(&mut self, request: RequestId, places: u16) -> Result<(), Error>;

    /// Anyone but the requester, until `signal_by`, or while an engagement is vacant: offers to deliver by then at this
    /// price, or changes the offer it has made. `deliver_by` is at most the request's; while an engagement is vacant,
    /// at most ten years from now. `min_reputation` and `min_tier` are asked for now, and again when it is accepted.
    /// The value must be the place's deposit, once; one in a token is taken from the caller's allowance. Emits
    /// `OfferMade`.
    ///
    /// Errors: `NotOpen`, `Paused`, `UnknownRequest`, `NoOffers`, `AlreadySettled`, `TooLate`, `NotVacant`, `OwnRequest`,
    /// `TooManyPlaces` (it has, or had, a place), `PriceTooHigh`, `InvalidDeadline`, `UriTooLong`, `InsufficientPayment`,
    /// `ExcessPayment`, `TransferFailed`, `TokenShortfall`, `Reputation`.
    #[ink(message, payable)]
    fn offer(&mut self, request: RequestId, price: Balance, deliver_by: Timestamp, uri: Vec<u8>) -> Result<(), Error>;

    /// Who made an offer, until it is accepted: takes it back and is credited its deposit. Emits `OfferRetracted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownOffer`.
    #[ink(message)]
    fn retract_offer(&mut self, request: RequestId) -> Result<(), Error>;

    /// Who has a place, until its deadline: delivers on it; in an engagement, for the present period, whose number the
    /// submission gets. Emits `Submitted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `Sealed`, `TooLate`, `NoPlace`, `UriTooLong`.
    #[ink(message)]
    fn submit(&mut self, request: RequestId, content: Hash, uri: Vec<u8>) -> Result<SubmissionId, Error>;

    /// Who made the submission, until the deadline: replaces it. Emits `Revised`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `Sealed`, `NotProvider`, `TooLate`, `UriTooLong`.
    #[ink(message)]
    fn revise(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        content: Hash,
        uri: Vec<u8>,
    ) -> Result<(), Error>;

    /// Who has a place, until its deadline, where delivery is sealed (duplicates are not independent): delivers under a
    /// seal. Who sealed first was first. Emits `SubmissionSealed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotSealed`, `TooLate`, `NoPlace`.
    #[ink(message)]
    fn submit_sealed(&mut self, request: RequestId, seal: Hash) -> Result<SubmissionId, Error>;

    /// Who sealed the submission, in the first half of the time from `deliver_by` to `review_by`: opens the seal, which is
    /// `blake2_256(SCALE(request, provider, content, uri, salt))`. Emits `Unsealed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotSealed`, `NotProvider`, `TooEarly`, `TooLate`,
    /// `AlreadyUnsealed`, `UriTooLong`, `WrongSeal`.
    #[ink(message)]
    fn unseal(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        content: Hash,
        uri: Vec<u8>,
        salt: [u8; 32],
    ) -> Result<(), Error>;

    /// Anyone, from the deadline of its places (where delivery is sealed, from the end of unsealing), once a provider:
    /// the places that `provider` took and did not deliver on lose bond and deposit. Returns how many. Emits `NoShow`,
    /// and `ReputationRefused` where the reputation contract refused.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `IsEngagement`, `TooEarly`, `NoShowNone`.
    #[ink(message)]
    fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16, Error>;

    // Enforcers

    /// Anyone, from `deliver_by`, or where delivery is sealed, from the end of unsealing: opens up to `max` (1 to 64)
    /// submissions for review, in order, each one op seen by all members; those that come in the second half of the
    /// review window start a window of their own instead, and nobody has seen them. What was never unsealed, and the
    /// periods of an engagement that nothing was delivered in, are passed over. Returns how many. Emits `ReviewsOpened`.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `TooEarly`, `NothingToOpen`, `Obligation`.
    #[ink(message)]
    fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// A member of the pool, Healthy or Throttled, until the window's commit deadline: commits to a review. In the
    /// first half of the window only who is drawn (see [`RequestState::seed`]). Emits `ReviewCommitted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`, `TooLate`,
    /// `Conflicted`, `AlreadyReviewed`, `ReviewsFull`, `NotDrawn`, `Obligation`.
    #[ink(message)]
    fn commit_review(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        commitment: [u8; 32],
    ) -> Result<(), Error>;

    /// Who committed, once no more commits can come, until the window's reveal deadline. Emits `ReviewRevealed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`, `ReviewsOpen`,
    /// `TooLate`, `InvalidScore`, `InvalidDuplicate`, `NotCommitted`, `AlreadyRevealed`, `WrongReveal`.
    #[ink(message)]
    fn reveal_review(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        score: u8,
        duplicate_of: Option<SubmissionId>,
        salt: [u8; 32],
    ) -> Result<(), Error>;

    // Anyone: upkeep

    /// Anyone, once no more commitments can come and all are revealed, or the reveal deadline has passed: gives the
    /// verdict, pays the coherent enforcers and reports to the pool; or, with too few reveals, starts the second
    /// window. Emits `SubmissionFinalized` or `WindowReopened`, and `ReputationRefused` where the reputation contract
    /// refused.
    ///
    /// A reveal that names an original waits for the original's verdict.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`, `TooEarly`,
    /// `EarlierPending`.
    #[ink(message)]
    fn finalize(&mut self, request: RequestId, submission: SubmissionId) -> Result<(), Error>;

    /// Anyone, from `deliver_by`: settles up to `max` (1 to 64) submissions, in order; with the last, the request.
    /// Returns how many. Emits `RequestSettled` with the last.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `IsEngagement`, `TooEarly`, `AlreadySettled`, `NotFinalized`.
    #[ink(message)]
    fn settle(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// Anyone: closes the next period of an engagement, once its review is over or its delivery was missed, and records
    /// it in the provider's pool as seen, and as declared where it was accepted or nobody reviewed it. Where that makes
    /// the provider Banned, the place is open from then on, its bond and deposit lost. The last period returns them and
    /// ends the engagement, as does `deliver_by` where no offer was accepted. Returns whether the engagement has ended.
    /// Emits `PeriodClosed`, `PlaceVacated` and `RequestSettled`, and `ReputationRefused` where the reputation contract
    /// refused.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotAnEngagement`, `AlreadySettled`, `TooEarly`, `NotFinalized`, `Vacant`.
    #[ink(message)]
    fn close_period(&mut self, request: RequestId) -> Result<bool, Error>;

    /// Anyone: credits the provider what a settled submission earned, and its deposit or the requester that. Where shares
    /// depend on each other, once the whole request is settled. Emits `Claimed`, and `ReputationRefused` where the
    /// reputation contract refused.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotSettled`, `NothingToClaim`, `AlreadyClaimed`.
    #[ink(message)]
    fn claim(&mut self, request: RequestId, submission: SubmissionId) -> Result<Balance, Error>;

    /// Anyone: pays out what the caller is credited. Emits `Withdrawn`.
    ///
    /// Errors: `NotOpen`, `NothingToWithdraw`, `TransferFailed`.
    #[ink(message)]
    fn withdraw(&mut self, asset: Asset) -> Result<Balance, Error>;

    /// Anyone, once everything is settled, claimed and reported: frees up to `max` (1 to 64) submissions, places and
    /// offers, and after the last of them the request, whose storage deposits the transaction's signer gets. Deposits
    /// of offers and what the requester has not reclaimed are credited to them. Returns how many. Emits `Pruned`, and
    /// `OfferRetracted` for each such offer.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `NotSettled`, `NotClaimed`.
    #[ink(message)]
    fn prune(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    // Reads

    /// What was asked for, and how far it is.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`.
    #[ink(message)]
    fn request(&self, id: RequestId) -> Result<(RequestSpec, RequestState), Error>;

    /// One delivery.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn submission(&self, id: RequestId, submission: SubmissionId) -> Result<Submission, Error>;

    /// The reviews of one delivery, at most 15 of each window.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn reviews(&self, id: RequestId, submission: SubmissionId) -> Result<Vec<Review>, Error>;

    /// Up to `count` offers (a larger one counts as 32), accepted and retracted ones too, from `from` on, or from the
    /// latest; the last one's `previous` begins the next page.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownOffer` (`from` made none).
    #[ink(message)]
    fn offers(&self, id: RequestId, from: Option<AccountId>, count: u32) -> Result<Vec<(AccountId, Offer)>, Error>;

    /// The long deal that a request is part of.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotAnEngagement`.
    #[ink(message)]
    fn engagement(&self, id: RequestId) -> Result<Engagement, Error>;

    /// What `who` can withdraw.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn credit(&self, asset: Asset, who: AccountId) -> Result<Balance, Error>;

    /// The organization's rules as of now, whether or not anyone applied them.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn policy(&self) -> Result<Policy, Error>;

    /// The policy that is proposed, and when it comes into force. None from then on.
    #[ink(message)]
    fn pending_policy(&self) -> Option<(Policy, Timestamp)>;

    /// The enforcers' pool in the obligation contract.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn pool(&self) -> Result<PoolId, Error>;

    /// What can be done now with one submission; with `None`, with the request itself.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn phase(&self, id: RequestId, submission: Option<SubmissionId>) -> Result<Phase, Error>;

    /// How many requests were posted, pruned ones too: their numbers are below this.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn posted(&self) -> Result<RequestId, Error>;

    /// The reputation and the obligation contract that the market works with, open or not.
    #[ink(message)]
    fn partners(&self) -> (AccountId, AccountId);
}

/// The market was opened.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Opened {
    pub pool: PoolId,
    pub treasury: AccountId,
}

/// The manager proposed another policy.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PolicyProposed {
    /// When it comes into force.
    pub effective: Timestamp,
}

/// A proposed policy was written down as in force.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PolicyApplied {
    pub treasury: AccountId,
}

/// A request was posted; its price is in escrow.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct RequestPosted {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub requester: AccountId,
    pub quote: Quote,
}

/// The request posted is a long deal.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Engaged {
    #[ink(topic)]
    pub request: RequestId,
    pub periods: u16,
    pub period: Timestamp,
    pub missed_periods: u16,
}

/// The requester withdrew a request that nobody had a place in, and was credited this.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct RequestWithdrawn {
    #[ink(topic)]
    pub request: RequestId,
    pub amount: Balance,
}

/// A provider made an offer, or changed it.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct OfferMade {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub price: Balance,
    pub deliver_by: Timestamp,
}

/// A provider took its offer back, or it was pruned, and the provider was credited its deposit.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct OfferRetracted {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub deposit: Balance,
}

/// The requester accepted an offer: its provider has a place.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct OfferAccepted {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub price: Balance,
    pub deliver_by: Timestamp,
    /// In an engagement, the provider's first period.
    pub first_period: u32,
}

/// A provider took places.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PlacesTaken {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub places: u16,
    pub deposit: Balance,
}

/// A delivery was made.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Submitted {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub content: Hash,
}

/// A delivery was replaced.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Revised {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub content: Hash,
}

/// A delivery was made under a seal.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct SubmissionSealed {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub seal: Hash,
}

/// A sealed delivery was opened.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Unsealed {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub content: Hash,
}

/// Submissions `from` to `from + count - 1` can be reviewed, but for those that were missed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReviewsOpened {
    #[ink(topic)]
    pub request: RequestId,
    pub from: SubmissionId,
    pub count: u32,
    /// How many of them start a window of their own, because they were opened late.
    pub late: u32,
    /// How many of them were never delivered.
    pub missed: u32,
}

/// An enforcer committed to a review.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReviewCommitted {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub enforcer: AccountId,
}

/// An enforcer revealed its review.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReviewRevealed {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub enforcer: AccountId,
    pub score: u8,
    pub duplicate_of: Option<SubmissionId>,
}

/// Too few reviews were revealed: the second window began.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct WindowReopened {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    pub reveals: u8,
}

/// A submission has its verdict.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct SubmissionFinalized {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    pub verdict: Verdict,
    pub median: u8,
    pub weight_bps: Bps,
    /// Reveals within tolerance of the median.
    pub coherent: u8,
    /// What each of those was credited.
    pub fee: Balance,
    /// The first submission of the same finding, where a majority said so.
    pub duplicate_of: Option<SubmissionId>,
}

/// Everything in a request is settled.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct RequestSettled {
    #[ink(topic)]
    pub request: RequestId,
    pub submissions: u32,
    /// The deposit that an engagement's provider was credited, which kept its place to the end.
    pub deposit: Balance,
}

/// A period of an engagement was closed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PeriodClosed {
    #[ink(topic)]
    pub request: RequestId,
    pub period: u32,
    /// Whether something was delivered in it.
    pub delivered: bool,
    /// Whether it counts as declared: its weight is above 0, or nobody reviewed it.
    pub accepted: bool,
    /// What it earned, to be claimed.
    pub pay: Balance,
}

/// The provider of an engagement was Banned and lost its place, bond and deposit.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PlaceVacated {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub forfeited: Balance,
}

/// A submission was paid.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Claimed {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub pay: Balance,
    /// The deposit, where it went back to the provider.
    pub deposit: Balance,
    /// The deposit, where it went to the requester.
    pub forfeited: Balance,
    /// Reputation the provider earned.
    pub reputation: Balance,
}

/// Places were never delivered on.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct NoShow {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub places: u16,
    pub forfeited: Balance,
}

/// The requester was credited what was not earned.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Reclaimed {
    #[ink(topic)]
    pub request: RequestId,
    pub amount: Balance,
}

/// Storage of a request that is over was freed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Pruned {
    #[ink(topic)]
    pub request: RequestId,
    pub count: u32,
    /// Whether nothing of it is left.
    pub finished: bool,
    /// What the requester was credited with that, not having reclaimed it.
    pub reclaimed: Balance,
}

/// A credit was paid out.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Withdrawn {
    #[ink(topic)]
    pub who: AccountId,
    pub asset: Asset,
    pub amount: Balance,
}

/// The reputation contract refused a reward, penalty or release: the money moved without.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReputationRefused {
    #[ink(topic)]
    pub request: RequestId,
    pub error: reputation::Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Timestamp = 3_600_000;

    /// An hour for each step.
    fn request(award: Award, duplicates: Duplicates) -> RequestSpec {
        RequestSpec {
            spec: Hash::default(),
            uri: Vec::new(),
            asset: Asset::Native,
            reward: 1,
            review_fee: 1,
            access: Access::Open,
            award,
            duplicates,
            curve: Vec::new(),
            limit: 1,
            per_provider: 1,
            provider_bond: 0,
            place_deposit: 1,
            access_price: 0,
            min_reputation: 0,
            min_tier: 0,
            quorum: 3,
            max_reviews: 5,
            tolerance: 10,
            signal_by: HOUR,
            deliver_by: 2 * HOUR,
            review_by: 3 * HOUR,
            reveal_by: 4 * HOUR,
        }
    }

    const SHARED: Duplicates = Duplicates::Shared { retention_ppm: 1 };

    #[test]
    fn the_first_window_ends_when_the_request_says_and_the_second_is_as_long() {
        let request = request(Award::PerSubmission, Duplicates::Independent);
        assert_eq!((request.is_sealed(), request.review_from()), (false, request.deliver_by));
        let first = request.window(request.review_from());
        assert_eq!((first.commit_by, first.reveal_by), (request.review_by, request.reveal_by));
        assert_eq!(first.open_to_all, request.deliver_by + HOUR / 2);
        let second = request.window(5_000);
        assert_eq!((second.start, second.commit_by, second.reveal_by), (5_000, 5_000 + HOUR, 5_000 + 2 * HOUR));
    }

    #[test]
    fn sealed_deliveries_are_unsealed_in_half_of_the_time_to_their_review() {
        for duplicates in [Duplicates::FirstOnly, SHARED] {
            let sealed = request(Award::PerSubmission, duplicates);
            assert_eq!((sealed.is_sealed(), sealed.review_from()), (true, sealed.deliver_by + HOUR / 2));
            let window = sealed.window(sealed.review_from());
            assert_eq!((window.commit_by, window.reveal_by), (sealed.review_by, sealed.reveal_by));
            assert_eq!(window.open_to_all, sealed.review_by - HOUR / 4);
        }
    }

    #[test]
    fn deadlines_at_the_ends_of_time_are_no_panic() {
        let mut request = request(Award::PerSubmission, Duplicates::FirstOnly);
        (request.deliver_by, request.review_by, request.reveal_by) = (Timestamp::MAX, 0, Timestamp::MAX);
        assert_eq!(request.review_from(), Timestamp::MAX);
        assert_eq!(request.window(Timestamp::MAX).reveal_by, Timestamp::MAX);
    }

    #[test]
    fn a_duplicate_comes_after_its_original_which_is_delivered() {
        let made = |delivered, submitted| Submission { delivered, submitted, ..Submission::new([1; 32].into(), 0) };
        let (first, second, sealed) = (made(true, 5), made(true, 6), made(false, 4));
        assert!(second.may_duplicate(0, &first, 1), "made before, whatever the numbers");
        assert!(!first.may_duplicate(1, &second, 0));
        assert!(first.may_duplicate(1, &first, 0) && !first.may_duplicate(0, &first, 1), "at once: by number");
        assert!(!first.may_duplicate(0, &first, 0) && !second.may_duplicate(1, &sealed, 0));
    }

    #[test]
    fn shares_depend_on_each_other_where_they_are_parts_of_one_sum() {
        let waits = |award, duplicates| request(award, duplicates).is_interdependent();
        assert!(!waits(Award::PerSubmission, Duplicates::Independent));
        assert!(!waits(Award::PerSubmission, Duplicates::FirstOnly));
        assert!(waits(Award::Proportional, Duplicates::Independent));
        assert!(waits(Award::PerSubmission, SHARED));
    }
}
