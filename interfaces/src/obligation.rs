//! Obligation: pools of work that members owe, and the standing that follows from it (section 1).

use crate::{reputation, roles::names_refusals, Points, PoolId, Ppm, Timestamp};
use ink::{prelude::vec::Vec, primitives::AccountId};

pub use rules::Standing;

/// One op, in micro-operations.
pub const OP: u128 = 1_000_000;
/// The most segments of a schedule.
pub const MAX_SEGMENTS: usize = 32;
/// The most outcomes in one [`Obligation::resolve`]: those of 16 submissions with 15 reviews each.
pub const MAX_OUTCOMES: usize = 240;
/// The most accounts in one [`Obligation::member_states`].
pub const MAX_STATES: usize = 16;
/// The most pools in which one account is seated, waiting or frozen.
pub const MAX_POOLS_OF: usize = 8;
/// The most accounts in one page of [`Obligation::waiting`].
pub const MAX_PAGE: u32 = 64;
/// The most seats filled by one [`Obligation::fill_seats`].
pub const MAX_FILLED: u32 = 64;
/// The most accounts in one [`Obligation::evaluate_many`].
pub const MAX_EVALUATED: usize = 64;
/// The most bans latched by one [`Obligation::evaluate_many`].
pub const MAX_BANS: usize = 8;

/// `Terms::min_reputation` of a pool that nobody enlists in: its operator enrolls those who agreed to it, and what they
/// agreed to stays as it is for the pool's life.
pub const BY_ENROLMENT: Points = Points::MAX;

/// How much an op weighs when it is seen (section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Rate {
    /// Once, times the schedule; an op that asks for few reviews at most `denominator * reviews / seats`.
    Fixed,
    /// The member's fair share of the reviews asked for, times its diligence, times the schedule.
    FairShare {
        /// The part of the fair share that is asked of each member, in parts per million; 1,000,000: all of it.
        diligence_ppm: Ppm,
    },
}

/// The terms of one pool (section 1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Terms {
    /// One of this many ops seen must be declared. Fixed for the pool's life.
    pub denominator: u32,
    /// Length of an epoch in milliseconds, at least a minute. Fixed for the pool's life.
    pub epoch: Timestamp,
    /// The part of both counters that each finished epoch leaves, in parts per million; 1,000,000: nothing fades. Fixed
    /// for the pool's life.
    pub retention_ppm: Ppm,
    /// How many ops a Healthy member may be short.
    pub throttle_buffer: u32,
    /// How many ops a member may be short without being Banned; at least `throttle_buffer`.
    pub ban_buffer: u32,
    /// How much an op weighs.
    pub rate: Rate,
    /// The fewest reviews an op in this pool asks for.
    pub min_reviews: u8,
    /// Ops of presence due for each epoch that ends while the member has a seat, even the epoch of joining; 0: none.
    pub presence: u32,
    /// How many ops may fall due of a member in an epoch by work seen, presence not included; what is seen beyond that is
    /// never due. At most half of `ban_buffer`; 0: without bound.
    pub pace: u32,
    /// How many ops a member may have declared in advance; at least `presence + 1`; 4,294,967,295: without bound.
    pub credit_cap: u32,
    /// The most members with a seat.
    pub seats: u32,
    /// Points of reputation that must be available to enlist; [`BY_ENROLMENT`]: nobody enlists.
    pub min_reputation: Points,
    /// Points of reputation locked while a member or waiting.
    pub bond: Points,
    /// The most open commitments while Healthy; at most `throttle_buffer`; 0: no commitments in this pool.
    pub healthy_limit: u32,
    /// The most open commitments while Throttled; from 1 to `healthy_limit`, if that is above 0.
    pub throttled_limit: u32,
    /// Part of the unlocked reputation burnt by a ban, after the bond, in parts per million.
    pub slash_ppm: Ppm,
    /// Points of reputation owed to whoever's call latches a ban; at most half the bond.
    pub keeper_reward: Points,
    /// Points of reputation burnt for each op restored.
    pub restore_price: Points,
    /// The time from a ban to reinstatement, and from leaving to enlisting again, in milliseconds.
    pub cooldown: Timestamp,
    /// The shortest freeze, in milliseconds.
    pub min_freeze: Timestamp,
    /// The shortest time from the start of one freeze to the start of the next, in milliseconds.
    pub freeze_interval: Timestamp,
    /// The time from the proposal of new terms until they take effect, in milliseconds; at least a day.
    pub notice: Timestamp,
}

/// The weight of an op from `offset` into each cycle on, until the next segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Segment {
    /// Milliseconds into the cycle.
    pub offset: Timestamp,
    /// What an op weighs, in parts per million of one op.
    pub weight_ppm: Ppm,
}

/// How an op's weight changes with the time at which it is seen. Cycles count from the Unix epoch; before a cycle's
/// first segment the last one still holds. No segments: an op always weighs 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Schedule {
    /// Length of a cycle in milliseconds; above 0 if there are segments.
    pub cycle: Timestamp,
    /// At most 32, offsets strictly rising and below `cycle`.
    pub segments: Vec<Segment>,
}

/// The state of a member of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum MemberState {
    /// Left; the ledger is kept.
    #[default]
    Left,
    /// In the waiting line, bond locked.
    Waiting,
    /// On a seat: obliged.
    Seated,
    /// At rest, bond locked, counters standing still.
    Frozen,
    /// Banned.
    Banned,
}

/// One account in one pool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Membership {
    /// Whether it has a seat, waits, rests, is banned, or has left.
    pub state: MemberState,
    /// The standing now, whether or not anyone latched it.
    pub standing: Standing,
    /// Micro-operations seen (1 op = 1,000,000), rounded down.
    pub seen: u128,
    /// Micro-operations declared, open commitments not included, rounded up.
    pub declared: u128,
    /// Micro-operations that `seen` requires, of whole ops.
    pub required: u128,
    /// Micro-operations missing, of whole ops, open commitments counted as declared.
    pub deficit: u128,
    /// When the seat was taken, in milliseconds since the Unix epoch; 0 without a seat.
    pub seat_since: Timestamp,
    /// Open commitments.
    pub open: u32,
    /// Points of reputation locked for this membership.
    pub bond: Points,
    /// When it last gave up a seat, by leaving, a freeze or a ban, in milliseconds since the Unix epoch; 0 if never.
    /// Leaving the waiting line gives up none.
    pub ended: Timestamp,
    /// The earliest moment at which it can be Banned if it declares nothing from now on, whatever work is seen, in
    /// milliseconds since the Unix epoch: 0 if it is Banned, the greatest `Timestamp` if it cannot be. Open commitments do
    /// not count. At the latest when proposed terms take effect; an account in line is judged as if it were seated now.
    pub safe_until: Timestamp,
}

/// How much work a pool can do, and has to do (section 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Capacity {
    /// The most members with a seat.
    pub seats: u32,
    /// Members with a seat, Throttled ones included.
    pub active: u32,
    /// Of those, latched as Throttled.
    pub throttled: u32,
    /// Accounts in the waiting line.
    pub waiting: u32,
    /// Members at rest.
    pub frozen: u32,
    /// Faded sum of the reviews that ops seen have asked for.
    pub demand: u64,
    /// Faded sum of the ops declared by all.
    pub supply: u64,
    /// Reviews asked for and not closed yet.
    pub backlog: u64,
    /// How many reviews the active members may have open together: `(active - throttled) * healthy_limit + throttled *
    /// throttled_limit`.
    pub hands: u64,
    /// `backlog / hands`, in parts per million; 1,000,000 without hands.
    pub utilization_ppm: u32,
    /// Micro-operations (1 op = 1,000,000) that fell due of late by work seen, and drain by `pace` an epoch, rounded up;
    /// at `pace` nothing more falls due. 0 without a pace.
    pub level: u128,
}

/// How one member's commitment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Outcome {
    /// The member that had committed.
    pub who: AccountId,
    /// Ops declared.
    pub declared: u32,
    /// Commitments closed.
    pub released: u32,
}

/// Which rule the terms or the schedule break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum TermsReason {
    /// The denominator must be 1 to 1,000,000.
    Denominator,
    /// An epoch lasts at least a minute.
    Epoch,
    /// Retention must be 1 to 1,000,000 ppm.
    Retention,
    /// `ban_buffer` must be at least `throttle_buffer`, and at most 1,000,000,000.
    Buffers,
    /// Diligence must be 1 to 1,000,000 ppm.
    Diligence,
    /// `min_reviews` must be at least 1.
    MinReviews,
    /// Honest members must not be banned for work that never existed: at a fixed rate, `seats * greatest weight <=
    /// denominator * min_reviews`.
    Share,
    /// Presence must be below the throttle buffer, or 0.
    Presence,
    /// There must be 1 to 1,000,000 seats.
    Seats,
    /// The healthy limit must be at most the throttle buffer.
    HealthyLimit,
    /// At most 1,000,000 ppm can be slashed.
    Slash,
    /// The keeper's reward must be at most half the bond.
    KeeperReward,
    /// The notice must be at least a day.
    Notice,
    /// There may be at most 32 segments, with offsets strictly rising and below a cycle above 0.
    Segments,
    /// A segment's weight must be at most 1,000 ops.
    Weight,
    /// No time may be longer than a hundred years.
    Duration,
    /// Denominator, epoch and retention are fixed for the pool's life; so are all terms of a pool into which accounts
    /// are only enrolled.
    Fixed,
    /// `presence * denominator` must be at most 1,000,000,000.
    PresenceWork,
    /// The throttled limit must be from 1 to the healthy limit, or 0 if that is 0.
    ThrottledLimit,
    /// The pace must be at most half of `ban_buffer`; 0: without bound.
    Pace,
    /// The credit cap must be above the presence.
    CreditCap,
}

/// Why an obligation message was refused. A refused message changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Error {
    /// The caller lacks the role this message needs.
    MissingRole,
    /// The contract is paused.
    Paused,
    /// The contract is not paused.
    NotPaused,
    /// There is no such pool.
    UnknownPool,
    /// The caller did not open this pool.
    NotOperator,
    /// The terms or the schedule break this rule.
    InvalidTerms(#[doc = "The rule."] TermsReason),
    /// The account is not a member of this pool.
    NotAMember,
    /// The account is a member already, or waits in line.
    AlreadyMember,
    /// The account is at rest.
    Frozen,
    /// The account is not at rest.
    NotFrozen,
    /// The account is Banned, latched or not.
    Banned,
    /// The account is seated, waiting or frozen in eight pools already.
    TooManyPools,
    /// The cooldown since the account left, or was banned, is not over.
    CoolingDown,
    /// Work is missing.
    Deficit,
    /// Commitments are open.
    OpenCommitments,
    /// As many commitments are open as the standing allows.
    TooManyCommitments,
    /// The account has declared its presence in this epoch already.
    AlreadyCheckedIn,
    /// This pool asks for no presence.
    NoPresence,
    /// The last freeze began too recently.
    FrozenRecently,
    /// The freeze has not lasted for the shortest time allowed.
    FrozenTooShortly,
    /// There are more than 240 outcomes, or more than 16 accounts to tell the states of.
    TooManyOutcomes,
    /// The reputation contract refused.
    Reputation(#[doc = "Why it refused."] reputation::Error),
    /// There are as many pools as a `PoolId` can count.
    TooManyPoolsOpened,
    /// There are more than 64 accounts to evaluate.
    TooManyEvaluated,
    /// There is nothing to restore: no work is missing, or no ops were asked for.
    NoDeficit,
    /// More ops than are missing cannot be restored.
    BeyondDeficit,
    /// No terms are proposed for this pool.
    NoPendingTerms,
    /// The notice of the proposed terms is not over.
    NoticeRunning,
    /// The pool is closed.
    PoolClosed,
    /// The account is enrolled in an engagement, which only its operator ends.
    Engaged,
    /// No seat is free, or others wait for it.
    NoFreeSeat,
    /// The account is not Banned: no ban of it was latched, and what it left with would not have it Banned.
    NotBanned,
}

names_refusals!(Error, AccessControl);
names_refusals!(Error, Pausable);

impl From<reputation::Error> for Error {
    fn from(error: reputation::Error) -> Self {
        Self::Reputation(error)
    }
}

/// Obligations: who owes how much work, and the standing that follows from it (section 1).
///
/// Beside these the contract implements AccessControl and Pausable. The first message that changes a pool after
/// proposed terms fell due writes them down, and emits `TermsApplied` beside its own events.
#[ink::trait_definition]
pub trait Obligation {
    // Anyone

    /// Anyone: computes the standing of `who` in this pool now and latches it.
    ///
    /// A first `Banned` burns the bond, slashes, takes the seat away, gives it to the first in line, and owes the
    /// keeper's reward to the caller. When nothing changes it enters no other contract. Emits `StandingChanged` on a
    /// change, `Seated` for whoever takes the seat, and `ReputationRefused` if the reputation contract refused.
    ///
    /// Errors: `UnknownPool`, `NotAMember`.
    #[ink(message)]
    fn evaluate(&mut self, pool: PoolId, who: AccountId) -> Result<Standing, Error>;

    /// Anyone: evaluates up to 64 accounts of this pool as [`Obligation::evaluate`] does, and returns their standings
    /// in order.
    ///
    /// At most 8 bans are latched, in one call of the reputation contract; further accounts are reported as `Banned`
    /// and left for another call. An account named twice is handled once. The keeper's rewards are owed as one sum.
    /// Emits what `evaluate` emits.
    ///
    /// Errors: `TooManyEvaluated`, `UnknownPool`, `NotAMember` (one of them is none: then none is evaluated).
    #[ink(message)]
    fn evaluate_many(&mut self, pool: PoolId, accounts: Vec<AccountId>) -> Result<Vec<Standing>, Error>;

    /// Anyone: gives up to `max` free seats of this pool (a larger number counts as 64) to the first in line and
    /// returns how many. Emits `Seated` for each.
    ///
    /// Errors: `UnknownPool`.
    #[ink(message)]
    fn fill_seats(&mut self, pool: PoolId, max: u32) -> Result<u32, Error>;

    /// Anyone: writes down that the proposed terms are in force. Every other message counts with them from the moment
    /// their notice is over, and writes them down if it changes the pool. Emits `TermsApplied`.
    ///
    /// Errors: `UnknownPool`, `NoPendingTerms`, `NoticeRunning`.
    #[ink(message)]
    fn apply_terms(&mut self, pool: PoolId) -> Result<(), Error>;

    /// The standing of `who` in this pool now, whether or not anyone latched it.
    ///
    /// Errors: `UnknownPool`, `NotAMember`.
    #[ink(message)]
    fn standing(&self, pool: PoolId, who: AccountId) -> Result<Standing, Error>;

    /// Everything about `who` in this pool, as of now.
    ///
    /// Errors: `UnknownPool`, `NotAMember`.
    #[ink(message)]
    fn membership(&self, pool: PoolId, who: AccountId) -> Result<Membership, Error>;

    /// How many members are active, and what each of up to 16 accounts is in this pool; whoever never was a member has
    /// left.
    ///
    /// Errors: `UnknownPool`, `TooManyOutcomes`.
    #[ink(message)]
    fn member_states(&self, pool: PoolId, accounts: Vec<AccountId>) -> Result<(u32, Vec<MemberState>), Error>;

    /// How much work the pool can do, and has to do.
    ///
    /// Errors: `UnknownPool`.
    #[ink(message)]
    fn capacity(&self, pool: PoolId) -> Result<Capacity, Error>;

    /// The pool's terms and schedule as of now, whether or not anyone applied them.
    ///
    /// Errors: `UnknownPool`.
    #[ink(message)]
    fn terms(&self, pool: PoolId) -> Result<(Terms, Schedule), Error>;

    /// The terms and the schedule that are proposed, and when they take effect, in milliseconds since the Unix epoch.
    /// `None` from then on, and for a pool that does not exist.
    #[ink(message)]
    fn pending_terms(&self, pool: PoolId) -> Option<(Terms, Schedule, Timestamp)>;

    /// Up to `count` accounts (a larger number counts as 64) of the pool's waiting line, from its head, or from `from`
    /// on.
    ///
    /// Errors: `UnknownPool`, `NotAMember` (`from` does not wait).
    #[ink(message)]
    fn waiting(&self, pool: PoolId, from: Option<AccountId>, count: u32) -> Result<Vec<AccountId>, Error>;

    /// The pools in which `who` is seated, waiting or frozen.
    #[ink(message)]
    fn pools_of(&self, who: AccountId) -> Vec<PoolId>;

    // Members

    /// Anyone who is not a member: takes a seat in this pool, or a place at the end of the waiting line, and locks the
    /// bond. Emits `Seated` or `Queued`.
    ///
    /// Errors: `Paused`, `UnknownPool`, `PoolClosed`, `AlreadyMember`, `Frozen`, `Banned`, `CoolingDown`,
    /// `TooManyPools`, `Reputation`.
    #[ink(message)]
    fn enlist(&mut self, pool: PoolId) -> Result<(), Error>;

    /// A member without a deficit or open commitments, or one that waits: leaves the pool, and the bond is unlocked.
    /// Emits `Resigned`, `Seated` for whoever takes the seat, and `ReputationRefused` if the bond could not be
    /// unlocked.
    ///
    /// While terms are proposed neither a deficit nor open commitments keep anybody: the ledger keeps the deficit, and
    /// commitments stay open, with the penalties for missing them. A closed pool keeps nobody who waits or has a seat; whoever rests comes back first, to its line. Whoever is enrolled stays until it is
    /// discharged, except in these two cases. Whoever has already left can call it again for a bond that could not be
    /// unlocked.
    ///
    /// Errors: `UnknownPool`, `NotAMember`, `Frozen`, `Banned`, `OpenCommitments`, `Engaged`, `Deficit`.
    #[ink(message)]
    fn resign(&mut self, pool: PoolId) -> Result<(), Error>;

    /// A member with a seat: declares the pool's presence, once per epoch. Emits `CheckedIn`.
    ///
    /// Presence is due as the terms were when the epoch began. A commitment does the same by itself.
    ///
    /// Errors: `UnknownPool`, `PoolClosed`, `NotAMember`, `Frozen`, `Banned`, `NoPresence`, `AlreadyCheckedIn`.
    #[ink(message)]
    fn check_in(&mut self, pool: PoolId) -> Result<(), Error>;

    /// A member with a seat: burns `restore_price * ops` points of its available reputation and declares `ops`, at most
    /// its present deficit. Emits `Restored`.
    ///
    /// Errors: `UnknownPool`, `PoolClosed`, `NotAMember`, `Frozen`, `Banned`, `NoDeficit`, `BeyondDeficit`,
    /// `Reputation`.
    #[ink(message)]
    fn restore(&mut self, pool: PoolId, ops: u32) -> Result<(), Error>;

    /// Anyone who is Banned and latched, or left with a ledger by which it would be Banned: after the cooldown burns the
    /// pool's bond, or `restore_price` for each op missing if that is more, in points of its own available reputation,
    /// and clears its ledger. Returns how many points that was. The account enlists again like anybody. Emits `Redeemed`.
    ///
    /// Not in a pool into which accounts are only enrolled.
    ///
    /// Errors: `UnknownPool`, `PoolClosed`, `Engaged`, `NotAMember`, `NotBanned`, `CoolingDown`, `Reputation`.
    #[ink(message)]
    fn redeem(&mut self, pool: PoolId) -> Result<Points, Error>;

    /// A member: freezes its reputation and all its memberships; the seats go to the waiting lines. Emits
    /// `FreezeChanged`, and `Seated` for whoever takes a seat.
    ///
    /// Errors: `Engaged`, `NotAMember`, `Frozen`, `Banned`, `Deficit`, `OpenCommitments`, `FrozenRecently`, `Reputation`.
    #[ink(message)]
    fn freeze(&mut self) -> Result<(), Error>;

    /// A frozen account: comes back, to free seats or the ends of the lines. Emits `FreezeChanged`, and `Seated` or
    /// `Queued` for each pool.
    ///
    /// Errors: `NotFrozen`, `FrozenTooShortly`, `Reputation`.
    #[ink(message)]
    fn unfreeze(&mut self) -> Result<(), Error>;

    // Operators

    /// OPERATOR: opens a pool, which only the caller can report work to, with these terms and this schedule. Emits
    /// `PoolOpened`.
    ///
    /// Errors: `MissingRole`, `InvalidTerms`, `TooManyPoolsOpened`.
    #[ink(message)]
    fn open_pool(&mut self, terms: Terms, schedule: Schedule) -> Result<PoolId, Error>;

    /// The pool's operator: closes it for good, proposed terms included. From then on nothing is seen, declared or due,
    /// no standing is latched, nobody takes a seat, and members leave freely. Emits `PoolClosed`.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `PoolClosed`.
    #[ink(message)]
    fn close_pool(&mut self, pool: PoolId) -> Result<(), Error>;

    /// The pool's operator: gives a free seat to `who`, which agreed to it through the operator, and locks the bond.
    ///
    /// An enrolled account cannot freeze, and the pool does not count among its eight. The reputation contract is not
    /// called if the terms have no bond and no `min_reputation`, or [`BY_ENROLMENT`]. Emits `Seated`.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `PoolClosed`, `AlreadyMember`, `Frozen`, `Banned`, `CoolingDown`,
    /// `NoFreeSeat`, `Reputation`.
    #[ink(message)]
    fn enroll(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error>;

    /// The pool's operator: ends what `enroll` began for `who`, whatever the ledger says. The ledger is kept, and the
    /// bond is unlocked. Emits `Resigned`, `Seated` for whoever takes the seat, and `ReputationRefused` if the bond
    /// could not be unlocked.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `NotAMember` (not enrolled, or banned).
    #[ink(message)]
    fn discharge(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error>;

    /// The pool's operator: every member with a seat has seen `ops` more, each asking for `reviews_per_op` reviews; what
    /// is beyond the pace is never due. Returns how many members are active. Harmless for a closed pool. Emits `OpsSeen`,
    /// unless the pool is closed.
    ///
    /// At a fixed rate an op weighs at most `denominator * reviews_per_op / seats` (by active members where they are more):
    /// where it asks for fewer reviews than `min_reviews`, honest members still find enough work.
    ///
    /// Errors: `UnknownPool`, `NotOperator`.
    #[ink(message)]
    fn record_seen(&mut self, pool: PoolId, ops: u32, reviews_per_op: u32) -> Result<u32, Error>;

    /// The pool's operator: `who` has done `ops` more; what is beyond its credit counts for the pool's `supply` only.
    /// Harmless for an account without a seat, and for a closed pool. Emits `OpsDeclared` if it has a seat.
    ///
    /// Errors: `UnknownPool`, `NotOperator`.
    #[ink(message)]
    fn record_declared(&mut self, pool: PoolId, who: AccountId, ops: u32) -> Result<(), Error>;

    /// The pool's operator: this many more `reviews` have been asked for. Returns the capacity with them.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `PoolClosed`.
    #[ink(message)]
    fn reserve(&mut self, pool: PoolId, reviews: u32) -> Result<Capacity, Error>;

    /// The pool's operator: this many of the `reviews` asked for are closed, however they ended.
    ///
    /// Errors: `UnknownPool`, `NotOperator`.
    #[ink(message)]
    fn record_closed(&mut self, pool: PoolId, reviews: u32) -> Result<(), Error>;

    /// The pool's operator: `who` commits to `count` ops, which count as declared until they are released. Returns how
    /// many ops it was short before. The first commitment of an epoch declares the presence as well, and emits
    /// `CheckedIn`, if the pool asks for any.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `NotAMember`, `Frozen`, `Banned`, `TooManyCommitments`.
    #[ink(message)]
    fn commit(&mut self, pool: PoolId, who: AccountId, count: u32) -> Result<u32, Error>;

    /// The pool's operator: closes one commitment of `who`. Harmless if it has none.
    ///
    /// Errors: `UnknownPool`, `NotOperator`.
    #[ink(message)]
    fn release(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error>;

    /// The pool's operator: records whole rounds, at most 240 outcomes, each with the ops that one member has declared
    /// and the commitments it has closed. Harmless for members that are gone. Emits one `OpsDeclared` if anybody declared
    /// something.
    ///
    /// Errors: `UnknownPool`, `NotOperator`, `TooManyOutcomes`.
    #[ink(message)]
    fn resolve(&mut self, pool: PoolId, outcomes: Vec<Outcome>) -> Result<(), Error>;

    // Managers

    /// Manager: proposes new terms and a new schedule, which take effect when the present notice is over. Replaces what
    /// was proposed before. Emits `TermsProposed`.
    ///
    /// Errors: `MissingRole`, `UnknownPool`, `PoolClosed`, `InvalidTerms` (`Fixed` for a change of what is fixed).
    #[ink(message)]
    fn propose_terms(&mut self, pool: PoolId, terms: Terms, schedule: Schedule) -> Result<(), Error>;

    /// Manager: lifts the ban of `who` after the cooldown, and clears the ledger. The account enlists again by itself.
    /// Emits `Reinstated`.
    ///
    /// Also for an account that left while terms were proposed and would be Banned under those now in force.
    ///
    /// Errors: `MissingRole`, `UnknownPool`, `NotAMember`, `NotBanned`, `CoolingDown`.
    #[ink(message)]
    fn reinstate(&mut self, pool: PoolId, who: AccountId) -> Result<(), Error>;

    /// Manager: stops `enlist`, and nothing else. Emits pendzl's `Paused`.
    ///
    /// Errors: `MissingRole`, `Paused`.
    #[ink(message)]
    fn pause(&mut self) -> Result<(), Error>;

    /// Manager: ends the pause. Emits pendzl's `Unpaused`.
    ///
    /// Errors: `MissingRole`, `NotPaused`.
    #[ink(message)]
    fn unpause(&mut self) -> Result<(), Error>;
}

/// A pool was opened.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PoolOpened {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that opened it, the only one that can report work to it.
    #[ink(topic)]
    pub operator: AccountId,
}

/// New terms were proposed. They take effect at `due`.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct TermsProposed {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// When they take effect, in milliseconds since the Unix epoch.
    pub due: Timestamp,
}

/// The proposed terms were written down; they have been in force since they fell due.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct TermsApplied {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
}

/// A pool was closed by its operator.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PoolClosed {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
}

/// A ban was lifted, with a clean ledger.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Reinstated {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that may enlist again.
    #[ink(topic)]
    pub who: AccountId,
}

/// An account bought itself free from a ban, and has a clean ledger.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Redeemed {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that may enlist again.
    #[ink(topic)]
    pub who: AccountId,
    /// The reputation burnt for it, in points.
    pub burnt: Points,
}

/// An account joined the waiting line, its bond locked: it enlisted, or came back from a rest.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Queued {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that waits.
    #[ink(topic)]
    pub who: AccountId,
}

/// An account took a seat.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Seated {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that is obliged from now on.
    #[ink(topic)]
    pub who: AccountId,
}

/// A member, or one that waited, left or was discharged. Its bond was unlocked, unless `ReputationRefused` says that it
/// was not: then it stays noted, and the next `resign` or `enlist` unlocks it.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Resigned {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The account that left.
    #[ink(topic)]
    pub who: AccountId,
}

/// A standing was latched. The amounts are reputation; they are 0 unless it is a ban.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct StandingChanged {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The member that was judged.
    #[ink(topic)]
    pub who: AccountId,
    /// Its standing from now on.
    pub standing: Standing,
    /// The bond burnt, in points.
    pub bond_burnt: Points,
    /// What was slashed besides, in points.
    pub slashed: Points,
    /// The account whose call it was.
    pub keeper: AccountId,
    /// What that account is owed for it, in points.
    pub reward: Points,
}

/// The reputation contract refused to carry out a ban's penalties or a release: the ban or release stands without.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct ReputationRefused {
    /// The account that was banned or left.
    #[ink(topic)]
    pub who: AccountId,
    /// Why the reputation contract refused.
    pub error: reputation::Error,
}

/// A member declared its presence.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct CheckedIn {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The member that is present.
    #[ink(topic)]
    pub who: AccountId,
    /// How many ops that counts as.
    pub ops: u32,
}

/// A member made up for work it had missed.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Restored {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The member that paid.
    #[ink(topic)]
    pub who: AccountId,
    /// How many ops it made up for.
    pub ops: u32,
    /// The reputation burnt for it, in points.
    pub burnt: Points,
}

/// An account began a rest from all its pools, or ended it.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct FreezeChanged {
    /// The account that rests, or came back.
    #[ink(topic)]
    pub who: AccountId,
    /// Whether it rests now.
    pub frozen: bool,
}

/// Work was there to be done.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct OpsSeen {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// How many ops every member with a seat has seen.
    pub ops: u32,
    /// How many reviews each of them asks for.
    pub reviews_per_op: u32,
}

/// Members did work.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "obligation-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct OpsDeclared {
    /// The pool's number.
    #[ink(topic)]
    pub pool: PoolId,
    /// The members that did it, each with how many ops were declared for it; once for each round that it was in.
    pub declared: Vec<(AccountId, u32)>,
}

#[cfg(feature = "std")]
mod event {
    use super::*;
    use crate::events::{Paused, RoleAdminChanged, RoleGranted, RoleRevoked, Unpaused};

    crate::events::events! {
        /// Everything that the obligation contract emits.
        PoolOpened,
        PoolClosed,
        TermsProposed,
        TermsApplied,
        Seated,
        Queued,
        Resigned,
        Reinstated,
        Redeemed,
        StandingChanged,
        ReputationRefused,
        CheckedIn,
        Restored,
        FreezeChanged,
        OpsSeen,
        OpsDeclared,
        RoleGranted,
        RoleRevoked,
        RoleAdminChanged,
        Paused,
        Unpaused,
    }
}
#[cfg(feature = "std")]
pub use event::Event;
