//! What the messages of the contracts weigh, with few members in a pool and with many (invariant 8: it is the same).
//!
//! [`weigh_all`] builds an organization with this many members of one pool, half of them on seats and half in line, by
//! real calls of `endow` and `enlist`, and weighs every message there. A message is weighed by a dry run: the very
//! execution of a transaction, after which everything is as it was. Another message is one more line in the function of
//! its contract.

use crate::{contracts::PSP22, weighings};
use chain::{
    account, brisk_terms,
    build::{self, Contract, Package},
    constructor, days, Chain, Message, ObligationCalls, ReputationCalls, Settings, StorageDeposit, TokenCalls, World,
    UNIT,
};
use ink::{
    primitives::AccountId,
    scale::{Decode, Encode},
};
use interfaces::{
    market::MAX_REVIEWS,
    obligation::{
        Outcome, Schedule, Segment, Terms, MAX_BANS, MAX_EVALUATED, MAX_FILLED, MAX_OUTCOMES, MAX_SEGMENTS, MAX_STATES,
    },
    reputation::{Effect, MintReason, MAX_EFFECTS, MAX_ENDOWED},
    roles, Balance, Obligation as _, PoolId, Reputation as _,
};
use pendzl::contracts::{access_control::AccessControl as _, psp22::PSP22 as _};
use std::fmt::Debug;

const REPUTATION: Package = Contract::Reputation.package();
const OBLIGATION: Package = Contract::Obligation.package();
/// The message that all others are compared with.
pub const YARDSTICK: &str = "transfer";
/// How much figures may differ between two sizes of a pool, in parts per million of the least.
pub const TOLERANCE_PPM: u128 = 10_000;

/// The fewest members that a pool needs here.
pub const FEWEST_MEMBERS: u32 = 10;
/// What each member pays storage deposits from.
const POCKET_MONEY: Balance = 10 * UNIT;
/// Members who enlist before the next block. Long blocks are slow: see [`Chain::pass`].
const ENLISTED_PER_BLOCK: u32 = 500;
/// What the manager pays the founders' storage deposits from.
const TREASURE: Balance = 1_000_000 * UNIT;
/// The reputation that each member begins with.
const ENDOWMENT: Balance = 500;
/// Small enough for whatever asks for an amount of reputation.
const AMOUNT: Balance = 10;
/// Ops that one review makes up for: enough for every size of a pool to have fair terms at a fixed rate.
const DENOMINATOR: u32 = 100_000;
/// How long the members have been at work when they are first looked at, so that their counters have faded.
const WORKED: u64 = days(3);
/// A batch that even the smallest pool has members for.
const FEW: usize = 5;
/// As many as the largest jury.
const ROUND: usize = MAX_REVIEWS as usize;
/// As many bans.
const FEW_BANS: usize = 3;

/// What a message uses of a block, and of its sender's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Picoseconds.
    pub ref_time: u64,
    /// Bytes.
    pub proof_size: u64,
    /// Plancks paid for storage; negative where they are paid back.
    pub deposit: i128,
}

/// The weight of one message.
#[derive(Clone, Debug)]
pub struct Weighed {
    pub contract: Package,
    /// Its name, and what it is asked.
    pub message: String,
    pub weight: Weight,
}

/// An organization with one pool, and the weights found there so far.
struct Scales {
    world: World,
    /// Opened the pool, and has every role in the reputation contract.
    operator: AccountId,
    stranger: AccountId,
    pool: PoolId,
    members: u32,
    terms: Terms,
    weighed: Vec<Weighed>,
}

/// The weights of all messages in a pool of this many members, in the same order each time. What needs more members
/// than there are is left out.
///
/// # Panics
/// If a message is refused: then this scenario is wrong.
pub fn weigh_all(members: u32) -> Vec<Weighed> {
    assert!(members >= FEWEST_MEMBERS, "a pool of fewer members has none to spare");
    let mut scales = Scales::new(members);
    scales.weigh_yardstick();
    scales.weigh_founding();
    scales.weigh_reputation();
    scales.weigh_obligation();
    scales.weighed
}

impl Scales {
    /// The pool with its members, before sealing.
    fn new(members: u32) -> Self {
        let seats = members - members / 2;
        let terms = Terms {
            denominator: DENOMINATOR,
            retention_ppm: 900_000,
            presence: 1,
            seats,
            min_freeze: days(1),
            ..brisk_terms()
        };
        let contracts = build::contracts().expect("the contracts build");
        let world = World::found(contracts, &Settings::brisk()).expect("the contracts deploy");
        let (operator, stranger) = (world.who("operator"), world.who("stranger"));
        world.chain.fund(&world.manager, TREASURE);
        let granted = [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER];
        let in_reputation = granted.map(|role| (world.reputation_address, role));
        for (contract, role) in in_reputation.into_iter().chain([(world.obligation_address, roles::OPERATOR)]) {
            world.chain.call(&world.manager, world.roles_in(contract).grant_role(role, Some(operator))).ok();
        }
        let cap = world.reputation().set_mint_cap(operator, Balance::from(u32::MAX));
        world.chain.call(&world.manager, cap).ok();
        let open = world.obligation().open_pool(terms.clone(), Schedule::default());
        let pool = world.chain.call(&operator, open).ok();

        let scales = Self { world, operator, stranger, pool, members, terms, weighed: Vec::new() };
        // One more, who has reputation and is not a member.
        let founders: Vec<_> = (0..=members).map(|number| (scales.member(number), ENDOWMENT)).collect();
        for founders in founders.chunks(MAX_ENDOWED) {
            scales.send(&scales.world.manager, scales.world.reputation().endow(founders.to_vec()));
        }
        for (who, _) in &founders {
            scales.chain().fund(who, POCKET_MONEY);
        }
        for number in 0..members {
            scales.send(&scales.member(number), scales.obligation().enlist(pool));
            if number % ENLISTED_PER_BLOCK == 0 {
                scales.chain().pass(1);
            }
        }
        let capacity = scales.chain().read(scales.obligation().capacity(pool)).expect("a pool");
        assert_eq!((capacity.active, capacity.waiting), (seats, members - seats));
        scales
    }

    /// The first have seats, the last wait.
    fn member(&self, number: u32) -> AccountId {
        account(&format!("member {number}"))
    }

    /// The first `count` members.
    fn first(&self, count: usize) -> Vec<AccountId> {
        (0..).map(|number| self.member(number)).take(count).collect()
    }

    /// Somebody with reputation who is not a member.
    fn newcomer(&self) -> AccountId {
        self.member(self.members)
    }

    fn chain(&self) -> &Chain {
        &self.world.chain
    }

    fn obligation(&self) -> ObligationCalls {
        self.world.obligation()
    }

    /// A transaction on the way to what is weighed next.
    #[track_caller]
    fn send<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &self,
        who: &AccountId,
        message: Message<Args, Result<T, E>>,
    ) -> T {
        self.chain().call(who, message).ok()
    }

    /// Weighs a message that is accepted; nothing changes.
    #[track_caller]
    fn weigh<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &mut self,
        contract: Package,
        message: impl Into<String>,
        who: AccountId,
        call: Message<Args, Result<T, E>>,
    ) {
        let weight = Weight::of_accepted(self.chain(), &who, call);
        self.weighed.push(Weighed { contract, message: message.into(), weight });
    }

    /// Weighs a read.
    fn weigh_read<Args: Encode, T: Decode>(&mut self, contract: Package, name: &str, call: Message<Args, T>) {
        let outcome = weighings::noted(self.chain(), &self.stranger, call);
        let weight = Weight::of(outcome.gas, &outcome.deposit);
        self.weighed.push(Weighed { contract, message: name.to_owned(), weight });
        outcome.returned();
    }

    /// A transfer of a plain PSP22 token between two accounts that have some.
    fn weigh_yardstick(&mut self) {
        let artifact = build::package(PSP22).expect("the token builds");
        let (holder, other) = (self.operator, self.stranger);
        let new = constructor("new").push_arg(ENDOWMENT);
        let mut token = TokenCalls::from(self.chain().deploy(&artifact, new, &holder, 0).returned());
        self.send(&holder, token.transfer(other, AMOUNT, Vec::new()));
        self.weigh(PSP22, YARDSTICK, holder, token.transfer(other, AMOUNT, Vec::new()));
    }

    /// What is possible only before sealing.
    fn weigh_founding(&mut self) {
        let manager = self.world.manager;
        let founders = |count: usize| (0..count).map(|number| (account(&format!("founder {number}")), ENDOWMENT));
        for count in [1, MAX_ENDOWED] {
            let endow = self.world.reputation().endow(founders(count).collect());
            self.weigh(REPUTATION, format!("endow {count}"), manager, endow);
        }
        self.weigh(REPUTATION, "seal", manager, self.world.reputation().seal());
        self.send(&manager, self.world.reputation().seal());
    }

    fn weigh_reputation(&mut self) {
        let (address, manager, operator) = (self.world.reputation_address, self.world.manager, self.operator);
        let calls = || ReputationCalls::from(address);
        let who = self.member(0);

        self.weigh_read(REPUTATION, "balance_of", TokenCalls::from(address).balance_of(who));
        self.weigh_read(REPUTATION, "profile", calls().profile(who));
        self.weigh_read(REPUTATION, "tier", calls().tier(who));
        self.weigh(REPUTATION, "owe", operator, calls().owe(who, AMOUNT, MintReason::Review));
        self.weigh(REPUTATION, "lock", operator, calls().lock(who, AMOUNT));
        self.weigh(REPUTATION, "slash", operator, calls().slash(who, AMOUNT));
        self.weigh(REPUTATION, "spend", operator, calls().spend(who, AMOUNT));
        self.weigh(REPUTATION, "burn", who, calls().burn(AMOUNT));
        self.weigh(REPUTATION, "freeze", operator, calls().freeze(who));
        for count in [1, FEW, ROUND, MAX_EFFECTS] {
            let owe = |to| Effect::Owe { to, amount: AMOUNT, reason: MintReason::Review };
            if let Some(accounts) = self.up_to(count, self.members) {
                let apply = calls().apply(accounts.into_iter().map(owe).collect());
                self.weigh(REPUTATION, format!("apply {count}, Owe"), operator, apply);
            }
        }
        self.weigh(REPUTATION, "set_mint_cap", manager, calls().set_mint_cap(operator, AMOUNT));

        self.send(&operator, calls().lock(who, AMOUNT));
        self.weigh(REPUTATION, "unlock", operator, calls().unlock(who, AMOUNT));
        self.send(&operator, calls().owe(who, AMOUNT, MintReason::Review));
        self.weigh(REPUTATION, "claim_reputation", self.stranger, calls().claim_reputation(who));
        self.send(&operator, calls().freeze(who));
        self.weigh(REPUTATION, "unfreeze", operator, calls().unfreeze(who));
        self.send(&operator, calls().unfreeze(who));
    }

    /// The first `count` of `among` members, if there are as many.
    fn up_to(&self, count: usize, among: u32) -> Option<Vec<AccountId>> {
        (count <= among as usize).then(|| self.first(count))
    }

    fn weigh_obligation(&mut self) {
        self.chain().pass(WORKED);
        let rested = self.weigh_members_at_work();
        self.weigh_deficits(rested);
        self.weigh_free_seats();
    }

    /// Everybody is Healthy, all seats are taken, and others wait. Returns the one who takes a rest in the end.
    fn weigh_members_at_work(&mut self) -> AccountId {
        let (pool, operator, stranger) = (self.pool, self.operator, self.stranger);
        let address = self.world.obligation_address;
        let calls = || ObligationCalls::from(address);
        let [one, committed, waiting] = [0, 1, self.members - 1].map(|number| self.member(number));
        // No message about one of them may find work missing.
        for who in [one, committed] {
            self.send(&operator, calls().record_declared(pool, who, 3));
        }

        self.weigh_read(OBLIGATION, "standing", calls().standing(pool, one));
        self.weigh_read(OBLIGATION, "membership", calls().membership(pool, one));
        self.weigh_read(OBLIGATION, "member_states 2", calls().member_states(pool, vec![one, waiting]));
        if let Some(accounts) = self.up_to(MAX_STATES, self.terms.seats) {
            let states = calls().member_states(pool, accounts);
            self.weigh_read(OBLIGATION, &format!("member_states {MAX_STATES}"), states);
        }
        self.weigh_read(OBLIGATION, "capacity", calls().capacity(pool));
        self.weigh(OBLIGATION, "evaluate, unchanged", stranger, calls().evaluate(pool, one));
        for count in [FEW, MAX_EVALUATED] {
            if let Some(accounts) = self.up_to(count, self.terms.seats) {
                let evaluate = calls().evaluate_many(pool, accounts);
                self.weigh(OBLIGATION, format!("evaluate_many {count}, unchanged"), stranger, evaluate);
            }
        }
        self.weigh(OBLIGATION, "enlist, line", self.newcomer(), calls().enlist(pool));
        self.weigh(OBLIGATION, "resign, from a seat", one, calls().resign(pool));
        self.weigh(OBLIGATION, "resign, from the line's end", waiting, calls().resign(pool));
        self.weigh(OBLIGATION, "resign, from within the line", self.member(self.members - 2), calls().resign(pool));
        self.weigh(OBLIGATION, "check_in", one, calls().check_in(pool));
        self.weigh(OBLIGATION, "record_seen", operator, calls().record_seen(pool, 1, 3));
        self.weigh(OBLIGATION, "record_declared", operator, calls().record_declared(pool, one, 1));
        self.weigh(OBLIGATION, "reserve", operator, calls().reserve(pool, 3));
        self.weigh(OBLIGATION, "record_closed", operator, calls().record_closed(pool, 3));
        self.weigh(OBLIGATION, "commit", operator, calls().commit(pool, one, 1));
        self.send(&operator, calls().commit(pool, committed, 1));
        self.weigh(OBLIGATION, "release", operator, calls().release(pool, committed));
        for count in [1, FEW, ROUND, MAX_OUTCOMES] {
            if let Some(accounts) = self.up_to(count, self.terms.seats) {
                let outcome = |who| Outcome { who, declared: 1, released: 1 };
                let resolve = calls().resolve(pool, accounts.into_iter().map(outcome).collect());
                self.weigh(OBLIGATION, format!("resolve {count}"), operator, resolve);
            }
        }
        self.send(&operator, calls().release(pool, committed));
        self.weigh(OBLIGATION, "freeze", committed, calls().freeze());
        self.send(&committed, calls().freeze());
        committed
    }

    /// Work is missing: members are throttled, then banned, while others wait for their seats.
    fn weigh_deficits(&mut self, rested: AccountId) {
        let (pool, operator, stranger) = (self.pool, self.operator, self.stranger);
        let address = self.world.obligation_address;
        let calls = || ObligationCalls::from(address);
        // Of the seats that are left, from number 2 on nobody has declared anything.
        let [banned, one] = [2, 3].map(|number| self.member(number));

        self.chain().pass(self.terms.min_freeze);
        self.weigh(OBLIGATION, "unfreeze, line", rested, calls().unfreeze());
        self.send(&operator, calls().record_seen(pool, self.terms.throttle_buffer * DENOMINATOR, 3));
        self.weigh(OBLIGATION, "evaluate, Throttled", stranger, calls().evaluate(pool, one));
        self.weigh(OBLIGATION, "restore", one, calls().restore(pool, 1));
        self.send(&operator, calls().record_seen(pool, self.terms.ban_buffer * DENOMINATOR, 3));
        self.weigh(OBLIGATION, "evaluate, Banned", stranger, calls().evaluate(pool, one));
        for count in [FEW_BANS, MAX_BANS] {
            let accounts: Vec<_> = (2..self.terms.seats).map(|number| self.member(number)).take(count).collect();
            if accounts.len() == count {
                let evaluate = calls().evaluate_many(pool, accounts);
                self.weigh(OBLIGATION, format!("evaluate_many {count}, Banned"), stranger, evaluate);
            }
        }
        self.send(&stranger, calls().evaluate(pool, banned));
        self.chain().pass(self.terms.cooldown);
        self.weigh(OBLIGATION, "redeem", banned, calls().redeem(pool));
        self.weigh(OBLIGATION, "reinstate", self.world.manager, calls().reinstate(pool, banned));
    }

    /// New terms bring more seats than there are members.
    fn weigh_free_seats(&mut self) {
        let (pool, operator, stranger) = (self.pool, self.operator, self.stranger);
        let (manager, newcomer) = (self.world.manager, self.newcomer());
        let address = self.world.obligation_address;
        let calls = || ObligationCalls::from(address);
        let terms = Terms { seats: self.members + 1, ..self.terms.clone() };
        let segment = |number: usize| Segment { offset: number as u64, weight_ppm: 1_000_000 };
        let full = Schedule { cycle: days(7), segments: (0..MAX_SEGMENTS).map(segment).collect() };

        let propose = calls().propose_terms(pool, terms.clone(), full);
        self.weigh(OBLIGATION, "propose_terms, 32 segments", manager, propose);
        let propose = || calls().propose_terms(pool, terms.clone(), Schedule::default());
        self.weigh(OBLIGATION, "propose_terms", manager, propose());
        self.send(&manager, propose());
        self.chain().pass(self.terms.notice);
        self.weigh(OBLIGATION, "apply_terms", stranger, calls().apply_terms(pool));
        self.send(&stranger, calls().apply_terms(pool));
        let waiting = self.chain().read(calls().capacity(pool)).expect("a pool").waiting;
        for count in [1, MAX_FILLED] {
            if count <= waiting {
                self.weigh(OBLIGATION, format!("fill_seats {count}"), stranger, calls().fill_seats(pool, count));
            }
        }
        while self.send(&stranger, calls().fill_seats(pool, MAX_FILLED)) > 0 {}
        self.weigh(OBLIGATION, "enlist, seat", newcomer, calls().enlist(pool));
        self.weigh(OBLIGATION, "enroll", operator, calls().enroll(pool, newcomer));
        self.send(&operator, calls().enroll(pool, newcomer));
        self.weigh(OBLIGATION, "discharge", operator, calls().discharge(pool, newcomer));
    }
}

impl Weight {
    /// What a message weighs that is accepted; nothing changes.
    #[track_caller]
    pub(crate) fn of_accepted<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        chain: &Chain,
        who: &AccountId,
        call: Message<Args, Result<T, E>>,
    ) -> Self {
        let outcome = weighings::noted(chain, who, call);
        let weight = Self::of(outcome.gas, &outcome.deposit);
        outcome.ok();
        weight
    }

    fn of(gas: chain::Weight, deposit: &StorageDeposit<Balance>) -> Self {
        let signed = |amount: Balance| i128::try_from(amount).expect("less than all there is");
        let deposit = match deposit {
            StorageDeposit::Charge(amount) => signed(*amount),
            StorageDeposit::Refund(amount) => -signed(*amount),
        };
        Self { ref_time: gas.ref_time(), proof_size: gas.proof_size(), deposit }
    }

    fn figures(&self) -> [u128; 3] {
        [self.ref_time.into(), self.proof_size.into(), self.deposit.unsigned_abs()]
    }
}

/// One message at all sizes of a pool.
#[derive(Clone, Debug)]
pub struct Row {
    pub contract: Package,
    pub message: String,
    /// In the order of the sizes; `None` where there are too few members for it.
    pub weights: Vec<Option<Weight>>,
}

impl Row {
    /// Whether the figures are the same at all sizes, within [`TOLERANCE_PPM`].
    pub fn is_flat(&self) -> bool {
        let within = |least: u128, most: u128| (most - least) * 1_000_000 <= least * TOLERANCE_PPM;
        let figures: Vec<_> = self.weights.iter().flatten().map(Weight::figures).collect();
        (0..3).all(|figure| {
            let values = figures.iter().map(|figures| figures[figure]);
            within(values.clone().min().unwrap_or(0), values.max().unwrap_or(0))
        })
    }

    /// The weight in the largest pool.
    pub fn weight(&self) -> Option<Weight> {
        self.weights.last().copied().flatten()
    }
}

/// The weights found at several sizes of a pool, the largest last, by message.
///
/// # Panics
/// If a message was weighed in a smaller pool and not in the largest.
pub fn rows(sizes: &[Vec<Weighed>]) -> Vec<Row> {
    let find = |weighed: &[Weighed], sought: &Weighed| {
        let same = |other: &&Weighed| (other.contract, &other.message) == (sought.contract, &sought.message);
        weighed.iter().find(same).map(|found| found.weight)
    };
    let all = sizes.last().map(Vec::as_slice).unwrap_or_default();
    for weighed in sizes.iter().flatten() {
        assert!(find(all, weighed).is_some(), "{} is not weighed in the largest pool", weighed.message);
    }
    all.iter()
        .map(|weighed| Row {
            contract: weighed.contract,
            message: weighed.message.clone(),
            weights: sizes.iter().map(|size| find(size, weighed)).collect(),
        })
        .collect()
}
