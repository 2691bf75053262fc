//! Lists of one item, for the messages that take lists.

use ink::primitives::Hash;
use interfaces::{
    market::{Commitment, Delivery, Reveal, Unsealing},
    SubmissionId,
};

/// What is delivered, and where it is.
pub fn delivery(content: Hash, uri: Vec<u8>) -> Vec<Delivery> {
    vec![Delivery { content, uri }]
}

/// What opens the seal of a submission.
pub fn unsealing(submission: SubmissionId, content: Hash, uri: Vec<u8>, salt: [u8; 32]) -> Vec<Unsealing> {
    vec![Unsealing { submission, content, uri, salt }]
}

/// A commitment to a review.
pub fn commitment(submission: SubmissionId, commitment: [u8; 32]) -> Vec<Commitment> {
    vec![Commitment { submission, commitment }]
}

/// What was committed to.
pub fn reveal(submission: SubmissionId, score: u8, duplicate_of: Option<SubmissionId>, salt: [u8; 32]) -> Vec<Reveal> {
    vec![Reveal { submission, score, duplicate_of, salt }]
}
