//! `atomic build`: builds the contracts.

use anyhow::Result;
use chain::build::{contracts, export, package, Contracts, TOKEN};
use clap::Args;
use std::{io::Write, path::PathBuf};

/// Builds, in release, the contracts whose sources changed, and says how large they are
#[derive(Args, Debug)]
pub struct Build {
    /// Copies the `.contract` files, each with a contract's code and metadata, to this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Builds a plain PSP22 token, too: `test_psp22.contract`, to try out requests that pay in one
    #[arg(long, requires = "out")]
    token: bool,
}

impl Build {
    /// Builds, and prints the result.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let contracts = contracts()?;
        write!(out, "{}", size_table(contracts))?;
        if let Some(folder) = &self.out {
            let token = if self.token { Some(package(TOKEN)?) } else { None };
            for bundle in export(contracts.all().into_iter().chain(&token), folder)? {
                writeln!(out, "{}", bundle.display())?;
            }
        }
        Ok(())
    }
}

/// A table of the contracts' optimized sizes.
pub fn size_table(contracts: &Contracts) -> String {
    let mut table = format!("{:<12}{:>14}\n", "contract", "Wasm, bytes");
    for artifact in contracts.all() {
        table.push_str(&format!("{:<12}{:>14}\n", artifact.package.name, artifact.wasm.len()));
    }
    table
}
