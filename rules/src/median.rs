//! The verdict of a review round (section 3.4).

/// The median of `scores`, the lower of the two middle ones if their number is even; `None` without scores.
///
/// Orders the scores in place by insertion: meant for the few of one round, as its work grows with their square.
pub fn lower_median(scores: &mut [u8]) -> Option<u8> {
    for end in 1..scores.len() {
        let mut at = end;
        while at > 0 && scores[at - 1] > scores[at] {
            scores.swap(at - 1, at);
            at -= 1;
        }
    }
    scores.get(scores.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_score() {
        assert_eq!(lower_median(&mut [90, 10, 70]), Some(70));
        assert_eq!(lower_median(&mut [100]), Some(100));
        assert_eq!(lower_median(&mut [5, 5, 5, 0, 100]), Some(5));
    }

    #[test]
    fn of_two_middle_scores_the_lower_one_counts() {
        assert_eq!(lower_median(&mut [80, 20]), Some(20));
        assert_eq!(lower_median(&mut [4, 1, 3, 2]), Some(2));
    }

    #[test]
    fn without_scores_there_is_no_median() {
        assert_eq!(lower_median(&mut []), None);
    }
}
