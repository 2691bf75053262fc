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
}

/// The organization's rules for its market (section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Policy {
    /// The assets that requests may pay in, each once; 1 to 32.
    pub assets: Vec<AssetPolicy>,
    /// The shortest time between two deadlines of a request, in milliseconds; above 0.
    pub min_window: Timestamp,
    /// The smallest quorum; odd.
    pub min_quorum: u8,
    /// The greatest tolerance of a request, on the scale of scores from 0 to 100.
    pub max_tolerance: u8,
    /// The weight of a submission that nobody reviewed in time, in basis points.
    pub unreviewed_bps: Bps,
    /// The treasury's part, on top of reward and review fees, in basis points of them.
    pub protocol_fee_bps: Bps,
    /// The account that is credited protocol fees and premiums.
    pub treasury: AccountId,
    /// There is no premium up to this utilization of the pool, in parts per million; below 1,000,000.
    pub target_utilization_ppm: Ppm,
    /// The premium at full utilization, on reward and review fees, in basis points of them.
    pub premium_cap_bps: Bps,
    /// The most points of reputation earned through a request, for each 10^12 smallest units of protocol fee it paid.
    pub reputation_per_fee: Points,
}

/// The market was opened.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Opened {
    /// The number of the enforcers' pool in the obligation contract.
    pub pool: PoolId,
    /// The account that is credited protocol fees and premiums.
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
    /// The account that is credited protocol fees and premiums from now on.
    pub treasury: AccountId,
}
