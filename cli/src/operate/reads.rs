//! What there is to see.

use super::{
    data,
    due::{self, Submissions},
    manager::Pausable,
    session::Session,
    Command, Refusal,
};
use crate::{
    scenario::amounts::thousands,
    show,
    signer::{account, hex},
    words::counted,
};
use anyhow::Result;
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{
        self, Access, Asset, Award, Duplicates, Error, Offer, Phase, Policy, RequestSpec, RequestState, MAX_OFFERS,
    },
    obligation::{self, Rate, Schedule},
    Market as _, Obligation as _, PoolId, Reputation as _, RequestId,
};
use serde_json::{json, Value as Json};

/// Micro-operations in an operation.
const MICRO: u128 = 1_000_000;
#[derive(Args, Debug)]
pub struct Terms {
    /// Of which pool; the enforcers' unless this says otherwise
    #[arg(long)]
    pool: Option<PoolId>,
}

impl Command for Terms {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let (market, obligation) = (session.deployment.market(), session.deployment.obligation());
        let pool = self.pool.unwrap_or(session.deployment.pool);
        let (terms, schedule) = session.read(obligation.terms(pool))?;
        let pending = session.backend.read(obligation.pending_terms(pool))?;
        let policy = session.read(market.policy())?;
        let pending_policy = session.backend.read(market.pending_policy())?;
        let [(market_name, market_paused), (obligation_name, obligation_paused)] =
            [Pausable::Market.read(session)?, Pausable::Obligation.read(session)?];
        session.answer("pool", pool.into());
        session.answer("terms", data::json(&terms));
        session.answer("schedule", data::json(&schedule));
        session.answer("pending_terms", data::json(&pending));
        session.answer("policy", data::json(&policy));
        session.answer("pending_policy", data::json(&pending_policy));
        session.answer("paused", json!({ "market": market_paused, "obligation": obligation_paused }));
        for (name, paused) in [(market_name, market_paused), (obligation_name, obligation_paused)] {
            if paused {
                session.say(format!("{name} is paused"));
            }
        }
        session.say(format!("Terms of pool {pool}"));
        session.say(indented(&show_terms(&terms, &schedule)));
        if let Some((terms, schedule, due)) = pending {
            session.say(format!("Proposed, in force from {} on", session.moment(due)));
            session.say(indented(&show_terms(&terms, &schedule)));
        }
        session.say("Policy of the market");
        session.say(indented(&show_policy(session, &policy)));
        if let Some((policy, due)) = pending_policy {
            session.say(format!("Proposed, in force from {} on", session.moment(due)));
            session.say(indented(&show_policy(session, &policy)));
        }
        Ok(())
    }
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Parts per million as a percentage, exact.
fn percent(ppm: u32) -> String {
    format!("{} %", f64::from(ppm) / 10_000.0)
}

fn bps(bps: u16) -> String {
    percent(u32::from(bps) * 100)
}

fn show_terms(terms: &obligation::Terms, schedule: &Schedule) -> String {
    let rate = match terms.rate {
        Rate::Fixed => "fixed".to_owned(),
        Rate::FairShare { diligence_ppm } => format!("a fair share, {} of it", percent(diligence_ppm)),
    };
    let mut lines = vec![
        ("to be declared", format!("1 operation in {} seen", terms.denominator)),
        ("epoch", show::roughly(terms.epoch)),
        ("retention", format!("{} an epoch", percent(terms.retention_ppm))),
        ("Throttled above", format!("{} missing", counted(terms.throttle_buffer, "operation"))),
        ("Banned above", format!("{} missing", counted(terms.ban_buffer, "operation"))),
        ("rate", rate),
        ("least reviews", terms.min_reviews.to_string()),
        ("presence", format!("{} an epoch", counted(terms.presence, "operation"))),
        ("seats", terms.seats.to_string()),
        (
            "to enlist",
            format!("{} reputation, {} of it locked", thousands(terms.min_reputation), thousands(terms.bond)),
        ),
        ("open commitments", format!("{}, {} while Throttled", terms.healthy_limit, terms.throttled_limit)),
        ("a ban slashes", percent(terms.slash_ppm)),
        ("a keeper earns", format!("{} reputation", thousands(terms.keeper_reward))),
        ("restoring", format!("{} reputation an operation", thousands(terms.restore_price))),
        ("cooldown", show::roughly(terms.cooldown)),
        ("shortest freeze", show::roughly(terms.min_freeze)),
        ("between freezes", show::roughly(terms.freeze_interval)),
        ("notice", show::roughly(terms.notice)),
    ];
    for segment in &schedule.segments {
        let from = format!("{} into each {}", show::roughly(segment.offset), show::roughly(schedule.cycle));
        lines.push(("weight", format!("{} from {from}", percent(segment.weight_ppm))));
    }
    show::pairs(lines)
}

fn show_policy(session: &Session, policy: &Policy) -> String {
    let mut lines = Vec::new();
    for asset in &policy.assets {
        let name = match asset.asset {
            Asset::Native => "the chain's currency".to_owned(),
            Asset::Psp22(token) => session.name(&token),
        };
        let least = session.amount(asset.asset, asset.min_review_fee);
        lines.push(("pays in", format!("{name}, review fee at least {least}")));
    }
    lines.extend([
        ("least window", show::roughly(policy.min_window)),
        ("least quorum", policy.min_quorum.to_string()),
        ("greatest tolerance", policy.max_tolerance.to_string()),
        ("unreviewed", format!("weighs {}", bps(policy.unreviewed_bps))),
        ("protocol fee", format!("{} to {}", bps(policy.protocol_fee_bps), session.name(&policy.treasury))),
        (
            "capacity premium",
            format!(
                "up to {}, above {} of capacity",
                bps(policy.premium_cap_bps),
                percent(policy.target_utilization_ppm)
            ),
        ),
        ("reputation", format!("{} for each UNIT of protocol fee", thousands(policy.reputation_per_fee))),
    ]);
    show::pairs(lines)
}

#[derive(Args, Debug)]
pub struct Capacity {
    /// Of which pool; the enforcers' unless this says otherwise
    #[arg(long)]
    pool: Option<PoolId>,
}

impl Command for Capacity {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let pool = self.pool.unwrap_or(session.deployment.pool);
        let capacity = session.read(session.deployment.obligation().capacity(pool))?;
        session.answer("capacity", data::json(&capacity));
        let lines = show::pairs([
            ("seats", format!("{} taken of {}", capacity.active, capacity.seats)),
            ("Throttled", capacity.throttled.to_string()),
            ("in line", capacity.waiting.to_string()),
            ("at rest", capacity.frozen.to_string()),
            ("reviews asked for", thousands(capacity.demand.into())),
            ("reviews done", thousands(capacity.supply.into())),
            ("reviews to be done", thousands(capacity.backlog.into())),
            ("utilization", percent(capacity.utilization_ppm)),
        ]);
        session.say(lines.trim_end());
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Member {
    /// Who; the signer unless this says otherwise
    #[arg(value_parser = account)]
    who: Option<AccountId>,
    /// Of which pool; the enforcers' unless this says otherwise
    #[arg(long)]
    pool: Option<PoolId>,
}

impl Command for Member {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let (who, obligation) = (session.this_or_me(self.who)?, session.deployment.obligation());
        let pool = self.pool.unwrap_or(session.deployment.pool);
        let member = session.read(obligation.membership(pool, who))?;
        let (terms, _) = session.read(obligation.terms(pool))?;
        session.answer("member", data::json(&member));
        let limit = match member.standing {
            obligation::Standing::Throttled => terms.throttled_limit,
            _ => terms.healthy_limit,
        };
        let missing = format!(
            "{}; Throttled above {}, Banned above {}",
            counted(u64::try_from(member.deficit).unwrap_or(u64::MAX), "operation"),
            terms.throttle_buffer,
            terms.ban_buffer
        );
        let mut lines = vec![
            ("account", session.name(&who)),
            ("state", format!("{:?}", member.state)),
            ("standing", format!("{:?}", member.standing)),
            ("seen", operations(member.seen)),
            ("declared", operations(member.declared)),
            ("required", counted(u64::try_from(member.required).unwrap_or(u64::MAX), "operation")),
            ("missing", missing),
            ("open commitments", format!("{} of {limit}", member.open)),
            ("bond", thousands(member.bond)),
        ];
        if member.seat_since > 0 {
            lines.push(("seat since", session.moment(member.seat_since)));
        }
        if member.ended > 0 {
            lines.push(("seat given up", session.moment(member.ended)));
        }
        session.say(show::pairs(lines).trim_end());
        Ok(())
    }
}

/// Micro-operations as operations, exact.
fn operations(micro: u128) -> String {
    let (whole, rest) = (thousands(micro / MICRO), micro % MICRO);
    let fraction = format!("{rest:06}");
    match fraction.trim_end_matches('0') {
        "" if micro == MICRO => "1 operation".to_owned(),
        "" => format!("{whole} operations"),
        fraction => format!("{whole}.{fraction} operations"),
    }
}

#[derive(Args, Debug)]
pub struct Reputation {
    /// Who; the signer unless this says otherwise
    #[arg(value_parser = account)]
    who: Option<AccountId>,
}

impl Command for Reputation {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let (who, reputation) = (session.this_or_me(self.who)?, session.deployment.reputation());
        let profile = session.backend.read(reputation.profile(who))?;
        let tier = session.backend.read(reputation.tier(who))?;
        session.answer("reputation", data::json(&profile));
        session.answer("tier", tier.into());
        let mut lines = vec![
            ("account", session.name(&who)),
            ("balance", thousands(profile.balance)),
            ("locked", thousands(profile.locked)),
            ("available", thousands(profile.available)),
            ("tier", tier.to_string()),
            ("owed", thousands(profile.owed)),
            ("earned", format!("{} in all", thousands(profile.earned))),
            ("spent", format!("{} in all", thousands(profile.spent))),
            ("slashed", format!("{} in all", thousands(profile.slashed))),
        ];
        if profile.holds > 0 {
            lines.push(("open places", profile.holds.to_string()));
        }
        if profile.frozen {
            lines.push(("frozen", "yes".into()));
        }
        session.say(show::pairs(lines).trim_end());
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Requests {
    /// Those that are over, too
    #[arg(long)]
    all: bool,
}

impl Command for Requests {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let mut rows =
            vec![["", "phase", "requester", "reward", "places", "submitted", "next deadline"].map(str::to_owned)];
        let (mut listed, mut over) = (Vec::new(), 0_u32);
        for (id, spec, state, phase) in requests(session)? {
            if state.closed && !self.all {
                over += 1;
                continue;
            }
            let deadlines = [spec.signal_by, spec.deliver_by, spec.review_by, spec.reveal_by];
            let next = deadlines.into_iter().find(|deadline| *deadline > session.now() && !state.closed);
            rows.push([
                id.to_string(),
                phase_name(phase),
                session.name(&state.requester),
                session.amount(spec.asset, spec.reward),
                format!("{} of {}", state.places, spec.limit),
                state.submissions.to_string(),
                next.map_or_else(String::new, |next| session.moment(next)),
            ]);
            listed.push(json!({
                "request": id,
                "phase": data::json(&phase),
                "spec": data::json(&spec),
                "state": data::json(&state),
            }));
        }
        session.answer("requests", listed.into());
        match rows.len() {
            1 => session.say("no request is open"),
            _ => session.say(columns(&rows)),
        }
        if over > 0 {
            session.say(format!("{} over; --all lists them too", counted(over, "request")));
        }
        Ok(())
    }
}

/// All requests that are not pruned, latest first.
fn requests(session: &Session) -> Result<Vec<(RequestId, RequestSpec, RequestState, Phase)>> {
    let market = session.deployment.market();
    let posted = session.read(market.posted())?;
    let mut read = Vec::new();
    for id in (0..posted).rev() {
        session.progress("reading requests", posted - id, posted);
        match session.backend.read(market.request(id))? {
            Ok((spec, state)) => read.push((id, spec, state, session.read(market.phase(id, None))?)),
            Err(Error::UnknownRequest) => {}
            Err(error) => return Err(Refusal::of(&error).into()),
        }
    }
    Ok(read)
}

/// A table without lines.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn phase_name(phase: Phase) -> String {
    match phase {
        Phase::Signalling => "signalling",
        Phase::Delivery => "delivery",
        Phase::Unsealing => "unsealing",
        Phase::Unopened => "to be opened",
        Phase::Review => "review",
        Phase::Reveal => "reveal",
        Phase::Finalizable => "to be judged",
        Phase::Finalized => "judged",
        Phase::Settled => "settled",
        Phase::Claimed => "paid",
        Phase::Vacant => "vacant",
    }
    .to_owned()
}

#[derive(Args, Debug)]
pub struct Request {
    /// The request's number
    request: RequestId,
}

impl Command for Request {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let (id, market) = (self.request, session.deployment.market());
        let (spec, state) = session.read(market.request(id))?;
        let phase = session.read(market.phase(id, None))?;
        let engagement = session.backend.read(market.engagement(id))?.ok();
        let submissions = Submissions::read(session, id)?;
        let offers = offers(session, id, spec.access)?;
        let steps = due::steps(id, (&spec, &state), phase, &submissions, engagement.as_ref(), session.now());

        let mut lines = vec![
            ("request", format!("{id}, {}", phase_name(phase))),
            ("requester", session.name(&state.requester)),
            (
                "asks",
                format!("{} {}", hex(spec.spec.as_ref()), String::from_utf8_lossy(&spec.uri)).trim_end().to_owned(),
            ),
            ("reward", format!("{}, {}", session.amount(spec.asset, spec.reward), award(&spec))),
            ("review fee", format!("{} a submission", session.amount(spec.asset, spec.review_fee))),
            ("curve", curve(&spec)),
            (
                "places",
                format!(
                    "{} of {} taken, deposit {}",
                    state.places,
                    spec.limit,
                    session.amount(spec.asset, spec.place_deposit)
                ),
            ),
            ("reviews", format!("{} to {}, tolerance {}", spec.quorum, spec.max_reviews, spec.tolerance)),
            ("signal by", session.moment(spec.signal_by)),
            ("deliver by", session.moment(spec.deliver_by)),
            ("review by", session.moment(spec.review_by)),
            ("reveal by", session.moment(spec.reveal_by)),
            (
                "in escrow",
                session
                    .amount(spec.asset, state.held.saturating_add(state.deposits).saturating_add(state.offer_deposits)),
            ),
        ];
        if let Some(engagement) = &engagement {
            let provider =
                engagement.tenure.as_ref().map_or("nobody".to_owned(), |tenure| session.name(&tenure.provider));
            let length = format!("{} of {}", counted(engagement.periods, "period"), show::roughly(engagement.period));
            lines.push((
                "engagement",
                format!("{length}, {} missed at most; {provider} has the place", engagement.missed_periods),
            ));
        }
        session.say(show::pairs(lines).trim_end());

        let mut read = Vec::new();
        for (number, submission, phase) in &submissions.0 {
            let reviews = session.read(market.reviews(id, *number))?;
            session.say(format!(
                "submission {number} of {}: {}",
                session.name(&submission.provider),
                summary(session, &spec, submission, *phase)
            ));
            for review in &reviews {
                let score = match (review.score, review.duplicate_of) {
                    (None, _) if review.resolved => "did not reveal".to_owned(),
                    (None, _) => "committed".to_owned(),
                    (Some(score), None) => format!("gives {score}"),
                    (Some(score), Some(original)) => format!("gives {score}, a duplicate of {original}"),
                };
                session.say(format!("  {} {score}", session.name(&review.enforcer)));
            }
            read.push(json!({
                "submission": number,
                "phase": data::json(phase),
                "delivery": data::json(submission),
                "reviews": data::json(&reviews),
            }));
        }
        for (provider, offer) in &offers {
            let what = if offer.open { "asks" } else { "had asked" };
            let price = session.amount(spec.asset, offer.price);
            session.say(format!(
                "offer: {} {what} {price}, by {}",
                session.name(provider),
                session.moment(offer.deliver_by)
            ));
        }
        if !steps.is_empty() {
            session.say("to be done");
            let rows: Vec<_> = steps
                .iter()
                .map(|step| {
                    let until =
                        step.until.map_or_else(|| "now".to_owned(), |until| format!("by {}", session.moment(until)));
                    [format!("  {}", step.who), step.command.clone(), until]
                })
                .collect();
            session.say(columns(&rows));
        }

        session.answer("request", id.into());
        session.answer("phase", data::json(&phase));
        session.answer("spec", data::json(&spec));
        session.answer("state", data::json(&state));
        session.answer("engagement", data::json(&engagement));
        session.answer("submissions", read.into());
        session.answer("offers", data::json(&offers));
        let due: Vec<Json> =
            steps.iter().map(|step| json!({ "who": step.who, "command": step.command, "until": step.until })).collect();
        session.answer("due", due.into());
        Ok(())
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
        Duplicates::FirstOnly => format!("{shared}; of duplicates the first only"),
        Duplicates::Shared { retention_ppm } => {
            format!("{shared}; duplicates share {} for each further one", percent(retention_ppm))
        }
    }
}

fn curve(spec: &RequestSpec) -> String {
    let bucket = |bucket: &market::Bucket| format!("{} from {} on", bps(bucket.weight_bps), bucket.min_score);
    spec.curve.iter().map(bucket).collect::<Vec<_>>().join(", ")
}

fn summary(session: &Session, spec: &RequestSpec, submission: &market::Submission, phase: Phase) -> String {
    let mut words = match phase {
        Phase::Signalling | Phase::Delivery if submission.seal.is_some() => "sealed".to_owned(),
        Phase::Signalling | Phase::Delivery => "delivered".to_owned(),
        phase => phase_name(phase),
    };
    if matches!(submission.verdict, market::Verdict::Quorum | market::Verdict::Few) {
        words.push_str(&format!(", median {}", submission.median));
    }
    if submission.verdict != market::Verdict::Pending {
        words.push_str(&format!(", weighs {}", bps(submission.weight_bps)));
    }
    if let Some(original) = submission.duplicate_of {
        words.push_str(&format!(", a duplicate of {original}"));
    }
    if submission.claimed {
        words.push_str(&format!(", {} earned", session.amount(spec.asset, submission.pay)));
    }
    if !submission.uri.is_empty() {
        words.push_str(&format!(", at {}", String::from_utf8_lossy(&submission.uri)));
    }
    words
}
