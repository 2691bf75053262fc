//! What a pool has seen and its members have declared, as of one moment (sections 1.2, 1.3 and 1.5).
//!
//! A pool is kept in two cells: [`Pool`] holds what changes only with new terms, [`Counters`] what changes with the
//! work. Loaded together they are a [`PoolNow`], whose methods do everything that needs no other cell than a member's
//! own. A [`Proposal`] waits in a third cell, which nobody loads before it is due.

use ink::primitives::AccountId;
use interfaces::{
    obligation::{Capacity, Error, MemberState, Membership, Rate, Schedule, Standing, Terms, OP},
    Points, PoolId, Timestamp,
};
use rules::{Accumulator, Buffers, Credit, Due, Fading, Ledger, Micro};

use crate::seats::Line;

/// The part of a pool that changes only with new terms.
#[derive(Clone, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pool {
    /// The account that opened it, and alone reports work to it.
    pub operator: AccountId,
    /// When it was opened: its epochs are counted from here.
    pub opened: Timestamp,
    pub terms: Terms,
    pub schedule: Schedule,
}

/// Terms and a schedule that wait for their notice to be over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Proposal {
    pub terms: Terms,
    pub schedule: Schedule,
}

/// The part of a pool that changes with the work. Sums of ops are raw [`Micro`]s, as of `epoch`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Counters {
    /// The epoch to which the three sums below have faded.
    epoch: u64,
    /// The accumulator: what a member seated from the start has seen.
    accumulated: u128,
    demand: u128,
    supply: u128,
    /// Members with a seat, Throttled ones included.
    pub active: u32,
    /// Of those, latched as Throttled.
    pub throttled: u32,
    pub frozen: u32,
    pub line: Line,
    /// Reviews asked for and not closed yet.
    pub backlog: u64,
    /// What fell due of late by work seen, as of `leveled`.
    level: u128,
    leveled: Timestamp,
    /// When the proposed terms take effect; `None` without a proposal.
    pub due: Option<Timestamp>,
    /// The presence due for the running epoch, if new terms took effect within it.
    presence: Option<u32>,
    /// Whether the operator has closed the pool.
    pub closed: bool,
}

/// One account in one pool.
///
/// With a seat the four numbers of the ledger are those of [`rules::Ledger`]. Without one the ledger stands still: `carry`
/// is what was seen and `declared` what was declared when the seat was given up, and neither grows nor fades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Member {
    pub state: MemberState,
    /// Whether the standing last latched is Throttled; only with a seat.
    pub throttled: bool,
    carry: u128,
    baseline: u128,
    declared: u128,
    anchor: u64,
    /// Open commitments.
    pub open: u32,
    /// When the seat was taken; 0 without one.
    pub seat_since: Timestamp,
    /// Reputation locked for this membership.
    pub bond: Points,
    /// Whether the operator enrolled it.
    pub enrolled: bool,
    /// When the last seat was given up; 0 if never.
    pub ended: Timestamp,
    /// When the cooldown that began then is over, under the terms of that time.
    cooled_at: Timestamp,
    /// The first epoch in which presence can be declared again.
    pub next_check_in: u64,
}

impl Member {
    fn ledger(&self) -> Ledger {
        Ledger {
            carry: Micro(self.carry),
            baseline: Micro(self.baseline),
            declared: Micro(self.declared),
            anchor: self.anchor,
        }
    }

    fn keep(&mut self, ledger: Ledger) {
        self.carry = ledger.carry.0;
        self.baseline = ledger.baseline.0;
        self.declared = ledger.declared.0;
        self.anchor = ledger.anchor;
    }

    /// The ledger starts from zero, as if nothing had ever been seen.
    pub fn clear(&mut self) {
        self.keep(Ledger::default());
    }

    /// Whether the cooldown since the last seat is not over. An account that never had a seat has no cooldown.
    pub fn cools_down(&self, now: Timestamp) -> bool {
        now < self.cooled_at
    }
}

/// A pool at one moment: its sums have faded to the present epoch.
#[derive(Clone, Debug)]
pub struct PoolNow {
    pub id: PoolId,
    pub now: Timestamp,
    pub fixed: Pool,
    pub counters: Counters,
    /// Whether a proposal took effect since the pool was stored.
    pub adopted: bool,
}

impl PoolNow {
    pub fn new(id: PoolId, fixed: Pool, counters: Counters, now: Timestamp) -> Self {
        let mut pool = Self { id, now, fixed, counters, adopted: false };
        pool.advance(now);
        pool
    }

    /// The proposal is in force from `now` on, the moment at which it is due. Only the running epoch keeps the presence
    /// with which it began: terms never act backwards.
    pub fn adopt(&mut self, proposal: Proposal) {
        let presence = self.presence();
        self.counters.presence = (presence != proposal.terms.presence).then_some(presence);
        self.counters.due = None;
        self.fixed.terms = proposal.terms;
        self.fixed.schedule = proposal.schedule;
        self.adopted = true;
    }

    /// Time passes: all sums fade, presence falls due, and the level drains.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = now;
        if self.counters.level > 0 {
            let elapsed = now.saturating_sub(self.counters.leveled);
            let level = Micro(self.counters.level);
            self.counters.level = rules::drained(level, self.pace(), elapsed, self.fixed.terms.epoch).0;
        }
        self.counters.leveled = if self.counters.level > 0 { self.counters.leveled.max(now) } else { 0 };
        let epoch = rules::epoch_of(now, self.fixed.opened, self.fixed.terms.epoch);
        if epoch > self.counters.epoch && self.counters.presence.is_some() {
            self.fade(self.counters.epoch.saturating_add(1));
            self.counters.presence = None;
        }
        if epoch > self.counters.epoch {
            self.fade(epoch);
        }
    }

    fn fade(&mut self, epoch: u64) {
        let fading = self.fading();
        let passed = epoch.saturating_sub(self.counters.epoch);
        self.counters.accumulated = self.accumulator().at(&fading, epoch).total.0;
        self.counters.demand = rules::decay_floor(Micro(self.counters.demand), fading.retention_ppm, passed).0;
        self.counters.supply = rules::decay_floor(Micro(self.counters.supply), fading.retention_ppm, passed).0;
        self.counters.epoch = epoch;
    }

    fn fading(&self) -> Fading {
        let terms = &self.fixed.terms;
        let presence = u64::from(self.presence()).saturating_mul(terms.denominator.into());
        Fading { retention_ppm: terms.retention_ppm, presence_per_epoch: Micro::from_ops(presence) }
    }

    /// Ops of presence due for the running epoch.
    pub fn presence(&self) -> u32 {
        if self.counters.closed {
            0
        } else {
            self.counters.presence.unwrap_or(self.fixed.terms.presence)
        }
    }

    /// What may be seen in an epoch that is ever due; 0 if that has no bound.
    fn pace(&self) -> Micro {
        let terms = &self.fixed.terms;
        Micro::from_ops(u64::from(terms.pace).saturating_mul(terms.denominator.into()))
    }

    /// What may still be seen now that is ever due; `None` without a pace.
    fn room(&self) -> Option<Micro> {
        (self.fixed.terms.pace > 0).then(|| self.pace().saturating_sub(Micro(self.counters.level)))
    }

    pub fn terms(&self) -> &Terms {
        &self.fixed.terms
    }

    /// The present epoch of the pool.
    pub fn epoch(&self) -> u64 {
        self.counters.epoch
    }

    // The pool

    /// Records `ops` more to be done, each asking for `reviews_per_op` reviews: whatever the number of members, only
    /// one sum grows, as far as the pace allows.
    pub fn see(&mut self, ops: u32, reviews_per_op: u32) {
        let Pool { terms, schedule, .. } = &self.fixed;
        let segments = schedule.segments.iter().map(|segment| (segment.offset, segment.weight_ppm));
        let schedule_ppm = rules::schedule_weight(segments, schedule.cycle, self.now);
        let (denominator, active) = (terms.denominator, self.counters.active);
        let weight = match terms.rate {
            // Valid terms are fair if an op asks for `min_reviews` and there are no more members than seats.
            Rate::Fixed => rules::fixed_weight(denominator, schedule_ppm, reviews_per_op, terms.seats.max(active)),
            Rate::FairShare { diligence_ppm } => {
                let sharing = rules::sharing(active, self.counters.backlog, self.hands());
                rules::fair_share_weight(denominator, diligence_ppm, schedule_ppm, reviews_per_op, sharing)
            }
        };
        let mut seen = Micro(weight.0.saturating_mul(ops.into()));
        if let Some(room) = self.room() {
            seen = seen.min(room);
            self.counters.level = Micro(self.counters.level).saturating_add(seen).0;
            self.counters.leveled = self.counters.leveled.max(self.now);
        }
        self.counters.accumulated = self.accumulator().see(&self.fading(), self.epoch(), seen, 1).total.0;
        let reviews = u64::from(ops).saturating_mul(reviews_per_op.into());
        self.counters.demand = Micro(self.counters.demand).saturating_add(Micro::from_ops(reviews)).0;
    }

    /// How many reviews the members may have open together.
    fn hands(&self) -> u64 {
        let Counters { active, throttled, .. } = self.counters;
        rules::hands(active, throttled, self.fixed.terms.healthy_limit, self.fixed.terms.throttled_limit)
    }

    pub fn capacity(&self) -> Capacity {
        let Counters { demand, supply, active, throttled, frozen, ref line, backlog, level, .. } = self.counters;
        let hands = self.hands();
        Capacity {
            seats: self.fixed.terms.seats,
            active,
            throttled,
            waiting: line.length,
            frozen,
            demand: Micro(demand).floor_ops(),
            supply: Micro(supply).floor_ops(),
            backlog,
            hands,
            utilization_ppm: rules::utilization_ppm(backlog, hands),
            level: Micro(level.div_ceil(u128::from(self.fixed.terms.denominator).max(1))).ceil_micro(),
        }
    }

    pub fn has_free_seat(&self) -> bool {
        !self.counters.closed && self.counters.active < self.fixed.terms.seats
    }

    // One member

    /// The standing now, whether or not anyone latched it; a ban that was latched stays.
    pub fn standing(&self, member: &Member) -> Standing {
        if member.state == MemberState::Banned {
            return Standing::Banned;
        }
        let (seen, declared) = self.seen_and_declared(member);
        rules::ledger_standing(seen, declared, member.open, &self.buffers())
    }

    fn buffers(&self) -> Buffers {
        let terms = &self.fixed.terms;
        Buffers { denominator: terms.denominator, throttle: terms.throttle_buffer, ban: terms.ban_buffer }
    }

    /// The earliest moment at which the member can be Banned if it declares nothing, under the terms of now and, at the
    /// latest, when others take effect.
    fn safe_until(&self, member: &Member) -> Timestamp {
        if self.standing(member) == Standing::Banned {
            return 0;
        }
        let terms = &self.fixed.terms;
        if self.counters.closed || !matches!(member.state, MemberState::Seated | MemberState::Waiting) {
            return Timestamp::MAX;
        }
        let (seen, declared) = self.seen_and_declared(member);
        let margin = rules::margin(seen, declared, &self.buffers(), terms.retention_ppm < rules::PPM);
        let Some(room) = self.room() else { return self.now };
        let past = self.now.saturating_sub(self.fixed.opened).checked_rem(terms.epoch).unwrap_or(0);
        let presence = u64::from(self.presence().max(terms.presence)).saturating_mul(terms.denominator.into());
        let due = Due {
            room,
            pace: self.pace(),
            presence: Micro::from_ops(presence),
            next: terms.epoch.saturating_sub(past),
            epoch: terms.epoch,
        };
        let safe = due.soonest(margin).map_or(Timestamp::MAX, |safe| self.now.saturating_add(safe));
        safe.min(self.counters.due.unwrap_or(Timestamp::MAX))
    }

    /// The standing of a member that works on a seat, or the reason why it does not.
    pub fn standing_at_work(&self, member: &Member) -> Result<Standing, Error> {
        match member.state {
            MemberState::Left | MemberState::Waiting => Err(Error::NotAMember),
            MemberState::Frozen => Err(Error::Frozen),
            MemberState::Banned => Err(Error::Banned),
            MemberState::Seated => match self.standing(member) {
                Standing::Banned => Err(Error::Banned),
                standing => Ok(standing),
            },
        }
    }

    /// Whole ops missing, open commitments counted as declared.
    pub fn deficit(&self, member: &Member) -> u128 {
        let (seen, declared) = self.seen_and_declared(member);
        rules::deficit(seen, declared, member.open, self.fixed.terms.denominator)
    }

    pub fn membership(&self, member: &Member) -> Membership {
        let (seen, declared) = self.seen_and_declared(member);
        Membership {
            state: member.state,
            standing: self.standing(member),
            seen: seen.floor_micro(),
            declared: declared.ceil_micro(),
            required: rules::required(seen, self.fixed.terms.denominator).saturating_mul(OP),
            deficit: self.deficit(member).saturating_mul(OP),
            seat_since: member.seat_since,
            open: member.open,
            bond: member.bond,
            ended: member.ended,
            safe_until: self.safe_until(member),
        }
    }

    /// The member takes a seat and goes on with the ledger it kept.
    pub fn seat(&mut self, member: &mut Member) {
        member.keep(Ledger::seat(Micro(member.carry), Micro(member.declared), &self.accumulator()));
        member.state = MemberState::Seated;
        member.seat_since = self.now;
        self.counters.active = self.counters.active.saturating_add(1);
    }

    /// The member gives up its seat, and its ledger stands still.
    pub fn vacate(&mut self, member: &mut Member, state: MemberState) {
        self.latch(member, Standing::Healthy);
        let (carry, declared) = member.ledger().rest(&self.fading(), &self.accumulator());
        member.keep(Ledger { carry, baseline: Micro::ZERO, declared, anchor: 0 });
        member.state = state;
        member.seat_since = 0;
        member.ended = self.now;
        member.cooled_at = self.now.saturating_add(self.fixed.terms.cooldown);
        self.counters.active = self.counters.active.saturating_sub(1);
    }

    /// Latches Healthy or Throttled for a member with a seat; returns whether that is a change.
    pub fn latch(&mut self, member: &mut Member, standing: Standing) -> bool {
        let throttled = standing == Standing::Throttled;
        let changes = throttled != member.throttled;
        if changes {
            let count = self.counters.throttled;
            self.counters.throttled = if throttled { count.saturating_add(1) } else { count.saturating_sub(1) };
            member.throttled = throttled;
        }
        changes
    }

    /// A member with a seat has done `ops` more; its own counter takes no more than its credit allows.
    pub fn declare(&mut self, member: &mut Member, ops: u32) {
        let credit = Credit { denominator: self.fixed.terms.denominator, cap: self.fixed.terms.credit_cap };
        member.keep(member.ledger().declare(&self.fading(), &self.accumulator(), ops.into(), &credit));
        self.counters.supply = Micro(self.counters.supply).saturating_add(Micro::from_ops(ops.into())).0;
    }

    /// A member with a seat declares the presence that this epoch asks for, unless it did so already; returns how many
    /// ops that is.
    pub fn check_in(&mut self, member: &mut Member) -> Option<u32> {
        let presence = self.presence();
        if presence == 0 || self.counters.closed || self.epoch() < member.next_check_in {
            return None;
        }
        member.next_check_in = self.epoch().saturating_add(1);
        self.declare(member, presence);
        Some(presence)
    }

    /// How many commitments a member of this standing may have open.
    pub fn most_open(&self, standing: Standing) -> u32 {
        match standing {
            Standing::Healthy => self.fixed.terms.healthy_limit,
            Standing::Throttled => self.fixed.terms.throttled_limit,
            Standing::Banned => 0,
        }
    }

    fn accumulator(&self) -> Accumulator {
        Accumulator { total: Micro(self.counters.accumulated), epoch: self.counters.epoch }
    }

    fn seen_and_declared(&self, member: &Member) -> (Micro, Micro) {
        if member.state == MemberState::Seated {
            let ledger = member.ledger();
            (ledger.seen(&self.fading(), &self.accumulator()), ledger.declared(&self.fading(), self.epoch()))
        } else {
            (Micro(member.carry), Micro(member.declared))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{after, plain, pool, safe, terms, weekly, DAY, OPENED};
    use interfaces::obligation::Segment;
    use proptest::prelude::*;

    fn seated(pool: &mut PoolNow) -> Member {
        let mut member = Member::default();
        pool.seat(&mut member);
        member
    }

    #[test]
    fn a_member_has_seen_what_came_while_it_was_seated_and_nothing_else() {
        let mut pool = pool(plain(), Schedule::default());
        pool.see(100, 3);
        let mut member = seated(&mut pool);
        pool.see(48, 3);
        assert_eq!(pool.membership(&member).seen, 48 * OP);
        assert_eq!((pool.membership(&member).required, pool.deficit(&member)), (OP, 1));
        pool.declare(&mut member, 1);
        pool.vacate(&mut member, MemberState::Left);
        pool.see(1_000, 3);
        assert_eq!((pool.membership(&member).seen, pool.membership(&member).declared), (48 * OP, OP));
        pool.seat(&mut member);
        pool.see(2, 3);
        assert_eq!((pool.membership(&member).seen, pool.membership(&member).declared), (50 * OP, OP));
    }

    #[test]
    fn both_counters_fade_with_a_seat_and_stand_still_without_one() {
        let mut now = pool(Terms { presence: 0, ..terms() }, Schedule::default());
        let mut member = seated(&mut now);
        now.see(480, 3);
        now.declare(&mut member, 4);
        let mut now = after(now, 7 * DAY);
        let faded = now.membership(&member);
        assert_eq!((faded.seen, faded.declared, faded.required), (432 * OP - 1, 3_600_000 + 1, 8 * OP));
        now.vacate(&mut member, MemberState::Frozen);
        let mut now = after(now, 700 * DAY);
        now.see(999, 3);
        let rested = now.membership(&member);
        assert_eq!((rested.seen, rested.declared), (faded.seen, faded.declared));
        now.seat(&mut member);
        let now = after(now, 7 * DAY);
        assert_eq!(now.membership(&member).required, 8 * OP, "388.8 ops seen");
        assert!(now.membership(&member).declared < rested.declared);
    }

    #[test]
    fn an_op_weighs_what_the_schedule_says_when_it_is_seen() {
        let mut now = pool(plain(), weekly());
        let member = seated(&mut now);
        now.see(10, 3);
        let mut now = after(now, 2 * DAY);
        now.see(10, 3);
        assert_eq!(now.membership(&member).seen, 15 * OP);
    }

    #[test]
    fn an_op_with_fewer_reviews_than_the_terms_count_on_never_asks_for_more_than_it_has() {
        let terms = Terms { seats: 144, min_reviews: 3, denominator: 48, ..plain() };
        let mut pool = pool(terms, Schedule::default());
        let member = seated(&mut pool);
        pool.see(48, 3);
        assert_eq!(pool.membership(&member).seen, 48 * OP);
        pool.see(48, 1);
        assert_eq!(pool.membership(&member).seen, 64 * OP - 1, "a third of an op each");
        pool.see(1_000, 0);
        assert_eq!(pool.membership(&member).seen, 64 * OP - 1);
        pool.see(48, 200);
        assert_eq!(pool.membership(&member).seen, 112 * OP - 1, "more reviews make no op heavier");
    }

    #[test]
    fn a_fair_share_is_divided_among_those_who_are_active_then() {
        let rate = Rate::FairShare { diligence_ppm: 1_000_000 };
        let mut pool = pool(Terms { rate, ..plain() }, Schedule::default());
        pool.see(7, 3);
        let first = seated(&mut pool);
        assert_eq!(pool.accumulator().total, Micro::ZERO, "nobody was active");
        for _ in 0..5 {
            seated(&mut pool);
        }
        pool.see(1, 3);
        assert_eq!(pool.membership(&first).seen, 24 * OP, "half of an op in 48: three reviews among six members");
    }

    #[test]
    fn a_fair_share_is_divided_among_as_many_as_have_hands_for_the_backlog() {
        let rate = Rate::FairShare { diligence_ppm: 1_000_000 };
        let mut pool = pool(Terms { rate, healthy_limit: 8, ..plain() }, Schedule::default());
        pool.counters.backlog = 24;
        pool.see(7, 3);
        assert_eq!(pool.accumulator().total, Micro::ZERO, "nobody was active");
        let first = seated(&mut pool);
        for _ in 0..2 {
            seated(&mut pool);
        }
        pool.see(1, 3);
        assert_eq!(pool.membership(&first).seen, 48 * OP, "three have hands for 24 reviews");
        pool.counters.backlog = 25;
        pool.see(1, 3);
        assert_eq!(pool.membership(&first).seen, (48 + 36) * OP, "it takes four for one more");
        pool.counters.backlog = u64::MAX;
        pool.see(1, 3);
        assert_eq!(pool.membership(&first).seen, (48 + 36) * OP);
    }

    #[test]
    fn presence_falls_due_by_the_epoch() {
        let mut now = pool(Terms { retention_ppm: 1_000_000, ..terms() }, Schedule::default());
        let member = seated(&mut now);
        assert_eq!(after(now.clone(), 7 * DAY - 1).membership(&member).required, 0);
        assert_eq!(after(now.clone(), 7 * DAY).membership(&member).required, OP);
        assert_eq!(after(now, 70 * DAY).membership(&member).required, 10 * OP);
    }

    #[test]
    fn demand_and_supply_are_the_reviews_asked_for_and_the_ops_declared_and_both_fade() {
        let mut now = pool(terms(), weekly());
        let mut member = seated(&mut now);
        now.see(100, 3);
        now.declare(&mut member, 20);
        assert_eq!((now.capacity().demand, now.capacity().supply), (300, 20));
        let later = after(now.clone(), 7 * DAY);
        assert_eq!((later.capacity().demand, later.capacity().supply), (269, 17), "270 and 18, rounded down");
        let touched = (0..7).fold(now, |pool, _| after(pool, DAY));
        assert_eq!(touched.counters, later.counters, "touching a pool more often changes nothing");
    }

    #[test]
    fn open_commitments_count_as_declared_and_a_latched_ban_stays() {
        let mut pool = pool(plain(), Schedule::default());
        let mut member = seated(&mut pool);
        pool.see(48 * 11, 3);
        assert_eq!((pool.standing(&member), pool.deficit(&member)), (Standing::Throttled, 11));
        member.open = 1;
        assert_eq!((pool.standing(&member), pool.deficit(&member)), (Standing::Healthy, 10));
        assert_eq!(pool.membership(&member).declared, 0);
        member.state = MemberState::Banned;
        assert_eq!(pool.standing(&member), Standing::Banned);
    }

    #[test]
    fn who_never_had_a_seat_has_nothing_to_cool_down_from() {
        assert!(!Member::default().cools_down(DAY), "not even on a chain that is a day old");
        let mut pool = pool(terms(), Schedule::default());
        let mut left = seated(&mut pool);
        pool.vacate(&mut left, MemberState::Left);
        assert!(left.cools_down(OPENED + 14 * DAY - 1) && !left.cools_down(OPENED + 14 * DAY));
    }

    #[test]
    fn a_clock_that_stands_or_leaps_a_million_years_is_harmless() {
        let mut now = pool(terms(), weekly());
        let member = seated(&mut now);
        now.see(u32::MAX, u32::MAX);
        let later = PoolNow::new(0, now.fixed, now.counters, Timestamp::MAX);
        assert_eq!(later.standing(&member), Standing::Healthy, "all but the presence of late has faded");
        let back = PoolNow::new(0, later.fixed.clone(), later.counters.clone(), 0);
        assert_eq!(back.counters, later.counters);
    }

    #[test]
    fn a_level_drains_with_time_however_often_the_pool_is_stored() {
        let mut now = pool(safe(), Schedule::default());
        seated(&mut now);
        now.see(1_000, 3);
        let (full, part) = (now.counters.level, safe().epoch / 4);
        let twice = after(after(now.clone(), part), part);
        assert_eq!([twice.counters.level, after(now, 2 * part).counters.level], [full / 2; 2]);
    }

    #[test]
    fn work_done_in_advance_makes_nobody_safe_for_longer_where_it_fades() {
        let told = |retention_ppm, ops| {
            let mut now = pool(Terms { retention_ppm, ..safe() }, Schedule::default());
            let mut member = seated(&mut now);
            now.declare(&mut member, ops);
            now.membership(&member).safe_until
        };
        assert!(told(1_000_000, 0) < told(1_000_000, 5));
        assert_eq!(told(900_000, 0), told(900_000, 5));
    }

    #[test]
    fn nobody_checks_in_where_no_presence_is_due_or_the_pool_is_closed() {
        let checked_in = |terms, closed| {
            let mut now = pool(terms, Schedule::default());
            let mut member = seated(&mut now);
            now.counters.closed = closed;
            now.check_in(&mut member)
        };
        assert_eq!([(plain(), false), (terms(), true)].map(|(terms, closed)| checked_in(terms, closed)), [None; 2]);
        assert_eq!(checked_in(terms(), false), Some(terms().presence));
    }

    proptest! {
        /// Whatever valid terms say and however few reviews an op asks for: whoever does an equal part of them misses
        /// none.
        #[test]
        fn members_who_share_all_reviews_evenly_never_miss_any(
            (denominator, min_reviews, seats) in (1..60u32, 1..9u8, 1..40u32),
            (present, weight_ppm) in (1..60u32, 1..3_000_000u32),
            seen in proptest::collection::vec((0..200u32, 0..12u32), 1..20),
        ) {
            let terms = Terms { denominator, min_reviews, seats, ..plain() };
            let schedule = Schedule { cycle: 1, segments: vec![Segment { offset: 0, weight_ppm }] };
            prop_assume!(crate::terms::validate(&terms, &schedule).is_ok());
            // There may be more members than seats, if new terms have just taken some away.
            let mut pool = pool(terms, schedule);
            let mut members: Vec<_> = (0..present).map(|_| seated(&mut pool)).collect();
            let mut reviews = 0;
            for (ops, reviews_per_op) in seen {
                pool.see(ops, reviews_per_op);
                reviews += ops * reviews_per_op;
                let (fewest, rest) = (reviews / present, reviews % present);
                for (index, member) in (0..).zip(&mut members) {
                    let part = fewest + u32::from(index < rest);
                    let done = u32::try_from(pool.membership(member).declared / OP).unwrap();
                    pool.declare(member, part - done);
                    prop_assert_eq!(pool.deficit(member), 0);
                }
            }
        }

        /// Members seated at different times, each counted by hand.
        #[test]
        fn where_nothing_fades_the_ledger_follows_the_rule_on_whole_counters(
            steps in proptest::collection::vec((0..4usize, 0..3u8, 0..400u32), 0..60),
        ) {
            let mut pool = pool(plain(), Schedule::default());
            let mut members: [Option<(Member, u64, u64)>; 4] = Default::default();
            for (index, action, ops) in steps {
                match (action, &mut members[index]) {
                    (0, _) => {
                        pool.see(ops, 3);
                        members.iter_mut().flatten().for_each(|(_, seen, _)| *seen += u64::from(ops));
                    }
                    (1, Some((member, _, declared))) => {
                        pool.declare(member, ops / 40);
                        *declared += u64::from(ops / 40);
                    }
                    (_, None) => members[index] = Some((seated(&mut pool), 0, 0)),
                    (_, Some((member, _, _))) => member.open = ops % 5,
                }
                for (member, seen, declared) in members.iter().flatten() {
                    let done = declared + u64::from(member.open);
                    prop_assert_eq!(pool.standing(member), rules::standing(*seen, done, 48, 10, 50));
                    prop_assert_eq!(pool.deficit(member), u128::from((seen / 48).saturating_sub(done)));
                    let membership = pool.membership(member);
                    prop_assert_eq!(membership.seen, u128::from(*seen) * OP);
                    prop_assert_eq!(membership.declared, u128::from(*declared) * OP);
                    prop_assert_eq!(membership.required, u128::from(seen / 48) * OP);
                }
            }
        }
    }
}
