//! Builds the contracts of Atomic Obligation, deploys, operates and keeps them on an embedded chain or behind a node, and
//! plays scenarios of the labor market.
//!
//! - [`backend`]: one interface for the embedded chain and a node.
//! - [`build`]: the contracts as release-built Wasm, from a cache addressed by the hash of their sources.
//! - [`chain`]: a chain within the process: real Wasm on `pallet-contracts`, with a clock the caller sets.
//! - [`clock`]: `atomic pass`, which lets time pass on the embedded chain.
//! - [`config`]: the file that says how an organization is to be set up.
//! - [`contest`]: public audit contests, paid out once more and compared with what was really awarded.
//! - [`deploy`]: `atomic deploy`, which brings the contracts to a chain, step by step.
//! - [`deployment`]: the file that says which contracts an organization has.
//! - [`keeper`]: `atomic keeper`, which calls what anybody may call once it is due.
//! - [`operate`]: the commands by which people use a market.
//! - [`options`]: what all commands take that talk to a chain.
//! - [`scenario`]: stories in TOML files, played and accounted for to the last unit.
//! - [`show`]: how moments and tables are shown.
//! - [`signer`]: who signs transactions, and how accounts are written.
//! - [`status`]: `atomic status`, which says which chain this is.
//! - [`verify`]: `atomic verify`, which says whether a deployment is as it should be.
//! - [`watch`]: `atomic watch`, which shows the market live in the terminal.
//! - [`words`]: what the contracts' events say, in words.
//! - [`world`]: the three contracts deployed and wired on such a chain, as a manager would.

pub mod backend;
pub mod build;
pub mod chain;
pub mod clock;
pub mod config;
pub mod contest;
pub mod deploy;
pub mod deployment;
pub mod keeper;
pub mod operate;
pub mod options;
pub mod scenario;
pub mod show;
pub mod signer;
pub mod status;
pub mod verify;
pub mod watch;
pub mod words;
pub mod world;
