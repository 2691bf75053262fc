//! What every command that talks to a chain builds on.
//!
//! - [`backend`]: one interface for two chains, the [`embedded`] one and the one behind a [`node`].
//! - [`archive`]: a chain as an index reads it, block by block and as it was.
//! - [`signer`]: who signs, and how accounts are written.
//! - [`deployment`]: the file that says which contracts an organization has.
//! - [`files`]: files that are ours alone while we use them, and replaced as a whole.
//! - [`coins`]: what amounts of the chain's currency and of tokens are written in.
//! - [`toml`], [`settings`], [`conditions`]: how the project's TOML files are read.
//! - [`jury`]: what the reviews of a submission still want, and whom.
//! - [`moments`], [`words`]: how times and events are put into words.
//! - [`text`]: how text that a stranger wrote is shown.
//! - [`trouble`]: trying again where a node does not answer.
//! - [`unusable`]: what cannot be used, and ends the program with 2.

#[cfg(feature = "index")]
pub mod archive;
pub mod backend;
pub mod coins;
pub mod conditions;
pub mod deployment;
pub mod embedded;
pub mod files;
pub mod jury;
pub mod moments;
#[cfg(feature = "node")]
pub mod node;
pub mod settings;
pub mod signer;
pub mod text;
pub mod toml;
pub mod trouble;
pub mod unusable;
pub mod words;
