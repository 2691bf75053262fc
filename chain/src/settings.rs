//! How an organization is set up, and the defaults.

use crate::{
    amounts::{days, hours, UNIT},
    hash::account,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy, Policy},
    obligation::{Rate, Schedule, Terms},
    Balance, Timestamp,
};
use std::fmt::Debug;

/// How the organization is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The reputation token's name and symbol.
    pub name: String,
    pub symbol: String,
    /// Thresholds of the tiers, strictly rising.
    pub tiers: Vec<Balance>,
    /// Length of an epoch of mint caps.
    pub mint_epoch: Timestamp,
    /// From announcing a new minter to granting it the role.
    pub minter_notice: Timestamp,
    /// What the market, and the obligation contract, may each mint in an epoch.
    pub mint_cap: Balance,
    /// The founding workforce.
    pub founders: Vec<(AccountId, Balance)>,
    pub policy: Policy,
    pub terms: Terms,
    pub schedule: Schedule,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Atomic Reputation".into(),
            symbol: "ATOM-REP".into(),
            tiers: vec![100, 500, 2_000],
            mint_epoch: days(1),
            minter_notice: days(7),
            mint_cap: 10_000,
            founders: Vec::new(),
            policy: default_policy(),
            terms: default_terms(),
            schedule: Schedule::default(),
        }
    }
}

/// A policy that takes the chain's own currency, with a fee of 5 % and the treasury `account("treasury")`.
pub fn default_policy() -> Policy {
    Policy {
        assets: vec![AssetPolicy { asset: Asset::Native, min_review_fee: UNIT / 100 }],
        min_window: hours(1),
        min_quorum: 3,
        max_tolerance: 20,
        unreviewed_bps: 5_000,
        protocol_fee_bps: 500,
        treasury: account("treasury"),
        target_utilization_ppm: 600_000,
        premium_cap_bps: 2_000,
        reputation_per_fee: 100,
    }
}

/// Terms of a small pool: one of two operations seen is to be declared, three missing ones are tolerated, and more than
/// six ban.
pub fn default_terms() -> Terms {
    Terms {
        denominator: 2,
        epoch: days(1),
        retention_ppm: 1_000_000,
        throttle_buffer: 3,
        ban_buffer: 6,
        rate: Rate::Fixed,
        min_reviews: 3,
        presence: 0,
        seats: 5,
        min_reputation: 100,
        bond: 50,
        healthy_limit: 3,
        throttled_limit: 2,
        slash_ppm: 500_000,
        keeper_reward: 20,
        restore_price: 5,
        cooldown: days(7),
        min_freeze: days(1),
        freeze_interval: days(30),
        notice: days(1),
    }
}
