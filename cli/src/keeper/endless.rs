//! The loop that keeps a keeper at work for years.

use crate::client::{
    backend::{now, Backend, Error, DEVELOPMENT},
    moments,
    trouble::{Trouble, BLINK},
};
use crate::keeper::{
    plan::Due,
    report::{Entry, Happened},
    Keeper,
};
use anyhow::Result;
use chain::machine_time;
use interfaces::Timestamp;
use std::time::{Duration, Instant};

/// After this long everything is looked at again, even without a new block.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);
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
    let note = |words| Entry::new(machine_time(), Happened::Note(words));
    while !stop() {
        let backend = match connection.take() {
            Some(backend) => backend,
            None => match connect() {
                Ok(backend) => {
                    say(note("connected again".into()));
                    backend
                }
                Err(error) if is_lost(&error) => {
                    trouble.wait(error, once, &mut |words| say(note(words)), stop)?;
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
                if !matches!(error, Error::ConnectionLost { .. }) {
                    if once {
                        return Err(error.into());
                    }
                    connection = Some(backend);
                }
                trouble.wait(error.into(), once, &mut |words| say(note(words)), stop)?;
            }
        }
    }
    Ok(())
}

fn is_lost(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::ConnectionLost { .. }))
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
