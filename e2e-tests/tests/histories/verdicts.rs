//! That enough members can judge a request when it is posted, and whenever one of them takes part in it (invariant 12),
//! and that no verdict comes from a window whose work was not recorded as seen (invariant 13).
//!
//! Both are told from what the contracts say alone. Members may leave at any time, so that after the message of an
//! outsider, who is never refused, nothing is promised.

use crate::action::Action;
use chain::Outcome;
use e2e_tests::Town;
use interfaces::{
    market::{ReviewsOpened, SubmissionFinalized, Verdict, WindowExtended},
    obligation::{MemberState, OpsSeen},
    Market as _, Obligation as _, RequestId, SubmissionId,
};
use std::collections::BTreeMap;

/// What a message's events say about reviews.
#[derive(Debug, Default)]
pub struct Told {
    seen: Vec<OpsSeen>,
    opened: Vec<ReviewsOpened>,
    extended: Vec<WindowExtended>,
    finalized: Vec<SubmissionFinalized>,
}

impl Told {
    pub fn by<T>(outcome: &Outcome<T>) -> Self {
        Self {
            seen: outcome.events(),
            opened: outcome.events(),
            extended: outcome.events(),
            finalized: outcome.events(),
        }
    }
}

#[derive(Default)]
pub struct Verdicts {
    /// How many windows of each submission were recorded as seen.
    windows: BTreeMap<(RequestId, SubmissionId), u32>,
    insiders: BTreeMap<RequestId, u32>,
}

impl Verdicts {
    /// What is opened, or extended, is recorded as seen by all members at once, and nothing else gets a verdict.
    pub fn look(&mut self, town: &Town, told: &Told) -> Result<(), String> {
        // How many ops there should be, by how many reviews each asks for.
        let mut wanted: BTreeMap<u32, u32> = BTreeMap::new();
        for opened in &told.opened {
            let quorum = town.spec(opened.request).quorum;
            let mut begun = 0;
            for submission in opened.from..opened.from + opened.count {
                let made = town.chain.read(town.market().submission(opened.request, submission));
                if made.is_ok_and(|made| made.verdict == Verdict::Pending) {
                    self.windows.insert((opened.request, submission), 1);
                    begun += 1;
                }
            }
            if begun + opened.missed != opened.count {
                return Err(format!("{begun} windows began with {opened:?}"));
            }
            *wanted.entry(quorum.into()).or_default() += begun;
        }
        for extended in &told.extended {
            *self.windows.entry((extended.request, extended.submission)).or_default() += 1;
            *wanted.entry(extended.wanted.into()).or_default() += 1;
        }
        wanted.retain(|_, ops| *ops > 0);
        let mut seen: BTreeMap<u32, u32> = BTreeMap::new();
        for OpsSeen { ops, reviews_per_op, .. } in told.seen.iter().filter(|seen| seen.pool == town.pool) {
            *seen.entry(*reviews_per_op).or_default() += ops;
        }
        if seen != wanted {
            return Err(format!("all members have seen {seen:?}, and should have seen {wanted:?}: {told:?}"));
        }
        for SubmissionFinalized { request, submission, .. } in &told.finalized {
            let due = 1 + u32::from(town.submission(*request, *submission).extended);
            let seen = self.windows.get(&(*request, *submission)).copied().unwrap_or(0);
            if seen != due {
                return Err(format!(
                    "submission {submission} of {request} was seen {seen} times, and had {due} windows"
                ));
            }
        }
        Ok(())
    }

    /// Enough members are left to judge when a request is posted, and whenever a member takes part in it for the first
    /// time. `answer` is what the message answered.
    pub fn can_judge(&mut self, town: &Town, action: &Action, answer: u128) -> Result<(), String> {
        let request = match action {
            Action::Post { .. } | Action::Engage { .. } => answer as RequestId,
            Action::Signal { request, .. }
            | Action::Offer { request, .. }
            | Action::Accept { request, .. }
            | Action::Takeover { request, .. } => *request,
            _ => return Ok(()),
        };
        let (quorum, state) = (town.spec(request).quorum, town.state(request));
        let known = self.insiders.insert(request, state.insiders);
        if known == Some(state.insiders) {
            return Ok(());
        }
        let states = town.obligation().member_states(town.pool, vec![state.requester]);
        let (active, states) = town.chain.read(states).map_err(|error| format!("{error:?}"))?;
        let requester = u32::from(states == [MemberState::Seated]);
        match u32::from(quorum) + state.insiders + requester <= active {
            true => Ok(()),
            false => {
                Err(format!("{active} members cannot judge request {request} with a quorum of {quorum}: {state:?}"))
            }
        }
    }
}
