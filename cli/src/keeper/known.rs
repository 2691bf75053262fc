//! What is known of a market. Its events say which requests, providers and members there are; reads say how they stand.
//! Events only say what has to be read again, so it does no harm to see one twice.

use crate::client::{
    backend::{Answer, Backend},
    deployment::Deployment,
    jury::nearness,
};
use chain::Emitted;
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Engagement, Phase, RequestSpec, RequestState, Review, Submission, Verdict},
    obligation::{self, Capacity, Membership, Rate, Schedule, Standing, Terms, OP},
    Event, Market as _, Obligation as _, PoolId, RequestId, SubmissionId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// A market as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Requests that are not pruned.
    pub requests: BTreeMap<RequestId, Request>,
    /// Accounts that have, or had, to do with the enforcers' pool.
    pub members: BTreeMap<AccountId, Member>,
    pub pool: Option<Pool>,
    /// From when on proposed terms are in force that nobody has written down.
    pub terms_due: Option<Timestamp>,
    /// The same of the policy.
    pub policy_due: Option<Timestamp>,
    stale: Stale,
}

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The providers whose places may never be delivered on, and the deadline of each if its offer set one.
    pub providers: BTreeMap<AccountId, Option<Timestamp>>,
    /// How it stands; `None` before it was read.
    pub details: Option<Details>,
}

/// How a request stands.
#[derive(Clone, Debug)]
pub struct Details {
    pub spec: RequestSpec,
    pub state: RequestState,
    pub engagement: Option<Engagement>,
    pub submissions: BTreeMap<SubmissionId, Delivery>,
}

impl Details {
    /// What can be done with it at `now`; that may be later than the last block.
    pub fn phase(&self, now: Timestamp) -> Phase {
        self.state.phase(&self.spec, self.engagement.as_ref(), now)
    }

    /// When that next changes by the clock alone, when the present period of an engagement ends, or when the first of
    /// the windows does in which there are reviews to commit or to reveal.
    pub fn phase_ends(&self, now: Timestamp) -> Option<Timestamp> {
        let engagement = self.engagement.as_ref();
        let period_ends = engagement.filter(|_| !self.state.closed).and_then(|engagement| engagement.present_ends(now));
        let ends = period_ends.or_else(|| self.state.phase_ends(&self.spec, engagement, now));
        let in_review = self.phase(now) == Phase::Review;
        ends.or_else(|| self.windows(now).map(|(_, _, ends)| ends).min().filter(|_| in_review))
    }

    /// How near the submission is to its quorum that is the nearest, of those whose reviews can be committed; see
    /// [`nearness`].
    pub fn nearness(&self, now: Timestamp) -> Option<(bool, u8)> {
        self.in_review(now).map(|delivery| nearness(&self.spec, &delivery.reviews)).min()
    }

    /// How many commitments are missing to the quorums of all submissions whose reviews can be committed.
    pub fn wanted(&self, now: Timestamp) -> u32 {
        self.in_review(now).map(|delivery| u32::from(self.spec.missing(&delivery.reviews))).sum()
    }

    /// The submissions whose reviews can be committed.
    fn in_review(&self, now: Timestamp) -> impl Iterator<Item = &Delivery> {
        self.windows(now).filter(|(_, phase, _)| *phase == Phase::Review).map(|(delivery, _, _)| delivery)
    }

    /// The submissions whose reviews can be committed or revealed, which of both, and until when.
    fn windows(&self, now: Timestamp) -> impl Iterator<Item = (&Delivery, Phase, Timestamp)> {
        self.submissions.iter().filter_map(move |(number, delivery)| {
            let window = self.spec.window(delivery.submission.window_start);
            match delivery.submission.phase(*number, &self.spec, &self.state, &delivery.reviews, now) {
                phase @ Phase::Review => Some((delivery, phase, window.commit_by)),
                phase @ Phase::Reveal => Some((delivery, phase, window.reveal_by)),
                _ => None,
            }
        })
    }
}

/// A submission with its reviews.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub submission: Submission,
    pub reviews: Vec<Review>,
}

/// Accounts that have, or had, to do with the enforcers' pool.
#[derive(Clone, Debug)]
pub struct Member {
    /// The standing that was latched last.
    pub latched: Standing,
    /// How it stands; `None` before it was read.
    pub membership: Option<Membership>,
    /// How many more micro-operations it may see before its standing can be worse.
    room: u128,
    /// When it was read.
    read: Timestamp,
}

impl Member {
    /// A member of whom only this is known.
    pub fn new(latched: Standing) -> Self {
        Self { latched, membership: None, room: 0, read: 0 }
    }
}

/// The enforcers' pool.
#[derive(Clone, Debug)]
pub struct Pool {
    pub terms: Terms,
    pub schedule: Schedule,
    pub capacity: Capacity,
    /// When it was read.
    read: Timestamp,
}

impl Pool {
    /// A pool that was read at this time.
    pub fn new(terms: Terms, schedule: Schedule, capacity: Capacity, read: Timestamp) -> Self {
        Self { terms, schedule, capacity, read }
    }

    /// The most that one op weighs, in micro-operations.
    fn greatest_weight(&self) -> u128 {
        match self.terms.rate {
            Rate::Fixed => self.schedule.segments.iter().map(|segment| segment.weight_ppm.into()).max().unwrap_or(OP),
            Rate::FairShare { .. } => u128::from(self.terms.denominator) * OP,
        }
    }

    /// Micro-operations that this member may see before its standing is worse.
    fn room(&self, membership: &Membership) -> u128 {
        let buffer = match membership.standing {
            Standing::Healthy => self.terms.throttle_buffer,
            Standing::Throttled => self.terms.ban_buffer,
            Standing::Banned => return u128::MAX,
        };
        let ops = u128::from(membership.open) + u128::from(buffer) + 1;
        let limit = membership.declared.saturating_add(ops * OP).saturating_mul(self.terms.denominator.into());
        limit.saturating_sub(membership.seen)
    }
}

/// What has to be read, for the first time or again.
#[derive(Clone, Debug, Default)]
struct Stale {
    requests: BTreeSet<RequestId>,
    submissions: BTreeSet<(RequestId, SubmissionId)>,
    members: BTreeSet<AccountId>,
    fresh_pool: bool,
}

impl Known {
    /// Marks everything to be read again.
    pub fn forget_details(&mut self) {
        self.stale.fresh_pool = false;
        self.stale.requests.extend(self.requests.keys());
        self.stale.submissions.clear();
        self.stale.members.extend(self.members.keys());
        for request in self.requests.values_mut() {
            request.details = None;
        }
    }

    /// Looks for a request of which no event is known. Returns whether it exists.
    pub fn find_request(&mut self, id: RequestId, backend: &dyn Backend, deployment: &Deployment) -> Answer<bool> {
        let is_there = backend.read(deployment.market().request(id))?.is_ok();
        if is_there {
            self.requests.entry(id).or_default();
            self.stale.requests.insert(id);
        }
        Ok(is_there)
    }

    /// Marks a request to be read again, with all of its submissions. Until then, what was known of it is used.
    pub fn forget_request(&mut self, id: RequestId) {
        if let Some(request) = self.requests.get(&id) {
            self.stale.requests.insert(id);
            let submissions = request.details.iter().flat_map(|details| details.submissions.keys());
            self.stale.submissions.extend(submissions.map(|submission| (id, *submission)));
        }
    }

    /// Whether part of this request is to be read again.
    pub fn is_stale(&self, id: RequestId) -> bool {
        let mut submissions = self.stale.submissions.range((id, 0)..=(id, SubmissionId::MAX));
        self.stale.requests.contains(&id) || submissions.next().is_some()
    }

    /// Marks a request to be read again, but not its submissions.
    pub fn touch_request(&mut self, id: RequestId) {
        if self.requests.contains_key(&id) {
            self.stale.requests.insert(id);
        }
    }

    /// Marks these members, and the pool, to be read again.
    pub fn forget_members<'a>(&mut self, members: impl IntoIterator<Item = &'a AccountId>) {
        self.stale.fresh_pool = false;
        self.stale.members.extend(members);
    }

    /// Takes in an event of the market or of the obligation contract.
    pub fn note(&mut self, emitted: &Emitted, deployment: &Deployment) {
        match deployment.addresses().event(emitted) {
            Some(Event::Market(event)) => self.note_market(event),
            Some(Event::Obligation(event)) => self.note_pool(event, deployment.pool),
            Some(Event::Reputation(_)) | None => {}
        }
    }

    fn note_market(&mut self, event: market::Event) {
        use market::Event;
        let submissions = event.submissions();
        match event {
            Event::PolicyProposed(event) => self.policy_due = Some(event.effective),
            Event::PolicyApplied(_) => self.policy_due = None,
            Event::RequestPosted(event) => {
                self.requests.entry(event.request).or_default();
                self.stale.requests.insert(event.request);
            }
            Event::PlacesTaken(event) => self.has_place(event.request, event.provider, None),
            Event::OfferAccepted(event) => self.has_place(event.request, event.provider, Some(event.deliver_by)),
            Event::NoShow(event) => {
                self.has_shown(event.request, &event.provider);
                self.touch_request(event.request);
            }
            Event::Pruned(event) if event.finished => {
                self.requests.remove(&event.request);
            }
            // Submissions alone.
            Event::ReviewsCommitted(market::ReviewsCommitted { request, .. })
            | Event::ReviewsRevealed(market::ReviewsRevealed { request, .. })
            | Event::Revised(market::Revised { request, .. }) => self.touch_submissions(request, submissions),
            // The submission, and its request with it.
            Event::ReviewsOpened(market::ReviewsOpened { request, .. })
            | Event::Submitted(market::Submitted { request, .. })
            | Event::SubmissionSealed(market::SubmissionSealed { request, .. })
            | Event::Unsealed(market::Unsealed { request, .. })
            | Event::SubmissionFinalized(market::SubmissionFinalized { request, .. })
            | Event::WindowExtended(market::WindowExtended { request, .. })
            | Event::Claimed(market::Claimed { request, .. }) => {
                self.touch_submissions(request, submissions);
                self.touch_request(request);
            }
            // The request alone.
            Event::Engaged(market::Engaged { request, .. })
            | Event::NoticeGiven(market::NoticeGiven { request, .. })
            | Event::RequestWithdrawn(market::RequestWithdrawn { request, .. })
            | Event::OfferMade(market::OfferMade { request, .. })
            | Event::OfferRetracted(market::OfferRetracted { request, .. })
            | Event::RequestSettled(market::RequestSettled { request, .. })
            | Event::PeriodClosed(market::PeriodClosed { request, .. })
            | Event::PlaceVacated(market::PlaceVacated { request, .. })
            | Event::Reclaimed(market::Reclaimed { request, .. })
            | Event::Pruned(market::Pruned { request, .. }) => self.touch_request(request),
            // These make nothing due.
            Event::Opened(_)
            | Event::Withdrawn(_)
            | Event::ReputationRefused(_)
            | Event::RoleGranted(_)
            | Event::RoleRevoked(_)
            | Event::RoleAdminChanged(_)
            | Event::Paused(_)
            | Event::Unpaused(_) => {}
        }
    }

    fn note_pool(&mut self, event: obligation::Event, of: PoolId) {
        use obligation::Event;
        match event {
            // These are about all pools at once.
            Event::FreezeChanged(event) if self.members.contains_key(&event.who) => {
                self.forget_members([&event.who]);
            }
            Event::OpsSeen(event) if event.pool == of => self.has_seen(event.ops),
            Event::TermsProposed(event) if event.pool == of => self.terms_due = Some(event.due),
            Event::TermsApplied(event) if event.pool == of => {
                self.terms_due = None;
                self.stale.fresh_pool = false;
                self.stale.members.extend(self.members.keys());
            }
            Event::StandingChanged(event) if event.pool == of => {
                self.member(event.who).latched = event.standing;
                self.forget_members([&event.who]);
            }
            Event::Reinstated(obligation::Reinstated { pool, who, .. })
            | Event::Redeemed(obligation::Redeemed { pool, who, .. })
                if pool == of =>
            {
                self.member(who).latched = Standing::Healthy;
                self.forget_members([&who]);
            }
            Event::Resigned(event) if event.pool == of => self.forget_members([&event.who]),
            Event::OpsDeclared(event) if event.pool == of => self.have_declared(&event.declared),
            Event::Seated(obligation::Seated { pool, who, .. })
            | Event::Queued(obligation::Queued { pool, who, .. })
            | Event::CheckedIn(obligation::CheckedIn { pool, who, .. })
            | Event::Restored(obligation::Restored { pool, who, .. })
                if pool == of =>
            {
                self.member(who);
                self.forget_members([&who]);
            }
            // These are of other pools, or make nothing due.
            Event::FreezeChanged(_)
            | Event::OpsSeen(_)
            | Event::TermsProposed(_)
            | Event::TermsApplied(_)
            | Event::StandingChanged(_)
            | Event::Reinstated(_)
            | Event::Redeemed(_)
            | Event::Resigned(_)
            | Event::Seated(_)
            | Event::Queued(_)
            | Event::OpsDeclared(_)
            | Event::CheckedIn(_)
            | Event::Restored(_)
            | Event::PoolOpened(_)
            | Event::PoolClosed(_)
            | Event::ReputationRefused(_)
            | Event::RoleGranted(_)
            | Event::RoleRevoked(_)
            | Event::RoleAdminChanged(_)
            | Event::Paused(_)
            | Event::Unpaused(_) => {}
        }
    }

    fn touch_submissions(&mut self, request: RequestId, submissions: Vec<SubmissionId>) {
        self.stale.submissions.extend(submissions.into_iter().map(|submission| (request, submission)));
    }

    /// A provider has a place, and has to deliver by then where its offer said so.
    fn has_place(&mut self, request: RequestId, provider: AccountId, deliver_by: Option<Timestamp>) {
        self.requests.entry(request).or_default().providers.insert(provider, deliver_by);
        self.stale.requests.insert(request);
    }

    /// Every member has seen this many more operations: some may be worse off by now.
    fn has_seen(&mut self, ops: u32) {
        let seen = self.pool.as_ref().map_or(u128::MAX, |pool| pool.greatest_weight() * u128::from(ops));
        self.stale.fresh_pool = false;
        for (who, member) in &mut self.members {
            member.room = member.room.saturating_sub(seen);
            if member.room == 0 {
                self.stale.members.insert(*who);
            }
        }
    }

    /// These members have done work.
    fn have_declared(&mut self, declared: &[(AccountId, u32)]) {
        for (who, _) in declared {
            self.member(*who);
        }
        self.forget_members(declared.iter().map(|(who, _)| who));
    }

    fn member(&mut self, who: AccountId) -> &mut Member {
        self.members.entry(who).or_insert(Member::new(Standing::Healthy))
    }

    /// This provider has no place left that nobody delivered on.
    pub fn has_shown(&mut self, request: RequestId, provider: &AccountId) {
        if let Some(request) = self.requests.get_mut(&request) {
            request.providers.remove(provider);
        }
    }

    /// Reads what is unknown or out of date, as of a block at `now`. If the connection is lost, what was read so far is
    /// kept.
    pub fn refresh(&mut self, backend: &dyn Backend, deployment: &Deployment, now: Timestamp) -> Answer<()> {
        self.read_requests(backend, deployment)?;
        self.read_submissions(backend, deployment)?;
        self.read_pool(backend, deployment, now)?;
        self.read_members(backend, deployment, now)
    }

    fn read_requests(&mut self, backend: &dyn Backend, deployment: &Deployment) -> Answer<()> {
        while let Some(&id) = self.stale.requests.first() {
            match backend.read(deployment.market().request(id))? {
                Ok((spec, state)) => {
                    let engagement = match state.engagement {
                        true => backend.read(deployment.market().engagement(id))?.ok(),
                        false => None,
                    };
                    let request = self.requests.entry(id).or_default();
                    // Deliveries from before the first read have to be read as well.
                    let (submissions, read) = match request.details.take() {
                        Some(known) => (known.submissions, known.state.submissions),
                        None => (BTreeMap::new(), 0),
                    };
                    self.stale.submissions.extend((read..state.submissions).map(|submission| (id, submission)));
                    request.details = Some(Details { spec, state, engagement, submissions });
                }
                Err(_) => {
                    self.requests.remove(&id);
                }
            }
            self.stale.requests.remove(&id);
        }
        Ok(())
    }

    fn read_submissions(&mut self, backend: &dyn Backend, deployment: &Deployment) -> Answer<()> {
        while let Some(&(id, number)) = self.stale.submissions.first() {
            let market = deployment.market();
            if let Some(details) = self.requests.get_mut(&id).and_then(|request| request.details.as_mut()) {
                // A period of an engagement has no submission without a delivery, and none any more once it is paid.
                match backend.read(market.submission(id, number))? {
                    Err(_) => {
                        details.submissions.remove(&number);
                    }
                    Ok(submission) => {
                        let opened = number < details.state.opened;
                        let reviews = match opened {
                            true => backend.read(market.reviews(id, number))?.unwrap_or_default(),
                            false => Vec::new(),
                        };
                        if submission.verdict != Verdict::Pending {
                            self.stale.members.extend(reviews.iter().map(|review| review.enforcer));
                        }
                        details.submissions.insert(number, Delivery { submission, reviews });
                    }
                }
            }
            self.stale.submissions.remove(&(id, number));
        }
        Ok(())
    }

    fn read_pool(&mut self, backend: &dyn Backend, deployment: &Deployment, now: Timestamp) -> Answer<()> {
        let in_force_since = |read: Timestamp| self.terms_due.is_some_and(|due| read < due && due <= now);
        let changed = self.pool.as_ref().is_some_and(|pool| in_force_since(pool.read));
        if self.stale.fresh_pool && !changed {
            return Ok(());
        }
        let obligation = deployment.obligation();
        let terms = backend.read(obligation.terms(deployment.pool))?;
        let capacity = backend.read(obligation.capacity(deployment.pool))?;
        if let (Ok((terms, schedule)), Ok(capacity)) = (terms, capacity) {
            self.pool = Some(Pool { terms, schedule, capacity, read: now });
        }
        self.stale.fresh_pool = true;
        if changed {
            self.stale.members.extend(self.members.keys());
        }
        Ok(())
    }

    fn read_members(&mut self, backend: &dyn Backend, deployment: &Deployment, now: Timestamp) -> Answer<()> {
        let Some(pool) = &self.pool else { return Ok(()) };
        // Presence falls due, and standings recover, with time: they are read four times an epoch.
        let pause = pool.terms.epoch / 4;
        let restless = |member: &Member| member.latched == Standing::Throttled || pool.terms.presence > 0;
        let due =
            self.members.iter().filter(|(_, member)| restless(member) && member.read.saturating_add(pause) <= now);
        self.stale.members.extend(due.map(|(who, _)| *who));
        while let Some(&who) = self.stale.members.first() {
            match backend.read(deployment.obligation().membership(deployment.pool, who))? {
                Ok(membership) => {
                    let member = self.members.entry(who).or_insert(Member::new(Standing::Healthy));
                    (member.room, member.read) = (pool.room(&membership), now);
                    member.membership = Some(membership);
                }
                Err(_) => {
                    self.members.remove(&who);
                }
            }
            self.stale.members.remove(&who);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::account;
    use interfaces::{
        fixtures,
        obligation::{CheckedIn, Event, OpsDeclared, Redeemed},
    };

    #[test]
    fn whoever_redeemed_itself_counts_as_healthy_and_whoever_is_present_is_only_read_again() {
        let (mut known, who) = (Known::default(), account("eva"));
        known.members.insert(who, Member::new(Standing::Banned));
        known.note_pool(Event::CheckedIn(CheckedIn { pool: 3, who, ops: 1 }), 3);
        assert!(known.stale.members.contains(&who));
        known.note_pool(Event::Redeemed(Redeemed { pool: 4, who, burnt: 50 }), 3);
        assert_eq!(known.members[&who].latched, Standing::Banned, "that was another pool");
        known.note_pool(Event::Redeemed(Redeemed { pool: 3, who, burnt: 50 }), 3);
        assert_eq!(known.members[&who].latched, Standing::Healthy);
    }

    #[test]
    fn whoever_is_in_a_list_is_read_again() {
        let (mut known, [eva, emil]) = (Known::default(), ["eva", "emil"].map(account));
        known.note_pool(Event::OpsDeclared(OpsDeclared { pool: 4, declared: vec![(eva, 1)] }), 3);
        assert!(known.members.is_empty(), "that was another pool");
        known.note_pool(Event::OpsDeclared(OpsDeclared { pool: 3, declared: vec![(eva, 2), (emil, 1)] }), 3);
        assert!([eva, emil].iter().all(|who| known.members.contains_key(who) && known.stale.members.contains(who)));

        let reviews = [2, 5].map(|submission| market::Revealed { submission, score: 9, duplicate_of: None });
        let (request, enforcer) = (7, eva);
        known.note_market(market::ReviewsCommitted { request, enforcer, submissions: vec![1, 2] }.into());
        known.note_market(market::ReviewsRevealed { request, enforcer, reviews: reviews.into() }.into());
        assert!(known.stale.submissions.iter().eq(&[(7, 1), (7, 2), (7, 5)]));
    }

    #[test]
    fn a_request_in_review_ends_with_its_first_window_and_is_as_near_as_its_nearest_submission() {
        let state = RequestState { submissions: 4, opened: 4, ..RequestState::new(account("rita")) };
        let spec = fixtures::request(0, 100);
        let (engagement, submissions) = (None, BTreeMap::new());
        let mut details = Details { spec, state, engagement, submissions };
        for (number, start, committed) in [(0, 230, 1), (1, 210, 3), (2, 220, 2), (3, 100, 3)] {
            let submission = Submission { delivered: true, ..Submission::new(account("pia"), start) };
            let reviews = vec![fixtures::review(1, None); committed];
            details.submissions.insert(number, Delivery { submission, reviews });
        }
        // The last one is revealed from 200 to 300, the others are committed to until 310 to 330.
        assert_eq!(details.phase(250), Phase::Review);
        assert_eq!([250, 299, 300, 310].map(|now| details.phase_ends(now)), [300, 300, 310, 320].map(Some));
        assert_eq!((details.nearness(250), details.wanted(250)), (Some((false, 1)), 3));
        assert_eq!(details.nearness(330), None);
    }
}
