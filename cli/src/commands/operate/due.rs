//! What is due in a request: when, and by whom.

use crate::{client::jury::nearness, commands::operate::session::Session};
use anyhow::Result;
use interfaces::{
    market::{Access, Engagement, Error, Phase, RequestSpec, RequestState, Review, Submission, Window},
    Market as _, RequestId, SubmissionId, Timestamp,
};

/// A submission with its phase and its reviews.
pub struct Delivery {
    pub number: SubmissionId,
    pub submission: Submission,
    pub phase: Phase,
    pub reviews: Vec<Review>,
}

impl Delivery {
    /// Its present window.
    pub fn window(&self, spec: &RequestSpec) -> Window {
        spec.window(self.submission.window_start)
    }

    /// Until when its reviews can be committed, or revealed.
    pub fn reviewed_by(&self, spec: &RequestSpec) -> Option<Timestamp> {
        match self.phase {
            Phase::Review => Some(self.window(spec).commit_by),
            Phase::Reveal => Some(self.window(spec).reveal_by),
            _ => None,
        }
    }

    /// How near it is to its quorum, if its reviews can be committed; see [`nearness`].
    pub fn nearness(&self, spec: &RequestSpec) -> Option<(bool, u8)> {
        (self.phase == Phase::Review).then(|| nearness(spec, &self.reviews))
    }

    /// How many commitments are missing to its quorum.
    pub fn missing(&self, spec: &RequestSpec) -> u8 {
        spec.missing(&self.reviews)
    }
}

/// A request's submissions.
pub struct Submissions(pub Vec<Delivery>);

impl Submissions {
    /// Reads all of them, except those that are pruned, and periods in which nothing was delivered or that are paid.
    pub fn read(session: &Session, request: RequestId) -> Result<Self> {
        let market = session.deployment.market();
        let (_, state) = session.read(market.request(request))?;
        let mut read = Vec::new();
        for number in 0..state.submissions {
            session.progress("reading submissions", number, state.submissions);
            match session.backend.read(market.submission(request, number))? {
                Err(Error::UnknownSubmission) => {}
                Err(error) => return Err(super::Refusal::of(&error).into()),
                Ok(submission) => {
                    let phase = session.read(market.phase(request, Some(number)))?;
                    let reviews = session.read(market.reviews(request, number))?;
                    read.push(Delivery { number, submission, phase, reviews });
                }
            }
        }
        Ok(Self(read))
    }

    pub fn in_phase(&self, wanted: Phase) -> Vec<SubmissionId> {
        self.0.iter().filter(|delivery| delivery.phase == wanted).map(|delivery| delivery.number).collect()
    }

    pub fn get(&self, submission: SubmissionId) -> Option<&Submission> {
        self.0.iter().find(|delivery| delivery.number == submission).map(|delivery| &delivery.submission)
    }
}

/// Those who may do upkeep.
const ANYONE: &str = "anyone";

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub who: &'static str,
    /// As in `atomic signal 0`.
    pub command: String,
    /// The deadline; `None` where there is none.
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
    let mut steps = Steps { id, spec, state, engagement, now, steps: Vec::new() };
    steps.of_request(phase);
    // What can be reviewed comes first, nearest to its quorum first.
    let mut deliveries: Vec<_> = submissions.0.iter().collect();
    deliveries.sort_by_key(|delivery| (delivery.phase != Phase::Review, delivery.nearness(spec)));
    deliveries.into_iter().for_each(|delivery| steps.of_submission(delivery));
    steps.of_payment(submissions);
    steps.steps.dedup();
    steps.steps
}

/// What there is to do in one request; collects the steps.
struct Steps<'a> {
    id: RequestId,
    spec: &'a RequestSpec,
    state: &'a RequestState,
    engagement: Option<&'a Engagement>,
    now: Timestamp,
    steps: Vec<Step>,
}

impl Steps<'_> {
    fn add(&mut self, who: &'static str, command: String, until: Option<Timestamp>) {
        self.steps.push(Step { who, command: format!("atomic {command}"), until });
    }

    fn of_request(&mut self, phase: Phase) {
        let Self { id, spec, state, engagement, .. } = *self;
        match phase {
            Phase::Signalling => {
                match spec.access {
                    Access::Open if state.places >= spec.limit => {}
                    Access::Open => self.add("providers", format!("signal {id}"), Some(spec.signal_by)),
                    Access::Offers => {
                        self.add("providers", format!("offer {id} PRICE"), Some(spec.signal_by));
                        self.add("the requester", format!("accept {id} PROVIDER"), Some(spec.deliver_by));
                    }
                }
                self.of_delivery();
            }
            Phase::Delivery => {
                if spec.access == Access::Offers && engagement.is_none_or(|engagement| engagement.pool.is_none()) {
                    self.add("the requester", format!("accept {id} PROVIDER"), Some(spec.deliver_by));
                }
                self.of_delivery();
            }
            Phase::Unsealing => self.add("providers", format!("unseal {id}"), Some(spec.review_from())),
            Phase::Unopened => self.add(ANYONE, format!("open-reviews {id}"), None),
            Phase::Finalized if engagement.is_some() => self.add(ANYONE, format!("close-period {id}"), None),
            Phase::Finalized => self.add(ANYONE, format!("settle {id}"), None),
            Phase::Vacant => {
                self.add("providers", format!("offer {id} PRICE"), None);
                self.add("the requester", format!("takeover {id} PROVIDER"), None);
                self.add("the requester", format!("reclaim {id}"), None);
                if engagement.is_some_and(|engagement| self.now >= engagement.vacant_until()) {
                    self.add(ANYONE, format!("close-period {id}"), None);
                }
            }
            _ => {}
        }
    }

    /// The deadline for those who have a place; in an engagement, for the present period.
    fn of_delivery(&mut self) {
        let deliver_by = match self.engagement {
            Some(engagement) => engagement.present_ends(self.now),
            None => Some(self.spec.deliver_by).filter(|by| self.state.places > 0 && self.now < *by),
        };
        if deliver_by.is_some() {
            self.add("providers with a place", format!("submit {} FILE", self.id), deliver_by);
        }
    }

    fn of_submission(&mut self, delivery: &Delivery) {
        let (id, number, until) = (self.id, delivery.number, delivery.reviewed_by(self.spec));
        match delivery.phase {
            Phase::Unopened if self.engagement.is_some() => self.add(ANYONE, format!("open-reviews {id}"), None),
            Phase::Review => self.add("enforcers", format!("review {id} {number} SCORE"), until),
            Phase::Reveal => self.add("enforcers who committed", "review --due".into(), until),
            Phase::Finalizable => self.add(ANYONE, format!("finalize {id}"), None),
            Phase::Finalized if self.engagement.is_some() => self.add(ANYONE, format!("close-period {id}"), None),
            _ => {}
        }
    }

    /// What settles all accounts, once there is nothing else to do.
    fn of_payment(&mut self, submissions: &Submissions) {
        let Self { id, spec, state, now, .. } = *self;
        let undelivered = state.undelivered(submissions.0.iter().map(|delivery| &delivery.submission)) > 0;
        if self.engagement.is_none() && now >= spec.no_show_from(spec.deliver_by) && undelivered {
            self.add(ANYONE, format!("report-no-show {id} PROVIDER"), None);
        }
        if !submissions.in_phase(Phase::Settled).is_empty() {
            self.add(ANYONE, format!("claim {id}"), None);
        }
        if state.closed && state.held > state.unclaimed {
            self.add("the requester", format!("reclaim {id}"), None);
        }
        if state.is_prunable() {
            self.add(ANYONE, format!("prune {id}"), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::{days, hours, GENESIS};
    use interfaces::{
        fixtures,
        market::{Duplicates, Tenure},
        Balance,
    };

    fn spec(access: Access, duplicates: Duplicates) -> RequestSpec {
        RequestSpec {
            access,
            duplicates,
            limit: 2,
            review_by: GENESIS + days(4),
            reveal_by: GENESIS + days(5),
            ..fixtures::request(GENESIS, days(1))
        }
    }

    fn state(places: u32, submissions: u32, claimed: u32, closed: bool, held: Balance) -> RequestState {
        let (open_places, settled) = (places - claimed, if closed { submissions } else { 0 });
        let new = RequestState::new([1; 32].into());
        RequestState { places, open_places, submissions, settled, claimed, closed, held, ..new }
    }

    /// A submission whose window begins as early as may be.
    fn delivery(spec: &RequestSpec, number: SubmissionId, phase: Phase) -> Delivery {
        let pending = Submission::new([2; 32].into(), spec.review_from());
        let submission = Submission { delivered: true, submitted: GENESIS, ..pending };
        Delivery { number, submission, phase, reviews: Vec::new() }
    }

    /// Commands and deadlines, in hours since the beginning.
    fn due(
        spec: &RequestSpec,
        state: &RequestState,
        phase: Phase,
        delivered: &[Phase],
        now: u64,
    ) -> Vec<(String, Option<u64>)> {
        let submissions = (0..).zip(delivered).map(|(number, phase)| delivery(spec, number, *phase)).collect();
        shown(steps(7, (spec, state), phase, &Submissions(submissions), None, GENESIS + hours(now)))
    }

    fn shown(steps: Vec<Step>) -> Vec<(String, Option<u64>)> {
        steps
            .into_iter()
            .map(|step| (step.command.replace("atomic ", ""), step.until.map(|until| (until - GENESIS) / hours(1))))
            .collect()
    }

    fn step(command: &str, until: impl Into<Option<u64>>) -> (String, Option<u64>) {
        (command.to_owned(), until.into())
    }

    #[test]
    fn places_are_taken_while_there_are_any_and_then_delivered_on() {
        let spec = spec(Access::Open, Duplicates::Independent);
        let due = |state: &RequestState, phase, now| due(&spec, state, phase, &[], now);
        assert_eq!(due(&state(0, 0, 0, false, 1), Phase::Signalling, 1), [step("signal 7", 24)]);
        let both = [step("signal 7", 24), step("submit 7 FILE", 48)];
        assert_eq!(due(&state(1, 0, 0, false, 1), Phase::Signalling, 1), both);
        assert_eq!(due(&state(2, 0, 0, false, 1), Phase::Signalling, 1), [step("submit 7 FILE", 48)]);
        assert_eq!(due(&state(2, 0, 0, false, 1), Phase::Delivery, 25), [step("submit 7 FILE", 48)]);
    }

    #[test]
    fn offers_are_made_and_accepted_before_anything_is_delivered() {
        let spec = spec(Access::Offers, Duplicates::Independent);
        let expected = [step("offer 7 PRICE", 24), step("accept 7 PROVIDER", 48)];
        assert_eq!(due(&spec, &state(0, 0, 0, false, 1), Phase::Signalling, &[], 1), expected);
        assert_eq!(due(&spec, &state(0, 0, 0, false, 1), Phase::Delivery, &[], 30), [step("accept 7 PROVIDER", 48)]);
    }

    #[test]
    fn each_submission_is_reviewed_judged_and_claimed_in_its_own_time() {
        let spec = spec(Access::Open, Duplicates::Independent);
        let (all, none) = (state(2, 2, 0, false, 1), state(2, 1, 0, false, 1));
        let due = |state: &RequestState, phase, delivered: &[Phase], now| due(&spec, state, phase, delivered, now);
        assert_eq!(due(&all, Phase::Unopened, &[Phase::Unopened; 2], 49), [step("open-reviews 7", None)]);
        let expected = [step("review 7 0 SCORE", 96), step("review --due", 120)];
        assert_eq!(due(&all, Phase::Review, &[Phase::Review, Phase::Reveal], 50), expected);
        assert_eq!(
            due(&all, Phase::Finalizable, &[Phase::Finalized, Phase::Finalizable], 121),
            [step("finalize 7", None)]
        );
        assert_eq!(due(&all, Phase::Finalized, &[Phase::Finalized; 2], 121), [step("settle 7", None)]);
        let expected = [step("settle 7", None), step("report-no-show 7 PROVIDER", None)];
        assert_eq!(due(&none, Phase::Finalized, &[Phase::Finalized], 121), expected);
    }

    #[test]
    fn what_is_nearest_to_its_quorum_is_to_be_reviewed_first_each_in_the_window_that_it_has() {
        let spec = spec(Access::Open, Duplicates::Independent);
        let mut submissions: Vec<_> = (0..4).map(|number| delivery(&spec, number, Phase::Review)).collect();
        for (number, committed) in [(0, 0), (1, 4), (2, 1), (3, 2)] {
            submissions[number].reviews = vec![fixtures::review(1, None); committed];
        }
        submissions.insert(0, delivery(&spec, 9, Phase::Finalizable));
        // It was opened late, a day after the others; the window for commitments takes two.
        submissions[3].submission.window_start += days(1);
        let state = state(5, 5, 0, false, 1);
        let steps = steps(7, (&spec, &state), Phase::Review, &Submissions(submissions), None, GENESIS + hours(73));
        let reviews: [(SubmissionId, u64); 4] = [(3, 96), (2, 120), (0, 96), (1, 96)];
        let expected = reviews.map(|(number, until)| step(&format!("review 7 {number} SCORE"), until));
        assert_eq!(shown(steps), [&expected[..], &[step("finalize 7", None)]].concat());
    }

    #[test]
    fn what_is_settled_is_claimed_reclaimed_and_pruned_by_whom_it_concerns() {
        let spec = spec(Access::Open, Duplicates::Independent);
        let due = |state: &RequestState, delivered: &[Phase]| due(&spec, state, Phase::Settled, delivered, 200);
        let expected = [step("claim 7", None), step("reclaim 7", None)];
        assert_eq!(due(&state(1, 1, 0, true, 1), &[Phase::Settled]), expected);
        assert_eq!(due(&state(1, 1, 1, true, 1), &[Phase::Claimed]), [step("reclaim 7", None), step("prune 7", None)]);
        assert_eq!(due(&state(1, 1, 1, true, 0), &[Phase::Claimed]), [step("prune 7", None)]);
    }

    #[test]
    fn sealed_deliveries_are_opened_in_the_first_half_of_the_time_for_reviews() {
        let spec = spec(Access::Open, Duplicates::FirstOnly);
        assert_eq!(
            due(&spec, &state(1, 1, 0, false, 1), Phase::Unsealing, &[Phase::Unsealing], 50),
            [step("unseal 7", 72)]
        );
    }

    #[test]
    fn an_engagement_is_delivered_on_period_by_period_until_its_place_is_vacant() {
        let spec = spec(Access::Offers, Duplicates::Independent);
        let (state, none) = (state(0, 0, 0, false, 1), Submissions(Vec::new()));
        let provider = [2; 32].into();
        let tenure = Tenure { provider, price: 1, first: 0, first_deliver_by: GENESIS + days(2) };
        let held = Engagement { periods: 9, period: days(7), ..fixtures::engagement(Some(1), Some(tenure)) };
        for (now, until) in [(hours(1), days(2)), (days(2), days(9)), (days(9) - 1, days(9)), (days(17), days(23))] {
            let steps = steps(7, (&spec, &state), Phase::Delivery, &none, Some(&held), GENESIS + now);
            let [step] = &steps[..] else { panic!("{steps:?}") };
            assert_eq!((step.command.as_str(), step.until), ("atomic submit 7 FILE", Some(GENESIS + until)));
        }
        let vacant = Engagement { tenure: None, vacated: GENESIS + days(9), ..held };
        let commands = |now| -> Vec<_> {
            let steps = steps(7, (&spec, &state), Phase::Vacant, &none, Some(&vacant), GENESIS + now);
            steps.into_iter().map(|step| step.command).collect()
        };
        let waits = ["atomic offer 7 PRICE", "atomic takeover 7 PROVIDER", "atomic reclaim 7"];
        assert_eq!(commands(days(23) - 1), waits);
        assert_eq!(commands(days(23)), [&waits[..], &["atomic close-period 7"]].concat());
    }
}
