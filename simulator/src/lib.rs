//! Pools of many members, played for years on the very rules of the contracts, so that an organization sees what its terms
//! do before it deploys them.

pub mod advise;
pub mod attacks;
pub mod daily;
pub mod feasible;
pub mod hours;
pub mod market;
pub mod people;
pub mod pictures;
pub mod pool;
pub mod record;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod streams;
pub mod summary;
pub mod terms;

pub use market::Market;
pub use people::{Group, Kind};
pub use pool::{Pool, Who};
pub use report::Report;
pub use scenario::{Model, Scenario};
pub use streams::{Shape, Stream};
pub use terms::{Rate, Terms};

/// Simulates a scenario, and its members in pools of other sizes; `progress` hears which part of that is done.
pub fn simulate(scenario: &Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    let runs = scenario.sizes.len() as f64 + 1.0;
    let mut report = run(scenario, &mut |part| progress(part / runs));
    for (&members, before) in scenario.sizes.iter().zip(1_u32..) {
        let other = run(&scenario.of_size(members), &mut |part| progress((f64::from(before) + part) / runs));
        report.sizes.push(report::Size { members, banned: other.dutiful() });
    }
    report
}

fn run(scenario: &Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    match scenario.model {
        Model::Lot | Model::Duty => daily::run(scenario, progress),
        Model::Hours => hours::run(scenario, progress),
    }
}
