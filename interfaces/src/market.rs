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
/// Most submissions opened or settled by one call.
pub const MAX_BATCH: u32 = 64;
/// `Policy::reputation_per_fee` counts per this many of the asset's smallest units.
pub const FEE_UNIT: Balance = 1_000_000_000_000;

/// What a request pays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Asset {
    /// The chain's own currency.
    Native,
}

/// How places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Access {
    /// By whoever signals first.
    Open,
}

/// How the reward is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Award {
    /// Each submission earns `reward / limit` times its weight.
    PerSubmission,
}

/// What becomes of submissions of the same finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Duplicates {
    /// Each is paid on its own.
    Independent,
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
    /// Submissions made.
    pub submissions: u32,
    /// Submissions opened for review, in order.
    pub opened: u32,
    /// Submissions with a verdict.
    pub finalized: u32,
    /// Submissions settled, in order.
    pub settled: u32,
    /// Whether everything is settled.
    pub closed: bool,
    /// Reviews still reserved in the pool's backlog.
    pub reserved: u32,
    /// The jury's seed, fixed when the first submission is opened.
    pub seed: [u8; 32],
    /// Reward and review fees still in escrow, and deposits forfeited to the requester.
    pub held: Balance,
    /// Of `held`, what settled submissions earned and nobody has claimed for them.
    pub unclaimed: Balance,
    /// Deposits of places that are neither claimed nor reported.
    pub deposits: Balance,
    /// Most reputation one submission earns its provider and its enforcers together.
    pub reputation_per_place: Balance,
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
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Submission {
    pub provider: AccountId,
    /// Hash of what was delivered.
    pub content: Hash,
    /// Where it is; at most 256 bytes.
    pub uri: Vec<u8>,
    /// When it was made.
    pub submitted: Timestamp,
    /// When the present review window began; 0 before it is opened.
    pub window_start: Timestamp,
    /// Whether the present window is the second.
    pub second_window: bool,
    pub verdict: Verdict,
    /// The (lower) median of the scores revealed, once there is a verdict; 0 where nobody revealed.
    pub median: u8,
    /// What it weighs, once there is a verdict.
    pub weight_bps: Bps,
    /// What it earned, once settled.
    pub pay: Balance,
    pub settled: bool,
    pub claimed: bool,
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
    /// Is settled; waits for `claim`, or for the request, `reclaim`.
    Settled,
    /// Is paid.
    Claimed,
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
}

/// Which rule of section 3 a policy breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum PolicyReason {
    /// 1 to 32 assets, each once.
    Assets,
    /// The window must be above 0 and at most a hundred years.
    MinWindow,
    /// The smallest quorum must be odd, at most 7, and at least the `min_reviews` of the pool's terms: members are obliged
    /// by what an op asks for.
    MinQuorum,
    /// The greatest tolerance must be at most 100.
    MaxTolerance,
    /// No share may be above 10,000 bps.
    Shares,
    /// The target utilization must be below 1,000,000 ppm.
    TargetUtilization,
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
    /// The pool's enforcers are booked out.
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
    /// One provider may not have as many places.
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
    /// The transfer failed; the credit stands.
    TransferFailed,
    /// A call handles at least one and at most 64 at once.
    InvalidBatch,
    /// The obligation contract refused.
    Obligation(obligation::Error),
    /// The reputation contract refused.
    Reputation(reputation::Error),
    /// There are as many requests as a `RequestId` counts.
    TooManyRequests,
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
/// Beside these the contract implements AccessControl and Pausable. Before `open` every message answers `NotOpen`.
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

    /// Manager: stops `post` and `signal`, and nothing else.
    ///
    /// Errors: `MissingRole`, `Paused`.
    #[ink(message)]
    fn pause(&mut self) -> Result<(), Error>;

    /// Manager: ends the pause.
    ///
    /// Errors: `MissingRole`, `NotPaused`.
    #[ink(message)]
    fn unpause(&mut self) -> Result<(), Error>;

    // Requesters

    /// What posting this request costs now.
    ///
    /// Errors: those of `post` but for payment.
    #[ink(message)]
    fn quote(&self, spec: RequestSpec) -> Result<Quote, Error>;

    /// Anyone: puts the request's whole price in escrow. The value must cover the quote; what exceeds it, at most
    /// `max_premium`, is credited back. Emits `RequestPosted`.
    ///
    /// Errors: `NotOpen`, `Paused`, `InvalidRequest`, `TooFewEnforcers`, `AtCapacity`, `InsufficientPayment`,
    /// `ExcessPayment`, `Obligation`, `TooManyRequests`.
    #[ink(message, payable)]
    fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId, Error>;

    /// The requester, once everything is settled: credits what was not earned, and forfeited deposits. Emits
    /// `Reclaimed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NotSettled`, `NothingToReclaim`.
    #[ink(message)]
    fn reclaim(&mut self, request: RequestId) -> Result<Balance, Error>;

    // Providers

    /// Anyone but the requester, until `signal_by`: takes places. The value must be their deposits. Emits
    /// `PlacesTaken`.
    ///
    /// Errors: `NotOpen`, `Paused`, `UnknownRequest`, `TooLate`, `OwnRequest`, `NoPlaces`, `NoPlaceLeft`,
    /// `TooManyPlaces`, `InsufficientPayment`, `ExcessPayment`, `Reputation`.
    #[ink(message, payable)]
    fn signal(&mut self, request: RequestId, places: u16) -> Result<(), Error>;

    /// Who has a place, until `deliver_by`: delivers on it. Emits `Submitted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `TooLate`, `NoPlace`, `UriTooLong`.
    #[ink(message)]
    fn submit(&mut self, request: RequestId, content: Hash, uri: Vec<u8>) -> Result<SubmissionId, Error>;

    /// Anyone, from `deliver_by`, once a provider: the places that `provider` took and did not deliver on lose bond and
    /// deposit. Returns how many. Emits `NoShow`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `TooEarly`, `NoShowNone`.
    #[ink(message)]
    fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16, Error>;

    // Enforcers

    /// Anyone, from `deliver_by`: opens up to `max` (1 to 64) submissions for review, in order, each one op seen by
    /// all members; those that come in the second half of the review window start a window of their own instead, and
    /// nobody has seen them. Returns how many. Emits `ReviewsOpened`.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `TooEarly`, `NothingToOpen`, `Obligation`.
    #[ink(message)]
    fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// A member of the pool, Healthy or Throttled, until the window's commit deadline: commits to a review. Emits
    /// `ReviewCommitted`.
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

    /// Anyone, once all committed reviews are revealed or the reveal deadline has passed: gives the verdict, pays the
    /// coherent enforcers and reports to the pool; or, with too few reveals, starts the second window. Emits
    /// `SubmissionFinalized` or `WindowReopened`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`, `TooEarly`.
    #[ink(message)]
    fn finalize(&mut self, request: RequestId, submission: SubmissionId) -> Result<(), Error>;

    /// Anyone, from `deliver_by`: settles up to `max` (1 to 64) submissions, in order; with the last, the request.
    /// Returns how many. Emits `RequestSettled` with the last.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `TooEarly`, `AlreadySettled`, `NotFinalized`.
    #[ink(message)]
    fn settle(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// Anyone: credits the provider what a settled submission earned, and its deposit or the requester that. Emits
    /// `Claimed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`, `NotSettled`, `AlreadyClaimed`.
    #[ink(message)]
    fn claim(&mut self, request: RequestId, submission: SubmissionId) -> Result<Balance, Error>;

    /// Anyone: pays out what the caller is credited. Emits `Withdrawn`.
    ///
    /// Errors: `NotOpen`, `NothingToWithdraw`, `TransferFailed`.
    #[ink(message)]
    fn withdraw(&mut self, asset: Asset) -> Result<Balance, Error>;

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

    /// What `who` can withdraw.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn credit(&self, asset: Asset, who: AccountId) -> Result<Balance, Error>;

    /// The organization's rules.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn policy(&self) -> Result<Policy, Error>;

    /// The enforcers' pool in the obligation contract.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn pool(&self) -> Result<PoolId, Error>;

    /// What can be done now with a submission, or without one, with the request.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn phase(&self, id: RequestId, submission: Option<SubmissionId>) -> Result<Phase, Error>;
}

/// The market was opened.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Opened {
    pub pool: PoolId,
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

/// Submissions `from` to `from + count - 1` can be reviewed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReviewsOpened {
    #[ink(topic)]
    pub request: RequestId,
    pub from: SubmissionId,
    pub count: u32,
    /// Whether they start a window of their own, because they were opened late.
    pub late: bool,
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
}

/// Everything in a request is settled.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct RequestSettled {
    #[ink(topic)]
    pub request: RequestId,
    pub submissions: u32,
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
