//! What the market refuses in the life of long deals.

use crate::table::{refuse, row, Row, Told};
use chain::{account, days, UNIT};
use e2e_tests::{one, People, Town, ENDOWMENT, REQUESTER, STRANGER};
use ink::primitives::Hash;
use interfaces::{
    market::{Access, Error, RequestSpec},
    obligation, reputation, Balance, Market as _, Obligation as _, RequestId, Timestamp,
};
use std::ops::Deref;
use Error::*;

/// From one delivery to the next.
const WEEK: Timestamp = days(7);
/// The price that everyone offers for a period.
const PRICE: Balance = 8 * UNIT;
/// Waits for an enforcer's seat with its bond, and takes a rest after it made its offer.
const RESTING: &str = "cora";
/// Has reputation, and comes to the enforcers' line after it made its offer.
const NEWCOMER: &str = "newt";

/// A town with long deals of four weeks each, none of which may be missed.
struct Deals {
    town: Town,
    /// Carl's, who will miss his first delivery.
    missed: RequestId,
    /// Pia's, who delivered.
    kept: RequestId,
    /// Nobody's yet.
    free: RequestId,
    /// A request that is none.
    none: RequestId,
    spec: RequestSpec,
}

impl Deref for Deals {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Deals {
    fn new() -> Self {
        let town = Town::with(|settings| {
            settings.policy.target_utilization_ppm = 999_999;
            settings.founders.push((account(NEWCOMER), ENDOWMENT));
        });
        let spec = RequestSpec { access: Access::Offers, limit: 1, provider_bond: 30, ..town.request_spec() };
        let engage = |spec: &RequestSpec| {
            let engage = town.market().engage(spec.clone(), 4, WEEK, 0, 1, 100 * UNIT);
            town.send(REQUESTER, engage.transferred_value(200 * UNIT)).ok()
        };
        let without_bond = RequestSpec { provider_bond: 0, ..spec.clone() };
        let deals = Self {
            missed: engage(&spec),
            kept: engage(&without_bond),
            free: engage(&spec),
            none: town.post_with(|spec| spec.limit = 1),
            spec,
            town,
        };
        let due = deals.spec.deliver_by;
        for (name, request) in [("carl", deals.missed), ("pia", deals.kept)] {
            deals.town.offer(name, request, PRICE, due).ok();
            deals.town.accept(name, request, PRICE, due).ok();
        }
        deals.town.submit("pia", deals.kept).ok();
        deals
    }

    /// When those who offer to take over would deliver.
    fn later(&self) -> Timestamp {
        self.spec.deliver_by + days(3)
    }
}

pub fn the_life_of_long_deals() -> Told {
    let deals = Deals::new();
    let mut told = Told::new();
    let mut table = |rows: Vec<Row>| told.extend(refuse(&*deals.town, rows));
    let market = || deals.market();
    let later = deals.later();
    let takeover = |request, name: &str, price, due| market().takeover(request, account(name), price, due);

    let due = deals.spec.deliver_by;
    let late_offer = market().offer(deals.free, PRICE, due + 1, due, vec![]).transferred_value(UNIT);
    let submit = || market().submit(deals.kept, one::delivery(Hash::default(), vec![]));
    table(vec![
        row("no long deal", REQUESTER, takeover(deals.none, "pia", PRICE, later), NotAnEngagement),
        row("who is not the requester", STRANGER, takeover(deals.missed, "pia", PRICE, later), NotRequester),
        row("another has the place", REQUESTER, takeover(deals.missed, "pia", PRICE, later), NotVacant),
        row("nobody ever had the place", REQUESTER, takeover(deals.free, "pia", PRICE, later), NotVacant),
        row("no long deal", STRANGER, market().close_period(deals.none), NotAnEngagement),
        row("the period is not over", STRANGER, market().close_period(deals.missed), TooEarly),
        row("offers can still come", STRANGER, market().close_period(deals.free), TooEarly),
        row("its delivery is not reviewed", STRANGER, market().close_period(deals.kept), NotFinalized),
        row("no long deal", REQUESTER, market().give_notice(deals.none), NotAnEngagement),
        row("nobody ever had the place", REQUESTER, market().give_notice(deals.free), Vacant),
        row("neither its requester nor its provider", "pia", market().give_notice(deals.missed), NotAParty),
        row("all of it may yet be earned", REQUESTER, market().reclaim(deals.missed), NothingToReclaim),
        row("its delivery is not over", STRANGER, market().open_reviews(deals.kept, 1), TooEarly),
        row("nothing is delivered", STRANGER, market().open_reviews(deals.missed, 1), NothingToOpen),
        row("due after its first delivery is", "petra", late_offer, InvalidDeadline),
        row("one delivery a period", "pia", submit(), NoPlace),
    ]);

    deals.chain.pass_until(deals.spec.deliver_by);
    deals.send(STRANGER, market().close_period(deals.missed)).ok();
    deals.send(STRANGER, market().close_period(deals.free)).ok();
    // Carl and Cora are of the pool's: with one more of its members two of five would be left.
    for name in [RESTING, "pia", "paul", NEWCOMER] {
        deals.town.offer(name, deals.missed, PRICE, later).ok();
    }
    deals.send("paul", market().retract_offer(deals.missed)).ok();
    deals.send(RESTING, deals.obligation().freeze()).ok();
    deals.send(NEWCOMER, deals.obligation().enlist(deals.pool)).ok();
    let now = deals.chain.now();
    deals.town.offer_until("petra", deals.missed, PRICE, later, later - days(1)).ok();
    let until = |request, price, due, end| market().offer(request, price, due, end, vec![]).transferred_value(UNIT);
    let offer = |request, price, due| until(request, price, due, due);
    let exhausted = takeover(deals.missed, NEWCOMER, PRICE, later);
    table(vec![
        row("it ended as nobody's", "petra", offer(deals.free, PRICE, later), AlreadySettled),
        row("who provides in another period", "pia", offer(deals.kept, PRICE, later), NotVacant),
        row("who was banned from it", "carl", offer(deals.missed, PRICE, later), TooManyPlaces),
        row("the requester itself", REQUESTER, offer(deals.missed, PRICE, later), OwnRequest),
        row("more than a period's reward", "petra", offer(deals.missed, deals.spec.reward + 1, later), PriceTooHigh),
        row("due before now", "petra", offer(deals.missed, PRICE, now), InvalidDeadline),
        row("due in more than two periods", "petra", offer(deals.missed, PRICE, now + 2 * WEEK + 1), InvalidDeadline),
        row("it ends before it begins", "petra", until(deals.missed, PRICE, later, now), InvalidDeadline),
        row("it ends after it is due", "petra", until(deals.missed, PRICE, later, later + 1), InvalidDeadline),
        row("too few would be left to judge", "enzo", offer(deals.missed, PRICE, later), JuryExhausted),
    ]);
    let unobliged = Obligation(obligation::Error::Frozen);
    let poor = Reputation(reputation::Error::InsufficientReputation);
    table(vec![
        row("it ended as nobody's", STRANGER, market().close_period(deals.free), AlreadySettled),
        row("another may take over for two periods", STRANGER, market().close_period(deals.missed), TooEarly),
        row("nobody has the place any more", REQUESTER, market().give_notice(deals.missed), Vacant),
        row("it ended as nobody's", REQUESTER, market().give_notice(deals.free), AlreadySettled),
        row("one who made no offer", REQUESTER, takeover(deals.missed, STRANGER, PRICE, later), UnknownOffer),
        row("one who took its offer back", REQUESTER, takeover(deals.missed, "paul", PRICE, later), UnknownOffer),
        row("another price", REQUESTER, takeover(deals.missed, "pia", PRICE - 1, later), OfferChanged),
        row("another deadline", REQUESTER, takeover(deals.missed, "pia", PRICE, later + 1), OfferChanged),
        row("one who takes a rest", REQUESTER, takeover(deals.missed, RESTING, PRICE, later), unobliged),
        row("one who has no bond to lock", REQUESTER, takeover(deals.missed, "pia", PRICE, later), poor),
        row("who has come to the pool, and too few would be left to judge", REQUESTER, exhausted, JuryExhausted),
        row(
            "the rest is taken over",
            REQUESTER,
            market().accept(deals.missed, account("pia"), PRICE, later),
            NoPlaceLeft,
        ),
        row("the period is over", "pia", market().revise(deals.kept, 0, Hash::default(), vec![]), TooLate),
    ]);

    deals.chain.pass_until(later - days(1));
    let expired = takeover(deals.missed, "petra", PRICE, later);
    table(vec![row("an offer that has ended", REQUESTER, expired, OfferExpired)]);
    deals.chain.pass_until(later);
    let late = takeover(deals.missed, "pia", PRICE, later);
    table(vec![row("an offer to deliver before now", REQUESTER, late, TooLate)]);
    deals.town.reclaim(deals.missed).ok();
    table(vec![
        row("the rest was taken back", REQUESTER, takeover(deals.missed, "pia", PRICE, later), AlreadySettled),
        row("the rest was taken back", STRANGER, market().close_period(deals.missed), AlreadySettled),
        row("nothing is left", REQUESTER, market().reclaim(deals.missed), NothingToReclaim),
    ]);
    deals.chain.pass(4 * WEEK);
    table(vec![row("all periods are over", "pia", submit(), TooLate)]);
    told
}
