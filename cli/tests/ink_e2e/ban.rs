//! A member that does nothing is judged by a stranger: Throttled first, and Banned in the end.

use crate::stage::{id, Node, Stage, BOND, ENDOWMENT};
use chain::{brisk_terms, RoleCalls, UNIT};
use given::{alice, bob, charlie, dave, ChainBackend, Keypair};
use interfaces::{
    obligation::{Error, MemberState, PoolOpened, Queued, Schedule, Seated, Standing, StandingChanged, Terms},
    reputation::{MintReason, Owed, Slashed},
    roles, Obligation as _, Points, PoolId, Reputation as _,
};
use pendzl::contracts::access_control::AccessControl as _;

/// What a ban burns beside the bond: half of the rest.
const SLASHED: Points = (ENDOWMENT - BOND) / 2;
/// Reviews that each operation asks for.
const REVIEWS: u32 = 3;

pub async fn play(node: &mut Node) {
    let mut stage = Stage::with(node, |_| ()).await;
    let stranger = stage.node.create_and_fund_account(&alice(), 100 * UNIT).await;
    let pool = opens_a_pool(&mut stage).await;
    let seated = stage.send(&bob(), stage.obligation().enlist(pool)).await;
    assert_eq!(seated.events::<Seated>(), [Seated { pool, who: id(&bob()) }]);
    let queued = stage.send(&charlie(), stage.obligation().enlist(pool)).await;
    assert_eq!(queued.events::<Queued>(), [Queued { pool, who: id(&charlie()) }]);
    let nobody = stage.obligation().evaluate(pool, id(&dave()));
    assert_eq!(stage.refused(&stranger, nobody).await, Error::NotAMember);

    is_throttled(&mut stage, &stranger, pool).await;
    is_banned(&mut stage, &stranger, pool).await;
    is_paid_for(&mut stage, &stranger, pool).await;
}

/// Alice has a pool of a single seat, for which she reports the work herself.
async fn opens_a_pool(stage: &mut Stage<'_>) -> PoolId {
    let terms = Terms { seats: 1, ..brisk_terms() };
    let open = stage.obligation().open_pool(terms, Schedule::default());
    assert_eq!(stage.refused(&alice(), open.clone()).await, Error::MissingRole);
    let grant = RoleCalls::from(stage.at.obligation).grant_role(roles::OPERATOR, Some(id(&alice())));
    stage.send(&alice(), grant).await;
    let opened = stage.send(&alice(), open).await;
    let pool = stage.pool + 1;
    assert_eq!(opened.events::<PoolOpened>(), [PoolOpened { pool, operator: id(&alice()) }]);
    pool
}

/// Three operations may be missing, and a fourth is too many.
async fn is_throttled(stage: &mut Stage<'_>, stranger: &Keypair, pool: PoolId) {
    let evaluate = stage.obligation().evaluate(pool, id(&bob()));
    stage.send(&alice(), stage.obligation().record_seen(pool, 7, REVIEWS)).await;
    let judged = stage.send(stranger, evaluate.clone()).await;
    assert!(judged.is_silent());
    assert_eq!(judged.value, Standing::Healthy);

    stage.send(&alice(), stage.obligation().record_seen(pool, 1, REVIEWS)).await;
    let judged = stage.send(stranger, evaluate).await;
    assert_eq!(judged.events::<StandingChanged>(), [changed(stranger, pool, Standing::Throttled)]);
    assert_eq!(judged.events::<Seated>(), []);
    let leave = stage.obligation().resign(pool);
    assert_eq!(stage.refused(&bob(), leave).await, Error::Deficit);
}

/// Six may be missing without a ban, and a seventh is too many.
async fn is_banned(stage: &mut Stage<'_>, stranger: &Keypair, pool: PoolId) {
    stage.send(&alice(), stage.obligation().record_seen(pool, 6, REVIEWS)).await;
    let member = stage.membership(pool, &bob()).await;
    assert_eq!((member.standing, member.state), (Standing::Banned, MemberState::Seated), "nobody latched it yet");

    let judged = stage.send(stranger, stage.obligation().evaluate(pool, id(&bob()))).await;
    let (bond_burnt, slashed, reward) = (BOND, SLASHED, brisk_terms().keeper_reward);
    let told = StandingChanged { bond_burnt, slashed, reward, ..changed(stranger, pool, Standing::Banned) };
    assert_eq!(judged.events::<StandingChanged>(), [told]);
    assert_eq!(judged.events::<Seated>(), [Seated { pool, who: id(&charlie()) }], "in the same call");
    let slasher = stage.at.obligation;
    let burnt = [BOND, SLASHED].map(|amount| Slashed { who: id(&bob()), slasher, amount });
    assert_eq!(judged.events::<Slashed>(), burnt);
    let owed = Owed { to: id(stranger), minter: slasher, amount: reward, reason: MintReason::Keeper };
    assert_eq!(judged.events::<Owed>(), [owed]);
}

/// The ban cost Bob what it should, his seat is another's, and the stranger is paid once.
async fn is_paid_for(stage: &mut Stage<'_>, stranger: &Keypair, pool: PoolId) {
    let again = stage.send(stranger, stage.obligation().evaluate(pool, id(&bob()))).await;
    assert!(again.is_silent());
    assert_eq!(again.value, Standing::Banned);
    let profile = stage.profile(&bob()).await;
    assert_eq!((profile.balance, profile.locked, profile.slashed), (SLASHED, 0, BOND + SLASHED));
    let (gone, next) = (stage.membership(pool, &bob()).await, stage.membership(pool, &charlie()).await);
    assert_eq!((gone.state, gone.bond), (MemberState::Banned, 0));
    assert_eq!((next.state, next.standing, next.seen), (MemberState::Seated, Standing::Healthy, 0));
    let back = stage.obligation().enlist(pool);
    assert_eq!(stage.refused(&bob(), back).await, Error::Banned);

    let reward = brisk_terms().keeper_reward;
    stage.send(stranger, stage.reputation().claim_reputation(id(stranger))).await;
    assert_eq!(stage.profile(stranger).await.balance, reward);
}

/// Bob's standing, latched by the stranger: without a penalty, unless it is a ban.
fn changed(stranger: &Keypair, pool: PoolId, standing: Standing) -> StandingChanged {
    let (who, keeper) = (id(&bob()), id(stranger));
    StandingChanged { pool, who, standing, bond_burnt: 0, slashed: 0, keeper, reward: 0 }
}
