//! The whole path, on real Wasm: an organization is founded, work is asked for, delivered, judged and paid, an enforcer who
//! never works is replaced, another rests and comes back, and at the end every unit is with its owner.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{account, days, UNIT};
use e2e_tests::{Town, CANDIDATES, ENDOWMENT, ENFORCERS, PROVIDERS, REQUESTER, STRANGER};
use interfaces::{
    market::{Asset, Error},
    obligation::{FreezeChanged, MemberState, Seated, Standing, StandingChanged},
    Balance, Market as _, Obligation as _, Reputation as _,
};
use pendzl::contracts::psp22::PSP22 as _;

/// Everyone who ever has a credit at the market.
fn everyone() -> Vec<&'static str> {
    ENFORCERS.into_iter().chain(CANDIDATES).chain(PROVIDERS).chain([REQUESTER, STRANGER, "treasury"]).collect()
}

/// What the market holds beyond what keeps its account alive.
fn held(town: &Town) -> Balance {
    town.chain.balance(&town.market_address) - town.chain.existential_deposit()
}

/// What the market owes: escrow and deposits of these requests, and everyone's credit.
fn owed(town: &Town, requests: &[u32]) -> Balance {
    let in_requests: Balance = requests.iter().map(|id| town.state(*id)).map(|state| state.held + state.deposits).sum();
    let credited: Balance = everyone().iter().map(|name| town.credit(name)).sum();
    in_requests + credited
}

#[test]
fn a_labor_market_lives() {
    let town = Town::new();
    assert_eq!(town.chain.read(town.token().total_supply()), 7 * ENDOWMENT);
    let line = town.chain.read(town.obligation().waiting(town.pool, None, 64)).unwrap();
    assert_eq!(line, CANDIDATES.map(account));

    // Requests go by. Elsa never works: her standing is found out by a stranger.
    let elsa = account("elsa");
    let stranger = town.who(STRANGER);
    let evaluate = || town.chain.call(&stranger, town.obligation().evaluate(town.pool, elsa));
    let mut requests = Vec::new();
    let mut standings = Vec::new();
    for _ in 0..5 {
        requests.push(town.play_request(&ENFORCERS[..4], 85));
        assert_eq!(held(&town), owed(&town, &requests), "the market holds just what it owes");
        let evaluated = evaluate();
        let changed = evaluated.events::<StandingChanged>();
        standings.push((evaluated.emitted.len(), changed.first().map(|change| change.standing)));
        if changed.iter().any(|change| change.standing == Standing::Banned) {
            let told = StandingChanged {
                pool: town.pool,
                who: elsa,
                standing: Standing::Banned,
                bond_burnt: 50,
                slashed: (ENDOWMENT - 50) / 2,
                keeper: stranger,
                reward: 20,
            };
            assert_eq!(changed, [told]);
            let seated = evaluated.events::<Seated>();
            assert_eq!(seated, [Seated { pool: town.pool, who: account("cora") }], "in the same call");
        }
        evaluated.ok();
    }
    // After n requests she has seen 3n, of which half is due: 1, 3, 4, 6 and 7 with buffers of 3 and 6.
    let latched: Vec<_> = standings.iter().map(|(_, standing)| *standing).collect();
    assert_eq!(latched, [None, None, Some(Standing::Throttled), None, Some(Standing::Banned)]);
    assert_eq!(standings[0].0, 0, "an evaluation that changes nothing tells nothing");
    let profile = town.profile("elsa");
    assert_eq!((profile.balance, profile.locked), ((ENDOWMENT - 50) / 2, 0));
    assert_eq!(town.member("elsa").state, MemberState::Banned);
    assert_eq!(town.member("cora").state, MemberState::Seated);
    assert_eq!(town.profile(STRANGER).owed, 20);

    // Edda takes a rest: her seat goes to Carl, and nothing moves for her until she is back, in the line.
    let edda = town.who("edda");
    let rested = town.chain.call(&edda, town.obligation().freeze());
    assert_eq!(rested.events::<FreezeChanged>(), [FreezeChanged { who: edda, frozen: true }]);
    assert_eq!(rested.events::<Seated>(), [Seated { pool: town.pool, who: account("carl") }]);
    rested.ok();
    let resting = (town.member("edda"), town.profile("edda"));
    requests.push(town.play_request(&["eva", "emil", "cora", "carl"], 50));
    let (member, profile) = (town.member("edda"), town.profile("edda"));
    assert_eq!((&member, &profile), (&resting.0, &resting.1));
    assert_eq!((member.state, profile.available), (MemberState::Frozen, 0));
    town.chain.pass(days(1));
    town.chain.call(&edda, town.obligation().unfreeze()).ok();
    assert_eq!(town.member("edda").state, MemberState::Waiting);
    town.chain.call(&town.who("carl"), town.obligation().resign(town.pool)).ok();
    assert_eq!(town.member("edda").state, MemberState::Seated, "back on a seat as soon as one is free");

    // Everyone mints what it earned, and takes its money out. The requester reclaims what was not earned.
    let before = town.chain.read(town.token().total_supply());
    let mut minted = 0;
    for name in everyone() {
        let owed = town.profile(name).owed;
        if owed > 0 {
            minted += town.chain.call(&stranger, town.reputation().claim_reputation(account(name))).ok();
            assert_eq!(town.profile(name).owed, 0, "{name}");
        }
    }
    assert_eq!(town.chain.read(town.token().total_supply()), before + minted);
    let (half_paid, paid) = requests.split_last().unwrap();
    for request in paid {
        assert_eq!(town.reclaim(*request).err(), Error::NothingToReclaim, "everything was earned");
    }
    assert_eq!(town.reclaim(*half_paid).ok(), 15 * UNIT);
    assert!(requests.iter().all(|request| town.state(*request).held == 0));
    assert_eq!(held(&town), owed(&town, &requests));
    // Five requests fully paid and one at half, and the deposits back; a quarter of each fee for each reviewer.
    for name in PROVIDERS {
        assert_eq!(town.credit(name), 5 * 10 * UNIT + 5 * UNIT + 6 * UNIT, "{name}");
    }
    assert_eq!(town.credit("eva"), 3 * 6 * UNIT / 4);
    assert_eq!((town.credit("elsa"), town.credit(STRANGER)), (0, 0));
    for name in everyone() {
        if town.credit(name) > 0 {
            town.chain.call(&town.who(name), town.market().withdraw(Asset::Native)).ok();
        }
    }
    assert_eq!(held(&town), 0, "to the last unit");
}
