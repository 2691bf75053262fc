//! The public interface of Atomic Obligation: one ink! trait per contract, with the types, events and errors they
//! share.
//!
//! The contracts call each other only through these traits (`contract_ref!`), and so can any other contract. Section
//! numbers in the docs are those of `docs/protocol.md`.
//!
//! Units: time is the block timestamp in milliseconds; native and PSP22 amounts are in the asset's smallest unit;
//! reputation has no decimals; `_ppm` is parts per million, `_bps` parts per ten thousand.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "std")]
pub mod about;
#[cfg(feature = "std")]
pub mod events;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod market;
pub mod obligation;
#[cfg(feature = "std")]
pub mod organization;
pub mod reputation;
pub mod roles;

/// Returns the error unless the condition holds. Written this way it takes half a kilobyte less Wasm than with an `if`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:expr $(,)?) => {
        $condition.then_some(()).ok_or($error)?
    };
}

/// `blake2_256` of a value as SCALE encodes it: by the chain's host in a contract, computed elsewhere.
pub(crate) fn hash<T: scale::Encode>(value: &T) -> [u8; 32] {
    let mut output = <Blake2x256 as HashOutput>::Type::default();
    ink::env::hash_encoded::<Blake2x256, T>(value, &mut output);
    output
}

pub use market::Market;
pub use obligation::Obligation;
#[cfg(feature = "std")]
pub use organization::Event;
pub use reputation::Reputation;

use ink::env::hash::{Blake2x256, HashOutput};

/// An amount of a native or PSP22 asset in its smallest unit.
pub type Balance = u128;
/// An amount of reputation, which has no decimals. User interfaces multiply what is called `Balance` by 10^12 and leave this
/// as it is typed.
pub type Points = u128;
/// Milliseconds since the Unix epoch, as the block timestamp counts them; also a length of time.
pub type Timestamp = u64;
/// A fraction in parts per million.
pub type Ppm = u32;
/// A fraction in parts per ten thousand.
pub type Bps = u16;
/// A body of obligated work in the obligation contract, counted up from 0.
pub type PoolId = u32;
/// A request in the market, counted up from 0 and never used again.
pub type RequestId = u32;
/// A submission within its request, counted up from 0.
pub type SubmissionId = u32;

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of bytes that are already encoded.
    pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
        let mut output = <Blake2x256 as HashOutput>::Type::default();
        ink::env::hash_bytes::<Blake2x256>(bytes, &mut output);
        output
    }

    #[test]
    fn the_hash_of_nothing_is_that_of_blake2_256_on_chain_or_off() {
        let empty = [
            0x0e, 0x57, 0x51, 0xc0, 0x26, 0xe5, 0x43, 0xb2, 0xe8, 0xab, 0x2e, 0xb0, 0x60, 0x99, 0xda, 0xa1, 0xd1, 0xe5,
            0xdf, 0x47, 0x77, 0x8f, 0x77, 0x87, 0xfa, 0xab, 0x45, 0xcd, 0xf1, 0x2f, 0xe3, 0xa8,
        ];
        assert_eq!([hash(&()), blake2_256(&[])], [empty; 2]);
    }
}
