//! A request to be posted: from a TOML file with the keys of a scenario's request, from options, or both.

use crate::client::{
    coins::Coin,
    conditions::{read_conditions, Conditions, EngagementPlan},
    files, moments, signer,
    toml::{expected, owned, parse, refused, text, Fields, Problem, Read},
    unusable::Unusable,
};
use anyhow::Result;
use chain::{amounts::whole, blake2_256};
use clap::Args;
use ink::primitives::Hash;
use interfaces::{
    market::{Asset, RequestSpec},
    Timestamp,
};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};
use toml_edit::{value, Array, DocumentMut, InlineTable, Item, Value};

/// The request, as it was given.
#[derive(Args, Debug)]
#[command(next_help_heading = "Request")]
pub struct Given {
    /// A TOML file with the conditions
    file: Option<PathBuf>,
    /// The document that says what is asked for, or its hash as 0x…
    #[arg(long, value_name = "FILE|HASH")]
    spec: Option<String>,
    /// Where that document is
    #[arg(long)]
    uri: Option<String>,
    /// What it pays in: `native`, or a token's address
    #[arg(long)]
    asset: Option<String>,
    /// The pay of all providers, such as '30 UNIT'; in a token, with the token's own symbol; in an engagement, per
    /// period
    #[arg(long, value_name = "AMOUNT")]
    reward: Option<String>,
    /// The pay of all enforcers of one submission
    #[arg(long, value_name = "AMOUNT")]
    review_fee: Option<String>,
    /// How much a submission weighs from each median on, such as '40=50%, 80=100%'
    #[arg(long, value_parser = curve)]
    curve: Option<Value>,
    /// The most submissions in all
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    limit: Option<i64>,
    /// The most submissions of one provider
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    per_provider: Option<i64>,
    /// How places are taken: open, or offers
    #[arg(long)]
    access: Option<String>,
    /// How the reward is shared: per_submission, proportional, or ranked=60%,40%
    #[arg(long, value_parser = award)]
    award: Option<Value>,
    /// What becomes of duplicates: independent, first_only, or shared=90%
    #[arg(long, value_parser = duplicates)]
    duplicates: Option<Value>,
    /// The deposit for each place taken
    #[arg(long, value_name = "AMOUNT")]
    place_deposit: Option<String>,
    /// The reputation locked for each place taken
    #[arg(long, value_name = "POINTS", value_parser = whole::<i64>)]
    provider_bond: Option<i64>,
    /// The reputation spent for each place taken
    #[arg(long, value_name = "POINTS", value_parser = whole::<i64>)]
    access_price: Option<i64>,
    /// The least reputation that a provider must have
    #[arg(long, value_name = "POINTS", value_parser = whole::<i64>)]
    min_reputation: Option<i64>,
    /// The lowest tier that a provider must have
    #[arg(long, value_name = "TIER", value_parser = whole::<i64>)]
    min_tier: Option<i64>,
    /// The fewest reviews that decide
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    quorum: Option<i64>,
    /// How far from the median a coherent review may be
    #[arg(long, value_name = "POINTS", value_parser = whole::<i64>)]
    tolerance: Option<i64>,
    /// How long providers can take places, such as 1d
    #[arg(long, value_name = "DURATION")]
    signal: Option<String>,
    /// How long providers can deliver after that
    #[arg(long, value_name = "DURATION")]
    deliver: Option<String>,
    /// How long enforcers can commit to reviews, from when they are opened; where delivery is sealed, twice that: the
    /// first half is for unsealing
    #[arg(long, value_name = "DURATION")]
    review: Option<String>,
    /// How long enforcers can reveal after that
    #[arg(long, value_name = "DURATION")]
    reveal: Option<String>,
    /// The deadline for taking places, in place of a duration: '2030-01-04 06:30', in UTC
    #[arg(long, value_name = "TIME")]
    signal_by: Option<String>,
    /// The deadline for delivering, in place of a duration
    #[arg(long, value_name = "TIME")]
    deliver_by: Option<String>,
    /// The deadline for committing, if reviews are opened at once, in place of a duration
    #[arg(long, value_name = "TIME")]
    review_by: Option<String>,
    /// The deadline for revealing, if reviews are opened at once, in place of a duration
    #[arg(long, value_name = "TIME")]
    reveal_by: Option<String>,
    /// Makes it an engagement of this many periods
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    periods: Option<i64>,
    /// The time from one delivery of an engagement to the next, such as 7d
    #[arg(long, value_name = "DURATION")]
    period: Option<String>,
    /// How many periods of an engagement may be missed
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    missed: Option<i64>,
    /// How many full periods of an engagement follow the running one when either side gives notice
    #[arg(long, value_name = "COUNT", value_parser = whole::<i64>)]
    notice: Option<i64>,
}

/// A request that can be posted.
pub struct Asked {
    pub spec: RequestSpec,
    pub engagement: Option<EngagementPlan>,
}

impl Given {
    /// The request, where it is posted at `now`. Amounts are in the coin that `coins` says an asset is counted in.
    ///
    /// # Errors
    /// [`Problem`] or [`Unusable`] if the file or an option is wrong.
    pub fn request(&self, now: Timestamp, coins: &dyn Fn(Asset) -> Result<Coin>) -> Result<Asked> {
        let (name, text) = match &self.file {
            Some(file) => {
                let text = files::read_text(file).map_err(|error| files::unreadable(file, error))?;
                (file.display().to_string(), text)
            }
            None => ("the options".to_owned(), String::new()),
        };
        // The reader refuses what is not TOML, and says where.
        let (text, options) = match text.parse() {
            Ok(document) => {
                let (document, options) = self.added_to(document);
                (if options.is_empty() { text } else { document.to_string() }, options)
            }
            Err(_) => (text, Vec::new()),
        };
        let unanswered = RefCell::new(None);
        let coins = |asset| coins(asset).map_err(|error| _ = unanswered.replace(Some(error))).ok();
        let read = parse(&name, &text, |file| read_request(file, &coins));
        match unanswered.into_inner() {
            Some(error) => Err(error),
            None => read.map_err(|problem| wrong_option(problem, &options))?.at(now, self.folder()),
        }
    }

    /// Where the file is.
    fn folder(&self) -> Option<&Path> {
        self.file.as_deref().and_then(Path::parent)
    }

    /// The file with the options in place of what it says, and the keys of these options.
    fn added_to(&self, mut document: DocumentMut) -> (DocumentMut, Vec<&'static str>) {
        let mut found: Vec<(&'static str, Value)> = Vec::new();
        let texts = [
            ("spec", &self.spec),
            ("uri", &self.uri),
            ("asset", &self.asset),
            ("reward", &self.reward),
            ("review_fee", &self.review_fee),
            ("access", &self.access),
            ("place_deposit", &self.place_deposit),
            ("signal_by", &self.signal_by),
            ("deliver_by", &self.deliver_by),
            ("review_by", &self.review_by),
            ("reveal_by", &self.reveal_by),
        ];
        found.extend(texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?.into()))));
        let numbers = [
            ("limit", self.limit),
            ("per_provider", self.per_provider),
            ("provider_bond", self.provider_bond),
            ("access_price", self.access_price),
            ("min_reputation", self.min_reputation),
            ("min_tier", self.min_tier),
            ("quorum", self.quorum),
            ("tolerance", self.tolerance),
        ];
        found.extend(numbers.into_iter().filter_map(|(key, number)| Some((key, number?.into()))));
        let values = [("curve", &self.curve), ("award", &self.award), ("duplicates", &self.duplicates)];
        found.extend(values.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))));
        let mut keys: Vec<_> = found.iter().map(|(key, _)| *key).collect();
        for (key, item) in found {
            document[key] = value(item);
        }
        let windows =
            [("signal", &self.signal), ("deliver", &self.deliver), ("review", &self.review), ("reveal", &self.reveal)];
        for (key, text) in windows {
            if let Some(text) = text {
                document["windows"][key] = value(text);
                keys.push(key);
            }
        }
        let engagement: [(&'static str, Option<Value>); 4] = [
            ("periods", self.periods.map(Into::into)),
            ("period", self.period.as_ref().map(Into::into)),
            ("missed", self.missed.map(Into::into)),
            ("notice", self.notice.map(Into::into)),
        ];
        for (key, item) in engagement {
            if let Some(item) = item {
                document["engagement"][key] = value(item);
                keys.push(key);
            }
        }
        (document, keys)
    }
}

/// A problem with a value that an option gave, as one with that option: the file may not even have such a line.
fn wrong_option(problem: Problem, options: &[&str]) -> anyhow::Error {
    let of_option = options.iter().find_map(|key| {
        let message = problem.message.strip_prefix(&format!("`{key}`: "))?;
        Some(format!("--{}: {message}", key.replace('_', "-")))
    });
    match of_option {
        Some(message) => Unusable(message).into(),
        None => problem.into(),
    }
}

/// `40=50%, 80=100%` as the file has it.
fn curve(text: &str) -> Result<Value, String> {
    let bucket = |part: &str| -> Option<Value> {
        let (from, weight) = part.split_once('=')?;
        let from: i64 = whole(from.trim()).ok()?;
        let bucket: InlineTable =
            [("from", Value::from(from)), ("weight", spaced(weight).into())].into_iter().collect();
        Some(bucket.into())
    };
    let buckets: Option<Array> = text.split(',').map(bucket).collect();
    buckets.map(Value::from).ok_or_else(|| "this is not a curve; expected one such as '40=50%, 80=100%'".to_owned())
}

/// `ranked=60%,40%` as the file has it.
fn award(text: &str) -> Result<Value, String> {
    match named(text, "ranked")? {
        Some(parts) => Ok(table("ranked", parts.into_iter().collect::<Array>().into())),
        None => Ok(text.replace('-', "_").into()),
    }
}

/// `shared=90%` as the file has it.
fn duplicates(text: &str) -> Result<Value, String> {
    match named(text, "shared")?.as_deref() {
        Some([part]) => Ok(table("shared", part.into())),
        Some(_) => Err("this is more than one part; expected one such as shared=90%".to_owned()),
        None => Ok(text.replace('-', "_").into()),
    }
}

/// The parts of `name=60%,40%`; `None` if it is a word alone.
fn named(text: &str, name: &str) -> Result<Option<Vec<String>>, String> {
    match text.split_once('=') {
        None => Ok(None),
        Some((key, parts)) if key.trim() == name => Ok(Some(parts.split(',').map(spaced).collect())),
        Some((key, _)) => Err(format!("`{key}` is not known; expected parts such as {name}=60%")),
    }
}

fn table(key: &str, value: Value) -> Value {
    InlineTable::from_iter([(key, value)]).into()
}

/// `50%` as `50 %`.
fn spaced(text: &str) -> String {
    text.trim().replace('%', " %").replace("  ", " ")
}

/// What the file says.
struct ReadRequest {
    conditions: Conditions,
    spec: String,
    uri: String,
    asset: Asset,
    /// The deadlines that it says, in order.
    deadlines: [Option<Timestamp>; 4],
}

fn read_request(file: &Fields, coins: &dyn Fn(Asset) -> Option<Coin>) -> Read<ReadRequest> {
    let (spec, uri) = (file.required("spec", owned)?, file.or("uri", String::new(), owned)?);
    let asset = file.or("asset", Asset::Native, read_asset)?;
    Ok(ReadRequest {
        spec,
        uri,
        asset,
        conditions: read_conditions(file, &coins(asset).unwrap_or(Coin::Native))?,
        deadlines: [
            file.optional("signal_by", moment)?,
            file.optional("deliver_by", moment)?,
            file.optional("review_by", moment)?,
            file.optional("reveal_by", moment)?,
        ],
    })
}

fn moment(item: &Item) -> Read<Timestamp> {
    moments::read_moment(text(item)?).map_err(|reason| refused(item, reason))
}

fn read_asset(item: &Item) -> Read<Asset> {
    match item.as_str() {
        Some(text) => asset(text).map_err(|reason| refused(item, reason)),
        None => Err(expected(item, "\"native\" or a token's address")),
    }
}

/// Reads an asset: `native`, or a token's address.
pub fn asset(text: &str) -> Result<Asset, String> {
    match text {
        "native" => Ok(Asset::Native),
        token => signer::account(token).map(Asset::Psp22),
    }
}

impl ReadRequest {
    /// The request, if it is posted at `now`. The document is looked for in `folder`, where the file is.
    fn at(self, now: Timestamp, folder: Option<&Path>) -> Result<Asked> {
        let spec = match self.spec.strip_prefix("0x").and_then(signer::bytes32) {
            Some(hash) => hash,
            None => {
                let here = Path::new(&self.spec);
                let beside = folder.map(|folder| folder.join(here)).filter(|path| !here.exists() && path.exists());
                file_hash(&beside.unwrap_or_else(|| here.to_owned()))?.into()
            }
        };
        let mut spec = self.conditions.request(now, self.asset, Hash::from(spec), self.uri.into_bytes());
        let fields = [&mut spec.signal_by, &mut spec.deliver_by, &mut spec.review_by, &mut spec.reveal_by];
        for (field, deadline) in fields.into_iter().zip(self.deadlines) {
            *field = deadline.unwrap_or(*field);
        }
        Ok(Asked { spec, engagement: self.conditions.engagement })
    }
}

/// The hash of what is in a file, blake2-256.
pub fn file_hash(path: &Path) -> Result<Hash, Unusable> {
    let bytes = files::read(path).map_err(|error| files::unreadable(path, error))?;
    Ok(blake2_256(&bytes).into())
}
