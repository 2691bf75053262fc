//! `author_…`: transactions on their way into a block.

use super::{error, gone, Answer, Context};
use crate::pool::{Rejected, Status};
use chain::runtime::{sp_core::Bytes, sp_runtime::transaction_validity::InvalidTransaction, Hash};
use jsonrpsee::{
    core::{async_trait, SubscriptionResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    PendingSubscriptionSink, RpcModule, SubscriptionMessage,
};
use serde_json::{json, Value as Json};
use tokio::sync::mpsc::unbounded_channel;

#[rpc(server)]
pub trait Author {
    /// Takes a transaction; returns its hash.
    #[method(name = "author_submitExtrinsic")]
    async fn submit(&self, transaction: Bytes) -> Answer<Hash>;

    /// The transactions that are ready and in no block yet.
    #[method(name = "author_pendingExtrinsics")]
    async fn pending(&self) -> Answer<Vec<Bytes>>;

    /// Takes a transaction, and tells what becomes of it.
    #[subscription(
        name = "author_submitAndWatchExtrinsic" => "author_extrinsicUpdate",
        unsubscribe = "author_unwatchExtrinsic",
        item = Json
    )]
    async fn watch(&self, transaction: Bytes) -> SubscriptionResult;
}

pub fn methods(context: Context) -> RpcModule<Context> {
    let mut methods = RpcModule::new(context.clone());
    methods.merge(context.into_rpc()).expect("each method is here once");
    methods
}

impl From<Rejected> for ErrorObjectOwned {
    fn from(rejected: Rejected) -> Self {
        let with = |code, words: &str, data: String| ErrorObjectOwned::owned(code, words, Some(data));
        match rejected {
            Rejected::Undecodable(words) => error(1001, format!("Extrinsic has invalid format: {words}")),
            Rejected::Fault(words) => with(1002, "Verification Error: Runtime error: Execution failed", words),
            Rejected::Invalid(InvalidTransaction::Custom(number)) => {
                with(1010, "Invalid Transaction", format!("Custom error: {number}"))
            }
            Rejected::Invalid(reason) => {
                let words: &str = reason.into();
                with(1010, "Invalid Transaction", words.to_owned())
            }
            Rejected::Unknown(reason) => with(1011, "Unknown Transaction Validity", format!("{reason:?}")),
            Rejected::AlreadyThere(hash) => with(1013, "Transaction Already Imported", format!("{hash:?}")),
            Rejected::TooLowPriority { old, new } => with(
                1014,
                &format!("Priority is too low: ({old} vs {new})"),
                "The transaction has too low priority to replace another transaction already in the pool.".into(),
            ),
            Rejected::Full => {
                with(1016, "Immediately Dropped", "The transaction couldn't enter the pool because of the limit".into())
            }
        }
    }
}

#[async_trait]
impl AuthorServer for Context {
    async fn submit(&self, transaction: Bytes) -> Answer<Hash> {
        self.ask(move |producer| Ok(producer.submit(transaction.0, None)?)).await
    }

    async fn pending(&self) -> Answer<Vec<Bytes>> {
        self.ask(move |producer| Ok(producer.pool().pending().into_iter().map(Bytes).collect())).await
    }

    async fn watch(&self, pending: PendingSubscriptionSink, transaction: Bytes) -> SubscriptionResult {
        let (watcher, mut statuses) = unbounded_channel();
        let submitted = self.producer.ask(move |producer| producer.submit(transaction.0, Some(watcher))).await;
        match submitted {
            Ok(Ok(_)) => {}
            Ok(Err(rejected)) => {
                pending.reject(rejected).await;
                return Ok(());
            }
            Err(problem) => {
                pending.reject(gone(problem)).await;
                return Ok(());
            }
        }
        let sink = pending.accept().await?;
        let send = |status: Json| {
            let message = SubscriptionMessage::from_json(&status);
            async { sink.send(message?).await.map_err(jsonrpsee::core::StringError::from) }
        };
        while let Some(status) = statuses.recv().await {
            match status {
                Status::Future => send(json!("future")).await?,
                Status::Ready => send(json!("ready")).await?,
                Status::Invalid => send(json!("invalid")).await?,
                Status::Usurped(hash) => send(json!({ "usurped": hash })).await?,
                Status::InBlock { number, hash } => {
                    send(json!({ "inBlock": hash })).await?;
                    let mut finalized = self.finalized.clone();
                    finalized.wait_for(|head| head.number >= number).await?;
                    send(json!({ "finalized": hash })).await?;
                }
            }
        }
        Ok(())
    }
}
