//! Long deals (section 3.6).

use super::DAY;
use crate::action::Who;
use interfaces::{
    obligation::{Rate, Terms, BY_ENROLMENT},
    Balance, Timestamp,
};

#[derive(Clone, Debug)]
pub struct Tenure {
    pub provider: Who,
    pub price: Balance,
    pub first: u32,
    pub first_deliver_by: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Deal {
    pub periods: u32,
    pub period: Timestamp,
    pub missed: u16,
    pub notice_periods: u32,
    pub pool: Option<u32>,
    pub tenure: Option<Tenure>,
    /// Who gave notice, which period was running, and the first that is not covered by it any more.
    pub notice: Option<(Who, u32, u32)>,
    pub vacated: Timestamp,
}

impl Deal {
    pub fn due(&self, tenure: &Tenure, period: u32) -> Timestamp {
        tenure.first_deliver_by + self.period * Timestamp::from(period - tenure.first)
    }

    /// The first period that is not the provider's any more.
    pub fn ends(&self, provider: Who) -> u32 {
        self.notice.filter(|(by, ..)| *by == provider).map_or(self.periods, |(_, _, until)| until)
    }

    /// The period that is delivered for now.
    pub fn present(&self, tenure: &Tenure, now: Timestamp) -> u32 {
        (tenure.first..).find(|period| *period >= self.periods || now < self.due(tenure, *period)).unwrap_or(u32::MAX)
    }

    /// The terms of the provider's pool.
    pub fn terms(&self) -> Terms {
        Terms {
            denominator: 1,
            epoch: self.period.max(DAY),
            retention_ppm: 1_000_000,
            throttle_buffer: 0,
            ban_buffer: self.missed.into(),
            rate: Rate::Fixed,
            min_reviews: 1,
            presence: 0,
            pace: 0,
            credit_cap: u32::MAX,
            seats: 1,
            min_reputation: BY_ENROLMENT,
            bond: 0,
            healthy_limit: 0,
            throttled_limit: 0,
            slash_ppm: 0,
            keeper_reward: 0,
            restore_price: Balance::MAX,
            cooldown: 0,
            min_freeze: DAY,
            freeze_interval: DAY,
            notice: DAY,
        }
    }
}
