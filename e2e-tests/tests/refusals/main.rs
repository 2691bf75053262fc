//! Every refusal that the interfaces promise: message by message, cause by cause.
//!
//! Each file has tables of messages that are refused, on towns in which every cause is at hand. A row says why, from
//! whom, what, and the error; [`table::refuse`] sends it, and sees to it that it is told just this error, that nothing is
//! emitted, and that nothing on the whole chain changes. What was told is then compared with what the doc comments of
//! `interfaces/` name ([`promises`]): each error of each message has a row, or a reason for which it can have none.

mod obligation;
mod promises;
mod reputation;
mod table;

use promises::Exception;
use std::{panic, thread};
use table::Told;

/// All tables, each with a town of its own.
const TABLES: &[fn() -> Told] = &[
    obligation::pools_and_their_members,
    reputation::founding_an_organization,
    reputation::endowing_the_founders,
    reputation::reputation_that_is_earned,
    reputation::effects,
    reputation::transfers,
    reputation::roles_of_every_contract,
];

/// What the docs name and nobody can bring about.
const UNREACHABLE: &[Exception] = &[];

/// What the docs do not name where they name a message's errors.
const UNSAID: &[Exception] = &[];

#[test]
fn each_message_is_refused_for_every_reason_that_its_docs_name_and_for_no_other() {
    let told: Told = thread::scope(|scope| {
        let tables: Vec<_> = TABLES.iter().map(|table| scope.spawn(table)).collect();
        let told = tables.into_iter().map(|table| table.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        told.flatten().collect()
    });
    promises::compare(&told, UNREACHABLE, UNSAID);
}
