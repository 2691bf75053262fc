//! The labor market (section 3 of the protocol).
//!
//! A *requester* posts a request: its whole price goes into escrow, and the reviews it will need are reserved in the
//! enforcers' pool. *Providers* take places, each with a deposit, and deliver. When delivery ends, anyone opens the
//! submissions for review: that is work every *enforcer* has now seen. Enforcers commit to a score and reveal it later,
//! so that nobody can copy; the median decides what a delivery weighs, who showed up has done its duty, and who came
//! close to the median shares the fee. Anyone finalizes, settles and claims; all money is credited and pulled with
//! `withdraw`, so that nobody's account can stand in anybody's way.
//!
//! The contract holds, for each asset, at least what its requests hold in escrow and deposits and what it has credited.
//! No message sends money but `withdraw`, and nothing but `withdraw` lowers a credit.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod records;
mod reviews;
mod spec;

pub use self::market::{Market, MarketRef};

#[pendzl::implementation(AccessControl, Pausable)]
#[ink::contract]
pub mod market {
    use crate::{
        records::{Opening, Pair, Partners, Place},
        reviews::Round,
        spec,
    };
    use ink::{
        codegen::{Env, TraitCallBuilder},
        env::hash::{Blake2x256, HashOutput},
        prelude::{vec, vec::Vec},
        storage::{Lazy, Mapping},
    };
    use interfaces::{
        market::{
            Asset, Claimed, Error, NoShow, Opened, Phase, PlacesTaken, Policy, Quote, Reclaimed, ReputationRefused,
            RequestPosted, RequestReason, RequestSettled, RequestSpec, RequestState, Review, ReviewCommitted,
            ReviewRevealed, ReviewsOpened, Submission, SubmissionFinalized, Submitted, Verdict, WindowReopened,
            Withdrawn, MAX_BATCH, MAX_SCORE,
        },
        obligation::{Capacity, Outcome, Schedule, Terms},
        reputation::{Effect, MintReason},
        roles, Obligation as _, PoolId, Reputation as _, RequestId, SubmissionId,
    };

    type Result<T, E = Error> = core::result::Result<T, E>;
    /// A submission is known by its request and its number in it.
    type SubmissionKey = (RequestId, SubmissionId);
    /// What `try_invoke` answers: the callee's own answer, or why there is none.
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
        next_request: Lazy<RequestId>,
        /// Running hash of all salts revealed, from which juries are drawn.
        seed: Lazy<[u8; 32]>,
        specs: Mapping<RequestId, RequestSpec>,
        states: Mapping<RequestId, RequestState>,
        places: Mapping<(RequestId, AccountId), Place>,
        submissions: Mapping<SubmissionKey, Submission>,
        reviews: Mapping<SubmissionKey, Vec<Review>>,
        credits: Mapping<(Asset, AccountId), Balance>,
        pairs: Mapping<(AccountId, AccountId), Pair>,
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
                next_request: Lazy::new(),
                seed: Lazy::new(),
                specs: Mapping::new(),
                states: Mapping::new(),
                places: Mapping::new(),
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
        if account.is_none() {
            return Err(AccessControlError::InvalidCaller);
        }
        self._ensure_has_role(self._get_role_admin(role), Some(Self::env().caller()))?;
        self._grant_role(role, account)
    }

    impl interfaces::Market for Market {
        #[ink(message)]
        fn open(&mut self, policy: Policy, terms: Terms, schedule: Schedule) -> Result<PoolId> {
            self._ensure_has_role(roles::MANAGER, Some(self.env().caller()))?;
            ensure(self.opening.get().is_none(), Error::AlreadyOpen)?;
            spec::check_policy(&policy, terms.min_reviews).map_err(Error::InvalidPolicy)?;
            let epoch = terms.epoch;
            let pool = answer(self.obligation().call_mut().open_pool(terms, schedule).try_invoke())?;
            self.opening.set(&Opening { pool, epoch });
            // Whoever posts would otherwise pay for the treasury's cell.
            for listed in &policy.assets {
                self.ensure_credit(listed.asset, policy.treasury);
            }
            self.policy.set(&policy);
            self.env().emit_event(Opened { pool, treasury: policy.treasury });
            Ok(pool)
        }

        #[ink(message)]
        fn pause(&mut self) -> Result<()> {
            self._ensure_has_role(roles::MANAGER, Some(self.env().caller()))?;
            Ok(self._pause()?)
        }

        #[ink(message)]
        fn unpause(&mut self) -> Result<()> {
            self._ensure_has_role(roles::MANAGER, Some(self.env().caller()))?;
            Ok(self._unpause()?)
        }

        #[ink(message)]
        fn quote(&self, spec: RequestSpec) -> Result<Quote> {
            let policy = self.policy.get().ok_or(Error::NotOpen)?;
            self._ensure_not_paused()?;
            self.check(&spec, &policy)?;
            let pool = self.opening()?.pool;
            let capacity = answer(self.obligation().call().capacity(pool).try_invoke())?;
            admit(&spec, &policy, &capacity)
        }

        #[ink(message, payable)]
        fn post(&mut self, spec: RequestSpec, max_premium: Balance) -> Result<RequestId> {
            let policy = self.policy.get().ok_or(Error::NotOpen)?;
            self._ensure_not_paused()?;
            self.check(&spec, &policy)?;
            let pool = self.opening()?.pool;
            let id = self.next_request.get_or_default();
            let next = id.checked_add(1).ok_or(Error::TooManyRequests)?;
            // At most 10,000 submissions of at most 7 reviews.
            let reserved = spec.limit.saturating_mul(spec.quorum.into());
            let capacity = answer(self.obligation().call_mut().reserve(pool, reserved).try_invoke())?;
            let quote = admit(&spec, &policy, &capacity)?;
            let value = self.env().transferred_value();
            let excess = value.checked_sub(quote.total).ok_or(Error::InsufficientPayment)?;
            ensure(excess <= max_premium, Error::ExcessPayment)?;

            let requester = self.env().caller();
            let state = RequestState {
                requester,
                unreviewed_bps: policy.unreviewed_bps,
                places: 0,
                submissions: 0,
                opened: 0,
                finalized: 0,
                settled: 0,
                closed: false,
                reserved,
                seed: [0; 32],
                held: quote.reward.saturating_add(quote.review_fees),
                unclaimed: 0,
                deposits: 0,
                reputation_per_place: spec::reputation_per_place(quote.protocol_fee, &policy, spec.limit),
            };
            self.next_request.set(&next);
            self.states.insert(id, &state);
            self.credit_to(spec.asset, policy.treasury, quote.protocol_fee.saturating_add(quote.premium));
            if excess > 0 {
                self.credit_to(spec.asset, requester, excess);
            }
            self.specs.insert(id, &spec);
            self.env().emit_event(RequestPosted { request: id, requester, quote });
            Ok(id)
        }

        #[ink(message)]
        fn reclaim(&mut self, request: RequestId) -> Result<Balance> {
            let (spec, mut state) = self.load(request)?;
            let caller = self.env().caller();
            ensure(caller == state.requester, Error::NotRequester)?;
            ensure(state.closed, Error::NotSettled)?;
            let amount = state.held.saturating_sub(state.unclaimed);
            ensure(amount > 0, Error::NothingToReclaim)?;
            state.held = state.unclaimed;
            self.states.insert(request, &state);
            self.credit_to(spec.asset, caller, amount);
            self.env().emit_event(Reclaimed { request, amount });
            Ok(amount)
        }

        #[ink(message, payable)]
        fn signal(&mut self, request: RequestId, places: u16) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            self._ensure_not_paused()?;
            let provider = self.env().caller();
            ensure(self.env().block_timestamp() < spec.signal_by, Error::TooLate)?;
            ensure(provider != state.requester, Error::OwnRequest)?;
            ensure(places > 0, Error::NoPlaces)?;
            let mut place = self.places.get((request, provider)).unwrap_or_default();
            place.taken = place.taken.saturating_add(places);
            ensure(place.taken <= spec.per_provider, Error::TooManyPlaces)?;
            state.places = state.places.saturating_add(places.into());
            ensure(state.places <= spec.limit, Error::NoPlaceLeft)?;
            let deposit = spec.place_deposit.saturating_mul(places.into());
            let value = self.env().transferred_value();
            ensure(value >= deposit, Error::InsufficientPayment)?;
            ensure(value == deposit, Error::ExcessPayment)?;

            state.deposits = state.deposits.saturating_add(deposit);
            self.places.insert((request, provider), &place);
            self.states.insert(request, &state);
            // The provider pays for the cell that a later claim writes.
            let pair = (state.requester, provider);
            if !self.pairs.contains(pair) {
                self.pairs.insert(pair, &Pair::default());
            }
            let price = spec.access_price.saturating_mul(places.into());
            let bond = spec.provider_bond.saturating_mul(places.into());
            let mut effects = vec![
                Effect::Require { who: provider, available: spec.min_reputation, tier: spec.min_tier },
                Effect::Hold { who: provider, places: places.into() },
            ];
            if price > 0 {
                effects.push(Effect::Spend { who: provider, amount: price });
            }
            if bond > 0 {
                effects.push(Effect::Lock { who: provider, amount: bond });
            }
            answer(self.reputation().call_mut().apply(effects).try_invoke())?;
            self.env().emit_event(PlacesTaken { request, provider, places, deposit });
            Ok(())
        }

        #[ink(message)]
        fn submit(&mut self, request: RequestId, content: Hash, uri: Vec<u8>) -> Result<SubmissionId> {
            let (spec, mut state) = self.load(request)?;
            let provider = self.env().caller();
            let submitted = self.env().block_timestamp();
            ensure(submitted < spec.deliver_by, Error::TooLate)?;
            let mut place = self.places.get((request, provider)).unwrap_or_default();
            ensure(place.delivered < place.taken, Error::NoPlace)?;
            ensure(spec::fits(&uri), Error::UriTooLong)?;

            place.delivered = place.delivered.saturating_add(1);
            let submission = state.submissions;
            state.submissions = state.submissions.saturating_add(1);
            let delivery = Submission {
                provider,
                content,
                uri,
                submitted,
                window_start: 0,
                second_window: false,
                verdict: Verdict::Pending,
                median: 0,
                weight_bps: 0,
                pay: 0,
                settled: false,
                claimed: false,
            };
            self.places.insert((request, provider), &place);
            self.submissions.insert((request, submission), &delivery);
            self.states.insert(request, &state);
            self.env().emit_event(Submitted { request, submission, provider, content });
            Ok(submission)
        }

        #[ink(message)]
        fn report_no_show(&mut self, request: RequestId, provider: AccountId) -> Result<u16> {
            let (spec, mut state) = self.load(request)?;
            ensure(self.env().block_timestamp() >= spec.deliver_by, Error::TooEarly)?;
            let mut place = self.places.get((request, provider)).unwrap_or_default();
            let missed = place.taken.saturating_sub(place.delivered).saturating_sub(place.missed);
            ensure(missed > 0, Error::NoShowNone)?;

            place.missed = place.missed.saturating_add(missed);
            let forfeited = spec.place_deposit.saturating_mul(missed.into());
            state.deposits = state.deposits.saturating_sub(forfeited);
            state.held = state.held.saturating_add(forfeited);
            self.places.insert((request, provider), &place);
            self.states.insert(request, &state);
            let bond = spec.provider_bond.saturating_mul(missed.into());
            let mut effects = vec![Effect::Free { who: provider, places: missed.into() }];
            if bond > 0 {
                effects.push(Effect::Slash { who: provider, amount: bond });
            }
            self.apply(request, effects);
            self.env().emit_event(NoShow { request, provider, places: missed, forfeited });
            Ok(missed)
        }

        #[ink(message)]
        fn open_reviews(&mut self, request: RequestId, max: u32) -> Result<u32> {
            let (spec, mut state) = self.load(request)?;
            ensure((1..=MAX_BATCH).contains(&max), Error::InvalidBatch)?;
            let now = self.env().block_timestamp();
            ensure(now >= spec.deliver_by, Error::TooEarly)?;
            let from = state.opened;
            let count = max.min(state.submissions.saturating_sub(from));
            ensure(count > 0, Error::NothingToOpen)?;

            // Nobody can be held to work that was opened when half its window was over: it starts a window of its own.
            let late = now >= spec::window(&spec, spec.deliver_by).open_to_all;
            if from == 0 {
                state.seed = self.seed.get_or_default();
            }
            state.opened = from.saturating_add(count);
            for submission in from..state.opened {
                let mut delivery = self.delivery(request, submission)?;
                delivery.window_start = if late { now } else { spec.deliver_by };
                delivery.second_window = late;
                self.submissions.insert((request, submission), &delivery);
            }
            self.states.insert(request, &state);
            if !late {
                let pool = self.opening()?.pool;
                answer(self.obligation().call_mut().record_seen(pool, count, spec.quorum.into()).try_invoke())?;
            }
            self.env().emit_event(ReviewsOpened { request, from, count, late });
            Ok(count)
        }

        #[ink(message)]
        fn commit_review(&mut self, request: RequestId, submission: SubmissionId, commitment: [u8; 32]) -> Result<()> {
            let (spec, state) = self.load(request)?;
            let delivery = self.delivery_in_review(request, submission)?;
            let enforcer = self.env().caller();
            let now = self.env().block_timestamp();
            let window = spec::window(&spec, delivery.window_start);
            ensure(now < window.commit_by, Error::TooLate)?;
            let takes_part = enforcer == state.requester || self.places.contains((request, enforcer));
            ensure(!takes_part, Error::Conflicted)?;
            let mut round = self.round(request, submission);
            round.commit(enforcer, commitment, spec.max_reviews)?;
            let elapsed = now.saturating_sub(window.start);
            let half = window.open_to_all.saturating_sub(window.start);
            let draw = draw(&state.seed, request, submission, enforcer);
            ensure(rules::is_drawn(draw, elapsed, half), Error::NotDrawn)?;

            self.reviews.insert((request, submission), &round.into_reviews());
            // The enforcer pays for the cell that the verdict writes its fee into.
            self.ensure_credit(spec.asset, enforcer);
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().commit(pool, enforcer).try_invoke())?;
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
            let (spec, _) = self.load(request)?;
            let delivery = self.delivery_in_review(request, submission)?;
            let enforcer = self.env().caller();
            let now = self.env().block_timestamp();
            let window = spec::window(&spec, delivery.window_start);
            let mut round = self.round(request, submission);
            ensure(now >= window.commit_by || round.live() >= usize::from(spec.max_reviews), Error::ReviewsOpen)?;
            ensure(now < window.reveal_by, Error::TooLate)?;
            ensure(score <= MAX_SCORE, Error::InvalidScore)?;
            ensure(duplicate_of.is_none_or(|earlier| earlier < submission), Error::InvalidDuplicate)?;
            let commitment = hash(&(request, submission, enforcer, score, duplicate_of, salt));
            round.reveal(enforcer, commitment, score, duplicate_of)?;

            self.reviews.insert((request, submission), &round.into_reviews());
            self.seed.set(&hash(&(self.seed.get_or_default(), salt)));
            self.env().emit_event(ReviewRevealed { request, submission, enforcer, score, duplicate_of });
            Ok(())
        }

        #[ink(message)]
        fn finalize(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
            let (spec, mut state) = self.load(request)?;
            let mut delivery = self.delivery_in_review(request, submission)?;
            let now = self.env().block_timestamp();
            let window = spec::window(&spec, delivery.window_start);
            let mut round = self.round(request, submission);
            let no_more_commits = now >= window.commit_by || round.live() >= usize::from(spec.max_reviews);
            let complete = no_more_commits && round.all_revealed();
            ensure(complete || now >= window.reveal_by, Error::TooEarly)?;

            let tally = round.tally(spec.tolerance);
            // Half of a place's reputation is the provider's, the other an equal stake for each possible review.
            let stake = (state.reputation_per_place / 2).checked_div(spec.max_reviews.into()).unwrap_or(0);
            let mut effects: Vec<Effect> = round.absences(stake).collect();
            let outcomes = round.resolve();
            if tally.reveals < spec.quorum && !delivery.second_window {
                delivery.window_start = now;
                delivery.second_window = true;
                self.env().emit_event(WindowReopened { request, submission, reveals: tally.reveals });
            } else {
                delivery.verdict = match tally.reveals {
                    0 => Verdict::Unreviewed,
                    few if few < spec.quorum => Verdict::Few,
                    _ => Verdict::Quorum,
                };
                delivery.median = tally.median.unwrap_or(0);
                let earned = tally.median.map_or(0, |median| spec::curve_weight(&spec, median));
                delivery.weight_bps = match delivery.verdict {
                    Verdict::Quorum => earned,
                    _ => earned.max(state.unreviewed_bps),
                };
                let fee = spec.review_fee.checked_div(tally.coherent.into()).unwrap_or(0);
                for enforcer in round.coherent(tally.median, spec.tolerance) {
                    self.credit_to(spec.asset, enforcer, fee);
                }
                state.held = state.held.saturating_sub(fee.saturating_mul(tally.coherent.into()));
                state.finalized = state.finalized.saturating_add(1);
                effects.extend(round.verdicts(stake, tally.median, spec.tolerance));
                self.states.insert(request, &state);
                self.env().emit_event(SubmissionFinalized {
                    request,
                    submission,
                    verdict: delivery.verdict,
                    median: delivery.median,
                    weight_bps: delivery.weight_bps,
                    coherent: tally.coherent,
                    fee,
                });
            }
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
            let (spec, mut state) = self.load(request)?;
            ensure((1..=MAX_BATCH).contains(&max), Error::InvalidBatch)?;
            ensure(self.env().block_timestamp() >= spec.deliver_by, Error::TooEarly)?;
            ensure(!state.closed, Error::AlreadySettled)?;

            let from = state.settled;
            let last = from.saturating_add(max).min(state.submissions);
            for submission in from..last {
                let mut delivery = self.delivery(request, submission)?;
                if delivery.verdict == Verdict::Pending {
                    break;
                }
                delivery.pay = rules::pay_per_submission(spec.reward, spec.limit, delivery.weight_bps);
                delivery.settled = true;
                state.unclaimed = state.unclaimed.saturating_add(delivery.pay);
                state.settled = submission.saturating_add(1);
                self.submissions.insert((request, submission), &delivery);
            }
            let count = state.settled.saturating_sub(from);
            state.closed = state.settled == state.submissions;
            ensure(count > 0 || state.closed, Error::NotFinalized)?;
            // With the last submission go the reviews of the places that were never delivered.
            let done = match state.closed {
                true => state.reserved,
                false => count.saturating_mul(spec.quorum.into()),
            };
            state.reserved = state.reserved.saturating_sub(done);
            self.states.insert(request, &state);
            let pool = self.opening()?.pool;
            answer(self.obligation().call_mut().record_closed(pool, done).try_invoke())?;
            if state.closed {
                self.env().emit_event(RequestSettled { request, submissions: state.submissions });
            }
            Ok(count)
        }

        #[ink(message)]
        fn claim(&mut self, request: RequestId, submission: SubmissionId) -> Result<Balance> {
            let (spec, mut state) = self.load(request)?;
            let mut delivery = self.delivery(request, submission)?;
            ensure(delivery.settled, Error::NotSettled)?;
            ensure(!delivery.claimed, Error::AlreadyClaimed)?;

            let provider = delivery.provider;
            let pay = delivery.pay;
            let stands = delivery.weight_bps > 0 || delivery.verdict == Verdict::Unreviewed;
            let (deposit, forfeited) = if stands { (spec.place_deposit, 0) } else { (0, spec.place_deposit) };
            delivery.claimed = true;
            state.held = state.held.saturating_sub(pay).saturating_add(forfeited);
            state.unclaimed = state.unclaimed.saturating_sub(pay);
            state.deposits = state.deposits.saturating_sub(spec.place_deposit);
            self.submissions.insert((request, submission), &delivery);
            self.states.insert(request, &state);
            self.credit_to(spec.asset, provider, pay.saturating_add(deposit));

            let reputation = self.reputation_earned(&state, &delivery)?;
            let mut effects = vec![Effect::Free { who: provider, places: 1 }];
            if spec.provider_bond > 0 {
                let (who, amount) = (provider, spec.provider_bond);
                effects.push(if stands { Effect::Unlock { who, amount } } else { Effect::Slash { who, amount } });
            }
            if reputation > 0 {
                effects.push(Effect::Owe { to: provider, amount: reputation, reason: MintReason::Delivery });
            }
            self.apply(request, effects);
            self.env().emit_event(Claimed { request, submission, provider, pay, deposit, forfeited, reputation });
            Ok(pay)
        }

        #[ink(message)]
        fn withdraw(&mut self, asset: Asset) -> Result<Balance> {
            self.opening()?;
            let who = self.env().caller();
            let amount = self.credits.get((asset, who)).unwrap_or(0);
            ensure(amount > 0, Error::NothingToWithdraw)?;
            // Zeroed, not removed: who reviews again finds its cell. A failure reverts it with the whole call.
            self.credits.insert((asset, who), &0);
            match asset {
                Asset::Native => self.env().transfer(who, amount).map_err(|_| Error::TransferFailed)?,
            }
            self.env().emit_event(Withdrawn { who, asset, amount });
            Ok(amount)
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
        fn credit(&self, asset: Asset, who: AccountId) -> Result<Balance> {
            self.opening()?;
            Ok(self.credits.get((asset, who)).unwrap_or(0))
        }

        #[ink(message)]
        fn policy(&self) -> Result<Policy> {
            self.policy.get().ok_or(Error::NotOpen)
        }

        #[ink(message)]
        fn pool(&self) -> Result<PoolId> {
            Ok(self.opening()?.pool)
        }

        #[ink(message)]
        fn phase(&self, id: RequestId, submission: Option<SubmissionId>) -> Result<Phase> {
            let (spec, state) = self.load(id)?;
            let now = self.env().block_timestamp();
            match submission {
                None => Ok(request_phase(&spec, &state, now)),
                Some(submission) => {
                    let delivery = self.delivery(id, submission)?;
                    Ok(submission_phase(&spec, &delivery, &self.round(id, submission), now))
                }
            }
        }
    }

    impl Market {
        fn opening(&self) -> Result<Opening> {
            self.opening.get().ok_or(Error::NotOpen)
        }

        fn load(&self, request: RequestId) -> Result<(RequestSpec, RequestState)> {
            self.opening()?;
            let state = self.states.get(request).ok_or(Error::UnknownRequest)?;
            let spec = self.specs.get(request).ok_or(Error::UnknownRequest)?;
            Ok((spec, state))
        }

        fn delivery(&self, request: RequestId, submission: SubmissionId) -> Result<Submission> {
            self.submissions.get((request, submission)).ok_or(Error::UnknownSubmission)
        }

        /// A submission that is open for review and has no verdict yet.
        fn delivery_in_review(&self, request: RequestId, submission: SubmissionId) -> Result<Submission> {
            let delivery = self.delivery(request, submission)?;
            ensure(delivery.window_start > 0, Error::NotOpened)?;
            ensure(delivery.verdict == Verdict::Pending, Error::AlreadyFinalized)?;
            Ok(delivery)
        }

        fn round(&self, request: RequestId, submission: SubmissionId) -> Round {
            Round::new(self.reviews.get((request, submission)).unwrap_or_default())
        }

        fn check(&self, spec: &RequestSpec, policy: &Policy) -> Result<()> {
            spec::check_request(spec, policy, self.env().block_timestamp()).map_err(Error::InvalidRequest)
        }

        /// Makes sure `who` has a cell that later calls can credit without paying for it.
        fn ensure_credit(&mut self, asset: Asset, who: AccountId) {
            if !self.credits.contains((asset, who)) {
                self.credits.insert((asset, who), &0);
            }
        }

        fn credit_to(&mut self, asset: Asset, who: AccountId, amount: Balance) {
            let credit = self.credits.get((asset, who)).unwrap_or(0);
            self.credits.insert((asset, who), &credit.saturating_add(amount));
        }

        /// What a claimed submission earns its provider: its weight's part of half a place's reputation, and half as
        /// much each further time the same requester pays the same provider in an epoch.
        fn reputation_earned(&mut self, state: &RequestState, delivery: &Submission) -> Result<Balance> {
            let reviewed = delivery.verdict != Verdict::Unreviewed;
            let full = rules::fraction_bps(state.reputation_per_place / 2, delivery.weight_bps);
            if !reviewed || full == 0 {
                return Ok(0);
            }
            let key = (state.requester, delivery.provider);
            let epoch = self.env().block_timestamp().checked_div(self.opening()?.epoch).unwrap_or(0);
            let known = self.pairs.get(key).unwrap_or_default();
            let times = if known.epoch == epoch { known.times } else { 0 };
            self.pairs.insert(key, &Pair { epoch, times: times.saturating_add(1) });
            Ok(rules::halved(full, times))
        }

        fn partners(&self) -> Partners {
            self.partners.get().expect("the constructor sets them")
        }

        fn obligation(&self) -> ink::contract_ref!(interfaces::Obligation) {
            self.partners().obligation.into()
        }

        fn reputation(&self) -> ink::contract_ref!(interfaces::Reputation) {
            self.partners().reputation.into()
        }

        fn report(&self, outcomes: Vec<Outcome>) -> Result<()> {
            let pool = self.opening()?.pool;
            Ok(answer(self.obligation().call_mut().resolve(pool, outcomes).try_invoke())?)
        }

        /// Rewards, penalties and releases. Money never waits for reputation: a refusal is only told.
        fn apply(&self, request: RequestId, effects: Vec<Effect>) {
            if effects.is_empty() {
                return;
            }
            if let Err(error) = answer(self.reputation().call_mut().apply(effects).try_invoke()) {
                self.env().emit_event(ReputationRefused { request, error });
            }
        }
    }

    /// `Ok` where `holds`, the error otherwise.
    fn ensure(holds: bool, error: Error) -> Result<()> {
        if holds {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// The callee's own answer. Any failure below it, a trap or lack of gas, aborts this call as well, so that nobody can
    /// pick a gas limit at which half of it happens.
    fn answer<T, E>(answer: Answer<T, E>) -> Result<T, E> {
        match answer {
            Ok(Ok(answer)) => answer,
            _ => panic!("a partner contract failed"),
        }
    }

    /// Whether the pool can take the request on, and at which price.
    fn admit(spec: &RequestSpec, policy: &Policy, capacity: &Capacity) -> Result<Quote> {
        ensure(u32::from(spec.quorum) <= capacity.active, Error::TooFewEnforcers)?;
        ensure(capacity.utilization_ppm < spec::WHOLE_PPM, Error::AtCapacity)?;
        spec::price(spec, policy, capacity.utilization_ppm).ok_or(Error::InvalidRequest(RequestReason::Amounts))
    }

    fn hash<T: scale::Encode>(value: &T) -> [u8; 32] {
        let mut output = <Blake2x256 as HashOutput>::Type::default();
        ink::env::hash_encoded::<Blake2x256, T>(value, &mut output);
        output
    }

    /// Where `enforcer` comes in the order in which members may review this submission.
    fn draw(seed: &[u8; 32], request: RequestId, submission: SubmissionId, enforcer: AccountId) -> u64 {
        let hash = hash(&(seed, request, submission, enforcer));
        hash.iter().take(8).fold(0, |draw, byte| (draw << 8) | u64::from(*byte))
    }

    fn request_phase(spec: &RequestSpec, state: &RequestState, now: Timestamp) -> Phase {
        match now {
            _ if state.closed => Phase::Settled,
            now if now < spec.signal_by => Phase::Signalling,
            now if now < spec.deliver_by => Phase::Delivery,
            _ if state.opened < state.submissions => Phase::Unopened,
            _ if state.finalized == state.submissions => Phase::Finalized,
            now if now < spec.review_by => Phase::Review,
            now if now < spec.reveal_by => Phase::Reveal,
            _ => Phase::Finalizable,
        }
    }

    fn submission_phase(spec: &RequestSpec, delivery: &Submission, round: &Round, now: Timestamp) -> Phase {
        let window = spec::window(spec, delivery.window_start);
        let commits_open = now < window.commit_by && round.live() < usize::from(spec.max_reviews);
        match now {
            _ if delivery.claimed => Phase::Claimed,
            _ if delivery.settled => Phase::Settled,
            _ if delivery.verdict != Verdict::Pending => Phase::Finalized,
            now if delivery.window_start == 0 && now < spec.signal_by => Phase::Signalling,
            now if delivery.window_start == 0 && now < spec.deliver_by => Phase::Delivery,
            _ if delivery.window_start == 0 => Phase::Unopened,
            _ if commits_open => Phase::Review,
            now if now < window.reveal_by && !round.all_revealed() => Phase::Reveal,
            _ => Phase::Finalizable,
        }
    }
}
