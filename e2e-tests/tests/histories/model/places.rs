//! Places, offers, and what is delivered (sections 3.2 and 3.3).

use super::{
    deal::Tenure,
    ensure, ensure_list,
    request::{is_sealed, review_from, Offer, Place, Work},
    Model, Result, LONGEST_URI,
};
use crate::{action::Who, people::MARKET};
use interfaces::{
    market::{Access, Error, RequestSpec},
    obligation::MemberState,
    reputation, Balance, RequestId, SubmissionId, Timestamp,
};

/// What somebody offers.
#[derive(Clone, Copy, Debug)]
pub struct Bid {
    pub price: Balance,
    pub deliver_by: Timestamp,
    pub until: Timestamp,
    /// How long the URI is.
    pub uri: usize,
}

impl Model {
    // Places

    fn pay_in(value: Balance, due: Balance) -> Result<()> {
        ensure(value >= due, Error::InsufficientPayment)?;
        ensure(value == due, Error::ExcessPayment)
    }

    pub(super) fn signal(&mut self, who: Who, request: RequestId, places: u16, value: Balance) -> Result<()> {
        let asked = self.asked(request)?;
        ensure(!self.paused, Error::Paused)?;
        ensure(asked.spec.access == Access::Open, Error::OffersOnly)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        ensure(self.now < asked.spec.signal_by, Error::TooLate)?;
        ensure(who != asked.requester, Error::OwnRequest)?;
        ensure(places > 0, Error::NoPlaces)?;
        let (spec, taken) = (asked.spec.clone(), asked.places_taken);
        let has = asked.place(who).map_or(0, |place| place.taken);
        if has == 0 {
            self.count_insider(who, request)?;
        }
        ensure(u32::from(has) + u32::from(places) <= spec.per_provider.into(), Error::TooManyPlaces)?;
        ensure(taken + u32::from(places) <= spec.limit, Error::NoPlaceLeft)?;
        self.take_place(&spec, who, places)?;
        let deposit = spec.place_deposit * u128::from(places);
        Self::pay_in(value, deposit)?;
        let asked = self.asked_mut(request)?;
        asked.places_taken += u32::from(places);
        asked.open_places += u32::from(places);
        asked.deposits += deposit;
        match asked.place_mut(who) {
            Some(place) => place.taken += places,
            None => asked.places.push((who, Place { taken: places, ..Place::default() })),
        }
        Ok(())
    }

    /// Whoever is a member of the pool when it first takes part is an insider, and refused where too few others would
    /// be left to judge.
    fn count_insider(&mut self, who: Who, request: RequestId) -> Result<bool> {
        let pool = self.pools.pool(0)?;
        let is_insider = matches!(pool.state_of(who), MemberState::Seated | MemberState::Waiting | MemberState::Frozen);
        if !is_insider {
            return Ok(false);
        }
        let asked = self.asked(request)?;
        let requester = u32::from(pool.state_of(asked.requester) == MemberState::Seated);
        let needed = u32::from(asked.spec.quorum) + asked.insiders + 1 + requester;
        ensure(needed <= pool.active(), Error::JuryExhausted)?;
        self.asked_mut(request)?.insiders += 1;
        Ok(true)
    }

    fn require(&self, who: Who, spec: &RequestSpec) -> Result<(), reputation::Error> {
        let person = &self.people[who];
        person.require(spec.min_reputation)?;
        let tier = self.tiers.iter().filter(|tier| **tier <= person.available()).count();
        match tier < spec.min_tier.into() {
            true => Err(reputation::Error::InsufficientTier),
            false => Ok(()),
        }
    }

    /// What places ask of reputation.
    fn take_place(&mut self, spec: &RequestSpec, who: Who, places: u16) -> Result<()> {
        self.require(who, spec)?;
        let person = &mut self.people[who];
        person.holds += u32::from(places);
        if spec.access_price > 0 {
            person.spend(spec.access_price * u128::from(places))?;
        }
        if spec.provider_bond > 0 {
            person.lock(MARKET, spec.provider_bond * u128::from(places))?;
        }
        Ok(())
    }

    // Offers

    pub(super) fn make_offer(&mut self, who: Who, request: RequestId, bid: Bid, value: Balance) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        ensure(!self.paused, Error::Paused)?;
        ensure(asked.spec.access == Access::Offers, Error::NoOffers)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let latest = match &asked.deal {
            Some(deal) if asked.places_taken > 0 => {
                ensure(deal.tenure.is_none(), Error::NotVacant)?;
                now + asked.kept.max_window.min(2 * deal.period)
            }
            _ => {
                ensure(now < asked.spec.signal_by, Error::TooLate)?;
                asked.spec.deliver_by
            }
        };
        ensure(who != asked.requester, Error::OwnRequest)?;
        ensure(asked.place(who).is_none(), Error::TooManyPlaces)?;
        ensure(bid.price <= asked.spec.reward, Error::PriceTooHigh)?;
        ensure(now < bid.deliver_by && bid.deliver_by <= latest, Error::InvalidDeadline)?;
        ensure(now < bid.until && bid.until <= bid.deliver_by, Error::InvalidDeadline)?;
        ensure(bid.uri <= LONGEST_URI, Error::UriTooLong)?;
        let spec = asked.spec.clone();
        let known = asked.offer(who).cloned();
        let insider = match &known {
            Some(known) => known.insider,
            None => self.count_insider(who, request)?,
        };
        self.require(who, &spec)?;
        let deposit = if known.is_some_and(|known| known.open) { 0 } else { spec.place_deposit };
        Self::pay_in(value, deposit)?;
        let Bid { price, deliver_by, until, .. } = bid;
        let offer = Offer { price, deliver_by, until, open: true, insider };
        let asked = self.asked_mut(request)?;
        asked.offer_deposits += deposit;
        match asked.offer_mut(who) {
            Some(known) => *known = offer,
            None => asked.offers.push((who, offer)),
        }
        Ok(())
    }

    pub(super) fn retract_offer(&mut self, who: Who, request: RequestId) -> Result<()> {
        let asked = self.asked_mut(request)?;
        let deposit = asked.spec.place_deposit;
        let offer = asked.offer_mut(who).filter(|offer| offer.open).ok_or(Error::UnknownOffer)?;
        offer.open = false;
        asked.offer_deposits -= deposit;
        self.credits[who] += deposit;
        Ok(())
    }

    pub(super) fn accept(
        &mut self,
        who: Who,
        request: RequestId,
        provider: Who,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<()> {
        let asked = self.requested_by(who, request)?;
        ensure(asked.spec.access == Access::Offers, Error::NoOffers)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        ensure(asked.places_taken < asked.spec.limit, Error::NoPlaceLeft)?;
        self.give_place(request, provider, price, deliver_by)
    }

    pub(super) fn take_over(
        &mut self,
        who: Who,
        request: RequestId,
        provider: Who,
        price: Balance,
        deliver_by: Timestamp,
    ) -> Result<()> {
        let asked = self.requested_by(who, request)?;
        let deal = asked.deal.as_ref().ok_or(Error::NotAnEngagement)?;
        ensure(deal.pool.is_some() && deal.tenure.is_none(), Error::NotVacant)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        self.give_place(request, provider, price, deliver_by)
    }

    fn give_place(&mut self, request: RequestId, provider: Who, price: Balance, deliver_by: Timestamp) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let offer = asked.offer(provider).filter(|offer| offer.open).ok_or(Error::UnknownOffer)?.clone();
        ensure((offer.price, offer.deliver_by) == (price, deliver_by), Error::OfferChanged)?;
        ensure(now < deliver_by, Error::TooLate)?;
        ensure(now < offer.until, Error::OfferExpired)?;
        let takes_over = asked.deal.is_some() && asked.places_taken > 0;
        let accepted = if takes_over { price } else { asked.accepted + price };
        ensure(accepted <= asked.spec.reward, Error::PriceTooHigh)?;
        let spec = asked.spec.clone();
        // Whoever was none when it made the offer may be one now.
        let insider = offer.insider || self.count_insider(provider, request)?;
        self.begin_tenure(request, provider, price, deliver_by)?;
        self.take_place(&spec, provider, 1)?;
        let asked = self.asked_mut(request)?;
        if let Some(offer) = asked.offer_mut(provider) {
            (offer.open, offer.insider) = (false, insider);
        }
        asked.accepted = accepted;
        asked.offer_deposits -= spec.place_deposit;
        asked.deposits += spec.place_deposit;
        asked.places.push((provider, Place { taken: 1, deliver_by, price, ..Place::default() }));
        asked.places_taken += 1;
        asked.open_places += 1;
        Ok(())
    }

    /// In a long deal the provider is enrolled for all periods that are left.
    fn begin_tenure(&mut self, request: RequestId, provider: Who, price: Balance, deliver_by: Timestamp) -> Result<()> {
        let asked = self.asked(request)?;
        let Some(mut deal) = asked.deal.clone() else { return Ok(()) };
        let first = asked.settled.max(asked.submissions);
        ensure(first < deal.periods, Error::AlreadySettled)?;
        let requester = asked.requester;
        let pool = match deal.pool {
            Some(pool) => pool,
            None => self.pools.open_pool(deal.terms()),
        };
        self.pools.enroll(pool, provider)?;
        deal.pool = Some(pool);
        // A former provider's notice was of its own part.
        deal.notice = deal.notice.filter(|(by, ..)| *by == requester);
        deal.tenure = Some(Tenure { provider, price, first, first_deliver_by: deliver_by });
        self.asked_mut(request)?.deal = Some(deal);
        Ok(())
    }

    // Deliveries

    pub(super) fn submit(
        &mut self,
        who: Who,
        request: RequestId,
        count: usize,
        uri: usize,
    ) -> Result<Vec<SubmissionId>> {
        let asked = self.asked(request)?;
        ensure(!is_sealed(&asked.spec), Error::Sealed)?;
        ensure_list(count)?;
        let is_deal = asked.deal.is_some();
        ensure(!is_deal || count == 1, Error::InvalidBatch)?;
        ensure(uri <= LONGEST_URI, Error::UriTooLong)?;
        let mut made = Vec::new();
        for _ in 0..count {
            made.push(match is_deal {
                true => self.deliver_period(who, request)?,
                false => self.deliver(who, request, None)?,
            });
        }
        Ok(made)
    }

    pub(super) fn submit_sealed(&mut self, who: Who, request: RequestId, works: &[u8]) -> Result<Vec<SubmissionId>> {
        ensure(is_sealed(&self.asked(request)?.spec), Error::NotSealed)?;
        ensure_list(works.len())?;
        let mut made = Vec::new();
        for work in works {
            made.push(self.deliver(who, request, Some(*work))?);
        }
        Ok(made)
    }

    fn deliver(&mut self, who: Who, request: RequestId, sealed: Option<u8>) -> Result<SubmissionId> {
        let asked = self.asked(request)?;
        let place = asked.place(who);
        ensure(self.now < asked.due(place), Error::TooLate)?;
        let place = place.filter(|place| place.submitted < place.taken).ok_or(Error::NoPlace)?;
        let work = Work::new(who, sealed, self.now, place.price, review_from(&asked.spec));
        let asked = self.asked_mut(request)?;
        if let Some(place) = asked.place_mut(who) {
            place.submitted += 1;
            place.delivered += u16::from(sealed.is_none());
        }
        let id = asked.submissions;
        asked.submissions += 1;
        asked.works.insert(id, work);
        Ok(id)
    }

    fn deliver_period(&mut self, who: Who, request: RequestId) -> Result<SubmissionId> {
        let asked = self.asked(request)?;
        let deal = asked.deal.as_ref().ok_or(Error::NotAnEngagement)?;
        let tenure = deal.tenure.as_ref().filter(|tenure| tenure.provider == who).ok_or(Error::NoPlace)?;
        let period = deal.present(tenure, self.now);
        ensure(period < deal.ends(who), Error::TooLate)?;
        ensure(!asked.works.contains_key(&period), Error::NoPlace)?;
        let work = Work::new(who, None, self.now, tenure.price, deal.due(tenure, period));
        let asked = self.asked_mut(request)?;
        asked.submissions = period + 1;
        asked.works.insert(period, work);
        Ok(period)
    }

    pub(super) fn revise(&mut self, who: Who, request: RequestId, submission: SubmissionId, uri: usize) -> Result<()> {
        let now = self.now;
        let asked = self.asked(request)?;
        let work = asked.work(submission)?;
        ensure(!is_sealed(&asked.spec), Error::Sealed)?;
        ensure(work.provider == who, Error::NotProvider)?;
        let due = if asked.deal.is_some() { work.opens } else { asked.due(asked.place(who)) };
        ensure(now < due, Error::TooLate)?;
        ensure(uri <= LONGEST_URI, Error::UriTooLong)?;
        self.asked_mut(request)?.work_mut(submission)?.submitted = now;
        Ok(())
    }

    pub(super) fn unseal(
        &mut self,
        who: Who,
        request: RequestId,
        seals: &[(SubmissionId, u8)],
        uri: usize,
    ) -> Result<()> {
        let now = self.now;
        let (from, until) = (self.asked(request)?.spec.deliver_by, review_from(&self.asked(request)?.spec));
        ensure_list(seals.len())?;
        for (submission, opened) in seals {
            let work = self.asked_mut(request)?.work_mut(*submission)?;
            let sealed = work.sealed.ok_or(Error::NotSealed)?;
            ensure(work.provider == who, Error::NotProvider)?;
            ensure(now >= from, Error::TooEarly)?;
            ensure(now < until, Error::TooLate)?;
            ensure(!work.delivered, Error::AlreadyUnsealed)?;
            ensure(uri <= LONGEST_URI, Error::UriTooLong)?;
            ensure(*opened == sealed, Error::WrongSeal)?;
            work.delivered = true;
            if let Some(place) = self.asked_mut(request)?.place_mut(who) {
                place.delivered += 1;
            }
        }
        Ok(())
    }

    pub(super) fn report_no_show(&mut self, request: RequestId, provider: Who) -> Result<u16> {
        let asked = self.asked(request)?;
        ensure(asked.deal.is_none(), Error::IsEngagement)?;
        let place = asked.place(provider);
        let due = if is_sealed(&asked.spec) { review_from(&asked.spec) } else { asked.due(place) };
        ensure(self.now >= due, Error::TooEarly)?;
        let missed = place.map_or(0, |place| place.taken - place.delivered - place.missed);
        ensure(missed > 0, Error::NoShowNone)?;
        if let Some(place) = self.asked_mut(request)?.place_mut(provider) {
            place.missed += missed;
        }
        self.forfeit(request, provider, missed)?;
        Ok(missed)
    }

    /// Bonds are burnt, deposits are the requester's.
    pub(super) fn forfeit(&mut self, request: RequestId, provider: Who, places: u16) -> Result<()> {
        let asked = self.asked_mut(request)?;
        let deposit = asked.spec.place_deposit * u128::from(places);
        let bond = asked.spec.provider_bond * u128::from(places);
        asked.deposits -= deposit;
        asked.held += deposit;
        asked.open_places -= u32::from(places);
        self.people[provider].holds -= u32::from(places);
        self.people[provider].slash(MARKET, bond);
        Ok(())
    }
}
