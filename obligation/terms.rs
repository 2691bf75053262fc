//! Which terms a pool may have (section 1.1): a rule that is broken is named, and nothing is ever clamped.

use interfaces::{
    ensure,
    obligation::{Rate, Schedule, Terms, TermsReason, BY_ENROLMENT, MAX_SEGMENTS},
    Ppm, Timestamp,
};
use rules::PPM;

const MINUTE: Timestamp = 60_000;
const DAY: Timestamp = 24 * 60 * MINUTE;
/// This is longer than anything an organization plans, and short enough for all sums of times.
const HUNDRED_YEARS: Timestamp = 36_525 * DAY;
const MAX_DENOMINATOR: u32 = 1_000_000;
const MAX_BUFFER: u32 = 1_000_000_000;
/// Greatest `presence * denominator`: what an epoch of presence adds to the accumulator, in ops.
const MAX_PRESENCE: u64 = 1_000_000_000;
const MAX_SEATS: u32 = 1_000_000;
/// How often the pace goes into the ban buffer at least: who misses nothing is not Banned within an epoch.
const PACES_PER_BAN: u32 = 2;
/// A thousand ops.
const MAX_WEIGHT: Ppm = 1_000 * PPM;
/// A ban burns at least this many times the reward of whoever latches it (invariant 4).
const BOND_PER_REWARD: u128 = 2;

/// Says which rule the terms or the schedule break, the first of those below.
pub fn validate(terms: &Terms, schedule: &Schedule) -> Result<(), TermsReason> {
    use TermsReason::*;
    let lasting = [terms.epoch, terms.cooldown, terms.min_freeze, terms.freeze_interval, terms.notice, schedule.cycle];
    let weights = schedule.segments.iter().map(|segment| segment.weight_ppm);

    ensure!((1..=MAX_DENOMINATOR).contains(&terms.denominator), Denominator);
    ensure!(terms.epoch >= MINUTE, Epoch);
    ensure!((1..=PPM).contains(&terms.retention_ppm), Retention);
    ensure!((terms.throttle_buffer..=MAX_BUFFER).contains(&terms.ban_buffer), Buffers);
    if let Rate::FairShare { diligence_ppm } = terms.rate {
        ensure!((1..=PPM).contains(&diligence_ppm), Diligence);
    }
    ensure!(terms.min_reviews >= 1, MinReviews);
    if terms.rate == Rate::Fixed {
        ensure!(is_fair(terms, weights.clone().max().unwrap_or(PPM)), Share);
    }
    ensure!(terms.presence == 0 || terms.presence < terms.throttle_buffer, Presence);
    let presence = u64::from(terms.presence).saturating_mul(terms.denominator.into());
    ensure!(presence <= MAX_PRESENCE, PresenceWork);
    ensure!(terms.pace <= terms.ban_buffer / PACES_PER_BAN, Pace);
    ensure!(terms.credit_cap > terms.presence, CreditCap);
    ensure!((1..=MAX_SEATS).contains(&terms.seats), Seats);
    ensure!(terms.healthy_limit <= terms.throttle_buffer, HealthyLimit);
    ensure!(terms.throttled_limit <= terms.healthy_limit, ThrottledLimit);
    ensure!(terms.throttled_limit >= 1 || terms.healthy_limit == 0, ThrottledLimit);
    ensure!(terms.slash_ppm <= PPM, Slash);
    ensure!(terms.keeper_reward <= most_reward(terms.bond), KeeperReward);
    ensure!(terms.notice >= DAY, Notice);
    ensure!(schedule.segments.len() <= MAX_SEGMENTS, Segments);
    ensure!(schedule.segments.windows(2).all(|pair| pair[0].offset < pair[1].offset), Segments);
    ensure!(schedule.segments.last().is_none_or(|last| last.offset < schedule.cycle), Segments);
    ensure!(weights.clone().all(|weight| weight <= MAX_WEIGHT), Weight);
    ensure!(lasting.into_iter().all(|time| time <= HUNDRED_YEARS), Duration);
    Ok(())
}

/// Says which rule is broken by terms and a schedule that are to follow the `present` ones.
pub fn validate_change(present: &Terms, terms: &Terms, schedule: &Schedule) -> Result<(), TermsReason> {
    let fixed = |terms: &Terms| (terms.denominator, terms.epoch, terms.retention_ppm);
    validate(terms, schedule)?;
    ensure!(fixed(present) == fixed(terms) && present.min_reputation != BY_ENROLMENT, TermsReason::Fixed);
    Ok(())
}

/// The greatest reward for latching a ban that burns this bond.
pub fn most_reward(bond: u128) -> u128 {
    bond / BOND_PER_REWARD
}

/// Whether the reviews that an op asks for, shared out among all seats, are as many as the ledger then demands of them,
/// even while an op weighs the most.
fn is_fair(terms: &Terms, greatest_weight: Ppm) -> bool {
    let demanded = u128::from(terms.seats).saturating_mul(greatest_weight.into());
    let asked = u128::from(terms.denominator).saturating_mul(terms.min_reviews.into()).saturating_mul(PPM.into());
    demanded <= asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{terms, weekly};
    use interfaces::obligation::Segment;

    type Change = fn(&mut Terms, &mut Schedule);

    fn reason(change: Change) -> Result<(), TermsReason> {
        let (mut terms, mut schedule) = (terms(), weekly());
        change(&mut terms, &mut schedule);
        validate(&terms, &schedule)
    }

    fn segments(count: u64, weight_ppm: Ppm) -> Schedule {
        let segments = (0..count).map(|offset| Segment { offset, weight_ppm }).collect();
        Schedule { cycle: count, segments }
    }

    #[test]
    fn a_day_a_hundred_years_and_a_thousand_ops_are_what_they_say() {
        assert_eq!((DAY, HUNDRED_YEARS, MAX_WEIGHT), (86_400_000, 3_155_760_000_000, 1_000_000_000));
    }

    #[test]
    fn terms_at_the_very_edge_of_every_rule_are_accepted() {
        let edges: [Change; 20] = [
            |_, _| {},
            |t, _| t.denominator = MAX_DENOMINATOR,
            |t, _| t.epoch = MINUTE,
            |t, _| t.retention_ppm = 1,
            |t, _| t.retention_ppm = PPM,
            |t, _| t.ban_buffer = t.throttle_buffer,
            |t, _| t.ban_buffer = MAX_BUFFER,
            |t, _| t.rate = Rate::FairShare { diligence_ppm: PPM },
            |t, s| (t.seats, t.denominator, t.min_reviews, *s) = (144, 48, 3, Schedule::default()),
            |t, s| (t.seats, t.denominator, t.min_reviews, *s) = (96, 48, 3, segments(1, 1_500_000)),
            |t, _| t.presence = t.throttle_buffer - 1,
            |t, _| (t.presence, t.throttle_buffer, t.healthy_limit, t.throttled_limit) = (0, 0, 0, 0),
            |t, _| (t.healthy_limit, t.throttled_limit) = (t.throttle_buffer, t.throttle_buffer),
            |t, _| t.pace = t.ban_buffer / 2,
            |t, _| (t.pace, t.ban_buffer, t.throttle_buffer) = (25, 51, 10),
            |t, _| t.credit_cap = t.presence + 1,
            |t, _| (t.slash_ppm, t.keeper_reward) = (PPM, t.bond / 2),
            |t, _| (t.notice, t.cooldown) = (DAY, HUNDRED_YEARS),
            |_, s| *s = segments(32, 1),
            |t, s| (t.rate, *s) = (Rate::FairShare { diligence_ppm: 1 }, segments(1, MAX_WEIGHT)),
        ];
        for (number, edge) in edges.into_iter().enumerate() {
            assert_eq!(reason(edge), Ok(()), "edge {number}");
        }
    }

    #[test]
    fn what_is_fixed_for_life_cannot_change_and_all_else_can() {
        let present = terms();
        let reason = |change: Change| {
            let (mut terms, mut schedule) = (terms(), weekly());
            change(&mut terms, &mut schedule);
            validate_change(&present, &terms, &schedule)
        };
        let fixed: [Change; 3] = [|t, _| t.denominator = 49, |t, _| t.epoch = 2 * MINUTE, |t, _| t.retention_ppm = PPM];
        for (number, change) in fixed.into_iter().enumerate() {
            assert_eq!(reason(change), Err(TermsReason::Fixed), "case {number}");
        }
        assert_eq!(reason(|t, _| (t.seats, t.presence, t.bond) = (1, 0, 1_000)), Ok(()));
        assert_eq!(reason(|t, _| t.seats = 0), Err(TermsReason::Seats));
    }

    #[test]
    fn a_pool_that_one_is_only_enrolled_in_keeps_its_terms() {
        let present = Terms { min_reputation: BY_ENROLMENT, ..terms() };
        for terms in [present.clone(), terms()] {
            assert_eq!(validate_change(&present, &terms, &weekly()), Err(TermsReason::Fixed));
        }
    }

    #[test]
    fn each_broken_rule_is_refused_with_its_own_reason() {
        use TermsReason::*;
        let broken: [(Change, TermsReason); 40] = [
            (|t, _| t.denominator = 0, Denominator),
            (|t, _| t.denominator = MAX_DENOMINATOR + 1, Denominator),
            (|t, _| t.epoch = MINUTE - 1, Epoch),
            (|t, _| t.retention_ppm = 0, Retention),
            (|t, _| t.retention_ppm = PPM + 1, Retention),
            (|t, _| t.ban_buffer = t.throttle_buffer - 1, Buffers),
            (|t, _| t.ban_buffer = MAX_BUFFER + 1, Buffers),
            (|t, _| t.rate = Rate::FairShare { diligence_ppm: 0 }, Diligence),
            (|t, _| t.rate = Rate::FairShare { diligence_ppm: PPM + 1 }, Diligence),
            (|t, _| t.min_reviews = 0, MinReviews),
            (|t, s| (t.seats, t.denominator, t.min_reviews, *s) = (145, 48, 3, Schedule::default()), Share),
            (|t, s| (t.seats, t.denominator, t.min_reviews, *s) = (97, 48, 3, segments(1, 1_500_000)), Share),
            (|t, _| (t.seats, t.min_reviews) = (u32::MAX, u8::MAX), Share),
            (|t, _| t.presence = t.throttle_buffer, Presence),
            (|t, _| t.presence = u32::MAX, Presence),
            (
                |t, _| (t.denominator, t.presence, t.throttle_buffer, t.ban_buffer) = (1_000_000, 1_001, 2_000, 2_000),
                PresenceWork,
            ),
            (|t, _| t.pace = t.ban_buffer / 2 + 1, Pace),
            (|t, _| (t.pace, t.ban_buffer, t.throttle_buffer) = (26, 51, 10), Pace),
            (|t, _| t.pace = u32::MAX, Pace),
            (|t, _| t.credit_cap = t.presence, CreditCap),
            (|t, _| (t.presence, t.credit_cap) = (0, 0), CreditCap),
            (|t, _| t.seats = 0, Seats),
            (|t, _| (t.rate, t.seats) = (Rate::FairShare { diligence_ppm: 1 }, MAX_SEATS + 1), Seats),
            (|t, _| t.healthy_limit = t.throttle_buffer + 1, HealthyLimit),
            (|t, _| t.throttled_limit = 0, ThrottledLimit),
            (|t, _| t.throttled_limit = t.healthy_limit + 1, ThrottledLimit),
            (|t, _| (t.healthy_limit, t.throttled_limit) = (0, 1), ThrottledLimit),
            (|t, _| t.slash_ppm = PPM + 1, Slash),
            (|t, _| t.keeper_reward = t.bond / 2 + 1, KeeperReward),
            (|t, _| t.notice = DAY - 1, Notice),
            (|_, s| *s = segments(33, 1), Segments),
            (|_, s| s.cycle = 0, Segments),
            (|_, s| s.cycle = s.segments[1].offset, Segments),
            (|_, s| s.segments.swap(0, 1), Segments),
            (|_, s| s.segments[1].offset = s.segments[0].offset, Segments),
            (|t, s| (t.rate, *s) = (Rate::FairShare { diligence_ppm: 1 }, segments(1, MAX_WEIGHT + 1)), Weight),
            (|t, _| t.epoch = HUNDRED_YEARS + 1, Duration),
            (|t, _| t.cooldown = HUNDRED_YEARS + 1, Duration),
            (|t, _| t.freeze_interval = HUNDRED_YEARS + 1, Duration),
            (|t, s| (t.min_freeze, s.cycle) = (HUNDRED_YEARS + 1, HUNDRED_YEARS + 1), Duration),
        ];
        for (number, (change, expected)) in broken.into_iter().enumerate() {
            assert_eq!(reason(change), Err(expected), "case {number}");
        }
    }
}
