//! `atomic keeper`: does the upkeep that anyone may do, once it is due and if it pays.
//!
//! A keeper follows the chain's events ([`known`]), decides what is due ([`plan`]), and tries each call before it sends
//! it ([`work`]). It makes one call at a time and waits until that is in a block, even if it was killed or lost its
//! connection in between: so it never sends the same call twice at once. Others may keep the same market: the contract
//! refuses whoever comes second, who loses at most, and rarely, a fee.

pub mod endless;
pub mod known;
pub mod memory;
pub mod plan;
pub mod report;
pub mod work;

use crate::client::{
    backend::{now, Answer, Backend, Block, Error},
    deployment::Deployment,
    signer::Signer,
};
use chain::Weight;
use interfaces::{Balance, Market as _, Timestamp};
use known::Known;
use memory::Memory;
use plan::{Due, Upkeep};
use report::{Entry, Happened};
use std::collections::{BTreeMap, BTreeSet};
use work::{Outcome, Refusal, Worth};

/// Events of this many blocks are read at once.
const BLOCKS_AT_ONCE: u32 = 256;
/// A call that does not pay is tried again after this many blocks.
const UNPAID_BLOCKS: u32 = 100;

/// What a keeper does, and what it does not.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Whether it does what does not pay.
    pub altruistic: bool,
    /// What a point of reputation is worth to it, in plancks.
    pub point: Balance,
    /// Whether it only says what it would do.
    pub dry_run: bool,
}

/// The result of one look at everything.
#[derive(Clone, Debug)]
pub struct Round {
    pub tip: Block,
    /// What was tried and changed what is known: another look may find more.
    pub acted: usize,
    /// What is due by the machine's clock, but no block has reached that time yet.
    pub behind: Option<Due>,
    /// What falls due next.
    pub next: Option<Due>,
}

/// A call that is not tried for a while.
#[derive(Clone, Copy, Debug)]
struct Hold {
    /// It is tried again only after this block.
    until: u32,
    /// It does not pay: that may change with what is known of the request.
    unpaid: bool,
}

/// Knows a market by following its chain.
pub struct Follower {
    deployment: Deployment,
    memory: Memory,
    known: Known,
}

impl Follower {
    /// Goes on with this memory and this knowledge.
    pub fn new(deployment: Deployment, memory: Memory, known: Known) -> Self {
        Self { deployment, memory, known }
    }

    /// What is known of the market.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// Follows the chain and reads what has changed.
    pub fn look(
        &mut self,
        backend: &dyn Backend,
        say: &mut dyn FnMut(Entry),
        stop: &dyn Fn() -> bool,
    ) -> Answer<Block> {
        let tip = self.follow(backend, say, stop)?;
        self.refresh(backend, &tip)?;
        Ok(tip)
    }

    fn refresh(&mut self, backend: &dyn Backend, tip: &Block) -> Answer<()> {
        self.known.refresh(backend, &self.deployment, tip.time)
    }

    /// Takes in the events of the blocks since the last one that is still in the chain.
    fn follow(&mut self, backend: &dyn Backend, say: &mut dyn FnMut(Entry), stop: &dyn Fn() -> bool) -> Answer<Block> {
        let tip = backend.tip()?;
        let before = self.memory.trail.len();
        while let Some((number, hash)) = self.memory.trail.last().copied() {
            let is_there = number <= tip.number && backend.hash_of(number)?.is_none_or(|found| found == hash);
            if is_there {
                break;
            }
            self.memory.trail.pop();
        }
        if before > self.memory.trail.len() {
            if self.memory.trail.is_empty() {
                say(Entry::new(tip.time, Happened::Note("the chain has another history: starting again".into())));
                self.known = Known::default();
            }
            self.known.forget_details();
        }
        let mut from = self.memory.trail.last().map_or(self.deployment.since, |(number, _)| number.saturating_add(1));
        while from <= tip.number && !stop() {
            let to = tip.number.min(from.saturating_add(BLOCKS_AT_ONCE - 1));
            let blocks = match backend.events(from, to) {
                Ok(blocks) => blocks,
                Err(error @ Error::ConnectionLost { .. }) => return Err(error),
                Err(error) => {
                    from = self.first_kept(backend, from, tip.number, error, tip.time, say)?;
                    continue;
                }
            };
            for emitted in blocks.iter().flat_map(|(_, events)| events) {
                self.known.note(emitted, &self.deployment);
            }
            let hash = if to == tip.number { Some(tip.hash) } else { backend.hash_of(to)? };
            if let Some(hash) = hash {
                self.memory.has_followed(to, hash);
            }
            self.keep()?;
            if tip.number.saturating_sub(to) > BLOCKS_AT_ONCE {
                let words = format!("followed the chain to block {to} of {}", tip.number);
                say(Entry::new(tip.time, Happened::Note(words)));
            }
            from = to.saturating_add(1);
        }
        Ok(tip)
    }

    /// The first block after `from` whose events the node still has: nodes that are not archives forget, and it has
    /// lost those of `from`. Requests from before are found by their numbers.
    fn first_kept(
        &mut self,
        backend: &dyn Backend,
        from: u32,
        tip: u32,
        error: Error,
        time: Timestamp,
        say: &mut dyn FnMut(Entry),
    ) -> Answer<u32> {
        let (mut forgotten, mut kept) = (from, tip);
        if backend.events(from, from).is_ok() || backend.events(tip, tip).is_err() {
            return Err(error);
        }
        while kept - forgotten > 1 {
            let middle = forgotten + (kept - forgotten) / 2;
            match backend.events(middle, middle) {
                Ok(_) => kept = middle,
                Err(error @ Error::ConnectionLost { .. }) => return Err(error),
                Err(_) => forgotten = middle,
            }
        }
        let words = format!(
            "the node has no events of blocks {from} to {forgotten} any more ({error}): only an archive node knows \
             who took a place or a seat then"
        );
        say(Entry::new(time, Happened::Note(words)));
        let posted = backend.read(self.deployment.market().posted())?;
        let posted = posted.map_err(|error| Error::NotUnderstood(format!("the market answers {error:?}")))?;
        for id in 0..posted {
            self.known.find_request(id, backend, &self.deployment)?;
        }
        Ok(kept)
    }

    fn keep(&self) -> Answer<()> {
        self.memory.keep(&self.known).map_err(|error| Error::NotKept(format!("{error:#}")))
    }
}

/// A keeper of one market for one account.
pub struct Keeper {
    follower: Follower,
    signer: Signer,
    rules: Rules,
    /// Whether everything sent is known to be in a block.
    is_sure: bool,
    held: BTreeMap<Upkeep, Hold>,
    /// The last words about each call that is still due; they need not be repeated.
    told: BTreeMap<Upkeep, String>,
    /// All calls that were made, and what they brought.
    pub calls: BTreeMap<&'static str, u32>,
    pub earned: Worth,
}

impl Keeper {
    /// Goes on with this memory and this knowledge.
    pub fn new(deployment: Deployment, signer: Signer, rules: Rules, memory: Memory, known: Known) -> Self {
        let (held, told) = (BTreeMap::new(), BTreeMap::new());
        let (calls, earned) = (BTreeMap::new(), Worth::default());
        let follower = Follower::new(deployment, memory, known);
        Self { follower, signer, rules, is_sure: false, held, told, calls, earned }
    }

    /// What is known of the market.
    pub fn known(&self) -> &Known {
        self.follower.known()
    }

    /// Looks at everything once: follows the chain, and does what is due and pays. Ends early when `stop` says so.
    pub fn round(
        &mut self,
        backend: &dyn Backend,
        say: &mut dyn FnMut(Entry),
        stop: &dyn Fn() -> bool,
    ) -> Answer<Round> {
        let round = self.try_round(backend, say, stop);
        self.is_sure &= round.is_ok();
        round
    }

    fn try_round(
        &mut self,
        backend: &dyn Backend,
        say: &mut dyn FnMut(Entry),
        stop: &dyn Fn() -> bool,
    ) -> Answer<Round> {
        let tip = self.look(backend, say, stop)?;
        let now = now(backend, &tip);
        let mut acted = 0;
        let ready = plan::due(&self.follower.known, tip.time);
        let by_the_clock = plan::due(&self.follower.known, now);
        let behind = by_the_clock.into_iter().find(|due| due.since > tip.time && !self.held.contains_key(&due.upkeep));
        let still: BTreeSet<_> = ready.iter().map(|due| &due.upkeep).collect();
        self.told.retain(|upkeep, _| still.contains(upkeep));
        for due in ready {
            if stop() {
                break;
            }
            if !self.held.contains_key(&due.upkeep) {
                acted += usize::from(self.attempt(backend, &due.upkeep, &tip, say)?);
            }
        }
        Ok(Round { tip, acted, behind, next: plan::next(&self.follower.known, now) })
    }

    /// Follows the chain and reads what has changed.
    pub fn look(
        &mut self,
        backend: &dyn Backend,
        say: &mut dyn FnMut(Entry),
        stop: &dyn Fn() -> bool,
    ) -> Answer<Block> {
        let tip = self.follower.follow(backend, say, stop)?;
        self.held.retain(|upkeep, hold| {
            let changed = upkeep.request().is_some_and(|request| self.follower.known.is_stale(request));
            tip.number <= hold.until && !(hold.unpaid && changed)
        });
        self.follower.refresh(backend, &tip)?;
        Ok(tip)
    }

    /// Tries a call, and sends it if it pays. Returns whether that changed what is known.
    fn attempt(
        &mut self,
        backend: &dyn Backend,
        upkeep: &Upkeep,
        tip: &Block,
        say: &mut dyn FnMut(Entry),
    ) -> Answer<bool> {
        let tried = work::try_out(upkeep, backend, &self.follower.deployment, &self.signer, &self.follower.known)?;
        let time = now(backend, tip);
        match &tried.outcome {
            Outcome::Accepted => {}
            refused => {
                self.hold(upkeep, tip);
                self.was_refused(upkeep, refused, 0, time, say);
                return Ok(true);
            }
        }
        let is_idle = matches!(upkeep, Upkeep::Evaluate { .. } | Upkeep::FillSeats) && tried.events.is_empty();
        if is_idle {
            self.hold(upkeep, tip);
            self.forget(upkeep);
            return Ok(true);
        }
        if self.rules.dry_run {
            self.hold_unpaid(upkeep, tip);
            let (weight, worth) = (tried.weight, tried.worth);
            let pays = worth.pays(self.rules.point);
            let words = report::news(&tried.events, &self.follower.known).unwrap_or_else(|| upkeep.to_string());
            say(Entry::new(time, Happened::Would { upkeep: upkeep.clone(), words, weight, worth, pays }));
            return Ok(false);
        }
        if !self.rules.altruistic && !tried.worth.pays(self.rules.point) {
            self.hold_unpaid(upkeep, tip);
            if self.told.insert(upkeep.clone(), String::new()).is_none() {
                say(Entry::new(time, Happened::Unpaid { upkeep: upkeep.clone(), worth: tried.worth }));
            }
            return Ok(false);
        }
        self.send(backend, upkeep, &tried, tip, say)
    }

    fn send(
        &mut self,
        backend: &dyn Backend,
        upkeep: &Upkeep,
        tried: &work::Tried,
        tip: &Block,
        say: &mut dyn FnMut(Entry),
    ) -> Answer<bool> {
        let me = self.signer.account();
        let receipt = backend.execute(&self.signer, &tried.transaction);
        let time = now(backend, tip);
        let receipt = match receipt {
            Err(Error::Rejected(reason)) => {
                self.hold(upkeep, tip);
                self.complain(upkeep, reason, 0, time, say);
                return Ok(false);
            }
            receipt => receipt?,
        };
        match work::outcome(upkeep, &receipt) {
            Outcome::Accepted => {
                let worth = work::worth(&receipt, &me, &self.follower.known, &self.follower.deployment.addresses());
                *self.calls.entry(upkeep.message()).or_default() += 1;
                self.earned = self.earned.and(worth);
                let events = self.follower.deployment.addresses().events(&receipt.outcome.emitted);
                let words = report::news(&events, &self.follower.known).unwrap_or_else(|| format!("{upkeep}: done"));
                let (upkeep, block) = (upkeep.clone(), receipt.block);
                self.forget(&upkeep);
                say(Entry::new(time, Happened::Did { upkeep, words, block, weight: receipt.outcome.gas, worth }));
            }
            refused => {
                // Somebody came first, in the same block or just before.
                self.earned.fee = self.earned.fee.saturating_add(receipt.fee);
                self.hold(upkeep, tip);
                self.was_refused(upkeep, &refused, receipt.fee, time, say);
            }
        }
        Ok(true)
    }

    fn was_refused(
        &mut self,
        upkeep: &Upkeep,
        outcome: &Outcome,
        fee: Balance,
        time: Timestamp,
        say: &mut dyn FnMut(Entry),
    ) {
        match (outcome, upkeep) {
            (
                Outcome::Refused(Refusal::Market(interfaces::market::Error::NoShowNone)),
                Upkeep::ReportNoShow { request, provider },
            ) => self.follower.known.has_shown(*request, provider),
            (Outcome::Refused(refusal), _) if refusal.is_done() => {
                self.forget(upkeep);
                match (refusal, upkeep) {
                    (_, Upkeep::ApplyTerms) => self.follower.known.terms_due = None,
                    (_, Upkeep::ApplyPolicy) => self.follower.known.policy_due = None,
                    _ => {}
                }
                say(Entry::new(time, Happened::Elsewhere { upkeep: upkeep.clone(), fee }));
            }
            (Outcome::Refused(refusal), _) => {
                self.forget(upkeep);
                self.complain(upkeep, refusal.to_string(), fee, time, say);
            }
            (Outcome::Trapped(trap), _) => {
                self.forget(upkeep);
                self.complain(upkeep, trap.to_string(), fee, time, say);
            }
            (Outcome::Accepted, _) => {}
        }
    }

    fn complain(&mut self, upkeep: &Upkeep, reason: String, fee: Balance, time: Timestamp, say: &mut dyn FnMut(Entry)) {
        if self.told.insert(upkeep.clone(), reason.clone()).as_ref() != Some(&reason) || fee > 0 {
            say(Entry::new(time, Happened::Refused { upkeep: upkeep.clone(), reason, fee }));
        }
    }

    /// Has a chain that makes blocks only with transactions make one, at the present time.
    pub fn make_block(&mut self, backend: &dyn Backend, say: &mut dyn FnMut(Entry)) -> Answer<()> {
        let receipt = backend.execute(&self.signer, &work::nothing(&self.follower.deployment))?;
        self.earned.fee = self.earned.fee.saturating_add(receipt.fee);
        let tip = backend.tip()?;
        let words = format!("made block {} with an empty call, so that the chain sees the time", tip.number);
        say(Entry::new(now(backend, &tip), Happened::Note(words)));
        Ok(())
    }

    /// Leaves this call alone until there is a block after `tip`.
    fn hold(&mut self, upkeep: &Upkeep, tip: &Block) {
        self.held.insert(upkeep.clone(), Hold { until: tip.number, unpaid: false });
    }

    fn hold_unpaid(&mut self, upkeep: &Upkeep, tip: &Block) {
        self.held.insert(upkeep.clone(), Hold { until: tip.number.saturating_add(UNPAID_BLOCKS), unpaid: true });
    }

    /// Marks what this call changes to be read again.
    fn forget(&mut self, upkeep: &Upkeep) {
        match (upkeep, upkeep.request()) {
            (_, Some(request)) => self.follower.known.forget_request(request),
            (Upkeep::Evaluate { members }, _) => self.follower.known.forget_members(members),
            _ => self.follower.known.forget_members([]),
        }
    }
}

/// A weight as people read it: milliseconds of computing and kilobytes of proof.
pub fn show_weight(weight: Weight) -> String {
    format!("{} ms, {} kB of proof", weight.ref_time() / 1_000_000_000, weight.proof_size() / 1_000)
}
