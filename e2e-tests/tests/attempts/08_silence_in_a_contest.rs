//! Attempt: Rita asks for work in a contest, and four enforcers of hers fill the room for who is not short, and stay silent.
//! Cost: four absences, 28 points, and the fee. A quorum has committed, so that nothing is extended, and nobody else has room.
//! It succeeds: what nobody reviewed weighs nothing in a ranking or a shared pot: she has the work, and all of the 30 UNIT.

use super::ABSENCE;
use chain::UNIT;
use e2e_tests::{Town, ENFORCERS};
use interfaces::market::{Award, Error, Verdict};

#[test]
fn four_silent_enforcers_give_a_requester_her_whole_prize_back_for_28_points() {
    for award in [Award::Ranked { places_bps: vec![10_000] }, Award::Proportional] {
        let town = Town::new();
        let request = town.post_with(|spec| spec.award = award.clone());
        town.deliver("pia", request);
        town.open_reviews(request);
        town.until_open_to_all(request, 0);
        let silent = &ENFORCERS[..4];
        silent.iter().for_each(|name| town.commit(name, request, 0, 0).ok());
        assert_eq!(
            town.commit("elsa", request, 0, 90).err(),
            Error::ReviewsFull,
            "she owes nothing, and is not wanted"
        );
        town.until_reveals_close(request, 0);
        town.finalize(request, 0).ok();
        assert_eq!(town.submission(request, 0).verdict, Verdict::Unreviewed);
        town.settle(request).ok();
        assert_eq!(town.claim(request, 0).ok(), 0, "where each is paid on its own it would be a half");
        assert_eq!(
            (town.credit("pia"), town.profile("pia").owed),
            (UNIT, 0),
            "her deposit, for the best work there is"
        );
        assert_eq!(town.reclaim(request).ok(), 33 * UNIT, "all but the fee");
        let lost: Vec<_> = silent.iter().map(|name| town.profile(name).slashed).collect();
        assert_eq!(lost, [ABSENCE; 4]);
    }
}
