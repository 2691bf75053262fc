//! Events as JSON, as the logs of requests and accounts have them: the name of the event, and its fields under their own
//! names. Accounts are addresses, hashes are in hex, amounts and points are text.

use crate::text::{address, asset, hex};
use interfaces::{
    market::{self, Quote},
    obligation, reputation, Event,
};
use serde_json::{json, Value};

/// The name of the contract, the name of the event, and its fields.
pub fn told(event: &Event) -> (&'static str, &'static str, Value) {
    match event {
        Event::Market(event) => {
            let (name, fields) = market(event);
            ("market", name, fields)
        }
        Event::Obligation(event) => {
            let (name, fields) = obligation(event);
            ("obligation", name, fields)
        }
        Event::Reputation(event) => {
            let (name, fields) = reputation(event);
            ("reputation", name, fields)
        }
    }
}

fn text(amount: u128) -> String {
    amount.to_string()
}

fn name(variant: &impl std::fmt::Debug) -> String {
    format!("{variant:?}")
}

/// What a request's price is made of.
pub fn quote(quote: &Quote) -> Value {
    json!({
        "reward": text(quote.reward), "review_fees": text(quote.review_fees), "protocol_fee": text(quote.protocol_fee),
        "rent": text(quote.rent), "premium": text(quote.premium), "total": text(quote.total),
    })
}

fn market(event: &market::Event) -> (&'static str, Value) {
    use market::Event as Of;
    match event {
        Of::RequestPosted(e) => {
            ("RequestPosted", json!({ "requester": address(&e.requester), "quote": quote(&e.quote) }))
        }
        Of::RequestWithdrawn(e) => ("RequestWithdrawn", json!({ "amount": text(e.amount) })),
        Of::PlacesTaken(_)
        | Of::OfferMade(_)
        | Of::OfferRetracted(_)
        | Of::OfferAccepted(_)
        | Of::Submitted(_)
        | Of::Revised(_)
        | Of::SubmissionSealed(_)
        | Of::Unsealed(_)
        | Of::NoShow(_) => places(event),
        Of::ReviewsOpened(_)
        | Of::ReviewsCommitted(_)
        | Of::ReviewsRevealed(_)
        | Of::WindowExtended(_)
        | Of::SubmissionFinalized(_) => reviews(event),
        Of::Engaged(_) | Of::NoticeGiven(_) | Of::PeriodClosed(_) | Of::PlaceVacated(_) => engagements(event),
        _ => settlement(event),
    }
}

fn places(event: &market::Event) -> (&'static str, Value) {
    use market::Event as Of;
    match event {
        Of::PlacesTaken(e) => {
            ("PlacesTaken", json!({ "provider": address(&e.provider), "places": e.places, "deposit": text(e.deposit) }))
        }
        Of::OfferMade(e) => (
            "OfferMade",
            json!({ "provider": address(&e.provider), "price": text(e.price), "deliver_by": e.deliver_by, "until": e.until }),
        ),
        Of::OfferRetracted(e) => {
            ("OfferRetracted", json!({ "provider": address(&e.provider), "deposit": text(e.deposit) }))
        }
        Of::OfferAccepted(e) => (
            "OfferAccepted",
            json!({
                "provider": address(&e.provider), "price": text(e.price), "deliver_by": e.deliver_by,
                "first_period": e.first_period,
            }),
        ),
        Of::Submitted(e) => ("Submitted", delivered(e.submission, &e.provider, "content", e.content.as_ref())),
        Of::Revised(e) => ("Revised", delivered(e.submission, &e.provider, "content", e.content.as_ref())),
        Of::SubmissionSealed(e) => ("SubmissionSealed", delivered(e.submission, &e.provider, "seal", e.seal.as_ref())),
        Of::Unsealed(e) => ("Unsealed", delivered(e.submission, &e.provider, "content", e.content.as_ref())),
        Of::NoShow(e) => {
            ("NoShow", json!({ "provider": address(&e.provider), "places": e.places, "forfeited": text(e.forfeited) }))
        }
        _ => settlement(event),
    }
}

fn delivered(submission: u32, provider: &ink::primitives::AccountId, what: &str, hash: &[u8]) -> Value {
    json!({ "submission": submission, "provider": address(provider), what: hex(hash) })
}

fn reviews(event: &market::Event) -> (&'static str, Value) {
    use market::Event as Of;
    match event {
        Of::ReviewsOpened(e) => ("ReviewsOpened", json!({ "from": e.from, "count": e.count, "missed": e.missed })),
        Of::ReviewsCommitted(e) => {
            ("ReviewsCommitted", json!({ "enforcer": address(&e.enforcer), "submissions": e.submissions }))
        }
        Of::ReviewsRevealed(e) => {
            let reviews: Vec<_> = e
                .reviews
                .iter()
                .map(|r| json!({ "submission": r.submission, "score": r.score, "duplicate_of": r.duplicate_of }))
                .collect();
            ("ReviewsRevealed", json!({ "enforcer": address(&e.enforcer), "reviews": reviews }))
        }
        Of::WindowExtended(e) => ("WindowExtended", json!({ "submission": e.submission, "wanted": e.wanted })),
        Of::SubmissionFinalized(e) => (
            "SubmissionFinalized",
            json!({
                "submission": e.submission, "verdict": name(&e.verdict), "median": e.median, "weight_bps": e.weight_bps,
                "coherent": e.coherent, "fee": text(e.fee), "duplicate_of": e.duplicate_of,
            }),
        ),
        _ => settlement(event),
    }
}

fn engagements(event: &market::Event) -> (&'static str, Value) {
    use market::Event as Of;
    match event {
        Of::Engaged(e) => (
            "Engaged",
            json!({
                "periods": e.periods, "period": e.period, "missed_periods": e.missed_periods,
                "notice_periods": e.notice_periods,
            }),
        ),
        Of::NoticeGiven(e) => ("NoticeGiven", json!({ "by": address(&e.by), "until": e.until })),
        Of::PeriodClosed(e) => (
            "PeriodClosed",
            json!({ "period": e.period, "delivered": e.delivered, "accepted": e.accepted, "pay": text(e.pay) }),
        ),
        Of::PlaceVacated(e) => {
            ("PlaceVacated", json!({ "provider": address(&e.provider), "forfeited": text(e.forfeited) }))
        }
        _ => settlement(event),
    }
}

fn settlement(event: &market::Event) -> (&'static str, Value) {
    use market::Event as Of;
    match event {
        Of::RequestSettled(e) => {
            ("RequestSettled", json!({ "submissions": e.submissions, "deposit": text(e.deposit) }))
        }
        Of::Claimed(e) => (
            "Claimed",
            json!({
                "submission": e.submission, "provider": address(&e.provider), "pay": text(e.pay),
                "deposit": text(e.deposit), "forfeited": text(e.forfeited), "reputation": text(e.reputation),
            }),
        ),
        Of::Reclaimed(e) => ("Reclaimed", json!({ "amount": text(e.amount) })),
        Of::Withdrawn(e) => {
            ("Withdrawn", json!({ "who": address(&e.who), "asset": asset(&e.asset), "amount": text(e.amount) }))
        }
        Of::Pruned(e) => {
            ("Pruned", json!({ "count": e.count, "finished": e.finished, "reclaimed": text(e.reclaimed) }))
        }
        Of::ReputationRefused(e) => ("ReputationRefused", json!({ "reason": name(&e.error) })),
        Of::Opened(e) => ("Opened", json!({ "pool": e.pool, "treasury": address(&e.treasury) })),
        Of::PolicyProposed(e) => ("PolicyProposed", json!({ "effective": e.effective })),
        Of::PolicyApplied(e) => ("PolicyApplied", json!({ "treasury": address(&e.treasury) })),
        Of::RoleGranted(e) => ("RoleGranted", json!({ "role": e.role, "account": e.grantee.as_ref().map(address) })),
        Of::RoleRevoked(e) => ("RoleRevoked", json!({ "role": e.role, "account": e.account.as_ref().map(address) })),
        Of::RoleAdminChanged(e) => ("RoleAdminChanged", json!({ "role": e.role, "new": e.new })),
        Of::Paused(e) => ("Paused", json!({ "account": address(&e.account) })),
        Of::Unpaused(e) => ("Unpaused", json!({ "account": address(&e.account) })),
        // The others have functions of their own.
        _ => ("", Value::Null),
    }
}

fn obligation(event: &obligation::Event) -> (&'static str, Value) {
    use obligation::Event as Of;
    match event {
        Of::StandingChanged(e) => (
            "StandingChanged",
            json!({
                "pool": e.pool, "who": address(&e.who), "standing": name(&e.standing), "bond_burnt": text(e.bond_burnt),
                "slashed": text(e.slashed), "keeper": address(&e.keeper), "reward": text(e.reward),
            }),
        ),
        Of::ReputationRefused(e) => ("ReputationRefused", json!({ "who": address(&e.who), "reason": name(&e.error) })),
        Of::CheckedIn(e) => ("CheckedIn", json!({ "pool": e.pool, "who": address(&e.who), "ops": e.ops })),
        Of::Restored(e) => {
            ("Restored", json!({ "pool": e.pool, "who": address(&e.who), "ops": e.ops, "burnt": text(e.burnt) }))
        }
        Of::Redeemed(e) => ("Redeemed", json!({ "pool": e.pool, "who": address(&e.who), "burnt": text(e.burnt) })),
        Of::FreezeChanged(e) => ("FreezeChanged", json!({ "who": address(&e.who), "frozen": e.frozen })),
        Of::OpsSeen(e) => ("OpsSeen", json!({ "pool": e.pool, "ops": e.ops, "reviews_per_op": e.reviews_per_op })),
        Of::OpsDeclared(e) => {
            let declared: Vec<_> = e.declared.iter().map(|(who, ops)| json!([address(who), ops])).collect();
            ("OpsDeclared", json!({ "pool": e.pool, "declared": declared }))
        }
        Of::PoolOpened(e) => ("PoolOpened", json!({ "pool": e.pool, "operator": address(&e.operator) })),
        Of::PoolClosed(e) => ("PoolClosed", json!({ "pool": e.pool })),
        Of::TermsProposed(e) => ("TermsProposed", json!({ "pool": e.pool, "due": e.due })),
        Of::TermsApplied(e) => ("TermsApplied", json!({ "pool": e.pool })),
        Of::Seated(e) => ("Seated", json!({ "pool": e.pool, "who": address(&e.who) })),
        Of::Queued(e) => ("Queued", json!({ "pool": e.pool, "who": address(&e.who) })),
        Of::Resigned(e) => ("Resigned", json!({ "pool": e.pool, "who": address(&e.who) })),
        Of::Reinstated(e) => ("Reinstated", json!({ "pool": e.pool, "who": address(&e.who) })),
        Of::RoleGranted(e) => ("RoleGranted", json!({ "role": e.role, "account": e.grantee.as_ref().map(address) })),
        Of::RoleRevoked(e) => ("RoleRevoked", json!({ "role": e.role, "account": e.account.as_ref().map(address) })),
        Of::RoleAdminChanged(e) => ("RoleAdminChanged", json!({ "role": e.role, "new": e.new })),
        Of::Paused(e) => ("Paused", json!({ "account": address(&e.account) })),
        Of::Unpaused(e) => ("Unpaused", json!({ "account": address(&e.account) })),
    }
}

fn reputation(event: &reputation::Event) -> (&'static str, Value) {
    use reputation::Event as Of;
    match event {
        Of::Transfer(e) => (
            "Transfer",
            json!({ "from": e.from.as_ref().map(address), "to": e.to.as_ref().map(address), "points": text(e.value) }),
        ),
        Of::Owed(e) => (
            "Owed",
            json!({
                "to": address(&e.to), "minter": address(&e.minter), "points": text(e.amount), "reason": name(&e.reason),
            }),
        ),
        Of::Locked(e) => {
            ("Locked", json!({ "who": address(&e.who), "locker": address(&e.locker), "points": text(e.amount) }))
        }
        Of::Unlocked(e) => {
            ("Unlocked", json!({ "who": address(&e.who), "locker": address(&e.locker), "points": text(e.amount) }))
        }
        Of::Slashed(e) => {
            ("Slashed", json!({ "who": address(&e.who), "slasher": address(&e.slasher), "points": text(e.amount) }))
        }
        Of::FrozenChanged(e) => ("FrozenChanged", json!({ "who": address(&e.who), "frozen": e.frozen })),
        Of::MintCapSet(e) => ("MintCapSet", json!({ "minter": address(&e.minter), "cap": text(e.cap) })),
        Of::MinterProposed(e) => ("MinterProposed", json!({ "minter": address(&e.minter), "due": e.due })),
        Of::SealedForGood(e) => ("SealedForGood", json!({ "total_supply": text(e.total_supply) })),
        Of::RoleGranted(e) => ("RoleGranted", json!({ "role": e.role, "account": e.grantee.as_ref().map(address) })),
        Of::RoleRevoked(e) => ("RoleRevoked", json!({ "role": e.role, "account": e.account.as_ref().map(address) })),
        Of::RoleAdminChanged(e) => ("RoleAdminChanged", json!({ "role": e.role, "new": e.new })),
    }
}
