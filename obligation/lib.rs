//! # Obligation
//!
//! A DAO pays people, but it cannot make them keep showing up. This contract counts, for each pool of work, the
//! operations its members have *seen* (work that was there to be done) and *declared* (work they did), and from these
//! two numbers alone anyone can have a member judged Healthy, Throttled or Banned. Nobody votes to fire anyone.
//!
//! **The life of a member.** An account [enlists](interfaces::Obligation::enlist) with a bond of reputation and takes a
//! seat, or a place in the waiting line. On its seat it has seen whatever the pool's operator records for all; it
//! commits to work and does it, which the operator declares. It may [rest](interfaces::Obligation::freeze) from all its
//! pools at once, or [leave](interfaces::Obligation::resign), both only if nothing is missing. Then its ledger stands
//! still, and goes on when it comes back. A member that falls too far short is banned by the first call of
//! [`evaluate`](interfaces::Obligation::evaluate) that finds this: the bond burns, the caller is rewarded, and the
//! first in line gets the seat. After a cooldown it may [buy itself free](interfaces::Obligation::redeem), or the manager
//! may [lift the ban](interfaces::Obligation::reinstate).
//!
//! **The life of a pool.** Its operator opens it under terms, enlisted members join it, and the operator
//! [enrolls](interfaces::Obligation::enroll) those that agreed through it. New terms are
//! [proposed](interfaces::Obligation::propose_terms) by the manager and take effect after the notice of those in force;
//! whoever does not want them leaves meanwhile. A [closed](interfaces::Obligation::close_pool) pool asks nothing of
//! anyone.
//!
//! **Who may do what.** The manager (pendzl's role 0, at first the account that deployed the contract) grants roles,
//! pauses enlisting, proposes terms and lifts bans. An account with the OPERATOR role opens pools. It alone reports
//! work to the pools it opened, even after the role is revoked, so that work under way can be settled. This contract
//! itself needs LOCKER, SLASHER, SPENDER, FREEZER and MINTER in the reputation contract.
//!
//! **Bounded work.** No message loops over the members of a pool. What all have seen is one sum
//! ([`ledger`]), the line is a linked list ([`seats`]), and an account is in eight pools at most ([`members`]).
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// What `cargo contract build` has clippy deny.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod fixtures;
pub mod ledger;
pub mod members;
pub mod seats;
pub mod terms;

pub use self::obligation::{Obligation, ObligationRef};

#[pendzl::implementation(AccessControl, Pausable)]
#[documented::documented]
#[ink::contract]
pub mod obligation {
    use crate::members::{Ban, Committed, Departed, Enlisted, Evaluation, Members, Place};
    use ink::{
        codegen::{Env, TraitCallBuilder},
        contract_ref,
        prelude::{vec, vec::Vec},
        storage::Lazy,
    };
    use interfaces::{
        ensure,
        obligation::{
            Capacity, CheckedIn, Error, FreezeChanged, MemberState, Membership, OpsDeclared, OpsSeen, Outcome,
            PoolClosed, PoolOpened, Queued, Redeemed, Reinstated, ReputationRefused, Resigned, Restored, Schedule,
            Seated, Standing, StandingChanged, Terms, TermsProposed, MAX_STATES,
        },
        reputation::{self, Effect, MintReason},
        roles, Points, PoolId, Reputation as _,
    };

    /// What a standing cost the member, and earned the account that latched it.
    #[derive(Default)]
    struct Penalty {
        bond_burnt: Points,
        slashed: Points,
        reward: Points,
    }

    /// See the crate's documentation.
    #[ink(storage)]
    #[derive(Default, StorageFieldGetter)]
    pub struct Obligation {
        #[storage_field]
        access_control: AccessControlData,
        #[storage_field]
        pausable: PausableData,
        reputation: Lazy<AccountId>,
        members: Members,
    }

    impl Obligation {
        /// Obligations whose bonds and penalties are in `reputation`, a contract of [`interfaces::Reputation`]. The
        /// caller becomes the manager. Emits pendzl's `RoleGranted`.
        #[ink(constructor)]
        pub fn new(reputation: AccountId) -> Self {
            let mut instance = Self::default();
            instance.reputation.set(&reputation);
            let manager = Self::env().caller();
            AccessControlStorage::add(&mut instance.access_control, roles::MANAGER, &Some(manager));
            let granted = RoleGranted { role: roles::MANAGER, grantee: Some(manager), grantor: Some(manager) };
            Self::env().emit_event(granted);
            instance
        }

        /// The reputation contract.
        #[ink(message)]
        pub fn reputation(&self) -> AccountId {
            self.reputation.get().expect("set by the constructor")
        }
    }

    impl interfaces::Obligation for Obligation {
        // Anyone

        #[ink(message)]
        fn evaluate(&mut self, pool: PoolId, who: AccountId) -> Result<Standing, Error> {
            let standings = self.evaluate_all(pool, &[who])?;
            Ok(standings.into_iter().next().expect("one account was evaluated"))
        }

        #[ink(message)]
        fn evaluate_many(&mut self, pool: PoolId, accounts: Vec<AccountId>) -> Result<Vec<Standing>, Error> {
            self.evaluate_all(pool, &accounts)
        }

        #[ink(message)]
        fn fill_seats(&mut self, pool: PoolId, max: u32) -> Result<u32, Error> {
            let seated = self.members.fill_seats(pool, max, self.now())?;
            let mut filled = 0_u32;
            for who in seated {
                self.announce_place(pool, who, Place::Seat);
                filled = filled.saturating_add(1);
            }
            Ok(filled)
        }

        #[ink(message)]
        fn apply_terms(&mut self, pool: PoolId) -> Result<(), Error> {
            self.members.apply_terms(pool, self.now())
        }

        #[ink(message)]
        fn standing(&self, pool: PoolId, who: AccountId) -> Result<Standing, Error> {
            let pool_now = self.members.pool(pool, self.now())?;
            Ok(pool_now.standing(&self.members.member(pool, who)?))
        }

        #[ink(message)]
        fn membership(&self, pool: PoolId, who: AccountId) -> Result<Membership, Error> {
            let pool_now = self.members.pool(pool, self.now())?;
            Ok(pool_now.membership(&self.members.member(pool, who)?))
        }

        #[ink(message)]
        fn member_states(&self, pool: PoolId, accounts: Vec<AccountId>) -> Result<(u32, Vec<MemberState>), Error> {
            ensure!(accounts.len() <= MAX_STATES, Error::TooManyOutcomes);
            let active = self.members.pool(pool, self.now())?.counters.active;
            let state = |who| self.members.member(pool, who).map_or(MemberState::Left, |member| member.state);
            Ok((active, accounts.into_iter().map(state).collect()))
        }

        #[ink(message)]
        fn capacity(&self, pool: PoolId) -> Result<Capacity, Error> {
            Ok(self.members.pool(pool, self.now())?.capacity())
        }

        #[ink(message)]
        fn terms(&self, pool: PoolId) -> Result<(Terms, Schedule), Error> {
            let pool_now = self.members.pool(pool, self.now())?;
            Ok((pool_now.fixed.terms, pool_now.fixed.schedule))
        }

        #[ink(message)]
        fn pending_terms(&self, pool: PoolId) -> Option<(Terms, Schedule, Timestamp)> {
            self.members.pending(pool, self.now())
        }

        #[ink(message)]
        fn waiting(&self, pool: PoolId, from: Option<AccountId>, count: u32) -> Result<Vec<AccountId>, Error> {
            self.members.waiting(pool, from, count)
        }

        #[ink(message)]
        fn pools_of(&self, who: AccountId) -> Vec<PoolId> {
            self.members.pools_of(who)
        }

        // Members

        #[ink(message)]
        fn enlist(&mut self, pool: PoolId) -> Result<(), Error> {
            self._ensure_not_paused()?;
            let who = self.env().caller();
            let enlisted = self.members.enlist(pool, who, self.now())?;
            self.secure(who, &enlisted)?;
            self.announce_place(pool, who, enlisted.place);
            Ok(())
        }

        #[ink(message)]
        fn resign(&mut self, pool: PoolId) -> Result<(), Error> {
            let who = self.env().caller();
            let departed = self.members.resign(pool, who, self.now())?;
            self.let_go(pool, who, departed)
        }

        #[ink(message)]
        fn check_in(&mut self, pool: PoolId) -> Result<(), Error> {
            let who = self.env().caller();
            let ops = self.members.check_in(pool, who, self.now())?;
            self.env().emit_event(CheckedIn { pool, who, ops });
            Ok(())
        }

        #[ink(message)]
        fn restore(&mut self, pool: PoolId, ops: u32) -> Result<(), Error> {
            let who = self.env().caller();
            let burnt = self.members.restore(pool, who, ops, self.now())?;
            if burnt > 0 {
                self.apply(vec![Effect::Spend { who, amount: burnt }])?;
            }
            self.env().emit_event(Restored { pool, who, ops, burnt });
            Ok(())
        }

        #[ink(message)]
        fn redeem(&mut self, pool: PoolId) -> Result<Points, Error> {
            let who = self.env().caller();
            let burnt = self.members.redeem(pool, who, self.now())?;
            if burnt > 0 {
                self.apply(vec![Effect::Spend { who, amount: burnt }])?;
            }
            self.env().emit_event(Redeemed { pool, who, burnt });
            Ok(burnt)
        }

        #[ink(message)]
        fn freeze(&mut self) -> Result<(), Error> {
            let who = self.env().caller();
            let seated = self.members.freeze(who, self.now())?;
            self.apply(vec![Effect::Freeze { who }])?;
            self.env().emit_event(FreezeChanged { who, frozen: true });
            for (pool, next) in seated {
                self.announce_place(pool, next, Place::Seat);
            }
            Ok(())
        }

        #[ink(message)]
        fn unfreeze(&mut self) -> Result<(), Error> {
            let who = self.env().caller();
            let places = self.members.unfreeze(who, self.now())?;
            match self.apply(vec![Effect::Unfreeze { who }]) {
                // Another freezer may have ended the freeze there: then it has ended.
                Ok(_) | Err(reputation::Error::NotFrozen) => {}
                Err(error) => return Err(error.into()),
            }
            self.env().emit_event(FreezeChanged { who, frozen: false });
            for (pool, place) in places {
                self.announce_place(pool, who, place);
            }
            Ok(())
        }

        // Operators

        #[ink(message)]
        fn open_pool(&mut self, terms: Terms, schedule: Schedule) -> Result<PoolId, Error> {
            let operator = self.env().caller();
            self._ensure_has_role(roles::OPERATOR, Some(operator))?;
            let pool = self.members.open_pool(operator, terms, schedule, self.now())?;
            self.env().emit_event(PoolOpened { pool, operator });
            Ok(pool)
        }

        #[ink(message)]
        fn close_pool(&mut self, pool: PoolId) -> Result<(), Error> {
            self.members.close_pool(pool, self.env().caller(), self.now())?;
            self.env().emit_event(PoolClosed { pool });
            Ok(())
        }

        #[ink(message)]
        fn enroll(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error> {
            let enlisted = self.members.enroll(pool, self.env().caller(), who, self.now())?;
            self.secure(who, &enlisted)?;
            self.announce_place(pool, who, enlisted.place);
            Ok(())
        }

        #[ink(message)]
        fn discharge(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error> {
            let departed = self.members.discharge(pool, self.env().caller(), who, self.now())?;
            self.let_go(pool, who, departed)
        }

        #[ink(message)]
        fn record_seen(&mut self, pool: PoolId, ops: u32, reviews_per_op: u32) -> Result<u32, Error> {
            let operator = self.env().caller();
            let (active, seen) = self.members.record_seen(pool, operator, ops, reviews_per_op, self.now())?;
            if seen {
                self.env().emit_event(OpsSeen { pool, ops, reviews_per_op });
            }
            Ok(active)
        }

        #[ink(message)]
        fn record_declared(&mut self, pool: PoolId, who: AccountId, ops: u32) -> Result<(), Error> {
            self.resolve_all(pool, &[Outcome { who, declared: ops, released: 0 }])
        }

        #[ink(message)]
        fn reserve(&mut self, pool: PoolId, reviews: u32) -> Result<Capacity, Error> {
            self.members.reserve(pool, self.env().caller(), reviews, self.now())
        }

        #[ink(message)]
        fn record_closed(&mut self, pool: PoolId, reviews: u32) -> Result<(), Error> {
            self.members.record_closed(pool, self.env().caller(), reviews, self.now())
        }

        #[ink(message)]
        fn commit(&mut self, pool: PoolId, who: AccountId, count: u32) -> Result<u32, Error> {
            let Committed { short, presence } =
                self.members.commit(pool, self.env().caller(), who, count, self.now())?;
            if let Some(ops) = presence {
                self.env().emit_event(CheckedIn { pool, who, ops });
            }
            Ok(short)
        }

        #[ink(message)]
        fn release(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error> {
            self.resolve_all(pool, &[Outcome { who, declared: 0, released: 1 }])
        }

        #[ink(message)]
        fn resolve(&mut self, pool: PoolId, outcomes: Vec<Outcome>) -> Result<(), Error> {
            self.resolve_all(pool, &outcomes)
        }

        // Managers

        #[ink(message)]
        fn propose_terms(&mut self, pool: PoolId, terms: Terms, schedule: Schedule) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            let due = self.members.propose_terms(pool, terms, schedule, self.now())?;
            self.env().emit_event(TermsProposed { pool, due });
            Ok(())
        }

        #[ink(message)]
        fn reinstate(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error> {
            roles::ensure_manager(self)?;
            self.members.reinstate(pool, who, self.now())?;
            self.env().emit_event(Reinstated { pool, who });
            Ok(())
        }

        #[ink(message)]
        fn pause(&mut self) -> Result<(), Error> {
            roles::pause(self)
        }

        #[ink(message)]
        fn unpause(&mut self) -> Result<(), Error> {
            roles::unpause(self)
        }
    }

    /// A role given to nobody in particular would be everyone's.
    #[overrider(AccessControl)]
    fn grant_role(&mut self, role: RoleType, account: Option<AccountId>) -> Result<(), AccessControlError> {
        roles::ensure_grants(self, role, account)?;
        self._grant_role(role, account)
    }

    impl Obligation {
        fn now(&self) -> Timestamp {
            self.env().block_timestamp()
        }

        fn resolve_all(&mut self, pool: PoolId, outcomes: &[Outcome]) -> Result<(), Error> {
            let declared = self.members.resolve(pool, self.env().caller(), outcomes, self.now())?;
            if !declared.is_empty() {
                self.env().emit_event(OpsDeclared { pool, declared });
            }
            Ok(())
        }

        /// Checks that an account has the reputation that a place asks for, and locks its bond. If nothing is asked
        /// for, it enters no other contract.
        fn secure(&self, who: AccountId, enlisted: &Enlisted) -> Result<(), Error> {
            let &Enlisted { unlock, require, lock, .. } = enlisted;
            let mut effects = Vec::new();
            if unlock > 0 {
                effects.push(Effect::Unlock { who, amount: unlock });
            }
            if require > 0 {
                effects.push(Effect::Require { who, available: require, tier: 0 });
            }
            if lock > 0 {
                effects.push(Effect::Lock { who, amount: lock });
            }
            if !effects.is_empty() {
                self.apply(effects)?;
            }
            Ok(())
        }

        /// Unlocks the bond of a member that has left. If the reputation contract refuses, it stays noted as locked.
        fn let_go(&mut self, pool: PoolId, who: AccountId, departed: Departed) -> Result<(), Error> {
            if departed.bond > 0 {
                let unlock = Effect::Unlock { who, amount: departed.bond };
                if let Err(error) = self.apply(vec![unlock]) {
                    self.members.keep_bond(pool, who, departed.bond)?;
                    self.env().emit_event(ReputationRefused { who, error });
                }
            }
            self.env().emit_event(Resigned { pool, who });
            self.announce_successor(pool, departed.seated);
            Ok(())
        }

        fn evaluate_all(&mut self, pool: PoolId, accounts: &[AccountId]) -> Result<Vec<Standing>, Error> {
            let evaluations = self.members.evaluate(pool, accounts, self.now())?;
            let standings = evaluations.iter().map(Evaluation::standing).collect();
            let mut bans = Vec::new();
            for (&who, evaluation) in accounts.iter().zip(evaluations) {
                match evaluation {
                    Evaluation::Unchanged(_) => {}
                    Evaluation::Latched(standing) => self.announce_standing(pool, who, standing, Penalty::default()),
                    Evaluation::Banned(ban) => bans.push((who, ban)),
                }
            }
            if !bans.is_empty() {
                self.punish(pool, bans)?;
            }
            Ok(standings)
        }

        /// Carries out bans that were latched: burns the bonds and the shares of the rest, and owes the caller its
        /// rewards.
        ///
        /// If the reputation contract refuses, the penalties are tried without the rewards, so that a keeper who cannot
        /// be rewarded spares nobody. If it refuses those as well, the bonds stay noted as locked. The bans stand
        /// either way.
        fn punish(&mut self, pool: PoolId, mut bans: Vec<(AccountId, Ban)>) -> Result<(), Error> {
            let mut taken = self.penalize(&bans);
            if let Err(error) = taken {
                for (who, ban) in &mut bans {
                    ban.reward = 0;
                    self.env().emit_event(ReputationRefused { who: *who, error });
                }
                taken = self.penalize(&bans);
            }
            let burns = taken.is_ok();
            let mut taken = taken.unwrap_or_default().into_iter();
            for (who, ban) in bans {
                if !burns {
                    self.members.keep_bond(pool, who, ban.bond)?;
                }
                let penalty = Penalty {
                    bond_burnt: taken.next().unwrap_or_default(),
                    slashed: taken.next().unwrap_or_default(),
                    reward: ban.reward,
                };
                self.announce_standing(pool, who, Standing::Banned, penalty);
                self.announce_successor(pool, ban.seated);
            }
            Ok(())
        }

        /// One attempt at the penalties of bans, with the rewards for the caller as one sum; returns what was taken:
        /// bond and share by turns.
        fn penalize(&self, bans: &[(AccountId, Ban)]) -> Result<Vec<Points>, reputation::Error> {
            let mut effects = Vec::new();
            let mut reward: Points = 0;
            for &(who, ref ban) in bans {
                effects.push(Effect::Slash { who, amount: ban.bond });
                effects.push(Effect::SlashShare { who, ppm: ban.slash_ppm });
                reward = reward.saturating_add(ban.reward);
            }
            if reward > 0 {
                effects.push(Effect::Owe { to: self.env().caller(), amount: reward, reason: MintReason::Keeper });
            }
            self.apply(effects)
        }

        /// All effects in one call of the reputation contract, or the reason it gave for refusing them. A failure below
        /// that (out of gas, a trap, no such contract) aborts the whole transaction.
        fn apply(&self, effects: Vec<Effect>) -> Result<Vec<Points>, reputation::Error> {
            let mut reputation: contract_ref!(interfaces::Reputation) = self.reputation().into();
            match reputation.call_mut().apply(effects).try_invoke() {
                Ok(Ok(outcome)) => outcome,
                _ => panic!("the call of the reputation contract failed"),
            }
        }

        fn announce_standing(&self, pool: PoolId, who: AccountId, standing: Standing, penalty: Penalty) {
            let Penalty { bond_burnt, slashed, reward } = penalty;
            let keeper = self.env().caller();
            self.env().emit_event(StandingChanged { pool, who, standing, bond_burnt, slashed, keeper, reward });
        }

        fn announce_place(&self, pool: PoolId, who: AccountId, place: Place) {
            match place {
                Place::Seat => self.env().emit_event(Seated { pool, who }),
                Place::Line => self.env().emit_event(Queued { pool, who }),
            }
        }

        /// The account that took a seat that came free, if anyone waited for it.
        fn announce_successor(&self, pool: PoolId, who: Option<AccountId>) {
            if let Some(who) = who {
                self.announce_place(pool, who, Place::Seat);
            }
        }
    }

    /// Tests of what does not enter the reputation contract; the rest is tested on a chain.
    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::fixtures::{account, plain, OPENED};
        use ink::{
            env::{test, DefaultEnvironment},
            scale::Decode,
        };
        use interfaces::Obligation as _;

        const MANAGER: u8 = 1;
        const OPERATOR: u8 = 2;
        const MEMBER: u8 = 3;
        const REPUTATION: u8 = 9;

        fn calls(caller: u8) {
            test::set_caller::<DefaultEnvironment>(account(caller));
        }

        /// The contract with a manager and an operator that opened a pool.
        fn contract() -> Obligation {
            test::set_block_timestamp::<DefaultEnvironment>(OPENED);
            calls(MANAGER);
            let mut contract = Obligation::new(account(REPUTATION));
            contract.grant_role(roles::OPERATOR, Some(account(OPERATOR))).unwrap();
            calls(OPERATOR);
            assert_eq!(contract.open_pool(plain(), Schedule::default()), Ok(0));
            contract
        }

        /// With a member on a seat, as if its bond had been locked.
        fn contract_with_member() -> Obligation {
            let mut contract = contract();
            contract.members.enlist(0, account(MEMBER), OPENED).unwrap();
            contract
        }

        fn events() -> usize {
            test::recorded_events().count()
        }

        fn last_event<E: Decode>() -> E {
            let event = test::recorded_events().last().expect("an event");
            E::decode(&mut &event.data[..]).expect("this event")
        }

        #[ink::test]
        fn who_deploys_is_the_manager_and_the_event_names_it() {
            calls(MANAGER);
            let contract = Obligation::new(account(REPUTATION));
            assert!(contract.has_role(roles::MANAGER, Some(account(MANAGER))));
            assert!(!contract.has_role(roles::MANAGER, Some(account(MEMBER))));
            assert_eq!(contract.reputation(), account(REPUTATION));
            let granted: RoleGranted = last_event();
            assert_eq!(granted.grantee, Some(account(MANAGER)));
        }

        #[ink::test]
        fn a_role_is_granted_by_the_manager_and_never_to_everyone() {
            let mut contract = contract();
            calls(MANAGER);
            for role in [roles::MANAGER, roles::OPERATOR] {
                assert_eq!(contract.grant_role(role, None), Err(AccessControlError::InvalidCaller));
            }
            calls(MEMBER);
            for grantee in [Some(account(MEMBER)), None] {
                assert_eq!(contract.grant_role(roles::OPERATOR, grantee), Err(AccessControlError::MissingRole));
            }
        }

        #[ink::test]
        fn only_an_operator_opens_pools() {
            let mut contract = contract();
            calls(MANAGER);
            assert_eq!(contract.open_pool(plain(), Schedule::default()), Err(Error::MissingRole));
            calls(OPERATOR);
            assert_eq!(contract.open_pool(plain(), Schedule::default()), Ok(1));
            assert_eq!(last_event::<PoolOpened>(), PoolOpened { pool: 1, operator: account(OPERATOR) });
            assert_eq!(contract.terms(1), Ok((plain(), Schedule::default())));
        }

        #[ink::test]
        fn a_pause_is_the_managers_and_stops_enlisting_and_nothing_else() {
            let mut contract = contract_with_member();
            assert_eq!(contract.pause(), Err(Error::MissingRole));
            calls(MANAGER);
            assert_eq!(contract.unpause(), Err(Error::NotPaused));
            assert_eq!(contract.pause(), Ok(()));
            assert_eq!(contract.pause(), Err(Error::Paused));
            assert!(contract.paused());
            calls(MEMBER);
            assert_eq!(contract.unpause(), Err(Error::MissingRole));
            assert_eq!(contract.enlist(0), Err(Error::Paused));
            assert_eq!(contract.check_in(0), Err(Error::NoPresence));
            assert_eq!(contract.evaluate(0, account(MEMBER)), Ok(Standing::Healthy));
            calls(OPERATOR);
            assert_eq!(contract.open_pool(plain(), Schedule::default()), Ok(1));
            assert_eq!(contract.commit(0, account(MEMBER), 1), Ok(0));
            calls(MANAGER);
            assert_eq!(contract.unpause(), Ok(()));
            calls(MEMBER);
            assert_eq!(contract.enlist(0), Err(Error::AlreadyMember));
        }

        #[ink::test]
        fn work_is_announced_as_it_is_recorded() {
            let mut contract = contract_with_member();
            assert_eq!(contract.record_seen(0, 480, 3), Ok(1));
            assert_eq!(last_event::<OpsSeen>(), OpsSeen { pool: 0, ops: 480, reviews_per_op: 3 });
            assert_eq!(contract.record_declared(0, account(MEMBER), 2), Ok(()));
            assert_eq!(last_event::<OpsDeclared>(), OpsDeclared { pool: 0, declared: vec![(account(MEMBER), 2)] });

            let before = events();
            let gone = Outcome { who: account(REPUTATION), declared: 4, released: 1 };
            let idle = Outcome { who: account(MEMBER), declared: 0, released: 1 };
            assert_eq!(contract.resolve(0, vec![gone, idle]), Ok(()));
            assert_eq!(contract.release(0, account(MEMBER)), Ok(()));
            assert_eq!(contract.record_declared(0, account(REPUTATION), 3), Ok(()));
            assert_eq!(events(), before, "nobody declared anything");

            let membership = contract.membership(0, account(MEMBER)).unwrap();
            assert_eq!((membership.required, membership.deficit), (10_000_000, 8_000_000));
            assert_eq!(contract.reserve(0, 8).map(|capacity| capacity.demand), Ok(1440));
            assert_eq!(contract.record_closed(0, 3), Ok(()));
            assert_eq!(contract.capacity(0).map(|capacity| capacity.backlog), Ok(5));
        }

        #[ink::test]
        fn a_latched_standing_is_announced_once_with_who_latched_it() {
            let mut contract = contract_with_member();
            contract.record_seen(0, 48 * 11, 3).unwrap();
            assert_eq!(contract.standing(0, account(MEMBER)), Ok(Standing::Throttled));
            calls(REPUTATION);
            assert_eq!(contract.evaluate(0, account(MEMBER)), Ok(Standing::Throttled));
            let expected = StandingChanged {
                pool: 0,
                who: account(MEMBER),
                standing: Standing::Throttled,
                bond_burnt: 0,
                slashed: 0,
                keeper: account(REPUTATION),
                reward: 0,
            };
            assert_eq!(last_event::<StandingChanged>(), expected);
            let before = events();
            assert_eq!(contract.evaluate(0, account(MEMBER)), Ok(Standing::Throttled));
            assert_eq!(events(), before);
        }
    }
}
