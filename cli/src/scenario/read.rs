//! The scenario file. `docs/scenarios.md` documents every key.
//!
//! What is wrong with a file is said with the line, the column and what was expected there. Everything that can be
//! known without playing is checked here: unknown keys and names, types, units, and times.

use super::amounts;
use crate::{
    chain::{account, days},
    world::{default_policy, default_terms, Settings, POCKET_MONEY},
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Access, AssetPolicy, Award, Bucket, Duplicates},
    obligation::{Rate, Schedule, Segment},
    Balance, SubmissionId, Timestamp,
};
use std::{cell::RefCell, fmt, ops::Range};
use toml_edit::{ImDocument, Item, TableLike};

/// The organization's account that sets everything up.
pub const MANAGER: &str = "manager";
/// Who is credited protocol fees and premiums.
pub const TREASURY: &str = "treasury";

/// Index of an actor in [`Scenario::actors`].
pub type Actor = usize;
/// Index of a request in [`Scenario::requests`].
pub type Plan = usize;

/// A story to be played.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub about: String,
    pub settings: Settings,
    /// The manager and the treasury, then those of the file.
    pub actors: Vec<ActorPlan>,
    pub requests: Vec<RequestPlan>,
    /// In the order of their times.
    pub steps: Vec<Step>,
}

/// Somebody in the story.
#[derive(Clone, Debug)]
pub struct ActorPlan {
    pub name: String,
    pub account: AccountId,
    /// What it has of the chain's currency before it starts.
    pub funds: Balance,
}

/// A request, and how it goes where it plays itself.
#[derive(Clone, Debug)]
pub struct RequestPlan {
    pub name: String,
    pub requester: Actor,
    pub reward: Balance,
    pub review_fee: Balance,
    pub access: Access,
    pub award: Award,
    pub duplicates: Duplicates,
    pub curve: Vec<Bucket>,
    pub limit: u32,
    pub per_provider: u16,
    pub provider_bond: Balance,
    pub place_deposit: Balance,
    pub access_price: Balance,
    pub min_reputation: Balance,
    pub min_tier: u8,
    pub quorum: u8,
    pub max_reviews: u8,
    pub tolerance: u8,
    pub windows: Windows,
    /// Where it is a long deal. Its deliveries are then those of its periods, in order.
    pub engagement: Option<EngagementPlan>,
    pub offers: Vec<OfferPlan>,
    pub deliveries: Vec<DeliveryPlan>,
    /// Who calls what anyone may call.
    pub keeper: Actor,
    /// Whether the keeper frees its storage in the end.
    pub prune: bool,
}

impl RequestPlan {
    /// Whether providers deliver under a seal.
    pub fn is_sealed(&self) -> bool {
        self.duplicates != Duplicates::Independent
    }

    /// How long its periods are together, where it is an engagement.
    pub fn lasts(&self) -> Option<Timestamp> {
        self.engagement.map(|engagement| engagement.period.saturating_mul(engagement.periods.into()))
    }
}

/// How long a deal is.
#[derive(Clone, Copy, Debug)]
pub struct EngagementPlan {
    pub periods: u16,
    pub period: Timestamp,
    /// How many periods may be missed.
    pub missed: u16,
}

/// What one provider asks for, and what becomes of it.
#[derive(Clone, Debug)]
pub struct OfferPlan {
    pub provider: Actor,
    /// One after the other, as the provider changes its mind.
    pub prices: Vec<Balance>,
    /// From the end of signalling to the delivery; in a takeover, from the offer.
    pub within: Option<Timestamp>,
    pub ends: OfferEnd,
    /// Whether it is made once the place of an engagement is vacant.
    pub takeover: bool,
}

/// What becomes of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// The requester accepts it.
    Accepted,
    /// The provider takes it back.
    Retracted,
    /// Nobody does anything about it until the request is over.
    Left,
}

/// Lengths of a request's four steps.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub signal: Timestamp,
    pub deliver: Timestamp,
    pub review: Timestamp,
    pub reveal: Timestamp,
}

/// What one provider delivers on one place.
#[derive(Clone, Debug)]
pub struct DeliveryPlan {
    pub provider: Actor,
    pub delivers: bool,
    /// Whether what was delivered under a seal is opened.
    pub unseals: bool,
    pub scores: Vec<ScorePlan>,
    pub second_scores: Vec<ScorePlan>,
}

/// One enforcer's review.
#[derive(Clone, Debug)]
pub struct ScorePlan {
    pub enforcer: Actor,
    pub score: u8,
    pub reveals: bool,
    pub duplicate_of: Option<SubmissionId>,
}

/// Something that happens at a time.
#[derive(Clone, Debug)]
pub struct Step {
    /// Since the story's beginning.
    pub at: Timestamp,
    pub who: Actor,
    pub action: Action,
    /// The refusal that the file expects.
    pub expect: Option<String>,
}

/// What somebody does.
#[derive(Clone, Debug)]
pub enum Action {
    Enlist,
    Resign,
    CheckIn,
    Freeze,
    Unfreeze,
    Evaluate {
        member: Actor,
    },
    FillSeats {
        max: u32,
    },
    /// Posts a request and lets it play itself to its end.
    Play {
        request: Plan,
    },
    Post {
        request: Plan,
    },
    Signal {
        request: Plan,
        places: u16,
    },
    Offer {
        request: Plan,
        price: Balance,
        within: Option<Timestamp>,
    },
    RetractOffer {
        request: Plan,
    },
    /// Accepts the offer as it stands, or only if this is its price.
    Accept {
        request: Plan,
        provider: Actor,
        price: Option<Balance>,
    },
    /// Accepts an offer for the rest of an engagement.
    TakeOver {
        request: Plan,
        provider: Actor,
        price: Option<Balance>,
    },
    WithdrawRequest {
        request: Plan,
    },
    /// Delivers: openly, under a seal, or for the present period, as the request asks.
    Submit {
        request: Plan,
    },
    Revise {
        request: Plan,
        submission: SubmissionId,
    },
    Unseal {
        request: Plan,
        submission: SubmissionId,
    },
    ReportNoShow {
        request: Plan,
        provider: Actor,
    },
    OpenReviews {
        request: Plan,
    },
    Commit {
        request: Plan,
        submission: SubmissionId,
        score: u8,
        duplicate_of: Option<SubmissionId>,
    },
    Reveal {
        request: Plan,
        submission: SubmissionId,
        score: u8,
        duplicate_of: Option<SubmissionId>,
    },
    Finalize {
        request: Plan,
        submission: SubmissionId,
    },
    Settle {
        request: Plan,
    },
    ClosePeriod {
        request: Plan,
    },
    Prune {
        request: Plan,
    },
    Claim {
        request: Plan,
        submission: SubmissionId,
    },
    Reclaim {
        request: Plan,
    },
    Withdraw,
    ClaimReputation {
        of: Actor,
    },
    ClaimOwnReputation,
    Burn {
        amount: Balance,
    },
    PauseMarket,
    UnpauseMarket,
    PauseObligation,
    UnpauseObligation,
    /// Plans the reviews of what was delivered, in a request that plays itself.
    PlanReviews {
        request: Plan,
    },
    /// Opens the seals of a request that plays itself.
    PlanUnsealing {
        request: Plan,
    },
    /// Begins the present period of an engagement that plays itself, unless its place became vacant since.
    BeginPeriod {
        request: Plan,
        vacancies: u32,
    },
    /// Delivers for the present period, unless the place became vacant since.
    DeliverPeriod {
        request: Plan,
        vacancies: u32,
    },
    /// Opens the review of a period, if anything was delivered in it, and plans it.
    ReviewPeriod {
        request: Plan,
        period: SubmissionId,
    },
    /// Finalizes, settles and pays what can be; a request that plays itself ends with it.
    WrapUp {
        request: Plan,
    },
    Show,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub message: String,
    /// The text of the line.
    pub source: String,
    /// How many characters of it are meant.
    pub width: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(f, " {number} | {}", self.source)?;
        write!(f, " {margin} | {}{}", " ".repeat(self.column - 1), "^".repeat(self.width.max(1)))
    }
}

impl std::error::Error for Problem {}

/// A mistake at a range of bytes of the file.
#[derive(Debug)]
pub(crate) struct Mistake {
    span: Range<usize>,
    message: String,
}

pub(crate) type Read<T> = Result<T, Mistake>;

/// Reads a scenario; `file` is the name that problems are reported under.
pub fn scenario(file: &str, text: &str) -> Result<Scenario, Problem> {
    parse(file, text, read_scenario)
}

/// Reads a file as `read` reads its outermost table.
pub(crate) fn parse<T>(file: &str, text: &str, read: impl FnOnce(&Fields) -> Read<T>) -> Result<T, Problem> {
    let document = ImDocument::parse(text).map_err(|error| {
        let message = error.message().trim().replace('\n', ", ");
        problem(file, text, Mistake { span: error.span().unwrap_or(0..0), message })
    })?;
    let fields = Fields::new("the file", document.as_table(), 0..0);
    let value = read(&fields).and_then(|value| fields.finish().map(|()| value));
    value.map_err(|mistake| problem(file, text, mistake))
}

fn problem(file: &str, text: &str, mistake: Mistake) -> Problem {
    let start = mistake.span.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let end = mistake.span.end.clamp(start, line_end.max(start));
    Problem {
        file: file.to_owned(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        message: mistake.message,
        source: text[line_start..line_end].to_owned(),
        width: text[start..end].chars().count(),
    }
}

/// A table of the file: remembers which keys were asked for, so that any other is a mistake.
pub(crate) struct Fields<'a> {
    /// How messages call it.
    name: &'static str,
    table: &'a dyn TableLike,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    fn new(name: &'static str, table: &'a dyn TableLike, span: Range<usize>) -> Self {
        Self { name, table, span, known: RefCell::default() }
    }

    pub(crate) fn of(name: &'static str, item: &'a Item) -> Read<Self> {
        match item.as_table_like() {
            Some(table) => Ok(Self::new(name, table, span(item))),
            None => Err(expected(item, &format!("{name}: a table of keys"))),
        }
    }

    fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.known.borrow_mut().push(key);
        self.table.get(key)
    }

    pub(crate) fn optional<T>(&self, key: &'static str, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<Option<T>> {
        self.item(key)
            .map(|item| read(item).map_err(|mistake| Mistake { message: prefixed(key, mistake.message), ..mistake }))
            .transpose()
    }

    pub(crate) fn required<T>(&self, key: &'static str, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<T> {
        let message = || format!("`{key}` is missing in {}", self.name);
        self.optional(key, read)?.ok_or_else(|| Mistake { span: self.span.clone(), message: message() })
    }

    pub(crate) fn or<T>(&self, key: &'static str, default: T, read: impl FnOnce(&'a Item) -> Read<T>) -> Read<T> {
        Ok(self.optional(key, read)?.unwrap_or(default))
    }

    /// Refuses keys that nothing asked for.
    pub(crate) fn finish(self) -> Read<()> {
        let known = self.known.into_inner();
        for (key, _) in self.table.iter() {
            if !known.contains(&key) {
                let span = self.table.get_key_value(key).and_then(|(key, _)| key.span()).unwrap_or(self.span);
                let message = format!("`{key}` is no key of {}; expected one of {}", self.name, known.join(", "));
                return Err(Mistake { span, message });
            }
        }
        Ok(())
    }
}

/// Messages name the innermost key.
fn prefixed(key: &str, message: String) -> String {
    match message.starts_with('`') {
        true => message,
        false => format!("`{key}`: {message}"),
    }
}

pub(crate) fn span(item: &Item) -> Range<usize> {
    item.span().unwrap_or(0..0)
}

pub(crate) fn expected(item: &Item, what: &str) -> Mistake {
    let found = match item.type_name() {
        "array of tables" | "array" => "a list",
        "inline table" | "table" => "a table",
        "integer" => "a whole number",
        "float" => "a number with a fraction",
        "boolean" => "true or false",
        "string" => "a text in quotes",
        other => other,
    };
    Mistake { span: span(item), message: format!("this is {found}; expected {what}") }
}

pub(crate) fn refused(item: &Item, message: String) -> Mistake {
    Mistake { span: span(item), message }
}

pub(crate) fn text(item: &Item) -> Read<&str> {
    item.as_str().ok_or_else(|| expected(item, "a text in quotes"))
}

pub(crate) fn owned(item: &Item) -> Read<String> {
    text(item).map(str::to_owned)
}

fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| expected(item, "true or false"))
}

fn integer<T: TryFrom<i64>>(item: &Item) -> Read<T> {
    const WHAT: &str = "a whole number";
    let number = item.as_integer().ok_or_else(|| expected(item, WHAT))?;
    T::try_from(number).map_err(|_| refused(item, format!("{number} is out of range here")))
}

/// Texts in quotes, read by one of [`amounts`].
fn quoted<T>(read: fn(&str) -> Result<T, String>) -> impl Fn(&Item) -> Read<T> {
    move |item| read(text(item)?).map_err(|why| refused(item, why))
}

pub(crate) fn amount(item: &Item) -> Read<Balance> {
    quoted(amounts::amount)(item)
}

fn duration(item: &Item) -> Read<Timestamp> {
    quoted(amounts::duration)(item)
}

fn ppm(item: &Item) -> Read<u32> {
    quoted(amounts::fraction_ppm)(item)
}

fn bps(item: &Item) -> Read<u16> {
    quoted(amounts::fraction_bps)(item)
}

fn score(item: &Item) -> Read<u8> {
    let score = integer::<u8>(item)?;
    match score <= interfaces::market::MAX_SCORE {
        true => Ok(score),
        false => Err(refused(item, format!("a score is at most {}", interfaces::market::MAX_SCORE))),
    }
}

/// The items of a list, of a list of tables, or a single one.
pub(crate) fn each<T>(item: &Item, read: impl Fn(&Item) -> Read<T>) -> Read<Vec<T>> {
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|table| read(&Item::Table(table.clone()))).collect(),
        _ => match item.as_array() {
            Some(values) => values.iter().map(|value| read(&Item::Value(value.clone()))).collect(),
            None => Ok(vec![read(item)?]),
        },
    }
}

fn read_scenario(file: &Fields) -> Read<Scenario> {
    let title = file.required("title", owned)?;
    let about = file.or("about", String::new(), owned)?;
    let mut settings = Settings { founders: Vec::new(), ..Settings::default() };
    file.optional("reputation", |item| read_reputation(item, &mut settings))?;
    file.optional("terms", |item| read_terms(item, &mut settings))?;
    file.optional("schedule", |item| read_schedule(item, &mut settings))?;
    file.optional("policy", |item| read_policy(item, &mut settings))?;
    settings.policy.treasury = account(TREASURY);

    let mut cast = Cast::default();
    for name in [MANAGER, TREASURY] {
        cast.actors.push(ActorPlan { name: name.into(), account: account(name), funds: POCKET_MONEY });
    }
    file.required("actors", |item| {
        each(item, read_actors)?.into_iter().flatten().try_for_each(|actor| cast.add(actor, &mut settings))
    })?;

    let mut steps = Vec::new();
    let mut plays = Vec::new();
    file.optional("request", |item| {
        for (plan, posts_at) in each(item, |item| read_request(item, &cast))? {
            if let Some(known) = cast.requests.iter().find(|known| known.name == plan.name) {
                return Err(refused(item, format!("there are two requests called `{}`", known.name)));
            }
            let request = cast.requests.len();
            if let Some(at) = posts_at {
                plays.push(Step { at, who: plan.requester, action: Action::Play { request }, expect: None });
            }
            cast.requests.push(plan);
        }
        Ok(())
    })?;
    file.optional("step", |item| {
        let mut now = 0;
        for read in each(item, |item| read_step(item, &cast))? {
            now = match read.time {
                When::At(at) => at,
                When::After(wait) => now + wait,
            };
            let steps_of = read.actions.into_iter().map(|(who, action)| Step {
                at: now,
                who,
                action,
                expect: read.expect.clone(),
            });
            steps.extend(steps_of);
        }
        Ok(())
    })?;
    steps.extend(plays);
    steps.sort_by_key(|step| step.at);
    Ok(Scenario { title, about, settings, actors: cast.actors, requests: cast.requests, steps })
}

pub(crate) fn read_reputation(item: &Item, settings: &mut Settings) -> Read<()> {
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

/// Reputation.
pub(crate) fn points(item: &Item) -> Read<Balance> {
    integer::<u64>(item).map(Balance::from)
}

pub(crate) fn read_terms(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[terms]", item)?;
    let defaults = default_terms();
    let terms = &mut settings.terms;
    terms.denominator = fields.or("denominator", defaults.denominator, integer)?;
    terms.epoch = fields.or("epoch", defaults.epoch, duration)?;
    terms.retention_ppm = fields.or("retention", defaults.retention_ppm, ppm)?;
    terms.throttle_buffer = fields.or("throttle_buffer", defaults.throttle_buffer, integer)?;
    terms.ban_buffer = fields.or("ban_buffer", defaults.ban_buffer, integer)?;
    terms.rate = fields.or("rate", defaults.rate, read_rate)?;
    terms.min_reviews = fields.or("min_reviews", defaults.min_reviews, integer)?;
    terms.presence = fields.or("presence", defaults.presence, integer)?;
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

fn read_rate(item: &Item) -> Read<Rate> {
    const EXPECTED: &str = "\"fixed\" or { fair_share = \"100 %\" }";
    match item.as_str() {
        Some("fixed") => return Ok(Rate::Fixed),
        Some(_) => return Err(refused(item, format!("this is no rate; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("a rate", item)?;
    let diligence_ppm = fields.required("fair_share", ppm)?;
    fields.finish()?;
    Ok(Rate::FairShare { diligence_ppm })
}

pub(crate) fn read_schedule(item: &Item, settings: &mut Settings) -> Read<()> {
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

pub(crate) fn read_policy(item: &Item, settings: &mut Settings) -> Read<()> {
    let fields = Fields::of("[policy]", item)?;
    let defaults = default_policy();
    let policy = &mut settings.policy;
    for AssetPolicy { min_review_fee, .. } in &mut policy.assets {
        *min_review_fee = fields.or("min_review_fee", *min_review_fee, amount)?;
    }
    policy.min_window = fields.or("min_window", defaults.min_window, duration)?;
    policy.min_quorum = fields.or("min_quorum", defaults.min_quorum, integer)?;
    policy.max_tolerance = fields.or("max_tolerance", defaults.max_tolerance, integer)?;
    policy.unreviewed_bps = fields.or("unreviewed", defaults.unreviewed_bps, bps)?;
    policy.protocol_fee_bps = fields.or("protocol_fee", defaults.protocol_fee_bps, bps)?;
    policy.target_utilization_ppm = fields.or("target_utilization", defaults.target_utilization_ppm, ppm)?;
    policy.premium_cap_bps = fields.or("premium_cap", defaults.premium_cap_bps, bps)?;
    policy.reputation_per_fee = fields.or("reputation_per_fee", defaults.reputation_per_fee, points)?;
    fields.finish()
}

/// Everybody and everything that can be named.
#[derive(Default)]
struct Cast {
    actors: Vec<ActorPlan>,
    requests: Vec<RequestPlan>,
}

/// An actor as the file has it.
struct ReadActor {
    name: String,
    span: Range<usize>,
    funds: Balance,
    reputation: Balance,
}

impl Cast {
    fn add(&mut self, actor: ReadActor, settings: &mut Settings) -> Read<()> {
        if self.actors.iter().any(|known| known.name == actor.name) {
            let message = format!("there are two actors called `{}`", actor.name);
            return Err(Mistake { span: actor.span, message });
        }
        let account = account(&actor.name);
        if actor.reputation > 0 {
            settings.founders.push((account, actor.reputation));
        }
        self.actors.push(ActorPlan { name: actor.name, account, funds: actor.funds });
        Ok(())
    }

    fn actor(&self, item: &Item) -> Read<Actor> {
        self.actor_named(text(item)?, span(item))
    }

    fn actor_named(&self, name: &str, span: Range<usize>) -> Read<Actor> {
        self.actors.iter().position(|actor| actor.name == name).ok_or_else(|| {
            let names: Vec<_> = self.actors.iter().map(|actor| actor.name.as_str()).collect();
            Mistake { span, message: format!("there is no actor `{name}`; expected one of {}", names.join(", ")) }
        })
    }

    fn request(&self, item: &Item) -> Read<Plan> {
        let name = text(item)?;
        self.requests.iter().position(|request| request.name == name).ok_or_else(|| {
            let names: Vec<_> = self.requests.iter().map(|request| request.name.as_str()).collect();
            refused(item, format!("there is no request `{name}`; expected one of {}", names.join(", ")))
        })
    }
}

fn read_actors(item: &Item) -> Read<Vec<ReadActor>> {
    let fields = Fields::of("[[actors]]", item)?;
    let names = fields.required("names", |item| each(item, |item| Ok((owned(item)?, span(item)))))?;
    let funds = fields.or("funds", POCKET_MONEY, amount)?;
    let reputation = fields.or("reputation", 0, points)?;
    fields.finish()?;
    Ok(names.into_iter().map(|(name, span)| ReadActor { name, span, funds, reputation }).collect())
}

/// A request, and when it is posted where it plays itself.
fn read_request(item: &Item, cast: &Cast) -> Read<(RequestPlan, Option<Timestamp>)> {
    let fields = Fields::of("[[request]]", item)?;
    let actor = |item: &Item| cast.actor(item);
    let name = fields.required("name", owned)?;
    let posts_at = fields.optional("at", duration)?;
    let requester = fields.required("by", actor)?;
    let engagement = fields.optional("engagement", read_engagement)?;
    let review_fee = fields.required("review_fee", amount)?;
    let quorum = fields.or("quorum", 3, integer)?;
    let access = fields.optional("access", read_access)?;
    let access = access.unwrap_or(if engagement.is_some() { Access::Offers } else { Access::Open });
    let plan = RequestPlan {
        name,
        requester,
        reward: fields.required("reward", amount)?,
        review_fee,
        access,
        award: fields.or("award", Award::PerSubmission, read_award)?,
        duplicates: fields.or("duplicates", Duplicates::Independent, read_duplicates)?,
        curve: fields.required("curve", |item| each(item, read_bucket))?,
        limit: match engagement {
            Some(_) => fields.or("limit", 1, integer)?,
            None => fields.required("limit", integer)?,
        },
        per_provider: fields.or("per_provider", 1, integer)?,
        provider_bond: fields.or("provider_bond", 0, points)?,
        place_deposit: fields.or("place_deposit", review_fee, amount)?,
        access_price: fields.or("access_price", 0, points)?,
        min_reputation: fields.or("min_reputation", 0, points)?,
        min_tier: fields.or("min_tier", 0, integer)?,
        quorum,
        max_reviews: fields.or("max_reviews", quorum.saturating_mul(2).saturating_sub(1), integer)?,
        tolerance: fields.or("tolerance", 10, integer)?,
        windows: fields.or("windows", Windows::default(), read_windows)?,
        engagement,
        offers: fields.or("offer", Vec::new(), |item| {
            if access == Access::Open {
                return Err(refused(item, "offers are made where `access` is \"offers\"".into()));
            }
            each(item, |item| read_offer(item, cast, engagement.is_some()))
        })?,
        deliveries: fields.or("delivery", Vec::new(), |item| each(item, |item| read_delivery(item, cast)))?,
        keeper: fields.or("keeper", requester, actor)?,
        prune: fields.or("prune", false, boolean)?,
    };
    fields.finish()?;
    Ok((plan, posts_at))
}

fn read_access(item: &Item) -> Read<Access> {
    const EXPECTED: &str = "\"open\" or \"offers\"";
    match item.as_str() {
        Some("open") => Ok(Access::Open),
        Some("offers") => Ok(Access::Offers),
        Some(_) => Err(refused(item, format!("this is no way to get a place; expected {EXPECTED}"))),
        None => Err(expected(item, EXPECTED)),
    }
}

fn read_award(item: &Item) -> Read<Award> {
    const EXPECTED: &str = "\"per_submission\", \"proportional\" or { ranked = [\"60 %\", \"40 %\"] }";
    match item.as_str() {
        Some("per_submission") => return Ok(Award::PerSubmission),
        Some("proportional") => return Ok(Award::Proportional),
        Some(_) => return Err(refused(item, format!("this is no award; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("an award", item)?;
    let places_bps = fields.required("ranked", |item| each(item, bps))?;
    fields.finish()?;
    Ok(Award::Ranked { places_bps })
}

fn read_duplicates(item: &Item) -> Read<Duplicates> {
    const EXPECTED: &str = "\"independent\", \"first_only\" or { shared = \"90 %\" }";
    match item.as_str() {
        Some("independent") => return Ok(Duplicates::Independent),
        Some("first_only") => return Ok(Duplicates::FirstOnly),
        Some(_) => return Err(refused(item, format!("this is no rule for duplicates; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("a rule for duplicates", item)?;
    let retention_ppm = fields.required("shared", ppm)?;
    fields.finish()?;
    Ok(Duplicates::Shared { retention_ppm })
}

fn read_engagement(item: &Item) -> Read<EngagementPlan> {
    let fields = Fields::of("an engagement", item)?;
    let engagement = EngagementPlan {
        periods: fields.required("periods", integer)?,
        period: fields.required("period", duration)?,
        missed: fields.or("missed", 0, integer)?,
    };
    fields.finish()?;
    Ok(engagement)
}

fn read_offer(item: &Item, cast: &Cast, engagement: bool) -> Read<OfferPlan> {
    let fields = Fields::of("[[request.offer]]", item)?;
    let offer = OfferPlan {
        provider: fields.required("by", |item| cast.actor(item))?,
        prices: fields.required("price", |item| match each(item, amount)? {
            prices if prices.is_empty() => Err(expected(item, "one price or more")),
            prices => Ok(prices),
        })?,
        within: fields.optional("within", duration)?,
        ends: fields.or("ends", OfferEnd::Accepted, read_offer_end)?,
        takeover: fields.or("takeover", false, |item| match boolean(item)? {
            true if !engagement => Err(refused(item, "only an engagement can be taken over".into())),
            takeover => Ok(takeover),
        })?,
    };
    fields.finish()?;
    Ok(offer)
}

fn read_offer_end(item: &Item) -> Read<OfferEnd> {
    const EXPECTED: &str = "\"accepted\", \"retracted\" or \"left\"";
    match item.as_str() {
        Some("accepted") => Ok(OfferEnd::Accepted),
        Some("retracted") => Ok(OfferEnd::Retracted),
        Some("left") => Ok(OfferEnd::Left),
        Some(_) => Err(refused(item, format!("this is no end of an offer; expected {EXPECTED}"))),
        None => Err(expected(item, EXPECTED)),
    }
}

impl Default for Windows {
    fn default() -> Self {
        Self { signal: days(1), deliver: days(1), review: days(1), reveal: days(1) }
    }
}

fn read_windows(item: &Item) -> Read<Windows> {
    let fields = Fields::of("windows", item)?;
    let defaults = Windows::default();
    let windows = Windows {
        signal: fields.or("signal", defaults.signal, duration)?,
        deliver: fields.or("deliver", defaults.deliver, duration)?,
        review: fields.or("review", defaults.review, duration)?,
        reveal: fields.or("reveal", defaults.reveal, duration)?,
    };
    fields.finish()?;
    Ok(windows)
}

fn read_bucket(item: &Item) -> Read<Bucket> {
    let fields = Fields::of("a bucket of the curve", item)?;
    let bucket = Bucket { min_score: fields.required("from", score)?, weight_bps: fields.required("weight", bps)? };
    fields.finish()?;
    Ok(bucket)
}

fn read_delivery(item: &Item, cast: &Cast) -> Read<DeliveryPlan> {
    let fields = Fields::of("[[request.delivery]]", item)?;
    let duplicate_of = fields.optional("duplicate_of", integer)?;
    let scores = |item: &Item| read_scores(item, cast, duplicate_of);
    let delivery = DeliveryPlan {
        provider: fields.required("by", |item| cast.actor(item))?,
        delivers: fields.or("delivers", true, boolean)?,
        unseals: fields.or("unseals", true, boolean)?,
        scores: fields.or("scores", Vec::new(), scores)?,
        second_scores: fields.or("second_scores", Vec::new(), scores)?,
    };
    fields.finish()?;
    Ok(delivery)
}

/// `{ ada = 90, ben = { score = 80, reveals = false } }`; all say `duplicate_of` who do not say otherwise.
fn read_scores(item: &Item, cast: &Cast, duplicate_of: Option<SubmissionId>) -> Read<Vec<ScorePlan>> {
    let table = item.as_table_like().ok_or_else(|| expected(item, "a table such as { ada = 90 }"))?;
    let mut scores = Vec::new();
    for (name, item) in table.iter() {
        let key = table.get_key_value(name).and_then(|(key, _)| key.span());
        let enforcer = cast.actor_named(name, key.unwrap_or_else(|| span(item)))?;
        scores.push(match item.is_table_like() {
            false => ScorePlan { enforcer, score: score(item)?, reveals: true, duplicate_of },
            true => {
                let fields = Fields::of("a review", item)?;
                let review = ScorePlan {
                    enforcer,
                    score: fields.required("score", score)?,
                    reveals: fields.or("reveals", true, boolean)?,
                    duplicate_of: fields.or("duplicate_of", duplicate_of, read_vote)?,
                };
                fields.finish()?;
                review
            }
        });
    }
    Ok(scores)
}

/// The submission that a review calls the original, or `"none"`.
fn read_vote(item: &Item) -> Read<Option<SubmissionId>> {
    const EXPECTED: &str = "the number of an earlier submission, or \"none\"";
    match item.as_str() {
        Some("none") => Ok(None),
        Some(_) => Err(refused(item, format!("this names no submission; expected {EXPECTED}"))),
        None if item.is_integer() => integer(item).map(Some),
        None => Err(expected(item, EXPECTED)),
    }
}

enum When {
    At(Timestamp),
    After(Timestamp),
}

struct ReadStep {
    time: When,
    actions: Vec<(Actor, Action)>,
    expect: Option<String>,
}

/// What `do` can say; the reader of each is in [`read_action`].
const DEEDS: &str = "enlist, resign, check_in, freeze, unfreeze, evaluate, fill_seats, post, \
                     withdraw_request, signal, offer, retract_offer, accept, takeover, submit, revise, unseal, \
                     report_no_show, open_reviews, commit, reveal, finalize, settle, close_period, claim, reclaim, \
                     prune, withdraw, claim_reputation, burn, pause, unpause, wrap_up, show";

fn read_step(item: &Item, cast: &Cast) -> Read<ReadStep> {
    let fields = Fields::of("[[step]]", item)?;
    let at = fields.optional("at", duration)?;
    let wait = fields.optional("wait", duration)?;
    let time = match (at, wait) {
        (Some(_), Some(_)) => return Err(refused(item, "a step has either `at` or `wait`".into())),
        (Some(at), None) => When::At(at),
        (None, wait) => When::After(wait.unwrap_or(0)),
    };
    let expect = fields.optional("expect", owned)?;
    let (deed, deed_span) = fields.required("do", |item| Ok((text(item)?, span(item))))?;
    if deed == "show" {
        fields.finish()?;
        return Ok(ReadStep { time, actions: vec![(0, Action::Show)], expect });
    }
    let who = fields.required("who", |item| each(item, |item| cast.actor(item)))?;
    let done = read_action(deed, &deed_span, &fields, cast)?;
    fields.finish()?;
    let actions = who.iter().flat_map(|who| done.iter().map(|action| (*who, action.clone()))).collect();
    Ok(ReadStep { time, actions, expect })
}

/// What each of those who do the step does, in order.
fn read_action(deed: &str, deed_span: &Range<usize>, fields: &Fields, cast: &Cast) -> Read<Vec<Action>> {
    let request = || fields.required("request", |item| cast.request(item));
    let submission = || fields.or("submission", 0, integer);
    let of = || fields.required("of", |item| each(item, |item| cast.actor(item)));
    let provider = || fields.required("of", |item| cast.actor(item));
    let price = || fields.optional("price", amount);
    let duplicate_of = || fields.optional("duplicate_of", integer);
    let contract = |market: Action, obligation: Action| {
        fields.required("contract", |item| match text(item)? {
            "market" => Ok(market),
            "obligation" => Ok(obligation),
            other => Err(refused(item, format!("`{other}` cannot be paused; expected market or obligation"))),
        })
    };
    let action = match deed {
        "enlist" => Action::Enlist,
        "resign" => Action::Resign,
        "check_in" => Action::CheckIn,
        "freeze" => Action::Freeze,
        "unfreeze" => Action::Unfreeze,
        "evaluate" => return Ok(of()?.into_iter().map(|member| Action::Evaluate { member }).collect()),
        "fill_seats" => Action::FillSeats { max: fields.or("max", 1, integer)? },
        "post" => Action::Post { request: request()? },
        "signal" => Action::Signal { request: request()?, places: fields.or("places", 1, integer)? },
        "offer" => Action::Offer {
            request: request()?,
            price: fields.required("price", amount)?,
            within: fields.optional("within", duration)?,
        },
        "retract_offer" => Action::RetractOffer { request: request()? },
        "accept" => Action::Accept { request: request()?, provider: provider()?, price: price()? },
        "takeover" => Action::TakeOver { request: request()?, provider: provider()?, price: price()? },
        "withdraw_request" => Action::WithdrawRequest { request: request()? },
        "submit" => Action::Submit { request: request()? },
        "revise" => Action::Revise { request: request()?, submission: submission()? },
        "unseal" => Action::Unseal { request: request()?, submission: submission()? },
        "report_no_show" => Action::ReportNoShow { request: request()?, provider: provider()? },
        "open_reviews" => Action::OpenReviews { request: request()? },
        "commit" => Action::Commit {
            request: request()?,
            submission: submission()?,
            score: fields.required("score", score)?,
            duplicate_of: duplicate_of()?,
        },
        "reveal" => Action::Reveal {
            request: request()?,
            submission: submission()?,
            score: fields.required("score", score)?,
            duplicate_of: duplicate_of()?,
        },
        "finalize" => Action::Finalize { request: request()?, submission: submission()? },
        "settle" => Action::Settle { request: request()? },
        "close_period" => Action::ClosePeriod { request: request()? },
        "prune" => Action::Prune { request: request()? },
        "claim" => Action::Claim { request: request()?, submission: submission()? },
        "reclaim" => Action::Reclaim { request: request()? },
        "withdraw" => Action::Withdraw,
        "claim_reputation" => {
            return Ok(match fields.optional("of", |item| each(item, |item| cast.actor(item)))? {
                Some(of) => of.into_iter().map(|of| Action::ClaimReputation { of }).collect(),
                None => vec![Action::ClaimOwnReputation],
            })
        }
        "burn" => Action::Burn { amount: fields.required("amount", points)? },
        "pause" => contract(Action::PauseMarket, Action::PauseObligation)?,
        "unpause" => contract(Action::UnpauseMarket, Action::UnpauseObligation)?,
        "wrap_up" => Action::WrapUp { request: request()? },
        other => {
            let message = format!("`do`: nobody can `{other}`; expected one of {DEEDS}");
            return Err(Mistake { span: deed_span.clone(), message });
        }
    };
    Ok(vec![action])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{hours, UNIT};

    const ACTORS: &str = "title = 'T'\n[[actors]]\nnames = ['ada', 'rita']\nfunds = '5 UNIT'\nreputation = 300\n";

    fn read(rest: &str) -> Scenario {
        let text = format!("{ACTORS}{rest}");
        scenario("story.toml", &text).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// The problem with a file that begins with five good lines.
    fn problem_with(rest: &str) -> Problem {
        scenario("story.toml", &format!("{ACTORS}{rest}")).expect_err("a problem")
    }

    #[test]
    fn actors_get_funds_and_founders_reputation() {
        let scenario = read("");
        let names: Vec<_> = scenario.actors.iter().map(|actor| actor.name.as_str()).collect();
        assert_eq!(names, ["manager", "treasury", "ada", "rita"]);
        assert_eq!(scenario.actors[2].funds, 5 * UNIT);
        assert_eq!(scenario.settings.founders, [(account("ada"), 300), (account("rita"), 300)]);
    }

    #[test]
    fn what_is_not_said_is_as_documented() {
        let scenario = read("[terms]\nseats = 7\nrate = { fair_share = '50 %' }\n[policy]\nprotocol_fee = '3 %'");
        let expected = interfaces::obligation::Terms {
            seats: 7,
            rate: Rate::FairShare { diligence_ppm: 500_000 },
            ..default_terms()
        };
        assert_eq!(scenario.settings.terms, expected);
        assert_eq!(scenario.settings.policy.protocol_fee_bps, 300);
        assert_eq!(scenario.settings.policy.min_quorum, default_policy().min_quorum);
    }

    #[test]
    fn steps_follow_each_other_and_happen_in_the_order_of_their_times() {
        let scenario = read(
            "[[step]]\nat = '2h'\ndo = 'enlist'\nwho = ['ada', 'rita']\n[[step]]\nwait = '1h'\ndo = 'freeze'\nwho = 'ada'\n\
             [[step]]\nat = '1h'\ndo = 'evaluate'\nwho = 'ada'\nof = ['rita']\nexpect = 'NotAMember'\n",
        );
        let times: Vec<_> = scenario.steps.iter().map(|step| (step.at, step.who)).collect();
        assert_eq!(times, [(hours(1), 2), (hours(2), 2), (hours(2), 3), (hours(3), 2)]);
        assert!(matches!(scenario.steps[0].action, Action::Evaluate { member: 3 }));
        assert_eq!(scenario.steps[0].expect.as_deref(), Some("NotAMember"));
    }

    #[test]
    fn a_request_with_a_time_plays_itself_and_one_without_waits_for_steps() {
        const REQUEST: &str = "by = 'rita'\nreward = '3 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\n\
                               curve = [{ from = 50, weight = '100 %' }]\n";
        let scenario = read(&format!(
            "[[request]]\nname = 'a'\nat = '1d'\n{REQUEST}[[request.delivery]]\nby = 'ada'\n\
             scores = {{ rita = 90, ada = {{ score = 10, reveals = false }} }}\n[[request]]\nname = 'b'\n{REQUEST}"
        ));
        assert_eq!(scenario.requests.len(), 2);
        assert_eq!(scenario.steps.len(), 1);
        assert!(
            matches!(scenario.steps[0], Step { at, who: 3, action: Action::Play { request: 0 }, .. } if at == days(1))
        );
        let scores = &scenario.requests[0].deliveries[0].scores;
        assert!(scores[0].reveals && scores[0].score == 90 && !scores[1].reveals);
        assert_eq!((scenario.requests[0].max_reviews, scenario.requests[0].place_deposit), (5, UNIT));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_the_keys_there_are() {
        let problem = problem_with("[terms]\nseats = 3\nbonds = 4\n");
        assert_eq!((problem.line, problem.column, problem.width), (8, 1, 5));
        assert!(problem.message.starts_with("`bonds` is no key of [terms]; expected one of denominator,"), "{problem}");
    }

    #[test]
    fn an_unknown_table_is_named_too() {
        let problem = problem_with("[term]\nseats = 3\n");
        assert_eq!((problem.line, problem.column), (6, 2));
        assert!(
            problem.message.starts_with("`term` is no key of the file; expected one of title, about,"),
            "{problem}"
        );
    }

    #[test]
    fn a_wrong_type_says_what_it_is_and_what_was_expected() {
        let problem = problem_with("[terms]\nseats = 'three'\n");
        assert_eq!((problem.line, problem.column, problem.width), (7, 9, 7));
        assert_eq!(problem.message, "`seats`: this is a text in quotes; expected a whole number");
        assert_eq!(problem_with("[terms]\nseats = -3\n").message, "`seats`: -3 is out of range here");
    }

    #[test]
    fn bad_amounts_durations_and_fractions_say_where_and_what_was_expected() {
        for (rest, line, column, part) in [
            ("[policy]\nmin_review_fee = '5'\n", 7, 18, "an amount such as"),
            ("[terms]\nnotice = 'soon'\n", 7, 10, "a duration such as"),
            ("[terms]\nslash = '5'\n", 7, 9, "a fraction such as"),
            ("[terms]\nrate = 'fair'\n", 7, 8, "fair_share"),
        ] {
            let problem = problem_with(rest);
            assert_eq!((problem.line, problem.column), (line, column), "{problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn unknown_actors_requests_and_deeds_are_named() {
        let problem = problem_with("[[step]]\ndo = 'enlist'\nwho = ['ada', 'eve']\n");
        assert_eq!((problem.line, problem.column, problem.width), (8, 15, 5));
        assert_eq!(problem.message, "`who`: there is no actor `eve`; expected one of manager, treasury, ada, rita");
        let problem = problem_with("[[step]]\ndo = 'fly'\nwho = 'ada'\n");
        assert_eq!((problem.line, problem.column), (7, 6));
        assert!(problem.message.contains("nobody can `fly`; expected one of enlist"), "{problem}");
        let problem = problem_with("[[step]]\ndo = 'settle'\nwho = 'ada'\nrequest = 'x'\n");
        assert_eq!((problem.line, problem.column), (9, 11));
    }

    #[test]
    fn what_is_missing_is_said_where_it_belongs() {
        let problem = problem_with("[[step]]\ndo = 'enlist'\n");
        assert_eq!((problem.line, problem.message.as_str()), (6, "`who` is missing in [[step]]"));
        let problem = scenario("story.toml", "").expect_err("an empty file");
        assert_eq!((problem.line, problem.column, problem.message.as_str()), (1, 1, "`title` is missing in the file"));
    }

    #[test]
    fn a_file_that_is_no_toml_says_where() {
        let problem = problem_with("[terms\n");
        assert_eq!(problem.line, 6, "{problem}");
    }

    #[test]
    fn a_problem_shows_the_line_and_points_at_the_place() {
        let shown = problem_with("[terms]\nnotice = 'soon'\n").to_string();
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with("story.toml:7:10: `notice`: this is no duration"), "{shown}");
        assert_eq!(lines[1], " 7 | notice = 'soon'");
        assert_eq!(lines[2], "   |          ^^^^^^");
    }

    /// What every request needs, posted by steps.
    const REQUEST: &str = "[[request]]\nname = 'a'\nby = 'rita'\nreward = '3 UNIT'\nreview_fee = '1 UNIT'\n\
                           curve = [{ from = 50, weight = '100 %' }]\n";

    #[test]
    fn a_request_pays_open_places_one_by_one_unless_it_says_otherwise() {
        let scenario = read(&format!("{REQUEST}limit = 3\n"));
        let plain = &scenario.requests[0];
        assert_eq!((plain.access, plain.award.clone()), (Access::Open, Award::PerSubmission));
        assert!(!plain.is_sealed() && !plain.prune && plain.engagement.is_none());
        let scenario = read(&format!(
            "{REQUEST}limit = 3\naward = {{ ranked = ['60 %', '25 %'] }}\nduplicates = 'first_only'\nprune = true\n"
        ));
        let ranked = &scenario.requests[0];
        assert_eq!(ranked.award, Award::Ranked { places_bps: vec![6_000, 2_500] });
        assert!(ranked.is_sealed() && ranked.prune);
        let scenario =
            read(&format!("{REQUEST}limit = 3\naward = 'proportional'\nduplicates = {{ shared = '90 %' }}\n"));
        assert_eq!(scenario.requests[0].award, Award::Proportional);
        assert_eq!(scenario.requests[0].duplicates, Duplicates::Shared { retention_ppm: 900_000 });
    }

    #[test]
    fn an_engagement_is_one_place_by_offers_unless_it_says_otherwise() {
        let scenario = read(&format!(
            "{REQUEST}engagement = {{ periods = 6, period = '30d', missed = 1 }}\n\
             [[request.offer]]\nby = 'ada'\nprice = ['2 UNIT', '1 UNIT']\nwithin = '3d'\n\
             [[request.offer]]\nby = 'ada'\nprice = '3 UNIT'\nends = 'left'\ntakeover = true\n"
        ));
        let deal = &scenario.requests[0];
        assert_eq!((deal.access, deal.limit), (Access::Offers, 1));
        let of = deal.engagement.expect("an engagement");
        assert_eq!((of.periods, of.period, of.missed), (6, days(30), 1));
        assert_eq!(deal.lasts(), Some(days(180)));
        let [first, second] = &deal.offers[..] else { panic!("two offers") };
        assert_eq!(
            (&first.prices[..], first.within, first.ends),
            (&[2 * UNIT, UNIT][..], Some(days(3)), OfferEnd::Accepted)
        );
        assert_eq!((&second.prices[..], second.ends, second.takeover), (&[3 * UNIT][..], OfferEnd::Left, true));
    }

    #[test]
    fn a_delivery_says_what_it_repeats_and_a_review_may_disagree() {
        let scenario = read(&format!(
            "{REQUEST}limit = 2\n[[request.delivery]]\nby = 'ada'\nduplicate_of = 4\n\
             scores = {{ ada = 1, rita = {{ score = 2, duplicate_of = 'none' }}, \
             treasury = {{ score = 3, duplicate_of = 5 }} }}\n"
        ));
        let votes: Vec<_> =
            scenario.requests[0].deliveries[0].scores.iter().map(|score| (score.score, score.duplicate_of)).collect();
        assert_eq!(votes, [(1, Some(4)), (2, None), (3, Some(5))]);
    }

    #[test]
    fn what_a_request_cannot_say_is_told_with_what_it_can() {
        for (rest, line, column, part) in [
            ("access = 'closed'", 12, 10, "`access`: this is no way to get a place; expected \"open\" or \"offers\""),
            ("access = 5", 12, 10, "`access`: this is a whole number; expected \"open\" or \"offers\""),
            ("award = 'fair'", 12, 9, "`award`: this is no award; expected \"per_submission\", \"proportional\" or"),
            ("award = { rank = '5 %' }", 12, 9, "`ranked` is missing in an award"),
            ("duplicates = 'split'", 12, 14, "expected \"independent\", \"first_only\" or { shared = \"90 %\" }"),
            (
                "duplicates = { shared = '90 %', more = 1 }",
                12,
                33,
                "`more` is no key of a rule for duplicates; expected one of shared",
            ),
            ("engagement = { periods = 3 }", 12, 14, "`period` is missing in an engagement"),
            (
                "limit = 1\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'",
                13,
                1,
                "`offer`: offers are made where `access` is \"offers\"",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = []",
                16,
                9,
                "expected one price or more",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'\nends = 'badly'",
                17,
                8,
                "expected \"accepted\", \"retracted\" or \"left\"",
            ),
            (
                "limit = 1\naccess = 'offers'\n[[request.offer]]\nby = 'ada'\nprice = '1 UNIT'\ntakeover = true",
                17,
                12,
                "`takeover`: only an engagement can be taken over",
            ),
            (
                "limit = 1\n[[request.delivery]]\nby = 'ada'\nscores = { ada = { score = 1, duplicate_of = 'it' } }",
                15,
                46,
                "expected the number of an earlier submission, or \"none\"",
            ),
            (
                "periods = 3\nlimit = 1",
                12,
                1,
                "`periods` is no key of [[request]]; expected one of name, at, by, engagement",
            ),
        ] {
            let problem = problem_with(&format!("{REQUEST}{rest}\n"));
            assert_eq!((problem.line, problem.column), (line, column), "{rest}: {problem}");
            assert!(problem.message.contains(part), "{problem}");
        }
    }

    #[test]
    fn names_are_unique() {
        let problem = problem_with("[[actors]]\nnames = ['ada']\n");
        assert_eq!((problem.line, problem.column), (7, 10));
        assert_eq!(problem.message, "`actors`: there are two actors called `ada`");
    }
}
