//! Attempt: Edda holds her reveal back until a period of the beacon is over, but reveals within her window.
//! Cost: nothing: no absence, and the same fee and points.
//! It succeeds: the seed of what is opened in the next period is another one. Each of a ring has such a choice among two.

use chain::{days, hours, UNIT};
use e2e_tests::{contributed, Town, ENFORCERS};
use interfaces::{Balance, Timestamp};

const JURY: [&str; 3] = [ENFORCERS[0], ENFORCERS[1], ENFORCERS[2]];

/// Three review a request; Edda reveals with the others, or so much later. The seed of another request that is opened a day
/// after their commitments ended, or when she has revealed, and what she has of her review: fee, points owed and lost.
fn next_seed(held_back: Timestamp) -> ([u8; 32], (Balance, Balance, Balance)) {
    // The beacon's periods are days.
    let town = Town::with(|settings| settings.policy.min_window = days(1));
    let begun = town.chain.now();
    let small = |spec: &mut interfaces::market::RequestSpec| (spec.limit, spec.reward) = (1, 10 * UNIT);
    let first = town.post_with(|spec| {
        small(spec);
        spec.reveal_by = spec.review_by + days(7);
    });
    // Commitments to the first end on the third day.
    let next = town.post_with(|spec| {
        small(spec);
        spec.deliver_by = begun + days(4);
        (spec.review_by, spec.reveal_by) = (spec.deliver_by + days(1), spec.deliver_by + days(2));
    });
    town.deliver("pia", first);
    town.deliver("paul", next);
    town.open_reviews(first);
    town.until_open_to_all(first, 0);
    JURY.iter().for_each(|name| town.commit(name, first, 0, 80).ok());
    town.until_commits_close(first, 0);
    assert_eq!(town.chain.now(), begun + days(3));
    JURY[..2].iter().for_each(|name| town.reveal(name, first, 0, 80).ok());
    town.chain.pass(held_back);
    town.reveal("edda", first, 0, 80).ok();
    town.open_reviews(next);
    town.finalize(first, 0).ok();
    let profile = town.profile("edda");
    (town.state(next).seed, (town.credit("edda"), profile.owed, profile.slashed))
}

#[test]
fn a_reveal_that_is_held_back_over_the_end_of_a_period_changes_a_seed_and_costs_nothing() {
    let (at_once, earned) = next_seed(0);
    let (held_back, earned_later) = next_seed(hours(25));
    assert_eq!((at_once, held_back), (contributed(&JURY), contributed(&JURY[..2])));
    assert_eq!((earned, earned_later), ((UNIT / 3, 3, 0), (UNIT / 3, 3, 0)));
}
