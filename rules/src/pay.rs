//! Pay in proportion to quality, what reviews have at stake, and fractions of amounts (sections 3.1, 3.4 and 3.5).
//! Everything is rounded down: the dust is the requester's.

use crate::{fixed::mul_div_floor, BPS, PPM};

/// What `score` weighs on a curve of `(min_score, weight_bps)` buckets with rising scores: the weight of the last
/// bucket it reaches, 0 below the first.
pub fn curve_weight(buckets: impl Iterator<Item = (u8, u16)>, score: u8) -> u16 {
    buckets.take_while(|(min_score, _)| *min_score <= score).last().map_or(0, |(_, weight_bps)| weight_bps)
}

/// `bps` parts per ten thousand of `amount`, rounded down; saturates for more than the whole.
pub fn fraction_bps(amount: u128, bps: u32) -> u128 {
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

/// What a review has at stake, in reputation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// What it earns, being coherent.
    pub gain: u128,
    /// What it costs, being incoherent.
    pub loss: u128,
    /// What it costs if it was committed and not revealed: twice the loss, and one point more.
    pub absence: u128,
}

impl Stake {
    /// Half of what a submission can earn, divided by `max_reviews`, rounded down (the other half is its provider's): at
    /// most `most` is earned, and from `least` to `most` lost. Nothing for no reviews.
    pub fn new(earned: u128, max_reviews: u8, least: u128, most: u128) -> Self {
        let part = (earned / 2).checked_div(u128::from(max_reviews)).unwrap_or(0);
        let loss = part.max(least).min(most);
        Self { gain: part.min(most), loss, absence: loss.saturating_mul(2).saturating_add(1) }
    }
}

/// What a submission weighs that `reviews` judged, fewer than the `quorum`: `(reviews * earned + (quorum - reviews) *
/// unreviewed) / quorum`, in basis points, rounded down. What a quorum judged weighs what it earned.
pub fn few_weight(earned_bps: u16, unreviewed_bps: u16, reviews: u8, quorum: u8) -> u16 {
    let (reviews, quorum) = (u32::from(reviews.min(quorum)), u32::from(quorum));
    let sum = reviews * u32::from(earned_bps) + (quorum - reviews) * u32::from(unreviewed_bps);
    // A mean of the two.
    sum.checked_div(quorum).map_or(earned_bps, |weight| weight as u16)
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
        let gain = |earned, reviews| Stake::new(earned, reviews, 0, u128::MAX).gain;
        assert_eq!([5, 6, 15].map(|reviews| gain(55, reviews)), [5, 4, 1]);
        assert_eq!([gain(9, 5), gain(10, 5), gain(10, 0)], [0, 1, 0]);
        assert_eq!(gain(u128::MAX, 1), u128::MAX / 2);
    }

    #[test]
    fn what_is_at_stake_has_a_floor_for_losses_and_a_ceiling_for_both() {
        let stake = |earned| {
            let Stake { gain, loss, absence } = Stake::new(earned, 5, 2, 30);
            [gain, loss, absence]
        };
        assert_eq!(
            [0, 10, 20, 100, 300, 9_999].map(stake),
            [[0, 2, 5], [1, 2, 5], [2, 2, 5], [10, 10, 21], [30, 30, 61], [30, 30, 61],]
        );
        let greatest = Stake::new(u128::MAX, 1, u128::MAX, u128::MAX);
        assert_eq!((greatest.loss, greatest.absence), (u128::MAX, u128::MAX));
    }

    #[test]
    fn too_few_reviews_weigh_as_many_parts_as_they_are() {
        let weight = |reviews| few_weight(9_000, 2_500, reviews, 3);
        assert_eq!([0, 1, 2, 3, 4].map(weight), [2_500, 4_666, 6_833, 9_000, 9_000]);
        assert_eq!([0, 1, 2].map(|reviews| few_weight(10_000, 0, reviews, 3)), [0, 3_333, 6_666]);
        assert_eq!([0, 1, 2].map(|reviews| few_weight(0, 2_500, reviews, 3)), [2_500, 1_666, 833]);
        assert_eq!(few_weight(u16::MAX, u16::MAX, 254, u8::MAX), u16::MAX);
        assert_eq!(few_weight(7, 9, 0, 0), 7);
    }

    #[test]
    fn each_further_time_pays_half_as_much() {
        assert_eq!([0, 1, 2, 3, 4].map(|times| halved(10, times)), [10, 5, 2, 1, 0]);
        assert_eq!(halved(u128::MAX, 127), 1);
        assert_eq!(halved(u128::MAX, 128), 0);
        assert_eq!(halved(u128::MAX, u32::MAX), 0);
    }
}
