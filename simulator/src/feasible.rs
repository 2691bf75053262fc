//! Whether a pool can keep up with what is asked of it, and what its terms promise.

use crate::{
    report::Promises,
    scenario::Scenario,
    terms::{Terms, DAY},
};

const DAYS_A_WEEK: f64 = 7.0;

/// What the terms of a scenario promise, and what is wrong with them for such requests.
pub fn promises(scenario: &Scenario) -> Promises {
    let Scenario { terms, market, requests, .. } = scenario;
    let in_days = |time: u64| time as f64 / DAY as f64;
    let members = scenario.accounts().min(terms.seats.into()).max(1) as f64;
    let regular = requests.iter().filter(|stream| !stream.is_attack());
    let reviews_a_day = regular.map(|stream| stream.a_day).sum::<f64>() * f64::from(market.quorum);
    let asked_a_week = reviews_a_day * DAYS_A_WEEK / members;
    // Until the last window may be over.
    let open_days = market.days() as f64;
    let hands = members * f64::from(terms.healthy_limit);
    let hands_needed = if hands > 0.0 { reviews_a_day * open_days / hands } else { f64::INFINITY };
    let pace_a_week = f64::from(terms.pace) * DAYS_A_WEEK / in_days(terms.epoch);
    let due_a_week = if terms.pace > 0 { asked_a_week.min(pace_a_week) } else { asked_a_week };
    let mut troubles = Vec::new();
    if hands_needed > 1.0 {
        troubles.push(format!(
            "requests are refused: they need {:.0} % of the hands in the mean; more seats, or a higher `healthy_limit`",
            hands_needed * 100.0
        ));
    }
    if terms.pace > 0 && asked_a_week > pace_a_week {
        troubles.push(format!(
            "{asked_a_week:.1} reviews a week are asked of each member, and at most {pace_a_week:.1} fall due: a quorum \
             depends on volunteers; more seats, or a higher `pace`"
        ));
    }
    if (members as u64) < u64::from(market.quorum) + 1 {
        troubles.push("there are too few members for a quorum if one of them is a party to a request".into());
    }
    troubles.extend(cautions(terms));
    Promises {
        safe_days: terms.safe_for().map(in_days),
        out_days: terms.out_within().map(in_days),
        asked_a_week,
        due_a_week,
        hands_needed,
        troubles,
    }
}

fn cautions(terms: &Terms) -> Vec<String> {
    let mut found = Vec::new();
    if terms.safe_for().is_none() {
        found.push("a member who misses nothing can be Banned at once: there is no `pace`".into());
    }
    if terms.out_within().is_none() {
        found.push("whoever stops may keep the seat for ever where nobody asks for work".into());
    }
    if terms.pace > 0 && terms.pace.saturating_add(terms.presence) > terms.throttle_buffer {
        found.push("whoever does not look in for an epoch can be Throttled".into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        people::{Group, Kind},
        streams::{Shape, Stream},
    };

    fn scenario(a_day: f64) -> Scenario {
        Scenario {
            members: vec![Group::of(Kind::Average, 12)],
            requests: vec![Stream::new(Shape::Steady, a_day), Stream::new(Shape::Attack, 99.0)],
            ..Scenario::default()
        }
    }

    #[test]
    fn a_pool_that_can_keep_up_has_no_trouble() {
        let promises = promises(&scenario(1.0));
        assert_eq!(promises.troubles, [""; 0]);
        assert_eq!((promises.asked_a_week, promises.due_a_week, promises.safe_days), (1.75, 1.75, Some(22.75)));
        assert!((promises.hands_needed - 0.375).abs() < 1e-9, "{}", promises.hands_needed);
    }

    #[test]
    fn more_than_members_can_do_or_owe_is_told() {
        let promises = promises(&scenario(6.0));
        assert_eq!((promises.asked_a_week, promises.due_a_week), (10.5, 3.0));
        let beginnings: Vec<_> = promises.troubles.iter().map(|trouble| &trouble[..20]).collect();
        assert_eq!(beginnings, ["requests are refused", "10.5 reviews a week "]);
    }
}
