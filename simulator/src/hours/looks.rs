//! What a member does when it looks in: it reveals what can be revealed, and commits to what it owes and likes.

use super::{Hours, Origin, Round, Stage};
use crate::{
    people::{Group, Kind},
    pool::{State, Who},
    record::Recorder,
};
use rand::Rng;

/// How far a fair score is off at the most.
const ERROR: i16 = 6;
const BEST: u8 = 100;

impl Hours<'_> {
    pub(super) fn look_in(&mut self, who: Who, recorder: &mut Recorder) {
        let group = &self.scenario.members[recorder.group(who)];
        self.reveal(who, group.kind, recorder);
        if self.pool.member(who).state != State::Seated {
            return;
        }
        self.commit(who, group, recorder);
        // Refused only where its standing is Banned by now.
        if self.pool.may_check_in(who) {
            let _ = self.pool.check_in(who);
        }
        if group.restores {
            self.pool.restore_if_throttled(who);
        }
    }

    fn reveal(&mut self, who: Who, kind: Kind, recorder: &mut Recorder) {
        for at in (0..self.held[who as usize].len()).rev() {
            let number = self.held[who as usize][at];
            let round = &self.rounds[number as usize];
            if round.stage != Stage::Reveals {
                continue;
            }
            let score = score(kind, round, &mut self.rng);
            let round = &mut self.rounds[number as usize];
            round.reveal(who, score);
            if round.all_revealed() {
                self.conclude(number, recorder);
            }
        }
    }

    /// Commits to what it owes, nearest to a quorum first, and of the rest to each with its chance.
    fn commit(&mut self, who: Who, group: &Group, recorder: &mut Recorder) {
        let rounds = &self.rounds;
        self.inbox[who as usize].retain(|(round, _)| rounds[*round as usize].stage == Stage::Commitments);
        let mut hands = self.pool.free_hands(who);
        let mut owes = self.pool.deficit(who);
        if hands == 0 || (owes == 0 && group.habit.beyond == 0.0) {
            return;
        }
        let now = self.pool.now();
        let open = self.inbox[who as usize].iter().copied().filter(|(number, draw)| {
            let round = &rounds[*number as usize];
            let own = group.kind != Kind::Sybil || round.origin == Origin::SelfDealing;
            own && round.draws(self.market, *draw, now)
        });
        let mut open: Vec<u32> = open.map(|(round, _)| round).collect();
        // Those that have their quorum come last.
        open.sort_by_key(|number| match rounds[*number as usize].missing(self.market) {
            0 => (u8::MAX, *number),
            missing => (missing, *number),
        });
        for number in open {
            let short = owes > 0;
            let wants = short || self.rng.gen_bool(group.habit.beyond);
            if !wants || !self.rounds[number as usize].has_room(self.market, short) {
                continue;
            }
            if self.pool.commit(who, 1).is_err() {
                break;
            }
            self.note(number, who, short, group.silent, recorder);
            (hands, owes) = (hands - 1, self.pool.deficit(who));
            if hands == 0 {
                break;
            }
        }
    }

    fn note(&mut self, number: u32, who: Who, short: bool, silent: f64, recorder: &mut Recorder) {
        let silent = self.rng.gen_bool(silent);
        let round = &mut self.rounds[number as usize];
        round.reviews.push(super::round::Review { who, short, score: None, silent });
        self.held[who as usize].push(number);
        self.inbox[who as usize].retain(|(other, _)| *other != number);
        if round.reviews.len() == usize::from(self.market.quorum) {
            recorder.quorum_after(self.pool.now() - round.opened);
        }
        if round.is_full(self.market) {
            round.stage = Stage::Reveals;
            let left = (round.start + self.market.commits).saturating_sub(self.pool.now()) + self.market.reveals;
            self.later(left, super::Due::Reveals { round: number });
        }
    }
}

/// What a member of this kind says of a submission.
fn score(kind: Kind, round: &Round, rng: &mut impl Rng) -> u8 {
    let sides = matches!((kind, round.origin), (Kind::Colluder, Origin::Ring) | (Kind::Sybil, Origin::SelfDealing));
    if sides {
        return BEST;
    }
    let error = rng.gen_range(-ERROR..=ERROR);
    (i16::from(round.quality) + error).clamp(0, BEST.into()) as u8
}
