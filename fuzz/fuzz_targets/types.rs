//! Every type that is an argument, an answer or a stored cell of a contract.
//!
//! The first byte chooses the type. No bytes make reading panic or allocate beyond its bounds, and what is read is
//! written as the same bytes.
#![no_main]

use ::market::records;
use fuzz::read_back;
use interfaces::{market, obligation as pools, reputation};
use libfuzzer_sys::fuzz_target;
use obligation::{ledger, seats};
use pendzl::contracts::psp22::PSP22Error;

const TYPES: &[fn(&[u8]) -> bool] = &[
    read_back::<market::Access>,
    read_back::<market::Asset>,
    read_back::<market::AssetPolicy>,
    read_back::<market::Award>,
    read_back::<market::Bucket>,
    read_back::<Vec<market::Commitment>>,
    read_back::<Vec<market::Delivery>>,
    read_back::<market::Duplicates>,
    read_back::<market::Engagement>,
    read_back::<market::Error>,
    read_back::<market::Offer>,
    read_back::<market::Phase>,
    read_back::<market::Policy>,
    read_back::<market::PolicyReason>,
    read_back::<market::Quote>,
    read_back::<market::RequestReason>,
    read_back::<market::RequestSpec>,
    read_back::<market::RequestState>,
    read_back::<Vec<market::Reveal>>,
    read_back::<market::Review>,
    read_back::<Vec<market::Review>>,
    read_back::<market::Submission>,
    read_back::<market::Tenure>,
    read_back::<Vec<market::Unsealing>>,
    read_back::<market::Verdict>,
    read_back::<records::Beacon>,
    read_back::<records::Mark>,
    read_back::<records::Opening>,
    read_back::<records::Pair>,
    read_back::<records::Place>,
    read_back::<records::Work>,
    read_back::<pools::Capacity>,
    read_back::<pools::Error>,
    read_back::<pools::MemberState>,
    read_back::<pools::Membership>,
    read_back::<pools::Outcome>,
    read_back::<pools::Rate>,
    read_back::<pools::Schedule>,
    read_back::<pools::Segment>,
    read_back::<pools::Standing>,
    read_back::<pools::Terms>,
    read_back::<pools::TermsReason>,
    read_back::<ledger::Counters>,
    read_back::<ledger::Member>,
    read_back::<ledger::Pool>,
    read_back::<ledger::Proposal>,
    read_back::<seats::Line>,
    read_back::<reputation::Effect>,
    read_back::<reputation::Error>,
    read_back::<reputation::MintCap>,
    read_back::<reputation::MintReason>,
    read_back::<reputation::Profile>,
    read_back::<PSP22Error>,
    // What the market and the obligation read of an answer: a refusal by name, or what was moved.
    read_back::<Result<Result<Vec<interfaces::Balance>, reputation::Error>, ink::LangError>>,
    read_back::<Result<Result<pools::Capacity, pools::Error>, ink::LangError>>,
    read_back::<Result<Result<u32, pools::Error>, ink::LangError>>,
    read_back::<Result<Result<(u32, Vec<pools::MemberState>), pools::Error>, ink::LangError>>,
    read_back::<Result<Result<(), PSP22Error>, ink::LangError>>,
];

fuzz_target!(|input: (u8, &[u8])| {
    let (which, bytes) = input;
    TYPES[usize::from(which) % TYPES.len()](bytes);
});
