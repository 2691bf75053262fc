//! What everyone was awarded and what the market paid. Amounts are texts in the data, in 10^-12 of the coin.

use super::{
    check::{by_slices, oddities, same, tolerance},
    read::Contest,
    replay::Replay,
};
use crate::scenario::{
    amounts::{show_change, show_units, thousands},
    report::{exact, Paint, Table},
};
use interfaces::Balance;
use serde::Serialize;
use std::fmt::Write;

/// One warden of a contest.
#[derive(Clone, Debug, Serialize)]
pub struct Warden {
    pub name: String,
    pub submissions: usize,
    /// What it was awarded, by the file.
    #[serde(serialize_with = "exact")]
    pub awarded: Balance,
    /// What its slices are of the pot, by the file.
    #[serde(serialize_with = "exact")]
    pub by_slices: Balance,
    /// What it withdrew from the market.
    #[serde(serialize_with = "exact")]
    pub paid: Balance,
    /// Whether it was paid what it was awarded, to one part in a million of the pot.
    pub agrees: bool,
}

/// One contest.
#[derive(Clone, Debug, Serialize)]
pub struct ContestReport {
    pub id: String,
    pub coin: String,
    #[serde(serialize_with = "exact")]
    pub pot: Balance,
    pub submissions: usize,
    pub findings: usize,
    pub wardens: Vec<Warden>,
    /// A millionth of the pot.
    #[serde(serialize_with = "exact")]
    pub tolerance: Balance,
    /// The greatest difference between what a warden was awarded and what it was paid.
    #[serde(serialize_with = "exact")]
    pub greatest_difference: Balance,
    /// The same between what it was awarded and what its slices are of the pot: what the file rounded by itself.
    #[serde(serialize_with = "exact")]
    pub greatest_difference_by_slices: Balance,
    /// What rounding down left to the requester.
    #[serde(serialize_with = "exact")]
    pub dust: Balance,
    /// Transactions sent.
    pub calls: u32,
    /// What in the file does not follow the rule of audit contests.
    pub oddities: Vec<String>,
    /// Whether all wardens agree.
    pub agrees: bool,
}

/// All contests of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub contests: Vec<ContestReport>,
    /// Whether every warden of every contest was paid what it was awarded.
    pub agrees: bool,
}

impl ContestReport {
    pub fn new(contest: &Contest, replay: &Replay) -> Self {
        let wardens: Vec<_> = by_slices(contest)
            .into_iter()
            .zip(&replay.paid)
            .enumerate()
            .map(|(index, (by_slices, paid))| {
                let awarded = contest.of_warden(index).map(|submission| submission.award).sum();
                Warden {
                    name: contest.wardens[index].clone(),
                    submissions: contest.of_warden(index).count(),
                    awarded,
                    by_slices,
                    paid: *paid,
                    agrees: same(contest.pot, awarded, *paid),
                }
            })
            .collect();
        let greatest = |of: fn(&Warden) -> Balance| {
            wardens.iter().map(|warden| of(warden).abs_diff(warden.awarded)).max().unwrap_or(0)
        };
        Self {
            id: contest.id.clone(),
            coin: contest.coin.clone(),
            pot: contest.pot,
            submissions: contest.submissions.len(),
            findings: contest.findings.len(),
            tolerance: tolerance(contest.pot),
            greatest_difference: greatest(|warden| warden.paid),
            greatest_difference_by_slices: greatest(|warden| warden.by_slices),
            dust: contest.pot.saturating_sub(replay.paid.iter().sum()),
            calls: replay.calls,
            oddities: oddities(contest),
            agrees: wardens.iter().all(|warden| warden.agrees),
            wardens,
        }
    }

    /// The contest for people: with a table of all wardens, or only of those that were paid otherwise.
    pub fn show(&self, all: bool, paint: Paint) -> String {
        let mut shown = String::new();
        // Writing to a string never fails.
        let _ = self.write(&mut shown, all, paint);
        shown
    }

    fn write(&self, out: &mut String, all: bool, paint: Paint) -> std::fmt::Result {
        let Self { id, coin, submissions, findings, calls, .. } = self;
        let (pot, wardens) = (show_units(self.pot), self.wardens.len());
        let title = format!("Contest {id}: {pot} {coin}");
        writeln!(out, "{}", paint.strong(&title))?;
        let calls = thousands((*calls).into());
        writeln!(out, "  {submissions} submissions of {findings} findings by {wardens} wardens, {calls} transactions")?;
        let mut table = Table::new(&["", "submissions", "awarded", "by its slices", "paid", "difference"]);
        let listed: Vec<_> = self.wardens.iter().filter(|warden| all || !warden.agrees).collect();
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
        for oddity in &self.oddities {
            writeln!(out, "  {}", paint.warn(&format!("in the file: {oddity}")))?;
        }
        let mark = if self.agrees { paint.good("ok") } else { paint.bad("DIFFERS") };
        let (greatest, tolerance) = (show_units(self.greatest_difference), show_units(self.tolerance));
        writeln!(out, "  {mark} paid and awarded are at most {greatest} {coin} apart; {tolerance} are allowed")
    }
}

impl Report {
    pub fn new(contests: Vec<ContestReport>) -> Self {
        let agrees = contests.iter().all(|contest| contest.agrees);
        Self { contests, agrees }
    }

    /// The last line for people.
    pub fn verdict(&self, paint: Paint) -> String {
        let differing = |contest: &ContestReport| contest.wardens.iter().filter(|warden| !warden.agrees).count();
        let wardens: usize = self.contests.iter().map(differing).sum();
        match wardens {
            0 => paint.good("Every warden was paid what it was awarded.") + "\n",
            1 => paint.bad("1 warden was paid otherwise than it was awarded.") + "\n",
            several => paint.bad(&format!("{several} wardens were paid otherwise than they were awarded.")) + "\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::read::contests;

    const PLAIN: Paint = Paint { colour: false };

    fn report(paid: [Balance; 2]) -> ContestReport {
        let text = "contest,warden,finding,severity,duplicates,slice,award,coin\n\
                    9,ada,H-01,high,1,10,100,USDC\n9,ben,M-01,medium,1,3,30,USDC\n";
        let contest = contests("f.csv", text.as_bytes()).unwrap_or_else(|problem| panic!("{problem}")).remove(0);
        ContestReport::new(&contest, &Replay { paid: paid.into(), calls: 1_234 })
    }

    #[test]
    fn a_difference_of_a_millionth_of_the_pot_is_none() {
        let agreed = report([99_999_870_000_000, 30_000_130_000_000]);
        assert!(agreed.agrees && agreed.wardens.iter().all(|warden| warden.agrees));
        assert_eq!((agreed.tolerance, agreed.greatest_difference, agreed.dust), (130_000_000, 130_000_000, 0));
        assert_eq!(agreed.greatest_difference_by_slices, 0);
        let differs = report([99_999_869_999_999, 30_000_130_000_000]);
        assert_eq!(differs.wardens.iter().map(|warden| warden.agrees).collect::<Vec<_>>(), [false, true]);
        assert_eq!((differs.agrees, differs.dust), (false, 1));
    }

    #[test]
    fn who_was_paid_otherwise_is_in_the_table() {
        let differs = report([90_000_000_000_000, 30_000_000_000_000]);
        let shown = differs.show(false, PLAIN);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "Contest 9: 130 USDC");
        assert_eq!(lines[1], "  2 submissions of 2 findings by 2 wardens, 1,234 transactions");
        assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["ada", "1", "100", "100", "90", "-10"]);
        assert_eq!(lines[4], "  DIFFERS paid and awarded are at most 10 USDC apart; 0.00013 are allowed");
        assert!(!shown.contains("ben") && differs.show(true, PLAIN).contains("ben"));
        let verdict = Report::new(vec![differs]).verdict(PLAIN);
        assert_eq!(verdict, "1 warden was paid otherwise than it was awarded.\n");
    }

    #[test]
    fn a_contest_that_agrees_needs_no_table() {
        let agreed = report([100_000_000_000_000, 30_000_000_000_000]);
        assert!(!agreed.show(false, PLAIN).contains("ada") && agreed.show(true, PLAIN).contains("ada"));
        let report = Report::new(vec![agreed]);
        assert!(report.agrees);
        assert_eq!(report.verdict(PLAIN), "Every warden was paid what it was awarded.\n");
        let data = serde_json::to_value(&report).expect("data");
        assert_eq!(data["contests"][0]["wardens"][1]["paid"], "30000000000000");
    }
}
