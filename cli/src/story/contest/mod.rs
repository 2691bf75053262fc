//! Public audit contests, paid out once more by the market and compared with what was really awarded.
//!
//! - [`read`]: the file of findings, with errors that name the line.
//! - [`check`]: what everyone should have earned by the file itself, in plain arithmetic.
//! - [`replay`]: the contest on real contracts, from the pot in escrow to the last withdrawal.
//! - [`report`]: what everyone was awarded and what the market paid, as data.

pub mod check;
pub mod read;
pub mod replay;
pub mod report;

/// Decimals that amounts of any coin and slices of pots are counted in: those of the chain's own currency.
pub const DECIMALS: usize = 12;
