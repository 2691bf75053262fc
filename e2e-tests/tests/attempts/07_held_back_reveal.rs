//! Attempt: where the beacon's periods are an hour, Edda reveals twenty hours late, but within her window of a week.
//! Cost: nothing: no absence, and the same fee and points. A contribution waits for 14 periods at most, from its reveal on.
//! It succeeds: the seed of what is opened meanwhile is another one. Where periods are a day it fails, as it should.

use chain::{account, days, hours, UNIT};
use e2e_tests::{Town, ENFORCERS, SALT};
use interfaces::{market::contribution, Balance, Timestamp};

const JURY: [&str; 3] = [ENFORCERS[0], ENFORCERS[1], ENFORCERS[2]];

/// What these contribute to the beacon, together.
fn contributed(names: &[&str]) -> [u8; 32] {
    names.iter().fold([0; 32], |sum, name| {
        let added = contribution(account(name), &SALT);
        std::array::from_fn(|byte| sum[byte] ^ added[byte])
    })
}

/// Three review a request; Edda reveals with the others, or so much later. The seed of another request that is opened so
/// long after their commitments ended, and what Edda has of her review: fee, points owed and points lost.
fn next_seed(
    min_window: Timestamp,
    held_back: Timestamp,
    opened: Timestamp,
) -> ([u8; 32], (Balance, Balance, Balance)) {
    let town = Town::with(|settings| settings.policy.min_window = min_window);
    let begun = town.chain.now();
    let small = |spec: &mut interfaces::market::RequestSpec| (spec.limit, spec.reward) = (1, 10 * UNIT);
    let first = town.post_with(|spec| {
        small(spec);
        spec.reveal_by = spec.review_by + days(7);
    });
    // Commitments to the first end on the third day.
    let next = town.post_with(|spec| {
        small(spec);
        spec.deliver_by = begun + days(3) + opened;
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
fn where_periods_are_an_hour_a_reveal_that_is_held_back_changes_the_seed_and_costs_nothing() {
    let (at_once, earned) = next_seed(hours(1), 0, days(1));
    let (held_back, earned_later) = next_seed(hours(1), hours(20), days(1));
    assert_eq!(at_once, contributed(&JURY), "fifteen hours later it counts, days before the window ends");
    assert_eq!(held_back, contributed(&JURY[..2]), "hers counts later, because it came later");
    assert_eq!((earned, earned_later), ((UNIT / 3, 3, 0), (UNIT / 3, 3, 0)));
}

#[test]
fn where_periods_are_a_day_a_reveal_that_is_held_back_changes_nothing() {
    // Before the week for reveals is over nothing counts, and after it everything.
    for (opened, seed) in [(days(1), [0; 32]), (days(9), contributed(&JURY))] {
        for held_back in [0, hours(20)] {
            assert_eq!(next_seed(days(1), held_back, opened), (seed, (UNIT / 3, 3, 0)));
        }
    }
}
