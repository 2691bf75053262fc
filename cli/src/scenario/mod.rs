//! Scenarios: stories of the labor market in a TOML file, played on the embedded chain.
//!
//! - [`amounts`]: amounts, durations and fractions as people write them.
//! - [`read`]: the file, with errors that name the line.
//! - [`play`]: the story, step by step, on real contracts.
//! - [`report`]: the timeline, the tables and the balance sheet, for people and as data.

pub mod amounts;
pub mod play;
pub mod read;
pub mod report;
