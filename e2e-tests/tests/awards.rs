//! How the reward of a request is shared out: by place, in proportion, by rank, and among those who found the same.

use chain::{account, UNIT};
use e2e_tests::{one, refused, with_many_hands, Town, Vote, ENFORCERS, PROVIDERS, REQUESTER, SALT, STRANGER};
use interfaces::{
    market::{
        Access, Asset, Award, Bucket, Claimed, Duplicates, Error, Reclaimed, RequestReason, RequestSettled,
        RequestSpec, SubmissionFinalized, Verdict,
    },
    Balance, Market as _, RequestId, SubmissionId,
};

const SHARED: Duplicates = Duplicates::Shared { retention_ppm: 900_000 };
/// One basis point of weight.
const BPS: u128 = 1_000_000_000_000_000_000;
/// What three reviewers leave of a fee of one UNIT.
const FEE_DUST: Balance = 1;

/// A town whose enforcers can review many submissions at once.
fn town() -> Town {
    Town::with(with_many_hands)
}

/// A high finding from 80 on, a medium one from 50 on, as audit contests weigh them.
fn severities(spec: &mut RequestSpec) {
    let bucket = |min_score, weight_bps| Bucket { min_score, weight_bps };
    spec.curve = vec![bucket(50, 3_000), bucket(80, 10_000)];
}

/// Rita posts a request for up to this many submissions, each provider as many as it likes.
fn post(town: &Town, limit: u16, reward: Balance, award: Award, duplicates: Duplicates) -> RequestId {
    town.post_with(|spec| {
        spec.limit = limit.into();
        spec.per_provider = limit;
        spec.reward = reward;
        spec.award = award;
        spec.duplicates = duplicates;
        severities(spec);
    })
}

/// Scores that nobody calls a duplicate.
fn scores<const N: usize>(scores: [u8; N]) -> [Vote; N] {
    scores.map(|score| (score, None))
}

/// The first enforcers, this many of them, who all say the same.
fn by(count: usize, vote: Vote) -> Vec<(&'static str, Vote)> {
    ENFORCERS[..count].iter().map(|name| (*name, vote)).collect()
}

/// Everything is settled at once and claimed in order: what each submission was paid.
fn pay(town: &Town, request: RequestId) -> Vec<Balance> {
    let submissions = town.settle(request).ok();
    (0..submissions).map(|submission| town.claim(request, submission).ok()).collect()
}

/// Everybody takes their money out, after which the market has none.
fn cash_up(town: &Town, request: RequestId) {
    town.assert_balanced(&[request], &[]);
    let state = town.state(request);
    assert_eq!((state.held, state.unclaimed, state.deposits), (0, 0, 0), "everything of the request is credited");
    let everybody = ENFORCERS.iter().chain(&PROVIDERS).chain(&[REQUESTER, "treasury"]);
    for name in everybody.filter(|name| town.credit(name) > 0) {
        town.withdraw(name).ok();
    }
    assert_eq!(town.chain.balance(&town.market_address), town.chain.existential_deposit());
}

// Proportional

#[test]
fn a_proportional_reward_is_divided_by_weight_and_its_dust_is_the_requesters() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &scores([85, 65, 45]));
    town.assert_balanced(&[request], &[]);
    assert_eq!(town.settle(request).ok(), 3);
    let state = town.state(request);
    assert_eq!((state.weights, state.unclaimed), (23_000 * BPS, 30 * UNIT));

    // 10,000, 8,000 and 5,000 of 23,000.
    let pays = [13_043_478_260_869, 10_434_782_608_695, 6_521_739_130_434];
    let first = town.claim(request, 0);
    let told = Claimed {
        request,
        submission: 0,
        provider: account("pia"),
        pay: pays[0],
        deposit: UNIT,
        forfeited: 0,
        reputation: 27,
    };
    assert_eq!(first.events::<Claimed>(), [told]);
    assert_eq!(first.ok(), pays[0]);
    assert_eq!(town.state(request).unclaimed, 30 * UNIT - pays[0]);
    assert_eq!(town.reclaim(request).ok(), 3 * FEE_DUST, "what others have earned stays, dust and all");
    assert_eq!(town.claim(request, 2).ok(), pays[2]);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), town.market().reclaim(request)), Error::NothingToReclaim);
    assert_eq!(town.claim(request, 1).ok(), pays[1]);
    assert_eq!(town.state(request).unclaimed, 0, "only dust is left after the last claim");
    let reclaimed = town.reclaim(request);
    assert_eq!(reclaimed.events::<Reclaimed>(), [Reclaimed { request, amount: 2 }]);
    assert_eq!(reclaimed.ok(), 30 * UNIT - pays.iter().sum::<Balance>());
    for (name, pay) in PROVIDERS.iter().zip(pays) {
        assert_eq!(town.credit(name), pay + UNIT, "{name} has its pay and its deposit");
    }
    cash_up(&town, request);
}

#[test]
fn one_delivery_of_any_worth_takes_a_whole_proportional_reward() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.deliver_all(request, &["pia"]);
    town.judge(request, &scores([45]));
    assert_eq!(pay(&town, request), [30 * UNIT]);
    assert_eq!(town.reclaim(request).ok(), 2 * UNIT + FEE_DUST, "the fees for two reviews that were not needed");
    cash_up(&town, request);
}

#[test]
fn a_proportional_reward_that_nobody_earned_returns() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &scores([10, 39]));
    town.settle(request).ok();
    assert_eq!((town.state(request).weights, town.state(request).unclaimed), (0, 0));
    assert_eq!(town.reclaim(request).ok(), 31 * UNIT + 2 * FEE_DUST, "without waiting for any claim");
    for submission in [0, 1] {
        let claimed = town.claim(request, submission);
        let told = &claimed.events::<Claimed>()[0];
        assert_eq!((told.pay, told.deposit, told.forfeited, told.reputation), (0, 0, UNIT, 0));
        claimed.ok();
    }
    assert_eq!(town.reclaim(request).ok(), 2 * UNIT, "the deposits of junk");
    cash_up(&town, request);
}

#[test]
fn a_proportional_reward_that_nobody_delivered_for_returns() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.chain.pass_until(town.spec(request).deliver_by);
    let settled = town.settle(request);
    assert_eq!(settled.events::<RequestSettled>(), [RequestSettled { request, submissions: 0, deposit: 0 }]);
    settled.ok();
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT);
    cash_up(&town, request);
}

#[test]
fn what_nobody_reviewed_has_no_part_in_a_proportional_reward_and_loses_nothing() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge_each(request, &[by(3, (45, None)), vec![]]);
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 30 * UNIT);
    let unreviewed = town.claim(request, 1);
    let told = &unreviewed.events::<Claimed>()[0];
    assert_eq!((told.pay, told.deposit, told.forfeited, told.reputation), (0, UNIT, 0, 0));
    unreviewed.ok();
    assert_eq!(town.reclaim(request).ok(), 2 * UNIT + FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn what_too_few_reviewed_has_as_many_parts_of_its_weight_in_a_proportional_reward() {
    let town = town();
    let request = town.post_with(|spec| spec.award = Award::Proportional);
    town.deliver_all(request, &PROVIDERS);
    // Of one only two of three reviews came, and of another one, which gave it nothing.
    town.judge_each(request, &[by(3, (85, None)), by(2, (90, None)), by(1, (39, None))]);
    let weights = [0, 1, 2].map(|submission| {
        let judged = town.submission(request, submission);
        (judged.verdict, judged.weight_bps)
    });
    assert_eq!(weights, [(Verdict::Quorum, 10_000), (Verdict::Few, 6_666), (Verdict::Few, 0)]);
    town.settle(request).ok();
    assert_eq!(town.state(request).weights, 16_666 * BPS);
    let pays = [18_000_720_028_801, 11_999_279_971_198];
    assert_eq!(town.claim(request, 0).ok(), pays[0]);
    let few = town.claim(request, 1);
    let told = &few.events::<Claimed>()[0];
    assert_eq!((told.pay, told.deposit, told.reputation), (pays[1], UNIT, 27 * 6_666 / 10_000));
    few.ok();
    let junk = town.claim(request, 2);
    let told = &junk.events::<Claimed>()[0];
    assert_eq!((told.pay, told.deposit, told.forfeited, told.reputation), (0, 0, UNIT, 0));
    junk.ok();
    assert_eq!(town.credit("eva"), UNIT / 3 + UNIT / 2 + UNIT, "whoever came is paid for coming");
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT - pays.iter().sum::<Balance>() + FEE_DUST + UNIT);
    cash_up(&town, request);
}

// Ranked

/// Half of the reward for the best, 30 % and 20 % for the next.
fn ranked() -> Award {
    Award::Ranked { places_bps: vec![5_000, 3_000, 2_000] }
}

#[test]
fn the_best_medians_take_the_places_and_equal_ones_share_them() {
    let town = town();
    let request = post(&town, 4, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &["pia", "paul", "petra", "pia"]);
    town.judge(request, &scores([70, 90, 55, 70]));
    assert_eq!(pay(&town, request), [7_500_000_000_000, 15 * UNIT, 0, 7_500_000_000_000]);
    let fourth = town.submission(request, 2);
    assert_eq!((fourth.weight_bps, fourth.pay, fourth.claimed), (3_000, 0, true));
    assert_eq!(town.credit("petra"), UNIT, "no place, but good enough for its deposit");
    assert_eq!(town.reclaim(request).ok(), 4 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn places_that_nobody_reaches_return_and_who_weighs_nothing_takes_none() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &scores([49, 50, 0]));
    town.settle(request).ok();
    assert_eq!(town.state(request).unclaimed, 30 * UNIT);
    assert_eq!(town.reclaim(request).ok(), 3 * FEE_DUST);
    assert_eq!([0, 1, 2].map(|submission| town.claim(request, submission).ok()), [0, 15 * UNIT, 0]);
    assert_eq!(town.reclaim(request).ok(), 15 * UNIT + 2 * UNIT, "two places and two deposits");
    assert_eq!(["pia", "paul", "petra"].map(|name| town.credit(name)), [0, 16 * UNIT, 0]);
    cash_up(&town, request);
}

#[test]
fn a_ranking_of_worthless_work_pays_nobody() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &scores([49, 20]));
    town.settle(request).ok();
    assert_eq!(town.state(request).unclaimed, 0);
    assert_eq!(town.reclaim(request).ok(), 31 * UNIT + 2 * FEE_DUST, "at once");
    assert_eq!([0, 1].map(|submission| town.claim(request, submission).ok()), [0, 0]);
    assert_eq!(town.reclaim(request).ok(), 2 * UNIT);
    cash_up(&town, request);
}

#[test]
fn more_equals_than_places_share_what_there_is_and_the_dust_is_the_requesters() {
    let town = town();
    let two = Award::Ranked { places_bps: vec![6_000, 4_000] };
    let request = post(&town, 3, 10 * UNIT, two, Duplicates::Independent);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &scores([90, 90, 90]));
    assert_eq!(pay(&town, request), [3_333_333_333_333; 3]);
    assert_eq!(town.reclaim(request).ok(), 1 + 3 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn a_ranking_can_promise_less_than_the_reward() {
    let town = town();
    let some = Award::Ranked { places_bps: vec![1_000] };
    let request = post(&town, 3, 10 * UNIT, some, Duplicates::Independent);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &scores([90, 80]));
    assert_eq!(pay(&town, request), [UNIT, 0]);
    assert_eq!(town.reclaim(request).ok(), 9 * UNIT + UNIT + 2 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn what_nobody_reviewed_takes_no_place_in_a_ranking() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &PROVIDERS);
    town.judge_each(request, &[vec![], by(3, (50, None)), by(3, (49, None))]);
    assert_eq!(pay(&town, request), [0, 15 * UNIT, 0]);
    assert_eq!(["pia", "petra"].map(|name| town.credit(name)), [UNIT, 0], "nobody called hers junk");
    let two_places = 15 * UNIT;
    assert_eq!(town.reclaim(request).ok(), two_places + UNIT + UNIT + 2 * FEE_DUST, "a deposit and a fee");
    cash_up(&town, request);
}

#[test]
fn what_too_few_reviewed_ranks_behind_all_that_a_quorum_did_and_has_parts_of_its_place() {
    let town = town();
    let request = post(&town, 4, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &["pia", "paul", "petra", "pia"]);
    let ballots = [by(2, (100, None)), by(3, (50, None)), by(3, (90, None)), by(2, (49, None))];
    town.judge_each(request, &ballots);
    assert_eq!(town.submission(request, 0).weight_bps, 6_666);
    // Two thirds of the third place; the better score of two stands behind the worse one of three.
    assert_eq!(pay(&town, request), [3_999_600_000_000, 9 * UNIT, 15 * UNIT, 0]);
    let rest = 6 * UNIT - 3_999_600_000_000;
    assert_eq!(town.reclaim(request).ok(), rest + UNIT + 2 * FEE_DUST, "and a deposit");
    cash_up(&town, request);
}

#[test]
fn one_review_that_gives_nothing_wins_no_ranking() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, ranked(), Duplicates::Independent);
    town.deliver_all(request, &["pia"]);
    town.judge_each(request, &[by(1, (0, None))]);
    assert_eq!(pay(&town, request), [0]);
    assert_eq!((town.credit("pia"), town.profile("pia").owed), (0, 0));
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT + UNIT + 2 * UNIT, "a deposit, and two fees");
    cash_up(&town, request);
}

#[test]
fn a_ranking_skips_duplicates_where_only_the_first_counts() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, ranked(), Duplicates::FirstOnly);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &[(80, None), (95, Some(0)), (60, None)]);
    assert_eq!(pay(&town, request), [15 * UNIT, 0, 9 * UNIT], "the better copy takes no place from the next");
    assert_eq!(town.credit("paul"), UNIT, "a good copy keeps its deposit");
    assert_eq!(town.reclaim(request).ok(), 6 * UNIT + 3 * FEE_DUST);
    cash_up(&town, request);
}

// Shared

#[test]
fn an_audit_contest_pays_ten_for_high_and_three_for_medium_less_a_tenth_for_each_further_finder() {
    let town = town();
    let request = post(&town, 6, 138 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul", "petra", "pia", "paul", "petra"]);
    // All find the same high one, of which the third is called a duplicate of the second; Pia a medium one alone, Paul and
    // Petra another together.
    let votes = [(90, None), (80, Some(0)), (100, Some(1)), (60, None), (50, None), (79, Some(4))];
    town.judge(request, &votes);
    assert_eq!(town.settle(request).ok(), 6);
    let found = |submission| {
        let found = town.submission(request, submission);
        (found.duplicate_of, found.shares, found.finders)
    };
    assert_eq!([0, 1, 2].map(found), [(None, true, 3), (Some(0), true, 0), (Some(0), true, 0)], "by the first finding");
    assert_eq!([3, 4, 5].map(found), [(None, true, 1), (None, true, 2), (Some(4), true, 0)]);
    // 10 * 0.81 / 3 each, 3 alone, and 3 * 0.9 / 2 each.
    assert_eq!(town.state(request).weights, (8_100 + 3_000 + 2_700) * BPS);

    let claimed = town.claim(request, 2);
    // 5 % of 144 UNIT allow 720 points, 120 a place: half of that for a whole weight.
    let told = Claimed {
        request,
        submission: 2,
        provider: account("petra"),
        pay: 27 * UNIT,
        deposit: UNIT,
        forfeited: 0,
        reputation: 60 * 27 / 100,
    };
    assert_eq!(claimed.events::<Claimed>(), [told]);
    claimed.ok();
    let rest = [0, 1, 3, 4, 5].map(|submission| town.claim(request, submission).ok());
    let halves = 13_500_000_000_000;
    assert_eq!(rest, [27 * UNIT, 27 * UNIT, 30 * UNIT, halves, halves]);
    assert_eq!(town.profile("pia").owed, 16 + 18 / 2, "the second time in a day earns half");
    assert_eq!(town.reclaim(request).ok(), 6 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn a_provider_shares_once_in_a_finding_however_often_it_is_delivered() {
    let town = town();
    let request = post(&town, 5, 20 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "pia", "paul", "paul", "pia"]);
    town.judge(request, &[(90, None), (90, Some(0)), (90, Some(1)), (90, Some(0)), (90, Some(2))]);
    town.settle(request).ok();
    assert_eq!(town.submission(request, 0).finders, 2);
    let shares = [0, 1, 2, 3, 4].map(|submission| town.submission(request, submission).shares);
    assert_eq!(shares, [true, false, true, false, false]);
    assert_eq!(town.state(request).weights, 9_000 * BPS);
    let pays = [0, 1, 2, 3, 4].map(|submission| town.claim(request, submission).ok());
    assert_eq!(pays, [10 * UNIT, 0, 10 * UNIT, 0, 0]);
    assert_eq!(town.credit("pia"), 10 * UNIT + 3 * UNIT, "a share, and the deposits of work that is worth something");
    assert_eq!(town.reclaim(request).ok(), 5 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn finders_of_the_same_are_paid_by_what_the_first_weighs() {
    let town = town();
    let request = post(&town, 2, 30 * UNIT, Award::PerSubmission, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &[(50, None), (100, Some(0))]);
    assert_eq!(town.submission(request, 1).weight_bps, 10_000, "by itself it would be a high one");
    // A place is worth 15 UNIT; both weigh 3,000 * 0.9 / 2.
    assert_eq!(pay(&town, request), [2_025_000_000_000; 2]);
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT - 4_050_000_000_000 + 2 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn shares_by_the_place_are_claimed_when_all_finders_are_known() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, Award::PerSubmission, SHARED);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &[(90, None), (90, Some(0)), (90, None)]);
    let settle_one = || town.chain.call(&town.who(STRANGER), town.market().settle(request, 1));
    for _ in 0..2 {
        assert_eq!(settle_one().ok(), 1);
        let early = refused(&town.chain, &town.who("pia"), town.market().claim(request, vec![0]));
        assert_eq!(early, Error::NotSettled, "another finder may come");
        let early = refused(&town.chain, &town.who(REQUESTER), town.market().reclaim(request));
        assert_eq!(early, Error::NotSettled);
    }
    settle_one().ok();
    assert_eq!(town.state(request).unclaimed, 19 * UNIT);
    assert_eq!(town.reclaim(request).ok(), 11 * UNIT + 3 * FEE_DUST);
    let pays = [2, 1, 0].map(|submission| town.claim(request, submission).ok());
    assert_eq!(pays, [10 * UNIT, 4_500_000_000_000, 4_500_000_000_000]);
    cash_up(&town, request);
}

#[test]
fn a_duplicate_of_junk_is_a_finding_of_its_own() {
    let town = town();
    let request = post(&town, 2, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &[(49, None), (50, Some(0))]);
    assert_eq!(town.submission(request, 1).duplicate_of, None, "nobody can spoil a finding by handing in junk before");
    for name in &ENFORCERS[..3] {
        assert_eq!(town.credit(name), 2 * (UNIT / 3), "{name}: to have named it is no fault");
    }
    assert_eq!(pay(&town, request), [0, 10 * UNIT]);
    assert_eq!((town.submission(request, 0).finders, town.submission(request, 1).finders), (0, 1));
    assert_eq!(town.reclaim(request).ok(), UNIT + 2 * FEE_DUST, "the deposit of junk");
    cash_up(&town, request);
}

#[test]
fn a_junk_duplicate_takes_no_share_from_who_found_it_properly() {
    let town = town();
    let request = post(&town, 3, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &PROVIDERS);
    // The third names the junk, which leads to the finding that the junk was.
    town.judge(request, &[(90, None), (49, Some(0)), (80, Some(1))]);
    town.settle(request).ok();
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0));
    assert_eq!(town.submission(request, 2).duplicate_of, Some(0));
    assert!(!town.submission(request, 1).shares);
    assert_eq!(town.submission(request, 0).finders, 2);
    assert_eq!([0, 1, 2].map(|submission| town.claim(request, submission).ok()), [5 * UNIT, 0, 5 * UNIT]);
    assert_eq!(town.reclaim(request).ok(), UNIT + 3 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn only_an_earlier_delivery_can_be_named_as_the_original() {
    let town = town();
    let request = post(&town, 4, 10 * UNIT, Award::Proportional, SHARED);
    let names = ["pia", "paul", "petra"];
    for name in names {
        town.signal(name, request, 1).ok();
        town.submit_sealed(name, request, name).ok();
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("paul", request, 1, "paul").ok();
    town.unseal("petra", request, 2, "petra").ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 1);
    // He owes a review, and there is room for three that do.
    town.commit("enzo", request, 2, 90).ok();
    let named = [("eva", 1), ("emil", 2), ("edda", 0), ("enzo", 9)];
    for (name, original) in named {
        town.commit_vote(name, request, 1, (90, Some(original))).ok();
    }
    town.until_commits_close(request, 1);
    for (name, original) in named {
        let message = town.market().reveal_reviews(request, one::reveal(1, 90, Some(original), SALT));
        let error = refused(&town.chain, &town.who(name), message);
        assert_eq!(
            error,
            Error::InvalidDuplicate,
            "itself, a later one, one never unsealed, and none at all: {original}"
        );
    }
}

#[test]
fn who_delivered_first_is_the_original_even_among_deliveries_of_one_moment() {
    let town = town();
    let request = post(&town, 2, 10 * UNIT, Award::Proportional, SHARED);
    for name in ["pia", "paul"] {
        town.signal(name, request, 1).ok();
        town.submit_sealed(name, request, name).ok();
    }
    assert_eq!(town.submission(request, 0).submitted, town.submission(request, 1).submitted);
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("pia", request, 0, "pia").ok();
    town.unseal("paul", request, 1, "paul").ok();
    town.judge(request, &[(90, None), (90, Some(0))]);
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0), "the one that came first in the block");
    assert_eq!(pay(&town, request), [5 * UNIT; 2]);
}

#[test]
fn a_majority_of_all_reveals_makes_a_duplicate_and_who_disagrees_is_not_paid() {
    let town = town();
    let request = post(&town, 2, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    let divided = ENFORCERS.iter().zip([Some(0), Some(0), Some(0), None, None]);
    let divided = divided.map(|(name, vote)| (*name, (90, vote))).collect();
    town.judge_each(request, &[by(3, (90, None)), divided]);
    assert_eq!(town.submission(request, 1).duplicate_of, Some(0));
    // Three share each of the fees.
    for name in &ENFORCERS[..3] {
        assert_eq!((town.credit(name), town.profile(name).slashed), (2 * (UNIT / 3), 0), "{name}");
    }
    // A seventh of half of the 30 points of a place.
    let stake = town.state(request).reputation_per_place / 2 / 7;
    assert_eq!(stake, 2);
    for name in &ENFORCERS[3..] {
        let profile = town.profile(name);
        assert_eq!((town.credit(name), profile.slashed, profile.owed), (0, stake, 0), "{name}");
        assert_eq!(town.member(name).declared, 1_000_000, "{name} showed up all the same");
    }
}

#[test]
fn half_of_the_reveals_make_no_duplicate() {
    let town = town();
    let request = post(&town, 2, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    let divided = ENFORCERS[..4].iter().zip([Some(0), Some(0), None, None]);
    let divided = divided.map(|(name, vote)| (*name, (90, vote))).collect();
    town.judge_each(request, &[by(3, (90, None)), divided]);
    assert_eq!(town.submission(request, 1).duplicate_of, None);
    assert_eq!(ENFORCERS[..4].iter().map(|name| town.credit(name)).collect::<Vec<_>>(), {
        let (first, second) = (UNIT / 3, UNIT / 2);
        [first, first, first + second, second]
    });
    assert_eq!(pay(&town, request), [5 * UNIT; 2]);
}

#[test]
fn a_few_reviews_decide_on_no_duplicate_and_who_names_an_original_gives_nothing() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, Award::PerSubmission, SHARED);
    town.deliver_all(request, &PROVIDERS);
    let divided = vec![("eva", (90, Some(0))), ("emil", (90, None))];
    town.judge_each(request, &[by(3, (90, None)), divided, by(2, (90, Some(0)))]);
    let judged = |submission| {
        let judged = town.submission(request, submission);
        (judged.verdict, judged.median, judged.duplicate_of, judged.weight_bps)
    };
    // The lower of 0 and 90; all that is left is a third of the 5,000 for what nobody reviewed.
    assert_eq!([1, 2].map(judged), [(Verdict::Few, 0, None, 1_666); 2]);
    assert_eq!(town.credit("eva"), UNIT / 3 + UNIT + UNIT / 2, "to have named it is no fault");
    // 55 points are a place's, of which a seventh of half is at stake.
    assert_eq!((town.credit("emil"), town.profile("emil").slashed), (UNIT / 3 + UNIT / 2, 3));
    assert_eq!(pay(&town, request), [10 * UNIT, 1_666_000_000_000, 1_666_000_000_000]);
    assert_eq!(["paul", "petra"].map(|name| town.credit(name)), [1_666_000_000_000; 2], "without their deposits");
    assert_eq!(town.submission(request, 0).finders, 1);
    assert_eq!(town.reclaim(request).ok(), 20 * UNIT - 2 * 1_666_000_000_000 + 2 * UNIT + FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn votes_for_different_copies_count_for_the_finding_they_lead_to() {
    let town = town();
    let request = post(&town, 4, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul", "petra", "pia"]);
    let originals = [Some(0), Some(1), Some(2), None, None];
    let divided = ENFORCERS.iter().zip(originals).map(|(name, vote)| (*name, (90, vote))).collect();
    let ballots = [by(3, (90, None)), by(3, (90, Some(0))), by(3, (90, Some(1))), divided];
    town.judge_each(request, &ballots);
    let copy = town.submission(request, 3);
    assert_eq!(copy.duplicate_of, Some(0), "three of five mean the first, whichever copy of it they name");
    town.settle(request).ok();
    let first = town.submission(request, 0);
    assert_eq!((first.finders, town.submission(request, 3).shares), (3, false), "the copy is by its own finder");
}

#[test]
fn votes_for_different_findings_make_no_majority() {
    let town = town();
    let request = post(&town, 3, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &PROVIDERS);
    let divided =
        vec![("eva", (90, Some(0))), ("emil", (90, Some(1))), ("edda", (90, Some(0))), ("enzo", (90, Some(1)))];
    town.judge_each(request, &[by(3, (90, None)), by(3, (90, None)), divided]);
    let third = town.submission(request, 2);
    assert_eq!((third.duplicate_of, third.median), (None, 90));
    assert_eq!(town.credit("enzo"), 0, "nobody was right, so that the fee is the requester's");
    assert_eq!(pay(&town, request), [3_333_333_333_333; 3]);
    assert_eq!(town.reclaim(request).ok(), UNIT + 1 + 2 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn a_verdict_waits_for_that_of_the_original_it_names() {
    let town = town();
    let request = post(&town, 2, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    let votes: [(SubmissionId, Vote); 2] = [(0, (90, None)), (1, (90, Some(0)))];
    for (submission, vote) in votes {
        for name in &ENFORCERS[..3] {
            town.commit_vote(name, request, submission, vote).ok();
        }
    }
    town.until_commits_close(request, 0);
    for (submission, vote) in votes {
        for name in &ENFORCERS[..3] {
            town.reveal_vote(name, request, submission, vote).ok();
        }
    }
    let early = refused(&town.chain, &town.who(STRANGER), town.market().finalize(request, vec![1]));
    assert_eq!(early, Error::EarlierPending);
    town.finalize(request, 0).ok();
    let finalized = town.finalize(request, 1);
    let told = SubmissionFinalized {
        request,
        submission: 1,
        verdict: Verdict::Quorum,
        median: 90,
        weight_bps: 10_000,
        coherent: 3,
        fee: UNIT / 3,
        duplicate_of: Some(0),
    };
    assert_eq!(finalized.events::<SubmissionFinalized>(), [told]);
    finalized.ok();
}

#[test]
fn an_original_that_nobody_reviews_keeps_its_copies_waiting_no_longer_than_its_extension() {
    let town = town();
    let request = post(&town, 2, 15 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &["pia", "paul"]);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        town.commit_vote(name, request, 1, (90, Some(0))).ok();
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..3] {
        town.reveal_vote(name, request, 1, (90, Some(0))).ok();
    }
    let wait = || refused(&town.chain, &town.who(STRANGER), town.market().finalize(request, vec![1]));
    assert_eq!(wait(), Error::EarlierPending);
    town.extend(request, 0);
    assert_eq!(wait(), Error::EarlierPending);
    assert_eq!(refused(&town.chain, &town.who(STRANGER), town.market().settle(request, 1)), Error::NotFinalized);
    town.until_commits_close(request, 0);
    town.finalize(request, 0).ok();
    town.finalize(request, 1).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Unreviewed);
    assert_eq!(town.submission(request, 1).duplicate_of, None, "nobody knows whether the first was a finding");
    assert_eq!(pay(&town, request), [0, 15 * UNIT]);
    assert_eq!((town.credit("eva"), town.credit("pia")), (UNIT / 3, UNIT));
    assert_eq!(town.reclaim(request).ok(), UNIT + FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn what_nobody_reviewed_weighs_by_itself_beside_shared_findings() {
    // Where all is divided it weighs nothing; paid by the place it is worth half of it.
    let halves = 4_500_000_000_000;
    for (award, weights, pays) in [
        (Award::Proportional, 9_000, [15 * UNIT, 15 * UNIT, 0]),
        (Award::PerSubmission, 14_000, [halves, halves, 5 * UNIT]),
    ] {
        let town = town();
        let request = post(&town, 3, 30 * UNIT, award, SHARED);
        town.deliver_all(request, &PROVIDERS);
        town.judge_each(request, &[by(3, (80, None)), by(3, (90, Some(0))), vec![]]);
        town.settle(request).ok();
        let unreviewed = town.submission(request, 2);
        assert_eq!((unreviewed.shares, unreviewed.finders), (false, 0));
        assert_eq!(town.state(request).weights, weights * BPS);
        assert_eq!([0, 1, 2].map(|submission| town.claim(request, submission).ok()), pays);
        assert_eq!(town.credit("petra"), pays[2] + UNIT);
        let earned: Balance = pays.iter().sum();
        assert_eq!(town.reclaim(request).ok(), 30 * UNIT - earned + UNIT + 2 * FEE_DUST);
        cash_up(&town, request);
    }
}

#[test]
fn what_was_never_unsealed_has_no_part_in_any_award() {
    let town = town();
    for award in [Award::PerSubmission, Award::Proportional] {
        let request = post(&town, 3, 30 * UNIT, award.clone(), SHARED);
        for name in PROVIDERS {
            town.signal(name, request, 1).ok();
            town.submit_sealed(name, request, name).ok();
        }
        town.chain.pass_until(town.spec(request).deliver_by);
        town.unseal("paul", request, 1, "paul").ok();
        town.open_reviews(request);
        town.review(request, 1, &[("eva", 90), ("emil", 90), ("edda", 90)]);
        town.finalize(request, 1).ok();
        assert_eq!(town.settle(request).ok(), 3);
        for (submission, name) in [(0, "pia"), (2, "petra")] {
            let nothing = refused(&town.chain, &town.who(name), town.market().claim(request, vec![submission]));
            assert_eq!(nothing, Error::NothingToClaim);
        }
        let earned = if award == Award::Proportional { 30 * UNIT } else { 10 * UNIT };
        assert_eq!(town.claim(request, 1).ok(), earned);
        for name in ["pia", "petra"] {
            let report = town.market().report_no_show(request, account(name));
            assert_eq!(town.chain.call(&town.who(STRANGER), report).ok(), 1);
        }
        assert_eq!(town.reclaim(request).ok(), 30 * UNIT - earned + 2 * UNIT + 2 * UNIT + FEE_DUST);
        cash_up(&town, request);
    }
}

// FirstOnly

#[test]
fn where_only_the_first_counts_its_copies_earn_nothing_but_their_deposit() {
    let town = town();
    let request = post(&town, 3, 30 * UNIT, Award::PerSubmission, Duplicates::FirstOnly);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &[(80, None), (100, Some(0)), (60, Some(1))]);
    town.settle(request).ok();
    assert_eq!(town.state(request).unclaimed, 10 * UNIT);
    assert_eq!(town.reclaim(request).ok(), 20 * UNIT + 3 * FEE_DUST, "before anybody claimed");
    assert_eq!(town.claim(request, 0).ok(), 10 * UNIT);
    for submission in [1, 2] {
        let copy = town.claim(request, submission);
        let told = &copy.events::<Claimed>()[0];
        assert_eq!((told.pay, told.deposit, told.forfeited, told.reputation), (0, UNIT, 0, 0));
        copy.ok();
        assert_eq!(town.submission(request, submission).duplicate_of, Some(0));
    }
    cash_up(&town, request);
}

#[test]
fn where_only_the_first_counts_it_can_be_claimed_before_the_others_are_settled() {
    let town = town();
    let request = post(&town, 2, 30 * UNIT, Award::PerSubmission, Duplicates::FirstOnly);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge(request, &[(80, None), (100, Some(0))]);
    town.chain.call(&town.who(STRANGER), town.market().settle(request, 1)).ok();
    assert_eq!(town.claim(request, 0).ok(), 15 * UNIT);
    assert_eq!(refused(&town.chain, &town.who("paul"), town.market().claim(request, vec![1])), Error::NotSettled);
    town.settle(request).ok();
    assert_eq!(town.claim(request, 1).ok(), 0);
    assert_eq!(town.reclaim(request).ok(), 15 * UNIT + 2 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn a_proportional_reward_goes_to_the_first_of_each_finding() {
    let town = town();
    let request = post(&town, 4, 26 * UNIT, Award::Proportional, Duplicates::FirstOnly);
    town.deliver_all(request, &["pia", "paul", "petra", "petra"]);
    town.judge(request, &[(80, None), (100, Some(0)), (60, None), (60, Some(2))]);
    assert_eq!(pay(&town, request), [20 * UNIT, 0, 6 * UNIT, 0]);
    assert_eq!(town.reclaim(request).ok(), 4 * FEE_DUST);
    cash_up(&town, request);
}

#[test]
fn the_first_of_those_that_nobody_reviewed_is_not_the_only_one_paid() {
    let town = town();
    let request = post(&town, 2, 30 * UNIT, Award::PerSubmission, Duplicates::FirstOnly);
    town.deliver_all(request, &["pia", "paul"]);
    town.judge_each(request, &[vec![], vec![]]);
    assert_eq!(pay(&town, request), [7_500_000_000_000; 2]);
    assert_eq!(town.reclaim(request).ok(), 15 * UNIT + 2 * UNIT);
    cash_up(&town, request);
}

// In any order, in any number of calls

/// Plays a contest of six submissions, settled this many at a time and claimed in this order; what each was paid, and
/// what the requester was given back.
fn contest(award: Award, duplicates: Duplicates, step: u32, order: [SubmissionId; 6]) -> (Vec<Balance>, Balance) {
    let town = town();
    let request = post(&town, 6, 100 * UNIT, award, duplicates);
    town.deliver_all(request, &["pia", "paul", "petra", "petra", "paul", "pia"]);
    town.judge(request, &[(90, None), (60, Some(0)), (100, Some(1)), (60, None), (20, None), (55, Some(3))]);
    let mut left = 6;
    assert_eq!(town.backlog(), 18);
    while left > 0 {
        let settled = town.chain.call(&town.who(STRANGER), town.market().settle(request, step));
        let ends = step >= left;
        let told = if ends { vec![RequestSettled { request, submissions: 6, deposit: 0 }] } else { vec![] };
        assert_eq!(settled.events::<RequestSettled>(), told);
        assert_eq!(settled.ok(), step.min(left));
        left = left.saturating_sub(step);
        assert_eq!(town.backlog(), u64::from(left) * 3, "what is settled is no longer reserved");
        assert_eq!((town.state(request).settled, town.state(request).closed), (6 - left, ends));
    }
    let mut pays = vec![0; 6];
    for submission in order {
        town.assert_balanced(&[request], &[]);
        pays[submission as usize] = town.claim(request, submission).ok();
        let state = town.state(request);
        assert!(state.held >= state.unclaimed, "what is promised is there");
    }
    let before = town.credit(REQUESTER);
    town.reclaim(request).ok();
    let returned = town.credit(REQUESTER) - before;
    cash_up(&town, request);
    (pays, returned)
}

#[test]
fn settling_one_by_one_comes_to_the_same_as_all_at_once_whoever_claims_first() {
    let ranking = Award::Ranked { places_bps: vec![4_000, 2_500, 1_500, 999] };
    // Three reviewers leave 6 of six fees, and junk its deposit.
    let rest = 6 * FEE_DUST + UNIT;
    for (award, duplicates, returned) in [
        (Award::PerSubmission, SHARED, None),
        (Award::PerSubmission, Duplicates::FirstOnly, None),
        (Award::Proportional, SHARED, None),
        (Award::Proportional, Duplicates::Independent, None),
        (ranking.clone(), Duplicates::Independent, Some(100 * UNIT / 10_000 * 1_001)),
        (ranking, Duplicates::FirstOnly, Some(100 * UNIT / 10_000 * 3_500)),
    ] {
        let at_once = contest(award.clone(), duplicates, 64, [0, 1, 2, 3, 4, 5]);
        for (step, order) in [(1, [5, 4, 3, 2, 1, 0]), (4, [2, 0, 5, 4, 1, 3])] {
            assert_eq!(contest(award.clone(), duplicates, step, order), at_once, "{award:?}, {duplicates:?}");
        }
        let (pays, back) = at_once;
        assert_eq!(pays.iter().sum::<Balance>() + back, 100 * UNIT + rest, "{award:?}, {duplicates:?}");
        if let Some(unearned) = returned {
            assert_eq!(back, unearned + rest, "{award:?}, {duplicates:?}");
        }
    }
}

#[test]
fn what_is_reclaimed_before_and_after_the_last_claim_adds_up() {
    let town = town();
    let request = post(&town, 3, 10 * UNIT, Award::Proportional, SHARED);
    town.deliver_all(request, &PROVIDERS);
    town.judge(request, &[(90, None), (60, None), (20, None)]);
    town.settle(request).ok();
    let mut back = town.reclaim(request).ok();
    assert_eq!(back, 3 * FEE_DUST);
    for submission in [0, 1, 2] {
        town.claim(request, submission).ok();
        town.assert_balanced(&[request], &[]);
        let reclaimed = town.chain.call(&town.who(REQUESTER), town.market().reclaim(request)).returned();
        back += reclaimed.unwrap_or(0);
    }
    // 7,692,307,692,307 and 2,307,692,307,692 of 10 UNIT leave a planck.
    assert_eq!(back, 3 * FEE_DUST + UNIT + 1);
    cash_up(&town, request);
}

#[test]
fn what_two_requests_hold_is_kept_apart() {
    let town = town();
    let [proportional, ranked] = [(Award::Proportional, SHARED), (ranked(), Duplicates::Independent)]
        .map(|(award, duplicates)| post(&town, 2, 30 * UNIT, award, duplicates));
    town.deliver_all(ranked, &["pia"]);
    town.judge(ranked, &scores([90]));
    assert_eq!(pay(&town, ranked), [15 * UNIT]);
    town.reclaim(ranked).ok();
    town.settle(proportional).ok();
    assert_eq!(town.reclaim(proportional).ok(), 32 * UNIT);
    town.assert_balanced(&[proportional, ranked], &[]);
    cash_up(&town, ranked);
}

// Refusals

#[test]
fn every_rule_of_awards_access_and_duplicates_has_its_own_refusal() {
    let town = town();
    let rita = town.who(REQUESTER);
    let quote = |change: &dyn Fn(&mut RequestSpec)| {
        let mut spec = town.request_spec();
        change(&mut spec);
        let quoted = town.chain.read(town.market().quote(spec.clone()));
        let post = town.market().post(spec, 0).transferred_value(40 * UNIT);
        match quoted {
            Ok(quote) => {
                assert_eq!(town.chain.dry_run(&rita, post).err(), Error::ExcessPayment);
                Ok(quote.total)
            }
            Err(error) => {
                assert_eq!(refused(&town.chain, &rita, post), error, "post says what its quote says");
                Err(error)
            }
        }
    };
    let invalid = |reason| Err(Error::InvalidRequest(reason));
    let places = |places_bps: Vec<u16>| Award::Ranked { places_bps };
    let rank = |places_bps: Vec<u16>| quote(&|spec| spec.award = places(places_bps.clone()));
    let fine = Ok(34_650_000_000_000);

    assert_eq!(rank(vec![]), invalid(RequestReason::Award));
    assert_eq!(rank(vec![100; 101]), invalid(RequestReason::Award));
    assert_eq!(rank(vec![5_000, 5_001]), invalid(RequestReason::Award));
    assert_eq!(rank(vec![100; 100]), fine);
    assert_eq!(rank(vec![0, 10_000]), fine);
    let shared_ranking = |spec: &mut RequestSpec| {
        spec.award = places(vec![10_000]);
        spec.duplicates = SHARED;
    };
    assert_eq!(quote(&shared_ranking), invalid(RequestReason::Award));

    let retention = |retention_ppm| quote(&|spec| spec.duplicates = Duplicates::Shared { retention_ppm });
    assert_eq!(retention(1_000_001), invalid(RequestReason::Duplicates));
    assert_eq!((retention(1_000_000), retention(0)), (fine, fine));

    let by_offers = |award: Award, per_provider| {
        quote(&|spec| {
            spec.access = Access::Offers;
            spec.award = award.clone();
            spec.per_provider = per_provider;
        })
    };
    assert_eq!(by_offers(Award::Proportional, 1), invalid(RequestReason::Access));
    assert_eq!(by_offers(places(vec![10_000]), 1), invalid(RequestReason::Access));
    assert_eq!(by_offers(Award::PerSubmission, 2), invalid(RequestReason::Access));
    assert_eq!(by_offers(Award::PerSubmission, 1), fine);
    assert_eq!(town.chain.read(town.market().credit(Asset::Native, rita)), Ok(0));
}
