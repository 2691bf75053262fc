//! Money in and out: credits, and payments in the chain's own currency and in tokens.

use crate::{
    market::{Market, Result},
    partners::try_ask,
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::vec::Vec,
    primitives::AccountId,
};
use interfaces::{
    ensure,
    market::{Asset, Error, Policy, Quote, Withdrawn},
    Balance,
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

    /// Pays out what the caller is owed in this asset.
    pub(crate) fn pay_out(&mut self, asset: Asset) -> Result<Balance> {
        let who = self.env().caller();
        let amount = self.credits.get((asset, who)).unwrap_or(0);
        ensure!(amount > 0, Error::NothingToWithdraw);
        // Zeroed, not removed: whoever reviews again finds its cell. A failure reverts this with the whole call.
        self.credits.insert((asset, who), &0);
        self.send_payment(asset, who, amount)?;
        self.env().emit_event(Withdrawn { who, asset, amount });
        Ok(amount)
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
        let taken = try_ask(token.call_mut().transfer_from(from, market, amount, Vec::new()));
        ensure!(taken.is_some_and(|taken| taken.is_ok()), Error::TransferFailed);
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
                let sent = try_ask(token.call_mut().transfer(to, amount, Vec::new()));
                ensure!(sent.is_some_and(|sent| sent.is_ok()), Error::TransferFailed);
                Ok(())
            }
        }
    }
}

/// What a token says that `who` has.
fn balance(token: &Token, who: AccountId) -> Result<Balance> {
    try_ask(token.call().balance_of(who)).ok_or(Error::TransferFailed)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use ink::env::{test, DefaultEnvironment};
    use interfaces::market::AssetPolicy;

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
        let quote = Quote { reward: 80, review_fees: 10, protocol_fee: 3, rent: 2, premium: 5, total: 100 };
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
            assets: assets.map(|asset| AssetPolicy { asset, min_review_fee: 1, rent: 0 }).into(),
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
}
