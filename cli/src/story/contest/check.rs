//! Computes what everyone should have earned, from the file's own slices and in plain arithmetic, and finds what does
//! not follow the rule of audit contests: ten slices of the pot for a high finding, three for a medium one, times 0.9
//! for each further finder, split equally.

use crate::story::contest::{
    read::{Contest, Submission},
    DECIMALS,
};
use interfaces::Balance;
use std::collections::BTreeSet;

/// A whole slice.
const SLICE: u128 = 10_u128.pow(DECIMALS as u32);
/// Basis points of weight that a slice stands for.
const BPS_PER_SLICE: u128 = 1_000;
/// Pots and slices are compared to one part in this many.
const PARTS: u128 = 1_000_000;

/// One part in a million of the pot: nobody's pay may differ by more.
pub fn tolerance(pot: Balance) -> Balance {
    pot / PARTS
}

/// Whether two amounts are the same to one part in a million of the pot.
pub fn same(pot: Balance, one: Balance, other: Balance) -> bool {
    one.abs_diff(other) <= tolerance(pot)
}

/// What each warden should have earned: `pot * slices / all slices`, rounded down.
pub fn by_slices(contest: &Contest) -> Vec<Balance> {
    let sum = |submissions: &mut dyn Iterator<Item = &Submission>| submissions.map(|one| one.slice).sum::<u128>();
    let all = sum(&mut contest.submissions.iter());
    let of_warden = |warden| rules::mul_div_floor(contest.pot, sum(&mut contest.of_warden(warden)), all);
    (0..contest.wardens.len()).map(of_warden).collect()
}

/// What each of `finders` gets for a finding that weighs `slices` for a single finder.
fn slice_of_each(slices: u128, finders: u32) -> u128 {
    let left = (1..finders).try_fold(slices, |left, _| if left == 0 { None } else { Some(left * 9 / 10) });
    // Nothing is left long before there are as many finders as can be counted.
    left.unwrap_or(0) / u128::from(finders)
}

/// What does not follow the rule in the file, in sentences.
pub fn oddities(contest: &Contest) -> Vec<String> {
    let mut found = Vec::new();
    for (index, finding) in contest.findings.iter().enumerate() {
        let submissions: Vec<_> = contest.of_finding(index).collect();
        let finders = submissions.iter().map(|submission| submission.warden).collect::<BTreeSet<_>>().len();
        if finders < submissions.len() {
            found.push(format!("{}: a warden is listed twice", finding.name));
        }
        for submission in submissions {
            let Submission { line, duplicates, slice, .. } = *submission;
            if usize::try_from(duplicates) != Ok(finders) {
                found.push(format!("{}: line {line} says {duplicates} finders, the file has {finders}", finding.name));
            }
            let rule = slice_of_each(u128::from(finding.severity.weight_bps()) * SLICE / BPS_PER_SLICE, duplicates);
            if slice.abs_diff(rule) > SLICE / PARTS {
                found.push(format!(
                    "{}: line {line} has a slice that does not fit its severity and finders",
                    finding.name
                ));
            }
        }
    }
    for (warden, due) in by_slices(contest).into_iter().enumerate() {
        let awarded = contest.of_warden(warden).map(|submission| submission.award).sum();
        if !same(contest.pot, due, awarded) {
            found.push(format!("{} has an award that does not fit its slices", contest.wardens[warden]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::contest::read::contests;

    const LINES: [&str; 4] = [
        "1,ada,H-01,high,1,10,100,USDC",
        "1,ada,M-01,medium,2,1.35,13.5,USDC",
        "1,ben,M-01,medium,2,1.35,13.5,USDC",
        "1,ben,M-02,medium,1,3,30,USDC",
    ];

    fn contest(lines: &[&str]) -> Contest {
        let text = format!("contest,warden,finding,severity,duplicates,slice,award,coin\n{}", lines.join("\n"));
        contests("f.csv", text.as_bytes()).unwrap_or_else(|problem| panic!("{problem}")).remove(0)
    }

    #[test]
    fn a_pot_is_divided_by_slices() {
        assert_eq!(by_slices(&contest(&LINES)), [113_500_000_000_000, 43_500_000_000_000]);
        assert_eq!(by_slices(&contest(&["1,ada,H-01,high,1,0,5,USDC"])), [0]);
    }

    #[test]
    fn finders_split_what_nine_tenths_for_each_further_one_leave() {
        let each = [1, 2, 3].map(|finders| slice_of_each(10 * SLICE, finders));
        assert_eq!(each, [10_000_000_000_000, 4_500_000_000_000, 2_700_000_000_000]);
        assert_eq!(slice_of_each(10 * SLICE, u32::MAX), 0, "and that at once");
    }

    #[test]
    fn a_file_that_follows_the_rule_has_no_oddities() {
        assert_eq!(oddities(&contest(&LINES)), [""; 0]);
    }

    #[test]
    fn what_does_not_follow_the_rule_is_told() {
        let missing = oddities(&contest(&LINES[..2]));
        assert_eq!(missing, ["M-01: line 3 says 2 finders, the file has 1"]);
        let twice = oddities(&contest(&[LINES[0], LINES[1], &LINES[2].replace("ben", "ada")]));
        assert_eq!(twice[0], "M-01: a warden is listed twice");
        let slice = oddities(&contest(&[LINES[0], "1,ben,M-02,medium,1,4,40,USDC"]));
        assert_eq!(slice, ["M-02: line 3 has a slice that does not fit its severity and finders"]);
        let award = oddities(&contest(&[LINES[0], "1,ben,M-02,medium,1,3,30.1,USDC"]));
        assert_eq!(award.len(), 2);
        assert_eq!(award[1], "ben has an award that does not fit its slices");
    }

    #[test]
    fn a_millionth_of_the_pot_is_the_same() {
        assert!(same(5_000_000, 100, 105) && same(5_000_000, 105, 100) && !same(5_000_000, 100, 106));
        assert!(same(999_999, 7, 7) && !same(999_999, 7, 8));
    }
}
