//! `atomic deploy`: does the steps of a deployment, or says which ones it would do.

use crate::{
    client::{deployment::File, signer::address, text::shown},
    commands::{
        options::{warn, Options, Which},
        table::pairs,
        verify,
    },
    setup::{
        cautions::cautions,
        checks::{self, Check},
        config::Config,
        deployer::{as_text, Deployer, Done, Step},
    },
};
use anyhow::{Context, Result};
use chain::{amounts::show_amount, build::Contract};
use clap::Args;
use interfaces::Balance;
use serde::Serialize;
use std::{fmt::Debug, io::Write, path::PathBuf};

/// Deploys the contracts, wires them, opens the market, and checks the result
///
/// Whoever signs becomes the manager. All steps are rehearsed on a chain of its own first, so that nothing is done where a
/// contract would refuse a later one. If you run it again, it goes on where it stopped, and does nothing if all is
/// done. It warns of terms that can never ban anybody, or can ban whoever misses nothing. It exits with 1 if a check
/// fails.
///
/// Example: atomic deploy --as alice --config docs/deployment.toml
#[derive(Args, Debug)]
pub struct Deploy {
    /// A TOML file that says how to set up the organization; docs/deployment.toml is an example with every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    options: Options,
}

/// What the command says as JSON.
#[derive(Serialize)]
struct Report {
    network: String,
    manager: String,
    reputation: String,
    obligation: String,
    market: String,
    pool: Option<u32>,
    deployment: String,
    done: Vec<Done>,
    checks: Vec<Check>,
    wired: bool,
}

impl Report {
    fn new(file: &File, deployment: String, done: Vec<Done>, checks: Vec<Check>) -> Self {
        let contract =
            |contract| file.contract(contract).map(|deployed| address(&deployed.address)).unwrap_or_default();
        Self {
            network: file.network.clone(),
            manager: address(&file.manager),
            reputation: contract(Contract::Reputation),
            obligation: contract(Contract::Obligation),
            market: contract(Contract::Market),
            pool: file.pool,
            deployment,
            done,
            wired: checks.iter().all(Check::holds),
            checks,
        }
    }

    /// The same for people.
    fn show(&self) -> String {
        let done = if self.done.is_empty() { "Nothing to do: everything is done already.\n" } else { "" };
        let lines = [
            ("reputation", self.reputation.clone()),
            ("obligation", self.obligation.clone()),
            ("market", self.market.clone()),
            ("pool", self.pool.map(|pool| pool.to_string()).unwrap_or_default()),
            ("written to", self.deployment.clone()),
        ];
        let paid = |of: fn(&Done) -> Balance| self.done.iter().map(of).fold(0, Balance::saturating_add);
        let (deposits, fees) = (paid(|done| done.deposit), paid(|done| done.fee));
        let paid = [("deposits", show_amount(deposits)), ("fees", show_amount(fees))];
        let lines = lines.into_iter().chain(paid.into_iter().filter(|_| !self.done.is_empty()));
        format!("{done}\n{}\n{}", pairs(lines), verify::summary(&self.checks))
    }
}

impl Deploy {
    /// Deploys, says what was done, and checks it. Returns whether all checks hold.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let config = Config::load(self.config.as_deref())?;
        let signer = self.options.signer()?;
        let backend = self.options.connect()?;
        let contracts = self.which.contracts()?;
        let mut deployer = Deployer::new(&*backend, &signer, &contracts, &config, &self.options.deployment)?;
        let due = deployer.due()?;
        if due.contains(&Step::Open) {
            cautions(&deployer.settings().terms).into_iter().for_each(|caution| warn(Some(caution)));
        }
        if self.options.dry_run {
            return self.say_due(&deployer, out).map(|()| true);
        }
        if !self.options.json {
            let (network, location) = (shown(&backend.network().name), self.options.location()?);
            writeln!(out, "Deploying to {network} {location}, as {}\n", address(&signer.account()))?;
        }
        if !due.is_empty() {
            deployer.rehearse().context("nothing was done, because a rehearsal failed")?;
        }
        let mut done = Vec::new();
        while let Some(step) = deployer.advance()? {
            if !self.options.json {
                writeln!(out, "  block {:<5} {}", step.block, step.step)?;
                out.flush()?;
            }
            done.push(step);
        }
        // A finished deployment is not held to settings that nobody named: the manager may have changed its own.
        let named = self.config.is_some() || !done.is_empty();
        let settings = named.then_some(deployer.settings());
        let checks = checks::checks(&*backend, deployer.file(), &contracts, settings)?;
        let report = Report::new(deployer.file(), self.options.deployment.display().to_string(), done, checks);
        match self.options.json {
            true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
            false => write!(out, "{}", report.show())?,
        }
        Ok(report.wired)
    }

    /// Says which steps are left to do, and what each costs.
    fn say_due(&self, deployer: &Deployer, out: &mut dyn Write) -> Result<()> {
        let due: Vec<_> = deployer.due()?.iter().map(Step::to_string).collect();
        let mut steps = if due.is_empty() { Vec::new() } else { deployer.rehearse()? };
        steps.retain(|step| due.contains(&step.step));
        if self.options.json {
            let due: Vec<_> = steps.iter().map(Estimate::of).collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&serde_json::json!({ "due": due }))?)?;
            return Ok(());
        }
        if steps.is_empty() {
            writeln!(out, "Nothing to do: everything is done already.")?;
            return Ok(());
        }
        writeln!(out, "These steps are left, with the storage deposits of a substrate-contracts-node:\n")?;
        for step in &steps {
            writeln!(out, "  {:<44} {:>20}", step.step, show_amount(step.deposit))?;
        }
        let deposits = steps.iter().fold(0, |sum: Balance, step| sum.saturating_add(step.deposit));
        writeln!(out, "\n{} in total.", show_amount(deposits))?;
        Ok(())
    }
}

/// What a step would cost.
#[derive(Serialize)]
struct Estimate<'a> {
    step: &'a str,
    ref_time: u64,
    proof_size: u64,
    #[serde(serialize_with = "as_text")]
    deposit: Balance,
}

impl<'a> Estimate<'a> {
    fn of(done: &'a Done) -> Self {
        let Done { step, ref_time, proof_size, deposit, .. } = done;
        Self { step, ref_time: *ref_time, proof_size: *proof_size, deposit: *deposit }
    }
}
