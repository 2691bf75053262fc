//! What lists save: the life of a request's submissions, from places taken to storage freed, in lists of one length.

use crate::{with_hands, Ballot, Town, ENFORCERS, PROVIDERS, STRANGER};
use chain::{
    runtime::{frame_support::dispatch::DispatchClass, frame_system, Runtime, TransactionPayment},
    Outcome, Weight,
};
use interfaces::{Balance, Market as _, SubmissionId};
use std::fmt::Debug;

/// How many submissions the request has, each with three reviews.
pub const SUBMISSIONS: u32 = 64;

/// A step of the life: all calls of one message.
pub struct Step {
    pub name: &'static str,
    /// What its calls use of blocks.
    pub used: Weight,
    /// What a node takes for them, but for a planck for each byte of a transaction.
    pub fee: Balance,
}

/// What each step uses of blocks, in all its calls, with lists of this many items where a message takes lists.
pub fn life_in_lists(length: usize) -> Vec<Step> {
    let town = Town::with(|settings| with_hands(settings, SUBMISSIONS));
    let [provider, ..] = PROVIDERS;
    let places = u16::try_from(SUBMISSIONS).expect("few");
    let request = town.post_with(|spec| (spec.limit, spec.per_provider) = (SUBMISSIONS, places));
    let all: Vec<SubmissionId> = (0..SUBMISSIONS).collect();
    let lists = || all.chunks(length);
    let ballots = || lists().map(|list| list.iter().map(|number| (*number, (80, None))).collect::<Vec<_>>());

    let mut life = Vec::new();
    let mut step = |name, calls: &mut dyn Iterator<Item = Weight>| {
        let first = Step { name, used: Weight::zero(), fee: 0 };
        life.push(calls.fold(first, |Step { used, fee, .. }, call| Step {
            name,
            used: used.saturating_add(call),
            fee: fee + fee_for(call),
        }));
    };
    let upkeep = |message| used(town.chain.call(&town.who(STRANGER), message));
    step("signal", &mut [used(town.signal(provider, request, places))].into_iter());
    step("submit", &mut lists().map(|list| used(town.submit_list(provider, request, &vec!["work"; list.len()]))));
    town.chain.pass_until(town.spec(request).review_from());
    step("open_reviews", &mut [upkeep(town.market().open_reviews(request, SUBMISSIONS))].into_iter());
    town.until_open_to_all(request, 0);
    let jury = &ENFORCERS[..3];
    let each = |vote: &dyn Fn(&str, &Ballot) -> Weight| {
        let weighed = jury.iter().flat_map(|name| ballots().map(move |ballot| (*name, ballot)));
        weighed.map(|(name, ballot)| vote(name, &ballot)).collect::<Vec<_>>()
    };
    step("commit_reviews", &mut each(&|name, ballot| used(town.commit_list(name, request, ballot))).into_iter());
    town.until_commits_close(request, 0);
    step("reveal_reviews", &mut each(&|name, ballot| used(town.reveal_list(name, request, ballot))).into_iter());
    step("finalize", &mut lists().map(|list| used(town.finalize_list(request, list))));
    step("settle", &mut [used(town.settle(request))].into_iter());
    step("claim", &mut lists().map(|list| used(town.claim_list(request, list))));
    let freed = || upkeep(town.market().prune(request, SUBMISSIONS));
    step("prune", &mut [freed(), freed()].into_iter());
    life
}

/// What a call used, which must have been accepted.
fn used<T: Debug, E: Debug>(outcome: Outcome<Result<T, E>>) -> Weight {
    let used = outcome.gas;
    outcome.ok();
    used
}

/// What the node's runtime takes for a transaction that uses so much.
fn fee_for(used: Weight) -> Balance {
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    let each = limits.get(DispatchClass::Normal).base_extrinsic;
    TransactionPayment::weight_to_fee(each.saturating_add(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_lists_the_less_a_submission_weighs() {
        let lives = [1, 4, 16].map(life_in_lists);
        let proof = lives.each_ref().map(|life| life.iter().map(|step| step.used.proof_size()).sum::<u64>());
        assert!(proof.is_sorted_by(|more, less| more > less), "{proof:?}");
        assert!(proof[0] > 5 * proof[2], "{proof:?}");
        let fee = lives.each_ref().map(|life| life.iter().map(|step| step.fee).sum::<Balance>());
        assert!(fee[0] > 4 * fee[2], "{fee:?}");
    }
}
