//! What the reputation contract refuses, and what every contract refuses of its roles.

use crate::{
    table::{refuse, row, Row, Told},
    MANAGER,
};
use chain::{
    account, build, constructor, days, minutes, Chain, Message, Outcome, ReputationCalls, RoleCalls, TokenCalls, UNIT,
};
use e2e_tests::{People, Town, STRANGER};
use ink::primitives::{AccountId, LangError};
use interfaces::{
    reputation::{Effect, Error, MintReason, MAX_CREDITORS, MAX_EFFECTS, MAX_ENDOWED, MAX_TIERS},
    roles, Balance, Reputation as _, Timestamp,
};
use pendzl::contracts::{
    access_control::{AccessControl as _, AccessControlError, RoleType},
    psp22::{PSP22Error, PSP22 as _},
};
use scale::Encode;
use Error::*;

/// Has every role but the manager's.
const STAFF: &str = "hub";
/// What Ana has.
const ENDOWMENT: Balance = 1_000;
/// What Frida, who takes a rest, has.
const FROZEN: Balance = 100;

/// A reputation contract alone.
struct Org {
    chain: Chain,
    token: AccountId,
}

impl People for Org {
    fn chain(&self) -> &Chain {
        &self.chain
    }
}

fn deploy(chain: &Chain, tiers: &[Balance], epoch: Timestamp, notice: Timestamp) -> Outcome<AccountId> {
    let new = constructor("new").push_arg(Some("Reputation")).push_arg(Some("REP"));
    let new = new.push_arg(tiers).push_arg(epoch).push_arg(notice);
    let contracts = build::contracts().expect("the contracts build");
    chain.deploy(&contracts.reputation, new, &account(MANAGER), 0)
}

impl Org {
    /// Ana and Frida are endowed, and Max has all there is beside.
    fn founding() -> Self {
        let chain = Chain::new();
        chain.fund(&account(MANAGER), 1_000 * UNIT);
        let token = deploy(&chain, &[100, 500], days(1), days(7)).returned();
        let org = Self { chain, token };
        for role in [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER] {
            org.grant(STAFF, role);
        }
        let rest = Balance::MAX - ENDOWMENT - FROZEN;
        let founders = [("ana", ENDOWMENT), ("frida", FROZEN), ("max", rest)];
        let endowments = founders.map(|(name, amount)| (account(name), amount)).to_vec();
        org.send(MANAGER, org.calls().endow(endowments)).ok();
        org
    }

    /// Frida is frozen, Holly held in a place; Bob is owed all that a balance holds, Cleo by as many as may owe her.
    fn sealed() -> Self {
        let org = Self::founding();
        for minter in (0..MAX_CREDITORS).map(|number| format!("minter {number}")) {
            org.grant(&minter, roles::MINTER);
            org.send(&minter, org.owe("cleo", 1)).ok();
        }
        org.send(MANAGER, org.calls().seal()).ok();
        org.send(MANAGER, org.calls().set_mint_cap(account(STAFF), Balance::MAX)).ok();
        org.send(STAFF, org.owe("bob", Balance::MAX)).ok();
        org.send(STAFF, org.owe("frida", 1)).ok();
        org.send(STAFF, org.calls().freeze(account("frida"))).ok();
        org.send(STAFF, org.apply([Effect::Hold { who: account("holly"), places: 1 }])).ok();
        org
    }

    fn grant(&self, name: &str, role: RoleType) {
        self.send(MANAGER, self.roles().grant_role(role, Some(account(name)))).ok();
    }

    fn calls(&self) -> ReputationCalls {
        self.token.into()
    }

    fn roles(&self) -> RoleCalls {
        self.token.into()
    }

    fn psp22(&self) -> TokenCalls {
        self.token.into()
    }

    fn owe(&self, to: &str, amount: Balance) -> Message<impl Encode, Result<(), Error>> {
        self.calls().owe(account(to), amount, MintReason::Review)
    }

    fn apply(&self, effects: impl Into<Vec<Effect>>) -> Message<impl Encode, Result<Vec<Balance>, Error>> {
        self.calls().apply(effects.into())
    }
}

/// The constructor: a contract that was refused is none, so there is nothing to call.
pub fn founding_an_organization() -> Told {
    let chain = Chain::new();
    chain.fund(&account(MANAGER), 1_000 * UNIT);
    let too_many: Vec<_> = (1..).take(MAX_TIERS + 1).collect();
    let refused: [(&str, &[Balance], Timestamp, Timestamp, Error); 5] = [
        ("a tier that everybody has", &[0, 5], days(1), days(7), InvalidTiers),
        ("two tiers that are one", &[5, 5], days(1), days(7), InvalidTiers),
        ("more tiers than there may be", &too_many, days(1), days(7), InvalidTiers),
        ("an epoch of less than a minute", &[5], minutes(1) - 1, days(7), InvalidPeriod),
        ("a notice of less than a day", &[5], days(1), days(1) - 1, InvalidPeriod),
    ];
    for (cause, tiers, epoch, notice, error) in refused {
        let trap = deploy(&chain, tiers, epoch, notice).trap();
        let answer = Ok::<_, LangError>(Err::<(), _>(error)).encode();
        assert!(trap.error.ends_with(&format!("{answer:?}")), "{cause}: not {error:?}, but {trap}");
    }
    refused.map(|(.., error)| (String::from("Reputation::new"), format!("{error:?}"))).to_vec()
}

/// Before the founding workforce is complete.
pub fn endowing_the_founders() -> Told {
    let org = Org::founding();
    org.send(STAFF, org.calls().freeze(account("frida"))).ok();
    let endow = |who: &str, amount| org.calls().endow(vec![(account(who), amount)]);
    let everyone = vec![(account("ben"), 0); MAX_ENDOWED + 1];
    refuse(
        &org,
        [
            row("who is not the manager", STRANGER, endow("ben", 1), MissingRole),
            row("more accounts than a call takes", MANAGER, org.calls().endow(everyone), TooManyEndowed),
            row("an account that takes a rest", MANAGER, endow("frida", 1), Frozen),
            row("more than an account can have", MANAGER, endow("max", Balance::MAX), Overflow),
            row("more than there can be", MANAGER, endow("ben", 1), Overflow),
        ],
    )
}

/// Everything that can be refused of reputation that was endowed or earned.
pub fn reputation_that_is_earned() -> Told {
    let org = Org::sealed();
    let calls = || org.calls();
    let [ana, bob, frida, holly] = ["ana", "bob", "frida", "holly"].map(account);
    refuse(
        &org,
        [
            row("the founding is over", MANAGER, calls().endow(vec![]), Sealed),
            row("who is not the manager", STRANGER, calls().seal(), MissingRole),
            row("it is sealed for good", MANAGER, calls().seal(), Sealed),
            row("who is not the manager", STRANGER, calls().set_mint_cap(ana, 1), MissingRole),
            row("who is not the manager", STRANGER, calls().propose_minter(ana), MissingRole),
            // Earning it
            row("who is no minter", STRANGER, org.owe("ana", 1), MissingRole),
            row("an account whom eight others owe", STAFF, org.owe("cleo", 1), TooManyCreditors),
            row("more than one minter can owe an account", STAFF, org.owe("bob", 1), Overflow),
            row("an account that takes a rest", STRANGER, calls().claim_reputation(frida), Frozen),
            row("an account whom nobody owes", STRANGER, calls().claim_reputation(ana), NothingOwed),
            row("minters without a cap", STRANGER, calls().claim_reputation(account("cleo")), MintCapReached),
            row("more than there can be", STRANGER, calls().claim_reputation(bob), Overflow),
            // Locking, burning and freezing it
            row("who is no locker", STRANGER, calls().lock(ana, 1), MissingRole),
            row("an account that takes a rest", STAFF, calls().lock(frida, 1), Frozen),
            row("more than the account has", STAFF, calls().lock(ana, ENDOWMENT + 1), InsufficientReputation),
            row("who is no locker", STRANGER, calls().unlock(ana, 1), MissingRole),
            row("who is no slasher", STRANGER, calls().slash(ana, 1), MissingRole),
            row("who is no spender", STRANGER, calls().spend(ana, 1), MissingRole),
            row("an account that takes a rest", STAFF, calls().spend(frida, 1), Frozen),
            row("more than the account has", STAFF, calls().spend(ana, ENDOWMENT + 1), InsufficientReputation),
            row("who is no freezer", STRANGER, calls().freeze(ana), MissingRole),
            row("an account that takes a rest already", STAFF, calls().freeze(frida), Frozen),
            row("an account with a place that is not settled", STAFF, calls().freeze(holly), Held),
            row("who is no freezer", STRANGER, calls().unfreeze(frida), MissingRole),
            row("an account that takes no rest", STAFF, calls().unfreeze(ana), NotFrozen),
            row("who takes a rest itself", "frida", calls().burn(1), Frozen),
            row("more than the caller has", "ana", calls().burn(ENDOWMENT + 1), InsufficientReputation),
        ],
    )
}

/// Several changes in one call.
pub fn effects() -> Told {
    let org = Org::sealed();
    let [ana, bob, cleo, frida, holly] = ["ana", "bob", "cleo", "frida", "holly"].map(account);
    let owe = |to, amount| Effect::Owe { to, amount, reason: MintReason::Keeper };
    let require = |who, available, tier| Effect::Require { who, available, tier };
    let over = ENDOWMENT + 1;
    let none: Vec<Row> = [
        owe(ana, 1),
        Effect::Lock { who: ana, amount: 1 },
        Effect::Unlock { who: ana, amount: 1 },
        Effect::Hold { who: ana, places: 1 },
        Effect::Free { who: holly, places: 1 },
        Effect::Slash { who: ana, amount: 1 },
        Effect::SlashShare { who: ana, ppm: 1 },
        Effect::Spend { who: ana, amount: 1 },
        Effect::Freeze { who: ana },
        Effect::Unfreeze { who: frida },
    ]
    .map(|effect| row(format!("who has no role for {effect:?}"), STRANGER, org.apply([effect]), MissingRole))
    .into();
    let too_many = vec![require(ana, 0, 0); MAX_EFFECTS + 1];
    let halves = [Effect::Lock { who: ana, amount: 600 }, Effect::Lock { who: ana, amount: 600 }];
    let refused = [
        row("more effects than a call takes", STAFF, org.apply(too_many), TooManyEffects),
        row("an account whom eight others owe", STAFF, org.apply([owe(cleo, 1)]), TooManyCreditors),
        row("more than one minter can owe an account", STAFF, org.apply([owe(bob, 1)]), Overflow),
        row(
            "more places than are counted",
            STAFF,
            org.apply([Effect::Hold { who: holly, places: u32::MAX }]),
            Overflow,
        ),
        row("required of who takes a rest", STRANGER, org.apply([require(frida, 0, 0)]), Frozen),
        row("a lock on who takes a rest", STAFF, org.apply([Effect::Lock { who: frida, amount: 1 }]), Frozen),
        row("a place for who takes a rest", STAFF, org.apply([Effect::Hold { who: frida, places: 1 }]), Frozen),
        row("a price for who takes a rest", STAFF, org.apply([Effect::Spend { who: frida, amount: 1 }]), Frozen),
        row("a rest for who takes one", STAFF, org.apply([Effect::Freeze { who: frida }]), Frozen),
        row("more required than there is", STRANGER, org.apply([require(ana, over, 0)]), InsufficientReputation),
        row("a tier above that of the account", STRANGER, org.apply([require(ana, 0, 3)]), InsufficientTier),
        row(
            "more locked than there is",
            STAFF,
            org.apply([Effect::Lock { who: ana, amount: over }]),
            InsufficientReputation,
        ),
        row("both halves locked of what is less", STAFF, org.apply(halves), InsufficientReputation),
        row(
            "more spent than there is",
            STAFF,
            org.apply([Effect::Spend { who: ana, amount: over }]),
            InsufficientReputation,
        ),
        row("a rest for who has a place", STAFF, org.apply([Effect::Freeze { who: holly }]), Held),
        row("the end of no rest", STAFF, org.apply([Effect::Unfreeze { who: ana }]), NotFrozen),
    ];
    refuse(&org, none.into_iter().chain(refused))
}

/// The standard's messages that would move reputation.
pub fn transfers() -> Told {
    let org = Org::sealed();
    let soulbound = || PSP22Error::Custom("Soulbound".into());
    let ben = account("ben");
    let max = account("max");
    refuse(
        &org,
        [
            row("its own reputation", "max", org.psp22().transfer(ben, 1, vec![]), soulbound()),
            row("nothing at all", "max", org.psp22().transfer(ben, 0, vec![]), soulbound()),
            row("another's reputation", "ben", org.psp22().transfer_from(max, ben, 1, vec![]), soulbound()),
            row("leave to move it", "max", org.psp22().approve(ben, 1), soulbound()),
            row("more leave to move it", "max", org.psp22().increase_allowance(ben, 1), soulbound()),
            row("less leave to move it", "max", org.psp22().decrease_allowance(ben, 1), soulbound()),
        ],
    )
}

/// The account that may grant and revoke the roles of any contract.
pub fn roles_of_every_contract() -> Told {
    use AccessControlError::*;
    let town = Town::unstaffed(|_| ());
    let (manager, stan, cleo) = (Some(town.manager), Some(account(STRANGER)), account("cleo"));
    let mut told = Told::new();
    for contract in [town.reputation_address, town.obligation_address, town.market_address] {
        let calls = || town.roles_in(contract);
        let rows = [
            row("who is not its admin", STRANGER, calls().grant_role(roles::LOCKER, stan), MissingRole),
            row("a role for everyone", MANAGER, calls().grant_role(roles::LOCKER, None), InvalidCaller),
            row("a role that it has", MANAGER, calls().grant_role(roles::MANAGER, manager), RoleRedundant),
            row("who is not its admin", STRANGER, calls().revoke_role(roles::MANAGER, manager), MissingRole),
            row("a role that it has not", MANAGER, calls().revoke_role(roles::LOCKER, stan), MissingRole),
            row("another's role", STRANGER, calls().renounce_role(roles::MANAGER, manager), InvalidCaller),
            row("a role that it has not", STRANGER, calls().renounce_role(roles::MANAGER, stan), MissingRole),
            row("who is not its admin", STRANGER, calls().set_role_admin(roles::LOCKER, 1), MissingRole),
        ];
        told.extend(refuse(&*town, rows));
    }
    let grant = || town.roles_in(town.reputation_address).grant_role(roles::MINTER, Some(cleo));
    told.extend(refuse(&*town, [row("a minter nobody announced", MANAGER, grant(), InvalidCaller)]));
    town.send(MANAGER, town.reputation().propose_minter(cleo)).ok();
    town.chain.pass(days(7) - 1);
    told.extend(refuse(&*town, [row("a minter whose notice runs", MANAGER, grant(), InvalidCaller)]));
    told
}
