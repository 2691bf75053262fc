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
    pub(crate) credits: Vec<(AccountId, Balance)>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) effects: Vec<Effect>,
    /// Ops that are seen again, by how many reviews each of them still wants.
    pub(crate) wanted: Vec<(u8, u32)>,
}

impl Batch {
    pub fn credit(&mut self, who: AccountId, amount: Balance) {
        match self.credits.iter_mut().find(|(other, _)| *other == who) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => self.credits.push((who, amount)),
        }
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

    /// Points that `who` earned; nothing for none.
    pub fn owe(&mut self, who: AccountId, points: Points, why: MintReason) {
        let same = |effect: &mut Effect| match effect {
            Effect::Owe { to, amount, reason } if *to == who && *reason == why => Some(amount),
            _ => None,
        };
        match self.effects.iter_mut().find_map(same) {
            _ if points == 0 => {}
            Some(amount) => *amount = amount.saturating_add(points),
            None => self.effects.push(Effect::Owe { to: who, amount: points, reason: why }),
        }
    }

    /// Points that `who` loses; nothing for none.
    pub fn slash(&mut self, by: AccountId, points: Points) {
        let same = |effect: &mut Effect| match effect {
            Effect::Slash { who, amount } if *who == by => Some(amount),
            _ => None,
        };
        match self.effects.iter_mut().find_map(same) {
            _ if points == 0 => {}
            Some(amount) => *amount = amount.saturating_add(points),
            None => self.effects.push(Effect::Slash { who: by, amount: points }),
        }
    }

    /// The bond of a place returns.
    pub fn unlock(&mut self, of: AccountId, points: Points) {
        let same = |effect: &mut Effect| match effect {
            Effect::Unlock { who, amount } if *who == of => Some(amount),
            _ => None,
        };
        match self.effects.iter_mut().find_map(same) {
            _ if points == 0 => {}
            Some(amount) => *amount = amount.saturating_add(points),
            None => self.effects.push(Effect::Unlock { who: of, amount: points }),
        }
    }

    /// A place is over: it keeps `who` from resting no longer.
    pub fn free(&mut self, of: AccountId) {
        let same = |effect: &mut Effect| match effect {
            Effect::Free { who, places } if *who == of => Some(places),
            _ => None,
        };
        match self.effects.iter_mut().find_map(same) {
            Some(places) => *places = places.saturating_add(1),
            None => self.effects.push(Effect::Free { who: of, places: 1 }),
        }
    }
}

impl Market {
    /// Credits what a batch earned, and tells the partners the rest.
    pub(crate) fn carry_out(&mut self, request: RequestId, asset: Asset, batch: Batch) -> Result<()> {
        let Batch { credits, outcomes, effects, wanted } = batch;
        for (who, amount) in credits {
            self.credit_to(asset, who, amount);
        }
        if !wanted.is_empty() || !outcomes.is_empty() {
            let pool = self.opening()?.pool;
            for (reviews, ops) in wanted {
                answer(self.obligation().call_mut().record_seen(pool, ops, reviews.into()).try_invoke())?;
            }
            if !outcomes.is_empty() {
                answer(self.obligation().call_mut().resolve(pool, outcomes).try_invoke())?;
            }
        }
        self.apply(request, effects);
        Ok(())
    }

    /// A commitment that found no room is closed again.
    pub(crate) fn take_back(&self, who: AccountId, commitments: u32) -> Result<()> {
        let pool = self.opening()?.pool;
        let outcome = Outcome { who, declared: 0, released: commitments };
        Ok(answer(self.obligation().call_mut().resolve(pool, vec![outcome]).try_invoke())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(batch.credits, [(account(1), 20), (account(2), 10)]);
        let outcome = |who, declared, released| Outcome { who: account(who), declared, released };
        assert_eq!(batch.outcomes, [outcome(1, 2, 2), outcome(2, 0, 1)]);
        assert_eq!(batch.wanted, [(1, 2), (2, 1)]);
        let effects = |who, times: u32| {
            let (who, points) = (account(who), Points::from(times));
            [
                Effect::Owe { to: who, amount: 3 * points, reason: MintReason::Review },
                Effect::Owe { to: who, amount: 4 * points, reason: MintReason::Delivery },
                Effect::Slash { who, amount: 5 * points },
                Effect::Unlock { who, amount: 6 * points },
                Effect::Free { who, places: times },
            ]
        };
        assert_eq!(batch.effects, [effects(1, 2), effects(2, 1)].concat());
    }

    #[test]
    fn nothing_has_no_effect() {
        let mut batch = Batch::default();
        batch.owe(account(1), 0, MintReason::Review);
        batch.slash(account(1), 0);
        batch.unlock(account(1), 0);
        assert!(batch.effects.is_empty());
    }
}
