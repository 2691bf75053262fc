//! Plays a scenario on real contracts and keeps account of everything that moves.

use super::{
    amounts::{show_time, thousands},
    read::{Action, Actor, DeliveryPlan, OfferEnd, Plan, RequestPlan, Scenario, ScorePlan, Step},
    report::{Account, Cost, Delivered, Entry, Escrow, Member, Outcome, Report, Reputation, Story},
};
use crate::{
    build::Contracts,
    chain::{Chain, Emitted, Message, StorageDeposit},
    words::{counted, verdict, Words},
    world::{commitment, World},
};
use anyhow::{ensure, Context, Result};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{self, Access, Asset, Engagement, Offer, RequestSpec, RequestState, Verdict, MAX_BATCH},
    reputation, Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use scale::{Decode, Encode};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

/// Part of a window after whose beginning (or before whose end) a request that plays itself acts.
const WITHIN: Timestamp = 20;
/// In the first half of the review window only drawn members may commit: a request that plays itself waits until the
/// last quarter.
const COMMITS_IN_LAST: Timestamp = 4;
/// Sixteenths of the time for signalling before whose end a request that plays itself negotiates: offers come from the
/// first of these until the second, are taken back at the third, and accepted at the last.
const OFFERS_FROM: Timestamp = 8;
const OFFERS_UNTIL: Timestamp = 4;
const OFFERS_RETRACTED: Timestamp = 3;
const OFFERS_ACCEPTED: Timestamp = 2;
const SIXTEENTHS: Timestamp = 16;

/// Plays the whole story. `watch` sees each entry of the timeline as it happens.
pub fn play(scenario: &Scenario, contracts: &Contracts, watch: impl FnMut(&Entry)) -> Result<Report> {
    let world = World::deploy(contracts, scenario.settings.clone())?;
    let mut player = Player::new(scenario, world, watch);
    player.run()?;
    player.report(contracts)
}

/// A request that was posted.
struct Live {
    id: RequestId,
    spec: RequestSpec,
    /// In the order of the plan's deliveries; `None` where nothing was delivered.
    delivered: Vec<Option<SubmissionId>>,
    submissions: u32,
    /// How often the place of an engagement became vacant.
    vacancies: u32,
    /// Whether what was planned for the present vacancy is under way.
    refilling: bool,
    /// Offers for takeovers that were made.
    takeovers: usize,
    /// Whether an engagement that plays itself is paid out.
    ended: bool,
}

struct Player<'a, W> {
    scenario: &'a Scenario,
    world: World,
    chain: Chain,
    began: Timestamp,
    names: BTreeMap<AccountId, String>,
    live: Vec<Option<Live>>,
    /// What is still to come, by time and order.
    agenda: BTreeMap<(Timestamp, usize), Step>,
    planned: usize,
    accounts: Vec<Account>,
    escrow: Escrow,
    costs: BTreeMap<&'static str, Cost>,
    timeline: Vec<Entry>,
    deliveries: Vec<Delivered>,
    watch: W,
}

impl<'a, W: FnMut(&Entry)> Player<'a, W> {
    fn new(scenario: &'a Scenario, world: World, watch: W) -> Self {
        let chain = world.chain.clone();
        let mut names: BTreeMap<_, _> =
            scenario.actors.iter().map(|actor| (actor.account, actor.name.clone())).collect();
        names.insert(world.market_address, "the market".into());
        names.insert(world.obligation_address, "the obligation contract".into());
        for actor in &scenario.actors {
            if chain.total_balance(&actor.account) == 0 && actor.funds > 0 {
                chain.fund(&actor.account, actor.funds);
            }
        }
        let accounts =
            scenario.actors.iter().map(|actor| Account::new(&actor.name, chain.balance(&actor.account))).collect();
        let escrow = Escrow::new(chain.balance(&world.market_address), chain.total_issuance());
        let mut player = Self {
            scenario,
            began: chain.now(),
            chain,
            world,
            names,
            live: scenario.requests.iter().map(|_| None).collect(),
            agenda: BTreeMap::new(),
            planned: 0,
            accounts,
            escrow,
            costs: BTreeMap::new(),
            timeline: Vec::new(),
            deliveries: Vec::new(),
            watch,
        };
        for step in &scenario.steps {
            player.plan(player.began + step.at, step.clone());
        }
        player
    }

    fn plan(&mut self, at: Timestamp, step: Step) {
        self.agenda.insert((at, self.planned), step);
        self.planned += 1;
    }

    fn plan_action(&mut self, at: Timestamp, who: Actor, action: Action) {
        self.plan(at, Step { at: at - self.began, who, action, expect: None });
    }

    /// What the manager did before the story begins.
    fn enter_setup(&mut self) {
        let founders = &self.scenario.settings.founders;
        let endowed: Balance = founders.iter().map(|(_, endowment)| endowment).sum();
        let notes = vec![
            "deployed the contracts and granted them the roles they need of each other".into(),
            format!("endowed {} with {} reputation", counted(founders.len() as u64, "founder"), thousands(endowed)),
            "sealed: from now on reputation is only earned".into(),
            format!("opened the market, with {} for enforcers", counted(self.scenario.settings.terms.seats, "seat")),
        ];
        let who = vec![super::read::MANAGER.to_owned()];
        let deed = "set up the organization".to_owned();
        self.enter(Entry { at: 0, who, deed, outcome: Outcome::Done, expected: true, notes });
    }

    fn run(&mut self) -> Result<()> {
        self.enter_setup();
        while let Some(((at, _), step)) = self.agenda.pop_first() {
            self.chain.pass_until(at);
            self.act(&step)?;
        }
        Ok(())
    }

    fn name(&self, account: &AccountId) -> String {
        self.names.get(account).cloned().unwrap_or_else(|| format!("{account:?}"))
    }

    fn account_of(&self, actor: Actor) -> AccountId {
        self.scenario.actors[actor].account
    }

    fn request_plan(&self, plan: Plan) -> &'a RequestPlan {
        &self.scenario.requests[plan]
    }

    fn live(&self, plan: Plan) -> Result<&Live> {
        let name = &self.request_plan(plan).name;
        self.live[plan].as_ref().with_context(|| format!("request `{name}` is not posted when a step needs it"))
    }

    /// Sends a message and notes what came of it. Returns what an accepted message returned.
    fn send<Args: Encode, T: Decode, E: Decode + Debug>(
        &mut self,
        step: &Step,
        message_name: &'static str,
        deed: String,
        message: Message<Args, std::result::Result<T, E>>,
    ) -> Option<T> {
        self.send_with(step, message_name, deed, 0, message)
    }

    fn send_with<Args: Encode, T: Decode, E: Decode + Debug>(
        &mut self,
        step: &Step,
        message_name: &'static str,
        deed: String,
        value: Balance,
        message: Message<Args, std::result::Result<T, E>>,
    ) -> Option<T> {
        let who = step.who;
        let called = self.chain.call(&self.account_of(who), message.transferred_value(value));
        let (returned, outcome) = match called.result {
            Ok(Ok(returned)) => (Some(returned), Outcome::Done),
            Ok(Err(error)) => (None, Outcome::Refused(format!("{error:?}"))),
            Err(trap) => (None, Outcome::Trapped(trap.to_string())),
        };
        let expected = match (&outcome, &step.expect) {
            (Outcome::Done, expect) => expect.is_none(),
            (Outcome::Refused(error), Some(expect)) => error == expect || error.contains(&format!("({expect})")),
            _ => false,
        };
        let mut notes = Vec::new();
        if returned.is_some() {
            let account = &mut self.accounts[who];
            account.sent += value;
            self.escrow.paid_in += value;
            match called.deposit {
                StorageDeposit::Charge(amount) => account.deposited += amount,
                StorageDeposit::Refund(amount) => account.refunded += amount,
            }
            self.costs.entry(message_name).or_default().add(called.gas);
            self.keep_account(&called.emitted);
            self.keep_deliveries(&called.emitted);
            notes = self.notes(&called.emitted);
        }
        self.enter(Entry {
            at: self.chain.now() - self.began,
            who: vec![self.scenario.actors[who].name.clone()],
            deed,
            outcome,
            expected,
            notes,
        });
        returned
    }

    fn enter(&mut self, entry: Entry) {
        (self.watch)(&entry);
        self.timeline.push(entry);
    }

    fn act(&mut self, step: &Step) -> Result<()> {
        let pool = self.world.pool;
        let (market, obligation) = (|world: &World| world.market(), |world: &World| world.obligation());
        let world = self.world.clone();
        let me = self.account_of(step.who);
        match &step.action {
            Action::Enlist => {
                self.send(step, "enlist", "enlist".into(), obligation(&world).enlist(pool));
            }
            Action::Resign => {
                self.send(step, "resign", "resign".into(), obligation(&world).resign(pool));
            }
            Action::CheckIn => {
                self.send(step, "check_in", "check in".into(), obligation(&world).check_in(pool));
            }
            Action::Freeze => {
                self.send(step, "freeze", "freeze for a rest".into(), obligation(&world).freeze());
            }
            Action::Unfreeze => {
                self.send(step, "unfreeze", "unfreeze".into(), obligation(&world).unfreeze());
            }
            Action::Evaluate { member } => {
                let member = self.account_of(*member);
                let deed = match self.chain.read(obligation(&world).standing(pool, member)) {
                    Ok(standing) => format!("evaluate {}, who is {standing:?}", self.name(&member)),
                    Err(_) => format!("evaluate {}", self.name(&member)),
                };
                self.send(step, "evaluate", deed, obligation(&world).evaluate(pool, member));
            }
            Action::FillSeats { max } => {
                self.send(step, "fill_seats", "fill seats".into(), obligation(&world).fill_seats(pool, *max));
            }
            Action::Play { request } => self.play_request(step, *request)?,
            Action::Post { request } => {
                self.post(step, *request)?;
            }
            Action::Signal { request, places } => {
                let live = self.live(*request)?;
                let (id, deposit) = (live.id, live.spec.place_deposit.saturating_mul((*places).into()));
                let deed = format!("take {} of {}", counted(*places, "place"), self.title(*request));
                self.send_with(step, "signal", deed, deposit, market(&world).signal(id, *places));
            }
            Action::Offer { request, price, within } => self.offer(step, *request, *price, *within)?,
            Action::RetractOffer { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("take the offer for {} back", self.title(*request));
                self.send(step, "retract_offer", deed, market(&world).retract_offer(id));
            }
            Action::Accept { request, provider, price } => {
                let (id, provider) = (self.live(*request)?.id, self.account_of(*provider));
                let (price, deliver_by) = self.standing_offer(id, provider, *price);
                let deed = format!("accept the offer of {} for {}", self.name(&provider), self.title(*request));
                self.send(step, "accept", deed, market(&world).accept(id, provider, price, deliver_by));
            }
            Action::TakeOver { request, provider, price } => {
                let (id, provider) = (self.live(*request)?.id, self.account_of(*provider));
                let (price, deliver_by) = self.standing_offer(id, provider, *price);
                let deed = format!("let {} take over {}", self.name(&provider), self.title(*request));
                let done = self.send(step, "takeover", deed, market(&world).takeover(id, provider, price, deliver_by));
                if let (Some(()), Some(live)) = (done, self.live[*request].as_mut()) {
                    live.refilling = false;
                }
            }
            Action::WithdrawRequest { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("withdraw {}", self.title(*request));
                self.send(step, "withdraw_request", deed, market(&world).withdraw_request(id));
            }
            Action::Submit { request } => self.submit(step, *request)?,
            Action::Revise { request, submission } => {
                let id = self.live(*request)?.id;
                let content = hash_of(&(&self.request_plan(*request).name, step.who, submission, "revised"));
                let deed = format!("revise submission {submission} of {}", self.title(*request));
                let message = market(&world).revise(id, *submission, content, self.uri(*request, step.who));
                self.send(step, "revise", deed, message);
            }
            Action::Unseal { request, submission } => {
                let id = self.live(*request)?.id;
                let (content, uri) = self.content(*request, step.who, *submission);
                let deed = format!("unseal what they delivered for {}", self.title(*request));
                let message = market(&world).unseal(id, *submission, content, uri, salt(id, *submission, &me));
                self.send(step, "unseal", deed, message);
            }
            Action::ReportNoShow { request, provider } => {
                let id = self.live(*request)?.id;
                let provider = self.account_of(*provider);
                let deed = format!("report {}, who did not deliver {}", self.name(&provider), self.title(*request));
                self.send(step, "report_no_show", deed, market(&world).report_no_show(id, provider));
            }
            Action::OpenReviews { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("open the reviews of {}", self.title(*request));
                while let Some(MAX_BATCH) =
                    self.send(step, "open_reviews", deed.clone(), market(&world).open_reviews(id, MAX_BATCH))
                {
                }
            }
            Action::Commit { request, submission, score, duplicate_of } => {
                let id = self.live(*request)?.id;
                let seal = commitment(id, *submission, &me, *score, *duplicate_of, salt(id, *submission, &me));
                let deed = format!("commit reviews of {}", self.title(*request));
                self.send(step, "commit_review", deed, market(&world).commit_review(id, *submission, seal));
            }
            Action::Reveal { request, submission, score, duplicate_of } => {
                let id = self.live(*request)?.id;
                let salt = salt(id, *submission, &me);
                let deed = format!("reveal scores for {}", self.title(*request));
                let message = market(&world).reveal_review(id, *submission, *score, *duplicate_of, salt);
                self.send(step, "reveal_review", deed, message);
            }
            Action::Finalize { request, submission } => {
                self.finalize(step, *request, *submission)?;
            }
            Action::Settle { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("settle {}", self.title(*request));
                while let Some(MAX_BATCH) =
                    self.send(step, "settle", deed.clone(), market(&world).settle(id, MAX_BATCH))
                {}
            }
            Action::ClosePeriod { request } => self.close_period(step, *request)?,
            Action::Prune { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("prune {}", self.title(*request));
                while let Some(MAX_BATCH) = self.send(step, "prune", deed.clone(), market(&world).prune(id, MAX_BATCH))
                {
                }
            }
            Action::Claim { request, submission } => {
                let id = self.live(*request)?.id;
                let deed = format!("claim what {} earned", self.title(*request));
                self.send(step, "claim", deed, market(&world).claim(id, *submission));
            }
            Action::Reclaim { request } => {
                let id = self.live(*request)?.id;
                let deed = format!("reclaim what {} did not need", self.title(*request));
                self.send(step, "reclaim", deed, market(&world).reclaim(id));
            }
            Action::Withdraw => {
                self.send(step, "withdraw", "withdraw".into(), market(&world).withdraw(Asset::Native));
            }
            Action::ClaimReputation { of } => {
                let deed = "claim the reputation that others earned".to_owned();
                let message = world.reputation().claim_reputation(self.account_of(*of));
                self.send(step, "claim_reputation", deed, message);
            }
            Action::ClaimOwnReputation => {
                let deed = "claim reputation".to_owned();
                self.send(step, "claim_reputation", deed, world.reputation().claim_reputation(me));
            }
            Action::Burn { amount } => {
                let deed = format!("burn {} reputation", thousands(*amount));
                self.send(step, "burn", deed, world.reputation().burn(*amount));
            }
            Action::PauseMarket => {
                self.send(step, "pause", "pause the market".into(), market(&world).pause());
            }
            Action::UnpauseMarket => {
                self.send(step, "unpause", "unpause the market".into(), market(&world).unpause());
            }
            Action::PauseObligation => {
                self.send(step, "pause", "pause enlisting".into(), obligation(&world).pause());
            }
            Action::UnpauseObligation => {
                self.send(step, "unpause", "unpause enlisting".into(), obligation(&world).unpause());
            }
            Action::PlanUnsealing { request } => self.plan_unsealing(*request)?,
            Action::PlanReviews { request } => self.plan_reviews(*request)?,
            Action::BeginPeriod { request, vacancies } => self.begin_period(*request, *vacancies)?,
            Action::DeliverPeriod { request, vacancies } => {
                if self.live(*request)?.vacancies == *vacancies {
                    self.submit(step, *request)?;
                }
            }
            Action::ReviewPeriod { request, period } => self.review_period(step, *request, *period)?,
            Action::WrapUp { request } => match self.request_plan(*request).conditions.engagement {
                Some(_) => self.wrap_up_periods(step, *request)?,
                None => self.wrap_up(step, *request)?,
            },
            Action::Show => {
                let notes = self.members().iter().map(Member::summary).collect();
                let (at, who) = (self.chain.now() - self.began, Vec::new());
                let deed = "how they stand".to_owned();
                self.enter(Entry { at, who, deed, outcome: Outcome::Done, expected: true, notes });
            }
        }
        Ok(())
    }

    fn title(&self, plan: Plan) -> String {
        format!("\"{}\"", self.request_plan(plan).name)
    }

    /// Posts a request for exactly what it costs now.
    fn post(&mut self, step: &Step, plan: Plan) -> Result<bool> {
        let wanted = self.request_plan(plan);
        ensure!(self.live[plan].is_none(), "request `{}` is posted twice", wanted.name);
        let uri = format!("scenario:{}", wanted.name).into_bytes();
        let spec = wanted.conditions.request(self.chain.now(), Asset::Native, hash_of(&wanted.name), uri);
        let world = self.world.clone();
        // A request that is refused here is refused by `post` for the same reason, and is entered there.
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
                let message = world.market().engage(spec.clone(), of.periods, of.period, of.missed, 0);
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

    /// Posts a request and plans how it goes on.
    fn play_request(&mut self, step: &Step, plan: Plan) -> Result<()> {
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
            // Where nobody is accepted, the engagement ends here.
            let over = spec.deliver_by + windows.reveal / WITHIN;
            self.plan_action(over, wanted.keeper, Action::WrapUp { request: plan });
            return Ok(());
        }
        for delivery in wanted.deliveries.iter().filter(|delivery| delivery.delivers) {
            let at = half_way(spec.signal_by, due(wanted, delivery, &spec));
            self.plan_action(at, delivery.provider, Action::Submit { request: plan });
        }
        if wanted.deliveries.iter().any(|delivery| delivery.delivers) {
            if wanted.conditions.is_sealed() {
                let unseals = half_way(spec.deliver_by, spec.review_from());
                self.plan_action(unseals, wanted.keeper, Action::PlanUnsealing { request: plan });
            }
            let opens = spec.review_from() + commits(wanted) / WITHIN;
            self.plan_action(opens, wanted.keeper, Action::OpenReviews { request: plan });
            self.plan_action(opens, wanted.keeper, Action::PlanReviews { request: plan });
        }
        let over = spec.reveal_by + windows.reveal / WITHIN;
        self.plan_action(over, wanted.keeper, Action::WrapUp { request: plan });
        Ok(())
    }

    /// Providers take a place for each of their deliveries, half way to the deadline.
    fn plan_signals(&mut self, plan: Plan, spec: &RequestSpec) -> Result<()> {
        let wanted = self.request_plan(plan);
        let providers: BTreeSet<_> = wanted.deliveries.iter().map(|delivery| delivery.provider).collect();
        for provider in providers {
            let places = wanted.deliveries.iter().filter(|delivery| delivery.provider == provider).count();
            let places = u16::try_from(places).context("more places than a request has")?;
            let at = spec.signal_by - wanted.conditions.windows.signal / 2;
            self.plan_action(at, provider, Action::Signal { request: plan, places });
        }
        Ok(())
    }

    /// Offers are made, lowered, taken back and accepted before signalling ends.
    fn plan_offers(&mut self, plan: Plan, spec: &RequestSpec) {
        let wanted = self.request_plan(plan);
        let before_end = |sixteenths| spec.signal_by - wanted.conditions.windows.signal * sixteenths / SIXTEENTHS;
        for offer in wanted.offers.iter().filter(|offer| !offer.takeover) {
            let (first, last) = (before_end(OFFERS_FROM), before_end(OFFERS_UNTIL));
            let count = offer.prices.len() as Timestamp;
            for (index, price) in (0..).zip(&offer.prices) {
                let at = first + (last - first) * index / count;
                let action = Action::Offer { request: plan, price: *price, within: offer.within };
                self.plan_action(at, offer.provider, action);
            }
            match offer.ends {
                OfferEnd::Accepted => {
                    let accept = Action::Accept { request: plan, provider: offer.provider, price: None };
                    self.plan_action(before_end(OFFERS_ACCEPTED), wanted.requester, accept);
                }
                OfferEnd::Retracted => {
                    let retract = Action::RetractOffer { request: plan };
                    self.plan_action(before_end(OFFERS_RETRACTED), offer.provider, retract);
                }
                OfferEnd::Left => {}
            }
        }
        if wanted.conditions.engagement.is_some() {
            let begin = Action::BeginPeriod { request: plan, vacancies: 0 };
            self.plan_action(before_end(OFFERS_ACCEPTED), wanted.keeper, begin);
        }
    }

    /// Makes an offer, or changes it: for the time after signalling, or for the rest of a vacant engagement.
    fn offer(&mut self, step: &Step, plan: Plan, price: Balance, within: Option<Timestamp>) -> Result<()> {
        let (live, now) = (self.live(plan)?, self.chain.now());
        let (id, spec) = (live.id, live.spec.clone());
        let vacant = self.engagement(id).filter(|engagement| engagement.pool.is_some() && engagement.tenure.is_none());
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
        self.send_with(step, "offer", deed, deposit, self.world.market().offer(id, price, deliver_by, uri));
        Ok(())
    }

    fn offer_of(&self, id: RequestId, provider: AccountId) -> Option<Offer> {
        let page = self.chain.read(self.world.market().offers(id, Some(provider), 1));
        page.ok().and_then(|page| page.into_iter().next()).map(|(_, offer)| offer)
    }

    /// Price and deadline of an offer, or of none there is, at this price if one is wanted.
    fn standing_offer(&self, id: RequestId, provider: AccountId, price: Option<Balance>) -> (Balance, Timestamp) {
        let (standing, deliver_by) =
            self.offer_of(id, provider).map_or((0, 0), |offer| (offer.price, offer.deliver_by));
        (price.unwrap_or(standing), deliver_by)
    }

    fn engagement(&self, id: RequestId) -> Option<Engagement> {
        self.chain.read(self.world.market().engagement(id)).ok()
    }

    fn state(&self, id: RequestId) -> Option<RequestState> {
        self.chain.read(self.world.market().request(id)).ok().map(|(_, state)| state)
    }

    /// All that the market holds for a request, deposits included; nothing once it is pruned.
    fn in_escrow(&self, id: RequestId) -> Balance {
        self.state(id).map_or(0, |state| state.held + state.deposits + state.offer_deposits)
    }

    /// What `who` delivers as this submission, and where it is.
    fn content(&self, plan: Plan, who: Actor, submission: SubmissionId) -> (Hash, Vec<u8>) {
        (hash_of(&(&self.request_plan(plan).name, who, submission)), self.uri(plan, who))
    }

    fn uri(&self, plan: Plan, who: Actor) -> Vec<u8> {
        format!("scenario:{}/{}", self.request_plan(plan).name, self.scenario.actors[who].name).into_bytes()
    }

    fn submit(&mut self, step: &Step, plan: Plan) -> Result<()> {
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
                let seal = (id, me, content, uri, salt(id, number, &me)).encode();
                let seal = Hash::from(contract_build::code_hash(&seal));
                let deed = format!("deliver {} under a seal", self.title(plan));
                self.send(step, "submit_sealed", deed, market.submit_sealed(id, seal))
            }
            false => {
                let deed = format!("deliver {}", self.title(plan));
                self.send(step, "submit", deed, market.submit(id, content, uri))
            }
        };
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

    /// Plans that providers open their seals.
    fn plan_unsealing(&mut self, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let delivered = self.live(plan)?.delivered.clone();
        for (delivery, submission) in wanted.deliveries.iter().zip(delivered) {
            if let (true, Some(submission)) = (delivery.unseals, submission) {
                self.plan_action(self.chain.now(), delivery.provider, Action::Unseal { request: plan, submission });
            }
        }
        Ok(())
    }

    /// Plans commits and reveals of what was delivered.
    fn plan_reviews(&mut self, plan: Plan) -> Result<()> {
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
    fn plan_round(&mut self, request: Plan, submission: SubmissionId, scores: &[ScorePlan], review_by: Timestamp) {
        let wanted = self.request_plan(request);
        for ScorePlan { enforcer, score, reveals, duplicate_of } in scores.iter().cloned() {
            let commits = review_by - commits(wanted) / COMMITS_IN_LAST;
            self.plan_action(commits, enforcer, Action::Commit { request, submission, score, duplicate_of });
            if reveals {
                let reveals = review_by + wanted.conditions.windows.reveal / COMMITS_IN_LAST;
                self.plan_action(reveals, enforcer, Action::Reveal { request, submission, score, duplicate_of });
            }
        }
    }

    /// Whether a second window began.
    fn finalize(&mut self, step: &Step, plan: Plan, submission: SubmissionId) -> Result<bool> {
        let id = self.live(plan)?.id;
        let deed = format!("finalize submission {submission} of {}", self.title(plan));
        let message = self.world.market().finalize(id, submission);
        let done = self.send(step, "finalize", deed, message).is_some();
        let read = self.chain.read(self.world.market().submission(id, submission));
        Ok(done && matches!(read, Ok(submission) if submission.verdict == Verdict::Pending))
    }

    /// Finalizes what has no verdict, and plans the second windows where some begin. Returns whether one began.
    fn finalize_all(&mut self, step: &Step, plan: Plan, submissions: &[SubmissionId]) -> Result<bool> {
        let wanted = self.request_plan(plan);
        let (id, delivered) = (self.live(plan)?.id, self.live(plan)?.delivered.clone());
        let mut reopened = false;
        for submission in submissions.iter().copied() {
            let read = self.chain.read(self.world.market().submission(id, submission));
            if !matches!(read, Ok(submission) if submission.verdict == Verdict::Pending) {
                continue;
            }
            // One whose original has a second window waits for it.
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
            self.plan_action(over, step.who, Action::WrapUp { request: plan });
        }
        Ok(reopened)
    }

    /// Finalizes, settles and pays what can be; plans the second window where one began.
    fn wrap_up(&mut self, step: &Step, plan: Plan) -> Result<()> {
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
            self.act(&as_keeper(Action::ReportNoShow { request: plan, provider }))?;
        }
        self.act(&as_keeper(Action::Settle { request: plan }))?;
        let opened = |delivery: &DeliveryPlan| !wanted.conditions.is_sealed() || delivery.unseals;
        for (delivery, submission) in wanted.deliveries.iter().zip(delivered) {
            if let (true, Some(submission)) = (opened(delivery), submission) {
                self.act(&as_keeper(Action::Claim { request: plan, submission }))?;
            }
        }
        self.end_request(step, plan)
    }

    /// The requester reclaims, offers that were left are taken back, storage is freed, and everyone is paid out.
    fn end_request(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let id = self.live(plan)?.id;
        let alone = |who, action| Step { at: step.at, who, action, expect: None };
        if self.would_be_accepted(wanted.requester, self.world.market().reclaim(id)) {
            self.act(&alone(wanted.requester, Action::Reclaim { request: plan }))?;
        }
        if wanted.prune {
            self.act(&alone(step.who, Action::Prune { request: plan }))?;
        }
        for offer in &wanted.offers {
            if self.would_be_accepted(offer.provider, self.world.market().retract_offer(id)) {
                self.act(&alone(offer.provider, Action::RetractOffer { request: plan }))?;
            }
        }
        self.pay_out(step, wanted)
    }

    /// Begins the present period of an engagement that still has the same provider, and plans how it goes on.
    fn begin_period(&mut self, plan: Plan, vacancies: u32) -> Result<()> {
        let wanted = self.request_plan(plan);
        let (live, now) = (self.live(plan)?, self.chain.now());
        let engagement = self.engagement(live.id).filter(|_| live.vacancies == vacancies);
        let Some((engagement, tenure)) = engagement.and_then(|of| of.tenure.clone().map(|tenure| (of, tenure))) else {
            return Ok(());
        };
        let over = match now.checked_sub(tenure.first_deliver_by) {
            Some(since) => since / engagement.period + 1,
            None => 0,
        };
        let period = tenure.first + u32::try_from(over).context("more periods than there are")?;
        if period >= engagement.periods {
            return Ok(());
        }
        let due = tenure.first_deliver_by + engagement.period * over;
        let delivery = usize::try_from(period).ok().and_then(|period| wanted.deliveries.get(period));
        let reveal = wanted.conditions.windows.reveal;
        let over = match delivery.filter(|delivery| delivery.delivers) {
            Some(delivery) => {
                let deliver = Action::DeliverPeriod { request: plan, vacancies };
                self.plan_action(half_way(now, due), delivery.provider, deliver);
                let opens = due + commits(wanted) / WITHIN;
                self.plan_action(opens, wanted.keeper, Action::ReviewPeriod { request: plan, period });
                due + commits(wanted) + reveal
            }
            None => due,
        };
        self.plan_action(over + reveal / WITHIN, wanted.keeper, Action::WrapUp { request: plan });
        self.plan_action(due, wanted.keeper, Action::BeginPeriod { request: plan, vacancies });
        Ok(())
    }

    /// Opens what was delivered for a period, and plans its reviews.
    fn review_period(&mut self, step: &Step, plan: Plan, period: SubmissionId) -> Result<()> {
        let wanted = self.request_plan(plan);
        let id = self.live(plan)?.id;
        let read = self.chain.read(self.world.market().submission(id, period)).ok();
        // What a takeover has moved to a later time is planned again for it.
        let Some(delivery) = read.filter(|delivery| delivery.window_start <= self.chain.now()) else {
            return Ok(());
        };
        if self.state(id).is_some_and(|state| state.opened <= period) {
            self.act(&Step { action: Action::OpenReviews { request: plan }, expect: None, ..step.clone() })?;
        }
        let planned = usize::try_from(period).ok().and_then(|period| wanted.deliveries.get(period));
        if let Some(planned) = planned {
            self.plan_round(plan, period, &planned.scores, delivery.window_start + commits(wanted));
        }
        Ok(())
    }

    /// Closes the next period, and notes what was never delivered.
    fn close_period(&mut self, step: &Step, plan: Plan) -> Result<()> {
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

    /// Closes and pays the periods that can be; has a vacant place filled, and the end paid out.
    fn wrap_up_periods(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let (id, ended) = (self.live(plan)?.id, self.live(plan)?.ended);
        let Some(state) = self.state(id).filter(|_| !ended) else { return Ok(()) };
        let wanted = self.request_plan(plan);
        let as_keeper = |action| Step { action, expect: None, ..step.clone() };
        let due: Vec<_> = (state.settled..state.opened)
            .filter(|period| self.would_be_accepted(step.who, self.world.market().finalize(id, *period)))
            .collect();
        self.finalize_all(step, plan, &due)?;
        while self.would_be_accepted(step.who, self.world.market().close_period(id)) {
            self.act(&as_keeper(Action::ClosePeriod { request: plan }))?;
        }
        let Some(state) = self.state(id) else { return Ok(()) };
        for submission in 0..state.settled {
            if self.would_be_accepted(step.who, self.world.market().claim(id, submission)) {
                self.act(&as_keeper(Action::Claim { request: plan, submission }))?;
            }
        }
        let providers: BTreeSet<_> = wanted.offers.iter().map(|offer| offer.provider).collect();
        for who in providers {
            if self.would_be_accepted(who, self.world.market().withdraw(Asset::Native)) {
                self.act(&Step { who, ..as_keeper(Action::Withdraw) })?;
            }
        }
        if state.closed {
            if let Some(live) = self.live[plan].as_mut() {
                live.ended = true;
            }
            return self.end_request(step, plan);
        }
        let vacant = self.engagement(id).is_some_and(|of| of.pool.is_some() && of.tenure.is_none());
        if vacant {
            self.plan_vacancy(plan);
        }
        Ok(())
    }

    /// Once a vacancy: plans that others offer to take over, and one is accepted; or the requester gives the rest up.
    fn plan_vacancy(&mut self, plan: Plan) {
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
                    Action::Offer { request, price: *price, within: offer.within },
                );
            }
            match offer.ends {
                OfferEnd::Accepted => {
                    let accept = Action::TakeOver { request, provider: offer.provider, price: None };
                    self.plan_action(decides, wanted.requester, accept);
                    self.plan_action(decides, wanted.keeper, Action::BeginPeriod { request, vacancies });
                }
                OfferEnd::Retracted => self.plan_action(offers, offer.provider, Action::RetractOffer { request }),
                OfferEnd::Left => {}
            }
        }
        if accepted.is_none() {
            self.plan_action(decides, wanted.requester, Action::Reclaim { request });
            self.plan_action(decides, wanted.keeper, Action::WrapUp { request });
        }
    }

    /// Everyone who took part withdraws, and the keeper has their reputation minted.
    fn pay_out(&mut self, step: &Step, wanted: &RequestPlan) -> Result<()> {
        let mut parties = vec![wanted.requester];
        parties.extend(wanted.offers.iter().map(|offer| offer.provider));
        for delivery in &wanted.deliveries {
            parties.push(delivery.provider);
            parties.extend(delivery.scores.iter().chain(&delivery.second_scores).map(|score| score.enforcer));
        }
        let mut seen = BTreeSet::new();
        parties.retain(|party| seen.insert(*party));
        for party in &parties {
            if self.would_be_accepted(*party, self.world.market().withdraw(Asset::Native)) {
                self.act(&Step { who: *party, action: Action::Withdraw, expect: None, at: step.at })?;
            }
        }
        for of in parties {
            let message = self.world.reputation().claim_reputation(self.account_of(of));
            if self.would_be_accepted(step.who, message) {
                self.act(&Step { action: Action::ClaimReputation { of }, expect: None, ..step.clone() })?;
            }
        }
        Ok(())
    }

    fn would_be_accepted<Args: Encode, T: Decode, E: Decode + Debug>(
        &self,
        who: Actor,
        message: Message<Args, std::result::Result<T, E>>,
    ) -> bool {
        matches!(self.chain.dry_run(&self.account_of(who), message).result, Ok(Ok(_)))
    }

    /// Adds up what the market's events say has moved.
    fn keep_account(&mut self, emitted: &[Emitted]) {
        for event in emitted {
            if let Some(posted) = event.decode::<market::RequestPosted>() {
                self.escrow.fees += posted.quote.protocol_fee + posted.quote.premium;
            } else if let Some(finalized) = event.decode::<market::SubmissionFinalized>() {
                self.escrow.paid += finalized.fee * Balance::from(finalized.coherent);
            } else if let Some(claimed) = event.decode::<market::Claimed>() {
                self.escrow.paid += claimed.pay;
                self.escrow.refunded += claimed.deposit;
            } else if let Some(reclaimed) = event.decode::<market::Reclaimed>() {
                self.escrow.refunded += reclaimed.amount;
            } else if let Some(withdrawn) = event.decode::<market::RequestWithdrawn>() {
                self.escrow.refunded += withdrawn.amount;
            } else if let Some(retracted) = event.decode::<market::OfferRetracted>() {
                self.escrow.refunded += retracted.deposit;
            } else if let Some(settled) = event.decode::<market::RequestSettled>() {
                self.escrow.refunded += settled.deposit;
            } else if let Some(pruned) = event.decode::<market::Pruned>() {
                self.escrow.refunded += pruned.reclaimed;
            } else if let Some(withdrawn) = event.decode::<market::Withdrawn>() {
                self.escrow.withdrawn += withdrawn.amount;
                let owner = self.scenario.actors.iter().position(|actor| actor.account == withdrawn.who);
                if let Some(owner) = owner {
                    self.accounts[owner].received += withdrawn.amount;
                }
            }
        }
    }

    /// Writes down what is delivered, judged and paid.
    fn keep_deliveries(&mut self, emitted: &[Emitted]) {
        for event in emitted {
            if let Some(submitted) = event.decode::<market::Submitted>() {
                self.deliver(submitted.request, submitted.submission, &submitted.provider, "not reviewed");
            } else if let Some(sealed) = event.decode::<market::SubmissionSealed>() {
                self.deliver(sealed.request, sealed.submission, &sealed.provider, "never unsealed");
            } else if let Some(unsealed) = event.decode::<market::Unsealed>() {
                if let Some(delivered) = self.delivered(unsealed.request, unsealed.submission) {
                    delivered.verdict = "not reviewed".into();
                }
            } else if let Some(finalized) = event.decode::<market::SubmissionFinalized>() {
                if let Some(delivered) = self.delivered(finalized.request, finalized.submission) {
                    delivered.verdict = verdict(&finalized);
                    delivered.median =
                        matches!(finalized.verdict, Verdict::Quorum | Verdict::Few).then_some(finalized.median);
                    delivered.weight_bps = finalized.weight_bps;
                    delivered.duplicate_of = finalized.duplicate_of;
                }
            } else if let Some(claimed) = event.decode::<market::Claimed>() {
                if let Some(delivered) = self.delivered(claimed.request, claimed.submission) {
                    delivered.pay = claimed.pay;
                    delivered.deposit_lost = claimed.forfeited;
                    delivered.reputation = claimed.reputation;
                }
            } else if let Some(absent) = event.decode::<market::NoShow>() {
                let (request, provider) = (self.request_called(absent.request), self.name(&absent.provider));
                let each = absent.forfeited / Balance::from(absent.places.max(1));
                let mut left = absent.places;
                for delivered in &mut self.deliveries {
                    let sealed = delivered.verdict == "never unsealed";
                    if sealed && delivered.request == request && delivered.provider == provider && left > 0 {
                        delivered.deposit_lost = each;
                        left -= 1;
                    }
                }
                for _ in 0..left {
                    let missed = Delivered::missed(&request, None, &provider);
                    self.deliveries.push(Delivered { deposit_lost: each, ..missed });
                }
            }
        }
    }

    fn deliver(&mut self, request: RequestId, submission: SubmissionId, provider: &AccountId, verdict: &str) {
        let delivered = Delivered::missed(&self.request_called(request), Some(submission), &self.name(provider));
        self.deliveries.push(Delivered { verdict: verdict.into(), ..delivered });
    }

    fn delivered(&mut self, request: RequestId, submission: SubmissionId) -> Option<&mut Delivered> {
        let name = self.request_called(request);
        let same = |delivered: &&mut Delivered| delivered.request == name && delivered.submission == Some(submission);
        self.deliveries.iter_mut().find(same)
    }

    /// What the file calls a request.
    fn request_called(&self, id: RequestId) -> String {
        let plan = self.live.iter().position(|live| live.as_ref().is_some_and(|live| live.id == id));
        plan.map_or_else(|| format!("request {id}"), |plan| self.request_plan(plan).name.clone())
    }

    /// Events for people.
    fn notes(&self, emitted: &[Emitted]) -> Vec<String> {
        let name = |account: &AccountId| self.name(account);
        let time = |at: Timestamp| show_time(at - self.began).trim().to_owned();
        Words { name: &name, time: &time, pool: self.world.pool }.notes(emitted)
    }

    fn members(&self) -> Vec<Member> {
        self.scenario
            .actors
            .iter()
            .filter_map(|actor| {
                let read = self.chain.read(self.world.obligation().membership(self.world.pool, actor.account));
                read.ok().map(|membership| Member::new(&actor.name, &membership))
            })
            .collect()
    }

    /// Who ever had the place of an engagement that is not pruned.
    fn providers(&self) -> Vec<Member> {
        let mut members = Vec::new();
        for (live, wanted) in self.live.iter().zip(&self.scenario.requests) {
            let engagement = live.as_ref().and_then(|live| self.engagement(live.id));
            let Some(pool) = engagement.and_then(|engagement| engagement.pool) else { continue };
            let providers: BTreeSet<_> = wanted.offers.iter().map(|offer| offer.provider).collect();
            for provider in providers {
                let actor = &self.scenario.actors[provider];
                let read = self.chain.read(self.world.obligation().membership(pool, actor.account));
                members.extend(read.ok().map(|membership| Member::new(&actor.name, &membership)));
            }
        }
        members
    }

    /// Counts what everyone has in the end.
    fn report(mut self, contracts: &Contracts) -> Result<Report> {
        let credit = |account| {
            let credit = self.chain.read(self.world.market().credit(Asset::Native, account));
            credit.map_err(|error| anyhow::anyhow!("reading a credit: {error:?}"))
        };
        for (account, actor) in self.accounts.iter_mut().zip(&self.scenario.actors) {
            account.after = self.chain.balance(&actor.account);
            self.escrow.credited += credit(actor.account)?;
            self.escrow.everyone_has += self.chain.total_balance(&actor.account);
        }
        for live in self.live.iter().flatten() {
            self.escrow.still_held += self.in_escrow(live.id);
        }
        let providers = self.providers();
        let world = &self.world;
        for contract in [world.reputation_address, world.obligation_address, world.market_address] {
            self.escrow.everyone_has += self.chain.total_balance(&contract);
        }
        self.escrow.market_now = self.chain.balance(&world.market_address);
        self.escrow.issuance_now = self.chain.total_issuance();
        let reputation = self
            .scenario
            .actors
            .iter()
            .map(|actor| (actor, self.chain.read(world.reputation().profile(actor.account))))
            .filter(|(_, profile)| *profile != reputation::Profile::default())
            .map(|(actor, profile)| Reputation::new(&actor.name, &profile))
            .collect();
        let members = self.members();
        let Self { timeline, deliveries, accounts, escrow, costs, .. } = self;
        let story = Story { timeline, deliveries, members, providers, reputation, accounts, escrow, costs };
        Ok(Report::new(self.scenario, contracts, story))
    }
}

/// By when a delivery is due.
fn due(wanted: &RequestPlan, delivery: &DeliveryPlan, spec: &RequestSpec) -> Timestamp {
    let offer = wanted.offers.iter().find(|offer| offer.provider == delivery.provider);
    let within = offer.and_then(|offer| offer.within);
    within.map_or(spec.deliver_by, |within| (spec.signal_by + within).min(spec.deliver_by))
}

/// How long reviews can be committed: where delivery is sealed, half of the window is for unsealing.
fn commits(wanted: &RequestPlan) -> Timestamp {
    match wanted.conditions.is_sealed() {
        true => wanted.conditions.windows.review - wanted.conditions.windows.review / 2,
        false => wanted.conditions.windows.review,
    }
}

fn half_way(from: Timestamp, to: Timestamp) -> Timestamp {
    from + to.saturating_sub(from) / 2
}

fn hash_of(value: &impl Debug) -> Hash {
    Hash::from(contract_build::code_hash(format!("{value:?}").as_bytes()))
}

/// Of no use to guess in a story whose scores are in a file.
fn salt(request: RequestId, submission: SubmissionId, enforcer: &AccountId) -> [u8; 32] {
    contract_build::code_hash(&(request, submission, enforcer).encode())
}
