//! `atomic request`: everything about one request, and what is due in it.

use super::{
    data,
    due::{self, Delivery, Step, Submissions},
    reads::{bps, percent, phase_name},
    session::Session,
    Command,
};
use crate::{
    client::{moments, signer::hex, text::shown_bytes, words::counted},
    commands::{
        paint::Paint,
        table::{pairs, Table},
    },
};
use anyhow::Result;
use chain::amounts::whole;
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{
        Access, Award, Bucket, Duplicates, Engagement, Offer, Phase, RequestSpec, RequestState, Review, Verdict,
        MAX_OFFERS,
    },
    Market as _, RequestId,
};
use serde_json::{json, Value as Json};

#[derive(Args, Debug)]
pub struct Request {
    /// The request's number
    #[arg(value_parser = whole::<RequestId>)]
    request: RequestId,
}

impl Command for Request {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let seen = Seen::read(session, self.request)?;
        session.say(seen.conditions(session)?.trim_end());
        seen.say_deliveries(session)?;
        seen.say_offers(session)?;
        seen.say_due(session);
        seen.answer(session);
        Ok(())
    }
}

/// Everything there is to see of a request.
struct Seen {
    id: RequestId,
    spec: RequestSpec,
    state: RequestState,
    phase: Phase,
    engagement: Option<Engagement>,
    deliveries: Vec<Delivery>,
    offers: Vec<(AccountId, Offer)>,
    due: Vec<Step>,
}

impl Seen {
    fn read(session: &Session, id: RequestId) -> Result<Self> {
        let market = session.deployment.market();
        let (spec, state) = session.read(market.request(id))?;
        let phase = session.read(market.phase(id, None))?;
        let engagement = session.backend.read(market.engagement(id))?.ok();
        let submissions = Submissions::read(session, id)?;
        let offers = offers(session, id, spec.access)?;
        let due = due::steps(id, (&spec, &state), phase, &submissions, engagement.as_ref(), session.now());
        Ok(Self { id, spec, state, phase, engagement, deliveries: submissions.0, offers, due })
    }

    fn conditions(&self, session: &Session) -> Result<String> {
        let Self { spec, state, .. } = self;
        let amount = |amount| session.amount(spec.asset, amount);
        let document = format!("{} {}", hex(spec.spec.as_ref()), shown_bytes(&spec.uri));
        let places = format!("{} of {} taken, deposit {}", state.places, spec.limit, amount(spec.place_deposit)?);
        let held = state.held.saturating_add(state.deposits).saturating_add(state.offer_deposits);
        let mut lines = vec![
            ("request", format!("{}, {}", self.id, phase_name(self.phase))),
            ("requester", session.name(&state.requester)),
            ("asks", document.trim_end().to_owned()),
            ("reward", format!("{}, {}", amount(spec.reward)?, award(spec))),
            ("review fee", format!("{} a submission", amount(spec.review_fee)?)),
            ("curve", curve(spec)),
            ("places", places),
            ("reviews", format!("{} to {}, tolerance {}", spec.quorum, spec.max_reviews(), spec.tolerance)),
            ("signal by", session.moment(spec.signal_by)),
            ("deliver by", session.moment(spec.deliver_by)),
        ];
        lines.extend(spec.is_sealed().then(|| ("unseal by", session.moment(spec.review_from()))));
        lines.push(("commit for", format!("{} from when reviews are opened", moments::roughly(spec.commits()))));
        lines.push(("reveal for", format!("{} after that", moments::roughly(spec.reveals()))));
        lines.push(("in escrow", amount(held)?));
        let insiders = counted(state.insiders, "member");
        lines.extend((state.insiders > 0).then(|| ("insiders", format!("{insiders} of the pool cannot review here"))));
        lines.extend(self.engagement.as_ref().map(|engagement| ("engagement", deal(session, engagement))));
        Ok(pairs(lines))
    }

    fn say_deliveries(&self, session: &Session) -> Result<()> {
        for delivery in &self.deliveries {
            let (number, provider) = (delivery.number, session.name(&delivery.submission.provider));
            let summary = summary(session, &self.spec, delivery)?;
            session.say(format!("submission {number} of {provider}: {summary}"));
            for review in &delivery.reviews {
                let opinion = opinion(review, delivery.submission.verdict);
                session.say(format!("  {} {opinion}", session.name(&review.enforcer)));
            }
        }
        Ok(())
    }

    fn say_offers(&self, session: &Session) -> Result<()> {
        for (provider, offer) in &self.offers {
            let what = if offer.open { "asks" } else { "had asked" };
            let until = match offer.open {
                true if offer.until <= session.now() => ", but its offer has ended".to_owned(),
                true if offer.until < offer.deliver_by => {
                    format!(", if accepted before {}", session.moment(offer.until))
                }
                _ => String::new(),
            };
            let (who, price) = (session.name(provider), session.amount(self.spec.asset, offer.price)?);
            session.say(format!("offer: {who} {what} {price}, by {}{until}", session.moment(offer.deliver_by)));
        }
        Ok(())
    }

    fn say_due(&self, session: &Session) {
        let mut table = Table::of_words(&["", "", ""]);
        for Step { who, command, until } in &self.due {
            let until = until.map_or_else(|| "now".to_owned(), |until| format!("by {}", session.moment(until)));
            table.row([format!("  {who}"), command.clone(), until]);
        }
        if !table.is_empty() {
            session.say("to be done");
            session.say(table.show(Paint::NONE).trim_end());
        }
    }

    /// The same for programs.
    fn answer(&self, session: &Session) {
        session.answer("request", self.id.into());
        session.answer("phase", data::json(&self.phase));
        session.answer("spec", data::json(&self.spec));
        session.answer("state", data::json(&self.state));
        session.answer("engagement", data::json(&self.engagement));
        let delivery = |Delivery { number, submission, phase, reviews }: &Delivery| {
            json!({
                "submission": number,
                "phase": data::json(phase),
                "delivery": data::json(submission),
                "reviews": data::json(reviews),
            })
        };
        session.answer("submissions", self.deliveries.iter().map(delivery).collect());
        session.answer("offers", data::json(&self.offers));
        let step = |step: &Step| json!({ "who": step.who, "command": step.command, "until": step.until });
        session.answer("due", self.due.iter().map(step).collect::<Vec<Json>>().into());
    }
}

/// All offers for a request.
fn offers(session: &Session, id: RequestId, access: Access) -> Result<Vec<(AccountId, Offer)>> {
    let mut offers: Vec<(AccountId, Offer)> = Vec::new();
    if access == Access::Open {
        return Ok(offers);
    }
    let mut from = None;
    loop {
        offers.extend(session.read(session.deployment.market().offers(id, from, MAX_OFFERS))?);
        from = offers.last().and_then(|(_, offer)| offer.previous);
        if from.is_none() {
            return Ok(offers);
        }
    }
}

fn award(spec: &RequestSpec) -> String {
    let shared = match &spec.award {
        Award::PerSubmission if spec.access == Access::Offers => "at the price accepted".to_owned(),
        Award::PerSubmission => "an equal part for each place".to_owned(),
        Award::Proportional => "in proportion to quality".to_owned(),
        Award::Ranked { places_bps } => {
            format!("to the best: {}", places_bps.iter().map(|part| bps(*part)).collect::<Vec<_>>().join(", "))
        }
    };
    match spec.duplicates {
        Duplicates::Independent => shared,
        Duplicates::FirstOnly => format!("{shared}; of duplicates, only the first is paid"),
        Duplicates::Shared { retention_ppm } => {
            format!("{shared}; duplicates share {} for each further one", percent(retention_ppm))
        }
    }
}

fn curve(spec: &RequestSpec) -> String {
    let bucket = |bucket: &Bucket| format!("{} from {} on", bps(bucket.weight_bps), bucket.min_score);
    spec.curve.iter().map(bucket).collect::<Vec<_>>().join(", ")
}

fn summary(session: &Session, spec: &RequestSpec, delivery: &Delivery) -> Result<String> {
    let Delivery { submission, phase, reviews, .. } = delivery;
    let mut words = match phase {
        Phase::Signalling | Phase::Delivery if submission.seal.is_some() => "sealed".to_owned(),
        Phase::Signalling | Phase::Delivery => "delivered".to_owned(),
        Phase::Finalizable if spec.is_short(submission.extended, reviews) => "to be extended".to_owned(),
        phase => phase_name(*phase),
    };
    if let (Phase::Review, missing @ 1..) = (phase, delivery.missing(spec)) {
        words.push_str(&format!(", {missing} missing to a quorum"));
    }
    if let Some(until) = delivery.reviewed_by(spec) {
        words.push_str(&format!(", until {}", session.moment(until)));
    }
    if submission.extended && submission.verdict == Verdict::Pending {
        words.push_str(", extended");
    }
    if matches!(submission.verdict, Verdict::Quorum | Verdict::Few) {
        words.push_str(&format!(", median {}", submission.median));
    }
    if submission.verdict != Verdict::Pending {
        words.push_str(&format!(", weighs {}", bps(submission.weight_bps)));
    }
    if let Some(original) = submission.duplicate_of {
        words.push_str(&format!(", a duplicate of {original}"));
    }
    if submission.claimed {
        words.push_str(&format!(", {} earned", session.amount(spec.asset, submission.pay)?));
    }
    if !submission.uri.is_empty() {
        words.push_str(&format!(", at {}", shown_bytes(&submission.uri)));
    }
    Ok(words)
}

/// How long a deal is, and who has it.
fn deal(session: &Session, engagement: &Engagement) -> String {
    let provider = engagement.tenure.as_ref().map_or("nobody".to_owned(), |tenure| session.name(&tenure.provider));
    let (periods, period) = (counted(engagement.periods, "period"), moments::roughly(engagement.period));
    let notice = match &engagement.notice {
        Some(notice) => format!("{} gave notice", session.name(&notice.by)),
        None => format!("{} of notice", counted(engagement.notice_periods, "period")),
    };
    format!("{periods} of {period}, at most {} missed, {notice}; {provider} has the place", engagement.missed_periods)
}

/// What a review says.
fn opinion(review: &Review, verdict: Verdict) -> String {
    match (review.score, review.duplicate_of) {
        (None, _) if verdict != Verdict::Pending => "did not reveal".to_owned(),
        (None, _) => "committed".to_owned(),
        (Some(score), None) => format!("gives {score}"),
        (Some(score), Some(original)) => format!("gives {score}, a duplicate of {original}"),
    }
}
