//! Market: requests with money in escrow, deliveries, reviews and pay in proportion to quality (section 3).
//!
//! One file for each part of the story: [`requests`], [`places`], [`reviews`], [`settlement`] and [`engagements`], the
//! organization's [`policy`], [`reads`], and the [`errors`] of all. A file has the types, limits, events and rules that
//! belong to its messages. The messages themselves stay in one trait, grouped like the files: ink! has no supertraits,
//! and a message's selector is made of its trait's name.

pub mod engagements;
pub mod errors;
pub mod places;
pub mod policy;
pub mod reads;
pub mod requests;
pub mod reviews;
pub mod settlement;

pub use self::{engagements::*, errors::*, places::*, policy::*, reads::*, requests::*, reviews::*, settlement::*};

use crate::{obligation, Balance, PoolId, RequestId, SubmissionId, Timestamp};
use ink::{
    prelude::vec::Vec,
    primitives::{AccountId, Hash},
};

/// The edition of the protocol that these messages are of.
pub const EDITION: u16 = 2;

/// The labor market (section 3).
///
/// Beside these the contract implements AccessControl and Pausable. Before `open` every message answers `NotOpen`,
/// except `open` itself, those about roles and the pause, `pending_policy`, `partners` and `edition`.
#[ink::trait_definition]
pub trait Market {
    // Requests

    /// What it costs now to post this request, paused or not, in smallest units of its asset.
    ///
    /// Errors: those of `post` but for payment and the pause.
    #[ink(message)]
    fn quote(&self, spec: RequestSpec) -> Result<Quote, Error>;

    /// Anyone: puts the request's whole price in escrow. In the chain's own currency the value must cover the quote;
    /// the excess, at most `max_premium` (in smallest units of the asset), is credited back. In a token the price is
    /// taken from the caller's allowance, if the premium in it is at most `max_premium`. Emits `RequestPosted`.
    ///
    /// Where delivery is not sealed anybody can copy what others delivered: where the reward is shared out among all, choose
    /// `Duplicates::FirstOnly`.
    ///
    /// Errors: `NotOpen`, `Paused`, `InvalidRequest`, `TooFewEnforcers`, `AtCapacity`, `InsufficientPayment`,
    /// `ExcessPayment`, `PremiumTooHigh`, `TransferFailed`, `TokenShortfall`, `Obligation`, `TooManyRequests`.
    #[ink(message, payable)]
    fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId, Error>;

    /// The requester, until somebody has a place: ends the request and credits everything except protocol fee, rent and
    /// premium. Returns how much, in smallest units of the request's asset. Emits `RequestWithdrawn`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `PlacesGiven`, `AlreadySettled`.
    #[ink(message)]
    fn withdraw_request(&mut self, request: RequestId) -> Result<Balance, Error>;

    // Places

    /// Anyone but the requester, until `signal_by`: takes this many `places`. The value must be their deposits; those
    /// in a token are taken from the caller's allowance. A member of the enforcers' pool takes none where too few others
    /// would be left to judge. Emits `PlacesTaken`.
    ///
    /// Errors: `NotOpen`, `Paused`, `UnknownRequest`, `OffersOnly`, `AlreadySettled`, `TooLate`, `OwnRequest`, `NoPlaces`,
    /// `NoPlaceLeft`, `TooManyPlaces`, `JuryExhausted`, `InsufficientPayment`, `ExcessPayment`, `TransferFailed`,
    /// `TokenShortfall`, `Reputation`.
    #[ink(message, payable)]
    fn signal(&mut self, request: RequestId, places: u16) -> Result<(), Error>;

    /// Anyone but the requester, until `signal_by`, or while an engagement is vacant: offers to deliver at this price,
    /// or changes the offer it has made. `price` is in smallest units of the request's asset, in an engagement for each
    /// period. `deliver_by`, in milliseconds since the Unix epoch, is at most the request's; while an engagement is
    /// vacant, at most the request's `max_window` from now. From `until` on, after now and at most `deliver_by`, it can no
    /// longer be accepted. `uri`, at most 256 bytes, is where the offer is explained. `min_reputation` and `min_tier` are
    /// checked now, and again when it is accepted. The value must be the place's deposit, once; one in a token is taken
    /// from the caller's allowance. A member of the enforcers' pool makes none where too few others would be left to
    /// judge; whoever has made one never reviews here. Emits `OfferMade`.
    ///
    /// Errors: `NotOpen`, `Paused`, `UnknownRequest`, `NoOffers`, `AlreadySettled`, `TooLate`, `NotVacant`, `OwnRequest`,
    /// `TooManyPlaces` (it has, or had, a place), `PriceTooHigh`, `InvalidDeadline`, `UriTooLong`, `JuryExhausted`,
    /// `InsufficientPayment`, `ExcessPayment`, `TransferFailed`, `TokenShortfall`, `Reputation`.
    #[ink(message, payable)]
    fn offer(
        &mut self,
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
        until: Timestamp,
        uri: Vec<u8>,
    ) -> Result<(), Error>;

    /// Whoever made an offer, until it is accepted: takes it back and is credited its deposit. Emits `OfferRetracted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownOffer`.
    #[ink(message)]
    fn retract_offer(&mut self, request: RequestId) -> Result<(), Error>;

    /// The requester, until `deliver_by`: gives the provider that made exactly this offer a place at its price.
    /// `price`, in smallest units of the request's asset, and `deliver_by`, in milliseconds since the Unix epoch, are
    /// those of the offer. The provider must now have what the place needs. Emits `OfferAccepted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NoOffers`, `AlreadySettled`, `TooLate`, `UnknownOffer`,
    /// `OfferChanged`, `OfferExpired`, `NoPlaceLeft`, `PriceTooHigh`, `JuryExhausted`, `Reputation`, `Obligation`.
    #[ink(message)]
    fn accept(
        &mut self,
        request: RequestId,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<(), Error>;

    /// Whoever has a place, until its deadline: delivers on as many places as there are `deliveries` (1 to 16); in an
    /// engagement one, for the present period, and the submission gets the period's number. Returns the submissions'
    /// numbers. Emits `Submitted` for each.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `Sealed`, `InvalidBatch`, `UriTooLong`, `TooLate`, `NoPlace`.
    #[ink(message)]
    fn submit(&mut self, request: RequestId, deliveries: Vec<Delivery>) -> Result<Vec<SubmissionId>, Error>;

    /// Whoever made the submission, until the deadline: replaces it by `content`, the hash of what is delivered now,
    /// and `uri`, where it is (at most 256 bytes). Emits `Revised`.
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

    /// Whoever has a place, until its deadline, if delivery is sealed (duplicates are not independent): delivers on as
    /// many places as there are `seals` (1 to 16), each `blake2_256(SCALE(request, provider, content, uri, salt))`.
    /// Whoever sealed first was first. Returns the submissions' numbers. Emits `SubmissionSealed` for each.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotSealed`, `InvalidBatch`, `TooLate`, `NoPlace`.
    #[ink(message)]
    fn submit_sealed(&mut self, request: RequestId, seals: Vec<Hash>) -> Result<Vec<SubmissionId>, Error>;

    /// Whoever sealed the submissions, in the first half of the time from `deliver_by` to `review_by`: opens 1 to 16
    /// seals, all or none. Emits `Unsealed` for each.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, `UnknownSubmission`, `NotSealed`, `NotProvider`, `TooEarly`,
    /// `TooLate`, `AlreadyUnsealed`, `UriTooLong`, `WrongSeal`.
    #[ink(message)]
    fn unseal(&mut self, request: RequestId, unsealings: Vec<Unsealing>) -> Result<(), Error>;

    /// Anyone, once per provider, from the deadline of its places (if delivery is sealed, from the end of unsealing):
    /// the places that `provider` took and did not deliver on lose bond and deposit. Returns how many. Emits `NoShow`,
    /// and `ReputationRefused` if the reputation contract refused.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `IsEngagement`, `TooEarly`, `NoShowNone`.
    #[ink(message)]
    fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16, Error>;

    // Reviews

    /// Anyone, from `deliver_by`, or if delivery is sealed, from the end of unsealing: opens up to `max` (1 to 64)
    /// submissions for review, in order. Each is one op seen by all members, and its window begins now. Submissions that
    /// were never unsealed, and periods without a delivery, are passed over. Returns how many. Emits `ReviewsOpened`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, `TooEarly`, `NothingToOpen`, `Obligation`.
    #[ink(message)]
    fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// A member of the pool, Healthy or Throttled, that is drawn for the submissions (see [`RequestState::seed`]), until
    /// their windows' deadlines for commitments: commits to 1 to 16 reviews. Submissions that have no room for it, or for
    /// which it is not drawn, are skipped; returns the others' numbers. It needs a commitment to spare for each that has
    /// room for anybody. Of those that it gets, the first count as taken while it was short of work, as many as it was
    /// short. Emits `ReviewsCommitted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`,
    /// `TooLate`, `Conflicted`, `AlreadyReviewed`, `Obligation`, and where all are skipped `NotDrawn` or `ReviewsFull`, by
    /// the first.
    #[ink(message)]
    fn commit_reviews(&mut self, request: RequestId, commitments: Vec<Commitment>) -> Result<Vec<SubmissionId>, Error>;

    /// Whoever committed, once no more commitments can come and a quorum has committed or the window was extended, until
    /// the windows' deadlines for reveals: reveals 1 to 16 reviews, all or none. Emits `ReviewsRevealed`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, `UnknownSubmission`, `NotOpened`, `AlreadyFinalized`,
    /// `ReviewsOpen`, `TooLate`, `InvalidScore`, `InvalidDuplicate`, `NotCommitted`, `AlreadyRevealed`, `WrongReveal`.
    #[ink(message)]
    fn reveal_reviews(&mut self, request: RequestId, reveals: Vec<Reveal>) -> Result<(), Error>;

    /// Anyone: finalizes 1 to 16 `submissions` in the order given, skips those that are not ready, and returns how many
    /// it did. A submission is ready once no more commitments can come and all are revealed, or the deadline for reveals
    /// has passed: then it gets its verdict, the coherent enforcers are paid, and the pool is told. Before that, if fewer
    /// than a quorum have committed when commitments end, its window is extended, once: the reviews still wanted are
    /// recorded as seen again, and commitments have their full time from now on. Emits `SubmissionFinalized` or
    /// `WindowExtended` for each, and `ReputationRefused` if the reputation contract refused.
    ///
    /// If a quorum's reveals name an original, this waits for the original's verdict.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, and where none is ready, by the first: `UnknownSubmission`,
    /// `NotOpened`, `AlreadyFinalized`, `TooEarly`, `EarlierPending`.
    #[ink(message)]
    fn finalize(&mut self, request: RequestId, submissions: Vec<SubmissionId>) -> Result<u32, Error>;

    // Settlement

    /// Anyone, from `deliver_by`: settles up to `max` (1 to 64) submissions, in order; with the last, the request.
    /// Returns how many. Emits `RequestSettled` with the last.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `IsEngagement`, `TooEarly`, `AlreadySettled`, `NotFinalized`.
    #[ink(message)]
    fn settle(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    /// Anyone: for each of 1 to 16 settled `submissions`, in the order given, credits the provider with what it earned, and
    /// with its deposit, or the requester with the deposit. If shares depend on each other, this is possible once the
    /// whole request is settled. Skips what cannot be claimed, and returns how many were. Emits `Claimed` for each, and
    /// `ReputationRefused` if the reputation contract refused. In an engagement the period's storage is freed.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `InvalidBatch`, and where none can be claimed, by the first:
    /// `UnknownSubmission`, `NotSettled`, `NothingToClaim`, `AlreadyClaimed`.
    #[ink(message)]
    fn claim(&mut self, request: RequestId, submissions: Vec<SubmissionId>) -> Result<u32, Error>;

    /// The requester, once everything is settled: credits what was not earned, and forfeited deposits. In an
    /// engagement, at any time: what closed periods left over; while it is vacant, also the periods without a delivery,
    /// which ends it once the others are closed. Returns how much, in smallest units of the request's asset. Emits
    /// `Reclaimed`, and `RequestSettled` if it ends the engagement.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NotSettled`, `NothingToReclaim`.
    #[ink(message)]
    fn reclaim(&mut self, request: RequestId) -> Result<Balance, Error>;

    /// Anyone: pays out the caller's credit in this asset, and returns how much, in its smallest units. Emits
    /// `Withdrawn`.
    ///
    /// Errors: `NotOpen`, `NothingToWithdraw`, `TransferFailed`.
    #[ink(message)]
    fn withdraw(&mut self, asset: Asset) -> Result<Balance, Error>;

    /// Anyone, once everything is settled, claimed and reported: frees up to `max` (1 to 64) submissions, places and
    /// offers, and after the last of them the request. The transaction's signer gets the storage deposits. Providers
    /// are credited the deposits of their offers, and the requester what it has not reclaimed. Returns how many. Emits
    /// `Pruned`, and `OfferRetracted` for each such offer.
    ///
    /// Errors: `NotOpen`, `InvalidBatch`, `UnknownRequest`, `NotSettled`, `NotClaimed`.
    #[ink(message)]
    fn prune(&mut self, request: RequestId, max: u32) -> Result<u32, Error>;

    // Engagements

    /// What an engagement of this request costs now, in smallest units of its asset, with this many periods, each this
    /// many milliseconds long.
    ///
    /// Errors: those of `engage` but for payment and the pause.
    #[ink(message)]
    fn quote_engagement(&self, spec: RequestSpec, periods: u16, period: Timestamp) -> Result<Quote, Error>;

    /// Anyone: posts, like `post`, a long deal (section 3.6): `reward` and `review_fee` are paid for each of `periods`,
    /// one `period` (in milliseconds) after the other, and a provider that misses more than `missed_periods` of them is
    /// Banned from it. Either side may leave it with `give_notice`, `notice_periods` full periods ahead. `max_premium` is
    /// as for `post`. Emits `RequestPosted` and `Engaged`.
    ///
    /// Errors: those of `post`.
    #[ink(message, payable)]
    fn engage(
        &mut self,
        spec: RequestSpec,
        periods: u16,
        period: Timestamp,
        missed_periods: u16,
        notice_periods: u16,
        max_premium: Balance,
    ) -> Result<RequestId, Error>;

    /// The requester of an engagement whose provider has lost or left its place: accepts another's offer for the periods that are left.
    /// `price`, for each period in smallest units of the request's asset, and `deliver_by`, the first deadline in
    /// milliseconds since the Unix epoch, are those of the offer. Emits `OfferAccepted`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotRequester`, `NotAnEngagement`, `NotVacant`, `AlreadySettled`,
    /// `UnknownOffer`, `OfferChanged`, `OfferExpired`, `TooLate`, `JuryExhausted`, `Reputation`, `Obligation`.
    #[ink(message)]
    fn takeover(
        &mut self,
        request: RequestId,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<(), Error>;

    /// The requester or the provider of an engagement, while it has a provider. The requester ends the deal, once the
    /// running period and `notice_periods` full ones after it are over: what the periods after that would have cost can be
    /// reclaimed at once. The provider ends its part in it at the same time: it then has bond and deposit back, and the
    /// place is vacant; but it loses both, and the place, by the next period that is missed or refused. Returns the first
    /// period, counted from 0, that is not of the deal any more, or not this provider's. A second notice changes nothing
    /// until another takes over. Emits `NoticeGiven`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotAnEngagement`, `AlreadySettled`, `Vacant`, `NotAParty`.
    #[ink(message)]
    fn give_notice(&mut self, request: RequestId) -> Result<u32, Error>;

    /// Anyone: closes the next period of an engagement, once its review is over or its delivery was missed. One that was
    /// missed, or has a quorum's verdict, is recorded in the provider's pool as seen, and as declared if it was accepted;
    /// one that nobody or too few reviewed holds nobody and excuses nobody. If that makes the provider Banned, or comes
    /// after its own notice and was missed or refused, the place is vacant from then on, and its bond and deposit are lost. The last period
    /// returns them and ends the engagement; it also ends at `deliver_by` if no offer was accepted, and two periods after
    /// its place became vacant if nobody took over. Returns whether the engagement has ended. Emits `PeriodClosed`,
    /// `PlaceVacated` and `RequestSettled`, and `ReputationRefused` if the reputation contract refused.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotAnEngagement`, `AlreadySettled`, `TooEarly`, `NotFinalized`.
    #[ink(message)]
    fn close_period(&mut self, request: RequestId) -> Result<bool, Error>;

    // The organization's policy

    /// Manager, once: sets the policy and opens the enforcers' pool in the obligation contract, with these terms and
    /// this schedule. Emits `Opened`.
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
    /// that is pending. Requests already posted keep theirs; only `post` refuses an asset that is no longer listed.
    /// Emits `PolicyProposed`, after `PolicyApplied` if an earlier one was due and not written down.
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

    // Reads

    /// The conditions of the request with this number, and its progress.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`.
    #[ink(message)]
    fn request(&self, id: RequestId) -> Result<(RequestSpec, RequestState), Error>;

    /// One delivery in the request with number `id`.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn submission(&self, id: RequestId, submission: SubmissionId) -> Result<Submission, Error>;

    /// The reviews of one delivery in the request with number `id`, at most 15.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownSubmission`.
    #[ink(message)]
    fn reviews(&self, id: RequestId, submission: SubmissionId) -> Result<Vec<Review>, Error>;

    /// Up to `count` offers to the request with number `id` (a larger number counts as 32), accepted and retracted ones
    /// too, from `from` on, or from the latest; the last one's `previous` begins the next page.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `UnknownOffer` (`from` made none).
    #[ink(message)]
    fn offers(&self, id: RequestId, from: Option<AccountId>, count: u32) -> Result<Vec<(AccountId, Offer)>, Error>;

    /// The long deal that the request with number `id` is.
    ///
    /// Errors: `NotOpen`, `UnknownRequest`, `NotAnEngagement`.
    #[ink(message)]
    fn engagement(&self, id: RequestId) -> Result<Engagement, Error>;

    /// What `who` can withdraw in this asset, in its smallest units.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn credit(&self, asset: Asset, who: AccountId) -> Result<Balance, Error>;

    /// The organization's rules as of now, whether or not anyone applied them.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn policy(&self) -> Result<Policy, Error>;

    /// The policy that is proposed, and when it comes into force, in milliseconds since the Unix epoch. `None` from
    /// then on.
    #[ink(message)]
    fn pending_policy(&self) -> Option<(Policy, Timestamp)>;

    /// The enforcers' pool in the obligation contract.
    ///
    /// Errors: `NotOpen`.
    #[ink(message)]
    fn pool(&self) -> Result<PoolId, Error>;

    /// What can be done now with one submission of the request with number `id`; with `None`, with the request itself.
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

    /// Which edition of the protocol this market and its partners play: [`EDITION`]. Those of the first have no such
    /// message.
    #[ink(message)]
    fn edition(&self) -> u16;
}

#[cfg(feature = "std")]
mod event {
    use super::*;
    use crate::events::{Paused, RoleAdminChanged, RoleGranted, RoleRevoked, Unpaused};

    crate::events::events! {
        /// Everything that the market emits.
        Opened,
        PolicyProposed,
        PolicyApplied,
        RequestPosted,
        RequestWithdrawn,
        PlacesTaken,
        OfferMade,
        OfferRetracted,
        OfferAccepted,
        Submitted,
        Revised,
        SubmissionSealed,
        Unsealed,
        NoShow,
        ReviewsOpened,
        ReviewsCommitted,
        ReviewsRevealed,
        WindowExtended,
        SubmissionFinalized,
        RequestSettled,
        Claimed,
        Reclaimed,
        Withdrawn,
        Pruned,
        ReputationRefused,
        Engaged,
        NoticeGiven,
        PeriodClosed,
        PlaceVacated,
        RoleGranted,
        RoleRevoked,
        RoleAdminChanged,
        Paused,
        Unpaused,
    }
}
#[cfg(feature = "std")]
pub use event::Event;
