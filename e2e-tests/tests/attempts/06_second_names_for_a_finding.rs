//! Attempt: where finders share, Paul hands the finding that Pia has as well in under a second name of his own.
//! Cost: nothing but a place; the deposit of a duplicate that is worth something returns. Retention lowers what all have.
//! It succeeds at a retention of 90 %: 20 of 30 UNIT in place of 15, or 26 % more beside another finding. At 50 % it loses.

use chain::UNIT;
use e2e_tests::{with_many_hands, Town, Vote};
use interfaces::{
    market::{Award, Duplicates},
    Balance, Ppm,
};

const PAULS: &str = "pauls second name";

/// These hand something in, under seals, and three enforcers say so of each. What each is paid.
fn shared(retention_ppm: Ppm, names: &[&str], votes: &[Vote]) -> Vec<Balance> {
    let town = Town::with(with_many_hands);
    let request = town.post_with(|spec| {
        spec.limit = 4;
        (spec.award, spec.duplicates) = (Award::Proportional, Duplicates::Shared { retention_ppm });
    });
    town.deliver_all(request, names);
    town.judge(request, votes);
    town.settle(request).ok();
    let pays = (0..).zip(names).map(|(submission, _)| town.claim(request, submission).ok()).collect();
    for name in names {
        assert!(town.credit(name) >= UNIT, "{name} has its deposit back");
    }
    pays
}

const FINDING: Vote = (80, None);
/// Of the first.
const DUPLICATE: Vote = (80, Some(0));

#[test]
fn whoever_hands_a_finding_in_twice_has_two_thirds_of_what_it_would_share_by_half() {
    let pays = shared(900_000, &["pia", "paul"], &[FINDING, DUPLICATE]);
    assert_eq!(pays, [15 * UNIT; 2]);
    let pays = shared(900_000, &["pia", "paul", PAULS], &[FINDING, DUPLICATE, DUPLICATE]);
    assert_eq!(pays, [10 * UNIT; 3], "two of them are Paul's");
}

/// What Paul earns under one name, and under two, where Petra has another finding, in thousandths of a UNIT rounded down.
fn beside_another_finding(retention_ppm: Ppm) -> [Balance; 2] {
    let one = shared(retention_ppm, &["pia", "petra", "paul"], &[FINDING, FINDING, DUPLICATE]);
    let two = shared(retention_ppm, &["pia", "petra", "paul", PAULS], &[FINDING, FINDING, DUPLICATE, DUPLICATE]);
    [one[2], two[2] + two[3]].map(|pay| pay / (UNIT / 1_000))
}

#[test]
fn a_second_name_earns_a_quarter_more_at_a_retention_of_nine_tenths_and_less_than_one_at_a_half() {
    // 4,500 of 19,000, and twice 2,700 of 18,100.
    assert_eq!(beside_another_finding(900_000), [7_105, 8_950]);
    // 2,500 of 15,000, and twice 833 1/3 of 12,500: just below 4 UNIT.
    assert_eq!(beside_another_finding(500_000), [5_000, 3_999]);
}

/// With `m` other finders a second name changes a finder's part of all by `2 * retention * (m + 1) / (m + 2)`, if other
/// findings weigh much more: less than one for any `m` only where retention is at most a half.
#[test]
fn a_second_name_never_pays_at_a_half_and_with_enough_other_finders_always_above() {
    let gains = |retention: Ppm, others: u32| {
        let alone = rules::shared_weight(10_000, retention, others + 1);
        2 * rules::shared_weight(10_000, retention, others + 2) > alone
    };
    assert!((1..40).all(|others| !gains(500_000, others)));
    assert_eq!([1, 2, 3].map(|others| gains(700_000, others)), [false, true, true]);
    assert!((1..8).all(|others| gains(900_000, others)));
}
