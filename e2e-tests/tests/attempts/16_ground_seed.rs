//! Attempt: Eva commits once all others have revealed, to a request of her own, with a salt that she has tried until the seed
//! to come suits her ring of three. Cost: that request, 0.0005 UNIT here (0.155 with rent), and a few hundred hashes.
//! It succeeds where nobody else reveals between her commitment and the target's period: one marked reveal spoils it.

use chain::{account, blake2_256, days, hours, UNIT};
use e2e_tests::{cheapest, contributed, xor, People, Town};
use interfaces::{
    market::{contribution, draw, Error, Reveal, Verdict},
    Market as _, RequestId, Timestamp,
};

const RING: [&str; 3] = ["eva", "emil", "edda"];
const OTHERS: [&str; 2] = ["enzo", "elsa"];
/// The jury of the honest request: all but Eva.
const EARLY: [&str; 4] = ["emil", "edda", "enzo", "elsa"];

/// Whether this seed has the ring drawn for a request's only submission within eleven twelfths of the time, and all others
/// after that.
fn suits(seed: &[u8; 32], request: RequestId) -> bool {
    let late = |name: &&str| draw(seed, request, 0, account(name)) >= u64::MAX / 12 * 11;
    !RING.iter().any(late) && OTHERS.iter().all(late)
}

#[test]
fn whoever_alone_reveals_after_it_has_committed_chooses_the_seed_by_its_salt() {
    // The beacon's periods are a day.
    let town = Town::with(|settings| settings.policy.min_window = days(1));
    let begun = town.chain.now();
    let post = |name: &str, opened: Timestamp, reveals: Timestamp, cheap: bool| {
        town.post_as(name, |spec| {
            (spec.limit, spec.reward) = (1, 10 * UNIT);
            if cheap {
                cheapest(spec);
            }
            spec.deliver_by = begun + opened;
            spec.review_by = spec.deliver_by + days(1);
            spec.reveal_by = spec.review_by + reveals;
        })
    };
    let honest = post("rita", days(2), days(7), false);
    let target = post("greg", days(11), days(1), false);
    let before = town.credit_of(town.treasury);
    let own = post("evas purse", days(7), days(1), true);
    assert_eq!(town.credit_of(town.treasury) - before, UNIT / 2_000, "what it costs");
    for (name, request) in [("pia", honest), ("evas other name", own), ("gregs other name", target)] {
        town.deliver(name, request);
    }

    // Four review the honest one, and reveal as soon as they can.
    town.open_reviews(honest);
    town.until_open_to_all(honest, 0);
    EARLY.iter().for_each(|name| town.commit(name, honest, 0, 80).ok());
    town.until_commits_close(honest, 0);
    EARLY.iter().for_each(|name| town.reveal(name, honest, 0, 80).ok());
    town.finalize(honest, 0).ok();
    let shown = contributed(&EARLY);

    // Nobody reviews Eva's own request, and its window is extended on the eighth day: reveals then end on the tenth.
    town.open_reviews(own);
    town.extend(own, 0);
    let eva = town.who("eva");
    let tried = |salt: &[u8; 32]| suits(&xor(&shown, &contribution(eva, salt)), target);
    let salt = (0..1_000_000_u32).map(|n| blake2_256(&n.to_le_bytes())).find(tried).expect("one of about two hundred");
    let review = Reveal { submission: 0, score: 80, duplicate_of: None, salt };
    town.send("eva", town.market().commit_reviews(own, vec![review.committed(own, eva)])).ok();
    town.until_commits_close(own, 0);
    town.send("eva", town.market().reveal_reviews(own, vec![review])).ok();
    town.finalize(own, 0).ok();
    assert_eq!((town.profile("eva").slashed, town.member("eva").declared > 0), (0, true), "it is her duty besides");

    // What Greg's other name delivered is opened next, and nobody else has revealed since.
    town.open_reviews(target);
    assert_eq!(town.state(target).seed, xor(&shown, &contribution(eva, &salt)));
    town.chain.pass(hours(11));
    for name in OTHERS {
        assert_eq!(town.commit(name, target, 0, 0).err(), Error::NotDrawn, "{name}");
    }
    for name in RING {
        town.commit(name, target, 0, 100).ok();
    }
    // Four ops were seen, and each has done one: all are short, and three places are for these.
    town.until_open_to_all(target, 0);
    for name in OTHERS {
        assert_eq!(town.commit(name, target, 0, 0).err(), Error::ReviewsFull, "{name}");
    }
    town.until_commits_close(target, 0);
    RING.iter().for_each(|name| town.reveal(name, target, 0, 100).ok());
    town.finalize(target, 0).ok();
    let judged = town.submission(target, 0);
    assert_eq!((judged.verdict, judged.median), (Verdict::Quorum, 100));
    town.settle(target).ok();
    assert_eq!(town.claim(target, 0).ok(), 10 * UNIT, "for junk");
}
