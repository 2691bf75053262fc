//! The ledger of section 1.2 in exact arithmetic.

use crate::history::Event;
use num_bigint::BigUint;
use num_rational::Ratio;
use num_traits::Zero;
use rules::{Fading, Micro, PPM};

/// `numerator / d ^ epoch`, `d` being the denominator of the pool's retention in lowest terms. Every amount of an epoch
/// has this form, so that none ever has to be brought to lowest terms, which would take minutes for ten years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    numerator: BigUint,
    epoch: u64,
}

/// The pool's retention as a fraction, and what presence adds per epoch.
#[derive(Clone, Debug)]
pub struct Rules {
    retention: Ratio<BigUint>,
    presence: BigUint,
}

impl Rules {
    pub fn of(fading: &Fading) -> Self {
        let retention = Ratio::new(BigUint::from(fading.retention_ppm), BigUint::from(PPM));
        Self { retention, presence: BigUint::from(fading.presence_per_epoch.0) }
    }

    pub fn zero(&self, epoch: u64) -> Exact {
        Exact { numerator: BigUint::zero(), epoch }
    }

    /// What an amount is at `epoch` if nothing fades until then.
    pub fn kept(&self, amount: &Exact, epoch: u64) -> Exact {
        Exact { numerator: &amount.numerator * self.scale(epoch - amount.epoch), epoch }
    }

    /// `decay(x, n)`, up to `epoch`.
    pub fn decay(&self, amount: &Exact, epoch: u64) -> Exact {
        Exact { numerator: &amount.numerator * power(self.retention.numer(), epoch - amount.epoch), epoch }
    }

    pub fn add(&self, amount: &mut Exact, raw: &BigUint) {
        amount.numerator += raw * self.scale(amount.epoch);
    }

    /// `presence * (r^0 + … + r^(k-1))`, up to `epoch`: with `r = p / d` the sum is `d * (d^k - p^k) / ((d - p) *
    /// d^k)`.
    pub fn presence(&self, since: u64, epoch: u64) -> Exact {
        let (p, d, k) = (self.retention.numer(), self.retention.denom(), epoch - since);
        let sum = if p == d { BigUint::from(k) } else { d * (power(d, k) - power(p, k)) / (d - p) };
        Exact { numerator: &self.presence * sum * self.scale(since), epoch }
    }

    /// Whether `raw` is at most the amount.
    pub fn at_least(&self, amount: &Exact, raw: &BigUint) -> bool {
        raw * self.scale(amount.epoch) <= amount.numerator
    }

    /// Whether `raw` is at least the amount.
    pub fn at_most(&self, amount: &Exact, raw: &BigUint) -> bool {
        raw * self.scale(amount.epoch) >= amount.numerator
    }

    /// `seen < denominator * (declared + more)`, the comparison of section 1.3.
    pub fn covered(&self, seen: &Exact, declared: &Exact, more: Micro, denominator: u32) -> bool {
        let more = BigUint::from(more.0) * self.scale(declared.epoch);
        seen.numerator < (&declared.numerator + more) * denominator
    }

    fn scale(&self, epochs: u64) -> BigUint {
        power(self.retention.denom(), epochs)
    }
}

fn power(base: &BigUint, exponent: u64) -> BigUint {
    num_traits::Pow::pow(base, exponent)
}

/// A pool and one member, twice over: by the formulas of section 1.2, with accumulator, carry and baseline, and by the
/// plain count that they stand for, in which each epoch fades the member's own two counters.
#[derive(Clone, Debug)]
pub struct Model {
    rules: Rules,
    accumulator: Exact,
    member: Option<Member>,
    kept: (Exact, Exact),
}

#[derive(Clone, Debug)]
struct Member {
    carry: Exact,
    baseline: Exact,
    declared: Exact,
    plain_seen: Exact,
}

impl Model {
    pub fn new(fading: &Fading) -> Self {
        let rules = Rules::of(fading);
        let nothing = rules.zero(0);
        Self { rules, accumulator: nothing.clone(), member: None, kept: (nothing.clone(), nothing) }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Lets `event` happen in `epoch`.
    pub fn apply(&mut self, event: &Event, epoch: u64) {
        self.pass(epoch);
        match *event {
            Event::Pass(_) | Event::Touch => {}
            Event::See { weight, ops } => self.see(weight, ops),
            Event::Declare { ops } => self.declare(ops),
            Event::RestOrReturn if self.member.is_some() => self.rest(),
            Event::RestOrReturn => self.seat(),
        }
    }

    fn pass(&mut self, epoch: u64) {
        let rules = &self.rules;
        let presence = rules.presence(self.accumulator.epoch, epoch);
        let and_presence = |amount: &Exact| {
            let faded = rules.decay(amount, epoch);
            Exact { numerator: faded.numerator + &presence.numerator, epoch }
        };
        self.accumulator = and_presence(&self.accumulator);
        if let Some(member) = &mut self.member {
            member.carry = rules.decay(&member.carry, epoch);
            member.baseline = rules.decay(&member.baseline, epoch);
            member.declared = rules.decay(&member.declared, epoch);
            member.plain_seen = and_presence(&member.plain_seen);
        }
        self.kept = (rules.kept(&self.kept.0, epoch), rules.kept(&self.kept.1, epoch));
    }

    fn see(&mut self, weight: Micro, ops: u32) {
        let seen = BigUint::from(weight.0) * ops;
        self.rules.add(&mut self.accumulator, &seen);
        if let Some(member) = &mut self.member {
            self.rules.add(&mut member.plain_seen, &seen);
        }
    }

    fn declare(&mut self, ops: u32) {
        if let Some(member) = &mut self.member {
            self.rules.add(&mut member.declared, &BigUint::from(Micro::from_ops(u64::from(ops)).0));
        }
    }

    fn seat(&mut self) {
        let (carry, declared) = self.kept.clone();
        let plain_seen = carry.clone();
        self.member = Some(Member { carry, baseline: self.accumulator.clone(), declared, plain_seen });
    }

    fn rest(&mut self) {
        self.kept = (self.seen(), self.declared());
        self.member = None;
    }

    /// What the member has seen: `carry + A - baseline`, each faded, or what was kept.
    pub fn seen(&self) -> Exact {
        match &self.member {
            Some(member) => {
                let numerator = &member.carry.numerator + &self.accumulator.numerator - &member.baseline.numerator;
                assert_eq!(numerator, member.plain_seen.numerator, "the formula is the plain count");
                Exact { numerator, epoch: self.accumulator.epoch }
            }
            None => self.kept.0.clone(),
        }
    }

    pub fn declared(&self) -> Exact {
        match &self.member {
            Some(member) => member.declared.clone(),
            None => self.kept.1.clone(),
        }
    }
}
