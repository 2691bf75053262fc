//! Standing, which follows from the operations seen and declared (section 1.3).

use crate::Micro;

/// How a member stands (section 1.3); a worse standing is the greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
pub enum Standing {
    /// Does its share.
    Healthy,
    /// Is short by more than the first buffer: may work, with fewer open commitments.
    Throttled,
    /// Is short by more than the second buffer: loses seat and bond once anyone has it judged.
    Banned,
}

/// How far short of its obligation a member may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffers {
    /// One op in this many seen must be declared; 0 obliges nobody.
    pub denominator: u32,
    /// How many ops a Healthy member may be short.
    pub throttle: u32,
    /// How many ops a member may be short without being Banned; at least `throttle`.
    pub ban: u32,
}

/// The rule on whole counters (section 1.3): `required = seen_ops / denominator`, rounded down, is Healthy up to
/// `declared_ops + throttle_buffer`, Throttled up to `declared_ops + ban_buffer`, and Banned above.
///
/// Number for number the rule by which mempools throttle and ban entities (ops seen, ops included, a minimum inclusion
/// denominator and two slacks). Exact for all inputs; a denominator of 0 obliges nobody.
pub fn standing(seen_ops: u64, declared_ops: u64, denominator: u32, throttle_buffer: u32, ban_buffer: u32) -> Standing {
    let required = seen_ops.checked_div(u64::from(denominator)).unwrap_or(0);
    // A sum that saturates is as great as any `required`.
    if required <= declared_ops.saturating_add(u64::from(throttle_buffer)) {
        Standing::Healthy
    } else if required <= declared_ops.saturating_add(u64::from(ban_buffer)) {
        Standing::Throttled
    } else {
        Standing::Banned
    }
}

/// The rule on faded counters (section 1.3): Healthy while `seen < denominator * (declared + open + throttle + 1 op)`,
/// Throttled while the same holds with the ban buffer, and Banned otherwise. Open commitments count as declared.
///
/// Nothing is divided, so nothing is rounded: on whole counters this is [`standing`], and if both counters fade alike,
/// a comparison that holds goes on holding. Exact for all inputs.
pub fn ledger_standing(seen: Micro, declared: Micro, open: u32, buffers: &Buffers) -> Standing {
    let within = |buffer: u32| match owed(declared, u64::from(open) + u64::from(buffer) + 1, buffers.denominator) {
        Some(allowed) => buffers.denominator == 0 || seen.0 < allowed,
        None => true,
    };
    if within(buffers.throttle) {
        Standing::Healthy
    } else if within(buffers.ban) {
        Standing::Throttled
    } else {
        Standing::Banned
    }
}

/// Whole ops missing: `(seen - denominator * (declared + open)) / (denominator * 1 op)`, rounded down, and 0 if nothing
/// is missing. It is 0 exactly where [`ledger_standing`] with a buffer of 0 is Healthy.
pub fn deficit(seen: Micro, declared: Micro, open: u32, denominator: u32) -> u128 {
    match owed(declared, u64::from(open), denominator) {
        Some(done) => required(Micro(seen.0.saturating_sub(done)), denominator),
        None => 0,
    }
}

/// How much more may be seen until a member is Banned, if it declares nothing and none of its open commitments ends in
/// a declaration: `denominator * (declared + ban buffer + 1 op) - seen`, and 0 if it is Banned. If both counters `fade`,
/// what was declared in advance does not count, because it fades before it is of use.
pub fn margin(seen: Micro, declared: Micro, buffers: &Buffers, fade: bool) -> Micro {
    let ahead = |done: u128| if fade { done.min(seen.0) } else { done };
    let Some(done) = owed(declared, 0, buffers.denominator).map(ahead) else { return Micro(u128::MAX) };
    match owed(Micro(0), u64::from(buffers.ban) + 1, buffers.denominator).and_then(|slack| done.checked_add(slack)) {
        Some(allowed) if buffers.denominator > 0 => Micro(allowed.saturating_sub(seen.0)),
        _ => Micro(u128::MAX),
    }
}

/// Whole ops that `seen` requires, rounded down: `seen / denominator`. A denominator of 0 requires nothing.
pub fn required(seen: Micro, denominator: u32) -> u128 {
    seen.0.checked_div(u128::from(denominator) * Micro::OP.0).unwrap_or(0)
}

/// What may be seen for `declared` and `ops` more: `denominator * (declared + ops)`, raw; `None` if that is more than
/// any counter holds.
fn owed(declared: Micro, ops: u64, denominator: u32) -> Option<u128> {
    declared.0.checked_add(Micro::from_ops(ops).0)?.checked_mul(u128::from(denominator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Banned, Healthy, Throttled};

    const BUFFERS: Buffers = Buffers { denominator: 48, throttle: 10, ban: 50 };

    fn ops(ops: u64) -> Micro {
        Micro::from_ops(ops)
    }

    #[test]
    fn a_member_that_was_never_seen_is_healthy() {
        assert_eq!(standing(0, 0, 48, 0, 0), Healthy);
        assert_eq!(
            ledger_standing(Micro::ZERO, Micro::ZERO, 0, &Buffers { denominator: 1, throttle: 0, ban: 0 }),
            Healthy
        );
    }

    #[test]
    fn the_margin_is_what_may_still_be_seen() {
        let margin = |seen, declared, fade| super::margin(ops(seen), ops(declared), &BUFFERS, fade);
        assert_eq!([margin(0, 0, false), margin(48, 1, false)], [ops(51 * 48); 2]);
        assert_eq!(
            [margin(51 * 48 - 1, 0, false), margin(51 * 48, 0, false), margin(9_999, 0, true)],
            [1, 0, 0].map(ops)
        );
        assert_eq!(margin(0, 8, false), ops(59 * 48));
        assert_eq!(margin(0, 8, true), ops(51 * 48), "by the time it would be of use it has faded");
        assert_eq!(super::margin(ops(9), ops(0), &Buffers { denominator: 0, ..BUFFERS }, false), Micro(u128::MAX));
        assert_eq!(super::margin(ops(9), Micro(u128::MAX), &BUFFERS, false), Micro(u128::MAX));
    }

    #[test]
    fn one_op_in_48_seen_must_be_declared_after_the_buffers() {
        // 10 missing ops are forgiven, so nothing need be declared up to 11 * 48 - 1 ops.
        assert_eq!(standing(11 * 48 - 1, 0, 48, 10, 50), Healthy);
        assert_eq!(standing(11 * 48, 0, 48, 10, 50), Throttled);
        assert_eq!(standing(51 * 48 - 1, 0, 48, 10, 50), Throttled);
        assert_eq!(standing(51 * 48, 0, 48, 10, 50), Banned);
        assert_eq!(standing(51 * 48, 1, 48, 10, 50), Throttled);
        assert_eq!(standing(51 * 48, 41, 48, 10, 50), Healthy);
    }

    #[test]
    fn the_ledger_compares_without_dividing() {
        assert_eq!(ledger_standing(Micro(ops(11 * 48).0 - 1), Micro::ZERO, 0, &BUFFERS), Healthy);
        assert_eq!(ledger_standing(ops(11 * 48), Micro::ZERO, 0, &BUFFERS), Throttled);
        assert_eq!(ledger_standing(Micro(ops(51 * 48).0 - 1), Micro::ZERO, 0, &BUFFERS), Throttled);
        assert_eq!(ledger_standing(ops(51 * 48), Micro::ZERO, 0, &BUFFERS), Banned);
        // The least fraction of a declaration counts.
        assert_eq!(ledger_standing(ops(11 * 48), Micro(1), 0, &BUFFERS), Healthy);
    }

    #[test]
    fn an_open_commitment_counts_as_declared() {
        assert_eq!(ledger_standing(ops(51 * 48), Micro::ZERO, 1, &BUFFERS), Throttled);
        assert_eq!(ledger_standing(ops(51 * 48), Micro::ZERO, 41, &BUFFERS), Healthy);
        assert_eq!(deficit(ops(10 * 48), ops(4), 3, 48), 3);
    }

    #[test]
    fn a_deficit_is_counted_in_whole_ops() {
        assert_eq!(deficit(Micro(ops(48).0 - 1), Micro::ZERO, 0, 48), 0);
        assert_eq!(deficit(ops(48), Micro::ZERO, 0, 48), 1);
        assert_eq!(deficit(ops(480), ops(4), 0, 48), 6);
        assert_eq!(deficit(ops(480), ops(11), 0, 48), 0);
        assert_eq!(required(ops(95), 48), 1);
        assert_eq!(required(ops(96), 48), 2);
    }

    #[test]
    fn a_denominator_of_0_obliges_nobody() {
        let nobody = Buffers { denominator: 0, throttle: 0, ban: 0 };
        assert_eq!(standing(u64::MAX, 0, 0, 0, 0), Healthy);
        assert_eq!(ledger_standing(Micro(u128::MAX), Micro::ZERO, 0, &nobody), Healthy);
        assert_eq!(deficit(Micro(u128::MAX), Micro::ZERO, 0, 0), 0);
        assert_eq!(required(Micro(u128::MAX), 0), 0);
    }

    #[test]
    fn the_greatest_counters_are_compared_exactly() {
        let greatest = Micro(u128::MAX);
        let tight = Buffers { denominator: 1, throttle: 0, ban: 0 };
        assert_eq!(standing(u64::MAX, u64::MAX, 1, u32::MAX, u32::MAX), Healthy);
        assert_eq!(standing(u64::MAX, 0, 1, u32::MAX, u32::MAX), Banned);
        assert_eq!(ledger_standing(greatest, greatest, u32::MAX, &BUFFERS), Healthy);
        assert_eq!(ledger_standing(greatest, Micro(u128::MAX - Micro::OP.0), 0, &tight), Banned);
        assert_eq!(ledger_standing(greatest, Micro(u128::MAX - Micro::OP.0 + 1), 0, &tight), Healthy);
        assert_eq!(deficit(greatest, greatest, u32::MAX, u32::MAX), 0);
        assert_eq!(deficit(greatest, Micro::ZERO, 0, 1), u128::MAX / Micro::OP.0);
    }
}
