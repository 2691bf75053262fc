//! How a request plays itself: what is planned when it is posted, and how it ends.

use super::{
    commits, due, half_way, Player, COMMITS_IN_LAST, OFFERS_ACCEPTED, OFFERS_FROM, OFFERS_RETRACTED, OFFERS_UNTIL,
    SIXTEENTHS, WITHIN,
};
use crate::story::scenario::{
    plan::{
        AccountAct, Action, Actor, EnforcerAct, NextAct, OfferEnd, Opinion, Plan, ProviderAct, RequestPlan,
        RequesterAct, ScorePlan, Step, UpkeepAct,
    },
    report::Entry,
};
use anyhow::{Context, Result};
use ink::primitives::AccountId;
use interfaces::{
    market::{Access, Asset, RequestSpec, Verdict},
    Market as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use std::collections::BTreeSet;

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
            let opens = spec.review_from() + commits(wanted) / WITHIN;
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

    /// Plans that providers open their seals.
    pub(super) fn plan_unsealing(&mut self, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let delivered = self.live(plan)?.delivered.clone();
        for (delivery, submission) in wanted.deliveries.iter().zip(delivered) {
            if let (true, Some(submission)) = (delivery.unseals, submission) {
                self.plan_action(
                    self.chain.now(),
                    delivery.provider,
                    Action::Provider(plan, ProviderAct::Unseal(submission)),
                );
            }
        }
        Ok(())
    }

    /// Plans commits and reveals of what was delivered.
    pub(super) fn plan_reviews(&mut self, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let live = self.live(plan)?;
        let (review_by, delivered) = (live.spec.review_by, live.delivered.clone());
        for (delivery, submission) in wanted.deliveries.iter().zip(delivered) {
            if let (true, Some(submission)) = (delivery.unseals, submission) {
                self.plan_round(plan, submission, &delivery.scores, review_by);
            }
        }
        Ok(())
    }

    /// Plans the reviews of one submission, in the window for commitments that ends at `review_by`.
    pub(super) fn plan_round(
        &mut self,
        request: Plan,
        submission: SubmissionId,
        scores: &[ScorePlan],
        review_by: Timestamp,
    ) {
        let wanted = self.request_plan(request);
        for ScorePlan { enforcer, score, reveals, duplicate_of } in scores.iter().cloned() {
            let opinion = Opinion { submission, score, duplicate_of };
            let commits = review_by - commits(wanted) / COMMITS_IN_LAST;
            self.plan_action(commits, enforcer, Action::Enforcer(request, EnforcerAct::Commit(opinion)));
            if reveals {
                let reveals = review_by + wanted.conditions.windows.reveal / COMMITS_IN_LAST;
                self.plan_action(reveals, enforcer, Action::Enforcer(request, EnforcerAct::Reveal(opinion)));
            }
        }
    }

    /// Finalizes submissions without a verdict, and plans the second windows that begin. Returns whether one began.
    pub(super) fn finalize_all(&mut self, step: &Step, plan: Plan, submissions: &[SubmissionId]) -> Result<bool> {
        let wanted = self.request_plan(plan);
        let (id, delivered) = (self.live(plan)?.id, self.live(plan)?.delivered.clone());
        let mut reopened = false;
        for submission in submissions.iter().copied() {
            let read = self.chain.read(self.world.market().submission(id, submission));
            if !matches!(read, Ok(submission) if submission.verdict == Verdict::Pending) {
                continue;
            }
            // A duplicate whose original has a second window waits for it.
            if reopened && !self.would_be_accepted(step.who, self.world.market().finalize(id, submission)) {
                continue;
            }
            if self.finalize(step, plan, submission)? {
                reopened = true;
                let delivery = delivered.iter().position(|known| *known == Some(submission));
                if let Some(delivery) = delivery {
                    let scores = &wanted.deliveries[delivery].second_scores;
                    self.plan_round(plan, submission, scores, self.chain.now() + commits(wanted));
                }
            }
        }
        if reopened {
            let reveal = wanted.conditions.windows.reveal;
            let over = self.chain.now() + commits(wanted) + reveal + reveal / WITHIN;
            self.plan_action(over, step.who, Action::Upkeep(plan, UpkeepAct::WrapUp));
        }
        Ok(reopened)
    }

    /// Finalizes, settles and pays whatever is ready; plans the second window if one began.
    pub(super) fn wrap_up(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let all: Vec<_> = (0..self.live(plan)?.submissions).collect();
        if self.finalize_all(step, plan, &all)? {
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
        self.end_request(step, plan)
    }

    /// Claims whatever is settled and can be paid, by what the chain says: steps may have delivered more than the plan
    /// has, and claimed some of it.
    pub(super) fn claim_all(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let (id, planned) = (self.live(plan)?.id, self.live(plan)?.delivered.clone());
        let count = self.state(id).map_or(0, |state| state.submissions);
        let mut order: Vec<_> = planned.into_iter().flatten().collect();
        order.extend((0..count).filter(|submission| !order.contains(submission)).collect::<Vec<_>>());
        for submission in order {
            if self.would_be_accepted(step.who, self.world.market().claim(id, submission)) {
                let claim = Action::Upkeep(plan, UpkeepAct::Claim(submission));
                self.act(&Step { action: claim, expect: None, ..step.clone() })?;
            }
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
