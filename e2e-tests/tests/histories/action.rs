//! What people can do, and what they are told.

use e2e_tests::SALT;
use interfaces::{market, obligation, reputation, Balance, RequestId, SubmissionId, Timestamp};

/// An account, by its place in [`CAST`].
pub type Who = usize;

/// Everyone there is.
pub const CAST: [&str; 16] = [
    "manager", "treasury", "rita", "rolf", "pia", "paul", "petra", "stan", "eva", "emil", "edda", "enzo", "elsa",
    "cora", "carl", "dora",
];
pub const MANAGER: Who = 0;
pub const TREASURY: Who = 1;
pub const REQUESTERS: [Who; 2] = [2, 3];
pub const PROVIDERS: [Who; 3] = [4, 5, 6];
pub const KEEPER: Who = 7;
pub const ENFORCERS: [Who; 8] = [8, 9, 10, 11, 12, 13, 14, 15];
/// Of the enforcers, bots: they take whatever is free as soon as it is there.
pub const BOTS: [Who; 2] = [8, 9];
/// Of the enforcers, two who hold together: they often do not reveal what they committed to.
pub const COLLUDERS: [Who; 2] = [10, 11];
/// Of the enforcers, people with a job, who look in once a day.
pub const EVENINGS: [Who; 3] = [12, 13, 14];

/// The most items of a list.
pub const MOST_ITEMS: usize = 16;

/// A score, and which submission it is said to duplicate.
pub type Vote = (u8, Option<SubmissionId>);

/// What keeps a review secret. Each has its own, so that no two change the beacon alike.
pub fn salt_of(request: RequestId, submission: SubmissionId) -> [u8; 32] {
    let mut salt = SALT;
    salt[..4].copy_from_slice(&request.to_le_bytes());
    salt[4..8].copy_from_slice(&submission.to_le_bytes());
    salt
}

/// Something that happens. Deadlines of a request are lengths of time from its posting.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Time passes, and nobody does anything.
    Pass(Timestamp),

    // The market
    OpenMarket,
    /// `pay` is what is sent beyond the price.
    Post {
        spec: Box<market::RequestSpec>,
        pay: i64,
        max_premium: Balance,
    },
    Engage {
        spec: Box<market::RequestSpec>,
        periods: u16,
        period: Timestamp,
        missed: u16,
        notice: u16,
        pay: i64,
        max_premium: Balance,
    },
    WithdrawRequest(RequestId),
    Accept {
        request: RequestId,
        provider: Who,
        price: Balance,
        deliver_by: Timestamp,
    },
    Takeover {
        request: RequestId,
        provider: Who,
        price: Balance,
        deliver_by: Timestamp,
    },
    Reclaim(RequestId),
    /// `pay` is what is sent beyond the deposits.
    Signal {
        request: RequestId,
        places: u16,
        pay: i64,
    },
    Offer {
        request: RequestId,
        price: Balance,
        deliver_by: Timestamp,
        until: Timestamp,
        uri: usize,
        pay: i64,
    },
    RetractOffer(RequestId),
    /// `uri` is how long the URI of each is, if it is too long; otherwise it is the usual one.
    Submit {
        request: RequestId,
        works: Vec<u8>,
        uri: usize,
    },
    Revise {
        request: RequestId,
        submission: SubmissionId,
        work: u8,
        uri: usize,
    },
    SubmitSealed {
        request: RequestId,
        works: Vec<u8>,
    },
    Unseal {
        request: RequestId,
        seals: Vec<(SubmissionId, u8)>,
        uri: usize,
    },
    ReportNoShow {
        request: RequestId,
        provider: Who,
    },
    OpenReviews {
        request: RequestId,
        max: u32,
    },
    CommitReviews {
        request: RequestId,
        votes: Vec<(SubmissionId, Vote)>,
    },
    RevealReviews {
        request: RequestId,
        votes: Vec<(SubmissionId, Vote)>,
    },
    Finalize {
        request: RequestId,
        submissions: Vec<SubmissionId>,
    },
    Settle {
        request: RequestId,
        max: u32,
    },
    GiveNotice(RequestId),
    ClosePeriod(RequestId),
    Claim {
        request: RequestId,
        submissions: Vec<SubmissionId>,
    },
    Withdraw,
    Prune {
        request: RequestId,
        max: u32,
    },
    ProposePolicy(Box<market::Policy>),
    ApplyPolicy,
    PauseMarket,
    UnpauseMarket,

    // Obligations
    Evaluate {
        pool: u32,
        who: Who,
    },
    EvaluateMany {
        pool: u32,
        who: Vec<Who>,
    },
    FillSeats {
        pool: u32,
        max: u32,
    },
    ApplyTerms(u32),
    Enlist(u32),
    Resign(u32),
    CheckIn(u32),
    Restore {
        pool: u32,
        ops: u32,
    },
    Redeem(u32),
    Freeze,
    Unfreeze,
    ProposeTerms {
        pool: u32,
        terms: Box<obligation::Terms>,
    },
    Reinstate {
        pool: u32,
        who: Who,
    },
    PauseObligation,
    UnpauseObligation,
    /// One of the messages that only an operator may send: see [`Meddling`].
    Operate {
        pool: u32,
        what: Meddling,
    },

    // Reputation
    ClaimReputation(Who),
    Burn(Balance),
    /// One of the messages that only a contract or the manager may send, or nobody at all.
    Tamper(Tampering),
}

/// What only a pool's operator may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meddling {
    OpenPool,
    ClosePool,
    Enroll,
    Discharge,
    RecordSeen,
    RecordDeclared,
    Reserve,
    RecordClosed,
    Commit,
    Release,
    Resolve,
}

pub const MEDDLINGS: [Meddling; 11] = [
    Meddling::OpenPool,
    Meddling::ClosePool,
    Meddling::Enroll,
    Meddling::Discharge,
    Meddling::RecordSeen,
    Meddling::RecordDeclared,
    Meddling::Reserve,
    Meddling::RecordClosed,
    Meddling::Commit,
    Meddling::Release,
    Meddling::Resolve,
];

/// What nobody without a role may do to anybody's reputation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tampering {
    Owe,
    Lock,
    Unlock,
    Slash,
    Spend,
    Freeze,
    Unfreeze,
    Apply,
    Endow,
    Seal,
    Transfer,
    TransferFrom,
    Approve,
}

pub const TAMPERINGS: [Tampering; 13] = [
    Tampering::Owe,
    Tampering::Lock,
    Tampering::Unlock,
    Tampering::Slash,
    Tampering::Spend,
    Tampering::Freeze,
    Tampering::Unfreeze,
    Tampering::Apply,
    Tampering::Endow,
    Tampering::Seal,
    Tampering::Transfer,
    Tampering::TransferFrom,
    Tampering::Approve,
];

/// Why somebody was sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Market(market::Error),
    Obligation(obligation::Error),
    Reputation(reputation::Error),
    /// Reputation changes no hands.
    Soulbound,
}

impl From<market::Error> for Refusal {
    fn from(error: market::Error) -> Self {
        Self::Market(error)
    }
}

impl From<obligation::Error> for Refusal {
    fn from(error: obligation::Error) -> Self {
        Self::Obligation(error)
    }
}

impl From<reputation::Error> for Refusal {
    fn from(error: reputation::Error) -> Self {
        Self::Reputation(error)
    }
}

/// What a message answers: numbers as they are, `true` and `()` as 1 and 0, standings as digits, lists by [`numbers`].
pub type Said = Result<u128, Refusal>;

/// A list of numbers as one.
pub fn numbers(list: &[SubmissionId]) -> u128 {
    list.iter().fold(0, |sum: u128, number| sum.wrapping_mul(1_000_003).wrapping_add(u128::from(*number) + 1))
}

impl Action {
    /// The request it is about, where there is one already.
    pub fn request_mut(&mut self) -> Option<&mut RequestId> {
        match self {
            Self::WithdrawRequest(request)
            | Self::Reclaim(request)
            | Self::RetractOffer(request)
            | Self::GiveNotice(request)
            | Self::ClosePeriod(request)
            | Self::Accept { request, .. }
            | Self::Takeover { request, .. }
            | Self::Signal { request, .. }
            | Self::Offer { request, .. }
            | Self::Submit { request, .. }
            | Self::Revise { request, .. }
            | Self::SubmitSealed { request, .. }
            | Self::Unseal { request, .. }
            | Self::ReportNoShow { request, .. }
            | Self::OpenReviews { request, .. }
            | Self::CommitReviews { request, .. }
            | Self::RevealReviews { request, .. }
            | Self::Finalize { request, .. }
            | Self::Settle { request, .. }
            | Self::Claim { request, .. }
            | Self::Prune { request, .. } => Some(request),
            _ => None,
        }
    }

    /// The message's name.
    pub fn name(&self) -> String {
        let debug = match self {
            Self::Operate { what, .. } => format!("operate: {what:?}"),
            Self::Tamper(what) => format!("tamper: {what:?}"),
            other => format!("{other:?}"),
        };
        debug.split(['(', '{']).next().unwrap_or_default().trim().to_owned()
    }
}
