//! The clock of a long deal (section 3.6).

use crate::spec;
use interfaces::{
    market::{Engagement, RequestSpec, RequestState, Tenure},
    Timestamp,
};

/// By when the delivery of `period` is due from the provider that has the place.
pub fn due(engagement: &Engagement, tenure: &Tenure, period: u32) -> Timestamp {
    let further = Timestamp::from(period.saturating_sub(tenure.first));
    tenure.first_deliver_by.saturating_add(engagement.period.saturating_mul(further))
}

/// The period whose delivery is due next; past the last one once all are over.
pub fn present(engagement: &Engagement, tenure: &Tenure, now: Timestamp) -> u32 {
    let Some(since) = now.checked_sub(tenure.first_deliver_by) else { return tenure.first };
    let over = since.checked_div(engagement.period).unwrap_or(0).saturating_add(1);
    tenure.first.saturating_add(u32::try_from(over).unwrap_or(u32::MAX))
}

/// Reviews that may still be in hand at once: while the place is vacant, those of what was delivered.
pub fn reviews(spec: &RequestSpec, state: &RequestState, engagement: &Engagement) -> u32 {
    let end = if engagement.tenure.is_some() { engagement.periods } else { state.submissions };
    spec::reviews(spec, end.saturating_sub(state.settled), engagement.period)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGAGEMENT: Engagement = Engagement { periods: 9, period: 100, missed_periods: 1, pool: None, tenure: None };

    fn tenure() -> Tenure {
        Tenure { provider: [1; 32].into(), price: 1, first: 3, first_deliver_by: 1_000 }
    }

    #[test]
    fn a_period_is_present_until_its_delivery_is_due() {
        let present = |now| present(&ENGAGEMENT, &tenure(), now);
        assert_eq!([0, 999, 1_000, 1_099, 1_100, 1_600].map(present), [3, 3, 4, 4, 5, 10]);
        assert_eq!(present(Timestamp::MAX), u32::MAX);
    }

    #[test]
    fn each_further_delivery_is_due_a_period_later() {
        assert_eq!([3, 4, 8].map(|period| due(&ENGAGEMENT, &tenure(), period)), [1_000, 1_100, 1_500]);
        for period in 3..9 {
            let due = due(&ENGAGEMENT, &tenure(), period);
            assert_eq!(present(&ENGAGEMENT, &tenure(), due - 1), period);
            assert_eq!(present(&ENGAGEMENT, &tenure(), due), period + 1);
        }
    }
}
