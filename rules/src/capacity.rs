//! How much of a pool's capacity is taken, and what that adds to a request's price (sections 1.5 and 3.1).

use crate::PPM;

/// The greatest utilization that is told apart: 4,000 times the capacity.
pub const MAX_UTILIZATION_PPM: u32 = 4_000_000_000;

/// How many reviews a pool's members may have open together: Throttled ones fewer than the others.
pub fn hands(active: u32, throttled: u32, healthy_limit: u32, throttled_limit: u32) -> u64 {
    let (throttled, healthy) = (throttled.min(active), active.saturating_sub(throttled));
    // Each product is below 2^64 - 2^33, and the members are no more than 2^32: so is the sum.
    u64::from(healthy) * u64::from(healthy_limit) + u64::from(throttled) * u64::from(throttled_limit)
}

/// Among how many members a fair share is divided: the active ones or, if the backlog is more than they may have open, as
/// many of their kind as could, rounded up. So what was asked for while more were active never takes more of anyone than
/// it may have open, whoever leaves.
pub fn sharing(active: u32, backlog: u64, hands: u64) -> u32 {
    let needed = (u128::from(active) * u128::from(backlog)).div_ceil(u128::from(hands.max(1)));
    match active {
        0 => 0,
        _ => active.max(u32::try_from(needed).unwrap_or(u32::MAX)),
    }
}

/// `backlog / hands` in parts per million, rounded down, at most [`MAX_UTILIZATION_PPM`]. A pool without capacity
/// (nobody active, or no commitments allowed) is full: 1,000,000.
pub fn utilization_ppm(backlog: u64, hands: u64) -> u32 {
    let utilization = (u128::from(backlog) * u128::from(PPM)).checked_div(hands.into()).unwrap_or(u128::from(PPM));
    u32::try_from(utilization).map_or(MAX_UTILIZATION_PPM, |utilization| utilization.min(MAX_UTILIZATION_PPM))
}

/// The capacity premium in parts per ten thousand, rounded down: nothing up to the target utilization, from there
/// rising linearly to the cap at 1,000,000 ppm, and the cap above.
pub fn premium_bps(utilization_ppm: u32, target_ppm: u32, cap_bps: u32) -> u32 {
    if utilization_ppm <= target_ppm {
        return 0;
    }
    if utilization_ppm >= PPM {
        return cap_bps;
    }
    let (above, range) = (utilization_ppm - target_ppm, PPM - target_ppm);
    // Below the cap, since `above < range`.
    (u64::from(cap_bps) * u64::from(above) / u64::from(range)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_members_have_fewer_hands() {
        assert_eq!(hands(5, 0, 8, 4), 40);
        assert_eq!(hands(5, 2, 8, 4), 32);
        assert_eq!([hands(5, 5, 8, 4), hands(0, 0, 8, 4), hands(5, 1, 0, 0)], [20, 0, 0]);
        assert_eq!(hands(3, 9, 8, 4), 12, "no more are Throttled than there are");
        assert_eq!(hands(u32::MAX, 0, u32::MAX, 1), u64::from(u32::MAX) * u64::from(u32::MAX));
    }

    #[test]
    fn a_fair_share_is_divided_among_as_many_as_have_hands_for_the_backlog() {
        assert_eq!([0, 24, 25, 33].map(|backlog| sharing(3, backlog, 24)), [3, 3, 4, 5]);
        assert_eq!(sharing(3, 21, 20), 4, "one of the three is Throttled");
        assert_eq!([sharing(0, 9, 0), sharing(2, 9, 0), sharing(2, u64::MAX, 1)], [0, 18, u32::MAX]);
    }

    #[test]
    fn utilization_is_the_part_of_the_capacity_that_is_asked_for() {
        assert_eq!([0, 10, 80].map(|backlog| utilization_ppm(backlog, 40)), [0, 250_000, 2_000_000]);
        assert_eq!(utilization_ppm(1, 3), 333_333);
    }

    #[test]
    fn a_pool_without_capacity_is_full() {
        assert_eq!([0, 9].map(|backlog| utilization_ppm(backlog, 0)), [1_000_000; 2]);
    }

    #[test]
    fn the_greatest_backlog_saturates() {
        assert_eq!([u64::MAX, 4_001].map(|backlog| utilization_ppm(backlog, 1)), [MAX_UTILIZATION_PPM; 2]);
        assert_eq!(utilization_ppm(3_999, 1), 3_999_000_000);
        assert_eq!(utilization_ppm(u64::MAX, u64::MAX), 1_000_000);
    }

    #[test]
    fn the_premium_rises_linearly_from_the_target_to_the_cap() {
        let premium = |utilization| premium_bps(utilization, 600_000, 2_000);
        assert_eq!([0, 600_000, 600_001, 700_000, 800_000].map(premium), [0, 0, 0, 500, 1_000]);
        assert_eq!([999_999, 1_000_000, u32::MAX].map(premium), [1_999, 2_000, 2_000]);
    }

    #[test]
    fn a_target_of_everything_asks_for_the_cap_only_above_it() {
        assert_eq!(premium_bps(1_000_000, 1_000_000, 500), 0);
        assert_eq!(premium_bps(1_000_001, 1_000_000, 500), 500);
        assert_eq!(premium_bps(u32::MAX, u32::MAX, u32::MAX), 0);
    }
}
