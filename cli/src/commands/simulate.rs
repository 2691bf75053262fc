//! `atomic simulate`: what terms do to members, on the contracts' own rules.

use super::{
    options::progress,
    paint::Paint,
    table::{pairs, Table},
};
use crate::{
    client::{files::replace, text::shown},
    setup::simulation,
};
use anyhow::{anyhow, Context, Result};
use clap::Args;
use simulator::{
    pictures,
    summary::{self, Section},
    Report, Scenario,
};
use std::{fs, io::Write, path::PathBuf};

/// Simulates pools of members under your terms, on the contracts' own rules
///
/// It says how likely each kind of member is Throttled or banned, when whoever stops is out, how long a request waits for
/// its quorum, what attacks cost and bring, and what the terms promise. The same seed gives the same answer. It exits with
/// 2 if the file is wrong. docs/choosing-terms.md says how to write one.
///
/// Example: atomic simulate simulations/five-people.toml --plot pictures
#[derive(Args, Debug)]
pub struct Simulate {
    /// What is simulated, a TOML file; without it, ten average members under the default terms
    file: Option<PathBuf>,
    /// Draws other luck than the file does
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Prints everything as JSON instead
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints how members stood from day to day, as comma-separated values, instead
    #[arg(long)]
    csv: bool,
    /// Draws pictures into this folder, as SVG
    #[arg(long, value_name = "FOLDER")]
    plot: Option<PathBuf>,
}

impl Simulate {
    /// Simulates it, and says what came of it.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let scenario = simulation::load(self.file.as_deref())?;
        let scenario = Scenario { seed: self.seed.unwrap_or(scenario.seed), ..scenario };
        let report = simulator::simulate(&scenario, &mut percent("simulating"));
        progress(None);
        if let Some(folder) = &self.plot {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
            for picture in pictures::draw(&report).map_err(|why| anyhow!(why))? {
                replace(&folder.join(format!("{}.svg", picture.name)), picture.svg.as_bytes())?;
            }
        }
        match (self.json, self.csv) {
            (true, _) => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
            (_, true) => write!(out, "{}", summary::csv(&report))?,
            _ => write!(out, "{}", show(&report, Paint::of_terminal()))?,
        }
        Ok(())
    }
}

/// Tells whoever watches how far it is, in whole parts of a hundred.
pub fn percent(what: &'static str) -> impl FnMut(f64) {
    let mut told = None;
    move |part| {
        let now = (part * 100.0) as u8;
        if told != Some(now) {
            told = Some(now);
            progress(Some(&format!("{what}: {now} %")));
        }
    }
}

fn show(report: &Report, paint: Paint) -> String {
    let Scenario { title, days, pools, seed, .. } = &report.scenario;
    let members = report.scenario.accounts();
    let what = format!("{pools} pools of {members}, {days} days, seed {seed}");
    let sections: Vec<_> = summary::sections(report).iter().map(|section| table(section, paint)).collect();
    format!("{}\n{what}\n\n{}", paint.strong(&shown(title)), sections.join("\n"))
}

fn table(section: &Section, paint: Paint) -> String {
    let title = paint.strong(section.title);
    if section.heads.iter().all(|head| head.is_empty()) && section.heads.len() == 2 {
        let lines = section.rows.iter().map(|row| (row[0].as_str(), row[1].clone()));
        return format!("{title}\n{}", pairs(lines));
    }
    let mut table = Table::new(&section.heads).with_words(section.words);
    section.rows.iter().for_each(|row| table.row(row.iter().cloned()));
    format!("{title}\n{}", table.show(paint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_what_came_of_it() {
        let mut scenario = simulation::read("short.toml", "title = 'Short'\ndays = 20\npools = 2").expect("a scenario");
        scenario.sizes = vec![5];
        let shown = show(&simulator::simulate(&scenario, &mut |_| ()), Paint::NONE);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[..4], ["Short", "2 pools of 10, 20 days, seed 1", "", "Members"]);
        for part in ["  average      20", "who stops is out within", "175.0 days", "By pool size"] {
            assert!(shown.contains(part), "{part} is missing in:\n{shown}");
        }
    }
}
