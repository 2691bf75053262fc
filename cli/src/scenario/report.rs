//! What came of a story: for people, and as data. Amounts are texts in the data, exact to the last unit.

use super::{
    amounts::{show_change, show_time, show_units, thousands},
    read::Scenario,
};
use crate::{build::Contracts, chain::Weight};
use interfaces::{
    obligation::{MemberState, Membership},
    reputation::Profile,
    Balance, SubmissionId, Timestamp,
};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Micro-operations in an operation.
const MICRO: u128 = 1_000_000;
const PICOSECONDS_IN_MILLISECOND: u64 = 1_000_000_000;
const KIB: u64 = 1_024;
const BPS_IN_PERCENT: f64 = 100.0;
/// Width of a time, up to the hundredth day, and in stories that are longer.
const TIME_WIDTH: usize = 9;
const LONG_TIME_WIDTH: usize = 10;
/// When a story is longer.
const LONG: Timestamp = 100 * 24 * 60 * 60 * 1_000;
/// Width of the timeline.
const WIDTH: usize = 118;

/// One thing that happened, done by one or by several at the same time.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Milliseconds since the story began.
    pub at: Timestamp,
    pub who: Vec<String>,
    /// What they do, as in "to enlist".
    pub deed: String,
    pub outcome: Outcome,
    /// Whether the file says that it ends like this.
    pub expected: bool,
    /// What came of it.
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
    /// Takes up another entry that is the same deed at the same time. Returns it if it is not.
    fn merge(&mut self, other: Self) -> Option<Self> {
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

/// What became of one delivery, or of a place or period that nothing was delivered on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivered {
    pub request: String,
    /// Its number; in an engagement that of the period. None for places that were never delivered on.
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
    /// Micro-operations.
    #[serde(serialize_with = "exact")]
    pub seen: u128,
    #[serde(serialize_with = "exact")]
    pub declared: u128,
    /// Whole operations.
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
        format!("{name} {state}, {standing}: {} seen, {} declared", operations(self.seen), operations(self.declared))
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

/// Everything that came of a story.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub title: String,
    pub timeline: Vec<Entry>,
    pub deliveries: Vec<Delivered>,
    /// Enforcers.
    pub members: Vec<Member>,
    /// Who had the place of an engagement, in its own pool; not of those that are pruned.
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
    /// Steps that ended otherwise than the file says.
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
                "the market has what it began with and all it owes",
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
        let code = contracts.all().map(|artifact| (artifact.contract.name(), artifact.wasm.len())).into();
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

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub colour: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn warn(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.with("31;1", text)
    }
}

/// Prints the timeline as it grows: what several do at the same time is one entry.
pub struct Timeline {
    paint: Paint,
    time_width: usize,
    pending: Option<Entry>,
    day: Option<Timestamp>,
}

impl Timeline {
    pub fn new(paint: Paint) -> Self {
        Self { paint, time_width: TIME_WIDTH, pending: None, day: None }
    }

    /// With room for the times of this story.
    pub fn of(scenario: &Scenario, paint: Paint) -> Self {
        let ends = scenario.steps.last().map_or(0, |step| step.at);
        let lasts: Option<Timestamp> = scenario.requests.iter().filter_map(|request| request.conditions.lasts()).max();
        let time_width = if ends.saturating_add(lasts.unwrap_or(0)) < LONG { TIME_WIDTH } else { LONG_TIME_WIDTH };
        Self { time_width, ..Self::new(paint) }
    }

    /// Takes up an entry; returns what can be printed now.
    pub fn add(&mut self, entry: &Entry) -> String {
        let entry = entry.clone();
        match self.pending.as_mut().map(|pending| pending.merge(entry.clone())) {
            Some(None) => String::new(),
            Some(Some(next)) => {
                let shown = self.finish();
                self.pending = Some(next);
                shown
            }
            None => {
                self.pending = Some(entry);
                String::new()
            }
        }
    }

    /// What is left to print.
    pub fn finish(&mut self) -> String {
        self.pending.take().map_or(String::new(), |entry| self.show(&entry))
    }

    fn show(&mut self, entry: &Entry) -> String {
        let paint = self.paint;
        let time = format!("{:>1$}", show_time(entry.at), self.time_width);
        let repeated = self.day == Some(entry.at);
        self.day = Some(entry.at);
        let shown_time = match repeated {
            true => " ".repeat(time.len()),
            false => time.clone(),
        };
        let margin = " ".repeat(time.len() + 3);
        let sentence = match entry.who.is_empty() {
            true => entry.deed.clone(),
            false => format!("{} {}", entry.who.join(", "), conjugated(&entry.deed, entry.who.len())),
        };
        let (mark, sentence) = match (&entry.outcome, entry.expected) {
            (Outcome::Done, true) => (" ", paint.strong(&sentence)),
            (Outcome::Done, false) => ("!", paint.bad(&format!("{sentence}: accepted against expectation"))),
            (Outcome::Refused(error), true) => ("-", paint.warn(&format!("{sentence}: refused as expected, {error}"))),
            (Outcome::Refused(error), false) => ("!", paint.bad(&format!("{sentence}: refused, {error}"))),
            (Outcome::Trapped(trap), _) => ("!", paint.bad(&format!("{sentence}: failed, {trap}"))),
        };
        let mut shown = format!("{} {mark} {sentence}\n", paint.faint(&shown_time));
        for line in wrapped(&entry.notes, WIDTH - margin.len() - 2) {
            let line = match line.contains("Banned") || line.contains("Throttled") {
                true => paint.warn(&line),
                false => line,
            };
            shown.push_str(&format!("{margin}  {line}\n"));
        }
        shown
    }
}

/// `enlist`, as one or as several do it.
fn conjugated(deed: &str, how_many: usize) -> String {
    if how_many > 1 {
        return deed.to_owned();
    }
    match deed.split_once(' ') {
        Some((verb, rest)) => format!("{verb}s {rest}"),
        None => format!("{deed}s"),
    }
}

/// Notes one after another in lines of at most `width`.
fn wrapped(notes: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(line) if line.chars().count() + note.chars().count() + 2 <= width => {
                line.push_str("; ");
                line.push_str(note);
            }
            _ => lines.push(note.clone()),
        }
    }
    lines
}

/// Operations with what there is of fractions.
fn operations(micro: u128) -> String {
    let fraction = format!("{:06}", micro % MICRO);
    match fraction.trim_end_matches('0') {
        "" => thousands(micro / MICRO),
        fraction => format!("{}.{fraction}", thousands(micro / MICRO)),
    }
}

/// A table: names first, then numbers.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// How many columns are words; the others are numbers.
    words: usize,
}

impl Table {
    pub(crate) fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()], words: 1 }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn show(&self, paint: Paint) -> String {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut shown = String::new();
        let without_heads = self.rows[0].iter().all(String::is_empty);
        for (index, row) in self.rows.iter().enumerate().skip(usize::from(without_heads)) {
            let cells = row.iter().zip(&widths).enumerate();
            let line: Vec<_> = cells
                .map(|(column, (cell, width))| match column {
                    column if column < self.words => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            let line = line.join("  ");
            let line = line.trim_end();
            let line = if index == 0 { paint.faint(line) } else { line.to_owned() };
            shown.push_str(&format!("  {line}\n"));
        }
        shown
    }
}

impl Report {
    /// Everything but the timeline, for people.
    pub fn show(&self, paint: Paint) -> String {
        let mut shown = String::new();
        // Writing to a string never fails.
        let _ = self.write(&mut shown, paint);
        shown
    }

    fn write_deliveries(&self, out: &mut String, paint: Paint) -> std::fmt::Result {
        if self.deliveries.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", paint.strong("What was delivered"))?;
        let heads = ["", "by", "verdict", "no.", "same as", "weighs, %", "earned, UNIT", "reputation", "deposit lost"];
        let mut table = Table { words: 3, ..Table::new(&heads) };
        let mut order: Vec<_> = self.deliveries.iter().collect();
        let requests: Vec<_> = self.deliveries.iter().map(|delivered| &delivered.request).collect();
        let first = |request: &String| requests.iter().position(|known| *known == request);
        order.sort_by_key(|delivered| (first(&delivered.request), delivered.submission.unwrap_or(SubmissionId::MAX)));
        let number = |number: Option<SubmissionId>| number.map_or(String::new(), |number| number.to_string());
        let mut above = None;
        for row in order {
            let repeated = above.replace(&row.request) == Some(&row.request);
            table.row([
                if repeated { String::new() } else { row.request.clone() },
                row.provider.clone(),
                row.verdict.clone(),
                number(row.submission),
                number(row.duplicate_of),
                (f64::from(row.weight_bps) / BPS_IN_PERCENT).to_string(),
                show_units(row.pay),
                thousands(row.reputation),
                if row.deposit_lost > 0 { show_units(row.deposit_lost) } else { String::new() },
            ]);
        }
        out.push_str(&table.show(paint));
        Ok(())
    }

    fn write(&self, out: &mut String, paint: Paint) -> std::fmt::Result {
        let amount = |amount: Balance| show_units(amount);
        self.write_deliveries(out, paint)?;
        if !self.providers.is_empty() {
            writeln!(out, "\n{}", paint.strong("Providers of engagements (periods)"))?;
            let mut table = Table::new(&["", "state", "standing", "over", "accepted", "short"]);
            for member in &self.providers {
                table.row([
                    member.name.clone(),
                    match member.state.as_str() {
                        "seated" => "engaged".into(),
                        state => state.to_owned(),
                    },
                    member.standing.clone(),
                    operations(member.seen),
                    operations(member.declared),
                    thousands(member.deficit),
                ]);
            }
            out.push_str(&table.show(paint));
        }
        if !self.members.is_empty() {
            writeln!(out, "\n{}", paint.strong("Enforcers (operations)"))?;
            let heads = ["", "state", "standing", "seen", "declared", "required", "deficit", "bond"];
            let mut table = Table::new(&heads);
            for member in &self.members {
                table.row([
                    member.name.clone(),
                    member.state.clone(),
                    member.standing.clone(),
                    operations(member.seen),
                    operations(member.declared),
                    thousands(member.required),
                    thousands(member.deficit),
                    thousands(member.bond),
                ]);
            }
            out.push_str(&table.show(paint));
        }
        if !self.reputation.is_empty() {
            writeln!(out, "\n{}", paint.strong("Reputation (points)"))?;
            let mut table = Table::new(&["", "balance", "locked", "owed", "earned", "spent", "slashed"]);
            for row in &self.reputation {
                let numbers = [row.balance, row.locked, row.owed, row.earned, row.spent, row.slashed];
                table.row([row.name.clone()].into_iter().chain(numbers.map(thousands)));
            }
            out.push_str(&table.show(paint));
        }
        writeln!(out, "\n{}", paint.strong("Accounts (UNIT)"))?;
        let mut table = Table::new(&["", "before", "into escrow", "out of escrow", "storage deposits", "after"]);
        for row in &self.accounts {
            table.row([
                row.name.clone(),
                amount(row.before),
                amount(row.sent),
                amount(row.received),
                show_change(row.deposited, row.refunded),
                amount(row.after),
            ]);
        }
        out.push_str(&table.show(paint));

        let escrow = &self.escrow;
        writeln!(out, "\n{}", paint.strong("Balance sheet of the market (UNIT)"))?;
        let mut table = Table::new(&["", ""]);
        for (what, number) in [
            ("paid in", escrow.paid_in),
            ("  paid for work", escrow.paid),
            ("  refunded", escrow.refunded),
            ("  fees", escrow.fees),
            ("  still held", escrow.still_held),
            ("withdrawn", escrow.withdrawn),
            ("credited, not withdrawn", escrow.credited),
        ] {
            table.row([what.to_owned(), amount(number)]);
        }
        out.push_str(&table.show(paint));
        for check in &self.checks {
            let numbers = match check.holds {
                true => amount(check.left),
                false => format!("{} is not {}", amount(check.left), amount(check.right)),
            };
            let mark = if check.holds { paint.good("ok") } else { paint.bad("WRONG") };
            writeln!(out, "  {mark} {}: {numbers}", check.what)?;
        }

        writeln!(out, "\n{}", paint.strong("What calls used at most, of a block's 2 s and 5 MiB"))?;
        let mut table = Table::new(&["", "calls", "ms", "proof, KiB"]);
        for (message, cost) in &self.costs {
            let (time, size) = (cost.ref_time as f64 / PICOSECONDS_IN_MILLISECOND as f64, cost.proof_size / KIB);
            table.row([(*message).to_owned(), cost.calls.to_string(), format!("{time:.1}"), size.to_string()]);
        }
        out.push_str(&table.show(paint));
        let code: Vec<_> = self.code.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
        writeln!(out, "  optimized Wasm, bytes: {}", code.join(", "))?;
        writeln!(out)?;
        match (self.adds_up, self.surprises) {
            (true, 0) => writeln!(out, "{}", paint.good("Everything adds up to the last unit.")),
            (false, _) => writeln!(out, "{}", paint.bad("THE BALANCE SHEET DOES NOT ADD UP.")),
            (true, surprises) => {
                writeln!(out, "{}", paint.good("Everything adds up to the last unit."))?;
                writeln!(out, "{}", paint.bad(&format!("Steps that ended otherwise than the file says: {surprises}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Paint = Paint { colour: false };

    fn entry(who: &str, deed: &str) -> Entry {
        let (who, deed) = (vec![who.to_owned()], deed.to_owned());
        Entry { at: 3_600_000, who, deed, outcome: Outcome::Done, expected: true, notes: vec![] }
    }

    #[test]
    fn what_several_do_at_the_same_time_is_one_entry() {
        let mut timeline = Timeline::new(PLAIN);
        assert_eq!(timeline.add(&entry("ada", "enlist")), "");
        assert_eq!(timeline.add(&entry("ben", "enlist")), "");
        let shown = timeline.add(&entry("cleo", "freeze for a rest"));
        assert_eq!(shown, " 0d 01:00   ada, ben enlist\n");
        assert_eq!(timeline.finish(), "            cleo freezes for a rest\n");
    }

    #[test]
    fn a_refusal_is_told_from_an_expected_one() {
        let refused =
            |expected| Entry { outcome: Outcome::Refused("Banned".into()), expected, ..entry("ada", "enlist") };
        let mut timeline = Timeline::new(PLAIN);
        timeline.add(&refused(true));
        assert!(timeline.add(&refused(false)).contains("- ada enlists: refused as expected, Banned"));
        assert!(timeline.finish().contains("! ada enlists: refused, Banned"));
    }

    #[test]
    fn colour_is_used_only_where_it_is_wanted() {
        assert_eq!(PLAIN.bad("x"), "x");
        assert!(Paint { colour: true }.bad("x").contains("\x1b["));
    }

    #[test]
    fn an_account_adds_up_to_the_last_unit_or_not_at_all() {
        let account =
            Account { sent: 30, received: 10, deposited: 3, refunded: 1, after: 78, ..Account::new("ada", 100) };
        assert!(account.adds_up());
        assert!(!Account { after: 79, ..account }.adds_up());
    }

    #[test]
    fn operations_show_their_fractions() {
        assert_eq!(operations(3_500_000), "3.5");
        assert_eq!(operations(1_000_000_000), "1,000");
        assert_eq!(operations(1), "0.000001");
    }

    #[test]
    fn amounts_are_texts_in_the_data() {
        let account = Account::new("ada", 340_282_366_920_938_463_463);
        let data = serde_json::to_value(account).expect("data");
        assert_eq!(data["before"], "340282366920938463463");
    }

    #[test]
    fn long_notes_are_wrapped() {
        let notes = ["a".repeat(30), "b".repeat(30), "c".repeat(30)];
        assert_eq!(wrapped(&notes, 70), [format!("{}; {}", notes[0], notes[1]), notes[2].clone()]);
    }
}
