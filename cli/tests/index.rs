//! `atomic index`, run as people do, on an embedded chain that had a whole story.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use crate::desk::{journey, Desk};
use atomic_cli::{
    client::{
        archive::{organization, Archive},
        deployment::Deployment,
        embedded::Embedded,
    },
    story::scenario::{play::play, read::scenario},
};
use chain::{
    build::{contracts, workspace},
    Ledger, World, GENESIS, POCKET_MONEY,
};
use e2e_tests::{with_hands, Ballot, Town, ENFORCERS, PROVIDERS, REQUESTER, STRANGER};
use index::{check, follow, store::Survives, Progress, Store};
use interfaces::{Market as _, SubmissionId, Timestamp};
use serde_json::Value as Json;
use std::{fs, path::Path};

const DAY: u64 = 86_400;

fn read(desk: &Desk, file: &str) -> Json {
    let text = fs::read_to_string(desk.folder.join("history").join(file)).expect("a file of the index");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn what_the_chain_has_forgotten_is_in_the_index_and_everything_else_is_as_on_the_chain() {
    let desk = Desk::new("index");
    journey(&desk, [DAY; 4]);
    let said = desk.done("index --out history");
    assert!(said.trim_end().ends_with(": all the same"), "{said}");

    let request = read(&desk, "requests/0.json");
    assert_eq!((&request["stage"], &request["pay"]), (&"Pruned".into(), &"30000000000000".into()));
    assert_eq!((&request["fees"], &request["held"]), (&"3000000000000".into(), &"0".into()));
    let submission = read(&desk, "requests/0/submissions-0.json")["0"].clone();
    assert_eq!((&submission["median"], &submission["verdict"]), (&84.into(), &"Quorum".into()));
    assert_eq!(submission["uri"], "ipfs://report");
    let agreed: Vec<_> =
        submission["reviews"].as_array().expect("reviews").iter().map(|review| &review["coherent"]).collect();
    assert_eq!(agreed, [&Json::from(true), &true.into(), &false.into()], "charlie, dave, and eve who gave 20");

    let bob = format!("accounts/{}.json", submission["provider"].as_str().expect("bob"));
    let bob = read(&desk, &bob);
    assert_eq!(bob["provider"]["earned"]["native"]["pay"], "30000000000000");
    assert_eq!(bob["withdrawn"]["native"], "33000000000000");
    let money = read(&desk, "totals.json")["figures"]["money"]["native"].clone();
    let sum = |names: &[&str]| -> u128 {
        names.iter().map(|name| money[*name].as_str().expect("an amount").parse::<u128>().expect("a number")).sum()
    };
    assert_eq!(sum(&["reward", "review_fees", "forfeited"]), sum(&["pay", "fees", "returned"]));
    assert_eq!(sum(&["deposits"]), sum(&["deposits_returned", "forfeited"]));
}

#[test]
fn an_index_goes_on_where_it_was_and_is_the_same_as_one_made_at_once() {
    let desk = Desk::new("index-goes-on");
    desk.done("index --out history");
    journey(&desk, [DAY; 4]);
    desk.done("index --out history");
    let lines = desk.done("index --out again --json");
    let last: Json = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["event"], &last["differences"]), (&"compared".into(), &Json::Array(Vec::new())));
    for file in ["manifest.json", "totals.json", "requests/0.json", "requests/0/log-0.json", "accounts/list-0.json"] {
        let text = |folder: &str| fs::read_to_string(desk.folder.join(folder).join(file)).expect("a file");
        assert_eq!(text("history"), text("again"), "{file}");
    }
}

#[test]
fn a_folder_of_another_market_is_refused() {
    let desk = Desk::new("index-other");
    desk.done("index --out history");
    let path = desk.folder.join("history/manifest.json");
    let text = fs::read_to_string(&path).expect("a manifest");
    fs::write(&path, text.replace("\"market\":\"5", "\"market\":\"6")).expect("written");
    desk.fails("index --out history", 2, "the folder holds an index of another market: name another folder");
}

#[test]
fn what_cannot_be_served_is_named() {
    let desk = Desk::bare("serve", None);
    desk.fails("serve", 2, "there is nothing to serve");
    desk.fails("serve --page nowhere", 2, "nowhere is no folder");
    desk.write("token", "short");
    desk.fails("serve --files files --token-file token", 2, "shorter than 16 characters");
}

/// Makes an index of a chain with its past, in a folder of the desk, and compares it with the chain: every number is the same.
/// Returns how many events it has.
fn indexed(ledger: Ledger, world: &World, folder: &Path) -> u64 {
    let backend = Embedded::with_past(ledger);
    let deployment = Deployment::of(world);
    let of = organization(&backend, &deployment);
    let mut store = Store::open(folder, &of, None, Survives::Kill).expect("a folder");
    let mut archive = Archive::new(&backend, deployment);
    let mut told = 0;
    while let Progress::Read { events, .. } = follow(&mut store, &mut archive).expect("blocks") {
        told += events as u64;
    }
    let report = check(&mut store, &mut archive).expect("a comparison");
    assert!(report.compared > 0 && report.differences.is_empty(), "{:?}", report.differences);
    told
}

#[test]
fn the_index_of_every_scenario_has_the_sums_of_its_balance_sheet() {
    let desk = Desk::bare("index-scenarios", None);
    let files =
        fs::read_dir(workspace().join("scenarios")).expect("scenarios").map(|file| file.expect("a file").path());
    let stories: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    assert!(stories.len() >= 7, "{stories:?}");
    for path in stories {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let story = scenario(name, &fs::read_to_string(&path).expect("a text")).expect("a scenario");
        let played = play(&story, contracts().expect("contracts"), |_| ()).expect("a story");
        indexed(played.ledger, &played.world, &desk.folder.join("history").join(name));
        let money = read(&desk, &format!("{name}/totals.json"))["figures"]["money"]["native"].clone();
        let sum = |names: &[&str]| -> u128 {
            let amount = |name: &&str| money[*name].as_str().expect("an amount").parse::<u128>().expect("a number");
            names.iter().map(amount).sum()
        };
        let sheet = &played.report.escrow;
        let costs = ["protocol_fee", "rent", "premium"];
        // The index counts the deposit of an offer once it is a place's.
        let net = sum(&["reward", "review_fees", "deposits"]) + sum(&costs) - sum(&["returned", "deposits_returned"]);
        assert_eq!(net, sheet.paid_in - sheet.refunded, "{name}: paid in, and not refunded");
        assert_eq!(sum(&["pay", "fees"]), sheet.paid, "{name}: paid for work");
        assert_eq!(sum(&costs), sheet.fees, "{name}: fees");
        assert_eq!(sum(&["withdrawn"]), sheet.withdrawn, "{name}: withdrawn");
        let held = sum(&["reward", "review_fees", "deposits"]) - sum(&["pay", "fees", "returned", "deposits_returned"]);
        assert_eq!(held, sheet.still_held, "{name}: still held");
    }
}

/// As many submissions as a request of the busy market has, so many of these there are, and each eighth is reviewed.
const SUBMISSIONS: u32 = 64;
const REQUESTS: u32 = 80;
const REVIEWED: u32 = 8;

/// A request of the busy market from posting to pruning: one provider delivers everything, and three enforcers review it or
/// nobody does, all in lists. `pass` lets time pass.
fn a_busy_request(town: &Town, reviewed: bool, pass: &mut dyn FnMut(Timestamp)) {
    let [provider, ..] = PROVIDERS;
    let places = u16::try_from(SUBMISSIONS).expect("few");
    let request = town.post_with(|spec| (spec.limit, spec.per_provider) = (SUBMISSIONS, places));
    let all: Vec<SubmissionId> = (0..SUBMISSIONS).collect();
    let ballots: Vec<Vec<_>> =
        all.chunks(16).map(|list| list.iter().map(|number| (*number, (80, None))).collect()).collect();
    let upkeep = |message| town.chain.call(&town.who(STRANGER), message).ok();
    let by_the_jury = |vote: &dyn Fn(&str, &Ballot)| {
        for name in &ENFORCERS[..3] {
            ballots.iter().for_each(|ballot| vote(name, ballot));
        }
    };
    town.signal(provider, request, places).ok();
    for list in all.chunks(16) {
        town.submit_list(provider, request, &vec!["work"; list.len()]).ok();
    }
    pass(town.spec(request).review_from());
    upkeep(town.market().open_reviews(request, SUBMISSIONS));
    pass(town.window(request, 0).drawn_by);
    if reviewed {
        by_the_jury(&|name, ballot| assert_eq!(town.commit_list(name, request, ballot).ok().len(), ballot.len()));
    }
    pass(town.window(request, 0).commit_by);
    if reviewed {
        by_the_jury(&|name, ballot| town.reveal_list(name, request, ballot).ok());
    } else {
        all.chunks(16).for_each(|list| assert_eq!(town.finalize_list(request, list).ok(), 16, "extended"));
        pass(town.window(request, 0).commit_by);
    }
    all.chunks(16).for_each(|list| assert_eq!(town.finalize_list(request, list).ok(), 16));
    town.settle(request).ok();
    all.chunks(16).for_each(|list| assert_eq!(town.claim_list(request, list).ok(), 16));
    upkeep(town.market().prune(request, SUBMISSIONS));
    upkeep(town.market().prune(request, SUBMISSIONS));
    for name in [provider, REQUESTER].iter().chain(&ENFORCERS[..3]) {
        if town.credit(name) > 0 {
            town.withdraw(name).ok();
        }
    }
}

#[test]
fn the_index_of_twenty_thousand_events_on_a_real_chain_is_what_the_chain_says() {
    let desk = Desk::bare("index-busy", None);
    let mut ledger = Ledger::penniless(GENESIS);
    let town = Town::with_on(ledger.chain().clone(), |settings| with_hands(settings, SUBMISSIONS * REQUESTS));
    town.chain.fund(&town.who(REQUESTER), 1_000 * POCKET_MONEY);
    let mut pass = |time| drop(ledger.make(time, &[]).expect("the next block"));
    for number in 0..REQUESTS {
        a_busy_request(&town, number % REVIEWED == 0, &mut pass);
    }
    pass(town.chain.now() + 1);
    let told = indexed(ledger, &town, &desk.folder.join("history"));
    assert!(told > 20_000, "{told}");
    let submissions = read(&desk, "totals.json")["figures"]["submissions"].clone();
    assert_eq!(submissions, SUBMISSIONS * REQUESTS);
}
