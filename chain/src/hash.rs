//! The hash that ink! and the chain use for everything, accounts made of it, and bytes as text.

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

/// Bytes as `0x…`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |shown, byte| shown + &format!("{byte:02x}"))
}

/// The bytes of hexadecimal digits, without `0x`.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    // Not by the library's reader of numbers, which also takes a sign.
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}
