//! The command `atomic keeper`, and the loop that keeps a keeper at work for years.

use super::{
    known::Known,
    memory::Memory,
    plan::Due,
    report::{parts, Entry, Happened},
    Keeper, Rules,
};
use crate::{
    backend::{machine_time, now, Backend, Error, DEVELOPMENT},
    deployment::Deployment,
    options::{Options, Unusable},
    scenario::amounts::amount,
    show,
    signer::address,
};
use anyhow::{Context, Result};
use clap::Args;
use interfaces::{Balance, Timestamp};
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
    thread,
    time::{Duration, Instant},
};

/// How often the loop looks whether it shall end.
const BLINK: Duration = Duration::from_millis(500);
/// After so long everything is looked at again, even without a new block.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// The pauses before trying to reach a node again grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// With `--once`, so many attempts to reach a node again.
const ATTEMPTS_ONCE: u32 = 5;
/// A chain that makes no block for so long, though one is needed, makes none by itself.
const BLOCK_PATIENCE: Duration = Duration::from_secs(30);
/// Development chains make blocks only with transactions.
const DEVELOPMENT_PATIENCE: Duration = Duration::from_secs(2);

/// Calls what anybody may call in the market, once it is due and if it pays
///
/// Opens and finalizes reviews, settles, claims, reports who did not deliver, closes periods, has members judged, fills
/// seats, applies new terms and frees storage. A call pays where the reputation, the credits and the storage deposits that
/// it brings are worth more than its fee and deposit. Ends with Ctrl-C; docs/keeper.md says more.
///
/// Examples:
///   atomic keeper --as alice --url ws://127.0.0.1:9944 --altruistic
///   atomic keeper --as alice --once
///   atomic keeper --as alice --dry-run
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Command {
    /// Does what is due, and ends once nothing is; on the embedded chain, where nothing happens meanwhile, it always does
    #[arg(long)]
    once: bool,
    /// Does also what does not pay
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
        let deployment = Deployment::load(&self.options, &*backend)?;
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
            // So that one can look while another keeper is at work.
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

/// Set by Ctrl-C and by being asked to end; a second time ends the program at once.
fn stop_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop)).context("listening for Ctrl-C")?;
        flag::register(signal, Arc::clone(&stop)).context("listening for Ctrl-C")?;
    }
    Ok(stop)
}

/// Keeps at it until `stop` says so, or with `once`, until nothing is due.
///
/// # Errors
/// With `once`, where the chain cannot be reached or does not answer as it should; otherwise only where another chain
/// answers instead.
pub fn keep(
    keeper: &mut Keeper,
    backend: Box<dyn Backend>,
    connect: &dyn Fn() -> Result<Box<dyn Backend>>,
    once: bool,
    say: &mut dyn FnMut(Entry),
    stop: &dyn Fn() -> bool,
) -> Result<()> {
    let mut connection = Some(backend);
    let mut trouble = Trouble::default();
    let mut told = None;
    while !stop() {
        let backend = match connection.take() {
            Some(backend) => backend,
            None => match connect() {
                Ok(backend) => {
                    say(Entry::new(machine_time(), Happened::Note("connected again".into())));
                    backend
                }
                Err(error) if is_lost(&error) => {
                    trouble.wait(error, once, say, stop)?;
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        match step(keeper, &*backend, once, &mut told, say, stop) {
            Ok(Step::Again) => {
                trouble = Trouble::default();
                connection = Some(backend);
            }
            Ok(Step::Done) => return Ok(()),
            Err(error) => {
                let is_lost = matches!(error, Error::ConnectionLost { .. });
                if !is_lost {
                    connection = Some(backend);
                }
                trouble.wait(error.into(), once, say, stop)?;
            }
        }
    }
    Ok(())
}

fn is_lost(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::ConnectionLost { .. }))
}

/// How often something has gone wrong since it last went well.
#[derive(Default)]
struct Trouble {
    times: u32,
}

impl Trouble {
    /// Says what is wrong and pauses, longer each time.
    fn wait(
        &mut self,
        error: anyhow::Error,
        once: bool,
        say: &mut dyn FnMut(Entry),
        stop: &dyn Fn() -> bool,
    ) -> Result<()> {
        self.times += 1;
        if once && (self.times > ATTEMPTS_ONCE || !is_lost(&error)) {
            return Err(error);
        }
        let pause = LONGEST_PAUSE.min(FIRST_PAUSE.saturating_mul(1 << self.times.min(10).saturating_sub(1)));
        let words = format!("{error:#}; trying again in {}", show::roughly(pause.as_millis() as u64));
        say(Entry::new(machine_time(), Happened::Note(words)));
        sleep(pause, stop);
        Ok(())
    }
}

enum Step {
    Again,
    Done,
}

/// One look at everything, and the wait for the next.
fn step(
    keeper: &mut Keeper,
    backend: &dyn Backend,
    once: bool,
    told: &mut Option<Outlook>,
    say: &mut dyn FnMut(Entry),
    stop: &dyn Fn() -> bool,
) -> Result<Step, Error> {
    let round = keeper.round(backend, say, stop)?;
    let time = now(backend, &round.tip);
    let needs_block = round.behind.is_some();
    let ends = once && (!needs_block || !backend.runs_by_itself());
    if round.acted > 0 || stop() {
        return Ok(Step::Again);
    }
    if ends || !needs_block {
        tell(Outlook::Idle(round.next.clone()), told, time, say);
    }
    if ends {
        return Ok(Step::Done);
    }
    let patience = match (needs_block, &round.next) {
        (true, _) if backend.network().name == DEVELOPMENT => DEVELOPMENT_PATIENCE,
        (true, _) => BLOCK_PATIENCE,
        (false, Some(next)) => AT_LEAST_EVERY.min(Duration::from_millis(next.since.saturating_sub(time))),
        (false, None) => AT_LEAST_EVERY,
    };
    let until = Instant::now() + patience;
    while !stop() {
        let left = until.saturating_duration_since(Instant::now());
        if backend.next_block(round.tip.number, BLINK.min(left))?.is_some() {
            return Ok(Step::Again);
        }
        if left.is_zero() {
            break;
        }
    }
    if let (Some(due), false) = (&round.behind, stop()) {
        if keeper.rules.altruistic && !keeper.rules.dry_run {
            keeper.make_block(backend, say)?;
        } else {
            tell(Outlook::Behind(due.clone()), told, time, say);
            if once {
                return Ok(Step::Done);
            }
        }
    }
    Ok(Step::Again)
}

/// What is to be expected.
#[derive(PartialEq)]
enum Outlook {
    /// Nothing is left to do until this falls due.
    Idle(Option<Due>),
    /// This is due, but no block has seen that yet.
    Behind(Due),
}

/// Says what is to be expected, where that is another thing than was told before.
fn tell(outlook: Outlook, told: &mut Option<Outlook>, time: Timestamp, say: &mut dyn FnMut(Entry)) {
    if told.as_ref() == Some(&outlook) {
        return;
    }
    let words = match &outlook {
        Outlook::Idle(Some(next)) => {
            format!("nothing is left to do; next: {}, {}", next.upkeep, show::moment_from(next.since, time))
        }
        Outlook::Idle(None) => "nothing is left to do, and nothing falls due by time alone".into(),
        Outlook::Behind(due) => format!(
            "due by the clock, but the chain has made no block since: {}; with --altruistic a development node is made \
             to make one",
            due.upkeep
        ),
    };
    say(Entry::new(time, Happened::Note(words)));
    *told = Some(outlook);
}

fn sleep(pause: Duration, stop: &dyn Fn() -> bool) {
    let until = Instant::now() + pause;
    while !stop() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::sleep(BLINK.min(left));
    }
}

/// What was done in all, and what that brought.
fn summarize(keeper: &Keeper, json: bool, out: &mut dyn Write) -> Result<()> {
    let calls: u32 = keeper.calls.values().sum();
    let earned = keeper.earned;
    let written = match json {
        true => {
            let amounts = [
                ("points", earned.points),
                ("credited", earned.credited),
                ("refund", earned.refund),
                ("deposit", earned.deposit),
                ("fee", earned.fee),
            ];
            let amounts: serde_json::Map<_, _> =
                amounts.into_iter().map(|(name, amount)| (name.to_owned(), json!(amount.to_string()))).collect();
            let summary = json!({ "event": "summary", "calls": keeper.calls, "earned": amounts });
            writeln!(out, "{summary}")
        }
        false => {
            let by_message: Vec<_> = keeper.calls.iter().map(|(message, count)| format!("{count} {message}")).collect();
            let made = match calls {
                0 => "made no calls".to_owned(),
                1 => format!("made 1 call ({})", by_message.join(", ")),
                _ => format!("made {calls} calls ({})", by_message.join(", ")),
            };
            let parts: Vec<_> = parts(&earned).collect();
            let brought = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
            writeln!(out, "In all {made}{brought}")
        }
    };
    // A closed pipe is no failure.
    let _ = written;
    Ok(())
}
