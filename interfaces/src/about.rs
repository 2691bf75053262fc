//! What an event is about: the request, the submissions in it, the pool, and the accounts. Whoever follows a chain, such as a
//! keeper or an index, learns here what has changed.

use crate::{market, obligation, organization::Event, reputation, PoolId, RequestId, SubmissionId};
use ink::{
    prelude::{vec, vec::Vec},
    primitives::AccountId,
};

impl Event {
    /// The accounts that it names as acting, or acted upon; none where it names a list of members that declared work, which
    /// is about their ledgers alone.
    pub fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Market(event) => event.accounts(),
            Self::Obligation(event) => event.accounts(),
            Self::Reputation(event) => event.accounts(),
        }
    }
}

impl market::Event {
    /// The request that it is about, if it is about one.
    pub fn request(&self) -> Option<RequestId> {
        Some(match self {
            Self::RequestPosted(event) => event.request,
            Self::RequestWithdrawn(event) => event.request,
            Self::PlacesTaken(event) => event.request,
            Self::OfferMade(event) => event.request,
            Self::OfferRetracted(event) => event.request,
            Self::OfferAccepted(event) => event.request,
            Self::Submitted(event) => event.request,
            Self::Revised(event) => event.request,
            Self::SubmissionSealed(event) => event.request,
            Self::Unsealed(event) => event.request,
            Self::NoShow(event) => event.request,
            Self::ReviewsOpened(event) => event.request,
            Self::ReviewsCommitted(event) => event.request,
            Self::ReviewsRevealed(event) => event.request,
            Self::WindowExtended(event) => event.request,
            Self::SubmissionFinalized(event) => event.request,
            Self::RequestSettled(event) => event.request,
            Self::Claimed(event) => event.request,
            Self::Reclaimed(event) => event.request,
            Self::Pruned(event) => event.request,
            Self::ReputationRefused(event) => event.request,
            Self::Engaged(event) => event.request,
            Self::NoticeGiven(event) => event.request,
            Self::PeriodClosed(event) => event.request,
            Self::PlaceVacated(event) => event.request,
            Self::Opened(_)
            | Self::PolicyProposed(_)
            | Self::PolicyApplied(_)
            | Self::Withdrawn(_)
            | Self::RoleGranted(_)
            | Self::RoleRevoked(_)
            | Self::RoleAdminChanged(_)
            | Self::Paused(_)
            | Self::Unpaused(_) => return None,
        })
    }

    /// The submissions of that request that it changes.
    pub fn submissions(&self) -> Vec<SubmissionId> {
        match self {
            Self::Submitted(event) => vec![event.submission],
            Self::Revised(event) => vec![event.submission],
            Self::SubmissionSealed(event) => vec![event.submission],
            Self::Unsealed(event) => vec![event.submission],
            Self::ReviewsOpened(event) => (event.from..event.from.saturating_add(event.count)).collect(),
            Self::ReviewsCommitted(event) => event.submissions.clone(),
            Self::ReviewsRevealed(event) => event.reviews.iter().map(|review| review.submission).collect(),
            Self::WindowExtended(event) => vec![event.submission],
            Self::SubmissionFinalized(event) => vec![event.submission],
            Self::Claimed(event) => vec![event.submission],
            _ => Vec::new(),
        }
    }

    fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::RequestPosted(event) => vec![event.requester],
            Self::PlacesTaken(event) => vec![event.provider],
            Self::OfferMade(event) => vec![event.provider],
            Self::OfferRetracted(event) => vec![event.provider],
            Self::OfferAccepted(event) => vec![event.provider],
            Self::Submitted(event) => vec![event.provider],
            Self::Revised(event) => vec![event.provider],
            Self::SubmissionSealed(event) => vec![event.provider],
            Self::Unsealed(event) => vec![event.provider],
            Self::NoShow(event) => vec![event.provider],
            Self::ReviewsCommitted(event) => vec![event.enforcer],
            Self::ReviewsRevealed(event) => vec![event.enforcer],
            Self::Claimed(event) => vec![event.provider],
            Self::Withdrawn(event) => vec![event.who],
            Self::NoticeGiven(event) => vec![event.by],
            Self::PlaceVacated(event) => vec![event.provider],
            Self::Opened(event) => vec![event.treasury],
            Self::PolicyApplied(event) => vec![event.treasury],
            Self::RoleGranted(event) => event.grantee.into_iter().collect(),
            Self::RoleRevoked(event) => event.account.into_iter().collect(),
            Self::Paused(event) => vec![event.account],
            Self::Unpaused(event) => vec![event.account],
            _ => Vec::new(),
        }
    }
}

impl obligation::Event {
    /// The pool that it is about; `None` where it is about all pools of an account, or about none.
    pub fn pool(&self) -> Option<PoolId> {
        Some(match self {
            Self::PoolOpened(event) => event.pool,
            Self::PoolClosed(event) => event.pool,
            Self::TermsProposed(event) => event.pool,
            Self::TermsApplied(event) => event.pool,
            Self::Seated(event) => event.pool,
            Self::Queued(event) => event.pool,
            Self::Resigned(event) => event.pool,
            Self::Reinstated(event) => event.pool,
            Self::Redeemed(event) => event.pool,
            Self::StandingChanged(event) => event.pool,
            Self::CheckedIn(event) => event.pool,
            Self::Restored(event) => event.pool,
            Self::OpsSeen(event) => event.pool,
            Self::OpsDeclared(event) => event.pool,
            Self::ReputationRefused(_)
            | Self::FreezeChanged(_)
            | Self::RoleGranted(_)
            | Self::RoleRevoked(_)
            | Self::RoleAdminChanged(_)
            | Self::Paused(_)
            | Self::Unpaused(_) => return None,
        })
    }

    fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::PoolOpened(event) => vec![event.operator],
            Self::Seated(event) => vec![event.who],
            Self::Queued(event) => vec![event.who],
            Self::Resigned(event) => vec![event.who],
            Self::Reinstated(event) => vec![event.who],
            Self::Redeemed(event) => vec![event.who],
            Self::StandingChanged(event) if event.keeper == event.who => vec![event.who],
            Self::StandingChanged(event) => vec![event.who, event.keeper],
            Self::ReputationRefused(event) => vec![event.who],
            Self::CheckedIn(event) => vec![event.who],
            Self::Restored(event) => vec![event.who],
            Self::FreezeChanged(event) => vec![event.who],
            Self::RoleGranted(event) => event.grantee.into_iter().collect(),
            Self::RoleRevoked(event) => event.account.into_iter().collect(),
            Self::Paused(event) => vec![event.account],
            Self::Unpaused(event) => vec![event.account],
            _ => Vec::new(),
        }
    }
}

impl reputation::Event {
    fn accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Transfer(event) => event.from.into_iter().chain(event.to).collect(),
            Self::Owed(event) => vec![event.to],
            Self::Locked(event) => vec![event.who],
            Self::Unlocked(event) => vec![event.who],
            Self::Slashed(event) => vec![event.who],
            Self::FrozenChanged(event) => vec![event.who],
            Self::MintCapSet(event) => vec![event.minter],
            Self::MinterProposed(event) => vec![event.minter],
            Self::RoleGranted(event) => event.grantee.into_iter().collect(),
            Self::RoleRevoked(event) => event.account.into_iter().collect(),
            Self::SealedForGood(_) | Self::RoleAdminChanged(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_what_it_is_about() {
        let (request, enforcer) = (7, AccountId::from([2; 32]));
        let opened: market::Event = market::ReviewsOpened { request, from: 2, count: 3, missed: 1 }.into();
        assert_eq!((opened.request(), opened.submissions()), (Some(7), vec![2, 3, 4]));
        let committed: market::Event = market::ReviewsCommitted { request, enforcer, submissions: vec![1, 4] }.into();
        assert_eq!((committed.submissions(), committed.accounts()), (vec![1, 4], vec![enforcer]));
        let frozen: obligation::Event = obligation::FreezeChanged { who: enforcer, frozen: true }.into();
        assert_eq!((frozen.pool(), Event::Obligation(frozen).accounts()), (None, vec![enforcer]));
    }

    #[test]
    fn every_event_of_a_request_names_it_and_no_submission_is_without_one() {
        for (event, _) in market::Event::emitted(1) {
            assert!(event.request().is_some() || event.submissions().is_empty(), "{event:?}");
        }
        let without = market::Event::emitted(1).into_iter().filter(|(event, _)| event.request().is_none()).count();
        assert_eq!(without, 9);
    }
}
