//! Settling what has its verdict, period by period or all of it, and paying it (sections 3.5 and 3.6).

use crate::{
    awards::{self, NO_FINDING},
    engagements,
    market::{answer, ensure, Market, Result},
    records::Pair,
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::{vec, vec::Vec},
};
use interfaces::{
    market::{
        Award, Claimed, Duplicates, Engagement, Error, PeriodClosed, PlaceVacated, RequestSettled, RequestSpec,
        RequestState, Submission, Tenure, Verdict,
    },
    obligation::Standing,
    reputation::{Effect, MintReason},
    Balance, Obligation as _, Ppm, RequestId, SubmissionId,
};

impl Market {
    /// Settles up to `max` submissions that have their verdict, and with the last of them the request.
    pub(crate) fn settle_some(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        mut state: RequestState,
        max: u32,
    ) -> Result<u32> {
        let from = state.settled;
        let mut ranking = self.ranking(request, spec);
        for submission in from..state.submissions.min(from.saturating_add(max)) {
            let delivery = self.delivery(request, submission)?;
            match delivery.verdict {
                Verdict::Pending => break,
                Verdict::Missed => state.claimed = state.claimed.saturating_add(1),
                _ => self.weigh(request, submission, spec, &mut state, &mut ranking, delivery)?,
            }
            state.settled = submission.saturating_add(1);
        }
        let count = state.settled.saturating_sub(from);
        state.closed = state.settled == state.submissions;
        ensure(count > 0 || state.closed, Error::NotFinalized)?;
        if !ranking.is_empty() {
            self.rankings.insert(request, &ranking);
        }
        if state.closed {
            if awards::depend_on_each_other(spec) {
                state.unclaimed = awards::greatest_pay(spec, &state);
            }
            // With the last submission go the reviews of the places that were never delivered.
            self.keep_reviews(&mut state, 0)?;
            self.env().emit_event(RequestSettled { request, submissions: state.submissions, deposit: 0 });
        } else {
            let done = count.saturating_mul(spec.quorum.into());
            let wanted = state.reserved.saturating_sub(done);
            self.keep_reviews(&mut state, wanted)?;
        }
        self.states.insert(request, &state);
        Ok(count)
    }

    /// Adds what a submission weighs to what the request's submissions weigh together.
    fn weigh(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        spec: &RequestSpec,
        state: &mut RequestState,
        ranking: &mut [u16],
        delivery: Submission,
    ) -> Result<()> {
        if let Duplicates::Shared { retention_ppm } = spec.duplicates {
            if awards::is_finding(spec, &delivery) {
                return self.join_finding(request, submission, state, delivery, retention_ppm);
            }
        }
        let weight = awards::weight(spec, &delivery, None);
        state.weights = state.weights.saturating_add(weight);
        if !awards::depend_on_each_other(spec) {
            let pay = awards::pay(spec, state, ranking, &delivery, weight);
            state.unclaimed = state.unclaimed.saturating_add(pay);
        }
        if weight > 0 {
            if let Some(count) = ranking.get_mut(usize::from(delivery.median)) {
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Lets a submission share in its finding, unless its provider does so already.
    fn join_finding(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        state: &mut RequestState,
        mut delivery: Submission,
        retention_ppm: Ppm,
    ) -> Result<()> {
        let key = (request, delivery.provider);
        let finding = delivery.duplicate_of.unwrap_or(submission);
        let mut findings = self.findings.get(key).unwrap_or_default();
        if findings.contains(&finding) {
            return Ok(());
        }
        if let Some(free) = findings.iter_mut().find(|entry| **entry == NO_FINDING) {
            *free = finding;
        }
        self.findings.insert(key, &findings);
        delivery.shares = true;
        if finding == submission {
            add_finder(&mut delivery, state, retention_ppm);
        } else {
            let mut first = self.delivery(request, finding)?;
            add_finder(&mut first, state, retention_ppm);
            self.submissions.insert((request, finding), &first);
        }
        self.submissions.insert((request, submission), &delivery);
        Ok(())
    }

    fn ranking(&self, request: RequestId, spec: &RequestSpec) -> awards::Ranking {
        match spec.award {
            Award::Ranked { .. } => self.rankings.get(request).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// Pays a settled submission, and gives its place's bond and deposit back, or takes them.
    pub(crate) fn pay_submission(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        spec: &RequestSpec,
        mut state: RequestState,
        mut delivery: Submission,
    ) -> Result<Balance> {
        let first = match (spec.duplicates, delivery.duplicate_of) {
            (Duplicates::Shared { .. }, Some(first)) => Some(self.delivery(request, first)?),
            _ => None,
        };
        let weight = awards::weight(spec, &delivery, first.as_ref());
        let pay = awards::pay(spec, &state, &self.ranking(request, spec), &delivery, weight);
        let provider = delivery.provider;
        // The place of an engagement is kept from period to period.
        let place_ends = !state.engagement;
        let stands = delivery.weight_bps > 0 || delivery.verdict == Verdict::Unreviewed;
        let (deposit, forfeited) = match (place_ends, stands) {
            (false, _) => (0, 0),
            (true, true) => (spec.place_deposit, 0),
            (true, false) => (0, spec.place_deposit),
        };
        delivery.claimed = true;
        delivery.pay = pay;
        state.claimed = state.claimed.saturating_add(1);
        state.held = state.held.saturating_sub(pay).saturating_add(forfeited);
        state.unclaimed = state.unclaimed.saturating_sub(pay);
        if state.closed && state.claimed == state.settled {
            // Only dust can be left of what shares have been kept for.
            state.unclaimed = 0;
        }
        state.deposits = state.deposits.saturating_sub(deposit).saturating_sub(forfeited);
        if place_ends {
            state.open_places = state.open_places.saturating_sub(1);
        }
        self.submissions.insert((request, submission), &delivery);
        self.states.insert(request, &state);
        self.credit_to(spec.asset, provider, pay.saturating_add(deposit));

        let reputation = self.reputation_earned(&state, &delivery, weight)?;
        let mut effects = Vec::new();
        if place_ends {
            effects.push(Effect::Free { who: provider, places: 1 });
            if spec.provider_bond > 0 {
                let (who, amount) = (provider, spec.provider_bond);
                effects.push(if stands { Effect::Unlock { who, amount } } else { Effect::Slash { who, amount } });
            }
        }
        if reputation > 0 {
            effects.push(Effect::Owe { to: provider, amount: reputation, reason: MintReason::Delivery });
        }
        self.apply(request, effects);
        self.env().emit_event(Claimed { request, submission, provider, pay, deposit, forfeited, reputation });
        Ok(pay)
    }

    /// What a claimed submission earns its provider: its weight's part of half a place's reputation, and half as
    /// much each further time the same requester pays the same provider in an epoch.
    fn reputation_earned(&mut self, state: &RequestState, delivery: &Submission, weight: u128) -> Result<Balance> {
        let full = rules::weighted_pay(state.reputation_per_place / 2, 1, weight);
        if delivery.verdict == Verdict::Unreviewed || full == 0 {
            return Ok(0);
        }
        let key = (state.requester, delivery.provider);
        let epoch = self.env().block_timestamp().checked_div(self.opening()?.epoch).unwrap_or(0);
        let known = self.pairs.get(key).unwrap_or_default();
        let times = if known.epoch == epoch { known.times } else { 0 };
        self.pairs.insert(key, &Pair { epoch, times: times.saturating_add(1) });
        Ok(rules::halved(full, times))
    }

    /// Closes the next period of an engagement, and with the last one the engagement. Returns whether it has ended.
    pub(crate) fn close_next_period(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        mut state: RequestState,
        mut engagement: Engagement,
    ) -> Result<bool> {
        let now = self.env().block_timestamp();
        if engagement.pool.is_none() {
            ensure(now >= spec.deliver_by, Error::TooEarly)?;
            self.end_engagement(request, spec, &mut state, &engagement)?;
            self.states.insert(request, &state);
            return Ok(true);
        }
        let period = state.settled;
        // Periods from before a takeover, and after a ban, are none of the present provider's.
        let tenure = engagement.tenure.clone().filter(|tenure| period >= tenure.first);
        let delivery = self.submissions.get((request, period));
        let (accepted, pay) = match &delivery {
            Some(delivery) => {
                ensure(delivery.verdict != Verdict::Pending, Error::NotFinalized)?;
                let accepted = delivery.weight_bps > 0 || delivery.verdict == Verdict::Unreviewed;
                (accepted, rules::weighted_pay(delivery.price, 1, rules::weight_of(delivery.weight_bps)))
            }
            None => {
                match &tenure {
                    Some(tenure) => ensure(now >= engagements::due(&engagement, tenure, period), Error::TooEarly)?,
                    None => ensure(period < state.submissions, Error::Vacant)?,
                }
                state.claimed = state.claimed.saturating_add(1);
                (false, 0)
            }
        };
        state.settled = period.saturating_add(1);
        state.unclaimed = state.unclaimed.saturating_add(pay);
        self.env().emit_event(PeriodClosed { request, period, delivered: delivery.is_some(), accepted, pay });
        if let (Some(tenure), Some(pool)) = (tenure, engagement.pool) {
            if self.is_banned_for(pool, &tenure, accepted)? {
                self.vacate(request, spec, &mut state, &mut engagement, &tenure)?;
            }
        }
        let ended = state.settled == engagement.periods;
        if ended {
            self.end_engagement(request, spec, &mut state, &engagement)?;
        } else {
            let wanted = engagements::reviews(spec, &state, &engagement);
            self.keep_reviews(&mut state, wanted)?;
        }
        self.states.insert(request, &state);
        Ok(ended)
    }

    /// Records a period in the provider's pool, and whether that leaves the provider Banned. Who is no member of it any
    /// more has left the deal.
    fn is_banned_for(&self, pool: interfaces::PoolId, tenure: &Tenure, accepted: bool) -> Result<bool> {
        answer(self.obligation().call_mut().record_seen(pool, 1, 1).try_invoke())?;
        if accepted {
            answer(self.obligation().call_mut().record_declared(pool, tenure.provider, 1).try_invoke())?;
            return Ok(false);
        }
        let standing = answer(self.obligation().call_mut().evaluate(pool, tenure.provider).try_invoke());
        Ok(standing.map_or(true, |standing| standing == Standing::Banned))
    }

    /// A banned provider loses its place, and with it bond and deposit.
    fn vacate(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        engagement: &mut Engagement,
        tenure: &Tenure,
    ) -> Result<()> {
        engagement.tenure = None;
        self.engagements.insert(request, engagement);
        self.forfeit(request, spec, state, tenure.provider, 1);
        let forfeited = spec.place_deposit;
        self.env().emit_event(PlaceVacated { request, provider: tenure.provider, forfeited });
        Ok(())
    }

    /// Nothing is due any more: the provider that kept its place to the end has bond and deposit back.
    fn end_engagement(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        engagement: &Engagement,
    ) -> Result<()> {
        state.closed = true;
        self.keep_reviews(state, 0)?;
        let mut deposit = 0;
        if let (Some(tenure), Some(pool)) = (&engagement.tenure, engagement.pool) {
            let who = tenure.provider;
            // Who has left the pool by itself needs no discharge.
            let _ = answer(self.obligation().call_mut().discharge(pool, who).try_invoke());
            deposit = spec.place_deposit;
            state.deposits = state.deposits.saturating_sub(deposit);
            state.open_places = state.open_places.saturating_sub(1);
            self.credit_to(spec.asset, who, deposit);
            let mut effects = vec![Effect::Free { who, places: 1 }];
            if spec.provider_bond > 0 {
                effects.push(Effect::Unlock { who, amount: spec.provider_bond });
            }
            self.apply(request, effects);
        }
        self.env().emit_event(RequestSettled { request, submissions: state.submissions, deposit });
        Ok(())
    }

    /// Gives up the periods of a vacant engagement that nothing was delivered in. Returns what the periods that are not
    /// closed may still cost.
    pub(crate) fn give_up_rest(
        &mut self,
        request: RequestId,
        spec: &RequestSpec,
        state: &mut RequestState,
        mut engagement: Engagement,
    ) -> Result<Balance> {
        if !state.closed && engagement.pool.is_some() && engagement.tenure.is_none() {
            engagement.periods = state.settled.max(state.submissions);
            self.engagements.insert(request, &engagement);
            if engagement.periods == state.settled {
                self.end_engagement(request, spec, state, &engagement)?;
            }
        }
        let open = if state.closed { 0 } else { engagement.periods.saturating_sub(state.settled) };
        Ok(spec.reward.saturating_add(spec.review_fee).saturating_mul(open.into()))
    }
}

/// Counts one more finder, and what that changes about the weight of all.
fn add_finder(first: &mut Submission, state: &mut RequestState, retention_ppm: Ppm) {
    let before = awards::group_weight(first, retention_ppm);
    first.finders = first.finders.saturating_add(1);
    let after = awards::group_weight(first, retention_ppm);
    state.weights = state.weights.saturating_sub(before).saturating_add(after);
}
