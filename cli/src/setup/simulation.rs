//! What is to be simulated: the file of `atomic simulate`. `docs/choosing-terms.md` says how to write one, and
//! `simulations/` has examples.
//!
//! The tables `[terms]`, `[schedule]` and `[policy]` are those of `atomic deploy --config`.

use crate::client::{
    files::{read_text, unreadable},
    settings::{read_policy, read_schedule, read_terms},
    toml::{
        amount, boolean, duration, each, expected, integer, owned, parse, ppm, refused, score, text, Fields, Mistake,
        Problem, Read,
    },
};
use anyhow::Result;
use chain::Settings;
use interfaces::{
    market::AssetPolicy,
    obligation::{self, Schedule},
    Points,
};
use rules::PPM;
use simulator::{pool, Group, Kind, Market, Model, Rate, Scenario, Shape, Stream, Terms};
use std::path::Path;
use toml_edit::Item;

/// Ten people who look in as people do, and a submission a day.
const MEMBERS: u32 = 10;
const A_DAY: f64 = 1.0;
const DAYS_A_WEEK: f64 = 7.0;

/// What the file at `path` says; without a file, ten average members under the default terms.
pub fn load(path: Option<&Path>) -> Result<Scenario> {
    let Some(path) = path else { return Ok(read("nothing", "")?) };
    let text = read_text(path).map_err(|error| unreadable(path, error))?;
    Ok(read(&path.display().to_string(), &text)?)
}

/// Reads what is to be simulated; `file` is the name that problems are reported under.
pub fn read(file: &str, text: &str) -> Result<Scenario, Problem> {
    parse(file, text, read_scenario)
}

fn read_scenario(file: &Fields) -> Read<Scenario> {
    let defaults = Scenario::default();
    let mut settings = Settings::default();
    let mut scenario = Scenario {
        title: file.or("title", "A pool of ten".into(), owned)?,
        seed: file.or("seed", defaults.seed, integer)?,
        model: file.or("model", defaults.model, model)?,
        days: file.or("days", defaults.days, integer)?,
        pools: file.or("pools", 100, integer)?,
        points: file.or("points", defaults.points, integer)?,
        sizes: file.or("sizes", Vec::new(), |item| each(item, size))?,
        ..defaults
    };
    let terms = file.optional("terms", |item| read_terms(item, &mut settings).and_then(|()| fit(item, &settings)))?;
    scenario.terms = terms.unwrap_or_default();
    file.optional("schedule", |item| read_schedule(item, &mut settings))?;
    scenario.schedule = schedule(&settings.schedule);
    file.optional("policy", |item| read_policy(item, &mut settings))?;
    scenario.market = market(&settings);
    file.optional("request", |item| read_request(item, &mut scenario.market))?;
    let members = vec![Group::of(Kind::Average, MEMBERS)];
    scenario.members = file.or("members", members, |item| each(item, read_group))?;
    let requests = vec![Stream::new(Shape::Steady, A_DAY)];
    scenario.requests = file.or("requests", requests, |item| each(item, read_stream))?;
    match scenario.problem() {
        Some(message) => Err(Mistake { span: 0..0, message }),
        None => Ok(scenario),
    }
}

fn fit(item: &Item, settings: &Settings) -> Read<Terms> {
    let terms = simulated(&settings.terms).map_err(|why| refused(item, why))?;
    match terms.broken_rule() {
        Some(rule) => Err(refused(item, format!("the contract refuses these terms, for the rule {rule}"))),
        None => Ok(terms),
    }
}

/// The terms as they are simulated.
///
/// # Errors
/// Which amount of points is more than a simulation counts.
pub fn simulated(terms: &obligation::Terms) -> Result<Terms, String> {
    let points = |name: &str, points: Points| {
        u64::try_from(points).map_err(|_| format!("`{name}`: {points} points are more than are simulated"))
    };
    Ok(Terms {
        denominator: terms.denominator,
        epoch: terms.epoch,
        retention_ppm: terms.retention_ppm,
        throttle_buffer: terms.throttle_buffer,
        ban_buffer: terms.ban_buffer,
        rate: match terms.rate {
            obligation::Rate::Fixed => Rate::Fixed,
            obligation::Rate::FairShare { diligence_ppm } => Rate::FairShare { diligence_ppm },
        },
        min_reviews: terms.min_reviews,
        presence: terms.presence,
        pace: terms.pace,
        credit_cap: terms.credit_cap,
        seats: terms.seats,
        min_reputation: points("min_reputation", terms.min_reputation)?,
        bond: points("bond", terms.bond)?,
        healthy_limit: terms.healthy_limit,
        throttled_limit: terms.throttled_limit,
        slash_ppm: terms.slash_ppm,
        keeper_reward: points("keeper_reward", terms.keeper_reward)?,
        restore_price: points("restore_price", terms.restore_price)?,
        cooldown: terms.cooldown,
        min_freeze: terms.min_freeze,
        freeze_interval: terms.freeze_interval,
    })
}

fn schedule(schedule: &Schedule) -> pool::Schedule {
    let segments = schedule.segments.iter().map(|segment| (segment.offset, segment.weight_ppm)).collect();
    pool::Schedule { cycle: schedule.cycle, segments }
}

fn market(settings: &Settings) -> Market {
    let policy = &settings.policy;
    let defaults = Market::default();
    let asset = policy.assets.first();
    Market {
        min_review_fee: asset.map_or(defaults.min_review_fee, |AssetPolicy { min_review_fee, .. }| *min_review_fee),
        rent: asset.map_or(defaults.rent, |AssetPolicy { rent, .. }| *rent),
        min_window: policy.min_window,
        protocol_fee_bps: policy.protocol_fee_bps.into(),
        target_utilization_ppm: policy.target_utilization_ppm,
        premium_cap_bps: policy.premium_cap_bps,
        unreviewed_bps: policy.unreviewed_bps,
        reputation_per_fee: policy.reputation_per_fee,
        min_stake: policy.min_stake,
        max_stake: policy.max_stake,
        quorum: policy.min_quorum,
        ..defaults
    }
}

fn read_request(item: &Item, market: &mut Market) -> Read<()> {
    let fields = Fields::of("[request]", item)?;
    market.reward = fields.or("reward", market.reward, amount)?;
    market.review_fee = fields.or("review_fee", market.review_fee, amount)?;
    market.places = fields.or("places", market.places, integer)?;
    market.quorum = fields.or("quorum", market.quorum, integer)?;
    market.tolerance = fields.or("tolerance", market.tolerance, score)?;
    market.delivery = fields.or("delivery", market.delivery, duration)?;
    market.commits = fields.or("commits", market.commits, duration)?;
    market.reveals = fields.or("reveals", market.reveals, duration)?;
    if let Some(rule) = market.broken_rule() {
        return Err(refused(item, rule.to_owned()));
    }
    fields.finish()
}

fn read_group(item: &Item) -> Read<Group> {
    let fields = Fields::of("[[members]]", item)?;
    let group = Group::of(fields.required("kind", kind)?, fields.required("count", integer)?);
    let mut group = group.from_day(fields.or("from_day", 0, integer)?);
    if let Some(chance) = fields.optional("looks", chance)? {
        group = group.looking_in(chance);
    }
    if let Some(chance) = fields.optional("beyond", chance)? {
        group = group.beyond(chance);
    }
    group.silent = fields.or("silent", 0.0, chance)?;
    group.restores = fields.or("restores", false, boolean)?;
    fields.finish()?;
    Ok(group)
}

fn read_stream(item: &Item) -> Read<Stream> {
    let fields = Fields::of("[[requests]]", item)?;
    let shape = match fields.or("shape", "steady", text)? {
        "steady" => Shape::Steady,
        "bursty" => Shape::Bursty { variation: fields.or("variation", 2.0, chance_or_more)? },
        "seasonal" => {
            Shape::Seasonal { swing: fields.or("swing", 0.8, chance)?, period: fields.or("period", 365.0, days)? }
        }
        "drying-up" => Shape::DryingUp { half_life: fields.required("half_life", days)? },
        "attack" => Shape::Attack,
        "ring" => Shape::Ring,
        "self-dealing" => Shape::SelfDealing,
        other => {
            let shapes = "steady, bursty, seasonal, drying-up, attack, ring or self-dealing";
            return Err(refused(item, format!("`{other}` is no shape of a stream; expected {shapes}")));
        }
    };
    let stream = Stream {
        from_day: fields.or("from_day", 0, integer)?,
        until_day: fields.or("until_day", u32::MAX, integer)?,
        ..Stream::new(shape, fields.required("a_week", number)? / DAYS_A_WEEK)
    };
    fields.finish()?;
    Ok(stream)
}

fn model(item: &Item) -> Read<Model> {
    match text(item)? {
        "hours" => Ok(Model::Hours),
        "duty" => Ok(Model::Duty),
        "lot" => Ok(Model::Lot),
        other => Err(refused(item, format!("`{other}` is no model; expected hours, duty or lot"))),
    }
}

fn kind(item: &Item) -> Read<Kind> {
    let name = text(item)?;
    let names = || Kind::ALL.map(Kind::name).join(", ");
    Kind::named(name)
        .ok_or_else(|| refused(item, format!("`{name}` is no kind of member; expected one of {}", names())))
}

/// How many members a pool of another size has.
fn size(item: &Item) -> Read<u32> {
    match integer(item)? {
        0 => Err(refused(item, "a pool has a member or more".into())),
        members => Ok(members),
    }
}

/// A number, whole or not, and not below 0.
fn number(item: &Item) -> Read<f64> {
    let number = item.as_float().or_else(|| item.as_integer().map(|number| number as f64));
    let number = number.ok_or_else(|| expected(item, "a number"))?;
    match number.is_finite() && number >= 0.0 {
        true => Ok(number),
        false => Err(refused(item, format!("{number} is out of range here"))),
    }
}

/// A fraction of 1, such as `"70 %"`.
fn chance(item: &Item) -> Read<f64> {
    match ppm(item)? {
        part if part <= PPM => Ok(f64::from(part) / f64::from(PPM)),
        _ => Err(refused(item, "this is more than the whole".into())),
    }
}

/// A fraction that may be more than 1, and is not 0.
fn chance_or_more(item: &Item) -> Read<f64> {
    match ppm(item)? {
        0 => Err(refused(item, "this is nothing; a steady stream has no variation of its own".into())),
        part => Ok(f64::from(part) / f64::from(PPM)),
    }
}

/// A time in days, and more than none.
fn days(item: &Item) -> Read<f64> {
    match duration(item)? {
        0 => Err(refused(item, "this takes no time".into())),
        time => Ok(time as f64 / chain::days(1) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{build::workspace, default_terms};
    use std::fs;

    #[test]
    fn without_a_word_the_defaults_are_those_of_a_deployment() {
        let scenario = read("empty.toml", "").expect("nothing");
        assert_eq!(scenario.terms, Terms::default());
        assert_eq!(simulated(&default_terms()), Ok(Terms::default()));
        assert_eq!(scenario.market, Market::default());
        assert_eq!((scenario.accounts(), scenario.pools, scenario.days), (10, 100, 365));
    }

    #[test]
    fn members_requests_and_terms_are_read() {
        let scenario = read(
            "all.toml",
            "title = 'x'\nmodel = 'duty'\ndays = 30\npools = 2\nseed = 9\nsizes = [5, 7]\n[terms]\nseats = 3\n\
             [policy]\nrent = '3 plancks'\nmin_quorum = 5\n[request]\nreveals = '4d'\nplaces = 2\n\
             [[members]]\nkind = 'absent'\ncount = 3\nfrom_day = 4\nlooks = '70 %'\nbeyond = '10 %'\nsilent = '1 %'\n\
             [[requests]]\nshape = 'drying-up'\na_week = 3.5\nhalf_life = '90d'\nfrom_day = 2\nuntil_day = 9\n",
        )
        .unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!((scenario.model, scenario.days, scenario.pools, scenario.seed), (Model::Duty, 30, 2, 9));
        assert_eq!((scenario.terms.seats, scenario.sizes), (3, vec![5, 7]));
        let Market { rent, quorum, reveals, places, .. } = scenario.market;
        assert_eq!((rent, quorum, reveals, places), (3, 5, chain::days(4), 2));
        let group = &scenario.members[0];
        assert_eq!((group.kind, group.count, group.from_day, group.silent), (Kind::Absent, 3, 4, 0.01));
        assert_eq!((group.habit.weekday, group.habit.beyond), (0.7, 0.1));
        let expected = Stream { from_day: 2, until_day: 9, ..Stream::new(Shape::DryingUp { half_life: 90.0 }, 0.5) };
        assert_eq!(scenario.requests, [expected]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, place, part) in [
            ("model = 'weeks'", (1, 9), "`weeks` is no model; expected hours, duty or lot"),
            ("[[members]]\nkind = 'lazy'\ncount = 1", (2, 8), "`lazy` is no kind of member; expected one of"),
            ("[[members]]\nkind = 'slow'", (1, 1), "`count` is missing in [[members]]"),
            ("[[requests]]\na_week = -1", (2, 10), "`a_week`: -1 is out of range here"),
            ("[[requests]]\nshape = 'odd'\na_week = 1", (1, 1), "`odd` is no shape of a stream"),
            ("[terms]\npace = 9", (1, 1), "the contract refuses these terms, for the rule Pace"),
            ("[request]\nquorum = 4", (1, 1), "quorum: it is odd"),
            ("days = 0", (1, 1), "the time is from a day to a hundred years"),
            ("[[members]]\nkind = 'slow'\ncount = 1\nlooks = '200 %'", (4, 9), "`looks`: this is more than the whole"),
            ("[[member]]\nkind = 'slow'", (1, 3), "`member` is not a key of the file"),
        ] {
            let problem = read("wrong.toml", text).expect_err(text);
            assert_eq!((problem.line, problem.column), place, "{problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn all_examples_are_read() {
        let folder = workspace().join("simulations");
        let files: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        assert!(files.len() >= 6);
        for file in files {
            load(Some(&file)).unwrap_or_else(|error| panic!("{error:#}"));
        }
    }
}
