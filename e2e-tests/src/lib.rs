//! A small town for the tests: an organization with its market open, five enforcers on their seats, two candidates in line,
//! and short words for what people do all day.
//!
//! Everything here happens on the real contracts, as release-built Wasm on the embedded chain.

pub mod cells;
pub mod contracts;
pub mod lists;
pub mod market_weights;
pub mod one;
pub mod weighings;
pub mod weights;

mod money;
mod people;

pub use money::townsfolk;
pub use people::{refused, People};

use chain::{account, build, Chain, Outcome, Settings, World, UNIT};
use ink::primitives::{AccountId, Hash};
use interfaces::market::seal;
use interfaces::{
    market::{self, Claimed, Delivery, Duplicates, RequestSpec, Reveal, Unsealing, Verdict, Window, WindowExtended},
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

/// What an enforcer says of several submissions, each by its number.
pub type Ballot = [(SubmissionId, Vote)];

/// The salt in everyone's reviews and seals.
pub const SALT: [u8; 32] = [42; 32];

/// The least review fee that the town's policy allows.
pub const LEAST_FEE: Balance = UNIT / 100;

/// As cheap as a request gets: a reward of the smallest unit, and the least review fee and deposit.
pub fn cheapest(spec: &mut RequestSpec) {
    (spec.reward, spec.review_fee, spec.place_deposit) = (1, LEAST_FEE, LEAST_FEE);
}

/// What the reveals of these contribute to the beacon, together.
pub fn contributed(names: &[&str]) -> [u8; 32] {
    names.iter().fold([0; 32], |sum, name| xor(&sum, &market::contribution(account(name), &SALT)))
}

pub fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|byte| one[byte] ^ other[byte])
}

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
    with_hands(settings, 30);
}

/// Terms under which each enforcer can have so many open reviews.
pub fn with_hands(settings: &mut Settings, hands: u32) {
    settings.terms.throttle_buffer = hands;
    settings.terms.ban_buffer = 2 * hands;
    settings.terms.healthy_limit = hands;
}

/// What reveals the reviews of a ballot.
fn reveals(ballot: &Ballot) -> impl Iterator<Item = Reveal> + '_ {
    ballot.iter().map(|&(submission, (score, duplicate_of))| Reveal { submission, score, duplicate_of, salt: SALT })
}

/// The outcome of a message that takes a list, as that of the list's only item.
fn single<T, U, E>(outcome: Outcome<Result<T, E>>, read: impl FnOnce(T) -> U) -> Outcome<Result<U, E>> {
    outcome.and_then(|returned| Ok(returned.map(read)))
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
        Self::with_on(Chain::new(), change)
    }

    /// As [`Town::with`], on a chain that is there already.
    pub fn with_on(chain: Chain, change: impl FnOnce(&mut Settings)) -> Self {
        let town = Self::unstaffed_on(chain, change);
        for name in ENFORCERS.iter().chain(&CANDIDATES) {
            town.chain.call(&town.who(name), town.obligation().enlist(town.pool)).ok();
        }
        town
    }

    /// Nobody enlisted yet.
    pub fn unstaffed(change: impl FnOnce(&mut Settings)) -> Self {
        Self::unstaffed_on(Chain::new(), change)
    }

    fn unstaffed_on(chain: Chain, change: impl FnOnce(&mut Settings)) -> Self {
        let founders = ENFORCERS.iter().chain(&CANDIDATES).map(|name| (account(name), ENDOWMENT)).collect();
        let mut settings = Settings { founders, ..Settings::brisk() };
        change(&mut settings);
        let contracts = build::contracts().expect("the contracts build");
        Self { world: World::deploy_on(chain, contracts, settings).expect("the contracts deploy") }
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
        self.post_as(REQUESTER, change)
    }

    /// `name` posts a request and pays just its price.
    pub fn post_as(&self, name: &str, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
        let mut spec = self.request_spec();
        change(&mut spec);
        let price = self.chain.read(self.market().quote(spec.clone())).expect("a price").total;
        self.chain.call(&self.who(name), self.market().post(spec, 0).transferred_value(price)).ok()
    }

    /// `name` takes places and pays just their deposits.
    pub fn signal(&self, name: &str, request: RequestId, places: u16) -> Outcome<Result<(), market::Error>> {
        let deposit = self.spec(request).place_deposit * Balance::from(places);
        self.chain.call(&self.who(name), self.market().signal(request, places).transferred_value(deposit))
    }

    /// `name` delivers on a place it has.
    pub fn submit(&self, name: &str, request: RequestId) -> Outcome<Result<SubmissionId, market::Error>> {
        single(self.submit_list(name, request, &[name]), |made| made[0])
    }

    /// `name` delivers what these works are called, each on a place it has, with one message.
    pub fn submit_list(
        &self,
        name: &str,
        request: RequestId,
        works: &[&str],
    ) -> Outcome<Result<Vec<SubmissionId>, market::Error>> {
        let delivery = |work: &&str| Delivery { content: work_of(work), uri: WORK_URI.to_vec() };
        self.chain.call(&self.who(name), self.market().submit(request, works.iter().map(delivery).collect()))
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
        single(self.submit_sealed_list(name, request, &[work]), |made| made[0])
    }

    /// `name` delivers what these works are called, each on a place it has and under a seal, with one message.
    pub fn submit_sealed_list(
        &self,
        name: &str,
        request: RequestId,
        works: &[&str],
    ) -> Outcome<Result<Vec<SubmissionId>, market::Error>> {
        let who = self.who(name);
        let seals = works.iter().map(|work| seal(request, who, &work_of(work), WORK_URI, &SALT)).collect();
        self.chain.call(&who, self.market().submit_sealed(request, seals))
    }

    /// `name` opens the seal under which it delivered what `work` is called.
    pub fn unseal(
        &self,
        name: &str,
        request: RequestId,
        submission: SubmissionId,
        work: &str,
    ) -> Outcome<Result<(), market::Error>> {
        self.unseal_list(name, request, &[(submission, work)])
    }

    /// `name` opens the seals under which it delivered what these works are called, with one message.
    pub fn unseal_list(
        &self,
        name: &str,
        request: RequestId,
        works: &[(SubmissionId, &str)],
    ) -> Outcome<Result<(), market::Error>> {
        let unsealing = |&(submission, work): &(SubmissionId, &str)| Unsealing {
            submission,
            content: work_of(work),
            uri: WORK_URI.to_vec(),
            salt: SALT,
        };
        self.chain.call(&self.who(name), self.market().unseal(request, works.iter().map(unsealing).collect()))
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

    /// `name` offers to deliver, and pays just the deposit; the offer can be accepted until its delivery is due.
    pub fn offer(
        &self,
        name: &str,
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Outcome<Result<(), market::Error>> {
        self.offer_until(name, request, price, deliver_by, deliver_by)
    }

    /// As [`Town::offer`], but the offer ends at `until`.
    pub fn offer_until(
        &self,
        name: &str,
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
        until: Timestamp,
    ) -> Outcome<Result<(), market::Error>> {
        let deposit = self.spec(request).place_deposit;
        let offer = self.market().offer(request, price, deliver_by, until, b"ipfs://offer".to_vec());
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

    /// Delivery ends (where it is sealed, unsealing), and the stranger opens all submissions for review: their windows
    /// begin.
    pub fn open_reviews(&self, request: RequestId) -> u32 {
        self.chain.pass_until(self.spec(request).review_from());
        self.chain.call(&self.who(STRANGER), self.market().open_reviews(request, 64)).ok()
    }

    /// The submission's present window: the extended one, if it was extended.
    pub fn window(&self, request: RequestId, submission: SubmissionId) -> Window {
        self.spec(request).window(self.submission(request, submission).window_start)
    }

    /// Half of the submission's present window for commitments passes: all who are drawn may review. In a pool as small as
    /// the town's that is everybody.
    pub fn until_open_to_all(&self, request: RequestId, submission: SubmissionId) {
        self.chain.pass_until(self.window(request, submission).drawn_by);
    }

    /// The submission's present window for commitments ends.
    pub fn until_commits_close(&self, request: RequestId, submission: SubmissionId) {
        self.chain.pass_until(self.window(request, submission).commit_by);
    }

    /// The submission's present window for reveals ends.
    pub fn until_reveals_close(&self, request: RequestId, submission: SubmissionId) {
        self.chain.pass_until(self.window(request, submission).reveal_by);
    }

    /// The submission's window for commitments ends with fewer than a quorum, and the stranger extends it.
    ///
    /// # Panics
    /// If a quorum has committed, or it was extended before.
    #[track_caller]
    pub fn extend(&self, request: RequestId, submission: SubmissionId) {
        self.until_commits_close(request, submission);
        let extended = self.finalize(request, submission);
        assert_eq!(extended.events::<WindowExtended>().len(), 1, "the window was not extended");
        extended.ok();
    }

    /// Nobody reviews the submission, neither in its window nor in the extension: it gets its verdict.
    #[track_caller]
    pub fn leave_unreviewed(&self, request: RequestId, submission: SubmissionId) {
        self.extend(request, submission);
        self.until_commits_close(request, submission);
        self.finalize(request, submission).ok();
        assert_eq!(self.submission(request, submission).verdict, Verdict::Unreviewed);
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
        vote: Vote,
    ) -> Outcome<Result<(), market::Error>> {
        single(self.commit_list(name, request, &[(submission, vote)]), |taken| assert_eq!(taken, [submission]))
    }

    /// `name` commits to reviews of several submissions with one message, which answers for which of them.
    pub fn commit_list(
        &self,
        name: &str,
        request: RequestId,
        ballot: &Ballot,
    ) -> Outcome<Result<Vec<SubmissionId>, market::Error>> {
        let who = self.who(name);
        let commitments = reveals(ballot).map(|reveal| reveal.committed(request, who)).collect();
        self.chain.call(&who, self.market().commit_reviews(request, commitments))
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
        vote: Vote,
    ) -> Outcome<Result<(), market::Error>> {
        self.reveal_list(name, request, &[(submission, vote)])
    }

    /// `name` reveals its reviews of several submissions with one message.
    pub fn reveal_list(&self, name: &str, request: RequestId, ballot: &Ballot) -> Outcome<Result<(), market::Error>> {
        self.chain.call(&self.who(name), self.market().reveal_reviews(request, reveals(ballot).collect()))
    }

    /// The first three enforcers commit to the same reviews and reveal them, each with one message; nothing is finalized.
    pub fn agree(&self, request: RequestId, ballot: &Ballot) {
        ENFORCERS[..3]
            .iter()
            .for_each(|name| assert_eq!(self.commit_list(name, request, ballot).ok().len(), ballot.len()));
        self.until_commits_close(request, 0);
        ENFORCERS[..3].iter().for_each(|name| self.reveal_list(name, request, ballot).ok());
    }

    /// Reviews are opened; the first three enforcers agree about each submission, in order, and each has its verdict.
    pub fn judge(&self, request: RequestId, votes: &[Vote]) {
        let ballots: Vec<_> =
            votes.iter().map(|vote| ENFORCERS[..3].iter().map(|name| (*name, *vote)).collect()).collect();
        self.judge_each(request, &ballots);
    }

    /// As [`Town::judge`], but these enforcers need not agree, or be a quorum: the windows of submissions with too few
    /// votes, or none, are extended, and they get their verdicts with the extension. Others wait for those of the originals
    /// that they name. At most sixteen submissions.
    pub fn judge_each(&self, request: RequestId, ballots: &[Vec<(&str, Vote)>]) {
        self.open_reviews(request);
        self.until_open_to_all(request, 0);
        let quorum = usize::from(self.spec(request).quorum);
        let few = |submission: &SubmissionId| ballots[*submission as usize].len() < quorum;
        let (extended, full): (Vec<_>, Vec<_>) = (0..).zip(ballots).map(|(submission, _)| submission).partition(few);
        for (submission, ballot) in (0..).zip(ballots) {
            for (name, vote) in ballot {
                self.commit_vote(name, request, submission, *vote).ok();
            }
        }
        self.until_commits_close(request, 0);
        let reveal = |submissions: &[SubmissionId]| {
            for submission in submissions {
                for (name, vote) in &ballots[*submission as usize] {
                    self.reveal_vote(name, request, *submission, *vote).ok();
                }
            }
        };
        if !extended.is_empty() {
            self.finalize_list(request, &extended).ok();
        }
        reveal(&full);
        if let Some(last) = extended.last() {
            // Those that name one of the extended wait with it.
            let _ = self.finalize_list(request, &full);
            self.until_commits_close(request, *last);
            reveal(&extended);
            self.finalize_list(request, &extended).ok();
        }
        let pending = |submission: &SubmissionId| self.submission(request, *submission).verdict == Verdict::Pending;
        let rest: Vec<_> = full.into_iter().filter(pending).collect();
        if !rest.is_empty() {
            assert_eq!(self.finalize_list(request, &rest).ok() as usize, rest.len(), "each has its verdict");
        }
    }

    /// These enforcers commit and reveal these scores. If they are too few for a quorum, the window is extended before they
    /// reveal.
    pub fn review(&self, request: RequestId, submission: SubmissionId, scores: &[(&str, u8)]) {
        self.until_open_to_all(request, submission);
        for (name, score) in scores {
            self.commit(name, request, submission, *score).ok();
        }
        let reviews = self.chain.read(self.market().reviews(request, submission)).expect("a submission");
        if self.spec(request).is_short(self.submission(request, submission).extended, &reviews) {
            self.extend(request, submission);
        }
        self.until_commits_close(request, submission);
        for (name, score) in scores {
            self.reveal(name, request, submission, *score).ok();
        }
    }

    /// The stranger asks for the verdict, or for the extension.
    pub fn finalize(&self, request: RequestId, submission: SubmissionId) -> Outcome<Result<(), market::Error>> {
        single(self.finalize_list(request, &[submission]), |done| assert_eq!(done, 1))
    }

    /// The stranger asks for the verdicts on several submissions with one message, which answers how many were ready.
    pub fn finalize_list(
        &self,
        request: RequestId,
        submissions: &[SubmissionId],
    ) -> Outcome<Result<u32, market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().finalize(request, submissions.to_vec()))
    }

    /// The stranger settles all that can be.
    pub fn settle(&self, request: RequestId) -> Outcome<Result<u32, market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().settle(request, 64))
    }

    /// The stranger claims a submission's pay for its provider; how much it is.
    pub fn claim(&self, request: RequestId, submission: SubmissionId) -> Outcome<Result<Balance, market::Error>> {
        let claimed = self.claim_list(request, &[submission]);
        let pay: Balance = claimed.events::<Claimed>().iter().map(|told| told.pay).sum();
        single(claimed, |done| {
            assert_eq!(done, 1);
            pay
        })
    }

    /// The stranger claims the pay of several submissions with one message, which answers how many it did.
    pub fn claim_list(&self, request: RequestId, submissions: &[SubmissionId]) -> Outcome<Result<u32, market::Error>> {
        self.chain.call(&self.who(STRANGER), self.market().claim(request, submissions.to_vec()))
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

    /// A request with one delivery of Pia's, of which every enforcer may commit a review.
    pub fn in_review(&self) -> RequestId {
        let request = self.post();
        self.deliver(PROVIDERS[0], request);
        self.open_reviews(request);
        self.until_open_to_all(request, 0);
        request
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
    ///
    /// Each enforcer begins with another submission, so that those who are short of work, and those who are not, find room
    /// in all of them: a submission has three places for the one and four for the others.
    pub fn play_request(&self, enforcers: &[&str], score: u8) -> RequestId {
        let request = self.post();
        let submissions: Vec<_> = PROVIDERS.iter().map(|name| self.deliver(name, request)).collect();
        self.open_reviews(request);
        self.until_open_to_all(request, 0);
        let mut ballot: Vec<_> = submissions.iter().map(|submission| (*submission, (score, None))).collect();
        for name in enforcers {
            assert_eq!(self.commit_list(name, request, &ballot).ok().len(), ballot.len(), "{name} finds room");
            ballot.rotate_left(1);
        }
        self.until_commits_close(request, 0);
        for name in enforcers {
            self.reveal_list(name, request, &ballot).ok();
        }
        self.finalize_list(request, &submissions).ok();
        self.settle(request).ok();
        self.claim_list(request, &submissions).ok();
        request
    }
}

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}
