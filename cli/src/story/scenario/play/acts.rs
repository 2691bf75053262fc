//! The messages that each step of a story sends.

use super::{hash_of, salt, Live, Player};
use crate::{
    client::{
        jury::{Opinion, Room},
        words::{counted, submissions},
    },
    story::scenario::{
        plan::{
            AccountAct, Action, Actor, EnforcerAct, ManagerAct, MemberAct, NextAct, Plan, ProviderAct, RequesterAct,
            Step, UpkeepAct,
        },
        report::{Entry, Member, Outcome},
    },
};
use anyhow::{ensure, Result};
use chain::{amounts::thousands, Message};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{self, Asset, Delivery, Offer, Unsealing, MAX_BATCH},
    Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use scale::Encode;

impl<W: FnMut(&Entry)> Player<'_, W> {
    pub(super) fn act(&mut self, step: &Step) -> Result<()> {
        match &step.action {
            Action::Member(act) => self.act_as_member(step, *act),
            Action::Requester(plan, act) => self.act_as_requester(step, *plan, *act)?,
            Action::Provider(plan, act) => self.act_as_provider(step, *plan, act)?,
            Action::Enforcer(plan, act) => self.act_as_enforcer(step, *plan, act)?,
            Action::Upkeep(plan, act) => self.keep_up(step, *plan, act)?,
            Action::Account(act) => self.act_on_account(step, *act),
            Action::Manager(act) => self.act_as_manager(step, *act),
            Action::GoesOn(plan, act) => self.go_on(step, *plan, act)?,
            Action::Show => {
                let notes = self.members().iter().map(Member::summary).collect();
                let (at, who) = (self.chain.now() - self.began, Vec::new());
                let deed = "how they stand".to_owned();
                self.enter(Entry { at, who, deed, outcome: Outcome::Done, expected: true, notes });
            }
        }
        Ok(())
    }

    fn act_as_member(&mut self, step: &Step, act: MemberAct) {
        let (pool, mut obligation) = (self.world.pool, self.world.obligation());
        match act {
            MemberAct::Enlist => {
                self.send(step, "enlist", "enlist".into(), obligation.enlist(pool));
            }
            MemberAct::Resign => {
                self.send(step, "resign", "resign".into(), obligation.resign(pool));
            }
            MemberAct::CheckIn => {
                self.send(step, "check_in", "check in".into(), obligation.check_in(pool));
            }
            MemberAct::Freeze => {
                self.send(step, "freeze", "freeze for a rest".into(), obligation.freeze());
            }
            MemberAct::Unfreeze => {
                self.send(step, "unfreeze", "unfreeze".into(), obligation.unfreeze());
            }
            MemberAct::Evaluate(member) => {
                let member = self.account_of(member);
                let deed = match self.chain.read(obligation.standing(pool, member)) {
                    Ok(standing) => format!("evaluate {}, who is {standing:?}", self.name(&member)),
                    Err(_) => format!("evaluate {}", self.name(&member)),
                };
                self.send(step, "evaluate", deed, obligation.evaluate(pool, member));
            }
            MemberAct::FillSeats(max) => {
                self.send(step, "fill_seats", "fill seats".into(), obligation.fill_seats(pool, max));
            }
        }
    }

    fn act_as_requester(&mut self, step: &Step, plan: Plan, act: RequesterAct) -> Result<()> {
        let (title, mut market) = (self.title(plan), self.world.market());
        match act {
            RequesterAct::Play => self.play_request(step, plan)?,
            RequesterAct::Post => {
                self.post(step, plan)?;
            }
            RequesterAct::Accept { provider, price } => {
                let (id, provider) = (self.live(plan)?.id, self.account_of(provider));
                let (price, deliver_by) = self.standing_offer(id, provider, price);
                let deed = format!("accept the offer of {} for {title}", self.name(&provider));
                self.send(step, "accept", deed, market.accept(id, provider, price, deliver_by));
            }
            RequesterAct::TakeOver { provider, price } => {
                let (id, provider) = (self.live(plan)?.id, self.account_of(provider));
                let (price, deliver_by) = self.standing_offer(id, provider, price);
                let deed = format!("let {} take over {title}", self.name(&provider));
                let done = self.send(step, "takeover", deed, market.takeover(id, provider, price, deliver_by));
                if let (Some(()), Some(live)) = (done, self.live[plan].as_mut()) {
                    live.refilling = false;
                }
            }
            RequesterAct::Withdraw => {
                let message = market.withdraw_request(self.live(plan)?.id);
                self.send(step, "withdraw_request", format!("withdraw {title}"), message);
            }
            RequesterAct::Reclaim => {
                let message = market.reclaim(self.live(plan)?.id);
                self.send(step, "reclaim", format!("reclaim what {title} did not need"), message);
            }
            RequesterAct::GiveNotice => {
                let message = market.give_notice(self.live(plan)?.id);
                self.send(step, "give_notice", format!("give notice of {title}"), message);
            }
        }
        Ok(())
    }

    fn act_as_provider(&mut self, step: &Step, plan: Plan, act: &ProviderAct) -> Result<()> {
        let (title, me, mut market) = (self.title(plan), self.account_of(step.who), self.world.market());
        let id = self.live(plan)?.id;
        match act {
            ProviderAct::Signal { places } => {
                let deposit = self.live(plan)?.spec.place_deposit.saturating_mul((*places).into());
                let deed = format!("take {} of {title}", counted(*places, "place"));
                self.send_with(step, "signal", deed, deposit, market.signal(id, *places));
            }
            ProviderAct::Offer { price, within } => self.offer(step, plan, *price, *within)?,
            ProviderAct::RetractOffer => {
                let deed = format!("take the offer for {title} back");
                self.send(step, "retract_offer", deed, market.retract_offer(id));
            }
            ProviderAct::Submit => self.submit(step, plan)?,
            ProviderAct::Revise(submission) => {
                let content = hash_of(&(&self.request_plan(plan).name, step.who, submission, "revised"));
                let deed = format!("revise submission {submission} of {title}");
                let message = market.revise(id, *submission, content, self.uri(plan, step.who));
                self.send(step, "revise", deed, message);
            }
            ProviderAct::Unseal(submissions) => {
                let unsealing = |submission: &SubmissionId| {
                    let (content, uri) = self.content(plan, step.who, *submission);
                    Unsealing { submission: *submission, content, uri, salt: salt(id, *submission, &me) }
                };
                let message = market.unseal(id, submissions.iter().map(unsealing).collect());
                self.send(step, "unseal", format!("unseal what they delivered for {title}"), message);
            }
        }
        Ok(())
    }

    fn act_as_enforcer(&mut self, step: &Step, plan: Plan, act: &EnforcerAct) -> Result<()> {
        let (title, me, mut market) = (self.title(plan), self.account_of(step.who), self.world.market());
        let id = self.live(plan)?.id;
        let reveal = |opinion: &Opinion| opinion.revealed(salt(id, opinion.submission, &me));
        match act {
            EnforcerAct::Commit(opinions) => {
                let spec = self.live(plan)?.spec.clone();
                let room = |opinion: &Opinion| {
                    self.submission(id, opinion.submission).map(|(_, reviews)| Room::left(&spec, &reviews))
                };
                // In this order most of them find room.
                let mut opinions = opinions.clone();
                opinions.sort_by_cached_key(room);
                let commitments = opinions.iter().map(|opinion| reveal(opinion).committed(id, me)).collect();
                let message = market.commit_reviews(id, commitments);
                self.send(step, "commit_reviews", format!("commit reviews of {title}"), message);
            }
            EnforcerAct::Reveal(opinions) => {
                let message = market.reveal_reviews(id, opinions.iter().map(reveal).collect());
                self.send(step, "reveal_reviews", format!("reveal scores for {title}"), message);
            }
        }
        Ok(())
    }

    fn keep_up(&mut self, step: &Step, plan: Plan, act: &UpkeepAct) -> Result<()> {
        let (title, world) = (self.title(plan), self.world.clone());
        let id = self.live(plan)?.id;
        match act {
            UpkeepAct::OpenReviews => {
                let deed = format!("open the reviews of {title}");
                self.repeat(step, "open_reviews", &deed, || world.market().open_reviews(id, MAX_BATCH));
            }
            UpkeepAct::Finalize(of) => {
                let deed = format!("finalize {} of {title}", submissions(of));
                self.send(step, "finalize", deed, world.market().finalize(id, of.clone()));
            }
            UpkeepAct::Settle => {
                self.repeat(step, "settle", &format!("settle {title}"), || world.market().settle(id, MAX_BATCH));
            }
            UpkeepAct::ClosePeriod => self.close_period(step, plan)?,
            UpkeepAct::Claim(of) => {
                let deed = format!("claim what {title} earned");
                self.send(step, "claim", deed, world.market().claim(id, of.clone()));
            }
            UpkeepAct::ReportNoShow(provider) => {
                let provider = self.account_of(*provider);
                let deed = format!("report {}, who did not deliver {title}", self.name(&provider));
                self.send(step, "report_no_show", deed, world.market().report_no_show(id, provider));
            }
            UpkeepAct::Prune => {
                self.repeat(step, "prune", &format!("prune {title}"), || world.market().prune(id, MAX_BATCH));
            }
            UpkeepAct::WrapUp => match self.request_plan(plan).conditions.engagement {
                Some(_) => self.wrap_up_periods(step, plan)?,
                None => self.wrap_up(step, plan)?,
            },
        }
        Ok(())
    }

    /// Repeats a call that does a batch, until a batch is not full.
    fn repeat<Args: Encode>(
        &mut self,
        step: &Step,
        message_name: &'static str,
        deed: &str,
        message: impl Fn() -> Message<Args, Result<u32, market::Error>>,
    ) {
        while self.send(step, message_name, deed.to_owned(), message()) == Some(MAX_BATCH) {}
    }

    fn act_on_account(&mut self, step: &Step, act: AccountAct) {
        let (me, mut market, mut reputation) =
            (self.account_of(step.who), self.world.market(), self.world.reputation());
        match act {
            AccountAct::Withdraw => {
                self.send(step, "withdraw", "withdraw".into(), market.withdraw(Asset::Native));
            }
            AccountAct::ClaimReputation(of) => {
                let deed = "claim the reputation that others earned".to_owned();
                self.send(step, "claim_reputation", deed, reputation.claim_reputation(self.account_of(of)));
            }
            AccountAct::ClaimOwnReputation => {
                let deed = "claim reputation".to_owned();
                self.send(step, "claim_reputation", deed, reputation.claim_reputation(me));
            }
            AccountAct::Burn(amount) => {
                let deed = format!("burn {} reputation", thousands(amount));
                self.send(step, "burn", deed, reputation.burn(amount));
            }
        }
    }

    fn act_as_manager(&mut self, step: &Step, act: ManagerAct) {
        let (mut market, mut obligation) = (self.world.market(), self.world.obligation());
        match act {
            ManagerAct::PauseMarket => {
                self.send(step, "pause", "pause the market".into(), market.pause());
            }
            ManagerAct::UnpauseMarket => {
                self.send(step, "unpause", "unpause the market".into(), market.unpause());
            }
            ManagerAct::PauseObligation => {
                self.send(step, "pause", "pause enlisting".into(), obligation.pause());
            }
            ManagerAct::UnpauseObligation => {
                self.send(step, "unpause", "unpause enlisting".into(), obligation.unpause());
            }
        }
    }

    fn go_on(&mut self, step: &Step, plan: Plan, act: &NextAct) -> Result<()> {
        match act {
            NextAct::PlanUnsealing => self.plan_unsealing(plan),
            NextAct::PlanReviews => self.plan_reviews(plan),
            NextAct::PlanReveals(of) => self.plan_reveals(step, plan, of),
            NextAct::BeginPeriod { vacancies } => self.begin_period(plan, *vacancies),
            NextAct::DeliverPeriod { vacancies } if self.live(plan)?.vacancies == *vacancies => self.submit(step, plan),
            NextAct::DeliverPeriod { .. } => Ok(()),
            NextAct::ReviewPeriod { period } => self.review_period(step, plan, *period),
            NextAct::WrapUp if self.live(plan)?.ended => Ok(()),
            NextAct::WrapUp => self.keep_up(step, plan, &UpkeepAct::WrapUp),
        }
    }

    pub(super) fn title(&self, plan: Plan) -> String {
        format!("\"{}\"", self.request_plan(plan).name)
    }

    /// Posts a request for exactly what it costs now.
    pub(super) fn post(&mut self, step: &Step, plan: Plan) -> Result<bool> {
        let wanted = self.request_plan(plan);
        ensure!(self.live[plan].is_none(), "request `{}` is posted twice", wanted.name);
        let uri = format!("scenario:{}", wanted.name).into_bytes();
        let spec = wanted.conditions.request(self.chain.now(), Asset::Native, hash_of(&wanted.name), uri);
        let world = self.world.clone();
        // If the quote is refused, `post` is refused for the same reason, and the timeline shows that.
        let (me, market) = (self.account_of(step.who), world.market());
        let quoted = match wanted.conditions.engagement {
            Some(engagement) => {
                self.chain
                    .dry_run(&me, market.quote_engagement(spec.clone(), engagement.periods, engagement.period))
                    .result
            }
            None => self.chain.dry_run(&me, market.quote(spec.clone())).result,
        };
        let total = quoted.ok().and_then(Result::ok).map_or(0, |quote| quote.total);
        let deed = format!("post {}", self.title(plan));
        let id = match wanted.conditions.engagement {
            Some(of) => {
                let message = world.market().engage(spec.clone(), of.periods, of.period, of.missed, of.notice, 0);
                self.send_with(step, "engage", deed, total, message)
            }
            None => self.send_with(step, "post", deed, total, world.market().post(spec.clone(), 0)),
        };
        let delivered = vec![None; wanted.deliveries.len()];
        self.live[plan] = id.map(|id| Live {
            id,
            spec,
            delivered,
            submissions: 0,
            vacancies: 0,
            refilling: false,
            takeovers: 0,
            ended: false,
        });
        Ok(id.is_some())
    }

    /// Makes an offer, or changes it: for the time after signalling, or for the rest of a vacant engagement.
    pub(super) fn offer(&mut self, step: &Step, plan: Plan, price: Balance, within: Option<Timestamp>) -> Result<()> {
        let (live, now) = (self.live(plan)?, self.chain.now());
        let (id, spec) = (live.id, live.spec.clone());
        let vacant = self.engagement(id).filter(market::Engagement::is_vacant);
        let deliver_by = match (vacant, within) {
            (Some(engagement), within) => now + within.unwrap_or(engagement.period),
            (None, Some(within)) => spec.signal_by + within,
            (None, None) => spec.deliver_by,
        };
        let stands = self.offer_of(id, self.account_of(step.who)).is_some_and(|offer| offer.open);
        let (what, deposit) = match stands {
            true => ("change the offer for", 0),
            false => ("make an offer for", spec.place_deposit),
        };
        let deed = format!("{what} {}", self.title(plan));
        let uri = format!("scenario:{}/offer", self.scenario.actors[step.who].name).into_bytes();
        // It can be accepted as long as the work can be delivered.
        let message = self.world.market().offer(id, price, deliver_by, deliver_by, uri);
        self.send_with(step, "offer", deed, deposit, message);
        Ok(())
    }

    pub(super) fn offer_of(&self, id: RequestId, provider: AccountId) -> Option<Offer> {
        let page = self.chain.read(self.world.market().offers(id, Some(provider), 1));
        page.ok().and_then(|page| page.into_iter().next()).map(|(_, offer)| offer)
    }

    /// Price and deadline of an offer, or of an empty one; at this price if one is given.
    pub(super) fn standing_offer(
        &self,
        id: RequestId,
        provider: AccountId,
        price: Option<Balance>,
    ) -> (Balance, Timestamp) {
        let (standing, deliver_by) =
            self.offer_of(id, provider).map_or((0, 0), |offer| (offer.price, offer.deliver_by));
        (price.unwrap_or(standing), deliver_by)
    }

    /// What `who` delivers as this submission, and its URI.
    pub(super) fn content(&self, plan: Plan, who: Actor, submission: SubmissionId) -> (Hash, Vec<u8>) {
        (hash_of(&(&self.request_plan(plan).name, who, submission)), self.uri(plan, who))
    }

    pub(super) fn uri(&self, plan: Plan, who: Actor) -> Vec<u8> {
        format!("scenario:{}/{}", self.request_plan(plan).name, self.scenario.actors[who].name).into_bytes()
    }

    pub(super) fn submit(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let live = self.live(plan)?;
        let wanted = self.request_plan(plan);
        let delivery = wanted.deliveries.iter().enumerate().position(|(index, delivery)| {
            delivery.provider == step.who && delivery.delivers && live.delivered[index].is_none()
        });
        let (id, number, me) = (live.id, live.submissions, self.account_of(step.who));
        let (content, uri) = self.content(plan, step.who, number);
        let mut market = self.world.market();
        let submission = match wanted.conditions.is_sealed() {
            true => {
                let seal = market::seal(id, me, &content, &uri, &salt(id, number, &me));
                let deed = format!("deliver {} under a seal", self.title(plan));
                self.send(step, "submit_sealed", deed, market.submit_sealed(id, vec![seal]))
            }
            false => {
                let deed = format!("deliver {}", self.title(plan));
                self.send(step, "submit", deed, market.submit(id, vec![Delivery { content, uri }]))
            }
        };
        let submission = submission.and_then(|made| made.first().copied());
        if let (Some(submission), Some(live)) = (submission, self.live[plan].as_mut()) {
            live.submissions = submission + 1;
            // In an engagement the submission's number is its period.
            let delivery = match wanted.conditions.engagement {
                Some(_) => usize::try_from(submission).ok().filter(|period| *period < live.delivered.len()),
                None => delivery,
            };
            if let Some(delivery) = delivery {
                live.delivered[delivery] = Some(submission);
            }
        }
        Ok(())
    }

    /// Closes the next period, and notes what was never delivered.
    pub(super) fn close_period(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let id = self.live(plan)?.id;
        let deed = format!("close a period of {}", self.title(plan));
        let period = self.state(id).map_or(0, |state| state.settled);
        let tenure = self.engagement(id).and_then(|engagement| engagement.tenure);
        let closed = self.send(step, "close_period", deed, self.world.market().close_period(id));
        let Some(tenure) = closed.and(tenure) else { return Ok(()) };
        if self.delivered(id, period).is_none() {
            self.deliver(id, period, &tenure.provider, "not delivered");
        }
        if self.engagement(id).is_some_and(|engagement| engagement.tenure.is_none()) {
            let lost = self.live(plan)?.spec.place_deposit;
            if let Some(delivered) = self.delivered(id, period) {
                delivered.deposit_lost = lost;
            }
        }
        Ok(())
    }
}
