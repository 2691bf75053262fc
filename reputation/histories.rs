//! Random histories of messages: what holds after every one of them (section 4, invariants 4 and 10).

use crate::tests::{set_time, who, Org, EPOCH, GUILD, MANAGER, MARKET};
use ink::{
    env::{test, DefaultEnvironment},
    primitives::AccountId,
};
use interfaces::{
    reputation::{Effect, Error, MintReason, Profile},
    roles, Points, Reputation as _, Timestamp,
};
use pendzl::contracts::{
    access_control::AccessControl as _,
    psp22::{PSP22Error, PSP22 as _},
};
use proptest::{collection::vec, prelude::*};
use std::collections::HashMap;

const PEOPLE: [AccountId; 3] = [who(20), who(21), who(22)];
const CONTRACTS: [AccountId; 2] = [MARKET, GUILD];
/// Small enough that histories run into caps, locks and empty accounts.
const MOST_POINTS: Points = 60;
const CAP: Points = 40;

/// One message, and its sender.
#[derive(Clone, Debug)]
enum Step {
    Endow(Vec<(AccountId, Points)>),
    Seal,
    /// The message of its own that an effect has.
    Alone(AccountId, Effect),
    Together(AccountId, Vec<Effect>),
    Claim(AccountId),
    Burn(AccountId, Points),
    /// Every PSP22 message that would move this much.
    Transfer(AccountId, AccountId, Points),
    Revoke(AccountId),
    Pass(Timestamp),
}

fn person() -> impl Strategy<Value = AccountId> {
    prop::sample::select(PEOPLE.to_vec())
}

fn contract() -> impl Strategy<Value = AccountId> {
    prop::sample::select(CONTRACTS.to_vec())
}

fn points() -> impl Strategy<Value = Points> {
    0..=MOST_POINTS
}

fn effect() -> impl Strategy<Value = Effect> {
    let places = 0..3u32;
    prop_oneof![
        1 => (person(), points(), 0..3u8).prop_map(|(who, available, tier)| Effect::Require { who, available, tier }),
        4 => (person(), points()).prop_map(|(to, amount)| Effect::Owe { to, amount, reason: MintReason::Delivery }),
        3 => (person(), points()).prop_map(|(who, amount)| Effect::Lock { who, amount }),
        2 => (person(), points()).prop_map(|(who, amount)| Effect::Unlock { who, amount }),
        1 => (person(), places.clone()).prop_map(|(who, places)| Effect::Hold { who, places }),
        1 => (person(), places).prop_map(|(who, places)| Effect::Free { who, places }),
        2 => (person(), points()).prop_map(|(who, amount)| Effect::Slash { who, amount }),
        1 => (person(), 0..=1_000_000u32).prop_map(|(who, ppm)| Effect::SlashShare { who, ppm }),
        2 => (person(), points()).prop_map(|(who, amount)| Effect::Spend { who, amount }),
        1 => person().prop_map(|who| Effect::Freeze { who }),
        1 => person().prop_map(|who| Effect::Unfreeze { who }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => vec((person(), points()), 0..4).prop_map(Step::Endow),
        1 => Just(Step::Seal),
        12 => (contract(), effect()).prop_map(|(by, effect)| Step::Alone(by, effect)),
        8 => (contract(), vec(effect(), 0..6)).prop_map(|(by, effects)| Step::Together(by, effects)),
        6 => person().prop_map(Step::Claim),
        2 => (person(), points()).prop_map(|(who, amount)| Step::Burn(who, amount)),
        2 => (person(), person(), points()).prop_map(|(from, to, amount)| Step::Transfer(from, to, amount)),
        1 => contract().prop_map(Step::Revoke),
        2 => (0..=EPOCH).prop_map(Step::Pass),
    ]
}

/// The expected result of the steps so far, kept apart from the contract's own books.
#[derive(Default)]
struct Books {
    now: Timestamp,
    balances: HashMap<AccountId, Points>,
    locks: HashMap<(AccountId, AccountId), Points>,
    owed: HashMap<AccountId, Points>,
    holds: HashMap<(AccountId, AccountId), u32>,
}

impl Books {
    /// Enters an effect that `by` had on one account, and that moved this many points.
    fn enter(&mut self, by: AccountId, effect: &Effect, moved: Points) {
        match *effect {
            Effect::Owe { to, .. } => *self.owed.entry(to).or_default() += moved,
            Effect::Lock { who, .. } => *self.locks.entry((who, by)).or_default() += moved,
            Effect::Unlock { who, .. } => *self.locks.entry((who, by)).or_default() -= moved,
            Effect::Slash { who, .. } => {
                let lock = self.locks.entry((who, by)).or_default();
                *lock -= moved.min(*lock);
                *self.balances.entry(who).or_default() -= moved;
            }
            Effect::SlashShare { who, .. } | Effect::Spend { who, .. } => {
                *self.balances.entry(who).or_default() -= moved;
            }
            Effect::Hold { who, places } => *self.holds.entry((who, by)).or_default() += places,
            Effect::Free { who, places } => {
                let holds = self.holds.entry((who, by)).or_default();
                *holds -= places.min(*holds);
            }
            Effect::Require { .. } | Effect::Freeze { .. } | Effect::Unfreeze { .. } => {}
        }
    }

    /// Enters effects of one call, which was answered for those that may move fewer points than they ask for.
    fn enter_all(&mut self, by: AccountId, effects: &[Effect], answer: Vec<Points>) {
        let mut answers = answer.into_iter();
        for effect in effects {
            let moved = match *effect {
                Effect::Unlock { .. } | Effect::Slash { .. } | Effect::SlashShare { .. } => answers.next(),
                Effect::Owe { amount, .. } | Effect::Lock { amount, .. } | Effect::Spend { amount, .. } => Some(amount),
                _ => Some(0),
            };
            self.enter(by, effect, moved.expect("an answer"));
        }
        assert_eq!(answers.next(), None);
    }

    /// Sends one step to the contract and enters what it says it did. Says whether it was refused.
    fn take(&mut self, org: &mut Org, step: Step) -> bool {
        match step {
            Step::Endow(endowments) => {
                let endowed = org.by(MANAGER).endow(endowments.clone());
                if endowed.is_ok() {
                    for (to, amount) in endowments {
                        *self.balances.entry(to).or_default() += amount;
                    }
                }
                endowed.is_err()
            }
            Step::Seal => org.by(MANAGER).seal().is_err(),
            Step::Alone(by, effect) => {
                let token = org.by(by);
                let moved = match effect.clone() {
                    Effect::Owe { to, amount, reason } => token.owe(to, amount, reason).map(|()| amount),
                    Effect::Lock { who, amount } => token.lock(who, amount).map(|()| amount),
                    Effect::Unlock { who, amount } => token.unlock(who, amount),
                    Effect::Slash { who, amount } => token.slash(who, amount),
                    Effect::Spend { who, amount } => token.spend(who, amount).map(|()| amount),
                    Effect::Freeze { who } => token.freeze(who).map(|()| 0),
                    Effect::Unfreeze { who } => token.unfreeze(who).map(|()| 0),
                    other => token.apply(vec![other]).map(|moved| moved.first().copied().unwrap_or_default()),
                };
                moved.map(|moved| self.enter(by, &effect, moved)).is_err()
            }
            Step::Together(by, effects) => {
                let answer = org.by(by).apply(effects.clone());
                answer.map(|answer| self.enter_all(by, &effects, answer)).is_err()
            }
            Step::Claim(who) => {
                let minted = org.by(MANAGER).claim_reputation(who);
                minted
                    .map(|minted| {
                        *self.owed.entry(who).or_default() -= minted;
                        *self.balances.entry(who).or_default() += minted;
                    })
                    .is_err()
            }
            Step::Burn(who, amount) => {
                let burnt = org.by(who).burn(amount);
                burnt.map(|()| *self.balances.entry(who).or_default() -= amount).is_err()
            }
            Step::Transfer(from, to, amount) => {
                let refused = || Err(PSP22Error::Custom("Soulbound".into()));
                assert_eq!(org.by(from).transfer(to, amount, vec![]), refused());
                assert_eq!(org.by(from).approve(to, amount), refused());
                assert_eq!(org.by(from).increase_allowance(to, amount), refused());
                assert_eq!(org.by(to).transfer_from(from, to, amount, vec![]), refused());
                true
            }
            Step::Revoke(minter) => org.by(MANAGER).revoke_role(roles::MINTER, Some(minter)).is_err(),
            Step::Pass(time) => {
                self.now += time;
                set_time(self.now);
                false
            }
        }
    }

    /// The contract's numbers are those of the books, and agree with each other.
    fn check(&self, org: &Org) {
        let mut sum = 0;
        for who in PEOPLE {
            let profile = org.token.profile(who);
            let entered = |books: &HashMap<AccountId, Points>| books.get(&who).copied().unwrap_or_default();
            assert_eq!(profile.balance, entered(&self.balances));
            assert_eq!(profile.owed, entered(&self.owed));
            let locks: Points = CONTRACTS.iter().filter_map(|&by| self.locks.get(&(who, by))).sum();
            let holds: u32 = CONTRACTS.iter().filter_map(|&by| self.holds.get(&(who, by))).sum();
            assert_eq!((profile.locked, profile.holds), (locks, holds));
            assert_eq!(profile.balance, profile.earned - profile.spent - profile.slashed);
            let available = if profile.frozen { 0 } else { profile.balance - profile.locked };
            assert_eq!(profile.available, available);
            sum += profile.balance;
        }
        assert_eq!(org.token.total_supply(), sum);
        for minter in CONTRACTS {
            let cap = org.token.mint_cap(minter);
            assert!(cap.minted <= cap.cap);
        }
    }
}

fn profiles(org: &Org) -> Vec<Profile> {
    PEOPLE.map(|who| org.token.profile(who)).to_vec()
}

proptest! {
    #[test]
    fn no_history_moves_reputation_between_accounts_and_every_total_is_the_sum_of_its_parts(
        steps in vec(step(), 1..60),
    ) {
        test::run_test::<DefaultEnvironment, _>(|_| {
            let mut org = Org::new();
            for minter in CONTRACTS {
                org.by(MANAGER).set_mint_cap(minter, CAP).expect("the manager may");
            }
            let mut books = Books::default();
            for step in steps {
                let before = profiles(&org);
                let refused = books.take(&mut org, step);
                if refused {
                    assert_eq!(profiles(&org), before, "a refused message changed something");
                }
                books.check(&org);
            }
            Ok(())
        })
        .expect("the environment runs");
    }

    #[test]
    fn what_a_frozen_account_has_changes_only_by_slashes(effects in vec(effect(), 1..40)) {
        test::run_test::<DefaultEnvironment, _>(|_| {
            let mut org = Org::new();
            let who = PEOPLE[0];
            org.by(MANAGER).endow(PEOPLE.map(|who| (who, MOST_POINTS)).to_vec()).expect("not sealed yet");
            org.by(MARKET).owe(who, 1, MintReason::Review).expect("a minter");
            org.by(MARKET).freeze(who).expect("not frozen yet");
            for effect in effects {
                let before = org.token.profile(who);
                if org.by(MARKET).apply(vec![effect.clone()]).is_err() {
                    continue;
                }
                let after = org.token.profile(who);
                if !after.frozen {
                    break;
                }
                assert_eq!(org.by(who).burn(0), Err(Error::Frozen));
                assert_eq!(org.by(who).claim_reputation(who), Err(Error::Frozen));
                assert_eq!((after.earned, after.spent, after.holds), (before.earned, before.spent, before.holds));
                assert_eq!(after.balance + after.slashed, before.balance + before.slashed);
            }
            Ok(())
        })
        .expect("the environment runs");
    }
}
