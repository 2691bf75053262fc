//! Reviews: committed, revealed, and what they amount to (section 3.4).
//!
//! Anyone opens a request's submissions for review. Enforcers commit to a review of a submission and reveal it when no
//! more commitments can come; then anyone finalizes: that gives the verdict, or with too few reveals the second window.

use crate::{market::RequestSpec, Balance, Bps, RequestId, SubmissionId, Timestamp};
use ink::primitives::AccountId;

/// Most reviews of one submission.
pub const MAX_REVIEWS: u8 = 15;
/// The highest score.
pub const MAX_SCORE: u8 = 100;

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

impl RequestSpec {
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
