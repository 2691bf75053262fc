//! The market, message by message: what each does, what it tells, and every reason for which it refuses.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{account, brisk_policy, brisk_terms, days, hours, UNIT};
use e2e_tests::{one, with_many_hands, work_of, Town, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER};
use ink::primitives::{AccountId, Hash};
use interfaces::market::commitment;
use interfaces::{
    market::{
        Asset, Claimed, Error, NoShow, Opened, Phase, PlacesTaken, Policy, PolicyReason, Quote, Reclaimed,
        ReputationRefused, RequestPosted, RequestReason, RequestSettled, RequestSpec, Revealed, ReviewsCommitted,
        ReviewsOpened, ReviewsRevealed, SubmissionFinalized, Submitted, Verdict, Window, WindowExtended, Withdrawn,
    },
    obligation::{self, OpsDeclared, Schedule},
    reputation, roles, Market as _, Obligation as _, RequestId, Timestamp,
};
use pendzl::contracts::access_control::AccessControl as _;

/// The price of the town's default request: 30 UNIT, three reviews at 1 UNIT, and 5 % of both.
const PRICE: u128 = 34 * UNIT + 650 * UNIT / 1_000;
/// What a place of it can earn in reputation: a third of 100 for each UNIT of fee.
const PER_PLACE: u128 = 55;
/// What one review of it has at stake: a seventh of half of that.
const STAKE: u128 = 3;

// Opening

/// A second market beside the town's, wired to the same contracts, that nobody has opened.
fn unopened_market(town: &Town) -> AccountId {
    let constructor = chain::constructor("new");
    let constructor = constructor.push_arg(town.reputation_address).push_arg(town.obligation_address);
    let contracts = chain::build::contracts().expect("the contracts build");
    town.chain.deploy(&contracts.market, constructor, &town.manager, 0).returned()
}

#[test]
fn before_it_is_opened_the_market_answers_not_open() {
    let town = Town::unstaffed(|_| ());
    let market = unopened_market(&town);
    let calls = || chain::MarketCalls::from(market);
    let (rita, spec) = (town.who(REQUESTER), town.request_spec());
    let chain = &town.chain;

    assert_eq!(chain.call(&rita, calls().post(spec.clone(), 0)).err(), Error::NotOpen);
    assert_eq!(chain.read(calls().quote(spec)).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().signal(0, 1)).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().submit(0, one::delivery(Hash::default(), vec![]))).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().report_no_show(0, rita)).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().open_reviews(0, 1)).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().commit_reviews(0, one::commitment(0, [0; 32]))).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().reveal_reviews(0, one::reveal(0, 1, None, SALT))).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().finalize(0, vec![0])).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().settle(0, 1)).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().claim(0, vec![0])).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().reclaim(0)).err(), Error::NotOpen);
    assert_eq!(chain.call(&rita, calls().withdraw(Asset::Native)).err(), Error::NotOpen);
    assert_eq!(chain.read(calls().request(0)).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().submission(0, 0)).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().reviews(0, 0)).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().credit(Asset::Native, rita)).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().policy()).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().pool()).unwrap_err(), Error::NotOpen);
    assert_eq!(chain.read(calls().phase(0, None)).unwrap_err(), Error::NotOpen);
}

#[test]
fn only_the_manager_opens_the_market_once_with_a_policy_and_terms_that_keep_the_rules() {
    let town = Town::unstaffed(|_| ());
    let market = unopened_market(&town);
    let open = |policy, terms| chain::MarketCalls::from(market).open(policy, terms, Schedule::default());
    let chain = &town.chain;

    let stranger = town.who(STRANGER);
    assert_eq!(chain.call(&stranger, open(brisk_policy(), brisk_terms())).err(), Error::MissingRole);
    for (broken, reason) in [
        (Policy { protocol_fee_bps: 10_001, ..brisk_policy() }, PolicyReason::Shares),
        (Policy { premium_cap_bps: 100_001, ..brisk_policy() }, PolicyReason::Shares),
        (Policy { min_window: 0, ..brisk_policy() }, PolicyReason::MinWindow),
        (Policy { min_window: days(7) + 1, ..brisk_policy() }, PolicyReason::MinWindow),
        (Policy { max_window: hours(1) - 1, ..brisk_policy() }, PolicyReason::MaxWindow),
        (Policy { max_window: days(3_653) + 1, ..brisk_policy() }, PolicyReason::MaxWindow),
        (Policy { min_quorum: 9, ..brisk_policy() }, PolicyReason::MinQuorum),
        (Policy { min_stake: 2, max_stake: 1, ..brisk_policy() }, PolicyReason::Stakes),
    ] {
        let refused = chain.call(&town.manager, open(broken, brisk_terms())).err();
        assert_eq!(refused, Error::InvalidPolicy(reason));
    }
    let refused = chain.call(&town.manager, open(brisk_policy(), brisk_terms())).err();
    assert_eq!(refused, Error::Obligation(obligation::Error::MissingRole), "it is no operator yet");

    let grant = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(market));
    chain.call(&town.manager, grant).ok();
    let unfair = obligation::Terms { seats: 7, ..brisk_terms() };
    let refused = chain.call(&town.manager, open(brisk_policy(), unfair)).err();
    assert_eq!(refused, Error::Obligation(obligation::Error::InvalidTerms(obligation::TermsReason::Share)));
    let opened = chain.call(&town.manager, open(brisk_policy(), brisk_terms()));
    assert_eq!(opened.events::<Opened>(), [Opened { pool: town.pool + 1, treasury: town.treasury }]);
    opened.ok();
    let calls = || chain::MarketCalls::from(market);
    assert_eq!(chain.read(calls().policy()), Ok(brisk_policy()));
    assert_eq!(chain.read(calls().pool()), Ok(town.pool + 1));
    let again = chain.call(&town.manager, open(brisk_policy(), brisk_terms())).err();
    assert_eq!(again, Error::AlreadyOpen);
    let hasty = Policy { min_window: hours(1) - 1, ..brisk_policy() };
    let refused = chain.call(&town.manager, calls().propose_policy(hasty)).err();
    assert_eq!(refused, Error::InvalidPolicy(PolicyReason::MinWindow), "shorter than the beacon's period");
}

#[test]
fn a_pause_stops_posting_and_signalling_and_nothing_else() {
    let town = Town::new();
    let chain = &town.chain;
    let busy = town.post();
    town.deliver(PROVIDERS[0], busy);

    assert_eq!(chain.call(&town.who(STRANGER), town.market().pause()).err(), Error::MissingRole);
    assert_eq!(chain.call(&town.who(STRANGER), town.market().unpause()).err(), Error::MissingRole);
    assert_eq!(chain.call(&town.manager, town.market().unpause()).err(), Error::NotPaused);
    chain.call(&town.manager, town.market().pause()).ok();
    assert_eq!(chain.call(&town.manager, town.market().pause()).err(), Error::Paused);

    let post = town.market().post(town.request_spec(), 0).transferred_value(PRICE);
    assert_eq!(chain.call(&town.who(REQUESTER), post).err(), Error::Paused);
    let small = RequestSpec { limit: 1, ..town.request_spec() };
    assert!(chain.read(town.market().quote(small)).is_ok(), "asking for the price is no request");
    assert_eq!(town.signal(PROVIDERS[1], busy, 1).err(), Error::Paused);

    town.open_reviews(busy);
    town.review(busy, 0, &[(ENFORCERS[0], 80), (ENFORCERS[1], 80), (ENFORCERS[2], 80)]);
    town.finalize(busy, 0).ok();
    town.settle(busy).ok();
    town.claim(busy, 0).ok();
    town.reclaim(busy).ok();
    town.withdraw(PROVIDERS[0]).ok();

    chain.call(&town.manager, town.market().unpause()).ok();
    town.post();
}

// Requests

#[test]
fn a_quote_says_each_part_of_the_price() {
    let town = Town::new();
    let quote = town.chain.read(town.market().quote(town.request_spec())).unwrap();
    let fee = PRICE - 33 * UNIT;
    let parts =
        Quote { reward: 30 * UNIT, review_fees: 3 * UNIT, protocol_fee: fee, rent: 0, premium: 0, total: PRICE };
    assert_eq!(quote, parts);
}

#[test]
fn reviews_are_rented_for_every_day_begun_until_the_end_of_their_last_possible_window() {
    let town = Town::with(|settings| settings.policy.assets[0].rent = UNIT / 100);
    let rent = |change: &dyn Fn(&mut RequestSpec)| {
        let mut spec = town.request_spec();
        change(&mut spec);
        let quote = town.chain.read(town.market().quote(spec)).expect("a price");
        assert_eq!(quote.total, quote.reward + quote.review_fees + quote.protocol_fee + quote.rent + quote.premium);
        quote.rent
    };
    // Reveals end on the fourth day, and an extension takes a fifth: nine reviews for five days.
    assert_eq!(rent(&|_| ()), 45 * UNIT / 100);
    assert_eq!(rent(&|spec| spec.limit = 1), 15 * UNIT / 100);
    assert_eq!(rent(&|spec| spec.reveal_by += 1), 54 * UNIT / 100, "a sixth day has begun");
    assert_eq!(rent(&|spec| spec.reveal_by -= hours(23)), 45 * UNIT / 100);
    assert_eq!(rent(&|spec| spec.reward = UNIT), 45 * UNIT / 100, "whatever the reward is");
    let request = town.post();
    // 5 % of 33 UNIT, and the rent.
    assert_eq!(town.credit_of(town.treasury), 165 * UNIT / 100 + 45 * UNIT / 100);
    let state = town.state(request);
    assert_eq!((state.held, state.reputation_per_place), (33 * UNIT, PER_PLACE), "no reputation comes of rent");
    let withdraw = town.market().withdraw_request(request);
    assert_eq!(town.chain.call(&town.who(REQUESTER), withdraw).ok(), 33 * UNIT, "nor does it come back");
}

#[test]
fn a_request_takes_its_whole_price_and_credits_back_what_exceeds_it() {
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let quote = town.chain.read(town.market().quote(town.request_spec())).unwrap();
    let post = town.market().post(town.request_spec(), UNIT).transferred_value(PRICE + UNIT);
    let posted = town.chain.call(&rita, post);
    assert_eq!(posted.events::<RequestPosted>(), [RequestPosted { request: 0, requester: rita, quote }]);
    assert_eq!(posted.ok(), 0);
    assert_eq!(town.credit(REQUESTER), UNIT);
    assert_eq!(town.credit_of(town.treasury), quote.protocol_fee);
    let state = town.state(0);
    assert_eq!((state.held, state.reserved, state.requester), (33 * UNIT, 9, rita));
    assert_eq!(state.reputation_per_place, PER_PLACE);
    let capacity = town.chain.read(town.obligation().capacity(town.pool)).unwrap();
    assert_eq!((capacity.backlog, capacity.utilization_ppm), (9, 600_000));
}

#[test]
fn a_request_that_breaks_a_rule_or_is_not_paid_exactly_is_refused() {
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let post = |spec, value| town.chain.call(&rita, town.market().post(spec, UNIT).transferred_value(value)).err();
    let mut broken = town.request_spec();
    broken.reward = 0;
    assert_eq!(post(broken, PRICE), Error::InvalidRequest(RequestReason::Reward));
    assert_eq!(post(town.request_spec(), PRICE - 1), Error::InsufficientPayment);
    assert_eq!(post(town.request_spec(), PRICE + UNIT + 1), Error::ExcessPayment);
    let mut astronomic = town.request_spec();
    astronomic.reward = u128::MAX;
    assert_eq!(post(astronomic, PRICE), Error::InvalidRequest(RequestReason::Amounts));
}

#[test]
fn a_request_needs_a_quorum_of_active_enforcers() {
    let town = Town::unstaffed(with_many_hands);
    for name in &ENFORCERS[..2] {
        town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
    }
    let post = || town.market().post(town.request_spec(), 0).transferred_value(PRICE);
    assert_eq!(town.chain.call(&town.who(REQUESTER), post()).err(), Error::TooFewEnforcers);
    town.chain.call(&town.who(ENFORCERS[2]), town.obligation().enlist(town.pool)).ok();
    assert_eq!(town.chain.call(&town.who(ENFORCERS[0]), post()).err(), Error::TooFewEnforcers, "she cannot judge hers");
    town.chain.call(&town.who(REQUESTER), post()).ok();
    town.chain.call(&town.who(ENFORCERS[3]), town.obligation().enlist(town.pool)).ok();
    town.chain.call(&town.who(ENFORCERS[0]), post()).ok();
}

#[test]
fn each_step_of_a_request_takes_as_long_as_the_policy_allows() {
    let town = Town::with(|settings| {
        with_many_hands(settings);
        settings.policy.max_window = days(30);
    });
    let (hour, week, month) = (hours(1), days(7), days(30));
    let quote = |[signal, deliver, review, reveal]: [Timestamp; 4]| {
        let mut spec = town.request_spec();
        spec.signal_by = town.chain.now() + signal;
        spec.deliver_by = spec.signal_by + deliver;
        spec.review_by = spec.deliver_by + review;
        spec.reveal_by = spec.review_by + reveal;
        town.chain.read(town.market().quote(spec)).map(|_| ())
    };
    assert_eq!((quote([hour; 4]), quote([month, month, week, week])), (Ok(()), Ok(())));
    for refused in [
        [hour - 1, hour, hour, hour],
        [hour, hour - 1, hour, hour],
        [hour, hour, hour - 1, hour],
        [hour, hour, hour, hour - 1],
        [month + 1, month, week, week],
        [month, month + 1, week, week],
        [month, month, week + 1, week],
        [month, month, week, week + 1],
    ] {
        assert_eq!(quote(refused), Err(Error::InvalidRequest(RequestReason::Deadlines)), "{refused:?}");
    }
    // A request keeps what it was posted under.
    let request = town.post();
    let shorter = Policy { max_window: days(2), ..town.chain.read(town.market().policy()).expect("a policy") };
    town.chain.call(&town.manager, town.market().propose_policy(shorter)).ok();
    town.chain.pass(days(1));
    assert_eq!(quote([month, hour, hour, hour]), Err(Error::InvalidRequest(RequestReason::Deadlines)));
    assert_eq!(town.state(request).max_window, month);
}

#[test]
fn the_premium_is_a_part_of_the_rent_that_rises_with_utilization_and_a_full_pool_takes_no_more() {
    // Five enforcers with three commitments each can review 15 at once.
    let town = Town::with(|settings| {
        settings.policy.target_utilization_ppm = 200_000;
        settings.policy.assets[0].rent = UNIT / 100;
    });
    let quote = |limit| town.chain.read(town.market().quote(RequestSpec { limit, ..town.request_spec() }));
    let premium = |limit| quote(limit).map(|quote| quote.premium);
    // The rent of three reviews for five days.
    let rent = 15 * UNIT / 100;
    assert_eq!(premium(1), Ok(0), "three of 15 are the target");
    assert_eq!(premium(2), Ok(2 * rent / 2), "a quarter of the way from 20 % to 100 %, and of twice the rent");
    assert_eq!(premium(3), Ok(3 * rent), "half-way");
    assert_eq!(premium(5), Err(Error::AtCapacity), "no room would be left");
    let posted = town.post();
    assert_eq!(town.credit_of(town.treasury), 165 * UNIT / 100 + 6 * rent);
    assert_eq!(premium(1), Ok(rent * 3 / 2), "what is asked for already counts as well");
    assert_eq!(premium(2), Err(Error::AtCapacity));
    let two = RequestSpec { limit: 2, ..town.request_spec() };
    let post = town.market().post(two, 0).transferred_value(2 * PRICE);
    assert_eq!(town.chain.call(&town.who(REQUESTER), post).err(), Error::AtCapacity);
    assert_eq!(town.state(posted).held, 33 * UNIT, "the premium is no part of the escrow");
}

#[test]
fn where_reviews_cost_no_rent_there_is_no_premium() {
    let town = Town::with(|settings| settings.policy.target_utilization_ppm = 0);
    let quote = town.chain.read(town.market().quote(town.request_spec())).expect("a price");
    assert_eq!((quote.rent, quote.premium, quote.total), (0, 0, PRICE));
}

// Places and deliveries

#[test]
fn places_are_taken_with_their_deposits() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.per_provider = 2);
    let signalled = town.signal("pia", request, 2);
    let pia = account("pia");
    let taken = PlacesTaken { request, provider: pia, places: 2, deposit: 2 * UNIT };
    assert_eq!(signalled.events::<PlacesTaken>(), [taken]);
    signalled.ok();
    assert_eq!((town.state(request).places, town.state(request).deposits), (2, 2 * UNIT));
    assert_eq!(town.profile("pia").holds, 2);
}

#[test]
fn every_reason_not_to_give_a_place_is_named() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        spec.per_provider = 2;
        spec.min_reputation = 10;
    });
    assert_eq!(town.chain.call(&town.who("pia"), town.market().signal(9, 1)).err(), Error::UnknownRequest);
    assert_eq!(town.signal(REQUESTER, request, 1).err(), Error::OwnRequest);
    assert_eq!(town.signal("edda", request, 0).err(), Error::NoPlaces);
    assert_eq!(town.signal("edda", request, 3).err(), Error::TooManyPlaces);
    let pay = |value| town.market().signal(request, 1).transferred_value(value);
    assert_eq!(town.chain.call(&town.who("edda"), pay(UNIT - 1)).err(), Error::InsufficientPayment);
    assert_eq!(town.chain.call(&town.who("edda"), pay(UNIT + 1)).err(), Error::ExcessPayment);
    let newcomer = town.signal("pia", request, 1).err();
    assert_eq!(newcomer, Error::Reputation(reputation::Error::InsufficientReputation));
    town.signal("edda", request, 2).ok();
    assert_eq!(town.signal("enzo", request, 2).err(), Error::NoPlaceLeft);
    town.chain.pass_until(town.spec(request).signal_by);
    assert_eq!(town.signal("enzo", request, 1).err(), Error::TooLate);
}

#[test]
fn members_take_places_as_long_as_a_quorum_is_left_to_judge_and_outsiders_always() {
    let town = Town::with(with_many_hands);
    let request = town.post_with(|spec| (spec.limit, spec.per_provider) = (9, 2));
    // Five are active. Who waits for a seat may have one when reviews are opened, and counts as well.
    for (insiders, name) in (1..).zip(["eva", "cora"]) {
        town.signal(name, request, 1).ok();
        assert_eq!(town.state(request).insiders, insiders);
    }
    for name in ["emil", "elsa", "carl"] {
        assert_eq!(town.signal(name, request, 1).err(), Error::JuryExhausted, "{name} would leave fewer than three");
    }
    town.signal("eva", request, 1).ok();
    for name in PROVIDERS {
        town.signal(name, request, 1).ok();
    }
    assert_eq!((town.state(request).insiders, town.state(request).places), (2, 6));
    for name in ["eva", "cora"] {
        town.submit(name, request).ok();
    }
    town.open_reviews(request);
    town.review(request, 1, &[("emil", 80), ("edda", 80), ("enzo", 80)]);
    town.finalize(request, 1).ok();
    assert_eq!(town.submission(request, 1).verdict, Verdict::Quorum);
}

#[test]
fn a_requester_who_is_a_member_leaves_one_fewer_to_judge() {
    let town = Town::with(with_many_hands);
    let eva = town.who("eva");
    let spec = RequestSpec { limit: 5, ..town.request_spec() };
    let price = town.chain.read(town.market().quote(spec.clone())).expect("a price").total;
    let request = town.chain.call(&eva, town.market().post(spec, 0).transferred_value(price)).ok();
    town.signal("emil", request, 1).ok();
    assert_eq!(town.signal("edda", request, 1).err(), Error::JuryExhausted);
    town.signal("pia", request, 1).ok();
}

#[test]
fn whoever_becomes_a_member_later_has_taken_its_place_as_an_outsider() {
    let town = Town::unstaffed(with_many_hands);
    let enlist = |name: &str| town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
    ENFORCERS[..3].iter().for_each(|name| enlist(name));
    let request = town.post();
    town.signal("enzo", request, 1).ok();
    assert_eq!(town.signal("eva", request, 1).err(), Error::JuryExhausted);
    enlist("enzo");
    enlist("elsa");
    assert_eq!(town.state(request).insiders, 0);
    town.signal("eva", request, 1).ok();
    town.signal("emil", request, 1).ok();
    assert_eq!(town.state(request).insiders, 2, "of five");
    assert_eq!(town.signal("edda", request, 1).err(), Error::JuryExhausted);
}

#[test]
fn a_place_can_cost_reputation_and_a_bond() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        spec.access_price = 7;
        spec.provider_bond = 30;
    });
    town.signal("carl", request, 1).ok();
    let carl = town.profile("carl");
    assert_eq!((carl.spent, carl.locked), (7, 50 + 30), "the bond in the waiting line is another");
    town.submit("carl", request).ok();
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 90), ("emil", 90), ("edda", 90)]);
    town.finalize(request, 0).ok();
    town.settle(request).ok();
    town.claim(request, 0).ok();
    let carl = town.profile("carl");
    assert_eq!((carl.locked, carl.slashed, carl.holds), (50, 0, 0));
}

#[test]
fn deliveries_are_counted_up_and_kept() {
    let town = Town::new();
    let request = town.post();
    town.signal("pia", request, 1).ok();
    let submitted = town.submit("pia", request);
    let pia = account("pia");
    let content = work_of("pia");
    assert_eq!(submitted.events::<Submitted>(), [Submitted { request, submission: 0, provider: pia, content }]);
    assert_eq!(submitted.ok(), 0);
    assert_eq!(town.deliver("paul", request), 1);
    let kept = town.submission(request, 0);
    assert_eq!((kept.provider, kept.content, kept.uri), (pia, content, b"ipfs://work".to_vec()));
    assert_eq!(kept.submitted, town.chain.now());
}

#[test]
fn every_reason_not_to_take_a_delivery_is_named() {
    let town = Town::new();
    let request = town.post();
    let (pia, content) = (town.who("pia"), Hash::default());
    let submit = |request, uri| town.chain.call(&pia, town.market().submit(request, one::delivery(content, uri))).err();
    assert_eq!(submit(9, vec![]), Error::UnknownRequest);
    assert_eq!(submit(request, vec![]), Error::NoPlace);
    town.signal("pia", request, 1).ok();
    assert_eq!(submit(request, vec![b'x'; 257]), Error::UriTooLong);
    town.submit("pia", request).ok();
    assert_eq!(submit(request, vec![]), Error::NoPlace, "one delivery a place");
    let nothing = town.market().submit(request, vec![]);
    assert_eq!(town.chain.call(&pia, nothing).err(), Error::InvalidBatch);
    town.chain.pass_until(town.spec(request).deliver_by);
    assert_eq!(submit(request, vec![]), Error::TooLate);
}

#[test]
fn who_does_not_deliver_loses_bond_and_deposit_to_anyones_report_once() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.provider_bond = 40);
    town.signal("carl", request, 1).ok();
    let report = || town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("carl")));
    assert_eq!(report().err(), Error::TooEarly);
    town.chain.pass_until(town.spec(request).deliver_by);
    let unknown = town.market().report_no_show(9, account("carl"));
    assert_eq!(town.chain.call(&town.who(STRANGER), unknown).err(), Error::UnknownRequest);
    let held = town.state(request).held;

    let reported = report();
    let told = NoShow { request, provider: account("carl"), places: 1, forfeited: UNIT };
    assert_eq!(reported.events::<NoShow>(), [told]);
    assert_eq!(reported.ok(), 1);
    assert_eq!((town.state(request).held, town.state(request).deposits), (held + UNIT, 0));
    let carl = town.profile("carl");
    assert_eq!((carl.slashed, carl.locked, carl.holds), (40, 50, 0));
    assert_eq!(report().err(), Error::NoShowNone, "not twice");
    let nobody = town.market().report_no_show(request, account("pia"));
    assert_eq!(town.chain.call(&town.who(STRANGER), nobody).err(), Error::NoShowNone);
    town.settle(request).ok();
    assert_eq!(town.reclaim(request).ok(), 34 * UNIT, "escrow and deposit are the requester's");
}

// Reviews

#[test]
fn opening_reviews_shows_the_work_to_every_enforcer() {
    let town = Town::new();
    let request = town.post();
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    let open = |request, max| town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, max));
    assert_eq!(open(9, 1).err(), Error::UnknownRequest);
    assert_eq!(open(request, 0).err(), Error::InvalidBatch);
    assert_eq!(open(request, 65).err(), Error::InvalidBatch);
    assert_eq!(open(request, 1).err(), Error::TooEarly);
    town.chain.pass_until(town.spec(request).deliver_by);
    let opened = open(request, 2);
    assert_eq!(opened.events::<ReviewsOpened>(), [ReviewsOpened { request, from: 0, count: 2, missed: 0 }]);
    assert_eq!(opened.ok(), 2);
    assert_eq!(open(request, 2).ok(), 1);
    assert_eq!(open(request, 1).err(), Error::NothingToOpen);
    assert_eq!(town.member("eva").seen, 3_000_000);
}

#[test]
fn a_window_begins_when_it_is_opened_however_late_and_everybody_sees_the_work() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.chain.pass_until(town.spec(request).deliver_by + days(40));
    let opened = town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 64));
    assert_eq!(opened.events::<ReviewsOpened>(), [ReviewsOpened { request, from: 0, count: 1, missed: 0 }]);
    opened.ok();
    assert_eq!(town.member("eva").seen, 1_000_000);
    let now = town.chain.now();
    let full = Window { start: now, drawn_by: now + hours(12), commit_by: now + days(1), reveal_by: now + days(2) };
    assert_eq!(town.window(request, 0), full);
    let submission = town.submission(request, 0);
    assert_eq!((submission.window_start, submission.active, submission.extended), (now, 5, false));
    town.until_open_to_all(request, 0);
    for name in ["eva", "emil"] {
        town.commit(name, request, 0, 80).ok();
    }
    town.chain.pass_until(full.commit_by - 1);
    town.commit("edda", request, 0, 80).ok();
    town.chain.pass_until(full.reveal_by - 1);
    for name in ["eva", "emil", "edda"] {
        town.reveal(name, request, 0, 80).ok();
    }
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum);
}

#[test]
fn submissions_opened_one_after_the_other_have_windows_of_their_own() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.deliver("paul", request);
    town.chain.pass_until(town.spec(request).deliver_by);
    let open = || town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 1)).ok();
    assert_eq!(open(), 1);
    town.chain.pass(hours(36));
    assert_eq!(open(), 1);
    let [first, second] = [0, 1].map(|submission| town.window(request, submission));
    assert_eq!(second.start, first.start + hours(36));
    assert_eq!((second.commit_by, second.reveal_by), (first.commit_by + hours(36), first.reveal_by + hours(36)));
    assert_eq!(town.commit("eva", request, 0, 80).err(), Error::TooLate);
    assert_eq!(town.commit("eva", request, 1, 80).err(), Error::NotDrawn);
}

#[test]
fn every_reason_not_to_take_a_commitment_is_named() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.per_provider = 2);
    for name in ["elsa", "pia"] {
        town.deliver(name, request);
    }
    let commit = |name, request, submission| town.commit(name, request, submission, 80);
    assert_eq!(commit("eva", 9, 0).err(), Error::UnknownRequest);
    assert_eq!(commit("eva", request, 9).err(), Error::UnknownSubmission);
    assert_eq!(commit("eva", request, 0).err(), Error::NotOpened);
    town.open_reviews(request);
    assert_eq!(commit("eva", request, 0).err(), Error::NotDrawn, "nobody is drawn when the window opens");
    town.until_open_to_all(request, 0);
    assert_eq!(commit(REQUESTER, request, 0).err(), Error::Conflicted);
    assert_eq!(commit("elsa", request, 1).err(), Error::Conflicted, "not even another's work in the same request");
    assert_eq!(commit("cora", request, 0).err(), Error::Obligation(obligation::Error::NotAMember));
    assert_eq!(commit(STRANGER, request, 0).err(), Error::Obligation(obligation::Error::NotAMember));
    let committed = commit("eva", request, 0);
    let told = ReviewsCommitted { request, enforcer: account("eva"), submissions: vec![0] };
    assert_eq!(committed.events::<ReviewsCommitted>(), [told]);
    committed.ok();
    assert_eq!(commit("eva", request, 0).err(), Error::AlreadyReviewed);
    assert_eq!(town.member("eva").open, 1);
    town.until_commits_close(request, 0);
    assert_eq!(commit("emil", request, 0).err(), Error::TooLate);
}

#[test]
fn the_jury_grows_from_nobody_to_everyone_by_the_middle_of_the_window() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    let opened = town.chain.now();
    let drawn = |at: u64| {
        town.chain.pass_until(opened + at);
        let drawn = |name: &&&str| {
            let who = town.who(name);
            let sealed = one::commitment(0, commitment(request, 0, who, 50, None, &SALT));
            let tried = town.chain.dry_run(&who, town.market().commit_reviews(request, sealed)).returned();
            tried.map_err(|error| assert_eq!(error, Error::NotDrawn)).is_ok()
        };
        ENFORCERS.iter().filter(drawn).count()
    };
    let jury: Vec<_> = (0..=12).map(|hour| drawn(hours(hour))).collect();
    assert_eq!((jury[0], jury[12]), (0, 5));
    assert!(jury.windows(2).all(|pair| pair[0] <= pair[1]), "who is drawn stays drawn: {jury:?}");
    assert!(jury.iter().any(|drawn| (1..5).contains(drawn)), "not all at once: {jury:?}");
}

/// Seven enforcers on seats, of whom each has to review one of three submissions.
fn town_of_seven() -> Town {
    Town::with(|settings| (settings.terms.denominator, settings.terms.seats) = (3, 7))
}

#[test]
fn a_full_round_takes_no_more_reviews_and_is_revealed_at_once() {
    let town = town_of_seven();
    let request = town.post();
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    // Each is one review short until its first commitment: three of those fill what the short have of a submission, and
    // the others come back to it when they owe nothing any more.
    let (short, others) = (["eva", "emil", "edda"], ["enzo", "elsa", "cora", "carl"]);
    for name in short {
        town.commit(name, request, 0, 80).ok();
    }
    assert_eq!(town.commit("enzo", request, 0, 80).err(), Error::ReviewsFull, "three that are short have committed");
    for (name, first) in others.into_iter().zip([1, 1, 1, 2]) {
        town.commit(name, request, first, 80).ok();
        assert_eq!(town.reveal("eva", request, 0, 80).err(), Error::ReviewsOpen);
        town.commit(name, request, 0, 80).ok();
    }
    let reviews = town.chain.read(town.market().reviews(request, 0)).unwrap();
    let expected: Vec<_> = short.iter().map(|name| (account(name), true)).collect();
    let expected = [expected, others.iter().map(|name| (account(name), false)).collect()].concat();
    assert_eq!(reviews.iter().map(|review| (review.enforcer, review.short)).collect::<Vec<_>>(), expected);

    assert!(town.chain.now() < town.window(request, 0).commit_by);
    for name in short.into_iter().chain(others) {
        town.reveal(name, request, 0, 80).ok();
    }
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum);
    assert_eq!(town.credit("carl"), UNIT / 7);
}

#[test]
fn whoever_owes_nothing_leaves_room_for_those_who_do() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.limit = 1);
    town.deliver("pia", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..4] {
        town.commit(name, request, 0, 80).ok();
    }
    assert_eq!(town.commit("elsa", request, 0, 80).err(), Error::ReviewsFull, "four of seven who owe nothing");
    // With another piece of work seen she is short of one, and finds room.
    let other = town.post_with(|spec| spec.limit = 1);
    town.deliver("paul", other);
    assert_eq!(town.member("elsa").deficit, 0);
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..4] {
        town.reveal(name, request, 0, 80).ok();
    }
    town.finalize(request, 0).ok();
    town.open_reviews(other);
    assert_eq!(town.member("elsa").deficit, 1_000_000);
    town.until_open_to_all(other, 0);
    for name in &ENFORCERS[..4] {
        town.commit(name, other, 0, 80).ok();
    }
    town.commit("elsa", other, 0, 80).ok();
    let reviews = town.chain.read(town.market().reviews(other, 0)).unwrap();
    assert_eq!(reviews.iter().map(|review| review.short).collect::<Vec<_>>(), [false, false, false, false, true]);
}

#[test]
fn every_reason_not_to_take_a_reveal_is_named() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.deliver("paul", request);
    let eva = town.who("eva");
    let reveal = |submission, score, duplicate_of, salt| {
        let message = town.market().reveal_reviews(request, one::reveal(submission, score, duplicate_of, salt));
        town.chain.call(&eva, message)
    };
    assert_eq!(reveal(0, 70, None, SALT).err(), Error::NotOpened);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in ["eva", "emil", "edda"] {
        town.commit(name, request, 0, 70).ok();
    }
    for name in ["emil", "edda", "enzo"] {
        town.commit(name, request, 1, 70).ok();
    }
    assert_eq!(reveal(0, 70, None, SALT).err(), Error::ReviewsOpen, "nobody's score is known while others commit");
    town.until_commits_close(request, 0);
    let elsewhere = town.market().reveal_reviews(9, one::reveal(0, 70, None, SALT));
    assert_eq!(town.chain.call(&eva, elsewhere).err(), Error::UnknownRequest);
    let nothing = town.market().reveal_reviews(request, vec![]);
    assert_eq!(town.chain.call(&eva, nothing).err(), Error::InvalidBatch);
    assert_eq!(reveal(9, 70, None, SALT).err(), Error::UnknownSubmission);
    assert_eq!(reveal(0, 101, None, SALT).err(), Error::InvalidScore);
    assert_eq!(reveal(0, 70, Some(0), SALT).err(), Error::InvalidDuplicate);
    assert_eq!(reveal(1, 70, None, SALT).err(), Error::NotCommitted);
    assert_eq!(reveal(0, 71, None, SALT).err(), Error::WrongReveal, "another score than was committed");
    assert_eq!(reveal(0, 70, None, [0; 32]).err(), Error::WrongReveal, "another salt than was committed");
    let revealed = reveal(0, 70, None, SALT);
    let reviews = vec![Revealed { submission: 0, score: 70, duplicate_of: None }];
    assert_eq!(revealed.events::<ReviewsRevealed>(), [ReviewsRevealed { request, enforcer: eva, reviews }]);
    revealed.ok();
    assert_eq!(reveal(0, 70, None, SALT).err(), Error::AlreadyRevealed);
    let review = town.chain.read(town.market().reviews(request, 0)).unwrap()[0];
    assert_eq!((review.enforcer, review.score, review.short), (eva, Some(70), true), "one of two ops seen was due");
    town.until_reveals_close(request, 0);
    assert_eq!(reveal(0, 70, None, SALT).err(), Error::TooLate);
}

#[test]
fn the_median_decides_and_the_coherent_share_the_fee() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly);
    town.review(request, 0, &[("eva", 60), ("emil", 65), ("edda", 70), ("enzo", 20)]);
    let finalized = town.finalize(request, 0);
    let told = SubmissionFinalized {
        request,
        submission: 0,
        verdict: Verdict::Quorum,
        median: 60,
        weight_bps: 8_000,
        coherent: 3,
        fee: UNIT / 3,
        duplicate_of: None,
    };
    assert_eq!(finalized.events::<SubmissionFinalized>(), [told]);
    finalized.ok();
    for name in ["eva", "emil", "edda"] {
        assert_eq!(town.credit(name), UNIT / 3, "{name}");
        assert_eq!(town.profile(name).owed, STAKE, "{name}");
    }
    assert_eq!((town.credit("enzo"), town.profile("enzo").slashed), (0, STAKE), "far off: no fee, and a loss");
    for name in ["eva", "emil", "edda", "enzo"] {
        let member = town.member(name);
        assert_eq!((member.declared, member.open), (1_000_000, 0), "{name} showed up");
    }
    assert_eq!(town.state(request).held, 33 * UNIT - UNIT / 3 * 3);
    assert_eq!(town.finalize(request, 0).err(), Error::AlreadyFinalized);
    assert_eq!(town.finalize(request, 7).err(), Error::UnknownSubmission);
    assert_eq!(town.finalize(7, 0).err(), Error::UnknownRequest);
    assert_eq!(town.commit("elsa", request, 0, 60).err(), Error::AlreadyFinalized);
    assert_eq!(town.reveal("eva", request, 0, 60).err(), Error::AlreadyFinalized);
}

#[test]
fn a_verdict_needs_reviews_to_be_opened() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.chain.pass(days(30));
    assert_eq!(town.finalize(request, 0).err(), Error::NotOpened);
}

/// A delivery of which Eva and Emil think alike and Edda otherwise; Enzo has committed to what he does not reveal.
fn one_is_wrong_and_one_absent(town: &Town) -> RequestId {
    let request = town.in_review();
    for (name, score) in [("eva", 60), ("emil", 60), ("edda", 0), ("enzo", 60)] {
        town.commit(name, request, 0, score).ok();
    }
    town.until_commits_close(request, 0);
    for (name, score) in [("eva", 60), ("emil", 60), ("edda", 0)] {
        town.reveal(name, request, 0, score).ok();
    }
    request
}

#[test]
fn who_commits_and_does_not_reveal_loses_more_than_who_is_wrong() {
    let town = Town::new();
    let request = one_is_wrong_and_one_absent(&town);
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly, "enzo may still reveal");
    town.until_reveals_close(request, 0);
    let finalized = town.finalize(request, 0);
    let declared = ["eva", "emil", "edda"].map(|name| (account(name), 1)).to_vec();
    assert_eq!(finalized.events::<OpsDeclared>(), [OpsDeclared { pool: town.pool, declared }], "one for all");
    finalized.ok();
    assert_eq!((town.profile("edda").slashed, town.profile("enzo").slashed), (STAKE, 2 * STAKE + 1));
    assert_eq!((town.member("edda").declared, town.member("edda").open), (1_000_000, 0));
    assert_eq!((town.member("enzo").declared, town.member("enzo").open), (0, 0));
}

#[test]
fn what_a_review_has_at_stake_has_a_floor_and_a_ceiling() {
    // By the price of the request it would be 3 points.
    for ((min_stake, max_stake), [gain, loss, absence]) in [
        ((0, u128::MAX), [3, 3, 7]),
        ((5, 100), [3, 5, 11]),
        ((0, 2), [2, 2, 5]),
        ((1, 1), [1, 1, 3]),
        ((0, 0), [0, 0, 1]),
    ] {
        let town =
            Town::with(|settings| (settings.policy.min_stake, settings.policy.max_stake) = (min_stake, max_stake));
        let request = one_is_wrong_and_one_absent(&town);
        town.until_reveals_close(request, 0);
        town.finalize(request, 0).ok();
        let stakes = [town.profile("eva").owed, town.profile("edda").slashed, town.profile("enzo").slashed];
        assert_eq!(stakes, [gain, loss, absence], "from {min_stake} to {max_stake}");
    }
}

#[test]
fn too_few_commitments_extend_the_window_once_and_nobody_reveals_before_it_is_over() {
    let town = Town::new();
    let request = town.in_review();
    town.commit("eva", request, 0, 60).ok();
    town.commit("enzo", request, 0, 60).ok();
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly, "others may still commit");
    town.until_commits_close(request, 0);
    assert_eq!(
        town.reveal("eva", request, 0, 60).err(),
        Error::ReviewsOpen,
        "she would show her score to two of three"
    );
    assert_eq!(town.commit("emil", request, 0, 62).err(), Error::TooLate);
    // Some time goes by until somebody asks.
    town.chain.pass(hours(9));
    assert_eq!(town.reveal("eva", request, 0, 60).err(), Error::ReviewsOpen);
    let extended = town.finalize(request, 0);
    assert_eq!(extended.events::<WindowExtended>(), [WindowExtended { request, submission: 0, wanted: 1 }]);
    assert_eq!((extended.events::<SubmissionFinalized>(), extended.events::<OpsDeclared>()), (vec![], vec![]));
    extended.ok();
    let now = town.chain.now();
    let again = Window { start: now, drawn_by: now + hours(12), commit_by: now + days(1), reveal_by: now + days(2) };
    assert_eq!(town.window(request, 0), again, "all of it again");
    let submission = town.submission(request, 0);
    assert_eq!((submission.extended, submission.verdict, town.state(request).finalized), (true, Verdict::Pending, 0));
    // One review of five members is wanted: two fifths of an op, where one of two has to be done.
    assert_eq!(town.member("elsa").seen, 1_400_000);
    for name in ["eva", "enzo"] {
        let member = town.member(name);
        assert_eq!((member.open, member.declared, town.profile(name).slashed), (1, 0, 0), "{name} has lost nothing");
        assert_eq!(town.commit(name, request, 0, 60).err(), Error::AlreadyReviewed, "{name}");
    }
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly);

    town.commit("emil", request, 0, 62).ok();
    assert_eq!(town.reveal("eva", request, 0, 60).err(), Error::ReviewsOpen, "a quorum has committed, and more may");
    town.chain.pass_until(again.commit_by - 1);
    town.commit("edda", request, 0, 58).ok();
    town.chain.pass(1);
    for (name, score) in [("eva", 60), ("emil", 62), ("edda", 58)] {
        town.reveal(name, request, 0, score).ok();
    }
    town.chain.pass_until(again.reveal_by);
    town.finalize(request, 0).ok();
    let submission = town.submission(request, 0);
    assert_eq!((submission.verdict, submission.median), (Verdict::Quorum, 60));
    assert_eq!(town.credit("eva"), UNIT / 3, "who committed in the first window is paid");
    assert_eq!((town.profile("enzo").slashed, town.member("enzo").declared), (2 * STAKE + 1, 0), "or pays, once");
}

#[test]
fn an_extension_that_brings_too_few_as_well_is_the_last() {
    let town = Town::new();
    let request = town.in_review();
    town.commit("eva", request, 0, 90).ok();
    town.extend(request, 0);
    // Two reviews of five members are wanted.
    assert_eq!(town.member("elsa").seen, 1_800_000);
    town.until_commits_close(request, 0);
    assert_eq!(town.finalize(request, 0).err(), Error::TooEarly, "eva may reveal");
    town.reveal("eva", request, 0, 90).ok();
    let finalized = town.finalize(request, 0);
    assert_eq!(finalized.events::<WindowExtended>(), []);
    finalized.ok();
    let submission = town.submission(request, 0);
    // A third of 10,000, and two thirds of the 5,000 for what nobody reviewed.
    assert_eq!((submission.verdict, submission.median, submission.weight_bps), (Verdict::Few, 90, 6_666));
    assert_eq!((town.credit("eva"), town.member("eva").declared), (UNIT, 1_000_000), "she has shown up");
    assert_eq!(town.finalize(request, 0).err(), Error::AlreadyFinalized);
}

#[test]
fn a_quorum_of_commitments_of_which_too_few_are_revealed_extends_nothing() {
    let town = Town::new();
    let request = town.in_review();
    for name in &ENFORCERS[..3] {
        town.commit(name, request, 0, 50).ok();
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..2] {
        town.reveal(name, request, 0, 50).ok();
    }
    town.until_reveals_close(request, 0);
    town.finalize(request, 0).ok();
    let submission = town.submission(request, 0);
    assert_eq!((submission.verdict, submission.extended, submission.weight_bps), (Verdict::Few, false, 5_000));
    assert_eq!(town.member("elsa").seen, 1_000_000, "there is nothing to do again: the scores are known");
    assert_eq!(town.profile("edda").slashed, 2 * STAKE + 1);
}

#[test]
fn a_few_reveals_weigh_as_many_parts_as_they_are_and_the_rest_is_unreviewed() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.provider_bond = 30);
    for name in ["cora", "carl"] {
        town.deliver(name, request);
    }
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for (submission, score) in [(0, 10), (1, 90)] {
        town.commit("eva", request, submission, score).ok();
    }
    town.commit("emil", request, 1, 85).ok();
    town.until_commits_close(request, 0);
    assert_eq!(town.finalize_list(request, &[0, 1]).ok(), 2, "both are extended");
    town.until_commits_close(request, 0);
    for (submission, score) in [(0, 10), (1, 90)] {
        town.reveal("eva", request, submission, score).ok();
    }
    town.reveal("emil", request, 1, 85).ok();
    for submission in [0, 1] {
        town.finalize(request, submission).ok();
    }
    let [low, high] = [0, 1].map(|submission| town.submission(request, submission));
    // Two thirds of 5,000; and two thirds of 10,000 with a third of 5,000.
    assert_eq!((low.verdict, low.median, low.weight_bps), (Verdict::Few, 10, 3_333));
    assert_eq!((high.verdict, high.median, high.weight_bps), (Verdict::Few, 85, 8_333));
    assert_eq!((town.credit("eva"), town.credit("emil")), (UNIT + UNIT / 2, UNIT / 2));
    town.settle(request).ok();
    let claimed = town.claim(request, 0);
    let told = &claimed.events::<Claimed>()[0];
    assert_eq!((told.deposit, told.forfeited, told.reputation), (0, UNIT, 0), "those who looked gave it nothing");
    assert_eq!(claimed.ok(), 3_333_000_000_000);
    let claimed = town.claim(request, 1);
    let told = &claimed.events::<Claimed>()[0];
    assert_eq!((told.deposit, told.forfeited, told.reputation), (UNIT, 0, PER_PLACE / 2 * 8_333 / 10_000));
    assert_eq!(claimed.ok(), 8_333_000_000_000);
    // The bonds of both seats in line stay.
    let bonds = ["cora", "carl"].map(|name| (town.profile(name).slashed, town.profile(name).locked));
    assert_eq!(bonds, [(30, 50), (0, 50)]);
    town.all_comes_out(request);
}

#[test]
fn work_that_nobody_reviews_is_paid_the_unreviewed_share_without_reputation() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.provider_bond = 30);
    town.signal("carl", request, 1).ok();
    town.submit("carl", request).ok();
    town.open_reviews(request);
    town.leave_unreviewed(request, 0);
    assert_eq!(town.member("eva").seen, 2_000_000, "three reviews are wanted again: the whole op");
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 5 * UNIT);
    assert_eq!(town.credit("carl"), 5 * UNIT + UNIT, "pay and deposit");
    let carl = town.profile("carl");
    assert_eq!((carl.owed, carl.locked, carl.slashed), (0, 50, 0));
    assert_eq!(town.reclaim(request).ok(), 28 * UNIT, "the fee for the review goes back as well");
}

// Settlement

#[test]
fn pay_is_in_proportion_to_quality_and_the_rest_goes_back() {
    let town = Town::new();
    let request = town.post();
    let submissions: Vec<_> = PROVIDERS.iter().map(|name| town.deliver(name, request)).collect();
    assert_eq!(town.settle(request).err(), Error::TooEarly);
    town.open_reviews(request);
    assert_eq!(town.settle(request).err(), Error::NotFinalized);
    town.until_open_to_all(request, 0);
    let scores = [85, 45, 10];
    for (submission, score) in submissions.iter().zip(scores) {
        for name in &ENFORCERS[..3] {
            town.commit(name, request, *submission, score).ok();
        }
    }
    town.until_commits_close(request, 0);
    for (submission, score) in submissions.iter().zip(scores) {
        for name in &ENFORCERS[..3] {
            town.reveal(name, request, *submission, score).ok();
        }
        town.finalize(request, *submission).ok();
        if *submission == 0 {
            let settled = town.chain.call(&town.who(STRANGER), town.market().settle(request, 64));
            assert!(settled.events::<RequestSettled>().is_empty(), "in order, as far as there are verdicts");
            assert_eq!(settled.ok(), 1);
            assert_eq!(town.settle(request).err(), Error::NotFinalized);
        }
    }
    assert_eq!(town.claim(request, 1).err(), Error::NotSettled);
    assert_eq!(town.reclaim(request).err(), Error::NotSettled);
    let settle = |max| town.chain.call(&town.who(STRANGER), town.market().settle(request, max));
    assert_eq!(settle(0).err(), Error::InvalidBatch);
    assert_eq!(settle(65).err(), Error::InvalidBatch);
    assert_eq!(settle(1).ok(), 1);
    let settled = settle(1);
    assert_eq!(settled.events::<RequestSettled>(), [RequestSettled { request, submissions: 3, deposit: 0 }]);
    settled.ok();
    assert_eq!(town.settle(request).err(), Error::AlreadySettled);
    let capacity = town.chain.read(town.obligation().capacity(town.pool)).unwrap();
    assert_eq!(capacity.backlog, 0);

    let full = town.claim(request, 0);
    let told = Claimed {
        request,
        submission: 0,
        provider: account("pia"),
        pay: 10 * UNIT,
        deposit: UNIT,
        forfeited: 0,
        reputation: PER_PLACE / 2,
    };
    assert_eq!(full.events::<Claimed>(), [told]);
    assert_eq!(full.ok(), 10 * UNIT);
    assert_eq!(town.claim(request, 1).ok(), 5 * UNIT);
    let worthless = town.claim(request, 2);
    assert_eq!(worthless.events::<Claimed>()[0].forfeited, UNIT);
    assert_eq!(worthless.ok(), 0);
    assert_eq!(town.claim(request, 0).err(), Error::AlreadyClaimed);
    assert_eq!(town.claim(request, 9).err(), Error::UnknownSubmission);
    assert_eq!(town.claim(9, 0).err(), Error::UnknownRequest);
    assert_eq!(town.credit("pia"), 11 * UNIT);
    assert_eq!(town.credit("paul"), 6 * UNIT);
    assert_eq!(town.credit("petra"), 0);

    assert_eq!(town.chain.call(&town.who("pia"), town.market().reclaim(request)).err(), Error::NotRequester);
    let reclaimed = town.reclaim(request);
    let (review_dust, unearned, deposit) = (3 * (UNIT - UNIT / 3 * 3), 15 * UNIT, UNIT);
    let amount = review_dust + unearned + deposit;
    assert_eq!(reclaimed.events::<Reclaimed>(), [Reclaimed { request, amount }]);
    assert_eq!(reclaimed.ok(), amount);
    assert_eq!(town.reclaim(request).err(), Error::NothingToReclaim);
    assert_eq!(town.state(request).held, 0);
}

#[test]
fn what_is_reclaimed_first_leaves_what_others_earned() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 80)]);
    town.finalize(request, 0).ok();
    town.settle(request).ok();
    let fees = UNIT / 3 * 3;
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT - 10 * UNIT - fees);
    assert_eq!(town.claim(request, 0).ok(), 10 * UNIT);
    assert_eq!((town.state(request).held, town.state(request).deposits), (0, 0));
}

#[test]
fn a_request_that_nobody_answers_settles_at_once_and_goes_back() {
    let town = Town::new();
    let request = town.post();
    town.chain.pass_until(town.spec(request).deliver_by);
    assert_eq!(town.settle(request).ok(), 0);
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT);
    let capacity = town.chain.read(town.obligation().capacity(town.pool)).unwrap();
    assert_eq!(capacity.backlog, 0, "its reviews are no longer reserved");
}

#[test]
fn what_is_credited_can_be_withdrawn_once() {
    let town = Town::new();
    let request = town.play_request(&ENFORCERS[..3], 80);
    town.reclaim(request).ok();
    let before = town.chain.balance(&account("pia"));
    let withdrawn = town.withdraw("pia");
    let told = Withdrawn { who: account("pia"), asset: Asset::Native, amount: 11 * UNIT };
    assert_eq!(withdrawn.events::<Withdrawn>(), [told]);
    assert_eq!(withdrawn.ok(), 11 * UNIT);
    assert_eq!(town.chain.balance(&account("pia")), before + 11 * UNIT);
    assert_eq!(town.withdraw("pia").err(), Error::NothingToWithdraw);
    for name in ["paul", "petra", "eva", "emil", "edda", REQUESTER, "treasury"] {
        town.withdraw(name).ok();
    }
    let left = town.chain.balance(&town.market_address);
    assert_eq!(left, town.chain.existential_deposit(), "nothing but what keeps the contract's account alive");
}

#[test]
fn a_transfer_that_fails_leaves_the_credit_as_it_was() {
    let town = Town::with(|settings| settings.policy.assets[0].min_review_fee = 3);
    let request = town.post_with(|spec| {
        spec.review_fee = 3;
        spec.place_deposit = 3;
    });
    town.deliver("pia", request);
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 80)]);
    town.finalize(request, 0).ok();
    assert_eq!(town.credit("eva"), 1);
    town.chain.drain(&account("eva"));
    let calls = town.chain.call(&account("eva"), town.market().withdraw(Asset::Native));
    assert_eq!(calls.err(), Error::TransferFailed, "one planck cannot bring an account to life");
    assert_eq!(town.credit("eva"), 1);
}

#[test]
fn the_same_pair_earns_half_the_reputation_each_further_time_in_an_epoch() {
    let town = Town::with(|settings| settings.terms.epoch = days(365));
    let earned: Vec<_> = (0..3)
        .map(|_| {
            let before = town.profile("pia").owed;
            town.play_request(&ENFORCERS[..3], 80);
            town.profile("pia").owed - before
        })
        .collect();
    assert_eq!(earned, [27, 13, 6]);
}

#[test]
fn money_moves_on_when_the_reputation_contract_refuses() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    for role in [roles::MINTER, roles::LOCKER, roles::SLASHER] {
        let revoke = town.roles_in(town.reputation_address).revoke_role(role, Some(town.market_address));
        town.chain.call(&town.manager, revoke).ok();
    }
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 0)]);
    let finalized = town.finalize(request, 0);
    let told = || ReputationRefused { request, error: reputation::Error::MissingRole };
    assert_eq!(finalized.events::<ReputationRefused>(), [told(), told(), told()], "two rewards and a penalty");
    finalized.ok();
    town.settle(request).ok();
    let claimed = town.claim(request, 0);
    assert_eq!(claimed.events::<ReputationRefused>(), [told(), told()], "a place freed and a reward");
    assert_eq!(claimed.ok(), 10 * UNIT);
    town.withdraw("pia").ok();
    assert_eq!(town.profile("pia").owed, 0);
}

#[test]
fn a_place_that_asks_for_no_reputation_needs_neither_a_spender_nor_a_slasher() {
    let town = Town::new();
    let request = town.post();
    for role in [roles::SPENDER, roles::SLASHER] {
        let revoke = town.roles_in(town.reputation_address).revoke_role(role, Some(town.market_address));
        town.chain.call(&town.manager, revoke).ok();
    }
    town.signal("pia", request, 1).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    let missed = town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("pia")));
    assert_eq!(missed.events::<ReputationRefused>(), []);
    assert_eq!((missed.ok(), town.profile("pia").holds), (1, 0));
}

// Reads

#[test]
fn the_phase_follows_the_clock() {
    let town = Town::new();
    let request = town.post();
    let phases = || {
        let phase = |submission| town.chain.read(town.market().phase(request, submission)).unwrap();
        (phase(None), phase(Some(0)))
    };
    town.deliver("pia", request);
    assert_eq!(phases(), (Phase::Signalling, Phase::Signalling));
    town.chain.pass_until(town.spec(request).signal_by);
    assert_eq!(phases(), (Phase::Delivery, Phase::Delivery));
    town.chain.pass_until(town.spec(request).deliver_by);
    assert_eq!(phases(), (Phase::Unopened, Phase::Unopened));
    town.open_reviews(request);
    assert_eq!(phases(), (Phase::Review, Phase::Review));
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        town.commit(name, request, 0, 80).ok();
    }
    town.until_commits_close(request, 0);
    assert_eq!(phases(), (Phase::Review, Phase::Reveal), "each submission has a window of its own");
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 80).ok();
    }
    assert_eq!(phases(), (Phase::Review, Phase::Finalizable));
    town.finalize(request, 0).ok();
    assert_eq!(phases(), (Phase::Finalized, Phase::Finalized));
    town.settle(request).ok();
    assert_eq!(phases(), (Phase::Settled, Phase::Settled));
    town.claim(request, 0).ok();
    assert_eq!(phases(), (Phase::Settled, Phase::Claimed));
    assert_eq!(town.chain.read(town.market().phase(9, None)), Err(Error::UnknownRequest));
    assert_eq!(town.chain.read(town.market().phase(request, Some(9))), Err(Error::UnknownSubmission));
    assert_eq!(town.chain.read(town.market().submission(request, 9)), Err(Error::UnknownSubmission));
    assert_eq!(town.chain.read(town.market().reviews(request, 9)), Err(Error::UnknownSubmission));
    assert_eq!(town.chain.read(town.market().request(9)), Err(Error::UnknownRequest));
}
