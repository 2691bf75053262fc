//! What is unwise about terms that the contracts would take. Whoever deploys an organization is told, and may have
//! reasons.

use crate::client::moments::roughly;
use chain::days;
use interfaces::{obligation::Terms, Timestamp};
use rules::{Buffers, Due, Micro, PPM};

/// Who misses nothing, and looks in, should be safe for at least this long.
const SHORTEST: Timestamp = days(7);

/// What is unwise about these terms, each thing in a sentence.
pub fn cautions(terms: &Terms) -> Vec<String> {
    let found = [
        never_banned(terms).or_else(|| never_out(terms)),
        never_throttled(terms).or_else(|| soon_throttled(terms)),
        soon_banned(terms),
    ];
    found.into_iter().flatten().collect()
}

/// Whatever is asked for, and whoever does nothing.
fn never_banned(terms: &Terms) -> Option<String> {
    let never = terms.pace > 0 && fades_away(terms, in_an_epoch(terms));
    never.then(|| {
        "nobody can ever be Banned: what falls due fades before more than `ban_buffer` is missing; raise `retention`, \
         `pace` or `presence`"
            .to_owned()
    })
}

/// Presence alone has somebody Banned who stops where nobody asks for work.
fn never_out(terms: &Terms) -> Option<String> {
    let never = terms.presence == 0 || fades_away(terms, terms.presence.into());
    never.then(|| {
        "whoever stops keeps the seat where nobody asks for work, as presence never adds up to a ban; raise \
         `presence`, or `retention`"
            .to_owned()
    })
}

/// Being Throttled is the last warning.
fn never_throttled(terms: &Terms) -> Option<String> {
    let never = terms.throttle_buffer == terms.ban_buffer;
    never.then(|| "nobody is Throttled before a ban: lower `throttle_buffer`, or raise `ban_buffer`".to_owned())
}

/// An epoch's work is what somebody misses that looks in once an epoch.
fn soon_throttled(terms: &Terms) -> Option<String> {
    let due = in_an_epoch(terms);
    (due > u64::from(terms.throttle_buffer)).then(|| {
        format!(
            "whoever does not look in for an epoch can be Throttled: {due} operations can fall due in it; raise \
             `throttle_buffer`, or lower `pace`"
        )
    })
}

/// However diligent a member was until now.
fn soon_banned(terms: &Terms) -> Option<String> {
    if terms.pace == 0 {
        return Some("a member who misses nothing can be Banned at once: there is no `pace`".to_owned());
    }
    let soonest = soonest_ban(terms).filter(|soonest| *soonest < SHORTEST)?;
    let soonest = roughly(soonest);
    Some(format!(
        "a member who misses nothing can be Banned in {soonest}: lower `pace`, or raise `ban_buffer` or `epoch`"
    ))
}

/// How many operations can fall due in an epoch, where a pace bounds them.
fn in_an_epoch(terms: &Terms) -> u64 {
    u64::from(terms.pace) + u64::from(terms.presence)
}

/// Whether so many operations, due in each epoch, never add up to more than the ban buffer because both counters fade:
/// `due / (1 - retention) < ban_buffer + 1`.
fn fades_away(terms: &Terms, due: u64) -> bool {
    let fades = PPM.saturating_sub(terms.retention_ppm);
    u128::from(due) * u128::from(PPM) < (u128::from(terms.ban_buffer) + 1) * u128::from(fades)
}

/// In how many milliseconds a member can be Banned whose ledger, and whose pool's level, begin now; `None` if never.
fn soonest_ban(terms: &Terms) -> Option<Timestamp> {
    let Terms { denominator, throttle_buffer: throttle, ban_buffer: ban, epoch, .. } = *terms;
    let seen = |ops: u32| Micro::from_ops(u64::from(ops).saturating_mul(denominator.into()));
    let (pace, presence) = (seen(terms.pace), seen(terms.presence));
    let buffers = Buffers { denominator, throttle, ban };
    let margin = rules::margin(Micro::ZERO, Micro::ZERO, &buffers, terms.retention_ppm < PPM);
    Due { room: pace, pace, presence, next: epoch, epoch }.soonest(margin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{brisk_terms, default_terms, hours};

    /// How the cautions about the default terms with this change begin.
    fn told(change: impl FnOnce(&mut Terms)) -> Vec<String> {
        let mut terms = default_terms();
        change(&mut terms);
        let beginning = |caution: String| caution.split([':', ',']).next().unwrap_or_default().to_owned();
        cautions(&terms).into_iter().map(beginning).collect()
    }

    const NEVER_BANNED: &str = "nobody can ever be Banned";
    const NEVER_OUT: &str = "whoever stops keeps the seat where nobody asks for work";
    const NEVER_THROTTLED: &str = "nobody is Throttled before a ban";
    const SOON_THROTTLED: &str = "whoever does not look in for an epoch can be Throttled";
    const AT_ONCE: &str = "a member who misses nothing can be Banned at once";

    #[test]
    fn there_is_nothing_to_say_about_the_default_terms() {
        assert_eq!(told(|_| ()), [""; 0]);
    }

    #[test]
    fn terms_under_which_standings_change_within_days_are_told_from_those_for_people_with_jobs() {
        assert_eq!(told(|terms| *terms = brisk_terms()), [NEVER_OUT, AT_ONCE]);
    }

    #[test]
    fn counters_that_fade_faster_than_work_falls_due_ban_nobody() {
        // Four operations an epoch: never more than 8 are missing; than 16.6; than 17.3.
        for (retention_ppm, expected) in [(500_000, NEVER_BANNED), (760_000, NEVER_BANNED), (770_000, NEVER_OUT)] {
            assert_eq!(told(|terms| terms.retention_ppm = retention_ppm), [expected], "{retention_ppm}");
        }
        // Eight operations add up to 16, one more than are tolerated.
        let just = |terms: &mut Terms| {
            (terms.pace, terms.presence, terms.ban_buffer, terms.retention_ppm) = (7, 1, 15, 500_000);
        };
        assert_eq!(told(just), [NEVER_OUT]);
        let unbounded = |terms: &mut Terms| (terms.pace, terms.retention_ppm) = (0, 500_000);
        assert_eq!(told(unbounded), [NEVER_OUT, AT_ONCE], "enough work at once bans anybody");
    }

    #[test]
    fn where_no_presence_is_due_or_it_fades_whoever_stops_stays() {
        assert_eq!(told(|terms| terms.presence = 0), [NEVER_OUT]);
        // A tenth of each fades: presence adds up to 10, or to 20.
        assert_eq!(told(|terms| terms.retention_ppm = 900_000), [NEVER_OUT]);
        let twice = |terms: &mut Terms| (terms.presence, terms.retention_ppm) = (2, 900_000);
        assert_eq!(told(twice), [""; 0]);
    }

    #[test]
    fn being_throttled_comes_before_a_ban_and_not_within_an_epoch() {
        assert_eq!(told(|terms| terms.throttle_buffer = 16), [NEVER_THROTTLED]);
        assert_eq!(told(|terms| terms.throttle_buffer = 4), [""; 0]);
        assert_eq!(told(|terms| terms.throttle_buffer = 3), [SOON_THROTTLED]);
    }

    #[test]
    fn a_week_is_the_least_that_somebody_may_look_away() {
        assert_eq!(soonest_ban(&default_terms()), Some(days(25) + hours(16)));
        assert_eq!(told(|terms| terms.pace = 0), [AT_ONCE]);
        let short = |terms: &mut Terms| terms.epoch = days(1);
        assert_eq!(told(short), ["a member who misses nothing can be Banned in 3 days"]);
        // Sixteen operations: eight at once, and eight in the epoch.
        let week = |terms: &mut Terms| (terms.pace, terms.presence, terms.ban_buffer) = (8, 0, 15);
        assert_eq!(told(week), [NEVER_OUT]);
        let less = |terms: &mut Terms| {
            week(terms);
            terms.epoch = days(7) - 1;
        };
        assert_eq!(told(less), [NEVER_OUT, "a member who misses nothing can be Banned in 6 days"]);
    }
}
