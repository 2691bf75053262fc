//! Long deals: closing one period after the other, and the place of a provider that goes silent (section 3.6).

use crate::{
    batch::Batch,
    case::Case,
    market::{Market, Result},
    partners::ask,
    spec,
};
use ink::codegen::{Env, TraitCallBuilder};
use interfaces::{
    ensure,
    market::{
        Engagement, Error, NoticeGiven, PeriodClosed, PlaceVacated, RequestSettled, RequestSpec, RequestState, Tenure,
        Verdict,
    },
    obligation::Standing,
    Balance, Obligation as _, PoolId,
};

/// Reviews that may still be under way at once. A vacant place keeps its own, so that nobody can fill the pool and keep
/// others from taking over.
fn reviews(spec: &RequestSpec, state: &RequestState, engagement: &Engagement) -> u32 {
    spec::reviews(spec, (engagement.periods.saturating_sub(state.settled), engagement.period))
}

impl Market {
    /// Notes the notice of the caller, who is one of an engagement's two sides. Returns until when it goes on.
    pub(crate) fn take_notice(&mut self, mut case: Case, mut engagement: Engagement) -> Result<u32> {
        ensure!(!case.state.closed, Error::AlreadySettled);
        let tenure = engagement.tenure.as_ref().ok_or(Error::Vacant)?;
        let by = self.env().caller();
        ensure!(by == case.state.requester || by == tenure.provider, Error::NotAParty);
        if let Some(given) = &engagement.notice {
            return Ok(given.until);
        }
        let notice = engagement.notice(by, tenure, self.env().block_timestamp());
        let until = notice.until;
        if by == case.state.requester {
            engagement.periods = until;
        }
        engagement.notice = Some(notice);
        self.engagements.insert(case.id, &engagement);
        let done = case.state.release_reviews(reviews(&case.spec, &case.state, &engagement));
        self.save(&case);
        self.close_reviews(done)?;
        self.env().emit_event(NoticeGiven { request: case.id, by, until });
        Ok(until)
    }

    /// Closes the next period of an engagement, and with the last one the engagement. Returns whether it has ended.
    pub(crate) fn close_next_period(&mut self, mut case: Case, mut engagement: Engagement) -> Result<bool> {
        let period = case.state.settled;
        let delivery = engagement.pool.and_then(|_| self.delivery(case.id, period).ok());
        let since = engagement.closes_from(&case.spec, &case.state, delivery.as_ref())?;
        ensure!(self.env().block_timestamp() >= since, Error::TooEarly);
        if engagement.is_idle(&case.state) {
            self.end_engagement(&mut case, &engagement)?;
            self.save(&case);
            return Ok(true);
        }
        let tenure = engagement.holder(period).cloned();
        // Work that nobody or too few judged holds nobody, and excuses nobody.
        let judged = delivery.as_ref().is_none_or(|delivery| delivery.verdict == Verdict::Quorum);
        let (accepted, pay) = match &delivery {
            Some(delivery) => {
                let pay = rules::weighted_pay(delivery.price, 1, rules::weight_of(delivery.weight_bps));
                (delivery.stands(&case.spec), pay)
            }
            None => {
                case.state.claimed = case.state.claimed.saturating_add(1);
                (false, 0)
            }
        };
        case.state.settled = period.saturating_add(1);
        case.state.unclaimed = case.state.unclaimed.saturating_add(pay);
        let delivered = delivery.is_some();
        self.env().emit_event(PeriodClosed { request: case.id, period, delivered, accepted, pay });
        if let (Some(tenure), Some(pool)) = (tenure, engagement.pool) {
            let banned = judged && self.is_banned_for(pool, &tenure, accepted)?;
            let broke_off = judged && !accepted && engagement.binds(&tenure, period);
            if broke_off && !banned {
                // It owes nothing more there.
                let _ = ask(self.obligation().call_mut().discharge(pool, tenure.provider));
            }
            if broke_off || banned {
                let forfeited = case.spec.place_deposit;
                self.vacate(&mut case, &mut engagement, &tenure, forfeited);
                self.forfeit(&mut case, tenure.provider, 1);
            } else if case.state.settled == engagement.ends(&tenure) && case.state.settled < engagement.periods {
                self.vacate(&mut case, &mut engagement, &tenure, 0);
                self.discharge(&mut case, pool, &tenure)?;
            }
        }
        let ended = case.state.settled == engagement.periods;
        if ended {
            self.end_engagement(&mut case, &engagement)?;
        } else {
            let wanted = reviews(&case.spec, &case.state, &engagement);
            let done = case.state.release_reviews(wanted);
            self.close_reviews(done)?;
        }
        self.save(&case);
        Ok(ended)
    }

    /// Records a period in the provider's pool, and returns whether the provider is then Banned. A provider that is no
    /// longer a member has left the deal.
    fn is_banned_for(&self, pool: PoolId, tenure: &Tenure, accepted: bool) -> Result<bool> {
        ask(self.obligation().call_mut().record_seen(pool, 1, 1))?;
        if accepted {
            ask(self.obligation().call_mut().record_declared(pool, tenure.provider, 1))?;
            return Ok(false);
        }
        let standing = ask(self.obligation().call_mut().evaluate(pool, tenure.provider));
        Ok(standing.map_or(true, |standing| standing == Standing::Banned))
    }

    /// A provider's place is free for another.
    fn vacate(&mut self, case: &mut Case, engagement: &mut Engagement, tenure: &Tenure, forfeited: Balance) {
        engagement.tenure = None;
        engagement.vacated = self.env().block_timestamp();
        self.engagements.insert(case.id, engagement);
        self.env().emit_event(PlaceVacated { request: case.id, provider: tenure.provider, forfeited });
    }

    /// A provider owes the deal nothing more, and has bond and deposit back, which are returned.
    fn discharge(&mut self, case: &mut Case, pool: PoolId, tenure: &Tenure) -> Result<Balance> {
        let Case { id, spec, state } = case;
        let who = tenure.provider;
        // A provider that has left the pool by itself needs no discharge.
        let _ = ask(self.obligation().call_mut().discharge(pool, who));
        let deposit = spec.place_deposit;
        state.deposits = state.deposits.saturating_sub(deposit);
        state.open_places = state.open_places.saturating_sub(1);
        let mut batch = Batch::default();
        batch.credit(who, deposit);
        batch.free(who);
        batch.unlock(who, spec.provider_bond);
        self.carry_out(*id, spec.asset, batch)?;
        Ok(deposit)
    }

    /// Nothing is due any more: the provider that kept its place to the end gets bond and deposit back.
    fn end_engagement(&mut self, case: &mut Case, engagement: &Engagement) -> Result<()> {
        case.state.closed = true;
        let done = case.state.release_reviews(0);
        self.close_reviews(done)?;
        let deposit = match (&engagement.tenure, engagement.pool) {
            (Some(tenure), Some(pool)) => self.discharge(case, pool, tenure)?,
            _ => 0,
        };
        self.env().emit_event(RequestSettled { request: case.id, submissions: case.state.submissions, deposit });
        Ok(())
    }

    /// Gives up the periods of a vacant engagement without a delivery. Returns what the periods that are not closed may
    /// still cost.
    pub(crate) fn give_up_rest(&mut self, case: &mut Case, mut engagement: Engagement) -> Result<Balance> {
        if !case.state.closed && engagement.is_vacant() {
            engagement.periods = case.state.settled.max(case.state.submissions);
            self.engagements.insert(case.id, &engagement);
            if engagement.periods == case.state.settled {
                self.end_engagement(case, &engagement)?;
            }
        }
        let Case { spec, state, .. } = case;
        let open = if state.closed { 0 } else { engagement.periods.saturating_sub(state.settled) };
        Ok(spec.reward.saturating_add(spec.review_fee).saturating_mul(open.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::{delivery, state},
        escrow::tests::{account, credit, market, PROVIDER, REQUESTER},
        settlement::tests::{open, pending, with},
        spec::tests::request,
    };
    use ink::{
        env::{test, DefaultEnvironment},
        prelude::vec::Vec,
    };
    use interfaces::{
        fixtures::{engagement, engagement as deal, tenure},
        market::Submission,
    };

    fn case(state: RequestState) -> Case {
        Case { id: 0, spec: request(), state }
    }

    #[test]
    fn a_vacant_place_keeps_its_reviews() {
        let spec = RequestSpec { limit: 1, ..request() };
        let state = RequestState { submissions: 5, settled: 3, ..state(0) };
        // Periods are so short that all which are left can be in review at once.
        let deal = |tenure| Engagement { periods: 9, ..engagement(None, tenure) };
        let reviews = |tenure| reviews(&spec, &state, &deal(tenure));
        assert_eq!([reviews(Some(tenure(1, 3))), reviews(None)], [6 * 3; 2]);
    }

    fn close(market: &mut Market, state: RequestState, engagement: Engagement) -> Result<(bool, RequestState)> {
        let ended = market.close_next_period(case(state), engagement)?;
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
        let waiting = Engagement { vacated: 1_000, ..vacant() };
        assert_eq!(close(&mut market, none_left.clone(), waiting.clone()), Err(Error::TooEarly));
        test::set_block_timestamp::<DefaultEnvironment>(1_200);
        let (ended, given_up) = close(&mut market, none_left, waiting).unwrap();
        assert_eq!((ended, given_up.closed, given_up.settled), (true, true, 5), "it was vacant for two periods");
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
            let mut case = case(state);
            let bound = market.give_up_rest(&mut case, engagement).unwrap();
            (bound, case.state.closed, market.engagements.get(0).map(|kept| kept.periods))
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
        let (mut market, mut case) = (market(), case(RequestState { deposits: 4, open_places: 1, ..open(0) }));
        market.end_engagement(&mut case, &deal(Some(7), None)).unwrap();
        assert_eq!((case.state.closed, case.state.deposits, case.state.open_places), (true, 4, 1));
        assert_eq!([REQUESTER, PROVIDER].map(|who| credit(&market, who)), [None, None]);
    }
}
