//! The model of reputation: what everyone has, has locked, is owed, and was burnt.

use interfaces::{reputation::Error, Balance, Timestamp};

/// Accounts that hold locks and owe reputation.
pub const MARKET: usize = 0;
pub const OBLIGATION: usize = 1;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    pub balance: Balance,
    pub locked: [Balance; 2],
    pub owed: [Balance; 2],
    pub earned: Balance,
    pub spent: Balance,
    pub slashed: Balance,
    pub holds: u32,
    pub frozen: bool,
}

impl Person {
    pub fn all_locked(&self) -> Balance {
        self.locked[MARKET] + self.locked[OBLIGATION]
    }

    pub fn unlocked(&self) -> Balance {
        self.balance - self.all_locked()
    }

    pub fn available(&self) -> Balance {
        if self.frozen {
            0
        } else {
            self.unlocked()
        }
    }

    pub fn require(&self, amount: Balance) -> Result<(), Error> {
        match self.frozen {
            true => Err(Error::Frozen),
            false if self.unlocked() < amount => Err(Error::InsufficientReputation),
            false => Ok(()),
        }
    }

    pub fn lock(&mut self, holder: usize, amount: Balance) -> Result<(), Error> {
        self.require(amount)?;
        self.locked[holder] += amount;
        Ok(())
    }

    pub fn unlock(&mut self, holder: usize, amount: Balance) {
        self.locked[holder] -= amount.min(self.locked[holder]);
    }

    pub fn spend(&mut self, amount: Balance) -> Result<(), Error> {
        self.require(amount)?;
        self.balance -= amount;
        self.spent += amount;
        Ok(())
    }

    /// The holder's own lock goes first, then what nobody has locked.
    pub fn slash(&mut self, holder: usize, amount: Balance) {
        self.unlock(holder, amount);
        self.burn_unlocked(amount);
    }

    pub fn slash_share(&mut self, ppm: u32) {
        self.burn_unlocked(self.unlocked() * Balance::from(ppm) / 1_000_000);
    }

    fn burn_unlocked(&mut self, amount: Balance) {
        let taken = amount.min(self.unlocked());
        self.balance -= taken;
        self.slashed += taken;
    }
}

/// What each of the two minters may mint.
#[derive(Clone, Debug)]
pub struct Mint {
    pub cap: Balance,
    pub epoch_length: Timestamp,
    pub minted: [(u64, Balance); 2],
}

impl Mint {
    pub fn collect(&mut self, person: &mut Person, now: Timestamp) -> Result<Balance, Error> {
        let epoch = now / self.epoch_length;
        if person.frozen {
            return Err(Error::Frozen);
        }
        if person.owed == [0, 0] {
            return Err(Error::NothingOwed);
        }
        let mut sum = 0;
        for (owed, minted) in person.owed.iter_mut().zip(&mut self.minted) {
            let so_far = if minted.0 == epoch { minted.1 } else { 0 };
            let now = (*owed).min(self.cap - so_far);
            *minted = (epoch, so_far + now);
            *owed -= now;
            sum += now;
        }
        if sum == 0 {
            return Err(Error::MintCapReached);
        }
        person.earned += sum;
        person.balance += sum;
        Ok(sum)
    }
}
