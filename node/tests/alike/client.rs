//! A client that sends what it is told to, word for word.

use serde_json::{json, Value as Json};
use soketto::handshake::{Client as Handshake, ServerResponse};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};
use tokio::{
    net::TcpStream,
    sync::mpsc::{unbounded_channel, UnboundedReceiver},
    time::{sleep, timeout, timeout_at, Instant},
};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// The longest time that an answer takes.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

pub struct Client {
    sender: soketto::Sender<Compat<TcpStream>>,
    heard: UnboundedReceiver<Json>,
    /// What subscriptions told, and nobody has asked for yet.
    told: VecDeque<Json>,
    asked: u64,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a node listens");
        let host = address.to_string();
        let mut handshake = Handshake::new(stream.compat(), &host, "/");
        let answer = handshake.handshake().await.expect("a handshake");
        assert!(matches!(answer, ServerResponse::Accepted { .. }), "the node speaks over WebSocket");
        let (sender, mut receiver) = handshake.into_builder().finish();
        let (mouth, heard) = unbounded_channel();
        tokio::spawn(async move {
            let mut message = Vec::new();
            while receiver.receive_data(&mut message).await.is_ok() {
                let said = serde_json::from_slice(&message).expect("JSON");
                message.clear();
                if mouth.send(said).is_err() {
                    break;
                }
            }
        });
        Self { sender, heard, told: VecDeque::new(), asked: 0 }
    }

    /// What this is answered: a `result` or an `error`. Without parameters, none are sent.
    pub async fn ask(&mut self, method: &str, params: Option<Json>) -> Json {
        self.asked += 1;
        let mut request = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method });
        if let Some(params) = params {
            request["params"] = params;
        }
        self.sender.send_text(request.to_string()).await.expect("the node listens");
        self.sender.flush().await.expect("the node listens");
        loop {
            let heard = timeout(PATIENCE, self.heard.recv()).await;
            let heard = heard.unwrap_or_else(|_| panic!("{method} is not answered")).expect("the node is there");
            match heard.get("id") {
                Some(id) if *id == self.asked => return heard,
                Some(id) => panic!("{method} is answered under the number {id}"),
                None => self.told.push_back(without_error(heard)),
            }
        }
    }

    /// What is the answer, where there must be one.
    pub async fn get(&mut self, method: &str, params: Json) -> Json {
        let mut answered = self.ask(method, Some(params)).await;
        assert!(answered.get("error").is_none(), "{method}: {answered}");
        answered["result"].take()
    }

    /// The first that a subscription tells, each with the name that it is told under: as much as this, or what comes within this time.
    pub async fn told(&mut self, subscription: &Json, count: usize, wait: Duration) -> Vec<(String, Json)> {
        let (until, mut told) = (Instant::now() + wait, Vec::new());
        while told.len() < count {
            let next = match self.told.pop_front() {
                Some(next) => next,
                None => match timeout_at(until, self.heard.recv()).await {
                    Ok(next) => without_error(next.expect("the node is there")),
                    Err(_) => break,
                },
            };
            let name = next["method"].as_str().expect("a name").to_owned();
            if next["params"]["subscription"] == *subscription {
                told.push((name, next["params"]["result"].clone()));
            }
        }
        told
    }

    /// Waits until every transaction that is ready is in a block.
    pub async fn wait_until_none_waits(&mut self) {
        while self.get("author_pendingExtrinsics", json!([])).await != json!([]) {
            sleep(PAUSE).await;
        }
    }

    /// Waits until the last block is final and has this number at least.
    pub async fn wait_until_final(&mut self, number: u64) {
        loop {
            let last = self.get("chain_getHeader", json!([])).await;
            let hash = self.get("chain_getBlockHash", json!([])).await;
            if last["number"].as_str() >= Some(&format!("{number:#x}"))
                && self.get("chain_getFinalizedHead", json!([])).await == hash
            {
                return;
            }
            sleep(PAUSE).await;
        }
    }
}

/// Subscriptions end without a word.
fn without_error(told: Json) -> Json {
    assert!(told["params"].get("error").is_none(), "{told}");
    told
}
