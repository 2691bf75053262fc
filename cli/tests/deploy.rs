//! Deploying: on the embedded chain, stopped and gone on with in every way, and on a node where there is one.

use crate::{proxy::Proxy, the_node};
use atomic_cli::{
    client::{
        backend::{Backend, Error},
        deployment::{Deployed, Deployment, File},
        embedded::Embedded,
        node::Node,
        signer::{account, address, Signer},
        unusable::Unusable,
    },
    commands::options::Options,
    setup::{
        checks::{checks, Check},
        config::Config,
        deployer::{Deployer, Step},
    },
};
use chain::{
    self,
    build::{contracts, workspace, Contract, Contracts},
    default_policy, ObligationCalls, ReputationCalls, RoleCalls, Settings,
};
use interfaces::{roles, Obligation as _, Reputation as _};
use pendzl::contracts::access_control::{AccessControl as _, RoleGranted};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
    time::Duration,
};

/// Three uploads, three contracts, ten roles, two mint caps, one endowment, the seal and the opening.
const STEPS: usize = 21;

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-deploy-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn deployment(&self) -> PathBuf {
        self.0.join("deployment.json")
    }

    fn state(&self) -> PathBuf {
        self.0.join("state")
    }

    /// Runs the command in this folder.
    fn run(&self, arguments: &[&str]) -> Output {
        contracts().expect("contracts");
        let mut command = Command::new(env!("CARGO_BIN_EXE_atomic"));
        command.current_dir(&self.0).args(arguments);
        for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("ATOMIC_")) {
            if variable != "ATOMIC_CACHE" {
                command.env_remove(variable);
            }
        }
        command.output().expect("the command")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn example() -> Config {
    Config::load(Some(&workspace().join("docs/deployment.toml"))).expect("the example")
}

fn alice() -> Signer {
    Signer::named("alice").expect("alice")
}

/// Deploys to the end, and says in how many steps.
fn deploy(backend: &dyn Backend, config: &Config, path: &Path) -> usize {
    let alice = alice();
    let mut deployer =
        Deployer::new(backend, &alice, contracts().expect("contracts"), config, path).expect("a deployer");
    let mut steps = 0;
    while deployer.advance().expect("a step").is_some() {
        steps += 1;
    }
    steps
}

/// Why a deployment does not begin, or does not go on.
fn refusal(backend: &dyn Backend, signer: &Signer, local: &Contracts, config: &Config, path: &Path) -> anyhow::Error {
    match Deployer::new(backend, signer, local, config, path) {
        Err(error) => error,
        Ok(mut deployer) => loop {
            match deployer.advance() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("nothing was refused"),
                Err(error) => return error,
            }
        },
    }
}

fn written(path: &Path) -> File {
    File::read(path).expect("a good file").expect("a file")
}

/// What verifying finds wrong.
fn wrong(backend: &dyn Backend, path: &Path, settings: Option<&Settings>) -> Vec<String> {
    let checks = checks(backend, &written(path), contracts().expect("contracts"), settings).expect("checks");
    let problem = |check: Check| check.problem.map(|problem| format!("{}: {problem}", check.expected));
    checks.into_iter().filter_map(problem).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_deployment_is_wired_and_deploying_again_does_nothing() {
    let (folder, backend, config) = (Folder::new("again"), Embedded::new(), example());
    let path = folder.deployment();
    assert_eq!(deploy(&backend, &config, &path), STEPS);
    let settings = config.settings_for(alice().account());
    assert_eq!(wrong(&backend, &path, Some(&settings)), [""; 0]);
    let (file, tip) = (fs::read(&path).expect("a file"), backend.tip().expect("a tip"));
    assert_eq!(tip.number as usize, STEPS, "a block each");

    assert_eq!(deploy(&backend, &config, &path), 0);
    assert_eq!(backend.tip().expect("a tip"), tip);
    assert_eq!(fs::read(&path).expect("a file"), file);

    let options = Options { deployment: path, ..Options::default() };
    let deployment = Deployment::load(&options.deployment, &backend).expect("a deployment");
    assert_eq!((deployment.pool, deployment.since), (0, 4));
    let backend: &dyn Backend = &backend;
    for founder in ["bob", "charlie", "dave"] {
        let profile = backend.read(deployment.reputation().profile(account(founder).expect(founder)));
        assert_eq!(profile.expect("a profile").earned, 400);
    }
}

#[test]
fn it_goes_on_wherever_it_stopped_also_where_the_last_step_or_everything_was_not_written_down() {
    let (folder, config) = (Folder::new("stopped"), example());
    let path = folder.deployment();
    for step in 0..STEPS {
        // Every step is another process, which may have been killed before it wrote the file, or have lost it.
        let before = fs::read(&path).ok();
        let backend = Embedded::open(&folder.state()).expect("the chain");
        let alice = alice();
        let local = contracts().expect("contracts");
        let mut deployer = Deployer::new(&backend, &alice, local, &config, &path).expect("a deployer");
        assert_eq!(deployer.due().expect("steps").len(), STEPS - step);
        assert!(deployer.advance().expect("a step").is_some(), "step {step}");
        match (step % 3, before) {
            (0, Some(before)) => fs::write(&path, before).expect("the file as it was"),
            (1, Some(_)) => {
                let _ = fs::remove_file(&path);
            }
            _ => {}
        }
    }
    let backend = Embedded::open(&folder.state()).expect("the chain");
    assert_eq!(deploy(&backend, &config, &path), 0);
    assert_eq!(backend.tip().expect("a tip").number as usize, STEPS, "nothing is done twice");
    assert_eq!(wrong(&backend, &path, Some(&config.settings_for(alice().account()))), [""; 0]);
}

#[test]
fn what_a_contract_refuses_is_said_by_name_and_the_rest_follows_once_it_is_right() {
    let (folder, backend) = (Folder::new("refused"), Embedded::new());
    let path = folder.deployment();
    let mut config = example();
    config.settings.policy.min_quorum = 2;
    let local = contracts().expect("contracts");
    let error = format!("{:#}", refusal(&backend, &alice(), local, &config, &path));
    assert!(error.starts_with("cannot open the market: refused as InvalidPolicy("), "{error}");
    assert_eq!(written(&path).pool, None);
    let wrong_now = wrong(&backend, &path, None);
    assert_eq!(wrong_now, ["the market is open: it answers NotOpen; `atomic deploy` opens it"]);
    let options = Options { deployment: path.clone(), ..Options::default() };
    let error = Deployment::load(&options.deployment, &backend).expect_err("half a deployment").to_string();
    assert!(error.contains("not complete; `atomic deploy` goes on with it"), "{error}");

    assert_eq!(deploy(&backend, &example(), &path), 1);

    config.settings.tiers = vec![5, 5];
    config.salt = Some("other".into());
    let error = format!("{:#}", refusal(&backend, &alice(), local, &config, &folder.0.join("other.json")));
    assert_eq!(error, "cannot instantiate the reputation contract: refused as InvalidTiers");
}

#[test]
fn what_the_last_step_would_refuse_is_found_before_the_first_is_done() {
    let folder = Folder::new("rehearsed");
    let founders = "[[founders]]\naccounts = ['bob']\nreputation = 400\n";
    for (wrong, expected) in [
        ("[policy]\nmin_quorum = 2\n", "cannot open the market: refused as InvalidPolicy("),
        ("[terms]\nseats = 0\n", "cannot open the market: refused as Obligation(InvalidTerms"),
        ("[reputation]\ntiers = [5, 5]\n", "cannot instantiate the reputation contract: refused as InvalidTiers"),
    ] {
        fs::write(folder.0.join("organization.toml"), format!("{founders}{wrong}")).expect("a file");
        let ran = folder.run(&["deploy", "--as", "alice", "--config", "organization.toml"]);
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{said}");
        assert!(said.starts_with("error: nothing was done, because a rehearsal failed: "), "{said}");
        assert!(said.contains(expected), "{said}");
        for file in ["state", "deployment.json"] {
            assert!(!folder.0.join(".atomic").join(file).exists(), "{wrong}: {file}");
        }
    }
}

#[test]
fn many_founders_are_endowed_in_several_calls_and_only_with_what_they_lack() {
    let (folder, backend) = (Folder::new("founders"), Embedded::new());
    let path = folder.deployment();
    let mut config = example();
    config.settings.founders = (0..257_u128).map(|n| (chain::account(&format!("founder {n}")), 10 + n)).collect();
    let alice = alice();
    let local = contracts().expect("contracts");
    let mut deployer = Deployer::new(&backend, &alice, local, &config, &path).expect("a deployer");
    while !matches!(deployer.due().expect("steps").first(), Some(Step::Endow(_))) {
        deployer.advance().expect("a step");
    }
    // The manager was quicker with one of them.
    let (first, points) = config.settings.founders[0];
    let reputation = written(&path).reputation.expect("reputation").address;
    let mut calls = ReputationCalls::from(reputation);
    let chain: &dyn Backend = &backend;
    chain.call(&alice, calls.endow(vec![(first, points - 3)])).expect("a receipt").outcome.ok();

    let meanwhile = refusal(&backend, &alice, local, &config, &path).to_string();
    assert!(meanwhile.contains("another atomic is using"), "{meanwhile}");
    drop(deployer);
    assert_eq!(deploy(&backend, &config, &path), 4, "two endowments, the seal and the opening");
    for (who, points) in &config.settings.founders {
        assert_eq!(chain.read(calls.profile(*who)).expect("a profile").earned, *points);
    }
    assert_eq!(wrong(&backend, &path, Some(&config.settings_for(alice.account()))), [""; 0]);
}

#[test]
fn verifying_finds_roles_that_lack_and_that_nobody_should_have_and_what_differs_from_the_configuration() {
    let (folder, backend, config) = (Folder::new("verify"), Embedded::new(), example());
    let path = folder.deployment();
    deploy(&backend, &config, &path);
    let file = written(&path);
    let [reputation, obligation, market] =
        Contract::ALL.map(|contract| file.contract(contract).expect("deployed").address);
    let eve = account("eve").expect("eve");
    let chain: &dyn Backend = &backend;
    let manager = alice();
    let mut in_reputation = RoleCalls::from(reputation);
    chain.call(&manager, in_reputation.revoke_role(roles::SLASHER, Some(market))).expect("sent").outcome.ok();
    chain.call(&manager, in_reputation.grant_role(roles::LOCKER, Some(eve))).expect("sent").outcome.ok();
    let mut in_market = RoleCalls::from(market);
    chain.call(&manager, in_market.grant_role(roles::MANAGER, Some(obligation))).expect("sent").outcome.ok();
    let mut calls = ReputationCalls::from(reputation);
    chain.call(&manager, calls.set_mint_cap(market, 7)).expect("sent").outcome.ok();
    assert_eq!(
        wrong(&backend, &path, None),
        [
            "market has SLASHER in reputation: it does not; `atomic deploy` grants it".to_owned(),
            format!("nobody else has a role in reputation: {} has LOCKER", address(&eve)),
            "nobody else has a role in market: obligation has MANAGER".to_owned(),
        ]
    );

    let mut settings = Settings { mint_cap: 10_000, ..config.settings_for(eve) };
    settings.terms.seats = 4;
    settings.tiers = vec![9];
    let found = wrong(&backend, &path, Some(&settings)).split_off(3);
    let [cap, tiers, terms, policy] = &found[..] else { panic!("four more: {found:#?}") };
    assert_eq!(cap, "the mint cap of market is 10000: it is 7");
    assert!(tiers.contains("its tiers are [100, 500, 2000]"), "{tiers}");
    assert_eq!(terms, "its terms are the configured ones: seats: 20 instead of seats: 4");
    assert!(policy.starts_with("the policy is the configured one: "), "{policy}");

    // What lacks is granted again; what is the manager's own doing stays, and is said.
    assert_eq!(deploy(&backend, &config, &path), 1);
    assert_eq!(wrong(&backend, &path, None).len(), 2);
}

#[test]
fn contracts_that_are_not_ours_are_refused_before_anything_is_done() {
    let (folder, backend, config) = (Folder::new("foreign"), Embedded::new(), example());
    let path = folder.deployment();
    deploy(&backend, &config, &path);
    let (good, tip) = (written(&path), backend.tip());
    let local = contracts().expect("contracts");
    let options = Options { deployment: path.clone(), ..Options::default() };

    // Another contract is at the address.
    let mut file = good.clone();
    let market_address = good.market.expect("a market").address;
    file.reputation = file.reputation.map(|reputation| Deployed { address: market_address, ..reputation });
    file.write(&path).expect("written");
    let error = format!("{:#}", refusal(&backend, &alice(), local, &config, &path));
    assert!(
        error.contains(&format!("the contract at {} has another code than the reputation", address(&market_address))),
        "{error}"
    );
    let error = Deployment::load(&options.deployment, &backend).expect_err("not ours").to_string();
    assert!(error.contains("is not the reputation contract that"), "{error}");
    let found = wrong(&backend, &path, None);
    assert!(found.len() == 1 && found[0].contains("its code is 0x"), "{found:#?}");

    // It knows nothing of editions, like the contracts of the first one.
    let first_edition = File { market: good.obligation, ..good.clone() };
    first_edition.write(&path).expect("written");
    let error = Deployment::load(&options.deployment, &backend).expect_err("of another edition").to_string();
    assert!(error.contains("of edition 1 of the protocol, and this program knows edition 2"), "{error}");
    assert!(error.contains("docs/changes.md"), "{error}");

    // It is ours, but of another build.
    good.write(&path).expect("written");
    let mut rebuilt = local.clone();
    rebuilt.obligation.wasm = local.market.wasm.clone();
    let error = format!("{:#}", refusal(&backend, &alice(), &rebuilt, &config, &path));
    assert!(error.contains("the obligation contract at 5") && error.contains("is of another build"), "{error}");
    let found = checks(&backend, &good, &rebuilt, None).expect("checks");
    assert_eq!(found.iter().filter(|check| !check.holds()).count(), 1);

    // Its manager is somebody else.
    let error = refusal(&backend, &Signer::named("bob").expect("bob"), local, &config, &path);
    assert!(error.is::<Unusable>() && error.to_string().starts_with("the manager of the deployment in"), "{error}");

    // It is another organization's.
    let other = Config { salt: Some("other".into()), ..config };
    let error = refusal(&backend, &alice(), local, &other, &path);
    assert!(
        error.is::<Unusable>() && error.to_string().contains("has the salt ``, but the configuration has `other`"),
        "{error}"
    );
    assert_eq!(backend.tip(), tip);
}

#[test]
fn an_address_without_a_contract_is_said_and_deploying_finds_the_right_one() {
    let (folder, backend, config) = (Folder::new("address"), Embedded::new(), example());
    let path = folder.deployment();
    deploy(&backend, &config, &path);
    let good = written(&path);
    let mut file = good.clone();
    let eve = account("eve").expect("eve");
    file.obligation = file.obligation.map(|obligation| Deployed { address: eve, ..obligation });
    file.write(&path).expect("written");
    let options = Options { deployment: path.clone(), ..Options::default() };
    let error = Deployment::load(&options.deployment, &backend).expect_err("nothing there").to_string();
    assert!(error.starts_with(&format!("there is no contract at {}", address(&eve))), "{error}");
    assert_eq!(wrong(&backend, &path, None).len(), 1);

    assert_eq!(deploy(&backend, &config, &path), 0);
    let found = written(&path);
    assert_eq!(found.obligation.map(|found| found.address), good.obligation.map(|good| good.address));
    assert_eq!(wrong(&backend, &path, None), [""; 0]);

    // On a chain that began anew everything is deployed again, to the same addresses.
    let anew = Embedded::new();
    assert_eq!(deploy(&anew, &config, &path), STEPS);
    assert_eq!(written(&path), good);
}

#[test]
fn who_has_no_money_is_told_so_and_nothing_is_done() {
    let (folder, backend) = (Folder::new("poor"), Embedded::new());
    let poor = Signer::named("//Poor").expect("a signer");
    let local = contracts().expect("contracts");
    let error = format!("{:#}", refusal(&backend, &poor, local, &example(), &folder.deployment()));
    assert!(error.starts_with("cannot upload the reputation contract's code: "), "{error}");
    let told = format!("{} has 0 UNIT, which does not pay for the storage", address(&poor.account()));
    assert!(error.ends_with(&told), "{error}");
    assert_eq!(backend.tip().expect("a tip").number, 0);
    assert!(!folder.deployment().exists());
}

#[test]
fn the_command_deploys_says_what_it_did_and_verifies() {
    let folder = Folder::new("command");
    let config = workspace().join("docs/deployment.toml").display().to_string();
    let tried = folder.run(&["deploy", "--as", "alice", "--config", &config, "--dry-run"]);
    assert!(tried.status.success(), "{}", text(&tried.stderr));
    let said = text(&tried.stdout);
    assert_eq!(said.lines().filter(|line| line.starts_with("  ") && line.ends_with(" UNIT")).count(), STEPS, "{said}");
    assert!(said.ends_with(" UNIT in total.\n"), "{said}");
    assert!(!folder.0.join(".atomic/deployment.json").exists());

    let deployed = folder.run(&["deploy", "--as", "alice", "--config", &config]);
    let said = text(&deployed.stdout);
    assert!(deployed.status.success(), "{said}{}", text(&deployed.stderr));
    for part in [
        "Deploying to Embedded chain in .atomic/state, as 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\n",
        "  block 16    grant OPERATOR in obligation to market\n",
        "  block 21    open the market\n",
        "\npool        0\nwritten to  .atomic/deployment.json\n",
        "\nfees        0.0",
        " UNIT\n\nAll 30 checks passed.\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    for ran in [&tried, &deployed] {
        assert!(!text(&ran.stderr).contains("warning"), "{}", text(&ran.stderr));
    }

    let again = folder.run(&["deploy", "--as", "alice", "--config", &config, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!((&report["done"], &report["wired"]), (&serde_json::json!([]), &serde_json::json!(true)));

    let verified = folder.run(&["verify", "--config", &config]);
    assert!(verified.status.success());
    assert!(text(&verified.stdout).contains("  ok     market has OPERATOR in obligation\n"));
    let other = folder.0.join("other.toml");
    fs::write(&other, "[terms]\nseats = 4\n").expect("a file");
    let verified = folder.run(&["verify", "--config", "other.toml", "--json"]);
    assert_eq!(verified.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    assert_eq!(report["wired"], false);
}

#[test]
fn unwise_terms_are_warned_of_until_they_are_in_force() {
    let folder = Folder::new("unwise");
    let unwise = "[terms]\nretention = '50 %'\npresence = 0\npace = 'none'\nthrottle_buffer = 16\n";
    fs::write(folder.0.join("unwise.toml"), unwise).expect("a file");
    let deploy = |more: &[&str]| {
        let always = &["deploy", "--as", "alice", "--config", "unwise.toml", "--json"][..];
        let ran = folder.run(&[always, more].concat());
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        let _: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON alone");
        text(&ran.stderr)
    };
    let warned = deploy(&["--dry-run"]);
    let warnings: Vec<_> = warned.lines().collect();
    let [stays, at_once, throttled] = [
        "warning: whoever stops keeps the seat where nobody asks for work",
        "warning: a member who misses nothing can be Banned at once",
        "warning: nobody is Throttled before a ban",
    ]
    .map(|expected| warnings.iter().filter(|warning| warning.starts_with(expected)).count());
    assert_eq!((stays, at_once, throttled, warnings.len()), (1, 1, 1, 3), "{warned}");
    assert_eq!(deploy(&[]), warned);
    assert_eq!(deploy(&[]), "", "it is too late for that");
}

#[test]
fn the_command_tells_unusable_files_and_another_that_runs_apart_from_failures() {
    let folder = Folder::new("unusable");
    let ends = |arguments: &[&str], code: i32, part: &str| {
        let output = folder.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.starts_with("error: ") && said.contains(part), "{arguments:?}: {said}");
    };
    let torn = folder.0.join("torn.json");
    fs::write(&torn, "{ \"format\": 1, \"netw").expect("a file");
    ends(&["deploy", "--as", "alice", "--deployment", "torn.json"], 2, "torn.json is damaged");
    ends(&["verify", "--deployment", "torn.json"], 2, "remove it: `atomic deploy`");
    ends(&["verify"], 2, "there is no deployment file .atomic/deployment.json");
    ends(&["deploy"], 2, "nobody signs this: say who with --as");
    ends(&["deploy", "--as", "zoe"], 2, "--as takes one of alice");
    ends(&["deploy", "--as", "alice", "--config", "none.toml"], 2, "reading none.toml");
    fs::write(folder.0.join("wrong.toml"), "[terms]\nseat = 4\n").expect("a file");
    ends(&["deploy", "--as", "alice", "--config", "wrong.toml"], 2, "wrong.toml:2:1: `seat` is not a key of [terms]");
    fs::write(folder.0.join("foreign"), "something else").expect("a file");
    ends(&["status", "--state", "foreign"], 2, "foreign is not the state of an embedded chain");
    ends(&["deploy", "--as", "alice", "--url", "ws://127.0.0.1:1"], 1, "no connection to the node at ws://127.0.0.1:1");

    let elsewhere = Embedded::new();
    let mut file = File::new(&elsewhere, alice().account(), "");
    (file.network, file.genesis) = ("Elsewhere".into(), [9; 32]);
    file.write(&folder.0.join("elsewhere.json")).expect("written");
    for command in [&["deploy", "--as", "alice"][..], &["verify"]] {
        ends(
            &[command, &["--deployment", "elsewhere.json"]].concat(),
            2,
            "wrong network: the deployment file elsewhere.json",
        );
    }

    let held = Embedded::open(&folder.state()).expect("the chain");
    ends(&["status", "--state", "state"], 1, "another atomic is using state");
    drop(held);
    assert!(folder.run(&["status", "--state", "state"]).status.success());
}

#[test]
fn the_default_configuration_needs_no_file() {
    let (folder, backend) = (Folder::new("default"), Embedded::new());
    let path = folder.deployment();
    assert_eq!(deploy(&backend, &Config::default(), &path), STEPS - 1, "there are no founders");
    let settings = Config::default().settings_for(alice().account());
    assert_eq!(settings.policy.min_quorum, default_policy().min_quorum);
    assert_eq!(wrong(&backend, &path, Some(&settings)), [""; 0]);
}

/// A configuration that no earlier run on the same node has deployed.
fn fresh_config() -> Config {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    Config { salt: Some(now.as_nanos().to_string()), ..example() }
}

#[test]
#[ignore = "needs a node at $URL; make test-node brings one"]
fn on_a_node_it_goes_on_after_the_connection_is_lost_and_nothing_is_done_twice() {
    let (_alone, url) = the_node();
    let (folder, config, alice) = (Folder::new("node"), fresh_config(), alice());
    let (path, local) = (folder.deployment(), contracts().expect("contracts"));
    let direct = Node::connect(&url).expect("the node");
    let before = direct.tip().expect("a tip").number;
    let due = Deployer::new(&direct, &alice, local, &config, &path).expect("a deployer").due().expect("steps").len();

    let mut cuts = 0;
    for patience in [10, 60, 110, 160, 210] {
        let proxy = Proxy::to(&url);
        let node = Node::connect(&proxy.url).expect("the node behind the proxy");
        let mut deployer = Deployer::new(&node, &alice, local, &config, &path).expect("a deployer");
        let lost = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(patience));
                proxy.cut();
            });
            // In the midst of a question, of sending, or of waiting.
            loop {
                match deployer.advance() {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(error) => return Some(error),
                }
            }
        });
        // A cut that falls into sending is made up for: what was sent is found again, and the deployment goes on to its end. A
        // fast machine may be done before the last cuts, too.
        let Some(lost) = lost else { break };
        cuts += 1;
        let known = lost.downcast_ref::<Error>();
        assert!(matches!(known, Some(Error::ConnectionLost { url, .. }) if *url == proxy.url), "{lost:#}");
    }
    assert!(cuts >= 1, "the first cut falls into the questions before anything is sent");
    deploy(&direct, &config, &path);
    let blocks = direct.tip().expect("a tip").number - before;
    // A substrate-contracts-node makes no others, and `atomic node` makes one every six seconds.
    let is_atomic = std::env::var("NODE_KIND").is_ok_and(|kind| kind == "atomic");
    assert!(blocks as usize == due || (is_atomic && blocks as usize > due), "{blocks} blocks for {due} steps");
    let settings = config.settings_for(alice.account());
    assert_eq!(wrong(&direct, &path, Some(&settings)), [""; 0]);

    // What a dry run foretells happens, and is found among the blocks' events.
    let backend: &dyn Backend = &direct;
    let mut roles_in = RoleCalls::from(written(&path).reputation.expect("reputation").address);
    let eve = account("eve").expect("eve");
    let tried = backend.dry_run(&alice.account(), roles_in.grant_role(roles::LOCKER, Some(eve))).expect("a dry run");
    let done = backend.call(&alice, roles_in.grant_role(roles::LOCKER, Some(eve))).expect("a receipt");
    assert_eq!(tried.outcome.emitted, done.outcome.emitted);
    assert!(
        matches!(&done.outcome.events::<RoleGranted>()[..], [RoleGranted { grantee, .. }] if *grantee == Some(eve))
    );
    assert!(tried.block.is_none() && done.block.is_some() && done.fee > 0);
    let extra = format!("nobody else has a role in reputation: {} has LOCKER", address(&eve));
    assert_eq!(wrong(&direct, &path, Some(&settings)), [extra]);
}

#[test]
#[ignore = "needs a node at $URL; make test-node brings one"]
fn on_a_node_the_command_deploys_and_verifies_and_the_same_file_is_refused_elsewhere() {
    let (_alone, url) = the_node();
    let folder = Folder::new("node-command");
    let example = fs::read_to_string(workspace().join("docs/deployment.toml")).expect("the example");
    let salted = example.replace("salt = \"\"", &format!("salt = \"{}\"", fresh_config().salt.unwrap_or_default()));
    fs::write(folder.0.join("config.toml"), salted).expect("a file");
    let on_node = |rest: &[&str]| folder.run(&[rest, &["--url", &url, "--config", "config.toml"]].concat());

    let poor = on_node(&["deploy", "--as", "//Poor"]);
    assert_eq!(poor.status.code(), Some(1));
    assert!(text(&poor.stderr).contains("has 0 UNIT, which does not pay for the storage"), "{}", text(&poor.stderr));

    let deployed = on_node(&["deploy", "--as", "alice"]);
    assert!(deployed.status.success(), "{}{}", text(&deployed.stdout), text(&deployed.stderr));
    assert!(text(&deployed.stdout).ends_with("All 30 checks passed.\n"));
    let again = on_node(&["deploy", "--as", "alice"]);
    assert!(text(&again.stdout).contains("Nothing to do"), "{}", text(&again.stdout));
    assert!(on_node(&["verify"]).status.success());

    // Nothing to be kept in storage, but not even the fee.
    let node = Node::connect(&url).expect("the node");
    let backend: &dyn Backend = &node;
    let deployment = written(&folder.0.join(".atomic/deployment.json"));
    let mut obligation = ObligationCalls::from(deployment.obligation.expect("obligation").address);
    let poor = Signer::named("//Poor").expect("a signer");
    let refused = backend.call(&poor, obligation.fill_seats(0, 1)).expect_err("no money");
    assert!(
        matches!(&refused, Error::Rejected(reason) if reason.ends_with("has 0 UNIT, which does not pay the fee")),
        "{refused}"
    );

    let elsewhere = folder.run(&["verify"]);
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(text(&elsewhere.stderr).contains("wrong network"), "{}", text(&elsewhere.stderr));
}

#[test]
fn who_answers_and_is_no_node_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("ws://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut question = [0; 1024];
            let _ = stream.read(&mut question);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let Err(error) = Node::connect(&url) else { panic!("that is no node") };
    assert!(matches!(&error, Error::ConnectionLost { .. }), "{error}");
}
