//! Says why a contract refused, in the words of its own interface, and what can be done about it.

use crate::client::text::shown;
use chain::Trap;
use scale::Encode;
use scale_info::{form::MetaForm, Type, TypeDef, TypeInfo};
use serde::Serialize;
use std::fmt;

/// What to do about a refusal, where something can be done: the error's enum and variant, and the advice.
const ADVICE: &[(&str, &str)] = &[
    ("market::MissingRole", "sign as the manager, whom the deployment file names"),
    ("market::NotOpen", "the manager opens the market: `atomic deploy` goes on where it stopped"),
    ("market::Paused", "wait until the manager ends the pause; deliveries, reviews and payments go on meanwhile"),
    ("market::TooFewEnforcers", "ask for a smaller --quorum, or wait until more have enlisted: `atomic capacity`"),
    (
        "market::JuryExhausted",
        "a member takes part only where a quorum of others is left: wait until more have enlisted, or look for another \
         request: `atomic requests`",
    ),
    ("market::AtCapacity", "ask for less (--limit, --quorum), or wait until enforcers are free: `atomic capacity`"),
    (
        "market::InsufficientPayment",
        "the price has risen meanwhile: see `atomic quote`, and allow for it with --max-premium",
    ),
    ("market::PremiumTooHigh", "allow for it with --max-premium, or wait until enforcers are free: `atomic quote`"),
    ("market::UnknownRequest", "`atomic requests --all` lists all requests; pruned ones are gone"),
    ("market::UnknownSubmission", "`atomic request` lists a request's submissions"),
    ("market::TooLate", "`atomic request` says what is due when"),
    ("market::TooEarly", "`atomic request` says what is due when"),
    ("market::NoPlaceLeft", "`atomic requests` lists others"),
    ("market::OwnRequest", "sign as somebody else with --as"),
    ("market::NoPlace", "take one with `atomic signal`, or have an offer accepted"),
    ("market::NotOpened", "anyone may open it with `atomic open-reviews`"),
    ("market::Conflicted", "other enforcers review this one"),
    ("market::NotDrawn", "try again later: until half of the window is over, more and more members are drawn"),
    ("market::ReviewsFull", "others were first; `atomic requests` lists what wants reviews"),
    ("market::ReviewsOpen", "`atomic review --due` reveals it once nobody can commit any more, and enough have"),
    ("market::NotFinalized", "anyone may give the verdicts with `atomic finalize`"),
    ("market::NotSettled", "anyone may settle it with `atomic settle`, once it is over"),
    ("market::NotRequester", "sign as the requester, whom `atomic request` names"),
    ("market::NotProvider", "sign as its provider, whom `atomic request` names"),
    ("market::NothingToWithdraw", "pay is credited by `atomic claim`, and what was not earned by `atomic reclaim`"),
    ("market::TransferFailed", "if you pay in a token, let the market take it with `atomic approve`, and have enough"),
    ("market::OffersOnly", "make an offer with `atomic offer`"),
    ("market::NoOffers", "take a place with `atomic signal`"),
    ("market::UnknownOffer", "`atomic request` lists the offers"),
    ("market::OfferChanged", "look at it again with `atomic request`, and accept it as it is now"),
    ("market::OfferExpired", "its provider may make it again with `atomic offer --until`, or take it back"),
    ("market::EarlierPending", "first give the verdict on the submission that a review names, with `atomic finalize`"),
    (
        "market::NotClaimed",
        "first claim what was earned (`atomic claim`) and report those who did not deliver (`atomic report-no-show`)",
    ),
    ("market::IsEngagement", "periods are closed one by one with `atomic close-period`"),
    ("market::NotVacant", "either side can end the engagement with `atomic give-notice`"),
    ("market::Vacant", "accept another provider's offer with `atomic takeover`, or `atomic reclaim` the rest"),
    (
        "RequestReason::Deadlines",
        "`atomic terms` says how short and how long they may be; where delivery is sealed, half of the time to review is \
         for unsealing; on a node add a little to --signal for the next block",
    ),
    ("RequestReason::ReviewFee", "the smallest review fee is in `atomic terms`"),
    ("RequestReason::Asset", "`atomic terms` lists the assets that the market takes"),
    ("RequestReason::Quorum", "a --quorum is 3, 5 or 7; `atomic terms` says the smallest"),
    ("RequestReason::Tolerance", "the greatest tolerance is in `atomic terms`"),
    ("obligation::MissingRole", "sign as the manager, whom the deployment file names"),
    ("obligation::NotAMember", "members enlist with `atomic enlist`"),
    ("obligation::Frozen", "end the rest with `atomic unfreeze`"),
    (
        "obligation::Banned",
        "once `atomic evaluate` has latched it, `atomic redeem` lifts the ban after the cooldown, or the manager does",
    ),
    ("obligation::CoolingDown", "the cooldown is in `atomic terms`"),
    ("obligation::Deficit", "review what is open, or make up for it with `atomic restore`"),
    ("obligation::OpenCommitments", "reveal what is due with `atomic review --due`, and have it finalized"),
    (
        "obligation::TooManyCommitments",
        "reveal what is due with `atomic review --due`, and have it finalized; `atomic member` counts them",
    ),
    ("obligation::AlreadyCheckedIn", "once an epoch is enough; its length is in `atomic terms`"),
    ("obligation::FrozenRecently", "the shortest time between two freezes is in `atomic terms`"),
    ("obligation::FrozenTooShortly", "the shortest freeze is in `atomic terms`"),
    ("obligation::NoticeRunning", "`atomic terms` says when they take effect"),
    ("obligation::BeyondDeficit", "`atomic member` says how many are missing"),
    ("obligation::NotBanned", "`atomic member` shows the standing; `atomic evaluate` latches a ban"),
    (
        "reputation::InsufficientReputation",
        "`atomic reputation` says how much is available; `atomic claim-reputation` mints what is owed",
    ),
    ("reputation::InsufficientTier", "`atomic reputation` shows the account's tier; work raises it"),
    ("reputation::Frozen", "end the rest with `atomic unfreeze`"),
    ("reputation::Held", "claim what the places have earned, once it is settled: `atomic claim`"),
    ("reputation::MintCapReached", "try again in the next epoch"),
];

/// What a trap means, and what to do about it, where that is known.
fn trapped(trap: &Trap) -> Option<(&'static str, &'static str)> {
    const HAS: &str = "`atomic status` says what it has";
    Some(match trap {
        _ if trap.lacks_deposit() => ("the account cannot pay the storage deposit", HAS),
        _ if trap.lacks_value() => ("the account does not have the value to send and what it needs to stay alive", HAS),
        _ if trap.is_out_of_gas() => ("this takes more than one transaction may use", "ask for fewer at once"),
        _ if trap.has_no_contract() => ("there is no contract at the address", "`atomic verify` checks the deployment"),
        _ => return None,
    })
}

/// A contract's refusal, or the runtime's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The error's name in the contract: `TooLate`, `Obligation(TooManyCommitments)`; the runtime's name for a trap.
    pub error: String,
    /// What it means.
    pub meaning: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The block that the transaction is in, if it was refused only there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u32>,
}

impl Refusal {
    /// The refusal that this error is. What it means is what its type's documentation says.
    pub fn of<E: Encode + TypeInfo + fmt::Debug>(error: &E) -> Self {
        let mut variants = Vec::new();
        walk(&E::type_info(), &error.encode(), &mut variants);
        let meanings: Vec<_> = variants.iter().map(|variant| variant.meaning.as_str()).collect();
        let advice = variants.iter().rev().find_map(|variant| advice(&variant.key)).map(str::to_owned);
        Self { error: format!("{error:?}"), meaning: meanings.join(" "), advice, block: None }
    }

    /// The refusal that a trap is.
    pub fn trap(trap: &Trap) -> Self {
        let (meaning, advice) = match trapped(trap) {
            Some((meaning, advice)) => (meaning.to_owned(), Some(advice.to_owned())),
            None if trap.debug.is_empty() => ("the contract gave no answer".to_owned(), None),
            None => (trap.debug.clone(), None),
        };
        Self { error: trap.error.clone(), meaning, advice, block: None }
    }

    /// Whether it would take more than a transaction may use; such a one is not sent.
    pub fn is_too_much(&self) -> bool {
        self.block.is_none() && Trap { error: self.error.clone(), debug: String::new() }.is_out_of_gas()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused")?;
        if let Some(block) = self.block {
            write!(f, " in block {block}")?;
        }
        // A contract or a node may have chosen the words.
        write!(f, " as {}: {}", shown(&self.error), shown(&self.meaning))?;
        self.advice.as_ref().map_or(Ok(()), |advice| write!(f, "\nhelp: {advice}"))
    }
}

impl std::error::Error for Refusal {}

fn advice(key: &str) -> Option<&'static str> {
    ADVICE.iter().find(|(known, _)| *known == key).map(|(_, advice)| *advice)
}

/// One variant of an encoded error.
struct Known {
    /// `market::TooLate` of a contract's errors, `RequestReason::Uri` of a reason in one.
    key: String,
    meaning: String,
}

/// The variant that `bytes` begin with, and those in it.
fn walk(ty: &Type<MetaForm>, bytes: &[u8], found: &mut Vec<Known>) {
    let (TypeDef::Variant(variants), Some((index, rest))) = (&ty.type_def, bytes.split_first()) else { return };
    let Some(variant) = variants.variants.iter().find(|variant| variant.index == *index) else { return };
    found.push(Known {
        key: format!("{}::{}", kind(ty), variant.name),
        meaning: variant.docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "),
    });
    if let [field] = &variant.fields[..] {
        walk(&field.ty.type_info(), rest, found);
    }
}

/// The contract whose errors these are, or the name of the reasons.
fn kind(ty: &Type<MetaForm>) -> &'static str {
    match &ty.path.segments[..] {
        [.., contract, "errors", "Error"] | [.., contract, "Error"] => contract,
        [.., name] => name,
        [] => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interfaces::{market, obligation, reputation};
    use std::collections::BTreeSet;

    #[test]
    fn a_refusal_says_what_the_interface_says_and_what_to_do() {
        let late = Refusal::of(&market::Error::TooLate).to_string();
        assert_eq!(
            late,
            "refused as TooLate: The deadline for this has passed.\nhelp: `atomic request` says what is due when"
        );
    }

    #[test]
    fn an_error_in_an_error_says_both_and_advises_on_the_inner_one() {
        let error = market::Error::Obligation(obligation::Error::Reputation(reputation::Error::Held));
        let refusal = Refusal::of(&error);
        assert_eq!(refusal.error, "Obligation(Reputation(Held))");
        assert_eq!(
            refusal.meaning,
            "The obligation contract refused. The reputation contract refused. Places that are neither claimed nor \
             reported, and the place of an engagement while it lasts, keep the account from freezing."
        );
        assert_eq!(refusal.advice.as_deref(), advice("reputation::Held"));
        let reason = Refusal::of(&market::Error::InvalidRequest(market::RequestReason::Uri));
        assert!(reason.meaning.ends_with("breaks this rule. The URI is longer than 256 bytes."), "{}", reason.meaning);
    }

    /// `market::TooLate` for each variant.
    fn keys<T: TypeInfo>(keys: &mut BTreeSet<String>) {
        let ty = T::type_info();
        let TypeDef::Variant(variants) = &ty.type_def else { panic!("no enum") };
        keys.extend(variants.variants.iter().map(|variant| format!("{}::{}", kind(&ty), variant.name)));
    }

    #[test]
    fn advice_is_for_errors_there_are_and_given_once() {
        let mut known = BTreeSet::new();
        keys::<market::Error>(&mut known);
        keys::<market::RequestReason>(&mut known);
        keys::<obligation::Error>(&mut known);
        keys::<reputation::Error>(&mut known);
        for (key, _) in ADVICE {
            assert!(known.remove(*key), "{key} is not an error, or is there twice");
        }
    }
}
