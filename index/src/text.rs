//! How accounts, hashes, amounts and days are written.

use ink::primitives::AccountId;
use interfaces::{market::Asset, Timestamp};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// The address format of a chain that has none of its own.
const PREFIX: u8 = 42;
/// Before what is hashed for an address' checksum.
const CONTEXT: &[u8] = b"SS58PRE";
const DAY: Timestamp = 24 * 60 * 60 * 1_000;

/// The SS58 address of an account.
pub fn address(who: &AccountId) -> String {
    let who: &[u8; 32] = who.as_ref();
    let mut bytes = vec![PREFIX];
    bytes.extend(who);
    let hash = blake2b_simd::Params::new().to_state().update(CONTEXT).update(&bytes).finalize();
    bytes.extend(&hash.as_bytes()[..2]);
    bs58::encode(bytes).into_string()
}

/// The account of an address that [`address`] wrote.
pub fn account(text: &str) -> Option<AccountId> {
    let bytes = bs58::decode(text).into_vec().ok()?;
    let who: [u8; 32] = bytes.get(1..33)?.try_into().ok()?;
    let who = AccountId::from(who);
    (address(&who) == text).then_some(who)
}

/// Bytes in hex, with `0x` before them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// 32 bytes that [`hex`] wrote.
pub fn bytes32(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64 && digits.is_ascii())?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// `native`, or a token's address.
pub fn asset(asset: &Asset) -> String {
    match asset {
        Asset::Native => "native".into(),
        Asset::Psp22(token) => address(token),
    }
}

/// What a request says of where something is. It may be any bytes.
pub fn uri(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The day of a moment in UTC, such as `2026-11-29`.
pub fn day(time: Timestamp) -> String {
    // Days are counted from the first of March of the year 0, so that a leap day is the last of its year; an era has 400 years.
    let days = time / DAY + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The month of a day.
pub fn month(day: &str) -> &str {
    day.get(..7).unwrap_or(day)
}

/// An amount of an asset in its smallest units, or of points. JSON has it as text: numbers there lose digits beyond 2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u128);

impl Amount {
    pub fn add(&mut self, more: u128) {
        self.0 = self.0.saturating_add(more);
    }

    /// Takes this off. What is more than there is was there before the index begins.
    pub fn sub(&mut self, less: u128) {
        self.0 = self.0.saturating_sub(less);
    }

    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_written_as_everywhere_else_and_read_again() {
        let alice = bytes32("0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d").expect("alice");
        assert_eq!(address(&alice.into()), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
        assert_eq!(account("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"), Some(alice.into()));
        assert_eq!(account("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"), None);
        assert_eq!(bytes32(&hex(&alice)), Some(alice));
        assert_eq!(bytes32("0x1"), None);
    }

    #[test]
    fn a_day_is_that_of_the_calendar() {
        let days = [0, 951_782_400_000, 951_868_800_000, 1_795_912_200_000, 4_107_542_399_999].map(day);
        assert_eq!(days, ["1970-01-01", "2000-02-29", "2000-03-01", "2026-11-29", "2100-02-28"]);
        assert_eq!(month("2026-11-29"), "2026-11");
    }

    #[test]
    fn amounts_keep_all_their_digits() {
        let text = serde_json::to_string(&Amount(u128::MAX)).expect("text");
        assert_eq!(text, "\"340282366920938463463374607431768211455\"");
        assert_eq!(serde_json::from_str::<Amount>(&text).expect("an amount"), Amount(u128::MAX));
    }
}
