//! How a call ended: what it returned, or why it returned nothing, what it used, and its events.

use ink::{
    env::Event,
    primitives::{AccountId, MessageResult},
};
use interfaces::Balance;
use scale::{Decode, Encode};
use std::fmt;

pub use runtime::{frame_support::weights::Weight, pallet_contracts::StorageDeposit};

/// The result of an execution that did not trap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What a message or a constructor returned, encoded; for an upload, the hash of the code.
    pub data: Vec<u8>,
    /// Whether the contract asked for everything to be undone.
    pub reverted: bool,
    /// The new contract of an instantiation.
    pub contract: Option<AccountId>,
}

impl Returned {
    /// What a message that returns a `T` returned.
    pub fn message<T: Decode>(self) -> Result<T, String> {
        match MessageResult::<T>::decode(&mut self.data.as_slice()) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(format!("{error:?}")),
            Err(error) => Err(format!("the message's result has another type: {error}")),
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What the message returned (a refusal of its own is a value, too), or why it returned nothing.
    pub result: Result<T, Trap>,
    /// What it used of the block.
    pub gas: Weight,
    /// What it must be allowed to use: more than it did use, where it gave something back.
    pub required: Weight,
    /// What the caller paid for storage, or got back.
    pub deposit: StorageDeposit<Balance>,
    /// The events of contracts, in order; none of a call that failed.
    pub emitted: Vec<Emitted>,
}

impl<T> Outcome<T> {
    /// The same with `read` applied to the result, or with its reason why there is none.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, String>) -> Outcome<U> {
        let result = self.result.and_then(|value| read(value).map_err(|error| Trap { error, debug: String::new() }));
        Outcome { result, gas: self.gas, required: self.required, deposit: self.deposit, emitted: self.emitted }
    }

    /// The events of type `E`, in order.
    pub fn events<E: Event + Decode>(&self) -> Vec<E> {
        self.emitted.iter().filter_map(Emitted::decode).collect()
    }

    /// What the message returned.
    ///
    /// # Panics
    /// If it trapped.
    #[track_caller]
    pub fn returned(self) -> T {
        match self.result {
            Ok(value) => value,
            Err(trap) => panic!("the call trapped: {trap}"),
        }
    }

    /// Why the message returned nothing.
    ///
    /// # Panics
    /// If it did return.
    #[track_caller]
    pub fn trap(self) -> Trap {
        match self.result {
            Ok(_) => panic!("the call did not trap"),
            Err(trap) => trap,
        }
    }
}

impl<T: fmt::Debug, E: fmt::Debug> Outcome<Result<T, E>> {
    /// What an accepted message returned.
    ///
    /// # Panics
    /// If it was refused, or trapped.
    #[track_caller]
    pub fn ok(self) -> T {
        match self.returned() {
            Ok(value) => value,
            Err(error) => panic!("the message was refused: {error:?}"),
        }
    }

    /// Why the message was refused.
    ///
    /// # Panics
    /// If it was accepted, or trapped.
    #[track_caller]
    pub fn err(self) -> E {
        match self.returned() {
            Ok(value) => panic!("the message was accepted: {value:?}"),
            Err(error) => error,
        }
    }
}

/// Why a call ended without a result: a panic, no gas left, no money for the value or the storage deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The runtime's name for it.
    pub error: String,
    /// What the runtime's interpreter wrote about it, if anything.
    pub debug: String,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.debug.is_empty() {
            true => write!(f, "{}", self.error),
            false => write!(f, "{} ({})", self.error, self.debug),
        }
    }
}

impl std::error::Error for Trap {}

impl Trap {
    /// Whether it took more than it was allowed of a block.
    pub fn is_out_of_gas(&self) -> bool {
        self.is_any_of(&["OutOfGas"])
    }

    /// Whether the caller could not pay the storage deposit.
    pub fn lacks_deposit(&self) -> bool {
        self.is_any_of(&["StorageDepositNotEnoughFunds", "StorageDepositLimitExhausted"])
    }

    /// Whether the caller did not have the value to send and what it needs to stay alive.
    pub fn lacks_value(&self) -> bool {
        self.is_any_of(&["TransferFailed", "Token(FundsUnavailable)"])
    }

    /// Whether there is no contract at the address.
    pub fn has_no_contract(&self) -> bool {
        self.is_any_of(&["ContractNotFound"])
    }

    /// Whether chains have one of these names for it.
    fn is_any_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.error.contains(name))
    }
}

/// An event of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Emitted {
    pub contract: AccountId,
    pub topics: Vec<[u8; 32]>,
    pub data: Vec<u8>,
}

impl Emitted {
    /// The event, if it is of type `E`.
    pub fn decode<E: Event + Decode>(&self) -> Option<E> {
        let signature = E::SIGNATURE_TOPIC?;
        (self.topics.first() == Some(&signature)).then(|| E::decode(&mut self.data.as_slice()).ok()).flatten()
    }
}
