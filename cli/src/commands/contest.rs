//! Shows people the contests that were paid once more.

use super::{paint::Paint, table::Table};
use crate::client::text::shown;
use crate::story::contest::report::{ContestReport, Report};
use chain::amounts::{show_change, show_units, thousands};
use std::fmt::Write;

/// A contest, with a table of all wardens, or only of those whose pay differs.
pub fn table(contest: &ContestReport, all: bool, paint: Paint) -> String {
    let mut shown = String::new();
    // Writing to a string never fails.
    let _ = write(&mut shown, contest, all, paint);
    shown
}

fn write(out: &mut String, contest: &ContestReport, all: bool, paint: Paint) -> std::fmt::Result {
    let ContestReport { id, coin, submissions, findings, calls, .. } = contest;
    let (pot, wardens) = (show_units(contest.pot), contest.wardens.len());
    let coin = shown(coin);
    let title = format!("Contest {}: {pot} {coin}", shown(id));
    writeln!(out, "{}", paint.strong(&title))?;
    let calls = thousands((*calls).into());
    writeln!(out, "  {submissions} submissions of {findings} findings by {wardens} wardens, {calls} transactions")?;
    let mut table = Table::new(&["", "submissions", "awarded", "by its slices", "paid", "difference"]);
    let listed: Vec<_> = contest.wardens.iter().filter(|warden| all || !warden.agrees).collect();
    for warden in &listed {
        table.row([
            warden.name.clone(),
            warden.submissions.to_string(),
            show_units(warden.awarded),
            show_units(warden.by_slices),
            show_units(warden.paid),
            show_change(warden.awarded, warden.paid),
        ]);
    }
    if !listed.is_empty() {
        out.push_str(&table.show(paint));
    }
    for oddity in &contest.oddities {
        writeln!(out, "  {}", paint.warn(&format!("in the file: {}", shown(oddity))))?;
    }
    let mark = if contest.agrees { paint.good("ok") } else { paint.bad("DIFFERS") };
    let (greatest, tolerance) = (show_units(contest.greatest_difference), show_units(contest.tolerance));
    writeln!(out, "  {mark} paid and awarded differ by at most {greatest} {coin}; {tolerance} is allowed")
}

/// The last line.
pub fn verdict(report: &Report, paint: Paint) -> String {
    let differing = |contest: &ContestReport| contest.wardens.iter().filter(|warden| !warden.agrees).count();
    let wardens: usize = report.contests.iter().map(differing).sum();
    match wardens {
        0 => paint.good("Every warden was paid what it was awarded.") + "\n",
        1 => paint.bad("1 warden was not paid what it was awarded.") + "\n",
        several => paint.bad(&format!("{several} wardens were not paid what they were awarded.")) + "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::contest::report::tests::report;

    const PLAIN: Paint = Paint { colour: false };

    #[test]
    fn who_was_paid_otherwise_is_in_the_table() {
        let differs = report([90_000_000_000_000, 30_000_000_000_000]);
        let shown = table(&differs, false, PLAIN);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "Contest 9: 130 USDC");
        assert_eq!(lines[1], "  2 submissions of 2 findings by 2 wardens, 1,234 transactions");
        assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["ada", "1", "100", "100", "90", "-10"]);
        assert_eq!(lines[4], "  DIFFERS paid and awarded differ by at most 10 USDC; 0.00013 is allowed");
        assert!(!shown.contains("ben") && table(&differs, true, PLAIN).contains("ben"));
        let told = verdict(&Report::new(vec![differs]), PLAIN);
        assert_eq!(told, "1 warden was not paid what it was awarded.\n");
    }

    #[test]
    fn a_contest_that_agrees_needs_no_table() {
        let agreed = report([100_000_000_000_000, 30_000_000_000_000]);
        assert!(!table(&agreed, false, PLAIN).contains("ada") && table(&agreed, true, PLAIN).contains("ada"));
        let report = Report::new(vec![agreed]);
        assert!(report.agrees);
        assert_eq!(verdict(&report, PLAIN), "Every warden was paid what it was awarded.\n");
        let data = serde_json::to_value(&report).expect("data");
        assert_eq!(data["contests"][0]["wardens"][1]["paid"], "30000000000000");
    }
}
