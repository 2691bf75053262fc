//! What the submissions of a request weigh in relation to each other, and what each earns (section 3.5).

use crate::reviews::Tally;
use ink::prelude::{vec, vec::Vec};
use interfaces::{
    market::{Access, Award, Duplicates, RequestSpec, RequestState, Submission, Verdict, MAX_SCORE},
    Balance, Bps,
};

/// In a provider's list of findings: none yet.
pub const NO_FINDING: u32 = u32::MAX;

/// How many submissions have each rank: by their medians, those that a few judged behind those that a quorum did.
pub type Ranking = Vec<u16>;

/// How many medians there are.
const MEDIANS: usize = MAX_SCORE as usize + 1;

/// A ranking of nobody.
pub fn empty_ranking() -> Ranking {
    vec![0; 2 * MEDIANS]
}

/// The rank of a submission; the higher, the better.
pub fn rank(delivery: &Submission) -> usize {
    let above = if delivery.verdict == Verdict::Quorum { MEDIANS } else { 0 };
    usize::from(delivery.median).saturating_add(above)
}

/// Whether others can be duplicates of this submission: reviewed, and not below the curve's first bucket.
pub fn is_finding(spec: &RequestSpec, delivery: &Submission) -> bool {
    let reviewed = matches!(delivery.verdict, Verdict::Quorum | Verdict::Few);
    reviewed && spec.curve.first().is_some_and(|bucket| delivery.median >= bucket.min_score)
}

/// What a submission weighs by itself: its median by the curve, as far as a quorum judged it. Where each is paid on its
/// own, the reviews that are missing give what the policy gives to work that nobody reviewed.
pub fn own_weight(spec: &RequestSpec, unreviewed_bps: Bps, tally: &Tally) -> Bps {
    let unreviewed = if spec.award == Award::PerSubmission { unreviewed_bps } else { 0 };
    rules::few_weight(spec.earned(tally.median), unreviewed, tally.reveals, spec.quorum)
}

/// What all submissions that share in a finding weigh together, by its first submission.
pub fn group_weight(first: &Submission, retention_ppm: u32) -> u128 {
    rules::group_weight(first.weight_bps, retention_ppm, first.finders)
}

/// What a submission weighs in the end. `first` is the first submission of its finding, if that is another one.
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
            let rank = rank(delivery);
            let above = ranking.iter().skip(rank.saturating_add(1));
            let better = above.fold(0_u32, |sum, count| sum.saturating_add(u32::from(*count)));
            let tied = ranking.get(rank).copied().unwrap_or(0);
            let part = rules::ranked_pay(spec.reward, places_bps.iter().copied(), better, tied.into());
            match delivery.verdict {
                Verdict::Quorum => part,
                _ => rules::weighted_pay(part, 1, weight),
            }
        }
    }
}

/// The most that all submissions of a request can earn, if that depends on all of them.
pub fn greatest_pay(spec: &RequestSpec, state: &RequestState) -> Balance {
    match spec.award {
        _ if state.weights == 0 => 0,
        Award::PerSubmission if spec.access == Access::Offers => state.accepted,
        Award::PerSubmission => rules::weighted_pay(spec.reward, spec.limit, state.weights),
        _ => spec.reward,
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::spec::tests::request;
    use interfaces::market::{Bucket, MAX_LIMIT};

    pub fn state(weights: u128) -> RequestState {
        RequestState { closed: true, accepted: 700, weights, ..RequestState::new([1; 32].into()) }
    }

    pub fn delivery(median: u8, weight_bps: Bps) -> Submission {
        let verdict = Verdict::Quorum;
        Submission { delivered: true, verdict, median, weight_bps, ..Submission::new([2; 32].into(), 0) }
    }

    /// The rule of audit contests: ten for a high finding, three for a medium one, from scores of 80 and 50 on.
    pub fn contest() -> RequestSpec {
        RequestSpec {
            award: Award::Proportional,
            duplicates: Duplicates::Shared { retention_ppm: 900_000 },
            curve: vec![Bucket { min_score: 50, weight_bps: 3_000 }, Bucket { min_score: 80, weight_bps: 10_000 }],
            ..request()
        }
    }

    #[test]
    fn a_finding_is_what_was_reviewed_and_is_not_below_the_first_bucket() {
        let spec = contest();
        assert!(is_finding(&spec, &delivery(50, 3_000)));
        assert!(!is_finding(&spec, &delivery(49, 0)));
        let verdict = |verdict| is_finding(&spec, &Submission { verdict, ..delivery(100, 10_000) });
        let verdicts = [Verdict::Few, Verdict::Unreviewed, Verdict::Missed, Verdict::Pending];
        assert_eq!(verdicts.map(verdict), [true, false, false, false]);
    }

    #[test]
    fn three_finders_of_a_medium_finding_weigh_810_each() {
        let spec = contest();
        let first = Submission { shares: true, finders: 3, ..delivery(55, 3_000) };
        assert_eq!(weight(&spec, &first, None), rules::weight_of(810));
        // However well the others are written: the finding is what is paid.
        let other = Submission { shares: true, duplicate_of: Some(0), ..delivery(90, 10_000) };
        assert_eq!(weight(&spec, &other, Some(&first)), rules::weight_of(810));
        assert_eq!(group_weight(&first, 900_000), rules::weight_of(2_430), "together");
        let again = Submission { shares: false, ..other };
        assert_eq!(weight(&spec, &again, Some(&first)), 0, "one share a provider");
    }

    #[test]
    fn what_nobody_reviewed_weighs_by_itself_among_shared_findings() {
        let unreviewed = Submission { verdict: Verdict::Unreviewed, ..delivery(0, 5_000) };
        assert_eq!(weight(&contest(), &unreviewed, None), rules::weight_of(5_000));
    }

    #[test]
    fn only_the_first_weighs_where_only_the_first_counts() {
        let spec = RequestSpec { duplicates: Duplicates::FirstOnly, ..request() };
        let first = delivery(90, 10_000);
        let second = Submission { duplicate_of: Some(0), ..first.clone() };
        assert_eq!((weight(&spec, &first, None), weight(&spec, &second, None)), (rules::weight_of(10_000), 0));
        let independent = request();
        assert_eq!(weight(&independent, &second, None), rules::weight_of(10_000));
    }

    #[test]
    fn each_median_has_a_rank_and_all_that_a_few_gave_come_behind_those_of_a_quorum() {
        let ranks = |verdict| [0, 100].map(|median| rank(&Submission { verdict, ..delivery(median, 1) }));
        assert_eq!([Verdict::Few, Verdict::Quorum].map(ranks), [[0, 100], [101, 201]]);
        assert_eq!(empty_ranking().len(), 202);
    }

    #[test]
    fn equal_medians_share_their_places_and_who_weighs_nothing_takes_none() {
        let places_bps = vec![5_000, 3_000, 2_000];
        let spec = RequestSpec { award: Award::Ranked { places_bps }, reward: 1_000, ..request() };
        let mut ranking = empty_ranking();
        (ranking[rank(&delivery(90, 1))], ranking[rank(&delivery(70, 1))]) = (1, 3);
        let pay = |median, weight_bps| {
            let delivery = delivery(median, weight_bps);
            pay(&spec, &state(1), &ranking, &delivery, weight(&spec, &delivery, None))
        };
        // Three share the second and the third place.
        assert_eq!([pay(90, 10_000), pay(70, 5_000), pay(30, 0)], [500, 166, 0]);
    }

    #[test]
    fn a_duplicate_has_no_part_in_the_place_of_its_first() {
        let (award, duplicates) = (Award::Ranked { places_bps: vec![5_000, 3_000] }, Duplicates::FirstOnly);
        let spec = RequestSpec { award, duplicates, reward: 1_000, ..request() };
        let first = delivery(90, 10_000);
        let second = Submission { duplicate_of: Some(0), ..first.clone() };
        let mut ranking = empty_ranking();
        ranking[rank(&first)] = 1;
        let pay = |delivery| pay(&spec, &state(1), &ranking, delivery, weight(&spec, delivery, None));
        assert_eq!([pay(&first), pay(&second)], [500, 0]);
    }

    #[test]
    fn each_award_pays_in_proportion_to_weight() {
        let half = delivery(60, 5_000);
        let pay = |spec: &RequestSpec, weights| {
            let of = weight(spec, &half, None);
            pay(spec, &state(weights), &[], &Submission { price: 80, ..half.clone() }, of)
        };
        assert_eq!(pay(&RequestSpec { reward: 900, ..request() }, 0), 150, "of a place's 300");
        assert_eq!(pay(&RequestSpec { access: Access::Offers, ..request() }, 0), 40, "of the price");
        let proportional = RequestSpec { award: Award::Proportional, reward: 900, ..request() };
        assert_eq!(pay(&proportional, rules::weight_of(15_000)), 300, "a third of all weights");
        assert_eq!(pay(&proportional, 0), 0);
    }

    #[test]
    fn too_few_reviews_weigh_as_far_as_they_go_and_the_rest_is_unreviewed() {
        // The curve gives half from 50 on, and all from 80 on.
        let weight = |spec: &RequestSpec, reveals, median| {
            let verdict = if reveals < 3 { Verdict::Few } else { Verdict::Quorum };
            own_weight(spec, 2_500, &Tally { verdict, median, reveals, duplicate_of: None, coherent: 0 })
        };
        let alone = request();
        assert_eq!([49, 50, 80].map(|median| weight(&alone, 3, median)), [0, 5_000, 10_000]);
        assert_eq!([49, 50, 80].map(|median| weight(&alone, 2, median)), [833, 4_166, 7_500]);
        assert_eq!(weight(&alone, 0, 0), 2_500);
        let together = RequestSpec { award: Award::Proportional, ..request() };
        assert_eq!([0, 1, 2, 3].map(|reveals| weight(&together, reveals, 80)), [0, 3_333, 6_666, 10_000]);
    }

    #[test]
    fn in_a_ranking_what_a_few_judged_stands_behind_what_a_quorum_did() {
        let spec = RequestSpec { award: Award::Ranked { places_bps: vec![6_000, 3_000, 1_000] }, ..request() };
        let few = Submission { verdict: Verdict::Few, ..delivery(100, 6_666) };
        let (good, poor) = (delivery(90, 10_000), delivery(50, 5_000));
        let mut ranking = empty_ranking();
        for ranked in [&few, &good, &poor] {
            ranking[rank(ranked)] += 1;
        }
        let pay = |of: &Submission| pay(&spec, &state(1), &ranking, of, rules::weight_of(of.weight_bps));
        assert_eq!([pay(&good), pay(&poor)], [1_800, 900]);
        assert_eq!(pay(&few), 199, "two thirds of the last place's 300");
    }

    #[test]
    fn what_is_kept_for_claims_is_never_less_than_what_they_can_be() {
        let limit = rules::weight_of(10_000) * u128::from(MAX_LIMIT);
        let proportional = RequestSpec { award: Award::Proportional, ..request() };
        assert_eq!([0, 1, limit].map(|weights| greatest_pay(&proportional, &state(weights))), [0, 3_000, 3_000]);
        let shared = RequestSpec { duplicates: Duplicates::Shared { retention_ppm: 1 }, ..request() };
        assert_eq!(greatest_pay(&shared, &state(rules::weight_of(15_000))), 1_500);
        let offers = RequestSpec { access: Access::Offers, ..shared };
        assert_eq!(greatest_pay(&offers, &state(1)), 700, "the prices accepted");
    }
}
