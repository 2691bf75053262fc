//! The contracts through ink!'s own end-to-end framework: on the same embedded chain as all other tests, and on a real
//! node, which the framework starts (`CONTRACTS_NODE`, or `substrate-contracts-node` on the PATH).
//!
//! The framework's test macro has its contracts built by `ink_e2e::build_root_and_contract_dependencies`: in debug
//! mode, and without the lock file, so that any dependency's next release can break it. This file stands in for the
//! crate that the macro calls, and hands it the release builds that all other tests run on.

extern crate ink_e2e as framework;
extern crate self as ink_e2e;

pub use framework::{log_info, tokio, tracing_subscriber, Client, PolkadotConfig, TestNodeProcess, INIT, LOG_PREFIX};

/// What the framework's macro calls for the contracts.
pub fn build_root_and_contract_dependencies() -> Vec<PathBuf> {
    contracts().expect("the contracts build").all().map(|artifact| artifact.bundle.with_extension("wasm")).to_vec()
}

use chain::{account, build::contracts, days};
use framework::ContractsBackend;
use ink::{
    codegen::TraitCallBuilder,
    contract_ref,
    env::{
        call::{build_create, ExecutionInput, Selector},
        DefaultEnvironment,
    },
    primitives::AccountId,
    selector_bytes,
};
use interfaces::{reputation, roles, Balance, Reputation as _, Timestamp};
use pendzl::contracts::access_control::{AccessControl, AccessControlError};
use std::{error::Error, path::PathBuf};

type Reputation = contract_ref!(interfaces::Reputation, DefaultEnvironment);
type Calls = <Reputation as TraitCallBuilder>::Builder;
type RoleCalls = <contract_ref!(AccessControl, DefaultEnvironment) as TraitCallBuilder>::Builder;

const ENDOWMENT: Balance = 300;

/// How long a new minter is announced before.
fn notice() -> Timestamp {
    days(7)
}

/// A sealed reputation contract with one founder, whose manager is Alice.
async fn found<Client: framework::E2EBackend>(client: &mut Client) -> Result<AccountId, Box<dyn Error>>
where
    <Client as ContractsBackend<DefaultEnvironment>>::Error: Error + 'static,
{
    let manager = framework::alice();
    let mut constructor = build_create::<Reputation>()
        .exec_input(
            ExecutionInput::new(Selector::new(selector_bytes!("new")))
                .push_arg(Some("Reputation".to_owned()))
                .push_arg(Some("REP".to_owned()))
                .push_arg(vec![100 as Balance])
                .push_arg(days(1))
                .push_arg(notice()),
        )
        .returns::<Result<Reputation, reputation::Error>>();
    let deployed = client.instantiate("reputation", &manager, &mut constructor).submit().await?;
    let founder: AccountId = account("founder");
    let reputation = || Calls::from(deployed.account_id);

    client.call(&manager, &reputation().endow(vec![(founder, ENDOWMENT)])).submit().await?;
    client.call(&manager, &reputation().seal()).submit().await?;
    let profile = client.call(&manager, &reputation().profile(founder)).dry_run().await?.return_value();
    assert_eq!((profile.balance, profile.available), (ENDOWMENT, ENDOWMENT));
    let again = client.call(&manager, &reputation().seal()).dry_run().await?.return_value();
    assert_eq!(again, Err(reputation::Error::Sealed));
    Ok(deployed.account_id)
}

#[framework::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_founder_keeps_the_endowment_on_a_real_node<Client: framework::E2EBackend>(
    mut client: Client,
) -> Result<(), Box<dyn Error>> {
    let manager = framework::alice();
    let address = found(&mut client).await?;
    let minter: AccountId = account("minter");
    let grant = RoleCalls::from(address).grant_role(roles::MINTER, Some(minter));
    let early = client.call(&manager, &grant).dry_run().await?.return_value();
    assert_eq!(early, Err(AccessControlError::InvalidCaller));
    Ok(())
}
