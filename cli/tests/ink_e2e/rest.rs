//! A member takes a break: another has its seat, work passes it by, and it comes back to the line.

use crate::stage::{id, now, request_spec, Node, Stage, BOND, ENDOWMENT, FEE, PRICE};
use chain::{hours, UNIT};
use e2e_tests::one;
use given::{alice, bob, charlie, dave, eve, ferdie, ChainBackend};
use interfaces::{
    obligation::{Error, FreezeChanged, MemberState, OpsSeen, Queued, Resigned, Seated, OP},
    reputation, Market as _, Obligation as _, Reputation as _, Timestamp,
};

/// The shortest rest.
const REST: Timestamp = 3_000;

pub async fn play(node: &mut Node) {
    // Without Bob, who delivers, there is a quorum of members to judge it only if somebody else has a seat.
    let greta = node.create_and_fund_account(&alice(), 100 * UNIT).await;
    let mut stage = Stage::with(node, |settings| {
        settings.founders.extend([id(&ferdie()), id(&greta)].map(|who| (who, ENDOWMENT)));
        settings.terms.seats = 4;
        settings.terms.min_freeze = REST;
        settings.terms.freeze_interval = hours(1);
    })
    .await;
    let pool = stage.pool;
    stage.enlist_founders().await;
    let seated = stage.send(&greta, stage.obligation().enlist(pool)).await;
    assert_eq!(seated.events::<Seated>(), [Seated { pool, who: id(&greta) }]);
    let queued = stage.send(&ferdie(), stage.obligation().enlist(pool)).await;
    assert_eq!(queued.events::<Queued>(), [Queued { pool, who: id(&ferdie()) }]);
    let deliver_by = has_work(&mut stage).await;

    rests(&mut stage).await;
    work_passes_by(&mut stage, deliver_by).await;
    comes_back(&mut stage).await;
}

/// Eve asks for something, and Bob delivers it; who has work in hand cannot rest. Returns when it is to be reviewed.
async fn has_work(stage: &mut Stage<'_>) -> Timestamp {
    let spec = request_spec();
    let deliver_by = spec.deliver_by;
    let request = stage.send(&eve(), stage.market().post(spec, 0).transferred_value(PRICE)).await.value;
    stage.send(&bob(), stage.market().signal(request, 1).transferred_value(FEE)).await;
    stage.send(&bob(), stage.market().submit(request, one::delivery([2; 32].into(), vec![]))).await;
    let held = Error::Reputation(reputation::Error::Held);
    assert_eq!(stage.refused(&bob(), stage.obligation().freeze()).await, held);
    deliver_by
}

/// Charlie rests, and Ferdie takes the seat.
async fn rests(stage: &mut Stage<'_>) {
    let pool = stage.pool;
    let frozen = stage.send(&charlie(), stage.obligation().freeze()).await;
    let began = now();
    assert_eq!(stage.refused(&charlie(), stage.obligation().unfreeze()).await, Error::FrozenTooShortly);
    assert_eq!(frozen.events::<FreezeChanged>(), [FreezeChanged { who: id(&charlie()), frozen: true }]);
    assert_eq!(frozen.events::<Seated>(), [Seated { pool, who: id(&ferdie()) }]);
    let profile = stage.profile(&charlie()).await;
    assert_eq!((profile.frozen, profile.available, profile.locked), (true, 0, BOND));
    assert_eq!(stage.membership(pool, &charlie()).await.state, MemberState::Frozen);
    assert_eq!(stage.read(stage.obligation().capacity(pool)).await.expect("a pool").frozen, 1);
    assert_eq!(stage.refused(&charlie(), stage.obligation().freeze()).await, Error::Frozen);
    assert_eq!(stage.refused(&charlie(), stage.reputation().burn(1)).await, reputation::Error::Frozen);
    stage.wait_until(began + REST).await;
}

/// The delivery is to be reviewed by whoever has a seat, and Charlie has none.
async fn work_passes_by(stage: &mut Stage<'_>, deliver_by: Timestamp) {
    stage.wait_until(deliver_by).await;
    let opened = stage.send(&bob(), stage.market().open_reviews(0, 1)).await;
    assert_eq!(opened.events::<OpsSeen>(), [OpsSeen { pool: stage.pool, ops: 1, reviews_per_op: 3 }]);
    for (who, seen) in [(dave(), OP), (ferdie(), OP), (charlie(), 0)] {
        assert_eq!(stage.membership(stage.pool, &who).await.seen, seen);
    }
}

/// Charlie comes back to the line, and takes the seat of the next who leaves.
async fn comes_back(stage: &mut Stage<'_>) {
    let pool = stage.pool;
    let back = stage.send(&charlie(), stage.obligation().unfreeze()).await;
    assert_eq!(back.events::<FreezeChanged>(), [FreezeChanged { who: id(&charlie()), frozen: false }]);
    assert_eq!(back.events::<Queued>(), [Queued { pool, who: id(&charlie()) }]);
    let profile = stage.profile(&charlie()).await;
    assert_eq!((profile.frozen, profile.available), (false, ENDOWMENT - BOND));
    assert_eq!(stage.refused(&charlie(), stage.obligation().unfreeze()).await, Error::NotFrozen);
    assert_eq!(stage.refused(&charlie(), stage.obligation().freeze()).await, Error::FrozenRecently);

    let left = stage.send(&ferdie(), stage.obligation().resign(pool)).await;
    assert_eq!(left.events::<Resigned>(), [Resigned { pool, who: id(&ferdie()) }]);
    assert_eq!(left.events::<Seated>(), [Seated { pool, who: id(&charlie()) }]);
    let member = stage.membership(pool, &charlie()).await;
    assert_eq!((member.state, member.seen, member.bond), (MemberState::Seated, 0, BOND));
}
