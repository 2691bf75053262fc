//! The model of obligations: pools, seats, lines and standings.

use crate::{
    action::Who,
    people::{Person, OBLIGATION},
};
use interfaces::{
    obligation::{Error, MemberState as State, Rate, Standing, Terms, BY_ENROLMENT},
    Balance, Timestamp,
};
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    pub state: State,
    /// In parts of [`WHOLE_OP`]; of a pool whose counters fade, nothing is foretold.
    pub seen: u128,
    /// Whole ops.
    pub declared: u128,
    pub open: u32,
    pub bond: Balance,
    pub enrolled: bool,
    pub throttled: bool,
    pub ended: Timestamp,
    cooled_at: Timestamp,
    next_check_in: u64,
}

impl Member {
    /// Whether it has a place, and nothing in hand.
    pub fn waits_for_work(&self) -> bool {
        matches!(self.state, State::Seated | State::Waiting) && self.open == 0
    }
}

/// An op as counters keep it: with 32 bits below a millionth.
pub const WHOLE_OP: u128 = 1_000_000 << 32;

/// What is known of an account across all pools.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    pub frozen: bool,
    last_freeze: Option<Timestamp>,
    rests_until: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Pool {
    terms: Terms,
    pending: Option<(Terms, Timestamp)>,
    opened: Timestamp,
    /// Whether the model has counted all that members have seen and declared.
    counted: bool,
    pub members: BTreeMap<Who, Member>,
    pub line: VecDeque<Who>,
    pub backlog: u64,
}

/// All pools. The market operates them.
#[derive(Clone, Debug)]
pub struct Pools {
    pub pools: Vec<Pool>,
    pub rests: Vec<Rest>,
    pub paused: bool,
    pub now: Timestamp,
    /// Where counters fade, are bounded or weigh differently, what they say is taken from the chain: standing and
    /// deficit.
    pub oracle: BTreeMap<Who, (Standing, u128)>,
}

type Result<T> = std::result::Result<T, Error>;

fn ensure(holds: bool, error: Error) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

/// Whether under these terms all that is seen and done counts, and for ever.
fn counts(terms: &Terms) -> bool {
    let steady = terms.retention_ppm == 1_000_000 && terms.presence == 0 && terms.rate == Rate::Fixed;
    steady && terms.pace == 0 && terms.credit_cap == u32::MAX
}

impl Pool {
    fn new(terms: Terms, opened: Timestamp) -> Self {
        let counted = counts(&terms);
        Self { terms, pending: None, opened, counted, members: BTreeMap::new(), line: VecDeque::new(), backlog: 0 }
    }

    /// Whether the model counts what members see and declare: not any more once terms were in force that bound it.
    pub fn is_exact(&self, now: Timestamp) -> bool {
        self.counted && counts(self.terms(now))
    }

    pub fn terms(&self, now: Timestamp) -> &Terms {
        match &self.pending {
            Some((terms, due)) if *due <= now => terms,
            _ => &self.terms,
        }
    }

    /// Whether the terms say anything of how soon, or how late, a member is out.
    pub fn is_bounded(&self, now: Timestamp) -> bool {
        let terms = self.terms(now);
        terms.pace > 0 || (terms.presence > 0 && terms.credit_cap < u32::MAX)
    }

    /// When the proposed terms take effect, or took effect without anyone having written them down.
    pub fn due(&self) -> Option<Timestamp> {
        self.pending.as_ref().map(|(_, due)| *due)
    }

    fn is_pending(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| now < due)
    }

    /// Any change of the pool writes terms down that have come into force.
    fn store(&mut self, now: Timestamp) {
        if let Some((terms, _)) = self.pending.take_if(|(_, due)| *due <= now) {
            self.counted &= counts(&terms);
            self.terms = terms;
        }
    }

    /// Epochs are counted from the opening.
    pub fn epoch(&self, now: Timestamp) -> u64 {
        (now - self.opened) / self.terms.epoch
    }

    fn in_state(&self, state: State) -> impl Iterator<Item = &Member> {
        self.members.values().filter(move |member| member.state == state)
    }

    pub fn active(&self) -> u32 {
        self.in_state(State::Seated).count() as u32
    }

    /// Whoever never was a member has left.
    pub fn state_of(&self, who: Who) -> State {
        self.members.get(&who).map_or(State::Left, |member| member.state)
    }

    /// How many reviews the members may have open together.
    pub fn hands(&self, now: Timestamp) -> u64 {
        let terms = self.terms(now);
        let limit = |member: &Member| if member.throttled { terms.throttled_limit } else { terms.healthy_limit };
        self.in_state(State::Seated).map(|member| u64::from(limit(member))).sum()
    }

    /// With this many more reviews.
    pub fn utilization_ppm(&self, now: Timestamp, more: u32) -> u64 {
        match self.hands(now) {
            0 => 1_000_000,
            hands => (self.backlog + u64::from(more)) * 1_000_000 / hands,
        }
    }

    /// The rule of section 1.3, and how many whole ops are missing.
    fn count(&self, member: &Member, now: Timestamp) -> (Standing, u128) {
        let terms = self.terms(now);
        let required = member.seen / (u128::from(terms.denominator) * WHOLE_OP);
        let done = member.declared + u128::from(member.open);
        let standing = match member.state {
            State::Banned => Standing::Banned,
            _ if required <= done + u128::from(terms.throttle_buffer) => Standing::Healthy,
            _ if required <= done + u128::from(terms.ban_buffer) => Standing::Throttled,
            _ => Standing::Banned,
        };
        (standing, required.saturating_sub(done))
    }

    fn vacate(&mut self, who: Who, state: State, now: Timestamp) {
        let cooldown = self.terms(now).cooldown;
        if let Some(member) = self.members.get_mut(&who) {
            member.state = state;
            member.throttled = false;
            member.ended = now;
            member.cooled_at = now + cooldown;
        }
    }

    fn seat_first(&mut self, now: Timestamp) -> bool {
        if self.active() >= self.terms(now).seats {
            return false;
        }
        let Some(who) = self.line.pop_front() else { return false };
        self.members.entry(who).or_default().state = State::Seated;
        true
    }

    fn place(&mut self, who: Who, now: Timestamp) {
        let seat = self.line.is_empty() && self.active() < self.terms(now).seats;
        self.members.entry(who).or_default().state = if seat { State::Seated } else { State::Waiting };
        if !seat {
            self.line.push_back(who);
        }
    }
}

impl Pools {
    pub fn new(terms: Terms, opened: Timestamp, accounts: usize) -> Self {
        let pools = vec![Pool::new(terms, opened)];
        Self { pools, rests: vec![Rest::default(); accounts], paused: false, now: opened, oracle: BTreeMap::new() }
    }

    pub fn pool(&self, id: u32) -> Result<&Pool> {
        self.pools.get(id as usize).ok_or(Error::UnknownPool)
    }

    fn pool_mut(&mut self, id: u32) -> Result<&mut Pool> {
        self.pools.get_mut(id as usize).ok_or(Error::UnknownPool)
    }

    pub fn member(&self, id: u32, who: Who) -> Result<&Member> {
        self.pool(id)?.members.get(&who).ok_or(Error::NotAMember)
    }

    fn member_mut(&mut self, id: u32, who: Who) -> Result<&mut Member> {
        self.pool_mut(id)?.members.get_mut(&who).ok_or(Error::NotAMember)
    }

    fn judge(&self, id: u32, who: Who, member: &Member) -> Result<(Standing, u128)> {
        let pool = self.pool(id)?;
        if !pool.is_exact(self.now) {
            if let Some((standing, deficit)) = self.oracle.get(&who) {
                return Ok((*standing, *deficit));
            }
        }
        Ok(pool.count(member, self.now))
    }

    fn at_work(&self, id: u32, who: Who) -> Result<(Standing, u128)> {
        let member = self.member(id, who)?;
        match member.state {
            State::Left | State::Waiting => Err(Error::NotAMember),
            State::Frozen => Err(Error::Frozen),
            State::Banned => Err(Error::Banned),
            State::Seated => match self.judge(id, who, member)? {
                (Standing::Banned, _) => Err(Error::Banned),
                judged => Ok(judged),
            },
        }
    }

    fn engagements(&self, who: Who) -> usize {
        let mine = self.pools.iter().filter_map(|pool| pool.members.get(&who));
        mine.filter(|member| member.enrolled).count()
    }

    // Anyone

    pub fn evaluate(&mut self, id: u32, accounts: &[Who], keeper: Who, people: &mut [Person]) -> Result<Vec<Standing>> {
        ensure(accounts.len() <= 64, Error::TooManyEvaluated)?;
        let now = self.now;
        self.pool(id)?;
        let before: Result<Vec<Member>> = accounts.iter().map(|who| self.member(id, *who).cloned()).collect();
        let before = before?;
        let mut found: Vec<Standing> = Vec::new();
        let mut changed = false;
        for (at, (who, member)) in accounts.iter().zip(before).enumerate() {
            if let Some(known) = accounts[..at].iter().position(|other| other == who) {
                found.push(found[known]);
                continue;
            }
            let (standing, _) = self.judge(id, *who, &member)?;
            found.push(standing);
            if member.state != State::Seated {
                continue;
            }
            if standing == Standing::Banned {
                changed = true;
                let terms = self.pool(id)?.terms(now).clone();
                let pool = self.pool_mut(id)?;
                pool.vacate(*who, State::Banned, now);
                pool.seat_first(now);
                let member = self.member_mut(id, *who)?;
                let bond = std::mem::take(&mut member.bond);
                member.enrolled = false;
                people[*who].slash(OBLIGATION, bond);
                people[*who].slash_share(terms.slash_ppm);
                people[keeper].owed[OBLIGATION] += terms.keeper_reward.min(bond / 2);
            } else if member.throttled != (standing == Standing::Throttled) {
                changed = true;
                self.member_mut(id, *who)?.throttled = standing == Standing::Throttled;
            }
        }
        if changed {
            self.pool_mut(id)?.store(now);
        }
        Ok(found)
    }

    pub fn fill_seats(&mut self, id: u32, max: u32) -> Result<u32> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        let seated = (0..max.min(64)).take_while(|_| pool.seat_first(now)).count() as u32;
        if seated > 0 {
            pool.store(now);
        }
        Ok(seated)
    }

    pub fn apply_terms(&mut self, id: u32) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        ensure(!pool.is_pending(now), Error::NoticeRunning)?;
        ensure(pool.pending.is_some(), Error::NoPendingTerms)?;
        pool.store(now);
        Ok(())
    }

    // Members

    fn candidate(&self, id: u32, who: Who) -> Result<()> {
        let member = self.pool(id)?.members.get(&who).cloned().unwrap_or_default();
        ensure(self.judge(id, who, &member)?.0 != Standing::Banned, Error::Banned)?;
        match member.state {
            State::Seated | State::Waiting => Err(Error::AlreadyMember),
            State::Frozen => Err(Error::Frozen),
            State::Left | State::Banned => {
                ensure(!self.rests[who].frozen, Error::Frozen)?;
                ensure(self.now >= member.cooled_at, Error::CoolingDown)
            }
        }
    }

    pub fn enlist(&mut self, id: u32, who: Who, people: &mut [Person]) -> Result<()> {
        ensure(!self.paused, Error::Paused)?;
        self.candidate(id, who)?;
        let now = self.now;
        let (least, bond) = (self.pool(id)?.terms(now).min_reputation, self.pool(id)?.terms(now).bond);
        if least > 0 {
            people[who].require(least)?;
        }
        if bond > 0 {
            people[who].lock(OBLIGATION, bond)?;
        }
        let pool = self.pool_mut(id)?;
        pool.place(who, now);
        pool.store(now);
        self.member_mut(id, who)?.bond = bond;
        Ok(())
    }

    pub fn resign(&mut self, id: u32, who: Who, people: &mut [Person]) -> Result<()> {
        let now = self.now;
        let member = self.member(id, who)?.clone();
        match member.state {
            State::Left => return Err(Error::NotAMember),
            State::Waiting => {
                let pool = self.pool_mut(id)?;
                pool.line.retain(|other| *other != who);
                pool.store(now);
                self.member_mut(id, who)?.state = State::Left;
            }
            _ => {
                let (_, deficit) = self.at_work(id, who)?;
                // Under notice everyone may go; what is open stays so.
                if !self.pool(id)?.is_pending(now) {
                    ensure(member.open == 0, Error::OpenCommitments)?;
                    ensure(!member.enrolled, Error::Engaged)?;
                    ensure(deficit == 0, Error::Deficit)?;
                }
                self.leave(id, who)?;
            }
        }
        let bond = std::mem::take(&mut self.member_mut(id, who)?.bond);
        people[who].unlock(OBLIGATION, bond);
        Ok(())
    }

    fn leave(&mut self, id: u32, who: Who) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        pool.vacate(who, State::Left, now);
        pool.seat_first(now);
        pool.store(now);
        self.member_mut(id, who)?.enrolled = false;
        Ok(())
    }

    pub fn check_in(&mut self, id: u32, who: Who) -> Result<()> {
        self.at_work(id, who)?;
        self.declare_presence(id, who)
    }

    /// Once in an epoch. Here no terms change the presence.
    fn declare_presence(&mut self, id: u32, who: Who) -> Result<()> {
        let now = self.now;
        let pool = self.pool(id)?;
        let epoch = pool.epoch(now);
        ensure(pool.terms.presence > 0, Error::NoPresence)?;
        let member = self.member_mut(id, who)?;
        ensure(epoch >= member.next_check_in, Error::AlreadyCheckedIn)?;
        member.next_check_in = epoch + 1;
        self.pool_mut(id)?.store(now);
        Ok(())
    }

    pub fn restore(&mut self, id: u32, who: Who, ops: u32, people: &mut [Person]) -> Result<()> {
        let (_, deficit) = self.at_work(id, who)?;
        ensure(deficit > 0 && ops > 0, Error::NoDeficit)?;
        ensure(u128::from(ops) <= deficit, Error::BeyondDeficit)?;
        let now = self.now;
        let price = self.pool(id)?.terms(now).restore_price * u128::from(ops);
        if price > 0 {
            people[who].spend(price)?;
        }
        self.member_mut(id, who)?.declared += u128::from(ops);
        self.pool_mut(id)?.store(now);
        Ok(())
    }

    /// What it costs.
    pub fn redeem(&mut self, id: u32, who: Who, people: &mut [Person]) -> Result<Balance> {
        let terms = self.pool(id)?.terms(self.now).clone();
        ensure(terms.min_reputation != BY_ENROLMENT, Error::Engaged)?;
        let missing = self.kept_out(id, who)?;
        let price = terms.bond.max(terms.restore_price * missing);
        if price > 0 {
            people[who].spend(price)?;
        }
        self.begin_anew(id, who)?;
        Ok(price)
    }

    pub fn freeze(&mut self, who: Who, people: &mut [Person]) -> Result<()> {
        let now = self.now;
        ensure(self.engagements(who) == 0, Error::Engaged)?;
        let part = |member: &Member| !matches!(member.state, State::Left | State::Banned);
        let mine: Vec<u32> = (0..)
            .zip(&self.pools)
            .filter(|(_, pool)| pool.members.get(&who).is_some_and(part))
            .map(|(id, _)| id)
            .collect();
        ensure(!mine.is_empty(), Error::NotAMember)?;
        ensure(!self.rests[who].frozen, Error::Frozen)?;
        let (mut interval, mut shortest) = (0, 0);
        for id in &mine {
            let member = self.member(*id, who)?;
            let (standing, deficit) = self.judge(*id, who, member)?;
            ensure(standing != Standing::Banned, Error::Banned)?;
            ensure(deficit == 0, Error::Deficit)?;
            ensure(member.open == 0, Error::OpenCommitments)?;
            interval = interval.max(self.pool(*id)?.terms(now).freeze_interval);
            shortest = shortest.max(self.pool(*id)?.terms(now).min_freeze);
        }
        let rest = &mut self.rests[who];
        ensure(rest.last_freeze.is_none_or(|last| now >= last + interval), Error::FrozenRecently)?;
        *rest = Rest { frozen: true, last_freeze: Some(now), rests_until: now + shortest };
        let person = &mut people[who];
        ensure(!person.frozen, interfaces::reputation::Error::Frozen.into())?;
        ensure(person.holds == 0, interfaces::reputation::Error::Held.into())?;
        person.frozen = true;
        for id in mine {
            let seated = self.member(id, who)?.state == State::Seated;
            let pool = self.pool_mut(id)?;
            if seated {
                pool.vacate(who, State::Frozen, now);
                pool.seat_first(now);
            } else {
                pool.line.retain(|other| *other != who);
                pool.members.entry(who).or_default().state = State::Frozen;
            }
            pool.store(now);
        }
        Ok(())
    }

    pub fn unfreeze(&mut self, who: Who, people: &mut [Person]) -> Result<()> {
        let now = self.now;
        ensure(self.rests[who].frozen, Error::NotFrozen)?;
        ensure(now >= self.rests[who].rests_until, Error::FrozenTooShortly)?;
        self.rests[who].frozen = false;
        people[who].frozen = false;
        for pool in &mut self.pools {
            if pool.members.get(&who).is_some_and(|member| member.state == State::Frozen) {
                pool.place(who, now);
                pool.store(now);
            }
        }
        Ok(())
    }

    // The market, which operates all pools

    pub fn open_pool(&mut self, terms: Terms) -> u32 {
        self.pools.push(Pool::new(terms, self.now));
        self.pools.len() as u32 - 1
    }

    pub fn enroll(&mut self, id: u32, who: Who) -> Result<()> {
        self.candidate(id, who)?;
        let now = self.now;
        let pool = self.pool_mut(id)?;
        ensure(pool.active() < pool.terms(now).seats && pool.line.is_empty(), Error::NoFreeSeat)?;
        pool.place(who, now);
        pool.store(now);
        let member = self.member_mut(id, who)?;
        member.enrolled = true;
        member.bond = 0;
        Ok(())
    }

    pub fn discharge(&mut self, id: u32, who: Who) {
        if self.member(id, who).is_ok_and(|member| member.enrolled) {
            let _ = self.leave(id, who);
        }
    }

    /// An op weighs one, or less where it asks for so few reviews that there is not enough of it for everybody.
    pub fn see(&mut self, id: u32, ops: u32, reviews: u32) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        let (denominator, seats) = (pool.terms(now).denominator, pool.terms(now).seats);
        let sharing = u128::from(seats.max(pool.active()));
        let enough = u128::from(denominator) * WHOLE_OP * u128::from(reviews) / sharing;
        let seen = u128::from(ops) * enough.min(WHOLE_OP);
        for member in pool.members.values_mut().filter(|member| member.state == State::Seated) {
            member.seen += seen;
        }
        pool.store(now);
        Ok(())
    }

    pub fn reserve(&mut self, id: u32, reviews: u32) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        pool.backlog += u64::from(reviews);
        pool.store(now);
        Ok(())
    }

    pub fn close_reviews(&mut self, id: u32, reviews: u32) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        pool.backlog = pool.backlog.saturating_sub(reviews.into());
        pool.store(now);
        Ok(())
    }

    /// How many ops the member was short before it committed to so many.
    pub fn commit(&mut self, id: u32, who: Who, count: u32) -> Result<u32> {
        let (standing, missing) = self.at_work(id, who)?;
        let terms = self.pool(id)?.terms(self.now);
        let most = if standing == Standing::Healthy { terms.healthy_limit } else { terms.throttled_limit };
        let member = self.member_mut(id, who)?;
        ensure(member.open + count <= most, Error::TooManyCommitments)?;
        member.open += count;
        // Whoever commits is there.
        match self.declare_presence(id, who) {
            Ok(()) | Err(Error::NoPresence | Error::AlreadyCheckedIn) => Ok(missing as u32),
            Err(other) => Err(other),
        }
    }

    /// So many reviews are over, and so many of them were revealed.
    pub fn resolve(&mut self, id: u32, who: Who, declared: u32, released: u32) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        let Some(member) = pool.members.get_mut(&who) else { return Ok(()) };
        member.open = member.open.saturating_sub(released);
        if member.state == State::Seated && declared > 0 {
            member.declared += u128::from(declared);
            pool.store(now);
        }
        Ok(())
    }

    // The manager

    pub fn propose_terms(&mut self, id: u32, terms: Terms) -> Result<()> {
        let now = self.now;
        let pool = self.pool_mut(id)?;
        let present = pool.terms(now).clone();
        let fixed = |terms: &Terms| (terms.denominator, terms.epoch, terms.retention_ppm);
        let is_fixed = fixed(&present) != fixed(&terms) || present.min_reputation == BY_ENROLMENT;
        ensure(!is_fixed, Error::InvalidTerms(interfaces::obligation::TermsReason::Fixed))?;
        pool.store(now);
        pool.pending = Some((terms, now + present.notice));
        Ok(())
    }

    pub fn reinstate(&mut self, id: u32, who: Who) -> Result<()> {
        self.kept_out(id, who)?;
        self.begin_anew(id, who)
    }

    /// How many ops are missing of somebody who is kept out by a ban, latched or not, and whose cooldown is over.
    fn kept_out(&self, id: u32, who: Who) -> Result<u128> {
        let member = self.member(id, who)?;
        let gone = matches!(member.state, State::Banned | State::Left);
        let (standing, deficit) = self.judge(id, who, member)?;
        ensure(gone && standing == Standing::Banned, Error::NotBanned)?;
        ensure(self.now >= member.cooled_at, Error::CoolingDown)?;
        Ok(deficit)
    }

    fn begin_anew(&mut self, id: u32, who: Who) -> Result<()> {
        let member = self.member_mut(id, who)?;
        member.state = State::Left;
        (member.seen, member.declared) = (0, 0);
        Ok(())
    }
}
