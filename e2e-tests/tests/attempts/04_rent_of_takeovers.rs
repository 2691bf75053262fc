//! Attempt: one person owns a deal and all its providers. Each misses its first delivery, and the next takes over with a
//! deadline a month off: rent was paid for a period of a day, and its reviews are held for a month.
//! Cost: the rent of a week for 62 days. It succeeds: keeping the pool full costs less than a quarter, with longer deals less.

use super::{accepted, close, engage_as, take_over, Length};
use chain::{days, UNIT};
use e2e_tests::{Town, REQUESTER};
use interfaces::Balance;

#[test]
fn reviews_that_were_rented_for_a_week_are_held_for_two_months_by_taking_over_from_oneself() {
    let town = Town::with(|settings| {
        settings.policy.assets[0].rent = UNIT / 100;
        settings.policy.max_window = days(30);
    });
    let days_of_one = Length { periods: 3, period: days(1), missed: 0, notice: 0 };
    let request = engage_as(&town, REQUESTER, &days_of_one, |_| ());
    // Nine reviews for seven days, and the fee of three periods.
    let paid: Balance = 9 * 7 * UNIT / 100 + 33 * UNIT / 20;
    assert_eq!(town.credit_of(town.treasury), paid);
    accepted(&town, REQUESTER, request, "mall 0", UNIT);

    let begun = town.chain.now();
    let mut review_days = 0;
    let mut wait = |length| {
        review_days += town.backlog() * length;
        town.chain.pass(days(length));
    };
    wait(2);
    assert!(!close(&town, request).ok(), "missed, and vacant");
    for (name, reviews) in [("mall 1", 6), ("mall 2", 3)] {
        take_over(&town, request, name, UNIT, town.chain.now() + days(30)).ok();
        assert_eq!(town.backlog(), reviews);
        wait(30);
        assert_eq!(town.backlog(), reviews, "a month later they are still reserved");
        close(&town, request).ok();
    }
    assert_eq!((review_days, town.chain.now() - begun), (2 * 9 + 30 * 6 + 30 * 3, days(62)));
    assert_eq!(town.credit_of(town.treasury), paid, "for 63 days of a review");
    // Everything else is hers: the escrow, and the deposits of her other accounts.
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT + 3 * UNIT);
}
