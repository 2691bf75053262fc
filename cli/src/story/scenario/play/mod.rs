//! Plays a scenario on real contracts and keeps the books of everything that moves.

mod acts;
mod books;
mod engagement;
mod request;

use crate::client::words::counted;
use crate::story::scenario::{
    plan::{Action, Actor, DeliveryPlan, Plan, RequestPlan, Scenario, Step, MANAGER},
    report::{Account, Cost, Delivered, Entry, Escrow, Outcome, Report},
};
use anyhow::{anyhow, Context, Result};
use chain::amounts::thousands;
use chain::blake2_256;
use chain::{build::Contracts, Chain, Ledger, Message, StorageDeposit, World, GENESIS};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{Engagement, RequestSpec, RequestState, Review, Submission},
    Balance, Market as _, RequestId, SubmissionId, Timestamp,
};
use scale::{Decode, Encode};
use std::{collections::BTreeMap, fmt::Debug};

/// Part of a window after whose beginning (or before whose end) a request that plays itself acts.
const WITHIN: Timestamp = 20;
/// In the first half of the window members are drawn one after the other: a request that plays itself commits in the
/// last quarter, and reveals after the first one of the time for that.
const COMMITS_IN_LAST: Timestamp = 4;
/// Sixteenths of the time for signalling before whose end a request that plays itself negotiates: offers come from the
/// first of these until the second, are taken back at the third, and accepted at the last.
const OFFERS_FROM: Timestamp = 8;
const OFFERS_UNTIL: Timestamp = 4;
const OFFERS_RETRACTED: Timestamp = 3;
const OFFERS_ACCEPTED: Timestamp = 2;
const SIXTEENTHS: Timestamp = 16;

/// What came of a story, and the chain on which it was played, with its past.
pub struct Played {
    pub report: Report,
    pub ledger: Ledger,
    pub world: World,
}

/// Plays the whole story. `watch` sees each entry of the timeline as it happens.
pub fn play(scenario: &Scenario, contracts: &Contracts, watch: impl FnMut(&Entry)) -> Result<Played> {
    let mut ledger = Ledger::penniless(GENESIS);
    let world = World::deploy_on(ledger.chain().clone(), contracts, scenario.settings.clone())?;
    let mut player = Player::new(scenario, world.clone(), watch)?;
    player.run(&mut ledger)?;
    Ok(Played { report: player.report(contracts)?, ledger, world })
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
    /// Whether the plan for the present vacancy is under way.
    refilling: bool,
    /// Offers for takeovers that were made.
    takeovers: usize,
    /// Whether it is paid out, if it plays itself.
    ended: bool,
}

struct Player<'a, W> {
    scenario: &'a Scenario,
    world: World,
    chain: Chain,
    began: Timestamp,
    names: BTreeMap<AccountId, String>,
    live: Vec<Option<Live>>,
    /// The steps still to come, by time and order.
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
    fn new(scenario: &'a Scenario, world: World, watch: W) -> Result<Self> {
        let chain = world.chain.clone();
        let mut names: BTreeMap<_, _> =
            scenario.actors.iter().map(|actor| (actor.account, actor.name.clone())).collect();
        names.insert(world.market_address, "the market".into());
        names.insert(world.obligation_address, "the obligation contract".into());
        for actor in &scenario.actors {
            if chain.total_balance(&actor.account) == 0 && actor.funds > 0 {
                chain.try_fund(&actor.account, actor.funds).with_context(|| format!("funding `{}`", actor.name))?;
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
        Ok(player)
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
            "deployed the contracts and granted them the roles they need in each other".into(),
            format!("endowed {} with {} reputation", counted(founders.len() as u64, "founder"), thousands(endowed)),
            "sealed: from now on reputation is only earned".into(),
            format!("opened the market, with {} for enforcers", counted(self.scenario.settings.terms.seats, "seat")),
        ];
        let who = vec![MANAGER.to_owned()];
        let deed = "set up the organization".to_owned();
        self.enter(Entry { at: 0, who, deed, outcome: Outcome::Done, expected: true, notes });
    }

    fn run(&mut self, ledger: &mut Ledger) -> Result<()> {
        self.enter_setup();
        while let Some(((at, _), step)) = self.agenda.pop_first() {
            if at > self.chain.now() {
                ledger.make(at, &[]).map_err(|error| anyhow!("letting time pass: {error}"))?;
            }
            self.act(&step)?;
        }
        // What was done last is part of the past, too.
        ledger.make(self.chain.now() + 1, &[]).map_err(|error| anyhow!("ending the story: {error}"))?;
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

    /// Sends a message and notes the outcome. Returns the result of an accepted message.
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
            let events = self.world.addresses().events(&called.emitted);
            self.keep_account(&events);
            self.keep_deliveries(&events);
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

    fn engagement(&self, id: RequestId) -> Option<Engagement> {
        self.chain.read(self.world.market().engagement(id)).ok()
    }

    fn state(&self, id: RequestId) -> Option<RequestState> {
        self.chain.read(self.world.market().request(id)).ok().map(|(_, state)| state)
    }

    /// A submission and its reviews, unless it is pruned, or a period that nothing was delivered in or that is paid.
    fn submission(&self, id: RequestId, submission: SubmissionId) -> Option<(Submission, Vec<Review>)> {
        let read = self.chain.read(self.world.market().submission(id, submission)).ok()?;
        Some((read, self.chain.read(self.world.market().reviews(id, submission)).ok()?))
    }

    /// All that the market holds for a request, deposits included; nothing once it is pruned.
    fn in_escrow(&self, id: RequestId) -> Balance {
        self.state(id).map_or(0, |state| state.held + state.deposits + state.offer_deposits)
    }

    fn would_be_accepted<Args: Encode, T: Decode, E: Decode + Debug>(
        &self,
        who: Actor,
        message: Message<Args, std::result::Result<T, E>>,
    ) -> bool {
        matches!(self.chain.dry_run(&self.account_of(who), message).result, Ok(Ok(_)))
    }
}

/// By when a delivery is due.
fn due(wanted: &RequestPlan, delivery: &DeliveryPlan, spec: &RequestSpec) -> Timestamp {
    let offer = wanted.offers.iter().find(|offer| offer.provider == delivery.provider);
    let within = offer.and_then(|offer| offer.within);
    within.map_or(spec.deliver_by, |within| (spec.signal_by + within).min(spec.deliver_by))
}

fn half_way(from: Timestamp, to: Timestamp) -> Timestamp {
    from + to.saturating_sub(from) / 2
}

fn hash_of(value: &impl Debug) -> Hash {
    Hash::from(blake2_256(format!("{value:?}").as_bytes()))
}

/// Guessing it is useless: the story's scores are in a file.
fn salt(request: RequestId, submission: SubmissionId, enforcer: &AccountId) -> [u8; 32] {
    blake2_256(&(request, submission, enforcer).encode())
}
