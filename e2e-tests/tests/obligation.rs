//! Obligations, message by message: what each does, what it tells, and every reason for which it refuses.
//!
//! The pool is one that an ordinary account opened, which reports to it whatever a story needs.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{
    account, brisk_terms, build, constructor, days, hours, minutes, ObligationCalls, Outcome as Sent, RoleCalls,
    Settings,
};
use e2e_tests::{People, Town, STRANGER};
use ink::primitives::AccountId;
use interfaces::{
    obligation::{
        Capacity, CheckedIn, Error, FreezeChanged, MemberState, Membership, OpsDeclared, OpsSeen, Outcome, PoolOpened,
        Queued, Rate, ReputationRefused, Resigned, Schedule, Seated, Segment, Standing, StandingChanged, Terms,
        TermsReason, MAX_OUTCOMES, MAX_POOLS_OF, MAX_STATES, OP,
    },
    reputation::{self, MintReason, Owed, Slashed},
    roles, Balance, Market as _, Obligation as _, PoolId, Reputation as _,
};
use pendzl::contracts::{
    access_control::{AccessControl as _, AccessControlError, RoleGranted, RoleType},
    pausable::{Paused, Unpaused},
};
use std::ops::Deref;

/// Opens the pools of these tests and reports work to them.
const OPERATOR: &str = "olga";
/// Freezes accounts in the reputation contract, as another contract of the organization might.
const FREEZER: &str = "fred";
/// What each of the enforcers and candidates has.
const ENDOWMENT: Balance = e2e_tests::ENDOWMENT;
/// The bond of the brisk terms.
const BOND: Balance = 50;
/// A pool that nobody opened.
const NO_POOL: PoolId = 99;
/// Two seats; otherwise the brisk terms: every second op seen is due, three short are tolerated, six ban.
fn two_seats() -> Terms {
    Terms { seats: 2, ..brisk_terms() }
}

/// As [`two_seats`], but there is one.
fn one_seat() -> Terms {
    Terms { seats: 1, ..brisk_terms() }
}

/// No reputation needed: anyone may enlist.
fn open_to_all() -> Terms {
    Terms { min_reputation: 0, bond: 0, keeper_reward: 0, ..brisk_terms() }
}

/// A town with a pool of Olga's beside the market's, in which nobody has enlisted.
struct Guild {
    town: Town,
    pool: PoolId,
}

impl Deref for Guild {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Guild {
    fn of(terms: Terms) -> Self {
        Self::scheduled(terms, Schedule::default())
    }

    fn scheduled(terms: Terms, schedule: Schedule) -> Self {
        let town = Town::unstaffed(|_: &mut Settings| ());
        let mut guild = Self { town, pool: PoolId::default() };
        guild.grant(guild.obligation_address, OPERATOR, roles::OPERATOR);
        guild.grant(guild.reputation_address, FREEZER, roles::FREEZER);
        guild.pool = guild.open(terms, schedule).ok();
        guild
    }

    fn grant(&self, contract: AccountId, name: &str, role: RoleType) {
        self.send("manager", self.roles_in(contract).grant_role(role, Some(account(name)))).ok();
    }

    /// The manager takes a role in the reputation contract from the obligation contract.
    fn revoke_here(&self, role: RoleType) {
        let revoke = self.roles_in(self.reputation_address).revoke_role(role, Some(self.obligation_address));
        self.send("manager", revoke).ok();
    }

    /// And gives it back.
    fn grant_here(&self, role: RoleType) {
        let grant = self.roles_in(self.reputation_address).grant_role(role, Some(self.obligation_address));
        self.send("manager", grant).ok();
    }

    fn calls(&self) -> ObligationCalls {
        self.obligation()
    }

    // Members

    fn enlist(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(name, self.calls().enlist(self.pool))
    }

    fn enlist_all(&self, names: &[&str]) {
        names.iter().for_each(|name| self.enlist(name).ok());
    }

    fn resign(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(name, self.calls().resign(self.pool))
    }

    fn check_in(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(name, self.calls().check_in(self.pool))
    }

    fn freeze(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(name, self.calls().freeze())
    }

    fn unfreeze(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(name, self.calls().unfreeze())
    }

    // Olga's reports

    fn open(&self, terms: Terms, schedule: Schedule) -> Sent<Result<PoolId, Error>> {
        self.send(OPERATOR, self.calls().open_pool(terms, schedule))
    }

    /// Everybody on a seat has seen `ops` more, each asking for three reviews.
    fn see(&self, ops: u32) {
        self.send(OPERATOR, self.calls().record_seen(self.pool, ops, 3)).ok();
    }

    fn declare(&self, name: &str, ops: u32) {
        self.send(OPERATOR, self.calls().record_declared(self.pool, account(name), ops)).ok();
    }

    fn open_commitment(&self, name: &str) -> Sent<Result<u32, Error>> {
        self.open_commitments(name, 1)
    }

    fn open_commitments(&self, name: &str, count: u32) -> Sent<Result<u32, Error>> {
        self.send(OPERATOR, self.calls().commit(self.pool, account(name), count))
    }

    fn release(&self, name: &str) -> Sent<Result<(), Error>> {
        self.send(OPERATOR, self.calls().release(self.pool, account(name)))
    }

    // Reads, and upkeep by a stranger

    fn evaluate(&self, name: &str) -> Sent<Result<Standing, Error>> {
        self.send(STRANGER, self.calls().evaluate(self.pool, account(name)))
    }

    fn standing(&self, name: &str) -> Standing {
        self.chain.read(self.calls().standing(self.pool, account(name))).expect("a member")
    }

    fn membership(&self, name: &str) -> Membership {
        self.chain.read(self.calls().membership(self.pool, account(name))).expect("a member")
    }

    /// Micro-operations seen and declared.
    fn counters(&self, name: &str) -> (u128, u128) {
        let membership = self.membership(name);
        (membership.seen, membership.declared)
    }

    fn state(&self, name: &str) -> MemberState {
        self.membership(name).state
    }

    fn capacity(&self) -> Capacity {
        self.chain.read(self.calls().capacity(self.pool)).expect("a pool")
    }

    fn line(&self) -> Vec<AccountId> {
        self.chain.read(self.calls().waiting(self.pool, None, 64)).expect("a pool")
    }

    fn pools_of(&self, name: &str) -> Vec<PoolId> {
        self.chain.read(self.calls().pools_of(account(name)))
    }
}

fn people(names: &[&str]) -> Vec<AccountId> {
    names.iter().map(|name| account(name)).collect()
}

// Roles and pools

#[test]
fn who_deploys_is_the_manager_and_no_role_is_ever_everybodys() {
    let guild = Guild::of(brisk_terms());
    let new = constructor("new").push_arg(guild.reputation_address);
    let artifact = &build::contracts().expect("the contracts build").obligation;
    let deployed = guild.chain.deploy(artifact, new, &guild.manager, 0);
    let granted = &deployed.events::<RoleGranted>()[0];
    let manager = Some(guild.manager);
    assert_eq!((granted.role, granted.grantee, granted.grantor), (roles::MANAGER, manager, manager));
    let holds = |who| guild.chain.read(RoleCalls::from(guild.obligation_address).has_role(roles::MANAGER, who));
    assert!(holds(manager) && !holds(Some(account(STRANGER))) && !holds(None));

    let grant = |who| guild.roles_in(guild.obligation_address).grant_role(roles::OPERATOR, who);
    assert_eq!(guild.refused("manager", grant(None)), AccessControlError::InvalidCaller);
    assert_eq!(guild.refused(STRANGER, grant(Some(account(STRANGER)))), AccessControlError::MissingRole);
    assert_eq!(guild.refused("manager", grant(Some(account(OPERATOR)))), AccessControlError::RoleRedundant);
}

#[test]
fn an_operator_opens_pools_and_they_are_counted_up() {
    let guild = Guild::of(brisk_terms());
    let weekend = Segment { offset: days(2), weight_ppm: 500_000 };
    let schedule = Schedule { cycle: days(7), segments: vec![weekend] };
    let opened = guild.open(one_seat(), schedule.clone());
    assert_eq!(opened.events::<PoolOpened>(), [PoolOpened { pool: 2, operator: account(OPERATOR) }]);
    assert_eq!(opened.ok(), 2);
    assert_eq!(guild.chain.read(guild.calls().terms(2)), Ok((one_seat(), schedule)));
    let empty = Capacity { seats: 1, utilization_ppm: 1_000_000, ..Capacity::default() };
    assert_eq!(guild.chain.read(guild.calls().capacity(2)), Ok(empty));
    for name in [STRANGER, "manager", "eva"] {
        let open = guild.calls().open_pool(one_seat(), Schedule::default());
        assert_eq!(guild.refused(name, open), Error::MissingRole);
    }
}

#[test]
fn each_rule_for_terms_and_schedules_has_its_own_reason() {
    use TermsReason::*;
    type Change = fn(&mut Terms, &mut Schedule);
    fn segments(count: u64, weight_ppm: u32) -> Schedule {
        Schedule { cycle: count, segments: (0..count).map(|offset| Segment { offset, weight_ppm }).collect() }
    }
    let broken: [(Change, TermsReason); 18] = [
        (|terms, _| terms.denominator = 0, Denominator),
        (|terms, _| terms.epoch = minutes(1) - 1, Epoch),
        (|terms, _| terms.retention_ppm = 1_000_001, Retention),
        (|terms, _| terms.ban_buffer = terms.throttle_buffer - 1, Buffers),
        (|terms, _| terms.rate = Rate::FairShare { diligence_ppm: 0 }, Diligence),
        (|terms, _| terms.min_reviews = 0, MinReviews),
        (|terms, _| terms.seats = 7, Share),
        (|terms, _| terms.presence = terms.throttle_buffer, Presence),
        (|terms, _| terms.pace = terms.ban_buffer / 2 + 1, Pace),
        (|terms, _| terms.credit_cap = terms.presence, CreditCap),
        (|terms, _| terms.seats = 0, Seats),
        (|terms, _| terms.healthy_limit = terms.throttle_buffer + 1, HealthyLimit),
        (|terms, _| terms.slash_ppm = 1_000_001, Slash),
        (|terms, _| terms.keeper_reward = terms.bond / 2 + 1, KeeperReward),
        (|terms, _| terms.notice = days(1) - 1, Notice),
        (|_, schedule| *schedule = segments(33, 1), Segments),
        (
            |terms, schedule| {
                terms.rate = Rate::FairShare { diligence_ppm: 1 };
                *schedule = segments(1, 1_000_000_001);
            },
            Weight,
        ),
        (|terms, _| terms.cooldown = days(36_525) + 1, Duration),
    ];
    let guild = Guild::of(brisk_terms());
    for (change, reason) in broken {
        let (mut terms, mut schedule) = (brisk_terms(), Schedule::default());
        change(&mut terms, &mut schedule);
        let told = guild.refused(OPERATOR, guild.calls().open_pool(terms, schedule));
        assert_eq!(told, Error::InvalidTerms(reason));
    }
    assert_eq!(guild.open(Terms { seats: 6, ..brisk_terms() }, segments(32, 1_000_000)).ok(), 2, "at the edge");
}

#[test]
fn a_pool_listens_only_to_who_opened_it_and_goes_on_doing_so() {
    let guild = Guild::of(two_seats());
    guild.enlist("eva").ok();
    guild.grant(guild.obligation_address, "otto", roles::OPERATOR);
    let eva = account("eva");
    let outcome = || vec![Outcome { who: eva, declared: 1, released: 0 }];
    for (name, pool, error) in [
        (STRANGER, guild.pool, Error::NotOperator),
        ("eva", guild.pool, Error::NotOperator),
        ("manager", guild.pool, Error::NotOperator),
        ("otto", guild.pool, Error::NotOperator),
        (OPERATOR, guild.town.pool, Error::NotOperator),
        (OPERATOR, NO_POOL, Error::UnknownPool),
    ] {
        let calls = || guild.calls();
        assert_eq!(guild.refused(name, calls().record_seen(pool, 1, 1)), error);
        assert_eq!(guild.refused(name, calls().record_declared(pool, eva, 1)), error);
        assert_eq!(guild.refused(name, calls().reserve(pool, 1)), error);
        assert_eq!(guild.refused(name, calls().record_closed(pool, 1)), error);
        assert_eq!(guild.refused(name, calls().commit(pool, eva, 1)), error);
        assert_eq!(guild.refused(name, calls().release(pool, eva)), error);
        assert_eq!(guild.refused(name, calls().resolve(pool, outcome())), error);
    }
    let revoke = guild.roles_in(guild.obligation_address).revoke_role(roles::OPERATOR, Some(account(OPERATOR)));
    guild.send("manager", revoke).ok();
    guild.open_commitment("eva").ok();
    guild.send(OPERATOR, guild.calls().resolve(guild.pool, outcome())).ok();
    assert_eq!(guild.counters("eva"), (0, OP), "work in hand can still be settled");
    assert_eq!(guild.refused(OPERATOR, guild.calls().open_pool(two_seats(), Schedule::default())), Error::MissingRole);
}

#[test]
fn a_pause_stops_enlisting_and_nothing_else() {
    let guild = Guild::of(Terms { presence: 1, ..one_seat() });
    guild.enlist_all(&["eva", "emil"]);
    let (pause, unpause) = (|| guild.calls().pause(), || guild.calls().unpause());
    assert_eq!(guild.refused(STRANGER, pause()), Error::MissingRole);
    assert_eq!(guild.refused(STRANGER, unpause()), Error::MissingRole);
    assert_eq!(guild.refused("manager", unpause()), Error::NotPaused);
    let paused = guild.send("manager", pause());
    assert_eq!(paused.events::<Paused>()[0].account, guild.manager);
    paused.ok();
    assert_eq!(guild.refused("manager", pause()), Error::Paused);
    assert_eq!(guild.refused("edda", guild.calls().enlist(guild.pool)), Error::Paused);
    assert_eq!(guild.refused("edda", guild.calls().enlist(NO_POOL)), Error::Paused);

    guild.check_in("eva").ok();
    guild.open_commitment("eva").ok();
    guild.release("eva").ok();
    guild.send(OPERATOR, guild.calls().reserve(guild.pool, 3)).ok();
    guild.send(OPERATOR, guild.calls().record_closed(guild.pool, 3)).ok();
    guild.freeze("eva").ok();
    guild.chain.pass(days(1));
    guild.unfreeze("eva").ok();
    assert_eq!(guild.line(), people(&["eva"]));
    guild.see(14);
    assert_eq!(guild.evaluate("emil").ok(), Standing::Banned);
    assert_eq!(guild.state("eva"), MemberState::Seated);
    guild.resign("eva").ok();
    guild.send(STRANGER, guild.calls().fill_seats(guild.pool, 1)).ok();
    guild.open(one_seat(), Schedule::default()).ok();

    let unpaused = guild.send("manager", unpause());
    assert_eq!(unpaused.events::<Unpaused>()[0].account, guild.manager);
    unpaused.ok();
    guild.enlist("edda").ok();
}

#[test]
fn reads_of_what_is_not_there_say_so() {
    let guild = Guild::of(brisk_terms());
    let stranger = account(STRANGER);
    let calls = || guild.calls();
    assert_eq!(guild.chain.read(calls().standing(NO_POOL, stranger)), Err(Error::UnknownPool));
    assert_eq!(guild.chain.read(calls().membership(NO_POOL, stranger)), Err(Error::UnknownPool));
    assert_eq!(guild.chain.read(calls().capacity(NO_POOL)), Err(Error::UnknownPool));
    assert_eq!(guild.chain.read(calls().terms(NO_POOL)), Err(Error::UnknownPool));
    assert_eq!(guild.chain.read(calls().waiting(NO_POOL, None, 1)), Err(Error::UnknownPool));
    assert_eq!(guild.chain.read(calls().standing(guild.pool, stranger)), Err(Error::NotAMember));
    assert_eq!(guild.chain.read(calls().membership(guild.pool, stranger)), Err(Error::NotAMember));
    assert!(guild.pools_of(STRANGER).is_empty());
    assert_eq!(guild.refused(STRANGER, calls().evaluate(NO_POOL, stranger)), Error::UnknownPool);
    assert_eq!(guild.refused(STRANGER, calls().evaluate(guild.pool, stranger)), Error::NotAMember);
    assert_eq!(guild.refused(STRANGER, calls().fill_seats(NO_POOL, 1)), Error::UnknownPool);
    assert_eq!(guild.chain.read(calls().member_states(NO_POOL, vec![])), Err(Error::UnknownPool));
}

#[test]
fn what_sixteen_accounts_are_in_a_pool_is_told_at_once() {
    use MemberState::{Banned, Frozen, Left, Seated, Waiting};
    let guild = Guild::of(two_seats());
    let states = |names: &[&str]| guild.chain.read(guild.calls().member_states(guild.pool, people(names)));
    assert_eq!(states(&[]), Ok((0, vec![])));
    guild.enlist_all(&["eva", "emil"]);
    guild.see(14);
    guild.enlist_all(&["edda", "enzo", "elsa"]);
    assert_eq!(states(&["eva", STRANGER, "enzo", "eva"]), Ok((2, vec![Seated, Left, Waiting, Seated])));
    guild.evaluate("eva").ok();
    guild.freeze("edda").ok();
    let all = ["eva", "emil", "edda", "enzo", "elsa"];
    assert_eq!(states(&all), Ok((2, vec![Banned, Seated, Frozen, Seated, Waiting])), "a ban counts once it is latched");

    let most = [STRANGER; MAX_STATES];
    assert_eq!(states(&most), Ok((2, vec![Left; MAX_STATES])));
    assert_eq!(states(&[&most[..], &["eva"]].concat()), Err(Error::TooManyOutcomes));
}

// Seats and the line

#[test]
fn seats_are_taken_in_the_order_of_coming_and_so_is_the_line() {
    let guild = Guild::of(two_seats());
    let pool = guild.pool;
    for name in ["eva", "emil"] {
        let enlisted = guild.enlist(name);
        assert_eq!(enlisted.events::<Seated>(), [Seated { pool, who: account(name) }]);
        assert!(enlisted.events::<Queued>().is_empty());
        enlisted.ok();
    }
    for name in ["edda", "enzo", "elsa"] {
        let enlisted = guild.enlist(name);
        assert_eq!(enlisted.events::<Queued>(), [Queued { pool, who: account(name) }]);
        assert!(enlisted.events::<Seated>().is_empty());
        enlisted.ok();
    }
    for name in ["eva", "enzo"] {
        let profile = guild.profile(name);
        assert_eq!((profile.locked, profile.available), (BOND, ENDOWMENT - BOND), "{name}: a bond in line as well");
        assert_eq!(guild.pools_of(name), [pool]);
    }
    let began = guild.chain.now();
    let fresh = Membership {
        state: MemberState::Seated,
        standing: Standing::Healthy,
        seen: 0,
        declared: 0,
        required: 0,
        deficit: 0,
        seat_since: began,
        open: 0,
        bond: BOND,
        ended: 0,
        // No pace bounds what may fall due: so it is now.
        safe_until: began,
    };
    assert_eq!(guild.membership("eva"), fresh);
    assert_eq!(guild.membership("enzo"), Membership { state: MemberState::Waiting, seat_since: 0, ..fresh });
    assert_eq!(guild.line(), people(&["edda", "enzo", "elsa"]));
    let capacity = guild.capacity();
    assert_eq!((capacity.seats, capacity.active, capacity.waiting, capacity.frozen), (2, 2, 3, 0));

    guild.chain.pass(hours(1));
    let resigned = guild.resign("emil");
    assert_eq!(resigned.events::<Resigned>(), [Resigned { pool, who: account("emil") }]);
    assert_eq!(resigned.events::<Seated>(), [Seated { pool, who: account("edda") }], "in the same call");
    resigned.ok();
    assert_eq!(guild.profile("emil").locked, 0);
    assert!(guild.pools_of("emil").is_empty());
    let emil = guild.membership("emil");
    assert_eq!((emil.state, emil.bond, emil.ended), (MemberState::Left, 0, began + hours(1)));
    assert_eq!(guild.membership("edda").seat_since, began + hours(1));

    let left = guild.resign("enzo");
    assert_eq!(left.events::<Resigned>(), [Resigned { pool, who: account("enzo") }]);
    assert!(left.events::<Seated>().is_empty());
    left.ok();
    assert_eq!((guild.profile("enzo").locked, guild.line()), (0, people(&["elsa"])));
    guild.enlist("enzo").ok();
    assert_eq!(guild.line(), people(&["elsa", "enzo"]), "at once, but at the end");
    assert_eq!(guild.send(STRANGER, guild.calls().fill_seats(pool, 64)).ok(), 0, "no seat is ever left free");
}

#[test]
fn every_reason_not_to_enlist_is_named() {
    let guild = Guild::of(one_seat());
    let enlist = || guild.calls().enlist(guild.pool);
    assert_eq!(guild.refused("eva", guild.calls().enlist(NO_POOL)), Error::UnknownPool);
    let told = guild.refused(STRANGER, enlist());
    assert_eq!(told, Error::Reputation(reputation::Error::InsufficientReputation));
    guild.enlist_all(&["eva", "emil"]);
    assert_eq!(guild.refused("eva", enlist()), Error::AlreadyMember);
    assert_eq!(guild.refused("emil", enlist()), Error::AlreadyMember, "waiting is being one");

    guild.freeze("emil").ok();
    assert_eq!(guild.refused("emil", enlist()), Error::Frozen);
    assert_eq!(guild.refused("emil", guild.calls().enlist(guild.town.pool)), Error::Frozen, "in any pool");
    guild.send(FREEZER, guild.reputation().freeze(account("edda"))).ok();
    assert_eq!(guild.refused("edda", enlist()), Error::Reputation(reputation::Error::Frozen));

    guild.resign("eva").ok();
    guild.chain.pass(days(7) - 1);
    assert_eq!(guild.refused("eva", enlist()), Error::CoolingDown);
    guild.chain.pass(1);
    guild.enlist("eva").ok();
    guild.see(14);
    guild.evaluate("eva").ok();
    guild.chain.pass(days(365));
    assert_eq!(guild.refused("eva", enlist()), Error::Banned);

    guild.revoke_here(roles::LOCKER);
    assert_eq!(guild.refused("elsa", enlist()), Error::Reputation(reputation::Error::MissingRole));
}

#[test]
fn an_account_can_be_in_eight_pools() {
    let guild = Guild::of(Terms { seats: 1, ..open_to_all() });
    let mut pools = vec![guild.pool];
    pools.extend((0..MAX_POOLS_OF).map(|_| guild.open(Terms { seats: 1, ..open_to_all() }, Schedule::default()).ok()));
    guild.send("first", guild.calls().enlist(pools[0])).ok();
    for pool in &pools[..MAX_POOLS_OF] {
        guild.send("ben", guild.calls().enlist(*pool)).ok();
    }
    assert_eq!(guild.line(), people(&["ben"]), "in one of them waiting");
    assert_eq!(guild.pools_of("ben"), pools[..MAX_POOLS_OF]);
    assert_eq!(guild.refused("ben", guild.calls().enlist(pools[8])), Error::TooManyPools);
    guild.freeze("ben").ok();
    assert_eq!(guild.pools_of("ben"), pools[..MAX_POOLS_OF]);
    guild.chain.pass(days(1));
    let back = guild.unfreeze("ben");
    assert_eq!((back.events::<Seated>().len(), back.events::<Queued>().len()), (7, 1));
    back.ok();
    guild.send("ben", guild.calls().resign(pools[3])).ok();
    guild.send("ben", guild.calls().enlist(pools[8])).ok();
    let now: Vec<_> = pools.iter().copied().filter(|pool| *pool != pools[3]).collect();
    assert_eq!(guild.pools_of("ben"), now);
}

#[test]
fn the_line_is_read_in_pages() {
    let guild = Guild::of(Terms { seats: 1, ..open_to_all() });
    let names: Vec<_> = (0..=66).map(|number| format!("member {number}")).collect();
    for name in &names {
        guild.enlist(name).ok();
    }
    let waiting: Vec<_> = names[1..].iter().map(|name| account(name)).collect();
    let page = |from, count| guild.chain.read(guild.calls().waiting(guild.pool, from, count));
    assert_eq!(page(None, 3).unwrap(), waiting[..3]);
    assert_eq!(page(None, 1_000).unwrap(), waiting[..64], "at most 64");
    assert_eq!(page(Some(waiting[63]), 64).unwrap(), waiting[63..]);
    assert_eq!(page(Some(waiting[10]), 2).unwrap(), waiting[10..12]);
    assert_eq!(page(None, 0).unwrap(), []);
    assert_eq!(page(Some(account(STRANGER)), 1), Err(Error::NotAMember));
    assert_eq!(page(Some(account(&names[0])), 1), Err(Error::NotAMember), "it has a seat");
    assert_eq!(guild.capacity().waiting, 66);
}

#[test]
fn who_has_done_its_part_may_leave_and_comes_back_to_its_own_ledger() {
    let guild = Guild::of(one_seat());
    guild.enlist("eva").ok();
    let resign = || guild.calls().resign(guild.pool);
    assert_eq!(guild.refused("eva", guild.calls().resign(NO_POOL)), Error::UnknownPool);
    assert_eq!(guild.refused(STRANGER, resign()), Error::NotAMember);
    guild.see(5);
    assert_eq!(guild.membership("eva").deficit, 2 * OP);
    assert_eq!(guild.refused("eva", resign()), Error::Deficit);
    guild.open_commitment("eva").ok();
    guild.open_commitment("eva").ok();
    assert_eq!(guild.membership("eva").deficit, 0, "work in hand counts");
    assert_eq!(guild.refused("eva", resign()), Error::OpenCommitments);
    let both = Outcome { who: account("eva"), declared: 2, released: 2 };
    guild.send(OPERATOR, guild.calls().resolve(guild.pool, vec![both])).ok();
    guild.resign("eva").ok();
    assert_eq!(guild.refused("eva", resign()), Error::NotAMember);

    guild.see(1_000);
    guild.chain.pass(days(7));
    guild.enlist("eva").ok();
    assert_eq!(guild.counters("eva"), (5 * OP, 2 * OP), "as it was left");
    guild.see(1);
    let eva = guild.membership("eva");
    assert_eq!((eva.seen, eva.required, eva.deficit), (6 * OP, 3 * OP, OP));
}

// Presence and fading

#[test]
fn presence_falls_due_with_every_epoch_and_is_declared_once_in_each() {
    let guild = Guild::of(Terms { presence: 1, ..two_seats() });
    guild.enlist_all(&["eva", "emil", "edda"]);
    let check_in = || guild.calls().check_in(guild.pool);
    let checked_in = guild.check_in("eva");
    assert_eq!(checked_in.events::<CheckedIn>(), [CheckedIn { pool: guild.pool, who: account("eva"), ops: 1 }]);
    checked_in.ok();
    assert_eq!(guild.refused("eva", check_in()), Error::AlreadyCheckedIn);
    guild.chain.pass(days(1) - 1);
    assert_eq!(guild.refused("eva", check_in()), Error::AlreadyCheckedIn);
    guild.chain.pass(1);
    guild.check_in("eva").ok();
    assert_eq!(guild.counters("eva"), (2 * OP, 2 * OP));

    // Each day two ops are seen, one of which is due: three may be missing, not four, and seven ban.
    guild.chain.pass(days(3) - 1);
    assert_eq!((guild.membership("emil").required, guild.standing("emil")), (3 * OP, Standing::Healthy));
    guild.chain.pass(1);
    assert_eq!((guild.membership("emil").required, guild.standing("emil")), (4 * OP, Standing::Throttled));
    guild.check_in("emil").ok();
    assert_eq!(guild.standing("emil"), Standing::Healthy);
    guild.chain.pass(days(3));
    assert_eq!(guild.standing("emil"), Standing::Throttled, "seven are due, one is declared");
    guild.chain.pass(days(1));
    assert_eq!(guild.refused("emil", check_in()), Error::Banned);
    assert_eq!(guild.evaluate("emil").ok(), Standing::Banned);
    assert_eq!(guild.membership("edda").required, 0, "in line nothing falls due");
    assert_eq!(guild.capacity().supply, 3);
}

#[test]
fn every_reason_not_to_check_in_is_named() {
    let guild = Guild::of(Terms { presence: 1, ..one_seat() });
    guild.enlist_all(&["eva", "emil"]);
    let check_in = || guild.calls().check_in(guild.pool);
    assert_eq!(guild.refused("eva", guild.calls().check_in(NO_POOL)), Error::UnknownPool);
    assert_eq!(guild.refused(STRANGER, check_in()), Error::NotAMember);
    assert_eq!(guild.refused("emil", check_in()), Error::NotAMember, "it has no seat yet");
    guild.send("eva", guild.calls().enlist(guild.town.pool)).ok();
    assert_eq!(guild.refused("eva", guild.calls().check_in(guild.town.pool)), Error::NoPresence);
    guild.freeze("eva").ok();
    assert_eq!(guild.refused("eva", check_in()), Error::Frozen);
    guild.resign("emil").ok();
    assert_eq!(guild.refused("emil", check_in()), Error::NotAMember, "it has left");
}

#[test]
fn counters_fade_by_the_epoch_rounded_in_the_members_favour() {
    let guild = Guild::of(Terms { retention_ppm: 800_000, ..one_seat() });
    guild.enlist("eva").ok();
    guild.see(10);
    guild.declare("eva", 5);
    assert_eq!((guild.capacity().demand, guild.capacity().supply), (30, 5));
    guild.chain.pass(days(1) - 1);
    assert_eq!(guild.counters("eva"), (10_000_000, 5_000_000), "the first epoch is not over");
    guild.chain.pass(1);
    assert_eq!(guild.counters("eva"), (7_999_999, 4_000_001), "8 and 4");
    guild.chain.pass(days(2));
    assert_eq!(guild.counters("eva"), (5_119_999, 2_560_001), "0.8^3 = 0.512: 5.12 and 2.56");
    assert_eq!((guild.capacity().demand, guild.capacity().supply), (15, 2), "15.36 and 2.56");

    // 5.12 + 4 = 9.12, and a day later 0.8 * 9.12 = 7.296; declared are 2.56 * 0.8 = 2.048.
    guild.see(4);
    guild.chain.pass(days(1));
    let eva = guild.membership("eva");
    assert_eq!((eva.seen, eva.declared, eva.required, eva.deficit), (7_295_999, 2_048_001, 3 * OP, OP));
    guild.chain.pass(days(3_650));
    assert_eq!(guild.counters("eva"), (0, 1), "ten years later");
    assert_eq!(guild.standing("eva"), Standing::Healthy);
}

#[test]
fn the_ledger_of_who_rests_stands_still() {
    let guild = Guild::of(Terms { retention_ppm: 500_000, presence: 1, ..one_seat() });
    guild.enlist("eva").ok();
    guild.see(8);
    guild.declare("eva", 4);
    guild.chain.pass(days(1));
    // Half of 8 and of 4; presence adds two.
    assert_eq!(guild.counters("eva"), (6 * OP, 2 * OP));
    guild.declare("eva", 1);
    guild.freeze("eva").ok();
    guild.chain.pass(days(20));
    guild.see(100);
    assert_eq!(guild.counters("eva"), (6 * OP, 3 * OP));
    guild.unfreeze("eva").ok();
    assert_eq!(guild.counters("eva"), (6 * OP, 3 * OP));
    guild.chain.pass(days(1));
    assert_eq!(guild.counters("eva"), (5 * OP, OP * 3 / 2));
}

#[test]
fn touching_the_pool_often_changes_no_counter() {
    let guild = Guild::of(Terms { retention_ppm: 500_000, ..two_seats() });
    let other = guild.open(Terms { retention_ppm: 500_000, ..two_seats() }, Schedule::default()).ok();
    for pool in [guild.pool, other] {
        guild.send("eva", guild.calls().enlist(pool)).ok();
        guild.send(OPERATOR, guild.calls().record_seen(pool, 8, 3)).ok();
    }
    for _ in 0..12 {
        guild.chain.pass(hours(6));
        guild.see(0);
    }
    let seen = |pool| guild.chain.read(guild.calls().membership(pool, account("eva"))).unwrap().seen;
    assert_eq!((seen(guild.pool), seen(other)), (OP, OP), "an eighth after three days");
}

// Pace, credit, and presence by working

/// Terms for people with jobs: a fair share of all work, at a pace that leaves them their evenings.
fn safe() -> Terms {
    Terms {
        denominator: 48,
        epoch: days(7),
        throttle_buffer: 8,
        ban_buffer: 16,
        rate: Rate::FairShare { diligence_ppm: 1_000_000 },
        presence: 1,
        pace: 4,
        credit_cap: 8,
        healthy_limit: 8,
        throttled_limit: 4,
        ..brisk_terms()
    }
}

#[test]
fn whatever_is_recorded_in_a_night_whoever_misses_nothing_is_banned_no_sooner_than_the_terms_state() {
    let guild = Guild::of(safe());
    guild.enlist_all(&["eva", "emil"]);
    let evening = guild.chain.now();
    let until = guild.membership("eva").safe_until;
    // Seventeen missing ops ban: four at once, four more and one of presence in each of two weeks, three in the third.
    assert_eq!(until, evening + days(14) + days(7) * 3 / 4);

    for _ in 0..14 {
        guild.see(1_000_000);
        assert_eq!((guild.capacity().level, guild.standing("eva")), (4 * OP, Standing::Healthy));
        guild.chain.pass(hours(1));
    }
    let morning = guild.membership("eva");
    assert_eq!((morning.required, morning.standing), (4 * OP, Standing::Healthy), "of forty-two million reviews");
    assert!(morning.safe_until >= until, "what happened was all that can happen");

    // It goes on like that. Emil does four, and is there once.
    while guild.chain.now() + hours(8) < until {
        guild.chain.pass(hours(8));
        guild.see(1_000);
        assert_ne!(guild.standing("eva"), Standing::Banned);
    }
    guild.check_in("emil").ok();
    guild.declare("emil", 4);
    guild.chain.pass_until(until - 1);
    guild.see(1_000);
    assert_eq!(guild.standing("eva"), Standing::Throttled);
    guild.chain.pass(2);
    guild.see(1_000);
    assert_eq!(guild.standing("eva"), Standing::Banned, "what is told is no sooner than it has to be");
    assert_eq!(guild.standing("emil"), Standing::Throttled);
}

#[test]
fn whoever_stops_is_out_in_the_time_that_the_terms_state_even_where_nobody_asks_for_work() {
    let guild = Guild::of(safe());
    guild.enlist("eva").ok();
    guild.declare("eva", 1_000);
    assert_eq!((guild.counters("eva"), guild.capacity().supply), ((0, 8 * OP), 1_000));
    // An op of presence falls due each week: eight are done in advance, and the seventeenth that is missing bans.
    guild.chain.pass(25 * days(7) - 1);
    assert_eq!(guild.standing("eva"), Standing::Throttled);
    guild.chain.pass(1);
    assert_eq!(guild.evaluate("eva").ok(), Standing::Banned);
}

#[test]
fn what_is_done_in_advance_is_credited_up_to_a_cap_and_nothing_is_taken_back() {
    let guild = Guild::of(Terms { credit_cap: 2, ..one_seat() });
    guild.enlist("eva").ok();
    guild.declare("eva", 1);
    assert_eq!(guild.counters("eva"), (0, OP));
    guild.declare("eva", 5);
    assert_eq!(guild.counters("eva"), (0, 2 * OP));
    guild.see(5);
    let done = Outcome { who: account("eva"), declared: 9, released: 0 };
    guild.send(OPERATOR, guild.calls().resolve(guild.pool, vec![done])).ok();
    assert_eq!(guild.counters("eva"), (5 * OP, OP * 9 / 2), "two and a half are required, and two are credit");
    assert_eq!(guild.capacity().supply, 15, "all of it was done");

    let stricter = Terms { credit_cap: 1, ..one_seat() };
    guild.send("manager", guild.calls().propose_terms(guild.pool, stricter, Schedule::default())).ok();
    guild.chain.pass(days(1));
    guild.declare("eva", 1);
    assert_eq!(guild.counters("eva").1, OP * 9 / 2, "less credit is no debt");
    guild.see(8);
    assert_eq!(guild.membership("eva").deficit, 2 * OP);
    guild.declare("eva", 9);
    assert_eq!(guild.counters("eva").1, OP * 15 / 2, "six and a half are required now");
}

#[test]
fn the_first_commitment_of_an_epoch_is_presence_and_is_answered_with_what_was_missing() {
    let guild = Guild::of(Terms { presence: 1, ..two_seats() });
    let pool = guild.pool;
    guild.enlist_all(&["eva", "emil"]);
    let commit = |name, count| {
        let committed = guild.open_commitments(name, count);
        let present = committed.events::<CheckedIn>();
        (committed.ok(), present)
    };
    let present = |name| vec![CheckedIn { pool, who: account(name), ops: 1 }];
    assert_eq!(commit("eva", 1), (0, present("eva")));
    assert_eq!(guild.counters("eva"), (0, OP));
    assert_eq!(guild.refused("eva", guild.calls().check_in(pool)), Error::AlreadyCheckedIn);
    assert_eq!(commit("eva", 2), (0, vec![]), "once in an epoch");
    guild.check_in("emil").ok();
    assert_eq!(commit("emil", 1), (0, vec![]), "he said so already");

    guild.chain.pass(days(1));
    (0..3).for_each(|_| guild.release("eva").ok());
    guild.release("emil").ok();
    assert_eq!(commit("eva", 1), (0, present("eva")));
    // With two of presence they have seen twelve: six are required.
    guild.see(10);
    assert_eq!(commit("eva", 1), (3, vec![]), "two were declared, and one was in hand");
    let many = guild.calls().commit(pool, account("emil"), 3);
    assert_eq!(guild.refused(OPERATOR, many), Error::TooManyCommitments, "two while Throttled, and none of three");
    assert_eq!(commit("emil", 2), (5, present("emil")));
    let emil = guild.membership("emil");
    assert_eq!((emil.declared, emil.open, emil.deficit), (2 * OP, 2, 2 * OP));
    assert_eq!(guild.capacity().supply, 4, "two of each");
}

// What an op weighs

#[test]
fn an_op_weighs_what_the_schedule_says_at_the_moment_it_is_seen() {
    let hour = |offset, weight_ppm| Segment { offset: hours(offset), weight_ppm };
    let segments = vec![hour(6, 1_000_000), hour(18, 1_500_000), hour(22, 2_000_000)];
    let guild = Guild::scheduled(two_seats(), Schedule { cycle: days(1), segments });
    guild.enlist("eva").ok();
    let midnight = guild.chain.now();
    let mut sum = 0;
    // (milliseconds after midnight, what ten ops weigh in ops)
    for (time, weight) in [
        (0, 20),
        (hours(6) - 1, 20),
        (hours(6), 10),
        (hours(18) - 1, 10),
        (hours(18), 15),
        (hours(22), 20),
        (days(1) + hours(5), 20),
        (days(1) + hours(7), 10),
    ] {
        guild.chain.pass_until(midnight + time);
        guild.see(10);
        sum += weight;
        assert_eq!(guild.counters("eva").0, sum * OP, "{time} ms after midnight");
    }
}

#[test]
fn a_fair_share_of_the_reviews_is_asked_of_each_active_member() {
    let rate = Rate::FairShare { diligence_ppm: 500_000 };
    let terms = Terms { denominator: 48, rate, seats: 4, ..brisk_terms() };
    let schedule = |weight_ppm| Schedule { cycle: days(1), segments: vec![Segment { offset: 0, weight_ppm }] };
    let guild = Guild::of(terms.clone());
    let usual = guild.pool;
    let half_again = guild.open(terms.clone(), schedule(1_500_000)).ok();
    let fourfold = guild.open(terms, schedule(4_000_000)).ok();
    // What one op that asks for this many reviews adds to what Eva has seen, in ops.
    let weight = |pool, reviews| {
        let seen = || guild.chain.read(guild.calls().membership(pool, account("eva"))).map_or(0, |eva| eva.seen);
        let before = seen();
        guild.send(OPERATOR, guild.calls().record_seen(pool, 1, reviews)).ok();
        assert_eq!((seen() - before) % OP, 0);
        (seen() - before) / OP
    };
    guild.see(1_000);
    guild.send("eva", guild.calls().enlist(usual)).ok();
    assert_eq!(guild.counters("eva").0, 0, "with nobody active an op weighs nothing");
    assert_eq!(weight(usual, 3), 48, "half of three reviews is more than one person's whole attention");
    guild.send("emil", guild.calls().enlist(usual)).ok();
    assert_eq!(weight(usual, 3), 36, "48 * 1/2 * 3/2");
    guild.send("edda", guild.calls().enlist(usual)).ok();
    guild.send("enzo", guild.calls().enlist(usual)).ok();
    assert_eq!(weight(usual, 3), 18, "48 * 1/2 * 3/4");
    assert_eq!(weight(usual, 0), 0);

    for name in ["eva", "emil", "edda", "enzo"] {
        guild.send(name, guild.calls().enlist(half_again)).ok();
        guild.send(name, guild.calls().enlist(fourfold)).ok();
    }
    assert_eq!(weight(half_again, 3), 27, "48 * 1/2 * 3/4 * 3/2");
    assert_eq!(weight(fourfold, 3), 36, "no more than 48 * 3/4, whatever the hour");
    assert_eq!(guild.capacity().demand, 3_000 + 9);
}

#[test]
fn the_greatest_reports_are_counted_and_trap_nothing() {
    let guild = Guild::of(one_seat());
    guild.enlist_all(&["eva", "emil"]);
    for _ in 0..2 {
        guild.send(OPERATOR, guild.calls().record_seen(guild.pool, u32::MAX, u32::MAX)).ok();
        guild.declare("eva", u32::MAX);
        guild.send(OPERATOR, guild.calls().reserve(guild.pool, u32::MAX)).ok();
    }
    let all = u128::from(u32::MAX);
    assert_eq!(guild.counters("eva"), (2 * all * OP, 2 * all * OP));
    let capacity = guild.capacity();
    assert_eq!((capacity.demand, capacity.supply, capacity.backlog), (u64::MAX, 2 * all as u64, 2 * all as u64));
    assert_eq!(capacity.utilization_ppm, 4_000_000_000);
    guild.resign("eva").ok();
    guild.send(OPERATOR, guild.calls().record_seen(guild.pool, u32::MAX, 1)).ok();
    assert_eq!(guild.evaluate("emil").ok(), Standing::Banned);
}

// Standing

#[test]
fn who_falls_short_is_throttled_works_its_way_back_and_is_banned_in_the_end() {
    let guild = Guild::of(one_seat());
    let pool = guild.pool;
    guild.enlist_all(&["eva", "emil"]);
    let (eva, stranger) = (account("eva"), account(STRANGER));
    let changed =
        |standing| StandingChanged { pool, who: eva, standing, bond_burnt: 0, slashed: 0, keeper: stranger, reward: 0 };
    guild.see(7);
    let unchanged = guild.evaluate("eva");
    assert!(unchanged.emitted.is_empty());
    assert_eq!(unchanged.ok(), Standing::Healthy, "3 required, 3 tolerated");

    guild.see(1);
    assert_eq!(guild.standing("eva"), Standing::Throttled);
    assert_eq!(guild.capacity().throttled, 0, "nobody latched it yet");
    let throttled = guild.evaluate("eva");
    assert_eq!(throttled.events::<StandingChanged>(), [changed(Standing::Throttled)]);
    assert_eq!(throttled.ok(), Standing::Throttled);
    assert_eq!(guild.capacity().throttled, 1);
    let again = guild.evaluate("eva");
    assert!(again.emitted.is_empty());
    assert_eq!(again.ok(), Standing::Throttled);

    guild.declare("eva", 1);
    let healthy = guild.evaluate("eva");
    assert_eq!(healthy.events::<StandingChanged>(), [changed(Standing::Healthy)]);
    assert_eq!(healthy.ok(), Standing::Healthy);
    assert_eq!(guild.capacity().throttled, 0);

    guild.see(7);
    guild.evaluate("eva").ok();
    assert_eq!((guild.membership("eva").required, guild.standing("eva")), (7 * OP, Standing::Throttled));
    guild.see(1);
    assert_eq!((guild.membership("eva").required, guild.standing("eva")), (8 * OP, Standing::Banned));
    assert_eq!(guild.state("eva"), MemberState::Seated, "nobody latched it yet");

    guild.chain.pass(hours(5));
    let banned = guild.evaluate("eva");
    let told = StandingChanged { bond_burnt: BOND, slashed: 225, reward: 20, ..changed(Standing::Banned) };
    assert_eq!(banned.events::<StandingChanged>(), [told], "the bond, and half of the other 450");
    assert_eq!(banned.events::<Seated>(), [Seated { pool, who: account("emil") }]);
    let slashed = [BOND, 225].map(|amount| Slashed { who: eva, slasher: guild.obligation_address, amount });
    assert_eq!(banned.events::<Slashed>(), slashed);
    let reward = Owed { to: stranger, minter: guild.obligation_address, amount: 20, reason: MintReason::Keeper };
    assert_eq!(banned.events::<Owed>(), [reward]);
    let weight_of_ban = banned.gas;
    assert_eq!(banned.ok(), Standing::Banned);

    let profile = guild.profile("eva");
    assert_eq!((profile.balance, profile.locked, profile.slashed), (225, 0, 275));
    let member = guild.membership("eva");
    assert_eq!((member.state, member.standing, member.bond), (MemberState::Banned, Standing::Banned, 0));
    assert_eq!((member.seat_since, member.ended), (0, guild.chain.now()));
    assert!(guild.pools_of("eva").is_empty());
    let emil = guild.membership("emil");
    assert_eq!((emil.state, emil.seat_since, emil.seen), (MemberState::Seated, guild.chain.now(), 0));
    let capacity = guild.capacity();
    assert_eq!((capacity.active, capacity.throttled, capacity.waiting), (1, 0, 0));

    let before = guild.chain.state_hash();
    let second = guild.evaluate("eva");
    assert!(second.emitted.is_empty());
    let code = build::contracts().expect("the contracts build").reputation.wasm.len();
    assert!(weight_of_ban.proof_size() - second.gas.proof_size() > code as u64, "it enters no other contract");
    assert_eq!(second.ok(), Standing::Banned);
    assert_eq!(guild.chain.state_hash(), before);
    assert_eq!(guild.send(STRANGER, guild.reputation().claim_reputation(stranger)).ok(), 20);
}

#[test]
fn a_ban_leaves_the_bonds_of_other_pools_alone() {
    let guild = Guild::of(one_seat());
    guild.enlist("eva").ok();
    guild.send("eva", guild.calls().enlist(guild.town.pool)).ok();
    guild.see(14);
    let banned = guild.evaluate("eva");
    let told = &banned.events::<StandingChanged>()[0];
    assert_eq!((told.bond_burnt, told.slashed), (BOND, 200), "half of what is not locked");
    banned.ok();
    let profile = guild.profile("eva");
    assert_eq!((profile.balance, profile.locked), (250, BOND));
    assert_eq!(guild.pools_of("eva"), [guild.town.pool]);
    assert_eq!(guild.member("eva").standing, Standing::Healthy);
    guild.send("eva", guild.calls().resign(guild.town.pool)).ok();
    assert_eq!(guild.profile("eva").locked, 0);
}

#[test]
fn who_is_banned_by_its_counters_is_refused_everywhere_before_and_after_anyone_latched_it() {
    let guild = Guild::of(Terms { presence: 1, ..one_seat() });
    guild.enlist("eva").ok();
    guild.see(14);
    let calls = || guild.calls();
    let refusals = || {
        [
            guild.refused("eva", calls().enlist(guild.pool)),
            guild.refused("eva", calls().resign(guild.pool)),
            guild.refused("eva", calls().check_in(guild.pool)),
            guild.refused(OPERATOR, calls().commit(guild.pool, account("eva"), 1)),
        ]
    };
    assert_eq!(guild.state("eva"), MemberState::Seated);
    assert_eq!(refusals(), [Error::Banned; 4]);
    assert_eq!(guild.refused("eva", calls().freeze()), Error::Banned);
    guild.evaluate("eva").ok();
    assert_eq!(refusals(), [Error::Banned; 4]);
    assert_eq!(guild.refused("eva", calls().freeze()), Error::NotAMember, "it has nothing to rest from");
    assert_eq!(guild.refused("eva", calls().unfreeze()), Error::NotFrozen);
}

#[test]
fn whose_ledger_stands_still_has_nothing_to_latch() {
    let guild = Guild::of(Terms { seats: 3, ..brisk_terms() });
    guild.enlist_all(&["eva", "emil", "edda", "enzo"]);
    guild.freeze("eva").ok();
    guild.resign("emil").ok();
    guild.enlist_all(&["elsa", "cora"]);
    guild.see(100);
    guild.who(STRANGER);
    let before = guild.chain.state_hash();
    for (name, state) in [("eva", MemberState::Frozen), ("emil", MemberState::Left), ("cora", MemberState::Waiting)] {
        assert_eq!(guild.state(name), state);
        assert_eq!(guild.evaluate(name).ok(), Standing::Healthy, "{name}");
    }
    assert_eq!(guild.chain.state_hash(), before);
}

#[test]
fn nobody_is_banned_for_work_in_hand() {
    let guild = Guild::of(one_seat());
    guild.enlist("eva").ok();
    guild.open_commitment("eva").ok();
    guild.see(15);
    let eva = guild.membership("eva");
    assert_eq!((eva.required, eva.declared, eva.open, eva.deficit), (7 * OP, 0, 1, 6 * OP));
    assert_eq!(guild.evaluate("eva").ok(), Standing::Throttled);
    guild.release("eva").ok();
    assert_eq!(guild.evaluate("eva").ok(), Standing::Banned);
}

#[test]
fn no_gas_limit_leaves_half_of_a_ban_behind() {
    let guild = Guild::of(one_seat());
    guild.enlist_all(&["eva", "emil"]);
    guild.see(14);
    let stranger = guild.who(STRANGER);
    let evaluate = || guild.calls().evaluate(guild.pool, account("eva"));
    let whole = guild.chain.dry_run(&stranger, evaluate()).gas;
    let before = guild.chain.state_hash();
    for part in 1..20 {
        let tried = guild.chain.call_within(&stranger, evaluate(), whole * part / 20);
        assert!(tried.result.is_err(), "{part}/20 of the weight is not enough");
        assert_eq!(guild.chain.state_hash(), before, "{part}/20 of the weight left something behind");
    }
    guild.evaluate("eva").ok();
}

// Commitments and reports

#[test]
fn a_member_may_commit_to_as_much_as_its_standing_allows() {
    let guild = Guild::of(one_seat());
    guild.enlist("eva").ok();
    let commit = || guild.calls().commit(guild.pool, account("eva"), 1);
    guild.open_commitments("eva", 3).ok();
    assert_eq!(guild.refused(OPERATOR, commit()), Error::TooManyCommitments, "three while Healthy");
    (0..3).for_each(|_| guild.release("eva").ok());

    // With both commitments counted, 12 ops seen are four more than are done: Throttled still.
    guild.see(12);
    guild.open_commitments("eva", 2).ok();
    assert_eq!(guild.standing("eva"), Standing::Throttled);
    assert_eq!(guild.refused(OPERATOR, commit()), Error::TooManyCommitments, "two while Throttled");
    guild.declare("eva", 1);
    guild.open_commitment("eva").ok();
    assert_eq!(guild.membership("eva").open, 3);

    let idle = guild.open(Terms { healthy_limit: 0, throttled_limit: 0, ..one_seat() }, Schedule::default()).ok();
    guild.send("emil", guild.calls().enlist(idle)).ok();
    let told = guild.refused(OPERATOR, guild.calls().commit(idle, account("emil"), 1));
    assert_eq!(told, Error::TooManyCommitments, "none at all in this pool");
}

#[test]
fn only_who_works_on_a_seat_can_commit() {
    let guild = Guild::of(one_seat());
    guild.enlist_all(&["eva", "emil"]);
    let commit = |name| guild.refused(OPERATOR, guild.calls().commit(guild.pool, account(name), 1));
    assert_eq!(commit(STRANGER), Error::NotAMember);
    assert_eq!(commit("emil"), Error::NotAMember, "it waits");
    guild.freeze("eva").ok();
    assert_eq!(commit("eva"), Error::Frozen);
    guild.resign("emil").ok();
    assert_eq!(commit("emil"), Error::NotAMember, "it has left");
}

#[test]
fn reports_are_told_and_counted() {
    let guild = Guild::of(two_seats());
    let pool = guild.pool;
    guild.enlist_all(&["eva", "emil"]);
    let seen = guild.send(OPERATOR, guild.calls().record_seen(pool, 4, 3));
    assert_eq!(seen.events::<OpsSeen>(), [OpsSeen { pool, ops: 4, reviews_per_op: 3 }]);
    seen.ok();
    let declared = guild.send(OPERATOR, guild.calls().record_declared(pool, account("eva"), 2));
    assert_eq!(declared.events::<OpsDeclared>(), [OpsDeclared { pool, declared: vec![(account("eva"), 2)] }]);
    declared.ok();
    assert_eq!((guild.counters("eva"), guild.counters("emil")), ((4 * OP, 2 * OP), (4 * OP, 0)));

    guild.open_commitments("eva", 2).ok();
    guild.open_commitment("emil").ok();
    let outcome = |name, declared, released| Outcome { who: account(name), declared, released };
    let round = vec![outcome("eva", 1, 1), outcome("emil", 0, 1), outcome("eva", 2, 1)];
    let resolved = guild.send(OPERATOR, guild.calls().resolve(pool, round));
    let declared = [1, 2].map(|ops| (account("eva"), ops)).to_vec();
    let told = resolved.events::<OpsDeclared>();
    assert_eq!(told, [OpsDeclared { pool, declared }], "one event, and who declared nothing is not told of");
    resolved.ok();
    assert_eq!((guild.counters("eva").1, guild.membership("eva").open), (5 * OP, 0));
    assert_eq!((guild.counters("emil").1, guild.membership("emil").open), (0, 0));
    assert_eq!((guild.capacity().demand, guild.capacity().supply), (12, 5));

    let many = |count| guild.calls().resolve(pool, vec![outcome("emil", 1, 0); count]);
    assert_eq!(guild.refused(OPERATOR, many(MAX_OUTCOMES + 1)), Error::TooManyOutcomes);
    guild.send(OPERATOR, many(MAX_OUTCOMES)).ok();
    assert_eq!(guild.counters("emil").1, 240 * OP);
}

#[test]
fn reports_on_who_is_gone_are_harmless() {
    let guild = Guild::of(Terms { seats: 3, ..brisk_terms() });
    guild.enlist_all(&["eva", "emil", "edda", "enzo", "elsa"]);
    guild.freeze("eva").ok();
    guild.resign("emil").ok();
    guild.open_commitment("edda").ok();
    guild.open_commitment("edda").ok();
    guild.see(20);
    assert_eq!(guild.evaluate("edda").ok(), Standing::Banned);
    guild.enlist_all(&["cora", "carl"]);
    let gone = ["eva", "emil", "edda", "carl", STRANGER];
    assert_eq!(guild.state("carl"), MemberState::Waiting);
    let before: Vec<_> = gone[..4].iter().map(|name| guild.membership(name)).collect();
    let supply = guild.capacity().supply;

    for name in gone {
        let declared = guild.send(OPERATOR, guild.calls().record_declared(guild.pool, account(name), 5));
        assert!(declared.emitted.is_empty(), "{name}");
        declared.ok();
    }
    let after: Vec<_> = gone[..4].iter().map(|name| guild.membership(name)).collect();
    assert_eq!((after, guild.capacity().supply), (before, supply));

    guild.release("edda").ok();
    assert_eq!(guild.membership("edda").open, 1, "work in hand at the ban is still closed");
    let outcomes = gone.iter().map(|name| Outcome { who: account(name), declared: 1, released: 3 }).collect();
    let resolved = guild.send(OPERATOR, guild.calls().resolve(guild.pool, outcomes));
    assert!(resolved.emitted.is_empty());
    resolved.ok();
    assert_eq!((guild.membership("edda").open, guild.counters("edda").1), (0, 0));
    for name in gone {
        guild.release(name).ok();
    }
}

#[test]
fn the_backlog_is_what_was_asked_for_less_what_is_done_with() {
    let guild = Guild::of(two_seats());
    let reserve = |reviews| guild.send(OPERATOR, guild.calls().reserve(guild.pool, reviews)).ok();
    let close = |reviews| guild.send(OPERATOR, guild.calls().record_closed(guild.pool, reviews)).ok();
    assert_eq!(reserve(3).utilization_ppm, 1_000_000, "with nobody active the pool is full");
    guild.enlist_all(&["eva", "emil"]);
    // Two members with three commitments each can do six at once.
    let with = reserve(2);
    assert_eq!((with.backlog, with.utilization_ppm), (5, 833_333), "with what it asked for");
    assert_eq!((guild.capacity().backlog, guild.capacity().utilization_ppm), (5, 833_333));
    guild.declare("eva", 4);
    assert_eq!(guild.capacity().backlog, 5, "declarations are not what closes it");
    close(4);
    assert_eq!((guild.capacity().backlog, guild.capacity().utilization_ppm), (1, 166_666));
    close(9);
    assert_eq!(guild.capacity().backlog, 0);
}

// Rests

#[test]
fn a_member_rests_from_all_its_pools_and_comes_back_to_free_seats_or_the_ends_of_lines() {
    let guild = Guild::of(one_seat());
    let (first, market) = (guild.pool, guild.town.pool);
    let third = guild.open(one_seat(), Schedule::default()).ok();
    let enlist = |name, pool| guild.send(name, guild.calls().enlist(pool)).ok();
    enlist("emil", third);
    for pool in [first, market, third] {
        enlist("eva", pool);
    }
    enlist("emil", first);
    let began = guild.chain.now();
    let eva = account("eva");

    let frozen = guild.freeze("eva");
    assert_eq!(frozen.events::<FreezeChanged>(), [FreezeChanged { who: eva, frozen: true }]);
    assert_eq!(frozen.events::<Seated>(), [Seated { pool: first, who: account("emil") }]);
    frozen.ok();
    let profile = guild.profile("eva");
    assert_eq!((profile.frozen, profile.available, profile.locked), (true, 0, 3 * BOND));
    assert_eq!(guild.pools_of("eva"), [first, market, third]);
    for (pool, ended) in [(first, began), (market, began), (third, 0)] {
        let member = guild.chain.read(guild.calls().membership(pool, eva)).unwrap();
        assert_eq!((member.state, member.seat_since, member.bond), (MemberState::Frozen, 0, BOND));
        assert_eq!(member.ended, ended, "pool {pool}");
        assert_eq!(guild.chain.read(guild.calls().capacity(pool)).unwrap().frozen, 1);
    }
    assert_eq!(guild.chain.read(guild.calls().waiting(third, None, 9)).unwrap(), []);
    assert_eq!(guild.refused("eva", guild.calls().freeze()), Error::Frozen);
    assert_eq!(guild.refused("eva", guild.calls().resign(first)), Error::Frozen);

    guild.chain.pass(days(1) - 1);
    assert_eq!(guild.refused("eva", guild.calls().unfreeze()), Error::FrozenTooShortly);
    guild.chain.pass(1);
    enlist("edda", third);
    let back = guild.unfreeze("eva");
    assert_eq!(back.events::<FreezeChanged>(), [FreezeChanged { who: eva, frozen: false }]);
    assert_eq!(back.events::<Seated>(), [Seated { pool: market, who: eva }]);
    assert_eq!(back.events::<Queued>(), [first, third].map(|pool| Queued { pool, who: eva }));
    back.ok();
    assert_eq!(guild.chain.read(guild.calls().waiting(third, None, 9)).unwrap(), people(&["edda", "eva"]));
    assert_eq!(guild.capacity().frozen, 0);
    assert_eq!((guild.profile("eva").frozen, guild.profile("eva").available), (false, ENDOWMENT - 3 * BOND));
    assert_eq!(guild.refused("eva", guild.calls().unfreeze()), Error::NotFrozen);
    assert_eq!(guild.refused(STRANGER, guild.calls().unfreeze()), Error::NotFrozen);

    guild.chain.pass_until(began + days(30) - 1);
    assert_eq!(guild.refused("eva", guild.calls().freeze()), Error::FrozenRecently);
    guild.chain.pass(1);
    guild.freeze("eva").ok();
}

#[test]
fn every_reason_not_to_rest_is_named() {
    let guild = Guild::of(one_seat());
    let freeze = || guild.calls().freeze();
    assert_eq!(guild.refused("eva", freeze()), Error::NotAMember);
    guild.enlist("eva").ok();
    guild.see(2);
    assert_eq!(guild.refused("eva", freeze()), Error::Deficit);
    guild.send("emil", guild.calls().enlist(guild.town.pool)).ok();
    guild.open_commitment("eva").ok();
    assert_eq!(guild.refused("eva", freeze()), Error::OpenCommitments);
    guild.release("eva").ok();
    guild.declare("eva", 1);

    for name in ["edda", "enzo"] {
        guild.send(name, guild.calls().enlist(guild.town.pool)).ok();
    }
    let request = guild.town.post_with(|spec| spec.limit = 1);
    guild.town.signal("eva", request, 1).ok();
    assert_eq!(guild.refused("eva", freeze()), Error::Reputation(reputation::Error::Held));
    guild.chain.pass_until(guild.spec(request).deliver_by);
    guild.send(STRANGER, guild.market().report_no_show(request, account("eva"))).ok();

    guild.send(FREEZER, guild.reputation().freeze(account("eva"))).ok();
    assert_eq!(guild.refused("eva", freeze()), Error::Reputation(reputation::Error::Frozen));
    guild.send(FREEZER, guild.reputation().unfreeze(account("eva"))).ok();
    guild.revoke_here(roles::FREEZER);
    assert_eq!(guild.refused("eva", freeze()), Error::Reputation(reputation::Error::MissingRole));
    guild.grant_here(roles::FREEZER);
    guild.freeze("eva").ok();

    guild.chain.pass(days(1));
    guild.revoke_here(roles::FREEZER);
    let told = guild.refused("eva", guild.calls().unfreeze());
    assert_eq!(told, Error::Reputation(reputation::Error::MissingRole));
    guild.send(FREEZER, guild.reputation().unfreeze(account("eva"))).ok();
    guild.grant_here(roles::FREEZER);
    guild.unfreeze("eva").ok();
    assert_eq!(guild.state("eva"), MemberState::Seated, "that another freezer ended it there is no reason to refuse");
}

// When the reputation contract refuses

#[test]
fn a_keeper_that_cannot_be_rewarded_spares_nobody() {
    let guild = Guild::of(one_seat());
    guild.enlist("eva").ok();
    guild.see(14);
    guild.revoke_here(roles::MINTER);
    let banned = guild.evaluate("eva");
    let told = ReputationRefused { who: account("eva"), error: reputation::Error::MissingRole };
    assert_eq!(banned.events::<ReputationRefused>(), [told]);
    let changed = &banned.events::<StandingChanged>()[0];
    assert_eq!((changed.bond_burnt, changed.slashed, changed.reward), (BOND, 225, 0));
    banned.ok();
    assert_eq!((guild.profile("eva").balance, guild.profile(STRANGER).owed), (225, 0));
}

#[test]
fn a_keeper_whom_too_many_owe_already_spares_nobody() {
    let guild = Guild::of(one_seat());
    let minters: Vec<_> = (0..8).map(|number| format!("minter {number}")).collect();
    for name in &minters {
        guild.send("manager", guild.reputation().propose_minter(account(name))).ok();
    }
    guild.chain.pass(days(7));
    for name in &minters {
        guild.grant(guild.reputation_address, name, roles::MINTER);
        guild.send(name, guild.reputation().owe(account(STRANGER), 1, MintReason::Review)).ok();
    }
    guild.enlist("eva").ok();
    guild.see(14);
    let banned = guild.evaluate("eva");
    let told = ReputationRefused { who: account("eva"), error: reputation::Error::TooManyCreditors };
    assert_eq!(banned.events::<ReputationRefused>(), [told]);
    banned.ok();
    assert_eq!((guild.profile("eva").balance, guild.profile(STRANGER).owed), (225, 8));
}

#[test]
fn a_ban_is_latched_even_where_nothing_can_be_burnt() {
    let guild = Guild::of(one_seat());
    guild.enlist_all(&["eva", "emil"]);
    guild.see(14);
    guild.revoke_here(roles::SLASHER);
    let banned = guild.evaluate("eva");
    let told = ReputationRefused { who: account("eva"), error: reputation::Error::MissingRole };
    assert_eq!(banned.events::<ReputationRefused>(), [told]);
    let changed = StandingChanged {
        pool: guild.pool,
        who: account("eva"),
        standing: Standing::Banned,
        bond_burnt: 0,
        slashed: 0,
        keeper: account(STRANGER),
        reward: 0,
    };
    assert_eq!(banned.events::<StandingChanged>(), [changed]);
    assert_eq!(banned.events::<Seated>(), [Seated { pool: guild.pool, who: account("emil") }]);
    assert_eq!(banned.ok(), Standing::Banned);
    assert_eq!((guild.state("eva"), guild.membership("eva").bond), (MemberState::Banned, BOND), "locked still");
    assert_eq!((guild.profile("eva").locked, guild.profile(STRANGER).owed), (BOND, 0));
}

#[test]
fn leaving_never_waits_for_a_bond_that_cannot_be_unlocked() {
    let guild = Guild::of(two_seats());
    guild.enlist_all(&["eva", "emil", "edda"]);
    guild.revoke_here(roles::LOCKER);
    for name in ["eva", "emil"] {
        let resigned = guild.resign(name);
        let told = ReputationRefused { who: account(name), error: reputation::Error::MissingRole };
        assert_eq!(resigned.events::<ReputationRefused>(), [told]);
        assert_eq!(resigned.events::<Resigned>(), [Resigned { pool: guild.pool, who: account(name) }]);
        resigned.ok();
        assert_eq!((guild.state(name), guild.membership(name).bond), (MemberState::Left, BOND));
        assert_eq!((guild.profile(name).locked, guild.pools_of(name)), (BOND, vec![]));
    }
    assert_eq!(guild.state("edda"), MemberState::Seated);

    guild.grant_here(roles::LOCKER);
    guild.resign("eva").ok();
    assert_eq!((guild.profile("eva").locked, guild.membership("eva").bond), (0, 0), "asked for once more");
    assert_eq!(guild.refused("eva", guild.calls().resign(guild.pool)), Error::NotAMember);
    guild.chain.pass(days(7));
    guild.enlist("emil").ok();
    assert_eq!((guild.profile("emil").locked, guild.membership("emil").bond), (BOND, BOND), "not locked twice");
}
