//! How transactions get into blocks, as whoever sends them sees it.

use chain::{
    runtime::{
        frame_system, genesis, payload,
        sp_core::{sr25519, Pair},
        sp_runtime::{generic::Era, MultiSignature},
        Hash, RuntimeCall, UncheckedExtrinsic,
    },
    Ledger, GENESIS,
};
use jsonrpsee::{core::server::Subscription, RpcModule};
use node::{
    producer::{self, Clock, Pace, SLOT},
    rpc,
};
use scale::Encode;
use serde_json::{json, Value as Json};
use std::{convert::Infallible, time::Duration};
use tokio::time::timeout;

/// A node within the test.
struct Node {
    methods: RpcModule<()>,
    genesis: Hash,
}

/// An error's code, message and data.
type Refusal = (i64, String, String);

impl Node {
    fn start(pace: Pace, clock: Clock) -> Self {
        let now = if clock == Clock::Real { producer::machine_time() } else { GENESIS };
        let open = move || Ok::<_, Infallible>(Ledger::forgotten(now));
        let Ok((handle, _)) = producer::start(open, pace, clock);
        let genesis = handle.heads().borrow().hash;
        Self { methods: rpc::module(handle), genesis }
    }

    async fn asked(&self, method: &str, parameters: Json) -> Result<Json, Refusal> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters }).to_string();
        let (answer, _) = self.methods.raw_json_request(&request, 1).await.expect("a request");
        let answer: Json = serde_json::from_str(&answer).expect("JSON");
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err((
                error["code"].as_i64().expect("a code"),
                error["message"].as_str().expect("a message").to_owned(),
                error["data"].as_str().unwrap_or_default().to_owned(),
            )),
        }
    }

    async fn ask(&self, method: &str, parameters: Json) -> Json {
        self.asked(method, parameters).await.expect("an answer")
    }

    async fn height(&self) -> u64 {
        let header = self.ask("chain_getHeader", json!([])).await;
        u64::from_str_radix(header["number"].as_str().expect("a number").trim_start_matches("0x"), 16).expect("hex")
    }

    /// A remark of so many bytes, as transaction number `nonce` of this account, in hex.
    fn remark(&self, who: &str, nonce: u32, size: usize, tip: u128, era: Era) -> String {
        let pair = sr25519::Pair::from_string(who, None).expect("a key");
        let call = RuntimeCall::System(frame_system::Call::remark { remark: vec![7; size] });
        // All that is mortal here was born in the first block.
        let payload = payload(call, nonce, (era, self.genesis), tip, self.genesis);
        let signature = payload.using_encoded(|payload| pair.sign(payload));
        let (call, extra, _) = payload.deconstruct();
        let signed = UncheckedExtrinsic::new_signed(
            call,
            genesis::account(who).into(),
            MultiSignature::Sr25519(signature),
            extra,
        );
        chain::hash::hex(&signed.encode())
    }

    fn small(&self, who: &str, nonce: u32) -> String {
        self.remark(who, nonce, 9, 0, Era::Immortal)
    }

    async fn watch(&self, transaction: String) -> Subscription {
        self.methods.subscribe("author_submitAndWatchExtrinsic", [transaction], 16).await.expect("it is taken")
    }
}

async fn status(watched: &mut Subscription) -> Json {
    let next = timeout(Duration::from_secs(20), watched.next::<Json>()).await.expect("in time");
    next.expect("a status").expect("JSON").0
}

#[tokio::test]
async fn a_transaction_is_ready_then_in_a_block_and_final_a_fifth_of_a_second_later() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let mut watched = node.watch(node.small("//Alice", 0)).await;
    assert_eq!(status(&mut watched).await, "ready");
    let block = status(&mut watched).await["inBlock"].as_str().expect("a block").to_owned();
    assert_eq!(node.ask("chain_getBlockHash", json!([1])).await, block);
    assert_eq!(node.ask("chain_getFinalizedHead", json!([])).await, node.ask("chain_getBlockHash", json!([0])).await);
    let before = std::time::Instant::now();
    assert_eq!(status(&mut watched).await["finalized"], block);
    assert!(before.elapsed() >= Duration::from_millis(150), "{:?}", before.elapsed());
    assert_eq!(node.ask("chain_getFinalizedHead", json!([])).await, block);
}

#[tokio::test]
async fn whoever_skips_a_number_waits_and_all_get_in_once_it_is_there() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let mut later = node.watch(node.small("//Alice", 1)).await;
    assert_eq!(status(&mut later).await, "future");
    assert_eq!(node.height().await, 0);
    let alice = genesis::account("//Alice").to_string();
    assert_eq!(node.ask("system_accountNextIndex", json!([alice])).await, 0);
    node.ask("author_submitExtrinsic", json!([node.small("//Alice", 0)])).await;
    assert_eq!(node.height().await, 1);
    assert_eq!(status(&mut later).await, "ready");
    assert!(status(&mut later).await.get("inBlock").is_some());
    assert_eq!(node.ask("system_accountNextIndex", json!([alice])).await, 2);
    assert_eq!(node.ask("author_pendingExtrinsics", json!([])).await, json!([]));
}

#[tokio::test]
async fn what_is_more_than_a_block_holds_fills_the_next_ones() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    // A block holds 3.75 MiB of such transactions; none is ready before the first.
    for nonce in (0..60).rev() {
        let transaction = node.remark("//Alice", nonce, 100_000, 0, Era::Immortal);
        node.ask("author_submitExtrinsic", json!([transaction])).await;
    }
    let mut held = Vec::new();
    for number in 1..=node.height().await {
        let hash = node.ask("chain_getBlockHash", json!([number])).await;
        let block = node.ask("chain_getBlock", json!([hash])).await;
        // The first sets the time.
        held.push(block["block"]["extrinsics"].as_array().expect("extrinsics").len() - 1);
    }
    assert_eq!((held.len(), held.iter().sum::<usize>()), (2, 60), "{held:?}");
}

#[tokio::test]
async fn what_cannot_get_into_a_block_is_refused_in_the_words_of_a_node() {
    let node = Node::start(Pace::Slots, Clock::Manual);
    let submit = |transaction: String| node.asked("author_submitExtrinsic", json!([transaction]));
    let refused = |code: i64, message: &str, data: &str| Err((code, message.to_owned(), data.to_owned()));
    let first = node.small("//Alice", 0);
    let hash = submit(first.clone()).await.expect("a hash");
    let hash = hash.as_str().expect("text");
    assert_eq!(submit(first).await, refused(1013, "Transaction Already Imported", hash));
    let same_number = node.remark("//Alice", 0, 99, 0, Era::Immortal);
    assert_eq!(submit(same_number).await.expect_err("another has the number").0, 1014);
    let dearer = node.remark("//Alice", 0, 8, 1_000_000_000, Era::Immortal);
    submit(dearer).await.expect("it pays more");
    assert_eq!(node.ask("author_pendingExtrinsics", json!([])).await.as_array().map(Vec::len), Some(1));
    let invalid = "Invalid Transaction";
    let poor = node.small("//Nobody", 0);
    let words = "Inability to pay some fees (e.g. account balance too low)";
    assert_eq!(submit(poor).await, refused(1010, invalid, words));
    let mut forged = node.small("//Bob", 0);
    forged.replace_range(80..82, if &forged[80..82] == "00" { "01" } else { "00" });
    assert_eq!(submit(forged).await, refused(1010, invalid, "Transaction has a bad signature"));
    assert_eq!(node.height().await, 0, "it is not time yet");
}

#[tokio::test]
async fn what_is_too_old_is_refused_and_dropped_where_it_waits() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let mortal = |nonce| node.remark("//Alice", nonce, 9, 0, Era::mortal(4, 0));
    let mut waits = node.watch(mortal(1)).await;
    assert_eq!(status(&mut waits).await, "future");
    for _ in 0..4 {
        node.ask("dev_pass", json!([1])).await;
    }
    assert_eq!(status(&mut waits).await, "invalid");
    // It was signed with the hash of the block from which it was valid, and that is another one now.
    let late = node.asked("author_submitExtrinsic", json!([mortal(0)])).await.expect_err("it is too old");
    assert_eq!((late.0, late.2.as_str()), (1010, "Transaction has a bad signature"));
    node.ask("author_submitExtrinsic", json!([node.small("//Alice", 0)])).await;
    let stale = node.asked("author_submitExtrinsic", json!([node.small("//Alice", 0)])).await.expect_err("it is done");
    assert_eq!((stale.0, stale.2.as_str()), (1010, "Transaction is outdated"));
}

#[tokio::test]
async fn a_clock_that_is_the_machines_makes_blocks_by_itself_and_cannot_be_set() {
    let node = Node::start(Pace::Instant, Clock::Real);
    let mut heads =
        node.methods.subscribe_unbounded("chain_subscribeNewHeads", Vec::<Json>::new()).await.expect("heads");
    let number = |head: Option<Result<(Json, _), _>>| match head {
        Some(Ok((head, _))) => head["number"].as_str().map(str::to_owned),
        _ => None::<String>,
    };
    assert_eq!(
        number(heads.next::<Json>().await.map(|head| head.map_err(|error| error.to_string()))),
        Some("0x0".into())
    );
    let next = timeout(SLOT * 2, heads.next::<Json>()).await.expect("a block in time");
    assert_eq!(number(next.map(|head| head.map_err(|error| error.to_string()))), Some("0x1".into()));
    let real = node.asked("dev_pass", json!([1])).await.expect_err("the machine's clock");
    assert_eq!(real.0, 6001);
}

#[tokio::test]
async fn a_clock_that_somebody_sets_goes_only_forward_and_makes_a_block_each_time() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let clock = |number: u64, time: u64| json!({ "clock": "manual", "number": number, "time": time });
    let told = |mut answer: Json| {
        answer.as_object_mut().expect("an object").remove("hash");
        answer
    };
    assert_eq!(told(node.ask("dev_clock", json!([])).await), clock(0, GENESIS));
    assert_eq!(told(node.ask("dev_pass", json!([250])).await), clock(1, GENESIS + 250));
    assert_eq!(told(node.ask("dev_setTime", json!([GENESIS + 900])).await), clock(2, GENESIS + 900));
    assert_eq!(node.asked("dev_setTime", json!([GENESIS])).await.expect_err("the past").0, 6002);
    assert_eq!(node.asked("dev_pass", json!([-1])).await.expect_err("the past").0, -32602);
    assert_eq!(told(node.ask("dev_clock", json!([])).await), clock(2, GENESIS + 900));
}
