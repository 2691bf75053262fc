//! What a policy, a request and an engagement must satisfy, and what they cost (sections 3, 3.1 and 3.6).

use ink::primitives::AccountId;
use interfaces::{
    ensure,
    market::{
        Access, Asset, AssetPolicy, Award, Duplicates, Policy, PolicyReason, Quote, RequestReason, RequestSpec,
        FEE_UNIT, MAX_ASSETS, MAX_BUCKETS, MAX_LIMIT, MAX_PERIODS, MAX_PER_PROVIDER, MAX_RANKED, MAX_REVIEWS,
        MAX_SCORE, MAX_URI,
    },
    Balance, Ppm, Timestamp,
};
use rules::{BPS, PPM};

/// A day, by which reviews are rented; the greatest period of the beacon.
pub const DAY: Timestamp = 24 * 60 * 60 * 1_000;
/// The longest period of a deal, and the longest window that a policy can allow: ten years.
const MAX_WINDOW: Timestamp = 3_653 * DAY;
/// The longest time for unsealing, for commitments, or for reveals: whoever committed is held that long.
const MAX_REVIEW_WINDOW: Timestamp = 7 * DAY;
/// The greatest quorum of which `2 * quorum + 1` reviews are not too many.
const MAX_QUORUM: u8 = (MAX_REVIEWS - 1) / 2;
/// The greatest premium: ten times the rent.
const MAX_PREMIUM_BPS: u32 = 100_000;

/// How many periods are asked for, and how long each is.
pub type Periods = (u32, Timestamp);
/// Those of a request that is not an engagement.
pub const NO_PERIODS: Periods = (1, 0);

/// The length of the beacon's periods for a market opened with this shortest window.
pub fn beacon_period(min_window: Timestamp) -> Timestamp {
    min_window.min(DAY)
}

/// Whether the organization may have this policy, for a pool whose ops ask for at least `min_reviews` and a beacon of this
/// `period`. Nothing can be paid in the `forbidden` tokens.
pub fn check_policy(
    policy: &Policy,
    min_reviews: u8,
    period: Timestamp,
    forbidden: [AccountId; 2],
) -> Result<(), PolicyReason> {
    let assets = &policy.assets;
    let listed_once = assets.iter().enumerate().all(|(i, a)| assets[..i].iter().all(|b| b.asset != a.asset));
    ensure!((1..=MAX_ASSETS).contains(&assets.len()) && listed_once, PolicyReason::Assets);
    let allowed = assets.iter().all(|listed| !forbidden.map(Asset::Psp22).contains(&listed.asset));
    ensure!(allowed, PolicyReason::ForbiddenAsset);
    ensure!((period.max(1)..=MAX_REVIEW_WINDOW).contains(&policy.min_window), PolicyReason::MinWindow);
    ensure!((policy.min_window..=MAX_WINDOW).contains(&policy.max_window), PolicyReason::MaxWindow);
    let quorums = min_reviews..=MAX_QUORUM;
    ensure!(policy.min_quorum % 2 == 1 && quorums.contains(&policy.min_quorum), PolicyReason::MinQuorum);
    ensure!(policy.max_tolerance <= MAX_SCORE, PolicyReason::MaxTolerance);
    let shares = [policy.unreviewed_bps, policy.protocol_fee_bps];
    ensure!(shares.iter().all(|share| *share <= BPS), PolicyReason::Shares);
    ensure!(policy.premium_cap_bps <= MAX_PREMIUM_BPS, PolicyReason::Shares);
    ensure!(policy.min_stake <= policy.max_stake, PolicyReason::Stakes);
    ensure!(policy.target_utilization_ppm < PPM, PolicyReason::TargetUtilization);
    Ok(())
}

/// Whether a request posted at `now` keeps to the protocol and the policy.
pub fn check_request(spec: &RequestSpec, policy: &Policy, now: Timestamp) -> Result<(), RequestReason> {
    ensure!(spec.uri.len() <= MAX_URI, RequestReason::Uri);
    let min_review_fee = listed(policy, spec).ok_or(RequestReason::Asset)?.min_review_fee;
    ensure!(spec.reward > 0, RequestReason::Reward);
    ensure!(spec.review_fee >= min_review_fee, RequestReason::ReviewFee);
    ensure!(rises(spec), RequestReason::Curve);
    ensure!((1..=MAX_LIMIT).contains(&spec.limit), RequestReason::Limit);
    let per_provider = 1..=MAX_PER_PROVIDER;
    ensure!(
        per_provider.contains(&spec.per_provider) && u32::from(spec.per_provider) <= spec.limit,
        RequestReason::PerProvider,
    );
    ensure!(spec.place_deposit >= spec.review_fee, RequestReason::PlaceDeposit);
    ensure!(
        spec.quorum % 2 == 1 && spec.quorum >= policy.min_quorum && spec.quorum <= MAX_QUORUM,
        RequestReason::Quorum
    );
    ensure!(spec.tolerance <= policy.max_tolerance, RequestReason::Tolerance);
    ensure!(spaced(spec, policy, now), RequestReason::Deadlines);
    let by_offers = spec.award == Award::PerSubmission && spec.per_provider == 1;
    ensure!(spec.access == Access::Open || by_offers, RequestReason::Access);
    ensure!(ranks(spec), RequestReason::Award);
    let shares = matches!(spec.duplicates, Duplicates::Shared { retention_ppm } if retention_ppm > PPM);
    ensure!(!shares, RequestReason::Duplicates);
    ensure!(spec.place_deposit.checked_mul(spec.limit.into()).is_some(), RequestReason::Amounts);
    Ok(())
}

/// Whether a request that passes [`check_request`] can be an engagement.
pub fn check_engagement(spec: &RequestSpec, periods: u16) -> Result<(), RequestReason> {
    let one_place = spec.access == Access::Offers && spec.limit == 1 && spec.duplicates == Duplicates::Independent;
    ensure!(one_place && (1..=MAX_PERIODS).contains(&periods), RequestReason::Engagement);
    Ok(())
}

/// Whether a deal of this many periods can have periods of this length, and this many missed ones.
pub fn check_periods(periods: u16, period: Timestamp, missed: u16, policy: &Policy) -> Result<(), RequestReason> {
    let apart = (policy.min_window..=MAX_WINDOW).contains(&period);
    ensure!(apart && missed < periods, RequestReason::Engagement);
    Ok(())
}

/// How many reviews of a request of this many periods can be under way at once: those of all its places, for as many
/// periods as fall within the longest time that a delivery can be in review for.
pub fn reviews(spec: &RequestSpec, (periods, period): Periods) -> u32 {
    let in_review = last_window(spec).saturating_sub(spec.deliver_by).div_ceil(period.max(1));
    let at_once = u32::try_from(in_review).unwrap_or(u32::MAX).min(periods);
    // At most 10,000 submissions, or 1,000 periods of one, of at most 7 reviews each.
    spec.limit.saturating_mul(spec.quorum.into()).saturating_mul(at_once)
}

/// Whether the places of a ranking, if it is one, add up.
fn ranks(spec: &RequestSpec) -> bool {
    let Award::Ranked { places_bps } = &spec.award else { return true };
    let sum = places_bps.iter().fold(0_u32, |sum, bps| sum.saturating_add(u32::from(*bps)));
    let shared = matches!(spec.duplicates, Duplicates::Shared { .. });
    (1..=MAX_RANKED).contains(&places_bps.len()) && sum <= u32::from(BPS) && !shared
}

/// What the policy says of the request's asset.
fn listed<'a>(policy: &'a Policy, spec: &RequestSpec) -> Option<&'a AssetPolicy> {
    policy.assets.iter().find(|listed| listed.asset == spec.asset)
}

/// Whether the curve has 1 to 8 buckets, scores rising strictly and weights rising.
fn rises(spec: &RequestSpec) -> bool {
    let curve = &spec.curve;
    (1..=MAX_BUCKETS).contains(&curve.len())
        && curve.iter().all(|bucket| bucket.min_score <= MAX_SCORE && bucket.weight_bps <= BPS)
        && curve
            .windows(2)
            .all(|pair| pair[0].min_score < pair[1].min_score && pair[0].weight_bps <= pair[1].weight_bps)
}

/// Whether everybody has enough time for each step, and no step takes too long.
fn spaced(spec: &RequestSpec, policy: &Policy, now: Timestamp) -> bool {
    let lasts = |from: Timestamp, to: Timestamp, most: Timestamp| {
        to.checked_sub(from).is_some_and(|window| (policy.min_window..=most).contains(&window))
    };
    let (signal_by, deliver_by, review_from) = (spec.signal_by, spec.deliver_by, spec.review_from());
    lasts(now, signal_by, policy.max_window)
        && lasts(signal_by, deliver_by, policy.max_window)
        && (!spec.is_sealed() || lasts(deliver_by, review_from, MAX_REVIEW_WINDOW))
        && lasts(review_from, spec.review_by, MAX_REVIEW_WINDOW)
        && lasts(spec.review_by, spec.reveal_by, MAX_REVIEW_WINDOW)
}

/// The end of a delivery's last possible window, if it is opened at once: the extended one.
fn last_window(spec: &RequestSpec) -> Timestamp {
    spec.reveal_by.saturating_add(spec.commits())
}

/// What this many `periods` of this length cost, if the request is posted at `now` and the pool is utilized like this;
/// `None` if the amounts exceed a `Balance`.
pub fn price(
    spec: &RequestSpec,
    (periods, period): Periods,
    policy: &Policy,
    utilization_ppm: Ppm,
    now: Timestamp,
) -> Option<Quote> {
    let reward = spec.reward.checked_mul(periods.into())?;
    let review_fees = spec.review_fee.checked_mul(spec.limit.into())?.checked_mul(periods.into())?;
    let escrow = reward.checked_add(review_fees)?;
    let protocol_fee = rules::fraction_bps(escrow, policy.protocol_fee_bps.into());
    let further = period.saturating_mul(Timestamp::from(periods).saturating_sub(1));
    let days = last_window(spec).saturating_add(further).saturating_sub(now).div_ceil(DAY);
    let reserved = reviews(spec, (periods, period));
    let rent = listed(policy, spec)?.rent.checked_mul(reserved.into())?.checked_mul(days.into())?;
    let premium_bps = rules::premium_bps(utilization_ppm, policy.target_utilization_ppm, policy.premium_cap_bps);
    let premium = rules::fraction_bps(rent, premium_bps);
    let total = escrow.checked_add(protocol_fee)?.checked_add(rent)?.checked_add(premium)?;
    Some(Quote { reward, review_fees, protocol_fee, rent, premium, total })
}

/// The most reputation that one submission of a request can earn its provider and enforcers together (section 3.5): an
/// equal part, one for each of this many submissions, of what the protocol fee allows.
pub fn reputation_per_place(protocol_fee: Balance, policy: &Policy, submissions: u32) -> Balance {
    let whole = (protocol_fee / FEE_UNIT).saturating_mul(policy.reputation_per_fee);
    let rest = (protocol_fee % FEE_UNIT).saturating_mul(policy.reputation_per_fee) / FEE_UNIT;
    whole.saturating_add(rest).checked_div(submissions.into()).unwrap_or(0)
}

/// Whether `uri` is short enough to keep.
pub fn fits(uri: &[u8]) -> bool {
    uri.len() <= MAX_URI
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use interfaces::{
        fixtures::{self, policy, HOUR},
        market::Bucket,
        Bps,
    };

    const NOW: Timestamp = 1_000_000;

    /// The market itself, and the reputation token.
    fn partners() -> [AccountId; 2] {
        [[1; 32].into(), [2; 32].into()]
    }

    pub fn request() -> RequestSpec {
        fixtures::request(NOW, HOUR)
    }

    #[test]
    fn a_request_within_every_rule_is_taken() {
        assert_eq!(check_request(&request(), &policy(), NOW), Ok(()));
    }

    #[test]
    fn a_policy_within_every_rule_is_taken() {
        assert_eq!(check_policy(&policy(), 3, HOUR, partners()), Ok(()));
    }

    #[test]
    fn each_step_has_a_longest_time() {
        assert_eq!((MAX_WINDOW, MAX_REVIEW_WINDOW), (315_619_200_000, 604_800_000), "3,653 days, and seven");
        let spec = request();
        let times = |signal, deliver, review, reveal, duplicates| {
            let (signal_by, deliver_by) = (NOW + signal, NOW + signal + deliver);
            let (review_by, reveal_by) = (deliver_by + review, deliver_by + review + reveal);
            let spec = RequestSpec { signal_by, deliver_by, review_by, reveal_by, duplicates, ..spec.clone() };
            check_request(&spec, &policy(), NOW)
        };
        let (open, sealed) = (Duplicates::Independent, Duplicates::FirstOnly);
        let month = policy().max_window;
        assert_eq!(times(month, month, 7 * DAY, 7 * DAY, open), Ok(()));
        assert_eq!(times(month, month, 14 * DAY, 7 * DAY, sealed), Ok(()), "half of it is for unsealing");
        for refused in [
            times(month + 1, month, 7 * DAY, 7 * DAY, open),
            times(month, month + 1, 7 * DAY, 7 * DAY, open),
            times(month, month, 7 * DAY + 1, 7 * DAY, open),
            times(month, month, 7 * DAY, 7 * DAY + 1, open),
            times(month, month, 14 * DAY + 2, 7 * DAY, sealed),
        ] {
            assert_eq!(refused, Err(RequestReason::Deadlines));
        }
    }

    #[test]
    fn reviewers_of_sealed_work_have_the_shortest_window_too() {
        let sealed = |review| {
            let (review_by, reveal_by) = (request().deliver_by + review, request().deliver_by + review + HOUR);
            RequestSpec { review_by, reveal_by, duplicates: Duplicates::FirstOnly, ..request() }
        };
        assert_eq!(check_request(&sealed(2 * HOUR), &policy(), NOW), Ok(()));
        assert_eq!(check_request(&sealed(2 * HOUR - 1), &policy(), NOW), Err(RequestReason::Deadlines));
    }

    #[test]
    fn the_beacon_has_periods_as_long_as_the_shortest_window_and_at_most_a_day() {
        assert_eq!([1, HOUR, DAY, 9 * DAY].map(beacon_period), [1, HOUR, DAY, DAY]);
        assert_eq!(check_policy(&policy(), 3, HOUR + 1, partners()), Err(PolicyReason::MinWindow));
    }

    #[test]
    fn every_odd_quorum_that_leaves_room_for_a_tie_is_taken() {
        for quorum in [3, 5, 7] {
            let strict = Policy { min_quorum: quorum, ..policy() };
            assert_eq!(check_policy(&strict, 3, HOUR, partners()), Ok(()));
            let request = RequestSpec { quorum, ..request() };
            assert_eq!(check_request(&request, &strict, NOW), Ok(()));
        }
        assert_eq!(
            check_policy(&Policy { min_quorum: 2, ..policy() }, 1, HOUR, partners()),
            Err(PolicyReason::MinQuorum)
        );
    }

    #[test]
    fn a_score_weighs_what_its_bucket_of_the_curve_says() {
        assert_eq!([0, 49, 50, 79, 80, 100].map(|score| request().earned(score)), [0, 0, 5_000, 5_000, 10_000, 10_000]);
    }

    #[test]
    fn an_uri_fits_up_to_its_greatest_length() {
        assert_eq!([0, MAX_URI, MAX_URI + 1].map(|length| fits(&vec![b'x'; length])), [true, true, false]);
    }

    #[test]
    fn each_broken_rule_of_a_request_is_named() {
        type Break = fn(&mut RequestSpec);
        let broken: &[(RequestReason, Break)] = &[
            (RequestReason::Uri, |r| r.uri = vec![b'x'; MAX_URI + 1]),
            (RequestReason::Reward, |r| r.reward = 0),
            (RequestReason::ReviewFee, |r| r.review_fee = 9),
            (RequestReason::Curve, |r| r.curve.clear()),
            (RequestReason::Curve, |r| r.curve = vec![r.curve[0]; 2]),
            (RequestReason::Curve, |r| r.curve.reverse()),
            (RequestReason::Curve, |r| r.curve[1].min_score = 101),
            (RequestReason::Curve, |r| r.curve[1].weight_bps = 10_001),
            (RequestReason::Curve, |r| r.curve[1].weight_bps = 4_999),
            (RequestReason::Curve, |r| {
                r.curve = (0..9).map(|i| Bucket { min_score: i, weight_bps: i.into() }).collect()
            }),
            (RequestReason::Limit, |r| r.limit = 0),
            (RequestReason::Limit, |r| r.limit = MAX_LIMIT + 1),
            (RequestReason::PerProvider, |r| r.per_provider = 0),
            (RequestReason::PerProvider, |r| r.per_provider = 4),
            (RequestReason::PlaceDeposit, |r| r.place_deposit = 9),
            (RequestReason::Quorum, |r| r.quorum = 1),
            (RequestReason::Quorum, |r| r.quorum = 4),
            (RequestReason::Quorum, |r| r.quorum = 9),
            (RequestReason::Tolerance, |r| r.tolerance = 21),
            (RequestReason::Deadlines, |r| r.signal_by = NOW + HOUR - 1),
            (RequestReason::Deadlines, |r| r.signal_by = 0),
            (RequestReason::Deadlines, |r| r.deliver_by = r.signal_by),
            (RequestReason::Deadlines, |r| r.review_by = r.deliver_by + HOUR - 1),
            (RequestReason::Deadlines, |r| r.reveal_by = r.review_by + HOUR - 1),
            (RequestReason::Deadlines, |r| r.reveal_by = Timestamp::MAX),
            (RequestReason::Amounts, |r| r.place_deposit = Balance::MAX),
            (RequestReason::Access, |r| (r.access, r.per_provider) = (Access::Offers, 2)),
            (RequestReason::Access, |r| (r.access, r.per_provider, r.award) = (Access::Offers, 1, Award::Proportional)),
            (RequestReason::Award, |r| r.award = ranked(&[])),
            (RequestReason::Award, |r| r.award = ranked(&[6_000, 4_001])),
            (RequestReason::Award, |r| r.award = ranked(&[100; 101])),
            (RequestReason::Award, |r| {
                seal(r, Duplicates::Shared { retention_ppm: 1 });
                r.award = ranked(&[10_000]);
            }),
            (RequestReason::Duplicates, |r| seal(r, Duplicates::Shared { retention_ppm: PPM + 1 })),
            (RequestReason::Deadlines, |r| r.duplicates = Duplicates::FirstOnly),
        ];
        for (i, (reason, break_it)) in broken.iter().enumerate() {
            let mut request = request();
            break_it(&mut request);
            assert_eq!(check_request(&request, &policy(), NOW), Err(*reason), "case {i}");
        }
        let elsewhere = Policy { assets: Vec::new(), ..policy() };
        assert_eq!(check_request(&request(), &elsewhere, NOW), Err(RequestReason::Asset));
    }

    /// Delivery is sealed, and there is an hour more to unseal it.
    fn seal(request: &mut RequestSpec, duplicates: Duplicates) {
        request.duplicates = duplicates;
        request.review_by += HOUR;
        request.reveal_by += HOUR;
    }

    fn ranked(places_bps: &[Bps]) -> Award {
        Award::Ranked { places_bps: places_bps.to_vec() }
    }

    #[test]
    fn every_way_of_sharing_is_taken() {
        let taken: &[fn(&mut RequestSpec)] = &[
            |r| (r.access, r.per_provider) = (Access::Offers, 1),
            |r| {
                seal(r, Duplicates::FirstOnly);
                (r.access, r.per_provider) = (Access::Offers, 1);
            },
            |r| r.award = ranked(&[100; 100]),
            |r| {
                seal(r, Duplicates::FirstOnly);
                r.award = ranked(&[0, 10_000]);
            },
            |r| {
                seal(r, Duplicates::Shared { retention_ppm: 0 });
                r.award = Award::Proportional;
            },
            |r| seal(r, Duplicates::Shared { retention_ppm: PPM }),
        ];
        for (i, change) in taken.iter().enumerate() {
            let mut request = request();
            change(&mut request);
            assert_eq!(check_request(&request, &policy(), NOW), Ok(()), "case {i}");
        }
    }

    #[test]
    fn an_engagement_is_one_place_by_offers_for_a_number_of_periods() {
        let deal = RequestSpec { access: Access::Offers, limit: 1, per_provider: 1, ..request() };
        for periods in [1, MAX_PERIODS] {
            assert_eq!(check_engagement(&deal, periods), Ok(()));
        }
        let broken = [
            (deal.clone(), 0),
            (deal.clone(), MAX_PERIODS + 1),
            (RequestSpec { access: Access::Open, ..deal.clone() }, 1),
            (RequestSpec { limit: 2, ..deal.clone() }, 1),
            (RequestSpec { duplicates: Duplicates::FirstOnly, ..deal }, 1),
        ];
        for (i, (spec, periods)) in broken.into_iter().enumerate() {
            assert_eq!(check_engagement(&spec, periods), Err(RequestReason::Engagement), "case {i}");
        }
    }

    #[test]
    fn reviews_are_reserved_for_all_places_and_for_the_periods_that_can_be_in_review_at_once() {
        let mut request = request();
        (request.limit, request.quorum) = (4, 3);
        assert_eq!(reviews(&request, (1, 0)), 12);
        request.limit = 10_000;
        assert_eq!(reviews(&request, (1, 0)), 30_000);

        // From delivery to the last reveal of an extended window it takes three hours.
        (request.limit, request.reveal_by) = (1, request.deliver_by + 2 * HOUR);
        let periods_at_once = |periods, period| reviews(&request, (periods, period)) / 3;
        assert_eq!([3 * HOUR, 9 * HOUR].map(|period| periods_at_once(9, period)), [1, 1]);
        assert_eq!([3 * HOUR - 1, 2 * HOUR, HOUR, 1].map(|period| periods_at_once(9, period)), [2, 2, 3, 9]);
        assert_eq!(periods_at_once(3, HOUR), 3);
        request.reveal_by = Timestamp::MAX;
        assert_eq!(reviews(&request, (10_000, 1)), 30_000);
    }

    #[test]
    fn a_period_is_at_least_a_window_and_not_all_may_be_missed() {
        let check = |periods, period, missed| check_periods(periods, period, missed, &policy());
        assert_eq!(check(2, HOUR, 1), Ok(()));
        assert_eq!(check(1, MAX_WINDOW, 0), Ok(()));
        for (periods, period, missed) in [(2, HOUR - 1, 1), (2, MAX_WINDOW + 1, 1), (2, HOUR, 2)] {
            assert_eq!(check(periods, period, missed), Err(RequestReason::Engagement));
        }
    }

    #[test]
    fn a_long_deal_costs_all_its_periods() {
        let quote = price(&request(), (12, HOUR), &policy(), 0, NOW).unwrap();
        assert_eq!((quote.reward, quote.review_fees, quote.rent), (36_000, 360, 27));
        assert_eq!(quote.total, 36_360 + 1_818 + 27);
        assert_eq!(price(&RequestSpec { reward: Balance::MAX / 2, ..request() }, (3, HOUR), &policy(), 0, NOW), None);
    }

    #[test]
    fn each_broken_rule_of_a_policy_is_named() {
        type Break = fn(&mut Policy);
        let broken: &[(PolicyReason, Break)] = &[
            (PolicyReason::Assets, |p| p.assets.clear()),
            (PolicyReason::Assets, |p| p.assets = vec![p.assets[0]; 2]),
            (PolicyReason::MinWindow, |p| p.min_window = 0),
            (PolicyReason::MinWindow, |p| p.min_window = 7 * DAY + 1),
            (PolicyReason::MaxWindow, |p| p.max_window = p.min_window - 1),
            (PolicyReason::MaxWindow, |p| p.max_window = MAX_WINDOW + 1),
            (PolicyReason::Stakes, |p| p.max_stake = p.min_stake - 1),
            (PolicyReason::MinQuorum, |p| p.min_quorum = 0),
            (PolicyReason::MinQuorum, |p| p.min_quorum = 1),
            (PolicyReason::MinQuorum, |p| p.min_quorum = 4),
            (PolicyReason::MinQuorum, |p| p.min_quorum = 9),
            (PolicyReason::MaxTolerance, |p| p.max_tolerance = 101),
            (PolicyReason::Shares, |p| p.unreviewed_bps = 10_001),
            (PolicyReason::Shares, |p| p.protocol_fee_bps = 10_001),
            (PolicyReason::Shares, |p| p.premium_cap_bps = 100_001),
            (PolicyReason::ForbiddenAsset, |p| p.assets[0].asset = Asset::Psp22(partners()[0])),
            (PolicyReason::ForbiddenAsset, |p| p.assets[0].asset = Asset::Psp22(partners()[1])),
            (PolicyReason::TargetUtilization, |p| p.target_utilization_ppm = PPM),
        ];
        for (i, (reason, break_it)) in broken.iter().enumerate() {
            let mut policy = policy();
            break_it(&mut policy);
            assert_eq!(check_policy(&policy, 3, HOUR, partners()), Err(*reason), "case {i}");
        }
    }

    #[test]
    fn the_price_is_the_escrow_with_fee_rent_and_premium_on_top() {
        let mut policy = Policy { premium_cap_bps: 100_000, ..policy() };
        policy.assets[0].rent = 7;
        let quote = |utilization| price(&request(), (1, 0), &policy, utilization, NOW).unwrap();
        // 3,000 + 3 * 10, 5 % of that, nine reviews for the one day that has begun, and five times that: half of what full
        // utilization would add.
        let expected =
            Quote { reward: 3_000, review_fees: 30, protocol_fee: 151, rent: 63, premium: 315, total: 3_559 };
        assert_eq!(quote(750_000), expected);
        assert_eq!(quote(500_000).premium, 0);
    }

    #[test]
    fn rent_is_due_for_each_day_begun_until_the_end_of_the_last_possible_window() {
        let rent = |step, periods, period| {
            let spec = RequestSpec { limit: 1, ..fixtures::request(NOW, step) };
            price(&spec, (periods, period), &policy(), 0, NOW).unwrap().rent
        };
        // Signal, deliver, commit, commit once more, reveal.
        assert_eq!([DAY, DAY + 1, DAY / 5].map(|step| rent(step, 1, 0)), [3 * 5, 3 * 6, 3]);
        assert_eq!(rent(DAY, 4, 10 * DAY), 3 * (5 + 30), "the reviews of one period at a time");
        assert_eq!(rent(DAY, 4, DAY), 3 * 3 * (5 + 3), "those of three periods at a time");
    }

    #[test]
    fn a_price_beyond_a_balance_is_no_price() {
        assert_eq!(price(&RequestSpec { reward: Balance::MAX, ..request() }, (1, HOUR), &policy(), 0, NOW), None);
        assert_eq!(price(&RequestSpec { review_fee: Balance::MAX, ..request() }, (1, HOUR), &policy(), 0, NOW), None);
    }

    #[test]
    fn reputation_is_bounded_by_the_fee_and_shared_over_the_places() {
        assert_eq!(reputation_per_place(3 * FEE_UNIT, &policy(), 3), 1_000);
        assert_eq!(reputation_per_place(FEE_UNIT / 2, &policy(), 3), 166);
        assert_eq!(reputation_per_place(0, &policy(), 3), 0);
        assert_eq!(
            reputation_per_place(Balance::MAX, &Policy { reputation_per_fee: Balance::MAX, ..policy() }, 1),
            Balance::MAX
        );
    }
}
