//! `atomic replay`: plays what really happened, and compares.

use super::{contest, options::Which, paint::Paint};
use crate::{
    client::{
        files::{read, unreadable},
        text::shown,
        unusable::Unusable,
    },
    story::contest::{
        read::{contests, Contest},
        replay::replay,
        report::{ContestReport, Report},
    },
};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::{io::Write, path::PathBuf};

/// What is played once more.
#[derive(Subcommand, Debug)]
pub enum Replay {
    Contest(ReplayContest),
}

/// Pays out public audit contests once more and compares every warden's pay with what it was awarded
///
/// It exits with 1, and a table of those wardens, if anyone's pay differs by more than a millionth of the pot, and with
/// 2 if the file is wrong. docs/contests.md describes the file.
#[derive(Args, Debug)]
pub struct ReplayContest {
    /// The findings, a CSV file
    file: PathBuf,
    /// Only this contest
    #[arg(long, value_name = "ID")]
    contest: Option<String>,
    /// Prints everything as JSON instead
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Replay {
    /// Plays it. Returns whether everyone was paid what they were awarded.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        match self {
            Self::Contest(contest) => contest.run(out),
        }
    }
}

impl ReplayContest {
    fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let (wanted, skipped) = self.wanted()?;
        let contracts = self.which.contracts()?;
        let paint = Paint::of_terminal();
        let mut reports = Vec::new();
        for id in skipped.iter().filter(|_| !self.json) {
            let id = shown(id);
            let _ = writeln!(out, "Contest {id} is skipped: nobody was awarded anything in it.\n");
        }
        for contest in &wanted {
            let report = ContestReport::new(contest, &replay(contest, &contracts)?);
            if !self.json {
                let shown = contest::table(&report, wanted.len() == 1, paint);
                // A closed pipe ends the output, not the verdict.
                let _ = writeln!(out, "{shown}").and_then(|()| out.flush());
            }
            reports.push(report);
        }
        let report = Report { skipped, ..Report::new(reports) };
        let rest = match self.json {
            true => serde_json::to_string_pretty(&report)? + "\n",
            false => contest::verdict(&report, paint),
        };
        let _ = out.write_all(rest.as_bytes());
        Ok(report.agrees)
    }

    /// The contests of the file, or the one that was asked for, and the names of those in which there is nothing to pay.
    fn wanted(&self) -> Result<(Vec<Contest>, Vec<String>)> {
        let name = self.file.display().to_string();
        let text = read(&self.file).map_err(|error| unreadable(&self.file, error))?;
        let mut contests = contests(&name, &text)?;
        if let Some(wanted) = &self.contest {
            let known: Vec<_> = contests.iter().map(|contest| contest.id.clone()).collect();
            contests.retain(|contest| contest.id == *wanted);
            if contests.is_empty() {
                let known = known.join(", ");
                return Err(
                    Unusable(format!("there is no contest `{wanted}` in {name}; expected one of {known}")).into()
                );
            }
        }
        let (wanted, skipped): (Vec<_>, Vec<_>) = contests.into_iter().partition(|contest| contest.pot > 0);
        match (&self.contest, &wanted[..]) {
            (Some(id), []) => Err(Unusable(format!("nobody was awarded anything in contest `{id}` of {name}")).into()),
            _ => Ok((wanted, skipped.into_iter().map(|contest| contest.id).collect())),
        }
    }
}
