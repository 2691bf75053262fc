//! Builds the contracts of Atomic Obligation, runs them on an embedded chain, and plays scenarios of the labor market.
//!
//! - [`build`]: the contracts as release-built Wasm, from a cache addressed by the hash of their sources.
//! - [`chain`]: a chain within the process: real Wasm on `pallet-contracts`, with a clock the caller sets.
//! - [`contest`]: public audit contests, paid out once more and compared with what was really awarded.
//! - [`scenario`]: stories in TOML files, played and accounted for to the last unit.
//! - [`world`]: the three contracts deployed and wired on such a chain, as a manager would.

pub mod build;
pub mod chain;
pub mod contest;
pub mod scenario;
pub mod world;
