//! Attempt: one person owns a deal and all its providers. Each misses its first delivery, and the next takes over as late as
//! it may. Once its first deadline could be a month off, and reviews that were rented for a day were held for a month.
//! It fails since then: the deadline is at most two periods off, and a place is vacant for two: rent was paid for more.

use super::{accepted, close, engage_as, take_over, Length};
use chain::{account, days, UNIT};
use e2e_tests::{refused, Town, REQUESTER};
use interfaces::{market::Error, Balance, Market as _};

#[test]
fn whoever_takes_over_from_itself_as_late_as_it_may_holds_no_more_reviews_than_were_rented() {
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

    let mut review_days = 0;
    let mut wait = |length| {
        review_days += town.backlog() * length;
        town.chain.pass(days(length));
    };
    wait(2);
    assert!(!close(&town, request).ok(), "missed, and vacant");
    for (name, reviews) in [("mall 1", 6), ("mall 2", 3)] {
        assert_eq!(town.backlog(), reviews);
        // As long as nobody may end it.
        wait(2);
        let due = town.chain.now() + days(2);
        let late = town.market().offer(request, UNIT, due + 1, due, vec![]);
        assert_eq!(refused(&town.chain, &account(name), late), Error::InvalidDeadline);
        take_over(&town, request, name, UNIT, due).ok();
        wait(2);
        close(&town, request).ok();
    }
    assert_eq!(review_days, 2 * 9 + 4 * 6 + 4 * 3, "63 were paid");
    assert_eq!(town.credit_of(town.treasury), paid);
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT + 3 * UNIT);
}
