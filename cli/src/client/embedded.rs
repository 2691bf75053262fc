//! The [embedded chain](chain), which can live in a file from one command to the next.
//!
//! Every transaction is signed, pays its fee, and is a block, as on a node that makes a block for each of them; a block is in the
//! file before anybody is told of it. The clock moves only by [`Backend::pass_until`]. The accounts of a development chain have the
//! same balances as on a development node.
//!
//! A chain that is kept in a file has an identity of its own, by which its deployment file and the secrets of its reviews
//! are told from those of any other. Chains that are forgotten all have the same one.
//!
//! `atomic node --state` serves the same file to any client. While somebody uses it, a lock beside it (`FILE.lock`) keeps others
//! out, and says where a node is that does.

use crate::client::backend::{Answer, Backend, Block, Error, Hash, Network, Receipt, Told, Transaction};
use crate::client::files::{followed, Lock};
use crate::client::{signer::Signer, unusable::Unusable};
use anyhow::{Context, Result};
use chain::{
    chain::{name_of, to_runtime},
    ledger::NotMade,
    runtime::{
        pallet_contracts, pallet_transaction_payment,
        pallet_transaction_payment::RuntimeDispatchInfo,
        payload,
        sp_runtime::{generic::Era, MultiSignature},
        RuntimeCall, RuntimeEvent, UncheckedExtrinsic,
    },
    Chain, Emitted, Ledger, Outcome, Trap, Weight, GAS_LIMIT, GENESIS,
};
use ink::primitives::AccountId;
use interfaces::{Balance, Timestamp};
use scale::{Decode, Encode};
use std::{cell::RefCell, path::Path, time::Duration};

pub use chain::runtime::genesis::ENDOWMENT;

/// The embedded chain's own name.
pub const NAME: &str = "Embedded chain";

/// The embedded chain as a backend.
pub struct Embedded {
    ledger: RefCell<Ledger>,
    /// A handle of the same chain.
    chain: Chain,
    network: Network,
    /// The file is ours alone as long as this lives.
    _lock: Option<Lock>,
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Embedded {
    /// A new chain that is forgotten.
    pub fn new() -> Self {
        Self::of(Ledger::forgotten(GENESIS), None)
    }

    /// A chain that was started elsewhere, and is forgotten. What others do on it is not among its events.
    pub fn around(chain: Chain) -> Self {
        Self::of(Ledger::around(chain), None)
    }

    /// A chain that was started elsewhere, with its past, and is forgotten.
    pub fn with_past(ledger: Ledger) -> Self {
        Self::of(ledger, None)
    }

    /// The chain that is kept in this file, or a new one if there is no such file.
    ///
    /// # Errors
    /// [`Unusable`] if the file is not a chain's of this format, is damaged, or cannot be read; another error if
    /// somebody else is using it.
    pub fn open(path: &Path) -> Result<Self> {
        let (ledger, lock, _) = kept(path, GENESIS)?;
        Ok(Self::of(ledger, Some(lock)))
    }

    fn of(ledger: Ledger, lock: Option<Lock>) -> Self {
        let network = Network { name: NAME.into(), genesis: ledger.genesis().0 };
        Self { chain: ledger.chain().clone(), ledger: RefCell::new(ledger), network, _lock: lock }
    }

    /// A handle of the chain itself, for tests: what is done through it is part of the next block.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What a transaction would do.
    fn tried(&self, caller: &AccountId, transaction: &Transaction) -> Outcome<chain::Returned> {
        match transaction.clone() {
            Transaction::Upload { code } => self.chain.upload(caller, code, false),
            Transaction::Instantiate { code_hash, value, data, salt } => {
                self.chain.instantiate_encoded(caller, code_hash, value, data, salt, false)
            }
            Transaction::Call { to, value, data } => {
                self.chain.call_encoded(caller, &to, value, data, GAS_LIMIT, false)
            }
        }
    }

    fn ask<T: Decode>(&self, api: &str, arguments: &[u8]) -> Answer<T> {
        let answered = self.chain.state().ask(api, arguments);
        let bytes = answered.map_err(|fault| Error::NotUnderstood(fault.to_string()))?;
        T::decode(&mut &bytes[..]).map_err(|error| Error::NotUnderstood(format!("{api}: {error}")))
    }

    /// The transaction, signed.
    fn signed(&self, signer: &Signer, transaction: &Transaction, limit: Weight) -> Answer<Vec<u8>> {
        let account = to_runtime(&signer.account());
        let nonce: u32 = self.ask("AccountNonceApi_account_nonce", &account.encode())?;
        let genesis = self.network.genesis.into();
        let payload = payload(call(transaction, limit), nonce, (Era::Immortal, genesis), 0, genesis);
        let signature = payload.using_encoded(|payload| signer.sign(payload));
        let (call, extra, _) = payload.deconstruct();
        let signature = MultiSignature::Sr25519(signature.into());
        Ok(UncheckedExtrinsic::new_signed(call, account.into(), signature, extra).encode())
    }
}

/// The chain that is kept in this file, with the lock on it, or a new one that begins at `now`; and how many bytes of an unfinished
/// block were cut off.
///
/// # Errors
/// As [`Embedded::open`].
pub fn kept(path: &Path, now: Timestamp) -> Result<(Ledger, Lock, u64)> {
    let shown = path.display();
    let lock = Lock::take(path, |where_it_is| match where_it_is {
        "" => format!("another atomic is using {shown}; wait for it to end, or name another file with --state"),
        url => format!("a node is using {shown}; talk to it with --url {url}, or name another file with --state"),
    })?;
    let file = followed(path).map_err(|error| Unusable(format!("reading {shown}: {error}")))?;
    if file.try_exists().map_err(|error| Unusable(format!("reading {shown}: {error}")))? {
        let (ledger, cut) = Ledger::open(&file).map_err(|reason| Unusable(format!("{shown} {reason}")))?;
        return Ok((ledger, lock, cut));
    }
    let mut identity = Hash::default();
    getrandom::getrandom(&mut identity).context("asking the operating system for random bytes")?;
    Ok((Ledger::new(now, identity, Some(file)), lock, 0))
}

/// The runtime's call that a transaction is.
fn call(transaction: &Transaction, gas_limit: Weight) -> RuntimeCall {
    // The account pays whatever it takes; the dry run said how much that is.
    let storage_deposit_limit = None;
    RuntimeCall::Contracts(match transaction.clone() {
        Transaction::Upload { code } => pallet_contracts::Call::upload_code {
            code,
            storage_deposit_limit,
            determinism: pallet_contracts::Determinism::Enforced,
        },
        Transaction::Instantiate { code_hash, value, data, salt } => pallet_contracts::Call::instantiate {
            value,
            gas_limit,
            storage_deposit_limit,
            code_hash: code_hash.into(),
            data,
            salt,
        },
        Transaction::Call { to, value, data } => {
            pallet_contracts::Call::call { dest: to_runtime(&to).into(), value, gas_limit, storage_deposit_limit, data }
        }
    })
}

/// Where the runtime stores the time of a block.
fn time_key() -> Vec<u8> {
    chain::runtime::frame_support::storage::storage_prefix(b"Timestamp", b"Now").to_vec()
}

impl Backend for Embedded {
    fn network(&self) -> &Network {
        &self.network
    }

    fn tip(&self) -> Answer<Block> {
        let head = self.chain.state().head();
        Ok(Block { number: head.number, hash: head.hash.0, time: self.chain.now() })
    }

    fn hash_of(&self, number: u32) -> Answer<Option<Hash>> {
        Ok(self.ledger.borrow().hash_of(number).map(|hash| hash.0))
    }

    fn balance(&self, who: &AccountId) -> Answer<Balance> {
        Ok(self.chain.balance(who))
    }

    fn code_of(&self, contract: &AccountId) -> Answer<Option<Hash>> {
        Ok(self.chain.code_of(contract))
    }

    fn has_code(&self, code_hash: Hash) -> Answer<bool> {
        Ok(self.chain.has_code(code_hash))
    }

    fn simulate(&self, caller: &AccountId, transaction: &Transaction) -> Answer<Receipt> {
        Ok(Receipt { outcome: self.tried(caller, transaction), block: None, fee: 0 })
    }

    fn fee(&self, signer: &Signer, transaction: &Transaction, weight: Weight) -> Answer<Balance> {
        let mut arguments = self.signed(signer, transaction, weight)?;
        let length = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        length.encode_to(&mut arguments);
        let info: RuntimeDispatchInfo<Balance> = self.ask("TransactionPaymentApi_query_info", &arguments)?;
        Ok(info.partial_fee)
    }

    fn runs_by_itself(&self) -> bool {
        false
    }

    fn clock_runs(&self) -> bool {
        false
    }

    fn execute(&self, signer: &Signer, transaction: &Transaction) -> Answer<Receipt> {
        let tried = self.tried(&signer.account(), transaction);
        if !tried.result.as_ref().is_ok_and(|returned| !returned.reverted) {
            return Ok(Receipt { outcome: tried, block: None, fee: 0 });
        }
        let extrinsic = self.signed(signer, transaction, tried.required)?;
        let now = self.chain.now();
        let made = self.ledger.borrow_mut().make(now, &[extrinsic]);
        let (head, applied) = made.map_err(|reason| match reason {
            NotMade::NotKept(error) => Error::NotKept(error.to_string()),
            reason => Error::Rejected(reason.to_string()),
        })?;
        let mut receipt = Receipt { outcome: tried, block: Some(head.number), fee: 0 };
        if let Some(Ok(Err(error))) = applied.into_iter().next() {
            receipt.outcome.result = Err(Trap { error: name_of(error), debug: String::new() });
        }
        receipt.outcome.emitted.clear();
        for record in self.ledger.borrow().events(head.number).map_err(|error| Error::NotKept(error.to_string()))? {
            match record.event {
                RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
                    actual_fee,
                    ..
                }) => receipt.fee = actual_fee,
                _ => receipt.outcome.emitted.extend(Emitted::of(record)),
            }
        }
        Ok(receipt)
    }

    fn wait_for_sent(&self, _who: &AccountId) -> Answer<()> {
        Ok(())
    }

    fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
        let ledger = self.ledger.borrow();
        let mut found = Vec::new();
        for number in first..=last.min(ledger.head().number) {
            let events = ledger.events(number).map_err(|error| Error::NotUnderstood(error.to_string()))?;
            let emitted: Vec<_> = events.into_iter().filter_map(Emitted::of).collect();
            if !emitted.is_empty() {
                found.push((number, emitted));
            }
        }
        Ok(found)
    }

    fn told_in(&self, number: u32) -> Answer<Option<Told>> {
        let ledger = self.ledger.borrow();
        let unreadable = |error: std::io::Error| Error::NotUnderstood(error.to_string());
        let Some(hash) = ledger.hash_of(number) else { return Ok(None) };
        let parent = number.checked_sub(1).and_then(|before| ledger.hash_of(before)).unwrap_or_default();
        let time = ledger.history().get(number, None, &time_key()).map_err(unreadable)?;
        let time = time.and_then(|time| Timestamp::decode(&mut &time[..]).ok()).unwrap_or_default();
        let events = ledger.events(number).map_err(unreadable)?;
        let emitted = events.into_iter().filter_map(Emitted::of).collect();
        Ok(Some(Told { block: Block { number, hash: hash.0, time }, parent: parent.0, emitted }))
    }

    fn ask_at(&self, number: u32, api: &str, arguments: &[u8]) -> Answer<Option<Vec<u8>>> {
        let answered = self.ledger.borrow_mut().ask(number, api, arguments);
        let answered = answered.map_err(|error| Error::NotUnderstood(error.to_string()))?;
        answered.transpose().map_err(|fault| Error::NotUnderstood(fault.to_string()))
    }

    fn next_block(&self, after: u32, _patience: Duration) -> Answer<Option<Block>> {
        Ok(Some(self.tip()?).filter(|tip| tip.number > after))
    }

    fn pass_until(&self, time: Timestamp) -> Answer<Block> {
        let now = self.chain.now();
        if time < now {
            return Err(Error::Unsupported("time does not go back"));
        }
        if time > now {
            let made = self.ledger.borrow_mut().make(time, &[]);
            made.map_err(|error| Error::NotKept(error.to_string()))?;
        }
        self.tip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::days;
    use std::{fs, path::PathBuf};

    /// The first bytes of a state file.
    const MAGIC: &[u8] = b"atomic state\n";

    /// A folder that is gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("atomic-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn file(&self) -> PathBuf {
            self.0.join("below").join("state")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn alice() -> Signer {
        Signer::named("alice").expect("alice")
    }

    /// The least that the chain takes for a contract: a memory, and functions `deploy` and `call` that do nothing.
    fn code() -> Vec<u8> {
        let header = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0";
        let memory = b"\x02\x10\x01\x03env\x06memory\x02\x01\x01\x01\x03\x03\x02\0\0";
        let exports = b"\x07\x11\x02\x06deploy\0\0\x04call\0\x01";
        let bodies = b"\x0a\x07\x02\x02\0\x0b\x02\0\x0b";
        [&header[..], memory, exports, bodies].concat()
    }

    fn problem(path: &Path) -> String {
        let error = Embedded::open(path).err().expect("a problem");
        assert!(error.is::<Unusable>(), "{error:#}");
        format!("{error:#}")
    }

    #[test]
    fn a_chain_goes_on_where_the_file_left_it() {
        let folder = Folder::new("goes-on");
        let (tip, hash, state) = {
            let chain = Embedded::open(&folder.file()).expect("a new chain");
            assert_eq!(chain.balance(&alice().account()), Ok(ENDOWMENT));
            assert_eq!(chain.tip().expect("a tip").number, 0);
            let uploaded = chain.execute(&alice(), &Transaction::Upload { code: code() }).expect("a receipt");
            assert_eq!(uploaded.block, Some(1));
            chain.pass_until(GENESIS + days(3)).expect("three days");
            let hash: Hash = uploaded.outcome.returned().data.try_into().expect("a hash");
            (chain.tip(), hash, chain.chain.state_hash())
        };
        let chain = Embedded::open(&folder.file()).expect("the same chain");
        assert_eq!(chain.tip(), tip);
        assert_eq!(chain.tip().expect("a tip").time, GENESIS + days(3));
        assert_eq!(chain.chain.state_hash(), state);
        assert_eq!(chain.has_code(hash), Ok(true));
        assert!(chain.balance(&alice().account()).expect("a balance") < ENDOWMENT, "the deposit is paid");
    }

    #[test]
    fn every_chain_that_is_kept_has_an_identity_of_its_own_and_keeps_it() {
        let (one, other) = (Folder::new("one"), Folder::new("other"));
        let begun = |folder: &Folder| {
            let chain = Embedded::open(&folder.file()).expect("a new chain");
            chain.pass_until(GENESIS + 1).expect("a millisecond");
            chain.network().genesis
        };
        let (genesis, of_other) = (begun(&one), begun(&other));
        assert_ne!(genesis, of_other);
        assert!(![genesis, of_other].contains(&Embedded::new().network().genesis));
        let again = Embedded::open(&one.file()).expect("the chain");
        assert_eq!((again.network().genesis, again.hash_of(0)), (genesis, Ok(Some(genesis))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_holds_no_chain() {
        for path in ["/dev/full", "/dev/zero"] {
            assert!(problem(Path::new(path)).contains("this is no regular file"));
        }
    }

    #[test]
    fn what_is_only_tried_or_refused_makes_no_block_and_is_not_kept() {
        let folder = Folder::new("tried");
        let chain = Embedded::open(&folder.file()).expect("a new chain");
        let upload = Transaction::Upload { code: code() };
        assert_eq!(chain.simulate(&alice().account(), &upload).expect("a receipt").block, None);
        let nobody = Signer::named("//Nobody").expect("a signer");
        let refused = chain.execute(&nobody, &upload).expect("a receipt");
        assert!(refused.outcome.result.is_err() && refused.block.is_none());
        assert_eq!(chain.tip().expect("a tip").number, 0);
        assert!(!folder.file().exists());
    }

    #[test]
    fn two_at_once_are_kept_apart() {
        let folder = Folder::new("two");
        let first = Embedded::open(&folder.file()).expect("a new chain");
        let error = Embedded::open(&folder.file()).err().expect("somebody else is at it");
        assert!(error.to_string().contains("another atomic is using"), "{error}");
        assert!(!error.is::<Unusable>());
        drop(first);
        Embedded::open(&folder.file()).expect("free again");
    }

    #[test]
    fn a_file_of_something_else_a_damaged_one_and_one_of_another_version_are_told_apart_and_left_alone() {
        let folder = Folder::new("wrong");
        let path = folder.file();
        Embedded::open(&path).expect("a new chain").pass_until(GENESIS + 1).expect("a millisecond");
        let good = fs::read(&path).expect("a file");
        let with = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("a file");
            let problem = problem(&path);
            assert_eq!(fs::read(&path).expect("the file is there"), bytes);
            problem
        };

        for foreign in [&b""[..], b"atomic", b"title = 'a story'\n"] {
            assert!(with(foreign).ends_with("is not the state of an embedded chain"));
        }
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 1;
        assert!(with(&flipped).contains("is damaged"));
        for format in [1_u16, 2, 7] {
            let mut other = good.clone();
            other[MAGIC.len()..MAGIC.len() + 2].copy_from_slice(&format.to_le_bytes());
            let problem = with(&other);
            let version = env!("CARGO_PKG_VERSION");
            assert!(problem.contains(&format!("was written by atomic {version} in format {format}")), "{problem}");
        }
        // What a killed program left of a block is cut off, and what was before it is there.
        fs::write(&path, [&good[..], &7_u32.to_le_bytes()].concat()).expect("a file");
        assert_eq!(Embedded::open(&path).expect("the chain").tip().expect("a tip").time, GENESIS + 1);
        assert_eq!(fs::read(&path).expect("a file"), good);
    }

    #[test]
    fn what_is_left_of_a_file_that_was_not_finished_is_in_nobodys_way() {
        let folder = Folder::new("part");
        let path = folder.file();
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path.with_file_name("state.part"), b"half of it").expect("a file");
        Embedded::open(&path).expect("a new chain").pass_until(GENESIS + 2).expect("two milliseconds");
        assert_eq!(Embedded::open(&path).expect("the chain").chain.now(), GENESIS + 2);
        assert!(!path.with_file_name("state.part").exists());
    }

    #[test]
    fn a_chain_that_cannot_be_kept_says_so() {
        let folder = Folder::new("unkept");
        let chain = Embedded::open(&folder.file()).expect("a new chain");
        fs::remove_dir_all(&folder.0).expect("the folder is gone");
        assert!(matches!(chain.pass_until(GENESIS + 1), Err(Error::NotKept(_))));
    }

    #[test]
    fn time_goes_on_only_when_it_is_let_and_never_back() {
        let chain = Embedded::new();
        assert_eq!(chain.next_block(0, Duration::from_secs(9)), Ok(None));
        let tip = chain.pass_until(GENESIS + days(1)).expect("a day");
        assert_eq!((tip.number, tip.time), (1, GENESIS + days(1)));
        assert_eq!(chain.next_block(0, Duration::from_secs(9)), Ok(Some(tip)));
        assert_eq!(chain.pass_until(GENESIS), Err(Error::Unsupported("time does not go back")));
    }
}
