//! `state_…`: what the runtime answers, and what the chain has in storage, now and after any earlier block.

use super::{
    call, call_for, disk, error, number_for_runtime, number_of, tell, unknown_block, Answer, Context, Unanswered,
    CLIENT,
};
use crate::producer::Producer;
use chain::runtime::{
    sp_core::{
        blake2_256,
        storage::{StorageChangeSet, StorageData, StorageKey},
        Bytes,
    },
    sp_version::RuntimeVersion,
    Hash, VERSION,
};
use jsonrpsee::{
    core::{async_trait, SubscriptionResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    PendingSubscriptionSink,
};
use std::collections::BTreeSet;

/// As many keys are listed at once.
const MOST_KEYS: u32 = 1_000;
/// Codes of this family.
const INVALID_RANGE: i32 = 4001;
const INVALID_COUNT: i32 = 4002;

#[rpc(server)]
pub trait State {
    /// What a runtime API answers; whatever it does is undone.
    #[method(name = "state_call", aliases = ["state_callAt"])]
    async fn call(&self, name: String, bytes: Bytes, hash: Option<Hash>) -> Answer<Bytes>;

    /// All keys that begin with `prefix`.
    #[method(name = "state_getKeys")]
    async fn keys(&self, prefix: StorageKey, hash: Option<Hash>) -> Answer<Vec<StorageKey>>;

    /// All keys that begin with `prefix`, with what is stored there.
    #[method(name = "state_getPairs")]
    async fn pairs(&self, prefix: StorageKey, hash: Option<Hash>) -> Answer<Vec<(StorageKey, StorageData)>>;

    /// At most `count` keys that begin with `prefix` and come after `start_key`.
    #[method(name = "state_getKeysPaged", aliases = ["state_getKeysPagedAt"])]
    async fn keys_paged(
        &self,
        prefix: Option<StorageKey>,
        count: u32,
        start_key: Option<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageKey>>;

    /// What is stored under a key.
    #[method(name = "state_getStorage", aliases = ["state_getStorageAt"])]
    async fn storage(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<StorageData>>;

    /// The hash of what is stored under a key.
    #[method(name = "state_getStorageHash", aliases = ["state_getStorageHashAt"])]
    async fn storage_hash(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<Hash>>;

    /// How long it is; for a prefix, all that is below it.
    #[method(name = "state_getStorageSize", aliases = ["state_getStorageSizeAt"])]
    async fn storage_size(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<u64>>;

    /// What types the chain's calls, events and storage have.
    #[method(name = "state_getMetadata")]
    async fn metadata(&self, hash: Option<Hash>) -> Answer<Bytes>;

    #[method(name = "state_getRuntimeVersion", aliases = ["chain_getRuntimeVersion"])]
    async fn runtime_version(&self, hash: Option<Hash>) -> Answer<RuntimeVersion>;

    /// What was stored under these keys after the block `block`, and each change up to the block `hash`.
    #[method(name = "state_queryStorage")]
    async fn query_storage(
        &self,
        keys: Vec<StorageKey>,
        block: Hash,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageChangeSet<Hash>>>;

    /// What is stored under these keys.
    #[method(name = "state_queryStorageAt")]
    async fn query_storage_at(&self, keys: Vec<StorageKey>, at: Option<Hash>) -> Answer<Vec<StorageChangeSet<Hash>>>;

    /// The runtime's version, which never changes here.
    #[subscription(
        name = "state_subscribeRuntimeVersion" => "state_runtimeVersion",
        unsubscribe = "state_unsubscribeRuntimeVersion",
        aliases = ["chain_subscribeRuntimeVersion"],
        unsubscribe_aliases = ["chain_unsubscribeRuntimeVersion"],
        item = RuntimeVersion
    )]
    async fn subscribe_runtime_version(&self) -> SubscriptionResult;

    /// What is stored under these keys, and each change.
    #[subscription(
        name = "state_subscribeStorage" => "state_storage",
        unsubscribe = "state_unsubscribeStorage",
        item = StorageChangeSet<Hash>
    )]
    async fn subscribe_storage(&self, keys: Option<Vec<StorageKey>>) -> SubscriptionResult;
}

/// So many keys, if they are not too many for one answer.
fn check_count(count: u32) -> Answer<usize> {
    match count {
        0..=MOST_KEYS => Ok(count as usize),
        _ => Err(error(INVALID_COUNT, format!("count exceeds maximum value. value: {count}, max: {MOST_KEYS}"))),
    }
}

/// What was stored under each of these keys after block number `at`; nothing if there are no keys.
fn values(producer: &Producer, keys: &[StorageKey], at: u32) -> Answer<Vec<StorageChangeSet<Hash>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let block = producer.history().hash_of(at).unwrap_or_default();
    let value = |key: &StorageKey| -> Answer<_> {
        Ok(producer.history().get(at, None, &key.0).map_err(disk)?.map(StorageData))
    };
    let changes = keys.iter().map(|key| Ok((key.clone(), value(key)?))).collect::<Answer<_>>()?;
    Ok(vec![StorageChangeSet { block, changes }])
}

/// What changed under these keys in the blocks from `first` to `last`, block by block.
fn changes(producer: &Producer, keys: &[StorageKey], first: u32, last: u32) -> Answer<Vec<StorageChangeSet<Hash>>> {
    let history = producer.history();
    let blocks: BTreeSet<_> = keys.iter().flat_map(|key| history.changed(first, last, &key.0)).collect();
    let mut found = Vec::new();
    for block in blocks {
        let mut changed = Vec::new();
        for key in keys.iter().filter(|key| history.changed(block, block, &key.0) == [block]) {
            let value = history.get(block, None, &key.0).map_err(disk)?;
            // What is written again as it was is no change.
            if block == 0 || value != history.get(block - 1, None, &key.0).map_err(disk)? {
                changed.push((key.clone(), value.map(StorageData)));
            }
        }
        if !changed.is_empty() {
            found.push(StorageChangeSet { block: history.hash_of(block).unwrap_or_default(), changes: changed });
        }
    }
    Ok(found)
}

fn invalid_range(from: &str, to: &str, details: &str) -> ErrorObjectOwned {
    error(INVALID_RANGE, format!("Cannot resolve a block range ['\"{from}\"' ... '\"{to}\"]. {details}"))
}

/// The numbers of the first and the last block of a range.
fn range(producer: &Producer, from: Hash, to: Hash) -> Answer<(u32, u32)> {
    let number = |hash| {
        producer.history().number_of(hash).ok_or_else(|| {
            let unknown = unknown_block(hash);
            let details = unknown.message().trim_start_matches("Client error: ");
            invalid_range(&format!("{from:?}"), &format!("{:?}", Some(to)), details)
        })
    };
    let (first, last) = (number(from)?, number(to)?);
    match first <= last {
        true => Ok((first, last)),
        false => {
            let (from, to) = (format!("{first} ({from:?})"), format!("{last} ({to:?})"));
            Err(invalid_range(&from, &to, "from number > to number"))
        }
    }
}

#[async_trait]
impl StateServer for Context {
    async fn call(&self, name: String, arguments: Bytes, hash: Option<Hash>) -> Answer<Bytes> {
        self.ask(move |producer| match call(producer, hash, &name, &arguments.0) {
            Err(Unanswered::UnknownBlock(hash)) => {
                let words = format!("Client error: UnknownBlock: Expect block number from id: BlockId::Hash({hash:?})");
                Err(error(CLIENT, words))
            }
            answered => Ok(Bytes(answered?)),
        })
        .await
    }

    async fn keys(&self, prefix: StorageKey, hash: Option<Hash>) -> Answer<Vec<StorageKey>> {
        self.ask(move |producer| {
            let at = number_of(producer, hash)?;
            let keys = producer.history().keys(at, None, &prefix.0, None, usize::MAX);
            Ok(keys.into_iter().map(StorageKey).collect())
        })
        .await
    }

    async fn pairs(&self, prefix: StorageKey, hash: Option<Hash>) -> Answer<Vec<(StorageKey, StorageData)>> {
        self.ask(move |producer| {
            let at = number_of(producer, hash)?;
            let mut pairs = Vec::new();
            for key in producer.history().keys(at, None, &prefix.0, None, usize::MAX) {
                let value = producer.history().get(at, None, &key).map_err(disk)?;
                pairs.extend(value.map(|value| (StorageKey(key), StorageData(value))));
            }
            Ok(pairs)
        })
        .await
    }

    async fn keys_paged(
        &self,
        prefix: Option<StorageKey>,
        count: u32,
        start: Option<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageKey>> {
        let count = check_count(count)?;
        self.ask(move |producer| {
            let at = number_of(producer, hash)?;
            let (prefix, start) = (prefix.map(|prefix| prefix.0).unwrap_or_default(), start.map(|start| start.0));
            let keys = producer.history().keys(at, None, &prefix, start.as_deref(), count);
            Ok(keys.into_iter().map(StorageKey).collect())
        })
        .await
    }

    async fn storage(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<StorageData>> {
        self.ask(move |producer| {
            let at = number_of(producer, hash)?;
            Ok(producer.history().get(at, None, &key.0).map_err(disk)?.map(StorageData))
        })
        .await
    }

    async fn storage_hash(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<Hash>> {
        Ok(self.storage(key, hash).await?.map(|value| blake2_256(&value.0).into()))
    }

    async fn storage_size(&self, key: StorageKey, hash: Option<Hash>) -> Answer<Option<u64>> {
        self.ask(move |producer| {
            let at = number_of(producer, hash)?;
            let history = producer.history();
            if let Some(length) = history.length(at, None, &key.0) {
                return Ok(Some(length.into()));
            }
            let below = history.keys(at, None, &key.0, None, usize::MAX);
            let size = below.iter().filter_map(|key| history.length(at, None, key)).map(u64::from).sum();
            Ok(Some(size).filter(|size| *size > 0))
        })
        .await
    }

    async fn metadata(&self, hash: Option<Hash>) -> Answer<Bytes> {
        self.ask(move |producer| Ok(Bytes(call_for(producer, hash, "Metadata_metadata", &[])?))).await
    }

    async fn runtime_version(&self, hash: Option<Hash>) -> Answer<RuntimeVersion> {
        self.ask(move |producer| {
            number_for_runtime(producer, hash)?;
            Ok(VERSION)
        })
        .await
    }

    async fn query_storage(
        &self,
        keys: Vec<StorageKey>,
        from: Hash,
        to: Option<Hash>,
    ) -> Answer<Vec<StorageChangeSet<Hash>>> {
        self.ask(move |producer| {
            let (first, last) = range(producer, from, to.unwrap_or(producer.head().hash))?;
            let mut found = values(producer, &keys, first)?;
            found.extend(changes(producer, &keys, first.saturating_add(1), last)?);
            Ok(found)
        })
        .await
    }

    async fn query_storage_at(&self, keys: Vec<StorageKey>, at: Option<Hash>) -> Answer<Vec<StorageChangeSet<Hash>>> {
        self.ask(move |producer| {
            let at = at.unwrap_or(producer.head().hash);
            let (number, _) = range(producer, at, at)?;
            values(producer, &keys, number)
        })
        .await
    }

    async fn subscribe_runtime_version(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        let sink = pending.accept().await?;
        tell(&sink, &VERSION).await;
        sink.closed().await;
        Ok(())
    }

    async fn subscribe_storage(
        &self,
        pending: PendingSubscriptionSink,
        keys: Option<Vec<StorageKey>>,
    ) -> SubscriptionResult {
        let Some(keys) = keys else {
            let words = "Client error: subscribe to keys, not to all of them";
            pending.reject(error(CLIENT, words)).await;
            return Ok(());
        };
        let mut heads = self.producer.heads();
        let sink = pending.accept().await?;
        let mut known = heads.borrow_and_update().number;
        let (first, asked) = (known, keys.clone());
        let mut news = self.ask(move |producer| values(producer, &asked, first)).await?;
        loop {
            for changed in &news {
                if !tell(&sink, changed).await {
                    return Ok(());
                }
            }
            tokio::select! {
                changed = heads.changed() => changed?,
                () = sink.closed() => return Ok(()),
            }
            let (first, last) = (known + 1, heads.borrow_and_update().number);
            let asked = keys.clone();
            news = self.ask(move |producer| changes(producer, &asked, first, last)).await?;
            known = last;
        }
    }
}
