//! Negotiation: offers made, changed and taken back, the requester's choice among them, and a request taken back.

use chain::{account, days, hours, UNIT};
use e2e_tests::{
    one, refused, with_many_hands, work_of, Town, ENDOWMENT, ENFORCERS, PROVIDERS, REQUESTER, STRANGER, WORK_URI,
};
use ink::primitives::Hash;
use interfaces::{
    market::{
        Access, Claimed, Duplicates, Error, NoShow, Offer, OfferAccepted, OfferMade, OfferRetracted, RequestSettled,
        RequestSpec, RequestWithdrawn, Verdict, MAX_OFFERS,
    },
    reputation, Balance, Market as _, Obligation as _, Reputation as _, RequestId, Timestamp,
};

/// Accounts that have reputation and are no members of any pool.
const VETERANS: [&str; 4] = ["vera", "vito", "vicky", "vance"];

/// A town in which many reviews can be under way, and others than enforcers have reputation.
fn town_of_veterans() -> Town {
    Town::with(|settings| {
        with_many_hands(settings);
        settings.founders.extend(VETERANS.map(|name| (account(name), ENDOWMENT)));
    })
}

/// Rita asks for offers.
fn post(town: &Town) -> RequestId {
    post_with(town, |_| ())
}

fn post_with(town: &Town, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
    town.post_with(|spec| {
        spec.access = Access::Offers;
        change(spec);
    })
}

/// Until when the request's deliveries are due at the latest.
fn due(town: &Town, request: RequestId) -> Timestamp {
    town.spec(request).deliver_by
}

/// The providers of a page of offers, and whether theirs can be accepted.
fn page(town: &Town, request: RequestId, from: Option<&str>, count: u32) -> Vec<(ink::primitives::AccountId, bool)> {
    let page = town.chain.read(town.market().offers(request, from.map(account), count)).expect("a page");
    page.into_iter().map(|(provider, offer)| (provider, offer.open)).collect()
}

// Offering

#[test]
fn an_offer_names_a_price_and_a_deadline_and_leaves_a_deposit() {
    let town = Town::new();
    let request = post(&town);
    let deliver_by = due(&town, request) - hours(3);
    let before = town.chain.balance(&town.market_address);
    let offered = town.offer("pia", request, 12 * UNIT, deliver_by);
    let told = OfferMade { request, provider: account("pia"), price: 12 * UNIT, deliver_by, until: deliver_by };
    assert_eq!(offered.events::<OfferMade>(), [told]);
    offered.ok();
    assert_eq!(town.chain.balance(&town.market_address), before + UNIT);
    let state = town.state(request);
    assert_eq!((state.offer_deposits, state.deposits, state.places, state.accepted), (UNIT, 0, 0, 0));
    let offers = town.chain.read(town.market().offers(request, None, 9)).unwrap();
    let (until, uri) = (deliver_by, b"ipfs://offer".to_vec());
    let kept = Offer { price: 12 * UNIT, deliver_by, uri, until, open: true, insider: false, previous: None };
    assert_eq!(offers, [(account("pia"), kept)]);
    assert_eq!(town.profile("pia").holds, 0, "who only offers can still rest");
    let early = town.market().submit(request, one::delivery(work_of("pia"), vec![]));
    assert_eq!(refused(&town.chain, &town.who("pia"), early), Error::NoPlace, "an offer is no place");
    town.assert_balanced(&[request], &[]);
}

#[test]
fn an_offer_can_be_changed_without_another_deposit() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("pia", request, 12 * UNIT, latest).ok();
    town.offer("paul", request, 11 * UNIT, latest).ok();
    let change = || town.market().offer(request, 10 * UNIT, latest - 1, latest - 9, b"ipfs://better".to_vec());
    let again = change().transferred_value(UNIT);
    assert_eq!(refused(&town.chain, &town.who("pia"), again), Error::ExcessPayment, "its deposit is here already");
    let changed = town.chain.call(&town.who("pia"), change());
    let (price, deliver_by, until) = (10 * UNIT, latest - 1, latest - 9);
    let told = OfferMade { request, provider: account("pia"), price, deliver_by, until };
    assert_eq!(changed.events::<OfferMade>(), [told]);
    changed.ok();
    let offers = town.chain.read(town.market().offers(request, None, 9)).unwrap();
    let uri = b"ipfs://better".to_vec();
    let kept = Offer { price, deliver_by, uri, until, open: true, insider: false, previous: None };
    assert_eq!(offers[1], (account("pia"), kept), "in its place behind Paul's");
    assert_eq!((offers.len(), town.state(request).offer_deposits), (2, 2 * UNIT));
}

#[test]
fn an_offer_can_be_taken_back_with_its_deposit_and_made_again() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    let pia = town.who("pia");
    let retract = |request| town.market().retract_offer(request);
    assert_eq!(refused(&town.chain, &pia, retract(9)), Error::UnknownRequest);
    assert_eq!(refused(&town.chain, &pia, retract(request)), Error::UnknownOffer);
    town.offer("pia", request, 12 * UNIT, latest).ok();
    town.offer("paul", request, 12 * UNIT, latest).ok();
    let retracted = town.chain.call(&pia, retract(request));
    assert_eq!(retracted.events::<OfferRetracted>(), [OfferRetracted { request, provider: pia, deposit: UNIT }]);
    retracted.ok();
    assert_eq!((town.credit("pia"), town.state(request).offer_deposits), (UNIT, UNIT));
    assert_eq!(refused(&town.chain, &pia, retract(request)), Error::UnknownOffer, "not twice");
    let accept = town.market().accept(request, pia, 12 * UNIT, latest);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), accept), Error::UnknownOffer);
    assert_eq!(page(&town, request, None, 9), [(account("paul"), true), (pia, false)], "it is still told of");

    let free = town.market().offer(request, 9 * UNIT, latest, latest, vec![]);
    assert_eq!(refused(&town.chain, &pia, free), Error::InsufficientPayment, "the deposit is due again");
    town.offer("pia", request, 9 * UNIT, latest).ok();
    assert_eq!(page(&town, request, None, 9), [(account("paul"), true), (pia, true)], "and listed once");
    town.accept("pia", request, 9 * UNIT, latest).ok();
    town.assert_balanced(&[request], &[]);
}

#[test]
fn every_reason_not_to_take_an_offer_is_named() {
    let town = town_of_veterans();
    let open = town.post();
    let request = post_with(&town, |spec| spec.min_reputation = 100);
    let (latest, now) = (due(&town, request), town.chain.now());
    let offer = |name, request, price, [deliver_by, until]: [Timestamp; 2], uri_length, value| {
        let message = town.market().offer(request, price, deliver_by, until, vec![b'x'; uri_length]);
        refused(&town.chain, &town.who(name), message.transferred_value(value))
    };
    let ends = [latest; 2];
    assert_eq!(offer("vera", 9, UNIT, ends, 0, UNIT), Error::UnknownRequest);
    assert_eq!(offer("vera", open, UNIT, ends, 0, UNIT), Error::NoOffers);
    assert_eq!(offer(REQUESTER, request, UNIT, ends, 0, UNIT), Error::OwnRequest);
    assert_eq!(offer("vera", request, 30 * UNIT + 1, ends, 0, UNIT), Error::PriceTooHigh);
    assert_eq!(offer("vera", request, UNIT, [latest + 1, latest], 0, UNIT), Error::InvalidDeadline);
    assert_eq!(offer("vera", request, UNIT, [now, now], 0, UNIT), Error::InvalidDeadline);
    assert_eq!(offer("vera", request, UNIT, [latest, now], 0, UNIT), Error::InvalidDeadline, "it would have ended");
    let after = offer("vera", request, UNIT, [latest - 1, latest], 0, UNIT);
    assert_eq!(after, Error::InvalidDeadline, "it would outlast its delivery");
    assert_eq!(offer("vera", request, UNIT, ends, 257, UNIT), Error::UriTooLong);
    assert_eq!(offer("vera", request, UNIT, ends, 0, UNIT - 1), Error::InsufficientPayment);
    assert_eq!(offer("vera", request, UNIT, ends, 0, UNIT + 1), Error::ExcessPayment);
    let newcomer = Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(offer("pia", request, UNIT, ends, 0, UNIT), newcomer);

    // All just within the bounds.
    let widest = town.market().offer(request, 30 * UNIT, now + 1, now + 1, vec![b'x'; 256]);
    town.chain.call(&town.who("vera"), widest.transferred_value(UNIT)).ok();
    town.offer("vito", request, 0, latest).ok();
    town.accept("vito", request, 0, latest).ok();
    assert_eq!(offer("vito", request, UNIT, ends, 0, UNIT), Error::TooManyPlaces, "it has one");
    town.chain.pass_until(town.spec(request).signal_by - 1);
    town.chain.dry_run(&town.who("vera"), town.market().offer(request, UNIT, latest, latest, vec![])).ok();
    town.chain.pass(1);
    assert_eq!(offer("vera", request, UNIT, ends, 0, 0), Error::TooLate);
}

#[test]
fn members_offer_as_long_as_a_quorum_is_left_to_judge_and_outsiders_always() {
    let town = town_of_veterans();
    let request = post(&town);
    let latest = due(&town, request);
    // Five are active; a place in line counts as well.
    for (insiders, name) in (1..).zip(["eva", "cora"]) {
        town.offer(name, request, UNIT, latest).ok();
        assert_eq!(town.state(request).insiders, insiders);
    }
    assert_eq!(town.offer("emil", request, UNIT, latest).err(), Error::JuryExhausted);
    let insiders = |town: &Town| {
        let offers = town.chain.read(town.market().offers(request, None, 9)).unwrap();
        offers.into_iter().map(|(_, offer)| offer.insider).collect::<Vec<_>>()
    };
    town.offer("vera", request, UNIT, latest).ok();
    assert_eq!(insiders(&town), [false, true, true]);

    // Whoever takes an offer back remains somebody who wanted the work; and may offer again.
    town.chain.call(&town.who("eva"), town.market().retract_offer(request)).ok();
    assert_eq!(town.offer("emil", request, UNIT, latest).err(), Error::JuryExhausted);
    town.offer("eva", request, 2 * UNIT, latest).ok();
    town.accept("eva", request, 2 * UNIT, latest).ok();
    town.accept("vera", request, UNIT, latest).ok();
    assert_eq!(town.state(request).insiders, 2, "nobody is counted twice");

    // Whoever is no member keeps nobody from judging.
    for name in ["pia", "paul", "petra"] {
        town.offer(name, request, UNIT, latest).ok();
    }
    assert_eq!(town.state(request).insiders, 2);
}

#[test]
fn an_outsider_that_enlisted_since_its_offer_is_accepted_only_if_a_quorum_is_left() {
    let town = Town::unstaffed(with_many_hands);
    let enlist = |name: &str| town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
    for name in &ENFORCERS[..3] {
        enlist(name);
    }
    let request = post(&town);
    let latest = due(&town, request);
    for name in ["enzo", "elsa"] {
        town.offer(name, request, UNIT, latest).ok();
    }
    enlist("enzo");
    town.accept("enzo", request, UNIT, latest).ok();
    assert_eq!(town.state(request).insiders, 1, "of four");
    enlist("elsa");
    town.accept("elsa", request, UNIT, latest).ok();
    assert_eq!(town.state(request).insiders, 2, "of five");
    assert_eq!(town.offer("eva", request, UNIT, latest).err(), Error::JuryExhausted);
}

#[test]
fn a_bidder_whose_enlisting_would_leave_too_few_cannot_be_accepted() {
    let town = Town::unstaffed(with_many_hands);
    let enlist = |name: &str| town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
    for name in &ENFORCERS[..4] {
        enlist(name);
    }
    let request = post(&town);
    let latest = due(&town, request);
    for name in ["eva", "elsa"] {
        town.offer(name, request, UNIT, latest).ok();
    }
    enlist("elsa");
    town.chain.call(&town.who("emil"), town.obligation().resign(town.pool)).ok();
    let accept = || town.market().accept(request, account("elsa"), UNIT, latest);
    let told = refused(&town.chain, &town.who(REQUESTER), accept());
    assert_eq!(told, Error::JuryExhausted, "edda and enzo alone could judge");
    enlist("cora");
    town.chain.call(&town.who(REQUESTER), accept()).ok();
    assert_eq!(town.state(request).insiders, 2, "of five, with cora");
}

#[test]
fn whoever_has_or_had_an_offer_reviews_nothing_here() {
    let town = town_of_veterans();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("eva", request, UNIT, latest).ok();
    town.chain.call(&town.who("eva"), town.market().retract_offer(request)).ok();
    town.offer("emil", request, 2 * UNIT, latest).ok();
    town.offer("pia", request, UNIT, latest).ok();
    town.accept("pia", request, UNIT, latest).ok();
    town.submit("pia", request).ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in ["eva", "emil", "pia"] {
        let told = town.commit(name, request, 0, 0).err();
        assert_eq!(told, Error::Conflicted, "{name} would have liked the work itself");
    }
    town.review(request, 0, &[("edda", 90), ("enzo", 90), ("elsa", 90)]);
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum, "the others are enough");
}

#[test]
fn an_offer_that_has_ended_is_accepted_no_more_and_can_be_taken_back_or_renewed() {
    let town = Town::new();
    let request = post(&town);
    let (latest, until) = (due(&town, request), town.chain.now() + hours(2));
    for name in ["pia", "paul", "petra"] {
        let offered = town.offer_until(name, request, 9 * UNIT, latest, until);
        assert_eq!(offered.events::<OfferMade>()[0].until, until);
        offered.ok();
    }
    let accept = |name| town.market().accept(request, account(name), 9 * UNIT, latest);
    let rita = town.who(REQUESTER);
    town.chain.pass_until(until - 1);
    town.chain.call(&rita, accept("pia")).ok();
    town.chain.pass(1);
    assert_eq!(refused(&town.chain, &rita, accept("paul")), Error::OfferExpired);
    assert_eq!(refused(&town.chain, &rita, accept("petra")), Error::OfferExpired);
    town.chain.call(&town.who("paul"), town.market().retract_offer(request)).ok();
    assert_eq!((town.credit("paul"), town.state(request).offer_deposits), (UNIT, UNIT));
    let renew = town.market().offer(request, 9 * UNIT, latest, latest, vec![]);
    town.chain.call(&town.who("petra"), renew).ok();
    town.chain.call(&rita, accept("petra")).ok();
    assert_eq!(town.state(request).places, 2);
    town.all_comes_out(request);
}

#[test]
fn a_place_of_a_request_for_offers_cannot_simply_be_taken() {
    let town = Town::new();
    let request = post(&town);
    let signal = town.market().signal(request, 1).transferred_value(UNIT);
    assert_eq!(refused(&town.chain, &town.who("pia"), signal), Error::OffersOnly);
}

// Accepting

#[test]
fn an_accepted_offer_is_a_place_at_its_price() {
    let town = Town::new();
    let request = post_with(&town, |spec| {
        spec.provider_bond = 30;
        spec.access_price = 7;
    });
    let deliver_by = due(&town, request) - 1;
    town.offer("carl", request, 12 * UNIT, deliver_by).ok();
    let carl = town.profile("carl");
    assert_eq!((carl.spent, carl.locked, carl.holds), (0, 50, 0), "an offer costs no reputation");
    let accepted = town.accept("carl", request, 12 * UNIT, deliver_by);
    let (price, provider) = (12 * UNIT, account("carl"));
    let told = OfferAccepted { request, provider, price, deliver_by, first_period: 0 };
    assert_eq!(accepted.events::<OfferAccepted>(), [told]);
    accepted.ok();
    let state = town.state(request);
    assert_eq!((state.places, state.accepted), (1, 12 * UNIT));
    assert_eq!((state.offer_deposits, state.deposits), (0, UNIT), "the offer's deposit is the place's now");
    let carl = town.profile("carl");
    assert_eq!((carl.spent, carl.locked, carl.holds), (7, 50 + 30, 1));
    assert_eq!(page(&town, request, None, 9), [(account("carl"), false)]);
    let retract = town.market().retract_offer(request);
    assert_eq!(refused(&town.chain, &town.who("carl"), retract), Error::UnknownOffer, "a deal is a deal");
    assert_eq!(town.submit("carl", request).ok(), 0);
    assert_eq!(town.submission(request, 0).price, 12 * UNIT);
    assert_eq!(town.submit("carl", request).err(), Error::NoPlace);
    town.all_comes_out(request);
    assert_eq!((town.profile("carl").holds, town.profile("carl").locked), (0, 50));
}

#[test]
fn every_reason_not_to_accept_an_offer_is_named() {
    let town = town_of_veterans();
    let open = town.post();
    let request = post_with(&town, |spec| {
        spec.limit = 2;
        spec.min_reputation = 100;
    });
    let latest = due(&town, request);
    let accept = |name, request, provider, price, deliver_by| {
        let message = town.market().accept(request, account(provider), price, deliver_by);
        refused(&town.chain, &town.who(name), message)
    };
    for name in ["cora", "vera", "vito", "vicky"] {
        town.offer(name, request, 10 * UNIT, latest).ok();
    }
    let expires = town.chain.now() + 9;
    town.offer("carl", request, UNIT, expires).ok();
    town.offer_until("vance", request, UNIT, latest, expires).ok();

    assert_eq!(accept(REQUESTER, 9, "cora", 10 * UNIT, latest), Error::UnknownRequest);
    assert_eq!(accept("cora", request, "cora", 10 * UNIT, latest), Error::NotRequester);
    assert_eq!(accept(REQUESTER, open, "cora", 10 * UNIT, latest), Error::NoOffers);
    assert_eq!(accept(REQUESTER, request, "pia", 10 * UNIT, latest), Error::UnknownOffer);
    assert_eq!(accept(REQUESTER, request, "cora", 10 * UNIT - 1, latest), Error::OfferChanged);
    assert_eq!(accept(REQUESTER, request, "cora", 10 * UNIT, latest - 1), Error::OfferChanged);
    town.chain.pass(9);
    assert_eq!(accept(REQUESTER, request, "carl", UNIT, expires), Error::TooLate);
    assert_eq!(accept(REQUESTER, request, "vance", UNIT, latest), Error::OfferExpired);

    town.chain.call(&town.who("cora"), town.obligation().freeze()).ok();
    let frozen = accept(REQUESTER, request, "cora", 10 * UNIT, latest);
    assert_eq!(frozen, Error::Reputation(reputation::Error::Frozen));
    town.chain.call(&town.who("vera"), town.reputation().burn(401)).ok();
    let poor = accept(REQUESTER, request, "vera", 10 * UNIT, latest);
    assert_eq!(poor, Error::Reputation(reputation::Error::InsufficientReputation), "it has less than when it offered");

    town.accept("vito", request, 10 * UNIT, latest).ok();
    assert_eq!(accept(REQUESTER, request, "vito", 10 * UNIT, latest), Error::UnknownOffer, "accepted already");
    town.accept("vicky", request, 10 * UNIT, latest).ok();
    assert_eq!(accept(REQUESTER, request, "vera", 10 * UNIT, latest), Error::NoPlaceLeft);
}

#[test]
fn a_frozen_account_is_given_no_place_even_where_none_needs_reputation() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("cora", request, UNIT, latest).ok();
    town.chain.call(&town.who("cora"), town.obligation().freeze()).ok();
    let accept = town.market().accept(request, account("cora"), UNIT, latest);
    let frozen = refused(&town.chain, &town.who(REQUESTER), accept);
    assert_eq!(frozen, Error::Reputation(reputation::Error::Frozen));
}

#[test]
fn several_offers_are_accepted_as_long_as_the_reward_covers_their_prices() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    for (name, price) in [("pia", 12 * UNIT), ("paul", 18 * UNIT), ("petra", 1), ("elsa", 0)] {
        town.offer(name, request, price, latest).ok();
    }
    town.accept("pia", request, 12 * UNIT, latest).ok();
    town.accept("paul", request, 18 * UNIT, latest).ok();
    assert_eq!(town.state(request).accepted, 30 * UNIT);
    let above = town.market().accept(request, account("petra"), 1, latest);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), above), Error::PriceTooHigh, "not a planck more");
    town.accept("elsa", request, 0, latest).ok();
    assert_eq!((town.state(request).places, town.state(request).offer_deposits), (3, UNIT));
    for name in ["pia", "paul", "elsa"] {
        town.submit(name, request).ok();
    }
    town.judge(request, &[(90, None); 3]);
    town.settle(request).ok();
    assert_eq!(town.state(request).unclaimed, 30 * UNIT);
    let pays = [0, 1, 2].map(|submission| town.claim(request, submission).ok());
    assert_eq!(pays, [12 * UNIT, 18 * UNIT, 0]);
    town.all_comes_out(request);
}

#[test]
fn a_change_just_before_it_is_accepted_does_not_trick_the_requester() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("pia", request, 12 * UNIT, latest - hours(9)).ok();
    let changes = [(12 * UNIT + 1, latest - hours(9)), (12 * UNIT, latest), (11 * UNIT, latest - hours(9))];
    for (price, deliver_by) in changes {
        town.chain.call(&town.who("pia"), town.market().offer(request, price, deliver_by, deliver_by, vec![])).ok();
        let accept = town.market().accept(request, account("pia"), 12 * UNIT, latest - hours(9));
        assert_eq!(refused(&town.chain, &town.who(REQUESTER), accept), Error::OfferChanged);
    }
    // Taken back and made again as it was, it is the same offer.
    town.chain.call(&town.who("pia"), town.market().retract_offer(request)).ok();
    town.offer("pia", request, 12 * UNIT, latest - hours(9)).ok();
    town.accept("pia", request, 12 * UNIT, latest - hours(9)).ok();
}

#[test]
fn offers_can_be_accepted_when_no_more_are_taken_until_they_are_due() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("pia", request, 12 * UNIT, latest).ok();
    town.offer("paul", request, 12 * UNIT, latest).ok();
    town.chain.pass_until(latest - 1);
    town.accept("pia", request, 12 * UNIT, latest).ok();
    town.submit("pia", request).ok();
    assert_eq!(town.submission(request, 0).submitted, latest - 1);
    town.chain.pass(1);
    let late = town.market().accept(request, account("paul"), 12 * UNIT, latest);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), late), Error::TooLate);
}

// Deadlines of their own

#[test]
fn each_provider_delivers_until_the_deadline_it_offered() {
    let town = Town::with(|settings| settings.founders.extend(PROVIDERS.map(|name| (account(name), ENDOWMENT))));
    let request = post_with(&town, |spec| spec.provider_bond = 40);
    let latest = due(&town, request);
    let soon = town.chain.now() + hours(2);
    for (name, deliver_by) in [("pia", soon), ("paul", soon), ("petra", latest)] {
        town.offer(name, request, 10 * UNIT, deliver_by).ok();
        town.accept(name, request, 10 * UNIT, deliver_by).ok();
    }
    let report = |name| town.market().report_no_show(request, account(name));
    let stranger = town.who(STRANGER);
    town.chain.pass_until(soon - 1);
    town.submit("paul", request).ok();
    assert_eq!(refused(&town.chain, &stranger, report("pia")), Error::TooEarly);
    town.chain.pass(1);
    let late = town.market().submit(request, one::delivery(work_of("pia"), WORK_URI.to_vec()));
    assert_eq!(refused(&town.chain, &town.who("pia"), late), Error::TooLate);
    let late = town.market().revise(request, 0, work_of("better"), WORK_URI.to_vec());
    assert_eq!(refused(&town.chain, &town.who("paul"), late), Error::TooLate);
    assert_eq!(refused(&town.chain, &stranger, report("petra")), Error::TooEarly, "she has more time");
    assert_eq!(refused(&town.chain, &stranger, report("paul")), Error::NoShowNone);

    let reported = town.chain.call(&stranger, report("pia"));
    let told = NoShow { request, provider: account("pia"), places: 1, forfeited: UNIT };
    assert_eq!(reported.events::<NoShow>(), [told]);
    assert_eq!(reported.ok(), 1);
    assert_eq!(refused(&town.chain, &stranger, report("pia")), Error::NoShowNone, "not twice");
    let pia = town.profile("pia");
    assert_eq!((pia.slashed, pia.locked, pia.holds), (40, 0, 0));
    let again = town.market().offer(request, UNIT, latest, latest, vec![]).transferred_value(UNIT);
    assert_eq!(refused(&town.chain, &town.who("pia"), again), Error::TooManyPlaces, "one chance a request");

    town.chain.pass_until(latest - 1);
    town.submit("petra", request).ok();
    town.judge(request, &[(90, None), (90, None)]);
    town.settle(request).ok();
    assert_eq!([0, 1].map(|submission| town.claim(request, submission).ok()), [10 * UNIT, 10 * UNIT]);
    let fees = UNIT / 3 * 3;
    assert_eq!(town.reclaim(request).ok(), 10 * UNIT + UNIT + 3 * UNIT - 2 * fees);
    town.all_comes_out(request);
}

#[test]
fn a_sealed_delivery_of_an_offer_is_due_by_its_deadline_and_missed_when_unsealing_ends() {
    let town = Town::new();
    let request = post_with(&town, |spec| spec.duplicates = Duplicates::FirstOnly);
    let latest = due(&town, request);
    let soon = town.chain.now() + hours(2);
    for (name, deliver_by, price) in [("pia", soon, 12 * UNIT), ("paul", soon, UNIT), ("petra", latest, 17 * UNIT)] {
        town.offer(name, request, price, deliver_by).ok();
        town.accept(name, request, price, deliver_by).ok();
    }
    town.submit_sealed("pia", request, "novel").ok();
    town.chain.pass_until(soon);
    let late = town.market().submit_sealed(request, vec![Hash::default()]);
    assert_eq!(refused(&town.chain, &town.who("paul"), late), Error::TooLate);
    town.submit_sealed("petra", request, "copy").ok();
    let report = |name| town.market().report_no_show(request, account(name));
    let unsealed_by = town.spec(request).review_from();
    town.chain.pass_until(latest);
    town.unseal("pia", request, 0, "novel").ok();
    town.unseal("petra", request, 1, "copy").ok();
    town.chain.pass_until(unsealed_by - 1);
    assert_eq!(refused(&town.chain, &town.who(STRANGER), report("paul")), Error::TooEarly);
    town.chain.pass(1);
    town.chain.call(&town.who(STRANGER), report("paul")).ok();
    town.judge(request, &[(60, None), (90, Some(0))]);
    town.settle(request).ok();
    assert_eq!([0, 1].map(|submission| town.claim(request, submission).ok()), [9_600_000_000_000, 0]);
    town.all_comes_out(request);
}

// Pay

#[test]
fn an_offer_is_paid_its_price_times_the_weight() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    let prices = [12 * UNIT, 7, 10 * UNIT];
    for (name, price) in ["pia", "paul", "petra"].iter().zip(prices) {
        town.offer(name, request, price, latest).ok();
        town.accept(name, request, price, latest).ok();
        town.submit(name, request).ok();
    }
    town.judge(request, &[(65, None), (45, None), (10, None)]);
    town.settle(request).ok();
    assert_eq!(town.state(request).unclaimed, 9_600_000_000_000 + 3);
    let claimed = town.claim(request, 0);
    let told = Claimed {
        request,
        submission: 0,
        provider: account("pia"),
        pay: 9_600_000_000_000,
        deposit: UNIT,
        forfeited: 0,
        reputation: 27 * 8 / 10,
    };
    assert_eq!(claimed.events::<Claimed>(), [told]);
    claimed.ok();
    assert_eq!(town.claim(request, 1).ok(), 3, "half of 7, rounded down");
    assert_eq!(town.claim(request, 2).ok(), 0);
    assert_eq!(town.credit("petra"), 0, "junk loses its deposit");
    let fee_dust = 3;
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT - 9_600_000_000_000 - 3 + UNIT + fee_dust);
    town.all_comes_out(request);
}

#[test]
fn an_offer_that_nobody_reviews_is_paid_the_unreviewed_part_of_its_price() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("pia", request, 12 * UNIT, latest).ok();
    town.accept("pia", request, 12 * UNIT, latest).ok();
    town.submit("pia", request).ok();
    town.judge_each(request, &[vec![]]);
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 6 * UNIT);
    assert_eq!(town.reclaim(request).ok(), 27 * UNIT);
    town.all_comes_out(request);
}

// Pages

#[test]
fn offers_are_read_in_pages_from_the_latest_on() {
    let town = Town::new();
    let request = post(&town);
    let other = post_with(&town, |spec| spec.limit = 1);
    let latest = due(&town, request);
    assert_eq!(page(&town, request, None, 9), []);
    let names = ["pia", "paul", "petra", "elsa", "enzo"];
    for name in names {
        town.offer(name, request, 10 * UNIT, latest).ok();
    }
    town.offer("edda", other, UNIT, latest).ok();
    town.accept("paul", request, 10 * UNIT, latest).ok();
    town.chain.call(&town.who("elsa"), town.market().retract_offer(request)).ok();
    let all: Vec<_> = names.iter().rev().map(|name| (account(name), !["paul", "elsa"].contains(name))).collect();
    assert_eq!(page(&town, request, None, 9), all, "accepted and retracted ones too");

    let mut seen = Vec::new();
    let mut from = None;
    loop {
        let page = town.chain.read(town.market().offers(request, from, 2)).unwrap();
        assert!(page.len() <= 2);
        from = page.last().and_then(|(_, offer)| offer.previous);
        seen.extend(page.iter().map(|(provider, offer)| (*provider, offer.open)));
        if from.is_none() {
            break;
        }
    }
    assert_eq!(seen, all, "each page begins with the one before the last");
    assert_eq!(page(&town, request, Some("petra"), 9), all[2..]);
    assert_eq!(page(&town, request, Some("petra"), 0), []);
    let read = |request, from| town.chain.read(town.market().offers(request, Some(account(from)), 9));
    assert_eq!(read(request, "edda"), Err(Error::UnknownOffer));
    assert_eq!(read(9, "pia"), Err(Error::UnknownRequest));
}

#[test]
fn a_page_has_at_most_32_offers() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    let names: Vec<_> = (0..=MAX_OFFERS).map(|n| format!("provider {n}")).collect();
    for name in &names {
        town.offer(name, request, UNIT, latest).ok();
    }
    let first = page(&town, request, None, u32::MAX);
    let expected: Vec<_> = names[1..].iter().rev().map(|name| (account(name), true)).collect();
    assert_eq!(first, expected);
    assert_eq!(page(&town, request, Some("provider 0"), 9), [(account("provider 0"), true)]);
}

// Taking a request back

#[test]
fn a_request_that_nobody_has_a_place_in_can_be_taken_back_for_all_but_fee_rent_and_premium() {
    // With the second request 18 reviews of 45 are asked for: a quarter of the way from the target to full utilization.
    let town = Town::with(|settings| {
        with_many_hands(settings);
        settings.terms.healthy_limit = 9;
        settings.policy.target_utilization_ppm = 200_000;
        settings.policy.assets[0].rent = UNIT / 100;
    });
    let other = town.post();
    let treasury = town.credit_of(town.treasury);
    let request = town.post();
    let dues = town.credit_of(town.treasury) - treasury;
    // Nine reviews for five days, and half of that: a quarter of twice the rent.
    let rent = 45 * UNIT / 100;
    assert_eq!(dues, 33 * UNIT / 20 + rent + rent / 2);
    assert_eq!(town.backlog(), 18);
    let withdraw = |request| town.market().withdraw_request(request);
    let rita = town.who(REQUESTER);
    assert_eq!(refused(&town.chain, &rita, withdraw(9)), Error::UnknownRequest);
    assert_eq!(refused(&town.chain, &town.who(STRANGER), withdraw(request)), Error::NotRequester);
    let withdrawn = town.chain.call(&rita, withdraw(request));
    assert_eq!(withdrawn.events::<RequestWithdrawn>(), [RequestWithdrawn { request, amount: 33 * UNIT }]);
    assert!(withdrawn.events::<RequestSettled>().is_empty());
    assert_eq!(withdrawn.ok(), 33 * UNIT);
    assert_eq!((town.credit(REQUESTER), town.backlog()), (33 * UNIT, 9), "and others can be reviewed");
    assert_eq!(town.credit_of(town.treasury) - treasury, dues);
    let state = town.state(request);
    assert_eq!((state.closed, state.held, state.reserved), (true, 0, 0));

    assert_eq!(refused(&town.chain, &rita, withdraw(request)), Error::AlreadySettled, "not twice");
    let signal = town.market().signal(request, 1).transferred_value(UNIT);
    assert_eq!(refused(&town.chain, &town.who("pia"), signal), Error::AlreadySettled);
    assert_eq!(refused(&town.chain, &rita, town.market().reclaim(request)), Error::NothingToReclaim);
    town.chain.pass_until(due(&town, request));
    assert_eq!(refused(&town.chain, &rita, town.market().settle(request, 1)), Error::AlreadySettled);
    town.assert_balanced(&[other, request], &[]);
}

#[test]
fn a_request_in_which_somebody_has_a_place_cannot_be_taken_back() {
    let town = Town::new();
    let (open, request) = (town.post(), post_with(&town, |spec| spec.limit = 1));
    let latest = due(&town, request);
    let rita = town.who(REQUESTER);
    let refused = |request| refused(&town.chain, &rita, town.market().withdraw_request(request));
    town.signal("pia", open, 1).ok();
    assert_eq!(refused(open), Error::PlacesGiven);
    town.offer("pia", request, UNIT, latest).ok();
    town.chain.dry_run(&rita, town.market().withdraw_request(request)).ok();
    town.accept("pia", request, UNIT, latest).ok();
    assert_eq!(refused(request), Error::PlacesGiven);
    town.chain.pass_until(latest);
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(open, account("pia"))).ok();
    assert_eq!(refused(open), Error::PlacesGiven, "not even when nobody came");
}

#[test]
fn offers_for_a_request_that_was_taken_back_come_to_nothing_and_lose_nothing() {
    let town = Town::new();
    let request = post(&town);
    let latest = due(&town, request);
    town.offer("pia", request, UNIT, latest).ok();
    town.offer("paul", request, UNIT, latest).ok();
    town.chain.call(&town.who(REQUESTER), town.market().withdraw_request(request)).ok();
    assert_eq!((town.credit(REQUESTER), town.state(request).offer_deposits), (33 * UNIT, 2 * UNIT));
    let accept = town.market().accept(request, account("pia"), UNIT, latest);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), accept), Error::AlreadySettled);
    let offer = town.market().offer(request, UNIT, latest, latest, vec![]).transferred_value(UNIT);
    assert_eq!(refused(&town.chain, &town.who("petra"), offer), Error::AlreadySettled);
    town.chain.call(&town.who("pia"), town.market().retract_offer(request)).ok();
    assert_eq!(town.credit("pia"), UNIT);
    town.all_comes_out(request);
    let [pia, paul] = ["pia", "paul"].map(|name| town.chain.balance(&account(name)));
    assert!(paul > pia - UNIT && paul < pia + UNIT, "Paul's came back as well, though he did nothing");
}

#[test]
fn a_request_whose_offers_were_all_left_lying_settles_and_goes_back() {
    let town = Town::new();
    let request = post(&town);
    town.offer("pia", request, UNIT, due(&town, request)).ok();
    town.chain.pass(days(2));
    let settled = town.settle(request);
    assert_eq!(settled.events::<RequestSettled>(), [RequestSettled { request, submissions: 0, deposit: 0 }]);
    settled.ok();
    assert_eq!(town.backlog(), 0);
    let withdraw = town.market().withdraw_request(request);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), withdraw), Error::AlreadySettled);
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT, "without the deposits of offers");
    let before: Balance = town.credit("pia");
    town.chain.call(&town.who("pia"), town.market().retract_offer(request)).ok();
    assert_eq!(town.credit("pia") - before, UNIT);
    town.all_comes_out(request);
}
