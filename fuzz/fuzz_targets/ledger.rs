//! Compares counters, their fading and the standing that follows with the same in big integers: they are within the
//! errors that the rules state, and rounded in the member's favour.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use rules::{
    decay_ceil, decay_floor, deficit, epoch_of, ledger_standing, required, standing, Accumulator, Buffers, Credit,
    Fading, Ledger, Micro, Standing, PPM,
};

/// If a gap is longer than this, exact powers take more time than a fuzzer has.
const EXACT_GAP: u64 = 300;

#[derive(Arbitrary, Debug)]
enum Case {
    Standing { seen: u64, declared: u64, denominator: u32, throttle: u32, ban: u32 },
    Ledger { seen: u128, declared: u128, open: u32, denominator: u32, throttle: u32, ban: u32 },
    Amount { raw: u128, other: u128, ops: u64 },
    Decay { amount: u128, retention_ppm: u32, epochs: u64 },
    Epoch { now: u64, opened: u64, length: u64 },
    History { retention_ppm: u32, presence: u32, events: Vec<Event> },
}

#[derive(Arbitrary, Debug)]
enum Event {
    Pass(u16),
    See { weight: u64, ops: u32 },
    Declare(u32),
    RestAndReturn,
}

fn level(throttle: bool, ban: bool) -> Standing {
    match (throttle, ban) {
        (true, _) => Standing::Healthy,
        (false, true) => Standing::Throttled,
        (false, false) => Standing::Banned,
    }
}

fn check(case: Case) {
    match case {
        Case::Standing { seen, declared, denominator, throttle, ban } => {
            let required = if denominator == 0 { 0 } else { u128::from(seen / u64::from(denominator)) };
            let within = |buffer: u32| required <= u128::from(declared) + u128::from(buffer);
            assert_eq!(standing(seen, declared, denominator, throttle, ban), level(within(throttle), within(ban)));
        }
        Case::Ledger { seen, declared, open, denominator, throttle, ban } => {
            let done = |ops: u64| (BigUint::from(Micro::OP.0) * ops + declared) * denominator;
            let within = |buffer: u32| {
                let allowed = done(u64::from(open) + u64::from(buffer) + 1);
                denominator == 0 || BigUint::from(seen) < allowed
            };
            let buffers = Buffers { denominator, throttle, ban };
            let (seen_now, declared_now) = (Micro(seen), Micro(declared));
            let found = ledger_standing(seen_now, declared_now, open, &buffers);
            assert_eq!(found, level(within(throttle), within(ban)));
            let divisor = BigUint::from(Micro::OP.0) * denominator.max(1);
            let missing = |amount: BigUint| if denominator == 0 { BigUint::ZERO } else { amount / &divisor };
            assert_eq!(BigUint::from(required(seen_now, denominator)), missing(seen.into()));
            let done = done(open.into());
            let short = if BigUint::from(seen) > done { BigUint::from(seen) - done } else { BigUint::ZERO };
            assert_eq!(BigUint::from(deficit(seen_now, declared_now, open, denominator)), missing(short));
        }
        Case::Amount { raw, other, ops } => {
            let (amount, big, whole) = (Micro(raw), BigUint::from(raw), BigUint::from(1_u8) << 32);
            assert_eq!(BigUint::from(amount.floor_micro()), &big / &whole);
            assert_eq!(BigUint::from(amount.ceil_micro()), (&big + &whole - 1_u8) / &whole);
            let floor = u64::try_from(&big / (&whole * 1_000_000_u32)).unwrap_or(u64::MAX);
            assert_eq!(amount.floor_ops(), floor);
            assert_eq!(BigUint::from(Micro::from_ops(ops).0), &whole * 1_000_000_u32 * ops);
            let micro = u128::try_from(&big * &whole).unwrap_or(u128::MAX);
            assert_eq!(Micro::from_micro(raw).0, micro);
            let sum = u128::try_from(&big + other).unwrap_or(u128::MAX);
            assert_eq!(amount.saturating_add(Micro(other)).0, sum);
            assert_eq!(amount.saturating_sub(Micro(other)).0, raw - raw.min(other));
        }
        Case::Decay { amount, retention_ppm, epochs } => {
            let [floor, ceil] = [decay_floor, decay_ceil].map(|decay| decay(Micro(amount), retention_ppm, epochs).0);
            assert!(floor <= ceil && ceil <= amount);
            // Each is within this of what is exact.
            let error = (BigUint::from(amount) * epochs.saturating_mul(2).min(1 << 22) >> 64) + 1_u8;
            assert!(BigUint::from(ceil - floor) <= (&error + 1_u8) * 2_u8);
            if retention_ppm >= PPM || epochs == 0 {
                return assert_eq!((floor, ceil), (amount, amount));
            }
            if epochs <= EXACT_GAP {
                let power = |base: u32| BigUint::from(base).pow(epochs as u32);
                let (exact, whole) = (power(retention_ppm) * amount, power(PPM));
                let [floor, ceil] = [floor, ceil].map(|raw| BigUint::from(raw) * &whole);
                let error = (error + 1_u8) * whole;
                assert!(floor <= exact && exact <= &floor + &error);
                assert!(exact <= ceil && ceil <= &exact + error);
            }
        }
        Case::Epoch { now, opened, length } => {
            let epoch = if length == 0 || now < opened { 0 } else { (now - opened) / length };
            assert_eq!(epoch_of(now, opened, length), epoch);
        }
        Case::History { retention_ppm, presence, events } => replay(retention_ppm, presence, &events),
    }
}

/// A member's history on the accumulator, against a plain count of whole raw units that fades by each epoch, rounded
/// the other way.
fn replay(retention_ppm: u32, presence: u32, events: &[Event]) {
    let fading = Fading { retention_ppm, presence_per_epoch: Micro::from_ops(presence.into()) };
    let (retention, whole) = (BigUint::from(retention_ppm.min(PPM)), BigUint::from(PPM));
    let mut pool = Accumulator::default();
    let mut member = Ledger::seat(Micro::ZERO, Micro::ZERO, &pool);
    let (mut seen, mut declared, mut epochs) = (BigUint::ZERO, BigUint::ZERO, 0);
    let mut greatest = BigUint::ZERO;
    for event in events.iter().take(32) {
        match *event {
            Event::Pass(gap) => {
                // Histories are short, so that their number of epochs is small.
                let gap = u64::from(gap % 64);
                epochs += gap;
                for _ in 0..gap {
                    seen = (&seen * &retention).div_ceil_by(&whole) + fading.presence_per_epoch.0;
                    declared = &declared * &retention / &whole;
                }
                pool = pool.at(&fading, pool.epoch + gap);
            }
            Event::See { weight, ops } => {
                seen += BigUint::from(weight) * ops;
                pool = pool.see(&fading, pool.epoch, Micro(weight.into()), ops);
            }
            Event::Declare(ops) => {
                declared += BigUint::from(Micro::OP.0) * ops;
                member = member.declare(&fading, &pool, ops.into(), &Credit::UNBOUNDED);
            }
            Event::RestAndReturn => {
                let (carry, kept) = member.rest(&fading, &pool);
                member = Ledger::seat(carry, kept, &pool);
            }
        }
        let (now_seen, now_declared) = member.rest(&fading, &pool);
        let touches = events.len() as u64 + 1;
        let most = BigUint::from(pool.total.0) + &seen + &declared + fading.presence_per_epoch.0;
        greatest = greatest.max(most);
        let error = (&greatest * (6 * epochs * (epochs + 1)) >> 64) + 4 * touches + epochs;
        assert!(BigUint::from(now_seen.0) <= seen && seen <= BigUint::from(now_seen.0) + &error);
        assert!(BigUint::from(now_declared.0) >= declared && BigUint::from(now_declared.0) <= &declared + error);
    }
}

/// Division rounded up.
trait DivCeil {
    fn div_ceil_by(self, divisor: &Self) -> Self;
}

impl DivCeil for BigUint {
    fn div_ceil_by(self, divisor: &Self) -> Self {
        (self + divisor - 1_u8) / divisor
    }
}

fuzz_target!(|case: Case| check(case));
