//! Every refusal that the interfaces promise: message by message, cause by cause.
//!
//! Each file has tables of messages that are refused, on towns in which every cause is at hand. A row says why, from
//! whom, what, and the error; [`table::refuse`] sends it, and sees to it that it is told just this error, that nothing
//! is emitted, and that nothing on the whole chain changes. What was told is then compared with what the doc comments
//! of `interfaces/` name ([`promises`]): each error of each message has a row, or a reason for which it can have none.
// The tables have a row for each cause.
#![allow(clippy::too_many_lines)]

mod deals;
mod obligation;
mod posting;
mod promises;
mod reputation;
mod requests;
mod table;

use promises::Exception;
use std::{panic, thread};
use table::Told;

/// The account that deploys the contracts and has the manager's role in each.
const MANAGER: &str = "manager";

/// All tables, each with a town of its own.
const TABLES: &[fn() -> Told] = &[
    requests::the_life_of_requests,
    deals::the_life_of_long_deals,
    posting::opening_the_market,
    posting::posting_requests,
    posting::paying_in_tokens,
    obligation::pools_and_their_members,
    reputation::founding_an_organization,
    reputation::endowing_the_founders,
    reputation::reputation_that_is_earned,
    reputation::effects,
    reputation::transfers,
    reputation::roles_of_every_contract,
];

/// What the docs name and nobody can bring about.
const UNREACHABLE: &[Exception] = &[
    ("Market::engage", "Obligation", OWN_POOL),
    ("Market::engage", "TooManyRequests", TOO_MANY),
    ("Market::open_reviews", "Obligation", OWN_POOL),
    ("Market::post", "Obligation", OWN_POOL),
    ("Market::post", "TooManyRequests", TOO_MANY),
    ("Market::quote", "Obligation", OWN_POOL),
    ("Market::quote", "TooManyRequests", NO_NUMBER),
    ("Market::quote_engagement", "Obligation", OWN_POOL),
    ("Market::quote_engagement", "TooManyRequests", NO_NUMBER),
    ("Obligation::open_pool", "TooManyPoolsOpened", TOO_MANY),
];
const OWN_POOL: &str = "the market opened its pool, which listens to it alone, and never closes it";
const TOO_MANY: &str = "it takes 2^32 of them";
const NO_NUMBER: &str = "a quote is given no number";

/// What the docs do not name where they name a message's errors.
const UNSAID: &[Exception] = &[];

#[test]
fn each_message_is_refused_for_every_reason_that_its_docs_name_and_for_no_other() {
    let told: Told = thread::scope(|scope| {
        let tables: Vec<_> = TABLES.iter().map(|table| scope.spawn(table)).collect();
        let told = tables.into_iter().map(|table| table.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        told.flatten().collect()
    });
    let wrong = promises::differences(&told, UNREACHABLE, UNSAID);
    assert!(wrong.is_empty(), "the docs and the tables differ:\n  {}", wrong.join("\n  "));
}
