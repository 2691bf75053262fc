//! A small town for the tests: an organization with its market open, five enforcers on their seats, two candidates in line,
//! and short words for what people do all day.
//!
//! Everything here happens on the real contracts, as release-built Wasm on the embedded chain.

pub mod cells;
pub mod contracts;
pub mod market_weights;
pub mod weighings;
pub mod weights;

mod money;
mod people;

pub use money::townsfolk;
pub use people::{refused, People};

use chain::{account, build, Outcome, Settings, World};
use ink::primitives::{AccountId, Hash};
use interfaces::market::{commitment, seal};
use interfaces::{
    market::{self, Duplicates, RequestSpec},
    obligation::Membership,
    reputation::Profile,
    Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use std::ops::Deref;

/// The enforcers on the town's five seats.
pub const ENFORCERS: [&str; 5] = ["eva", "emil", "edda", "enzo", "elsa"];
/// Accounts that wait for a seat, first in line first.
pub const CANDIDATES: [&str; 2] = ["cora", "carl"];
/// Providers, who deliver.
pub const PROVIDERS: [&str; 3] = ["pia", "paul", "petra"];
/// The requester, who asks for work and pays.
pub const REQUESTER: &str = "rita";
/// Somebody without any role, who does upkeep.
pub const STRANGER: &str = "stan";
/// The reputation each of the founders is endowed with.
pub const ENDOWMENT: Balance = 500;

/// What an enforcer says of a submission: its score, and which it duplicates.
pub type Vote = (u8, Option<SubmissionId>);

/// The salt in everyone's reviews and seals.
pub const SALT: [u8; 32] = [42; 32];

/// The hash of what `name` delivers.
pub fn work_of(name: &str) -> Hash {
    let hash = account(&format!("work of {name}"));
    let bytes: &[u8; 32] = hash.as_ref();
    Hash::from(*bytes)
}

/// Where everybody's work is to be found.
pub const WORK_URI: &[u8] = b"ipfs://work";

/// Terms under which each enforcer can have thirty open reviews, for requests with many submissions.
pub fn with_many_hands(settings: &mut Settings) {
    settings.terms.throttle_buffer = 30;
    settings.terms.ban_buffer = 60;
    settings.terms.healthy_limit = 30;
}

/// An organization, its market open.
pub struct Town {
    world: World,
}

impl Deref for Town {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Town {
    /// Five enforcers on their seats and two candidates in line, under a brisk policy and terms.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// As [`Town::new`], with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let town = Self::unstaffed(change);
        for name in ENFORCERS.iter().chain(&CANDIDATES) {
            town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
        }
        town
    }

    /// Nobody enlisted yet.
    pub fn unstaffed(change: impl FnOnce(&mut Settings)) -> Self {
        let founders = ENFORCERS.iter().chain(&CANDIDATES).map(|name| (account(name), ENDOWMENT)).collect();
        let mut settings = Settings { founders, ..Settings::brisk() };
        change(&mut settings);
        let contracts = build::contracts().expect("the contracts build");
        Self { world: World::deploy(contracts, settings).expect("the contracts deploy") }
    }

    // Reads

    /// What the request asks for.
    pub fn spec(&self, request: RequestId) -> RequestSpec {
        self.chain.read(self.market().request(request)).expect("a request").0
    }

    /// How far the request is.
    pub fn state(&self, request: RequestId) -> market::RequestState {
        self.chain.read(self.market().request(request)).expect("a request").1
    }

    /// What was delivered, and what became of it.
    pub fn submission(&self, request: RequestId, submission: SubmissionId) -> market::Submission {
        self.chain.read(self.market().submission(request, submission)).expect("a submission")
    }

    /// What the market owes `name`.
    pub fn credit(&self, name: &str) -> Balance {
        self.credit_of(account(name))
    }

    /// What the market owes `who`.
    pub fn credit_of(&self, who: AccountId) -> Balance {
        self.chain.read(self.market().credit(market::Asset::Native, who)).expect("an open market")
    }

    /// The enforcers' reviews that are asked for and not done with.
    pub fn backlog(&self) -> u64 {
        self.chain.read(self.obligation().capacity(self.pool)).expect("a pool").backlog
    }

    /// Everything about the reputation of `name`.
    pub fn profile(&self, name: &str) -> Profile {
        self.chain.read(self.reputation().profile(account(name)))
    }

    /// Everything about `name` in the enforcers' pool.
    pub fn member(&self, name: &str) -> Membership {
        self.chain.read(self.obligation().membership(self.pool, account(name))).expect("a member")
    }

    // Requests

    /// Rita posts the default request.
    pub fn post(&self) -> RequestId {
        self.post_with(|_| ())
    }

    /// Rita posts a request and pays just its price.
    pub fn post_with(&self, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
        let mut spec = self.request_spec();
        change(&mut spec);
        let price = self.chain.read(self.market().quote(spec.clone())).expect("a price").total;
        self.chain.call(&self.who(REQUESTER), self.market().post(spec, 0).transferred_value(price)).ok()
    }

    /// `name` takes places and pays just their deposits.
    pub fn signal(&self, name: &str, request: RequestId, places: u16) -> Outcome<Result<(), market::Error>> {
        let deposit = self.spec(request).place_deposit * Balance::from(places);
        self.chain.call(&self.who(name), self.market().signal(request, places).transferred_value(deposit))
    }

    /// `name` delivers on a place it has.
    pub fn submit(&self, name: &str, request: RequestId) -> Outcome<Result<SubmissionId, market::Error>> {
        let content = work_of(name);
        self.chain.call(&self.who(name), self.market().submit(request, content, WORK_URI.to_vec()))
    }

    /// `name` takes a place and delivers on it at once.
    pub fn deliver(&self, name: &str, request: RequestId) -> SubmissionId {
        self.signal(name, request, 1).ok();
        self.submit(name, request).ok()
    }

    /// `name` delivers what `work` is called on a place it has, under a seal.
    pub fn submit_sealed(
        &self,
        name: &str,
        request: RequestId,
        work: &str,
    ) -> Outcome<Result<SubmissionId, market::Error>> {
        let who = self.who(name);
        let seal = seal(request, who, &work_of(work), WORK_URI, &SALT);
        self.chain.call(&who, self.market().submit_sealed(request, seal))
    }

    /// `name` opens the seal under which it delivered what `work` is called.
    pub fn unseal(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        work: &str,
    ) -> Outcome<Result<(), market::Error>> {
        let message = self.market().unseal(request, submission, work_of(work), WORK_URI.to_vec(), SALT);
        self.chain.call(&self.who(name), message)
    }

    /// Each of these takes a place and delivers on it, under a seal where the request wants that, a millisecond after the
    /// one before; then delivery ends, and they open their seals.
    pub fn deliver_all(&self, request: RequestId, names: &[&str]) {
        let spec = self.spec(request);
        let sealed = spec.duplicates != Duplicates::Independent;
        for (n, name) in names.iter().enumerate() {
            self.signal(name, request, 1).ok();
            match sealed {
                true => self.submit_sealed(name, request, &format!("{name} {n}")).ok(),
                false => self.submit(name, request).ok(),
            };
            self.chain.pass(1);
        }
        self.chain.pass_until(spec.deliver_by);
        if sealed {
            for (submission, (n, name)) in (0..).zip(names.iter().enumerate()) {
                self.unseal(name, request, submission, &format!("{name} {n}")).ok();
            }
        }
    }

    /// `name` offers to deliver, and pays just the deposit.
    pub fn offer(
        &self,
        name: &str,
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Outcome<Result<(), market::Error>> {
        let deposit = self.spec(request).place_deposit;
        let offer = self.market().offer(request, price, deliver_by, b"ipfs://offer".to_vec());
        self.chain.call(&self.who(name), offer.transferred_value(deposit))
    }

    /// Rita accepts the offer of `name`.
    pub fn accept(
        &self,
        name: &str,
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Outcome<Result<(), market::Error>> {
        let message = self.market().accept(request, account(name), price, deliver_by);
        self.chain.call(&self.who(REQUESTER), message)
    }

    // Reviews

    /// Delivery ends (where it is sealed, unsealing), and the stranger opens all submissions for review.
    pub fn open_reviews(&self, request: RequestId) -> u32 {
        self.chain.pass_until(self.spec(request).review_from());
        self.chain.call(&self.who(STRANGER), self.market().open_reviews(request, 64)).ok()
    }

    /// Half of the submission's present review window passes, so that anyone may review.
    pub fn until_open_to_all(&self, request: RequestId, submission: SubmissionId) {
        let (start, spec) = (self.submission(request, submission).window_start, self.spec(request));
        self.chain.pass_until(start + (spec.review_by - spec.review_from()) / 2);
    }

    /// The submission's present window for commitments ends.
    pub fn until_commits_close(&self, request: RequestId, submission: SubmissionId) {
        self.chain.pass_until(self.commit_deadline(request, submission));
    }

    /// The submission's present window for reveals ends.
    pub fn until_reveals_close(&self, request: RequestId, submission: SubmissionId) {
        let spec = self.spec(request);
        self.chain.pass_until(self.commit_deadline(request, submission) + (spec.reveal_by - spec.review_by));
    }

    fn commit_deadline(&self, request: RequestId, submission: SubmissionId) -> Timestamp {
        let (start, spec) = (self.submission(request, submission).window_start, self.spec(request));
        start + (spec.review_by - spec.review_from())
    }

    /// `name` commits to a score.
    pub fn commit(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        score: u8,
    ) -> Outcome<Result<(), market::Error>> {
        self.commit_vote(name, request, submission, (score, None))
    }

    /// `name` commits to a score and to whether the submission duplicates another.
    pub fn commit_vote(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        (score, duplicate_of): Vote,
    ) -> Outcome<Result<(), market::Error>> {
        let who = self.who(name);
        let sealed = commitment(request, submission, who, score, duplicate_of, &SALT);
        self.chain.call(&who, self.market().commit_review(request, submission, sealed))
    }

    /// `name` reveals a score.
    pub fn reveal(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        score: u8,
    ) -> Outcome<Result<(), market::Error>> {
        self.reveal_vote(name, request, submission, (score, None))
    }

    /// `name` reveals a score and whether the submission duplicates another.
    pub fn reveal_vote(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        (score, duplicate_of): Vote,
    ) -> Outcome<Result<(), market::Error>> {
        let message = self.market().reveal_review(request, submission, score, duplicate_of, SALT);
        self.chain.call(&self.who(name), message)
    }

    /// Reviews are opened; the first three enforcers agree about each submission, in order, and each has its verdict.
    pub fn judge(&self, request: RequestId, votes: &[Vote]) {
        let ballots: Vec<_> =
            votes.iter().map(|vote| ENFORCERS[..3].iter().map(|name| (*name, *vote)).collect()).collect();
        self.judge_each(request, &ballots);
    }

    /// As [`Town::judge`], but these enforcers need not agree. Nobody reviews a submission without any votes: that gets its
    /// verdict when the second window is over.
    pub fn judge_each(&self, request: RequestId, ballots: &[Vec<(&str, Vote)>]) {
        self.open_reviews(request);
        self.until_open_to_all(request, 0);
        let votes = || {
            (0..)
                .zip(ballots)
                .flat_map(|(submission, ballot)| ballot.iter().map(move |(name, vote)| (submission, name, vote)))
        };
        for (submission, name, vote) in votes() {
            self.commit_vote(name, request, submission, *vote).ok();
        }
        self.until_commits_close(request, 0);
        for (submission, name, vote) in votes() {
            self.reveal_vote(name, request, submission, *vote).ok();
        }
        for (submission, _) in (0..).zip(ballots) {
            self.finalize(request, submission).ok();
        }
        let unreviewed = (0..).zip(ballots).filter(|(_, ballot)| ballot.is_empty()).map(|(submission, _)| submission);
        for submission in unreviewed.filter(|n| self.submission(request, *n).verdict == market::Verdict::Pending) {
            self.until_commits_close(request, submission);
            self.finalize(request, submission).ok();
        }
    }

    /// These enforcers commit and reveal these scores, in one window.
    pub fn review(&self, request: RequestId, submission: SubmissionId, scores: &[(&str, u8)]) {
        self.until_open_to_all(request, submission);
        for (name, score) in scores {
            self.commit(name, request, submission, *score).ok();
        }
        self.until_commits_close(request, submission);
        for (name, score) in scores {
            self.reveal(name, request, submission, *score).ok();
        }
    }

    /// The stranger asks for the verdict.
    pub fn finalize(&self, request: RequestId, submission: SubmissionId) -> Outcome<Result<(), market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().finalize(request, submission))
    }

    /// The stranger settles all that can be.
    pub fn settle(&self, request: RequestId) -> Outcome<Result<u32, market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().settle(request, 64))
    }

    /// The stranger claims a submission's pay for its provider.
    pub fn claim(&self, request: RequestId, submission: SubmissionId) -> Outcome<Result<Balance, market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().claim(request, submission))
    }

    /// Rita takes back what was not earned.
    pub fn reclaim(&self, request: RequestId) -> Outcome<Result<Balance, market::Error>> {
        self.chain.call(&self.who(REQUESTER), self.market().reclaim(request))
    }

    /// `name` takes its credit out.
    pub fn withdraw(&self, name: &str) -> Outcome<Result<Balance, market::Error>> {
        self.chain.call(&self.who(name), self.market().withdraw(market::Asset::Native))
    }

    /// The market has just what it owes in the chain's own currency: what these requests (pruned ones owe nothing) hold in
    /// escrow and deposits, and what everybody is credited. `others` are accounts that the town does not know by name.
    ///
    /// # Panics
    /// If it has more, or less.
    #[track_caller]
    pub fn assert_balanced(&self, requests: &[RequestId], others: &[&str]) {
        let held: Balance = requests
            .iter()
            .filter_map(|request| self.chain.read(self.market().request(*request)).ok())
            .map(|(_, state)| state.held + state.deposits + state.offer_deposits)
            .sum();
        let town = ENFORCERS.iter().chain(&CANDIDATES).chain(&PROVIDERS).chain(&[REQUESTER, STRANGER]);
        let credited: Balance = town.chain(others).map(|name| self.credit(name)).sum();
        let has = self.chain.balance(&self.market_address) - self.chain.existential_deposit();
        assert_eq!(has, held + credited + self.credit_of(self.treasury), "what the market has is not what it owes");
    }

    /// Plays a request up to its settlement, with one delivery of Pia's, scored 80 by three enforcers; nothing is claimed.
    pub fn settled(&self) -> RequestId {
        let request = self.post();
        self.deliver(PROVIDERS[0], request);
        self.open_reviews(request);
        self.review(request, 0, &ENFORCERS[..3].iter().map(|name| (*name, 80)).collect::<Vec<_>>());
        self.finalize(request, 0).ok();
        self.settle(request).ok();
        request
    }

    /// Plays a request from `post` to `claim` with one delivery of each provider, all scored alike by `enforcers`.
    pub fn play_request(&self, enforcers: &[&str], score: u8) -> RequestId {
        let request = self.post();
        let submissions: Vec<_> = PROVIDERS.iter().map(|name| self.deliver(name, request)).collect();
        self.open_reviews(request);
        self.until_open_to_all(request, 0);
        for submission in &submissions {
            for name in enforcers {
                self.commit(name, request, *submission, score).ok();
            }
        }
        self.until_commits_close(request, 0);
        for submission in &submissions {
            for name in enforcers {
                self.reveal(name, request, *submission, score).ok();
            }
            self.finalize(request, *submission).ok();
        }
        self.settle(request).ok();
        for submission in submissions {
            self.claim(request, submission).ok();
        }
        request
    }
}

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}
