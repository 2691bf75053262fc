//! `atomic build`: builds the contracts.

use anyhow::Result;
use chain::build::{contracts, export, Contracts};
use clap::Args;
use std::{io::Write, path::PathBuf};

/// Builds, in release, the contracts whose sources changed, and says how large they are
#[derive(Args, Debug)]
pub struct Build {
    /// Copies the `.contract` files, each with a contract's code and metadata, to this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Build {
    /// Builds, and prints the result.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let contracts = contracts()?;
        write!(out, "{}", size_table(contracts))?;
        if let Some(folder) = &self.out {
            for bundle in export(contracts, folder)? {
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
