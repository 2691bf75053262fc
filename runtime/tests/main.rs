//! What the runtime answers, and how blocks are made.

mod blocks;
mod state;
