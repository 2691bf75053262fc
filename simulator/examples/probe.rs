use simulator::*;
use simulator::terms::DAY;
fn main() {
    for kind in [Kind::OnceADay, Kind::Average, Kind::Diligent] {
    for (n, per) in [(5u32, 0.3), (10, 1.0), (20, 2.0)] {
      for (label, dil, reveals, beyond) in [("default", 1_000_000, 2u64, 0.0), ("rev 4d", 1_000_000, 4, 0.0),("rev 7d", 1_000_000, 7, 0.0), ("90%", 900_000, 2, 0.0), ("80%", 800_000, 2, 0.0), ("90% 4d", 900_000, 4, 0.0), ("80% 4d", 800_000, 4, 0.0), ("beyond10%", 1_000_000, 2, 0.1), ("beyond10% 4d", 1_000_000, 4, 0.1), ("90% beyond10%", 900_000, 2, 0.1)] {
        let scenario = Scenario { model: Model::Hours, pools: 1000 / n, days: 365, terms: Terms { seats: n, rate: Rate::FairShare{diligence_ppm: dil}, ..Terms::default() },
            members: vec![Group::of(kind, n).beyond(beyond)],
            market: Market { reveals: reveals * DAY, ..Market::default() },
            requests: vec![Stream::new(Shape::Steady, per)],
            ..Scenario::default() };
        let r = simulate(&scenario, &mut |_| ());
        let quorum = 1.0 - r.work.few.part() - r.work.unreviewed.part();
        println!("{kind:?} {n} {per} {label}: banned {:.3} thr {:.3} worst {} ext {:.3} quorum {:.3}", r.groups[0].banned.part(), r.groups[0].throttled.part(), r.groups[0].worst_deficit, r.work.extended.part(), quorum);
    }}}
}
