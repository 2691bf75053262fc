//! What the reviews of a submission still want, and whom (section 3.4).

use ink::primitives::AccountId;
use interfaces::{
    market::{draw, RequestSpec, Reveal, Review, Submission},
    RequestId, SubmissionId, Timestamp,
};

/// What an enforcer says of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub submission: SubmissionId,
    pub score: u8,
    pub duplicate_of: Option<SubmissionId>,
}

impl Opinion {
    /// What reveals it, if it was committed to with this salt.
    pub fn revealed(&self, salt: [u8; 32]) -> Reveal {
        let Self { submission, score, duplicate_of } = *self;
        Reveal { submission, score, duplicate_of, salt }
    }
}

/// Orders submissions by how near they are to a quorum: first those that want the fewest commitments, and last those
/// that want none. If all who do their share begin there, most submissions get their quorum.
pub fn nearness(spec: &RequestSpec, reviews: &[Review]) -> (bool, u8) {
    let missing = spec.missing(reviews);
    (missing == 0, missing)
}

/// Which members there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Those that are short of work.
    Short,
    Both,
    /// Those that are not.
    Others,
    None,
}

impl Room {
    /// The room that these reviews leave.
    ///
    /// In a list of commitments the first count as taken while the member was short, as many as it was short: in the
    /// order of the room that is left, most of them are taken.
    pub fn left(spec: &RequestSpec, reviews: &[Review]) -> Self {
        match [true, false].map(|short| spec.has_room(reviews, short)) {
            [true, false] => Self::Short,
            [true, true] => Self::Both,
            [false, true] => Self::Others,
            [false, false] => Self::None,
        }
    }
}

/// From when on `who` is drawn for a submission that is open for review; `None`: not in its present window.
pub fn drawn_from(
    spec: &RequestSpec,
    seed: &[u8; 32],
    request: RequestId,
    (number, submission): (SubmissionId, &Submission),
    who: AccountId,
) -> Option<Timestamp> {
    let window = spec.window(submission.window_start);
    let draw = draw(seed, request, number, who);
    let is_drawn = |at| submission.draws(spec, draw, at);
    // Whoever is drawn stays drawn, so the moment is between these two.
    let (mut before, mut drawn) = (window.start, window.drawn_by);
    if is_drawn(before) {
        return Some(before);
    }
    if !is_drawn(drawn) {
        return None;
    }
    while drawn.saturating_sub(before) > 1 {
        let middle = before.saturating_add(drawn.saturating_sub(before) / 2);
        match is_drawn(middle) {
            true => drawn = middle,
            false => before = middle,
        }
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use interfaces::fixtures::{self, HOUR};

    fn spec() -> RequestSpec {
        fixtures::request(0, HOUR)
    }

    fn reviews(short: usize, others: usize) -> Vec<Review> {
        let review = fixtures::review(1, None);
        let mut reviews = vec![Review { short: true, ..review }; short];
        reviews.extend(vec![review; others]);
        reviews
    }

    #[test]
    fn what_wants_the_fewest_to_its_quorum_comes_first_and_what_wants_none_last() {
        let mut counts = [0, 3, 2, 5, 1];
        counts.sort_by_key(|count| nearness(&spec(), &reviews(0, *count)));
        assert_eq!(counts, [2, 1, 0, 3, 5]);
        assert_eq!([0, 2, 3, 7].map(|count| spec().missing(&reviews(0, count))), [3, 1, 0, 0]);
    }

    #[test]
    fn where_only_those_who_owe_have_room_they_go_first() {
        let left = |short, others| Room::left(&spec(), &reviews(short, others));
        assert_eq!(
            [left(0, 4), left(2, 3), left(3, 3), left(3, 4)],
            [Room::Short, Room::Both, Room::Others, Room::None]
        );
        assert!(Room::Short < Room::Both && Room::Both < Room::Others && Room::Others < Room::None);
    }

    #[test]
    fn a_member_is_drawn_once_the_share_has_risen_to_it_or_not_in_this_window() {
        let spec = spec();
        let opened = |active, extended| Submission { active, extended, ..Submission::new([1; 32].into(), 5_000) };
        let drawn =
            |who: u8, submission: &Submission| drawn_from(&spec, &[0; 32], 3, (2, submission), [who; 32].into());
        let window = spec.window(5_000);
        for who in 0..50 {
            // Few members: in half of the window everybody is drawn.
            let at = drawn(who, &opened(28, false)).expect("everybody");
            assert!((window.start + 1..=window.drawn_by).contains(&at), "{who}");
            let share = rules::share_drawn(7, 28, false);
            let draw = draw(&[0; 32], 3, 2, [who; 32].into());
            let is_drawn = |at: Timestamp| rules::is_drawn(draw, share, at - window.start, HOUR / 2);
            assert_eq!([at - 1, at].map(is_drawn), [false, true], "{who}");
        }
        let of_many = |extended| (0..50).filter_map(|who| drawn(who, &opened(280, extended))).collect::<Vec<_>>();
        let (first, extended) = (of_many(false), of_many(true));
        assert!(first.len() < 25 && extended.len() > first.len(), "a tenth, and twice that: {first:?}, {extended:?}");
        assert!(extended.iter().all(|at| *at == window.start), "an extension begins with its whole share");
    }
}
