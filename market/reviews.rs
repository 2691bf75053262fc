//! The reviews of one submission, and the verdict that they give (section 3.4).
//!
//! A review is *waiting* while its outcome is not reported to the obligation contract, *revealed* once it has a score.
//! When a window ends, those that wait are reported; whoever did not reveal by then stays listed, and is barred.

use ink::prelude::vec::Vec;
use ink::primitives::AccountId;
use interfaces::{
    ensure,
    market::{live_reviews, Error, Review},
    obligation::Outcome,
    reputation::{Effect, MintReason},
    Balance, SubmissionId,
};

/// The reviews of one submission.
pub struct Round {
    reviews: Vec<Review>,
    /// The findings that the votes of `reviews` lead to, for those that were followed.
    findings: Vec<Option<SubmissionId>>,
}

/// The result of the reveals so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The lower median of the scores revealed; `None` without a reveal.
    pub median: Option<u8>,
    /// The finding that more than half of the reveals say it duplicates.
    pub duplicate_of: Option<SubmissionId>,
    /// How many reveals are coherent: within the tolerance of the median, and right about the duplicate.
    pub coherent: u8,
}

impl Round {
    pub fn new(reviews: Vec<Review>) -> Self {
        Self { reviews, findings: Vec::new() }
    }

    /// Follows each vote for a duplicate to the finding it leads to, if any: votes are counted by finding.
    pub fn follow_votes(
        &mut self,
        mut finding: impl FnMut(SubmissionId) -> Result<Option<SubmissionId>, Error>,
    ) -> Result<(), Error> {
        for review in &self.reviews {
            self.findings.push(review.duplicate_of.map(&mut finding).transpose()?.flatten());
        }
        Ok(())
    }

    pub fn reviews(&self) -> &[Review] {
        &self.reviews
    }

    pub fn into_reviews(self) -> Vec<Review> {
        self.reviews
    }

    /// Adds a commitment, one per enforcer.
    pub fn commit(&mut self, enforcer: AccountId, commitment: [u8; 32], max_reviews: u8) -> Result<(), Error> {
        ensure!(self.reviews.iter().all(|review| review.enforcer != enforcer), Error::AlreadyReviewed);
        ensure!(live_reviews(&self.reviews) < usize::from(max_reviews), Error::ReviewsFull);
        self.reviews.push(Review { enforcer, commitment, score: None, duplicate_of: None, resolved: false });
        Ok(())
    }

    /// Opens the commitment of `enforcer`, made in this window.
    pub fn reveal(
        &mut self,
        enforcer: AccountId,
        commitment: [u8; 32],
        score: u8,
        duplicate_of: Option<SubmissionId>,
    ) -> Result<(), Error> {
        let review = self.reviews.iter_mut().find(|review| review.enforcer == enforcer).ok_or(Error::NotCommitted)?;
        ensure!(review.score.is_none(), Error::AlreadyRevealed);
        ensure!(!review.resolved, Error::NotCommitted);
        ensure!(review.commitment == commitment, Error::WrongReveal);
        review.score = Some(score);
        review.duplicate_of = duplicate_of;
        Ok(())
    }

    pub fn tally(&self, tolerance: u8) -> Tally {
        let mut scores: Vec<u8> = self.reviews.iter().filter_map(|review| review.score).collect();
        let reveals = scores.len();
        let median = rules::lower_median(&mut scores);
        let agrees = |finding| self.findings.iter().filter(|vote| **vote == finding).count();
        let majority = |finding| agrees(finding).saturating_mul(2) > reveals;
        let duplicate_of = self.findings.iter().copied().find(|vote| vote.is_some() && majority(*vote)).flatten();
        let tally = Tally { median, duplicate_of, coherent: 0 };
        Tally { coherent: few(self.coherent(&tally, tolerance).count()), ..tally }
    }

    /// The reveals with whether they are coherent.
    fn judged<'a>(&'a self, tally: &'a Tally, tolerance: u8) -> impl Iterator<Item = (AccountId, bool)> + 'a {
        self.reviews.iter().enumerate().filter_map(move |(i, review)| {
            let score = review.score?;
            let close = tally.median.is_some_and(|median| score.abs_diff(median) <= tolerance);
            let right = self.findings.get(i).copied().flatten() == tally.duplicate_of;
            Some((review.enforcer, close && right))
        })
    }

    /// The enforcers whose reveals are coherent, who share the fee.
    pub fn coherent<'a>(&'a self, tally: &'a Tally, tolerance: u8) -> impl Iterator<Item = AccountId> + 'a {
        self.judged(tally, tolerance).filter(|(_, coherent)| *coherent).map(|(enforcer, _)| enforcer)
    }

    /// Reports every review that waits: a reveal is declared, a missing one only released.
    pub fn resolve(&mut self) -> Vec<Outcome> {
        let waiting = self.reviews.iter_mut().filter(|review| !review.resolved);
        waiting
            .map(|review| {
                review.resolved = true;
                Outcome { who: review.enforcer, declared: u32::from(review.score.is_some()), released: 1 }
            })
            .collect()
    }

    /// What waiting reviews that were not revealed cost their enforcers: twice the `stake` of a review and one point
    /// more, which is strictly more than an incoherent review costs.
    pub fn absences(&self, stake: Balance) -> impl Iterator<Item = Effect> + '_ {
        let amount = stake.saturating_mul(2).saturating_add(1);
        let absent = self.reviews.iter().filter(|review| review.is_awaited());
        absent.map(move |review| Effect::Slash { who: review.enforcer, amount })
    }

    /// What the verdict means for the reputation of those who revealed: a coherent review earns the `stake`, any other
    /// loses it.
    pub fn verdicts<'a>(
        &'a self,
        stake: Balance,
        tally: &'a Tally,
        tolerance: u8,
    ) -> impl Iterator<Item = Effect> + 'a {
        self.judged(tally, tolerance).filter(move |_| stake > 0).map(move |(who, coherent)| match coherent {
            true => Effect::Owe { to: who, amount: stake, reason: MintReason::Review },
            false => Effect::Slash { who, amount: stake },
        })
    }
}

/// A number of reviews: two windows of at most 15 each.
fn few(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use interfaces::market::{all_revealed, reveals};

    const STAKE: Balance = 10;

    fn enforcer(n: u8) -> AccountId {
        [n; 32].into()
    }

    /// A window in which enforcers 1, 2, … committed, and revealed these scores (or nothing).
    fn round(scores: &[Option<u8>]) -> Round {
        let mut round = Round::new(Vec::new());
        for n in 1..=scores.len() as u8 {
            round.commit(enforcer(n), [n; 32], 15).unwrap();
        }
        for (n, score) in (1..).zip(scores) {
            if let Some(score) = score {
                round.reveal(enforcer(n), [n; 32], *score, None).unwrap();
            }
        }
        round
    }

    #[test]
    fn an_enforcer_commits_once() {
        let mut round = round(&[None]);
        assert_eq!(round.commit(enforcer(1), [8; 32], 15), Err(Error::AlreadyReviewed));
    }

    #[test]
    fn a_round_keeps_every_review_and_counts_those_revealed() {
        let round = round(&[Some(40), None, Some(70)]);
        assert_eq!(reveals(round.reviews()), 2);
        let kept: Vec<_> = round.into_reviews().iter().map(|review| (review.enforcer, review.score)).collect();
        assert_eq!(kept, [(enforcer(1), Some(40)), (enforcer(2), None), (enforcer(3), Some(70))]);
    }

    #[test]
    fn the_last_review_closes_the_round() {
        let mut round = round(&[None, None, None]);
        assert_eq!(round.commit(enforcer(4), [4; 32], 3), Err(Error::ReviewsFull));
        assert_eq!(live_reviews(round.reviews()), 3);
    }

    #[test]
    fn only_what_was_committed_can_be_revealed_and_only_once() {
        let mut round = round(&[None]);
        assert_eq!(round.reveal(enforcer(2), [2; 32], 50, None), Err(Error::NotCommitted));
        assert_eq!(round.reveal(enforcer(1), [9; 32], 50, None), Err(Error::WrongReveal));
        assert!(!all_revealed(round.reviews()));
        assert_eq!(round.reveal(enforcer(1), [1; 32], 50, None), Ok(()));
        assert_eq!(round.reveal(enforcer(1), [1; 32], 50, None), Err(Error::AlreadyRevealed));
        assert!(all_revealed(round.reviews()));
    }

    #[test]
    fn coherence_is_distance_from_the_lower_median() {
        let round = round(&[Some(40), Some(60), Some(70), Some(100)]);
        let tally = round.tally(10);
        assert_eq!(tally, Tally { median: Some(60), duplicate_of: None, coherent: 2 });
        let coherent: Vec<_> = round.coherent(&tally, 10).collect();
        assert_eq!(coherent, [enforcer(2), enforcer(3)]);
    }

    #[test]
    fn nothing_revealed_has_no_median() {
        assert_eq!(round(&[None, None]).tally(100), Tally { median: None, duplicate_of: None, coherent: 0 });
    }

    #[test]
    fn showing_up_is_declared_whatever_the_score() {
        let mut round = round(&[Some(0), None, Some(100)]);
        let declared: Vec<_> = round.resolve().iter().map(|outcome| (outcome.declared, outcome.released)).collect();
        assert_eq!(declared, [(1, 1), (0, 1), (1, 1)]);
        assert_eq!(round.resolve(), []);
    }

    #[test]
    fn staying_away_costs_strictly_more_than_being_wrong() {
        for stake in [0, STAKE] {
            let round = round(&[Some(50), Some(50), Some(100), None]);
            let lost = |effects: &[Effect], n| {
                effects.iter().find_map(|effect| match effect {
                    Effect::Slash { who, amount } if *who == enforcer(n) => Some(*amount),
                    _ => None,
                })
            };
            let wrong: Vec<_> = round.verdicts(stake, &round.tally(10), 10).collect();
            let absent: Vec<_> = round.absences(stake).collect();
            assert!(lost(&absent, 4) > Some(lost(&wrong, 3).unwrap_or(0)));
            assert_eq!(absent.len(), 1);
        }
    }

    #[test]
    fn coherent_reviews_earn_the_stake_that_others_lose() {
        let round = round(&[Some(50), Some(55), Some(100)]);
        let owed = |n| Effect::Owe { to: enforcer(n), amount: STAKE, reason: MintReason::Review };
        let lost = Effect::Slash { who: enforcer(3), amount: STAKE };
        assert_eq!(round.verdicts(STAKE, &round.tally(10), 10).collect::<Vec<_>>(), [owed(1), owed(2), lost]);
        assert_eq!(round.verdicts(0, &round.tally(10), 10).count(), 0);
    }

    #[test]
    fn who_did_not_reveal_in_the_first_window_is_barred_from_the_second_and_reveals_stand() {
        let mut round = round(&[Some(80), None]);
        round.resolve();
        assert_eq!(round.commit(enforcer(2), [8; 32], 2), Err(Error::AlreadyReviewed));
        assert_eq!(round.reveal(enforcer(2), [2; 32], 80, None), Err(Error::NotCommitted));
        assert_eq!(round.reveal(enforcer(1), [1; 32], 10, None), Err(Error::AlreadyRevealed));
        assert_eq!(live_reviews(round.reviews()), 1, "the barred review makes room");
        round.commit(enforcer(3), [3; 32], 2).unwrap();
        round.reveal(enforcer(3), [3; 32], 60, None).unwrap();
        assert_eq!(round.tally(10).median, Some(60));
        assert_eq!(round.absences(STAKE).count(), 0, "nobody is punished twice");
        assert_eq!(round.resolve().len(), 1);
    }

    /// Reveals that agree on the score and name these originals.
    fn votes(votes: &[Option<SubmissionId>]) -> Round {
        let mut round = round(&vec![None; votes.len()]);
        for (n, vote) in (1..).zip(votes) {
            round.reveal(enforcer(n), [n; 32], 80, *vote).unwrap();
        }
        round
    }

    #[test]
    fn a_majority_of_all_reveals_decides_on_a_duplicate_and_who_disagrees_is_incoherent() {
        let mut round = votes(&[Some(1), Some(2), Some(1), None, Some(7)]);
        // 2 is itself a duplicate of 1, and 7 is not a finding.
        let leads_to = |vote| Ok(if vote == 7 { None } else { Some(1) });
        round.follow_votes(leads_to).unwrap();
        let tally = round.tally(10);
        assert_eq!((tally.duplicate_of, tally.coherent), (Some(1), 3));
        assert_eq!(round.coherent(&tally, 10).collect::<Vec<_>>(), [enforcer(1), enforcer(2), enforcer(3)]);
    }

    #[test]
    fn half_of_the_reveals_are_no_majority() {
        let mut round = votes(&[Some(1), Some(1), None, None]);
        round.follow_votes(|vote| Ok(Some(vote))).unwrap();
        let tally = round.tally(10);
        assert_eq!((tally.duplicate_of, tally.coherent), (None, 2));
    }

    #[test]
    fn votes_are_followed_or_refused_as_a_whole() {
        let mut round = votes(&[None, Some(1)]);
        assert_eq!(round.follow_votes(|_| Err(Error::EarlierPending)), Err(Error::EarlierPending));
    }
}
