//! What submissions weigh and earn among the others of their request (section 3.5). Everything is rounded down: the
//! dust is the requester's.
//!
//! **Weights** are basis points with 18 decimals: those of a shared finding are fractions of a basis point, and are
//! added up for 10,000 submissions before anything is divided. Decimals, because retentions are: with nine tenths, what
//! up to 19 finders weigh together is exact.

use crate::{mul_div_floor, BPS, PPM};

/// A submission's weight: basis points with 18 decimals.
pub type Weight = u128;

/// One basis point.
pub const WEIGHT_ONE: Weight = 1_000_000_000_000_000_000;

/// A weight of whole basis points, exactly.
pub const fn weight_of(weight_bps: u16) -> Weight {
    weight_bps as u128 * WEIGHT_ONE
}

/// What `finders` submissions of the same finding weigh together: `weight_bps * (retention_ppm / 1_000_000) ^ (finders
/// - 1)`, rounded down. 0 for no finder; a retention of 1,000,000 or more leaves the weight as it is.
///
/// The power is a floating decimal, so that its error stays a fraction of itself however small it gets: the weight is
/// never above the exact one, and below it by less than `finders * 10^-18` of it and one unit of 10^-18 basis points.
/// That is less than what a further finder takes away, so that the weight never rises with their number.
pub fn group_weight(weight_bps: u16, retention_ppm: u32, finders: u32) -> Weight {
    match finders {
        0 => 0,
        1 => weight_of(weight_bps),
        _ if retention_ppm >= PPM => weight_of(weight_bps),
        _ if retention_ppm == 0 => 0,
        _ => Decimal::of_ppm(retention_ppm).power(finders - 1).times_weight(weight_bps),
    }
}

/// What each of `finders` submissions of the same finding weighs: an equal part of [`group_weight`], rounded down, which
/// brings the error of one unit to two. 0 for no finder.
pub fn shared_weight(weight_bps: u16, retention_ppm: u32, finders: u32) -> Weight {
    group_weight(weight_bps, retention_ppm, finders).checked_div(u128::from(finders)).unwrap_or(0)
}

/// What a submission of `weight` earns if the reward is divided among all: `reward * weight / sum`, rounded down. 0
/// for a sum of 0. Weights that add up to no more than `sum` never earn more than the reward.
pub fn proportional_pay(reward: u128, weight: Weight, sum: Weight) -> u128 {
    mul_div_floor(reward, weight, sum)
}

/// What one of at most `limit` submissions earns: `reward / limit * weight`, multiplied out before it is divided,
/// rounded down. With weights of at most 10,000 bps, `limit` of them never add up to more than the reward. 0 for a limit
/// of 0.
pub fn weighted_pay(reward: u128, limit: u32, weight: Weight) -> u128 {
    mul_div_floor(reward, weight, u128::from(limit) * weight_of(BPS))
}

/// What a submission earns by its place: with `better` submissions above it and `tied` at its median, itself among
/// them, an equal part of what those `tied` places earn together, `reward * (sum of places_bps[better .. better + tied])
/// / (10_000 * tied)`, rounded down. Places beyond the list earn nothing; 0 for none tied. Places of at most 10,000 bps
/// in sum never earn more than the reward.
pub fn ranked_pay(reward: u128, places_bps: impl Iterator<Item = u16>, better: u32, tied: u32) -> u128 {
    let index = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let shared: u128 = places_bps.skip(index(better)).take(index(tied)).map(u128::from).sum();
    mul_div_floor(reward, shared, u128::from(BPS) * u128::from(tied))
}

/// A number above 0 and below 10: `mantissa * 10^-(18 + tenths)`, the mantissa having 19 digits.
#[derive(Clone, Copy)]
struct Decimal {
    mantissa: u64,
    tenths: u32,
}

impl Decimal {
    /// The least mantissa: 1.
    const ONE: u64 = WEIGHT_ONE as u64;

    /// `ppm / 1_000_000`, exactly, for 0 < ppm < 1,000,000.
    fn of_ppm(ppm: u32) -> Self {
        let mantissa = Self::ONE / u64::from(PPM) * u64::from(ppm);
        let tenths = Self::ONE.ilog10() - mantissa.ilog10();
        Self { mantissa: mantissa * 10_u64.pow(tenths), tenths }
    }

    /// The product; exact if it has no more than 19 digits, otherwise below it by less than `10^-18` of it. Tenths
    /// saturate, far below any weight's last digit.
    fn times(self, other: Self) -> Self {
        // From 10^36 to below 10^38.
        let wide = u128::from(self.mantissa) * u128::from(other.mantissa);
        let tenths = self.tenths.saturating_add(other.tenths);
        let mantissa = wide / u128::from(Self::ONE);
        if mantissa < 10 * u128::from(Self::ONE) {
            Self { mantissa: mantissa as u64, tenths }
        } else {
            Self { mantissa: (mantissa / 10) as u64, tenths: tenths.saturating_sub(1) }
        }
    }

    /// By squaring, for an exponent above 0: it takes one product fewer than the exponent, each with the error above,
    /// so that it is below the exact power by less than `exponent * 10^-18` of it.
    fn power(self, exponent: u32) -> Self {
        let mut power = self;
        for bit in (0..exponent.ilog2()).rev() {
            power = power.times(power);
            if (exponent >> bit) & 1 == 1 {
                power = power.times(self);
            }
        }
        power
    }

    /// `weight_bps` times the number, rounded down. The 18 decimals of a weight are those of the mantissa.
    fn times_weight(self, weight_bps: u16) -> Weight {
        let power_of_ten = 10_u128.checked_pow(self.tenths);
        power_of_ten.map_or(0, |power_of_ten| u128::from(weight_bps) * u128::from(self.mantissa) / power_of_ten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIGH: u16 = 10_000;
    const MEDIUM: u16 = 3_000;

    #[test]
    fn a_weight_of_basis_points_is_exact() {
        assert_eq!(weight_of(0), 0);
        assert_eq!(weight_of(1), WEIGHT_ONE);
        assert_eq!(weight_of(u16::MAX), WEIGHT_ONE * 65_535);
    }

    /// Thousandths of a basis point, exactly.
    fn milli(thousandths: u128) -> Weight {
        thousandths * WEIGHT_ONE / 1_000
    }

    #[test]
    fn a_finding_weighs_a_tenth_less_for_each_further_finder_and_is_split_equally() {
        let together = |finders| group_weight(HIGH, 900_000, finders);
        assert_eq!([1, 2, 3, 4].map(together), [10_000_000, 9_000_000, 8_100_000, 7_290_000].map(milli));
        let each = |finders| shared_weight(MEDIUM, 900_000, finders);
        assert_eq!([1, 2, 3, 4].map(each), [3_000_000, 1_350_000, 810_000, 546_750].map(milli));
    }

    #[test]
    fn nine_tenths_are_exact_for_19_finders() {
        for finders in 1..=19 {
            let exact = 9_u128.pow(finders - 1) * 10_u128.pow(19 - finders);
            assert_eq!(group_weight(1, 900_000, finders), exact, "{finders} finders");
        }
    }

    #[test]
    fn a_retention_of_few_digits_keeps_as_many_as_any_other() {
        // 98,765^4 and 54,321^4 times 65,535, rounded down.
        assert_eq!(group_weight(u16::MAX, 98_765, 5), 6_235_705_211_600_845_836);
        assert_eq!(group_weight(u16::MAX, 54_321, 5), 570_616_504_475_250_798);
    }

    #[test]
    fn retention_of_everything_nothing_or_no_finder() {
        for finders in [1, 2, 10_000, u32::MAX] {
            assert_eq!(group_weight(HIGH, PPM, finders), weight_of(HIGH));
            assert_eq!(group_weight(HIGH, u32::MAX, finders), weight_of(HIGH));
            assert_eq!(shared_weight(HIGH, PPM, finders), weight_of(HIGH) / u128::from(finders));
        }
        assert_eq!([0, 1, 2, 3].map(|finders| group_weight(HIGH, 0, finders)), [0, weight_of(HIGH), 0, 0]);
        for retention in [0, 1, 900_000, PPM, u32::MAX] {
            assert_eq!((group_weight(HIGH, retention, 0), shared_weight(HIGH, retention, 0)), (0, 0));
            assert_eq!(group_weight(0, retention, 7), 0);
        }
    }

    #[test]
    fn weights_fade_down_to_the_last_digit() {
        for finders in 1..=23 {
            assert_eq!(group_weight(HIGH, 100_000, finders), 10_u128.pow(23 - finders), "{finders} finders");
        }
        assert_eq!(group_weight(HIGH, 100_000, 24), 0);
        assert_eq!(group_weight(HIGH, 1, 4), 10_000);
        assert_eq!(group_weight(HIGH, 1, 5), 0);
        assert_eq!(group_weight(u16::MAX, 1, u32::MAX), 0);
        assert_eq!(group_weight(u16::MAX, 999_999, u32::MAX), 0);
    }

    #[test]
    fn a_further_finder_never_makes_a_finding_weigh_more() {
        for retention in [1, 2, 3, 333_333, 500_000, 900_000, 990_000, 999_900, 999_999, PPM] {
            let mut before = Weight::MAX;
            for finders in 1..=10_000 {
                let weight = group_weight(HIGH, retention, finders);
                assert!(weight <= before, "{finders} finders, {retention} ppm");
                before = weight;
            }
        }
    }

    #[test]
    fn what_all_weigh_divides_the_reward() {
        let [alone, both, three] = [(HIGH, 1), (MEDIUM, 2), (HIGH, 3)].map(|(bps, finders)| {
            let weight = shared_weight(bps, 900_000, finders);
            (proportional_pay(20_800, weight, weight_of(20_800)), finders)
        });
        assert_eq!([alone, both, three], [(10_000, 1), (1_350, 2), (2_700, 3)]);
        assert_eq!(proportional_pay(20_800, 0, 0), 0);
        assert_eq!(proportional_pay(u128::MAX, 7, 7), u128::MAX);
        assert_eq!(proportional_pay(u128::MAX, 1, u128::MAX), 1);
    }

    #[test]
    fn a_place_pays_its_part_of_a_weight() {
        let pay = |reward, limit, bps| weighted_pay(reward, limit, weight_of(bps));
        assert_eq!([10_000, 2_500, 0].map(|bps| pay(900, 3, bps)), [300, 75, 0]);
        // 100 / 3 * 0.75 = 25 exactly; a place rounded first would give 24.
        assert_eq!([7_500, 10_000].map(|bps| pay(100, 3, bps)), [25, 33]);
        assert_eq!([pay(u128::MAX, 1, 10_000), pay(u128::MAX, 10_000, 10_000)], [u128::MAX, u128::MAX / 10_000]);
        assert_eq!(pay(u128::MAX, u32::MAX, 1), u128::MAX / (u128::from(u32::MAX) * 10_000));
        assert_eq!(weighted_pay(30_000, 3, WEIGHT_ONE * 3 / 2), 1, "a basis point and a half of 10,000");
        assert_eq!(weighted_pay(30_000, 0, WEIGHT_ONE), 0);
        assert_eq!(weighted_pay(u128::MAX, 1, weight_of(u16::MAX)), u128::MAX, "saturates");
    }

    #[test]
    fn ties_share_their_places() {
        let pay = |better, tied| ranked_pay(1_000, [5_000, 3_000, 1_000].into_iter(), better, tied);
        assert_eq!([pay(0, 1), pay(1, 1), pay(2, 1), pay(3, 1)], [500, 300, 100, 0]);
        assert_eq!([pay(0, 2), pay(1, 2), pay(0, 3)], [400, 200, 300]);
        assert_eq!([pay(2, 2), pay(0, 4)], [50, 225], "a place beyond the list earns nothing");
        assert_eq!([pay(0, 0), pay(u32::MAX, u32::MAX)], [0, 0]);
        assert_eq!(ranked_pay(u128::MAX, [10_000].into_iter(), 0, 1), u128::MAX);
        assert_eq!(ranked_pay(u128::MAX, [10_000].into_iter(), 0, u32::MAX), u128::MAX / u128::from(u32::MAX));
    }
}
