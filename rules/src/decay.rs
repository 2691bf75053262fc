//! Fading: what each finished epoch leaves of a counter (section 1.2).
//!
//! `decay(x, n) = x * (retention_ppm / 1_000_000) ^ n`. The power is taken by squaring, in factors of 64 fraction bits
//! (Q0.64); each product is multiplied out and shifted, all of them rounded the same way. A retention of 1,000,000 (or
//! more) leaves everything, exactly; `decay(x, 0)` is `x`.
//!
//! **Error.** A power of `n` epochs takes `n` rounded ratios and `n - 1` rounded products, none greater than 1, so it
//! is off by less than `2 * n` units of `2^-64`. What enters early is faded by what follows, so that it is never off
//! by more than `2^22` of them, however long the gap. Therefore
//!
//! ```text
//! decay_floor <= exact < decay_floor + x * min(2 n, 2^22) / 2^64 + 1
//! decay_ceil  >= exact > decay_ceil  - x * min(2 n, 2^22) / 2^64 - 1        (raw units, 2^-32 micro-operations)
//! ```

use crate::{Micro, PPM};

/// How a pool's counters change by the epoch, and nothing but the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fading {
    /// What each finished epoch leaves; 1,000,000: everything.
    pub retention_ppm: u32,
    /// What each finished epoch adds to what members have seen: `presence * denominator` ops.
    pub presence_per_epoch: Micro,
}

impl Fading {
    /// What presence adds up to over the last `epochs`, older ones faded: `presence_per_epoch * (r^0 + … +
    /// r^(epochs-1))`, rounded down; saturates.
    ///
    /// Off by less than `presence_per_epoch * 2 * epochs^2 / 2^64 + 1` raw units where something fades, and exact where
    /// nothing does.
    pub(crate) fn presence_floor(&self, epochs: u64) -> Micro {
        let presence = self.presence_per_epoch.0;
        if presence == 0 || epochs == 0 {
            return Micro::ZERO;
        }
        if self.retention_ppm >= PPM {
            return Micro(presence.saturating_mul(u128::from(epochs)));
        }
        let sum = geometric_sum_floor(self.retention_ppm, epochs);
        Micro(presence.saturating_mul(sum >> 64)).saturating_add(Micro(scale(presence, sum as u64, Round::Down)))
    }
}

/// What `epochs` finished epochs leave of `x`, rounded down.
pub fn decay_floor(x: Micro, retention_ppm: u32, epochs: u64) -> Micro {
    decay(x, retention_ppm, epochs, Round::Down)
}

/// What `epochs` finished epochs leave of `x`, rounded up.
pub fn decay_ceil(x: Micro, retention_ppm: u32, epochs: u64) -> Micro {
    decay(x, retention_ppm, epochs, Round::Up)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    Down,
    Up,
}

fn decay(x: Micro, retention_ppm: u32, epochs: u64, round: Round) -> Micro {
    if epochs == 0 || retention_ppm >= PPM {
        return x;
    }
    let ratio = ratio(retention_ppm, round);
    let mut power = ratio;
    for bit in (0..epochs.ilog2()).rev() {
        power = product(power, power, round);
        if (epochs >> bit) & 1 == 1 {
            power = product(power, ratio, round);
        }
    }
    Micro(scale(x.0, power, round))
}

/// `1 + r + … + r^(epochs-1)` with 64 fraction bits, for at least one epoch and a retention below the whole, which
/// keeps it below 1,000,000. By doubling: `sum(2m) = sum(m) + r^m * sum(m)`.
fn geometric_sum_floor(retention_ppm: u32, epochs: u64) -> u128 {
    let ratio = ratio(retention_ppm, Round::Down);
    let (mut sum, mut power) = (1_u128 << 64, ratio);
    for bit in (0..epochs.ilog2()).rev() {
        sum += scale(sum, power, Round::Down);
        power = product(power, power, Round::Down);
        if (epochs >> bit) & 1 == 1 {
            sum += u128::from(power);
            power = product(power, ratio, Round::Down);
        }
    }
    sum
}

/// `retention_ppm / 1_000_000` as a Q0.64 factor, for a retention below the whole.
fn ratio(retention_ppm: u32, round: Round) -> u64 {
    let retention = u128::from(retention_ppm) << 64;
    let ratio = match round {
        Round::Down => retention / u128::from(PPM),
        Round::Up => retention.div_ceil(u128::from(PPM)),
    };
    ratio as u64
}

/// The product of two Q0.64 factors, which is at most either of them.
fn product(a: u64, b: u64, round: Round) -> u64 {
    scale(u128::from(a), b, round) as u64
}

/// `x` times a Q0.64 factor, which is at most `x`: the 192-bit product, shifted right by 64.
fn scale(x: u128, factor: u64, round: Round) -> u128 {
    let factor = u128::from(factor);
    let low = u128::from(x as u64) * factor;
    let floor = (x >> 64) * factor + (low >> 64);
    let rest = low as u64;
    floor + u128::from(round == Round::Up && rest != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECADE_OF_MINUTES: u64 = 5_259_600;
    const RETENTIONS: [u32; 9] = [0, 1, 2, 333_333, 500_000, 900_000, 999_000, 999_999, 1_000_000];
    const GAPS: [u64; 11] =
        [1, 2, 3, 7, 100, 3_652, 999_999, DECADE_OF_MINUTES, u32::MAX as u64, u64::MAX - 1, u64::MAX];
    const AMOUNTS: [u128; 7] = [0, 1, 1 << 32, 48 << 52, 1 << 84, (1 << 116) - 1, u128::MAX];

    #[test]
    fn an_epoch_leaves_the_retention() {
        let x = Micro::from_ops(1_000);
        assert_eq!(decay_ceil(x, 900_000, 1), Micro(Micro::from_ops(900).0 + 1), "9/10 has no end in binary");
        assert_eq!(decay_floor(x, 500_000, 1), Micro::from_ops(500));
        assert_eq!(decay_ceil(x, 500_000, 2), Micro::from_ops(250));
        assert_eq!(decay_floor(x, 250_000, 3).floor_micro(), 15_625_000);
        assert_eq!(decay_floor(x, 900_000, 2).ceil_micro(), 810_000_000);
    }

    #[test]
    fn within_an_epoch_nothing_fades() {
        for retention in RETENTIONS {
            assert_eq!(decay_floor(Micro(u128::MAX), retention, 0), Micro(u128::MAX));
            assert_eq!(decay_ceil(Micro(7), retention, 0), Micro(7));
        }
    }

    #[test]
    fn a_whole_retention_leaves_everything_exactly() {
        for x in AMOUNTS {
            for epochs in GAPS {
                for retention in [PPM, PPM + 1, u32::MAX] {
                    assert_eq!(decay_floor(Micro(x), retention, epochs), Micro(x));
                    assert_eq!(decay_ceil(Micro(x), retention, epochs), Micro(x));
                }
            }
        }
    }

    #[test]
    fn a_retention_of_0_leaves_nothing() {
        for x in AMOUNTS {
            for epochs in GAPS {
                assert_eq!(decay_floor(Micro(x), 0, epochs), Micro::ZERO);
                assert_eq!(decay_ceil(Micro(x), 0, epochs), Micro::ZERO);
            }
        }
    }

    #[test]
    fn both_roundings_stay_within_the_stated_error_of_each_other_for_any_gap() {
        // What is exact lies between the two: each is within `x * min(2 n, 2^22) / 2^64 + 1` of it.
        for x in AMOUNTS {
            for retention in RETENTIONS {
                for epochs in GAPS {
                    let factor_error = epochs.saturating_mul(2).min(1 << 22);
                    let error = scale(x, factor_error, Round::Up) + 1;
                    let (floor, ceil) =
                        (decay_floor(Micro(x), retention, epochs), decay_ceil(Micro(x), retention, epochs));
                    assert!(floor <= ceil && ceil <= Micro(x));
                    assert!(ceil.0 - floor.0 <= 2 * error, "{x} * {retention}^{epochs}: {floor:?} to {ceil:?}");
                }
            }
        }
    }

    #[test]
    fn the_longest_gap_leaves_next_to_nothing() {
        assert_eq!(decay_floor(Micro(u128::MAX), 999_999, u64::MAX), Micro::ZERO);
        assert_eq!(decay_ceil(Micro::from_ops(1 << 12), 999_999, u64::MAX), Micro(1));
        assert_eq!(decay_ceil(Micro::ZERO, 999_999, u64::MAX), Micro::ZERO);
    }

    #[test]
    fn a_longer_gap_never_leaves_more_than_rounding_allows() {
        let x = Micro::from_ops(1_000_000);
        for retention in RETENTIONS {
            for epochs in 0..2_000 {
                assert!(decay_floor(x, retention, epochs + 1) <= decay_ceil(x, retention, epochs));
            }
        }
    }

    #[test]
    fn presence_adds_up_over_the_epochs_and_fades() {
        let daily = |retention_ppm| Fading { retention_ppm, presence_per_epoch: Micro::from_ops(48) };
        assert_eq!(daily(PPM).presence_floor(10), Micro::from_ops(480));
        assert_eq!(daily(500_000).presence_floor(0), Micro::ZERO);
        assert_eq!(daily(500_000).presence_floor(1), Micro::from_ops(48));
        assert_eq!(daily(500_000).presence_floor(3), Micro::from_ops(48 + 24 + 12));
        assert_eq!(daily(0).presence_floor(u64::MAX), Micro::from_ops(48));
        // Towards presence / (1 - r), from below.
        assert_eq!(daily(900_000).presence_floor(1_000).ceil_micro(), 480_000_000);
        assert!(daily(900_000).presence_floor(u64::MAX) < Micro::from_ops(480));
        let limit = Micro::from_ops(48_000_000);
        let missing = limit.saturating_sub(daily(999_999).presence_floor(u64::MAX));
        assert!(missing > Micro::ZERO && missing < Micro::from_micro(10));
    }

    #[test]
    fn the_greatest_presence_saturates() {
        let greatest = |retention_ppm| Fading { retention_ppm, presence_per_epoch: Micro(u128::MAX) };
        assert_eq!(greatest(PPM).presence_floor(u64::MAX), Micro(u128::MAX));
        for retention in [0, 1, 500_000, 999_999] {
            for epochs in GAPS {
                assert_eq!(greatest(retention).presence_floor(epochs), Micro(u128::MAX));
            }
        }
    }
}
