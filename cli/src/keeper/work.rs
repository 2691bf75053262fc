//! Doing upkeep: what a call would bring and cost, and sending it.

use crate::client::{
    backend::{encoded, Answer, Backend, Receipt, Transaction},
    deployment::Deployment,
    signer::Signer,
};
use crate::keeper::{
    known::{Details, Known},
    plan::Upkeep,
};
use chain::{Addresses, Returned, StorageDeposit, Trap, Weight, GAS_LIMIT};
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Asset, SubmissionFinalized, Verdict, MAX_BATCH, MAX_LIST},
    obligation::{self, MAX_FILLED},
    Balance, Event, Market as _, Obligation as _, Points, RequestId,
};
use std::fmt;

/// How many items one call takes on, if the block has room for that many.
const SIZES: [u32; 4] = [MAX_BATCH, MAX_LIST as u32, 4, 1];

/// Why a contract refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Market(market::Error),
    Obligation(obligation::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Market(error) => write!(f, "{error:?}"),
            Self::Obligation(error) => write!(f, "{error:?}"),
        }
    }
}

impl Refusal {
    /// Whether the work is already done, or never existed.
    pub fn is_done(&self) -> bool {
        use market::Error as Market;
        use obligation::Error as Obligation;
        matches!(
            self,
            Self::Market(
                Market::AlreadyFinalized
                    | Market::AlreadySettled
                    | Market::AlreadyClaimed
                    | Market::NothingToOpen
                    | Market::NoShowNone
                    | Market::UnknownRequest
                    | Market::UnknownSubmission
                    | Market::NoPendingPolicy
                    | Market::Vacant
            ) | Self::Obligation(Obligation::NoPendingTerms | Obligation::NotAMember)
        )
    }
}

/// What a call did, or would do.
#[derive(Debug)]
pub enum Outcome {
    Accepted,
    Refused(Refusal),
    Trapped(Trap),
}

/// What a call brings its caller, and costs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Reputation that is owed to it.
    pub points: Points,
    /// What the market credits it, in the chain's currency.
    pub credited: Balance,
    /// Storage deposits that it gets, or pays.
    pub refund: Balance,
    pub deposit: Balance,
    /// What the chain takes.
    pub fee: Balance,
}

impl Worth {
    /// What it brings and what it costs, if a point of reputation is worth `point`.
    pub fn balance(&self, point: Balance) -> (Balance, Balance) {
        let brings = self.points.saturating_mul(point).saturating_add(self.credited).saturating_add(self.refund);
        (brings, self.fee.saturating_add(self.deposit))
    }

    /// Whether it brings more than it costs.
    pub fn pays(&self, point: Balance) -> bool {
        let (brings, costs) = self.balance(point);
        brings > costs
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            points: self.points.saturating_add(other.points),
            credited: self.credited.saturating_add(other.credited),
            refund: self.refund.saturating_add(other.refund),
            deposit: self.deposit.saturating_add(other.deposit),
            fee: self.fee.saturating_add(other.fee),
        }
    }
}

/// A call that was tried.
#[derive(Debug)]
pub struct Tried {
    pub transaction: Transaction,
    pub outcome: Outcome,
    pub weight: Weight,
    pub worth: Worth,
    pub events: Vec<Event>,
}

/// The call that does this, with `size` items if it takes several.
pub fn transaction(upkeep: &Upkeep, deployment: &Deployment, size: u32) -> Transaction {
    let (mut market, mut obligation, pool) = (deployment.market(), deployment.obligation(), deployment.pool);
    let (_, transaction) = match upkeep {
        Upkeep::OpenReviews { request } => encoded(market.open_reviews(*request, size)),
        Upkeep::Evaluate { members } => encoded(obligation.evaluate_many(pool, first(members, size))),
        Upkeep::ApplyTerms => encoded(obligation.apply_terms(pool)),
        Upkeep::ApplyPolicy => encoded(market.apply_policy()),
        Upkeep::FillSeats => encoded(obligation.fill_seats(pool, size.min(MAX_FILLED))),
        Upkeep::Finalize { request, submissions } => encoded(market.finalize(*request, first(submissions, size))),
        Upkeep::ClosePeriod { request } => encoded(market.close_period(*request)),
        Upkeep::Settle { request } => encoded(market.settle(*request, size)),
        Upkeep::ReportNoShow { request, provider } => encoded(market.report_no_show(*request, *provider)),
        Upkeep::Claim { request, submissions } => encoded(market.claim(*request, first(submissions, size))),
        Upkeep::Prune { request } => encoded(market.prune(*request, size)),
    };
    transaction
}

/// So many of them, or all.
fn first<T: Copy>(all: &[T], size: u32) -> Vec<T> {
    all.iter().take(size as usize).copied().collect()
}

/// A call that changes nothing and costs little: a chain that makes blocks only with transactions makes one.
pub fn nothing(deployment: &Deployment) -> Transaction {
    encoded(deployment.obligation().evaluate_many(deployment.pool, Vec::new())).1
}

/// Tries this, with fewer items at once if they are too much for a block.
pub fn try_out(
    upkeep: &Upkeep,
    backend: &dyn Backend,
    deployment: &Deployment,
    signer: &Signer,
    known: &Known,
) -> Answer<Tried> {
    let sizes: &[u32] = match upkeep {
        Upkeep::OpenReviews { .. }
        | Upkeep::Evaluate { .. }
        | Upkeep::FillSeats
        | Upkeep::Settle { .. }
        | Upkeep::Prune { .. } => &SIZES,
        Upkeep::Finalize { .. } | Upkeep::Claim { .. } => &SIZES[1..],
        _ => &SIZES[3..],
    };
    let me = signer.account();
    let mut sizes = sizes.iter().peekable();
    loop {
        let size = sizes.next().copied().unwrap_or(1);
        let transaction = transaction(upkeep, deployment, size);
        let receipt = backend.simulate(&me, &transaction)?;
        let weight = receipt.outcome.gas;
        let out_of_gas = receipt.outcome.result.as_ref().is_err_and(Trap::is_out_of_gas);
        if sizes.peek().is_some() && (out_of_gas || weight.any_gt(GAS_LIMIT)) {
            continue;
        }
        let outcome = outcome(upkeep, &receipt);
        let mut worth = worth(&receipt, &me, known, &deployment.addresses());
        if matches!(outcome, Outcome::Accepted) {
            worth.fee = backend.fee(signer, &transaction, weight)?;
        }
        return Ok(Tried {
            transaction,
            outcome,
            weight,
            worth,
            events: deployment.addresses().events(&receipt.outcome.emitted),
        });
    }
}

/// What became of it.
pub fn outcome(upkeep: &Upkeep, receipt: &Receipt) -> Outcome {
    let returned = match &receipt.outcome.result {
        Ok(returned) => returned,
        Err(trap) => return Outcome::Trapped(trap.clone()),
    };
    if !returned.reverted {
        return Outcome::Accepted;
    }
    let refusal = match upkeep {
        Upkeep::Evaluate { .. } | Upkeep::ApplyTerms | Upkeep::FillSeats => error(returned).map(Refusal::Obligation),
        _ => error(returned).map(Refusal::Market),
    };
    match refusal {
        Ok(refusal) => Outcome::Refused(refusal),
        Err(reason) => Outcome::Trapped(Trap { error: reason, debug: String::new() }),
    }
}

/// The error that a message returned.
fn error<E: scale::Decode>(returned: &Returned) -> Result<E, String> {
    match returned.clone().message::<Result<(), E>>()? {
        Ok(()) => Err("it was undone without a reason".into()),
        Err(error) => Ok(error),
    }
}

/// What a call with these events and this deposit brings `me`, and costs it.
pub fn worth(receipt: &Receipt, me: &AccountId, known: &Known, addresses: &Addresses) -> Worth {
    let mut worth = Worth { fee: receipt.fee, ..Worth::default() };
    match receipt.outcome.deposit {
        StorageDeposit::Charge(deposit) => worth.deposit = deposit,
        StorageDeposit::Refund(refund) => worth.refund = refund,
    }
    for event in addresses.events(&receipt.outcome.emitted) {
        match event {
            Event::Obligation(obligation::Event::StandingChanged(event)) if event.keeper == *me => {
                worth.points = worth.points.saturating_add(event.reward);
            }
            Event::Market(event) => {
                if let market::Event::Claimed(claimed) = &event {
                    let earned = if claimed.provider == *me { claimed.reputation } else { 0 };
                    worth.points = worth.points.saturating_add(earned);
                }
                worth.credited = worth.credited.saturating_add(credited(&event, me, known));
            }
            Event::Obligation(_) | Event::Reputation(_) => {}
        }
    }
    worth
}

/// What an event says that `me` was credited, in the chain's currency.
fn credited(event: &market::Event, me: &AccountId, known: &Known) -> Balance {
    use market::Event;
    let details = |request: RequestId| {
        let details = known.requests.get(&request).and_then(|request| request.details.as_ref());
        details.filter(|details| details.spec.asset == Asset::Native)
    };
    let is_mine = |request| details(request).is_some_and(|details| details.state.requester == *me);
    let if_so = |holds: bool, amount: Balance| if holds { amount } else { 0 };
    match event {
        Event::Claimed(event) => {
            let provided = event.provider == *me && details(event.request).is_some();
            let paid = if_so(provided, event.pay.saturating_add(event.deposit));
            paid.saturating_add(if_so(is_mine(event.request), event.forfeited))
        }
        Event::NoShow(event) => if_so(is_mine(event.request), event.forfeited),
        Event::PlaceVacated(event) => if_so(is_mine(event.request), event.forfeited),
        Event::Pruned(event) => if_so(is_mine(event.request), event.reclaimed),
        Event::OfferRetracted(event) => if_so(event.provider == *me && details(event.request).is_some(), event.deposit),
        Event::RequestSettled(event) => {
            let tenure = details(event.request).and_then(|details| details.engagement.as_ref()?.tenure.as_ref());
            if_so(tenure.is_some_and(|tenure| tenure.provider == *me), event.deposit)
        }
        Event::SubmissionFinalized(event) => {
            if_so(details(event.request).is_some_and(|details| is_coherent(event, me, details)), event.fee)
        }
        // The other events credit nobody, or come from calls that a keeper does not make.
        _ => 0,
    }
}

/// Whether `me` gave a review of this submission that shares its fee.
fn is_coherent(finalized: &SubmissionFinalized, me: &AccountId, details: &Details) -> bool {
    let reviews = details.submissions.get(&finalized.submission).map(|delivery| &delivery.reviews);
    // A few decide on no duplicate: whoever names an original gives nothing.
    let few = finalized.verdict == Verdict::Few;
    reviews.into_iter().flatten().any(|review| {
        // A vote for another submission of the same finding is coherent as well; this function ignores that.
        let right = few || review.duplicate_of == finalized.duplicate_of;
        let counts = |score: u8| if few && review.duplicate_of.is_some() { 0 } else { score };
        let close = |score: u8| counts(score).abs_diff(finalized.median) <= details.spec.tolerance;
        review.enforcer == *me && right && review.score.is_some_and(close)
    })
}
