//! What the members of the enforcers' pool are told of their future, and that it comes so: nobody is Banned before the
//! moment that was told (invariant 11), and whoever stops is out in the time that the terms state (invariant 14).

use crate::{
    action::{Who, CAST},
    pools::Pool,
};
use interfaces::{
    obligation::{MemberState, Membership, Standing},
    Timestamp,
};
use std::collections::BTreeMap;

/// Since when a member on a seat has declared nothing.
#[derive(Clone, Copy)]
struct Idle {
    seat_since: Timestamp,
    declared: u128,
    /// The epoch in which that was found.
    since: u64,
}

#[derive(Default)]
pub struct Promises {
    /// Until when a member was told that nobody can have it Banned.
    safe: BTreeMap<Who, Timestamp>,
    idle: BTreeMap<Who, Idle>,
    /// The greatest cap that was ever in force: what was credited under it stays.
    credit_cap: u32,
}

impl Promises {
    /// Other terms take effect then.
    pub fn end_by(&mut self, due: Timestamp) {
        self.safe.values_mut().for_each(|until| *until = (*until).min(due));
    }

    /// After each step. Whoever lost its place, or has work in hand, was told something that holds no longer.
    pub fn look(&mut self, pool: &Pool, now: Timestamp) -> Result<(), String> {
        self.credit_cap = self.credit_cap.max(pool.terms(now).credit_cap);
        let member = |who: &Who| pool.members.get(who);
        for (who, until) in &self.safe {
            let banned = member(who).is_some_and(|member| member.state == MemberState::Banned);
            told_right(*who, banned, *until, now)?;
        }
        self.safe.retain(|who, _| member(who).is_some_and(|member| member.waits_for_work()));
        Ok(())
    }

    /// What a member is told that has a place, and nothing in hand.
    pub fn hear(&mut self, who: Who, told: &Membership, pool: &Pool, now: Timestamp) -> Result<(), String> {
        let until = self.safe.entry(who).or_default();
        told_right(who, told.standing == Standing::Banned, *until, now)?;
        *until = told.safe_until.max(*until);
        self.is_out_if_idle(who, told, pool, now)
    }

    fn is_out_if_idle(&mut self, who: Who, told: &Membership, pool: &Pool, now: Timestamp) -> Result<(), String> {
        let (terms, epoch) = (pool.terms(now), pool.epoch(now));
        let begins = Idle { seat_since: told.seat_since, declared: told.declared, since: epoch };
        let idle = self.idle.entry(who).or_insert(begins);
        if (idle.seat_since, idle.declared) != (told.seat_since, told.declared) {
            *idle = begins;
        }
        let ends = terms.retention_ppm == 1_000_000 && self.credit_cap < u32::MAX;
        if !ends || terms.presence == 0 || told.state != MemberState::Seated {
            return Ok(());
        }
        let present = u128::from(epoch - idle.since) * u128::from(terms.presence);
        let most = u128::from(self.credit_cap) + u128::from(terms.ban_buffer) + 1;
        match present >= most && told.standing != Standing::Banned {
            true => Err(format!("{} stopped {} epochs ago, and is {:?}", CAST[who], epoch - idle.since, told.standing)),
            false => Ok(()),
        }
    }
}

fn told_right(who: Who, banned: bool, until: Timestamp, now: Timestamp) -> Result<(), String> {
    match banned && now < until {
        true => Err(format!("{} was told that it is safe until {until}, and is Banned at {now}", CAST[who])),
        false => Ok(()),
    }
}
