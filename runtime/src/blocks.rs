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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis, Balances, System};
    use frame_support::dispatch::DispatchClass;
    use frame_support::storage::storage_prefix;
    use sp_core::{sr25519, storage::well_known_keys::EXTRINSIC_INDEX, Pair};
    use sp_runtime::{generic::Era, transaction_validity::InvalidTransaction, MultiSignature, MultiSigner};

    const NOW: u64 = 1_893_456_000_000;

    /// Somebody sends another one money, on the chain that begins with `genesis`.
    fn transfer(genesis: Head, from: &str, nonce: u32, value: u128) -> Vec<u8> {
        let dest = genesis::account("//Zoe").into();
        signed(genesis, from, nonce, pallet_balances::Call::transfer_allow_death { dest, value }.into())
    }

    /// Alice, who has sudo, changes what is in storage.
    fn sudo(genesis: Head, call: frame_system::Call<Runtime>) -> Vec<u8> {
        signed(genesis, "//Alice", 0, pallet_sudo::Call::sudo { call: Box::new(call.into()) }.into())
    }

    fn signed(genesis: Head, from: &str, nonce: u32, call: RuntimeCall) -> Vec<u8> {
        let pair = sr25519::Pair::from_string(from, None).expect("a key");
        let payload = crate::payload(call, nonce, (Era::Immortal, genesis.hash), 0, genesis.hash);
        let signature = payload.using_encoded(|payload| pair.sign(payload));
        let (call, extra, _) = payload.deconstruct();
        let signer = MultiSigner::from(pair.public());
        let address = sp_runtime::traits::IdentifyAccount::into_account(signer).into();
        UncheckedExtrinsic::new_signed(call, address, MultiSignature::Sr25519(signature), extra).encode()
    }

    fn zoe(state: &mut State) -> u128 {
        state.within(|| Balances::free_balance(genesis::account("//Zoe")))
    }

    #[test]
    fn a_block_has_its_time_its_extrinsics_and_what_they_changed_and_follows_on_the_one_before() {
        let mut state = State::development(NOW);
        let genesis = state.head();
        let extrinsic = transfer(state.head(), "//Alice", 0, 7_000_000_000);
        state.open(NOW + 5).expect("a block");
        assert_eq!(state.apply(&extrinsic), Ok(Ok(())));
        let sealed = state.seal().expect("a block");
        assert_eq!((sealed.header.number, sealed.header.parent_hash), (1, genesis.hash));
        assert_eq!((sealed.extrinsics.len(), &sealed.extrinsics[1]), (2, &extrinsic));
        assert_eq!((state.now(), zoe(&mut state)), (NOW + 5, 7_000_000_000));
        assert_eq!((state.head(), state.root()), (Head::of(&sealed.header), sealed.header.state_root));
        assert!(sealed.changes.top.len() > 10 && sealed.changes.children.is_empty());
        // Time does not go back, and may stand still.
        state.open(NOW).expect("a block");
        let next = state.seal().expect("a block");
        assert_eq!((state.now(), next.header.parent_hash), (NOW + 5, sealed.header.hash()));
    }

    #[test]
    fn what_must_not_be_in_a_block_is_not_and_an_abandoned_block_never_was() {
        let mut state = State::development(NOW);
        let (root, genesis) = (state.root(), state.head());
        let of = |from, nonce, value| transfer(genesis, from, nonce, value);
        let (good, later) = (of("//Alice", 0, 7_000_000_000), of("//Bob", 1, 9));
        let fails = of("//Bob", 0, u128::MAX);
        state.open(NOW).expect("a block");
        assert_eq!(state.apply(&[7; 9]), Err(Refused::Undecodable));
        assert_eq!(state.apply(&[&good[..], &[0]].concat()), Err(Refused::Undecodable));
        assert_eq!(state.apply(&later), Err(Refused::Invalid(InvalidTransaction::Future.into())));
        // Half of it has happened when it is found to be too large for what is left of the block.
        let before = state.root();
        let most = crate::pallets::RuntimeBlockWeights::get().max_block;
        state.within(|| System::register_extra_weight_unchecked(most, DispatchClass::Mandatory));
        let full = state.root();
        assert_eq!(state.apply(&good), Err(Refused::Invalid(InvalidTransaction::ExhaustsResources.into())));
        assert_eq!(state.root(), full, "nothing of it remains");
        state.abandon();
        state.open(NOW).expect("a block");
        assert_eq!(state.root(), before);
        assert_eq!(state.apply(&good), Ok(Ok(())));
        assert_eq!(state.apply(&good), Err(Refused::Invalid(InvalidTransaction::Stale.into())));
        assert!(matches!(state.apply(&fails), Ok(Err(_))), "it is in the block, and pays its fee");
        state.abandon();
        assert_eq!((state.root(), state.is_open(), state.depth(), zoe(&mut state)), (root, false, 0, 0));
        state.open(NOW).expect("a block");
        assert_eq!(state.apply(&good), Ok(Ok(())));
        assert_eq!(state.seal().expect("a block").extrinsics.len(), 2);
    }

    #[test]
    fn a_block_whose_end_sudo_has_spoiled_never_was_and_another_takes_its_place() {
        use frame_system::Call::{kill_storage, set_storage};
        let mut state = State::development(NOW);
        let (root, genesis) = (state.root(), state.head());
        let key = |pallet: &[u8], item: &[u8]| storage_prefix(pallet, item).to_vec();
        let set = |key, value: u32| set_storage { items: vec![(key, value.encode())] };
        let (number, index) = (key(b"System", b"Number"), EXTRINSIC_INDEX.to_vec());
        for (call, reason) in [
            (kill_storage { keys: vec![number.clone()] }, "the block is not the next one"),
            (set(number, u32::MAX), "the block is not the next one"),
            (kill_storage { keys: vec![key(b"System", b"ParentHash")] }, "the block is not the next one"),
            (kill_storage { keys: vec![key(b"Timestamp", b"DidUpdate")] }, "Timestamp must be updated once"),
            // The runtime would take the bytes of each of so many extrinsics.
            (set(index, u32::MAX - 1), "another number of extrinsics"),
        ] {
            state.open(NOW).expect("a block");
            assert_eq!(state.apply(&sudo(genesis, call)), Ok(Ok(())), "{reason}");
            let fault = state.seal().expect_err(reason).to_string();
            assert!(fault.contains(reason), "{fault}");
            assert_eq!((state.root(), state.is_open(), state.depth(), state.head()), (root, false, 0, genesis));
        }
        state.open(NOW).expect("a block");
        assert_eq!(state.seal().expect("a block").header.number, 1);
        state.head.number = u32::MAX;
        assert!(state.open(NOW).is_err());
        assert_eq!((state.is_open(), state.depth()), (false, 0));
    }

    #[test]
    fn an_extrinsic_whose_calls_are_nested_too_deep_is_none() {
        let nested = |depth: usize, call: &[u8]| {
            let bytes = [&[4][..], &call.repeat(depth), &[0; 3]].concat();
            bytes.encode()
        };
        // Batches of one call, and calls by sudo.
        for (call, deep) in [(&[2, 0, 4][..], 250), (&[7, 0], 250)] {
            assert!(decoded(&nested(deep, call)).is_some());
            assert!(decoded(&nested(100_000, call)).is_none());
            assert!(decoded(&[&nested(deep, call)[..], &[0]].concat()).is_none(), "something follows");
        }
    }

    #[test]
    fn chains_of_other_identities_have_other_first_blocks_and_nothing_else() {
        let mut one = State::new(genesis::storage(NOW), [1; 32]);
        let mut other = State::new(genesis::storage(NOW), [2; 32]);
        assert_ne!(one.head().hash, other.head().hash);
        assert_eq!(one.root(), other.root());
        let extrinsic = transfer(one.head(), "//Alice", 0, 7_000_000_000);
        // What was signed for the one is worth nothing on the other.
        for (chain, taken) in [(&mut other, false), (&mut one, true)] {
            chain.open(NOW).expect("a block");
            let applied = chain.apply(&extrinsic);
            assert_eq!(applied == Ok(Ok(())), taken, "{applied:?}");
            assert!(taken || applied == Err(Refused::Invalid(InvalidTransaction::BadProof.into())));
        }
    }
}
