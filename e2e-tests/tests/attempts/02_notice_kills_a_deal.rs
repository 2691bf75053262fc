//! Attempt: a provider is accepted into a long deal, gives notice at once, and never delivers anything.
//! Cost: its deposit, here 1 UNIT. Notice cuts the deal itself, and not only its own time in it.
//! It succeeds: nobody can take over what is cut off, and the fee and the rent of 50 weeks, 38 UNIT, are lost to Rita.

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
        assert_eq!(town.send("paul", town.market().give_notice(request)).ok(), 2, "of 52");
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    let closed = close(&town, request);
    let told = PlaceVacated { request, provider: account("paul"), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told], "his deposit is all that he loses");
    assert!(!closed.ok());
    (town, request)
}

#[test]
fn a_provider_that_gives_notice_leaves_one_week_of_a_year_to_whoever_takes_over() {
    // Without notice the other 51 are left.
    for (gives_notice, left) in [(false, 51), (true, 1)] {
        let (town, request) = paul_never_delivers(gives_notice);
        take_over(&town, request, "pia", PRICE, town.chain.now() + days(3)).ok();
        let engagement = engagement(&town, request);
        let tenure = engagement.tenure.expect("Pia has the place");
        assert_eq!(engagement.periods - tenure.first, left);
    }
}

#[test]
fn a_provider_ends_a_years_deal_for_its_deposit_and_its_requester_loses_the_fee_and_the_rent_of_a_year() {
    let (town, request) = paul_never_delivers(true);
    // All that she put in escrow is hers again, and the deposit. What she paid for a year of reviews is not.
    assert_eq!(town.reclaim(request).ok(), 52 * 11 * UNIT + UNIT);
    assert_eq!(town.credit_of(town.treasury), FEE + RENT);
    assert_eq!(FEE + RENT, 2_860 * UNIT / 100 + 1_086 * UNIT / 100);
    assert_eq!((town.credit("paul"), town.profile("paul").slashed), (0, 0));
    town.all_comes_out(request);
}
