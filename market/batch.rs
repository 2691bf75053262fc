//! What a list of submissions amounts to elsewhere: added up by account, and sent in one call to each partner.

use crate::{
    market::{Market, Result},
    partners::ask,
};
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

/// What is added up by account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Money that can be withdrawn.
    Credit,
    /// Places that are over.
    Free,
    /// Points of bonds that return.
    Unlock,
    /// Points lost.
    Slash,
    /// Points earned.
    Owe(MintReason),
}

/// Consequences that wait for the market's own state to be stored.
#[derive(Debug, Default)]
pub struct Batch {
    sums: Vec<(AccountId, Kind, u128)>,
    outcomes: Vec<Outcome>,
    /// Ops that are seen again, by how many reviews each of them still wants.
    wanted: Vec<(u8, u32)>,
}

impl Batch {
    /// Money that `who` can withdraw from now on.
    pub fn credit(&mut self, who: AccountId, amount: Balance) {
        self.add(who, Kind::Credit, amount);
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
        match self.wanted.iter_mut().find(|(other, _)| *other == reviews) {
            Some((_, ops)) => *ops = ops.saturating_add(1),
            None => self.wanted.push((reviews, 1)),
        }
    }

    /// Points that `who` earned.
    pub fn owe(&mut self, who: AccountId, points: Points, reason: MintReason) {
        self.add(who, Kind::Owe(reason), points);
    }

    /// Points that `who` loses.
    pub fn slash(&mut self, who: AccountId, points: Points) {
        self.add(who, Kind::Slash, points);
    }

    /// The bond of a place of `who` returns.
    pub fn unlock(&mut self, who: AccountId, points: Points) {
        self.add(who, Kind::Unlock, points);
    }

    /// A place is over: it keeps `who` from resting no longer.
    pub fn free(&mut self, who: AccountId) {
        self.add(who, Kind::Free, 1);
    }

    /// Nothing for nothing.
    fn add(&mut self, who: AccountId, kind: Kind, amount: u128) {
        match self.sums.iter_mut().find(|(other, same, _)| (*other, *same) == (who, kind)) {
            _ if amount == 0 => {}
            Some((.., sum)) => *sum = sum.saturating_add(amount),
            None => self.sums.push((who, kind, amount)),
        }
    }
}

/// What the reputation contract is to do for this; nothing for money.
fn effect(&(who, kind, amount): &(AccountId, Kind, u128)) -> Option<Effect> {
    Some(match kind {
        Kind::Credit => return None,
        Kind::Free => Effect::Free { who, places: u32::try_from(amount).unwrap_or(u32::MAX) },
        Kind::Unlock => Effect::Unlock { who, amount },
        Kind::Slash => Effect::Slash { who, amount },
        Kind::Owe(reason) => Effect::Owe { to: who, amount, reason },
    })
}

impl Market {
    /// Credits what a batch earned, and tells the partners the rest.
    pub(crate) fn carry_out(&mut self, request: RequestId, asset: Asset, batch: Batch) -> Result<()> {
        for &(who, kind, amount) in &batch.sums {
            if kind == Kind::Credit {
                self.credit_to(asset, who, amount);
            }
        }
        for (reviews, ops) in batch.wanted {
            let pool = self.opening()?.pool;
            ask(self.obligation().call_mut().record_seen(pool, ops, reviews.into()))?;
        }
        self.report_outcomes(batch.outcomes)?;
        self.apply(request, batch.sums.iter().filter_map(effect).collect());
        Ok(())
    }

    /// Tells the pool how commitments ended.
    pub(crate) fn report_outcomes(&self, outcomes: Vec<Outcome>) -> Result<()> {
        if !outcomes.is_empty() {
            let pool = self.opening()?.pool;
            ask(self.obligation().call_mut().resolve(pool, outcomes))?;
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
        let credits = batch.sums.iter().filter(|(_, kind, _)| *kind == Kind::Credit);
        let credits = credits.map(|&(who, _, amount)| (who, amount)).collect();
        (credits, batch.outcomes.clone(), batch.sums.iter().filter_map(effect).collect())
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
        let of = |who, times: u32| {
            let points = Points::from(times);
            [
                owe(who, 3 * points, MintReason::Review),
                owe(who, 4 * points, MintReason::Delivery),
                Effect::Slash { who, amount: 5 * points },
                Effect::Unlock { who, amount: 6 * points },
                Effect::Free { who, places: times },
            ]
        };
        let expected = [of(one, 2), of(two, 1)].concat();
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
