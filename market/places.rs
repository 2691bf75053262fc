//! Places of providers: taken, or given by accepting an offer; delivered on, or lost (sections 3.2 and 3.3).

use crate::{
    awards::NO_FINDING,
    engagements,
    market::{answer, ensure, Market, Result},
    records::{Pair, Place},
    spec,
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::{vec, vec::Vec},
    primitives::{AccountId, Hash},
};
use interfaces::{
    market::{
        Access, Duplicates, Engagement, Error, Offer, OfferAccepted, RequestSpec, RequestState, Submission, Tenure,
        Verdict,
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

    /// Until when a place can be delivered on.
    pub(crate) fn due(&self, spec: &RequestSpec, place: &Place) -> Timestamp {
        match spec.access {
            Access::Offers if place.taken > 0 => place.deliver_by,
            _ => spec.deliver_by,
        }
    }

    /// Asks of a provider what so many places need: reputation, tier, price and bond.
    pub(crate) fn take_place(
        &mut self,
        spec: &RequestSpec,
        requester: AccountId,
        provider: AccountId,
        places: u16,
    ) -> Result<()> {
        // Who takes the place pays for the cell that a later claim writes.
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
        ensure(offer.price == price && offer.deliver_by == deliver_by, Error::OfferChanged)?;
        ensure(self.env().block_timestamp() < deliver_by, Error::TooLate)?;
        // Of a long deal the price is that of each period, and nobody else has a price in the rest.
        let takes_over = state.engagement && state.places > 0;
        let accepted = if takes_over { price } else { state.accepted.saturating_add(price) };
        ensure(accepted <= spec.reward, Error::PriceTooHigh)?;

        offer.open = false;
        let deposit = spec.place_deposit;
        let previous = state.last_provider.replace(provider);
        let place = Place { taken: 1, deliver_by, price, previous, ..Place::default() };
        state.places = state.places.saturating_add(1);
        state.open_places = state.open_places.saturating_add(1);
        state.accepted = accepted;
        state.offer_deposits = state.offer_deposits.saturating_sub(deposit);
        state.deposits = state.deposits.saturating_add(deposit);
        let first_period = match self.engagements.get(request) {
            Some(engagement) => {
                let first = state.settled.max(state.submissions);
                ensure(first < engagement.periods, Error::AlreadySettled)?;
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
                // The reviews of the place that was vacant are wanted again.
                let wanted = engagements::reviews(spec, state, &engagement);
                let more = wanted.saturating_sub(state.reserved);
                state.reserved = state.reserved.saturating_add(more);
                let reviewers = self.opening()?.pool;
                let capacity = answer(self.obligation().call_mut().reserve(reviewers, more).try_invoke())?;
                ensure(capacity.utilization_ppm < spec::WHOLE_PPM, Error::AtCapacity)?;
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
        ensure(submitted < self.due(spec, &place), Error::TooLate)?;
        ensure(place.submitted < place.taken, Error::NoPlace)?;
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
        let delivery = Submission {
            price: place.price,
            seal,
            ..new_submission(provider, content, submitted, spec::review_from(spec))
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
        content: (Hash, Vec<u8>),
    ) -> Result<SubmissionId> {
        let provider = self.env().caller();
        let now = self.env().block_timestamp();
        let tenure = engagement.tenure.as_ref().filter(|tenure| tenure.provider == provider).ok_or(Error::NoPlace)?;
        let period = engagements::present(engagement, tenure, now);
        ensure(period < engagement.periods, Error::TooLate)?;
        ensure(!self.submissions.contains((request, period)), Error::NoPlace)?;
        state.submissions = period.saturating_add(1);
        let due = engagements::due(engagement, tenure, period);
        let delivery = Submission { price: tenure.price, ..new_submission(provider, Some(content), now, due) };
        self.submissions.insert((request, period), &delivery);
        Ok(period)
    }

    /// The bonds and deposits of so many places are lost, the deposits to the requester.
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

/// A delivery whose content is known, or not yet, and whose review begins at `window_start`.
fn new_submission(
    provider: AccountId,
    content: Option<(Hash, Vec<u8>)>,
    submitted: Timestamp,
    window_start: Timestamp,
) -> Submission {
    let delivered = content.is_some();
    let (content, uri) = content.unwrap_or_default();
    Submission {
        provider,
        content,
        uri,
        seal: None,
        delivered,
        submitted,
        price: 0,
        window_start,
        second_window: false,
        verdict: Verdict::Pending,
        median: 0,
        weight_bps: 0,
        duplicate_of: None,
        shares: false,
        finders: 0,
        pay: 0,
        claimed: false,
    }
}

/// The fixed terms of an engagement's pool (section 3.6): every period counts for itself, nothing fades, and nobody
/// commits, rests, or buys itself free.
fn terms(engagement: &Engagement) -> Terms {
    Terms {
        denominator: 1,
        epoch: engagement.period.max(DAY),
        retention_ppm: spec::WHOLE_PPM,
        throttle_buffer: 0,
        ban_buffer: engagement.missed_periods.into(),
        rate: Rate::Fixed,
        min_reviews: 1,
        presence: 0,
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
