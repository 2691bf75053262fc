//! A story for people: its timeline as it grows, and in the end its tables and its balance sheet.

use super::{paint::Paint, table::Table};
use crate::client::text::shown;
use crate::story::scenario::{
    plan::Scenario,
    report::{Delivered, Entry, Escrow, Outcome, Report},
};
use chain::amounts::{show_change, show_micro, show_time, show_units, thousands};
use interfaces::{SubmissionId, Timestamp};
use std::fmt::{Result, Write};

const PICOSECONDS_IN_MILLISECOND: u64 = 1_000_000_000;
const KIB: u64 = 1_024;
const BPS_IN_PERCENT: f64 = 100.0;
/// Width of a time, up to the hundredth day and in longer stories.
const TIME_WIDTH: usize = 9;
const LONG_TIME_WIDTH: usize = 10;
/// When a story is longer.
const LONG: Timestamp = 100 * 24 * 60 * 60 * 1_000;
/// Width of the timeline.
const WIDTH: usize = 118;

/// Prints the timeline as it grows: if several do the same at the same time, it is one entry.
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
        let (sentence, notes) = (shown(&sentence), entry.notes.iter().map(|note| shown(note)).collect::<Vec<_>>());
        let (mark, sentence) = match (&entry.outcome, entry.expected) {
            (Outcome::Done, true) => (" ", paint.strong(&sentence)),
            (Outcome::Done, false) => ("!", paint.bad(&format!("{sentence}: accepted, not refused as expected"))),
            (Outcome::Refused(error), true) => ("-", paint.warn(&format!("{sentence}: refused as expected, {error}"))),
            (Outcome::Refused(error), false) => ("!", paint.bad(&format!("{sentence}: refused, {error}"))),
            (Outcome::Trapped(trap), _) => ("!", paint.bad(&format!("{sentence}: failed, {}", shown(trap)))),
        };
        let mut shown = format!("{} {mark} {sentence}\n", paint.faint(&shown_time));
        for line in wrapped(&notes, WIDTH - margin.len() - 2) {
            let line = match line.contains("Banned") || line.contains("Throttled") {
                true => paint.warn(&line),
                false => line,
            };
            shown.push_str(&format!("{margin}  {line}\n"));
        }
        shown
    }
}

/// `enlist` with the verb for one, or for several.
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

/// Everything but the timeline.
pub fn sheet(report: &Report, paint: Paint) -> String {
    let mut shown = String::new();
    // Writing to a string never fails.
    let _ = write_sheet(&mut shown, report, paint);
    shown
}

fn write_sheet(out: &mut String, report: &Report, paint: Paint) -> Result {
    section(out, paint, "What was delivered", deliveries(&report.deliveries))?;
    section(out, paint, "Providers of engagements (periods)", providers(report))?;
    section(out, paint, "Enforcers (operations)", enforcers(report))?;
    section(out, paint, "Reputation (points)", reputation(report))?;
    section(out, paint, "Accounts (UNIT)", Some(accounts(report)))?;
    section(out, paint, "Balance sheet of the market (UNIT)", Some(escrow(&report.escrow)))?;
    write_checks(out, report, paint)?;
    section(out, paint, "What calls used at most, of a block's 2 s and 5 MiB", Some(costs(report)))?;
    let code: Vec<_> = report.code.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
    writeln!(out, "  optimized Wasm, bytes: {}\n", code.join(", "))?;
    write_verdict(out, report, paint)
}

/// A table under its title, or nothing if there is no table.
fn section(out: &mut String, paint: Paint, title: &str, table: Option<Table>) -> Result {
    match table {
        Some(table) => write!(out, "\n{}\n{}", paint.strong(title), table.show(paint)),
        None => Ok(()),
    }
}

fn deliveries(deliveries: &[Delivered]) -> Option<Table> {
    let heads = ["", "by", "verdict", "no.", "same as", "weighs, %", "earned, UNIT", "reputation", "deposit lost"];
    let mut table = Table::new(&heads).with_words(3);
    let mut order: Vec<_> = deliveries.iter().collect();
    let requests: Vec<_> = deliveries.iter().map(|delivered| &delivered.request).collect();
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
    (!deliveries.is_empty()).then_some(table)
}

fn providers(report: &Report) -> Option<Table> {
    let mut table = Table::new(&["", "state", "standing", "over", "accepted", "short"]);
    for member in &report.providers {
        let state = match member.state.as_str() {
            "seated" => "engaged",
            state => state,
        };
        table.row([
            member.name.clone(),
            state.to_owned(),
            member.standing.clone(),
            show_micro(member.seen),
            show_micro(member.declared),
            show_micro(member.deficit),
        ]);
    }
    (!report.providers.is_empty()).then_some(table)
}

fn enforcers(report: &Report) -> Option<Table> {
    let mut table = Table::new(&["", "state", "standing", "seen", "declared", "required", "deficit", "bond"]);
    for member in &report.members {
        table.row([
            member.name.clone(),
            member.state.clone(),
            member.standing.clone(),
            show_micro(member.seen),
            show_micro(member.declared),
            show_micro(member.required),
            show_micro(member.deficit),
            thousands(member.bond),
        ]);
    }
    (!report.members.is_empty()).then_some(table)
}

fn reputation(report: &Report) -> Option<Table> {
    let mut table = Table::new(&["", "balance", "locked", "owed", "earned", "spent", "slashed"]);
    for row in &report.reputation {
        let numbers = [row.balance, row.locked, row.owed, row.earned, row.spent, row.slashed];
        table.row([row.name.clone()].into_iter().chain(numbers.map(thousands)));
    }
    (!report.reputation.is_empty()).then_some(table)
}

fn accounts(report: &Report) -> Table {
    let mut table = Table::new(&["", "before", "into escrow", "out of escrow", "storage deposits", "after"]);
    for row in &report.accounts {
        table.row([
            row.name.clone(),
            show_units(row.before),
            show_units(row.sent),
            show_units(row.received),
            show_change(row.deposited, row.refunded),
            show_units(row.after),
        ]);
    }
    table
}

fn escrow(escrow: &Escrow) -> Table {
    let mut table = Table::new(&["", ""]);
    for (what, amount) in [
        ("paid in", escrow.paid_in),
        ("  paid for work", escrow.paid),
        ("  refunded", escrow.refunded),
        ("  fees", escrow.fees),
        ("  still held", escrow.still_held),
        ("withdrawn", escrow.withdrawn),
        ("credited, not withdrawn", escrow.credited),
    ] {
        table.row([what.to_owned(), show_units(amount)]);
    }
    table
}

fn write_checks(out: &mut String, report: &Report, paint: Paint) -> Result {
    for check in &report.checks {
        let numbers = match check.holds {
            true => show_units(check.left),
            false => format!("{} is not {}", show_units(check.left), show_units(check.right)),
        };
        let mark = if check.holds { paint.good("ok") } else { paint.bad("WRONG") };
        writeln!(out, "  {mark} {}: {numbers}", shown(&check.what))?;
    }
    Ok(())
}

fn costs(report: &Report) -> Table {
    let mut table = Table::new(&["", "calls", "ms", "proof, KiB"]);
    for (message, cost) in &report.costs {
        let (time, size) = (cost.ref_time as f64 / PICOSECONDS_IN_MILLISECOND as f64, cost.proof_size / KIB);
        table.row([(*message).to_owned(), cost.calls.to_string(), format!("{time:.1}"), size.to_string()]);
    }
    table
}

fn write_verdict(out: &mut String, report: &Report, paint: Paint) -> Result {
    if !report.adds_up {
        return writeln!(out, "{}", paint.bad("THE BALANCE SHEET DOES NOT ADD UP."));
    }
    writeln!(out, "{}", paint.good("Everything adds up to the last unit."))?;
    match report.surprises {
        0 => Ok(()),
        surprises => {
            writeln!(out, "{}", paint.bad(&format!("Steps that did not end as the file says: {surprises}")))
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
    fn names_in_a_file_begin_no_line_and_paint_nothing() {
        let mut timeline = Timeline::new(PLAIN);
        timeline.add(&Entry { notes: vec!["of \u{1b}[1mben".into()], ..entry("ada\n 9d 00:00   eve", "enlist") });
        assert_eq!(timeline.finish(), " 0d 01:00   ada\\n 9d 00:00   eve enlists\n              of \\u{1b}[1mben\n");
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
    fn long_notes_are_wrapped() {
        let notes = ["a".repeat(30), "b".repeat(30), "c".repeat(30)];
        assert_eq!(wrapped(&notes, 70), [format!("{}; {}", notes[0], notes[1]), notes[2].clone()]);
    }
}
