//! A request that pays in a PSP22 token.

use crate::stage::{founders, id, request_spec, token, Node, Stage, FEE, PRICE, REWARD, TREASURY};
use chain::{TokenCalls, UNIT};
use e2e_tests::one;
use given::{alice, bob, eve, ferdie, Keypair};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, AssetPolicy, Claimed, Error, RequestPosted, RequestReason, RequestSpec},
    Balance, Market as _, RequestId,
};
use pendzl::contracts::psp22::PSP22 as _;

const SUPPLY: Balance = 1_000_000 * UNIT;
/// What Eve and Ferdie have of the token at first.
const PURSE: Balance = 100 * UNIT;

pub async fn play(node: &mut Node) {
    let coin = token(node, SUPPLY).await;
    let listed = AssetPolicy { asset: Asset::Psp22(coin), min_review_fee: FEE, rent: 0 };
    let mut stage = Stage::with(node, |settings| settings.policy.assets.push(listed)).await;
    stage.enlist_founders().await;
    for who in [eve(), ferdie()] {
        stage.send(&alice(), TokenCalls::from(coin).transfer(id(&who), PURSE, vec![])).await;
    }
    let native = stage.balance(stage.at.market).await;
    let request = posts(&mut stage, coin).await;
    delivers(&mut stage, coin, request).await;
    stage.review(request, 0, [80, 85, 90]).await;
    is_paid(&mut stage, coin, request).await;
    assert_eq!(stage.balance(stage.at.market).await, native, "none of it was the chain's own currency");
}

/// Eve posts the request once the market may take its price.
async fn posts(stage: &mut Stage<'_>, coin: AccountId) -> RequestId {
    let spec = RequestSpec { asset: Asset::Psp22(coin), ..request_spec() };
    let unlisted = RequestSpec { asset: Asset::Psp22(id(&bob())), ..request_spec() };
    let refusal = stage.refused(&eve(), stage.market().post(unlisted, 0)).await;
    assert_eq!(refusal, Error::InvalidRequest(RequestReason::Asset));
    let post = stage.market().post(spec, 0);
    assert_eq!(stage.refused(&eve(), post.clone()).await, Error::TransferFailed, "nothing is allowed");
    allows(stage, coin, &eve(), PRICE).await;
    assert_eq!(stage.refused(&eve(), post.clone().transferred_value(1)).await, Error::ExcessPayment);
    let posted = stage.send(&eve(), post).await;
    let told = posted.events::<RequestPosted>();
    assert_eq!(told.iter().map(|told| told.quote.total).collect::<Vec<_>>(), [PRICE]);
    assert_eq!(has(stage, coin, id(&eve())).await, PURSE - PRICE);
    assert_eq!(has(stage, coin, stage.at.market).await, PRICE);
    posted.value
}

/// Ferdie takes the place for a deposit in the token, and delivers.
async fn delivers(stage: &mut Stage<'_>, coin: AccountId, request: RequestId) {
    allows(stage, coin, &ferdie(), FEE).await;
    stage.send(&ferdie(), stage.market().signal(request, 1)).await;
    stage.send(&ferdie(), stage.market().submit(request, one::delivery([2; 32].into(), vec![]))).await;
    assert_eq!(has(stage, coin, stage.at.market).await, PRICE + FEE);
    let (spec, _) = stage.read(stage.market().request(request)).await.expect("a request");
    stage.wait_until(spec.deliver_by).await;
    stage.send(&ferdie(), stage.market().open_reviews(request, 1)).await;
}

/// Everybody takes out what they earned, in the token.
async fn is_paid(stage: &mut Stage<'_>, coin: AccountId, request: RequestId) {
    let asset = Asset::Psp22(coin);
    stage.send(&bob(), stage.market().finalize(request, vec![0])).await;
    stage.send(&bob(), stage.market().settle(request, 1)).await;
    let claimed = stage.send(&bob(), stage.market().claim(request, vec![0])).await;
    let told = claimed.events::<Claimed>();
    assert_eq!(told.iter().map(|told| (told.pay, told.deposit)).collect::<Vec<_>>(), [(REWARD, FEE)]);

    let other = stage.market().withdraw(Asset::Native);
    assert_eq!(stage.refused(&ferdie(), other).await, Error::NothingToWithdraw);
    stage.withdraws(&ferdie(), asset, REWARD + FEE).await;
    assert_eq!(has(stage, coin, id(&ferdie())).await, PURSE + REWARD);
    for founder in founders() {
        stage.withdraws(&founder, asset, FEE / 3).await;
        assert_eq!(has(stage, coin, id(&founder)).await, FEE / 3);
    }
    stage.withdraws(&stage.treasury.clone(), asset, TREASURY).await;
    assert_eq!(has(stage, coin, stage.at.market).await, 0, "all that came in went out");
}

/// `who` lets the market take this much of its tokens.
async fn allows(stage: &mut Stage<'_>, coin: AccountId, who: &Keypair, amount: Balance) {
    stage.send(who, TokenCalls::from(coin).approve(stage.at.market, amount)).await;
}

/// What `who` has of the token.
async fn has(stage: &mut Stage<'_>, coin: AccountId, who: AccountId) -> Balance {
    stage.read(TokenCalls::from(coin).balance_of(who)).await
}
