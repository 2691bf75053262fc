//! What a clever or careless account might try.
//!
//! First what is refused by name, and changes nothing at all. Then the attacks A1 to A16 on the first edition of the
//! protocol, which broke none of its rules (SECURITY.md lists them): each is played on the contracts as they are, and says
//! how it ends now, and what it costs.

use chain::{
    account, blake2_256, brisk_terms, days, default_terms, hours, minutes, Outcome as Sent, Settings, StorageDeposit,
    UNIT,
};
use e2e_tests::{
    contributed, one, refused, xor, People, Town, Vote, CANDIDATES, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER,
};
use ink::primitives::AccountId;
use interfaces::market::{commitment, contribution, draw};
use interfaces::{
    market::{
        self, Access, Award, Claimed, Duplicates, PlaceVacated, RequestReason, RequestSpec, Verdict, WindowExtended,
    },
    obligation::{self, MemberState, Outcome, Schedule, Standing, StandingChanged, Terms, OP},
    reputation::{self, Effect, MintReason},
    roles, Balance, Market as _, Obligation as _, Points, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use pendzl::contracts::{
    access_control::AccessControl as _,
    psp22::{PSP22Error, PSP22 as _},
};
use std::{collections::BTreeSet, mem};

/// What a review costs in a request of the town that is committed and not revealed: twice the stake of three points, and one.
const ABSENCE: Points = 7;

#[test]
fn nobody_is_paid_twice_for_one_submission() {
    let town = Town::new();
    let request = town.settled();
    town.claim(request, 0).ok();
    let again = refused(&town.chain, &town.who("pia"), town.market().claim(request, vec![0]));
    assert_eq!(again, market::Error::AlreadyClaimed);
    assert_eq!(town.credit("pia"), 10 * UNIT + UNIT);
}

#[test]
fn nothing_is_settled_twice() {
    let town = Town::new();
    let request = town.settled();
    let again = refused(&town.chain, &town.who(STRANGER), town.market().settle(request, 64));
    assert_eq!(again, market::Error::AlreadySettled);
    assert_eq!(town.state(request).unclaimed, 10 * UNIT);
}

#[test]
fn no_verdict_is_given_twice() {
    let town = Town::new();
    let request = town.settled();
    let again = refused(&town.chain, &town.who(STRANGER), town.market().finalize(request, vec![0]));
    assert_eq!(again, market::Error::AlreadyFinalized);
    assert_eq!(town.credit("eva"), UNIT / 3);
}

#[test]
fn a_credit_is_paid_out_once() {
    let town = Town::new();
    let request = town.settled();
    town.claim(request, 0).ok();
    town.withdraw("pia").ok();
    let again = refused(&town.chain, &town.who("pia"), town.market().withdraw(market::Asset::Native));
    assert_eq!(again, market::Error::NothingToWithdraw);
}

#[test]
fn a_score_that_was_not_committed_cannot_be_revealed() {
    let town = Town::new();
    let request = town.in_review();
    ENFORCERS[..3].iter().for_each(|name| town.commit(name, request, 0, 30).ok());
    town.until_commits_close(request, 0);
    let eva = town.who("eva");
    let other_score = town.market().reveal_reviews(request, one::reveal(0, 90, None, SALT));
    assert_eq!(refused(&town.chain, &eva, other_score), market::Error::WrongReveal);
}

#[test]
fn a_copied_commitment_is_worth_nothing_to_the_copier() {
    let town = Town::new();
    let request = town.in_review();
    let (eva, emil) = (town.who("eva"), town.who("emil"));
    let evas = commitment(request, 0, eva, 77, None, &SALT);
    for who in [&eva, &emil] {
        town.chain.call(who, town.market().commit_reviews(request, one::commitment(0, evas))).ok();
    }
    town.commit("edda", request, 0, 77).ok();
    town.until_commits_close(request, 0);
    town.reveal("eva", request, 0, 77).ok();
    let copied = town.market().reveal_reviews(request, one::reveal(0, 77, None, SALT));
    assert_eq!(
        refused(&town.chain, &emil, copied),
        market::Error::WrongReveal,
        "the enforcer is part of what is hashed"
    );
}

#[test]
fn nobody_reviews_its_own_submission_or_request() {
    let town = Town::new();
    let elsa = town.who("elsa");
    let request = town.post();
    town.deliver("elsa", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let review = |who, score| one::commitment(0, commitment(request, 0, who, score, None, &SALT));
    let own = town.market().commit_reviews(request, review(elsa, 100));
    assert_eq!(refused(&town.chain, &elsa, own), market::Error::Conflicted);
    let requester = town.who(REQUESTER);
    let cheap = town.market().commit_reviews(request, review(requester, 0));
    assert_eq!(refused(&town.chain, &requester, cheap), market::Error::Conflicted);
}

#[test]
fn reputation_cannot_be_transferred_by_any_message_of_the_token() {
    let town = Town::new();
    let (eva, pia) = (town.who("eva"), town.who("pia"));
    let soulbound = || PSP22Error::Custom("Soulbound".into());
    assert_eq!(refused(&town.chain, &eva, town.token().transfer(pia, 1, vec![])), soulbound());
    assert_eq!(refused(&town.chain, &eva, town.token().transfer(pia, 0, vec![])), soulbound());
    assert_eq!(refused(&town.chain, &eva, town.token().approve(pia, 1)), soulbound());
    assert_eq!(refused(&town.chain, &eva, town.token().increase_allowance(pia, 1)), soulbound());
    assert_eq!(refused(&town.chain, &eva, town.token().decrease_allowance(pia, 0)), soulbound());
    assert_eq!(refused(&town.chain, &pia, town.token().transfer_from(eva, pia, 1, vec![])), soulbound());
}

#[test]
fn nobody_without_the_role_touches_reputation() {
    let town = Town::new();
    let (stranger, eva) = (town.who(STRANGER), account("eva"));
    let effects = [
        Effect::Owe { to: stranger, amount: 1, reason: MintReason::Keeper },
        Effect::Lock { who: eva, amount: 1 },
        Effect::Unlock { who: eva, amount: 1 },
        Effect::Hold { who: eva, places: 1 },
        Effect::Free { who: eva, places: 1 },
        Effect::Slash { who: eva, amount: 1 },
        Effect::SlashShare { who: eva, ppm: 1 },
        Effect::Spend { who: eva, amount: 1 },
        Effect::Freeze { who: eva },
        Effect::Unfreeze { who: eva },
    ];
    for effect in effects {
        let told = refused(&town.chain, &stranger, town.reputation().apply(vec![effect.clone()]));
        assert_eq!(told, reputation::Error::MissingRole, "{effect:?}");
    }
    // Not even the manager, who appoints those who may.
    let fiat = Effect::Owe { to: town.manager, amount: 1, reason: MintReason::Review };
    assert_eq!(
        refused(&town.chain, &town.manager, town.reputation().apply(vec![fiat])),
        reputation::Error::MissingRole
    );
    let late = town.reputation().endow(vec![(town.manager, 1)]);
    assert_eq!(refused(&town.chain, &town.manager, late), reputation::Error::Sealed);
}

#[test]
fn only_the_pools_operator_reports_work_to_it() {
    let town = Town::new();
    let pool = town.pool;
    let eva = account("eva");
    let calls = || town.obligation();
    for who in [town.who(STRANGER), town.who("eva"), town.manager] {
        let not_operator = obligation::Error::NotOperator;
        assert_eq!(refused(&town.chain, &who, calls().record_seen(pool, 100, 1)), not_operator);
        assert_eq!(refused(&town.chain, &who, calls().record_declared(pool, eva, 100)), not_operator);
        assert_eq!(refused(&town.chain, &who, calls().reserve(pool, 1)), not_operator);
        assert_eq!(refused(&town.chain, &who, calls().record_closed(pool, 1)), not_operator);
        assert_eq!(refused(&town.chain, &who, calls().commit(pool, eva, 1)), not_operator);
        assert_eq!(refused(&town.chain, &who, calls().release(pool, eva)), not_operator);
        let outcome = Outcome { who: eva, declared: 1, released: 0 };
        assert_eq!(refused(&town.chain, &who, calls().resolve(pool, vec![outcome])), not_operator);
    }
    let own_pool = calls().open_pool(brisk_terms(), Schedule::default());
    assert_eq!(refused(&town.chain, &town.who(STRANGER), own_pool), obligation::Error::MissingRole);
}

/// Requests go by, and Elsa does nothing, until she is beyond the ban buffer of six.
fn elsa_idles(town: &Town) {
    while town.member("elsa").standing != Standing::Banned {
        town.play_request(&ENFORCERS[..3], 80);
    }
}

#[test]
fn a_ban_is_latched_once_and_rewarded_once() {
    let town = Town::new();
    elsa_idles(&town);
    let stranger = town.who(STRANGER);
    let evaluate = || town.chain.call(&stranger, town.obligation().evaluate(town.pool, account("elsa")));
    let first = evaluate();
    assert_eq!(first.events::<StandingChanged>().len(), 1);
    assert_eq!(first.ok(), Standing::Banned);
    let (owed, elsa) = (town.profile(STRANGER).owed, town.profile("elsa"));
    assert_eq!(owed, 20);

    let before = town.chain.state_hash();
    assert_eq!(evaluate().ok(), Standing::Banned);
    let pia = town.who("pia");
    town.chain.call(&pia, town.obligation().evaluate(town.pool, account("elsa"))).ok();
    assert_eq!(town.chain.state_hash(), before, "a second call changes nothing, whoever sends it");
    assert_eq!((town.profile(STRANGER).owed, town.profile("pia").owed), (owed, town.profile("pia").owed));
    assert_eq!(town.profile("elsa"), elsa);
}

#[test]
fn banning_oneself_for_the_reward_loses_more_than_it_earns() {
    let town = Town::new();
    elsa_idles(&town);
    let before = town.profile("elsa");
    let elsa = town.who("elsa");
    town.chain.call(&elsa, town.obligation().evaluate(town.pool, elsa)).ok();
    let after = town.profile("elsa");
    let lost = before.balance - after.balance;
    assert!(after.owed - before.owed <= 50 / 2 && lost >= 50, "lost {lost}, is owed {}", after.owed);
}

#[test]
fn who_is_banned_by_the_numbers_cannot_slip_away_before_anyone_says_so() {
    let town = Town::new();
    elsa_idles(&town);
    let elsa = town.who("elsa");
    let banned = obligation::Error::Banned;
    assert_eq!(refused(&town.chain, &elsa, town.obligation().resign(town.pool)), banned);
    assert_eq!(refused(&town.chain, &elsa, town.obligation().freeze()), banned);
    let request = town.in_review();
    let review = one::commitment(0, commitment(request, 0, elsa, 80, None, &SALT));
    let review = town.market().commit_reviews(request, review);
    assert_eq!(refused(&town.chain, &elsa, review), market::Error::Obligation(banned));
}

#[test]
fn a_deficit_is_neither_rested_nor_resigned_away() {
    let town = Town::new();
    town.play_request(&ENFORCERS[..3], 80);
    let elsa = town.who("elsa");
    assert_eq!(town.member("elsa").deficit, OP);
    assert_eq!(refused(&town.chain, &elsa, town.obligation().resign(town.pool)), obligation::Error::Deficit);
    assert_eq!(refused(&town.chain, &elsa, town.obligation().freeze()), obligation::Error::Deficit);
}

#[test]
fn a_place_taken_keeps_its_provider_from_resting() {
    let town = Town::new();
    let request = town.post();
    town.signal("eva", request, 1).ok();
    let eva = town.who("eva");
    let held = obligation::Error::Reputation(reputation::Error::Held);
    assert_eq!(refused(&town.chain, &eva, town.obligation().freeze()), held);
    town.chain.pass_until(town.spec(request).deliver_by);
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, eva)).ok();
    town.chain.call(&eva, town.obligation().freeze()).ok();
}

#[test]
fn no_message_takes_money_that_it_does_not_ask_for() {
    let town = Town::new();
    let request = town.post();
    let pia = town.who(PROVIDERS[0]);
    let before = town.chain.state_hash();
    let work = one::delivery(ink::primitives::Hash::default(), vec![]);
    let gift = town.market().submit(request, work).transferred_value(UNIT);
    town.chain.call(&pia, gift).trap();
    let gift = town.obligation().enlist(town.pool).transferred_value(UNIT);
    town.chain.call(&pia, gift).trap();
    assert_eq!(town.chain.state_hash(), before);
}

#[test]
fn no_gas_limit_leaves_half_of_a_verdict_behind() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 80)]);
    let stranger = town.who(STRANGER);
    let whole = town.chain.dry_run(&stranger, town.market().finalize(request, vec![0])).gas;
    let before = town.chain.state_hash();
    for part in 1..20 {
        let limit = whole * part / 20;
        let tried = town.chain.call_within(&stranger, town.market().finalize(request, vec![0]), limit);
        assert!(tried.result.is_err(), "{part}/20 of the weight is not enough");
        assert_eq!(town.chain.state_hash(), before, "{part}/20 of the weight left something behind");
    }
    town.finalize(request, 0).ok();
}

// The attacks on the first edition

/// As `atomic deploy` sets it up where nobody says otherwise: windows of a day and longer, reviews at a rent, a pace, and
/// presence. All seven have a seat.
fn safe() -> Town {
    Town::with(|settings| {
        *settings = Settings { founders: mem::take(&mut settings.founders), ..Settings::default() };
    })
}

/// `name` posts the cheapest request of this many places there can be, every window as short as the policy allows. One
/// provider may have them all.
fn post_cheapest(town: &Town, name: &str, places: u16) -> Sent<Result<RequestId, market::Error>> {
    let policy = town.chain.read(town.market().policy()).expect("an open market");
    let (fee, window, now) = (policy.assets[0].min_review_fee, policy.min_window, town.chain.now());
    let mut spec = town.request_spec();
    (spec.reward, spec.review_fee, spec.place_deposit) = (1, fee, fee);
    (spec.limit, spec.per_provider) = (places.into(), places);
    (spec.signal_by, spec.deliver_by) = (now + window, now + 2 * window);
    (spec.review_by, spec.reveal_by) = (now + 3 * window, now + 4 * window);
    let price = town.chain.read(town.market().quote(spec.clone())).expect("a price").total;
    town.send(name, town.market().post(spec, 0).transferred_value(price))
}

/// A request of one place for 10 UNIT, on which `name` delivers, and which is opened for review.
fn one_place(town: &Town, name: &str) -> RequestId {
    let request = town.post_with(|spec| (spec.limit, spec.reward) = (1, 10 * UNIT));
    town.deliver(name, request);
    town.open_reviews(request);
    request
}

/// Three commit to a zero, and one of them stays silent.
fn two_zeros(town: &Town, request: RequestId, submission: SubmissionId) {
    town.until_open_to_all(request, submission);
    ENFORCERS[..3].iter().for_each(|name| town.commit(name, request, submission, 0).ok());
    town.until_commits_close(request, submission);
    ENFORCERS[..2].iter().for_each(|name| town.reveal(name, request, submission, 0).ok());
    town.until_reveals_close(request, submission);
    town.finalize(request, submission).ok();
}

/// Everything is settled, and this is paid and returned for one submission: pay, deposit, forfeited deposit, points.
fn settle_and_claim(town: &Town, request: RequestId, submission: SubmissionId) -> (Balance, Balance, Balance, Points) {
    // Another submission of the request may have settled it.
    town.settle(request).returned().ok();
    let claimed = town.claim(request, submission);
    let told = claimed.events::<Claimed>();
    claimed.ok();
    (told[0].pay, told[0].deposit, told[0].forfeited, told[0].reputation)
}

// A1: a night of junk

/// From 20:00 to 10:17.
const NIGHT: Timestamp = hours(14) + minutes(17);
/// Places of a request of junk, and what it delivers.
const JUNK: u16 = 4;

/// The stranger posts the cheapest request there can be, and delivers junk on all its places at once, under another name.
fn post_junk(town: &Town) -> RequestId {
    let request = post_cheapest(town, STRANGER, JUNK).ok();
    town.signal("stans other name", request, JUNK).ok();
    for _ in 0..JUNK {
        town.submit("stans other name", request).ok();
    }
    request
}

/// A window passes in which nobody looks in, and the stranger asks for what is due: an extension, and then the verdicts.
fn nobody_is_awake(town: &Town, request: RequestId) {
    town.until_commits_close(request, 0);
    assert_eq!(town.finalize_list(request, &[0, 1, 2, 3]).ok(), u32::from(JUNK));
}

/// Why no organization of people should have terms and windows like these, which are for tests and short stories. What
/// nobody reviews is seen twice.
#[test]
fn one_night_of_junk_bans_everyone_where_windows_are_short_and_no_pace_bounds_what_falls_due() {
    let town = Town::new();
    town.chain.pass(hours(20));
    let evening = town.chain.now();
    let first = post_junk(&town);
    town.open_reviews(first);
    (0..2).for_each(|_| nobody_is_awake(&town, first));
    town.settle(first).ok();
    let second = post_junk(&town);
    town.open_reviews(second);
    nobody_is_awake(&town, second);
    assert_eq!(town.chain.now(), evening + hours(7), "and the night is twice as long");
    for name in ENFORCERS {
        let member = town.member(name);
        assert_eq!((member.required, member.standing), (8 * OP, Standing::Banned), "{name}");
    }
    let evaluate = town.obligation().evaluate_many(town.pool, ENFORCERS.map(account).to_vec());
    assert_eq!(town.chain.call(&town.who(STRANGER), evaluate).ok(), [Standing::Banned; 5]);
    assert_eq!(town.profile(STRANGER).owed, 5 * 20);
    for name in CANDIDATES {
        assert_eq!(town.member(name).state, MemberState::Seated, "whoever waited has a seat now: {name}");
    }
    // What an organization costs without rent: two fees. All else comes back.
    assert_eq!(town.credit_of(town.treasury), 2 * 2 * UNIT / 1_000);
}

/// With the default policy and terms. Windows last a day there, so what is to be seen in the night is posted two days
/// before; seven members have hands for all of it.
#[test]
fn the_same_night_bans_nobody_by_the_default_terms_and_nobody_can_be_banned_for_three_weeks() {
    let town = safe();
    let members = [&ENFORCERS[..], &CANDIDATES].concat();
    town.chain.pass(hours(20));
    let posted = town.chain.now();
    let post = |n: u64| {
        town.chain.pass_until(posted + NIGHT * n / 3);
        post_junk(&town)
    };
    let requests: Vec<_> = (0..4).map(post).collect();
    assert_eq!(town.backlog(), 48, "of the 56 that they can have in hand");

    let evening = posted + days(2);
    // (16 + 1) / (3 + 1) - 1 epochs of a week.
    let least = days(7) * 13 / 4;
    let is_safe = |name: &&str| town.member(name).safe_until >= evening + least;
    town.chain.pass_until(evening);
    assert!(members.iter().all(is_safe), "whatever comes");
    for request in requests {
        assert_eq!(town.open_reviews(request), u32::from(JUNK));
    }
    assert_eq!(town.chain.now(), evening + NIGHT);
    for name in &members {
        let member = town.member(name);
        assert_eq!((member.required, member.standing), (3 * OP, Standing::Healthy), "{name}: no more falls due");
    }
    assert!(members.iter().all(is_safe), "whatever comes now");

    // They all sleep on.
    town.chain.pass_until(evening + least);
    let is_banned = |name: &&str| town.member(name).standing == Standing::Banned;
    assert!(!members.iter().any(is_banned));
    // It is paid for as well: four fees of 0.02 UNIT, twelve reviews each for the five days until the end of an extension,
    // 0.6 UNIT, and a premium on that for the third and the fourth, which take more than 60 % of all hands.
    let rent = 600 * UNIT / 1_000;
    let premiums = rent * 2_142 / 10_000 + rent * 12_857 / 10_000;
    assert_eq!(town.credit_of(town.treasury), 4 * (20 * UNIT / 1_000 + rent) + premiums);
}

// A2: whoever takes the places leaves nobody to judge them

/// Nothing buys that any more: members that take part leave a quorum of others. What they lose is the deposit of junk.
#[test]
fn members_that_take_places_leave_a_quorum_of_others_that_judges_them() {
    let place = |town: &Town, request| town.market().signal(request, 1).transferred_value(UNIT);
    let three = Town::unstaffed(|_| ());
    for name in &ENFORCERS[..3] {
        three.send(name, three.obligation().enlist(three.pool)).ok();
    }
    let request = three.post_with(|spec| spec.limit = 1);
    assert_eq!(three.refused("eva", place(&three, request)), market::Error::JuryExhausted, "of three not one");

    let five = Town::new();
    let request = five.post();
    for name in ["eva", "emil"] {
        five.deliver(name, request);
    }
    assert_eq!(five.refused("edda", place(&five, request)), market::Error::JuryExhausted, "of five not three");
    let zero: Vec<(&str, Vote)> = ENFORCERS[2..].iter().map(|name| (*name, (0, None))).collect();
    five.judge_each(request, &[zero.clone(), zero]);
    for submission in [0, 1] {
        assert_eq!(five.submission(request, submission).verdict, Verdict::Quorum);
        assert_eq!(settle_and_claim(&five, request, submission), (0, 0, UNIT, 0));
    }
    assert_eq!(five.credit("eva") + five.credit("emil"), 0, "two deposits of 1 UNIT, for nothing");
}

// A3: nobody opens, until half of the window is over

#[test]
fn whoever_opens_late_opens_a_full_window_on_work_that_everybody_sees() {
    let opened = || {
        let town = Town::with(|settings| settings.policy.unreviewed_bps = 2_500);
        let request = town.post_with(|spec| (spec.limit, spec.reward) = (1, 10 * UNIT));
        town.deliver("paul", request);
        // The day in which reviews could have been committed is almost over.
        town.chain.pass_until(town.spec(request).review_by - minutes(1));
        let now = town.chain.now();
        town.send("paul", town.market().open_reviews(request, 64)).ok();
        let window = town.window(request, 0);
        assert_eq!((window.drawn_by, window.commit_by), (now + hours(12), now + days(1)));
        assert_eq!(ENFORCERS.map(|name| town.member(name).seen), [OP; 5]);
        assert_eq!(town.commit("elsa", request, 0, 100).err(), market::Error::NotDrawn, "it is not open to all");
        (town, request)
    };

    // Paul's accomplice is one of those who find it in time, and loses what the others earn.
    let (town, request) = opened();
    town.review(request, 0, &[("elsa", 100), ("eva", 0), ("emil", 0), ("edda", 0)]);
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Quorum);
    assert_eq!(settle_and_claim(&town, request, 0), (0, 0, UNIT, 0));
    assert_eq!((town.profile("elsa").slashed, town.profile("eva").owed), (3, 3));

    // If nobody else comes for two whole windows, its 100 is one of three, and the others owe what they have seen: an op,
    // and four fifths of one for the two reviews that were still wanted.
    let (town, request) = opened();
    town.review(request, 0, &[("elsa", 100)]);
    town.finalize(request, 0).ok();
    let judged = town.submission(request, 0);
    assert_eq!((judged.verdict, judged.weight_bps), (Verdict::Few, (10_000 + 2 * 2_500) / 3));
    assert_eq!(settle_and_claim(&town, request, 0).0, 5 * UNIT);
    assert_eq!(town.member("eva").seen, OP + OP * 4 / 5);
}

// A4: two zeros, and a third who stays silent

/// The silent one pays seven points, and the provider its deposit and its bond, for 0.833 UNIT of 10.
#[test]
fn a_silent_third_saves_junk_no_more_than_a_third_of_what_work_without_reviews_weighs() {
    let town = Town::with(|settings| settings.policy.unreviewed_bps = 2_500);
    let request = town.post_with(|spec| (spec.limit, spec.reward, spec.provider_bond) = (1, 10 * UNIT, 30));
    town.deliver("carl", request);
    town.open_reviews(request);
    two_zeros(&town, request, 0);
    let judged = town.submission(request, 0);
    // (2 * 0 + 1 * 2,500) / 3, where one review is missing.
    assert_eq!((judged.verdict, judged.median, judged.weight_bps), (Verdict::Few, 0, 833));
    assert_eq!(settle_and_claim(&town, request, 0), (833 * UNIT / 1_000, 0, UNIT, 0));
    assert_eq!((town.profile("carl").slashed, town.profile("edda").slashed), (30, ABSENCE));
    assert_eq!((town.credit("eva"), town.credit("emil")), (UNIT / 2, UNIT / 2), "who judged it is paid");
}

// A5: periods of junk

/// They count as nothing done, and as nothing missed. Junk without reviews takes a quarter of a period's reward, and with
/// two zeros a twelfth, until a quorum refuses one; or the requester gives notice, and leaves after the periods of that.
#[test]
fn junk_that_no_quorum_judges_neither_keeps_nor_excuses_the_provider_of_a_long_deal() {
    let week = days(7);
    let town = Town::with(|settings| settings.policy.unreviewed_bps = 2_500);
    let spec = RequestSpec { access: Access::Offers, limit: 1, reward: 8 * UNIT, ..town.request_spec() };
    let due = spec.deliver_by;
    let price = town.chain.read(town.market().quote_engagement(spec.clone(), 9, week)).expect("a price").total;
    let deal = town.send(REQUESTER, town.market().engage(spec, 9, week, 0, 2, 0).transferred_value(price)).ok();
    town.offer("paul", deal, 8 * UNIT, due).ok();
    town.accept("paul", deal, 8 * UNIT, due).ok();
    let close = || town.send(STRANGER, town.market().close_period(deal));
    let deliver = |period: SubmissionId| {
        assert_eq!(town.submit("paul", deal).ok(), period);
        town.chain.pass_until(due + week * Timestamp::from(period));
        town.open_reviews(deal);
    };
    for period in 0..4 {
        deliver(period);
        let (verdict, pay) = match period % 2 {
            0 => {
                town.leave_unreviewed(deal, period);
                (Verdict::Unreviewed, 2 * UNIT)
            }
            _ => {
                two_zeros(&town, deal, period);
                (Verdict::Few, 8 * UNIT * 833 / 10_000)
            }
        };
        assert_eq!(town.submission(deal, period).verdict, verdict);
        close().ok();
        assert_eq!(town.claim(deal, period).ok(), pay);
    }
    let paul = || town.chain.read(town.obligation().membership(town.pool + 1, account("paul"))).expect("a member");
    assert_eq!((paul().seen, paul().declared, paul().standing), (0, 0, Standing::Healthy));
    town.reclaim(deal).ok();
    assert_eq!(town.reclaim(deal).err(), market::Error::NothingToReclaim, "five periods are still bound");
    assert_eq!(
        town.send(REQUESTER, town.market().give_notice(deal)).ok(),
        7,
        "the fifth is running, and two are agreed"
    );
    assert_eq!(town.reclaim(deal).ok(), 2 * (8 * UNIT + UNIT), "two are free at once");

    // The first period that a quorum refuses is one too many: nothing was done in advance.
    deliver(4);
    town.review(deal, 4, &[("eva", 0), ("emil", 0), ("edda", 0)]);
    town.finalize(deal, 4).ok();
    let closed = close();
    let told = PlaceVacated { request: deal, provider: account("paul"), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    assert_eq!(paul().standing, Standing::Banned);
}

// A6: storage deposits of whoever commits first

/// What the sender deposited for storage.
fn charged<T>(sent: &Sent<T>) -> Balance {
    match sent.deposit {
        StorageDeposit::Charge(charge) => charge,
        StorageDeposit::Refund(refund) => panic!("the sender was refunded {refund}"),
    }
}

/// Greg posts the cheapest requests, delivers on them himself, and prunes them. What he is refunded beyond what he has
/// deposited are the bytes of others' reviews, and each place costs him 0.155 UNIT of rent and fee.
#[test]
fn pruning_ones_own_requests_returns_hardly_more_than_ones_own_deposits() {
    let town = safe();
    let play = || {
        let posted = post_cheapest(&town, "greg", 1);
        let mut his = charged(&posted);
        let request = posted.ok();
        let signalled = town.signal("gregs other name", request, 1);
        his += charged(&signalled);
        signalled.ok();
        let submitted = town.submit("gregs other name", request);
        his += charged(&submitted);
        submitted.ok();
        let mut theirs = Vec::new();
        town.open_reviews(request);
        town.until_open_to_all(request, 0);
        for name in &ENFORCERS[..3] {
            let committed = town.commit(name, request, 0, 80);
            theirs.push(charged(&committed));
            committed.ok();
        }
        town.until_commits_close(request, 0);
        ENFORCERS[..3].iter().for_each(|name| town.reveal(name, request, 0, 80).ok());
        town.finalize(request, 0).ok();
        town.settle(request).ok();
        town.claim(request, 0).ok();
        let pruned = town.send("greg", town.market().prune(request, 64));
        let StorageDeposit::Refund(refund) = pruned.deposit else { panic!("pruning was charged for") };
        pruned.ok();
        (his, theirs, refund)
    };
    // The first time, everyone's own cells are made.
    play();
    let (his, theirs, refund) = play();
    // A review has less than 80 bytes, of 0.000005 UNIT each; a cell of their own would be a tenth of a UNIT.
    let review = 80 * 5 * UNIT / 1_000_000;
    assert!(theirs.iter().all(|charge| *charge > 0 && *charge < review), "{theirs:?}");
    assert!(refund.saturating_sub(his) < 3 * review, "{refund} for {his}");
    assert!(3 * review < 155 * UNIT / 1_000 / 100, "less than a hundredth of what it costs");
}

// A7: five who take everything, and a sixth who looks in once a day

#[test]
fn whoever_looks_in_after_five_others_still_finds_room_when_it_owes_something() {
    let town = Town::with(|settings| settings.terms.seats = 6);
    let mut full = 0;
    for _ in 0..14 {
        let request = one_place(&town, "pia");
        town.until_open_to_all(request, 0);
        let commits = |name: &&str| town.commit(name, request, 0, 80).returned();
        let mut jury: Vec<_> = ENFORCERS.into_iter().filter(|name| commits(name).is_ok()).collect();
        town.chain.pass(minutes(20));
        match commits(&"cora") {
            Ok(()) => jury.push("cora"),
            Err(error) => {
                assert_eq!(error, market::Error::ReviewsFull);
                full += 1;
            }
        }
        town.until_commits_close(request, 0);
        jury.iter().for_each(|name| town.reveal(name, request, 0, 80).ok());
        town.finalize(request, 0).ok();
        town.settle(request).ok();
        let cora = town.member("cora");
        assert_eq!((cora.deficit, cora.standing), (0, Standing::Healthy));
    }
    // One op of two is due: she is too late for every first, when she owes nothing, and finds room in every second.
    assert_eq!((full, town.member("cora").declared), (7, 7 * OP));
}

// A8: three colluders and the seed

/// An absence for each reveal withheld is what another seed costs.
#[test]
fn the_order_of_reveals_changes_no_seed_and_withholding_one_costs_an_absence() {
    let next_seed = |order: &[&str]| {
        let town = Town::new();
        let first = one_place(&town, "pia");
        assert_eq!(town.state(first).seed, [0; 32], "nothing was revealed yet");
        town.until_open_to_all(first, 0);
        ENFORCERS[..3].iter().for_each(|name| town.commit(name, first, 0, 80).ok());
        town.until_commits_close(first, 0);
        order.iter().for_each(|name| town.reveal(name, first, 0, 80).ok());
        town.until_reveals_close(first, 0);
        town.finalize(first, 0).ok();
        let next = one_place(&town, "pia");
        (town.state(next).seed, town.profile("edda").slashed)
    };
    let all = contributed(&ENFORCERS[..3]);
    for order in [["eva", "emil", "edda"], ["edda", "eva", "emil"], ["emil", "edda", "eva"]] {
        assert_eq!(next_seed(&order), (all, 0));
    }
    assert_eq!(next_seed(&["eva", "emil"]), (contributed(&["eva", "emil"]), ABSENCE));
}

/// In how many of `rounds` juries a ring of three of this many members has three of the seven places, where all that are
/// drawn would like to review and come in the order in which they are drawn, and the ring chooses which of its three reveals
/// to withhold: the best of eight seeds.
fn juries_with_the_whole_ring(members: u32, rounds: u32) -> usize {
    // Two quorums of three, and one.
    const PLACES: u8 = 7;
    let share = rules::share_drawn(PLACES, members, false);
    let members: Vec<AccountId> = (0..members).map(|number| account(&format!("member {number}"))).collect();
    let ring = &members[..3];
    let sits = |seed: &[u8; 32], round: u32| {
        let drawn = members.iter().map(|who| (draw(seed, round, 0, *who), *who));
        let mut drawn: Vec<_> = drawn.filter(|(draw, _)| rules::is_drawn(*draw, share, 0, 0)).collect();
        drawn.sort_unstable();
        drawn.iter().take(PLACES.into()).filter(|(_, who)| ring.contains(who)).count() == ring.len()
    };
    let chooses = |round: &u32| {
        // What all others have contributed is beyond the ring.
        let others = blake2_256(format!("others in round {round}").as_bytes());
        let of_ring: Vec<_> = ring.iter().map(|who| contribution(*who, &blake2_256(&round.to_le_bytes()))).collect();
        (0..1_u32 << ring.len()).any(|choice| {
            let revealed = of_ring.iter().enumerate().filter(|(number, _)| choice & (1 << number) != 0);
            let seed = revealed.fold(others, |seed, (_, contributed)| xor(&seed, contributed));
            sits(&seed, *round)
        })
    };
    (0..rounds).filter(chooses).count()
}

/// In the first edition a ring had any of 986,410 seeds, and the jury with 20, 50 and 144 members: always. Three of seven
/// decide nothing by themselves; where people do not come, the ring is what SECURITY.md says.
#[test]
fn of_large_pools_a_ring_of_three_that_withholds_reveals_gets_few_juries_and_of_small_ones_many() {
    let hundred_forty_four = juries_with_the_whole_ring(144, 200);
    assert!(hundred_forty_four <= 200 / 100, "{hundred_forty_four} of 200: at most 1 %");
    let fifty = juries_with_the_whole_ring(50, 300);
    assert!(fifty <= 300 * 5 / 100, "{fifty} of 300: at most 5 %");
    let twenty = juries_with_the_whole_ring(20, 200);
    assert!(twenty >= 200 / 10, "{twenty} of 200: no draw helps a small pool");
}

// A9: fading that outruns duty

/// The contract takes such terms, and `atomic deploy` warns of them: what fades must leave more presence than the ban buffer
/// tolerates. By the default terms nothing fades, and whoever does nothing is out.
#[test]
fn where_everything_fades_who_does_nothing_stays_and_by_the_default_terms_it_is_out_in_four_weeks() {
    let town = Town::unstaffed(|_| ());
    let olga = town.who("olga");
    let operator = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(olga));
    town.send("manager", operator).ok();
    let open = |terms| town.send("olga", town.obligation().open_pool(terms, Schedule::default())).ok();
    let fading = open(Terms { retention_ppm: 500_000, ..brisk_terms() });
    let safe = open(default_terms());
    for pool in [fading, safe] {
        town.send("eva", town.obligation().enlist(pool)).ok();
    }
    let standing = |pool| town.chain.read(town.obligation().standing(pool, account("eva"))).expect("a member");
    let mut out_after = None;
    for day in 0..40 {
        for pool in [fading, safe] {
            town.send("olga", town.obligation().record_seen(pool, 2, 3)).ok();
        }
        if standing(safe) == Standing::Banned {
            out_after.get_or_insert(day);
        }
        town.chain.pass(days(1));
    }
    assert_eq!(standing(fading), Standing::Healthy, "two ops a day never add up to more than four");
    // Seventeen missing ops ban: three at once, three more in each week, and one of presence at the end of each.
    assert_eq!((out_after, standing(safe)), (Some(26), Standing::Banned));
}

// A10: losing bidders who judge the winner

#[test]
fn whoever_bids_for_a_request_does_not_judge_it_and_leaves_a_quorum_that_can() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.access = Access::Offers);
    let due = town.spec(request).deliver_by;
    for (name, price) in [("pia", 8), ("eva", 9), ("emil", 9)] {
        town.offer(name, request, price * UNIT, due).ok();
    }
    assert_eq!(town.offer("edda", request, 9 * UNIT, due).err(), market::Error::JuryExhausted);
    town.send("emil", town.market().retract_offer(request)).ok();
    town.accept("pia", request, 8 * UNIT, due).ok();
    town.submit("pia", request).ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in ["eva", "emil"] {
        assert_eq!(town.commit(name, request, 0, 0).err(), market::Error::Conflicted, "{name}, retracted or not");
    }
    town.review(request, 0, &[("edda", 90), ("enzo", 90), ("elsa", 90)]);
    town.finalize(request, 0).ok();
    assert_eq!(settle_and_claim(&town, request, 0), (8 * UNIT, UNIT, 0, 27));
}

// A11: a copy of the honest delivery

/// It costs nothing where each is paid on its own. The remedy is the requester's to choose: only the first counts, and
/// delivery is sealed.
#[test]
fn a_copy_has_half_of_a_shared_reward_unless_only_the_first_counts() {
    let claims = |town: &Town, request| {
        town.judge(request, &[(90, None), (90, Some(0))]);
        [0, 1].map(|submission| settle_and_claim(town, request, submission).0)
    };
    let town = Town::new();
    let open = town.post_with(|spec| spec.award = Award::Proportional);
    for name in ["pia", "paul"] {
        town.deliver(name, open);
    }
    assert_eq!(claims(&town, open), [15 * UNIT; 2]);

    let town = Town::new();
    let sealed = town.post_with(|spec| (spec.award, spec.duplicates) = (Award::Proportional, Duplicates::FirstOnly));
    // However Paul came by it: he cannot have sealed it before it was there.
    for name in ["pia", "paul"] {
        town.signal(name, sealed, 1).ok();
        town.submit_sealed(name, sealed, "the report").ok();
        town.chain.pass(1);
    }
    town.chain.pass_until(town.spec(sealed).deliver_by);
    for (submission, name) in [(0, "pia"), (1, "paul")] {
        town.unseal(name, sealed, submission, "the report").ok();
    }
    assert_eq!(claims(&town, sealed), [30 * UNIT, 0]);
}

// A12: a commitment for ten years

#[test]
fn a_commitment_holds_nobody_for_more_than_three_weeks_and_nobody_while_terms_are_proposed() {
    let town = Town::new();
    let deadlines = market::Error::InvalidRequest(RequestReason::Deadlines);
    for (review, reveal) in [(days(3_650), days(1)), (days(7) + 1, days(1)), (days(1), days(7) + 1)] {
        let mut spec = town.request_spec();
        spec.review_by = spec.deliver_by + review;
        spec.reveal_by = spec.review_by + reveal;
        assert_eq!(town.chain.read(town.market().quote(spec)), Err(deadlines));
    }
    let request = town.post_with(|spec| {
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(7);
    });
    town.deliver("pia", request);
    town.open_reviews(request);
    let opened = town.chain.now();
    town.until_open_to_all(request, 0);
    let (resign, freeze) = (|| town.obligation().resign(town.pool), || town.obligation().freeze());
    for name in ["eva", "emil"] {
        town.commit(name, request, 0, 80).ok();
        assert_eq!(town.refused(name, resign()), obligation::Error::OpenCommitments);
        assert_eq!(town.refused(name, freeze()), obligation::Error::OpenCommitments);
    }
    // Under notice Eva leaves, with her review in hand; it costs her seven points if she does not reveal it.
    let (terms, schedule) = town.chain.read(town.obligation().terms(town.pool)).expect("a pool");
    town.send("manager", town.obligation().propose_terms(town.pool, terms, schedule)).ok();
    town.send("eva", resign()).ok();
    // Emil stays. It cannot be longer than a window, its extension, and the time for reveals.
    town.extend(request, 0);
    town.until_reveals_close(request, 0);
    assert_eq!(town.chain.now(), opened + days(21));
    town.finalize(request, 0).ok();
    assert_eq!((town.profile("eva").slashed, town.profile("emil").slashed), (ABSENCE, ABSENCE));
    town.send("emil", freeze()).ok();
}

// A13: windows that are halved, and halved again

#[test]
fn reviewers_of_sealed_work_have_the_shortest_window_of_the_policy_however_late_it_is_opened() {
    let town = Town::new();
    let sealed = |time| {
        let spec = RequestSpec { duplicates: Duplicates::FirstOnly, ..town.request_spec() };
        let review_by = spec.deliver_by + time;
        RequestSpec { review_by, reveal_by: review_by + hours(1), ..spec }
    };
    let deadlines = market::Error::InvalidRequest(RequestReason::Deadlines);
    assert_eq!(town.chain.read(town.market().quote(sealed(hours(2) - 1))), Err(deadlines));
    let request = town.post_with(|spec| *spec = sealed(hours(2)));
    town.signal("pia", request, 1).ok();
    town.submit_sealed("pia", request, "a report").ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("pia", request, 0, "a report").ok();
    town.chain.pass_until(town.spec(request).review_by - minutes(1));
    town.open_reviews(request);
    let (window, now) = (town.window(request, 0), town.chain.now());
    assert_eq!((window.commit_by, window.reveal_by), (now + hours(1), now + hours(2)));
}

// A14: serving oneself

/// With the default policy an op costs 0.155 UNIT of rent and fee, if nobody else reviews the work; in the first edition
/// three cost 0.0015 UNIT. All others owe for it too, as far as the pace goes.
#[test]
fn an_enforcer_alone_on_its_own_accounts_work_pays_rent_and_a_fee_for_every_op() {
    let town = safe();
    let request = post_cheapest(&town, "evas purse", 3).ok();
    town.signal("evas other name", request, 3).ok();
    for _ in 0..3 {
        town.submit("evas other name", request).ok();
    }
    assert_eq!(town.state(request).insiders, 0, "nobody knows whose accounts these are");
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let all = [0, 1, 2].map(|submission| (submission, (100, None)));
    assert_eq!(town.commit_list("eva", request, &all).ok(), [0, 1, 2]);
    town.until_commits_close(request, 0);
    let extended = town.finalize_list(request, &[0, 1, 2]);
    assert_eq!(extended.events::<WindowExtended>().len(), 3);
    extended.ok();
    town.until_commits_close(request, 0);
    town.reveal_list("eva", request, &all).ok();
    assert_eq!(town.finalize_list(request, &[0, 1, 2]).ok(), 3);
    town.settle(request).ok();
    assert_eq!(town.claim_list(request, &[0, 1, 2]).ok(), 3);

    let (eva, emil) = (town.member("eva"), town.member("emil"));
    assert_eq!((eva.declared, emil.declared), (4 * OP, 0), "three reviews, and presence by committing");
    // Among seven members: nine tenths of 3 * 3/7 ops when it was opened, and of 3 * 2/7 when it was extended, 1.9 in all.
    assert_eq!((eva.required, emil.required), (OP, OP));
    // Review fees and deposits came back to her own accounts.
    assert_eq!((town.credit("eva"), town.credit("evas other name")), (3 * UNIT / 10, 3 * UNIT / 10));
    assert_eq!(town.credit_of(town.treasury), 3 * (5 + 150) * UNIT / 1_000);
}

// A15: fillers with tiny rewards

#[test]
fn whoever_fills_the_pool_pays_rent_and_premium_whatever_the_reward_is() {
    let town = Town::with(|settings| settings.policy.assets[0].rent = UNIT / 100);
    let costs = |reward| {
        let spec = RequestSpec { limit: 4, reward, ..town.request_spec() };
        let quote = town.chain.read(town.market().quote(spec)).expect("a price");
        (quote.rent, quote.premium)
    };
    // Twelve of fifteen hands for five days; at 80 % utilization the premium is as much as the rent.
    for reward in [1, 30 * UNIT, 3_000 * UNIT] {
        assert_eq!(costs(reward), (600 * UNIT / 1_000, 600 * UNIT / 1_000));
    }
}

// A16: a prize for what one review refused

#[test]
fn a_ranking_pays_nothing_without_reviews_and_for_what_a_single_one_refused() {
    let prize = |score: Option<u8>| {
        let town = Town::new();
        let request = town.post_with(|spec| spec.award = Award::Ranked { places_bps: vec![10_000] });
        town.deliver("paul", request);
        town.open_reviews(request);
        match score {
            Some(score) => {
                town.review(request, 0, &[("eva", score)]);
                town.finalize(request, 0).ok();
            }
            None => town.leave_unreviewed(request, 0),
        }
        settle_and_claim(&town, request, 0)
    };
    assert_eq!(prize(Some(0)), (0, 0, UNIT, 0), "and the deposit is lost");
    assert_eq!(prize(None), (0, UNIT, 0, 0), "nobody is to blame");
    // A third of the only place's prize, and of the 27 points of a delivery: one review of three that a quorum has.
    assert_eq!(prize(Some(100)), (9_999 * UNIT / 1_000, UNIT, 0, 8));
}

// Invariant 12: a request can be judged

/// Throws that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, names: &[&'a str]) -> &'a str {
        names[self.throw(names.len())]
    }
}

#[test]
fn whoever_signals_or_offers_a_quorum_of_members_is_left_to_judge() {
    let members = [&ENFORCERS[..], &CANDIDATES].concat();
    let people = [&members[..], &PROVIDERS, &[REQUESTER, STRANGER]].concat();
    let mut exhausted = 0;
    for seed in 1..=8_u64 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let town = Town::new();
        let by_offers = dice.throw(2) == 0;
        // Sometimes the requester has a seat itself.
        let requester = dice.pick(&[REQUESTER, "eva", "emil"]);
        let access = if by_offers { Access::Offers } else { Access::Open };
        let spec = RequestSpec { access, limit: 4, ..town.request_spec() };
        let due = spec.deliver_by;
        let price = town.chain.read(town.market().quote(spec.clone())).expect("a price").total;
        let request = town.send(requester, town.market().post(spec, 0).transferred_value(price)).ok();
        let mut takes_part = BTreeSet::from([requester]);
        for _ in 0..20 {
            let name = dice.pick(&people);
            let told = match by_offers {
                true => town.offer(name, request, UNIT, due).returned(),
                false => town.signal(name, request, 1).returned(),
            };
            let involved = members.iter().filter(|name| takes_part.contains(**name)).count();
            match told {
                Ok(()) => {
                    takes_part.insert(name);
                }
                Err(market::Error::JuryExhausted) => {
                    exhausted += 1;
                    assert!(members.contains(&name), "{name} is an outsider");
                    assert!(ENFORCERS.len() < 3 + involved + 1, "{name} would have left a quorum");
                }
                // For another reason: its own request, a second offer or place, or no place left.
                Err(_) => {}
            }
            let judges = ENFORCERS.iter().filter(|name| !takes_part.contains(**name)).count();
            assert!(judges >= 3, "{judges} are left to judge: {takes_part:?} take part");
        }
        let insiders = takes_part.iter().filter(|name| **name != requester && members.contains(name)).count();
        assert_eq!(town.state(request).insiders as usize, insiders);
    }
    assert!(exhausted > 0, "some were refused");
}
