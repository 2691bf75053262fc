//! The result of a story, as data. Amounts are texts, exact to the last unit.

use super::plan::Scenario;
use chain::amounts::show_micro;
use chain::{build::Contracts, Weight};
use interfaces::{
    obligation::{MemberState, Membership},
    reputation::Profile,
    Balance, SubmissionId, Timestamp,
};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// One thing that one actor, or several at the same time, did.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Milliseconds since the story began.
    pub at: Timestamp,
    pub who: Vec<String>,
    /// The deed, as in "to enlist".
    pub deed: String,
    pub outcome: Outcome,
    /// Whether the file says that it ends like this.
    pub expected: bool,
    /// The outcome.
    pub notes: Vec<String>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    /// A contract refused by name.
    Refused(String),
    /// The call ended without an answer.
    Trapped(String),
}

impl Entry {
    /// Merges another entry, if it is the same deed at the same time. Returns it if it is not.
    pub fn merge(&mut self, other: Self) -> Option<Self> {
        let same = |entry: &Self| (entry.at, entry.deed.clone(), entry.outcome.clone(), entry.expected);
        if self.who.is_empty() || same(self) != same(&other) {
            return Some(other);
        }
        for name in other.who {
            if !self.who.contains(&name) {
                self.who.push(name);
            }
        }
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        None
    }
}

/// What became of one delivery, or of a place or period without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivered {
    pub request: String,
    /// Its number; in an engagement, the period's. `None` for places without a delivery.
    pub submission: Option<SubmissionId>,
    pub provider: String,
    pub verdict: String,
    pub median: Option<u8>,
    /// What it weighs by itself.
    pub weight_bps: u16,
    pub duplicate_of: Option<SubmissionId>,
    #[serde(serialize_with = "exact")]
    pub pay: Balance,
    #[serde(serialize_with = "exact")]
    pub deposit_lost: Balance,
    /// What it earned its provider.
    #[serde(serialize_with = "exact")]
    pub reputation: Balance,
}

impl Delivered {
    /// Nothing was delivered.
    pub fn missed(request: &str, submission: Option<SubmissionId>, provider: &str) -> Self {
        Self {
            request: request.into(),
            submission,
            provider: provider.into(),
            verdict: "not delivered".into(),
            median: None,
            weight_bps: 0,
            duplicate_of: None,
            pay: 0,
            deposit_lost: 0,
            reputation: 0,
        }
    }
}

/// What moved on one account. `before + received - sent - deposits = after`, to the last unit.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    pub name: String,
    #[serde(serialize_with = "exact")]
    pub before: Balance,
    /// Into escrow.
    #[serde(serialize_with = "exact")]
    pub sent: Balance,
    /// Out of escrow.
    #[serde(serialize_with = "exact")]
    pub received: Balance,
    /// Paid for storage, and got back.
    #[serde(serialize_with = "exact")]
    pub deposited: Balance,
    #[serde(serialize_with = "exact")]
    pub refunded: Balance,
    #[serde(serialize_with = "exact")]
    pub after: Balance,
}

impl Account {
    pub fn new(name: &str, before: Balance) -> Self {
        let name = name.to_owned();
        Self { name, before, sent: 0, received: 0, deposited: 0, refunded: 0, after: before }
    }

    fn adds_up(&self) -> bool {
        self.before + self.received + self.refunded == self.after + self.sent + self.deposited
    }
}

/// What the market holds and owes in the chain's currency.
#[derive(Clone, Debug, Serialize)]
pub struct Escrow {
    /// Paid in by all.
    #[serde(serialize_with = "exact")]
    pub paid_in: Balance,
    /// Credited to providers and enforcers for their work.
    #[serde(serialize_with = "exact")]
    pub paid: Balance,
    /// Credited back to requesters, and deposits to providers.
    #[serde(serialize_with = "exact")]
    pub refunded: Balance,
    /// Credited to the treasury.
    #[serde(serialize_with = "exact")]
    pub fees: Balance,
    /// In escrow for requests, deposits of places included.
    #[serde(serialize_with = "exact")]
    pub still_held: Balance,
    /// Credits that nobody has withdrawn.
    #[serde(serialize_with = "exact")]
    pub credited: Balance,
    #[serde(serialize_with = "exact")]
    pub withdrawn: Balance,
    /// What the market had to begin with, and has.
    #[serde(serialize_with = "exact")]
    pub market_before: Balance,
    #[serde(serialize_with = "exact")]
    pub market_now: Balance,
    /// All the currency there was, and is.
    #[serde(serialize_with = "exact")]
    pub issuance_before: Balance,
    #[serde(serialize_with = "exact")]
    pub issuance_now: Balance,
    /// What all accounts and contracts have together.
    #[serde(serialize_with = "exact")]
    pub everyone_has: Balance,
}

impl Escrow {
    pub fn new(market: Balance, issuance: Balance) -> Self {
        Self {
            paid_in: 0,
            paid: 0,
            refunded: 0,
            fees: 0,
            still_held: 0,
            credited: 0,
            withdrawn: 0,
            market_before: market,
            market_now: market,
            issuance_before: issuance,
            issuance_now: issuance,
            everyone_has: 0,
        }
    }
}

/// One equation of the balance sheet.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub what: String,
    #[serde(serialize_with = "exact")]
    pub left: Balance,
    #[serde(serialize_with = "exact")]
    pub right: Balance,
    pub holds: bool,
}

impl Check {
    fn new(what: impl Into<String>, left: Balance, right: Balance) -> Self {
        Self { what: what.into(), left, right, holds: left == right }
    }
}

/// A member of the enforcers' pool at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    pub name: String,
    pub state: String,
    pub standing: String,
    /// Micro-operations, as are the next three.
    #[serde(serialize_with = "exact")]
    pub seen: u128,
    #[serde(serialize_with = "exact")]
    pub declared: u128,
    #[serde(serialize_with = "exact")]
    pub required: u128,
    #[serde(serialize_with = "exact")]
    pub deficit: u128,
    #[serde(serialize_with = "exact")]
    pub bond: Balance,
}

impl Member {
    pub fn new(name: &str, membership: &Membership) -> Self {
        let state = match membership.state {
            MemberState::Left => "left",
            MemberState::Waiting => "in line",
            MemberState::Seated => "seated",
            MemberState::Frozen => "at rest",
            MemberState::Banned => "banned",
        };
        Self {
            name: name.to_owned(),
            state: state.into(),
            standing: format!("{:?}", membership.standing),
            seen: membership.seen,
            declared: membership.declared,
            required: membership.required,
            deficit: membership.deficit,
            bond: membership.bond,
        }
    }

    /// In one line.
    pub fn summary(&self) -> String {
        let Self { name, state, standing, .. } = self;
        format!("{name} {state}, {standing}: {} seen, {} declared", show_micro(self.seen), show_micro(self.declared))
    }
}

/// Somebody's reputation at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Reputation {
    pub name: String,
    #[serde(serialize_with = "exact")]
    pub balance: Balance,
    #[serde(serialize_with = "exact")]
    pub locked: Balance,
    #[serde(serialize_with = "exact")]
    pub owed: Balance,
    #[serde(serialize_with = "exact")]
    pub earned: Balance,
    #[serde(serialize_with = "exact")]
    pub spent: Balance,
    #[serde(serialize_with = "exact")]
    pub slashed: Balance,
    pub frozen: bool,
}

impl Reputation {
    pub fn new(name: &str, profile: &Profile) -> Self {
        Self {
            name: name.to_owned(),
            balance: profile.balance,
            locked: profile.locked,
            owed: profile.owed,
            earned: profile.earned,
            spent: profile.spent,
            slashed: profile.slashed,
            frozen: profile.frozen,
        }
    }
}

/// What calls of one message used.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cost {
    pub calls: u32,
    /// The most that one of them used, in picoseconds of computation.
    pub ref_time: u64,
    /// And in bytes of proof.
    pub proof_size: u64,
}

impl Cost {
    pub fn add(&mut self, used: Weight) {
        self.calls += 1;
        self.ref_time = self.ref_time.max(used.ref_time());
        self.proof_size = self.proof_size.max(used.proof_size());
    }
}

/// Everything about a story's result.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub title: String,
    pub timeline: Vec<Entry>,
    pub deliveries: Vec<Delivered>,
    /// Enforcers.
    pub members: Vec<Member>,
    /// Everyone who had the place of an engagement, in its own pool; pruned engagements are left out.
    pub providers: Vec<Member>,
    pub reputation: Vec<Reputation>,
    pub accounts: Vec<Account>,
    pub escrow: Escrow,
    pub checks: Vec<Check>,
    /// By message.
    pub costs: BTreeMap<&'static str, Cost>,
    /// Bytes of optimized Wasm, by contract.
    pub code: BTreeMap<&'static str, usize>,
    /// Whether every equation holds.
    pub adds_up: bool,
    /// How many steps did not end as the file says.
    pub surprises: usize,
}

/// Amounts as texts.
pub(crate) fn exact<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// What a story left, before the books are closed.
pub struct Story {
    pub timeline: Vec<Entry>,
    pub deliveries: Vec<Delivered>,
    pub members: Vec<Member>,
    pub providers: Vec<Member>,
    pub reputation: Vec<Reputation>,
    pub accounts: Vec<Account>,
    pub escrow: Escrow,
    pub costs: BTreeMap<&'static str, Cost>,
}

impl Report {
    /// Closes the books.
    pub fn new(scenario: &Scenario, contracts: &Contracts, story: Story) -> Self {
        let Story { timeline, deliveries, members, providers, reputation, accounts, escrow, costs } = story;
        let Escrow { paid_in, paid, refunded, fees, still_held, credited, withdrawn, .. } = escrow;
        let owes = still_held + credited;
        let mut checks = vec![
            Check::new("paid in = paid + refunded + fees + still held", paid_in, paid + refunded + fees + still_held),
            Check::new("paid in = withdrawn + credited + still held", paid_in, withdrawn + owes),
            Check::new(
                "the market has what it began with plus all it owes",
                escrow.market_now,
                escrow.market_before + owes,
            ),
            Check::new("no currency came or went", escrow.issuance_before, escrow.issuance_now),
            Check::new("all accounts have all the currency", escrow.issuance_now, escrow.everyone_has),
        ];
        for account in accounts.iter().filter(|account| !account.adds_up()) {
            checks.push(Check::new(
                format!("{}: before + received + storage refunded = after + sent + storage deposited", account.name),
                account.before + account.received + account.refunded,
                account.after + account.sent + account.deposited,
            ));
        }
        let adds_up = checks.iter().all(|check| check.holds);
        let surprises = timeline.iter().filter(|entry| !entry.expected).count();
        let code = contracts.all().map(|artifact| (artifact.package.name, artifact.wasm.len())).into();
        let title = scenario.title.clone();
        Self {
            title,
            timeline,
            deliveries,
            members,
            providers,
            reputation,
            accounts,
            escrow,
            checks,
            costs,
            code,
            adds_up,
            surprises,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_adds_up_to_the_last_unit_or_not_at_all() {
        let account =
            Account { sent: 30, received: 10, deposited: 3, refunded: 1, after: 78, ..Account::new("ada", 100) };
        assert!(account.adds_up());
        assert!(!Account { after: 79, ..account }.adds_up());
    }

    #[test]
    fn amounts_are_texts_in_the_data() {
        let account = Account::new("ada", 340_282_366_920_938_463_463);
        let data = serde_json::to_value(account).expect("data");
        assert_eq!(data["before"], "340282366920938463463");
    }
}
