//! The life of a member (section 1.4): it enlists, gets a seat at once or in its turn, works, rests, leaves, or is
//! banned.
//!
//! [`Members`] owns all cells of the pools. Every method loads each cell it needs once, refuses before it changes
//! anything, stores each changed cell once, and never loops over members. What is left to do elsewhere, in reputation
//! and events, it returns.

use ink::{
    prelude::vec::Vec,
    primitives::AccountId,
    storage::{Lazy, Mapping},
};
use interfaces::{
    obligation::{
        Error, MemberState, Outcome, Schedule, Standing, Terms, MAX_FILLED, MAX_OUTCOMES, MAX_PAGE, MAX_POOLS_OF,
    },
    Balance, PoolId, Ppm, Timestamp,
};

use crate::{
    ledger::{Counters, Member, Pool, PoolNow},
    seats::WaitingLines,
    terms,
};

/// What is kept of an account across all pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct Account {
    /// Where it is seated, waiting or frozen; at most eight.
    pools: Vec<PoolId>,
    /// Whether it takes a rest, from all of them.
    frozen: bool,
    /// When its last rest began.
    last_freeze: Option<Timestamp>,
}

/// Where an account was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Seat,
    Line,
}

/// What enlisting asks of the account's reputation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enlisted {
    pub place: Place,
    /// A bond of an earlier membership that could not be unlocked then.
    pub unlock: Balance,
    /// What must be available.
    pub require: Balance,
    /// The bond.
    pub lock: Balance,
}

/// What leaving sets free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    pub bond: Balance,
    /// Who takes the seat, if one came free.
    pub seated: Option<AccountId>,
}

/// What a ban costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    pub bond: Balance,
    pub slash_ppm: Ppm,
    /// For whoever's call latched it.
    pub reward: Balance,
    /// Who takes the seat.
    pub seated: Option<AccountId>,
}

/// What an evaluation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluation {
    /// What was known.
    Unchanged(Standing),
    /// Healthy or Throttled, and the other was latched.
    Latched(Standing),
    /// Banned, for the first time.
    Banned(Ban),
}

/// All pools and their members.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Members {
    /// How many pools were opened: the next one's id.
    opened: Lazy<PoolId>,
    pools: Mapping<PoolId, Pool>,
    counters: Mapping<PoolId, Counters>,
    members: Mapping<(PoolId, AccountId), Member>,
    accounts: Mapping<AccountId, Account>,
    lines: WaitingLines,
}

impl Members {
    // Reads

    /// The pool as of now.
    pub fn pool(&self, id: PoolId, now: Timestamp) -> Result<PoolNow, Error> {
        let pool = self.pools.get(id).ok_or(Error::UnknownPool)?;
        Ok(PoolNow::new(id, pool, self.counters.get(id).unwrap_or_default(), now))
    }

    /// What the pool never changes.
    pub fn terms(&self, id: PoolId) -> Result<(Terms, Schedule), Error> {
        let pool = self.pools.get(id).ok_or(Error::UnknownPool)?;
        Ok((pool.terms, pool.schedule))
    }

    /// The account in this pool, once it has been a member or waited.
    pub fn member(&self, pool: PoolId, who: AccountId) -> Result<Member, Error> {
        self.members.get((pool, who)).ok_or(Error::NotAMember)
    }

    pub fn waiting(&self, id: PoolId, from: Option<AccountId>, count: u32) -> Result<Vec<AccountId>, Error> {
        ensure!(self.pools.contains(id), Error::UnknownPool);
        let counters = self.counters.get(id).unwrap_or_default();
        self.lines.page(id, &counters.line, from, count.min(MAX_PAGE)).ok_or(Error::NotAMember)
    }

    pub fn pools_of(&self, who: AccountId) -> Vec<PoolId> {
        self.account(who).pools
    }

    // Anyone

    /// Latches the standing of `who`. Only who has a seat can change: a ledger that stands still has nothing to latch.
    pub fn evaluate(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Evaluation, Error> {
        let mut pool = self.pool(id, now)?;
        let mut member = self.member(id, who)?;
        let standing = pool.standing(&member);
        if member.state != MemberState::Seated {
            return Ok(Evaluation::Unchanged(standing));
        }
        let evaluation = if standing == Standing::Banned {
            let bond = core::mem::take(&mut member.bond);
            pool.vacate(&mut member, MemberState::Banned);
            self.leave_pool(who, id);
            Evaluation::Banned(Ban {
                bond,
                slash_ppm: pool.terms().slash_ppm,
                reward: pool.terms().keeper_reward.min(terms::most_reward(bond)),
                seated: self.seat_first(&mut pool),
            })
        } else if pool.latch(&mut member, standing) {
            Evaluation::Latched(standing)
        } else {
            return Ok(Evaluation::Unchanged(standing));
        };
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(evaluation)
    }

    /// Gives up to `max` free seats to the first in line and returns who took them.
    pub fn fill_seats(&mut self, id: PoolId, max: u32, now: Timestamp) -> Result<Vec<AccountId>, Error> {
        let mut pool = self.pool(id, now)?;
        let mut seated = Vec::new();
        for _ in 0..max.min(MAX_FILLED) {
            let Some(who) = self.seat_first(&mut pool) else { break };
            seated.push(who);
        }
        if !seated.is_empty() {
            self.store(&pool);
        }
        Ok(seated)
    }

    // Members

    /// Puts `who` on a free seat or at the end of the line, in both cases with a bond.
    pub fn enlist(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Enlisted, Error> {
        let mut pool = self.pool(id, now)?;
        let mut member = self.members.get((id, who)).unwrap_or_default();
        ensure!(pool.standing(&member) != Standing::Banned, Error::Banned);
        match member.state {
            MemberState::Seated | MemberState::Waiting => return Err(Error::AlreadyMember),
            MemberState::Frozen => return Err(Error::Frozen),
            MemberState::Left | MemberState::Banned => {}
        }
        let mut account = self.account(who);
        ensure!(!account.frozen, Error::Frozen);
        ensure!(!member.cools_down(pool.terms().cooldown, now), Error::CoolingDown);
        ensure!(account.pools.len() < MAX_POOLS_OF, Error::TooManyPools);

        account.pools.push(id);
        self.accounts.insert(who, &account);
        let lock = pool.terms().bond;
        let unlock = core::mem::replace(&mut member.bond, lock);
        let place = self.place(&mut pool, who, &mut member);
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(Enlisted { place, unlock, require: pool.terms().min_reputation, lock })
    }

    /// `who` gives up its seat or its place in the line. Who has left already can do so again for a bond that could not
    /// be unlocked then ([`Members::keep_bond`]).
    pub fn resign(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Departed, Error> {
        let mut pool = self.pool(id, now)?;
        let mut member = self.member(id, who)?;
        let mut seated = None;
        match member.state {
            MemberState::Left => ensure!(member.bond > 0, Error::NotAMember),
            MemberState::Waiting => {
                self.lines.leave(id, &mut pool.counters.line, who);
                member.state = MemberState::Left;
                self.leave_pool(who, id);
                self.store(&pool);
            }
            MemberState::Seated | MemberState::Frozen | MemberState::Banned => {
                pool.standing_at_work(&member)?;
                ensure!(member.open == 0, Error::OpenCommitments);
                ensure!(pool.deficit(&member) == 0, Error::Deficit);
                pool.vacate(&mut member, MemberState::Left);
                seated = self.seat_first(&mut pool);
                self.leave_pool(who, id);
                self.store(&pool);
            }
        }
        let bond = core::mem::take(&mut member.bond);
        self.keep(id, who, &member);
        Ok(Departed { bond, seated })
    }

    /// `who` declares the pool's presence for this epoch; returns how many ops that is.
    pub fn check_in(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<u32, Error> {
        let mut pool = self.pool(id, now)?;
        let mut member = self.member(id, who)?;
        pool.standing_at_work(&member)?;
        let presence = pool.terms().presence;
        ensure!(presence > 0, Error::NoPresence);
        ensure!(pool.epoch() >= member.next_check_in, Error::AlreadyCheckedIn);

        member.next_check_in = pool.epoch().saturating_add(1);
        pool.declare(&mut member, presence);
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(presence)
    }

    /// Rests all memberships of `who`, seats and places in lines alike; returns who took which seat.
    pub fn freeze(&mut self, who: AccountId, now: Timestamp) -> Result<Vec<(PoolId, AccountId)>, Error> {
        let mut account = self.account(who);
        ensure!(!account.pools.is_empty(), Error::NotAMember);
        ensure!(!account.frozen, Error::Frozen);
        let mut memberships = Vec::with_capacity(account.pools.len());
        let mut interval = 0;
        for &id in &account.pools {
            let (pool, member) = (self.pool(id, now)?, self.member(id, who)?);
            if member.state == MemberState::Seated {
                pool.standing_at_work(&member)?;
                ensure!(pool.deficit(&member) == 0, Error::Deficit);
                ensure!(member.open == 0, Error::OpenCommitments);
            }
            interval = interval.max(pool.terms().freeze_interval);
            memberships.push((pool, member));
        }
        ensure!(account.last_freeze.is_none_or(|last| now >= last.saturating_add(interval)), Error::FrozenRecently);

        account.frozen = true;
        account.last_freeze = Some(now);
        self.accounts.insert(who, &account);
        let mut seated = Vec::new();
        for (mut pool, mut member) in memberships {
            if member.state == MemberState::Seated {
                pool.vacate(&mut member, MemberState::Frozen);
                seated.extend(self.seat_first(&mut pool).map(|next| (pool.id, next)));
            } else {
                self.lines.leave(pool.id, &mut pool.counters.line, who);
                member.state = MemberState::Frozen;
            }
            pool.counters.frozen = pool.counters.frozen.saturating_add(1);
            self.keep(pool.id, who, &member);
            self.store(&pool);
        }
        Ok(seated)
    }

    /// Ends the rest of `who`; returns where it was put.
    pub fn unfreeze(&mut self, who: AccountId, now: Timestamp) -> Result<Vec<(PoolId, Place)>, Error> {
        let mut account = self.account(who);
        let began = account.last_freeze.filter(|_| account.frozen).ok_or(Error::NotFrozen)?;
        let mut memberships = Vec::with_capacity(account.pools.len());
        for &id in &account.pools {
            let (pool, member) = (self.pool(id, now)?, self.member(id, who)?);
            ensure!(now >= began.saturating_add(pool.terms().min_freeze), Error::FrozenTooShortly);
            memberships.push((pool, member));
        }

        account.frozen = false;
        self.accounts.insert(who, &account);
        let mut places = Vec::with_capacity(memberships.len());
        for (mut pool, mut member) in memberships {
            pool.counters.frozen = pool.counters.frozen.saturating_sub(1);
            places.push((pool.id, self.place(&mut pool, who, &mut member)));
            self.keep(pool.id, who, &member);
            self.store(&pool);
        }
        Ok(places)
    }

    /// Notes that the bond of a membership that has ended is still locked.
    pub fn keep_bond(&mut self, id: PoolId, who: AccountId, bond: Balance) -> Result<(), Error> {
        let mut member = self.member(id, who)?;
        member.bond = bond;
        self.keep(id, who, &member);
        Ok(())
    }

    // Operators

    pub fn open_pool(
        &mut self,
        operator: AccountId,
        terms: Terms,
        schedule: Schedule,
        now: Timestamp,
    ) -> Result<PoolId, Error> {
        terms::validate(&terms, &schedule).map_err(Error::InvalidTerms)?;
        let id = self.opened.get().unwrap_or_default();
        let next = id.checked_add(1).ok_or(Error::TooManyPoolsOpened)?;
        self.opened.set(&next);
        self.pools.insert(id, &Pool { operator, opened: now, terms, schedule });
        self.counters.insert(id, &Counters::default());
        Ok(id)
    }

    pub fn record_seen(
        &mut self,
        id: PoolId,
        operator: AccountId,
        ops: u32,
        reviews_per_op: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut pool = self.operated(id, operator, now)?;
        pool.see(ops, reviews_per_op);
        self.store(&pool);
        Ok(())
    }

    /// Adds to the backlog; returns the pool as it was before.
    pub fn reserve(
        &mut self,
        id: PoolId,
        operator: AccountId,
        reviews: u32,
        now: Timestamp,
    ) -> Result<interfaces::obligation::Capacity, Error> {
        let mut pool = self.operated(id, operator, now)?;
        let before = pool.capacity();
        pool.counters.backlog = pool.counters.backlog.saturating_add(reviews.into());
        self.store(&pool);
        Ok(before)
    }

    /// Takes off the backlog what is done with.
    pub fn record_closed(
        &mut self,
        id: PoolId,
        operator: AccountId,
        reviews: u32,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut pool = self.operated(id, operator, now)?;
        pool.counters.backlog = pool.counters.backlog.saturating_sub(reviews.into());
        self.store(&pool);
        Ok(())
    }

    /// Opens a commitment of `who`, if its live standing allows one more.
    pub fn commit(&mut self, id: PoolId, operator: AccountId, who: AccountId, now: Timestamp) -> Result<(), Error> {
        let pool = self.operated(id, operator, now)?;
        let mut member = self.member(id, who)?;
        let standing = pool.standing_at_work(&member)?;
        ensure!(member.open < pool.most_open(standing), Error::TooManyCommitments);

        member.open = member.open.saturating_add(1);
        self.keep(id, who, &member);
        Ok(())
    }

    /// Records how commitments ended; returns what was declared by whom. Who has no seat declares nothing, but its
    /// commitments are still closed, at most those that are open: work that is done with never fails because its member
    /// is gone.
    pub fn resolve(
        &mut self,
        id: PoolId,
        operator: AccountId,
        outcomes: &[Outcome],
        now: Timestamp,
    ) -> Result<Vec<(AccountId, u32)>, Error> {
        let mut pool = self.operated(id, operator, now)?;
        ensure!(outcomes.len() <= MAX_OUTCOMES, Error::TooManyOutcomes);
        let mut declared = Vec::new();
        for outcome in outcomes {
            let Some(mut member) = self.members.get((id, outcome.who)) else { continue };
            let declares = outcome.declared > 0 && member.state == MemberState::Seated;
            if declares {
                pool.declare(&mut member, outcome.declared);
                declared.push((outcome.who, outcome.declared));
            }
            let open = member.open.saturating_sub(outcome.released);
            if declares || open != member.open {
                member.open = open;
                self.keep(id, outcome.who, &member);
            }
        }
        if !declared.is_empty() {
            self.store(&pool);
        }
        Ok(declared)
    }

    // Steps

    /// The pool, if `operator` opened it.
    fn operated(&self, id: PoolId, operator: AccountId, now: Timestamp) -> Result<PoolNow, Error> {
        let pool = self.pool(id, now)?;
        ensure!(pool.fixed.operator == operator, Error::NotOperator);
        Ok(pool)
    }

    /// Puts `who` on a free seat that nobody waits for, otherwise at the end of the line.
    fn place(&mut self, pool: &mut PoolNow, who: AccountId, member: &mut Member) -> Place {
        if pool.has_free_seat() && pool.counters.line.length == 0 {
            pool.seat(member);
            Place::Seat
        } else {
            self.lines.join(pool.id, &mut pool.counters.line, who);
            member.state = MemberState::Waiting;
            Place::Line
        }
    }

    /// Gives a free seat to the first in line. All who wait are qualified, so nothing is searched.
    fn seat_first(&mut self, pool: &mut PoolNow) -> Option<AccountId> {
        if !pool.has_free_seat() {
            return None;
        }
        let who = self.lines.pop(pool.id, &mut pool.counters.line)?;
        let mut member = self.members.get((pool.id, who)).unwrap_or_default();
        pool.seat(&mut member);
        self.keep(pool.id, who, &member);
        Some(who)
    }

    fn account(&self, who: AccountId) -> Account {
        self.accounts.get(who).unwrap_or_default()
    }

    fn leave_pool(&mut self, who: AccountId, id: PoolId) {
        let mut account = self.account(who);
        account.pools.retain(|pool| *pool != id);
        self.accounts.insert(who, &account);
    }

    fn keep(&mut self, id: PoolId, who: AccountId, member: &Member) {
        self.members.insert((id, who), member);
    }

    fn store(&mut self, pool: &PoolNow) {
        self.counters.insert(pool.id, &pool.counters);
    }
}

#[cfg(test)]
mod tests;
