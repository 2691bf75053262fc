//! Reviews: committed, revealed, and what they amount to (section 3.4).
//!
//! Anyone opens a request's submissions for review. Enforcers commit to a review of a submission and reveal it when no
//! more commitments can come; then anyone finalizes: that gives the verdict or, with too few reveals, begins the second
//! window.

use crate::{
    hash,
    market::{RequestSpec, RequestState, Submission},
    Balance, Bps, RequestId, SubmissionId, Timestamp,
};
use ink::primitives::AccountId;

/// The most reviews of one submission.
pub const MAX_REVIEWS: u8 = 15;
/// The highest score.
pub const MAX_SCORE: u8 = 100;

/// When a submission can be reviewed: first as the request says, then once more from the call that reopened it; if it
/// was opened late, only from the call that opened it (section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The time from which reviews can be committed; in the first half, only by members who are drawn.
    pub start: Timestamp,
    /// The time from which any member may commit, drawn or not.
    pub open_to_all: Timestamp,
    /// The deadline for commitments.
    pub commit_by: Timestamp,
    /// The deadline for reveals.
    pub reveal_by: Timestamp,
}

impl RequestSpec {
    /// When reviews begin: when delivery ends or, if it is sealed, half-way from there to `review_by`.
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

    /// The time from which reviews in this window can be revealed, and no more committed: its commit deadline, or at
    /// once (0) if there are `max_reviews`.
    pub fn reveals_from(&self, window: &Window, reviews: &[Review]) -> Timestamp {
        if live_reviews(reviews) >= usize::from(self.max_reviews) {
            0
        } else {
            window.commit_by
        }
    }

    /// The time from which `finalize` ends this window if nothing more is committed or revealed in it; 0: at once.
    pub fn finalizes_from(&self, window: &Window, reviews: &[Review]) -> Timestamp {
        if all_revealed(reviews) {
            self.reveals_from(window, reviews)
        } else {
            window.reveal_by
        }
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
    /// The time from which this opened submission can be finalized if nothing more is revealed; 0: at once. `None` once
    /// it has its verdict. It may have to wait for others as well: see [`waits_for`](Self::waits_for).
    pub fn finalizable_from(&self, spec: &RequestSpec, reviews: &[Review]) -> Option<Timestamp> {
        let pending = self.verdict == Verdict::Pending;
        pending.then(|| spec.finalizes_from(&spec.window(self.window_start), reviews))
    }

    /// Whether `finalize` gives this verdict, rather than beginning the second window.
    pub fn takes(&self, verdict: Verdict) -> bool {
        verdict == Verdict::Quorum || self.second_window
    }

    /// The submissions whose verdicts `finalize` waits for: those that reveals name as originals, if this one gets its
    /// verdict.
    pub fn waits_for<'a>(&self, spec: &RequestSpec, reviews: &'a [Review]) -> impl Iterator<Item = SubmissionId> + 'a {
        let ends = self.takes(Verdict::of(reviews, spec.quorum));
        reviews.iter().filter_map(|review| review.duplicate_of).filter(move |_| ends)
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
    /// Whether its outcome was reported to the obligation contract; without a score, the enforcer is barred from then
    /// on.
    pub resolved: bool,
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
    /// Fewer, after the second window.
    Few,
    /// No reveal, after the second window.
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

impl Review {
    /// Whether it counts towards `max_reviews`: it is revealed, or still can be.
    pub fn is_live(&self) -> bool {
        self.score.is_some() || !self.resolved
    }

    /// Whether it still can be revealed, in the window it was committed in.
    pub fn is_awaited(&self) -> bool {
        self.score.is_none() && !self.resolved
    }
}

/// How many of a submission's reviews count towards `max_reviews`.
pub fn live_reviews(reviews: &[Review]) -> usize {
    reviews.iter().filter(|review| review.is_live()).count()
}

/// How many of a submission's reviews are revealed, in this window or an earlier one: two windows have at most 30.
pub fn reveals(reviews: &[Review]) -> u8 {
    u8::try_from(reviews.iter().filter(|review| review.score.is_some()).count()).unwrap_or(u8::MAX)
}

/// Whether every review of the present window is revealed.
pub fn all_revealed(reviews: &[Review]) -> bool {
    !reviews.iter().any(Review::is_awaited)
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

/// The market's running hash of all salts revealed, after one more: `blake2_256(SCALE(seed, salt))`.
pub fn next_seed(seed: &[u8; 32], salt: &[u8; 32]) -> [u8; 32] {
    hash(&(seed, salt))
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
    /// How many of them start a window of their own, because they were opened late.
    pub late: u32,
    /// How many of them were never delivered.
    pub missed: u32,
}

/// An enforcer committed to a review.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReviewCommitted {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that committed.
    #[ink(topic)]
    pub enforcer: AccountId,
}

/// An enforcer revealed its review.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReviewRevealed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// The account that reviewed.
    #[ink(topic)]
    pub enforcer: AccountId,
    /// Its score for the submission, 0 to 100.
    pub score: u8,
    /// The earlier submission that this one duplicates, as it says; `None`: it says none.
    pub duplicate_of: Option<SubmissionId>,
}

/// Too few reviews were revealed: the second window began.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct WindowReopened {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The submission's number within the request.
    pub submission: SubmissionId,
    /// How many reviews were revealed in the first window.
    pub reveals: u8,
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
    /// Reveals within tolerance of the median.
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

    /// What was resolved with a window that is over.
    fn over(review: Review) -> Review {
        Review { resolved: true, ..review }
    }

    #[test]
    fn the_first_window_ends_when_the_request_says_and_the_second_is_as_long() {
        let request = request();
        assert_eq!(request.review_from(), request.deliver_by);
        let first = request.window(request.review_from());
        assert_eq!((first.commit_by, first.reveal_by), (request.review_by, request.reveal_by));
        assert_eq!(first.open_to_all, request.deliver_by + HOUR / 2);
        let second = request.window(5_000);
        assert_eq!((second.start, second.commit_by, second.reveal_by), (5_000, 5_000 + HOUR, 5_000 + 2 * HOUR));
    }

    #[test]
    fn sealed_deliveries_are_unsealed_in_half_of_the_time_to_their_review() {
        for duplicates in [Duplicates::FirstOnly, Duplicates::Shared { retention_ppm: 1 }] {
            let sealed = RequestSpec { duplicates, ..request() };
            assert_eq!(sealed.review_from(), sealed.deliver_by + HOUR / 2);
            let window = sealed.window(sealed.review_from());
            assert_eq!((window.commit_by, window.reveal_by), (sealed.review_by, sealed.reveal_by));
            assert_eq!(window.open_to_all, sealed.review_by - HOUR / 4);
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
    fn a_review_is_live_while_it_can_be_revealed_and_once_it_is() {
        let reviews = [review(1, None), review(2, Some(0)), over(review(3, None)), over(review(4, Some(9)))];
        assert_eq!(reviews.map(|review| review.is_live()), [true, true, false, true]);
        assert_eq!(reviews.map(|review| review.is_awaited()), [true, false, false, false]);
        assert_eq!((live_reviews(&reviews), reveals(&reviews)), (3, 2));
        assert!(!all_revealed(&reviews) && all_revealed(&reviews[1..]) && all_revealed(&[]));
    }

    #[test]
    fn a_verdict_is_a_quorums_of_a_few_or_nobodys() {
        let reviews: Vec<_> = (1..=4).map(|number| review(number, Some(80))).collect();
        let verdicts = [0, 1, 2, 3, 4].map(|count| Verdict::of(&reviews[..count], 3));
        use Verdict::{Few, Quorum, Unreviewed};
        assert_eq!(verdicts, [Unreviewed, Few, Few, Quorum, Quorum]);
        assert_eq!(Verdict::of(&[review(1, None); 5], 3), Unreviewed);
    }

    #[test]
    fn reviews_are_revealed_when_no_more_can_be_committed_and_finalized_when_no_more_can_be_revealed() {
        let spec = request();
        let window = spec.window(spec.review_from());
        let from = |reviews: &[Review]| (spec.reveals_from(&window, reviews), spec.finalizes_from(&window, reviews));
        let (commit_by, reveal_by) = (spec.review_by, spec.reveal_by);
        assert_eq!(from(&[]), (commit_by, commit_by), "nobody committed until commits ended");
        assert_eq!(from(&[review(1, Some(80)); 3]), (commit_by, commit_by));
        assert_eq!(from(&[review(1, Some(80)), review(2, None)]), (commit_by, reveal_by));
        assert_eq!(from(&[review(1, Some(80)); 5]), (0, 0), "no more than five can come");
        assert_eq!(from(&[review(1, None); 5]), (0, reveal_by));
        let barred = [over(review(1, None)), over(review(2, Some(9)))];
        assert_eq!(from(&barred), (commit_by, commit_by), "who stayed away is not waited for");
    }

    #[test]
    fn a_submission_is_finalized_in_its_own_window_until_it_has_its_verdict() {
        let spec = request();
        let pending = Submission::new([1; 32].into(), 5_000);
        assert_eq!(pending.finalizable_from(&spec, &[]), Some(5_000 + HOUR));
        assert_eq!(pending.finalizable_from(&spec, &[review(1, None)]), Some(5_000 + 2 * HOUR));
        let judged = Submission { verdict: Verdict::Few, ..pending };
        assert_eq!(judged.finalizable_from(&spec, &[]), None);
    }

    #[test]
    fn a_verdict_waits_for_those_of_the_originals_that_are_named_but_a_second_window_does_not() {
        let spec = request();
        let votes = [Some(4), None, Some(2)].map(|duplicate_of| Review { duplicate_of, ..review(1, Some(80)) });
        let first = Submission::new([1; 32].into(), 0);
        let waits_for =
            |submission: &Submission, reviews| submission.waits_for(&spec, reviews).collect::<Vec<SubmissionId>>();
        assert_eq!(waits_for(&first, &votes), [4, 2]);
        assert!(waits_for(&first, &votes[..2]).is_empty(), "too few reveals begin the second window");
        let second = Submission { second_window: true, ..first };
        assert_eq!(waits_for(&second, &votes[..2]), [4]);
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
    fn commitments_and_seeds_are_hashes_of_what_they_are_of() {
        let (request, submission, enforcer, salt) = (3_u32, 2_u32, AccountId::from([7; 32]), [9_u8; 32]);
        for duplicate_of in [None, Some(1_u32)] {
            let preimage = (request, submission, enforcer, 80_u8, duplicate_of, salt).encode();
            let made = commitment(request, submission, enforcer, 80, duplicate_of, &salt);
            assert_eq!(made, blake2_256(&preimage));
        }
        let seed = [5_u8; 32];
        assert_eq!(next_seed(&seed, &salt), blake2_256(&(seed, salt).encode()));
    }

    #[test]
    fn a_draw_is_the_first_eight_bytes_of_the_hash_of_what_it_is_of() {
        let (seed, request, submission, enforcer) = ([5; 32], 3, 2, AccountId::from([7; 32]));
        let hash = blake2_256(&(seed, request, submission, enforcer).encode());
        let first = u64::from_be_bytes(*hash.first_chunk().expect("eight bytes"));
        assert_eq!(draw(&seed, request, submission, enforcer), first);
    }
}
