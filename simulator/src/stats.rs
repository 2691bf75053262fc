//! What can be said of a chance after so many trials, and of a list of numbers.

use serde::Serialize;

/// The normal deviate of a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// How often something happened in so many trials, with Wilson's interval of 95 % for its chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Chance {
    pub times: u64,
    pub trials: u64,
    /// Of 1.
    pub low: f64,
    pub high: f64,
}

impl Chance {
    pub fn of(times: u64, trials: u64) -> Self {
        if trials == 0 {
            return Self { times, trials, low: 0.0, high: 1.0 };
        }
        let (n, p) = (trials as f64, times as f64 / trials as f64);
        let middle = p + Z * Z / (2.0 * n);
        let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        // At the ends the interval touches them; what is beyond is rounding.
        let low = if times == 0 { 0.0 } else { (middle - reach) / whole };
        let high = if times == trials { 1.0 } else { (middle + reach) / whole };
        Self { times, trials, low, high }
    }

    /// The part that was seen; 0 without trials.
    pub fn part(&self) -> f64 {
        if self.trials == 0 {
            0.0
        } else {
            self.times as f64 / self.trials as f64
        }
    }

    /// Whether the interval holds this chance.
    pub fn allows(&self, chance: f64) -> bool {
        (self.low..=self.high).contains(&chance)
    }
}

/// The middle and the ends of a list.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    pub count: usize,
    pub median: f64,
    /// Nine tenths are at most this.
    pub ninth_tenth: f64,
    pub most: f64,
}

impl Spread {
    /// `None` for an empty list.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let at = |part: f64| values[((last as f64) * part).round() as usize];
        Some(Self { count: values.len(), median: at(0.5), ninth_tenth: at(0.9), most: values[last] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        let half = Chance::of(5, 10);
        assert!((half.low - 0.2366).abs() < 1e-4 && (half.high - 0.7634).abs() < 1e-4, "{half:?}");
        assert!(half.allows(0.5) && !half.allows(0.2));
    }

    #[test]
    fn what_never_happened_has_a_bound_that_falls_with_the_trials() {
        let never = Chance::of(0, 3_000_000);
        assert_eq!((never.low, never.part()), (0.0, 0.0));
        assert!(never.high > 1.2e-6 && never.high < 1.3e-6);
        assert_eq!(Chance::of(7, 7).high, 1.0);
        assert_eq!((Chance::of(0, 0).part(), Chance::of(0, 0).high), (0.0, 1.0));
    }

    #[test]
    fn a_spread_has_the_middle_and_the_worst() {
        let spread = Spread::of((0..=100).rev().map(f64::from).collect()).expect("numbers");
        assert_eq!((spread.count, spread.median, spread.ninth_tenth, spread.most), (101, 50.0, 90.0, 100.0));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
