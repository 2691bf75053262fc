//! Attempt: whoever wants to keep the market full posts one place after the other, in place of all at once.
//! Cost: each pays the premium of the utilization that it makes, and the first ones none: 0.75 UNIT for 12 of 15 hands for
//! five days, and not 1.2. It succeeds: what SECURITY.md says of 40 hands, 1.12 UNIT a day, is 0.56 UNIT by this.

use chain::UNIT;
use e2e_tests::{cheapest, Town, LEAST_FEE};
use interfaces::{market::Error, Balance, Market as _};

/// Greg posts requests of this many places, until twelve of fifteen reviews are reserved. What that costs beside the fees.
fn fills(places: u32) -> Balance {
    let town = Town::with(|settings| settings.policy.assets[0].rent = UNIT / 100);
    let requests = 4 / places;
    for _ in 0..requests {
        town.post_as("greg", |spec| {
            cheapest(spec);
            spec.limit = places;
        });
    }
    assert_eq!(town.backlog(), 12);
    let another = town.chain.read(town.market().quote(town.request_spec()));
    assert_eq!(another, Err(Error::AtCapacity), "nobody else finds room for a request of three places");
    town.credit_of(town.treasury) - 4 * LEAST_FEE / 20
}

#[test]
fn whoever_fills_the_market_place_by_place_pays_a_quarter_of_the_premium() {
    let rent = 12 * 5 * UNIT / 100;
    assert_eq!(fills(4), rent + rent, "at 80 % the premium is as much as the rent");
    assert_eq!(fills(1), rent + rent / 4, "and the first three of four have none");
    assert_eq!(fills(2), rent + rent / 2);
}

/// By the default policy, for the 39 reviews that five members' 40 hands take: what they pay a day, in millionths of a UNIT.
#[test]
fn to_keep_forty_hands_full_takes_half_of_what_it_takes_at_once() {
    let premium = |reviews: u64| rules::premium_bps(rules::utilization_ppm(reviews, 40), 600_000, 20_000);
    // A hundredth of a UNIT a review, in millionths, and the premium on that.
    let a_day = |taken: u64, reviews: u64| reviews * 10_000 + reviews * u64::from(premium(taken));
    assert_eq!(a_day(39, 39), 1_121_250);
    let one_by_one: u64 = (1..=13).map(|places| a_day(3 * places, 3)).sum();
    assert_eq!(one_by_one, 558_750);
}
