//! The rarer turns in the life of a pool and its members: many judged at once, deficits restored, terms changed, pools
//! closed, accounts enrolled, bans lifted. On real Wasm, with every event and every reason to refuse.

use chain::{account, days, Chain, Outcome, UNIT};
use e2e_tests::{People, Town, CANDIDATES, ENDOWMENT, ENFORCERS, STRANGER};
use ink::primitives::AccountId;
use interfaces::{
    obligation::{
        Capacity, Error, MemberState, Membership, Outcome as Report, PoolClosed, Redeemed, Reinstated,
        ReputationRefused, Resigned, Restored, Schedule, Seated, Segment, Standing, StandingChanged, Terms,
        TermsApplied, TermsProposed, TermsReason, BY_ENROLMENT, MAX_BANS, MAX_EVALUATED, OP,
    },
    reputation::{self, Owed, Slashed, Transfer},
    roles, Balance, Obligation as _, PoolId, Reputation as _, Timestamp,
};
use pendzl::contracts::access_control::AccessControl as _;

const MANAGER: &str = "manager";
/// Opens pools of her own.
const OPERATOR: &str = "olga";
/// Members beyond the enforcers and candidates of the town, endowed as they are.
const MEMBERS: [&str; 10] = ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"];
/// What a ban of these terms burns: the bond, and half of what is not locked.
const BOND: Balance = 50;
const SHARE: Balance = (ENDOWMENT - BOND) / 2;
const REWARD: Balance = 20;

/// A town with a pool of Olga's beside that of the market.
struct Guild {
    town: Town,
    pool: PoolId,
    terms: Terms,
}

/// Every second op seen is to be declared; three short are tolerated, six ban. Ten seats.
fn guild() -> Guild {
    guild_with(|_| ())
}

fn guild_with(change: impl FnOnce(&mut Terms)) -> Guild {
    let mut terms = chain::brisk_terms();
    (terms.seats, terms.min_reviews) = (10, 5);
    change(&mut terms);
    let town = Town::unstaffed(|settings| {
        settings.founders.extend(MEMBERS.map(|name| (account(name), ENDOWMENT)));
    });
    let olga = town.who(OPERATOR);
    let grant = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(olga));
    town.chain.call(&town.manager, grant).ok();
    let pool = town.chain.call(&olga, town.obligation().open_pool(terms.clone(), Schedule::default())).ok();
    Guild { town, pool, terms }
}

impl People for Guild {
    fn chain(&self) -> &Chain {
        &self.town.chain
    }
}

impl Guild {
    fn calls(&self) -> chain::ObligationCalls {
        self.town.obligation()
    }

    fn enlist(&self, names: &[&str]) {
        for name in names {
            self.send(name, self.calls().enlist(self.pool)).ok();
        }
    }

    fn see(&self, ops: u32) {
        self.send(OPERATOR, self.calls().record_seen(self.pool, ops, 5)).ok();
    }

    fn declare(&self, name: &str, ops: u32) {
        self.send(OPERATOR, self.calls().record_declared(self.pool, account(name), ops)).ok();
    }

    fn member(&self, name: &str) -> Membership {
        self.town.chain.read(self.calls().membership(self.pool, account(name))).expect("a member")
    }

    fn capacity(&self) -> Capacity {
        self.town.chain.read(self.calls().capacity(self.pool)).expect("a pool")
    }

    fn terms(&self) -> (Terms, Schedule) {
        self.town.chain.read(self.calls().terms(self.pool)).expect("a pool")
    }

    fn pending(&self) -> Option<(Terms, Schedule, Timestamp)> {
        self.town.chain.read(self.calls().pending_terms(self.pool))
    }

    fn propose(&self, terms: &Terms) -> Outcome<Result<(), Error>> {
        self.send(MANAGER, self.calls().propose_terms(self.pool, terms.clone(), Schedule::default()))
    }

    fn no_such_pool(&self) -> PoolId {
        self.pool + 1
    }

    fn revoke(&self, role: u32) {
        let revoke =
            self.town.roles_in(self.town.reputation_address).revoke_role(role, Some(self.town.obligation_address));
        self.send(MANAGER, revoke).ok();
    }
}

fn ids(names: &[&str]) -> Vec<AccountId> {
    names.iter().map(|name| account(name)).collect()
}

// evaluate_many

#[test]
fn many_are_judged_in_one_call_and_the_keeper_is_owed_one_sum() {
    let guild = guild_with(|terms| terms.seats = 4);
    guild.enlist(&["m0", "m1", "m2", "m3", "m4"]);
    guild.see(14);
    guild.declare("m1", 7);
    guild.declare("m2", 3);
    let named = ids(&["m1", "m0", "m3", "m2", "m0"]);
    let judged = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, named));

    let keeper = account(STRANGER);
    let changed = |name, standing, bond_burnt, slashed, reward| StandingChanged {
        pool: guild.pool,
        who: account(name),
        standing,
        bond_burnt,
        slashed,
        keeper,
        reward,
    };
    let banned = |name| changed(name, Standing::Banned, BOND, SHARE, REWARD);
    let throttled = changed("m2", Standing::Throttled, 0, 0, 0);
    assert_eq!(judged.events::<StandingChanged>(), vec![throttled, banned("m0"), banned("m3")]);
    assert_eq!(judged.events::<Seated>(), vec![Seated { pool: guild.pool, who: account("m4") }]);
    let owed: Vec<_> = judged.events::<Owed>().into_iter().map(|owed| (owed.to, owed.amount)).collect();
    assert_eq!(owed, vec![(keeper, 2 * REWARD)]);
    let slashed: Balance = judged.events::<Slashed>().into_iter().map(|slashed| slashed.amount).sum();
    assert_eq!(slashed, 2 * (BOND + SHARE));
    use Standing::*;
    assert_eq!(judged.ok(), vec![Healthy, Banned, Banned, Throttled, Banned]);
    assert_eq!(guild.town.profile(STRANGER).owed, 2 * REWARD);
    for name in ["m0", "m3"] {
        assert_eq!(guild.town.profile(name).slashed, BOND + SHARE);
        assert_eq!(guild.member(name).state, MemberState::Banned);
    }
    assert_eq!((guild.capacity().active, guild.capacity().throttled, guild.capacity().waiting), (3, 1, 0));
}

#[test]
fn eight_bans_are_latched_a_call_and_the_ninth_by_the_next() {
    let guild = guild();
    guild.enlist(&MEMBERS);
    guild.see(14);
    let all = ids(&MEMBERS);
    let first = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, all.clone()));
    assert_eq!(first.events::<StandingChanged>().len(), MAX_BANS);
    assert_eq!(first.ok(), vec![Standing::Banned; MEMBERS.len()]);
    assert_eq!((guild.capacity().active, guild.member("m8").state), (2, MemberState::Seated));
    let second = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, all.clone()));
    assert_eq!(second.events::<StandingChanged>().len(), MEMBERS.len() - MAX_BANS);
    assert_eq!(guild.town.profile(STRANGER).owed, 10 * REWARD);

    let before = guild.town.chain.state_hash();
    let third = guild.town.chain.dry_run(&account(STRANGER), guild.calls().evaluate_many(guild.pool, all));
    assert!(third.emitted.is_empty(), "a ban has effect once");
    assert_eq!(guild.town.chain.state_hash(), before);
}

#[test]
fn sixty_four_are_judged_with_a_ninth_of_the_proof_that_each_by_itself_costs_and_more_are_refused() {
    let guild = guild();
    guild.enlist(&["m0"]);
    let most = vec![account("m0"); MAX_EVALUATED];
    let one = guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0"))).gas;
    let many = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, most.clone()));
    assert!(9 * many.gas.proof_size() < 64 * one.proof_size(), "{:?} {one:?}", many.gas);
    assert_eq!(many.ok().len(), MAX_EVALUATED);
    let too_many = [most, ids(&["m0"])].concat();
    assert_eq!(guild.refused(STRANGER, guild.calls().evaluate_many(guild.pool, too_many)), Error::TooManyEvaluated);
    let none = guild.calls().evaluate_many(guild.no_such_pool(), vec![]);
    assert_eq!(guild.refused(STRANGER, none), Error::UnknownPool);
    guild.see(14);
    let with_stranger = guild.calls().evaluate_many(guild.pool, ids(&["m0", STRANGER]));
    assert_eq!(guild.refused(STRANGER, with_stranger), Error::NotAMember);
    assert_eq!(guild.member("m0").state, MemberState::Seated, "none was judged");
}

#[test]
fn bans_of_many_stand_where_the_reputation_contract_refuses() {
    let guild = guild();
    guild.enlist(&["m0", "m1", "m2", "m3"]);
    guild.see(14);
    guild.revoke(roles::MINTER);
    let unrewarded = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, ids(&["m0", "m1"])));
    let refusals = |names: &[&str]| -> Vec<_> {
        let error = reputation::Error::MissingRole;
        names.iter().map(|name| ReputationRefused { who: account(name), error }).collect()
    };
    assert_eq!(unrewarded.events::<ReputationRefused>(), refusals(&["m0", "m1"]));
    let told: Vec<_> = unrewarded.events::<StandingChanged>();
    assert!(told.iter().all(|told| (told.bond_burnt, told.slashed, told.reward) == (BOND, SHARE, 0)), "{told:?}");
    guild.revoke(roles::SLASHER);
    let unpunished = guild.send(STRANGER, guild.calls().evaluate_many(guild.pool, ids(&["m2", "m3"])));
    let told: Vec<_> = unpunished.events::<StandingChanged>();
    assert!(told.iter().all(|told| (told.bond_burnt, told.slashed, told.reward) == (0, 0, 0)), "{told:?}");
    assert_eq!((guild.member("m2").state, guild.member("m3").bond), (MemberState::Banned, BOND));
}

// restore

#[test]
fn a_deficit_is_restored_by_burning_reputation() {
    let guild = guild();
    guild.enlist(&["m0"]);
    guild.see(8);
    assert_eq!((guild.member("m0").standing, guild.member("m0").deficit), (Standing::Throttled, 4 * OP));
    let restored = guild.send("m0", guild.calls().restore(guild.pool, 3));
    let expected = Restored { pool: guild.pool, who: account("m0"), ops: 3, burnt: 15 };
    assert_eq!(restored.events::<Restored>(), vec![expected]);
    assert_eq!(restored.events::<Transfer>(), vec![Transfer { from: Some(account("m0")), to: None, value: 15 }]);
    restored.ok();
    let member = guild.member("m0");
    assert_eq!((member.standing, member.deficit, member.declared), (Standing::Healthy, OP, 3 * OP));
    let profile = guild.town.profile("m0");
    assert_eq!((profile.balance, profile.spent), (ENDOWMENT - 15, 15));
}

#[test]
fn restoring_is_refused_with_the_reason() {
    let guild = guild_with(|terms| (terms.restore_price, terms.seats) = (ENDOWMENT, 2));
    guild.enlist(&["m0", "m1", "m2"]);
    let restore = |ops| guild.calls().restore(guild.pool, ops);
    assert_eq!(guild.refused("m0", restore(1)), Error::NoDeficit);
    guild.see(4);
    assert_eq!(guild.refused("m0", restore(0)), Error::NoDeficit);
    assert_eq!(guild.refused("m0", restore(3)), Error::BeyondDeficit);
    let poor = Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(guild.refused("m0", restore(1)), poor);
    assert_eq!(guild.refused("m2", restore(1)), Error::NotAMember);
    assert_eq!(guild.refused(STRANGER, restore(1)), Error::NotAMember);
    assert_eq!(guild.refused("m0", guild.calls().restore(guild.no_such_pool(), 1)), Error::UnknownPool);
    guild.declare("m1", 2);
    guild.send("m1", guild.calls().freeze()).ok();
    assert_eq!(guild.refused("m1", restore(1)), Error::Frozen);
    guild.see(10);
    assert_eq!(guild.refused("m0", restore(1)), Error::Banned);
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0"))).ok();
    assert_eq!(guild.refused("m0", restore(1)), Error::Banned);
    guild.revoke(roles::SPENDER);
    assert_eq!(guild.member("m2").deficit, 5 * OP);
    assert_eq!(guild.refused("m2", restore(1)), Error::Reputation(reputation::Error::MissingRole));
    guild.send(OPERATOR, guild.calls().close_pool(guild.pool)).ok();
    assert_eq!(guild.refused("m2", restore(1)), Error::PoolClosed);
}

#[test]
fn restoring_at_no_price_enters_no_other_contract() {
    let guild = guild_with(|terms| terms.restore_price = 0);
    guild.enlist(&["m0"]);
    guild.see(4);
    guild.revoke(roles::SPENDER);
    let restored = guild.send("m0", guild.calls().restore(guild.pool, 2));
    let expected = Restored { pool: guild.pool, who: account("m0"), ops: 2, burnt: 0 };
    assert_eq!(restored.events::<Restored>(), vec![expected]);
    restored.ok();
}

// New terms

#[test]
fn terms_are_proposed_wait_out_their_notice_and_are_applied_by_anyone() {
    let guild = guild();
    let new = Terms { bond: 60, notice: days(3), ..guild.terms.clone() };
    let schedule = Schedule { cycle: days(7), segments: vec![Segment { offset: 0, weight_ppm: 500_000 }] };
    let due = guild.town.chain.now() + guild.terms.notice;
    let message = guild.calls().propose_terms(guild.pool, new.clone(), schedule.clone());
    let proposed = guild.send(MANAGER, message);
    let told = proposed.events::<TermsProposed>();
    proposed.ok();
    let (_, _, pending_due) = guild.pending().expect("a proposal");
    assert_eq!(told, vec![TermsProposed { pool: guild.pool, due: pending_due }]);
    assert!(pending_due >= due, "no sooner than the notice");
    assert_eq!(guild.pending(), Some((new.clone(), schedule.clone(), pending_due)));
    assert_eq!(guild.terms(), (guild.terms.clone(), Schedule::default()));
    let apply = || guild.calls().apply_terms(guild.pool);
    assert_eq!(guild.refused(STRANGER, apply()), Error::NoticeRunning);

    guild.town.chain.pass_until(pending_due);
    assert_eq!((guild.terms(), guild.pending()), ((new.clone(), schedule.clone()), None));
    let applied = guild.send(STRANGER, apply());
    assert_eq!(applied.events::<TermsApplied>(), vec![TermsApplied { pool: guild.pool }]);
    applied.ok();
    assert_eq!(guild.terms(), (new, schedule));
    assert_eq!(guild.refused(STRANGER, apply()), Error::NoPendingTerms);
    assert_eq!(guild.refused(STRANGER, guild.calls().apply_terms(guild.no_such_pool())), Error::UnknownPool);
    let none = guild.town.chain.read(guild.calls().pending_terms(guild.no_such_pool()));
    assert_eq!(none, None);
}

#[test]
fn other_messages_count_with_due_terms_and_apply_them() {
    let guild = guild();
    guild.enlist(&["m0"]);
    guild.see(8);
    guild.propose(&Terms { seats: 1, throttle_buffer: 5, bond: 70, ..guild.terms.clone() }).ok();
    guild.town.chain.pass(guild.terms.notice);
    assert_eq!(guild.member("m0").standing, Standing::Healthy, "by the new buffer");
    let judged = guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0")));
    assert!(judged.emitted.is_empty(), "nothing to latch, nothing written");
    judged.ok();
    let enlisted = guild.send("m1", guild.calls().enlist(guild.pool));
    assert_eq!(enlisted.events::<TermsApplied>(), vec![TermsApplied { pool: guild.pool }]);
    enlisted.ok();
    assert_eq!((guild.member("m1").state, guild.member("m1").bond), (MemberState::Waiting, 70));
    assert_eq!(guild.refused(STRANGER, guild.calls().apply_terms(guild.pool)), Error::NoPendingTerms);
}

#[test]
fn a_newer_proposal_replaces_the_pending_one() {
    let guild = guild();
    guild.propose(&Terms { bond: 60, ..guild.terms.clone() }).ok();
    guild.town.chain.pass(guild.terms.notice / 2);
    guild.propose(&Terms { bond: 80, ..guild.terms.clone() }).ok();
    guild.town.chain.pass(guild.terms.notice / 2);
    assert_eq!(guild.terms().0.bond, BOND);
    guild.town.chain.pass(guild.terms.notice / 2);
    assert_eq!(guild.terms().0.bond, 80);
}

#[test]
fn proposing_is_refused_with_the_reason() {
    let guild = guild();
    let propose = |terms| guild.calls().propose_terms(guild.pool, terms, Schedule::default());
    for name in [OPERATOR, STRANGER] {
        assert_eq!(guild.refused(name, propose(guild.terms.clone())), Error::MissingRole);
    }
    let elsewhere = guild.calls().propose_terms(guild.no_such_pool(), guild.terms.clone(), Schedule::default());
    assert_eq!(guild.refused(MANAGER, elsewhere), Error::UnknownPool);
    let invalid = |reason| Error::InvalidTerms(reason);
    let seatless = Terms { seats: 0, ..guild.terms.clone() };
    assert_eq!(guild.refused(MANAGER, propose(seatless)), invalid(TermsReason::Seats));
    for changed in [
        Terms { denominator: 3, ..guild.terms.clone() },
        Terms { epoch: days(2), ..guild.terms.clone() },
        Terms { retention_ppm: 999_999, ..guild.terms.clone() },
    ] {
        assert_eq!(guild.refused(MANAGER, propose(changed)), invalid(TermsReason::Fixed));
    }
    guild.send(OPERATOR, guild.calls().close_pool(guild.pool)).ok();
    assert_eq!(guild.refused(MANAGER, propose(guild.terms.clone())), Error::PoolClosed);
}

#[test]
fn while_terms_are_proposed_a_member_may_leave_with_a_deficit_and_with_work_in_hand() {
    let guild = guild();
    guild.enlist(&["m0", "m1"]);
    guild.see(8);
    let resign = || guild.calls().resign(guild.pool);
    assert_eq!(guild.refused("m0", resign()), Error::Deficit);
    let commit = guild.calls().commit(guild.pool, account("m0"), 1);
    assert_eq!(guild.send(OPERATOR, commit).ok(), 4, "so many were missing");
    assert_eq!(guild.refused("m0", resign()), Error::OpenCommitments);
    guild.propose(&guild.terms).ok();
    let resigned = guild.send("m0", resign());
    assert_eq!(resigned.events::<Resigned>(), vec![Resigned { pool: guild.pool, who: account("m0") }]);
    resigned.ok();
    let gone = guild.member("m0");
    assert_eq!((gone.state, gone.open, gone.deficit), (MemberState::Left, 1, 3 * OP));
    assert_eq!(guild.town.profile("m0").locked, 0);
    let late = Report { who: account("m0"), declared: 1, released: 1 };
    guild.send(OPERATOR, guild.calls().resolve(guild.pool, vec![late])).ok();
    let gone = guild.member("m0");
    assert_eq!((gone.open, gone.declared, gone.deficit), (0, 0, 4 * OP), "done, and closed, but declared by nobody");
    guild.see(6);
    assert_eq!(guild.refused("m1", resign()), Error::Banned);
}

#[test]
fn what_was_in_hand_when_a_member_left_under_notice_is_paid_if_done_and_punished_if_not() {
    let town = Town::new();
    let request = town.in_review();
    let jury = &ENFORCERS[..4];
    jury.iter().for_each(|name| town.commit(name, request, 0, 80).ok());
    let resign = || town.obligation().resign(town.pool);
    assert_eq!(town.refused("eva", resign()), Error::OpenCommitments);
    let (terms, schedule) = town.chain.read(town.obligation().terms(town.pool)).expect("a pool");
    town.send(MANAGER, town.obligation().propose_terms(town.pool, terms, schedule)).ok();
    for (name, next) in [("eva", CANDIDATES[0]), ("emil", CANDIDATES[1])] {
        let resigned = town.send(name, resign());
        assert_eq!(resigned.events::<Seated>(), vec![Seated { pool: town.pool, who: account(next) }]);
        resigned.ok();
        assert_eq!((town.member(name).open, town.profile(name).locked), (1, 0));
    }

    // Emil keeps his word, Eva does not.
    town.until_commits_close(request, 0);
    jury[1..].iter().for_each(|name| town.reveal(name, request, 0, 80).ok());
    town.until_reveals_close(request, 0);
    town.finalize(request, 0).ok();
    // Twice the stake of three points, and one more, of points that nothing locks any more.
    let [eva, emil] = ["eva", "emil"].map(|name| (town.profile(name), town.member(name)));
    assert_eq!((eva.0.slashed, eva.0.balance, eva.1.open), (7, ENDOWMENT - 7, 0));
    assert_eq!((emil.0.owed, town.credit("emil"), emil.1.open), (3, UNIT / 3, 0));
    assert_eq!((emil.1.state, emil.1.declared), (MemberState::Left, 0), "paid like any other, and declared by nobody");
}

// close_pool

#[test]
fn a_closed_pool_asks_nothing_of_anyone() {
    let guild = guild_with(|terms| (terms.seats, terms.presence) = (2, 1));
    guild.enlist(&["m0", "m1", "m2"]);
    guild.see(10);
    guild.send(OPERATOR, guild.calls().commit(guild.pool, account("m1"), 1)).ok();
    let close = || guild.calls().close_pool(guild.pool);
    assert_eq!(guild.refused(MANAGER, close()), Error::NotOperator);
    assert_eq!(guild.refused(OPERATOR, guild.calls().close_pool(guild.no_such_pool())), Error::UnknownPool);
    guild.propose(&guild.terms).ok();
    let closed = guild.send(OPERATOR, close());
    assert_eq!(closed.events::<PoolClosed>(), vec![PoolClosed { pool: guild.pool }]);
    closed.ok();
    assert_eq!(guild.pending(), None);

    assert_eq!(guild.refused(OPERATOR, close()), Error::PoolClosed);
    assert_eq!(guild.refused("m3", guild.calls().enlist(guild.pool)), Error::PoolClosed);
    assert_eq!(guild.refused("m0", guild.calls().check_in(guild.pool)), Error::PoolClosed);
    assert_eq!(guild.refused(OPERATOR, guild.calls().reserve(guild.pool, 1)), Error::PoolClosed);
    assert_eq!(guild.refused(OPERATOR, guild.calls().enroll(guild.pool, account("m3"))), Error::PoolClosed);
    let before = guild.town.chain.state_hash();
    let seen = guild.town.chain.dry_run(&account(OPERATOR), guild.calls().record_seen(guild.pool, 99, 5));
    assert!(seen.emitted.is_empty());
    seen.ok();
    let judged = guild.town.chain.dry_run(&account(STRANGER), guild.calls().evaluate(guild.pool, account("m0")));
    assert!(judged.emitted.is_empty(), "Throttled, and not latched");
    assert_eq!(judged.ok(), Standing::Throttled);
    assert_eq!(guild.town.chain.state_hash(), before);
    guild.see(99);
    guild.town.chain.pass(days(30));
    assert_eq!((guild.member("m0").required, guild.capacity().demand), (5 * OP, 50));

    for name in ["m0", "m1", "m2"] {
        let resigned = guild.send(name, guild.calls().resign(guild.pool));
        assert_eq!(resigned.events::<Resigned>(), vec![Resigned { pool: guild.pool, who: account(name) }]);
        assert!(resigned.events::<Seated>().is_empty(), "nobody takes a seat any more");
        resigned.ok();
        assert_eq!(guild.town.profile(name).locked, 0);
    }
    guild.send(OPERATOR, guild.calls().release(guild.pool, account("m1"))).ok();
    assert_eq!(guild.member("m1").open, 0);
}

#[test]
fn who_was_banned_before_its_pool_closed_stays_banned() {
    let guild = guild();
    guild.enlist(&["m0", "m1"]);
    guild.see(14);
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0"))).ok();
    guild.send(OPERATOR, guild.calls().close_pool(guild.pool)).ok();
    assert_eq!(guild.refused("m0", guild.calls().resign(guild.pool)), Error::Banned);
    guild.send("m1", guild.calls().resign(guild.pool)).ok();
    assert_eq!(guild.town.profile("m1").balance, ENDOWMENT);
}

// enroll and discharge

#[test]
fn an_operator_seats_who_agreed_through_it_and_lets_go_of_it() {
    let guild = guild();
    let enroll = |name| guild.calls().enroll(guild.pool, account(name));
    let discharge = |name| guild.calls().discharge(guild.pool, account(name));
    let enrolled = guild.send(OPERATOR, enroll("m0"));
    assert_eq!(enrolled.events::<Seated>(), vec![Seated { pool: guild.pool, who: account("m0") }]);
    enrolled.ok();
    assert_eq!((guild.member("m0").state, guild.member("m0").bond), (MemberState::Seated, BOND));
    assert_eq!(guild.town.profile("m0").locked, BOND);
    assert_eq!(guild.town.chain.read(guild.calls().pools_of(account("m0"))), Vec::<PoolId>::new());
    assert_eq!(guild.refused("m0", guild.calls().freeze()), Error::Engaged);
    assert_eq!(guild.refused("m0", guild.calls().resign(guild.pool)), Error::Engaged);
    guild.see(8);
    let discharged = guild.send(OPERATOR, discharge("m0"));
    assert_eq!(discharged.events::<Resigned>(), vec![Resigned { pool: guild.pool, who: account("m0") }]);
    discharged.ok();
    assert_eq!((guild.member("m0").state, guild.member("m0").deficit), (MemberState::Left, 4 * OP));
    assert_eq!(guild.town.profile("m0").locked, 0);
    assert_eq!(guild.refused(OPERATOR, enroll("m0")), Error::CoolingDown);
    assert_eq!(guild.refused(OPERATOR, discharge("m0")), Error::NotAMember);
}

#[test]
fn nothing_is_asked_of_an_enrolled_account_where_the_terms_ask_for_nothing() {
    let guild = guild_with(|terms| (terms.bond, terms.min_reputation, terms.keeper_reward) = (0, 0, 0));
    guild.revoke(roles::LOCKER);
    let (town, freezer) = (&guild.town, guild.who("freezer"));
    let grant = town.roles_in(town.reputation_address).grant_role(roles::FREEZER, Some(freezer));
    guild.send(MANAGER, grant).ok();
    guild.send("freezer", town.reputation().freeze(account(STRANGER))).ok();
    guild.send(OPERATOR, guild.calls().enroll(guild.pool, account(STRANGER))).ok();
    assert_eq!(guild.member(STRANGER).state, MemberState::Seated, "frozen, and without any reputation");
    let discharged = guild.send(OPERATOR, guild.calls().discharge(guild.pool, account(STRANGER)));
    assert_eq!(discharged.events::<ReputationRefused>(), [], "there is no bond to unlock");
    discharged.ok();
}

#[test]
fn enrolling_and_discharging_are_refused_with_the_reason() {
    let guild = guild_with(|terms| (terms.seats, terms.cooldown) = (2, 0));
    let enroll = |name| guild.calls().enroll(guild.pool, account(name));
    let discharge = |name| guild.calls().discharge(guild.pool, account(name));
    for name in [MANAGER, "m0"] {
        assert_eq!(guild.refused(name, enroll("m0")), Error::NotOperator);
        assert_eq!(guild.refused(name, discharge("m0")), Error::NotOperator);
    }
    let none = guild.no_such_pool();
    assert_eq!(guild.refused(OPERATOR, guild.calls().enroll(none, account("m0"))), Error::UnknownPool);
    assert_eq!(guild.refused(OPERATOR, guild.calls().discharge(none, account("m0"))), Error::UnknownPool);
    let poor = Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(guild.refused(OPERATOR, enroll(STRANGER)), poor);
    guild.enlist(&["m0"]);
    assert_eq!(guild.refused(OPERATOR, enroll("m0")), Error::AlreadyMember);
    assert_eq!(guild.refused(OPERATOR, discharge("m0")), Error::NotAMember, "it came by itself");
    assert_eq!(guild.refused(OPERATOR, discharge(STRANGER)), Error::NotAMember);
    guild.send(OPERATOR, enroll("m1")).ok();
    assert_eq!(guild.refused(OPERATOR, enroll("m2")), Error::NoFreeSeat);
    guild.send("m0", guild.calls().freeze()).ok();
    assert_eq!(guild.refused(OPERATOR, enroll("m0")), Error::Frozen);
    guild.see(14);
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m1"))).ok();
    assert_eq!(guild.refused(OPERATOR, enroll("m1")), Error::Banned);
    assert_eq!(guild.refused(OPERATOR, discharge("m1")), Error::NotAMember);
}

// reinstate

#[test]
fn a_ban_is_lifted_after_the_cooldown_and_the_account_enlists_by_itself() {
    let guild = guild();
    guild.enlist(&["m0"]);
    let reinstate = |name| guild.calls().reinstate(guild.pool, account(name));
    assert_eq!(guild.refused(MANAGER, reinstate("m0")), Error::NotBanned);
    guild.see(14);
    assert_eq!(guild.refused(MANAGER, reinstate("m0")), Error::NotBanned, "nobody has latched it");
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0"))).ok();
    assert_eq!(guild.refused(MANAGER, reinstate("m0")), Error::CoolingDown);
    guild.town.chain.pass(guild.terms.cooldown);
    assert_eq!(guild.refused(OPERATOR, reinstate("m0")), Error::MissingRole);
    assert_eq!(guild.refused("m0", reinstate("m0")), Error::MissingRole);
    assert_eq!(guild.refused(MANAGER, reinstate(STRANGER)), Error::NotAMember);
    let elsewhere = guild.calls().reinstate(guild.no_such_pool(), account("m0"));
    assert_eq!(guild.refused(MANAGER, elsewhere), Error::UnknownPool);
    assert_eq!(guild.refused("m0", guild.calls().enlist(guild.pool)), Error::Banned);

    let lifted = guild.send(MANAGER, reinstate("m0"));
    assert_eq!(lifted.events::<Reinstated>(), vec![Reinstated { pool: guild.pool, who: account("m0") }]);
    lifted.ok();
    let clean = guild.member("m0");
    assert_eq!((clean.state, clean.standing, clean.seen, clean.deficit), (MemberState::Left, Standing::Healthy, 0, 0));
    assert_eq!(guild.refused(MANAGER, reinstate("m0")), Error::NotBanned);
    guild.enlist(&["m0"]);
    assert_eq!(guild.member("m0").required, 0);
}

// redeem

/// `name` is Banned, somebody has it latched, and the cooldown is over.
fn banned_long_ago(guild: &Guild, name: &str) {
    guild.enlist(&[name]);
    guild.see(14);
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account(name))).ok();
    guild.town.chain.pass(guild.terms.cooldown);
}

#[test]
fn whoever_is_banned_buys_itself_free_after_the_cooldown_and_begins_anew() {
    let guild = guild();
    let redeem = || guild.calls().redeem(guild.pool);
    guild.enlist(&["m0"]);
    guild.see(14);
    assert_eq!(guild.refused("m0", redeem()), Error::NotBanned, "nobody has latched it");
    guild.send(STRANGER, guild.calls().evaluate(guild.pool, account("m0"))).ok();
    guild.town.chain.pass(guild.terms.cooldown - 1);
    assert_eq!(guild.refused("m0", redeem()), Error::CoolingDown);
    guild.town.chain.pass(1);
    assert_eq!(guild.refused("m0", guild.calls().enlist(guild.pool)), Error::Banned);

    let left = ENDOWMENT - BOND - SHARE;
    assert_eq!(guild.town.profile("m0").available, left);
    // Seven ops were missing, for 35 points: the bond is more.
    let redeemed = guild.send("m0", redeem());
    assert_eq!(redeemed.events::<Redeemed>(), vec![Redeemed { pool: guild.pool, who: account("m0"), burnt: BOND }]);
    assert_eq!(redeemed.events::<Transfer>(), vec![Transfer { from: Some(account("m0")), to: None, value: BOND }]);
    assert_eq!(redeemed.ok(), BOND);
    let profile = guild.town.profile("m0");
    assert_eq!((profile.balance, profile.spent), (left - BOND, BOND));
    let clean = guild.member("m0");
    assert_eq!((clean.state, clean.standing, clean.seen, clean.deficit), (MemberState::Left, Standing::Healthy, 0, 0));
    assert_eq!(guild.refused("m0", redeem()), Error::NotBanned, "it is done once");

    guild.enlist(&["m0"]);
    assert_eq!((guild.member("m0").state, guild.member("m0").required), (MemberState::Seated, 0));
    assert_eq!(guild.town.profile("m0").locked, BOND);
}

#[test]
fn coming_back_costs_what_is_missing_where_that_is_more_than_the_bond_and_nobody_comes_back_on_credit() {
    let guild = guild_with(|terms| terms.restore_price = 100);
    banned_long_ago(&guild, "m0");
    let redeem = || guild.calls().redeem(guild.pool);
    // Seven ops cost 700 points, and of 500 there are 225.
    let poor = Error::Reputation(reputation::Error::InsufficientReputation);
    assert_eq!(guild.refused("m0", redeem()), poor);
    assert_eq!(guild.refused("m0", guild.calls().enlist(guild.pool)), Error::Banned);

    guild.propose(&Terms { restore_price: 30, ..guild.terms.clone() }).ok();
    assert_eq!(guild.refused("m0", redeem()), poor, "by the terms in force");
    guild.town.chain.pass(guild.terms.notice);
    let redeemed = guild.send("m0", redeem());
    assert_eq!(redeemed.events::<TermsApplied>(), vec![], "it changes nothing about the pool");
    assert_eq!(redeemed.ok(), 7 * 30);
    assert_eq!(guild.town.profile("m0").available, 225 - 210);
    let told = guild.refused("m0", guild.calls().enlist(guild.pool));
    assert_eq!(told, poor, "like anybody, it needs what a place asks for");
}

#[test]
fn whoever_left_short_of_more_than_new_terms_tolerate_comes_back_in_the_same_way() {
    let guild = guild();
    guild.enlist(&["m0"]);
    guild.see(8);
    guild.propose(&Terms { ban_buffer: 3, ..guild.terms.clone() }).ok();
    guild.send("m0", guild.calls().resign(guild.pool)).ok();
    guild.town.chain.pass(guild.terms.notice);
    let gone = guild.member("m0");
    assert_eq!((gone.state, gone.standing, gone.deficit), (MemberState::Left, Standing::Banned, 4 * OP));
    let redeem = || guild.calls().redeem(guild.pool);
    assert_eq!(guild.refused("m0", redeem()), Error::CoolingDown);
    guild.town.chain.pass(guild.terms.cooldown);
    assert_eq!(guild.refused("m0", guild.calls().enlist(guild.pool)), Error::Banned);
    assert_eq!(guild.send("m0", redeem()).ok(), BOND);
    guild.enlist(&["m0"]);
}

#[test]
fn where_coming_back_costs_nothing_no_other_contract_is_entered() {
    let guild = guild_with(|terms| (terms.bond, terms.keeper_reward, terms.restore_price) = (0, 0, 0));
    banned_long_ago(&guild, "m0");
    guild.revoke(roles::SPENDER);
    let redeemed = guild.send("m0", guild.calls().redeem(guild.pool));
    assert_eq!(redeemed.events::<Redeemed>(), vec![Redeemed { pool: guild.pool, who: account("m0"), burnt: 0 }]);
    redeemed.ok();
}

#[test]
fn redeeming_is_refused_with_the_reason() {
    let guild = guild();
    banned_long_ago(&guild, "m0");
    guild.enlist(&["m1"]);
    let redeem = || guild.calls().redeem(guild.pool);
    assert_eq!(guild.refused("m0", guild.calls().redeem(guild.no_such_pool())), Error::UnknownPool);
    assert_eq!(guild.refused(STRANGER, redeem()), Error::NotAMember);
    assert_eq!(guild.refused("m1", redeem()), Error::NotBanned);
    guild.revoke(roles::SPENDER);
    assert_eq!(guild.refused("m0", redeem()), Error::Reputation(reputation::Error::MissingRole));

    let enrolling = Terms { min_reputation: BY_ENROLMENT, ..guild.terms.clone() };
    let desk = guild.send(OPERATOR, guild.calls().open_pool(enrolling, Schedule::default())).ok();
    assert_eq!(guild.refused("m0", guild.calls().redeem(desk)), Error::Engaged);
    guild.send(OPERATOR, guild.calls().close_pool(guild.pool)).ok();
    assert_eq!(guild.refused("m0", redeem()), Error::PoolClosed);
}

#[test]
fn the_pool_of_the_market_goes_on_through_a_change_of_terms() {
    let town = Town::new();
    let (mut terms, schedule) = town.chain.read(town.obligation().terms(town.pool)).expect("a pool");
    terms.seats = 6;
    town.chain.call(&town.manager, town.obligation().propose_terms(town.pool, terms, schedule)).ok();
    town.chain.pass(days(1));
    assert_eq!(town.chain.call(&town.who(STRANGER), town.obligation().fill_seats(town.pool, 9)).ok(), 1);
    assert_eq!(town.member(CANDIDATES[0]).state, MemberState::Seated);
    town.play_request(&ENFORCERS[..3], 90);
    assert_eq!(town.member(ENFORCERS[0]).declared, 3_000_000);
}
