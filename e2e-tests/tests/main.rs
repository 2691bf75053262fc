//! Everything that a user does, on real Wasm: a part of the story in each file, whose first lines say which.
//!
//! They are one program, because each would be compiled and linked with a whole chain. `refusals` and `histories`, which are
//! larger, are programs of their own, and `cells` has to be alone.

mod attacks;
mod attempts;
mod awards;
mod delivery;
mod docs;
mod economics;
mod engagement;
mod hostile_bytes;
mod lists;
mod liveness;
mod market;
mod metadata;
mod obligation;
mod obligation_life;
mod offers;
mod on_node;
mod path;
mod reputation;
mod simulator;
mod tokens;
mod upkeep;
mod weights;
