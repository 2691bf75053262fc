//! What is simulated.

use crate::{
    market::Market,
    people::Group,
    pool::Schedule,
    streams::Stream,
    terms::{Terms, DAY},
};
use serde::Serialize;

/// When all pools are opened: the start of a week as schedules count them, on a Thursday.
pub const OPENED: u64 = 2_800 * 7 * DAY;

/// How members come to their reviews, and how finely time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Day by day: each review that a submission needs falls to a member drawn by lot, who does it when it next looks in.
    Lot,
    /// Day by day: whoever looks in takes what it owes from what is open, and perhaps more. A review is done on the day it is
    /// taken.
    Duty,
    /// Hour by hour: windows, the draw, commitments, reveals and extensions.
    Hours,
}

/// What is simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scenario {
    pub title: String,
    pub seed: u64,
    pub model: Model,
    pub days: u32,
    /// How many pools of these members are simulated, each with luck of its own.
    pub pools: u32,
    pub terms: Terms,
    pub schedule: Schedule,
    pub market: Market,
    /// The sizes of further pools that are simulated, with members and requests in the same proportions.
    pub sizes: Vec<u32>,
    /// In this order they enlist: the first take the seats.
    pub members: Vec<Group>,
    pub requests: Vec<Stream>,
    /// The reputation that each member begins with.
    pub points: u64,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            title: String::new(),
            seed: 1,
            model: Model::Hours,
            days: 365,
            pools: 1,
            terms: Terms::default(),
            schedule: Schedule::default(),
            market: Market::default(),
            sizes: Vec::new(),
            members: Vec::new(),
            requests: Vec::new(),
            points: 400,
        }
    }
}

/// The most accounts in a pool.
const MAX_MEMBERS: u64 = 10_000_000;
/// The longest time that is simulated.
const MAX_DAYS: u32 = 36_525;

impl Scenario {
    /// How many accounts there are in a pool.
    pub fn accounts(&self) -> u64 {
        self.members.iter().map(|group| u64::from(group.count)).sum()
    }

    /// The same with about so many members in each pool, and as many in all.
    pub fn of_size(&self, members: u32) -> Self {
        let scale = f64::from(members) / self.accounts().max(1) as f64;
        let scaled = |count: u32| ((f64::from(count) * scale).round() as u32).max(1);
        let mut other = Self { sizes: Vec::new(), pools: scaled_down(self.pools, scale), ..self.clone() };
        other.terms.seats = scaled(self.terms.seats);
        other.members.iter_mut().for_each(|group| group.count = scaled(group.count));
        other.requests.iter_mut().for_each(|stream| stream.a_day *= scale);
        other
    }

    /// Why this cannot be simulated, if it cannot.
    pub fn problem(&self) -> Option<String> {
        if let Some(rule) = self.terms.broken_rule() {
            return Some(format!("the contract refuses these terms, for the rule {rule}"));
        }
        if let Some(rule) = self.market.broken_rule() {
            return Some(rule.to_owned());
        }
        let weights = self.schedule.segments.iter().map(|(_, weight_ppm)| *weight_ppm);
        let rules = [
            (
                "the contract refuses such a schedule, for the rule Share",
                weights.max().is_none_or(|most| self.terms.is_fair_at(most)),
            ),
            ("there is no member", self.accounts() > 0),
            ("there are more than 10,000,000 members in a pool", self.accounts() <= MAX_MEMBERS),
            ("the time is from a day to a hundred years", (1..=MAX_DAYS).contains(&self.days)),
            ("there is no pool", self.pools > 0),
            ("members have too few points to enlist", self.points >= self.terms.min_reputation.max(self.terms.bond)),
            ("a chance is from 0 to 1", self.members.iter().all(has_chances)),
        ];
        rules.into_iter().find(|(_, holds)| !holds).map(|(problem, _)| problem.to_owned())
    }
}

fn scaled_down(pools: u32, scale: f64) -> u32 {
    ((f64::from(pools) / scale).round() as u32).max(1)
}

fn has_chances(group: &Group) -> bool {
    let habit = group.habit;
    [habit.weekday, habit.weekend, habit.beyond, group.silent].into_iter().all(|chance| (0.0..=1.0).contains(&chance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{people::Kind, streams::Shape};

    #[test]
    fn a_pool_of_another_size_has_the_same_work_for_each_and_as_many_members_in_all() {
        let scenario = Scenario {
            pools: 20,
            sizes: vec![50],
            members: vec![Group::of(Kind::Average, 4), Group::of(Kind::Bot, 1)],
            requests: vec![Stream::new(Shape::Steady, 2.0)],
            terms: Terms { seats: 5, ..Terms::default() },
            ..Scenario::default()
        };
        let larger = scenario.of_size(50);
        assert_eq!((larger.accounts(), larger.terms.seats, larger.pools), (50, 50, 2));
        assert_eq!((larger.members[0].count, larger.requests[0].a_day), (40, 20.0));
        assert!(larger.sizes.is_empty());
    }

    #[test]
    fn what_cannot_be_simulated_says_why() {
        let scenario = Scenario { members: vec![Group::of(Kind::Average, 5)], ..Scenario::default() };
        assert_eq!(scenario.problem(), None);
        let problem = |change: fn(&mut Scenario)| {
            let mut changed = scenario.clone();
            change(&mut changed);
            changed.problem().unwrap_or_default()
        };
        assert!(problem(|s| s.terms.pace = 9).contains("the rule Pace"));
        assert!(problem(|s| s.market.quorum = 2).contains("quorum"));
        assert!(problem(|s| s.members.clear()).contains("no member"));
        let heavy = |s: &mut Scenario| {
            (s.terms.rate, s.terms.seats) = (crate::Rate::Fixed, 144);
            s.schedule.segments = vec![(0, 1_000_001)];
        };
        assert!(problem(heavy).contains("such a schedule"));
        assert!(problem(|s| s.days = 0).contains("a hundred years"));
        assert!(problem(|s| s.points = 99).contains("too few points"));
        assert!(problem(|s| s.members[0].silent = 1.5).contains("from 0 to 1"));
    }
}
