//! Amounts, durations and fractions as people write them, both ways.

use interfaces::{Balance, Timestamp};
use std::str::FromStr;

/// One UNIT of the chain's currency, which has 12 decimals.
pub const UNIT: Balance = 1_000_000_000_000;

/// `n` minutes in milliseconds.
pub const fn minutes(n: u64) -> Timestamp {
    n * 60 * 1_000
}

/// `n` hours in milliseconds.
pub const fn hours(n: u64) -> Timestamp {
    minutes(n * 60)
}

/// `n` days in milliseconds.
pub const fn days(n: u64) -> Timestamp {
    hours(n * 24)
}

/// The longest duration that is read, about a thousand years: whatever is added up from durations and moments of this
/// era stays far below what a time can be.
pub const LONGEST: Timestamp = days(365_250);
/// Decimals of a UNIT.
const DECIMALS: usize = 12;
/// Micro-operations in an operation.
const MICRO: u128 = 1_000_000;
const SECOND: Timestamp = 1_000;
/// A percent has this many decimals in parts per million.
const PERCENT_DECIMALS: usize = 4;
/// A basis point in parts per million.
const BPS_PPM: u32 = 100;

/// Reads an amount of the chain's currency: `1.5 UNIT`, `1_000 UNIT`, or `250 plancks`.
pub fn amount(text: &str) -> Result<Balance, String> {
    const EXPECTED: &str = "an amount such as \"1.5 UNIT\" or \"250 plancks\"";
    let refuse = |why: &str| format!("{why}; expected {EXPECTED}");
    let (number, unit) = split_unit(text);
    let digits = number.replace('_', "");
    match unit {
        "UNIT" => decimal(&digits, DECIMALS, "an amount", "a UNIT has 12 decimals").map_err(|why| refuse(&why)),
        "planck" | "plancks" => {
            decimal(&digits, 0, "an amount", "this is not a whole number").map_err(|why| refuse(&why))
        }
        "" => Err(refuse("the unit is missing")),
        _ => Err(refuse("this is not a unit of the currency")),
    }
}

/// Reads a whole number: digits, and nothing else. `+1` and ` 1` are none.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("this is not a whole number".to_owned());
    }
    text.parse().map_err(|_| "this number is too large here".to_owned())
}

/// Reads a number with at most this many decimals, exactly: `1.5` with 3 decimals is 1,500. A finer one is refused as
/// `too_fine`.
pub fn decimal(digits: &str, decimals: usize, what: &str, too_fine: &str) -> Result<u128, String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if !is_number(whole) || !is_number(fraction) {
        return Err("this is not a number".to_owned());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals || (decimals == 0 && digits.contains('.')) {
        return Err(too_fine.to_owned());
    }
    format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| format!("this is more than {what} can be"))
}

/// Reads a duration: one or more of days, hours, minutes, seconds and milliseconds, as in `2d 6h`, `90m` or `500ms`.
pub fn duration(text: &str) -> Result<Timestamp, String> {
    const EXPECTED: &str = "a duration such as \"3d\", \"2d 6h\" or \"90m\"";
    let refuse = |why: &str| format!("{why}; expected {EXPECTED}");
    let mut total: Timestamp = 0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(refuse("this is empty"));
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_end = rest[digits..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |end| digits + end);
        let count: Timestamp = rest[..digits].parse().map_err(|_| refuse("this is not a duration"))?;
        let unit = match &rest[digits..unit_end] {
            "d" => days(1),
            "h" => hours(1),
            "m" => minutes(1),
            "s" => SECOND,
            "ms" => 1,
            _ => return Err(refuse("this has no unit of time")),
        };
        let part = count.checked_mul(unit).and_then(|part| total.checked_add(part));
        total = part.filter(|total| *total <= LONGEST).ok_or_else(|| refuse("this is more than a thousand years"))?;
        rest = rest[unit_end..].trim_start();
    }
    Ok(total)
}

/// Reads a fraction in parts per million, exactly: `12.5 %`, `300 bps` or `125_000 ppm`.
pub fn fraction_ppm(text: &str) -> Result<u32, String> {
    const EXPECTED: &str = "a fraction such as \"12.5 %\", \"300 bps\" or \"125_000 ppm\"";
    let refuse = |why: &str| format!("{why}; expected {EXPECTED}");
    let (number, unit) = split_unit(text);
    let digits = number.replace('_', "");
    let number = |decimals, too_fine| decimal(&digits, decimals, "a fraction", too_fine).map_err(|why| refuse(&why));
    let ppm = match unit {
        "%" => number(PERCENT_DECIMALS, "this is finer than a part per million (0.0001 %)")?,
        "bps" => number(0, "this is not a whole number")?.saturating_mul(BPS_PPM.into()),
        "ppm" => number(0, "this is not a whole number")?,
        "" => return Err(refuse("the unit is missing")),
        _ => return Err(refuse("this is not a unit of fractions")),
    };
    u32::try_from(ppm).map_err(|_| refuse("this is out of range"))
}

/// Reads a fraction in basis points; see [`fraction_ppm`].
pub fn fraction_bps(text: &str) -> Result<u16, String> {
    let ppm = fraction_ppm(text)?;
    if ppm % BPS_PPM != 0 {
        return Err("this is finer than a basis point (0.01 %)".into());
    }
    u16::try_from(ppm / BPS_PPM).map_err(|_| "this is out of range".into())
}

/// A number and the unit behind it, which may be empty.
pub fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// An amount for people, exact: `1.5 UNIT`, `1,000 UNIT`, and in plancks below a billionth of a UNIT.
pub fn show_amount(amount: Balance) -> String {
    const SMALL: Balance = UNIT / 1_000_000_000;
    if amount > 0 && amount < SMALL {
        return format!("{} planck{}", thousands(amount), if amount == 1 { "" } else { "s" });
    }
    format!("{} UNIT", show_units(amount))
}

/// As [`show_amount`], always in UNIT, without saying so.
pub fn show_units(amount: Balance) -> String {
    show_decimal(amount, DECIMALS)
}

/// A number of smallest units, of which there are `10^decimals` in a whole one, as a decimal number, exact.
pub fn show_decimal(number: u128, decimals: usize) -> String {
    let digits = format!("{number:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let whole = grouped(whole);
    match fraction.trim_end_matches('0') {
        "" => whole,
        fraction => format!("{whole}.{fraction}"),
    }
}

/// A difference of amounts, with a sign unless it is 0.
pub fn show_change(before: Balance, after: Balance) -> String {
    match after.cmp(&before) {
        std::cmp::Ordering::Equal => "0".into(),
        std::cmp::Ordering::Greater => format!("+{}", show_units(after - before)),
        std::cmp::Ordering::Less => format!("-{}", show_units(before - after)),
    }
}

/// A whole number with its thousands separated.
pub fn thousands(number: u128) -> String {
    grouped(&number.to_string())
}

/// Digits with their thousands separated.
fn grouped(digits: &str) -> String {
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Micro-operations as operations, with a fraction if there is one.
pub fn show_micro(micro: u128) -> String {
    let fraction = format!("{:06}", micro % MICRO);
    match fraction.trim_end_matches('0') {
        "" => thousands(micro / MICRO),
        fraction => format!("{}.{fraction}", thousands(micro / MICRO)),
    }
}

/// A duration for people: `2d 06:30`, with seconds and milliseconds if there are any.
pub fn show_time(time: Timestamp) -> String {
    let (day, hour) = (time / days(1), time % days(1) / hours(1));
    let (minute, second) = (time % hours(1) / minutes(1), time % minutes(1) / SECOND);
    let mut shown = format!("{day}d {hour:02}:{minute:02}");
    if time % minutes(1) > 0 {
        shown.push_str(&format!(":{second:02}"));
    }
    if time % SECOND > 0 {
        shown.push_str(&format!(".{:03}", time % SECOND));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_show_their_fractions() {
        assert_eq!(show_micro(3_500_000), "3.5");
        assert_eq!(show_micro(1_000_000_000), "1,000");
        assert_eq!(show_micro(1), "0.000001");
    }

    #[test]
    fn amounts_are_exact_to_the_last_decimal() {
        assert_eq!(amount("1.5 UNIT"), Ok(3 * UNIT / 2));
        assert_eq!(amount("1_000UNIT"), Ok(1_000 * UNIT));
        assert_eq!(amount("0.000000000001 UNIT"), Ok(1));
        assert_eq!(amount(" 250 plancks"), Ok(250));
        assert_eq!(amount("1 planck"), Ok(1));
        assert_eq!(amount("1.50000000000000 UNIT"), Ok(3 * UNIT / 2));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_what_was_expected() {
        for text in [
            "1.5",
            "UNIT",
            "",
            "1.5 DOT",
            ".5 UNIT",
            "1. UNIT",
            "1.0000000000001 UNIT",
            "1.5.5 UNIT",
            "2.5 plancks",
            "2.0 plancks",
            "-1 UNIT",
            "+1 UNIT",
            "+1 plancks",
        ] {
            let error = amount(text).expect_err(text);
            assert!(error.contains("expected an amount such as"), "{text}: {error}");
        }
        assert!(amount(&format!("{} plancks0", u128::MAX)).is_err());
        assert!(amount(&format!("{} UNIT", u128::MAX)).expect_err("too much").contains("more than an amount can be"));
    }

    #[test]
    fn durations_are_sums_of_their_parts() {
        assert_eq!(duration("3d"), Ok(days(3)));
        assert_eq!(duration("2d 6h"), Ok(days(2) + hours(6)));
        assert_eq!(duration("1d2h3m4s5ms"), Ok(days(1) + hours(2) + minutes(3) + 4_005));
        assert_eq!(duration("90m"), Ok(minutes(90)));
        assert_eq!(duration("0s"), Ok(0));
        for text in ["", "3", "d", "3 d", "3w", "-1d", "+1d", "1.5d", "99999999999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(duration("365250d"), Ok(LONGEST));
        let error = duration("365250d 1ms").expect_err("longer");
        assert!(error.contains("more than a thousand years"), "{error}");
    }

    #[test]
    fn fractions_come_as_percent_basis_points_or_parts_per_million() {
        assert_eq!(fraction_ppm("12.5 %"), Ok(125_000));
        assert_eq!(fraction_ppm("100%"), Ok(1_000_000));
        assert_eq!(fraction_ppm("300 bps"), Ok(30_000));
        assert_eq!(fraction_ppm("125_000 ppm"), Ok(125_000));
        assert_eq!(fraction_bps("3 %"), Ok(300));
        for text in
            ["5", "five %", "1.5 bps", "99999999 bps", ".5 %", "5. %", "1.5.5 %", "+5 %", "+5 ppm", "4294967296 ppm"]
        {
            assert!(fraction_ppm(text).is_err(), "{text}");
        }
        assert!(fraction_bps("1 ppm").expect_err("too fine").contains("finer"));
        assert!(fraction_bps("700 %").is_err());
    }

    #[test]
    fn a_fraction_is_exact_or_refused_and_never_rounded() {
        assert_eq!(fraction_ppm("99.9999 %"), Ok(999_999));
        assert_eq!(fraction_ppm("0.0001 %"), Ok(1));
        assert_eq!(fraction_ppm("12.50000 %"), Ok(125_000));
        assert_eq!(fraction_ppm("429496.7295 %"), Ok(u32::MAX));
        for text in ["99.99996 %", "99.99999 %", "0.00004 %", "12.50001 %"] {
            let error = fraction_ppm(text).expect_err(text);
            assert!(
                error.starts_with("this is finer than a part per million (0.0001 %); expected a fraction"),
                "{error}"
            );
            assert!(fraction_bps(text).is_err(), "{text}");
        }
        assert_eq!(fraction_bps("99.99 %"), Ok(9_999));
        assert!(fraction_bps("99.996 %").expect_err("too fine").contains("finer than a basis point"));
    }

    #[test]
    fn a_whole_number_is_digits_alone() {
        assert_eq!(whole("007"), Ok(7_u32));
        for text in ["", "+7", "-7", " 7", "7 ", "0x7", "7_0", "\u{667}", "4294967296"] {
            assert!(whole::<u32>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_shown_exactly() {
        assert_eq!(show_amount(3 * UNIT / 2), "1.5 UNIT");
        assert_eq!(show_amount(1_234_567 * UNIT), "1,234,567 UNIT");
        assert_eq!(show_amount(UNIT + 1), "1.000000000001 UNIT");
        assert_eq!(show_amount(999), "999 plancks");
        assert_eq!(show_amount(1), "1 planck");
        assert_eq!(show_amount(0), "0 UNIT");
        assert_eq!([0, 6, 38].map(|decimals| show_decimal(1_234_500, decimals))[..2], ["1,234,500", "1.2345"]);
        assert_eq!(show_decimal(u128::MAX, 38), "3.40282366920938463463374607431768211455");
        assert_eq!(show_change(UNIT, UNIT), "0");
        assert_eq!(show_change(2 * UNIT, UNIT), "-1");
        assert_eq!(show_change(0, UNIT / 4), "+0.25");
    }

    #[test]
    fn times_are_shown_with_what_is_needed() {
        assert_eq!(show_time(days(2) + hours(6) + minutes(30)), "2d 06:30");
        assert_eq!(show_time(minutes(1) + 5_000), "0d 00:01:05");
        assert_eq!(show_time(7), "0d 00:00:00.007");
    }
}
