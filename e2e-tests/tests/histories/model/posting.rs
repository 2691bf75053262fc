//! Rules for policies and requests, what a request costs, and posting it (sections 3.0, 3.1 and 3.6).

use super::{
    deal::Deal,
    ensure,
    request::{commits, is_sealed, review_from, Kept, Request},
    Model, Result, DAY, FEE_UNIT, LONGEST_URI, TEN_YEARS,
};
use crate::action::{Who, TREASURY};
use interfaces::{
    market::{Access, Asset, AssetPolicy, Award, Duplicates, Error, Policy, PolicyReason, RequestReason, RequestSpec},
    obligation::MemberState,
    Balance, RequestId, Timestamp,
};
use std::collections::BTreeMap;

/// The longest time for a step of a review.
const WEEK: Timestamp = 7 * DAY;
const GREATEST_QUORUM: u8 = 7;

/// What posting costs.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    reward: Balance,
    review_fees: Balance,
    protocol_fee: Balance,
    rent: Balance,
    premium: Balance,
}

impl Price {
    pub fn total(&self) -> Balance {
        self.reward + self.review_fees + self.protocol_fee + self.rent + self.premium
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

/// How many reviews are reserved: those of all places, in a deal for as many periods as can be in review at once.
pub fn reviews(spec: &RequestSpec, periods: u32, period: Timestamp) -> u32 {
    let in_review = (spec.reveal_by + commits(spec)).saturating_sub(spec.deliver_by);
    let at_once = (0..u64::from(periods)).take_while(|later| later.saturating_mul(period) < in_review).count();
    spec.limit * u32::from(spec.quorum) * at_once as u32
}

fn listed<'a>(policy: &'a Policy, spec: &RequestSpec) -> Option<&'a AssetPolicy> {
    policy.assets.iter().find(|listed| listed.asset == spec.asset)
}

pub fn check_policy(policy: &Policy, beacon_period: Timestamp, min_reviews: u8) -> Result<(), PolicyReason> {
    let mut assets: Vec<Asset> = Vec::new();
    for listed in &policy.assets {
        if assets.contains(&listed.asset) {
            return Err(PolicyReason::Assets);
        }
        assets.push(listed.asset);
    }
    let quorums = min_reviews..=GREATEST_QUORUM;
    let shares = [policy.unreviewed_bps, policy.protocol_fee_bps];
    let rules = [
        ((1..=32).contains(&assets.len()), PolicyReason::Assets),
        ((beacon_period..=WEEK).contains(&policy.min_window), PolicyReason::MinWindow),
        ((policy.min_window..=TEN_YEARS).contains(&policy.max_window), PolicyReason::MaxWindow),
        (policy.min_quorum % 2 == 1 && quorums.contains(&policy.min_quorum), PolicyReason::MinQuorum),
        (policy.max_tolerance <= 100, PolicyReason::MaxTolerance),
        (shares.iter().all(|share| *share <= 10_000) && policy.premium_cap_bps <= 100_000, PolicyReason::Shares),
        (policy.min_stake <= policy.max_stake, PolicyReason::Stakes),
        (policy.target_utilization_ppm < 1_000_000, PolicyReason::TargetUtilization),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, reason)) => Err(*reason),
        None => Ok(()),
    }
}

/// Whether a request with these lengths of time keeps to the policy.
fn check_request(spec: &RequestSpec, policy: &Policy) -> Result<(), RequestReason> {
    let listed = listed(policy, spec);
    let curve = &spec.curve;
    let rising =
        curve.windows(2).all(|pair| pair[0].min_score < pair[1].min_score && pair[0].weight_bps <= pair[1].weight_bps);
    let small = curve.iter().all(|bucket| bucket.min_score <= 100 && bucket.weight_bps <= 10_000);
    let lasts = |from: Timestamp, to: Timestamp, most: Timestamp| {
        to.checked_sub(from).is_some_and(|time| time >= policy.min_window && time <= most)
    };
    let begins = review_from(spec);
    let spaced = lasts(0, spec.signal_by, policy.max_window)
        && lasts(spec.signal_by, spec.deliver_by, policy.max_window)
        && (!is_sealed(spec) || lasts(spec.deliver_by, begins, WEEK))
        && lasts(begins, spec.review_by, WEEK)
        && lasts(spec.review_by, spec.reveal_by, WEEK);
    let (shared, retention) = match spec.duplicates {
        Duplicates::Shared { retention_ppm } => (true, retention_ppm),
        _ => (false, 0),
    };
    let ranked = match &spec.award {
        Award::Ranked { places_bps } => {
            let sum: u32 = places_bps.iter().map(|bps| u32::from(*bps)).sum();
            (1..=100).contains(&places_bps.len()) && sum <= 10_000 && !shared
        }
        _ => true,
    };
    let by_offers = spec.award == Award::PerSubmission && spec.per_provider == 1;
    let fits = (1..=1_000).contains(&spec.per_provider) && u32::from(spec.per_provider) <= spec.limit;
    let judges = spec.quorum % 2 == 1 && spec.quorum >= policy.min_quorum && spec.quorum <= GREATEST_QUORUM;
    let rules = [
        (spec.uri.len() <= LONGEST_URI, RequestReason::Uri),
        (listed.is_some(), RequestReason::Asset),
        (spec.reward > 0, RequestReason::Reward),
        (listed.is_some_and(|listed| spec.review_fee >= listed.min_review_fee), RequestReason::ReviewFee),
        ((1..=8).contains(&curve.len()) && rising && small, RequestReason::Curve),
        ((1..=10_000).contains(&spec.limit), RequestReason::Limit),
        (fits, RequestReason::PerProvider),
        (spec.place_deposit >= spec.review_fee, RequestReason::PlaceDeposit),
        (judges, RequestReason::Quorum),
        (spec.tolerance <= policy.max_tolerance, RequestReason::Tolerance),
        (spaced, RequestReason::Deadlines),
        (spec.access == Access::Open || by_offers, RequestReason::Access),
        (ranked, RequestReason::Award),
        (retention <= 1_000_000, RequestReason::Duplicates),
    ];
    match rules.iter().find(|(kept, _)| !kept) {
        Some((_, reason)) => Err(*reason),
        None => Ok(()),
    }
}

impl Model {
    pub(super) fn price(&self, spec: &RequestSpec, periods: u16, period: Timestamp) -> Price {
        let policy = self.policy();
        let reward = spec.reward * u128::from(periods);
        let review_fees = spec.review_fee * u128::from(spec.limit) * u128::from(periods);
        let protocol_fee = (reward + review_fees) * u128::from(policy.protocol_fee_bps) / 10_000;

        let reserved = reviews(spec, periods.into(), period);
        let last_period = period.saturating_mul(periods.saturating_sub(1).into());
        let ends = (spec.reveal_by + commits(spec)).saturating_add(last_period);
        let each_day = listed(policy, spec).map_or(0, |listed| listed.rent) * u128::from(reserved);
        let rent = each_day * u128::from(ends.div_ceil(DAY));

        let used = self.pools.pool(0).map_or(0, |pool| u128::from(pool.utilization_ppm(self.now, reserved)));
        let (target, cap) = (u128::from(policy.target_utilization_ppm), u128::from(policy.premium_cap_bps));
        let premium_bps = match used {
            used if used <= target => 0,
            used if used >= 1_000_000 => cap,
            used => cap * (used - target) / (1_000_000 - target),
        };
        Price { reward, review_fees, protocol_fee, rent, premium: rent * premium_bps / 10_000 }
    }

    pub(super) fn engage(
        &mut self,
        who: Who,
        spec: &RequestSpec,
        value: Balance,
        (periods, period, missed, notice_periods): (u16, Timestamp, u16, u16),
        max_premium: Balance,
    ) -> Result<RequestId> {
        let alone = spec.limit == 1 && spec.duplicates == Duplicates::Independent;
        let one_place = spec.access == Access::Offers && alone && (1..=1_000).contains(&periods);
        let apart = period >= self.policy().min_window && period <= TEN_YEARS;
        ensure(one_place && apart && missed < periods, Error::InvalidRequest(RequestReason::Engagement))?;
        let deal = Deal {
            periods: periods.into(),
            period,
            missed,
            notice_periods: notice_periods.into(),
            pool: None,
            tenure: None,
            notice: None,
            vacated: 0,
        };
        self.post(who, spec, value, max_premium, Some(deal))
    }

    /// With lengths of time instead of deadlines.
    pub(super) fn post(
        &mut self,
        who: Who,
        spec: &RequestSpec,
        value: Balance,
        max_premium: Balance,
        deal: Option<Deal>,
    ) -> Result<RequestId> {
        ensure(!self.paused, Error::Paused)?;
        let policy = self.policy().clone();
        check_request(spec, &policy).map_err(Error::InvalidRequest)?;
        let pool = self.pools.pool(0)?;
        let judges = pool.active() - u32::from(pool.state_of(who) == MemberState::Seated);
        ensure(u32::from(spec.quorum) <= judges, Error::TooFewEnforcers)?;
        let (periods, period) = deal.as_ref().map_or((1, 0), |deal| (deal.periods as u16, deal.period));
        let reserved = reviews(spec, periods.into(), period);
        ensure(pool.utilization_ppm(self.now, reserved) < 1_000_000, Error::AtCapacity)?;
        let price = self.price(spec, periods, period);
        let excess = value.checked_sub(price.total()).ok_or(Error::InsufficientPayment)?;
        ensure(excess <= max_premium, Error::ExcessPayment)?;

        self.pools.reserve(0, reserved)?;
        self.credits[who] += excess;
        self.credits[TREASURY] += price.protocol_fee + price.rent + price.premium;
        let submissions = u128::from(spec.limit) * u128::from(periods);
        let kept = Kept {
            unreviewed_bps: policy.unreviewed_bps,
            max_window: policy.max_window,
            min_stake: policy.min_stake,
            max_stake: policy.max_stake,
            reputation_per_place: price.protocol_fee * policy.reputation_per_fee / FEE_UNIT / submissions,
        };
        let request = Request {
            spec: posted_at(spec, self.now),
            requester: who,
            kept,
            deal,
            places: Vec::new(),
            places_taken: 0,
            open_places: 0,
            insiders: 0,
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
        };
        let id = self.next_request;
        self.next_request += 1;
        self.requests.insert(id, request);
        Ok(id)
    }

    pub(super) fn withdraw_request(&mut self, who: Who, request: RequestId) -> Result<Balance> {
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

    /// Nothing of the request is reviewed any more.
    pub(super) fn free_reviews(&mut self, request: RequestId) -> Result<()> {
        let reserved = std::mem::take(&mut self.asked_mut(request)?.reserved);
        if reserved > 0 {
            self.pools.close_reviews(0, reserved)?;
        }
        Ok(())
    }
}
