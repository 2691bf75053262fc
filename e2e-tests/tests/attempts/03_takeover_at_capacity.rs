//! Attempt: while a long deal is vacant, Greg fills the pool, so that nobody can take over; after two periods anyone ends it.
//! Cost: the fee of the cheapest request that fills it, 0.002 UNIT here. Once the reviews of a vacant place were given away.
//! It fails since then: they were paid for to the deal's end, and are kept for whoever takes over.

use super::{accepted, close, engage_as, take_over, Length};
use chain::{days, UNIT};
use e2e_tests::{cheapest, Town, REQUESTER};

#[test]
fn whoever_fills_the_pool_while_a_deal_is_vacant_keeps_nobody_from_taking_over() {
    let town = Town::new();
    let weeks = Length { periods: 4, period: days(7), missed: 0, notice: 1 };
    let request = engage_as(&town, REQUESTER, &weeks, |_| ());
    accepted(&town, REQUESTER, request, "paul", 8 * UNIT);
    town.chain.pass_until(town.spec(request).deliver_by);
    assert!(!close(&town, request).ok());
    let vacated = town.chain.now();
    assert_eq!((town.backlog(), town.state(request).reserved), (3, 3), "Rita paid for them");

    // As many of fifteen hands as can be had, for as long as it takes.
    town.post_as("greg", |spec| {
        cheapest(spec);
        spec.limit = 3;
        (spec.signal_by, spec.deliver_by) = (vacated + days(30), vacated + days(31));
        (spec.review_by, spec.reveal_by) = (vacated + days(32), vacated + days(33));
    });
    assert_eq!(town.backlog(), 3 + 9);
    take_over(&town, request, "pia", 8 * UNIT, vacated + days(7)).ok();
    assert_eq!(town.backlog(), 3 + 9, "they are kept");
}
