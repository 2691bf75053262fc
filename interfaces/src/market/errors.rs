//! Why messages of the market are refused.
//!
//! Wallets and indexers see an error as the number of its variant, so variants keep their place.

use crate::{obligation, reputation, roles::names_refusals};

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
    InvalidPolicy(#[doc = "The rule."] PolicyReason),
    /// The request breaks this rule.
    InvalidRequest(#[doc = "The rule."] RequestReason),
    /// The pool has fewer active members than the quorum, the requester left out.
    TooFewEnforcers,
    /// These reviews would exceed the capacity of the pool's enforcers.
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
    /// Not enough places are free.
    NoPlaceLeft,
    /// One provider may not have that many places; whoever has, or had, one by an offer makes no further offer.
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
    /// Requester, providers and whoever made an offer cannot review within their own request.
    Conflicted,
    /// The caller has reviewed this submission already.
    AlreadyReviewed,
    /// Only members drawn for a submission may review it, and the caller is not drawn, or not yet.
    NotDrawn,
    /// The submission has as many reviews as it may have, of members that missed work or of those that did not.
    ReviewsFull,
    /// Reviews can still be committed, or too few were and the window waits to be extended.
    ReviewsOpen,
    /// The caller has committed no review of this submission.
    NotCommitted,
    /// The caller has revealed its review already.
    AlreadyRevealed,
    /// What was revealed is not what was committed.
    WrongReveal,
    /// A score is at most 100.
    InvalidScore,
    /// A submission can only duplicate an earlier one that is delivered, and in an engagement none.
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
    /// A payment failed, in or out; a credit that was to be paid out remains.
    TransferFailed,
    /// A call handles at least one and at most 64 at once, and a list has at least one and at most 16 items.
    InvalidBatch,
    /// The obligation contract refused.
    Obligation(#[doc = "Why it refused."] obligation::Error),
    /// The reputation contract refused.
    Reputation(#[doc = "Why it refused."] reputation::Error),
    /// There are as many requests as a `RequestId` can count.
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
    /// The offer has changed meanwhile.
    OfferChanged,
    /// The price offered, or the sum of the prices accepted, would exceed the reward.
    PriceTooHigh,
    /// The deadline offered is not after now, or is after the request's deadline; while an engagement is vacant, it is
    /// further from now than two periods, or than the policy allows. Or the offer ends before now, or after its deadline.
    InvalidDeadline,
    /// Somebody has a place: the request can no longer be withdrawn.
    PlacesGiven,
    /// Delivery is sealed in this request.
    Sealed,
    /// Delivery is not sealed in this request.
    NotSealed,
    /// Only the provider that made the submission may do this.
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
    /// This is not an engagement.
    NotAnEngagement,
    /// Engagements do this period by period.
    IsEngagement,
    /// The engagement has a provider.
    NotVacant,
    /// The engagement has no provider.
    Vacant,
    /// The offer has ended: it can only be taken back.
    OfferExpired,
    /// Too few members would be left to judge this request.
    JuryExhausted,
    /// Only the requester and the provider of this engagement may do this.
    NotAParty,
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
    /// The quorum must be odd, at most 7, and at least the policy's.
    Quorum,
    /// The tolerance is above the policy's.
    Tolerance,
    /// The windows for taking places and for delivering must be from the policy's `min_window` to its `max_window`; those
    /// for unsealing, for commitments and for reveals, from `min_window` to seven days.
    Deadlines,
    /// The amounts exceed what a `Balance` holds.
    Amounts,
    /// With offers each submission is paid on its own, and a provider has one place.
    Access,
    /// A ranking needs 1 to 100 places, together at most 10,000 bps, and no shared duplicates.
    Award,
    /// Finders can share at most 1,000,000 ppm.
    Duplicates,
    /// An engagement needs offers, a limit of 1, independent duplicates, and 1 to 1,000 periods, each at least the
    /// policy's window and at most ten years; fewer periods than that may be missed.
    Engagement,
}

/// Which rule of section 3 a policy breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum PolicyReason {
    /// The list must have 1 to 32 assets, each once.
    Assets,
    /// The shortest window must be above 0, at most seven days, and not shorter than the beacon's period.
    MinWindow,
    /// The smallest quorum must be odd, at most 7, and at least the `min_reviews` of the terms that the market was
    /// opened with: members are obliged by what an op asks for.
    MinQuorum,
    /// The greatest tolerance must be at most 100.
    MaxTolerance,
    /// No share may be above 10,000 bps, and no premium above 100,000 bps.
    Shares,
    /// The target utilization must be below 1,000,000 ppm.
    TargetUtilization,
    /// Neither the market nor the reputation token can be paid in.
    ForbiddenAsset,
    /// The longest window must be at least the shortest, and at most ten years.
    MaxWindow,
    /// The smallest stake must be at most the greatest.
    Stakes,
}

names_refusals!(Error, AccessControl);
names_refusals!(Error, Pausable);

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
