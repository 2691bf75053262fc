//! What each event changes in the files of an index.
//!
//! An event is counted (in the day's figures and in those of all days), written into the logs of its request and of the
//! accounts that it names, and then folded into what it is about: [`market`], [`pool`], [`reputation`].
//!
//! Some things no event tells: a request's conditions, where a delivery is, how full the pool is. They are read from the chain,
//! from the newest state that still has them.

mod market;
mod pool;
mod reputation;

use crate::{
    documents::{
        Account, AccountRow, Conditions, Day, Figures, Moment, Owner, Pool, Price, Request, RequestRow, Stage,
    },
    source::{self, Block, Id, Source},
    store::{self, Store},
    text::{address, asset, day, hex, month, uri, Amount},
    told::told,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Award, Duplicates, RequestSpec},
    Event, PoolId, RequestId,
};
use serde_json::{json, value::to_raw_value, Value};
use std::fmt;

/// Why a block cannot be folded.
#[derive(Debug)]
pub enum Error {
    Store(store::Error),
    Source(source::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Source(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<source::Error> for Error {
    fn from(error: source::Error) -> Self {
        Self::Source(error)
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// Folds blocks, one after the other, up to a commit.
pub struct Fold<'a> {
    store: &'a mut Store,
    source: &'a mut dyn Source,
    /// The enforcers' pool.
    pool: PoolId,
    /// The newest block whose state can be read.
    head: Id,
    /// The last block in which something happened, and its time.
    at: Id,
    now: Moment,
    /// Its day; empty before the first.
    day: String,
}

impl<'a> Fold<'a> {
    /// Begins with a block whose state can be read; it may be newer than those that are folded.
    pub fn new(store: &'a mut Store, source: &'a mut dyn Source, head: Id) -> Self {
        let pool = source.organization().pool;
        Self { store, source, pool, head, at: Id::default(), now: Moment::default(), day: String::new() }
    }

    /// Folds a block.
    pub fn block(&mut self, block: &Block) -> Result<()> {
        if self.store.manifest().from.block == block.id.number {
            self.store.manifest().from.time = block.time;
        }
        if block.events.is_empty() {
            return Ok(());
        }
        let today = day(block.time);
        if self.day != today {
            self.close_day()?;
            self.day = today;
            let month = month(&self.day).to_owned();
            let months = &mut self.store.manifest().months;
            if months.last() != Some(&month) {
                months.push(month);
            }
        }
        (self.at, self.now) = (block.id, Moment { block: block.id.number, time: block.time });
        for event in &block.events {
            self.event(event)?;
        }
        Ok(())
    }

    /// Ends what was begun, so that it can be committed.
    pub fn finish(mut self) -> Result<()> {
        self.close_day()?;
        let (requests, accounts) = self.store.changed();
        for request in requests {
            let row = row_of(self.store.request(request)?);
            self.store.request_list(request)?.0.insert(request, row);
        }
        for account in accounts {
            let account = self.store.account(&account)?;
            let (number, row) = (account.number, row_of_account(account));
            self.store.account_list(number)?.0.insert(number, row);
        }
        Ok(())
    }

    /// Notes how things stand at the end of the day, as far as it was read.
    fn close_day(&mut self) -> Result<()> {
        if self.day.is_empty() {
            return Ok(());
        }
        let totals = self.store.totals()?;
        let (stages, members) = (totals.stages.clone(), totals.members);
        let capacity = self.source.capacity(self.at)?;
        let policy = self.source.policy(self.at)?;
        let utilization = capacity.map_or(0, |capacity| capacity.utilization_ppm);
        let block = self.now.block;
        let today = self.today()?;
        (today.block, today.stages, today.members) = (block, stages, members);
        today.pool = capacity.map(|capacity| Pool {
            seats: capacity.seats,
            active: capacity.active,
            throttled: capacity.throttled,
            waiting: capacity.waiting,
            frozen: capacity.frozen,
            demand: capacity.demand,
            supply: capacity.supply,
            backlog: capacity.backlog,
            hands: capacity.hands,
            utilization_ppm: capacity.utilization_ppm,
        });
        if let Some(policy) = policy {
            let premium = rules::premium_bps(utilization, policy.target_utilization_ppm, policy.premium_cap_bps);
            let price = |listed: &interfaces::market::AssetPolicy| Price {
                rent: Amount(listed.rent),
                min_review_fee: Amount(listed.min_review_fee),
                premium_bps: premium.into(),
            };
            today.prices = policy.assets.iter().map(|listed| (asset(&listed.asset), price(listed))).collect();
        }
        Ok(())
    }

    fn today(&mut self) -> Result<&mut Day> {
        let days = self.store.days(month(&self.day))?;
        Ok(days.0.entry(self.day.clone()).or_default())
    }

    /// Counts something, for this day and for all days.
    fn count(&mut self, change: impl Fn(&mut Figures)) -> Result<()> {
        change(&mut self.store.totals()?.figures);
        change(&mut self.today()?.figures);
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        self.store.manifest().events += 1;
        self.count(|figures| figures.events += 1)?;
        self.write_logs(event)?;
        match event {
            Event::Market(event) => self.market(event),
            Event::Obligation(event) => self.obligation(event),
            Event::Reputation(event) => self.reputation(event),
        }
    }

    /// Writes an event into the logs of its request and of the accounts that it is about.
    fn write_logs(&mut self, event: &Event) -> Result<()> {
        let (contract, name, fields) = told(event);
        let request = match event {
            Event::Market(event) => event.request(),
            _ => None,
        };
        let entry = self.entry(contract, name, request, fields);
        let mut accounts: Vec<String> = event.accounts().iter().map(address).collect();
        if let Some(request) = request {
            self.known(request)?;
            self.write(Owner::Request(request), &entry)?;
            // What no account is named for is the requester's affair.
            if accounts.is_empty() && market::is_the_requesters(name) {
                accounts.extend(self.store.request(request)?.requester.clone());
            }
        }
        for account in accounts {
            self.write(Owner::Account(account), &entry)?;
        }
        Ok(())
    }

    fn entry(&self, contract: &str, event: &str, request: Option<RequestId>, fields: Value) -> Value {
        let mut entry = json!({ "block": self.now.block, "time": self.now.time, "contract": contract, "event": event });
        if let Value::Object(entry) = &mut entry {
            entry.extend(request.map(|request| ("request".to_owned(), request.into())));
            if let Value::Object(fields) = fields {
                entry.extend(fields);
            }
        }
        entry
    }

    fn write(&mut self, owner: Owner, entry: &Value) -> Result<()> {
        let path = || store::Error::Damaged { path: "log".into(), reason: "an entry is no JSON".into() };
        let entry = to_raw_value(entry).map_err(|_| path())?;
        let length = match &owner {
            Owner::Request(request) => &mut self.store.request(*request)?.log,
            Owner::Account(account) => &mut self.account_at(account)?.log,
        };
        let before = *length;
        *length = before.saturating_add(1);
        Ok(self.store.log(owner, before, &entry)?)
    }

    fn account(&mut self, who: &AccountId) -> Result<&mut Account> {
        self.account_at(&address(who))
    }

    fn account_at(&mut self, address: &str) -> Result<&mut Account> {
        let next = self.store.manifest().accounts;
        let is_new = self.store.account(address)?.account.is_empty();
        if is_new {
            self.store.manifest().accounts = next.saturating_add(1);
        }
        let now = self.now;
        let account = self.store.account(address)?;
        if is_new {
            (account.account, account.number, account.first) = (address.to_owned(), next, now);
        }
        account.last = now;
        Ok(account)
    }

    /// Learns the conditions of a request, the first time that something is told of it.
    fn known(&mut self, request: RequestId) -> Result<()> {
        if self.store.knows_request(request) {
            return Ok(());
        }
        let case = match self.source.request(self.head, request)? {
            Some(case) => Some(case),
            None => self.source.request(self.at, request)?,
        };
        let numbered = &mut self.store.manifest().requests;
        *numbered = (*numbered).max(request.saturating_add(1));
        let found = self.store.request(request)?;
        found.conditions = case.as_ref().map(|case| conditions(&case.spec));
        found.requester = case.map(|case| address(&case.state.requester));
        *self.store.totals()?.stages.entry(Stage::Posted).or_default() += 1;
        Ok(())
    }

    /// The asset that a request pays in.
    fn asset_of(&mut self, request: RequestId) -> Result<String> {
        let conditions = &self.store.request(request)?.conditions;
        Ok(conditions.as_ref().map_or_else(|| "unknown".to_owned(), |conditions| conditions.asset.clone()))
    }

    fn set_stage(&mut self, request: RequestId, stage: Stage) -> Result<()> {
        let found = self.store.request(request)?;
        let before = std::mem::replace(&mut found.stage, stage);
        let stages = &mut self.store.totals()?.stages;
        if let Some(count) = stages.get_mut(&before) {
            *count = count.saturating_sub(1);
        }
        *stages.entry(stage).or_default() += 1;
        Ok(())
    }
}

/// What a request asks for, as it is written.
pub fn conditions(spec: &RequestSpec) -> Conditions {
    let (award, places_bps) = match &spec.award {
        Award::PerSubmission => ("PerSubmission", Vec::new()),
        Award::Proportional => ("Proportional", Vec::new()),
        Award::Ranked { places_bps } => ("Ranked", places_bps.clone()),
    };
    let (duplicates, retention_ppm) = match spec.duplicates {
        Duplicates::Independent => ("Independent", None),
        Duplicates::Shared { retention_ppm } => ("Shared", Some(retention_ppm)),
        Duplicates::FirstOnly => ("FirstOnly", None),
    };
    Conditions {
        spec: hex(spec.spec.as_ref()),
        uri: uri(&spec.uri),
        asset: asset(&spec.asset),
        reward: Amount(spec.reward),
        review_fee: Amount(spec.review_fee),
        access: format!("{:?}", spec.access),
        award: award.to_owned(),
        places_bps,
        duplicates: duplicates.to_owned(),
        retention_ppm,
        curve: spec.curve.iter().map(|bucket| (bucket.min_score, bucket.weight_bps)).collect(),
        limit: spec.limit,
        per_provider: spec.per_provider,
        provider_bond: Amount(spec.provider_bond),
        place_deposit: Amount(spec.place_deposit),
        access_price: Amount(spec.access_price),
        min_reputation: Amount(spec.min_reputation),
        min_tier: spec.min_tier,
        quorum: spec.quorum,
        tolerance: spec.tolerance,
        signal_by: spec.signal_by,
        deliver_by: spec.deliver_by,
        review_by: spec.review_by,
        reveal_by: spec.reveal_by,
    }
}

fn row_of(request: &Request) -> RequestRow {
    let conditions = request.conditions.as_ref();
    RequestRow {
        requester: request.requester.clone(),
        posted: request.posted.map(|posted| posted.time),
        stage: request.stage,
        withdrawn: request.withdrawn.is_some(),
        engagement: request.engagement.is_some(),
        spec: conditions.map(|conditions| conditions.spec.clone()),
        uri: conditions.map(|conditions| conditions.uri.clone()),
        asset: conditions.map(|conditions| conditions.asset.clone()),
        reward: conditions.map(|conditions| conditions.reward),
        deliver_by: conditions.map(|conditions| conditions.deliver_by),
        places: request.places,
        submissions: request.submissions,
        finalized: request.finalized,
        pay: request.pay,
    }
}

fn row_of_account(account: &Account) -> AccountRow {
    AccountRow {
        account: account.account.clone(),
        posted: account.requester.posted,
        submissions: account.provider.submissions,
        quorum: account.provider.quorum,
        medians: account.provider.medians,
        state: account.enforcer.state,
        standing: account.enforcer.standing.clone(),
        judged: account.enforcer.judged,
        coherent: account.enforcer.coherent,
        unrevealed: account.enforcer.unrevealed,
        bans: account.enforcer.bans,
        reputation: account.reputation.balance,
    }
}
