//! Settling what has its verdict, and all that is paid (section 3.5).
//!
//! Anyone settles a request's submissions in order and claims for each of them; the requester reclaims what was not
//! earned. All of it is credited, and everybody withdraws their own. What is over is pruned.

use crate::{market::Asset, reputation, Balance, RequestId, SubmissionId};
use ink::primitives::AccountId;

/// Most submissions opened or settled, and most cells pruned, by one call.
pub const MAX_BATCH: u32 = 64;

/// Everything in a request is settled.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct RequestSettled {
    #[ink(topic)]
    pub request: RequestId,
    pub submissions: u32,
    /// The deposit that an engagement's provider was credited, which kept its place to the end.
    pub deposit: Balance,
}

/// A submission was paid.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Claimed {
    #[ink(topic)]
    pub request: RequestId,
    pub submission: SubmissionId,
    #[ink(topic)]
    pub provider: AccountId,
    pub pay: Balance,
    /// The deposit, where it went back to the provider.
    pub deposit: Balance,
    /// The deposit, where it went to the requester.
    pub forfeited: Balance,
    /// Reputation the provider earned.
    pub reputation: Balance,
}

/// The requester was credited what was not earned.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Reclaimed {
    #[ink(topic)]
    pub request: RequestId,
    pub amount: Balance,
}

/// A credit was paid out.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Withdrawn {
    #[ink(topic)]
    pub who: AccountId,
    pub asset: Asset,
    pub amount: Balance,
}

/// Storage of a request that is over was freed.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct Pruned {
    #[ink(topic)]
    pub request: RequestId,
    pub count: u32,
    /// Whether nothing of it is left.
    pub finished: bool,
    /// What the requester was credited with that, not having reclaimed it.
    pub reclaimed: Balance,
}

/// The reputation contract refused a reward, penalty or release: the money moved without.
#[derive(Debug, PartialEq, Eq)]
#[ink::event]
pub struct ReputationRefused {
    #[ink(topic)]
    pub request: RequestId,
    pub error: reputation::Error,
}
