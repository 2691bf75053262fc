//! What the runtime answers, by the names of its APIs.

use runtime::{
    frame_support::storage::with_transaction,
    genesis::{self, account},
    sp_runtime::{DispatchError, TransactionOutcome},
    sp_version::RuntimeVersion,
    state::{is_guarded, Fault},
    Balances, Block, Hash, Header, Nonce, State, System, VERSION,
};
use scale::{Decode, Encode};

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
    for api in ["ContractsApi", "AccountNonceApi", "TransactionPaymentApi", "TaggedTransactionQueue", "GenesisBuilder"]
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
    let block = Block { header: header_of(9), extrinsics: Vec::new() };
    assert!(matches!(state.ask("Core_execute_block", &block.encode()), Err(Fault::Panicked(_))));
    let kept = state.guarded(
        |_| true,
        || {
            System::set_block_number(3);
            with_transaction(|| -> TransactionOutcome<Result<(), _>> { panic!("within a transaction of the runtime") })
                .map_err(|error: DispatchError| error)
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

fn header_of(number: u32) -> Header {
    Header {
        parent_hash: Hash::repeat_byte(1),
        number,
        state_root: Hash::zero(),
        extrinsics_root: Hash::zero(),
        digest: Default::default(),
    }
}
