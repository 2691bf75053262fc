//! Calls of other contracts: the two partners, and tokens.
//!
//! ink! compiles all of a call once for each message that is called. Here a message is written down first, and one call
//! serves all: every message of the market carries its whole code in its proof.

use ink::{
    env::{
        call::{
            build_call,
            utils::{ReturnType, Set},
            Call, CallBuilder, ExecutionInput, Selector,
        },
        DefaultEnvironment,
    },
    prelude::vec::Vec,
    primitives::AccountId,
    scale::{Decode, DecodeAll, Encode, Error, Input, Output},
};

/// A message of another contract with its arguments, not sent yet.
pub type Message<Arguments, Answer> = CallBuilder<
    DefaultEnvironment,
    Set<Call<DefaultEnvironment>>,
    Set<ExecutionInput<Arguments>>,
    Set<ReturnType<Answer>>,
>;

/// A partner's own answer. Any failure below it, a trap or lack of gas, aborts this call as well, so that nobody can pick a
/// gas limit at which half of it happens.
pub fn ask<Answer: Decode>(message: Message<impl Encode, Answer>) -> Answer {
    try_ask(message).expect("a partner contract failed")
}

/// What another contract answers, if it does.
pub fn try_ask<Answer: Decode>(message: Message<impl Encode, Answer>) -> Option<Answer> {
    let message = message.params();
    let answer = send(*message.callee(), &message.exec_input().encode())?;
    Answer::decode_all(&mut &answer[..]).ok()
}

/// Calls a contract with what a message encodes to, and returns what it answers.
#[inline(never)]
fn send(callee: AccountId, message: &[u8]) -> Option<Vec<u8>> {
    let (selector, arguments) = message.split_first_chunk()?;
    let input = ExecutionInput::new(Selector::new(*selector)).push_arg(Bytes(arguments));
    let call = build_call::<DefaultEnvironment>().call(callee).exec_input(input).returns::<Rest>();
    let Rest(answer) = call.try_invoke().ok()?.ok()?;
    Some(answer)
}

/// Arguments as they are encoded already.
struct Bytes<'a>(&'a [u8]);

impl Encode for Bytes<'_> {
    fn encode_to<Destination: Output + ?Sized>(&self, destination: &mut Destination) {
        destination.write(self.0);
    }
}

/// All of an answer that is left, decoded later.
struct Rest(Vec<u8>);

impl Decode for Rest {
    fn decode<Source: Input>(source: &mut Source) -> Result<Self, Error> {
        let length = source.remaining_len()?.ok_or("an answer has an end")?;
        let mut bytes = ink::prelude::vec![0; length];
        source.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}
