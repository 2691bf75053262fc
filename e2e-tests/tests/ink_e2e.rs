//! The contracts through ink!'s own end-to-end framework, on the same embedded chain as all other tests.
//!
//! The framework builds the contracts by itself, with debug messages: sizes and weights are not those of a release.

use atomic_cli::chain::{account, days, AtomicSandbox, Chain};
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
use ink_e2e::{ContractsBackend, E2EBackend};
use interfaces::{reputation, roles, Balance, Reputation as _};
use pendzl::contracts::access_control::{AccessControl, AccessControlError};
use std::error::Error;

type Reputation = contract_ref!(interfaces::Reputation, DefaultEnvironment);
type Calls = <Reputation as TraitCallBuilder>::Builder;
type RoleCalls = <contract_ref!(AccessControl, DefaultEnvironment) as TraitCallBuilder>::Builder;

const ENDOWMENT: Balance = 300;

#[ink_e2e::test(backend(runtime_only(sandbox = AtomicSandbox)))]
async fn a_founder_keeps_the_endowment_and_a_new_minter_waits_for_its_notice<Client: E2EBackend>(
    mut client: Client,
) -> Result<(), Box<dyn Error>> {
    let manager = ink_e2e::alice();
    let notice = days(7);
    let mut constructor = build_create::<Reputation>()
        .exec_input(
            ExecutionInput::new(Selector::new(selector_bytes!("new")))
                .push_arg(Some("Reputation".to_owned()))
                .push_arg(Some("REP".to_owned()))
                .push_arg(vec![100 as Balance])
                .push_arg(days(1))
                .push_arg(notice),
        )
        .returns::<Result<Reputation, reputation::Error>>();
    let deployed = client.instantiate("reputation", &manager, &mut constructor).submit().await?;
    let (founder, minter): (AccountId, AccountId) = (account("founder"), account("minter"));
    let reputation = || Calls::from(deployed.account_id);
    let grant = || RoleCalls::from(deployed.account_id).grant_role(roles::MINTER, Some(minter));

    client.call(&manager, &reputation().endow(vec![(founder, ENDOWMENT)])).submit().await?;
    client.call(&manager, &reputation().seal()).submit().await?;
    let profile = client.call(&manager, &reputation().profile(founder)).dry_run().await?.return_value();
    assert_eq!((profile.balance, profile.available), (ENDOWMENT, ENDOWMENT));
    let again = client.call(&manager, &reputation().seal()).dry_run().await?.return_value();
    assert_eq!(again, Err(reputation::Error::Sealed));

    client.call(&manager, &reputation().propose_minter(minter)).submit().await?;
    let early = client.call(&manager, &grant()).dry_run().await?.return_value();
    assert_eq!(early, Err(AccessControlError::InvalidCaller));
    Chain::of_this_thread().expect("the framework's chain").pass(notice);
    let granted = client.call(&manager, &grant()).submit().await?.return_value();
    assert_eq!(granted, Ok(()));
    Ok(())
}
