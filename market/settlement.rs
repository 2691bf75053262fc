//! Settling submissions that have their verdict, and paying them (section 3.5).

use crate::{
    awards::{self, NO_FINDING},
    batch::Batch,
    case::{ensure_list, Case, Tried},
    market::{Market, Result},
    records::{Pair, Work},
};
use ink::{codegen::Env, prelude::vec::Vec, primitives::AccountId};
use interfaces::{
    ensure,
    market::{
        Award, Claimed, Duplicates, Error, Reclaimed, RequestSettled, RequestState, Submission, Verdict, MAX_BATCH,
    },
    reputation::MintReason,
    Balance, Points, Ppm, SubmissionId,
};

impl Market {
    /// Settles up to `max` submissions that have their verdict, and with the last of them the request.
    pub(crate) fn settle_some(&mut self, mut case: Case, max: u32) -> Result<u32> {
        ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
        ensure!(!case.state.engagement, Error::IsEngagement);
        ensure!(self.env().block_timestamp() >= case.spec.deliver_by, Error::TooEarly);
        ensure!(!case.state.closed, Error::AlreadySettled);
        let from = case.state.settled;
        let mut ranking = self.ranking(&case);
        for submission in from..case.state.submissions.min(from.saturating_add(max)) {
            let work = self.work(case.id, submission)?;
            match work.delivery.verdict {
                Verdict::Pending => break,
                Verdict::Missed => case.state.claimed = case.state.claimed.saturating_add(1),
                _ => self.weigh(&mut case, submission, &mut ranking, work)?,
            }
            case.state.settled = submission.saturating_add(1);
        }
        let state = &mut case.state;
        let count = state.settled.saturating_sub(from);
        state.closed = state.settled == state.submissions;
        ensure!(count > 0 || state.closed, Error::NotFinalized);
        if !ranking.is_empty() {
            self.rankings.insert(case.id, &ranking);
        }
        let done = if state.closed {
            if case.spec.is_interdependent() {
                state.unclaimed = awards::greatest_pay(&case.spec, state);
            }
            // With the last submission, the reviews of places that were never delivered on are released.
            state.release_reviews(0)
        } else {
            let done = count.saturating_mul(case.spec.quorum.into());
            let wanted = state.reserved.saturating_sub(done);
            state.release_reviews(wanted)
        };
        let (closed, submissions) = (state.closed, state.submissions);
        self.save(&case);
        self.close_reviews(done)?;
        if closed {
            self.env().emit_event(RequestSettled { request: case.id, submissions, deposit: 0 });
        }
        Ok(count)
    }

    /// Adds what a submission weighs to what the request's submissions weigh together.
    fn weigh(&mut self, case: &mut Case, submission: SubmissionId, ranking: &mut [u16], work: Work) -> Result<()> {
        if let Duplicates::Shared { retention_ppm } = case.spec.duplicates {
            if awards::is_finding(&case.spec, &work.delivery) {
                return self.join_finding(case, submission, work, retention_ppm);
            }
        }
        let Case { spec, state, .. } = case;
        let delivery = &work.delivery;
        let weight = awards::weight(spec, delivery, None);
        state.weights = state.weights.saturating_add(weight);
        if !spec.is_interdependent() {
            let pay = awards::pay(spec, state, ranking, delivery, weight);
            state.unclaimed = state.unclaimed.saturating_add(pay);
        }
        if weight > 0 {
            if let Some(count) = ranking.get_mut(awards::rank(delivery)) {
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Lets a submission share in its finding, unless its provider does so already.
    fn join_finding(
        &mut self,
        case: &mut Case,
        submission: SubmissionId,
        mut work: Work,
        retention_ppm: Ppm,
    ) -> Result<()> {
        let delivery = &mut work.delivery;
        let key = (case.id, delivery.provider);
        let finding = delivery.duplicate_of.unwrap_or(submission);
        let mut findings = self.findings.get(key).unwrap_or_default();
        if findings.contains(&finding) {
            return Ok(());
        }
        if let Some(free) = findings.iter_mut().find(|entry| **entry == NO_FINDING) {
            *free = finding;
        }
        self.findings.insert(key, &findings);
        delivery.shares = true;
        if finding == submission {
            add_finder(delivery, &mut case.state, retention_ppm);
        } else {
            let mut first = self.work(case.id, finding)?;
            add_finder(&mut first.delivery, &mut case.state, retention_ppm);
            self.submissions.insert((case.id, finding), &first);
        }
        self.submissions.insert((case.id, submission), &work);
        Ok(())
    }

    fn ranking(&self, case: &Case) -> awards::Ranking {
        match case.spec.award {
            Award::Ranked { .. } => self.rankings.get(case.id).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Pays those of the submissions that can be claimed for.
    pub(crate) fn claim_some(&mut self, mut case: Case, submissions: Vec<SubmissionId>) -> Result<u32> {
        ensure_list(&submissions)?;
        let ranking = self.ranking(&case);
        let mut paid = Paid::default();
        let mut tried = Tried::default();
        for submission in submissions {
            let outcome = self.claim_one(&mut case, submission, &ranking, &mut paid);
            tried.note(outcome);
        }
        let done = tried.done()?;
        self.save(&case);
        let Paid { batch, last } = paid;
        self.keep_pair(&case, last);
        self.carry_out(case.id, case.spec.asset, batch)?;
        Ok(done)
    }

    /// Pays a settled submission, and returns its place's bond and deposit, or takes them.
    fn claim_one(&mut self, case: &mut Case, submission: SubmissionId, ranking: &[u16], paid: &mut Paid) -> Result<()> {
        let Case { id, spec, state } = case;
        let Work { mut delivery, reviews } = self.work(*id, submission)?;
        ensure!(delivery.verdict != Verdict::Missed, Error::NothingToClaim);
        ensure!(submission < state.claimable(spec), Error::NotSettled);
        ensure!(!delivery.claimed, Error::AlreadyClaimed);
        let first = match (spec.duplicates, delivery.duplicate_of) {
            (Duplicates::Shared { .. }, Some(first)) => Some(self.delivery(*id, first)?),
            _ => None,
        };
        let weight = awards::weight(spec, &delivery, first.as_ref());
        let reputation = self.reputation_earned(case, &delivery, weight, &mut paid.last)?;
        let batch = &mut paid.batch;
        let Case { id, spec, state } = case;
        let pay = awards::pay(spec, state, ranking, &delivery, weight);
        let provider = delivery.provider;
        let stands = delivery.stands(spec);
        // An engagement keeps its place from period to period.
        let place_ends = !state.engagement;
        let (deposit, forfeited) = match (place_ends, stands) {
            (false, _) => (0, 0),
            (true, true) => (spec.place_deposit, 0),
            (true, false) => (0, spec.place_deposit),
        };
        delivery.claimed = true;
        delivery.pay = pay;
        state.claimed = state.claimed.saturating_add(1);
        state.held = state.held.saturating_sub(pay).saturating_add(forfeited);
        state.unclaimed = state.unclaimed.saturating_sub(pay);
        if state.closed && state.claimed == state.settled {
            // Only dust can be left of what was kept for shares.
            state.unclaimed = 0;
        }
        state.deposits = state.deposits.saturating_sub(deposit).saturating_sub(forfeited);
        batch.credit(provider, pay.saturating_add(deposit));
        batch.owe(provider, reputation, MintReason::Delivery);
        if place_ends {
            state.open_places = state.open_places.saturating_sub(1);
            batch.free(provider);
            if stands {
                batch.unlock(provider, spec.provider_bond);
            } else {
                batch.slash(provider, spec.provider_bond);
            }
            self.submissions.insert((*id, submission), &Work { delivery, reviews });
        } else {
            // A period is over with its pay, and whoever claims gets its storage deposits.
            self.submissions.remove((*id, submission));
        }
        self.env().emit_event(Claimed { request: *id, submission, provider, pay, deposit, forfeited, reputation });
        Ok(())
    }

    /// What a claimed submission earns its provider: its weight's part of half a place's reputation, and half as
    /// much each further time the same requester pays the same provider in an epoch.
    fn reputation_earned(
        &mut self,
        case: &Case,
        delivery: &Submission,
        weight: u128,
        last: &mut Option<(AccountId, Pair)>,
    ) -> Result<Points> {
        let Case { spec, state, .. } = case;
        let full = rules::weighted_pay(state.reputation_per_place / 2, 1, weight);
        let judged = delivery.verdict != Verdict::Unreviewed && spec.earned(delivery.median) > 0;
        if !judged || full == 0 {
            return Ok(0);
        }
        let epoch = match last {
            Some((_, pair)) => pair.epoch,
            None => self.env().block_timestamp().checked_div(self.opening()?.epoch).unwrap_or(0),
        };
        let provider = delivery.provider;
        let known = match *last {
            Some((other, pair)) if other == provider => pair,
            _ => {
                self.keep_pair(case, *last);
                self.pairs.get((state.requester, provider)).unwrap_or_default()
            }
        };
        let times = if known.epoch == epoch { known.times } else { 0 };
        *last = Some((provider, Pair { epoch, times: times.saturating_add(1) }));
        Ok(rules::halved(full, times))
    }

    /// Stores how often the requester has paid this provider.
    fn keep_pair(&mut self, case: &Case, pair: Option<(AccountId, Pair)>) {
        if let Some((provider, pair)) = pair {
            self.pairs.insert((case.state.requester, provider), &pair);
        }
    }

    /// Credits the requester with what was not earned.
    pub(crate) fn reclaim_rest(&mut self, mut case: Case) -> Result<Balance> {
        ensure!(case.state.closed || case.state.engagement, Error::NotSettled);
        let bound = match self.engagement_of(&case) {
            Some(engagement) => self.give_up_rest(&mut case, engagement)?,
            None => 0,
        };
        let state = &mut case.state;
        let amount = state.held.saturating_sub(state.unclaimed).saturating_sub(bound);
        ensure!(amount > 0, Error::NothingToReclaim);
        state.held = state.held.saturating_sub(amount);
        self.save(&case);
        self.credit_to(case.spec.asset, case.state.requester, amount);
        self.env().emit_event(Reclaimed { request: case.id, amount });
        Ok(amount)
    }
}

/// What a list of claims amounts to.
#[derive(Default)]
struct Paid {
    batch: Batch,
    /// How often the requester has paid the last of the providers, with this list: most lists have only one.
    last: Option<(AccountId, Pair)>,
}

/// Counts one more finder, and what that changes about the weight of all.
fn add_finder(first: &mut Submission, state: &mut RequestState, retention_ppm: Ppm) {
    let before = awards::group_weight(first, retention_ppm);
    first.finders = first.finders.saturating_add(1);
    let after = awards::group_weight(first, retention_ppm);
    state.weights = state.weights.saturating_sub(before).saturating_add(after);
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{
        awards::tests::{contest, delivery, state},
        escrow::tests::{account, credit, market, PROVIDER},
        spec::tests::request,
    };
    use ink::{
        env::{test, DefaultEnvironment},
        prelude::vec,
    };
    use interfaces::market::{Access, RequestSpec};

    /// A market with these submissions of request 0, each of a provider of its own.
    pub fn with(submissions: &[Submission]) -> Market {
        let mut market = market();
        for (submission, delivery) in (0_u32..).zip(submissions) {
            let provider = account(PROVIDER + submission as u8);
            market.submissions.insert((0, submission), &Work::from(Submission { provider, ..delivery.clone() }));
            market.findings.insert((0, provider), &vec![NO_FINDING]);
        }
        market
    }

    fn case(spec: &RequestSpec, state: RequestState) -> Case {
        Case { id: 0, spec: spec.clone(), state }
    }

    pub fn open(submissions: u32) -> RequestState {
        RequestState { submissions, closed: false, ..state(0) }
    }

    fn settle(market: &mut Market, spec: &RequestSpec, state: &RequestState, max: u32) -> Result<(u32, RequestState)> {
        test::set_block_timestamp::<DefaultEnvironment>(spec.deliver_by);
        let count = market.settle_some(case(spec, state.clone()), max)?;
        Ok((count, market.states.get(0).expect("it was stored")))
    }

    fn missed() -> Submission {
        Submission { verdict: Verdict::Missed, delivered: false, ..delivery(0, 0) }
    }

    pub fn pending() -> Submission {
        Submission { verdict: Verdict::Pending, ..delivery(0, 0) }
    }

    #[ink::test]
    fn settling_goes_in_order_as_far_as_there_are_verdicts() {
        let mut market = with(&[delivery(60, 5_000), missed(), delivery(90, 10_000), pending()]);
        let (count, first) = settle(&mut market, &request(), &open(4), 1).unwrap();
        // A place's 1,000, half of it.
        assert_eq!((count, first.settled, first.claimed, first.unclaimed, first.closed), (1, 1, 0, 500, false));
        let (count, then) = settle(&mut market, &request(), &first, 9).unwrap();
        assert_eq!((count, then.settled, then.claimed, then.unclaimed, then.closed), (2, 3, 1, 1_500, false));
        assert_eq!(then.weights, rules::weight_of(15_000));
        assert_eq!(settle(&mut market, &request(), &then, 9), Err(Error::NotFinalized));
        market.submissions.insert((0, 3), &Work::from(delivery(0, 0)));
        let (count, last) = settle(&mut market, &request(), &then, 1).unwrap();
        assert_eq!((count, last.settled, last.closed), (1, 4, true));
        assert_eq!(settle(&mut market, &request(), &last, 1), Err(Error::AlreadySettled));
    }

    #[ink::test]
    fn what_depends_on_all_is_kept_in_full_once_all_are_settled() {
        let spec = RequestSpec { award: Award::Proportional, ..request() };
        let mut market = with(&[delivery(60, 5_000), delivery(90, 10_000)]);
        let (_, first) = settle(&mut market, &spec, &open(2), 1).unwrap();
        assert_eq!((first.unclaimed, first.closed), (0, false));
        let (_, last) = settle(&mut market, &spec, &first, 1).unwrap();
        assert_eq!((last.unclaimed, last.closed), (3_000, true));
    }

    #[ink::test]
    fn who_weighs_nothing_is_not_ranked() {
        let spec = RequestSpec { award: Award::Ranked { places_bps: vec![10_000] }, ..request() };
        let mut market = with(&[delivery(90, 10_000), delivery(30, 0), delivery(90, 10_000)]);
        market.rankings.insert(0, &awards::empty_ranking());
        settle(&mut market, &spec, &open(3), 2).unwrap();
        let ranking = market.rankings.get(0).unwrap();
        assert_eq!((ranking[awards::rank(&delivery(90, 1))], ranking.iter().sum::<u16>()), (1, 1));
        assert_eq!(market.ranking(&case(&spec, open(3))), ranking);
        settle(&mut market, &request(), &open(3), 2).unwrap();
        let none = market.ranking(&case(&request(), open(3)));
        assert_eq!((market.rankings.get(0), none), (Some(ranking), Vec::new()));
    }

    #[ink::test]
    fn the_reviews_of_what_is_settled_leave_the_backlog() {
        let mut market = with(&[delivery(60, 5_000), pending()]);
        let reserved = RequestState { reserved: 6, ..open(2) };
        assert_eq!(settle(&mut market, &request(), &reserved, 1), Err(Error::NotOpen), "the pool is told");
    }

    #[ink::test]
    fn all_finders_of_a_finding_share_it_once() {
        let first = delivery(55, 3_000);
        let again = Submission { duplicate_of: Some(0), ..first.clone() };
        let mut market = with(&[first, again.clone(), delivery(90, 10_000), again.clone()]);
        // The last is another of the second provider, who has room for one finding only in its list of two places.
        let provider = account(PROVIDER + 1);
        market.submissions.insert((0, 3), &Work::from(Submission { provider, ..again }));
        market.findings.insert((0, provider), &vec![NO_FINDING; 2]);
        let (_, settled) = settle(&mut market, &contest(), &open(4), 4).unwrap();
        assert_eq!(settled.weights, rules::weight_of(2_700 + 10_000));
        let kept = [0, 1, 2, 3].map(|id| market.delivery(0, id).map(|found| (found.shares, found.finders)).unwrap());
        assert_eq!(kept, [(true, 2), (true, 0), (true, 1), (false, 0)]);
        let findings = [0, 1, 2].map(|n| market.findings.get((0, account(PROVIDER + n))).unwrap());
        assert_eq!(findings, [vec![0], vec![0, NO_FINDING], vec![2]]);
        assert_eq!(settled.unclaimed, 3_000);
    }

    #[ink::test]
    fn a_period_is_paid_and_its_place_kept() {
        let spec = RequestSpec { access: Access::Offers, limit: 1, ..request() };
        let work = Submission { price: 80, ..delivery(60, 5_000) };
        let mut market = with(&[work.clone(), work]);
        let before = RequestState {
            engagement: true,
            settled: 2,
            held: 200,
            unclaimed: 90,
            deposits: 10,
            open_places: 1,
            ..open(2)
        };
        let pay = |market: &mut Market, submissions: &[SubmissionId], state| {
            assert_eq!(market.claim_some(case(&spec, state), submissions.to_vec()), Ok(1));
            let state = market.states.get(0).unwrap();
            ((state.claimed, state.held, state.unclaimed, state.deposits, state.open_places), state)
        };
        let (seen, first) = pay(&mut market, &[0, 0], before.clone());
        assert_eq!(seen, (1, 160, 50, 10, 1), "once");
        assert_eq!(market.delivery(0, 0), Err(Error::UnknownSubmission), "a period is over with its pay");
        assert_eq!(credit(&market, PROVIDER), Some(40));
        let work = market.work(0, 1).unwrap();
        let (seen, _) = pay(&mut market, &[1], first.clone());
        assert_eq!(seen, (2, 120, 10, 10, 1), "what later periods earn stays kept");
        market.submissions.insert((0, 1), &work);
        let (seen, _) = pay(&mut market, &[1], RequestState { closed: true, ..first });
        assert_eq!(seen, (2, 120, 0, 10, 1), "with the last claim only dust is left");
        market.submissions.insert((0, 1), &work);
        let (seen, _) = pay(&mut market, &[1], RequestState { closed: true, ..before });
        assert_eq!(seen, (1, 160, 50, 10, 1));
    }

    #[ink::test]
    fn half_of_a_places_reputation_is_earned_by_reviewed_work() {
        let mut market = market();
        let mut earned = |reputation_per_place, verdict, weight| {
            let case = case(&request(), RequestState { reputation_per_place, ..state(0) });
            let delivery = Submission { verdict, ..delivery(60, 5_000) };
            market.reputation_earned(&case, &delivery, weight, &mut None)
        };
        let whole = rules::weight_of(10_000);
        assert_eq!(earned(1, Verdict::Quorum, whole), Ok(0), "half of one is none");
        assert_eq!(earned(9, Verdict::Quorum, 0), Ok(0));
        assert_eq!(earned(9, Verdict::Unreviewed, whole), Ok(0));
        let junk = Submission { verdict: Verdict::Few, ..delivery(10, 1_666) };
        let posted = case(&request(), RequestState { reputation_per_place: 9, ..state(0) });
        let junk = with(&[]).reputation_earned(&posted, &junk, whole, &mut None);
        assert_eq!(junk, Ok(0), "one gave it nothing");
        assert_eq!(earned(2, Verdict::Quorum, whole), Err(Error::NotOpen), "one is, and the epoch counts");
    }
}
