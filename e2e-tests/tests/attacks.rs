//! What a clever or careless account might try. Each attempt is refused by name, and changes nothing at all. A night of
//! junk breaks no rule: there the terms bound what it does to the members, and the test says what it costs.

use chain::{account, days, hours, minutes, Settings, UNIT};
use e2e_tests::{refused, Town, CANDIDATES, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER};
use interfaces::market::commitment;
use interfaces::{
    market,
    obligation::{self, MemberState, Outcome, Standing, StandingChanged, OP},
    reputation::{self, Effect, MintReason},
    Market as _, Obligation as _, Reputation as _, RequestId, Timestamp,
};
use pendzl::contracts::psp22::{PSP22Error, PSP22 as _};
use std::mem;

#[test]
fn nobody_is_paid_twice_for_one_submission() {
    let town = Town::new();
    let request = town.settled();
    town.claim(request, 0).ok();
    let again = refused(&town.chain, &town.who("pia"), town.market().claim(request, 0));
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
    let again = refused(&town.chain, &town.who(STRANGER), town.market().finalize(request, 0));
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
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    town.commit("eva", request, 0, 30).ok();
    town.until_commits_close(request, 0);
    let eva = town.who("eva");
    let other_score = town.market().reveal_review(request, 0, 90, None, SALT);
    assert_eq!(refused(&town.chain, &eva, other_score), market::Error::WrongReveal);
}

#[test]
fn a_copied_commitment_is_worth_nothing_to_the_copier() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let (eva, emil) = (town.who("eva"), town.who("emil"));
    let evas = commitment(request, 0, eva, 77, None, &SALT);
    for who in [&eva, &emil] {
        town.chain.call(who, town.market().commit_review(request, 0, evas)).ok();
    }
    town.until_commits_close(request, 0);
    town.reveal("eva", request, 0, 77).ok();
    let copied = town.market().reveal_review(request, 0, 77, None, SALT);
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
    let own = town.market().commit_review(request, 0, commitment(request, 0, elsa, 100, None, &SALT));
    assert_eq!(refused(&town.chain, &elsa, own), market::Error::Conflicted);
    let requester = town.who(REQUESTER);
    let cheap = town.market().commit_review(request, 0, commitment(request, 0, requester, 0, None, &SALT));
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
    let own_pool = calls().open_pool(chain::brisk_terms(), obligation::Schedule::default());
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
    let request = town.post();
    town.deliver("pia", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let review = town.market().commit_review(request, 0, commitment(request, 0, elsa, 80, None, &SALT));
    assert_eq!(refused(&town.chain, &elsa, review), market::Error::Obligation(banned));
}

// A night of junk

/// From 20:00 to 10:17.
const NIGHT: Timestamp = hours(14) + minutes(17);
/// Places of a request of junk, and what it delivers.
const JUNK: u16 = 4;

/// The stranger posts the cheapest request there can be, every window as short as the policy allows, and delivers junk
/// on all its places at once, under another name.
fn post_junk(town: &Town) -> RequestId {
    let policy = town.chain.read(town.market().policy()).expect("an open market");
    let (fee, window, now) = (policy.assets[0].min_review_fee, policy.min_window, town.chain.now());
    let mut spec = town.request_spec();
    (spec.reward, spec.review_fee, spec.place_deposit) = (1, fee, fee);
    (spec.limit, spec.per_provider) = (JUNK.into(), JUNK);
    (spec.signal_by, spec.deliver_by) = (now + window, now + 2 * window);
    (spec.review_by, spec.reveal_by) = (now + 3 * window, now + 4 * window);
    let price = town.chain.read(town.market().quote(spec.clone())).expect("a price").total;
    let post = town.market().post(spec, 0).transferred_value(price);
    let request = town.chain.call(&town.who(STRANGER), post).ok();
    town.signal("stans other name", request, JUNK).ok();
    for _ in 0..JUNK {
        town.submit("stans other name", request).ok();
    }
    request
}

/// Two windows pass in which nobody looks in, and the stranger makes room for more.
fn nobody_is_awake(town: &Town, request: RequestId) {
    for _ in 0..2 {
        town.until_commits_close(request, 0);
        (0..JUNK).for_each(|submission| town.finalize(request, submission.into()).ok());
    }
    town.settle(request).ok();
}

/// Why no organization of people should have terms and windows like these, which are for tests and short stories.
#[test]
fn one_night_of_junk_bans_everyone_where_windows_are_short_and_no_pace_bounds_what_falls_due() {
    let town = Town::new();
    town.chain.pass(hours(20));
    let evening = town.chain.now();
    for n in 0..4 {
        let request = post_junk(&town);
        assert_eq!(town.open_reviews(request), u32::from(JUNK));
        if n < 3 {
            nobody_is_awake(&town, request);
        }
    }
    assert!(town.chain.now() <= evening + NIGHT);
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
    // What an organization costs: fees and premiums. All else comes back.
    assert_eq!(town.credit_of(town.treasury), 4 * 6 * UNIT / 1_000);
}

/// With the default policy and terms. Windows last a day there, so what is to be seen in the night is posted two days
/// before; seven members have hands for all of it.
#[test]
fn the_same_night_bans_nobody_by_the_default_terms_and_nobody_can_be_banned_for_more_than_two_weeks() {
    let town = Town::with(|settings| {
        *settings = Settings { founders: mem::take(&mut settings.founders), ..Settings::default() };
    });
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
    // (16 + 1) / (4 + 1) - 1 epochs of a week.
    let least = days(7) * 24 / 10;
    let is_safe = |name: &&str| town.member(name).safe_until >= evening + least;
    town.chain.pass_until(evening);
    assert!(members.iter().all(is_safe), "whatever comes");
    for request in requests {
        assert_eq!(town.open_reviews(request), u32::from(JUNK));
    }
    assert_eq!(town.chain.now(), evening + NIGHT);
    for name in &members {
        let member = town.member(name);
        assert_eq!((member.required, member.standing), (4 * OP, Standing::Healthy), "{name}: no more falls due");
    }
    assert!(members.iter().all(is_safe), "whatever comes now");

    // They all sleep on.
    town.chain.pass_until(evening + least);
    let is_banned = |name: &&str| town.member(name).standing == Standing::Banned;
    assert!(!members.iter().any(is_banned));
    // It is paid for as well: the least fee is ten times as much, and whoever takes almost all hands pays a premium.
    assert_eq!(town.credit_of(town.treasury), 13_996 * UNIT / 100_000);
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
    let gift = town.market().submit(request, ink::primitives::Hash::default(), vec![]).transferred_value(UNIT);
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
    let whole = town.chain.dry_run(&stranger, town.market().finalize(request, 0)).gas;
    let before = town.chain.state_hash();
    for part in 1..20 {
        let limit = whole * part / 20;
        let tried = town.chain.call_within(&stranger, town.market().finalize(request, 0), limit);
        assert!(tried.result.is_err(), "{part}/20 of the weight is not enough");
        assert_eq!(town.chain.state_hash(), before, "{part}/20 of the weight left something behind");
    }
    town.finalize(request, 0).ok();
}
