//! Whoever stops acting, in whichever phase: somebody without any role or interest moves the request on, and all of its
//! money comes out to whom it belongs.
//!
//! Each test leads a request to one phase of its life. There something goes wrong, and from then on only a stranger acts:
//! it sends messages that anyone may send, and lets time pass. In the end the request is gone, everyone withdraws, and
//! nothing is left in the market. One who can be missed nowhere is the requester of an engagement that has become
//! vacant: the rest of it is hers alone, and waits for her.

use chain::{account, brisk_policy, days, Outcome, UNIT};
use e2e_tests::{refused, townsfolk, Town, CANDIDATES, ENFORCERS, PROVIDERS, REQUESTER, STRANGER};
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Access, Award, Duplicates, Error, RequestSpec},
    obligation::{self, MemberState, Standing},
    reputation, roles, Balance, Market as _, Obligation as _, RequestId,
};
use pendzl::contracts::access_control::{AccessControl as _, RoleType};

/// What goes wrong once a request has come to some phase. From then on the requester, its providers and all who have a
/// role do nothing any more but take out what is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Nothing but that.
    Silence,
    /// The manager does all the harm it can: both contracts are paused and have lost all their roles, and another policy
    /// comes into force, which lists no asset any more that the request pays in.
    Misrule,
    /// Every enforcer that can has left.
    EnforcersLeft,
    /// Whoever can takes a rest.
    Resting,
}

const TROUBLES: [Trouble; 4] = [Trouble::Silence, Trouble::Misrule, Trouble::EnforcersLeft, Trouble::Resting];

impl Trouble {
    fn strikes(self, town: &Town) {
        match self {
            Self::Silence => {}
            Self::Misrule => misrule(town),
            Self::EnforcersLeft => {
                let left = ENFORCERS.iter().chain(&CANDIDATES).filter(|name| leaves(town, name)).count();
                assert!(left >= 2, "only {left} left");
            }
            Self::Resting => {
                let rests = |name: &&&str| town.chain.call(&town.who(name), town.obligation().freeze());
                let resting = ENFORCERS.iter().chain(&CANDIDATES).filter(|name| rests(name).returned().is_ok()).count();
                assert!(resting > 0 || town.member("elsa").deficit > 0, "nobody can rest");
            }
        }
    }
}

/// The manager pauses what it can, proposes a policy for another asset, and revokes all roles.
fn misrule(town: &Town) {
    town.chain.call(&town.manager, town.market().pause()).ok();
    town.chain.call(&town.manager, town.obligation().pause()).ok();
    let elsewhere = market::Asset::Psp22(account("another token"));
    let assets = vec![market::AssetPolicy { asset: elsewhere, min_review_fee: 1, rent: UNIT }];
    let policy = market::Policy { assets, treasury: account("manager"), unreviewed_bps: 0, ..brisk_policy() };
    town.chain.call(&town.manager, town.market().propose_policy(policy)).ok();
    let reputation = town.reputation_address;
    for contract in [town.market_address, town.obligation_address] {
        for role in [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER] {
            revoke(town, reputation, role, contract);
        }
    }
    revoke(town, reputation, roles::FREEZER, town.obligation_address);
    revoke(town, town.obligation_address, roles::OPERATOR, town.market_address);
}

fn revoke(town: &Town, contract: AccountId, role: RoleType, from: AccountId) {
    town.chain.call(&town.manager, town.roles_in(contract).revoke_role(role, Some(from))).ok();
}

/// Gives up its seat or its place in the line. New terms let go whom a deficit or open reviews would keep.
fn leaves(town: &Town, name: &str) -> bool {
    if town.chain.read(town.obligation().pending_terms(town.pool)).is_none() {
        let (terms, schedule) = town.chain.read(town.obligation().terms(town.pool)).expect("the enforcers' pool");
        let proposal = town.obligation().propose_terms(town.pool, terms, schedule);
        town.chain.call(&town.manager, proposal).ok();
    }
    town.chain.call(&town.who(name), town.obligation().resign(town.pool)).returned().is_ok()
}

/// Leads a request to a phase of its life in a town of its own, once for each trouble that can strike there, and sees
/// that all its money comes out.
#[track_caller]
fn whatever_happens(reach: impl Fn(&Town) -> RequestId) {
    for trouble in TROUBLES {
        let town = Town::new();
        let request = reach(&town);
        trouble.strikes(&town);
        town.assert_balanced(&[request], &["manager"]);
        let ended = town.wind_up(request);
        assert!(ended, "{trouble:?}: upkeep does not end {:?}", town.state(request));
        town.assert_balanced(&[], &["manager"]);
        town.cash_out();
        assert_eq!(town.in_market(), 0, "{trouble:?}: money is left in the market");
    }
}

/// A request in whose places something is at stake.
fn post(town: &Town) -> RequestId {
    town.post_with(at_stake)
}

fn at_stake(spec: &mut RequestSpec) {
    spec.provider_bond = 30;
}

/// A request with two deliveries, Carl's and Cora's; Carl has a second place.
fn delivered(town: &Town) -> RequestId {
    let request = town.post_with(|spec| {
        at_stake(spec);
        spec.per_provider = 2;
    });
    town.signal("carl", request, 2).ok();
    town.submit("carl", request).ok();
    town.deliver("cora", request);
    request
}

fn commit_all(town: &Town, request: RequestId, names: &[&str]) {
    town.until_open_to_all(request, 0);
    for name in names {
        town.commit(name, request, 0, 80).ok();
    }
}

// Requests, phase by phase

#[test]
fn a_request_that_nobody_answers_comes_back() {
    whatever_happens(post);
}

#[test]
fn a_request_whose_providers_deliver_nothing_comes_back_with_their_deposits() {
    whatever_happens(|town| {
        let request = post(town);
        town.signal("carl", request, 1).ok();
        town.signal("cora", request, 1).ok();
        request
    });
}

#[test]
fn deliveries_that_nobody_opens_for_review_are_opened_by_anyone() {
    whatever_happens(delivered);
}

#[test]
fn deliveries_that_nobody_reviews_are_paid_the_unreviewed_share() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        request
    });
}

#[test]
fn reviews_that_are_committed_and_never_revealed_stop_nothing() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        commit_all(town, request, &ENFORCERS[..3]);
        request
    });
}

#[test]
fn a_few_reveals_are_paid_even_if_no_more_follow() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        commit_all(town, request, &ENFORCERS[..3]);
        town.until_commits_close(request, 0);
        town.reveal(ENFORCERS[0], request, 0, 80).ok();
        request
    });
}

#[test]
fn a_window_with_too_few_commitments_is_extended_by_anyone_and_ends() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        commit_all(town, request, &ENFORCERS[..2]);
        request
    });
}

#[test]
fn an_extended_window_ends_as_well() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        commit_all(town, request, &ENFORCERS[..2]);
        town.extend(request, 0);
        commit_all(town, request, &ENFORCERS[2..3]);
        request
    });
}

#[test]
fn deliveries_that_are_opened_late_have_their_full_windows_and_end() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.chain.pass_until(town.spec(request).reveal_by + days(7));
        town.open_reviews(request);
        assert_eq!(town.window(request, 0).commit_by, town.chain.now() + days(1));
        commit_all(town, request, &ENFORCERS[..3]);
        request
    });
}

#[test]
fn a_verdict_that_nobody_asks_for_is_given_by_anyones_call() {
    whatever_happens(|town| {
        let request = delivered(town);
        town.open_reviews(request);
        commit_all(town, request, &ENFORCERS[..3]);
        town.until_commits_close(request, 0);
        for name in &ENFORCERS[..3] {
            town.reveal(name, request, 0, 80).ok();
        }
        request
    });
}

/// One of two deliveries has its verdict.
fn judged(town: &Town, score: u8) -> RequestId {
    let request = delivered(town);
    town.open_reviews(request);
    let scores: Vec<_> = ENFORCERS[..3].iter().map(|name| (*name, score)).collect();
    town.review(request, 0, &scores);
    town.finalize(request, 0).ok();
    request
}

#[test]
fn a_request_that_is_judged_in_part_is_settled_in_the_end() {
    whatever_happens(|town| judged(town, 80));
}

#[test]
fn a_request_that_is_settled_in_part_is_settled_in_the_end() {
    whatever_happens(|town| {
        let request = judged(town, 10);
        town.settle(request).ok();
        town.claim(request, 0).ok();
        request
    });
}

#[test]
fn sealed_deliveries_that_nobody_opens_are_missed() {
    whatever_happens(|town| {
        let request = town.post_with(|spec| {
            at_stake(spec);
            spec.award = Award::Proportional;
            spec.duplicates = Duplicates::Shared { retention_ppm: 900_000 };
        });
        for name in ["carl", "cora"] {
            town.signal(name, request, 1).ok();
            town.submit_sealed(name, request, name).ok();
        }
        town.chain.pass_until(town.spec(request).deliver_by);
        town.unseal("cora", request, 1, "cora").ok();
        request
    });
}

#[test]
fn shares_that_depend_on_each_other_come_out_when_all_are_settled() {
    for award in [Award::Proportional, Award::Ranked { places_bps: vec![6_000, 3_000] }] {
        whatever_happens(|town| {
            let request = town.post_with(|spec| {
                at_stake(spec);
                spec.award = award.clone();
            });
            for name in ["carl", "cora"] {
                town.deliver(name, request);
            }
            town.open_reviews(request);
            town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 50)]);
            town.finalize(request, 0).ok();
            request
        });
    }
}

// Offers

/// Two have offered to deliver.
fn offered(town: &Town) -> RequestId {
    let request = town.post_with(|spec| {
        at_stake(spec);
        spec.access = Access::Offers;
    });
    let deliver_by = town.spec(request).deliver_by;
    for name in ["carl", "cora"] {
        town.offer(name, request, 8 * UNIT, deliver_by).ok();
    }
    request
}

#[test]
fn offers_that_nobody_accepts_come_back_with_the_request() {
    whatever_happens(offered);
}

#[test]
fn an_offer_that_is_accepted_and_never_delivered_on_is_forfeited() {
    whatever_happens(|town| {
        let request = offered(town);
        town.accept("carl", request, 8 * UNIT, town.spec(request).deliver_by).ok();
        request
    });
}

#[test]
fn a_withdrawn_request_leaves_nothing_behind() {
    whatever_happens(|town| {
        let request = offered(town);
        town.chain.call(&town.who(REQUESTER), town.market().withdraw_request(request)).ok();
        request
    });
}

// Engagements

/// Rita engages for three weeks, of which one may be missed.
fn engage(town: &Town) -> RequestId {
    let mut spec = town.request_spec();
    at_stake(&mut spec);
    (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, 10 * UNIT);
    let price = town.chain.read(town.market().quote_engagement(spec.clone(), 3, days(7))).expect("a price").total;
    let engage = town.market().engage(spec, 3, days(7), 1, 1, 0).transferred_value(price);
    town.chain.call(&town.who(REQUESTER), engage).ok()
}

/// And Carl is her provider.
fn engaged(town: &Town) -> RequestId {
    let request = engage(town);
    let deliver_by = town.spec(request).deliver_by;
    for name in ["carl", "cora"] {
        town.offer(name, request, 8 * UNIT, deliver_by).ok();
    }
    town.accept("carl", request, 8 * UNIT, deliver_by).ok();
    request
}

fn close_period(town: &Town, request: RequestId) -> Outcome<Result<bool, Error>> {
    town.chain.call(&town.who(STRANGER), town.market().close_period(request))
}

#[test]
fn an_engagement_that_nobody_takes_on_comes_back() {
    whatever_happens(|town| {
        let request = engage(town);
        town.offer("carl", request, 8 * UNIT, town.spec(request).deliver_by).ok();
        request
    });
}

#[test]
fn an_engagement_whose_provider_never_delivers_comes_back() {
    whatever_happens(engaged);
}

/// And he delivers in the first week; this is what it is worth.
fn first_week(town: &Town, score: u8) -> RequestId {
    let request = engaged(town);
    town.submit("carl", request).ok();
    town.open_reviews(request);
    town.review(request, 0, &[("eva", score), ("emil", score), ("edda", score)]);
    town.finalize(request, 0).ok();
    request
}

#[test]
fn an_engagement_whose_provider_goes_silent_in_the_middle_pays_what_was_done() {
    whatever_happens(|town| first_week(town, 80));
}

#[test]
fn an_engagement_whose_provider_was_refused_and_goes_silent_comes_back() {
    whatever_happens(|town| first_week(town, 10));
}

#[test]
fn an_engagement_that_delivers_to_the_end_ends_by_anyones_calls() {
    whatever_happens(|town| {
        let request = engaged(town);
        for _ in 0..3 {
            let period = town.submit("carl", request).ok();
            town.chain.pass_until(town.submission(request, period).window_start);
        }
        request
    });
}

#[test]
fn a_vacant_engagement_with_a_delivery_on_its_way_comes_out_to_both() {
    whatever_happens(|town| {
        let request = engaged(town);
        town.chain.pass_until(town.spec(request).deliver_by + days(7));
        town.submit("carl", request).ok();
        for _ in 0..2 {
            close_period(town, request).ok();
        }
        assert_eq!(town.chain.read(town.market().phase(request, None)), Ok(market::Phase::Vacant));
        request
    });
}

#[test]
fn an_engagement_that_was_taken_over_and_is_abandoned_again_ends_as_well() {
    whatever_happens(|town| {
        let request = engaged(town);
        town.chain.pass_until(town.spec(request).deliver_by + days(7));
        for _ in 0..2 {
            close_period(town, request).ok();
        }
        let retract = town.market().retract_offer(request);
        town.chain.call(&town.who("cora"), retract).ok();
        let due = town.chain.now() + days(2);
        town.offer("cora", request, 9 * UNIT, due).ok();
        let takeover = town.market().takeover(request, account("cora"), 9 * UNIT, due);
        town.chain.call(&town.who(REQUESTER), takeover).ok();
        request
    });
}

// What everyone has in the end

#[test]
fn when_nobody_acts_any_more_everyone_still_gets_what_the_rules_say() {
    let town = Town::new();
    let request = delivered(&town);
    assert!(town.wind_up(request));
    let deposit = UNIT;
    let half = "half of a place's pay for what nobody reviewed, and the deposit of the place delivered on";
    assert_eq!(town.credit("carl"), 5 * UNIT + deposit, "{half}");
    assert_eq!(town.credit("cora"), 5 * UNIT + deposit);
    assert_eq!(town.credit(REQUESTER), 33 * UNIT - 10 * UNIT + deposit, "the rest, and the deposit of the other");
    assert_eq!(town.credit_of(town.treasury), 33 * UNIT / 20);
    let (carl, cora) = (town.profile("carl"), town.profile("cora"));
    assert_eq!((carl.slashed, carl.locked, carl.holds, carl.owed), (30, 50, 0, 0));
    assert_eq!((cora.slashed, cora.locked, cora.holds, cora.owed), (0, 50, 0, 0));
    let capacity = town.chain.read(town.obligation().capacity(town.pool)).unwrap();
    assert_eq!(capacity.backlog, 0);
    let deposits: Balance = townsfolk().map(|name| town.credit(name)).sum();
    assert_eq!(deposits, town.in_market());
}

#[test]
fn a_role_that_is_missing_costs_only_what_needs_it() {
    let town = Town::new();
    let request = post(&town);
    town.deliver("carl", request);
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 80)]);
    revoke(&town, town.reputation_address, roles::MINTER, town.market_address);
    town.finalize(request, 0).ok();
    town.settle(request).ok();
    let claimed = town.claim(request, 0);
    let told = market::ReputationRefused { request, error: reputation::Error::MissingRole };
    assert_eq!(claimed.events::<market::ReputationRefused>(), [told]);
    claimed.ok();
    let carl = town.profile("carl");
    assert_eq!((carl.locked, carl.holds, carl.owed), (50, 0, 0), "his bond and his freedom do not wait for a reward");
    assert_eq!(town.chain.call(&town.who("carl"), town.obligation().freeze()).returned(), Ok(()));
}

#[test]
fn without_the_right_to_open_pools_the_market_takes_no_provider_on_but_gives_everything_back() {
    let town = Town::new();
    let request = engage(&town);
    let deliver_by = town.spec(request).deliver_by;
    town.offer("carl", request, 8 * UNIT, deliver_by).ok();
    revoke(&town, town.obligation_address, roles::OPERATOR, town.market_address);
    let accept = town.market().accept(request, account("carl"), 8 * UNIT, deliver_by);
    let missing = Error::Obligation(obligation::Error::MissingRole);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), accept), missing);
    town.all_comes_out(request);
}

// Providers and enforcers that are out

/// Requests go by, and Elsa does nothing, until anyone can have her banned.
fn elsa_is_banned(town: &Town) {
    while town.member("elsa").standing != Standing::Banned {
        town.play_request(&ENFORCERS[..3], 80);
    }
    let evaluate = town.obligation().evaluate(town.pool, account("elsa"));
    assert_eq!(town.chain.call(&town.who(STRANGER), evaluate).ok(), Standing::Banned);
}

#[test]
fn a_ban_as_an_enforcer_takes_nothing_from_a_provider() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        (spec.limit, spec.reward) = (1, 10 * UNIT);
        spec.signal_by += days(60);
        spec.deliver_by += days(120);
        spec.review_by += days(120);
        spec.reveal_by += days(120);
    });
    town.deliver("elsa", request);
    elsa_is_banned(&town);
    town.open_reviews(request);
    town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 80)]);
    town.finalize(request, 0).ok();
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 10 * UNIT);
    assert_eq!(town.credit("elsa"), 11 * UNIT);
    assert_eq!(town.withdraw("elsa").ok(), 11 * UNIT);
    assert_eq!(town.profile("elsa").holds, 0);
}

#[test]
fn who_rests_takes_its_offer_back_and_its_money_out() {
    let town = Town::new();
    let request = offered(&town);
    let cora = town.who("cora");
    town.chain.call(&cora, town.obligation().freeze()).ok();
    assert_eq!(town.member("cora").state, MemberState::Frozen);
    let accept = town.market().accept(request, cora, 8 * UNIT, town.spec(request).deliver_by);
    let frozen = Error::Reputation(reputation::Error::Frozen);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), accept), frozen, "nobody is given work at rest");
    town.chain.call(&cora, town.market().retract_offer(request)).ok();
    assert_eq!(town.withdraw("cora").ok(), UNIT);
    town.all_comes_out(request);
}

#[test]
fn a_fee_that_was_earned_before_a_rest_is_paid_during_it() {
    let town = Town::new();
    let request = town.play_request(&ENFORCERS[..3], 80);
    let eva = town.who("eva");
    town.chain.call(&eva, town.obligation().freeze()).ok();
    assert_eq!(town.withdraw("eva").ok(), 3 * (UNIT / 3));
    town.all_comes_out(request);
}

#[test]
fn an_account_that_cannot_be_paid_stops_nobody_else() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        spec.review_fee = brisk_policy().assets[0].min_review_fee;
        spec.curve[0].weight_bps = 1;
        spec.reward = 3;
        spec.place_deposit = UNIT;
    });
    for name in PROVIDERS {
        town.deliver(name, request);
    }
    town.chain.drain(&account(PROVIDERS[0]));
    assert!(town.wind_up(request));
    town.assert_balanced(&[], &[]);
    for name in [PROVIDERS[1], PROVIDERS[2], REQUESTER] {
        town.withdraw(name).ok();
    }
    assert_eq!(town.credit(PROVIDERS[0]), UNIT, "hers waits for her");
}
