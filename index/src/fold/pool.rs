//! Members of the enforcers' pool: what they are, and how they stand.

use super::{Fold, Result};
use crate::documents::{Members, State};
use ink::primitives::AccountId;
use interfaces::obligation::{self, Event, Standing};

/// As many changes of a member's standing are in its profile; its log has all.
const STANDINGS: usize = 64;

impl Fold<'_> {
    pub(super) fn obligation(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::FreezeChanged(event) if event.frozen => return self.freeze(&event.who),
            Event::RoleGranted(event) => {
                return self.grant("obligation", event.role, event.grantee.as_ref(), true);
            }
            Event::RoleRevoked(event) => {
                return self.grant("obligation", event.role, event.account.as_ref(), false);
            }
            Event::Paused(_) => return self.pause("obligation", true),
            Event::Unpaused(_) => return self.pause("obligation", false),
            // The pools of long deals have a provider each, whose life is told by the request.
            _ if event.pool() != Some(self.pool) => return Ok(()),
            _ => {}
        }
        match event {
            Event::Seated(event) => self.become_member(&event.who, State::Seated),
            Event::Queued(event) => self.become_member(&event.who, State::Waiting),
            Event::Resigned(event) => self.become_member(&event.who, State::Left),
            Event::Reinstated(event) => self.lift(&event.who, 0),
            Event::Redeemed(event) => self.lift(&event.who, event.burnt),
            Event::StandingChanged(event) => self.standing(event),
            Event::CheckedIn(event) => {
                self.account(&event.who)?.enforcer.present += u64::from(event.ops);
                Ok(())
            }
            Event::Restored(event) => {
                self.account(&event.who)?.enforcer.restored += u64::from(event.ops);
                Ok(())
            }
            Event::OpsSeen(event) => self.count(|figures| figures.seen += u64::from(event.ops)),
            Event::OpsDeclared(event) => {
                for (who, ops) in &event.declared {
                    self.account(who)?.enforcer.declared += u64::from(*ops);
                    self.count(|figures| figures.declared += u64::from(*ops))?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn pause(&mut self, contract: &str, paused: bool) -> Result<()> {
        let names = &mut self.store.totals()?.paused;
        names.retain(|name| name != contract);
        if paused {
            names.push(contract.to_owned());
        }
        Ok(())
    }

    /// An account rests from all its pools, of which this may be one.
    fn freeze(&mut self, who: &AccountId) -> Result<()> {
        match self.account(who)?.enforcer.state {
            Some(State::Seated | State::Waiting) => self.become_member(who, State::Frozen),
            _ => Ok(()),
        }
    }

    fn lift(&mut self, who: &AccountId, burnt: u128) -> Result<()> {
        self.become_member(who, State::Left)?;
        self.account(who)?.enforcer.redeemed.add(burnt);
        self.latch(who, Standing::Healthy)
    }

    fn become_member(&mut self, who: &AccountId, state: State) -> Result<()> {
        let now = self.now;
        let enforcer = &mut self.account(who)?.enforcer;
        let before = enforcer.state.replace(state);
        let throttled = enforcer.standing.as_deref() == Some("Throttled");
        enforcer.since = Some(now);
        let members = &mut self.store.totals()?.members;
        if let Some(count) = before.and_then(|before| counter(members, before)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = counter(members, state) {
            *count = count.saturating_add(1);
        }
        // Whoever gives up a seat is latched as Healthy, which no event tells.
        if before == Some(State::Seated) && state != State::Seated && state != State::Banned && throttled {
            members.throttled = members.throttled.saturating_sub(1);
            self.note_standing(who, Standing::Healthy)?;
        }
        Ok(())
    }

    fn standing(&mut self, event: &obligation::StandingChanged) -> Result<()> {
        if event.standing == Standing::Banned {
            self.count(|figures| figures.bans += 1)?;
            let keeper = &mut self.account(&event.keeper)?.keeper;
            keeper.bans += 1;
            keeper.reward.add(event.reward);
            let enforcer = &mut self.account(&event.who)?.enforcer;
            enforcer.bans += 1;
            enforcer.bond_burnt.add(event.bond_burnt);
            enforcer.slashed.add(event.slashed);
        }
        self.latch(&event.who, event.standing)?;
        match event.standing {
            Standing::Banned => self.become_member(&event.who, State::Banned),
            Standing::Throttled => self.count(|figures| figures.throttled += 1),
            Standing::Healthy => Ok(()),
        }
    }

    /// A standing was latched.
    fn latch(&mut self, who: &AccountId, standing: Standing) -> Result<()> {
        let was = self.account(who)?.enforcer.standing.as_deref() == Some("Throttled");
        let is = standing == Standing::Throttled;
        let members = &mut self.store.totals()?.members;
        match (was, is) {
            (false, true) => members.throttled = members.throttled.saturating_add(1),
            (true, false) => members.throttled = members.throttled.saturating_sub(1),
            _ => {}
        }
        self.note_standing(who, standing)
    }

    fn note_standing(&mut self, who: &AccountId, standing: Standing) -> Result<()> {
        let now = self.now;
        let enforcer = &mut self.account(who)?.enforcer;
        let standing = format!("{standing:?}");
        enforcer.standings.push((now.time, standing.clone()));
        let surplus = enforcer.standings.len().saturating_sub(STANDINGS);
        enforcer.standings.drain(..surplus);
        (enforcer.standing, enforcer.since) = (Some(standing), Some(now));
        Ok(())
    }
}

/// Where members of this state are counted, if they are.
fn counter(members: &mut Members, state: State) -> Option<&mut u32> {
    match state {
        State::Seated => Some(&mut members.active),
        State::Waiting => Some(&mut members.waiting),
        State::Frozen => Some(&mut members.frozen),
        State::Left | State::Banned => None,
    }
}
