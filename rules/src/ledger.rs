//! The ledger: what a member has seen and declared, exact in the member's favour, and O(1) in the number of members
//! (section 1.2).
//!
//! What a pool sees goes into one [`Accumulator`]. A member's [`Ledger`] notes the accumulator's value when its
//! membership began; the difference is what this member has seen:
//!
//! ```text
//! seen(m, now)     = decay(carry, n) + A(now) - decay(baseline, n)        n = epochs since the anchor
//! declared(m, now) = decay(declared, n)
//! A(now)           = decay(A, k) + presence_per_epoch * (r^0 + … + r^(k-1))   k = epochs since A was touched
//! ```
//!
//! Epochs are absolute numbers ([`epoch_of`]): a touch in the middle of an epoch shifts nothing.
//!
//! **Rounding.** Always in the member's favour: the accumulator and `carry` fade rounded down, `baseline` and
//! `declared` rounded up. What the accumulator lost to rounding before an anchor is missing from the baseline as well,
//! so `seen` is never above, and `declared` never below, exact arithmetic on the same history. That needs the
//! accumulator to go on from the very value that is the baseline: **whoever anchors a ledger ([`Ledger::seat`],
//! [`Ledger::declare`]) stores the accumulator it passed**, not an older state of it, which might round less on its
//! way.
//!
//! **Error.** Over `n` epochs and `t` touches since the membership began (each `at`, `see`, `declare`, `rest` is one),
//! with `M` the greatest value that the accumulator, `carry` or `declared` had, `P` the presence per epoch, in raw
//! units (2^-32 micro-operations):
//!
//! ```text
//! exact - seen      <=  6 * n * (M + P * n) / 2^64  +  4 * (t + 1)
//! declared - exact  <=  2 * n * M / 2^64            +  (t + 1)
//! ```
//!
//! (a touch after `k` epochs loses less than `2 k / 2^64` of each value it fades, `2 k^2 / 2^64` of the presence it
//! adds, and one unit per product). A million touches in ten years of daily epochs, in a pool that keeps 10^9 ops, make
//! less than two micro-operations. Without fading both errors are 0. The statements end where something saturates, at
//! about 7.9 * 10^22 ops.
//!
//! **Time alone** (invariant 5). Without presence, a standing that holds in
//! [`ledger_standing`](crate::ledger_standing) holds from then on: each epoch widens its margin by `denominator * (1 -
//! r)` ops or more, against which only the error above could work. It cannot as long as that error is smaller, which
//! for daily epochs and a retention of 999,000 ppm means up to about 10^11 ops in the accumulator.

use crate::{decay_ceil, decay_floor, Fading, Micro};

/// The number of the epoch at `now`, counted from 0 when the pool was `opened`; all in milliseconds. 0 before that, and
/// for a length of 0.
pub fn epoch_of(now: u64, opened: u64, length: u64) -> u64 {
    now.saturating_sub(opened).checked_div(length).unwrap_or(0)
}

/// All that one pool has ever seen, faded: the accumulator `A` (section 1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accumulator {
    /// The faded sum as of `epoch`.
    pub total: Micro,
    /// The epoch of the last touch.
    pub epoch: u64,
}

impl Accumulator {
    /// The accumulator as of `epoch`, rounded down. An earlier epoch changes nothing.
    pub fn at(self, fading: &Fading, epoch: u64) -> Self {
        let epochs = epoch.saturating_sub(self.epoch);
        let faded = decay_floor(self.total, fading.retention_ppm, epochs);
        Self { total: faded.saturating_add(fading.presence_floor(epochs)), epoch: self.epoch.max(epoch) }
    }

    /// The accumulator at `epoch`, when `ops` that weigh `weight` each are seen; adding them is exact, and saturates.
    pub fn see(self, fading: &Fading, epoch: u64, weight: Micro, ops: u32) -> Self {
        let now = self.at(fading, epoch);
        Self { total: now.total.saturating_add(Micro(weight.0.saturating_mul(u128::from(ops)))), ..now }
    }
}

/// How much may be declared in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// One op in this many seen must be declared; 0 obliges nobody, and bounds nothing.
    pub denominator: u32,
    /// How many ops more may be declared than that requires; the greatest number bounds nothing.
    pub cap: u32,
}

impl Credit {
    /// Declares whatever is done.
    pub const UNBOUNDED: Self = Self { denominator: 1, cap: u32::MAX };

    /// The most that can have been declared for `seen`: rounded down, so that whoever stops is out in a whole number of
    /// epochs (section 1.2).
    fn most(&self, seen: Micro) -> Micro {
        match seen.0.checked_div(self.denominator.into()) {
            Some(required) if self.cap < u32::MAX => Micro(required).saturating_add(Micro::from_ops(self.cap.into())),
            _ => Micro(u128::MAX),
        }
    }
}

/// One member's counters, as of the epoch `anchor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Seen by the anchor.
    pub carry: Micro,
    /// The accumulator's total at the anchor.
    pub baseline: Micro,
    /// Declared by the anchor.
    pub declared: Micro,
    /// The epoch these three are of.
    pub anchor: u64,
}

impl Ledger {
    /// Begins a membership with what was kept from the one before (see [`Ledger::rest`]; nothing at first). `now` is
    /// the accumulator brought to the present epoch, and to be stored so.
    pub fn seat(carry: Micro, declared: Micro, now: &Accumulator) -> Self {
        Self { carry, baseline: now.total, declared, anchor: now.epoch }
    }

    /// What the member has seen, rounded down. `now` is the accumulator brought to the present epoch.
    pub fn seen(&self, fading: &Fading, now: &Accumulator) -> Micro {
        let epochs = now.epoch.saturating_sub(self.anchor);
        let gained = now.total.saturating_sub(decay_ceil(self.baseline, fading.retention_ppm, epochs));
        decay_floor(self.carry, fading.retention_ppm, epochs).saturating_add(gained)
    }

    /// What the member has declared, as of `epoch`, rounded up.
    pub fn declared(&self, fading: &Fading, epoch: u64) -> Micro {
        decay_ceil(self.declared, fading.retention_ppm, epoch.saturating_sub(self.anchor))
    }

    /// The ledger after the member declared `ops` more, but not more in advance than `credit` allows, anchored at the
    /// present. `now` is the accumulator brought to the present epoch, and to be stored so.
    pub fn declare(self, fading: &Fading, now: &Accumulator, ops: u64, credit: &Credit) -> Self {
        let (seen, declared) = self.rest(fading, now);
        let sum = declared.saturating_add(Micro::from_ops(ops));
        Self::seat(seen, declared.max(sum.min(credit.most(seen))), now)
    }

    /// What is kept while the member is frozen, waits or is gone: seen, rounded down, and declared, rounded up. Kept
    /// counters neither grow nor fade; [`Ledger::seat`] carries on with them. `now` is the accumulator brought to the
    /// present epoch.
    pub fn rest(&self, fading: &Fading, now: &Accumulator) -> (Micro, Micro) {
        (self.seen(fading, now), self.declared(fading, now.epoch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEADY: Fading = Fading { retention_ppm: 1_000_000, presence_per_epoch: Micro::ZERO };
    const HALVING: Fading = Fading { retention_ppm: 500_000, presence_per_epoch: Micro::ZERO };
    const DAY: u64 = 86_400_000;

    fn ops(ops: u64) -> Micro {
        Micro::from_ops(ops)
    }

    #[test]
    fn epochs_are_counted_from_the_opening_of_the_pool() {
        assert_eq!(epoch_of(1_000, 1_000, DAY), 0);
        assert_eq!(epoch_of(1_000 + DAY - 1, 1_000, DAY), 0);
        assert_eq!(epoch_of(1_000 + DAY, 1_000, DAY), 1);
        assert_eq!(epoch_of(0, 1_000, DAY), 0);
        assert_eq!(epoch_of(u64::MAX, 0, 1), u64::MAX);
        assert_eq!(epoch_of(1_000, 0, 0), 0);
    }

    #[test]
    fn a_member_has_seen_only_what_came_after_it_was_seated() {
        let before = Accumulator::default().see(&STEADY, 3, Micro::OP, 100);
        let member = Ledger::seat(Micro::ZERO, Micro::ZERO, &before);
        assert_eq!(member.seen(&STEADY, &before), Micro::ZERO);
        let after = before.see(&STEADY, 9, Micro::OP, 7);
        assert_eq!(member.seen(&STEADY, &after), ops(7));
    }

    #[test]
    fn what_is_carried_over_goes_on_fading() {
        let pool = Accumulator { total: ops(1_000), epoch: 5 };
        let member = Ledger::seat(ops(64), ops(8), &pool);
        let later = pool.at(&HALVING, 8);
        assert_eq!(member.rest(&HALVING, &later), (ops(8), ops(1)));
    }

    #[test]
    fn an_op_weighs_what_it_weighs_when_it_is_seen() {
        let pool = Accumulator::default().see(&STEADY, 0, Micro::from_micro(1_500_000), 4);
        assert_eq!(pool.total, ops(6));
        assert_eq!(pool.see(&STEADY, 0, Micro::ZERO, u32::MAX).total, ops(6));
    }

    #[test]
    fn declaring_adds_to_what_is_left_of_earlier_declarations() {
        let pool = Accumulator::default();
        let member = Ledger::seat(Micro::ZERO, Micro::ZERO, &pool).declare(&HALVING, &pool, 8, &Credit::UNBOUNDED);
        assert_eq!(member.declared(&HALVING, 2), ops(2));
        let member = member.declare(&HALVING, &pool.at(&HALVING, 2), 6, &Credit::UNBOUNDED);
        assert_eq!(member.declared(&HALVING, 2), ops(8));
        assert_eq!(member.declared(&HALVING, 5), ops(1));
    }

    #[test]
    fn no_more_is_declared_in_advance_than_the_credit_allows_and_nothing_is_taken_back() {
        let (pool, credit) = (Accumulator::default(), Credit { denominator: 48, cap: 8 });
        let member = Ledger::seat(Micro::ZERO, Micro::ZERO, &pool).declare(&STEADY, &pool, 5, &credit);
        assert_eq!(member.declared(&STEADY, 0), ops(5));
        let member = member.declare(&STEADY, &pool, 5, &credit);
        assert_eq!(member.declared(&STEADY, 0), ops(8));
        let pool = pool.see(&STEADY, 0, Micro::OP, 2 * 48 + 24);
        let member = member.declare(&STEADY, &pool, u64::MAX, &credit);
        assert_eq!(member.declared(&STEADY, 0), Micro(21 * Micro::OP.0 / 2), "two and a half were required");
        let stricter = Credit { cap: 1, ..credit };
        assert_eq!(member.declare(&STEADY, &pool, 1, &stricter).declared(&STEADY, 0), Micro(21 * Micro::OP.0 / 2));
        for unbounded in [Credit { cap: u32::MAX, ..credit }, Credit { denominator: 0, ..credit }] {
            assert_eq!(member.declare(&STEADY, &pool, 1, &unbounded).declared(&STEADY, 0), Micro(23 * Micro::OP.0 / 2));
        }
    }

    #[test]
    fn a_frozen_ledger_neither_grows_nor_fades() {
        let pool = Accumulator::default();
        let member = Ledger::seat(ops(40), ops(4), &pool);
        let (seen, declared) = member.rest(&HALVING, &pool.at(&HALVING, 1));
        assert_eq!((seen, declared), (ops(20), ops(2)));
        let meanwhile = pool.see(&HALVING, 50, Micro::OP, 1_000);
        let back = Ledger::seat(seen, declared, &meanwhile);
        assert_eq!(back.rest(&HALVING, &meanwhile), (ops(20), ops(2)));
    }

    #[test]
    fn presence_is_due_for_each_epoch_of_the_membership() {
        let fading = Fading { presence_per_epoch: ops(48), ..STEADY };
        let pool = Accumulator::default().at(&fading, 10);
        let member = Ledger::seat(Micro::ZERO, Micro::ZERO, &pool);
        assert_eq!(member.seen(&fading, &pool.at(&fading, 13)), ops(3 * 48));
    }

    #[test]
    fn touching_often_neither_stops_nor_speeds_the_fading() {
        let fading = Fading { retention_ppm: 900_000, presence_per_epoch: ops(10) };
        let start = Accumulator { total: ops(1_000_000), epoch: 0 };
        let once = start.at(&fading, 200);
        let mut often = start;
        for tenth_of_epoch in 0..=2_000 {
            often = often.at(&fading, tenth_of_epoch / 10);
        }
        assert_eq!(often.epoch, once.epoch);
        assert!(often.total.0.abs_diff(once.total.0) < Micro::from_micro(1).0);
    }

    #[test]
    fn an_epoch_that_has_passed_changes_nothing() {
        let pool = Accumulator { total: ops(5), epoch: 9 };
        assert_eq!(pool.at(&HALVING, 3), pool);
        let member = Ledger::seat(ops(2), ops(1), &pool);
        assert_eq!(member.declared(&HALVING, 3), ops(1));
        assert_eq!(member.seen(&HALVING, &Accumulator { total: ops(5), epoch: 3 }), ops(2));
    }

    #[test]
    fn the_greatest_inputs_saturate() {
        let greatest = Micro(u128::MAX);
        for retention_ppm in [0, 1, 999_999, 1_000_000, u32::MAX] {
            for presence_per_epoch in [Micro::ZERO, Micro(1), greatest] {
                let fading = Fading { retention_ppm, presence_per_epoch };
                for epoch in [0, 1, 3_652, u64::MAX] {
                    let pool = Accumulator { total: greatest, epoch: 0 }.see(&fading, epoch, greatest, u32::MAX);
                    assert_eq!(pool.total, greatest);
                    for value in [Micro::ZERO, Micro(1), greatest] {
                        let member = Ledger { carry: value, baseline: greatest, declared: greatest, anchor: 0 };
                        let member = member.declare(&fading, &pool, u64::MAX, &Credit::UNBOUNDED);
                        assert!(member.declared(&fading, u64::MAX) <= greatest);
                        assert!(member.seen(&fading, &pool.at(&fading, u64::MAX)) <= greatest);
                    }
                }
            }
        }
    }

    #[test]
    fn four_thousand_million_ops_in_one_call_are_counted_exactly() {
        let pool = Accumulator::default().see(&STEADY, 0, ops(1_000_000), u32::MAX);
        assert_eq!(pool.total, ops(1_000_000 * u64::from(u32::MAX)));
    }
}
