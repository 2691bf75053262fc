//! Places of providers: taken, or given by accepting an offer; delivered on, or lost (sections 3.2 and 3.3).

use crate::{
    awards::NO_FINDING,
    case::{ensure_list, Case},
    market::{Market, Result},
    partners::ask,
    records::{Pair, Place, Work},
    spec,
};
use ink::{
    codegen::{Env, TraitCallBuilder},
    prelude::{vec, vec::Vec},
    primitives::{AccountId, Hash},
};
use interfaces::{
    ensure,
    market::{
        seal, Access, Delivery, Duplicates, Engagement, Error, NoShow, Offer, OfferAccepted, OfferMade, OfferRetracted,
        PlacesTaken, RequestSpec, Revised, Submission, SubmissionSealed, Submitted, Tenure, Unsealed, Unsealing,
    },
    obligation::{MemberState, Rate, Schedule, Terms, BY_ENROLMENT},
    reputation::Effect,
    Balance, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};

/// The shortest notice that a pool can have, and longer than any rest in one where nobody rests.
const DAY: Timestamp = 24 * 60 * 60 * 1_000;

/// What is known of an offer before it is made or changed.
pub struct Proposed {
    pub price: Balance,
    pub deliver_by: Timestamp,
    pub until: Timestamp,
    pub uri: Vec<u8>,
}

impl Market {
    pub(crate) fn place(&self, request: RequestId, provider: AccountId) -> Place {
        self.places.get((request, provider)).unwrap_or_default()
    }

    /// The deadline for delivering on a place.
    pub(crate) fn due(&self, spec: &RequestSpec, place: &Place) -> Timestamp {
        match spec.access {
            Access::Offers if place.taken > 0 => place.deliver_by,
            _ => spec.deliver_by,
        }
    }

    // Taking places

    /// Gives the caller this many places.
    pub(crate) fn take_places(&mut self, mut case: Case, places: u16) -> Result<()> {
        ensure!(case.spec.access == Access::Open, Error::OffersOnly);
        ensure!(!case.state.closed, Error::AlreadySettled);
        let provider = self.env().caller();
        ensure!(self.env().block_timestamp() < case.spec.signal_by, Error::TooLate);
        ensure!(provider != case.state.requester, Error::OwnRequest);
        ensure!(places > 0, Error::NoPlaces);
        let taken = self.places.get((case.id, provider));
        if taken.is_none() {
            self.count_insider(&mut case, provider)?;
        }
        let Case { id, spec, state } = &mut case;
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
        let (request, asset) = (*id, spec.asset);
        self.places.insert((request, provider), &place);
        self.save(&case);
        self.require_of(&case, provider, places)?;
        self.take_payment(asset, provider, deposit)?;
        self.env().emit_event(PlacesTaken { request, provider, places, deposit });
        Ok(())
    }

    /// Counts a provider among the insiders if it is a member of the enforcers' pool, seated, in line or at rest, and says
    /// whether it is. Refused where too few members would be left to judge.
    fn count_insider(&self, case: &mut Case, provider: AccountId) -> Result<bool> {
        let pool = self.opening()?.pool;
        let asked = vec![provider, case.state.requester];
        let (active, states) = ask(self.obligation().call().member_states(pool, asked))?;
        let involved =
            |state: &MemberState| matches!(state, MemberState::Seated | MemberState::Waiting | MemberState::Frozen);
        let insider = states.first().is_some_and(involved);
        if insider {
            let requester = u32::from(states.get(1) == Some(&MemberState::Seated));
            case.state.insiders = case.state.insiders.saturating_add(1);
            let taking_part = case.state.insiders.saturating_add(requester);
            let needed = u32::from(case.spec.quorum).saturating_add(taking_part);
            ensure!(needed <= active, Error::JuryExhausted);
        }
        Ok(insider)
    }

    /// Requires of a provider what this many places need: reputation, tier, price and bond.
    fn require_of(&mut self, case: &Case, provider: AccountId, places: u16) -> Result<()> {
        let Case { spec, state, .. } = case;
        // Whoever takes the place pays for the cell that a later claim writes.
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
        ask(self.reputation().call_mut().apply(effects))?;
        Ok(())
    }

    // Offers

    /// Notes the caller's offer, or what it is now.
    pub(crate) fn make_offer(&mut self, mut case: Case, offer: Proposed) -> Result<()> {
        let Proposed { price, deliver_by, until, uri } = offer;
        ensure!(case.spec.access == Access::Offers, Error::NoOffers);
        ensure!(!case.state.closed, Error::AlreadySettled);
        let provider = self.env().caller();
        let now = self.env().block_timestamp();
        // While a long deal is vacant, offers are for the rest of it.
        let vacant = case.state.engagement && case.state.places > 0;
        let latest = if vacant {
            let engagement = self.engagements.get(case.id).ok_or(Error::NotAnEngagement)?;
            ensure!(engagement.tenure.is_none(), Error::NotVacant);
            engagement.takeover_by(now, case.state.max_window)
        } else {
            ensure!(now < case.spec.signal_by, Error::TooLate);
            case.spec.deliver_by
        };
        ensure!(provider != case.state.requester, Error::OwnRequest);
        ensure!(!self.places.contains((case.id, provider)), Error::TooManyPlaces);
        ensure!(price <= case.spec.reward, Error::PriceTooHigh);
        ensure!(now < deliver_by && deliver_by <= latest, Error::InvalidDeadline);
        ensure!(now < until && until <= deliver_by, Error::InvalidDeadline);
        ensure!(spec::fits(&uri), Error::UriTooLong);

        let known = self.offers.get((case.id, provider));
        let insider = match &known {
            Some(known) => known.insider,
            None => self.count_insider(&mut case, provider)?,
        };
        let Case { id, spec, state } = &mut case;
        let deposit = if known.as_ref().is_some_and(|offer| offer.open) { 0 } else { spec.place_deposit };
        let previous = match known {
            Some(known) => known.previous,
            None => state.last_offer.replace(provider),
        };
        state.offer_deposits = state.offer_deposits.saturating_add(deposit);
        let (request, asset) = (*id, spec.asset);
        let (available, tier) = (spec.min_reputation, spec.min_tier);
        let offer = Offer { price, deliver_by, uri, until, open: true, insider, previous };
        self.offers.insert((request, provider), &offer);
        self.save(&case);
        // The provider pays for the cell that its deposit is credited to if the offer is not accepted.
        self.ensure_credit(asset, provider);
        let required = Effect::Require { who: provider, available, tier };
        ask(self.reputation().call_mut().apply([required].into()))?;
        self.take_payment(asset, provider, deposit)?;
        self.env().emit_event(OfferMade { request, provider, price, deliver_by, until });
        Ok(())
    }

    /// An offer that is neither accepted nor retracted.
    fn open_offer(&self, request: RequestId, provider: AccountId) -> Result<Offer> {
        self.offers.get((request, provider)).filter(|offer| offer.open).ok_or(Error::UnknownOffer)
    }

    /// Takes the caller's offer back, expired or not.
    pub(crate) fn take_offer_back(&mut self, mut case: Case) -> Result<()> {
        let provider = self.env().caller();
        let mut offer = self.open_offer(case.id, provider)?;
        offer.open = false;
        case.state.offer_deposits = case.state.offer_deposits.saturating_sub(case.spec.place_deposit);
        self.offers.insert((case.id, provider), &offer);
        self.save(&case);
        self.refund_offer(&case, provider);
        Ok(())
    }

    /// Credits the deposit of an offer that came to nothing.
    pub(crate) fn refund_offer(&mut self, case: &Case, provider: AccountId) {
        let deposit = case.spec.place_deposit;
        self.credit_to(case.spec.asset, provider, deposit);
        self.env().emit_event(OfferRetracted { request: case.id, provider, deposit });
    }

    /// Gives a provider a place on the terms of its offer; in a long deal, for all periods that are left.
    pub(crate) fn accept_offer(
        &mut self,
        mut case: Case,
        provider: AccountId,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<()> {
        let mut offer = self.open_offer(case.id, provider)?;
        ensure!(offer.price == price && offer.deliver_by == deliver_by, Error::OfferChanged);
        let now = self.env().block_timestamp();
        ensure!(now < deliver_by, Error::TooLate);
        ensure!(now < offer.until, Error::OfferExpired);
        // In a long deal the price is that of each period, and nobody else has a price in the rest.
        let takes_over = case.state.engagement && case.state.places > 0;
        let accepted = if takes_over { price } else { case.state.accepted.saturating_add(price) };
        ensure!(accepted <= case.spec.reward, Error::PriceTooHigh);
        if !offer.insider {
            // It may have become a member since.
            offer.insider = self.count_insider(&mut case, provider)?;
        }

        offer.open = false;
        let deposit = case.spec.place_deposit;
        let state = &mut case.state;
        let previous = state.last_provider.replace(provider);
        let place = Place { taken: 1, deliver_by, price, previous, ..Place::default() };
        state.places = state.places.saturating_add(1);
        state.open_places = state.open_places.saturating_add(1);
        state.accepted = accepted;
        state.offer_deposits = state.offer_deposits.saturating_sub(deposit);
        state.deposits = state.deposits.saturating_add(deposit);
        let first_period = match self.engagement_of(&case) {
            Some(engagement) => {
                let first = case.state.settled.max(case.state.submissions);
                ensure!(first < engagement.periods, Error::AlreadySettled);
                let tenure = Tenure { provider, price, first, first_deliver_by: deliver_by };
                self.begin_tenure(&case, engagement, tenure)?;
                first
            }
            None => 0,
        };
        self.offers.insert((case.id, provider), &offer);
        self.places.insert((case.id, provider), &place);
        self.save(&case);
        self.require_of(&case, provider, 1)?;
        self.env().emit_event(OfferAccepted { request: case.id, provider, price, deliver_by, first_period });
        Ok(())
    }

    /// Obliges a provider in the pool of its engagement, which its first provider opens.
    fn begin_tenure(&mut self, case: &Case, mut engagement: Engagement, tenure: Tenure) -> Result<()> {
        let pool = match engagement.pool {
            Some(pool) => pool,
            None => ask(self.obligation().call_mut().open_pool(terms(&engagement), Schedule::default()))?,
        };
        ask(self.obligation().call_mut().enroll(pool, tenure.provider))?;
        engagement.pool = Some(pool);
        engagement.tenure = Some(tenure);
        // What a former provider said is over.
        engagement.notice = engagement.notice.filter(|notice| notice.by == case.state.requester);
        self.engagements.insert(case.id, &engagement);
        Ok(())
    }

    // Deliveries

    /// Delivers openly, on as many places of the caller as there are deliveries; in an engagement, for the present period.
    pub(crate) fn submit_all(&mut self, mut case: Case, deliveries: Vec<Delivery>) -> Result<Vec<SubmissionId>> {
        ensure!(!case.spec.is_sealed(), Error::Sealed);
        ensure_list(&deliveries)?;
        let engagement = self.engagement_of(&case);
        ensure!(engagement.is_none() || deliveries.len() == 1, Error::InvalidBatch);
        ensure!(deliveries.iter().all(|delivery| spec::fits(&delivery.uri)), Error::UriTooLong);
        let provider = self.env().caller();
        let mut place = self.place(case.id, provider);
        let mut made = Vec::new();
        for delivery in deliveries {
            let content = delivery.content;
            let submission = match &engagement {
                Some(engagement) => self.deliver_period(&mut case, engagement, delivery)?,
                None => self.deliver(&mut case, &mut place, delivery, None)?,
            };
            self.env().emit_event(Submitted { request: case.id, submission, provider, content });
            made.push(submission);
        }
        if engagement.is_none() {
            self.places.insert((case.id, provider), &place);
        }
        self.save(&case);
        Ok(made)
    }

    /// Delivers under seals.
    pub(crate) fn seal_all(&mut self, mut case: Case, seals: Vec<Hash>) -> Result<Vec<SubmissionId>> {
        ensure!(case.spec.is_sealed(), Error::NotSealed);
        ensure_list(&seals)?;
        let provider = self.env().caller();
        let mut place = self.place(case.id, provider);
        let mut made = Vec::new();
        for seal in seals {
            let sealed = Delivery { content: Hash::default(), uri: Vec::new() };
            let submission = self.deliver(&mut case, &mut place, sealed, Some(seal))?;
            self.env().emit_event(SubmissionSealed { request: case.id, submission, provider, seal });
            made.push(submission);
        }
        self.places.insert((case.id, provider), &place);
        if matches!(case.spec.duplicates, Duplicates::Shared { .. }) {
            // The provider pays for the entries that settling writes, one for each of its submissions.
            self.findings.insert((case.id, provider), &vec![NO_FINDING; place.submitted.into()]);
        }
        self.save(&case);
        Ok(made)
    }

    /// Delivers on a place of the caller, openly or under a seal.
    fn deliver(
        &mut self,
        case: &mut Case,
        place: &mut Place,
        Delivery { content, uri }: Delivery,
        seal: Option<Hash>,
    ) -> Result<SubmissionId> {
        let submitted = self.env().block_timestamp();
        let Case { id, spec, state } = case;
        ensure!(submitted < self.due(spec, place), Error::TooLate);
        ensure!(place.submitted < place.taken, Error::NoPlace);
        place.submitted = place.submitted.saturating_add(1);
        let delivered = seal.is_none();
        place.delivered = place.delivered.saturating_add(delivered.into());
        let submission = state.submissions;
        state.submissions = state.submissions.saturating_add(1);
        let delivery = Submission {
            content,
            uri,
            seal,
            delivered,
            submitted,
            price: place.price,
            ..Submission::new(self.env().caller(), spec.review_from())
        };
        self.submissions.insert((*id, submission), &Work::from(delivery));
        Ok(submission)
    }

    /// Delivers for the present period of the caller's engagement.
    fn deliver_period(
        &mut self,
        case: &mut Case,
        engagement: &Engagement,
        Delivery { content, uri }: Delivery,
    ) -> Result<SubmissionId> {
        let provider = self.env().caller();
        let now = self.env().block_timestamp();
        let tenure = engagement.tenure.as_ref().filter(|tenure| tenure.provider == provider).ok_or(Error::NoPlace)?;
        let period = engagement.present(tenure, now);
        ensure!(period < engagement.ends(tenure), Error::TooLate);
        ensure!(!self.submissions.contains((case.id, period)), Error::NoPlace);
        case.state.submissions = period.saturating_add(1);
        let due = engagement.due(tenure, period);
        let delivery = Submission {
            content,
            uri,
            delivered: true,
            submitted: now,
            price: tenure.price,
            ..Submission::new(provider, due)
        };
        self.submissions.insert((case.id, period), &Work::from(delivery));
        Ok(period)
    }

    /// Replaces a delivery of the caller.
    pub(crate) fn revise_one(&mut self, case: &Case, submission: SubmissionId, made: Delivery) -> Result<()> {
        let Work { mut delivery, reviews } = self.work(case.id, submission)?;
        ensure!(!case.spec.is_sealed(), Error::Sealed);
        let provider = self.env().caller();
        ensure!(delivery.provider == provider, Error::NotProvider);
        let due = match case.state.engagement {
            true => delivery.window_start,
            false => self.due(&case.spec, &self.place(case.id, provider)),
        };
        let now = self.env().block_timestamp();
        ensure!(now < due, Error::TooLate);
        ensure!(spec::fits(&made.uri), Error::UriTooLong);
        let content = made.content;
        delivery.content = content;
        delivery.uri = made.uri;
        delivery.submitted = now;
        self.submissions.insert((case.id, submission), &Work { delivery, reviews });
        self.env().emit_event(Revised { request: case.id, submission, provider, content });
        Ok(())
    }

    /// Opens seals of the caller, all or none.
    pub(crate) fn unseal_all(&mut self, case: &Case, unsealings: Vec<Unsealing>) -> Result<()> {
        ensure_list(&unsealings)?;
        let provider = self.env().caller();
        let now = self.env().block_timestamp();
        let mut place = self.place(case.id, provider);
        for Unsealing { submission, content, uri, salt } in unsealings {
            let Work { mut delivery, reviews } = self.work(case.id, submission)?;
            let sealed = delivery.seal.ok_or(Error::NotSealed)?;
            ensure!(delivery.provider == provider, Error::NotProvider);
            ensure!(now >= case.spec.deliver_by, Error::TooEarly);
            ensure!(now < case.spec.review_from(), Error::TooLate);
            ensure!(!delivery.delivered, Error::AlreadyUnsealed);
            ensure!(spec::fits(&uri), Error::UriTooLong);
            ensure!(seal(case.id, provider, &content, &uri, &salt) == sealed, Error::WrongSeal);
            delivery.content = content;
            delivery.uri = uri;
            delivery.delivered = true;
            place.delivered = place.delivered.saturating_add(1);
            self.submissions.insert((case.id, submission), &Work { delivery, reviews });
            self.env().emit_event(Unsealed { request: case.id, submission, provider, content });
        }
        self.places.insert((case.id, provider), &place);
        Ok(())
    }

    /// The places that a provider took and did not deliver on are lost.
    pub(crate) fn report(&mut self, mut case: Case, provider: AccountId) -> Result<u16> {
        ensure!(!case.state.engagement, Error::IsEngagement);
        let mut place = self.place(case.id, provider);
        let since = case.spec.no_show_from(self.due(&case.spec, &place));
        ensure!(self.env().block_timestamp() >= since, Error::TooEarly);
        let missed = place.taken.saturating_sub(place.delivered).saturating_sub(place.missed);
        ensure!(missed > 0, Error::NoShowNone);

        place.missed = place.missed.saturating_add(missed);
        let forfeited = case.spec.place_deposit.saturating_mul(missed.into());
        self.places.insert((case.id, provider), &place);
        self.forfeit(&mut case, provider, missed);
        self.save(&case);
        self.env().emit_event(NoShow { request: case.id, provider, places: missed, forfeited });
        Ok(missed)
    }

    /// The bonds and deposits of this many places are lost; the deposits go to the requester.
    pub(crate) fn forfeit(&mut self, case: &mut Case, provider: AccountId, places: u16) {
        let Case { id, spec, state } = case;
        let deposit = spec.place_deposit.saturating_mul(places.into());
        state.deposits = state.deposits.saturating_sub(deposit);
        state.held = state.held.saturating_add(deposit);
        state.open_places = state.open_places.saturating_sub(places.into());
        let bond = spec.provider_bond.saturating_mul(places.into());
        let mut effects = vec![Effect::Free { who: provider, places: places.into() }];
        if bond > 0 {
            effects.push(Effect::Slash { who: provider, amount: bond });
        }
        self.apply(*id, effects);
    }
}

/// The fixed terms of an engagement's pool (section 3.6): every period counts by itself, nothing fades, and nobody
/// commits, rests, or restores.
fn terms(engagement: &Engagement) -> Terms {
    Terms {
        denominator: 1,
        epoch: engagement.period.max(DAY),
        retention_ppm: rules::PPM,
        throttle_buffer: 0,
        ban_buffer: engagement.missed_periods.into(),
        rate: Rate::Fixed,
        min_reviews: 1,
        presence: 0,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 1,
        min_reputation: BY_ENROLMENT,
        bond: 0,
        healthy_limit: 0,
        throttled_limit: 0,
        slash_ppm: 0,
        keeper_reward: 0,
        restore_price: Balance::MAX,
        cooldown: 0,
        min_freeze: DAY,
        freeze_interval: DAY,
        notice: DAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::state,
        escrow::tests::{account, market, PROVIDER},
        spec::tests::request,
    };
    use ink::env::{test, DefaultEnvironment};
    use interfaces::{
        fixtures::{engagement, offer},
        market::RequestState,
    };

    fn case(spec: RequestSpec, state: RequestState) -> Case {
        Case { id: 0, spec, state }
    }

    fn work() -> Delivery {
        Delivery { content: Hash::from([5; 32]), uri: b"uri".to_vec() }
    }

    fn offers() -> RequestSpec {
        RequestSpec { access: Access::Offers, per_provider: 1, ..request() }
    }

    fn at(now: Timestamp) {
        test::set_block_timestamp::<DefaultEnvironment>(now);
        test::set_caller::<DefaultEnvironment>(account(PROVIDER));
    }

    #[ink::test]
    fn an_accepted_offer_is_due_when_it_says() {
        let market = market();
        let [taken, free] = [1, 0].map(|taken| Place { taken, deliver_by: 5, ..Place::default() });
        assert_eq!([&taken, &free].map(|place| market.due(&offers(), place)), [5, request().deliver_by]);
        assert_eq!([&taken, &free].map(|place| market.due(&request(), place)), [request().deliver_by; 2]);
    }

    #[ink::test]
    fn an_offer_is_accepted_as_it_stands_in_time_and_within_the_reward() {
        let mut market = market();
        // It ends before it is due, and its maker is known to be a member: nobody else has to be asked.
        let offer = |open, price| Offer { open, until: 450, insider: true, ..offer(price, 500) };
        market.offers.insert((0, account(3)), &offer(false, 60));
        market.offers.insert((0, account(PROVIDER)), &offer(true, 60));
        let mut accept = |now, who, price, deliver_by, accepted| {
            at(now);
            let state = RequestState { accepted, ..state(0) };
            market.accept_offer(case(offers(), state), account(who), price, deliver_by)
        };
        assert_eq!(accept(0, 3, 60, 500, 0), Err(Error::UnknownOffer), "it was retracted");
        assert_eq!(accept(0, 4, 60, 500, 0), Err(Error::UnknownOffer));
        assert_eq!(accept(0, PROVIDER, 61, 500, 0), Err(Error::OfferChanged));
        assert_eq!(accept(0, PROVIDER, 60, 501, 0), Err(Error::OfferChanged));
        assert_eq!(accept(500, PROVIDER, 60, 500, 0), Err(Error::TooLate));
        assert_eq!(accept(450, PROVIDER, 60, 500, 0), Err(Error::OfferExpired));
        assert_eq!(accept(449, PROVIDER, 60, 500, 3_000 - 59), Err(Error::PriceTooHigh));
    }

    #[ink::test]
    fn a_place_is_delivered_on_once_and_in_time() {
        let mut market = market();
        let place = Place { taken: 2, price: 7, ..Place::default() };
        market.places.insert((0, account(PROVIDER)), &place);
        let mut open = case(request(), state(0));
        let seal = Hash::from([6; 32]);
        at(request().deliver_by);
        assert_eq!(market.submit_all(open.clone(), vec![work()]), Err(Error::TooLate));
        at(request().deliver_by - 1);
        assert_eq!(market.submit_all(open.clone(), vec![work()]), Ok(vec![0]));
        open.state = market.states.get(0).unwrap();
        assert!(!market.findings.contains((0, account(PROVIDER))), "only shared findings are listed");
        let shared = RequestSpec { duplicates: Duplicates::Shared { retention_ppm: 1 }, ..request() };
        let mut sealed = case(shared.clone(), open.state);
        assert_eq!(market.seal_all(sealed.clone(), vec![seal]), Ok(vec![1]));
        sealed.state = market.states.get(0).unwrap();
        assert_eq!(market.seal_all(sealed.clone(), vec![seal]), Err(Error::NoPlace));
        let findings = market.findings.get((0, account(PROVIDER)));
        assert_eq!((sealed.state.submissions, findings), (2, Some(vec![NO_FINDING; 2])));
        let place = market.place(0, account(PROVIDER));
        assert_eq!((place.submitted, place.delivered), (2, 1));
        let first = market.delivery(0, 0).unwrap();
        assert_eq!((first.provider, first.submitted, first.price), (account(PROVIDER), request().deliver_by - 1, 7));
        assert_eq!((first.delivered, first.seal, &first.uri[..]), (true, None, &b"uri"[..]));
        let second = market.delivery(0, 1).unwrap();
        assert_eq!((second.delivered, second.seal, second.window_start), (false, Some(seal), shared.review_from()));
    }

    #[ink::test]
    fn a_period_is_delivered_once_by_who_has_the_place() {
        let mut market = market();
        let tenure = Tenure { provider: account(PROVIDER), price: 7, first: 1, first_deliver_by: 1_000 };
        let deal = |tenure| engagement(None, tenure);
        let mut open = case(offers(), state(0));
        let mut deliver = |now, tenure| {
            at(now);
            market.deliver_period(&mut open, &deal(tenure), work())
        };
        let others = Tenure { provider: account(9), ..tenure.clone() };
        assert_eq!(deliver(0, None), Err(Error::NoPlace));
        assert_eq!(deliver(0, Some(others)), Err(Error::NoPlace));
        assert_eq!(deliver(0, Some(tenure.clone())), Ok(1));
        assert_eq!(deliver(999, Some(tenure.clone())), Err(Error::NoPlace), "once a period");
        assert_eq!(deliver(1_000, Some(tenure.clone())), Ok(2));
        assert_eq!(deliver(1_100, Some(tenure)), Err(Error::TooLate), "all periods are over");
        assert_eq!(open.state.submissions, 3);
        let last = market.delivery(0, 2).unwrap();
        assert_eq!((last.price, last.window_start, last.delivered), (7, 1_100, true));
    }

    #[test]
    fn a_deals_pool_has_the_terms_that_the_protocol_fixes() {
        let deal = |period| Engagement { period, missed_periods: 2, ..engagement(None, None) };
        let fixed = terms(&deal(1));
        assert_eq!((fixed.epoch, fixed.ban_buffer, fixed.denominator, fixed.seats), (86_400_000, 2, 1, 1));
        assert_eq!(terms(&deal(100_000_000)).epoch, 100_000_000);
    }
}
