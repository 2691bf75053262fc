//! Whole scenarios on real contracts, and what the command says and returns.

use atomic_cli::{
    build::{contracts, workspace},
    scenario::{play::play, read::scenario, report::Report},
};
use std::{
    fs,
    process::{Command, Output},
};

/// Five who may enforce, three of them on seats, and a requester and two providers.
const CAST: &str = r#"
title = "A test"
[[actors]]
names = ["ada", "ben", "cleo"]
reputation = 400
[[actors]]
names = ["rita", "pia", "paul"]
[[step]]
at = "1h"
do = "enlist"
who = ["ada", "ben", "cleo"]
"#;

const REQUEST: &str = r#"
[[request]]
name = "logo"
at = "1d"
by = "rita"
reward = "10 UNIT"
review_fee = "1 UNIT"
limit = 2
curve = [{ from = 50, weight = "100 %" }]
"#;

fn played(rest: &str) -> Report {
    let text = format!("{CAST}{rest}");
    let scenario = scenario("test.toml", &text).unwrap_or_else(|problem| panic!("{problem}"));
    play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report")
}

/// Runs the command on a file with this text.
fn run(name: &str, text: &str, arguments: &[&str]) -> Output {
    contracts().expect("contracts");
    let file = std::env::temp_dir().join(format!("atomic-{}-{name}.toml", std::process::id()));
    fs::write(&file, text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_atomic")).arg("run").arg(&file).args(arguments).output();
    fs::remove_file(&file).expect("the file");
    output.expect("the command")
}

fn notes(report: &Report) -> String {
    report.timeline.iter().flat_map(|entry| entry.notes.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_story_of_the_demo_ends_well_and_adds_up() {
    let file = workspace().join("scenarios/labor-market.toml");
    let scenario = scenario("labor-market.toml", &fs::read_to_string(file).expect("the story")).expect("a scenario");
    let report = play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report");
    assert!(report.adds_up, "{:?}", report.checks);
    assert_eq!(report.surprises, 0);
    let member = |name: &str| report.members.iter().find(|member| member.name == name).expect("a member");
    assert_eq!((member("ivan").state.as_str(), member("ivan").bond), ("banned", 0));
    for name in ["ben", "grace", "hank"] {
        assert_eq!(member(name).state, "seated", "{name}");
    }
    let notes = notes(&report);
    assert!(notes.contains("ivan is Throttled"), "{notes}");
    assert!(notes.contains("ivan is Banned: bond of 60 burnt"), "{notes}");
    assert_eq!(notes.matches("(Keeper)").count(), 1, "one ban, one reward");
    assert_eq!((report.escrow.still_held, report.escrow.credited), (0, 0));
}

#[test]
fn the_example_in_the_docs_can_be_played() {
    let docs = fs::read_to_string(workspace().join("docs/scenarios.md")).expect("the docs");
    let example = docs.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let scenario = scenario("docs", example).unwrap_or_else(|problem| panic!("{problem}"));
    let report = play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report");
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.timeline);
}

#[test]
fn too_few_reviews_lead_to_a_second_window_and_the_books_close_all_the_same() {
    let report = played(&format!(
        "{REQUEST}[[request.delivery]]\nby = 'pia'\nscores = {{ ada = 90, ben = {{ score = 80, reveals = false }} }}\n\
         second_scores = {{ cleo = 70 }}\n[[request.delivery]]\nby = 'paul'\ndelivers = false\n"
    ));
    let notes = notes(&report);
    assert!(notes.contains("only 1 review: a second window begins"), "{notes}");
    assert!(notes.contains("of too few reviews"), "{notes}");
    assert!(notes.contains("1 UNIT forfeited"), "{notes}");
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.checks);
}

#[test]
fn a_story_that_breaks_off_still_adds_up_with_what_is_held() {
    let request = REQUEST.replace("at = \"1d\"\n", "");
    let report = played(&format!(
        "{request}[[step]]\nat = '1d'\ndo = 'post'\nwho = 'rita'\nrequest = 'logo'\n\
         [[step]]\nwait = '1h'\ndo = 'signal'\nwho = 'pia'\nrequest = 'logo'\n"
    ));
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.checks);
    // 10 UNIT reward, 2 UNIT review fees and 1 UNIT deposit; the protocol fee of 5 % is credited.
    const UNIT: u128 = atomic_cli::chain::UNIT;
    assert_eq!(report.escrow.still_held, 13 * UNIT);
    assert_eq!(report.escrow.credited, 6 * UNIT / 10);
}

#[test]
fn steps_that_attack_are_refused_as_the_file_expects() {
    let report = played(&format!(
        "{REQUEST}[[request.delivery]]\nby = 'pia'\nscores = {{ ada = 90, ben = 80, cleo = 85 }}\n\
         [[step]]\nat = '4d 8h'\ndo = 'reveal'\nwho = 'ada'\nrequest = 'logo'\nscore = 100\nexpect = 'AlreadyRevealed'\n\
         [[step]]\nat = '6d'\ndo = 'claim'\nwho = 'paul'\nrequest = 'logo'\nexpect = 'AlreadyClaimed'\n\
         [[step]]\ndo = 'settle'\nwho = 'paul'\nrequest = 'logo'\nexpect = 'AlreadySettled'\n\
         [[step]]\ndo = 'withdraw'\nwho = 'pia'\nexpect = 'NothingToWithdraw'\n"
    ));
    assert_eq!(report.surprises, 0, "{:?}", report.timeline.iter().filter(|entry| !entry.expected).collect::<Vec<_>>());
}

#[test]
fn a_wrong_file_exits_with_2_and_says_where() {
    let output = run("wrong", "title = 'x'\n[[actors]]\nnames = 5\n", &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(":3:9: `names`: this is a whole number; expected a text in quotes"), "{said}");
    let missing = Command::new(env!("CARGO_BIN_EXE_atomic")).args(["run", "no-such-file.toml"]).output();
    assert_eq!(missing.expect("the command").status.code(), Some(2));
}

#[test]
fn a_step_that_ends_otherwise_than_the_file_says_exits_with_1() {
    for step in ["do = 'freeze'\nwho = 'rita'\n", "do = 'freeze'\nwho = 'ada'\nexpect = 'Deficit'\n"] {
        let output = run("surprise", &format!("{CAST}[[step]]\nwait = '1h'\n{step}"), &[]);
        assert_eq!(output.status.code(), Some(1), "{step}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Steps that ended otherwise than the file says: 1"), "{said}");
        assert!(!said.contains('\x1b'), "no colour where no terminal is");
    }
}

#[test]
fn the_data_says_what_the_timeline_says() {
    let output = run("data", CAST, &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    assert_eq!(data["adds_up"], true);
    assert_eq!(data["timeline"][1]["who"][0], "ada");
    assert_eq!(data["timeline"][1]["deed"], "enlist");
    assert_eq!(data["members"][0]["bond"], "50");
    assert_eq!(data["accounts"][2]["before"], "1000000000000000");
}
