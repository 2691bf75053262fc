//! The model of the market: what every message answers, who is owed what, and what is in escrow.
//!
//! Written from the protocol. A message works on a copy of the model, which is kept only where the message is accepted:
//! refusals change nothing. What belongs to one part of the story is in a file of its own.

mod deal;
mod places;
mod posting;
mod request;
mod reviewing;
mod settling;

pub use self::{posting::posted_at, request::Request};

use self::{places::Bid, posting::check_policy};
use crate::{
    action::{numbers, Action, Meddling, Refusal, Said, Tampering, Who, CAST, MANAGER, MOST_ITEMS},
    people::{Mint, Person},
    pools::Pools,
};
use ink::{
    env::hash::{Blake2x256, CryptoHash, HashOutput},
    primitives::AccountId,
    scale::Encode,
};
use interfaces::{
    market::{Error, Policy, RequestSpec},
    obligation::{self, Standing, Terms},
    reputation, Balance, RequestId, SubmissionId, Timestamp,
};
use std::collections::BTreeMap;

const DAY: Timestamp = 24 * 3_600_000;
const TEN_YEARS: Timestamp = 3_653 * DAY;
const LONGEST_URI: usize = 256;
/// What reputation is earned per: section 3.5.
const FEE_UNIT: Balance = 1_000_000_000_000;

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
    min_reviews: u8,
    pub pools: Pools,
    pub people: Vec<Person>,
    mint: Mint,
    pub requests: BTreeMap<RequestId, Request>,
    pub next_request: RequestId,
    pub credits: Vec<Balance>,
    /// When each requester last paid each provider with reputation, and how often in that epoch.
    pairs: BTreeMap<(Who, Who), (u64, u32)>,
    /// How long the beacon's periods are.
    beacon_period: Timestamp,
    /// What marked reveals contributed to the beacon, each with the number of its period.
    contributions: Vec<(u64, [u8; 32])>,
    /// The marked commitment of each enforcer.
    /// Each with the beacon's period in which it was made.
    marks: BTreeMap<Who, ((RequestId, SubmissionId), u64)>,
    /// What the market has.
    pub purse: Balance,
}

type Result<T, E = Error> = std::result::Result<T, E>;

fn ensure(holds: bool, error: Error) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

/// A list has 1 to 16 items.
fn ensure_list(items: usize) -> Result<()> {
    ensure((1..=MOST_ITEMS).contains(&items), Error::InvalidBatch)
}

fn hash(value: &impl Encode) -> [u8; 32] {
    let mut output = <Blake2x256 as HashOutput>::Type::default();
    <Blake2x256 as CryptoHash>::hash(&value.encode(), &mut output);
    output
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
            min_reviews: terms.min_reviews,
            pools: Pools::new(terms, now, CAST.len()),
            people,
            mint,
            requests: BTreeMap::new(),
            next_request: 0,
            credits: vec![0; accounts.len()],
            accounts,
            beacon_period: policy.min_window.min(DAY),
            policy,
            pairs: BTreeMap::new(),
            contributions: Vec::new(),
            marks: BTreeMap::new(),
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
            Post { spec, max_premium, .. } => self.post(who, &spec, value, max_premium, None)?.into(),
            Engage { spec, periods, period, missed, notice, max_premium, .. } => {
                self.engage(who, &spec, value, (periods, period, missed, notice), max_premium)?.into()
            }
            WithdrawRequest(request) => self.withdraw_request(who, request)?,
            Accept { request, provider, price, deliver_by } => {
                self.accept(who, request, provider, price, deliver_by).map(done)?
            }
            Takeover { request, provider, price, deliver_by } => {
                self.take_over(who, request, provider, price, deliver_by).map(done)?
            }
            Reclaim(request) => self.reclaim(who, request)?,
            Signal { request, places, .. } => self.signal(who, request, places, value).map(done)?,
            Offer { request, price, deliver_by, until, uri, .. } => {
                let bid = Bid { price, deliver_by, until, uri };
                self.make_offer(who, request, bid, value).map(done)?
            }
            RetractOffer(request) => self.retract_offer(who, request).map(done)?,
            Submit { request, works, uri } => numbers(&self.submit(who, request, works.len(), uri)?),
            Revise { request, submission, uri, .. } => self.revise(who, request, submission, uri).map(done)?,
            SubmitSealed { request, works } => numbers(&self.submit_sealed(who, request, &works)?),
            Unseal { request, seals, uri } => self.unseal(who, request, &seals, uri).map(done)?,
            ReportNoShow { request, provider } => self.report_no_show(request, provider)?.into(),
            OpenReviews { request, max } => self.open_reviews(request, max)?.into(),
            CommitReviews { request, votes } => numbers(&self.commit_reviews(who, request, &votes)?),
            RevealReviews { request, votes } => self.reveal_reviews(who, request, &votes).map(done)?,
            Finalize { request, submissions } => self.finalize(request, &submissions)?.into(),
            Settle { request, max } => self.settle(request, max)?.into(),
            GiveNotice(request) => self.give_notice(who, request)?.into(),
            ClosePeriod(request) => self.close_period(request)?.into(),
            Claim { request, submissions } => self.claim(request, &submissions)?.into(),
            Withdraw => {
                let amount = std::mem::take(&mut self.credits[who]);
                ensure(amount > 0, Error::NothingToWithdraw)?;
                self.purse -= amount;
                amount
            }
            Prune { request, max } => self.prune(request, max)?.into(),
            ProposePolicy(policy) => {
                ensure(who == MANAGER, Error::MissingRole)?;
                check_policy(&policy, self.beacon_period, self.min_reviews).map_err(Error::InvalidPolicy)?;
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

    /// Does what can be done of a list, in its order, and says how much that was; if nothing can, why not the first.
    fn each(
        &mut self,
        submissions: &[SubmissionId],
        mut one: impl FnMut(&mut Self, SubmissionId) -> Result<()>,
    ) -> Result<u32> {
        ensure_list(submissions.len())?;
        let (mut done, mut refused) = (0, None);
        for submission in submissions {
            match one(self, *submission) {
                Ok(()) => done += 1,
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(error) if done == 0 => Err(error),
            _ => Ok(done),
        }
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
