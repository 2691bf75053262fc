//! `author_…`: transactions on their way into a block.

use super::{error, error_with, execution_failed, gone, tell, transaction, Answer, Context};
use crate::pool::{Rejected, Status};
use chain::runtime::{sp_core::Bytes, sp_runtime::transaction_validity::InvalidTransaction, Hash};
use jsonrpsee::{
    core::{async_trait, SubscriptionResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    PendingSubscriptionSink,
};
use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

/// The codes for what is no transaction: of those that are watched, and of others.
const INVALID_FORMAT: i32 = 1001;
const CLIENT: i32 = 1040;

#[rpc(server)]
pub trait Author {
    /// Takes a transaction; returns its hash.
    #[method(name = "author_submitExtrinsic")]
    async fn submit(&self, extrinsic: Bytes) -> Answer<Hash>;

    /// The transactions that are ready and in no block yet.
    #[method(name = "author_pendingExtrinsics")]
    async fn pending(&self) -> Answer<Vec<Bytes>>;

    /// Takes a transaction, and tells what becomes of it.
    #[subscription(
        name = "author_submitAndWatchExtrinsic" => "author_extrinsicUpdate",
        unsubscribe = "author_unwatchExtrinsic",
        item = serde_json::Value
    )]
    async fn watch(&self, bytes: Bytes) -> SubscriptionResult;
}

impl From<Rejected> for ErrorObjectOwned {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Fault(fault) => {
                let failed = execution_failed(&fault);
                let words = format!("Verification Error: Runtime error: {failed}");
                error_with(1002, words, format!("RuntimeApi({failed:?})"))
            }
            Rejected::Invalid(InvalidTransaction::Custom(number)) => {
                error_with(1010, "Invalid Transaction", format!("Custom error: {number}"))
            }
            Rejected::Invalid(reason) => {
                let words: &str = reason.into();
                error_with(1010, "Invalid Transaction", words)
            }
            Rejected::Unknown(reason) => error_with(1011, "Unknown Transaction Validity", format!("{reason:?}")),
            Rejected::AlreadyThere(hash) => error_with(1013, "Transaction Already Imported", format!("{hash:?}")),
            Rejected::TooLowPriority { old, new } => error_with(
                1014,
                format!("Priority is too low: ({old} vs {new})"),
                "The transaction has too low priority to replace another transaction already in the pool.",
            ),
            Rejected::Full => {
                error_with(1016, "Immediately Dropped", "The transaction couldn't enter the pool because of the limit")
            }
        }
    }
}

#[async_trait]
impl AuthorServer for Context {
    async fn submit(&self, sent: Bytes) -> Answer<Hash> {
        let sent = transaction(&sent).map_err(|problem| error(CLIENT, format!("Client error: {problem}")))?;
        self.ask(move |producer| Ok(producer.submit(sent, None)?)).await
    }

    async fn pending(&self) -> Answer<Vec<Bytes>> {
        self.ask(move |producer| Ok(producer.pool().pending().into_iter().map(Bytes).collect())).await
    }

    async fn watch(&self, pending: PendingSubscriptionSink, sent: Bytes) -> SubscriptionResult {
        let (watcher, mut statuses) = unbounded_channel();
        let sent = match transaction(&sent) {
            Ok(sent) => sent,
            Err(problem) => {
                let words = format!("Extrinsic has invalid format: {problem}");
                pending.reject(error(INVALID_FORMAT, words)).await;
                return Ok(());
            }
        };
        let submitted = self.producer.ask(move |producer| producer.submit(sent, Some(watcher))).await;
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
        loop {
            let status = tokio::select! {
                status = statuses.recv() => status,
                () = sink.closed() => None,
            };
            let told = match status {
                None => return Ok(()),
                Some(Status::Future) => tell(&sink, &"future").await,
                Some(Status::Ready) => tell(&sink, &"ready").await,
                Some(Status::Invalid) => tell(&sink, &"invalid").await,
                Some(Status::Dropped) => tell(&sink, &"dropped").await,
                Some(Status::Usurped(hash)) => tell(&sink, &json!({ "usurped": hash })).await,
                Some(Status::InBlock { number, hash }) => {
                    tell(&sink, &json!({ "inBlock": hash })).await;
                    let mut finalized = self.finalized.clone();
                    finalized.wait_for(|head| head.number >= number).await?;
                    tell(&sink, &json!({ "finalized": hash })).await
                }
            };
            if !told {
                return Ok(());
            }
        }
    }
}
