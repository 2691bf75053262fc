//! Small records that the market keeps beside requests and submissions.

use crate::market::SubmissionKey;
use ink::{prelude::vec::Vec, primitives::AccountId};
use interfaces::{
    market::{Review, Submission},
    Balance, PoolId, Timestamp,
};

/// What never changes once the manager has opened the market.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Opening {
    /// The enforcers' pool.
    pub pool: PoolId,
    /// The length of an epoch in which a repeated pair earns less: that of the pool's epochs, but counted from the Unix
    /// epoch.
    pub epoch: Timestamp,
    /// The time from the proposal of a policy until it is in force.
    pub notice: Timestamp,
    /// The fewest reviews an op in the pool asks for, by its first terms.
    pub min_reviews: u8,
    /// The length of the beacon's periods, which count from the Unix epoch.
    pub beacon_period: Timestamp,
}

/// The contracts the market works with.
#[derive(Clone, Copy, Debug)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Partners {
    pub reputation: AccountId,
    pub obligation: AccountId,
}

/// The beacon: the running exclusive or of what marked reveals contribute, and what it was before the running period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Beacon {
    /// The number of the period in which something was contributed last.
    period: u64,
    /// The value before that period.
    before: [u8; 32],
    /// The value with all contributions.
    running: [u8; 32],
}

impl Beacon {
    /// The value before `period`: nobody knew it when the period before began.
    pub fn before(&self, period: u64) -> [u8; 32] {
        if period > self.period {
            self.running
        } else {
            self.before
        }
    }

    /// After one more contribution, in this period.
    pub fn with(&self, period: u64, contribution: &[u8; 32]) -> Self {
        let before = self.before(period);
        let mut running = self.running;
        running.iter_mut().zip(contribution).for_each(|(byte, other)| *byte ^= other);
        Self { period: self.period.max(period), before, running }
    }
}

/// A submission with its reviews. What reads the one mostly reads the other, and each cell that is read costs proof; so they
/// are one cell, which the provider pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Work {
    pub delivery: Submission,
    pub reviews: Vec<Review>,
}

impl From<Submission> for Work {
    /// Nobody has reviewed it yet.
    fn from(delivery: Submission) -> Self {
        Self { delivery, reviews: Vec::new() }
    }
}

/// The one commitment of an enforcer whose reveal contributes to the beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Mark {
    pub commitment: SubmissionKey,
    /// The beacon's period in which it was made.
    pub period: u64,
}

impl Mark {
    /// Whether the reveal of this commitment in `period` contributes. Whoever commits and reveals in one period, where a jury
    /// is full at once, could choose its salt by what others have contributed in it.
    pub fn counts(&self, commitment: SubmissionKey, period: u64) -> bool {
        self.commitment == commitment && self.period < period
    }
}

/// What one provider took in one request.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Place {
    pub taken: u16,
    /// Submissions made on them, sealed or not.
    pub submitted: u16,
    /// Submissions whose content is known.
    pub delivered: u16,
    /// Places reported as never delivered on.
    pub missed: u16,
    /// The provider's deadline and price, if there are offers.
    pub deliver_by: Timestamp,
    pub price: Balance,
    /// The provider that took a place just before.
    pub previous: Option<AccountId>,
}

/// How often a requester paid the same provider with reputation in an epoch.
#[derive(Clone, Copy, Debug, Default)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Pair {
    pub epoch: u64,
    pub times: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reveal_contributes_in_a_later_period_than_its_commitment() {
        let mark = Mark { commitment: (7, 1), period: 3 };
        assert_eq!([2, 3, 4].map(|period| mark.counts((7, 1), period)), [false, false, true]);
        assert!(!mark.counts((7, 2), 4));
    }

    #[test]
    fn a_draw_takes_what_was_contributed_before_its_period() {
        let beacon = Beacon::default().with(3, &[1; 32]).with(3, &[4; 32]);
        assert_eq!([2, 3, 4, 9].map(|period| beacon.before(period)[0]), [0, 0, 5, 5]);
        let later = beacon.with(5, &[8; 32]);
        assert_eq!([5, 6].map(|period| later.before(period)[0]), [5, 13]);
        assert_eq!(later.with(5, &[8; 32]).before(6), [5; 32], "contributed twice, it is gone");
        assert_eq!(later.with(4, &[2; 32]).before(6), [15; 32], "a clock that stands back loses nothing");
    }
}
