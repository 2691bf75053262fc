//! Attempt: in a quiet market nothing is revealed between posting and opening, so that the seed is known when one posts. Greg
//! posts and withdraws requests until the next number draws his ring of three among the first four, and then his junk.
//! Cost: a fee of 0.0005 UNIT a number (0.155 with rent). It succeeds: the ring owns the jury, though all five come at once.

use chain::{account, UNIT};
use e2e_tests::{cheapest, People, Town, ENFORCERS};
use interfaces::{
    market::{draw, Error, Verdict},
    Balance, Market as _, RequestId, Timestamp,
};

/// The first seed, and that of whatever is opened before somebody reveals.
const SEED: [u8; 32] = [0; 32];
const RING: [&str; 3] = ["eva", "emil", "edda"];

/// The members in the order in which they are drawn for the only submission of this request, and after which part of the
/// first half of its window, in parts of 2^64.
fn order(request: RequestId) -> Vec<(u64, &'static str)> {
    let mut drawn = ENFORCERS.map(|name| (draw(&SEED, request, 0, account(name)), name)).to_vec();
    drawn.sort_unstable();
    drawn
}

/// Whoever owes nothing finds room in four places.
fn suits(request: RequestId) -> bool {
    RING.iter().all(|name| order(request)[..4].iter().any(|(_, first)| first == name))
}

#[test]
fn whoever_posts_when_nobody_reveals_chooses_the_number_whose_jury_is_its_own() {
    let town = Town::new();
    let number = (0..1_000).find(|number| suits(*number)).expect("two of five numbers do");
    for decoy in 0..number {
        let posted = town.post_as("greg", |spec| {
            cheapest(spec);
            spec.limit = 1;
        });
        assert_eq!(posted, decoy);
        town.send("greg", town.market().withdraw_request(posted)).ok();
    }
    let fees = Balance::from(number) * UNIT / 2_000;
    assert_eq!(town.credit_of(town.treasury), fees, "what a number costs, and all else comes back");

    let request = town.post_as("greg", |spec| (spec.limit, spec.reward) = (1, 10 * UNIT));
    assert_eq!(request, number);
    town.deliver("pauls other name", request);
    town.open_reviews(request);
    assert_eq!(town.state(request).seed, SEED);
    let window = town.window(request, 0);
    let risen = u128::from(window.drawn_by - window.start);
    let mut came = Vec::new();
    for (draw, name) in order(request) {
        // Each comes at the first moment that it can.
        let after = Timestamp::try_from((u128::from(draw) * risen) >> 64).expect("within the window") + 1;
        town.chain.pass_until(window.start + after);
        let score = if RING.contains(&name) { 100 } else { 0 };
        match came.len() {
            4 => assert_eq!(town.commit(name, request, 0, score).err(), Error::ReviewsFull, "{name} comes last"),
            _ => {
                town.commit(name, request, 0, score).ok();
                came.push((name, score));
            }
        }
    }
    town.until_commits_close(request, 0);
    for (name, score) in &came {
        town.reveal(name, request, 0, *score).ok();
    }
    town.finalize(request, 0).ok();
    let judged = town.submission(request, 0);
    assert_eq!((judged.verdict, judged.median), (Verdict::Quorum, 100));
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 10 * UNIT, "for junk");
}
