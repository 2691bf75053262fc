//! Who the members are: how often they look in, and what they take on when they do. Habits are assumptions; the page
//! `docs/choosing-terms.md` says so.

use crate::pool::{Pool, State, Who};
use serde::Serialize;

/// A kind of member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Diligent,
    Average,
    /// Looks in on three days of seven.
    Slow,
    /// Looks in once a day, on five days of seven.
    OnceADay,
    Weekend,
    /// Takes every slot, every hour.
    Bot,
    /// As average, until it stops for good.
    Absent,
    /// As average, but away for a week that it announced to nobody.
    WeekAway,
    /// As average, but rests for a week whenever it may.
    Freezer,
    /// As diligent, but gives the work of its ring the best score.
    Colluder,
    /// Reviews only what its own accounts ask for and deliver.
    Sybil,
    /// As average, and delivers work to others' requests.
    Provider,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Diligent,
        Self::Average,
        Self::Slow,
        Self::OnceADay,
        Self::Weekend,
        Self::Bot,
        Self::Absent,
        Self::WeekAway,
        Self::Freezer,
        Self::Colluder,
        Self::Sybil,
        Self::Provider,
    ];

    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diligent => "diligent",
            Self::Average => "average",
            Self::Slow => "slow",
            Self::OnceADay => "once-a-day",
            Self::Weekend => "weekend",
            Self::Bot => "bot",
            Self::Absent => "absent",
            Self::WeekAway => "week-away",
            Self::Freezer => "freezer",
            Self::Colluder => "colluder",
            Self::Sybil => "sybil",
            Self::Provider => "provider",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it means to do its share, and does.
    pub fn is_dutiful(self) -> bool {
        !matches!(self, Self::Absent | Self::Bot | Self::Colluder | Self::Sybil)
    }

    fn habit(self) -> Habit {
        const FIVE_OF_SEVEN: f64 = 5.0 / 7.0;
        let habit = |weekday, weekend, looks, beyond| Habit { weekday, weekend, looks, hours: (8, 22), beyond };
        match self {
            Self::Diligent | Self::Colluder => habit(0.95, 0.5, 3, 0.2),
            Self::Slow => habit(3.0 / 7.0, 3.0 / 7.0, 1, 0.0),
            Self::OnceADay => habit(FIVE_OF_SEVEN, FIVE_OF_SEVEN, 1, 0.0),
            Self::Weekend => habit(0.0, 1.0, 3, 0.0),
            Self::Bot | Self::Sybil => Habit { hours: (0, 24), ..habit(1.0, 1.0, 24, 1.0) },
            Self::Average | Self::Absent | Self::WeekAway | Self::Freezer | Self::Provider => {
                habit(FIVE_OF_SEVEN, FIVE_OF_SEVEN, 2, 0.1)
            }
        }
    }
}

/// How a member spends its days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Habit {
    /// The chance that it looks in on a day from Monday to Friday.
    pub weekday: f64,
    /// The same on Saturday and Sunday.
    pub weekend: f64,
    /// How often it looks in on such a day.
    pub looks: u8,
    /// Between which hours.
    pub hours: (u8, u8),
    /// The chance that it takes a review which it does not owe.
    pub beyond: f64,
}

/// So many members of a kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    pub kind: Kind,
    pub count: u32,
    /// The day on which an absent member stops, or a week away begins.
    pub from_day: u32,
    pub habit: Habit,
    /// The chance that it never reveals a review it committed to.
    pub silent: f64,
    /// Whether it burns points for what it misses, once it is Throttled.
    pub restores: bool,
}

impl Group {
    /// As the kind is.
    pub fn of(kind: Kind, count: u32) -> Self {
        Self { kind, count, from_day: 0, habit: kind.habit(), silent: 0.0, restores: false }
    }

    /// From this day on it is absent, or away for a week.
    pub fn from_day(self, from_day: u32) -> Self {
        Self { from_day, ..self }
    }

    /// Looks in with this chance on any day.
    pub fn looking_in(self, chance: f64) -> Self {
        Self { habit: Habit { weekday: chance, weekend: chance, ..self.habit }, ..self }
    }

    /// Takes with this chance a review that it does not owe.
    pub fn beyond(self, beyond: f64) -> Self {
        Self { habit: Habit { beyond, ..self.habit }, ..self }
    }

    /// The chance that it looks in on this day. Day 0 is a Thursday, as at the beginning of the Unix epoch.
    pub fn chance(&self, day: u32) -> f64 {
        let away = match self.kind {
            Kind::Absent => day >= self.from_day,
            Kind::WeekAway => (self.from_day..self.from_day.saturating_add(WEEK)).contains(&day),
            _ => false,
        };
        match (away, matches!(day % WEEK, 2 | 3)) {
            (true, _) => 0.0,
            (false, true) => self.habit.weekend,
            (false, false) => self.habit.weekday,
        }
    }
}

pub const WEEK: u32 = 7;

/// A freezer rests whenever it may, and comes back on the first day of a week. Answers whether that changed something.
pub(crate) fn rest_or_return(pool: &mut Pool, who: Who, day: u32) -> bool {
    // Refused while something is missing or open, or if it rested lately.
    day % WEEK == 0
        && match pool.member(who).state {
            State::Frozen => pool.unfreeze(who).is_ok(),
            _ => pool.freeze(who).is_ok(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
        }
        assert_eq!(Kind::named("lazy"), None);
    }

    #[test]
    fn whoever_is_away_does_not_look_in() {
        let absent = Group::of(Kind::Absent, 1).from_day(30).looking_in(1.0);
        assert_eq!([29, 30, 900].map(|day| absent.chance(day)), [1.0, 0.0, 0.0]);
        let away = Group::of(Kind::WeekAway, 1).from_day(30).looking_in(1.0);
        assert_eq!([29, 30, 36, 37].map(|day| away.chance(day)), [1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_third_and_the_fourth_day_of_a_week_that_begins_on_a_thursday_are_its_weekend() {
        let weekend = Group::of(Kind::Weekend, 1);
        assert_eq!([0, 1, 2, 3, 4, 9].map(|day| weekend.chance(day)), [0.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
    }
}
