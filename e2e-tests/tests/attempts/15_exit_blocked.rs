//! Attempt: Elsa wants to leave. Whenever what she has in hand is judged, Greg has just opened more: at every moment she has
//! either an open commitment or a deficit, though she does her share of everything.
//! Cost: a fee of 0.001 UNIT a day here. It succeeds for as long as she does no more than that: a restore of 5 points ends it.

use chain::{days, hours, UNIT};
use e2e_tests::{cheapest, People, Town};
use interfaces::{
    obligation::{Error, Standing, OP},
    Obligation as _, RequestId, SubmissionId,
};

/// Who reviews what of each request: Elsa just what is due of her.
const JURY: [(&str, &[SubmissionId]); 4] = [("elsa", &[0]), ("eva", &[0, 1]), ("emil", &[0, 1]), ("edda", &[1])];

/// Greg posts a request of two places, on which his other name delivers at once; delivery ends in a day.
fn more(town: &Town) -> RequestId {
    let now = town.chain.now();
    let request = town.post_as("greg", |spec| {
        cheapest(spec);
        (spec.limit, spec.per_provider) = (2, 2);
        (spec.signal_by, spec.deliver_by) = (now + hours(12), now + days(1));
        (spec.review_by, spec.reveal_by) = (now + days(2), now + days(3));
    });
    town.signal("gregs other name", request, 2).ok();
    town.submit_list("gregs other name", request, &["junk"; 2]).ok();
    request
}

#[test]
fn a_member_that_does_just_its_share_never_finds_a_moment_to_leave_and_pays_five_points_for_one() {
    let town = Town::new();
    let cannot = |reason: Error| {
        assert_eq!(town.refused("elsa", town.obligation().resign(town.pool)), reason);
        assert_eq!(town.refused("elsa", town.obligation().freeze()), reason);
    };
    let first = more(&town);
    town.open_reviews(first);
    let mut in_review = first;
    for day in 1..=6_u128 {
        // Two ops are seen, of which one is due.
        assert_eq!((town.member("elsa").deficit, town.member("elsa").open), (OP, 0));
        cannot(Error::Deficit);
        let next = more(&town);
        town.until_open_to_all(in_review, 0);
        for (name, submissions) in JURY {
            let ballot: Vec<_> = submissions.iter().map(|submission| (*submission, (10, None))).collect();
            assert_eq!(town.commit_list(name, in_review, &ballot).ok(), submissions, "{name}");
        }
        assert_eq!((town.member("elsa").deficit, town.member("elsa").open), (0, 1));
        cannot(Error::OpenCommitments);
        // Before she can reveal anything, the next one is there.
        town.until_commits_close(in_review, 0);
        town.open_reviews(next);
        for (name, submissions) in JURY {
            let ballot: Vec<_> = submissions.iter().map(|submission| (*submission, (10, None))).collect();
            town.reveal_list(name, in_review, &ballot).ok();
        }
        assert_eq!(town.finalize_list(in_review, &[0, 1]).ok(), 2);
        town.settle(in_review).ok();
        let elsa = town.member("elsa");
        assert_eq!((elsa.declared, elsa.standing), (day * OP, Standing::Healthy), "she does all that is due");
        in_review = next;
    }
    cannot(Error::Deficit);
    assert_eq!(town.credit_of(town.treasury), 7 * UNIT / 1_000, "seven requests");
    town.send("elsa", town.obligation().restore(town.pool, 1)).ok();
    town.send("elsa", town.obligation().resign(town.pool)).ok();
    assert_eq!(town.profile("elsa").spent, 5);
}
