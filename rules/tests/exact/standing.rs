//! The rule of section 1.3 on whole counters, against the mempool rule it is named for, and against the ledger's.

use proptest::prelude::*;
use rules::{deficit, ledger_standing, required, standing, Buffers, Micro, Standing};

const CASES: u32 = 1_500_000;
const SEED: u64 = 0x5EED_0F0B_116A_7104;

/// What an ERC-4337 bundler knows of an entity, and its parameters, under the names of that specification.
struct ReputationEntry {
    ops_seen: u64,
    ops_included: u64,
}

struct ReputationParams {
    min_inclusion_denominator: u64,
    throttling_slack: u64,
    ban_slack: u64,
}

#[derive(Debug, PartialEq)]
enum ReputationStatus {
    Ok,
    Throttled,
    Banned,
}

/// A bundler's reputation status, statement by statement.
fn get_status(entry: Option<&ReputationEntry>, params: &ReputationParams) -> ReputationStatus {
    let Some(entry) = entry else { return ReputationStatus::Ok };
    let min_expected_included = entry.ops_seen / params.min_inclusion_denominator;
    if min_expected_included <= entry.ops_included + params.throttling_slack {
        ReputationStatus::Ok
    } else if min_expected_included <= entry.ops_included + params.ban_slack {
        ReputationStatus::Throttled
    } else {
        ReputationStatus::Banned
    }
}

/// SplitMix64: the same cases on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

#[test]
fn a_standing_is_number_for_number_a_mempools_reputation_status() {
    let mut random = Random(SEED);
    let mut found = [0_u32; 3];
    for case in 0..CASES {
        let denominator = if case % 2 == 0 { 48 } else { 1 + random.below(1_000) };
        let declared = random.below(1 << (1 + case % 32));
        let (throttle, ban) = if case % 3 == 0 {
            (10, 50)
        } else {
            let throttle = random.below(1_000);
            (throttle, throttle + random.below(1_000))
        };
        // Around what is asked for, so that no standing is rare, and a step off each comparison now and then.
        let asked = match case % 4 {
            0 => declared + throttle + 1,
            1 => declared + ban + 1,
            _ => declared + random.below(2 * ban + 2),
        };
        let seen = (asked * denominator + random.below(3)).saturating_sub(1);
        let entry = ReputationEntry { ops_seen: seen, ops_included: declared };
        let params =
            ReputationParams { min_inclusion_denominator: denominator, throttling_slack: throttle, ban_slack: ban };
        let ours = standing(seen, declared, denominator as u32, throttle as u32, ban as u32);
        let theirs = get_status((seen > 0).then_some(&entry), &params);
        let same = match theirs {
            ReputationStatus::Ok => Standing::Healthy,
            ReputationStatus::Throttled => Standing::Throttled,
            ReputationStatus::Banned => Standing::Banned,
        };
        assert_eq!(ours, same, "seen {seen}, declared {declared}, {denominator}, {throttle}, {ban}");
        found[ours as usize] += 1;
    }
    assert!(found.iter().all(|count| *count > CASES / 10), "each standing came up often: {found:?}");
}

fn on_ledger(seen: u64, declared: u64, open: u32, buffers: &Buffers) -> Standing {
    ledger_standing(Micro::from_ops(seen), Micro::from_ops(declared), open, buffers)
}

/// Asserts that both rules agree on whole counters, open commitments counted as declared.
fn assert_same_rule(seen: u64, declared: u64, open: u32, buffers: &Buffers) {
    let Buffers { denominator, throttle, ban } = *buffers;
    let whole = standing(seen, declared.saturating_add(u64::from(open)), denominator, throttle, ban);
    assert_eq!(
        on_ledger(seen, declared, open, buffers),
        whole,
        "seen {seen}, declared {declared} + {open}, {buffers:?}"
    );
}

#[test]
fn both_rules_agree_at_the_boundary_of_each_comparison() {
    for denominator in [1, 2, 3, 48, 999, 1_000_000] {
        for declared in [0, 1, 7, 1_000_000, u64::from(u32::MAX)] {
            for open in [0, 1, 9] {
                for (throttle, ban) in [(0, 0), (0, 1), (10, 50), (10, 10), (1_000, 1_000_000_000)] {
                    let buffers = Buffers { denominator, throttle, ban };
                    for buffer in [throttle, ban] {
                        let edge = u64::from(denominator) * (declared + u64::from(open) + u64::from(buffer) + 1);
                        for seen in [edge - 1, edge, edge + 1] {
                            assert_same_rule(seen, declared, open, &buffers);
                        }
                        let [before, at] = [edge - 1, edge].map(|seen| on_ledger(seen, declared, open, &buffers));
                        assert!(before < at, "{edge} is a boundary");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn both_rules_agree_on_whole_counters(
        (declared, shift, open) in (any::<u64>(), 0..64_u32, 0..100_u32),
        denominator in prop_oneof![Just(48), 1..100_u32, any::<u32>()],
        (throttle, more) in (0..1_000_u32, 0..1_000_u32),
        (ops, off) in (0..3_000_u64, 0..3_u64),
    ) {
        let (declared, ban) = (declared >> shift, throttle + more);
        let asked = declared.saturating_add(ops);
        let seen = asked.saturating_mul(u64::from(denominator)).saturating_add(off).saturating_sub(1);
        assert_same_rule(seen, declared, open, &Buffers { denominator, throttle, ban });
    }

    #[test]
    fn a_deficit_is_what_keeps_a_member_from_being_healthy_without_buffers(
        (seen, declared) in (any::<u128>(), any::<u128>()),
        (fewer, less) in (0..128_u32, 0..128_u32),
        open in 0..100_u32,
        denominator in prop_oneof![Just(48), 1..100_u32, any::<u32>()],
    ) {
        let (seen, declared) = (Micro(seen >> fewer), Micro(declared >> less));
        let short = deficit(seen, declared, open, denominator);
        prop_assert!(short <= required(seen, denominator));
        let healthy_with = |buffer| {
            let buffers = Buffers { denominator, throttle: buffer, ban: buffer };
            ledger_standing(seen, declared, open, &buffers) == Standing::Healthy
        };
        prop_assert_eq!(healthy_with(0), short == 0);
        if let Ok(buffer) = u32::try_from(short) {
            prop_assert!(healthy_with(buffer));
            prop_assert!(buffer == 0 || !healthy_with(buffer - 1));
        }
    }
}

/// The worked example of the README: denominator 2, buffers of 3 and 6.
#[test]
fn the_table_of_the_readme_is_what_the_rule_says() {
    let table = [
        (7, 0, Standing::Healthy),
        (8, 0, Standing::Throttled),
        (8, 1, Standing::Healthy),
        (13, 0, Standing::Throttled),
        (14, 0, Standing::Banned),
    ];
    let readme = include_str!("../../../README.md");
    for (seen, declared, expected) in table {
        assert_eq!(standing(seen, declared, 2, 3, 6), expected, "{seen} seen, {declared} declared");
        let row = format!("| {seen} | {} | {declared} | {expected:?}", seen / 2);
        assert!(readme.contains(&row), "the README has no row `{row}`");
    }
}
