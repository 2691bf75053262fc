//! Plays one contest on real contracts: the pot is one request, each warden seals and unseals its findings, enforcers
//! score them by severity and name the duplicates, and everything earned is withdrawn to the last unit.

use crate::{
    client::jury::Opinion,
    story::contest::read::{Contest, Severity, Submission},
};
use anyhow::{bail, ensure, Context, Result};
use chain::blake2_256;
use chain::{account, brisk_terms, build::Contracts, days, Message, Settings, World, UNIT};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{seal, Asset, Award, Bucket, Claimed, Duplicates, RequestSpec, Reveal, Unsealing, MAX_BATCH, MAX_LIST},
    obligation::Terms,
    Balance, Market as _, Obligation as _, Points, RequestId, SubmissionId, Timestamp,
};
use scale::{Decode, Encode};
use std::fmt::Debug;

/// Each further finder leaves nine tenths of a finding.
const RETENTION_PPM: u32 = 900_000;
/// The enforcers: as many as a verdict needs.
const ENFORCERS: [&str; 3] = ["enforcer 1", "enforcer 2", "enforcer 3"];
/// What enforcers are endowed with: more than the pool asks for.
const ENDOWMENT: Points = 1_000;
/// Of what a finding of this severity is scored at.
const MEDIUM_SCORE: u8 = 50;
const HIGH_SCORE: u8 = 80;
/// Paid for the review of a submission, and deposited for its place.
const REVIEW_FEE: Balance = 3 * UNIT / 100;
/// More than the storage deposits that anyone pays for one submission.
const STORAGE: Balance = UNIT;
/// How many reviews an enforcer may have open for each one that there is: with two, the pool is half full and asks for
/// no premium.
const ROOM: u32 = 2;
/// From one deadline of the request to the next.
const STEP: Timestamp = days(1);
/// The part of a step before whose end all enforcers commit: by then each of them is drawn.
const COMMITS_IN_LAST: Timestamp = 8;

/// The result of a contest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// What each warden withdrew, without its deposits; in the order of [`Contest::wardens`].
    pub paid: Vec<Balance>,
    /// Transactions sent.
    pub calls: u32,
}

/// Plays the contest. Fails if the market refuses anything, or keeps or loses any of the money.
pub fn replay(contest: &Contest, contracts: &Contracts) -> Result<Replay> {
    let played = Player::begin(contest, contracts).and_then(Player::play);
    played.with_context(|| format!("playing contest {}", contest.id))
}

struct Player<'a> {
    contest: &'a Contest,
    world: World,
    requester: AccountId,
    /// Of each warden.
    wardens: Vec<AccountId>,
    enforcers: [AccountId; ENFORCERS.len()],
    request: RequestId,
    spec: RequestSpec,
    calls: u32,
    claims: Vec<Claimed>,
}

impl<'a> Player<'a> {
    /// Sets up an organization with as many enforcers as a verdict needs, and posts the pot.
    fn begin(contest: &'a Contest, contracts: &Contracts) -> Result<Self> {
        let submissions = u32::try_from(contest.submissions.len()).context("more submissions than can be counted")?;
        let enforcers = ENFORCERS.map(account);
        let settings = Settings {
            founders: enforcers.iter().map(|enforcer| (*enforcer, ENDOWMENT)).collect(),
            terms: terms(submissions),
            ..Settings::brisk()
        };
        let world = World::deploy(contracts, settings)?;
        let requester = account("requester");
        let wardens = contest.wardens.iter().map(|name| account(&format!("warden {name}"))).collect();
        let spec = request_spec(contest, submissions, &world)?;
        let (calls, claims) = (0, Vec::new());
        let mut player = Self { contest, world, requester, wardens, enforcers, request: 0, spec, calls, claims };
        player.fund_everyone();
        for enforcer in enforcers {
            player.send(&enforcer, "enlist", 0, player.world.obligation().enlist(player.world.pool))?;
        }
        Ok(player)
    }

    fn fund_everyone(&self) {
        let chain = &self.world.chain;
        let all = self.contest.submissions.len() as Balance + 1;
        for enforcer in &self.enforcers {
            chain.fund(enforcer, all * STORAGE);
        }
        for (index, warden) in self.wardens.iter().enumerate() {
            let places = self.contest.of_warden(index).count() as Balance;
            chain.fund(warden, places * REVIEW_FEE + (places + 1) * STORAGE);
        }
        chain.fund(&self.requester, all * STORAGE);
    }

    fn play(mut self) -> Result<Replay> {
        let before = self.world.chain.balance(&self.world.market_address);
        self.post()?;
        self.take_places()?;
        let delivered = self.submit_sealed()?;
        self.unseal(&delivered)?;
        self.review(&delivered)?;
        self.settle(&delivered)?;
        let paid = self.withdraw()?;
        let after = self.world.chain.balance(&self.world.market_address);
        ensure!(after == before, "the market had {before} before and has {after} after everyone withdrew");
        Ok(Replay { paid, calls: self.calls })
    }

    /// Sends a message that must be accepted.
    fn send<Args: Encode, T: Decode, E: Decode + Debug>(
        &mut self,
        who: &AccountId,
        what: &str,
        value: Balance,
        message: Message<Args, std::result::Result<T, E>>,
    ) -> Result<T> {
        self.calls += 1;
        let outcome = self.world.chain.call(who, message.transferred_value(value));
        self.claims.extend(outcome.events::<Claimed>());
        match outcome.result {
            Ok(Ok(returned)) => Ok(returned),
            Ok(Err(error)) => bail!("`{what}` was refused: {error:?}"),
            Err(trap) => bail!("`{what}` failed: {trap}"),
        }
    }

    fn post(&mut self) -> Result<()> {
        let market = self.world.market();
        let quote = self.world.chain.read(market.quote(self.spec.clone()));
        let total = match quote {
            Ok(quote) => quote.total,
            Err(error) => bail!("the request cannot be posted: {error:?}"),
        };
        self.world.chain.fund(&self.requester, total);
        let requester = self.requester;
        self.request = self.send(&requester, "post", total, self.world.market().post(self.spec.clone(), 0))?;
        Ok(())
    }

    fn take_places(&mut self) -> Result<()> {
        for (index, warden) in self.wardens.clone().iter().enumerate() {
            let places =
                u16::try_from(self.contest.of_warden(index).count()).context("more places than there can be")?;
            let deposit = self.spec.place_deposit * Balance::from(places);
            self.send(warden, "signal", deposit, self.world.market().signal(self.request, places))?;
        }
        Ok(())
    }

    /// Each warden seals all that it found, in the order of the file. Returns what is delivered, by its number: whoever
    /// is first in the file seals first.
    fn submit_sealed(&mut self) -> Result<Vec<&'a Submission>> {
        let (contest, request) = (self.contest, self.request);
        let mut delivered = Vec::new();
        for (index, warden) in self.wardens.clone().iter().enumerate() {
            let found: Vec<_> = contest.of_warden(index).collect();
            for list in found.chunks(MAX_LIST) {
                let seals = list.iter().map(|found| Delivery::of(contest, found).seal(request, warden)).collect();
                self.send(warden, "submit_sealed", 0, self.world.market().submit_sealed(request, seals))?;
                delivered.extend_from_slice(list);
            }
        }
        Ok(delivered)
    }

    fn unseal(&mut self, delivered: &[&Submission]) -> Result<()> {
        self.world.chain.pass_until(self.spec.deliver_by);
        for (index, warden) in self.wardens.clone().iter().enumerate() {
            let own = (0..).zip(delivered).filter(|(_, found)| found.warden == index);
            let unsealing = |(submission, found): (SubmissionId, &&Submission)| {
                let Delivery { content, uri, salt } = Delivery::of(self.contest, found);
                Unsealing { submission, content, uri, salt }
            };
            let unsealings: Vec<_> = own.map(unsealing).collect();
            for list in unsealings.chunks(MAX_LIST) {
                self.send(warden, "unseal", 0, self.world.market().unseal(self.request, list.to_vec()))?;
            }
        }
        Ok(())
    }

    /// Enforcers commit to a score by severity, and to what each submission duplicates; then they reveal.
    fn review(&mut self, delivered: &[&Submission]) -> Result<()> {
        let (keeper, request) = (self.world.manager, self.request);
        self.world.chain.pass_until(self.spec.review_from());
        let mut opened = 0;
        while opened < delivered.len() {
            let count = self.send(&keeper, "open_reviews", 0, self.world.market().open_reviews(request, MAX_BATCH))?;
            opened += count as usize;
        }
        let opinions = self.opinions(delivered);
        // All windows began with this call.
        let window = self.spec.window(self.world.chain.now());
        self.world.chain.pass_until(window.commit_by - STEP / COMMITS_IN_LAST);
        for enforcer in self.enforcers {
            for list in opinions.chunks(MAX_LIST) {
                let commitments =
                    list.iter().map(|opinion| reveal(opinion, enforcer).committed(request, enforcer)).collect();
                let message = self.world.market().commit_reviews(request, commitments);
                let taken = self.send(&enforcer, "commit_reviews", 0, message)?;
                ensure!(taken.len() == list.len(), "`commit_reviews` took {} of {} reviews", taken.len(), list.len());
            }
        }
        self.world.chain.pass_until(window.commit_by);
        for enforcer in self.enforcers {
            for list in opinions.chunks(MAX_LIST) {
                let reveals = list.iter().map(|opinion| reveal(opinion, enforcer)).collect();
                self.send(&enforcer, "reveal_reviews", 0, self.world.market().reveal_reviews(request, reveals))?;
            }
        }
        Ok(())
    }

    /// What every enforcer says of each submission: later ones of a finding duplicate the first.
    fn opinions(&self, delivered: &[&Submission]) -> Vec<Opinion> {
        let mut firsts = vec![None; self.contest.findings.len()];
        let said = (0..).zip(delivered).map(|(submission, found)| {
            let duplicate_of = firsts[found.finding];
            firsts[found.finding] = duplicate_of.or(Some(submission));
            let score = score(self.contest.findings[found.finding].severity);
            Opinion { submission, score, duplicate_of }
        });
        said.collect()
    }

    /// Every submission gets its verdict, in order, since a duplicate waits for its original; then all are paid.
    fn settle(&mut self, delivered: &[&Submission]) -> Result<()> {
        let (keeper, request) = (self.world.manager, self.request);
        self.world.chain.pass_until(self.spec.reveal_by);
        let submissions: Vec<_> = (0..).zip(delivered).map(|(submission, _)| submission).collect();
        for list in submissions.chunks(MAX_LIST) {
            let count = self.send(&keeper, "finalize", 0, self.world.market().finalize(request, list.to_vec()))?;
            ensure!(count as usize == list.len(), "`finalize` gave {count} of {} verdicts", list.len());
        }
        let mut settled = 0;
        while settled < submissions.len() {
            let count = self.send(&keeper, "settle", 0, self.world.market().settle(request, MAX_BATCH))?;
            settled += count as usize;
        }
        for list in submissions.chunks(MAX_LIST) {
            let count = self.send(&keeper, "claim", 0, self.world.market().claim(request, list.to_vec()))?;
            ensure!(count as usize == list.len(), "`claim` paid for {count} of {} submissions", list.len());
        }
        Ok(())
    }

    /// Everyone withdraws. Returns what each warden got beyond its deposits, which is its pay.
    fn withdraw(&mut self) -> Result<Vec<Balance>> {
        let (chain, requester) = (self.world.chain.clone(), self.requester);
        // Nothing is left to reclaim if nothing had to be rounded.
        if matches!(chain.dry_run(&requester, self.world.market().reclaim(self.request)).result, Ok(Ok(_))) {
            self.send(&requester, "reclaim", 0, self.world.market().reclaim(self.request))?;
        }
        for other in [requester, self.world.treasury].into_iter().chain(self.enforcers) {
            self.withdraw_credit(&other)?;
        }
        let mut paid = Vec::new();
        for (name, warden) in self.contest.wardens.iter().zip(self.wardens.clone()) {
            let received = self.withdraw_credit(&warden)?;
            let claims = || self.claims.iter().filter(|claim| claim.provider == warden);
            let deposits: Balance = claims().map(|claim| claim.deposit).sum();
            let earned: Balance = claims().map(|claim| claim.pay).sum();
            ensure!(
                received == earned + deposits,
                "{name} withdrew {received}, not {earned} and {deposits} of deposits"
            );
            paid.push(earned);
        }
        Ok(paid)
    }

    /// What was withdrawn; 0 if nothing was credited.
    fn withdraw_credit(&mut self, who: &AccountId) -> Result<Balance> {
        match self.world.chain.read(self.world.market().credit(Asset::Native, *who)) {
            Ok(0) => Ok(0),
            _ => self.send(who, "withdraw", 0, self.world.market().withdraw(Asset::Native)),
        }
    }
}

/// Terms under which three enforcers can have all reviews of a contest open at once.
fn terms(submissions: u32) -> Terms {
    let limit = submissions.saturating_mul(ROOM);
    let terms = brisk_terms();
    Terms {
        seats: ENFORCERS.len() as u32,
        healthy_limit: limit,
        throttled_limit: limit,
        throttle_buffer: limit.max(terms.throttle_buffer),
        ban_buffer: limit.max(terms.ban_buffer),
        ..terms
    }
}

/// The pot as a request, by the rule of audit contests: pay in proportion to slices, and duplicates share a finding, of
/// which each further finder leaves nine tenths.
fn request_spec(contest: &Contest, submissions: u32, world: &World) -> Result<RequestSpec> {
    let most = (0..contest.wardens.len()).map(|warden| contest.of_warden(warden).count()).max().unwrap_or(0);
    let signal_by = world.chain.now() + STEP;
    let bucket = |min_score, severity: Severity| Bucket { min_score, weight_bps: severity.weight_bps() };
    Ok(RequestSpec {
        spec: hash_of(&contest.id),
        uri: b"contest".to_vec(),
        reward: contest.pot,
        review_fee: REVIEW_FEE,
        award: Award::Proportional,
        duplicates: Duplicates::Shared { retention_ppm: RETENTION_PPM },
        curve: vec![bucket(MEDIUM_SCORE, Severity::Medium), bucket(HIGH_SCORE, Severity::High)],
        limit: submissions,
        per_provider: u16::try_from(most).context("more submissions of one warden than there can be")?,
        place_deposit: REVIEW_FEE,
        signal_by,
        deliver_by: signal_by + STEP,
        review_by: signal_by + 2 * STEP,
        reveal_by: signal_by + 3 * STEP,
        ..world.request_spec()
    })
}

/// What enforcers score a finding of this severity at.
fn score(severity: Severity) -> u8 {
    match severity {
        Severity::High => HIGH_SCORE,
        Severity::Medium => MEDIUM_SCORE,
    }
}

/// What a warden seals, and unseals.
struct Delivery {
    content: Hash,
    uri: Vec<u8>,
    salt: [u8; 32],
}

impl Delivery {
    fn of(contest: &Contest, found: &Submission) -> Self {
        let warden = &contest.wardens[found.warden];
        let finding = &contest.findings[found.finding].name;
        Self {
            content: hash_of(&(&contest.id, finding, warden)),
            uri: format!("line:{}", found.line).into_bytes(),
            salt: salt(&(warden, finding, found.line as u64)),
        }
    }

    fn seal(&self, request: RequestId, warden: &AccountId) -> Hash {
        seal(request, *warden, &self.content, &self.uri, &self.salt)
    }
}

fn hash_of(value: &impl Encode) -> Hash {
    Hash::from(blake2_256(&value.encode()))
}

/// What reveals an enforcer's opinion.
fn reveal(opinion: &Opinion, enforcer: AccountId) -> Reveal {
    opinion.revealed(salt(&(opinion.submission, enforcer)))
}

/// Guessing it is useless: everything is in a public file.
fn salt(of: &impl Encode) -> [u8; 32] {
    blake2_256(&of.encode())
}
