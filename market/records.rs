//! Small records that the market keeps beside requests and submissions.

use ink::primitives::AccountId;
use interfaces::{Balance, PoolId, Timestamp};

/// What never changes once the manager has opened the market.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Opening {
    /// The enforcers' pool.
    pub pool: PoolId,
    /// The length of an epoch in which a repeated pair earns less: that of the pool's epochs, but counted from the Unix
    /// epoch.
    pub epoch: Timestamp,
    /// The time from the proposal of a policy until it is in force.
    pub notice: Timestamp,
    /// The fewest reviews an op in the pool asks for, by its first terms.
    pub min_reviews: u8,
}

/// The contracts the market works with.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Partners {
    pub reputation: AccountId,
    pub obligation: AccountId,
}

/// What one provider took in one request.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Place {
    pub taken: u16,
    /// Submissions made on them, sealed or not.
    pub submitted: u16,
    /// Submissions whose content is known.
    pub delivered: u16,
    /// Places reported as never delivered on.
    pub missed: u16,
    /// The provider's deadline and price, if there are offers.
    pub deliver_by: Timestamp,
    pub price: Balance,
    /// The provider that took a place just before.
    pub previous: Option<AccountId>,
}

/// How often a requester paid the same provider with reputation in an epoch.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pair {
    pub epoch: u64,
    pub times: u32,
}
