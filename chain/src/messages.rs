//! Messages to the contracts, with the types of their arguments and results, and the constructors.

use crate::{hash::blake2_256, settings::Settings};
use ink::{
    codegen::TraitCallBuilder,
    contract_ref,
    env::{
        call::{
            utils::{ReturnType, Set},
            Call, CallBuilder, ExecutionInput, Selector,
        },
        DefaultEnvironment,
    },
    primitives::AccountId,
};
use pendzl::contracts::{
    access_control::AccessControl,
    pausable::Pausable,
    psp22::{metadata::PSP22Metadata, PSP22},
};
use scale::Encode;

/// A message to a contract, as the builders of `contract_ref!` make it.
pub type Message<Args, T> =
    CallBuilder<DefaultEnvironment, Set<Call<DefaultEnvironment>>, Set<ExecutionInput<Args>>, Set<ReturnType<T>>>;

/// Builds messages to the reputation contract; see [`World::reputation`].
pub type ReputationCalls = <contract_ref!(interfaces::Reputation, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds messages to the obligation contract; see [`World::obligation`].
pub type ObligationCalls = <contract_ref!(interfaces::Obligation, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds messages to the market; see [`World::market`].
pub type MarketCalls = <contract_ref!(interfaces::Market, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds AccessControl messages to any of the contracts; see [`World::roles_in`].
pub type RoleCalls = <contract_ref!(AccessControl, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds messages about whether the market or the obligation contract is paused.
pub type PauseCalls = <contract_ref!(Pausable, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds PSP22 messages to the reputation contract; see [`World::token`].
pub type TokenCalls = <contract_ref!(PSP22, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// Builds messages to a PSP22 token about its name, symbol and decimals.
pub type TokenMetadataCalls = <contract_ref!(PSP22Metadata, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// The input of a constructor that has no arguments yet.
pub fn constructor(name: &str) -> ExecutionInput<ink::env::call::utils::EmptyArgumentList> {
    let hash = blake2_256(name.as_bytes());
    ExecutionInput::new(Selector::new([hash[0], hash[1], hash[2], hash[3]]))
}

/// Makes the reputation contract.
pub fn reputation_constructor(settings: &Settings) -> ExecutionInput<impl Encode + Clone> {
    constructor("new")
        .push_arg(Some(settings.name.clone()))
        .push_arg(Some(settings.symbol.clone()))
        .push_arg(settings.tiers.clone())
        .push_arg(settings.mint_epoch)
        .push_arg(settings.minter_notice)
}

/// Makes the obligation contract.
pub fn obligation_constructor(reputation: AccountId) -> ExecutionInput<impl Encode + Clone> {
    constructor("new").push_arg(reputation)
}

/// Makes the market.
pub fn market_constructor(reputation: AccountId, obligation: AccountId) -> ExecutionInput<impl Encode + Clone> {
    constructor("new").push_arg(reputation).push_arg(obligation)
}
