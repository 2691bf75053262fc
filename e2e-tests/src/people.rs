//! People by their names, and what they send.

use chain::{account, Chain, Message, Outcome, World, POCKET_MONEY};
use ink::{
    primitives::AccountId,
    scale::{Decode, Encode},
};
use std::fmt::Debug;

/// A chain on which everyone is called by name. An account that has no money yet gets some with its first message.
pub trait People {
    fn chain(&self) -> &Chain;

    /// The account of this name, with some money where it had none yet.
    fn who(&self, name: &str) -> AccountId {
        let who = account(name);
        if self.chain().total_balance(&who) == 0 {
            self.chain().fund(&who, POCKET_MONEY);
        }
        who
    }

    /// `name` sends a message.
    fn send<Args: Encode, T: Decode>(&self, name: &str, message: Message<Args, T>) -> Outcome<T> {
        self.chain().call(&self.who(name), message)
    }

    /// `name` sends a message that is refused: what it is told. See [`refused`].
    #[track_caller]
    fn refused<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &self,
        name: &str,
        message: Message<Args, Result<T, E>>,
    ) -> E {
        refused(self.chain(), &self.who(name), message)
    }
}

impl People for World {
    fn chain(&self) -> &Chain {
        &self.chain
    }
}

/// `who` sends a message that is refused: what it is told. Nothing on the chain has changed.
///
/// # Panics
/// If the message was accepted, or changed something all the same.
#[track_caller]
pub fn refused<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
    chain: &Chain,
    who: &AccountId,
    message: Message<Args, Result<T, E>>,
) -> E {
    let before = chain.state_hash();
    let error = chain.call(who, message).err();
    assert_eq!(chain.state_hash(), before, "a refused message changed something");
    error
}
