//! The labor market (section 3 of the protocol).
//!
//! A *requester* posts a request: its whole price goes into escrow, and the reviews it will need are reserved in the
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
mod engagements;
mod escrow;
mod places;
mod records;
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
        records::{Opening, Pair, Partners, Place},
        reviews::Round,
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
            commitment, draw, next_seed, reveals, seal, Access, Asset, Engaged, Engagement, Error, NoShow, Offer,
            OfferMade, Opened, Phase, PlacesTaken, Policy, PolicyApplied, PolicyProposed, Quote, Reclaimed,
            ReputationRefused, RequestReason, RequestSpec, RequestState, RequestWithdrawn, Review, ReviewCommitted,
            ReviewRevealed, ReviewsOpened, Revised, Submission, SubmissionFinalized, SubmissionSealed, Submitted,
            Unsealed, Verdict, WindowReopened, Withdrawn, MAX_BATCH, MAX_OFFERS, MAX_SCORE,
        },
        obligation::{Capacity, Outcome, Schedule, Terms},
        reputation::Effect,
        roles, Obligation as _, PoolId, Ppm, Reputation as _, RequestId, SubmissionId,
    };

    pub(crate) type Result<T, E = Error> = core::result::Result<T, E>;
    /// A submission is identified by its request and its number in it.
    type SubmissionKey = (RequestId, SubmissionId);
    /// A place or an offer is identified by its request and its provider.
    type PlaceKey = (RequestId, AccountId);
    /// The answer of `try_invoke`: the callee's own answer, or why there is none.
    type Answer<T, E> = Result<ink::MessageResult<Result<T, E>>, ink::env::Error>;

    #[ink(storage)]
    #[derive(StorageFieldGetter)]
    pub struct Market {
        #[storage_field]
        access_control: AccessControlData,
        #[storage_field]
        pausable: PausableData,
        partners: Lazy<Partners>,
        opening: Lazy<Opening>,
        policy: Lazy<Policy>,
        pending: Lazy<Option<(Policy, Timestamp)>>,
        next_request: Lazy<RequestId>,
        /// Running hash of all salts revealed, from which juries are drawn.
        seed: Lazy<[u8; 32]>,
        pub(crate) specs: Mapping<RequestId, RequestSpec>,
        pub(crate) states: Mapping<RequestId, RequestState>,
        pub(crate) engagements: Mapping<RequestId, Engagement>,
        pub(crate) rankings: Mapping<RequestId, awards::Ranking>,
        pub(crate) offers: Mapping<PlaceKey, Offer>,
        pub(crate) places: Mapping<PlaceKey, Place>,
        /// The findings that a provider shares in, where duplicates are shared; as long as its submissions are many.
        pub(crate) findings: Mapping<PlaceKey, Vec<SubmissionId>>,
        pub(crate) submissions: Mapping<SubmissionKey, Submission>,
        pub(crate) reviews: Mapping<SubmissionKey, Vec<Review>>,
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
                seed: Lazy::new(),
                specs: Mapping::new(),
                states: Mapping::new(),
                engagements: Mapping::new(),
                rankings: Mapping::new(),
                offers: Mapping::new(),
                places: Mapping::new(),
                findings: Mapping::new(),
                submissions: Mapping::new(),
                reviews: Mapping::new(),
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
            spec::check_policy(&policy, min_reviews, self.unpayable()).map_err(Error::InvalidPolicy)?;
            let pool = answer(self.obligation().call_mut().open_pool(terms, schedule).try_invoke())?;
            self.opening.set(&Opening { pool, epoch, notice, min_reviews });
            self.ensure_treasury(&policy);
            self.policy.set(&policy);
            self.env().emit_event(Opened { pool, treasury: policy.treasury });
            Ok(pool)
        }

        #[ink(message)]
        fn propose_policy(&mut self, policy: Policy) -> Result<()> {
            roles::ensure_manager(self)?;
            let opening = self.opening()?;
            spec::check_policy(&policy, opening.min_reviews, self.unpayable()).map_err(Error::InvalidPolicy)?;
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
            self.price(&spec, &self.policy_in_force()?, 1, 0)
        }

        #[ink(message)]
        fn quote_engagement(&self, spec: RequestSpec, periods: u16, period: Timestamp) -> Result<Quote> {
            let policy = self.policy_in_force()?;
            spec::check_engagement(&spec, periods).map_err(Error::InvalidRequest)?;
            spec::check_periods(periods, period, 0, &policy).map_err(Error::InvalidRequest)?;
            self.price(&spec, &policy, periods, period)
        }

        #[ink(message, payable)]
        fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId> {
            let policy = self.policy_in_force()?;
            self.escrow(&spec, &policy, 1, max_premium, None)
        }

        #[ink(message, payable)]
        fn engage(
            &mut self,
            spec: RequestSpec,
            periods: u16,
            period: Timestamp,
            missed_periods: u16,
            max_premium: Balance,
        ) -> Result<RequestId> {
            let policy = self.policy_in_force()?;
            spec::check_engagement(&spec, periods).map_err(Error::InvalidRequest)?;
            spec::check_periods(periods, period, missed_periods, &policy).map_err(Error::InvalidRequest)?;
            let engagement = Engagement { periods: periods.into(), period, missed_periods, pool: None, tenure: None };
            let request = self.escrow(&spec, &policy, periods, max_premium, Some(engagement))?;
            self.env().emit_event(Engaged { request, periods, period, missed_periods });
            Ok(request)
        }

        #[ink(message)]
        fn withdraw_request(&mut self, request: RequestId) -> Result<Balance> {
            let (spec, mut state) = self.load_for_requester(request)?;
            ensure!(state.places == 0, Error::PlacesGiven);
            ensure!(!state.closed, Error::AlreadySettled);
            let amount = core::mem::take(&mut state.held);
            state.closed = true;
            self.keep_reviews(&mut state, 0)?;
            self.states.insert(request, &state);
            self.credit_to(spec.asset, state.requester, amount);
            self.env().emit_event(RequestWithdrawn { request, amount });
            Ok(amount)
        }

        #[ink(message)]
        fn accept(
            &mut self,
            request: RequestId,
            provider: AccountId,
            price: Balance,
            deliver_by: Timestamp,
        ) -> Result<()> {
            let (spec, mut state) = self.load_for_requester(request)?;
            ensure!(spec.access == Access::Offers, Error::NoOffers);
            ensure!(!state.closed, Error::AlreadySettled);
            ensure!(state.places < spec.limit, Error::NoPlaceLeft);
            self.accept_offer(request, &spec, &mut state, provider, price, deliver_by)
        }

        #[ink(message)]
        fn takeover(
            &mut self,
            request: RequestId,
            provider: AccountId,
            price: Balance,
            deliver_by: Timestamp,
        ) -> Result<()> {
            let (spec, mut state) = self.load_for_requester(request)?;
            let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
            ensure!(engagement.is_vacant(), Error::NotVacant);
            ensure!(!state.closed, Error::AlreadySettled);
            self.accept_offer(request, &spec, &mut state, provider, price, deliver_by)
        }

        #[ink(message)]
        fn reclaim(&mut self, request: RequestId) -> Result<Balance> {
            let (spec, mut state) = self.load_for_requester(request)?;
            ensure!(state.closed || state.engagement, Error::NotSettled);
            let bound = match self.engagement_of(request, &state) {
                Some(engagement) => self.give_up_rest(request, &spec, &mut state, engagement)?,
                None => 0,
            };
            let amount = state.held.saturating_sub(state.unclaimed).saturating_sub(bound);
            ensure!(amount > 0, Error::NothingToReclaim);
            state.held = state.held.saturating_sub(amount);
            self.states.insert(request, &state);
            self.credit_to(spec.asset, state.requester, amount);
            self.env().emit_event(Reclaimed { request, amount });
            Ok(amount)
        }

        #[ink(message, payable)]
        fn signal(&mut self, request: RequestId, places: u16) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            self._ensure_not_paused()?;
            ensure!(spec.access == Access::Open, Error::OffersOnly);
            ensure!(!state.closed, Error::AlreadySettled);
            let provider = self.env().caller();
            ensure!(self.env().block_timestamp() < spec.signal_by, Error::TooLate);
            ensure!(provider != state.requester, Error::OwnRequest);
            ensure!(places > 0, Error::NoPlaces);
            let taken = self.places.get((request, provider));
            let mut place = taken.unwrap_or(Place { previous: state.last_provider, ..Place::default() });
            place.taken = place.taken.saturating_add(places);
            ensure!(place.taken <= spec.per_provider, Error::TooManyPlaces);
            state.places = state.places.saturating_add(places.into());
            state.open_places = state.open_places.saturating_add(places.into());
            ensure!(state.places <= spec.limit, Error::NoPlaceLeft);
            if taken.is_none() {
                state.last_provider = Some(provider);
            }

            let deposit = spec.place_deposit.saturating_mul(places.into());
            state.deposits = state.deposits.saturating_add(deposit);
            self.places.insert((request, provider), &place);
            self.states.insert(request, &state);
            self.take_place(&spec, state.requester, provider, places)?;
            self.take_payment(spec.asset, provider, deposit)?;
            self.env().emit_event(PlacesTaken { request, provider, places, deposit });
            Ok(())
        }

        #[ink(message, payable)]
        fn offer(&mut self, request: RequestId, price: Balance, deliver_by: Timestamp, uri: Vec<u8>) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            self._ensure_not_paused()?;
            ensure!(spec.access == Access::Offers, Error::NoOffers);
            ensure!(!state.closed, Error::AlreadySettled);
            let provider = self.env().caller();
            let now = self.env().block_timestamp();
            // While a long deal is vacant, offers are for the rest of it.
            let vacant = state.engagement && state.places > 0;
            let latest = if vacant { now.saturating_add(spec::MAX_WINDOW) } else { spec.deliver_by };
            if vacant {
                let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
                ensure!(engagement.tenure.is_none(), Error::NotVacant);
            } else {
                ensure!(now < spec.signal_by, Error::TooLate);
            }
            ensure!(provider != state.requester, Error::OwnRequest);
            ensure!(!self.places.contains((request, provider)), Error::TooManyPlaces);
            ensure!(price <= spec.reward, Error::PriceTooHigh);
            ensure!(now < deliver_by && deliver_by <= latest, Error::InvalidDeadline);
            ensure!(spec::fits(&uri), Error::UriTooLong);

            let known = self.offers.get((request, provider));
            let deposit = if known.as_ref().is_some_and(|offer| offer.open) { 0 } else { spec.place_deposit };
            let previous = match known {
                Some(known) => known.previous,
                None => state.last_offer.replace(provider),
            };
            state.offer_deposits = state.offer_deposits.saturating_add(deposit);
            self.offers.insert((request, provider), &Offer { price, deliver_by, uri, open: true, previous });
            self.states.insert(request, &state);
            // The provider pays for the cell that its deposit is credited to if the offer is not accepted.
            self.ensure_credit(spec.asset, provider);
            let (available, tier) = (spec.min_reputation, spec.min_tier);
            let required = Effect::Require { who: provider, available, tier };
            answer(self.reputation().call_mut().apply([required].into()).try_invoke())?;
            self.take_payment(spec.asset, provider, deposit)?;
            self.env().emit_event(OfferMade { request, provider, price, deliver_by });
            Ok(())
        }

        #[ink(message)]
        fn retract_offer(&mut self, request: RequestId) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            let provider = self.env().caller();
            let mut offer = self.open_offer(request, provider)?;
            offer.open = false;
            state.offer_deposits = state.offer_deposits.saturating_sub(spec.place_deposit);
            self.offers.insert((request, provider), &offer);
            self.states.insert(request, &state);
            self.refund_offer(request, &spec, provider);
            Ok(())
        }

        #[ink(message)]
        fn submit(&mut self, request: RequestId, content: Hash, uri: Vec<u8>) -> Result<SubmissionId> {
            let (spec, mut state) = self.load(request)?;
            ensure!(!spec.is_sealed(), Error::Sealed);
            ensure!(spec::fits(&uri), Error::UriTooLong);
            let provider = self.env().caller();
            let submission = match self.engagement_of(request, &state) {
                Some(engagement) => self.deliver_period(request, &mut state, &engagement, (content, uri))?,
                None => self.deliver(request, &spec, &mut state, Some((content, uri)), None)?,
            };
            self.states.insert(request, &state);
            self.env().emit_event(Submitted { request, submission, provider, content });
            Ok(submission)
        }

        #[ink(message)]
        fn revise(&mut self, request: RequestId, submission: SubmissionId, content: Hash, uri: Vec<u8>) -> Result<()> {
            let (spec, state) = self.load(request)?;
            let mut delivery = self.delivery(request, submission)?;
            ensure!(!spec.is_sealed(), Error::Sealed);
            let provider = self.env().caller();
            ensure!(delivery.provider == provider, Error::NotProvider);
            let due = match state.engagement {
                true => delivery.window_start,
                false => self.due(&spec, &self.place(request, provider)),
            };
            let now = self.env().block_timestamp();
            ensure!(now < due, Error::TooLate);
            ensure!(spec::fits(&uri), Error::UriTooLong);
            delivery.content = content;
            delivery.uri = uri;
            delivery.submitted = now;
            self.submissions.insert((request, submission), &delivery);
            self.env().emit_event(Revised { request, submission, provider, content });
            Ok(())
        }

        #[ink(message)]
        fn submit_sealed(&mut self, request: RequestId, seal: Hash) -> Result<SubmissionId> {
            let (spec, mut state) = self.load(request)?;
            ensure!(spec.is_sealed(), Error::NotSealed);
            let provider = self.env().caller();
            let submission = self.deliver(request, &spec, &mut state, None, Some(seal))?;
            self.states.insert(request, &state);
            self.env().emit_event(SubmissionSealed { request, submission, provider, seal });
            Ok(submission)
        }

        #[ink(message)]
        fn unseal(
            &mut self,
            request: RequestId,
            submission: SubmissionId,
            content: Hash,
            uri: Vec<u8>,
            salt: [u8; 32],
        ) -> Result<()> {
            let (spec, _) = self.load(request)?;
            let mut delivery = self.delivery(request, submission)?;
            let sealed = delivery.seal.ok_or(Error::NotSealed)?;
            let provider = self.env().caller();
            ensure!(delivery.provider == provider, Error::NotProvider);
            let now = self.env().block_timestamp();
            ensure!(now >= spec.deliver_by, Error::TooEarly);
            ensure!(now < spec.review_from(), Error::TooLate);
            ensure!(!delivery.delivered, Error::AlreadyUnsealed);
            ensure!(spec::fits(&uri), Error::UriTooLong);
            ensure!(seal(request, provider, &content, &uri, &salt) == sealed, Error::WrongSeal);
            delivery.content = content;
            delivery.uri = uri;
            delivery.delivered = true;
            let mut place = self.place(request, provider);
            place.delivered = place.delivered.saturating_add(1);
            self.places.insert((request, provider), &place);
            self.submissions.insert((request, submission), &delivery);
            self.env().emit_event(Unsealed { request, submission, provider, content });
            Ok(())
        }

        #[ink(message)]
        fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16> {
            let (spec, mut state) = self.load(request)?;
            ensure!(!state.engagement, Error::IsEngagement);
            let mut place = self.place(request, provider);
            let since = spec.no_show_from(self.due(&spec, &place));
            ensure!(self.env().block_timestamp() >= since, Error::TooEarly);
            let missed = place.taken.saturating_sub(place.delivered).saturating_sub(place.missed);
            ensure!(missed > 0, Error::NoShowNone);

            place.missed = place.missed.saturating_add(missed);
            let forfeited = spec.place_deposit.saturating_mul(missed.into());
            self.places.insert((request, provider), &place);
            self.forfeit(request, &spec, &mut state, provider, missed);
            self.states.insert(request, &state);
            self.env().emit_event(NoShow { request, provider, places: missed, forfeited });
            Ok(missed)
        }

        #[ink(message)]
        fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let (spec, mut state) = self.load(request)?;
            ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
            let now = self.env().block_timestamp();
            ensure!(state.engagement || now >= spec.review_from(), Error::TooEarly);
            let from = state.opened;
            ensure!(from < state.submissions, Error::NothingToOpen);

            let (mut on_time, mut late, mut missed) = (0_u32, 0_u32, 0_u32);
            for submission in from..state.submissions.min(from.saturating_add(max)) {
                let key = (request, submission);
                match self.submissions.get(key) {
                    Some(delivery) if now < delivery.window_start => break,
                    Some(mut delivery) if !delivery.delivered => {
                        delivery.verdict = Verdict::Missed;
                        self.submissions.insert(key, &delivery);
                        missed = missed.saturating_add(1);
                    }
                    // Nobody can be held to work that was opened after half of its window: it starts a window of its
                    // own.
                    Some(mut delivery) if now >= spec.window(delivery.window_start).open_to_all => {
                        delivery.window_start = now;
                        delivery.second_window = true;
                        self.submissions.insert(key, &delivery);
                        late = late.saturating_add(1);
                    }
                    Some(_) => on_time = on_time.saturating_add(1),
                    None => missed = missed.saturating_add(1),
                }
                state.opened = submission.saturating_add(1);
            }
            let count = state.opened.saturating_sub(from);
            ensure!(count > 0, Error::TooEarly);
            state.finalized = state.finalized.saturating_add(missed);
            if from == 0 || state.engagement {
                state.seed = self.seed.get_or_default();
            }
            self.states.insert(request, &state);
            if on_time > 0 {
                let pool = self.opening()?.pool;
                answer(self.obligation().call_mut().record_seen(pool, on_time, spec.quorum.into()).try_invoke())?;
            }
            self.env().emit_event(ReviewsOpened { request, from, count, late, missed });
            Ok(count)
        }

        #[ink(message)]
        fn commit_review(&mut self, request: RequestId, submission: SubmissionId, commitment: [u8; 32]) -> Result<()> {
            let (spec, state) = self.load(request)?;
            let delivery = self.delivery_in_review(request, submission, &state)?;
            let enforcer = self.env().caller();
            let now = self.env().block_timestamp();
            let window = spec.window(delivery.window_start);
            ensure!(now < window.commit_by, Error::TooLate);
            let takes_part = enforcer == state.requester || self.places.contains((request, enforcer));
            ensure!(!takes_part, Error::Conflicted);
            let mut round = self.round(request, submission);
            round.commit(enforcer, commitment, spec.max_reviews)?;
            let elapsed = now.saturating_sub(window.start);
            let half = window.open_to_all.saturating_sub(window.start);
            let draw = draw(&state.seed, request, submission, enforcer);
            ensure!(rules::is_drawn(draw, elapsed, half), Error::NotDrawn);

            self.reviews.insert((request, submission), &round.into_reviews());
            // The enforcer pays for the cell that the verdict writes its fee into.
            self.ensure_credit(spec.asset, enforcer);
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().commit(pool, enforcer, 1).try_invoke())?;
            self.env().emit_event(ReviewCommitted { request, submission, enforcer });
            Ok(())
        }

        #[ink(message)]
        fn reveal_review(
            &mut self,
            request: RequestId,
            submission: SubmissionId,
            score: u8,
            duplicate_of: Option<SubmissionId>,
            salt: [u8; 32],
        ) -> Result<()> {
            let (spec, state) = self.load(request)?;
            let delivery = self.delivery_in_review(request, submission, &state)?;
            let enforcer = self.env().caller();
            let now = self.env().block_timestamp();
            let window = spec.window(delivery.window_start);
            let mut round = self.round(request, submission);
            ensure!(now >= spec.reveals_from(&window, round.reviews()), Error::ReviewsOpen);
            ensure!(now < window.reveal_by, Error::TooLate);
            ensure!(score <= MAX_SCORE, Error::InvalidScore);
            if let Some(original) = duplicate_of {
                let named = self.submissions.get((request, original)).ok_or(Error::InvalidDuplicate)?;
                ensure!(delivery.may_duplicate(submission, &named, original), Error::InvalidDuplicate);
            }
            let commitment = commitment(request, submission, enforcer, score, duplicate_of, &salt);
            round.reveal(enforcer, commitment, score, duplicate_of)?;

            self.reviews.insert((request, submission), &round.into_reviews());
            self.seed.set(&next_seed(&self.seed.get_or_default(), &salt));
            self.env().emit_event(ReviewRevealed { request, submission, enforcer, score, duplicate_of });
            Ok(())
        }

        #[ink(message)]
        fn finalize(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            let mut delivery = self.delivery_in_review(request, submission, &state)?;
            let now = self.env().block_timestamp();
            let window = spec.window(delivery.window_start);
            let mut round = self.round(request, submission);
            ensure!(now >= spec.finalizes_from(&window, round.reviews()), Error::TooEarly);

            let stake = rules::review_stake(state.reputation_per_place, spec.max_reviews);
            let mut effects: Vec<Effect> = round.absences(stake).collect();
            let verdict = Verdict::of(round.reviews(), spec.quorum);
            if !delivery.takes(verdict) {
                delivery.window_start = now;
                delivery.second_window = true;
                self.env().emit_event(WindowReopened { request, submission, reveals: reveals(round.reviews()) });
            } else {
                round.follow_votes(|original| self.finding(request, &spec, original))?;
                let tally = round.tally(spec.tolerance);
                delivery.verdict = verdict;
                delivery.median = tally.median.unwrap_or(0);
                delivery.duplicate_of = tally.duplicate_of;
                delivery.weight_bps = awards::own_weight(&spec, state.unreviewed_bps, verdict, tally.median);
                let fee = spec.review_fee.checked_div(tally.coherent.into()).unwrap_or(0);
                for enforcer in round.coherent(&tally, spec.tolerance) {
                    self.credit_to(spec.asset, enforcer, fee);
                }
                state.held = state.held.saturating_sub(fee.saturating_mul(tally.coherent.into()));
                state.finalized = state.finalized.saturating_add(1);
                effects.extend(round.verdicts(stake, &tally, spec.tolerance));
                self.states.insert(request, &state);
                self.env().emit_event(SubmissionFinalized {
                    request,
                    submission,
                    verdict,
                    median: delivery.median,
                    weight_bps: delivery.weight_bps,
                    coherent: tally.coherent,
                    fee,
                    duplicate_of: delivery.duplicate_of,
                });
            }
            let outcomes = round.resolve();
            self.submissions.insert((request, submission), &delivery);
            if !outcomes.is_empty() {
                self.reviews.insert((request, submission), &round.into_reviews());
                self.report(outcomes)?;
            }
            self.apply(request, effects);
            Ok(())
        }

        #[ink(message)]
        fn settle(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let (spec, state) = self.load(request)?;
            ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
            ensure!(!state.engagement, Error::IsEngagement);
            ensure!(self.env().block_timestamp() >= spec.deliver_by, Error::TooEarly);
            ensure!(!state.closed, Error::AlreadySettled);
            self.settle_some(request, &spec, state, max)
        }

        #[ink(message)]
        fn close_period(&mut self, request: RequestId) -> Result<bool> {
            let (spec, state) = self.load(request)?;
            let engagement = self.engagements.get(request).ok_or(Error::NotAnEngagement)?;
            self.close_next_period(request, &spec, state, engagement)
        }

        #[ink(message)]
        fn claim(&mut self, request: RequestId, submission: SubmissionId) -> Result<Balance> {
            let (spec, state) = self.load(request)?;
            let delivery = self.delivery(request, submission)?;
            ensure!(delivery.verdict != Verdict::Missed, Error::NothingToClaim);
            ensure!(submission < state.claimable(&spec), Error::NotSettled);
            ensure!(!delivery.claimed, Error::AlreadyClaimed);
            self.pay_submission(request, submission, &spec, state, delivery)
        }

        #[ink(message)]
        fn withdraw(&mut self, asset: Asset) -> Result<Balance> {
            self.opening()?;
            let who = self.env().caller();
            let amount = self.credits.get((asset, who)).unwrap_or(0);
            ensure!(amount > 0, Error::NothingToWithdraw);
            // Zeroed, not removed: whoever reviews again finds its cell. A failure reverts this with the whole call.
            self.credits.insert((asset, who), &0);
            self.send_payment(asset, who, amount)?;
            self.env().emit_event(Withdrawn { who, asset, amount });
            Ok(amount)
        }

        #[ink(message)]
        fn prune(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let (spec, state) = self.load(request)?;
            ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
            ensure!(state.closed, Error::NotSettled);
            ensure!(state.is_paid_out(), Error::NotClaimed);
            Ok(self.free_some(request, &spec, state, max))
        }

        #[ink(message)]
        fn request(&self, id: RequestId) -> Result<(RequestSpec, RequestState)> {
            self.load(id)
        }

        #[ink(message)]
        fn submission(&self, id: RequestId, submission: SubmissionId) -> Result<Submission> {
            self.load(id)?;
            self.delivery(id, submission)
        }

        #[ink(message)]
        fn reviews(&self, id: RequestId, submission: SubmissionId) -> Result<Vec<Review>> {
            self.load(id)?;
            self.delivery(id, submission)?;
            Ok(self.round(id, submission).into_reviews())
        }

        #[ink(message)]
        fn offers(&self, id: RequestId, from: Option<AccountId>, count: u32) -> Result<Vec<(AccountId, Offer)>> {
            let (_, state) = self.load(id)?;
            if let Some(from) = from {
                ensure!(self.offers.contains((id, from)), Error::UnknownOffer);
            }
            let mut next = from.or(state.last_offer);
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
            let (spec, state) = self.load(id)?;
            let now = self.env().block_timestamp();
            let Some(submission) = submission else {
                return Ok(state.phase(&spec, self.engagement_of(id, &state).as_ref(), now));
            };
            let delivery = self.delivery(id, submission)?;
            let round = self.round(id, submission);
            Ok(delivery.phase(submission, &spec, &state, round.reviews(), now))
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

        /// What a valid request costs now, for this many periods of this length.
        fn price(&self, spec: &RequestSpec, policy: &Policy, periods: u16, period: Timestamp) -> Result<Quote> {
            self.check(spec, policy)?;
            let pool = self.opening()?.pool;
            let capacity = answer(self.obligation().call().capacity(pool).try_invoke())?;
            let backlog = capacity.backlog.saturating_add(spec::reviews(spec, periods.into(), period).into());
            let utilization = rules::utilization_ppm(backlog, capacity.hands);
            admit(spec, periods, policy, &capacity, utilization)
        }

        /// Posts a request, for this many periods, and takes its price.
        fn escrow(
            &mut self,
            spec: &RequestSpec,
            policy: &Policy,
            periods: u16,
            max_premium: Balance,
            engagement: Option<Engagement>,
        ) -> Result<RequestId> {
            self._ensure_not_paused()?;
            self.check(spec, policy)?;
            let pool = self.opening()?.pool;
            let id = self.next_request.get_or_default();
            let next = id.checked_add(1).ok_or(Error::TooManyRequests)?;
            let length = engagement.as_ref().map_or(0, |engagement| engagement.period);
            let reserved = spec::reviews(spec, periods.into(), length);
            let capacity = answer(self.obligation().call_mut().reserve(pool, reserved).try_invoke())?;
            let quote = admit(spec, periods, policy, &capacity, capacity.utilization_ppm)?;

            let requester = self.env().caller();
            let submissions = spec.limit.saturating_mul(periods.into());
            let state = RequestState {
                unreviewed_bps: policy.unreviewed_bps,
                engagement: engagement.is_some(),
                reserved,
                held: quote.reward.saturating_add(quote.review_fees),
                reputation_per_place: spec::reputation_per_place(quote.protocol_fee, policy, submissions),
                ..RequestState::new(requester)
            };
            self.next_request.set(&next);
            self.record_request(id, spec, &state, engagement);
            // The requester pays for the cell into which pruning writes what it never reclaimed.
            self.ensure_credit(spec.asset, requester);
            self.credit_to(spec.asset, policy.treasury, quote.protocol_fee.saturating_add(quote.premium));
            self.take_price(spec.asset, requester, &quote, max_premium)?;
            self.env().emit_event(interfaces::market::RequestPosted { request: id, requester, quote });
            Ok(id)
        }

        pub(crate) fn load(&self, request: RequestId) -> Result<(RequestSpec, RequestState)> {
            self.opening()?;
            let state = self.states.get(request).ok_or(Error::UnknownRequest)?;
            let spec = self.specs.get(request).ok_or(Error::UnknownRequest)?;
            Ok((spec, state))
        }

        /// The engagement of a request that is one.
        pub(crate) fn engagement_of(&self, request: RequestId, state: &RequestState) -> Option<Engagement> {
            state.engagement.then(|| self.engagements.get(request)).flatten()
        }

        fn load_for_requester(&self, request: RequestId) -> Result<(RequestSpec, RequestState)> {
            let (spec, state) = self.load(request)?;
            ensure!(self.env().caller() == state.requester, Error::NotRequester);
            Ok((spec, state))
        }

        pub(crate) fn delivery(&self, request: RequestId, submission: SubmissionId) -> Result<Submission> {
            self.submissions.get((request, submission)).ok_or(Error::UnknownSubmission)
        }

        /// A submission that is open for review and has no verdict yet.
        fn delivery_in_review(
            &self,
            request: RequestId,
            submission: SubmissionId,
            state: &RequestState,
        ) -> Result<Submission> {
            let delivery = self.delivery(request, submission)?;
            ensure!(submission < state.opened, Error::NotOpened);
            ensure!(delivery.verdict == Verdict::Pending, Error::AlreadyFinalized);
            Ok(delivery)
        }

        /// The finding that naming `original` leads to, if it leads to one: the first of its own finding, or itself.
        fn finding(
            &self,
            request: RequestId,
            spec: &RequestSpec,
            original: SubmissionId,
        ) -> Result<Option<SubmissionId>> {
            let named = self.delivery(request, original)?;
            ensure!(named.verdict != Verdict::Pending, Error::EarlierPending);
            Ok(named.duplicate_of.or(awards::is_finding(spec, &named).then_some(original)))
        }

        fn round(&self, request: RequestId, submission: SubmissionId) -> Round {
            Round::new(self.reviews.get((request, submission)).unwrap_or_default())
        }

        fn check(&self, spec: &RequestSpec, policy: &Policy) -> Result<()> {
            spec::check_request(spec, policy, self.env().block_timestamp()).map_err(Error::InvalidRequest)
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

        fn report(&self, outcomes: Vec<Outcome>) -> Result<()> {
            let pool = self.opening()?.pool;
            Ok(answer(self.obligation().call_mut().resolve(pool, outcomes).try_invoke())?)
        }

        /// Rewards, penalties and releases. Money never waits for reputation: a refusal is only an event.
        pub(crate) fn apply(&self, request: RequestId, effects: Vec<Effect>) {
            if effects.is_empty() {
                return;
            }
            let one_by_one = effects.clone();
            let Err(error) = answer(self.reputation().call_mut().apply(effects).try_invoke()) else { return };
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

    /// The callee's own answer. Any failure below it, a trap or lack of gas, aborts this call as well, so that nobody can
    /// pick a gas limit at which half of it happens.
    pub(crate) fn answer<T, E>(answer: Answer<T, E>) -> Result<T, E> {
        match answer {
            Ok(Ok(answer)) => answer,
            _ => panic!("a partner contract failed"),
        }
    }

    /// Whether the pool can take the request on, and at which price. `utilization_ppm` includes the reviews it asks
    /// for: members then have room for their share of all reviews that can be seen at once.
    fn admit(
        spec: &RequestSpec,
        periods: u16,
        policy: &Policy,
        capacity: &Capacity,
        utilization_ppm: Ppm,
    ) -> Result<Quote> {
        ensure!(u32::from(spec.quorum) <= capacity.active, Error::TooFewEnforcers);
        ensure!(utilization_ppm < rules::PPM, Error::AtCapacity);
        spec::price(spec, periods, policy, utilization_ppm).ok_or(Error::InvalidRequest(RequestReason::Amounts))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::{awards::tests::state, escrow::tests::market, spec::tests::request};
        use ink::env::{test, DefaultEnvironment};
        use interfaces::{market::Duplicates, Market as _};

        /// A request whose deliveries are opened half-way from their deadline to that of reviews.
        fn sealed() -> RequestSpec {
            RequestSpec { duplicates: Duplicates::Shared { retention_ppm: 900_000 }, ..request() }
        }

        #[ink::test]
        fn the_seed_is_taken_with_the_first_opening_of_a_request_and_with_each_of_a_long_deal() {
            let seed = |engagement, opened| {
                test::set_block_timestamp::<DefaultEnvironment>(sealed().review_from());
                let mut market = market();
                market.opening.set(&Opening { pool: 0, epoch: 1, notice: 1, min_reviews: 3 });
                market.seed.set(&[5; 32]);
                market.specs.insert(0, &sealed());
                let state = RequestState { closed: false, submissions: 2, opened, engagement, ..state(0) };
                market.states.insert(0, &state);
                for submission in 0..2 {
                    // Nobody unsealed it, so opening its review calls no other contract.
                    let missed = Submission::new([2; 32].into(), sealed().review_from());
                    market.submissions.insert((0, submission), &missed);
                }
                assert_eq!(market.open_reviews(0, MAX_BATCH), Ok(2 - opened));
                market.load(0).expect("it is known").1.seed
            };
            assert_eq!([(false, 0), (true, 0), (true, 1)].map(|(deal, opened)| seed(deal, opened)), [[5; 32]; 3]);
            assert_eq!(seed(false, 1), [0; 32]);
        }
    }
}
