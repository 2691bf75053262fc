//! Weights, medians, curves, pay and prices, against big integers and rationals.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::One;
use proptest::prelude::*;
use rules::{
    curve_weight, fair_share_weight, fixed_weight, fraction_bps, fraction_ppm, halved, hands, is_drawn, lower_median,
    premium_bps, schedule_weight, share_drawn, sharing, utilization_ppm, Due, Micro, BPS, EVERYBODY,
    MAX_UTILIZATION_PPM, PPM,
};

fn ratio(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

fn amounts() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0..128_u32).prop_map(|(amount, shift)| amount >> shift)
}

/// `amount * numerator / denominator`, rounded down, and the greatest amount where it does not fit.
fn floor(amount: u128, numerator: u64, denominator: u64) -> u128 {
    u128::try_from(BigUint::from(amount) * numerator / denominator).unwrap_or(u128::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn fractions_are_exact_and_rounded_down(amount in amounts(), bps in any::<u32>(), ppm in any::<u32>()) {
        prop_assert_eq!(fraction_bps(amount, bps), floor(amount, u64::from(bps), 10_000));
        prop_assert_eq!(fraction_ppm(amount, ppm), floor(amount, u64::from(ppm), 1_000_000));
    }

    #[test]
    fn halving_is_dividing_by_powers_of_two(amount in amounts(), times in 0..300_u32) {
        let exact = BigUint::from(amount) / (BigUint::one() << times);
        prop_assert_eq!(BigUint::from(halved(amount, times)), exact);
    }

    #[test]
    fn the_median_is_the_lower_middle_of_the_sorted_scores(mut scores in prop::collection::vec(0..=100_u8, 0..16)) {
        let mut sorted = scores.clone();
        sorted.sort_unstable();
        let middle = sorted.len().saturating_sub(1) / 2;
        prop_assert_eq!(lower_median(&mut scores), sorted.get(middle).copied());
    }

    #[test]
    fn a_curve_gives_the_weight_of_the_highest_bucket_reached(
        buckets in prop::collection::btree_map(0..=100_u8, 0..=BPS, 0..=8),
        score in 0..=100_u8,
    ) {
        let reached = (0..=score).rev().find_map(|score| buckets.get(&score)).copied().unwrap_or(0);
        prop_assert_eq!(curve_weight(buckets.into_iter(), score), reached);
    }

    #[test]
    fn a_schedule_gives_the_weight_of_the_segment_that_began_last(
        cycle in 1..200_u64,
        weights in prop::collection::btree_map(0..200_u64, any::<u32>(), 0..=32),
        now in 0..10_000_u64,
    ) {
        let segments: Vec<(u64, u32)> = weights.into_iter().filter(|(offset, _)| *offset < cycle).collect();
        // Back in time, over the start of the cycle, until a segment begins.
        let began = |ago| segments.iter().find(|(offset, _)| *offset == (now + cycle - ago) % cycle);
        let exact = (0..cycle).find_map(began).map_or(PPM, |(_, weight)| *weight);
        prop_assert_eq!(schedule_weight(segments.iter().copied(), cycle, now), exact);
    }

    #[test]
    fn a_fair_share_is_exact_up_to_a_fraction_bit(
        denominator in prop_oneof![Just(48), any::<u32>()],
        diligence in 0..=PPM,
        schedule in prop_oneof![0..=2 * PPM, any::<u32>()],
        reviews in prop_oneof![0..20_u32, any::<u32>()],
        active in prop_oneof![1..100_u32, 1..=u32::MAX],
    ) {
        let whole = || ratio(1, 1);
        let share = ratio(reviews, active);
        let diligent = (ratio(diligence, PPM) * &share).min(whole()) * ratio(schedule, PPM);
        let exact = ratio(Micro::OP.0, 1) * ratio(denominator, 1) * diligent.min(share.min(whole()));
        let weight = fair_share_weight(denominator, diligence, schedule, reviews, active);
        prop_assert_eq!(BigInt::from(weight.0), exact.floor().to_integer());
    }

    #[test]
    fn a_fixed_weight_is_the_schedule_or_the_exact_fair_share_rounded_down(
        denominator in prop_oneof![1..100_u32, any::<u32>()],
        schedule in prop_oneof![0..=2 * PPM, any::<u32>()],
        reviews in prop_oneof![0..20_u32, any::<u32>()],
        members in prop_oneof![1..1_000_u32, 1..=u32::MAX],
    ) {
        let fair = ratio(denominator, 1) * ratio(reviews, members);
        let exact = ratio(Micro::OP.0, 1) * fair.min(ratio(schedule, PPM));
        let weight = fixed_weight(denominator, schedule, reviews, members);
        prop_assert_eq!(BigInt::from(weight.0), exact.floor().to_integer());
    }

    #[test]
    fn utilization_is_the_exact_part_rounded_down(
        backlog in prop_oneof![0..10_000_u64, any::<u64>()],
        hands in prop_oneof![1..100_u64, 1..=u64::MAX],
    ) {
        let exact = (ratio(backlog, hands) * ratio(PPM, 1)).floor().to_integer();
        let capped = exact.min(BigInt::from(MAX_UTILIZATION_PPM));
        prop_assert_eq!(BigInt::from(utilization_ppm(backlog, hands)), capped);
    }

    #[test]
    fn a_backlog_is_shared_by_as_many_as_have_hands_for_it(
        (healthy, throttled) in prop_oneof![(1..60_u32, 0..60_u32), (1..=u32::MAX / 2, 0..=u32::MAX / 2)],
        (limit, least) in prop_oneof![(1..20_u32, 1..20_u32), (1..=u32::MAX, 1..=u32::MAX)],
        backlog in prop_oneof![0..2_000_u64, any::<u64>()],
    ) {
        let active = healthy + throttled;
        let exact = BigInt::from(healthy) * limit + BigInt::from(throttled) * least;
        let hands = hands(active, throttled, limit, least);
        prop_assert_eq!(BigInt::from(hands), exact);
        let needed = (ratio(backlog, hands) * ratio(active, 1)).ceil().to_integer();
        let most = BigInt::from(u32::MAX);
        prop_assert_eq!(BigInt::from(sharing(active, backlog, hands)), needed.max(active.into()).min(most));
    }

    /// Millisecond by millisecond: what can be seen by then, if all is taken that there is room for.
    #[test]
    fn a_member_is_safe_until_as_much_can_have_fallen_due(
        (room, pace, presence, margin) in (0..9_u128, 0..9_u128, 0..4_u128, 0..90_u128),
        (epoch, next) in (1..20_u64).prop_flat_map(|epoch| (Just(epoch), 1..=epoch)),
    ) {
        let due = Due { room: Micro(room), pace: Micro(pace), presence: Micro(presence), next, epoch };
        let seen = |elapsed: u64| {
            let ends = elapsed.checked_sub(next).map_or(0, |past| past / epoch + 1);
            ratio(room + presence * u128::from(ends), 1) + ratio(pace, epoch) * ratio(elapsed, 1)
        };
        let reached = |elapsed: &u64| seen(*elapsed) >= ratio(margin, 1);
        let exact = (0..2_500).find(reached);
        match due.soonest(Micro(margin)) {
            // Rounded down, by at most a unit of work and a millisecond.
            Some(soonest) => {
                let exact = exact.expect("it can be reached");
                prop_assert!(soonest <= exact, "{} after {}", soonest, exact);
                prop_assert!(seen(soonest + 1) + ratio(1, 1) >= ratio(margin, 1), "{} for {}", soonest, exact);
            }
            None => prop_assert!(pace + presence == 0 && exact.is_none()),
        }
    }

    #[test]
    fn the_premium_is_linear_between_target_and_whole_and_rounded_down(
        utilization in 0..=2 * PPM,
        target in 0..PPM,
        cap in any::<u32>(),
    ) {
        let above = ratio(utilization.saturating_sub(target), PPM - target).min(ratio(1, 1));
        let exact = (above * ratio(cap, 1)).floor().to_integer();
        prop_assert_eq!(BigInt::from(premium_bps(utilization, target, cap)), exact);
    }

    #[test]
    fn a_draw_is_compared_with_what_has_risen_of_the_exact_share(
        (draw, reviews, extended) in (any::<u64>(), 1..=15_u8, any::<bool>()),
        active in prop_oneof![1..300_u32, 1..=u32::MAX],
        (risen, elapsed) in prop_oneof![(1..10_u64, 0..12_u64), (1..=u64::MAX, any::<u64>())],
    ) {
        let share = share_drawn(reviews, active, extended);
        let drawn = u32::from(reviews) * if extended { 8 } else { 4 };
        let whole = BigInt::from(EVERYBODY);
        let exact = (ratio(drawn, active).min(BigRational::one()) * ratio(whole.clone(), 1)).floor().to_integer();
        prop_assert_eq!(BigInt::from(share), exact);
        let passed = ratio(elapsed, risen).min(BigRational::one());
        prop_assert_eq!(is_drawn(draw, share, elapsed, risen), ratio(draw, 1) < passed * ratio(share, 1));
    }
}
