//! The simulator is true: whatever happens to a pool on the chain happens in the simulator's pool as well, step by step,
//! over random histories, with the same refusals.

use chain::{account, days, hours, minutes, ObligationCalls};
use e2e_tests::{People, Town, CANDIDATES, ENDOWMENT, ENFORCERS, STRANGER};
use interfaces::{
    obligation::{self, Error, MemberState, Membership, Outcome, Schedule, Segment, TermsReason},
    roles, Obligation as _, PoolId, Reputation as _, Timestamp,
};
use pendzl::contracts::access_control::AccessControl as _;
use simulator::{
    pool::{Pool, State, Who},
    Rate, Terms,
};
use std::collections::BTreeSet;

/// Opens the pool, and reports to it what happens.
const OPERATOR: &str = "olga";
/// How many histories are played, of how many steps each.
const HISTORIES: u64 = 12;
const STEPS: usize = 150;

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Step {
    See { ops: u32, reviews: u32 },
    Reserve(u32),
    Close(u32),
    Commit(Who, u32),
    Resolve { who: Who, declared: u32, released: u32 },
    CheckIn(Who),
    Enlist(Who),
    Resign(Who),
    Freeze(Who),
    Unfreeze(Who),
    Restore(Who, u32),
    Redeem(Who),
    Evaluate(Who),
    FillSeats(u32),
    Wait(Timestamp),
}

/// A generator of random numbers: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn count(&mut self, n: u64) -> u32 {
        u32::try_from(self.below(n)).expect("a small number")
    }

    fn anyone(&mut self) -> Who {
        self.count(people().count() as u64)
    }

    fn step(&mut self) -> Step {
        match self.below(24) {
            0..=3 => Step::See { ops: 1 + self.count(6), reviews: 1 + self.count(5) },
            4 => Step::Reserve(self.count(30)),
            5 => Step::Close(self.count(30)),
            6..=8 => Step::Commit(self.anyone(), 1 + self.count(3)),
            9..=11 => Step::Resolve { who: self.anyone(), declared: self.count(4), released: self.count(3) },
            12 => Step::CheckIn(self.anyone()),
            13..=14 => Step::Enlist(self.anyone()),
            15 => Step::Resign(self.anyone()),
            16 => Step::Freeze(self.anyone()),
            17 => Step::Unfreeze(self.anyone()),
            18 => Step::Restore(self.anyone(), 1 + self.count(3)),
            19 => Step::Redeem(self.anyone()),
            20..=21 => Step::Evaluate(self.anyone()),
            22 if self.below(3) == 0 => Step::FillSeats(self.count(4)),
            _ => Step::Wait(self.below(days(2)) + minutes(1)),
        }
    }

    /// Terms under which much happens within days.
    fn terms(&mut self) -> Terms {
        let ban_buffer = 4 + self.count(12);
        let throttle_buffer = 2 + self.count(3);
        let rate = match self.below(3) {
            0 => Rate::Fixed,
            _ => Rate::FairShare { diligence_ppm: 1_000_000 - self.count(400_000) },
        };
        Terms {
            denominator: 2 + self.count(60),
            epoch: hours(20 + self.below(60)),
            retention_ppm: [1_000_000, 900_000, 500_000][self.count(3) as usize],
            throttle_buffer,
            ban_buffer,
            rate,
            min_reviews: 3,
            presence: self.count(2),
            pace: self.count(u64::from(ban_buffer / 2) + 1),
            credit_cap: [2 + self.count(8), u32::MAX][self.count(2) as usize],
            seats: 3,
            healthy_limit: throttle_buffer,
            throttled_limit: 1,
            cooldown: days(1),
            min_freeze: hours(12),
            freeze_interval: days(3),
            ..Terms::default()
        }
    }

    /// The safe terms with two numbers at the edge of what may be, or beyond it.
    fn terms_at_edges(&mut self) -> Terms {
        let mut terms = Terms::default();
        if self.below(4) == 0 {
            (terms.denominator, terms.throttle_buffer, terms.ban_buffer) = (1_000_000, 1_000_000_000, 1_000_000_000);
        }
        for _ in 0..2 {
            let edge = [
                0,
                1,
                2,
                7,
                8,
                9,
                16,
                17,
                144,
                145,
                1_000,
                1_000_000,
                1_000_001,
                1_000_000_000,
                1_000_000_001,
                u32::MAX,
            ];
            let edge = edge[self.count(edge.len() as u64) as usize];
            let time = [0, minutes(1) - 1, minutes(1), days(36_525), days(36_525) + 1][self.count(5) as usize];
            match self.below(20) {
                0 => terms.denominator = edge,
                1 => terms.epoch = time,
                2 => terms.retention_ppm = edge,
                3 => terms.throttle_buffer = edge,
                4 => terms.ban_buffer = edge,
                5 => terms.rate = Rate::Fixed,
                6 => terms.rate = Rate::FairShare { diligence_ppm: edge },
                7 => terms.min_reviews = [0, 1, u8::MAX][self.count(3) as usize],
                8 => terms.presence = edge,
                9 => terms.pace = edge,
                10 => terms.credit_cap = edge,
                11 => terms.seats = edge,
                12 => terms.healthy_limit = edge,
                13 => terms.throttled_limit = edge,
                14 => terms.slash_ppm = edge,
                15 => terms.keeper_reward = edge.into(),
                16 => terms.bond = edge.into(),
                17 => terms.cooldown = time,
                18 => terms.min_freeze = time,
                _ => terms.freeze_interval = time,
            }
        }
        terms
    }

    fn schedule(&mut self) -> Schedule {
        if self.below(2) == 0 {
            return Schedule::default();
        }
        let weights = [500_000, 1_500_000, 0];
        let segments =
            weights.iter().zip(0..).map(|(weight_ppm, n)| Segment { offset: n * hours(5), weight_ppm: *weight_ppm });
        Schedule { cycle: days(1), segments: segments.collect() }
    }
}

/// All whom this is about, by their numbers.
fn people() -> impl Iterator<Item = &'static str> {
    ENFORCERS.into_iter().chain(CANDIDATES)
}

fn name(who: Who) -> &'static str {
    people().nth(who as usize).expect("one of the people")
}

/// The same terms, as the contract takes them.
fn on_chain(terms: &Terms) -> obligation::Terms {
    obligation::Terms {
        denominator: terms.denominator,
        epoch: terms.epoch,
        retention_ppm: terms.retention_ppm,
        throttle_buffer: terms.throttle_buffer,
        ban_buffer: terms.ban_buffer,
        rate: match terms.rate {
            Rate::Fixed => obligation::Rate::Fixed,
            Rate::FairShare { diligence_ppm } => obligation::Rate::FairShare { diligence_ppm },
        },
        min_reviews: terms.min_reviews,
        presence: terms.presence,
        pace: terms.pace,
        credit_cap: terms.credit_cap,
        seats: terms.seats,
        min_reputation: terms.min_reputation.into(),
        bond: terms.bond.into(),
        healthy_limit: terms.healthy_limit,
        throttled_limit: terms.throttled_limit,
        slash_ppm: terms.slash_ppm,
        keeper_reward: terms.keeper_reward.into(),
        restore_price: terms.restore_price.into(),
        cooldown: terms.cooldown,
        min_freeze: terms.min_freeze,
        freeze_interval: terms.freeze_interval,
        notice: days(7),
    }
}

/// A town with a pool of Olga's.
struct Guild {
    town: Town,
    pool: PoolId,
}

type Answer = Result<(), String>;

impl Guild {
    fn of(terms: &Terms, schedule: &Schedule) -> Self {
        let town = Town::unstaffed(|_| ());
        let olga = town.who(OPERATOR);
        let grant = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(olga));
        town.send("manager", grant).ok();
        let pool = town.send(OPERATOR, town.obligation().open_pool(on_chain(terms), schedule.clone())).ok();
        Self { town, pool }
    }

    fn calls(&self) -> ObligationCalls {
        self.town.obligation()
    }

    fn now(&self) -> Timestamp {
        self.town.chain.now()
    }

    /// Does it, and tells the name of the error if it was refused.
    fn take(&self, step: Step) -> Answer {
        let (mut calls, pool, town) = (self.calls(), self.pool, &self.town);
        match step {
            Step::See { ops, reviews } => answer(town.send(OPERATOR, calls.record_seen(pool, ops, reviews)).returned()),
            Step::Reserve(reviews) => answer(town.send(OPERATOR, calls.reserve(pool, reviews)).returned()),
            Step::Close(reviews) => answer(town.send(OPERATOR, calls.record_closed(pool, reviews)).returned()),
            Step::Commit(who, count) => {
                answer(town.send(OPERATOR, calls.commit(pool, account(name(who)), count)).returned())
            }
            Step::Resolve { who, declared, released } => {
                let outcomes = vec![Outcome { who: account(name(who)), declared, released }];
                answer(town.send(OPERATOR, calls.resolve(pool, outcomes)).returned())
            }
            Step::CheckIn(who) => answer(town.send(name(who), calls.check_in(pool)).returned()),
            Step::Enlist(who) => answer(town.send(name(who), calls.enlist(pool)).returned()),
            Step::Resign(who) => answer(town.send(name(who), calls.resign(pool)).returned()),
            Step::Freeze(who) => answer(town.send(name(who), calls.freeze()).returned()),
            Step::Unfreeze(who) => answer(town.send(name(who), calls.unfreeze()).returned()),
            Step::Restore(who, ops) => answer(town.send(name(who), calls.restore(pool, ops)).returned()),
            Step::Redeem(who) => answer(town.send(name(who), calls.redeem(pool)).returned()),
            Step::Evaluate(who) => answer(town.send(STRANGER, calls.evaluate(pool, account(name(who)))).returned()),
            Step::FillSeats(max) => answer(town.send(STRANGER, calls.fill_seats(pool, max)).returned()),
            Step::Wait(time) => {
                town.chain.pass(time);
                Ok(())
            }
        }
    }

    /// `None` for who never was a member.
    fn member(&self, who: Who) -> Option<Membership> {
        self.town.chain.read(self.calls().membership(self.pool, account(name(who)))).ok()
    }

    /// Points, the bond included.
    fn reputation(&self, who: Who) -> u128 {
        self.town.chain.read(self.town.reputation().profile(account(name(who)))).balance
    }

    fn capacity(&self) -> obligation::Capacity {
        self.town.chain.read(self.calls().capacity(self.pool)).expect("a pool")
    }

    /// The names in the line.
    fn line(&self) -> Vec<&'static str> {
        let line = self.town.chain.read(self.calls().waiting(self.pool, None, 64)).expect("a pool");
        let named = |who| people().find(|name| account(name) == who).expect("one of the people");
        line.into_iter().map(named).collect()
    }
}

fn answer<T>(answer: Result<T, Error>) -> Answer {
    answer.map(|_| ()).map_err(|error| match error {
        Error::Reputation(_) => "TooFewPoints".into(),
        other => format!("{other:?}"),
    })
}

/// The same step in the simulator.
fn take(pool: &mut Pool, step: Step) -> Answer {
    let done = match step {
        Step::See { ops, reviews } => {
            pool.see(ops, reviews);
            Ok(())
        }
        Step::Reserve(reviews) => {
            pool.reserve(reviews.into());
            Ok(())
        }
        Step::Close(reviews) => {
            pool.close(reviews.into());
            Ok(())
        }
        Step::Commit(who, count) => pool.commit(who, count).map(|_| ()),
        Step::Resolve { who, declared, released } => {
            pool.resolve(who, declared, released);
            Ok(())
        }
        Step::CheckIn(who) => pool.check_in(who).map(|_| ()),
        Step::Enlist(who) => pool.enlist(who).map(|_| ()),
        Step::Resign(who) => pool.resign(who).map(|_| ()),
        Step::Freeze(who) => pool.freeze(who).map(|_| ()),
        Step::Unfreeze(who) => pool.unfreeze(who).map(|_| ()),
        Step::Restore(who, ops) => pool.restore(who, ops).map(|_| ()),
        Step::Redeem(who) => pool.redeem(who).map(|_| ()),
        Step::Evaluate(who) => {
            pool.evaluate(who);
            Ok(())
        }
        Step::FillSeats(max) => {
            pool.fill_seats(max);
            Ok(())
        }
        Step::Wait(_) => Ok(()),
    };
    done.map_err(|refusal| format!("{refusal:?}"))
}

/// What is asked of somebody who never was a member: the contract says so, and the simulator knows no such thing.
fn is_about_nobody(guild: &Guild, step: Step) -> bool {
    let who = match step {
        Step::Redeem(who) | Step::Evaluate(who) => who,
        _ => return false,
    };
    guild.member(who).is_none()
}

fn alike(guild: &Guild, pool: &Pool) {
    let capacity = guild.capacity();
    let told = (capacity.active, capacity.throttled, capacity.waiting, capacity.backlog, capacity.hands);
    assert_eq!(told, (pool.active(), pool.throttled(), pool.waiting(), pool.backlog(), pool.hands()));
    assert_eq!(capacity.utilization_ppm, pool.utilization_ppm());
    assert_eq!(guild.line(), pool.line().map(name).collect::<Vec<_>>());
    for who in pool.everybody() {
        assert_eq!(guild.reputation(who), u128::from(pool.account(who).reputation()), "{}", name(who));
        let Some(told) = guild.member(who) else { continue };
        let member = pool.member(who);
        assert_eq!((state(told.state), told.standing), (member.state, pool.standing(who)), "{}", name(who));
        assert_eq!((told.seen, told.declared), pool.counters(who), "{}", name(who));
        assert_eq!(told.deficit, pool.deficit(who) * obligation::OP, "{}", name(who));
        assert_eq!((told.open, told.bond), (member.open, pool.account(who).bond.into()), "{}", name(who));
        assert_eq!(told.safe_until, pool.safe_until(who).unwrap_or(Timestamp::MAX), "{}", name(who));
    }
}

fn state(state: MemberState) -> State {
    match state {
        MemberState::Left => State::Left,
        MemberState::Waiting => State::Waiting,
        MemberState::Seated => State::Seated,
        MemberState::Frozen => State::Frozen,
        MemberState::Banned => State::Banned,
    }
}

/// Plays a history. Answers how many of its steps were accepted.
fn play(seed: u64) -> usize {
    let mut dice = Dice(seed);
    let (terms, schedule) = (dice.terms(), dice.schedule());
    assert_eq!(terms.broken_rule(), None);
    let guild = Guild::of(&terms, &schedule);
    let segments = schedule.segments.iter().map(|segment| (segment.offset, segment.weight_ppm)).collect();
    let mut pool = Pool::new(terms, simulator::pool::Schedule { cycle: schedule.cycle, segments }, guild.now());
    for _ in people() {
        pool.add(u64::try_from(ENDOWMENT).expect("few points"));
    }
    let mut accepted = 0;
    for _ in 0..STEPS {
        let step = dice.step();
        let about_nobody = is_about_nobody(&guild, step);
        let told = guild.take(step);
        pool.pass_to(guild.now());
        if about_nobody {
            assert_eq!(told, Err("NotAMember".into()), "{step:?}");
        } else {
            assert_eq!(take(&mut pool, step), told, "{step:?}");
        }
        accepted += usize::from(told.is_ok());
        alike(&guild, &pool);
    }
    accepted
}

#[test]
fn the_simulator_goes_as_the_chain_goes_over_random_histories() {
    let accepted: usize = (0..HISTORIES).map(play).sum();
    assert!(accepted > STEPS * HISTORIES as usize / 3, "only {accepted} steps were accepted");
}

#[test]
fn the_simulator_refuses_terms_for_the_rule_that_the_contract_names() {
    let town = Town::unstaffed(|_| ());
    let mut dice = Dice(2_026);
    let mut broken = BTreeSet::new();
    for _ in 0..1_200 {
        let terms = dice.terms_at_edges();
        let proposal = town.obligation().propose_terms(town.pool, on_chain(&terms), Schedule::default());
        let told = match town.chain.dry_run(&town.manager, proposal).returned() {
            // What is fixed for this pool's life may be otherwise in another pool.
            Ok(()) | Err(Error::InvalidTerms(TermsReason::Fixed)) => None,
            Err(Error::InvalidTerms(reason)) => Some(format!("{reason:?}")),
            Err(error) => panic!("{terms:?}: {error:?}"),
        };
        assert_eq!(terms.broken_rule(), told.as_deref(), "{terms:?}");
        broken.extend(told);
    }
    assert_eq!(broken.len(), 17, "every rule was broken: {broken:?}");
}
