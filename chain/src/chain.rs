//! A chain within the process: real Wasm on `pallet-contracts`, with a clock that the caller sets.
//!
//! Time starts at [`GENESIS`] and moves only by [`Chain::pass`]. A call that traps or reverts changes nothing, as a failed
//! transaction would.

use crate::{
    build::Artifact,
    hash::account,
    messages::Message,
    outcome::{Emitted, Outcome, Returned, Trap},
};
use anyhow::{anyhow, Result};
use ink::{env::call::ExecutionInput, primitives::AccountId};
use interfaces::{Balance, Timestamp};
use runtime::{
    frame_support::{
        storage::{storage_prefix, unhashed, with_transaction},
        traits::{
            fungible::{Inspect, Mutate},
            Get,
        },
    },
    frame_system, genesis, pallet_balances,
    pallet_contracts::{self, ContractResult, StorageDeposit},
    sp_runtime::{DispatchError, TransactionOutcome},
    AccountId as AccountId32, Balances, Contracts, EventRecord, Hash, Runtime, RuntimeEvent, State, System,
};
use scale::{Decode, Encode};
use std::{
    cell::{RefCell, RefMut},
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};

pub use runtime::frame_support::weights::Weight;

/// The time with which chains begin: 2030-01-01T00:00:00Z.
pub const GENESIS: Timestamp = 1_893_456_000_000;

/// What one call may use at most: less than the node gives to one transaction, and what there is in a block of a parachain.
pub const GAS_LIMIT: Weight = Weight::from_parts(500_000_000_000, 10 * 1024 * 1024);

/// Only sudo can spoil a block, and nothing here calls it.
const NEXT: &str = "the runtime makes the next block";

/// The time by the machine's clock.
pub fn machine_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::try_from(since.as_millis()).unwrap_or(Timestamp::MAX)
}

/// As the runtime has it.
pub fn to_runtime(account: &AccountId) -> AccountId32 {
    AccountId32::new(*account.as_ref())
}

fn from_runtime(account: &AccountId32) -> AccountId {
    AccountId::from(*AsRef::<[u8; 32]>::as_ref(account))
}

/// A handle of an embedded chain; clones are handles of the same one.
#[derive(Clone)]
pub struct Chain {
    state: Rc<RefCell<State>>,
    /// Whether a block has the events of all that was called directly in it, as the past of a [`Ledger`](crate::Ledger) wants
    /// them. If not, it has those of the last call: calls stay fast in blocks with thousands of them.
    keeps_events: bool,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// Starts a new chain, on which nobody has any money.
    pub fn new() -> Self {
        State::new(genesis::without_money(GENESIS), genesis::IDENTITY_OF_ALL).into()
    }

    /// The chain whose blocks have the events of all that happened in them.
    pub(crate) fn keeping_events(state: State) -> Self {
        Self { keeps_events: true, ..state.into() }
    }

    /// Whether a block has the events of all that was called directly in it.
    pub(crate) fn keeps_events(&self) -> bool {
        self.keeps_events
    }

    /// What the chain has in storage, and makes its blocks.
    pub fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    fn within<T>(&self, action: impl FnOnce() -> T) -> T {
        self.state().within(action)
    }

    /// As [`Chain::within`], in the block that is being made, with a new one if there is none.
    fn within_block<T>(&self, action: impl FnOnce() -> T) -> T {
        let mut state = self.state();
        if !state.is_open() {
            let now = state.now();
            state.open(now).expect(NEXT);
        }
        state.within(action)
    }

    /// The time, in milliseconds since the Unix epoch.
    pub fn now(&self) -> Timestamp {
        self.state().now()
    }

    /// The hash of the first block.
    pub fn genesis(&self) -> Hash {
        let head = self.state().head();
        // Storage knows a block's hash only once there is a later one.
        if head.number == 0 {
            head.hash
        } else {
            self.within(|| System::block_hash(0))
        }
    }

    /// Lets this many milliseconds pass; what comes next happens in a new block.
    pub fn pass(&self, time: Timestamp) {
        let mut state = self.state();
        let now = state.now().saturating_add(time);
        // A block's changes go into the trie when it ends. Pending ones would slow down every call after: each clears the
        // index of events, and walks over all that was ever deleted from it since.
        if state.is_open() {
            state.seal().expect(NEXT);
        }
        state.open(now).expect(NEXT);
    }

    /// Lets time pass until `time`; does nothing if that time is past.
    pub fn pass_until(&self, time: Timestamp) {
        let now = self.now();
        if time > now {
            self.pass(time - now);
        }
    }

    /// Makes `amount` of the chain's currency out of nothing, for `who`.
    ///
    /// # Panics
    /// Where [`Chain::try_fund`] fails.
    pub fn fund(&self, who: &AccountId, amount: Balance) {
        self.try_fund(who, amount).expect("an amount the account can hold");
    }

    /// As [`Chain::fund`].
    ///
    /// # Errors
    /// If the account has less than the existential deposit then, or there would be more of the currency than can be
    /// counted.
    pub fn try_fund(&self, who: &AccountId, amount: Balance) -> Result<()> {
        let minted = self.within(|| Balances::mint_into(&to_runtime(who), amount));
        minted.map(|_| ()).map_err(|error| anyhow!("{amount} plancks cannot be given to an account: {error:?}"))
    }

    /// Destroys all that `who` can spend; without deposits to keep it, the account is gone.
    pub fn drain(&self, who: &AccountId) {
        let who = to_runtime(who);
        self.within(|| Balances::set_balance(&who, 0));
    }

    /// What `who` can spend: without deposits for storage, but with the existential deposit.
    pub fn balance(&self, who: &AccountId) -> Balance {
        self.within(|| Balances::free_balance(to_runtime(who)))
    }

    /// All that `who` has, deposits for storage included.
    pub fn total_balance(&self, who: &AccountId) -> Balance {
        self.within(|| Balances::total_balance(&to_runtime(who)))
    }

    /// The total issuance of the chain's currency.
    pub fn total_issuance(&self) -> Balance {
        self.within(Balances::total_issuance)
    }

    /// What an account must have to exist.
    pub fn existential_deposit(&self) -> Balance {
        self.within(<Runtime as pallet_balances::Config>::ExistentialDeposit::get)
    }

    /// The hash of everything in storage: equal hashes, equal states.
    pub fn state_hash(&self) -> [u8; 32] {
        // Events belong to the block, not to the state.
        self.within(System::reset_events);
        self.state().root().0
    }

    /// Uploads a contract's code and makes one of it.
    pub fn deploy<Args: Encode>(
        &self,
        artifact: &Artifact,
        constructor: ExecutionInput<Args>,
        caller: &AccountId,
        value: Balance,
    ) -> Outcome<AccountId> {
        self.deploy_naming(artifact, constructor, caller, value, |data| format!("{data:?}"))
    }

    /// As [`Chain::deploy`]; `name` says what a refusal is called whose bytes these are.
    pub fn deploy_naming<Args: Encode>(
        &self,
        artifact: &Artifact,
        constructor: ExecutionInput<Args>,
        caller: &AccountId,
        value: Balance,
        name: impl FnOnce(&[u8]) -> String,
    ) -> Outcome<AccountId> {
        let result = self.transact(true, || {
            // As in a transaction, the nonce makes each address a new one.
            System::inc_account_nonce(to_runtime(caller));
            let salt = System::account_nonce(to_runtime(caller)).encode();
            Contracts::bare_instantiate(
                to_runtime(caller),
                value,
                GAS_LIMIT,
                None,
                pallet_contracts::Code::Upload(artifact.wasm.clone()),
                constructor.encode(),
                salt,
                pallet_contracts::DebugInfo::UnsafeDebug,
                pallet_contracts::CollectEvents::UnsafeCollect,
            )
        });
        Outcome::from(result).and_then(|returned| match (returned.reverted, returned.contract) {
            (false, Some(contract)) => Ok(contract),
            _ => Err(format!("the constructor refused: {}", name(&returned.data))),
        })
    }

    /// Sends a transaction: `caller` sends `message`.
    pub fn call<Args: Encode, T: Decode>(&self, caller: &AccountId, message: Message<Args, T>) -> Outcome<T> {
        self.call_within(caller, message, GAS_LIMIT)
    }

    /// As [`Chain::call`], with a gas limit.
    pub fn call_within<Args: Encode, T: Decode>(
        &self,
        caller: &AccountId,
        message: Message<Args, T>,
        gas_limit: Weight,
    ) -> Outcome<T> {
        self.execute(caller, message, gas_limit, true)
    }

    /// As [`Chain::call`], but leaves everything as it was.
    pub fn dry_run<Args: Encode, T: Decode>(&self, caller: &AccountId, message: Message<Args, T>) -> Outcome<T> {
        self.execute(caller, message, GAS_LIMIT, false)
    }

    /// Reads from a contract, without a transaction.
    ///
    /// # Panics
    /// If the message traps.
    #[track_caller]
    pub fn read<Args: Encode, T: Decode>(&self, message: Message<Args, T>) -> T {
        self.dry_run(&account("reader"), message).returned()
    }

    fn execute<Args: Encode, T: Decode>(
        &self,
        caller: &AccountId,
        message: Message<Args, T>,
        gas_limit: Weight,
        keep: bool,
    ) -> Outcome<T> {
        let message = message.params();
        let (to, value) = (message.callee(), *message.transferred_value());
        self.call_encoded(caller, to, value, message.exec_input().encode(), gas_limit, keep).and_then(Returned::message)
    }

    /// `caller` sends this input to the contract at `to`, with `value`. What it does remains only if `keep` is set.
    pub fn call_encoded(
        &self,
        caller: &AccountId,
        to: &AccountId,
        value: Balance,
        data: Vec<u8>,
        gas_limit: Weight,
        keep: bool,
    ) -> Outcome<Returned> {
        Outcome::from(self.transact(keep, || {
            Contracts::bare_call(
                to_runtime(caller),
                to_runtime(to),
                value,
                gas_limit,
                None,
                data,
                pallet_contracts::DebugInfo::UnsafeDebug,
                pallet_contracts::CollectEvents::UnsafeCollect,
                pallet_contracts::Determinism::Enforced,
            )
        }))
    }

    /// `caller` makes a contract of uploaded code. It remains only if `keep` is set.
    pub fn instantiate_encoded(
        &self,
        caller: &AccountId,
        code_hash: [u8; 32],
        value: Balance,
        data: Vec<u8>,
        salt: Vec<u8>,
        keep: bool,
    ) -> Outcome<Returned> {
        Outcome::from(self.transact(keep, || {
            Contracts::bare_instantiate(
                to_runtime(caller),
                value,
                GAS_LIMIT,
                None,
                pallet_contracts::Code::Existing(code_hash.into()),
                data,
                salt,
                pallet_contracts::DebugInfo::UnsafeDebug,
                pallet_contracts::CollectEvents::UnsafeCollect,
            )
        }))
    }

    /// `caller` uploads code; returns its hash. It remains only if `keep` is set.
    pub fn upload(&self, caller: &AccountId, code: Vec<u8>, keep: bool) -> Outcome<Returned> {
        Outcome::from(self.transact(keep, || {
            let determinism = pallet_contracts::Determinism::Enforced;
            let uploaded = Contracts::bare_upload_code(to_runtime(caller), code, None, determinism);
            let deposit = uploaded.as_ref().map(|uploaded| uploaded.deposit).unwrap_or_default();
            ContractResult {
                // The pallet does not say what this one uses.
                gas_consumed: Weight::zero(),
                gas_required: Weight::zero(),
                storage_deposit: StorageDeposit::Charge(deposit),
                debug_message: Vec::new(),
                result: uploaded.map(|uploaded| Returned {
                    data: uploaded.code_hash.0.to_vec(),
                    reverted: false,
                    contract: None,
                }),
                events: None,
            }
        }))
    }

    /// The hash of a contract's code, or nothing where there is no contract.
    pub fn code_of(&self, contract: &AccountId) -> Option<[u8; 32]> {
        self.within(|| Contracts::code_hash(&to_runtime(contract))).map(|hash| hash.0)
    }

    /// Whether code of this hash was uploaded.
    pub fn has_code(&self, code_hash: [u8; 32]) -> bool {
        // The pallet keeps its map to itself.
        let key = [&storage_prefix(b"Contracts", b"CodeInfoOf")[..], &code_hash].concat();
        self.within(|| unhashed::exists(&key))
    }

    /// The hash of an earlier block, of the last 2,400.
    pub fn hash_of(&self, number: u32) -> Option<Hash> {
        self.within(|| frame_system::BlockHash::<Runtime>::contains_key(number).then(|| System::block_hash(number)))
    }

    /// Runs `action` as a transaction; it is rolled back if it fails, or is not to be kept.
    fn transact<R: Into<Returned>>(&self, keep: bool, action: impl FnOnce() -> Executed<R>) -> Executed<Returned> {
        let transaction = || {
            let result = with_transaction(|| {
                let before = match keep && self.keeps_events {
                    true => System::event_count(),
                    false => {
                        System::reset_events();
                        0
                    }
                };
                let ContractResult { gas_consumed, gas_required, storage_deposit, debug_message, result, events } =
                    action();
                let result = result.map(Into::into);
                let events = events.map(|events| events.into_iter().skip(before as usize).collect());
                let result =
                    ContractResult { gas_consumed, gas_required, storage_deposit, debug_message, result, events };
                // A transaction's outcome is a `Result` over a `DispatchError`; this one never fails itself.
                if keep && matches!(&result.result, Ok(Returned { reverted: false, .. })) {
                    TransactionOutcome::Commit(Ok::<_, DispatchError>(result))
                } else {
                    TransactionOutcome::Rollback(Ok(result))
                }
            });
            result.expect("transactions are not nested as deep as the limit")
        };
        match keep {
            true => self.within_block(transaction),
            false => self.within(transaction),
        }
    }
}

impl From<State> for Chain {
    fn from(state: State) -> Self {
        Self { state: Rc::new(RefCell::new(state)), keeps_events: false }
    }
}

impl From<pallet_contracts::ExecReturnValue> for Returned {
    fn from(value: pallet_contracts::ExecReturnValue) -> Self {
        Self { reverted: value.did_revert(), data: value.data, contract: None }
    }
}

impl From<pallet_contracts::InstantiateReturnValue<AccountId32>> for Returned {
    fn from(value: pallet_contracts::InstantiateReturnValue<AccountId32>) -> Self {
        Self { contract: Some(from_runtime(&value.account_id)), ..value.result.into() }
    }
}

type Executed<R> = ContractResult<Result<R, DispatchError>, Balance, EventRecord>;

impl From<Executed<Returned>> for Outcome<Returned> {
    fn from(executed: Executed<Returned>) -> Self {
        let debug = String::from_utf8_lossy(&executed.debug_message).trim().to_owned();
        Self {
            result: executed.result.map_err(|error| Trap { error: name_of(error), debug }),
            gas: executed.gas_consumed,
            required: executed.gas_required,
            deposit: executed.storage_deposit,
            emitted: executed.events.unwrap_or_default().into_iter().filter_map(Emitted::of).collect(),
        }
    }
}

/// The runtime's name for an error.
pub fn name_of(error: DispatchError) -> String {
    match error {
        DispatchError::Module(error) => error.message.unwrap_or("an unnamed error").to_owned(),
        error => format!("{error:?}"),
    }
}

impl Emitted {
    /// The event, if a contract emitted it.
    pub fn of(record: EventRecord) -> Option<Self> {
        let RuntimeEvent::Contracts(pallet_contracts::Event::ContractEmitted { contract, data }) = record.event else {
            return None;
        };
        let topics = record.topics.iter().map(|topic| topic.0).collect();
        Some(Self { contract: from_runtime(&contract), topics, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amounts::{days, UNIT};

    #[test]
    fn time_stands_still_until_it_is_let_pass_and_counts_milliseconds() {
        let chain = Chain::new();
        assert_eq!(chain.now(), GENESIS);
        chain.fund(&account("alice"), UNIT);
        assert_eq!(chain.now(), GENESIS);
        chain.pass(1);
        chain.pass(days(3));
        assert_eq!(chain.now(), GENESIS + days(3) + 1);
        chain.pass_until(GENESIS);
        assert_eq!(chain.now(), GENESIS + days(3) + 1);
    }

    #[test]
    fn accounts_are_of_their_name_and_balances_add_up() {
        let chain = Chain::new();
        let issued = chain.total_issuance();
        assert_ne!(account("alice"), account("bob"));
        chain.fund(&account("alice"), 2 * UNIT);
        chain.fund(&account("bob"), UNIT);
        assert_eq!(chain.balance(&account("alice")), 2 * UNIT);
        assert_eq!(chain.total_issuance(), issued + 3 * UNIT);
    }

    #[test]
    fn an_amount_that_no_account_can_hold_is_refused() {
        let chain = Chain::new();
        let issued = chain.total_issuance();
        assert!(chain.try_fund(&account("alice"), chain.existential_deposit() - 1).is_err());
        chain.fund(&account("alice"), UNIT);
        assert!(chain.try_fund(&account("bob"), Balance::MAX).is_err());
        assert_eq!(chain.total_issuance(), issued + UNIT);
    }
}
