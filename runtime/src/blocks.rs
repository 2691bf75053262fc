//! How blocks are made: a block is opened at a time, extrinsics are applied to it, and it is sealed or abandoned.

use crate::{
    state::{Fault, State},
    Executive, Hash, Header, Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use scale::{Decode, DecodeLimit, Encode};
use sp_api::MAX_EXTRINSIC_DEPTH;
use sp_runtime::{
    traits::{BlakeTwo256, Hash as _},
    transaction_validity::TransactionValidityError,
    Digest, DispatchError, StateVersion,
};
use std::fmt;

/// The block that a chain ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub number: u32,
    pub hash: Hash,
}

impl Head {
    pub fn of(header: &Header) -> Self {
        Self { number: header.number, hash: header.hash() }
    }
}

/// What is stored under a key; `None` if nothing is any more.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// What a block changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Changes {
    pub top: Vec<Change>,
    /// In the tries of contracts, each under its key without the prefix that all of them have.
    pub children: Vec<(Vec<u8>, Vec<Change>)>,
}

/// A block that was made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sealed {
    pub header: Header,
    pub extrinsics: Vec<Vec<u8>>,
    pub changes: Changes,
}

/// Why an extrinsic is not in the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The bytes are no extrinsic.
    Undecodable,
    Invalid(TransactionValidityError),
    Fault(Fault),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecodable => f.write_str("these bytes are no transaction"),
            Self::Invalid(error) => f.write_str((*error).into()),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl State {
    /// The block that the chain ends with.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a block is being made.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The time of the block that is being made, or else of the last one.
    pub fn now(&mut self) -> u64 {
        self.within(pallet_timestamp::Pallet::<Runtime>::get)
    }

    /// Opens the next block, with this time, or with that of the last block if this is earlier.
    ///
    /// # Errors
    /// A [`Fault`] of the runtime's, which only sudo can bring about; no block is open then.
    ///
    /// # Panics
    /// If a block is open.
    pub fn open(&mut self, now: u64) -> Result<(), Fault> {
        assert!(!self.is_open(), "a block is being made already");
        let (now, head) = (now.max(self.now()), self.head);
        let clock = UncheckedExtrinsic::new_unsigned(RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }));
        let first = clock.encode();
        self.begin_transaction();
        let begun = self.guarded(
            |_| true,
            || {
                Executive::initialize_block(&Header {
                    parent_hash: head.hash,
                    number: head.number.checked_add(1).expect("nobody makes so many blocks"),
                    state_root: Hash::zero(),
                    extrinsics_root: Hash::zero(),
                    digest: Digest::default(),
                });
                let applied = Executive::apply_extrinsic(clock).expect("the first extrinsic may set the time");
                applied.expect("time does not go back");
            },
        );
        match begun {
            Ok(()) => self.open = Some(vec![first]),
            Err(_) => self.roll_back_to(0),
        }
        begun
    }

    /// Applies an extrinsic to the block that is being made, and puts it there. Says whether what it wanted was done.
    ///
    /// # Errors
    /// [`Refused`] if it must not be in this block: then nothing changes.
    ///
    /// # Panics
    /// If no block is open.
    pub fn apply(&mut self, extrinsic: &[u8]) -> Result<Result<(), DispatchError>, Refused> {
        assert!(self.is_open(), "no block is being made");
        let decoded = decoded(extrinsic).ok_or(Refused::Undecodable)?;
        // One that is refused has got as far as that: its number may be used up already, for example.
        let applied = self.guarded(Result::is_ok, || Executive::apply_extrinsic(decoded)).map_err(Refused::Fault)?;
        let done = applied.map_err(Refused::Invalid)?;
        self.open.iter_mut().for_each(|extrinsics| extrinsics.push(extrinsic.to_vec()));
        Ok(done)
    }

    /// Ends the block that is being made.
    ///
    /// # Errors
    /// A [`Fault`] of the runtime's, which only sudo can bring about; the block never was then.
    ///
    /// # Panics
    /// If no block is open.
    pub fn seal(&mut self) -> Result<Sealed, Fault> {
        let sealed = self.ended()?;
        self.take(&sealed);
        Ok(sealed)
    }

    /// As [`State::seal`], once `keep` has written it down; where that fails, the block never was.
    ///
    /// # Errors
    /// That of `keep`, or as [`State::seal`].
    ///
    /// # Panics
    /// If no block is open.
    pub fn seal_kept<E: From<Fault>>(&mut self, keep: impl FnOnce(&Sealed) -> Result<(), E>) -> Result<Head, E> {
        let sealed = self.ended()?;
        match keep(&sealed) {
            Ok(()) => self.take(&sealed),
            Err(error) => {
                self.roll_back_to(0);
                return Err(error);
            }
        }
        Ok(self.head)
    }

    /// The block as the runtime ends it. The runtime goes by what is in storage, where sudo can write anything: what is not the next
    /// block then never was.
    fn ended(&mut self) -> Result<Sealed, Fault> {
        let extrinsics = self.open.take().expect("a block is being made");
        let (head, count) = (self.head, extrinsics.len());
        let ended = self.guarded(
            |_| true,
            || {
                let counted = System::extrinsic_index().is_some_and(|counted| counted as usize == count);
                assert!(counted, "the block has another number of extrinsics");
                let header = Executive::finalize_block();
                let next = header.number.checked_sub(1) == Some(head.number) && header.parent_hash == head.hash;
                assert!(next, "the block is not the next one");
                header
            },
        );
        match ended {
            Ok(header) => Ok(Sealed { header, extrinsics, changes: self.changes() }),
            Err(fault) => {
                self.roll_back_to(0);
                Err(fault)
            }
        }
    }

    fn take(&mut self, sealed: &Sealed) {
        self.commit_transaction();
        let externalities = self.externalities();
        externalities.commit_all().expect("the block's transaction was the only one");
        // What is gone would be remembered as gone.
        if sealed.header.number % BLOCKS_BETWEEN_PURGES == 0 {
            externalities.backend.backend_storage_mut().purge();
        }
        self.head = Head::of(&sealed.header);
    }

    /// Undoes the block that is being made, if there is one.
    pub fn abandon(&mut self) {
        if self.open.take().is_some() {
            self.roll_back_to(0);
        }
    }

    /// What changed since the last block.
    fn changes(&mut self) -> Changes {
        let overlay = self.externalities().overlayed_changes();
        let top = overlay.changes().map(|(key, value)| (key.clone(), value.clone().value().cloned())).collect();
        let children = overlay.children().map(|(changes, child)| {
            let changes = changes.map(|(key, value)| (key.clone(), value.clone().value().cloned()));
            (child.storage_key().to_vec(), changes.collect())
        });
        Changes { top, children: children.collect() }
    }
}

/// How often a trie forgets what it had.
const BLOCKS_BETWEEN_PURGES: u32 = 256;

/// The extrinsic whose bytes these are, all of them. Calls within calls are only so deep: any depth would need a stack of any size.
pub fn decoded(mut bytes: &[u8]) -> Option<UncheckedExtrinsic> {
    UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut bytes).ok()
}

/// The root of no extrinsics at all.
pub(crate) fn no_extrinsics() -> Hash {
    BlakeTwo256::ordered_trie_root(Vec::new(), StateVersion::V0)
}
