//! What came of a simulation, as data.

use crate::{
    people::Kind,
    scenario::Scenario,
    stats::{Chance, Spread},
};
use serde::Serialize;

/// What came of a simulation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub scenario: Scenario,
    pub groups: Vec<GroupReport>,
    pub work: WorkReport,
    pub promises: Promises,
    /// What attacks cost under these terms and this policy, and what they brought here.
    pub attacks: Vec<Attack>,
    pub points: Vec<Point>,
    /// The same in pools of other sizes.
    pub sizes: Vec<Size>,
}

/// How many dutiful members were banned in pools of this size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Size {
    pub members: u32,
    pub banned: Chance,
}

/// What came of the members of a group, in all pools together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupReport {
    pub kind: Kind,
    /// How many of them had a seat at some time.
    pub seated: u64,
    pub member_years: f64,
    /// How many were ever Throttled, and were banned, of those seated.
    pub throttled: Chance,
    pub banned: Chance,
    /// The chance of a ban in a year, by how long they had a seat.
    pub banned_a_year: f64,
    /// The most ops that any member was short, on the days that are kept.
    pub worst_deficit: u64,
    /// Reviews they did, presence not included.
    pub reviews: u64,
    /// Reputation in the mean, at the end.
    pub reputation: f64,
    /// Of those that stopped: how many days, and submissions seen, until they were out.
    pub out_days: Option<Spread>,
    pub out_ops: Option<Spread>,
    /// How many that stopped still have a seat.
    pub still_seated: u64,
}

/// What came of the work.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WorkReport {
    /// Submissions that were asked for, and those refused because the pool was full.
    pub asked: u64,
    pub refused: u64,
    /// Hours from the opening of reviews to a quorum of commitments; hour by hour alone.
    pub hours_to_quorum: Option<Spread>,
    /// Which part of all submissions had a quorum of commitments after so many hours.
    pub quorum_by_hour: Vec<(f64, f64)>,
    /// How many submissions had their window extended, got a verdict of a few, and none.
    pub extended: Chance,
    pub few: Chance,
    pub unreviewed: Chance,
    /// Submissions of an attacker's ring whose jury it owned.
    pub captured: Chance,
}

/// What the terms promise, and whether the pool can keep up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promises {
    /// Whoever misses nothing is not banned for so many days; `None`: nothing is promised.
    pub safe_days: Option<f64>,
    /// Whoever stops is out within so many days; `None`: never, where nobody asks for work.
    pub out_days: Option<f64>,
    /// Reviews that the requests ask of each member a week, and the most that fall due.
    pub asked_a_week: f64,
    pub due_a_week: f64,
    /// Hands that the requests need at once, in parts of those that there are.
    pub hands_needed: f64,
    /// What is wrong, each thing in a sentence.
    pub troubles: Vec<String>,
}

/// What an attack costs and brings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attack {
    pub name: &'static str,
    pub costs: String,
    pub brings: String,
}

/// How all pools stood at the end of a day, in sums.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Point {
    pub day: u32,
    pub groups: Vec<Standings>,
    pub seats: u64,
    pub line: u64,
    /// In the mean of the pools.
    pub utilization: f64,
    /// Price of a place that does not come back, in units, in the mean.
    pub sunk_price: f64,
    /// The pace's level, in ops due, in the mean.
    pub level: f64,
}

/// How the members of a group stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Standings {
    pub healthy: u64,
    pub throttled: u64,
    pub banned: u64,
    pub waiting: u64,
    pub frozen: u64,
    /// Ops short, in the sum of those with a seat.
    pub deficit: u64,
    pub reputation: u64,
}

impl Standings {
    pub fn seated(&self) -> u64 {
        self.healthy + self.throttled
    }

    pub fn all(&self) -> u64 {
        self.seated() + self.banned + self.waiting + self.frozen
    }
}

impl Report {
    /// The members that mean to do their share, and do: how many of them were banned.
    pub fn dutiful(&self) -> Chance {
        dutiful(&self.groups)
    }
}

/// The same, of these groups.
pub(crate) fn dutiful(groups: &[GroupReport]) -> Chance {
    let groups = groups.iter().filter(|group| group.kind.is_dutiful());
    let (times, trials) = groups.fold((0, 0), |sum, group| (sum.0 + group.banned.times, sum.1 + group.banned.trials));
    Chance::of(times, trials)
}
