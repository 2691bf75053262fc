//! Places of providers: taken, or given by accepting an offer; delivered on, or lost (sections 3.2 and 3.3).

use crate::{
    awards::NO_FINDING,
    engagements,
    market::{answer, Market, Result},
    records::{Pair, Place},
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::{vec, vec::Vec},
    primitives::{AccountId, Hash},
};
use interfaces::{
    ensure,
    market::{
        Access, Duplicates, Engagement, Error, Offer, OfferAccepted, RequestSpec, RequestState, Submission, Tenure,
    },
    obligation::{Rate, Schedule, Terms, BY_ENROLMENT},
    reputation::Effect,
    Balance, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};

/// The shortest notice that a pool can have, and longer than any rest in one where nobody rests.
const DAY: Timestamp = 24 * 60 * 60 * 1_000;

impl Market {
    pub(crate) fn place(&self, request: RequestId, provider: AccountId) -> Place {
        self.places.get((request, provider)).unwrap_or_default()
    }

    /// The deadline for delivering on a place.
    pub(crate) fn due(&self, spec: &RequestSpec, place: &Place) -> Timestamp {
        match spec.access {
            Access::Offers if place.taken > 0 => place.deliver_by,
            _ => spec.deliver_by,
        }
    }

    /// Requires of a provider what this many places need: reputation, tier, price and bond.
    pub(crate) fn take_place(
        &mut self,
        spec: &RequestSpec,
        requester: AccountId,
        provider: AccountId,
        places: u16,
    ) -> Result<()> {
        // Whoever takes the place pays for the cell that a later claim writes.
        let pair = (requester, provider);
        if !self.pairs.contains(pair) {
            self.pairs.insert(pair, &Pair::default());
        }
        let price = spec.access_price.saturating_mul(places.into());
        let bond = spec.provider_bond.saturating_mul(places.into());
        let mut effects = vec![
            Effect::Require { who: provider, available: spec.min_reputation, tier: spec.min_tier },
            Effect::Hold { who: provider, places: places.into() },
        ];
        if price > 0 {
            effects.push(Effect::Spend { who: provider, amount: price });
        }
        if bond > 0 {
            effects.push(Effect::Lock { who: provider, amount: bond });
        }
        answer(self.reputation().call_mut().apply(effects).try_invoke())?;
        Ok(())
    }

    /// An offer that can be accepted or retracted.
    pub(crate) fn open_offer(&self, request: RequestId, provider: AccountId) -> Result<Offer> {
        self.offers.get((request, provider)).filter(|offer| offer.open).ok_or(Error::UnknownOffer)
    }

    /// Gives a provider a place on the terms of its offer; in a long deal, for all periods that are left.
    pub(crate) fn accept_offer(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<()> {
        let mut offer = self.open_offer(request, provider)?;
        ensure!(offer.price == price && offer.deliver_by == deliver_by, Error::OfferChanged);
        ensure!(self.env().block_timestamp() < deliver_by, Error::TooLate);
        // In a long deal the price is that of each period, and nobody else has a price in the rest.
        let takes_over = state.engagement && state.places > 0;
        let accepted = if takes_over { price } else { state.accepted.saturating_add(price) };
        ensure!(accepted <= spec.reward, Error::PriceTooHigh);

        offer.open = false;
        let deposit = spec.place_deposit;
        let previous = state.last_provider.replace(provider);
        let place = Place { taken: 1, deliver_by, price, previous, ..Place::default() };
        state.places = state.places.saturating_add(1);
        state.open_places = state.open_places.saturating_add(1);
        state.accepted = accepted;
        state.offer_deposits = state.offer_deposits.saturating_sub(deposit);
        state.deposits = state.deposits.saturating_add(deposit);
        let first_period = match self.engagement_of(request, state) {
            Some(engagement) => {
                let first = state.settled.max(state.submissions);
                ensure!(first < engagement.periods, Error::AlreadySettled);
                let tenure = Tenure { provider, price, first, first_deliver_by: deliver_by };
                self.begin_tenure(request, spec, state, engagement, tenure)?;
                first
            }
            None => 0,
        };
        self.offers.insert((request, provider), &offer);
        self.places.insert((request, provider), &place);
        self.states.insert(request, state);
        self.take_place(spec, state.requester, provider, 1)?;
        self.env().emit_event(OfferAccepted { request, provider, price, deliver_by, first_period });
        Ok(())
    }

    /// Obliges a provider in the pool of its engagement, which its first provider opens.
    fn begin_tenure(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        mut engagement: Engagement,
        tenure: Tenure,
    ) -> Result<()> {
        engagement.tenure = Some(tenure.clone());
        let pool = match engagement.pool {
            Some(pool) => {
                // The reviews of the place that was vacant are needed again.
                let wanted = engagements::reviews(spec, state, &engagement);
                let more = wanted.saturating_sub(state.reserved);
                state.reserved = state.reserved.saturating_add(more);
                let reviewers = self.opening()?.pool;
                let capacity = answer(self.obligation().call_mut().reserve(reviewers, more).try_invoke())?;
                ensure!(capacity.utilization_ppm < rules::PPM, Error::AtCapacity);
                pool
            }
            None => {
                let terms = terms(&engagement);
                answer(self.obligation().call_mut().open_pool(terms, Schedule::default()).try_invoke())?
            }
        };
        answer(self.obligation().call_mut().enroll(pool, tenure.provider).try_invoke())?;
        engagement.pool = Some(pool);
        self.engagements.insert(request, &engagement);
        Ok(())
    }

    /// Delivers on a place of the caller, openly or under a seal.
    pub(crate) fn deliver(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        content: Option<(Hash, Vec<u8>)>,
        seal: Option<Hash>,
    ) -> Result<SubmissionId> {
        let provider = self.env().caller();
        let submitted = self.env().block_timestamp();
        let mut place = self.place(request, provider);
        ensure!(submitted < self.due(spec, &place), Error::TooLate);
        ensure!(place.submitted < place.taken, Error::NoPlace);
        place.submitted = place.submitted.saturating_add(1);
        if content.is_some() {
            place.delivered = place.delivered.saturating_add(1);
        }
        self.places.insert((request, provider), &place);
        if matches!(spec.duplicates, Duplicates::Shared { .. }) {
            // The provider pays for the entry that settling writes.
            let mut findings = self.findings.get((request, provider)).unwrap_or_default();
            findings.push(NO_FINDING);
            self.findings.insert((request, provider), &findings);
        }
        let submission = state.submissions;
        state.submissions = state.submissions.saturating_add(1);
        let delivered = content.is_some();
        let (content, uri) = content.unwrap_or_default();
        let delivery = Submission {
            content,
            uri,
            seal,
            delivered,
            submitted,
            price: place.price,
            ..Submission::new(provider, spec.review_from())
        };
        self.submissions.insert((request, submission), &delivery);
        Ok(submission)
    }

    /// Delivers for the present period of the caller's engagement.
    pub(crate) fn deliver_period(
        &mut self,
        request: RequestId,
        state: &mut RequestState,
        engagement: &Engagement,
        (content, uri): (Hash, Vec<u8>),
    ) -> Result<SubmissionId> {
        let provider = self.env().caller();
        let now = self.env().block_timestamp();
        let tenure = engagement.tenure.as_ref().filter(|tenure| tenure.provider == provider).ok_or(Error::NoPlace)?;
        let period = engagement.present(tenure, now);
        ensure!(period < engagement.periods, Error::TooLate);
        ensure!(!self.submissions.contains((request, period)), Error::NoPlace);
        state.submissions = period.saturating_add(1);
        let due = engagement.due(tenure, period);
        let delivery = Submission {
            content,
            uri,
            delivered: true,
            submitted: now,
            price: tenure.price,
            ..Submission::new(provider, due)
        };
        self.submissions.insert((request, period), &delivery);
        Ok(period)
    }

    /// The bonds and deposits of this many places are lost; the deposits go to the requester.
    pub(crate) fn forfeit(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        provider: AccountId,
        places: u16,
    ) {
        let deposit = spec.place_deposit.saturating_mul(places.into());
        state.deposits = state.deposits.saturating_sub(deposit);
        state.held = state.held.saturating_add(deposit);
        state.open_places = state.open_places.saturating_sub(places.into());
        let bond = spec.provider_bond.saturating_mul(places.into());
        let mut effects = vec![Effect::Free { who: provider, places: places.into() }];
        if bond > 0 {
            effects.push(Effect::Slash { who: provider, amount: bond });
        }
        self.apply(request, effects);
    }
}

/// The fixed terms of an engagement's pool (section 3.6): every period counts by itself, nothing fades, and nobody
/// commits, rests, or restores.
fn terms(engagement: &Engagement) -> Terms {
    Terms {
        denominator: 1,
        epoch: engagement.period.max(DAY),
        retention_ppm: rules::PPM,
        throttle_buffer: 0,
        ban_buffer: engagement.missed_periods.into(),
        rate: Rate::Fixed,
        min_reviews: 1,
        presence: 0,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 1,
        min_reputation: BY_ENROLMENT,
        bond: 0,
        healthy_limit: 0,
        throttled_limit: 0,
        slash_ppm: 0,
        keeper_reward: 0,
        restore_price: Balance::MAX,
        cooldown: 0,
        min_freeze: DAY,
        freeze_interval: DAY,
        notice: DAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::state,
        escrow::tests::{account, market, PROVIDER},
        spec::tests::request,
    };
    use ink::env::{test, DefaultEnvironment};
    use interfaces::fixtures::{engagement, offer};

    fn offers() -> RequestSpec {
        RequestSpec { access: Access::Offers, per_provider: 1, ..request() }
    }

    fn at(now: Timestamp) {
        test::set_block_timestamp::<DefaultEnvironment>(now);
        test::set_caller::<DefaultEnvironment>(account(PROVIDER));
    }

    #[ink::test]
    fn an_accepted_offer_is_due_when_it_says() {
        let market = market();
        let [taken, free] = [1, 0].map(|taken| Place { taken, deliver_by: 5, ..Place::default() });
        assert_eq!([&taken, &free].map(|place| market.due(&offers(), place)), [5, request().deliver_by]);
        assert_eq!([&taken, &free].map(|place| market.due(&request(), place)), [request().deliver_by; 2]);
    }

    #[ink::test]
    fn an_offer_is_accepted_as_it_stands_in_time_and_within_the_reward() {
        let mut market = market();
        let offer = |open, price| Offer { open, ..offer(price, 500) };
        market.offers.insert((0, account(3)), &offer(false, 60));
        market.offers.insert((0, account(PROVIDER)), &offer(true, 60));
        let mut accept = |now, who, price, deliver_by, accepted| {
            at(now);
            let mut state = RequestState { accepted, ..state(0) };
            market.accept_offer(0, &offers(), &mut state, account(who), price, deliver_by)
        };
        assert_eq!(accept(0, 3, 60, 500, 0), Err(Error::UnknownOffer), "it was retracted");
        assert_eq!(accept(0, 4, 60, 500, 0), Err(Error::UnknownOffer));
        assert_eq!(accept(0, PROVIDER, 61, 500, 0), Err(Error::OfferChanged));
        assert_eq!(accept(0, PROVIDER, 60, 501, 0), Err(Error::OfferChanged));
        assert_eq!(accept(500, PROVIDER, 60, 500, 0), Err(Error::TooLate));
        assert_eq!(accept(499, PROVIDER, 60, 500, 3_000 - 59), Err(Error::PriceTooHigh));
    }

    #[ink::test]
    fn a_place_is_delivered_on_once_and_in_time() {
        let mut market = market();
        let place = Place { taken: 2, price: 7, ..Place::default() };
        market.places.insert((0, account(PROVIDER)), &place);
        let mut state = state(0);
        let content = || Some((Hash::from([5; 32]), b"uri".to_vec()));
        let seal = Some(Hash::from([6; 32]));
        at(request().deliver_by);
        assert_eq!(market.deliver(0, &request(), &mut state, content(), None), Err(Error::TooLate));
        at(request().deliver_by - 1);
        assert_eq!(market.deliver(0, &request(), &mut state, content(), None), Ok(0));
        assert!(!market.findings.contains((0, account(PROVIDER))), "only shared findings are listed");
        let shared = RequestSpec { duplicates: Duplicates::Shared { retention_ppm: 1 }, ..request() };
        assert_eq!(market.deliver(0, &shared, &mut state, None, seal), Ok(1));
        assert_eq!(market.deliver(0, &request(), &mut state, content(), None), Err(Error::NoPlace));
        assert_eq!((state.submissions, market.findings.get((0, account(PROVIDER)))), (2, Some(vec![NO_FINDING])));
        let place = market.place(0, account(PROVIDER));
        assert_eq!((place.submitted, place.delivered), (2, 1));
        let first = market.delivery(0, 0).unwrap();
        assert_eq!((first.provider, first.submitted, first.price), (account(PROVIDER), request().deliver_by - 1, 7));
        assert_eq!((first.delivered, first.seal, &first.uri[..]), (true, None, &b"uri"[..]));
        let second = market.delivery(0, 1).unwrap();
        assert_eq!((second.delivered, second.seal, second.window_start), (false, seal, shared.review_from()));
    }

    #[ink::test]
    fn a_period_is_delivered_once_by_who_has_the_place() {
        let mut market = market();
        let tenure = Tenure { provider: account(PROVIDER), price: 7, first: 1, first_deliver_by: 1_000 };
        let deal = |tenure| engagement(None, tenure);
        let mut state = state(0);
        let mut deliver = |now, tenure| {
            at(now);
            market.deliver_period(0, &mut state, &deal(tenure), (Hash::from([5; 32]), Vec::new()))
        };
        let others = Tenure { provider: account(9), ..tenure.clone() };
        assert_eq!(deliver(0, None), Err(Error::NoPlace));
        assert_eq!(deliver(0, Some(others)), Err(Error::NoPlace));
        assert_eq!(deliver(0, Some(tenure.clone())), Ok(1));
        assert_eq!(deliver(999, Some(tenure.clone())), Err(Error::NoPlace), "once a period");
        assert_eq!(deliver(1_000, Some(tenure.clone())), Ok(2));
        assert_eq!(deliver(1_100, Some(tenure)), Err(Error::TooLate), "all periods are over");
        assert_eq!(state.submissions, 3);
        let last = market.delivery(0, 2).unwrap();
        assert_eq!((last.price, last.window_start, last.delivered), (7, 1_100, true));
    }

    #[test]
    fn a_deals_pool_has_the_terms_that_the_protocol_fixes() {
        let deal = |period| Engagement { period, missed_periods: 2, ..engagement(None, None) };
        let fixed = terms(&deal(1));
        assert_eq!((fixed.epoch, fixed.ban_buffer, fixed.denominator, fixed.seats), (86_400_000, 2, 1, 1));
        assert_eq!(terms(&deal(100_000_000)).epoch, 100_000_000);
    }
}
