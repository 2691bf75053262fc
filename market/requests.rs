//! Posting requests, and taking them back (section 3.1).

use crate::{
    awards,
    case::Case,
    market::{Market, Result},
    partners::ask,
    spec::{self, Periods},
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::vec,
    primitives::AccountId,
};
use interfaces::{
    ensure,
    market::{
        Award, Engagement, Error, Policy, Quote, RequestPosted, RequestReason, RequestSpec, RequestState,
        RequestWithdrawn,
    },
    obligation::MemberState,
    Balance, Obligation as _, Ppm, RequestId,
};

impl Market {
    fn check(&self, spec: &RequestSpec, policy: &Policy) -> Result<()> {
        spec::check_request(spec, policy, self.env().block_timestamp()).map_err(Error::InvalidRequest)
    }

    /// What a valid request costs now.
    pub(crate) fn price(&self, spec: &RequestSpec, policy: &Policy, periods: Periods) -> Result<Quote> {
        self.check(spec, policy)?;
        let pool = self.opening()?.pool;
        self.ensure_judges(spec, self.env().caller())?;
        let capacity = ask(self.obligation().call().capacity(pool))?;
        let reserved = spec::reviews(spec, periods);
        let backlog = capacity.backlog.saturating_add(reserved.into());
        self.admit(spec, periods, policy, rules::utilization_ppm(backlog, capacity.hands))
    }

    /// Whether a quorum of active members is left beside the requester.
    fn ensure_judges(&self, spec: &RequestSpec, requester: AccountId) -> Result<()> {
        let pool = self.opening()?.pool;
        let (active, states) = ask(self.obligation().call().member_states(pool, vec![requester]))?;
        let judges = active.saturating_sub(u32::from(states.contains(&MemberState::Seated)));
        ensure!(u32::from(spec.quorum) <= judges, Error::TooFewEnforcers);
        Ok(())
    }

    /// Whether the pool can take the request on, and at which price. The utilization includes the reviews it asks for:
    /// members then have room for their share of all reviews that can be seen at once.
    fn admit(&self, spec: &RequestSpec, periods: Periods, policy: &Policy, utilization_ppm: Ppm) -> Result<Quote> {
        ensure!(utilization_ppm < rules::PPM, Error::AtCapacity);
        let now = self.env().block_timestamp();
        let quote = spec::price(spec, periods, policy, utilization_ppm, now);
        quote.ok_or(Error::InvalidRequest(RequestReason::Amounts))
    }

    /// Posts a request, or an engagement, and takes its price. The pool is asked first, because the price depends on it.
    pub(crate) fn escrow(
        &mut self,
        spec: &RequestSpec,
        policy: &Policy,
        max_premium: Balance,
        engagement: Option<Engagement>,
    ) -> Result<RequestId> {
        self.check(spec, policy)?;
        let requester = self.env().caller();
        self.ensure_judges(spec, requester)?;
        let pool = self.opening()?.pool;
        let id = self.next_request.get_or_default();
        let next = id.checked_add(1).ok_or(Error::TooManyRequests)?;
        let periods = engagement.as_ref().map_or(spec::NO_PERIODS, |deal| (deal.periods, deal.period));
        let reserved = spec::reviews(spec, periods);
        let capacity = ask(self.obligation().call_mut().reserve(pool, reserved))?;
        let quote = self.admit(spec, periods, policy, capacity.utilization_ppm)?;

        let submissions = spec.limit.saturating_mul(periods.0);
        let state = RequestState {
            unreviewed_bps: policy.unreviewed_bps,
            engagement: engagement.is_some(),
            reserved,
            held: quote.reward.saturating_add(quote.review_fees),
            reputation_per_place: spec::reputation_per_place(quote.protocol_fee, policy, submissions),
            max_window: policy.max_window,
            min_stake: policy.min_stake,
            max_stake: policy.max_stake,
            ..RequestState::new(requester)
        };
        self.next_request.set(&next);
        self.record_request(id, spec, &state, engagement);
        // The requester pays for the cell into which pruning writes what it never reclaimed.
        self.ensure_credit(spec.asset, requester);
        let dues = quote.protocol_fee.saturating_add(quote.rent).saturating_add(quote.premium);
        self.credit_to(spec.asset, policy.treasury, dues);
        self.take_price(spec.asset, requester, &quote, max_premium)?;
        self.env().emit_event(RequestPosted { request: id, requester, quote });
        Ok(id)
    }

    /// Writes the cells of a new request.
    fn record_request(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &RequestState,
        engagement: Option<Engagement>,
    ) {
        self.specs.insert(request, spec);
        self.states.insert(request, state);
        if let Some(engagement) = engagement {
            self.engagements.insert(request, &engagement);
        }
        if matches!(spec.award, Award::Ranked { .. }) {
            self.rankings.insert(request, &awards::empty_ranking());
        }
    }

    /// Ends a request in which nobody has a place.
    pub(crate) fn withdraw_posted(&mut self, mut case: Case) -> Result<Balance> {
        ensure!(case.state.places == 0, Error::PlacesGiven);
        ensure!(!case.state.closed, Error::AlreadySettled);
        let amount = core::mem::take(&mut case.state.held);
        case.state.closed = true;
        let done = case.state.release_reviews(0);
        self.save(&case);
        self.credit_to(case.spec.asset, case.state.requester, amount);
        self.close_reviews(done)?;
        self.env().emit_event(RequestWithdrawn { request: case.id, amount });
        Ok(amount)
    }

    /// Removes reviews from the pool's backlog.
    pub(crate) fn close_reviews(&self, reviews: u32) -> Result<()> {
        if reviews > 0 {
            let pool = self.opening()?.pool;
            ask(self.obligation().call_mut().record_closed(pool, reviews))?;
        }
        Ok(())
    }
}
