//! A report in words and numbers for people, as tables that whoever prints lays out, and as comma-separated values.

use crate::{
    report::{GroupReport, Promises, Report, WorkReport},
    stats::{Chance, Spread},
};

/// A table: the first `words` columns are words, the others numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: &'static str,
    pub heads: Vec<&'static str>,
    pub words: usize,
    pub rows: Vec<Vec<String>>,
}

const WEEKS_A_YEAR: f64 = 365.0 / 7.0;

/// The whole report.
pub fn sections(report: &Report) -> Vec<Section> {
    let found = [
        Some(members(report)),
        absent(report),
        Some(work(&report.work)),
        Some(promises(&report.promises)),
        Some(attacks(report)),
        sizes(report),
    ];
    found.into_iter().flatten().collect()
}

fn members(report: &Report) -> Section {
    let row = |group: &GroupReport| {
        let weeks = group.member_years * WEEKS_A_YEAR;
        vec![
            group.kind.name().to_owned(),
            group.seated.to_string(),
            format!("{:.0}", group.member_years),
            percent(&group.throttled),
            percent(&group.banned),
            interval(&group.banned),
            part(group.banned_a_year),
            group.worst_deficit.to_string(),
            format!("{:.1}", if weeks > 0.0 { group.reviews as f64 / weeks } else { 0.0 }),
            format!("{:.0}", group.reputation),
        ]
    };
    Section {
        title: "Members",
        heads: vec![
            "",
            "seated",
            "member-years",
            "throttled",
            "banned",
            "95 % interval",
            "a year",
            "most short",
            "reviews a week",
            "points",
        ],
        words: 1,
        rows: report.groups.iter().map(row).collect(),
    }
}

/// When those that stopped were out.
fn absent(report: &Report) -> Option<Section> {
    let row = |group: &GroupReport| {
        let (days, ops) = (group.out_days?, group.out_ops?);
        let number = |number: f64| format!("{number:.0}");
        let numbers = [days.median, days.most, ops.median, ops.most].map(number);
        let counts = [days.count.to_string(), group.still_seated.to_string()];
        Some([group.kind.name().to_owned()].into_iter().chain(counts).chain(numbers).collect())
    };
    let rows: Vec<Vec<String>> = report.groups.iter().filter_map(row).collect();
    let heads = vec!["", "out", "still in", "median days", "at most", "median ops", "at most"];
    (!rows.is_empty()).then_some(Section { title: "Out after they stopped", heads, words: 1, rows })
}

fn work(work: &WorkReport) -> Section {
    let mut rows = vec![
        pair("submissions asked for", work.asked.to_string()),
        pair("refused, as the pool was full", work.refused.to_string()),
    ];
    if let Some(Spread { median, ninth_tenth, most, .. }) = work.hours_to_quorum {
        rows.push(pair("hours to a quorum", format!("{median:.0} (nine tenths {ninth_tenth:.0}, at most {most:.0})")));
    }
    let chances = [
        ("windows extended", &work.extended),
        ("verdicts of a few", &work.few),
        ("no review at all", &work.unreviewed),
        ("juries owned by the ring", &work.captured),
    ];
    let happened = chances.into_iter().filter(|(_, chance)| chance.trials > 0);
    rows.extend(happened.map(|(name, chance)| pair(name, format!("{} ({})", percent(chance), interval(chance)))));
    Section { title: "Work", heads: vec!["", ""], words: 2, rows }
}

fn promises(promises: &Promises) -> Section {
    let days = |days: Option<f64>, never: &str| days.map_or_else(|| never.to_owned(), |days| format!("{days:.1} days"));
    let mut rows = vec![
        pair("who misses nothing is safe for", days(promises.safe_days, "no time at all")),
        pair("who stops is out within", days(promises.out_days, "no time that the terms state")),
        pair("reviews asked of each a week", format!("{:.1}", promises.asked_a_week)),
        pair("of these fall due at most", format!("{:.1}", promises.due_a_week)),
        pair("hands needed", format!("{:.0} %", promises.hands_needed * 100.0)),
    ];
    rows.extend(promises.troubles.iter().map(|trouble| pair("trouble", trouble.clone())));
    Section { title: "What the terms promise", heads: vec!["", ""], words: 2, rows }
}

fn attacks(report: &Report) -> Section {
    let row =
        |attack: &crate::report::Attack| vec![attack.name.to_owned(), attack.costs.clone(), attack.brings.clone()];
    let rows = report.attacks.iter().map(row).collect();
    Section { title: "Attacks", heads: vec!["", "costs", "brings"], words: 3, rows }
}

fn sizes(report: &Report) -> Option<Section> {
    let row = |size: &crate::report::Size| {
        vec![size.members.to_string(), percent(&size.banned), interval(&size.banned), size.banned.trials.to_string()]
    };
    let rows: Vec<_> = report.sizes.iter().map(row).collect();
    let heads = vec!["members", "dutiful banned", "95 % interval", "of"];
    (!rows.is_empty()).then_some(Section { title: "By pool size", heads, words: 0, rows })
}

fn pair(name: &str, value: String) -> Vec<String> {
    vec![name.to_owned(), value]
}

fn percent(chance: &Chance) -> String {
    part(chance.part())
}

fn part(part: f64) -> String {
    match part * 100.0 {
        0.0 => "0 %".into(),
        percent if percent < 0.1 => format!("{percent:.4} %"),
        percent => format!("{percent:.1} %"),
    }
}

fn interval(chance: &Chance) -> String {
    format!("{} to {}", part(chance.low), part(chance.high))
}

/// How the members of each kind stood at each moment that was kept, as comma-separated values.
pub fn csv(report: &Report) -> String {
    let mut lines = vec!["day,group,kind,healthy,throttled,banned,waiting,frozen,deficit,reputation,seats,line,\
                          utilization,price,level"
        .to_owned()];
    for point in &report.points {
        for (number, (standings, group)) in point.groups.iter().zip(&report.groups).enumerate() {
            let s = standings;
            let counts = [s.healthy, s.throttled, s.banned, s.waiting, s.frozen, s.deficit, s.reputation];
            let cells = counts.into_iter().chain([point.seats, point.line]).map(|count| count.to_string());
            let rest = [point.utilization, point.sunk_price, point.level].map(|number| format!("{number:.4}"));
            let cells: Vec<_> = cells.chain(rest).collect();
            lines.push(format!("{},{number},{},{}", point.day, group.kind.name(), cells.join(",")));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{people::Kind, simulate, Group, Model, Scenario, Shape, Stream};

    fn report() -> Report {
        let scenario = Scenario {
            model: Model::Duty,
            days: 200,
            sizes: vec![5, 10],
            members: vec![Group::of(Kind::Average, 8), Group::of(Kind::Absent, 2)],
            requests: vec![Stream::new(Shape::Steady, 1.0)],
            ..Scenario::default()
        };
        simulate(&scenario, &mut |_| ())
    }

    #[test]
    fn every_table_has_as_many_cells_as_heads() {
        let sections = sections(&report());
        let titles: Vec<_> = sections.iter().map(|section| section.title).collect();
        let all = ["Members", "Out after they stopped", "Work", "What the terms promise", "Attacks", "By pool size"];
        assert_eq!(titles, all);
        for section in &sections {
            assert!(section.words <= section.heads.len());
            assert!(section.rows.iter().all(|row| row.len() == section.heads.len()), "{}", section.title);
        }
    }

    #[test]
    fn a_line_of_values_has_as_many_as_the_first() {
        let csv = csv(&report());
        let commas: Vec<_> = csv.lines().map(|line| line.matches(',').count()).collect();
        assert!(commas.len() > 20 && commas.iter().all(|count| *count == commas[0]));
        assert!(csv.lines().nth(2).expect("a line").starts_with("0,1,absent,2,0,0,"));
    }

    #[test]
    fn small_chances_keep_their_digits() {
        assert_eq!([0.0, 0.000_001_2, 0.25].map(part), ["0 %", "0.0001 %", "25.0 %"]);
    }
}
