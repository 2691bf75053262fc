//! The arithmetic of Atomic Obligation: standings, fading counters, and what a score pays.
//!
//! Pure functions and small values, without storage, clock or accounts: the contracts load, call a rule from here, and
//! store. Section numbers in the docs are those of `docs/protocol.md`.
//!
//! - [`standing`](mod@standing): Healthy, Throttled or Banned, from what was seen and declared (1.3)
//! - [`fixed`]: micro-operations with fraction bits, exact fractions of amounts
//! - [`decay`] and [`ledger`]: counters that fade by the epoch, and one accumulator for all members (1.2)
//! - [`schedule`]: what an op weighs when it is seen (1.1)
//! - [`pace`]: how much of that may fall due in a time (1.1)
//! - [`capacity`]: utilization and its price (1.5, 3.1)
//! - [`median`], [`pay`], [`draw`]: a review round's verdict, its pay and stakes, and who may review first (3.1, 3.4, 3.5)
//! - [`award`]: what submissions weigh and earn among the others of their request (3.5)
//!
//! Nothing here panics or wraps, whatever it is given: what does not fit saturates, and every function says which way
//! it rounds.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
// Building a contract denies these in every crate of the workspace. Here every product, sum and cast is bounded as its
// function says, and the property tests go to the ends of the ranges with overflow checks on.
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

pub mod award;
pub mod capacity;
pub mod decay;
pub mod draw;
pub mod fixed;
pub mod ledger;
pub mod median;
pub mod pace;
pub mod pay;
pub mod schedule;
pub mod standing;

pub use award::{
    group_weight, proportional_pay, ranked_pay, shared_weight, weight_of, weighted_pay, Weight, WEIGHT_ONE,
};
pub use capacity::{hands, premium_bps, sharing, utilization_ppm, MAX_UTILIZATION_PPM};
pub use decay::{decay_ceil, decay_floor, Fading};
pub use draw::{is_drawn, share_drawn, EVERYBODY};
pub use fixed::{mul_div_floor, Micro, BPS, PPM};
pub use ledger::{epoch_of, Accumulator, Credit, Ledger};
pub use median::lower_median;
pub use pace::{drained, Due};
pub use pay::{curve_weight, few_weight, fraction_bps, fraction_ppm, halved, Stake};
pub use schedule::{fair_share_weight, fixed_weight, schedule_weight};
pub use standing::{deficit, ledger_standing, margin, required, standing, Buffers, Standing};
