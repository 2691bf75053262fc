//! Where blocks come from.

use ink::primitives::AccountId;
use interfaces::{
    market::{Engagement, Policy, RequestSpec, RequestState, Review, Submission},
    obligation::{Capacity, Membership},
    reputation::Profile,
    Event, PoolId, RequestId, SubmissionId, Timestamp,
};
use std::fmt;

/// The hash of a block.
pub type Hash = [u8; 32];

/// Which block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Id {
    pub number: u32,
    pub hash: Hash,
}

/// A block, as far as an index wants to know it.
#[derive(Clone, Debug)]
pub struct Block {
    pub id: Id,
    /// The hash of the block before it.
    pub parent: Hash,
    /// In milliseconds since the Unix epoch.
    pub time: Timestamp,
    /// What the three contracts told, in order.
    pub events: Vec<Event>,
}

/// Whose events these are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// The chain's own name.
    pub network: String,
    /// The hash of the chain's first block.
    pub genesis: Hash,
    pub reputation: AccountId,
    pub obligation: AccountId,
    pub market: AccountId,
    /// The enforcers' pool.
    pub pool: PoolId,
    /// The first block that may have events of these contracts.
    pub since: u32,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody answers; asking again later may help.
    Lost(String),
    /// The node has forgotten what was asked for: it is no archive.
    Forgotten(String),
    /// The answer makes no sense.
    NotUnderstood(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(reason) => write!(f, "{reason}"),
            Self::Forgotten(reason) => {
                write!(f, "the node has forgotten it ({reason}); an index needs an archive node")
            }
            Self::NotUnderstood(reason) => write!(f, "the chain's answer is not understood: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// What a source answers.
pub type Answer<T> = Result<T, Error>;

/// A request as the market knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub spec: RequestSpec,
    pub state: RequestState,
    pub engagement: Option<Engagement>,
}

/// A chain, or what stands for one. Its methods block.
///
/// What is read is read as it was after a block; `None`: it was not there.
pub trait Source {
    /// Whose events it tells.
    fn organization(&self) -> &Organization;

    /// The latest block that is final.
    fn head(&mut self) -> Answer<Id>;

    /// The hash that block number `number` has now; `None` if there is no such block.
    fn hash_of(&mut self, number: u32) -> Answer<Option<Hash>>;

    /// The block of that number; `None` if there is none.
    fn block(&mut self, number: u32) -> Answer<Option<Block>>;

    /// A request.
    fn request(&mut self, at: Id, request: RequestId) -> Answer<Option<Case>>;

    /// One of its submissions.
    fn submission(&mut self, at: Id, request: RequestId, submission: SubmissionId) -> Answer<Option<Submission>>;

    /// The reviews of a submission.
    fn reviews(&mut self, at: Id, request: RequestId, submission: SubmissionId) -> Answer<Option<Vec<Review>>>;

    /// The capacity of the enforcers' pool.
    fn capacity(&mut self, at: Id) -> Answer<Option<Capacity>>;

    /// The market's policy.
    fn policy(&mut self, at: Id) -> Answer<Option<Policy>>;

    /// An account's membership of the enforcers' pool.
    fn membership(&mut self, at: Id, who: AccountId) -> Answer<Option<Membership>>;

    /// An account's reputation.
    fn profile(&mut self, at: Id, who: AccountId) -> Answer<Option<Profile>>;

    /// How many requests were posted.
    fn posted(&mut self, at: Id) -> Answer<Option<RequestId>>;
}
