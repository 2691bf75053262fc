//! `chain_…`: blocks and their headers.

use super::{disk, error, number_of, tell, Answer, Context};
use crate::producer::Producer;
use chain::runtime::{
    blocks::Head,
    sp_core::{Bytes, U256},
    Hash, Header,
};
use jsonrpsee::{
    core::{async_trait, SubscriptionResult},
    proc_macros::rpc,
    PendingSubscriptionSink,
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// There cannot be a block with so large a number.
const TOO_LARGE: i32 = 3001;

/// The number of a block, as clients write it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Number {
    Number(u64),
    Hex(U256),
}

/// One number, or several. Errors have its name.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum ListOrValue {
    Value(Number),
    List(Vec<Number>),
}

/// One hash, or several.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum Hashes {
    One(Option<Hash>),
    Many(Vec<Option<Hash>>),
}

/// A block with its extrinsics.
#[derive(Clone, Serialize)]
pub struct Block {
    header: Header,
    extrinsics: Vec<Bytes>,
}

/// A block, and why it is final: nobody has to be convinced of that here.
#[derive(Clone, Serialize)]
pub struct SignedBlock {
    block: Block,
    justifications: Option<()>,
}

#[rpc(server)]
pub trait Chain {
    /// The header of the block with this hash, or of the last one.
    #[method(name = "chain_getHeader")]
    async fn header(&self, hash: Option<Hash>) -> Answer<Option<Header>>;

    /// The block with this hash, or the last one.
    #[method(name = "chain_getBlock")]
    async fn block(&self, hash: Option<Hash>) -> Answer<Option<SignedBlock>>;

    /// The hash of the block with this number, or of the last one; a list for a list.
    #[method(name = "chain_getBlockHash", aliases = ["chain_getHead"])]
    async fn block_hash(&self, hash: Option<ListOrValue>) -> Answer<Hashes>;

    /// The hash of the last block that is final.
    #[method(name = "chain_getFinalizedHead", aliases = ["chain_getFinalisedHead"])]
    async fn finalized_head(&self) -> Answer<Hash>;

    /// The header of the last block, and of each that follows.
    #[subscription(
        name = "chain_subscribeNewHeads" => "chain_newHead",
        aliases = ["subscribe_newHead", "chain_subscribeNewHead"],
        unsubscribe = "chain_unsubscribeNewHeads",
        unsubscribe_aliases = ["unsubscribe_newHead", "chain_unsubscribeNewHead"],
        item = Header
    )]
    async fn new_heads(&self) -> SubscriptionResult;

    /// The same: there are no other blocks.
    #[subscription(
        name = "chain_subscribeAllHeads" => "chain_allHead",
        unsubscribe = "chain_unsubscribeAllHeads",
        item = Header
    )]
    async fn all_heads(&self) -> SubscriptionResult;

    /// The header of the last block that is final, and of each that follows.
    #[subscription(
        name = "chain_subscribeFinalizedHeads" => "chain_finalizedHead",
        aliases = ["chain_subscribeFinalisedHeads"],
        unsubscribe = "chain_unsubscribeFinalizedHeads",
        unsubscribe_aliases = ["chain_unsubscribeFinalisedHeads"],
        item = Header
    )]
    async fn finalized_heads(&self) -> SubscriptionResult;
}

#[async_trait]
impl ChainServer for Context {
    async fn header(&self, hash: Option<Hash>) -> Answer<Option<Header>> {
        self.ask(move |producer| Ok(block(producer, hash)?.map(|(header, _)| header))).await
    }

    async fn block(&self, hash: Option<Hash>) -> Answer<Option<SignedBlock>> {
        self.ask(move |producer| {
            let found = block(producer, hash)?;
            Ok(found.map(|(header, extrinsics)| SignedBlock {
                block: Block { header, extrinsics: extrinsics.into_iter().map(Bytes).collect() },
                justifications: None,
            }))
        })
        .await
    }

    async fn block_hash(&self, numbers: Option<ListOrValue>) -> Answer<Hashes> {
        self.ask(move |producer| {
            let one = |number: Number| Ok(producer.history().hash_of(number.block()?));
            Ok(match numbers {
                None => Hashes::One(Some(producer.head().hash)),
                Some(ListOrValue::Value(number)) => Hashes::One(one(number)?),
                Some(ListOrValue::List(numbers)) => Hashes::Many(numbers.into_iter().map(one).collect::<Answer<_>>()?),
            })
        })
        .await
    }

    async fn finalized_head(&self) -> Answer<Hash> {
        Ok(self.finalized.borrow().hash)
    }

    async fn new_heads(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        follow(self, self.producer.heads(), pending).await
    }

    async fn all_heads(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        follow(self, self.producer.heads(), pending).await
    }

    async fn finalized_heads(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        follow(self, self.finalized.clone(), pending).await
    }
}

impl Number {
    /// The same as the chain writes it.
    fn block(self) -> Answer<u32> {
        let number = match self {
            Self::Number(number) => u32::try_from(number).ok(),
            Self::Hex(number) => u32::try_from(number).ok(),
        };
        number.ok_or_else(|| error(TOO_LARGE, format!("`{self:?}` > u32::MAX, the max block number is u32.")))
    }
}

fn block(producer: &Producer, hash: Option<Hash>) -> Answer<Option<(Header, Vec<Vec<u8>>)>> {
    match number_of(producer, hash) {
        Ok(number) => producer.history().block(number).map_err(disk),
        // Of a block that it does not know, a node says that there is none.
        Err(_) => Ok(None),
    }
}

/// Tells of the present head, and of every block that follows, none left out.
async fn follow(
    context: &Context,
    mut heads: watch::Receiver<Head>,
    pending: PendingSubscriptionSink,
) -> SubscriptionResult {
    let sink = pending.accept().await?;
    let mut next = heads.borrow_and_update().number;
    loop {
        let last = heads.borrow_and_update().number;
        while next <= last {
            let number = next;
            let found = context.ask(move |producer| producer.history().block(number).map_err(disk)).await?;
            let (header, _) = found.ok_or("a block is missing")?;
            if !tell(&sink, &header).await {
                return Ok(());
            }
            next += 1;
        }
        tokio::select! {
            changed = heads.changed() => changed?,
            () = sink.closed() => return Ok(()),
        }
    }
}
