//! Scenarios: stories of the labor market in a TOML file, played on the embedded chain.
//!
//! - [`read`]: the file, with errors that name the line.
//! - [`plan`]: what the file says, as a plan.
//! - [`play`]: the story, step by step, on real contracts.
//! - [`report`]: the timeline, the tables and the balance sheet, as data.

pub mod plan;
pub mod play;
pub mod read;
pub mod report;
