//! Attempt: Pia has done two pieces of work for Rita, and would claim the second in the next epoch, when the same pair earns
//! in full again. A rival claims it for her at once.
//! Cost: the transaction. It succeeds: she is owed 13 points for it in place of 27, and nothing else changes.

use chain::{days, UNIT};
use e2e_tests::Town;
use interfaces::market::Claimed;

/// Pia's second piece of work is claimed so much later than her first. The points of the two.
fn points(later: u64) -> [u128; 2] {
    let town = Town::with(|settings| settings.terms.epoch = days(30));
    let requests = [town.settled(), town.settled()];
    let earned = |request| {
        let claimed = town.claim_list(request, &[0]);
        let told = claimed.events::<Claimed>();
        assert_eq!((claimed.ok(), told[0].pay), (1, 10 * UNIT));
        told[0].reputation
    };
    let first = earned(requests[0]);
    town.chain.pass(later);
    [first, earned(requests[1])]
}

#[test]
fn whoever_claims_for_another_before_the_epoch_is_over_halves_what_it_earns() {
    assert_eq!(points(days(30)), [27, 27], "as she would have it");
    assert_eq!(points(0), [27, 13], "as anybody can have it");
}
