//! Collects what happens in all pools of a simulation.

use crate::{
    attacks, feasible,
    hours::{Origin, Round, Verdict},
    market::{units, Market},
    people::Kind,
    pool::{Evaluation, Pool, State, Who},
    report::{GroupReport, Point, Report, Standings, WorkReport},
    scenario::{Scenario, OPENED},
    stats::{Chance, Spread},
    terms::{DAY, HOUR},
};
use rules::Standing;

/// How many moments of a simulation are kept, about.
const POINTS: u32 = 60;
const DAYS_A_YEAR: f64 = 365.0;

#[derive(Clone, Debug, Default)]
struct Tally {
    seated: u64,
    seat_days: u64,
    throttled: u64,
    banned: u64,
    worst_deficit: u64,
    reviews: u64,
    out_days: Vec<f64>,
    out_ops: Vec<f64>,
    still_seated: u64,
    accounts: u64,
}

/// What is noted of one account of the running pool.
#[derive(Clone, Copy, Debug, Default)]
struct Trace {
    group: u16,
    had_seat: bool,
    was_throttled: bool,
}

/// Counts of submissions.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub asked: u64,
    pub refused: u64,
    pub judged: u64,
    pub extended: u64,
    pub few: u64,
    pub unreviewed: u64,
    pub hours_to_quorum: Vec<f64>,
    pub flood: Spending,
    pub self_dealing: Spending,
    pub ring: Ring,
}

/// Places that somebody paid for, and what of that does not come back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spending {
    pub places: u64,
    pub sunk: u128,
    /// The points that their providers earned by them.
    pub points: u128,
}

impl Spending {
    pub fn pay(&mut self, places: u32, sunk: u128) {
        self.places += u64::from(places);
        self.sunk = self.sunk.saturating_add(sunk);
    }
}

/// What came of a ring's junk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ring {
    pub judged: u64,
    /// How many verdicts paid for it.
    pub captured: u64,
    /// How much they paid of others' rewards.
    pub won: u128,
}

/// A pool of a scenario, played day by day.
pub(crate) trait Days<'a> {
    fn new(scenario: &'a Scenario, number: u32, recorder: &mut Recorder) -> Self;
    fn pass(&mut self, day: u32, recorder: &mut Recorder);
    fn pool(&self) -> &Pool;
}

/// Plays all pools of a scenario; `progress` hears which part of it is done.
pub(crate) fn play<'a, D: Days<'a>>(scenario: &'a Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    let mut recorder = Recorder::new(scenario);
    let whole = f64::from(scenario.pools) * f64::from(scenario.days);
    for number in 0..scenario.pools {
        let mut days = D::new(scenario, number, &mut recorder);
        for day in 0..scenario.days {
            days.pass(day, &mut recorder);
            progress((f64::from(number) * f64::from(scenario.days) + f64::from(day + 1)) / whole);
        }
        recorder.close(days.pool());
    }
    recorder.finish()
}

/// Collects what happens in all pools of a simulation, one pool after the other.
pub struct Recorder<'a> {
    scenario: &'a Scenario,
    tallies: Vec<Tally>,
    points: Vec<Point>,
    pub work: Work,
    traces: Vec<Trace>,
    /// Submissions seen by the end of each day, in the running pool.
    ops: Vec<u64>,
}

impl<'a> Recorder<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            tallies: vec![Tally::default(); scenario.members.len()],
            points: Vec::new(),
            work: Work::default(),
            traces: Vec::new(),
            ops: Vec::new(),
        }
    }

    /// A pool with all members of the scenario, who enlist at once.
    pub fn open(&mut self) -> Pool {
        let Scenario { terms, schedule, members, points, .. } = self.scenario;
        let mut pool = Pool::new(terms.clone(), schedule.clone(), OPENED);
        self.traces.clear();
        self.ops.clear();
        for (index, group) in members.iter().enumerate() {
            for _ in 0..group.count {
                let who = pool.add(*points);
                self.traces.push(Trace { group: index as u16, ..Trace::default() });
                // Whoever has too few points stays outside; `Scenario::problem` says so before.
                let _ = pool.enlist(who);
            }
        }
        pool
    }

    pub fn group(&self, who: Who) -> usize {
        self.traces[who as usize].group.into()
    }

    pub fn reviewed(&mut self, who: Who, reviews: u32) {
        let group = self.group(who);
        self.tallies[group].reviews += u64::from(reviews);
    }

    /// So many submissions were seen on this day, and before it.
    pub fn saw(&mut self, day: u32, ops: u64) {
        let before = self.ops.last().copied().unwrap_or(0);
        self.ops.resize(day as usize + 1, before);
        self.ops[day as usize] = before + ops;
    }

    /// A keeper has `who` judged at the end of a day. Answers whether that banned it.
    pub fn judge(&mut self, pool: &mut Pool, who: Who, day: u32) -> bool {
        let trace = &mut self.traces[who as usize];
        let tally = &mut self.tallies[usize::from(trace.group)];
        if !trace.had_seat {
            trace.had_seat = true;
            tally.seated += 1;
        }
        tally.seat_days += 1;
        match pool.evaluate(who) {
            Evaluation::Unchanged(_) | Evaluation::Latched(Standing::Healthy) => false,
            Evaluation::Latched(_) => {
                tally.throttled += u64::from(!trace.was_throttled);
                trace.was_throttled = true;
                false
            }
            Evaluation::Banned(_) => {
                // A ban may come before a keeper saw it Throttled; it is a step further.
                tally.throttled += u64::from(!trace.was_throttled);
                trace.was_throttled = true;
                tally.banned += 1;
                let group = &self.scenario.members[usize::from(trace.group)];
                if group.kind == Kind::Absent && day >= group.from_day {
                    let before = group.from_day.checked_sub(1).map_or(0, |day| self.ops[day as usize]);
                    tally.out_days.push(f64::from(day - group.from_day));
                    tally.out_ops.push((self.ops[day as usize] - before) as f64);
                }
                true
            }
        }
    }

    /// How the pool stands at the end of a day, if that is one to keep.
    pub fn look(&mut self, pool: &Pool, day: u32) {
        let step = self.scenario.days.div_ceil(POINTS).max(1);
        if day % step != 0 && day + 1 != self.scenario.days {
            return;
        }
        let at = match self.points.iter().position(|point| point.day == day) {
            Some(at) => at,
            None => {
                let groups = vec![Standings::default(); self.tallies.len()];
                self.points.push(Point { day, groups, ..Point::default() });
                self.points.len() - 1
            }
        };
        for who in pool.everybody() {
            self.stand(pool, who, at);
        }
        let pools = f64::from(self.scenario.pools);
        let utilization = pool.utilization_ppm();
        let point = &mut self.points[at];
        point.seats += u64::from(pool.active());
        point.line += u64::from(pool.waiting());
        point.utilization += f64::from(utilization) / f64::from(rules::PPM) / pools;
        point.sunk_price += units(self.scenario.market.price(utilization).sunk()) / pools;
        point.level += pool.level() / pools;
    }

    fn stand(&mut self, pool: &Pool, who: Who, at: usize) {
        let group = self.group(who);
        let member = pool.member(who);
        let standings = &mut self.points[at].groups[group];
        standings.reputation += pool.account(who).reputation();
        match (member.state, member.throttled) {
            (State::Seated, throttled) => {
                let deficit = u64::try_from(pool.deficit(who)).unwrap_or(u64::MAX);
                let tally = &mut self.tallies[group];
                tally.worst_deficit = tally.worst_deficit.max(deficit);
                standings.deficit = standings.deficit.saturating_add(deficit);
                standings.throttled += u64::from(throttled);
                standings.healthy += u64::from(!throttled);
            }
            (State::Waiting, _) => standings.waiting += 1,
            (State::Frozen, _) => standings.frozen += 1,
            (State::Banned, _) => standings.banned += 1,
            (State::Left, _) => {}
        }
    }

    pub fn quorum_after(&mut self, time: u64) {
        self.work.hours_to_quorum.push(time as f64 / HOUR as f64);
    }

    /// A submission has its verdict.
    pub fn judged(&mut self, market: &Market, round: &Round, verdict: Verdict) {
        let work = &mut self.work;
        work.judged += 1;
        work.unreviewed += u64::from(verdict.reveals == 0);
        work.few += u64::from((1..market.quorum).contains(&verdict.reveals));
        let weight = market.weight_bps(verdict.median, verdict.reveals);
        match round.origin {
            Origin::Ring => {
                // What nobody reviewed is paid a little in any case.
                work.ring.judged += 1;
                work.ring.captured += u64::from(verdict.median.is_some_and(|median| market.earned_bps(median) > 0));
                work.ring.won += rules::fraction_bps(market.reward, weight.into());
            }
            Origin::SelfDealing => work.self_dealing.points += rules::fraction_bps(round.points / 2, weight.into()),
            Origin::Honest | Origin::Flood => {}
        }
    }

    /// The pool's time is over.
    pub fn close(&mut self, pool: &Pool) {
        for who in pool.everybody() {
            let index = self.group(who);
            let group = &self.scenario.members[index];
            self.tallies[index].accounts += 1;
            let stopped = group.kind == Kind::Absent && group.from_day < self.scenario.days;
            self.tallies[index].still_seated += u64::from(stopped && pool.member(who).is_seated());
        }
    }

    pub fn finish(self) -> Report {
        let last = self.points.last().cloned().unwrap_or_default();
        let groups = self.tallies.iter().enumerate().map(|(index, tally)| {
            let kind = self.scenario.members[index].kind;
            let reputation = last.groups.get(index).map_or(0, |standings| standings.reputation);
            tally.report(kind, reputation)
        });
        let groups: Vec<_> = groups.collect();
        let work = self.work.report();
        let attacks = attacks::of(self.scenario, &self.work, &groups);
        let promises = feasible::promises(self.scenario);
        let (scenario, points, sizes) = (self.scenario.clone(), self.points, Vec::new());
        Report { scenario, groups, work, promises, attacks, points, sizes }
    }
}

impl Tally {
    fn report(&self, kind: Kind, reputation: u64) -> GroupReport {
        let member_years = self.seat_days as f64 / DAYS_A_YEAR;
        GroupReport {
            kind,
            seated: self.seated,
            member_years,
            throttled: Chance::of(self.throttled, self.seated),
            banned: Chance::of(self.banned, self.seated),
            banned_a_year: a_year(self.banned, member_years),
            worst_deficit: self.worst_deficit,
            reviews: self.reviews,
            reputation: reputation as f64 / self.accounts.max(1) as f64,
            out_days: Spread::of(self.out_days.clone()),
            out_ops: Spread::of(self.out_ops.clone()),
            still_seated: self.still_seated,
        }
    }
}

/// The chance of a ban in a year, if bans come as evenly as they did.
fn a_year(banned: u64, member_years: f64) -> f64 {
    if member_years > 0.0 {
        1.0 - (-(banned as f64) / member_years).exp()
    } else {
        0.0
    }
}

impl Work {
    fn report(&self) -> WorkReport {
        WorkReport {
            asked: self.asked,
            refused: self.refused,
            hours_to_quorum: Spread::of(self.hours_to_quorum.clone()),
            quorum_by_hour: by_hour(&self.hours_to_quorum, self.judged),
            extended: Chance::of(self.extended, self.judged),
            few: Chance::of(self.few, self.judged),
            unreviewed: Chance::of(self.unreviewed, self.judged),
            captured: Chance::of(self.ring.captured, self.ring.judged),
        }
    }
}

/// Which part of all had what took so many hours, after each six of them.
fn by_hour(hours: &[f64], all: u64) -> Vec<(f64, f64)> {
    const STEP: f64 = 6.0;
    let Some(most) = hours.iter().copied().reduce(f64::max) else { return Vec::new() };
    let steps = (most / STEP).ceil() as usize;
    let mut counts = vec![0_u64; steps + 1];
    hours.iter().for_each(|hour| counts[(hour / STEP).ceil() as usize] += 1);
    let mut sum = 0;
    let parts = counts.iter().enumerate().map(|(step, count)| {
        sum += count;
        (step as f64 * STEP, sum as f64 / all.max(sum) as f64)
    });
    parts.collect()
}

/// The moment of a day and hour of a simulation.
pub fn moment(day: u32, hour: u64) -> u64 {
    OPENED + u64::from(day) * DAY + hour * HOUR
}
