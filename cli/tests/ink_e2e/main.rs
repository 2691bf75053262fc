//! The contracts through ink!'s own end-to-end framework, on its ordinary backend: a node that it starts for each test.
//!
//! Each story is told once and played twice: on `atomic node`, and on the substrate-contracts-node that `CONTRACTS_NODE` names,
//! or that is on the PATH. Deadlines really pass on both.
//!
//! - [`path`]: a request from the contracts' deployment to the last withdrawal.
//! - [`ban`]: a member that does nothing.
//! - [`rest`]: a member that takes a break.
//! - [`token`]: a request that pays in a token.
//! - [`deal`]: a long deal that another takes over.
//! - [`stage`]: the organization, and what all of them do with it. [`framework`] stands in for the crate that the framework's
//!   macro calls.

extern crate ink_e2e as given;
extern crate self as ink_e2e;

mod ban;
mod deal;
mod framework;
mod path;
mod rest;
mod stage;
mod token;

pub use framework::*;

/// How a test ends that did not panic; the framework's macro asks for it.
type Ended = Result<(), given::subxt::Error>;

#[given::test]
async fn a_request_goes_from_the_deployment_to_the_last_withdrawal(mut client: Client) -> Ended {
    path::play(&mut client).await;
    Ok(())
}

#[given::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_request_goes_from_the_deployment_to_the_last_withdrawal_on_a_contracts_node(mut client: Client) -> Ended {
    path::play(&mut client).await;
    Ok(())
}

#[given::test]
async fn a_stranger_judges_who_does_nothing_until_another_has_its_seat(mut client: Client) -> Ended {
    ban::play(&mut client).await;
    Ok(())
}

#[given::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_stranger_judges_who_does_nothing_until_another_has_its_seat_on_a_contracts_node(
    mut client: Client,
) -> Ended {
    ban::play(&mut client).await;
    Ok(())
}

#[given::test]
async fn a_member_rests_sees_nothing_meanwhile_and_waits_for_a_seat_again(mut client: Client) -> Ended {
    rest::play(&mut client).await;
    Ok(())
}

#[given::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_member_rests_sees_nothing_meanwhile_and_waits_for_a_seat_again_on_a_contracts_node(
    mut client: Client,
) -> Ended {
    rest::play(&mut client).await;
    Ok(())
}

#[given::test]
async fn a_request_in_a_token_pays_everybody_in_that_token(mut client: Client) -> Ended {
    token::play(&mut client).await;
    Ok(())
}

#[given::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_request_in_a_token_pays_everybody_in_that_token_on_a_contracts_node(mut client: Client) -> Ended {
    token::play(&mut client).await;
    Ok(())
}

#[given::test]
async fn a_long_deal_is_taken_over_from_who_missed_a_delivery(mut client: Client) -> Ended {
    deal::play(&mut client).await;
    Ok(())
}

#[given::test]
#[ignore = "needs a substrate-contracts-node: make test-node"]
async fn a_long_deal_is_taken_over_from_who_missed_a_delivery_on_a_contracts_node(mut client: Client) -> Ended {
    deal::play(&mut client).await;
    Ok(())
}
