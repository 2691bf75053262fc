//! A substrate-contracts-node weighs what the embedded chain weighs, to the unit: it is started from the very state that a message
//! met here, and asked for the same dry run.

use chain::{
    hash::{hex, unhex},
    StorageDeposit,
};
use e2e_tests::{
    market_weights::weigh_market,
    weighings::{self, Storage, Weighing},
    weights::{weigh_all, FEWEST_MEMBERS},
};
use ink::scale::{Decode, Encode};
use interfaces::Balance;
use serde_json::{json, Map, Value as Json};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
};

/// The weight that a call used and that it requires, and its deposit: with these the result of a dry run begins.
type Result = (chain::Weight, chain::Weight, StorageDeposit<Balance>);

/// A node, and its folder.
struct Node {
    process: Child,
    address: String,
    folder: PathBuf,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Node {
    /// A node whose first block has this state.
    fn of(program: &str, usual: &Json, state: &Storage) -> Self {
        let folder = env::temp_dir().join(format!("atomic-weights-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let specification = folder.join("chain.json");
        fs::write(&specification, with_state(usual, state).to_string()).expect("a file");
        let mut process = Command::new(program)
            .args(["--chain", path(&specification), "--base-path", path(&folder.join("base"))])
            .args([
                "--alice",
                "--unsafe-force-node-key-generation",
                "--rpc-port",
                "0",
                "--port",
                "0",
                "--no-prometheus",
                "--no-telemetry",
            ])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the node starts");
        let said = BufReader::new(process.stderr.take().expect("its errors"));
        let mut lines = said.lines().map_while(std::result::Result::ok);
        let address = lines.find_map(|line| line.split("Running JSON-RPC server: addr=").nth(1).map(str::to_owned));
        let address = address.expect("the node listens").split(',').next().expect("an address").to_owned();
        // Somebody has to listen to what it says.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address, folder }
    }

    /// What a method of the node's answers.
    fn ask(&self, method: &str, params: Json) -> Json {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut stream = TcpStream::connect(&self.address).expect("the node");
        let (address, length) = (&self.address, body.len());
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
        )
        .expect("a question");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let answer: Json = serde_json::from_str(body.trim()).expect("JSON");
        assert!(answer.get("result").is_some(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// What the node weighs.
    fn weigh(&self, weighing: &Weighing) -> Result {
        let (gas_limit, deposit_limit) = (None::<chain::Weight>, None::<Balance>);
        let call = (weighing.caller, weighing.to, weighing.value, gas_limit, deposit_limit, &weighing.input).encode();
        let answer = self.ask("state_call", json!(["ContractsApi_call", hex(&call)]));
        let bytes = answer.as_str().and_then(|text| unhex(text.trim_start_matches("0x"))).expect("bytes");
        Decode::decode(&mut &bytes[..]).expect("a result")
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The specification of a chain that is like the usual one, but for its state.
fn with_state(usual: &Json, state: &Storage) -> Json {
    let mut specification = usual.clone();
    // It reads every file as that of a parachain, and runs this one as the development chain that it is named.
    (specification["relay_chain"], specification["para_id"]) = ("dev".into(), 1.into());
    specification["bootNodes"] = json!([]);
    let raw = &mut specification["genesis"]["raw"];
    let pairs = |data: &std::collections::BTreeMap<Vec<u8>, Vec<u8>>| -> Map<String, Json> {
        data.iter().map(|(key, value)| (hex(key), hex(value).into())).collect()
    };
    for (key, value) in pairs(&state.top) {
        // The runtime itself is the node's.
        if key != hex(b":code") {
            raw["top"][key] = value;
        }
    }
    let children: Map<_, _> =
        state.children_default.iter().map(|(id, child)| (hex(id), pairs(&child.data).into())).collect();
    raw["childrenDefault"] = children.into();
    specification
}

#[test]
#[ignore = "needs a substrate-contracts-node, which it starts some sixty times: make weights-on-node"]
fn every_message_of_the_benchmark_weighs_the_same_on_a_substrate_contracts_node() {
    let program = env::var("CONTRACTS_NODE").unwrap_or_else(|_| "substrate-contracts-node".into());
    let usual =
        Command::new(&program).args(["build-spec", "--dev", "--raw"]).output().expect("the node's specification");
    let usual: Json = serde_json::from_slice(&usual.stdout).expect("JSON");
    let weighings: Vec<_> = [weighings::of(|| weigh_all(FEWEST_MEMBERS)), weighings::of(|| weigh_market(2))]
        .into_iter()
        .flatten()
        .collect();
    assert!(weighings.len() > 70, "only {} messages", weighings.len());
    let (mut wrong, mut nodes) = (Vec::new(), 0);
    for group in weighings.chunk_by(|one, next| Rc::ptr_eq(&one.state, &next.state)) {
        let node = Node::of(&program, &usual, &group[0].state);
        nodes += 1;
        for weighing in group {
            let here = (weighing.gas, weighing.required, weighing.deposit.clone());
            let there = node.weigh(weighing);
            println!("{} {here:?}", if here == there { "equal" } else { "OTHER" });
            if here != there {
                wrong.push(format!("{}: {here:?} here, {there:?} there", hex(&weighing.input[..4])));
            }
        }
    }
    println!("{} messages on {nodes} states", weighings.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
