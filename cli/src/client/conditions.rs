//! A request's conditions, and how a file says them.

use crate::client::{
    coins::Coin,
    toml::{bps, duration, each, expected, integer, points, ppm, refused, score, text, Fields, Read},
};
use chain::{days, hours};
use ink::primitives::Hash;
use interfaces::{
    market::{Access, Asset, Award, Bucket, Duplicates, RequestSpec},
    Balance, Points, Timestamp,
};
use toml_edit::Item;

/// A request's conditions, except what it asks and when it is posted.
#[derive(Clone, Debug)]
pub struct Conditions {
    pub reward: Balance,
    pub review_fee: Balance,
    pub access: Access,
    pub award: Award,
    pub duplicates: Duplicates,
    pub curve: Vec<Bucket>,
    pub limit: u32,
    pub per_provider: u16,
    pub provider_bond: Points,
    pub place_deposit: Balance,
    pub access_price: Points,
    pub min_reputation: Points,
    pub min_tier: u8,
    pub quorum: u8,
    pub tolerance: u8,
    pub windows: Windows,
    /// Set if it is a long deal. In a scenario its deliveries are then those of its periods, in order.
    pub engagement: Option<EngagementPlan>,
}

impl Conditions {
    /// Whether providers deliver under a seal.
    pub fn is_sealed(&self) -> bool {
        self.duplicates != Duplicates::Independent
    }

    /// The length of all its periods together, if it is an engagement.
    pub fn lasts(&self) -> Option<Timestamp> {
        self.engagement.map(|engagement| engagement.period.saturating_mul(engagement.periods.into()))
    }

    /// The request for the document of this hash at `uri`, paid in `asset`, if it is posted at `now`.
    pub fn request(&self, now: Timestamp, asset: Asset, spec: Hash, uri: Vec<u8>) -> RequestSpec {
        let signal_by = now.saturating_add(self.windows.signal);
        let deliver_by = signal_by.saturating_add(self.windows.deliver);
        let review_by = deliver_by.saturating_add(self.windows.review);
        RequestSpec {
            spec,
            uri,
            asset,
            reward: self.reward,
            review_fee: self.review_fee,
            access: self.access,
            award: self.award.clone(),
            duplicates: self.duplicates,
            curve: self.curve.clone(),
            limit: self.limit,
            per_provider: self.per_provider,
            provider_bond: self.provider_bond,
            place_deposit: self.place_deposit,
            access_price: self.access_price,
            min_reputation: self.min_reputation,
            min_tier: self.min_tier,
            quorum: self.quorum,
            tolerance: self.tolerance,
            signal_by,
            deliver_by,
            review_by,
            reveal_by: review_by.saturating_add(self.windows.reveal),
        }
    }
}

/// How many full periods lie between notice and the end of an engagement that does not say.
const DEFAULT_NOTICE: u16 = 1;

/// How long a deal is.
#[derive(Clone, Copy, Debug)]
pub struct EngagementPlan {
    pub periods: u16,
    pub period: Timestamp,
    /// How many periods may be missed.
    pub missed: u16,
    /// How many full periods lie between notice and the end.
    pub notice: u16,
}

/// Lengths of a request's four steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    pub signal: Timestamp,
    pub deliver: Timestamp,
    /// From the end of delivery to that of commitments. Where delivery is sealed, its first half is for unsealing.
    pub review: Timestamp,
    pub reveal: Timestamp,
}

impl Default for Windows {
    /// Each is at least the day that the default policy asks for, and signalling an hour more: time passes until the
    /// request is in a block. Whoever commits has three days, and whoever reveals four:
    /// people with jobs lose almost no review then.
    fn default() -> Self {
        Self { signal: hours(25), deliver: days(1), review: days(3), reveal: days(4) }
    }
}

impl Windows {
    /// The default where delivery is, or is not, sealed: there it takes as long to unseal as to commit.
    fn default_for(sealed: bool) -> Self {
        let open = Self::default();
        Self { review: if sealed { open.review.saturating_mul(2) } else { open.review }, ..open }
    }
}

/// The keys of a request that are its conditions, with amounts in this coin.
pub fn read_conditions(fields: &Fields, coin: &Coin) -> Read<Conditions> {
    let amount = |item: &Item| coin.read(text(item)?).map_err(|why| refused(item, why));
    let engagement = fields.optional("engagement", read_engagement)?;
    let review_fee = fields.required("review_fee", amount)?;
    let access = fields.optional("access", read_access)?;
    let duplicates = fields.or("duplicates", Duplicates::Independent, read_duplicates)?;
    let windows = Windows::default_for(duplicates != Duplicates::Independent);
    fields.gone("max_reviews", "a submission has at most `2 * quorum + 1` reviews; leave this key out")?;
    Ok(Conditions {
        reward: fields.required("reward", amount)?,
        review_fee,
        access: access.unwrap_or(if engagement.is_some() { Access::Offers } else { Access::Open }),
        award: fields.or("award", Award::PerSubmission, read_award)?,
        duplicates,
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
        quorum: fields.or("quorum", 3, integer)?,
        tolerance: fields.or("tolerance", 10, integer)?,
        windows: fields.or("windows", windows, |item| read_windows(item, windows))?,
        engagement,
    })
}

pub fn read_access(item: &Item) -> Read<Access> {
    const EXPECTED: &str = "\"open\" or \"offers\"";
    match item.as_str() {
        Some("open") => Ok(Access::Open),
        Some("offers") => Ok(Access::Offers),
        Some(_) => Err(refused(item, format!("this is not a way to get a place; expected {EXPECTED}"))),
        None => Err(expected(item, EXPECTED)),
    }
}

pub fn read_award(item: &Item) -> Read<Award> {
    const EXPECTED: &str = "\"per_submission\", \"proportional\" or { ranked = [\"60 %\", \"40 %\"] }";
    match item.as_str() {
        Some("per_submission") => return Ok(Award::PerSubmission),
        Some("proportional") => return Ok(Award::Proportional),
        Some(_) => return Err(refused(item, format!("this is not an award; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("an award", item)?;
    let places_bps = fields.required("ranked", |item| each(item, bps))?;
    fields.finish()?;
    Ok(Award::Ranked { places_bps })
}

pub fn read_duplicates(item: &Item) -> Read<Duplicates> {
    const EXPECTED: &str = "\"independent\", \"first_only\" or { shared = \"90 %\" }";
    match item.as_str() {
        Some("independent") => return Ok(Duplicates::Independent),
        Some("first_only") => return Ok(Duplicates::FirstOnly),
        Some(_) => return Err(refused(item, format!("this is not a rule for duplicates; expected {EXPECTED}"))),
        None if item.is_table_like() => {}
        None => return Err(expected(item, EXPECTED)),
    }
    let fields = Fields::of("a rule for duplicates", item)?;
    let retention_ppm = fields.required("shared", ppm)?;
    fields.finish()?;
    Ok(Duplicates::Shared { retention_ppm })
}

pub fn read_engagement(item: &Item) -> Read<EngagementPlan> {
    let fields = Fields::of("an engagement", item)?;
    let engagement = EngagementPlan {
        periods: fields.required("periods", integer)?,
        period: fields.required("period", duration)?,
        missed: fields.or("missed", 0, integer)?,
        notice: fields.or("notice", DEFAULT_NOTICE, integer)?,
    };
    fields.finish()?;
    Ok(engagement)
}

/// What is not said is as in `defaults`.
pub fn read_windows(item: &Item, defaults: Windows) -> Read<Windows> {
    let fields = Fields::of("windows", item)?;
    let windows = Windows {
        signal: fields.or("signal", defaults.signal, duration)?,
        deliver: fields.or("deliver", defaults.deliver, duration)?,
        review: fields.or("review", defaults.review, duration)?,
        reveal: fields.or("reveal", defaults.reveal, duration)?,
    };
    fields.finish()?;
    Ok(windows)
}

pub fn read_bucket(item: &Item) -> Read<Bucket> {
    let fields = Fields::of("a bucket of the curve", item)?;
    let bucket = Bucket { min_score: fields.required("from", score)?, weight_bps: fields.required("weight", bps)? };
    fields.finish()?;
    Ok(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::toml::{parse, Problem};

    /// The conditions of a request that says this beside what it has to.
    fn read(more: &str) -> Result<Conditions, Problem> {
        let text = format!(
            "reward = '3 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\ncurve = [{{ from = 50, weight = '100 %' }}]\n{more}\n"
        );
        parse("request.toml", &text, |file| read_conditions(file, &Coin::Native))
    }

    #[test]
    fn whoever_commits_has_three_days_and_whoever_reveals_four_unless_the_file_says_otherwise() {
        let windows = |more: &str| read(more).unwrap_or_else(|problem| panic!("{problem}")).windows;
        let open = Windows { signal: hours(25), deliver: days(1), review: days(3), reveal: days(4) };
        assert_eq!(windows(""), open);
        for sealed in ["duplicates = 'first_only'", "duplicates = { shared = '90 %' }"] {
            assert_eq!(windows(sealed), Windows { review: days(6), ..open }, "half of it is for unsealing");
        }
        let said = windows("duplicates = 'first_only'\nwindows = { review = '5d', reveal = '1d' }");
        assert_eq!(said, Windows { review: days(5), reveal: days(1), ..open });
    }

    #[test]
    fn how_many_reviews_there_may_be_is_not_the_requests_to_say() {
        let problem = read("max_reviews = 5").expect_err("it is gone");
        assert_eq!((problem.line, problem.column), (5, 15));
        let expected = "`max_reviews`: a submission has at most `2 * quorum + 1` reviews; leave this key out";
        assert_eq!(problem.message, expected);
        let other = read("reviews = 5").expect_err("it never was").message;
        assert!(!other.contains("max_reviews"), "{other}");
    }
}
