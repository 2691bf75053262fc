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
    pub(crate) fn guarded<T>(&mut self, keep: impl FnOnce(&T) -> bool, action: impl FnOnce() -> T) -> Result<T, Fault> {
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
    pub(crate) fn depth(&self) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis::account, Balances, Nonce, System, VERSION};
    use scale::Encode;
    use sp_version::RuntimeVersion;

    const NOW: u64 = 1_893_456_000_000;

    #[test]
    fn a_development_chain_begins_with_money_for_its_accounts() {
        let mut state = State::development(NOW);
        for path in ["//Alice", "//Ferdie//stash"] {
            let balance = state.within(|| Balances::free_balance(account(path)));
            assert_eq!(balance, genesis::ENDOWMENT, "{path}");
        }
        assert_eq!(state.within(|| Balances::free_balance(account("//Zoe"))), 0);
        assert_eq!((state.now(), state.head().number), (NOW, 0));
    }

    #[test]
    fn the_runtime_answers_by_the_name_of_what_is_asked() {
        let mut state = State::development(NOW);
        let version = state.ask("Core_version", &[]).expect("a version");
        assert_eq!(RuntimeVersion::decode(&mut &version[..]), Ok(VERSION));
        let nonce = state.ask("AccountNonceApi_account_nonce", &account("//Alice").encode()).expect("a nonce");
        assert_eq!(Nonce::decode(&mut &nonce[..]), Ok(0));
        assert_eq!(state.ask("Core_dance", &[]), Err(Fault::Unknown("Core_dance".into())));
    }

    #[test]
    fn the_metadata_lists_every_api_that_is_answered() {
        let mut state = State::development(NOW);
        let metadata = state.ask("Metadata_metadata_at_version", &15_u32.encode()).expect("metadata");
        let holds = |name: &str| metadata.windows(name.len()).any(|bytes| bytes == name.as_bytes());
        for api in
            ["ContractsApi", "AccountNonceApi", "TransactionPaymentApi", "TaggedTransactionQueue", "GenesisBuilder"]
        {
            assert!(holds(api), "{api}");
        }
    }

    #[test]
    fn what_is_asked_leaves_no_trace() {
        let mut state = State::development(NOW);
        let root = state.root();
        state.ask("Core_initialize_block", &header_of(7).encode()).expect("an answer");
        assert_eq!((state.within(System::block_number), state.root(), state.depth()), (0, root, 0));
    }

    #[test]
    fn a_panic_is_an_answer_and_undoes_what_went_before_it() {
        let mut state = State::development(NOW);
        let root = state.root();
        for api in ["ContractsApi_call", "Core_execute_block", "TransactionPaymentApi_query_info"] {
            let fault = state.ask(api, &[7]).expect_err("arguments that cannot be decoded");
            assert!(matches!(&fault, Fault::Panicked(words) if !words.is_empty()), "{api}: {fault}");
        }
        // A block that does not follow on: it is begun, and then found wrong.
        let block = crate::Block { header: header_of(9), extrinsics: Vec::new() };
        assert!(matches!(state.ask("Core_execute_block", &block.encode()), Err(Fault::Panicked(_))));
        let kept = state.guarded(
            |_| true,
            || {
                System::set_block_number(3);
                frame_support::storage::with_transaction(|| -> sp_runtime::TransactionOutcome<Result<(), _>> {
                    panic!("within a transaction of the runtime")
                })
                .map_err(|error: sp_runtime::DispatchError| error)
            },
        );
        assert_eq!(kept, Err(Fault::Panicked("within a transaction of the runtime".into())));
        assert_eq!((state.within(System::block_number), state.root(), state.depth()), (0, root, 0));
        assert_eq!(state.ask("AccountNonceApi_account_nonce", &account("//Alice").encode()), Ok(0_u32.encode()));
        assert!(!is_guarded());
    }

    #[test]
    fn whoever_asks_about_calls_that_are_nested_too_deep_gets_an_answer() {
        let mut state = State::development(NOW);
        // Batches of one call, and calls by sudo.
        for call in [&[2, 0, 4][..], &[7, 0]] {
            let call = [&call.repeat(100_000)[..], &[0; 3]].concat();
            let extrinsic = [&[4][..], &call].concat().encode();
            let (header, none) = (header_of(1).encode(), Vec::new());
            let block = [&header[..], &[4], &extrinsic].concat();
            for (api, before, nested) in [
                ("Core_execute_block", &none, &block),
                ("BlockBuilder_check_inherents", &none, &block),
                ("BlockBuilder_apply_extrinsic", &none, &extrinsic),
                ("TaggedTransactionQueue_validate_transaction", &vec![2], &extrinsic),
                ("TransactionPaymentApi_query_info", &none, &extrinsic),
                ("TransactionPaymentApi_query_fee_details", &none, &extrinsic),
                ("TransactionPaymentCallApi_query_call_info", &none, &call),
                ("TransactionPaymentCallApi_query_call_fee_details", &none, &call),
            ] {
                let fault = state.ask(api, &[&before[..], nested, &[0; 64]].concat()).expect_err(api).to_string();
                let cause = "Maximum recursion depth reached when decoding";
                assert_eq!(fault, format!("the runtime panicked: Bad input data provided to {api}: {cause}"));
            }
        }
    }

    fn header_of(number: u32) -> crate::Header {
        crate::Header {
            parent_hash: Hash::repeat_byte(1),
            number,
            state_root: Hash::zero(),
            extrinsics_root: Hash::zero(),
            digest: Default::default(),
        }
    }
}
