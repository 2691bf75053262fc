//! The life of a member (section 1.4): in the order in which the contract refuses, changes and hands on a seat.

use super::{Account, Member, Pool, State, Who};
use rules::{Ledger, Micro, Standing};

/// Why the contract would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    AlreadyCheckedIn,
    AlreadyMember,
    Banned,
    BeyondDeficit,
    CoolingDown,
    Deficit,
    Frozen,
    FrozenRecently,
    FrozenTooShortly,
    NoDeficit,
    NoPresence,
    NotAMember,
    NotBanned,
    NotFrozen,
    OpenCommitments,
    TooFewPoints,
    TooManyCommitments,
}

/// Where an account was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Seat,
    Line,
}

/// What a ban took, and who got the seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ban {
    pub burnt: u64,
    pub slashed: u64,
    /// What whoever latched it is owed.
    pub reward: u64,
    pub seated: Option<Who>,
}

/// What an evaluation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluation {
    Unchanged(Standing),
    Latched(Standing),
    Banned(Ban),
}

type Outcome<T> = Result<T, Refusal>;

fn ensure(holds: bool, refusal: Refusal) -> Outcome<()> {
    if holds {
        Ok(())
    } else {
        Err(refusal)
    }
}

impl Pool {
    /// `who` takes a free seat or a place in the line, and locks its bond.
    pub fn enlist(&mut self, who: Who) -> Outcome<Place> {
        let member = self.member(who);
        match member.state {
            State::Banned => return Err(Refusal::Banned),
            State::Left => ensure(self.standing(who) != Standing::Banned, Refusal::Banned)?,
            State::Seated | State::Waiting if self.standing(who) == Standing::Banned => return Err(Refusal::Banned),
            State::Seated | State::Waiting => return Err(Refusal::AlreadyMember),
            State::Frozen => return Err(Refusal::Frozen),
        }
        let (least, bond) = (self.terms.min_reputation, self.terms.bond);
        let account = &mut self.accounts[who as usize];
        ensure(self.now >= account.cooled_at, Refusal::CoolingDown)?;
        ensure(account.points >= least.max(bond), Refusal::TooFewPoints)?;
        (account.points, account.bond) = (account.points.saturating_sub(bond), bond);
        let place = self.place(who);
        self.store();
        Ok(place)
    }

    /// `who` gives up its seat or its place in the line; its bond is free again.
    pub fn resign(&mut self, who: Who) -> Outcome<Option<Who>> {
        let mut seated = None;
        match self.member(who).state {
            State::Left => return Err(Refusal::NotAMember),
            State::Waiting => {
                self.line.retain(|other| *other != who);
                self.members[who as usize].state = State::Left;
            }
            State::Seated | State::Frozen | State::Banned => {
                self.standing_at_work(who)?;
                ensure(self.member(who).open == 0, Refusal::OpenCommitments)?;
                ensure(self.deficit(who) == 0, Refusal::Deficit)?;
                seated = self.leave_seat(who, State::Left);
            }
        }
        let account = &mut self.accounts[who as usize];
        account.points = account.points.saturating_add(std::mem::take(&mut account.bond));
        self.store();
        Ok(seated)
    }

    /// `who` declares the presence of this epoch; answers how many ops that is.
    pub fn check_in(&mut self, who: Who) -> Outcome<u32> {
        self.standing_at_work(who)?;
        ensure(self.terms.presence > 0, Refusal::NoPresence)?;
        self.declare_presence(who).ok_or(Refusal::AlreadyCheckedIn)
    }

    /// Whether `who` would declare something by checking in.
    pub fn may_check_in(&self, who: Who) -> bool {
        let member = self.member(who);
        self.terms.presence > 0 && member.state == State::Seated && self.epoch() >= member.next_check_in.into()
    }

    /// `who` burns points for `ops` that it misses; answers how many points.
    pub fn restore(&mut self, who: Who, ops: u32) -> Outcome<u64> {
        self.standing_at_work(who)?;
        let deficit = self.deficit(who);
        ensure(deficit > 0 && ops > 0, Refusal::NoDeficit)?;
        ensure(u128::from(ops) <= deficit, Refusal::BeyondDeficit)?;
        let price = self.spend(who, self.terms.restore_price.saturating_mul(ops.into()))?;
        self.declare(who, ops);
        Ok(price)
    }

    /// `who` restores all that it misses, if its standing is Throttled and it has the points for it.
    pub fn restore_if_throttled(&mut self, who: Who) {
        if self.standing(who) == Standing::Throttled {
            let missing = u32::try_from(self.deficit(who)).unwrap_or(u32::MAX);
            // Refused where it has too few points.
            let _ = self.restore(who, missing);
        }
    }

    /// `who` comes clean after a ban, for points; answers how many.
    pub fn redeem(&mut self, who: Who) -> Outcome<u64> {
        self.kept_out(who)?;
        let missing = u64::try_from(self.deficit(who)).unwrap_or(u64::MAX);
        let price = self.spend(who, self.terms.restore_price.saturating_mul(missing).max(self.terms.bond))?;
        self.lift(who);
        Ok(price)
    }

    /// `who` rests; answers who took its seat.
    pub fn freeze(&mut self, who: Who) -> Outcome<Option<Who>> {
        let member = self.member(who);
        let (state, open, rests_from) = (member.state, member.open, self.account(who).rests_from);
        ensure(state != State::Frozen, Refusal::Frozen)?;
        ensure(matches!(state, State::Seated | State::Waiting), Refusal::NotAMember)?;
        ensure(self.standing(who) != Standing::Banned, Refusal::Banned)?;
        ensure(self.deficit(who) == 0, Refusal::Deficit)?;
        ensure(open == 0, Refusal::OpenCommitments)?;
        ensure(self.now >= rests_from, Refusal::FrozenRecently)?;
        let mut seated = None;
        if state == State::Seated {
            self.vacate(who, State::Frozen);
            seated = self.seat_first();
        } else {
            self.line.retain(|other| *other != who);
        }
        self.members[who as usize].state = State::Frozen;
        let account = &mut self.accounts[who as usize];
        account.rests_until = self.now.saturating_add(self.terms.min_freeze);
        account.rests_from = self.now.saturating_add(self.terms.freeze_interval);
        self.store();
        Ok(seated)
    }

    /// The rest of `who` is over.
    pub fn unfreeze(&mut self, who: Who) -> Outcome<Place> {
        ensure(self.member(who).state == State::Frozen, Refusal::NotFrozen)?;
        ensure(self.now >= self.account(who).rests_until, Refusal::FrozenTooShortly)?;
        let place = self.place(who);
        self.store();
        Ok(place)
    }

    /// Opens `count` commitments of `who`; answers how many ops it was short before.
    pub fn commit(&mut self, who: Who, count: u32) -> Outcome<u32> {
        let standing = self.standing_at_work(who)?;
        let open = self.member(who).open.saturating_add(count);
        ensure(open <= self.most_open(standing), Refusal::TooManyCommitments)?;
        let short = u32::try_from(self.deficit(who)).unwrap_or(u32::MAX);
        self.members[who as usize].open = open;
        self.declare_presence(who);
        Ok(short)
    }

    /// How many more commitments `who` may open.
    pub fn free_hands(&self, who: Who) -> u32 {
        let most = self.standing_at_work(who).map_or(0, |standing| self.most_open(standing));
        most.saturating_sub(self.member(who).open)
    }

    /// Commitments of `who` ended: `released` of them, with so many ops `declared`. Nothing is refused.
    pub fn resolve(&mut self, who: Who, declared: u32, released: u32) {
        if declared > 0 && self.member(who).state == State::Seated {
            self.declare(who, declared);
        }
        let member = &mut self.members[who as usize];
        member.open = member.open.saturating_sub(released);
    }

    /// Latches the standing of `who`, and what a ban costs it.
    pub fn evaluate(&mut self, who: Who) -> Evaluation {
        let standing = self.standing(who);
        if self.member(who).state != State::Seated {
            return Evaluation::Unchanged(standing);
        }
        if standing != Standing::Banned {
            if !self.latch(who, standing) {
                return Evaluation::Unchanged(standing);
            }
            self.store();
            return Evaluation::Latched(standing);
        }
        let seated = self.leave_seat(who, State::Banned);
        let account = &mut self.accounts[who as usize];
        let burnt = std::mem::take(&mut account.bond);
        let slashed = rules::fraction_ppm(account.points.into(), self.terms.slash_ppm) as u64;
        account.points -= slashed;
        let reward = self.terms.reward_for(burnt);
        self.store();
        Evaluation::Banned(Ban { burnt, slashed, reward, seated })
    }

    /// Gives up to `max` free seats to the first in line; answers who took them.
    pub fn fill_seats(&mut self, max: u32) -> Vec<Who> {
        let seated: Vec<_> = (0..max).map_while(|_| self.seat_first()).collect();
        if !seated.is_empty() {
            self.store();
        }
        seated
    }

    fn standing_at_work(&self, who: Who) -> Outcome<Standing> {
        match self.member(who).state {
            State::Left | State::Waiting => Err(Refusal::NotAMember),
            State::Frozen => Err(Refusal::Frozen),
            State::Banned => Err(Refusal::Banned),
            State::Seated => match self.standing(who) {
                Standing::Banned => Err(Refusal::Banned),
                standing => Ok(standing),
            },
        }
    }

    fn most_open(&self, standing: Standing) -> u32 {
        match standing {
            Standing::Healthy => self.terms.healthy_limit,
            Standing::Throttled => self.terms.throttled_limit,
            Standing::Banned => 0,
        }
    }

    fn spend(&mut self, who: Who, price: u64) -> Outcome<u64> {
        let account = &mut self.accounts[who as usize];
        account.points = account.points.checked_sub(price).ok_or(Refusal::TooFewPoints)?;
        Ok(price)
    }

    fn kept_out(&self, who: Who) -> Outcome<()> {
        let member = self.member(who);
        let gone = matches!(member.state, State::Banned | State::Left);
        ensure(gone && self.standing(who) == Standing::Banned, Refusal::NotBanned)?;
        ensure(self.now >= self.account(who).cooled_at, Refusal::CoolingDown)
    }

    fn lift(&mut self, who: Who) {
        let member = &mut self.members[who as usize];
        (member.state, member.ledger) = (State::Left, Ledger::default());
    }

    fn declare(&mut self, who: Who, ops: u32) {
        let (fading, now, credit) = (self.terms.fading(), self.sums.accumulator, self.terms.credit());
        let member = &mut self.members[who as usize];
        member.ledger = member.ledger.declare(&fading, &now, ops.into(), &credit);
        self.store();
    }

    fn declare_presence(&mut self, who: Who) -> Option<u32> {
        if !self.may_check_in(who) {
            return None;
        }
        self.members[who as usize].next_check_in = next_epoch(self.epoch());
        self.declare(who, self.terms.presence);
        Some(self.terms.presence)
    }

    /// Latches Healthy or Throttled; answers whether that is a change.
    fn latch(&mut self, who: Who, standing: Standing) -> bool {
        let throttled = standing == Standing::Throttled;
        let member = &mut self.members[who as usize];
        let changes = throttled != member.throttled;
        if changes {
            member.throttled = throttled;
            self.throttled = if throttled { self.throttled + 1 } else { self.throttled - 1 };
        }
        changes
    }

    fn has_free_seat(&self) -> bool {
        self.active < self.terms.seats
    }

    fn place(&mut self, who: Who) -> Place {
        if self.has_free_seat() && self.line.is_empty() {
            self.seat(who);
            return Place::Seat;
        }
        self.line.push_back(who);
        self.members[who as usize].state = State::Waiting;
        Place::Line
    }

    fn seat_first(&mut self) -> Option<Who> {
        if !self.has_free_seat() {
            return None;
        }
        let who = self.line.pop_front()?;
        self.seat(who);
        Some(who)
    }

    fn seat(&mut self, who: Who) {
        let now = self.sums.accumulator;
        let member = &mut self.members[who as usize];
        member.ledger = Ledger::seat(member.ledger.carry, member.ledger.declared, &now);
        member.state = State::Seated;
        self.active += 1;
    }

    fn leave_seat(&mut self, who: Who, state: State) -> Option<Who> {
        self.vacate(who, state);
        self.seat_first()
    }

    fn vacate(&mut self, who: Who, state: State) {
        self.latch(who, Standing::Healthy);
        let (fading, now) = (self.terms.fading(), self.sums.accumulator);
        let member = &mut self.members[who as usize];
        let (carry, declared) = member.ledger.rest(&fading, &now);
        member.ledger = Ledger { carry, baseline: Micro::ZERO, declared, anchor: 0 };
        member.state = state;
        self.accounts[who as usize].cooled_at = self.now.saturating_add(self.terms.cooldown);
        self.active -= 1;
    }
}

/// The number of the epoch after this one: a simulation ends long before they do not fit.
fn next_epoch(epoch: u64) -> u32 {
    u32::try_from(epoch).unwrap_or(u32::MAX).saturating_add(1)
}

impl Member {
    /// Whether it has a seat.
    pub fn is_seated(&self) -> bool {
        self.state == State::Seated
    }
}

impl Account {
    /// All its reputation, the bond included.
    pub fn reputation(&self) -> u64 {
        self.points.saturating_add(self.bond)
    }
}
