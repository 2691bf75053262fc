//! Lists: what providers, enforcers and upkeep do about up to sixteen submissions with one message.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{account, days, UNIT};
use e2e_tests::{
    one, refused, with_many_hands, work_of, Town, Vote, CANDIDATES, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER,
    WORK_URI,
};
use ink::primitives::Hash;
use interfaces::{
    market::{
        draw, Access, Claimed, Delivery, Duplicates, Error, ReviewsCommitted, ReviewsRevealed, SubmissionFinalized,
        SubmissionSealed, Submitted, Unsealed, Verdict, WindowExtended, MAX_LIST,
    },
    obligation::{OpsDeclared, OpsSeen},
    reputation::{MintReason, Owed},
    Balance, Market as _, Obligation as _, RequestId, SubmissionId, Timestamp,
};

/// One item more than a list has.
const TOO_MANY: usize = MAX_LIST + 1;

/// Rita posts a request for as many submissions as are too many for a list, all of which one provider may make.
fn post_many(town: &Town, duplicates: Duplicates) -> RequestId {
    town.post_with(|spec| {
        (spec.limit, spec.per_provider) = (TOO_MANY as u32, TOO_MANY as u16);
        spec.reward = 170 * UNIT;
        spec.duplicates = duplicates;
    })
}

/// A request with a delivery of each provider, whose reviews are open to all.
fn in_review(town: &Town) -> RequestId {
    let request = town.post();
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    request
}

/// Names of works.
fn works(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("work {number}")).collect()
}

fn names(works: &[String]) -> Vec<&str> {
    works.iter().map(String::as_str).collect()
}

/// The same vote on the first submissions.
fn ballot(count: usize, vote: Vote) -> Vec<(SubmissionId, Vote)> {
    (0..).take(count).map(|submission| (submission, vote)).collect()
}

// Sixteen

#[test]
fn sixteen_submissions_live_their_whole_life_in_lists_and_each_list_is_told_once() {
    let town = Town::with(with_many_hands);
    let request = post_many(&town, Duplicates::Independent);
    let (pia, works) = (town.who("pia"), works(TOO_MANY));
    let (works, first) = (names(&works), (0..MAX_LIST as SubmissionId).collect::<Vec<_>>());
    town.signal("pia", request, TOO_MANY as u16).ok();
    assert_eq!(town.submit_list("pia", request, &works).err(), Error::InvalidBatch);
    let submitted = town.submit_list("pia", request, &works[..MAX_LIST]);
    let told = |submission: &SubmissionId| Submitted {
        request,
        submission: *submission,
        provider: pia,
        content: work_of(works[*submission as usize]),
    };
    assert_eq!(submitted.events::<Submitted>(), first.iter().map(told).collect::<Vec<_>>());
    assert_eq!(submitted.ok(), first);
    assert_eq!(town.submit_list("pia", request, &works[MAX_LIST..]).ok(), [16]);

    assert_eq!(town.open_reviews(request), 17);
    town.until_open_to_all(request, 0);
    // 17 ops are seen, of which one of two is due: the first eight of each list are of somebody who is short.
    let reviewers = &ENFORCERS[..3];
    for name in reviewers {
        assert_eq!(town.commit_list(name, request, &ballot(TOO_MANY, (80, None))).err(), Error::InvalidBatch);
        let committed = town.commit_list(name, request, &ballot(MAX_LIST, (80, None)));
        let told = ReviewsCommitted { request, enforcer: account(name), submissions: first.clone() };
        assert_eq!(committed.events::<ReviewsCommitted>(), [told]);
        assert_eq!(committed.ok(), first);
        town.commit(name, request, 16, 80).ok();
        assert_eq!(town.member(name).open, 17);
    }
    let short = |submission| {
        let reviews = town.chain.read(town.market().reviews(request, submission)).expect("a submission");
        reviews.iter().map(|review| review.short).collect::<Vec<_>>()
    };
    assert_eq!([0, 7, 8, 16].map(short), [vec![true; 3], vec![true; 3], vec![false; 3], vec![false; 3]]);

    town.until_commits_close(request, 0);
    for name in reviewers {
        assert_eq!(town.reveal_list(name, request, &ballot(TOO_MANY, (80, None))).err(), Error::InvalidBatch);
        let revealed = town.reveal_list(name, request, &ballot(MAX_LIST, (80, None)));
        let told = revealed.events::<ReviewsRevealed>();
        let reviews: Vec<_> = told[0].reviews.iter().map(|review| (review.submission, review.score)).collect();
        assert_eq!((told.len(), told[0].enforcer), (1, account(name)));
        assert_eq!(reviews, first.iter().map(|submission| (*submission, 80)).collect::<Vec<_>>());
        revealed.ok();
        town.reveal(name, request, 16, 80).ok();
    }

    let all: Vec<SubmissionId> = (0..17).collect();
    assert_eq!(town.finalize_list(request, &all).err(), Error::InvalidBatch);
    let finalized = town.finalize_list(request, &first);
    let told = finalized.events::<SubmissionFinalized>();
    assert_eq!(told.iter().map(|told| told.submission).collect::<Vec<_>>(), first);
    let declared = reviewers.iter().map(|name| (account(name), 16)).collect();
    assert_eq!(finalized.events::<OpsDeclared>(), [OpsDeclared { pool: town.pool, declared }]);
    // 5 % of 187 UNIT allow 935 points, 55 a place, and a seventh of half of that a review.
    let owed = finalized.events::<Owed>();
    let owed: Vec<_> = owed.iter().map(|owed| (owed.to, owed.amount, owed.reason)).collect();
    let expected: Vec<_> = reviewers.iter().map(|name| (account(name), 16 * 3, MintReason::Review)).collect();
    assert_eq!(owed, expected, "added up");
    assert_eq!(finalized.ok(), 16);
    town.finalize(request, 16).ok();
    assert_eq!(town.settle(request).ok(), 17);

    assert_eq!(town.claim_list(request, &all).err(), Error::InvalidBatch);
    let claimed = town.claim_list(request, &first);
    let told = claimed.events::<Claimed>();
    assert_eq!(told.iter().map(|told| told.submission).collect::<Vec<_>>(), first);
    assert_eq!(claimed.ok(), 16);
    assert_eq!(town.credit("pia"), 16 * (10 + 1) * UNIT);
    assert_eq!(town.profile("pia").holds, 1);
    assert_eq!(town.claim(request, 16).ok(), 10 * UNIT);
    // Verdicts, settling and claims write into the cells of the reviews, and keep these.
    for submission in all {
        let reviews = town.chain.read(town.market().reviews(request, submission)).expect("a submission");
        assert_eq!(reviews.iter().map(|review| review.score).collect::<Vec<_>>(), [Some(80); 3]);
    }
    for name in reviewers {
        assert_eq!(town.credit(name), 17 * (UNIT / 3), "{name}");
    }
    town.all_comes_out(request);
}

#[test]
fn a_list_has_at_least_one_item() {
    let town = Town::with(with_many_hands);
    let (open, sealed) = (town.settled(), post_many(&town, Duplicates::FirstOnly));
    let market = || town.market();
    let (pia, eva, stan) = (town.who("pia"), town.who("eva"), town.who(STRANGER));
    let told = [
        refused(&town.chain, &pia, market().submit(open, vec![])),
        refused(&town.chain, &pia, market().submit_sealed(sealed, vec![])),
        refused(&town.chain, &pia, market().unseal(sealed, vec![])),
        refused(&town.chain, &eva, market().commit_reviews(open, vec![])),
        refused(&town.chain, &eva, market().reveal_reviews(open, vec![])),
        refused(&town.chain, &stan, market().finalize(open, vec![])),
        refused(&town.chain, &stan, market().claim(open, vec![])),
    ];
    assert_eq!(told, [Error::InvalidBatch; 7]);
}

// All or nothing

#[test]
fn either_all_deliveries_of_a_list_are_taken_or_none() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.per_provider = 3);
    let pia = town.who("pia");
    town.signal("pia", request, 2).ok();
    let submit = |deliveries| refused(&town.chain, &pia, town.market().submit(request, deliveries));
    let delivery = |work, uri: &[u8]| Delivery { content: work_of(work), uri: uri.to_vec() };
    let three = ["ode", "novel", "play"].map(|work| delivery(work, WORK_URI));
    assert_eq!(submit(three.to_vec()), Error::NoPlace, "on two places");
    assert_eq!(submit(vec![delivery("ode", WORK_URI), delivery("novel", &[b'x'; 257])]), Error::UriTooLong);
    assert_eq!(town.state(request).submissions, 0);
    // The same work twice is two deliveries: what it is worth is for reviewers to say.
    assert_eq!(town.submit_list("pia", request, &["ode", "ode"]).ok(), [0, 1]);
}

#[test]
fn seals_are_delivered_and_opened_in_lists_all_or_none() {
    let town = Town::with(with_many_hands);
    let request = post_many(&town, Duplicates::FirstOnly);
    let (pia, works) = (town.who("pia"), works(TOO_MANY));
    let works = names(&works);
    town.signal("pia", request, TOO_MANY as u16).ok();
    assert_eq!(town.submit_sealed_list("pia", request, &works).err(), Error::InvalidBatch);
    let sealed = town.submit_sealed_list("pia", request, &works[..MAX_LIST]);
    let told = sealed.events::<SubmissionSealed>();
    let numbers: Vec<SubmissionId> = (0..16).collect();
    assert_eq!(told.iter().map(|told| told.submission).collect::<Vec<_>>(), numbers);
    assert_eq!(sealed.ok(), numbers);
    let none_left = vec![Hash::default(); 2];
    assert_eq!(refused(&town.chain, &pia, town.market().submit_sealed(request, none_left)), Error::NoPlace);
    assert_eq!(town.submit_sealed("pia", request, works[16]).ok(), 16);

    town.chain.pass_until(town.spec(request).deliver_by);
    let opens: Vec<_> = numbers.iter().map(|number| (*number, works[*number as usize])).collect();
    let unseal = |opens: &[(SubmissionId, &str)]| town.unseal_list("pia", request, opens);
    assert_eq!(unseal(&[&opens[..], &[(16, works[16])]].concat()).err(), Error::InvalidBatch);
    assert_eq!(unseal(&[(0, works[0]), (1, works[0])]).err(), Error::WrongSeal);
    assert_eq!(unseal(&[(0, works[0]), (99, works[0])]).err(), Error::UnknownSubmission);
    assert_eq!(unseal(&[(0, works[0]), (0, works[0])]).err(), Error::AlreadyUnsealed, "named twice");
    assert!(!town.submission(request, 0).delivered, "it is sealed still");
    let unsealed = unseal(&opens);
    let told = unsealed.events::<Unsealed>();
    assert_eq!(told.iter().map(|told| told.submission).collect::<Vec<_>>(), numbers);
    unsealed.ok();
    let delivered = |number: &SubmissionId| town.submission(request, *number).delivered;
    assert_eq!((numbers.iter().all(delivered), delivered(&16)), (true, false));
    let report = town.market().report_no_show(request, pia);
    town.chain.pass_until(town.spec(request).review_from());
    assert_eq!(town.chain.call(&town.who(STRANGER), report).ok(), 1, "the one that was left sealed");
}

#[test]
fn either_all_reviews_of_a_list_are_revealed_or_none() {
    let town = Town::new();
    let request = in_review(&town);
    let votes = [(0, (80, None)), (1, (70, Some(0))), (2, (60, None))];
    for name in &ENFORCERS[..3] {
        assert_eq!(town.commit_list(name, request, &votes).ok(), [0, 1, 2]);
    }
    town.until_commits_close(request, 0);
    let reveal = |votes: &[(SubmissionId, Vote)]| town.reveal_list("eva", request, votes);
    assert_eq!(reveal(&[votes[0], (1, (71, Some(0)))]).err(), Error::WrongReveal);
    assert_eq!(reveal(&[votes[0], votes[1], votes[0]]).err(), Error::AlreadyRevealed, "named twice");
    assert_eq!(reveal(&[votes[0], (2, (60, Some(2)))]).err(), Error::InvalidDuplicate);
    assert_eq!(reveal(&[votes[0], (9, (60, None))]).err(), Error::UnknownSubmission);
    let scores = || {
        [0, 1, 2].map(|submission| {
            let reviews = town.chain.read(town.market().reviews(request, submission)).expect("a submission");
            (reviews[0].score, reviews[0].duplicate_of)
        })
    };
    assert_eq!(scores(), [(None, None); 3]);
    reveal(&[votes[2], votes[0], votes[1]]).ok();
    assert_eq!(scores(), [(Some(80), None), (Some(70), Some(0)), (Some(60), None)]);
}

// Commitments that find no room, or nobody drawn

#[test]
fn a_list_of_commitments_skips_what_has_no_room_and_takes_the_rest() {
    let town = Town::with(with_many_hands);
    let request = in_review(&town);
    let vote = |submissions: &[SubmissionId]| submissions.iter().map(|n| (*n, (80, None))).collect::<Vec<_>>();
    let commit = |name: &str, submissions: &[SubmissionId]| town.commit_list(name, request, &vote(submissions));
    // Each is short of one review, so the first of its list counts as that of somebody who is.
    for name in &ENFORCERS[..3] {
        assert_eq!(commit(name, &[0, 1]).ok(), [0, 1]);
    }
    assert_eq!(commit("enzo", &[2, 1]).ok(), [2, 1]);
    commit("elsa", &[2]).ok();
    // Now four who were not short have committed to 1, and she is not short any more.
    let committed = commit("elsa", &[1, 0]);
    let told = ReviewsCommitted { request, enforcer: account("elsa"), submissions: vec![0] };
    assert_eq!(committed.events::<ReviewsCommitted>(), [told]);
    assert_eq!(committed.ok(), [0], "the bot that filled 1 keeps her from nothing else");
    assert_eq!(town.member("elsa").open, 2, "what found no room is not open");
    let full =
        refused(&town.chain, &town.who("elsa"), town.market().commit_reviews(request, one::commitment(1, [0; 32])));
    assert_eq!(full, Error::ReviewsFull, "where nothing is left of a list, by its first");

    // What is wrong is not skipped.
    assert_eq!(commit("enzo", &[0, 9]).err(), Error::UnknownSubmission);
    assert_eq!(commit("enzo", &[0, 0]).err(), Error::AlreadyReviewed, "named twice");
    assert_eq!(commit("enzo", &[0, 1]).err(), Error::AlreadyReviewed);
    assert_eq!(town.member("enzo").open, 2);
    assert_eq!(commit("enzo", &[0]).ok(), [0]);
}

/// How long after a window's start a member with this draw may review, if all are drawn in `risen` milliseconds.
fn drawn_after(draw: u64, risen: Timestamp) -> Timestamp {
    let elapsed = ((u128::from(draw) + 1) * u128::from(risen)).div_ceil(1 << 64);
    Timestamp::try_from(elapsed).expect("at most what it takes for all")
}

#[test]
fn a_list_of_commitments_skips_what_its_enforcer_is_not_drawn_for() {
    let town = Town::with(with_many_hands);
    let request = town.post();
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    town.open_reviews(request);
    let (eva, seed, window) = (town.who("eva"), town.state(request).seed, town.window(request, 0));
    let after = |submission| drawn_after(draw(&seed, request, submission, eva), window.drawn_by - window.start);
    let mut turns = [0, 1, 2].map(|submission| (after(submission), submission));
    turns.sort_unstable();
    let [(first, soon), (second, later), (third, last)] = turns;
    assert!(0 < first && first < second && second < third, "drawn one after the other: {turns:?}");

    let all = [last, soon, later].map(|submission| (submission, (80, None)));
    let commit = |votes: &[(SubmissionId, Vote)]| town.commit_list("eva", request, votes);
    town.chain.pass_until(window.start + first - 1);
    assert_eq!(commit(&all).err(), Error::NotDrawn);
    town.chain.pass_until(window.start + second);
    assert_eq!(commit(&all[..1]).err(), Error::NotDrawn);
    assert_eq!(commit(&all).ok(), [soon, later], "in the order given");
    assert_eq!(town.member("eva").open, 2);
    town.chain.pass_until(window.start + third - 1);
    assert_eq!(commit(&all[..1]).err(), Error::NotDrawn);
    town.chain.pass(1);
    assert_eq!(commit(&all[..1]).ok(), [last]);
}

#[test]
fn where_nothing_of_a_list_is_taken_its_first_says_why() {
    let town = Town::with(|settings| {
        with_many_hands(settings);
        settings.founders.push((account("olga"), settings.founders[0].1));
        (settings.terms.denominator, settings.terms.seats) = (4, 8);
    });
    town.chain.call(&town.who("olga"), town.obligation().enlist(town.pool)).ok();
    let (other, request) = (town.post_with(|spec| spec.limit = 1), town.post());
    town.deliver("pia", other);
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    town.open_reviews(other);
    town.open_reviews(request);

    // Whoever of all is drawn last for something is not drawn for it yet; everybody else is drawn for everything.
    let (seed, window) = (town.state(request).seed, town.window(request, 0));
    let jury: Vec<&str> = ENFORCERS.into_iter().chain(CANDIDATES).chain(["olga"]).collect();
    let after = |name: &str, submission| {
        drawn_after(draw(&seed, request, submission, account(name)), window.drawn_by - window.start)
    };
    let turns = jury.iter().flat_map(|name| [0, 1, 2].map(|submission| (after(name, submission), *name, submission)));
    let (turn, late, last) = turns.max().expect("a jury");
    let [full, owing] = [[1, 2], [0, 2], [0, 1]][last as usize];
    let others: Vec<&str> = jury.into_iter().filter(|name| *name != late).collect();
    town.chain.pass_until(window.start + turn - 1);
    let commit = |name: &str, submissions: &[SubmissionId]| {
        let votes: Vec<_> = submissions.iter().map(|submission| (*submission, (80, None))).collect();
        town.commit_list(name, request, &votes)
    };

    // Each owes one review, and nothing after its first. Three who owe it and four who do not fill one submission; of another
    // just the room of those who do not is full.
    town.commit(late, other, 0, 80).ok();
    assert_eq!(town.member(late).deficit, 0);
    for (name, list) in others.into_iter().zip([
        &[full, owing][..],
        &[full, owing],
        &[full, owing],
        &[last, full, owing],
        &[last, full],
        &[owing, full],
        &[owing, full],
    ]) {
        assert_eq!(commit(name, list).ok(), list);
    }

    assert_eq!(commit(late, &[last, full]).err(), Error::NotDrawn);
    assert_eq!(commit(late, &[full, last]).err(), Error::ReviewsFull);
    assert_eq!(commit(late, &[last, owing]).err(), Error::NotDrawn);
    assert_eq!(commit(late, &[owing, last]).err(), Error::ReviewsFull);
    assert_eq!(town.member(late).open, 1, "only that of the other request");
}

// Upkeep

#[test]
fn verdicts_are_given_in_the_order_asked_for_and_what_is_not_ready_is_skipped() {
    let town = Town::new();
    let request = town.post();
    for name in PROVIDERS {
        town.deliver(name, request);
        town.chain.pass(1);
    }
    assert_eq!(town.finalize_list(request, &[9, 0]).err(), Error::UnknownSubmission, "by the first");
    assert_eq!(town.finalize_list(request, &[0, 9]).err(), Error::NotOpened);
    town.open_reviews(request);
    assert_eq!(town.finalize_list(request, &[0, 9]).err(), Error::TooEarly);
    town.until_open_to_all(request, 0);
    let votes = [(0, (80, None)), (1, (80, Some(0)))];
    town.agree(request, &votes);
    assert_eq!(town.finalize_list(request, &[1, 1]).err(), Error::EarlierPending, "1 names 0, which has no verdict");
    // When it is asked for 1, 0 has no verdict yet; 2 is extended; 0 is named twice; and there is no 9.
    let finalized = town.finalize_list(request, &[1, 0, 2, 0, 9]);
    let told: Vec<_> = finalized.events::<SubmissionFinalized>().iter().map(|told| told.submission).collect();
    assert_eq!(told, [0]);
    assert_eq!(finalized.events::<WindowExtended>(), [WindowExtended { request, submission: 2, wanted: 3 }]);
    assert_eq!(finalized.ok(), 2);
    assert_eq!(town.finalize_list(request, &[2, 0, 1]).ok(), 1);
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0));
    assert_eq!(town.finalize_list(request, &[0, 1]).err(), Error::AlreadyFinalized);
    assert_eq!(town.finalize_list(request, &[2, 1]).err(), Error::TooEarly);
    assert_eq!(town.state(request).finalized, 2);
}

#[test]
fn a_list_gives_the_verdict_on_an_original_before_that_on_its_copy() {
    let town = Town::new();
    let request = town.post();
    for name in ["pia", "paul"] {
        town.deliver(name, request);
        town.chain.pass(1);
    }
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let votes = [(0, (80, None)), (1, (80, Some(0)))];
    town.agree(request, &votes);
    assert_eq!(town.finalize_list(request, &[0, 1]).ok(), 2);
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0));
}

#[test]
fn windows_extended_together_are_seen_again_by_what_each_still_wants() {
    let town = Town::new();
    let request = in_review(&town);
    for submission in [0, 1] {
        town.commit("eva", request, submission, 80).ok();
    }
    town.until_commits_close(request, 0);
    let extended = town.finalize_list(request, &[0, 1, 2]);
    let told = [(0, 2), (1, 2), (2, 3)].map(|(submission, wanted)| WindowExtended { request, submission, wanted });
    assert_eq!(extended.events::<WindowExtended>(), told);
    let seen = [(2, 2), (1, 3)].map(|(ops, reviews_per_op)| OpsSeen { pool: town.pool, ops, reviews_per_op });
    assert_eq!(extended.events::<OpsSeen>(), seen, "once for each number of reviews");
    assert_eq!(extended.ok(), 3);
    // Three at first, twice four fifths, and one.
    assert_eq!(town.member("elsa").seen, 5_600_000);
}

#[test]
fn claims_are_paid_in_the_order_asked_for_and_added_up_by_account() {
    let town = Town::new();
    let request = town.post_with(|spec| (spec.limit, spec.per_provider) = (4, 4));
    town.signal("pia", request, 4).ok();
    town.submit_list("pia", request, &["ode", "novel", "play"]).ok();
    assert_eq!(town.claim_list(request, &[9, 0]).err(), Error::UnknownSubmission, "by the first");
    assert_eq!(town.claim_list(request, &[0, 9]).err(), Error::NotSettled);
    town.judge(request, &[(90, None), (65, None), (10, None)]);
    town.chain.call(&town.who(STRANGER), town.market().settle(request, 2)).ok();
    // 100 points for each UNIT of 5 % of 34 UNIT, a quarter of them a place; half of that for a whole weight.
    let whole = 170 / 4 / 2;
    let claimed = town.claim_list(request, &[2, 1, 9, 0, 1]);
    let told: Vec<_> =
        claimed.events::<Claimed>().iter().map(|told| (told.submission, told.pay, told.reputation)).collect();
    // Three quarters of 10 UNIT a place. The second claim of the same pair within an epoch brings half the points.
    let [full, most] = [75 * UNIT / 10, 60 * UNIT / 10];
    assert_eq!(told, [(1, most, whole * 8 / 10), (0, full, whole / 2)]);
    let owed: Vec<_> = claimed.events::<Owed>().iter().map(|owed| (owed.to, owed.amount)).collect();
    assert_eq!(owed, [(account("pia"), whole * 8 / 10 + whole / 2)]);
    assert_eq!(claimed.ok(), 2, "2 is not settled, there is no 9, and 1 is named twice");
    assert_eq!(town.credit("pia"), full + most + 2 * UNIT);
    assert_eq!(town.profile("pia").holds, 2);
    assert_eq!(town.claim_list(request, &[0, 2]).err(), Error::AlreadyClaimed);
    town.settle(request).ok();
    assert_eq!(town.claim_list(request, &[0, 2]).ok(), 1);
    town.all_comes_out(request);
}

// Long deals

#[test]
fn a_period_is_delivered_alone_and_over_with_its_pay() {
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let mut spec = town.request_spec();
    (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, 10 * UNIT);
    let price: Balance =
        town.chain.read(town.market().quote_engagement(spec.clone(), 3, days(7))).expect("a price").total;
    let engage = town.market().engage(spec.clone(), 3, days(7), 1, 1, 0).transferred_value(price);
    let request = town.chain.call(&rita, engage).ok();
    town.offer("pia", request, 10 * UNIT, spec.deliver_by).ok();
    town.accept("pia", request, 10 * UNIT, spec.deliver_by).ok();
    assert_eq!(town.submit_list("pia", request, &["ode", "novel"]).err(), Error::InvalidBatch);
    assert_eq!(town.submit("pia", request).ok(), 0);

    town.open_reviews(request);
    town.review(request, 0, &[("eva", 90), ("emil", 90), ("edda", 90)]);
    town.finalize(request, 0).ok();
    assert_eq!(town.claim(request, 0).err(), Error::NotSettled);
    let close = || town.chain.call(&town.who(STRANGER), town.market().close_period(request));
    close().ok();
    let read = || {
        let (reviews, submission) = (town.market().reviews(request, 0), town.market().submission(request, 0));
        (town.chain.read(reviews).map(|reviews| reviews.len()), town.chain.read(submission).map(|kept| kept.verdict))
    };
    assert_eq!(read(), (Ok(3), Ok(Verdict::Quorum)));
    let claimed = town.claim(request, 0);
    assert!(matches!(claimed.deposit, chain::StorageDeposit::Refund(amount) if amount > 0), "{:?}", claimed.deposit);
    assert_eq!(claimed.ok(), 10 * UNIT);
    assert_eq!(read(), (Err(Error::UnknownSubmission), Err(Error::UnknownSubmission)), "its cells are free again");
    assert_eq!(town.claim_list(request, &[0, 1]).err(), Error::UnknownSubmission, "nothing is paid twice");
    let state = town.state(request);
    assert_eq!((state.claimed, state.settled, state.submissions), (1, 1, 1));
    // The second period is missed, the third delivered and left unreviewed, and all of it comes out.
    town.chain.pass_until(spec.deliver_by + days(7));
    town.submit("pia", request).ok();
    town.all_comes_out(request);
}

#[test]
fn salts_of_a_list_may_differ() {
    let town = Town::new();
    let request = in_review(&town);
    let salts = [SALT, [1; 32], [2; 32]];
    let eva = town.who("eva");
    let commitments = (0..).zip(salts).flat_map(|(submission, salt)| {
        one::commitment(submission, interfaces::market::commitment(request, submission, eva, 80, None, &salt))
    });
    town.chain.call(&eva, town.market().commit_reviews(request, commitments.collect())).ok();
    for name in ["emil", "edda"] {
        town.commit_list(name, request, &ballot(3, (80, None))).ok();
    }
    town.until_commits_close(request, 0);
    let reveals = (0..).zip(salts).flat_map(|(submission, salt)| one::reveal(submission, 80, None, salt));
    town.chain.call(&eva, town.market().reveal_reviews(request, reveals.collect())).ok();
}
