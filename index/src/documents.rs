//! The files of an index, as types. `docs/index.md` describes each field with its unit.

use crate::text::Amount;
use interfaces::{obligation::MemberState, PoolId, RequestId, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{value::RawValue, Value};
use std::collections::BTreeMap;

/// Changes with the layout of the files.
pub const FORMAT: u32 = 1;
/// Rows in one page of the lists of requests and of accounts.
pub const LIST_PAGE: u32 = 200;
/// Submissions in one page of a request.
pub const SUBMISSION_PAGE: u32 = 50;
/// Entries in one page of a log.
pub const LOG_PAGE: u32 = 100;

/// Something that has a file of its own.
pub trait Document: Default + Serialize + for<'de> Deserialize<'de> {
    type Key: Clone + Ord;

    /// The file, from the folder of the index on.
    fn path(key: &Self::Key) -> String;
}

/// A block and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    pub block: u32,
    pub time: Timestamp,
}

/// `manifest.json`: whose index this is, and from when to when it goes. It is written last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub edition: u16,
    pub network: String,
    pub genesis: String,
    pub reputation: String,
    pub obligation: String,
    pub market: String,
    pub pool: PoolId,
    /// The first block that was read.
    pub from: Moment,
    /// Whether that is the first in which there may be something to read.
    pub complete: bool,
    /// The last block that was read.
    pub to: Moment,
    pub to_hash: String,
    pub events: u64,
    /// Requests are numbered below this.
    pub requests: u32,
    /// Accounts are numbered below this.
    pub accounts: u32,
    /// The months in which something happened.
    pub months: Vec<String>,
    pub pages: Pages,
}

/// How many things a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    pub list: u32,
    pub submissions: u32,
    pub log: u32,
}

impl Default for Pages {
    fn default() -> Self {
        Self { list: LIST_PAGE, submissions: SUBMISSION_PAGE, log: LOG_PAGE }
    }
}

/// How far a request is, by what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Posted; nobody has delivered.
    #[default]
    Posted,
    /// Something was delivered.
    Delivered,
    /// Reviews were opened.
    Review,
    /// All that was delivered has its verdict.
    Judged,
    /// All is settled.
    Settled,
    /// It was withdrawn.
    Withdrawn,
    /// The chain has forgotten it.
    Pruned,
}

/// `requests/N.json`: the life of a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Request {
    pub request: RequestId,
    pub requester: Option<String>,
    pub posted: Option<Moment>,
    pub stage: Stage,
    /// How it ended, which stays to be seen once it is pruned.
    pub withdrawn: Option<Moment>,
    pub settled: Option<Moment>,
    pub pruned: Option<Moment>,
    pub conditions: Option<Conditions>,
    pub quote: Option<Value>,
    pub engagement: Option<Deal>,
    pub places: u32,
    pub offers: u32,
    /// Its submissions are numbered below this.
    pub submissions: u32,
    pub opened: u32,
    /// Of those opened, how many were never delivered.
    pub missed: u32,
    pub finalized: u32,
    pub claimed: u32,
    pub no_shows: u32,
    /// Reward and review fees that are left in escrow, and deposits forfeited to the requester.
    pub held: Amount,
    pub pay: Amount,
    pub fees: Amount,
    pub reclaimed: Amount,
    pub forfeited: Amount,
    /// Entries in its log.
    pub log: u32,
}

impl Document for Request {
    type Key = RequestId;

    fn path(key: &Self::Key) -> String {
        format!("requests/{key}.json")
    }
}

/// What is asked for; amounts in smallest units of the asset, times in milliseconds since the Unix epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    pub spec: String,
    pub uri: String,
    pub asset: String,
    pub reward: Amount,
    pub review_fee: Amount,
    pub access: String,
    pub award: String,
    pub places_bps: Vec<u16>,
    pub duplicates: String,
    pub retention_ppm: Option<u32>,
    /// Pairs of the lowest median and the weight from there on.
    pub curve: Vec<(u8, u16)>,
    pub limit: u32,
    pub per_provider: u16,
    pub provider_bond: Amount,
    pub place_deposit: Amount,
    pub access_price: Amount,
    pub min_reputation: Amount,
    pub min_tier: u8,
    pub quorum: u8,
    pub tolerance: u8,
    pub signal_by: Timestamp,
    pub deliver_by: Timestamp,
    pub review_by: Timestamp,
    pub reveal_by: Timestamp,
}

/// What makes a request a long deal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    pub periods: u32,
    pub period: Timestamp,
    pub missed_periods: u16,
    pub notice_periods: u16,
    pub provider: Option<String>,
    /// Periods closed, and those of them in which something was delivered, and accepted.
    pub closed: u32,
    pub delivered: u32,
    pub accepted: u32,
}

/// `requests/N/submissions-P.json`: a page of submissions, by their numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Submissions(pub BTreeMap<SubmissionId, Submission>);

impl Document for Submissions {
    type Key = (RequestId, u32);

    fn path((request, page): &Self::Key) -> String {
        format!("requests/{request}/submissions-{page}.json")
    }
}

/// A submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    pub provider: Option<String>,
    pub submitted: Option<Moment>,
    /// When it was revised, or unsealed, last.
    pub changed: Option<Moment>,
    pub revisions: u32,
    pub content: Option<String>,
    pub uri: Option<String>,
    pub seal: Option<String>,
    pub opened: Option<Moment>,
    pub extended: Option<Moment>,
    pub reviews: Vec<Review>,
    pub finalized: Option<Moment>,
    pub verdict: Option<String>,
    pub median: Option<u8>,
    pub weight_bps: Option<u16>,
    pub coherent: Option<u8>,
    pub fee: Option<Amount>,
    pub duplicate_of: Option<SubmissionId>,
    pub claimed: Option<Moment>,
    pub pay: Option<Amount>,
    pub deposit: Option<Amount>,
    pub forfeited: Option<Amount>,
    pub reputation: Option<Amount>,
}

impl Submission {
    /// When it was last made or revised, which decides who was first. Unsealing changes nothing in that.
    pub fn changed_or_made(&self) -> Timestamp {
        let changed = self.changed.filter(|_| self.seal.is_none()).or(self.submitted);
        changed.map_or(0, |changed| changed.time)
    }
}

/// A review of a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub enforcer: String,
    pub committed: Timestamp,
    pub revealed: Option<Timestamp>,
    pub score: Option<u8>,
    pub duplicate_of: Option<SubmissionId>,
    /// Once there is a verdict: whether it agreed. A review that was not revealed does not.
    pub coherent: Option<bool>,
}

/// What has a log: a request, or an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Request(RequestId),
    Account(String),
}

/// `requests/N/log-P.json`, `accounts/ADDRESS/log-P.json`: what happened, in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Log(pub Vec<Box<RawValue>>);

impl Document for Log {
    type Key = (Owner, u32);

    fn path((owner, page): &Self::Key) -> String {
        match owner {
            Owner::Request(request) => format!("requests/{request}/log-{page}.json"),
            Owner::Account(address) => format!("accounts/{address}/log-{page}.json"),
        }
    }
}

/// `accounts/ADDRESS.json`: the profile of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    pub account: String,
    pub number: u32,
    pub first: Moment,
    pub last: Moment,
    /// Roles in the contracts, as `market 0`; 0 is the manager's.
    pub roles: Vec<String>,
    pub requester: Requester,
    pub provider: Provider,
    pub enforcer: Enforcer,
    pub keeper: Keeper,
    pub reputation: Reputation,
    /// What was paid out to it, by asset.
    pub withdrawn: BTreeMap<String, Amount>,
    /// What it did in each month, as a provider and as an enforcer.
    pub months: BTreeMap<String, Month>,
    pub log: u32,
}

impl Document for Account {
    type Key = String;

    fn path(key: &Self::Key) -> String {
        format!("accounts/{key}.json")
    }
}

/// What an account asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    pub posted: u32,
    pub withdrawn: u32,
    pub settled: u32,
    pub spent: BTreeMap<String, Spent>,
}

/// What a requester paid in an asset, and had back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub escrowed: Amount,
    pub costs: Amount,
    pub returned: Amount,
}

/// What an account delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub places: u32,
    pub offers: u32,
    pub accepted: u32,
    pub submissions: u32,
    pub judged: u32,
    /// Of those judged, how many by a quorum, and the sum of their medians.
    pub quorum: u32,
    pub medians: u64,
    /// Of those judged, how many weigh something.
    pub weighty: u32,
    pub duplicates: u32,
    pub no_shows: u32,
    pub claimed: u32,
    pub earned: BTreeMap<String, Earned>,
}

/// What a provider earned in an asset, and lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earned {
    pub pay: Amount,
    pub forfeited: Amount,
}

/// What an account did for the enforcers' pool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforcer {
    /// `None`: it never was a member.
    pub state: Option<State>,
    /// The standing that was latched last.
    pub standing: Option<String>,
    /// When either last changed.
    pub since: Option<Moment>,
    /// The latest changes of the standing, the newest last.
    pub standings: Vec<(Timestamp, String)>,
    pub committed: u32,
    pub revealed: u32,
    /// Reviews of submissions that have their verdict: those that agreed, and those that were never revealed.
    pub judged: u32,
    pub coherent: u32,
    pub unrevealed: u32,
    pub declared: u64,
    pub present: u64,
    pub restored: u64,
    pub bans: u32,
    pub bond_burnt: Amount,
    pub slashed: Amount,
    pub redeemed: Amount,
    /// Review fees, by asset.
    pub earned: BTreeMap<String, Amount>,
}

/// What a member of a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Left,
    Waiting,
    Seated,
    Frozen,
    Banned,
}

impl From<MemberState> for State {
    fn from(state: MemberState) -> Self {
        match state {
            MemberState::Left => Self::Left,
            MemberState::Waiting => Self::Waiting,
            MemberState::Seated => Self::Seated,
            MemberState::Frozen => Self::Frozen,
            MemberState::Banned => Self::Banned,
        }
    }
}

/// What an account latched for others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeper {
    pub bans: u32,
    pub reward: Amount,
}

/// An account's reputation, in points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reputation {
    pub balance: Amount,
    /// By locker.
    pub locked: BTreeMap<String, Amount>,
    pub owed: Amount,
    pub earned: Amount,
    pub spent: Amount,
    pub slashed: Amount,
    pub frozen: bool,
    /// What it was owed for, over its lifetime: `Delivery`, `Review`, `Keeper`.
    pub reasons: BTreeMap<String, Amount>,
    /// A slash that was told, and whose burning is told next.
    #[serde(skip_serializing_if = "Amount::is_zero", default)]
    pub burning: Amount,
}

/// A month of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Its submissions that a quorum judged, and the sum of their medians.
    pub quorum: u32,
    pub medians: u64,
    /// Its reviews of submissions that were judged, and those of them that agreed, or were never revealed.
    pub judged: u32,
    pub coherent: u32,
    pub unrevealed: u32,
}

/// `days/YYYY-MM.json`: a month's days on which something happened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Days(pub BTreeMap<String, Day>);

impl Document for Days {
    type Key = String;

    fn path(key: &Self::Key) -> String {
        format!("days/{key}.json")
    }
}

/// A day in UTC.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Day {
    /// The last block of the day in which something happened.
    pub block: u32,
    pub figures: Figures,
    /// Requests by stage, after that block.
    pub stages: BTreeMap<Stage, u32>,
    pub members: Members,
    /// The enforcers' pool after the last block that was read of the day.
    pub pool: Option<Pool>,
    /// What the policy asks for then, by asset.
    pub prices: BTreeMap<String, Price>,
}

/// What happened in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub events: u64,
    pub posted: u32,
    pub withdrawn: u32,
    pub settled: u32,
    pub pruned: u32,
    pub places: u32,
    pub no_shows: u32,
    pub submissions: u32,
    pub opened: u32,
    pub committed: u32,
    pub revealed: u32,
    pub extended: u32,
    /// Verdicts: `Quorum`, `Few`, `Unreviewed`, `Missed`.
    pub verdicts: BTreeMap<String, u32>,
    /// The sum of the medians of those by a quorum.
    pub medians: u64,
    /// Reviews of what was judged: all, those that agreed, those never revealed.
    pub judged: u32,
    pub coherent: u32,
    pub unrevealed: u32,
    pub claimed: u32,
    pub seen: u64,
    pub declared: u64,
    pub throttled: u32,
    pub bans: u32,
    pub minted: Amount,
    pub spent: Amount,
    pub slashed: Amount,
    pub money: BTreeMap<String, Money>,
}

/// What was moved in an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub reward: Amount,
    pub review_fees: Amount,
    pub protocol_fee: Amount,
    pub rent: Amount,
    pub premium: Amount,
    pub pay: Amount,
    pub fees: Amount,
    pub returned: Amount,
    pub forfeited: Amount,
    pub deposits: Amount,
    pub deposits_returned: Amount,
    pub withdrawn: Amount,
}

/// How many members the enforcers' pool has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub active: u32,
    /// Of those, latched as Throttled.
    pub throttled: u32,
    pub waiting: u32,
    pub frozen: u32,
}

/// The capacity of the enforcers' pool, as the chain tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub seats: u32,
    pub active: u32,
    pub throttled: u32,
    pub waiting: u32,
    pub frozen: u32,
    pub demand: u64,
    pub supply: u64,
    pub backlog: u64,
    pub hands: u64,
    pub utilization_ppm: u32,
}

/// What the policy asks for in an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub rent: Amount,
    pub min_review_fee: Amount,
    /// The premium on the rent at the pool's utilization.
    pub premium_bps: u64,
}

/// `totals.json`: all figures since the index begins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    pub figures: Figures,
    pub stages: BTreeMap<Stage, u32>,
    pub members: Members,
    pub treasury: Option<String>,
    pub paused: Vec<String>,
}

impl Document for Totals {
    type Key = ();

    fn path((): &Self::Key) -> String {
        "totals.json".into()
    }
}

/// `requests/list-P.json`: what a list of requests shows of each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestList(pub BTreeMap<RequestId, RequestRow>);

impl Document for RequestList {
    type Key = u32;

    fn path(page: &Self::Key) -> String {
        format!("requests/list-{page}.json")
    }
}

/// A request in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RequestRow {
    pub requester: Option<String>,
    pub posted: Option<Timestamp>,
    pub stage: Stage,
    pub withdrawn: bool,
    pub engagement: bool,
    pub spec: Option<String>,
    pub uri: Option<String>,
    pub asset: Option<String>,
    pub reward: Option<Amount>,
    pub deliver_by: Option<Timestamp>,
    pub places: u32,
    pub submissions: u32,
    pub finalized: u32,
    pub pay: Amount,
}

/// `accounts/list-P.json`: what a list of accounts shows of each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountList(pub BTreeMap<u32, AccountRow>);

impl Document for AccountList {
    type Key = u32;

    fn path(page: &Self::Key) -> String {
        format!("accounts/list-{page}.json")
    }
}

/// An account in a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AccountRow {
    pub account: String,
    pub posted: u32,
    pub submissions: u32,
    pub quorum: u32,
    pub medians: u64,
    pub state: Option<State>,
    pub standing: Option<String>,
    pub judged: u32,
    pub coherent: u32,
    pub unrevealed: u32,
    pub bans: u32,
    pub reputation: Amount,
}
