//! What attacks cost under terms and a policy, and what they bring.

use crate::{record::Work, report::{Attack, GroupReport}, scenario::Scenario};

pub fn of(_scenario: &Scenario, _work: &Work, _groups: &[GroupReport]) -> Vec<Attack> {
    Vec::new()
}
