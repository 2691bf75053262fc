//! Attempt: Elsa gives a zero to whatever she owes a review for, without looking at it.
//! Cost: the stake of a review that disagrees, 3 points here (1 for small work by default, 0 in the town): a restore costs 5.
//! It succeeds: she keeps her seat, Healthy, for less than the price of an op missed, and counts as capacity.

use chain::UNIT;
use e2e_tests::{cheapest, Town, ENFORCERS, REQUESTER};
use interfaces::{
    market::{RequestSpec, Verdict},
    obligation::{Standing, OP},
    Points,
};

/// Eight requests of one place, all of which three others review, and Elsa by zeros when she is short. What she lost, and how
/// many reviews she made.
fn zeros(change: impl Fn(&mut RequestSpec)) -> (Points, u128) {
    let town = Town::new();
    for _ in 0..8 {
        let request = town.post_as(REQUESTER, |spec| {
            change(spec);
            spec.limit = 1;
        });
        town.deliver("pia", request);
        town.open_reviews(request);
        let mut scores: Vec<_> = ENFORCERS[..3].iter().map(|name| (*name, 90)).collect();
        if town.member("elsa").deficit > 0 {
            scores.push(("elsa", 0));
        }
        town.review(request, 0, &scores);
        town.finalize(request, 0).ok();
        let judged = town.submission(request, 0);
        assert_eq!((judged.verdict, judged.median), (Verdict::Quorum, 90));
        town.settle(request).ok();
        town.claim(request, 0).ok();
        let elsa = town.member("elsa");
        assert_eq!((elsa.standing, elsa.deficit), (Standing::Healthy, 0));
    }
    assert_eq!((town.credit("elsa"), town.profile("elsa").spent), (0, 0));
    (town.profile("elsa").slashed, town.member("elsa").declared / OP)
}

#[test]
fn whoever_gives_zeros_without_looking_does_its_duty_for_three_points_a_review() {
    let (lost, reviews) = zeros(|spec| spec.reward = 10 * UNIT);
    assert_eq!((lost, reviews), (12, 4), "four restored ops would have cost 20");
}

#[test]
fn where_work_is_small_and_no_stake_has_a_floor_it_costs_nothing() {
    assert_eq!(zeros(cheapest), (0, 4));
}
