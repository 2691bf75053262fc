//! What the market refuses before a request is posted: opening, its policy, requests, and how they are paid.

use crate::{
    promises,
    table::{refuse, row, Row, Told},
    MANAGER,
};
use chain::{
    account, brisk_policy, brisk_terms, build, constructor, days, hours, MarketCalls, Message, TokenCalls, UNIT,
};
use e2e_tests::{contracts::HOSTILE_TOKEN, one, with_many_hands, People, Town, REQUESTER, SALT, STRANGER};
use ink::{
    env::{
        call::{build_call, ExecutionInput, Selector},
        DefaultEnvironment,
    },
    primitives::{AccountId, Hash},
};
use interfaces::{
    market::{
        Access, Asset, AssetPolicy, Award, Bucket, Duplicates, Error, Policy, PolicyReason, RequestReason, RequestSpec,
        MAX_ASSETS, MAX_BUCKETS, MAX_LIMIT, MAX_PERIODS, MAX_RANKED, MAX_SCORE, MAX_URI,
    },
    obligation::{self, Schedule, Terms, TermsReason},
    roles, Balance, Market as _, RequestId, Timestamp,
};
use pendzl::contracts::{access_control::AccessControl as _, psp22::PSP22 as _};
use scale::Encode;
use std::ops::Deref;
use Error::*;

/// From one delivery of a long deal to the next.
const WEEK: Timestamp = days(7);
/// More than any request here costs.
const PURSE: Balance = 500 * UNIT;
/// Just above ten years, which is the longest of times.
const TOO_LONG: Timestamp = days(3_653) + 1;
/// Just above a week, which is the longest time for unsealing, for commitments, and for reveals.
const OVER_A_WEEK: Timestamp = days(7) + 1;

/// What a long deal is about: one place, by offers.
fn deal(town: &Town) -> RequestSpec {
    RequestSpec { access: Access::Offers, limit: 1, ..town.request_spec() }
}

/// A market that nobody has opened, and one that was, without enforcers.
pub fn opening_the_market() -> Told {
    let town = Town::unstaffed(|_| ());
    let new = constructor("new").push_arg(town.reputation_address).push_arg(town.obligation_address);
    let contracts = build::contracts().expect("the contracts build");
    let unopened = town.chain.deploy(&contracts.market, new, &town.manager, 0).returned();
    let mut told = refuse(&*town, before_it_is_open(&town, unopened));
    told.extend(refuse(&*town, policies(&town, unopened)));
    told.extend(refuse(&*town, without_enforcers(&town)));

    let open = |terms| MarketCalls::from(unopened).open(brisk_policy(), terms, Schedule::default());
    let no_operator = Obligation(obligation::Error::MissingRole);
    let unfair = Obligation(obligation::Error::InvalidTerms(TermsReason::Share));
    let again = town.market().open(brisk_policy(), brisk_terms(), Schedule::default());
    let openings = [
        row("it is open already", MANAGER, again, AlreadyOpen),
        row("who is not the manager", STRANGER, open(brisk_terms()), MissingRole),
        row("it is no operator yet", MANAGER, open(brisk_terms()), no_operator),
    ];
    told.extend(refuse(&*town, openings));
    let grant = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(unopened));
    town.send(MANAGER, grant).ok();
    let too_many_seats = Terms { seats: 7, ..brisk_terms() };
    told.extend(refuse(&*town, [row("its pool would be unfair", MANAGER, open(too_many_seats), unfair)]));
    told
}

/// Policies that break a rule, opened with and proposed.
fn policies(town: &Town, unopened: AccountId) -> Vec<Row> {
    let open = |policy| MarketCalls::from(unopened).open(policy, brisk_terms(), Schedule::default());
    let propose = |policy| town.market().propose_policy(policy);
    let mut rows = Vec::new();
    for (cause, change, reason) in broken_policies() {
        let mut policy = brisk_policy();
        change(&mut policy);
        rows.push(row(cause, MANAGER, open(policy.clone()), InvalidPolicy(reason)));
        rows.push(row(cause, MANAGER, propose(policy), InvalidPolicy(reason)));
    }
    let own = |token| Policy { assets: vec![listed(Asset::Psp22(token))], ..brisk_policy() };
    let forbidden = InvalidPolicy(PolicyReason::ForbiddenAsset);
    let shorter = Policy { min_window: brisk_policy().min_window - 1, ..brisk_policy() };
    let beacon = InvalidPolicy(PolicyReason::MinWindow);
    rows.extend([
        row("windows shorter than the beacon's period", MANAGER, propose(shorter), beacon),
        row("the market for a token", MANAGER, open(own(unopened)), forbidden),
        row("the market for a token", MANAGER, propose(own(town.market_address)), forbidden),
        row("pay in reputation", MANAGER, open(own(town.reputation_address)), forbidden),
        row("pay in reputation", MANAGER, propose(own(town.reputation_address)), forbidden),
    ]);
    rows
}

fn without_enforcers(town: &Town) -> Vec<Row> {
    let market = || town.market();
    let cause = "fewer have a seat than are to review";
    let post = market().post(town.request_spec(), 0).transferred_value(PURSE);
    let engage = market().engage(deal(town), 4, WEEK, 1, 1, 0).transferred_value(PURSE);
    vec![
        row(cause, REQUESTER, market().quote(town.request_spec()), TooFewEnforcers),
        row(cause, REQUESTER, market().quote_engagement(deal(town), 4, WEEK), TooFewEnforcers),
        row(cause, REQUESTER, post, TooFewEnforcers),
        row(cause, REQUESTER, engage, TooFewEnforcers),
    ]
}

/// Every message but the manager's pause, and the one that opens it.
fn before_it_is_open(town: &Town, market: AccountId) -> Vec<Row> {
    let calls = || MarketCalls::from(market);
    let cause = "the market is not open";
    let (pia, due) = (account("pia"), town.request_spec().deliver_by);
    vec![
        row(cause, MANAGER, calls().propose_policy(brisk_policy()), NotOpen),
        row(cause, STRANGER, calls().apply_policy(), NotOpen),
        row(cause, REQUESTER, calls().quote(town.request_spec()), NotOpen),
        row(cause, REQUESTER, calls().quote_engagement(deal(town), 4, WEEK), NotOpen),
        row(cause, REQUESTER, calls().post(town.request_spec(), 0), NotOpen),
        row(cause, REQUESTER, calls().engage(deal(town), 4, WEEK, 1, 1, 0), NotOpen),
        row(cause, REQUESTER, calls().withdraw_request(0), NotOpen),
        row(cause, REQUESTER, calls().accept(0, pia, UNIT, due), NotOpen),
        row(cause, REQUESTER, calls().takeover(0, pia, UNIT, due), NotOpen),
        row(cause, REQUESTER, calls().reclaim(0), NotOpen),
        row(cause, "pia", calls().signal(0, 1), NotOpen),
        row(cause, "pia", calls().offer(0, UNIT, due, due, vec![]), NotOpen),
        row(cause, "pia", calls().retract_offer(0), NotOpen),
        row(cause, "pia", calls().submit(0, one::delivery(Hash::default(), vec![])), NotOpen),
        row(cause, "pia", calls().revise(0, 0, Hash::default(), vec![]), NotOpen),
        row(cause, "pia", calls().submit_sealed(0, vec![Hash::default()]), NotOpen),
        row(cause, "pia", calls().unseal(0, one::unsealing(0, Hash::default(), vec![], SALT)), NotOpen),
        row(cause, STRANGER, calls().report_no_show(0, pia), NotOpen),
        row(cause, STRANGER, calls().open_reviews(0, 1), NotOpen),
        row(cause, "eva", calls().commit_reviews(0, one::commitment(0, SALT)), NotOpen),
        row(cause, "eva", calls().reveal_reviews(0, one::reveal(0, 80, None, SALT)), NotOpen),
        row(cause, STRANGER, calls().finalize(0, vec![0]), NotOpen),
        row(cause, STRANGER, calls().settle(0, 1), NotOpen),
        row(cause, STRANGER, calls().give_notice(0), NotOpen),
        row(cause, STRANGER, calls().close_period(0), NotOpen),
        row(cause, STRANGER, calls().claim(0, vec![0]), NotOpen),
        row(cause, STRANGER, calls().withdraw(Asset::Native), NotOpen),
        row(cause, STRANGER, calls().prune(0, 1), NotOpen),
        row(cause, STRANGER, calls().request(0), NotOpen),
        row(cause, STRANGER, calls().submission(0, 0), NotOpen),
        row(cause, STRANGER, calls().reviews(0, 0), NotOpen),
        row(cause, STRANGER, calls().offers(0, None, 1), NotOpen),
        row(cause, STRANGER, calls().engagement(0), NotOpen),
        row(cause, STRANGER, calls().credit(Asset::Native, pia), NotOpen),
        row(cause, STRANGER, calls().policy(), NotOpen),
        row(cause, STRANGER, calls().pool(), NotOpen),
        row(cause, STRANGER, calls().phase(0, None), NotOpen),
        row(cause, STRANGER, calls().posted(), NotOpen),
    ]
}

fn listed(asset: Asset) -> AssetPolicy {
    AssetPolicy { asset, min_review_fee: UNIT / 100, rent: UNIT / 100 }
}

type Broken<T, R> = (&'static str, fn(&mut T), R);

fn broken_policies() -> [Broken<Policy, PolicyReason>; 16] {
    use PolicyReason::*;
    fn tokens(count: usize) -> Vec<AssetPolicy> {
        (0..count).map(|number| listed(Asset::Psp22(account(&format!("token {number}"))))).collect()
    }
    [
        ("nothing to pay in", |policy| policy.assets.clear(), Assets),
        ("an asset listed twice", |policy| policy.assets = vec![listed(Asset::Native); 2], Assets),
        ("more assets than there may be", |policy| policy.assets = tokens(MAX_ASSETS + 1), Assets),
        ("windows of no time", |policy| policy.min_window = 0, MinWindow),
        ("windows of more than a week", |policy| policy.min_window = OVER_A_WEEK, MinWindow),
        ("the longest window below the shortest", |policy| policy.max_window = policy.min_window - 1, MaxWindow),
        ("a longest window of more than ten years", |policy| policy.max_window = TOO_LONG, MaxWindow),
        ("an even quorum", |policy| policy.min_quorum = 4, MinQuorum),
        ("a quorum below what terms oblige to", |policy| policy.min_quorum = 1, MinQuorum),
        ("a quorum too large for any jury", |policy| policy.min_quorum = 9, MinQuorum),
        ("a tolerance of more than all", |policy| policy.max_tolerance = MAX_SCORE + 1, MaxTolerance),
        ("more than all for who is not reviewed", |policy| policy.unreviewed_bps = 10_001, Shares),
        ("a fee of more than all", |policy| policy.protocol_fee_bps = 10_001, Shares),
        ("a premium of more than ten times the rent", |policy| policy.premium_cap_bps = 100_001, Shares),
        ("the least stake above the greatest", |policy| (policy.min_stake, policy.max_stake) = (8, 7), Stakes),
        ("a target of full utilization", |policy| policy.target_utilization_ppm = 1_000_000, TargetUtilization),
    ]
}

/// Requests that break a rule, do not fit into the pool, or are not paid just so; and the market while it is paused.
pub fn posting_requests() -> Told {
    let town = Town::new();
    let mut told = refuse(&*town, requests(&town));
    told.extend(refuse(&*town, deals(&town)));
    told.extend(refuse(&*town, without_the_requester(&town)));
    told.extend(refuse(&*town, too_much_work(&town)));
    told.extend(refuse(&*town, not_paid_just_so(&town)));
    let idle = [
        row("who is not the manager", STRANGER, town.market().propose_policy(brisk_policy()), MissingRole),
        row("no policy is proposed", STRANGER, town.market().apply_policy(), NoPendingPolicy),
        row("who is not the manager", STRANGER, town.market().pause(), MissingRole),
        row("it is not paused", MANAGER, town.market().unpause(), NotPaused),
    ];
    told.extend(refuse(&*town, idle));

    let open = town.post_with(|spec| spec.limit = 1);
    let asked = town.post_with(|spec| (spec.limit, spec.access) = (1, Access::Offers));
    town.send(MANAGER, town.market().propose_policy(brisk_policy())).ok();
    town.send(MANAGER, town.market().pause()).ok();
    told.extend(refuse(&*town, while_it_is_paused(&town, open, asked)));
    told
}

/// Requests that break a rule, quoted and posted.
fn requests(town: &Town) -> Vec<Row> {
    let mut rows = Vec::new();
    for (cause, change, reason) in broken_requests() {
        let mut spec = town.request_spec();
        change(&mut spec);
        let post = town.market().post(spec.clone(), 0).transferred_value(PURSE);
        rows.push(row(cause, REQUESTER, town.market().quote(spec), InvalidRequest(reason)));
        rows.push(row(cause, REQUESTER, post, InvalidRequest(reason)));
    }
    rows
}

/// Eva has one of the five seats, and does not judge what she asks for.
fn without_the_requester(town: &Town) -> Vec<Row> {
    let market = || town.market();
    let cause = "of those who are to review she is one";
    let request = || RequestSpec { quorum: 5, limit: 1, ..town.request_spec() };
    let deal = || RequestSpec { quorum: 5, ..deal(town) };
    let post = market().post(request(), 0).transferred_value(PURSE);
    let engage = market().engage(deal(), 4, WEEK, 1, 1, 0).transferred_value(PURSE);
    vec![
        row(cause, "eva", market().quote(request()), TooFewEnforcers),
        row(cause, "eva", market().quote_engagement(deal(), 4, WEEK), TooFewEnforcers),
        row(cause, "eva", post, TooFewEnforcers),
        row(cause, "eva", engage, TooFewEnforcers),
    ]
}

/// Five enforcers can have fifteen open reviews.
fn too_much_work(town: &Town) -> Vec<Row> {
    let market = || town.market();
    let five_places = || RequestSpec { limit: 5, ..town.request_spec() };
    // A period a day, each reviewed for three weeks if its window is extended.
    let overlapping = || {
        let spec = deal(town);
        RequestSpec { review_by: spec.deliver_by + days(7), reveal_by: spec.deliver_by + days(14), ..spec }
    };
    let post = market().post(five_places(), 0).transferred_value(PURSE);
    let engage = market().engage(overlapping(), 20, days(1), 1, 1, 0).transferred_value(PURSE);
    let (at_once, one_by_one) = ("fifteen reviews at once", "sixty reviews before the first is done");
    vec![
        row(at_once, REQUESTER, market().quote(five_places()), AtCapacity),
        row(at_once, REQUESTER, post, AtCapacity),
        row(one_by_one, REQUESTER, market().quote_engagement(overlapping(), 20, days(1)), AtCapacity),
        row(one_by_one, REQUESTER, engage, AtCapacity),
    ]
}

/// One UNIT may be too much.
fn not_paid_just_so(town: &Town) -> Vec<Row> {
    let post = |value| town.market().post(town.request_spec(), UNIT).transferred_value(value);
    let engage = |value| town.market().engage(deal(town), 4, WEEK, 1, 1, UNIT).transferred_value(value);
    let price = town.chain.read(town.market().quote(town.request_spec())).expect("a price").total;
    let long_price = town.chain.read(town.market().quote_engagement(deal(town), 4, WEEK)).expect("a price").total;
    vec![
        row("less than the price", REQUESTER, post(price - 1), InsufficientPayment),
        row("less than the price", REQUESTER, engage(long_price - 1), InsufficientPayment),
        row("more than may be too much", REQUESTER, post(price + UNIT + 1), ExcessPayment),
        row("more than may be too much", REQUESTER, engage(long_price + UNIT + 1), ExcessPayment),
    ]
}

/// With a request in which places can be taken, and one that takes offers; and with a policy that is proposed.
fn while_it_is_paused(town: &Town, open: RequestId, asked: RequestId) -> Vec<Row> {
    let market = || town.market();
    let cause = "the market is paused";
    let post = market().post(town.request_spec(), 0).transferred_value(PURSE);
    let engage = market().engage(deal(town), 4, WEEK, 1, 1, 0).transferred_value(PURSE);
    let signal = market().signal(open, 1).transferred_value(UNIT);
    let due = town.spec(asked).deliver_by;
    let offer = market().offer(asked, UNIT, due, due, vec![]).transferred_value(UNIT);
    vec![
        row("the notice is not over", STRANGER, market().apply_policy(), NoticeRunning),
        row("who is not the manager", STRANGER, market().unpause(), MissingRole),
        row("it is paused already", MANAGER, market().pause(), Paused),
        row(cause, REQUESTER, post, Paused),
        row(cause, REQUESTER, engage, Paused),
        row(cause, "pia", signal, Paused),
        row(cause, "pia", offer, Paused),
    ]
}

fn broken_requests() -> [Broken<RequestSpec, RequestReason>; 39] {
    use RequestReason as Reason;
    fn ranked(places_bps: &[u16]) -> Award {
        Award::Ranked { places_bps: places_bps.to_vec() }
    }
    fn bucket(min_score: u8, weight_bps: u16) -> Bucket {
        Bucket { min_score, weight_bps }
    }
    /// All deadlines are this much later.
    fn later(spec: &mut RequestSpec, by: Timestamp) {
        for deadline in [&mut spec.signal_by, &mut spec.deliver_by, &mut spec.review_by, &mut spec.reveal_by] {
            *deadline += by;
        }
    }
    /// Delivery is sealed, and from its end to that of commitments there is this much time.
    fn sealed(spec: &mut RequestSpec, time: Timestamp) {
        spec.duplicates = Duplicates::FirstOnly;
        spec.review_by = spec.deliver_by + time;
        spec.reveal_by = spec.review_by + days(1);
    }
    [
        ("a URI that is too long", |spec| spec.uri = vec![b'x'; MAX_URI + 1], Reason::Uri),
        ("an asset that is not listed", |spec| spec.asset = Asset::Psp22(account("unlisted")), Reason::Asset),
        ("no reward", |spec| spec.reward = 0, Reason::Reward),
        ("too small a review fee", |spec| spec.review_fee = UNIT / 100 - 1, Reason::ReviewFee),
        ("a curve of no buckets", |spec| spec.curve.clear(), Reason::Curve),
        (
            "a curve of too many buckets",
            |spec| spec.curve = (0..).take(MAX_BUCKETS + 1).map(|score| bucket(score, score.into())).collect(),
            Reason::Curve,
        ),
        ("scores that do not rise", |spec| spec.curve = vec![bucket(40, 1), bucket(40, 2)], Reason::Curve),
        ("weights that fall", |spec| spec.curve = vec![bucket(40, 2), bucket(50, 1)], Reason::Curve),
        ("a score nobody can reach", |spec| spec.curve = vec![bucket(MAX_SCORE + 1, 1)], Reason::Curve),
        ("a weight of more than all", |spec| spec.curve = vec![bucket(40, 10_001)], Reason::Curve),
        ("no place", |spec| spec.limit = 0, Reason::Limit),
        ("more places than there may be", |spec| spec.limit = MAX_LIMIT + 1, Reason::Limit),
        ("no place for any provider", |spec| spec.per_provider = 0, Reason::PerProvider),
        ("more for one provider than there are", |spec| spec.per_provider = 4, Reason::PerProvider),
        (
            "more for one provider than may be",
            |spec| (spec.limit, spec.per_provider) = (2_000, 1_001),
            Reason::PerProvider,
        ),
        ("a deposit below the review fee", |spec| spec.place_deposit = UNIT - 1, Reason::PlaceDeposit),
        ("an even quorum", |spec| spec.quorum = 4, Reason::Quorum),
        ("a quorum below the policy's", |spec| spec.quorum = 1, Reason::Quorum),
        ("a quorum too large for any jury", |spec| spec.quorum = 9, Reason::Quorum),
        ("a tolerance above the policy's", |spec| spec.tolerance = 21, Reason::Tolerance),
        ("no time to signal", |spec| spec.signal_by -= days(1), Reason::Deadlines),
        ("too little time to deliver", |spec| spec.deliver_by = spec.signal_by + hours(1) - 1, Reason::Deadlines),
        ("too little time to review", |spec| spec.review_by = spec.deliver_by + hours(1) - 1, Reason::Deadlines),
        ("too little time to reveal", |spec| spec.reveal_by = spec.review_by + hours(1) - 1, Reason::Deadlines),
        ("too much time to signal", |spec| later(spec, TOO_LONG - days(1)), Reason::Deadlines),
        (
            "too much time to deliver",
            |spec| {
                later(spec, TOO_LONG - days(1));
                spec.signal_by -= TOO_LONG - days(1);
            },
            Reason::Deadlines,
        ),
        (
            "too much time to commit",
            |spec| {
                spec.review_by = spec.deliver_by + OVER_A_WEEK;
                spec.reveal_by = spec.review_by + days(1);
            },
            Reason::Deadlines,
        ),
        ("too much time to reveal", |spec| spec.reveal_by = spec.review_by + OVER_A_WEEK, Reason::Deadlines),
        ("too little time to unseal and review", |spec| sealed(spec, hours(2) - 1), Reason::Deadlines),
        ("too much time to unseal and review", |spec| sealed(spec, 2 * OVER_A_WEEK), Reason::Deadlines),
        ("deposits beyond a balance", |spec| spec.place_deposit = Balance::MAX, Reason::Amounts),
        ("a reward beyond a balance", |spec| spec.reward = Balance::MAX, Reason::Amounts),
        (
            "offers for several places of one provider",
            |spec| (spec.access, spec.per_provider) = (Access::Offers, 2),
            Reason::Access,
        ),
        (
            "offers for a share of the reward",
            |spec| (spec.access, spec.award) = (Access::Offers, Award::Proportional),
            Reason::Access,
        ),
        ("a ranking without places", |spec| spec.award = ranked(&[]), Reason::Award),
        ("a ranking of too many places", |spec| spec.award = ranked(&[1; MAX_RANKED + 1]), Reason::Award),
        ("a ranking that pays more than all", |spec| spec.award = ranked(&[6_000, 4_001]), Reason::Award),
        (
            "a ranking of shared findings",
            |spec| (spec.award, spec.duplicates) = (ranked(&[1]), Duplicates::Shared { retention_ppm: 1 }),
            Reason::Award,
        ),
        (
            "finders who share more than all",
            |spec| spec.duplicates = Duplicates::Shared { retention_ppm: 1_000_001 },
            Reason::Duplicates,
        ),
    ]
}

/// Long deals that break a rule, quoted and engaged for.
fn deals(town: &Town) -> Vec<Row> {
    let engagement = InvalidRequest(RequestReason::Engagement);
    let quote = |spec, periods, period| town.market().quote_engagement(spec, periods, period);
    let engage = |spec, periods, period, missed| {
        town.market().engage(spec, periods, period, missed, 1, 0).transferred_value(PURSE)
    };
    let mut rows = Vec::new();
    for (cause, spec, periods, error) in [
        ("places anyone may take", RequestSpec { access: Access::Open, ..deal(town) }, 4, engagement),
        ("several places", RequestSpec { limit: 2, ..deal(town) }, 4, engagement),
        ("a delivery that is sealed", RequestSpec { duplicates: Duplicates::FirstOnly, ..deal(town) }, 4, engagement),
        ("no period", deal(town), 0, engagement),
        ("more periods than there may be", deal(town), MAX_PERIODS + 1, engagement),
        ("no reward", RequestSpec { reward: 0, ..deal(town) }, 4, InvalidRequest(RequestReason::Reward)),
        (
            "rewards beyond a balance",
            RequestSpec { reward: Balance::MAX / 3, ..deal(town) },
            4,
            InvalidRequest(RequestReason::Amounts),
        ),
    ] {
        rows.push(row(cause, REQUESTER, quote(spec.clone(), periods, WEEK), error));
        rows.push(row(cause, REQUESTER, engage(spec, periods, WEEK, 0), error));
    }
    rows.extend([
        row("a period shorter than any window", REQUESTER, quote(deal(town), 4, hours(1) - 1), engagement),
        row("a period of more than ten years", REQUESTER, quote(deal(town), 4, TOO_LONG), engagement),
        row("a period shorter than any window", REQUESTER, engage(deal(town), 4, hours(1) - 1, 1), engagement),
        row("a period of more than ten years", REQUESTER, engage(deal(town), 4, TOO_LONG, 1), engagement),
        row("as many missed as there are", REQUESTER, engage(deal(town), 4, WEEK, 4), engagement),
    ]);
    rows
}

/// What the token of these tests does to whoever moves it, as its contract counts that.
#[derive(Clone, Copy, Encode)]
enum Mode {
    Honest,
    /// One in a hundred units is burnt on the way.
    Taxes,
    /// Says that it moved, and has not.
    Idles,
    /// Says no.
    #[codec(index = 4)]
    Refuses,
}

/// A town that pays in a token, which can turn hostile; every request has its premium.
struct Bazaar {
    town: Town,
    token: AccountId,
}

impl Deref for Bazaar {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Bazaar {
    /// Rita and Pia have some of the token, and allow the market to take it; Paul has some, and does not.
    fn new() -> Self {
        let town = Town::with(|settings| {
            with_many_hands(settings);
            settings.policy.target_utilization_ppm = 0;
        });
        let artifact = build::package(HOSTILE_TOKEN).expect("the token builds");
        let new = constructor("new").push_arg(10 * PURSE);
        let token = town.chain.deploy(&artifact, new, &town.manager, 0).returned();
        let bazaar = Self { town, token };
        for name in [REQUESTER, "pia", "paul"] {
            bazaar.send(MANAGER, bazaar.coin().transfer(account(name), PURSE, vec![])).ok();
        }
        for name in [REQUESTER, "pia"] {
            bazaar.send(name, bazaar.coin().approve(bazaar.market_address, PURSE)).ok();
        }
        let present = bazaar.chain.read(bazaar.market().policy()).expect("a policy");
        let assets = vec![listed(Asset::Native), listed(bazaar.asset())];
        bazaar.send(MANAGER, bazaar.market().propose_policy(Policy { assets, ..present })).ok();
        bazaar.chain.pass(days(1));
        bazaar
    }

    fn asset(&self) -> Asset {
        Asset::Psp22(self.token)
    }

    fn coin(&self) -> TokenCalls {
        self.token.into()
    }

    /// From now on the token does this.
    fn turn(&self, mode: Mode) {
        let input = ExecutionInput::new(Selector::new(promises::selector("turn"))).push_arg(mode);
        let message: Message<_, ()> =
            build_call::<DefaultEnvironment>().call(self.token).exec_input(input).returns::<()>();
        self.send(STRANGER, message).returned();
    }
}

/// Payments in a token that its owner does not allow, or that do not arrive.
pub fn paying_in_tokens() -> Told {
    let bazaar = Bazaar::new();
    let (market, asset) = (|| bazaar.market(), bazaar.asset());
    let spec = RequestSpec { asset, ..bazaar.request_spec() };
    let deal = RequestSpec { asset, ..deal(&bazaar) };
    let post = |most| market().post(spec.clone(), most);
    let engage = |most| market().engage(deal.clone(), 4, WEEK, 1, 1, most);
    let open = bazaar.send(REQUESTER, post(PURSE)).ok();
    let asked = RequestSpec { access: Access::Offers, ..spec.clone() };
    let asked = bazaar.send(REQUESTER, market().post(asked, PURSE)).ok();
    let signal = || market().signal(open, 1);
    let offer = || market().offer(asked, UNIT, spec.deliver_by, spec.deliver_by, vec![]);

    let mut told = refuse(
        &*bazaar.town,
        [
            row("any premium is too much", REQUESTER, post(0), PremiumTooHigh),
            row("any premium is too much", REQUESTER, engage(0), PremiumTooHigh),
            row("the chain's own currency beside it", REQUESTER, post(PURSE).transferred_value(1), ExcessPayment),
            row("the chain's own currency beside it", "pia", signal().transferred_value(1), ExcessPayment),
            row("the chain's own currency beside it", "pia", offer().transferred_value(1), ExcessPayment),
            row("who allows the market nothing", "paul", post(PURSE), TransferFailed),
            row("who allows the market nothing", "paul", engage(PURSE), TransferFailed),
            row("who allows the market nothing", "paul", signal(), TransferFailed),
            row("who allows the market nothing", "paul", offer(), TransferFailed),
        ],
    );
    for (cause, mode) in [("the token taxes payments", Mode::Taxes), ("the token only says it moved", Mode::Idles)] {
        bazaar.turn(mode);
        let short = [
            row(cause, REQUESTER, post(PURSE), TokenShortfall),
            row(cause, REQUESTER, engage(PURSE), TokenShortfall),
            row(cause, "pia", signal(), TokenShortfall),
            row(cause, "pia", offer(), TokenShortfall),
        ];
        told.extend(refuse(&*bazaar.town, short));
    }
    bazaar.turn(Mode::Refuses);
    let kept = [row("the token refuses", "treasury", market().withdraw(asset), TransferFailed)];
    told.extend(refuse(&*bazaar.town, kept));
    bazaar.turn(Mode::Honest);
    bazaar.send("treasury", market().withdraw(asset)).ok();
    let paid = [row("all was paid out", "treasury", market().withdraw(asset), NothingToWithdraw)];
    told.extend(refuse(&*bazaar.town, paid));
    told
}
