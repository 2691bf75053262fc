//! Reputation: a soulbound token, earned by work (section 2).

use crate::{roles::names_refusals, Points, Timestamp};
use ink::{prelude::vec::Vec, primitives::AccountId};

/// The most effects in one [`Reputation::apply`]: one for each of 240 reviews.
pub const MAX_EFFECTS: usize = 240;
/// The most accounts in one [`Reputation::endow`].
pub const MAX_ENDOWED: usize = 256;
/// The most tiers.
pub const MAX_TIERS: usize = 32;
/// The most minters that can owe one account reputation; a further one is refused.
pub const MAX_CREDITORS: usize = 8;

/// Why reputation was earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum MintReason {
    /// A delivery whose score was paid.
    Delivery,
    /// A review that agreed with the median.
    Review,
    /// A call that latched a ban.
    Keeper,
}

/// One change to one account, so that changes that belong together travel in one call. See [`Reputation::apply`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Effect {
    /// Refuses the whole call as `Frozen`, `InsufficientReputation` or `InsufficientTier` unless `who` is at work, has this
    /// much available and is at least of this tier. No role needed.
    Require {
        /// The account that is checked.
        who: AccountId,
        /// The points it must have available.
        available: Points,
        /// The tier it must have, counted from 1; 0: any.
        tier: u8,
    },
    /// As [`Reputation::owe`]. MINTER.
    Owe {
        /// The account that earned the points.
        to: AccountId,
        /// How many points it earned.
        amount: Points,
        /// What they were earned with.
        reason: MintReason,
    },
    /// As [`Reputation::lock`]. LOCKER.
    Lock {
        /// The account whose reputation is locked.
        who: AccountId,
        /// How many points.
        amount: Points,
    },
    /// As [`Reputation::unlock`]. LOCKER.
    Unlock {
        /// The account whose bond is released.
        who: AccountId,
        /// How many points, at most.
        amount: Points,
    },
    /// Notes `places` more open places, which keep `who` from freezing. Refuses `Frozen` (a frozen account takes none)
    /// and `Overflow`. LOCKER.
    Hold {
        /// The account that has the places.
        who: AccountId,
        /// How many places.
        places: u32,
    },
    /// Removes at most `places` of the caller's own holds; never fails. LOCKER.
    Free {
        /// The account that had the places.
        who: AccountId,
        /// How many places, at most.
        places: u32,
    },
    /// As [`Reputation::slash`]. SLASHER.
    Slash {
        /// The account that is punished.
        who: AccountId,
        /// How many points, at most.
        amount: Points,
    },
    /// Burns this fraction of what is not locked, rounded down, frozen or not. SLASHER.
    SlashShare {
        /// The account that is punished.
        who: AccountId,
        /// The part to burn, in parts per million.
        ppm: u32,
    },
    /// As [`Reputation::spend`]. SPENDER.
    Spend {
        /// The account that pays.
        who: AccountId,
        /// How many points.
        amount: Points,
    },
    /// As [`Reputation::freeze`]. FREEZER.
    Freeze {
        /// The account that begins to rest.
        who: AccountId,
    },
    /// As [`Reputation::unfreeze`]. FREEZER.
    Unfreeze {
        /// The account that comes back.
        who: AccountId,
    },
}

/// Everything about one account's reputation, in points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Profile {
    /// The points the account has, locked or not.
    pub balance: Points,
    /// The part that lockers hold as bonds, in points.
    pub locked: Points,
    /// `balance - locked`, in points, and 0 while frozen.
    pub available: Points,
    /// Points earned and not yet minted, at most the greatest `Points`.
    pub owed: Points,
    /// Points endowed or minted, over the account's lifetime.
    pub earned: Points,
    /// Points spent or burnt by the account, over its lifetime.
    pub spent: Points,
    /// Points burnt as a penalty, over its lifetime.
    pub slashed: Points,
    /// Open places that keep the account from freezing.
    pub holds: u32,
    /// Whether the account is at rest.
    pub frozen: bool,
}

/// What one minter may mint in an epoch, and has minted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct MintCap {
    /// The most points minted for this minter in one epoch.
    pub cap: Points,
    /// The epoch, counted from 0 at the Unix epoch, that `minted` belongs to.
    pub epoch: u64,
    /// Points minted for this minter in that epoch.
    pub minted: Points,
}

/// Why a reputation message was refused. A refused message changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// The caller lacks the role that this message, or an effect in it, needs.
    MissingRole,
    /// The account's available reputation is too small.
    InsufficientReputation,
    /// The account's tier is too low.
    InsufficientTier,
    /// The account is frozen.
    Frozen,
    /// The account is not frozen.
    NotFrozen,
    /// Places that are neither claimed nor reported, and the place of an engagement while it lasts, keep the account
    /// from freezing.
    Held,
    /// Nothing is owed to this account.
    NothingOwed,
    /// Everything owed to this account waits for the next epoch of its minters' caps.
    MintCapReached,
    /// Eight other minters owe this account already.
    TooManyCreditors,
    /// There are more than 240 effects.
    TooManyEffects,
    /// There are more than 256 accounts.
    TooManyEndowed,
    /// The founding workforce is complete: now reputation can only be earned.
    Sealed,
    /// Tiers must rise strictly, from above 0, and be at most 32.
    InvalidTiers,
    /// An epoch lasts at least a minute, and the notice for a new minter at least a day.
    InvalidPeriod,
    /// No total may exceed what a `u128` holds.
    Overflow,
}

names_refusals!(Error, AccessControl);

/// The soulbound reputation of one organization (section 2).
///
/// Beside these the contract implements PSP22 and PSP22Metadata, whose transfers and approvals always refuse, and
/// AccessControl. There are no events of 0 points.
#[ink::trait_definition]
pub trait Reputation {
    /// Whether this token can never be transferred: always true.
    #[ink(message)]
    fn soulbound(&self) -> bool;

    /// Everything about the reputation of `who`, in points.
    #[ink(message)]
    fn profile(&self, who: AccountId) -> Profile;

    /// The highest tier, counted from 1, whose threshold the available points of `who` meet; 0 below the first.
    #[ink(message)]
    fn tier(&self, who: AccountId) -> u8;

    /// The thresholds of the tiers, in points, strictly rising.
    #[ink(message)]
    fn tiers(&self) -> Vec<Points>;

    /// What `minter` may mint in an epoch, and has minted in this one, in points.
    #[ink(message)]
    fn mint_cap(&self, minter: AccountId) -> MintCap;

    /// Whether the founding workforce is complete.
    #[ink(message)]
    fn sealed(&self) -> bool;

    /// When `minter`, proposed after sealing, may be granted the role, in milliseconds since the Unix epoch; `None` if
    /// not proposed.
    #[ink(message)]
    fn minter_due(&self, minter: AccountId) -> Option<Timestamp>;

    /// Manager, before `seal`: mints the founding workforce's reputation. `endowments` are accounts, each with its
    /// points, at most 256 a call. Emits `Transfer` for each.
    ///
    /// Errors: `MissingRole`, `Sealed`, `TooManyEndowed`, `Frozen`, `Overflow`.
    #[ink(message)]
    fn endow(&mut self, endowments: Vec<(AccountId, Points)>) -> Result<(), Error>;

    /// Manager, once and for good: from now on reputation can only be earned, and a new minter needs notice. Emits
    /// `SealedForGood`.
    ///
    /// Errors: `MissingRole`, `Sealed`.
    #[ink(message)]
    fn seal(&mut self) -> Result<(), Error>;

    /// Manager: sets how many points (`cap`) may be minted for `minter` in one epoch. What is over it stays owed. Emits
    /// `MintCapSet`.
    ///
    /// Errors: `MissingRole`.
    #[ink(message)]
    fn set_mint_cap(&mut self, minter: AccountId, cap: Points) -> Result<(), Error>;

    /// Manager: announces `minter` as a new minter. After sealing, `grant_role(MINTER, …)` refuses an account that was
    /// not announced a whole notice before. Announcing again starts the notice again. Emits `MinterProposed`.
    ///
    /// Errors: `MissingRole`.
    #[ink(message)]
    fn propose_minter(&mut self, minter: AccountId) -> Result<(), Error>;

    /// MINTER: notes `amount` points as earned by `to`, and for which `reason`. They are minted by `claim_reputation`.
    /// Emits `Owed`.
    ///
    /// Errors: `MissingRole`, `TooManyCreditors`, `Overflow`.
    #[ink(message)]
    fn owe(&mut self, to: AccountId, amount: Points, reason: MintReason) -> Result<(), Error>;

    /// Anyone: mints what `who` is owed, up to its minters' caps, and returns how many points that was. Emits
    /// `Transfer`.
    ///
    /// Errors: `Frozen`, `NothingOwed`, `MintCapReached`, `Overflow`.
    #[ink(message)]
    fn claim_reputation(&mut self, who: AccountId) -> Result<Points, Error>;

    /// LOCKER: locks `amount` of the available points of `who` as a bond. Locks are kept per locker. Emits `Locked`.
    ///
    /// Errors: `MissingRole`, `Frozen`, `InsufficientReputation`.
    #[ink(message)]
    fn lock(&mut self, who: AccountId, amount: Points) -> Result<(), Error>;

    /// LOCKER: releases at most `amount` points of the caller's own lock on `who` and returns how many that was. Emits
    /// `Unlocked`.
    ///
    /// Errors: `MissingRole`.
    #[ink(message)]
    fn unlock(&mut self, who: AccountId, amount: Points) -> Result<Points, Error>;

    /// SLASHER: burns up to `amount` points of `who`, first from the caller's own lock, then from what is not locked,
    /// frozen or not, and returns how many that was. Emits `Slashed` and `Transfer`.
    ///
    /// Errors: `MissingRole`.
    #[ink(message)]
    fn slash(&mut self, who: AccountId, amount: Points) -> Result<Points, Error>;

    /// SPENDER: burns `amount` of the available points of `who` as the price of something it asked for. Emits
    /// `Transfer`.
    ///
    /// Errors: `MissingRole`, `Frozen`, `InsufficientReputation`.
    #[ink(message)]
    fn spend(&mut self, who: AccountId, amount: Points) -> Result<(), Error>;

    /// FREEZER: makes the reputation of `who` unavailable. Emits `FrozenChanged`.
    ///
    /// Errors: `MissingRole`, `Frozen`, `Held`.
    #[ink(message)]
    fn freeze(&mut self, who: AccountId) -> Result<(), Error>;

    /// FREEZER: ends the freeze of `who`. Emits `FrozenChanged`.
    ///
    /// Errors: `MissingRole`, `NotFrozen`.
    #[ink(message)]
    fn unfreeze(&mut self, who: AccountId) -> Result<(), Error>;

    /// Anyone: does up to 240 effects in order, or none of them, and returns the points that were moved by each of those
    /// that may move fewer than asked: `Unlock`, `Slash` and `SlashShare`. The caller needs the role of each effect that has one. Emits what the messages of the effects
    /// emit: `SlashShare` as `slash`, and `Require`, `Hold` and `Free` nothing.
    ///
    /// Errors: `TooManyEffects`, and those of the effects.
    #[ink(message)]
    fn apply(&mut self, effects: Vec<Effect>) -> Result<Vec<Points>, Error>;

    /// Anyone: burns `amount` of the caller's own available points. Emits `Transfer`.
    ///
    /// Errors: `Frozen`, `InsufficientReputation`.
    #[ink(message)]
    fn burn(&mut self, amount: Points) -> Result<(), Error>;
}

/// Reputation was minted (`from` is `None`) or burnt (`to` is `None`): the event of the PSP22 standard.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Transfer {
    /// The account whose reputation was burnt; `None` if it was minted.
    #[ink(topic)]
    pub from: Option<AccountId>,
    /// The account for which it was minted; `None` if it was burnt.
    #[ink(topic)]
    pub to: Option<AccountId>,
    /// How many points.
    pub value: u128,
}

/// Reputation was earned and waits for `claim_reputation`.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Owed {
    /// The account that earned it.
    #[ink(topic)]
    pub to: AccountId,
    /// The minter that owes it.
    pub minter: AccountId,
    /// How many points.
    pub amount: Points,
    /// What it was earned with.
    pub reason: MintReason,
}

/// A bond was locked.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Locked {
    /// The account whose reputation it is.
    #[ink(topic)]
    pub who: AccountId,
    /// The locker that holds the bond: no other can release or burn it.
    pub locker: AccountId,
    /// How many points.
    pub amount: Points,
}

/// A bond, or part of one, was released.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Unlocked {
    /// The account whose reputation it is.
    #[ink(topic)]
    pub who: AccountId,
    /// The locker that held the bond.
    pub locker: AccountId,
    /// How many points were released.
    pub amount: Points,
}

/// Reputation was burnt as a penalty.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Slashed {
    /// The account that was punished.
    #[ink(topic)]
    pub who: AccountId,
    /// The slasher that burnt it.
    pub slasher: AccountId,
    /// How many points were burnt, those from the slasher's own lock included.
    pub amount: Points,
}

/// An account's reputation was frozen, or came back.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct FrozenChanged {
    /// The account whose reputation it is.
    #[ink(topic)]
    pub who: AccountId,
    /// Whether it is frozen now.
    pub frozen: bool,
}

/// The manager set what may be minted for a minter in an epoch.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct MintCapSet {
    /// The minter that the cap is for.
    #[ink(topic)]
    pub minter: AccountId,
    /// The most points minted for it in one epoch.
    pub cap: Points,
}

/// The manager announced a new minter, who may be granted the role from `due` on.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct MinterProposed {
    /// The account that was announced.
    #[ink(topic)]
    pub minter: AccountId,
    /// When it may first be granted the role, in milliseconds since the Unix epoch.
    pub due: Timestamp,
}

/// The founding workforce is complete.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "reputation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct SealedForGood {
    /// All points there were at that moment.
    pub total_supply: Points,
}

#[cfg(feature = "std")]
mod event {
    use super::*;
    use crate::events::{RoleAdminChanged, RoleGranted, RoleRevoked};

    crate::events::events! {
        /// Everything that the reputation contract emits.
        Transfer,
        Owed,
        Locked,
        Unlocked,
        Slashed,
        FrozenChanged,
        MintCapSet,
        MinterProposed,
        SealedForGood,
        RoleGranted,
        RoleRevoked,
        RoleAdminChanged,
    }
}
#[cfg(feature = "std")]
pub use event::Event;
