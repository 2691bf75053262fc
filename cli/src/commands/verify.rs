//! `atomic verify`: checks a deployment.

use crate::{
    client::{deployment::File, text::shown, unusable::Unusable},
    commands::options::{Options, Which},
    setup::{
        checks::{checks, Check},
        config::Config,
    },
};
use anyhow::Result;
use clap::Args;
use std::{io::Write, path::PathBuf};

/// Checks a deployment against the contracts as they are built here: addresses, code, roles, mint caps, the seal, the market and its pool
///
/// With --config it also checks the settings against the file. It exits with 1 if a check fails.
///
/// Example: atomic verify --url ws://127.0.0.1:9944 --config docs/deployment.toml
#[derive(Args, Debug)]
pub struct Verify {
    /// The file that the organization was set up with, as for `atomic deploy`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    options: Options,
}

impl Verify {
    /// Checks, and says what it found. Returns whether all checks hold.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let config = self.config.as_deref().map(|path| Config::load(Some(path))).transpose()?;
        let path = &self.options.deployment;
        let file = File::read(path)?.ok_or_else(|| {
            Unusable(format!("there is no deployment file {}; name it with --deployment", path.display()))
        })?;
        let backend = self.options.connect()?;
        file.ensure_network(path, &*backend)?;
        let settings = config.map(|config| config.settings_for(file.manager));
        let checks = checks(&*backend, &file, &self.which.contracts()?, settings.as_ref())?;
        let wired = checks.iter().all(Check::holds);
        match self.options.json {
            true => {
                let report = serde_json::json!({ "checks": checks, "wired": wired });
                writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
            }
            false => {
                let lines: String = checks.iter().map(line).collect();
                write!(out, "{lines}\n{}", summary(&checks))?;
            }
        }
        Ok(wired)
    }
}

/// What is wrong, and how many checks there were.
pub fn summary(checks: &[Check]) -> String {
    let wrong: Vec<_> = checks.iter().filter(|check| !check.holds()).map(line).collect();
    match wrong.len() {
        0 => format!("All {} checks passed.\n", checks.len()),
        count => format!("{count} of {} checks found something wrong:\n{}", checks.len(), wrong.concat()),
    }
}

fn line(check: &Check) -> String {
    let words = match (&check.problem, &check.note) {
        (Some(problem), _) => format!("  WRONG  {}: {problem}", check.expected),
        (None, Some(note)) => format!("  ok     {} ({note})", check.expected),
        (None, None) => format!("  ok     {}", check.expected),
    };
    shown(&words) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, problem: Option<&str>) -> Check {
        Check { expected: expected.into(), problem: problem.map(str::to_owned), note: None }
    }

    #[test]
    fn a_summary_names_what_is_wrong_only() {
        let (good, bad) = (check("this is so", None), check("that is so", Some("it is not")));
        assert_eq!(summary(&[good.clone(), good.clone()]), "All 2 checks passed.\n");
        assert_eq!(summary(&[good, bad]), "1 of 2 checks found something wrong:\n  WRONG  that is so: it is not\n");
    }
}
