//! Attempt: in a long deal a juror names an earlier period as the original, and anybody claims that period, which frees it.
//! Cost: nothing. Revealed before the claim, one such vote of a quorum stops every verdict; after it, it cannot be revealed.
//! It succeeds: the deal never ends, and its money, its jurors' hands and its reviews are stranded; or its jury is silenced.

use super::{accepted, close, engage_as, open_period, Length, ABSENCE, FEES};
use chain::{days, UNIT};
use e2e_tests::{refused, People, Town, ENFORCERS, REQUESTER, STRANGER};
use interfaces::{
    market::{Error, Verdict},
    obligation::{self, OP},
    Balance, Market as _, Obligation as _, RequestId,
};

const PRICE: Balance = 8 * UNIT;
const PER_PERIOD: Balance = 11 * UNIT;
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
fn one_vote_for_a_period_that_is_claimed_before_the_verdict_strands_a_long_deal_for_ever() {
    let town = Town::new();
    let request = second_period_in_review(&town);
    // Edda alone says that the second is the first again.
    let vote = |name: &str| (80, (name == "edda").then_some(0));
    JURY.iter().for_each(|name| town.commit_vote(name, request, 1, vote(*name)).ok());
    town.until_commits_close(request, 1);
    JURY.iter().for_each(|name| town.reveal_vote(name, request, 1, vote(*name)).ok());
    // Anybody claims the first period, as anybody may.
    assert_eq!(town.claim(request, 0).ok(), PRICE);
    let stranger = town.who(STRANGER);
    let finalize = || refused(&town.chain, &stranger, town.market().finalize(request, vec![1]));
    assert_eq!(finalize(), Error::UnknownSubmission);

    // A year later nothing has changed, whatever upkeep does.
    town.chain.pass(days(365));
    assert_eq!(finalize(), Error::UnknownSubmission);
    assert_eq!(close(&town, request).err(), Error::NotFinalized);
    assert_eq!(town.send(REQUESTER, town.market().give_notice(request)).ok(), 4, "all periods are over");
    assert!(!town.wind_up(request), "upkeep never ends it");
    assert_eq!(town.submission(request, 1).verdict, Verdict::Pending);
    // What the first period left over comes out, and nothing else of 44 UNIT; nor does Paul's deposit.
    assert_eq!(town.reclaim(request).ok(), PER_PERIOD - PRICE - FEES);
    assert_eq!(town.reclaim(request).err(), Error::NothingToReclaim);
    let state = town.state(request);
    assert_eq!((state.held, state.deposits, state.open_places), (3 * PER_PERIOD, UNIT, 1));
    assert_eq!(town.profile("paul").holds, 1, "he can never rest again");
    // Three reviews stay reserved, and each juror has one hand fewer, and can neither leave nor rest.
    assert_eq!((state.reserved, town.backlog()), (3, 3));
    for name in JURY {
        assert_eq!(town.member(name).open, 1, "{name}");
        assert_eq!(town.refused(name, town.obligation().resign(town.pool)), obligation::Error::OpenCommitments);
    }
    assert_eq!((town.profile("edda").slashed, town.profile("edda").spent), (0, 0), "what it cost Edda");
}

#[test]
fn jurors_who_name_a_period_that_is_claimed_before_they_reveal_are_silenced_and_punished_and_the_copy_is_paid() {
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
