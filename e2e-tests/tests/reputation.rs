//! Reputation, message by message: what each does, what it tells, every reason for which it refuses, and every role.

use chain::{
    account, build, constructor, days, hours, minutes, Chain, Outcome, ReputationCalls, RoleCalls, TokenCalls, GENESIS,
    UNIT,
};
use e2e_tests::People;
use ink::{
    env::{
        call::{build_call, ExecutionInput, Selector},
        DefaultEnvironment,
    },
    primitives::{AccountId, LangError},
};
use interfaces::{
    reputation::{
        Effect, Error, FrozenChanged, Locked, MintCap, MintCapSet, MintReason, MinterProposed, Owed, Profile,
        SealedForGood, Slashed, Transfer, Unlocked, MAX_CREDITORS, MAX_EFFECTS, MAX_ENDOWED, MAX_TIERS,
    },
    roles, Balance, Reputation as _, Timestamp,
};
use pendzl::contracts::{
    access_control::{AccessControl as _, AccessControlError, RoleGranted, RoleRevoked, RoleType},
    psp22::{PSP22Error, PSP22 as _},
};
use scale::{Decode, Encode};

const MANAGER: &str = "manager";
/// Who has which role: one each, none of them a contract.
const STAFF: [(&str, RoleType); 5] = [
    ("minter", roles::MINTER),
    ("locker", roles::LOCKER),
    ("slasher", roles::SLASHER),
    ("spender", roles::SPENDER),
    ("freezer", roles::FREEZER),
];
const STRANGER: &str = "stan";
/// What Ana is endowed with.
const ENDOWMENT: Balance = 1_000;
const TIERS: [Balance; 3] = [100, 500, 2_000];
const EPOCH: Timestamp = days(1);
const NOTICE: Timestamp = days(7);
/// What the minter may mint in an epoch.
const CAP: Balance = 100;
/// The epoch in which the chain starts, counted in days from the Unix epoch.
const FIRST_EPOCH: u64 = GENESIS / EPOCH;

fn deploy(chain: &Chain, tiers: &[Balance], epoch: Timestamp, notice: Timestamp) -> Outcome<AccountId> {
    let new = constructor("new")
        .push_arg(Some("Atomic Reputation"))
        .push_arg(Some("ATOM-REP"))
        .push_arg(tiers)
        .push_arg(epoch)
        .push_arg(notice);
    let manager = account(MANAGER);
    if chain.total_balance(&manager) == 0 {
        chain.fund(&manager, 1_000 * UNIT);
    }
    chain.deploy(&build::contracts().expect("the contracts build").reputation, new, &manager, 0)
}

/// A reputation contract alone, with its staff.
struct Org {
    chain: Chain,
    token: AccountId,
}

impl People for Org {
    fn chain(&self) -> &Chain {
        &self.chain
    }
}

impl Org {
    /// Not sealed yet. Ana is endowed.
    fn founding() -> Self {
        let chain = Chain::new();
        let token = deploy(&chain, &TIERS, EPOCH, NOTICE).returned();
        let org = Self { chain, token };
        for (name, role) in STAFF {
            org.grant(name, role).ok();
        }
        org.send(MANAGER, org.calls().set_mint_cap(account("minter"), CAP)).ok();
        org.send(MANAGER, org.calls().endow(vec![(account("ana"), ENDOWMENT)])).ok();
        org
    }

    fn sealed() -> Self {
        let org = Self::founding();
        org.send(MANAGER, org.calls().seal()).ok();
        org
    }

    fn calls(&self) -> ReputationCalls {
        self.token.into()
    }

    fn psp22(&self) -> TokenCalls {
        self.token.into()
    }

    fn roles(&self) -> RoleCalls {
        self.token.into()
    }

    fn grant(&self, name: &str, role: RoleType) -> Outcome<Result<(), AccessControlError>> {
        self.send(MANAGER, self.roles().grant_role(role, Some(account(name))))
    }

    fn revoke(&self, name: &str, role: RoleType) {
        self.send(MANAGER, self.roles().revoke_role(role, Some(account(name)))).ok();
    }

    /// The minter owes `name` this much for a review.
    fn owe(&self, name: &str, amount: Balance) {
        self.send("minter", self.calls().owe(account(name), amount, MintReason::Review)).ok();
    }

    fn lock(&self, locker: &str, name: &str, amount: Balance) {
        self.send(locker, self.calls().lock(account(name), amount)).ok();
    }

    fn freeze(&self, name: &str) {
        self.send("freezer", self.calls().freeze(account(name))).ok();
    }

    fn apply(&self, name: &str, effects: Vec<Effect>) -> Outcome<Result<Vec<Balance>, Error>> {
        self.send(name, self.calls().apply(effects))
    }

    fn profile(&self, name: &str) -> Profile {
        self.chain.read(self.calls().profile(account(name)))
    }

    fn tier(&self, name: &str) -> u8 {
        self.chain.read(self.calls().tier(account(name)))
    }

    fn mint_cap(&self, name: &str) -> MintCap {
        self.chain.read(self.calls().mint_cap(account(name)))
    }

    fn total_supply(&self) -> Balance {
        self.chain.read(self.psp22().total_supply())
    }

    /// Sends a message as a wallet does that knows nothing but the standard: by its selector.
    fn by_selector<T: Decode>(&self, name: &str, selector: u32, arguments: impl Encode) -> Outcome<T> {
        let input = ExecutionInput::new(Selector::new(selector.to_be_bytes())).push_arg(arguments);
        self.send(name, build_call::<DefaultEnvironment>().call(self.token).exec_input(input).returns())
    }
}

fn minted(to: &str, value: Balance) -> Transfer {
    Transfer { from: None, to: Some(account(to)), value }
}

fn burnt(from: &str, value: Balance) -> Transfer {
    Transfer { from: Some(account(from)), to: None, value }
}

// Founding

#[test]
fn who_deploys_is_the_manager_and_the_event_names_it() {
    let chain = Chain::new();
    let deployed = deploy(&chain, &TIERS, EPOCH, NOTICE);
    let granted = deployed.events::<RoleGranted>();
    assert_eq!(granted.len(), 1);
    let manager = Some(account(MANAGER));
    assert_eq!((granted[0].role, granted[0].grantee, granted[0].grantor), (roles::MANAGER, manager, manager));
    let token = deployed.returned();
    let holds = |who| chain.read(RoleCalls::from(token).has_role(roles::MANAGER, who));
    assert!(holds(manager) && !holds(Some(account(STRANGER))) && !holds(None));
}

#[test]
fn tiers_that_do_not_rise_and_periods_that_are_too_short_are_refused() {
    let chain = Chain::new();
    let rising = |count: usize| (1..=count as Balance).collect::<Vec<_>>();
    let refusal = |tiers: &[Balance], epoch, notice| {
        let trap = deploy(&chain, tiers, epoch, notice).trap();
        let refused = |error| Ok::<_, LangError>(Err::<(), Error>(error)).encode();
        [Error::InvalidTiers, Error::InvalidPeriod]
            .into_iter()
            .find(|error| trap.error.ends_with(&format!("{:?}", refused(*error))))
            .unwrap_or_else(|| panic!("another reason: {trap}"))
    };
    assert_eq!(refusal(&[0], EPOCH, NOTICE), Error::InvalidTiers);
    assert_eq!(refusal(&[5, 5], EPOCH, NOTICE), Error::InvalidTiers);
    assert_eq!(refusal(&[5, 9, 7], EPOCH, NOTICE), Error::InvalidTiers);
    assert_eq!(refusal(&rising(MAX_TIERS + 1), EPOCH, NOTICE), Error::InvalidTiers);
    assert_eq!(refusal(&TIERS, minutes(1) - 1, NOTICE), Error::InvalidPeriod);
    assert_eq!(refusal(&TIERS, EPOCH, days(1) - 1), Error::InvalidPeriod);
    for tiers in [rising(MAX_TIERS), vec![]] {
        let token = deploy(&chain, &tiers, minutes(1), days(1)).returned();
        assert_eq!(chain.read(ReputationCalls::from(token).tiers()), tiers);
    }
}

#[test]
fn the_manager_endows_the_founding_workforce_until_it_is_sealed_for_good() {
    let org = Org::founding();
    let endow = |endowments: &[(&str, Balance)]| {
        org.calls().endow(endowments.iter().map(|(name, amount)| (account(name), *amount)).collect())
    };
    assert_eq!(org.refused(STRANGER, endow(&[("ben", 1)])), Error::MissingRole);
    let endowed = org.send(MANAGER, endow(&[("ben", 30), ("cleo", 0), ("ben", 12)]));
    assert_eq!(endowed.events::<Transfer>(), [minted("ben", 30), minted("ben", 12)]);
    endowed.ok();
    let ben = Profile { balance: 42, available: 42, earned: 42, ..Profile::default() };
    assert_eq!((org.profile("ben"), org.profile("cleo")), (ben, Profile::default()));
    assert_eq!(org.total_supply(), ENDOWMENT + 42);

    let crowd = |size: usize| {
        let member = |number: usize| (account(&format!("member {number}")), 1);
        org.calls().endow((0..size).map(member).collect())
    };
    assert_eq!(org.refused(MANAGER, crowd(MAX_ENDOWED + 1)), Error::TooManyEndowed);
    org.send(MANAGER, crowd(MAX_ENDOWED)).ok();
    assert_eq!(org.total_supply(), ENDOWMENT + 42 + 256);
    assert_eq!(org.profile("member 255").balance, 1);

    assert!(!org.chain.read(org.calls().sealed()));
    assert_eq!(org.refused(STRANGER, org.calls().seal()), Error::MissingRole);
    let sealed = org.send(MANAGER, org.calls().seal());
    assert_eq!(sealed.events::<SealedForGood>(), [SealedForGood { total_supply: ENDOWMENT + 298 }]);
    sealed.ok();
    assert!(org.chain.read(org.calls().sealed()));
    assert_eq!(org.refused(MANAGER, org.calls().seal()), Error::Sealed);
    assert_eq!(org.refused(MANAGER, endow(&[("ben", 1)])), Error::Sealed);
}

#[test]
fn no_total_is_ever_more_than_a_balance_holds() {
    let org = Org::founding();
    let all = Balance::MAX;
    let (ana, ben) = (account("ana"), account("ben"));
    assert_eq!(org.refused(MANAGER, org.calls().endow(vec![(ana, all)])), Error::Overflow);
    assert_eq!(org.refused(MANAGER, org.calls().endow(vec![(ben, all)])), Error::Overflow, "of the total supply");
    let last = vec![(ben, all - ENDOWMENT)];
    org.send(MANAGER, org.calls().endow(last)).ok();
    assert_eq!(org.total_supply(), all);

    let owe = |amount| org.calls().owe(ana, amount, MintReason::Review);
    org.send("minter", owe(all)).ok();
    assert_eq!(org.refused("minter", owe(1)), Error::Overflow);
    org.send(MANAGER, org.calls().set_mint_cap(account("minter"), all)).ok();
    assert_eq!(org.refused(STRANGER, org.calls().claim_reputation(ana)), Error::Overflow);

    let hold = |places| org.calls().apply(vec![Effect::Hold { who: ana, places }]);
    org.send("locker", hold(u32::MAX)).ok();
    assert_eq!(org.refused("locker", hold(1)), Error::Overflow);
}

// What a wallet sees

#[test]
fn a_wallet_that_knows_only_the_standard_sees_balances_that_nothing_moves() {
    let org = Org::sealed();
    let (ana, ben) = (account("ana"), account("ben"));
    assert_eq!(org.by_selector::<Option<String>>(STRANGER, 0x3d261bd4, ()).returned().unwrap(), "Atomic Reputation");
    assert_eq!(org.by_selector::<Option<String>>(STRANGER, 0x34205be5, ()).returned().unwrap(), "ATOM-REP");
    assert_eq!(org.by_selector::<u8>(STRANGER, 0x7271b782, ()).returned(), 0);
    assert_eq!(org.by_selector::<Balance>(STRANGER, 0x162df8c2, ()).returned(), ENDOWMENT);
    assert_eq!(org.by_selector::<Balance>(STRANGER, 0x6568382f, ana).returned(), ENDOWMENT);
    assert_eq!(org.by_selector::<Balance>(STRANGER, 0x6568382f, ben).returned(), 0);
    assert_eq!(org.by_selector::<Balance>(STRANGER, 0x4d47d921, (ana, ben)).returned(), 0);
    assert!(org.chain.read(org.calls().soulbound()));

    let no_data = Vec::<u8>::new;
    org.who("ana");
    org.who("ben");
    for amount in [0, 1, ENDOWMENT, ENDOWMENT + 1] {
        let transfer = (ben, amount, no_data());
        let transfer_from = (ana, ben, amount, no_data());
        let before = org.chain.state_hash();
        for outcome in [
            org.by_selector::<Result<(), PSP22Error>>("ana", 0xdb20f9f5, transfer),
            org.by_selector("ben", 0x54b3c76e, &transfer_from),
            org.by_selector("ana", 0x54b3c76e, &transfer_from),
            org.by_selector("ana", 0xb20f1bbd, (ben, amount)),
            org.by_selector("ana", 0x96d6b57a, (ben, amount)),
            org.by_selector("ana", 0xfecb57d5, (ben, amount)),
        ] {
            assert_eq!(outcome.err(), PSP22Error::Custom("Soulbound".into()));
        }
        assert_eq!(org.chain.state_hash(), before);
    }
}

#[test]
fn a_balance_includes_what_is_locked_and_what_is_frozen() {
    let org = Org::sealed();
    org.lock("locker", "ana", 300);
    org.freeze("ana");
    assert_eq!(org.chain.read(org.psp22().balance_of(account("ana"))), ENDOWMENT);
    assert_eq!(org.total_supply(), ENDOWMENT);
}

#[test]
fn the_tier_follows_what_is_available() {
    let org = Org::founding();
    assert_eq!(org.chain.read(org.calls().tiers()), TIERS);
    for (amount, tier) in [(99, 0), (1, 1), (399, 1), (1, 2), (1_499, 2), (1, 3), (10_000, 3)] {
        org.send(MANAGER, org.calls().endow(vec![(account("ben"), amount)])).ok();
        assert_eq!(org.tier("ben"), tier, "with {}", org.profile("ben").balance);
    }
    assert_eq!((org.tier("ana"), org.tier("nobody")), (2, 0));
    org.lock("locker", "ana", 501);
    assert_eq!(org.tier("ana"), 1, "a bond is not available");
    org.freeze("ana");
    assert_eq!(org.tier("ana"), 0, "nor is anything of who rests");
}

// Earning

#[test]
fn what_a_minter_owes_is_minted_for_anyones_claim() {
    let org = Org::sealed();
    for (amount, reason) in [(10, MintReason::Delivery), (20, MintReason::Review), (30, MintReason::Keeper)] {
        let owed = org.send("minter", org.calls().owe(account("ben"), amount, reason));
        let told = Owed { to: account("ben"), minter: account("minter"), amount, reason };
        assert_eq!(owed.events::<Owed>(), [told]);
        assert_eq!(owed.events::<Transfer>(), [], "nothing is minted yet");
        owed.ok();
    }
    assert_eq!(org.profile("ben"), Profile { owed: 60, ..Profile::default() });
    assert_eq!(org.total_supply(), ENDOWMENT);

    let claimed = org.send(STRANGER, org.calls().claim_reputation(account("ben")));
    assert_eq!(claimed.events::<Transfer>(), [minted("ben", 60)]);
    assert_eq!(claimed.ok(), 60);
    assert_eq!(org.profile("ben"), Profile { balance: 60, available: 60, earned: 60, ..Profile::default() });
    assert_eq!(org.total_supply(), ENDOWMENT + 60);
    assert_eq!(org.refused("ben", org.calls().claim_reputation(account("ben"))), Error::NothingOwed);
    assert_eq!(org.refused("ben", org.calls().claim_reputation(account("nobody"))), Error::NothingOwed);
}

#[test]
fn owing_nothing_is_accepted_and_leaves_nothing_behind() {
    let org = Org::sealed();
    org.who("minter");
    let before = org.chain.state_hash();
    let nothing = org.send("minter", org.calls().owe(account("ben"), 0, MintReason::Review));
    assert!(nothing.emitted.is_empty());
    nothing.ok();
    assert_eq!(org.chain.state_hash(), before);
}

#[test]
fn what_is_over_the_mint_cap_waits_for_the_next_epochs() {
    let org = Org::sealed();
    org.owe("ben", 250);
    let claim = || org.calls().claim_reputation(account("ben"));
    let cap = |epoch, minted| MintCap { cap: CAP, epoch: FIRST_EPOCH + epoch, minted };
    assert_eq!(org.mint_cap("minter"), cap(0, 0));
    assert_eq!(org.send(STRANGER, claim()).ok(), 100);
    assert_eq!(org.mint_cap("minter"), cap(0, 100));
    assert_eq!(org.refused(STRANGER, claim()), Error::MintCapReached);
    org.chain.pass(EPOCH - 1);
    assert_eq!(org.refused(STRANGER, claim()), Error::MintCapReached);

    org.chain.pass(1);
    assert_eq!(org.mint_cap("minter"), cap(1, 0));
    org.owe("cleo", 30);
    assert_eq!(org.send(STRANGER, org.calls().claim_reputation(account("cleo"))).ok(), 30);
    assert_eq!(org.send(STRANGER, claim()).ok(), 70, "one cap for all whom the minter owes");
    assert_eq!((org.profile("ben").balance, org.profile("ben").owed), (170, 80));

    // What no epoch used is not saved up.
    org.chain.pass(9 * EPOCH);
    assert_eq!(org.send(STRANGER, claim()).ok(), 80);
    assert_eq!(org.mint_cap("minter"), cap(10, 80));
}

#[test]
fn the_manager_sets_mint_caps_and_what_was_minted_in_the_epoch_counts() {
    let org = Org::sealed();
    let set = |cap| org.calls().set_mint_cap(account("minter"), cap);
    let claim = || org.calls().claim_reputation(account("ben"));
    assert_eq!(org.refused("minter", set(1_000)), Error::MissingRole);
    org.owe("ben", 250);
    org.send(STRANGER, claim()).ok();
    let raised = org.send(MANAGER, set(130));
    assert_eq!(raised.events::<MintCapSet>(), [MintCapSet { minter: account("minter"), cap: 130 }]);
    raised.ok();
    assert_eq!(org.mint_cap("minter"), MintCap { cap: 130, epoch: FIRST_EPOCH, minted: 100 });
    assert_eq!(org.send(STRANGER, claim()).ok(), 30);
    org.send(MANAGER, set(0)).ok();
    org.chain.pass(EPOCH);
    assert_eq!(org.refused(STRANGER, claim()), Error::MintCapReached);
    assert_eq!(org.profile("ben").owed, 120, "it waits, however long");
}

#[test]
fn each_minter_has_its_own_cap_and_a_revoked_ones_debts_stay() {
    let org = Org::founding();
    org.grant("other minter", roles::MINTER).ok();
    org.owe("ben", 150);
    let owe = || org.calls().owe(account("ben"), 70, MintReason::Delivery);
    org.send("other minter", owe()).ok();
    assert_eq!(org.profile("ben").owed, 220);
    let claim = || org.send(STRANGER, org.calls().claim_reputation(account("ben")));
    assert_eq!(claim().ok(), 100, "the other has no cap yet");
    org.send(MANAGER, org.calls().set_mint_cap(account("other minter"), 60)).ok();
    org.revoke("other minter", roles::MINTER);
    assert_eq!(org.refused("other minter", owe()), Error::MissingRole);
    assert_eq!(claim().ok(), 60);
    org.chain.pass(EPOCH);
    assert_eq!(claim().ok(), 50 + 10);
    assert_eq!(org.profile("ben").owed, 0);
}

#[test]
fn eight_minters_may_owe_one_account_and_a_further_one_must_wait() {
    let org = Org::founding();
    let names: Vec<_> = (0..MAX_CREDITORS).map(|number| format!("minter {number}")).collect();
    let owe = |amount| org.calls().owe(account("ben"), amount, MintReason::Review);
    for name in &names {
        org.grant(name, roles::MINTER).ok();
        org.send(name, owe(5)).ok();
    }
    assert_eq!(org.refused("minter", owe(1)), Error::TooManyCreditors);
    org.send("minter", owe(0)).ok();
    org.send(&names[7], owe(5)).ok();
    assert_eq!(org.profile("ben").owed, 45);
    org.send(MANAGER, org.calls().set_mint_cap(account(&names[3]), 5)).ok();
    assert_eq!(org.send(STRANGER, org.calls().claim_reputation(account("ben"))).ok(), 5);
    org.send("minter", owe(1)).ok();
}

#[test]
fn what_is_owed_to_a_frozen_account_is_kept_for_it() {
    let org = Org::sealed();
    org.freeze("ana");
    org.owe("ana", 40);
    let claim = || org.calls().claim_reputation(account("ana"));
    assert_eq!(org.refused("ana", claim()), Error::Frozen);
    org.send("freezer", org.calls().unfreeze(account("ana"))).ok();
    assert_eq!(org.send("ana", claim()).ok(), 40);
}

// Locks

#[test]
fn locks_are_kept_per_locker_and_opened_by_nobody_else() {
    let org = Org::founding();
    org.grant("other locker", roles::LOCKER).ok();
    let ana = account("ana");
    let locked = org.send("locker", org.calls().lock(ana, 300));
    assert_eq!(locked.events::<Locked>(), [Locked { who: ana, locker: account("locker"), amount: 300 }]);
    locked.ok();
    org.lock("other locker", "ana", 200);
    let profile = Profile { balance: 1_000, locked: 500, available: 500, earned: 1_000, ..Profile::default() };
    assert_eq!(org.profile("ana"), profile);
    assert_eq!(org.refused("locker", org.calls().lock(ana, 501)), Error::InsufficientReputation);
    assert_eq!(org.refused("locker", org.calls().lock(account("ben"), 1)), Error::InsufficientReputation);

    let unlocked = org.send("locker", org.calls().unlock(ana, 120));
    assert_eq!(unlocked.events::<Unlocked>(), [Unlocked { who: ana, locker: account("locker"), amount: 120 }]);
    assert_eq!(unlocked.ok(), 120);
    assert_eq!(org.send("locker", org.calls().unlock(ana, 1_000)).ok(), 180, "no more than it locked");
    assert_eq!((org.profile("ana").locked, org.profile("ana").available), (200, 800));
    let empty = org.send("locker", org.calls().unlock(ana, 1));
    assert!(empty.emitted.is_empty());
    assert_eq!(empty.ok(), 0, "it never fails");
    assert_eq!(org.total_supply(), ENDOWMENT);
}

#[test]
fn a_frozen_account_locks_nothing_but_can_be_unlocked() {
    let org = Org::sealed();
    org.lock("locker", "ana", 300);
    org.freeze("ana");
    assert_eq!(org.refused("locker", org.calls().lock(account("ana"), 1)), Error::Frozen);
    assert_eq!(org.send("locker", org.calls().unlock(account("ana"), 300)).ok(), 300);
    assert_eq!((org.profile("ana").locked, org.profile("ana").available), (0, 0));
}

// Burns

#[test]
fn a_slash_takes_the_slashers_own_lock_first_and_never_anothers() {
    let org = Org::founding();
    org.grant("slasher", roles::LOCKER).ok();
    let ana = account("ana");
    org.lock("locker", "ana", 300);
    org.lock("slasher", "ana", 100);
    let slash = |amount| org.send("slasher", org.calls().slash(ana, amount));

    let slashed = slash(150);
    assert_eq!(slashed.events::<Slashed>(), [Slashed { who: ana, slasher: account("slasher"), amount: 150 }]);
    assert_eq!(slashed.events::<Transfer>(), [burnt("ana", 150)]);
    assert_eq!(slashed.ok(), 150);
    let after =
        Profile { balance: 850, locked: 300, available: 550, earned: 1_000, slashed: 150, ..Profile::default() };
    assert_eq!(org.profile("ana"), after, "the lock of 100 and 50 of the rest");
    assert_eq!(org.total_supply(), 850);

    assert_eq!(slash(2_000).ok(), 550, "all but the other's lock");
    let empty = slash(1);
    assert!(empty.emitted.is_empty());
    assert_eq!(empty.ok(), 0);
    assert_eq!(org.send("locker", org.calls().unlock(ana, 300)).ok(), 300);
    assert_eq!((org.profile("ana").balance, org.total_supply()), (300, 300));
}

#[test]
fn a_slash_reaches_a_frozen_account() {
    let org = Org::sealed();
    org.freeze("ana");
    assert_eq!(org.send("slasher", org.calls().slash(account("ana"), 250)).ok(), 250);
    let ana = org.profile("ana");
    assert_eq!((ana.balance, ana.slashed, ana.available, ana.frozen), (750, 250, 0, true));
}

#[test]
fn a_share_is_slashed_of_what_is_not_locked_rounded_down() {
    let org = Org::sealed();
    org.lock("locker", "ana", 1);
    let share = |ppm| Effect::SlashShare { who: account("ana"), ppm };
    let half = org.apply("slasher", vec![share(500_000)]);
    assert_eq!(half.events::<Slashed>()[0].amount, 499);
    assert_eq!(half.ok(), [499], "half of 999");
    org.freeze("ana");
    assert_eq!(org.apply("slasher", vec![share(100_000), share(1_000_000), share(1_000_000)]).ok(), [50, 450, 0]);
    assert_eq!((org.profile("ana").balance, org.profile("ana").slashed), (1, 999));
}

#[test]
fn a_spender_and_the_owner_burn_what_is_available() {
    let org = Org::sealed();
    org.lock("locker", "ana", 300);
    let spent = org.send("spender", org.calls().spend(account("ana"), 200));
    assert_eq!(spent.events::<Transfer>(), [burnt("ana", 200)]);
    assert!(spent.events::<Slashed>().is_empty(), "a price is no penalty");
    spent.ok();
    let burning = org.send("ana", org.calls().burn(100));
    assert_eq!(burning.events::<Transfer>(), [burnt("ana", 100)]);
    burning.ok();
    let after = Profile { balance: 700, locked: 300, available: 400, earned: 1_000, spent: 300, ..Profile::default() };
    assert_eq!((org.profile("ana"), org.total_supply()), (after, 700));

    assert_eq!(org.refused("spender", org.calls().spend(account("ana"), 401)), Error::InsufficientReputation);
    assert_eq!(org.refused("ana", org.calls().burn(401)), Error::InsufficientReputation);
    assert_eq!(org.refused("ben", org.calls().burn(1)), Error::InsufficientReputation);
    let nothing = org.send("ben", org.calls().burn(0));
    assert!(nothing.emitted.is_empty());
    nothing.ok();
    org.freeze("ana");
    assert_eq!(org.refused("spender", org.calls().spend(account("ana"), 1)), Error::Frozen);
    assert_eq!(org.refused("ana", org.calls().burn(0)), Error::Frozen);
}

// Rests

#[test]
fn a_frozen_account_has_nothing_available_until_it_is_unfrozen() {
    let org = Org::sealed();
    let ana = account("ana");
    assert_eq!(org.refused("freezer", org.calls().unfreeze(ana)), Error::NotFrozen);
    let frozen = org.send("freezer", org.calls().freeze(ana));
    assert_eq!(frozen.events::<FrozenChanged>(), [FrozenChanged { who: ana, frozen: true }]);
    frozen.ok();
    let resting = Profile { balance: 1_000, earned: 1_000, frozen: true, ..Profile::default() };
    assert_eq!(org.profile("ana"), resting);
    assert_eq!(org.refused("freezer", org.calls().freeze(ana)), Error::Frozen);
    let back = org.send("freezer", org.calls().unfreeze(ana));
    assert_eq!(back.events::<FrozenChanged>(), [FrozenChanged { who: ana, frozen: false }]);
    back.ok();
    assert_eq!((org.profile("ana").available, org.profile("ana").frozen), (1_000, false));
}

#[test]
fn open_places_keep_an_account_from_freezing_until_their_holder_frees_them() {
    let org = Org::founding();
    org.grant("other locker", roles::LOCKER).ok();
    let ana = account("ana");
    let hold = |places| vec![Effect::Hold { who: ana, places }];
    let free = |places| vec![Effect::Free { who: ana, places }];
    let held = org.apply("locker", hold(2));
    assert!(held.emitted.is_empty());
    assert!(held.ok().is_empty(), "a place is no point");
    org.apply("other locker", hold(1)).ok();
    assert_eq!(org.profile("ana").holds, 3);
    assert_eq!(org.profile("ana").available, ENDOWMENT);
    assert_eq!(org.refused("freezer", org.calls().freeze(ana)), Error::Held);
    org.apply("locker", free(9)).ok();
    assert_eq!(org.profile("ana").holds, 1, "at most one's own");
    org.apply("locker", free(1)).ok();
    assert_eq!(org.refused("freezer", org.calls().freeze(ana)), Error::Held);
    org.apply("other locker", free(1)).ok();
    org.freeze("ana");
    assert_eq!(org.refused("locker", org.calls().apply(hold(1))), Error::Frozen);
    org.apply("locker", free(1)).ok();
}

// Several effects in one call

#[test]
fn effects_are_applied_in_order_and_those_that_may_move_less_than_asked_say_how_much_they_did() {
    let org = Org::founding();
    for (_, role) in STAFF {
        org.grant("hub", role).ok();
    }
    let (ana, ben, hub) = (account("ana"), account("ben"), account("hub"));
    let applied = org.apply(
        "hub",
        vec![
            Effect::Require { who: ana, available: 1_000, tier: 2 },
            Effect::Lock { who: ana, amount: 400 },
            Effect::Unlock { who: ana, amount: 150 },
            Effect::Slash { who: ana, amount: 270 },
            Effect::SlashShare { who: ana, ppm: 500_000 },
            Effect::Spend { who: ana, amount: 65 },
            Effect::Owe { to: ben, amount: 33, reason: MintReason::Delivery },
            Effect::Hold { who: ben, places: 1 },
            Effect::Free { who: ben, places: 1 },
            Effect::Freeze { who: ben },
            Effect::Unfreeze { who: ben },
        ],
    );
    assert_eq!(applied.events::<Locked>(), [Locked { who: ana, locker: hub, amount: 400 }]);
    assert_eq!(applied.events::<Unlocked>(), [Unlocked { who: ana, locker: hub, amount: 150 }]);
    let slashed = [270, 365].map(|amount| Slashed { who: ana, slasher: hub, amount });
    assert_eq!(applied.events::<Slashed>(), slashed, "the lock of 250 and 20 of 750; half of the 730 left");
    assert_eq!(applied.events::<Transfer>(), [270, 365, 65].map(|amount| burnt("ana", amount)));
    assert_eq!(applied.events::<Owed>(), [Owed { to: ben, minter: hub, amount: 33, reason: MintReason::Delivery }]);
    assert_eq!(applied.events::<FrozenChanged>(), [true, false].map(|frozen| FrozenChanged { who: ben, frozen }));
    assert_eq!(applied.emitted.len(), 10);
    assert_eq!(applied.ok(), [150, 270, 365], "what was unlocked, and slashed twice");
    let after = Profile { balance: 300, available: 300, earned: 1_000, spent: 65, slashed: 635, ..Profile::default() };
    assert_eq!(org.profile("ana"), after);
    assert_eq!(org.profile("ben"), Profile { owed: 33, ..Profile::default() });
    assert_eq!(org.total_supply(), 300);
}

#[test]
fn either_all_effects_of_a_call_happen_or_none() {
    let org = Org::founding();
    org.grant("locker", roles::SPENDER).ok();
    let ana = account("ana");
    let too_much = vec![Effect::Lock { who: ana, amount: 600 }, Effect::Spend { who: ana, amount: 401 }];
    assert_eq!(org.refused("locker", org.calls().apply(too_much)), Error::InsufficientReputation);
    let not_allowed = vec![Effect::Lock { who: ana, amount: 600 }, Effect::Slash { who: ana, amount: 1 }];
    assert_eq!(org.refused("locker", org.calls().apply(not_allowed)), Error::MissingRole);

    let many = |count| vec![Effect::Lock { who: ana, amount: 1 }; count];
    assert_eq!(org.refused("locker", org.calls().apply(many(MAX_EFFECTS + 1))), Error::TooManyEffects);
    assert!(org.apply("locker", many(MAX_EFFECTS)).ok().is_empty());
    assert_eq!(org.profile("ana").locked, 240);
    let unlock = vec![Effect::Unlock { who: ana, amount: 1 }; MAX_EFFECTS];
    assert_eq!(org.apply("locker", unlock).ok(), [1; MAX_EFFECTS], "there is room for as many answers");
    assert!(org.apply("locker", vec![]).ok().is_empty());
}

#[test]
fn anyone_may_require_and_is_told_what_is_missing() {
    let org = Org::sealed();
    let require = |available, tier| vec![Effect::Require { who: account("ana"), available, tier }];
    org.who(STRANGER);
    let before = org.chain.state_hash();
    assert!(org.apply(STRANGER, require(1_000, 2)).ok().is_empty());
    assert_eq!(org.chain.state_hash(), before);
    let told = |effects| org.refused(STRANGER, org.calls().apply(effects));
    assert_eq!(told(require(1_001, 0)), Error::InsufficientReputation);
    assert_eq!(told(require(0, 3)), Error::InsufficientTier);
    org.lock("locker", "ana", 501);
    assert_eq!(told(require(500, 0)), Error::InsufficientReputation);
    assert_eq!(told(require(499, 2)), Error::InsufficientTier);
    org.freeze("ana");
    assert_eq!(told(require(0, 0)), Error::Frozen);
}

// Roles

#[test]
fn no_message_works_without_its_role() {
    let org = Org::sealed();
    org.lock("locker", "ana", 100);
    let ana = account("ana");
    let calls = || org.calls();
    for (name, role) in STAFF {
        // Everyone but those with the role: strangers, the owner, the manager, and the rest of the staff.
        let others = STAFF.iter().map(|(other, _)| *other).filter(|other| *other != name);
        for other in others.chain([STRANGER, "ana", MANAGER]) {
            let told: Vec<_> = match role {
                roles::MINTER => vec![org.refused(other, calls().owe(ana, 1, MintReason::Review))],
                roles::LOCKER => {
                    vec![org.refused(other, calls().lock(ana, 1)), org.refused(other, calls().unlock(ana, 1))]
                }
                roles::SLASHER => vec![org.refused(other, calls().slash(ana, 1))],
                roles::SPENDER => vec![org.refused(other, calls().spend(ana, 1))],
                _ => vec![org.refused(other, calls().freeze(ana)), org.refused(other, calls().unfreeze(ana))],
            };
            assert!(told.iter().all(|error| *error == Error::MissingRole), "{other} in place of {name}: {told:?}");
        }
    }
}

#[test]
fn no_effect_is_applied_without_its_own_role_even_by_who_has_all_others() {
    let org = Org::founding();
    for (_, role) in STAFF {
        org.grant("hub", role).ok();
    }
    let who = account("ana");
    let effects = [
        (roles::MINTER, Effect::Owe { to: who, amount: 1, reason: MintReason::Keeper }),
        (roles::LOCKER, Effect::Lock { who, amount: 2 }),
        (roles::LOCKER, Effect::Unlock { who, amount: 1 }),
        (roles::LOCKER, Effect::Hold { who, places: 1 }),
        (roles::LOCKER, Effect::Free { who, places: 1 }),
        (roles::SLASHER, Effect::Slash { who, amount: 1 }),
        (roles::SLASHER, Effect::SlashShare { who, ppm: 1_000 }),
        (roles::SPENDER, Effect::Spend { who, amount: 1 }),
        (roles::FREEZER, Effect::Freeze { who }),
        (roles::FREEZER, Effect::Unfreeze { who }),
    ];
    for (role, effect) in effects {
        org.revoke("hub", role);
        let told = org.refused("hub", org.calls().apply(vec![effect.clone()]));
        assert_eq!(told, Error::MissingRole, "{effect:?}");
        org.grant("hub", role).ok();
        org.apply("hub", vec![effect]).ok();
    }
}

#[test]
fn roles_are_granted_to_somebody_and_never_to_everybody() {
    let org = Org::sealed();
    let all = STAFF.map(|(_, role)| role).into_iter().chain([roles::MANAGER, roles::OPERATOR]);
    for role in all {
        let told = org.refused(MANAGER, org.roles().grant_role(role, None));
        assert_eq!(told, AccessControlError::InvalidCaller, "to everybody");
        let told = org.refused(STRANGER, org.roles().grant_role(role, Some(account(STRANGER))));
        assert_eq!(told, AccessControlError::MissingRole);
        let told = org.refused(STRANGER, org.roles().revoke_role(role, Some(account(MANAGER))));
        assert_eq!(told, AccessControlError::MissingRole);
    }
    let granted = org.grant("ben", roles::LOCKER);
    let told = &granted.events::<RoleGranted>()[0];
    assert_eq!((told.role, told.grantee, told.grantor), (roles::LOCKER, Some(account("ben")), Some(account(MANAGER))));
    granted.ok();
    let again = org.refused(MANAGER, org.roles().grant_role(roles::LOCKER, Some(account("ben"))));
    assert_eq!(again, AccessControlError::RoleRedundant);
    let again = org.refused(MANAGER, org.roles().grant_role(roles::MINTER, Some(account("minter"))));
    assert_eq!(again, AccessControlError::RoleRedundant, "not a question of notice");
    org.lock("ben", "ana", 1);
    let revoked = org.send(MANAGER, org.roles().revoke_role(roles::LOCKER, Some(account("ben"))));
    let told = &revoked.events::<RoleRevoked>()[0];
    assert_eq!((told.role, told.account, told.sender), (roles::LOCKER, Some(account("ben")), account(MANAGER)));
    revoked.ok();
    assert_eq!(org.refused("ben", org.calls().unlock(account("ana"), 1)), Error::MissingRole);

    org.grant("heir", roles::MANAGER).ok();
    org.send(MANAGER, org.roles().renounce_role(roles::MANAGER, Some(account(MANAGER)))).ok();
    assert_eq!(org.refused(MANAGER, org.calls().set_mint_cap(account("minter"), 1)), Error::MissingRole);
    org.send("heir", org.calls().set_mint_cap(account("minter"), 1)).ok();
}

#[test]
fn once_sealed_a_new_minter_needs_an_announcement_and_its_notice() {
    let org = Org::sealed();
    let ben = account("ben");
    let grant = || org.roles().grant_role(roles::MINTER, Some(ben));
    let due = || org.chain.read(org.calls().minter_due(ben));
    assert_eq!(due(), None);
    assert_eq!(org.refused(MANAGER, grant()), AccessControlError::InvalidCaller, "not announced");
    assert_eq!(org.refused(STRANGER, org.calls().propose_minter(ben)), Error::MissingRole);

    let propose = || org.send(MANAGER, org.calls().propose_minter(ben));
    propose().ok();
    org.chain.pass(NOTICE - hours(1));
    let announced = propose();
    let notice_ends = org.chain.now() + NOTICE;
    assert_eq!(announced.events::<MinterProposed>(), [MinterProposed { minter: ben, due: notice_ends }]);
    announced.ok();
    assert_eq!(due(), Some(notice_ends));
    org.chain.pass_until(notice_ends - 1);
    let early = org.refused(MANAGER, grant());
    assert_eq!(early, AccessControlError::InvalidCaller, "announcing again starts the notice again");
    org.chain.pass(1);
    assert_eq!(org.refused(STRANGER, grant()), AccessControlError::MissingRole);
    let another = org.roles().grant_role(roles::MINTER, Some(account("cleo")));
    assert_eq!(org.refused(MANAGER, another), AccessControlError::InvalidCaller, "the notice was for another");
    org.send(MANAGER, grant()).ok();
    org.send("ben", org.calls().owe(account("ana"), 1, MintReason::Delivery)).ok();

    assert_eq!(due(), None, "an announcement is good for one grant");
    org.revoke("ben", roles::MINTER);
    assert_eq!(org.refused(MANAGER, grant()), AccessControlError::InvalidCaller);
    // The other roles create no reputation and need no notice.
    for (_, role) in STAFF.into_iter().filter(|(_, role)| *role != roles::MINTER) {
        org.grant("ben", role).ok();
    }
}

#[test]
fn whoever_administers_the_minters_is_bound_by_the_notice() {
    let org = Org::sealed();
    let delegate = || org.roles().set_role_admin(roles::MINTER, roles::LOCKER);
    assert_eq!(org.refused(STRANGER, delegate()), AccessControlError::MissingRole);
    org.send(MANAGER, delegate()).ok();
    let grant = || org.roles().grant_role(roles::MINTER, Some(account("ben")));
    assert_eq!(org.refused("locker", grant()), AccessControlError::InvalidCaller);
    org.send(MANAGER, org.calls().propose_minter(account("ben"))).ok();
    org.chain.pass(NOTICE);
    assert_eq!(org.refused(MANAGER, grant()), AccessControlError::MissingRole, "no longer the manager's");
    org.send("locker", grant()).ok();
}

#[test]
fn before_the_seal_a_minter_needs_no_notice_and_an_early_announcement_does_not_outlive_its_grant() {
    let org = Org::founding();
    let ben = Some(account("ben"));
    org.send(MANAGER, org.calls().propose_minter(account("ben"))).ok();
    org.grant("ben", roles::MINTER).ok();
    org.revoke("ben", roles::MINTER);
    org.send(MANAGER, org.calls().seal()).ok();
    org.chain.pass(NOTICE);
    let told = org.refused(MANAGER, org.roles().grant_role(roles::MINTER, ben));
    assert_eq!(told, AccessControlError::InvalidCaller);
}
