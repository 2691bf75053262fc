//! How much of a pool's capacity is taken, and what that adds to a request's price (sections 1.5 and 3.1).

use crate::PPM;

/// The greatest utilization that is told apart: 4,000 times the capacity.
pub const MAX_UTILIZATION_PPM: u32 = 4_000_000_000;

/// `backlog / (active * healthy_limit)` in parts per million, rounded down, at most [`MAX_UTILIZATION_PPM`]. A pool
/// without capacity (nobody active, or no commitments allowed) is full: 1,000,000.
pub fn utilization_ppm(backlog: u64, active: u32, healthy_limit: u32) -> u32 {
    let capacity = u128::from(active) * u128::from(healthy_limit);
    let utilization = (u128::from(backlog) * u128::from(PPM)).checked_div(capacity).unwrap_or(u128::from(PPM));
    u32::try_from(utilization).map_or(MAX_UTILIZATION_PPM, |utilization| utilization.min(MAX_UTILIZATION_PPM))
}

/// The capacity premium in parts per ten thousand, rounded down: nothing up to the target utilization, from there
/// rising linearly to the cap at 1,000,000 ppm, and the cap above.
pub fn premium_bps(utilization_ppm: u32, target_ppm: u32, cap_bps: u16) -> u16 {
    if utilization_ppm <= target_ppm {
        return 0;
    }
    if utilization_ppm >= PPM {
        return cap_bps;
    }
    let (above, range) = (utilization_ppm - target_ppm, PPM - target_ppm);
    // Below the cap, since `above < range`.
    (u64::from(cap_bps) * u64::from(above) / u64::from(range)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utilization_is_the_part_of_the_capacity_that_is_asked_for() {
        assert_eq!(utilization_ppm(0, 5, 8), 0);
        assert_eq!(utilization_ppm(10, 5, 8), 250_000);
        assert_eq!(utilization_ppm(1, 1, 3), 333_333);
        assert_eq!(utilization_ppm(80, 5, 8), 2_000_000);
    }

    #[test]
    fn a_pool_without_capacity_is_full() {
        assert_eq!(utilization_ppm(0, 0, 8), 1_000_000);
        assert_eq!(utilization_ppm(9, 5, 0), 1_000_000);
    }

    #[test]
    fn the_greatest_backlog_saturates() {
        assert_eq!(utilization_ppm(u64::MAX, 1, 1), MAX_UTILIZATION_PPM);
        assert_eq!(utilization_ppm(4_001, 1, 1), MAX_UTILIZATION_PPM);
        assert_eq!(utilization_ppm(3_999, 1, 1), 3_999_000_000);
        assert_eq!(utilization_ppm(u64::MAX, u32::MAX, u32::MAX), 1_000_000);
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
        assert_eq!(premium_bps(u32::MAX, u32::MAX, u16::MAX), 0);
    }
}
