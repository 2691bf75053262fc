//! Plays a scenario on real contracts and keeps account of everything that moves.

use super::{
    amounts::{show_amount, thousands},
    read::{Action, Actor, Plan, RequestPlan, Scenario, ScorePlan, Step},
    report::{Account, Cost, Entry, Escrow, Member, Outcome, Report, Reputation, Story},
};
use crate::{
    build::Contracts,
    chain::{Chain, Emitted, Message, StorageDeposit},
    world::{commitment, World},
};
use anyhow::{ensure, Context, Result};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{self, Access, Asset, Award, Duplicates, RequestSpec, Verdict, MAX_BATCH},
    obligation, reputation, Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
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
            Action::Submit { request } => {
                self.submit(step, *request)?;
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
            Action::PlanReviews { request } => self.plan_reviews(*request)?,
            Action::WrapUp { request } => self.wrap_up(step, *request)?,
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
        let signal_by = self.chain.now() + wanted.windows.signal;
        let deliver_by = signal_by + wanted.windows.deliver;
        let review_by = deliver_by + wanted.windows.review;
        let spec = RequestSpec {
            spec: hash_of(&wanted.name),
            uri: format!("scenario:{}", wanted.name).into_bytes(),
            asset: Asset::Native,
            reward: wanted.reward,
            review_fee: wanted.review_fee,
            access: Access::Open,
            award: Award::PerSubmission,
            duplicates: Duplicates::Independent,
            curve: wanted.curve.clone(),
            limit: wanted.limit,
            per_provider: wanted.per_provider,
            provider_bond: wanted.provider_bond,
            place_deposit: wanted.place_deposit,
            access_price: wanted.access_price,
            min_reputation: wanted.min_reputation,
            min_tier: wanted.min_tier,
            quorum: wanted.quorum,
            max_reviews: wanted.max_reviews,
            tolerance: wanted.tolerance,
            signal_by,
            deliver_by,
            review_by,
            reveal_by: review_by + wanted.windows.reveal,
        };
        let world = self.world.clone();
        // A request that is refused here is refused by `post` for the same reason, and is entered there.
        let quoted = self.chain.dry_run(&self.account_of(step.who), world.market().quote(spec.clone())).result;
        let total = quoted.ok().and_then(Result::ok).map_or(0, |quote| quote.total);
        let deed = format!("post {}", self.title(plan));
        let id = self.send_with(step, "post", deed, total, world.market().post(spec.clone(), 0));
        let delivered = vec![None; wanted.deliveries.len()];
        self.live[plan] = id.map(|id| Live { id, spec, delivered, submissions: 0 });
        Ok(id.is_some())
    }

    /// Posts a request and plans how it goes on.
    fn play_request(&mut self, step: &Step, plan: Plan) -> Result<()> {
        if !self.post(step, plan)? {
            return Ok(());
        }
        let wanted = self.request_plan(plan);
        let live = self.live(plan)?;
        let (windows, spec) = (wanted.windows, live.spec.clone());
        let providers: BTreeSet<_> = wanted.deliveries.iter().map(|delivery| delivery.provider).collect();
        for provider in providers {
            let places = wanted.deliveries.iter().filter(|delivery| delivery.provider == provider).count();
            let places = u16::try_from(places).context("more places than a request has")?;
            let at = spec.signal_by - windows.signal / 2;
            self.plan_action(at, provider, Action::Signal { request: plan, places });
        }
        for delivery in wanted.deliveries.iter().filter(|delivery| delivery.delivers) {
            let at = spec.deliver_by - windows.deliver / 2;
            self.plan_action(at, delivery.provider, Action::Submit { request: plan });
        }
        let opens = spec.deliver_by + windows.review / WITHIN;
        if wanted.deliveries.iter().any(|delivery| delivery.delivers) {
            self.plan_action(opens, wanted.keeper, Action::OpenReviews { request: plan });
            self.plan_action(opens, wanted.keeper, Action::PlanReviews { request: plan });
        }
        let over = spec.reveal_by + windows.reveal / WITHIN;
        self.plan_action(over, wanted.keeper, Action::WrapUp { request: plan });
        Ok(())
    }

    fn submit(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let live = self.live(plan)?;
        let wanted = self.request_plan(plan);
        let delivery = wanted.deliveries.iter().enumerate().position(|(index, delivery)| {
            delivery.provider == step.who && delivery.delivers && live.delivered[index].is_none()
        });
        let content = hash_of(&(&wanted.name, step.who, live.submissions));
        let uri = format!("scenario:{}/{}", wanted.name, self.scenario.actors[step.who].name);
        let deed = format!("deliver {}", self.title(plan));
        let message = self.world.market().submit(live.id, content, uri.into_bytes());
        let submission = self.send(step, "submit", deed, message);
        if let (Some(submission), Some(live)) = (submission, self.live[plan].as_mut()) {
            live.submissions += 1;
            if let Some(delivery) = delivery {
                live.delivered[delivery] = Some(submission);
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
            if let Some(submission) = submission {
                self.plan_round(plan, submission, &delivery.scores, review_by);
            }
        }
        Ok(())
    }

    fn plan_round(&mut self, request: Plan, submission: SubmissionId, scores: &[ScorePlan], review_by: Timestamp) {
        let windows = self.request_plan(request).windows;
        for ScorePlan { enforcer, score, reveals, duplicate_of } in scores.iter().cloned() {
            let commits = review_by - windows.review / COMMITS_IN_LAST;
            self.plan_action(commits, enforcer, Action::Commit { request, submission, score, duplicate_of });
            if reveals {
                let reveals = review_by + windows.reveal / COMMITS_IN_LAST;
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

    /// Finalizes, settles and pays what can be; plans the second window where one began.
    fn wrap_up(&mut self, step: &Step, plan: Plan) -> Result<()> {
        let wanted = self.request_plan(plan);
        let live = self.live(plan)?;
        let (id, delivered, now) = (live.id, live.delivered.clone(), self.chain.now());
        let mut reopened = false;
        for submission in 0..live.submissions {
            let read = self.chain.read(self.world.market().submission(id, submission));
            if matches!(read, Ok(submission) if submission.verdict != Verdict::Pending) {
                continue;
            }
            if self.finalize(step, plan, submission)? {
                reopened = true;
                let delivery = delivered.iter().position(|known| *known == Some(submission));
                if let Some(delivery) = delivery {
                    let scores = &wanted.deliveries[delivery].second_scores;
                    self.plan_round(plan, submission, scores, now + wanted.windows.review);
                }
            }
        }
        if reopened {
            let over = now + wanted.windows.review + wanted.windows.reveal + wanted.windows.reveal / WITHIN;
            self.plan_action(over, step.who, Action::WrapUp { request: plan });
            return Ok(());
        }
        let as_keeper = |action| Step { action, expect: None, ..step.clone() };
        let absent: BTreeSet<_> = wanted
            .deliveries
            .iter()
            .zip(&delivered)
            .filter(|(_, submission)| submission.is_none())
            .map(|(delivery, _)| delivery.provider)
            .collect();
        for provider in absent {
            self.act(&as_keeper(Action::ReportNoShow { request: plan, provider }))?;
        }
        self.act(&as_keeper(Action::Settle { request: plan }))?;
        for submission in delivered.into_iter().flatten() {
            self.act(&as_keeper(Action::Claim { request: plan, submission }))?;
        }
        let requester = Step { who: wanted.requester, ..as_keeper(Action::Reclaim { request: plan }) };
        if self.would_be_accepted(wanted.requester, self.world.market().reclaim(id)) {
            self.act(&requester)?;
        }
        self.pay_out(step, wanted)
    }

    /// Everyone who took part withdraws, and the keeper has their reputation minted.
    fn pay_out(&mut self, step: &Step, wanted: &RequestPlan) -> Result<()> {
        let mut parties = vec![wanted.requester];
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
            } else if let Some(withdrawn) = event.decode::<market::Withdrawn>() {
                self.escrow.withdrawn += withdrawn.amount;
                let owner = self.scenario.actors.iter().position(|actor| actor.account == withdrawn.who);
                if let Some(owner) = owner {
                    self.accounts[owner].received += withdrawn.amount;
                }
            }
        }
    }

    /// Events for people.
    fn notes(&self, emitted: &[Emitted]) -> Vec<String> {
        let mut notes: Vec<_> = emitted.iter().filter_map(|event| self.note(event)).collect();
        let declared: Vec<_> = emitted
            .iter()
            .filter_map(Emitted::decode::<obligation::OpsDeclared>)
            .filter(|declared| declared.ops > 0)
            .map(|declared| self.name(&declared.who))
            .collect();
        if !declared.is_empty() {
            notes.push(format!("declared for {}", declared.join(", ")));
        }
        notes
    }

    fn note(&self, event: &Emitted) -> Option<String> {
        self.obligation_note(event).or_else(|| self.reputation_note(event)).or_else(|| self.market_note(event))
    }

    fn obligation_note(&self, event: &Emitted) -> Option<String> {
        if let Some(queued) = event.decode::<obligation::Queued>() {
            return Some(format!("{} waits in line", self.name(&queued.who)));
        }
        if let Some(seated) = event.decode::<obligation::Seated>() {
            return Some(format!("{} takes a seat", self.name(&seated.who)));
        }
        if let Some(changed) = event.decode::<obligation::StandingChanged>() {
            let mut note = format!("{} is {:?}", self.name(&changed.who), changed.standing);
            if changed.standing == obligation::Standing::Banned {
                note.push_str(&format!(
                    ": bond of {} burnt, {} more slashed, {} is owed {} reputation",
                    thousands(changed.bond_burnt),
                    thousands(changed.slashed),
                    self.name(&changed.keeper),
                    thousands(changed.reward)
                ));
            }
            return Some(note);
        }
        if let Some(seen) = event.decode::<obligation::OpsSeen>() {
            return Some(format!("each member has seen {} more", counted(seen.ops, "operation")));
        }
        if let Some(changed) = event.decode::<obligation::FreezeChanged>() {
            let what = if changed.frozen { "is at rest" } else { "is back" };
            return Some(format!("{} {what}", self.name(&changed.who)));
        }
        let refused = event.decode::<obligation::ReputationRefused>()?;
        Some(format!("the reputation contract refused: {:?}", refused.error))
    }

    fn reputation_note(&self, event: &Emitted) -> Option<String> {
        if let Some(reputation::Transfer { from: None, to: Some(to), value }) = event.decode() {
            return Some(format!("{} has {} more reputation", self.name(&to), thousands(value)));
        }
        if let Some(owed) = event.decode::<reputation::Owed>() {
            let amount = thousands(owed.amount);
            return Some(format!("{} earned {amount} reputation ({:?})", self.name(&owed.to), owed.reason));
        }
        if let Some(locked) = event.decode::<reputation::Locked>() {
            return Some(format!("bond of {} locked", thousands(locked.amount)));
        }
        let unlocked = event.decode::<reputation::Unlocked>()?;
        Some(format!("bond of {} released", thousands(unlocked.amount)))
    }

    fn market_note(&self, event: &Emitted) -> Option<String> {
        if let Some(market::RequestPosted { quote, .. }) = event.decode() {
            let mut note = format!(
                "{} in escrow: {} reward, {} review fees, {} protocol fee",
                show_amount(quote.total),
                show_amount(quote.reward),
                show_amount(quote.review_fees),
                show_amount(quote.protocol_fee)
            );
            if quote.premium > 0 {
                note.push_str(&format!(", {} capacity premium", show_amount(quote.premium)));
            }
            return Some(note);
        }
        if let Some(taken) = event.decode::<market::PlacesTaken>() {
            return (taken.deposit > 0).then(|| format!("deposit of {}", show_amount(taken.deposit)));
        }
        if let Some(submitted) = event.decode::<market::Submitted>() {
            return Some(format!("submission {} of {}", submitted.submission, self.name(&submitted.provider)));
        }
        if let Some(revealed) = event.decode::<market::ReviewRevealed>() {
            let mut note =
                format!("{} gives {} to {}", self.name(&revealed.enforcer), revealed.score, revealed.submission);
            if let Some(earlier) = revealed.duplicate_of {
                note.push_str(&format!(" as a duplicate of {earlier}"));
            }
            return Some(note);
        }
        if let Some(reopened) = event.decode::<market::WindowReopened>() {
            return Some(format!("only {}: a second window begins", counted(reopened.reveals, "review")));
        }
        if let Some(finalized) = event.decode::<market::SubmissionFinalized>() {
            return Some(verdict_note(&finalized));
        }
        if let Some(claimed) = event.decode::<market::Claimed>() {
            let mut note = format!("{} earned {}", self.name(&claimed.provider), show_amount(claimed.pay));
            for (amount, what) in [(claimed.deposit, "its deposit back"), (claimed.forfeited, "its deposit forfeited")]
            {
                if amount > 0 {
                    note.push_str(&format!(", {what} ({})", show_amount(amount)));
                }
            }
            return Some(note);
        }
        if let Some(absent) = event.decode::<market::NoShow>() {
            return Some(format!("{} forfeited", show_amount(absent.forfeited)));
        }
        if let Some(reclaimed) = event.decode::<market::Reclaimed>() {
            return Some(format!("{} credited", show_amount(reclaimed.amount)));
        }
        if let Some(withdrawn) = event.decode::<market::Withdrawn>() {
            return Some(format!("{} receives {}", self.name(&withdrawn.who), show_amount(withdrawn.amount)));
        }
        let refused = event.decode::<market::ReputationRefused>()?;
        Some(format!("the reputation contract refused: {:?}", refused.error))
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
            let read = self.chain.read(self.world.market().request(live.id));
            let (_, state) = read.map_err(|error| anyhow::anyhow!("reading a request: {error:?}"))?;
            self.escrow.still_held += state.held + state.deposits;
        }
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
        let Self { timeline, accounts, escrow, costs, .. } = self;
        Ok(Report::new(self.scenario, contracts, Story { timeline, members, reputation, accounts, escrow, costs }))
    }
}

/// `1 place`, `2 places`.
fn counted(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn verdict_note(finalized: &market::SubmissionFinalized) -> String {
    let percent = f64::from(finalized.weight_bps) / 100.0;
    let verdict = match finalized.verdict {
        Verdict::Quorum => format!("median {}", finalized.median),
        Verdict::Few => format!("median {} of too few reviews", finalized.median),
        Verdict::Unreviewed => "nobody reviewed it".into(),
        Verdict::Missed => "never delivered".into(),
        Verdict::Pending => "no verdict".into(),
    };
    let fee = match finalized.coherent {
        0 => String::new(),
        coherent => format!(
            "; {} share {}",
            counted(coherent, "enforcer"),
            show_amount(finalized.fee * Balance::from(coherent))
        ),
    };
    format!("{verdict}, weighs {percent} %{fee}")
}

fn hash_of(value: &impl Debug) -> Hash {
    Hash::from(contract_build::code_hash(format!("{value:?}").as_bytes()))
}

/// Of no use to guess in a story whose scores are in a file.
fn salt(request: RequestId, submission: SubmissionId, enforcer: &AccountId) -> [u8; 32] {
    contract_build::code_hash(&(request, submission, enforcer).encode())
}
