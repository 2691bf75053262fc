//! How blocks are made, and what never was one.

use runtime::{
    blocks::{decoded, Head, Refused},
    frame_support::{dispatch::DispatchClass, storage::storage_prefix},
    frame_system, genesis, pallet_balances, pallet_sudo,
    sp_core::{sr25519, storage::well_known_keys::EXTRINSIC_INDEX, Pair},
    sp_runtime::{
        generic::Era, traits::IdentifyAccount, transaction_validity::InvalidTransaction, MultiSignature, MultiSigner,
    },
    Balances, Runtime, RuntimeCall, State, System, UncheckedExtrinsic,
};
use scale::Encode;

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
    let payload = runtime::payload(call, nonce, (Era::Immortal, genesis.hash), 0, genesis.hash);
    let signature = payload.using_encoded(|payload| pair.sign(payload));
    let (call, extra, _) = payload.deconstruct();
    let signer = MultiSigner::from(pair.public());
    let address = signer.into_account().into();
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
    let most = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
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
}

#[test]
fn after_the_last_number_there_is_no_block() {
    let head = Head { number: u32::MAX, ..State::development(NOW).head() };
    let mut state = State::resumed(genesis::storage(NOW), head);
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
