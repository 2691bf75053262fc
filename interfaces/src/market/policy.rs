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
    pub asset: Asset,
    /// The smallest review fee in this asset.
    pub min_review_fee: Balance,
}

/// The organization's rules for its market (section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Policy {
    /// The assets that requests may pay in, each once; 1 to 32.
    pub assets: Vec<AssetPolicy>,
    /// The shortest time between two deadlines of a request, above 0.
    pub min_window: Timestamp,
    /// The smallest quorum; odd.
    pub min_quorum: u8,
    /// The greatest tolerance.
    pub max_tolerance: u8,
    /// The weight of a submission that nobody reviewed in time.
    pub unreviewed_bps: Bps,
    /// The treasury's part, on top of reward and review fees.
    pub protocol_fee_bps: Bps,
    /// The account that is credited protocol fees and premiums.
    pub treasury: AccountId,
    /// There is no premium up to this utilization of the pool; below 1,000,000.
    pub target_utilization_ppm: Ppm,
    /// The premium at full utilization, on reward and review fees.
    pub premium_cap_bps: Bps,
    /// The most reputation earned through a request, for each 10^12 units of protocol fee it paid.
    pub reputation_per_fee: Points,
}

/// The market was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::event]
pub struct Opened {
    pub pool: PoolId,
    pub treasury: AccountId,
}

/// The manager proposed another policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::event]
pub struct PolicyProposed {
    /// When it comes into force.
    pub effective: Timestamp,
}

/// A proposed policy was written down as in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::event]
pub struct PolicyApplied {
    pub treasury: AccountId,
}
