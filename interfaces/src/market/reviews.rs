//! Reviews: committed, revealed, and what they amount to (section 3.4).
//!
//! Anyone opens a request's submissions for review. Enforcers commit to reviews, and reveal them when no more
//! commitments can come; then anyone finalizes: that gives the verdict or, if too few committed, extends the window once.

use crate::{
    hash,
    market::{RequestSpec, RequestState, Submission},
    Balance, Bps, RequestId, SubmissionId, Timestamp,
};
use ink::{prelude::vec::Vec, primitives::AccountId};

/// The most reviews of one submission.
pub const MAX_REVIEWS: u8 = 15;
/// The highest score.
pub const MAX_SCORE: u8 = 100;
/// The most deliveries, commitments, reveals, verdicts or claims in one list.
pub const MAX_LIST: usize = 16;

/// When a submission can be reviewed: from the call that opened it, and once more from the call that extended its window
/// (section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The time from which members who are drawn can commit reviews.
    pub start: Timestamp,
    /// The time from which no more members are drawn.
    pub drawn_by: Timestamp,
    /// The deadline for commitments.
    pub commit_by: Timestamp,
    /// The deadline for reveals.
    pub reveal_by: Timestamp,
}

impl RequestSpec {
    /// When reviews can be opened: when delivery ends or, if it is sealed, half-way from there to `review_by`.
    pub fn review_from(&self) -> Timestamp {
        let unsealing = if self.is_sealed() { self.review_by.saturating_sub(self.deliver_by) / 2 } else { 0 };
        self.deliver_by.saturating_add(unsealing)
    }

    /// The time for commitments in a window.
    pub fn commits(&self) -> Timestamp {
        self.review_by.saturating_sub(self.review_from())
    }

    /// The time for reveals after it.
    pub fn reveals(&self) -> Timestamp {
        self.reveal_by.saturating_sub(self.review_by)
    }

    /// The window of the request's lengths that begins at `start`, a submission's `window_start`.
    pub fn window(&self, start: Timestamp) -> Window {
        let commit_by = start.saturating_add(self.commits());
        Window {
            start,
            drawn_by: start.saturating_add(self.commits() / 2),
            commit_by,
            reveal_by: commit_by.saturating_add(self.reveals()),
        }
    }

    /// What a submission with this median earns by itself, in basis points: the weight of the last bucket that it
    /// reaches.
    pub fn earned(&self, median: u8) -> Bps {
        rules::curve_weight(self.curve.iter().map(|bucket| (bucket.min_score, bucket.weight_bps)), median)
    }

    /// How many commitments are missing to a quorum.
    pub fn missing(&self, reviews: &[Review]) -> u8 {
        self.quorum.saturating_sub(u8::try_from(reviews.len()).unwrap_or(u8::MAX))
    }

    /// Whether a window with these commitments must be extended, once, before anything is revealed.
    pub fn is_short(&self, extended: bool, reviews: &[Review]) -> bool {
        !extended && self.missing(reviews) > 0
    }

    /// Whether there is room for one more review, by a member that was `short` of work, or by one that was not.
    pub fn has_room(&self, reviews: &[Review], short: bool) -> bool {
        let theirs = reviews.iter().filter(|review| review.short == short).count();
        theirs < usize::from(self.quorum).saturating_add((!short).into())
    }
}

impl RequestState {
    /// The time from which `open_reviews` can open more submissions, if there are any. The `next` one is number
    /// `opened`; it can be missing only in an engagement, where it is passed over at once (0).
    pub fn opens_from(&self, spec: &RequestSpec, next: Option<&Submission>) -> Option<Timestamp> {
        let since = match self.engagement {
            true => next.map_or(0, |next| next.window_start),
            false => spec.review_from(),
        };
        (self.opened < self.submissions).then_some(since)
    }
}

impl Submission {
    /// The time from which reviews of this opened submission can be revealed, and no more committed: the deadline for
    /// commitments, or at once (0) if there are as many as there may be. `None` while its window has to be extended
    /// first.
    pub fn reveals_from(&self, spec: &RequestSpec, reviews: &[Review]) -> Option<Timestamp> {
        if spec.is_short(self.extended, reviews) {
            None
        } else if reviews.len() >= usize::from(spec.max_reviews()) {
            Some(0)
        } else {
            Some(spec.window(self.window_start).commit_by)
        }
    }

    /// The time from which this opened submission can be finalized if nothing more is committed or revealed; 0: at
    /// once. `None` once it has its verdict. It may have to wait for others as well: see
    /// [`waits_for`](Self::waits_for).
    pub fn finalizable_from(&self, spec: &RequestSpec, reviews: &[Review]) -> Option<Timestamp> {
        if self.verdict != Verdict::Pending {
            return None;
        }
        let window = spec.window(self.window_start);
        match self.reveals_from(spec, reviews) {
            None => Some(window.commit_by),
            Some(since) if all_revealed(reviews) => Some(since),
            Some(_) => Some(window.reveal_by),
        }
    }

    /// Whether the member with this [`draw`] may review this opened submission at `now`, if no deadline has passed. An
    /// extension begins with the whole of its share.
    pub fn draws(&self, spec: &RequestSpec, draw: u64, now: Timestamp) -> bool {
        let window = spec.window(self.window_start);
        let share = rules::share_drawn(spec.max_reviews(), self.active, self.extended);
        let risen = if self.extended { 0 } else { window.drawn_by.saturating_sub(window.start) };
        rules::is_drawn(draw, share, now.saturating_sub(window.start), risen)
    }

    /// The submissions whose verdicts `finalize` waits for: those that reveals name as originals, if this one gets a
    /// quorum's verdict.
    pub fn waits_for<'a>(&self, spec: &RequestSpec, reviews: &'a [Review]) -> impl Iterator<Item = SubmissionId> + 'a {
        let decides = Verdict::of(reviews, spec.quorum) == Verdict::Quorum;
        reviews.iter().filter_map(|review| review.duplicate_of).filter(move |_| decides)
    }
}

/// What an enforcer commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Commitment {
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The hash of the review: `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`.
    pub commitment: [u8; 32],
}

/// What an enforcer reveals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Reveal {
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// Its score for the submission, 0 to 100.
    pub score: u8,
    /// The number of the earlier submission that this one duplicates, if any.
    pub duplicate_of: Option<SubmissionId>,
    /// What kept the commitment secret.
    pub salt: [u8; 32],
}

impl Reveal {
    /// What the enforcer that reveals this has committed to.
    pub fn committed(&self, request: RequestId, enforcer: AccountId) -> Commitment {
        let Self { submission, score, duplicate_of, ref salt } = *self;
        Commitment { submission, commitment: commitment(request, submission, enforcer, score, duplicate_of, salt) }
    }
}

/// One enforcer's review of one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Review {
    /// The account that reviews.
    pub enforcer: AccountId,
    /// The hash of the review: `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`.
    pub commitment: [u8; 32],
    /// The score, 0 to 100, once revealed.
    pub score: Option<u8>,
    /// The earlier submission it was said to duplicate.
    pub duplicate_of: Option<SubmissionId>,
    /// Whether its enforcer was short of work when it committed.
    pub short: bool,
}

/// The state of a submission's verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Verdict {
    /// None yet.
    #[default]
    Pending,
    /// At least a quorum of reveals.
    Quorum,
    /// Fewer, though the window was extended or had a quorum of commitments.
    Few,
    /// No reveal at all.
    Unreviewed,
    /// Never unsealed: nothing to review.
    Missed,
}

impl Verdict {
    /// The verdict that the reveals so far give.
    pub fn of(reviews: &[Review], quorum: u8) -> Self {
        match reveals(reviews) {
            0 => Self::Unreviewed,
            few if few < quorum => Self::Few,
            _ => Self::Quorum,
        }
    }
}

/// How many of a submission's reviews are revealed.
pub fn reveals(reviews: &[Review]) -> u8 {
    u8::try_from(reviews.iter().filter(|review| review.score.is_some()).count()).unwrap_or(u8::MAX)
}

/// Whether every review is revealed.
pub fn all_revealed(reviews: &[Review]) -> bool {
    reviews.iter().all(|review| review.score.is_some())
}

/// What an enforcer commits to: `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`.
pub fn commitment(
    request: RequestId,
    submission: SubmissionId,
    enforcer: AccountId,
    score: u8,
    duplicate_of: Option<SubmissionId>,
    salt: &[u8; 32],
) -> [u8; 32] {
    hash(&(request, submission, enforcer, score, duplicate_of, salt))
}

/// What the reveal of a marked commitment adds to the market's beacon by exclusive or:
/// `blake2_256(SCALE(enforcer, salt))`.
pub fn contribution(enforcer: AccountId, salt: &[u8; 32]) -> [u8; 32] {
    hash(&(enforcer, salt))
}

/// The place of `enforcer` in the order in which members may review a submission: the first 8 bytes, big endian, of
/// `blake2_256(SCALE(seed, request, submission, enforcer))`. See [`RequestState::seed`].
pub fn draw(seed: &[u8; 32], request: RequestId, submission: SubmissionId, enforcer: AccountId) -> u64 {
    let hash = hash(&(seed, request, submission, enforcer));
    hash.iter().take(8).fold(0, |draw, byte| (draw << 8) | u64::from(*byte))
}

/// Submissions `from` to `from + count - 1` can be reviewed, except those that were missed.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReviewsOpened {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The number of the first of them within the request.
    pub from: SubmissionId,
    /// How many they are, missed ones included.
    pub count: u32,
    /// How many of them were never delivered.
    pub missed: u32,
}

/// An enforcer committed to reviews.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReviewsCommitted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that committed.
    #[ink(topic)]
    pub enforcer: AccountId,
    /// The numbers of the submissions within the request.
    pub submissions: Vec<SubmissionId>,
}

/// A review that was revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Revealed {
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The score for the submission, 0 to 100.
    pub score: u8,
    /// The earlier submission that this one duplicates, as it says; `None`: it says none.
    pub duplicate_of: Option<SubmissionId>,
}

/// An enforcer revealed its reviews.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReviewsRevealed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that reviewed.
    #[ink(topic)]
    pub enforcer: AccountId,
    /// What it revealed.
    pub reviews: Vec<Revealed>,
}

/// Too few had committed: the window goes on for as long again, and no review is revealed before.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct WindowExtended {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// How many reviews are still wanted.
    pub wanted: u8,
}

/// A submission has its verdict.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct SubmissionFinalized {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// Whether the reveals were a quorum, a few, or none.
    pub verdict: Verdict,
    /// The (lower) median of the scores revealed, 0 to 100; 0 if nobody revealed.
    pub median: u8,
    /// What the submission weighs by itself, in basis points.
    pub weight_bps: Bps,
    /// Reveals within tolerance of the median, and right about the duplicate.
    pub coherent: u8,
    /// What each of those was credited, in smallest units of the request's asset.
    pub fee: Balance,
    /// The first submission of the same finding, if a majority said so.
    pub duplicate_of: Option<SubmissionId>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{self, review, HOUR},
        market::Duplicates,
        tests::blake2_256,
    };
    use ink::scale::Encode;

    fn request() -> RequestSpec {
        fixtures::request(0, HOUR)
    }

    #[test]
    fn a_window_begins_when_it_is_opened_and_lasts_as_long_as_the_request_says() {
        let request = request();
        assert_eq!(request.review_from(), request.deliver_by);
        let at_once = request.window(request.review_from());
        assert_eq!((at_once.commit_by, at_once.reveal_by), (request.review_by, request.reveal_by));
        assert_eq!(at_once.drawn_by, request.deliver_by + HOUR / 2);
        let late = request.window(5_000);
        assert_eq!((late.start, late.commit_by, late.reveal_by), (5_000, 5_000 + HOUR, 5_000 + 2 * HOUR));
    }

    #[test]
    fn sealed_deliveries_are_unsealed_in_half_of_the_time_to_their_review() {
        for duplicates in [Duplicates::FirstOnly, Duplicates::Shared { retention_ppm: 1 }] {
            let sealed = RequestSpec { duplicates, ..request() };
            assert_eq!(sealed.review_from(), sealed.deliver_by + HOUR / 2);
            let window = sealed.window(sealed.review_from());
            assert_eq!((window.commit_by, window.reveal_by), (sealed.review_by, sealed.reveal_by));
            assert_eq!(window.drawn_by, sealed.review_by - HOUR / 4);
        }
    }

    #[test]
    fn deadlines_at_the_ends_of_time_are_no_panic() {
        let mut request = RequestSpec { duplicates: Duplicates::FirstOnly, ..request() };
        (request.deliver_by, request.review_by, request.reveal_by) = (Timestamp::MAX, 0, Timestamp::MAX);
        assert_eq!(request.review_from(), Timestamp::MAX);
        assert_eq!(request.window(Timestamp::MAX).reveal_by, Timestamp::MAX);
    }

    #[test]
    fn a_verdict_is_a_quorums_of_a_few_or_nobodys() {
        let reviews: Vec<_> = (1..=4).map(|number| review(number, Some(80))).collect();
        let verdicts = [0, 1, 2, 3, 4].map(|count| Verdict::of(&reviews[..count], 3));
        use Verdict::{Few, Quorum, Unreviewed};
        assert_eq!(verdicts, [Unreviewed, Few, Few, Quorum, Quorum]);
        assert_eq!(Verdict::of(&[review(1, None); 5], 3), Unreviewed);
        assert!(all_revealed(&reviews) && all_revealed(&[]) && !all_revealed(&[review(1, Some(9)), review(2, None)]));
    }

    #[test]
    fn those_who_missed_work_and_those_who_did_not_have_room_of_their_own() {
        let spec = request();
        let room = |owing: usize, others: usize| {
            let mut reviews = vec![Review { short: true, ..review(1, None) }; owing];
            reviews.extend(vec![review(2, None); others]);
            [true, false].map(|short| spec.has_room(&reviews, short))
        };
        assert_eq!(spec.max_reviews(), 7);
        assert_eq!([room(0, 0), room(2, 3), room(3, 3)], [[true; 2], [true; 2], [false, true]]);
        assert_eq!([room(0, 4), room(2, 4), room(3, 4)], [[true, false], [true, false], [false; 2]]);
    }

    #[test]
    fn nothing_is_revealed_before_a_quorum_has_committed_or_the_window_was_extended() {
        let spec = request();
        let from = |extended, reviews: &[Review]| {
            let submission = Submission { extended, ..Submission::new([1; 32].into(), 5_000) };
            (submission.reveals_from(&spec, reviews), submission.finalizable_from(&spec, reviews))
        };
        let (commit_by, reveal_by) = (Some(5_000 + HOUR), Some(5_000 + 2 * HOUR));
        for few in [&[] as &[_], &[review(1, None); 2]] {
            assert_eq!(from(false, few), (None, commit_by), "then it is extended");
        }
        assert_eq!(from(false, &[review(1, None); 3]), (commit_by, reveal_by));
        assert_eq!(from(false, &[review(1, Some(80)); 3]), (commit_by, commit_by), "no more can come");
        assert_eq!(from(false, &[review(1, None); 7]), (Some(0), reveal_by));
        assert_eq!(from(false, &[review(1, Some(80)); 7]), (Some(0), Some(0)));
        assert_eq!(from(true, &[]), (commit_by, commit_by), "nobody came");
        assert_eq!(from(true, &[review(1, None)]), (commit_by, reveal_by));
        let judged = Submission { verdict: Verdict::Few, ..Submission::new([1; 32].into(), 0) };
        assert_eq!(judged.finalizable_from(&spec, &[]), None);
    }

    #[test]
    fn a_quorums_verdict_waits_for_those_of_the_originals_that_are_named() {
        let spec = request();
        let votes = [Some(4), None, Some(2)].map(|duplicate_of| Review { duplicate_of, ..review(1, Some(80)) });
        let submission = Submission::new([1; 32].into(), 0);
        let waits_for = |reviews| submission.waits_for(&spec, reviews).collect::<Vec<SubmissionId>>();
        assert_eq!(waits_for(&votes), [4, 2]);
        assert!(waits_for(&votes[..2]).is_empty(), "a few decide on no duplicate");
    }

    #[test]
    fn reviews_are_opened_with_their_window_and_missed_periods_at_once() {
        let next = Submission::new([1; 32].into(), 70);
        let opens = |engagement, opened, next| {
            let state = RequestState { engagement, opened, submissions: 2, ..RequestState::new([1; 32].into()) };
            state.opens_from(&request(), next)
        };
        assert_eq!(opens(false, 1, Some(&next)), Some(request().review_from()));
        assert_eq!([opens(true, 1, Some(&next)), opens(true, 1, None)], [Some(70), Some(0)]);
        assert_eq!([opens(false, 2, None), opens(true, 2, None)], [None; 2]);
    }

    #[test]
    fn commitments_and_contributions_are_hashes_of_what_they_are_of() {
        let (request, submission, enforcer, salt) = (3_u32, 2_u32, AccountId::from([7; 32]), [9_u8; 32]);
        for duplicate_of in [None, Some(1_u32)] {
            let preimage = (request, submission, enforcer, 80_u8, duplicate_of, salt).encode();
            let made = commitment(request, submission, enforcer, 80, duplicate_of, &salt);
            assert_eq!(made, blake2_256(&preimage));
            let committed = Reveal { submission, score: 80, duplicate_of, salt }.committed(request, enforcer);
            assert_eq!(committed, Commitment { submission, commitment: made });
        }
        assert_eq!(contribution(enforcer, &salt), blake2_256(&(enforcer, salt).encode()));
    }

    #[test]
    fn a_draw_is_the_first_eight_bytes_of_the_hash_of_what_it_is_of() {
        let (seed, request, submission, enforcer) = ([5; 32], 3, 2, AccountId::from([7; 32]));
        let hash = blake2_256(&(seed, request, submission, enforcer).encode());
        let first = u64::from_be_bytes(*hash.first_chunk().expect("eight bytes"));
        assert_eq!(draw(&seed, request, submission, enforcer), first);
    }
}
