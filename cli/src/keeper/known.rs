//! What is known of a market: which requests, providers and members there are, by its events, and how they stand, by
//! reads. Events only say what has to be read again, so that it does no harm to see one twice.

use crate::client::{
    backend::{Answer, Backend},
    deployment::Deployment,
};
use chain::Emitted;
use ink::primitives::AccountId;
use interfaces::{
    market::{
        Claimed, Engaged, Engagement, NoShow, OfferAccepted, OfferMade, OfferRetracted, PeriodClosed, Phase,
        PlaceVacated, PlacesTaken, PolicyApplied, PolicyProposed, Pruned, Reclaimed, RequestPosted, RequestSettled,
        RequestSpec, RequestState, RequestWithdrawn, Review, ReviewCommitted, ReviewRevealed, ReviewsOpened, Revised,
        Submission, SubmissionFinalized, SubmissionSealed, Submitted, Unsealed, Verdict, WindowReopened,
    },
    obligation::{
        Capacity, CheckedIn, FreezeChanged, Membership, OpsDeclared, OpsSeen, Queued, Rate, Reinstated, Resigned,
        Restored, Schedule, Seated, Standing, StandingChanged, Terms, TermsApplied, TermsProposed,
    },
    Market as _, Obligation as _, RequestId, SubmissionId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// One op in micro-operations, and one in parts per million.
const OP: u128 = 1_000_000;

/// A market as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Requests that are not pruned.
    pub requests: BTreeMap<RequestId, Request>,
    /// Who has, or had, to do with the enforcers' pool.
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
    /// Who took places that may never be delivered on, and by when each has to deliver where its offer said so.
    pub providers: BTreeMap<AccountId, Option<Timestamp>>,
    /// How it stands; nothing before it was read.
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
    /// What can be done with it at `now`, which may be later than the last block.
    pub fn phase(&self, now: Timestamp) -> Phase {
        self.state.phase(&self.spec, self.engagement.as_ref(), now)
    }
}

/// A submission with its reviews.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub submission: Submission,
    pub reviews: Vec<Review>,
}

/// Who has, or had, to do with the enforcers' pool.
#[derive(Clone, Debug)]
pub struct Member {
    /// The standing that somebody had latched last.
    pub latched: Standing,
    /// How it stands; nothing before it was read.
    pub membership: Option<Membership>,
    /// Micro-operations that may still be seen before its standing can be worse.
    room: u128,
    /// When it was read.
    read: Timestamp,
}

impl Member {
    /// Somebody of whom only this is known.
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

/// The request that an event is about, if it is one of these.
macro_rules! request_of {
    ($emitted:expr, $($event:ty),+) => {
        None$(.or_else(|| $emitted.decode::<$event>().map(|event| event.request)))+
    };
}

/// The request and the submission that an event is about, if it is one of these.
macro_rules! submission_of {
    ($emitted:expr, $($event:ty),+) => {
        None$(.or_else(|| $emitted.decode::<$event>().map(|event| (event.request, event.submission))))+
    };
}

/// The pool and the account that an event is about, if it is one of these.
macro_rules! member_of {
    ($emitted:expr, $($event:ty),+) => {
        None$(.or_else(|| $emitted.decode::<$event>().map(|event| (event.pool, event.who))))+
    };
}

impl Known {
    /// Has everything read again.
    pub fn forget_details(&mut self) {
        self.stale.fresh_pool = false;
        self.stale.requests.extend(self.requests.keys());
        self.stale.submissions.clear();
        self.stale.members.extend(self.members.keys());
        for request in self.requests.values_mut() {
            request.details = None;
        }
    }

    /// Takes in a request that there may be, of which no event is known. Returns whether there is.
    pub fn find_request(&mut self, id: RequestId, backend: &dyn Backend, deployment: &Deployment) -> Answer<bool> {
        let is_there = backend.read(deployment.market().request(id))?.is_ok();
        if is_there {
            self.requests.entry(id).or_default();
            self.stale.requests.insert(id);
        }
        Ok(is_there)
    }

    /// Has a request read again, with all of its submissions. What was known of it serves until then.
    pub fn forget_request(&mut self, id: RequestId) {
        if let Some(request) = self.requests.get(&id) {
            self.stale.requests.insert(id);
            let submissions = request.details.iter().flat_map(|details| details.submissions.keys());
            self.stale.submissions.extend(submissions.map(|submission| (id, *submission)));
        }
    }

    /// Whether something of this request is to be read again.
    pub fn is_stale(&self, id: RequestId) -> bool {
        let mut submissions = self.stale.submissions.range((id, 0)..=(id, SubmissionId::MAX));
        self.stale.requests.contains(&id) || submissions.next().is_some()
    }

    /// Has a request read again, but not its submissions.
    pub fn touch_request(&mut self, id: RequestId) {
        if self.requests.contains_key(&id) {
            self.stale.requests.insert(id);
        }
    }

    /// Has these members, and the pool, read again.
    pub fn forget_members<'a>(&mut self, members: impl IntoIterator<Item = &'a AccountId>) {
        self.stale.fresh_pool = false;
        self.stale.members.extend(members);
    }

    /// Takes in what an event of the market or of the obligation contract says.
    pub fn note(&mut self, emitted: &Emitted, deployment: &Deployment) {
        if emitted.contract == deployment.market {
            self.note_market(emitted);
        } else if emitted.contract == deployment.obligation {
            self.note_pool(emitted, deployment);
        }
    }

    fn note_market(&mut self, emitted: &Emitted) {
        if let Some(event) = emitted.decode::<Pruned>() {
            if event.finished {
                self.requests.remove(&event.request);
            } else {
                self.touch_request(event.request);
            }
            return;
        }
        if let Some(event) = emitted.decode::<PolicyProposed>() {
            self.policy_due = Some(event.effective);
        } else if emitted.decode::<PolicyApplied>().is_some() {
            self.policy_due = None;
        }
        if let Some(event) = emitted.decode::<RequestPosted>() {
            self.requests.entry(event.request).or_default();
            self.stale.requests.insert(event.request);
        } else if let Some(event) = emitted.decode::<PlacesTaken>() {
            self.requests.entry(event.request).or_default().providers.insert(event.provider, None);
            self.stale.requests.insert(event.request);
        } else if let Some(event) = emitted.decode::<OfferAccepted>() {
            let request = self.requests.entry(event.request).or_default();
            request.providers.insert(event.provider, Some(event.deliver_by));
            self.stale.requests.insert(event.request);
        } else if let Some(event) = emitted.decode::<NoShow>() {
            self.has_shown(event.request, &event.provider);
            self.touch_request(event.request);
        } else if let Some(event) = emitted.decode::<ReviewsOpened>() {
            self.touch_request(event.request);
            let opened = event.from..event.from.saturating_add(event.count);
            self.stale.submissions.extend(opened.map(|submission| (event.request, submission)));
        } else if let Some(touched) = submission_of!(emitted, ReviewCommitted, ReviewRevealed, Revised) {
            self.stale.submissions.insert(touched);
        } else if let Some(touched) =
            submission_of!(emitted, Submitted, SubmissionSealed, Unsealed, SubmissionFinalized, WindowReopened, Claimed)
        {
            self.stale.submissions.insert(touched);
            self.touch_request(touched.0);
        } else if let Some(request) = request_of!(
            emitted,
            Engaged,
            RequestWithdrawn,
            OfferMade,
            OfferRetracted,
            RequestSettled,
            PeriodClosed,
            PlaceVacated,
            Reclaimed
        ) {
            self.touch_request(request);
        }
    }

    fn note_pool(&mut self, emitted: &Emitted, deployment: &Deployment) {
        if let Some(event) = emitted.decode::<FreezeChanged>() {
            if self.members.contains_key(&event.who) {
                self.forget_members([&event.who]);
            }
        } else if let Some(event) = emitted.decode::<OpsSeen>().filter(|event| event.pool == deployment.pool) {
            let seen = self.pool.as_ref().map_or(u128::MAX, |pool| pool.greatest_weight() * u128::from(event.ops));
            self.stale.fresh_pool = false;
            for (who, member) in &mut self.members {
                member.room = member.room.saturating_sub(seen);
                if member.room == 0 {
                    self.stale.members.insert(*who);
                }
            }
        } else if let Some(event) = emitted.decode::<TermsProposed>().filter(|event| event.pool == deployment.pool) {
            self.terms_due = Some(event.due);
        } else if emitted.decode::<TermsApplied>().is_some_and(|event| event.pool == deployment.pool) {
            self.terms_due = None;
            self.stale.fresh_pool = false;
            self.stale.members.extend(self.members.keys());
        } else if let Some(event) = emitted.decode::<StandingChanged>().filter(|event| event.pool == deployment.pool) {
            self.member(event.who).latched = event.standing;
            self.forget_members([&event.who]);
        } else if let Some((pool, who)) = member_of!(emitted, Reinstated, Resigned) {
            if pool == deployment.pool {
                self.stale.fresh_pool = false;
                if emitted.decode::<Reinstated>().is_some() {
                    self.member(who).latched = Standing::Healthy;
                }
                self.forget_members([&who]);
            }
        } else if let Some((pool, who)) = member_of!(emitted, Seated, Queued, OpsDeclared, CheckedIn, Restored) {
            if pool == deployment.pool {
                self.member(who);
                self.forget_members([&who]);
            }
        }
    }

    fn member(&mut self, who: AccountId) -> &mut Member {
        self.members.entry(who).or_insert(Member::new(Standing::Healthy))
    }

    /// None of the places of this provider is left that nobody delivered on.
    pub fn has_shown(&mut self, request: RequestId, provider: &AccountId) {
        if let Some(request) = self.requests.get_mut(&request) {
            request.providers.remove(provider);
        }
    }

    /// Reads what is not known, or not any more, as of a block at `now`. What was read when the connection is lost, is.
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
                    let submissions = request.details.take().map_or_else(BTreeMap::new, |known| known.submissions);
                    // What was delivered before the first read has to be read as well.
                    let unknown = (0..state.submissions).filter(|submission| !submissions.contains_key(submission));
                    self.stale.submissions.extend(unknown.map(|submission| (id, submission)));
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
                // A period of an engagement that nothing was delivered in has no submission.
                if let Ok(submission) = backend.read(market.submission(id, number))? {
                    let opened = number < details.state.opened;
                    let reviews = match opened {
                        true => backend.read(market.reviews(id, number))?.unwrap_or_default(),
                        false => Vec::new(),
                    };
                    if submission.verdict != Verdict::Pending || submission.second_window {
                        self.stale.members.extend(reviews.iter().map(|review| review.enforcer));
                    }
                    details.submissions.insert(number, Delivery { submission, reviews });
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
        // Presence falls due, and standings recover, by time: looked at four times an epoch.
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
