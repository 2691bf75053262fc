//! What the submissions of a request weigh beside each other, and what each earns (section 3.5).

use ink::prelude::{vec, vec::Vec};
use interfaces::{
    market::{Access, Award, Duplicates, RequestSpec, RequestState, Submission, Verdict, MAX_SCORE},
    Balance,
};

/// In a provider's list of findings: none yet.
pub const NO_FINDING: u32 = u32::MAX;

/// How many submissions have each median, for a ranking.
pub type Ranking = Vec<u16>;

/// A ranking of nobody.
pub fn empty_ranking() -> Ranking {
    vec![0; usize::from(MAX_SCORE).saturating_add(1)]
}

/// Whether what a submission earns depends on the others, so that it can be claimed only when all are settled.
pub fn depend_on_each_other(spec: &RequestSpec) -> bool {
    spec.award != Award::PerSubmission || matches!(spec.duplicates, Duplicates::Shared { .. })
}

/// Whether others can be duplicates of this submission: reviewed, and not below the curve's first bucket.
pub fn is_finding(spec: &RequestSpec, delivery: &Submission) -> bool {
    let reviewed = matches!(delivery.verdict, Verdict::Quorum | Verdict::Few);
    reviewed && spec.curve.first().is_some_and(|bucket| delivery.median >= bucket.min_score)
}

/// What all that share in a finding weigh together, by its first submission.
pub fn group_weight(first: &Submission, retention_ppm: u32) -> u128 {
    rules::group_weight(first.weight_bps, retention_ppm, first.finders)
}

/// What a submission weighs in the end. `first` is the first submission of its finding, where that is another one.
pub fn weight(spec: &RequestSpec, delivery: &Submission, first: Option<&Submission>) -> u128 {
    match spec.duplicates {
        Duplicates::Shared { .. } if is_finding(spec, delivery) && !delivery.shares => 0,
        Duplicates::Shared { retention_ppm } if is_finding(spec, delivery) => {
            let first = first.unwrap_or(delivery);
            rules::shared_weight(first.weight_bps, retention_ppm, first.finders)
        }
        Duplicates::FirstOnly if delivery.duplicate_of.is_some() => 0,
        _ => rules::weight_of(delivery.weight_bps),
    }
}

/// What a submission of this weight earns.
pub fn pay(spec: &RequestSpec, state: &RequestState, ranking: &[u16], delivery: &Submission, weight: u128) -> Balance {
    match &spec.award {
        Award::PerSubmission if spec.access == Access::Offers => rules::weighted_pay(delivery.price, 1, weight),
        Award::PerSubmission => rules::weighted_pay(spec.reward, spec.limit, weight),
        Award::Proportional => rules::proportional_pay(spec.reward, weight, state.weights),
        Award::Ranked { .. } if weight == 0 => 0,
        Award::Ranked { places_bps } => {
            let median = usize::from(delivery.median);
            let above = ranking.iter().skip(median.saturating_add(1));
            let better = above.fold(0_u32, |sum, count| sum.saturating_add(u32::from(*count)));
            let tied = ranking.get(median).copied().unwrap_or(0);
            rules::ranked_pay(spec.reward, places_bps.iter().copied(), better, tied.into())
        }
    }
}

/// The most that all submissions of a request can earn, where that depends on all of them.
pub fn greatest_pay(spec: &RequestSpec, state: &RequestState) -> Balance {
    match spec.award {
        _ if state.weights == 0 => 0,
        Award::PerSubmission if spec.access == Access::Offers => state.accepted,
        Award::PerSubmission => rules::weighted_pay(spec.reward, spec.limit, state.weights),
        _ => spec.reward,
    }
}
