//! Small records that the market keeps beside requests and submissions.

use ink::{prelude::vec::Vec, primitives::AccountId};
use interfaces::{Balance, PoolId, Timestamp};

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

/// The beacon: the exclusive or of what marked reveals contribute. Each counts from the end of the period in which its
/// window for reveals ends, whenever in that window it was made: holding it back changes nothing, and not making it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Beacon {
    /// What counts already.
    value: [u8; 32],
    /// What will count once these periods are over; each period is there once.
    pending: Vec<(u64, [u8; 32])>,
}

impl Beacon {
    /// How many periods ahead a contribution waits at most: as long as the longest windows last where a period is a day.
    const AHEAD: u64 = 14;

    /// The value before `period`.
    pub fn before(&self, period: u64) -> [u8; 32] {
        let counts = self.pending.iter().filter(|(last, _)| *last < period);
        counts.fold(self.value, |value, (_, contribution)| xor(&value, contribution))
    }

    /// After one more contribution in `period`, whose window for reveals ends in period `last`.
    pub fn with(mut self, period: u64, last: u64, contribution: &[u8; 32]) -> Self {
        self.value = self.before(period);
        self.pending.retain(|(last, _)| *last >= period);
        let last = last.clamp(period, period.saturating_add(Self::AHEAD));
        match self.pending.iter_mut().find(|(other, _)| *other == last) {
            Some((_, sum)) => *sum = xor(sum, contribution),
            None => self.pending.push((last, *contribution)),
        }
        self
    }
}

fn xor(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let mut both = *one;
    both.iter_mut().zip(other).for_each(|(byte, other)| *byte ^= other);
    both
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

    /// The first bytes of what the beacon is before these periods.
    fn before<const N: usize>(beacon: &Beacon, periods: [u64; N]) -> [u8; N] {
        periods.map(|period| beacon.before(period)[0])
    }

    #[test]
    fn a_contribution_counts_from_the_end_of_the_period_in_which_its_window_ends() {
        let beacon = Beacon::default().with(3, 3, &[1; 32]).with(3, 5, &[4; 32]).with(3, 3, &[8; 32]);
        assert_eq!(before(&beacon, [2, 3, 4, 5, 6, 9]), [0, 0, 9, 9, 13, 13]);
        let later = beacon.with(5, 5, &[16; 32]);
        assert_eq!(before(&later, [5, 6]), [9, 29]);
        assert_eq!(before(&later.with(5, 5, &[16; 32]), [6]), [13], "contributed twice, it is gone");
    }

    #[test]
    fn when_in_its_window_a_contribution_is_made_changes_nothing() {
        let others = || Beacon::default().with(3, 4, &[1; 32]).with(3, 6, &[2; 32]);
        for made in 3..=6 {
            assert_eq!(before(&others().with(made, 6, &[4; 32]), [6, 7]), [1, 7], "made in period {made}");
        }
    }

    #[test]
    fn a_contribution_counts_after_its_own_period_and_no_more_than_fourteen_later() {
        let beacon = Beacon::default().with(3, 2, &[1; 32]).with(3, 99, &[2; 32]).with(3, 17, &[4; 32]);
        assert_eq!(before(&beacon, [3, 4, 17, 18]), [0, 1, 1, 7]);
        assert_eq!(before(&Beacon::default().with(u64::MAX, u64::MAX, &[1; 32]), [u64::MAX]), [0]);
    }

    #[test]
    fn what_is_pending_stays_short_however_many_contribute() {
        let many = (0..1_000_u64).fold(Beacon::default(), |beacon, at| beacon.with(at, at + at % 20, &[1; 32]));
        assert!(many.pending.len() <= 15, "{many:?}");
    }
}
