//! The terms of a pool, as far as they matter to what is simulated (section 1.1 of the protocol), and which terms may be.

use rules::{Buffers, Credit, Fading, Micro, PPM};
use serde::Serialize;

pub const HOUR: u64 = 3_600_000;
pub const DAY: u64 = 24 * HOUR;

const MINUTE: u64 = 60_000;
const HUNDRED_YEARS: u64 = 36_525 * DAY;
const MAX_DENOMINATOR: u32 = 1_000_000;
const MAX_BUFFER: u32 = 1_000_000_000;
const MAX_PRESENCE: u64 = 1_000_000_000;
const MAX_SEATS: u32 = 1_000_000;

/// How much an op weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Once; an op that asks for few reviews at most `denominator * reviews / seats`.
    Fixed,
    /// The member's fair share of the reviews asked for, times its diligence.
    FairShare { diligence_ppm: u32 },
}

/// The terms of a pool. Times are in milliseconds; the names and meanings are those of the contract's terms. There is no
/// `notice`: nothing that is simulated proposes other terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Terms {
    pub denominator: u32,
    pub epoch: u64,
    pub retention_ppm: u32,
    pub throttle_buffer: u32,
    pub ban_buffer: u32,
    pub rate: Rate,
    pub min_reviews: u8,
    pub presence: u32,
    /// 0: without bound.
    pub pace: u32,
    /// The greatest number: without bound.
    pub credit_cap: u32,
    pub seats: u32,
    pub min_reputation: u64,
    pub bond: u64,
    pub healthy_limit: u32,
    pub throttled_limit: u32,
    pub slash_ppm: u32,
    pub keeper_reward: u64,
    pub restore_price: u64,
    pub cooldown: u64,
    pub min_freeze: u64,
    pub freeze_interval: u64,
}

/// The safe terms: what `atomic deploy` takes where its configuration is silent.
impl Default for Terms {
    fn default() -> Self {
        Self {
            denominator: 48,
            epoch: 7 * DAY,
            retention_ppm: PPM,
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
            cooldown: 7 * DAY,
            min_freeze: DAY,
            freeze_interval: 30 * DAY,
        }
    }
}

impl Terms {
    /// As the first edition had them: neither a pace nor presence nor a cap of credit.
    pub fn first_edition(rate: Rate, denominator: u32, throttle_buffer: u32, ban_buffer: u32) -> Self {
        Self {
            denominator,
            epoch: DAY,
            throttle_buffer,
            ban_buffer,
            rate,
            presence: 0,
            pace: 0,
            credit_cap: u32::MAX,
            healthy_limit: throttle_buffer,
            throttled_limit: throttle_buffer.min(2),
            ..Self::default()
        }
    }

    pub(crate) fn buffers(&self) -> Buffers {
        Buffers { denominator: self.denominator, throttle: self.throttle_buffer, ban: self.ban_buffer }
    }

    pub(crate) fn credit(&self) -> Credit {
        Credit { denominator: self.denominator, cap: self.credit_cap }
    }

    pub(crate) fn fading(&self) -> Fading {
        Fading { retention_ppm: self.retention_ppm, presence_per_epoch: self.seen(self.presence) }
    }

    /// What has to be seen for so many ops to fall due.
    pub(crate) fn seen(&self, ops: u32) -> Micro {
        Micro::from_ops(u64::from(ops).saturating_mul(self.denominator.into()))
    }

    /// Which part of its fair share a member owes; the whole where an op weighs the same for all.
    pub(crate) fn diligence_ppm(&self) -> u32 {
        match self.rate {
            Rate::Fixed => PPM,
            Rate::FairShare { diligence_ppm } => diligence_ppm,
        }
    }

    /// The greatest part of a bond that the keeper of a ban is owed.
    pub(crate) fn reward_for(&self, bond: u64) -> u64 {
        self.keeper_reward.min(bond / 2)
    }

    /// The first rule that the contract would refuse these terms for, by the name that it gives it.
    pub fn broken_rule(&self) -> Option<&'static str> {
        let rules = self.rules();
        rules.into_iter().find(|(_, holds)| !holds).map(|(name, _)| name)
    }

    fn rules(&self) -> [(&'static str, bool); 17] {
        let presence = u64::from(self.presence).saturating_mul(self.denominator.into());
        let lasting = [self.epoch, self.cooldown, self.min_freeze, self.freeze_interval];
        [
            ("Denominator", (1..=MAX_DENOMINATOR).contains(&self.denominator)),
            ("Epoch", self.epoch >= MINUTE),
            ("Retention", (1..=PPM).contains(&self.retention_ppm)),
            ("Buffers", (self.throttle_buffer..=MAX_BUFFER).contains(&self.ban_buffer)),
            ("Diligence", (1..=PPM).contains(&self.diligence_ppm())),
            ("MinReviews", self.min_reviews >= 1),
            ("Share", self.is_fair_at(PPM)),
            ("Presence", self.presence == 0 || self.presence < self.throttle_buffer),
            ("PresenceWork", presence <= MAX_PRESENCE),
            ("Pace", self.pace <= self.ban_buffer / 2),
            ("CreditCap", self.credit_cap > self.presence),
            ("Seats", (1..=MAX_SEATS).contains(&self.seats)),
            ("HealthyLimit", self.healthy_limit <= self.throttle_buffer),
            ("ThrottledLimit", self.throttled_limit <= self.healthy_limit && self.works_when_throttled()),
            ("Slash", self.slash_ppm <= PPM),
            ("KeeperReward", self.keeper_reward <= self.bond / 2),
            ("Duration", lasting.into_iter().all(|time| time <= HUNDRED_YEARS)),
        ]
    }

    /// Whether there is enough work for everybody's part, even where an op weighs so much.
    pub(crate) fn is_fair_at(&self, weight_ppm: u32) -> bool {
        let asked = u128::from(self.denominator) * u128::from(self.min_reviews) * u128::from(PPM);
        self.rate != Rate::Fixed || u128::from(self.seats) * u128::from(weight_ppm) <= asked
    }

    fn works_when_throttled(&self) -> bool {
        self.throttled_limit >= 1 || self.healthy_limit == 0
    }

    /// The first guarantee (section 1.6): for how long whoever has nothing missing is not Banned, whatever is posted, and
    /// though it declares nothing; `None` without a pace.
    pub fn safe_for(&self) -> Option<u64> {
        let each = u64::from(self.pace).saturating_add(self.presence.into());
        let until = u64::from(self.ban_buffer).saturating_add(1).saturating_mul(self.epoch);
        (self.pace > 0).then(|| until.checked_div(each).unwrap_or(0).saturating_sub(self.epoch))
    }

    /// The second guarantee (section 1.6): in what time whoever stops is out, even where nobody asks for work; `None` where
    /// that is never.
    pub fn out_within(&self) -> Option<u64> {
        if self.presence == 0 || self.retention_ppm < PPM || self.credit_cap == u32::MAX {
            return None;
        }
        let ops = u64::from(self.credit_cap).saturating_add(self.ban_buffer.into()).saturating_add(1);
        Some(ops.div_ceil(self.presence.into()).saturating_mul(self.epoch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_safe_terms_promise_what_their_page_says() {
        let terms = Terms::default();
        assert_eq!(terms.broken_rule(), None);
        assert_eq!(terms.safe_for(), Some(1_965_600_000), "22.75 days");
        assert_eq!(terms.out_within(), Some(25 * 7 * DAY));
        assert_eq!(Terms { presence: 2, ..terms }.out_within(), Some(13 * 7 * DAY), "rounded up to an epoch's end");
    }

    #[test]
    fn terms_without_pace_or_presence_promise_nothing() {
        let terms = Terms::first_edition(Rate::Fixed, 2, 3, 6);
        assert_eq!((terms.safe_for(), terms.out_within()), (None, None));
        assert_eq!(Terms { retention_ppm: 900_000, ..Terms::default() }.out_within(), None);
        assert_eq!(Terms { credit_cap: u32::MAX, ..Terms::default() }.out_within(), None);
    }

    #[test]
    fn each_broken_rule_has_the_name_that_the_contract_gives_it() {
        let broken = |change: fn(&mut Terms)| {
            let mut terms = Terms::default();
            change(&mut terms);
            terms.broken_rule()
        };
        type Change = fn(&mut Terms);
        let cases: [(Change, &str); 17] = [
            (|t| t.denominator = 0, "Denominator"),
            (|t| t.epoch = MINUTE - 1, "Epoch"),
            (|t| t.retention_ppm = 0, "Retention"),
            (|t| t.ban_buffer = 7, "Buffers"),
            (|t| t.rate = Rate::FairShare { diligence_ppm: 0 }, "Diligence"),
            (|t| t.min_reviews = 0, "MinReviews"),
            (|t| (t.rate, t.seats) = (Rate::Fixed, 145), "Share"),
            (|t| t.presence = 8, "Presence"),
            (
                |t| (t.denominator, t.presence, t.throttle_buffer, t.ban_buffer) = (1_000_000, 1_001, 2_000, 2_000),
                "PresenceWork",
            ),
            (|t| t.pace = 9, "Pace"),
            (|t| t.credit_cap = 1, "CreditCap"),
            (|t| t.seats = 0, "Seats"),
            (|t| t.healthy_limit = 9, "HealthyLimit"),
            (|t| t.throttled_limit = 0, "ThrottledLimit"),
            (|t| t.slash_ppm = PPM + 1, "Slash"),
            (|t| t.keeper_reward = 26, "KeeperReward"),
            (|t| t.cooldown = HUNDRED_YEARS + 1, "Duration"),
        ];
        for (change, name) in cases {
            assert_eq!(broken(change), Some(name));
        }
    }
}
