//! Attempts on the second edition, each in a file of its own: what somebody tries, what it costs, and how it ends on the
//! contracts as they are. Some succeed; the heads of the files say which.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

#[path = "attempts/11_beacon_that_stands_still.rs"]
mod beacon_that_stands_still;
#[path = "attempts/05_bond_as_a_shelter.rs"]
mod bond_as_a_shelter;
#[path = "attempts/01_claimed_original.rs"]
mod claimed_original;
#[path = "attempts/13_claimed_too_soon.rs"]
mod claimed_too_soon;
#[path = "attempts/15_exit_blocked.rs"]
mod exit_blocked;
#[path = "attempts/16_ground_seed.rs"]
mod ground_seed;
#[path = "attempts/07_held_back_reveal.rs"]
mod held_back_reveal;
#[path = "attempts/12_junk_for_one_deposit.rs"]
mod junk_for_one_deposit;
#[path = "attempts/02_notice_kills_a_deal.rs"]
mod notice_kills_a_deal;
#[path = "attempts/04_rent_of_takeovers.rs"]
mod rent_of_takeovers;
#[path = "attempts/10_reviews_without_reading.rs"]
mod reviews_without_reading;
#[path = "attempts/06_second_names_for_a_finding.rs"]
mod second_names_for_a_finding;
#[path = "attempts/08_silence_in_a_contest.rs"]
mod silence_in_a_contest;
#[path = "attempts/14_split_requests.rs"]
mod split_requests;
#[path = "attempts/03_takeover_at_capacity.rs"]
mod takeover_at_capacity;
#[path = "attempts/09_who_is_short.rs"]
mod who_is_short;

use chain::{account, Outcome, UNIT};
use e2e_tests::{People, Town, REQUESTER, STRANGER};
use interfaces::{
    market::{Access, Error, RequestSpec},
    Balance, Market as _, RequestId, SubmissionId, Timestamp,
};

/// What three coherent enforcers share of a review fee of a UNIT.
const FEES: Balance = UNIT / 3 * 3;
/// What a review costs, in points, that was committed and not revealed, where a place costs 11 UNIT.
const ABSENCE: Balance = 7;

/// How long a deal is, and what it forgives.
struct Length {
    periods: u16,
    period: Timestamp,
    missed: u16,
    notice: u16,
}

/// `name` engages for something, for 10 UNIT and a review fee of one UNIT a period if nothing else is said, and pays just
/// the price.
fn engage_as(town: &Town, name: &str, length: &Length, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
    let mut spec = town.request_spec();
    (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, 10 * UNIT);
    change(&mut spec);
    let Length { periods, period, missed, notice } = *length;
    let quote = town.chain.read(town.market().quote_engagement(spec.clone(), periods, period)).expect("a price");
    let engage = town.market().engage(spec, periods, period, missed, notice, 0).transferred_value(quote.total);
    town.send(name, engage).ok()
}

/// `provider` offers to do the deal of `requester` at this price, and is accepted; its first delivery is due with the
/// request's.
fn accepted(town: &Town, requester: &str, request: RequestId, provider: &str, price: Balance) {
    let due = town.spec(request).deliver_by;
    town.offer(provider, request, price, due).ok();
    town.send(requester, town.market().accept(request, account(provider), price, due)).ok();
}

/// The stranger closes the deal's next period.
fn close(town: &Town, request: RequestId) -> Outcome<Result<bool, Error>> {
    town.send(STRANGER, town.market().close_period(request))
}

/// The delivery of a period falls due, and the stranger opens it for review; all who are drawn may commit.
fn open_period(town: &Town, request: RequestId, period: SubmissionId) {
    town.chain.pass_until(town.submission(request, period).window_start);
    town.send(STRANGER, town.market().open_reviews(request, 64)).ok();
    town.until_open_to_all(request, period);
}

/// Rita accepts an offer for the rest of her deal.
fn take_over(
    town: &Town,
    request: RequestId,
    provider: &str,
    price: Balance,
    deliver_by: Timestamp,
) -> Outcome<Result<(), Error>> {
    town.offer(provider, request, price, deliver_by).ok();
    town.send(REQUESTER, town.market().takeover(request, account(provider), price, deliver_by))
}
