use simulator::advise::*;
use simulator::*;
fn main() {
    for w in [Wish { enforcers: 10, kind: Kind::OnceADay, a_week: 7.0, quorum: 3, out_days: 180.0, bad_luck: 0.01, tried: 3000, seed: 1 },
     Wish { enforcers: 5, kind: Kind::Average, a_week: 2.0, quorum: 3, out_days: 60.0, bad_luck: 0.001, tried: 3000, seed: 1 },
     Wish { enforcers: 200, kind: Kind::Diligent, a_week: 100.0, quorum: 3, out_days: 30.0, bad_luck: 0.001, tried: 3000, seed: 1 },
     Wish { enforcers: 10, kind: Kind::Slow, a_week: 7.0, quorum: 3, out_days: 20.0, bad_luck: 0.01, tried: 3000, seed: 1 },
     Wish { enforcers: 12, kind: Kind::Weekend, a_week: 7.0, quorum: 3, out_days: 120.0, bad_luck: 0.01, tried: 3000, seed: 1 }] {
    let t = std::time::Instant::now();
    match advise(&w, &mut |_| ()) {
        Advice::Choices(c) => for c in c { println!("{} e{} b{} c{} d{:?} pace{} safe {:.1} out {:.0} banned {} thr {:.3} quorum {:.3} h {} rev{}", c.name, c.terms.epoch/terms::DAY, c.terms.ban_buffer, c.terms.credit_cap, c.terms.rate, c.terms.pace, c.safe_days, c.out_days, c.banned.part(), c.throttled, c.quorum, c.hours_to_quorum, c.reveals/terms::DAY); },
        Advice::Impossible { why, nearest } => println!("IMPOSSIBLE {why} {:?}", nearest.map(|c| (c.safe_days, c.out_days, c.banned, c.quorum))),
    }
    println!("-- {:.1}s", t.elapsed().as_secs_f64());
    }
}
