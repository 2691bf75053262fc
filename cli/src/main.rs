//! The `atomic` command.

use anyhow::{Context, Result};
use atomic_cli::{
    build,
    clock::Pass,
    contest::{
        read as findings,
        replay::replay,
        report::{ContestReport, Report},
    },
    deploy::Deploy,
    keeper::command::Command as Keeper,
    operate::Operate,
    options::Unusable,
    scenario::{
        play,
        read::{self, Problem},
        report::{Paint, Timeline},
    },
    status::Status,
    verify::Verify,
    watch::Watch,
};
use clap::{Parser, Subcommand};
use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The scenario's own mistake, or a balance sheet that does not add up.
const FAILED: u8 = 1;
/// A file that cannot be used, as wrong usage is.
const UNUSABLE: u8 = 2;

/// Builds, deploys and operates the contracts of Atomic Obligation, on an embedded chain or on a node, and plays scenarios
/// of its labor market.
#[derive(Parser)]
#[command(name = "atomic", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

// What they take differs in size, and there is only ever one.
#[allow(clippy::large_enum_variant)]
#[derive(Subcommand)]
enum Command {
    /// Builds the contracts whose sources changed, in release, and says how large they are
    Build {
        /// Copies the `.contract` files, each with a contract's code and metadata, to this folder
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Plays a scenario and prints its timeline and balance sheet
    ///
    /// Exits with 1 if the balance sheet does not add up or a step ends otherwise than the file says, and with 2 if the
    /// file is wrong. docs/scenarios.md says how to write one.
    Run {
        /// The scenario, a TOML file
        file: PathBuf,
        /// Prints everything as JSON instead
        #[arg(long)]
        json: bool,
    },
    /// Plays what really happened, and compares
    #[command(subcommand)]
    Replay(Replay),
    Deploy(Deploy),
    Verify(Verify),
    Keeper(Keeper),
    Pass(Pass),
    Status(Status),
    #[command(flatten)]
    Operate(Operate),
    Watch(Watch),
}

#[derive(Subcommand)]
enum Replay {
    /// Pays out public audit contests once more and compares every warden's pay with what it was awarded
    ///
    /// Exits with 1 if anyone's differs by more than one part in a million of the pot, with a table of who, and with 2 if
    /// the file is wrong. docs/contests.md says what a file looks like.
    Contest {
        /// The findings, a CSV file
        file: PathBuf,
        /// Only this contest
        #[arg(long, value_name = "ID")]
        contest: Option<String>,
        /// Prints everything as JSON instead
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Build { out } => build_contracts(out.as_deref()),
        Command::Run { file, json } => run(&file, json),
        Command::Replay(Replay::Contest { file, contest, json }) => replay_contests(&file, contest.as_deref(), json),
        Command::Deploy(deploy) => deploy.run(&mut io::stdout().lock()).map(verdict),
        Command::Verify(verify) => verify.run(&mut io::stdout().lock()).map(verdict),
        Command::Keeper(keeper) => keeper.run(&mut io::stdout().lock()).map(|()| ExitCode::SUCCESS),
        Command::Pass(pass) => pass.run(&mut io::stdout().lock()).map(|()| ExitCode::SUCCESS),
        Command::Operate(operate) => operate.run(&mut io::stdout().lock()).map(|()| ExitCode::SUCCESS),
        Command::Status(status) => status.run(&mut io::stdout().lock()).map(|()| ExitCode::SUCCESS),
        Command::Watch(watch) => watch.run(&mut io::stdout().lock()).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        // Who closes the pipe has read enough, and needs no complaint.
        if !closed_pipe(&error) {
            eprintln!("error: {error:#}");
        }
        match error.is::<Problem>() || error.is::<Unusable>() {
            true => UNUSABLE.into(),
            false => FAILED.into(),
        }
    })
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind));
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}

/// Whether everything is as it should be, as the program's end.
fn verdict(good: bool) -> ExitCode {
    match good {
        true => ExitCode::SUCCESS,
        false => FAILED.into(),
    }
}

fn build_contracts(out: Option<&Path>) -> Result<ExitCode> {
    let contracts = build::contracts()?;
    print!("{}", build::size_table(contracts));
    if let Some(folder) = out {
        for bundle in build::export(contracts, folder)? {
            println!("{}", bundle.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run(file: &Path, json: bool) -> Result<ExitCode> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: reading {}: {error}", file.display());
            return Ok(UNUSABLE.into());
        }
    };
    let scenario = read::scenario(&file.display().to_string(), &text)?;
    let contracts = build::contracts()?;
    let mut out = io::stdout().lock();
    let paint = Paint { colour: !json && out.is_terminal() };
    let mut timeline = Timeline::of(&scenario, paint);
    if !json {
        writeln!(out, "{}\n", scenario.title)?;
        if !scenario.about.is_empty() {
            writeln!(out, "{}\n", scenario.about.trim())?;
        }
    }
    let report = play::play(&scenario, contracts, |entry| {
        if !json {
            // A closed pipe ends the output, not the story's verdict.
            let _ = write!(out, "{}", timeline.add(entry)).and_then(|()| out.flush());
        }
    })
    .context("playing the scenario")?;
    let rest = match json {
        true => serde_json::to_string_pretty(&report)? + "\n",
        false => timeline.finish() + &report.show(paint),
    };
    let _ = out.write_all(rest.as_bytes());
    Ok(match report.adds_up && report.surprises == 0 {
        true => ExitCode::SUCCESS,
        false => FAILED.into(),
    })
}

fn replay_contests(file: &Path, wanted: Option<&str>, json: bool) -> Result<ExitCode> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: reading {}: {error}", file.display());
            return Ok(UNUSABLE.into());
        }
    };
    let mut contests = findings::contests(&file.display().to_string(), &text)?;
    if let Some(wanted) = wanted {
        let known: Vec<_> = contests.iter().map(|contest| contest.id.clone()).collect();
        contests.retain(|contest| contest.id == wanted);
        if contests.is_empty() {
            eprintln!(
                "error: there is no contest `{wanted}` in {}; expected one of {}",
                file.display(),
                known.join(", ")
            );
            return Ok(UNUSABLE.into());
        }
    }
    let contracts = build::contracts()?;
    let mut out = io::stdout().lock();
    let paint = Paint { colour: !json && out.is_terminal() };
    let mut reports = Vec::new();
    for contest in &contests {
        let report = ContestReport::new(contest, &replay(contest, contracts)?);
        if !json {
            // A closed pipe ends the output, not the verdict.
            let _ = writeln!(out, "{}", report.show(contests.len() == 1, paint)).and_then(|()| out.flush());
        }
        reports.push(report);
    }
    let report = Report::new(reports);
    let rest = match json {
        true => serde_json::to_string_pretty(&report)? + "\n",
        false => report.verdict(paint),
    };
    let _ = out.write_all(rest.as_bytes());
    Ok(match report.agrees {
        true => ExitCode::SUCCESS,
        false => FAILED.into(),
    })
}
