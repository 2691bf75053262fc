//! The points of accounts, as the reputation contract counts them.

use super::{Fold, Result};
use crate::text::address;
use interfaces::reputation::{Event, Owed, Slashed, Transfer};

impl Fold<'_> {
    pub(super) fn reputation(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Transfer(Transfer { from: None, to: Some(to), value }) => {
                self.count(|figures| figures.minted.add(*value))?;
                let reputation = &mut self.account(to)?.reputation;
                reputation.balance.add(*value);
                reputation.earned.add(*value);
                // What is endowed was not owed; nobody is owed anything by then.
                reputation.owed.sub(*value);
            }
            Event::Transfer(Transfer { from: Some(from), value, .. }) => self.is_burnt(from, *value)?,
            Event::Owed(Owed { to, amount, reason, .. }) => {
                let reputation = &mut self.account(to)?.reputation;
                reputation.owed.add(*amount);
                reputation.reasons.entry(format!("{reason:?}")).or_default().add(*amount);
            }
            Event::Locked(event) => {
                let locker = address(&event.locker);
                self.account(&event.who)?.reputation.locked.entry(locker).or_default().add(event.amount);
            }
            Event::Unlocked(event) => self.unlock(&event.who, address(&event.locker), event.amount)?,
            Event::Slashed(Slashed { who, slasher, amount }) => {
                self.count(|figures| figures.slashed.add(*amount))?;
                // It takes from the slasher's own lock first.
                self.unlock(who, address(slasher), *amount)?;
                self.account(who)?.reputation.burning.add(*amount);
            }
            Event::FrozenChanged(event) => self.account(&event.who)?.reputation.frozen = event.frozen,
            Event::RoleGranted(event) => self.grant("reputation", event.role, event.grantee.as_ref(), true)?,
            Event::RoleRevoked(event) => self.grant("reputation", event.role, event.account.as_ref(), false)?,
            Event::Transfer(_)
            | Event::MintCapSet(_)
            | Event::MinterProposed(_)
            | Event::SealedForGood(_)
            | Event::RoleAdminChanged(_) => {}
        }
        Ok(())
    }

    /// Points were burnt: as a penalty if one was told just before, otherwise as a price.
    fn is_burnt(&mut self, who: &ink::primitives::AccountId, value: u128) -> Result<()> {
        let reputation = &mut self.account(who)?.reputation;
        reputation.balance.sub(value);
        if reputation.burning.0 >= value {
            reputation.burning.sub(value);
            reputation.slashed.add(value);
            return Ok(());
        }
        reputation.spent.add(value);
        self.count(|figures| figures.spent.add(value))
    }

    fn unlock(&mut self, who: &ink::primitives::AccountId, locker: String, amount: u128) -> Result<()> {
        let locked = &mut self.account(who)?.reputation.locked;
        if let Some(lock) = locked.get_mut(&locker) {
            lock.sub(amount);
            if lock.is_zero() {
                locked.remove(&locker);
            }
        }
        Ok(())
    }

    /// An account has a role in a contract, or no longer.
    pub(super) fn grant(
        &mut self,
        contract: &str,
        role: u32,
        who: Option<&ink::primitives::AccountId>,
        granted: bool,
    ) -> Result<()> {
        let Some(who) = who else { return Ok(()) };
        let name = format!("{contract} {role}");
        let roles = &mut self.account(who)?.roles;
        roles.retain(|known| *known != name);
        if granted {
            roles.push(name);
        }
        Ok(())
    }
}
