//! A table of messages that are refused, and its check on a chain.

use crate::promises;
use chain::Message;
use e2e_tests::People;
use ink::{
    env::{
        call::{build_call, ExecutionInput, Selector},
        DefaultEnvironment,
    },
    primitives::AccountId,
};
use interfaces::Balance;
use scale::{Decode, Encode, Input, Output};
use std::fmt::Debug;

/// Which message was refused with which error, reason included, row by row: `("Market::post", "InvalidRequest(Uri)")`.
pub type Told = Vec<(String, String)>;

/// A message that is refused: why, from whom, what exactly, and what it is told.
pub struct Row {
    cause: String,
    caller: &'static str,
    contract: AccountId,
    value: Balance,
    data: Vec<u8>,
    error: String,
    /// The answer, as it is encoded, and how to read it if it is another.
    answer: Vec<u8>,
    read: fn(&[u8]) -> String,
}

/// A row of a table.
pub fn row<Args, T, E>(
    cause: impl Into<String>,
    caller: &'static str,
    message: Message<Args, Result<T, E>>,
    error: E,
) -> Row
where
    Args: Encode,
    T: Decode + Debug,
    E: Encode + Decode + Debug,
{
    let message = message.params();
    Row {
        cause: cause.into(),
        caller,
        contract: *message.callee(),
        value: *message.transferred_value(),
        data: message.exec_input().encode(),
        error: format!("{error:?}"),
        answer: Err::<(), E>(error).encode(),
        read: |mut answer| match Result::<T, E>::decode(&mut answer) {
            Ok(answer) => format!("{answer:?}"),
            Err(error) => format!("{answer:?}, which cannot be read: {error}"),
        },
    }
}

/// Bytes that are encoded already, or are not to be decoded.
struct Raw(Vec<u8>);

impl Encode for Raw {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.0);
    }
}

impl Decode for Raw {
    fn decode<I: Input>(input: &mut I) -> Result<Self, scale::Error> {
        let mut bytes = vec![0; input.remaining_len()?.unwrap_or(0)];
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl Row {
    fn selector(&self) -> [u8; 4] {
        self.data.first_chunk().copied().expect("a message has a selector")
    }

    fn message(&self) -> Message<impl Encode, Raw> {
        let arguments = Raw(self.data.get(4..).unwrap_or_default().to_vec());
        let input = ExecutionInput::new(Selector::new(self.selector())).push_arg(arguments);
        let call = build_call::<DefaultEnvironment>().call(self.contract).transferred_value(self.value);
        call.exec_input(input).returns::<Raw>()
    }
}

/// Sends every message of a table. Each is refused with just the error named, emits nothing, and changes nothing on the
/// whole chain, so that the next one meets the same state.
///
/// # Panics
/// If not; then it names every row that is otherwise.
#[track_caller]
pub fn refuse(people: &impl People, rows: impl IntoIterator<Item = Row>) -> Told {
    let rows: Vec<_> = rows.into_iter().map(|row| (people.who(row.caller), row)).collect();
    let chain = people.chain();
    let before = chain.state_hash();
    let mut told = Told::new();
    let mut otherwise = Vec::new();
    for (caller, row) in rows {
        let message = promises::name_of(row.selector());
        let outcome = chain.call(&caller, row.message());
        let found = match (&outcome.result, outcome.emitted.len()) {
            (Err(trap), _) => Some(format!("it trapped: {trap}")),
            (Ok(Raw(answer)), _) if *answer != row.answer => Some((row.read)(answer)),
            (Ok(_), 1..) => Some(format!("it emitted {:?}", outcome.emitted)),
            (Ok(_), 0) => None,
        };
        let changed = chain.state_hash() != before;
        if changed || found.is_some() {
            let found = found.unwrap_or_else(|| String::from("the state changed"));
            otherwise.push(format!("{message} by {} ({}): not {}, but {found}", row.caller, row.cause, row.error));
        }
        told.push((message, row.error));
        if changed {
            break;
        }
    }
    assert!(otherwise.is_empty(), "refused otherwise:\n  {}", otherwise.join("\n  "));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MANAGER;
    use e2e_tests::{Town, STRANGER};
    use interfaces::{market::Error, Market as _};

    #[test]
    #[should_panic(expected = "Market::pause by manager (nothing stops it): not Paused, but Ok(())")]
    fn a_table_with_a_message_that_is_accepted_fails() {
        let town = Town::unstaffed(|_| ());
        refuse(&*town, [row("nothing stops it", MANAGER, town.market().pause(), Error::Paused)]);
    }

    #[test]
    #[should_panic(expected = "Market::pause by stan (it is not paused): not NotPaused, but Err(MissingRole)")]
    fn a_table_with_a_message_that_is_told_something_else_fails() {
        let town = Town::unstaffed(|_| ());
        refuse(&*town, [row("it is not paused", STRANGER, town.market().pause(), Error::NotPaused)]);
    }
}
