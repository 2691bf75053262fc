//! The contracts of an organization, and their events.

use crate::outcome::Emitted;
use ink::primitives::AccountId;
use interfaces::{organization::Contract, Event};

/// Where the contracts of an organization are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    pub reputation: AccountId,
    pub obligation: AccountId,
    pub market: AccountId,
}

impl Addresses {
    /// Which of the contracts is at this address, if one is.
    pub fn contract_at(&self, address: &AccountId) -> Option<Contract> {
        match address {
            at if *at == self.reputation => Some(Contract::Reputation),
            at if *at == self.obligation => Some(Contract::Obligation),
            at if *at == self.market => Some(Contract::Market),
            _ => None,
        }
    }

    /// The event that one of the contracts emitted; `None` where another contract did, such as a token.
    pub fn event(&self, emitted: &Emitted) -> Option<Event> {
        Event::decode(self.contract_at(&emitted.contract)?, &emitted.topics, &emitted.data)
    }

    /// The events of these contracts, in order.
    pub fn events(&self, emitted: &[Emitted]) -> Vec<Event> {
        emitted.iter().filter_map(|emitted| self.event(emitted)).collect()
    }
}
