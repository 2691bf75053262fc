//! The commands people use, run as they do, on the embedded chain.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use crate::desk::{journey, Desk};
use atomic_cli::client::{
    backend::{Backend, Transaction},
    embedded::Embedded,
    signer::{address, Signer},
};
use chain::{
    build::{package, workspace},
    constructor,
};
use e2e_tests::contracts::PSP22;
use serde_json::json;
use std::fs;

const POST: &str = "post --spec brief.md --reward '30 UNIT' --review-fee '1 UNIT' --limit 2 --curve '40=50%, 80=100%' \
                    --signal 1d --deliver 1d --review 1d --reveal 1d";
const DAY: u64 = 86_400;

#[test]
fn a_request_goes_from_posting_to_the_last_withdrawal() {
    journey(&Desk::new("journey"), [DAY; 4]);
}

/// Lets this many hours pass.
fn pass(desk: &Desk, hours: u32) {
    desk.done(&format!("pass {hours}h"));
}

/// A request of two places, posted by alice, on the first of which bob has delivered.
fn delivered(name: &str) -> Desk {
    let desk = Desk::new(name);
    deliver(&desk);
    desk
}

fn deliver(desk: &Desk) {
    desk.done(&format!("{POST} --as alice"));
    desk.done("signal 0 --as bob");
    desk.done("submit 0 report.txt --uri ipfs://report --as bob");
}

/// The same, where any member may review it.
fn in_review(name: &str) -> Desk {
    put_into_review(Desk::new(name))
}

/// As [`in_review`], on a chain that nobody else has a copy of.
fn put_into_review(desk: Desk) -> Desk {
    deliver(&desk);
    pass(&desk, 49);
    desk.done("open-reviews 0 --as bob");
    pass(&desk, 12);
    desk
}

/// Charlie and dave commit, so that with eve there is a quorum.
fn all_but_eve_commit(desk: &Desk) {
    for enforcer in ["charlie", "dave"] {
        desk.done(&format!("review 0 0 80 --as {enforcer}"));
    }
}

fn private(desk: &Desk) -> std::path::PathBuf {
    desk.folder.join(".atomic/deployment.private.json")
}

#[test]
fn a_dry_run_says_what_would_happen_with_its_cost_and_changes_nothing() {
    let desk = Desk::new("dry");
    let state = fs::read(desk.folder.join(".atomic/state")).expect("a state");
    let said = desk.done(&format!("{POST} --as alice --dry-run"));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[..2], ["dry run: nothing is sent; this is what would happen", "request posted"]);
    // Six reviews for five days. From three fifths of the hands on the premium rises to twice that, and these are two
    // thirds.
    let price = "  33.99999 UNIT in escrow: 30 UNIT reward, 2 UNIT review fees, 1.6 UNIT protocol fee, 0.3 UNIT rent, \
                 0.09999 UNIT capacity premium";
    assert_eq!(lines[2], price);
    assert!(lines[3].starts_with("  storage deposit 0.") && lines[3].ends_with(" bytes of proof"), "{said}");
    assert_eq!(lines.len(), 4, "{said}");
    let json = desk.json(&format!("{POST} --as alice --dry-run"));
    let tried = &json["transactions"][0];
    assert!(
        tried["weight"]["ref_time"].as_u64() > Some(1_000_000) && tried["weight"]["proof_size"].as_u64() > Some(1_000)
    );
    assert_eq!((&tried["dry_run"], &tried["block"], &tried["returned"]), (&true.into(), &().into(), &0.into()));
    assert_eq!(tried["events"][0]["event"], "RequestPosted");
    assert_eq!(tried["events"][0]["fields"]["quote"]["total"], "33999990000000");
    assert_eq!(fs::read(desk.folder.join(".atomic/state")).expect("a state"), state);
}

#[test]
fn what_is_sent_is_told_to_programs_with_its_block_its_costs_and_its_events() {
    let desk = Desk::new("json");
    let posted = desk.json(&format!("{POST} --as alice"));
    assert_eq!(posted["request"], 0);
    let sent = &posted["transactions"][0];
    assert_eq!((&sent["done"], &sent["dry_run"]), (&"request posted".into(), &false.into()));
    let fee: u64 = sent["fee"].as_str().expect("a fee").parse().expect("plancks");
    assert!(fee > 1_000_000_000 && fee < 10_000_000_000, "{fee}");
    assert!(sent["block"].as_u64() > Some(0));
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let posting = sent["events"].as_array().expect("events").iter().find(|event| event["event"] == "RequestPosted");
    assert_eq!(posting.expect("posted")["fields"]["requester"], alice);

    let read = desk.json("request 0");
    assert_eq!((&read["phase"], &read["spec"]["reward"]), (&"Signalling".into(), &"30000000000000".into()));
    assert_eq!(read["state"]["requester"], alice);
    assert_eq!(read["due"][0]["command"], "atomic signal 0");
    assert_eq!(desk.json("requests")["requests"][0]["request"], 0);
    assert_eq!(desk.json("capacity")["capacity"]["active"], 3);
    assert_eq!(desk.json("member eve")["member"]["standing"], "Healthy");
    assert_eq!(desk.json("reputation eve")["reputation"]["locked"], "50");
    assert_eq!(desk.json("terms")["policy"]["protocol_fee_bps"], 500);

    let refused = desk.run("settle 0 --as bob --json");
    let refusal: serde_json::Value = serde_json::from_str(&refused.out).expect("JSON");
    assert_eq!((refused.code, &refusal["refused"]["error"]), (Some(1), &"TooEarly".into()));
    assert!(refusal["refused"]["advice"].as_str().is_some_and(|advice| advice.contains("atomic request")));
}

#[test]
fn what_there_is_to_see_is_shown_line_by_line() {
    let desk = Desk::new("reads");
    desk.says(
        "capacity",
        "seats               3 taken of 5\nThrottled           0\nin line             0\nat rest             0\n\
         reviews asked for   0\nreviews done        0\nreviews to be done  0\nhands               9\n\
         utilization         0 %\nlevel               none, as there is no pace",
    );
    desk.says(
        "member eve",
        "account           eve\nstate             Seated\nstanding          Healthy\nseen              0 operations\n\
         declared          0 operations\nrequired          0 operations\n\
         missing           0 operations; Throttled above 3, Banned above 6\n\
         safe              no: what is seen next can have it Banned\nopen commitments  0 of 3\n\
         bond              50\nseat since        2030-01-01 00:00 UTC (now)",
    );
    desk.says(
        "reputation --as eve",
        "account    eve\nbalance    400\nlocked     50\navailable  350\ntier       1\nowed       0\nearned     400 in all\n\
         spent      0 in all\nslashed    0 in all",
    );
    desk.says("requests", "no request is open");
    let terms = desk.done("terms");
    for line in
        ["Terms of pool 0", "  to be declared    1 of every 2 operations seen", "  protocol fee        5 % to alice"]
    {
        assert!(terms.lines().any(|said| said == line), "{line}\n{terms}");
    }
    desk.done(&format!("{POST} --as alice"));
    desk.says(
        "requests",
        "   phase       requester  reward   places  submitted  next deadline\n\
         0  signalling  alice      30 UNIT  0 of 2  0          2030-01-02 00:00 UTC (in 1 day)",
    );
    desk.says(
        "request 0",
        "request     0, signalling\nrequester   alice\nasks        0x…\nreward      30 UNIT, an equal part for each place\n\
         review fee  1 UNIT a submission\ncurve       50 % from 40 on, 100 % from 80 on\n\
         places      0 of 2 taken, deposit 1 UNIT\nreviews     3 to 7, tolerance 10\n\
         signal by   2030-01-02 00:00 UTC (in 1 day)\ndeliver by  2030-01-03 00:00 UTC (in 2 days)\n\
         commit for  1 day from when reviews are opened\nreveal for  1 day after that\n\
         in escrow   32 UNIT\nto be done\n  providers  atomic signal 0  by 2030-01-02 00:00 UTC (in 1 day)",
    );
}

#[test]
fn what_a_stranger_wrote_forges_no_line_of_what_is_shown() {
    let desk = Desk::new("forged");
    let uri = "ipfs://x\n  eve gives 99\u{1b}[1A\u{202e}";
    let other = POST.replace("--spec", &format!("--uri '{uri}' --spec"));
    desk.done(&format!("{} --as alice", other));
    desk.done("signal 0 --as bob");
    desk.done(&format!("submit 0 report.txt --uri '{uri}' --as bob"));
    let escaped = "ipfs://x\\n  eve gives 99\\u{1b}[1A\\u{202e}";
    let shown = desk.done("request 0");
    assert_eq!(shown.matches(escaped).count(), 2, "{shown}");
    assert!(!shown.lines().any(|line| line == "  eve gives 99" || line.contains('\u{1b}')), "{shown}");
    // What programs read is exact, in hex where it is no plain text.
    let hex = uri.bytes().fold("0x".to_owned(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(desk.json("request 0")["submissions"][0]["delivery"]["uri"], hex.as_str());
}

#[test]
fn a_wrong_address_amount_time_or_score_is_refused_with_what_was_expected() {
    let desk = Desk::new("wrong");
    desk.fails("member zoe", 2, "`zoe` is not an address…expected an address such as 5Grwva…");
    desk.fails("accept 0 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ --as alice", 2, "is not an address");
    desk.fails("signal 0 --as zoe", 2, "--as takes one of alice, bob");
    desk.fails("signal 0", 2, "nobody signs this: say who with --as");
    desk.done(&format!("{POST} --access offers --as alice"));
    desk.fails("offer 0 30 --as bob", 2, "`30`: the unit is missing; expected an amount such as");
    desk.fails("offer 0 '1.5 UNTI' --as bob", 2, "this is not a unit of the currency");
    desk.fails("accept 0 bob --price '1 USDC' --as alice", 2, "this is not a unit of the currency");
    desk.fails("offer 0 '1 UNIT' --deliver-by soon --as bob", 2, "`soon` is not a moment");
    desk.fails("review 0 0 101 --as eve", 2, "101 is not in 0..=100");
    desk.fails("review 0 --as eve", 2, "required");
    desk.fails(
        &POST.replace("post", "quote").replace("'30 UNIT'", "'30'"),
        2,
        "error: --reward: the unit is missing; expected an amount such as",
    );
    for wrong in ["--curve 40", "--curve 40=50%,,", "--curve x=50%", "--award best=60%", "--duplicates ranked=60%"] {
        desk.fails(&format!("quote {wrong}"), 2, "; expected …such as ");
    }
    desk.fails(&format!("{} --award best", POST.replace("post", "quote")), 2, "--award: this is not an award");
    // What an option says is not told as a line of the file, which says something else there.
    desk.write(
        "request.toml",
        "spec = 'brief.md'\nreward = '30 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\ncurve = [{ from = 40, weight = '50 %' }]\n",
    );
    desk.fails("quote request.toml --reward 30", 2, "error: --reward: the unit is missing");
    desk.fails("quote request.toml --review-fee 1UNTI", 2, "error: --review-fee: this is not a unit of the currency");
    desk.fails("quote request.toml --signal 1w", 2, "error: --signal: this has no unit of time");
    desk.fails("quote request.toml --quorum 9", 1, "refused as InvalidRequest(Quorum): …help: a --quorum is 3, 5 or 7");
}

#[test]
fn a_mistake_in_a_file_is_shown_where_it_is() {
    let desk = Desk::new("files");
    desk.fails("post nothing.toml --as alice", 2, "reading nothing.toml: No such file");
    desk.fails("quote nothing.toml", 2, "reading nothing.toml: No such file");
    desk.fails(&POST.replace("post", "quote").replace("brief.md", "nothing.md"), 2, "reading nothing.md: No such file");
    desk.fails("submit 0 nothing.txt --as bob", 2, "reading nothing.txt: No such file");
    desk.write("request.toml", "spec = 'brief.md'\nrewrad = '30 UNIT'\n");
    desk.fails("post request.toml --as alice", 2, "request.toml:1:1: `review_fee` is missing in the file");
    desk.write("request.toml", "spec = 'brief.md'\nreward = '30 UNTI'\nreview_fee = '1 UNIT'\n");
    desk.fails(
        "post request.toml --as alice",
        2,
        "request.toml:2:10: `reward`: this is not a unit of the currency…2 | reward",
    );
    desk.write("request.toml", "[request\n");
    desk.fails("post request.toml --reward '1 UNIT' --as alice", 2, "request.toml:1:9: ");
}

#[test]
fn what_the_options_say_goes_before_the_file() {
    let desk = Desk::new("both");
    desk.write(
        "request.toml",
        "spec = 'brief.md'\nreward = '30 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\nquorum = 3\n\
         curve = [{ from = 40, weight = '100 %' }]\nwindows = { signal = '2d' }\n",
    );
    let quote = desk.json("quote request.toml --reward '50 UNIT'");
    assert_eq!(
        (&quote["quote"]["reward"], &quote["quote"]["review_fees"]),
        (&"50000000000000".into(), &"1000000000000".into())
    );
    desk.done("post request.toml --deliver 6h --award ranked=60%,40% --duplicates first-only --as alice");
    let spec = desk.json("request 0")["spec"].clone();
    let time = |name: &str| spec[name].as_u64().expect("a time");
    assert_eq!(time("deliver_by") - time("signal_by"), 6 * 3_600_000);
    assert_eq!(spec["award"]["Ranked"]["places_bps"], serde_json::json!([6_000, 4_000]));
    assert_eq!(spec["duplicates"], "FirstOnly");
    desk.done("post request.toml --periods 3 --period 14d --missed 1 --limit 1 --as alice");
    assert_eq!(desk.json("request 1")["engagement"]["periods"], 3);
}

#[test]
fn what_is_said_of_no_window_is_long_enough_for_the_default_policy_sealed_or_not() {
    let desk = Desk::bare("windows", None);
    desk.write("organization.toml", "[[founders]]\naccounts = ['charlie', 'dave', 'eve']\nreputation = 400\n");
    desk.set_up();
    let post = "post --spec brief.md --reward '30 UNIT' --review-fee '1 UNIT' --limit 1 --curve 40=100%";
    desk.done(&format!("{post} --as alice"));
    desk.done(&format!("{post} --duplicates first-only --as alice"));
    for (command, until) in [
        ("request 0", "deliver by  2030-01-03 01:00 UTC (in 49 hours)"),
        ("request 1", "unseal by   2030-01-06 01:00 UTC (in 5 days)"),
    ] {
        let shown = desk.done(command);
        for line in [until, "commit for  3 days from when reviews are opened", "reveal for  4 days after that"] {
            assert!(shown.lines().any(|said| said == line), "{line}\n{shown}");
        }
    }
    // An hour less than a day is too short.
    let short = "refused as InvalidRequest(Deadlines): …help: `atomic terms` says how short and how long they may be";
    desk.fails(&format!("{post} --signal 23h --as alice"), 1, short);
    desk.fails(&format!("{post} --duplicates first-only --review 47h --as alice"), 1, short);
}

#[test]
fn how_many_reviews_there_may_be_is_no_longer_asked() {
    let desk = Desk::new("gone");
    desk.fails(&format!("{POST} --max-reviews 5 --as alice"), 2, "unexpected argument '--max-reviews'");
    desk.write(
        "request.toml",
        "spec = 'brief.md'\nreward = '30 UNIT'\nreview_fee = '1 UNIT'\nlimit = 1\nmax_reviews = 5\n\
         curve = [{ from = 40, weight = '100 %' }]\n",
    );
    desk.fails(
        "post request.toml --as alice",
        2,
        "request.toml:5:15: `max_reviews`: a submission has at most `2 * quorum + 1` reviews; leave this key out",
    );
}

#[test]
fn whoever_has_copies_paid_is_warned() {
    let desk = Desk::new("copies");
    let warning = "warning: whoever copies a delivery takes a part of its share: have deliveries sealed and only the \
                   first paid, with --duplicates first_only\n";
    for (conditions, expected) in [
        ("--award proportional", warning),
        ("--award ranked=60%,40%", warning),
        ("--award proportional --duplicates first_only", ""),
        ("--award per_submission", ""),
    ] {
        let ran = desk.run(&format!("{POST} {conditions} --as alice --dry-run"));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), expected), "{conditions}");
    }
}

#[test]
fn refusals_are_the_contracts_own_in_words_with_what_to_do() {
    let desk = delivered("refusals");
    desk.fails(
        "request 7",
        1,
        "error: refused as UnknownRequest: There is no such request.\nhelp: `atomic requests --all`",
    );
    desk.fails("signal 7 --as bob", 1, "refused as UnknownRequest");
    desk.fails("signal 0 --as alice", 1, "refused as OwnRequest: The requester cannot take part in its own request.");
    desk.fails(
        "signal 0 --places 2 --as ferdie",
        1,
        "refused as TooManyPlaces: One provider may not have that many places",
    );
    // Of three members one would be missing to a quorum.
    desk.fails(
        "signal 0 --as dave",
        1,
        "refused as JuryExhausted: Too few members would be left to judge this request.\nhelp: a member takes part \
         only where a quorum of others is left",
    );
    desk.fails(
        "offer 0 '1 UNIT' --as dave",
        1,
        "refused as NoOffers: This request takes no offers.\nhelp: take a place with",
    );
    desk.fails("revise 0 0 brief.md --as dave", 1, "refused as NotProvider: Only the provider that made");
    desk.fails("submit 0 report.txt --as dave", 1, "refused as NoPlace");
    desk.fails("reclaim 0 --as bob", 1, "refused as NotRequester: Only the requester may do this.");
    desk.fails("withdraw-request 0 --as alice", 1, "refused as PlacesGiven");
    desk.fails("accept 0 bob --as alice", 1, "refused as UnknownOffer");
    desk.fails("unseal 0 --as bob", 1, "bob has nothing under a seal in request 0");
    desk.fails("finalize 0 --as bob", 1, "no submission of request 0 can have its verdict now");
    desk.fails("claim 0 --as bob", 1, "no submission of request 0 can be claimed now");
    desk.fails(
        "resign --as bob",
        1,
        "refused as NotAMember: The account is not a member of this pool.\nhelp: members enlist with `atomic enlist`",
    );
    desk.fails("restore 2 --as eve", 1, "refused as NoDeficit");
    desk.fails(
        "enlist --as bob",
        1,
        "refused as Reputation(InsufficientReputation): The reputation contract refused. The account's available \
         reputation is too small.\nhelp: `atomic reputation`",
    );
    let past = format!("{POST} --signal-by 2029-01-01 --as alice");
    desk.fails(
        &past,
        1,
        "refused as InvalidRequest(Deadlines): The request breaks this rule. The windows for taking places and for \
         delivering must be…help: `atomic terms` says how short and how long they may be",
    );
    desk.fails(
        &format!("{POST} --as alice"),
        1,
        "refused as AtCapacity: These reviews would exceed the capacity of the pool's enforcers.\nhelp: ask",
    );
}

#[test]
fn an_account_without_funds_is_told_so() {
    let desk = delivered("poor");
    desk.fails(
        "signal 0 --as //Nobody",
        1,
        "refused as TransferFailed: the account does not have the value to send…help: ",
    );
}

#[test]
fn without_a_deployment_or_with_another_networks_it_says_so() {
    let desk = Desk::bare("none", None);
    desk.fails("requests", 2, "there is no deployment file .atomic/deployment.json; make one with `atomic deploy`");
    let desk = Desk::new("elsewhere");
    let file = desk.folder.join(".atomic/deployment.json");
    let text = fs::read_to_string(&file).expect("a file");
    let genesis = text.lines().find(|line| line.contains("genesis")).expect("a genesis").to_owned();
    fs::write(&file, text.replace(&genesis, &format!("  \"genesis\": \"0x{}\",", "07".repeat(32)))).expect("a file");
    desk.fails("requests", 2, "wrong network: ");
}

#[test]
fn offers_are_made_changed_listed_accepted_and_taken_back() {
    let desk = Desk::new("offers");
    desk.done(&format!("{POST} --access offers --as alice"));
    desk.fails("signal 0 --as bob", 1, "refused as OffersOnly: …help: make an offer with `atomic offer`");
    desk.fails("offer 0 '31 UNIT' --as bob", 1, "refused as PriceTooHigh");
    desk.fails(
        "offer 0 '1 UNIT' --deliver-by 2029-01-01 --as bob",
        1,
        "refused as InvalidDeadline: The deadline offered is not after now",
    );
    desk.says(
        "offer 0 '9 UNIT' --as bob",
        "offer for request 0 made\n  bob asks 9 UNIT and delivers by 2030-01-03 00:00 UTC\n\
         it can be accepted until 2030-01-03 00:00 UTC (in 2 days); `atomic retract-offer 0` takes it back, and its \
         deposit, then as well",
    );
    desk.says(
        "offer 0 '8.5 UNIT' --deliver-by '2030-01-02 12:00' --as bob",
        "offer for request 0 changed\n  bob asks 8.5 UNIT and delivers by 2030-01-02 12:00 UTC\n\
         it can be accepted until 2030-01-02 12:00 UTC (in 36 hours); …",
    );
    desk.done("offer 0 '7 UNIT' --as ferdie");
    desk.says("retract-offer 0 --as ferdie", "offer for request 0 taken back\n  ferdie has the deposit of 1 UNIT back");
    let request = desk.done("request 0");
    for line in [
        "offer: bob asks 8.5 UNIT, by 2030-01-02 12:00 UTC (in 36 hours)",
        "offer: ferdie had asked 7 UNIT, by 2030-01-03 00:00 UTC (in 2 days)",
    ] {
        assert!(request.lines().any(|said| said == line), "{request}");
    }
    desk.fails("accept 0 bob --price '8 UNIT' --as alice", 1, "refused as OfferChanged");
    desk.says(
        "accept 0 bob --as alice",
        "offer of bob for request 0 accepted\n  for 8.5 UNIT, by 2030-01-02 12:00 UTC",
    );
}

#[test]
fn an_offer_may_end_before_its_deadline_and_can_then_only_be_taken_back() {
    let desk = Desk::new("until");
    desk.done(&format!("{POST} --access offers --as alice"));
    for until in ["2029-12-31", "2030-01-03 00:01"] {
        desk.fails(&format!("offer 0 '9 UNIT' --until '{until}' --as bob"), 1, "refused as InvalidDeadline");
    }
    desk.says(
        "offer 0 '9 UNIT' --until '2030-01-01 12:00' --as bob",
        "offer for request 0 made\n  \
         bob asks 9 UNIT and delivers by 2030-01-03 00:00 UTC, if accepted before 2030-01-01 12:00 UTC\n\
         it can be accepted until 2030-01-01 12:00 UTC (in 12 hours); …",
    );
    let shows = |line: &str| {
        let request = desk.done("request 0");
        assert!(request.lines().any(|said| said == line), "{line}\n{request}");
    };
    shows(
        "offer: bob asks 9 UNIT, by 2030-01-03 00:00 UTC (in 2 days), if accepted before 2030-01-01 12:00 UTC (in 12 \
         hours)",
    );
    pass(&desk, 12);
    shows("offer: bob asks 9 UNIT, by 2030-01-03 00:00 UTC (in 36 hours), but its offer has ended");
    desk.fails(
        "accept 0 bob --as alice",
        1,
        "refused as OfferExpired: The offer has ended: it can only be taken back.\nhelp: its provider may make it \
         again",
    );
    desk.says("retract-offer 0 --as bob", "offer for request 0 taken back\n  bob has the deposit of 1 UNIT back");
}

#[test]
fn a_sealed_delivery_is_kept_privately_and_opened_when_its_time_comes() {
    let desk = Desk::new("sealed");
    desk.done(&format!("{POST} --duplicates first-only --as alice"));
    desk.done("signal 0 --as bob");
    desk.says(
        "submit 0 report.txt --uri ipfs://report --as bob",
        "report.txt delivered under a seal for request 0\n  submission 0 of bob\n\
         unseal it from 2030-01-03 00:00 UTC (in 2 days) on: `atomic unseal 0`",
    );
    let json = fs::read_to_string(private(&desk)).expect("a private file");
    assert!(json.contains("ipfs://report"), "{json}");
    let shown = desk.done("request 0");
    assert!(!shown.contains("ipfs://report") && shown.contains("submission 0 of bob: sealed"), "{shown}");
    desk.fails("unseal 0 --as bob", 1, "refused as TooEarly");
    pass(&desk, 49);
    let moved = desk.folder.join("moved");
    fs::rename(private(&desk), &moved).expect("moved");
    desk.fails(
        "unseal 0 --as bob",
        1,
        "1 submission sealed elsewhere: the private file .atomic/deployment.private.json",
    );
    fs::rename(&moved, private(&desk)).expect("moved back");
    desk.says("unseal 0 --as bob", "submission 0 of request 0 unsealed");
    assert!(desk.done("request 0").contains(", at ipfs://report"));
    desk.fails("unseal 0 --as bob", 1, "bob has nothing under a seal in request 0");
}

#[test]
fn a_review_whose_transaction_never_made_it_does_no_harm_to_the_one_that_did() {
    let desk = in_review("lost");
    let state = desk.folder.join(".atomic/state");
    let before = fs::read(&state).expect("a state");
    desk.done("review 0 0 10 --as eve");
    // As if the program had died after it wrote the private file, and before the chain took the commitment.
    fs::write(&state, before).expect("a state");
    desk.done("review 0 0 85 --as eve");
    all_but_eve_commit(&desk);
    pass(&desk, 12);
    desk.says(
        "review --due --as eve",
        "review of submission 0 of request 0 revealed: a score of 85\n  eve gives 85 to 0",
    );
}

#[test]
fn a_review_is_kept_until_its_reveal_counts_as_blocks_may_be_undone() {
    let desk = in_review("undone");
    for enforcer in ["charlie", "dave", "eve"] {
        desk.done(&format!("review 0 0 85 --as {enforcer}"));
    }
    pass(&desk, 12);
    let state = desk.folder.join(".atomic/state");
    let before = fs::read(&state).expect("a state");
    for enforcer in ["charlie", "dave", "eve"] {
        desk.done(&format!("review --due --as {enforcer}"));
    }
    fs::write(&state, before).expect("a state");
    for enforcer in ["charlie", "dave", "eve"] {
        desk.done(&format!("review --due --as {enforcer}"));
        desk.says(&format!("review --due --as {enforcer}"), &format!("{enforcer} has nothing to reveal"));
    }
    let kept = || fs::read_to_string(private(&desk)).expect("a private file").matches("\"score\"").count();
    assert_eq!(kept(), 3);
    desk.done("finalize 0 --as bob");
    desk.done("review --due --dry-run --as charlie");
    assert_eq!(kept(), 3);
    for left in [("charlie", 2), ("dave", 1), ("eve", 0)] {
        desk.done(&format!("review --due --as {}", left.0));
        assert_eq!(kept(), left.1);
    }
}

#[test]
fn a_review_that_is_not_revealed_in_time_is_told_and_forgotten() {
    let desk = in_review("late");
    desk.done("review 0 0 85 --as eve");
    all_but_eve_commit(&desk);
    pass(&desk, 48);
    desk.says(
        "review --due --as eve",
        "the review of submission 0 of request 0 is forgotten: it had to be revealed by 2030-01-05 01:00 UTC (12 hours \
         ago)\n…",
    );
}

#[test]
fn a_window_in_which_too_few_committed_is_extended_and_what_they_committed_to_stays() {
    let desk = in_review("short");
    desk.done("review 0 0 85 --as eve");
    pass(&desk, 12);
    let request = desk.done("request 0");
    assert!(request.contains("submission 0 of bob: to be extended, at ipfs://report\n  eve committed\n"), "{request}");
    desk.says(
        "review --due --as eve",
        "too few committed to submission 0 of request 0: its window has to be extended, with `atomic finalize 0 0`\n…",
    );
    desk.says(
        "finalize 0 0 --as bob",
        "submission 0 of request 0 finalized\n  too few committed: the window is extended, and wants 2 reviews more\n  \
         each member has seen 1 operation more",
    );
    let from = "the review of submission 0 of request 0 can be revealed from 2030-01-05 01:00 UTC (in 1 day) on\n\
                `atomic review --due` reveals it then";
    desk.says("review --due --as eve", from);
    // All whom it draws are drawn at once.
    desk.says("review 0 0 80 --as dave", &format!("committed to a score for submission 0 of request 0\n{from}"));
    let request = desk.done("request 0");
    let shown = "submission 0 of bob: review, 1 missing to a quorum, until 2030-01-05 01:00 UTC (in 1 day), extended, \
                 at ipfs://report\n";
    assert!(request.contains(shown), "{request}");

    pass(&desk, 24);
    for (enforcer, score) in [("eve", 85), ("dave", 80)] {
        desk.says(
            &format!("review --due --as {enforcer}"),
            &format!(
                "review of submission 0 of request 0 revealed: a score of {score}\n  {enforcer} gives {score} to 0"
            ),
        );
    }
    // Two of a quorum of three: two thirds of what they say, and one of what nobody reviewed is worth.
    desk.says(
        "finalize 0 --as bob",
        "submission 0 of request 0 finalized\n  \
         median 80 of too few reviews, weighs 75 %; 2 enforcers share 1 UNIT\n  \
         eve earned 5 reputation (Review)\n  dave earned 5 reputation (Review)\n  declared for eve, dave",
    );
}

#[test]
fn before_the_middle_of_the_window_who_is_not_drawn_is_told_from_when_on() {
    let desk = delivered("drawn");
    pass(&desk, 48);
    desk.done("open-reviews 0 --as bob");
    // Nothing was revealed before, so what is drawn is known: eve is drawn 5 hours, 57 minutes and 14 seconds later.
    let refusal = "refused as NotDrawn: …help: you are drawn from 2030-01-03 05:58 UTC (in …) on";
    desk.fails("review 0 0 85 --as eve", 1, refusal);
    desk.done("pass --until '2030-01-03 05:57'");
    desk.fails("review 0 0 85 --as eve", 1, refusal);
    desk.done("pass --until '2030-01-03 05:58'");
    desk.done("review 0 0 85 --as eve");
}

#[test]
fn what_could_never_be_revealed_is_not_committed_to() {
    let desk = in_review("duplicate");
    for original in [0, 7] {
        desk.fails(&format!("review 0 0 80 --duplicate-of {original} --as dave"), 1, "refused as InvalidDuplicate");
    }
    assert!(!private(&desk).exists());
    desk.done("review 0 0 80 --as dave");
}

#[test]
fn who_has_its_hands_full_is_told() {
    let desk = Desk::bare("hands", None);
    desk.write(
        "organization.toml",
        "[[founders]]\naccounts = ['charlie', 'dave', 'eve', 'ferdie']\nreputation = 400\n\
         [terms]\nhealthy_limit = 1\nthrottled_limit = 1\n",
    );
    desk.set_up();
    desk.done("enlist --as ferdie");
    desk.done(&format!("{} --as alice", POST.replace("--limit 2", "--limit 1")));
    desk.done("signal 0 --as bob");
    desk.done("submit 0 report.txt --as bob");
    pass(&desk, 49);
    desk.done("open-reviews 0 --as bob");
    pass(&desk, 12);
    desk.says(
        "review 0 0 80 --as dave",
        "committed to a score for submission 0 of request 0\n\
         1 review open, the most you may have until one is judged; what others ask for meanwhile counts as seen\n\
         the review of submission 0 of request 0 can be revealed from … on, if 2 more commit until then\n\
         `atomic review --due` reveals it then",
    );
}

#[test]
fn many_deliveries_are_made_reviewed_judged_and_claimed_at_once() {
    let desk = Desk::new("lists");
    desk.write("more.txt", "It adds twice.\n");
    let post = POST.replace("--limit 2", "--limit 2 --per-provider 2").replace("'1 UNIT'", "'3 UNIT'");
    desk.done(&format!("{post} --as alice"));
    desk.done("signal 0 --places 2 --as bob");
    desk.fails("submit 0 report.txt more.txt --uri ipfs://report --as bob", 2, "as many --uri are needed as files");
    desk.says(
        "submit 0 report.txt more.txt --uri ipfs://report --uri ipfs://more --as bob",
        "report.txt and more.txt delivered for request 0\n  submission 0 of bob\n  submission 1 of bob",
    );
    assert!(desk.done("request 0").contains("submission 1 of bob: delivered, at ipfs://more\n"));
    pass(&desk, 49);
    desk.says("open-reviews 0 --as bob", "reviews of request 0 opened\n  each member has seen 2 operations more");

    desk.fails("review 0 0=85 0=60 --as eve", 2, "a submission is named twice");
    desk.fails("review 0 0=85 60 --as eve", 2, "`60` is no review; expected SUBMISSION=SCORE such as 1=85");
    desk.fails("review 0 0=85 1=101 --as eve", 2, "`1=101`: 101 is not in 0..=100");
    // Eve is drawn for one of them after four hours, and for the other after six.
    pass(&desk, 5);
    let due = |submission: u8, condition: &str| {
        format!("the review of submission {submission} of request 0 can be revealed from … on{condition}\n")
    };
    let (two, one) = (", if 2 more commit until then", ", if 1 more commits until then");
    let then = "`atomic review --due` reveals it then";
    desk.says(
        "review 0 0=85 1=60 --as eve",
        &format!(
            "submission 0 is skipped, as NotDrawn: you are drawn from 2030-01-03 06:58 UTC (in …) on\n\
             committed to a score for submission 1 of request 0\n{}{then}",
            due(1, two)
        ),
    );
    pass(&desk, 7);
    desk.says(
        "review 0 0=85 1=60 --as eve",
        &format!(
            "already committed to a score of 60\ncommitted to a score for submission 0 of request 0\n{}{}{then}",
            due(1, two),
            due(0, two)
        ),
    );
    let both = "committed to scores for submissions 0 and 1 of request 0";
    desk.says("review 0 0=80 1=65 --as charlie", &format!("{both}\n{}{}{then}", due(0, one), due(1, one)));
    desk.says("review 0 0=80 1=65 --as dave", &format!("{both}\n{}{}{then}", due(0, ""), due(1, "")));
    pass(&desk, 12);
    for enforcer in ["charlie", "dave"] {
        desk.says(
            &format!("review --due --as {enforcer}"),
            &format!("reviews of submissions 0 and 1 of request 0 revealed\n  {enforcer} gives 80 to 0, 65 to 1"),
        );
    }
    assert_eq!(desk.json("review --due --as eve")["transactions"].as_array().map(Vec::len), Some(1));

    desk.says(
        "finalize 0 --as bob",
        "submissions 0 and 1 of request 0 finalized\n  \
         submission 0: median 80, weighs 100 %; 3 enforcers share 3 UNIT\n  \
         submission 1: median 65, weighs 50 %; 3 enforcers share 3 UNIT\n  \
         eve earned 12 reputation (Review)\n  charlie earned 12 reputation (Review)\n  \
         dave earned 12 reputation (Review)\n  declared for eve (2), charlie (2), dave (2)",
    );
    desk.done("settle 0 --as bob");
    desk.says(
        "claim 0 --as bob",
        "submissions 0 and 1 of request 0 claimed\n  \
         submission 0: bob earned 15 UNIT, the deposit back (3 UNIT)\n  \
         submission 1: bob earned 7.5 UNIT, the deposit back (3 UNIT)\n  \
         bob earned … reputation (Delivery)\n`atomic withdraw` pays it out",
    );
}

#[test]
fn what_is_nearest_to_its_quorum_is_listed_first() {
    let desk = Desk::new("nearest");
    for request in 0..2 {
        desk.done(&format!("{} --as alice", POST.replace("--limit 2", "--limit 1")));
        desk.done(&format!("signal {request} --as bob"));
        desk.done(&format!("submit {request} report.txt --as bob"));
    }
    pass(&desk, 48);
    desk.done("open-reviews 0 --as bob");
    desk.done("open-reviews 1 --as bob");
    pass(&desk, 12);
    let listed = || {
        let requests = desk.json("requests")["requests"].clone();
        let requests = requests.as_array().expect("requests").iter();
        requests.map(|request| request["request"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(listed(), [1, 0]);
    desk.done("review 0 0 80 --as eve");
    assert_eq!(listed(), [0, 1]);
}

#[test]
fn the_private_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = in_review("mode");
    desk.done("review 0 0 85 --as eve");
    let mode = fs::metadata(private(&desk)).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_private_file_that_is_torn_or_cannot_be_written_stops_before_anything_is_sent() {
    let desk = in_review("private");
    desk.done("review 0 0 85 --as eve");
    let good = fs::read_to_string(private(&desk)).expect("a private file");
    let with = |text: &str, expected: &str| {
        fs::write(private(&desk), text).expect("a private file");
        desk.fails("review 0 0 70 --as dave", 2, expected);
        desk.fails("review --due --as eve", 2, expected);
        assert_eq!(fs::read_to_string(private(&desk)).expect("it is left alone"), text);
    };
    with(
        &good[..good.len() / 2],
        "the private file .atomic/deployment.private.json is damaged (…restore it from a copy",
    );
    with("", "is damaged");
    with(&good.replace("\"salt\": \"0x", "\"salt\": \"0y"), "is damaged (`0y…` is not 32 bytes in hex)");
    with(&good.replace("\"format\": 2", "\"format\": 3"), "is of format 3; this program reads 1 and 2");

    fs::write(private(&desk), &good).expect("a private file");
    let part = desk.folder.join(".atomic/deployment.private.json.part");
    fs::create_dir(&part).expect("what is in the way");
    desk.fails(
        "review 0 0 70 --as dave",
        1,
        "nothing was sent, because it could not be saved first: writing .atomic/deployment.private.json",
    );
    let reviews = desk.json("request 0")["submissions"][0]["reviews"].clone();
    assert_eq!(reviews.as_array().map(Vec::len), Some(1), "dave's was not sent");
    fs::remove_dir(&part).expect("nothing is in the way");
    desk.done("review 0 0 70 --as dave");

    fs::remove_file(private(&desk)).expect("it is lost");
    desk.fails("review 0 0 70 --as dave", 1, "dave has committed to a score of submission 0 of request 0 elsewhere");
}

#[test]
fn commitments_that_the_private_file_cannot_open_are_named_and_nobody_is_told_that_all_is_revealed() {
    let desk = in_review("commitments");
    desk.done("review 0 0 85 --as eve");
    all_but_eve_commit(&desk);
    let good = fs::read_to_string(private(&desk)).expect("a private file");
    let until = "2030-01-05 01:00 UTC";
    let named = format!(
        "the review of submission 0 of request 0 cannot be revealed from here: the private file \
         .atomic/deployment.private.json does not have what eve committed to; reveal it by {until} ("
    );
    let lost = |why: &str| {
        let ran = desk.run("review --due --as eve");
        assert_eq!(ran.code, Some(1), "{why}: {}", ran.out);
        assert!(ran.err.ends_with("error: 1 commitment cannot be opened\n"), "{why}: {}", ran.err);
        assert!(ran.out.contains(&named) && !ran.out.contains("nothing to reveal"), "{why}: {}", ran.out);
        let json = desk.run("review --due --as eve --json").out;
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((&json["lost"][0]["request"], &json["lost"][0]["submission"]), (&0.into(), &0.into()));
    };
    let markets = serde_json::from_str::<serde_json::Value>(&good).expect("JSON")["markets"].clone();
    let salt = markets[0]["reviews"][0]["salt"].as_str().expect("a salt").to_owned();
    for phase in ["review", "reveal"] {
        fs::remove_file(private(&desk)).expect("it is lost");
        lost("lost");
        // One of its digits was changed.
        let other = if salt.ends_with('0') { "1" } else { "0" };
        fs::write(private(&desk), good.replace(&salt, &format!("{}{other}", &salt[..65]))).expect("a file");
        lost("altered");
        // It is of another chain, or of another market.
        for part in ["genesis", "market"] {
            let of = markets[0][part].as_str().expect("text");
            let another = if part == "genesis" {
                of.replace(&of[2..6], "0707")
            } else {
                "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY".to_owned()
            };
            let foreign = good.replace(of, &another);
            fs::write(private(&desk), &foreign).expect("a file");
            lost(part);
            assert_eq!(fs::read_to_string(private(&desk)).expect("it is left alone"), foreign);
        }
        fs::write(private(&desk), &good).expect("a file");
        // Nobody else is told so.
        assert_eq!(desk.run("review --due --as charlie").code, Some(0), "{phase}");
        pass(&desk, 12);
    }
    desk.done("review --due --as eve");
    desk.says("review --due --as eve", "eve has nothing to reveal");
}

#[test]
fn one_private_file_holds_what_is_kept_for_several_chains_and_markets() {
    let desk = in_review("chains");
    desk.done("review 0 0 85 --as eve");
    all_but_eve_commit(&desk);
    // As the program wrote it when a file was of one market.
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(private(&desk)).expect("a private file")).expect("JSON");
    let mut old = json["markets"][0].clone();
    old["format"] = 1.into();
    fs::write(private(&desk), old.to_string()).expect("a file");
    // The same folder is used for another chain, in which the same numbers mean something else.
    let other = Desk::bare("chains-other", None);
    other.set_up();
    let other = put_into_review(other);
    for file in ["state", "deployment.json"] {
        let place = |desk: &Desk| desk.folder.join(".atomic").join(file);
        fs::rename(place(&desk), desk.folder.join(file)).expect("moved");
        fs::copy(place(&other), place(&desk)).expect("copied");
    }
    let genesis = json["markets"][0]["genesis"].as_str().expect("a genesis").to_owned();
    let deployment: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(other.folder.join(".atomic/deployment.json")).expect("a file"))
            .expect("JSON");
    let own = deployment["genesis"].clone();
    desk.done("review 0 0 60 --as eve");
    all_but_eve_commit(&desk);
    let kept: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(private(&desk)).expect("a private file")).expect("JSON");
    assert_eq!(kept["format"], 2);
    let markets = kept["markets"].as_array().expect("markets");
    let scores: Vec<_> = markets.iter().map(|of| (of["genesis"].clone(), of["reviews"][0]["score"].clone())).collect();
    assert_eq!(scores, [(genesis.into(), 85.into()), (own, 60.into())]);
    pass(&desk, 12);
    desk.says(
        "review --due --as eve",
        "review of submission 0 of request 0 revealed: a score of 60\n  eve gives 60 to 0",
    );
    for file in ["state", "deployment.json"] {
        fs::rename(desk.folder.join(file), desk.folder.join(".atomic").join(file)).expect("moved back");
    }
    pass(&desk, 12);
    desk.says(
        "review --due --as eve",
        "review of submission 0 of request 0 revealed: a score of 85\n  eve gives 85 to 0",
    );
}

#[test]
fn links_to_the_state_and_the_private_file_stay_links_and_who_else_can_read_secrets_is_told() {
    use std::os::unix::fs::{symlink, PermissionsExt};
    let desk = in_review("links");
    desk.done("review 0 0 85 --as eve");
    let kept = desk.folder.join("kept");
    fs::create_dir(&kept).expect("a folder");
    let files = [private(&desk), desk.folder.join(".atomic/state")];
    for file in &files {
        let target = kept.join(file.file_name().expect("a name"));
        fs::rename(file, &target).expect("moved");
        symlink(&target, file).expect("a link");
    }
    fs::set_permissions(kept.join("deployment.private.json"), fs::Permissions::from_mode(0o644)).expect("permissions");
    let ran = desk.run("review 0 0 80 --as dave");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let warning = "warning: .atomic/deployment.private.json holds secrets, and others may read it (its mode is 644): \
                   `chmod 600 .atomic/deployment.private.json`\n";
    assert_eq!(ran.err, warning, "once");
    for file in &files {
        assert!(fs::symlink_metadata(file).expect("a link").is_symlink(), "{}", file.display());
    }
    let text = fs::read_to_string(kept.join("deployment.private.json")).expect("the target");
    assert_eq!(text.matches("\"score\"").count(), 2);
    assert_eq!(desk.run("review 0 0 80 --as dave").err, "", "it was written anew for its owner alone");

    desk.write("key", "//Alice");
    fs::write(desk.folder.join("key"), "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Eve")
        .expect("a key");
    fs::set_permissions(desk.folder.join("key"), fs::Permissions::from_mode(0o640)).expect("permissions");
    let ran = desk.run("reputation --key-file key");
    assert_eq!(ran.err, "warning: key holds secrets, and others may read it (its mode is 640): `chmod 600 key`\n");
    assert!(ran.out.starts_with("account    eve\n"), "{}", ran.out);
}

#[test]
fn what_is_no_file_or_no_number_is_refused() {
    let desk = Desk::new("strict");
    desk.fails("status --state /dev/full", 2, "/dev/full cannot be used: this is no regular file");
    desk.fails(
        "submit 0 /dev/zero --as bob",
        2,
        "reading /dev/zero: this is more than the 67108864 bytes that are read",
    );
    desk.fails("request +0", 2, "this is not a whole number");
    desk.fails("signal 0 --places +1 --as bob", 2, "this is not a whole number");
    desk.fails("review 0 0 +80 --as eve", 2, "this is not a whole number");
    desk.fails(&format!("{POST} --quorum +3 --as alice"), 2, "this is not a whole number");
    desk.fails(&format!("{} --as alice", POST.replace("40=50%", "+40=50%")), 2, "this is not a curve");
    desk.fails(&format!("member 0x+4{}", "35".repeat(31)), 2, "is not 32 bytes; expected an address");
    desk.fails("pass --until +1893715200000", 2, "is not a moment");
    desk.fails("pass 213503982334d", 2, "this is more than a thousand years");
    desk.fails("pass --until 18446744073709551615", 2, "is not a moment");
}

#[test]
fn every_command_has_help_with_an_example() {
    let desk = Desk::bare("help", None);
    let help = desk.done("--help");
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut count = 0;
    for command in commands.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()) {
        let help = desk.done(&format!("help {command}"));
        let example = format!("atomic {command}");
        let examples = help.split_once("Example").is_some_and(|(_, examples)| examples.contains(&example));
        if !["build", "run", "replay", "help"].contains(&command) {
            assert!(examples, "{command}\n{help}");
            count += 1;
        }
    }
    assert!(count > 35, "{count} commands");
}

#[test]
fn an_engagement_is_paid_period_by_period_and_taken_over_where_its_provider_fails() {
    let desk = Desk::new("engagement");
    let conditions = POST.replace("--limit 2", "--periods 3 --period 7d --missed 0");
    desk.says(
        &format!("{conditions} --as alice"),
        "engagement posted\n  98.22 UNIT in escrow: 90 UNIT reward, 3 UNIT review fees, 4.65 UNIT protocol fee, \
         0.57 UNIT rent\n  3 periods of 7d 00:00, at most 0 missed, 1 period of notice\nit is request 0",
    );
    desk.done("offer 0 '20 UNIT' --as bob");
    desk.says(
        "accept 0 bob --as alice",
        "offer of bob for request 0 accepted\n  bob is obliged to deliver in each period\n  for 20 UNIT, by 2030-01-03 00:00 UTC",
    );
    desk.says("submit 0 report.txt --as bob", "report.txt delivered for request 0\n  submission 0 of bob");
    pass(&desk, 48);
    desk.done("open-reviews 0 --as bob");
    pass(&desk, 12);
    for enforcer in ["charlie", "dave", "eve"] {
        desk.done(&format!("review 0 0 90 --as {enforcer}"));
    }
    pass(&desk, 12);
    for enforcer in ["charlie", "dave", "eve"] {
        desk.done(&format!("review --due --as {enforcer}"));
    }
    desk.fails(
        "settle 0 --as ferdie",
        1,
        "refused as IsEngagement: …help: periods are closed one by one with `atomic close-period`",
    );
    desk.done("finalize 0 --as ferdie");
    desk.says("close-period 0 --as ferdie", "period of engagement 0 closed\n  period 0: accepted, 20 UNIT earned");
    desk.done("claim 0 --as ferdie");
    desk.says("withdraw --as bob", "credit of bob paid out\n  bob receives 20 UNIT");

    pass(&desk, 6 * 24 + 1);
    desk.says(
        "close-period 0 --as ferdie",
        "period of engagement 0 closed\n  period 1: nothing was delivered\n  bob is Banned in this engagement\n  \
         bob loses the place, and the deposit of 1 UNIT",
    );
    let request = desk.done("request 0");
    for line in [
        "request     0, vacant",
        "engagement  3 periods of 7 days, at most 0 missed, 1 period of notice; nobody has the place",
        "  the requester  atomic takeover 0 PROVIDER  now",
    ] {
        assert!(request.lines().any(|said| said == line), "{line}\n{request}");
    }
    desk.done("offer 0 '25 UNIT' --deliver-by 2030-01-20 --as ferdie");
    desk.says(
        "takeover 0 ferdie --as alice",
        "engagement 0 taken over by ferdie\n  ferdie is obliged to deliver in each period\n  \
         for 25 UNIT, by 2030-01-20 00:00 UTC, from period 2 on",
    );
    desk.fails("give-notice 0 --as bob", 1, "refused as NotAParty");
    desk.says(
        "give-notice 0 --as ferdie",
        "notice of engagement 0 given\n  ferdie gives notice, until 3 periods are over\nit holds for the first 3 periods of the deal",
    );
    desk.fails("member bob", 1, "refused as NotAMember");
    desk.says("evaluate bob --pool 1 --as ferdie", "bob judged\nbob is Banned");
}

#[test]
fn the_manager_proposes_terms_and_policies_and_what_is_not_said_stays_as_it_is() {
    let desk = Desk::new("manager");
    desk.write("changes.toml", "[terms]\nseats = 4\n[policy]\nprotocol_fee = '3 %'\n");
    let before = desk.json("terms");
    desk.fails("propose-terms changes.toml --as bob", 1, "refused as MissingRole: …help: sign as the manager");
    desk.fails("propose-terms nothing.toml --as alice", 2, "reading nothing.toml: No such file");
    desk.says(
        "propose-terms changes.toml --as alice",
        "terms of pool 0 proposed\n`atomic terms` says when they take effect",
    );
    desk.says("propose-policy changes.toml --as alice", "policy proposed\n`atomic terms` says when it takes effect");
    let shown = desk.done("terms");
    assert_eq!(shown.matches("Proposed, in force from 2030-01-02 00:00 UTC (in 1 day) on").count(), 2, "{shown}");
    pass(&desk, 25);
    let after = desk.json("terms");
    let (mut terms, mut policy) = (before["terms"].clone(), before["policy"].clone());
    terms["seats"] = 4.into();
    policy["protocol_fee_bps"] = 300.into();
    assert_eq!((&after["terms"], &after["policy"]), (&terms, &policy));
    desk.fails("reinstate eve --as alice", 1, "refused as NotBanned");
    desk.says("apply-terms --as ferdie", "proposed terms of pool 0 written down");
    desk.says("apply-policy --as ferdie", "proposed policy written down");
    desk.fails("apply-policy --as ferdie", 1, "refused as NoPendingPolicy");
}

#[test]
fn the_manager_pauses_what_brings_new_work_and_nothing_else() {
    let desk = Desk::new("pause");
    let post = format!("{} --as alice", POST.replace("--limit 2", "--limit 1"));
    desk.done(&post);
    desk.done("signal 0 --as bob");
    desk.done("submit 0 report.txt --as bob");
    desk.fails("pause --as bob", 1, "refused as MissingRole: …help: sign as the manager");
    desk.says("pause obligation --as alice", "the obligation contract is paused");
    // Done again it does what is left.
    desk.says("pause --as alice", "the market is paused\nthe obligation contract was paused already");
    assert_eq!(desk.json("terms")["paused"], json!({ "market": true, "obligation": true }));
    let terms = desk.done("terms");
    assert!(terms.starts_with("the market is paused\nthe obligation contract is paused\nTerms of pool 0\n"), "{terms}");
    desk.fails(&post, 1, "refused as Paused: …help: wait until the manager ends the pause");
    desk.fails("enlist --as ferdie", 1, "refused as Paused");
    pass(&desk, 48);
    desk.done("open-reviews 0 --as ferdie");
    desk.says("unpause market --as alice", "the market is no longer paused");
    desk.fails("enlist --as ferdie", 1, "refused as Paused");
    desk.says("unpause --as alice", "the market was not paused\nthe obligation contract is no longer paused");
    desk.done(&post);
    desk.fails("enlist --as ferdie", 1, "InsufficientReputation");
}

#[test]
fn a_seat_that_the_terms_add_goes_to_who_waits() {
    let desk = Desk::bare("seats", None);
    let organization = fs::read_to_string(desk.folder.join("organization.toml")).expect("a file");
    desk.write("organization.toml", &organization.replace("seats = 5", "seats = 2"));
    desk.set_up();
    desk.write("more.toml", "[terms]\nseats = 3\n");
    desk.done("propose-terms more.toml --as alice");
    desk.says("fill-seats --as bob", "free seats given out");
    pass(&desk, 25);
    desk.says("fill-seats --as bob", "free seats given out\n  eve takes a seat");
    assert_eq!(desk.json("capacity")["capacity"]["waiting"], 0);
}

#[test]
fn a_member_comes_and_goes() {
    let desk = Desk::new("member");
    desk.says("freeze --as eve", "rest of eve begun\n  eve is at rest");
    desk.fails("enlist --as eve", 1, "refused as Frozen: …help: end the rest with `atomic unfreeze`");
    desk.fails("unfreeze --as eve", 1, "refused as FrozenTooShortly: …help: the shortest freeze is in `atomic terms`");
    pass(&desk, 25);
    desk.says("unfreeze --as eve", "rest of eve ended\n  eve is back\n  eve takes a seat");
    desk.says("resign --as eve", "eve resigned\n  bond of 50 released");
    desk.fails("enlist --as eve", 1, "refused as CoolingDown: …help: the cooldown is in `atomic terms`");
    desk.fails("check-in --as dave", 1, "refused as NoPresence");
    desk.fails("claim-reputation dave --as eve", 1, "refused as NothingOwed");
}

#[test]
fn who_is_banned_for_its_absence_buys_itself_free_and_enlists_again() {
    let desk = Desk::bare("redeem", None);
    // A day's absence is one operation missing, and the third one bans.
    desk.write(
        "organization.toml",
        "[[founders]]\naccounts = ['eve']\nreputation = 400\n[terms]\nepoch = '1d'\nthrottle_buffer = 2\n\
         ban_buffer = 2\npace = 1\nhealthy_limit = 2\nthrottled_limit = 1\ncooldown = '1d'\n",
    );
    desk.done("deploy --config organization.toml --as alice");
    desk.done("enlist --as eve");
    let shows = |what: &str, line: &str| {
        let shown = desk.done(what);
        assert!(shown.lines().any(|said| said == line), "{line}\n{shown}");
    };
    shows("member eve", "safe              until 2030-01-02 00:00 UTC (in 1 day)");
    shows("capacity", "level               0 operations; at 1 nothing more falls due");
    shows("terms", "  pace              at most 1 operation an epoch due by work seen");
    shows("terms", "  credit cap        8 operations in advance");
    let [member, capacity] = ["member eve", "capacity"].map(|what| desk.json(what));
    assert_eq!(member["member"]["safe_until"], 1_893_542_400_000_u64);
    assert_eq!((&capacity["capacity"]["hands"], &capacity["capacity"]["level"]), (&2.into(), &"0".into()));

    pass(&desk, 72);
    shows("member eve", "standing          Banned");
    shows("member eve", "safe              no: it is Banned");
    desk.fails("redeem --as eve", 1, "refused as NotBanned: …help: `atomic member` shows the standing; ");
    desk.done("evaluate eve --as bob");
    desk.fails("enlist --as eve", 1, "refused as Banned: …help: once `atomic evaluate` has latched it, ");
    desk.fails("redeem --as eve", 1, "refused as CoolingDown: …help: the cooldown is in `atomic terms`");
    pass(&desk, 24);
    desk.says(
        "redeem --as eve",
        "ban of eve lifted\n  eve burns 50 reputation\n`atomic enlist` takes a seat again, or a place in the line",
    );
    desk.says("enlist --as eve", "eve enlisted\n  bond of 50 locked\n  eve takes a seat");
    desk.fails("redeem --as eve", 1, "refused as NotBanned");
}

#[test]
fn a_request_may_pay_in_a_token_that_the_market_is_allowed_to_take() {
    let desk = Desk::bare("token", None);
    let token = {
        let backend: &dyn Backend = &Embedded::open(&desk.folder.join(".atomic/state")).expect("a chain");
        let alice = Signer::named("alice").expect("alice");
        let code = package(PSP22).expect("a token").wasm;
        let uploaded = backend.execute(&alice, &Transaction::Upload { code }).expect("an answer").outcome.returned();
        let code_hash = uploaded.data.try_into().expect("a hash");
        let made =
            backend.instantiate::<_, ()>(&alice, code_hash, constructor("new").push_arg(1_000_000_000_000_u128), b"");
        made.expect("an answer").outcome.ok()
    };
    let token = address(&token);
    let organization = fs::read_to_string(desk.folder.join("organization.toml")).expect("a file");
    let listed =
        format!("{organization}[[tokens]]\naddress = '{token}'\nmin_review_fee = '5 plancks'\nrent = '2 plancks'\n");
    desk.write("organization.toml", &listed);
    desk.set_up();

    let post = "post --spec brief.md --reward '0.0003 TEST' --review-fee '100 plancks' --limit 1 --curve 40=100%";
    let post = format!("{post} --asset {token} --as alice");
    desk.fails(&post, 1, "refused as TransferFailed: …help: if you pay in a token, let the market");
    desk.fails(
        &post.replace("0.0003 TEST", "30 UNIT"),
        2,
        "--reward: this is paid in a token, and UNIT is the chain's currency; expected an amount such as \"1.5 TEST\"",
    );
    desk.fails(&format!("approve {token} '5 UNIT' --as alice"), 2, "`5 UNIT`: this is paid in a token");
    desk.says(&format!("approve {token} 0.001TEST --as alice"), &format!("the market may take 0.001 TEST of {token}"));
    let posted = desk.json(&post);
    assert_eq!(posted["transactions"][0]["events"][0]["event"], "Transfer");
    let note = posted["transactions"][0]["notes"][0].as_str().expect("a note");
    assert!(note.contains(&format!(" 0.0003 TEST of {token} reward")), "{note}");
    let request = desk.done("request 0");
    assert!(
        request.contains(&format!("reward      0.0003 TEST of {token}, an equal part for each place")),
        "{request}"
    );
    let withdrawn = desk.done("withdraw-request 0 --as alice");
    assert!(withdrawn.contains(&format!(" TEST of {token} credited")), "{withdrawn}");
    let paid = desk.done(&format!("withdraw --asset {token} --as alice"));
    assert!(paid.contains(&format!(" TEST of {token}")) && paid.contains("alice receives 0.0003"), "{paid}");
    desk.fails("withdraw --as alice", 1, "refused as NothingToWithdraw");

    // A policy that does not speak of tokens leaves them; one that says that there are none takes none any more.
    desk.write("fee.toml", "[policy]\nprotocol_fee = '3 %'\n");
    desk.write("none.toml", "tokens = []\n");
    for (file, assets) in [("fee.toml", 2), ("none.toml", 1)] {
        desk.done(&format!("propose-policy {file} --as alice"));
        pass(&desk, 25);
        assert_eq!(desk.json("terms")["policy"]["assets"].as_array().map(Vec::len), Some(assets), "{file}");
    }
    desk.fails(&post, 1, "refused as InvalidRequest(Asset): …help: `atomic terms` lists the assets");
}

/// Run with `BLESS=1` to write the page anew after a change.
#[test]
fn the_page_about_using_a_market_shows_what_the_program_says() {
    let path = workspace().join("docs/operate.md");
    let page = fs::read_to_string(&path).expect("the page");
    let desk = Desk::bare("page", None);
    let mut written = String::new();
    let (mut block, mut toml) = (None, String::new());
    for line in page.lines() {
        match (line, block) {
            ("```", Some("toml")) => {
                let name = match toml.split([' ', '\n']).next() {
                    Some("spec") => "request.toml",
                    Some("[policy]") => "changes.toml",
                    _ => "organization.toml",
                };
                desk.write(name, &toml);
                if name == "organization.toml" {
                    desk.done("deploy --config organization.toml --as alice");
                }
                (block, toml) = (None, String::new());
            }
            ("```", Some(_)) => block = None,
            (line, None) => block = line.strip_prefix("```"),
            (line, Some("toml")) => toml.push_str(&format!("{line}\n")),
            (line, Some("console")) => match line.strip_prefix("$ atomic ") {
                // What it said before is not taken over.
                None => continue,
                Some(command) => {
                    let ran = desk.run(command);
                    written.push_str(&format!("{line}\n{}{}", ran.out, ran.err));
                    continue;
                }
            },
            _ => {}
        }
        written.push_str(&format!("{line}\n"));
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &written).expect("the page is written");
    }
    // What it costs changes with any change of the contracts, and is not worth a failure.
    let but_for_costs = |text: &str| -> Vec<String> {
        let costs = |line: &str| line.starts_with("  block ") || line.starts_with("  storage deposit ");
        text.lines()
            .map(|line| if costs(line) { line.replace(|c: char| c.is_ascii_digit(), "") } else { line.to_owned() })
            .map(|line| line.replace(['.', ','], ""))
            .collect()
    };
    let (page, written) = (but_for_costs(&page), but_for_costs(&written));
    let same = page == written || std::env::var_os("BLESS").is_some();
    let differs = page.iter().zip(&written).find(|(page, written)| page != written);
    assert!(same, "docs/operate.md is out of date, run with BLESS=1: {differs:?}");
}
