//! What a list of submissions amounts to elsewhere: added up by account, and sent in one call to each partner.

use crate::market::{answer, Market, Result};
use ink::{
    codegen::TraitCallBuilder,
    prelude::{vec, vec::Vec},
    primitives::AccountId,
};
use interfaces::{
    market::Asset,
    obligation::Outcome,
    reputation::{Effect, MintReason},
    Balance, Obligation as _, Points, RequestId,
};

/// Consequences that wait for the market's own state to be stored.
#[derive(Debug, Default)]
pub struct Batch {
    credits: Vec<(AccountId, Balance)>,
    outcomes: Vec<Outcome>,
    freed: Vec<(AccountId, u128)>,
    unlocked: Vec<(AccountId, Points)>,
    slashed: Vec<(AccountId, Points)>,
    owed: Vec<((AccountId, MintReason), Points)>,
    /// Ops that are seen again, by how many reviews each of them still wants.
    wanted: Vec<(u8, u128)>,
}

impl Batch {
    /// Money that `who` can withdraw from now on.
    pub fn credit(&mut self, who: AccountId, amount: Balance) {
        add(&mut self.credits, who, amount);
    }

    /// A commitment of `who` is over, with or without a reveal.
    pub fn close(&mut self, who: AccountId, declared: bool) {
        let declared = u32::from(declared);
        match self.outcomes.iter_mut().find(|outcome| outcome.who == who) {
            Some(outcome) => {
                outcome.declared = outcome.declared.saturating_add(declared);
                outcome.released = outcome.released.saturating_add(1);
            }
            None => self.outcomes.push(Outcome { who, declared, released: 1 }),
        }
    }

    /// One more op is seen again, for this many reviews.
    pub fn want(&mut self, reviews: u8) {
        add(&mut self.wanted, reviews, 1);
    }

    /// Points that `who` earned.
    pub fn owe(&mut self, who: AccountId, points: Points, reason: MintReason) {
        add(&mut self.owed, (who, reason), points);
    }

    /// Points that `who` loses.
    pub fn slash(&mut self, who: AccountId, points: Points) {
        add(&mut self.slashed, who, points);
    }

    /// The bond of a place of `who` returns.
    pub fn unlock(&mut self, who: AccountId, points: Points) {
        add(&mut self.unlocked, who, points);
    }

    /// A place is over: it keeps `who` from resting no longer.
    pub fn free(&mut self, who: AccountId) {
        add(&mut self.freed, who, 1);
    }

    /// What the reputation contract is to do.
    fn effects(&self) -> Vec<Effect> {
        let freed = self.freed.iter().map(|&(who, places)| Effect::Free { who, places: count(places) });
        let unlocked = self.unlocked.iter().map(|&(who, amount)| Effect::Unlock { who, amount });
        let slashed = self.slashed.iter().map(|&(who, amount)| Effect::Slash { who, amount });
        let owed = self.owed.iter().map(|&((to, reason), amount)| Effect::Owe { to, amount, reason });
        freed.chain(unlocked).chain(slashed).chain(owed).collect()
    }
}

/// Adds to the amount with this key; nothing for nothing.
fn add<K: PartialEq>(amounts: &mut Vec<(K, u128)>, key: K, amount: u128) {
    match amounts.iter_mut().find(|(other, _)| *other == key) {
        _ if amount == 0 => {}
        Some((_, sum)) => *sum = sum.saturating_add(amount),
        None => amounts.push((key, amount)),
    }
}

/// How many there are: as many as a list can have.
fn count(amount: u128) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}

impl Market {
    /// Credits what a batch earned, and tells the partners the rest.
    pub(crate) fn carry_out(&mut self, request: RequestId, asset: Asset, batch: Batch) -> Result<()> {
        let effects = batch.effects();
        for (who, amount) in batch.credits {
            self.credit_to(asset, who, amount);
        }
        for (reviews, ops) in batch.wanted {
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().record_seen(pool, count(ops), reviews.into()).try_invoke())?;
        }
        self.report_outcomes(batch.outcomes)?;
        self.apply(request, effects);
        Ok(())
    }

    /// Tells the pool how commitments ended.
    pub(crate) fn report_outcomes(&self, outcomes: Vec<Outcome>) -> Result<()> {
        if !outcomes.is_empty() {
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().resolve(pool, outcomes).try_invoke())?;
        }
        Ok(())
    }

    /// Commitments that found no room are closed again.
    pub(crate) fn take_back(&self, who: AccountId, commitments: u32) -> Result<()> {
        self.report_outcomes(vec![Outcome { who, declared: 0, released: commitments }])
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What the batch credits, reports, and asks of the reputation contract.
    pub fn parts(batch: &Batch) -> (Vec<(AccountId, Balance)>, Vec<Outcome>, Vec<Effect>) {
        (batch.credits.clone(), batch.outcomes.clone(), batch.effects())
    }

    fn account(number: u8) -> AccountId {
        [number; 32].into()
    }

    #[test]
    fn what_happens_to_one_account_is_added_up() {
        let mut batch = Batch::default();
        for who in [1, 2, 1] {
            batch.credit(account(who), 10);
            batch.close(account(who), who == 1);
            batch.owe(account(who), 3, MintReason::Review);
            batch.owe(account(who), 4, MintReason::Delivery);
            batch.slash(account(who), 5);
            batch.unlock(account(who), 6);
            batch.free(account(who));
            batch.want(who);
        }
        let (credits, outcomes, effects) = parts(&batch);
        assert_eq!(credits, [(account(1), 20), (account(2), 10)]);
        let outcome = |who, declared, released| Outcome { who: account(who), declared, released };
        assert_eq!(outcomes, [outcome(1, 2, 2), outcome(2, 0, 1)]);
        assert_eq!(batch.wanted, [(1, 2), (2, 1)]);
        let (one, two) = (account(1), account(2));
        let owe = |to, amount, reason| Effect::Owe { to, amount, reason };
        let expected = [
            Effect::Free { who: one, places: 2 },
            Effect::Free { who: two, places: 1 },
            Effect::Unlock { who: one, amount: 12 },
            Effect::Unlock { who: two, amount: 6 },
            Effect::Slash { who: one, amount: 10 },
            Effect::Slash { who: two, amount: 5 },
            owe(one, 6, MintReason::Review),
            owe(one, 8, MintReason::Delivery),
            owe(two, 3, MintReason::Review),
            owe(two, 4, MintReason::Delivery),
        ];
        assert_eq!(effects, expected);
    }

    #[test]
    fn nothing_has_no_effect() {
        let mut batch = Batch::default();
        batch.credit(account(1), 0);
        batch.owe(account(1), 0, MintReason::Review);
        batch.slash(account(1), 0);
        batch.unlock(account(1), 0);
        assert_eq!(parts(&batch), Default::default());
    }
}
