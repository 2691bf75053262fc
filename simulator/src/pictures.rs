//! Pictures of a report: SVG, in black alone, so that lines differ by dashes and marks.

use crate::{
    report::{Point, Report, Standings},
    stats::Chance,
};
use plotters::{element::DashedPathElement, prelude::*};

const SIZE: (u32, u32) = (720, 400);
const FONT: &str = "sans-serif";
const TEXT: u32 = 15;
/// The width of the part that names the lines.
const LEGEND: u32 = 150;
/// How many points of a line are marked, about.
const MARKED: usize = 12;
/// Lines of dashes: how long they are, and how far apart, in points of the picture.
const DASHES: [(u32, u32); 4] = [(1_000, 0), (9, 5), (2, 4), (14, 8)];

/// A picture's file name and its SVG.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub name: &'static str,
    pub svg: String,
}

/// One line of a picture.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

struct Axes {
    title: &'static str,
    x: &'static str,
    y: &'static str,
    /// What the vertical axis reaches at least.
    least: f64,
}

/// All pictures of a report.
///
/// # Errors
/// What plotters says, if something cannot be drawn.
pub fn draw(report: &Report) -> Result<Vec<Picture>, String> {
    let days = |title, y, least| Axes { title, x: "day", y, least };
    let mut pictures = vec![
        picture("standings", &days("Healthy, of all", "%", 100.0), &by_group(report, healthy))?,
        picture("bans", &days("Banned, of all", "%", 5.0), &by_group(report, banned))?,
        picture("deficits", &days("Missing to a member, in the mean", "ops", 4.0), &by_group(report, deficit))?,
        picture("seats", &days("Seats and waiting line", "members", 1.0), &seats(report))?,
        picture(
            "utilization",
            &days("Utilization of the pool", "%", 100.0),
            &one(report, "utilization", |point| point.utilization * 100.0),
        )?,
        picture(
            "price",
            &days("Price of a place that does not come back", "UNIT", 0.1),
            &one(report, "price", |point| point.sunk_price),
        )?,
        picture(
            "reputation",
            &days("Reputation of a member, in the mean", "points", 100.0),
            &by_group(report, reputation),
        )?,
    ];
    if !report.work.quorum_by_hour.is_empty() {
        let axes = Axes {
            title: "Submissions with a quorum of commitments",
            x: "hours since reviews were opened",
            y: "%",
            least: 100.0,
        };
        let points = report.work.quorum_by_hour.iter().map(|(hours, part)| (*hours, part * 100.0)).collect();
        pictures.push(picture("quorum", &axes, &[Line { name: "with a quorum".into(), points }])?);
    }
    if !report.sizes.is_empty() {
        let axes = Axes { title: "Dutiful members banned, by the size of the pool", x: "members", y: "%", least: 1.0 };
        pictures.push(picture("sizes", &axes, &sizes(report))?);
    }
    Ok(pictures)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole > 0 {
        part as f64 * 100.0 / whole as f64
    } else {
        0.0
    }
}

fn mean(sum: u64, count: u64) -> f64 {
    share(sum, count) / 100.0
}

fn healthy(now: &Standings, first: &Standings) -> f64 {
    share(now.healthy, first.all())
}

fn banned(now: &Standings, first: &Standings) -> f64 {
    share(now.banned, first.all())
}

fn deficit(now: &Standings, _: &Standings) -> f64 {
    mean(now.deficit, now.seated())
}

fn reputation(now: &Standings, first: &Standings) -> f64 {
    mean(now.reputation, first.all())
}

fn by_group(report: &Report, value: fn(&Standings, &Standings) -> f64) -> Vec<Line> {
    let Some(first) = report.points.first() else { return Vec::new() };
    let line = |(at, group): (usize, &crate::report::GroupReport)| Line {
        name: group.kind.name().to_owned(),
        points: report
            .points
            .iter()
            .map(|now| (f64::from(now.day), value(&now.groups[at], &first.groups[at])))
            .collect(),
    };
    report.groups.iter().enumerate().map(line).collect()
}

fn one(report: &Report, name: &str, value: fn(&Point) -> f64) -> Vec<Line> {
    let points = report.points.iter().map(|point| (f64::from(point.day), value(point))).collect();
    vec![Line { name: name.to_owned(), points }]
}

fn seats(report: &Report) -> Vec<Line> {
    let mut lines = one(report, "seats", |point| point.seats as f64);
    lines.extend(one(report, "waiting", |point| point.line as f64));
    lines
}

fn sizes(report: &Report) -> Vec<Line> {
    let line = |name: &str, value: fn(&Chance) -> f64| Line {
        name: name.to_owned(),
        points: report.sizes.iter().map(|size| (f64::from(size.members), value(&size.banned) * 100.0)).collect(),
    };
    vec![
        line("banned", Chance::part),
        line("95 %: at least", |chance| chance.low),
        line("95 %: at most", |chance| chance.high),
    ]
}

fn picture(name: &'static str, axes: &Axes, lines: &[Line]) -> Result<Picture, String> {
    let mut svg = String::new();
    paint(&mut svg, axes, lines).map_err(|error| format!("{name}: {error}"))?;
    Ok(Picture { name, svg })
}

type Painted = Result<(), Box<dyn std::error::Error>>;

fn paint(svg: &mut String, axes: &Axes, lines: &[Line]) -> Painted {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (plot, legend) = area.split_horizontally(SIZE.0 - LEGEND);
    let values = || lines.iter().flat_map(|line| &line.points);
    let right = values().map(|(x, _)| *x).fold(1.0, f64::max);
    let top = values().map(|(_, y)| *y).fold(axes.least, f64::max) * 1.05;
    let mut chart = ChartBuilder::on(&plot)
        .caption(axes.title, (FONT, TEXT + 2))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(62)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    let number = |value: &f64| format!("{}", (value * 100.0).round() / 100.0);
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(axes.x)
        .y_desc(axes.y)
        .axis_desc_style((FONT, TEXT))
        .label_style((FONT, TEXT - 2))
        .x_label_formatter(&number)
        .y_label_formatter(&number)
        .draw()?;
    for (number, line) in lines.iter().enumerate() {
        let (dash, gap) = DASHES[number % DASHES.len()];
        let series = DashedLineSeries::new(line.points.iter().copied(), dash, gap, BLACK.stroke_width(1));
        chart.draw_series(series)?;
        let step = line.points.len().div_ceil(MARKED).max(1);
        chart.draw_series(line.points.iter().step_by(step).map(|at| EmptyElement::at(*at) + mark(number)))?;
        let middle = 50 + 22 * number as i32;
        legend.draw(&DashedPathElement::new([(0, middle), (40, middle)], dash, gap, BLACK.stroke_width(1)))?;
        legend.draw(&(EmptyElement::at((20, middle)) + mark(number)))?;
        legend.draw(&Text::new(line.name.clone(), (48, middle - 6), (FONT, TEXT - 1)))?;
    }
    area.present()?;
    Ok(())
}

/// The marks of lines, as paths around their place.
const MARKS: [&[(i32, i32)]; 6] = [
    &[(-4, -4), (4, -4), (4, 4), (-4, 4), (-4, -4)],
    &[(-4, -4), (4, 4), (0, 0), (-4, 4), (4, -4)],
    &[(0, -5), (5, 4), (-5, 4), (0, -5)],
    &[(0, -5), (0, 5), (0, 0), (-5, 0), (5, 0)],
    &[(0, -6), (5, 0), (0, 6), (-5, 0), (0, -6)],
    &[(-5, -4), (5, -4), (0, 5), (-5, -4)],
];

/// The mark of a line, around its place.
fn mark(number: usize) -> PathElement<(i32, i32)> {
    PathElement::new(MARKS[number % MARKS.len()], BLACK.stroke_width(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{simulate, Group, Kind, Scenario, Shape, Stream};

    #[test]
    fn every_picture_has_axes_with_units_and_no_colour() {
        let scenario = Scenario {
            days: 30,
            sizes: vec![5],
            members: vec![Group::of(Kind::Average, 5), Group::of(Kind::Bot, 1), Group::of(Kind::Absent, 1)],
            requests: vec![Stream::new(Shape::Steady, 1.0)],
            ..Scenario::default()
        };
        let pictures = draw(&simulate(&scenario, &mut |_| ())).expect("pictures");
        let names: Vec<_> = pictures.iter().map(|picture| picture.name).collect();
        let all = ["standings", "bans", "deficits", "seats", "utilization", "price", "reputation", "quorum", "sizes"];
        assert_eq!(names, all);
        for Picture { name, svg } in &pictures {
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{name}");
            let colours: Vec<_> = svg.split('#').skip(1).map(|rest| &rest[..6]).collect();
            assert!(colours.iter().all(|colour| ["000000", "FFFFFF"].contains(colour)), "{name}: {colours:?}");
            assert!(svg.len() < 60_000, "{name} has {} bytes", svg.len());
        }
        assert!(pictures[0].svg.contains("absent") && pictures[0].svg.contains("\nday\n"));
    }
}
