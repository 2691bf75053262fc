//! Fixed point: micro-operations with fraction bits, and fractions of amounts without overflow.

/// A whole, in parts per million.
pub const PPM: u32 = 1_000_000;
/// A whole, in parts per ten thousand.
pub const BPS: u16 = 10_000;

/// Micro-operations in one operation.
const MICRO_PER_OP: u128 = 1_000_000;
/// Bits that a [`Micro`] keeps of a micro-operation's fraction.
const FRACTION_BITS: u32 = 32;

/// An amount of work in micro-operations (1 op = 1,000,000) with 32 fraction bits: the raw number counts
/// 2^-32 micro-operations. Holds up to about 7.9 * 10^22 ops, and saturates there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micro(pub u128);

impl Micro {
    /// No work.
    pub const ZERO: Self = Self(0);
    /// One operation.
    pub const OP: Self = Self(MICRO_PER_OP << FRACTION_BITS);

    /// Whole operations; always fits.
    pub const fn from_ops(ops: u64) -> Self {
        Self(ops as u128 * Self::OP.0)
    }

    /// Whole micro-operations; saturates from 2^96 on.
    pub const fn from_micro(micro: u128) -> Self {
        if micro > u128::MAX >> FRACTION_BITS {
            Self(u128::MAX)
        } else {
            Self(micro << FRACTION_BITS)
        }
    }

    /// Whole micro-operations, rounded down.
    pub const fn floor_micro(self) -> u128 {
        self.0 >> FRACTION_BITS
    }

    /// Whole micro-operations, rounded up.
    pub const fn ceil_micro(self) -> u128 {
        self.0.div_ceil(1 << FRACTION_BITS)
    }

    /// Whole operations, rounded down; saturates.
    pub fn floor_ops(self) -> u64 {
        u64::try_from(self.0 / Self::OP.0).unwrap_or(u64::MAX)
    }

    /// The sum, at most the greatest amount.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least nothing.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `amount * numerator / denominator`, rounded down, through the 256-bit product; saturates. 0 if the denominator is 0.
///
/// Products below 2^128 take one division. Longer ones are divided bit by bit: some hundred steps of a few
/// instructions, which is less code than a quotient estimated by the limb.
pub fn mul_div_floor(amount: u128, numerator: u128, denominator: u128) -> u128 {
    if denominator == 0 {
        return 0;
    }
    let (mut rest, mut low) = widening_mul(amount, numerator);
    if rest == 0 {
        return low / denominator;
    }
    if rest >= denominator {
        return u128::MAX;
    }
    // What is left of the product moves out of `low` from the top as the quotient moves in from below.
    for _ in 0..u128::BITS {
        let carry = rest >> (u128::BITS - 1) == 1;
        rest = (rest << 1) | (low >> (u128::BITS - 1));
        low <<= 1;
        if carry || rest >= denominator {
            rest = rest.wrapping_sub(denominator);
            low |= 1;
        }
    }
    low
}

/// The upper and the lower half of `a * b`.
fn widening_mul(a: u128, b: u128) -> (u128, u128) {
    let halves = |x: u128| (x >> 64, u128::from(x as u64));
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    // Each of these is at most (2^64 - 1)^2 and two halves, which is 2^128 - 1.
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 64);
    let upper = a_low * b_high + u128::from(middle as u64);
    (a_high * b_high + (middle >> 64) + (upper >> 64), (upper << 64) | u128::from(low as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_op_is_a_million_micro_operations() {
        assert_eq!(Micro::OP, Micro::from_micro(1_000_000));
        assert_eq!(Micro::from_ops(3), Micro::from_micro(3_000_000));
        assert_eq!(Micro::from_ops(3).floor_ops(), 3);
        assert_eq!(Micro::from_ops(u64::MAX).floor_ops(), u64::MAX);
    }

    #[test]
    fn fractions_round_the_way_that_is_named() {
        let little_more_than_five = Micro(Micro::from_micro(5).0 + 1);
        assert_eq!(little_more_than_five.floor_micro(), 5);
        assert_eq!(little_more_than_five.ceil_micro(), 6);
        assert_eq!(Micro::from_micro(5).ceil_micro(), 5);
        assert_eq!(Micro(Micro::OP.0 * 2 - 1).floor_ops(), 1);
    }

    #[test]
    fn what_does_not_fit_saturates() {
        let greatest = Micro(u128::MAX);
        assert_eq!(Micro::from_micro(1 << 96), greatest);
        assert_eq!(Micro::from_micro((1 << 96) - 1), Micro(((1 << 96) - 1) << 32), "the greatest that fits is exact");
        assert_eq!(greatest.floor_ops(), u64::MAX);
        assert_eq!(greatest.ceil_micro(), 1 << 96);
        assert_eq!(greatest.saturating_add(Micro::OP), greatest);
        assert_eq!(Micro::OP.saturating_sub(greatest), Micro::ZERO);
    }

    #[test]
    fn a_product_of_256_bits_is_divided_exactly() {
        assert_eq!(mul_div_floor(u128::MAX, u128::MAX, u128::MAX), u128::MAX);
        assert_eq!(mul_div_floor(u128::MAX, u128::MAX - 1, u128::MAX), u128::MAX - 1);
        assert_eq!(mul_div_floor(u128::MAX - 1, u128::MAX - 1, u128::MAX), u128::MAX - 2);
        assert_eq!(mul_div_floor(u128::MAX, 1, 3), u128::MAX / 3);
        assert_eq!(mul_div_floor(u128::MAX, 2, 6), u128::MAX / 3);
        assert_eq!(mul_div_floor(7, 3, 2), 10);
        assert_eq!(mul_div_floor(u128::MAX, 3, 2), u128::MAX, "saturates");
        assert_eq!(mul_div_floor(u128::MAX, u128::MAX, 1), u128::MAX, "saturates");
        assert_eq!(mul_div_floor(7, 3, 0), 0);
        assert_eq!(mul_div_floor(u128::MAX, 0, 5), 0);
    }
}
