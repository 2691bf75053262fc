//! Money in and out: credits, payments in the chain's own currency and in tokens, and the storage that is freed in the
//! end.

use crate::{
    awards,
    market::{answer, Market, Result},
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::vec::Vec,
    primitives::AccountId,
};
use interfaces::{
    ensure,
    market::{Asset, Award, Engagement, Error, OfferRetracted, Policy, Pruned, Quote, RequestSpec, RequestState},
    Balance, Obligation as _, RequestId,
};
use pendzl::contracts::psp22::PSP22;

/// A token, by the messages that every PSP22 has.
type Token = ink::contract_ref!(PSP22, ink::env::DefaultEnvironment);

impl Market {
    /// Makes sure that `who` has a cell, which later calls can credit without paying for it.
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

    /// Takes the price of a request; an excess of the chain's own currency, within `max_premium`, is credited.
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
                ensure!(excess <= max_premium, Error::ExcessPayment);
                self.credit_to(asset, requester, excess);
                Ok(())
            }
            Asset::Psp22(_) => {
                ensure!(quote.premium <= max_premium, Error::PremiumTooHigh);
                self.take_payment(asset, requester, quote.total)
            }
        }
    }

    /// Takes exactly `amount`: from the value sent or, in a token, from what `from` allowed. A token that delivers less
    /// is refused, whatever it says.
    pub(crate) fn take_payment(&self, asset: Asset, from: AccountId, amount: Balance) -> Result<()> {
        let value = self.env().transferred_value();
        let Asset::Psp22(token) = asset else {
            ensure!(value >= amount, Error::InsufficientPayment);
            ensure!(value == amount, Error::ExcessPayment);
            return Ok(());
        };
        ensure!(value == 0, Error::ExcessPayment);
        if amount == 0 {
            return Ok(());
        }
        let market = self.env().account_id();
        let mut token: Token = token.into();
        let before = balance(&token, market)?;
        let taken = token.call_mut().transfer_from(from, market, amount, Vec::new()).try_invoke();
        ensure!(matches!(taken, Ok(Ok(Ok(())))), Error::TransferFailed);
        let received = balance(&token, market)?.saturating_sub(before);
        ensure!(received >= amount, Error::TokenShortfall);
        Ok(())
    }

    /// Pays `amount` out. Any failure is an error, and the whole call is reverted.
    pub(crate) fn send_payment(&self, asset: Asset, to: AccountId, amount: Balance) -> Result<()> {
        match asset {
            Asset::Native => self.env().transfer(to, amount).map_err(|_| Error::TransferFailed),
            Asset::Psp22(token) => {
                let mut token: Token = token.into();
                let sent = token.call_mut().transfer(to, amount, Vec::new()).try_invoke();
                ensure!(matches!(sent, Ok(Ok(Ok(())))), Error::TransferFailed);
                Ok(())
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

    /// Removes from the pool's backlog what is reserved for a request, except these reviews that may still be asked
    /// for.
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

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{awards::tests::state, records::Place, spec::tests::request};
    use ink::env::{test, DefaultEnvironment};
    use interfaces::market::{AssetPolicy, Offer, Review};

    pub const REQUESTER: u8 = 1;
    pub const PROVIDER: u8 = 2;

    pub fn account(number: u8) -> AccountId {
        [number; 32].into()
    }

    /// A market that nobody has opened: a call that goes on to another contract answers `NotOpen`, or ends the test.
    pub fn market() -> Market {
        Market::new(account(100), account(101))
    }

    /// What `who` can withdraw of the chain's own currency, if there is a cell for it.
    pub fn credit(market: &Market, who: u8) -> Option<Balance> {
        market.credits.get((Asset::Native, account(who)))
    }

    fn pays(value: Balance) {
        test::set_value_transferred::<DefaultEnvironment>(value);
    }

    #[ink::test]
    fn the_value_sent_is_the_amount_asked_for() {
        let market = market();
        let take = |asset, amount| market.take_payment(asset, account(PROVIDER), amount);
        pays(10);
        assert_eq!(take(Asset::Native, 10), Ok(()));
        assert_eq!(take(Asset::Native, 11), Err(Error::InsufficientPayment));
        assert_eq!(take(Asset::Native, 9), Err(Error::ExcessPayment));
        let token = Asset::Psp22(account(9));
        assert_eq!(take(token, 0), Err(Error::ExcessPayment), "no value beside a token");
        pays(0);
        assert_eq!(take(token, 0), Ok(()), "without asking the token");
    }

    #[ink::test]
    fn what_is_paid_above_the_price_is_credited_up_to_the_premium_allowed() {
        let mut market = market();
        let quote = Quote { reward: 80, review_fees: 10, protocol_fee: 5, premium: 5, total: 100 };
        pays(99);
        let take = |market: &mut Market, asset, most| market.take_price(asset, account(REQUESTER), &quote, most);
        assert_eq!(take(&mut market, Asset::Native, 50), Err(Error::InsufficientPayment));
        pays(107);
        assert_eq!(take(&mut market, Asset::Native, 6), Err(Error::ExcessPayment));
        assert_eq!(credit(&market, REQUESTER), None);
        assert_eq!(take(&mut market, Asset::Native, 7), Ok(()));
        assert_eq!(credit(&market, REQUESTER), Some(7));
        pays(1);
        let token = Asset::Psp22(account(9));
        assert_eq!(take(&mut market, token, 4), Err(Error::PremiumTooHigh));
        assert_eq!(take(&mut market, token, 5), Err(Error::ExcessPayment), "the premium is allowed, the value is not");
    }

    #[ink::test]
    fn credits_add_up_and_nothing_needs_no_cell() {
        let mut market = market();
        market.credit_to(Asset::Native, account(PROVIDER), 0);
        assert_eq!(credit(&market, PROVIDER), None);
        market.ensure_credit(Asset::Native, account(PROVIDER));
        assert_eq!(credit(&market, PROVIDER), Some(0));
        for _ in 0..2 {
            market.credit_to(Asset::Native, account(PROVIDER), 3);
            market.ensure_credit(Asset::Native, account(PROVIDER));
        }
        assert_eq!(credit(&market, PROVIDER), Some(6));
    }

    #[ink::test]
    fn the_treasury_has_a_cell_for_every_asset() {
        let mut market = market();
        let assets = [Asset::Native, Asset::Psp22(account(9))];
        let policy = Policy {
            assets: assets.map(|asset| AssetPolicy { asset, min_review_fee: 1 }).into(),
            treasury: account(7),
            ..interfaces::fixtures::policy()
        };
        market.ensure_treasury(&policy);
        assert_eq!(assets.map(|asset| market.credits.get((asset, account(7)))), [Some(0); 2]);
    }

    #[ink::test]
    fn a_payment_moves_the_chains_own_currency() {
        let market = market();
        let balance = |who| test::get_account_balance::<DefaultEnvironment>(who).unwrap_or(0);
        let this = market.env().account_id();
        test::set_account_balance::<DefaultEnvironment>(this, 100_000_000);
        test::set_account_balance::<DefaultEnvironment>(account(PROVIDER), 1_000_000);
        assert_eq!(market.send_payment(Asset::Native, account(PROVIDER), 30_000_000), Ok(()));
        assert_eq!((balance(this), balance(account(PROVIDER))), (70_000_000, 31_000_000));
    }

    #[ink::test]
    fn a_request_is_written_with_what_it_needs_and_nothing_else() {
        let mut market = market();
        let ranked = RequestSpec { award: Award::Ranked { places_bps: vec![10_000] }, ..request() };
        let deal = Engagement { periods: 2, period: 1, missed_periods: 1, pool: None, tenure: None };
        market.record_request(0, &request(), &state(0), None);
        market.record_request(1, &ranked, &state(0), Some(deal));
        assert_eq!((market.specs.get(0), market.states.get(0)), (Some(request()), Some(state(0))));
        assert_eq!([0, 1].map(|id| market.rankings.get(id)), [None, Some(awards::empty_ranking())]);
        assert_eq!([0, 1].map(|id| market.engagements.contains(id)), [false, true]);
    }

    #[ink::test]
    fn only_reviews_that_were_reserved_leave_the_backlog() {
        let market = market();
        let keep = |reserved: u32, wanted: u32| {
            let mut state = RequestState { reserved, ..state(0) };
            (market.keep_reviews(&mut state, wanted), state.reserved)
        };
        assert_eq!([keep(0, 0), keep(5, 5), keep(5, 9)], [(Ok(()), 0), (Ok(()), 5), (Ok(()), 5)]);
        assert_eq!(keep(5, 3), (Err(Error::NotOpen), 3), "the pool is told of two");
    }

    /// A request that is over: three submissions of two providers, and two offers, one of them never answered.
    fn over() -> (Market, RequestState) {
        let mut market = market();
        for submission in 0..3 {
            market.submissions.insert((4, submission), &crate::awards::tests::delivery(0, 0));
            market.reviews.insert((4, submission), &Vec::<Review>::new());
        }
        for (provider, previous) in [(PROVIDER, None), (3, Some(account(PROVIDER)))] {
            market.places.insert((4, account(provider)), &Place { previous, ..Place::default() });
            market.findings.insert((4, account(provider)), &Vec::<u32>::new());
        }
        for (provider, previous, open) in [(5, None, false), (6, Some(account(5)), true)] {
            let offer = Offer { price: 1, deliver_by: 1, uri: Vec::new(), open, previous };
            market.offers.insert((4, account(provider)), &offer);
        }
        let (last_provider, last_offer) = (Some(account(3)), Some(account(6)));
        let state = RequestState { submissions: 3, held: 9, offer_deposits: 10, last_provider, last_offer, ..state(0) };
        market.record_request(4, &request(), &state, None);
        (market, state)
    }

    #[ink::test]
    fn what_is_over_is_freed_piece_by_piece_and_what_is_left_goes_to_the_requester() {
        let (mut market, first) = over();
        let mut left = Vec::new();
        let mut state = first;
        for max in [2, 2, 2] {
            assert_eq!(market.free_some(4, &request(), state, max), max);
            state = market.states.get(4).expect("not finished");
            left.push((state.pruned, state.last_provider, state.last_offer, state.offer_deposits));
        }
        let (second, offer) = (Some(account(PROVIDER)), Some(account(6)));
        let expected = [(2, Some(account(3)), offer, 10), (3, second, offer, 10), (3, None, Some(account(5)), 0)];
        assert_eq!(left, expected);
        assert_eq!(credit(&market, 6), Some(10), "the deposit of the offer that nobody answered");
        assert_eq!(credit(&market, REQUESTER), None);

        assert_eq!(market.free_some(4, &request(), state, 5), 1);
        assert_eq!(credit(&market, REQUESTER), Some(9));
        assert_eq!(credit(&market, 5), None, "its offer was settled before");
        assert!(market.specs.get(4).is_none() && market.states.get(4).is_none());
        let freed =
            |submission| !market.submissions.contains((4, submission)) && !market.reviews.contains((4, submission));
        assert!((0..3).all(freed));
        let gone = |who: u8| {
            let key = (4, account(who));
            !market.places.contains(key) && !market.findings.contains(key) && !market.offers.contains(key)
        };
        assert!([PROVIDER, 3, 5, 6].into_iter().all(gone));
    }

    #[ink::test]
    fn a_request_without_offers_is_over_when_its_places_are_freed() {
        let (mut market, state) = over();
        let state = RequestState { last_offer: None, ..state };
        assert_eq!(market.free_some(4, &request(), state, 4), 4);
        let state = market.states.get(4).expect("a place is left");
        assert_eq!((state.pruned, state.last_provider), (3, Some(account(PROVIDER))));
        assert_eq!(market.free_some(4, &request(), state, 4), 1);
        assert_eq!((market.states.get(4), credit(&market, REQUESTER)), (None, Some(9)));
    }

    #[ink::test]
    fn everything_can_be_freed_at_once() {
        let (mut market, state) = over();
        assert_eq!(market.free_some(4, &request(), state, 100), 7);
        assert!(market.states.get(4).is_none());
    }
}
