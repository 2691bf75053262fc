//! The rules against exact arithmetic: big rationals, written from the protocol's formulas and nothing else.

mod amounts;
mod award;
mod history;
mod ledger;
mod model;
mod standing;
