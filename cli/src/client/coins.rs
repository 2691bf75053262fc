//! What amounts are in: the chain's currency, or a token, which has its own symbol and decimals or none.

use crate::client::{
    backend::{Answer, Backend, Error},
    signer::address,
    text::shown,
};
use chain::{
    amounts::{self, decimal, show_amount, show_decimal, thousands},
    TokenMetadataCalls,
};
use ink::primitives::AccountId;
use interfaces::{market::Asset, Balance};
use pendzl::contracts::psp22::metadata::PSP22Metadata as _;

/// The longest symbol of a token that is used.
const LONGEST_SYMBOL: usize = 12;
/// The most decimals of a token that are used: with more, not even one of it could be counted.
const MOST_DECIMALS: u8 = 38;
/// What no token may call itself here: they mean the chain's currency.
const NATIVE: [&str; 3] = ["UNIT", "planck", "plancks"];

/// What amounts are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coin {
    Native,
    Token { token: AccountId, unit: Option<TokenUnit> },
}

/// What a token says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUnit {
    symbol: String,
    decimals: u8,
}

impl TokenUnit {
    /// `None` if it cannot be written beside a number, or pretends to be the chain's currency.
    fn new(symbol: &str, decimals: u8) -> Option<Self> {
        let is_word = symbol.chars().all(char::is_alphanumeric) && symbol.starts_with(char::is_alphabetic);
        let is_other = !NATIVE.iter().any(|native| native.eq_ignore_ascii_case(symbol));
        let fits = symbol.chars().count() <= LONGEST_SYMBOL && shown(symbol) == symbol;
        let symbol = symbol.to_owned();
        (is_word && is_other && fits && decimals <= MOST_DECIMALS).then_some(Self { symbol, decimals })
    }
}

impl Coin {
    /// What amounts of this asset are in, as the token itself says. Its own words count for reading and showing numbers
    /// only; the market counts smallest units.
    pub fn of(asset: Asset, backend: &dyn Backend) -> Answer<Self> {
        let Asset::Psp22(token) = asset else { return Ok(Self::Native) };
        let calls = TokenMetadataCalls::from(token);
        let unit = match (backend.read(calls.token_symbol()), backend.read(calls.token_decimals())) {
            (Ok(symbol), Ok(decimals)) => symbol.and_then(|symbol| TokenUnit::new(&symbol, decimals)),
            // A token need not say anything of itself.
            (Err(Error::Unanswered { .. }), _) | (_, Err(Error::Unanswered { .. })) => None,
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        Ok(Self::Token { token, unit })
    }

    /// Reads an amount: `1.5 UNIT`; of a token `1.5 USDC` if that is its symbol. `250 plancks` are smallest units of
    /// either, and so are plain whole numbers of a token without a symbol.
    pub fn read(&self, text: &str) -> Result<Balance, String> {
        let Self::Token { unit, .. } = self else { return amounts::amount(text) };
        let expected = match unit {
            Some(TokenUnit { symbol, .. }) => format!("an amount such as \"1.5 {symbol}\" or \"250 plancks\""),
            None => "a whole number of the token's smallest units, such as \"250\"".to_owned(),
        };
        let refuse = |why: &str| format!("{why}; expected {expected}");
        let (digits, written) = amounts::split_unit(text);
        let digits = digits.replace('_', "");
        let whole = || decimal(&digits, 0, "an amount", "this is not a whole number").map_err(|why| refuse(&why));
        match (written, unit) {
            ("planck" | "plancks", _) | ("", None) => whole(),
            ("UNIT", _) => Err(refuse("this is paid in a token, and UNIT is the chain's currency")),
            ("", Some(_)) => Err(refuse("the unit is missing")),
            (written, Some(TokenUnit { symbol, decimals })) if written == symbol => {
                let too_fine = format!("a {symbol} has {decimals} decimals");
                decimal(&digits, usize::from(*decimals), "an amount", &too_fine).map_err(|why| refuse(&why))
            }
            _ => Err(refuse("this is not a unit of the token")),
        }
    }

    /// An amount for people, exact. Of a token with its address, as anybody may give a token any symbol.
    pub fn show(&self, amount: Balance, name: &dyn Fn(&AccountId) -> String) -> String {
        match self {
            Self::Native => show_amount(amount),
            Self::Token { token, unit: Some(TokenUnit { symbol, decimals }) } => {
                format!("{} {symbol} of {}", show_decimal(amount, usize::from(*decimals)), name(token))
            }
            Self::Token { token, unit: None } => format!("{} of {}", thousands(amount), name(token)),
        }
    }
}

/// An amount of an asset in smallest units, where nobody asked a token for its own.
pub fn show_plain(asset: Asset, amount: Balance) -> String {
    match asset {
        Asset::Native => show_amount(amount),
        Asset::Psp22(token) => format!("{} of {}", thousands(amount), address(&token)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(unit: Option<(&str, u8)>) -> Coin {
        let unit = unit.map(|(symbol, decimals)| TokenUnit::new(symbol, decimals).expect("a unit"));
        Coin::Token { token: [7; 32].into(), unit }
    }

    #[test]
    fn a_token_is_counted_in_its_own_decimals_and_never_in_units_of_the_currency() {
        let usdc = token(Some(("USDC", 6)));
        assert_eq!(usdc.read("30 USDC"), Ok(30_000_000));
        assert_eq!(usdc.read("0.000001 USDC"), Ok(1));
        assert_eq!(usdc.read("1_000.5USDC"), Ok(1_000_500_000));
        assert_eq!(usdc.read("250 plancks"), Ok(250));
        for (text, why) in [
            (
                "30 UNIT",
                "this is paid in a token, and UNIT is the chain's currency; expected an amount such as \"1.5 USDC\"",
            ),
            ("30", "the unit is missing"),
            ("30 DAI", "this is not a unit of the token"),
            ("30 usdc", "this is not a unit of the token"),
            ("0.0000001 USDC", "a USDC has 6 decimals"),
            ("1.5 plancks", "this is not a whole number"),
            ("+1 USDC", "this is not"),
        ] {
            let error = usdc.read(text).expect_err(text);
            assert!(error.starts_with(why), "{text}: {error}");
        }
        assert_eq!(usdc.show(1_500_000, &|_| "5F".into()), "1.5 USDC of 5F");
    }

    #[test]
    fn a_token_that_says_nothing_of_itself_is_counted_in_whole_numbers() {
        let plain = token(None);
        assert_eq!((plain.read("3_000"), plain.read("3_000 plancks")), (Ok(3_000), Ok(3_000)));
        for text in ["30 UNIT", "30 USDC", "1.5", "", "-1"] {
            let error = plain.read(text).expect_err(text);
            assert!(error.contains("expected a whole number of the token's smallest units"), "{text}: {error}");
        }
        assert_eq!(plain.show(3_000, &|_| "5F".into()), "3,000 of 5F");
    }

    #[test]
    fn a_symbol_that_lies_or_is_no_word_is_not_used() {
        for symbol in ["", "UNIT", "unit", "Plancks", "5X", "A B", "A\nB", "A\u{202e}", "A.B", "ABCDEFGHIJKLM"] {
            assert_eq!(TokenUnit::new(symbol, 6), None, "{symbol}");
        }
        assert_eq!(TokenUnit::new("USDC", 39), None);
        assert!(TokenUnit::new("USDC", 38).is_some());
    }
}
