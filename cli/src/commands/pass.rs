//! `atomic pass`: lets time pass on a chain whose clock stands still otherwise.

use crate::{
    client::{moments, unusable::Unusable},
    commands::options::Options,
};
use anyhow::Result;
use chain::amounts::duration;
use clap::Args;
use interfaces::Timestamp;
use serde::Serialize;
use std::io::Write;

/// Lets time pass on the embedded chain, whose clock otherwise stands still
///
/// With --url, on an `atomic node --clock manual`.
///
/// Example: atomic pass 2d 6h
#[derive(Args, Debug)]
pub struct Pass {
    /// How long, such as 3d, 2d 6h or 90m
    #[arg(value_name = "DURATION", required_unless_present = "until", conflicts_with = "until")]
    duration: Vec<String>,
    /// The time to stop at, in UTC, such as "2030-01-04 06:30"
    #[arg(long, value_name = "TIME", value_parser = moments::read_moment)]
    until: Option<Timestamp>,
    #[command(flatten)]
    options: Options,
}

/// What happened, as data.
#[derive(Serialize)]
struct Report {
    from: Timestamp,
    time: Timestamp,
    block: u32,
}

impl Pass {
    /// Lets the time pass and says what time it is then.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let backend = self.options.connect()?;
        let from = backend.tip()?.time;
        let until = match self.until {
            Some(until) if until < from => {
                let reason = format!("it is {} already, and time does not go back", moments::moment(from));
                return Err(Unusable(reason).into());
            }
            Some(until) => until,
            None => from.saturating_add(duration(&self.duration.join(" ")).map_err(Unusable)?),
        };
        if until > moments::LAST {
            let reason = format!("the clock of such a chain ends at {}", moments::moment(moments::LAST));
            return Err(Unusable(reason).into());
        }
        let tip = match self.options.dry_run {
            true => crate::client::backend::Block { time: until, ..backend.tip()? },
            false => backend.pass_until(until)?,
        };
        match self.options.json {
            true => {
                let report = Report { from, time: tip.time, block: tip.number };
                writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
            }
            false => {
                let would = if self.options.dry_run { "would be" } else { "is" };
                writeln!(
                    out,
                    "It {would} {} now, {} later",
                    moments::moment(tip.time),
                    moments::roughly(tip.time - from)
                )?;
            }
        }
        Ok(())
    }
}
