//! What is due in a request: when, and by whom.

use super::session::Session;
use anyhow::Result;
use interfaces::{
    market::{Access, Duplicates, Engagement, Error, Phase, RequestSpec, RequestState, Submission},
    Market as _, RequestId, SubmissionId, Timestamp,
};

/// Whether providers deliver under a seal.
pub fn is_sealed(spec: &RequestSpec) -> bool {
    spec.duplicates != Duplicates::Independent
}

/// From when reviews can be committed: where delivery is sealed, half of the time for it is for unsealing.
pub fn review_from(spec: &RequestSpec) -> Timestamp {
    match is_sealed(spec) {
        true => spec.deliver_by.saturating_add(spec.review_by.saturating_sub(spec.deliver_by) / 2),
        false => spec.deliver_by,
    }
}

/// Until when reviews of a submission can be committed, and then revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub commit_by: Timestamp,
    pub reveal_by: Timestamp,
}

impl Window {
    /// The window of the request's lengths that begins at `start`.
    pub fn new(spec: &RequestSpec, start: Timestamp) -> Self {
        let commit_by = start.saturating_add(spec.review_by.saturating_sub(review_from(spec)));
        Self { commit_by, reveal_by: commit_by.saturating_add(spec.reveal_by.saturating_sub(spec.review_by)) }
    }
}

/// A request's submissions with their phases.
pub struct Submissions(pub Vec<(SubmissionId, Submission, Phase)>);

impl Submissions {
    /// Reads all of them; those that are pruned, and periods that nothing was delivered in, are left out.
    pub fn read(session: &Session, request: RequestId) -> Result<Self> {
        let market = session.deployment.market();
        let (_, state) = session.read(market.request(request))?;
        let mut read = Vec::new();
        for submission in 0..state.submissions {
            session.progress("reading submissions", submission, state.submissions);
            match session.backend.read(market.submission(request, submission))? {
                Err(Error::UnknownSubmission) => {}
                Err(error) => return Err(super::Refusal::of(&error).into()),
                Ok(delivery) => {
                    let phase = session.read(market.phase(request, Some(submission)))?;
                    read.push((submission, delivery, phase));
                }
            }
        }
        Ok(Self(read))
    }

    pub fn in_phase(&self, wanted: Phase) -> Vec<SubmissionId> {
        self.0.iter().filter(|(_, _, phase)| *phase == wanted).map(|(submission, _, _)| *submission).collect()
    }

    pub fn get(&self, submission: SubmissionId) -> Option<&Submission> {
        self.0.iter().find(|(number, _, _)| *number == submission).map(|(_, read, _)| read)
    }
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub who: &'static str,
    /// As in `atomic signal 0`.
    pub command: String,
    /// Until when; none where there is time.
    pub until: Option<Timestamp>,
}

/// What can be done now with a request, or has to be.
pub fn steps(
    id: RequestId,
    (spec, state): (&RequestSpec, &RequestState),
    phase: Phase,
    submissions: &Submissions,
    engagement: Option<&Engagement>,
    now: Timestamp,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |who, command: String, until| steps.push(Step { who, command: format!("atomic {command}"), until });
    let deliver_by = engagement.and_then(|engagement| period_ends(engagement, now)).unwrap_or(spec.deliver_by);
    let delivers = |add: &mut dyn FnMut(&'static str, String, Option<Timestamp>)| {
        let has_place = engagement.map_or(state.places > 0, |engagement| engagement.tenure.is_some());
        if has_place && now < deliver_by {
            add("providers with a place", format!("submit {id} FILE"), Some(deliver_by));
        }
    };
    match phase {
        Phase::Signalling => {
            match spec.access {
                Access::Open => add("providers", format!("signal {id}"), Some(spec.signal_by)),
                Access::Offers => add("providers", format!("offer {id} PRICE"), Some(spec.signal_by)),
            }
            if spec.access == Access::Offers {
                add("the requester", format!("accept {id} PROVIDER"), Some(spec.deliver_by));
            }
            delivers(&mut add);
        }
        Phase::Delivery => {
            if spec.access == Access::Offers && engagement.is_none_or(|engagement| engagement.pool.is_none()) {
                add("the requester", format!("accept {id} PROVIDER"), Some(spec.deliver_by));
            }
            delivers(&mut add);
        }
        Phase::Unsealing => add("providers", format!("unseal {id}"), Some(review_from(spec))),
        Phase::Unopened => add("anyone", format!("open-reviews {id}"), None),
        Phase::Finalized if engagement.is_some() => add("anyone", format!("close-period {id}"), None),
        Phase::Finalized => add("anyone", format!("settle {id}"), None),
        Phase::Vacant => {
            add("providers", format!("offer {id} PRICE"), None);
            add("the requester", format!("takeover {id} PROVIDER"), None);
            add("the requester", format!("reclaim {id}"), None);
        }
        _ => {}
    }
    for (submission, delivery, phase) in &submissions.0 {
        let window = Window::new(spec, delivery.window_start);
        match phase {
            Phase::Unopened if engagement.is_some() => add("anyone", format!("open-reviews {id}"), None),
            Phase::Review => add("enforcers", format!("review {id} {submission} SCORE"), Some(window.commit_by)),
            Phase::Reveal => add("enforcers who committed", "review --due".into(), Some(window.reveal_by)),
            Phase::Finalizable => add("anyone", format!("finalize {id} {submission}"), None),
            Phase::Finalized if engagement.is_some() => add("anyone", format!("close-period {id}"), None),
            _ => {}
        }
    }
    let delivered = state.submissions.saturating_sub(state.claimed);
    if engagement.is_none() && now >= review_from(spec) && state.open_places > delivered {
        add("anyone", format!("report-no-show {id} PROVIDER"), None);
    }
    if !submissions.in_phase(Phase::Settled).is_empty() {
        add("anyone", format!("claim {id}"), None);
    }
    let reclaims = state.held > state.unclaimed;
    if state.closed && reclaims {
        add("the requester", format!("reclaim {id}"), None);
    }
    if state.closed && state.claimed >= state.submissions && state.open_places == 0 {
        add("anyone", format!("prune {id}"), None);
    }
    steps.dedup();
    steps
}

/// When the present period of an engagement ends, while somebody has the place.
fn period_ends(engagement: &Engagement, now: Timestamp) -> Option<Timestamp> {
    let first = engagement.tenure.as_ref()?.first_deliver_by;
    let over = now.checked_sub(first).map_or(0, |since| since / engagement.period.max(1) + 1);
    Some(first.saturating_add(engagement.period.saturating_mul(over)))
}
