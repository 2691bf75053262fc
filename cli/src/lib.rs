//! The `atomic` program in floors. Each imports only from the floors below it, and none of its own:
//!
//! 1. [`client`]: one chain or another, who signs, the deployment file, files of ours, and how the project's TOML is read.
//! 2. [`setup`], how an organization comes to a chain and is checked; [`keeper`], what anyone may call once it is due;
//!    [`story`], scenarios and real contests that are played. They know nothing of each other.
//! 3. [`commands`]: the only place that parses arguments, prints and paints.
//!
//! What is below `commands` never talks to a terminal: it returns values, or tells whoever calls it. `tests/floors.rs` holds
//! both rules.

pub mod client;
pub mod commands;
pub mod keeper;
pub mod setup;
pub mod story;
