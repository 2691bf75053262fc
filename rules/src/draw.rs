//! Decides who may review a submission (section 3.4).

/// Everybody, in parts of 2^64.
pub const EVERYBODY: u128 = 1 << 64;
/// How many members are drawn for each review that a submission may have.
const DRAWN_PER_REVIEW: u128 = 4;

/// The share of `active` members that is drawn for a submission of at most `reviews` reviews, in parts of 2^64, rounded
/// down: four for each review, at most everybody, and twice as many in an extension.
pub fn share_drawn(reviews: u8, active: u32, extended: bool) -> u128 {
    let drawn = (u128::from(reviews) * DRAWN_PER_REVIEW) << if extended { 65 } else { 64 };
    drawn.checked_div(active.into()).map_or(EVERYBODY, |share| share.min(EVERYBODY))
}

/// Whether the member whose hash is `draw` may review when `elapsed` milliseconds of a window have passed. The share drawn
/// rises evenly from nobody at its start to `share`, in parts of 2^64, from `risen` on; whoever is drawn stays drawn.
///
/// `draw` is uniform over all of `u64`; the comparison `draw < share * elapsed / risen` is exact. Nothing is divided: what a
/// division takes depends on the time, and a client that has estimated it would run out of gas a moment later.
pub fn is_drawn(draw: u64, share: u128, elapsed: u64, risen: u64) -> bool {
    let (draw, share) = (u128::from(draw), share.min(EVERYBODY));
    if elapsed >= risen {
        draw < share
    } else {
        // Both are below 2^128: the share is at most 2^64, and the time below it.
        draw * u128::from(risen) < share * u128::from(elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RISEN: u64 = 1_000;

    #[test]
    fn four_members_are_drawn_for_each_review_and_twice_as_many_in_an_extension() {
        assert_eq!(share_drawn(7, 56, false), EVERYBODY / 2);
        assert_eq!(share_drawn(7, 56, true), EVERYBODY);
        assert_eq!([0, 1, 28, 29].map(|active| share_drawn(7, active, false) == EVERYBODY), [true, true, true, false]);
        assert_eq!(share_drawn(15, u32::MAX, true), 120 * EVERYBODY / u128::from(u32::MAX));
        assert_eq!(share_drawn(u8::MAX, 1, true), EVERYBODY);
    }

    #[test]
    fn nobody_is_drawn_at_the_start_and_everybody_once_the_whole_share_has_risen() {
        assert!(!is_drawn(0, EVERYBODY, 0, RISEN));
        assert!(is_drawn(0, EVERYBODY, 1, RISEN));
        assert!(!is_drawn(u64::MAX, EVERYBODY, RISEN - 1, RISEN));
        assert!(is_drawn(u64::MAX, EVERYBODY, RISEN, RISEN));
        assert!(is_drawn(u64::MAX, EVERYBODY, u64::MAX, RISEN));
        assert!(is_drawn(u64::MAX, EVERYBODY, 0, 0));
    }

    #[test]
    fn the_share_of_members_drawn_rises_evenly_and_stays() {
        let draws = (0..1_000_u64).map(|member| member * (u64::MAX / 1_000) + u64::MAX / 2_000);
        let drawn = |share, elapsed| draws.clone().filter(|draw| is_drawn(*draw, share, elapsed, RISEN)).count() as u64;
        for elapsed in [0, 1, 250, 500, 999, 1_000] {
            assert_eq!(drawn(EVERYBODY, elapsed), elapsed);
        }
        for elapsed in [0, 100, 500, 1_000, 9_000] {
            assert_eq!(drawn(EVERYBODY / 5, elapsed), elapsed.min(1_000) / 5);
        }
    }

    #[test]
    fn whose_draw_is_the_share_itself_is_not_drawn() {
        let drawn = |elapsed| [7, 8].map(|draw| is_drawn(draw, 8, elapsed, RISEN));
        assert_eq!([RISEN, RISEN + 1].map(drawn), [[true, false]; 2]);
    }

    #[test]
    fn who_is_drawn_stays_drawn() {
        for draw in [0, 1, 1 << 40, u64::MAX / 3, u64::MAX / 2, u64::MAX] {
            let drawn: Vec<bool> = (0..=RISEN).map(|elapsed| is_drawn(draw, EVERYBODY / 3, elapsed, RISEN)).collect();
            assert!(drawn.is_sorted(), "{draw}");
        }
    }

    #[test]
    fn the_longest_window_is_no_panic() {
        assert!(!is_drawn(u64::MAX, EVERYBODY, u64::MAX - 1, u64::MAX));
        assert!(is_drawn(u64::MAX - 3, EVERYBODY, u64::MAX - 1, u64::MAX));
        assert!(is_drawn(0, u128::MAX, u64::MAX - 1, u64::MAX));
    }
}
