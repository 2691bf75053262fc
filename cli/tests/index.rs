//! `atomic index`, run as people do, on an embedded chain that had a whole story.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

mod desk;

use desk::{journey, Desk};
use serde_json::Value as Json;
use std::fs;

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
