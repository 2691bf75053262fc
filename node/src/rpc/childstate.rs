//! `childstate_…`: what contracts have in storage.

use super::{disk, error, number_of, Answer, Context, CLIENT};
use chain::runtime::{
    sp_core::{
        blake2_256,
        storage::{ChildType, PrefixedStorageKey, StorageData, StorageKey},
    },
    Hash,
};
use jsonrpsee::{core::async_trait, proc_macros::rpc};

#[rpc(server)]
pub trait ChildState {
    /// At most `count` keys that begin with `prefix` and come after `start_key`.
    #[method(name = "childstate_getKeysPaged", aliases = ["childstate_getKeysPagedAt"])]
    async fn keys_paged(
        &self,
        child_storage_key: PrefixedStorageKey,
        prefix: Option<StorageKey>,
        count: u32,
        start_key: Option<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageKey>>;

    /// All keys that begin with `prefix`.
    #[method(name = "childstate_getKeys")]
    async fn keys(
        &self,
        child_storage_key: PrefixedStorageKey,
        prefix: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageKey>>;

    /// What is stored under a key.
    #[method(name = "childstate_getStorage")]
    async fn storage(
        &self,
        child_storage_key: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<StorageData>>;

    /// What is stored under each of these keys.
    #[method(name = "childstate_getStorageEntries")]
    async fn storage_entries(
        &self,
        child_storage_key: PrefixedStorageKey,
        keys: Vec<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<Option<StorageData>>>;

    /// The hash of what is stored under a key.
    #[method(name = "childstate_getStorageHash")]
    async fn storage_hash(
        &self,
        child_storage_key: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<Hash>>;

    /// How long it is.
    #[method(name = "childstate_getStorageSize")]
    async fn storage_size(
        &self,
        child_storage_key: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<u64>>;
}

/// The id of a trie, of its key among those of the chain.
fn id(child: &PrefixedStorageKey) -> Answer<Vec<u8>> {
    match ChildType::from_prefixed_key(child) {
        Some((ChildType::ParentKeyId, id)) => Ok(id.to_vec()),
        None => Err(error(CLIENT, "Client error: Invalid child storage key")),
    }
}

impl Context {
    async fn child_value(
        &self,
        child: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<Vec<u8>>> {
        self.ask(move |producer| {
            let (id, at) = (id(&child)?, number_of(producer, hash)?);
            producer.history().get(at, Some(&id), &key.0).map_err(disk)
        })
        .await
    }
}

#[async_trait]
impl ChildStateServer for Context {
    async fn keys_paged(
        &self,
        child: PrefixedStorageKey,
        prefix: Option<StorageKey>,
        count: u32,
        start: Option<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<StorageKey>> {
        self.ask(move |producer| {
            let (id, at, count) = (id(&child)?, number_of(producer, hash)?, count as usize);
            let (prefix, start) = (prefix.map(|prefix| prefix.0).unwrap_or_default(), start.map(|start| start.0));
            let keys = producer.history().keys(at, Some(&id), &prefix, start.as_deref(), count);
            Ok(keys.into_iter().map(StorageKey).collect())
        })
        .await
    }

    async fn keys(&self, child: PrefixedStorageKey, prefix: StorageKey, hash: Option<Hash>) -> Answer<Vec<StorageKey>> {
        self.ask(move |producer| {
            let (id, at) = (id(&child)?, number_of(producer, hash)?);
            let keys = producer.history().keys(at, Some(&id), &prefix.0, None, usize::MAX);
            Ok(keys.into_iter().map(StorageKey).collect())
        })
        .await
    }

    async fn storage(
        &self,
        child: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<StorageData>> {
        Ok(self.child_value(child, key, hash).await?.map(StorageData))
    }

    async fn storage_entries(
        &self,
        child: PrefixedStorageKey,
        keys: Vec<StorageKey>,
        hash: Option<Hash>,
    ) -> Answer<Vec<Option<StorageData>>> {
        self.ask(move |producer| {
            let (id, at) = (id(&child)?, number_of(producer, hash)?);
            let value = |key: &StorageKey| producer.history().get(at, Some(&id), &key.0).map_err(disk);
            keys.iter().map(|key| Ok(value(key)?.map(StorageData))).collect()
        })
        .await
    }

    async fn storage_hash(
        &self,
        child: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<Hash>> {
        Ok(self.child_value(child, key, hash).await?.map(|value| blake2_256(&value).into()))
    }

    async fn storage_size(
        &self,
        child: PrefixedStorageKey,
        key: StorageKey,
        hash: Option<Hash>,
    ) -> Answer<Option<u64>> {
        Ok(self.child_value(child, key, hash).await?.map(|value| value.len() as u64))
    }
}
