//! The model of the market: what every message answers, who is owed what, and what is in escrow.
//!
//! Written from the protocol. A message works on a copy of the model, which is kept only where the message is accepted:
//! refusals change nothing.

use crate::{
    action::{Action, Meddling, Refusal, Said, Tampering, Vote, Who, CAST, MANAGER, TREASURY},
    people::{Mint, Person, MARKET},
    pools::Pools,
};
use ink::{
    env::hash::{Blake2x256, CryptoHash, HashOutput},
    primitives::AccountId,
    scale::Encode,
};
use interfaces::{
    market::{
        Access, Asset, Award, Duplicates, Error, Policy, PolicyReason, RequestReason as Reason, RequestSpec, Verdict,
    },
    obligation::{self, Rate, Standing, Terms, BY_ENROLMENT},
    reputation, Balance, RequestId, SubmissionId, Timestamp,
};
use std::collections::BTreeMap;

/// What a weight of one basis point counts.
const ONE_BPS: u128 = 1_000_000_000_000_000_000;
const TEN_YEARS: Timestamp = 3_653 * 24 * 3_600_000;
const DAY: Timestamp = 24 * 3_600_000;
/// What reputation is earned per: section 3.5.
const FEE_UNIT: Balance = 1_000_000_000_000;

#[derive(Clone, Debug, Default)]
pub struct Place {
    pub taken: u16,
    pub submitted: u16,
    pub delivered: u16,
    pub missed: u16,
    pub deliver_by: Timestamp,
    price: Balance,
}

#[derive(Clone, Debug)]
pub struct Offer {
    pub price: Balance,
    pub deliver_by: Timestamp,
    pub open: bool,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub who: Who,
    pub vote: Vote,
    pub revealed: bool,
    pub resolved: bool,
}

#[derive(Clone, Debug)]
pub struct Work {
    pub provider: Who,
    /// What was sealed, where delivery is sealed.
    pub sealed: Option<u8>,
    pub delivered: bool,
    pub submitted: Timestamp,
    price: Balance,
    pub window_start: Timestamp,
    pub second_window: bool,
    pub verdict: Verdict,
    pub median: u8,
    pub weight_bps: u16,
    pub duplicate_of: Option<SubmissionId>,
    pub reviews: Vec<Review>,
    pub claimed: bool,
}

#[derive(Clone, Debug)]
pub struct Tenure {
    pub provider: Who,
    price: Balance,
    pub first: u32,
    pub first_deliver_by: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Deal {
    pub periods: u32,
    pub period: Timestamp,
    missed: u16,
    pub pool: Option<u32>,
    pub tenure: Option<Tenure>,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub spec: RequestSpec,
    pub requester: Who,
    unreviewed_bps: u16,
    pub deal: Option<Deal>,
    /// In the order in which they were taken.
    pub places: Vec<(Who, Place)>,
    pub places_taken: u32,
    pub open_places: u32,
    /// In the order in which they were first made.
    pub offers: Vec<(Who, Offer)>,
    pub works: BTreeMap<SubmissionId, Work>,
    pub submissions: u32,
    pub opened: u32,
    pub finalized: u32,
    pub settled: u32,
    pub claimed: u32,
    pub closed: bool,
    pub reserved: u32,
    pub seed: [u8; 32],
    pub held: Balance,
    pub unclaimed: Balance,
    pub deposits: Balance,
    pub offer_deposits: Balance,
    pub accepted: Balance,
    pub pruned: u32,
    pub reputation_per_place: Balance,
}

/// The times of one review window.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub start: Timestamp,
    pub half: Timestamp,
    pub commit_by: Timestamp,
    pub reveal_by: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: Timestamp,
    pub accounts: Vec<AccountId>,
    paused: bool,
    policy: Policy,
    pending_policy: Option<(Policy, Timestamp)>,
    tiers: Vec<Balance>,
    /// Of the pool's first terms.
    notice: Timestamp,
    epoch: Timestamp,
    pub pools: Pools,
    pub people: Vec<Person>,
    mint: Mint,
    pub requests: BTreeMap<RequestId, Request>,
    pub next_request: RequestId,
    pub credits: Vec<Balance>,
    pairs: BTreeMap<(Who, Who), (u64, u32)>,
    seed: [u8; 32],
    /// What the market has.
    pub purse: Balance,
}

type Result<T> = std::result::Result<T, Error>;

fn ensure(holds: bool, error: Error) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

fn hash(value: &impl Encode) -> [u8; 32] {
    let mut output = <Blake2x256 as HashOutput>::Type::default();
    <Blake2x256 as CryptoHash>::hash(&value.encode(), &mut output);
    output
}

/// Reviews that can be open at one time, where a delivery is in review for two windows at the most.
fn at_once(spec: &RequestSpec, periods: u32, period: Timestamp) -> u32 {
    let in_review = 2 * spec.reveal_by.saturating_sub(spec.deliver_by);
    let deliveries = (1..u64::from(periods)).take_while(|later| later.saturating_mul(period) < in_review);
    spec.limit * u32::from(spec.quorum) * periods.min(1 + deliveries.count() as u32)
}

impl Request {
    pub fn is_sealed(&self) -> bool {
        self.spec.duplicates != Duplicates::Independent
    }

    /// When reviews begin, except those of periods.
    pub fn review_from(&self) -> Timestamp {
        let spec = &self.spec;
        if self.is_sealed() {
            spec.deliver_by + (spec.review_by - spec.deliver_by) / 2
        } else {
            spec.deliver_by
        }
    }

    pub fn window(&self, start: Timestamp) -> Window {
        let commits = self.spec.review_by - self.review_from();
        let commit_by = start + commits;
        let reveal_by = commit_by + (self.spec.reveal_by - self.spec.review_by);
        Window { start, half: commits / 2, commit_by, reveal_by }
    }

    pub fn place(&self, who: Who) -> Option<&Place> {
        self.places.iter().find(|(provider, _)| *provider == who).map(|(_, place)| place)
    }

    fn place_mut(&mut self, who: Who) -> Option<&mut Place> {
        self.places.iter_mut().find(|(provider, _)| *provider == who).map(|(_, place)| place)
    }

    fn due(&self, place: Option<&Place>) -> Timestamp {
        match place {
            Some(place) if self.spec.access == Access::Offers => place.deliver_by,
            _ => self.spec.deliver_by,
        }
    }

    pub fn offer(&self, who: Who) -> Option<&Offer> {
        self.offers.iter().find(|(provider, _)| *provider == who).map(|(_, offer)| offer)
    }

    fn offer_mut(&mut self, who: Who) -> Option<&mut Offer> {
        self.offers.iter_mut().find(|(provider, _)| *provider == who).map(|(_, offer)| offer)
    }

    fn work(&self, submission: SubmissionId) -> Result<&Work> {
        self.works.get(&submission).ok_or(Error::UnknownSubmission)
    }

    fn work_mut(&mut self, submission: SubmissionId) -> Result<&mut Work> {
        self.works.get_mut(&submission).ok_or(Error::UnknownSubmission)
    }

    fn in_review(&self, submission: SubmissionId) -> Result<&Work> {
        let work = self.work(submission)?;
        ensure(submission < self.opened, Error::NotOpened)?;
        ensure(work.verdict == Verdict::Pending, Error::AlreadyFinalized)?;
        Ok(work)
    }

    fn curve(&self, score: u8) -> u16 {
        let reached = self.spec.curve.iter().filter(|bucket| bucket.min_score <= score);
        reached.map(|bucket| bucket.weight_bps).max().unwrap_or(0)
    }

    fn is_finding(&self, work: &Work) -> bool {
        let reviewed = matches!(work.verdict, Verdict::Quorum | Verdict::Few);
        reviewed && work.median >= self.spec.curve[0].min_score
    }

    /// Whether shares depend on each other.
    pub fn is_common(&self) -> bool {
        self.spec.award != Award::PerSubmission || matches!(self.spec.duplicates, Duplicates::Shared { .. })
    }

    /// Who found what, among those settled: the submissions that share in each finding, one per provider.
    fn finders(&self, finding: SubmissionId) -> Vec<SubmissionId> {
        let mut sharing: Vec<(Who, SubmissionId)> = Vec::new();
        for (id, work) in self.works.range(..self.settled) {
            let same = work.duplicate_of.unwrap_or(*id) == finding;
            if same && self.is_finding(work) && sharing.iter().all(|(who, _)| *who != work.provider) {
                sharing.push((work.provider, *id));
            }
        }
        sharing.into_iter().map(|(_, id)| id).collect()
    }

    /// What this many finders weigh together; retentions are tenths here, which makes the powers exact.
    fn group(weight_bps: u16, retention_ppm: u32, finders: usize) -> u128 {
        let tenths = u128::from(retention_ppm / 100_000);
        (1..finders).fold(u128::from(weight_bps) * ONE_BPS, |weight, _| weight * tenths / 10)
    }

    /// What a settled submission weighs in the end.
    fn weight(&self, submission: SubmissionId, work: &Work) -> u128 {
        match self.spec.duplicates {
            Duplicates::Shared { retention_ppm } if self.is_finding(work) => {
                let first = work.duplicate_of.unwrap_or(submission);
                let finders = self.finders(first);
                match self.works.get(&first) {
                    Some(original) if finders.contains(&submission) => {
                        Self::group(original.weight_bps, retention_ppm, finders.len()) / finders.len() as u128
                    }
                    _ => 0,
                }
            }
            Duplicates::FirstOnly if work.duplicate_of.is_some() => 0,
            _ => u128::from(work.weight_bps) * ONE_BPS,
        }
    }

    /// What all settled submissions weigh together: a group as a whole, before it is divided.
    pub fn weights(&self) -> u128 {
        let mut sum = 0;
        for (id, work) in self.works.range(..self.settled).filter(|(_, work)| work.verdict != Verdict::Missed) {
            sum += match self.spec.duplicates {
                Duplicates::Shared { retention_ppm } if self.is_finding(work) => {
                    let mine = self.finders(*id);
                    let is_first = work.duplicate_of.is_none();
                    if is_first && !mine.is_empty() {
                        Self::group(work.weight_bps, retention_ppm, mine.len())
                    } else {
                        0
                    }
                }
                _ => self.weight(*id, work),
            };
        }
        sum
    }

    /// What a submission of this weight earns.
    fn pay(&self, work: &Work, weight: u128) -> Balance {
        let whole = 10_000 * ONE_BPS;
        let spec = &self.spec;
        match &spec.award {
            Award::PerSubmission if spec.access == Access::Offers => work.price * weight / whole,
            Award::PerSubmission => spec.reward * weight / (whole * u128::from(spec.limit)),
            Award::Proportional => match self.weights() {
                0 => 0,
                sum => spec.reward * weight / sum,
            },
            Award::Ranked { .. } if weight == 0 => 0,
            Award::Ranked { places_bps } => {
                let others = self.works.iter().filter(|(id, other)| self.weight(**id, other) > 0);
                let medians: Vec<u8> = others.map(|(_, other)| other.median).collect();
                let better = medians.iter().filter(|median| **median > work.median).count();
                let tied = medians.iter().filter(|median| **median == work.median).count();
                let places: u128 = places_bps.iter().skip(better).take(tied).map(|bps| u128::from(*bps)).sum();
                spec.reward * places / (10_000 * tied as u128)
            }
        }
    }

    /// The most that its submissions can earn, where that depends on all of them.
    fn greatest_pay(&self) -> Balance {
        match (&self.spec.award, self.weights()) {
            (_, 0) => 0,
            (Award::PerSubmission, _) if self.spec.access == Access::Offers => self.accepted,
            (Award::PerSubmission, sum) => self.spec.reward * sum / (10_000 * ONE_BPS * u128::from(self.spec.limit)),
            _ => self.spec.reward,
        }
    }

    fn live(&self, work: &Work) -> usize {
        work.reviews.iter().filter(|review| review.revealed || !review.resolved).count()
    }

    /// Whether no more reviews of this submission can come.
    pub fn commits_closed(&self, work: &Work, now: Timestamp) -> bool {
        now >= self.window(work.window_start).commit_by || self.live(work) >= usize::from(self.spec.max_reviews)
    }
}

impl Deal {
    pub fn due(&self, tenure: &Tenure, period: u32) -> Timestamp {
        tenure.first_deliver_by + self.period * Timestamp::from(period - tenure.first)
    }

    /// The period that is delivered for now.
    pub fn present(&self, tenure: &Tenure, now: Timestamp) -> u32 {
        (tenure.first..).find(|period| *period >= self.periods || now < self.due(tenure, *period)).unwrap_or(u32::MAX)
    }

    fn terms(&self) -> Terms {
        Terms {
            denominator: 1,
            epoch: self.period.max(DAY),
            retention_ppm: 1_000_000,
            throttle_buffer: 0,
            ban_buffer: self.missed.into(),
            rate: Rate::Fixed,
            min_reviews: 1,
            presence: 0,
            pace: 0,
            credit_cap: u32::MAX,
            seats: 1,
            min_reputation: BY_ENROLMENT,
            bond: 0,
            healthy_limit: 0,
            throttled_limit: 0,
            slash_ppm: 0,
            keeper_reward: 0,
            restore_price: Balance::MAX,
            cooldown: 0,
            min_freeze: DAY,
            freeze_interval: DAY,
            notice: DAY,
        }
    }
}

/// What posting costs.
#[derive(Clone, Copy, Debug)]
struct Price {
    reward: Balance,
    review_fees: Balance,
    protocol_fee: Balance,
    premium: Balance,
}

impl Price {
    fn total(&self) -> Balance {
        self.reward + self.review_fees + self.protocol_fee + self.premium
    }
}

/// The request with deadlines from `now` on.
pub fn posted_at(spec: &RequestSpec, now: Timestamp) -> RequestSpec {
    let mut spec = spec.clone();
    for deadline in [&mut spec.signal_by, &mut spec.deliver_by, &mut spec.review_by, &mut spec.reveal_by] {
        *deadline += now;
    }
    spec
}

/// The amount and a little more or less.
fn off_by(amount: Balance, by: i64) -> Balance {
    amount.saturating_add_signed(by.into())
}

impl Model {
    pub fn new(
        accounts: Vec<AccountId>,
        policy: Policy,
        terms: Terms,
        mint: Mint,
        tiers: Vec<Balance>,
        endowed: impl Iterator<Item = (Who, Balance)>,
        now: Timestamp,
    ) -> Self {
        let mut people = vec![Person::default(); CAST.len()];
        for (who, amount) in endowed {
            people[who].balance += amount;
            people[who].earned += amount;
        }
        Self {
            now,
            paused: false,
            pending_policy: None,
            tiers,
            notice: terms.notice,
            epoch: terms.epoch,
            pools: Pools::new(terms, now, CAST.len()),
            people,
            mint,
            requests: BTreeMap::new(),
            next_request: 0,
            credits: vec![0; accounts.len()],
            accounts,
            policy,
            pairs: BTreeMap::new(),
            seed: [0; 32],
            purse: 0,
        }
    }

    pub fn policy(&self) -> &Policy {
        match &self.pending_policy {
            Some((policy, due)) if *due <= self.now => policy,
            _ => &self.policy,
        }
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// What the action sends along.
    pub fn value(&self, action: &Action) -> Balance {
        match action {
            Action::Post { spec, pay, .. } => off_by(self.price_or_guess(spec, 1, 0), *pay),
            Action::Engage { spec, periods, period, pay, .. } => {
                off_by(self.price_or_guess(spec, *periods, *period), *pay)
            }
            Action::Signal { request, places, pay } => {
                let deposit = self.requests.get(request).map_or(FEE_UNIT, |request| request.spec.place_deposit);
                off_by(deposit.saturating_mul((*places).into()), *pay)
            }
            Action::Offer { request, pay, .. } => {
                let deposit = self.requests.get(request).map_or(FEE_UNIT, |request| request.spec.place_deposit);
                off_by(deposit, *pay)
            }
            _ => 0,
        }
    }

    fn price_or_guess(&self, spec: &RequestSpec, periods: u16, period: Timestamp) -> Balance {
        if spec.limit > 10_000 {
            return FEE_UNIT;
        }
        self.price(spec, periods, period).total().min(100_000 * FEE_UNIT)
    }

    /// What `who` is answered, and what becomes of everything.
    pub fn act(&mut self, who: Who, action: &Action) -> Said {
        let mut next = self.clone();
        next.pools.now = next.now;
        let value = self.value(action);
        let said = next.answer(who, action, value);
        if said.is_ok() {
            next.purse += value;
            *self = next;
        }
        said
    }

    /// As [`Model::act`], but nothing becomes of it.
    pub fn would(&self, who: Who, action: &Action) -> Said {
        self.clone().act(who, action)
    }

    fn answer(&mut self, who: Who, action: &Action, value: Balance) -> Said {
        use Action::*;
        let done = |()| 1;
        Ok(match action.clone() {
            Pass(time) => {
                self.now += time;
                0
            }
            OpenMarket => {
                ensure(who == MANAGER, Error::MissingRole)?;
                return Err(Error::AlreadyOpen.into());
            }
            Post { spec, max_premium, .. } => self.post(who, &spec, value, 1, max_premium, None)?,
            Engage { spec, periods, period, missed, max_premium, .. } => {
                let broken = Error::InvalidRequest(Reason::Engagement);
                let alone = spec.duplicates == Duplicates::Independent && spec.limit == 1;
                ensure(spec.access == Access::Offers && alone && (1..=1_000).contains(&periods), broken)?;
                ensure(period >= self.policy().min_window && period <= TEN_YEARS && missed < periods, broken)?;
                let deal = Deal { periods: periods.into(), period, missed, pool: None, tenure: None };
                self.post(who, &spec, value, periods, max_premium, Some(deal))?
            }
            WithdrawRequest(request) => self.withdraw_request(who, request)?,
            Accept { request, provider, price, deliver_by } => {
                let asked = self.requested_by(who, request)?;
                ensure(asked.spec.access == Access::Offers, Error::NoOffers)?;
                ensure(!asked.closed, Error::AlreadySettled)?;
                ensure(asked.places_taken < asked.spec.limit, Error::NoPlaceLeft)?;
                self.accept(request, provider, price, deliver_by).map(done)?
            }
            Takeover { request, provider, price, deliver_by } => {
                let asked = self.requested_by(who, request)?;
                let deal = asked.deal.as_ref().ok_or(Error::NotAnEngagement)?;
                ensure(deal.pool.is_some() && deal.tenure.is_none(), Error::NotVacant)?;
                ensure(!asked.closed, Error::AlreadySettled)?;
                self.accept(request, provider, price, deliver_by).map(done)?
            }
            Reclaim(request) => self.reclaim(who, request)?,
            Signal { request, places, .. } => self.signal(who, request, places, value).map(done)?,
            Offer { request, price, deliver_by, uri, .. } => {
                self.make_offer(who, request, (price, deliver_by, uri), value).map(done)?
            }
            RetractOffer(request) => self.retract_offer(who, request).map(done)?,
            Submit { request, uri, .. } => {
                ensure(!self.asked(request)?.is_sealed(), Error::Sealed)?;
                ensure(uri <= 256, Error::UriTooLong)?;
                match self.asked(request)?.deal {
                    Some(_) => self.deliver_period(who, request)?.into(),
                    None => self.deliver(who, request, None)?.into(),
                }
            }
            Revise { request, submission, uri, .. } => self.revise(who, request, submission, uri).map(done)?,
            SubmitSealed { request, work } => {
                ensure(self.asked(request)?.is_sealed(), Error::NotSealed)?;
                self.deliver(who, request, Some(work))?.into()
            }
            Unseal { request, submission, work, uri } => {
                self.unseal(who, request, submission, (work, uri)).map(done)?
            }
            ReportNoShow { request, provider } => self.report_no_show(request, provider)?.into(),
            OpenReviews { request, max } => self.open_reviews(request, max)?.into(),
            CommitReview { request, submission, vote } => {
                self.commit_review(who, request, submission, vote).map(done)?
            }
            RevealReview { request, submission, vote } => {
                self.reveal_review(who, request, submission, vote).map(done)?
            }
            Finalize { request, submission } => self.finalize(request, submission).map(done)?,
            Settle { request, max } => self.settle(request, max)?.into(),
            ClosePeriod(request) => self.close_period(request)?.into(),
            Claim { request, submission } => self.claim(request, submission)?,
            Withdraw => {
                let amount = std::mem::take(&mut self.credits[who]);
                ensure(amount > 0, Error::NothingToWithdraw)?;
                self.purse -= amount;
                amount
            }
            Prune { request, max } => self.prune(request, max)?.into(),
            ProposePolicy(policy) => {
                ensure(who == MANAGER, Error::MissingRole)?;
                check_policy(&policy).map_err(Error::InvalidPolicy)?;
                self.policy = self.policy().clone();
                self.pending_policy = Some((*policy, self.now + self.notice));
                1
            }
            ApplyPolicy => {
                let (policy, due) = self.pending_policy.take().ok_or(Error::NoPendingPolicy)?;
                ensure(due <= self.now, Error::NoticeRunning)?;
                self.policy = policy;
                1
            }
            PauseMarket => {
                ensure(who == MANAGER, Error::MissingRole)?;
                ensure(!self.paused, Error::Paused)?;
                self.paused = true;
                1
            }
            UnpauseMarket => {
                ensure(who == MANAGER, Error::MissingRole)?;
                ensure(self.paused, Error::NotPaused)?;
                self.paused = false;
                1
            }
            obligation => return self.answer_for_pools(who, obligation),
        })
    }

    fn answer_for_pools(&mut self, who: Who, action: Action) -> Said {
        use obligation::Error;
        use Action::*;
        let managing = match who {
            MANAGER => Ok(()),
            _ => Err(Error::MissingRole),
        };
        let (pools, people) = (&mut self.pools, &mut self.people);
        let done = |()| 1;
        Ok(match action {
            Evaluate { pool, who: whom } => digits(&pools.evaluate(pool, &[whom], who, people)?),
            EvaluateMany { pool, who: whom } => digits(&pools.evaluate(pool, &whom, who, people)?),
            FillSeats { pool, max } => pools.fill_seats(pool, max)?.into(),
            ApplyTerms(pool) => pools.apply_terms(pool).map(done)?,
            Enlist(pool) => pools.enlist(pool, who, people).map(done)?,
            Resign(pool) => pools.resign(pool, who, people).map(done)?,
            CheckIn(pool) => pools.check_in(pool, who).map(done)?,
            Restore { pool, ops } => pools.restore(pool, who, ops, people).map(done)?,
            Redeem(pool) => pools.redeem(pool, who, people)?,
            Freeze => pools.freeze(who, people).map(done)?,
            Unfreeze => pools.unfreeze(who, people).map(done)?,
            ProposeTerms { pool, terms } => {
                managing?;
                pools.propose_terms(pool, *terms).map(done)?
            }
            Reinstate { pool, who: whom } => {
                managing?;
                pools.reinstate(pool, whom).map(done)?
            }
            PauseObligation | UnpauseObligation => {
                managing?;
                let pausing = action == PauseObligation;
                match (pausing, pools.paused) {
                    (true, true) => return Err(Error::Paused.into()),
                    (false, false) => return Err(Error::NotPaused.into()),
                    _ => pools.paused = pausing,
                }
                1
            }
            Operate { what: Meddling::OpenPool, .. } => return Err(Error::MissingRole.into()),
            Operate { pool, .. } => {
                pools.pool(pool)?;
                return Err(Error::NotOperator.into());
            }
            ClaimReputation(whom) => self.mint.collect(&mut people[whom], self.now)?,
            Burn(amount) => people[who].spend(amount).map(done)?,
            Tamper(what) => return Err(tampered(who, what)),
            _ => unreachable!("the market's messages are answered before"),
        })
    }

    // Requesters

    fn asked(&self, request: RequestId) -> Result<&Request> {
        self.requests.get(&request).ok_or(Error::UnknownRequest)
    }

    fn asked_mut(&mut self, request: RequestId) -> Result<&mut Request> {
        self.requests.get_mut(&request).ok_or(Error::UnknownRequest)
    }

    fn requested_by(&self, who: Who, request: RequestId) -> Result<&Request> {
        let asked = self.asked(request)?;
        ensure(asked.requester == who, Error::NotRequester)?;
        Ok(asked)
    }

    fn price(&self, spec: &RequestSpec, periods: u16, period: Timestamp) -> Price {
        let policy = self.policy();
        let reward = spec.reward * u128::from(periods);
        let review_fees = spec.review_fee * u128::from(spec.limit) * u128::from(periods);
        let (used, target) = match self.pools.pool(0) {
            Ok(pool) => (
                u128::from(pool.utilization_ppm(self.now, at_once(spec, periods.into(), period))),
                u128::from(policy.target_utilization_ppm),
            ),
            Err(_) => (0, 0),
        };
        let cap = u128::from(policy.premium_cap_bps);
        let premium_bps = match used {
            used if used <= target => 0,
            used if used >= 1_000_000 => cap,
            used => cap * (used - target) / (1_000_000 - target),
        };
        let escrow = reward + review_fees;
        let protocol_fee = escrow * u128::from(policy.protocol_fee_bps) / 10_000;
        Price { reward, review_fees, protocol_fee, premium: escrow * premium_bps / 10_000 }
    }

    fn check(&self, spec: &RequestSpec) -> std::result::Result<(), Reason> {
        let policy = self.policy();
        let listed = policy.assets.iter().find(|listed| listed.asset == spec.asset);
        let curve = &spec.curve;
        let rising = curve
            .windows(2)
            .all(|pair| pair[0].min_score < pair[1].min_score && pair[0].weight_bps <= pair[1].weight_bps);
        let small = curve.iter().all(|bucket| bucket.min_score <= 100 && bucket.weight_bps <= 10_000);
        let times = [0, spec.signal_by, spec.deliver_by, spec.review_by, spec.reveal_by];
        let spaced = times.windows(2).all(|pair| {
            pair[1].checked_sub(pair[0]).is_some_and(|time| time >= policy.min_window && time <= TEN_YEARS)
        });
        let shared = matches!(spec.duplicates, Duplicates::Shared { .. });
        let ranked = match &spec.award {
            Award::Ranked { places_bps } => {
                let sum: u32 = places_bps.iter().map(|bps| u32::from(*bps)).sum();
                (1..=100).contains(&places_bps.len()) && sum <= 10_000 && !shared
            }
            _ => true,
        };
        let by_offers = spec.award == Award::PerSubmission && spec.per_provider == 1;
        let quorum = spec.quorum;
        let rules = [
            (spec.uri.len() <= 256, Reason::Uri),
            (listed.is_some(), Reason::Asset),
            (spec.reward > 0, Reason::Reward),
            (listed.is_some_and(|listed| spec.review_fee >= listed.min_review_fee), Reason::ReviewFee),
            ((1..=8).contains(&curve.len()) && rising && small, Reason::Curve),
            ((1..=10_000).contains(&spec.limit), Reason::Limit),
            (
                (1..=1_000).contains(&spec.per_provider) && u32::from(spec.per_provider) <= spec.limit,
                Reason::PerProvider,
            ),
            (spec.place_deposit >= spec.review_fee, Reason::PlaceDeposit),
            (quorum % 2 == 1 && quorum >= policy.min_quorum && quorum <= 8, Reason::Quorum),
            (spec.max_reviews <= 15 && spec.max_reviews >= (2 * quorum).saturating_sub(1), Reason::MaxReviews),
            (spec.tolerance <= policy.max_tolerance, Reason::Tolerance),
            (spaced, Reason::Deadlines),
            (spec.access == Access::Open || by_offers, Reason::Access),
            (ranked, Reason::Award),
        ];
        match rules.iter().find(|(kept, _)| !kept) {
            Some((_, reason)) => Err(*reason),
            None => Ok(()),
        }
    }

    fn post(
        &mut self,
        who: Who,
        spec: &RequestSpec,
        value: Balance,
        periods: u16,
        max_premium: Balance,
        deal: Option<Deal>,
    ) -> Result<u128> {
        ensure(!self.paused, Error::Paused)?;
        self.check(spec).map_err(Error::InvalidRequest)?;
        let pool = self.pools.pool(0)?;
        ensure(u32::from(spec.quorum) <= pool.active(), Error::TooFewEnforcers)?;
        let period = deal.as_ref().map_or(0, |deal| deal.period);
        let reserved = at_once(spec, periods.into(), period);
        ensure(pool.utilization_ppm(self.now, reserved) < 1_000_000, Error::AtCapacity)?;
        let price = self.price(spec, periods, period);
        let excess = value.checked_sub(price.total()).ok_or(Error::InsufficientPayment)?;
        ensure(excess <= max_premium, Error::ExcessPayment)?;
        self.pools.reserve(0, reserved)?;
        self.credits[who] += excess;
        self.credits[TREASURY] += price.protocol_fee + price.premium;
        let policy = self.policy().clone();
        let shares = u128::from(spec.limit) * u128::from(periods);
        let reputation_per_place = price.protocol_fee * policy.reputation_per_fee / FEE_UNIT / shares;
        let id = self.next_request;
        self.next_request += 1;
        let request = Request {
            spec: posted_at(spec, self.now),
            requester: who,
            unreviewed_bps: policy.unreviewed_bps,
            deal,
            places: Vec::new(),
            places_taken: 0,
            open_places: 0,
            offers: Vec::new(),
            works: BTreeMap::new(),
            submissions: 0,
            opened: 0,
            finalized: 0,
            settled: 0,
            claimed: 0,
            closed: false,
            reserved,
            seed: [0; 32],
            held: price.reward + price.review_fees,
            unclaimed: 0,
            deposits: 0,
            offer_deposits: 0,
            accepted: 0,
            pruned: 0,
            reputation_per_place,
        };
        self.requests.insert(id, request);
        Ok(id.into())
    }

    fn withdraw_request(&mut self, who: Who, request: RequestId) -> Result<u128> {
        let asked = self.requested_by(who, request)?;
        ensure(asked.places_taken == 0, Error::PlacesGiven)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let asked = self.asked_mut(request)?;
        let amount = std::mem::take(&mut asked.held);
        asked.closed = true;
        self.free_reviews(request)?;
        self.credits[who] += amount;
        Ok(amount)
    }

    fn free_reviews(&mut self, request: RequestId) -> Result<()> {
        let reserved = std::mem::take(&mut self.asked_mut(request)?.reserved);
        if reserved > 0 {
            self.pools.close_reviews(0, reserved)?;
        }
        Ok(())
    }

    fn accept(&mut self, request: RequestId, provider: Who, price: Balance, deliver_by: Timestamp) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let offer = asked.offer(provider).filter(|offer| offer.open).ok_or(Error::UnknownOffer)?;
        ensure((offer.price, offer.deliver_by) == (price, deliver_by), Error::OfferChanged)?;
        ensure(now < deliver_by, Error::TooLate)?;
        let takes_over = asked.deal.is_some() && asked.places_taken > 0;
        let accepted = if takes_over { price } else { asked.accepted + price };
        ensure(accepted <= asked.spec.reward, Error::PriceTooHigh)?;
        let deposit = asked.spec.place_deposit;
        if let Some(deal) = asked.deal.clone() {
            let first = asked.settled.max(asked.submissions);
            ensure(first < deal.periods, Error::AlreadySettled)?;
            let pool = match deal.pool {
                Some(pool) => {
                    // Of what the former provider delivered some may still be in review.
                    let wanted = at_once(&asked.spec, deal.periods - asked.settled, deal.period);
                    let more = wanted.saturating_sub(asked.reserved);
                    ensure(self.pools.pool(0)?.utilization_ppm(now, more) < 1_000_000, Error::AtCapacity)?;
                    self.pools.reserve(0, more)?;
                    self.asked_mut(request)?.reserved += more;
                    pool
                }
                None => self.pools.open_pool(deal.terms()),
            };
            self.pools.enroll(pool, provider)?;
            let tenure = Some(Tenure { provider, price, first, first_deliver_by: deliver_by });
            self.asked_mut(request)?.deal = Some(Deal { pool: Some(pool), tenure, ..deal });
        }
        self.take_place(request, provider, 1)?;
        let asked = self.asked_mut(request)?;
        if let Some(offer) = asked.offer_mut(provider) {
            offer.open = false;
        }
        asked.accepted = accepted;
        asked.offer_deposits -= deposit;
        asked.deposits += deposit;
        asked.places.push((provider, Place { taken: 1, deliver_by, price, ..Place::default() }));
        asked.places_taken += 1;
        asked.open_places += 1;
        Ok(())
    }

    fn require(&self, who: Who, spec: &RequestSpec) -> std::result::Result<(), reputation::Error> {
        let person = &self.people[who];
        person.require(spec.min_reputation)?;
        let tier = self.tiers.iter().filter(|tier| **tier <= person.available()).count();
        match tier < spec.min_tier.into() {
            true => Err(reputation::Error::InsufficientTier),
            false => Ok(()),
        }
    }

    /// What a place asks of reputation.
    fn take_place(&mut self, request: RequestId, who: Who, places: u16) -> Result<()> {
        let spec = self.asked(request)?.spec.clone();
        self.require(who, &spec)?;
        let person = &mut self.people[who];
        person.holds += u32::from(places);
        if spec.access_price > 0 {
            person.spend(spec.access_price * u128::from(places))?;
        }
        if spec.provider_bond > 0 {
            person.lock(MARKET, spec.provider_bond * u128::from(places))?;
        }
        Ok(())
    }

    fn reclaim(&mut self, who: Who, request: RequestId) -> Result<u128> {
        let asked = self.requested_by(who, request)?;
        ensure(asked.closed || asked.deal.is_some(), Error::NotSettled)?;
        let vacant = asked.deal.as_ref().is_some_and(|deal| deal.pool.is_some() && deal.tenure.is_none());
        if vacant && !asked.closed {
            let rest = asked.settled.max(asked.submissions);
            let ends = rest == asked.settled;
            if let Some(deal) = &mut self.asked_mut(request)?.deal {
                deal.periods = rest;
            }
            if ends {
                self.end_deal(request)?;
            }
        }
        let asked = self.asked_mut(request)?;
        let bound = match &asked.deal {
            Some(deal) if !asked.closed => {
                (asked.spec.reward + asked.spec.review_fee) * u128::from(deal.periods - asked.settled)
            }
            _ => 0,
        };
        let amount = asked.held.saturating_sub(asked.unclaimed).saturating_sub(bound);
        ensure(amount > 0, Error::NothingToReclaim)?;
        asked.held -= amount;
        self.credits[who] += amount;
        Ok(amount)
    }

    // Providers

    fn pay_in(value: Balance, due: Balance) -> Result<()> {
        ensure(value >= due, Error::InsufficientPayment)?;
        ensure(value == due, Error::ExcessPayment)
    }

    fn signal(&mut self, who: Who, request: RequestId, places: u16, value: Balance) -> Result<()> {
        let (now, paused) = (self.now, self.paused);
        let asked = self.asked(request)?;
        let spec = asked.spec.clone();
        ensure(!paused, Error::Paused)?;
        ensure(spec.access == Access::Open, Error::OffersOnly)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        ensure(now < spec.signal_by, Error::TooLate)?;
        ensure(who != asked.requester, Error::OwnRequest)?;
        ensure(places > 0, Error::NoPlaces)?;
        let has = asked.place(who).map_or(0, |place| place.taken);
        ensure(u32::from(has) + u32::from(places) <= spec.per_provider.into(), Error::TooManyPlaces)?;
        ensure(asked.places_taken + u32::from(places) <= spec.limit, Error::NoPlaceLeft)?;
        self.take_place(request, who, places)?;
        let deposit = spec.place_deposit * u128::from(places);
        Self::pay_in(value, deposit)?;
        let asked = self.asked_mut(request)?;
        asked.places_taken += u32::from(places);
        asked.open_places += u32::from(places);
        asked.deposits += deposit;
        match asked.place_mut(who) {
            Some(place) => place.taken += places,
            None => asked.places.push((who, Place { taken: places, ..Place::default() })),
        }
        Ok(())
    }

    fn make_offer(
        &mut self,
        who: Who,
        request: RequestId,
        (price, deliver_by, uri): (Balance, Timestamp, usize),
        value: Balance,
    ) -> Result<()> {
        let (now, paused) = (self.now, self.paused);
        let asked = self.asked(request)?;
        let spec = asked.spec.clone();
        ensure(!paused, Error::Paused)?;
        ensure(spec.access == Access::Offers, Error::NoOffers)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let latest = match &asked.deal {
            Some(deal) if asked.places_taken > 0 => {
                ensure(deal.tenure.is_none(), Error::NotVacant)?;
                now + TEN_YEARS
            }
            _ => {
                ensure(now < spec.signal_by, Error::TooLate)?;
                spec.deliver_by
            }
        };
        ensure(who != asked.requester, Error::OwnRequest)?;
        ensure(asked.place(who).is_none(), Error::TooManyPlaces)?;
        ensure(price <= spec.reward, Error::PriceTooHigh)?;
        ensure(now < deliver_by && deliver_by <= latest, Error::InvalidDeadline)?;
        ensure(uri <= 256, Error::UriTooLong)?;
        self.require(who, &spec)?;
        let is_open = asked.offer(who).is_some_and(|offer| offer.open);
        let deposit = if is_open { 0 } else { spec.place_deposit };
        Self::pay_in(value, deposit)?;
        let offer = Offer { price, deliver_by, open: true };
        let asked = self.asked_mut(request)?;
        asked.offer_deposits += deposit;
        match asked.offer_mut(who) {
            Some(known) => *known = offer,
            None => asked.offers.push((who, offer)),
        }
        Ok(())
    }

    fn retract_offer(&mut self, who: Who, request: RequestId) -> Result<()> {
        let asked = self.asked_mut(request)?;
        let deposit = asked.spec.place_deposit;
        let offer = asked.offer_mut(who).filter(|offer| offer.open).ok_or(Error::UnknownOffer)?;
        offer.open = false;
        asked.offer_deposits -= deposit;
        self.credits[who] += deposit;
        Ok(())
    }

    fn new_work(&self, provider: Who, sealed: Option<u8>, price: Balance, window_start: Timestamp) -> Work {
        Work {
            provider,
            sealed,
            delivered: sealed.is_none(),
            submitted: self.now,
            price,
            window_start,
            second_window: false,
            verdict: Verdict::Pending,
            median: 0,
            weight_bps: 0,
            duplicate_of: None,
            reviews: Vec::new(),
            claimed: false,
        }
    }

    fn deliver(&mut self, who: Who, request: RequestId, sealed: Option<u8>) -> Result<SubmissionId> {
        let asked = self.asked(request)?;
        let place = asked.place(who);
        ensure(self.now < asked.due(place), Error::TooLate)?;
        let place = place.filter(|place| place.submitted < place.taken).ok_or(Error::NoPlace)?;
        let work = self.new_work(who, sealed, place.price, asked.review_from());
        let asked = self.asked_mut(request)?;
        if let Some(place) = asked.place_mut(who) {
            place.submitted += 1;
            place.delivered += u16::from(sealed.is_none());
        }
        let id = asked.submissions;
        asked.submissions += 1;
        asked.works.insert(id, work);
        Ok(id)
    }

    fn deliver_period(&mut self, who: Who, request: RequestId) -> Result<SubmissionId> {
        let asked = self.asked(request)?;
        let deal = asked.deal.as_ref().ok_or(Error::NotAnEngagement)?;
        let tenure = deal.tenure.as_ref().filter(|tenure| tenure.provider == who).ok_or(Error::NoPlace)?;
        let period = deal.present(tenure, self.now);
        ensure(period < deal.periods, Error::TooLate)?;
        ensure(!asked.works.contains_key(&period), Error::NoPlace)?;
        let work = self.new_work(who, None, tenure.price, deal.due(tenure, period));
        let asked = self.asked_mut(request)?;
        asked.submissions = period + 1;
        asked.works.insert(period, work);
        Ok(period)
    }

    fn revise(&mut self, who: Who, request: RequestId, submission: SubmissionId, uri: usize) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let work = asked.work(submission)?;
        ensure(!asked.is_sealed(), Error::Sealed)?;
        ensure(work.provider == who, Error::NotProvider)?;
        let due = if asked.deal.is_some() { work.window_start } else { asked.due(asked.place(who)) };
        ensure(now < due, Error::TooLate)?;
        ensure(uri <= 256, Error::UriTooLong)?;
        self.asked_mut(request)?.work_mut(submission)?.submitted = now;
        Ok(())
    }

    fn unseal(&mut self, who: Who, request: RequestId, submission: SubmissionId, what: (u8, usize)) -> Result<()> {
        let now = self.now;
        let (from, until) = (self.asked(request)?.spec.deliver_by, self.asked(request)?.review_from());
        let work = self.asked_mut(request)?.work_mut(submission)?;
        let sealed = work.sealed.ok_or(Error::NotSealed)?;
        ensure(work.provider == who, Error::NotProvider)?;
        ensure(now >= from, Error::TooEarly)?;
        ensure(now < until, Error::TooLate)?;
        ensure(!work.delivered, Error::AlreadyUnsealed)?;
        ensure(what.1 <= 256, Error::UriTooLong)?;
        ensure(what == (sealed, 0), Error::WrongSeal)?;
        work.delivered = true;
        if let Some(place) = self.asked_mut(request)?.place_mut(who) {
            place.delivered += 1;
        }
        Ok(())
    }

    fn report_no_show(&mut self, request: RequestId, provider: Who) -> Result<u16> {
        let now = self.now;
        let asked = self.asked(request)?;
        ensure(asked.deal.is_none(), Error::IsEngagement)?;
        let place = asked.place(provider);
        let due = if asked.is_sealed() { asked.review_from() } else { asked.due(place) };
        ensure(now >= due, Error::TooEarly)?;
        let missed = place.map_or(0, |place| place.taken - place.delivered - place.missed);
        ensure(missed > 0, Error::NoShowNone)?;
        if let Some(place) = self.asked_mut(request)?.place_mut(provider) {
            place.missed += missed;
        }
        self.forfeit(request, provider, missed)?;
        Ok(missed)
    }

    /// Bonds are burnt, deposits are the requester's.
    fn forfeit(&mut self, request: RequestId, provider: Who, places: u16) -> Result<()> {
        let asked = self.asked_mut(request)?;
        let deposit = asked.spec.place_deposit * u128::from(places);
        let bond = asked.spec.provider_bond * u128::from(places);
        asked.deposits -= deposit;
        asked.held += deposit;
        asked.open_places -= u32::from(places);
        self.people[provider].holds -= u32::from(places);
        self.people[provider].slash(MARKET, bond);
        Ok(())
    }

    // Reviews

    fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let (now, seed) = (self.now, self.seed);
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.deal.is_some() || now >= asked.review_from(), Error::TooEarly)?;
        let from = asked.opened;
        ensure(from < asked.submissions, Error::NothingToOpen)?;
        let mut seen = 0;
        for id in from..asked.submissions.min(from + max) {
            let half = asked.window(0).half;
            match asked.works.get_mut(&id) {
                Some(work) if now < work.window_start => break,
                Some(work) if !work.delivered => {
                    work.verdict = Verdict::Missed;
                    asked.finalized += 1;
                }
                Some(work) if now >= work.window_start + half => {
                    work.window_start = now;
                    work.second_window = true;
                }
                Some(_) => seen += 1,
                None => asked.finalized += 1,
            }
            asked.opened = id + 1;
        }
        let count = asked.opened - from;
        ensure(count > 0, Error::TooEarly)?;
        if from == 0 || asked.deal.is_some() {
            asked.seed = seed;
        }
        if seen > 0 {
            self.pools.see(0, seen)?;
        }
        Ok(count)
    }

    /// Whether `who` may review in the first half of the window already.
    pub fn is_drawn(
        &self,
        who: Who,
        request: RequestId,
        asked: &Request,
        submission: SubmissionId,
        work: &Work,
    ) -> bool {
        let window = asked.window(work.window_start);
        let elapsed = u128::from(self.now.saturating_sub(window.start));
        let hashed = hash(&(asked.seed, request, submission, self.accounts[who]));
        let draw = hashed[..8].iter().fold(0_u128, |draw, byte| draw * 256 + u128::from(*byte));
        elapsed >= u128::from(window.half) || draw * u128::from(window.half) < elapsed << 64
    }

    fn commit_review(&mut self, who: Who, request: RequestId, submission: SubmissionId, vote: Vote) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let work = asked.in_review(submission)?;
        ensure(now < asked.window(work.window_start).commit_by, Error::TooLate)?;
        ensure(who != asked.requester && asked.place(who).is_none(), Error::Conflicted)?;
        ensure(work.reviews.iter().all(|review| review.who != who), Error::AlreadyReviewed)?;
        ensure(asked.live(work) < asked.spec.max_reviews.into(), Error::ReviewsFull)?;
        ensure(self.is_drawn(who, request, asked, submission, work), Error::NotDrawn)?;
        self.pools.commit(0, who)?;
        let review = Review { who, vote, revealed: false, resolved: false };
        self.asked_mut(request)?.work_mut(submission)?.reviews.push(review);
        Ok(())
    }

    fn reveal_review(&mut self, who: Who, request: RequestId, submission: SubmissionId, vote: Vote) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let work = asked.in_review(submission)?;
        ensure(asked.commits_closed(work, now), Error::ReviewsOpen)?;
        ensure(now < asked.window(work.window_start).reveal_by, Error::TooLate)?;
        ensure(vote.0 <= 100, Error::InvalidScore)?;
        if let Some(original) = vote.1 {
            let named = asked.works.get(&original).ok_or(Error::InvalidDuplicate)?;
            let earlier = (named.submitted, original) < (work.submitted, submission);
            ensure(earlier && named.delivered, Error::InvalidDuplicate)?;
        }
        let work = self.asked_mut(request)?.work_mut(submission)?;
        let review = work.reviews.iter_mut().find(|review| review.who == who).ok_or(Error::NotCommitted)?;
        ensure(!review.revealed, Error::AlreadyRevealed)?;
        ensure(!review.resolved, Error::NotCommitted)?;
        ensure(review.vote == vote, Error::WrongReveal)?;
        review.revealed = true;
        self.seed = hash(&(self.seed, e2e_tests::SALT));
        Ok(())
    }

    fn finalize(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?.clone();
        let mut work = asked.in_review(submission)?.clone();
        let window = asked.window(work.window_start);
        let all_revealed = work.reviews.iter().all(|review| review.revealed || review.resolved);
        let complete = asked.commits_closed(&work, now) && all_revealed;
        ensure(complete || now >= window.reveal_by, Error::TooEarly)?;

        let stake = asked.reputation_per_place / 2 / u128::from(asked.spec.max_reviews);
        let revealed: Vec<Review> = work.reviews.iter().filter(|review| review.revealed).cloned().collect();
        let ends = revealed.len() >= usize::from(asked.spec.quorum) || work.second_window;
        let mut coherent = Vec::new();
        let mut incoherent = Vec::new();
        if ends {
            let mut votes = Vec::new();
            for review in &revealed {
                votes.push(match review.vote.1 {
                    None => None,
                    Some(original) => {
                        let named = asked.work(original)?;
                        ensure(named.verdict != Verdict::Pending, Error::EarlierPending)?;
                        named.duplicate_of.or(asked.is_finding(named).then_some(original))
                    }
                });
            }
            let mut scores: Vec<u8> = revealed.iter().map(|review| review.vote.0).collect();
            scores.sort_unstable();
            let median = (!scores.is_empty()).then(|| scores[(scores.len() - 1) / 2]);
            let majority = |finding: &Option<SubmissionId>| {
                finding.is_some() && votes.iter().filter(|vote| *vote == finding).count() * 2 > votes.len()
            };
            work.duplicate_of = votes.iter().find(|vote| majority(vote)).copied().flatten();
            work.median = median.unwrap_or(0);
            let earned = median.map_or(0, |median| asked.curve(median));
            (work.verdict, work.weight_bps) = match revealed.len() {
                0 => (Verdict::Unreviewed, asked.unreviewed_bps),
                few if few < asked.spec.quorum.into() => (Verdict::Few, earned.max(asked.unreviewed_bps)),
                _ => (Verdict::Quorum, earned),
            };
            for (review, vote) in revealed.iter().zip(&votes) {
                let close = review.vote.0.abs_diff(work.median) <= asked.spec.tolerance;
                match close && *vote == work.duplicate_of {
                    true => coherent.push(review.who),
                    false => incoherent.push(review.who),
                }
            }
        } else {
            work.window_start = now;
            work.second_window = true;
        }

        for review in work.reviews.iter_mut().filter(|review| !review.resolved) {
            review.resolved = true;
            self.pools.resolve(0, review.who, review.revealed.into(), 1)?;
            if !review.revealed {
                self.people[review.who].slash(MARKET, 2 * stake + 1);
            }
        }
        let fee = asked.spec.review_fee.checked_div(coherent.len() as u128).unwrap_or(0);
        for who in &coherent {
            self.credits[*who] += fee;
            self.people[*who].owed[MARKET] += stake;
        }
        for who in incoherent {
            self.people[who].slash(MARKET, stake);
        }
        let asked = self.asked_mut(request)?;
        asked.held -= fee * coherent.len() as u128;
        asked.finalized += u32::from(ends);
        asked.works.insert(submission, work);
        Ok(())
    }

    // Settlement

    fn settle(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let now = self.now;
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.deal.is_none(), Error::IsEngagement)?;
        ensure(now >= asked.spec.deliver_by, Error::TooEarly)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let from = asked.settled;
        for id in from..asked.submissions.min(from + max) {
            let work = asked.work(id)?.clone();
            match work.verdict {
                Verdict::Pending => break,
                Verdict::Missed => asked.claimed += 1,
                _ if asked.is_common() => {}
                _ => asked.unclaimed += asked.pay(&work, asked.weight(id, &work)),
            }
            asked.settled = id + 1;
        }
        let count = asked.settled - from;
        asked.closed = asked.settled == asked.submissions;
        ensure(count > 0 || asked.closed, Error::NotFinalized)?;
        if asked.closed {
            if asked.is_common() {
                asked.unclaimed = asked.greatest_pay();
            }
            self.free_reviews(request)?;
        } else {
            let done = count * u32::from(asked.spec.quorum);
            asked.reserved -= done;
            self.pools.close_reviews(0, done)?;
        }
        Ok(count)
    }

    fn claim(&mut self, request: RequestId, submission: SubmissionId) -> Result<u128> {
        let asked = self.asked(request)?;
        let work = asked.work(submission)?.clone();
        ensure(work.verdict != Verdict::Missed, Error::NothingToClaim)?;
        ensure(submission < asked.settled && (asked.closed || !asked.is_common()), Error::NotSettled)?;
        ensure(!work.claimed, Error::AlreadyClaimed)?;
        let weight = asked.weight(submission, &work);
        let pay = asked.pay(&work, weight);
        let stands = work.weight_bps > 0 || work.verdict == Verdict::Unreviewed;
        let (requester, provider) = (asked.requester, work.provider);
        let full = asked.reputation_per_place / 2 * weight / (10_000 * ONE_BPS);

        let Self { requests, people, credits, .. } = self;
        let asked = requests.get_mut(&request).ok_or(Error::UnknownRequest)?;
        asked.work_mut(submission)?.claimed = true;
        asked.claimed += 1;
        asked.held -= pay;
        asked.unclaimed -= pay;
        if asked.closed && asked.claimed == asked.settled {
            asked.unclaimed = 0;
        }
        let mut paid = pay;
        let (deposit, bond) = (asked.spec.place_deposit, asked.spec.provider_bond);
        if asked.deal.is_none() {
            asked.open_places -= 1;
            asked.deposits -= deposit;
            let person = &mut people[provider];
            person.holds -= 1;
            if stands {
                paid += deposit;
                person.unlock(MARKET, bond);
            } else {
                asked.held += deposit;
                person.slash(MARKET, bond);
            }
        }
        credits[provider] += paid;
        if work.verdict != Verdict::Unreviewed && full > 0 {
            let epoch = self.now / self.epoch;
            let pair = self.pairs.entry((requester, provider)).or_insert((epoch, 0));
            if pair.0 != epoch {
                *pair = (epoch, 0);
            }
            self.people[provider].owed[MARKET] += full.checked_shr(pair.1).unwrap_or(0);
            pair.1 += 1;
        }
        Ok(pay)
    }

    fn close_period(&mut self, request: RequestId) -> Result<bool> {
        let now = self.now;
        let asked = self.asked(request)?;
        let deal = asked.deal.clone().ok_or(Error::NotAnEngagement)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let Some(pool) = deal.pool else {
            ensure(now >= asked.spec.deliver_by, Error::TooEarly)?;
            self.end_deal(request)?;
            return Ok(true);
        };
        let period = asked.settled;
        let tenure = deal.tenure.clone().filter(|tenure| period >= tenure.first);
        let (accepted, pay) = match asked.works.get(&period) {
            Some(work) => {
                ensure(work.verdict != Verdict::Pending, Error::NotFinalized)?;
                let accepted = work.weight_bps > 0 || work.verdict == Verdict::Unreviewed;
                (accepted, work.price * u128::from(work.weight_bps) / 10_000)
            }
            None => {
                match &tenure {
                    Some(tenure) => ensure(now >= deal.due(tenure, period), Error::TooEarly)?,
                    None => ensure(period < asked.submissions, Error::Vacant)?,
                }
                self.asked_mut(request)?.claimed += 1;
                (false, 0)
            }
        };
        let asked = self.asked_mut(request)?;
        asked.settled += 1;
        asked.unclaimed += pay;
        if let Some(tenure) = tenure {
            self.pools.see(pool, 1)?;
            let banned = if accepted {
                self.pools.resolve(pool, tenure.provider, 1, 0)?;
                false
            } else {
                let judged = self.pools.evaluate(pool, &[tenure.provider], tenure.provider, &mut self.people);
                judged.map_or(true, |standings| standings == [Standing::Banned])
            };
            if banned {
                if let Some(deal) = &mut self.asked_mut(request)?.deal {
                    deal.tenure = None;
                }
                self.forfeit(request, tenure.provider, 1)?;
            }
        }
        let ended = period + 1 == deal.periods;
        if ended {
            self.end_deal(request)?;
            return Ok(true);
        }
        // What cannot be in review any more makes room: a vacant place delivers nothing.
        let asked = self.asked(request)?;
        let delivers = asked.deal.as_ref().is_some_and(|deal| deal.tenure.is_some());
        let left = if delivers { deal.periods } else { asked.submissions }.saturating_sub(asked.settled);
        let done = asked.reserved.saturating_sub(at_once(&asked.spec, left, deal.period));
        if done > 0 {
            self.asked_mut(request)?.reserved -= done;
            self.pools.close_reviews(0, done)?;
        }
        Ok(false)
    }

    fn end_deal(&mut self, request: RequestId) -> Result<()> {
        self.asked_mut(request)?.closed = true;
        self.free_reviews(request)?;
        let Some(Deal { pool: Some(pool), tenure: Some(tenure), .. }) = self.asked(request)?.deal.clone() else {
            return Ok(());
        };
        self.pools.discharge(pool, tenure.provider);
        let asked = self.asked_mut(request)?;
        let (deposit, bond) = (asked.spec.place_deposit, asked.spec.provider_bond);
        asked.deposits -= deposit;
        asked.open_places -= 1;
        self.credits[tenure.provider] += deposit;
        let person = &mut self.people[tenure.provider];
        person.holds -= 1;
        person.unlock(MARKET, bond);
        Ok(())
    }

    fn prune(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.closed, Error::NotSettled)?;
        ensure(asked.claimed == asked.settled && asked.open_places == 0, Error::NotClaimed)?;
        let mut count = 0;
        let mut refunded = Vec::new();
        while count < max {
            if asked.pruned < asked.submissions {
                asked.works.remove(&asked.pruned);
                asked.pruned += 1;
            } else if asked.places.pop().is_some() {
            } else if let Some((who, offer)) = asked.offers.pop() {
                if offer.open {
                    asked.offer_deposits -= asked.spec.place_deposit;
                    refunded.push((who, asked.spec.place_deposit));
                }
            } else {
                break;
            }
            count += 1;
        }
        let finished = asked.pruned == asked.submissions && asked.places.is_empty() && asked.offers.is_empty();
        if finished {
            refunded.push((asked.requester, asked.held));
            self.requests.remove(&request);
        }
        for (who, amount) in refunded {
            self.credits[who] += amount;
        }
        Ok(count)
    }

    // What must always hold of the model, and so of what it foretells

    /// What the market owes to anyone.
    pub fn owed(&self) -> Balance {
        let held = |request: &Request| request.held + request.deposits + request.offer_deposits;
        self.requests.values().map(held).sum::<Balance>() + self.credits.iter().sum::<Balance>()
    }
}

fn digits(standings: &[Standing]) -> u128 {
    standings.iter().fold(0, |digits, standing| digits * 4 + *standing as u128 + 1)
}

fn tampered(who: Who, what: Tampering) -> Refusal {
    match what {
        Tampering::Transfer | Tampering::TransferFrom | Tampering::Approve => Refusal::Soulbound,
        Tampering::Endow | Tampering::Seal if who == MANAGER => reputation::Error::Sealed.into(),
        _ => reputation::Error::MissingRole.into(),
    }
}

fn check_policy(policy: &Policy) -> std::result::Result<(), PolicyReason> {
    let mut assets: Vec<Asset> = Vec::new();
    for listed in &policy.assets {
        if assets.contains(&listed.asset) {
            return Err(PolicyReason::Assets);
        }
        assets.push(listed.asset);
    }
    let shares = [policy.unreviewed_bps, policy.protocol_fee_bps, policy.premium_cap_bps];
    let rules = [
        ((1..=32).contains(&assets.len()), PolicyReason::Assets),
        ((1..=TEN_YEARS).contains(&policy.min_window), PolicyReason::MinWindow),
        (policy.min_quorum % 2 == 1 && (3..=8).contains(&policy.min_quorum), PolicyReason::MinQuorum),
        (policy.max_tolerance <= 100, PolicyReason::MaxTolerance),
        (shares.iter().all(|share| *share <= 10_000), PolicyReason::Shares),
        (policy.target_utilization_ppm < 1_000_000, PolicyReason::TargetUtilization),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, reason)) => Err(*reason),
        None => Ok(()),
    }
}
