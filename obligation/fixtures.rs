//! What the tests of this crate share.

use crate::ledger::{Counters, Pool, PoolNow};
use ink::{env::DefaultEnvironment, primitives::AccountId};
use interfaces::{
    obligation::{Rate, Schedule, Segment, Terms},
    Timestamp,
};

pub const MINUTE: Timestamp = 60_000;
pub const HOUR: Timestamp = 60 * MINUTE;
pub const DAY: Timestamp = 24 * HOUR;
/// When the pools of these tests are opened: the start of a week, counted as schedules do.
pub const OPENED: Timestamp = 2_800 * 7 * DAY;

pub fn account(number: u8) -> AccountId {
    AccountId::from([number; 32])
}

/// Runs a test, or one case of a property, on storage of its own.
pub fn on_chain(test: impl FnOnce()) {
    ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
        test();
        Ok(())
    })
    .expect("the off-chain environment starts")
}

/// Terms as an organization would choose them for its reviewers.
pub fn terms() -> Terms {
    Terms {
        denominator: 48,
        epoch: 7 * DAY,
        retention_ppm: 900_000,
        throttle_buffer: 10,
        ban_buffer: 50,
        rate: Rate::Fixed,
        min_reviews: 3,
        presence: 1,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 20,
        min_reputation: 100,
        bond: 50,
        healthy_limit: 8,
        throttled_limit: 2,
        slash_ppm: 100_000,
        keeper_reward: 20,
        restore_price: 5,
        cooldown: 14 * DAY,
        min_freeze: 3 * DAY,
        freeze_interval: 30 * DAY,
        notice: 7 * DAY,
    }
}

/// As `atomic deploy` sets an organization up: nine tenths of an equal part of all work, at a pace that leaves people with a
/// job their evenings.
pub fn safe() -> Terms {
    Terms {
        retention_ppm: 1_000_000,
        throttle_buffer: 8,
        ban_buffer: 16,
        rate: Rate::FairShare { diligence_ppm: 900_000 },
        pace: 3,
        credit_cap: 8,
        throttled_limit: 4,
        ..terms()
    }
}

/// As [`terms`], but nothing fades and no presence is due: the rule on whole counters.
pub fn plain() -> Terms {
    Terms { retention_ppm: 1_000_000, presence: 0, ..terms() }
}

/// Half the weight from the third day of each week on.
pub fn weekly() -> Schedule {
    Schedule {
        cycle: 7 * DAY,
        segments: vec![Segment { offset: 0, weight_ppm: 1_000_000 }, Segment { offset: 2 * DAY, weight_ppm: 500_000 }],
    }
}

/// A pool of account 0 on the day it is opened.
pub fn pool(terms: Terms, schedule: Schedule) -> PoolNow {
    let pool = Pool { operator: account(0), opened: OPENED, terms, schedule };
    PoolNow::new(0, pool, Counters::default(), OPENED)
}

/// The same pool, stored and loaded again after a while.
pub fn after(pool: PoolNow, time: Timestamp) -> PoolNow {
    PoolNow::new(pool.id, pool.fixed, pool.counters, pool.now + time)
}
