//! Reviews: opened, committed, revealed, and the verdicts they give (section 3.4).

use super::{
    ensure, ensure_list, hash,
    request::{review_from, Request, Review, Work},
    Model, Result,
};
use crate::{
    action::{salt_of, Vote, Who},
    people::MARKET,
};
use interfaces::{
    market::{Award, Error, Verdict},
    RequestId, SubmissionId,
};

/// How many members are drawn for each review that a submission may have; in an extension, twice as many.
const DRAWN_PER_REVIEW: u128 = 4;
/// Everybody, in the units of a draw.
const EVERYBODY: u128 = 1 << 64;

/// What the reviews of a submission amount to.
struct Judgement {
    verdict: Verdict,
    median: u8,
    duplicate_of: Option<SubmissionId>,
    coherent: Vec<Who>,
    incoherent: Vec<Who>,
}

impl Request {
    /// Counts the reviews that were revealed.
    fn judge(&self, work: &Work) -> Result<Judgement> {
        let revealed: Vec<&Review> = work.reviews.iter().filter(|review| review.revealed).collect();
        let verdict = match revealed.len() {
            0 => Verdict::Unreviewed,
            few if few < usize::from(self.spec.quorum) => Verdict::Few,
            _ => Verdict::Quorum,
        };
        // Where a few judge, whoever names an original gives nothing, and no duplicate is decided on.
        let decides = verdict == Verdict::Quorum;
        let mut votes: Vec<(Who, u8, Option<SubmissionId>)> = Vec::new();
        for review in revealed {
            votes.push(match review.vote {
                (score, Some(original)) if decides => (review.who, score, self.leads_to(original)?),
                (_, Some(_)) => (review.who, 0, None),
                (score, None) => (review.who, score, None),
            });
        }
        let mut scores: Vec<u8> = votes.iter().map(|(_, score, _)| *score).collect();
        scores.sort_unstable();
        let median = if scores.is_empty() { 0 } else { scores[(scores.len() - 1) / 2] };
        let agree = |finding: SubmissionId| votes.iter().filter(|(_, _, vote)| *vote == Some(finding)).count();
        let mut named = votes.iter().filter_map(|(_, _, vote)| *vote);
        let duplicate_of = named.find(|finding| agree(*finding) * 2 > votes.len());
        let (mut coherent, mut incoherent) = (Vec::new(), Vec::new());
        for (who, score, vote) in &votes {
            let close = score.abs_diff(median) <= self.spec.tolerance;
            match close && *vote == duplicate_of {
                true => coherent.push(*who),
                false => incoherent.push(*who),
            }
        }
        Ok(Judgement { verdict, median, duplicate_of, coherent, incoherent })
    }

    /// The first submission of the finding that a vote for this original counts for, if it leads to one.
    fn leads_to(&self, original: SubmissionId) -> Result<Option<SubmissionId>> {
        let named = self.work(original)?;
        ensure(named.verdict != Verdict::Pending, Error::EarlierPending)?;
        Ok(named.duplicate_of.or(self.is_finding(named).then_some(original)))
    }

    /// What a submission weighs by itself that so many judged: missing reviews give what the policy says, or nothing
    /// where shares are parts of one sum.
    fn own_weight(&self, median: u8, reveals: usize) -> u16 {
        let quorum = u32::from(self.spec.quorum);
        let judged = (reveals as u32).min(quorum);
        let alone = self.spec.award == Award::PerSubmission;
        let unreviewed = if alone { u32::from(self.kept.unreviewed_bps) } else { 0 };
        let earned = if reveals > 0 { u32::from(self.earned(median)) } else { 0 };
        ((judged * earned + (quorum - judged) * unreviewed) / quorum) as u16
    }
}

impl Model {
    pub(super) fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let now = self.now;
        let active = self.pools.pool(0)?.active();
        let seed = self.beacon_before(self.beacon_number());
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.deal.is_some() || now >= review_from(&asked.spec), Error::TooEarly)?;
        let from = asked.opened;
        ensure(from < asked.submissions, Error::NothingToOpen)?;
        let mut seen = 0;
        for id in from..asked.submissions.min(from + max) {
            match asked.works.get_mut(&id) {
                Some(work) if now < work.opens => break,
                Some(work) if work.delivered => {
                    (work.window_start, work.active) = (now, active);
                    seen += 1;
                }
                Some(work) => {
                    work.verdict = Verdict::Missed;
                    asked.finalized += 1;
                }
                None => asked.finalized += 1,
            }
            asked.opened = id + 1;
        }
        let count = asked.opened - from;
        ensure(count > 0, Error::TooEarly)?;
        if from == 0 || asked.deal.is_some() {
            asked.seed = seed;
        }
        let quorum = u32::from(asked.spec.quorum);
        if seen > 0 {
            self.pools.see(0, seen, quorum)?;
        }
        Ok(count)
    }

    // The beacon

    /// The number of the beacon's present period.
    fn beacon_number(&self) -> u64 {
        self.now / self.beacon_period
    }

    /// What the beacon was before this period: all that marked reveals contributed in earlier ones.
    fn beacon_before(&self, period: u64) -> [u8; 32] {
        let mut beacon = [0; 32];
        for (_, contribution) in self.contributions.iter().filter(|(then, _)| *then < period) {
            beacon.iter_mut().zip(contribution).for_each(|(byte, other)| *byte ^= other);
        }
        beacon
    }

    /// Marks the commitment if none of its enforcer is marked, or the one that is has its verdict.
    fn mark(&mut self, who: Who, request: RequestId, submission: SubmissionId) {
        let verdict_of = |((request, submission), _): &((RequestId, SubmissionId), u64)| {
            let asked = self.requests.get(request)?;
            Some(asked.works.get(submission)?.verdict)
        };
        // What is gone had its verdict before.
        if self.marks.get(&who).and_then(verdict_of) != Some(Verdict::Pending) {
            self.marks.insert(who, ((request, submission), self.beacon_number()));
        }
    }

    /// Whether `who` may review this submission now, as far as the draw says.
    pub fn is_drawn(&self, who: Who, request: RequestId, submission: SubmissionId) -> bool {
        let Ok(asked) = self.asked(request) else { return false };
        let Ok(work) = asked.work(submission) else { return false };
        let hashed = hash(&(asked.seed, request, submission, self.accounts[who]));
        let draw = hashed[..8].iter().fold(0_u128, |draw, byte| draw * 256 + u128::from(*byte));
        let reviews = asked.max_reviews() as u128 * if work.extended { 2 } else { 1 };
        let share = match u128::from(work.active) {
            0 => EVERYBODY,
            active => EVERYBODY.min(DRAWN_PER_REVIEW * reviews * EVERYBODY / active),
        };
        let window = asked.window(work.window_start);
        let elapsed = u128::from(self.now.saturating_sub(window.start));
        let risen = u128::from(window.drawn_by - window.start);
        if work.extended || elapsed >= risen {
            draw < share
        } else {
            draw < share * elapsed / risen
        }
    }

    // Commitments and reveals

    pub(super) fn commit_reviews(
        &mut self,
        who: Who,
        request: RequestId,
        votes: &[(SubmissionId, Vote)],
    ) -> Result<Vec<SubmissionId>> {
        let now = self.now;
        let asked = self.asked(request)?;
        ensure_list(votes.len())?;
        ensure(!asked.takes_part(who), Error::Conflicted)?;
        let mut wanted: Vec<(usize, SubmissionId, Vote)> = Vec::new();
        // Why the first was skipped, if it was.
        let mut refused = None;
        for (index, (submission, vote)) in votes.iter().enumerate() {
            let work = asked.in_review(*submission)?;
            ensure(now < asked.window(work.window_start).commit_by, Error::TooLate)?;
            let again = wanted.iter().any(|(_, other, _)| other == submission);
            let before = work.reviews.iter().any(|review| review.who == who);
            ensure(!again && !before, Error::AlreadyReviewed)?;
            let skipped = if !self.is_drawn(who, request, *submission) {
                Some(Error::NotDrawn)
            } else if !asked.has_room(work, true) && !asked.has_room(work, false) {
                Some(Error::ReviewsFull)
            } else {
                None
            };
            match skipped {
                None => wanted.push((index, *submission, *vote)),
                Some(error) if index == 0 => refused = Some(error),
                Some(_) => {}
            }
        }
        ensure(!wanted.is_empty(), refused.unwrap_or(Error::ReviewsFull))?;

        let count = wanted.len() as u32;
        let missing = self.pools.commit(0, who, count)?;
        let mut taken: Vec<SubmissionId> = Vec::new();
        for (index, submission, vote) in wanted {
            let short = (taken.len() as u32) < missing;
            let asked = self.asked_mut(request)?;
            if asked.has_room(asked.work(submission)?, short) {
                asked.work_mut(submission)?.reviews.push(Review { who, vote, revealed: false, short });
                taken.push(submission);
            } else if index == 0 {
                refused = Some(Error::ReviewsFull);
            }
        }
        let Some(first) = taken.first() else { return Err(refused.unwrap_or(Error::ReviewsFull)) };
        self.mark(who, request, *first);
        self.pools.resolve(0, who, 0, count - taken.len() as u32)?;
        Ok(taken)
    }

    pub(super) fn reveal_reviews(
        &mut self,
        who: Who,
        request: RequestId,
        votes: &[(SubmissionId, Vote)],
    ) -> Result<()> {
        let (now, number) = (self.now, self.beacon_number());
        self.asked(request)?;
        ensure_list(votes.len())?;
        for (submission, vote) in votes {
            let asked = self.asked(request)?;
            let work = asked.in_review(*submission)?;
            ensure(asked.reveals_are_open(work, now), Error::ReviewsOpen)?;
            ensure(now < asked.window(work.window_start).reveal_by, Error::TooLate)?;
            ensure(vote.0 <= 100, Error::InvalidScore)?;
            if let Some(original) = vote.1 {
                let named = asked.works.get(&original).ok_or(Error::InvalidDuplicate)?;
                let earlier = (named.submitted, original) < (work.submitted, *submission);
                ensure(asked.deal.is_none() && earlier && named.delivered, Error::InvalidDuplicate)?;
            }
            let work = self.asked_mut(request)?.work_mut(*submission)?;
            let review = work.reviews.iter_mut().find(|review| review.who == who).ok_or(Error::NotCommitted)?;
            ensure(!review.revealed, Error::AlreadyRevealed)?;
            ensure(review.vote == *vote, Error::WrongReveal)?;
            review.revealed = true;
            // Whoever could have chosen the salt by what others had revealed contributes nothing.
            let counts =
                |(marked, made): &((RequestId, SubmissionId), u64)| *marked == (request, *submission) && *made < number;
            if self.marks.get(&who).is_some_and(counts) {
                let contribution = hash(&(self.accounts[who], salt_of(request, *submission)));
                self.contributions.push((number, contribution));
            }
        }
        Ok(())
    }

    // Verdicts

    pub(super) fn finalize(&mut self, request: RequestId, submissions: &[SubmissionId]) -> Result<u32> {
        self.asked(request)?;
        self.each(submissions, |model, submission| model.finalize_one(request, submission))
    }

    fn finalize_one(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let work = asked.in_review(submission)?;
        let window = asked.window(work.window_start);
        if asked.is_short(work) {
            ensure(now >= window.commit_by, Error::TooEarly)?;
            return self.extend(request, submission);
        }
        let all_revealed = work.reviews.iter().all(|review| review.revealed);
        let complete = all_revealed && asked.commits_are_over(work, now);
        ensure(complete || now >= window.reveal_by, Error::TooEarly)?;
        self.give_verdict(request, submission)
    }

    /// The window begins anew, and what is missing is seen again.
    fn extend(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
        let now = self.now;
        let asked = self.asked_mut(request)?;
        let quorum = usize::from(asked.spec.quorum);
        let work = asked.work_mut(submission)?;
        (work.window_start, work.extended) = (now, true);
        let missing = (quorum - work.reviews.len()) as u32;
        self.pools.see(0, 1, missing)?;
        Ok(())
    }

    fn give_verdict(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
        let asked = self.asked(request)?;
        let Judgement { verdict, median, duplicate_of, coherent, incoherent } = asked.judge(asked.work(submission)?)?;
        let weight_bps = asked.own_weight(median, coherent.len() + incoherent.len());
        let fee = asked.spec.review_fee.checked_div(coherent.len() as u128).unwrap_or(0);
        let kept = asked.kept;
        let part = kept.reputation_per_place / 2 / asked.max_reviews() as u128;
        let gain = part.min(kept.max_stake);
        let loss = part.max(kept.min_stake).min(kept.max_stake);

        let asked = self.asked_mut(request)?;
        asked.held -= fee * coherent.len() as u128;
        asked.finalized += 1;
        let work = asked.work_mut(submission)?;
        (work.verdict, work.median, work.weight_bps) = (verdict, median, weight_bps);
        work.duplicate_of = duplicate_of;
        for review in work.reviews.clone() {
            self.pools.resolve(0, review.who, review.revealed.into(), 1)?;
            if !review.revealed {
                self.people[review.who].slash(MARKET, loss.saturating_mul(2).saturating_add(1));
            }
        }
        for who in coherent {
            self.credits[who] += fee;
            self.people[who].owed[MARKET] += gain;
        }
        for who in incoherent {
            self.people[who].slash(MARKET, loss);
        }
        Ok(())
    }
}
