//! Weights and awards, against big integers and rationals.

use num_bigint::BigUint;
use num_rational::Ratio;
use proptest::{prelude::*, sample::Index};
use rules::{
    group_weight, mul_div_floor, proportional_pay, ranked_pay, shared_weight, weight_of, weighted_pay, BPS, PPM,
    WEIGHT_ONE,
};

/// The most submissions of a request, and so the most finders of one finding.
const MOST_FINDERS: u32 = 10_000;

type Rational = Ratio<BigUint>;

fn rational(number: impl Into<BigUint>) -> Rational {
    Rational::from_integer(number.into())
}

/// Numbers of every length, and those at the ends of the range.
fn amounts() -> impl Strategy<Value = u128> {
    prop_oneof![
        8 => (any::<u128>(), 0..128_u32).prop_map(|(amount, shift)| amount >> shift),
        1 => (0..4_u128).prop_map(|less| u128::MAX - less),
        1 => 0..4_u128,
    ]
}

fn retentions() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..=PPM, 1 => Just(900_000), 1 => 0..100_u32, 2 => PPM - 100..=PPM]
}

fn finders() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 1..300_u32, 1 => 1..=MOST_FINDERS]
}

/// `amount * numerator / denominator`, rounded down, and the greatest amount where it does not fit.
fn floor(amount: u128, numerator: impl Into<BigUint>, denominator: impl Into<BigUint>) -> u128 {
    u128::try_from(BigUint::from(amount) * numerator.into() / denominator.into()).unwrap_or(u128::MAX)
}

/// `weight * (retention / 1_000_000) ^ (finders - 1)` in units of 10^-18 basis points.
fn exact_group_weight(weight_bps: u16, retention_ppm: u32, finders: u32) -> Rational {
    let power = |base: u32| num_traits::Pow::pow(BigUint::from(base), finders - 1);
    // Never in lowest terms, which would take longer than all the rest.
    Rational::new_raw(BigUint::from(weight_of(weight_bps)) * power(retention_ppm), power(PPM))
}

/// How far below the exact one a weight may be: `finders * 10^-18` of it, and `units`.
fn within(exact: &Rational, finders: u32, units: u32, weight: u128) -> bool {
    let (numerator, denominator) = (exact.numer(), exact.denom());
    let one = BigUint::from(WEIGHT_ONE);
    // exact - weight < exact * finders / 10^18 + units, all times denominator * 10^18.
    BigUint::from(weight) * denominator <= *numerator
        && numerator * &one < numerator * finders + denominator * (BigUint::from(weight) + units) * &one
}

fn total(pays: impl Iterator<Item = u128>) -> BigUint {
    pays.map(BigUint::from).sum()
}

/// What a group of submissions was scored, and whether each of a finding's finders shares it with the others.
type Findings = Vec<(u16, u32)>;

fn findings() -> impl Strategy<Value = Findings> {
    prop::collection::vec((0..=BPS, 1..40_u32), 1..30)
}

/// What each submission weighs.
fn weights(findings: &Findings, retention_ppm: u32) -> Vec<u128> {
    let of_one = |&(weight_bps, finders): &(u16, u32)| {
        let weight = shared_weight(weight_bps, retention_ppm, finders);
        std::iter::repeat(weight).take(finders as usize)
    };
    findings.iter().flat_map(of_one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_product_is_divided_exactly_and_saturates(
        (amount, numerator, denominator) in (amounts(), amounts(), amounts()),
    ) {
        let exact = if denominator == 0 { 0 } else { floor(amount, numerator, denominator) };
        prop_assert_eq!(mul_div_floor(amount, numerator, denominator), exact);
    }

    #[test]
    fn a_fraction_of_an_amount_is_exact(amount in amounts(), numerator in amounts(), denominator in amounts()) {
        prop_assume!(denominator > 0);
        let numerator = numerator.min(denominator);
        prop_assert_eq!(mul_div_floor(amount, numerator, denominator), floor(amount, numerator, denominator));
    }

    #[test]
    fn what_divides_evenly_comes_back(amount in amounts(), factor in amounts()) {
        prop_assume!(factor > 0);
        prop_assert_eq!(mul_div_floor(amount, factor, factor), amount);
    }

    #[test]
    fn proportional_pay_is_exact(reward in amounts(), sum in amounts(), part in amounts()) {
        prop_assume!(sum > 0);
        let weight = part.min(sum);
        prop_assert_eq!(proportional_pay(reward, weight, sum), floor(reward, weight, sum));
    }

    #[test]
    fn weighted_pay_is_exact(
        (reward, limit) in (amounts(), 1..=u32::MAX),
        (weight_bps, fraction) in (any::<u16>(), 0..WEIGHT_ONE),
    ) {
        let weight = weight_of(weight_bps) + fraction;
        let denominator = BigUint::from(limit) * BPS * WEIGHT_ONE;
        prop_assert_eq!(weighted_pay(reward, limit, weight), floor(reward, weight, denominator));
        let whole = weighted_pay(reward, limit, weight_of(weight_bps));
        prop_assert_eq!(whole, floor(reward, weight_bps, BigUint::from(limit) * BPS));
    }

    #[test]
    fn a_full_request_never_pays_more_than_its_reward(
        reward in amounts(),
        weights in prop::collection::vec(0..=BPS, 1..200),
    ) {
        let limit = weights.len() as u32;
        let pays = weights.iter().map(|weight| weighted_pay(reward, limit, weight_of(*weight)));
        let paid: BigUint = pays.map(BigUint::from).sum();
        prop_assert!(paid <= BigUint::from(reward));
    }

    #[test]
    fn ranked_pay_is_the_exact_part_of_the_tied_places(
        reward in amounts(),
        places in prop::collection::vec(any::<u16>(), 0..12),
        (better, tied) in (0..14_usize, 1..14_usize),
    ) {
        let shared: u32 = (better..better + tied).filter_map(|place| places.get(place)).map(|bps| u32::from(*bps)).sum();
        let exact = floor(reward, shared, BigUint::from(BPS) * tied);
        prop_assert_eq!(ranked_pay(reward, places.iter().copied(), better as u32, tied as u32), exact);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn weights_of_a_shared_finding_are_below_the_exact_ones_by_less_than_the_stated_error(
        (weight_bps, retention_ppm, finders) in (any::<u16>(), retentions(), finders()),
    ) {
        let exact = exact_group_weight(weight_bps, retention_ppm, finders);
        let together = group_weight(weight_bps, retention_ppm, finders);
        prop_assert!(within(&exact, finders, 1, together), "{together}");
        let each = shared_weight(weight_bps, retention_ppm, finders);
        let exact = Rational::new_raw(exact.numer().clone(), exact.denom() * finders);
        prop_assert!(within(&exact, finders, 2, each), "{each}");
        prop_assert!(rational(each) * rational(finders) <= rational(together));
    }

    #[test]
    fn a_further_finder_never_adds_weight(
        (weight_bps, retention_ppm, finders) in (any::<u16>(), retentions(), any::<u32>()),
        shift in 0..32_u32,
    ) {
        let finders = (finders >> shift).clamp(1, u32::MAX - 1);
        let (before, after) = (group_weight(weight_bps, retention_ppm, finders), group_weight(weight_bps, retention_ppm, finders + 1));
        prop_assert!(after <= before, "{before} < {after}");
        prop_assert!(before <= weight_of(weight_bps));
    }

    #[test]
    fn a_higher_weight_or_retention_never_lowers_a_share(
        (weight_bps, retention_ppm, finders) in (0..u16::MAX, 0..PPM, finders()),
    ) {
        let share = shared_weight(weight_bps, retention_ppm, finders);
        prop_assert!(shared_weight(weight_bps + 1, retention_ppm, finders) >= share);
        prop_assert!(shared_weight(weight_bps, retention_ppm + 1, finders) >= share);
    }

    #[test]
    fn proportional_pays_never_add_up_to_more_than_the_reward(
        (reward, findings, retention_ppm) in (amounts(), findings(), retentions()),
    ) {
        let weights = weights(&findings, retention_ppm);
        let sum: u128 = weights.iter().sum();
        let paid = total(weights.iter().map(|weight| proportional_pay(reward, *weight, sum)));
        prop_assert!(paid <= BigUint::from(reward));
        if sum > 0 {
            prop_assert!(BigUint::from(reward) - paid < BigUint::from(weights.len()), "less than one planck each is dust");
        }
    }

    #[test]
    fn pays_per_submission_never_add_up_to_more_than_the_reward(
        (reward, findings, retention_ppm, empty) in (amounts(), findings(), retentions(), 0..3_u32),
    ) {
        let weights = weights(&findings, retention_ppm);
        let limit = weights.len() as u32 + empty;
        let paid = total(weights.iter().map(|weight| weighted_pay(reward, limit, *weight)));
        prop_assert!(paid <= BigUint::from(reward));
    }

    #[test]
    fn ranked_pays_never_add_up_to_more_than_the_reward(
        reward in amounts(),
        medians in prop::collection::vec(0..8_u8, 1..60),
        cuts in prop::collection::vec(any::<Index>(), 0..20),
    ) {
        // Where a list of 10,000 basis points is cut: places that add up to the whole.
        let whole = usize::from(BPS);
        let mut edges: Vec<usize> = cuts.iter().map(|cut| cut.index(whole)).chain([0, whole]).collect();
        edges.sort_unstable();
        let places: Vec<u16> = edges.windows(2).map(|edge| (edge[1] - edge[0]) as u16).collect();
        let count = |wanted: &dyn Fn(u8) -> bool| medians.iter().filter(|median| wanted(**median)).count() as u32;
        let paid = total(medians.iter().map(|median| {
            let (better, tied) = (count(&|other| other > *median), count(&|other| other == *median));
            ranked_pay(reward, places.iter().copied(), better, tied)
        }));
        prop_assert!(paid <= BigUint::from(reward));
    }
}
