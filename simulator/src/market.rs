//! What requests ask for and cost (sections 3.1, 3.4 and 3.5 of the protocol), as far as it matters to enforcers.

use crate::terms::{DAY, HOUR};
use rules::Stake;
use serde::Serialize;

/// 10^12 of the smallest units.
pub const UNIT: u128 = 1_000_000_000_000;

/// The policy of a market, and what its requests are like. Money is in the smallest units, times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Market {
    pub min_review_fee: u128,
    pub min_window: u64,
    pub rent: u128,
    pub protocol_fee_bps: u32,
    pub target_utilization_ppm: u32,
    pub premium_cap_bps: u32,
    pub unreviewed_bps: u16,
    pub reputation_per_fee: u128,
    pub min_stake: u128,
    pub max_stake: u128,
    /// What a request pays for a place, and for its reviews.
    pub reward: u128,
    pub review_fee: u128,
    /// The places of a request: so many submissions are opened together.
    pub places: u32,
    pub quorum: u8,
    pub tolerance: u8,
    /// The score from which on work is paid, and what it weighs.
    pub curve: Vec<(u8, u16)>,
    /// The time for taking places and delivering.
    pub delivery: u64,
    pub commits: u64,
    pub reveals: u64,
}

/// The default policy, and requests as the command line posts them.
impl Default for Market {
    fn default() -> Self {
        Self {
            min_review_fee: UNIT / 10,
            min_window: DAY,
            rent: UNIT / 100,
            protocol_fee_bps: 500,
            target_utilization_ppm: 600_000,
            premium_cap_bps: 20_000,
            unreviewed_bps: 2_500,
            reputation_per_fee: 100,
            min_stake: 1,
            max_stake: 100,
            reward: 10 * UNIT,
            review_fee: UNIT,
            places: 1,
            quorum: 3,
            tolerance: 10,
            curve: vec![(40, 5_000), (60, 8_000), (80, 10_000)],
            delivery: 2 * DAY,
            commits: 3 * DAY,
            reveals: 4 * DAY,
        }
    }
}

/// What a place of a request costs whoever posts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Reward and review fee; what is not earned comes back.
    pub escrow: u128,
    /// These three never come back.
    pub fee: u128,
    pub rent: u128,
    pub premium: u128,
}

impl Price {
    /// What does not come back.
    pub fn sunk(&self) -> u128 {
        self.fee.saturating_add(self.rent).saturating_add(self.premium)
    }
}

impl Market {
    /// How many reviews a submission has room for.
    pub fn max_reviews(&self) -> u8 {
        self.quorum.saturating_mul(2).saturating_add(1)
    }

    /// How many of them members that are short, or are not, may fill.
    pub fn room(&self, short: bool) -> u8 {
        self.quorum.saturating_add((!short).into())
    }

    /// The days begun until the end of the last possible window.
    pub fn days(&self) -> u64 {
        self.delivery.saturating_add(self.commits.saturating_mul(2)).saturating_add(self.reveals).div_ceil(DAY)
    }

    /// What a place costs that pays so much, at a utilization with it.
    pub fn price_of(&self, reward: u128, review_fee: u128, utilization_ppm: u32) -> Price {
        let escrow = reward.saturating_add(review_fee);
        let rent = self.rent.saturating_mul(self.quorum.into()).saturating_mul(self.days().into());
        let premium = rules::premium_bps(utilization_ppm, self.target_utilization_ppm, self.premium_cap_bps);
        Price {
            escrow,
            fee: rules::fraction_bps(escrow, self.protocol_fee_bps),
            rent,
            premium: rules::fraction_bps(rent, premium),
        }
    }

    /// What a place of these requests costs.
    pub fn price(&self, utilization_ppm: u32) -> Price {
        self.price_of(self.reward, self.review_fee, utilization_ppm)
    }

    /// What the cheapest place costs: the least fee, and no window longer than it must be.
    pub fn cheapest(&self, utilization_ppm: u32) -> Price {
        let window = self.min_window;
        let shortest = Self { delivery: window.saturating_mul(2), commits: window, reveals: window, ..self.clone() };
        shortest.price_of(0, self.min_review_fee, utilization_ppm)
    }

    /// The points that a place is worth: half for its provider, half for its enforcers.
    pub fn points(&self, fee: u128) -> u128 {
        rules::mul_div_floor(fee, self.reputation_per_fee, UNIT)
    }

    /// What each review of a place has at stake that is worth so many points.
    pub fn stake(&self, points: u128) -> Stake {
        Stake::new(points, self.max_reviews(), self.min_stake, self.max_stake)
    }

    /// What a median earns.
    pub fn earned_bps(&self, median: u8) -> u16 {
        rules::curve_weight(self.curve.iter().copied(), median)
    }

    /// What work weighs that `reviews` judged, with this median.
    pub fn weight_bps(&self, median: Option<u8>, reviews: u8) -> u16 {
        let earned = median.map_or(0, |median| self.earned_bps(median));
        rules::few_weight(earned, self.unreviewed_bps, reviews, self.quorum)
    }

    /// The first thing about requests that the market would refuse, or that cannot be simulated.
    pub fn broken_rule(&self) -> Option<&'static str> {
        let rules = [
            ("quorum: it is odd, and from 1 to 7", self.quorum % 2 == 1 && self.quorum <= 7),
            ("places: there is one or more", self.places >= 1),
            ("commits: it takes from an hour to 7 days", (HOUR..=7 * DAY).contains(&self.commits)),
            ("reveals: it takes from an hour to 7 days", (HOUR..=7 * DAY).contains(&self.reveals)),
            ("delivery: it takes 60 days or less", self.delivery <= 60 * DAY),
            ("stakes: the least is not above the greatest", self.min_stake <= self.max_stake),
        ];
        rules.into_iter().find(|(_, holds)| !holds).map(|(rule, _)| rule)
    }
}

/// An amount for people, in units.
pub fn units(amount: u128) -> f64 {
    amount as f64 / UNIT as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_costs_fee_and_rent_and_a_premium_above_the_target() {
        let market = Market { delivery: DAY, commits: DAY, reveals: DAY, ..Market::default() };
        assert_eq!(market.days(), 4);
        let price = market.price_of(0, UNIT / 10, 0);
        assert_eq!((price.fee, price.rent, price.premium), (UNIT / 200, 12 * UNIT / 100, 0));
        let full = market.price_of(0, UNIT / 10, 999_999);
        assert_eq!(full.premium, 239_988_000_000, "twice the rent, nearly");
        assert_eq!((full.sunk(), market.max_reviews()), (full.fee + full.rent + full.premium, 7));
    }

    #[test]
    fn stakes_and_weights_are_those_of_the_protocol() {
        let market = Market::default();
        let points = market.points(market.price(0).fee);
        assert_eq!(points, 55);
        let stake = market.stake(points);
        assert_eq!((stake.gain, stake.loss, stake.absence), (3, 3, 7));
        assert_eq!([3, 1].map(|reviews| market.weight_bps(Some(100), reviews)), [10_000, 5_000]);
        assert_eq!(market.weight_bps(None, 0), 2_500);
        assert_eq!([false, true].map(|short| market.room(short)), [4, 3]);
    }

    #[test]
    fn what_cannot_be_posted_is_named() {
        assert_eq!(Market::default().broken_rule(), None);
        assert!(Market { quorum: 4, ..Market::default() }.broken_rule().is_some_and(|rule| rule.starts_with("quorum")));
        assert!(Market { commits: 8 * DAY, ..Market::default() }.broken_rule().is_some());
    }
}
