//! A story's plan: who is in it, what is asked for, and what everybody does when.

use crate::client::{conditions::Conditions, jury::Opinion};
use chain::Settings;
use ink::primitives::AccountId;
use interfaces::{Balance, SubmissionId, Timestamp};

/// The organization's account that sets everything up.
pub const MANAGER: &str = "manager";

/// The account that is credited protocol fees, rents and premiums.
pub const TREASURY: &str = "treasury";

/// Index of an actor in [`Scenario::actors`].
pub type Actor = usize;

/// Index of a request in [`Scenario::requests`].
pub type Plan = usize;

/// A story to be played.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub about: String,
    pub settings: Settings,
    /// The manager and the treasury, then those of the file.
    pub actors: Vec<ActorPlan>,
    pub requests: Vec<RequestPlan>,
    /// In the order of their times.
    pub steps: Vec<Step>,
}

/// Somebody in the story.
#[derive(Clone, Debug)]
pub struct ActorPlan {
    pub name: String,
    pub account: AccountId,
    /// What it has of the chain's currency before it starts.
    pub funds: Balance,
}

/// A request, and how it goes if it plays itself.
#[derive(Clone, Debug)]
pub struct RequestPlan {
    pub name: String,
    pub requester: Actor,
    pub conditions: Conditions,
    pub offers: Vec<OfferPlan>,
    pub deliveries: Vec<DeliveryPlan>,
    /// The actor who does the upkeep that anyone may do.
    pub keeper: Actor,
    /// Whether the keeper frees its storage in the end.
    pub prune: bool,
}

/// One provider's offer, and what becomes of it.
#[derive(Clone, Debug)]
pub struct OfferPlan {
    pub provider: Actor,
    /// The prices, one after the other, as the provider changes its mind.
    pub prices: Vec<Balance>,
    /// From the end of signalling to the delivery; in a takeover, from the offer.
    pub within: Option<Timestamp>,
    pub ends: OfferEnd,
    /// Whether it is made once the place of an engagement is vacant.
    pub takeover: bool,
}

/// What becomes of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferEnd {
    /// The requester accepts it.
    Accepted,
    /// The provider takes it back.
    Retracted,
    /// Nobody does anything about it until the request is over.
    Left,
}

/// What one provider delivers on one place.
#[derive(Clone, Debug)]
pub struct DeliveryPlan {
    pub provider: Actor,
    pub delivers: bool,
    /// Whether a sealed delivery is unsealed.
    pub unseals: bool,
    pub scores: Vec<ScorePlan>,
    /// Those who commit once its window is extended, if it is.
    pub second_scores: Vec<ScorePlan>,
}

/// One enforcer's review.
#[derive(Clone, Debug)]
pub struct ScorePlan {
    pub enforcer: Actor,
    pub score: u8,
    pub reveals: bool,
    pub duplicate_of: Option<SubmissionId>,
}

/// Something that happens at a time.
#[derive(Clone, Debug)]
pub struct Step {
    /// Since the story's beginning.
    pub at: Timestamp,
    pub who: Actor,
    pub action: Action,
    /// The refusal that the file expects.
    pub expect: Option<String>,
}

/// What somebody does, grouped by capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// In the enforcers' pool.
    Member(MemberAct),
    Requester(Plan, RequesterAct),
    Provider(Plan, ProviderAct),
    Enforcer(Plan, EnforcerAct),
    /// What anyone may do.
    Upkeep(Plan, UpkeepAct),
    /// With one's own credit and reputation.
    Account(AccountAct),
    Manager(ManagerAct),
    /// How a request that plays itself goes on.
    GoesOn(Plan, NextAct),
    /// Shows how the members stand.
    Show,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberAct {
    Enlist,
    Resign,
    CheckIn,
    Freeze,
    Unfreeze,
    /// Anyone may: has a member judged.
    Evaluate(Actor),
    /// Anyone may: fills at most this many free seats.
    FillSeats(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequesterAct {
    /// Posts the request and lets it play itself to its end.
    Play,
    Post,
    /// Accepts the offer as it stands, or only if this is its price.
    Accept {
        provider: Actor,
        price: Option<Balance>,
    },
    /// Accepts an offer for the rest of an engagement.
    TakeOver {
        provider: Actor,
        price: Option<Balance>,
    },
    Withdraw,
    Reclaim,
    /// Ends an engagement; the provider does so too.
    GiveNotice,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderAct {
    Signal {
        places: u16,
    },
    Offer {
        price: Balance,
        within: Option<Timestamp>,
    },
    RetractOffer,
    /// Delivers: openly, under a seal, or for the present period, as the request asks.
    Submit,
    Revise(SubmissionId),
    Unseal(Vec<SubmissionId>),
}

/// Reviews of submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnforcerAct {
    Commit(Vec<Opinion>),
    Reveal(Vec<Opinion>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpkeepAct {
    OpenReviews,
    Finalize(Vec<SubmissionId>),
    Settle,
    ClosePeriod,
    Claim(Vec<SubmissionId>),
    ReportNoShow(Actor),
    Prune,
    /// Finalizes, settles and pays whatever is ready; a request that plays itself ends with this.
    WrapUp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAct {
    Withdraw,
    /// Mints the reputation that somebody earned.
    ClaimReputation(Actor),
    ClaimOwnReputation,
    Burn(Balance),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagerAct {
    PauseMarket,
    UnpauseMarket,
    PauseObligation,
    UnpauseObligation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextAct {
    /// Plans the reviews of what was delivered.
    PlanReviews,
    /// Has windows of these submissions extended in which too few committed, and plans the reveals of the others.
    PlanReveals(Vec<SubmissionId>),
    /// Plans that the seals are opened.
    PlanUnsealing,
    /// Begins the present period of an engagement, unless its place became vacant since.
    BeginPeriod { vacancies: u32 },
    /// Delivers for the present period, unless the place became vacant since.
    DeliverPeriod { vacancies: u32 },
    /// Opens the review of a period, if anything was delivered in it, and plans it.
    ReviewPeriod { period: SubmissionId },
    /// Wraps up what a window that was extended held up, unless that is done.
    WrapUp,
}
