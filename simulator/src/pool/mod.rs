//! A pool and its members, step by step: the rules of section 1 of the protocol, composed as the obligation contract
//! composes them.
//!
//! What a pool is here: one, whose terms stay, that is never closed, and whose operator reports what happens. What members
//! have in reputation is what the obligation contract does to it; what is owed counts as minted at once.

mod life;

#[cfg(test)]
mod tests;

pub use life::{Ban, Evaluation, Place, Refusal};

use crate::terms::{Rate, Terms};
use rules::{Accumulator, Due, Ledger, Micro, Standing};
use serde::Serialize;
use std::collections::VecDeque;

/// A member, or an account that was or may become one: its number in the order in which it was added.
pub type Who = u32;

/// Where a member is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Never a member, or left.
    #[default]
    Left,
    /// In line for a seat.
    Waiting,
    Seated,
    /// At rest.
    Frozen,
    Banned,
}

/// What is looked at of a member on each day: as little as there is, since there may be millions.
#[derive(Clone, Debug, Default)]
pub struct Member {
    pub state: State,
    /// Whether the standing that was last latched is Throttled.
    pub throttled: bool,
    /// Open commitments.
    pub open: u32,
    /// The first epoch in which presence can be declared again.
    next_check_in: u32,
    ledger: Ledger,
}

/// What is seldom looked at of a member.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Reputation beside the bond.
    pub points: u64,
    /// Reputation locked for this membership.
    pub bond: u64,
    /// When the cooldown that began with the last seat's end is over.
    cooled_at: u64,
    /// The earliest end of a rest, and the earliest start of the next.
    rests_until: u64,
    rests_from: u64,
}

/// How much of a schedule's cycle weighs what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// In milliseconds.
    pub cycle: u64,
    /// Offsets into the cycle, and parts per million of an op.
    pub segments: Vec<(u64, u32)>,
}

/// What time changes.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    accumulator: Accumulator,
    level: Micro,
    /// The moment that the level is of.
    leveled: u64,
}

/// A pool at one moment.
#[derive(Clone, Debug)]
pub struct Pool {
    terms: Terms,
    schedule: Schedule,
    opened: u64,
    now: u64,
    /// As of now, and as the contract would have it stored: roundings depend on how often a pool is stored.
    sums: Sums,
    stored: Sums,
    active: u32,
    throttled: u32,
    /// Reviews asked for and not closed.
    backlog: u64,
    line: VecDeque<Who>,
    members: Vec<Member>,
    accounts: Vec<Account>,
}

impl Pool {
    /// An empty pool that is opened at `now`, in milliseconds since the Unix epoch.
    pub fn new(terms: Terms, schedule: Schedule, now: u64) -> Self {
        Self {
            terms,
            schedule,
            opened: now,
            now,
            sums: Sums::default(),
            stored: Sums::default(),
            active: 0,
            throttled: 0,
            backlog: 0,
            line: VecDeque::new(),
            members: Vec::new(),
            accounts: Vec::new(),
        }
    }

    /// Adds an account with so many points of reputation, which is not a member yet.
    pub fn add(&mut self, points: u64) -> Who {
        let who = self.members.len() as Who;
        self.members.push(Member::default());
        self.accounts.push(Account { points, ..Account::default() });
        who
    }

    /// Time passes: presence falls due, sums fade, and the level drains. An earlier moment changes nothing.
    pub fn pass_to(&mut self, now: u64) {
        self.now = self.now.max(now);
        let Sums { accumulator, level, leveled } = self.stored;
        let elapsed = self.now.saturating_sub(leveled);
        let level = match level {
            Micro::ZERO => level,
            _ => rules::drained(level, self.pace(), elapsed, self.terms.epoch),
        };
        let leveled = if level > Micro::ZERO { leveled.max(self.now) } else { 0 };
        let epoch = rules::epoch_of(self.now, self.opened, self.terms.epoch);
        self.sums = Sums { accumulator: accumulator.at(&self.terms.fading(), epoch), level, leveled };
    }

    /// The contract would store the pool now.
    fn store(&mut self) {
        self.stored = self.sums;
    }

    /// Records `ops` more to be done, each asking for `reviews` reviews: seen by every member on a seat.
    pub fn see(&mut self, ops: u32, reviews: u32) {
        let schedule = self.schedule.segments.iter().copied();
        let scheduled = rules::schedule_weight(schedule, self.schedule.cycle, self.now);
        let (denominator, active) = (self.terms.denominator, self.active);
        let weight = match self.terms.rate {
            Rate::Fixed => rules::fixed_weight(denominator, scheduled, reviews, self.terms.seats.max(active)),
            Rate::FairShare { diligence_ppm } => {
                let sharing = rules::sharing(active, self.backlog, self.hands());
                rules::fair_share_weight(denominator, diligence_ppm, scheduled, reviews, sharing)
            }
        };
        let mut seen = Micro(weight.0.saturating_mul(ops.into()));
        if let Some(room) = self.room() {
            seen = seen.min(room);
            self.sums.level = self.sums.level.saturating_add(seen);
            self.sums.leveled = self.sums.leveled.max(self.now);
        }
        self.sums.accumulator.total = self.sums.accumulator.total.saturating_add(seen);
        self.store();
    }

    /// Reviews are reserved, which adds to the backlog.
    pub fn reserve(&mut self, reviews: u64) {
        self.backlog = self.backlog.saturating_add(reviews);
        self.store();
    }

    /// Reviews are done with.
    pub fn close(&mut self, reviews: u64) {
        self.backlog = self.backlog.saturating_sub(reviews);
        self.store();
    }

    /// Reviews asked for and not done with.
    pub fn backlog(&self) -> u64 {
        self.backlog
    }

    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    pub fn now(&self) -> u64 {
        self.now
    }

    pub fn epoch(&self) -> u64 {
        self.sums.accumulator.epoch
    }

    /// How many members have a seat.
    pub fn active(&self) -> u32 {
        self.active
    }

    /// How many of them are latched as Throttled.
    pub fn throttled(&self) -> u32 {
        self.throttled
    }

    pub fn waiting(&self) -> u32 {
        self.line.len() as u32
    }

    /// Who waits, first in line first.
    pub fn line(&self) -> impl Iterator<Item = Who> + '_ {
        self.line.iter().copied()
    }

    pub fn member(&self, who: Who) -> &Member {
        &self.members[who as usize]
    }

    pub fn account(&self, who: Who) -> &Account {
        &self.accounts[who as usize]
    }

    /// Everybody that was ever added.
    pub fn everybody(&self) -> std::ops::Range<Who> {
        0..self.members.len() as Who
    }

    /// Points beside the bond are earned, or lost as far as there are any.
    pub fn credit(&mut self, who: Who, earned: u64, lost: u64) {
        let account = &mut self.accounts[who as usize];
        account.points = account.points.saturating_add(earned).saturating_sub(lost);
    }

    /// How many reviews the members may have open together.
    pub fn hands(&self) -> u64 {
        let Terms { healthy_limit, throttled_limit, .. } = self.terms;
        rules::hands(self.active, self.throttled, healthy_limit, throttled_limit)
    }

    /// How much of the hands is asked for, in parts per million.
    pub fn utilization_ppm(&self) -> u32 {
        rules::utilization_ppm(self.backlog, self.hands())
    }

    /// The level, in ops due.
    pub fn level(&self) -> f64 {
        self.sums.level.0 as f64 / self.terms.seen(1).0 as f64
    }

    /// The standing now, whether or not anyone latched it; a ban that was latched stays.
    pub fn standing(&self, who: Who) -> Standing {
        let member = self.member(who);
        if member.state == State::Banned {
            return Standing::Banned;
        }
        let (seen, declared) = self.seen_and_declared(member);
        rules::ledger_standing(seen, declared, member.open, &self.terms.buffers())
    }

    /// Whole ops missing, open commitments counted as declared.
    pub fn deficit(&self, who: Who) -> u128 {
        let member = self.member(who);
        let (seen, declared) = self.seen_and_declared(member);
        rules::deficit(seen, declared, member.open, self.terms.denominator)
    }

    /// What was seen, rounded down, and declared, rounded up, in micro-operations.
    pub fn counters(&self, who: Who) -> (u128, u128) {
        let (seen, declared) = self.seen_and_declared(self.member(who));
        (seen.floor_micro(), declared.ceil_micro())
    }

    /// The earliest moment at which a member with a place can be Banned, if it declares nothing; `None` if never.
    pub fn safe_until(&self, who: Who) -> Option<u64> {
        let member = self.member(who);
        if self.standing(who) == Standing::Banned {
            return Some(0);
        }
        if !matches!(member.state, State::Seated | State::Waiting) {
            return None;
        }
        let (seen, declared) = self.seen_and_declared(member);
        let fades = self.terms.retention_ppm < rules::PPM;
        let margin = rules::margin(seen, declared, &self.terms.buffers(), fades);
        let Some(room) = self.room() else { return Some(self.now) };
        let epoch = self.terms.epoch;
        let past = self.now.saturating_sub(self.opened).checked_rem(epoch).unwrap_or(0);
        let presence = self.terms.seen(self.terms.presence);
        let due = Due { room, pace: self.pace(), presence, next: epoch.saturating_sub(past), epoch };
        due.soonest(margin).map(|safe| self.now.saturating_add(safe))
    }

    /// What may be seen in an epoch that is ever due; nothing if that has no bound.
    fn pace(&self) -> Micro {
        self.terms.seen(self.terms.pace)
    }

    /// What may still be seen now that is ever due; `None` without a pace.
    fn room(&self) -> Option<Micro> {
        (self.terms.pace > 0).then(|| self.pace().saturating_sub(self.sums.level))
    }

    fn seen_and_declared(&self, member: &Member) -> (Micro, Micro) {
        if member.state == State::Seated {
            let fading = self.terms.fading();
            (member.ledger.seen(&fading, &self.sums.accumulator), member.ledger.declared(&fading, self.epoch()))
        } else {
            (member.ledger.carry, member.ledger.declared)
        }
    }
}
