//! A chain with its past: every block that was made, and what was in storage after each of them. It can live in a file from one
//! program to the next.
//!
//! A block is on the disk before anybody is told of it; see [`log`] for how.

pub mod history;
pub mod log;

use crate::chain::Chain;
pub use history::History;
use interfaces::Timestamp;
use log::Log;
pub use log::Unreadable;
use runtime::{
    blocks::{Changes, Head, Refused, Sealed},
    genesis,
    sp_runtime::{DispatchError, Storage},
    state::Fault,
    EventRecord, Hash, State, System,
};
use scale::Decode;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// What became of an extrinsic: whether what it wanted was done, or why it is not in the block.
pub type Applied = Result<Result<(), DispatchError>, Refused>;

/// Why no block was made.
#[derive(Debug)]
pub enum NotMade {
    /// There was nothing to put into it: each extrinsic was refused.
    Refused(Vec<Refused>),
    /// The runtime could not begin or end it as the next one, and it is not there. Only sudo can bring that about.
    Spoiled(Fault),
    /// It could not be written down, and is not there.
    NotKept(io::Error),
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reasons) => {
                let reasons: Vec<_> = reasons.iter().map(Refused::to_string).collect();
                f.write_str(&reasons.join("; "))
            }
            Self::Spoiled(fault) => fault.fmt(f),
            Self::NotKept(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NotMade {}

impl From<Fault> for NotMade {
    fn from(fault: Fault) -> Self {
        Self::Spoiled(fault)
    }
}

/// A chain with its past.
pub struct Ledger {
    chain: Chain,
    history: History,
    genesis: Hash,
    /// The state of an earlier block, as it was asked for last.
    earlier: Option<State>,
}

impl Ledger {
    /// A new chain, whose clock begins at `now`. With a path, it lives in a file there from [`Ledger::keep`] on. Chains with other
    /// identities have other first blocks.
    pub fn new(now: Timestamp, identity: [u8; 32], path: Option<PathBuf>) -> Self {
        Self::beginning_with(genesis::storage(now), identity, path)
    }

    fn beginning_with(storage: Storage, identity: [u8; 32], path: Option<PathBuf>) -> Self {
        let changes = Changes {
            top: storage.top.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect(),
            children: Vec::new(),
        };
        let state = State::new(storage, identity);
        let first =
            Sealed { header: genesis::header(state.committed_root(), identity), extrinsics: Vec::new(), changes };
        let mut history = History::new(Log::new(path));
        history.add(&first).expect("memory takes it");
        Self { genesis: state.head().hash, chain: Chain::keeping_events(state), history, earlier: None }
    }

    /// A new chain that is forgotten, and like all others of its kind.
    pub fn forgotten(now: Timestamp) -> Self {
        Self::new(now, genesis::IDENTITY_OF_ALL, None)
    }

    /// A new chain that is forgotten, and on which nobody has any money: what [`Chain::new`] begins with.
    pub fn penniless(now: Timestamp) -> Self {
        Self::beginning_with(genesis::without_money(now), genesis::IDENTITY_OF_ALL, None)
    }

    /// The chain in this file. Returns how many bytes of a block that was not finished were cut off, too.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn open(path: &Path) -> Result<(Self, u64), Unreadable> {
        let (history, cut) = History::open(path)?;
        let (head, genesis) =
            (history.head().ok_or(Unreadable::Damaged)?, history.hash_of(0).ok_or(Unreadable::Damaged)?);
        let state = State::resumed(history.storage(head.number)?, head);
        let (header, _) = history.block(head.number)?.ok_or(Unreadable::Damaged)?;
        if header.state_root != state.committed_root() {
            return Err(Unreadable::Damaged);
        }
        Ok((Self { genesis, chain: Chain::keeping_events(state), history, earlier: None }, cut))
    }

    /// A chain that was started elsewhere, and is forgotten. What others do on it is not part of this past.
    pub fn around(chain: Chain) -> Self {
        let genesis = chain.genesis();
        Self { chain, history: History::new(Log::new(None)), genesis, earlier: None }
    }

    /// A handle of the chain itself, for direct calls. What they do is part of the next block.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The blocks, and what was in storage after each of them.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The hash of the first block.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// The last block.
    pub fn head(&self) -> Head {
        self.chain.state().head()
    }

    /// The hash of a block.
    pub fn hash_of(&self, number: u32) -> Option<Hash> {
        match number {
            0 => Some(self.genesis),
            // Blocks that others made are known to the storage alone.
            _ => self.history.hash_of(number).or_else(|| self.chain.hash_of(number)),
        }
    }

    /// Writes the chain down, if it lives in a file, and is not there yet.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn keep(&mut self) -> io::Result<()> {
        self.history.keep()
    }

    /// Makes a block of these extrinsics, at this time, or at that of the last block if this is earlier. Says what became of each.
    /// Without any it is made all the same. What was called directly since the last block is in this one, or in one of its own if
    /// that was earlier.
    ///
    /// # Errors
    /// [`NotMade`]; nothing of these extrinsics remains then. What was called directly waits for the next block where they are
    /// refused, and is undone with this one otherwise.
    pub fn make(&mut self, now: Timestamp, extrinsics: &[Vec<u8>]) -> Result<(Head, Vec<Applied>), NotMade> {
        // Nothing is lost by that: it holds what was there before.
        self.history.keep().map_err(NotMade::NotKept)?;
        let mut state = self.chain.state();
        if state.is_open() && now > state.now() {
            state.seal_kept(|block| self.history.add(block).map_err(NotMade::NotKept))?;
        }
        let was_open = state.is_open();
        match was_open {
            true if self.chain.keeps_events() => {}
            // Those that are there are of a call that was told what it did.
            true => state.within(System::reset_events),
            false => state.open(now)?,
        }
        let applied: Vec<_> = extrinsics.iter().map(|extrinsic| state.apply(extrinsic)).collect();
        if !applied.is_empty() && applied.iter().all(Result::is_err) {
            if !was_open {
                state.abandon();
            }
            return Err(NotMade::Refused(applied.into_iter().filter_map(Result::err).collect()));
        }
        let head = state.seal_kept(|block| self.history.add(block).map_err(NotMade::NotKept))?;
        Ok((head, applied))
    }

    /// What a runtime API answers after block number `at`.
    ///
    /// # Errors
    /// A [`Fault`] of the runtime's; an error of the disk; `None` if there is no such block.
    pub fn ask(&mut self, at: u32, api: &str, arguments: &[u8]) -> io::Result<Option<Result<Vec<u8>, Fault>>> {
        if at == self.head().number {
            return Ok(Some(self.chain.state().ask(api, arguments)));
        }
        let Some(hash) = self.history.hash_of(at) else { return Ok(None) };
        let head = Head { number: at, hash };
        if self.earlier.as_ref().map(State::head) != Some(head) {
            self.earlier = Some(State::resumed(self.history.storage(at)?, head));
        }
        Ok(self.earlier.as_mut().map(|earlier| earlier.ask(api, arguments)))
    }

    /// The events of a block of this past; none if it is not part of it.
    ///
    /// # Errors
    /// An error of the disk.
    pub fn events(&self, number: u32) -> io::Result<Vec<EventRecord>> {
        let events = self.history.get(number, None, &events_key())?;
        let known = self.history.hash_of(number).is_some();
        let events = events.filter(|_| known).unwrap_or_else(|| vec![0]);
        Vec::decode(&mut &events[..]).map_err(io::Error::other)
    }
}

/// Where the runtime stores the events of a block.
fn events_key() -> Vec<u8> {
    runtime::frame_support::storage::storage_prefix(b"System", b"Events").to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{amounts::UNIT, hash::account, GENESIS};
    use runtime::{
        frame_support::storage::storage_prefix,
        frame_system, pallet_sudo,
        sp_core::{sr25519, Pair},
        sp_runtime::{generic::Era, MultiSignature},
        RuntimeCall, UncheckedExtrinsic,
    };
    use scale::Encode;
    use std::fs;

    /// A file that is gone with the test.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("atomic-ledger-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    /// A chain of which each block gave Zoe a UNIT more, and lasted a second.
    fn grown(place: &Place, blocks: u32) -> Ledger {
        let mut ledger = Ledger::new(GENESIS, [7; 32], Some(place.0.clone()));
        for number in 1..=blocks {
            ledger.chain().fund(&account("zoe"), UNIT);
            let (head, _) = ledger.make(GENESIS + u64::from(number) * 1_000, &[]).expect("a block");
            assert_eq!(head.number, number);
        }
        ledger
    }

    fn now(ledger: &mut Ledger, at: u32) -> u64 {
        let key = storage_prefix(b"Timestamp", b"Now");
        let value = ledger.history().get(at, None, &key).expect("a disk").expect("a time");
        u64::decode(&mut &value[..]).expect("a number")
    }

    #[test]
    fn a_chain_goes_on_where_the_file_left_it_with_all_of_its_past() {
        let place = Place::new("past");
        let before = grown(&place, 5);
        let hashes: Vec<_> = (0..=5).map(|number| before.hash_of(number)).collect();
        drop(before);
        let (mut again, cut) = Ledger::open(&place.0).expect("the chain");
        assert_eq!((cut, again.head().number, Some(again.genesis())), (0, 5, hashes[0]));
        assert_eq!((0..=5).map(|number| again.hash_of(number)).collect::<Vec<_>>(), hashes);
        assert_eq!(again.chain().balance(&account("zoe")), 5 * UNIT);
        for number in 1..=5 {
            assert_eq!(now(&mut again, number), GENESIS + u64::from(number) * 1_000);
            assert_eq!(again.history().number_of(hashes[number as usize].expect("a hash")), Some(number));
        }
        again.make(GENESIS, &[]).expect("a block");
        assert_eq!(now(&mut again, 6), GENESIS + 5_000, "time does not go back");
    }

    #[test]
    fn what_is_asked_of_an_earlier_block_is_answered_as_it_was_then() {
        let place = Place::new("earlier");
        let mut ledger = grown(&place, 3);
        let number = |ledger: &mut Ledger, at| {
            let answer = ledger.ask(at, "Core_version", &[]).expect("a disk");
            answer.map(|answer| answer.expect("a version").len())
        };
        assert!(number(&mut ledger, 2).is_some_and(|length| length > 50));
        assert_eq!(number(&mut ledger, 4), None);
        let events = |number| ledger.events(number).expect("a disk").len();
        assert_eq!((events(0), events(9)), (0, 0));
        assert!(events(2) > 0, "the clock's extrinsic succeeded");
    }

    #[test]
    fn a_block_that_cannot_be_written_down_never_was() {
        let mut ledger = Ledger::new(GENESIS, [7; 32], Some("/nowhere/chain".into()));
        let root = ledger.chain().state().root();
        assert!(matches!(ledger.make(GENESIS + 1, &[]), Err(NotMade::NotKept(_))));
        assert!(matches!(ledger.make(GENESIS + 1, &[vec![7; 9]]), Err(NotMade::NotKept(_))));
        assert_eq!((ledger.head().number, ledger.chain().state().root()), (0, root));
        let mut forgotten = Ledger::forgotten(GENESIS);
        assert!(matches!(forgotten.make(GENESIS, &[vec![7; 9]]), Err(NotMade::Refused(_))));
        assert_eq!((forgotten.head().number, forgotten.chain().state().is_open()), (0, false));
    }

    /// Alice, who has sudo, deletes the number of the block that is being made.
    fn spoiling(ledger: &Ledger) -> Vec<u8> {
        let keys = vec![storage_prefix(b"System", b"Number").to_vec()];
        let call = Box::new(frame_system::Call::kill_storage { keys }.into());
        let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call });
        let payload = runtime::payload(call, 0, (Era::Immortal, ledger.genesis()), 0, ledger.genesis());
        let pair = sr25519::Pair::from_string("//Alice", None).expect("a key");
        let signature = MultiSignature::Sr25519(payload.using_encoded(|payload| pair.sign(payload)));
        let (call, extra, _) = payload.deconstruct();
        UncheckedExtrinsic::new_signed(call, genesis::account("//Alice").into(), signature, extra).encode()
    }

    #[test]
    fn a_block_that_is_not_the_next_one_never_was_and_is_not_in_the_file() {
        let place = Place::new("spoiled");
        let mut ledger = grown(&place, 2);
        let (head, root) = (ledger.head(), ledger.chain().state().root());
        let transaction = spoiling(&ledger);
        assert!(matches!(ledger.make(GENESIS, &[transaction]), Err(NotMade::Spoiled(_))));
        let (header, extrinsics) = ledger.history().block(2).expect("a disk").expect("a block");
        let again = Sealed { header, extrinsics, changes: Changes::default() };
        assert!(ledger.history.add(&again).is_err(), "it is there already");
        assert_eq!((ledger.head(), ledger.chain().state().root()), (head, root));
        ledger.make(GENESIS, &[]).expect("a block");
        drop(ledger);
        assert_eq!(Ledger::open(&place.0).expect("the chain").0.head().number, 3);
    }

    #[test]
    fn what_was_called_directly_stays_when_all_that_was_sent_is_refused() {
        let mut ledger = Ledger::forgotten(GENESIS);
        ledger.chain().pass(1);
        ledger.chain().fund(&account("zoe"), UNIT);
        assert!(matches!(ledger.make(GENESIS, &[vec![7; 9]]), Err(NotMade::Refused(_))));
        assert_eq!(ledger.chain().balance(&account("zoe")), UNIT);
        ledger.make(GENESIS, &[]).expect("a block");
        assert_eq!((ledger.head().number, ledger.chain().balance(&account("zoe"))), (1, UNIT));
    }

    #[test]
    fn keys_are_listed_in_order_page_by_page_as_they_were_then() {
        let place = Place::new("keys");
        let ledger = grown(&place, 2);
        let prefix = storage_prefix(b"System", b"Account");
        let all = |at| ledger.history().keys(at, None, &prefix, None, 99);
        assert_eq!((all(0).len(), all(2).len()), (12, 13));
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = ledger.history().keys(2, None, &prefix, after.as_deref(), 5);
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            pages.extend(page);
        }
        assert_eq!(pages, all(2));
        assert!(pages.is_sorted());
    }
}
