//! How fast the chain is: called directly, as stories and histories do; in a file, as the command does; and as a node, beside a
//! substrate-contracts-node if there is one (`CONTRACTS_NODE`). `make bench-node` runs it, in release; its argument is how many blocks
//! the large chain gets, 100,000 if there is none.

use atomic_cli::{
    client::{backend::Backend, deployment::Deployment, embedded::Embedded, node::Node, signer::Signer},
    setup::{config::Config, deployer::Deployer},
};
use chain::{build::contracts, hash::hex, machine_time, Ledger, Settings, World};
use interfaces::Market as _;
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
/// Names the file for the process that only opens it.
const OPENED: &str = "ATOMIC_BENCH_OPENED";
/// Listeners to new blocks.
const SUBSCRIPTIONS: usize = 1_000;

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
fn timed(times: u32, mut action: impl FnMut(u32)) -> (Duration, Duration) {
    let mut taken: Vec<_> = (0..times)
        .map(|number| {
            let started = Instant::now();
            action(number);
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

/// An organization on this chain.
fn deployed(backend: &dyn Backend, folder: &Path) -> Deployment {
    let local = contracts().expect("contracts");
    let example = Config::load(Some(&chain::build::workspace().join("docs/deployment.toml"))).expect("the example");
    let config = Config { salt: Some(machine_time().to_string()), ..example };
    let (alice, path) = (alice(), folder.join(format!("{}.json", hex(&backend.network().genesis))));
    let mut deployer = Deployer::new(backend, &alice, local, &config, &path).expect("a deployer");
    while deployer.advance().expect("a step").is_some() {}
    drop(deployer);
    Deployment::load(&path, backend).expect("a deployment")
}

fn alice() -> Signer {
    Signer::named("alice").expect("alice")
}

/// The manager pauses the market, or opens it again: a call that can be repeated as often as one likes.
fn turn(backend: &dyn Backend, market: &Deployment, number: u32) {
    let mut market = market.market();
    let receipt = match number % 2 {
        0 => backend.call(&alice(), market.pause()),
        _ => backend.call(&alice(), market.unpause()),
    };
    let receipt = receipt.expect("an answer");
    assert!(receipt.block.is_some() && receipt.outcome.result.is_ok_and(|turned| turned.is_ok()));
}

fn main() {
    let blocks = env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(BLOCKS);
    if let Some(state) = env::var_os(OPENED) {
        return open(Path::new(&state), blocks);
    }
    let folder = Folder(env::temp_dir().join(format!("atomic-bench-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("a folder");
    println!("| what | median, ms | most, ms |\n| --- | ---: | ---: |");

    let world = World::deploy(contracts().expect("contracts"), Settings::default()).expect("a world");
    let direct = timed(TIMES, |number| {
        let turned = match number % 2 {
            0 => world.chain.call(&world.manager, world.market().pause()),
            _ => world.chain.call(&world.manager, world.market().unpause()),
        };
        turned.ok();
    });
    row("a call of the market, called directly", direct);

    let state = folder.0.join("state");
    let embedded = Embedded::open(&state).expect("a chain");
    let market = deployed(&embedded, &folder.0);
    row("the same, signed, in a block in a file", timed(TIMES, |number| turn(&embedded, &market, number)));
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
    let mut turned = 0;
    while made < blocks {
        turn(&embedded, &market, turned);
        turned += 1;
        made += 1;
    }
    println!("{made} blocks, the last ones made in {:.0} s", started.elapsed().as_secs_f64());
    drop(embedded);
    println!("their file has {:.1} MB", fs::metadata(&state).expect("a file").len() as f64 / 1e6);
    // A process that has had other memory before takes that again.
    let this = env::current_exe().expect("this program");
    let opened = Command::new(this).arg(made.to_string()).env(OPENED, &state).status();
    assert!(opened.expect("it runs").success());
}

/// Opens the chain in a file, which has so many blocks.
fn open(state: &Path, blocks: u32) {
    let before = memory();
    let started = Instant::now();
    let (ledger, _) = Ledger::open(state).expect("the chain");
    let taken = started.elapsed().as_secs_f64();
    println!("opened again in {taken:.1} s, with {:.0} MB of memory", memory() - before);
    assert_eq!(ledger.head().number, blocks);
}

/// Times a node by the way of its clients.
fn on_node(name: &str, node: &Running, folder: &Path) {
    let backend = Node::connect(&node.1).expect("the node");
    let market = deployed(&backend, folder);
    let turn_now = |number| turn(&backend, &market, number);
    row(&format!("the same through {name}, until it is in a block"), timed(TIMES / 4, turn_now));
    let read = |_| {
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
    row(&format!("the same through {name}, with {} listeners", subscriptions.len()), timed(TIMES / 4, turn_now));
}

/// What this process has of memory, in megabytes.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0.0) / 1_000.0
}
