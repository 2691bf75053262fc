//! The ledger's promises over random histories.

use crate::{
    history::{histories, no_presence, ops, presences, Event, Pool, Replay},
    model::Model,
};
use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::Pow;
use proptest::prelude::*;
use rules::{decay_ceil, decay_floor, deficit, Accumulator, Buffers, Fading, Ledger, Micro, Standing, PPM};

fn denominators() -> impl Strategy<Value = u32> {
    prop_oneof![prop::sample::select(vec![1, 2, 48]), 1..=1_000_000_u32]
}

fn gaps_in_epochs() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..4_u64, 2 => 0..400_u64, 1 => 0..5_000_000_u64]
}

/// What a pool may see afterwards, with the epochs before it.
fn later_in_the_pool() -> impl Strategy<Value = Vec<(u64, Event)>> {
    let event = prop_oneof![Just(Event::Touch), ops().prop_map(|ops| Event::See { weight: Micro::OP, ops })];
    prop::collection::vec((gaps_in_epochs(), event), 1..8)
}

fn buffers() -> impl Strategy<Value = Buffers> {
    let ops = || prop_oneof![0..100_u32, 0..=1_000_000_000_u32];
    (denominators(), ops(), ops()).prop_map(|(denominator, throttle, more)| {
        let ban = throttle.saturating_add(more);
        Buffers { denominator, throttle, ban }
    })
}

/// The rule of section 1.3 on the exact counters.
fn exact_standing(model: &Model, open: u32, buffers: &Buffers) -> Standing {
    let (seen, declared) = (model.seen(), model.declared());
    let within = |buffer: u32| {
        let more = Micro::from_ops(u64::from(open) + u64::from(buffer) + 1);
        model.rules().covered(&seen, &declared, more, buffers.denominator)
    };
    match (within(buffers.throttle), within(buffers.ban)) {
        (true, _) => Standing::Healthy,
        (false, true) => Standing::Throttled,
        (false, false) => Standing::Banned,
    }
}

/// Buffers with which the member is Healthy and would be Banned with one less, so that the least worsening shows.
fn edge_of(pool: &Pool, epoch: u64, open: u32, denominator: u32) -> Option<Buffers> {
    let short = deficit(pool.seen(epoch), pool.declared(epoch), open, denominator);
    let throttle = u32::try_from(short).ok()?;
    Some(Buffers { denominator, throttle, ban: throttle })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn seen_is_never_above_exact_and_within_the_stated_error(history in histories(presences())) {
        history.against_model(|replay, model| {
            let (seen, exact, rules) = (BigUint::from(replay.seen().0), model.seen(), model.rules());
            assert!(rules.at_least(&exact, &seen), "above exact: {replay:?}");
            assert!(rules.at_most(&exact, &(seen + replay.seen_error())), "error above the bound: {replay:?}");
        });
    }

    #[test]
    fn declared_is_never_below_exact_and_within_the_stated_error(history in histories(no_presence())) {
        history.against_model(|replay, model| {
            let (declared, error) = (BigUint::from(replay.declared().0), replay.declared_error());
            let (exact, rules) = (model.declared(), model.rules());
            assert!(rules.at_most(&exact, &declared), "below exact: {replay:?}");
            let lowest = if declared > error { declared - error } else { BigUint::ZERO };
            assert!(rules.at_least(&exact, &lowest), "error above the bound: {replay:?}");
        });
    }

    #[test]
    fn a_standing_is_never_worse_than_the_exact_one(
        history in histories(presences()),
        buffers in buffers(),
        open in 0..20_u32,
    ) {
        history.against_model(|replay, model| {
            let edge = edge_of(&replay.pool, replay.epoch, open, buffers.denominator);
            for buffers in [Some(buffers), edge].into_iter().flatten() {
                let standing = replay.pool.standing(replay.epoch, open, &buffers);
                assert!(standing <= exact_standing(model, open, &buffers), "{buffers:?}: {replay:?}");
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_amount_fades_as_the_power_of_the_retention(
        x in any::<u128>(),
        shift in 0..128_u32,
        retention in 0..=PPM,
        epochs in 0..=64_u64,
    ) {
        let x = x >> shift;
        let rational = |x: u128| BigRational::from_integer(x.into());
        let exact = rational(x) * BigRational::new(retention.into(), PPM.into()).pow(epochs);
        let error = if retention == PPM || epochs == 0 {
            rational(0)
        } else {
            rational(x) * BigRational::new((2 * epochs).into(), (1_u128 << 64).into()) + rational(1)
        };
        let floor = rational(decay_floor(Micro(x), retention, epochs).0);
        let ceil = rational(decay_ceil(Micro(x), retention, epochs).0);
        prop_assert!(floor <= exact && exact <= ceil);
        prop_assert!(&exact - floor <= error && ceil - exact <= error);
    }

    #[test]
    fn nobody_has_seen_what_a_pool_saw_before_however_it_fades_and_is_touched(
        total in any::<u128>(),
        shift in 0..128_u32,
        retention_ppm in 1..PPM,
        touches in prop::collection::vec(1..40_u64, 1..20),
    ) {
        let fading = Fading { retention_ppm, presence_per_epoch: Micro::ZERO };
        let mut pool = Accumulator { total: Micro(total >> shift), epoch: 0 };
        let newcomer = Ledger::seat(Micro::ZERO, Micro::ZERO, &pool);
        for epochs in touches {
            pool = pool.at(&fading, pool.epoch + epochs);
            prop_assert_eq!(newcomer.seen(&fading, &pool), Micro::ZERO);
        }
    }

    #[test]
    fn time_alone_never_worsens_a_standing(
        history in histories(no_presence()),
        denominator in denominators(),
        open in 0..20_u32,
        passing in prop::collection::vec((gaps_in_epochs(), any::<bool>()), 1..12),
    ) {
        let replay = history.on_ledger();
        prop_assume!(replay.error_is_below_an_epochs_margin(denominator));
        let Some(buffers) = edge_of(&replay.pool, replay.epoch, open, denominator) else { return Ok(()) };
        let (mut pool, mut epoch) = (replay.pool.clone(), replay.epoch);
        let standing = pool.standing(epoch, open, &buffers);
        for (epochs, touched) in passing {
            epoch += epochs;
            prop_assert!(pool.standing(epoch, open, &buffers) <= standing, "after {} epochs", epoch - replay.epoch);
            if touched {
                pool.apply(&Event::Touch, epoch);
            }
        }
    }

    #[test]
    fn declaring_more_never_worsens_a_standing(
        history in histories(presences()),
        denominator in denominators(),
        (fewer, more) in (ops(), ops()),
        later in later_in_the_pool(),
    ) {
        let replay = history.on_ledger();
        let Some(buffers) = edge_of(&replay.pool, replay.epoch, 0, denominator) else { return Ok(()) };
        let mut less = replay.pool.clone();
        less.apply(&Event::Declare { ops: fewer.min(more) }, replay.epoch);
        prop_assert!(less.standing(replay.epoch, 0, &buffers) <= replay.pool.standing(replay.epoch, 0, &buffers));
        let mut most = replay.pool;
        most.apply(&Event::Declare { ops: fewer.max(more) }, replay.epoch);
        let mut epoch = replay.epoch;
        for (epochs, event) in later {
            epoch += epochs;
            less.apply(&event, epoch);
            most.apply(&event, epoch);
            if let Some(buffers) = edge_of(&less, epoch, 0, denominator) {
                prop_assert!(most.standing(epoch, 0, &buffers) <= less.standing(epoch, 0, &buffers));
            }
        }
    }

    #[test]
    fn seeing_more_never_betters_a_standing(
        history in histories(presences()),
        denominator in denominators(),
        (fewer, more) in (ops(), ops()),
        later in later_in_the_pool(),
    ) {
        let Replay { pool, mut epoch, .. } = history.on_ledger();
        let seeing = |ops| {
            let mut pool = pool.clone();
            pool.apply(&Event::See { weight: Micro::OP, ops }, epoch);
            pool
        };
        let (mut less, mut most) = (seeing(fewer.min(more)), seeing(fewer.max(more)));
        for (epochs, event) in later {
            epoch += epochs;
            less.apply(&event, epoch);
            most.apply(&event, epoch);
            if let Some(buffers) = edge_of(&most, epoch, 0, denominator) {
                prop_assert!(less.standing(epoch, 0, &buffers) <= most.standing(epoch, 0, &buffers));
            }
        }
    }
}
