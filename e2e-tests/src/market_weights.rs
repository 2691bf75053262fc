//! What the market's messages weigh, with one submission in a request and with many (invariant 8: it is the same).
//!
//! [`weigh_market`] fills two requests with this many submissions, by real calls of as many providers: one delivered
//! openly and paid each on its own, one sealed, with shared duplicates and divided by weight, in which only the last
//! are ever unsealed. The messages are weighed at the last submission of each.

use crate::weights::{Weighed, Weight};
use chain::{
    account, brisk_policy, brisk_terms,
    build::{self, Contract},
    days, Chain, MarketCalls, Message, Settings, World, UNIT,
};
use ink::{
    primitives::{AccountId, Hash},
    scale::{Decode, Encode},
};
use interfaces::market::{commitment, seal};
use interfaces::{
    market::{Access, Asset, AssetPolicy, Award, Duplicates, Policy, RequestSpec, MAX_BATCH, MAX_LIMIT, MAX_REVIEWS},
    obligation::Terms,
    Balance, Market as _, Obligation as _, RequestId, SubmissionId,
};
use std::fmt::Debug;

/// As many as a round can have.
const ENFORCERS: u8 = MAX_REVIEWS;
/// What everybody pays from.
const POCKET_MONEY: Balance = 100_000 * UNIT;
const REVIEW_FEE: Balance = UNIT / 100;
/// Reviews in the rounds that are weighed.
const ROUNDS: [u8; 4] = [3, 7, 11, MAX_REVIEWS];
const SALT: [u8; 32] = [7; 32];
const SCORE: u8 = 90;
/// A URI as long as a link to a document is.
const URI: &[u8] = b"ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

struct Scales {
    world: World,
    requester: AccountId,
    stranger: AccountId,
    weighed: Vec<Weighed>,
}

/// The weights of all messages if requests have this many submissions, in the same order each time. What needs more of
/// them than there are is left out.
///
/// # Panics
/// If a message is refused: then this scenario is wrong.
pub fn weigh_market(submissions: u32) -> Vec<Weighed> {
    assert!((1..=MAX_LIMIT).contains(&submissions), "a request has no more submissions");
    let mut scales = Scales::new();
    scales.weigh_open_request(submissions);
    scales.weigh_sealed_request(submissions);
    scales.weigh_offers();
    scales.weighed
}

impl Scales {
    fn new() -> Self {
        let enforcers = (0..ENFORCERS).map(|number| account(&format!("enforcer {number}")));
        let terms = Terms {
            denominator: 5,
            throttle_buffer: 100_000,
            ban_buffer: 200_000,
            healthy_limit: 100_000,
            throttled_limit: 1,
            seats: ENFORCERS.into(),
            ..brisk_terms()
        };
        let assets = vec![AssetPolicy { asset: Asset::Native, min_review_fee: REVIEW_FEE }];
        let settings = Settings {
            founders: enforcers.clone().map(|who| (who, 500)).collect(),
            terms,
            policy: Policy { assets, ..brisk_policy() },
            ..Settings::brisk()
        };
        let world = World::deploy(build::contracts().expect("the contracts build"), settings).expect("a world");
        for who in enforcers.chain([account("rita"), account("stan")]) {
            world.chain.fund(&who, POCKET_MONEY);
        }
        let scales = Self { requester: account("rita"), stranger: account("stan"), weighed: Vec::new(), world };
        for number in 0..ENFORCERS {
            let enlist = scales.world.obligation().enlist(scales.world.pool);
            scales.send(&scales.enforcer(number), enlist);
        }
        scales
    }

    fn enforcer(&self, number: u8) -> AccountId {
        account(&format!("enforcer {number}"))
    }

    /// The provider of this submission, with something to pay deposits from.
    fn provider(&self, submission: SubmissionId) -> AccountId {
        let who = account(&format!("provider {submission}"));
        if self.chain().balance(&who) == 0 {
            self.chain().fund(&who, POCKET_MONEY);
        }
        who
    }

    fn chain(&self) -> &Chain {
        &self.world.chain
    }

    fn market(&self) -> MarketCalls {
        self.world.market()
    }

    /// A transaction on the way to what is weighed next.
    #[track_caller]
    fn send<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &self,
        who: &AccountId,
        message: Message<Args, Result<T, E>>,
    ) -> T {
        self.chain().call(who, message).ok()
    }

    /// Weighs a message that is accepted; nothing changes.
    #[track_caller]
    fn weigh<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &mut self,
        message: impl Into<String>,
        who: AccountId,
        call: Message<Args, Result<T, E>>,
    ) {
        let weight = Weight::of_accepted(self.chain(), &who, call);
        self.weighed.push(Weighed { contract: Contract::Market.package(), message: message.into(), weight });
    }

    /// A request with as many places as there can be, paid for.
    fn spec(&self, change: impl FnOnce(&mut RequestSpec)) -> RequestSpec {
        let mut spec = self.world.request_spec();
        spec.limit = MAX_LIMIT;
        spec.reward = Balance::from(MAX_LIMIT) * UNIT;
        (spec.review_fee, spec.place_deposit) = (REVIEW_FEE, REVIEW_FEE);
        (spec.quorum, spec.max_reviews) = (3, MAX_REVIEWS);
        change(&mut spec);
        spec
    }

    fn price(&self, spec: &RequestSpec) -> Balance {
        self.chain().read(self.market().quote(spec.clone())).expect("a price").total
    }

    /// Delivered openly, paid each on its own.
    fn weigh_open_request(&mut self, submissions: u32) {
        let spec = self.spec(|_| ());
        let (requester, stranger, price) = (self.requester, self.stranger, self.price(&spec));
        self.weigh("quote", stranger, self.market().quote(spec.clone()));
        let post = self.market().post(spec.clone(), 0).transferred_value(price);
        self.weigh("post", requester, post);
        let post = self.market().post(spec.clone(), 0).transferred_value(price);
        let request = self.send(&requester, post);
        self.weigh("withdraw_request", requester, self.market().withdraw_request(request));

        let last = submissions - 1;
        let signal = |scales: &Self| scales.market().signal(request, 1).transferred_value(REVIEW_FEE);
        let submit = |scales: &Self| scales.market().submit(request, Hash::default(), URI.to_vec());
        for submission in 0..last {
            self.send(&self.provider(submission), signal(self));
            self.send(&self.provider(submission), submit(self));
        }
        let provider = self.provider(last);
        self.weigh("signal", provider, signal(self));
        self.send(&provider, signal(self));
        self.weigh("submit", provider, submit(self));
        self.send(&provider, submit(self));
        self.weigh("revise", provider, self.market().revise(request, last, Hash::default(), URI.to_vec()));

        self.chain().pass_until(spec.deliver_by);
        self.open_all(request, submissions);
        self.chain().pass_until((spec.deliver_by + spec.review_by) / 2);
        // The last submissions have rounds of different sizes, those with the most reviews first.
        let rounds: Vec<(SubmissionId, u8)> =
            ROUNDS.into_iter().rev().enumerate().filter_map(|(i, n)| Some((last.checked_sub(i as u32)?, n))).collect();
        for &(submission, reviews) in &rounds {
            for number in 0..reviews {
                let who = self.enforcer(number);
                let sealed = commitment(request, submission, who, SCORE, None, &SALT);
                let commit = |scales: &Self| scales.market().commit_review(request, submission, sealed);
                if submission == last && [0, reviews - 1].contains(&number) {
                    self.weigh(format!("commit_review, as number {}", number + 1), who, commit(self));
                }
                self.send(&who, commit(self));
            }
        }
        self.chain().pass_until(spec.review_by);
        for &(submission, reviews) in &rounds {
            for number in 0..reviews {
                let who = self.enforcer(number);
                let reveal = |scales: &Self| scales.market().reveal_review(request, submission, SCORE, None, SALT);
                if submission == last && number == reviews - 1 {
                    self.weigh(format!("reveal_review, of {reviews}"), who, reveal(self));
                }
                self.send(&who, reveal(self));
            }
            let finalize = self.market().finalize(request, submission);
            self.weigh(format!("finalize, {reviews} reviews"), stranger, finalize);
        }
    }

    /// Opens all submissions, and weighs how.
    fn open_all(&mut self, request: RequestId, submissions: u32) {
        for count in [1, MAX_BATCH] {
            if count <= submissions {
                self.weigh(format!("open_reviews {count}"), self.stranger, self.market().open_reviews(request, count));
            }
        }
        for _ in 0..submissions.div_ceil(MAX_BATCH) {
            self.send(&self.stranger, self.market().open_reviews(request, MAX_BATCH));
        }
    }

    /// Sealed, with shared duplicates, divided by weight.
    fn weigh_sealed_request(&mut self, submissions: u32) {
        let spec = self.spec(|spec| {
            spec.duplicates = Duplicates::Shared { retention_ppm: 900_000 };
            spec.award = Award::Proportional;
        });
        let (requester, stranger, price) = (self.requester, self.stranger, self.price(&spec));
        // The reviews of the first request are still asked for.
        let request = self.send(&requester, self.market().post(spec.clone(), price).transferred_value(price));
        let last = submissions - 1;
        for submission in 0..last {
            self.send(&self.provider(submission), self.market().signal(request, 1).transferred_value(REVIEW_FEE));
            let seal = sealed(request, self.provider(submission));
            self.send(&self.provider(submission), self.market().submit_sealed(request, seal));
        }
        let provider = self.provider(last);
        self.send(&provider, self.market().signal(request, 1).transferred_value(REVIEW_FEE));
        let sealed = sealed(request, provider);
        self.weigh("submit_sealed", provider, self.market().submit_sealed(request, sealed));
        self.send(&provider, self.market().submit_sealed(request, sealed));

        self.chain().pass_until(spec.deliver_by);
        // The last batch is unsealed, and only that.
        let first = submissions.saturating_sub(MAX_BATCH);
        for submission in first..submissions {
            let who = self.provider(submission);
            let unseal =
                |scales: &Self| scales.market().unseal(request, submission, Hash::default(), URI.to_vec(), SALT);
            if submission == last {
                self.weigh("unseal", who, unseal(self));
            }
            self.send(&who, unseal(self));
        }
        self.chain().pass_until((spec.deliver_by + spec.review_by) / 2);
        for _ in 0..submissions.div_ceil(MAX_BATCH) {
            self.send(&stranger, self.market().open_reviews(request, MAX_BATCH));
        }
        self.chain().pass_until(spec.review_by - (spec.review_by - spec.deliver_by) / 4);
        // All of the last batch are the same finding, except the very last.
        let vote = |submission| (first < submission && submission < last).then_some(first);
        for submission in first..submissions {
            for number in 0..spec.quorum {
                let who = self.enforcer(number);
                let sealed = commitment(request, submission, who, SCORE, vote(submission), &SALT);
                self.send(&who, self.market().commit_review(request, submission, sealed));
            }
        }
        self.chain().pass_until(spec.review_by);
        for submission in first..submissions {
            for number in 0..spec.quorum {
                let reveal = self.market().reveal_review(request, submission, SCORE, vote(submission), SALT);
                self.send(&self.enforcer(number), reveal);
            }
            if vote(submission).is_some() && submission + 1 == last {
                let finalize = self.market().finalize(request, submission);
                self.weigh("finalize, 3 reviews naming a duplicate", stranger, finalize);
            }
            self.send(&stranger, self.market().finalize(request, submission));
        }
        self.weigh_settlement(request, submissions, first);
    }

    fn weigh_settlement(&mut self, request: RequestId, submissions: u32, first: SubmissionId) {
        let (requester, stranger, last) = (self.requester, self.stranger, submissions - 1);
        for from in (0..first).step_by(MAX_BATCH as usize) {
            self.send(&stranger, self.market().settle(request, MAX_BATCH.min(first - from)));
        }
        let unsealed = submissions - first;
        if unsealed == MAX_BATCH {
            self.weigh(format!("settle {MAX_BATCH}"), stranger, self.market().settle(request, MAX_BATCH));
        }
        if unsealed > 1 {
            self.send(&stranger, self.market().settle(request, unsealed - 1));
        }
        self.weigh("settle 1, the last", stranger, self.market().settle(request, 1));
        self.send(&stranger, self.market().settle(request, MAX_BATCH));
        self.weigh("claim", stranger, self.market().claim(request, last));
        if unsealed == MAX_BATCH {
            self.weigh("claim, a duplicate", stranger, self.market().claim(request, last - 1));
        }
        for submission in first..submissions {
            self.send(&stranger, self.market().claim(request, submission));
        }
        for submission in 0..first {
            let report = |scales: &Self| scales.market().report_no_show(request, scales.provider(submission));
            if submission + 1 == first {
                self.weigh("report_no_show", stranger, report(self));
            }
            self.send(&stranger, report(self));
        }
        self.weigh("reclaim", requester, self.market().reclaim(request));
        self.send(&requester, self.market().reclaim(request));
        let who = self.provider(last);
        self.weigh("withdraw", who, self.market().withdraw(Asset::Native));
        for from in (0..first).step_by(MAX_BATCH as usize) {
            self.send(&stranger, self.market().prune(request, MAX_BATCH.min(first - from)));
        }
        for count in [1, MAX_BATCH] {
            if count <= submissions {
                self.weigh(format!("prune {count}"), stranger, self.market().prune(request, count));
            }
        }
    }

    /// By offers, and period by period.
    fn weigh_offers(&mut self) {
        let spec = self.spec(|spec| {
            (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, UNIT);
        });
        // Accounts that have no part in the other requests.
        let (requester, stranger, provider) = (self.requester, self.stranger, self.provider(MAX_LIMIT));
        let price = self.chain().read(self.market().quote_engagement(spec.clone(), 2, days(1))).expect("a price").total;
        let engage =
            |scales: &Self| scales.market().engage(spec.clone(), 2, days(1), 0, price).transferred_value(2 * price);
        self.weigh("engage", requester, engage(self));
        let request = self.send(&requester, engage(self));
        let due = spec.deliver_by;
        let offer =
            |scales: &Self| scales.market().offer(request, UNIT, due, URI.to_vec()).transferred_value(REVIEW_FEE);
        self.weigh("offer", provider, offer(self));
        self.send(&provider, offer(self));
        self.weigh("retract_offer", provider, self.market().retract_offer(request));
        self.weigh("accept, an engagement", requester, self.market().accept(request, provider, UNIT, due));
        self.send(&requester, self.market().accept(request, provider, UNIT, due));
        self.weigh("submit, for a period", provider, self.market().submit(request, Hash::default(), URI.to_vec()));
        self.chain().pass_until(due);
        self.weigh("close_period, missed, Banned", stranger, self.market().close_period(request));
        self.send(&stranger, self.market().close_period(request));
        let (other, later) = (self.provider(MAX_LIMIT + 1), self.chain().now() + days(1));
        let offer = self.market().offer(request, UNIT, later, URI.to_vec()).transferred_value(REVIEW_FEE);
        self.send(&other, offer);
        self.weigh("takeover", requester, self.market().takeover(request, other, UNIT, later));
    }
}

/// The seal of a provider's delivery.
fn sealed(request: RequestId, provider: AccountId) -> Hash {
    seal(request, provider, &Hash::default(), URI, &SALT)
}
