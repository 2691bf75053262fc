//! What a long deal keeps reserved (section 3.6).

use crate::spec;
use interfaces::market::{Engagement, RequestSpec, RequestState};

/// Reviews that may still be under way at once: while the place is vacant, those of submitted deliveries.
pub fn reviews(spec: &RequestSpec, state: &RequestState, engagement: &Engagement) -> u32 {
    let end = if engagement.tenure.is_some() { engagement.periods } else { state.submissions };
    spec::reviews(spec, end.saturating_sub(state.settled), engagement.period)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{awards::tests::state, spec::tests::request};
    use interfaces::fixtures::{engagement, tenure};

    #[test]
    fn while_the_place_is_vacant_only_what_was_delivered_is_still_reviewed() {
        let spec = RequestSpec { limit: 1, ..request() };
        let state = RequestState { submissions: 5, settled: 3, ..state(0) };
        // Periods are so short that all which are left can be in review at once.
        let deal = |tenure| Engagement { periods: 9, ..engagement(None, tenure) };
        let reviews = |tenure| reviews(&spec, &state, &deal(tenure));
        assert_eq!([reviews(Some(tenure(1, 3))), reviews(None)], [6 * 3, 2 * 3]);
    }
}
