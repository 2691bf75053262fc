//! Random histories of one pool and one of its members, replayed on the ledger and on the exact model at once.

use crate::model::Model;
use num_bigint::BigUint;
use proptest::prelude::*;
use rules::{epoch_of, ledger_standing, Accumulator, Buffers, Credit, Fading, Ledger, Micro, Standing};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// What happens in a pool.
#[derive(Clone, Debug)]
pub enum Event {
    /// Milliseconds go by.
    Pass(u64),
    /// Anyone touches the pool.
    Touch,
    /// Work was there to be done.
    See { weight: Micro, ops: u32 },
    /// The member did work.
    Declare { ops: u32 },
    /// The member takes a rest, or takes a seat.
    RestOrReturn,
}

/// A pool from its opening on.
#[derive(Clone, Debug)]
pub struct History {
    pub fading: Fading,
    pub opened: u64,
    pub length: u64,
    pub events: Vec<Event>,
}

fn retentions() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => prop::sample::select(vec![0, 1, 500_000, 800_000, 900_000, 990_000, 999_999, 1_000_000]),
        1 => 0..=1_000_000_u32,
    ]
}

/// Up to the cap that terms set, in ops per epoch.
pub fn presences() -> impl Strategy<Value = Micro> {
    prop_oneof![Just(0), 1..500_u64, 1..=1_000_000_000_u64].prop_map(Micro::from_ops)
}

pub fn no_presence() -> impl Strategy<Value = Micro> {
    Just(Micro::ZERO)
}

/// Up to a thousand ops, with fraction bits.
fn weights() -> impl Strategy<Value = Micro> {
    prop_oneof![Just(0), Just(Micro::OP.0), 0..=48 * Micro::OP.0, 0..=1_000 * Micro::OP.0].prop_map(Micro)
}

pub fn ops() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..200_u32, 2 => 0..100_000_u32, 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

fn gaps() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0..HOUR / 10, 4 => 0..3 * DAY, 3 => 0..60 * DAY, 1 => 0..YEAR]
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => gaps().prop_map(Event::Pass),
        1 => Just(Event::Touch),
        4 => see(),
        3 => ops().prop_map(|ops| Event::Declare { ops }),
        1 => Just(Event::RestOrReturn),
    ]
}

fn see() -> impl Strategy<Value = Event> {
    (weights(), ops()).prop_map(|(weight, ops)| Event::See { weight, ops })
}

/// Histories of a pool that has seen something before the member comes, and with one gap of years among seconds, days
/// and months; epochs of an hour to a month.
pub fn histories(presence: impl Strategy<Value = Micro>) -> impl Strategy<Value = History> {
    let epochs = prop::sample::select(vec![(HOUR, YEAR), (DAY, 10 * YEAR), (30 * DAY, 10 * YEAR)]);
    let before = (see(), gaps()).prop_map(|(see, gap)| vec![see, Event::Pass(gap), Event::RestOrReturn]);
    let after = (prop::collection::vec(events(), 1..16), any::<prop::sample::Index>());
    (retentions(), presence, epochs, 0..10 * YEAR, before, after).prop_map(
        |(retention_ppm, presence_per_epoch, (length, longest), opened, mut history, (mut after, at))| {
            let at = at.index(after.len());
            after.insert(at, Event::Pass(longest));
            history.append(&mut after);
            History { fading: Fading { retention_ppm, presence_per_epoch }, opened, length, events: history }
        },
    )
}

/// The pool and its member as a contract would keep them.
#[derive(Clone, Debug)]
pub struct Pool {
    pub fading: Fading,
    pub accumulator: Accumulator,
    /// `None` at rest.
    pub member: Option<Ledger>,
    kept: (Micro, Micro),
}

impl Pool {
    fn new(fading: Fading) -> Self {
        Self { fading, accumulator: Accumulator::default(), member: None, kept: Default::default() }
    }

    pub fn seen(&self, epoch: u64) -> Micro {
        let now = self.accumulator.at(&self.fading, epoch);
        self.member.map_or(self.kept.0, |member| member.seen(&self.fading, &now))
    }

    pub fn declared(&self, epoch: u64) -> Micro {
        self.member.map_or(self.kept.1, |member| member.declared(&self.fading, epoch))
    }

    pub fn standing(&self, epoch: u64, open: u32, buffers: &Buffers) -> Standing {
        ledger_standing(self.seen(epoch), self.declared(epoch), open, buffers)
    }

    /// Lets `event` happen in `epoch`, and stores the accumulator as of then.
    pub fn apply(&mut self, event: &Event, epoch: u64) {
        if matches!(event, Event::Pass(_)) {
            return;
        }
        self.accumulator = self.accumulator.at(&self.fading, epoch);
        let now = &self.accumulator;
        match *event {
            Event::Pass(_) | Event::Touch => {}
            Event::See { weight, ops } => self.accumulator = now.see(&self.fading, epoch, weight, ops),
            Event::Declare { ops } => {
                self.member =
                    self.member.map(|member| member.declare(&self.fading, now, u64::from(ops), &Credit::UNBOUNDED));
            }
            Event::RestOrReturn => match self.member.take() {
                Some(member) => self.kept = member.rest(&self.fading, now),
                None => self.member = Some(Ledger::seat(self.kept.0, self.kept.1, now)),
            },
        }
    }
}

/// A history as far as it has happened.
#[derive(Clone, Debug)]
pub struct Replay {
    pub pool: Pool,
    pub epoch: u64,
    /// The epoch in which the member came first, and the touches since.
    first: Option<(u64, u64)>,
    /// The greatest raw value that accumulator, carry or declared had.
    greatest: u128,
}

impl History {
    /// Replays the history on ledger and model, and calls `check` after each event.
    pub fn against_model(&self, mut check: impl FnMut(&Replay, &Model)) {
        let mut model = Model::new(&self.fading);
        self.replay(|replay, event| {
            model.apply(event, replay.epoch);
            check(replay, &model);
        });
    }

    /// Replays the history on the ledger alone.
    pub fn on_ledger(&self) -> Replay {
        self.replay(|_, _| {})
    }

    fn replay(&self, mut after: impl FnMut(&Replay, &Event)) -> Replay {
        let mut now = self.opened;
        let mut replay = Replay { pool: Pool::new(self.fading), epoch: 0, first: None, greatest: 0 };
        for event in &self.events {
            if let Event::Pass(gap) = event {
                now += gap;
            }
            replay.apply(event, epoch_of(now, self.opened, self.length));
            after(&replay, event);
        }
        replay
    }
}

impl Replay {
    fn apply(&mut self, event: &Event, epoch: u64) {
        self.epoch = epoch;
        self.pool.apply(event, epoch);
        if matches!(event, Event::RestOrReturn) {
            self.first = self.first.or(Some((epoch, 0)));
        }
        if let (Some((_, touches)), false) = (&mut self.first, matches!(event, Event::Pass(_))) {
            *touches += 1;
        }
        let now = self.pool.accumulator.at(&self.pool.fading, epoch);
        self.greatest = self.greatest.max(now.total.0).max(self.seen().0).max(self.declared().0);
    }

    pub fn seen(&self) -> Micro {
        self.pool.seen(self.epoch)
    }

    pub fn declared(&self) -> Micro {
        self.pool.declared(self.epoch)
    }

    /// The error that `rules::ledger` states for `seen`: `6 n (M + P n) / 2^64 + 4 (t + 1)`, and none without fading.
    pub fn seen_error(&self) -> BigUint {
        let (epochs, touches) = self.epochs_and_touches();
        let presence = BigUint::from(self.pool.fading.presence_per_epoch.0);
        self.error(BigUint::from(6_u8) * epochs * (BigUint::from(self.greatest) + presence * epochs), 4 * (touches + 1))
    }

    /// The error that `rules::ledger` states for `declared`: `2 n M / 2^64 + (t + 1)`, and none without fading.
    pub fn declared_error(&self) -> BigUint {
        let (epochs, touches) = self.epochs_and_touches();
        self.error(BigUint::from(2_u8) * epochs * self.greatest, touches + 1)
    }

    /// Whether no error can hide what one epoch adds to the margin of a standing: `denominator * (1 - r)` ops.
    pub fn error_is_below_an_epochs_margin(&self, denominator: u32) -> bool {
        let faded_ppm = rules::PPM - self.pool.fading.retention_ppm;
        let margin = BigUint::from(Micro::OP.0) * denominator * faded_ppm / rules::PPM;
        self.seen_error() + self.declared_error() * denominator <= margin
    }

    fn error(&self, of_factors: BigUint, of_products: u64) -> BigUint {
        if self.pool.fading.retention_ppm == rules::PPM {
            BigUint::ZERO
        } else {
            (of_factors >> 64) + of_products
        }
    }

    fn epochs_and_touches(&self) -> (u64, u64) {
        self.first.map_or((0, 0), |(epoch, touches)| (self.epoch - epoch, touches))
    }
}
