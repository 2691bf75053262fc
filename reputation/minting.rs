//! Minting: how much each minter may mint in an epoch, and who may become one.

use ink::{
    primitives::AccountId,
    storage::{Lazy, Mapping},
};
use interfaces::{
    ensure,
    reputation::{Error, MintCap},
    Points, Timestamp,
};
use pendzl::contracts::access_control::AccessControlError;

/// The shortest epoch of mint caps: a minute.
pub const MIN_EPOCH: Timestamp = 60_000;
/// The shortest notice for a new minter: a day.
pub const MIN_NOTICE: Timestamp = 86_400_000;

/// What the organization began with, and whether its founding is over.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Charter {
    /// Length of an epoch of mint caps.
    epoch: Timestamp,
    /// The time from announcing a minter until it may be one, after sealing.
    notice: Timestamp,
    sealed: bool,
}

/// The minters' caps, the announced minters, and the charter.
#[ink::storage_item]
#[derive(Debug, Default)]
pub struct Minting {
    caps: Mapping<AccountId, MintCap>,
    /// When each announced minter may be granted the role.
    due: Mapping<AccountId, Timestamp>,
    charter: Lazy<Charter>,
}

impl Minting {
    /// Begins with caps per `epoch` and `notice` for new minters, not sealed.
    pub fn found(&mut self, epoch: Timestamp, notice: Timestamp) -> Result<(), Error> {
        ensure!(epoch >= MIN_EPOCH && notice >= MIN_NOTICE, Error::InvalidPeriod);
        self.charter.set(&Charter { epoch, notice, sealed: false });
        Ok(())
    }

    /// Whether the founding is over.
    pub fn sealed(&self) -> bool {
        self.charter.get_or_default().sealed
    }

    /// Refuses with `Sealed` once the founding is over.
    pub fn ensure_founding(&self) -> Result<(), Error> {
        ensure!(!self.sealed(), Error::Sealed);
        Ok(())
    }

    /// Ends the founding for good.
    pub fn seal(&mut self) -> Result<(), Error> {
        self.ensure_founding()?;
        self.charter.set(&Charter { sealed: true, ..self.charter.get_or_default() });
        Ok(())
    }

    /// Announces a minter and returns when it may be granted the role: never, if the notice goes beyond all time.
    pub fn propose(&mut self, minter: AccountId, now: Timestamp) -> Timestamp {
        let due = now.saturating_add(self.charter.get_or_default().notice);
        self.due.insert(minter, &due);
        due
    }

    /// When an announced minter may be granted the role.
    pub fn due(&self, minter: AccountId) -> Option<Timestamp> {
        self.due.get(minter)
    }

    /// Uses up an account's announcement, and refuses an account that needs one and has none that is due.
    pub fn admit(&mut self, minter: AccountId, now: Timestamp) -> Result<(), AccessControlError> {
        let announced = self.due(minter).is_some_and(|due| due <= now);
        ensure!(announced || !self.sealed(), AccessControlError::InvalidCaller);
        self.due.remove(minter);
        Ok(())
    }

    /// The number of the epoch at `now`, counted from the Unix epoch.
    pub fn epoch(&self, now: Timestamp) -> u64 {
        rules::epoch_of(now, 0, self.charter.get_or_default().epoch)
    }

    /// What a minter may mint in this epoch, and has minted.
    pub fn cap(&self, minter: AccountId, epoch: u64) -> MintCap {
        let last = self.caps.get(minter).unwrap_or_default();
        if last.epoch == epoch {
            last
        } else {
            MintCap { epoch, minted: 0, ..last }
        }
    }

    /// Sets what a minter may mint in an epoch; what it minted in this one still counts.
    pub fn set_cap(&mut self, minter: AccountId, cap: Points, epoch: u64) {
        self.caps.insert(minter, &MintCap { cap, ..self.cap(minter, epoch) });
    }

    /// Counts as much of `owed` as the cap leaves room for as minted, and returns how much that is.
    pub fn draw(&mut self, minter: AccountId, owed: Points, epoch: u64) -> Points {
        let cap = self.cap(minter, epoch);
        let drawn = owed.min(cap.cap.saturating_sub(cap.minted));
        if drawn > 0 {
            self.caps.insert(minter, &MintCap { minted: cap.minted.saturating_add(drawn), ..cap });
        }
        drawn
    }
}
