//! The labor market (section 3 of the protocol).
//!
//! A *requester* posts a request: its whole price goes into escrow, and the reviews it will need are rented in the
//! enforcers' pool. *Providers* take places, each with a deposit, and deliver. When delivery ends, anyone opens the
//! submissions for review: that is work every *enforcer* has now seen. Enforcers commit to a score and reveal it later,
//! so that nobody can copy; the median decides what a delivery weighs, whoever showed up has done its duty, and whoever
//! came close to the median shares the fee. Anyone finalizes, settles and claims; all money is credited and pulled with
//! `withdraw`, so that no account can block another.
//!
//! If it matters who was first, delivery is *sealed*: providers send a hash before the deadline and open it after.
//! Instead of letting providers take places, a requester can choose among *offers*. An *engagement* is a long deal with
//! one provider, delivered, reviewed and paid period by period, in a pool of its own: a provider that goes silent is
//! Banned from it by the same rule as enforcers, and another can take over.
//!
//! The contract holds, for each asset, at least what its requests hold in escrow and deposits and what it has credited.
//! Only `withdraw` sends money, and only `withdraw` lowers a credit.
//!
//! **A message** loads, rules, stores, calls and emits, in this order: own state is stored before another contract is
//! called. A token is always called last, because it may call back. The two partners call nobody back, so what depends on
//! their answer is stored after it: `post` and `engage` (the price depends on the pool's utilization), `open_reviews` (how
//! many are active), `commit_reviews` (how many ops the member is short), `accept` (the number of a deal's pool), `close_period` (whether the provider is Banned, and the end of the deal that follows). A call that fails reverts
//! all of it.
#![cfg_attr(not(feature = "std"), no_std, no_main)]
// What `cargo contract build` has clippy deny.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

mod awards;
mod batch;
mod case;
mod engagements;
mod escrow;
mod partners;
mod places;
mod pruning;
pub mod records;
mod requests;
mod reviewing;
mod reviews;
mod settlement;
mod spec;

pub use self::market::{Market, MarketRef};

#[pendzl::implementation(AccessControl, Pausable)]
#[documented::documented]
#[ink::contract]
pub mod market {
    use crate::{
        awards,
        partners::ask,
        places::Proposed,
        records::{Beacon, Mark, Opening, Pair, Partners, Place, Work},
        spec,
    };
    use ink::{
        codegen::{Env, TraitCallBuilder},
        prelude::vec::Vec,
        storage::{Lazy, Mapping},
    };
    use interfaces::{
        ensure,
        market::{
            Access, Asset, Commitment, Delivery, Engaged, Engagement, Error, Offer, Opened, Phase, Policy,
            PolicyApplied, PolicyProposed, Quote, ReputationRefused, RequestSpec, RequestState, Reveal, Review,
            Submission, Unsealing, EDITION, MAX_OFFERS,
        },
        obligation::{Schedule, Terms},
        reputation::Effect,
        roles, Obligation as _, PoolId, Reputation as _, RequestId, SubmissionId,
    };

    pub(crate) type Result<T, E = Error> = core::result::Result<T, E>;
    /// A submission is identified by its request and its number in it.
    pub(crate) type SubmissionKey = (RequestId, SubmissionId);
    /// A place or an offer is identified by its request and its provider.
    type PlaceKey = (RequestId, AccountId);

    #[ink(storage)]
    #[derive(StorageFieldGetter)]
    pub struct Market {
        #[storage_field]
        access_control: AccessControlData,
        #[storage_field]
        pausable: PausableData,
        partners: Lazy<Partners>,
        pub(crate) opening: Lazy<Opening>,
        policy: Lazy<Policy>,
        pending: Lazy<Option<(Policy, Timestamp)>>,
        pub(crate) next_request: Lazy<RequestId>,
        /// What juries are drawn from.
        pub(crate) beacon: Lazy<Beacon>,
        /// The one commitment of each enforcer whose reveal contributes to the beacon.
        pub(crate) marks: Mapping<AccountId, Mark>,
        pub(crate) specs: Mapping<RequestId, RequestSpec>,
        pub(crate) states: Mapping<RequestId, RequestState>,
        pub(crate) engagements: Mapping<RequestId, Engagement>,
        pub(crate) rankings: Mapping<RequestId, awards::Ranking>,
        pub(crate) offers: Mapping<PlaceKey, Offer>,
        pub(crate) places: Mapping<PlaceKey, Place>,
        /// The findings that a provider shares in, where duplicates are shared; as long as its submissions are many.
        pub(crate) findings: Mapping<PlaceKey, Vec<SubmissionId>>,
        pub(crate) submissions: Mapping<SubmissionKey, Work>,
        pub(crate) credits: Mapping<(Asset, AccountId), Balance>,
        pub(crate) pairs: Mapping<(AccountId, AccountId), Pair>,
    }

    impl Market {
        /// Wires the market to its two partners; the caller becomes the manager. Nothing can be done before `open`.
        #[ink(constructor)]
        pub fn new(reputation: AccountId, obligation: AccountId) -> Self {
            let mut market = Self {
                access_control: AccessControlData::default(),
                pausable: PausableData::default(),
                partners: Lazy::new(),
                opening: Lazy::new(),
                policy: Lazy::new(),
                pending: Lazy::new(),
                next_request: Lazy::new(),
                beacon: Lazy::new(),
                marks: Mapping::new(),
                specs: Mapping::new(),
                states: Mapping::new(),
                engagements: Mapping::new(),
                rankings: Mapping::new(),
                offers: Mapping::new(),
                places: Mapping::new(),
                findings: Mapping::new(),
                submissions: Mapping::new(),
                credits: Mapping::new(),
                pairs: Mapping::new(),
            };
            market.partners.set(&Partners { reputation, obligation });
            let manager = Some(Self::env().caller());
            market.access_control.add(roles::MANAGER, &manager);
            Self::env().emit_event(RoleGranted { role: roles::MANAGER, grantee: manager, grantor: manager });
            market
        }
    }

    /// A role given to nobody in particular would be everyone's.
    #[overrider(AccessControl)]
    fn grant_role(&mut self, role: RoleType, account: Option<AccountId>) -> Result<(), AccessControlError> {
        roles::ensure_grants(self, role, account)?;
        self._grant_role(role, account)
    }

    impl interfaces::Market for Market {
        #[ink(message)]
        fn open(&mut self, policy: Policy, terms: Terms, schedule: Schedule) -> Result<PoolId> {
            roles::ensure_manager(self)?;
            ensure!(self.opening.get().is_none(), Error::AlreadyOpen);
            let (epoch, notice, min_reviews) = (terms.epoch, terms.notice, terms.min_reviews);
            let beacon_period = spec::beacon_period(policy.min_window);
            let checked = spec::check_policy(&policy, min_reviews, beacon_period, self.unpayable());
            checked.map_err(Error::InvalidPolicy)?;
            let pool = ask(self.obligation().call_mut().open_pool(terms, schedule))?;
            self.opening.set(&Opening { pool, epoch, notice, min_reviews, beacon_period });
            self.ensure_treasury(&policy);
            self.policy.set(&policy);
            self.env().emit_event(Opened { pool, treasury: policy.treasury });
            Ok(pool)
        }

        #[ink(message)]
        fn propose_policy(&mut self, policy: Policy) -> Result<()> {
            roles::ensure_manager(self)?;
            let opening = self.opening()?;
            let Opening { min_reviews, beacon_period, .. } = opening;
            let checked = spec::check_policy(&policy, min_reviews, beacon_period, self.unpayable());
            checked.map_err(Error::InvalidPolicy)?;
            if self.due_policy().is_some() {
                self.apply_policy()?;
            }
            self.ensure_treasury(&policy);
            let effective = self.env().block_timestamp().saturating_add(opening.notice);
            self.pending.set(&Some((policy, effective)));
            self.env().emit_event(PolicyProposed { effective });
            Ok(())
        }

        #[ink(message)]
        fn apply_policy(&mut self) -> Result<()> {
            self.opening()?;
            ensure!(self.pending.get_or_default().is_some(), Error::NoPendingPolicy);
            let policy = self.due_policy().ok_or(Error::NoticeRunning)?;
            self.pending.set(&None);
            self.policy.set(&policy);
            self.env().emit_event(PolicyApplied { treasury: policy.treasury });
            Ok(())
        }

        #[ink(message)]
        fn pause(&mut self) -> Result<()> {
            roles::pause(self)
        }

        #[ink(message)]
        fn unpause(&mut self) -> Result<()> {
            roles::unpause(self)
        }

        #[ink(message)]
        fn quote(&self, spec: RequestSpec) -> Result<Quote> {
            self.price(&spec, &self.policy_in_force()?, spec::NO_PERIODS)
        }

        #[ink(message)]
        fn quote_engagement(&self, spec: RequestSpec, periods: u16, period: Timestamp) -> Result<Quote> {
            let policy = self.policy_in_force()?;
            spec::check_engagement(&spec, periods).map_err(Error::InvalidRequest)?;
            spec::check_periods(periods, period, 0, &policy).map_err(Error::InvalidRequest)?;
            self.price(&spec, &policy, (periods.into(), period))
        }

        #[ink(message, payable)]
        fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId> {
            let policy = self.policy_in_force()?;
            self._ensure_not_paused()?;
            self.escrow(&spec, &policy, max_premium, None)
        }

        #[ink(message, payable)]
        fn engage(
            &mut self,
            spec: RequestSpec,
            periods: u16,
            period: Timestamp,
            missed_periods: u16,
            notice_periods: u16,
            max_premium: Balance,
        ) -> Result<RequestId> {
            let policy = self.policy_in_force()?;
            spec::check_engagement(&spec, periods).map_err(Error::InvalidRequest)?;
            spec::check_periods(periods, period, missed_periods, &policy).map_err(Error::InvalidRequest)?;
            self._ensure_not_paused()?;
            let engagement = Engagement {
                periods: periods.into(),
                period,
                missed_periods,
                notice_periods,
                pool: None,
                tenure: None,
                notice: None,
                vacated: 0,
            };
            let request = self.escrow(&spec, &policy, max_premium, Some(engagement))?;
            self.env().emit_event(Engaged { request, periods, period, missed_periods, notice_periods });
            Ok(request)
        }

        #[ink(message)]
        fn withdraw_request(&mut self, request: RequestId) -> Result<Balance> {
            let case = self.load_for_requester(request)?;
            self.withdraw_posted(case)
        }

        #[ink(message)]
        fn accept(
            &mut self,
            request: RequestId,
            provider: AccountId,
            price: Balance,
            deliver_by: Timestamp,
        ) -> Result<()> {
            let case = self.load_for_requester(request)?;
            ensure!(case.spec.access == Access::Offers, Error::NoOffers);
            ensure!(!case.state.closed, Error::AlreadySettled);
            ensure!(case.state.places < case.spec.limit, Error::NoPlaceLeft);
            self.accept_offer(case, provider, price, deliver_by)
        }

        #[ink(message)]
        fn takeover(
            &mut self,
            request: RequestId,
            provider: AccountId,
            price: Balance,
            deliver_by: Timestamp,
        ) -> Result<()> {
            let case = self.load_for_requester(request)?;
            let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
            ensure!(engagement.is_vacant(), Error::NotVacant);
            ensure!(!case.state.closed, Error::AlreadySettled);
            self.accept_offer(case, provider, price, deliver_by)
        }

        #[ink(message)]
        fn reclaim(&mut self, request: RequestId) -> Result<Balance> {
            let case = self.load_for_requester(request)?;
            self.reclaim_rest(case)
        }

        #[ink(message, payable)]
        fn signal(&mut self, request: RequestId, places: u16) -> Result<()> {
            let case = self.load(request)?;
            self._ensure_not_paused()?;
            self.take_places(case, places)
        }

        #[ink(message, payable)]
        fn offer(
            &mut self,
            request: RequestId,
            price: Balance,
            deliver_by: Timestamp,
            until: Timestamp,
            uri: Vec<u8>,
        ) -> Result<()> {
            let case = self.load(request)?;
            self._ensure_not_paused()?;
            self.make_offer(case, Proposed { price, deliver_by, until, uri })
        }

        #[ink(message)]
        fn retract_offer(&mut self, request: RequestId) -> Result<()> {
            let case = self.load(request)?;
            self.take_offer_back(case)
        }

        #[ink(message)]
        fn submit(&mut self, request: RequestId, deliveries: Vec<Delivery>) -> Result<Vec<SubmissionId>> {
            let case = self.load(request)?;
            self.submit_all(case, deliveries)
        }

        #[ink(message)]
        fn revise(&mut self, request: RequestId, submission: SubmissionId, content: Hash, uri: Vec<u8>) -> Result<()> {
            let case = self.load(request)?;
            self.revise_one(&case, submission, Delivery { content, uri })
        }

        #[ink(message)]
        fn submit_sealed(&mut self, request: RequestId, seals: Vec<Hash>) -> Result<Vec<SubmissionId>> {
            let case = self.load(request)?;
            self.seal_all(case, seals)
        }

        #[ink(message)]
        fn unseal(&mut self, request: RequestId, unsealings: Vec<Unsealing>) -> Result<()> {
            let case = self.load(request)?;
            self.unseal_all(&case, unsealings)
        }

        #[ink(message)]
        fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16> {
            let case = self.load(request)?;
            self.report(case, provider)
        }

        #[ink(message)]
        fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let case = self.load(request)?;
            self.open_some(case, max)
        }

        #[ink(message)]
        fn commit_reviews(&mut self, request: RequestId, commitments: Vec<Commitment>) -> Result<Vec<SubmissionId>> {
            let case = self.load(request)?;
            self.commit_some(&case, commitments)
        }

        #[ink(message)]
        fn reveal_reviews(&mut self, request: RequestId, reveals: Vec<Reveal>) -> Result<()> {
            let case = self.load(request)?;
            self.reveal_all(&case, reveals)
        }

        #[ink(message)]
        fn finalize(&mut self, request: RequestId, submissions: Vec<SubmissionId>) -> Result<u32> {
            let case = self.load(request)?;
            self.finalize_some(case, submissions)
        }

        #[ink(message)]
        fn settle(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let case = self.load(request)?;
            self.settle_some(case, max)
        }

        #[ink(message)]
        fn give_notice(&mut self, request: RequestId) -> Result<u32> {
            let case = self.load(request)?;
            let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
            self.take_notice(case, engagement)
        }

        #[ink(message)]
        fn close_period(&mut self, request: RequestId) -> Result<bool> {
            let case = self.load(request)?;
            let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
            self.close_next_period(case, engagement)
        }

        #[ink(message)]
        fn claim(&mut self, request: RequestId, submissions: Vec<SubmissionId>) -> Result<u32> {
            let case = self.load(request)?;
            self.claim_some(case, submissions)
        }

        #[ink(message)]
        fn withdraw(&mut self, asset: Asset) -> Result<Balance> {
            self.opening()?;
            self.pay_out(asset)
        }

        #[ink(message)]
        fn prune(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let case = self.load(request)?;
            self.free_some(case, max)
        }

        #[ink(message)]
        fn request(&self, id: RequestId) -> Result<(RequestSpec, RequestState)> {
            let case = self.load(id)?;
            Ok((case.spec, case.state))
        }

        #[ink(message)]
        fn submission(&self, id: RequestId, submission: SubmissionId) -> Result<Submission> {
            self.load(id)?;
            self.delivery(id, submission)
        }

        #[ink(message)]
        fn reviews(&self, id: RequestId, submission: SubmissionId) -> Result<Vec<Review>> {
            self.load(id)?;
            Ok(self.work(id, submission)?.reviews)
        }

        #[ink(message)]
        fn offers(&self, id: RequestId, from: Option<AccountId>, count: u32) -> Result<Vec<(AccountId, Offer)>> {
            let case = self.load(id)?;
            if let Some(from) = from {
                ensure!(self.offers.contains((id, from)), Error::UnknownOffer);
            }
            let mut next = from.or(case.state.last_offer);
            let mut page = Vec::new();
            for _ in 0..count.min(MAX_OFFERS) {
                let Some(provider) = next else { break };
                let Some(offer) = self.offers.get((id, provider)) else { break };
                next = offer.previous;
                page.push((provider, offer));
            }
            Ok(page)
        }

        #[ink(message)]
        fn engagement(&self, id: RequestId) -> Result<Engagement> {
            self.load(id)?;
            self.engagements.get(id).ok_or(Error::NotAnEngagement)
        }

        #[ink(message)]
        fn credit(&self, asset: Asset, who: AccountId) -> Result<Balance> {
            self.opening()?;
            Ok(self.credits.get((asset, who)).unwrap_or(0))
        }

        #[ink(message)]
        fn policy(&self) -> Result<Policy> {
            self.policy_in_force()
        }

        #[ink(message)]
        fn pending_policy(&self) -> Option<(Policy, Timestamp)> {
            self.pending.get_or_default().filter(|(_, effective)| self.env().block_timestamp() < *effective)
        }

        #[ink(message)]
        fn pool(&self) -> Result<PoolId> {
            Ok(self.opening()?.pool)
        }

        #[ink(message)]
        fn phase(&self, id: RequestId, submission: Option<SubmissionId>) -> Result<Phase> {
            let case = self.load(id)?;
            let now = self.env().block_timestamp();
            let Some(submission) = submission else {
                return Ok(case.state.phase(&case.spec, self.engagement_of(&case).as_ref(), now));
            };
            let Work { delivery, reviews } = self.work(id, submission)?;
            Ok(delivery.phase(submission, &case.spec, &case.state, &reviews, now))
        }

        #[ink(message)]
        fn posted(&self) -> Result<RequestId> {
            self.opening()?;
            Ok(self.next_request.get_or_default())
        }

        #[ink(message)]
        fn partners(&self) -> (AccountId, AccountId) {
            let Partners { reputation, obligation } = self.wiring();
            (reputation, obligation)
        }

        #[ink(message)]
        fn edition(&self) -> u16 {
            EDITION
        }
    }

    impl Market {
        pub(crate) fn opening(&self) -> Result<Opening> {
            self.opening.get().ok_or(Error::NotOpen)
        }

        /// The policy that was proposed, if its notice is over.
        fn due_policy(&self) -> Option<Policy> {
            let (policy, effective) = self.pending.get_or_default()?;
            (self.env().block_timestamp() >= effective).then_some(policy)
        }

        fn policy_in_force(&self) -> Result<Policy> {
            self.due_policy().or_else(|| self.policy.get()).ok_or(Error::NotOpen)
        }

        /// Tokens that nothing can be paid in: the market itself, and reputation.
        fn unpayable(&self) -> [AccountId; 2] {
            [self.env().account_id(), self.wiring().reputation]
        }

        fn wiring(&self) -> Partners {
            self.partners.get().expect("the constructor sets them")
        }

        pub(crate) fn obligation(&self) -> ink::contract_ref!(interfaces::Obligation) {
            self.wiring().obligation.into()
        }

        pub(crate) fn reputation(&self) -> ink::contract_ref!(interfaces::Reputation) {
            self.wiring().reputation.into()
        }

        /// Rewards, penalties and releases. Money never waits for reputation: a refusal is only an event.
        pub(crate) fn apply(&self, request: RequestId, effects: Vec<Effect>) {
            if effects.is_empty() {
                return;
            }
            let one_by_one = effects.clone();
            let Err(error) = ask(self.reputation().call_mut().apply(effects)) else { return };
            if one_by_one.len() == 1 {
                self.env().emit_event(ReputationRefused { request, error });
                return;
            }
            // A missing role must not cost the effects that other roles allow.
            for effect in one_by_one {
                self.apply(request, [effect].into());
            }
        }
    }
}
