//! Which storage cells of the contracts a call reads and writes: the accesses to child tries, as the state machine traces
//! them, each cell once a call.

use crate::{People, Town, ENFORCERS, REQUESTER, STRANGER};
use interfaces::{market::RequestSpec, Market as _};
use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::{
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::with_default,
    Event, Metadata, Subscriber,
};

/// The cells of all contracts that a call entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// Trie and key of each.
    read: BTreeSet<(String, String)>,
    written: BTreeSet<(String, String)>,
}

impl Cells {
    pub fn read(&self) -> usize {
        self.read.len()
    }

    pub fn written(&self) -> usize {
        self.written.len()
    }
}

/// Notes what the state machine traces.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Cells>>);

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "state"
    }

    fn event(&self, event: &Event<'_>) {
        let mut access = Access::default();
        event.record(&mut access);
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match access.method.as_str() {
            "ChildGet" | "ChildExists" => cells.read.insert((access.trie, access.key)),
            "ChildPut" => cells.written.insert((access.trie, access.key)),
            _ => false,
        };
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// One access to a trie.
#[derive(Default)]
struct Access {
    method: String,
    trie: String,
    key: String,
}

impl Visit for Access {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = || format!("{value:?}");
        match field.name() {
            "method" => self.method = value().trim_matches('"').to_owned(),
            "child_info" => self.trie = value(),
            "key" => self.key = value(),
            _ => {}
        }
    }
}

/// What `action` returns, and the cells that it reads and writes.
pub fn cells<T>(action: impl FnOnce() -> T) -> (T, Cells) {
    let recorder = Recorder::default();
    let result = with_default(recorder.clone(), action);
    let cells = recorder.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, cells)
}

/// The life of one submission, the only one of a request of one place, that three enforcers review: each message, and
/// what it reads and writes in all three contracts.
pub fn life_of_a_submission() -> Vec<(&'static str, Cells)> {
    let town = Town::new();
    // A life before, so that nobody's cells are new.
    town.play_request(&ENFORCERS[..3], 80);
    let mut life = Vec::new();
    let mut lived = |message, cells| life.push((message, cells));
    let spec = RequestSpec { limit: 1, ..town.request_spec() };
    let price = town.chain.read(town.market().quote(spec.clone())).expect("a price").total;
    let post = town.market().post(spec, 0).transferred_value(price);
    let (request, posted) = cells(|| town.chain.call(&town.who(REQUESTER), post).ok());
    lived("post", posted);
    let signal = town.market().signal(request, 1).transferred_value(town.spec(request).place_deposit);
    lived("signal", cells(|| town.send("pia", signal).ok()).1);
    lived("submit", cells(|| town.submit("pia", request).ok()).1);
    town.chain.pass_until(town.spec(request).deliver_by);
    lived("open_reviews", cells(|| town.send(STRANGER, town.market().open_reviews(request, 1)).ok()).1);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        lived("commit_reviews", cells(|| town.commit(name, request, 0, 80).ok()).1);
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..3] {
        lived("reveal_reviews", cells(|| town.reveal(name, request, 0, 80).ok()).1);
    }
    lived("finalize", cells(|| town.finalize(request, 0).ok()).1);
    lived("settle", cells(|| town.settle(request).ok()).1);
    lived("claim", cells(|| town.claim(request, 0).ok()).1);
    lived("withdraw", cells(|| town.withdraw("pia").ok()).1);
    lived("reclaim", cells(|| town.reclaim(request).ok()).1);
    lived("prune", cells(|| town.send(STRANGER, town.market().prune(request, 64)).ok()).1);
    life
}
