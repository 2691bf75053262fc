//! A request and its submissions: what can be done when, what each weighs, and what it earns (sections 3.1 to 3.5).

use super::{deal::Deal, ensure, Result};
use crate::action::{Vote, Who};
use interfaces::{
    market::{Access, Award, Duplicates, Error, RequestSpec, Verdict},
    Balance, Points, SubmissionId, Timestamp,
};
use std::collections::BTreeMap;

/// What a weight of one basis point counts.
const ONE_BPS: u128 = 1_000_000_000_000_000_000;
/// The weight of what is paid in full.
pub const WHOLE: u128 = 10_000 * ONE_BPS;

#[derive(Clone, Debug, Default)]
pub struct Place {
    pub taken: u16,
    pub submitted: u16,
    pub delivered: u16,
    pub missed: u16,
    pub deliver_by: Timestamp,
    pub price: Balance,
}

#[derive(Clone, Debug)]
pub struct Offer {
    pub price: Balance,
    pub deliver_by: Timestamp,
    pub until: Timestamp,
    pub open: bool,
    /// Whether whoever made it was counted as an insider.
    pub insider: bool,
}

#[derive(Clone, Debug)]
pub struct Review {
    pub who: Who,
    pub vote: Vote,
    pub revealed: bool,
    /// Whether ops were missing to its enforcer when it committed.
    pub short: bool,
}

#[derive(Clone, Debug)]
pub struct Work {
    pub provider: Who,
    /// What was sealed, where delivery is sealed.
    pub sealed: Option<u8>,
    pub delivered: bool,
    pub submitted: Timestamp,
    pub price: Balance,
    /// When its reviews can be opened; in an engagement, until when it can be revised.
    pub opens: Timestamp,
    /// When its window began, or was extended; before that, when it can begin.
    pub window_start: Timestamp,
    /// How many members were active when its window began.
    pub active: u32,
    pub extended: bool,
    pub verdict: Verdict,
    pub median: u8,
    pub weight_bps: u16,
    pub duplicate_of: Option<SubmissionId>,
    pub reviews: Vec<Review>,
    pub claimed: bool,
}

/// What the policy said when a request was posted.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    pub unreviewed_bps: u16,
    pub max_window: Timestamp,
    pub min_stake: Points,
    pub max_stake: Points,
    pub reputation_per_place: Points,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub spec: RequestSpec,
    pub requester: Who,
    pub kept: Kept,
    pub deal: Option<Deal>,
    /// In the order in which they were taken.
    pub places: Vec<(Who, Place)>,
    pub places_taken: u32,
    pub open_places: u32,
    pub insiders: u32,
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
}

/// The times of one review window.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub start: Timestamp,
    /// From then on no more members are drawn.
    pub drawn_by: Timestamp,
    pub commit_by: Timestamp,
    pub reveal_by: Timestamp,
}

/// Whether it matters who was first.
pub fn is_sealed(spec: &RequestSpec) -> bool {
    spec.duplicates != Duplicates::Independent
}

/// When reviews can begin, except those of periods: after half of the time until `review_by`, where delivery is sealed.
pub fn review_from(spec: &RequestSpec) -> Timestamp {
    match is_sealed(spec) {
        true => spec.deliver_by + spec.review_by.saturating_sub(spec.deliver_by) / 2,
        false => spec.deliver_by,
    }
}

/// The time for commitments.
pub fn commits(spec: &RequestSpec) -> Timestamp {
    spec.review_by.saturating_sub(review_from(spec))
}

impl Work {
    pub fn new(provider: Who, sealed: Option<u8>, now: Timestamp, price: Balance, opens: Timestamp) -> Self {
        Self {
            provider,
            sealed,
            delivered: sealed.is_none(),
            submitted: now,
            price,
            opens,
            window_start: opens,
            active: 0,
            extended: false,
            verdict: Verdict::Pending,
            median: 0,
            weight_bps: 0,
            duplicate_of: None,
            reviews: Vec::new(),
            claimed: false,
        }
    }

    /// What it is ranked by: what a few judged comes behind all that a quorum did.
    fn rank(&self) -> (bool, u8) {
        (self.verdict == Verdict::Quorum, self.median)
    }
}

impl Request {
    pub fn window(&self, start: Timestamp) -> Window {
        let time = commits(&self.spec);
        let commit_by = start + time;
        let reveal_by = commit_by + (self.spec.reveal_by - self.spec.review_by);
        Window { start, drawn_by: start + time / 2, commit_by, reveal_by }
    }

    /// How many reviews a submission has at most.
    pub fn max_reviews(&self) -> usize {
        2 * usize::from(self.spec.quorum) + 1
    }

    pub fn place(&self, who: Who) -> Option<&Place> {
        self.places.iter().find(|(provider, _)| *provider == who).map(|(_, place)| place)
    }

    pub fn place_mut(&mut self, who: Who) -> Option<&mut Place> {
        self.places.iter_mut().find(|(provider, _)| *provider == who).map(|(_, place)| place)
    }

    /// Until when whoever has this place may deliver.
    pub fn due(&self, place: Option<&Place>) -> Timestamp {
        match place {
            Some(place) if self.spec.access == Access::Offers => place.deliver_by,
            _ => self.spec.deliver_by,
        }
    }

    pub fn offer(&self, who: Who) -> Option<&Offer> {
        self.offers.iter().find(|(provider, _)| *provider == who).map(|(_, offer)| offer)
    }

    pub fn offer_mut(&mut self, who: Who) -> Option<&mut Offer> {
        self.offers.iter_mut().find(|(provider, _)| *provider == who).map(|(_, offer)| offer)
    }

    /// Whoever does takes part, or wanted to, and so does not judge.
    pub fn takes_part(&self, who: Who) -> bool {
        self.requester == who || self.place(who).is_some() || self.offer(who).is_some()
    }

    /// Whether the provider of a long deal is gone, and the deal is not over.
    pub fn is_vacant(&self) -> bool {
        !self.closed && self.deal.as_ref().is_some_and(|deal| deal.pool.is_some() && deal.tenure.is_none())
    }

    pub fn work(&self, submission: SubmissionId) -> Result<&Work> {
        self.works.get(&submission).ok_or(Error::UnknownSubmission)
    }

    pub fn work_mut(&mut self, submission: SubmissionId) -> Result<&mut Work> {
        self.works.get_mut(&submission).ok_or(Error::UnknownSubmission)
    }

    pub fn in_review(&self, submission: SubmissionId) -> Result<&Work> {
        let work = self.work(submission)?;
        ensure(submission < self.opened, Error::NotOpened)?;
        ensure(work.verdict == Verdict::Pending, Error::AlreadyFinalized)?;
        Ok(work)
    }

    // Reviews

    /// Whether there is room for one more review by a member that was short, or by one that was not.
    pub fn has_room(&self, work: &Work, short: bool) -> bool {
        let quorum = usize::from(self.spec.quorum);
        let most = if short { quorum } else { quorum + 1 };
        work.reviews.iter().filter(|review| review.short == short).count() < most
    }

    /// Whether no more commitments can come in this window.
    pub fn commits_are_over(&self, work: &Work, now: Timestamp) -> bool {
        now >= self.window(work.window_start).commit_by || work.reviews.len() >= self.max_reviews()
    }

    /// Whether its window must be extended before anything is revealed, if nobody else commits.
    pub fn is_short(&self, work: &Work) -> bool {
        !work.extended && work.reviews.len() < usize::from(self.spec.quorum)
    }

    pub fn reveals_are_open(&self, work: &Work, now: Timestamp) -> bool {
        self.commits_are_over(work, now) && !self.is_short(work)
    }

    /// What a submission of this median earns by itself, in basis points.
    pub fn earned(&self, median: u8) -> u16 {
        let reached = self.spec.curve.iter().filter(|bucket| bucket.min_score <= median);
        reached.map(|bucket| bucket.weight_bps).max().unwrap_or(0)
    }

    pub fn is_finding(&self, work: &Work) -> bool {
        let reviewed = matches!(work.verdict, Verdict::Quorum | Verdict::Few);
        reviewed && work.median >= self.spec.curve[0].min_score
    }

    /// Whether bond and deposit of its place return.
    pub fn stands(&self, work: &Work) -> bool {
        work.verdict == Verdict::Unreviewed || self.earned(work.median) > 0
    }

    // Weights and pay

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
    pub fn weight(&self, submission: SubmissionId, work: &Work) -> u128 {
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
    pub fn pay(&self, work: &Work, weight: u128) -> Balance {
        let spec = &self.spec;
        match &spec.award {
            Award::PerSubmission if spec.access == Access::Offers => work.price * weight / WHOLE,
            Award::PerSubmission => spec.reward * weight / (WHOLE * u128::from(spec.limit)),
            Award::Proportional => match self.weights() {
                0 => 0,
                sum => spec.reward * weight / sum,
            },
            Award::Ranked { .. } if weight == 0 => 0,
            Award::Ranked { places_bps } => {
                let ranked = self.works.iter().filter(|(id, other)| self.weight(**id, other) > 0);
                let ranks: Vec<(bool, u8)> = ranked.map(|(_, other)| other.rank()).collect();
                let better = ranks.iter().filter(|rank| **rank > work.rank()).count();
                let tied = ranks.iter().filter(|rank| **rank == work.rank()).count();
                let places: u128 = places_bps.iter().skip(better).take(tied).map(|bps| u128::from(*bps)).sum();
                let part = spec.reward * places / (10_000 * tied as u128);
                match work.verdict {
                    Verdict::Quorum => part,
                    _ => part * weight / WHOLE,
                }
            }
        }
    }

    /// The most that its submissions can earn, where that depends on all of them.
    pub fn greatest_pay(&self) -> Balance {
        match (&self.spec.award, self.weights()) {
            (_, 0) => 0,
            (Award::PerSubmission, _) if self.spec.access == Access::Offers => self.accepted,
            (Award::PerSubmission, sum) => self.spec.reward * sum / (WHOLE * u128::from(self.spec.limit)),
            _ => self.spec.reward,
        }
    }
}
