//! A chain within the process, and what any client of the contracts needs.
//!
//! - [`amounts`]: amounts, durations and fractions, how they are read and shown.
//! - [`build`]: the contracts as release-built Wasm, from a cache addressed by the hash of their sources.
//! - [`hash`], [`messages`], [`roles`], [`settings`]: how the contracts are made, wired and talked to.
//! - [`outcome`], [`events`]: how a call ended, and its events.
//! - [`chain`]: the chain itself, which is [`runtime`]'s, with a clock that the caller sets.
//! - [`ledger`]: such a chain with its past, which can live in a file.
//! - [`world`]: the three contracts deployed and wired on such a chain, from which stories and tests start.
//!
//! Nothing here parses a command line, or knows a node.

pub mod amounts;
pub mod build;
pub mod chain;
pub mod events;
pub mod hash;
pub mod ledger;
pub mod messages;
pub mod outcome;
pub mod roles;
pub mod settings;
pub mod world;

pub use amounts::{days, hours, minutes, UNIT};
pub use chain::{Chain, GAS_LIMIT, GENESIS};
pub use events::Addresses;
pub use hash::{account, blake2_256};
pub use ledger::Ledger;
pub use messages::{
    constructor, market_constructor, obligation_constructor, reputation_constructor, MarketCalls, Message,
    ObligationCalls, PauseCalls, ReputationCalls, RoleCalls, TokenCalls, TokenMetadataCalls,
};
pub use outcome::{Emitted, Outcome, Returned, StorageDeposit, Trap, Weight};
pub use roles::{role_name, role_table, ROLES};
pub use runtime;
pub use runtime::EXISTENTIAL_DEPOSIT;
pub use settings::{brisk_policy, brisk_terms, default_policy, default_terms, Settings};
pub use world::{World, POCKET_MONEY};
