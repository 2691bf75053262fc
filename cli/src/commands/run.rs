//! `atomic run`: plays a scenario.

use super::{options::Which, paint::Paint, story::Timeline};
use crate::{
    client::{
        files::{read_text, unreadable},
        text::{shown, shown_lines},
    },
    story::scenario::{play, read},
};
use anyhow::{Context, Result};
use clap::Args;
use std::{io::Write, path::PathBuf};

/// Plays a scenario and prints its timeline and balance sheet
///
/// It exits with 1 if the balance sheet does not add up or a step does not end as the file says, and with 2 if the file
/// is wrong. docs/scenarios.md says how to write one.
#[derive(Args, Debug)]
pub struct Run {
    /// The scenario, a TOML file
    file: PathBuf,
    /// Prints everything as JSON instead
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Run {
    /// Plays it, and says what came of it. Returns whether everything adds up and ended as the file says.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let name = self.file.display().to_string();
        let text = read_text(&self.file).map_err(|error| unreadable(&self.file, error))?;
        let scenario = read::scenario(&name, &text)?;
        let contracts = self.which.contracts()?;
        let paint = Paint::of_terminal();
        let mut timeline = Timeline::of(&scenario, paint);
        if !self.json {
            writeln!(out, "{}\n", shown(&scenario.title))?;
            if !scenario.about.is_empty() {
                writeln!(out, "{}\n", shown_lines(scenario.about.trim()))?;
            }
        }
        let report = play::play(&scenario, &contracts, |entry| {
            if !self.json {
                // A closed pipe ends the output, not the story's verdict.
                let _ = write!(out, "{}", timeline.add(entry)).and_then(|()| out.flush());
            }
        })
        .context("playing the scenario")?
        .report;
        let rest = match self.json {
            true => serde_json::to_string_pretty(&report)? + "\n",
            false => timeline.finish() + &super::story::sheet(&report, paint),
        };
        let _ = out.write_all(rest.as_bytes());
        Ok(report.adds_up && report.surprises == 0)
    }
}
