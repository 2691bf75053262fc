//! Attempt: a provider is accepted into a long deal, gives notice at once, and never delivers anything.
//! Cost: its deposit, here 1 UNIT. Once its notice cut the deal itself, and nobody could take over what was cut off.
//! It fails since then: its notice ends its own part, and 51 weeks are another's. Only if Rita takes them back, fee and rent are lost.

use super::{accepted, close, engage_as, take_over, Length};
use chain::{account, days, UNIT};
use e2e_tests::{People, Town, REQUESTER};
use interfaces::{
    market::{Engagement, PlaceVacated},
    Balance, Market as _, RequestId,
};

const PRICE: Balance = 8 * UNIT;
const YEAR: Length = Length { periods: 52, period: days(7), missed: 0, notice: 1 };
/// 5 % of 52 rewards and review fees.
const FEE: Balance = 52 * 11 * UNIT / 20;
/// Three reviews for the five days of the first period and 51 weeks.
const RENT: Balance = 3 * (5 + 51 * 7) * UNIT / 100;

fn engagement(town: &Town, request: RequestId) -> Engagement {
    town.chain.read(town.market().engagement(request)).expect("a deal")
}

/// Paul is accepted for a year, may give notice, and delivers nothing. Anyone closes his first week: the place is vacant.
fn paul_never_delivers(gives_notice: bool) -> (Town, RequestId) {
    let town = Town::with(|settings| settings.policy.assets[0].rent = UNIT / 100);
    let request = engage_as(&town, REQUESTER, &YEAR, |_| ());
    assert_eq!(town.credit_of(town.treasury), FEE + RENT);
    accepted(&town, REQUESTER, request, "paul", PRICE);
    if gives_notice {
        assert_eq!(town.send("paul", town.market().give_notice(request)).ok(), 2, "his own part of 52");
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    let closed = close(&town, request);
    let told = PlaceVacated { request, provider: account("paul"), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told], "his deposit is all that he loses");
    assert!(!closed.ok());
    (town, request)
}

#[test]
fn a_provider_that_gives_notice_and_delivers_nothing_leaves_a_year_to_whoever_takes_over() {
    for gives_notice in [false, true] {
        let (town, request) = paul_never_delivers(gives_notice);
        take_over(&town, request, "pia", PRICE, town.chain.now() + days(3)).ok();
        let engagement = engagement(&town, request);
        let tenure = engagement.tenure.expect("Pia has the place");
        assert_eq!((engagement.periods - tenure.first, engagement.notice), (51, None));
    }
}

#[test]
fn a_requester_who_takes_back_what_another_could_take_over_loses_the_fee_and_the_rent_of_a_year() {
    let (town, request) = paul_never_delivers(true);
    // All that she put in escrow is hers again, and the deposit. What she paid for a year of reviews is not.
    assert_eq!(town.reclaim(request).ok(), 52 * 11 * UNIT + UNIT);
    assert_eq!(town.credit_of(town.treasury), FEE + RENT);
    assert_eq!(FEE + RENT, 2_860 * UNIT / 100 + 1_086 * UNIT / 100);
    assert_eq!((town.credit("paul"), town.profile("paul").slashed), (0, 0));
    town.all_comes_out(request);
}
