//! `atomic advise`: looks for terms that do what an organization wishes.

use super::{options::progress, paint::Paint, simulate::percent, table::Table};
use crate::client::{files::replace, unusable::Unusable};
use anyhow::Result;
use chain::amounts::{duration, fraction_ppm};
use clap::Args;
use interfaces::Timestamp;
use rules::PPM;
use simulator::{
    advise::{self, Choice, Wish, TRIED},
    Kind,
};
use std::{io::Write, path::PathBuf};

/// Looks for terms that do what you wish, and tries each by simulation
///
/// It shows two or three choices, the most forgiving first, with what each costs, and with --write it writes one as the file
/// that `atomic deploy --config` takes. It exits with 1 if nothing can fulfil the wish, and says why, and what comes nearest.
///
/// Example: atomic advise --enforcers 10 --looks once-a-day --a-week 7 --out 120d --write terms.toml
#[derive(Args, Debug)]
pub struct Advise {
    /// How many enforcers there will be
    #[arg(long, value_name = "NUMBER")]
    enforcers: u32,
    /// How often they look in: diligent, average, slow, once-a-day or weekend
    #[arg(long, value_name = "KIND", value_parser = habit, default_value = "once-a-day")]
    looks: Kind,
    /// How many submissions there will be in a week
    #[arg(long, value_name = "NUMBER")]
    a_week: f64,
    /// How many reviews make a quorum
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=7))]
    reviews: u8,
    /// Within what time whoever stops must be out, even where nobody asks for work
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "180d")]
    out: Timestamp,
    /// The chance that a member who does its duty may be banned in a year
    #[arg(long, value_name = "PART", value_parser = fraction_ppm, default_value = "0.1 %")]
    bad_luck: u32,
    /// Draws other luck
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Writes a choice to this file, for `atomic deploy --config`
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Which choice is written, counted from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "write")]
    choice: usize,
    /// Prints everything as JSON instead
    #[arg(long)]
    json: bool,
}

/// A kind of member that means to do its share, and does nothing else.
fn habit(name: &str) -> Result<Kind, String> {
    const HABITS: [Kind; 5] = [Kind::Diligent, Kind::Average, Kind::Slow, Kind::OnceADay, Kind::Weekend];
    let found = HABITS.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| format!("expected one of {}", HABITS.map(Kind::name).join(", ")))
}

impl Advise {
    /// Looks for terms, and says what it found. Returns whether there are any.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let wish = self.wish()?;
        let advice = advise::advise(&wish, &mut percent("trying terms out"));
        progress(None);
        let choices = match &advice {
            advise::Advice::Choices(choices) => choices.as_slice(),
            advise::Advice::Impossible { .. } => &[],
        };
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&advice)?)?;
        } else {
            write!(out, "{}", show(&advice, Paint::of_terminal()))?;
        }
        if let (Some(file), false) = (&self.write, choices.is_empty()) {
            let choice = choices
                .get(self.choice.wrapping_sub(1))
                .ok_or_else(|| Unusable(format!("there is no choice {}; there are {}", self.choice, choices.len())))?;
            replace(file, advise::deployment(&wish, choice).as_bytes())?;
        }
        Ok(!choices.is_empty())
    }

    fn wish(&self) -> Result<Wish, Unusable> {
        if !self.a_week.is_finite() || self.a_week <= 0.0 {
            return Err(Unusable("--a-week: there is no work in a week".into()));
        }
        if self.reviews % 2 == 0 {
            return Err(Unusable("--reviews: a quorum is odd".into()));
        }
        Ok(Wish {
            enforcers: self.enforcers,
            kind: self.looks,
            a_week: self.a_week,
            quorum: self.reviews,
            out_days: self.out as f64 / chain::days(1) as f64,
            bad_luck: f64::from(self.bad_luck) / f64::from(PPM),
            tried: TRIED,
            seed: self.seed,
        })
    }
}

fn show(advice: &advise::Advice, paint: Paint) -> String {
    match advice {
        advise::Advice::Choices(choices) => table(choices, paint),
        advise::Advice::Impossible { why, nearest } => {
            let nearest = nearest
                .as_deref()
                .map(|choice| format!("The nearest that can be had:\n{}", table(std::slice::from_ref(choice), paint)));
            format!("{}: {why}.\n{}", paint.bad("This cannot be"), nearest.unwrap_or_default())
        }
    }
}

/// The choices beside each other.
fn table(choices: &[Choice], paint: Paint) -> String {
    let names: Vec<_> = choices.iter().zip(1..).map(|(choice, number)| format!("{number}: {}", choice.name)).collect();
    let heads: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(&heads);
    let mut row = |name: &str, cell: &dyn Fn(&Choice) -> String| {
        table.row(std::iter::once(name.to_owned()).chain(choices.iter().map(cell)));
    };
    row("who misses nothing is safe for", &|choice| format!("{:.1} days", choice.safe_days));
    row("who stops is out within", &|choice| format!("{:.0} days", choice.out_days));
    row("dutiful members banned in a year", &|choice| format!("{} of {}", choice.banned.times, choice.banned.trials));
    row("and at most, with 95 %", &|choice| format!("{:.2} %", choice.banned.high * 100.0));
    row("ever Throttled", &|choice| format!("{:.1} %", choice.throttled * 100.0));
    row("verdicts of a quorum", &|choice| format!("{:.1} %", choice.quorum * 100.0));
    row("half have their quorum after", &|choice| format!("{:.0} hours", choice.hours_to_quorum));
    row("epoch", &|choice| days(choice.terms.epoch));
    row("diligence", &|choice| match choice.terms.rate {
        simulator::Rate::Fixed => "fixed".into(),
        simulator::Rate::FairShare { diligence_ppm } => {
            format!("{} %", f64::from(diligence_ppm) * 100.0 / f64::from(PPM))
        }
    });
    row("buffers", &|choice| format!("{} and {}", choice.terms.throttle_buffer, choice.terms.ban_buffer));
    row("pace, presence", &|choice| format!("{}, {}", choice.terms.pace, choice.terms.presence));
    row("credit cap", &|choice| choice.terms.credit_cap.to_string());
    row("hands", &|choice| format!("{} ({})", choice.terms.healthy_limit, choice.terms.throttled_limit));
    row("windows: commit, reveal", &|choice| format!("{}, {}", days(choice.commits), days(choice.reveals)));
    let why: Vec<_> = choices.iter().map(|choice| format!("  {}: {}.\n", choice.name, choice.trade)).collect();
    format!("{}\n{}", table.show(paint), why.concat())
}

fn days(time: u64) -> String {
    format!("{} days", time / chain::days(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::config::Config;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        advise: Advise,
    }

    fn wished(arguments: &[&str]) -> Result<Wish, String> {
        let line = ["advise", "--enforcers", "10", "--a-week", "7"].iter().chain(arguments);
        let advise = Line::try_parse_from(line).map_err(|error| error.to_string())?.advise;
        advise.wish().map_err(|error| error.to_string())
    }

    #[test]
    fn plain_answers_are_a_wish() {
        let wish =
            wished(&["--looks", "weekend", "--reviews", "5", "--out", "60d", "--bad-luck", "2 %"]).expect("a wish");
        assert_eq!((wish.enforcers, wish.kind, wish.quorum), (10, Kind::Weekend, 5));
        assert_eq!((wish.a_week, wish.out_days, wish.bad_luck), (7.0, 60.0, 0.02));
        assert!(wished(&["--looks", "bot"]).expect_err("a bot").contains("expected one of diligent, average"));
        assert!(wished(&["--reviews", "4"]).expect_err("even").contains("a quorum is odd"));
        assert!(wished(&["--choice", "2"]).expect_err("nothing is written").contains("--write"));
    }

    #[test]
    fn a_choice_is_a_configuration_that_deploy_takes() {
        let wish = Wish { tried: 100, ..wished(&["--bad-luck", "5 %"]).expect("a wish") };
        let advice = advise::advise(&wish, &mut |_| ());
        let advise::Advice::Choices(choices) = &advice else { panic!("impossible") };
        let file = advise::deployment(&wish, &choices[0]);
        let config = Config::read("advised.toml", &file).unwrap_or_else(|problem| panic!("{problem}"));
        let terms = crate::setup::simulation::simulated(&config.settings.terms).expect("few points");
        assert_eq!(terms, choices[0].terms);
        let shown = show(&advice, Paint::NONE);
        assert!(shown.contains("1: forgiving") && shown.contains("who stops is out within"), "{shown}");
    }

    #[test]
    fn what_cannot_be_is_told_with_its_reason() {
        let wish = Wish { enforcers: 3, ..wished(&[]).expect("a wish") };
        let shown = show(&advise::advise(&wish, &mut |_| ()), Paint::NONE);
        assert_eq!(shown.lines().count(), 1);
        assert!(shown.starts_with("This cannot be: a quorum of 3 needs more than 3 enforcers"), "{shown}");
    }
}
