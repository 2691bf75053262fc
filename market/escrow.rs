//! Money in and out: credits, payments in the chain's own currency and in tokens, and what is freed in the end.

use crate::{
    awards,
    market::{answer, ensure, Market, Result},
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::vec::Vec,
    primitives::AccountId,
};
use interfaces::{
    market::{Asset, Award, Engagement, Error, OfferRetracted, Policy, Pruned, Quote, RequestSpec, RequestState},
    Balance, Obligation as _, RequestId,
};
use pendzl::contracts::psp22::PSP22;

/// A token, by the messages that every PSP22 has.
type Token = ink::contract_ref!(PSP22, ink::env::DefaultEnvironment);

impl Market {
    /// Makes sure `who` has a cell that later calls can credit without paying for it.
    pub(crate) fn ensure_credit(&mut self, asset: Asset, who: AccountId) {
        if !self.credits.contains((asset, who)) {
            self.credits.insert((asset, who), &0);
        }
    }

    /// Whoever posts would otherwise pay for the treasury's cells.
    pub(crate) fn ensure_treasury(&mut self, policy: &Policy) {
        for listed in &policy.assets {
            self.ensure_credit(listed.asset, policy.treasury);
        }
    }

    pub(crate) fn credit_to(&mut self, asset: Asset, who: AccountId, amount: Balance) {
        if amount > 0 {
            let credit = self.credits.get((asset, who)).unwrap_or(0);
            self.credits.insert((asset, who), &credit.saturating_add(amount));
        }
    }

    /// Takes the price of a request; what is too much of the chain's own currency, within `max_premium`, is credited.
    pub(crate) fn take_price(
        &mut self,
        asset: Asset,
        requester: AccountId,
        quote: &Quote,
        max_premium: Balance,
    ) -> Result<()> {
        match asset {
            Asset::Native => {
                let value = self.env().transferred_value();
                let excess = value.checked_sub(quote.total).ok_or(Error::InsufficientPayment)?;
                ensure(excess <= max_premium, Error::ExcessPayment)?;
                self.credit_to(asset, requester, excess);
                Ok(())
            }
            Asset::Psp22(_) => {
                ensure(quote.premium <= max_premium, Error::PremiumTooHigh)?;
                self.take_payment(asset, requester, quote.total)
            }
        }
    }

    /// Takes just `amount`: of the value sent, or of a token, from what `from` allowed. A token that delivers less is
    /// refused, whatever it says.
    pub(crate) fn take_payment(&self, asset: Asset, from: AccountId, amount: Balance) -> Result<()> {
        let value = self.env().transferred_value();
        let Asset::Psp22(token) = asset else {
            ensure(value >= amount, Error::InsufficientPayment)?;
            return ensure(value == amount, Error::ExcessPayment);
        };
        ensure(value == 0, Error::ExcessPayment)?;
        if amount == 0 {
            return Ok(());
        }
        let market = self.env().account_id();
        let mut token: Token = token.into();
        let before = balance(&token, market)?;
        let taken = token.call_mut().transfer_from(from, market, amount, Vec::new()).try_invoke();
        ensure(matches!(taken, Ok(Ok(Ok(())))), Error::TransferFailed)?;
        let received = balance(&token, market)?.saturating_sub(before);
        ensure(received >= amount, Error::TokenShortfall)
    }

    /// Pays `amount` out. Whatever fails is an error, and the whole call reverted.
    pub(crate) fn send_payment(&self, asset: Asset, to: AccountId, amount: Balance) -> Result<()> {
        match asset {
            Asset::Native => self.env().transfer(to, amount).map_err(|_| Error::TransferFailed),
            Asset::Psp22(token) => {
                let mut token: Token = token.into();
                let sent = token.call_mut().transfer(to, amount, Vec::new()).try_invoke();
                ensure(matches!(sent, Ok(Ok(Ok(())))), Error::TransferFailed)
            }
        }
    }

    /// Writes the cells of a new request.
    pub(crate) fn record_request(
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

    /// Credits the deposit of an offer that came to nothing.
    pub(crate) fn refund_offer(&mut self, request: RequestId, spec: &RequestSpec, provider: AccountId) {
        let deposit = spec.place_deposit;
        self.credit_to(spec.asset, provider, deposit);
        self.env().emit_event(OfferRetracted { request, provider, deposit });
    }

    /// Takes what is reserved for a request, beyond these reviews that may still be asked for, off the pool's backlog.
    pub(crate) fn keep_reviews(&self, state: &mut RequestState, wanted: u32) -> Result<()> {
        let done = state.reserved.saturating_sub(wanted);
        state.reserved = state.reserved.saturating_sub(done);
        if done > 0 {
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().record_closed(pool, done).try_invoke())?;
        }
        Ok(())
    }

    /// Frees up to `max` submissions, places and offers of a request that is over, and with the last of them the rest.
    pub(crate) fn free_some(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        mut state: RequestState,
        max: u32,
    ) -> u32 {
        let mut count = 0_u32;
        while count < max && state.pruned < state.submissions {
            self.submissions.remove((request, state.pruned));
            self.reviews.remove((request, state.pruned));
            state.pruned = state.pruned.saturating_add(1);
            count = count.saturating_add(1);
        }
        while let (true, Some(provider)) = (count < max, state.last_provider) {
            state.last_provider = self.place(request, provider).previous;
            self.places.remove((request, provider));
            self.findings.remove((request, provider));
            count = count.saturating_add(1);
        }
        while let (true, Some(provider)) = (count < max, state.last_offer) {
            let offer = self.offers.take((request, provider));
            if offer.as_ref().is_some_and(|offer| offer.open) {
                state.offer_deposits = state.offer_deposits.saturating_sub(spec.place_deposit);
                self.refund_offer(request, spec, provider);
            }
            state.last_offer = offer.and_then(|offer| offer.previous);
            count = count.saturating_add(1);
        }
        let finished = state.pruned == state.submissions && state.last_provider.is_none() && state.last_offer.is_none();
        let reclaimed = if finished { state.held } else { 0 };
        if finished {
            self.credit_to(spec.asset, state.requester, reclaimed);
            self.specs.remove(request);
            self.states.remove(request);
            self.engagements.remove(request);
            self.rankings.remove(request);
        } else {
            self.states.insert(request, &state);
        }
        self.env().emit_event(Pruned { request, count, finished, reclaimed });
        count
    }
}

/// What a token says that `who` has.
fn balance(token: &Token, who: AccountId) -> Result<Balance> {
    match token.call().balance_of(who).try_invoke() {
        Ok(Ok(balance)) => Ok(balance),
        _ => Err(Error::TransferFailed),
    }
}
