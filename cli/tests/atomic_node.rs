//! `atomic node` as whoever starts it sees it: what it says, what it keeps, and whom it lets in.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The longest that a node takes to stop, and then some.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a client asks that wants a WebSocket.
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-node-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atomic"));
        for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("ATOMIC_")) {
            command.env_remove(variable);
        }
        command.current_dir(&self.0).args(arguments.split_whitespace());
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().expect("the command")
    }

    /// What an accepted command prints.
    fn says(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// What a refused command prints as its error.
    fn refuses(&self, arguments: &str, code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    fn node(&self, arguments: &str) -> Node {
        let mut command = self.command(&format!("node --port 0 {arguments}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the node");
        let (mut told, mut address) = (String::new(), None);
        let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines().map_while(Result::ok);
        for line in lines.by_ref() {
            address = line.strip_prefix("Running JSON-RPC server: addr=").map(str::to_owned);
            if address.is_some() {
                break;
            }
            told.push_str(&format!("{line}\n"));
        }
        std::thread::spawn(move || lines.for_each(drop));
        Node { child, told, address: address.expect("it listens") }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Node {
    child: Child,
    /// What it warned of before it listened.
    told: String,
    address: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Node {
    fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Sends it a signal, waits until it has ended, and returns what it had said, and whether it ended well.
    fn stop(self, signal: &str) -> (String, bool) {
        self.signal(signal);
        self.end()
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
    }

    fn end(mut self) -> (String, bool) {
        let begun = Instant::now();
        let ended = loop {
            if let Some(ended) = self.child.try_wait().expect("its end") {
                break ended;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut said = String::new();
        self.child.stdout.take().expect("its words").read_to_string(&mut said).expect("text");
        (said, ended.success())
    }

    /// A WebSocket on which somebody asked this so many times, and does not read.
    fn asked(&self, method: &str, parameters: &str, times: usize) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let address = &self.address;
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\n{UPGRADE}\r\n").as_bytes()).expect("a request");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            answer.extend(byte);
        }
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{parameters}}}"#);
        // A short text, masked with zeros.
        let length = u8::try_from(text.len()).expect("it is short");
        let frame = [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat();
        stream.write_all(&frame.repeat(times)).expect("requests");
        stream
    }

    /// The first line of its answer to a request with these headers.
    fn answer(&self, request: &str, headers: &str) -> String {
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"system_chain","params":null}"#;
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let (address, length) = (&self.address, body.len());
        let head = format!("{request} / HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n{headers}\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).expect("a request");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("an answer");
        line
    }
}

#[test]
fn a_chain_goes_from_command_to_node_and_back_with_its_clock_and_its_blocks() {
    let folder = Folder::new("back");
    folder.says("pass 2d --state chain");
    let node = folder.node("--state chain --clock manual");
    let url = node.url();
    let refused = folder.refuses("status --state chain", 1);
    assert!(refused.contains(&format!("a node is using chain; talk to it with --url {url}")), "{refused}");
    assert_eq!(folder.says(&format!("pass 6h --url {url}")), "It is 2030-01-03 06:00 UTC now, 6 hours later\n");
    let back = folder.refuses(&format!("pass --until 2030-01-02 --url {url}"), 2);
    assert!(back.contains("time does not go back"), "{back}");
    let (said, well) = node.stop("-INT");
    assert!(
        well && said.contains("block 1, kept in chain, with a clock that") && said.ends_with("Stopped\n"),
        "{said}"
    );
    assert_eq!(folder.says("pass 1m --state chain"), "It is 2030-01-03 06:01 UTC now, 1 minute later\n");
}

#[test]
fn a_killed_node_loses_nothing_that_it_acknowledged() {
    let folder = Folder::new("killed");
    let mut acknowledged = 0;
    for round in 1..=3 {
        let node = folder.node("--state chain --clock manual");
        let url = node.url();
        for _ in 0..round {
            folder.says(&format!("pass 1h --url {url}"));
            acknowledged += 1;
        }
        // Another one is on its way when the node is killed.
        let mut last =
            folder.command(&format!("pass 1h --url {url}")).stderr(Stdio::null()).spawn().expect("a command");
        std::thread::sleep(Duration::from_millis(60 * round));
        let (_, well) = node.stop("-KILL");
        assert!(!well);
        let heard = last.wait().expect("its end").success();
        let hours = acknowledged + u64::from(heard);
        let state: u64 = {
            let status = folder.says("status --state chain --as alice --json");
            let json: serde_json::Value = serde_json::from_str(&status).expect("JSON");
            json["block"].as_u64().or(json["block"]["number"].as_u64()).expect("a block")
        };
        assert!(state == hours || (state == hours + 1 && !heard), "block {state}, and {hours} were acknowledged");
        acknowledged = state;
    }
}

#[test]
fn with_the_machines_clock_it_says_so_and_refuses_a_chain_that_is_ahead() {
    let folder = Folder::new("real");
    folder.says("pass 2d --state ahead");
    let refused = folder.refuses("node --port 0 --state ahead", 2);
    assert!(refused.contains("which is ahead of the machine's clock: start the node with --clock manual"), "{refused}");
    let node = folder.node("--state chain");
    let refused = folder.refuses(&format!("pass 1h --url {}", node.url()), 1);
    assert!(refused.contains("this node's clock cannot be set"), "{refused}");
    let (said, well) = node.stop("-TERM");
    assert!(well && said.contains("with the machine's clock"), "{said}");
}

#[test]
fn a_page_from_anywhere_does_not_reach_it_unasked() {
    let folder = Folder::new("pages");
    let node = folder.node("--origin https://market.example");
    assert_eq!(node.told, "");
    let json = "Content-Type: application/json\r\n";
    for (origin, let_in) in [
        ("", true),
        ("Origin: http://localhost:5173\r\n", true),
        ("Origin: https://polkadot.js.org\r\n", true),
        ("Origin: https://market.example\r\n", true),
        ("Origin: https://evil.example\r\n", false),
        ("Origin: null\r\n", false),
    ] {
        let (posted, opened) =
            (node.answer("POST", &format!("{json}{origin}")), node.answer("GET", &format!("{UPGRADE}{origin}")));
        let expected = if let_in { ["HTTP/1.1 200", "HTTP/1.1 101"] } else { ["HTTP/1.1 403", "HTTP/1.1 403"] };
        assert!(posted.starts_with(expected[0]) && opened.starts_with(expected[1]), "{origin}: {posted}{opened}");
    }
    drop(node);
    let refused = folder.refuses("node --port 0 --origin market.example", 2);
    assert!(refused.contains("an origin is a scheme and a host"), "{refused}");
    let open = folder.node("--listen 0.0.0.0 --state chain");
    assert!(open.told.contains("can be reached from other machines"), "{}", open.told);
    // Nobody can be reached at an address that stands for all.
    let port = open.address.rsplit(':').next().expect("a port").to_owned();
    let refused = folder.refuses("status --state chain", 1);
    assert!(refused.contains(&format!("talk to it with --url ws://127.0.0.1:{port}")), "{refused}");
    let (said, _) = open.stop("-TERM");
    assert!(said.contains(&format!("at ws://127.0.0.1:{port}: ")), "{said}");
    assert!(said.contains(&format!("rpc=ws://127.0.0.1:{port}#")), "{said}");
}

#[test]
fn it_stops_though_a_client_does_not_read_what_it_asked_for() {
    let folder = Folder::new("deaf");
    let node = folder.node("--clock manual");
    let deaf = node.asked("state_getMetadata", "[]", 200);
    // More is answered than there is room for on the way.
    std::thread::sleep(Duration::from_secs(2));
    let (said, well) = node.stop("-TERM");
    assert!(well && said.ends_with("Stopped\n"), "{said}");
    drop(deaf);
}

#[test]
fn nobody_gets_the_file_before_the_node_has_written_its_last_block() {
    let folder = Folder::new("last");
    let node = folder.node("--state chain --clock manual");
    // They ask for more blocks than are made meanwhile, and are gone.
    drop(node.asked("dev_pass", "[1]", 3_000));
    std::thread::sleep(Duration::from_millis(200));
    node.signal("-TERM");
    let begun = Instant::now();
    while !folder.run("pass 1m --state chain").status.success() {
        assert!(begun.elapsed() < PATIENCE, "nobody gets the file");
    }
    assert!(node.end().1);
    folder.says("status --state chain --as alice");
}

#[test]
fn a_taken_port_is_named() {
    let folder = Folder::new("port");
    let node = folder.node("");
    let port = node.address.rsplit(':').next().expect("a port");
    let refused = folder.refuses(&format!("node --port {port}"), 2);
    assert!(refused.contains(&format!("listening on 127.0.0.1:{port}: ")), "{refused}");
}
