use simulator::*;
use simulator::terms::DAY;
fn main() {
    for kind in [Kind::OnceADay, Kind::Average] {
    for (n, per) in [(5u32, 0.3), (10, 1.0), (20, 2.0), (100, 10.0)] {
      for (label, dil, reveals, restores) in [("default", 1_000_000, 2u64, false), ("restores", 1_000_000, 2, true), ("90% 4d", 900_000, 4, false)] {
        let mut g = Group::of(kind, n).beyond(0.0); g.restores = restores;
        let scenario = Scenario { model: Model::Hours, pools: 2000 / n, days: 365, terms: Terms { seats: n, rate: Rate::FairShare{diligence_ppm: dil}, ..Terms::default() },
            members: vec![g],
            market: Market { reveals: reveals * DAY, ..Market::default() },
            requests: vec![Stream::new(Shape::Steady, per)],
            ..Scenario::default() };
        let r = simulate(&scenario, &mut |_| ());
        let quorum = 1.0 - r.work.few.part() - r.work.unreviewed.part();
        println!("{kind:?} {n} {per} {label}: banned {:.3} thr {:.3} worst {} ext {:.3} quorum {:.3} points {:.0}", r.groups[0].banned.part(), r.groups[0].throttled.part(), r.groups[0].worst_deficit, r.work.extended.part(), quorum, r.groups[0].reputation);
    }}}
}
