//! How blocks are made: a block is opened at a time, extrinsics are applied to it, and it is sealed or abandoned.

use crate::{
    state::{Fault, State},
    Executive, Hash, Header, Runtime, RuntimeCall, UncheckedExtrinsic,
};
use scale::{Decode, Encode};
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
    /// # Panics
    /// If a block is open.
    pub fn open(&mut self, now: u64) {
        assert!(!self.is_open(), "a block is being made already");
        let now = now.max(self.now());
        let header = Header {
            parent_hash: self.head.hash,
            number: self.head.number.checked_add(1).expect("nobody makes so many blocks"),
            state_root: Hash::zero(),
            extrinsics_root: Hash::zero(),
            digest: Digest::default(),
        };
        self.begin_transaction();
        self.within(|| Executive::initialize_block(&header));
        self.open = Some(Vec::new());
        let clock = UncheckedExtrinsic::new_unsigned(RuntimeCall::Timestamp(pallet_timestamp::Call::set { now }));
        self.apply(&clock.encode()).expect("time does not go back").expect("the first extrinsic may set the time");
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
        let decoded = decode_all::<UncheckedExtrinsic>(extrinsic).ok_or(Refused::Undecodable)?;
        // One that is refused has got as far as that: its number may be used up already, for example.
        let applied = self.guarded(Result::is_ok, || Executive::apply_extrinsic(decoded)).map_err(Refused::Fault)?;
        let done = applied.map_err(Refused::Invalid)?;
        self.open.iter_mut().for_each(|extrinsics| extrinsics.push(extrinsic.to_vec()));
        Ok(done)
    }

    /// Ends the block that is being made.
    ///
    /// # Panics
    /// If no block is open.
    pub fn seal(&mut self) -> Sealed {
        let sealed = self.ended();
        self.take(&sealed);
        sealed
    }

    /// As [`State::seal`], once `keep` has written it down; where that fails, the block never was.
    ///
    /// # Errors
    /// That of `keep`.
    ///
    /// # Panics
    /// If no block is open.
    pub fn seal_kept<E>(&mut self, keep: impl FnOnce(&Sealed) -> Result<(), E>) -> Result<Head, E> {
        let sealed = self.ended();
        match keep(&sealed) {
            Ok(()) => self.take(&sealed),
            Err(error) => {
                self.roll_back_to(0);
                return Err(error);
            }
        }
        Ok(self.head)
    }

    fn ended(&mut self) -> Sealed {
        let extrinsics = self.open.take().expect("a block is being made");
        let header = self.within(Executive::finalize_block);
        Sealed { header, extrinsics, changes: self.changes() }
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

/// A value whose bytes these are, all of them.
pub fn decode_all<T: Decode>(mut bytes: &[u8]) -> Option<T> {
    let value = T::decode(&mut bytes).ok()?;
    bytes.is_empty().then_some(value)
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
    use sp_core::{sr25519, Pair};
    use sp_runtime::{generic::Era, transaction_validity::InvalidTransaction, MultiSignature, MultiSigner};

    const NOW: u64 = 1_893_456_000_000;

    /// Somebody sends another one money, on the chain that begins with `genesis`.
    fn transfer(genesis: Head, from: &str, nonce: u32, value: u128) -> Vec<u8> {
        let pair = sr25519::Pair::from_string(from, None).expect("a key");
        let call = RuntimeCall::Balances(pallet_balances::Call::transfer_allow_death {
            dest: genesis::account("//Zoe").into(),
            value,
        });
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
        state.open(NOW + 5);
        assert_eq!(state.apply(&extrinsic), Ok(Ok(())));
        let sealed = state.seal();
        assert_eq!((sealed.header.number, sealed.header.parent_hash), (1, genesis.hash));
        assert_eq!((sealed.extrinsics.len(), &sealed.extrinsics[1]), (2, &extrinsic));
        assert_eq!((state.now(), zoe(&mut state)), (NOW + 5, 7_000_000_000));
        assert_eq!((state.head(), state.root()), (Head::of(&sealed.header), sealed.header.state_root));
        assert!(sealed.changes.top.len() > 10 && sealed.changes.children.is_empty());
        // Time does not go back, and may stand still.
        state.open(NOW);
        let next = state.seal();
        assert_eq!((state.now(), next.header.parent_hash), (NOW + 5, sealed.header.hash()));
    }

    #[test]
    fn what_must_not_be_in_a_block_is_not_and_an_abandoned_block_never_was() {
        let mut state = State::development(NOW);
        let (root, genesis) = (state.root(), state.head());
        let of = |from, nonce, value| transfer(genesis, from, nonce, value);
        let (good, later) = (of("//Alice", 0, 7_000_000_000), of("//Bob", 1, 9));
        let fails = of("//Bob", 0, u128::MAX);
        state.open(NOW);
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
        state.open(NOW);
        assert_eq!(state.root(), before);
        assert_eq!(state.apply(&good), Ok(Ok(())));
        assert_eq!(state.apply(&good), Err(Refused::Invalid(InvalidTransaction::Stale.into())));
        assert!(matches!(state.apply(&fails), Ok(Err(_))), "it is in the block, and pays its fee");
        state.abandon();
        assert_eq!((state.root(), state.is_open(), state.depth(), zoe(&mut state)), (root, false, 0, 0));
        state.open(NOW);
        assert_eq!(state.apply(&good), Ok(Ok(())));
        assert_eq!(state.seal().extrinsics.len(), 2);
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
            chain.open(NOW);
            let applied = chain.apply(&extrinsic);
            assert_eq!(applied == Ok(Ok(())), taken, "{applied:?}");
            assert!(taken || applied == Err(Refused::Invalid(InvalidTransaction::BadProof.into())));
        }
    }
}
