//! What the interfaces promise: the errors that the doc comment of each message names.

use ink::env::hash::{Blake2x256, CryptoHash as _};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

const REPUTATION: &str = include_str!("../../../interfaces/src/reputation.rs");
const OBLIGATION: &str = include_str!("../../../interfaces/src/obligation.rs");
const MARKET: &str = concat!(
    include_str!("../../../interfaces/src/market/mod.rs"),
    include_str!("../../../interfaces/src/market/errors.rs")
);
const REPUTATION_CONTRACT: &str = include_str!("../../../reputation/lib.rs");

/// The standards that the contracts implement beside their own traits, in the words of those.
const STANDARDS: [(&str, &[&str]); 9] = [
    ("AccessControl::grant_role", &["MissingRole", "InvalidCaller", "RoleRedundant"]),
    ("AccessControl::renounce_role", &["InvalidCaller", "MissingRole"]),
    ("AccessControl::revoke_role", &["MissingRole"]),
    ("AccessControl::set_role_admin", &["MissingRole"]),
    ("PSP22::approve", &["Custom"]),
    ("PSP22::decrease_allowance", &["Custom"]),
    ("PSP22::increase_allowance", &["Custom"]),
    ("PSP22::transfer", &["Custom"]),
    ("PSP22::transfer_from", &["Custom"]),
];

/// What "but for payment and the pause" leaves out.
const PAYMENT_AND_PAUSE: [&str; 6] =
    ["InsufficientPayment", "ExcessPayment", "PremiumTooHigh", "TransferFailed", "TokenShortfall", "Paused"];

/// The errors of each message, by its name: `Market::post`.
type Promises = BTreeMap<String, BTreeSet<String>>;

/// Messages and their errors.
type Pairs = BTreeSet<(String, String)>;

/// A refusal that the docs name and no row shows, or the other way round, and why.
pub type Exception = (&'static str, &'static str, &'static str);

/// All that is promised of all messages, and of the constructor that refuses.
fn all() -> Promises {
    let mut promises = Promises::new();
    for (name, source) in [("Reputation", REPUTATION), ("Obligation", OBLIGATION), ("Market", MARKET)] {
        let body = block(source, &format!("pub trait {name} {{"));
        promises.extend(of_functions(name, body));
    }
    let constructor = block(REPUTATION_CONTRACT, "impl Reputation {");
    promises.extend(of_functions("Reputation", constructor).into_iter().filter(|(name, _)| name.ends_with("::new")));
    for (message, errors) in STANDARDS {
        promises.insert(message.into(), errors.iter().map(|error| String::from(*error)).collect());
    }
    promises
}

/// What follows `opening` in a source, up to where its indentation is met again.
fn block<'a>(source: &'a str, opening: &str) -> &'a str {
    let (before, rest) = source.split_once(opening).unwrap_or_else(|| panic!("the sources have no `{opening}`"));
    let indentation = before.rsplit('\n').next().unwrap_or_default();
    let end = rest.find(&format!("\n{indentation}}}")).unwrap_or(rest.len());
    &rest[..end]
}

/// The doc comment of each item in a block, as lines, with the first line of code that is no attribute.
fn documented(body: &str) -> Vec<(Vec<&str>, &str)> {
    let mut items = Vec::new();
    let mut docs = Vec::new();
    for line in body.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
        } else if !line.starts_with('#') {
            items.push((std::mem::take(&mut docs), line));
        }
    }
    items
}

/// What a doc comment says after "Errors:", without the remarks in parentheses.
fn errors_paragraph(docs: &[&str]) -> String {
    let lines = docs.iter().skip_while(|line| !line.starts_with("Errors:")).take_while(|line| !line.is_empty());
    let text = lines.copied().collect::<Vec<_>>().join(" ");
    let mut depth = 0_u32;
    let mut kept = String::new();
    for letter in text.trim_start_matches("Errors:").chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    kept.trim().trim_end_matches('.').into()
}

/// What is between backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The errors of the functions in a block.
fn of_functions(owner: &str, body: &str) -> Promises {
    let functions: BTreeMap<_, _> = documented(body)
        .into_iter()
        .filter_map(|(docs, code)| {
            let (_, code) = code.split_once("fn ")?;
            Some((code.split('(').next()?, errors_paragraph(&docs)))
        })
        .collect();
    functions.keys().map(|name| (format!("{owner}::{name}"), errors_of(name, &functions))).collect()
}

/// The errors that a function's paragraph names, in one of these ways: `` `Frozen` ``, `` those of `post` ``,
/// `` those of `post` but for payment and the pause ``, `those of the effects`. Lists say what they answer where none of
/// their items could be done: `` where none is ready, by the first: `TooEarly` ``.
fn errors_of(function: &str, functions: &BTreeMap<&str, String>) -> BTreeSet<String> {
    let paragraph = functions.get(function).unwrap_or_else(|| panic!("the docs refer to `{function}`"));
    let mut errors = BTreeSet::new();
    for part in paragraph.split(", ").map(|part| part.trim().trim_start_matches("and ")).filter(|part| !part.is_empty())
    {
        match (part.strip_prefix("those of "), quoted(part).next()) {
            (Some("the effects"), _) => errors.extend(of_effects(functions)),
            (Some(other), Some(name)) => {
                let only_asks = other.ends_with(" but for payment and the pause");
                let of_other = errors_of(name, functions).into_iter();
                errors.extend(of_other.filter(|error| !(only_asks && PAYMENT_AND_PAUSE.contains(&error.as_str()))));
            }
            (None, Some(error)) if part.trim_matches('`') == error => {
                errors.insert(error.into());
            }
            (None, _) if part.starts_with("where ") || part.starts_with("by the first") => {
                errors.extend(quoted(part).map(String::from));
            }
            _ => panic!("`{function}` says of its errors what these tests cannot read: {part}"),
        }
    }
    errors
}

/// The errors of all effects of the reputation contract: those of the messages that they do the same as, and those that
/// their own docs name.
fn of_effects(functions: &BTreeMap<&str, String>) -> BTreeSet<String> {
    let variants = variants("Error", REPUTATION);
    let docs: Vec<_> =
        documented(block(REPUTATION, "pub enum Effect {")).into_iter().flat_map(|(docs, _)| docs).collect();
    let docs = docs.join(" ");
    let mut errors: BTreeSet<String> =
        quoted(&docs).filter(|word| variants.contains(*word)).map(String::from).collect();
    for message in quoted(&docs).filter_map(|word| word.strip_prefix("Reputation::")) {
        errors.extend(errors_of(message, functions));
    }
    errors
}

/// The variants of an enum.
fn variants(name: &str, source: &str) -> BTreeSet<String> {
    let body = block(source, &format!("pub enum {name} {{"));
    let names = documented(body).into_iter().filter_map(|(_, code)| code.split([',', '(', ' ']).next());
    names.filter(|name| !name.is_empty()).map(String::from).collect()
}

/// The selector of the message of this name.
pub fn selector(name: &str) -> [u8; 4] {
    let mut hash = [0; 32];
    Blake2x256::hash(name.as_bytes(), &mut hash);
    hash.first_chunk().copied().expect("a hash is longer")
}

/// The message with this selector.
pub fn name_of(bytes: [u8; 4]) -> String {
    static NAMES: LazyLock<BTreeMap<[u8; 4], String>> =
        LazyLock::new(|| all().into_keys().map(|name| (selector(&name), name)).collect());
    NAMES.get(&bytes).unwrap_or_else(|| panic!("no message has the selector {bytes:?}")).clone()
}

/// How what was told differs from what is promised: a promise without a row, a row without a promise, an error or a
/// reason that is nowhere, and an exception that is none.
pub fn differences(told: &[(String, String)], unreachable: &[Exception], unsaid: &[Exception]) -> Vec<String> {
    let variant = |error: &str| String::from(error.split('(').next().unwrap_or_default());
    let shown: Pairs = told.iter().map(|(message, error)| (message.clone(), variant(error))).collect();
    let promised: Pairs = all()
        .into_iter()
        .flat_map(|(message, errors)| errors.into_iter().map(move |error| (message.clone(), error)))
        .collect();
    let pairs = |exceptions: &[Exception]| -> Pairs {
        exceptions.iter().map(|(message, error, _)| (String::from(*message), String::from(*error))).collect()
    };
    let (unreachable, unsaid) = (pairs(unreachable), pairs(unsaid));
    let known = |contract: &str, error: &str| {
        let mut pairs = told.iter().chain(&shown).chain(&unreachable);
        pairs.any(|(message, told)| message.starts_with(contract) && told == error)
    };
    let nowhere = errors_and_reasons().into_iter().filter(|(contract, error)| !known(contract, error)).collect();

    let found = [
        ("is promised, and no row shows it", &(&promised - &shown) - &unreachable),
        ("has a row, and the docs do not name it", &(&shown - &promised) - &unsaid),
        ("is in no row", nowhere),
        ("is said to be unreachable, and has a row", &unreachable & &shown),
        ("is said to be unreachable, and the docs do not name it", &unreachable - &promised),
        ("is said to be missing in the docs, and is there", &unsaid & &promised),
        ("is said to be missing in the docs, and has no row", &unsaid - &shown),
    ];
    let told_of = |what: &str, pairs: Pairs| -> Vec<_> {
        pairs.into_iter().map(|(message, error)| format!("{message}: {error} {what}")).collect()
    };
    found.into_iter().flat_map(|(what, pairs)| told_of(what, pairs)).collect()
}

/// Every variant of the contracts' errors, and of the reasons within them, with the contract.
fn errors_and_reasons() -> Pairs {
    let of = |contract: &str, source, enumeration: &str, wrap: fn(String) -> String| -> Vec<_> {
        variants(enumeration, source).into_iter().map(|name| (String::from(contract), wrap(name))).collect()
    };
    [
        of("Reputation", REPUTATION, "Error", |error| error),
        of("Obligation", OBLIGATION, "Error", |error| error),
        of("Obligation", OBLIGATION, "TermsReason", |reason| format!("InvalidTerms({reason})")),
        of("Market", MARKET, "Error", |error| error),
        of("Market", MARKET, "RequestReason", |reason| format!("InvalidRequest({reason})")),
        of("Market", MARKET, "PolicyReason", |reason| format!("InvalidPolicy({reason})")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn the_docs_are_read_as_they_are_meant() {
    let promises = all();
    let of = |message: &str| promises.get(message).expect("a message").iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("Reputation::seal"), ["MissingRole", "Sealed"]);
    assert_eq!(of("Reputation::new"), ["InvalidPeriod", "InvalidTiers"]);
    assert_eq!(of("Reputation::soulbound"), [""; 0]);
    assert_eq!(of("Obligation::discharge"), ["NotAMember", "NotOperator", "UnknownPool"], "remarks are left out");
    assert!(of("Reputation::apply").contains(&"Held"), "the effects' errors are its own");
    assert_eq!(of("Market::engage"), of("Market::post"));
    assert!(!of("Market::quote_engagement").contains(&"TransferFailed"), "a quote is not paid for");
    for (list, first) in [("Market::commit_reviews", "ReviewsFull"), ("Market::finalize", "UnknownSubmission")] {
        assert!(of(list).contains(&first) && of(list).contains(&"InvalidBatch"), "what a list is told is its own");
    }
    assert!(of("Market::claim").contains(&"NothingToClaim") && of("Market::commit_reviews").contains(&"NotDrawn"));
    assert!(variants("Rate", OBLIGATION).contains("Fixed"));
}

#[test]
fn what_has_no_row_no_promise_or_no_need_of_an_exception_is_found() {
    let told = |message: &str, error: &str| (String::from(message), String::from(error));
    let rows = [
        told("Market::pause", "Paused"),
        told("Market::pause", "NotOpen"),
        told("Market::post", "InvalidRequest(Uri)"),
    ];
    let unreachable = [("Market::pause", "Paused", ""), ("Market::seal", "Sealed", "")];
    let unsaid = [("Market::pause", "MissingRole", ""), ("Market::pause", "NotOpen", "")];
    let found = differences(&rows, &unreachable, &unsaid);
    for expected in [
        "Market::unpause: NotPaused is promised, and no row shows it",
        "Market: InvalidRequest(Asset) is in no row",
        "Market: NotPaused is in no row",
        "Market::pause: Paused is said to be unreachable, and has a row",
        "Market::seal: Sealed is said to be unreachable, and the docs do not name it",
        "Market::pause: MissingRole is said to be missing in the docs, and is there",
        "Market::pause: MissingRole is said to be missing in the docs, and has no row",
    ] {
        assert!(found.iter().any(|found| found == expected), "not found: {expected}");
    }
    let known = ["Market::post: InvalidRequest", "Market: InvalidRequest(Uri)", "Market::pause: NotOpen"];
    assert!(known.iter().all(|known| !found.iter().any(|found| found.starts_with(&format!("{known} ")))));
    let unnamed = differences(&rows, &[], &[]);
    assert!(unnamed.contains(&"Market::pause: NotOpen has a row, and the docs do not name it".into()));
}
