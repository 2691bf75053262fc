//! Opening submissions for review, committing, revealing, and giving verdicts (section 3.4).
//!
//! Who may review is drawn with the market's beacon as it was before the beacon's period in which reviews are opened.
//! Whoever commits might choose its salt, and so what it contributes: only its first commitment that has no verdict yet is
//! *marked*, and contributes when it is revealed; unless it is revealed in the very period in which it was made, and could
//! have been chosen to suit what others had contributed. What is left is to hold a reveal back.

use crate::{
    awards,
    batch::Batch,
    case::{ensure_list, Case, Tried},
    market::{Market, Result, SubmissionKey},
    partners::ask,
    records::{Mark, Work},
    reviews::{has, reveal, Round},
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::vec::Vec,
    primitives::AccountId,
};
use interfaces::{
    ensure,
    market::{
        commitment, contribution, draw, Commitment, Error, RequestSpec, Reveal, Revealed, Review, ReviewsCommitted,
        ReviewsOpened, ReviewsRevealed, SubmissionFinalized, Verdict, WindowExtended, MAX_BATCH, MAX_SCORE,
    },
    Obligation as _, RequestId, SubmissionId,
};
use rules::Stake;

impl Market {
    /// Opens up to `max` submissions, in order. The pool is told before they are stored: its answer, how many members are
    /// active, belongs to each. It calls nobody back.
    pub(crate) fn open_some(&mut self, mut case: Case, max: u32) -> Result<u32> {
        ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
        let now = self.env().block_timestamp();
        let state = &mut case.state;
        ensure!(state.engagement || now >= case.spec.review_from(), Error::TooEarly);
        let from = state.opened;
        ensure!(from < state.submissions, Error::NothingToOpen);

        let (mut opened, mut missed) = (Vec::new(), Vec::new());
        for submission in from..state.submissions.min(from.saturating_add(max)) {
            match self.submissions.get((case.id, submission)) {
                Some(work) if now < work.delivery.window_start => break,
                Some(work) if work.delivery.delivered => opened.push((submission, work)),
                missing => missed.push((submission, missing)),
            }
            state.opened = submission.saturating_add(1);
        }
        let count = state.opened.saturating_sub(from);
        ensure!(count > 0, Error::TooEarly);
        let unseen = count.saturating_sub(u32::try_from(opened.len()).unwrap_or(u32::MAX));
        state.finalized = state.finalized.saturating_add(unseen);
        if from == 0 || state.engagement {
            let period = self.beacon_period()?;
            state.seed = self.beacon.get_or_default().before(period);
        }
        self.save(&case);
        for (submission, work) in missed {
            if let Some(mut missed) = work {
                missed.delivery.verdict = Verdict::Missed;
                self.submissions.insert((case.id, submission), &missed);
            }
        }
        let seen = count.saturating_sub(unseen);
        if seen > 0 {
            let pool = self.opening()?.pool;
            let reviews = case.spec.quorum.into();
            let active = ask(self.obligation().call_mut().record_seen(pool, seen, reviews))?;
            for (submission, mut work) in opened {
                work.delivery.window_start = now;
                work.delivery.active = active;
                self.submissions.insert((case.id, submission), &work);
            }
        }
        self.env().emit_event(ReviewsOpened { request: case.id, from, count, missed: unseen });
        Ok(count)
    }

    /// Commits the caller to those of the reviews that have room for it. The pool is told first: its answer, how many ops
    /// the caller was short, says which room is the caller's. It calls nobody back.
    pub(crate) fn commit_some(&mut self, case: &Case, commitments: Vec<Commitment>) -> Result<Vec<SubmissionId>> {
        ensure_list(&commitments)?;
        let enforcer = self.env().caller();
        let now = self.env().block_timestamp();
        ensure!(!self.takes_part(case, enforcer), Error::Conflicted);
        // Why the first was skipped, if it was.
        let mut refused = None;
        let mut drawn: Vec<(usize, Commitment, Work)> = Vec::new();
        for (index, commitment) in commitments.into_iter().enumerate() {
            let submission = commitment.submission;
            let work = self.work_in_review(case, submission)?;
            let Work { delivery, reviews } = &work;
            ensure!(now < case.spec.window(delivery.window_start).commit_by, Error::TooLate);
            let named_before = drawn.iter().any(|(_, other, _)| other.submission == submission);
            ensure!(!named_before && !has(reviews, enforcer), Error::AlreadyReviewed);
            let has_room = |short| case.spec.has_room(reviews, short);
            let reason = match delivery.draws(&case.spec, draw(&case.state.seed, case.id, submission, enforcer), now) {
                false => Some(Error::NotDrawn),
                true => (!has_room(true) && !has_room(false)).then_some(Error::ReviewsFull),
            };
            match reason {
                None => drawn.push((index, commitment, work)),
                Some(reason) if index == 0 => refused = Some(reason),
                Some(_) => {}
            }
        }
        let count = u32::try_from(drawn.len()).unwrap_or(u32::MAX);
        ensure!(count > 0, refused.unwrap_or(Error::ReviewsFull));

        let pool = self.opening()?.pool;
        let short = ask(self.obligation().call_mut().commit(pool, enforcer, count))?;
        let mut taken = Vec::new();
        let mut done = 0_u32;
        for (index, Commitment { submission, commitment }, mut work) in drawn {
            let owes = done < short;
            if case.spec.has_room(&work.reviews, owes) {
                work.reviews.push(Review { enforcer, commitment, score: None, duplicate_of: None, short: owes });
                self.submissions.insert((case.id, submission), &work);
                taken.push(submission);
                done = done.saturating_add(1);
            } else if index == 0 {
                refused = Some(Error::ReviewsFull);
            }
        }
        let Some(first) = taken.first() else { return Err(refused.unwrap_or(Error::ReviewsFull)) };
        self.mark(enforcer, (case.id, *first))?;
        if done < count {
            self.take_back(enforcer, count.saturating_sub(done))?;
        }
        // The enforcer pays for the cell that the verdict writes its fee into.
        self.ensure_credit(case.spec.asset, enforcer);
        self.env().emit_event(ReviewsCommitted { request: case.id, enforcer, submissions: taken.clone() });
        Ok(taken)
    }

    /// Whoever takes part in a request, or wanted to, does not judge it.
    fn takes_part(&self, case: &Case, who: AccountId) -> bool {
        let key = (case.id, who);
        who == case.state.requester || self.places.contains(key) || self.offers.contains(key)
    }

    /// Marks a commitment of the enforcer, unless one that is marked has no verdict yet.
    fn mark(&mut self, enforcer: AccountId, commitment: SubmissionKey) -> Result<()> {
        let pending = |mark: Mark| {
            let marked = self.submissions.get(mark.commitment);
            marked.is_some_and(|marked| marked.delivery.verdict == Verdict::Pending)
        };
        if !self.marks.get(enforcer).is_some_and(pending) {
            self.marks.insert(enforcer, &Mark { commitment, period: self.beacon_period()? });
        }
        Ok(())
    }

    /// Reveals reviews of the caller, all or none.
    pub(crate) fn reveal_all(&mut self, case: &Case, reveals: Vec<Reveal>) -> Result<()> {
        ensure_list(&reveals)?;
        let enforcer = self.env().caller();
        let now = self.env().block_timestamp();
        let is_here = |mark: &Mark| reveals.iter().any(|reveal| mark.commitment == (case.id, reveal.submission));
        let marked = match self.marks.get(enforcer).filter(is_here) {
            Some(mark) => Some((mark, self.beacon_period()?)),
            None => None,
        };
        let mut revealed = Vec::new();
        for Reveal { submission, score, duplicate_of, salt } in reveals {
            let mut work = self.work_in_review(case, submission)?;
            let delivery = &work.delivery;
            let since = delivery.reveals_from(&case.spec, &work.reviews);
            ensure!(since.is_some_and(|since| now >= since), Error::ReviewsOpen);
            ensure!(now < case.spec.window(delivery.window_start).reveal_by, Error::TooLate);
            ensure!(score <= MAX_SCORE, Error::InvalidScore);
            if let Some(original) = duplicate_of {
                // A claim frees the periods of a long deal, so that one cannot be the original of another.
                ensure!(!case.state.engagement, Error::InvalidDuplicate);
                let named = self.delivery(case.id, original).map_err(|_| Error::InvalidDuplicate)?;
                ensure!(delivery.may_duplicate(submission, &named, original), Error::InvalidDuplicate);
            }
            let commitment = commitment(case.id, submission, enforcer, score, duplicate_of, &salt);
            reveal(&mut work.reviews, enforcer, commitment, score, duplicate_of)?;
            self.submissions.insert((case.id, submission), &work);
            let counts = |&(mark, period): &(Mark, u64)| mark.counts((case.id, submission), period);
            if let Some((_, period)) = marked.filter(counts) {
                let beacon = self.beacon.get_or_default();
                self.beacon.set(&beacon.with(period, &contribution(enforcer, &salt)));
            }
            revealed.push(Revealed { submission, score, duplicate_of });
        }
        self.env().emit_event(ReviewsRevealed { request: case.id, enforcer, reviews: revealed });
        Ok(())
    }

    /// The number of the beacon's present period.
    fn beacon_period(&self) -> Result<u64> {
        let length = self.opening()?.beacon_period;
        Ok(self.env().block_timestamp().checked_div(length).unwrap_or(0))
    }

    /// Finalizes those of the submissions that are ready.
    pub(crate) fn finalize_some(&mut self, mut case: Case, submissions: Vec<SubmissionId>) -> Result<u32> {
        ensure_list(&submissions)?;
        let mut batch = Batch::default();
        let mut tried = Tried::default();
        for submission in submissions {
            let outcome = self.finalize_one(&mut case, submission, &mut batch);
            tried.note(outcome);
        }
        let done = tried.done()?;
        self.save(&case);
        self.carry_out(case.id, case.spec.asset, batch)?;
        Ok(done)
    }

    /// Gives a submission its verdict, or extends its window.
    fn finalize_one(&mut self, case: &mut Case, submission: SubmissionId, batch: &mut Batch) -> Result<()> {
        let mut work = self.work_in_review(case, submission)?;
        let now = self.env().block_timestamp();
        let since = work.delivery.finalizable_from(&case.spec, &work.reviews);
        ensure!(since.is_some_and(|since| now >= since), Error::TooEarly);
        if !case.spec.is_short(work.delivery.extended, &work.reviews) {
            return self.give_verdict(case, submission, work, batch);
        }
        let wanted = case.spec.missing(&work.reviews);
        work.delivery.window_start = now;
        work.delivery.extended = true;
        self.submissions.insert((case.id, submission), &work);
        batch.want(wanted);
        self.env().emit_event(WindowExtended { request: case.id, submission, wanted });
        Ok(())
    }

    fn give_verdict(
        &mut self,
        case: &mut Case,
        submission: SubmissionId,
        Work { mut delivery, reviews }: Work,
        batch: &mut Batch,
    ) -> Result<()> {
        let Case { id, spec, state } = case;
        let is_quorum = Verdict::of(&reviews, spec.quorum) == Verdict::Quorum;
        let mut round = Round::new(reviews);
        if is_quorum {
            round.follow_votes(|original| self.finding(*id, spec, original))?;
        }
        let tally = round.tally(spec.quorum, spec.tolerance);
        delivery.verdict = tally.verdict;
        delivery.median = tally.median;
        delivery.duplicate_of = tally.duplicate_of;
        delivery.weight_bps = awards::own_weight(spec, state.unreviewed_bps, &tally);
        let fee = spec.review_fee.checked_div(tally.coherent.into()).unwrap_or(0);
        let stake = Stake::new(state.reputation_per_place, spec.max_reviews(), state.min_stake, state.max_stake);
        round.conclude(&tally, spec.tolerance, fee, &stake, batch);
        state.held = state.held.saturating_sub(fee.saturating_mul(tally.coherent.into()));
        state.finalized = state.finalized.saturating_add(1);
        self.env().emit_event(SubmissionFinalized {
            request: *id,
            submission,
            verdict: delivery.verdict,
            median: delivery.median,
            weight_bps: delivery.weight_bps,
            coherent: tally.coherent,
            fee,
            duplicate_of: delivery.duplicate_of,
        });
        self.submissions.insert((*id, submission), &Work { delivery, reviews: round.into_reviews() });
        Ok(())
    }

    /// The finding that naming `original` leads to, if it leads to one: the first of its own finding, or itself.
    fn finding(&self, request: RequestId, spec: &RequestSpec, original: SubmissionId) -> Result<Option<SubmissionId>> {
        let named = self.delivery(request, original)?;
        ensure!(named.verdict != Verdict::Pending, Error::EarlierPending);
        Ok(named.duplicate_of.or(awards::is_finding(spec, &named).then_some(original)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::state,
        escrow::tests::market,
        records::{Beacon, Opening},
        spec::tests::request,
    };
    use ink::env::{test, DefaultEnvironment};
    use interfaces::{
        fixtures::HOUR,
        market::{Duplicates, RequestState, Submission},
    };

    /// A request whose deliveries are opened half-way from their deadline to that of reviews.
    fn sealed() -> RequestSpec {
        RequestSpec { duplicates: Duplicates::Shared { retention_ppm: 900_000 }, ..request() }
    }

    #[ink::test]
    fn the_seed_is_taken_with_the_first_opening_of_a_request_and_with_each_of_a_long_deal() {
        let seed = |engagement, opened| {
            test::set_block_timestamp::<DefaultEnvironment>(sealed().review_from());
            let mut market = market();
            market.opening.set(&Opening { pool: 0, epoch: 1, notice: 1, min_reviews: 3, beacon_period: HOUR });
            market.beacon.set(&Beacon::default().with(0, &[5; 32]));
            let state = RequestState { closed: false, submissions: 2, opened, engagement, ..state(0) };
            for submission in 0..2 {
                // Nobody unsealed it, so opening its review calls no other contract.
                let missed = Submission::new([2; 32].into(), sealed().review_from());
                market.submissions.insert((0, submission), &Work::from(missed));
            }
            assert_eq!(market.open_some(Case { id: 0, spec: sealed(), state }, MAX_BATCH), Ok(2 - opened));
            market.states.get(0).expect("it is known").seed
        };
        assert_eq!([(false, 0), (true, 0), (true, 1)].map(|(deal, opened)| seed(deal, opened)), [[5; 32]; 3]);
        assert_eq!(seed(false, 1), [0; 32]);
    }

    #[ink::test]
    fn an_enforcer_has_one_marked_commitment_until_its_verdict() {
        let mut market = market();
        let enforcer = AccountId::from([7; 32]);
        market.opening.set(&Opening { pool: 0, epoch: 1, notice: 1, min_reviews: 3, beacon_period: HOUR });
        test::set_block_timestamp::<DefaultEnvironment>(5 * HOUR);
        let mut with = |submission, verdict| {
            let delivery = Submission { verdict, ..Submission::new([2; 32].into(), 0) };
            market.submissions.insert((0, submission), &Work::from(delivery));
            market.mark(enforcer, (0, submission + 1)).expect("the market is open");
            market.marks.get(enforcer)
        };
        let marked = |submission| Some(Mark { commitment: (0, submission), period: 5 });
        assert_eq!(with(3, Verdict::Pending), marked(4), "none was marked");
        assert_eq!(with(4, Verdict::Pending), marked(4), "it waits for its verdict");
        assert_eq!(with(4, Verdict::Few), marked(5));
    }
}
