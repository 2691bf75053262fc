//! Stories that are played on a chain within the process, and accounted for to the last unit.
//!
//! - [`scenario`]: stories in TOML files.
//! - [`contest`]: public audit contests, paid out once more and compared with what was really awarded.

pub mod contest;
pub mod scenario;
