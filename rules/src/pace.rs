//! Pace: how much work a pool may make due of each of its members (section 1.1).
//!
//! A pool keeps one level that drains evenly. What is seen raises it, and what does not fit above it is never due. A
//! bucket, not a counter: with a counter, a burst at the end of one epoch and one at the start of the next would add up.
//!
//! All amounts are of the same kind, work seen: ops due times the denominator. Everything is rounded in the members'
//! favour: a level drains a little too little, and a member is said to be safe for a little too short.

use crate::{mul_div_floor, Micro};

/// The level of a bucket that drains `pace` in each `epoch`, `elapsed` after it was `level`. An epoch of 0 drains nothing.
pub fn drained(level: Micro, pace: Micro, elapsed: u64, epoch: u64) -> Micro {
    level.saturating_sub(flow(pace, elapsed, epoch))
}

/// What falls due of a member, at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// What may be seen at once, now.
    pub room: Micro,
    /// What may be seen in an epoch beside that, evenly.
    pub pace: Micro,
    /// What presence adds at the end of each epoch.
    pub presence: Micro,
    /// The time until the running epoch ends, in milliseconds; above 0.
    pub next: u64,
    /// The length of an epoch, in milliseconds; above 0.
    pub epoch: u64,
}

impl Due {
    /// After how many milliseconds `margin` may have fallen due, at the soonest; `None` if never.
    pub fn soonest(&self, margin: Micro) -> Option<u64> {
        let Self { room, pace, presence, next, epoch } = *self;
        let rest = margin.saturating_sub(room);
        // From one epoch's end to just before the next, and what the end itself adds.
        let (first, each) = (flow_up(pace, next, epoch), pace.saturating_add(presence));
        if rest <= first {
            return Some(after(rest, pace, epoch).min(next));
        }
        // More than nothing: then whole epochs, each of which begins with the presence of the one before, and a part of
        // one.
        let rest = rest.saturating_sub(first);
        let epochs = (rest.0 - 1).checked_div(each.0)?;
        let part = rest.saturating_sub(Micro(each.0.saturating_mul(epochs)));
        let begins = u64::try_from(epochs).ok()?.checked_mul(epoch)?.checked_add(next)?;
        begins.checked_add(after(part.saturating_sub(presence), pace, epoch))
    }
}

/// What flows in `time` at `pace` an epoch.
fn flow(pace: Micro, time: u64, epoch: u64) -> Micro {
    Micro(mul_div_floor(pace.0, time.into(), epoch.into()))
}

/// The same, rounded up.
fn flow_up(pace: Micro, time: u64, epoch: u64) -> Micro {
    let floor = flow(pace, time, epoch);
    // Below `epoch`, so that nothing of it is lost by wrapping.
    let rest = pace.0.wrapping_mul(time.into()).wrapping_sub(floor.0.wrapping_mul(epoch.into()));
    floor.saturating_add(Micro((rest > 0).into()))
}

/// How long `amount` takes at `pace` an epoch, rounded down; 0 for nothing.
fn after(amount: Micro, pace: Micro, epoch: u64) -> u64 {
    u64::try_from(mul_div_floor(amount.0, epoch.into(), pace.0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    fn ops(ops: u64) -> Micro {
        Micro::from_ops(ops)
    }

    #[test]
    fn a_level_drains_evenly_and_not_below_nothing() {
        let level = |elapsed| drained(ops(4), ops(4), elapsed, DAY);
        assert_eq!([0, DAY / 4, DAY / 2, DAY, 9 * DAY].map(level), [4, 3, 2, 0, 0].map(ops));
        assert_eq!(drained(ops(4), ops(4), DAY, 0), ops(4));
        assert_eq!(drained(Micro(u128::MAX), Micro(u128::MAX), u64::MAX, 1), Micro::ZERO);
    }

    #[test]
    fn draining_in_many_steps_never_drains_more_than_in_one() {
        let steps = (0..1_000).fold(ops(7), |level, _| drained(level, ops(3), 777, DAY));
        let once = drained(ops(7), ops(3), 777_000, DAY);
        assert!(steps >= once && steps.0 - once.0 <= 1_000);
    }

    #[test]
    fn room_comes_first_then_pace_and_presence_as_each_epoch_ends() {
        let due = Due { room: ops(4), pace: ops(4), presence: ops(1), next: DAY / 2, epoch: DAY };
        let soonest = |margin| due.soonest(ops(margin));
        assert_eq!([0, 4].map(soonest), [Some(0); 2]);
        assert_eq!([5, 6].map(soonest), [DAY / 4, DAY / 2].map(Some), "before the epoch ends");
        assert_eq!(soonest(7), Some(DAY / 2), "presence falls due at its end");
        assert_eq!(soonest(8), Some(DAY / 2 + DAY / 4));
        assert_eq!([11, 12].map(soonest), [Some(DAY / 2 + DAY); 2]);
        assert_eq!(soonest(16), Some(DAY / 2 + 2 * DAY));
        assert_eq!(soonest(17), Some(DAY / 2 + 2 * DAY));
    }

    #[test]
    fn where_nothing_falls_due_a_member_is_safe_for_ever() {
        let nothing = Due { room: ops(1), pace: ops(0), presence: ops(0), next: 1, epoch: DAY };
        assert_eq!([1, 2].map(|margin| nothing.soonest(ops(margin))), [Some(0), None]);
        let present = Due { presence: ops(2), ..nothing };
        assert_eq!([2, 3, 4, 5].map(|margin| present.soonest(ops(margin))), [1, 1, 1 + DAY, 1 + DAY].map(Some));
        let paced = Due { pace: ops(2), next: DAY / 2, ..nothing };
        assert_eq!([2, 3, 5].map(|margin| paced.soonest(ops(margin))), [DAY / 2, DAY, 2 * DAY].map(Some));
        assert_eq!(present.soonest(Micro(u128::MAX)), None, "not within all time");
    }
}
