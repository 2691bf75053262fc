//! How fast the chain is: called directly, as stories and histories do; in a file, as the command does; and as a node, beside a
//! substrate-contracts-node if there is one (`CONTRACTS_NODE`). `make bench-node` runs it, in release; its argument is how many blocks
//! the large chain gets, 100,000 if there is none.

use atomic_cli::{
    client::{
        backend::{machine_time, Backend},
        deployment::Deployment,
        embedded::Embedded,
        node::Node,
        signer::Signer,
    },
    setup::{config::Config, deployer::Deployer},
};
use chain::{build::contracts, Ledger, Settings, World, UNIT};
use interfaces::{fixtures, market::RequestSpec, Market as _, Timestamp};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use subxt::backend::rpc::{rpc_params, RpcClient};

/// How often each is timed.
const TIMES: u32 = 200;
const BLOCKS: u32 = 100_000;
/// Listeners to new blocks.
const SUBSCRIPTIONS: usize = 1_000;
/// Far enough ahead for all that is posted.
const MONTH: Timestamp = 30 * 86_400_000;

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A node that is stopped at the end.
struct Running(Child, String);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child =
            Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect(program);
        let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.split("Running JSON-RPC server: addr=").nth(1).map(str::to_owned));
        let address = address.expect("it listens").split(',').next().expect("an address").to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, format!("ws://{address}"))
    }
}

/// The median and the largest of so many durations.
fn timed(times: u32, mut action: impl FnMut()) -> (Duration, Duration) {
    let mut taken: Vec<_> = (0..times)
        .map(|_| {
            let started = Instant::now();
            action();
            started.elapsed()
        })
        .collect();
    taken.sort_unstable();
    (taken[taken.len() / 2], taken[taken.len() - 1])
}

fn row(what: &str, (median, most): (Duration, Duration)) {
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    println!("| {what} | {:.2} | {:.2} |", milliseconds(median), milliseconds(most));
}

/// A small request, which costs little.
fn specification(now: Timestamp) -> RequestSpec {
    RequestSpec {
        reward: UNIT,
        review_fee: UNIT / 10,
        place_deposit: UNIT / 10,
        limit: 1,
        per_provider: 1,
        signal_by: now + MONTH,
        deliver_by: now + 2 * MONTH,
        review_by: now + 3 * MONTH,
        reveal_by: now + 4 * MONTH,
        ..fixtures::request(0, MONTH)
    }
}

/// An organization on this chain.
fn deployed(backend: &dyn Backend, folder: &Path) -> Deployment {
    let local = contracts().expect("contracts");
    let example = Config::load(Some(&chain::build::workspace().join("docs/deployment.toml"))).expect("the example");
    let config = Config { salt: Some(machine_time().to_string()), ..example };
    let (alice, path) = (alice(), folder.join("deployment.json"));
    let mut deployer = Deployer::new(backend, &alice, local, &config, &path).expect("a deployer");
    while deployer.advance().expect("a step").is_some() {}
    drop(deployer);
    Deployment::load(&path, backend).expect("a deployment")
}

fn alice() -> Signer {
    Signer::named("alice").expect("alice")
}

fn post(backend: &dyn Backend, market: &Deployment, now: Timestamp) {
    let post = market.market().post(specification(now), 0).transferred_value(4 * UNIT);
    let receipt = backend.call(&alice(), post).expect("an answer");
    assert!(receipt.block.is_some(), "{receipt:?}");
}

fn main() {
    let blocks = env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(BLOCKS);
    let folder = Folder(env::temp_dir().join(format!("atomic-bench-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("a folder");
    println!("| what | median, ms | most, ms |\n| --- | ---: | ---: |");

    let world = World::deploy(contracts().expect("contracts"), Settings::default()).expect("a world");
    let requester = world.who("requester");
    world.chain.fund(&requester, 1_000_000 * UNIT);
    let now = world.chain.now();
    let direct = timed(TIMES, || {
        let post = world.market().post(specification(now), 0).transferred_value(4 * UNIT);
        world.chain.call(&requester, post).ok();
    });
    row("`post`, called directly", direct);

    let state = folder.0.join("state");
    let embedded = Embedded::open(&state).expect("a chain");
    let market = deployed(&embedded, &folder.0);
    let now = embedded.tip().expect("a tip").time;
    row("`post`, signed, in a block in a file", timed(TIMES, || post(&embedded, &market, now)));
    drop(embedded);

    let atomic = env!("CARGO_BIN_EXE_atomic");
    let kept = folder.0.join("kept");
    let kept = kept.to_str().expect("a path");
    on_node("atomic node", &Running::start(atomic, &["node", "--port", "0", "--state", kept]), &folder.0);
    if let Some(program) = env::var("CONTRACTS_NODE").ok().filter(|program| !program.is_empty()) {
        let node = Running::start(
            &program,
            &["--dev", "--tmp", "--rpc-port", "0", "--port", "0", "--no-prometheus", "--no-telemetry"],
        );
        on_node("substrate-contracts-node", &node, &folder.0);
    }

    println!();
    let embedded = Embedded::open(&state).expect("a chain");
    let started = Instant::now();
    let mut made = embedded.tip().expect("a tip").number;
    while made < blocks {
        post(&embedded, &market, now);
        made += 1;
    }
    println!("{made} blocks, the last ones made in {:.0} s", started.elapsed().as_secs_f64());
    drop(embedded);
    println!("their file has {:.1} MB", fs::metadata(&state).expect("a file").len() as f64 / 1e6);
    let before = memory();
    let started = Instant::now();
    let (ledger, _) = Ledger::open(&state).expect("the chain");
    println!("opened again in {:.1} s, with {:.0} MB of memory", started.elapsed().as_secs_f64(), memory() - before);
    assert_eq!(ledger.head().number, made);
}

/// Times a node by the way of its clients.
fn on_node(name: &str, node: &Running, folder: &Path) {
    let backend = Node::connect(&node.1).expect("the node");
    let market = deployed(&backend, folder);
    let post_now = || post(&backend, &market, machine_time());
    row(&format!("`post` through {name}, until it is in a block"), timed(TIMES / 4, post_now));
    let read = || {
        let policy = (&backend as &dyn Backend).read(market.market().policy()).expect("an answer");
        assert!(policy.is_ok());
    };
    row(&format!("a read through {name}"), timed(TIMES, read));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let subscriptions: Vec<_> = runtime.block_on(async {
        let client = RpcClient::from_insecure_url(&node.1).await.expect("the node");
        let mut subscriptions = Vec::new();
        for _ in 0..SUBSCRIPTIONS {
            let (name, end) = ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads");
            subscriptions
                .push(client.subscribe::<serde_json::Value>(name, rpc_params![], end).await.expect("new heads"));
        }
        subscriptions
    });
    row(&format!("`post` through {name}, with {} listeners", subscriptions.len()), timed(TIMES / 4, post_now));
}

/// What this process has of memory, in megabytes.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0.0) / 1_000.0
}
