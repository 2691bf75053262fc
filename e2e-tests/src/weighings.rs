//! What was weighed, so that it can be weighed again elsewhere: each message with the state of the chain that it met.

use chain::{Chain, Message, Outcome, Returned, StorageDeposit, Weight, GAS_LIMIT};
use ink::{
    primitives::AccountId,
    scale::{Decode, Encode},
};
use interfaces::Balance;
use std::{cell::RefCell, rc::Rc};

/// All that a chain has in storage.
pub type Storage = chain::runtime::sp_core::storage::Storage;

/// A message that was weighed.
pub struct Weighing {
    /// What the chain had in storage; the same one for all that were weighed there.
    pub state: Rc<Storage>,
    pub caller: AccountId,
    pub to: AccountId,
    pub value: Balance,
    pub input: Vec<u8>,
    pub gas: Weight,
    pub required: Weight,
    pub deposit: StorageDeposit<Balance>,
}

/// The weighings, and the root of the last state.
type Notes = (Vec<Weighing>, [u8; 32]);

thread_local! {
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// All that is weighed by this.
pub fn of<T>(weigh: impl FnOnce() -> T) -> Vec<Weighing> {
    NOTES.set(Some(Notes::default()));
    weigh();
    NOTES.take().map(|(weighings, _)| weighings).unwrap_or_default()
}

/// A dry run, of which a note is taken if somebody wants any.
pub(crate) fn noted<Args: Encode, T: Decode>(chain: &Chain, who: &AccountId, call: Message<Args, T>) -> Outcome<T> {
    let is_wanted = NOTES.with_borrow(Option::is_some);
    if !is_wanted {
        return chain.dry_run(who, call);
    }
    let message = call.params();
    let (to, value, input) = (*message.callee(), *message.transferred_value(), message.exec_input().encode());
    let state = state(chain);
    let outcome = chain.call_encoded(who, &to, value, input.clone(), GAS_LIMIT, false);
    let (gas, required, deposit) = (outcome.gas, outcome.required, outcome.deposit.clone());
    let weighing = Weighing { state, caller: *who, to, value, input, gas, required, deposit };
    NOTES.with_borrow_mut(|notes| notes.get_or_insert_with(Notes::default).0.push(weighing));
    outcome.and_then(Returned::message)
}

/// What the chain has in storage; that of the last note if nothing has changed since.
fn state(chain: &Chain) -> Rc<Storage> {
    let known = NOTES.with_borrow(|notes| {
        let (weighings, root) = notes.as_ref()?;
        weighings.last().filter(|_| chain.state_hash() == *root).map(|last| last.state.clone())
    });
    known.unwrap_or_else(|| {
        // The tries of contracts that are new in this block are listed only after it.
        chain.pass(0);
        let root = chain.state_hash();
        NOTES.with_borrow_mut(|notes| notes.get_or_insert_with(Notes::default).1 = root);
        Rc::new(chain.state().storage())
    })
}
