//! What a keeper says, as lines or as JSON.

use crate::client::{
    coins::show_plain,
    moments,
    signer::address,
    text::shown,
    words::{counted, verdict},
};
use crate::keeper::{known::Known, plan::Upkeep, show_weight, work::Worth};
use chain::{
    amounts::{show_amount, thousands},
    Weight,
};
use interfaces::{
    market,
    obligation::{self, Standing},
    Balance, Event, RequestId, Timestamp,
};
use serde_json::{json, Map, Value};

/// Something a keeper says, and when.
#[derive(Clone, Debug)]
pub struct Entry {
    pub time: Timestamp,
    pub happened: Happened,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Happened {
    /// It made a call.
    Did { upkeep: Upkeep, words: String, block: Option<u32>, weight: Weight, worth: Worth },
    /// It would have made a call.
    Would { upkeep: Upkeep, words: String, weight: Weight, worth: Worth, pays: bool },
    /// It leaves a call to others.
    Unpaid { upkeep: Upkeep, worth: Worth },
    /// Somebody else made the call.
    Elsewhere { upkeep: Upkeep, fee: Balance },
    /// A call was refused for another reason.
    Refused { upkeep: Upkeep, reason: String, fee: Balance },
    /// Anything else.
    Note(String),
}

impl Entry {
    pub fn new(time: Timestamp, happened: Happened) -> Self {
        Self { time, happened }
    }

    /// A line for people.
    pub fn line(&self) -> String {
        let words = match &self.happened {
            Happened::Did { words, block, worth, .. } => {
                let block = block.map(|block| format!("block {block}"));
                let parts: Vec<_> = block.into_iter().chain(parts(worth)).collect();
                format!("{words} [{}]", parts.join(", "))
            }
            Happened::Would { words, weight, worth, pays, .. } => {
                let parts: Vec<_> = [show_weight(*weight)].into_iter().chain(parts(worth)).collect();
                let verdict = if *pays { "pays" } else { "does not pay" };
                format!("would do: {words} [{}; {verdict}]", parts.join(", "))
            }
            Happened::Unpaid { upkeep, worth } => {
                let costs = parts(worth).collect::<Vec<_>>().join(", ");
                let costs = if costs.is_empty() { "it earns nothing".to_owned() } else { costs };
                format!("left to others, as it does not pay: {upkeep} [{costs}]")
            }
            Happened::Elsewhere { upkeep, fee } => format!("somebody else did it: {upkeep}{}", lost(*fee)),
            Happened::Refused { upkeep, reason, fee } => format!("refused as {reason}: {upkeep}{}", lost(*fee)),
            Happened::Note(words) => words.clone(),
        };
        format!("{}  {}", moments::moment(self.time), shown(&words))
    }

    /// The same as data, on one line.
    pub fn json(&self) -> Value {
        let mut data = Map::new();
        let mut put =
            |parts: Vec<(&str, Value)>| data.extend(parts.into_iter().map(|(name, part)| (name.to_owned(), part)));
        put(vec![("time", json!(self.time))]);
        match &self.happened {
            Happened::Did { upkeep, words, block, weight, worth } => {
                put(vec![("event", json!("did")), ("words", json!(words)), ("block", json!(block))]);
                put([data_of(upkeep), data_of_weight(*weight), data_of_worth(worth)].concat());
            }
            Happened::Would { upkeep, words, weight, worth, pays } => {
                put(vec![("event", json!("would")), ("words", json!(words)), ("pays", json!(pays))]);
                put([data_of(upkeep), data_of_weight(*weight), data_of_worth(worth)].concat());
            }
            Happened::Unpaid { upkeep, worth } => {
                put(vec![("event", json!("unpaid"))]);
                put([data_of(upkeep), data_of_worth(worth)].concat());
            }
            Happened::Elsewhere { upkeep, fee } => {
                put(vec![("event", json!("elsewhere")), ("fee", json!(fee.to_string()))]);
                put(data_of(upkeep));
            }
            Happened::Refused { upkeep, reason, fee } => {
                put(vec![("event", json!("refused")), ("reason", json!(reason)), ("fee", json!(fee.to_string()))]);
                put(data_of(upkeep));
            }
            Happened::Note(words) => put(vec![("event", json!("note")), ("words", json!(words))]),
        }
        Value::Object(data)
    }
}

type Data = Vec<(&'static str, Value)>;

fn data_of(upkeep: &Upkeep) -> Data {
    let mut data = vec![("message", json!(upkeep.message()))];
    data.extend(upkeep.request().map(|request| ("request", json!(request))));
    match upkeep {
        Upkeep::Finalize { submissions, .. } | Upkeep::Claim { submissions, .. } => {
            data.push(("submissions", json!(submissions)));
        }
        Upkeep::ReportNoShow { provider, .. } => data.push(("provider", json!(address(provider)))),
        Upkeep::Evaluate { members } => {
            data.push(("members", json!(members.iter().map(address).collect::<Vec<_>>())));
        }
        _ => {}
    }
    data
}

fn data_of_weight(weight: Weight) -> Data {
    vec![("ref_time", json!(weight.ref_time())), ("proof_size", json!(weight.proof_size()))]
}

/// In plancks and points, as text: JSON's numbers are not exact.
pub fn data_of_worth(worth: &Worth) -> Data {
    let parts = [
        ("points", worth.points),
        ("credited", worth.credited),
        ("refund", worth.refund),
        ("deposit", worth.deposit),
        ("fee", worth.fee),
    ];
    parts.into_iter().map(|(name, amount)| (name, json!(amount.to_string()))).collect()
}

fn lost(fee: Balance) -> String {
    if fee > 0 {
        format!(" [fee {}]", show_amount(fee))
    } else {
        String::new()
    }
}

/// What a call brought and cost, without what is 0.
pub fn parts(worth: &Worth) -> impl Iterator<Item = String> {
    let points = (worth.points, format!("earned {}", points(worth.points)));
    let amounts =
        [(worth.credited, "credited"), (worth.refund, "refunded"), (worth.deposit, "deposit"), (worth.fee, "fee")]
            .map(|(amount, name)| (amount, format!("{name} {}", show_amount(amount))));
    [points].into_iter().chain(amounts).filter(|(amount, _)| *amount > 0).map(|(_, words)| words)
}

fn points(amount: Balance) -> String {
    format!("{} point{}", thousands(amount), if amount == 1 { "" } else { "s" })
}

/// These events in words, the market's first; `None` if they tell nothing of note.
pub fn news(events: &[Event], known: &Known) -> Option<String> {
    let of_market = events.iter().filter_map(|event| match event {
        Event::Market(event) => of_market(event, known),
        Event::Obligation(_) | Event::Reputation(_) => None,
    });
    let of_pool = events.iter().filter_map(|event| match event {
        Event::Obligation(event) => of_pool(event),
        Event::Market(_) | Event::Reputation(_) => None,
    });
    let news: Vec<_> = of_market.chain(of_pool).collect();
    (!news.is_empty()).then(|| news.join("; "))
}

/// The events of the market's upkeep in words; other events are left out.
fn of_market(event: &market::Event, known: &Known) -> Option<String> {
    use market::Event;
    let amount = |request: RequestId, amount: Balance| {
        let details = known.requests.get(&request).and_then(|request| request.details.as_ref());
        match details.map(|details| details.spec.asset) {
            Some(asset) => show_plain(asset, amount),
            None => format!("{} of what it pays in", thousands(amount)),
        }
    };
    Some(match event {
        Event::ReviewsOpened(event) => {
            let missed = if event.missed > 0 { format!(", {} never delivered", event.missed) } else { String::new() };
            let count = counted(event.count, "submission");
            format!("opened {count} of request {} for review{missed}", event.request)
        }
        Event::SubmissionFinalized(event) => {
            let (verdict, weight) = (verdict(event), f64::from(event.weight_bps) / 100.0);
            let (submission, request) = (event.submission, event.request);
            format!("finalized submission {submission} of request {request}: {verdict}, weighs {weight} %")
        }
        Event::WindowExtended(event) => {
            let (submission, request) = (event.submission, event.request);
            let wanted = counted(event.wanted, "review");
            format!("extended the window of submission {submission} of request {request}: {wanted} more wanted")
        }
        Event::RequestSettled(event) => {
            format!("settled request {}, with {}", event.request, counted(event.submissions, "submission"))
        }
        Event::PeriodClosed(event) => {
            let (how, pay) =
                (if event.accepted { "accepted" } else { "not accepted" }, amount(event.request, event.pay));
            format!("closed period {} of engagement {}: {how}, {pay}", event.period, event.request)
        }
        Event::PlaceVacated(event) => {
            format!("{} lost its place in engagement {}", address(&event.provider), event.request)
        }
        Event::NoShow(event) => {
            let (who, places, lost) =
                (address(&event.provider), counted(event.places, "place"), amount(event.request, event.forfeited));
            format!("reported {who} for {places} of request {}, {lost} forfeited", event.request)
        }
        Event::Claimed(event) => {
            let (pay, who) = (amount(event.request, event.pay), address(&event.provider));
            format!("claimed {pay} for submission {} of request {}, for {who}", event.submission, event.request)
        }
        Event::Pruned(event) => {
            let rest = if event.finished { "" } else { ", more to come" };
            format!("pruned {} of request {}{rest}", counted(event.count, "cell"), event.request)
        }
        Event::PolicyApplied(_) => "wrote down the market's new policy".into(),
        _ => return None,
    })
}

/// The events of the pool's upkeep in words; other events are left out.
fn of_pool(event: &obligation::Event) -> Option<String> {
    use obligation::Event;
    Some(match event {
        Event::StandingChanged(event) => {
            let who = address(&event.who);
            match event.standing {
                Standing::Banned => {
                    format!("had {who} banned, {} burnt", points(event.bond_burnt.saturating_add(event.slashed)))
                }
                standing => format!("had {who} latched as {standing:?}"),
            }
        }
        Event::Seated(event) => format!("{} took a seat", address(&event.who)),
        Event::TermsApplied(_) => "wrote down the pool's new terms".into(),
        _ => return None,
    })
}
