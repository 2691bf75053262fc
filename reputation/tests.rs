//! What the contract promises, through its messages, in ink!'s off-chain environment.
#![allow(clippy::unwrap_used)]

use crate::{
    minting::{MIN_EPOCH, MIN_NOTICE},
    reputation::Reputation,
};
use ink::{
    env::{test, DefaultEnvironment, Event},
    primitives::AccountId,
    reflect::DispatchableMessageInfo,
};
use interfaces::{
    reputation::{
        Effect, Error, FrozenChanged, Locked, MintCap, MintCapSet, MintReason, MinterProposed, Owed, Profile,
        SealedForGood, Slashed, Transfer, Unlocked, MAX_CREDITORS, MAX_EFFECTS, MAX_ENDOWED, MAX_TIERS,
    },
    roles, Points, Reputation as _, Timestamp,
};
use pendzl::contracts::{
    access_control::{AccessControl as _, AccessControlError, RoleGranted},
    psp22::{metadata::PSP22Metadata as _, PSP22Error, PSP22 as _},
};
use scale::Encode;

/// An epoch of mint caps.
pub const EPOCH: Timestamp = MIN_EPOCH;
/// The notice for a new minter.
const NOTICE: Timestamp = MIN_NOTICE;
/// The tiers' thresholds.
const TIERS: [Points; 2] = [10, 100];

/// Whoever deployed the contract.
pub const MANAGER: AccountId = who(1);
/// Has no role.
pub const STRANGER: AccountId = who(2);
/// Has every role but the manager's.
pub const MARKET: AccountId = who(3);
/// Likewise.
pub const GUILD: AccountId = who(4);
/// People.
pub const ALICE: AccountId = who(5);
pub const BOB: AccountId = who(6);

pub const fn who(number: u8) -> AccountId {
    AccountId([number; 32])
}

/// A contract as its callers see it.
pub struct Org {
    pub token: Reputation,
}

impl Org {
    /// Just founded: MARKET and GUILD have their roles and may mint 1,000 an epoch.
    pub fn new() -> Self {
        let mut org = Self::unstaffed();
        for contract in [MARKET, GUILD] {
            for role in [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER] {
                org.by(MANAGER).grant_role(role, Some(contract)).unwrap();
            }
            org.by(MANAGER).set_mint_cap(contract, 1_000).unwrap();
        }
        org
    }

    /// Just founded, no role granted.
    fn unstaffed() -> Self {
        test::set_caller::<DefaultEnvironment>(MANAGER);
        let labels = (Some("Guild".into()), Some("GLD".into()));
        Self { token: Reputation::new(labels.0, labels.1, TIERS.to_vec(), EPOCH, NOTICE).unwrap() }
    }

    /// Just founded, ALICE having this much.
    fn with_alice(balance: Points) -> Self {
        let mut org = Self::new();
        org.by(MANAGER).endow(vec![(ALICE, balance)]).unwrap();
        org
    }

    /// The contract, called by `caller`.
    pub fn by(&mut self, caller: AccountId) -> &mut Reputation {
        test::set_caller::<DefaultEnvironment>(caller);
        &mut self.token
    }

    fn alice(&self) -> Profile {
        self.token.profile(ALICE)
    }

    /// Storage cells read and written while `action` runs.
    fn touched(&mut self, action: impl FnOnce(&mut Self)) -> (usize, usize) {
        let this = test::callee::<DefaultEnvironment>();
        let (reads, writes) = test::get_contract_storage_rw::<DefaultEnvironment>(&this);
        action(self);
        let (reads_now, writes_now) = test::get_contract_storage_rw::<DefaultEnvironment>(&this);
        (reads_now - reads, writes_now - writes)
    }

    /// The events that `action` emits, as [`log`] writes them.
    fn events(&mut self, action: impl FnOnce(&mut Self)) -> Vec<Logged> {
        let before = test::recorded_events().count();
        action(self);
        events_from(before)
    }
}

fn events_from(first: usize) -> Vec<Logged> {
    test::recorded_events().skip(first).map(|event| (event.topics[0].clone(), event.data)).collect()
}

/// An event's signature and its fields.
type Logged = (Vec<u8>, Vec<u8>);

fn log<E: Event + Encode>(event: E) -> Logged {
    (E::SIGNATURE_TOPIC.expect("every event here has a signature").to_vec(), event.encode())
}

fn minted(to: AccountId, value: Points) -> Logged {
    log(Transfer { from: None, to: Some(to), value })
}

fn burnt(from: AccountId, value: Points) -> Logged {
    log(Transfer { from: Some(from), to: None, value })
}

pub fn set_time(now: Timestamp) {
    test::set_block_timestamp::<DefaultEnvironment>(now);
}

// The founding.

#[ink::test]
fn the_deployer_becomes_the_manager() {
    let org = Org::unstaffed();
    assert!(org.token.has_role(roles::MANAGER, Some(MANAGER)));
    assert!(!org.token.has_role(roles::MANAGER, Some(STRANGER)));
    assert_eq!(
        events_from(0),
        [log(RoleGranted { role: roles::MANAGER, grantee: Some(MANAGER), grantor: Some(MANAGER) })]
    );
}

#[ink::test]
fn tiers_must_rise_strictly_from_above_zero_and_be_at_most_32() {
    let mut deployers = (1..).map(who);
    let mut found = |tiers: Vec<Points>| {
        test::set_caller::<DefaultEnvironment>(deployers.next().unwrap());
        Reputation::new(None, None, tiers, EPOCH, NOTICE).map(|token| token.tiers())
    };
    let most: Vec<Points> = (1..=MAX_TIERS as Points).collect();
    let too_many: Vec<Points> = (1..=MAX_TIERS as Points + 1).collect();
    assert_eq!(found(vec![]), Ok(vec![]));
    assert_eq!(found(most.clone()), Ok(most));
    for bad in [vec![0], vec![0, 1], vec![5, 5], vec![1, 3, 2], too_many] {
        assert_eq!(found(bad), Err(Error::InvalidTiers));
    }
}

#[ink::test]
fn an_epoch_lasts_at_least_a_minute_and_a_notice_at_least_a_day() {
    let found = |epoch, notice| Reputation::new(None, None, vec![], epoch, notice).map(|_| ());
    assert_eq!(found(60_000, 86_400_000), Ok(()));
    assert_eq!(found(59_999, 86_400_000), Err(Error::InvalidPeriod));
    assert_eq!(found(60_000, 86_399_999), Err(Error::InvalidPeriod));
}

#[ink::test]
fn the_manager_endows_the_founding_workforce() {
    let mut org = Org::new();
    let events = org.events(|org| org.by(MANAGER).endow(vec![(ALICE, 30), (BOB, 0), (ALICE, 5), (BOB, 7)]).unwrap());
    assert_eq!(events, [minted(ALICE, 30), minted(ALICE, 5), minted(BOB, 7)]);
    assert_eq!(org.alice(), Profile { balance: 35, available: 35, earned: 35, ..Profile::default() });
    assert_eq!(org.token.balance_of(ALICE), 35);
    assert_eq!(org.token.balance_of(BOB), 7);
    assert_eq!(org.token.total_supply(), 42);
}

#[ink::test]
fn only_the_manager_endows() {
    let mut org = Org::new();
    for caller in [STRANGER, MARKET] {
        assert_eq!(org.by(caller).endow(vec![(caller, 1)]), Err(Error::MissingRole));
    }
}

#[ink::test]
fn at_most_256_accounts_are_endowed_in_one_call() {
    let mut org = Org::new();
    assert_eq!(org.by(MANAGER).endow(vec![(ALICE, 1); MAX_ENDOWED + 1]), Err(Error::TooManyEndowed));
    assert_eq!(org.by(MANAGER).endow(vec![(ALICE, 1); MAX_ENDOWED]), Ok(()));
    assert_eq!(org.token.total_supply(), 256);
}

#[ink::test]
fn endowing_more_than_a_balance_holds_changes_nothing() {
    let mut org = Org::with_alice(1);
    assert_eq!(org.by(MANAGER).endow(vec![(BOB, 1), (ALICE, Points::MAX)]), Err(Error::Overflow));
    assert_eq!(org.by(MANAGER).endow(vec![(BOB, Points::MAX)]), Err(Error::Overflow));
    assert_eq!((org.token.total_supply(), org.token.balance_of(BOB)), (1, 0));
}

#[ink::test]
fn sealing_ends_endowing_for_good() {
    let mut org = Org::with_alice(30);
    assert!(!org.token.sealed());
    assert_eq!(org.by(STRANGER).seal(), Err(Error::MissingRole));
    let events = org.events(|org| org.by(MANAGER).seal().unwrap());
    assert_eq!(events, [log(SealedForGood { total_supply: 30 })]);
    assert!(org.token.sealed());
    assert_eq!(org.by(MANAGER).seal(), Err(Error::Sealed));
    assert_eq!(org.by(MANAGER).endow(vec![(BOB, 1)]), Err(Error::Sealed));
    assert_eq!(org.token.total_supply(), 30);
}

// New minters.

#[ink::test]
fn announcing_a_minter_says_when_it_may_begin_and_announcing_it_again_starts_over() {
    let mut org = Org::new();
    set_time(1_000);
    assert_eq!(org.token.minter_due(STRANGER), None);
    assert_eq!(org.by(STRANGER).propose_minter(STRANGER), Err(Error::MissingRole));
    let events = org.events(|org| org.by(MANAGER).propose_minter(STRANGER).unwrap());
    assert_eq!(events, [log(MinterProposed { minter: STRANGER, due: 1_000 + NOTICE })]);
    set_time(5_000);
    org.by(MANAGER).propose_minter(STRANGER).unwrap();
    assert_eq!(org.token.minter_due(STRANGER), Some(5_000 + NOTICE));
}

#[ink::test]
fn before_sealing_a_minter_needs_no_announcement() {
    let mut org = Org::new();
    assert_eq!(org.by(MANAGER).grant_role(roles::MINTER, Some(STRANGER)), Ok(()));
    assert_eq!(org.by(STRANGER).owe(ALICE, 1, MintReason::Delivery), Ok(()));
}

#[ink::test]
fn after_sealing_a_minter_is_granted_only_once_its_notice_is_over_and_once_per_announcement() {
    let mut org = Org::new();
    let grant = |org: &mut Org| org.by(MANAGER).grant_role(roles::MINTER, Some(STRANGER));
    org.by(MANAGER).seal().unwrap();
    assert_eq!(grant(&mut org), Err(AccessControlError::InvalidCaller));
    org.by(MANAGER).propose_minter(STRANGER).unwrap();
    set_time(NOTICE - 1);
    assert_eq!(grant(&mut org), Err(AccessControlError::InvalidCaller));
    assert!(!org.token.has_role(roles::MINTER, Some(STRANGER)));
    set_time(NOTICE);
    assert_eq!(grant(&mut org), Ok(()));
    assert_eq!(grant(&mut org), Err(AccessControlError::RoleRedundant));
    assert_eq!(org.token.minter_due(STRANGER), None);
    org.by(MANAGER).revoke_role(roles::MINTER, Some(STRANGER)).unwrap();
    assert_eq!(grant(&mut org), Err(AccessControlError::InvalidCaller));
}

#[ink::test]
fn a_minter_that_gave_up_its_role_needs_a_new_announcement() {
    let mut org = Org::new();
    org.by(MANAGER).seal().unwrap();
    org.by(MARKET).renounce_role(roles::MINTER, Some(MARKET)).unwrap();
    let again = org.by(MANAGER).grant_role(roles::MINTER, Some(MARKET));
    assert_eq!(again, Err(AccessControlError::InvalidCaller));
}

#[ink::test]
fn an_announcement_used_before_sealing_is_not_left_for_afterwards() {
    let mut org = Org::new();
    org.by(MANAGER).propose_minter(STRANGER).unwrap();
    org.by(MANAGER).grant_role(roles::MINTER, Some(STRANGER)).unwrap();
    org.by(MANAGER).seal().unwrap();
    org.by(MANAGER).revoke_role(roles::MINTER, Some(STRANGER)).unwrap();
    set_time(NOTICE);
    let again = org.by(MANAGER).grant_role(roles::MINTER, Some(STRANGER));
    assert_eq!(again, Err(AccessControlError::InvalidCaller));
}

#[ink::test]
fn another_admin_of_the_minters_is_bound_by_the_notice_too() {
    let mut org = Org::new();
    org.by(MANAGER).set_role_admin(roles::MINTER, roles::MINTER).unwrap();
    org.by(MANAGER).seal().unwrap();
    let colluded = org.by(MARKET).grant_role(roles::MINTER, Some(STRANGER));
    assert_eq!(colluded, Err(AccessControlError::InvalidCaller));
}

#[ink::test]
fn the_other_roles_need_no_notice() {
    let mut org = Org::new();
    org.by(MANAGER).seal().unwrap();
    assert_eq!(org.by(MANAGER).grant_role(roles::LOCKER, Some(STRANGER)), Ok(()));
}

#[ink::test]
fn no_role_is_granted_to_everyone() {
    let mut org = Org::new();
    for role in [roles::MANAGER, roles::MINTER, roles::LOCKER] {
        assert_eq!(org.by(MANAGER).grant_role(role, None), Err(AccessControlError::InvalidCaller));
        assert!(!org.token.has_role(role, None));
    }
}

#[ink::test]
fn who_does_not_administer_a_role_cannot_grant_it() {
    let mut org = Org::new();
    for caller in [STRANGER, MARKET] {
        let granted = org.by(caller).grant_role(roles::MINTER, Some(STRANGER));
        assert_eq!(granted, Err(AccessControlError::MissingRole));
    }
}

// Earning.

#[ink::test]
fn the_manager_caps_what_a_minter_mints_in_an_epoch() {
    let mut org = Org::new();
    assert_eq!(org.by(STRANGER).set_mint_cap(MARKET, 1), Err(Error::MissingRole));
    set_time(3 * EPOCH);
    let events = org.events(|org| org.by(MANAGER).set_mint_cap(MARKET, 50).unwrap());
    assert_eq!(events, [log(MintCapSet { minter: MARKET, cap: 50 })]);
    assert_eq!(org.token.mint_cap(MARKET), MintCap { cap: 50, epoch: 3, minted: 0 });
    assert_eq!(org.token.mint_cap(STRANGER), MintCap { cap: 0, epoch: 3, minted: 0 });
}

#[ink::test]
fn what_is_owed_is_minted_when_claimed_by_anyone() {
    let mut org = Org::new();
    let events = org.events(|org| org.by(MARKET).owe(ALICE, 40, MintReason::Review).unwrap());
    assert_eq!(events, [log(Owed { to: ALICE, minter: MARKET, amount: 40, reason: MintReason::Review })]);
    assert_eq!(org.alice(), Profile { owed: 40, ..Profile::default() });
    assert_eq!(org.token.total_supply(), 0);

    let events = org.events(|org| assert_eq!(org.by(STRANGER).claim_reputation(ALICE), Ok(40)));
    assert_eq!(events, [minted(ALICE, 40)]);
    assert_eq!(org.alice(), Profile { balance: 40, available: 40, earned: 40, ..Profile::default() });
    assert_eq!(org.token.total_supply(), 40);
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::NothingOwed));
}

#[ink::test]
fn only_a_minter_owes() {
    let mut org = Org::new();
    for caller in [STRANGER, MANAGER, ALICE] {
        assert_eq!(org.by(caller).owe(ALICE, 1, MintReason::Review), Err(Error::MissingRole));
    }
}

#[ink::test]
fn owing_nothing_does_nothing() {
    let mut org = Org::new();
    let events = org.events(|org| org.by(MARKET).owe(ALICE, 0, MintReason::Review).unwrap());
    assert_eq!(events, []);
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::NothingOwed));
}

#[ink::test]
fn what_is_over_the_cap_stays_owed_until_the_next_epoch() {
    let mut org = Org::new();
    org.by(MANAGER).set_mint_cap(MARKET, 30).unwrap();
    org.by(MARKET).owe(ALICE, 50, MintReason::Delivery).unwrap();
    org.by(MARKET).owe(BOB, 5, MintReason::Delivery).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(30));
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::MintCapReached));
    assert_eq!(org.by(BOB).claim_reputation(BOB), Err(Error::MintCapReached));
    assert_eq!(org.token.mint_cap(MARKET), MintCap { cap: 30, epoch: 0, minted: 30 });
    assert_eq!(org.alice().owed, 20);
    set_time(EPOCH - 1);
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::MintCapReached));
    set_time(EPOCH);
    assert_eq!(org.token.mint_cap(MARKET), MintCap { cap: 30, epoch: 1, minted: 0 });
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(20));
    assert_eq!(org.by(BOB).claim_reputation(BOB), Ok(5));
    assert_eq!(org.token.mint_cap(MARKET).minted, 25);
}

#[ink::test]
fn changing_a_cap_does_not_forget_what_was_minted_in_this_epoch() {
    let mut org = Org::new();
    org.by(MARKET).owe(ALICE, 2_000, MintReason::Delivery).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(1_000));
    org.by(MANAGER).set_mint_cap(MARKET, 400).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::MintCapReached));
    org.by(MANAGER).set_mint_cap(MARKET, 1_100).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(100));
}

#[ink::test]
fn each_minter_mints_within_its_own_cap() {
    let mut org = Org::new();
    org.by(MANAGER).set_mint_cap(GUILD, 3).unwrap();
    org.by(MARKET).owe(ALICE, 10, MintReason::Delivery).unwrap();
    org.by(GUILD).owe(ALICE, 5, MintReason::Keeper).unwrap();
    assert_eq!(org.alice().owed, 15);
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(13));
    assert_eq!(org.token.mint_cap(MARKET).minted, 10);
    assert_eq!(org.token.mint_cap(GUILD).minted, 3);
    assert_eq!(org.alice().owed, 2);
}

#[ink::test]
fn what_a_revoked_minter_owes_is_not_lost() {
    let mut org = Org::new();
    org.by(MARKET).owe(ALICE, 10, MintReason::Delivery).unwrap();
    org.by(MANAGER).revoke_role(roles::MINTER, Some(MARKET)).unwrap();
    assert_eq!(org.by(MARKET).owe(ALICE, 1, MintReason::Delivery), Err(Error::MissingRole));
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(10));
}

#[ink::test]
fn a_frozen_account_claims_after_its_rest() {
    let mut org = Org::new();
    org.by(MARKET).owe(ALICE, 10, MintReason::Delivery).unwrap();
    org.by(MARKET).freeze(ALICE).unwrap();
    org.by(MARKET).owe(ALICE, 1, MintReason::Delivery).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::Frozen));
    org.by(MARKET).unfreeze(ALICE).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(11));
}

#[ink::test]
fn eight_minters_may_owe_one_account_and_a_ninth_when_one_is_done() {
    let mut org = Org::new();
    let minters: Vec<AccountId> = (0..=MAX_CREDITORS as u8).map(|number| who(100 + number)).collect();
    for &minter in &minters {
        org.by(MANAGER).grant_role(roles::MINTER, Some(minter)).unwrap();
    }
    let (ninth, eight) = minters.split_last().unwrap();
    for &minter in eight {
        assert_eq!(org.by(minter).owe(ALICE, 1, MintReason::Review), Ok(()));
    }
    assert_eq!(org.by(*ninth).owe(ALICE, 1, MintReason::Review), Err(Error::TooManyCreditors));
    assert_eq!(org.by(*ninth).owe(ALICE, 0, MintReason::Review), Ok(()));
    assert_eq!(org.by(eight[7]).owe(ALICE, 1, MintReason::Review), Ok(()));
    org.by(MANAGER).set_mint_cap(eight[3], 1).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(1));
    assert_eq!(org.by(*ninth).owe(ALICE, 1, MintReason::Review), Ok(()));
}

#[ink::test]
fn a_faulty_minter_can_neither_owe_beyond_a_balance_nor_stop_another_from_owing() {
    let mut org = Org::new();
    org.by(GUILD).owe(ALICE, Points::MAX, MintReason::Review).unwrap();
    assert_eq!(org.by(GUILD).owe(ALICE, 1, MintReason::Review), Err(Error::Overflow));
    assert_eq!(org.by(MARKET).owe(ALICE, 7, MintReason::Review), Ok(()));
    assert_eq!(org.alice().owed, Points::MAX);
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Ok(1_007));
}

#[ink::test]
fn a_claim_beyond_what_a_balance_holds_is_refused() {
    let mut org = Org::with_alice(1);
    org.by(MANAGER).set_mint_cap(MARKET, Points::MAX).unwrap();
    org.by(MARKET).owe(ALICE, Points::MAX, MintReason::Review).unwrap();
    org.by(MARKET).owe(BOB, Points::MAX, MintReason::Review).unwrap();
    assert_eq!(org.by(ALICE).claim_reputation(ALICE), Err(Error::Overflow));
    set_time(EPOCH);
    assert_eq!(org.by(BOB).claim_reputation(BOB), Err(Error::Overflow));
    assert_eq!(org.token.total_supply(), 1);
}

// Tiers.

#[ink::test]
fn the_tier_is_the_highest_whose_threshold_the_available_balance_meets() {
    let mut org = Org::new();
    let mut tier_with = |balance| {
        let missing = balance - org.alice().balance;
        org.by(MANAGER).endow(vec![(ALICE, missing)]).unwrap();
        org.token.tier(ALICE)
    };
    assert_eq!([0, 9, 10, 99, 100, 1_000].map(&mut tier_with), [0, 0, 1, 1, 2, 2]);
    org.by(MARKET).lock(ALICE, 901).unwrap();
    assert_eq!(org.token.tier(ALICE), 1);
    org.by(MARKET).freeze(ALICE).unwrap();
    assert_eq!(org.token.tier(ALICE), 0);
    assert_eq!(org.token.tiers(), TIERS);
}

// Bonds.

#[ink::test]
fn a_locker_locks_what_is_available() {
    let mut org = Org::with_alice(30);
    let events = org.events(|org| org.by(MARKET).lock(ALICE, 20).unwrap());
    assert_eq!(events, [log(Locked { who: ALICE, locker: MARKET, amount: 20 })]);
    assert_eq!(org.alice(), Profile { balance: 30, locked: 20, available: 10, earned: 30, ..Profile::default() });
    assert_eq!(org.by(MARKET).lock(ALICE, 11), Err(Error::InsufficientReputation));
    assert_eq!(org.by(STRANGER).lock(ALICE, 1), Err(Error::MissingRole));
    org.by(MARKET).freeze(ALICE).unwrap();
    assert_eq!(org.by(MARKET).lock(ALICE, 1), Err(Error::Frozen));
    assert_eq!(org.alice().locked, 20);
}

#[ink::test]
fn nobody_opens_anothers_lock() {
    let mut org = Org::with_alice(30);
    org.by(MARKET).lock(ALICE, 20).unwrap();
    assert_eq!(org.by(GUILD).unlock(ALICE, 20), Ok(0));
    org.by(GUILD).lock(ALICE, 5).unwrap();
    assert_eq!(org.by(GUILD).unlock(ALICE, Points::MAX), Ok(5));
    assert_eq!(org.alice().locked, 20);
    assert_eq!(org.by(STRANGER).unlock(ALICE, 1), Err(Error::MissingRole));
}

#[ink::test]
fn unlocking_releases_what_is_left_and_never_fails() {
    let mut org = Org::with_alice(30);
    org.by(MARKET).lock(ALICE, 20).unwrap();
    org.by(MARKET).freeze(ALICE).unwrap();
    let events = org.events(|org| {
        assert_eq!(org.by(MARKET).unlock(ALICE, 15), Ok(15));
        assert_eq!(org.by(MARKET).unlock(ALICE, 15), Ok(5));
        assert_eq!(org.by(MARKET).unlock(ALICE, 15), Ok(0));
    });
    let unlocked = |amount| log(Unlocked { who: ALICE, locker: MARKET, amount });
    assert_eq!(events, [unlocked(15), unlocked(5)]);
    assert_eq!(org.alice().locked, 0);
}

// Penalties and prices.

#[ink::test]
fn a_slash_takes_the_slashers_own_lock_first_and_then_what_is_not_locked() {
    let mut org = Org::with_alice(100);
    org.by(MARKET).lock(ALICE, 20).unwrap();
    org.by(GUILD).lock(ALICE, 50).unwrap();
    let events = org.events(|org| assert_eq!(org.by(MARKET).slash(ALICE, 15), Ok(15)));
    assert_eq!(events, [log(Slashed { who: ALICE, slasher: MARKET, amount: 15 }), burnt(ALICE, 15)]);
    assert_eq!((org.alice().balance, org.alice().locked, org.alice().available), (85, 55, 30));
    assert_eq!(org.by(MARKET).slash(ALICE, 1_000), Ok(35));
    assert_eq!(org.by(MARKET).slash(ALICE, 1_000), Ok(0));
    let left = Profile { balance: 50, locked: 50, earned: 100, slashed: 50, ..Profile::default() };
    assert_eq!(org.alice(), left);
    assert_eq!(org.token.total_supply(), 50);
    assert_eq!(org.by(GUILD).unlock(ALICE, 50), Ok(50));
}

#[ink::test]
fn a_frozen_account_is_slashed_all_the_same() {
    let mut org = Org::with_alice(100);
    org.by(MARKET).freeze(ALICE).unwrap();
    assert_eq!(org.by(MARKET).slash(ALICE, 30), Ok(30));
    assert_eq!(org.alice(), Profile { balance: 70, earned: 100, slashed: 30, frozen: true, ..Profile::default() });
}

#[ink::test]
fn only_a_slasher_slashes_and_nothing_to_take_emits_nothing() {
    let mut org = Org::with_alice(1);
    assert_eq!(org.by(STRANGER).slash(ALICE, 1), Err(Error::MissingRole));
    let events = org.events(|org| {
        assert_eq!(org.by(MARKET).slash(ALICE, 0), Ok(0));
        assert_eq!(org.by(MARKET).slash(BOB, 10), Ok(0));
    });
    assert_eq!(events, []);
}

#[ink::test]
fn spending_burns_available_reputation() {
    let mut org = Org::with_alice(30);
    org.by(MARKET).lock(ALICE, 10).unwrap();
    let events = org.events(|org| org.by(MARKET).spend(ALICE, 15).unwrap());
    assert_eq!(events, [burnt(ALICE, 15)]);
    assert_eq!(org.by(MARKET).spend(ALICE, 6), Err(Error::InsufficientReputation));
    assert_eq!(org.by(STRANGER).spend(ALICE, 1), Err(Error::MissingRole));
    org.by(MARKET).freeze(ALICE).unwrap();
    assert_eq!(org.by(MARKET).spend(ALICE, 1), Err(Error::Frozen));
    let left = Profile { balance: 15, locked: 10, earned: 30, spent: 15, frozen: true, ..Profile::default() };
    assert_eq!(org.alice(), left);
    assert_eq!(org.token.total_supply(), 15);
}

#[ink::test]
fn anyone_burns_their_own_available_reputation() {
    let mut org = Org::with_alice(30);
    org.by(MARKET).lock(ALICE, 10).unwrap();
    let events = org.events(|org| {
        org.by(ALICE).burn(0).unwrap();
        org.by(ALICE).burn(20).unwrap();
    });
    assert_eq!(events, [burnt(ALICE, 20)]);
    assert_eq!(org.by(ALICE).burn(1), Err(Error::InsufficientReputation));
    assert_eq!(org.by(STRANGER).burn(1), Err(Error::InsufficientReputation));
    org.by(MARKET).freeze(ALICE).unwrap();
    assert_eq!(org.by(ALICE).burn(1), Err(Error::Frozen));
    assert_eq!(org.alice().spent, 20);
}

// Rest.

#[ink::test]
fn a_frozen_account_has_nothing_available_until_it_comes_back() {
    let mut org = Org::with_alice(30);
    let changed = |frozen| log(FrozenChanged { who: ALICE, frozen });
    assert_eq!(org.by(STRANGER).freeze(ALICE), Err(Error::MissingRole));
    assert_eq!(org.by(MARKET).unfreeze(ALICE), Err(Error::NotFrozen));
    let events = org.events(|org| org.by(MARKET).freeze(ALICE).unwrap());
    assert_eq!(events, [changed(true)]);
    assert_eq!(org.alice(), Profile { balance: 30, earned: 30, frozen: true, ..Profile::default() });
    assert_eq!(org.by(MARKET).freeze(ALICE), Err(Error::Frozen));
    assert_eq!(org.by(STRANGER).unfreeze(ALICE), Err(Error::MissingRole));
    let events = org.events(|org| org.by(MARKET).unfreeze(ALICE).unwrap());
    assert_eq!(events, [changed(false)]);
    assert_eq!(org.alice().available, 30);
}

#[ink::test]
fn open_places_keep_an_account_from_freezing_until_their_own_holder_frees_them() {
    let mut org = Org::new();
    org.by(MARKET).apply(vec![Effect::Hold { who: ALICE, places: 2 }]).unwrap();
    org.by(GUILD).apply(vec![Effect::Hold { who: ALICE, places: 1 }]).unwrap();
    assert_eq!(org.alice().holds, 3);
    assert_eq!(org.by(MARKET).freeze(ALICE), Err(Error::Held));
    org.by(GUILD).apply(vec![Effect::Free { who: ALICE, places: 9 }]).unwrap();
    assert_eq!(org.alice().holds, 2);
    assert_eq!(org.by(MARKET).freeze(ALICE), Err(Error::Held));
    org.by(MARKET).apply(vec![Effect::Free { who: ALICE, places: 2 }]).unwrap();
    assert_eq!(org.by(MARKET).freeze(ALICE), Ok(()));
    assert_eq!(org.by(MARKET).apply(vec![Effect::Hold { who: ALICE, places: 1 }]), Err(Error::Frozen));
}

#[ink::test]
fn more_places_than_can_be_counted_are_refused() {
    let mut org = Org::new();
    org.by(MARKET).apply(vec![Effect::Hold { who: ALICE, places: u32::MAX }]).unwrap();
    assert_eq!(org.by(GUILD).apply(vec![Effect::Hold { who: ALICE, places: 1 }]), Err(Error::Overflow));
}

// Several effects in one call.

#[ink::test]
fn several_effects_in_one_call_do_what_they_do_one_by_one() {
    let mut org = Org::with_alice(200);
    let events = org.events(|org| {
        let moved = org.by(MARKET).apply(vec![
            Effect::Require { who: ALICE, available: 200, tier: 2 },
            Effect::Lock { who: ALICE, amount: 50 },
            Effect::Hold { who: ALICE, places: 1 },
            Effect::Spend { who: ALICE, amount: 30 },
            Effect::Slash { who: ALICE, amount: 20 },
            Effect::SlashShare { who: ALICE, ppm: 250_000 },
            Effect::Unlock { who: ALICE, amount: 100 },
            Effect::Free { who: ALICE, places: 1 },
            Effect::Owe { to: BOB, amount: 7, reason: MintReason::Keeper },
            Effect::Freeze { who: ALICE },
            Effect::Unfreeze { who: ALICE },
        ]);
        assert_eq!(moved, Ok(vec![20, 30, 30]), "slashed twice, and unlocked");
    });
    let slashed = |amount| log(Slashed { who: ALICE, slasher: MARKET, amount });
    assert_eq!(
        events,
        [
            log(Locked { who: ALICE, locker: MARKET, amount: 50 }),
            burnt(ALICE, 30),
            slashed(20),
            burnt(ALICE, 20),
            slashed(30),
            burnt(ALICE, 30),
            log(Unlocked { who: ALICE, locker: MARKET, amount: 30 }),
            log(Owed { to: BOB, minter: MARKET, amount: 7, reason: MintReason::Keeper }),
            log(FrozenChanged { who: ALICE, frozen: true }),
            log(FrozenChanged { who: ALICE, frozen: false }),
        ]
    );
    let left = Profile { balance: 120, available: 120, earned: 200, spent: 30, slashed: 50, ..Profile::default() };
    assert_eq!(org.alice(), left);
    assert_eq!(org.token.profile(BOB).owed, 7);
    assert_eq!(org.token.total_supply(), 120);
}

#[ink::test]
fn anyone_may_require_and_each_refusal_has_its_name() {
    let mut org = Org::with_alice(50);
    let mut require = |who, available, tier| org.by(STRANGER).apply(vec![Effect::Require { who, available, tier }]);
    assert_eq!(require(ALICE, 50, 1), Ok(vec![]));
    assert_eq!(require(ALICE, 51, 1), Err(Error::InsufficientReputation));
    assert_eq!(require(ALICE, 0, 2), Err(Error::InsufficientTier));
    assert_eq!(require(BOB, 0, 0), Ok(vec![]));
    org.by(MARKET).freeze(BOB).unwrap();
    let frozen = org.by(STRANGER).apply(vec![Effect::Require { who: BOB, available: 0, tier: 0 }]);
    assert_eq!(frozen, Err(Error::Frozen));
}

#[ink::test]
fn a_share_is_rounded_down_and_taken_from_what_is_not_locked_even_while_frozen() {
    let mut org = Org::with_alice(109);
    org.by(GUILD).lock(ALICE, 10).unwrap();
    org.by(GUILD).freeze(ALICE).unwrap();
    let mut slash = |ppm| org.by(MARKET).apply(vec![Effect::SlashShare { who: ALICE, ppm }]);
    assert_eq!(slash(500_000), Ok(vec![49]));
    assert_eq!(slash(u32::MAX), Ok(vec![50]));
    assert_eq!(slash(1_000_000), Ok(vec![0]));
    assert_eq!((org.alice().balance, org.alice().locked), (10, 10));
}

#[ink::test]
fn at_most_240_effects_travel_in_one_call() {
    let mut org = Org::with_alice(300);
    let spend = Effect::Spend { who: ALICE, amount: 1 };
    assert_eq!(org.by(MARKET).apply(vec![spend.clone(); MAX_EFFECTS + 1]), Err(Error::TooManyEffects));
    assert_eq!(org.by(MARKET).apply(vec![spend; MAX_EFFECTS]), Ok(vec![]), "what is spent is what was asked for");
    assert_eq!((MAX_EFFECTS, org.alice().balance), (240, 60));
    let slash = Effect::Slash { who: ALICE, amount: 1 };
    let moved = org.by(MARKET).apply(vec![slash; MAX_EFFECTS]);
    assert_eq!(moved, Ok([vec![1; 60], vec![0; 180]].concat()));
}

#[ink::test]
fn one_missing_role_or_refusal_undoes_every_effect() {
    let mut org = Org::with_alice(100);
    org.by(MANAGER).revoke_role(roles::SPENDER, Some(GUILD)).unwrap();
    let lock = Effect::Lock { who: ALICE, amount: 10 };
    let spend = |amount| Effect::Spend { who: ALICE, amount };
    let before = org.alice();
    assert_eq!(org.by(GUILD).apply(vec![lock.clone(), spend(1)]), Err(Error::MissingRole));
    assert_eq!(org.by(MARKET).apply(vec![lock, spend(91)]), Err(Error::InsufficientReputation));
    assert_eq!(org.alice(), before);
    assert_eq!(org.by(MARKET).unlock(ALICE, 10), Ok(0));
}

#[ink::test]
fn every_effect_needs_its_own_role() {
    let mut org = Org::with_alice(100);
    let of = |role| match role {
        roles::MINTER => vec![Effect::Owe { to: ALICE, amount: 1, reason: MintReason::Review }],
        roles::LOCKER => vec![
            Effect::Lock { who: ALICE, amount: 1 },
            Effect::Unlock { who: ALICE, amount: 1 },
            Effect::Hold { who: ALICE, places: 1 },
            Effect::Free { who: ALICE, places: 1 },
        ],
        roles::SLASHER => {
            vec![Effect::Slash { who: ALICE, amount: 1 }, Effect::SlashShare { who: ALICE, ppm: 1 }]
        }
        roles::SPENDER => vec![Effect::Spend { who: ALICE, amount: 1 }],
        _ => vec![Effect::Freeze { who: ALICE }, Effect::Unfreeze { who: ALICE }],
    };
    let all = [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER];
    for granted in all {
        org.by(MANAGER).grant_role(granted, Some(STRANGER)).unwrap();
        for role in all {
            for effect in of(role) {
                let allowed = org.by(STRANGER).apply(vec![effect]).is_ok();
                assert_eq!(allowed, role == granted);
            }
        }
        org.by(MANAGER).revoke_role(granted, Some(STRANGER)).unwrap();
    }
}

#[ink::test]
fn a_call_reads_and_writes_each_cell_once_however_many_effects_touch_it() {
    let mut org = Org::with_alice(100);
    org.by(MARKET).lock(ALICE, 50).unwrap();
    let ban = vec![
        Effect::Slash { who: ALICE, amount: 50 },
        Effect::SlashShare { who: ALICE, ppm: 500_000 },
        Effect::Owe { to: BOB, amount: 25, reason: MintReason::Keeper },
    ];
    // Read: two roles, two accounts, one pledge, the total. Written: two accounts, the pledge, the total.
    let touched = org.touched(|org| assert_eq!(org.by(MARKET).apply(ban), Ok(vec![50, 25])));
    assert_eq!(touched, (6, 4));
    let unlock = vec![Effect::Unlock { who: ALICE, amount: 1 }, Effect::Require { who: ALICE, available: 1, tier: 0 }];
    let touched = org.touched(|org| assert_eq!(org.by(MARKET).apply(unlock), Ok(vec![0])));
    assert_eq!(touched, (3, 0));
}

#[ink::test]
fn an_effect_that_changes_nothing_writes_nothing_and_is_no_event() {
    let mut org = Org::with_alice(40);
    org.by(MARKET).lock(ALICE, 40).unwrap();
    let who = ALICE;
    let nothing = [
        Effect::Require { who, available: 0, tier: 0 },
        Effect::Hold { who, places: 0 },
        Effect::Free { who, places: 3 },
        Effect::Owe { to: who, amount: 0, reason: MintReason::Review },
        Effect::Lock { who, amount: 0 },
        Effect::Unlock { who, amount: 0 },
        Effect::Slash { who, amount: 0 },
        Effect::SlashShare { who, ppm: 1_000_000 },
        Effect::Spend { who, amount: 0 },
    ];
    for effect in nothing {
        let says = matches!(effect, Effect::Unlock { .. } | Effect::Slash { .. } | Effect::SlashShare { .. });
        let answer = if says { vec![0] } else { vec![] };
        let events = org.events(|org| {
            let (_, written) = org.touched(|org| assert_eq!(org.by(MARKET).apply(vec![effect.clone()]), Ok(answer)));
            assert_eq!(written, 0, "{effect:?}");
        });
        assert_eq!(events, [], "{effect:?}");
    }
}

#[ink::test]
fn a_claim_writes_only_the_caps_it_draws_on() {
    let mut org = Org::new();
    org.by(MANAGER).set_mint_cap(GUILD, 0).unwrap();
    for minter in [MARKET, GUILD] {
        org.by(minter).owe(ALICE, 5, MintReason::Review).unwrap();
    }
    // The account, the total supply, and the cap of the one that has room.
    let (_, written) = org.touched(|org| assert_eq!(org.by(STRANGER).claim_reputation(ALICE), Ok(5)));
    assert_eq!(written, 3);
}

// What wallets see.

#[ink::test]
fn wallets_see_a_token_without_decimals() {
    let org = Org::unstaffed();
    assert_eq!(org.token.token_name(), Some("Guild".into()));
    assert_eq!(org.token.token_symbol(), Some("GLD".into()));
    assert_eq!(org.token.token_decimals(), 0);
    assert_eq!((org.token.total_supply(), org.token.balance_of(ALICE)), (0, 0));
}

#[ink::test]
fn reputation_is_never_transferred_nor_approved() {
    let mut org = Org::with_alice(30);
    let soulbound = || Err(PSP22Error::Custom("Soulbound".into()));
    assert!(org.token.soulbound());
    let events = org.events(|org| {
        for amount in [0, 30] {
            assert_eq!(org.by(ALICE).transfer(BOB, amount, vec![]), soulbound());
            assert_eq!(org.by(ALICE).transfer_from(ALICE, BOB, amount, vec![]), soulbound());
            assert_eq!(org.by(ALICE).approve(BOB, amount), soulbound());
            assert_eq!(org.by(ALICE).increase_allowance(BOB, amount), soulbound());
            assert_eq!(org.by(ALICE).decrease_allowance(BOB, amount), soulbound());
        }
    });
    assert_eq!(events, []);
    assert_eq!(org.token.allowance(ALICE, BOB), 0);
    assert_eq!((org.token.balance_of(ALICE), org.token.balance_of(BOB)), (30, 0));
}

/// The message that the contract answers to this selector.
fn message<const SELECTOR: u32>() -> (&'static str, u32)
where
    Reputation: DispatchableMessageInfo<SELECTOR>,
{
    let label = <Reputation as DispatchableMessageInfo<SELECTOR>>::LABEL;
    (label, u32::from_be_bytes(<Reputation as DispatchableMessageInfo<SELECTOR>>::SELECTOR))
}

#[test]
fn the_token_answers_to_the_selectors_of_the_psp22_standard() {
    assert_eq!(message::<0x162df8c2>(), ("PSP22::total_supply", 0x162df8c2));
    assert_eq!(message::<0x6568382f>(), ("PSP22::balance_of", 0x6568382f));
    assert_eq!(message::<0x4d47d921>(), ("PSP22::allowance", 0x4d47d921));
    assert_eq!(message::<0xdb20f9f5>(), ("PSP22::transfer", 0xdb20f9f5));
    assert_eq!(message::<0x54b3c76e>(), ("PSP22::transfer_from", 0x54b3c76e));
    assert_eq!(message::<0xb20f1bbd>(), ("PSP22::approve", 0xb20f1bbd));
    assert_eq!(message::<0x96d6b57a>(), ("PSP22::increase_allowance", 0x96d6b57a));
    assert_eq!(message::<0xfecb57d5>(), ("PSP22::decrease_allowance", 0xfecb57d5));
    assert_eq!(message::<0x3d261bd4>(), ("PSP22Metadata::token_name", 0x3d261bd4));
    assert_eq!(message::<0x34205be5>(), ("PSP22Metadata::token_symbol", 0x34205be5));
    assert_eq!(message::<0x7271b782>(), ("PSP22Metadata::token_decimals", 0x7271b782));
}

#[test]
fn mints_and_burns_are_the_transfer_event_of_the_psp22_standard() {
    let mut standard = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(
        b"Transfer(Option<AccountId>,Option<AccountId>,u128)",
        &mut standard,
    );
    assert_eq!(Transfer::SIGNATURE_TOPIC, Some(standard));
}
