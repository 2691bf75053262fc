//! One interface for two chains: the [`embedded`] one, and the one behind a [`node`].
//!
//! Commands know nothing else: `backend.call(&signer, market.post(spec, 0))` is a transaction on whichever chain it is, and
//! `backend.read(market.policy())` reads from it. Messages are built by the builders of [`crate::world`] (such as
//! [`chain::MarketCalls`]), and results, traps and events are those of [`crate::chain`].

use crate::client::{signer::Signer, text::shown};
use chain::{
    account, blake2_256, machine_time,
    runtime::{pallet_contracts::ExecReturnValue, sp_runtime::DispatchError},
    Emitted, Message, Outcome, Returned, StorageDeposit, Trap, Weight,
};
use ink::{
    env::call::ExecutionInput,
    primitives::{AccountId, ConstructorResult},
};
use interfaces::{Balance, Timestamp};
use scale::{Decode, Encode};
use std::{fmt, time::Duration};

/// The hash of a block, or of code.
pub type Hash = [u8; 32];

/// The name of a development node's chain. It makes a block only when there is a transaction; its clock stands still in
/// between.
pub const DEVELOPMENT: &str = "Development";

/// Which chain this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The chain's own name.
    pub name: String,
    /// The hash of its first block; no other chain has it.
    pub genesis: Hash,
}

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub number: u32,
    pub hash: Hash,
    /// In milliseconds since the Unix epoch.
    pub time: Timestamp,
}

/// A block with what contracts told in it.
#[derive(Clone, Debug)]
pub struct Told {
    pub block: Block,
    /// The hash of the block before it.
    pub parent: Hash,
    pub emitted: Vec<Emitted>,
}

/// A transaction.
#[derive(Clone, Debug)]
pub enum Transaction {
    /// Puts code on the chain, unless it is there already.
    Upload { code: Vec<u8> },
    /// Makes a contract of code that is on the chain. Its address follows from the caller and all of this but `value`.
    Instantiate { code_hash: Hash, value: Balance, data: Vec<u8>, salt: Vec<u8> },
    /// Sends a message to a contract.
    Call { to: AccountId, value: Balance, data: Vec<u8> },
}

/// How a transaction ended, or would end.
#[derive(Debug)]
pub struct Receipt<T = Returned> {
    /// What it returned, or why it returned nothing; what it used of the block, paid for storage, and told.
    ///
    /// On a node, the result is that of the dry run just before, because blocks keep no results. Where it matters (a
    /// new request's number), the events say what really happened.
    pub outcome: Outcome<T>,
    /// The block it is in; `None` if it was only tried, or refused before it was sent.
    pub block: Option<u32>,
    /// What the chain took for it beside the deposit; 0 if it was not sent.
    pub fee: Balance,
}

impl<T> Receipt<T> {
    /// The same with `read` applied to the result, or with its reason why there is none.
    fn and_then<U>(self, read: impl FnOnce(T) -> Result<U, String>) -> Receipt<U> {
        Receipt { outcome: self.outcome.and_then(read), block: self.block, fee: self.fee }
    }
}

/// Why a chain gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The node cannot be reached, or went away. What was sent may still get into a block.
    ConnectionLost { url: String, reason: String },
    /// The chain did not take the transaction.
    Rejected(String),
    /// A contract did not answer a read, or there is no contract at this address.
    Unanswered { contract: AccountId, trap: Trap },
    /// The chain answered something this program does not understand.
    NotUnderstood(String),
    /// The embedded chain could not be kept: nothing happened.
    NotKept(String),
    /// This chain cannot do that.
    Unsupported(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::ConnectionLost { url, reason } => format!("no connection to the node at {url}: {reason}"),
            Self::Rejected(reason) => format!("the chain did not take the transaction: {reason}"),
            Self::Unanswered { contract, trap } => {
                format!("no answer from a contract at {}: {trap}", crate::client::signer::address(contract))
            }
            Self::NotUnderstood(reason) => format!("the chain's answer is not understood: {reason}"),
            Self::NotKept(reason) => format!("the chain's state could not be kept, and nothing happened: {reason}"),
            Self::Unsupported(reason) => (*reason).to_owned(),
        };
        // Nodes and contracts choose some of these words.
        f.write_str(&shown(&words))
    }
}

impl std::error::Error for Error {}

/// What a chain answers.
pub type Answer<T> = Result<T, Error>;

/// A chain with `pallet-contracts`.
///
/// Its methods block. `dyn Backend` has more of them, for messages with their types, such as
/// [`call`](trait.Backend.html#method.call).
pub trait Backend {
    /// Which chain this is.
    fn network(&self) -> &Network;

    /// The latest block. On the embedded chain, its time is the one that the next transaction will see.
    fn tip(&self) -> Answer<Block>;

    /// The hash of block number `number`, as long as the chain knows it. A chain with another history has another hash.
    fn hash_of(&self, number: u32) -> Answer<Option<Hash>>;

    /// What an account has to spend.
    fn balance(&self, who: &AccountId) -> Answer<Balance>;

    /// The hash of a contract's code, or nothing where there is no contract.
    fn code_of(&self, contract: &AccountId) -> Answer<Option<Hash>>;

    /// Whether code of this hash is on the chain.
    fn has_code(&self, code_hash: Hash) -> Answer<bool>;

    /// What this transaction by `caller` would do now. Nothing changes.
    fn simulate(&self, caller: &AccountId, transaction: &Transaction) -> Answer<Receipt>;

    /// What the chain takes for this transaction beside the deposit, if it uses this weight: close enough to decide by.
    fn fee(&self, signer: &Signer, transaction: &Transaction, weight: Weight) -> Answer<Balance>;

    /// Whether others make blocks while this program waits. This is so on a node, not on the embedded chain.
    fn runs_by_itself(&self) -> bool;

    /// Whether its clock runs. This is so on a node, unless it was started with a clock that somebody sets.
    fn clock_runs(&self) -> bool;

    /// Sends this transaction and waits until it is in a block. If a dry run traps or is refused, it is not sent, and
    /// costs nothing.
    fn execute(&self, signer: &Signer, transaction: &Transaction) -> Answer<Receipt>;

    /// Waits until all that `who` sent before is in a block, even if it was sent by a program that has ended. Whoever
    /// goes on where another stopped asks the chain what is done only after this.
    fn wait_for_sent(&self, who: &AccountId) -> Answer<()>;

    /// The events of contracts in the blocks from `first` to `last`, oldest first; blocks without any are left out.
    fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>>;

    /// The latest block that is final. On the embedded chain every block is.
    fn finalized(&self) -> Answer<Block> {
        self.tip()
    }

    /// The block with this number, and what contracts told in it; `None` if there is none.
    fn told_in(&self, _number: u32) -> Answer<Option<Told>> {
        Err(Error::Unsupported("this chain does not tell of its past"))
    }

    /// What a runtime API answers after block `number`; `None` if there is no such block. Nodes that are no archives reject it
    /// for old blocks.
    fn ask_at(&self, _number: u32, _api: &str, _arguments: &[u8]) -> Answer<Option<Vec<u8>>> {
        Err(Error::Unsupported("this chain does not tell of its past"))
    }

    /// Waits until there is a later block than number `after`, or until `patience` is over. The embedded chain does not
    /// wait: nothing happens there by itself.
    fn next_block(&self, after: u32, patience: Duration) -> Answer<Option<Block>>;

    /// Lets the clock run until `time`, if it is one that somebody sets.
    fn pass_until(&self, time: Timestamp) -> Answer<Block>;
}

/// Sends or tries messages, with the types of ink!'s message builders.
impl dyn Backend + '_ {
    /// Sends a message, as [`Backend::execute`].
    pub fn call<Args: Encode, T: Decode>(&self, signer: &Signer, message: Message<Args, T>) -> Answer<Receipt<T>> {
        Ok(self.execute(signer, &encoded(message).1)?.and_then(Returned::message))
    }

    /// What a message would do, as [`Backend::simulate`].
    pub fn dry_run<Args: Encode, T: Decode>(
        &self,
        caller: &AccountId,
        message: Message<Args, T>,
    ) -> Answer<Receipt<T>> {
        Ok(self.simulate(caller, &encoded(message).1)?.and_then(Returned::message))
    }

    /// Reads from a contract.
    pub fn read<Args: Encode, T: Decode>(&self, message: Message<Args, T>) -> Answer<T> {
        let (contract, transaction) = encoded(message);
        let receipt = self.simulate(&account("reader"), &transaction)?.and_then(Returned::message);
        receipt.outcome.result.map_err(|trap| Error::Unanswered { contract, trap })
    }

    /// Reads from a contract as it was after block `number`; `None` if there was no such block, or no contract.
    pub fn read_at<Args: Encode, T: Decode>(&self, number: u32, message: Message<Args, T>) -> Answer<Option<T>> {
        let (to, Transaction::Call { data, .. }) = encoded(message) else { return Ok(None) };
        let (from, value) = (account("reader"), Balance::default());
        let (gas_limit, deposit_limit) = (None::<Weight>, None::<Balance>);
        let arguments = (from, to, value, gas_limit, deposit_limit, data).encode();
        let Some(bytes) = self.ask_at(number, "ContractsApi_call", &arguments)? else { return Ok(None) };
        // The events that follow are of no interest.
        type Called = (Weight, Weight, StorageDeposit<Balance>, Vec<u8>, Result<ExecReturnValue, DispatchError>);
        let not_understood = |reason: String| Error::NotUnderstood(format!("ContractsApi_call: {reason}"));
        let (_, _, _, _, result) =
            Called::decode(&mut &bytes[..]).map_err(|error| not_understood(error.to_string()))?;
        match result {
            Ok(returned) => Returned::from(returned).message().map(Some).map_err(not_understood),
            Err(_) => Ok(None),
        }
    }

    /// Makes a contract whose constructor may refuse with an `E`, as [`Backend::execute`].
    pub fn instantiate<Args: Encode, E: Decode>(
        &self,
        signer: &Signer,
        code_hash: Hash,
        constructor: ExecutionInput<Args>,
        salt: &[u8],
    ) -> Answer<Receipt<Result<AccountId, E>>> {
        let data = constructor.encode();
        let made =
            self.execute(signer, &Transaction::Instantiate { code_hash, value: 0, data, salt: salt.to_vec() })?;
        Ok(made.and_then(|returned| match (returned.reverted, returned.contract) {
            (false, Some(contract)) => Ok(Ok(contract)),
            _ => match ConstructorResult::<Result<(), E>>::decode(&mut returned.data.as_slice()) {
                Ok(Ok(Err(error))) => Ok(Err(error)),
                _ => Err("the constructor refused".into()),
            },
        }))
    }
}

/// The time: a node's last block may be old, and a clock that does not run has a time of its own.
pub fn now(backend: &dyn Backend, tip: &Block) -> Timestamp {
    match backend.clock_runs() {
        true => tip.time.max(machine_time()),
        false => tip.time,
    }
}

/// The address of the contract that `caller` makes with these.
pub fn contract_address<Args: Encode>(
    caller: &AccountId,
    code_hash: Hash,
    constructor: &ExecutionInput<Args>,
    salt: &[u8],
) -> AccountId {
    let described = (b"contract_addr_v1", caller, code_hash, constructor.encode(), salt).encode();
    AccountId::from(blake2_256(&described))
}

/// The contract that a message is for, and the transaction that sends it.
pub(crate) fn encoded<Args: Encode, T>(message: Message<Args, T>) -> (AccountId, Transaction) {
    let message = message.params();
    let (to, value, data) = (*message.callee(), *message.transferred_value(), message.exec_input().encode());
    (to, Transaction::Call { to, value, data })
}
