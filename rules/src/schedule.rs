//! What an op weighs at the moment it is seen (section 1.1).

use crate::{fixed::mul_div_floor, Micro, PPM};

/// What the schedule says at `now`, in parts per million of one op. `segments` are `(offset, weight_ppm)`, offsets in
/// milliseconds into each cycle, strictly rising and below `cycle`.
///
/// Cycles of `cycle` milliseconds count from the Unix epoch. A segment holds from its offset until the next one;
/// before a cycle's first segment the last one still holds. No segments: 1,000,000. A cycle of 0 is always at its
/// start.
pub fn schedule_weight(segments: impl Iterator<Item = (u64, u32)>, cycle: u64, now: u64) -> u32 {
    let position = now.checked_rem(cycle).unwrap_or(0);
    let (mut begun, mut last) = (None, None);
    for (offset, weight_ppm) in segments {
        if offset <= position {
            begun = Some(weight_ppm);
        }
        last = Some(weight_ppm);
    }
    begun.or(last).unwrap_or(PPM)
}

/// What an op that needs `reviews` weighs at a fixed rate if `members` may share it: 1 op times the schedule, exactly,
/// and never above `denominator * reviews / members` ops, rounded down. So no op asks its members for more reviews, all
/// together, than it has for them. With no members it weighs nothing.
pub fn fixed_weight(denominator: u32, schedule_ppm: u32, reviews: u32, members: u32) -> Micro {
    let scheduled = Micro::from_micro(u128::from(schedule_ppm)).0;
    let fair = mul_div_floor(Micro::from_ops(u64::from(denominator)).0, u128::from(reviews), u128::from(members));
    Micro(scheduled.min(fair))
}

/// What an op that needs `reviews` weighs while `active` members share it: `denominator * min(1, diligence * reviews /
/// active)` ops times the schedule, and never above `denominator * min(1, reviews / active)` ops, rounded down. With no
/// member active it weighs nothing. A diligence above 1,000,000 ppm counts as that.
pub fn fair_share_weight(denominator: u32, diligence_ppm: u32, schedule_ppm: u32, reviews: u32, active: u32) -> Micro {
    if active == 0 {
        return Micro::ZERO;
    }
    let (whole, reviews) = (u64::from(active) * u64::from(PPM), u64::from(reviews));
    let diligent = (u64::from(diligence_ppm.min(PPM)) * reviews).min(whole);
    // One op is a million micro-operations, so the schedule's parts per million count micro-operations.
    let per_unit_of_schedule = Micro::from_micro(u128::from(denominator)).0 * u128::from(diligent);
    let scheduled = mul_div_floor(per_unit_of_schedule, u128::from(schedule_ppm), u128::from(whole));
    let present = u128::from(reviews.min(u64::from(active)));
    let fair = Micro::from_ops(u64::from(denominator)).0 * present / u128::from(active);
    Micro(scheduled.min(fair))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const DAY: u64 = 24 * HOUR;
    /// By day once, from 18:00 on one and a half times, from 23:00 on double, until 06:00.
    const SHIFTS: [(u64, u32); 3] = [(6 * HOUR, 1_000_000), (18 * HOUR, 1_500_000), (23 * HOUR, 2_000_000)];

    fn weight_at(now: u64) -> u32 {
        schedule_weight(SHIFTS.into_iter(), DAY, now)
    }

    #[test]
    fn a_segment_holds_from_its_offset_until_the_next() {
        assert_eq!(weight_at(6 * HOUR), 1_000_000);
        assert_eq!(weight_at(18 * HOUR - 1), 1_000_000);
        assert_eq!(weight_at(18 * HOUR), 1_500_000);
        assert_eq!(weight_at(23 * HOUR), 2_000_000);
        assert_eq!(weight_at(1_000 * DAY + 19 * HOUR), 1_500_000);
    }

    #[test]
    fn before_the_first_segment_of_a_cycle_the_last_still_holds() {
        assert_eq!(weight_at(0), 2_000_000);
        assert_eq!(weight_at(DAY + 6 * HOUR - 1), 2_000_000);
    }

    #[test]
    fn without_segments_an_op_always_weighs_one() {
        assert_eq!(schedule_weight(core::iter::empty(), 0, u64::MAX), 1_000_000);
        assert_eq!(schedule_weight(core::iter::empty(), DAY, 7), 1_000_000);
    }

    #[test]
    fn a_cycle_of_0_is_always_at_its_start() {
        assert_eq!(schedule_weight([(0, 5), (1, 6)].into_iter(), 0, 99), 5);
    }

    #[test]
    fn a_fixed_op_weighs_one_times_the_schedule() {
        assert_eq!(fixed_weight(48, 1_000_000, 3, 96), Micro::OP);
        assert_eq!(fixed_weight(48, 1_500_000, 3, 96).floor_micro(), 1_500_000);
        assert_eq!(fixed_weight(48, 0, 3, 96), Micro::ZERO);
    }

    #[test]
    fn a_fixed_op_with_few_reviews_for_many_members_weighs_what_they_make_up_for() {
        // 144 members that have seen 48 such ops owe a review each: 144, as many as there were.
        assert_eq!(fixed_weight(48, 1_000_000, 3, 144), Micro::OP);
        assert_eq!(fixed_weight(48, 1_000_000, 3, 288).floor_micro(), 500_000);
        assert_eq!(fixed_weight(48, 1_000_000, 1, 144).floor_micro(), 333_333);
        assert_eq!(fixed_weight(48, u32::MAX, 1, 1), Micro::from_ops(48));
        assert_eq!(fixed_weight(48, 1_000_000, 0, 144), Micro::ZERO);
        assert_eq!(fixed_weight(48, 1_000_000, 3, 0), Micro::ZERO);
        assert_eq!(fixed_weight(u32::MAX, u32::MAX, u32::MAX, 1).floor_micro(), u128::from(u32::MAX));
    }

    #[test]
    fn a_fair_share_is_what_the_reviews_ask_of_each_active_member() {
        // 3 reviews among 12 members at full diligence: a quarter op each, 48 times over.
        assert_eq!(fair_share_weight(48, 1_000_000, 1_000_000, 3, 12), Micro::from_ops(12));
        assert_eq!(fair_share_weight(48, 500_000, 1_000_000, 3, 12), Micro::from_ops(6));
        assert_eq!(fair_share_weight(48, 500_000, 500_000, 3, 12), Micro::from_ops(3));
    }

    #[test]
    fn no_schedule_asks_for_more_than_there_was() {
        assert_eq!(fair_share_weight(48, 500_000, 4_000_000, 3, 12), Micro::from_ops(12));
        assert_eq!(fair_share_weight(48, 1_000_000, u32::MAX, 9, 3), Micro::from_ops(48));
        assert_eq!(fair_share_weight(48, u32::MAX, 1_000_000, 3, 12), Micro::from_ops(12));
    }

    #[test]
    fn an_op_weighs_nothing_with_no_member_active_or_no_review_asked() {
        assert_eq!(fair_share_weight(48, 1_000_000, 1_000_000, 3, 0), Micro::ZERO);
        assert_eq!(fair_share_weight(48, 1_000_000, 1_000_000, 0, 3), Micro::ZERO);
        assert_eq!(fair_share_weight(u32::MAX, u32::MAX, u32::MAX, u32::MAX, 1), Micro::from_ops(u64::from(u32::MAX)));
    }
}
