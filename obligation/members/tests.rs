use super::*;
use crate::fixtures::{account, on_chain, plain, safe, terms, DAY, HOUR, OPENED};
use interfaces::obligation::{Capacity, Membership, Rate, TermsReason, OP};
use proptest::prelude::*;

const OPERATOR: u8 = 100;
const STRANGER: u8 = 101;

/// A contract's members and a clock.
struct World {
    members: Members,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        Self { members: Members::default(), now: OPENED }
    }

    fn with(terms: Terms) -> Self {
        let mut world = Self::new();
        world.open(terms);
        world
    }

    fn open(&mut self, terms: Terms) -> PoolId {
        self.members.open_pool(account(OPERATOR), terms, Schedule::default(), self.now).unwrap()
    }

    fn pass(&mut self, time: Timestamp) {
        self.now += time;
    }

    fn enlist(&mut self, pool: PoolId, who: u8) -> Result<Place, Error> {
        self.members.enlist(pool, account(who), self.now).map(|enlisted| enlisted.place)
    }

    fn resign(&mut self, pool: PoolId, who: u8) -> Result<Departed, Error> {
        self.members.resign(pool, account(who), self.now)
    }

    fn freeze(&mut self, who: u8) -> Result<Vec<(PoolId, AccountId)>, Error> {
        self.members.freeze(account(who), self.now)
    }

    fn unfreeze(&mut self, who: u8) -> Result<Vec<(PoolId, Place)>, Error> {
        self.members.unfreeze(account(who), self.now)
    }

    fn check_in(&mut self, pool: PoolId, who: u8) -> Result<u32, Error> {
        self.members.check_in(pool, account(who), self.now)
    }

    fn evaluate(&mut self, pool: PoolId, who: u8) -> Result<Evaluation, Error> {
        self.evaluate_many(pool, &[who]).map(|mut found| found.remove(0))
    }

    fn evaluate_many(&mut self, pool: PoolId, who: &[u8]) -> Result<Vec<Evaluation>, Error> {
        let accounts: Vec<_> = who.iter().copied().map(account).collect();
        self.members.evaluate(pool, &accounts, self.now)
    }

    fn restore(&mut self, pool: PoolId, who: u8, ops: u32) -> Result<Points, Error> {
        self.members.restore(pool, account(who), ops, self.now)
    }

    fn propose(&mut self, pool: PoolId, terms: Terms) -> Result<Timestamp, Error> {
        self.members.propose_terms(pool, terms, Schedule::default(), self.now)
    }

    fn terms(&self, pool: PoolId) -> Terms {
        self.members.pool(pool, self.now).unwrap().fixed.terms
    }

    fn enroll(&mut self, pool: PoolId, who: u8) -> Result<Enlisted, Error> {
        self.members.enroll(pool, account(OPERATOR), account(who), self.now)
    }

    fn discharge(&mut self, pool: PoolId, who: u8) -> Result<Departed, Error> {
        self.members.discharge(pool, account(OPERATOR), account(who), self.now)
    }

    fn reinstate(&mut self, pool: PoolId, who: u8) -> Result<(), Error> {
        self.members.reinstate(pool, account(who), self.now)
    }

    fn redeem(&mut self, pool: PoolId, who: u8) -> Result<Points, Error> {
        self.members.redeem(pool, account(who), self.now)
    }

    fn see(&mut self, pool: PoolId, ops: u32) {
        self.members.record_seen(pool, account(OPERATOR), ops, 3, self.now).unwrap();
    }

    fn commit(&mut self, pool: PoolId, who: u8) -> Result<(), Error> {
        self.members.commit(pool, account(OPERATOR), account(who), 1, self.now).map(|_| ())
    }

    fn resolve(&mut self, pool: PoolId, who: u8, declared: u32, released: u32) -> Vec<(AccountId, u32)> {
        let outcome = Outcome { who: account(who), declared, released };
        self.members.resolve(pool, account(OPERATOR), &[outcome], self.now).unwrap()
    }

    fn declare(&mut self, pool: PoolId, who: u8, ops: u32) {
        self.resolve(pool, who, ops, 0);
    }

    fn membership(&self, pool: PoolId, who: u8) -> Membership {
        self.members.pool(pool, self.now).unwrap().membership(&self.members.member(pool, account(who)).unwrap())
    }

    fn capacity(&self, pool: PoolId) -> Capacity {
        self.members.pool(pool, self.now).unwrap().capacity()
    }

    fn waiting(&self, pool: PoolId) -> Vec<AccountId> {
        self.members.waiting(pool, None, MAX_PAGE).unwrap()
    }

    /// Everything that is stored about these pools and accounts.
    fn cells(&self, pools: PoolId, accounts: u8) -> impl PartialEq + core::fmt::Debug {
        let of_pools: Vec<_> = (0..pools).map(|pool| (self.members.counters.get(pool), self.waiting(pool))).collect();
        let of_accounts: Vec<_> = (0..accounts)
            .map(|who| {
                let cells = (0..pools).map(|pool| self.members.members.get((pool, account(who))));
                (self.members.accounts.get(account(who)), cells.collect::<Vec<_>>())
            })
            .collect();
        (of_pools, of_accounts)
    }
}

/// One seat, so that a second account waits.
fn single() -> Terms {
    Terms { seats: 1, ..plain() }
}

/// Ops seen that leave a member of a plain pool short of this many.
fn short(ops: u32) -> u32 {
    48 * ops
}

// Evaluation

#[test]
fn a_member_is_throttled_recovers_by_working_and_is_throttled_again() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Unchanged(Standing::Healthy)));
        world.see(0, short(11));
        assert_eq!(world.capacity(0).throttled, 0, "nobody has latched it");
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Latched(Standing::Throttled)));
        assert_eq!(world.capacity(0).throttled, 1);
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Unchanged(Standing::Throttled)));
        world.declare(0, 1, 1);
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Latched(Standing::Healthy)));
        assert_eq!(world.capacity(0).throttled, 0);
        world.see(0, short(1));
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Latched(Standing::Throttled)));
    });
}

#[test]
fn a_ban_burns_the_bond_and_gives_the_seat_to_the_first_in_line_once() {
    on_chain(|| {
        let mut world = World::with(single());
        for who in [1, 2, 3] {
            world.enlist(0, who).unwrap();
        }
        world.see(0, short(20));
        world.evaluate(0, 1).unwrap();
        world.see(0, short(31));
        world.pass(DAY);
        let seated = Some(account(2));
        let ban = Ban { bond: 50, slash_ppm: 100_000, reward: 20, seated };
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Banned(ban)));

        let banned = world.membership(0, 1);
        assert_eq!((banned.state, banned.standing), (MemberState::Banned, Standing::Banned));
        assert_eq!((banned.bond, banned.seat_since, banned.ended), (0, 0, world.now));
        assert_eq!(banned.required, 51 * OP, "what it was banned for stays to be seen");
        assert!(world.members.pools_of(account(1)).is_empty());
        let next = world.membership(0, 2);
        assert_eq!((next.state, next.seat_since, next.seen), (MemberState::Seated, world.now, 0));
        let capacity = world.capacity(0);
        assert_eq!((capacity.active, capacity.throttled, capacity.waiting), (1, 0, 1));

        let before = world.cells(1, 4);
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Unchanged(Standing::Banned)));
        assert_eq!(world.cells(1, 4), before);
    });
}

#[test]
fn the_reward_for_a_ban_is_never_above_half_the_bond_that_burns() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.members.keep_bond(0, account(1), 11).unwrap();
        world.see(0, short(51));
        let ban = Ban { bond: 11, slash_ppm: 100_000, reward: 5, seated: None };
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Banned(ban)));
    });
}

#[test]
fn whose_ledger_stands_still_is_evaluated_without_any_change() {
    on_chain(|| {
        let mut world = World::with(single());
        for who in [1, 2, 3] {
            world.enlist(0, who).unwrap();
        }
        world.freeze(1).unwrap();
        world.resign(0, 3).unwrap();
        world.enlist(0, 4).unwrap();
        world.see(0, short(40));
        world.see(0, short(400));
        let before = world.cells(1, 5);
        for (who, state) in [(1, MemberState::Frozen), (3, MemberState::Left), (4, MemberState::Waiting)] {
            assert_eq!(world.membership(0, who).state, state);
            assert_eq!(world.evaluate(0, who), Ok(Evaluation::Unchanged(Standing::Healthy)));
        }
        assert_eq!(world.cells(1, 5), before);
        assert_eq!(world.evaluate(0, STRANGER), Err(Error::NotAMember));
        assert_eq!(world.evaluate(1, 1), Err(Error::UnknownPool));
    });
}

#[test]
fn work_in_hand_bans_nobody_until_it_is_released() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        world.see(0, short(51));
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Latched(Standing::Throttled)));
        world.resolve(0, 1, 0, 1);
        assert!(matches!(world.evaluate(0, 1), Ok(Evaluation::Banned(_))));
        assert_eq!(world.capacity(0).throttled, 0);
    });
}

#[test]
fn who_is_banned_by_its_live_standing_can_no_longer_help_itself_before_anyone_latches_it() {
    on_chain(|| {
        let mut world = World::with(Terms { presence: 9, ..single() });
        world.enlist(0, 1).unwrap();
        world.see(0, short(51));
        let before = world.cells(1, 2);
        assert_eq!(world.enlist(0, 1), Err(Error::Banned));
        assert_eq!(world.resign(0, 1), Err(Error::Banned));
        assert_eq!(world.check_in(0, 1), Err(Error::Banned));
        assert_eq!(world.freeze(1), Err(Error::Banned));
        assert_eq!(world.commit(0, 1), Err(Error::Banned));
        assert_eq!(world.cells(1, 2), before);
        world.evaluate(0, 1).unwrap();
        assert_eq!(world.resign(0, 1), Err(Error::Banned));
        assert_eq!(world.check_in(0, 1), Err(Error::Banned));
        assert_eq!(world.commit(0, 1), Err(Error::Banned));
        assert_eq!(world.enlist(0, 1), Err(Error::Banned));
        assert_eq!(world.freeze(1), Err(Error::NotAMember), "it has nothing left to rest from");
    });
}

#[test]
fn many_are_evaluated_at_once_each_once_and_in_the_order_named() {
    on_chain(|| {
        let mut world = World::with(Terms { seats: 3, ..plain() });
        for who in [1, 2, 3, 4] {
            world.enlist(0, who).unwrap();
        }
        world.see(0, short(51));
        world.declare(0, 2, 30);
        world.declare(0, 3, 51);
        let ban = Ban { bond: 50, slash_ppm: 100_000, reward: 20, seated: Some(account(4)) };
        let found = world.evaluate_many(0, &[3, 1, 4, 2, 1, 2]).unwrap();
        let expected = [
            Evaluation::Unchanged(Standing::Healthy),
            Evaluation::Banned(ban),
            Evaluation::Unchanged(Standing::Healthy),
            Evaluation::Latched(Standing::Throttled),
            Evaluation::Unchanged(Standing::Banned),
            Evaluation::Unchanged(Standing::Throttled),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            (world.membership(0, 4).state, world.membership(0, 1).state),
            (MemberState::Seated, MemberState::Banned)
        );
        let capacity = world.capacity(0);
        assert_eq!((capacity.active, capacity.throttled, capacity.waiting), (3, 1, 0));
        assert_eq!(world.evaluate_many(0, &[]), Ok(vec![]));
    });
}

#[test]
fn at_most_eight_bans_are_latched_at_once_and_the_others_told() {
    on_chain(|| {
        let mut world = World::with(plain());
        let all: Vec<u8> = (1..=10).collect();
        for &who in &all {
            world.enlist(0, who).unwrap();
        }
        world.see(0, short(51));
        let banned = |found: &[Evaluation]| found.iter().filter(|found| matches!(found, Evaluation::Banned(_))).count();
        let first = world.evaluate_many(0, &all).unwrap();
        assert!(first.iter().all(|found| found.standing() == Standing::Banned));
        assert_eq!((banned(&first), world.capacity(0).active), (8, 2));
        assert_eq!(world.membership(0, 9).state, MemberState::Seated);
        let second = world.evaluate_many(0, &all).unwrap();
        assert_eq!((banned(&second), world.capacity(0).active), (2, 0));
    });
}

#[test]
fn no_account_is_evaluated_where_one_is_no_member_or_there_are_too_many() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, short(51));
        let before = world.cells(1, 2);
        assert_eq!(world.evaluate_many(0, &[1, STRANGER]), Err(Error::NotAMember));
        assert_eq!(world.evaluate_many(0, &[1; 65]), Err(Error::TooManyEvaluated));
        assert_eq!(world.evaluate_many(1, &[1]), Err(Error::UnknownPool));
        assert_eq!(world.cells(1, 2), before);
        assert_eq!(world.evaluate_many(0, &[1; 64]).map(|found| found.len()), Ok(64));
    });
}

// Pace, credit and presence

/// A member of a pool in the middle of an epoch, with nothing missing and nothing in advance.
fn diligent(terms: Terms) -> World {
    let mut world = World::with(terms);
    world.enlist(0, 1).unwrap();
    world.pass(3 * DAY + 7 * HOUR);
    world
}

#[test]
fn what_is_seen_in_one_night_falls_due_as_far_as_the_pace_allows_and_the_rest_never() {
    on_chain(|| {
        let mut world = diligent(Terms { presence: 0, ..safe() });
        world.see(0, 2);
        assert_eq!((world.membership(0, 1).required, world.capacity(0).level), (2 * OP, 2 * OP));
        world.see(0, 1_000);
        assert_eq!((world.membership(0, 1).required, world.capacity(0).level), (3 * OP, 3 * OP));
        world.pass(7 * DAY / 3);
        assert_eq!((world.membership(0, 1).required, world.capacity(0).level), (3 * OP, 2 * OP), "it drains evenly");
        world.see(0, 1_000);
        assert_eq!(world.membership(0, 1).required, 4 * OP, "what did not fit is not carried over");
        world.pass(700 * DAY);
        assert_eq!((world.membership(0, 1).required, world.capacity(0).level), (4 * OP, 0));
        assert_eq!(world.capacity(0).demand, 3 * 2_002, "it was asked for all the same");
    });
}

#[test]
fn a_new_pace_counts_from_the_moment_it_takes_effect() {
    on_chain(|| {
        let mut world = diligent(Terms { presence: 0, ..safe() });
        world.see(0, 1_000);
        world.propose(0, Terms { presence: 0, pace: 6, ..safe() }).unwrap();
        world.pass(7 * DAY + 7 * DAY / 6);
        world.see(0, 1_000);
        assert_eq!(world.membership(0, 1).required, 9 * OP, "all had drained, and twice as much fits");
        world.propose(0, Terms { presence: 0, pace: 1, ..safe() }).unwrap();
        world.pass(7 * DAY);
        assert_eq!(world.capacity(0).level, 0);
        world.see(0, 1_000);
        assert_eq!(world.membership(0, 1).required, 10 * OP);
    });
}

#[test]
fn a_member_that_misses_nothing_is_safe_for_three_weeks_whatever_is_posted() {
    on_chain(|| {
        let mut world = diligent(safe());
        let told = world.membership(0, 1).safe_until;
        assert!(told - world.now >= 91 * DAY / 4, "{} hours", (told - world.now) / HOUR);
        let mut banned = None;
        for _ in 0..(32 * 24) {
            world.see(0, 1_000);
            banned = banned.or((world.membership(0, 1).standing == Standing::Banned).then_some(world.now));
            assert!(world.membership(0, 1).safe_until >= told || banned.is_some(), "a promise is kept");
            world.pass(HOUR);
        }
        let banned = banned.expect("a month of absence");
        assert!((told..told + HOUR).contains(&banned), "at {banned}, told {told}");
        assert_eq!(world.membership(0, 1).safe_until, 0);
    });
}

#[test]
fn how_long_a_member_is_safe_is_what_its_terms_and_its_ledger_say() {
    on_chain(|| {
        let mut unbounded = diligent(plain());
        assert_eq!(unbounded.membership(0, 1).safe_until, unbounded.now, "anything may be seen now");
        unbounded.members.close_pool(0, account(OPERATOR), unbounded.now).unwrap();
        assert_eq!(unbounded.membership(0, 1).safe_until, Timestamp::MAX);
    });
    on_chain(|| {
        let mut world = diligent(safe());
        let safe_for = |world: &World| world.membership(0, 1).safe_until - world.now;
        let nothing_done = safe_for(&world);
        world.commit(0, 1).unwrap();
        assert!(safe_for(&world) > nothing_done, "it is present by that");
        let present = safe_for(&world);
        world.commit(0, 1).unwrap();
        assert_eq!(safe_for(&world), present, "what is open does not count");
        world.declare(0, 1, 9);
        assert!(safe_for(&world) > present);
        world.propose(0, safe()).unwrap();
        assert_eq!(safe_for(&world), 7 * DAY, "until other terms take effect");
        world.resolve(0, 1, 0, 2);
        world.pass(8 * DAY);
        world.freeze(1).unwrap();
        assert_eq!(world.membership(0, 1).safe_until, Timestamp::MAX, "nothing falls due at rest");
    });
}

#[test]
fn credit_for_what_was_done_in_advance_has_a_cap() {
    on_chain(|| {
        let mut world = diligent(safe());
        world.declare(0, 1, 100);
        assert_eq!((world.membership(0, 1).declared, world.capacity(0).supply), (8 * OP, 100), "all of it was done");
        world.see(0, 1);
        world.declare(0, 1, 1);
        assert_eq!(world.membership(0, 1).declared, 9 * OP);
        world.propose(0, Terms { credit_cap: 2, ..safe() }).unwrap();
        world.pass(7 * DAY);
        world.declare(0, 1, 1);
        assert_eq!(world.membership(0, 1).declared, 9 * OP, "what was declared is never taken back");
    });
}

#[test]
fn whoever_stops_is_out_within_twenty_five_weeks_even_where_nobody_asks_for_work() {
    on_chain(|| {
        let mut world = diligent(safe());
        world.declare(0, 1, 1_000);
        world.pass(24 * 7 * DAY);
        assert_eq!(world.membership(0, 1).standing, Standing::Throttled);
        world.pass(7 * DAY);
        assert_eq!(world.membership(0, 1).standing, Standing::Banned);
    });
}

#[test]
fn the_first_commitment_of_an_epoch_is_presence_too() {
    on_chain(|| {
        let mut world = diligent(Terms { presence: 2, ..safe() });
        world.enlist(0, 2).unwrap();
        let by = account(OPERATOR);
        let commit = |world: &mut World, who, count| world.members.commit(0, by, account(who), count, world.now);
        assert_eq!(commit(&mut world, 1, 2), Ok(Committed { short: 0, presence: Some(2) }));
        assert_eq!(world.check_in(0, 1), Err(Error::AlreadyCheckedIn));
        assert_eq!(commit(&mut world, 1, 1), Ok(Committed { short: 0, presence: None }));
        assert_eq!(world.membership(0, 1).open, 3);
        assert_eq!((world.membership(0, 1).declared, world.capacity(0).supply), (2 * OP, 2));
        world.check_in(0, 2).unwrap();
        assert_eq!(commit(&mut world, 2, 1), Ok(Committed { short: 0, presence: None }), "it was there already");
        world.pass(7 * DAY);
        world.see(0, 2);
        world.resolve(0, 2, 0, 1);
        world.pass(7 * DAY);
        assert_eq!(commit(&mut world, 2, 0), Ok(Committed { short: 4, presence: Some(2) }), "short before it");
        assert_eq!(commit(&mut world, 1, 5), Ok(Committed { short: 1, presence: Some(2) }));
        assert_eq!(commit(&mut world, 1, 1), Err(Error::TooManyCommitments), "eight are open");
        let before = world.cells(1, 3);
        assert_eq!(commit(&mut world, 2, u32::MAX), Err(Error::TooManyCommitments));
        assert_eq!(world.cells(1, 3), before);
    });
}

#[test]
fn whose_hands_are_tied_is_no_capacity() {
    on_chain(|| {
        let rate = Rate::FairShare { diligence_ppm: 1_000_000 };
        let mut world = World::with(Terms { rate, pace: 0, presence: 0, ..safe() });
        for who in 1..=3 {
            world.enlist(0, who).unwrap();
        }
        let by = account(OPERATOR);
        world.members.reserve(0, by, 12, world.now).unwrap();
        assert_eq!((world.capacity(0).hands, world.capacity(0).utilization_ppm), (24, 500_000));
        world.see(0, 9);
        assert_eq!(world.membership(0, 1).required, 9 * OP, "three reviews among three members");
        world.evaluate_many(0, &[1, 2]).unwrap();
        assert_eq!((world.capacity(0).hands, world.capacity(0).utilization_ppm), (16, 750_000));
        world.members.reserve(0, by, 12, world.now).unwrap();
        world.declare(0, 3, 9);
        world.see(0, 3);
        assert_eq!(
            world.membership(0, 3).seen / OP,
            (9 * 48) + 86,
            "three fifths of an op each: five would have hands"
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Invariant 11: work is seen at any time and in any amount, and nobody who missed nothing is Banned before the terms
    /// say so.
    #[test]
    fn nobody_who_misses_nothing_is_banned_before_a_time_that_the_terms_state(
        (denominator, epoch) in (1..60u32, 1..200u64),
        (ban_buffer, pace, credit) in (2..20u32).prop_flat_map(|ban| (Just(ban), 1..=ban / 2, 1..9u32)),
        before in proptest::collection::vec((0..90u64, 0..500u32), 0..12),
        after in proptest::collection::vec((0..90u64, 0..500u32), 1..60),
    ) {
        on_chain(|| {
            let minute = crate::fixtures::MINUTE;
            let epoch = epoch * minute;
            let rate = Rate::FairShare { diligence_ppm: 1_000_000 };
            let terms = Terms {
                denominator, epoch, ban_buffer, pace, rate, credit_cap: credit, presence: 0,
                throttle_buffer: ban_buffer, healthy_limit: 1, throttled_limit: 1, ..safe()
            };
            let mut world = World::with(terms);
            world.enlist(0, 1).unwrap();
            for (time, ops) in &before {
                world.pass(time * minute);
                world.see(0, *ops);
            }
            let missing = world.membership(0, 1).deficit / OP;
            world.declare(0, 1, u32::try_from(missing).unwrap() + 1);
            let begun = world.now;
            for (time, ops) in &after {
                world.pass(time * minute);
                world.see(0, *ops);
                let safe = u64::from(ban_buffer + 1 - pace) * epoch / u64::from(pace);
                let banned = world.membership(0, 1).standing == Standing::Banned;
                assert!(!banned || world.now - begun >= safe, "after {} of {}", world.now - begun, safe);
            }
        });
    }

    /// Invariant 14, where nothing fades.
    #[test]
    fn whoever_stops_is_out_in_a_time_that_the_terms_state(
        (presence, ban_buffer, credit) in (1..5u32, 5..20u32, 0..9u32),
        before in proptest::collection::vec((0..20u64, 0..60u32, 0..6u32), 0..12),
    ) {
        on_chain(|| {
            let credit_cap = presence + 1 + credit;
            let buffers = Terms { throttle_buffer: 5, ban_buffer, healthy_limit: 1, throttled_limit: 1, ..safe() };
            let mut world = World::with(Terms { presence, credit_cap, pace: ban_buffer / 2, ..buffers });
            world.enlist(0, 1).unwrap();
            for (hours, ops, declared) in before {
                world.pass(hours * HOUR);
                world.see(0, ops);
                world.declare(0, 1, declared);
            }
            let epochs = (credit_cap + ban_buffer + 1).div_ceil(presence);
            world.pass(u64::from(epochs) * 7 * DAY);
            assert_eq!(world.membership(0, 1).standing, Standing::Banned);
        });
    }
}

// Restoring

#[test]
fn a_deficit_is_restored_at_its_price_and_never_beyond() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        assert_eq!(world.restore(0, 1, 1), Err(Error::NoDeficit));
        world.see(0, short(12));
        world.commit(0, 1).unwrap();
        let before = world.cells(1, 3);
        assert_eq!(world.restore(0, 1, 0), Err(Error::NoDeficit));
        assert_eq!(world.restore(0, 1, 12), Err(Error::BeyondDeficit), "work in hand is not missing");
        assert_eq!(world.restore(0, 2, 1), Err(Error::NotAMember));
        assert_eq!(world.restore(0, STRANGER, 1), Err(Error::NotAMember));
        assert_eq!(world.restore(1, 1, 1), Err(Error::UnknownPool));
        assert_eq!(world.cells(1, 3), before);
        assert_eq!(world.restore(0, 1, 4), Ok(20));
        assert_eq!((world.membership(0, 1).declared, world.membership(0, 1).deficit), (4 * OP, 7 * OP));
        assert_eq!(world.restore(0, 1, 7), Ok(35));
        assert_eq!(world.restore(0, 1, 1), Err(Error::NoDeficit));
        world.resolve(0, 1, 1, 1);
        world.freeze(1).unwrap();
        assert_eq!(world.restore(0, 1, 1), Err(Error::Frozen));
    });
}

#[test]
fn a_ban_cannot_be_bought_off() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, short(51));
        assert_eq!(world.restore(0, 1, 51), Err(Error::Banned), "not even before anyone has latched it");
        world.evaluate(0, 1).unwrap();
        assert_eq!(world.restore(0, 1, 51), Err(Error::Banned));
    });
}

#[test]
fn a_price_beyond_all_reputation_is_named_and_not_wrapped() {
    on_chain(|| {
        let mut world = World::with(Terms { restore_price: Points::MAX, ..plain() });
        world.enlist(0, 1).unwrap();
        world.see(0, short(2));
        assert_eq!(world.restore(0, 1, 2), Ok(Points::MAX));
    });
}

// Enlisting, leaving and the line

#[test]
fn seats_are_taken_first_come_first_served() {
    on_chain(|| {
        let mut world = World::with(Terms { seats: 2, ..plain() });
        assert_eq!(world.enlist(0, 1), Ok(Place::Seat));
        assert_eq!(world.enlist(0, 2), Ok(Place::Seat));
        assert_eq!(world.enlist(0, 3), Ok(Place::Line));
        assert_eq!(world.enlist(0, 4), Ok(Place::Line));
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: Some(account(3)) }));
        assert_eq!(world.waiting(0), vec![account(4)]);
        assert_eq!(world.members.fill_seats(0, 9, world.now), Ok(vec![]));
        assert_eq!(world.resign(0, 4), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.resign(0, 2), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.capacity(0).active, 1);
    });
}

#[test]
fn enlisting_asks_for_the_reputation_and_the_bond_of_the_terms() {
    on_chain(|| {
        let mut world = World::with(single());
        let asked = |place, unlock| Ok(Enlisted { place, unlock, require: 100, lock: 50 });
        assert_eq!(world.members.enlist(0, account(1), world.now), asked(Place::Seat, 0));
        assert_eq!(world.members.enlist(0, account(2), world.now), asked(Place::Line, 0));
        assert_eq!((world.membership(0, 1).bond, world.membership(0, 2).bond), (50, 50));
    });
}

#[test]
fn seats_that_came_free_without_a_call_can_be_filled_by_anyone() {
    on_chain(|| {
        let mut world = World::with(single());
        for who in 1..=5 {
            world.enlist(0, who).unwrap();
        }
        let mut pool = world.members.pools.get(0).unwrap();
        pool.terms.seats = 4;
        world.members.pools.insert(0, &pool);
        assert_eq!(world.enlist(0, 6), Ok(Place::Line), "a free seat is not for who comes last");
        assert_eq!(world.members.fill_seats(0, 0, world.now), Ok(vec![]));
        assert_eq!(world.members.fill_seats(0, 2, world.now), Ok(vec![account(2), account(3)]));
        assert_eq!(world.members.fill_seats(0, 9, world.now), Ok(vec![account(4)]));
        assert_eq!(world.members.fill_seats(1, 9, world.now), Err(Error::UnknownPool));
    });
}

#[test]
fn enlisting_is_refused_with_the_reason() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        assert_eq!(world.enlist(1, 3), Err(Error::UnknownPool));
        assert_eq!(world.enlist(0, 1), Err(Error::AlreadyMember));
        assert_eq!(world.enlist(0, 2), Err(Error::AlreadyMember));
        world.freeze(1).unwrap();
        let other = world.open(plain());
        assert_eq!(world.enlist(0, 1), Err(Error::Frozen));
        assert_eq!(world.enlist(other, 1), Err(Error::Frozen));

        for _ in 0..7 {
            let pool = world.open(plain());
            world.enlist(pool, 3).unwrap();
        }
        world.enlist(0, 3).unwrap();
        assert_eq!(world.enlist(other, 3), Err(Error::TooManyPools), "a place in a line counts");
        world.resign(0, 3).unwrap();
        assert_eq!(world.enlist(other, 3), Ok(Place::Seat));
    });
}

#[test]
fn who_left_a_seat_cools_down_and_then_carries_on_with_its_ledger() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, short(3) + 47);
        world.declare(0, 1, 3);
        world.resign(0, 1).unwrap();
        assert_eq!(world.membership(0, 1).ended, world.now);
        world.see(0, short(100));
        world.pass(14 * DAY - 1);
        assert_eq!(world.enlist(0, 1), Err(Error::CoolingDown));
        world.pass(1);
        assert_eq!(world.enlist(0, 1), Ok(Place::Seat));
        world.see(0, 1);
        let membership = world.membership(0, 1);
        assert_eq!((membership.required, membership.deficit, membership.declared), (4 * OP, OP, 3 * OP));
    });
}

#[test]
fn who_left_the_line_without_a_seat_may_come_back_at_once() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.resign(0, 2).unwrap();
        assert_eq!(world.membership(0, 2).ended, 0);
        assert_eq!(world.enlist(0, 2), Ok(Place::Line));
    });
}

#[test]
fn leaving_never_launders_a_deficit() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        world.see(0, short(2));
        assert_eq!(world.resign(0, 1), Err(Error::OpenCommitments));
        assert_eq!(world.freeze(1), Err(Error::Deficit));
        world.see(0, 0);
        world.resolve(0, 1, 1, 0);
        assert_eq!(world.freeze(1), Err(Error::OpenCommitments), "an open commitment makes up for the other op");
        world.resolve(0, 1, 0, 1);
        assert_eq!(world.resign(0, 1), Err(Error::Deficit));
        world.declare(0, 1, 1);
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.resign(0, 1), Err(Error::NotAMember));
        assert_eq!(world.resign(0, STRANGER), Err(Error::NotAMember));
        assert_eq!(world.resign(1, 1), Err(Error::UnknownPool));
    });
}

#[test]
fn a_bond_that_could_not_be_unlocked_is_set_free_later() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.resign(0, 1).unwrap();
        world.members.keep_bond(0, account(1), 50).unwrap();
        let before = world.capacity(0);
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.capacity(0), before);
        assert_eq!(world.resign(0, 1), Err(Error::NotAMember));
        world.members.keep_bond(0, account(1), 30).unwrap();
        world.pass(14 * DAY);
        let enlisted = world.members.enlist(0, account(1), world.now).unwrap();
        assert_eq!((enlisted.unlock, enlisted.lock, world.membership(0, 1).bond), (30, 50, 50));
    });
}

#[test]
fn a_throttled_latch_goes_with_the_seat() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.see(0, short(11));
        world.evaluate(0, 1).unwrap();
        world.declare(0, 1, 11);
        assert_eq!(world.capacity(0).throttled, 1, "nobody has latched its recovery");
        world.resign(0, 1).unwrap();
        assert_eq!(world.capacity(0).throttled, 0);
    });
}

// Presence

#[test]
fn presence_is_declared_once_an_epoch_by_who_has_a_seat() {
    on_chain(|| {
        let mut world = World::with(Terms { presence: 2, ..single() });
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        assert_eq!(world.check_in(0, 1), Ok(2));
        assert_eq!((world.membership(0, 1).declared, world.capacity(0).supply), (2_000_000, 2));
        assert_eq!(world.check_in(0, 1), Err(Error::AlreadyCheckedIn));
        world.pass(7 * DAY);
        assert_eq!(world.membership(0, 1).required, 2 * OP);
        assert_eq!(world.check_in(0, 1), Ok(2));
        assert_eq!(world.check_in(0, 2), Err(Error::NotAMember));
        assert_eq!(world.check_in(0, STRANGER), Err(Error::NotAMember));
        assert_eq!(world.check_in(1, 1), Err(Error::UnknownPool));
        world.freeze(1).unwrap();
        assert_eq!(world.check_in(0, 1), Err(Error::Frozen));

        let without = world.open(plain());
        world.enlist(without, 3).unwrap();
        assert_eq!(world.check_in(without, 3), Err(Error::NoPresence));
    });
}

// Resting

#[test]
fn an_account_rests_from_all_its_pools_and_comes_back_to_free_seats_or_the_ends_of_lines() {
    on_chain(|| {
        let mut world = World::with(Terms { min_freeze: 4 * DAY, ..single() });
        let (busy, roomy, queued) = (0, world.open(plain()), world.open(single()));
        world.enlist(busy, 1).unwrap();
        world.enlist(busy, 2).unwrap();
        world.enlist(roomy, 1).unwrap();
        world.enlist(queued, 3).unwrap();
        world.enlist(queued, 1).unwrap();
        world.enlist(queued, 4).unwrap();

        assert_eq!(world.freeze(1), Ok(vec![(busy, account(2))]));
        assert_eq!(world.waiting(queued), vec![account(4)]);
        assert_eq!(world.members.pools_of(account(1)), vec![busy, roomy, queued]);
        assert_eq!((world.capacity(busy).frozen, world.capacity(queued).frozen), (1, 1));
        assert_eq!((world.capacity(busy).active, world.capacity(roomy).active), (1, 0));
        for pool in [busy, roomy, queued] {
            assert_eq!((world.membership(pool, 1).state, world.membership(pool, 1).bond), (MemberState::Frozen, 50));
            assert_eq!(world.resign(pool, 1), Err(Error::Frozen));
            assert_eq!(world.commit(pool, 1), Err(Error::Frozen));
        }
        assert_eq!(world.freeze(1), Err(Error::Frozen));

        world.see(roomy, short(999));
        world.pass(4 * DAY - 1);
        assert_eq!(world.unfreeze(1), Err(Error::FrozenTooShortly), "the longest of its pools' shortest rests");
        world.pass(1);
        assert_eq!(world.unfreeze(1), Ok(vec![(busy, Place::Line), (roomy, Place::Seat), (queued, Place::Line)]));
        assert_eq!(world.membership(roomy, 1).seen, 0);
        assert_eq!(world.membership(roomy, 1).seat_since, world.now);
        assert_eq!(world.waiting(queued), vec![account(4), account(1)]);
        assert_eq!((world.capacity(busy).frozen, world.capacity(roomy).frozen), (0, 0));
        assert_eq!(world.membership(queued, 1).ended, 0, "it never had a seat there to give up");
        assert_eq!(world.unfreeze(1), Err(Error::NotFrozen));
        assert_eq!(world.unfreeze(STRANGER), Err(Error::NotFrozen));
        assert_eq!(world.freeze(STRANGER), Err(Error::NotAMember));
    });
}

#[test]
fn rests_are_apart_by_the_longest_interval_of_the_accounts_pools() {
    on_chain(|| {
        let mut world = World::with(plain());
        let slow = world.open(Terms { freeze_interval: 60 * DAY, ..plain() });
        world.enlist(0, 1).unwrap();
        world.enlist(slow, 1).unwrap();
        world.freeze(1).unwrap();
        world.pass(10 * DAY);
        world.unfreeze(1).unwrap();
        world.pass(50 * DAY - 1);
        assert_eq!(world.freeze(1), Err(Error::FrozenRecently));
        world.pass(1);
        assert_eq!(world.freeze(1), Ok(vec![]));
    });
}

#[test]
fn one_pool_where_something_is_missing_keeps_an_account_from_resting_at_all() {
    on_chain(|| {
        let mut world = World::with(plain());
        let other = world.open(plain());
        world.enlist(0, 1).unwrap();
        world.enlist(other, 1).unwrap();
        world.see(other, short(1));
        let before = world.cells(2, 2);
        assert_eq!(world.freeze(1), Err(Error::Deficit));
        assert_eq!(world.cells(2, 2), before);
    });
}

#[test]
fn who_waits_in_line_rests_with_nothing_missing_from_a_seat_it_had() {
    on_chain(|| {
        let mut world = World::with(Terms { cooldown: DAY, ..single() });
        let stricter = Terms { ban_buffer: 10, cooldown: DAY, ..single() };
        world.enlist(0, 1).unwrap();
        world.see(0, short(11));
        world.propose(0, stricter).unwrap();
        world.resign(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.pass(DAY);
        world.enlist(0, 1).unwrap();
        assert_eq!((world.membership(0, 1).state, world.membership(0, 1).deficit), (MemberState::Waiting, 11 * OP));
        let before = world.cells(1, 2);
        assert_eq!(world.freeze(1), Err(Error::Deficit));
        world.pass(6 * DAY);
        assert_eq!(world.freeze(1), Err(Error::Banned), "by the terms that are in force now");
        assert_eq!(world.cells(1, 2), before);
    });
}

#[test]
fn who_waits_in_line_rests_without_work_in_hand() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        world.see(0, short(52));
        world.evaluate(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.pass(30 * DAY);
        world.reinstate(0, 1).unwrap();
        world.enlist(0, 1).unwrap();
        assert_eq!((world.membership(0, 1).state, world.membership(0, 1).open), (MemberState::Waiting, 1));
        assert_eq!(world.freeze(1), Err(Error::OpenCommitments));
    });
}

// What resting is no way around

#[test]
fn who_rests_just_before_work_arrives_loses_the_seat_and_cannot_do_it_again_soon() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        assert_eq!(world.freeze(1), Ok(vec![(0, account(2))]));
        world.see(0, short(8));
        world.pass(3 * DAY);
        assert_eq!(world.unfreeze(1), Ok(vec![(0, Place::Line)]), "whoever did the work keeps the seat");
        world.declare(0, 2, 8);
        world.resign(0, 2).unwrap();
        assert_eq!((world.membership(0, 1).state, world.membership(0, 1).seen), (MemberState::Seated, 0));
        assert_eq!(world.freeze(1), Err(Error::FrozenRecently));
        world.see(0, short(8));
        assert_eq!(world.membership(0, 1).deficit, 8 * OP);
        world.pass(27 * DAY);
        assert_eq!(world.freeze(1), Err(Error::Deficit), "by now there is work to make up for");
    });
}

#[test]
fn no_rest_begins_with_work_missing_and_none_makes_it_less() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, short(11));
        assert_eq!((world.membership(0, 1).standing, world.freeze(1)), (Standing::Throttled, Err(Error::Deficit)));
        world.declare(0, 1, 10);
        assert_eq!((world.membership(0, 1).standing, world.freeze(1)), (Standing::Healthy, Err(Error::Deficit)));
        world.commit(0, 1).unwrap();
        assert_eq!(world.membership(0, 1).deficit, 0);
        assert_eq!(world.freeze(1), Err(Error::OpenCommitments), "a commitment is no work done");
        world.resolve(0, 1, 1, 1);
        world.freeze(1).unwrap();
        world.see(0, short(60));
        world.pass(900 * DAY);
        world.unfreeze(1).unwrap();
        world.see(0, short(51));
        assert_eq!(world.membership(0, 1).deficit, 51 * OP, "it goes on exactly where it left off");
        assert_eq!(world.evaluate(0, 1).map(|found| found.standing()), Ok(Standing::Banned));
    });
}

#[test]
fn a_ban_cannot_be_slept_through() {
    on_chain(|| {
        let mut world = World::with(single());
        let line = world.open(single());
        world.enlist(0, 1).unwrap();
        world.enlist(line, 2).unwrap();
        world.enlist(line, 1).unwrap();
        world.see(0, short(51));
        let before = world.cells(2, 3);
        assert_eq!(world.freeze(1), Err(Error::Banned), "though nobody has latched it");
        assert_eq!(world.cells(2, 3), before);
        world.evaluate(0, 1).unwrap();
        assert_eq!(world.freeze(1), Ok(vec![]), "from the line of the other pool");
        assert_eq!(world.membership(0, 1).state, MemberState::Banned);
        world.pass(14 * DAY - 1);
        assert_eq!(world.reinstate(0, 1), Err(Error::CoolingDown), "a rest shortens no cooldown");
        world.unfreeze(1).unwrap();
        assert_eq!(world.enlist(0, 1), Err(Error::Banned));
    });
}

#[test]
fn who_rests_as_often_as_it_may_still_owes_the_work_of_the_time_between() {
    on_chain(|| {
        let mut world = World::with(Terms { presence: 1, ban_buffer: 1_000, epoch: DAY, ..plain() });
        world.enlist(0, 1).unwrap();
        let mut rests = 0;
        for _ in 0..365 {
            let missing = u32::try_from(world.membership(0, 1).deficit / OP).unwrap();
            if missing > 0 {
                world.declare(0, 1, missing);
            }
            rests += u32::from(world.freeze(1).is_ok());
            world.pass(DAY);
            let _ = world.unfreeze(1);
        }
        assert_eq!(rests, 13, "every thirty days");
        assert_eq!(world.membership(0, 1).required, (365 - 13 * 3) * OP, "three days each");
    });
}

// New terms

#[test]
fn new_terms_are_in_force_from_the_end_of_the_notice_whether_or_not_anyone_applies_them() {
    on_chain(|| {
        let mut world = World::with(plain());
        let new = Terms { notice: 9 * DAY, bond: 70, ..plain() };
        assert_eq!(world.members.apply_terms(0, world.now), Err(Error::NoPendingTerms));
        assert_eq!(world.propose(0, new.clone()), Ok(OPENED + 7 * DAY));
        let pending = Some((new.clone(), Schedule::default(), OPENED + 7 * DAY));
        world.pass(7 * DAY - 1);
        assert_eq!(world.members.pending(0, world.now), pending);
        assert_eq!(world.members.apply_terms(0, world.now), Err(Error::NoticeRunning));
        assert_eq!(world.terms(0), plain());
        world.pass(1);
        assert_eq!(world.members.pending(0, world.now), None);
        assert_eq!(world.terms(0), new);
        assert_eq!(world.members.pools.get(0).unwrap().terms, plain(), "nobody has applied them");
        world.enlist(0, 1).unwrap();
        assert_eq!(world.membership(0, 1).bond, 70);
        assert_eq!(world.members.pools.get(0).unwrap().terms, new);
        assert!(world.members.proposals.get(0).is_none(), "and freed what they were kept in");
        assert_eq!(world.members.apply_terms(0, world.now), Err(Error::NoPendingTerms), "enlisting applied them");
        assert_eq!(world.propose(0, plain()), Ok(world.now + 9 * DAY), "the notice of the terms in force");
        assert_eq!(world.members.apply_terms(1, world.now), Err(Error::UnknownPool));
        assert_eq!(world.members.pending(1, world.now), None);
    });
}

#[test]
fn a_newer_proposal_replaces_a_pending_one_and_starts_its_own_notice() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.propose(0, Terms { bond: 60, ..plain() }).unwrap();
        world.pass(6 * DAY);
        assert_eq!(world.propose(0, Terms { bond: 80, ..plain() }), Ok(world.now + 7 * DAY));
        world.pass(DAY);
        assert_eq!(world.terms(0).bond, 50);
        world.pass(6 * DAY);
        assert_eq!(world.terms(0).bond, 80);
        assert_eq!(world.propose(0, Terms { bond: 90, ..plain() }), Ok(world.now + 7 * DAY));
        assert_eq!(world.terms(0).bond, 80, "what was due is applied, not lost to what follows");
        assert_eq!(world.members.apply_terms(0, world.now), Err(Error::NoticeRunning));
        world.pass(7 * DAY);
        assert_eq!(world.members.apply_terms(0, world.now), Ok(()));
        assert_eq!(world.members.pools.get(0).unwrap().terms.bond, 90);
    });
}

#[test]
fn a_proposal_that_breaks_a_rule_changes_nothing() {
    on_chain(|| {
        let mut world = World::with(plain());
        let before = world.cells(1, 1);
        let refused = |reason| Err(Error::InvalidTerms(reason));
        assert_eq!(world.propose(0, Terms { seats: 0, ..plain() }), refused(TermsReason::Seats));
        assert_eq!(world.propose(0, Terms { denominator: 49, ..plain() }), refused(TermsReason::Fixed));
        assert_eq!(world.propose(1, plain()), Err(Error::UnknownPool));
        assert_eq!(world.cells(1, 1), before);
        assert_eq!(world.members.pending(0, world.now), None);
    });
}

#[test]
fn what_was_seen_weighs_by_the_terms_of_the_time() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, 100);
        let half =
            Schedule { cycle: 1, segments: vec![interfaces::obligation::Segment { offset: 0, weight_ppm: 500_000 }] };
        world.members.propose_terms(0, plain(), half, world.now).unwrap();
        world.see(0, 100);
        world.pass(7 * DAY);
        world.see(0, 100);
        assert_eq!(world.membership(0, 1).seen, 250_000_000);
    });
}

#[test]
fn presence_is_due_as_it_was_when_the_epoch_began() {
    on_chain(|| {
        let mut world = World::with(Terms { presence: 2, notice: 10 * DAY, ..plain() });
        world.enlist(0, 1).unwrap();
        world.propose(0, Terms { presence: 5, ..plain() }).unwrap();
        world.pass(8 * DAY);
        world.pass(2 * DAY);
        assert_eq!((world.terms(0).presence, world.membership(0, 1).required), (5, 2 * OP));
        assert_eq!(world.check_in(0, 1), Ok(2), "this epoch began with two");
        world.pass(4 * DAY);
        assert_eq!((world.membership(0, 1).required, world.membership(0, 1).deficit), (4 * OP, 2 * OP));
        assert_eq!(world.check_in(0, 1), Ok(5));
        world.pass(7 * DAY);
        assert_eq!(world.membership(0, 1).required, 9 * OP);
        world.pass(70 * DAY);
        assert_eq!(world.membership(0, 1).required, 59 * OP);
    });
}

#[test]
fn years_after_the_notice_the_ledger_is_the_same_as_if_terms_had_been_applied_at_once() {
    let history = |applied: bool| {
        let mut found = None;
        on_chain(|| {
            let mut world = World::with(Terms { presence: 3, notice: 10 * DAY, ..terms() });
            world.enlist(0, 1).unwrap();
            world.see(0, 480);
            world.propose(0, Terms { presence: 1, ..terms() }).unwrap();
            world.pass(10 * DAY);
            if applied {
                world.members.apply_terms(0, world.now).unwrap();
            }
            world.pass(800 * DAY);
            found = Some(world.membership(0, 1));
        });
        found.unwrap()
    };
    let (lazy, applied) = (history(false), history(true));
    assert_eq!(lazy, applied);
    assert_eq!(lazy.required, 10 * OP, "what an epoch of one op leaves, and a trace of all before");
}

#[test]
fn while_terms_are_proposed_a_deficit_keeps_nobody_but_goes_along() {
    on_chain(|| {
        let mut world = World::with(Terms { seats: 2, ..plain() });
        for who in [1, 2] {
            world.enlist(0, who).unwrap();
        }
        world.see(0, short(11));
        assert_eq!(world.resign(0, 1), Err(Error::Deficit));
        world.propose(0, plain()).unwrap();
        world.commit(0, 1).unwrap();
        assert_eq!(world.freeze(1), Err(Error::Deficit), "leaving is free, resting is not");
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.membership(0, 1).open, 1, "what it committed to stays open");
        assert_eq!(world.resolve(0, 1, 1, 1), vec![]);
        assert_eq!(world.membership(0, 1).open, 0);
        world.pass(14 * DAY);
        world.enlist(0, 1).unwrap();
        assert_eq!((world.membership(0, 1).deficit, world.resign(0, 1)), (11 * OP, Err(Error::Deficit)));
        world.propose(0, plain()).unwrap();
        world.see(0, short(40));
        assert_eq!(world.resign(0, 1), Err(Error::Banned));
        world.pass(7 * DAY);
        world.declare(0, 2, 20);
        assert_eq!(world.resign(0, 2), Err(Error::Deficit), "the time to leave is over");
    });
}

#[test]
fn with_fewer_seats_nobody_loses_one_and_nobody_takes_one() {
    on_chain(|| {
        let mut world = World::with(Terms { seats: 3, ..plain() });
        for who in 1..=4 {
            world.enlist(0, who).unwrap();
        }
        world.propose(0, Terms { seats: 2, ..plain() }).unwrap();
        world.pass(7 * DAY);
        assert_eq!(world.members.fill_seats(0, 9, world.now), Ok(vec![]));
        assert_eq!((world.capacity(0).active, world.capacity(0).seats), (3, 2));
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.resign(0, 2), Ok(Departed { bond: 50, seated: Some(account(4)) }));
        assert_eq!(world.capacity(0).active, 2);
    });
}

#[test]
fn more_members_than_seats_are_left_are_not_held_to_work_that_was_never_there() {
    on_chain(|| {
        let few = Terms { denominator: 2, min_reviews: 3, seats: 6, ..plain() };
        let mut world = World::with(few.clone());
        for who in 1..=6 {
            world.enlist(0, who).unwrap();
        }
        let double =
            Schedule { cycle: 1, segments: vec![interfaces::obligation::Segment { offset: 0, weight_ppm: 2_000_000 }] };
        world.members.propose_terms(0, Terms { seats: 3, ..few }, double, world.now).unwrap();
        world.pass(7 * DAY);
        world.see(0, 10);
        assert_eq!(world.membership(0, 1).seen, 10_000_000, "thirty reviews among six members");
        for who in 1..=3 {
            world.declare(0, who, 5);
            world.resign(0, who).unwrap();
        }
        world.see(0, 10);
        assert_eq!(world.membership(0, 4).seen, 30_000_000);
    });
}

#[test]
fn longer_rests_and_cooldowns_hold_for_those_that_begin_under_the_new_terms() {
    on_chain(|| {
        let mut world = World::with(Terms { min_freeze: 9 * DAY, ..plain() });
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.propose(0, Terms { min_freeze: 90 * DAY, cooldown: 90 * DAY, ..plain() }).unwrap();
        world.freeze(1).unwrap();
        world.resign(0, 2).unwrap();
        world.pass(9 * DAY);
        assert!(world.unfreeze(1).is_ok());
        world.pass(5 * DAY);
        assert_eq!(world.enlist(0, 2), Ok(Place::Seat));
        world.resign(0, 2).unwrap();
        world.pass(89 * DAY);
        assert_eq!(world.enlist(0, 2), Err(Error::CoolingDown));
    });
}

// Closing

#[test]
fn in_a_closed_pool_nothing_accrues_and_nobody_is_banned_or_seated() {
    on_chain(|| {
        let mut world = World::with(Terms { presence: 9, seats: 2, ..plain() });
        for who in 1..=4 {
            world.enlist(0, who).unwrap();
        }
        world.commit(0, 2).unwrap();
        world.see(0, short(50));
        world.propose(0, plain()).unwrap();
        let by = account(OPERATOR);
        assert_eq!(world.members.close_pool(0, account(STRANGER), world.now), Err(Error::NotOperator));
        assert_eq!(world.members.close_pool(1, by, world.now), Err(Error::UnknownPool));
        assert_eq!(world.members.close_pool(0, by, world.now), Ok(()));
        assert!(world.members.proposals.get(0).is_none());
        let before = world.cells(1, 6);
        assert_eq!(world.members.close_pool(0, by, world.now), Err(Error::PoolClosed));
        assert_eq!(world.enlist(0, 5), Err(Error::PoolClosed));
        assert_eq!(world.check_in(0, 1), Err(Error::PoolClosed));
        assert_eq!(world.restore(0, 1, 1), Err(Error::PoolClosed));
        assert_eq!(world.propose(0, plain()), Err(Error::PoolClosed));
        assert_eq!(world.enroll(0, 5), Err(Error::PoolClosed));
        assert_eq!(world.members.reserve(0, by, 1, world.now), Err(Error::PoolClosed));
        assert_eq!(world.members.record_seen(0, by, 999, 3, world.now), Ok((4 - 2, false)));
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Unchanged(Standing::Throttled)), "and not latched");
        assert_eq!(world.cells(1, 6), before);
        assert_eq!(world.resolve(0, 2, 3, 0), vec![], "nor is anything declared");

        world.pass(70 * DAY);
        assert_eq!(world.members.pending(0, world.now), None);
        assert_eq!(world.membership(0, 1).required, 50 * OP, "no presence falls due");
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }), "whatever is missing");
        assert_eq!(world.resign(0, 2), Ok(Departed { bond: 50, seated: None }), "whatever is open");
        assert_eq!(world.members.fill_seats(0, 9, world.now), Ok(vec![]));
        assert_eq!(world.resign(0, 3), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.resolve(0, 2, 1, 1), vec![]);
        assert_eq!((world.capacity(0).active, world.capacity(0).waiting, world.membership(0, 2).open), (0, 1, 0));
    });
}

#[test]
fn who_was_banned_in_time_stays_banned_and_who_was_not_goes_free() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.see(0, short(51));
        world.evaluate(0, 1).unwrap();
        world.members.close_pool(0, account(OPERATOR), world.now).unwrap();
        assert_eq!(world.evaluate(0, 2), Ok(Evaluation::Unchanged(Standing::Banned)));
        assert_eq!(world.resign(0, 1), Err(Error::Banned));
        assert_eq!(world.resign(0, 2), Ok(Departed { bond: 50, seated: None }));
    });
}

#[test]
fn who_rested_while_its_pool_closed_comes_back_and_leaves() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.freeze(1).unwrap();
        world.members.close_pool(0, account(OPERATOR), world.now).unwrap();
        world.pass(3 * DAY);
        assert_eq!(world.resign(0, 1), Err(Error::Frozen));
        assert_eq!(world.unfreeze(1), Ok(vec![(0, Place::Line)]));
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
    });
}

// Engagements

#[test]
fn an_operator_enrolls_and_discharges_whatever_the_ledger_says() {
    on_chain(|| {
        let mut world = World::with(Terms { bond: 0, min_reputation: 0, keeper_reward: 0, cooldown: 0, ..single() });
        let by = account(OPERATOR);
        assert_eq!(world.members.enroll(0, account(STRANGER), account(1), world.now), Err(Error::NotOperator));
        assert_eq!(world.members.enroll(1, by, account(1), world.now), Err(Error::UnknownPool));
        let asked_nothing = Enlisted { place: Place::Seat, unlock: 0, require: 0, lock: 0 };
        assert_eq!(world.enroll(0, 1), Ok(asked_nothing));
        assert_eq!(world.enroll(0, 1), Err(Error::AlreadyMember));
        assert_eq!(world.enlist(0, 1), Err(Error::AlreadyMember));
        assert_eq!(world.enroll(0, 2), Err(Error::NoFreeSeat));
        assert!(world.members.pools_of(account(1)).is_empty());
        assert_eq!(world.freeze(1), Err(Error::Engaged));
        assert_eq!(world.resign(0, 1), Err(Error::Engaged));

        world.see(0, short(5));
        world.enlist(0, 2).unwrap();
        assert_eq!(world.members.discharge(0, account(STRANGER), account(1), world.now), Err(Error::NotOperator));
        assert_eq!(world.members.discharge(1, by, account(1), world.now), Err(Error::UnknownPool));
        assert_eq!(world.discharge(0, 2), Err(Error::NotAMember), "it came by itself");
        assert_eq!(world.discharge(0, 1), Ok(Departed { bond: 0, seated: Some(account(2)) }));
        assert_eq!(world.discharge(0, 1), Err(Error::NotAMember));
        assert_eq!(world.membership(0, 1).deficit, 5 * OP, "leaving never launders a deficit");
        assert_eq!(world.freeze(1), Err(Error::NotAMember), "no longer Engaged");
        world.freeze(2).unwrap();
        let other = world.open(plain());
        assert_eq!(world.enroll(other, 2), Err(Error::Frozen));
    });
}

#[test]
fn an_enrolled_account_has_a_bond_where_the_terms_ask_for_one_and_can_be_banned() {
    on_chain(|| {
        let mut world = World::with(plain());
        assert_eq!(world.enroll(0, 1), Ok(Enlisted { place: Place::Seat, unlock: 0, require: 100, lock: 50 }));
        assert_eq!(world.enroll(0, 2).map(|enlisted| enlisted.lock), Ok(50));
        assert_eq!(world.discharge(0, 2), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.enroll(0, 2), Err(Error::CoolingDown));
        for _ in 0..8 {
            let pool = world.open(plain());
            world.enlist(pool, 1).unwrap();
        }
        world.see(0, short(51));
        let ban = Ban { bond: 50, slash_ppm: 100_000, reward: 20, seated: None };
        assert_eq!(world.evaluate(0, 1), Ok(Evaluation::Banned(ban)));
        assert_eq!(world.discharge(0, 1), Err(Error::NotAMember));
        assert_eq!(world.enroll(0, 1), Err(Error::Banned));
        assert_eq!(world.freeze(1), Ok(vec![]), "its engagement has ended");
    });
}

#[test]
fn new_terms_or_the_end_of_the_pool_set_who_is_enrolled_free() {
    on_chain(|| {
        let mut world = World::with(plain());
        let closing = world.open(plain());
        world.enroll(0, 1).unwrap();
        world.enroll(closing, 1).unwrap();
        world.propose(0, plain()).unwrap();
        world.members.close_pool(closing, account(OPERATOR), world.now).unwrap();
        assert_eq!(world.freeze(1), Err(Error::Engaged));
        assert_eq!(world.resign(0, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.freeze(1), Err(Error::Engaged), "by the other pool");
        assert_eq!(world.resign(closing, 1), Ok(Departed { bond: 50, seated: None }));
        assert_eq!(world.freeze(1), Err(Error::NotAMember));
    });
}

// Reinstatement

#[test]
fn a_ban_is_lifted_after_the_cooldown_with_a_clean_ledger() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        assert_eq!(world.reinstate(0, 1), Err(Error::NotBanned));
        world.see(0, short(51));
        assert_eq!(world.reinstate(0, 1), Err(Error::NotBanned), "nobody has latched it");
        world.evaluate(0, 1).unwrap();
        world.pass(14 * DAY - 1);
        let before = world.cells(1, 2);
        assert_eq!(world.reinstate(0, 1), Err(Error::CoolingDown));
        assert_eq!(world.reinstate(0, STRANGER), Err(Error::NotAMember));
        assert_eq!(world.reinstate(1, 1), Err(Error::UnknownPool));
        assert_eq!(world.cells(1, 2), before);
        world.pass(1);
        assert_eq!(world.reinstate(0, 1), Ok(()));
        assert_eq!(world.reinstate(0, 1), Err(Error::NotBanned));
        let clean = world.membership(0, 1);
        assert_eq!((clean.state, clean.standing, clean.seen), (MemberState::Left, Standing::Healthy, 0));
        assert_eq!(world.enlist(0, 1), Ok(Place::Seat), "by itself");
        assert_eq!(world.membership(0, 1).required, 0);
    });
}

#[test]
fn who_left_before_terms_under_which_it_would_be_banned_can_be_reinstated() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.see(0, short(40));
        world.propose(0, Terms { ban_buffer: 20, ..plain() }).unwrap();
        world.resign(0, 1).unwrap();
        world.pass(14 * DAY);
        assert_eq!(world.enlist(0, 1), Err(Error::Banned));
        assert_eq!(world.reinstate(0, 1), Ok(()));
        assert_eq!(world.enlist(0, 1), Ok(Place::Seat));
    });
}

#[test]
fn whoever_was_banned_buys_itself_free_after_the_cooldown_and_enlists_like_anybody() {
    on_chain(|| {
        let mut world = World::with(Terms { seats: 2, ..plain() });
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        assert_eq!(world.redeem(0, 1), Err(Error::NotBanned));
        world.see(0, short(51));
        assert_eq!(world.redeem(0, 1), Err(Error::NotBanned), "nobody has latched it");
        world.evaluate(0, 1).unwrap();
        world.enlist(0, 3).unwrap();
        world.pass(14 * DAY - 1);
        let before = world.cells(1, 4);
        assert_eq!(world.redeem(0, 1), Err(Error::CoolingDown));
        assert_eq!(world.redeem(0, STRANGER), Err(Error::NotAMember));
        assert_eq!(world.redeem(1, 1), Err(Error::UnknownPool));
        assert_eq!(world.cells(1, 4), before);
        world.pass(1);
        assert_eq!(world.redeem(0, 1), Ok(51 * 5), "5 points for each op missing, which is more than the bond");
        assert_eq!(world.redeem(0, 1), Err(Error::NotBanned), "once");
        assert_eq!(world.enlist(0, 1), Ok(Place::Line), "others have come meanwhile");
        assert_eq!(world.membership(0, 1).required, 0);
    });
}

#[test]
fn redemption_costs_the_bond_at_least_and_is_for_whoever_left_to_be_banned_too() {
    on_chain(|| {
        let mut world = World::with(Terms { restore_price: 1, ..plain() });
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.see(0, short(40));
        world.propose(0, Terms { restore_price: 1, ban_buffer: 20, ..plain() }).unwrap();
        world.resign(0, 1).unwrap();
        world.pass(14 * DAY);
        assert_eq!(world.redeem(0, 1), Ok(50));
        world.evaluate(0, 2).unwrap();
        world.members.close_pool(0, account(OPERATOR), world.now).unwrap();
        assert_eq!(world.redeem(0, 2), Err(Error::PoolClosed));
        let deal = world.open(Terms { min_reputation: BY_ENROLMENT, ..plain() });
        world.enroll(deal, 3).unwrap();
        world.see(deal, short(51));
        world.evaluate(deal, 3).unwrap();
        world.pass(14 * DAY);
        assert_eq!(world.redeem(deal, 3), Err(Error::Engaged));
    });
}

// Operators

#[test]
fn a_pool_is_opened_with_valid_terms_only_and_pools_are_counted_up() {
    on_chain(|| {
        let mut world = World::new();
        let invalid = Terms { seats: 0, ..terms() };
        let opened = world.members.open_pool(account(OPERATOR), invalid, Schedule::default(), world.now);
        assert_eq!(opened, Err(Error::InvalidTerms(TermsReason::Seats)));
        assert_eq!((world.open(terms()), world.open(plain())), (0, 1));
        assert_eq!(world.members.pool(1, world.now).unwrap().terms(), &plain());
        assert_eq!(world.members.pool(2, world.now).map(|pool| pool.id), Err(Error::UnknownPool));
        world.members.opened.set(&PoolId::MAX);
        let opened = world.members.open_pool(account(OPERATOR), terms(), Schedule::default(), world.now);
        assert_eq!(opened, Err(Error::TooManyPoolsOpened));
    });
}

#[test]
fn only_the_operator_that_opened_a_pool_reports_work_to_it() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        let before = world.cells(1, 2);
        for (pool, reason) in [(0, Error::NotOperator), (1, Error::UnknownPool)] {
            let (members, now, by) = (&mut world.members, world.now, account(STRANGER));
            assert_eq!(members.record_seen(pool, by, 1, 3, now), Err(reason));
            assert_eq!(members.reserve(pool, by, 1, now), Err(reason));
            assert_eq!(members.record_closed(pool, by, 1, now), Err(reason));
            assert_eq!(members.commit(pool, by, account(1), 1, now), Err(reason));
            assert_eq!(members.resolve(pool, by, &[], now), Err(reason));
        }
        assert_eq!(world.cells(1, 2), before);
    });
}

#[test]
fn a_member_commits_to_as_much_as_its_live_standing_allows() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        for _ in 0..8 {
            world.commit(0, 1).unwrap();
        }
        assert_eq!(world.commit(0, 1), Err(Error::TooManyCommitments));
        world.resolve(0, 1, 0, 8);
        world.see(0, short(12));
        assert_eq!(world.capacity(0).throttled, 0, "nobody has latched it");
        world.commit(0, 1).unwrap();
        assert_eq!(world.membership(0, 1).standing, Standing::Throttled);
        world.commit(0, 1).unwrap();
        assert_eq!(world.membership(0, 1).standing, Standing::Healthy, "both count as declared");
        world.see(0, short(1));
        assert_eq!(world.commit(0, 1), Err(Error::TooManyCommitments));
        assert_eq!(world.commit(0, 2), Err(Error::NotAMember), "who waits has no seat to work from");
        assert_eq!(world.commit(0, STRANGER), Err(Error::NotAMember));
        world.resign(0, 2).unwrap();
        assert_eq!(world.commit(0, 2), Err(Error::NotAMember));

        let without = world.open(Terms { healthy_limit: 0, throttled_limit: 0, ..plain() });
        world.enlist(without, 3).unwrap();
        assert_eq!(world.commit(without, 3), Err(Error::TooManyCommitments));
    });
}

#[test]
fn outcomes_of_those_who_are_gone_or_banned_or_unknown_are_harmless() {
    on_chain(|| {
        let mut world = World::with(single());
        world.enlist(0, 1).unwrap();
        world.enlist(0, 2).unwrap();
        world.commit(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        world.see(0, short(53));
        world.evaluate(0, 1).unwrap();
        let supply = world.capacity(0).supply;
        assert_eq!(world.membership(0, 1).open, 2);
        assert_eq!(world.resolve(0, 1, 3, 1), vec![]);
        assert_eq!((world.membership(0, 1).open, world.membership(0, 1).declared), (1, 0));
        assert_eq!(world.resolve(0, 1, 0, 9), vec![], "at most those that are open");
        assert_eq!(world.membership(0, 1).open, 0);
        assert_eq!(world.resolve(0, STRANGER, 5, 5), vec![]);
        assert_eq!(world.members.member(0, account(STRANGER)), Err(Error::NotAMember));
        assert_eq!(world.capacity(0).supply, supply);
        assert_eq!(world.resolve(0, 2, 5, 5), vec![(account(2), 5)], "it has the seat now");
        assert_eq!(world.capacity(0).supply, supply + 5);
    });
}

#[test]
fn whole_rounds_are_recorded_at_once_and_more_than_a_list_can_have_is_refused() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        world.commit(0, 1).unwrap();
        let outcome = Outcome { who: account(1), declared: 1, released: 1 };
        let long = world.members.resolve(0, account(OPERATOR), &[outcome; MAX_OUTCOMES + 1], world.now);
        assert_eq!(long, Err(Error::TooManyOutcomes));
        let recorded = world.members.resolve(0, account(OPERATOR), &[outcome; MAX_OUTCOMES], world.now).unwrap();
        assert_eq!(recorded.len(), 240);
        assert_eq!((world.membership(0, 1).declared, world.membership(0, 1).open), (240_000_000, 0));
    });
}

#[test]
fn the_backlog_is_what_was_asked_for_less_what_is_done_with() {
    on_chain(|| {
        let mut world = World::with(plain());
        world.enlist(0, 1).unwrap();
        let by = account(OPERATOR);
        let with = world.members.reserve(0, by, 4, world.now).unwrap();
        assert_eq!((with.backlog, with.utilization_ppm), (4, 500_000));
        let with = world.members.reserve(0, by, 2, world.now).unwrap();
        assert_eq!((with.backlog, with.utilization_ppm), (6, 750_000));
        world.members.record_closed(0, by, 5, world.now).unwrap();
        assert_eq!(world.capacity(0).backlog, 1);
        world.members.record_closed(0, by, 5, world.now).unwrap();
        assert_eq!(world.capacity(0).backlog, 0);
        world.declare(0, 1, 3);
        assert_eq!(world.capacity(0).backlog, 0, "declarations never touch it");
    });
}

#[test]
fn the_line_is_read_in_pages() {
    on_chain(|| {
        let mut world = World::with(single());
        for who in 1..=4 {
            world.enlist(0, who).unwrap();
        }
        assert_eq!(world.members.waiting(0, None, 2), Ok(vec![account(2), account(3)]));
        assert_eq!(world.members.waiting(0, Some(account(3)), u32::MAX), Ok(vec![account(3), account(4)]));
        assert_eq!(world.members.waiting(0, Some(account(1)), 2), Err(Error::NotAMember));
        assert_eq!(world.members.waiting(1, None, 2), Err(Error::UnknownPool));
    });
}

// Random histories

#[derive(Clone, Debug)]
enum Step {
    Enlist(PoolId, u8),
    Resign(PoolId, u8),
    CheckIn(PoolId, u8),
    Freeze(u8),
    Unfreeze(u8),
    Evaluate(PoolId, u8),
    Restore(PoolId, u8, u32),
    Propose(PoolId, u32, u32),
    Apply(PoolId),
    Enroll(PoolId, u8),
    Discharge(PoolId, u8),
    Reinstate(PoolId, u8),
    Redeem(PoolId, u8),
    Fill(PoolId, u32),
    See(PoolId, u32),
    Commit(PoolId, u8, u32),
    Resolve(PoolId, Vec<(u8, u32, u32)>),
    Reserve(PoolId, u32),
    Close(PoolId, u32),
    Pass(Timestamp),
}

const POOLS: PoolId = 2;
const ACCOUNTS: u8 = 6;

fn step() -> impl Strategy<Value = Step> {
    let outcomes = proptest::collection::vec((0..ACCOUNTS, 0..8u32, 0..3u32), 0..4);
    prop_oneof![
        5 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Enlist(pool, who)),
        2 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Resign(pool, who)),
        1 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::CheckIn(pool, who)),
        3 => (0..ACCOUNTS).prop_map(Step::Freeze),
        3 => (0..ACCOUNTS).prop_map(Step::Unfreeze),
        4 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Evaluate(pool, who)),
        1 => (0..POOLS, 0..ACCOUNTS, 0..4u32).prop_map(|(pool, who, ops)| Step::Restore(pool, who, ops)),
        1 => (0..POOLS, 1..4u32, 0..3u32).prop_map(|(pool, seats, presence)| Step::Propose(pool, seats, presence)),
        1 => (0..POOLS).prop_map(Step::Apply),
        1 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Enroll(pool, who)),
        1 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Discharge(pool, who)),
        1 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Reinstate(pool, who)),
        1 => (0..POOLS, 0..ACCOUNTS).prop_map(|(pool, who)| Step::Redeem(pool, who)),
        1 => (0..POOLS, 0..4u32).prop_map(|(pool, max)| Step::Fill(pool, max)),
        3 => (0..POOLS, 0..20u32).prop_map(|(pool, ops)| Step::See(pool, ops)),
        2 => (0..POOLS, 0..ACCOUNTS, 0..3u32).prop_map(|(pool, who, count)| Step::Commit(pool, who, count)),
        4 => (0..POOLS, outcomes).prop_map(|(pool, outcomes)| Step::Resolve(pool, outcomes)),
        1 => (0..POOLS, 0..9u32).prop_map(|(pool, reviews)| Step::Reserve(pool, reviews)),
        1 => (0..POOLS, 0..9u32).prop_map(|(pool, reviews)| Step::Close(pool, reviews)),
        2 => (0..3 * DAY).prop_map(Step::Pass),
    ]
}

/// A history of days, or now and then one in which years pass.
fn history() -> impl Strategy<Value = Vec<Step>> {
    let years = (100..4_000u64).prop_map(|days| Step::Pass(days * DAY));
    let with_years = prop_oneof![25 => step(), 1 => years];
    prop_oneof![
        3 => proptest::collection::vec(step(), 0..150),
        1 => proptest::collection::vec(with_years, 0..150),
    ]
}

/// Small numbers, so that a short history meets every rule.
fn hasty() -> Terms {
    Terms {
        denominator: 2,
        epoch: DAY,
        throttle_buffer: 3,
        ban_buffer: 8,
        healthy_limit: 3,
        throttled_limit: 1,
        seats: 2,
        cooldown: DAY,
        min_freeze: DAY,
        freeze_interval: 2 * DAY,
        notice: DAY,
        ..terms()
    }
}

impl World {
    /// Takes a step and says whether it was refused.
    fn take(&mut self, step: &Step) -> bool {
        let (now, by) = (self.now, account(OPERATOR));
        match step {
            Step::Enlist(pool, who) => self.enlist(*pool, *who).is_err(),
            Step::Resign(pool, who) => self.resign(*pool, *who).is_err(),
            Step::CheckIn(pool, who) => self.check_in(*pool, *who).is_err(),
            Step::Freeze(who) => self.freeze(*who).is_err(),
            Step::Unfreeze(who) => self.unfreeze(*who).is_err(),
            Step::Evaluate(pool, who) => self.evaluate_twice(*pool, *who).is_err(),
            Step::Restore(pool, who, ops) => self.restore(*pool, *who, *ops).is_err(),
            Step::Propose(pool, seats, presence) => {
                let terms = Terms { seats: *seats, presence: *presence, ..hasty() };
                self.propose(*pool, terms).is_err()
            }
            Step::Apply(pool) => self.members.apply_terms(*pool, now).is_err(),
            Step::Enroll(pool, who) => self.enroll(*pool, *who).is_err(),
            Step::Discharge(pool, who) => self.discharge(*pool, *who).is_err(),
            Step::Reinstate(pool, who) => self.reinstate(*pool, *who).is_err(),
            Step::Redeem(pool, who) => self.redeem(*pool, *who).is_err(),
            Step::Fill(pool, max) => self.members.fill_seats(*pool, *max, now).is_err(),
            Step::See(pool, ops) => self.members.record_seen(*pool, by, *ops, 3, now).is_err(),
            Step::Commit(pool, who, count) => self.members.commit(*pool, by, account(*who), *count, now).is_err(),
            Step::Resolve(pool, outcomes) => {
                let outcome =
                    |&(who, declared, released): &(u8, u32, u32)| Outcome { who: account(who), declared, released };
                let outcomes: Vec<_> = outcomes.iter().map(outcome).collect();
                self.members.resolve(*pool, by, &outcomes, now).is_err()
            }
            Step::Reserve(pool, reviews) => self.members.reserve(*pool, by, *reviews, now).is_err(),
            Step::Close(pool, reviews) => self.members.record_closed(*pool, by, *reviews, now).is_err(),
            Step::Pass(time) => {
                self.pass(*time);
                false
            }
        }
    }

    fn evaluate_twice(&mut self, pool: PoolId, who: u8) -> Result<(), Error> {
        let live = self.members.member(pool, account(who)).map(|_| self.membership(pool, who).standing)?;
        self.evaluate(pool, who)?;
        assert_eq!(self.evaluate(pool, who), Ok(Evaluation::Unchanged(live)), "a ban has effect once");
        Ok(())
    }

    /// The reviews that a step asks for, and the ops that it declares if it is not refused.
    fn flow(&self, step: &Step) -> Option<(PoolId, u32, u32)> {
        match step {
            Step::See(pool, ops) => Some((*pool, 3 * ops, 0)),
            Step::CheckIn(pool, _) => Some((*pool, 0, self.members.pool(*pool, self.now).unwrap().presence())),
            Step::Commit(pool, who, _) => {
                let now = self.members.pool(*pool, self.now).unwrap();
                let new = self.known(*pool, *who).is_some_and(|member| member.next_check_in <= now.epoch());
                Some((*pool, 0, if new { now.presence() } else { 0 }))
            }
            Step::Restore(pool, _, ops) => Some((*pool, 0, *ops)),
            Step::Resolve(pool, outcomes) => {
                let seated = |who| self.known(*pool, who).is_some_and(|member| member.state == MemberState::Seated);
                let declared = outcomes.iter().filter(|(who, ..)| seated(*who)).map(|(_, declared, _)| declared);
                Some((*pool, 0, declared.sum()))
            }
            _ => None,
        }
    }

    fn known(&self, pool: PoolId, who: u8) -> Option<Member> {
        self.members.members.get((pool, account(who)))
    }

    fn rests(&self, pool: PoolId, who: u8) -> bool {
        self.known(pool, who).is_some_and(|member| member.state == MemberState::Frozen)
    }

    fn check_engagements(&self) {
        for who in 0..ACCOUNTS {
            let enrolled = |pool: &PoolId| self.known(*pool, who).is_some_and(|member| member.enrolled);
            let account = self.members.account(account(who));
            assert_eq!(account.engagements as usize, (0..POOLS).filter(enrolled).count());
            assert!(!account.frozen || account.engagements == 0);
        }
    }

    fn check(&self) {
        for pool in 0..POOLS {
            let members: Vec<_> = (0..ACCOUNTS).filter_map(|who| Some((who, self.known(pool, who)?))).collect();
            let count = |state| members.iter().filter(|(_, member)| member.state == state).count() as u32;
            let capacity = self.capacity(pool);
            assert_eq!(capacity.active, count(MemberState::Seated));
            assert_eq!(capacity.waiting, count(MemberState::Waiting));
            assert_eq!(capacity.frozen, count(MemberState::Frozen));
            assert_eq!(capacity.throttled, members.iter().filter(|(_, member)| member.throttled).count() as u32);
            let mut line: Vec<_> = self.waiting(pool);
            line.sort();
            let waits = |(who, member): &(u8, Member)| (member.state == MemberState::Waiting).then(|| account(*who));
            assert_eq!(line, members.iter().filter_map(waits).collect::<Vec<_>>());
            for (who, member) in &members {
                let present = !matches!(member.state, MemberState::Left | MemberState::Banned);
                let seated = member.state == MemberState::Seated;
                assert_eq!(self.members.pools_of(account(*who)).contains(&pool), present && !member.enrolled);
                assert!(!member.enrolled || seated);
                assert_eq!(member.bond, if present { terms().bond } else { 0 });
                assert_eq!(member.seat_since != 0, seated);
                assert!(!member.throttled || seated);
                assert_eq!(member.state == MemberState::Frozen, present && self.members.account(account(*who)).frozen);
            }
        }
    }
}

/// Until when each member was told that nothing can have it Banned.
#[derive(Default)]
struct Promises([[Timestamp; ACCOUNTS as usize]; POOLS as usize]);

impl Promises {
    /// Other terms take effect then.
    fn end_by(&mut self, pool: PoolId, due: Timestamp) {
        self.0[pool as usize].iter_mut().for_each(|until| *until = (*until).min(due));
    }

    fn check(&mut self, world: &World) {
        for (pool, members) in (0..).zip(&mut self.0) {
            for (who, until) in (0..).zip(members) {
                let Some(member) = world.known(pool, who) else { continue };
                let now = world.membership(pool, who);
                // Commitments that end without a declaration are the member's own doing.
                let idle = member.open == 0;
                if matches!(member.state, MemberState::Seated | MemberState::Waiting) && idle {
                    let banned = now.standing == Standing::Banned;
                    assert!(!banned || world.now >= *until, "{who} is Banned before {until}");
                    *until = now.safe_until.max(*until);
                } else {
                    *until = 0;
                }
            }
        }
    }
}

/// Demand and supply of a pool of [`hasty`] terms, counted apart: sums that lose a tenth each day.
#[derive(Clone, Copy, Default)]
struct Flow {
    day: u64,
    demand: f64,
    supply: f64,
}

impl Flow {
    fn at(self, now: Timestamp) -> Self {
        let day = (now - OPENED) / DAY;
        let left = 0.9_f64.powi((day - self.day) as i32);
        Self { day, demand: self.demand * left, supply: self.supply * left }
    }

    fn add(&mut self, now: Timestamp, demand: u32, supply: u32) {
        let faded = self.at(now);
        *self = Self { demand: faded.demand + f64::from(demand), supply: faded.supply + f64::from(supply), ..faded };
    }

    fn check(self, now: Timestamp, capacity: &Capacity) {
        let faded = self.at(now);
        for (counted, expected) in [(capacity.demand, faded.demand), (capacity.supply, faded.supply)] {
            // Rounded down, to whole ops.
            let missing = expected - counted as f64;
            assert!((-0.001..1.001).contains(&missing), "{counted} instead of {expected}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn over_any_history_the_counts_are_those_of_a_recount_and_what_rests_or_is_refused_does_not_change(
        steps in history(),
    ) {
        on_chain(|| {
            let mut world = World::with(hasty());
            let mut flows = [Flow::default(); POOLS as usize];
            let rate = Rate::FairShare { diligence_ppm: 800_000 };
            world.open(Terms { seats: 1, presence: 0, rate, pace: 2, credit_cap: 4, ..hasty() });
            let mut promises = Promises::default();
            let mut backlog = [0_u64; POOLS as usize];
            let mut active = [0_u32; POOLS as usize];
            for step in &steps {
                let cells = world.cells(POOLS, ACCOUNTS);
                let resting: Vec<_> = (0..POOLS)
                    .flat_map(|pool| (0..ACCOUNTS).map(move |who| (pool, who)))
                    .filter(|(pool, who)| world.rests(*pool, *who))
                    .map(|(pool, who)| (pool, who, world.membership(pool, who)))
                    .collect();

                let flow = world.flow(step);
                let refused = world.take(step);
                if let Some((pool, demand, supply)) = flow.filter(|_| !refused) {
                    flows[pool as usize].add(world.now, demand, supply);
                }

                assert!(!refused || world.cells(POOLS, ACCOUNTS) == cells, "refused, and something changed: {step:?}");
                for (pool, who, before) in resting {
                    let after = world.membership(pool, who);
                    if after.state == MemberState::Frozen {
                        assert_eq!(after, before);
                    }
                }
                match *step {
                    Step::Reserve(pool, reviews) => backlog[pool as usize] += u64::from(reviews),
                    Step::Close(pool, reviews) => {
                        let backlog = &mut backlog[pool as usize];
                        *backlog = backlog.saturating_sub(reviews.into());
                    }
                    Step::Propose(pool, ..) if !refused => promises.end_by(pool, world.now + DAY),
                    _ => {}
                }
                for pool in 0..POOLS {
                    let capacity = world.capacity(pool);
                    assert_eq!(capacity.backlog, backlog[pool as usize]);
                    flows[pool as usize].check(world.now, &capacity);
                    let terms = world.terms(pool);
                    let healthy = u64::from(capacity.active - capacity.throttled) * u64::from(terms.healthy_limit);
                    let hands = healthy + u64::from(capacity.throttled) * u64::from(terms.throttled_limit);
                    assert_eq!(capacity.hands, hands);
                    let utilization = (capacity.backlog * 1_000_000).checked_div(hands).unwrap_or(1_000_000);
                    assert_eq!(u64::from(capacity.utilization_ppm), utilization.min(u32::MAX.into()));
                }
                world.check();
                world.check_engagements();
                promises.check(&world);
                for pool in 0..POOLS {
                    let (was, is) = (active[pool as usize], world.capacity(pool).active);
                    assert!(is <= was || is <= world.capacity(pool).seats, "seated beyond the seats: {step:?}");
                    active[pool as usize] = is;
                }
            }
        });
    }
}
