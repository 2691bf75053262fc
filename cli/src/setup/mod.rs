//! How an organization comes to a chain: what it is to be ([`config`]), the steps there ([`deployer`]), and whether all of it
//! is as it should be ([`checks`]).

pub mod checks;
pub mod config;
pub mod deployer;
