//! Delivering: on several places, again and better, and under a seal.

use chain::{account, days, hours, UNIT};
use e2e_tests::{one, refused, with_many_hands, work_of, Town, ENFORCERS, REQUESTER, SALT, STRANGER, WORK_URI};
use ink::primitives::Hash;
use interfaces::market::seal;
use interfaces::{
    market::{
        Duplicates, Error, NoShow, Phase, RequestReason, RequestSettled, ReviewsOpened, Revised, SubmissionSealed,
        Submitted, Unsealed, Verdict, WindowExtended,
    },
    Market as _, Obligation as _, RequestId, SubmissionId,
};

const SHARED: Duplicates = Duplicates::Shared { retention_ppm: 900_000 };

/// Rita posts a request whose deliveries are sealed, as many a provider as it likes.
fn post_sealed(town: &Town) -> RequestId {
    town.post_with(|spec| {
        spec.duplicates = SHARED;
        spec.per_provider = 3;
    })
}

/// A request with a place of Pia's, delivered on under a seal.
fn sealed(town: &Town) -> RequestId {
    let request = post_sealed(town);
    town.signal("pia", request, 1).ok();
    assert_eq!(town.submit_sealed("pia", request, "novel").ok(), 0);
    request
}

/// Whether and why a vote for an original would be refused if it were revealed now.
fn vote_for(town: &Town, name: &str, request: RequestId, submission: SubmissionId, original: SubmissionId) -> Error {
    refused(
        &town.chain,
        &town.who(name),
        town.market().reveal_reviews(request, one::reveal(submission, 90, Some(original), SALT)),
    )
}

// Several places

#[test]
fn a_provider_delivers_as_often_as_it_has_places() {
    let town = Town::new();
    let pia = town.who("pia");
    let request = town.post_with(|spec| spec.per_provider = 3);
    town.signal("pia", request, 2).ok();
    for (submission, work) in [(0, "ode"), (1, "novel")] {
        let submitted = town.submit_list("pia", request, &[work]);
        let told = Submitted { request, submission, provider: pia, content: work_of(work) };
        assert_eq!(submitted.events::<Submitted>(), [told]);
        assert_eq!(submitted.ok(), [submission]);
    }
    let third = || town.market().submit(request, one::delivery(work_of("play"), WORK_URI.to_vec()));
    assert_eq!(refused(&town.chain, &pia, third()), Error::NoPlace);
    town.signal("pia", request, 1).ok();
    assert_eq!(town.chain.call(&pia, third()).ok(), [2]);
    assert_eq!((town.state(request).places, town.state(request).submissions), (3, 3));
    let contents = [0, 1, 2].map(|submission| town.submission(request, submission).content);
    assert_eq!(contents, ["ode", "novel", "play"].map(work_of));

    town.judge(request, &[(90, None), (70, None), (10, None)]);
    town.settle(request).ok();
    assert_eq!([0, 1, 2].map(|submission| town.claim(request, submission).ok()), [10 * UNIT, 8 * UNIT, 0]);
    assert_eq!(town.credit("pia"), 18 * UNIT + 2 * UNIT, "each is paid, and keeps its deposit, on its own");
    assert_eq!(town.profile("pia").holds, 0);
    town.all_comes_out(request);
}

#[test]
fn places_delivered_on_are_kept_when_others_of_the_same_provider_are_not() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        spec.per_provider = 3;
        spec.provider_bond = 40;
    });
    town.signal("carl", request, 3).ok();
    town.submit("carl", request).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    let reported = town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("carl")));
    let told = NoShow { request, provider: account("carl"), places: 2, forfeited: 2 * UNIT };
    assert_eq!(reported.events::<NoShow>(), [told]);
    assert_eq!(reported.ok(), 2);
    let carl = town.profile("carl");
    assert_eq!((carl.slashed, carl.locked, carl.holds), (80, 50 + 40, 1));
    assert_eq!(town.state(request).deposits, UNIT);
    town.judge(request, &[(90, None)]);
    town.settle(request).ok();
    town.claim(request, 0).ok();
    let carl = town.profile("carl");
    assert_eq!((carl.slashed, carl.locked, carl.holds), (80, 50, 0));
    assert_eq!(town.credit("carl"), 11 * UNIT);
    town.all_comes_out(request);
}

// Revising

#[test]
fn a_delivery_can_be_replaced_until_delivery_ends() {
    let town = Town::new();
    let pia = town.who("pia");
    let request = town.post();
    town.deliver("pia", request);
    town.deliver("paul", request);
    let before = town.submission(request, 0);
    let deliver_by = town.spec(request).deliver_by;
    town.chain.pass_until(deliver_by - 1);

    let revise = town.market().revise(request, 0, work_of("better"), b"ipfs://better".to_vec());
    let revised = town.chain.call(&pia, revise);
    let told = Revised { request, submission: 0, provider: pia, content: work_of("better") };
    assert_eq!(revised.events::<Revised>(), [told]);
    assert!(revised.events::<Submitted>().is_empty());
    revised.ok();
    let mut expected = before;
    expected.content = work_of("better");
    expected.uri = b"ipfs://better".to_vec();
    expected.submitted = deliver_by - 1;
    assert_eq!(town.submission(request, 0), expected, "nothing else has changed");
    assert_eq!(town.state(request).submissions, 2);
    let more = town.market().submit(request, one::delivery(work_of("more"), vec![]));
    assert_eq!(refused(&town.chain, &pia, more), Error::NoPlace, "a replacement frees no place");
}

#[test]
fn every_reason_not_to_take_a_replacement_is_named() {
    let town = Town::with(with_many_hands);
    let request = town.post();
    town.deliver("pia", request);
    let sealed = sealed(&town);
    let revise = |name, request, submission, uri| {
        let message = town.market().revise(request, submission, work_of("better"), uri);
        refused(&town.chain, &town.who(name), message)
    };
    assert_eq!(revise("pia", 9, 0, vec![]), Error::UnknownRequest);
    assert_eq!(revise("pia", request, 1, vec![]), Error::UnknownSubmission);
    assert_eq!(revise("pia", sealed, 0, vec![]), Error::Sealed, "who was first with what is fixed under the seal");
    assert_eq!(revise("paul", request, 0, vec![]), Error::NotProvider);
    assert_eq!(revise(REQUESTER, request, 0, vec![]), Error::NotProvider);
    assert_eq!(revise("pia", request, 0, vec![b'x'; 257]), Error::UriTooLong);
    town.chain.call(&town.who("pia"), town.market().revise(request, 0, Hash::default(), vec![b'x'; 256])).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    assert_eq!(revise("pia", request, 0, vec![]), Error::TooLate);
}

#[test]
fn who_was_first_is_judged_by_the_last_change() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.chain.pass(1);
    town.deliver("paul", request);
    town.chain.pass(1);
    let revise = town.market().revise(request, 0, work_of("paul"), WORK_URI.to_vec());
    town.chain.call(&town.who("pia"), revise).ok();

    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        town.commit_vote(name, request, 0, (90, Some(1))).ok();
        town.commit_vote(name, request, 1, (90, Some(0))).ok();
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..3] {
        town.reveal_vote(name, request, 0, (90, Some(1))).ok();
        assert_eq!(vote_for(&town, name, request, 1, 0), Error::InvalidDuplicate, "the copy is no original");
    }
    let waits = refused(&town.chain, &town.who(STRANGER), town.market().finalize(request, vec![0]));
    assert_eq!(waits, Error::EarlierPending);
    town.until_reveals_close(request, 0);
    town.finalize(request, 1).ok();
    assert_eq!(town.submission(request, 1).verdict, Verdict::Unreviewed, "its reviews were all mistaken");
    town.finalize(request, 0).ok();
    let first = town.submission(request, 0);
    assert_eq!(
        (first.verdict, first.duplicate_of),
        (Verdict::Quorum, None),
        "nobody knows whether the other is a finding"
    );
}

#[test]
fn an_earlier_delivery_with_a_greater_number_can_be_named_as_the_original() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.chain.pass(1);
    town.deliver("paul", request);
    town.chain.pass(1);
    let revise = town.market().revise(request, 0, work_of("paul"), WORK_URI.to_vec());
    town.chain.call(&town.who("pia"), revise).ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let votes = [(0, (90, Some(1))), (1, (90, None))];
    town.agree(request, &votes);
    assert_eq!(town.finalize(request, 0).err(), Error::EarlierPending);
    town.finalize(request, 1).ok();
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).duplicate_of, Some(1));
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 10 * UNIT, "where duplicates are independent, each is paid on its own");
}

#[test]
fn a_replacement_within_the_same_moment_keeps_its_turn() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.deliver("paul", request);
    let revise = town.market().revise(request, 0, work_of("paul"), WORK_URI.to_vec());
    town.chain.call(&town.who("pia"), revise).ok();
    town.judge(request, &[(90, None), (90, Some(0))]);
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0));
}

// Under a seal

#[test]
fn a_sealed_delivery_shows_nothing_until_its_provider_opens_it() {
    let town = Town::new();
    let pia = town.who("pia");
    let request = post_sealed(&town);
    town.signal("pia", request, 1).ok();
    let sealed_at = town.chain.now();
    let submitted = town.submit_sealed("pia", request, "novel");
    let seal = seal(request, pia, &work_of("novel"), WORK_URI, &SALT);
    let told = SubmissionSealed { request, submission: 0, provider: pia, seal };
    assert_eq!(submitted.events::<SubmissionSealed>(), [told]);
    assert!(submitted.events::<Submitted>().is_empty());
    assert_eq!(submitted.ok(), 0);
    let hidden = town.submission(request, 0);
    assert_eq!((hidden.seal, hidden.delivered, hidden.provider), (Some(seal), false, pia));
    assert_eq!((hidden.content, hidden.uri.as_slice()), (Hash::default(), &b""[..]));
    let spec = town.spec(request);
    assert_eq!((hidden.submitted, hidden.window_start), (sealed_at, spec.deliver_by + hours(12)));
    assert_eq!(town.chain.read(town.market().reviews(request, 0)), Ok(vec![]), "its provider has paid for their cell");

    town.chain.pass_until(spec.deliver_by);
    let unsealed = town.unseal("pia", request, 0, "novel");
    let told = Unsealed { request, submission: 0, provider: pia, content: work_of("novel") };
    assert_eq!(unsealed.events::<Unsealed>(), [told]);
    unsealed.ok();
    let mut expected = hidden;
    expected.content = work_of("novel");
    expected.uri = WORK_URI.to_vec();
    expected.delivered = true;
    assert_eq!(town.submission(request, 0), expected, "and it still was made when it was sealed");
}

#[test]
fn every_reason_not_to_take_a_sealed_delivery_is_named() {
    let town = Town::with(with_many_hands);
    let open = town.post();
    let request = post_sealed(&town);
    let pia = town.who("pia");
    let submit = |request| refused(&town.chain, &pia, town.market().submit_sealed(request, vec![Hash::default()]));
    assert_eq!(submit(9), Error::UnknownRequest);
    assert_eq!(submit(request), Error::NoPlace);
    for request in [open, request] {
        town.signal("pia", request, 1).ok();
    }
    assert_eq!(submit(open), Error::NotSealed);
    let in_the_open = town.market().submit(request, one::delivery(work_of("novel"), WORK_URI.to_vec()));
    assert_eq!(refused(&town.chain, &pia, in_the_open), Error::Sealed);
    town.submit_sealed("pia", request, "novel").ok();
    assert_eq!(submit(request), Error::NoPlace, "one delivery a place");
    town.signal("pia", request, 1).ok();
    town.chain.pass_until(town.spec(request).deliver_by - 1);
    town.chain.dry_run(&pia, town.market().submit_sealed(request, vec![Hash::default()])).ok();
    town.chain.pass(1);
    assert_eq!(submit(request), Error::TooLate);
}

#[test]
fn delivery_is_sealed_just_where_it_matters_who_was_first() {
    let town = Town::with(with_many_hands);
    let cases = [(Duplicates::Independent, false), (SHARED, true), (Duplicates::FirstOnly, true)];
    for (duplicates, sealed) in cases {
        let request = town.post_with(|spec| spec.duplicates = duplicates);
        town.signal("pia", request, 1).ok();
        let pia = town.who("pia");
        let hidden = town.chain.dry_run(&pia, town.market().submit_sealed(request, vec![Hash::default()]));
        let open = town.chain.dry_run(&pia, town.market().submit(request, one::delivery(Hash::default(), vec![])));
        let (hidden, open) = (hidden.returned(), open.returned());
        let (first, refusal) = (Ok(vec![0]), if sealed { Error::Sealed } else { Error::NotSealed });
        let expected = if sealed { (first, Err(refusal)) } else { (Err(refusal), first) };
        assert_eq!((hidden, open), expected, "{duplicates:?}");
        let phase = |at| {
            let chain = &town.chain;
            chain.pass_until(at);
            chain.read(town.market().phase(request, None)).expect("a phase")
        };
        let after = phase(town.spec(request).deliver_by);
        let expected = if sealed { Phase::Unsealing } else { Phase::Finalized };
        assert_eq!(after, expected, "{duplicates:?}");
    }
}

#[test]
fn every_reason_not_to_open_a_seal_is_named() {
    let town = Town::with(with_many_hands);
    let open = town.post();
    town.deliver("pia", open);
    let request = sealed(&town);
    town.signal("paul", request, 1).ok();
    town.submit_sealed("paul", request, "novel").ok();
    let unseal = |name: &str, request, submission, content, uri: &[u8], salt| {
        let message = town.market().unseal(request, one::unsealing(submission, content, uri.to_vec(), salt));
        refused(&town.chain, &town.who(name), message)
    };
    let novel = work_of("novel");
    assert_eq!(unseal("pia", request, 0, novel, WORK_URI, SALT), Error::TooEarly);
    let spec = town.spec(request);
    town.chain.pass_until(spec.deliver_by - 1);
    assert_eq!(unseal("pia", request, 0, novel, WORK_URI, SALT), Error::TooEarly);
    town.chain.pass(1);
    assert_eq!(unseal("pia", 9, 0, novel, WORK_URI, SALT), Error::UnknownRequest);
    assert_eq!(unseal("pia", request, 9, novel, WORK_URI, SALT), Error::UnknownSubmission);
    assert_eq!(unseal("pia", open, 0, novel, WORK_URI, SALT), Error::NotSealed);
    assert_eq!(unseal("paul", request, 0, novel, WORK_URI, SALT), Error::NotProvider);
    assert_eq!(unseal("pia", request, 0, novel, &[b'x'; 257], SALT), Error::UriTooLong);
    assert_eq!(unseal("pia", request, 0, work_of("play"), WORK_URI, SALT), Error::WrongSeal, "another work");
    assert_eq!(unseal("pia", request, 0, novel, b"ipfs://elsewhere", SALT), Error::WrongSeal, "in another place");
    assert_eq!(unseal("pia", request, 0, novel, WORK_URI, [0; 32]), Error::WrongSeal, "with another salt");
    town.unseal("pia", request, 0, "novel").ok();
    assert_eq!(unseal("pia", request, 0, novel, WORK_URI, SALT), Error::AlreadyUnsealed);
    town.chain.pass_until(spec.review_from());
    assert_eq!(unseal("paul", request, 1, novel, WORK_URI, SALT), Error::TooLate);
}

#[test]
fn a_seal_holds_for_one_request_only() {
    let town = Town::with(with_many_hands);
    let pia = town.who("pia");
    let requests = [post_sealed(&town), post_sealed(&town)];
    let seal = seal(requests[0], pia, &work_of("novel"), WORK_URI, &SALT);
    for request in requests {
        town.signal("pia", request, 1).ok();
        town.chain.call(&pia, town.market().submit_sealed(request, vec![seal])).ok();
    }
    town.chain.pass_until(town.spec(requests[0]).deliver_by);
    town.unseal("pia", requests[0], 0, "novel").ok();
    let elsewhere = town.market().unseal(requests[1], one::unsealing(0, work_of("novel"), WORK_URI.to_vec(), SALT));
    assert_eq!(refused(&town.chain, &pia, elsewhere), Error::WrongSeal);
}

#[test]
fn a_copied_seal_cannot_be_opened_and_costs_the_copier_its_place() {
    let town = Town::new();
    let request = sealed(&town);
    let paul = town.who("paul");
    let seen = town.submission(request, 0).seal.expect("a seal");
    town.signal("paul", request, 1).ok();
    town.chain.call(&paul, town.market().submit_sealed(request, vec![seen])).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("pia", request, 0, "novel").ok();
    // Now everybody knows what was under it.
    let copy = town.market().unseal(request, one::unsealing(1, work_of("novel"), WORK_URI.to_vec(), SALT));
    assert_eq!(refused(&town.chain, &paul, copy), Error::WrongSeal);
    town.open_reviews(request);
    assert_eq!(town.submission(request, 1).verdict, Verdict::Missed);
    let report = town.market().report_no_show(request, paul);
    assert_eq!(town.chain.call(&town.who(STRANGER), report).ok(), 1);
    assert_eq!((town.credit("paul"), town.state(request).deposits), (0, UNIT));
}

#[test]
fn seals_are_opened_in_the_first_half_of_the_time_to_review() {
    let town = Town::new();
    // An odd number of milliseconds: the half is rounded down.
    let request = town.post_with(|spec| {
        spec.duplicates = SHARED;
        spec.per_provider = 3;
        spec.review_by += 7;
        spec.reveal_by += 7;
    });
    let spec = town.spec(request);
    let middle = spec.deliver_by + hours(12) + 3;
    town.signal("pia", request, 3).ok();
    for work in ["ode", "novel", "play"] {
        town.submit_sealed("pia", request, work).ok();
    }
    town.chain.pass_until(spec.deliver_by);
    town.unseal("pia", request, 2, "play").ok();
    town.chain.pass_until(middle - 1);
    town.unseal("pia", request, 0, "ode").ok();
    let open = || town.market().open_reviews(request, 64);
    assert_eq!(refused(&town.chain, &town.who(STRANGER), open()), Error::TooEarly);
    let report = || town.market().report_no_show(request, account("pia"));
    assert_eq!(refused(&town.chain, &town.who(STRANGER), report()), Error::TooEarly);
    town.chain.pass(1);
    let late = town.market().unseal(request, one::unsealing(1, work_of("novel"), WORK_URI.to_vec(), SALT));
    assert_eq!(refused(&town.chain, &town.who("pia"), late), Error::TooLate);
    assert_eq!(town.chain.call(&town.who(STRANGER), report()).ok(), 1);
    assert_eq!(town.chain.call(&town.who(STRANGER), open()).ok(), 3);
    assert_eq!(town.submission(request, 0).window_start, middle);
}

#[test]
fn whoever_opens_seals_and_whoever_reviews_has_the_shortest_window_each() {
    let town = Town::new();
    let quote = |review| {
        let mut spec = town.request_spec();
        spec.duplicates = SHARED;
        (spec.review_by, spec.reveal_by) = (spec.deliver_by + review, spec.deliver_by + review + hours(1));
        town.chain.read(town.market().quote(spec)).map(|_| ())
    };
    // An hour for each, and at most seven days.
    let bounds = [hours(2), days(14)];
    assert_eq!(bounds.map(quote), [Ok(()), Ok(())]);
    let beyond = [hours(2) - 1, days(14) + 2];
    assert_eq!(beyond.map(quote), [Err(Error::InvalidRequest(RequestReason::Deadlines)); 2]);
}

// Never unsealed

#[test]
fn what_is_never_unsealed_is_a_place_never_delivered_on() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        spec.duplicates = SHARED;
        spec.per_provider = 3;
        spec.provider_bond = 20;
    });
    // Two sealed deliveries on three places, of which one is opened.
    town.signal("carl", request, 3).ok();
    town.submit_sealed("carl", request, "ode").ok();
    town.submit_sealed("carl", request, "novel").ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("carl", request, 1, "novel").ok();
    let early = refused(&town.chain, &town.who("carl"), town.market().claim(request, vec![0]));
    assert_eq!(early, Error::NotSettled);

    town.chain.pass_until(town.spec(request).review_from());
    let opened = town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 64));
    assert_eq!(opened.events::<ReviewsOpened>(), [ReviewsOpened { request, from: 0, count: 2, missed: 1 }]);
    assert_eq!(opened.ok(), 2);
    assert_eq!(town.member("eva").seen, 1_000_000, "one op, of the delivery that there is");
    assert_eq!((town.state(request).opened, town.state(request).finalized), (2, 1));
    assert_eq!([0, 1].map(|n| town.submission(request, n).verdict), [Verdict::Missed, Verdict::Pending]);
    town.until_open_to_all(request, 1);
    let review = town.market().commit_reviews(request, one::commitment(0, [0; 32]));
    assert_eq!(refused(&town.chain, &town.who("eva"), review), Error::AlreadyFinalized);
    assert_eq!(
        refused(&town.chain, &town.who("eva"), town.market().finalize(request, vec![0])),
        Error::AlreadyFinalized
    );
    let nothing = || refused(&town.chain, &town.who("carl"), town.market().claim(request, vec![0]));
    assert_eq!(nothing(), Error::NothingToClaim);

    let reported = town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("carl")));
    let told = NoShow { request, provider: account("carl"), places: 2, forfeited: 2 * UNIT };
    assert_eq!(reported.events::<NoShow>(), [told]);
    assert_eq!(reported.ok(), 2);
    let again = town.market().report_no_show(request, account("carl"));
    assert_eq!(refused(&town.chain, &town.who(STRANGER), again), Error::NoShowNone);
    let carl = town.profile("carl");
    assert_eq!((carl.slashed, carl.locked, carl.holds), (40, 50 + 20, 1));

    town.review(request, 1, &[("eva", 90), ("emil", 90), ("edda", 90)]);
    town.finalize(request, 1).ok();
    let settled = town.settle(request);
    assert_eq!(settled.events::<RequestSettled>(), [RequestSettled { request, submissions: 2, deposit: 0 }]);
    assert_eq!(settled.ok(), 2);
    assert_eq!(nothing(), Error::NothingToClaim);
    assert_eq!(town.claim(request, 1).ok(), 10 * UNIT);
    let state = town.state(request);
    assert_eq!((state.claimed, state.settled, state.deposits), (2, 2, 0));
    assert_eq!(town.credit("carl"), 11 * UNIT);
    let fees = UNIT / 3 * 3;
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT - 10 * UNIT - fees + 2 * UNIT);
    town.all_comes_out(request);
}

#[test]
fn a_request_in_which_nothing_was_unsealed_shows_nobody_any_work_and_returns() {
    let town = Town::new();
    let request = sealed(&town);
    town.chain.pass_until(town.spec(request).review_from());
    assert_eq!(refused(&town.chain, &town.who(STRANGER), town.market().settle(request, 1)), Error::NotFinalized);
    let opened = town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 1));
    assert_eq!(opened.events::<ReviewsOpened>(), [ReviewsOpened { request, from: 0, count: 1, missed: 1 }]);
    opened.ok();
    assert_eq!(town.member("eva").seen, 0);
    town.settle(request).ok();
    let capacity = town.chain.read(town.obligation().capacity(town.pool)).unwrap();
    assert_eq!(capacity.backlog, 0);
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT, "at once");
    let report = town.market().report_no_show(request, account("pia"));
    town.chain.call(&town.who(STRANGER), report).ok();
    assert_eq!(town.reclaim(request).ok(), UNIT, "the deposit, when the no-show is reported");
    town.all_comes_out(request);
}

#[test]
fn what_was_not_unsealed_does_not_hold_up_those_after_it() {
    let town = Town::new();
    let request = post_sealed(&town);
    for name in ["pia", "paul", "petra"] {
        town.signal(name, request, 1).ok();
        town.submit_sealed(name, request, name).ok();
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("paul", request, 1, "paul").ok();
    town.chain.pass_until(town.spec(request).review_from());
    let open = |from, missed| {
        let opened = town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 1));
        let told = ReviewsOpened { request, from, count: 1, missed };
        assert_eq!(opened.events::<ReviewsOpened>(), [told]);
        assert_eq!(opened.ok(), 1);
    };
    open(0, 1);
    open(1, 0);
    open(2, 1);
    let nothing = town.market().open_reviews(request, 1);
    assert_eq!(refused(&town.chain, &town.who(STRANGER), nothing), Error::NothingToOpen);
    assert_eq!(town.member("eva").seen, 1_000_000);
    town.all_comes_out(request);
}

// When sealed deliveries are reviewed

#[test]
fn reviews_of_sealed_deliveries_begin_half_way_and_end_when_the_request_says_if_they_are_opened_at_once() {
    let town = Town::new();
    let request = sealed(&town);
    let spec = town.spec(request);
    let start = spec.deliver_by + hours(12);
    town.chain.pass_until(spec.deliver_by);
    town.unseal("pia", request, 0, "novel").ok();
    let commit = |name, score| town.commit(name, request, 0, score);
    assert_eq!(commit("eva", 90).err(), Error::NotOpened);
    town.open_reviews(request);
    assert_eq!(town.chain.now(), start);
    assert_eq!(commit("eva", 90).err(), Error::NotDrawn, "the jury grows from here");
    town.chain.pass_until(start + hours(6));
    for name in &ENFORCERS[..3] {
        commit(name, 90).ok();
    }
    town.chain.pass_until(spec.review_by - 1);
    let early = town.market().reveal_reviews(request, one::reveal(0, 90, None, SALT));
    assert_eq!(refused(&town.chain, &town.who("eva"), early), Error::ReviewsOpen);
    commit("enzo", 90).ok();
    town.chain.pass(1);
    assert_eq!(commit("elsa", 90).err(), Error::TooLate);
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 90).ok();
    }
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly, "enzo may still reveal");
    town.chain.pass_until(spec.reveal_by);
    assert_eq!(town.reveal("enzo", request, 0, 90).err(), Error::TooLate);
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum);
}

#[test]
fn everybody_may_review_a_sealed_delivery_from_the_middle_of_its_own_window_on() {
    let town = Town::new();
    let request = sealed(&town);
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("pia", request, 0, "novel").ok();
    town.open_reviews(request);
    let drawn = || {
        let drawn = |name: &&&str| {
            let message = town.market().commit_reviews(request, one::commitment(0, [0; 32]));
            town.chain.dry_run(&town.who(name), message).returned().is_ok()
        };
        ENFORCERS.iter().filter(drawn).count()
    };
    let jury: Vec<_> = (0..=6)
        .map(|_| {
            let jury = drawn();
            town.chain.pass(hours(1));
            jury
        })
        .collect();
    assert_eq!((jury[0], jury[6]), (0, 5), "{jury:?}");
    assert!(jury.is_sorted() && jury[5] > 0, "{jury:?}");
}

#[test]
fn sealed_deliveries_that_are_opened_late_have_a_window_as_long_and_are_seen_all_the_same() {
    let town = Town::new();
    for late in [0, hours(6), days(9)] {
        let request = sealed(&town);
        let spec = town.spec(request);
        town.chain.pass_until(spec.deliver_by);
        town.unseal("pia", request, 0, "novel").ok();
        let seen = town.member("eva").seen;
        town.chain.pass_until(spec.review_from() + late);
        let opened = town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 64));
        assert_eq!(opened.events::<ReviewsOpened>(), [ReviewsOpened { request, from: 0, count: 1, missed: 0 }]);
        opened.ok();
        assert_eq!(town.member("eva").seen - seen, 1_000_000);
        let window = town.window(request, 0);
        let ends = (window.commit_by - window.start, window.reveal_by - window.commit_by);
        assert_eq!((window.start, ends), (town.chain.now(), (hours(12), days(1))));
        town.review(request, 0, &[("eva", 90), ("emil", 90), ("edda", 90)]);
        town.finalize(request, 0).ok();
        assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum);
        town.all_comes_out(request);
    }
}

#[test]
fn the_extension_of_a_sealed_deliverys_window_is_as_long_as_the_window() {
    let town = Town::new();
    let request = sealed(&town);
    let spec = town.spec(request);
    town.chain.pass_until(spec.deliver_by);
    town.unseal("pia", request, 0, "novel").ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    town.commit("eva", request, 0, 90).ok();
    town.chain.pass_until(spec.review_by);
    let extended = town.finalize(request, 0);
    assert_eq!(extended.events::<WindowExtended>(), [WindowExtended { request, submission: 0, wanted: 2 }]);
    extended.ok();
    let start = town.chain.now();
    town.commit("emil", request, 0, 90).ok();
    town.chain.pass_until(start + hours(12) - 1);
    town.commit("edda", request, 0, 90).ok();
    let early = town.market().reveal_reviews(request, one::reveal(0, 90, None, SALT));
    assert_eq!(refused(&town.chain, &town.who("eva"), early), Error::ReviewsOpen);
    town.chain.pass(1);
    assert_eq!(town.commit("enzo", request, 0, 90).err(), Error::TooLate);
    town.reveal("eva", request, 0, 90).ok();
    town.chain.pass_until(start + hours(12) + days(1) - 1);
    town.reveal("emil", request, 0, 90).ok();
    town.chain.pass(1);
    assert_eq!(town.reveal("edda", request, 0, 90).err(), Error::TooLate);
    town.finalize(request, 0).ok();
    let submission = town.submission(request, 0);
    // Two thirds of 10,000, and a third of the 5,000 for what nobody reviewed.
    assert_eq!((submission.verdict, submission.weight_bps), (Verdict::Few, 8_333));
}

#[test]
fn the_phase_of_a_sealed_request_follows_the_clock() {
    let town = Town::new();
    let request = sealed(&town);
    town.signal("paul", request, 1).ok();
    town.submit_sealed("paul", request, "paul").ok();
    let spec = town.spec(request);
    let phases = || {
        let phase = |submission| town.chain.read(town.market().phase(request, submission)).unwrap();
        [phase(None), phase(Some(0)), phase(Some(1))]
    };
    assert_eq!(phases(), [Phase::Signalling; 3]);
    town.chain.pass_until(spec.signal_by);
    assert_eq!(phases(), [Phase::Delivery; 3]);
    town.chain.pass_until(spec.deliver_by);
    assert_eq!(phases(), [Phase::Unsealing; 3]);
    town.unseal("pia", request, 0, "novel").ok();
    town.chain.pass_until(spec.deliver_by + hours(12) - 1);
    assert_eq!(phases(), [Phase::Unsealing; 3], "the other may still be opened");
    town.chain.pass(1);
    assert_eq!(phases(), [Phase::Unopened; 3]);
    town.open_reviews(request);
    assert_eq!(phases(), [Phase::Review, Phase::Review, Phase::Finalized]);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        town.commit(name, request, 0, 90).ok();
    }
    town.chain.pass_until(spec.review_by);
    assert_eq!(phases(), [Phase::Review, Phase::Reveal, Phase::Finalized]);
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 90).ok();
    }
    assert_eq!(phases()[1], Phase::Finalizable);
    town.finalize(request, 0).ok();
    assert_eq!(phases(), [Phase::Finalized; 3]);
    town.settle(request).ok();
    assert_eq!(phases()[..2], [Phase::Settled, Phase::Settled]);
    town.claim(request, 0).ok();
    assert_eq!(phases()[1], Phase::Claimed);
}
