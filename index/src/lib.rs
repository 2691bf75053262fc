//! Follows a market's chain, and keeps all that ever happened there as static JSON: the life of each request, a profile of
//! each account, figures of each day. `docs/index.md` describes the files.
//!
//! - [`source`]: where blocks come from. An archive node, the embedded chain and a made-up archive are the same to all else.
//! - [`told`]: events as JSON.
//! - [`documents`]: the files, as types.
//! - [`fold`]: what an event changes in them.
//! - [`store`]: the folder they are in. It changes as a whole, block by block, and can go back.
//! - [`follow`](mod@follow): from one block to the next, over reorganizations.
//! - [`check`](mod@check): compares what was folded with the chain's own state.
//!
//! Nothing here talks to a terminal, or to a network.

pub mod check;
pub mod documents;
pub mod fold;
pub mod follow;
pub mod source;
pub mod store;
pub mod text;
pub mod told;

pub use check::check;
pub use follow::{follow, Progress};
pub use source::Source;
pub use store::Store;
