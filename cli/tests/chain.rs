//! What every test on the embedded chain relies on, shown on the project's own contracts.

use chain::{account, build::contracts, Settings, StorageDeposit, Weight, World};
use interfaces::{
    obligation::{Error, Queued, Seated},
    Obligation as _,
};

fn world() -> World {
    let settings = Settings { founders: vec![(account("ada"), 400)], ..Settings::default() };
    World::deploy(contracts().expect("contracts"), settings).expect("a world")
}

#[test]
fn what_is_refused_what_traps_and_what_is_only_tried_changes_nothing() {
    let world = world();
    let (chain, ada) = (&world.chain, world.who("ada"));
    let enlist = || world.obligation().enlist(world.pool);
    let before = chain.state_hash();

    let refused = chain.call(&ada, world.obligation().freeze());
    assert!(refused.emitted.is_empty());
    assert_eq!(refused.err(), Error::NotAMember);
    assert_eq!(chain.state_hash(), before);

    let little = Weight::from_parts(1_000_000_000, 1_000_000);
    assert_eq!(chain.call_within(&ada, enlist(), little).trap().error, "OutOfGas");
    assert_eq!(chain.state_hash(), before);

    chain.dry_run(&ada, enlist()).ok();
    assert_eq!(chain.state_hash(), before);

    chain.call(&ada, enlist()).ok();
    assert_ne!(chain.state_hash(), before);
}

#[test]
fn an_outcome_says_what_it_used_what_it_paid_for_storage_and_what_happened() {
    let world = world();
    let ada = world.who("ada");
    let before = world.chain.balance(&ada);
    let outcome = world.chain.call(&ada, world.obligation().enlist(world.pool));
    assert_eq!(outcome.events::<Seated>(), [Seated { pool: world.pool, who: ada }]);
    assert_eq!(outcome.events::<Queued>(), []);
    assert!(outcome.gas.ref_time() > 0 && outcome.gas.proof_size() > 0);
    let StorageDeposit::Charge(deposit) = outcome.deposit else { panic!("enlisting writes new cells") };
    assert_eq!(world.chain.balance(&ada), before - deposit);
    assert!(world.chain.total_balance(&world.obligation_address) > deposit);
}

#[test]
fn nobody_without_money_can_pay_for_storage() {
    let world = world();
    let trap = world.chain.call(&account("ada"), world.obligation().enlist(world.pool)).trap();
    assert_eq!(trap.error, "StorageDepositLimitExhausted");
}
