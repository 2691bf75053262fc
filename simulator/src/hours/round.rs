//! The review of one submission (section 3.4): commitments, room, reveals and the verdict.

use crate::{market::Market, pool::Who};

/// Who wrote a submission, and for whom its review matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Work that somebody wants.
    Honest,
    /// The cheapest that can be asked for, so that it falls due.
    Flood,
    /// A ring's junk on a place of an honest request.
    Ring,
    /// What somebody asks of itself, to review it.
    SelfDealing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Commitments,
    Reveals,
    Done,
}

#[derive(Clone, Copy, Debug)]
pub struct Review {
    pub who: Who,
    pub short: bool,
    pub score: Option<u8>,
    /// Whether it will never be revealed.
    pub silent: bool,
}

/// The review of one submission.
#[derive(Clone, Debug)]
pub struct Round {
    pub origin: Origin,
    /// The member that delivered it, if one did.
    pub author: Option<Who>,
    pub quality: u8,
    /// The points that its place is worth.
    pub points: u128,
    pub stage: Stage,
    pub extended: bool,
    /// When the running window began, and the first one.
    pub start: u64,
    pub opened: u64,
    /// How many members were active at the opening.
    pub active: u32,
    pub reviews: Vec<Review>,
}

/// What a verdict says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub reveals: u8,
    pub median: Option<u8>,
}

impl Round {
    pub fn has_room(&self, market: &Market, short: bool) -> bool {
        let theirs = self.reviews.iter().filter(|review| review.short == short).count();
        theirs < usize::from(market.room(short))
    }

    pub fn is_full(&self, market: &Market) -> bool {
        self.reviews.len() >= usize::from(market.max_reviews())
    }

    pub fn missing(&self, market: &Market) -> u8 {
        market.quorum.saturating_sub(self.reviews.len() as u8)
    }

    /// Whether the member with this draw may commit now.
    pub fn draws(&self, market: &Market, draw: u64, now: u64) -> bool {
        let share = rules::share_drawn(market.max_reviews(), self.active, self.extended);
        let risen = if self.extended { 0 } else { market.commits / 2 };
        rules::is_drawn(draw, share, now.saturating_sub(self.start), risen)
    }

    pub fn reveal(&mut self, who: Who, score: u8) {
        for review in self.reviews.iter_mut().filter(|review| review.who == who && !review.silent) {
            review.score = Some(score);
        }
    }

    pub fn all_revealed(&self) -> bool {
        self.reviews.iter().all(|review| review.score.is_some())
    }

    pub fn verdict(&self) -> Verdict {
        let mut scores: Vec<u8> = self.reviews.iter().filter_map(|review| review.score).collect();
        Verdict { reveals: scores.len() as u8, median: rules::lower_median(&mut scores) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::DAY;

    fn round() -> Round {
        Round {
            origin: Origin::Honest,
            author: None,
            quality: 80,
            points: 55,
            stage: Stage::Commitments,
            extended: false,
            start: 0,
            opened: 0,
            active: 56,
            reviews: Vec::new(),
        }
    }

    fn committed(who: Who, short: bool) -> Review {
        Review { who, short, score: None, silent: false }
    }

    #[test]
    fn members_that_are_not_short_leave_room_for_those_that_are() {
        let market = Market::default();
        let mut round = round();
        round.reviews = (0..4).map(|who| committed(who, false)).collect();
        assert_eq!([true, false].map(|short| round.has_room(&market, short)), [true, false]);
        round.reviews.extend((4..7).map(|who| committed(who, true)));
        assert!(round.is_full(&market) && !round.has_room(&market, true));
    }

    #[test]
    fn the_draw_rises_over_half_of_the_window_and_is_doubled_in_an_extension() {
        let market = Market { commits: 2 * DAY, ..Market::default() };
        let mut round = round();
        let quarter = u64::MAX / 4;
        assert!(!round.draws(&market, quarter, DAY / 2 - 1) && round.draws(&market, quarter, DAY / 2 + 1));
        assert!(!round.draws(&market, quarter * 3, 2 * DAY));
        (round.extended, round.start) = (true, 2 * DAY);
        assert!(round.draws(&market, quarter * 3, 2 * DAY));
    }

    #[test]
    fn whoever_stays_silent_has_no_say() {
        let mut round = round();
        round.reviews = vec![committed(0, false), committed(1, false), Review { silent: true, ..committed(2, false) }];
        (0..3).for_each(|who| round.reveal(who, 70 + who as u8));
        assert_eq!(round.verdict(), Verdict { reveals: 2, median: Some(70) });
        assert!(!round.all_revealed());
    }
}
