//! Measuring.
use e2e_tests::Town;
use interfaces::{Market as _, Obligation as _, Reputation as _};
use std::time::Instant;
#[test]
fn measure() {
    let t = Instant::now();
    let town = Town::new();
    println!("first town {:?}", t.elapsed());
    let t = Instant::now();
    let town2 = Town::new();
    println!("second town {:?}", t.elapsed());
    drop(town2);
    let request = town.post();
    let t = Instant::now();
    for _ in 0..50 { town.state(request); }
    println!("50 request reads {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.credit("pia"); }
    println!("50 credit reads {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.profile("pia"); }
    println!("50 profile reads {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.member("eva"); }
    println!("50 member reads {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.chain.state_hash(); }
    println!("50 hashes {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.post(); }
    println!("50 posts {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.chain.pass(1000); }
    println!("50 passes {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.chain.balance(&town.market_address); }
    println!("50 balances {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..50 { town.chain.call(&town.who("stan"), town.market().settle(0, 1)).err(); }
    println!("50 refused {:?}", t.elapsed());
}
