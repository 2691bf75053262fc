//! Commands that only read.

use crate::client::{moments, signer::account, words::counted};
use crate::commands::operate::{
    data,
    due::{Delivery, Submissions},
    manager::Pausable,
    session::Session,
    Command, Refusal,
};
use crate::commands::{
    paint::Paint,
    table::{pairs, Table},
};
use anyhow::Result;
use chain::amounts::{show_micro, thousands, whole};
use clap::Args;
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, Error, Phase, Policy, RequestSpec, RequestState},
    obligation::{self, Rate, Schedule},
    Market as _, Obligation as _, Points, PoolId, Reputation as _, RequestId, Timestamp,
};
use serde_json::json;

#[derive(Args, Debug)]
pub struct Terms {
    /// The pool's number; by default the enforcers' pool
    #[arg(long, value_parser = whole::<PoolId>)]
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
        session.say(indented(&show_policy(session, &policy)?));
        if let Some((policy, due)) = pending_policy {
            session.say(format!("Proposed, in force from {} on", session.moment(due)));
            session.say(indented(&show_policy(session, &policy)?));
        }
        Ok(())
    }
}

fn indented(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Parts per million as a percentage, exact.
pub fn percent(ppm: u32) -> String {
    format!("{} %", f64::from(ppm) / 10_000.0)
}

/// Parts per ten thousand as a percentage, exact.
pub fn bps(bps: impl Into<u32>) -> String {
    percent(bps.into().saturating_mul(100))
}

fn show_terms(terms: &obligation::Terms, schedule: &Schedule) -> String {
    let rate = match terms.rate {
        Rate::Fixed => "fixed".to_owned(),
        Rate::FairShare { diligence_ppm } => format!("a fair share, {} of it", percent(diligence_ppm)),
    };
    let pace = match terms.pace {
        0 => "none: all that is seen falls due".to_owned(),
        pace => format!("at most {} an epoch due by work seen", counted(pace, "operation")),
    };
    let credit_cap = match terms.credit_cap {
        u32::MAX => "none".to_owned(),
        cap => format!("{} in advance", counted(cap, "operation")),
    };
    let mut lines = vec![
        ("to be declared", format!("1 of every {} operations seen", terms.denominator)),
        ("epoch", moments::roughly(terms.epoch)),
        ("retention", format!("{} an epoch", percent(terms.retention_ppm))),
        ("Throttled above", format!("{} missing", counted(terms.throttle_buffer, "operation"))),
        ("Banned above", format!("{} missing", counted(terms.ban_buffer, "operation"))),
        ("rate", rate),
        ("fewest reviews", terms.min_reviews.to_string()),
        ("presence", format!("{} an epoch", counted(terms.presence, "operation"))),
        ("pace", pace),
        ("credit cap", credit_cap),
        ("seats", terms.seats.to_string()),
        (
            "to enlist",
            format!("{} reputation, {} of it locked", thousands(terms.min_reputation), thousands(terms.bond)),
        ),
        ("open commitments", format!("{}, {} while Throttled", terms.healthy_limit, terms.throttled_limit)),
        ("a ban slashes", percent(terms.slash_ppm)),
        ("a keeper earns", format!("{} reputation", thousands(terms.keeper_reward))),
        ("restoring", format!("{} reputation an operation", thousands(terms.restore_price))),
        ("cooldown", moments::roughly(terms.cooldown)),
        ("shortest freeze", moments::roughly(terms.min_freeze)),
        ("between freezes", moments::roughly(terms.freeze_interval)),
        ("notice", moments::roughly(terms.notice)),
    ];
    for segment in &schedule.segments {
        let from = format!("{} into each {}", moments::roughly(segment.offset), moments::roughly(schedule.cycle));
        lines.push(("weight", format!("{} from {from}", percent(segment.weight_ppm))));
    }
    pairs(lines)
}

fn show_policy(session: &Session, policy: &Policy) -> Result<String> {
    let mut lines = Vec::new();
    for asset in &policy.assets {
        let name = match asset.asset {
            Asset::Native => "the chain's currency".to_owned(),
            Asset::Psp22(token) => session.name(&token),
        };
        let least = session.amount(asset.asset, asset.min_review_fee)?;
        let rent = session.amount(asset.asset, asset.rent)?;
        lines.push(("pays in", format!("{name}, review fee at least {least}, rent {rent} for a review and day")));
    }
    let greatest_stake = match policy.max_stake {
        Points::MAX => "without bound".to_owned(),
        most => format!("at most {}", thousands(most)),
    };
    lines.extend([
        ("shortest window", moments::roughly(policy.min_window)),
        ("longest window", format!("{}; 7 days to unseal, commit or reveal", moments::roughly(policy.max_window))),
        ("smallest quorum", policy.min_quorum.to_string()),
        ("greatest tolerance", policy.max_tolerance.to_string()),
        ("unreviewed", format!("weighs {}", bps(policy.unreviewed_bps))),
        ("protocol fee", format!("{} to {}", bps(policy.protocol_fee_bps), session.name(&policy.treasury))),
        (
            "capacity premium",
            format!(
                "up to {} of the rent, above {} of capacity",
                bps(policy.premium_cap_bps),
                percent(policy.target_utilization_ppm)
            ),
        ),
        ("reputation", format!("{} for each UNIT of protocol fee", thousands(policy.reputation_per_fee))),
        ("a review's stake", format!("{greatest_stake}, and at least {} to lose", thousands(policy.min_stake))),
    ]);
    Ok(pairs(lines))
}

#[derive(Args, Debug)]
pub struct Capacity {
    /// The pool's number; by default the enforcers' pool
    #[arg(long, value_parser = whole::<PoolId>)]
    pool: Option<PoolId>,
}

impl Command for Capacity {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let (pool, obligation) = (self.pool.unwrap_or(session.deployment.pool), session.deployment.obligation());
        let capacity = session.read(obligation.capacity(pool))?;
        let (terms, _) = session.read(obligation.terms(pool))?;
        session.answer("capacity", data::json(&capacity));
        let level = match terms.pace {
            0 => "none, as there is no pace".to_owned(),
            pace => format!("{}; at {pace} nothing more falls due", operations(capacity.level)),
        };
        let lines = pairs([
            ("seats", format!("{} taken of {}", capacity.active, capacity.seats)),
            ("Throttled", capacity.throttled.to_string()),
            ("in line", capacity.waiting.to_string()),
            ("at rest", capacity.frozen.to_string()),
            ("reviews asked for", thousands(capacity.demand.into())),
            ("reviews done", thousands(capacity.supply.into())),
            ("reviews to be done", thousands(capacity.backlog.into())),
            ("hands", thousands(capacity.hands.into())),
            ("utilization", percent(capacity.utilization_ppm)),
            ("level", level),
        ]);
        session.say(lines.trim_end());
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Member {
    /// The account; by default the signer
    #[arg(value_parser = account)]
    who: Option<AccountId>,
    /// The pool's number; by default the enforcers' pool
    #[arg(long, value_parser = whole::<PoolId>)]
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
            operations(member.deficit),
            terms.throttle_buffer,
            terms.ban_buffer
        );
        let mut lines = vec![
            ("account", session.name(&who)),
            ("state", format!("{:?}", member.state)),
            ("standing", format!("{:?}", member.standing)),
            ("seen", operations(member.seen)),
            ("declared", operations(member.declared)),
            ("required", operations(member.required)),
            ("missing", missing),
            ("safe", safety(session, member.safe_until)),
            ("open commitments", format!("{} of {limit}", member.open)),
            ("bond", thousands(member.bond)),
        ];
        if member.seat_since > 0 {
            lines.push(("seat since", session.moment(member.seat_since)));
        }
        if member.ended > 0 {
            lines.push(("seat given up", session.moment(member.ended)));
        }
        session.say(pairs(lines).trim_end());
        Ok(())
    }
}

/// Until when a member cannot be Banned, whatever work is seen.
fn safety(session: &Session, safe_until: Timestamp) -> String {
    match safe_until {
        0 => "no: it is Banned".to_owned(),
        Timestamp::MAX => "nothing can have it banned".to_owned(),
        until if until <= session.now() => "no: what is seen next can have it Banned".to_owned(),
        until => format!("until {}", session.moment(until)),
    }
}

/// Micro-operations as operations, exact.
fn operations(micro: u128) -> String {
    match show_micro(micro).as_str() {
        "1" => "1 operation".to_owned(),
        operations => format!("{operations} operations"),
    }
}

#[derive(Args, Debug)]
pub struct Reputation {
    /// The account; by default the signer
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
        session.say(pairs(lines).trim_end());
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Requests {
    /// Also lists requests that are over
    #[arg(long)]
    all: bool,
}

impl Command for Requests {
    const READS: bool = true;

    fn run(&self, session: &Session) -> Result<()> {
        let heads = ["", "phase", "requester", "reward", "places", "submitted", "next deadline"];
        let mut table = Table::of_words(&heads);
        let (mut listed, mut over) = (Vec::new(), 0_u32);
        for Found { id, spec, state, phase, deliveries } in requests(session)? {
            if state.closed && !self.all {
                over += 1;
                continue;
            }
            // Each submission has a window of its own.
            let deadlines = [spec.signal_by, spec.deliver_by, spec.review_from()];
            let next = deadlines.into_iter().find(|deadline| *deadline > session.now() && !state.closed);
            let reviewed = deliveries.0.iter().filter_map(|delivery| delivery.reviewed_by(&spec)).min();
            let next = reviewed.or(next);
            table.row([
                id.to_string(),
                phase_name(phase),
                session.name(&state.requester),
                session.amount(spec.asset, spec.reward)?,
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
        match table.is_empty() {
            true => session.say("no request is open"),
            false => session.say(table.show(Paint::NONE).trim_end()),
        }
        if over > 0 {
            session.say(format!("{} over; --all lists them too", counted(over, "request")));
        }
        Ok(())
    }
}

/// A request that is not pruned.
struct Found {
    id: RequestId,
    spec: RequestSpec,
    state: RequestState,
    phase: Phase,
    /// Those in review.
    deliveries: Submissions,
}

impl Found {
    fn read(session: &Session, id: RequestId, spec: RequestSpec, state: RequestState) -> Result<Self> {
        let phase = session.read(session.deployment.market().phase(id, None))?;
        let deliveries = match state.opened > state.finalized {
            true => Submissions::read(session, id)?,
            false => Submissions(Vec::new()),
        };
        Ok(Self { id, spec, state, phase, deliveries })
    }

    /// How near the submission is to its quorum that is the nearest, of those that want commitments.
    fn nearest(&self) -> Option<(bool, u8)> {
        let nearness = |delivery: &Delivery| delivery.nearness(&self.spec).filter(|(has_quorum, _)| !has_quorum);
        self.deliveries.0.iter().filter_map(nearness).min()
    }
}

/// All requests that are not pruned: first those that want commitments, nearest to a quorum first; then latest first.
fn requests(session: &Session) -> Result<Vec<Found>> {
    let market = session.deployment.market();
    let posted = session.read(market.posted())?;
    let mut found = Vec::new();
    for id in (0..posted).rev() {
        session.progress("reading requests", posted - id, posted);
        match session.backend.read(market.request(id))? {
            Ok((spec, state)) => found.push(Found::read(session, id, spec, state)?),
            Err(Error::UnknownRequest) => {}
            Err(error) => return Err(Refusal::of(&error).into()),
        }
    }
    // Stable: those that are as near stay latest first.
    found.sort_by_key(|found| (found.nearest().is_none(), found.nearest()));
    Ok(found)
}

/// What a phase is called.
pub fn phase_name(phase: Phase) -> String {
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
