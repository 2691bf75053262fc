//! What can be done now, derived from what can be read (section 3).

use crate::{
    market::{Engagement, RequestSpec, RequestState, Review, Submission, Verdict},
    SubmissionId, Timestamp,
};

/// The most offers in one page of [`Market::offers`](crate::Market::offers).
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
    /// Reviews can be committed. Of a request: its submissions are in review, each in a window of its own.
    Review,
    /// Reviews can be revealed.
    Reveal,
    /// Waits for `finalize`, which gives a verdict or extends the window.
    Finalizable,
    /// Has its verdict; the request waits for `settle`.
    Finalized,
    /// Is settled; a submission waits for `claim`, a request for `reclaim`. A submission that was never unsealed stays
    /// so: there is nothing to claim.
    Settled,
    /// Is paid.
    Claimed,
    /// The engagement's provider has lost or left its place: the requester can take the rest back or accept another's offer for it,
    /// and after two periods anyone can end it.
    Vacant,
    /// Sealed deliveries can be opened.
    Unsealing,
}

impl RequestState {
    /// What can be done with the request at `now`. In an engagement, these are offers while nobody has the place, and
    /// then a delivery for each period.
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
            _ => Phase::Review,
        }
    }

    /// When that next changes by the clock alone, if it does.
    pub fn phase_ends(&self, spec: &RequestSpec, engagement: Option<&Engagement>, now: Timestamp) -> Option<Timestamp> {
        let phase = |now| self.phase(spec, engagement, now);
        let turns = [spec.signal_by, spec.deliver_by, spec.review_from()];
        turns.into_iter().find(|turn| *turn > now && phase(*turn) != phase(now))
    }
}

impl Submission {
    /// What can be done at `now` with this submission, by its number and reviews.
    pub fn phase(
        &self,
        number: SubmissionId,
        spec: &RequestSpec,
        state: &RequestState,
        reviews: &[Review],
        now: Timestamp,
    ) -> Phase {
        let opens = self.window_start;
        let opened = number < state.opened;
        match now {
            _ if self.claimed => Phase::Claimed,
            _ if number < state.settled => Phase::Settled,
            _ if self.verdict != Verdict::Pending => Phase::Finalized,
            now if !opened && now < spec.signal_by => Phase::Signalling,
            now if !opened && self.seal.is_some() && now >= spec.deliver_by && now < opens => Phase::Unsealing,
            now if !opened && now < opens => Phase::Delivery,
            _ if !opened => Phase::Unopened,
            now if self.finalizable_from(spec, reviews).is_some_and(|since| now >= since) => Phase::Finalizable,
            now if self.reveals_from(spec, reviews).is_some_and(|since| now >= since) => Phase::Reveal,
            _ => Phase::Review,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{self, engagement, review, tenure, HOUR},
        market::Duplicates,
    };
    use ink::primitives::Hash;
    use Phase::*;

    /// A request whose deliveries are opened half-way from their deadline to that of reviews.
    fn sealed() -> RequestSpec {
        RequestSpec { duplicates: Duplicates::FirstOnly, ..fixtures::request(0, HOUR) }
    }

    fn state(submissions: u32, opened: u32, finalized: u32) -> RequestState {
        RequestState { submissions, opened, finalized, ..RequestState::new([1; 32].into()) }
    }

    /// Just before and at each moment at which something else can be done with a sealed request.
    fn moments() -> [Timestamp; 10] {
        let spec = sealed();
        let turns = [spec.signal_by, spec.deliver_by, spec.review_from(), spec.review_by, spec.reveal_by];
        let moments: Vec<_> = turns.iter().flat_map(|turn| [turn - 1, *turn]).collect();
        moments.try_into().expect("two of each")
    }

    #[test]
    fn the_phase_of_a_request_follows_the_clock_and_its_counts() {
        let until_reviews = [Signalling, Delivery, Delivery, Unsealing, Unsealing];
        for (state, then) in [
            (state(0, 0, 0), [Finalized; 5]),
            (state(2, 0, 0), [Unopened; 5]),
            (state(2, 1, 1), [Unopened; 5]),
            (state(2, 2, 1), [Review; 5]),
            (state(2, 2, 2), [Finalized; 5]),
        ] {
            let found = moments().map(|now| state.phase(&sealed(), None, now));
            assert_eq!((&found[..5], &found[5..]), (&until_reviews[..], &then[..]), "{state:?}");
        }
        let closed = RequestState { closed: true, ..state(2, 0, 0) };
        assert_eq!(moments().map(|now| closed.phase(&sealed(), None, now)), [Settled; 10]);
    }

    #[test]
    fn a_phase_ends_when_the_clock_brings_another() {
        let (spec, in_review, missed) = (sealed(), state(2, 2, 1), state(0, 0, 0));
        let turns = [spec.signal_by, spec.deliver_by, spec.review_from()];
        for (before, turn) in [0, turns[0], turns[1]].into_iter().zip(turns) {
            assert_eq!([before, turn - 1].map(|now| in_review.phase_ends(&spec, None, now)), [Some(turn); 2]);
        }
        assert_eq!(in_review.phase_ends(&spec, None, spec.review_from()), None, "its submissions have windows");
        assert_eq!(missed.phase_ends(&spec, None, spec.review_from()), None, "it waits for a call");
        let unsealed = RequestSpec { duplicates: Duplicates::Independent, ..sealed() };
        assert_eq!(in_review.phase_ends(&unsealed, None, unsealed.deliver_by), None);
        let closed = RequestState { closed: true, ..in_review };
        assert_eq!(closed.phase_ends(&spec, None, 0), None);
    }

    #[test]
    fn the_phase_of_a_long_deal_is_that_of_its_place() {
        let phases = |closed, deal: &Engagement| {
            let state = RequestState { closed, engagement: true, ..state(0, 0, 0) };
            let [before, at_signal_by, late, at_deliver_by, ..] = moments();
            [before, at_signal_by, late, at_deliver_by].map(|now| state.phase(&sealed(), Some(deal), now))
        };
        let (offered, held) = (engagement(None, None), engagement(Some(1), Some(tenure(2, 0))));
        let vacant = engagement(Some(1), None);
        assert_eq!(phases(false, &offered), [Signalling, Delivery, Delivery, Finalized]);
        assert_eq!(phases(false, &held), [Delivery; 4]);
        assert_eq!(phases(false, &vacant), [Vacant; 4]);
        for deal in [&offered, &held, &vacant] {
            assert_eq!(phases(true, deal), [Settled; 4]);
        }
        let ends = |deal| state(0, 0, 0).phase_ends(&sealed(), Some(deal), 0);
        assert_eq!([&offered, &held, &vacant].map(ends), [Some(sealed().signal_by), None, None]);
    }

    /// A submission without a verdict, whose review begins with that of its request.
    fn pending(seal: Option<Hash>) -> Submission {
        Submission { seal, ..Submission::new([2; 32].into(), sealed().review_from()) }
    }

    /// The phases of the first submission, with these reviews.
    fn phases(submission: &Submission, state: &RequestState, reviews: &[crate::market::Review]) -> [Phase; 10] {
        moments().map(|now| submission.phase(0, &sealed(), state, reviews, now))
    }

    #[test]
    fn the_phase_of_a_submission_follows_the_clock_until_it_is_opened() {
        let phases = |seal| phases(&pending(seal), &state(1, 0, 0), &[]);
        let under_seal = [Signalling, Delivery, Delivery, Unsealing, Unsealing];
        assert_eq!(phases(Some(Hash::default()))[..5], under_seal);
        assert_eq!(phases(None)[..5], [Signalling, Delivery, Delivery, Delivery, Delivery]);
        for seal in [None, Some(Hash::default())] {
            assert_eq!(phases(seal)[5..], [Unopened; 5]);
        }
    }

    #[test]
    fn the_phase_of_a_submission_in_review_is_that_of_its_round() {
        let (quorum, max) = (usize::from(sealed().quorum), usize::from(sealed().max_reviews()));
        for (reviews, score, expected) in [
            (0, None, [Review, Review, Finalizable, Finalizable, Finalizable]),
            (quorum - 1, None, [Review, Review, Finalizable, Finalizable, Finalizable]),
            (quorum, None, [Review, Review, Reveal, Reveal, Finalizable]),
            (quorum, Some(80), [Review, Review, Finalizable, Finalizable, Finalizable]),
            (max, None, [Reveal, Reveal, Reveal, Reveal, Finalizable]),
            (max, Some(80), [Finalizable; 5]),
        ] {
            let round: Vec<_> = (0_u8..).map(|number| review(number, score)).take(reviews).collect();
            let found = phases(&pending(None), &state(1, 1, 0), &round);
            assert_eq!(found[5..], expected, "{reviews} reviews, {score:?}");
        }
    }

    #[test]
    fn the_phase_of_a_submission_with_a_verdict_is_how_far_its_pay_is() {
        let phase = |settled, claimed| {
            let judged = Submission { verdict: Verdict::Few, claimed, ..pending(None) };
            phases(&judged, &RequestState { settled, ..state(1, 1, 1) }, &[])
        };
        assert_eq!(phase(0, false), [Finalized; 10]);
        assert_eq!(phase(1, false), [Settled; 10]);
        assert_eq!(phase(1, true), [Claimed; 10]);
    }
}
