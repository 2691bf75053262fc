//! Decides who may review in the first half of a window (section 3.4).

/// Whether the member whose hash is `draw` may review when `elapsed` milliseconds of a window have passed, `half` being
/// half of its time for commits. The share of members drawn rises linearly from none at its start to all from `half`
/// on; whoever is drawn stays drawn.
///
/// `draw` is uniform over all of `u64`; the comparison `draw / 2^64 < elapsed / half` is exact.
pub fn is_drawn(draw: u64, elapsed: u64, half: u64) -> bool {
    elapsed >= half || u128::from(draw) * u128::from(half) < u128::from(elapsed) << 64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: u64 = 1_000;

    #[test]
    fn nobody_is_drawn_at_the_start_and_everybody_from_half_of_the_window_on() {
        assert!(!is_drawn(0, 0, HALF));
        assert!(is_drawn(0, 1, HALF));
        assert!(!is_drawn(u64::MAX, HALF - 1, HALF));
        assert!(is_drawn(u64::MAX, HALF, HALF));
        assert!(is_drawn(u64::MAX, u64::MAX, HALF));
        assert!(is_drawn(u64::MAX, 0, 0));
    }

    #[test]
    fn the_share_of_members_drawn_rises_linearly() {
        let draws = (0..1_000_u64).map(|member| member * (u64::MAX / 1_000) + u64::MAX / 2_000);
        for elapsed in [0, 1, 250, 500, 999, 1_000] {
            assert_eq!(draws.clone().filter(|draw| is_drawn(*draw, elapsed, HALF)).count() as u64, elapsed);
        }
    }

    #[test]
    fn who_is_drawn_stays_drawn() {
        for draw in [0, 1, 1 << 40, u64::MAX / 3, u64::MAX / 2, u64::MAX] {
            let drawn: Vec<bool> = (0..=HALF).map(|elapsed| is_drawn(draw, elapsed, HALF)).collect();
            assert!(drawn.is_sorted(), "{draw}");
        }
    }

    #[test]
    fn the_longest_window_is_compared_exactly() {
        assert!(!is_drawn(u64::MAX, u64::MAX - 1, u64::MAX));
        assert!(is_drawn(u64::MAX - 2, u64::MAX - 1, u64::MAX));
    }
}
