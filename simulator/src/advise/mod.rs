//! Looks for terms that do what an organization wishes: a search over what matters for time, each choice tried out hour by
//! hour before it is given.

mod candidates;
mod file;

pub use file::deployment;

use crate::{
    hours,
    market::Market,
    people::{Group, Kind},
    report::Report,
    scenario::{Model, Scenario},
    stats::Chance,
    streams::{Shape, Stream},
    terms::{Terms, DAY},
};
use serde::Serialize;

/// What an organization wishes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wish {
    pub enforcers: u32,
    /// How often they look in.
    pub kind: Kind,
    /// Submissions a week, and how many reviews make a quorum.
    pub a_week: f64,
    pub quorum: u8,
    /// Within how many days whoever stops must be out.
    pub out_days: f64,
    /// The chance that a member who does its duty may be banned in a year.
    pub bad_luck: f64,
    /// How many members are simulated for a year to try a choice, at the least.
    pub tried: u32,
    pub seed: u64,
}

/// Terms that fulfil a wish, and what was seen of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    pub name: &'static str,
    /// Why somebody would take it, and what that costs.
    pub trade: &'static str,
    pub terms: Terms,
    pub commits: u64,
    pub reveals: u64,
    pub safe_days: f64,
    pub out_days: f64,
    /// What the simulation of a year showed.
    pub banned: Chance,
    pub throttled: f64,
    pub quorum: f64,
    pub hours_to_quorum: f64,
}

/// What came of the search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Two or three, the most forgiving first.
    Choices(Vec<Choice>),
    /// Why nothing fulfils the wish, and what comes nearest to it, if anything does.
    Impossible { why: String, nearest: Option<Box<Choice>> },
}

/// How many members are simulated for a year to try a choice, unless somebody says otherwise.
pub const TRIED: u32 = 3_000;
const DAYS_A_WEEK: f64 = 7.0;
/// How many may be tried out for one choice.
const TRIES: usize = 40;
/// What part of the trials is enough to see that terms will not do.
const SCREENED: u32 = 10;
/// How much more often than accepted bans may be seen among those few.
const SEEN_IN_FEW: f64 = 3.0;

/// What somebody wants more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taste {
    Forgiving,
    Balanced,
    Brisk,
}

const TASTES: [(Taste, &str, &str); 3] = [
    (Taste::Forgiving, "forgiving", "members may be away for longest; whoever stops keeps a seat for longest"),
    (Taste::Brisk, "brisk", "whoever stops is out soonest; members may be away for shorter"),
    (Taste::Balanced, "balanced", "members may be away for longest, by the time in which whoever stops is out"),
];

/// Looks for terms; `progress` hears which part of it is done.
pub fn advise(wish: &Wish, progress: &mut dyn FnMut(f64)) -> Advice {
    if let Some(why) = hopeless(wish) {
        return Advice::Impossible { why, nearest: None };
    }
    let all = candidates::candidates(wish);
    let fitting: Vec<_> = all.iter().filter(|terms| out_days(terms) <= wish.out_days).collect();
    let mut choices: Vec<Choice> = Vec::new();
    for (number, (taste, name, trade)) in TASTES.into_iter().enumerate() {
        let mut told = |part: f64| progress((number as f64 + part) / TASTES.len() as f64);
        let adds = |terms: &&Terms| choices.iter().all(|other| adds_to(other, terms));
        let mut left = ranked(fitting.iter().copied().filter(adds).collect(), taste);
        left.truncate(TRIES);
        if let Some(found) = first_that_does(wish, &left, &mut told) {
            choices.push(Choice { name, trade, ..found });
        }
    }
    if choices.is_empty() {
        return impossible(wish, &all, progress);
    }
    choices.sort_by(|a, b| b.safe_days.total_cmp(&a.safe_days));
    Advice::Choices(choices)
}

/// Whether terms are better than a choice in one of the two promises, and so different that somebody may care.
fn adds_to(other: &Choice, terms: &Terms) -> bool {
    const ALIKE: f64 = 0.15;
    let (safe, out) = (safe_days(terms), out_days(terms));
    let better = safe > other.safe_days || out < other.out_days;
    better && (other.out_days - out).abs() > ALIKE * other.out_days.max(out)
}

/// The first of these terms that bans no more dutiful members than the wish accepts: each is tried with a few members
/// first, and then with all.
fn first_that_does(wish: &Wish, ranked: &[&Terms], progress: &mut dyn FnMut(f64)) -> Option<Choice> {
    let few = Wish { tried: wish.tried / SCREENED, ..wish.clone() };
    for (tried, terms) in ranked.iter().enumerate() {
        progress(tried as f64 / ranked.len() as f64);
        let screened = try_out(&few, terms);
        if screened.banned.low > wish.bad_luck || screened.banned.part() > wish.bad_luck * SEEN_IN_FEW {
            continue;
        }
        let choice = try_out(wish, terms);
        if choice.banned.part() <= wish.bad_luck && choice.banned.high <= wish.bad_luck.max(least_told(wish.tried)) {
            return Some(choice);
        }
    }
    None
}

/// The greatest bound that trials of this many can give where nobody was banned.
fn least_told(trials: u32) -> f64 {
    Chance::of(0, trials.into()).high
}

/// What no terms can help.
fn hopeless(wish: &Wish) -> Option<String> {
    if wish.enforcers <= wish.quorum.into() {
        return Some(format!(
            "a quorum of {} needs more than {} enforcers: one of them may be a party to the request",
            wish.quorum, wish.enforcers
        ));
    }
    let group = Group::of(wish.kind, 1);
    let looks: f64 = (0..7).map(|day| group.chance(day)).sum();
    let each = asked_of_each(wish);
    // A review takes two looks, to commit and to reveal, and eight can be done at each.
    let most = looks * f64::from(Terms::default().healthy_limit) / 2.0;
    (each > most).then(|| {
        let needed = (each / most * f64::from(wish.enforcers)).ceil();
        format!("{each:.1} reviews a week are asked of each, and they can do {most:.1}: it takes {needed:.0} enforcers")
    })
}

fn asked_of_each(wish: &Wish) -> f64 {
    wish.a_week * f64::from(wish.quorum) / f64::from(wish.enforcers)
}

/// Nothing fulfils the wish: tells what comes nearest to it.
fn impossible(wish: &Wish, all: &[Terms], progress: &mut dyn FnMut(f64)) -> Advice {
    let (_, name, trade) = TASTES[1];
    let quickest = ranked(all.iter().collect(), Taste::Brisk);
    let nearest = first_that_does(wish, &quickest, progress).map(|choice| Box::new(Choice { name, trade, ..choice }));
    let wished = format!("whoever stops cannot be out within {:.0} days", wish.out_days);
    let why = match &nearest {
        Some(choice) => {
            format!(
                "{wished}, if members who look in as seldom are to keep their seats: within {:.0} it can",
                choice.out_days
            )
        }
        None => "whatever was tried bans more members who do their duty than you accept".to_owned(),
    };
    Advice::Impossible { why, nearest }
}

fn safe_days(terms: &Terms) -> f64 {
    terms.safe_for().map_or(0.0, |time| time as f64 / DAY as f64)
}

fn out_days(terms: &Terms) -> f64 {
    terms.out_within().map_or(f64::INFINITY, |time| time as f64 / DAY as f64)
}

/// The best for a taste first.
fn ranked(mut terms: Vec<&Terms>, taste: Taste) -> Vec<&Terms> {
    let value = |terms: &Terms| match taste {
        Taste::Forgiving => -safe_days(terms),
        Taste::Balanced => out_days(terms) / safe_days(terms),
        Taste::Brisk => out_days(terms),
    };
    terms.sort_by(|a, b| value(a).total_cmp(&value(b)).then(b.diligence_ppm().cmp(&a.diligence_ppm())));
    terms
}

fn scenario(wish: &Wish, terms: &Terms) -> Scenario {
    let (commits, reveals) = candidates::windows(wish.kind);
    Scenario {
        title: String::new(),
        seed: wish.seed,
        model: Model::Hours,
        pools: wish.tried.div_ceil(wish.enforcers),
        terms: terms.clone(),
        market: Market { quorum: wish.quorum, commits, reveals, ..Market::default() },
        members: vec![Group::of(wish.kind, wish.enforcers).beyond(0.0)],
        requests: vec![Stream::new(Shape::Bursty { variation: 1.0 }, wish.a_week / DAYS_A_WEEK)],
        ..Scenario::default()
    }
}

fn try_out(wish: &Wish, terms: &Terms) -> Choice {
    let scenario = scenario(wish, terms);
    let report: Report = hours::run(&scenario, &mut |_| ());
    let group = &report.groups[0];
    let (_, name, trade) = TASTES[0];
    Choice {
        name,
        trade,
        terms: terms.clone(),
        commits: scenario.market.commits,
        reveals: scenario.market.reveals,
        safe_days: safe_days(terms),
        out_days: out_days(terms),
        banned: group.banned,
        throttled: group.throttled.part(),
        quorum: 1.0 - report.work.few.part() - report.work.unreviewed.part(),
        hours_to_quorum: report.work.hours_to_quorum.map_or(0.0, |hours| hours.median),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish {
            enforcers: 10,
            kind: Kind::OnceADay,
            a_week: 7.0,
            quorum: 3,
            out_days: 180.0,
            bad_luck: 0.01,
            tried: 300,
            seed: 1,
        }
    }

    #[test]
    fn two_or_three_choices_fulfil_a_wish_that_can_be() {
        let Advice::Choices(choices) = advise(&wish(), &mut |_| ()) else { panic!("impossible") };
        assert!((2..=3).contains(&choices.len()), "{}", choices.len());
        for choice in &choices {
            assert_eq!(choice.terms.broken_rule(), None);
            assert!(choice.out_days <= 180.0 && choice.banned.times <= 3 && choice.quorum > 0.85, "{choice:?}");
        }
        assert!(choices[0].safe_days > choices[choices.len() - 1].safe_days);
        let file = deployment(&wish(), &choices[0]);
        assert!(file.contains("seats = 10\n") && file.contains("rate = { fair_share = \"90 %\" }"), "{file}");
    }

    #[test]
    fn who_must_be_out_at_once_cannot_be_and_the_nearest_is_told() {
        let advice = advise(&Wish { out_days: 3.0, ..wish() }, &mut |_| ());
        let Advice::Impossible { why, nearest } = advice else { panic!("possible") };
        let nearest = nearest.expect("something comes near");
        assert!(nearest.out_days > 3.0 && why.contains("cannot be out within 3 days"), "{why}");
    }

    #[test]
    fn too_few_enforcers_for_a_quorum_or_for_the_work_are_told_how_many_it_takes() {
        let why = |wish: Wish| match advise(&wish, &mut |_| ()) {
            Advice::Impossible { why, nearest: None } => why,
            other => panic!("{other:?}"),
        };
        assert!(why(Wish { enforcers: 3, ..wish() }).contains("a quorum of 3 needs more than 3"));
        assert!(why(Wish { a_week: 700.0, ..wish() }).ends_with("it takes 105 enforcers"));
    }
}
