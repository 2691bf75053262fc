//! Engagements: long deals, delivered, reviewed and paid period by period (section 3.6).
//!
//! A requester engages one provider, whose offer it accepts; anyone closes one period after the other. Where the provider
//! is Banned, another can take over.

use crate::{Balance, PoolId, RequestId, Timestamp};
use ink::primitives::AccountId;

/// Most periods of an engagement.
pub const MAX_PERIODS: u16 = 1_000;

/// A long deal, paid period by period (section 3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Engagement {
    /// How many periods there are; fewer once the rest is reclaimed.
    pub periods: u32,
    /// From one delivery to the next.
    pub period: Timestamp,
    /// Periods that may be missed or refused before the provider is Banned.
    pub missed_periods: u16,
    /// The pool in which the provider is obliged; from the first acceptance on.
    pub pool: Option<PoolId>,
    /// Who has the place now; nobody before the first acceptance, and once the provider is Banned.
    pub tenure: Option<Tenure>,
}

/// One provider's time in an engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Tenure {
    pub provider: AccountId,
    /// A period's price.
    pub price: Balance,
    /// The provider's first period.
    pub first: u32,
    /// Until when its first delivery is due; each further one a period later.
    pub first_deliver_by: Timestamp,
}

/// The request posted is a long deal.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Engaged {
    #[ink(topic)]
    pub request: RequestId,
    pub periods: u16,
    pub period: Timestamp,
    pub missed_periods: u16,
}

/// A period of an engagement was closed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PeriodClosed {
    #[ink(topic)]
    pub request: RequestId,
    pub period: u32,
    /// Whether something was delivered in it.
    pub delivered: bool,
    /// Whether it counts as declared: its weight is above 0, or nobody reviewed it.
    pub accepted: bool,
    /// What it earned, to be claimed.
    pub pay: Balance,
}

/// The provider of an engagement was Banned and lost its place, bond and deposit.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct PlaceVacated {
    #[ink(topic)]
    pub request: RequestId,
    #[ink(topic)]
    pub provider: AccountId,
    pub forfeited: Balance,
}
