//! How an organization is set up, and the defaults.

use crate::{
    amounts::{days, hours, UNIT},
    hash::account,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy, Policy},
    obligation::{Rate, Schedule, Terms},
    Balance, Points, Timestamp,
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

impl Settings {
    /// An organization of a few people whose standings change within days; what demo, scenarios and tests use.
    pub fn brisk() -> Self {
        Self { policy: brisk_policy(), terms: brisk_terms(), ..Self::default() }
    }
}

/// A policy for people with jobs, who need a day to look in; what nobody reviewed earns little. It takes the chain's
/// own currency, with a fee of 5 % and the treasury `account("treasury")`.
pub fn default_policy() -> Policy {
    Policy {
        assets: vec![AssetPolicy { asset: Asset::Native, min_review_fee: UNIT / 10, rent: UNIT / 100 }],
        min_window: days(1),
        max_window: days(30),
        min_quorum: 3,
        max_tolerance: 20,
        unreviewed_bps: 2_500,
        protocol_fee_bps: 500,
        treasury: account("treasury"),
        target_utilization_ppm: 600_000,
        premium_cap_bps: 20_000,
        reputation_per_fee: 100,
        min_stake: 1,
        max_stake: 100,
    }
}

/// Terms for people with jobs: a member does nine tenths of its fair share, of which at most three operations fall due in a
/// week, and one more for being there. What is left of the share makes up for reviews that are lost. Whoever misses nothing
/// is safe for three weeks, whatever anyone posts; whoever stops is out within half a year, even where nobody asks for work.
pub fn default_terms() -> Terms {
    Terms {
        denominator: 48,
        epoch: days(7),
        retention_ppm: 1_000_000,
        throttle_buffer: 8,
        ban_buffer: 16,
        rate: Rate::FairShare { diligence_ppm: 900_000 },
        min_reviews: 3,
        presence: 1,
        pace: 3,
        credit_cap: 8,
        seats: 20,
        min_reputation: 100,
        bond: 50,
        healthy_limit: 8,
        throttled_limit: 4,
        slash_ppm: 500_000,
        keeper_reward: 20,
        restore_price: 5,
        cooldown: days(7),
        min_freeze: days(1),
        freeze_interval: days(30),
        notice: days(7),
    }
}

/// As [`default_policy`], but windows may be as short as an hour and as long as ten years, reviews cost as little as 0.01
/// UNIT and no rent, what nobody reviewed weighs half, and stakes have no bounds.
pub fn brisk_policy() -> Policy {
    Policy {
        assets: vec![AssetPolicy { asset: Asset::Native, min_review_fee: UNIT / 100, rent: 0 }],
        min_window: hours(1),
        max_window: days(3_653),
        unreviewed_bps: 5_000,
        min_stake: 0,
        max_stake: Points::MAX,
        ..default_policy()
    }
}

/// Terms of a small pool whose standings change within days: one of two operations seen is to be declared, three
/// missing ones are tolerated, and more than six ban. No pace bounds what falls due, and no presence is asked for.
pub fn brisk_terms() -> Terms {
    Terms {
        denominator: 2,
        epoch: days(1),
        throttle_buffer: 3,
        ban_buffer: 6,
        rate: Rate::Fixed,
        presence: 0,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 5,
        healthy_limit: 3,
        throttled_limit: 2,
        notice: days(1),
        ..default_terms()
    }
}
