//! A made-up archive: requests that follow each other through the same life, a step each some blocks after the one before.
//! A block follows from its number alone, so that an archive of any length takes no memory.

#![allow(dead_code)]

use index::source::{Answer, Block, Case, Error, Hash, Id, Organization, Source};
use ink::primitives::AccountId;
use interfaces::{
    fixtures,
    market::{self, Engagement, Policy, Quote, RequestSpec, RequestState, Revealed, Review, Submission, Verdict},
    obligation::{self, Capacity, MemberState, Membership, Standing},
    reputation::{self, MintReason, Profile},
    Event, RequestId, SubmissionId, Timestamp,
};

/// Steps of a life, and blocks from one to the next.
const STEPS: u32 = 10;
const APART: u32 = 3;
const SUBMISSIONS: u32 = 3;
const REVIEWERS: u32 = 3;
pub const ENFORCERS: u32 = 20;
const PROVIDERS: u32 = 500;
const REQUESTERS: u32 = 100;
const ENDOWED: u128 = 100;
/// 2026-11-29, and a block every minute.
const BEGAN: Timestamp = 1_795_910_400_000;
const MINUTE: Timestamp = 60_000;
const REWARD: u128 = 3_000;
const FEE: u128 = 30;
const DEPOSIT: u128 = 30;

/// An archive of `requests` lives.
pub struct Archive {
    organization: Organization,
    pub requests: u32,
    /// The last block that is final.
    pub head: u32,
    /// From this block on the chain has another history.
    pub fork: Option<u32>,
    /// Fails after this many blocks, if that is set.
    pub fails_after: Option<u32>,
}

pub fn who(kind: u8, number: u32) -> AccountId {
    let mut bytes = [kind; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes.into()
}

fn enforcer(number: u32) -> AccountId {
    who(1, number % ENFORCERS)
}

fn some(request: u32, salt: u32) -> u32 {
    (request.wrapping_mul(2_654_435_761) ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b) >> 8
}

impl Archive {
    pub fn new(requests: u32) -> Self {
        let organization = Organization {
            network: "Made up".into(),
            genesis: [3; 32],
            reputation: who(9, 1),
            obligation: who(9, 2),
            market: who(9, 3),
            pool: 0,
            since: 0,
        };
        let mut archive = Self { organization, requests, head: 0, fork: None, fails_after: None };
        archive.head = archive.last();
        archive
    }

    /// The block of the last step.
    pub fn last(&self) -> u32 {
        1 + self.requests + (STEPS - 1) * APART
    }

    /// The block of a request's step.
    fn block_of(request: u32, step: u32) -> u32 {
        1 + request + step * APART
    }

    /// How many steps of a request are done after a block.
    fn done(request: u32, at: u32) -> u32 {
        (0..STEPS).filter(|step| Self::block_of(request, *step) <= at).count() as u32
    }

    fn hash(&self, number: u32) -> Hash {
        let mut hash = [u8::from(self.fork.is_some_and(|fork| number >= fork)); 32];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        hash
    }

    pub fn time(number: u32) -> Timestamp {
        BEGAN + u64::from(number) * MINUTE
    }

    fn spec(request: u32) -> RequestSpec {
        RequestSpec {
            reward: REWARD,
            review_fee: FEE,
            place_deposit: DEPOSIT,
            ..fixtures::request(Self::time(Self::block_of(request, 0)), 60 * MINUTE)
        }
    }

    fn provider(request: u32, submission: u32) -> AccountId {
        who(2, some(request, submission) % PROVIDERS)
    }

    fn requester(request: u32) -> AccountId {
        who(3, request % REQUESTERS)
    }

    /// In another history the last enforcer thinks differently.
    fn score(&self, request: u32, submission: u32, reviewer: u32) -> u8 {
        let forked = self.fork.is_some_and(|fork| Self::block_of(request, 6) >= fork);
        let salt = 100 + 10 * submission + reviewer + if forked && reviewer == 0 { 1_000 } else { 0 };
        55 + u8::try_from(some(request, salt) % 40).expect("a score")
    }

    fn median(&self, request: u32, submission: u32) -> u8 {
        let mut scores: Vec<_> = (0..REVIEWERS).map(|reviewer| self.score(request, submission, reviewer)).collect();
        scores.sort_unstable();
        scores[1]
    }

    fn agrees(&self, request: u32, submission: u32, reviewer: u32) -> bool {
        let (score, median) = (self.score(request, submission, reviewer), self.median(request, submission));
        score.abs_diff(median) <= Self::spec(request).tolerance
    }

    fn coherent(&self, request: u32, submission: u32) -> u8 {
        let agreed = (0..REVIEWERS).filter(|reviewer| self.agrees(request, submission, *reviewer));
        u8::try_from(agreed.count()).expect("few")
    }

    fn fee(&self, request: u32, submission: u32) -> u128 {
        FEE / u128::from(self.coherent(request, submission))
    }

    fn pay(&self, request: u32, submission: u32) -> u128 {
        let weight = Self::spec(request).earned(self.median(request, submission));
        REWARD / 3 * u128::from(weight) / 10_000
    }

    fn held(&self, request: u32, done: u32) -> u128 {
        let fees = |submission| self.fee(request, submission) * u128::from(self.coherent(request, submission));
        let sum = |part: &dyn Fn(u32) -> u128| (0..SUBMISSIONS).map(part).sum::<u128>();
        let fees = if done > 7 { sum(&fees) } else { 0 };
        match done {
            ..=8 => REWARD + 3 * FEE - fees,
            _ => 0,
        }
    }

    fn step(&self, request: RequestId, step: u32, events: &mut Vec<Event>) {
        match step {
            0 => {
                let (reward, review_fees) = (REWARD, 3 * FEE);
                let quote = Quote { reward, review_fees, protocol_fee: 150, rent: 9, premium: 1, total: reward + 250 };
                let requester = Self::requester(request);
                events.push(Event::Market(market::RequestPosted { request, requester, quote }.into()));
            }
            1 => events.extend((0..SUBMISSIONS).map(|submission| {
                let provider = Self::provider(request, submission);
                Event::Market(market::PlacesTaken { request, provider, places: 1, deposit: DEPOSIT }.into())
            })),
            2 => events.extend((0..SUBMISSIONS).map(|submission| {
                let provider = Self::provider(request, submission);
                let content = [1; 32].into();
                Event::Market(market::Submitted { request, submission, provider, content }.into())
            })),
            3 => {
                let (provider, content) = (Self::provider(request, 0), [2; 32].into());
                events.push(Event::Market(market::Revised { request, submission: 0, provider, content }.into()));
            }
            4 => {
                let seen = obligation::OpsSeen { pool: 0, ops: SUBMISSIONS, reviews_per_op: 3 };
                events.push(Event::Obligation(seen.into()));
                let opened = market::ReviewsOpened { request, from: 0, count: SUBMISSIONS, missed: 0 };
                events.push(Event::Market(opened.into()));
            }
            5 => events.extend((0..REVIEWERS).map(|reviewer| {
                let enforcer = enforcer(request + reviewer);
                let submissions = (0..SUBMISSIONS).collect();
                Event::Market(market::ReviewsCommitted { request, enforcer, submissions }.into())
            })),
            6 => events.extend((0..REVIEWERS).map(|reviewer| {
                let revealed = |submission| Revealed {
                    submission,
                    score: self.score(request, submission, reviewer),
                    duplicate_of: None,
                };
                let enforcer = enforcer(request + reviewer);
                let reviews = (0..SUBMISSIONS).map(revealed).collect();
                Event::Market(market::ReviewsRevealed { request, enforcer, reviews }.into())
            })),
            7 => self.verdicts(request, events),
            8 => self.payments(request, events),
            _ => {
                let (who, amount) = (Self::requester(request), 1);
                let asset = market::Asset::Native;
                events.push(Event::Market(market::Withdrawn { who, asset, amount }.into()));
                let pruned = market::Pruned { request, count: 6, finished: true, reclaimed: 0 };
                events.push(Event::Market(pruned.into()));
            }
        }
    }

    fn verdicts(&self, request: RequestId, events: &mut Vec<Event>) {
        for submission in 0..SUBMISSIONS {
            let median = self.median(request, submission);
            let finalized = market::SubmissionFinalized {
                request,
                submission,
                verdict: Verdict::Quorum,
                median,
                weight_bps: Self::spec(request).earned(median),
                coherent: self.coherent(request, submission),
                fee: self.fee(request, submission),
                duplicate_of: None,
            };
            events.push(Event::Market(finalized.into()));
        }
        let declared = (0..REVIEWERS).map(|reviewer| (enforcer(request + reviewer), SUBMISSIONS)).collect();
        events.push(Event::Obligation(obligation::OpsDeclared { pool: 0, declared }.into()));
        for reviewer in 0..REVIEWERS {
            let owed = self.owed(request, reviewer);
            if owed > 0 {
                let (to, minter, reason) = (enforcer(request + reviewer), who(9, 3), MintReason::Review);
                events.push(Event::Reputation(reputation::Owed { to, minter, amount: owed, reason }.into()));
            }
        }
    }

    /// Points that a reviewer of a request earns: one for each coherent review.
    fn owed(&self, request: u32, reviewer: u32) -> u128 {
        (0..SUBMISSIONS).filter(|submission| self.agrees(request, *submission, reviewer)).count() as u128
    }

    fn payments(&self, request: RequestId, events: &mut Vec<Event>) {
        let settled = market::RequestSettled { request, submissions: SUBMISSIONS, deposit: 0 };
        events.push(Event::Market(settled.into()));
        let mut held = self.held(request, 8);
        for submission in 0..SUBMISSIONS {
            let (provider, pay) = (Self::provider(request, submission), self.pay(request, submission));
            held -= pay;
            let (deposit, forfeited, reputation) = (DEPOSIT, 0, 0);
            let claimed = market::Claimed { request, submission, provider, pay, deposit, forfeited, reputation };
            events.push(Event::Market(claimed.into()));
        }
        events.push(Event::Market(market::Reclaimed { request, amount: held }.into()));
    }

    fn founding(events: &mut Vec<Event>) {
        for number in 0..ENFORCERS {
            let who = enforcer(number);
            let minted = reputation::Transfer { from: None, to: Some(who), value: ENDOWED };
            events.push(Event::Reputation(minted.into()));
            events.push(Event::Obligation(obligation::Seated { pool: 0, who }.into()));
        }
    }

    pub fn events(&self, number: u32) -> Vec<Event> {
        let mut events = Vec::new();
        if number == 0 {
            Self::founding(&mut events);
        }
        for step in 0..STEPS {
            let request = number.checked_sub(1 + step * APART).filter(|request| *request < self.requests);
            if let Some(request) = request {
                self.step(request, step, &mut events);
            }
        }
        events
    }

    fn review(&self, request: u32, submission: u32, reviewer: u32, done: u32) -> Review {
        Review {
            enforcer: enforcer(request + reviewer),
            commitment: [0; 32],
            score: (done > 6).then(|| self.score(request, submission, reviewer)),
            duplicate_of: None,
            short: false,
        }
    }
}

impl Source for Archive {
    fn organization(&self) -> &Organization {
        &self.organization
    }

    fn head(&mut self) -> Answer<Id> {
        Ok(Id { number: self.head, hash: self.hash(self.head) })
    }

    fn hash_of(&mut self, number: u32) -> Answer<Option<Hash>> {
        Ok((number <= self.head).then(|| self.hash(number)))
    }

    fn block(&mut self, number: u32) -> Answer<Option<Block>> {
        if let Some(left) = &mut self.fails_after {
            *left = left.checked_sub(1).ok_or_else(|| Error::Lost("nobody answers".into()))?;
        }
        let id = Id { number, hash: self.hash(number) };
        let parent = number.checked_sub(1).map_or([0; 32], |before| self.hash(before));
        let block = Block { id, parent, time: Self::time(number), events: self.events(number) };
        Ok((number <= self.head).then_some(block))
    }

    fn request(&mut self, at: Id, request: RequestId) -> Answer<Option<Case>> {
        let done = Self::done(request, at.number);
        if request >= self.requests || done == 0 || done == STEPS {
            return Ok(None);
        }
        let all = |since| if done > since { SUBMISSIONS } else { 0 };
        let state = RequestState {
            places: all(1),
            submissions: all(2),
            opened: all(4),
            finalized: all(7),
            settled: all(8),
            claimed: all(8),
            closed: done > 8,
            held: self.held(request, done),
            ..RequestState::new(Self::requester(request))
        };
        Ok(Some(Case { spec: Self::spec(request), state, engagement: None::<Engagement> }))
    }

    fn submission(&mut self, at: Id, request: RequestId, submission: SubmissionId) -> Answer<Option<Submission>> {
        let done = Self::done(request, at.number);
        if !(3..STEPS).contains(&done) {
            return Ok(None);
        }
        let revised = submission == 0 && done > 3;
        let made = Self::time(Self::block_of(request, if revised { 3 } else { 2 }));
        let (judged, paid) = (done > 7, done > 8);
        let median = if judged { self.median(request, submission) } else { 0 };
        Ok(Some(Submission {
            content: [if revised { 2 } else { 1 }; 32].into(),
            uri: b"ipfs://work".to_vec(),
            delivered: true,
            submitted: made,
            verdict: if judged { Verdict::Quorum } else { Verdict::Pending },
            median,
            weight_bps: if judged { Self::spec(request).earned(median) } else { 0 },
            claimed: paid,
            pay: if paid { self.pay(request, submission) } else { 0 },
            ..Submission::new(Self::provider(request, submission), 0)
        }))
    }

    fn reviews(&mut self, at: Id, request: RequestId, submission: SubmissionId) -> Answer<Option<Vec<Review>>> {
        let done = Self::done(request, at.number);
        let reviewers = if done > 5 { REVIEWERS } else { 0 };
        Ok(Some((0..reviewers).map(|reviewer| self.review(request, submission, reviewer, done)).collect()))
    }

    fn capacity(&mut self, at: Id) -> Answer<Option<Capacity>> {
        let backlog = u64::from(at.number % 60);
        let utilization_ppm = at.number % 60 * 10_000;
        Ok(Some(Capacity { seats: 25, active: ENFORCERS, backlog, hands: 100, utilization_ppm, ..Capacity::default() }))
    }

    fn policy(&mut self, _: Id) -> Answer<Option<Policy>> {
        Ok(Some(fixtures::policy()))
    }

    fn membership(&mut self, _: Id, account: AccountId) -> Answer<Option<Membership>> {
        let is_member = (0..ENFORCERS).any(|number| enforcer(number) == account);
        Ok(is_member.then_some(Membership {
            state: MemberState::Seated,
            standing: Standing::Healthy,
            seen: 0,
            declared: 0,
            required: 0,
            deficit: 0,
            seat_since: 0,
            open: 0,
            bond: 0,
            ended: 0,
            safe_until: 0,
        }))
    }

    fn profile(&mut self, at: Id, account: AccountId) -> Answer<Option<Profile>> {
        let Some(number) = (0..ENFORCERS).find(|number| enforcer(*number) == account) else {
            return Ok(Some(Profile::default()));
        };
        let judged = (0..self.requests).filter(|request| Self::done(*request, at.number) > 7);
        let owed = judged.flat_map(|request| (0..REVIEWERS).map(move |reviewer| (request, reviewer)));
        let its = owed.filter(|(request, reviewer)| (request + reviewer) % ENFORCERS == number);
        let owed = its.map(|(request, reviewer)| self.owed(request, reviewer)).sum();
        Ok(Some(Profile { balance: ENDOWED, available: ENDOWED, earned: ENDOWED, owed, ..Profile::default() }))
    }

    fn posted(&mut self, at: Id) -> Answer<Option<RequestId>> {
        Ok(Some(at.number.min(self.requests)))
    }
}
