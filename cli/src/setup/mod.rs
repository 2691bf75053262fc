//! How an organization comes to a chain: its settings ([`config`]), what is unwise about them ([`cautions`]), what they do in
//! a simulation ([`simulation`]), the steps ([`deployer`]), and the checks of the result ([`checks`]).

pub mod cautions;
pub mod checks;
pub mod config;
pub mod deployer;
#[cfg(feature = "simulator")]
pub mod simulation;
