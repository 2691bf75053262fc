//! What `make bench` shows for 100,000 members of a pool, for a hundred.

use chain::build::Contract;
use e2e_tests::market_weights::weigh_market;
use e2e_tests::weights::{rows, weigh_all, Row, Weighed, Weight, FEWEST_MEMBERS};

#[test]
fn every_message_weighs_the_same_in_a_pool_of_ten_and_in_one_of_a_hundred() {
    let rows = rows(&[weigh_all(FEWEST_MEMBERS), weigh_all(10 * FEWEST_MEMBERS)]);
    let growing: Vec<_> = rows.iter().filter(|row| !row.is_flat()).map(|row| (&row.message, &row.weights)).collect();
    assert!(growing.is_empty(), "{growing:#?}");
    let compared = rows.iter().filter(|row| row.weights.iter().all(Option::is_some)).count();
    assert!(compared > 40, "only {compared} messages fit the smaller pool");
}

#[test]
fn every_message_of_the_market_weighs_the_same_in_a_request_of_two_submissions_and_in_one_of_seventy() {
    let rows = rows(&[weigh_market(2), weigh_market(70)]);
    let growing: Vec<_> = rows.iter().filter(|row| !row.is_flat()).map(|row| (&row.message, &row.weights)).collect();
    assert!(growing.is_empty(), "{growing:#?}");
    let compared = rows.iter().filter(|row| row.weights.iter().all(Option::is_some)).count();
    assert!(compared > 25, "only {compared} messages fit the smaller request");
}

#[test]
fn a_figure_that_grows_by_more_than_one_percent_is_noticed() {
    let row = |weights: [(u64, u64, i128); 2]| Row {
        contract: Contract::Obligation.package(),
        message: "evaluate".into(),
        weights: weights.map(|(ref_time, proof_size, deposit)| Some(Weight { ref_time, proof_size, deposit })).into(),
    };
    assert!(row([(1_000, 1_000, -1_000), (1_010, 1_010, -1_010)]).is_flat());
    assert!(!row([(1_000, 1_000, 0), (1_011, 1_000, 0)]).is_flat());
    assert!(!row([(1_000, 1_000, 0), (1_000, 1_011, 0)]).is_flat());
    assert!(!row([(1_000, 1_000, 0), (1_000, 1_000, 1)]).is_flat());
}

#[test]
fn a_message_that_a_small_pool_has_no_members_for_is_compared_among_the_others() {
    let weighed = |message: &str, ref_time| Weighed {
        contract: Contract::Obligation.package(),
        message: message.into(),
        weight: Weight { ref_time, proof_size: 1, deposit: 0 },
    };
    let rows = rows(&[vec![weighed("evaluate", 1)], vec![weighed("evaluate_many", 9), weighed("evaluate", 2)]]);
    let times: Vec<Vec<_>> = rows
        .iter()
        .map(|row| row.weights.iter().map(|weight| weight.map(|weight| weight.ref_time)).collect())
        .collect();
    assert_eq!(times, [vec![None, Some(9)], vec![Some(1), Some(2)]]);
}
