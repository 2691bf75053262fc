//! Settling submissions that have their verdict, period by period or all of them, and paying them (sections 3.5 and
//! 3.6).

use crate::{
    awards::{self, NO_FINDING},
    engagements,
    market::{answer, Market, Result},
    records::Pair,
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::{vec, vec::Vec},
};
use interfaces::{
    ensure,
    market::{
        Award, Claimed, Duplicates, Engagement, Error, PeriodClosed, PlaceVacated, RequestSettled, RequestSpec,
        RequestState, Submission, Tenure, Verdict,
    },
    obligation::Standing,
    reputation::{Effect, MintReason},
    Balance, Obligation as _, Ppm, RequestId, SubmissionId,
};

impl Market {
    /// Settles up to `max` submissions that have their verdict, and with the last of them the request.
    pub(crate) fn settle_some(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        mut state: RequestState,
        max: u32,
    ) -> Result<u32> {
        let from = state.settled;
        let mut ranking = self.ranking(request, spec);
        for submission in from..state.submissions.min(from.saturating_add(max)) {
            let delivery = self.delivery(request, submission)?;
            match delivery.verdict {
                Verdict::Pending => break,
                Verdict::Missed => state.claimed = state.claimed.saturating_add(1),
                _ => self.weigh(request, submission, spec, &mut state, &mut ranking, delivery)?,
            }
            state.settled = submission.saturating_add(1);
        }
        let count = state.settled.saturating_sub(from);
        state.closed = state.settled == state.submissions;
        ensure!(count > 0 || state.closed, Error::NotFinalized);
        if !ranking.is_empty() {
            self.rankings.insert(request, &ranking);
        }
        if state.closed {
            if spec.is_interdependent() {
                state.unclaimed = awards::greatest_pay(spec, &state);
            }
            // With the last submission, the reviews of places that were never delivered on are released.
            self.keep_reviews(&mut state, 0)?;
            self.env().emit_event(RequestSettled { request, submissions: state.submissions, deposit: 0 });
        } else {
            let done = count.saturating_mul(spec.quorum.into());
            let wanted = state.reserved.saturating_sub(done);
            self.keep_reviews(&mut state, wanted)?;
        }
        self.states.insert(request, &state);
        Ok(count)
    }

    /// Adds what a submission weighs to what the request's submissions weigh together.
    fn weigh(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        spec: &RequestSpec,
        state: &mut RequestState,
        ranking: &mut [u16],
        delivery: Submission,
    ) -> Result<()> {
        if let Duplicates::Shared { retention_ppm } = spec.duplicates {
            if awards::is_finding(spec, &delivery) {
                return self.join_finding(request, submission, state, delivery, retention_ppm);
            }
        }
        let weight = awards::weight(spec, &delivery, None);
        state.weights = state.weights.saturating_add(weight);
        if !spec.is_interdependent() {
            let pay = awards::pay(spec, state, ranking, &delivery, weight);
            state.unclaimed = state.unclaimed.saturating_add(pay);
        }
        if weight > 0 {
            if let Some(count) = ranking.get_mut(usize::from(delivery.median)) {
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Lets a submission share in its finding, unless its provider does so already.
    fn join_finding(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        state: &mut RequestState,
        mut delivery: Submission,
        retention_ppm: Ppm,
    ) -> Result<()> {
        let key = (request, delivery.provider);
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
            add_finder(&mut delivery, state, retention_ppm);
        } else {
            let mut first = self.delivery(request, finding)?;
            add_finder(&mut first, state, retention_ppm);
            self.submissions.insert((request, finding), &first);
        }
        self.submissions.insert((request, submission), &delivery);
        Ok(())
    }

    fn ranking(&self, request: RequestId, spec: &RequestSpec) -> awards::Ranking {
        match spec.award {
            Award::Ranked { .. } => self.rankings.get(request).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Pays a settled submission, and returns its place's bond and deposit, or takes them.
    pub(crate) fn pay_submission(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        spec: &RequestSpec,
        mut state: RequestState,
        mut delivery: Submission,
    ) -> Result<Balance> {
        let first = match (spec.duplicates, delivery.duplicate_of) {
            (Duplicates::Shared { .. }, Some(first)) => Some(self.delivery(request, first)?),
            _ => None,
        };
        let weight = awards::weight(spec, &delivery, first.as_ref());
        let pay = awards::pay(spec, &state, &self.ranking(request, spec), &delivery, weight);
        let provider = delivery.provider;
        // An engagement keeps its place from period to period.
        let place_ends = !state.engagement;
        let stands = delivery.stands();
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
        if place_ends {
            state.open_places = state.open_places.saturating_sub(1);
        }
        self.submissions.insert((request, submission), &delivery);
        self.states.insert(request, &state);
        self.credit_to(spec.asset, provider, pay.saturating_add(deposit));

        let reputation = self.reputation_earned(&state, &delivery, weight)?;
        let mut effects = Vec::new();
        if place_ends {
            effects.push(Effect::Free { who: provider, places: 1 });
            if spec.provider_bond > 0 {
                let (who, amount) = (provider, spec.provider_bond);
                effects.push(if stands { Effect::Unlock { who, amount } } else { Effect::Slash { who, amount } });
            }
        }
        if reputation > 0 {
            effects.push(Effect::Owe { to: provider, amount: reputation, reason: MintReason::Delivery });
        }
        self.apply(request, effects);
        self.env().emit_event(Claimed { request, submission, provider, pay, deposit, forfeited, reputation });
        Ok(pay)
    }

    /// What a claimed submission earns its provider: its weight's part of half a place's reputation, and half as
    /// much each further time the same requester pays the same provider in an epoch.
    fn reputation_earned(&mut self, state: &RequestState, delivery: &Submission, weight: u128) -> Result<Balance> {
        let full = rules::weighted_pay(state.reputation_per_place / 2, 1, weight);
        if delivery.verdict == Verdict::Unreviewed || full == 0 {
            return Ok(0);
        }
        let key = (state.requester, delivery.provider);
        let epoch = self.env().block_timestamp().checked_div(self.opening()?.epoch).unwrap_or(0);
        let known = self.pairs.get(key).unwrap_or_default();
        let times = if known.epoch == epoch { known.times } else { 0 };
        self.pairs.insert(key, &Pair { epoch, times: times.saturating_add(1) });
        Ok(rules::halved(full, times))
    }

    /// Closes the next period of an engagement, and with the last one the engagement. Returns whether it has ended.
    pub(crate) fn close_next_period(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        mut state: RequestState,
        mut engagement: Engagement,
    ) -> Result<bool> {
        let period = state.settled;
        let delivery = engagement.pool.and_then(|_| self.submissions.get((request, period)));
        let since = engagement.closes_from(spec, &state, delivery.as_ref())?;
        ensure!(self.env().block_timestamp() >= since, Error::TooEarly);
        if engagement.pool.is_none() {
            self.end_engagement(request, spec, &mut state, &engagement)?;
            self.states.insert(request, &state);
            return Ok(true);
        }
        let tenure = engagement.holder(period).cloned();
        let (accepted, pay) = match &delivery {
            Some(delivery) => {
                let pay = rules::weighted_pay(delivery.price, 1, rules::weight_of(delivery.weight_bps));
                (delivery.stands(), pay)
            }
            None => {
                state.claimed = state.claimed.saturating_add(1);
                (false, 0)
            }
        };
        state.settled = period.saturating_add(1);
        state.unclaimed = state.unclaimed.saturating_add(pay);
        self.env().emit_event(PeriodClosed { request, period, delivered: delivery.is_some(), accepted, pay });
        if let (Some(tenure), Some(pool)) = (tenure, engagement.pool) {
            if self.is_banned_for(pool, &tenure, accepted)? {
                self.vacate(request, spec, &mut state, &mut engagement, &tenure)?;
            }
        }
        let ended = state.settled == engagement.periods;
        if ended {
            self.end_engagement(request, spec, &mut state, &engagement)?;
        } else {
            let wanted = engagements::reviews(spec, &state, &engagement);
            self.keep_reviews(&mut state, wanted)?;
        }
        self.states.insert(request, &state);
        Ok(ended)
    }

    /// Records a period in the provider's pool, and returns whether the provider is then Banned. A provider that is no
    /// longer a member has left the deal.
    fn is_banned_for(&self, pool: interfaces::PoolId, tenure: &Tenure, accepted: bool) -> Result<bool> {
        answer(self.obligation().call_mut().record_seen(pool, 1, 1).try_invoke())?;
        if accepted {
            answer(self.obligation().call_mut().record_declared(pool, tenure.provider, 1).try_invoke())?;
            return Ok(false);
        }
        let standing = answer(self.obligation().call_mut().evaluate(pool, tenure.provider).try_invoke());
        Ok(standing.map_or(true, |standing| standing == Standing::Banned))
    }

    /// A banned provider loses its place, and with it bond and deposit.
    fn vacate(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        engagement: &mut Engagement,
        tenure: &Tenure,
    ) -> Result<()> {
        engagement.tenure = None;
        self.engagements.insert(request, engagement);
        self.forfeit(request, spec, state, tenure.provider, 1);
        let forfeited = spec.place_deposit;
        self.env().emit_event(PlaceVacated { request, provider: tenure.provider, forfeited });
        Ok(())
    }

    /// Nothing is due any more: the provider that kept its place to the end gets bond and deposit back.
    fn end_engagement(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        engagement: &Engagement,
    ) -> Result<()> {
        state.closed = true;
        self.keep_reviews(state, 0)?;
        let mut deposit = 0;
        if let (Some(tenure), Some(pool)) = (&engagement.tenure, engagement.pool) {
            let who = tenure.provider;
            // A provider that has left the pool by itself needs no discharge.
            let _ = answer(self.obligation().call_mut().discharge(pool, who).try_invoke());
            deposit = spec.place_deposit;
            state.deposits = state.deposits.saturating_sub(deposit);
            state.open_places = state.open_places.saturating_sub(1);
            self.credit_to(spec.asset, who, deposit);
            let mut effects = vec![Effect::Free { who, places: 1 }];
            if spec.provider_bond > 0 {
                effects.push(Effect::Unlock { who, amount: spec.provider_bond });
            }
            self.apply(request, effects);
        }
        self.env().emit_event(RequestSettled { request, submissions: state.submissions, deposit });
        Ok(())
    }

    /// Gives up the periods of a vacant engagement without a delivery. Returns what the periods that are not closed may
    /// still cost.
    pub(crate) fn give_up_rest(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        mut engagement: Engagement,
    ) -> Result<Balance> {
        if !state.closed && engagement.is_vacant() {
            engagement.periods = state.settled.max(state.submissions);
            self.engagements.insert(request, &engagement);
            if engagement.periods == state.settled {
                self.end_engagement(request, spec, state, &engagement)?;
            }
        }
        let open = if state.closed { 0 } else { engagement.periods.saturating_sub(state.settled) };
        Ok(spec.reward.saturating_add(spec.review_fee).saturating_mul(open.into()))
    }
}

/// Counts one more finder, and what that changes about the weight of all.
fn add_finder(first: &mut Submission, state: &mut RequestState, retention_ppm: Ppm) {
    let before = awards::group_weight(first, retention_ppm);
    first.finders = first.finders.saturating_add(1);
    let after = awards::group_weight(first, retention_ppm);
    state.weights = state.weights.saturating_sub(before).saturating_add(after);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::{contest, delivery, state},
        escrow::tests::{account, credit, market, PROVIDER, REQUESTER},
        spec::tests::request,
    };
    use ink::env::{test, DefaultEnvironment};
    use interfaces::{fixtures::engagement as deal, market::Access};

    /// A market with these submissions of request 0, each of a provider of its own.
    fn with(submissions: &[Submission]) -> Market {
        let mut market = market();
        for (submission, delivery) in (0_u32..).zip(submissions) {
            let provider = account(PROVIDER + submission as u8);
            market.submissions.insert((0, submission), &Submission { provider, ..delivery.clone() });
            market.findings.insert((0, provider), &vec![NO_FINDING]);
        }
        market
    }

    fn open(submissions: u32) -> RequestState {
        RequestState { submissions, closed: false, ..state(0) }
    }

    fn settle(market: &mut Market, spec: &RequestSpec, state: &RequestState, max: u32) -> Result<(u32, RequestState)> {
        let count = market.settle_some(0, spec, state.clone(), max)?;
        Ok((count, market.states.get(0).expect("it was stored")))
    }

    fn missed() -> Submission {
        Submission { verdict: Verdict::Missed, delivered: false, ..delivery(0, 0) }
    }

    fn pending() -> Submission {
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
        market.submissions.insert((0, 3), &delivery(0, 0));
        let (count, last) = settle(&mut market, &request(), &then, 1).unwrap();
        assert_eq!((count, last.settled, last.closed), (1, 4, true));
        assert_eq!(settle(&mut market, &request(), &last, 1).map(|(count, _)| count), Ok(0), "it stays settled");
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
        assert_eq!((ranking[90], ranking.iter().sum::<u16>()), (1, 1));
        assert_eq!(market.ranking(0, &spec), ranking);
        settle(&mut market, &request(), &open(3), 2).unwrap();
        assert_eq!((market.rankings.get(0), market.ranking(0, &request())), (Some(ranking), Vec::new()));
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
        market.submissions.insert((0, 3), &Submission { provider, ..again });
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
        let pay = |market: &mut Market, submission, state| {
            let delivery = market.delivery(0, submission).unwrap();
            assert_eq!(market.pay_submission(0, submission, &spec, state, delivery), Ok(40));
            let state = market.states.get(0).unwrap();
            ((state.claimed, state.held, state.unclaimed, state.deposits, state.open_places), state)
        };
        let (seen, first) = pay(&mut market, 0, before.clone());
        assert_eq!(seen, (1, 160, 50, 10, 1));
        let paid = market.delivery(0, 0).unwrap();
        assert_eq!((paid.claimed, paid.pay, credit(&market, PROVIDER)), (true, 40, Some(40)));
        let (seen, _) = pay(&mut market, 1, first.clone());
        assert_eq!(seen, (2, 120, 10, 10, 1), "what later periods earn stays kept");
        let (seen, _) = pay(&mut market, 1, RequestState { closed: true, ..first });
        assert_eq!(seen, (2, 120, 0, 10, 1), "with the last claim only dust is left");
        let (seen, _) = pay(&mut market, 1, RequestState { closed: true, ..before });
        assert_eq!(seen, (1, 160, 50, 10, 1));
    }

    #[ink::test]
    fn half_of_a_places_reputation_is_earned_by_reviewed_work() {
        let mut market = market();
        let mut earned = |reputation_per_place, verdict, weight| {
            let state = RequestState { reputation_per_place, ..state(0) };
            market.reputation_earned(&state, &Submission { verdict, ..delivery(60, 5_000) }, weight)
        };
        let whole = rules::weight_of(10_000);
        assert_eq!(earned(1, Verdict::Quorum, whole), Ok(0), "half of one is none");
        assert_eq!(earned(9, Verdict::Quorum, 0), Ok(0));
        assert_eq!(earned(9, Verdict::Unreviewed, whole), Ok(0));
        assert_eq!(earned(2, Verdict::Quorum, whole), Err(Error::NotOpen), "one is, and the epoch counts");
    }

    fn close(market: &mut Market, state: RequestState, engagement: Engagement) -> Result<(bool, RequestState)> {
        let ended = market.close_next_period(0, &request(), state, engagement)?;
        Ok((ended, market.states.get(0).expect("it was stored")))
    }

    #[ink::test]
    fn a_deal_that_nobody_was_accepted_into_ends_when_its_first_delivery_was_due() {
        let mut market = market();
        test::set_block_timestamp::<DefaultEnvironment>(request().deliver_by - 1);
        assert_eq!(close(&mut market, open(0), deal(None, None)), Err(Error::TooEarly));
        test::set_block_timestamp::<DefaultEnvironment>(request().deliver_by);
        let (ended, state) = close(&mut market, open(0), deal(None, None)).unwrap();
        assert_eq!((ended, state.closed, credit(&market, PROVIDER)), (true, true, None));
    }

    #[ink::test]
    fn a_vacant_deal_closes_the_periods_that_were_delivered() {
        let unreviewed = Submission { verdict: Verdict::Unreviewed, price: 80, ..delivery(0, 2_500) };
        let refused = Submission { price: 80, ..delivery(10, 0) };
        let mut market = with(&[Submission { price: 80, ..delivery(60, 5_000) }, unreviewed, refused, pending()]);
        let vacant = || Engagement { periods: 6, ..deal(Some(7), None) };
        let (mut seen, mut state) = (Vec::new(), open(5));
        for _ in 0..3 {
            let (ended, closed) = close(&mut market, state, vacant()).unwrap();
            let event = test::recorded_events().last().expect("an event").data;
            let event = <PeriodClosed as ink::scale::Decode>::decode(&mut &event[..]).unwrap();
            seen.push((event.period, event.accepted, event.pay, closed.unclaimed));
            assert!(!ended && event.delivered);
            state = closed;
        }
        assert_eq!(seen, [(0, true, 40, 40), (1, true, 20, 60), (2, false, 0, 60)]);
        assert_eq!(close(&mut market, state.clone(), vacant()), Err(Error::NotFinalized));
        // The fourth is given up by nobody and delivered by nobody: its number is below that of the fifth.
        market.submissions.remove((0, 3));
        let (_, missed) = close(&mut market, state, vacant()).unwrap();
        assert_eq!((missed.settled, missed.claimed, missed.unclaimed), (4, 1, 60));
        let none_left = RequestState { settled: 5, ..missed.clone() };
        assert_eq!(close(&mut market, none_left, vacant()), Err(Error::Vacant));
        let last = Engagement { periods: 5, ..vacant() };
        let (ended, over) = close(&mut market, missed, last).unwrap();
        assert_eq!((ended, over.closed, over.settled), (true, true, 5));
    }

    #[ink::test]
    fn periods_from_before_a_takeover_are_not_the_new_providers() {
        let mut market = with(&[delivery(10, 0)]);
        let tenure = Tenure { provider: account(9), price: 1, first: 1, first_deliver_by: 1_000 };
        // Nothing is recorded in a pool, which would end this test.
        let (ended, state) = close(&mut market, open(1), deal(Some(7), Some(tenure.clone()))).unwrap();
        assert_eq!((ended, state.settled, market.engagements.get(0)), (false, 1, None));
        let due = |market: &mut Market, now| {
            test::set_block_timestamp::<DefaultEnvironment>(now);
            close(market, RequestState { settled: 1, ..open(1) }, deal(Some(7), Some(tenure.clone())))
        };
        assert_eq!(due(&mut market, 999), Err(Error::TooEarly));
    }

    #[ink::test]
    fn the_rest_of_a_vacant_deal_is_given_up_and_what_may_still_be_paid_is_bound() {
        let mut market = market();
        // A period costs 3,000 and the fee of 10.
        let mut bound = |state: RequestState, engagement: Engagement| {
            let mut state = state;
            let bound = market.give_up_rest(0, &request(), &mut state, engagement).unwrap();
            (bound, state.closed, market.engagements.get(0).map(|kept| kept.periods))
        };
        let tenure = Tenure { provider: account(9), price: 1, first: 0, first_deliver_by: 1_000 };
        assert_eq!(bound(open(0), deal(None, None)), (9_030, false, None), "nobody was accepted yet");
        assert_eq!(bound(open(2), deal(Some(7), Some(tenure))), (9_030, false, None), "the place is taken");
        let ended = RequestState { closed: true, ..open(2) };
        assert_eq!(bound(ended, deal(Some(7), None)), (0, true, None));
        let delivered = RequestState { settled: 1, ..open(2) };
        assert_eq!(bound(delivered, deal(Some(7), None)), (3_010, false, Some(2)), "one is not closed yet");
        let all_closed = RequestState { settled: 2, ..open(2) };
        assert_eq!(bound(all_closed, deal(Some(7), None)), (0, true, Some(2)));
    }

    #[ink::test]
    fn a_vacant_deal_ends_with_nobody_to_pay() {
        let (mut market, mut state) = (market(), RequestState { deposits: 4, open_places: 1, ..open(0) });
        market.end_engagement(0, &request(), &mut state, &deal(Some(7), None)).unwrap();
        assert_eq!((state.closed, state.deposits, state.open_places), (true, 4, 1));
        assert_eq!([REQUESTER, PROVIDER].map(|who| credit(&market, who)), [None, None]);
    }
}
