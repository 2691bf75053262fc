//! What everyone was awarded and what the market paid. Amounts are texts in the data, in 10^-12 of the coin.

use crate::story::contest::{
    check::{by_slices, oddities, same, tolerance},
    read::Contest,
    replay::Replay,
};
use crate::story::scenario::report::exact;
use interfaces::Balance;
use serde::Serialize;

/// One warden of a contest.
#[derive(Clone, Debug, Serialize)]
pub struct Warden {
    pub name: String,
    pub submissions: usize,
    /// What it was awarded, by the file.
    #[serde(serialize_with = "exact")]
    pub awarded: Balance,
    /// Its slices' part of the pot, by the file.
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
    /// The same between its award and its slices' part of the pot: what the file itself rounded.
    #[serde(serialize_with = "exact")]
    pub greatest_difference_by_slices: Balance,
    /// What rounding down left to the requester.
    #[serde(serialize_with = "exact")]
    pub dust: Balance,
    /// Transactions sent.
    pub calls: u32,
    /// What does not follow the rule of audit contests in the file.
    pub oddities: Vec<String>,
    /// Whether all wardens agree.
    pub agrees: bool,
}

/// All contests of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub contests: Vec<ContestReport>,
    /// The contests of the file in which nobody was awarded anything.
    pub skipped: Vec<String>,
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
}

impl Report {
    pub fn new(contests: Vec<ContestReport>) -> Self {
        let agrees = contests.iter().all(|contest| contest.agrees);
        Self { contests, skipped: Vec::new(), agrees }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::contest::read::contests;

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
}
