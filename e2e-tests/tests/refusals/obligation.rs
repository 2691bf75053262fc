//! What the obligation contract refuses.

use crate::{
    table::{refuse, row, Row, Told},
    MANAGER,
};
use chain::{account, brisk_terms, days, minutes, ObligationCalls};
use e2e_tests::{People, Town, ENDOWMENT, STRANGER};
use interfaces::{
    obligation::{
        Error, Outcome, Rate, Schedule, Segment, Terms, TermsReason, BY_ENROLMENT, MAX_EVALUATED, MAX_OUTCOMES,
        MAX_POOLS_OF, MAX_STATES,
    },
    reputation::{self, Effect},
    roles, Obligation as _, PoolId, Reputation as _,
};
use pendzl::contracts::access_control::AccessControl as _;
use std::ops::Deref;
use Error::*;

/// Opens the pools and reports to them.
const OPERATOR: &str = "olga";
/// A pool that nobody opened.
const NO_POOL: PoolId = 99;
/// Everyone in the guild, named for what keeps it from one thing or another; all have reputation.
const GUILD: [&str; 16] = [
    "banned",
    "burnt",
    "behind",
    "healthy",
    "busy",
    "laden",
    "frozen",
    "rested",
    "held",
    "gone",
    "present",
    "seated",
    "waiting",
    "engaged",
    "dropped",
    "everywhere",
];

/// Terms of many seats, whose members cannot afford to restore anything.
fn many_seats() -> Terms {
    Terms { seats: 12, min_reviews: 6, restore_price: ENDOWMENT, ..brisk_terms() }
}

/// Terms of a pool that one is only enrolled in, and where nothing may be missed.
fn by_enrolment() -> Terms {
    Terms {
        denominator: 1,
        throttle_buffer: 0,
        ban_buffer: 0,
        healthy_limit: 0,
        throttled_limit: 0,
        seats: 1,
        min_reputation: BY_ENROLMENT,
        ..brisk_terms()
    }
}

/// A town with pools of Olga's, and a member for every cause.
struct Guild {
    town: Town,
    /// Where most of what can happen has happened.
    work: PoolId,
    /// Where presence is due.
    shift: PoolId,
    /// Where one has the only seat, and another waits for it. New terms are proposed.
    line: PoolId,
    /// Where one is enrolled.
    desk: PoolId,
    /// Where nobody enlists, and one op missing bans: whoever was enrolled is gone.
    strict: PoolId,
    /// Closed.
    shut: PoolId,
}

impl Deref for Guild {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Guild {
    fn new() -> Self {
        let town =
            Town::unstaffed(|settings| settings.founders = GUILD.map(|name| (account(name), ENDOWMENT)).to_vec());
        let operator = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(account(OPERATOR)));
        town.send(MANAGER, operator).ok();
        let open = |terms| town.send(OPERATOR, town.obligation().open_pool(terms, Schedule::default())).ok();
        let [work, shift, line, desk, strict, shut] = [
            many_seats(),
            Terms { presence: 1, ..brisk_terms() },
            Terms { seats: 1, ..brisk_terms() },
            brisk_terms(),
            by_enrolment(),
            brisk_terms(),
        ]
        .map(open);
        let guild = Self { town, work, shift, line, desk, strict, shut };
        guild.live();
        guild
    }

    fn calls(&self) -> ObligationCalls {
        self.obligation()
    }

    fn enlist(&self, pool: PoolId, name: &str) {
        self.send(name, self.calls().enlist(pool)).ok();
    }

    fn see(&self, ops: u32) {
        self.send(OPERATOR, self.calls().record_seen(self.work, ops, 6)).ok();
    }

    /// Everything happens that gives somebody a reason to be refused.
    fn live(&self) {
        // Whoever comes back from a rest may not begin another soon.
        self.enlist(self.work, "rested");
        self.send("rested", self.calls().freeze()).ok();
        self.chain.pass(days(1));

        // Half of what is seen is due; seven missing ban, and one of two bans is latched.
        self.enlist(self.work, "banned");
        self.enlist(self.work, "burnt");
        self.see(10);
        self.enlist(self.work, "behind");
        self.see(4);
        self.send(STRANGER, self.calls().evaluate(self.work, account("burnt"))).ok();
        self.send("rested", self.calls().unfreeze()).ok();

        for name in ["healthy", "busy", "laden", "held", "gone", "frozen"] {
            self.enlist(self.work, name);
        }
        let commit = |name: &str, count| self.send(OPERATOR, self.calls().commit(self.work, account(name), count)).ok();
        commit("busy", 1);
        commit("laden", many_seats().healthy_limit);
        let locker = self.roles_in(self.reputation_address).grant_role(roles::LOCKER, Some(account(OPERATOR)));
        self.send(MANAGER, locker).ok();
        let hold = vec![Effect::Hold { who: account("held"), places: 1 }];
        self.send(OPERATOR, self.reputation().apply(hold)).ok();
        self.send("gone", self.calls().resign(self.work)).ok();

        self.enlist(self.shift, "frozen");
        self.send("frozen", self.calls().freeze()).ok();
        self.enlist(self.shift, "present");
        self.send("present", self.calls().check_in(self.shift)).ok();
        self.enlist(self.line, "seated");
        self.enlist(self.line, "waiting");
        self.send(MANAGER, self.calls().propose_terms(self.line, brisk_terms(), Schedule::default())).ok();
        self.enlist(self.desk, "healthy");
        self.send(OPERATOR, self.calls().enroll(self.desk, account("engaged"))).ok();
        self.send(OPERATOR, self.calls().enroll(self.strict, account("dropped"))).ok();
        self.send(OPERATOR, self.calls().record_seen(self.strict, 1, 3)).ok();
        self.send(STRANGER, self.calls().evaluate(self.strict, account("dropped"))).ok();
        self.enlist(self.shut, "healthy");
        self.send(OPERATOR, self.calls().close_pool(self.shut)).ok();
        for _ in 0..MAX_POOLS_OF {
            let free = Terms { bond: 0, keeper_reward: 0, ..brisk_terms() };
            let pool = self.send(OPERATOR, self.calls().open_pool(free, Schedule::default())).ok();
            self.enlist(pool, "everywhere");
        }
    }
}

pub fn pools_and_their_members() -> Told {
    let guild = Guild::new();
    let mut told = refuse(&*guild.town, anyones(&guild));
    told.extend(refuse(&*guild.town, members(&guild)));
    told.extend(refuse(&*guild.town, rests(&guild)));
    told.extend(refuse(&*guild.town, operators(&guild)));
    told.extend(refuse(&*guild.town, managers(&guild)));
    told.extend(refuse(&*guild.town, terms(&guild)));

    guild.send(MANAGER, guild.calls().pause()).ok();
    let paused = [
        row("new members wait for the end of the pause", "healthy", guild.calls().enlist(guild.shift), Paused),
        row("who is not the manager", STRANGER, guild.calls().unpause(), MissingRole),
        row("it is paused already", MANAGER, guild.calls().pause(), Paused),
    ];
    told.extend(refuse(&*guild.town, paused));

    let obligation = Some(guild.obligation_address);
    guild.send(MANAGER, guild.roles_in(guild.reputation_address).revoke_role(roles::FREEZER, obligation)).ok();
    guild.chain.pass(days(1));
    let no_freezer = Reputation(reputation::Error::MissingRole);
    let powerless = [
        row("the contract may freeze no reputation", "waiting", guild.calls().freeze(), no_freezer),
        row("the contract may unfreeze no reputation", "frozen", guild.calls().unfreeze(), no_freezer),
    ];
    told.extend(refuse(&*guild.town, powerless));

    guild.chain.pass(many_seats().cooldown);
    let poor = Reputation(reputation::Error::InsufficientReputation);
    let late = [row("who cannot pay for coming back", "burnt", guild.calls().redeem(guild.work), poor)];
    told.extend(refuse(&*guild.town, late));
    told
}

/// What anyone may do and read.
fn anyones(guild: &Guild) -> Vec<Row> {
    let calls = || guild.calls();
    let [healthy, stan] = ["healthy", STRANGER].map(account);
    vec![
        row("no such pool", STRANGER, calls().evaluate(NO_POOL, healthy), UnknownPool),
        row("who was never a member", STRANGER, calls().evaluate(guild.work, stan), NotAMember),
        row("no such pool", STRANGER, calls().evaluate_many(NO_POOL, vec![healthy]), UnknownPool),
        row(
            "one of them was never a member",
            STRANGER,
            calls().evaluate_many(guild.work, vec![account("banned"), stan]),
            NotAMember,
        ),
        row(
            "more accounts than a call takes",
            STRANGER,
            calls().evaluate_many(guild.work, vec![healthy; MAX_EVALUATED + 1]),
            TooManyEvaluated,
        ),
        row("no such pool", STRANGER, calls().fill_seats(NO_POOL, 1), UnknownPool),
        row("no such pool", STRANGER, calls().apply_terms(NO_POOL), UnknownPool),
        row("nothing is proposed", STRANGER, calls().apply_terms(guild.work), NoPendingTerms),
        row("the notice is not over", STRANGER, calls().apply_terms(guild.line), NoticeRunning),
        row("no such pool", STRANGER, calls().standing(NO_POOL, healthy), UnknownPool),
        row("who was never a member", STRANGER, calls().standing(guild.work, stan), NotAMember),
        row("no such pool", STRANGER, calls().membership(NO_POOL, healthy), UnknownPool),
        row("who was never a member", STRANGER, calls().membership(guild.work, stan), NotAMember),
        row("no such pool", STRANGER, calls().member_states(NO_POOL, vec![healthy]), UnknownPool),
        row(
            "more accounts than a call takes",
            STRANGER,
            calls().member_states(guild.work, vec![healthy; MAX_STATES + 1]),
            TooManyOutcomes,
        ),
        row("no such pool", STRANGER, calls().capacity(NO_POOL), UnknownPool),
        row("no such pool", STRANGER, calls().terms(NO_POOL), UnknownPool),
        row("no such pool", STRANGER, calls().waiting(NO_POOL, None, 1), UnknownPool),
        row("from one who does not wait", STRANGER, calls().waiting(guild.line, Some(stan), 1), NotAMember),
        row("from one who has a seat", STRANGER, calls().waiting(guild.line, Some(account("seated")), 1), NotAMember),
    ]
}

/// Coming, working and leaving.
fn members(guild: &Guild) -> Vec<Row> {
    let calls = || guild.calls();
    let poor = Reputation(reputation::Error::InsufficientReputation);
    vec![
        row("no such pool", STRANGER, calls().enlist(NO_POOL), UnknownPool),
        row("the pool is closed", STRANGER, calls().enlist(guild.shut), PoolClosed),
        row("who has a seat", "healthy", calls().enlist(guild.work), AlreadyMember),
        row("who waits for a seat", "waiting", calls().enlist(guild.line), AlreadyMember),
        row("who takes a rest from this pool", "frozen", calls().enlist(guild.work), Frozen),
        row("who takes a rest from others", "frozen", calls().enlist(guild.desk), Frozen),
        row("who falls too far short", "banned", calls().enlist(guild.work), Banned),
        row("who is banned", "burnt", calls().enlist(guild.work), Banned),
        row("who has just left", "gone", calls().enlist(guild.work), CoolingDown),
        row("who is in eight pools", "everywhere", calls().enlist(guild.work), TooManyPools),
        row("who has no reputation", STRANGER, calls().enlist(guild.work), poor),
        row("a pool that one is only enrolled in", "healthy", calls().enlist(guild.strict), poor),
        row("no such pool", "healthy", calls().resign(NO_POOL), UnknownPool),
        row("who was never a member", STRANGER, calls().resign(guild.work), NotAMember),
        row("who has left", "gone", calls().resign(guild.work), NotAMember),
        row("who takes a rest", "frozen", calls().resign(guild.work), Frozen),
        row("who falls too far short", "banned", calls().resign(guild.work), Banned),
        row("who is banned", "burnt", calls().resign(guild.work), Banned),
        row("who has work in hand", "busy", calls().resign(guild.work), OpenCommitments),
        row("who is enrolled", "engaged", calls().resign(guild.desk), Engaged),
        row("whose work is missing", "behind", calls().resign(guild.work), Deficit),
        row("no such pool", "healthy", calls().check_in(NO_POOL), UnknownPool),
        row("the pool is closed", "healthy", calls().check_in(guild.shut), PoolClosed),
        row("who was never a member", STRANGER, calls().check_in(guild.shift), NotAMember),
        row("who still waits for a seat", "waiting", calls().check_in(guild.line), NotAMember),
        row("who takes a rest", "frozen", calls().check_in(guild.shift), Frozen),
        row("who falls too far short", "banned", calls().check_in(guild.work), Banned),
        row("the pool asks for no presence", "healthy", calls().check_in(guild.work), NoPresence),
        row("a second time in an epoch", "present", calls().check_in(guild.shift), AlreadyCheckedIn),
        row("no such pool", "behind", calls().restore(NO_POOL, 1), UnknownPool),
        row("the pool is closed", "healthy", calls().restore(guild.shut, 1), PoolClosed),
        row("who was never a member", STRANGER, calls().restore(guild.work, 1), NotAMember),
        row("who takes a rest", "frozen", calls().restore(guild.work, 1), Frozen),
        row("who falls too far short", "banned", calls().restore(guild.work, 1), Banned),
        row("who is banned", "burnt", calls().restore(guild.work, 1), Banned),
        row("nothing is missing", "healthy", calls().restore(guild.work, 1), NoDeficit),
        row("nothing is asked for", "behind", calls().restore(guild.work, 0), NoDeficit),
        row("more than is missing", "behind", calls().restore(guild.work, 3), BeyondDeficit),
        row("who cannot pay for it", "behind", calls().restore(guild.work, 1), poor),
        row("no such pool", "burnt", calls().redeem(NO_POOL), UnknownPool),
        row("the pool is closed", "healthy", calls().redeem(guild.shut), PoolClosed),
        row("a pool that one is only enrolled in", "dropped", calls().redeem(guild.strict), Engaged),
        row("who was never a member", STRANGER, calls().redeem(guild.work), NotAMember),
        row("who is Healthy", "healthy", calls().redeem(guild.work), NotBanned),
        row("who has left and would not be Banned", "gone", calls().redeem(guild.work), NotBanned),
        row("whose ban nobody latched", "banned", calls().redeem(guild.work), NotBanned),
        row("who was just banned", "burnt", calls().redeem(guild.work), CoolingDown),
    ]
}

/// Beginning and ending a rest.
fn rests(guild: &Guild) -> Vec<Row> {
    let calls = || guild.calls();
    vec![
        row("who is in no pool", STRANGER, calls().freeze(), NotAMember),
        row("who is enrolled", "engaged", calls().freeze(), Engaged),
        row("who takes a rest already", "frozen", calls().freeze(), Frozen),
        row("who falls too far short", "banned", calls().freeze(), Banned),
        row("whose work is missing", "behind", calls().freeze(), Deficit),
        row("who has work in hand", "busy", calls().freeze(), OpenCommitments),
        row("who has just come back from a rest", "rested", calls().freeze(), FrozenRecently),
        row("who has a place in a request", "held", calls().freeze(), Reputation(reputation::Error::Held)),
        row("who takes no rest", "healthy", calls().unfreeze(), NotFrozen),
        row("who has just begun", "frozen", calls().unfreeze(), FrozenTooShortly),
    ]
}

/// Reports on a pool, and who is enrolled in it.
fn operators(guild: &Guild) -> Vec<Row> {
    let calls = || guild.calls();
    let [healthy, stan] = ["healthy", STRANGER].map(account);
    let outcome = Outcome { who: healthy, declared: 1, released: 0 };
    let poor = Reputation(reputation::Error::InsufficientReputation);
    let mut rows = Vec::new();
    // Olga's pools listen to nobody else, and she reports to none that is not.
    for (cause, who, pool, error) in [
        ("no such pool", OPERATOR, NO_POOL, UnknownPool),
        ("who did not open it", STRANGER, guild.work, NotOperator),
        ("a manager who did not open it", MANAGER, guild.work, NotOperator),
        ("an operator who did not open it", OPERATOR, guild.pool, NotOperator),
    ] {
        rows.extend([
            row(cause, who, calls().close_pool(pool), error),
            row(cause, who, calls().enroll(pool, healthy), error),
            row(cause, who, calls().discharge(pool, healthy), error),
            row(cause, who, calls().record_seen(pool, 1, 3), error),
            row(cause, who, calls().record_declared(pool, healthy, 1), error),
            row(cause, who, calls().reserve(pool, 1), error),
            row(cause, who, calls().record_closed(pool, 1), error),
            row(cause, who, calls().commit(pool, healthy, 1), error),
            row(cause, who, calls().release(pool, healthy), error),
            row(cause, who, calls().resolve(pool, vec![outcome]), error),
        ]);
    }
    let enroll = |pool, name: &str| calls().enroll(pool, account(name));
    let commit = |name: &str| calls().commit(guild.work, account(name), 1);
    rows.extend([
        row("it is closed already", OPERATOR, calls().close_pool(guild.shut), PoolClosed),
        row("the pool is closed", OPERATOR, enroll(guild.shut, STRANGER), PoolClosed),
        row("one who has a seat", OPERATOR, enroll(guild.work, "healthy"), AlreadyMember),
        row("one who is enrolled", OPERATOR, enroll(guild.desk, "engaged"), AlreadyMember),
        row("one who takes a rest", OPERATOR, enroll(guild.desk, "frozen"), Frozen),
        row("one who is banned", OPERATOR, enroll(guild.work, "burnt"), Banned),
        row("one who has just left", OPERATOR, enroll(guild.work, "gone"), CoolingDown),
        row("another waits for the only seat", OPERATOR, enroll(guild.line, STRANGER), NoFreeSeat),
        row("one who has no reputation", OPERATOR, enroll(guild.desk, STRANGER), poor),
        row("one who was never a member", OPERATOR, calls().discharge(guild.desk, stan), NotAMember),
        row("one who enlisted by itself", OPERATOR, calls().discharge(guild.desk, healthy), NotAMember),
        row(
            "one who was enrolled and is banned",
            OPERATOR,
            calls().discharge(guild.strict, account("dropped")),
            NotAMember,
        ),
        row("the pool is closed", OPERATOR, calls().reserve(guild.shut, 1), PoolClosed),
        row("one who was never a member", OPERATOR, commit(STRANGER), NotAMember),
        row("one who has left", OPERATOR, commit("gone"), NotAMember),
        row("one who takes a rest", OPERATOR, commit("frozen"), Frozen),
        row("one who falls too far short", OPERATOR, commit("banned"), Banned),
        row("one who is banned", OPERATOR, commit("burnt"), Banned),
        row("one who has as much in hand as it may", OPERATOR, commit("laden"), TooManyCommitments),
        row(
            "more outcomes than a call takes",
            OPERATOR,
            calls().resolve(guild.work, vec![outcome; MAX_OUTCOMES + 1]),
            TooManyOutcomes,
        ),
    ]);
    rows
}

fn managers(guild: &Guild) -> Vec<Row> {
    let calls = || guild.calls();
    let propose = |pool| calls().propose_terms(pool, many_seats(), Schedule::default());
    let reinstate = |name: &str| calls().reinstate(guild.work, account(name));
    vec![
        row("who is not the manager", OPERATOR, propose(guild.work), MissingRole),
        row("no such pool", MANAGER, propose(NO_POOL), UnknownPool),
        row("the pool is closed", MANAGER, propose(guild.shut), PoolClosed),
        row("who is not the manager", OPERATOR, reinstate("burnt"), MissingRole),
        row("no such pool", MANAGER, calls().reinstate(NO_POOL, account("burnt")), UnknownPool),
        row("one who was never a member", MANAGER, reinstate(STRANGER), NotAMember),
        row("one who is Healthy", MANAGER, reinstate("healthy"), NotBanned),
        row("one whose ban nobody latched", MANAGER, reinstate("banned"), NotBanned),
        row("one who was just banned", MANAGER, reinstate("burnt"), CoolingDown),
        row("who is not the manager", STRANGER, calls().pause(), MissingRole),
        row("it is not paused", MANAGER, calls().unpause(), NotPaused),
    ]
}

/// Terms and schedules that break a rule, opened with and proposed.
fn terms(guild: &Guild) -> Vec<Row> {
    use TermsReason::*;
    fn segments(count: u64, weight_ppm: u32) -> Schedule {
        Schedule { cycle: count, segments: (0..count).map(|offset| Segment { offset, weight_ppm }).collect() }
    }
    type Change = fn(&mut Terms, &mut Schedule);
    let broken: [(&str, Change, TermsReason); 29] = [
        ("a denominator of nothing", |terms, _| terms.denominator = 0, Denominator),
        ("a denominator above a million", |terms, _| terms.denominator = 1_000_001, Denominator),
        ("an epoch of less than a minute", |terms, _| terms.epoch = minutes(1) - 1, Epoch),
        ("everything fades at once", |terms, _| terms.retention_ppm = 0, Retention),
        ("counters that grow by themselves", |terms, _| terms.retention_ppm = 1_000_001, Retention),
        ("Banned before Throttled", |terms, _| terms.ban_buffer = terms.throttle_buffer - 1, Buffers),
        ("a buffer above a thousand millions", |terms, _| terms.ban_buffer = 1_000_000_001, Buffers),
        ("no diligence", |terms, _| terms.rate = Rate::FairShare { diligence_ppm: 0 }, Diligence),
        ("ops that ask for no review", |terms, _| terms.min_reviews = 0, MinReviews),
        ("more seats than there is work for", |terms, _| terms.seats = 13, Share),
        ("work that weighs more by night", |_, schedule| *schedule = segments(1, 1_000_001), Share),
        ("presence that throttles", |terms, _| terms.presence = terms.throttle_buffer, Presence),
        (
            "presence beyond what is counted",
            |terms, _| {
                (terms.throttle_buffer, terms.ban_buffer) = (600_000_000, 600_000_000);
                terms.presence = 500_000_001;
            },
            PresenceWork,
        ),
        ("a pace that bans within an epoch", |terms, _| terms.pace = terms.ban_buffer / 2 + 1, Pace),
        ("no credit but for presence", |terms, _| terms.credit_cap = terms.presence, CreditCap),
        ("no seats", |terms, _| terms.seats = 0, Seats),
        (
            "more work in hand than is tolerated",
            |terms, _| terms.healthy_limit = terms.throttle_buffer + 1,
            HealthyLimit,
        ),
        ("no way to recover by working", |terms, _| terms.throttled_limit = 0, ThrottledLimit),
        (
            "more in hand while Throttled than while Healthy",
            |terms, _| terms.throttled_limit = terms.healthy_limit + 1,
            ThrottledLimit,
        ),
        ("more than all is slashed", |terms, _| terms.slash_ppm = 1_000_001, Slash),
        ("a ban that pays", |terms, _| terms.keeper_reward = terms.bond / 2 + 1, KeeperReward),
        ("a notice of less than a day", |terms, _| terms.notice = days(1) - 1, Notice),
        ("more segments than there may be", |_, schedule| *schedule = segments(33, 1), Segments),
        (
            "segments out of order",
            |_, schedule| {
                *schedule = segments(2, 1);
                schedule.segments.swap(0, 1);
            },
            Segments,
        ),
        (
            "a segment beyond its cycle",
            |_, schedule| {
                *schedule = segments(2, 1);
                schedule.cycle = 1;
            },
            Segments,
        ),
        (
            "an op that weighs more than a thousand",
            |terms, schedule| {
                terms.rate = Rate::FairShare { diligence_ppm: 1 };
                *schedule = segments(1, 1_000_000_001);
            },
            Weight,
        ),
        ("an epoch of more than a hundred years", |terms, _| terms.epoch = days(36_525) + 1, Duration),
        ("a cooldown of more than a hundred years", |terms, _| terms.cooldown = days(36_525) + 1, Duration),
        ("a rest of more than a hundred years", |terms, _| terms.min_freeze = days(36_525) + 1, Duration),
    ];
    let calls = || guild.calls();
    let mut rows =
        vec![row("who is no operator", MANAGER, calls().open_pool(many_seats(), Schedule::default()), MissingRole)];
    for (cause, change, reason) in broken {
        let (mut terms, mut schedule) = (many_seats(), Schedule::default());
        change(&mut terms, &mut schedule);
        let propose = calls().propose_terms(guild.work, terms.clone(), schedule.clone());
        rows.push(row(cause, OPERATOR, calls().open_pool(terms, schedule), InvalidTerms(reason)));
        rows.push(row(cause, MANAGER, propose, InvalidTerms(reason)));
    }
    for (cause, pool, changed) in [
        ("another denominator than at first", guild.work, Terms { denominator: 3, ..many_seats() }),
        ("another epoch than at first", guild.work, Terms { epoch: days(2), ..many_seats() }),
        ("another retention than at first", guild.work, Terms { retention_ppm: 1, ..many_seats() }),
        ("a pool that one is only enrolled in", guild.strict, by_enrolment()),
    ] {
        let propose = calls().propose_terms(pool, changed, Schedule::default());
        rows.push(row(cause, MANAGER, propose, InvalidTerms(Fixed)));
    }
    rows
}
