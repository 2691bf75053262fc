//! Attempt: Elsa is about to be Banned. She puts all her free points up as a provider's bond in a deal of her own.
//! Cost: the fee of a deal of two cheap periods, 0.001 UNIT here; under the default policy about 0.2 UNIT with the rent.
//! It succeeds: a ban burns half of what is free, and nothing is. The deal ends with notice, and she has 450 points, not 225.

use super::{accepted, close, engage_as, Length};
use chain::{account, days, UNIT};
use e2e_tests::{cheapest, People, Town, ENDOWMENT, ENFORCERS, LEAST_FEE};
use interfaces::{
    obligation::{Standing, StandingChanged},
    Balance, Market as _, Obligation as _, Points,
};

const PURSE: &str = "elsas purse";
const BOND: Points = 50;
const FREE: Points = ENDOWMENT - BOND;

/// Requests go by, and Elsa does nothing, until she is Banned by the numbers; then anyone has it latched. What burnt.
fn elsa_is_banned(town: &Town) -> (Points, Points) {
    while town.member("elsa").standing != Standing::Banned {
        town.play_request(&ENFORCERS[..3], 80);
    }
    let evaluated = town.send("stan", town.obligation().evaluate(town.pool, account("elsa")));
    let told = evaluated.events::<StandingChanged>();
    evaluated.ok();
    (told[0].bond_burnt, told[0].slashed)
}

#[test]
fn a_ban_burns_half_of_what_is_free() {
    let town = Town::new();
    assert_eq!(elsa_is_banned(&town), (BOND, FREE / 2));
    assert_eq!(town.profile("elsa").balance, FREE / 2);
}

#[test]
fn a_ban_burns_nothing_of_what_is_a_bond_in_a_deal_of_ones_own_and_all_of_it_comes_back() {
    let town = Town::new();
    let two = Length { periods: 2, period: days(3), missed: 1, notice: 0 };
    let now = town.chain.now();
    let request = engage_as(&town, PURSE, &two, |spec| {
        cheapest(spec);
        spec.provider_bond = FREE;
        (spec.deliver_by, spec.review_by, spec.reveal_by) = (now + days(60), now + days(61), now + days(62));
    });
    assert_eq!(town.credit_of(town.treasury), UNIT / 1_000, "5 % of two review fees of 0.01 UNIT");
    accepted(&town, PURSE, request, "elsa", 1);
    let profile = town.profile("elsa");
    assert_eq!((profile.locked, profile.available), (ENDOWMENT, 0));

    assert_eq!(elsa_is_banned(&town), (BOND, 0));
    assert_eq!(town.profile("elsa").balance, FREE);

    // The purse gives notice: after the running period the deal is over, and one period may be missed.
    assert_eq!(town.send(PURSE, town.market().give_notice(request)).ok(), 1);
    town.chain.pass_until(town.spec(request).deliver_by);
    assert!(close(&town, request).ok());
    let profile = town.profile("elsa");
    assert_eq!((profile.available, profile.locked, profile.slashed), (FREE, 0, BOND));
    let escrow: Balance = 2 * (LEAST_FEE + 1);
    assert_eq!(town.send(PURSE, town.market().reclaim(request)).ok(), escrow);
    assert_eq!(town.credit("elsa"), LEAST_FEE, "her deposit");
}
