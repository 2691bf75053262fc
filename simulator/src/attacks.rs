//! What the attacks of `SECURITY.md` cost under terms and a policy, and what they bring: prices by the formulas of the
//! protocol, effects as they were simulated, if the scenario has such members or requests.

use crate::{
    market::{units, Market},
    people::Kind,
    record::{Spending, Work},
    report::{dutiful, Attack, GroupReport},
    scenario::Scenario,
    stats::Chance,
    terms::{Rate, Terms, DAY},
};
use rules::PPM;

/// All that a simulation has to say about attacks.
pub fn of(scenario: &Scenario, work: &Work, groups: &[GroupReport]) -> Vec<Attack> {
    let Scenario { terms, market, .. } = scenario;
    let members = scenario.accounts().min(terms.seats.into());
    let others = dutiful(groups);
    let found = [
        Some(flood(terms, market, members, &work.flood, others)),
        Some(full_market(terms, market, members)),
        bots(groups, others),
        ring(work),
        Some(self_dealing(market, &work.self_dealing)),
        Some(silence(terms)),
        Some(banning(terms)),
    ];
    found.into_iter().flatten().collect()
}

/// Work that nobody needs, so that it falls due.
fn flood(terms: &Terms, market: &Market, members: u64, seen: &Spending, others: Chance) -> Attack {
    let ops = if terms.pace > 0 { terms.pace } else { terms.ban_buffer.saturating_add(1) };
    let places = (f64::from(ops) / due_of(terms, market, members)).ceil();
    let price = units(market.cheapest(0).sunk()) * places;
    let brings = match terms.safe_for() {
        Some(safe) => format!(
            "{ops} ops due of each an epoch, not more whatever is paid; who misses nothing is safe for {:.1} days",
            safe as f64 / DAY as f64
        ),
        None => format!("{ops} ops due of each at once: whoever does not look in is banned"),
    };
    let here = match seen.places {
        0 => String::new(),
        places => format!(
            "; here {places} places for {:.1} UNIT, and {} of {} dutiful members banned",
            units(seen.sunk),
            others.times,
            others.trials
        ),
    };
    Attack { name: "cheap work", costs: format!("{price:.2} UNIT for {places} places"), brings: brings + &here }
}

/// How many ops fall due of each of so many members by a place, where a pace leaves room.
fn due_of(terms: &Terms, market: &Market, members: u64) -> f64 {
    let share = f64::from(market.quorum) / members.max(1) as f64;
    match terms.rate {
        Rate::Fixed => share.min(1.0 / f64::from(terms.denominator)),
        Rate::FairShare { diligence_ppm } => (share * f64::from(diligence_ppm) / f64::from(PPM)).min(1.0),
    }
}

/// Requests that hold all hands.
fn full_market(terms: &Terms, market: &Market, members: u64) -> Attack {
    let hands = u128::from(members) * u128::from(terms.healthy_limit);
    let rent = market.rent.saturating_mul(hands);
    let premium = rules::premium_bps(PPM, market.target_utilization_ppm, market.premium_cap_bps);
    let most = rent.saturating_add(rules::fraction_bps(rent, premium));
    Attack {
        name: "keeping the market full",
        costs: format!("from {:.2} to {:.2} UNIT a day, in advance", units(rent), units(most)),
        brings: "others' requests are refused".into(),
    }
}

fn bots(groups: &[GroupReport], others: Chance) -> Option<Attack> {
    let bots: u64 = groups.iter().filter(|group| group.kind == Kind::Bot).map(|group| group.seated).sum();
    (bots > 0).then(|| Attack {
        name: "bots that take every slot",
        costs: format!("{bots} bonds, and the work itself"),
        brings: format!(
            "{} of {} dutiful members banned (at most {:.3} %)",
            others.times,
            others.trials,
            others.high * 100.0
        ),
    })
}

fn ring(work: &Work) -> Option<Attack> {
    let captured = Chance::of(work.ring.captured, work.ring.judged);
    (captured.trials > 0).then(|| Attack {
        name: "a ring that delivers junk",
        costs: "the place's deposit and bond each time that it fails".into(),
        brings: format!(
            "{:.1} % of {} juries paid for it ({:.1} to {:.1} %), {:.1} UNIT in all",
            captured.part() * 100.0,
            captured.trials,
            captured.low * 100.0,
            captured.high * 100.0,
            units(work.ring.won)
        ),
    })
}

/// Requests, deliveries and reviews by accounts of one owner: all but fee and rent comes back.
fn self_dealing(market: &Market, seen: &Spending) -> Attack {
    let cheapest = units(market.cheapest(0).sunk());
    let price = market.price(0);
    let points = market.points(price.fee);
    let a_point =
        if points > 0 { format!("{:.3}", units(price.sunk()) / points as f64) } else { "any number of".into() };
    let here = match seen.places {
        0 => String::new(),
        places => format!("; here {places} places for {:.1} UNIT and {} points", units(seen.sunk), seen.points),
    };
    Attack {
        name: "asking, delivering and reviewing oneself",
        costs: format!(
            "{:.3} UNIT an op declared at the least, {a_point} UNIT a point",
            cheapest / f64::from(market.quorum)
        ),
        brings: format!("no money: the escrow comes back, and fee and rent do not{here}"),
    }
}

/// A seat without any work.
fn silence(terms: &Terms) -> Attack {
    let brings = match terms.out_within() {
        Some(time) => format!("a seat for at most {:.0} days", time as f64 / DAY as f64),
        None => "a seat for ever, where nobody asks for work".into(),
    };
    let slashed = f64::from(terms.slash_ppm) / f64::from(PPM) * 100.0;
    Attack {
        name: "sitting on a seat",
        costs: format!("a bond of {} points and {slashed:.0} % of the rest", terms.bond),
        brings,
    }
}

/// Having oneself banned, for the keeper's reward.
fn banning(terms: &Terms) -> Attack {
    Attack {
        name: "banning oneself for the reward",
        costs: format!("{} points", terms.bond),
        brings: format!("{} points", terms.reward_for(terms.bond)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Group;

    fn told(terms: Terms) -> Vec<Attack> {
        let members = vec![Group::of(Kind::Average, 5)];
        of(&Scenario { terms, members, ..Scenario::default() }, &Work::default(), &[])
    }

    #[test]
    fn a_flood_costs_what_security_says_and_brings_what_the_pace_allows() {
        let flood = &told(Terms::default())[0];
        // Six places of 0.155 UNIT, as SECURITY.md has it.
        assert_eq!(flood.costs, "0.93 UNIT for 6 places");
        assert!(flood.brings.contains("3 ops due of each an epoch") && flood.brings.contains("22.8 days"));
        let bare = &told(Terms { pace: 0, ..Terms::default() })[0];
        assert!(bare.brings.contains("17 ops due of each at once"), "{}", bare.brings);
    }

    #[test]
    fn what_is_not_in_the_scenario_is_not_told_of() {
        let names: Vec<_> = told(Terms::default()).into_iter().map(|attack| attack.name).collect();
        assert!(!names.contains(&"bots that take every slot") && !names.contains(&"a ring that delivers junk"));
        assert_eq!(names.len(), 5);
    }

    #[test]
    fn banning_oneself_never_pays() {
        let attack = told(Terms::default()).pop().expect("the last");
        assert_eq!((attack.costs.as_str(), attack.brings.as_str()), ("50 points", "20 points"));
    }
}
