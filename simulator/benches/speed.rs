//! How long a member's day takes, by the number of members: `cargo bench -p simulator`.

use simulator::{simulate, Group, Kind, Model, Scenario, Shape, Stream, Terms};
use std::time::Instant;

/// The members of a pool, and the days that are simulated: a year for the most.
const DAILY: [(u32, u32); 4] = [(1_000, 3_650), (10_000, 365), (100_000, 365), (1_000_000, 365)];

fn scenario(model: Model, members: u32, days: u32) -> Scenario {
    Scenario {
        model,
        days,
        terms: Terms { seats: members, ..Terms::default() },
        members: vec![Group::of(Kind::Average, members)],
        // A review a member and day.
        requests: vec![Stream::new(Shape::Steady, f64::from(members) / 3.0)],
        ..Scenario::default()
    }
}

/// Hour by hour: members and days.
const HOURLY: [(u32, u32); 3] = [(100, 3_650), (1_000, 365), (10_000, 365)];

fn main() {
    println!("{:<6} {:>9} {:>6} {:>8} {:>16}", "model", "members", "days", "seconds", "ns a member-day");
    for (model, sizes) in [(Model::Lot, &DAILY[..]), (Model::Duty, &DAILY), (Model::Hours, &HOURLY)] {
        for &(members, days) in sizes {
            let scenario = scenario(model, members, days);
            let begin = Instant::now();
            let report = simulate(&scenario, &mut |_| ());
            let seconds = begin.elapsed().as_secs_f64();
            let each = seconds * 1e9 / (f64::from(members) * f64::from(days));
            println!("{:<6} {members:>9} {days:>6} {seconds:>8.2} {each:>16.1}", format!("{model:?}"));
            assert_eq!(report.groups[0].seated, u64::from(members));
        }
    }
}
