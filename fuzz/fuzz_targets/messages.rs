//! The arguments of every message that the three contracts answer.
//!
//! The first byte chooses the message, the rest are its arguments. No bytes make decoding panic or allocate beyond its
//! bounds; what is read is written as the same bytes; and the contract's own dispatcher agrees on what can be read.
#![no_main]

use fuzz::read_back;
use ink::reflect::{ContractMessageDecoder, DecodeDispatch, DispatchableMessageInfo};
use libfuzzer_sys::fuzz_target;
use market::Market;
use obligation::Obligation;
use reputation::reputation::Reputation;
use scale::{Decode, Encode};

fn check<C, const ID: u32>(arguments: &[u8])
where
    C: DispatchableMessageInfo<ID> + ContractMessageDecoder,
    <C as DispatchableMessageInfo<ID>>::Input: Decode + Encode,
    <C as ContractMessageDecoder>::Type: DecodeDispatch,
{
    let readable = read_back::<<C as DispatchableMessageInfo<ID>>::Input>(arguments);
    let data = [&ID.to_be_bytes()[..], arguments].concat();
    let dispatched = <<C as ContractMessageDecoder>::Type as DecodeDispatch>::decode_dispatch(&mut &data[..]);
    assert_eq!(dispatched.is_ok(), readable, "{}", <C as DispatchableMessageInfo<ID>>::LABEL);
}

macro_rules! messages {
    ($($contract:ty: $($name:literal)*;)*) => {
        const MESSAGES: &[fn(&[u8])] = &[$($(check::<$contract, { ink::selector_id!($name) }>,)*)*];
    };
}

messages! {
    Market:
    "Market::open" "Market::propose_policy" "Market::apply_policy" "Market::pause" "Market::unpause" "Market::quote"
    "Market::quote_engagement" "Market::post" "Market::engage" "Market::withdraw_request" "Market::accept"
    "Market::takeover" "Market::reclaim" "Market::signal" "Market::offer" "Market::retract_offer" "Market::submit"
    "Market::revise" "Market::submit_sealed" "Market::unseal" "Market::report_no_show" "Market::open_reviews"
    "Market::commit_reviews" "Market::reveal_reviews" "Market::finalize" "Market::settle" "Market::close_period"
    "Market::claim" "Market::withdraw" "Market::prune" "Market::request" "Market::submission" "Market::reviews"
    "Market::offers" "Market::engagement" "Market::credit" "Market::policy" "Market::pending_policy" "Market::pool"
    "Market::phase" "Market::posted" "Market::partners" "Market::edition" "Market::give_notice"
    "AccessControl::has_role" "AccessControl::grant_role" "AccessControl::revoke_role" "AccessControl::renounce_role"
    "Pausable::paused";
    Obligation:
    "Obligation::evaluate" "Obligation::evaluate_many" "Obligation::fill_seats" "Obligation::apply_terms"
    "Obligation::standing" "Obligation::membership" "Obligation::member_states" "Obligation::capacity"
    "Obligation::terms"
    "Obligation::pending_terms" "Obligation::waiting" "Obligation::pools_of" "Obligation::enlist"
    "Obligation::resign" "Obligation::check_in" "Obligation::restore" "Obligation::redeem" "Obligation::freeze"
    "Obligation::unfreeze"
    "Obligation::open_pool" "Obligation::close_pool" "Obligation::enroll" "Obligation::discharge"
    "Obligation::record_seen" "Obligation::record_declared" "Obligation::reserve" "Obligation::record_closed"
    "Obligation::commit" "Obligation::release" "Obligation::resolve" "Obligation::propose_terms"
    "Obligation::reinstate"
    "Obligation::pause" "Obligation::unpause";
    Reputation:
    "Reputation::soulbound" "Reputation::profile" "Reputation::tier" "Reputation::tiers" "Reputation::mint_cap"
    "Reputation::sealed" "Reputation::minter_due" "Reputation::endow" "Reputation::seal" "Reputation::set_mint_cap"
    "Reputation::propose_minter" "Reputation::owe" "Reputation::claim_reputation" "Reputation::lock"
    "Reputation::unlock" "Reputation::slash" "Reputation::spend" "Reputation::freeze" "Reputation::unfreeze"
    "Reputation::apply" "Reputation::burn"
    "PSP22::balance_of" "PSP22::allowance" "PSP22::transfer" "PSP22::transfer_from" "PSP22::approve"
    "PSP22::increase_allowance" "PSP22::decrease_allowance";
}

fuzz_target!(|input: (u8, &[u8])| {
    let (which, arguments) = input;
    MESSAGES[usize::from(which) % MESSAGES.len()](arguments);
});
