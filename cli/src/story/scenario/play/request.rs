//! How a request plays itself: what is planned when it is posted, and how it ends.

use super::{
    due, half_way, Player, COMMITS_IN_LAST, OFFERS_ACCEPTED, OFFERS_FROM, OFFERS_RETRACTED, OFFERS_UNTIL, SIXTEENTHS,
    WITHIN,
};
use crate::{
    client::jury::Opinion,
    story::scenario::{
        plan::{
            AccountAct, Action, Actor, DeliveryPlan, EnforcerAct, NextAct, OfferEnd, Plan, ProviderAct, RequestPlan,
            RequesterAct, ScorePlan, Step, UpkeepAct,
        },
        report::Entry,
    },
};
use anyhow::{Context, Result};
use ink::primitives::AccountId;
use interfaces::{
    market::{Access, Asset, RequestSpec, Verdict, Window, MAX_LIST},
    Market as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What each enforcer says.
type Opinions = BTreeMap<Actor, Vec<Opinion>>;

/// Adds what the file has these say of a submission.
fn add<'a>(opinions: &mut Opinions, submission: SubmissionId, scores: impl IntoIterator<Item = &'a ScorePlan>) {
    for ScorePlan { enforcer, score, duplicate_of, .. } in scores {
        let opinion = Opinion { submission, score: *score, duplicate_of: *duplicate_of };
        opinions.entry(*enforcer).or_default().push(opinion);
    }
}

impl<W: FnMut(&Entry)> Player<'_, W> {
    /// Posts a request and plans how it goes on.
    pub(super) fn play_request(&mut self, step: &Step, plan: Plan) -> Result<()> {
        if !self.post(step, plan)? {
            return Ok(());
        }
        let wanted = self.request_plan(plan);
        let (windows, spec) = (wanted.conditions.windows, self.live(plan)?.spec.clone());
        match wanted.conditions.access {
            Access::Open => self.plan_signals(plan, &spec)?,
            Access::Offers => self.plan_offers(plan, &spec),
        }
        if wanted.conditions.engagement.is_some() {
            // If nobody is accepted, the engagement ends here.
            let over = spec.deliver_by + windows.reveal / WITHIN;
            self.plan_action(over, wanted.keeper, Action::Upkeep(plan, UpkeepAct::WrapUp));
            return Ok(());
        }
        for delivery in wanted.deliveries.iter().filter(|delivery| delivery.delivers) {
            let at = half_way(spec.signal_by, due(wanted, delivery, &spec));
            self.plan_action(at, delivery.provider, Action::Provider(plan, ProviderAct::Submit));
        }
        if wanted.deliveries.iter().any(|delivery| delivery.delivers) {
            if wanted.conditions.is_sealed() {
                let unseals = half_way(spec.deliver_by, spec.review_from());
                self.plan_action(unseals, wanted.keeper, Action::GoesOn(plan, NextAct::PlanUnsealing));
            }
            let opens = spec.review_from();
            self.plan_action(opens, wanted.keeper, Action::Upkeep(plan, UpkeepAct::OpenReviews));
            self.plan_action(opens, wanted.keeper, Action::GoesOn(plan, NextAct::PlanReviews));
        }
        let over = spec.reveal_by + windows.reveal / WITHIN;
        self.plan_action(over, wanted.keeper, Action::Upkeep(plan, UpkeepAct::WrapUp));
        Ok(())
    }

    /// Providers take a place for each of their deliveries, half way to the deadline.
    pub(super) fn plan_signals(&mut self, plan: Plan, spec: &RequestSpec) -> Result<()> {
        let wanted = self.request_plan(plan);
        let providers: BTreeSet<_> = wanted.deliveries.iter().map(|delivery| delivery.provider).collect();
        for provider in providers {
            let places = wanted.deliveries.iter().filter(|delivery| delivery.provider == provider).count();
            let places = u16::try_from(places).context("more places than a request has")?;
            let at = spec.signal_by - wanted.conditions.windows.signal / 2;
            self.plan_action(at, provider, Action::Provider(plan, ProviderAct::Signal { places }));
        }
        Ok(())
    }

    /// Offers are made, lowered, taken back and accepted before signalling ends.
    pub(super) fn plan_offers(&mut self, plan: Plan, spec: &RequestSpec) {
        let wanted = self.request_plan(plan);
        let before_end = |sixteenths| spec.signal_by - wanted.conditions.windows.signal * sixteenths / SIXTEENTHS;
        for offer in wanted.offers.iter().filter(|offer| !offer.takeover) {
            let (first, last) = (before_end(OFFERS_FROM), before_end(OFFERS_UNTIL));
            let count = offer.prices.len() as Timestamp;
            for (index, price) in (0..).zip(&offer.prices) {
                let at = first + (last - first) * index / count;
                let action = Action::Provider(plan, ProviderAct::Offer { price: *price, within: offer.within });
                self.plan_action(at, offer.provider, action);
            }
            match offer.ends {
                OfferEnd::Accepted => {
                    let accept =
                        Action::Requester(plan, RequesterAct::Accept { provider: offer.provider, price: None });
                    self.plan_action(before_end(OFFERS_ACCEPTED), wanted.requester, accept);
                }
                OfferEnd::Retracted => {
                    let retract = Action::Provider(plan, ProviderAct::RetractOffer);
                    self.plan_action(before_end(OFFERS_RETRACTED), offer.provider, retract);
                }
                OfferEnd::Left => {}
            }
        }
        if wanted.conditions.engagement.is_some() {
            let begin = Action::GoesOn(plan, NextAct::BeginPeriod { vacancies: 0 });
            self.plan_action(before_end(OFFERS_ACCEPTED), wanted.keeper, begin);
        }
    }

    /// Plans that providers open their seals, each all of its own together.
    pub(super) fn plan_unsealing(&mut self, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let mut sealed: BTreeMap<Actor, Vec<SubmissionId>> = BTreeMap::new();
        for (delivery, submission) in wanted.deliveries.iter().zip(&self.live(plan)?.delivered) {
            if let (true, Some(submission)) = (delivery.unseals, submission) {
                sealed.entry(delivery.provider).or_default().push(*submission);
            }
        }
        for (provider, submissions) in sealed {
            for list in submissions.chunks(MAX_LIST) {
                let unseal = Action::Provider(plan, ProviderAct::Unseal(list.to_vec()));
                self.plan_action(self.chain.now(), provider, unseal);
            }
        }
        Ok(())
    }

    /// Plans the reviews of what was delivered.
    pub(super) fn plan_reviews(&mut self, plan: Plan) -> Result<()> {
        let planned = self.request_plan(plan).deliveries.iter().zip(&self.live(plan)?.delivered);
        let in_review = planned.filter(|(delivery, _)| delivery.unseals).filter_map(|(_, submission)| *submission);
        let in_review = in_review.collect();
        self.plan_round(plan, in_review)
    }

    /// Plans the reviews of these submissions, whose windows have begun together: commitments, and what comes then.
    pub(super) fn plan_round(&mut self, plan: Plan, submissions: Vec<SubmissionId>) -> Result<()> {
        let Some(window) = self.window(plan, &submissions)? else { return Ok(()) };
        let (wanted, live) = (self.request_plan(plan), self.live(plan)?);
        let commits = window.commit_by - live.spec.commits() / COMMITS_IN_LAST;
        let over = window.commit_by + live.spec.reveals() / WITHIN;
        let mut opinions = Opinions::new();
        for submission in &submissions {
            let (Some(planned), Some((read, _))) =
                (self.planned(plan, *submission)?, self.submission(live.id, *submission))
            else {
                continue;
            };
            add(&mut opinions, *submission, if read.extended { &planned.second_scores } else { &planned.scores });
        }
        self.plan_lists(commits, opinions, |list| Action::Enforcer(plan, EnforcerAct::Commit(list)));
        self.plan_action(over, wanted.keeper, Action::GoesOn(plan, NextAct::PlanReveals(submissions)));
        Ok(())
    }

    /// Once commitments are over: has the windows extended in which too few committed, and plans what the others
    /// reveal.
    pub(super) fn plan_reveals(&mut self, step: &Step, plan: Plan, submissions: &[SubmissionId]) -> Result<()> {
        let Some(window) = self.window(plan, submissions)? else { return Ok(()) };
        self.finalize_ready(step, plan, submissions)?;
        let (live, now) = (self.live(plan)?, self.chain.now());
        let at = window.commit_by + live.spec.reveals() / COMMITS_IN_LAST;
        let mut opinions = Opinions::new();
        for submission in submissions {
            let (Some(planned), Some((read, reviews))) =
                (self.planned(plan, *submission)?, self.submission(live.id, *submission))
            else {
                continue;
            };
            let is_over = read.reveals_from(&live.spec, &reviews).is_some_and(|since| now >= since);
            if read.verdict != Verdict::Pending || !is_over {
                continue;
            }
            // Whoever found no room has nothing to reveal.
            let has_committed = |score: &&ScorePlan| {
                let me = self.account_of(score.enforcer);
                score.reveals && reviews.iter().any(|review| review.enforcer == me && review.score.is_none())
            };
            add(&mut opinions, *submission, planned.scores.iter().chain(&planned.second_scores).filter(has_committed));
        }
        self.plan_lists(at, opinions, |list| Action::Enforcer(plan, EnforcerAct::Reveal(list)));
        Ok(())
    }

    /// Plans the same for everybody, in lists as long as they may be.
    fn plan_lists(&mut self, at: Timestamp, opinions: Opinions, action: impl Fn(Vec<Opinion>) -> Action) {
        for (enforcer, opinions) in opinions {
            for list in opinions.chunks(MAX_LIST) {
                self.plan_action(at, enforcer, action(list.to_vec()));
            }
        }
    }

    /// The present window of submissions whose windows began together; `None` if there are none.
    fn window(&self, plan: Plan, submissions: &[SubmissionId]) -> Result<Option<Window>> {
        let live = self.live(plan)?;
        let first = submissions.first().and_then(|first| self.submission(live.id, *first));
        Ok(first.map(|(first, _)| live.spec.window(first.window_start)))
    }

    /// What the file says of a submission.
    fn planned(&self, plan: Plan, submission: SubmissionId) -> Result<Option<&DeliveryPlan>> {
        let delivery = self.live(plan)?.delivered.iter().position(|known| *known == Some(submission));
        Ok(delivery.map(|delivery| &self.request_plan(plan).deliveries[delivery]))
    }

    /// Finalizes those of these submissions that are ready, and plans how the windows go on that are extended by it.
    pub(super) fn finalize_ready(&mut self, step: &Step, plan: Plan, submissions: &[SubmissionId]) -> Result<()> {
        let (id, spec, now) = (self.live(plan)?.id, self.live(plan)?.spec.clone(), self.chain.now());
        let is_ready = |submission: &SubmissionId| {
            let since =
                self.submission(id, *submission).and_then(|(read, reviews)| read.finalizable_from(&spec, &reviews));
            since.is_some_and(|since| now >= since)
        };
        let ready: Vec<_> = submissions.iter().copied().filter(is_ready).collect();
        for list in ready.chunks(MAX_LIST) {
            // A duplicate whose original is not judged yet waits for it.
            if self.would_be_accepted(step.who, self.world.market().finalize(id, list.to_vec())) {
                let finalize = Action::Upkeep(plan, UpkeepAct::Finalize(list.to_vec()));
                self.act(&Step { action: finalize, expect: None, ..step.clone() })?;
            }
        }
        let goes_on = |submission: &SubmissionId| {
            self.submission(id, *submission).is_some_and(|(read, _)| read.extended && read.window_start == now)
        };
        let extended: Vec<_> = ready.into_iter().filter(goes_on).collect();
        if let Some(window) = self.window(plan, &extended)? {
            let over = window.reveal_by + spec.reveals() / WITHIN;
            self.plan_round(plan, extended)?;
            self.plan_action(over, step.who, Action::GoesOn(plan, NextAct::WrapUp));
        }
        Ok(())
    }

    /// Finalizes, settles and pays whatever is ready; does the rest later if a window was extended.
    pub(super) fn wrap_up(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let all: Vec<_> = (0..self.live(plan)?.submissions).collect();
        self.finalize_ready(step, plan, &all)?;
        if all.iter().any(|submission| self.is_extended(plan, *submission)) {
            return Ok(());
        }
        let as_keeper = |action| Step { action, expect: None, ..step.clone() };
        let delivered = self.live(plan)?.delivered.clone();
        let absent: BTreeSet<_> = wanted
            .deliveries
            .iter()
            .zip(&delivered)
            .filter(|(delivery, submission)| submission.is_none() || wanted.conditions.is_sealed() && !delivery.unseals)
            .map(|(delivery, _)| delivery.provider)
            .collect();
        for provider in absent {
            self.act(&as_keeper(Action::Upkeep(plan, UpkeepAct::ReportNoShow(provider))))?;
        }
        self.act(&as_keeper(Action::Upkeep(plan, UpkeepAct::Settle)))?;
        self.claim_all(step, plan)?;
        if let Some(live) = self.live[plan].as_mut() {
            live.ended = true;
        }
        self.end_request(step, plan)
    }

    /// Whether a submission is in a window that was extended: it is wrapped up after that.
    fn is_extended(&self, plan: Plan, submission: SubmissionId) -> bool {
        let Ok(live) = self.live(plan) else { return false };
        let read = self.submission(live.id, submission).filter(|(read, _)| read.verdict == Verdict::Pending);
        let window = read.filter(|(read, _)| read.extended).map(|(read, _)| live.spec.window(read.window_start));
        window.is_some_and(|window| self.chain.now() < window.reveal_by)
    }

    /// Claims whatever is settled and can be paid, by what the chain says: steps may have delivered more than the plan
    /// has, and claimed some of it.
    pub(super) fn claim_all(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let (id, planned) = (self.live(plan)?.id, self.live(plan)?.delivered.clone());
        let count = self.state(id).map_or(0, |state| state.submissions);
        let mut order: Vec<_> = planned.into_iter().flatten().collect();
        order.extend((0..count).filter(|submission| !order.contains(submission)).collect::<Vec<_>>());
        order.retain(|submission| self.would_be_accepted(step.who, self.world.market().claim(id, vec![*submission])));
        for list in order.chunks(MAX_LIST) {
            let claim = Action::Upkeep(plan, UpkeepAct::Claim(list.to_vec()));
            self.act(&Step { action: claim, expect: None, ..step.clone() })?;
        }
        Ok(())
    }

    /// The requester reclaims, open offers are taken back, storage is freed, and everyone is paid out.
    pub(super) fn end_request(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let id = self.live(plan)?.id;
        let alone = |who, action| Step { at: step.at, who, action, expect: None };
        let providers = self.providers_of(id);
        if self.would_be_accepted(wanted.requester, self.world.market().reclaim(id)) {
            self.act(&alone(wanted.requester, Action::Requester(plan, RequesterAct::Reclaim)))?;
        }
        if wanted.prune {
            self.act(&alone(step.who, Action::Upkeep(plan, UpkeepAct::Prune)))?;
        }
        for offer in &wanted.offers {
            if self.would_be_accepted(offer.provider, self.world.market().retract_offer(id)) {
                self.act(&alone(offer.provider, Action::Provider(plan, ProviderAct::RetractOffer)))?;
            }
        }
        self.pay_out(step, wanted, providers)
    }

    /// Everyone who delivered for a request.
    fn providers_of(&self, id: RequestId) -> Vec<Actor> {
        let count = self.state(id).map_or(0, |state| state.submissions);
        let read = (0..count).filter_map(|number| self.chain.read(self.world.market().submission(id, number)).ok());
        let actor = |who: AccountId| self.scenario.actors.iter().position(|actor| actor.account == who);
        read.filter_map(|submission| actor(submission.provider)).collect()
    }

    /// Everyone who took part withdraws, and the keeper mints their reputation.
    fn pay_out(&mut self, step: &Step, wanted: &RequestPlan, providers: Vec<Actor>) -> Result<()> {
        let mut parties = vec![wanted.requester];
        parties.extend(wanted.offers.iter().map(|offer| offer.provider));
        for delivery in &wanted.deliveries {
            parties.push(delivery.provider);
            parties.extend(delivery.scores.iter().chain(&delivery.second_scores).map(|score| score.enforcer));
        }
        parties.extend(providers);
        let mut seen = BTreeSet::new();
        parties.retain(|party| seen.insert(*party));
        for party in &parties {
            if self.would_be_accepted(*party, self.world.market().withdraw(Asset::Native)) {
                self.act(&Step {
                    who: *party,
                    action: Action::Account(AccountAct::Withdraw),
                    expect: None,
                    at: step.at,
                })?;
            }
        }
        for of in parties {
            let message = self.world.reputation().claim_reputation(self.account_of(of));
            if self.would_be_accepted(step.who, message) {
                self.act(&Step {
                    action: Action::Account(AccountAct::ClaimReputation(of)),
                    expect: None,
                    ..step.clone()
                })?;
            }
        }
        Ok(())
    }
}
