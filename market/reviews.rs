//! The reviews of one submission, and the verdict that they give (section 3.4).

use crate::batch::Batch;
use ink::prelude::vec::Vec;
use ink::primitives::AccountId;
use interfaces::{
    ensure,
    market::{Error, Review, Verdict},
    reputation::MintReason,
    SubmissionId,
};
use rules::Stake;

/// Whether `enforcer` has committed to one of the reviews.
pub fn has(reviews: &[Review], enforcer: AccountId) -> bool {
    reviews.iter().any(|review| review.enforcer == enforcer)
}

/// Opens the commitment of `enforcer`.
pub fn reveal(
    reviews: &mut [Review],
    enforcer: AccountId,
    commitment: [u8; 32],
    score: u8,
    duplicate_of: Option<SubmissionId>,
) -> Result<(), Error> {
    let review = reviews.iter_mut().find(|review| review.enforcer == enforcer).ok_or(Error::NotCommitted)?;
    ensure!(review.score.is_none(), Error::AlreadyRevealed);
    ensure!(review.commitment == commitment, Error::WrongReveal);
    review.score = Some(score);
    review.duplicate_of = duplicate_of;
    Ok(())
}

/// The reviews of one submission, and what its verdict makes of them.
pub struct Round {
    reviews: Vec<Review>,
    /// The findings that the votes of `reviews` lead to, for those that were followed.
    findings: Vec<Option<SubmissionId>>,
}

/// The result of the reveals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Whether they are a quorum, a few, or none.
    pub verdict: Verdict,
    /// The lower median of the scores that count; 0 without a reveal.
    pub median: u8,
    /// How many reveals there are.
    pub reveals: u8,
    /// The finding that more than half of a quorum's reveals say it duplicates.
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

    pub fn into_reviews(self) -> Vec<Review> {
        self.reviews
    }

    pub fn tally(&self, quorum: u8, tolerance: u8) -> Tally {
        let verdict = Verdict::of(&self.reviews, quorum);
        let mut scores: Vec<u8> = self.reviews.iter().filter_map(|review| counts(review, verdict)).collect();
        let reveals = scores.len();
        let median = rules::lower_median(&mut scores).unwrap_or(0);
        let agrees = |finding| self.findings.iter().filter(|vote| **vote == finding).count();
        let majority = |finding| agrees(finding).saturating_mul(2) > reveals;
        let duplicate_of = self.findings.iter().copied().find(|vote| vote.is_some() && majority(*vote)).flatten();
        let tally = Tally { verdict, median, reveals: few(reveals), duplicate_of, coherent: 0 };
        let coherent = self.judged(&tally, tolerance).filter(|(_, coherent)| *coherent).count();
        Tally { coherent: few(coherent), ..tally }
    }

    /// The reveals with whether they are coherent.
    fn judged<'a>(&'a self, tally: &'a Tally, tolerance: u8) -> impl Iterator<Item = (AccountId, bool)> + 'a {
        self.reviews.iter().enumerate().filter_map(move |(i, review)| {
            let score = counts(review, tally.verdict)?;
            let right = self.findings.get(i).copied().flatten() == tally.duplicate_of;
            Some((review.enforcer, score.abs_diff(tally.median) <= tolerance && right))
        })
    }

    /// What the verdict means for those who committed: a coherent review earns the `fee` and its stake, any other loses the
    /// stake, and one that was not revealed costs more. All who revealed have declared an op, whatever the score.
    pub fn conclude(&self, tally: &Tally, tolerance: u8, fee: u128, stake: &Stake, batch: &mut Batch) {
        for (who, coherent) in self.judged(tally, tolerance) {
            if coherent {
                batch.credit(who, fee);
                batch.owe(who, stake.gain, MintReason::Review);
            } else {
                batch.slash(who, stake.loss);
            }
        }
        for review in &self.reviews {
            let revealed = review.score.is_some();
            batch.close(review.enforcer, revealed);
            if !revealed {
                batch.slash(review.enforcer, stake.absence);
            }
        }
    }
}

/// The score of a reveal as it counts: where a few decide on no duplicate, whoever names an original gives nothing.
fn counts(review: &Review, verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Few if review.duplicate_of.is_some() => review.score.map(|_| 0),
        _ => review.score,
    }
}

/// A number of reviews: at most 15.
fn few(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::tests::parts;
    use interfaces::{market::all_revealed, obligation::Outcome, reputation::Effect};

    const STAKE: Stake = Stake { gain: 10, loss: 7, absence: 15 };

    fn enforcer(n: u8) -> AccountId {
        [n; 32].into()
    }

    /// The commitments of enforcers 1, 2, …, with these scores (or not revealed).
    fn reviews(scores: &[Option<u8>]) -> Vec<Review> {
        let review = |(n, score): (u8, &Option<u8>)| {
            let (enforcer, commitment) = (enforcer(n), [n; 32]);
            Review { enforcer, commitment, score: *score, duplicate_of: None, short: false }
        };
        (1..).zip(scores).map(review).collect()
    }

    fn round(scores: &[Option<u8>]) -> Round {
        Round::new(reviews(scores))
    }

    #[test]
    fn a_round_gives_back_all_reviews_as_they_were() {
        assert_eq!(round(&[Some(80), None]).into_reviews(), reviews(&[Some(80), None]));
    }

    /// What a quorum of three concludes, with a fee of 4.
    fn conclude(round: &Round) -> Batch {
        let mut batch = Batch::default();
        round.conclude(&round.tally(3, 10), 10, 4, &STAKE, &mut batch);
        batch
    }

    #[test]
    fn only_what_was_committed_can_be_revealed_and_only_once() {
        let mut reviews = reviews(&[None]);
        assert!(has(&reviews, enforcer(1)) && !has(&reviews, enforcer(2)));
        let reveal = |reviews: &mut [Review], n, opened| reveal(reviews, enforcer(n), [opened; 32], 50, None);
        assert_eq!(reveal(&mut reviews, 2, 2), Err(Error::NotCommitted));
        assert_eq!(reveal(&mut reviews, 1, 9), Err(Error::WrongReveal));
        assert!(!all_revealed(&reviews));
        assert_eq!(reveal(&mut reviews, 1, 1), Ok(()));
        assert_eq!(reveal(&mut reviews, 1, 1), Err(Error::AlreadyRevealed));
        assert!(all_revealed(&reviews));
    }

    #[test]
    fn coherence_is_distance_from_the_lower_median() {
        let tally = round(&[Some(40), Some(60), Some(70), Some(100)]).tally(3, 10);
        let expected = Tally { verdict: Verdict::Quorum, median: 60, reveals: 4, duplicate_of: None, coherent: 2 };
        assert_eq!(tally, expected);
    }

    #[test]
    fn nothing_revealed_is_nothing_reviewed() {
        let tally = round(&[None, None]).tally(3, 100);
        let expected = Tally { verdict: Verdict::Unreviewed, median: 0, reveals: 0, duplicate_of: None, coherent: 0 };
        assert_eq!(tally, expected);
    }

    #[test]
    fn showing_up_is_declared_whatever_the_score_and_staying_away_costs_most() {
        let batch = conclude(&round(&[Some(50), Some(55), Some(100), None]));
        let outcome = |n, declared| Outcome { who: enforcer(n), declared, released: 1 };
        let (credits, outcomes, effects) = parts(&batch);
        assert_eq!(outcomes, [outcome(1, 1), outcome(2, 1), outcome(3, 1), outcome(4, 0)]);
        assert_eq!(credits, [(enforcer(1), 4), (enforcer(2), 4)]);
        let owed = |n| Effect::Owe { to: enforcer(n), amount: 10, reason: MintReason::Review };
        let lost = |n, amount| Effect::Slash { who: enforcer(n), amount };
        assert_eq!(effects, [owed(1), owed(2), lost(3, 7), lost(4, 15)]);
    }

    /// Reveals that agree on the score and name these originals.
    fn votes(votes: &[Option<SubmissionId>]) -> Round {
        let mut reviews = reviews(&vec![Some(80); votes.len()]);
        reviews.iter_mut().zip(votes).for_each(|(review, vote)| review.duplicate_of = *vote);
        Round::new(reviews)
    }

    #[test]
    fn a_majority_of_all_reveals_decides_on_a_duplicate_and_who_disagrees_is_incoherent() {
        let mut round = votes(&[Some(1), Some(2), Some(1), None, Some(7)]);
        // 2 is itself a duplicate of 1, and 7 is not a finding.
        let leads_to = |vote| Ok(if vote == 7 { None } else { Some(1) });
        round.follow_votes(leads_to).unwrap();
        let tally = round.tally(3, 10);
        assert_eq!((tally.duplicate_of, tally.coherent), (Some(1), 3));
        let paid: Vec<_> = parts(&conclude(&round)).0.iter().map(|(who, _)| *who).collect();
        assert_eq!(paid, [enforcer(1), enforcer(2), enforcer(3)]);
    }

    #[test]
    fn half_of_the_reveals_are_no_majority() {
        let mut round = votes(&[Some(1), Some(1), None, None]);
        round.follow_votes(|vote| Ok(Some(vote))).unwrap();
        let tally = round.tally(3, 10);
        assert_eq!((tally.duplicate_of, tally.coherent), (None, 2));
    }

    #[test]
    fn where_a_few_reviewed_whoever_names_an_original_gives_nothing_and_decides_nothing() {
        let tally = |given: &[Option<SubmissionId>]| votes(given).tally(3, 10);
        let few = Tally { verdict: Verdict::Few, median: 80, reveals: 2, duplicate_of: None, coherent: 2 };
        assert_eq!(tally(&[None, None]), few);
        assert_eq!(tally(&[Some(0), None]), Tally { median: 0, coherent: 1, ..few }, "the lower of 0 and 80");
        assert_eq!(tally(&[Some(0), Some(0)]), Tally { median: 0, ..few });
    }

    #[test]
    fn votes_are_followed_or_refused_as_a_whole() {
        let mut round = votes(&[None, Some(1)]);
        assert_eq!(round.follow_votes(|_| Err(Error::EarlierPending)), Err(Error::EarlierPending));
    }
}
