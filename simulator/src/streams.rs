//! How work comes in.

use rand::Rng;
use rand_distr::{Distribution, Gamma, Poisson};
use serde::Serialize;

/// How the number of submissions changes from day to day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "shape")]
pub enum Shape {
    /// A Poisson number each day.
    Steady,
    /// The same, with a mean that is gamma distributed by itself each day.
    Bursty {
        /// The mean's standard deviation, in parts of it.
        variation: f64,
    },
    /// The mean rises and falls.
    Seasonal {
        /// By which part of it.
        swing: f64,
        /// In how many days.
        period: f64,
    },
    /// The mean halves again and again.
    DryingUp {
        /// In how many days.
        half_life: f64,
    },
    /// An attacker's: on every day as many of the cheapest as it says, all at nightfall.
    Attack,
    /// Junk that a ring delivers on others' places, as many on each day.
    Ring,
    /// What somebody asks of its own accounts, as many on each day.
    SelfDealing,
}

/// A stream of submissions to be reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stream {
    pub shape: Shape,
    /// Submissions a day, in the mean.
    pub a_day: f64,
    /// From which day on, and until before which.
    pub from_day: u32,
    pub until_day: u32,
}

impl Stream {
    pub fn new(shape: Shape, a_day: f64) -> Self {
        Self { shape, a_day, from_day: 0, until_day: u32::MAX }
    }

    /// The submissions that are asked for on this day.
    pub fn on(&self, day: u32, rng: &mut impl Rng) -> u64 {
        if !(self.from_day..self.until_day).contains(&day) {
            return 0;
        }
        let days = f64::from(day - self.from_day);
        let mean = match self.shape {
            Shape::Steady => self.a_day,
            Shape::Bursty { variation } => self.a_day * varied(variation, rng),
            Shape::Seasonal { swing, period } => {
                self.a_day * (1.0 + swing * (std::f64::consts::TAU * days / period).sin())
            }
            Shape::DryingUp { half_life } => self.a_day * (-days / half_life).exp2(),
            Shape::Attack => return self.a_day.round() as u64,
            Shape::Ring | Shape::SelfDealing => self.a_day,
        };
        Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as u64)
    }

    /// Whether nobody needs what is asked for.
    pub fn is_attack(&self) -> bool {
        matches!(self.shape, Shape::Attack | Shape::Ring | Shape::SelfDealing)
    }
}

/// A gamma distributed number with mean 1.
fn varied(variation: f64, rng: &mut impl Rng) -> f64 {
    let shape = 1.0 / (variation * variation);
    Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn mean_and_deviation(stream: Stream, days: std::ops::Range<u32>) -> (f64, f64) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let counts: Vec<_> = days.map(|day| stream.on(day, &mut rng) as f64).collect();
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let square = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
        (mean, square.sqrt())
    }

    #[test]
    fn a_bursty_stream_varies_as_much_as_it_says_beside_what_chance_adds() {
        let (mean, deviation) = mean_and_deviation(Stream::new(Shape::Bursty { variation: 2.0 }, 9.0), 0..200_000);
        assert!((mean - 9.0).abs() < 0.3, "{mean}");
        assert!((deviation - (18.0_f64.powi(2) + 9.0).sqrt()).abs() < 0.6, "{deviation}");
        let (mean, deviation) = mean_and_deviation(Stream::new(Shape::Steady, 9.0), 0..200_000);
        assert!((mean - 9.0).abs() < 0.05 && (deviation - 3.0).abs() < 0.05, "{mean} {deviation}");
    }

    #[test]
    fn a_season_rises_and_falls_and_a_stream_dries_up() {
        let season = Stream::new(Shape::Seasonal { swing: 1.0, period: 40_000.0 }, 9.0);
        assert!(
            mean_and_deviation(season, 9_000..11_000).0 > 17.0 && mean_and_deviation(season, 29_000..31_000).0 < 0.5
        );
        let dry = Stream::new(Shape::DryingUp { half_life: 1_000.0 }, 1_024.0);
        assert!((mean_and_deviation(dry, 9_990..10_010).0 - 1.0).abs() < 0.6);
    }

    #[test]
    fn a_stream_begins_and_ends_and_none_asks_for_nothing() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let stream = Stream { from_day: 3, until_day: 5, ..Stream::new(Shape::Attack, 2.0) };
        assert_eq!([2, 3, 4, 5].map(|day| stream.on(day, &mut rng)), [0, 2, 2, 0]);
        assert_eq!(Stream::new(Shape::Steady, 0.0).on(0, &mut rng), 0);
    }
}
