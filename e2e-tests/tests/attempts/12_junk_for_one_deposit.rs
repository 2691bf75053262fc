//! Attempt: in a long deal whose periods overtake their reviews, a provider delivers junk in each, before the first is judged.
//! Cost: one deposit, of one review fee, and not one for each delivery as elsewhere.
//! It succeeds: Rita pays the review of four pieces of junk, and one deposit covers one. It is banned with the first verdict.

use super::{accepted, close, engage_as, Length, FEES};
use chain::{account, days, UNIT};
use e2e_tests::{with_many_hands, People, Town, Vote, ENFORCERS, REQUESTER, STRANGER};
use interfaces::{
    market::{PeriodClosed, PlaceVacated},
    Market as _, SubmissionId,
};

#[test]
fn four_pieces_of_junk_in_a_long_deal_are_reviewed_for_one_deposit_and_three_fees_of_the_requesters() {
    let town = Town::with(with_many_hands);
    let each_day = Length { periods: 4, period: days(1), missed: 0, notice: 1 };
    let request = engage_as(&town, REQUESTER, &each_day, |spec| {
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(1);
    });
    accepted(&town, REQUESTER, request, "paul", 8 * UNIT);
    for period in 0..4 {
        assert_eq!(town.submit("paul", request).ok(), period);
        town.chain.pass_until(town.submission(request, period).window_start);
        town.send(STRANGER, town.market().open_reviews(request, 64)).ok();
    }
    // The last window is half over, and the first one not over yet.
    town.until_open_to_all(request, 3);
    let zeros: Vec<(SubmissionId, Vote)> = (0..4).map(|period| (period, (0, None))).collect();
    for name in &ENFORCERS[..3] {
        assert_eq!(town.commit_list(name, request, &zeros).ok(), [0, 1, 2, 3]);
    }
    for period in 0..4 {
        town.until_commits_close(request, period);
        ENFORCERS[..3].iter().for_each(|name| town.reveal(name, request, period, 0).ok());
        town.finalize(request, period).ok();
        let closed = close(&town, request);
        let told = PeriodClosed { request, period, delivered: true, accepted: false, pay: 0 };
        assert_eq!(closed.events::<PeriodClosed>(), [told]);
        let vacated = PlaceVacated { request, provider: account("paul"), forfeited: UNIT };
        assert_eq!(closed.events::<PlaceVacated>(), if period == 0 { vec![vacated] } else { vec![] });
        assert_eq!(closed.ok(), period == 3);
    }
    assert_eq!(town.reclaim(request).ok(), 44 * UNIT - 4 * FEES + UNIT);
    assert_eq!((town.credit("paul"), town.profile("paul").slashed), (0, 0), "a deposit of 1 UNIT is all he lost");
}
