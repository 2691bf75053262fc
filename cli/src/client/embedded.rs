//! The [embedded chain](chain), which can live in a file from one command to the next.
//!
//! Every transaction that is accepted is a block, and is in the file before anybody is told of it. The clock moves only
//! by [`Backend::pass_until`]. There are no fees. The accounts of a development chain have the same balances as on a
//! development node.
//!
//! A chain that is kept in a file has an identity of its own, by which its deployment file and the secrets of its reviews
//! are told from those of any other. Chains that are forgotten all have the same one.
//!
//! The file is replaced as a whole by renaming, so that it is never half-written, and its last bytes are a checksum. While
//! somebody uses it, a lock beside it (`FILE.lock`) keeps others out.

use crate::client::backend::{Answer, Backend, Block, Error, Hash, Network, Receipt, Transaction};
use crate::client::files::{read_ours, replace, unreadable, Lock};
use crate::client::{
    signer::{Signer, DEV_ACCOUNTS},
    unusable::Unusable,
};
use anyhow::{Context, Result};
use chain::blake2_256;
use chain::{chain::Saved, Chain, Emitted, Weight, GAS_LIMIT};
use ink::primitives::AccountId;
use interfaces::{Balance, Timestamp};
use scale::{Decode, Encode};
use std::{
    cell::RefCell,
    collections::VecDeque,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

/// The embedded chain's own name.
pub const NAME: &str = "Embedded chain";
/// What each account of a development chain begins with, as on a substrate-contracts-node.
pub const ENDOWMENT: Balance = 1 << 60;
/// The events of this many blocks are kept, as long as there are no later ones.
pub const KEPT_BLOCKS: usize = 4_096;

/// The first bytes of a state file.
const MAGIC: &[u8] = b"atomic state\n";
/// Changes with the layout of what is in the file, the runtime's storage included.
const FORMAT: u16 = 2;
/// In this one there was no identity: all chains had that of [`forgotten_genesis`].
const FORMAT_WITHOUT_IDENTITY: u16 = 1;
const DIGEST: usize = 32;

/// The embedded chain as a backend.
pub struct Embedded {
    chain: Chain,
    network: Network,
    /// The events of the latest blocks that had any.
    events: RefCell<VecDeque<(u32, Vec<Emitted>)>>,
    file: Option<StateFile>,
}

/// The file that the chain is kept in; it is ours alone as long as this lives.
struct StateFile {
    path: PathBuf,
    _lock: Lock,
}

/// What is in the file beside its magic, format, version and checksum.
#[derive(Encode, Decode)]
struct State {
    genesis: Hash,
    chain: Saved,
    events: Vec<(u32, Vec<Emitted>)>,
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Embedded {
    /// A new chain that is forgotten.
    pub fn new() -> Self {
        let chain = Chain::new();
        for name in DEV_ACCOUNTS {
            let uri = format!("//{}{}", name[..1].to_uppercase(), &name[1..]);
            for uri in [uri.clone(), uri + "//stash"] {
                let signer = Signer::named(&uri).expect("the path of a development account");
                chain.fund(&signer.account(), ENDOWMENT);
            }
        }
        Self::of(chain, forgotten_genesis(), VecDeque::new(), None)
    }

    /// A chain that was started elsewhere, and is forgotten. What others do on it is not among its events.
    pub fn around(chain: Chain) -> Self {
        Self::of(chain, forgotten_genesis(), VecDeque::new(), None)
    }

    /// The chain that is kept in this file, or a new one if there is no such file.
    ///
    /// # Errors
    /// [`Unusable`] if the file is not a chain's of this format, is damaged, or cannot be read; another error if
    /// somebody else is using it.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let taken = format!("another atomic is using {shown}; wait for it to end, or name another file with --state");
        let file = Some(StateFile { path: path.to_owned(), _lock: Lock::take(path, &taken)? });
        match read_ours(path) {
            Ok(bytes) => {
                let state = decode(&bytes).map_err(|reason| Unusable(format!("{} {reason}", path.display())))?;
                Ok(Self::of(Chain::load(state.chain), state.genesis, state.events.into(), file))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut genesis = Hash::default();
                getrandom::getrandom(&mut genesis).context("asking the operating system for random bytes")?;
                let new = Self::new();
                Ok(Self { file, network: Network { genesis, ..new.network }, ..new })
            }
            Err(error) => Err(unreadable(path, error).into()),
        }
    }

    fn of(chain: Chain, genesis: Hash, events: VecDeque<(u32, Vec<Emitted>)>, file: Option<StateFile>) -> Self {
        let network = Network { name: NAME.into(), genesis };
        Self { chain, network, events: RefCell::new(events), file }
    }

    /// A handle of the chain itself, for tests: what is done through it is not kept.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Writes everything to the file, if there is one.
    fn keep(&self) -> Answer<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let (genesis, events) = (self.network.genesis, self.events.borrow().iter().cloned().collect());
        let state = State { genesis, chain: self.chain.save(), events };
        replace(&file.path, &encode(&state)).map_err(|error| Error::NotKept(format!("{error:#}")))
    }

    fn run(&self, caller: &AccountId, transaction: &Transaction, keep: bool) -> Receipt {
        let outcome = match transaction.clone() {
            Transaction::Upload { code } => self.chain.upload(caller, code, keep),
            Transaction::Instantiate { code_hash, value, data, salt } => {
                self.chain.instantiate_encoded(caller, code_hash, value, data, salt, keep)
            }
            Transaction::Call { to, value, data } => self.chain.call_encoded(caller, &to, value, data, GAS_LIMIT, keep),
        };
        Receipt { outcome, block: None, fee: 0 }
    }
}

impl Backend for Embedded {
    fn network(&self) -> &Network {
        &self.network
    }

    fn tip(&self) -> Answer<Block> {
        let (making, parent) = self.chain.block();
        let number = making.saturating_sub(1);
        let hash = if number == 0 { self.network.genesis } else { parent };
        Ok(Block { number, hash, time: self.chain.now() })
    }

    fn hash_of(&self, number: u32) -> Answer<Option<Hash>> {
        Ok(if number == 0 { Some(self.network.genesis) } else { self.chain.hash_of(number) })
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
        Ok(self.run(caller, transaction, false))
    }

    fn fee(&self, _signer: &Signer, _transaction: &Transaction, _weight: Weight) -> Answer<Balance> {
        Ok(0)
    }

    fn runs_by_itself(&self) -> bool {
        false
    }

    fn execute(&self, signer: &Signer, transaction: &Transaction) -> Answer<Receipt> {
        let mut receipt = self.run(&signer.account(), transaction, true);
        if receipt.outcome.result.as_ref().is_ok_and(|returned| !returned.reverted) {
            let (block, _) = self.chain.block();
            if !receipt.outcome.emitted.is_empty() {
                let mut events = self.events.borrow_mut();
                events.push_back((block, receipt.outcome.emitted.clone()));
                let surplus = events.len().saturating_sub(KEPT_BLOCKS);
                events.drain(..surplus);
            }
            self.chain.pass(0);
            self.keep()?;
            receipt.block = Some(block);
        }
        Ok(receipt)
    }

    fn wait_for_sent(&self, _who: &AccountId) -> Answer<()> {
        Ok(())
    }

    fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
        let within = |(block, _): &&(u32, Vec<Emitted>)| (first..=last).contains(block);
        Ok(self.events.borrow().iter().filter(within).cloned().collect())
    }

    fn next_block(&self, after: u32, _patience: Duration) -> Answer<Option<Block>> {
        Ok(Some(self.tip()?).filter(|tip| tip.number > after))
    }

    fn pass_until(&self, time: Timestamp) -> Answer<Block> {
        if time < self.chain.now() {
            return Err(Error::Unsupported("time does not go back"));
        }
        self.chain.pass_until(time);
        self.keep()?;
        self.tip()
    }
}

/// The identity of every chain that is forgotten: they all begin alike.
fn forgotten_genesis() -> Hash {
    blake2_256(b"the embedded chain of Atomic Obligation")
}

fn encode(state: &State) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    env!("CARGO_PKG_VERSION").encode_to(&mut bytes);
    state.encode_to(&mut bytes);
    let digest = blake2_256(&bytes);
    bytes.extend(digest);
    bytes
}

/// What a file holds, or what is wrong with it.
fn decode(bytes: &[u8]) -> Result<State, String> {
    const DAMAGED: &str = "is damaged, or was cut short; restore it from a copy, or start again with another --state";
    let rest = bytes.strip_prefix(MAGIC).ok_or("is not the state of an embedded chain")?;
    let (format, mut rest) = rest.split_first_chunk().ok_or(DAMAGED)?;
    let format = u16::from_le_bytes(*format);
    let version = String::decode(&mut rest).map_err(|_| DAMAGED)?;
    if ![FORMAT, FORMAT_WITHOUT_IDENTITY].contains(&format) {
        return Err(format!(
            "was written by atomic {version} in format {format}; this is atomic {}, which reads format {FORMAT}",
            env!("CARGO_PKG_VERSION")
        ));
    }
    let content = rest.len().checked_sub(DIGEST).ok_or(DAMAGED)?;
    let digest = blake2_256(&bytes[..bytes.len() - DIGEST]);
    if rest[content..] != digest {
        return Err(DAMAGED.into());
    }
    let content = match format {
        FORMAT_WITHOUT_IDENTITY => [&forgotten_genesis()[..], &rest[..content]].concat(),
        _ => rest[..content].to_vec(),
    };
    State::decode(&mut content.as_slice()).map_err(|_| DAMAGED.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{days, GENESIS};
    use std::fs;

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

    #[test]
    fn a_file_of_the_format_without_an_identity_is_read_with_the_one_that_all_had() {
        let folder = Folder::new("format");
        let path = folder.file();
        Embedded::open(&path).expect("a new chain").pass_until(GENESIS + 7).expect("7 milliseconds");
        let new = fs::read(&path).expect("a file");
        let mut version = Vec::new();
        env!("CARGO_PKG_VERSION").encode_to(&mut version);
        let identity = MAGIC.len() + 2 + version.len();
        let mut old = [MAGIC, &FORMAT_WITHOUT_IDENTITY.to_le_bytes()[..], &version].concat();
        old.extend(&new[identity + 32..new.len() - DIGEST]);
        let digest = blake2_256(&old);
        old.extend(digest);
        fs::write(&path, &old).expect("a file");
        let chain = Embedded::open(&path).expect("the old chain");
        assert_eq!(chain.network().genesis, Embedded::new().network().genesis);
        assert_eq!(chain.tip().expect("a tip").time, GENESIS + 7);
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
    fn a_file_of_something_else_a_torn_one_and_one_of_another_version_are_told_apart_and_left_alone() {
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
        for length in [MAGIC.len(), MAGIC.len() + 2, MAGIC.len() + 20, good.len() / 2, good.len() - 1] {
            assert!(with(&good[..length]).contains("is damaged, or was cut short"), "{length} bytes");
        }
        let mut flipped = good.clone();
        flipped[good.len() / 2] ^= 1;
        assert!(with(&flipped).contains("is damaged"));
        let mut other = good.clone();
        other[MAGIC.len()..MAGIC.len() + 2].copy_from_slice(&7_u16.to_le_bytes());
        let problem = with(&other);
        let version = env!("CARGO_PKG_VERSION");
        assert!(problem.contains(&format!("was written by atomic {version} in format 7")), "{problem}");

        fs::write(&path, &good).expect("a file");
        Embedded::open(&path).expect("the good file");
    }

    #[test]
    fn a_write_that_did_not_end_leaves_the_file_as_it_was() {
        let folder = Folder::new("part");
        let path = folder.file();
        Embedded::open(&path).expect("a new chain").pass_until(GENESIS + 1).expect("a millisecond");
        fs::write(path.with_file_name("state.part"), b"half of it").expect("a file");
        let chain = Embedded::open(&path).expect("the chain");
        chain.pass_until(GENESIS + 2).expect("a millisecond");
        drop(chain);
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
