//! Attempt: while a long deal is vacant, Greg fills the pool, so that nobody can take over; after two periods anyone ends it.
//! Cost: the fee of the cheapest request that fills it, 0.002 UNIT here, and rent where there is one. The rest comes back.
//! It succeeds: the reviews of the deal were paid for to its end, but are given away with its provider. Rita loses the fee.

use super::{accepted, cheapest, close, engage_as, post_as, take_over, Length, LEAST_FEE};
use chain::{days, UNIT};
use e2e_tests::{People, Town, REQUESTER};
use interfaces::{
    market::{Error, Phase},
    Balance, Market as _,
};

/// 5 % of four periods of 11 UNIT.
const FEE: Balance = 4 * 11 * UNIT / 20;

#[test]
fn whoever_fills_the_pool_for_two_weeks_keeps_a_vacant_deal_from_being_taken_over_until_it_is_over() {
    let town = Town::new();
    let weeks = Length { periods: 4, period: days(7), missed: 0, notice: 1 };
    let request = engage_as(&town, REQUESTER, &weeks, |_| ());
    accepted(&town, REQUESTER, request, "paul", 8 * UNIT);
    town.chain.pass_until(town.spec(request).deliver_by);
    assert_eq!(town.backlog(), 3);
    assert!(!close(&town, request).ok());
    let vacated = town.chain.now();
    assert_eq!((town.backlog(), town.state(request).reserved), (0, 0), "what Rita paid for is free for others");

    // Twelve of fifteen hands, for as long as it takes.
    let filler = post_as(&town, "greg", |spec| {
        cheapest(spec);
        spec.limit = 4;
        (spec.signal_by, spec.deliver_by) = (vacated + days(30), vacated + days(31));
        (spec.review_by, spec.reveal_by) = (vacated + days(32), vacated + days(33));
    });
    assert_eq!(town.backlog(), 12);
    assert_eq!(take_over(&town, request, "pia", 8 * UNIT, vacated + days(7)).err(), Error::AtCapacity);
    town.chain.pass_until(vacated + days(14));
    assert!(close(&town, request).ok(), "nobody has taken over, and anyone ends it");
    assert_eq!(town.chain.read(town.market().phase(request, None)), Ok(Phase::Settled));
    assert_eq!(town.reclaim(request).ok(), 44 * UNIT + UNIT, "Paul's deposit with it, and without the fee");

    // And Greg takes his request back.
    assert_eq!(town.send("greg", town.market().withdraw_request(filler)).ok(), 4 * LEAST_FEE + 1);
    assert_eq!(town.credit_of(town.treasury) - FEE, 4 * LEAST_FEE / 20, "what it cost him");
    assert_eq!(town.backlog(), 0);
}
