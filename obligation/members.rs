//! The life of a member (section 1.4): it enlists, gets a seat at once or in its turn, works, rests, leaves, or is
//! banned.
//!
//! [`Members`] owns all cells of the pools. Every method loads each cell it needs once, refuses before it changes
//! anything, stores each changed cell once, and never loops over members. It returns what is left to do elsewhere, in
//! reputation and events.

use ink::{
    env::{emit_event, DefaultEnvironment},
    prelude::vec::Vec,
    primitives::AccountId,
    storage::{Lazy, Mapping},
};
use interfaces::{
    ensure,
    obligation::{
        Error, MemberState, Outcome, Schedule, Standing, Terms, TermsApplied, BY_ENROLMENT, MAX_BANS, MAX_EVALUATED,
        MAX_FILLED, MAX_OUTCOMES, MAX_PAGE, MAX_POOLS_OF,
    },
    Points, PoolId, Ppm, Timestamp,
};

use crate::{
    ledger::{Counters, Member, Pool, PoolNow, Proposal},
    seats::WaitingLines,
    terms,
};

/// What is kept of an account across all pools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct Account {
    /// The pools where it is seated, waiting or frozen; at most eight.
    pools: Vec<PoolId>,
    /// In how many more pools it is enrolled.
    engagements: u32,
    /// Whether it is at rest, in all of them.
    frozen: bool,
    /// When its last rest began.
    last_freeze: Option<Timestamp>,
    /// The earliest end of that rest, under the terms of that time.
    rests_until: Timestamp,
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
    /// A bond of an earlier membership that could not be unlocked.
    pub unlock: Points,
    /// What must be available.
    pub require: Points,
    /// The bond.
    pub lock: Points,
}

/// What leaving sets free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    pub bond: Points,
    /// The account that takes the seat, if one came free.
    pub seated: Option<AccountId>,
}

/// What committing to work found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// How many ops the member was short before.
    pub short: u32,
    /// The ops of presence that it declared by this.
    pub presence: Option<u32>,
}

/// What a ban costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    pub bond: Points,
    pub slash_ppm: Ppm,
    /// For whoever's call latched it.
    pub reward: Points,
    /// The account that takes the seat.
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

impl Evaluation {
    pub fn standing(&self) -> Standing {
        match self {
            Self::Unchanged(standing) | Self::Latched(standing) => *standing,
            Self::Banned(_) => Standing::Banned,
        }
    }
}

/// All pools and their members.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct Members {
    /// How many pools were opened: the next one's id.
    opened: Lazy<PoolId>,
    pools: Mapping<PoolId, Pool>,
    counters: Mapping<PoolId, Counters>,
    proposals: Mapping<PoolId, Proposal>,
    members: Mapping<(PoolId, AccountId), Member>,
    accounts: Mapping<AccountId, Account>,
    lines: WaitingLines,
}

impl Members {
    // Reads

    /// The pool as of now. A proposal that fell due is in force from then on, whether or not anyone applied it.
    pub fn pool(&self, id: PoolId, now: Timestamp) -> Result<PoolNow, Error> {
        let pool = self.pools.get(id).ok_or(Error::UnknownPool)?;
        let counters = self.counters.get(id).unwrap_or_default();
        let due = counters.due.filter(|due| *due <= now);
        let mut pool = PoolNow::new(id, pool, counters, due.unwrap_or(now));
        if let Some(proposal) = due.and_then(|_| self.proposals.get(id)) {
            pool.adopt(proposal);
            pool.advance(now);
        }
        Ok(pool)
    }

    /// What is proposed and not in force yet, and when it will be.
    pub fn pending(&self, id: PoolId, now: Timestamp) -> Option<(Terms, Schedule, Timestamp)> {
        let due = self.counters.get(id)?.due.filter(|due| now < *due)?;
        let proposal = self.proposals.get(id)?;
        Some((proposal.terms, proposal.schedule, due))
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

    /// Latches the standings of all `accounts`, but at most eight bans, and says in their order what was found.
    ///
    /// All are judged as they stood at the beginning: whoever takes the seat of a banned member is not judged on it,
    /// and whoever is named again is found unchanged.
    pub fn evaluate(&mut self, id: PoolId, accounts: &[AccountId], now: Timestamp) -> Result<Vec<Evaluation>, Error> {
        ensure!(accounts.len() <= MAX_EVALUATED, Error::TooManyEvaluated);
        let mut pool = self.pool(id, now)?;
        let members: Result<Vec<_>, _> = accounts.iter().map(|&who| self.member(id, who)).collect();
        let mut evaluations: Vec<Evaluation> = Vec::with_capacity(accounts.len());
        let (mut bans, mut changed) = (0_usize, false);
        for (&who, mut member) in accounts.iter().zip(members?) {
            let named_before = accounts.iter().zip(&evaluations).find(|(other, _)| **other == who);
            let evaluation = match named_before {
                Some((_, found)) => Evaluation::Unchanged(found.standing()),
                None => self.judge(&mut pool, who, &mut member, bans < MAX_BANS),
            };
            bans = bans.saturating_add(matches!(evaluation, Evaluation::Banned(_)).into());
            changed |= !matches!(evaluation, Evaluation::Unchanged(_));
            evaluations.push(evaluation);
        }
        if changed {
            self.store(&pool);
        }
        Ok(evaluations)
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

    /// Writes down a proposal that is in force.
    pub fn apply_terms(&mut self, id: PoolId, now: Timestamp) -> Result<(), Error> {
        let pool = self.pool(id, now)?;
        ensure!(pool.counters.due.is_none(), Error::NoticeRunning);
        ensure!(pool.adopted, Error::NoPendingTerms);
        self.store(&pool);
        Ok(())
    }

    // Members

    /// Puts `who` on a free seat or at the end of the line, in both cases with a bond.
    pub fn enlist(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Enlisted, Error> {
        let mut pool = self.pool(id, now)?;
        let (mut member, mut account) = self.candidate(&pool, who)?;
        ensure!(account.pools.len() < MAX_POOLS_OF, Error::TooManyPools);

        account.pools.push(id);
        self.accounts.insert(who, &account);
        let unlock = core::mem::replace(&mut member.bond, pool.terms().bond);
        let place = self.place(&mut pool, who, &mut member);
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(Enlisted { place, unlock, require: pool.terms().min_reputation, lock: member.bond })
    }

    /// `who` gives up its seat or its place in the line. Whoever has already left can do so again for a bond that could
    /// not be unlocked then ([`Members::keep_bond`]).
    pub fn resign(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Departed, Error> {
        let mut pool = self.pool(id, now)?;
        let mut member = self.member(id, who)?;
        let mut seated = None;
        match member.state {
            MemberState::Left => ensure!(member.bond > 0, Error::NotAMember),
            MemberState::Waiting => {
                self.lines.leave(id, &mut pool.counters.line, who);
                member.state = MemberState::Left;
                self.leave_pool(who, id, &mut member);
                self.store(&pool);
            }
            MemberState::Seated | MemberState::Frozen | MemberState::Banned => {
                if !(pool.counters.closed && member.state == MemberState::Seated) {
                    pool.standing_at_work(&member)?;
                    // Nobody is held to terms it did not agree to; the ledger keeps the deficit, and what it committed
                    // to stays open.
                    if pool.counters.due.is_none() {
                        ensure!(member.open == 0, Error::OpenCommitments);
                        ensure!(!member.enrolled, Error::Engaged);
                        ensure!(pool.deficit(&member) == 0, Error::Deficit);
                    }
                }
                seated = self.leave_seat(&mut pool, who, &mut member, MemberState::Left);
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
        ensure!(!pool.counters.closed, Error::PoolClosed);
        let mut member = self.member(id, who)?;
        pool.standing_at_work(&member)?;
        ensure!(pool.presence() > 0, Error::NoPresence);
        let presence = pool.check_in(&mut member).ok_or(Error::AlreadyCheckedIn)?;

        self.keep(id, who, &member);
        self.store(&pool);
        Ok(presence)
    }

    /// `who` makes up for `ops` it missed; returns what that costs in reputation.
    pub fn restore(&mut self, id: PoolId, who: AccountId, ops: u32, now: Timestamp) -> Result<Points, Error> {
        let mut pool = self.pool(id, now)?;
        ensure!(!pool.counters.closed, Error::PoolClosed);
        let mut member = self.member(id, who)?;
        pool.standing_at_work(&member)?;
        let deficit = pool.deficit(&member);
        ensure!(deficit > 0 && ops > 0, Error::NoDeficit);
        ensure!(u128::from(ops) <= deficit, Error::BeyondDeficit);

        pool.declare(&mut member, ops);
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(pool.terms().restore_price.saturating_mul(ops.into()))
    }

    /// `who` comes clean after a ban; returns what that costs in reputation.
    pub fn redeem(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<Points, Error> {
        let pool = self.pool(id, now)?;
        ensure!(!pool.counters.closed, Error::PoolClosed);
        let terms = pool.terms();
        ensure!(terms.min_reputation != BY_ENROLMENT, Error::Engaged);
        let mut member = self.banned(&pool, who)?;

        let missing = terms.restore_price.saturating_mul(pool.deficit(&member));
        self.lift(id, who, &mut member);
        Ok(missing.max(terms.bond))
    }

    /// Rests all memberships of `who`, seats and places in lines alike; returns who took which seat.
    pub fn freeze(&mut self, who: AccountId, now: Timestamp) -> Result<Vec<(PoolId, AccountId)>, Error> {
        let mut account = self.account(who);
        ensure!(account.engagements == 0, Error::Engaged);
        ensure!(!account.pools.is_empty(), Error::NotAMember);
        ensure!(!account.frozen, Error::Frozen);
        let mut memberships = Vec::with_capacity(account.pools.len());
        let (mut interval, mut shortest) = (0, 0);
        for &id in &account.pools {
            let (pool, member) = (self.pool(id, now)?, self.member(id, who)?);
            // A member that waits in line may have kept a ledger from a seat it had.
            ensure!(pool.standing(&member) != Standing::Banned, Error::Banned);
            ensure!(pool.deficit(&member) == 0, Error::Deficit);
            ensure!(member.open == 0, Error::OpenCommitments);
            interval = interval.max(pool.terms().freeze_interval);
            shortest = shortest.max(pool.terms().min_freeze);
            memberships.push((pool, member));
        }
        ensure!(account.last_freeze.is_none_or(|last| now >= last.saturating_add(interval)), Error::FrozenRecently);

        account.frozen = true;
        account.last_freeze = Some(now);
        account.rests_until = now.saturating_add(shortest);
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
        ensure!(account.frozen, Error::NotFrozen);
        ensure!(now >= account.rests_until, Error::FrozenTooShortly);
        let mut memberships = Vec::with_capacity(account.pools.len());
        for &id in &account.pools {
            let (pool, member) = (self.pool(id, now)?, self.member(id, who)?);
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
    pub fn keep_bond(&mut self, id: PoolId, who: AccountId, bond: Points) -> Result<(), Error> {
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

    /// From now on nothing accrues, and a proposal is void.
    pub fn close_pool(&mut self, id: PoolId, operator: AccountId, now: Timestamp) -> Result<(), Error> {
        let mut pool = self.operated(id, operator, now)?;
        ensure!(!pool.counters.closed, Error::PoolClosed);

        if pool.counters.due.take().is_some() {
            self.proposals.remove(id);
        }
        pool.counters.closed = true;
        self.store(&pool);
        Ok(())
    }

    /// Puts `who` on a free seat that nobody waits for, as one that agreed to it through the operator.
    pub fn enroll(
        &mut self,
        id: PoolId,
        operator: AccountId,
        who: AccountId,
        now: Timestamp,
    ) -> Result<Enlisted, Error> {
        let mut pool = self.operated(id, operator, now)?;
        let (mut member, mut account) = self.candidate(&pool, who)?;
        ensure!(pool.has_free_seat() && pool.counters.line.length == 0, Error::NoFreeSeat);

        account.engagements = account.engagements.saturating_add(1);
        self.accounts.insert(who, &account);
        member.enrolled = true;
        let unlock = core::mem::replace(&mut member.bond, pool.terms().bond);
        pool.seat(&mut member);
        self.keep(id, who, &member);
        self.store(&pool);
        let require = Some(pool.terms().min_reputation).filter(|least| *least != BY_ENROLMENT).unwrap_or(0);
        Ok(Enlisted { place: Place::Seat, unlock, require, lock: member.bond })
    }

    /// Ends what [`Members::enroll`] began.
    pub fn discharge(
        &mut self,
        id: PoolId,
        operator: AccountId,
        who: AccountId,
        now: Timestamp,
    ) -> Result<Departed, Error> {
        let mut pool = self.operated(id, operator, now)?;
        let mut member = self.member(id, who)?;
        ensure!(member.enrolled, Error::NotAMember);

        let seated = self.leave_seat(&mut pool, who, &mut member, MemberState::Left);
        let bond = core::mem::take(&mut member.bond);
        self.keep(id, who, &member);
        self.store(&pool);
        Ok(Departed { bond, seated })
    }

    /// Returns how many members are active, and whether there was anything to record: a closed pool sees nothing.
    pub fn record_seen(
        &mut self,
        id: PoolId,
        operator: AccountId,
        ops: u32,
        reviews_per_op: u32,
        now: Timestamp,
    ) -> Result<(u32, bool), Error> {
        let mut pool = self.operated(id, operator, now)?;
        let open = !pool.counters.closed;
        if open {
            pool.see(ops, reviews_per_op);
            self.store(&pool);
        }
        Ok((pool.counters.active, open))
    }

    /// Adds to the backlog; returns the pool's capacity with that.
    pub fn reserve(
        &mut self,
        id: PoolId,
        operator: AccountId,
        reviews: u32,
        now: Timestamp,
    ) -> Result<interfaces::obligation::Capacity, Error> {
        let mut pool = self.operated(id, operator, now)?;
        ensure!(!pool.counters.closed, Error::PoolClosed);
        pool.counters.backlog = pool.counters.backlog.saturating_add(reviews.into());
        self.store(&pool);
        Ok(pool.capacity())
    }

    /// Removes closed reviews from the backlog.
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

    /// Opens `count` commitments of `who`, if its live standing allows that many more, and declares its presence; says
    /// how many ops it was short before.
    pub fn commit(
        &mut self,
        id: PoolId,
        operator: AccountId,
        who: AccountId,
        count: u32,
        now: Timestamp,
    ) -> Result<Committed, Error> {
        let mut pool = self.operated(id, operator, now)?;
        let mut member = self.member(id, who)?;
        let standing = pool.standing_at_work(&member)?;
        let open = member.open.saturating_add(count);
        ensure!(open <= pool.most_open(standing), Error::TooManyCommitments);

        let short = u32::try_from(pool.deficit(&member)).unwrap_or(u32::MAX);
        member.open = open;
        let presence = pool.check_in(&mut member);
        if presence.is_some() {
            self.store(&pool);
        }
        self.keep(id, who, &member);
        Ok(Committed { short, presence })
    }

    /// Records how commitments ended; returns what was declared by whom. A member without a seat, or in a closed pool,
    /// declares nothing, but its commitments are still closed, at most those that are open: closing work never fails
    /// because its member is gone.
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
            let seated = member.state == MemberState::Seated && !pool.counters.closed;
            let declares = outcome.declared > 0 && seated;
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

    // Managers

    /// Terms and a schedule are proposed; returns when they take effect.
    pub fn propose_terms(
        &mut self,
        id: PoolId,
        terms: Terms,
        schedule: Schedule,
        now: Timestamp,
    ) -> Result<Timestamp, Error> {
        let mut pool = self.pool(id, now)?;
        ensure!(!pool.counters.closed, Error::PoolClosed);
        terms::validate_change(pool.terms(), &terms, &schedule).map_err(Error::InvalidTerms)?;

        let due = now.saturating_add(pool.terms().notice);
        pool.counters.due = Some(due);
        self.store(&pool);
        self.proposals.insert(id, &Proposal { terms, schedule });
        Ok(due)
    }

    /// Lifts the ban of `who`.
    pub fn reinstate(&mut self, id: PoolId, who: AccountId, now: Timestamp) -> Result<(), Error> {
        let pool = self.pool(id, now)?;
        let mut member = self.banned(&pool, who)?;
        self.lift(id, who, &mut member);
        Ok(())
    }

    // Steps

    /// `who`, if a ban keeps it out, one that was latched or one that its ledger calls for, and the cooldown is over.
    fn banned(&self, pool: &PoolNow, who: AccountId) -> Result<Member, Error> {
        let member = self.member(pool.id, who)?;
        let gone = matches!(member.state, MemberState::Banned | MemberState::Left);
        ensure!(gone && pool.standing(&member) == Standing::Banned, Error::NotBanned);
        ensure!(!member.cools_down(pool.now), Error::CoolingDown);
        Ok(member)
    }

    /// The ban is over, and the ledger starts from zero.
    fn lift(&mut self, id: PoolId, who: AccountId, member: &mut Member) {
        member.state = MemberState::Left;
        member.clear();
        self.keep(id, who, member);
    }

    /// Latches the standing of one member, a ban only if it `may_ban`. Only a member with a seat can change: a ledger
    /// that stands still has nothing to latch, and neither has a closed pool.
    fn judge(&mut self, pool: &mut PoolNow, who: AccountId, member: &mut Member, may_ban: bool) -> Evaluation {
        let standing = pool.standing(member);
        if member.state != MemberState::Seated || pool.counters.closed {
            return Evaluation::Unchanged(standing);
        }
        if standing != Standing::Banned {
            if !pool.latch(member, standing) {
                return Evaluation::Unchanged(standing);
            }
            self.keep(pool.id, who, member);
            return Evaluation::Latched(standing);
        }
        if !may_ban {
            return Evaluation::Unchanged(standing);
        }
        let bond = core::mem::take(&mut member.bond);
        let seated = self.leave_seat(pool, who, member, MemberState::Banned);
        self.keep(pool.id, who, member);
        Evaluation::Banned(Ban {
            bond,
            slash_ppm: pool.terms().slash_ppm,
            reward: pool.terms().keeper_reward.min(terms::most_reward(bond)),
            seated,
        })
    }

    /// The pool, if `operator` opened it.
    fn operated(&self, id: PoolId, operator: AccountId, now: Timestamp) -> Result<PoolNow, Error> {
        let pool = self.pool(id, now)?;
        ensure!(pool.fixed.operator == operator, Error::NotOperator);
        Ok(pool)
    }

    /// What is known of `who`, if it may take a seat in this pool.
    fn candidate(&self, pool: &PoolNow, who: AccountId) -> Result<(Member, Account), Error> {
        ensure!(!pool.counters.closed, Error::PoolClosed);
        let member = self.members.get((pool.id, who)).unwrap_or_default();
        ensure!(pool.standing(&member) != Standing::Banned, Error::Banned);
        match member.state {
            MemberState::Seated | MemberState::Waiting => return Err(Error::AlreadyMember),
            MemberState::Frozen => return Err(Error::Frozen),
            MemberState::Left | MemberState::Banned => {}
        }
        let account = self.account(who);
        ensure!(!account.frozen, Error::Frozen);
        ensure!(!member.cools_down(pool.now), Error::CoolingDown);
        Ok((member, account))
    }

    /// `who` gives up its seat and the pool; returns who takes the seat.
    fn leave_seat(
        &mut self,
        pool: &mut PoolNow,
        who: AccountId,
        member: &mut Member,
        state: MemberState,
    ) -> Option<AccountId> {
        pool.vacate(member, state);
        self.leave_pool(who, pool.id, member);
        self.seat_first(pool)
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

    /// Gives a free seat to the first in line. Everyone who waits is qualified, so nothing is searched.
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

    fn leave_pool(&mut self, who: AccountId, id: PoolId, member: &mut Member) {
        let mut account = self.account(who);
        if core::mem::take(&mut member.enrolled) {
            account.engagements = account.engagements.saturating_sub(1);
        } else {
            account.pools.retain(|pool| *pool != id);
        }
        self.accounts.insert(who, &account);
    }

    fn keep(&mut self, id: PoolId, who: AccountId, member: &Member) {
        self.members.insert((id, who), member);
    }

    /// Stores what changed about the pool. Terms that took effect meanwhile are written down here, whatever the
    /// message, and announced at once.
    fn store(&mut self, pool: &PoolNow) {
        self.counters.insert(pool.id, &pool.counters);
        if pool.adopted {
            self.pools.insert(pool.id, &pool.fixed);
            self.proposals.remove(pool.id);
            emit_event::<DefaultEnvironment, _>(TermsApplied { pool: pool.id });
        }
    }
}

#[cfg(test)]
mod tests;
