//! The hash that ink! and the chain use for everything, and accounts made of it.

use ink::{
    env::hash::{Blake2x256, CryptoHash},
    primitives::AccountId,
};

/// BLAKE2b with 32 bytes of output: how the chain names code, and the contracts what is committed to and sealed.
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    Blake2x256::hash(bytes, &mut hash);
    hash
}

/// The account of this name: its public key is the hash of the name.
pub fn account(name: &str) -> AccountId {
    AccountId::from(blake2_256(name.as_bytes()))
}
