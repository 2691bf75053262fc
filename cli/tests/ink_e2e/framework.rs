//! What ink!'s test macro calls, in place of the crate `ink_e2e`.
//!
//! Two things are done otherwise here. The macro has its contracts built by `build_root_and_contract_dependencies`: in debug mode,
//! and without the lock file, so that any dependency's next release can break it. Here it is handed the release builds that all
//! other tests run on. And a test whose name does not end with [`ON_A_CONTRACTS_NODE`] runs on `atomic node`.

pub use given::{log_info, tokio, tracing_subscriber, Client, PolkadotConfig, INIT, LOG_PREFIX};

use chain::build::{self, contracts, Artifact};
use e2e_tests::contracts::PSP22;
use given::{log_prefix, subxt, TestNodeProcessBuilder};
use std::{env, marker::PhantomData, path::PathBuf, sync::Once};

/// How the names of those tests end that want the node that the framework finds.
const ON_A_CONTRACTS_NODE: &str = "_on_a_contracts_node";
/// What the framework starts otherwise, and the variable that tells it our program.
const ATOMIC_NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/atomic-node.sh");
const PROGRAM: &str = "ATOMIC_NODE";

/// The code of all contracts that the stories deploy.
pub fn build_root_and_contract_dependencies() -> Vec<PathBuf> {
    let token = build::package(PSP22).expect("the token builds");
    let code = |artifact: &Artifact| artifact.bundle.with_extension("wasm");
    contracts().expect("the contracts build").all().into_iter().chain([&token]).map(code).collect()
}

/// How the macro asks for a node.
pub struct TestNodeProcess<C>(PhantomData<C>);

impl<C: subxt::Config> TestNodeProcess<C> {
    /// The node that this test runs on.
    pub fn build_with_env_or_default() -> TestNodeProcessBuilder<C> {
        // The macro has just noted which test this is.
        if log_prefix().ends_with(ON_A_CONTRACTS_NODE) {
            return given::TestNodeProcess::build_with_env_or_default();
        }
        static TOLD: Once = Once::new();
        TOLD.call_once(|| env::set_var(PROGRAM, env!("CARGO_BIN_EXE_atomic")));
        given::TestNodeProcess::build(ATOMIC_NODE)
    }
}
