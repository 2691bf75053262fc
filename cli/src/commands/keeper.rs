//! `atomic keeper`: keeps a market until somebody ends it.

use crate::{
    client::{backend::now, deployment::Deployment, signer::address, unusable::Unusable},
    commands::options::Options,
    keeper::{
        endless::keep,
        known::Known,
        memory::Memory,
        report::{data_of_worth, parts, Entry, Happened},
        Keeper, Rules,
    },
};
use anyhow::{Context, Result};
use chain::amounts::amount;
use clap::Args;
use interfaces::Balance;
use serde_json::json;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use std::{
    io::Write,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
};

/// Does the market's upkeep, which anyone may do, once it is due and if it pays
///
/// It opens and finalizes reviews, settles, claims, reports providers that did not deliver, closes periods, has members
/// judged, fills seats, applies new terms and frees storage. A call pays if the reputation, the credits and the storage
/// deposits that it brings are worth more than its fee and deposit. Ctrl-C ends it; docs/keeper.md says more.
///
/// Examples:
///   atomic keeper --as alice --url ws://127.0.0.1:9944 --altruistic
///   atomic keeper --as alice --once
///   atomic keeper --as alice --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Command {
    /// Does what is due, then ends; on the embedded chain, where nothing happens by itself, it always does so
    #[arg(long)]
    once: bool,
    /// Also does what does not pay
    #[arg(long)]
    altruistic: bool,
    /// What a point of reputation is worth to you
    #[arg(long, value_name = "AMOUNT", value_parser = amount, default_value = "1 UNIT")]
    point: Balance,
    #[command(flatten)]
    options: Options,
}

impl Command {
    /// Keeps the market until there is nothing left to do, or somebody ends it.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        let signer = self.options.signer()?;
        let backend = self.options.connect()?;
        let deployment = Deployment::load(&self.options.deployment, &*backend)?;
        let genesis = backend.network().genesis;
        let stop = stop_signal()?;
        let json = self.options.json;
        let mut say = |entry: Entry| {
            let line = if json { entry.json().to_string() } else { entry.line() };
            // A closed pipe ends the output, not the work.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        };

        let rules = Rules { altruistic: self.altruistic, point: self.point, dry_run: self.options.dry_run };
        let (memory, known, word) = match rules.dry_run {
            // This allows a look while another keeper is at work.
            true => (Memory::forgetful(), Known::default(), None),
            false => Memory::open(&self.options.deployment, &deployment, &signer.account())?,
        };
        let tip = backend.tip()?;
        let time = now(&*backend, &tip);
        say(Entry::new(
            time,
            Happened::Note(format!(
                "keeping the market {} {} as {}",
                address(&deployment.market),
                self.options.location()?,
                address(&signer.account())
            )),
        ));
        if let Some(word) = word {
            say(Entry::new(time, Happened::Note(word)));
        }
        let mut keeper = Keeper::new(deployment, signer, rules, memory, known);
        let once = self.once || rules.dry_run || !backend.runs_by_itself();
        let connect = || {
            let backend = self.options.connect()?;
            match backend.network().genesis == genesis {
                true => Ok(backend),
                false => Err(Unusable("another chain answers there now".into()).into()),
            }
        };
        let ended = keep(&mut keeper, backend, &connect, once, &mut say, &|| stop.load(Ordering::Relaxed));
        if !rules.dry_run {
            summarize(&keeper, json, out)?;
        }
        ended
    }
}

/// Set by Ctrl-C and by a request to end; the second one ends the program at once.
pub(crate) fn stop_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop)).context("listening for Ctrl-C")?;
        flag::register(signal, Arc::clone(&stop)).context("listening for Ctrl-C")?;
    }
    Ok(stop)
}

/// What was done in total, and what that brought.
fn summarize(keeper: &Keeper, json: bool, out: &mut dyn Write) -> Result<()> {
    let calls: u32 = keeper.calls.values().sum();
    let earned = keeper.earned;
    let written = match json {
        true => {
            let amounts: serde_json::Map<_, _> =
                data_of_worth(&earned).into_iter().map(|(name, amount)| (name.to_owned(), amount)).collect();
            let summary = json!({ "event": "summary", "calls": keeper.calls, "earned": amounts });
            writeln!(out, "{summary}")
        }
        false => {
            let by_message: Vec<_> = keeper.calls.iter().map(|(message, count)| format!("{count} {message}")).collect();
            let made = match calls {
                0 => "no calls".to_owned(),
                1 => format!("1 call ({})", by_message.join(", ")),
                _ => format!("{calls} calls ({})", by_message.join(", ")),
            };
            let parts: Vec<_> = parts(&earned).collect();
            let brought = if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) };
            writeln!(out, "Total: {made}{brought}")
        }
    };
    // A closed pipe is no failure.
    let _ = written;
    Ok(())
}
