//! What keeps a market in order over the years: another policy, a pause, and storage that is freed again.

use chain::{account, brisk_policy, constructor, days, hours, MarketCalls, Outcome, StorageDeposit, UNIT};
use e2e_tests::{
    one, refused, with_many_hands, work_of, Town, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER, WORK_URI,
};
use ink::primitives::{AccountId, Hash};
use interfaces::market::seal;
use interfaces::{
    market::{
        Access, Asset, AssetPolicy, Award, Duplicates, Error, OfferRetracted, Policy, PolicyApplied, PolicyProposed,
        PolicyReason, Pruned, RequestReason, RequestSpec, Verdict,
    },
    Balance, Market as _, RequestId, Timestamp,
};

/// From proposing a policy to its coming into force: the notice of the pool's first terms.
const NOTICE: Timestamp = days(1);
/// What three coherent enforcers share of a review fee.
const FEES: Balance = UNIT / 3 * 3;

// Policies

/// A policy with twice the fee, for another treasury, that pays nothing for what nobody reviewed.
fn stricter() -> Policy {
    let treasury = account("reserve");
    Policy { protocol_fee_bps: 1_000, unreviewed_bps: 0, min_quorum: 5, treasury, ..brisk_policy() }
}

fn propose(town: &Town, policy: Policy) -> Outcome<Result<(), Error>> {
    town.chain.call(&town.manager, town.market().propose_policy(policy))
}

fn policy(town: &Town) -> Policy {
    town.chain.read(town.market().policy()).expect("an open market")
}

fn pending(town: &Town) -> Option<(Policy, Timestamp)> {
    town.chain.read(town.market().pending_policy())
}

/// What the default request would cost now with a quorum of five.
fn fee(town: &Town) -> Balance {
    let spec = RequestSpec { quorum: 5, limit: 1, ..town.request_spec() };
    town.chain.read(town.market().quote(spec)).expect("a price").protocol_fee
}

#[test]
fn a_proposed_policy_is_in_force_once_its_notice_is_over_whether_or_not_anyone_applies_it() {
    let town = Town::new();
    let effective = town.chain.now() + NOTICE;
    assert_eq!(pending(&town), None);
    let proposed = propose(&town, stricter());
    assert_eq!(proposed.events::<PolicyProposed>(), [PolicyProposed { effective }]);
    proposed.ok();
    town.chain.pass_until(effective - 1);
    assert_eq!((policy(&town), pending(&town)), (brisk_policy(), Some((stricter(), effective))));
    assert_eq!(fee(&town), 31 * UNIT / 20);
    let early = refused(&town.chain, &town.who(STRANGER), town.market().apply_policy());
    assert_eq!(early, Error::NoticeRunning);

    town.chain.pass(1);
    assert_eq!((policy(&town), pending(&town)), (stricter(), None));
    assert_eq!(fee(&town), 31 * UNIT / 10);
    town.post_with(|spec| (spec.quorum, spec.limit) = (5, 1));
    assert_eq!((town.credit("reserve"), town.credit("treasury")), (31 * UNIT / 10, 0), "its treasury is paid");

    let applied = town.chain.call(&town.who(STRANGER), town.market().apply_policy());
    assert_eq!(applied.events::<PolicyApplied>(), [PolicyApplied { treasury: account("reserve") }]);
    applied.ok();
    assert_eq!((policy(&town), pending(&town), fee(&town)), (stricter(), None, 31 * UNIT / 10));
    let again = refused(&town.chain, &town.who(STRANGER), town.market().apply_policy());
    assert_eq!(again, Error::NoPendingPolicy);
    town.assert_balanced(&[0], &["reserve"]);
    assert_eq!(town.withdraw("reserve").ok(), 31 * UNIT / 10);
}

#[test]
fn only_the_manager_proposes_a_policy_and_only_one_that_keeps_the_rules() {
    let town = Town::new();
    let stranger = town.who(STRANGER);
    let propose = |who, policy| refused(&town.chain, &who, town.market().propose_policy(policy));
    assert_eq!(propose(stranger, stricter()), Error::MissingRole);
    assert_eq!(refused(&town.chain, &stranger, town.market().apply_policy()), Error::NoPendingPolicy);
    let listed = |tokens: &[AccountId]| {
        let listed = |token: &AccountId| AssetPolicy { asset: Asset::Psp22(*token), min_review_fee: 1, rent: 1 };
        let assets = tokens.iter().map(listed);
        Policy { assets: assets.collect(), ..brisk_policy() }
    };
    let token = |n: u8| AccountId::from([n; 32]);
    let many: Vec<_> = (0..33).map(token).collect();
    let broken = [
        (listed(&[]), PolicyReason::Assets),
        (listed(&[token(1), token(2), token(1)]), PolicyReason::Assets),
        (listed(&many), PolicyReason::Assets),
        (listed(&[town.market_address]), PolicyReason::ForbiddenAsset),
        (listed(&[token(1), town.reputation_address]), PolicyReason::ForbiddenAsset),
        (Policy { min_window: 0, ..brisk_policy() }, PolicyReason::MinWindow),
        // The beacon's period is the shortest window that the market was opened with.
        (Policy { min_window: hours(1) - 1, ..brisk_policy() }, PolicyReason::MinWindow),
        (Policy { min_window: days(7) + 1, ..brisk_policy() }, PolicyReason::MinWindow),
        (Policy { max_window: hours(1) - 1, ..brisk_policy() }, PolicyReason::MaxWindow),
        (Policy { max_window: days(3_653) + 1, ..brisk_policy() }, PolicyReason::MaxWindow),
        (Policy { min_quorum: 1, ..brisk_policy() }, PolicyReason::MinQuorum),
        (Policy { max_tolerance: 101, ..brisk_policy() }, PolicyReason::MaxTolerance),
        (Policy { unreviewed_bps: 10_001, ..brisk_policy() }, PolicyReason::Shares),
        (Policy { protocol_fee_bps: 10_001, ..brisk_policy() }, PolicyReason::Shares),
        (Policy { premium_cap_bps: 100_001, ..brisk_policy() }, PolicyReason::Shares),
        (Policy { min_stake: 8, max_stake: 7, ..brisk_policy() }, PolicyReason::Stakes),
        (Policy { target_utilization_ppm: 1_000_000, ..brisk_policy() }, PolicyReason::TargetUtilization),
    ];
    for (policy, reason) in broken {
        assert_eq!(propose(town.manager, policy), Error::InvalidPolicy(reason));
    }
    let widest = town.market().propose_policy(listed(&many[..32]));
    town.chain.call(&town.manager, widest).ok();
    let edges = Policy {
        min_window: days(7),
        max_window: days(7),
        min_quorum: 7,
        premium_cap_bps: 100_000,
        min_stake: 7,
        max_stake: 7,
        ..brisk_policy()
    };
    self::propose(&town, edges).ok();
}

#[test]
fn a_request_keeps_the_stakes_and_the_longest_window_it_was_posted_under() {
    let town = Town::with(with_many_hands);
    let posted = |town: &Town| {
        let request = town.post_with(|spec| spec.limit = 1);
        let state = town.state(request);
        (request, (state.max_window, state.min_stake, state.max_stake))
    };
    let (before, kept) = posted(&town);
    assert_eq!(kept, (days(3_653), 0, u128::MAX));
    propose(&town, Policy { max_window: days(2), min_stake: 20, max_stake: 20, ..brisk_policy() }).ok();
    town.deliver("pia", before);
    town.chain.pass(NOTICE);
    let (after, kept) = posted(&town);
    assert_eq!(kept, (days(2), 20, 20));
    town.deliver("pia", after);
    // Of a place's 155 points a half is for reviews, and a seventh of that for each.
    for (request, gain, loss) in [(before, 11, 11), (after, 11, 20)] {
        let [owed, slashed] = [town.profile("eva").owed, town.profile("edda").slashed];
        town.open_reviews(request);
        town.review(request, 0, &[("eva", 80), ("emil", 80), ("edda", 20)]);
        town.finalize(request, 0).ok();
        let stakes = (town.profile("eva").owed - owed, town.profile("edda").slashed - slashed);
        assert_eq!(stakes, (gain, loss));
    }
}

#[test]
fn a_newer_proposal_replaces_a_pending_one_and_starts_its_own_notice() {
    let town = Town::new();
    propose(&town, stricter()).ok();
    town.chain.pass(NOTICE - 1);
    let milder = Policy { protocol_fee_bps: 100, ..brisk_policy() };
    let effective = town.chain.now() + NOTICE;
    let proposed = propose(&town, milder.clone());
    assert_eq!(proposed.events::<PolicyProposed>(), [PolicyProposed { effective }]);
    assert!(proposed.events::<PolicyApplied>().is_empty());
    proposed.ok();
    town.chain.pass(1);
    assert_eq!((policy(&town), pending(&town)), (brisk_policy(), Some((milder.clone(), effective))));
    assert_eq!(refused(&town.chain, &town.manager, town.market().apply_policy()), Error::NoticeRunning);
    town.chain.pass_until(effective);
    assert_eq!(policy(&town), milder);
}

#[test]
fn a_policy_that_nobody_applied_stays_in_force_while_the_next_is_pending() {
    let town = Town::new();
    propose(&town, stricter()).ok();
    town.chain.pass(NOTICE);
    let proposed = propose(&town, brisk_policy());
    let effective = town.chain.now() + NOTICE;
    assert_eq!(proposed.events::<PolicyApplied>(), [PolicyApplied { treasury: account("reserve") }]);
    assert_eq!(proposed.events::<PolicyProposed>(), [PolicyProposed { effective }]);
    proposed.ok();
    assert_eq!((policy(&town), pending(&town)), (stricter(), Some((brisk_policy(), effective))));
    town.chain.pass(NOTICE);
    assert_eq!((policy(&town), pending(&town)), (brisk_policy(), None));
}

#[test]
fn a_request_keeps_the_policy_it_was_posted_under() {
    let town = Town::with(with_many_hands);
    let before = town.post();
    town.deliver("pia", before);
    propose(&town, Policy { min_quorum: 3, ..stricter() }).ok();
    town.chain.pass(NOTICE);
    town.chain.call(&town.who(STRANGER), town.market().apply_policy()).ok();
    let after = town.post();
    town.deliver("pia", after);
    for (request, unreviewed_bps) in [(before, 5_000), (after, 0)] {
        town.judge_each(request, &[vec![]]);
        town.settle(request).ok();
        let submission = town.submission(request, 0);
        assert_eq!((submission.verdict, submission.weight_bps), (Verdict::Unreviewed, unreviewed_bps));
        assert_eq!(town.claim(request, 0).ok(), UNIT / 1_000 * Balance::from(unreviewed_bps));
    }
    assert_eq!(town.credit("pia"), 5 * UNIT + 2 * UNIT, "what nobody reviewed keeps its deposit in any case");
    assert_eq!((town.credit("treasury"), town.credit("reserve")), (33 * UNIT / 20, 33 * UNIT / 10));
}

#[test]
fn an_asset_that_is_no_longer_listed_is_only_no_longer_taken_for_new_requests() {
    let town = Town::with(with_many_hands);
    let open = town.post();
    let by_offers = town.post_with(|spec| spec.access = Access::Offers);
    let deliver_by = town.spec(by_offers).deliver_by;
    town.signal("pia", open, 1).ok();
    let token = AssetPolicy { asset: Asset::Psp22(account("token")), min_review_fee: 1, rent: 0 };
    // Half a day earlier, so that places can still be taken when it is in force.
    let spec = RequestSpec { signal_by: town.chain.now() + days(2), ..town.request_spec() };
    let spec = RequestSpec { deliver_by: spec.signal_by + days(1), review_by: spec.signal_by + days(2), ..spec };
    let spec = RequestSpec { reveal_by: spec.signal_by + days(3), ..spec };
    let late = {
        let price = town.chain.read(town.market().quote(spec.clone())).unwrap().total;
        let post = town.market().post(spec.clone(), 0).transferred_value(price);
        town.chain.call(&town.who(REQUESTER), post).ok()
    };
    town.offer("paul", by_offers, 10 * UNIT, deliver_by).ok();
    propose(&town, Policy { assets: vec![token], ..brisk_policy() }).ok();
    town.chain.pass(NOTICE);

    let delisted = Error::InvalidRequest(RequestReason::Asset);
    let post = town.market().post(town.request_spec(), 0).transferred_value(40 * UNIT);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), post), delisted);
    assert_eq!(town.chain.read(town.market().quote(town.request_spec())), Err(delisted));

    town.deliver("petra", late);
    town.submit("pia", open).ok();
    town.accept("paul", by_offers, 10 * UNIT, deliver_by).ok();
    town.submit("paul", by_offers).ok();
    for (request, name) in [(open, "pia"), (by_offers, "paul"), (late, "petra")] {
        town.judge(request, &[(90, None)]);
        town.settle(request).ok();
        assert_eq!(town.claim(request, 0).ok(), 10 * UNIT);
        town.reclaim(request).ok();
        assert_eq!(town.withdraw(name).ok(), 11 * UNIT);
        assert!(town.wind_up(request));
    }
    town.cash_out();
    assert_eq!(town.in_market(), 0);
}

// Before the market is opened

#[test]
fn before_it_is_opened_the_market_has_neither_offers_nor_seals_nor_deals() {
    let town = Town::unstaffed(|_| ());
    let new = constructor("new").push_arg(town.reputation_address).push_arg(town.obligation_address);
    let contracts = chain::build::contracts().expect("the contracts build");
    let market = town.chain.deploy(&contracts.market, new, &town.manager, 0).returned();
    let calls = || MarketCalls::from(market);
    let (chain, rita, spec) = (&town.chain, town.who(REQUESTER), town.request_spec());

    assert_eq!(refused(chain, &town.manager, calls().propose_policy(brisk_policy())), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().apply_policy()), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().engage(spec.clone(), 2, days(7), 1, 1, 0)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().withdraw_request(0)), Error::NotOpen);
    let soon = chain.now() + 1;
    assert_eq!(refused(chain, &rita, calls().offer(0, 1, soon, soon, vec![])), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().retract_offer(0)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().accept(0, rita, 1, 1)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().takeover(0, rita, 1, 1)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().revise(0, 0, Hash::default(), vec![])), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().submit_sealed(0, vec![Hash::default()])), Error::NotOpen);
    let unsealing = one::unsealing(0, Hash::default(), vec![], SALT);
    assert_eq!(refused(chain, &rita, calls().unseal(0, unsealing)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().close_period(0)), Error::NotOpen);
    assert_eq!(refused(chain, &rita, calls().prune(0, 1)), Error::NotOpen);
    assert_eq!(chain.read(calls().offers(0, None, 1)), Err(Error::NotOpen));
    assert_eq!(chain.read(calls().engagement(0)), Err(Error::NotOpen));
    assert_eq!(chain.read(calls().pending_policy()), None);
    let mut deal = spec;
    deal.access = Access::Offers;
    deal.limit = 1;
    assert_eq!(chain.read(calls().quote_engagement(deal, 2, days(7))), Err(Error::NotOpen));
}

// Pause

#[test]
fn a_pause_stops_new_requests_places_and_offers_and_lets_everything_else_go_on() {
    let town = Town::with(with_many_hands);
    let chain = &town.chain;
    let rita = town.who(REQUESTER);
    let [open, sealed, by_offers, unwanted] = [
        town.post(),
        town.post_with(|spec| spec.duplicates = Duplicates::FirstOnly),
        town.post_with(|spec| spec.access = Access::Offers),
        town.post(),
    ];
    let deliver_by = town.spec(open).deliver_by;
    town.signal("pia", open, 1).ok();
    town.signal("paul", open, 1).ok();
    town.signal("pia", sealed, 1).ok();
    town.offer("pia", by_offers, 10 * UNIT, deliver_by).ok();
    town.offer("paul", by_offers, 10 * UNIT, deliver_by).ok();
    chain.call(&town.manager, town.market().pause()).ok();

    let post = town.market().post(town.request_spec(), 0).transferred_value(40 * UNIT);
    assert_eq!(refused(chain, &rita, post), Error::Paused);
    let mut deal = town.request_spec();
    deal.access = Access::Offers;
    deal.limit = 1;
    let engage = town.market().engage(deal.clone(), 2, days(7), 1, 1, 0).transferred_value(80 * UNIT);
    assert_eq!(refused(chain, &rita, engage), Error::Paused);
    assert_ne!(chain.read(town.market().quote_engagement(deal, 2, days(7))), Err(Error::Paused), "a price is told");
    let signal = town.market().signal(open, 1).transferred_value(UNIT);
    assert_eq!(refused(chain, &town.who("petra"), signal), Error::Paused);
    let offer = || town.market().offer(by_offers, UNIT, deliver_by, deliver_by, vec![]);
    assert_eq!(refused(chain, &town.who("petra"), offer().transferred_value(UNIT)), Error::Paused);
    let change = offer();
    assert_eq!(refused(chain, &town.who("pia"), change), Error::Paused, "not even a change");

    chain.call(&rita, town.market().withdraw_request(unwanted)).ok();
    town.accept("pia", by_offers, 10 * UNIT, deliver_by).ok();
    chain.call(&town.who("paul"), town.market().retract_offer(by_offers)).ok();
    town.submit("pia", open).ok();
    town.submit("pia", by_offers).ok();
    chain.call(&town.who("pia"), town.market().revise(open, 0, work_of("better"), vec![])).ok();
    town.submit_sealed("pia", sealed, "novel").ok();
    propose(&town, stricter()).ok();
    chain.pass_until(deliver_by);
    chain.call(&town.who(STRANGER), town.market().apply_policy()).ok();
    town.unseal("pia", sealed, 0, "novel").ok();
    chain.call(&town.who(STRANGER), town.market().report_no_show(open, account("paul"))).ok();
    town.judge(open, &[(90, None)]);
    town.settle(open).ok();
    assert_eq!(town.claim(open, 0).ok(), 10 * UNIT);
    town.reclaim(open).ok();
    town.withdraw("pia").ok();
    for request in [open, sealed, by_offers, unwanted] {
        assert!(town.wind_up(request));
    }
    town.cash_out();
    assert_eq!(town.in_market(), 0, "no pause holds money back");
}

// Pruning

fn prune(town: &Town, request: RequestId, max: u32) -> Outcome<Result<u32, Error>> {
    town.chain.call(&town.who(STRANGER), town.market().prune(request, max))
}

/// What is deposited for the market's storage.
fn deposited(town: &Town) -> Balance {
    town.chain.total_balance(&town.market_address) - town.chain.balance(&town.market_address)
}

fn refund<T>(outcome: &Outcome<T>) -> Balance {
    match outcome.deposit {
        StorageDeposit::Refund(refund) => refund,
        StorageDeposit::Charge(charge) => panic!("upkeep was charged {charge} for storage"),
    }
}

/// A request that is over: two deliveries, claimed, and a place that nobody delivered on, reported.
fn over(town: &Town) -> RequestId {
    let request = town.post();
    for name in PROVIDERS {
        town.signal(name, request, 1).ok();
    }
    for name in ["pia", "paul"] {
        town.submit(name, request).ok();
    }
    town.judge(request, &[(90, None), (90, None)]);
    town.settle(request).ok();
    for submission in [0, 1] {
        town.claim(request, submission).ok();
    }
    let report = town.market().report_no_show(request, account("petra"));
    town.chain.call(&town.who(STRANGER), report).ok();
    request
}

/// What the requester of [`over`] has not earned and not reclaimed: a place, a review fee, dust and a deposit.
const REST: Balance = 33 * UNIT - 20 * UNIT - 2 * FEES + UNIT;

#[test]
fn a_request_that_is_over_can_be_freed_by_anyone_who_gets_its_storage_deposits() {
    let town = Town::new();
    let request = over(&town);
    let (stored, had) = (deposited(&town), town.chain.balance(&town.who(STRANGER)));
    let pruned = prune(&town, request, 64);
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 5, finished: true, reclaimed: REST }]);
    let refund = refund(&pruned);
    assert_eq!(pruned.ok(), 5, "two deliveries and three places");
    assert_eq!(town.chain.balance(&town.who(STRANGER)), had + refund);
    assert_eq!(deposited(&town), stored - refund);
    assert_eq!(town.credit(REQUESTER), REST, "what was not reclaimed is not lost");
    town.assert_balanced(&[request], &[]);
}

#[test]
fn what_was_reclaimed_before_is_not_credited_again() {
    let town = Town::new();
    let request = over(&town);
    assert_eq!(town.reclaim(request).ok(), REST);
    let pruned = prune(&town, request, 64);
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 5, finished: true, reclaimed: 0 }]);
    pruned.ok();
    assert_eq!(town.credit(REQUESTER), REST);
}

#[test]
fn a_number_that_was_pruned_is_unknown_for_ever() {
    let town = Town::new();
    let request = over(&town);
    prune(&town, request, 64).ok();
    let chain = &town.chain;
    let (rita, pia, eva) = (town.who(REQUESTER), town.who("pia"), town.who("eva"));
    let market = || town.market();
    let sealed = seal(request, pia, &work_of("pia"), WORK_URI, &SALT);
    let unknown = [
        refused(chain, &rita, market().prune(request, 1)),
        refused(chain, &rita, market().reclaim(request)),
        refused(chain, &rita, market().withdraw_request(request)),
        refused(chain, &rita, market().accept(request, pia, 1, 1)),
        refused(chain, &rita, market().takeover(request, pia, 1, 1)),
        refused(chain, &pia, market().signal(request, 1).transferred_value(UNIT)),
        refused(chain, &pia, market().offer(request, 1, 1, 1, vec![]).transferred_value(UNIT)),
        refused(chain, &pia, market().retract_offer(request)),
        refused(chain, &pia, market().submit(request, one::delivery(work_of("pia"), vec![]))),
        refused(chain, &pia, market().revise(request, 0, work_of("pia"), vec![])),
        refused(chain, &pia, market().submit_sealed(request, vec![sealed])),
        refused(chain, &pia, market().unseal(request, one::unsealing(0, work_of("pia"), vec![], SALT))),
        refused(chain, &rita, market().report_no_show(request, pia)),
        refused(chain, &rita, market().open_reviews(request, 1)),
        refused(chain, &eva, market().commit_reviews(request, one::commitment(0, [0; 32]))),
        refused(chain, &eva, market().reveal_reviews(request, one::reveal(0, 90, None, SALT))),
        refused(chain, &rita, market().finalize(request, vec![0])),
        refused(chain, &rita, market().settle(request, 1)),
        refused(chain, &rita, market().close_period(request)),
        refused(chain, &pia, market().claim(request, vec![0])),
        chain.read(market().request(request)).unwrap_err(),
        chain.read(market().submission(request, 0)).unwrap_err(),
        chain.read(market().reviews(request, 0)).unwrap_err(),
        chain.read(market().offers(request, None, 1)).unwrap_err(),
        chain.read(market().engagement(request)).unwrap_err(),
        chain.read(market().phase(request, None)).unwrap_err(),
    ];
    assert!(unknown.iter().all(|error| *error == Error::UnknownRequest), "{unknown:?}");
    assert_eq!(town.post(), request + 1, "the next has the next number");
}

#[test]
fn every_reason_not_to_prune_is_named() {
    let town = Town::new();
    let refused = |request, max| refused(&town.chain, &town.who(STRANGER), town.market().prune(request, max));
    let request = town.post();
    for name in ["pia", "paul"] {
        town.signal(name, request, 1).ok();
    }
    town.submit("pia", request).ok();
    assert_eq!(refused(9, 1), Error::UnknownRequest);
    assert_eq!(refused(request, 0), Error::InvalidBatch);
    assert_eq!(refused(request, 65), Error::InvalidBatch);
    assert_eq!(refused(request, 64), Error::NotSettled);
    town.judge(request, &[(90, None)]);
    assert_eq!(refused(request, 64), Error::NotSettled);
    town.settle(request).ok();
    assert_eq!(refused(request, 64), Error::NotClaimed, "Pia is not paid");
    town.claim(request, 0).ok();
    assert_eq!(refused(request, 64), Error::NotClaimed, "and Paul not reported");
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("paul"))).ok();
    prune(&town, request, 64).ok();
}

#[test]
fn pruning_goes_on_where_the_last_call_ended_and_returns_the_same_in_all() {
    let whole = {
        let town = Town::new();
        let request = over(&town);
        let pruned = prune(&town, request, 64);
        let refund = refund(&pruned);
        pruned.ok();
        refund
    };
    let town = Town::new();
    let request = over(&town);
    let mut refunded = 0;
    for step in 1..=5 {
        let pruned = prune(&town, request, 1);
        let (finished, reclaimed) = if step == 5 { (true, REST) } else { (false, 0) };
        assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 1, finished, reclaimed }]);
        refunded += refund(&pruned);
        pruned.ok();
        town.assert_balanced(&[request], &[]);
        if step < 5 {
            let left = |submission| town.chain.read(town.market().submission(request, submission)).is_ok();
            assert_eq!([left(0), left(1)], [step < 1, step < 2], "deliveries go first, in order");
            assert_eq!(town.state(request).pruned, step.min(2));
            let settle = town.market().settle(request, 1);
            assert_eq!(refused(&town.chain, &town.who(STRANGER), settle), Error::AlreadySettled);
            let claim = town.market().claim(request, vec![0]);
            assert_eq!(refused(&town.chain, &town.who("pia"), claim), Error::UnknownSubmission, "not twice");
            let report = town.market().report_no_show(request, account("petra"));
            assert_eq!(refused(&town.chain, &town.who(STRANGER), report), Error::NoShowNone);
        }
    }
    // The runtime rounds each refund down.
    assert!((whole - 5..=whole).contains(&refunded), "{refunded} of {whole}");
}

#[test]
fn who_prunes_pays_for_nobodys_credit() {
    let [untouched, reclaimed] = [false, true].map(|reclaims| {
        let town = Town::new();
        let request = over(&town);
        if reclaims {
            town.reclaim(request).ok();
        }
        let pruned = prune(&town, request, 64);
        let refund = refund(&pruned);
        pruned.ok();
        refund
    });
    // Two deliveries with their reviews, three places, and the two cells of the request, a tenth of a UNIT each.
    assert!(reclaimed > UNIT * 7 / 10, "{reclaimed}");
    let difference = untouched.abs_diff(reclaimed);
    assert!(difference <= 5, "the requester's credit cost {difference}, where it had not reclaimed the rest itself");
}

#[test]
fn what_was_not_earned_can_still_be_reclaimed_half_way() {
    let town = Town::new();
    let request = over(&town);
    prune(&town, request, 3).ok();
    assert_eq!(town.reclaim(request).ok(), REST);
    let rest = prune(&town, request, 64);
    assert_eq!(rest.events::<Pruned>(), [Pruned { request, count: 2, finished: true, reclaimed: 0 }]);
    rest.ok();
    assert_eq!(town.credit(REQUESTER), REST);
    town.assert_balanced(&[request], &[]);
}

#[test]
fn offers_that_came_to_nothing_get_their_deposits_back_when_they_are_pruned() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.access = Access::Offers);
    let deliver_by = town.spec(request).deliver_by;
    for name in ["pia", "paul", "petra", "elsa"] {
        town.offer(name, request, UNIT, deliver_by).ok();
    }
    town.chain.call(&town.who("paul"), town.market().retract_offer(request)).ok();
    town.accept("pia", request, UNIT, deliver_by).ok();
    town.chain.pass_until(deliver_by);
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("pia"))).ok();
    town.settle(request).ok();
    // Pia's place, and Elsa's offer, which was the latest.
    let first = prune(&town, request, 2);
    let told = OfferRetracted { request, provider: account("elsa"), deposit: UNIT };
    assert_eq!(first.events::<OfferRetracted>(), [told]);
    assert_eq!(first.events::<Pruned>(), [Pruned { request, count: 2, finished: false, reclaimed: 0 }]);
    first.ok();
    assert_eq!(town.state(request).offer_deposits, UNIT);
    let gone = town.market().retract_offer(request);
    assert_eq!(refused(&town.chain, &town.who("elsa"), gone), Error::UnknownOffer, "not twice");
    let offers = town.chain.read(town.market().offers(request, None, 9)).unwrap();
    assert_eq!(offers.iter().map(|(provider, _)| *provider).collect::<Vec<_>>(), {
        ["petra", "paul", "pia"].map(account)
    });
    town.chain.call(&town.who("petra"), town.market().retract_offer(request)).ok();

    let rest = prune(&town, request, 64);
    assert!(rest.events::<OfferRetracted>().is_empty(), "the others' were taken back, or lost");
    assert_eq!(rest.events::<Pruned>(), [Pruned { request, count: 3, finished: true, reclaimed: 34 * UNIT }]);
    assert_eq!(rest.ok(), 3);
    let credits = ["pia", "paul", "petra", "elsa", REQUESTER].map(|name| town.credit(name));
    assert_eq!(credits, [0, UNIT, UNIT, UNIT, 34 * UNIT]);
    town.assert_balanced(&[], &[]);
}

#[test]
fn a_request_that_was_taken_back_can_be_pruned_at_once() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.access = Access::Offers);
    town.offer("pia", request, UNIT, town.spec(request).deliver_by).ok();
    town.chain.call(&town.who(REQUESTER), town.market().withdraw_request(request)).ok();
    let pruned = prune(&town, request, 1);
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 1, finished: true, reclaimed: 0 }]);
    pruned.ok();
    assert_eq!((town.credit("pia"), town.credit(REQUESTER)), (UNIT, 33 * UNIT));
    let empty = town.post();
    town.chain.call(&town.who(REQUESTER), town.market().withdraw_request(empty)).ok();
    let pruned = prune(&town, empty, 1);
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request: empty, count: 0, finished: true, reclaimed: 0 }]);
    assert_eq!(pruned.ok(), 0, "nobody ever came");
    assert_eq!(town.chain.read(town.market().request(empty)), Err(Error::UnknownRequest));
}

#[test]
fn one_call_prunes_at_most_64() {
    let town = Town::with(|settings| {
        with_many_hands(settings);
        settings.policy.target_utilization_ppm = 999_999;
        settings.terms.healthy_limit = 60;
        settings.terms.throttle_buffer = 60;
        settings.terms.ban_buffer = 90;
    });
    let request = town.post_with(|spec| spec.limit = 66);
    let names: Vec<_> = (0..66).map(|n| format!("provider {n}")).collect();
    for name in &names {
        town.signal(name, request, 1).ok();
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    for name in &names {
        town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account(name))).ok();
    }
    town.settle(request).ok();
    let pruned = prune(&town, request, 64);
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 64, finished: false, reclaimed: 0 }]);
    assert_eq!(pruned.ok(), 64);
    let rest = prune(&town, request, 64);
    let reclaimed = 30 * UNIT + 66 * 2 * UNIT;
    assert_eq!(rest.events::<Pruned>(), [Pruned { request, count: 2, finished: true, reclaimed }]);
    assert_eq!(rest.ok(), 2);
    assert_eq!(town.credit(REQUESTER), reclaimed);
}

#[test]
fn a_place_that_was_never_reported_keeps_the_request_even_without_a_deposit() {
    let town = Town::with(|settings| settings.policy.assets[0].min_review_fee = 0);
    let request = town.post_with(|spec| {
        spec.review_fee = 0;
        spec.place_deposit = 0;
        spec.provider_bond = 40;
    });
    town.signal("carl", request, 1).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    town.settle(request).ok();
    let early = refused(&town.chain, &town.who(STRANGER), town.market().prune(request, 64));
    assert_eq!(early, Error::NotClaimed, "or his bond would be locked, and his place held, for ever");
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("carl"))).ok();
    prune(&town, request, 64).ok();
    let carl = town.profile("carl");
    assert_eq!((carl.locked, carl.slashed, carl.holds), (50, 40, 0));
}

#[test]
fn nothing_that_a_request_wrote_is_left_behind() {
    let town = Town::with(with_many_hands);
    let ranked = || Award::Ranked { places_bps: vec![5_000, 3_000] };
    let shared = Duplicates::Shared { retention_ppm: 900_000 };
    let kinds: [(Award, Duplicates); 5] = [
        (Award::PerSubmission, Duplicates::Independent),
        (Award::Proportional, Duplicates::Independent),
        (ranked(), Duplicates::Independent),
        (Award::Proportional, shared),
        (ranked(), Duplicates::FirstOnly),
    ];
    let play = |award: &Award, duplicates| {
        let request = town.post_with(|spec| {
            spec.award = award.clone();
            spec.duplicates = duplicates;
            spec.per_provider = 2;
        });
        town.deliver_all(request, &["pia", "paul", "pia"]);
        let agreed = |vote| ENFORCERS[..3].iter().map(|name| (*name, vote)).collect();
        town.judge_each(request, &[agreed((90, None)), agreed((85, Some(0))), vec![]]);
        assert!(town.wind_up(request));
    };
    let barter = || {
        let request = town.post_with(|spec| spec.access = Access::Offers);
        let deliver_by = town.spec(request).deliver_by;
        for name in PROVIDERS {
            town.offer(name, request, UNIT, deliver_by).ok();
        }
        town.accept("pia", request, UNIT, deliver_by).ok();
        town.chain.call(&town.who("paul"), town.market().retract_offer(request)).ok();
        town.submit("pia", request).ok();
        town.judge(request, &[(90, None)]);
        assert!(town.wind_up(request));
    };
    // The first time, people's own cells are made: for their credits, and for who worked for whom.
    play(&kinds[0].0, kinds[0].1);
    barter();
    let before = deposited(&town);
    // The runtime rounds what it returns; a byte more would be five million plancks.
    let nothing_is_left = |of: &str| assert!(deposited(&town).abs_diff(before) < 100, "{of}");
    for (award, duplicates) in &kinds {
        play(award, *duplicates);
        nothing_is_left(&format!("{award:?}, {duplicates:?}"));
    }
    barter();
    nothing_is_left("offers");
    let request = town.post();
    town.chain.call(&town.who(REQUESTER), town.market().withdraw_request(request)).ok();
    prune(&town, request, 1).ok();
    nothing_is_left("taken back");
}
