use simulator::*;
fn chance(rate: Rate, d: u32, b:(u32,u32), n: u32, load: f64, pools: u32, hands: u32) -> f64 {
    let mut terms = Terms::first_edition(rate, d, b.0, b.1);
    terms.seats = n; terms.healthy_limit=hands; terms.throttled_limit=hands;
    let scenario = Scenario { model: Model::Lot, pools, terms,
        members: vec![Group::of(Kind::Diligent, n).looking_in(1.0)],
        requests: vec![Stream::new(Shape::Bursty{variation:2.0}, load * n as f64 / 3.0)],
        market: Market{ commits: terms::DAY, ..Market::default() },
        ..Scenario::default() };
    let r = simulator::daily::run(&scenario, &mut |_| ());
    eprintln!("   {:?} ref {}", r.groups[0].banned, r.work.refused as f64 / r.work.asked as f64);
    r.groups[0].banned.part()
}
fn main() {
    for hands in [3, 8, 1000000] {
    println!("hands {hands}");
    for (name, rate, d, b, n) in [("fixed2 5", Rate::Fixed, 2, (3,6), 5), ("fixed2 6", Rate::Fixed, 2, (3,6), 6), ("fs 10", Rate::FairShare{diligence_ppm:1_000_000}, 48, (10,50), 10),("fixed48 144", Rate::Fixed, 48, (10,50), 144),("fs 1000", Rate::FairShare{diligence_ppm:1_000_000}, 48, (10,50), 1000)] {
        let pools = (4000 / n).max(2);
        let p: Vec<_> = [0.2, 1.0, 5.0].iter().map(|l| chance(rate, d, b, n, *l, pools, hands)).collect();
        println!("{name} {p:?}");
    } }
}
