//! The organization's rules for its market (section 3).
//!
//! The manager opens the market with a policy, may propose another, and may pause the messages that begin something
//! new.

use crate::{market::Asset, Balance, Bps, Points, PoolId, Ppm, Timestamp};
use ink::{prelude::vec::Vec, primitives::AccountId};

/// The most assets on the policy's list.
pub const MAX_ASSETS: usize = 32;
/// `Policy::reputation_per_fee` counts per this many of the asset's smallest units.
pub const FEE_UNIT: Balance = 1_000_000_000_000;

/// An asset that requests may pay in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct AssetPolicy {
    /// The chain's own currency, or a token.
    pub asset: Asset,
    /// The smallest review fee in this asset, in its smallest units, per submission.
    pub min_review_fee: Balance,
    /// What a review costs for each day that it is reserved for, in the asset's smallest units.
    pub rent: Balance,
}

/// The organization's rules for its market (section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Policy {
    /// The assets that requests may pay in, each once; 1 to 32.
    pub assets: Vec<AssetPolicy>,
    /// The shortest time that anybody has for a step of a request, in milliseconds; above 0, and at least the beacon's
    /// period, which is that of the first policy, or a day if that is shorter.
    pub min_window: Timestamp,
    /// The longest time for taking places, and for delivering, in milliseconds; at least `min_window`.
    pub max_window: Timestamp,
    /// The smallest quorum; odd.
    pub min_quorum: u8,
    /// The greatest tolerance of a request, on the scale of scores from 0 to 100.
    pub max_tolerance: u8,
    /// The weight of a submission that nobody reviewed in time, in basis points.
    pub unreviewed_bps: Bps,
    /// The treasury's part, on top of reward and review fees, in basis points of them.
    pub protocol_fee_bps: Bps,
    /// The account that is credited protocol fees, rents and premiums.
    pub treasury: AccountId,
    /// There is no premium up to this utilization of the pool, in parts per million; below 1,000,000.
    pub target_utilization_ppm: Ppm,
    /// The premium at full utilization, on the rent, in basis points of it; at most 100,000: ten times the rent.
    pub premium_cap_bps: u32,
    /// The most points of reputation earned through a request, for each 10^12 smallest units of protocol fee it paid.
    pub reputation_per_fee: Points,
    /// The fewest points that an incoherent review costs, whatever the request pays; at most `max_stake`.
    pub min_stake: Points,
    /// The most points that a review earns or, being incoherent, costs.
    pub max_stake: Points,
}

/// The market was opened.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Opened {
    /// The number of the enforcers' pool in the obligation contract.
    pub pool: PoolId,
    /// The account that is credited protocol fees, rents and premiums.
    pub treasury: AccountId,
}

/// The manager proposed another policy.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PolicyProposed {
    /// When it comes into force, in milliseconds since the Unix epoch.
    pub effective: Timestamp,
}

/// A proposed policy was written down as in force.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PolicyApplied {
    /// The account that is credited protocol fees, rents and premiums from now on.
    pub treasury: AccountId,
}
