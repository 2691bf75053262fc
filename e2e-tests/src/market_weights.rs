//! What the market's messages weigh, with one submission in a request and with many (invariant 8: it is the same), and
//! with lists of one, four and sixteen.
//!
//! [`weigh_market`] fills two requests with this many submissions, by real calls of as many providers: one delivered
//! openly and paid each on its own, one sealed, with shared duplicates and divided by weight, in which only the last
//! are ever unsealed. The messages are weighed at the last submissions of each. What depends on the size of juries is
//! weighed in a third request, with the largest that there are.

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
    market::{
        Access, Asset, AssetPolicy, Award, Commitment, Delivery, Duplicates, Policy, RequestSpec, Reveal, Unsealing,
        MAX_BATCH, MAX_LIMIT, MAX_LIST, MAX_REVIEWS,
    },
    obligation::{Terms, OP},
    Balance, Market as _, Obligation as _, Points, RequestId, SubmissionId,
};
use std::fmt::Debug;

/// As many as a round can have.
const ENFORCERS: u8 = MAX_REVIEWS;
/// What everybody pays from.
const POCKET_MONEY: Balance = 100_000 * UNIT;
/// Enough to make up for all that is seen here.
const ENDOWMENT: Points = 1_000_000;
const REVIEW_FEE: Balance = UNIT / 100;
/// How long the lists are that are weighed.
const LISTS: [usize; 3] = [1, 4, MAX_LIST];
/// The greatest quorum.
const LARGE_QUORUM: u8 = 7;
/// Submissions in the request with large juries: a fifth of them is due of each enforcer, so that those who review hardly
/// any are short of work for as long as anything is weighed.
const SEEN_BEFORE: u16 = 256;
/// A round of a quorum of three is full with four enforcers that owe nothing and three that are short of work.
const SEVEN: [u8; 7] = [0, 1, 2, 3, 8, 9, 10];
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
    scales.weigh_large_juries();
    // In the order of a request's life, these come last.
    let of_large_juries = std::mem::take(&mut scales.weighed);
    scales.weigh_open_request(submissions);
    scales.weighed.extend(of_large_juries);
    scales.weigh_sealed_request(submissions);
    scales.weigh_offers();
    scales.weighed
}

/// For each list that is weighed the last items, as many as it has; without those that there are too few items for.
fn lists<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    LISTS.into_iter().filter_map(move |length| items.get(items.len().checked_sub(length)?..))
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
        let assets = vec![AssetPolicy { asset: Asset::Native, min_review_fee: REVIEW_FEE, rent: 0 }];
        let settings = Settings {
            founders: enforcers.clone().map(|who| (who, ENDOWMENT)).collect(),
            terms,
            // Fees are small here; reviews and deliveries earn some reputation all the same.
            policy: Policy { assets, reputation_per_fee: 10_000, ..brisk_policy() },
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
        change(&mut spec);
        spec
    }

    fn price(&self, spec: &RequestSpec) -> Balance {
        self.chain().read(self.market().quote(spec.clone())).expect("a price").total
    }

    /// A request whose juries are as large as juries can be.
    fn weigh_large_juries(&mut self) {
        let spec = self.spec(|spec| {
            (spec.limit, spec.per_provider) = (SEEN_BEFORE.into(), SEEN_BEFORE);
            spec.quorum = LARGE_QUORUM;
        });
        let (requester, stranger, provider) = (self.requester, self.stranger, self.provider(MAX_LIMIT + 2));
        let request = self.send(&requester, self.market().post(spec.clone(), 0).transferred_value(self.price(&spec)));
        let deposits = REVIEW_FEE * Balance::from(SEEN_BEFORE);
        self.send(&provider, self.market().signal(request, SEEN_BEFORE).transferred_value(deposits));
        for _ in 0..usize::from(SEEN_BEFORE) / MAX_LIST {
            self.send(&provider, self.market().submit(request, deliveries(MAX_LIST)));
        }
        self.chain().pass_until(spec.deliver_by);
        for _ in 0..u32::from(SEEN_BEFORE) / MAX_BATCH {
            self.send(&stranger, self.market().open_reviews(request, MAX_BATCH));
        }
        // Those that owe nothing fill one more than the quorum.
        (0..=LARGE_QUORUM).for_each(|number| self.make_up(number));
        self.chain().pass_until((spec.deliver_by + spec.review_by) / 2);
        let all: Vec<SubmissionId> = (0..2 * MAX_LIST as SubmissionId).collect();
        let (reviewed, others) = all.split_at(MAX_LIST);
        let jury: Vec<u8> = (0..MAX_REVIEWS).collect();
        self.commit(request, reviewed, &jury, &[MAX_REVIEWS]);
        self.chain().pass_until(spec.review_by);
        self.reveal_and_finalize(request, reviewed, &jury);
        for list in lists(others) {
            let extend = self.market().finalize(request, list.to_vec());
            self.weigh(format!("finalize {}, extended", list.len()), stranger, extend);
        }
    }

    /// An enforcer makes up for all that it has missed.
    fn make_up(&self, number: u8) {
        let who = self.enforcer(number);
        let (obligation, pool) = (|| self.world.obligation(), self.world.pool);
        let missing = self.chain().read(obligation().membership(pool, who)).expect("a member").deficit / OP;
        if missing > 0 {
            let ops = u32::try_from(missing).expect("a number of ops");
            self.send(&who, obligation().restore(pool, ops));
        }
    }

    /// Each of a jury commits to reviews of all of these submissions, at most sixteen. Lists are weighed as the jury's
    /// numbers in `weighed` send them, counted from 1.
    fn commit(&mut self, request: RequestId, submissions: &[SubmissionId], jury: &[u8], weighed: &[u8]) {
        for (order, number) in (1..).zip(jury) {
            let who = self.enforcer(*number);
            if weighed.contains(&order) {
                for list in lists(submissions) {
                    let commit = self.market().commit_reviews(request, commitments(request, list, who, |_| None));
                    self.weigh(format!("commit_reviews {}, as number {order}", list.len()), who, commit);
                }
            }
            let commit = self.market().commit_reviews(request, commitments(request, submissions, who, |_| None));
            assert_eq!(self.send(&who, commit), submissions, "there is room for number {order}");
        }
    }

    /// Each of a jury reveals its reviews, and the verdicts can be given: both are weighed.
    fn reveal_and_finalize(&mut self, request: RequestId, submissions: &[SubmissionId], jury: &[u8]) {
        let reviews = jury.len();
        for (order, number) in (1..).zip(jury) {
            let who = self.enforcer(*number);
            if order == reviews {
                for list in lists(submissions) {
                    let reveal = self.market().reveal_reviews(request, reveals(list, |_| None));
                    self.weigh(format!("reveal_reviews {}, of {reviews}", list.len()), who, reveal);
                }
            }
            self.send(&who, self.market().reveal_reviews(request, reveals(submissions, |_| None)));
        }
        for list in lists(submissions) {
            let finalize = self.market().finalize(request, list.to_vec());
            self.weigh(format!("finalize {}, {reviews} reviews each", list.len()), self.stranger, finalize);
        }
    }

    /// Delivered openly, paid each on its own. The last submissions are of one provider.
    fn weigh_open_request(&mut self, submissions: u32) {
        let spec = self.spec(|spec| spec.per_provider = MAX_LIST as u16);
        let (requester, stranger, price) = (self.requester, self.stranger, self.price(&spec));
        self.weigh("quote", stranger, self.market().quote(spec.clone()));
        let post = self.market().post(spec.clone(), 0).transferred_value(price);
        self.weigh("post", requester, post);
        let post = self.market().post(spec.clone(), 0).transferred_value(price);
        let request = self.send(&requester, post);
        self.weigh("withdraw_request", requester, self.market().withdraw_request(request));

        let last = submissions - 1;
        let many = submissions.min(MAX_LIST as u32);
        let signal = |scales: &Self, places: u16| {
            let deposits = REVIEW_FEE * Balance::from(places);
            scales.market().signal(request, places).transferred_value(deposits)
        };
        let submit = |scales: &Self, count| scales.market().submit(request, deliveries(count));
        for submission in 0..submissions - many {
            self.send(&self.provider(submission), signal(self, 1));
            self.send(&self.provider(submission), submit(self, 1));
        }
        let provider = self.provider(last);
        self.weigh("signal", provider, signal(self, 1));
        self.send(&provider, signal(self, many as u16));
        for count in LISTS.into_iter().filter(|count| *count <= many as usize) {
            self.weigh(format!("submit {count}"), provider, submit(self, count));
        }
        self.send(&provider, submit(self, many as usize));
        self.weigh("revise", provider, self.market().revise(request, last, Hash::default(), URI.to_vec()));

        self.chain().pass_until(spec.deliver_by);
        self.open_all(request, submissions);
        self.chain().pass_until((spec.deliver_by + spec.review_by) / 2);
        // The last have a round of a bare quorum, those before full ones.
        let each = (submissions / 2).clamp(1, MAX_LIST as u32);
        let bare: Vec<SubmissionId> = (submissions - each..submissions).collect();
        let full: Vec<SubmissionId> = (submissions.saturating_sub(2 * each)..submissions - each).collect();
        (0..4).for_each(|number| self.make_up(number));
        self.commit(request, &bare, &SEVEN[..3], &[1]);
        if !full.is_empty() {
            self.commit(request, &full, &SEVEN, &[7]);
        }
        self.chain().pass_until(spec.review_by);
        self.reveal_and_finalize(request, &bare, &SEVEN[..3]);
        if !full.is_empty() {
            self.reveal_and_finalize(request, &full, &SEVEN);
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
            self.send(&self.provider(submission), self.market().submit_sealed(request, vec![seal]));
        }
        let provider = self.provider(last);
        self.send(&provider, self.market().signal(request, 1).transferred_value(REVIEW_FEE));
        let sealed = sealed(request, provider);
        self.weigh("submit_sealed 1", provider, self.market().submit_sealed(request, vec![sealed]));
        self.send(&provider, self.market().submit_sealed(request, vec![sealed]));

        self.chain().pass_until(spec.deliver_by);
        // The last batch is unsealed, and only that.
        let first = submissions.saturating_sub(MAX_BATCH);
        for submission in first..submissions {
            let who = self.provider(submission);
            let unsealing = Unsealing { submission, content: Hash::default(), uri: URI.to_vec(), salt: SALT };
            let unseal = |scales: &Self| scales.market().unseal(request, vec![unsealing.clone()]);
            if submission == last {
                self.weigh("unseal 1", who, unseal(self));
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
        let unsealed: Vec<SubmissionId> = (first..submissions).collect();
        for (number, list) in (0..spec.quorum).flat_map(|n| unsealed.chunks(MAX_LIST).map(move |list| (n, list))) {
            let who = self.enforcer(number);
            self.send(&who, self.market().commit_reviews(request, commitments(request, list, who, vote)));
        }
        self.chain().pass_until(spec.review_by);
        for (number, list) in (0..spec.quorum).flat_map(|n| unsealed.chunks(MAX_LIST).map(move |list| (n, list))) {
            self.send(&self.enforcer(number), self.market().reveal_reviews(request, reveals(list, vote)));
        }
        // The first, and all but the last list and one more.
        let rest = unsealed.len().saturating_sub(MAX_LIST + 1).max(1);
        for list in unsealed[..rest].chunks(MAX_LIST) {
            self.send(&stranger, self.market().finalize(request, list.to_vec()));
        }
        for list in duplicates(&unsealed) {
            let finalize = self.market().finalize(request, list.to_vec());
            self.weigh(format!("finalize {}, 3 reviews each naming a duplicate", list.len()), stranger, finalize);
        }
        for list in unsealed[rest..].chunks(MAX_LIST) {
            self.send(&stranger, self.market().finalize(request, list.to_vec()));
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
        self.weigh("claim 1", stranger, self.market().claim(request, vec![last]));
        let claimed: Vec<SubmissionId> = (first..submissions).collect();
        for list in duplicates(&claimed) {
            let claim = self.market().claim(request, list.to_vec());
            self.weigh(format!("claim {}, duplicates", list.len()), stranger, claim);
        }
        for list in claimed.chunks(MAX_LIST) {
            self.send(&stranger, self.market().claim(request, list.to_vec()));
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
            |scales: &Self| scales.market().engage(spec.clone(), 2, days(1), 0, 1, price).transferred_value(2 * price);
        self.weigh("engage", requester, engage(self));
        let request = self.send(&requester, engage(self));
        let due = spec.deliver_by;
        let offer =
            |scales: &Self| scales.market().offer(request, UNIT, due, due, URI.to_vec()).transferred_value(REVIEW_FEE);
        self.weigh("offer", provider, offer(self));
        self.send(&provider, offer(self));
        self.weigh("retract_offer", provider, self.market().retract_offer(request));
        self.weigh("accept, an engagement", requester, self.market().accept(request, provider, UNIT, due));
        self.send(&requester, self.market().accept(request, provider, UNIT, due));
        self.weigh("give_notice", provider, self.market().give_notice(request));
        self.weigh("submit 1, for a period", provider, self.market().submit(request, deliveries(1)));
        self.chain().pass_until(due);
        self.weigh("close_period, missed, Banned", stranger, self.market().close_period(request));
        self.send(&stranger, self.market().close_period(request));
        let (other, later) = (self.provider(MAX_LIMIT + 1), self.chain().now() + days(1));
        let offer = self.market().offer(request, UNIT, later, later, URI.to_vec()).transferred_value(REVIEW_FEE);
        self.send(&other, offer);
        self.weigh("takeover", requester, self.market().takeover(request, other, UNIT, later));
    }
}

/// This many deliveries.
fn deliveries(count: usize) -> Vec<Delivery> {
    vec![Delivery { content: Hash::default(), uri: URI.to_vec() }; count]
}

/// The seal of a provider's delivery.
fn sealed(request: RequestId, provider: AccountId) -> Hash {
    seal(request, provider, &Hash::default(), URI, &SALT)
}

/// What an enforcer commits to: the same score for all of these submissions, each a duplicate of what `vote` says.
fn commitments(
    request: RequestId,
    submissions: &[SubmissionId],
    who: AccountId,
    vote: impl Fn(SubmissionId) -> Option<SubmissionId>,
) -> Vec<Commitment> {
    let commit = |&submission: &SubmissionId| Commitment {
        submission,
        commitment: commitment(request, submission, who, SCORE, vote(submission), &SALT),
    };
    submissions.iter().map(commit).collect()
}

/// What it has committed to.
fn reveals(submissions: &[SubmissionId], vote: impl Fn(SubmissionId) -> Option<SubmissionId>) -> Vec<Reveal> {
    let reveal =
        |&submission: &SubmissionId| Reveal { submission, score: SCORE, duplicate_of: vote(submission), salt: SALT };
    submissions.iter().map(reveal).collect()
}

/// Lists of those that duplicate the first: all but the first itself and the last.
fn duplicates(submissions: &[SubmissionId]) -> impl Iterator<Item = &[SubmissionId]> {
    let last = submissions.len() - 1;
    lists(submissions.get(1..last).unwrap_or_default())
}
