//! Pay in proportion to quality, what reviews have at stake, and fractions of amounts (sections 3.1, 3.4 and 3.5).
//! Everything is rounded down: the dust is the requester's.

use crate::{fixed::mul_div_floor, BPS, PPM};

/// What `score` weighs on a curve of `(min_score, weight_bps)` buckets with rising scores: the weight of the last
/// bucket it reaches, 0 below the first.
pub fn curve_weight(buckets: impl Iterator<Item = (u8, u16)>, score: u8) -> u16 {
    buckets.take_while(|(min_score, _)| *min_score <= score).last().map_or(0, |(_, weight_bps)| weight_bps)
}

/// `bps` parts per ten thousand of `amount`, rounded down; saturates for more than the whole.
pub fn fraction_bps(amount: u128, bps: u16) -> u128 {
    mul_div_floor(amount, u128::from(bps), u128::from(BPS))
}

/// `ppm` parts per million of `amount`, rounded down; saturates for more than the whole.
pub fn fraction_ppm(amount: u128, ppm: u32) -> u128 {
    mul_div_floor(amount, u128::from(ppm), u128::from(PPM))
}

/// `amount` halved `times` over, rounded down: what a repeated pair of requester and provider earns in one epoch.
pub fn halved(amount: u128, times: u32) -> u128 {
    amount.checked_shr(times).unwrap_or(0)
}

/// What each review of a submission has at stake, in reputation: half of what the submission can earn, divided by
/// `max_reviews`, rounded down. The other half is its provider's. 0 for no reviews.
pub fn review_stake(earned: u128, max_reviews: u8) -> u128 {
    (earned / 2).checked_div(u128::from(max_reviews)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: [(u8, u16); 3] = [(50, 2_500), (70, 6_000), (90, 10_000)];

    #[test]
    fn a_score_weighs_as_the_last_bucket_it_reaches() {
        let weight = |score| curve_weight(CURVE.into_iter(), score);
        assert_eq!([49, 50, 69, 70, 89, 90, 100].map(weight), [0, 2_500, 2_500, 6_000, 6_000, 10_000, 10_000]);
        assert_eq!(curve_weight(core::iter::empty(), 100), 0);
    }

    #[test]
    fn fractions_are_rounded_down() {
        assert_eq!(fraction_bps(1_999, 10), 1);
        assert_eq!(fraction_bps(u128::MAX, 10_000), u128::MAX);
        assert_eq!(fraction_ppm(1_999_999, 1), 1);
        assert_eq!(fraction_ppm(u128::MAX, 1_000_000), u128::MAX);
        assert_eq!(fraction_ppm(u128::MAX, u32::MAX), u128::MAX);
    }

    #[test]
    fn reviews_share_half_of_what_a_submission_can_earn() {
        assert_eq!([5, 6, 15].map(|reviews| review_stake(55, reviews)), [5, 4, 1]);
        assert_eq!([review_stake(9, 5), review_stake(10, 5), review_stake(10, 0)], [0, 1, 0]);
        assert_eq!(review_stake(u128::MAX, 1), u128::MAX / 2);
    }

    #[test]
    fn each_further_time_pays_half_as_much() {
        assert_eq!([0, 1, 2, 3, 4].map(|times| halved(10, times)), [10, 5, 2, 1, 0]);
        assert_eq!(halved(u128::MAX, 127), 1);
        assert_eq!(halved(u128::MAX, 128), 0);
        assert_eq!(halved(u128::MAX, u32::MAX), 0);
    }
}
