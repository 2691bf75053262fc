//! A chain's state, and what the runtime answers and does with it.

use crate::{blocks::Head, dispatch, genesis, Block, Hash, RuntimeCall, UncheckedExtrinsic};
use scale::{Decode, DecodeLimit};
use sp_api::MAX_EXTRINSIC_DEPTH;
use sp_core::{
    storage::{well_known_keys::DEFAULT_CHILD_STORAGE_KEY_PREFIX, ChildInfo, StorageChild},
    traits::Externalities as _,
};
use sp_io::TestExternalities;
use sp_runtime::{transaction_validity::TransactionSource, Storage};
use std::{
    any::Any,
    cell::Cell,
    fmt, iter,
    panic::{catch_unwind, AssertUnwindSafe},
};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is one of the runtime's, which becomes a [`Fault`]. A panic hook may keep quiet about it.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Why the runtime gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no runtime API of this name.
    Unknown(String),
    /// The runtime panicked, as it does on arguments that it cannot decode; nothing of what it did remains.
    Panicked(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "Exported method {name} is not found"),
            Self::Panicked(reason) => write!(f, "the runtime panicked: {reason}"),
        }
    }
}

impl std::error::Error for Fault {}

/// Everything that a chain has in storage, and the block that it ends with.
pub struct State {
    externalities: TestExternalities,
    pub(crate) head: Head,
    /// The extrinsics of the block that is being made.
    pub(crate) open: Option<Vec<Vec<u8>>>,
}

impl State {
    /// The state of a new development chain, whose clock begins at `now`.
    pub fn development(now: u64) -> Self {
        Self::new(genesis::storage(now), genesis::IDENTITY_OF_ALL)
    }

    /// The state of a new chain with this in storage. Chains with other identities have other first blocks.
    pub fn new(storage: Storage, identity: [u8; 32]) -> Self {
        let externalities = TestExternalities::new_with_state_version(storage, crate::STATE_VERSION);
        let head = Head::of(&genesis::header(*externalities.backend.root(), identity));
        Self { externalities, head, open: None }
    }

    /// The state of a chain that has this in storage after this block.
    pub fn resumed(storage: Storage, head: Head) -> Self {
        let externalities = TestExternalities::new_with_state_version(storage, crate::STATE_VERSION);
        Self { externalities, head, open: None }
    }

    /// The root of the trie of what is in storage, with the block that is being made.
    pub fn root(&mut self) -> Hash {
        *self.externalities.as_backend().root()
    }

    /// The root of the trie after the last block.
    pub fn committed_root(&self) -> Hash {
        *self.externalities.backend.root()
    }

    /// Does something with the storage at hand.
    pub fn within<T>(&mut self, action: impl FnOnce() -> T) -> T {
        self.externalities.execute_with(action)
    }

    /// Everything in storage, the tries included that were there after the last block.
    pub fn storage(&mut self) -> Storage {
        self.within(|| {
            let mut storage = Storage::default();
            for key in keys(sp_io::storage::next_key) {
                match key.strip_prefix(DEFAULT_CHILD_STORAGE_KEY_PREFIX) {
                    Some(id) => {
                        let next = |key: &[u8]| sp_io::default_child_storage::next_key(id, key);
                        let get = |key: Vec<u8>| Some((key.clone(), sp_io::default_child_storage::get(id, &key)?));
                        let child_info = ChildInfo::new_default(id);
                        let data = keys(next).filter_map(get).collect();
                        storage.children_default.insert(id.to_vec(), StorageChild { data, child_info });
                    }
                    None => {
                        let value = sp_io::storage::get(&key).map(|value| value.to_vec());
                        storage.top.extend(value.map(|value| (key, value)));
                    }
                }
            }
            storage
        })
    }

    /// What a runtime API answers. Whatever it does is undone.
    pub fn ask(&mut self, api: &str, arguments: &[u8]) -> Result<Vec<u8>, Fault> {
        ensure_shallow(api, arguments).map_err(|error| {
            // Before the cause it says the way there, which is as long as it is deep.
            let (way, problem) = (error.to_string(), "Bad input data provided to");
            Fault::Panicked(format!("{problem} {api}: {}", way.lines().last().unwrap_or_default().trim()))
        })?;
        self.guarded(|_| false, || dispatch(api, arguments))
            .and_then(|answer| answer.ok_or_else(|| Fault::Unknown(api.into())))
    }

    /// Does what may panic. What it does remains if it does not, and `keep` says so of what it returned.
    ///
    /// # Errors
    /// [`Fault::Panicked`], if it panicked: then nothing remains.
    pub fn guarded<T>(&mut self, keep: impl FnOnce(&T) -> bool, action: impl FnOnce() -> T) -> Result<T, Fault> {
        let depth = self.depth();
        self.begin_transaction();
        GUARDED.set(true);
        let answer = catch_unwind(AssertUnwindSafe(|| self.externalities.execute_with(action)));
        GUARDED.set(false);
        if answer.as_ref().is_ok_and(keep) {
            self.commit_transaction();
        }
        self.roll_back_to(depth);
        answer.map_err(|panic| Fault::Panicked(words(&*panic)))
    }

    /// How many transactions are open.
    pub fn depth(&self) -> usize {
        self.externalities.overlayed_changes().transaction_depth()
    }

    pub(crate) fn begin_transaction(&mut self) {
        self.externalities.ext().storage_start_transaction();
    }

    pub(crate) fn commit_transaction(&mut self) {
        self.externalities.ext().storage_commit_transaction().expect("a transaction is open");
    }

    /// Undoes all but the first `depth` transactions: a panic leaves those open that the runtime had begun.
    pub(crate) fn roll_back_to(&mut self, depth: usize) {
        while self.depth() > depth {
            self.externalities.ext().storage_rollback_transaction().expect("a transaction is open");
        }
    }

    pub(crate) fn externalities(&mut self) -> &mut TestExternalities {
        &mut self.externalities
    }
}

/// Whether calls within calls are not too deep in what a runtime API is asked: it would decode any depth, and no stack is large
/// enough for that.
fn ensure_shallow(api: &str, arguments: &[u8]) -> Result<(), scale::Error> {
    fn ensure<T: Decode>(mut bytes: &[u8]) -> Result<(), scale::Error> {
        T::decode_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut bytes).map(drop)
    }
    match api {
        "Core_execute_block" | "BlockBuilder_check_inherents" => ensure::<Block>(arguments),
        "BlockBuilder_apply_extrinsic"
        | "TransactionPaymentApi_query_info"
        | "TransactionPaymentApi_query_fee_details" => ensure::<UncheckedExtrinsic>(arguments),
        "TaggedTransactionQueue_validate_transaction" => ensure::<(TransactionSource, UncheckedExtrinsic)>(arguments),
        "TransactionPaymentCallApi_query_call_info" | "TransactionPaymentCallApi_query_call_fee_details" => {
            ensure::<RuntimeCall>(arguments)
        }
        _ => Ok(()),
    }
}

/// All keys, in order, of which `next` gives the one after another.
fn keys(next: impl Fn(&[u8]) -> Option<Vec<u8>>) -> impl Iterator<Item = Vec<u8>> {
    iter::successors(next(&[]), move |key| next(key))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".into())
}
