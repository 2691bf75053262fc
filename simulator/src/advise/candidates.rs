//! Which terms may fulfil a wish.

use super::{asked_of_each, safe_days, scenario, Wish, DAYS_A_WEEK};
use crate::{
    feasible,
    people::{Group, Kind},
    terms::{Rate, Terms, DAY},
};

/// The greatest time for commitments and for reveals, each.
const MOST_WINDOW_DAYS: u64 = 7;
/// A member's diligence: what falls due leaves a tenth for reviews that are lost.
const DILIGENCE: [u32; 3] = [900_000, 800_000, 700_000];
const EPOCH_DAYS: [u64; 6] = [7, 5, 3, 2, 1, 14];
const BAN_BUFFERS: [u32; 6] = [16, 12, 10, 8, 6, 24];
/// How much more may be asked for in a busy week than in others.
const BUSY: f64 = 1.5;

/// The times for commitments and for reveals that suit members who look in as seldom: one of ten commits in an extension,
/// and one of a hundred does not reveal.
pub fn windows(kind: Kind) -> (u64, u64) {
    (window(kind, 0.1), window(kind, 0.01))
}

/// All terms that promise each member longer than it is away as a matter of course, and can keep up with the work.
pub fn candidates(wish: &Wish) -> Vec<Terms> {
    let mut found = Vec::new();
    for epoch_days in EPOCH_DAYS {
        for ban_buffer in BAN_BUFFERS {
            for diligence_ppm in DILIGENCE {
                found.extend(terms_of(wish, epoch_days, ban_buffer, diligence_ppm));
            }
        }
    }
    found
}

fn terms_of(wish: &Wish, epoch_days: u64, ban_buffer: u32, diligence_ppm: u32) -> Option<Terms> {
    let throttle_buffer = ban_buffer / 2;
    // All that is asked for falls due, even in a busier week, if the buffers allow it.
    let an_epoch = BUSY * asked_of_each(wish) * epoch_days as f64 / DAYS_A_WEEK;
    let pace = (an_epoch.ceil() as u32).clamp(1, throttle_buffer.saturating_sub(1).max(1));
    let presence = 1;
    let terms = Terms {
        epoch: epoch_days * DAY,
        throttle_buffer,
        ban_buffer,
        rate: Rate::FairShare { diligence_ppm },
        min_reviews: wish.quorum,
        presence,
        pace,
        credit_cap: throttle_buffer,
        seats: wish.enforcers,
        healthy_limit: throttle_buffer,
        throttled_limit: throttle_buffer.div_ceil(2),
        ..Terms::default()
    };
    let keeps_up = feasible::promises(&scenario(wish, &terms)).hands_needed <= 1.0;
    let is_fair = safe_days(&terms) >= away_days(wish.kind);
    (terms.broken_rule().is_none() && keeps_up && is_fair).then_some(terms)
}

/// For how many days a member of this kind may not look in as a matter of course: all but one of a thousand times.
fn away_days(kind: Kind) -> f64 {
    const SELDOM: f64 = 0.001;
    let group = Group::of(kind, 1);
    let mut away = 1.0;
    for day in 4..400_u32 {
        away *= 1.0 - group.chance(day);
        if away < SELDOM {
            return f64::from(day - 3);
        }
    }
    f64::INFINITY
}

/// The time in which whoever looks in as seldom does so, but for this part of all times.
fn window(kind: Kind, lost: f64) -> u64 {
    let group = Group::of(kind, 1);
    let mut missed = 1.0;
    for days in 1..=MOST_WINDOW_DAYS {
        missed *= 1.0 - group.chance(days as u32 + 3);
        if missed <= lost {
            return days.max(2) * DAY;
        }
    }
    MOST_WINDOW_DAYS * DAY
}
