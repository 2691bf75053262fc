//! What clients ask is answered as a substrate-contracts-node answers it.
//!
//! `recorded.json` has requests that four clients sent to such a node while they deployed a contract, read it, called it and
//! followed the chain, and wrong ones that no client sends, with what the node answered: the shape of results, and every word of
//! errors. Where the answer here is another on purpose, `here` has it, and `why` the reason.

#[path = "alike/client.rs"]
mod client;
#[path = "alike/shape.rs"]
mod shape;
#[path = "alike/things.rs"]
mod things;

use chain::{Ledger, GENESIS};
use client::Client;
use node::{
    origins::Origins,
    producer::{self, Clock, Pace},
    rpc, serve,
};
use serde_json::{json, Map, Value as Json};
use shape::{kind, shape};
use std::{env, fs, net::SocketAddr, process::Stdio, time::Duration};
use things::Things;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded.json");
/// The longest time that a client waits to be told something.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long a client listens whether there is a word too many.
const SILENCE: Duration = Duration::from_millis(500);
/// So long a recording listens to whatever else is told.
const LISTENING: Duration = Duration::from_secs(3);

#[tokio::test]
async fn this_node_answers_every_recorded_request_as_a_substrate_contracts_node_does() {
    let open = || Ok::<_, ()>(Ledger::forgotten(GENESIS));
    let (handle, _) = producer::start(open, Pace::Instant, Clock::Manual).expect("a chain");
    let (address, _server) =
        serve(([127, 0, 0, 1], 0).into(), Origins::default(), rpc::module(handle)).await.expect("a port");
    let recorded = recorded();
    let expected = |entry: &Json| entry.get("here").unwrap_or(&entry["answer"]).clone();
    let differences = differences(address, &recorded, expected).await;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
#[ignore = "it needs a substrate-contracts-node, which CONTRACTS_NODE names; with RECORD set, what it answers is written down"]
async fn a_substrate_contracts_node_answers_as_it_was_recorded() {
    let program = env::var("CONTRACTS_NODE").expect("CONTRACTS_NODE names a substrate-contracts-node");
    let mut node = Command::new(program)
        .args(["--dev", "--tmp", "--port=0", "--rpc-port=0", "--no-prometheus", "--no-telemetry"])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the node starts");
    let mut lines = BufReader::new(node.stderr.take().expect("its words")).lines();
    let address = loop {
        let line = lines.next_line().await.expect("its words").expect("it says where it listens");
        if let Some((_, address)) = line.split_once("Running JSON-RPC server: addr=") {
            break address.split(',').next().and_then(|address| address.parse().ok()).expect("an address");
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let mut recorded = recorded();
    if env::var_os("RECORD").is_some() {
        record(address, &mut recorded).await;
        return;
    }
    let differences = differences(address, &recorded, |entry| entry["answer"].clone()).await;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn every_method_of_the_newer_kind_that_a_node_lists_says_what_to_use_in_its_place() {
    let open = || Ok::<_, ()>(Ledger::forgotten(GENESIS));
    let (handle, _) = producer::start(open, Pace::Instant, Clock::Manual).expect("a chain");
    let methods = rpc::module(handle);
    let recorded = recorded();
    let list = recorded.iter().find(|entry| entry["method"] == "rpc_methods").expect("the list");
    let listed = list["answer"]["result"]["methods"].as_array().expect("names").iter().filter_map(Json::as_str);
    let newer: Vec<_> = listed.filter(|name| name.contains("_v1_")).collect();
    assert_eq!(newer.len(), 16);
    for name in newer {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": name, "params": [] }).to_string();
        let (answer, _) = methods.raw_json_request(&request, 1).await.expect("a request");
        assert!(answer.contains("this node speaks the older JSON-RPC alone"), "{name}: {answer}");
    }
}

#[test]
fn where_this_node_answers_otherwise_there_is_a_reason() {
    for entry in recorded() {
        let reason = entry["why"].as_str().unwrap_or_default();
        match entry.get("here") {
            Some(here) => assert!(*here != entry["answer"] && !reason.is_empty(), "{entry}"),
            None => assert!(entry.get("why").is_none(), "{entry}"),
        }
    }
}

fn recorded() -> Vec<Json> {
    serde_json::from_str(&fs::read_to_string(RECORDED).expect("the recording")).expect("a list")
}

/// Asks everything anew, and says where the answer is not as expected.
async fn differences(address: SocketAddr, recorded: &[Json], expected: impl Fn(&Json) -> Json) -> Vec<String> {
    let mut client = Client::connect(address).await;
    let mut things = Things::prepare(&mut client).await;
    let mut differences = Vec::new();
    for entry in recorded {
        let expected = expected(entry);
        let told = expected["told"].as_array().map_or(0, Vec::len);
        let answer = answer(&mut client, &mut things, entry, told, PATIENCE).await;
        if answer != expected {
            let (method, params) = (&entry["method"], &entry["params"]);
            differences.push(format!("{method} {params}\n  recorded {expected}\n  answered {answer}"));
        }
    }
    // Nobody is told anything unasked.
    client.told(&Json::Null, usize::MAX, SILENCE).await;
    differences
}

/// Asks everything anew, and writes down what is answered.
async fn record(address: SocketAddr, recorded: &mut [Json]) {
    let mut client = Client::connect(address).await;
    let mut things = Things::prepare(&mut client).await;
    for entry in recorded.iter_mut() {
        entry["answer"] = answer(&mut client, &mut things, entry, usize::MAX, LISTENING).await;
    }
    let lines: Vec<_> = recorded.iter().map(Json::to_string).collect();
    fs::write(RECORDED, format!("[\n{}\n]\n", lines.join(",\n"))).expect("it can be written");
}

/// What a recorded request is answered, and the first that a subscription tells.
async fn answer(client: &mut Client, things: &mut Things, entry: &Json, told: usize, wait: Duration) -> Json {
    let method = entry["method"].as_str().expect("a method");
    let answered = client.ask(method, entry.get("params").map(|params| things.put_into(params))).await;
    let mut answer = Map::new();
    match (answered.get("error"), &answered["result"]) {
        (Some(error), _) => {
            answer.insert("error".into(), things.hidden(error));
        }
        (None, id) if is_subscription(method) => {
            things.subscription = id.clone();
            let told = client.told(id, told, wait).await;
            let told: Vec<_> = told.into_iter().map(|(name, what)| json!({ name: shape(&what) })).collect();
            answer.insert("subscription".into(), kind(id).into());
            answer.insert("told".into(), told.into());
        }
        (None, result) => {
            answer.insert("result".into(), shape(result));
        }
    }
    if method == "author_submitExtrinsic" && answer.contains_key("result") {
        client.wait_until_none_waits().await;
    }
    answer.into()
}

fn is_subscription(method: &str) -> bool {
    method.contains("subscribe") && !method.contains("unsubscribe") || method == "author_submitAndWatchExtrinsic"
}
