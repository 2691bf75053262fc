//! Reads the tables of a file that say how an organization is set up: `[reputation]`, `[terms]`, `[schedule]` and `[policy]`.

use crate::client::toml::{
    amount, bps, duration, each, expected, integer, many_bps, owned, points, ppm, refused, Fields, Read,
};
use chain::Settings;
use interfaces::{
    market::AssetPolicy,
    obligation::{Rate, Schedule, Segment},
    Points,
};
use toml_edit::Item;

pub fn read_reputation(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[reputation]", item)?;
    settings.name = fields.or("name", std::mem::take(&mut settings.name), owned)?;
    settings.symbol = fields.or("symbol", std::mem::take(&mut settings.symbol), owned)?;
    let tiers = std::mem::take(&mut settings.tiers);
    settings.tiers = fields.or("tiers", tiers, |item| each(item, points))?;
    settings.mint_cap = fields.or("mint_cap", settings.mint_cap, points)?;
    settings.mint_epoch = fields.or("mint_epoch", settings.mint_epoch, duration)?;
    settings.minter_notice = fields.or("minter_notice", settings.minter_notice, duration)?;
    fields.finish()
}

pub fn read_terms(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[terms]", item)?;
    let defaults = settings.terms.clone();
    let terms = &mut settings.terms;
    terms.denominator = fields.or("denominator", defaults.denominator, integer)?;
    terms.epoch = fields.or("epoch", defaults.epoch, duration)?;
    terms.retention_ppm = fields.or("retention", defaults.retention_ppm, ppm)?;
    terms.throttle_buffer = fields.or("throttle_buffer", defaults.throttle_buffer, integer)?;
    terms.ban_buffer = fields.or("ban_buffer", defaults.ban_buffer, integer)?;
    terms.rate = fields.or("rate", defaults.rate, read_rate)?;
    terms.min_reviews = fields.or("min_reviews", defaults.min_reviews, integer)?;
    terms.presence = fields.or("presence", defaults.presence, integer)?;
    terms.pace = fields.or("pace", defaults.pace, |item| read_bound(item, 0, integer))?;
    terms.credit_cap = fields.or("credit_cap", defaults.credit_cap, |item| read_bound(item, u32::MAX, integer))?;
    terms.seats = fields.or("seats", defaults.seats, integer)?;
    terms.min_reputation = fields.or("min_reputation", defaults.min_reputation, points)?;
    terms.bond = fields.or("bond", defaults.bond, points)?;
    terms.healthy_limit = fields.or("healthy_limit", defaults.healthy_limit, integer)?;
    terms.throttled_limit = fields.or("throttled_limit", defaults.throttled_limit, integer)?;
    terms.slash_ppm = fields.or("slash", defaults.slash_ppm, ppm)?;
    terms.keeper_reward = fields.or("keeper_reward", defaults.keeper_reward, points)?;
    terms.restore_price = fields.or("restore_price", defaults.restore_price, points)?;
    terms.cooldown = fields.or("cooldown", defaults.cooldown, duration)?;
    terms.min_freeze = fields.or("min_freeze", defaults.min_freeze, duration)?;
    terms.freeze_interval = fields.or("freeze_interval", defaults.freeze_interval, duration)?;
    terms.notice = fields.or("notice", defaults.notice, duration)?;
    fields.finish()
}

/// A whole number, or `"none"`, for which the contract has the number `without`.
fn read_bound<T>(item: &Item, without: T, number: fn(&Item) -> Read<T>) -> Read<T> {
    const EXPECTED: &str = "a whole number, or \"none\"";
    match item.as_str() {
        Some("none") => Ok(without),
        Some(_) => Err(refused(item, format!("this is not a bound; expected {EXPECTED}"))),
        None if item.is_integer() => number(item),
        None => Err(expected(item, EXPECTED)),
    }
}

pub fn read_rate(item: &Item) -> Read<Rate> {
    const EXPECTED: &str = "\"fixed\" or { fair_share = \"100 %\" }";
    match item.as_str() {
        Some("fixed") => return Ok(Rate::Fixed),
        Some(_) => return Err(refused(item, format!("this is not a rate; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("a rate", item)?;
    let diligence_ppm = fields.required("fair_share", ppm)?;
    fields.finish()?;
    Ok(Rate::FairShare { diligence_ppm })
}

pub fn read_schedule(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[schedule]", item)?;
    let cycle = fields.required("cycle", duration)?;
    let segments = fields.required("segments", |item| {
        each(item, |item| {
            let fields = Fields::of("a segment", item)?;
            let segment =
                Segment { offset: fields.required("offset", duration)?, weight_ppm: fields.required("weight", ppm)? };
            fields.finish()?;
            Ok(segment)
        })
    })?;
    settings.schedule = Schedule { cycle, segments };
    fields.finish()
}

pub fn read_policy(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[policy]", item)?;
    let defaults = settings.policy.clone();
    let policy = &mut settings.policy;
    for AssetPolicy { min_review_fee, rent, .. } in &mut policy.assets {
        *min_review_fee = fields.or("min_review_fee", *min_review_fee, amount)?;
        *rent = fields.or("rent", *rent, amount)?;
    }
    policy.min_window = fields.or("min_window", defaults.min_window, duration)?;
    policy.max_window = fields.or("max_window", defaults.max_window, duration)?;
    policy.min_quorum = fields.or("min_quorum", defaults.min_quorum, integer)?;
    policy.max_tolerance = fields.or("max_tolerance", defaults.max_tolerance, integer)?;
    policy.unreviewed_bps = fields.or("unreviewed", defaults.unreviewed_bps, bps)?;
    policy.protocol_fee_bps = fields.or("protocol_fee", defaults.protocol_fee_bps, bps)?;
    policy.target_utilization_ppm = fields.or("target_utilization", defaults.target_utilization_ppm, ppm)?;
    policy.premium_cap_bps = fields.or("premium_cap", defaults.premium_cap_bps, many_bps)?;
    policy.reputation_per_fee = fields.or("reputation_per_fee", defaults.reputation_per_fee, points)?;
    policy.min_stake = fields.or("min_stake", defaults.min_stake, points)?;
    policy.max_stake = fields.or("max_stake", defaults.max_stake, |item| read_bound(item, Points::MAX, points))?;
    fields.finish()
}
