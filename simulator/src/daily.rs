//! Day by day, for millions of members: what is seen, what each does, and who is judged.
//!
//! A review is done on the day it is taken: windows, silence and the draw are those of the hourly model.

use crate::{
    people::{rest_or_return, Group, Kind},
    pool::{Pool, State, Who},
    record::{moment, play, Days, Recorder},
    report::Report,
    scenario::{Model, Scenario},
    streams::Shape,
    terms::DAY,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// The most days that submissions are open for reviews.
const MOST_OPEN: usize = 8;

/// Simulates all pools of a scenario; `progress` hears which part of it is done.
pub fn run(scenario: &Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    play::<Daily>(scenario, progress)
}

/// The submissions that were opened on one day.
#[derive(Clone, Copy, Debug)]
struct Offer {
    day: u32,
    ops: u64,
    /// Room for members that are short, and for others.
    short: u64,
    others: u64,
    taken: u64,
    extended: bool,
}

/// The greatest quorum.
const MOST_QUORUM: usize = 7;

struct Daily<'a> {
    scenario: &'a Scenario,
    pool: Pool,
    rng: ChaCha8Rng,
    offers: VecDeque<Offer>,
    /// Reviews that fell to each member and are not done; by lot alone.
    todo: Vec<u16>,
    /// Reviews that each member took of the submissions of a day, by the day modulo [`MOST_OPEN`]; by duty alone.
    taken: Vec<[u16; MOST_OPEN]>,
    /// Who has a seat; by lot alone.
    seated: Vec<Who>,
    window: u32,
}

impl<'a> Days<'a> for Daily<'a> {
    fn new(scenario: &'a Scenario, number: u32, recorder: &mut Recorder) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(scenario.seed);
        rng.set_stream(number.into());
        let pool = recorder.open();
        let accounts = scenario.accounts() as usize;
        let by_lot = scenario.model == Model::Lot;
        let window = scenario.market.commits.div_ceil(DAY).clamp(1, MOST_OPEN as u64 - 1) as u32;
        Self {
            scenario,
            pool,
            rng,
            offers: VecDeque::new(),
            todo: vec![0; if by_lot { accounts } else { 0 }],
            taken: vec![[0; MOST_OPEN]; if by_lot { 0 } else { accounts }],
            seated: Vec::new(),
            window,
        }
    }

    fn pass(&mut self, day: u32, recorder: &mut Recorder) {
        self.pool.pass_to(moment(day, 0));
        self.end_windows(day, recorder);
        let ops = self.ask(day, recorder);
        if self.scenario.model == Model::Lot {
            self.draw_lots(ops);
        }
        self.members(day, recorder);
        recorder.look(&self.pool, day);
    }

    fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl Daily<'_> {
    /// Windows that are over end; what is missing to a quorum is seen again, once.
    fn end_windows(&mut self, day: u32, recorder: &mut Recorder) {
        let quorum = u64::from(self.scenario.market.quorum);
        while let Some(offer) = self.offers.front().copied().filter(|offer| offer.day + self.window <= day) {
            self.offers.pop_front();
            let missing = (offer.ops * quorum).saturating_sub(offer.taken);
            if missing == 0 || offer.extended || self.scenario.model == Model::Lot {
                self.pool.close(offer.ops * quorum);
                recorder.work.judged += offer.ops;
                continue;
            }
            self.pool.see(u32::try_from(missing).unwrap_or(u32::MAX), 1);
            let extended = missing.div_ceil(quorum).min(offer.ops);
            recorder.work.extended += extended;
            self.pool.close((offer.ops - extended) * quorum);
            recorder.work.judged += offer.ops - extended;
            self.offers.push_back(Offer {
                day,
                ops: extended,
                short: missing,
                others: missing,
                taken: 0,
                extended: true,
            });
        }
    }

    /// What is asked for on this day, as far as the pool has hands.
    fn ask(&mut self, day: u32, recorder: &mut Recorder) -> u64 {
        let quorum = u64::from(self.scenario.market.quorum);
        let (mut asked, mut ops) = (0, 0);
        for stream in &self.scenario.requests {
            let wanted = stream.on(day, &mut self.rng);
            let taken = wanted.min(self.room_for(quorum));
            self.pool.reserve(taken * quorum);
            if stream.shape == Shape::Attack {
                let price = self.scenario.market.cheapest(self.pool.utilization_ppm()).sunk();
                recorder.work.flood.pay(taken as u32, price.saturating_mul(taken.into()));
            }
            (asked, ops) = (asked + wanted, ops + taken);
        }
        recorder.work.asked += asked;
        recorder.work.refused += asked - ops;
        recorder.saw(day, ops);
        self.pool.see(u32::try_from(ops).unwrap_or(u32::MAX), quorum as u32);
        if ops > 0 {
            let (short, others) = (ops * quorum, ops * (quorum + 1));
            self.offers.push_back(Offer { day, ops, short, others, taken: 0, extended: false });
        }
        ops
    }

    /// How many more submissions the market takes: those with which the pool is not full.
    fn room_for(&self, quorum: u64) -> u64 {
        let free = self.pool.hands().saturating_sub(self.pool.backlog());
        free.saturating_sub(1) / quorum
    }

    /// The reviews of each submission fall to distinct members with a seat.
    fn draw_lots(&mut self, ops: u64) {
        let quorum = usize::from(self.scenario.market.quorum);
        if self.seated.len() != self.pool.active() as usize {
            let pool = &self.pool;
            self.seated = pool.everybody().filter(|who| pool.member(*who).is_seated()).collect();
        }
        let members = self.seated.len();
        for _ in 0..ops {
            let mut drawn = [u32::MAX; MOST_QUORUM];
            for at in 0..quorum.min(members) {
                let mut lot = self.rng.gen_range(0..members as u32);
                while drawn[..at].contains(&lot) {
                    lot = self.rng.gen_range(0..members as u32);
                }
                drawn[at] = lot;
                // Where nobody ever left, members and lots have the same numbers.
                let who = if members == self.todo.len() { lot } else { self.seated[lot as usize] };
                let todo = &mut self.todo[who as usize];
                *todo = todo.saturating_add(1);
            }
        }
    }

    /// Everybody's day, from somebody else on each day; then keepers have them judged.
    fn members(&mut self, day: u32, recorder: &mut Recorder) {
        let count = self.pool.everybody().end;
        let first = self.rng.gen_range(0..count);
        for who in (first..count).chain(0..first) {
            if let Some(taken) = self.taken.get_mut(who as usize) {
                taken[day as usize % MOST_OPEN] = 0;
            }
            let state = self.pool.member(who).state;
            if matches!(state, State::Left | State::Banned) {
                continue;
            }
            let group = &self.scenario.members[recorder.group(who)];
            let chance = group.chance(day);
            if chance >= 1.0 || (chance > 0.0 && self.rng.gen_bool(chance)) {
                self.look_in(who, group, day, recorder);
            }
            if self.pool.member(who).is_seated() && recorder.judge(&mut self.pool, who, day) {
                self.seated.clear();
            }
        }
    }

    fn look_in(&mut self, who: Who, group: &Group, day: u32, recorder: &mut Recorder) {
        if group.kind == Kind::Freezer {
            rest_or_return(&mut self.pool, who, day);
            if self.pool.member(who).state == State::Frozen {
                return;
            }
        }
        // Refused where it declared already, or its standing is Banned.
        if self.pool.may_check_in(who) {
            let _ = self.pool.check_in(who);
        }
        let done = match self.todo.get_mut(who as usize) {
            Some(todo) => std::mem::take(todo).into(),
            None => self.take(who, group.habit.beyond),
        };
        if done > 0 {
            self.pool.resolve(who, done, 0);
            recorder.reviewed(who, done);
        }
        if group.restores {
            self.pool.restore_if_throttled(who);
        }
    }

    /// What `who` takes of what is open: what it owes, and of the rest each with the chance `beyond`.
    fn take(&mut self, who: Who, beyond: f64) -> u32 {
        let hands = self.pool.free_hands(who);
        if hands == 0 || self.offers.is_empty() {
            return 0;
        }
        let owes = u32::try_from(self.pool.deficit(who)).unwrap_or(u32::MAX).min(hands);
        let owed = self.take_of(who, owes, true);
        let more = match beyond {
            0.0 => 0,
            chance => (owed..hands).filter(|_| chance >= 1.0 || self.rng.gen_bool(chance)).count() as u32,
        };
        owed + self.take_of(who, more, false)
    }

    /// Takes up to `wanted` reviews, of the oldest submissions first, and one of each.
    fn take_of(&mut self, who: Who, wanted: u32, short: bool) -> u32 {
        let mut left = u64::from(wanted);
        let taken = &mut self.taken[who as usize];
        for offer in self.offers.iter_mut().filter(|_| wanted > 0) {
            let mine = &mut taken[offer.day as usize % MOST_OPEN];
            let room = if short { &mut offer.short } else { &mut offer.others };
            let takes = left.min(*room).min(offer.ops.saturating_sub((*mine).into()));
            (*room, offer.taken, left) = (*room - takes, offer.taken + takes, left - takes);
            *mine = mine.saturating_add(takes as u16);
        }
        wanted - left as u32
    }
}
