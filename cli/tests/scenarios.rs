//! Whole scenarios on real contracts, and what the command says and returns.

use atomic_cli::story::scenario::{
    play::play,
    read::scenario,
    report::{Outcome, Report},
};
use chain::{
    amounts::{amount, show_units},
    build::{contracts, workspace},
};
use std::{
    fs,
    process::{self, Command},
};

/// Three who enforce, a requester and two providers, for a story of days.
const CAST: &str = r#"
title = "A test"
[terms]
denominator = 2
seats = 5
rate = "fixed"
presence = 0
pace = 0
credit_cap = "none"
healthy_limit = 9
throttled_limit = 2
throttle_buffer = 9
ban_buffer = 18
[[actors]]
names = ["ada", "ben", "cleo"]
reputation = 400
[[actors]]
names = ["rita", "pia", "paul"]
[[step]]
at = "1h"
do = "enlist"
who = ["ada", "ben", "cleo"]
[policy]
rent = "0 UNIT"
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
windows = { signal = "1d", deliver = "1d", review = "1d", reveal = "1d" }
"#;

/// The same where delivery is sealed: a day to unseal, and a day to review.
fn sealed(request: &str) -> String {
    request.replace("review = \"1d\"", "review = \"2d\"") + "duplicates = 'first_only'\n"
}

fn played(rest: &str) -> Report {
    let text = format!("{CAST}{rest}");
    let scenario = scenario("test.toml", &text).unwrap_or_else(|problem| panic!("{problem}"));
    play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report").report
}

/// Runs the command on a file with this text.
fn run(name: &str, text: &str, arguments: &[&str]) -> process::Output {
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
    let report = play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report").report;
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
    let report = play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report").report;
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.timeline);
}

#[test]
fn where_too_few_commit_the_window_is_extended_and_too_few_reveals_weigh_as_far_as_they_go() {
    let report = played(&format!(
        "{REQUEST}[[request.delivery]]\nby = 'pia'\nscores = {{ ada = 90, ben = {{ score = 80, reveals = false }} }}\n\
         second_scores = {{ cleo = 70 }}\n[[request.delivery]]\nby = 'paul'\ndelivers = false\n"
    ));
    let notes = notes(&report);
    assert!(notes.contains("too few committed: the window is extended, and wants 1 review more"), "{notes}");
    assert!(notes.contains("1 UNIT forfeited"), "{notes}");
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.checks);
    // Two of three give all of its 5 UNIT, and the third that is missing what nobody reviewed weighs: a quarter.
    let row = &report.deliveries[0];
    let judged = (row.verdict.as_str(), row.weight_bps, row.pay, row.deposit_lost);
    assert_eq!(judged, ("median 70 of too few reviews", 7_500, units("3.75"), 0));
}

#[test]
fn what_nobody_reviews_though_its_window_was_extended_weighs_a_quarter() {
    let report = played(&format!("{REQUEST}[[request.delivery]]\nby = 'pia'\n"));
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.timeline);
    let row = &report.deliveries[0];
    assert_eq!((row.verdict.as_str(), row.weight_bps, row.pay), ("nobody reviewed it", 2_500, units("1.25")));
    assert!(notes(&report).contains("wants 3 reviews more"));
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
    const UNIT: u128 = chain::UNIT;
    assert_eq!(report.escrow.still_held, 13 * UNIT);
    assert_eq!(report.escrow.credited, 6 * UNIT / 10);
}

#[test]
fn what_steps_delivered_beside_the_plan_is_claimed_and_paid_out_too() {
    let step = |rest: &str| format!("[[step]]\n{rest}\nrequest = 'logo'\n");
    let reviewed = |at: &str, what: &str| {
        let of = |submission: u32| {
            let at = if submission == 0 { format!("at = '{at}'\n") } else { String::new() };
            step(&format!("{at}do = '{what}'\nwho = ['ada', 'ben', 'cleo']\nsubmission = {submission}\nscore = 90"))
        };
        of(0) + &of(1)
    };
    let report = played(
        &[
            REQUEST.replace("at = \"1d\"\n", ""),
            step("at = '1d'\ndo = 'post'\nwho = 'rita'"),
            step("wait = '1h'\ndo = 'signal'\nwho = ['pia', 'paul']"),
            step("wait = '1h'\ndo = 'submit'\nwho = ['pia', 'paul']"),
            step("at = '3d 1h'\ndo = 'open_reviews'\nwho = 'rita'"),
            reviewed("3d 20h", "commit"),
            reviewed("4d 1h", "reveal"),
            // One of them is claimed by a step before.
            step("at = '5d 1h'\ndo = 'finalize'\nwho = 'rita'\nsubmission = 0"),
            step("do = 'finalize'\nwho = 'rita'\nsubmission = 1"),
            step("do = 'wrap_up'\nwho = 'rita'"),
        ]
        .concat(),
    );
    assert!(report.adds_up, "{:?}", report.checks);
    let unexpected: Vec<_> = report.timeline.iter().filter(|entry| !entry.expected).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    let paid: Vec<_> =
        report.deliveries.iter().map(|delivered| (&*delivered.provider, show_units(delivered.pay))).collect();
    assert_eq!(paid, [("pia", "5".to_owned()), ("paul", "5".to_owned())]);
    for name in ["pia", "paul"] {
        let account = report.accounts.iter().find(|account| account.name == name).expect("an account");
        assert_eq!(show_units(account.received), "6", "the pay and the deposit of {name}");
    }
}

#[test]
fn funds_and_times_that_cannot_be_are_told_with_their_line_and_nothing_panics() {
    for (line, wrong, expected) in [
        (15, "funds = '1 planck'\n", ":15:9: `funds`: no account can have this; expected 0 UNIT, or from 0.001 UNIT"),
        (15, "funds = '340282366920938463463374607431768211455 plancks'\n", ":15:9: `funds`: no account can have this"),
        (0, "[[step]]\nwait = '213503982334d'\ndo = 'show'\n", "`wait`: this is more than a thousand years; expected"),
        (0, "[[step]]\nat = '365250d'\ndo = 'show'\n[[step]]\nwait = '1d'\ndo = 'show'\n", "a thousand years after"),
    ] {
        let text = match line {
            15 => CAST.trim_start().replacen("reputation = 400\n", wrong, 1),
            _ => format!("{CAST}{wrong}"),
        };
        let output = run("extreme", &text, &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    let longest = REQUEST.replace("at = \"1d\"", "at = \"365250d\"").replace("= \"1d\"", "= \"365250d\"");
    // The contracts may refuse what is as long as may be; the story and its books go on.
    let said = String::from_utf8_lossy(&run("longest", &format!("{CAST}{longest}"), &[]).stdout).into_owned();
    assert!(said.contains("Everything adds up to the last unit."), "{said}");
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
fn a_constructor_that_refuses_is_told_by_name() {
    let output = run("tiers", &format!("{CAST}[reputation]\ntiers = [5, 5]\n"), &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("deploying the reputation contract: the constructor refused: InvalidTiers"), "{said}");
}

#[test]
fn a_step_that_ends_otherwise_than_the_file_says_exits_with_1() {
    for step in ["do = 'freeze'\nwho = 'rita'\n", "do = 'freeze'\nwho = 'ada'\nexpect = 'Deficit'\n"] {
        let output = run("surprise", &format!("{CAST}[[step]]\nwait = '1h'\n{step}"), &[]);
        assert_eq!(output.status.code(), Some(1), "{step}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Steps that did not end as the file says: 1"), "{said}");
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

// The stories in scenarios/

/// Plays a story that comes with the project: it adds up, ends as its file says, and leaves nobody's money behind.
fn story(name: &str) -> Report {
    let file = workspace().join(format!("scenarios/{name}.toml"));
    let text = fs::read_to_string(file).expect("the story");
    let scenario = scenario(name, &text).unwrap_or_else(|problem| panic!("{problem}"));
    let report = play(&scenario, contracts().expect("contracts"), |_| ()).expect("a report").report;
    assert!(report.adds_up, "{:?}", report.checks);
    let surprises: Vec<_> = report.timeline.iter().filter(|entry| !entry.expected).collect();
    assert!(surprises.is_empty(), "{surprises:?}");
    assert_eq!((report.escrow.still_held, report.escrow.credited), (0, 0), "everything is with its owner");
    assert_eq!(report.escrow.withdrawn, report.escrow.paid_in);
    report
}

/// An amount as a scenario writes it.
fn units(text: &str) -> u128 {
    amount(&format!("{text} UNIT")).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The balance sheet: paid in, paid for work, refunded, fees.
#[track_caller]
fn holds_balance_sheet(report: &Report, expected: [&str; 4]) {
    let escrow = &report.escrow;
    assert_eq!([escrow.paid_in, escrow.paid, escrow.refunded, escrow.fees], expected.map(units));
}

/// What each of these took out of escrow beyond what it put in (or, with a minus, put in beyond it).
#[track_caller]
fn holds_gains(report: &Report, expected: &[(&str, &str)]) {
    for (name, gain) in expected {
        let account = report.accounts.iter().find(|account| account.name == *name).expect("an account");
        let (up, down) = match gain.strip_prefix('-') {
            Some(loss) => (0, units(loss)),
            None => (units(gain), 0),
        };
        assert_eq!(account.received + down, account.sent + up, "{name} took {} out", account.received);
    }
}

/// By whom, as which submission, the verdict, what it weighs in basis points, of which original, and its pay.
type Row<'a> = (&'a str, Option<u32>, &'a str, u16, Option<u32>, &'a str);

/// What was delivered, in the order of the submissions.
#[track_caller]
fn holds_deliveries(report: &Report, expected: &[Row]) {
    let mut seen: Vec<_> = report.deliveries.iter().collect();
    seen.sort_by_key(|row| row.submission.unwrap_or(u32::MAX));
    let seen: Vec<_> = seen
        .into_iter()
        .map(|row| {
            let (provider, verdict) = (row.provider.as_str(), row.verdict.as_str());
            (provider, row.submission, verdict, row.weight_bps, row.duplicate_of, row.pay)
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(who, n, verdict, weight, of, pay)| (*who, *n, *verdict, *weight, *of, units(pay)))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn analysts_are_paid_by_five_steps_and_the_one_who_stays_away_loses_the_deposit() {
    let report = story("analytics");
    // Eight places at 10 and 0.6 with 5 %, 24 reviews kept for 16 days at 0.01, and eight deposits of 1. Each step
    // earns its part of 10.
    holds_balance_sheet(&report, ["100.88", "42.2", "50.6", "8.08"]);
    holds_deliveries(
        &report,
        &[
            ("quin", Some(0), "median 100", 10_000, None, "10"),
            ("rob", Some(1), "median 80", 8_000, None, "8"),
            ("sue", Some(2), "median 60", 6_000, None, "6"),
            ("tom", Some(3), "median 40", 3_000, None, "3"),
            ("uma", Some(4), "median 20", 1_000, None, "1"),
            ("wes", Some(5), "median 100", 10_000, None, "10"),
            ("zoe", Some(6), "median 0", 0, None, "0"),
            ("vic", None, "not delivered", 0, None, "0"),
        ],
    );
    // Ben is alone with one of his seven scores. The treasurer gets what was not earned, one review fee, two deposits.
    holds_gains(
        &report,
        &[
            ("ada", "1.5"),
            ("ben", "1.2"),
            ("cleo", "1.5"),
            ("dora", "0"),
            ("vic", "-1"),
            ("zoe", "-1"),
            ("treasurer", "-48.28"),
            ("treasury", "8.08"),
        ],
    );
}

#[test]
fn who_found_the_same_bug_shares_its_weight_and_counts_once() {
    let report = story("audit-contest");
    // The pot is 100; 10,000 * 0.81 for the high that three found, 10,000 for Jon's, 3,000 * 0.9 for the medium of two.
    // The rent is for 36 reviews and 31 days.
    holds_balance_sheet(&report, ["135.6", "107.199999999998", "11.700000000002", "16.7"]);
    holds_deliveries(
        &report,
        &[
            ("faye", Some(0), "median 90", 10_000, None, "12.980769230769"),
            ("gus", Some(1), "median 50", 3_000, None, "6.490384615384"),
            ("gus", Some(2), "median 88", 10_000, Some(0), "12.980769230769"),
            ("ivy", Some(3), "median 90", 10_000, Some(0), "12.980769230769"),
            ("gus", Some(4), "median 85", 10_000, Some(0), "0"),
            ("jon", Some(5), "median 82", 10_000, None, "48.076923076923"),
            ("jon", Some(6), "median 50", 3_000, Some(1), "6.490384615384"),
            ("ivy", Some(7), "median 10", 0, None, "0"),
            ("hal", Some(8), "never unsealed", 0, None, "0"),
        ],
    );
    // Two units of dust are the vault's, with two deposits and the fees of the four reviews that were never asked for.
    holds_gains(
        &report,
        &[
            ("faye", "12.980769230769"),
            ("gus", "19.471153846153"),
            ("ivy", "12.080769230769"),
            ("jon", "54.567307692307"),
            ("hal", "-0.9"),
            ("ada", "1.65"),
            ("ed", "1.2"),
            ("vault", "-122.099999999998"),
        ],
    );
    let ed = report.reputation.iter().find(|row| row.name == "ed").expect("his reputation");
    assert_eq!((ed.earned, ed.slashed), (412, 3), "right four times, wrong about the duplicate once");
    assert!(notes(&report).contains("14 records freed, and all the rest"), "nine submissions, five places");

    let page = fs::read_to_string(workspace().join("docs/market.md")).expect("the page");
    for row in &report.deliveries {
        let number = |number: Option<u32>| number.map_or(String::new(), |number| number.to_string());
        let cells = [
            number(row.submission),
            row.provider.clone(),
            row.verdict.clone(),
            number(row.duplicate_of),
            format!("{} %", row.weight_bps / 100),
            show_units(row.pay),
        ];
        let cells = cells.map(|cell| if cell.is_empty() { " ".into() } else { format!(" {cell} ") });
        let line = format!("|{}|", cells.join("|"));
        assert!(page.contains(&line), "docs/market.md lacks {line}");
    }
}

#[test]
fn every_story_is_named_in_the_docs() {
    let docs = fs::read_to_string(workspace().join("docs/scenarios.md")).expect("the docs");
    let stories = fs::read_dir(workspace().join("scenarios")).expect("the stories");
    let names: Vec<_> =
        stories.map(|story| story.expect("a story").file_name().into_string().expect("a name")).collect();
    let names: Vec<_> = names.into_iter().filter(|name| name.ends_with(".toml")).collect();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        assert!(docs.contains(&format!("(../scenarios/{name})")), "docs/scenarios.md does not name {name}");
    }
}

#[test]
fn a_good_essay_costs_the_price_agreed_on_and_a_bad_one_a_tenth_of_it() {
    let report = story("essay");
    // Two escrows of 60 and 3 with 5 % and the rent of 3 reviews for 17 days, and deposits of 3 by Walt, Xena, and Yuri
    // twice.
    holds_balance_sheet(&report, ["145.32", "49", "89", "7.32"]);
    holds_deliveries(
        &report,
        &[("xena", Some(0), "median 85", 10_000, None, "40"), ("yuri", Some(0), "median 35", 1_000, None, "3")],
    );
    holds_gains(
        &report,
        &[("walt", "0"), ("xena", "40"), ("yuri", "3"), ("ada", "2"), ("ben", "2"), ("cleo", "2"), ("rita", "-56.32")],
    );
    let refused: Vec<_> = report.timeline.iter().filter(|entry| entry.outcome != Outcome::Done).collect();
    let expected = ["OfferChanged", "PlacesGiven"].map(|error| Outcome::Refused(error.into()));
    assert!(refused.iter().map(|entry| &entry.outcome).eq(&expected), "{refused:?}");
}

#[test]
fn a_strategist_is_paid_month_by_month_and_one_bad_month_is_forgiven() {
    let report = story("fund-strategy");
    // Six times 50 and 1.2 with 5 %, the rent of 3 reviews for 192 days, and deposits of 10 by Stella and Otis.
    holds_balance_sheet(&report, ["348.32", "187.2", "140", "21.12"]);
    holds_deliveries(
        &report,
        &[
            ("stella", Some(0), "median 85", 10_000, None, "40"),
            ("stella", Some(1), "median 55", 5_000, None, "20"),
            ("stella", Some(2), "median 25", 0, None, "0"),
            ("stella", Some(3), "median 75", 10_000, None, "40"),
            ("stella", Some(4), "median 92", 10_000, None, "40"),
            ("stella", Some(5), "median 75", 10_000, None, "40"),
        ],
    );
    holds_gains(&report, &[("stella", "180"), ("otis", "0"), ("ada", "2.4"), ("ed", "0.4"), ("fund", "-208.32")]);
    let [stella] = &report.providers[..] else { panic!("{:?}", report.providers) };
    let stood = (stella.standing.as_str(), stella.seen, stella.declared, stella.deficit);
    assert_eq!(stood, ("Throttled", 6_000_000, 5_000_000, 1_000_000));
    assert!(notes(&report).contains("too few committed: the window is extended, and wants 1 review more"));
    let cleo = report.reputation.iter().find(|row| row.name == "cleo").expect("her reputation");
    assert_eq!(cleo.slashed, 37, "twice a review's stake of 18 and one more");
}

#[test]
fn a_pot_for_finished_work_is_shared_by_weight_and_no_single_score_moves_it() {
    let report = story("retro-funding");
    // 300 and eight times 2.52 with 5 %, the rent of 56 reviews for 23 days, and five deposits. Weights of 100, 60, 60
    // and 30 % share the pot.
    holds_balance_sheet(&report, ["361.648", "312.6", "20.16", "28.888"]);
    holds_deliveries(
        &report,
        &[
            ("bridge", Some(0), "median 82", 10_000, None, "120"),
            ("docs", Some(1), "median 66", 6_000, None, "72"),
            ("explorer", Some(2), "median 62", 6_000, None, "72"),
            ("indexer", Some(3), "median 45", 3_000, None, "36"),
            ("meetup", Some(4), "median 12", 0, None, "0"),
        ],
    );
    holds_gains(&report, &[("ada", "1.8"), ("nils", "0"), ("meetup", "-2.52"), ("network", "-338.968")]);
    let nils = report.members.iter().find(|member| member.name == "nils").expect("a member");
    assert_eq!(nils.declared, 5_000_000, "whatever he said, he has done his duty");
}

#[test]
fn a_maintainer_who_goes_silent_keeps_what_was_earned_and_another_takes_over() {
    let report = story("maintenance");
    // Eight times 20 and 0.9 with 5 %, the rent of 3 reviews for 252 days, and deposits of 5 by Mia, Olaf and Noor.
    holds_balance_sheet(&report, ["198.12", "86.5", "95.7", "15.92"]);
    holds_deliveries(
        &report,
        &[
            ("mia", Some(0), "median 88", 10_000, None, "20"),
            ("mia", Some(1), "median 65", 6_000, None, "12"),
            ("mia", Some(2), "median 78", 10_000, None, "20"),
            ("mia", Some(3), "not delivered", 0, None, "0"),
            ("mia", Some(4), "not delivered", 0, None, "0"),
            ("mia", Some(5), "not delivered", 0, None, "0"),
            ("noor", Some(6), "median 85", 10_000, None, "15"),
            ("noor", Some(7), "median 92", 10_000, None, "15"),
        ],
    );
    holds_gains(&report, &[("mia", "47"), ("noor", "30"), ("olaf", "0"), ("dao", "-97.42")]);
    let stood = |name: &str| {
        let row = report.providers.iter().find(|row| row.name == name).expect("a provider");
        (row.state.as_str(), row.standing.as_str(), row.seen, row.declared)
    };
    assert_eq!(stood("mia"), ("banned", "Banned", 6_000_000, 3_000_000));
    assert_eq!(stood("noor"), ("left", "Healthy", 2_000_000, 2_000_000));
    let lost: Vec<_> = report.deliveries.iter().filter(|row| row.deposit_lost > 0).collect();
    assert!(matches!(lost[..], [row] if row.provider == "mia" && row.deposit_lost == units("5")), "{lost:?}");
    let mia = report.reputation.iter().find(|row| row.name == "mia").expect("her reputation");
    assert_eq!((mia.slashed, mia.locked), (50, 0), "the bond");
}

// What else a file can say

#[test]
fn only_the_first_of_a_finding_is_paid_and_a_ranking_shares_places_that_are_tied() {
    const RANKED: &str = "award = { ranked = ['50 %', '30 %', '20 %'] }\n";
    let three = |scores: [u8; 3], also: &str| {
        let deliveries = ["pia", "paul", "petra"].iter().zip(scores).map(|(name, score)| {
            format!(
                "[[request.delivery]]\nby = '{name}'\n{}scores = {{ ada = {score}, ben = {score}, cleo = {score} }}\n",
                if *name == "paul" { also } else { "" }
            )
        });
        deliveries.collect::<String>()
    };
    let petra = "[[actors]]\nnames = ['petra']\n";
    let request = REQUEST.replace("limit = 2", "limit = 3");
    let ranked = played(&format!("{petra}{request}{RANKED}{}", three([80, 90, 80], "")));
    let earned = |report: &Report| -> Vec<u128> { report.deliveries.iter().map(|row| row.pay).collect() };
    // Paul is first; the others share the second place and the third.
    assert_eq!(earned(&ranked), ["2.5", "5", "2.5"].map(units));
    let first_only = format!("{petra}{}", sealed(&request));
    let first_only = played(&format!("{first_only}{}", three([80, 90, 80], "duplicate_of = 0\n")));
    assert_eq!(earned(&first_only), [units("10") / 3, 0, units("10") / 3]);
    for report in [ranked, first_only] {
        assert!(report.adds_up && report.surprises == 0, "{:?}", report.checks);
    }
}

/// An engagement of three periods in which none may be missed.
const DEAL: &str = "[[request]]\nname = 'deal'\nat = '1d'\nby = 'rita'\nreward = '10 UNIT'\nreview_fee = '0.9 UNIT'\n\
                    engagement = { periods = 3, period = '10d' }\ncurve = [{ from = 50, weight = '100 %' }]\n";

#[test]
fn a_deal_that_nobody_takes_over_ends_and_the_rest_returns() {
    let report = played(&format!(
        "{DEAL}[[request.offer]]\nby = 'pia'\nprice = '8 UNIT'\n[[request.delivery]]\nby = 'pia'\n\
         scores = {{ ada = 90, ben = 80, cleo = 85 }}\n[[request.delivery]]\nby = 'pia'\ndelivers = false\n"
    ));
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.timeline);
    assert_eq!(report.escrow.still_held, 0);
    // One period was paid; two rewards, the rest of the first, two review fees and the deposit are Rita's.
    holds_gains(&report, &[("pia", "7.1"), ("rita", "-9.635")]);
    let rows: Vec<_> = report.deliveries.iter().map(|row| (row.verdict.as_str(), row.deposit_lost)).collect();
    assert_eq!(rows, [("median 85", 0), ("not delivered", units("0.9"))]);
}

#[test]
fn a_deal_that_nobody_is_accepted_for_returns_all_but_the_fee() {
    let report = played(&format!(
        "{DEAL}prune = true\n[[request.offer]]\nby = 'pia'\nprice = '8 UNIT'\nends = 'left'\n\
         [[request.offer]]\nby = 'paul'\nprice = ['9 UNIT', '7 UNIT']\nends = 'retracted'\n"
    ));
    assert!(report.adds_up && report.surprises == 0, "{:?}", report.timeline);
    assert_eq!((report.escrow.still_held, report.escrow.paid), (0, 0));
    holds_gains(&report, &[("pia", "0"), ("paul", "0"), ("rita", "-1.635")]);
}

#[test]
fn steps_can_negotiate_seal_and_withdraw() {
    let open = REQUEST.replace("at = \"1d\"\n", "").replace("limit = 2", "limit = 1");
    let offers = open.replace("\"logo\"", "\"slogan\"") + "access = 'offers'\n";
    let sealed = sealed(&open);
    let report = played(&format!(
        "{sealed}{offers}\
         [[step]]\nat = '1d'\ndo = 'post'\nwho = 'rita'\nrequest = 'logo'\n\
         [[step]]\ndo = 'post'\nwho = 'rita'\nrequest = 'slogan'\n\
         [[step]]\nwait = '1h'\ndo = 'signal'\nwho = 'pia'\nrequest = 'logo'\n\
         [[step]]\ndo = 'submit'\nwho = 'pia'\nrequest = 'logo'\n\
         [[step]]\ndo = 'revise'\nwho = 'pia'\nrequest = 'logo'\nexpect = 'Sealed'\n\
         [[step]]\ndo = 'unseal'\nwho = 'pia'\nrequest = 'logo'\nexpect = 'TooEarly'\n\
         [[step]]\ndo = 'offer'\nwho = 'paul'\nrequest = 'slogan'\nprice = '11 UNIT'\nexpect = 'PriceTooHigh'\n\
         [[step]]\ndo = 'offer'\nwho = 'paul'\nrequest = 'slogan'\nprice = '9 UNIT'\nwithin = '12h'\n\
         [[step]]\ndo = 'retract_offer'\nwho = 'paul'\nrequest = 'slogan'\n\
         [[step]]\ndo = 'accept'\nwho = 'rita'\nrequest = 'slogan'\nof = 'paul'\nexpect = 'UnknownOffer'\n\
         [[step]]\ndo = 'close_period'\nwho = 'rita'\nrequest = 'slogan'\nexpect = 'NotAnEngagement'\n\
         [[step]]\ndo = 'takeover'\nwho = 'rita'\nrequest = 'slogan'\nof = 'paul'\nexpect = 'NotAnEngagement'\n\
         [[step]]\ndo = 'withdraw_request'\nwho = 'rita'\nrequest = 'slogan'\n\
         [[step]]\ndo = 'prune'\nwho = 'rita'\nrequest = 'slogan'\n\
         [[step]]\nat = '3d 1h'\ndo = 'unseal'\nwho = 'paul'\nrequest = 'logo'\nexpect = 'NotProvider'\n\
         [[step]]\ndo = 'unseal'\nwho = 'pia'\nrequest = 'logo'\n\
         [[step]]\nat = '6d'\ndo = 'withdraw'\nwho = ['paul', 'rita']\n"
    ));
    assert!(report.adds_up, "{:?}", report.checks);
    assert_eq!(report.surprises, 0, "{:?}", report.timeline.iter().filter(|entry| !entry.expected).collect::<Vec<_>>());
    // Of the slogan all but the fee of 0.55 is back; the logo's 11 and a deposit wait for its review.
    holds_gains(&report, &[("paul", "0"), ("pia", "-1"), ("rita", "-12.1")]);
    assert_eq!(report.escrow.still_held, units("12"));
    assert_eq!(report.deliveries[0].verdict, "not reviewed");
}

#[test]
fn the_data_holds_what_was_delivered() {
    let request = format!("{REQUEST}[[request.delivery]]\nby = 'pia'\nscores = {{ ada = 90, ben = 80, cleo = 85 }}\n");
    let output = run("deliveries", &format!("{CAST}{request}"), &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    let expected = serde_json::json!({
        "request": "logo",
        "submission": 0,
        "provider": "pia",
        "verdict": "median 85",
        "median": 85,
        "weight_bps": 10_000,
        "duplicate_of": null,
        "pay": "5000000000000",
        "deposit_lost": "0",
        "reputation": "15",
    });
    assert_eq!(data["deliveries"], serde_json::json!([expected]));
    assert_eq!(data["providers"], serde_json::json!([]));
}
