//! Everything that a client may ask a node.
//!
//! The first byte chooses the method, the rest are its parameters: as JSON if they are that, or else as bytes in hex, for a runtime
//! API by its name. Whatever it is, the node answers with a result or an error, does not stop, and its chain grows only by
//! transactions that somebody signed, or where the clock is set.
#![no_main]

use chain::{
    runtime::{state::is_guarded, Hash},
    Ledger, GENESIS,
};
use jsonrpsee::RpcModule;
use libfuzzer_sys::fuzz_target;
use node::{
    producer::{self, Clock, Pace},
    rpc,
};
use serde_json::{json, Value as Json};
use std::{convert::Infallible, panic, process, sync::OnceLock};
use tokio::runtime::{Builder, Runtime};

const APIS: [&str; 8] = [
    "ContractsApi_call",
    "ContractsApi_instantiate",
    "ContractsApi_upload_code",
    "ContractsApi_get_storage",
    "Core_execute_block",
    "TaggedTransactionQueue_validate_transaction",
    "TransactionPaymentApi_query_info",
    "GenesisBuilder_build_state",
];

struct Node {
    runtime: Runtime,
    methods: RpcModule<()>,
    names: Vec<String>,
}

fn node() -> &'static Node {
    static NODE: OnceLock<Node> = OnceLock::new();
    NODE.get_or_init(|| {
        // The engine's own hook takes a panic that the node answers for as one that ends it.
        panic::set_hook(Box::new(|panic| {
            if !is_guarded() {
                eprintln!("{panic}");
                process::abort();
            }
        }));
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let open = || Ok::<_, Infallible>(Ledger::forgotten(GENESIS));
        let Ok((handle, _)) = producer::start(open, Pace::Instant, Clock::Manual);
        let methods = runtime.block_on(async { rpc::module(handle) });
        let mut names: Vec<_> = methods.method_names().map(str::to_owned).collect();
        names.sort_unstable();
        Node { runtime, methods, names }
    })
}

fn ask(node: &Node, method: &str, parameters: &Json) -> Json {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
    let answered = node.runtime.block_on(node.methods.raw_json_request(&request, 16));
    let (answer, _) = answered.expect("a request that is JSON");
    serde_json::from_str(&answer).expect("JSON")
}

fn head(node: &Node) -> Hash {
    serde_json::from_value(ask(node, "chain_getBlockHash", &json!([]))["result"].clone()).expect("a hash")
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (which, api, rest) = input;
    let node = node();
    let method = &node.names[usize::from(which) % node.names.len()];
    let hex = || chain::hash::hex(rest);
    let parameters = match serde_json::from_slice(rest) {
        Ok(parameters @ Json::Array(_)) => parameters,
        _ if method == "state_call" => json!([APIS[usize::from(api) % APIS.len()], hex()]),
        _ => json!([hex()]),
    };
    let before = head(node);
    let answer = ask(node, method, &parameters);
    let (result, error) = (answer.get("result").is_some(), answer.get("error"));
    assert!(result != error.is_some(), "{answer}");
    let stopping = error.is_some_and(|error| error["message"] == "the node is stopping");
    assert!(!stopping, "{method} {parameters}");
    assert!(head(node) == before || method.starts_with("dev_"), "{method} {parameters}");
});
