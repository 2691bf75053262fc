//! What the market refuses in the life of requests: places and offers, deliveries, reviews, and settlement.

use crate::table::{refuse, row, Row, Told};
use chain::{account, days, hours, Message, UNIT};
use e2e_tests::{
    one, with_many_hands, work_of, People, Town, ENDOWMENT, ENFORCERS, REQUESTER, SALT, STRANGER, WORK_URI,
};
use ink::primitives::Hash;
use interfaces::{
    market::{Access, Asset, Award, Duplicates, Error, RequestSpec, MAX_BATCH, MAX_LIST, MAX_SCORE, MAX_URI},
    obligation, reputation, Balance, Market as _, Obligation as _, RequestId, SubmissionId, Timestamp,
};
use scale::Encode;
use std::ops::Deref;
use Error::*;

/// A request, and a submission, that nobody made.
const NO_REQUEST: RequestId = 99;
const NO_SUBMISSION: SubmissionId = 99;
/// The one who waits for an enforcer's seat, and takes a rest after it made its offers.
const RESTING: &str = "cora";
/// Has reputation, and stands in that line only since it made an offer.
const NEWCOMER: &str = "newt";
/// More items than a list may have.
const TOO_MANY: usize = MAX_LIST + 1;

/// A town with a request for every cause, all posted at once and with the same deadlines.
struct Fair {
    town: Town,
    /// Three places, two for a provider; Pia has two and delivers on one of them.
    open: RequestId,
    /// Where providers need reputation, and a tier.
    choosy: RequestId,
    /// Takes offers: Petra's is accepted, Paul's and Cora's are open.
    asked: RequestId,
    /// Takes offers of those who have reputation.
    choosy_asked: RequestId,
    /// Takes one offer, which is accepted.
    given: RequestId,
    /// Where the first one counts: Pia unseals her delivery, Paul does not.
    sealed: RequestId,
    /// Where all five review Pia's delivery, and nobody Paul's; its reward is shared by weight.
    crowded: RequestId,
    /// Where Carl and Elsa, who are in the pool, have places.
    thronged: RequestId,
    /// Takes offers: two of the pool's members have made one; the newcomer's and Petra's, which ends early, are open as well.
    thronged_asked: RequestId,
    /// Taken back by Rita.
    taken_back: RequestId,
    /// Takes offers, and was taken back.
    asked_back: RequestId,
    /// A long deal that Carl has.
    deal: RequestId,
    /// A long deal that nobody has.
    free_deal: RequestId,
    spec: RequestSpec,
}

impl Deref for Fair {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Fair {
    fn new() -> Self {
        let town = Town::with(|settings| {
            with_many_hands(settings);
            settings.founders.push((account(NEWCOMER), ENDOWMENT));
        });
        let spec = town.request_spec();
        let by_offers = |spec: &mut RequestSpec| spec.access = Access::Offers;
        let long = || {
            let spec = RequestSpec { access: Access::Offers, limit: 1, ..town.request_spec() };
            let engage = town.market().engage(spec, 4, days(7), 0, 1, 100 * UNIT).transferred_value(200 * UNIT);
            town.send(REQUESTER, engage).ok()
        };
        let fair = Self {
            open: town.post_with(|spec| spec.per_provider = 2),
            choosy: town.post_with(|spec| (spec.min_reputation, spec.min_tier) = (10, 2)),
            asked: town.post_with(by_offers),
            choosy_asked: town.post_with(|spec| (spec.access, spec.min_reputation) = (Access::Offers, 10)),
            given: town.post_with(|spec| (spec.access, spec.limit) = (Access::Offers, 1)),
            sealed: town.post_with(|spec| spec.duplicates = Duplicates::FirstOnly),
            crowded: town.post_with(|spec| spec.award = Award::Proportional),
            thronged: town.post(),
            thronged_asked: town.post_with(by_offers),
            taken_back: town.post(),
            asked_back: town.post_with(by_offers),
            deal: long(),
            free_deal: long(),
            spec,
            town,
        };
        for request in [fair.taken_back, fair.asked_back] {
            fair.send(REQUESTER, fair.market().withdraw_request(request)).ok();
        }
        fair.signal("pia", fair.open, 2).ok();
        fair.submit("pia", fair.open).ok();
        for name in ["pia", "paul"] {
            fair.town.deliver(name, fair.crowded);
        }
        for name in ["pia", "paul"] {
            fair.signal(name, fair.sealed, 1).ok();
            fair.submit_sealed(name, fair.sealed, name).ok();
        }
        fair.negotiate();
        fair
    }

    /// All offers and acceptances; Paul's offer is due first, and Cora, who made another, is at rest by now.
    fn negotiate(&self) {
        let due = self.spec.deliver_by;
        for (name, request, price) in [("petra", self.asked, 20), ("petra", self.given, 10), ("carl", self.deal, 10)] {
            self.town.offer(name, request, price * UNIT, due).ok();
            self.town.accept(name, request, price * UNIT, due).ok();
        }
        self.town.offer("paul", self.asked, 11 * UNIT, self.pauls_deadline()).ok();
        self.town.offer("paul", self.given, UNIT, due).ok();
        for request in [self.asked, self.free_deal] {
            self.town.offer(RESTING, request, UNIT, due).ok();
        }
        self.send(RESTING, self.obligation().freeze()).ok();

        self.town.offer_until("petra", self.thronged_asked, UNIT, due, self.spec.signal_by).ok();
        self.town.offer(NEWCOMER, self.thronged_asked, UNIT, due).ok();
        self.send(NEWCOMER, self.obligation().enlist(self.pool)).ok();
        for name in ["carl", "elsa"] {
            self.signal(name, self.thronged, 1).ok();
            self.town.offer(name, self.thronged_asked, UNIT, due).ok();
        }
    }

    /// By when Paul offers to deliver.
    fn pauls_deadline(&self) -> Timestamp {
        self.spec.signal_by + hours(1)
    }

    fn pay_signal(&self, request: RequestId, places: u16, value: Balance) -> Message<impl Encode, Result<(), Error>> {
        self.market().signal(request, places).transferred_value(value)
    }

    fn pay_offer(&self, request: RequestId, price: Balance, value: Balance) -> Message<impl Encode, Result<(), Error>> {
        let due = self.spec.deliver_by;
        self.market().offer(request, price, due, due, vec![]).transferred_value(value)
    }
}

/// From the first place to the last payment.
pub fn the_life_of_requests() -> Told {
    let fair = Fair::new();
    let mut told = Told::new();
    let mut table = |rows: Vec<Row>| told.extend(refuse(&*fair.town, rows));

    table(unknown_requests(&fair));
    table(unknown_submissions(&fair));
    table(lists(&fair));
    table(places(&fair));
    table(offers(&fair));
    table(acceptances(&fair));
    table(deliveries(&fair));
    table(what_comes_too_early(&fair));

    fair.town.deliver("elsa", fair.open);
    fair.chain.pass_until(fair.spec.signal_by);
    let expired = fair.market().accept(fair.thronged_asked, account("petra"), UNIT, fair.spec.deliver_by);
    table(vec![
        row("no more signals", "paul", fair.pay_signal(fair.open, 1, UNIT), TooLate),
        row("no more offers", "elsa", fair.pay_offer(fair.asked, UNIT, UNIT), TooLate),
        row("an offer that has ended", REQUESTER, expired, OfferExpired),
    ]);
    fair.chain.pass_until(fair.pauls_deadline());
    let accept = fair.market().accept(fair.asked, account("paul"), 11 * UNIT, fair.pauls_deadline());
    table(vec![row("an offer to deliver before now", REQUESTER, accept, TooLate)]);

    fair.chain.pass_until(fair.spec.deliver_by);
    fair.unseal("pia", fair.sealed, 0, "pia").ok();
    for request in [fair.open, fair.crowded] {
        fair.send(STRANGER, fair.market().open_reviews(request, MAX_BATCH)).ok();
    }
    table(when_delivery_is_over(&fair));

    fair.until_open_to_all(fair.open, 0);
    fair.send(STRANGER, fair.market().open_reviews(fair.sealed, MAX_BATCH)).ok();
    // Of Pia's work they think well, and take Elsa's for a copy of it. All of them were short of work, until now.
    for name in ["eva", "emil", "edda"] {
        fair.town.commit(name, fair.open, 0, 80).ok();
        fair.town.commit_vote(name, fair.open, 1, (80, Some(0))).ok();
    }
    for name in ENFORCERS {
        fair.town.commit(name, fair.crowded, 0, 80).ok();
    }
    table(while_reviews_are_committed(&fair));

    fair.until_commits_close(fair.open, 0);
    fair.town.reveal("eva", fair.open, 0, 80).ok();
    table(while_reviews_are_revealed(&fair));

    for name in ["emil", "edda"] {
        fair.town.reveal(name, fair.open, 0, 80).ok();
    }
    for name in ["emil", "edda", "enzo"] {
        fair.town.reveal(name, fair.crowded, 0, 80).ok();
    }
    for name in ["eva", "emil", "edda"] {
        fair.town.reveal_vote(name, fair.open, 1, (80, Some(0))).ok();
    }
    let finalize = fair.market().finalize(fair.open, vec![1]);
    table(vec![row("what it may be a copy of is not judged yet", STRANGER, finalize, EarlierPending)]);
    fair.town.finalize(fair.open, 0).ok();
    fair.town.finalize(fair.open, 1).ok();
    table(once_it_is_judged(&fair));

    fair.until_reveals_close(fair.crowded, 0);
    let late = fair.market().reveal_reviews(fair.crowded, one::reveal(0, 80, None, SALT));
    table(vec![row("the window is over", "eva", late, TooLate)]);
    fair.town.finalize(fair.crowded, 0).ok();
    fair.send(STRANGER, fair.market().settle(fair.crowded, 1)).ok();
    table(vec![
        row("its share depends on the others", STRANGER, fair.market().claim(fair.crowded, vec![0]), NotSettled),
        row("the next has no verdict", STRANGER, fair.market().settle(fair.crowded, 1), NotFinalized),
    ]);

    fair.town.settle(fair.open).ok();
    fair.town.claim(fair.open, 0).ok();
    let market = || fair.market();
    table(vec![
        row("all of it is settled", STRANGER, market().settle(fair.open, 1), AlreadySettled),
        row("it was taken back", STRANGER, market().settle(fair.taken_back, 1), AlreadySettled),
        row("a delivery is not claimed", STRANGER, market().prune(fair.open, 1), NotClaimed),
        row("it is claimed already", STRANGER, market().claim(fair.open, vec![0]), AlreadyClaimed),
    ]);
    fair.town.claim(fair.open, 1).ok();
    fair.town.reclaim(fair.open).ok();
    table(vec![
        row("a place is not reported", STRANGER, market().prune(fair.open, 1), NotClaimed),
        row("nothing is left", REQUESTER, market().reclaim(fair.open), NothingToReclaim),
    ]);
    told
}

/// Every message about a request that there is not.
fn unknown_requests(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let cause = "no such request";
    let (pia, due, hash) = (account("pia"), fair.spec.deliver_by, Hash::default());
    vec![
        row(cause, REQUESTER, market().withdraw_request(NO_REQUEST), UnknownRequest),
        row(cause, REQUESTER, market().accept(NO_REQUEST, pia, UNIT, due), UnknownRequest),
        row(cause, REQUESTER, market().takeover(NO_REQUEST, pia, UNIT, due), UnknownRequest),
        row(cause, REQUESTER, market().reclaim(NO_REQUEST), UnknownRequest),
        row(cause, "pia", fair.pay_signal(NO_REQUEST, 1, UNIT), UnknownRequest),
        row(cause, "pia", fair.pay_offer(NO_REQUEST, UNIT, UNIT), UnknownRequest),
        row(cause, "pia", market().retract_offer(NO_REQUEST), UnknownRequest),
        row(cause, "pia", market().submit(NO_REQUEST, one::delivery(hash, vec![])), UnknownRequest),
        row(cause, "pia", market().revise(NO_REQUEST, 0, hash, vec![]), UnknownRequest),
        row(cause, "pia", market().submit_sealed(NO_REQUEST, vec![hash]), UnknownRequest),
        row(cause, "pia", market().unseal(NO_REQUEST, one::unsealing(0, hash, vec![], SALT)), UnknownRequest),
        row(cause, STRANGER, market().report_no_show(NO_REQUEST, pia), UnknownRequest),
        row(cause, STRANGER, market().open_reviews(NO_REQUEST, 1), UnknownRequest),
        row(cause, "eva", market().commit_reviews(NO_REQUEST, one::commitment(0, SALT)), UnknownRequest),
        row(cause, "eva", market().reveal_reviews(NO_REQUEST, one::reveal(0, 80, None, SALT)), UnknownRequest),
        row(cause, STRANGER, market().finalize(NO_REQUEST, vec![0]), UnknownRequest),
        row(cause, STRANGER, market().settle(NO_REQUEST, 1), UnknownRequest),
        row(cause, REQUESTER, market().give_notice(NO_REQUEST), UnknownRequest),
        row(cause, STRANGER, market().close_period(NO_REQUEST), UnknownRequest),
        row(cause, STRANGER, market().claim(NO_REQUEST, vec![0]), UnknownRequest),
        row(cause, STRANGER, market().prune(NO_REQUEST, 1), UnknownRequest),
        row(cause, STRANGER, market().request(NO_REQUEST), UnknownRequest),
        row(cause, STRANGER, market().submission(NO_REQUEST, 0), UnknownRequest),
        row(cause, STRANGER, market().reviews(NO_REQUEST, 0), UnknownRequest),
        row(cause, STRANGER, market().offers(NO_REQUEST, None, 1), UnknownRequest),
        row(cause, STRANGER, market().engagement(NO_REQUEST), UnknownRequest),
        row(cause, STRANGER, market().phase(NO_REQUEST, None), UnknownRequest),
    ]
}

/// Every message about a submission that there is not.
fn unknown_submissions(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let (cause, request, none, hash) = ("no such submission", fair.open, NO_SUBMISSION, Hash::default());
    vec![
        row(cause, "pia", market().revise(request, none, hash, vec![]), UnknownSubmission),
        row(cause, "pia", market().unseal(request, one::unsealing(none, hash, vec![], SALT)), UnknownSubmission),
        row(cause, "eva", market().commit_reviews(request, one::commitment(none, SALT)), UnknownSubmission),
        row(cause, "eva", market().reveal_reviews(request, one::reveal(none, 80, None, SALT)), UnknownSubmission),
        row(cause, STRANGER, market().finalize(request, vec![none]), UnknownSubmission),
        row("the first of several is none", STRANGER, market().finalize(request, vec![none, 0]), UnknownSubmission),
        row(cause, STRANGER, market().claim(request, vec![none]), UnknownSubmission),
        row("the first of several is none", STRANGER, market().claim(request, vec![none, 0]), UnknownSubmission),
        row(cause, STRANGER, market().submission(request, none), UnknownSubmission),
        row(cause, STRANGER, market().reviews(request, none), UnknownSubmission),
        row(cause, STRANGER, market().phase(request, Some(none)), UnknownSubmission),
    ]
}

/// The item of a list, this many times.
fn times<T: Clone>(items: usize, list: &[T]) -> Vec<T> {
    list.iter().cycle().take(items).cloned().collect()
}

/// Lists of nothing, and of too much.
fn lists(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let hash = Hash::default();
    let mut rows = Vec::new();
    for (cause, items) in [("nothing", 0), ("more than a list may have", TOO_MANY)] {
        let deliveries = times(items, &one::delivery(hash, vec![]));
        let unsealings = times(items, &one::unsealing(0, hash, vec![], SALT));
        let commitments = times(items, &one::commitment(0, SALT));
        let reveals = times(items, &one::reveal(0, 80, None, SALT));
        rows.extend([
            row(cause, "pia", market().submit(fair.open, deliveries), InvalidBatch),
            row(cause, "pia", market().submit_sealed(fair.sealed, vec![hash; items]), InvalidBatch),
            row(cause, "pia", market().unseal(fair.sealed, unsealings), InvalidBatch),
            row(cause, "eva", market().commit_reviews(fair.open, commitments), InvalidBatch),
            row(cause, "eva", market().reveal_reviews(fair.open, reveals), InvalidBatch),
            row(cause, STRANGER, market().finalize(fair.open, vec![0; items]), InvalidBatch),
            row(cause, STRANGER, market().claim(fair.open, vec![0; items]), InvalidBatch),
        ]);
    }
    let two = times(2, &one::delivery(hash, vec![]));
    rows.push(row("a long deal takes one at a time", "carl", market().submit(fair.deal, two), InvalidBatch));
    rows
}

fn places(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let poor = Reputation(reputation::Error::InsufficientReputation);
    let low = Reputation(reputation::Error::InsufficientTier);
    let resting = Reputation(reputation::Error::Frozen);
    vec![
        row("a request that takes offers", "paul", fair.pay_signal(fair.asked, 1, UNIT), OffersOnly),
        row("it was taken back", "paul", fair.pay_signal(fair.taken_back, 1, UNIT), AlreadySettled),
        row("a long deal", "paul", fair.pay_signal(fair.free_deal, 1, UNIT), OffersOnly),
        row("the requester itself", REQUESTER, fair.pay_signal(fair.open, 1, UNIT), OwnRequest),
        row("no place", "paul", fair.pay_signal(fair.open, 0, 0), NoPlaces),
        row("two places where one is left", "paul", fair.pay_signal(fair.open, 2, 2 * UNIT), NoPlaceLeft),
        row("three places for one provider", "paul", fair.pay_signal(fair.open, 3, 3 * UNIT), TooManyPlaces),
        row("a third place after two", "pia", fair.pay_signal(fair.open, 1, UNIT), TooManyPlaces),
        row("too few members would be left to judge", "enzo", fair.pay_signal(fair.thronged, 1, UNIT), JuryExhausted),
        row("less than the deposit", "paul", fair.pay_signal(fair.open, 1, UNIT - 1), InsufficientPayment),
        row("more than the deposit", "paul", fair.pay_signal(fair.open, 1, UNIT + 1), ExcessPayment),
        row("who has no reputation", "paul", fair.pay_signal(fair.choosy, 1, UNIT), poor),
        row("who is of too low a tier", "carl", fair.pay_signal(fair.choosy, 1, UNIT), low),
        row("who takes a rest", RESTING, fair.pay_signal(fair.open, 1, UNIT), resting),
        row("who has no request of its own", "paul", market().withdraw_request(fair.crowded), NotRequester),
        row("somebody has a place", REQUESTER, market().withdraw_request(fair.open), PlacesGiven),
        row("it is taken back already", REQUESTER, market().withdraw_request(fair.taken_back), AlreadySettled),
    ]
}

fn offers(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let now = fair.chain.now();
    let due = fair.spec.deliver_by;
    let until = |deliver_by, until| market().offer(fair.asked, UNIT, deliver_by, until, vec![]).transferred_value(UNIT);
    let long_uri = market().offer(fair.asked, UNIT, due, due, vec![b'x'; MAX_URI + 1]).transferred_value(UNIT);
    let poor = Reputation(reputation::Error::InsufficientReputation);
    vec![
        row("a request that takes none", "pia", fair.pay_offer(fair.open, UNIT, UNIT), NoOffers),
        row("it was taken back", "pia", fair.pay_offer(fair.asked_back, UNIT, UNIT), AlreadySettled),
        row("another has the place of a long deal", "pia", fair.pay_offer(fair.deal, UNIT, UNIT), NotVacant),
        row("the requester itself", REQUESTER, fair.pay_offer(fair.asked, UNIT, UNIT), OwnRequest),
        row("who has a place", "petra", fair.pay_offer(fair.asked, UNIT, UNIT), TooManyPlaces),
        row("more than the whole reward", "pia", fair.pay_offer(fair.asked, 30 * UNIT + 1, UNIT), PriceTooHigh),
        row("due before now", "pia", until(now, now), InvalidDeadline),
        row("due after the request is", "pia", until(due + 1, due), InvalidDeadline),
        row("it ends before it begins", "pia", until(due, now), InvalidDeadline),
        row("it stands for longer than until it is due", "pia", until(due - 1, due), InvalidDeadline),
        row("a URI that is too long", "pia", long_uri, UriTooLong),
        row(
            "too few members would be left to judge",
            "enzo",
            fair.pay_offer(fair.thronged_asked, UNIT, UNIT),
            JuryExhausted,
        ),
        row("less than the deposit", "pia", fair.pay_offer(fair.asked, UNIT, UNIT - 1), InsufficientPayment),
        row("more than the deposit", "pia", fair.pay_offer(fair.asked, UNIT, UNIT + 1), ExcessPayment),
        row("a second deposit", "paul", fair.pay_offer(fair.asked, UNIT, UNIT), ExcessPayment),
        row("who has no reputation", "pia", fair.pay_offer(fair.choosy_asked, UNIT, UNIT), poor),
        row("who made none", "pia", market().retract_offer(fair.asked), UnknownOffer),
        row("whose offer is accepted", "petra", market().retract_offer(fair.asked), UnknownOffer),
        row("from one who made none", STRANGER, market().offers(fair.asked, Some(account("pia")), 1), UnknownOffer),
    ]
}

fn acceptances(fair: &Fair) -> Vec<Row> {
    let due = fair.spec.deliver_by;
    let accept = |request, name, price: Balance, deliver_by| {
        fair.market().accept(request, account(name), price * UNIT, deliver_by)
    };
    let pauls = fair.pauls_deadline();
    let resting = Reputation(reputation::Error::Frozen);
    let unobliged = Obligation(obligation::Error::Frozen);
    vec![
        row("who is not the requester", "paul", accept(fair.asked, "paul", 11, pauls), NotRequester),
        row("a request that takes none", REQUESTER, accept(fair.open, "paul", 11, pauls), NoOffers),
        row("it was taken back", REQUESTER, accept(fair.asked_back, "paul", 11, pauls), AlreadySettled),
        row("no place is left", REQUESTER, accept(fair.given, "paul", 1, due), NoPlaceLeft),
        row("one who made none", REQUESTER, accept(fair.asked, "pia", 11, due), UnknownOffer),
        row("one that is accepted already", REQUESTER, accept(fair.asked, "petra", 20, due), UnknownOffer),
        row("another price", REQUESTER, accept(fair.asked, "paul", 10, pauls), OfferChanged),
        row("another deadline", REQUESTER, accept(fair.asked, "paul", 11, due), OfferChanged),
        row("31 of a reward of 30", REQUESTER, accept(fair.asked, "paul", 11, pauls), PriceTooHigh),
        row(
            "one who has come to the pool, and too few would be left to judge",
            REQUESTER,
            accept(fair.thronged_asked, NEWCOMER, 1, due),
            JuryExhausted,
        ),
        row("one who takes a rest", REQUESTER, accept(fair.asked, RESTING, 1, due), resting),
        row("a long deal with one who rests", REQUESTER, accept(fair.free_deal, RESTING, 1, due), unobliged),
    ]
}

fn deliveries(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let (hash, long) = (Hash::default(), || vec![b'x'; MAX_URI + 1]);
    let submit = |request, uri| market().submit(request, one::delivery(hash, uri));
    let unseal = |request| market().unseal(request, one::unsealing(0, hash, vec![], SALT));
    vec![
        row("delivery is sealed", "pia", submit(fair.sealed, vec![]), Sealed),
        row("who has no place", "paul", submit(fair.open, vec![]), NoPlace),
        row("who only made an offer", "paul", submit(fair.asked, vec![]), NoPlace),
        row("one delivery a place", "pia", submit(fair.crowded, vec![]), NoPlace),
        row("who does not have the long deal", "paul", submit(fair.deal, vec![]), NoPlace),
        row("a URI that is too long", "pia", submit(fair.open, long()), UriTooLong),
        row("delivery is sealed", "pia", market().revise(fair.sealed, 0, hash, vec![]), Sealed),
        row("another's delivery", "paul", market().revise(fair.open, 0, hash, vec![]), NotProvider),
        row("a URI that is too long", "pia", market().revise(fair.open, 0, hash, long()), UriTooLong),
        row("delivery is not sealed", "pia", market().submit_sealed(fair.open, vec![hash]), NotSealed),
        row("a long deal", "carl", market().submit_sealed(fair.deal, vec![hash]), NotSealed),
        row("who has no place", "petra", market().submit_sealed(fair.sealed, vec![hash]), NoPlace),
        row("one delivery a place", "pia", market().submit_sealed(fair.sealed, vec![hash]), NoPlace),
        row("delivery is not sealed", "pia", unseal(fair.open), NotSealed),
        row("another's delivery", "paul", unseal(fair.sealed), NotProvider),
    ]
}

/// Everything that waits for the end of delivery, or for more than that.
fn what_comes_too_early(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let pia = account("pia");
    let unseal = market().unseal(fair.sealed, one::unsealing(0, work_of("pia"), WORK_URI.to_vec(), SALT));
    vec![
        row("delivery is not over", "pia", unseal, TooEarly),
        row("delivery is not over", STRANGER, market().report_no_show(fair.open, pia), TooEarly),
        row("a long deal", STRANGER, market().report_no_show(fair.deal, account("carl")), IsEngagement),
        row("none at once", STRANGER, market().open_reviews(fair.open, 0), InvalidBatch),
        row("65 at once", STRANGER, market().open_reviews(fair.open, MAX_BATCH + 1), InvalidBatch),
        row("delivery is not over", STRANGER, market().open_reviews(fair.open, 1), TooEarly),
        row("it is not opened", "eva", market().commit_reviews(fair.open, one::commitment(0, SALT)), NotOpened),
        row("it is not opened", "eva", market().reveal_reviews(fair.open, one::reveal(0, 80, None, SALT)), NotOpened),
        row("it is not opened", STRANGER, market().finalize(fair.open, vec![0]), NotOpened),
        row("none at once", STRANGER, market().settle(fair.open, 0), InvalidBatch),
        row("65 at once", STRANGER, market().settle(fair.open, MAX_BATCH + 1), InvalidBatch),
        row("a long deal", STRANGER, market().settle(fair.deal, 1), IsEngagement),
        row("delivery is not over", STRANGER, market().settle(fair.open, 1), TooEarly),
        row("it is not settled", STRANGER, market().claim(fair.open, vec![0]), NotSettled),
        row("who is not the requester", STRANGER, market().reclaim(fair.open), NotRequester),
        row("it is not settled", REQUESTER, market().reclaim(fair.open), NotSettled),
        row("all came back when it was taken back", REQUESTER, market().reclaim(fair.taken_back), NothingToReclaim),
        row("who is credited nothing", STRANGER, market().withdraw(Asset::Native), NothingToWithdraw),
        row("none at once", STRANGER, market().prune(fair.open, 0), InvalidBatch),
        row("65 at once", STRANGER, market().prune(fair.open, MAX_BATCH + 1), InvalidBatch),
        row("it is not settled", STRANGER, market().prune(fair.open, 1), NotSettled),
        row("no long deal", STRANGER, market().engagement(fair.open), NotAnEngagement),
    ]
}

/// When delivery has just ended, and unsealing and reviews have begun.
fn when_delivery_is_over(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let (hash, long) = (Hash::default(), vec![b'x'; MAX_URI + 1]);
    let unseal = |submission, work, salt| {
        market().unseal(fair.sealed, one::unsealing(submission, work_of(work), WORK_URI.to_vec(), salt))
    };
    let long_uri = market().unseal(fair.sealed, one::unsealing(1, hash, long, SALT));
    vec![
        row("delivery is over", "pia", market().submit(fair.open, one::delivery(hash, vec![])), TooLate),
        row("delivery is over", "pia", market().revise(fair.open, 0, hash, vec![]), TooLate),
        row("delivery is over", "pia", market().submit_sealed(fair.sealed, vec![hash]), TooLate),
        row("it is unsealed already", "pia", unseal(0, "pia", SALT), AlreadyUnsealed),
        row("a URI that is too long", "paul", long_uri, UriTooLong),
        row("other work than was sealed", "paul", unseal(1, "pia", SALT), WrongSeal),
        row("another salt than was sealed with", "paul", unseal(1, "paul", [0; 32]), WrongSeal),
        row("who has no place", STRANGER, market().report_no_show(fair.open, account(STRANGER)), NoShowNone),
        row("who delivered", STRANGER, market().report_no_show(fair.open, account("elsa")), NoShowNone),
        row("all are opened", STRANGER, market().open_reviews(fair.open, 1), NothingToOpen),
        row("nobody is drawn yet", "eva", market().commit_reviews(fair.open, one::commitment(0, SALT)), NotDrawn),
        row("the first has no verdict", STRANGER, market().settle(fair.open, 1), NotFinalized),
    ]
}

/// In the second half of the window in which reviews are committed.
fn while_reviews_are_committed(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let commit = |request, submission| market().commit_reviews(request, one::commitment(submission, SALT));
    let several = |submissions: &[SubmissionId]| {
        let commitments = submissions.iter().flat_map(|submission| one::commitment(*submission, SALT));
        market().commit_reviews(fair.open, commitments.collect())
    };
    let [no_member, resting] = [obligation::Error::NotAMember, obligation::Error::Frozen].map(Obligation);
    let paul = market().unseal(fair.sealed, one::unsealing(1, work_of("paul"), WORK_URI.to_vec(), SALT));
    let reveal = market().reveal_reviews(fair.open, one::reveal(0, 80, None, SALT));
    vec![
        row("unsealing is over", "paul", paul, TooLate),
        row("it was never unsealed", STRANGER, market().claim(fair.sealed, vec![1]), NothingToClaim),
        row("the requester itself", REQUESTER, commit(fair.open, 0), Conflicted),
        row("another provider of the request", "elsa", commit(fair.open, 0), Conflicted),
        row("who made an offer", "carl", commit(fair.thronged_asked, 0), Conflicted),
        row("who made an offer and takes a rest", RESTING, commit(fair.asked, 0), Conflicted),
        row("who has committed already", "eva", commit(fair.open, 0), AlreadyReviewed),
        row("the same twice", "enzo", several(&[0, 0]), AlreadyReviewed),
        row("one of them is none", "enzo", several(&[0, NO_SUBMISSION]), UnknownSubmission),
        row("who is short of work, and three such have committed", "enzo", commit(fair.open, 0), ReviewsFull),
        row("who still waits for a seat", "carl", commit(fair.open, 0), no_member),
        row("who takes a rest", RESTING, commit(fair.open, 0), resting),
        row("who is no member", STRANGER, commit(fair.open, 0), no_member),
        row("others may still commit", "eva", reveal, ReviewsOpen),
        row("reviews are not revealed", STRANGER, market().finalize(fair.crowded, vec![0]), TooEarly),
        row("more may still commit", STRANGER, market().finalize(fair.crowded, vec![1]), TooEarly),
    ]
}

/// When commitments are over, and Eva has revealed her first.
fn while_reviews_are_revealed(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let reveal = |submission, score, duplicate_of, salt| {
        market().reveal_reviews(fair.open, one::reveal(submission, score, duplicate_of, salt))
    };
    let of_pauls = market().reveal_reviews(fair.crowded, one::reveal(1, 80, None, SALT));
    vec![
        row("commitments are over", "enzo", market().commit_reviews(fair.open, one::commitment(0, SALT)), TooLate),
        row("nobody has committed, and the window waits to be extended", "eva", of_pauls, ReviewsOpen),
        row("a score above all", "emil", reveal(0, MAX_SCORE + 1, None, SALT), InvalidScore),
        row("a copy of itself", "emil", reveal(0, 80, Some(0), SALT), InvalidDuplicate),
        row("a copy of a later one", "emil", reveal(0, 80, Some(1), SALT), InvalidDuplicate),
        row("a copy of none", "emil", reveal(0, 80, Some(NO_SUBMISSION), SALT), InvalidDuplicate),
        row("who has not committed", "enzo", reveal(0, 80, None, SALT), NotCommitted),
        row("who has revealed already", "eva", reveal(0, 80, None, SALT), AlreadyRevealed),
        row("another score", "emil", reveal(0, 81, None, SALT), WrongReveal),
        row("another salt", "emil", reveal(0, 80, None, [0; 32]), WrongReveal),
        row("another's being a copy", "emil", reveal(1, 80, None, SALT), WrongReveal),
        row("some may still reveal", STRANGER, market().finalize(fair.open, vec![0]), TooEarly),
    ]
}

fn once_it_is_judged(fair: &Fair) -> Vec<Row> {
    let market = || fair.market();
    let (commitment, reveal) = (one::commitment(0, SALT), one::reveal(0, 80, None, SALT));
    vec![
        row("it has its verdict", "enzo", market().commit_reviews(fair.open, commitment), AlreadyFinalized),
        row("it has its verdict", "eva", market().reveal_reviews(fair.open, reveal), AlreadyFinalized),
        row("it has its verdict", STRANGER, market().finalize(fair.open, vec![0]), AlreadyFinalized),
        row("all of them have", STRANGER, market().finalize(fair.open, vec![1, 0]), AlreadyFinalized),
    ]
}
