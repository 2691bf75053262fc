//! Audit contests replayed on real contracts, and what the command says and returns.

use atomic_cli::commands::contest::table;
use atomic_cli::{
    commands::paint::Paint,
    story::contest::{
        check::oddities,
        read::{contests, Contest},
        replay::replay,
        report::ContestReport,
    },
};
use chain::build::{contracts, workspace};
use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

/// Names the file of public findings that is not part of the project.
const FINDINGS: &str = "ATOMIC_FINDINGS";
const HEADER: &str = "contest,warden,finding,severity,duplicates,slice,award,coin";

fn read(file: &Path) -> Vec<Contest> {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    contests(&file.display().to_string(), &text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn example() -> Vec<Contest> {
    read(&workspace().join("scenarios/findings-example.csv"))
}

fn replayed(contest: &Contest) -> ContestReport {
    let played = replay(contest, contracts().expect("contracts")).unwrap_or_else(|error| panic!("{error:#}"));
    ContestReport::new(contest, &played)
}

/// Runs `replay contest` on a file with this text.
fn run(name: &str, text: &str, arguments: &[&str]) -> Output {
    contracts().expect("contracts");
    let file = env::temp_dir().join(format!("atomic-{}-{name}.csv", std::process::id()));
    fs::write(&file, text).expect("a file");
    let output =
        Command::new(env!("CARGO_BIN_EXE_atomic")).args(["replay", "contest"]).arg(&file).args(arguments).output();
    fs::remove_file(&file).expect("the file");
    output.expect("the command")
}

fn said(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// Asserts that every warden was paid what it was awarded, and that only rounding is left.
fn assert_as_awarded(report: &ContestReport) {
    assert!(report.agrees, "{}", table(report, false, Paint::NONE));
    assert!(report.greatest_difference <= report.tolerance);
    assert!(report.dust < report.submissions as u128, "less than the last decimal of each submission is left");
    assert!(report.oddities.is_empty(), "{:?}", report.oddities);
}

#[test]
fn the_contests_of_the_example_are_paid_as_they_were_awarded() {
    for contest in example() {
        assert_as_awarded(&replayed(&contest));
    }
}

#[test]
fn real_contests_are_paid_as_they_were_awarded() {
    let Some(file) = env::var_os(FINDINGS) else {
        eprintln!("{FINDINGS} is unset: it names a file of public findings to be replayed; see docs/contests.md");
        return;
    };
    let contests = read(Path::new(&file));
    assert!(!contests.is_empty());
    for contest in contests {
        assert_as_awarded(&replayed(&contest));
    }
}

#[test]
fn whoever_was_awarded_something_else_is_told_and_the_command_exits_with_1() {
    // A high finding of two wardens who were not awarded the same.
    let text = format!(
        "{HEADER}\n5,ada,H-01,high,2,4.5,60,USDC\n5,ben,H-01,high,2,4.5,40,USDC\n5,cleo,M-01,medium,1,3,33.333333,USDC\n"
    );
    let output = run("differs", &text, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output.stderr));
    let shown = said(&output.stdout);
    let row = |name: &str| shown.lines().find(|line| line.trim_start().starts_with(name)).map(str::to_owned);
    assert!(row("ada").is_some_and(|row| row.contains(" 60 ") && row.contains(" -10")), "{shown}");
    assert!(row("ben").is_some_and(|row| row.contains(" 40 ") && row.contains(" +9.99")), "{shown}");
    assert!(shown.contains("2 wardens were not paid what they were awarded."), "{shown}");
    assert!(!shown.contains('\x1b'), "no colour where no terminal is");
}

#[test]
fn a_warden_listed_twice_for_a_finding_shares_in_it_once() {
    let text = format!(
        "{HEADER}\n5,ada,H-01,high,2,4.5,45,USDC\n5,ben,H-01,high,2,4.5,45,USDC\n5,ada,H-01,high,2,0,0,USDC\n\
         5,cleo,M-01,medium,1,3,30,USDC\n"
    );
    let contest = &contests("twice.csv", text.as_bytes()).expect("a file")[0];
    let report = replayed(contest);
    assert!(report.agrees, "{}", table(&report, true, Paint::NONE));
    assert!(oddities(contest).iter().any(|oddity| oddity == "H-01: a warden is listed twice"));
}

#[test]
fn one_contest_can_be_picked() {
    let text = fs::read_to_string(workspace().join("scenarios/findings-example.csv")).expect("the example");
    let output = run("picked", &text, &["--contest", "bridge", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    assert_eq!(data["agrees"], true);
    assert_eq!(data["contests"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["contests"][0]["id"], "bridge");
    assert_eq!(data["contests"][0]["wardens"][4]["name"], "eve");
    let unknown = run("unknown", &text, &["--contest", "7"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown.stderr).contains("expected one of vault, bridge"), "{}", said(&unknown.stderr));
}

#[test]
fn a_contest_without_awards_is_skipped_with_a_word_and_the_others_are_paid() {
    let text = fs::read_to_string(workspace().join("scenarios/findings-example.csv")).expect("the example");
    let header = text.lines().next().expect("a header").to_owned();
    let none: Vec<_> = header
        .split(',')
        .map(|column| match column.trim() {
            "contest" => "none",
            "severity" => "high",
            "duplicates" => "1",
            "slice" => "10",
            "award" => "0",
            "coin" => "USDC",
            _ => "x",
        })
        .collect();
    let text = format!("{}\n{}\n", text.trim_end(), none.join(","));
    let output = run("skipped", &text, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let shown = said(&output.stdout);
    assert!(
        shown.starts_with("Contest none is skipped: nobody was awarded anything in it.\n\nContest vault: "),
        "{shown}"
    );
    let asked = run("asked", &text, &["--contest", "none"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(said(&asked.stderr).contains("nobody was awarded anything in contest `none`"), "{}", said(&asked.stderr));
}

#[test]
fn a_wrong_file_exits_with_2_and_says_where() {
    let output = run("wrong", &format!("{HEADER}\n5,ada,H-01,high,1,10,100,USDC\n5,ben,M-01,minor,1,3,30,USDC\n"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output.stderr);
    assert!(said.contains(".csv:3:12: `severity`: this is not a severity; expected high or medium"), "{said}");
    let missing = Command::new(env!("CARGO_BIN_EXE_atomic")).args(["replay", "contest", "no-such-file.csv"]).output();
    assert_eq!(missing.expect("the command").status.code(), Some(2));
}

#[test]
fn the_docs_show_what_the_command_prints() {
    let docs = fs::read_to_string(workspace().join("docs/contests.md")).expect("the docs");
    let example = fs::read_to_string(workspace().join("scenarios/findings-example.csv")).expect("the example");
    let output = said(&run("docs", &example, &["--contest", "vault"]).stdout);
    assert!(docs.contains(output.trim_end()), "docs/contests.md shows other output than\n{output}");
}
