//! Keeps the books: of everything that moves, and of what is delivered.

use super::Player;
use crate::{
    client::{
        coins::show_plain,
        words::{verdict, Words},
    },
    story::scenario::report::{Delivered, Entry, Member, Report, Reputation, Story},
};
use anyhow::Result;
use chain::{amounts::show_time, build::Contracts, Emitted};
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Asset, Verdict},
    reputation, Balance, Event, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use std::collections::BTreeSet;

/// The verdict of a sealed delivery until it is unsealed.
const NEVER_UNSEALED: &str = "never unsealed";

impl<W: FnMut(&Entry)> Player<'_, W> {
    /// Adds up what the market's events say has moved.
    pub(super) fn keep_account(&mut self, events: &[Event]) {
        use market::Event as Of;
        for event in events {
            let Event::Market(event) = event else { continue };
            match event {
                Of::RequestPosted(market::RequestPosted { quote, .. }) => {
                    self.escrow.fees += quote.protocol_fee + quote.rent + quote.premium;
                }
                Of::SubmissionFinalized(finalized) => {
                    self.escrow.paid += finalized.fee * Balance::from(finalized.coherent);
                }
                Of::Claimed(claimed) => {
                    self.escrow.paid += claimed.pay;
                    self.escrow.refunded += claimed.deposit;
                }
                Of::Reclaimed(reclaimed) => self.escrow.refunded += reclaimed.amount,
                Of::RequestWithdrawn(withdrawn) => self.escrow.refunded += withdrawn.amount,
                Of::OfferRetracted(retracted) => self.escrow.refunded += retracted.deposit,
                Of::RequestSettled(settled) => self.escrow.refunded += settled.deposit,
                Of::Pruned(pruned) => self.escrow.refunded += pruned.reclaimed,
                Of::Withdrawn(withdrawn) => {
                    self.escrow.withdrawn += withdrawn.amount;
                    let owner = self.scenario.actors.iter().position(|actor| actor.account == withdrawn.who);
                    if let Some(owner) = owner {
                        self.accounts[owner].received += withdrawn.amount;
                    }
                }
                // No money moves in these. If one were missing above, the balance sheet would not add up.
                _ => {}
            }
        }
    }

    /// Writes down what is delivered, judged and paid.
    pub(super) fn keep_deliveries(&mut self, events: &[Event]) {
        use market::Event as Of;
        for event in events {
            let Event::Market(event) = event else { continue };
            match event {
                Of::Submitted(submitted) => {
                    self.deliver(submitted.request, submitted.submission, &submitted.provider, "not reviewed");
                }
                Of::SubmissionSealed(sealed) => {
                    self.deliver(sealed.request, sealed.submission, &sealed.provider, NEVER_UNSEALED);
                }
                Of::Unsealed(unsealed) => {
                    if let Some(delivered) = self.delivered(unsealed.request, unsealed.submission) {
                        delivered.verdict = "not reviewed".into();
                    }
                }
                Of::SubmissionFinalized(finalized) => {
                    if let Some(delivered) = self.delivered(finalized.request, finalized.submission) {
                        let judged = matches!(finalized.verdict, Verdict::Quorum | Verdict::Few);
                        delivered.verdict = verdict(finalized);
                        delivered.median = judged.then_some(finalized.median);
                        delivered.weight_bps = finalized.weight_bps;
                        delivered.duplicate_of = finalized.duplicate_of;
                    }
                }
                Of::Claimed(claimed) => {
                    if let Some(delivered) = self.delivered(claimed.request, claimed.submission) {
                        delivered.pay = claimed.pay;
                        delivered.deposit_lost = claimed.forfeited;
                        delivered.reputation = claimed.reputation;
                    }
                }
                Of::NoShow(absent) => self.keep_absence(absent),
                // These deliver, judge and pay nothing.
                _ => {}
            }
        }
    }

    /// The places that were reported: first those that were never unsealed, then those without a delivery.
    fn keep_absence(&mut self, absent: &market::NoShow) {
        let (request, provider) = (self.request_called(absent.request), self.name(&absent.provider));
        let each = absent.forfeited / Balance::from(absent.places.max(1));
        let mut left = absent.places;
        for delivered in &mut self.deliveries {
            let sealed = delivered.verdict == NEVER_UNSEALED;
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

    pub(super) fn deliver(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        provider: &AccountId,
        verdict: &str,
    ) {
        let delivered = Delivered::missed(&self.request_called(request), Some(submission), &self.name(provider));
        self.deliveries.push(Delivered { verdict: verdict.into(), ..delivered });
    }

    pub(super) fn delivered(&mut self, request: RequestId, submission: SubmissionId) -> Option<&mut Delivered> {
        let name = self.request_called(request);
        let same = |delivered: &&mut Delivered| delivered.request == name && delivered.submission == Some(submission);
        self.deliveries.iter_mut().find(same)
    }

    /// A request's name in the file.
    pub(super) fn request_called(&self, id: RequestId) -> String {
        let plan = self.live.iter().position(|live| live.as_ref().is_some_and(|live| live.id == id));
        plan.map_or_else(|| format!("request {id}"), |plan| self.request_plan(plan).name.clone())
    }

    /// Events for people.
    pub(super) fn notes(&self, emitted: &[Emitted]) -> Vec<String> {
        let name = |account: &AccountId| self.name(account);
        let time = |at: Timestamp| show_time(at - self.began).trim().to_owned();
        let asset = |_| Some(Asset::Native);
        let (amount, addresses, pool) = (show_plain, self.world.addresses(), self.world.pool);
        Words { name: &name, time: &time, asset: &asset, amount: &amount, addresses, pool }.notes(emitted)
    }

    pub(super) fn members(&self) -> Vec<Member> {
        self.scenario
            .actors
            .iter()
            .filter_map(|actor| {
                let read = self.chain.read(self.world.obligation().membership(self.world.pool, actor.account));
                read.ok().map(|membership| Member::new(&actor.name, &membership))
            })
            .collect()
    }

    /// Everyone who ever had the place of an engagement that is not pruned.
    pub(super) fn providers(&self) -> Vec<Member> {
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
    pub(super) fn report(mut self, contracts: &Contracts) -> Result<Report> {
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
