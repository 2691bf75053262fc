//! Builds the contract of a manifest, as `cargo contract build --release` does, with `--generate code-only` its code alone.

use anyhow::{Context, Result};
use contract_build::{execute, BuildArtifacts, BuildMode, ExecuteArgs, ManifestPath, Verbosity};
use std::env;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let manifest = arguments.next().context("which manifest?")?;
    let build_artifact = match arguments.collect::<Vec<_>>().join(" ").as_str() {
        "" => BuildArtifacts::All,
        "--generate code-only" => BuildArtifacts::CodeOnly,
        other => anyhow::bail!("what is `{other}`?"),
    };
    execute(ExecuteArgs {
        manifest_path: ManifestPath::new(manifest)?,
        build_mode: BuildMode::Release,
        build_artifact,
        verbosity: Verbosity::Quiet,
        ..ExecuteArgs::default()
    })?;
    Ok(())
}
