//! From one block to the next.

use crate::{
    fold::{Error, Fold, Result},
    source::{Block, Id, Source},
    store::{self, Store},
};

/// A commit has at least this many events, unless there are no more blocks.
const EVENTS: usize = 8_000;
/// And at most this many blocks.
const BLOCKS: u32 = 1_000;

/// What one step has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Read up to this block; `of` is the last that there is.
    Read { to: Id, of: u32, events: usize, files: usize },
    /// Took blocks back from this one on: they have left the chain.
    TookBack { from: u32 },
    /// There is nothing new.
    Waiting,
}

/// Reads the next blocks into the index, as many as belong into one commit; or takes blocks back that have left the chain.
///
/// # Errors
/// Those of the source and of the store. What was not committed is forgotten: the next call begins there again.
pub fn follow(store: &mut Store, source: &mut dyn Source) -> Result<Progress> {
    let organization = source.organization().clone();
    let done = step(store, source);
    if done.is_err() {
        store.abandon(&organization)?;
    }
    done
}

fn step(store: &mut Store, source: &mut dyn Source) -> Result<Progress> {
    let head = source.head()?;
    if let Some(last) = store.last() {
        // A node that lags behind has no such block yet.
        if head.number >= last.number && source.hash_of(last.number)?.is_some_and(|hash| hash != last.hash) {
            return take_back(store, source);
        }
    }
    if store.next() > head.number {
        return Ok(Progress::Waiting);
    }
    let mut before = store.last().map(|last| last.hash);
    let first = store.next();
    let (mut last, mut events) = (None::<(Id, u64)>, 0);
    let mut blocks: Vec<Block> = Vec::new();
    for number in first..=head.number.min(first.saturating_add(BLOCKS - 1)) {
        let Some(block) = source.block(number)? else { break };
        if before.is_some_and(|before| before != block.parent) {
            // The chain has changed while it was read: what fits together is kept, the rest is read again.
            break;
        }
        (before, last) = (Some(block.id.hash), Some((block.id, block.time)));
        events += block.events.len();
        // Blocks without events matter only where the index begins.
        if !block.events.is_empty() || number == first {
            blocks.push(block);
        }
        if events >= EVENTS {
            break;
        }
    }
    let Some((to, time)) = last else { return Ok(Progress::Waiting) };
    let mut fold = Fold::new(store, source, head);
    for block in &blocks {
        fold.block(block)?;
    }
    fold.finish()?;
    let files = store.commit(to, time)?;
    Ok(Progress::Read { to, of: head.number, events, files })
}

fn take_back(store: &mut Store, source: &mut dyn Source) -> Result<Progress> {
    let organization = source.organization().clone();
    while let Some(last) = store.last() {
        if source.hash_of(last.number)? == Some(last.hash) {
            break;
        }
        store.undo(&organization).map_err(|error: store::Error| Error::Store(error))?;
    }
    Ok(Progress::TookBack { from: store.next() })
}
