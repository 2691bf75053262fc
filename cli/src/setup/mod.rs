//! How an organization comes to a chain: its settings ([`config`]), the steps ([`deployer`]), and the checks of the
//! result ([`checks`]).

pub mod checks;
pub mod config;
pub mod deployer;
