//! How an engagement plays itself, period by period, and from one provider to the next.

use super::{half_way, Player, WITHIN};
use crate::story::scenario::{
    plan::{AccountAct, Action, NextAct, OfferEnd, Plan, ProviderAct, RequesterAct, Step, UpkeepAct},
    report::Entry,
};
use anyhow::Result;
use interfaces::{market::Asset, Market as _, SubmissionId};
use std::collections::BTreeSet;

impl<W: FnMut(&Entry)> Player<'_, W> {
    /// Begins the present period of an engagement that still has the same provider, and plans how it goes on.
    pub(super) fn begin_period(&mut self, plan: Plan, vacancies: u32) -> Result<()> {
        let wanted = self.request_plan(plan);
        let (live, now) = (self.live(plan)?, self.chain.now());
        let Some(engagement) = self.engagement(live.id).filter(|_| live.vacancies == vacancies) else { return Ok(()) };
        let Some((tenure, due)) = engagement.tenure.as_ref().zip(engagement.present_ends(now)) else { return Ok(()) };
        let period = engagement.present(tenure, now);
        let delivery = usize::try_from(period).ok().and_then(|period| wanted.deliveries.get(period));
        let (commits, reveals) = (live.spec.commits(), live.spec.reveals());
        let over = match delivery.filter(|delivery| delivery.delivers) {
            Some(delivery) => {
                let deliver = Action::GoesOn(plan, NextAct::DeliverPeriod { vacancies });
                self.plan_action(half_way(now, due), delivery.provider, deliver);
                self.plan_action(due, wanted.keeper, Action::GoesOn(plan, NextAct::ReviewPeriod { period }));
                due + commits + reveals
            }
            None => due,
        };
        self.plan_action(over + reveals / WITHIN, wanted.keeper, Action::Upkeep(plan, UpkeepAct::WrapUp));
        self.plan_action(due, wanted.keeper, Action::GoesOn(plan, NextAct::BeginPeriod { vacancies }));
        Ok(())
    }

    /// Opens what was delivered for a period, and plans its reviews.
    pub(super) fn review_period(&mut self, step: &Step, plan: Plan, period: SubmissionId) -> Result<()> {
        let id = self.live(plan)?.id;
        // A period that a takeover moved to a later time is planned again.
        let now = self.chain.now();
        if self.submission(id, period).is_none_or(|(delivery, _)| delivery.window_start > now) {
            return Ok(());
        }
        if self.state(id).is_some_and(|state| state.opened <= period) {
            self.act(&Step { action: Action::Upkeep(plan, UpkeepAct::OpenReviews), expect: None, ..step.clone() })?;
        }
        self.plan_round(plan, vec![period])
    }

    /// Closes and pays the periods that are ready; has a vacant place filled, and pays everyone out at the end.
    pub(super) fn wrap_up_periods(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let (id, ended) = (self.live(plan)?.id, self.live(plan)?.ended);
        let Some(state) = self.state(id).filter(|_| !ended) else { return Ok(()) };
        let wanted = self.request_plan(plan);
        let as_keeper = |action| Step { action, expect: None, ..step.clone() };
        self.finalize_ready(step, plan, &(state.settled..state.opened).collect::<Vec<_>>())?;
        while self.would_be_accepted(step.who, self.world.market().close_period(id)) {
            self.act(&as_keeper(Action::Upkeep(plan, UpkeepAct::ClosePeriod)))?;
        }
        let Some(state) = self.state(id) else { return Ok(()) };
        self.claim_all(step, plan)?;
        let providers: BTreeSet<_> = wanted.offers.iter().map(|offer| offer.provider).collect();
        for who in providers {
            if self.would_be_accepted(who, self.world.market().withdraw(Asset::Native)) {
                self.act(&Step { who, ..as_keeper(Action::Account(AccountAct::Withdraw)) })?;
            }
        }
        if state.closed {
            if let Some(live) = self.live[plan].as_mut() {
                live.ended = true;
            }
            return self.end_request(step, plan);
        }
        let vacant = self.engagement(id).is_some_and(|of| of.is_vacant());
        if vacant {
            self.plan_vacancy(plan);
        }
        Ok(())
    }

    /// Once per vacancy: plans that others offer to take over and one is accepted, or that the requester gives up the
    /// rest.
    pub(super) fn plan_vacancy(&mut self, plan: Plan) {
        let wanted = self.request_plan(plan);
        let now = self.chain.now();
        let (offers, decides) =
            (now + wanted.conditions.windows.signal / 4, now + wanted.conditions.windows.signal / 2);
        let Some(live) = self.live[plan].as_mut().filter(|live| !live.refilling) else { return };
        live.refilling = true;
        live.vacancies += 1;
        let vacancies = live.vacancies;
        let waiting: Vec<_> = wanted.offers.iter().filter(|offer| offer.takeover).skip(live.takeovers).collect();
        let accepted = waiting.iter().position(|offer| offer.ends == OfferEnd::Accepted);
        let now_made = accepted.map_or(waiting.len(), |accepted| accepted + 1);
        live.takeovers += now_made;
        let request = plan;
        for offer in &waiting[..now_made] {
            for price in &offer.prices {
                self.plan_action(
                    offers,
                    offer.provider,
                    Action::Provider(request, ProviderAct::Offer { price: *price, within: offer.within }),
                );
            }
            match offer.ends {
                OfferEnd::Accepted => {
                    let accept =
                        Action::Requester(request, RequesterAct::TakeOver { provider: offer.provider, price: None });
                    self.plan_action(decides, wanted.requester, accept);
                    self.plan_action(
                        decides,
                        wanted.keeper,
                        Action::GoesOn(request, NextAct::BeginPeriod { vacancies }),
                    );
                }
                OfferEnd::Retracted => {
                    self.plan_action(offers, offer.provider, Action::Provider(request, ProviderAct::RetractOffer))
                }
                OfferEnd::Left => {}
            }
        }
        if accepted.is_none() {
            self.plan_action(decides, wanted.requester, Action::Requester(request, RequesterAct::Reclaim));
            self.plan_action(decides, wanted.keeper, Action::Upkeep(request, UpkeepAct::WrapUp));
        }
    }
}
