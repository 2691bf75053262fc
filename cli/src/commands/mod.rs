//! The commands of `atomic`: the only place that parses arguments, prints and paints. Each command has a file; those by
//! which people use a market have a folder.

#[cfg(feature = "simulator")]
pub mod advise;
pub mod build;
pub mod contest;
pub mod deploy;
#[cfg(feature = "index")]
pub mod index;
pub mod keeper;
#[cfg(feature = "node")]
pub mod node;
pub mod operate;
pub mod options;
pub mod paint;
pub mod pass;
pub mod replay;
pub mod run;
#[cfg(feature = "node")]
pub mod serve;
#[cfg(feature = "simulator")]
pub mod simulate;
pub mod status;
pub mod story;
pub mod table;
pub mod verify;
pub mod watch;

use crate::client::{text::shown_lines, toml::Problem, unusable::Unusable};
use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// A balance sheet or a deployment is wrong, or a contract refused.
const FAILED: u8 = 1;
/// A file cannot be used, or the command line is wrong.
const UNUSABLE: u8 = 2;

/// Builds, deploys and operates the contracts of Atomic Obligation, on an embedded chain or on a node, and plays scenarios
/// of its labor market.
#[derive(Parser)]
#[command(name = "atomic", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

// The variants differ in size, but there is only ever one value.
#[allow(clippy::large_enum_variant)]
#[derive(Subcommand)]
enum Command {
    Build(build::Build),
    Run(run::Run),
    /// Replays what really happened, and compares the results
    #[command(subcommand)]
    Replay(replay::Replay),
    #[cfg(feature = "simulator")]
    Simulate(simulate::Simulate),
    #[cfg(feature = "simulator")]
    Advise(advise::Advise),
    Deploy(deploy::Deploy),
    Verify(verify::Verify),
    Keeper(keeper::Command),
    #[cfg(feature = "index")]
    Index(index::Index),
    #[cfg(feature = "node")]
    Serve(serve::Serve),
    #[cfg(feature = "node")]
    Node(node::Node),
    Pass(pass::Pass),
    Status(status::Status),
    #[command(flatten)]
    Operate(operate::Operate),
    Watch(watch::Watch),
}

impl Command {
    /// Runs the command. Returns whether everything is right.
    fn run(self, out: &mut dyn Write) -> Result<bool> {
        match self {
            Self::Build(build) => build.run(out).map(|()| true),
            Self::Run(run) => run.run(out),
            Self::Replay(replay) => replay.run(out),
            #[cfg(feature = "simulator")]
            Self::Simulate(simulate) => simulate.run(out).map(|()| true),
            #[cfg(feature = "simulator")]
            Self::Advise(advise) => advise.run(out),
            Self::Deploy(deploy) => deploy.run(out),
            Self::Verify(verify) => verify.run(out),
            Self::Keeper(keeper) => keeper.run(out).map(|()| true),
            #[cfg(feature = "index")]
            Self::Index(index) => index.run(out),
            #[cfg(feature = "node")]
            Self::Serve(serve) => serve.run(out).map(|()| true),
            #[cfg(feature = "node")]
            Self::Node(node) => node.run(out).map(|()| true),
            Self::Pass(pass) => pass.run(out).map(|()| true),
            Self::Operate(operate) => operate.run(out).map(|()| true),
            Self::Status(status) => status.run(out).map(|()| true),
            Self::Watch(watch) => watch.run(out).map(|()| true),
        }
    }
}

/// The program: reads the command line, does what it says, and returns how it ends.
pub fn main() -> ExitCode {
    match Arguments::parse().command.run(&mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => FAILED.into(),
        Err(error) => {
            // Whoever closes the pipe has read enough and needs no error.
            if !closed_pipe(&error) {
                eprintln!("error: {}", shown_lines(&format!("{error:#}")));
            }
            match error.is::<Problem>() || error.is::<Unusable>() {
                true => UNUSABLE.into(),
                false => FAILED.into(),
            }
        }
    }
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind));
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}
