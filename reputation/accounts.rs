//! Accounts: what everyone has, what others hold of it, and the sum of it all.
//!
//! An [`Account`] and the [`Pledge`] that one contract holds of it are plain values, whose methods are the rules.
//! [`Accounts`] keeps them in storage, and a [`Batch`] is what one call works on: every cell is read once, and those
//! that changed are written once, after the last rule has agreed.

use ink::{
    prelude::vec::Vec,
    primitives::AccountId,
    storage::{Lazy, Mapping},
};
use interfaces::{
    ensure,
    reputation::{Error, Profile, MAX_CREDITORS},
    Points, Ppm,
};

/// One account's numbers, all in one storage cell. `balance` is always `earned - spent - slashed`.
#[derive(Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Account {
    balance: Points,
    /// The sum of all pledges' locks; at most `balance`.
    locked: Points,
    earned: Points,
    spent: Points,
    slashed: Points,
    /// The sum of all pledges' holds.
    holds: u32,
    frozen: bool,
    /// What each minter owes and has not minted yet: at most [`MAX_CREDITORS`], each amount above 0.
    owed: Vec<(AccountId, Points)>,
}

/// What one contract holds of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pledge {
    locked: Points,
    holds: u32,
}

impl Account {
    /// What nobody has locked, frozen or not.
    fn unlocked(&self) -> Points {
        self.balance.saturating_sub(self.locked)
    }

    /// What the account can lock or spend: nothing while frozen.
    pub fn available(&self) -> Points {
        if self.frozen {
            0
        } else {
            self.unlocked()
        }
    }

    /// Refuses with `Frozen` or `InsufficientReputation` unless `amount` is available.
    pub fn require(&self, amount: Points) -> Result<(), Error> {
        ensure!(!self.frozen, Error::Frozen);
        ensure!(self.unlocked() >= amount, Error::InsufficientReputation);
        Ok(())
    }

    /// Adds reputation that was just minted; a frozen account earns none.
    pub fn earn(&mut self, amount: Points) -> Result<(), Error> {
        ensure!(!self.frozen, Error::Frozen);
        self.earned = self.earned.checked_add(amount).ok_or(Error::Overflow)?;
        self.balance = self.balance.checked_add(amount).ok_or(Error::Overflow)?;
        Ok(())
    }

    /// Notes that `minter` owes the account `amount` more.
    pub fn owe(&mut self, minter: AccountId, amount: Points) -> Result<(), Error> {
        if let Some((_, owed)) = self.owed.iter_mut().find(|(debtor, _)| *debtor == minter) {
            *owed = owed.checked_add(amount).ok_or(Error::Overflow)?;
        } else if amount > 0 {
            ensure!(self.owed.len() < MAX_CREDITORS, Error::TooManyCreditors);
            self.owed.push((minter, amount));
        }
        Ok(())
    }

    /// Earns what is owed, up to what `draw(minter, owed)` lets each minter mint, and returns how much.
    pub fn collect(&mut self, mut draw: impl FnMut(AccountId, Points) -> Points) -> Result<Points, Error> {
        ensure!(!self.frozen, Error::Frozen);
        ensure!(!self.owed.is_empty(), Error::NothingOwed);
        let mut minted: Points = 0;
        for (minter, owed) in &mut self.owed {
            let drawn = draw(*minter, *owed);
            *owed = owed.saturating_sub(drawn);
            minted = minted.checked_add(drawn).ok_or(Error::Overflow)?;
        }
        ensure!(minted > 0, Error::MintCapReached);
        self.owed.retain(|(_, owed)| *owed > 0);
        self.earn(minted)?;
        Ok(minted)
    }

    /// Locks available reputation under `pledge`.
    pub fn lock(&mut self, pledge: &mut Pledge, amount: Points) -> Result<(), Error> {
        self.require(amount)?;
        self.locked = self.locked.saturating_add(amount);
        pledge.locked = pledge.locked.saturating_add(amount);
        Ok(())
    }

    /// Unlocks at most what `pledge` has locked, and returns how much.
    pub fn unlock(&mut self, pledge: &mut Pledge, amount: Points) -> Points {
        let released = amount.min(pledge.locked);
        pledge.locked = pledge.locked.saturating_sub(released);
        self.locked = self.locked.saturating_sub(released);
        released
    }

    /// Burns as a penalty: what `pledge` has locked first, then what is not locked; returns how much.
    pub fn slash(&mut self, pledge: &mut Pledge, amount: Points) -> Points {
        self.unlock(pledge, amount);
        self.slash_unlocked(amount)
    }

    /// Burns this fraction of what is not locked, rounded down; returns how much.
    pub fn slash_share(&mut self, ppm: Ppm) -> Points {
        self.slash_unlocked(rules::fraction_ppm(self.unlocked(), ppm))
    }

    fn slash_unlocked(&mut self, amount: Points) -> Points {
        let taken = amount.min(self.unlocked());
        self.balance = self.balance.saturating_sub(taken);
        self.slashed = self.slashed.saturating_add(taken);
        taken
    }

    /// Burns available reputation as a price.
    pub fn spend(&mut self, amount: Points) -> Result<(), Error> {
        self.require(amount)?;
        self.balance = self.balance.saturating_sub(amount);
        self.spent = self.spent.saturating_add(amount);
        Ok(())
    }

    /// Notes open places, which keep the account from freezing; a frozen account takes none.
    pub fn hold(&mut self, pledge: &mut Pledge, places: u32) -> Result<(), Error> {
        ensure!(!self.frozen, Error::Frozen);
        self.holds = self.holds.checked_add(places).ok_or(Error::Overflow)?;
        pledge.holds = pledge.holds.saturating_add(places);
        Ok(())
    }

    /// Removes at most as many places as `pledge` holds, and returns how many.
    pub fn free(&mut self, pledge: &mut Pledge, places: u32) -> u32 {
        let freed = places.min(pledge.holds);
        pledge.holds = pledge.holds.saturating_sub(freed);
        self.holds = self.holds.saturating_sub(freed);
        freed
    }

    /// Makes the reputation unavailable.
    pub fn freeze(&mut self) -> Result<(), Error> {
        ensure!(!self.frozen, Error::Frozen);
        ensure!(self.holds == 0, Error::Held);
        self.frozen = true;
        Ok(())
    }

    /// Makes the reputation available again.
    pub fn unfreeze(&mut self) -> Result<(), Error> {
        ensure!(self.frozen, Error::NotFrozen);
        self.frozen = false;
        Ok(())
    }

    /// Everything about the account. `owed` stops at the greatest `Points`, which only faulty minters reach: what each
    /// minter owes is kept apart, so that no minter can stop another from owing.
    pub fn profile(&self) -> Profile {
        Profile {
            balance: self.balance,
            locked: self.locked,
            available: self.available(),
            owed: self.owed.iter().fold(0, |sum: Points, (_, owed)| sum.saturating_add(*owed)),
            earned: self.earned,
            spent: self.spent,
            slashed: self.slashed,
            holds: self.holds,
            frozen: self.frozen,
        }
    }
}

/// One account as a call works on it.
pub struct Page {
    who: AccountId,
    pub account: Account,
    /// What the batch's holder holds of it; read only when asked for.
    pub pledge: Pledge,
    /// The pledge in storage, once it was read.
    stored_pledge: Option<Pledge>,
    /// The balance in storage.
    stored_balance: Points,
    /// Whether `account` differs from what is stored.
    pub changed: bool,
}

/// The accounts that one call works on.
pub struct Batch {
    holder: AccountId,
    pages: Vec<Page>,
}

impl Batch {
    /// An empty batch; it works on the pledges of `holder`.
    pub fn new(holder: AccountId) -> Self {
        Self { holder, pages: Vec::new() }
    }

    /// The account whose pledges the batch works on.
    pub fn holder(&self) -> AccountId {
        self.holder
    }
}

/// All accounts, all pledges, and the sum of all balances.
#[ink::storage_item]
#[derive(Debug, Default)]
pub struct Accounts {
    accounts: Mapping<AccountId, Account>,
    /// By account and holder; cells exist only for pledges that hold something.
    pledges: Mapping<(AccountId, AccountId), Pledge>,
    total_supply: Lazy<Points>,
}

impl Accounts {
    /// The sum of all balances.
    pub fn total_supply(&self) -> Points {
        self.total_supply.get_or_default()
    }

    /// One account, to look at.
    pub fn get(&self, who: AccountId) -> Account {
        self.accounts.get(who).unwrap_or_default()
    }

    /// One account of a batch, to work on; with `pledged`, what the batch's holder holds of it is there too.
    pub fn page<'a>(&self, batch: &'a mut Batch, who: AccountId, pledged: bool) -> &'a mut Page {
        let known = batch.pages.iter().position(|page| page.who == who);
        let at = known.unwrap_or(batch.pages.len());
        if known.is_none() {
            let account = self.get(who);
            let stored_balance = account.balance;
            let pledge = Pledge::default();
            batch.pages.push(Page { who, account, pledge, stored_pledge: None, stored_balance, changed: false });
        }
        let page = &mut batch.pages[at];
        if pledged && page.stored_pledge.is_none() {
            page.pledge = self.pledges.get((who, batch.holder)).unwrap_or_default();
            page.stored_pledge = Some(page.pledge);
        }
        page
    }

    /// Stores what a batch changed, and the total that follows from it. Refuses a total that overflows, before
    /// anything is stored.
    pub fn store(&mut self, batch: Batch) -> Result<(), Error> {
        if batch.pages.iter().any(|page| page.account.balance != page.stored_balance) {
            let mut total = self.total_supply();
            for page in &batch.pages {
                let others = total.saturating_sub(page.stored_balance);
                total = others.checked_add(page.account.balance).ok_or(Error::Overflow)?;
            }
            self.total_supply.set(&total);
        }
        for page in &batch.pages {
            if page.changed {
                self.accounts.insert(page.who, &page.account);
            }
            if page.stored_pledge.is_some_and(|stored| stored != page.pledge) {
                let key = (page.who, batch.holder);
                if page.pledge == Pledge::default() {
                    self.pledges.remove(key);
                } else {
                    self.pledges.insert(key, &page.pledge);
                }
            }
        }
        Ok(())
    }
}
