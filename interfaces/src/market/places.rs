//! Places and what is delivered on them (sections 3.2 and 3.3).
//!
//! A provider takes places, or makes an offer that the requester accepts, and delivers on each place, openly or under a
//! seal. Anyone reports places that were never delivered on.

use crate::{
    hash,
    market::{RequestSpec, RequestState, Verdict},
    Balance, Bps, RequestId, SubmissionId, Timestamp,
};
use ink::{
    prelude::vec::Vec,
    primitives::{AccountId, Hash},
};

/// What a provider asks for its work (section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Offer {
    /// The price for a weight of 10,000 bps, in smallest units of the request's asset; in an engagement, for each
    /// period.
    pub price: Balance,
    /// The deadline of its delivery, in milliseconds since the Unix epoch; in an engagement, of the first one.
    pub deliver_by: Timestamp,
    /// Where the offer is explained; at most 256 bytes.
    pub uri: Vec<u8>,
    /// The time from which it can no longer be accepted, in milliseconds since the Unix epoch; at most `deliver_by`.
    pub until: Timestamp,
    /// Whether it can be accepted until then: neither accepted nor retracted.
    pub open: bool,
    /// Whether its maker counts among the request's insiders.
    pub insider: bool,
    /// The provider that made its first offer just before.
    pub previous: Option<AccountId>,
}

/// What a provider delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Delivery {
    /// Hash of what is delivered.
    pub content: Hash,
    /// Where it is; at most 256 bytes.
    pub uri: Vec<u8>,
}

/// What opens a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Unsealing {
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// Hash of what was delivered.
    pub content: Hash,
    /// Where it is; at most 256 bytes.
    pub uri: Vec<u8>,
    /// What kept the seal secret.
    pub salt: [u8; 32],
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Submission {
    /// The account that made it, and is paid for it.
    pub provider: AccountId,
    /// Hash of what was delivered; if delivery is sealed, set once it is unsealed.
    pub content: Hash,
    /// Where it is; at most 256 bytes.
    pub uri: Vec<u8>,
    /// The [`seal`] it was made under, if delivery is sealed.
    pub seal: Option<Hash>,
    /// Whether the content is known: at once, or if delivery is sealed, once it is unsealed.
    pub delivered: bool,
    /// When it was last made or revised, or sealed, in milliseconds since the Unix epoch: this decides who was first.
    pub submitted: Timestamp,
    /// The price accepted, in smallest units of the request's asset, if there are offers; otherwise 0.
    pub price: Balance,
    /// When its reviews can be opened, in milliseconds since the Unix epoch; once they are, when its window began, or was
    /// extended.
    pub window_start: Timestamp,
    /// How many members were active when its reviews were opened; of them its jury is drawn.
    pub active: u32,
    /// Whether its window was extended, because too few had committed.
    pub extended: bool,
    /// Whether it was judged, and by how many reviews.
    pub verdict: Verdict,
    /// The (lower) median of the scores revealed, 0 to 100, once there is a verdict; 0 if nobody revealed.
    pub median: u8,
    /// What it weighs by itself, in basis points, once there is a verdict.
    pub weight_bps: Bps,
    /// The first submission of the same finding, if a majority of the reveals says so.
    pub duplicate_of: Option<SubmissionId>,
    /// Whether it shares in its finding, once settled: one per provider. Only with `Duplicates::Shared`.
    pub shares: bool,
    /// In the first submission of a finding: how many providers share in it, of those settled so far.
    pub finders: u32,
    /// What it earned, once claimed, in smallest units of the request's asset.
    pub pay: Balance,
    /// Whether its pay was claimed.
    pub claimed: bool,
}

impl Submission {
    /// Whether a review of this submission, by its number, may say that it duplicates `original`: one that is delivered,
    /// and came before, by the time of its last change and then by number.
    pub fn may_duplicate(&self, number: SubmissionId, original: &Self, original_number: SubmissionId) -> bool {
        original.delivered && (original.submitted, original_number) < (self.submitted, number)
    }

    /// A submission of this provider, not delivered and not judged, whose reviews can be opened at `window_start`.
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
            active: 0,
            extended: false,
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

impl RequestSpec {
    /// The time from which `report_no_show` can report a provider whose deliveries were `due`: by `deliver_by`, or as
    /// its offer said. Nobody is reported in an engagement: its periods are closed.
    pub fn no_show_from(&self, due: Timestamp) -> Timestamp {
        if self.is_sealed() {
            self.review_from()
        } else {
            due
        }
    }
}

impl RequestState {
    /// How many of the open places were not delivered on, given all submissions that are not pruned; not for an
    /// engagement. A delivery that is still sealed does not count.
    pub fn undelivered<'a>(&self, submissions: impl IntoIterator<Item = &'a Submission>) -> u32 {
        let pending = submissions.into_iter().filter(|submission| submission.delivered && submission.can_be_paid());
        self.open_places.saturating_sub(u32::try_from(pending.count()).unwrap_or(u32::MAX))
    }
}

/// What a provider seals: `blake2_256(SCALE(request, provider, content, uri, salt))`.
pub fn seal(request: RequestId, provider: AccountId, content: &Hash, uri: &[u8], salt: &[u8; 32]) -> Hash {
    hash(&(request, provider, content, uri, salt)).into()
}

/// A provider took places.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PlacesTaken {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that took them.
    #[ink(topic)]
    pub provider: AccountId,
    /// How many it took.
    pub places: u16,
    /// The deposits it paid for them, together, in smallest units of the request's asset.
    pub deposit: Balance,
}

/// A provider made an offer, or changed it.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct OfferMade {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that made it.
    #[ink(topic)]
    pub provider: AccountId,
    /// The price for a weight of 10,000 bps, in smallest units of the request's asset; in an engagement, for each
    /// period.
    pub price: Balance,
    /// The deadline of the delivery, in milliseconds since the Unix epoch; in an engagement, of the first one.
    pub deliver_by: Timestamp,
    /// The time from which it can no longer be accepted, in milliseconds since the Unix epoch.
    pub until: Timestamp,
}

/// A provider took its offer back, or it was pruned, and the provider was credited its deposit.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct OfferRetracted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that had made it.
    #[ink(topic)]
    pub provider: AccountId,
    /// The deposit it was credited, in smallest units of the request's asset.
    pub deposit: Balance,
}

/// The requester accepted an offer, so its provider has a place.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct OfferAccepted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that has the place.
    #[ink(topic)]
    pub provider: AccountId,
    /// The price for a weight of 10,000 bps, in smallest units of the request's asset; in an engagement, for each
    /// period.
    pub price: Balance,
    /// The deadline of the delivery, in milliseconds since the Unix epoch; in an engagement, of the first one.
    pub deliver_by: Timestamp,
    /// In an engagement, the provider's first period, counted from 0; otherwise 0.
    pub first_period: u32,
}

/// A delivery was made.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Submitted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request; in an engagement, the period's.
    pub submission: SubmissionId,
    /// The account that delivered.
    #[ink(topic)]
    pub provider: AccountId,
    /// Hash of what was delivered.
    pub content: Hash,
}

/// A delivery was replaced.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Revised {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that delivered.
    #[ink(topic)]
    pub provider: AccountId,
    /// Hash of what is delivered now.
    pub content: Hash,
}

/// A delivery was made under a seal.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct SubmissionSealed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that delivered.
    #[ink(topic)]
    pub provider: AccountId,
    /// The seal: `blake2_256(SCALE(request, provider, content, uri, salt))`.
    pub seal: Hash,
}

/// A sealed delivery was opened.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Unsealed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that delivered.
    #[ink(topic)]
    pub provider: AccountId,
    /// Hash of what was delivered.
    pub content: Hash,
}

/// Places were never delivered on.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct NoShow {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that did not deliver.
    #[ink(topic)]
    pub provider: AccountId,
    /// How many places it lost.
    pub places: u16,
    /// Their deposits, which are the requester's now, in smallest units of the request's asset.
    pub forfeited: Balance,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, market::Duplicates};
    use ink::scale::Encode;

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
    fn who_has_not_delivered_is_reported_from_its_own_deadline_or_the_end_of_unsealing() {
        let open = fixtures::request(0, 100);
        assert_eq!([open.deliver_by, 150].map(|due| open.no_show_from(due)), [200, 150]);
        let sealed = RequestSpec { duplicates: Duplicates::FirstOnly, ..open };
        assert_eq!([sealed.deliver_by, 150].map(|due| sealed.no_show_from(due)), [250, 250]);
    }

    #[test]
    fn open_places_without_a_delivery_that_can_be_paid_were_not_delivered_on() {
        let made = |delivered, verdict, claimed| {
            let pending = Submission::new([1; 32].into(), 0);
            Submission { delivered, verdict, claimed, ..pending }
        };
        let submissions = [
            made(true, Verdict::Pending, false),
            made(true, Verdict::Few, false),
            made(true, Verdict::Quorum, true),
            made(false, Verdict::Pending, false),
            made(false, Verdict::Missed, false),
        ];
        let undelivered = |open_places, submissions: &[Submission]| {
            let state = RequestState { open_places, ..RequestState::new([1; 32].into()) };
            state.undelivered(submissions)
        };
        assert_eq!([5, 2, 1].map(|open_places| undelivered(open_places, &submissions)), [3, 0, 0]);
        assert_eq!(undelivered(2, &[]), 2);
    }

    #[test]
    fn a_seal_is_the_hash_of_what_it_is_of() {
        let (request, provider, content, salt) = (3_u32, AccountId::from([7; 32]), Hash::from([5; 32]), [9_u8; 32]);
        let uri = b"ipfs://work".to_vec();
        let preimage = (request, provider, content, uri.clone(), salt).encode();
        assert_eq!(seal(request, provider, &content, &uri, &salt), crate::tests::blake2_256(&preimage).into());
    }
}
