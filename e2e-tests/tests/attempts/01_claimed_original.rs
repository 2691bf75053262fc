//! Attempt: in a long deal a juror names an earlier period as the original, and anybody claims that period, which frees it.
//! Cost: nothing. One such vote of a quorum, revealed before the claim, stopped every verdict and stranded the deal for ever.
//! It fails since then: no review of a long deal may name another period, claimed or not. Whoever commits to that is absent.

use super::{accepted, close, engage_as, open_period, Length, ABSENCE};
use chain::{days, UNIT};
use e2e_tests::{Town, ENFORCERS, REQUESTER};
use interfaces::{
    market::{Error, Verdict},
    obligation::OP,
    Balance, RequestId,
};

const PRICE: Balance = 8 * UNIT;
const JURY: [&str; 3] = [ENFORCERS[0], ENFORCERS[1], ENFORCERS[2]];

/// A deal of four weeks. Paul's first period is judged and closed, and nobody has claimed it yet; his second delivery is in
/// review.
fn second_period_in_review(town: &Town) -> RequestId {
    let weeks = Length { periods: 4, period: days(7), missed: 1, notice: 1 };
    let request = engage_as(town, REQUESTER, &weeks, |_| ());
    accepted(town, REQUESTER, request, "paul", PRICE);
    assert_eq!(town.submit("paul", request).ok(), 0);
    open_period(town, request, 0);
    town.review(request, 0, &JURY.map(|name| (name, 80)));
    town.finalize(request, 0).ok();
    assert!(!close(town, request).ok());
    assert_eq!(town.submit("paul", request).ok(), 1);
    open_period(town, request, 1);
    request
}

#[test]
fn a_vote_for_another_period_of_a_long_deal_is_not_revealed_and_stops_no_verdict() {
    let town = Town::new();
    let request = second_period_in_review(&town);
    // Edda alone says that the second is the first again.
    let vote = |name: &str| (80, (name == "edda").then_some(0));
    JURY.iter().for_each(|name| town.commit_vote(name, request, 1, vote(name)).ok());
    town.until_commits_close(request, 1);
    JURY[..2].iter().for_each(|name| town.reveal_vote(name, request, 1, vote(name)).ok());
    assert_eq!(town.reveal_vote("edda", request, 1, vote("edda")).err(), Error::InvalidDuplicate);
    // Anybody claims the first period, as anybody may.
    assert_eq!(town.claim(request, 0).ok(), PRICE);
    town.until_reveals_close(request, 1);
    town.finalize(request, 1).ok();
    assert_eq!(town.submission(request, 1).verdict, Verdict::Few);
    assert!(!close(&town, request).ok());
    assert_eq!(town.profile("edda").slashed, ABSENCE, "what it cost Edda");
}

#[test]
fn jurors_who_name_another_period_cannot_reveal_whether_it_was_claimed_or_not() {
    let town = Town::new();
    let request = second_period_in_review(&town);
    // All three have seen that it is the first again, and would give it nothing.
    let vote = (0, Some(0));
    JURY.iter().for_each(|name| town.commit_vote(name, request, 1, vote).ok());
    town.until_commits_close(request, 1);
    assert_eq!(town.claim(request, 0).ok(), PRICE);
    for name in JURY {
        assert_eq!(town.reveal_vote(name, request, 1, vote).err(), Error::InvalidDuplicate, "{name}");
    }
    town.until_reveals_close(request, 1);
    town.finalize(request, 1).ok();
    assert_eq!(town.submission(request, 1).verdict, Verdict::Unreviewed);
    for name in JURY {
        assert_eq!((town.profile(name).slashed, town.member(name).declared), (ABSENCE, OP), "{name}: the first one's");
    }
    // A quorum's zero would have been a period refused, of which one is forgiven, and no pay.
    assert!(!close(&town, request).ok());
    assert_eq!(town.claim(request, 1).ok(), PRICE / 2, "a copy, paid like work that nobody reviewed");
}
