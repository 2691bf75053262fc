//! Who signs transactions, and how accounts are written.
//!
//! Addresses are shown in SS58 with Substrate's general prefix, 42. They are read in SS58 of any prefix, in hex, and as the
//! names of a development chain's accounts.

use crate::client::{
    files::{read_text, unreadable},
    unusable::Unusable,
};
pub use chain::hash::hex;
use chain::{
    hash::unhex,
    runtime::sp_core::crypto::{AccountId32, Ss58AddressFormat, Ss58Codec},
};
use ink::primitives::AccountId;
use std::{fmt, path::Path, str::FromStr, sync::OnceLock};
use subxt_signer::{sr25519::Keypair, SecretUri, DEV_PHRASE};

/// The accounts that every development chain endows. Anybody can sign for them.
pub const DEV_ACCOUNTS: [&str; 6] = ["alice", "bob", "charlie", "dave", "eve", "ferdie"];

/// Substrate's general prefix.
const PREFIX: u16 = 42;

/// An account with its secret key.
#[derive(Clone)]
pub struct Signer {
    keypair: Keypair,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the secret.
        write!(f, "Signer({})", address(&self.account()))
    }
}

impl Signer {
    /// The account that `--as` says: a development account such as `alice`, or a path such as `//Alice//stash` below the
    /// development phrase.
    ///
    /// Phrases and seeds are refused, because others can see command lines; see [`Signer::from_file`].
    pub fn named(name: &str) -> Result<Self, Unusable> {
        let name = name.trim();
        if let Some(account) = dev_uri(name) {
            return Self::from_uri(&account).map_err(Unusable);
        }
        if name.starts_with('/') {
            return Self::from_uri(name).map_err(|reason| Unusable(format!("--as `{name}`: {reason}")));
        }
        // The name is not repeated, because it may be a secret.
        Err(Unusable(format!(
            "--as takes one of {}, or a path such as //Alice//stash; a phrase or seed belongs in a file, named by --key-file",
            DEV_ACCOUNTS.join(", ")
        )))
    }

    /// The account whose secret is in this file: a phrase of words or a seed in hex, with or without a path, as in
    /// `//phrase//hard/soft`.
    pub fn from_file(file: &Path) -> Result<Self, Unusable> {
        let text = read_text(file).map_err(|error| unreadable(file, error))?;
        let secret = text.trim();
        let unusable = |reason: &str| Unusable(format!("{}: {reason}", file.display()));
        if secret.is_empty() || secret.starts_with('/') {
            return Err(unusable("there is no phrase or seed in this file"));
        }
        Self::from_uri(secret).map_err(|reason| unusable(&reason))
    }

    fn from_uri(text: &str) -> Result<Self, String> {
        // Making a key from a phrase takes long, and the development phrase is needed often.
        static DEVELOPMENT: OnceLock<Option<Keypair>> = OnceLock::new();
        let uri = SecretUri::from_str(text).map_err(|_| "this is not a secret URI".to_owned())?;
        if text.starts_with('/') && uri.password.is_none() {
            let phrase = || Keypair::from_uri(&SecretUri::from_str(DEV_PHRASE).ok()?).ok();
            if let Some(root) = DEVELOPMENT.get_or_init(phrase) {
                return Ok(Self { keypair: root.derive(uri.junctions) });
            }
        }
        // The library's reasons do not repeat the secret.
        Keypair::from_uri(&uri).map(|keypair| Self { keypair }).map_err(|error| format!("no key: {error}"))
    }

    /// Whose signature it is.
    pub fn account(&self) -> AccountId {
        AccountId::from(self.keypair.public_key().0)
    }

    /// The signature under this.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.keypair.sign(message).0
    }

    #[cfg(feature = "node")]
    pub(crate) fn keypair(&self) -> &Keypair {
        &self.keypair
    }
}

/// The secret URI of a development account.
fn dev_uri(name: &str) -> Option<String> {
    let known = DEV_ACCOUNTS.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some(format!("//{}{}", known[..1].to_uppercase(), &known[1..]))
}

/// The account's name, if it is a development account.
pub fn dev_name(account: &AccountId) -> Option<&'static str> {
    let is = |name: &&&str| crate::client::signer::account(name).as_ref() == Ok(account);
    DEV_ACCOUNTS.iter().find(is).copied()
}

/// An account as it is shown: its SS58 address.
pub fn address(account: &AccountId) -> String {
    AccountId32::new(*account.as_ref()).to_ss58check_with_version(Ss58AddressFormat::custom(PREFIX))
}

/// Reads an account: an address in SS58 or hex, or the name of a development account.
pub fn account(text: &str) -> Result<AccountId, String> {
    const EXPECTED: &str =
        "an address such as 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY, 32 bytes in hex, or a \
                            development account such as alice";
    let text = text.trim();
    if let Some(uri) = dev_uri(text) {
        return Signer::from_uri(&uri).map(|signer| signer.account());
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return bytes32(digits)
            .map(AccountId::from)
            .ok_or_else(|| format!("`{text}` is not 32 bytes; expected {EXPECTED}"));
    }
    match AccountId32::from_ss58check_with_version(text) {
        Ok((account, _)) => Ok(AccountId::from(<[u8; 32]>::from(account))),
        Err(_) => Err(format!("`{text}` is not an address; expected {EXPECTED}")),
    }
}

/// 32 bytes from 64 hexadecimal digits.
pub fn bytes32(digits: &str) -> Option<[u8; 32]> {
    unhex(digits)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn development_accounts_are_known_by_name_in_any_case_and_by_path() {
        for name in ["alice", "Alice", " ALICE ", "//Alice"] {
            assert_eq!(address(&Signer::named(name).expect(name).account()), ALICE, "{name}");
        }
        let stash = Signer::named("//Alice//stash").expect("a signer").account();
        assert_eq!(address(&stash), "5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY");
    }

    #[test]
    fn an_address_is_read_in_ss58_of_any_chain_in_hex_and_by_name_and_shown_as_it_was() {
        let alice = account("alice").expect("alice");
        assert_eq!(address(&alice), ALICE);
        assert_eq!(account(ALICE), Ok(alice));
        assert_eq!(account("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"), Ok(alice), "on Polkadot");
        assert_eq!(account(&hex(alice.as_ref())), Ok(alice));
    }

    #[test]
    fn what_is_no_address_is_refused_with_what_was_expected() {
        let mistyped = ALICE.replace("5Grwva", "5Grwvb");
        for text in [
            "",
            "zoe",
            &mistyped,
            &ALICE[1..],
            "0x12",
            &format!("0x{}", "zz".repeat(32)),
            &format!("0x+4{}", "35".repeat(31)),
            &format!("0x{}-3", "35".repeat(31)),
            &format!("0x{} 3", "35".repeat(31)),
            &format!("0x{}", "+3".repeat(32)),
            &format!("0x{}", "é".repeat(32)),
        ] {
            let error = account(text).expect_err(text);
            assert!(error.contains("expected an address such as"), "{text}: {error}");
        }
    }

    #[test]
    fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        let seed = format!("0x{}", "17".repeat(32));
        for secret in [phrase, &seed, "zoe"] {
            let error = Signer::named(secret).expect_err(secret).to_string();
            assert!(error.contains("--key-file") && !error.contains(secret), "{error}");
        }
    }

    #[test]
    fn a_key_file_holds_a_phrase_or_a_seed_with_or_without_a_path() {
        let folder = std::env::temp_dir().join(format!("atomic-keys-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("key");
        let read = |text: &str| {
            fs::write(&file, text).expect("a file");
            Signer::from_file(&file).map(|signer| address(&signer.account()))
        };
        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        assert_eq!(read(&format!("{phrase}//Alice\n")), Ok(ALICE.to_owned()));
        assert_eq!(
            read("0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a\n"),
            Ok(ALICE.to_owned()),
            "the seed of //Alice"
        );
        for wrong in ["", "//Alice", "bottom drive", "0x12"] {
            let error = read(wrong).expect_err(wrong).to_string();
            assert!(error.starts_with(&file.display().to_string()), "{error}");
        }
        fs::remove_dir_all(&folder).expect("the folder is gone");
        assert!(read_missing(&file).contains("reading"));
    }

    fn read_missing(file: &Path) -> String {
        Signer::from_file(file).expect_err("no file").to_string()
    }

    #[test]
    fn a_signer_never_shows_its_secret() {
        assert_eq!(format!("{:?}", Signer::named("alice").expect("alice")), format!("Signer({ALICE})"));
    }
}
