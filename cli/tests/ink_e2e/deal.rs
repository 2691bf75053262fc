//! A long deal: its provider delivers once, misses the next delivery and is out; another takes over and ends it.

use crate::stage::{founders, id, now, request_spec, Node, Stage};
use chain::UNIT;
use e2e_tests::one;
use given::{alice, bob, eve, ferdie, ChainBackend, Keypair};
use interfaces::{
    market::{
        Access, Asset, Claimed, Engaged, Error, OfferAccepted, PeriodClosed, Phase, PlaceVacated, RequestSettled,
        RequestSpec, Tenure,
    },
    obligation::{PoolOpened, Seated, Standing},
    Balance, Market as _, RequestId, SubmissionId, Timestamp,
};

/// How many periods there are, how long each is, and what is put in escrow for it.
const PERIODS: u16 = 3;
const PERIOD: Timestamp = 5_000;
const REWARD: Balance = 10 * UNIT;
const FEE: Balance = 3 * UNIT;
const ESCROW: Balance = PERIODS as Balance * (REWARD + FEE);
const TREASURY: Balance = ESCROW / 20;
/// What Ferdie asks for a period, and what the other does.
const PRICE: Balance = 8 * UNIT;
const DEARER: Balance = 9 * UNIT;
const DEPOSIT: Balance = FEE;

/// The first request is the deal.
const DEAL: RequestId = 0;

pub async fn play(node: &mut Node) {
    let mut stage = Stage::with(node, |settings| {
        // Three reviews of each of the three periods are no burden for three enforcers.
        settings.terms.healthy_limit = 6;
        settings.terms.throttle_buffer = 6;
    })
    .await;
    let nina = stage.node.create_and_fund_account(&alice(), 100 * UNIT).await;
    stage.enlist_founders().await;
    let empty = stage.balance(stage.at.market).await;
    begins(&mut stage).await;
    first_period(&mut stage).await;
    second_period_is_missed(&mut stage).await;
    is_taken_over(&mut stage, &nina).await;
    last_period(&mut stage, &nina).await;
    is_paid(&mut stage, &nina).await;
    assert_eq!(stage.balance(stage.at.market).await, empty, "all that came in went out");
}

/// Eve engages Ferdie.
async fn begins(stage: &mut Stage<'_>) {
    let spec = RequestSpec { access: Access::Offers, reward: REWARD, ..request_spec() };
    let deliver_by = spec.deliver_by;
    let engage = stage.market().engage(spec, PERIODS, PERIOD, 0, 1, 0).transferred_value(ESCROW + TREASURY);
    let engaged = stage.send(&eve(), engage).await;
    let told = Engaged { request: DEAL, periods: PERIODS, period: PERIOD, missed_periods: 0, notice_periods: 1 };
    assert_eq!(engaged.events::<Engaged>(), [told]);

    let offer = stage.market().offer(DEAL, PRICE, deliver_by, deliver_by, vec![]).transferred_value(DEPOSIT);
    stage.send(&ferdie(), offer).await;
    let other = stage.market().accept(DEAL, id(&ferdie()), PRICE - 1, deliver_by);
    assert_eq!(stage.refused(&eve(), other).await, Error::OfferChanged);
    let accepted = stage.send(&eve(), stage.market().accept(DEAL, id(&ferdie()), PRICE, deliver_by)).await;
    let told = OfferAccepted { request: DEAL, provider: id(&ferdie()), price: PRICE, deliver_by, first_period: 0 };
    assert_eq!(accepted.events::<OfferAccepted>(), [told]);
    let pool = stage.pool + 1;
    assert_eq!(accepted.events::<PoolOpened>(), [PoolOpened { pool, operator: stage.at.market }]);
    assert_eq!(accepted.events::<Seated>(), [Seated { pool, who: id(&ferdie()) }]);
}

/// Ferdie delivers, and it is good.
async fn first_period(stage: &mut Stage<'_>) {
    let submit = stage.market().submit(DEAL, one::delivery([2; 32].into(), vec![]));
    assert_eq!(stage.send(&ferdie(), submit).await.value, [0]);
    let close = stage.market().close_period(DEAL);
    assert_eq!(stage.refused(&bob(), close.clone()).await, Error::NotFinalized);
    is_judged(stage, 0).await;
    let closed = stage.send(&bob(), close).await;
    let told = PeriodClosed { request: DEAL, period: 0, delivered: true, accepted: true, pay: PRICE };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    assert!(!closed.value, "the deal goes on");
}

/// Ferdie misses the second delivery, and none may be missed.
async fn second_period_is_missed(stage: &mut Stage<'_>) {
    let due = tenure(stage).await.first_deliver_by + PERIOD;
    stage.wait_until(due).await;
    let closed = stage.send(&bob(), stage.market().close_period(DEAL)).await;
    let told = PeriodClosed { request: DEAL, period: 1, delivered: false, accepted: false, pay: 0 };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    let told = PlaceVacated { request: DEAL, provider: id(&ferdie()), forfeited: DEPOSIT };
    assert_eq!(closed.events::<PlaceVacated>(), [told]);
    assert_eq!(stage.membership(stage.pool + 1, &ferdie()).await.standing, Standing::Banned);
    assert_eq!(stage.read(stage.market().phase(DEAL, None)).await, Ok(Phase::Vacant));
    let submit = stage.market().submit(DEAL, one::delivery([3; 32].into(), vec![]));
    assert_eq!(stage.refused(&ferdie(), submit).await, Error::NoPlace);
}

/// Nina takes over for the rest, at a price and with a deadline of her own.
async fn is_taken_over(stage: &mut Stage<'_>, nina: &Keypair) {
    let deliver_by = now() + PERIOD;
    let takeover = stage.market().takeover(DEAL, id(nina), DEARER, deliver_by);
    assert_eq!(stage.refused(&eve(), takeover.clone()).await, Error::UnknownOffer);
    let offer = stage.market().offer(DEAL, DEARER, deliver_by, deliver_by, vec![]).transferred_value(DEPOSIT);
    stage.send(nina, offer).await;
    assert_eq!(stage.refused(nina, takeover.clone()).await, Error::NotRequester);
    let taken = stage.send(&eve(), takeover.clone()).await;
    let told = OfferAccepted { request: DEAL, provider: id(nina), price: DEARER, deliver_by, first_period: 2 };
    assert_eq!(taken.events::<OfferAccepted>(), [told]);
    assert_eq!(taken.events::<PoolOpened>(), [], "the deal keeps its pool");
    assert_eq!(taken.events::<Seated>(), [Seated { pool: stage.pool + 1, who: id(nina) }]);
    let expected = Tenure { provider: id(nina), price: DEARER, first: 2, first_deliver_by: deliver_by };
    assert_eq!(tenure(stage).await, expected);
    assert_eq!(stage.refused(&eve(), takeover).await, Error::NotVacant);
    assert_eq!(stage.membership(stage.pool + 1, nina).await.seen, 0, "nobody answers for what was before");
}

/// Nina delivers, and the deal is over.
async fn last_period(stage: &mut Stage<'_>, nina: &Keypair) {
    let submit = stage.market().submit(DEAL, one::delivery([4; 32].into(), vec![]));
    assert_eq!(stage.send(nina, submit).await.value, [2]);
    is_judged(stage, 2).await;
    let closed = stage.send(&bob(), stage.market().close_period(DEAL)).await;
    let told = PeriodClosed { request: DEAL, period: 2, delivered: true, accepted: true, pay: DEARER };
    assert_eq!(closed.events::<PeriodClosed>(), [told]);
    let told = RequestSettled { request: DEAL, submissions: 3, deposit: DEPOSIT };
    assert_eq!(closed.events::<RequestSettled>(), [told]);
    assert!(closed.value, "the deal is over");
}

/// Each is paid for what it delivered; Eve has the rest, and what Ferdie forfeited.
async fn is_paid(stage: &mut Stage<'_>, nina: &Keypair) {
    for (period, pay) in [(0, PRICE), (2, DEARER)] {
        let claimed = stage.send(&bob(), stage.market().claim(DEAL, vec![period])).await;
        assert_eq!(claimed.events::<Claimed>().iter().map(|told| told.pay).collect::<Vec<_>>(), [pay]);
    }
    let rest = ESCROW - PRICE - DEARER - 2 * FEE + DEPOSIT;
    assert_eq!(stage.send(&eve(), stage.market().reclaim(DEAL)).await.value, rest);
    stage.withdraws(&ferdie(), Asset::Native, PRICE).await;
    stage.withdraws(nina, Asset::Native, DEARER + DEPOSIT).await;
    stage.withdraws(&eve(), Asset::Native, rest).await;
    stage.withdraws(&stage.treasury.clone(), Asset::Native, TREASURY).await;
    for founder in founders() {
        stage.withdraws(&founder, Asset::Native, 2 * FEE / 3).await;
    }
}

/// The delivery of a period is reviewed from its deadline on, and everybody likes it.
async fn is_judged(stage: &mut Stage<'_>, period: SubmissionId) {
    let delivery = stage.read(stage.market().submission(DEAL, period)).await.expect("a delivery");
    stage.wait_until(delivery.window_start).await;
    stage.send(&bob(), stage.market().open_reviews(DEAL, 64)).await;
    stage.review(DEAL, period, [80, 85, 90]).await;
    stage.send(&bob(), stage.market().finalize(DEAL, vec![period])).await;
}

async fn tenure(stage: &mut Stage<'_>) -> Tenure {
    let deal = stage.read(stage.market().engagement(DEAL)).await.expect("a deal");
    deal.tenure.expect("somebody has the place")
}
