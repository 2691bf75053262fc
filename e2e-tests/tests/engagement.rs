//! Long deals: one provider, period by period, paid for what it did and Banned by the numbers when it goes silent.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{account, days, hours, Outcome, UNIT};
use e2e_tests::{one, refused, work_of, Town, Vote, ENFORCERS, REQUESTER, STRANGER};
use ink::primitives::Hash;
use interfaces::{
    fixtures,
    market::{
        Access, Asset, Claimed, Delivery, Duplicates, Engaged, Engagement, Error, Notice, NoticeGiven, OfferAccepted,
        OfferMade, PeriodClosed, Phase, PlaceVacated, Pruned, Quote, Reclaimed, ReputationRefused, RequestPosted,
        RequestReason, RequestSettled, RequestSpec, ReviewsOpened, Revised, Submitted, Tenure, Verdict,
    },
    obligation::{
        self, MemberState, Membership, PoolOpened, Rate, Resigned, Schedule, Seated, Standing, StandingChanged, Terms,
        BY_ENROLMENT,
    },
    reputation, roles, Balance, Market as _, Obligation as _, PoolId, RequestId, SubmissionId, Timestamp,
};
use pendzl::contracts::access_control::AccessControl as _;

/// A period's reward, as it is put in escrow.
const REWARD: Balance = 10 * UNIT;
/// What is put in escrow for a period: its reward, and a review fee of one UNIT.
const PER_PERIOD: Balance = 11 * UNIT;
/// The price that providers offer for a period.
const PRICE: Balance = 8 * UNIT;
/// What three coherent enforcers share of a review fee, and what is left of it.
const FEES: Balance = UNIT / 3 * 3;
const DUST: Balance = UNIT - FEES;
/// Reputation that a provider puts at stake.
const BOND: Balance = 30;
/// From one delivery to the next.
const WEEK: Timestamp = days(7);
/// The provider who has the place first, and the one who takes over. Both wait for an enforcer's seat, with a bond of
/// 50.
const FIRST: &str = "carl";
const SECOND: &str = "cora";
const WAITING_BOND: Balance = 50;

/// A town in which Rita has engaged for something.
struct Deal {
    town: Town,
    request: RequestId,
}

/// What Rita engages for.
fn weekly(town: &Town) -> RequestSpec {
    RequestSpec { access: Access::Offers, limit: 1, reward: REWARD, provider_bond: BOND, ..town.request_spec() }
}

impl Deal {
    /// Rita engages for this many weeks, and this many of them may be missed.
    fn new(periods: u16, missed: u16) -> Self {
        Self::with(Town::new(), periods, missed)
    }

    fn with(town: Town, periods: u16, missed: u16) -> Self {
        let spec = weekly(&town);
        let price =
            town.chain.read(town.market().quote_engagement(spec.clone(), periods, WEEK)).expect("a price").total;
        let engage = town.market().engage(spec, periods, WEEK, missed, 1, 0).transferred_value(price);
        let request = town.chain.call(&town.who(REQUESTER), engage).ok();
        Self { town, request }
    }

    /// As [`Deal::new`], and Carl has the place; his first delivery is due with the request's.
    fn running(periods: u16, missed: u16) -> Self {
        let deal = Self::new(periods, missed);
        deal.begin();
        deal
    }

    fn begin(&self) {
        let deliver_by = self.town.spec(self.request).deliver_by;
        self.town.offer(FIRST, self.request, PRICE, deliver_by).ok();
        self.town.accept(FIRST, self.request, PRICE, deliver_by).ok();
    }

    /// As [`Deal::running`] with none to be missed, and the first is: Carl is out.
    fn vacant(periods: u16) -> Self {
        let deal = Self::running(periods, 0);
        deal.until_due(0);
        deal.close().ok();
        deal
    }

    fn engagement(&self) -> Engagement {
        self.town.chain.read(self.town.market().engagement(self.request)).expect("an engagement")
    }

    fn tenure(&self) -> Tenure {
        self.engagement().tenure.expect("somebody has the place")
    }

    fn pool(&self) -> PoolId {
        self.engagement().pool.expect("somebody had the place")
    }

    /// `name` in the deal's own pool.
    fn member(&self, name: &str) -> Membership {
        self.town.chain.read(self.town.obligation().membership(self.pool(), account(name))).expect("a member")
    }

    fn phase(&self) -> Phase {
        self.town.chain.read(self.town.market().phase(self.request, None)).expect("a phase")
    }

    fn backlog(&self) -> u64 {
        self.town.backlog()
    }

    /// The delivery of `period` falls due.
    fn until_due(&self, period: u32) {
        let tenure = self.tenure();
        self.town.chain.pass_until(tenure.first_deliver_by + WEEK * Timestamp::from(period - tenure.first));
    }

    fn deliver(&self, name: &str) -> SubmissionId {
        self.town.submit(name, self.request).ok()
    }

    /// The delivery of a period is reviewed by three, who agree on its score.
    fn judge(&self, period: u32, score: u8) {
        let begins = self.town.submission(self.request, period).window_start;
        self.town.chain.pass_until(begins);
        self.open().ok();
        let scores: Vec<_> = ENFORCERS[..3].iter().map(|name| (*name, score)).collect();
        self.town.review(self.request, period, &scores);
        self.town.finalize(self.request, period).ok();
    }

    /// The delivery of a period is reviewed by as many as these; the others stay silent, though they committed.
    fn judge_by_few(&self, period: u32, score: u8, few: usize) {
        let begins = self.town.submission(self.request, period).window_start;
        self.town.chain.pass_until(begins);
        self.open().ok();
        self.town.until_open_to_all(self.request, period);
        let vote: Vote = (score, None);
        ENFORCERS[..3].iter().for_each(|name| self.town.commit_vote(name, self.request, period, vote).ok());
        self.town.until_commits_close(self.request, period);
        ENFORCERS[..few].iter().for_each(|name| self.town.reveal_vote(name, self.request, period, vote).ok());
        self.town.until_reveals_close(self.request, period);
        self.town.finalize(self.request, period).ok();
    }

    fn open(&self) -> Outcome<Result<u32, Error>> {
        self.town.chain.call(&self.town.who(STRANGER), self.town.market().open_reviews(self.request, 64))
    }

    /// The stranger closes the next period.
    fn close(&self) -> Outcome<Result<bool, Error>> {
        self.town.chain.call(&self.town.who(STRANGER), self.town.market().close_period(self.request))
    }

    fn give_notice(&self, name: &str) -> Outcome<Result<u32, Error>> {
        self.town.chain.call(&self.town.who(name), self.town.market().give_notice(self.request))
    }

    /// The next period has a delivery, which is judged, and is closed.
    fn play(&self, name: &str, score: u8) {
        let period = self.deliver(name);
        self.judge(period, score);
        self.close().ok();
    }

    /// Cora offers to take over from `deliver_by` on.
    fn offer_to_take_over(&self, deliver_by: Timestamp) {
        self.town.offer(SECOND, self.request, PRICE, deliver_by).ok();
    }

    fn take_over(&self, deliver_by: Timestamp) -> Outcome<Result<(), Error>> {
        let message = self.town.market().takeover(self.request, account(SECOND), PRICE, deliver_by);
        self.town.chain.call(&self.town.who(REQUESTER), message)
    }

    #[track_caller]
    fn is_balanced(&self) {
        self.town.assert_balanced(&[self.request], &[]);
    }

    /// Everything about the request is freed, everyone takes its money, and the market is as empty as before it.
    #[track_caller]
    fn ends(&self) {
        self.is_balanced();
        self.town.all_comes_out(self.request);
    }
}

// Posting

#[test]
fn a_long_deal_is_paid_for_all_its_periods_in_advance() {
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let quote = town.chain.read(town.market().quote_engagement(weekly(&town), 4, WEEK)).unwrap();
    let fee = 22 * UNIT / 10;
    let total = 44 * UNIT + fee;
    let parts = Quote { reward: 40 * UNIT, review_fees: 4 * UNIT, protocol_fee: fee, rent: 0, premium: 0, total };
    assert_eq!(quote, parts);

    let engage = |value| town.market().engage(weekly(&town), 4, WEEK, 1, 1, UNIT).transferred_value(value);
    assert_eq!(refused(&town.chain, &rita, engage(total - 1)), Error::InsufficientPayment);
    assert_eq!(refused(&town.chain, &rita, engage(total + UNIT + 1)), Error::ExcessPayment);
    let engaged = town.chain.call(&rita, engage(total + UNIT));
    assert_eq!(engaged.events::<RequestPosted>(), [RequestPosted { request: 0, requester: rita, quote }]);
    let told = Engaged { request: 0, periods: 4, period: WEEK, missed_periods: 1, notice_periods: 1 };
    assert_eq!(engaged.events::<Engaged>(), [told]);
    let request = engaged.ok();

    assert_eq!((town.credit(REQUESTER), town.credit_of(town.treasury)), (UNIT, fee));
    let state = town.state(request);
    assert_eq!((state.held, state.reserved, state.engagement), (44 * UNIT, 3, true));
    assert_eq!(state.reputation_per_place, 55, "a quarter of a hundred for each UNIT of the fee");
    let deal = Deal { town, request };
    assert_eq!(deal.backlog(), 3, "the reviews of one period at a time");
    let expected = Engagement { periods: 4, period: WEEK, ..fixtures::engagement(None, None) };
    assert_eq!(deal.engagement(), expected);
    assert_eq!(deal.phase(), Phase::Signalling);
    deal.is_balanced();
}

#[test]
fn the_reviews_of_a_long_deal_are_rented_until_its_last_period_is_judged() {
    let town = Town::with(|settings| settings.policy.assets[0].rent = UNIT / 100);
    let quote = |periods, period| {
        let quote = town.chain.read(town.market().quote_engagement(weekly(&town), periods, period)).expect("a price");
        (quote.rent, quote.total - quote.reward - quote.review_fees - quote.protocol_fee - quote.rent)
    };
    // Signalling, delivery, two windows for commitments and one for reveals take five days; each further period a week.
    assert_eq!(quote(1, WEEK), (3 * 5 * UNIT / 100, 0));
    assert_eq!(quote(4, WEEK), (3 * (5 + 3 * 7) * UNIT / 100, 0));
    // From one delivery to the end of its review there are three days: three of these periods are in review at once.
    assert_eq!(quote(4, days(1)), (3 * 3 * (5 + 3) * UNIT / 100, 0));
}

#[test]
fn every_rule_of_a_long_deal_that_is_broken_is_named() {
    type Break = fn(&mut RequestSpec);
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let engagement = Error::InvalidRequest(RequestReason::Engagement);
    let broken: [(Error, Break); 6] = [
        (engagement, |spec| spec.access = Access::Open),
        (engagement, |spec| spec.limit = 2),
        (engagement, |spec| spec.duplicates = Duplicates::FirstOnly),
        (Error::InvalidRequest(RequestReason::Reward), |spec| spec.reward = 0),
        (Error::InvalidRequest(RequestReason::Amounts), |spec| spec.reward = Balance::MAX / 3),
        (Error::InvalidRequest(RequestReason::Asset), |spec| spec.asset = Asset::Psp22([1; 32].into())),
    ];
    for (i, (error, break_it)) in broken.into_iter().enumerate() {
        let mut spec = weekly(&town);
        break_it(&mut spec);
        assert_eq!(town.chain.read(town.market().quote_engagement(spec.clone(), 4, WEEK)), Err(error), "quote {i}");
        let engage = town.market().engage(spec, 4, WEEK, 1, 1, 0).transferred_value(100 * UNIT);
        assert_eq!(refused(&town.chain, &rita, engage), error, "engage {i}");
    }
    for periods in [0, 1_001] {
        let quote = town.chain.read(town.market().quote_engagement(weekly(&town), periods, WEEK));
        assert_eq!(quote, Err(engagement), "{periods} periods");
    }
    assert!(town.chain.read(town.market().quote_engagement(weekly(&town), 1_000, WEEK)).is_ok());
    let decade = days(3_653);
    for (periods, period, missed) in
        [(0, WEEK, 0), (1_001, WEEK, 0), (4, hours(1) - 1, 1), (4, decade + 1, 1), (4, WEEK, 4), (1, WEEK, 1)]
    {
        let engage = town.market().engage(weekly(&town), periods, period, missed, 1, 0).transferred_value(100 * UNIT);
        assert_eq!(refused(&town.chain, &rita, engage), engagement, "{periods} of {period} ms, {missed} missed");
    }
    for (periods, period, missed) in [(4, hours(1), 3), (4, decade, 0), (1, WEEK, 0)] {
        let engage = town.market().engage(weekly(&town), periods, period, missed, 1, 0).transferred_value(UNIT);
        let accepted_but_for_payment = refused(&town.chain, &rita, engage);
        assert_eq!(accepted_but_for_payment, Error::InsufficientPayment, "{periods} of {period} ms, {missed} missed");
    }
    town.chain.call(&town.manager, town.market().pause()).ok();
    let engage = town.market().engage(weekly(&town), 4, WEEK, 1, 1, 0).transferred_value(100 * UNIT);
    assert_eq!(refused(&town.chain, &rita, engage), Error::Paused);
}

#[test]
fn what_nobody_takes_on_can_be_withdrawn() {
    let deal = Deal::new(4, 1);
    let rita = deal.town.who(REQUESTER);
    let withdraw = || deal.town.market().withdraw_request(deal.request);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(STRANGER), withdraw()), Error::NotRequester);
    assert_eq!(deal.town.chain.call(&rita, withdraw()).ok(), 44 * UNIT);
    assert_eq!((deal.town.credit(REQUESTER), deal.backlog(), deal.phase()), (44 * UNIT, 0, Phase::Settled));
    assert_eq!(deal.close().err(), Error::AlreadySettled);
    deal.ends();
}

#[test]
fn what_nobody_takes_on_in_time_is_ended_by_anyone() {
    let deal = Deal::new(4, 1);
    let deliver_by = deal.town.spec(deal.request).deliver_by;
    deal.town.offer(FIRST, deal.request, PRICE, deliver_by).ok();
    let rita = deal.town.who(REQUESTER);
    let reclaim = || deal.town.market().reclaim(deal.request);
    assert_eq!(refused(&deal.town.chain, &rita, reclaim()), Error::NothingToReclaim, "it may still be taken on");
    deal.town.chain.pass_until(deliver_by - 1);
    assert_eq!(deal.close().err(), Error::TooEarly);
    deal.town.chain.pass(1);
    assert_eq!(deal.phase(), Phase::Finalized);
    let closed = deal.close();
    let settled = RequestSettled { request: deal.request, submissions: 0, deposit: 0 };
    assert_eq!((closed.events::<RequestSettled>(), closed.events::<PeriodClosed>()), (vec![settled], vec![]));
    assert!(closed.ok());
    assert_eq!(deal.close().err(), Error::AlreadySettled);
    assert_eq!(deal.backlog(), 0);
    assert_eq!(deal.town.accept(FIRST, deal.request, PRICE, deliver_by).err(), Error::AlreadySettled);
    assert_eq!(deal.town.chain.call(&rita, reclaim()).ok(), 44 * UNIT);
    deal.town.chain.call(&deal.town.who(FIRST), deal.town.market().retract_offer(deal.request)).ok();
    assert_eq!(deal.town.credit(FIRST), UNIT, "the deposit of an offer that came to nothing");
    deal.ends();
}

#[test]
fn a_long_deal_is_settled_period_by_period_and_has_no_no_shows_or_signals() {
    let deal = Deal::running(2, 1);
    let stranger = deal.town.who(STRANGER);
    deal.until_due(1);
    let market = || deal.town.market();
    assert_eq!(refused(&deal.town.chain, &stranger, market().settle(deal.request, 1)), Error::IsEngagement);
    let report = market().report_no_show(deal.request, account(FIRST));
    assert_eq!(refused(&deal.town.chain, &stranger, report), Error::IsEngagement);
    let signal = market().signal(deal.request, 1).transferred_value(UNIT);
    assert_eq!(refused(&deal.town.chain, &stranger, signal), Error::OffersOnly);

    let ordinary = deal.town.post();
    assert_eq!(refused(&deal.town.chain, &stranger, market().close_period(ordinary)), Error::NotAnEngagement);
    assert_eq!(refused(&deal.town.chain, &stranger, market().close_period(9)), Error::UnknownRequest);
    let takeover = market().takeover(ordinary, stranger, 1, 1);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(REQUESTER), takeover), Error::NotAnEngagement);
    assert_eq!(deal.town.chain.read(market().engagement(ordinary)), Err(Error::NotAnEngagement));
    assert_eq!(deal.town.chain.read(market().engagement(9)), Err(Error::UnknownRequest));
}

// The provider

#[test]
fn who_is_accepted_is_obliged_in_a_pool_of_its_own_whose_terms_are_the_same_for_all() {
    let deal = Deal::new(4, 1);
    let deliver_by = deal.town.spec(deal.request).deliver_by;
    let offered = deal.town.offer(FIRST, deal.request, PRICE, deliver_by);
    let carl = account(FIRST);
    let told = OfferMade { request: deal.request, provider: carl, price: PRICE, deliver_by, until: deliver_by };
    assert_eq!(offered.events::<OfferMade>(), [told]);
    offered.ok();
    let accepted = deal.town.accept(FIRST, deal.request, PRICE, deliver_by);
    let told = OfferAccepted { request: deal.request, provider: carl, price: PRICE, deliver_by, first_period: 0 };
    assert_eq!(accepted.events::<OfferAccepted>(), [told]);
    let pool = deal.town.pool + 1;
    let operator = deal.town.market_address;
    assert_eq!(accepted.events::<PoolOpened>(), [PoolOpened { pool, operator }]);
    assert_eq!(accepted.events::<Seated>(), [Seated { pool, who: carl }]);
    accepted.ok();

    let (terms, schedule) = deal.town.chain.read(deal.town.obligation().terms(pool)).unwrap();
    let expected = Terms {
        denominator: 1,
        epoch: WEEK,
        retention_ppm: 1_000_000,
        throttle_buffer: 0,
        ban_buffer: 1,
        rate: Rate::Fixed,
        min_reviews: 1,
        presence: 0,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 1,
        min_reputation: BY_ENROLMENT,
        bond: 0,
        healthy_limit: 0,
        throttled_limit: 0,
        slash_ppm: 0,
        keeper_reward: 0,
        restore_price: Balance::MAX,
        ..terms.clone()
    };
    assert_eq!((terms, schedule), (expected, Schedule::default()));
    let tenure = Tenure { provider: carl, price: PRICE, first: 0, first_deliver_by: deliver_by };
    let engagement = Engagement { periods: 4, period: WEEK, ..fixtures::engagement(Some(pool), Some(tenure)) };
    assert_eq!(deal.engagement(), engagement);
    assert_eq!(deal.phase(), Phase::Delivery);

    let member = deal.member(FIRST);
    assert_eq!((member.state, member.standing, member.seen), (MemberState::Seated, Standing::Healthy, 0));
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.holds), (WAITING_BOND + BOND, 1));
    let obligation = || deal.town.obligation();
    assert_eq!(refused(&deal.town.chain, &carl, obligation().resign(pool)), obligation::Error::Engaged);
    assert_eq!(refused(&deal.town.chain, &carl, obligation().freeze()), obligation::Error::Engaged);
    assert_eq!(refused(&deal.town.chain, &carl, obligation().restore(pool, 1)), obligation::Error::NoDeficit);
    let withdraw = deal.town.market().withdraw_request(deal.request);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(REQUESTER), withdraw), Error::PlacesGiven);
    deal.is_balanced();
}

#[test]
fn a_missed_period_cannot_be_bought_back() {
    let deal = Deal::running(4, 2);
    deal.until_due(0);
    deal.close().ok();
    assert_eq!(deal.member(FIRST).deficit, 1_000_000);
    let restore = deal.town.obligation().restore(deal.pool(), 1);
    let unaffordable = obligation::Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(FIRST), restore), unaffordable);
}

#[test]
fn a_running_deal_has_no_place_for_another() {
    let deal = Deal::new(4, 1);
    let deliver_by = deal.town.spec(deal.request).deliver_by;
    deal.town.offer(SECOND, deal.request, PRICE, deliver_by).ok();
    deal.begin();
    let accept = deal.town.market().accept(deal.request, account(SECOND), PRICE, deliver_by);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(REQUESTER), accept), Error::NoPlaceLeft);
    assert_eq!(deal.take_over(deliver_by).err(), Error::NotVacant);
    let offer = deal.town.market().offer(deal.request, PRICE, deliver_by, deliver_by, vec![]);
    let offer = offer.transferred_value(UNIT);
    assert_eq!(refused(&deal.town.chain, &deal.town.who("pia"), offer), Error::NotVacant);
    assert_eq!(deal.tenure().provider, account(FIRST));
}

/// What the provider agreed to is between it and the requester.
#[test]
fn nobody_else_can_take_the_seat_of_a_deal() {
    let deal = Deal::running(4, 0);
    let enlist = |name| refused(&deal.town.chain, &deal.town.who(name), deal.town.obligation().enlist(deal.pool()));
    let short = obligation::Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(enlist("elsa"), short, "nobody waits for it");
    deal.until_due(0);
    deal.close().ok();
    assert_eq!(enlist("elsa"), short, "nobody sits down on it");
    assert_eq!(enlist(FIRST), obligation::Error::Banned);
    let deliver_by = deal.town.chain.now() + WEEK;
    deal.offer_to_take_over(deliver_by);
    deal.take_over(deliver_by).ok();
    assert_eq!(deal.member(SECOND).state, MemberState::Seated);
}

#[test]
fn not_even_the_manager_changes_what_a_provider_agreed_to() {
    let deal = Deal::running(4, 0);
    let pool = deal.pool();
    let (terms, schedule) = deal.town.chain.read(deal.town.obligation().terms(pool)).unwrap();
    let fixed = obligation::Error::InvalidTerms(obligation::TermsReason::Fixed);
    for terms in [terms.clone(), Terms { ban_buffer: 9, ..terms.clone() }, Terms { min_reputation: 0, ..terms }] {
        let proposal = deal.town.obligation().propose_terms(pool, terms, schedule.clone());
        assert_eq!(refused(&deal.town.chain, &deal.town.manager, proposal), fixed);
    }
    let resign = deal.town.obligation().resign(pool);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(FIRST), resign), obligation::Error::Engaged);
}

#[test]
fn a_ban_that_the_manager_lifts_gives_no_place_back() {
    let deal = Deal::vacant(4);
    let reinstate = deal.town.obligation().reinstate(deal.pool(), account(FIRST));
    deal.town.chain.call(&deal.town.manager, reinstate).ok();
    let deliver_by = deal.town.chain.now() + WEEK;
    let offer = deal.town.market().offer(deal.request, PRICE, deliver_by, deliver_by, vec![]);
    let offer = offer.transferred_value(UNIT);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(FIRST), offer), Error::TooManyPlaces);
    assert_eq!((deal.phase(), deal.member(FIRST).state), (Phase::Vacant, MemberState::Left));
    deal.offer_to_take_over(deliver_by);
    deal.take_over(deliver_by).ok();
}

// Deliveries

#[test]
fn one_delivery_is_made_in_each_period_and_has_its_number() {
    let deal = Deal::running(3, 1);
    let carl = deal.town.who(FIRST);
    let submitted = deal.town.submit(FIRST, deal.request);
    let told = Submitted { request: deal.request, submission: 0, provider: carl, content: work_of(FIRST) };
    assert_eq!(submitted.events::<Submitted>(), [told]);
    assert_eq!(submitted.ok(), 0);
    let submit = |uri| deal.town.market().submit(deal.request, one::delivery(Hash::default(), uri));
    assert_eq!(refused(&deal.town.chain, &carl, submit(vec![])), Error::NoPlace, "the next period has not begun");
    let work = || Delivery { content: Hash::default(), uri: vec![] };
    for list in [vec![], vec![work(), work()]] {
        let submit = deal.town.market().submit(deal.request, list);
        assert_eq!(refused(&deal.town.chain, &carl, submit), Error::InvalidBatch, "one in a period");
    }
    assert_eq!(refused(&deal.town.chain, &carl, submit(vec![b'x'; 257])), Error::UriTooLong);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(SECOND), submit(vec![])), Error::NoPlace);
    let sealed = deal.town.market().submit_sealed(deal.request, vec![Hash::default()]);
    assert_eq!(refused(&deal.town.chain, &carl, sealed), Error::NotSealed);

    deal.until_due(0);
    deal.until_due(1);
    assert_eq!(deal.deliver(FIRST), 2, "what was missed in the second period is not made up for in the third");
    let kept = deal.town.submission(deal.request, 2);
    let due = deal.tenure().first_deliver_by + 2 * WEEK;
    assert_eq!((kept.provider, kept.price, kept.window_start), (carl, PRICE, due));
    let missed = deal.town.chain.read(deal.town.market().submission(deal.request, 1));
    assert_eq!(missed, Err(Error::UnknownSubmission));
    assert_eq!(deal.town.state(deal.request).submissions, 3);
    deal.until_due(2);
    assert_eq!(refused(&deal.town.chain, &carl, submit(vec![])), Error::TooLate, "there is no fourth");
}

#[test]
fn a_delivery_can_be_revised_until_it_is_due() {
    let deal = Deal::running(3, 1);
    let carl = deal.town.who(FIRST);
    deal.deliver(FIRST);
    let content = Hash::from([7; 32]);
    let revise = |submission, uri| deal.town.market().revise(deal.request, submission, content, uri);
    deal.town.chain.pass(hours(1));
    let revised = deal.town.chain.call(&carl, revise(0, b"ipfs://better".to_vec()));
    let told = Revised { request: deal.request, submission: 0, provider: carl, content };
    assert_eq!(revised.events::<Revised>(), [told]);
    revised.ok();
    let kept = deal.town.submission(deal.request, 0);
    assert_eq!((kept.content, kept.uri, kept.submitted), (content, b"ipfs://better".to_vec(), deal.town.chain.now()));
    assert_eq!(refused(&deal.town.chain, &carl, revise(1, vec![])), Error::UnknownSubmission);
    assert_eq!(refused(&deal.town.chain, &deal.town.who(SECOND), revise(0, vec![])), Error::NotProvider);
    deal.town.chain.pass_until(deal.tenure().first_deliver_by - 1);
    assert_eq!(refused(&deal.town.chain, &carl, revise(0, vec![b'x'; 257])), Error::UriTooLong);
    deal.town.chain.pass(1);
    assert_eq!(refused(&deal.town.chain, &carl, revise(0, vec![])), Error::TooLate);
}

#[test]
fn each_delivery_is_opened_for_review_when_its_period_ends() {
    let deal = Deal::running(3, 1);
    let opened = |outcome: Outcome<Result<u32, Error>>| {
        let told = outcome.events::<ReviewsOpened>();
        outcome.ok();
        told.into_iter().map(|told| (told.from, told.count, told.missed)).collect::<Vec<_>>()
    };
    assert_eq!(deal.open().err(), Error::NothingToOpen);
    deal.deliver(FIRST);
    assert_eq!(deal.open().err(), Error::TooEarly);
    deal.until_due(0);
    assert_eq!(opened(deal.open()), [(0, 1, 0)]);
    assert_eq!(deal.town.member("eva").seen, 1_000_000);
    deal.until_due(1);
    deal.deliver(FIRST);
    assert_eq!(opened(deal.open()), [(1, 1, 1)], "nothing was delivered in the second, the third is not due");
    assert_eq!(deal.open().err(), Error::TooEarly);
    deal.until_due(2);
    assert_eq!(opened(deal.open()), [(2, 1, 0)]);
    assert_eq!(deal.town.member("eva").seen, 2_000_000, "nobody has seen what was never delivered");
}

#[test]
fn who_provides_reviews_nothing_in_its_own_deal() {
    let town = Town::new();
    let deal = Deal::with(town, 2, 0);
    let deliver_by = deal.town.spec(deal.request).deliver_by;
    deal.town.offer("eva", deal.request, PRICE, deliver_by).ok();
    deal.town.accept("eva", deal.request, PRICE, deliver_by).ok();
    deal.deliver("eva");
    deal.until_due(0);
    deal.open().ok();
    deal.town.until_open_to_all(deal.request, 0);
    assert_eq!(deal.town.commit("eva", deal.request, 0, 100).err(), Error::Conflicted);
    assert_eq!(deal.town.commit(REQUESTER, deal.request, 0, 0).err(), Error::Conflicted);
}

// Periods

#[test]
fn each_period_is_judged_and_paid_on_its_own_and_the_last_ends_the_deal() {
    let deal = Deal::running(4, 1);
    let (request, carl) = (deal.request, deal.town.who(FIRST));
    let closed = |period, delivered, accepted, pay| {
        let outcome = deal.close();
        assert_eq!(outcome.events::<PeriodClosed>(), [PeriodClosed { request, period, delivered, accepted, pay }]);
        outcome
    };
    let ledger = || {
        let member = deal.member(FIRST);
        (member.seen, member.declared, member.standing)
    };

    assert_eq!(deal.close().err(), Error::TooEarly, "it may still be delivered");
    deal.deliver(FIRST);
    assert_eq!(deal.close().err(), Error::NotFinalized, "it waits for its review");
    assert_eq!(deal.town.claim(request, 0).err(), Error::NotSettled);
    deal.judge(0, 80);
    assert_eq!(deal.town.claim(request, 0).err(), Error::NotSettled, "judged, but not closed");
    let first = closed(0, true, true, PRICE);
    assert!(first.events::<StandingChanged>().is_empty());
    assert!(!first.ok());
    assert_eq!(ledger(), (1_000_000, 1_000_000, Standing::Healthy));
    assert_eq!((deal.town.state(request).settled, deal.town.state(request).unclaimed), (1, PRICE));

    // What the period left over goes back at once: the reward above the price, and the dust of the fee.
    let reclaimed = deal.town.reclaim(request);
    let amount = REWARD - PRICE + DUST;
    assert_eq!(reclaimed.events::<Reclaimed>(), [Reclaimed { request, amount }]);
    assert_eq!(reclaimed.ok(), amount);
    assert_eq!(deal.town.reclaim(request).err(), Error::NothingToReclaim, "the rest is for the next periods");
    assert_eq!(deal.town.state(request).held, 3 * PER_PERIOD + PRICE);
    let claim = deal.town.claim(request, 0);
    let told = Claimed { request, submission: 0, provider: carl, pay: PRICE, deposit: 0, forfeited: 0, reputation: 27 };
    assert_eq!(claim.events::<Claimed>(), [told]);
    assert_eq!(claim.ok(), PRICE);
    assert_eq!(deal.town.claim(request, 0).err(), Error::UnknownSubmission, "the period's storage is freed");
    assert_eq!(deal.town.chain.read(deal.town.market().reviews(request, 0)), Err(Error::UnknownSubmission));
    assert_eq!(deal.town.credit(FIRST), PRICE, "the deposit stays with the place");
    deal.is_balanced();

    deal.deliver(FIRST);
    deal.judge(1, 45);
    assert!(!closed(1, true, true, PRICE / 2).ok());
    assert_eq!(ledger(), (2_000_000, 2_000_000, Standing::Healthy));

    deal.deliver(FIRST);
    deal.judge(2, 10);
    let refused_work = closed(2, true, false, 0);
    let told = StandingChanged {
        pool: deal.pool(),
        who: carl,
        standing: Standing::Throttled,
        bond_burnt: 0,
        slashed: 0,
        keeper: deal.town.market_address,
        reward: 0,
    };
    assert_eq!(refused_work.events::<StandingChanged>(), [told]);
    assert!(!refused_work.ok());
    assert_eq!(ledger(), (3_000_000, 2_000_000, Standing::Throttled), "one may be missed");
    assert_eq!(deal.town.claim(request, 2).ok(), 0);
    assert_eq!((deal.town.state(request).deposits, deal.town.profile(FIRST).slashed), (UNIT, 0));

    deal.deliver(FIRST);
    deal.judge(3, 90);
    let last = closed(3, true, true, PRICE);
    assert_eq!(last.events::<RequestSettled>(), [RequestSettled { request, submissions: 4, deposit: UNIT }]);
    assert_eq!(last.events::<Resigned>(), [Resigned { pool: deal.pool(), who: carl }]);
    assert!(last.ok(), "it has ended");
    assert_eq!(ledger().0, 4_000_000);
    let member = deal.member(FIRST);
    assert_eq!((member.declared, member.state), (3_000_000, MemberState::Left));
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, 0, 0));
    assert_eq!(deal.town.credit(FIRST), PRICE + UNIT, "the deposit is back");
    assert_eq!((deal.backlog(), deal.phase()), (0, Phase::Settled));
    assert_eq!(deal.close().err(), Error::AlreadySettled);
    assert_eq!(deal.town.submit(FIRST, request).err(), Error::TooLate);
    deal.town.chain.call(&carl, deal.town.obligation().freeze()).ok();

    assert_eq!(deal.town.claim(request, 1).ok(), PRICE / 2);
    assert_eq!(deal.town.claim(request, 3).ok(), PRICE);
    assert_eq!(deal.town.credit(FIRST), UNIT + 2 * PRICE + PRICE / 2);
    let left = 44 * UNIT - 4 * FEES - 2 * PRICE - PRICE / 2 - amount;
    assert_eq!(deal.town.reclaim(request).ok(), left);
    deal.is_balanced();
    let pruned = deal.town.chain.call(&deal.town.who(STRANGER), deal.town.market().prune(request, 64));
    assert_eq!(pruned.events::<Pruned>(), [Pruned { request, count: 6, finished: true, reclaimed: 0 }]);
    assert_eq!(pruned.ok(), 6, "four deliveries, a place and an offer");
    assert_eq!(deal.town.chain.read(deal.town.market().engagement(request)), Err(Error::UnknownRequest));
    deal.town.assert_balanced(&[], &[]);
    deal.town.cash_out();
    assert_eq!(deal.town.in_market(), 0);
}

#[test]
fn a_period_that_nobody_reviews_is_paid_a_part_and_neither_holds_nor_excuses_its_provider() {
    for unreviewed_bps in [5_000, 0] {
        let town = Town::with(|settings| settings.policy.unreviewed_bps = unreviewed_bps);
        let deal = Deal::with(town, 1, 0);
        deal.begin();
        deal.deliver(FIRST);
        deal.until_due(0);
        deal.open().ok();
        assert_eq!(deal.close().err(), Error::NotFinalized);
        deal.town.extend(deal.request, 0);
        assert_eq!(deal.close().err(), Error::NotFinalized);
        deal.town.until_commits_close(deal.request, 0);
        deal.town.finalize(deal.request, 0).ok();
        assert_eq!(deal.town.submission(deal.request, 0).verdict, Verdict::Unreviewed);
        let closed = deal.close();
        let pay = PRICE * Balance::from(unreviewed_bps) / 10_000;
        let told = PeriodClosed { request: deal.request, period: 0, delivered: true, accepted: true, pay };
        assert_eq!(closed.events::<PeriodClosed>(), [told]);
        assert!(closed.ok());
        let member = deal.member(FIRST);
        assert_eq!((member.seen, member.declared), (0, 0));
        let claim = deal.town.claim(deal.request, 0);
        assert_eq!(claim.events::<Claimed>()[0].reputation, 0);
        assert_eq!(claim.ok(), pay);
        assert_eq!((deal.town.profile(FIRST).slashed, deal.town.credit(FIRST)), (0, pay + UNIT));
        deal.ends();
    }
}

/// A few reviews hold nobody either, whatever they say, and excuse nobody.
#[test]
fn a_period_that_too_few_review_is_paid_as_far_as_they_go_and_the_next_one_counts_in_full() {
    let deal = Deal::running(4, 0);
    let request = deal.request;
    // (score, how many of the quorum, whether it is accepted, what it weighs in basis points)
    for (score, few, accepted, weight) in [(0, 2, false, 1_666), (80, 2, true, 8_333), (80, 1, true, 6_666)] {
        let period = deal.deliver(FIRST);
        deal.judge_by_few(period, score, few);
        let kept = deal.town.submission(request, period);
        assert_eq!((kept.verdict, kept.weight_bps), (Verdict::Few, weight));
        let closed = deal.close();
        let pay = PRICE * Balance::from(weight) / 10_000;
        let told = PeriodClosed { request, period, delivered: true, accepted, pay };
        assert_eq!(closed.events::<PeriodClosed>(), [told]);
        assert!(!closed.ok(), "none may be missed, and it goes on");
        let member = deal.member(FIRST);
        assert_eq!((member.seen, member.declared, member.standing), (0, 0, Standing::Healthy));
        let claim = deal.town.claim(request, period);
        let reputation = if accepted { 27 * Balance::from(weight) / 10_000 } else { 0 };
        assert_eq!(claim.events::<Claimed>()[0].reputation, reputation, "none for what a few refused");
        assert_eq!(claim.ok(), pay);
    }
    // Nothing was done in advance: the first period that a quorum refuses is one too many.
    let last = deal.deliver(FIRST);
    deal.judge(last, 10);
    let closed = deal.close();
    let told = PlaceVacated { request, provider: account(FIRST), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    assert!(closed.ok(), "it was the last");
    let member = deal.member(FIRST);
    assert_eq!((member.seen, member.declared, member.standing), (1_000_000, 0, Standing::Banned));
    deal.ends();
}

#[test]
fn periods_are_closed_in_order_and_a_missed_one_when_its_delivery_was_due() {
    let deal = Deal::running(4, 2);
    deal.until_due(0);
    deal.deliver(FIRST);
    let told = |period, delivered, accepted, pay| {
        let closed = deal.close();
        let told = closed.events::<PeriodClosed>();
        closed.ok();
        assert_eq!(told, [PeriodClosed { request: deal.request, period, delivered, accepted, pay }]);
    };
    told(0, false, false, 0);
    assert_eq!(deal.member(FIRST).standing, Standing::Throttled);
    assert_eq!(deal.close().err(), Error::NotFinalized);
    deal.until_due(2);
    assert_eq!(deal.close().err(), Error::NotFinalized, "the third was missed, but the second comes first");
    deal.judge(1, 80);
    told(1, true, true, PRICE);
    told(2, false, false, 0);
    assert_eq!(deal.close().err(), Error::TooEarly);
    let member = deal.member(FIRST);
    assert_eq!((member.seen, member.declared, member.deficit), (3_000_000, 1_000_000, 2_000_000));
    assert_eq!(deal.town.state(deal.request).claimed, 2, "a missed period has nothing to be claimed");
    assert_eq!(deal.town.claim(deal.request, 0).err(), Error::UnknownSubmission);
    deal.is_balanced();
    deal.ends();
}

// Going silent

#[test]
fn a_provider_that_misses_too_many_periods_is_banned_by_anyones_call() {
    let deal = Deal::running(5, 1);
    let (request, carl) = (deal.request, account(FIRST));
    deal.play(FIRST, 80);
    deal.until_due(2);
    deal.close().ok();
    assert_eq!(deal.member(FIRST).standing, Standing::Throttled);
    assert_eq!((deal.backlog(), deal.phase()), (3, Phase::Delivery));
    let held = deal.town.state(request).held;

    let closed = deal.close();
    let told = PeriodClosed { request, period: 2, delivered: false, accepted: false, pay: 0 };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    let told = StandingChanged {
        pool: deal.pool(),
        who: carl,
        standing: Standing::Banned,
        bond_burnt: 0,
        slashed: 0,
        keeper: deal.town.market_address,
        reward: 0,
    };
    assert_eq!(closed.events::<StandingChanged>(), [told]);
    assert_eq!(closed.events::<PlaceVacated>(), [PlaceVacated { request, provider: carl, forfeited: UNIT }]);
    assert!(closed.events::<RequestSettled>().is_empty());
    assert!(!closed.ok(), "the deal goes on, without a provider");

    let member = deal.member(FIRST);
    assert_eq!((member.state, member.standing), (MemberState::Banned, Standing::Banned));
    assert_eq!((deal.engagement().tenure, deal.phase(), deal.backlog()), (None, Phase::Vacant, 3));
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.slashed, profile.locked, profile.holds), (BOND, WAITING_BOND, 0));
    let state = deal.town.state(request);
    assert_eq!((state.held, state.deposits, state.reserved), (held + UNIT, 0, 3), "its reviews are kept for another");
    assert_eq!(deal.close().err(), Error::TooEarly);
    assert_eq!(deal.town.submit(FIRST, request).err(), Error::NoPlace);
    let next_week = deal.town.chain.now() + WEEK;
    let again = deal.town.market().offer(request, PRICE, next_week, next_week, vec![]);
    assert_eq!(
        refused(&deal.town.chain, &carl, again.transferred_value(UNIT)),
        Error::TooManyPlaces,
        "nobody takes over from itself"
    );
    assert_eq!(deal.town.claim(request, 0).ok(), PRICE, "what was earned stays earned");
    deal.is_balanced();

    let reclaimed = deal.town.reclaim(request);
    let amount = 5 * PER_PERIOD + UNIT - PRICE - FEES;
    assert_eq!(reclaimed.events::<Reclaimed>(), [Reclaimed { request, amount }]);
    assert_eq!(reclaimed.events::<RequestSettled>(), [RequestSettled { request, submissions: 1, deposit: 0 }]);
    assert_eq!(reclaimed.ok(), amount);
    assert_eq!((deal.engagement().periods, deal.phase()), (3, Phase::Settled));
    assert_eq!(deal.town.reclaim(request).err(), Error::NothingToReclaim);
    assert_eq!(deal.close().err(), Error::AlreadySettled);
    deal.ends();
}

#[test]
fn work_that_is_refused_counts_as_missed() {
    let deal = Deal::running(3, 0);
    deal.deliver(FIRST);
    deal.judge(0, 10);
    let closed = deal.close();
    let told = PlaceVacated { request: deal.request, provider: account(FIRST), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    assert_eq!(deal.town.profile(FIRST).slashed, BOND);
    assert_eq!(deal.town.claim(deal.request, 0).ok(), 0);
    assert_eq!(deal.town.reclaim(deal.request).ok(), 3 * PER_PERIOD - FEES + UNIT);
    deal.ends();
}

#[test]
fn a_ban_with_the_last_period_ends_the_deal() {
    let deal = Deal::running(2, 1);
    deal.until_due(1);
    assert!(!deal.close().ok());
    let closed = deal.close();
    assert_eq!((closed.events::<PlaceVacated>().len(), closed.events::<RequestSettled>().len()), (1, 1));
    assert!(closed.ok());
    assert_eq!((deal.town.profile(FIRST).slashed, deal.town.credit(FIRST)), (BOND, 0));
    assert_eq!(deal.town.reclaim(deal.request).ok(), 2 * PER_PERIOD + UNIT);
    deal.ends();
}

#[test]
fn what_a_banned_provider_had_delivered_before_is_still_reviewed_and_paid() {
    let deal = Deal::running(4, 0);
    let request = deal.request;
    deal.until_due(0);
    deal.town.chain.pass(hours(1));
    assert_eq!(deal.deliver(FIRST), 1);
    deal.close().ok();
    assert_eq!(deal.phase(), Phase::Vacant);

    // The requester gives up the rest, but not what it may owe for the delivery on its way.
    let reclaimed = deal.town.reclaim(request);
    let amount = 3 * PER_PERIOD + UNIT;
    assert_eq!(reclaimed.events::<Reclaimed>(), [Reclaimed { request, amount }]);
    assert!(reclaimed.events::<RequestSettled>().is_empty());
    assert_eq!(reclaimed.ok(), amount);
    assert_eq!(deal.town.state(request).held, PER_PERIOD);
    assert_eq!(deal.town.reclaim(request).err(), Error::NothingToReclaim);
    deal.offer_to_take_over(deal.town.chain.now() + WEEK);
    let none_left = deal.take_over(deal.town.chain.now() + WEEK).err();
    assert_eq!(none_left, Error::AlreadySettled, "no period is left to take over");
    deal.is_balanced();

    assert_eq!(deal.close().err(), Error::NotFinalized);
    deal.judge(1, 80);
    let closed = deal.close();
    let told = PeriodClosed { request, period: 1, delivered: true, accepted: true, pay: PRICE };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    assert_eq!(closed.events::<RequestSettled>(), [RequestSettled { request, submissions: 2, deposit: 0 }]);
    assert!(closed.ok());
    assert_eq!(deal.town.claim(request, 1).ok(), PRICE);
    assert_eq!(deal.town.credit(FIRST), PRICE, "but not the deposit");
    assert_eq!(deal.member(FIRST).state, MemberState::Banned, "it is still out");
    assert_eq!(deal.town.reclaim(request).ok(), PER_PERIOD - PRICE - FEES);
    deal.ends();
}

// Taking over

#[test]
fn another_takes_over_for_the_rest_on_its_own_terms() {
    let deal = Deal::running(4, 0);
    let (request, cora) = (deal.request, account(SECOND));
    deal.play(FIRST, 80);
    deal.until_due(1);
    deal.close().ok();
    assert_eq!(deal.phase(), Phase::Vacant);
    deal.town.chain.pass(days(100));

    let (price, first_deliver_by) = (9 * UNIT, deal.town.chain.now() + days(3));
    deal.town.offer(SECOND, request, price, first_deliver_by).ok();
    let takeover = deal.town.market().takeover(request, cora, price, first_deliver_by);
    let taken = deal.town.chain.call(&deal.town.who(REQUESTER), takeover);
    let told = OfferAccepted { request, provider: cora, price, deliver_by: first_deliver_by, first_period: 2 };
    assert_eq!(taken.events::<OfferAccepted>(), [told]);
    assert_eq!(taken.events::<Seated>(), [Seated { pool: deal.pool(), who: cora }]);
    assert!(taken.events::<PoolOpened>().is_empty(), "the deal keeps its pool");
    taken.ok();
    assert_eq!(deal.tenure(), Tenure { provider: cora, price, first: 2, first_deliver_by });
    assert_eq!((deal.backlog(), deal.phase(), deal.town.state(request).deposits), (3, Phase::Delivery, UNIT));
    assert_eq!(deal.member(SECOND).seen, 0, "nobody answers for what was before");
    assert_eq!(deal.close().err(), Error::TooEarly);
    assert_eq!(deal.town.submit(FIRST, request).err(), Error::NoPlace);
    deal.is_balanced();

    assert_eq!(deal.deliver(SECOND), 2);
    assert_eq!(deal.town.submission(request, 2).window_start, first_deliver_by);
    deal.judge(2, 80);
    assert!(!deal.close().ok());
    assert_eq!(deal.deliver(SECOND), 3);
    assert_eq!(deal.town.submission(request, 3).window_start, first_deliver_by + WEEK);
    deal.judge(3, 80);
    assert!(deal.close().ok());
    let member = deal.member(SECOND);
    assert_eq!((member.seen, member.declared, member.state), (2_000_000, 2_000_000, MemberState::Left));
    let profile = deal.town.profile(SECOND);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, 0, 0));
    for (period, pay) in [(0, PRICE), (2, price), (3, price)] {
        assert_eq!(deal.town.claim(request, period).ok(), pay);
    }
    assert_eq!((deal.town.credit(FIRST), deal.town.credit(SECOND)), (PRICE, 2 * price + UNIT));
    assert_eq!(deal.town.reclaim(request).ok(), 44 * UNIT - PRICE - 2 * price - 3 * FEES + UNIT);
    assert_eq!(deal.backlog(), 0);
    deal.ends();
}

#[test]
fn every_reason_not_to_take_over_is_named() {
    let deal = Deal::running(4, 0);
    let (request, rita) = (deal.request, deal.town.who(REQUESTER));
    let deliver_by = deal.tenure().first_deliver_by + days(2);
    let takeover = |provider, price, deliver_by| deal.town.market().takeover(request, provider, price, deliver_by);
    let cora = account(SECOND);
    let refusal = |message| refused(&deal.town.chain, &rita, message);
    assert_eq!(refusal(takeover(cora, PRICE, deliver_by)), Error::NotVacant);
    deal.until_due(0);
    deal.close().ok();
    assert_eq!(refusal(takeover(cora, PRICE, deliver_by)), Error::UnknownOffer);
    deal.offer_to_take_over(deliver_by);
    assert_eq!(refused(&deal.town.chain, &cora, takeover(cora, PRICE, deliver_by)), Error::NotRequester);
    let accept = deal.town.market().accept(request, cora, PRICE, deliver_by);
    assert_eq!(refusal(accept), Error::NoPlaceLeft, "the rest of a deal is taken over, not accepted anew");
    assert_eq!(refusal(deal.town.market().takeover(9, cora, PRICE, deliver_by)), Error::UnknownRequest);
    assert_eq!(refusal(takeover(cora, PRICE - 1, deliver_by)), Error::OfferChanged);
    assert_eq!(refusal(takeover(cora, PRICE, deliver_by + 1)), Error::OfferChanged);
    deal.town.offer("pia", request, PRICE, deliver_by).ok();
    let poor = Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(refusal(takeover(account("pia"), PRICE, deliver_by)), poor, "she has no bond to lock");
    let tomorrow = deal.town.chain.now() + days(1);
    deal.town.offer_until("paul", request, PRICE, deliver_by, tomorrow).ok();
    deal.town.chain.pass_until(tomorrow - 1);
    assert_eq!(refusal(takeover(account("paul"), PRICE, deliver_by)), poor, "it still stands");
    deal.town.chain.pass(1);
    assert_eq!(refusal(takeover(account("paul"), PRICE, deliver_by)), Error::OfferExpired);
    deal.town.chain.pass_until(deliver_by);
    assert_eq!(refusal(takeover(cora, PRICE, deliver_by)), Error::TooLate);
    let retract = || deal.town.market().retract_offer(request);
    for name in [SECOND, "pia", "paul"] {
        deal.town.chain.call(&deal.town.who(name), retract()).ok();
        assert_eq!(deal.town.credit(name), UNIT);
    }
    assert_eq!(refusal(takeover(cora, PRICE, deliver_by)), Error::UnknownOffer, "it was retracted");
    let later = deal.town.chain.now() + WEEK;
    deal.offer_to_take_over(later);
    deal.town.reclaim(request).ok();
    assert_eq!(deal.take_over(later).err(), Error::AlreadySettled);
    deal.ends();
}

#[test]
fn offers_for_the_rest_are_made_while_nobody_has_the_place() {
    let deal = Deal::vacant(4);
    let cora = deal.town.who(SECOND);
    let now = deal.town.chain.now();
    let until = |price, deliver_by, until| deal.town.market().offer(deal.request, price, deliver_by, until, vec![]);
    let offer = |price, deliver_by| until(price, deliver_by, deliver_by);
    let refusal =
        |price, deliver_by| refused(&deal.town.chain, &cora, offer(price, deliver_by).transferred_value(UNIT));
    assert_eq!(refusal(REWARD + 1, now + WEEK), Error::PriceTooHigh);
    assert_eq!(refusal(PRICE, now), Error::InvalidDeadline);
    assert_eq!(refusal(PRICE, now + days(3_653) + 1), Error::InvalidDeadline);
    for end in [now, now + WEEK + 1] {
        let offer = until(PRICE, now + WEEK, end).transferred_value(UNIT);
        assert_eq!(refused(&deal.town.chain, &cora, offer), Error::InvalidDeadline);
    }
    assert_eq!(
        refused(&deal.town.chain, &deal.town.who(REQUESTER), offer(PRICE, now + WEEK).transferred_value(UNIT)),
        Error::OwnRequest
    );
    assert_eq!(refused(&deal.town.chain, &cora, offer(PRICE, now + WEEK)), Error::InsufficientPayment);
    deal.offer_to_take_over(now + WEEK);
    deal.take_over(now + WEEK).ok();
    assert_eq!(deal.tenure().first, 1);
    let late = offer(PRICE, now + WEEK).transferred_value(UNIT);
    assert_eq!(refused(&deal.town.chain, &deal.town.who("pia"), late), Error::NotVacant);
    deal.is_balanced();
}

#[test]
fn a_takeover_leaves_a_delivery_on_its_way_to_who_made_it() {
    let deal = Deal::running(4, 0);
    let request = deal.request;
    deal.until_due(0);
    assert_eq!(deal.deliver(FIRST), 1);
    let theirs = deal.town.submission(request, 1).window_start;
    deal.close().ok();
    // Cora's first delivery is due before the one that is on its way.
    let deliver_by = deal.town.chain.now() + days(2);
    deal.offer_to_take_over(deliver_by);
    deal.take_over(deliver_by).ok();
    assert_eq!(deal.tenure().first, 2);
    assert_eq!(deal.deliver(SECOND), 2);
    deal.town.chain.pass_until(deliver_by);
    assert_eq!(deal.open().ok(), 1, "only the one that was missed");
    assert_eq!(deal.open().err(), Error::TooEarly, "they are opened in order");
    deal.judge(1, 10);
    assert!(deal.town.chain.now() > theirs);
    let closed = deal.close();
    let told = PeriodClosed { request, period: 1, delivered: true, accepted: false, pay: 0 };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    assert!(closed.events::<PlaceVacated>().is_empty());
    closed.ok();
    assert_eq!(deal.member(SECOND).seen, 0, "refused work of another is not hers");
    deal.is_balanced();
    let last = deal.town.submission(request, 2);
    assert_eq!((last.provider, last.verdict), (account(SECOND), Verdict::Pending));
    deal.ends();
}

#[test]
fn who_takes_over_can_be_banned_in_turn() {
    let deal = Deal::vacant(4);
    let deliver_by = deal.town.chain.now() + days(2);
    deal.offer_to_take_over(deliver_by);
    deal.take_over(deliver_by).ok();
    deal.until_due(1);
    let closed = deal.close();
    let told = PlaceVacated { request: deal.request, provider: account(SECOND), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    assert_eq!((deal.town.profile(SECOND).slashed, deal.town.profile(SECOND).holds), (BOND, 0));
    assert_eq!((deal.phase(), deal.backlog()), (Phase::Vacant, 3));
    assert_eq!(deal.town.reclaim(deal.request).ok(), 44 * UNIT + 2 * UNIT, "everything, and both deposits");
    deal.ends();
}

#[test]
fn a_deal_without_fees_bonds_and_deposits_keeps_and_frees_places_all_the_same() {
    let town = Town::with(|settings| settings.policy.assets[0].min_review_fee = 0);
    let spec = RequestSpec { review_fee: 0, place_deposit: 0, provider_bond: 0, ..weekly(&town) };
    let (due, price) = (spec.deliver_by, 2 * REWARD + REWARD / 10);
    let engage = town.market().engage(spec, 2, WEEK, 0, 1, 0).transferred_value(price);
    let request = town.chain.call(&town.who(REQUESTER), engage).ok();
    let deal = Deal { town, request };
    deal.town.offer("pia", request, PRICE, due).ok();
    deal.town.accept("pia", request, PRICE, due).ok();
    assert_eq!((deal.town.state(request).open_places, deal.town.profile("pia").holds), (1, 1));
    deal.until_due(0);
    let closed = deal.close();
    let told = PlaceVacated { request, provider: account("pia"), forfeited: 0 };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    assert_eq!((deal.town.state(request).open_places, deal.town.profile("pia").holds), (0, 0));

    let due = deal.town.chain.now() + WEEK;
    deal.town.offer("paul", request, PRICE, due).ok();
    let takeover = deal.town.market().takeover(request, account("paul"), PRICE, due);
    deal.town.chain.call(&deal.town.who(REQUESTER), takeover).ok();
    assert_eq!((deal.town.state(request).open_places, deal.town.profile("paul").holds), (1, 1));
    assert_eq!(deal.deliver("paul"), 1);
    deal.judge(1, 80);
    let closed = deal.close();
    assert_eq!(closed.events::<RequestSettled>(), [RequestSettled { request, submissions: 2, deposit: 0 }]);
    closed.ok();
    assert_eq!((deal.town.state(request).open_places, deal.town.profile("paul").holds), (0, 0));
    assert_eq!(deal.town.claim(request, 1).ok(), PRICE);
    assert_eq!(deal.town.reclaim(request).ok(), 2 * REWARD - PRICE);
    deal.ends();
}

#[test]
fn the_end_of_a_deal_asks_for_no_more_than_its_provider_has_at_stake() {
    let refused = [0, BOND].map(|provider_bond| {
        let town = Town::new();
        let spec = RequestSpec { provider_bond, ..weekly(&town) };
        let quote = town.chain.read(town.market().quote_engagement(spec.clone(), 2, WEEK)).expect("a price");
        let engage = town.market().engage(spec, 2, WEEK, 0, 1, 0).transferred_value(quote.total);
        let request = town.chain.call(&town.who(REQUESTER), engage).ok();
        let deal = Deal { town, request };
        deal.begin();
        deal.play(FIRST, 80);
        let last = deal.deliver(FIRST);
        deal.judge(last, 80);
        let (town, market) = (&deal.town, deal.town.market_address);
        let revoke = town.roles_in(town.reputation_address).revoke_role(roles::LOCKER, Some(market));
        town.chain.call(&town.manager, revoke).ok();
        let closed = deal.close();
        let refused = closed.events::<ReputationRefused>().len();
        closed.ok();
        refused
    });
    assert_eq!(refused, [1, 2], "its place is freed, and a bond unlocked where there is one");
}

// Notice

#[test]
fn a_requesters_notice_ends_a_deal_after_the_running_period_and_those_agreed() {
    // One full period of notice was agreed.
    let deal = Deal::running(9, 0);
    let request = deal.request;
    deal.play(FIRST, 80);
    let given = deal.give_notice(REQUESTER);
    assert_eq!(given.events::<NoticeGiven>(), [NoticeGiven { request, by: account(REQUESTER), until: 3 }]);
    assert_eq!(given.ok(), 3, "the first is over, the second is running, and the third is the notice");
    let notice = Notice { by: account(REQUESTER), period: 1, until: 3 };
    assert_eq!((deal.engagement().periods, deal.engagement().notice), (3, Some(notice)));
    // What six periods would have cost is hers at once, with what the first left over.
    assert_eq!(deal.town.reclaim(request).ok(), 6 * PER_PERIOD + (REWARD - PRICE) + DUST);
    assert_eq!(deal.town.reclaim(request).err(), Error::NothingToReclaim);
    for other in [FIRST, REQUESTER] {
        let again = deal.give_notice(other);
        assert!(again.events::<NoticeGiven>().is_empty());
        assert_eq!(again.ok(), 3, "a second notice changes nothing");
    }
    deal.play(FIRST, 80);
    deal.deliver(FIRST);
    deal.judge(2, 80);
    let closed = deal.close();
    let told = RequestSettled { request, submissions: 3, deposit: UNIT };
    assert_eq!(closed.events::<RequestSettled>(), [told]);
    assert!(closed.ok(), "it has ended");
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, 0, 0));
    assert_eq!((deal.member(FIRST).state, deal.backlog()), (MemberState::Left, 0));
    assert_eq!(deal.give_notice(REQUESTER).err(), Error::AlreadySettled);
    deal.ends();
}

#[test]
fn a_providers_notice_ends_its_own_part_and_another_goes_on() {
    let deal = Deal::running(4, 0);
    let request = deal.request;
    let given = deal.give_notice(FIRST);
    assert_eq!(given.events::<NoticeGiven>(), [NoticeGiven { request, by: account(FIRST), until: 2 }]);
    given.ok();
    assert_eq!(deal.engagement().periods, 4, "the deal is as long as it was");
    deal.play(FIRST, 80);
    deal.deliver(FIRST);
    deal.judge(1, 80);
    assert_eq!(deal.town.submit(FIRST, request).err(), Error::TooLate, "the third is not its own any more");
    let closed = deal.close();
    let told = PlaceVacated { request, provider: account(FIRST), forfeited: 0 };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    assert!(!closed.ok(), "the deal goes on");
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, 0, 0));
    assert_eq!((deal.town.credit(FIRST), deal.town.state(request).deposits), (UNIT, 0), "its deposit");
    assert_eq!((deal.member(FIRST).state, deal.phase(), deal.backlog()), (MemberState::Left, Phase::Vacant, 3));

    let first_deliver_by = deal.town.chain.now() + days(3);
    deal.offer_to_take_over(first_deliver_by);
    deal.take_over(first_deliver_by).ok();
    assert_eq!(deal.engagement().notice, None, "what the first said is over");
    assert_eq!(deal.give_notice(SECOND).ok(), 4);
    deal.play(SECOND, 80);
    deal.deliver(SECOND);
    deal.judge(3, 80);
    assert!(deal.close().ok());
    assert_eq!(deal.town.profile(SECOND).slashed, 0);
    deal.ends();
}

#[test]
fn a_provider_that_gives_notice_works_it_off_or_loses_its_place() {
    // Two may be missed.
    let deal = Deal::running(9, 2);
    let request = deal.request;
    deal.until_due(0);
    assert_eq!(deal.give_notice(FIRST).ok(), 3);
    let closed = deal.close();
    assert!(closed.events::<PlaceVacated>().is_empty(), "the first was over when it gave notice");
    closed.ok();
    deal.until_due(1);
    let closed = deal.close();
    let told = PlaceVacated { request, provider: account(FIRST), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, BOND, 0));
    let member = deal.member(FIRST);
    assert_eq!((member.state, member.deficit), (MemberState::Left, 2_000_000), "it is not Banned, and out");
    assert_eq!((deal.phase(), deal.engagement().periods), (Phase::Vacant, 9));
    assert_eq!(deal.town.reclaim(request).ok(), 9 * PER_PERIOD + UNIT);
    deal.ends();
}

#[test]
fn junk_after_its_own_notice_costs_a_provider_its_place_and_work_that_few_judge_does_not() {
    // Two may be missed or refused.
    let deal = Deal::running(9, 2);
    assert_eq!(deal.give_notice(FIRST).ok(), 2);
    let few = deal.deliver(FIRST);
    deal.judge_by_few(few, 10, 2);
    let closed = deal.close();
    assert!(closed.events::<PlaceVacated>().is_empty(), "two zeros are no quorum");
    closed.ok();
    let junk = deal.deliver(FIRST);
    deal.judge(junk, 10);
    let closed = deal.close();
    let told = PlaceVacated { request: deal.request, provider: account(FIRST), forfeited: UNIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    closed.ok();
    assert_eq!((deal.town.profile(FIRST).slashed, deal.town.credit(FIRST)), (BOND, 0));
    deal.town.reclaim(deal.request).ok();
    deal.ends();
}

#[test]
fn a_requesters_notice_takes_no_rest_from_a_provider() {
    let deal = Deal::running(9, 2);
    assert_eq!(deal.give_notice(REQUESTER).ok(), 2);
    deal.until_due(1);
    for _ in 0..2 {
        let closed = deal.close();
        assert!(closed.events::<PlaceVacated>().is_empty());
        closed.ok();
    }
    let profile = deal.town.profile(FIRST);
    assert_eq!((profile.locked, profile.slashed, profile.holds), (WAITING_BOND, 0, 0));
    assert_eq!(deal.town.credit(FIRST), UNIT, "its deposit");
    deal.ends();
}

#[test]
fn notice_frees_the_reviews_that_are_not_needed_any_more() {
    let town = Town::new();
    // Three of these periods can be in review at once.
    let engage = town.market().engage(weekly(&town), 9, days(1), 0, 0, 0);
    let price = 9 * PER_PERIOD * 105 / 100;
    let request = town.chain.call(&town.who(REQUESTER), engage.transferred_value(price)).ok();
    let deal = Deal { town, request };
    deal.begin();
    assert_eq!((deal.backlog(), deal.town.state(request).reserved), (9, 9));
    assert_eq!(deal.give_notice(REQUESTER).ok(), 1, "no full period was agreed");
    assert_eq!((deal.backlog(), deal.town.state(request).reserved), (3, 3));
    deal.play(FIRST, 80);
    assert_eq!(deal.phase(), Phase::Settled);
    deal.ends();
}

#[test]
fn a_place_that_stays_vacant_for_two_periods_is_ended_by_anyone() {
    let deal = Deal::running(9, 0);
    let request = deal.request;
    deal.play(FIRST, 80);
    deal.until_due(1);
    // Nobody closes it for ten days: the two periods count from there.
    deal.town.chain.pass(days(10));
    deal.close().ok();
    let vacated = deal.engagement().vacated;
    assert_eq!((deal.phase(), vacated), (Phase::Vacant, deal.town.chain.now()));
    deal.town.chain.pass_until(vacated + 2 * WEEK - 1);
    assert_eq!(deal.close().err(), Error::TooEarly);
    assert_eq!(deal.give_notice(REQUESTER).err(), Error::Vacant);
    deal.town.chain.pass_until(vacated + 2 * WEEK);
    let closed = deal.close();
    let told = RequestSettled { request, submissions: 1, deposit: 0 };
    assert_eq!(closed.events::<RequestSettled>(), [told]);
    assert!(closed.events::<PeriodClosed>().is_empty());
    assert!(closed.ok());
    assert_eq!((deal.phase(), deal.backlog()), (Phase::Settled, 0));
    assert_eq!(deal.town.reclaim(request).ok(), 9 * PER_PERIOD - PRICE - FEES + UNIT, "the money is the requester's");
    deal.ends();
}

#[test]
fn what_was_delivered_before_a_place_became_vacant_is_judged_and_paid_before_it_is_ended() {
    let deal = Deal::running(9, 0);
    deal.until_due(0);
    deal.deliver(FIRST);
    deal.close().ok();
    deal.town.chain.pass(days(60));
    assert_eq!(deal.close().err(), Error::NotFinalized);
    deal.judge(1, 80);
    assert!(!deal.close().ok());
    assert_eq!(deal.town.claim(deal.request, 1).ok(), PRICE);
    assert!(deal.close().ok());
    deal.ends();
}

// Others

#[test]
fn only_the_requester_reclaims_and_the_rest_only_while_nobody_has_the_place() {
    let deal = Deal::running(4, 1);
    let reclaim = || deal.town.market().reclaim(deal.request);
    let stranger = deal.town.who(STRANGER);
    deal.until_due(0);
    deal.close().ok();
    assert_eq!(refused(&deal.town.chain, &stranger, reclaim()), Error::NotRequester);
    assert_eq!(deal.town.reclaim(deal.request).ok(), PER_PERIOD, "the missed period is hers, the others are not");
    assert_eq!((deal.phase(), deal.engagement().periods), (Phase::Delivery, 4));
    let prune = deal.town.market().prune(deal.request, 64);
    assert_eq!(refused(&deal.town.chain, &stranger, prune), Error::NotSettled);
    deal.is_balanced();
}

#[test]
fn the_enforcers_of_a_deal_are_paid_and_obliged_as_for_any_request() {
    let deal = Deal::running(2, 0);
    deal.play(FIRST, 80);
    for name in &ENFORCERS[..3] {
        assert_eq!((deal.town.credit(name), deal.town.profile(name).owed), (UNIT / 3, 3), "{name}");
        assert_eq!(deal.town.member(name).declared, 1_000_000, "{name}");
    }
    let idle = deal.town.member("elsa");
    assert_eq!((idle.seen, idle.declared), (1_000_000, 0));
}
