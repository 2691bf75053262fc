//! A request, from the deployment of the contracts to the last withdrawal.

use crate::stage::{founders, id, request_spec, Node, Stage, BOND, ENDOWMENT, FEE, REWARD, SALT};
use chain::{account, role_table, RoleCalls, Settings, UNIT};
use given::{alice, bob, charlie, dave, eve, ferdie};
use interfaces::{
    market::{
        Asset, Claimed, Error, PlacesTaken, Pruned, Quote, RequestPosted, RequestSettled, RequestSpec, ReviewsOpened,
        SubmissionFinalized, Submitted, Verdict,
    },
    obligation::{OpsDeclared, OpsSeen, Standing, OP},
    reputation::{self, MintCap, MintReason, Owed, Transfer},
    roles, Balance, Market as _, Obligation as _, Points, Reputation as _, RequestId, SubmissionId,
};
use pendzl::contracts::access_control::{AccessControl as _, AccessControlError};

/// The treasury's part: 5 % of reward and review fee.
const TREASURY: Balance = (REWARD + FEE) / 20;
const PRICE: Balance = REWARD + FEE + TREASURY;
/// What the request's 165 points are for its provider, and for each review: half of them, and a fifth of the other half.
const DELIVERY: Points = 82;
const REVIEW: Points = 16;
/// What a call may cost whoever signs it.
const COSTS: Balance = UNIT;

/// The first request, and the first submission to it.
const REQUEST: RequestId = 0;
const SUBMISSION: SubmissionId = 0;

pub async fn play(node: &mut Node) {
    let mut stage = Stage::with(node, |_| ()).await;
    is_wired(&mut stage).await;
    stage.enlist_founders().await;
    let empty = stage.balance(stage.at.market).await;
    posts(&mut stage).await;
    assert_eq!(stage.balance(stage.at.market).await, empty + PRICE);
    delivers(&mut stage).await;
    is_judged(&mut stage).await;
    is_paid(&mut stage).await;
    assert_eq!(stage.balance(stage.at.market).await, empty, "all that came in went out");
    is_forgotten(&mut stage).await;
}

/// Each contract may do what it needs to in the others, and the founders have what they were endowed with.
async fn is_wired(stage: &mut Stage<'_>) {
    let at = stage.at;
    for (contract, grantee, roles) in role_table(at.reputation, at.obligation, at.market) {
        for role in roles {
            assert!(stage.read(RoleCalls::from(contract).has_role(*role, Some(grantee))).await, "{role}");
        }
    }
    for minter in [at.market, at.obligation] {
        let MintCap { cap, minted, .. } = stage.read(stage.reputation().mint_cap(minter)).await;
        assert_eq!((cap, minted), (Settings::default().mint_cap, 0));
    }
    for founder in founders() {
        let profile = stage.profile(&founder).await;
        assert_eq!((profile.balance, profile.available), (ENDOWMENT, ENDOWMENT));
    }
    let late = stage.reputation().endow(vec![(id(&eve()), 1)]);
    assert_eq!(stage.refused(&alice(), late).await, reputation::Error::Sealed);
    let minter = RoleCalls::from(at.reputation).grant_role(roles::MINTER, Some(account("minter")));
    let unannounced = stage.refused(&alice(), minter).await;
    assert_eq!(unannounced, AccessControlError::InvalidCaller);
}

/// Eve posts the request, and pays for it.
async fn posts(stage: &mut Stage<'_>) {
    let spec = request_spec();
    let quote = stage.read(stage.market().quote(spec.clone())).await.expect("a price");
    let parts = Quote { reward: REWARD, review_fees: FEE, protocol_fee: TREASURY, premium: 0, total: PRICE };
    assert_eq!(quote, parts);
    let post = |value| stage.market().post(spec.clone(), 0).transferred_value(value);
    let (cheap, fair) = (post(PRICE - 1), post(PRICE));
    assert_eq!(stage.refused(&eve(), cheap).await, Error::InsufficientPayment);
    let posted = stage.send(&eve(), fair).await;
    let told = RequestPosted { request: REQUEST, requester: id(&eve()), quote };
    assert_eq!(posted.events::<RequestPosted>(), [told]);
}

/// Ferdie takes the place, and delivers on it.
async fn delivers(stage: &mut Stage<'_>) {
    let signal = || MarketCalls::from(stage.at.market).signal(REQUEST, 1).transferred_value(FEE);
    let (own, other) = (signal(), signal());
    assert_eq!(stage.refused(&eve(), own).await, Error::OwnRequest);
    let taken = stage.send(&ferdie(), other).await;
    let told = PlacesTaken { request: REQUEST, provider: id(&ferdie()), places: 1, deposit: FEE };
    assert_eq!(taken.events::<PlacesTaken>(), [told]);

    let submit = |market: MarketCalls| market.submit(REQUEST, [2; 32].into(), b"ipfs://report".to_vec());
    assert_eq!(stage.refused(&bob(), submit(stage.market())).await, Error::NoPlace);
    let submitted = stage.send(&ferdie(), submit(stage.market())).await;
    let told = Submitted {
        request: REQUEST,
        submission: SUBMISSION,
        provider: id(&ferdie()),
        content: [2; 32].into(),
    };
    assert_eq!(submitted.events::<Submitted>(), [told]);
}
