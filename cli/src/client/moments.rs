//! Shows moments, and reads them. Amounts, durations and fractions are [elsewhere](chain::amounts).

use chain::{amounts::whole, days, hours, minutes};
use interfaces::Timestamp;

const SECOND: Timestamp = 1_000;
/// The last millisecond of the year 9999; later moments are not read.
pub const LAST: Timestamp = 253_402_300_799_999;

/// A moment for people: `2030-01-04 00:00 UTC`, with seconds if there are any.
pub fn moment(time: Timestamp) -> String {
    let (year, month, day) = date(time / days(1));
    let (hour, minute, second) = (time % days(1) / hours(1), time % hours(1) / minutes(1), time % minutes(1) / SECOND);
    let seconds = if second > 0 { format!(":{second:02}") } else { String::new() };
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}{seconds} UTC")
}

/// A moment and how far away it is: `2030-01-04 00:00 UTC (in 3 days)`.
pub fn moment_from(time: Timestamp, now: Timestamp) -> String {
    let distance = match time.abs_diff(now) {
        apart if apart < SECOND => "now".to_owned(),
        apart if time > now => format!("in {}", roughly(apart)),
        apart => format!("{} ago", roughly(apart)),
    };
    format!("{} ({distance})", moment(time))
}

/// A duration in its largest unit: `3 days`, `1 hour`, `90 minutes`; exact if it is whole.
pub fn roughly(time: Timestamp) -> String {
    for (unit, name) in [(days(1), "day"), (hours(1), "hour"), (minutes(1), "minute"), (SECOND, "second")] {
        let count = time / unit;
        // A smaller unit is used if rounding would change it much.
        if count >= 3 || (count >= 1 && time % unit == 0) || (unit == SECOND && count >= 1) {
            return if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") };
        }
    }
    format!("{time} ms")
}

/// Reads a moment in UTC: `2030-01-04`, `2030-01-04 06:30`, `2030-01-04T06:30:15Z`, or milliseconds since the Unix epoch.
pub fn read_moment(text: &str) -> Result<Timestamp, String> {
    let refuse =
        || format!("`{text}` is not a moment; expected one such as \"2030-01-04 06:30\", in UTC, or in milliseconds");
    let text = text.trim();
    if text.bytes().all(|digit| digit.is_ascii_digit()) {
        return whole(text).ok().filter(|time| *time <= LAST).ok_or_else(refuse);
    }
    let text = text.trim_end_matches("UTC").trim_end().trim_end_matches('Z');
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let numbers = |text: &str, separator: char| -> Result<Vec<u64>, String> {
        text.split(separator).map(|part| whole(part).map_err(|_| refuse())).collect()
    };
    let [year, month, day] = numbers(date, '-')?[..] else { return Err(refuse()) };
    let (hour, minute, second) = match numbers(clock, ':')?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(refuse()),
    };
    let number = day_number(year, month, day).ok_or_else(refuse)?;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(refuse());
    }
    Ok(days(number) + hours(hour) + minutes(minute) + second * SECOND)
}

/// Year, month and day of a day counted from 1970-01-01: every 400 years are alike, and a year that begins in March has
/// its leap day last.
fn date(day: u64) -> (u64, u64, u64) {
    const DAYS_OF_400_YEARS: u64 = 146_097;
    // From 0000-03-01.
    let day = day + 719_468;
    let (era, day) = (day / DAYS_OF_400_YEARS, day % DAYS_OF_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let month_day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, month_day)
}

/// The inverse of [`date`], for days there are, up to the year 9999.
fn day_number(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let number = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1;
    let number = number.checked_sub(719_468)?;
    (date(number) == (year, month, day)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::GENESIS;

    #[test]
    fn moments_are_dates_in_utc_and_come_back_as_they_were() {
        for (time, shown) in [
            (0, "1970-01-01 00:00 UTC"),
            (GENESIS, "2030-01-01 00:00 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
            (951_868_799_000, "2000-02-29 23:59:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00 UTC"),
            (253_402_300_799_000, "9999-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(moment(time), shown);
            assert_eq!(read_moment(shown), Ok(time));
        }
    }

    #[test]
    fn every_day_of_two_centuries_comes_after_the_one_before() {
        let mut before = (1969, 12, 31);
        for day in 0..73_050 {
            let now = date(day);
            assert!(now > before && day_number(now.0, now.1, now.2) == Some(day), "{now:?}");
            before = now;
        }
    }

    #[test]
    fn a_moment_is_read_in_several_ways() {
        let expected = GENESIS + days(3) + hours(6) + minutes(30);
        for text in ["2030-01-04 06:30", "2030-01-04T06:30:00Z", " 2030-01-04 06:30 UTC ", &expected.to_string()] {
            assert_eq!(read_moment(text), Ok(expected), "{text}");
        }
        assert_eq!(read_moment("2030-01-04"), Ok(GENESIS + days(3)));
        assert_eq!(read_moment(&LAST.to_string()), Ok(LAST));
    }

    #[test]
    fn what_is_no_moment_is_refused_with_an_example() {
        for text in [
            "",
            "soon",
            "2030-13-01",
            "2030-02-29",
            "2030-01-04 24:00",
            "2030-01-04 6",
            "1969-12-31",
            "-1",
            "+1",
            "+2030-01-04",
            "2030-01-+4",
            "2030-01-04 +6:30",
            "253402300800000",
            "18446744073709551615",
        ] {
            assert!(read_moment(text).expect_err(text).contains("expected one such as"), "{text}");
        }
    }

    #[test]
    fn distances_are_in_their_largest_unit() {
        assert_eq!(moment_from(GENESIS + days(3), GENESIS), "2030-01-04 00:00 UTC (in 3 days)");
        assert_eq!(moment_from(GENESIS, GENESIS + hours(1)), "2030-01-01 00:00 UTC (1 hour ago)");
        assert_eq!(moment_from(GENESIS + 5, GENESIS), "2030-01-01 00:00 UTC (now)");
        assert_eq!(roughly(minutes(90)), "90 minutes");
        assert_eq!(roughly(hours(49)), "49 hours");
        assert_eq!(roughly(7 * SECOND + 1), "7 seconds");
        assert_eq!(roughly(7), "7 ms");
    }
}
