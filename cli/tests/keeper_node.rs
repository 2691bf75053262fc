//! A keeper on a real node that makes blocks only with transactions, over a connection that is cut.

use crate::{proxy::Proxy, the_node};
use atomic_cli::{
    client::{
        backend::Backend,
        deployment::Deployment,
        node::Node,
        signer::{account, Signer},
    },
    commands::options::Options,
    keeper::work::nothing,
    setup::{config::Config, deployer::Deployer},
};
use chain::{
    brisk_policy, brisk_terms,
    build::{contracts, workspace},
    machine_time, Message, UNIT,
};
use ink::primitives::Hash;
use interfaces::market::commitment;
use interfaces::{
    fixtures,
    market::{Commitment, Delivery, Policy, RequestSpec, Reveal, Submission},
    Balance, Market as _, Obligation as _, RequestId, Timestamp,
};
use scale::{Decode, Encode};
use std::{
    fmt::Debug,
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const SECOND: Timestamp = 1_000;
const ENFORCERS: [&str; 3] = ["bob", "charlie", "dave"];
const SALT: [u8; 32] = [7; 32];

fn signer(name: &str) -> Signer {
    Signer::named(name).expect("a signer")
}

fn sleep_until(time: Timestamp) {
    thread::sleep(Duration::from_millis(time.saturating_sub(machine_time())));
}

/// An organization on the node whose deadlines may be seconds apart, and a folder that is gone with it.
struct Town {
    folder: PathBuf,
    node: Node,
    deployment: Deployment,
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Town {
    fn new(url: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-keeper-node-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let example = Config::load(Some(&workspace().join("docs/deployment.toml"))).expect("the example");
        let mut config = Config { salt: Some(machine_time().to_string()), ..example };
        config.settings.policy = Policy { min_window: SECOND, ..brisk_policy() };
        config.settings.terms = brisk_terms();
        let node = Node::connect(url).expect("the node");
        let path = folder.join("deployment.json");
        let alice = signer("alice");
        let local = contracts().expect("contracts");
        let mut deployer = Deployer::new(&node, &alice, local, &config, &path).expect("a deployer");
        while deployer.advance().expect("a step").is_some() {}
        let options = Options { deployment: path, ..Options::default() };
        let deployment = Deployment::load(&options.deployment, &node).expect("a deployment");
        let town = Self { folder, node, deployment };
        for name in ENFORCERS {
            town.send(name, town.deployment.obligation().enlist(town.deployment.pool));
        }
        town
    }

    fn backend(&self) -> &dyn Backend {
        &self.node
    }

    #[track_caller]
    fn send<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &self,
        name: &str,
        message: Message<Args, Result<T, E>>,
    ) -> T {
        self.backend().call(&signer(name), message).expect("an answer").outcome.ok()
    }

    /// A request of two places, which one provider may have, with these seconds from one deadline to the next.
    fn post(&self, windows: [Timestamp; 4]) -> (RequestId, RequestSpec) {
        let mut deadline = machine_time();
        let [signal_by, deliver_by, review_by, reveal_by] = windows.map(|window| {
            deadline += window * SECOND;
            deadline
        });
        let spec = RequestSpec {
            reward: 20 * UNIT,
            review_fee: UNIT,
            place_deposit: UNIT,
            limit: 2,
            per_provider: 2,
            signal_by,
            deliver_by,
            review_by,
            reveal_by,
            ..fixtures::request(0, SECOND)
        };
        let quote = self.backend().read(self.deployment.market().quote(spec.clone())).expect("an answer");
        let price: Balance = quote.expect("a price").total;
        let post = self.deployment.market().post(spec.clone(), 0).transferred_value(price);
        let posted = self.backend().call(&signer("alice"), post).expect("an answer").outcome;
        let request = posted.events::<interfaces::market::RequestPosted>()[0].request;
        (request, spec)
    }

    /// The first submission of a request.
    fn submission(&self, request: RequestId) -> Submission {
        let read = self.deployment.market().submission(request, 0);
        self.backend().read(read).expect("an answer").expect("a submission")
    }

    fn commit(&self, name: &str, request: RequestId, score: u8) {
        let enforcer = account(name).expect("an account");
        let commitment = commitment(request, 0, enforcer, score, None, &SALT);
        let commitments = vec![Commitment { submission: 0, commitment }];
        self.send(name, self.deployment.market().commit_reviews(request, commitments));
    }

    fn reveal(&self, name: &str, request: RequestId, score: u8) {
        let reveals = vec![Reveal { submission: 0, score, duplicate_of: None, salt: SALT }];
        self.send(name, self.deployment.market().reveal_reviews(request, reveals));
    }

    /// A dry run sees the time of the last block. What this costs is as it was foretold.
    fn make_block(&self) {
        let (alice, call) = (signer("alice"), nothing(&self.deployment));
        let tried = self.backend().simulate(&alice.account(), &call).expect("a dry run");
        let foretold = self.backend().fee(&alice, &call, tried.outcome.gas).expect("a fee");
        let taken = self.backend().execute(&alice, &call).expect("a block").fee;
        assert!(foretold.abs_diff(taken) < taken / 10, "{foretold} is not about {taken}");
    }

    #[track_caller]
    fn wait_for(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !holds(self) {
            assert!(Instant::now() < until, "in vain: {what}\n{}", self.said());
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn said(&self) -> String {
        ["out", "err"].map(|name| fs::read_to_string(self.folder.join(name)).unwrap_or_default()).concat()
    }

    fn watch(&self, url: &str) -> String {
        let shown = Command::new(env!("CARGO_BIN_EXE_atomic"))
            .args(["watch", "--once", "--deployment", "deployment.json", "--url", url])
            .current_dir(&self.folder)
            .output()
            .expect("a frame");
        String::from_utf8(shown.stdout).expect("text")
    }

    fn keeper(&self, name: &str, url: &str) -> Running {
        let file = |name: &str| {
            let open = fs::OpenOptions::new().create(true).append(true).open(self.folder.join(name));
            Stdio::from(open.expect("a file"))
        };
        let child = Command::new(env!("CARGO_BIN_EXE_atomic"))
            .args(["keeper", "--altruistic", "--as", name, "--deployment", "deployment.json", "--url", url])
            .current_dir(&self.folder)
            .stdout(file("out"))
            .stderr(file("err"))
            .spawn();
        Running(child.expect("a keeper"))
    }
}

/// A keeper at work, which ends with the test at the latest.
struct Running(Child);

impl Running {
    /// How it ended.
    fn ended(mut self) -> Option<i32> {
        self.0.wait().expect("an end").code()
    }

    /// As Ctrl-C does.
    fn interrupt(self) -> Option<i32> {
        let sent = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().expect("kill");
        assert!(sent.success());
        self.ended()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[test]
#[ignore = "needs a node at $URL; make test-node brings one"]
fn on_a_node_a_request_is_kept_to_its_end_by_two_keepers_though_one_is_killed_and_its_connection_cut() {
    let (_alone, url) = the_node();
    let town = Town::new(&url);
    let proxy = Proxy::to(&url);
    let (request, spec) = town.post([12, 5, 24, 14]);
    town.send("eve", town.deployment.market().signal(request, 2).transferred_value(2 * UNIT));
    let delivery = Delivery { content: Hash::from([2; 32]), uri: Vec::new() };
    town.send("eve", town.deployment.market().submit(request, vec![delivery]));
    let state = |town: &Town| town.backend().read(town.deployment.market().request(request)).expect("an answer");
    let keeper = town.keeper("ferdie", &proxy.url);

    town.wait_for("a market that is kept", |town| {
        town.said().contains("nothing is left to do; next: open the reviews")
    });
    assert_eq!(town.keeper("ferdie", &proxy.url).ended(), Some(1));
    assert!(town.said().contains("error: another keeper of 5"), "{}", town.said());
    proxy.cut();
    // Nobody sends anything any more: the keeper has to make the blocks in which reviews fall due.
    town.wait_for("opened reviews", |town| state(town).expect("a request").1.opened == 1);
    town.wait_for("a report", |town| town.said().contains("reported 5"));
    drop(keeper);

    let window = |town: &Town| spec.window(town.submission(request).window_start);
    let first = window(&town);
    sleep_until(first.drawn_by);
    town.make_block();
    ["charlie", "dave"].iter().for_each(|name| town.commit(name, request, 80));
    let shown = town.watch(&url);
    let request_row = format!("  {request:>5}  Review             2/2          1       1       0");
    assert!(shown.contains("3 of 5 seats") && shown.contains(&request_row), "{shown}");
    let keeper = town.keeper("ferdie", &proxy.url);
    // Two commitments are too few, so the window is extended before anything is revealed.
    sleep_until(first.commit_by);
    proxy.cut();
    town.wait_for("an extended window", |town| town.submission(request).extended);
    sleep_until(window(&town).commit_by);
    town.make_block();
    ["charlie", "dave"].iter().for_each(|name| town.reveal(name, request, 80));
    let other = town.keeper("eve", &url);
    // They are judged at once, and all is settled, claimed and pruned.
    town.wait_for("a request that is gone", |town| state(town).is_err());
    for keeper in [keeper, other] {
        assert_eq!(keeper.interrupt(), Some(0), "{}", town.said());
    }

    let said = town.said();
    let done = |words: &str| said.lines().filter(|line| line.contains(words)).count();
    for words in [
        "opened 1 submission of request",
        "reported 5",
        "extended the window of submission 0 of request",
        "finalized submission 0 of request",
        "settled request",
        // Two thirds of what they say, and a third of the half that it weighs where nobody reviews it.
        "claimed 8.333 UNIT for submission 0",
        "pruned",
    ] {
        assert_eq!(done(words), 1, "{words}\n{said}");
    }
    assert!(done("no connection to the node at") >= 1 && done("connected again") >= 1, "{said}");
    // A substrate-contracts-node makes no block by itself, and `atomic node` makes one every six seconds.
    let is_atomic = std::env::var("NODE_KIND").is_ok_and(|kind| kind == "atomic");
    assert!(is_atomic || done("made block") >= 1, "{said}");
    assert_eq!(done("refused as"), 0, "{said}");
    assert_eq!(done("Total: "), 2, "both end with a summary\n{said}");
    println!("{said}\n{shown}");
}
