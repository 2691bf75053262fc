//! The loop that keeps a keeper at work for years.

use crate::client::{
    backend::{now, Backend, Error, DEVELOPMENT},
    moments,
};
use crate::keeper::{
    plan::Due,
    report::{Entry, Happened},
    Keeper,
};
use anyhow::Result;
use chain::machine_time;
use interfaces::Timestamp;
use std::{
    thread,
    time::{Duration, Instant},
};

/// How often the loop checks whether to end.
const BLINK: Duration = Duration::from_millis(500);
/// After this long everything is looked at again, even without a new block.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// The pauses before trying to reach a node again grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a keeper with `--once` tries to reach a node again.
const ATTEMPTS_ONCE: u32 = 5;
/// A chain that makes no block for this long, though one is needed, makes none by itself.
const BLOCK_PATIENCE: Duration = Duration::from_secs(30);
/// Development chains make blocks only with transactions.
const DEVELOPMENT_PATIENCE: Duration = Duration::from_secs(2);

/// Keeps at it until `stop` says so, or with `once`, until nothing is due.
///
/// # Errors
/// With `once`, if the chain cannot be reached or does not answer as it should; without it, only if another chain
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

/// How often something has gone wrong since the last success.
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
        let words = format!("{error:#}; trying again in {}", moments::roughly(pause.as_millis() as u64));
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

/// What comes next.
#[derive(PartialEq)]
enum Outlook {
    /// Nothing is left to do until this falls due.
    Idle(Option<Due>),
    /// This is due, but no block has seen that yet.
    Behind(Due),
}

/// Says what comes next, if that is not what it said before.
fn tell(outlook: Outlook, told: &mut Option<Outlook>, time: Timestamp, say: &mut dyn FnMut(Entry)) {
    if told.as_ref() == Some(&outlook) {
        return;
    }
    let words = match &outlook {
        Outlook::Idle(Some(next)) => {
            format!("nothing is left to do; next: {}, {}", next.upkeep, moments::moment_from(next.since, time))
        }
        Outlook::Idle(None) => "nothing is left to do, and nothing falls due by time alone".into(),
        Outlook::Behind(due) => format!(
            "due by the clock, but the chain has made no block since: {}; with --altruistic the keeper has a \
             development node make one",
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
