use simulator::*;
fn main() {
    let model = if std::env::args().nth(1).as_deref() == Some("duty") { Model::Duty } else { Model::Lot };
    let members = 1_000_000;
    let s = Scenario { model, days: 40, terms: Terms { seats: members, ..Terms::default() }, members: vec![Group::of(Kind::Average, members)],
        requests: vec![Stream::new(Shape::Steady, f64::from(members) / 3.0)], ..Scenario::default() };
    let t = std::time::Instant::now();
    simulate(&s, &mut |_| ());
    println!("{:.1} ns", t.elapsed().as_secs_f64() * 1e9 / 40e6);
}
