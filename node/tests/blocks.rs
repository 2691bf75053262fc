//! How transactions get into blocks, as whoever sends them sees it.

use chain::{
    machine_time,
    runtime::{
        frame_support::{storage::storage_prefix, weights::Weight},
        frame_system, genesis, pallet_contracts, pallet_sudo, payload,
        sp_core::{sr25519, Pair},
        sp_runtime::{generic::Era, MultiSignature},
        Hash, RuntimeCall, UncheckedExtrinsic,
    },
    Ledger, GENESIS,
};
use jsonrpsee::{core::server::Subscription, RpcModule};
use node::{
    producer::{self, Clock, Gone, Handle, Pace, SLOT},
    rpc,
};
use scale::{Decode, Encode};
use serde_json::{json, Value as Json};
use std::{convert::Infallible, fs, path::PathBuf, sync::mpsc::channel, time::Duration};
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
        let now = if clock == Clock::Real { machine_time() } else { GENESIS };
        Self::of(&handle(pace, clock, move || Ledger::forgotten(now)))
    }

    fn of(handle: &Handle) -> Self {
        let genesis = handle.heads().borrow().hash;
        Self { methods: rpc::module(handle.clone()), genesis }
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
        self.signed(who, nonce, frame_system::Call::remark { remark: vec![7; size] }.into(), tip, era)
    }

    fn signed(&self, who: &str, nonce: u32, call: RuntimeCall, tip: u128, era: Era) -> String {
        let pair = sr25519::Pair::from_string(who, None).expect("a key");
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

fn handle(pace: Pace, clock: Clock, ledger: impl FnOnce() -> Ledger + Send + 'static) -> Handle {
    let Ok((handle, _)) = producer::start(|| Ok::<_, Infallible>(ledger()), pace, clock);
    handle
}

/// A folder that is gone with the test, and not there at first.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("atomic-blocks-{name}-{}", std::process::id())))
    }

    fn file(&self) -> PathBuf {
        self.0.join("chain")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
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

#[tokio::test]
async fn calls_within_calls_are_refused_where_they_are_too_deep_to_decode() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let hex = |bytes: Vec<u8>| chain::hash::hex(&bytes.encode());
    // Batches of one call, and calls by sudo.
    for call in [&[2, 0, 4][..], &[7, 0]] {
        let nested = |depth| hex([&[4][..], &call.repeat(depth), &[0; 3]].concat());
        for (method, code) in [("author_submitExtrinsic", 1002), ("system_dryRun", 1), ("payment_queryInfo", 1)] {
            let refused = node.asked(method, json!([nested(100_000)])).await.expect_err("too deep");
            assert_eq!(refused.0, code, "{method}: {refused:?}");
        }
        // Nobody has signed it.
        assert_eq!(node.asked("author_submitExtrinsic", json!([nested(250)])).await.expect_err("unsigned").0, 1011);
    }
    let call = [&[2, 0, 4].repeat(250)[..], &[0; 3]].concat();
    let call = RuntimeCall::decode(&mut &call[..]).expect("a call");
    node.ask("author_submitExtrinsic", json!([node.signed("//Alice", 0, call, 0, Era::Immortal)])).await;
    assert_eq!(node.height().await, 1);
}

#[tokio::test]
async fn what_spoils_its_block_is_dropped_and_others_go_on() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    let key = |pallet: &[u8], item: &[u8]| storage_prefix(pallet, item).to_vec();
    let (number, clock) = (key(b"System", b"Number"), key(b"Timestamp", b"DidUpdate"));
    for (round, call) in (1..).zip([
        frame_system::Call::kill_storage { keys: vec![number.clone()] },
        frame_system::Call::kill_storage { keys: vec![clock] },
        frame_system::Call::set_storage { items: vec![(number, u32::MAX.encode())] },
    ]) {
        let call = pallet_sudo::Call::sudo { call: Box::new(call.into()) }.into();
        let mut watched = node.watch(node.signed("//Alice", 0, call, 0, Era::Immortal)).await;
        assert_eq!((status(&mut watched).await, status(&mut watched).await), (json!("ready"), json!("invalid")));
        assert_eq!(node.ask("author_pendingExtrinsics", json!([])).await, json!([]));
        node.ask("author_submitExtrinsic", json!([node.small("//Bob", round - 1)])).await;
        assert_eq!(node.height().await, u64::from(round));
    }
}

#[tokio::test]
async fn a_dry_run_ends_with_what_a_block_holds_whatever_limit_it_names() {
    let node = Node::start(Pace::Instant, Clock::Manual);
    // `(func (export "deploy") (loop (br 0))) (func (export "call"))`, with a memory.
    let code = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x10\x01\x03env\x06memory\x02\x01\x01\x01\x03\x03\x02\0\0\
        \x07\x11\x02\x06deploy\0\0\x04call\0\x01\x0a\x0c\x02\x07\0\x03\x40\x0c\0\x0b\x0b\x02\0\x0b";
    let code = pallet_contracts::Code::<Hash>::Upload(code.to_vec());
    let (limit, deposit) = (Some(Weight::MAX), None::<u128>);
    let arguments = (genesis::account("//Alice"), 0_u128, limit, deposit, code, Vec::<u8>::new(), Vec::<u8>::new());
    let parameters = json!(["ContractsApi_instantiate", chain::hash::hex(&arguments.encode())]);
    let answer = timeout(Duration::from_secs(60), node.ask("state_call", parameters)).await.expect("it ends");
    let bytes = chain::runtime::sp_core::bytes::from_hex(answer.as_str().expect("hex")).expect("hex");
    let consumed = Weight::decode(&mut &bytes[..]).expect("what it used is first");
    // Two seconds of computing.
    assert!(consumed.ref_time() <= 2_000_000_000_000 && consumed.ref_time() > 1_000_000_000_000, "{consumed:?}");
}

#[tokio::test]
async fn a_block_that_could_not_be_written_down_is_made_after_a_slot_or_when_the_clock_is_set() {
    for by_clock in [false, true] {
        let folder = Folder::new(if by_clock { "clock" } else { "slot" });
        let file = folder.file();
        let node = Node::of(&handle(Pace::Instant, Clock::Manual, move || Ledger::new(GENESIS, [7; 32], Some(file))));
        let mut watched = node.watch(node.small("//Alice", 0)).await;
        assert_eq!((status(&mut watched).await, node.height().await), (json!("ready"), 0));
        fs::create_dir(&folder.0).expect("a folder");
        if by_clock {
            assert_eq!(node.ask("dev_pass", json!([1])).await["number"], 2, "the clock's, and another");
        }
        let waited = timeout(SLOT * 2, watched.next::<Json>()).await.expect("in time");
        assert!(waited.expect("a status").expect("JSON").0.get("inBlock").is_some());
    }
}

#[tokio::test]
async fn what_cannot_be_read_ends_a_subscription_to_blocks() {
    let folder = Folder::new("unreadable");
    fs::create_dir(&folder.0).expect("a folder");
    let file = folder.file();
    let node = Node::of(&handle(Pace::Instant, Clock::Manual, move || Ledger::new(GENESIS, [7; 32], Some(file))));
    node.ask("dev_pass", json!([1])).await;
    fs::write(folder.file(), []).expect("an empty file");
    let mut heads =
        node.methods.subscribe_unbounded("chain_subscribeNewHeads", Vec::<Json>::new()).await.expect("heads");
    let told = timeout(Duration::from_secs(20), heads.next::<Json>()).await.expect("it ends");
    assert!(!matches!(told, Some(Ok(_))), "{told:?}");
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_done_and_whoever_waits_for_the_thread_hears_of_its_end() {
    let handle = handle(Pace::Instant, Clock::Manual, || Ledger::forgotten(GENESIS));
    let (go_on, may_go_on) = channel::<()>();
    let abandoned = async {
        let asked = handle.ask(|producer| producer.set_time(GENESIS + 1));
        assert!(timeout(Duration::from_millis(200), asked).await.is_err(), "the thread is busy");
        go_on.send(()).expect("it listens");
    };
    let (busy, ()) = tokio::join!(handle.ask(move |_| may_go_on.recv()), abandoned);
    assert!(matches!(busy, Ok(Ok(()))));
    assert!(matches!(handle.ask(|producer| producer.head().number).await, Ok(0)));
    let panicked = handle.ask(|_| panic!("as this test wants it")).await;
    assert!(matches!(panicked, Err::<(), _>(Gone)));
    timeout(Duration::from_secs(20), handle.gone()).await.expect("it is gone");
}
