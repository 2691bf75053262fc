//! Compares what the rules say of pay, weights, prices and medians with the same in big integers.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use rules::{
    curve_weight, fair_share_weight, few_weight, fixed_weight, fraction_bps, fraction_ppm, group_weight, halved, hands,
    is_drawn, lower_median, mul_div_floor, premium_bps, proportional_pay, ranked_pay, schedule_weight, share_drawn,
    shared_weight, utilization_ppm, weight_of, weighted_pay, Micro, Stake, BPS, EVERYBODY, MAX_UTILIZATION_PPM, PPM,
    WEIGHT_ONE,
};

#[derive(Arbitrary, Debug)]
enum Case {
    Product { amount: u128, numerator: u128, denominator: u128 },
    Fractions { amount: u128, bps: u32, ppm: u32, times: u32 },
    Pay { reward: u128, limit: u32, weight: u128 },
    Shared { weight_bps: u16, retention_ppm: u32, finders: u16 },
    Ranked { reward: u128, places_bps: Vec<u16>, better: u32, tied: u32 },
    Median { scores: Vec<u8> },
    Curve { buckets: Vec<(u8, u16)>, score: u8 },
    Schedule { segments: Vec<(u64, u32)>, cycle: u64, now: u64 },
    Weight { denominator: u32, diligence_ppm: u32, schedule_ppm: u32, reviews: u32, members: u32 },
    Capacity { backlog: u64, active: u32, throttled: u32, limit: u32, least: u32, target_ppm: u32, cap_bps: u32 },
    Share { reviews: u8, active: u32, extended: bool },
    Draw { draw: u64, share: u128, elapsed: u64, risen: u64 },
    Stake { earned: u128, reviews: u8, least: u128, most: u128 },
    Few { earned_bps: u16, unreviewed_bps: u16, reviews: u8, quorum: u8 },
}

/// `amount * numerator / denominator`, rounded down: the greatest amount if it does not fit, 0 if the denominator is 0.
fn floor(amount: impl Into<BigUint>, numerator: impl Into<BigUint>, denominator: impl Into<BigUint>) -> u128 {
    let denominator = denominator.into();
    if denominator == BigUint::ZERO {
        return 0;
    }
    u128::try_from(amount.into() * numerator.into() / denominator).unwrap_or(u128::MAX)
}

fn check(case: Case) {
    match case {
        Case::Product { amount, numerator, denominator } => {
            let exact = floor(amount, numerator, denominator);
            assert_eq!(mul_div_floor(amount, numerator, denominator), exact);
            assert_eq!(proportional_pay(amount, numerator, denominator), exact);
        }
        Case::Fractions { amount, bps, ppm, times } => {
            assert_eq!(fraction_bps(amount, bps), floor(amount, bps, 10_000_u16));
            assert_eq!(fraction_ppm(amount, ppm), floor(amount, ppm, 1_000_000_u32));
            let half = if times < 128 { floor(amount, 1_u8, 1_u128 << times) } else { 0 };
            assert_eq!(halved(amount, times), half);
        }
        Case::Pay { reward, limit, weight } => {
            let places = BigUint::from(limit) * BPS;
            assert_eq!(weighted_pay(reward, limit, weight), floor(reward, weight, places * WEIGHT_ONE));
        }
        Case::Shared { weight_bps, retention_ppm, finders } => {
            // More would make numbers too long for a fuzzer's time.
            let finders = u32::from(finders % 500);
            let together = group_weight(weight_bps, retention_ppm, finders);
            let each = shared_weight(weight_bps, retention_ppm, finders);
            if finders == 0 {
                return assert_eq!((together, each), (0, 0));
            }
            assert_eq!(each, together / u128::from(finders));
            let power = |base: u32| BigUint::from(base).pow(finders - 1);
            let (kept, whole) = (power(retention_ppm.min(PPM)), power(PPM));
            let (exact, given) = (kept * weight_of(weight_bps), BigUint::from(together) * &whole);
            assert!(given <= exact, "never above the exact weight");
            // Below it by less than `finders * 10^-18` of it and one unit.
            assert!((&exact - given) * WEIGHT_ONE < exact * finders + whole * WEIGHT_ONE);
        }
        Case::Ranked { reward, places_bps, better, tied } => {
            let (from, to) = (better as usize, better as usize + tied as usize);
            let places = places_bps.iter().enumerate().filter(|(place, _)| (from..to).contains(place));
            let shared: u64 = places.map(|(_, bps)| u64::from(*bps)).sum();
            let exact = floor(reward, shared, BigUint::from(BPS) * tied);
            assert_eq!(ranked_pay(reward, places_bps.iter().copied(), better, tied), exact);
        }
        Case::Median { mut scores } => {
            scores.truncate(64);
            let mut sorted = scores.clone();
            sorted.sort_unstable();
            let middle = sorted.len().checked_sub(1).map(|last| sorted[last / 2]);
            assert_eq!(lower_median(&mut scores), middle);
        }
        Case::Curve { mut buckets, score } => {
            buckets.sort_unstable();
            buckets.dedup_by_key(|bucket| bucket.0);
            let reached = buckets.iter().rev().find(|bucket| bucket.0 <= score).map_or(0, |bucket| bucket.1);
            assert_eq!(curve_weight(buckets.iter().copied(), score), reached);
        }
        Case::Schedule { mut segments, cycle, now } => {
            segments.retain(|segment| segment.0 < cycle);
            segments.sort_unstable();
            segments.dedup_by_key(|segment| segment.0);
            let position = if cycle == 0 { 0 } else { now % cycle };
            let begun = segments.iter().rev().find(|segment| segment.0 <= position).or(segments.last());
            let exact = begun.map_or(PPM, |segment| segment.1);
            assert_eq!(schedule_weight(segments.iter().copied(), cycle, now), exact);
        }
        Case::Weight { denominator, diligence_ppm, schedule_ppm, reviews, members } => {
            let op = |ppm: u32| BigUint::from(Micro::OP.0) * ppm / PPM;
            let all = BigUint::from(Micro::OP.0) * denominator;
            let fixed = u128::try_from(op(schedule_ppm)).unwrap_or(u128::MAX);
            let fair = floor(all.clone(), reviews, members);
            assert_eq!(fixed_weight(denominator, schedule_ppm, reviews, members).0, fixed.min(fair));

            let share = fair_share_weight(denominator, diligence_ppm, schedule_ppm, reviews, members).0;
            if members == 0 {
                return assert_eq!(share, 0);
            }
            // All in parts of `members * PPM`, multiplied by the schedule's parts before anything is divided.
            let whole = BigUint::from(members) * PPM;
            let diligent = (BigUint::from(diligence_ppm.min(PPM)) * reviews).min(whole.clone());
            let scheduled = &all * diligent * schedule_ppm / (whole * PPM);
            let present = &all * reviews.min(members) / members;
            assert_eq!(BigUint::from(share), scheduled.min(present));
        }
        Case::Capacity { backlog, active, throttled, limit, least, target_ppm, cap_bps } => {
            let throttled = throttled.min(active);
            let capacity = BigUint::from(active - throttled) * limit + BigUint::from(throttled) * least;
            let hands = hands(active, throttled, limit, least);
            assert_eq!(BigUint::from(hands), capacity);
            let taken = if capacity == BigUint::ZERO { PPM.into() } else { floor(backlog, PPM, capacity) };
            let utilization = utilization_ppm(backlog, hands);
            assert_eq!(u128::from(utilization), taken.min(MAX_UTILIZATION_PPM.into()));
            let exact = match (utilization > target_ppm, utilization >= PPM) {
                (false, _) => 0,
                (true, true) => cap_bps.into(),
                (true, false) => floor(cap_bps, utilization - target_ppm, PPM - target_ppm),
            };
            assert_eq!(u128::from(premium_bps(utilization, target_ppm, cap_bps)), exact);
        }
        Case::Share { reviews, active, extended } => {
            let per_review: u8 = if extended { 8 } else { 4 };
            let drawn = (BigUint::from(reviews) * per_review) << 64;
            let exact = if active == 0 { EVERYBODY } else { floor(drawn, 1_u8, active).min(EVERYBODY) };
            assert_eq!(share_drawn(reviews, active, extended), exact);
        }
        Case::Draw { draw, share, elapsed, risen } => {
            let (whole, of) = (BigUint::from(share.min(EVERYBODY)), BigUint::from(draw));
            let exact = if elapsed >= risen { of < whole } else { of * risen < whole * elapsed };
            assert_eq!(is_drawn(draw, share, elapsed, risen), exact);
        }
        Case::Stake { earned, reviews, least, most } => {
            let part = floor(earned / 2, 1_u8, reviews);
            let loss = part.max(least).min(most);
            let absence = u128::try_from(BigUint::from(loss) * 2_u8 + 1_u8).unwrap_or(u128::MAX);
            assert_eq!(Stake::new(earned, reviews, least, most), Stake { gain: part.min(most), loss, absence });
        }
        Case::Few { earned_bps, unreviewed_bps, reviews, quorum } => {
            let few = reviews.min(quorum);
            let sum = BigUint::from(few) * earned_bps + BigUint::from(quorum - few) * unreviewed_bps;
            let exact = if quorum == 0 { earned_bps.into() } else { floor(sum, 1_u8, quorum) };
            assert_eq!(u128::from(few_weight(earned_bps, unreviewed_bps, reviews, quorum)), exact);
        }
    }
}

fuzz_target!(|case: Case| check(case));
