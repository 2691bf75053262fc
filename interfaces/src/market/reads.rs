//! What can be read, and what can be done now as it follows from that (section 3).

use crate::{
    market::{Engagement, RequestSpec, RequestState},
    Timestamp,
};

/// Most offers in one page of [`Market::offers`](crate::Market::offers).
pub const MAX_OFFERS: u32 = 32;

/// What can be done with a request or a submission now; derived from the clock (section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Phase {
    /// Places can be taken, submissions made.
    Signalling,
    /// Submissions can be made by those with a place.
    Delivery,
    /// Waits for `open_reviews`.
    Unopened,
    /// Reviews can be committed.
    Review,
    /// Reviews can be revealed.
    Reveal,
    /// Waits for `finalize`.
    Finalizable,
    /// Has its verdict; the request waits for `settle`.
    Finalized,
    /// Is settled; waits for `claim`, or for the request, `reclaim`. What was never unsealed stays so: there is nothing
    /// to claim.
    Settled,
    /// Is paid.
    Claimed,
    /// The engagement's provider is Banned: the requester can take the rest back or accept another's offer for it.
    Vacant,
    /// Sealed deliveries can be opened.
    Unsealing,
}

impl RequestState {
    /// What can be done with the request at `now`. With an engagement, that is offers while nobody has the place, and then
    /// a delivery for each period.
    pub fn phase(&self, spec: &RequestSpec, engagement: Option<&Engagement>, now: Timestamp) -> Phase {
        if let Some(engagement) = engagement {
            return match engagement.tenure {
                _ if self.closed => Phase::Settled,
                Some(_) => Phase::Delivery,
                None if engagement.pool.is_some() => Phase::Vacant,
                None if now < spec.signal_by => Phase::Signalling,
                None if now < spec.deliver_by => Phase::Delivery,
                None => Phase::Finalized,
            };
        }
        match now {
            _ if self.closed => Phase::Settled,
            now if now < spec.signal_by => Phase::Signalling,
            now if now < spec.deliver_by => Phase::Delivery,
            now if now < spec.review_from() => Phase::Unsealing,
            _ if self.opened < self.submissions => Phase::Unopened,
            _ if self.finalized == self.submissions => Phase::Finalized,
            now if now < spec.review_by => Phase::Review,
            now if now < spec.reveal_by => Phase::Reveal,
            _ => Phase::Finalizable,
        }
    }
}
