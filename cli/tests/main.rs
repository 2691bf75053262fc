//! The `atomic` command: each part of it on the embedded chain, and on nodes.
//!
//! They are one program, because each would be compiled and linked with a whole chain. Only ink!'s framework has its own.

mod atomic_node;
mod chain;
mod contests;
mod deploy;
mod desk;
mod floors;
mod index;
mod keeper;
mod keeper_node;
mod node;
mod operate;
#[path = "support/proxy.rs"]
mod proxy;
mod scenarios;
mod state;

use std::{
    env,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Tests on a node count its blocks, or sign as the same account: one at a time.
static NODE: Mutex<()> = Mutex::new(());

/// The node at `$URL`, for as long as the guard lives.
fn the_node() -> (MutexGuard<'static, ()>, String) {
    (NODE.lock().unwrap_or_else(PoisonError::into_inner), env::var("URL").expect("the node's URL"))
}
