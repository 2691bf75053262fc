//! Pools of many members, played for years on the very rules of the contracts, so that an organization sees what its terms
//! do before it deploys them.

pub mod attacks;
pub mod daily;
pub mod feasible;
pub mod hours;
pub mod market;
pub mod people;
pub mod pool;
pub mod record;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod streams;
pub mod terms;

pub use market::Market;
pub use people::{Group, Kind};
pub use pool::{Pool, Who};
pub use report::Report;
pub use scenario::{Model, Scenario};
pub use streams::{Shape, Stream};
pub use terms::{Rate, Terms};

/// Simulates a scenario; `progress` hears which part of it is done.
pub fn simulate(scenario: &Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    match scenario.model {
        Model::Lot | Model::Duty => daily::run(scenario, progress),
        Model::Hours => hours::run(scenario, progress),
    }
}
