//! `docs/node.md` names every method, and no others.

use chain::{build::workspace, Ledger, GENESIS};
use node::{
    producer::{self, Clock, Pace},
    rpc,
};
use std::{collections::BTreeSet, convert::Infallible, fs};

/// Other names of what the page names by one.
const ALIASES: [&str; 13] = [
    "account_nextIndex",
    "chain_getFinalisedHead",
    "chain_getRuntimeVersion",
    "chain_subscribeFinalisedHeads",
    "chain_subscribeRuntimeVersion",
    "childstate_getKeysPagedAt",
    "state_callAt",
    "state_getKeysPagedAt",
    "state_getStorageAt",
    "state_getStorageHashAt",
    "state_getStorageSizeAt",
    "subscribe_newHead",
    "system_dryRunAt",
];
/// What the methods begin with that the node has only to say that it has none of them.
const MISSING: [&str; 4] = ["chainHead_v1_", "chainSpec_v1_", "transaction_v1_", "transactionWatch_v1_"];

#[tokio::test]
async fn the_page_lists_the_methods_that_the_node_has() {
    let open = || Ok::<_, Infallible>(Ledger::forgotten(GENESIS));
    let Ok((handle, _)) = producer::start(open, Pace::Instant, Clock::Manual);
    let methods = rpc::module(handle);
    let is_missing = |name: &str| MISSING.iter().any(|family| name.starts_with(family));
    let is_named = |name: &&str| !ALIASES.contains(name) && !name.contains("nsubscribe") && !is_missing(name);
    let known: BTreeSet<_> = methods.method_names().filter(is_named).map(str::to_owned).collect();

    let page = fs::read_to_string(workspace().join("docs/node.md")).expect("the page");
    let table = page.split("| family | methods |").nth(1).expect("a table").split("\n\n").next().expect("its rows");
    let mut listed = BTreeSet::new();
    for row in table.lines().skip(2) {
        let names: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let (family, names) = names.split_first().expect("a family");
        listed.extend(names.iter().map(|name| format!("{family}_{name}")));
    }
    assert_eq!(listed, known);
}
