use simulator::*;
use std::time::Instant;
fn main() {
    for (n, per, kind, beyond, days, pools) in [(5u32, 0.3, Kind::OnceADay, 0.0, 365, 200u32), (5, 1.0, Kind::OnceADay, 0.0, 365, 200), (10, 1.0, Kind::OnceADay, 0.0, 365, 100), (10, 2.5, Kind::OnceADay, 0.0, 365, 100), (10_000, 3333.0, Kind::Average, 0.1, 365, 1)] {
        let scenario = Scenario { model: Model::Hours, pools, days, terms: Terms { seats: n, ..Terms::default() },
            members: vec![Group::of(kind, n).beyond(beyond)],
            requests: vec![Stream::new(Shape::Steady, per)],
            ..Scenario::default() };
        let t = Instant::now();
        let r = simulate(&scenario, &mut |_| ());
        println!("{n} {per}: {:.1}s banned {:?} thr {:?} worst {}", t.elapsed().as_secs_f64(), r.groups[0].banned, r.groups[0].throttled.part(), r.groups[0].worst_deficit);
        println!("  {:?}", r.work);
        let quorum = 1.0 - r.work.few.part() - r.work.unreviewed.part();
        println!("  first window {:.3} quorum {:.3} reviews {} trouble {:?}", 1.0 - r.work.extended.part(), quorum, r.groups[0].reviews, r.promises.troubles);
    }
}
