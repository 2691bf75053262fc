//! Attempt: a ring of four is ahead of its duty, and opens junk of its own beside the work that it wants to judge: all
//! others are short from that moment, and find only three places of seven; the four for who is not short are the ring's.
//! Cost: a fee of 0.003 UNIT here, 0.93 UNIT with rent. It succeeds: four who came first cannot outvote four who came last.

use chain::{account, days, UNIT};
use e2e_tests::{cheapest, People, Town, ENDOWMENT};
use interfaces::{
    market::{Error, Verdict},
    obligation::{Rate, OP},
    Obligation as _, SubmissionId,
};

const RING: [&str; 4] = ["eva", "emil", "edda", "enzo"];
const HONEST: [&str; 4] = ["elsa", "cora", "carl", "mallory"];

/// Eight on eight seats; an op weighs each member's fair share, three eighths.
fn eight() -> Town {
    let town = Town::with(|settings| {
        settings.terms.seats = 8;
        settings.terms.rate = Rate::FairShare { diligence_ppm: 1_000_000 };
        settings.founders.push((account("mallory"), ENDOWMENT));
    });
    town.send("mallory", town.obligation().enlist(town.pool)).ok();
    town
}

#[test]
fn a_ring_that_is_ahead_makes_everybody_else_short_and_has_four_places_of_seven_to_itself() {
    let town = eight();
    // The honest do more than their share of two requests, and the ring reviews one more.
    for jury in [RING, HONEST, RING] {
        town.play_request(&jury, 80);
    }
    for name in HONEST {
        assert_eq!((town.member(name).deficit, town.member(name).declared), (0, 3 * OP), "{name} owes nothing");
    }

    let before = town.credit_of(town.treasury);
    // Six pieces of junk, with a week for commitments: who is drawn for them comes up over three and a half days.
    let junk = town.post_with(|spec| {
        cheapest(spec);
        (spec.limit, spec.per_provider) = (6, 6);
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(1);
    });
    assert_eq!(town.credit_of(town.treasury) - before, 3 * UNIT / 1_000, "what it costs");
    let wanted = town.post_with(|spec| (spec.limit, spec.reward) = (1, 10 * UNIT));
    town.signal("pia", junk, 6).ok();
    town.submit_list("pia", junk, &["junk"; 6]).ok();
    town.deliver("paul", wanted);
    town.open_reviews(junk);
    town.open_reviews(wanted);
    // 21 of the 24 reviews that eight can have in hand were asked for: nobody can do what is seen at once.
    for name in HONEST {
        assert!(town.member(name).deficit >= 2 * OP, "{name}: {}", town.member(name).deficit);
    }
    assert_eq!(RING.map(|name| town.member(name).deficit), [0; 4]);

    // Even when all honest ones come before the ring.
    town.until_open_to_all(wanted, 0);
    const FIRST: SubmissionId = 0;
    for name in &HONEST[..3] {
        town.commit(name, wanted, FIRST, 0).ok();
    }
    assert_eq!(town.commit("mallory", wanted, FIRST, 0).err(), Error::ReviewsFull, "three of seven places are taken");
    for name in RING {
        town.commit(name, wanted, FIRST, 100).ok();
    }
    town.until_commits_close(wanted, FIRST);
    for (names, score) in [(&HONEST[..3], 0), (&RING[..], 100)] {
        names.iter().for_each(|name| town.reveal(name, wanted, FIRST, score).ok());
    }
    town.finalize(wanted, FIRST).ok();
    let judged = town.submission(wanted, FIRST);
    assert_eq!((judged.verdict, judged.median), (Verdict::Quorum, 100));
    town.settle(wanted).ok();
    assert_eq!(town.claim(wanted, FIRST).ok(), 10 * UNIT, "for junk");
    for name in &HONEST[..3] {
        assert_eq!(town.profile(name).slashed, 3, "{name} pays for being right");
    }
}
