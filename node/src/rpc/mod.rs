//! The JSON-RPC that clients of a Substrate node speak, in its older form: `author_…`, `chain_…`, `state_…` and so on. A file has the
//! methods of one family; names, parameters, answers and the codes of errors are those of a substrate-contracts-node.

mod author;
mod chain;
mod childstate;
mod dev;
mod payment;
mod state;
mod system;

use crate::producer::{Gone, Handle, Producer};
use ::chain::runtime::{blocks::Head, sp_core::Bytes, sp_runtime::OpaqueExtrinsic, state::Fault, Hash};
use jsonrpsee::{types::ErrorObjectOwned, RpcModule, SubscriptionMessage, SubscriptionSink};
use scale::{Decode, Encode};
use serde::Serialize;
use std::{fmt, io, time::Duration};
use tokio::{
    sync::watch,
    time::{sleep_until, Instant},
};

/// A block counts as final so long after it was made, or up to twice as long if another one was made just before: a client that
/// hears of both at once hears only one.
const FINALITY: Duration = Duration::from_millis(200);

/// The methods of the newer JSON-RPC, which this node does not have. Whoever calls one is told what to use in their place.
const MISSING: [&str; 16] = [
    "chainHead_v1_body",
    "chainHead_v1_call",
    "chainHead_v1_continue",
    "chainHead_v1_follow",
    "chainHead_v1_header",
    "chainHead_v1_stopOperation",
    "chainHead_v1_storage",
    "chainHead_v1_unfollow",
    "chainHead_v1_unpin",
    "chainSpec_v1_chainName",
    "chainSpec_v1_genesisHash",
    "chainSpec_v1_properties",
    "transaction_v1_broadcast",
    "transaction_v1_stop",
    "transactionWatch_v1_submitAndWatch",
    "transactionWatch_v1_unwatch",
];

type Answer<T> = Result<T, ErrorObjectOwned>;

/// What every method needs.
#[derive(Clone)]
pub struct Context {
    producer: Handle,
    /// The last block that counts as final.
    finalized: watch::Receiver<Head>,
}

impl Context {
    /// What the chain answers.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Producer) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        self.producer.ask(question).await.map_err(gone)?
    }
}

/// All methods.
///
/// # Panics
/// Outside of a runtime of tokio, which waits until blocks are final.
pub fn module(producer: Handle) -> RpcModule<()> {
    let mut heads = producer.heads();
    let (final_head, finalized) = watch::channel(*heads.borrow());
    tokio::spawn(async move {
        while heads.changed().await.is_ok() {
            let (head, made) = (*heads.borrow_and_update(), Instant::now());
            sleep_until(made + FINALITY).await;
            final_head.send_replace(head);
        }
    });
    let context = Context { producer, finalized };
    let mut all = RpcModule::new(());
    let families = [
        author::AuthorServer::into_rpc(context.clone()),
        chain::ChainServer::into_rpc(context.clone()),
        childstate::ChildStateServer::into_rpc(context.clone()),
        dev::DevServer::into_rpc(context.clone()),
        payment::PaymentServer::into_rpc(context.clone()),
        state::StateServer::into_rpc(context.clone()),
        system::SystemServer::into_rpc(context),
    ];
    for family in families {
        all.merge(family).expect("each method is in one family");
    }
    let mut names: Vec<_> = all.method_names().collect();
    names.push("rpc_methods");
    names.sort_unstable();
    let listed = serde_json::json!({ "methods": names });
    all.register_method("rpc_methods", move |_, (), _| listed.clone()).expect("nobody else lists them");
    for name in MISSING {
        all.register_method(name, |_, (), _| Err::<(), _>(missing())).expect("it is missing");
    }
    all
}

fn missing() -> ErrorObjectOwned {
    let words = "Method not found: this node speaks the older JSON-RPC alone (chain_, state_, author_); use a client that does, such \
                 as dedot's LegacyClient or @polkadot/api";
    ErrorObjectOwned::owned(jsonrpsee::types::error::METHOD_NOT_FOUND_CODE, words, None::<()>)
}

/// As a node says it, under the code of this family.
fn error(code: i32, words: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, words, None::<()>)
}

/// As [`error`], with what is particular to this case.
fn error_with(code: i32, words: impl Into<String>, particular: impl ToString) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, words, Some(particular.to_string()))
}

fn gone(_: Gone) -> ErrorObjectOwned {
    error(jsonrpsee::types::error::INTERNAL_ERROR_CODE, "the node is stopping")
}

/// The code of what the client of a chain has to say.
const CLIENT: i32 = 4003;

/// The codes of what is asked about a transaction.
const RUNTIME: i32 = 1;
const UNDECODABLE: i32 = 2;

fn disk(problem: io::Error) -> ErrorObjectOwned {
    error(CLIENT, format!("Client error: {problem}"))
}

fn unknown_block(hash: Hash) -> ErrorObjectOwned {
    error(CLIENT, format!("Client error: UnknownBlock: Header was not found in the database: {hash:?}"))
}

/// Why the runtime gave no answer.
enum Unanswered {
    UnknownBlock(Hash),
    Fault(Fault),
    Disk(io::Error),
    Undecodable(scale::Error),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownBlock(hash) => {
                write!(f, "Api called for an unknown Block: Header was not found in the database: {hash:?}")
            }
            Self::Fault(fault) => f.write_str(&execution_failed(fault)),
            Self::Disk(problem) => problem.fmt(f),
            Self::Undecodable(problem) => problem.fmt(f),
        }
    }
}

impl From<Unanswered> for ErrorObjectOwned {
    fn from(problem: Unanswered) -> Self {
        error(CLIENT, format!("Client error: {problem}"))
    }
}

fn execution_failed(fault: &Fault) -> String {
    match fault {
        Fault::Unknown(name) => format!("Execution failed: Other: Exported method {name} is not found"),
        Fault::Panicked(words) => format!("Execution failed: Execution aborted due to trap: {words}"),
    }
}

/// The number of the block with this hash; of the last one without a hash.
fn number_of(producer: &Producer, hash: Option<Hash>) -> Answer<u32> {
    match hash {
        None => Ok(producer.head().number),
        Some(hash) => producer.history().number_of(hash).ok_or_else(|| unknown_block(hash)),
    }
}

/// The same, for whoever wants to ask the runtime.
fn number_for_runtime(producer: &Producer, hash: Option<Hash>) -> Result<u32, Unanswered> {
    match hash {
        None => Ok(producer.head().number),
        Some(hash) => producer.history().number_of(hash).ok_or(Unanswered::UnknownBlock(hash)),
    }
}

/// What a runtime API answers after the block with this hash, or after the last one.
fn call(producer: &mut Producer, hash: Option<Hash>, api: &str, arguments: &[u8]) -> Result<Vec<u8>, Unanswered> {
    let at = number_for_runtime(producer, hash)?;
    let answered = producer.call(at, api, arguments).map_err(Unanswered::Disk)?;
    answered.ok_or_else(|| Unanswered::UnknownBlock(hash.unwrap_or_default()))?.map_err(Unanswered::Fault)
}

/// As [`call`], decoded.
fn call_for<T: Decode>(
    producer: &mut Producer,
    hash: Option<Hash>,
    api: &str,
    arguments: &[u8],
) -> Result<T, Unanswered> {
    let bytes = call(producer, hash, api, arguments)?;
    T::decode(&mut &bytes[..]).map_err(Unanswered::Undecodable)
}

/// The bytes of a transaction, without what may follow. What they mean is for the runtime to say.
fn transaction(sent: &Bytes) -> Result<Vec<u8>, scale::Error> {
    OpaqueExtrinsic::decode(&mut &sent[..]).map(|transaction| transaction.encode())
}

/// Tells a subscriber something. Says whether there still is one.
async fn tell(subscriber: &SubscriptionSink, what: &impl Serialize) -> bool {
    match SubscriptionMessage::from_json(what) {
        Ok(message) => subscriber.send(message).await.is_ok(),
        Err(_) => false,
    }
}
