//! A request, from the deployment of the contracts to the last withdrawal.

use crate::stage::{founders, id, request_spec, Node, Stage, ENDOWMENT, FEE, PRICE, REWARD, SALT, TREASURY};
use chain::{account, role_table, RoleCalls, Settings, UNIT};
use e2e_tests::one;
use given::{alice, bob, charlie, dave, eve, ferdie};
use interfaces::{
    market::{
        Asset, Claimed, Error, PlacesTaken, Pruned, Quote, RequestPosted, RequestSettled, ReviewsOpened,
        SubmissionFinalized, Submitted, Verdict,
    },
    obligation::{OpsDeclared, OpsSeen, Standing, OP},
    reputation::{self, MintCap, MintReason, Owed, Transfer},
    roles, Market as _, Points, Reputation as _, RequestId, SubmissionId,
};
use pendzl::contracts::access_control::{AccessControl as _, AccessControlError};

/// What the request's 165 points are for its provider, and for each review: a half, and a seventh of the other half.
const DELIVERY: Points = 82;
const REVIEW: Points = 11;

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
    let unannounced = RoleCalls::from(at.reputation).grant_role(roles::MINTER, Some(account("minter")));
    assert_eq!(stage.refused(&alice(), unannounced).await, AccessControlError::InvalidCaller);
}

/// Eve posts the request, and pays for it.
async fn posts(stage: &mut Stage<'_>) {
    let spec = request_spec();
    let quote = stage.read(stage.market().quote(spec.clone())).await.expect("a price");
    let parts = Quote { reward: REWARD, review_fees: FEE, protocol_fee: TREASURY, rent: 0, premium: 0, total: PRICE };
    assert_eq!(quote, parts);
    let cheap = stage.market().post(spec.clone(), 0).transferred_value(PRICE - 1);
    assert_eq!(stage.refused(&eve(), cheap).await, Error::InsufficientPayment);
    let posted = stage.send(&eve(), stage.market().post(spec, 0).transferred_value(PRICE)).await;
    let told = RequestPosted { request: REQUEST, requester: id(&eve()), quote };
    assert_eq!(posted.events::<RequestPosted>(), [told]);
}

/// Ferdie takes the place, and delivers on it.
async fn delivers(stage: &mut Stage<'_>) {
    let own = stage.market().signal(REQUEST, 1).transferred_value(FEE);
    assert_eq!(stage.refused(&eve(), own).await, Error::OwnRequest);
    let taken = stage.send(&ferdie(), stage.market().signal(REQUEST, 1).transferred_value(FEE)).await;
    let told = PlacesTaken { request: REQUEST, provider: id(&ferdie()), places: 1, deposit: FEE };
    assert_eq!(taken.events::<PlacesTaken>(), [told]);

    let (content, uri) = ([2; 32].into(), b"ipfs://report".to_vec());
    let submit = stage.market().submit(REQUEST, one::delivery(content, uri));
    assert_eq!(stage.refused(&bob(), submit.clone()).await, Error::NoPlace);
    let submitted = stage.send(&ferdie(), submit).await;
    let told = Submitted { request: REQUEST, submission: SUBMISSION, provider: id(&ferdie()), content };
    assert_eq!((submitted.events::<Submitted>(), submitted.value), (vec![told], vec![SUBMISSION]));
}

/// The founders review it: two agree, and Dave does not.
async fn is_judged(stage: &mut Stage<'_>) {
    let open = stage.market().open_reviews(REQUEST, 1);
    assert_eq!(stage.refused(&ferdie(), open.clone()).await, Error::TooEarly);
    let (spec, _) = stage.read(stage.market().request(REQUEST)).await.expect("a request");
    stage.wait_until(spec.deliver_by).await;
    let opened = stage.send(&ferdie(), open).await;
    assert_eq!(opened.events::<OpsSeen>(), [OpsSeen { pool: stage.pool, ops: 1, reviews_per_op: 3 }]);
    let told = ReviewsOpened { request: REQUEST, from: SUBMISSION, count: 1, missed: 0 };
    assert_eq!(opened.events::<ReviewsOpened>(), [told]);

    stage.review(REQUEST, SUBMISSION, [84, 90, 20]).await;
    let twice = stage.market().reveal_reviews(REQUEST, one::reveal(SUBMISSION, 20, None, SALT));
    assert_eq!(stage.refused(&dave(), twice).await, Error::AlreadyRevealed);
    let finalized = stage.send(&ferdie(), stage.market().finalize(REQUEST, vec![SUBMISSION])).await;
    let told = SubmissionFinalized {
        request: REQUEST,
        submission: SUBMISSION,
        verdict: Verdict::Quorum,
        median: 84,
        weight_bps: 10_000,
        coherent: 2,
        fee: FEE / 2,
        duplicate_of: None,
    };
    assert_eq!(finalized.events::<SubmissionFinalized>(), [told]);
    let declared = founders().map(|founder| (id(&founder), 1)).to_vec();
    assert_eq!(finalized.events::<OpsDeclared>(), [OpsDeclared { pool: stage.pool, declared }]);
    let minter = stage.at.market;
    let owed = [bob(), charlie()].map(|who| Owed { to: id(&who), minter, amount: REVIEW, reason: MintReason::Review });
    assert_eq!(finalized.events::<Owed>(), owed);
    for founder in founders() {
        let member = stage.membership(stage.pool, &founder).await;
        assert_eq!((member.seen, member.declared, member.standing), (OP, OP, Standing::Healthy));
    }
    let stray = stage.profile(&dave()).await;
    assert_eq!((stray.slashed, stray.balance), (REVIEW, ENDOWMENT - REVIEW), "Dave lost what he would have earned");
}

/// Everybody is credited what they earned, and takes it out.
async fn is_paid(stage: &mut Stage<'_>) {
    let claim = stage.market().claim(REQUEST, vec![SUBMISSION]);
    assert_eq!(stage.refused(&ferdie(), claim.clone()).await, Error::NotSettled);
    let settled = stage.send(&bob(), stage.market().settle(REQUEST, 1)).await;
    let told = RequestSettled { request: REQUEST, submissions: 1, deposit: 0 };
    assert_eq!(settled.events::<RequestSettled>(), [told]);
    let claimed = stage.send(&bob(), claim).await;
    let told = Claimed {
        request: REQUEST,
        submission: SUBMISSION,
        provider: id(&ferdie()),
        pay: REWARD,
        deposit: FEE,
        forfeited: 0,
        reputation: DELIVERY,
    };
    assert_eq!(claimed.events::<Claimed>(), [told]);

    let purse = stage.balance(id(&ferdie())).await;
    stage.withdraws(&ferdie(), Asset::Native, REWARD + FEE).await;
    let gained = stage.balance(id(&ferdie())).await - purse;
    assert!(gained <= REWARD + FEE && gained > REWARD + FEE - UNIT, "{gained}: pay and deposit, less the call's fee");
    for coherent in [bob(), charlie()] {
        stage.withdraws(&coherent, Asset::Native, FEE / 2).await;
    }
    stage.withdraws(&stage.treasury.clone(), Asset::Native, TREASURY).await;
    let nothing = stage.market().withdraw(Asset::Native);
    assert_eq!(stage.refused(&dave(), nothing).await, Error::NothingToWithdraw);

    let minted = stage.send(&eve(), stage.reputation().claim_reputation(id(&ferdie()))).await;
    let told = Transfer { from: None, to: Some(id(&ferdie())), value: DELIVERY };
    assert_eq!((minted.events::<Transfer>(), minted.value), (vec![told], DELIVERY));
    assert_eq!(stage.profile(&ferdie()).await.available, DELIVERY);
}

/// Anybody frees what is over.
async fn is_forgotten(stage: &mut Stage<'_>) {
    let pruned = stage.send(&bob(), stage.market().prune(REQUEST, 64)).await;
    let told = Pruned { request: REQUEST, count: 2, finished: true, reclaimed: 0 };
    assert_eq!(pruned.events::<Pruned>(), [told], "the submission and the place");
    let gone = stage.read(stage.market().request(REQUEST)).await;
    assert_eq!(gone.err(), Some(Error::UnknownRequest));
}
