//! Settling, claiming, long deals period by period, and what is freed in the end (sections 3.5 and 3.6).

use super::{
    deal::Deal,
    ensure,
    posting::reviews,
    request::{Request, WHOLE},
    Model, Result,
};
use crate::{action::Who, people::MARKET};
use interfaces::{
    market::{Error, Verdict},
    obligation::Standing,
    Balance, RequestId, SubmissionId,
};

impl Model {
    pub(super) fn settle(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let now = self.now;
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.deal.is_none(), Error::IsEngagement)?;
        ensure(now >= asked.spec.deliver_by, Error::TooEarly)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let from = asked.settled;
        for id in from..asked.submissions.min(from + max) {
            let work = asked.work(id)?.clone();
            match work.verdict {
                Verdict::Pending => break,
                Verdict::Missed => asked.claimed += 1,
                _ if asked.is_common() => {}
                _ => asked.unclaimed += asked.pay(&work, asked.weight(id, &work)),
            }
            asked.settled = id + 1;
        }
        let count = asked.settled - from;
        asked.closed = asked.settled == asked.submissions;
        ensure(count > 0 || asked.closed, Error::NotFinalized)?;
        if asked.closed {
            if asked.is_common() {
                asked.unclaimed = asked.greatest_pay();
            }
            self.free_reviews(request)?;
        } else {
            let done = count * u32::from(asked.spec.quorum);
            asked.reserved -= done;
            self.pools.close_reviews(0, done)?;
        }
        Ok(count)
    }

    pub(super) fn claim(&mut self, request: RequestId, submissions: &[SubmissionId]) -> Result<u32> {
        self.asked(request)?;
        self.each(submissions, |model, submission| model.claim_one(request, submission))
    }

    fn claim_one(&mut self, request: RequestId, submission: SubmissionId) -> Result<()> {
        let asked = self.asked(request)?;
        let work = asked.work(submission)?.clone();
        ensure(work.verdict != Verdict::Missed, Error::NothingToClaim)?;
        ensure(submission < asked.settled && (asked.closed || !asked.is_common()), Error::NotSettled)?;
        ensure(!work.claimed, Error::AlreadyClaimed)?;
        let weight = asked.weight(submission, &work);
        let pay = asked.pay(&work, weight);
        let stands = asked.stands(&work);
        let full = asked.kept.reputation_per_place / 2 * weight / WHOLE;
        let judged = work.verdict != Verdict::Unreviewed && asked.earned(work.median) > 0;
        let (requester, provider, is_deal) = (asked.requester, work.provider, asked.deal.is_some());
        let (deposit, bond) = (asked.spec.place_deposit, asked.spec.provider_bond);

        let asked = self.asked_mut(request)?;
        if is_deal {
            // What was delivered in a period is gone with its pay.
            asked.works.remove(&submission);
        } else {
            asked.work_mut(submission)?.claimed = true;
            asked.open_places -= 1;
            asked.deposits -= deposit;
        }
        asked.claimed += 1;
        asked.held -= pay;
        asked.unclaimed -= pay;
        if asked.closed && asked.claimed == asked.settled {
            asked.unclaimed = 0;
        }
        self.credits[provider] += pay;
        if !is_deal {
            self.people[provider].holds -= 1;
            if stands {
                self.credits[provider] += deposit;
                self.people[provider].unlock(MARKET, bond);
            } else {
                self.asked_mut(request)?.held += deposit;
                self.people[provider].slash(MARKET, bond);
            }
        }
        if judged && full > 0 {
            let epoch = self.now / self.epoch;
            let pair = self.pairs.entry((requester, provider)).or_insert((epoch, 0));
            if pair.0 != epoch {
                *pair = (epoch, 0);
            }
            self.people[provider].owed[MARKET] += full.checked_shr(pair.1).unwrap_or(0);
            pair.1 += 1;
        }
        Ok(())
    }

    pub(super) fn reclaim(&mut self, who: Who, request: RequestId) -> Result<Balance> {
        let asked = self.requested_by(who, request)?;
        ensure(asked.closed || asked.deal.is_some(), Error::NotSettled)?;
        if asked.is_vacant() {
            let rest = asked.settled.max(asked.submissions);
            let ends = rest == asked.settled;
            if let Some(deal) = &mut self.asked_mut(request)?.deal {
                deal.periods = rest;
            }
            if ends {
                self.end_deal(request)?;
            }
        }
        let asked = self.asked_mut(request)?;
        let bound = match &asked.deal {
            Some(deal) if !asked.closed => {
                (asked.spec.reward + asked.spec.review_fee) * u128::from(deal.periods - asked.settled)
            }
            _ => 0,
        };
        let amount = asked.held.saturating_sub(asked.unclaimed).saturating_sub(bound);
        ensure(amount > 0, Error::NothingToReclaim)?;
        asked.held -= amount;
        self.credits[who] += amount;
        Ok(amount)
    }

    // Long deals

    pub(super) fn give_notice(&mut self, who: Who, request: RequestId) -> Result<u32> {
        let now = self.now;
        let asked = self.asked_mut(request)?;
        let deal = asked.deal.as_mut().ok_or(Error::NotAnEngagement)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let tenure = deal.tenure.clone().ok_or(Error::Vacant)?;
        ensure([asked.requester, tenure.provider].contains(&who), Error::NotAParty)?;
        if let Some((_, _, until)) = deal.notice {
            return Ok(until);
        }
        let running = (tenure.first..).find(|period| now < deal.due(&tenure, *period)).unwrap_or(u32::MAX);
        let until = deal.periods.min(running + 1 + deal.notice_periods);
        deal.notice = Some((who, running, until));
        if who == asked.requester {
            deal.periods = until;
        }
        let deal = deal.clone();
        self.make_room(request, &deal)?;
        Ok(until)
    }

    /// What cannot be in review any more makes room.
    fn make_room(&mut self, request: RequestId, deal: &Deal) -> Result<()> {
        let asked = self.asked_mut(request)?;
        let done = asked.reserved.saturating_sub(still_wanted(asked, deal));
        if done > 0 {
            asked.reserved -= done;
            self.pools.close_reviews(0, done)?;
        }
        Ok(())
    }

    pub(super) fn close_period(&mut self, request: RequestId) -> Result<bool> {
        let now = self.now;
        let asked = self.asked(request)?;
        let deal = asked.deal.clone().ok_or(Error::NotAnEngagement)?;
        ensure(!asked.closed, Error::AlreadySettled)?;
        let Some(pool) = deal.pool else {
            ensure(now >= asked.spec.deliver_by, Error::TooEarly)?;
            self.end_deal(request)?;
            return Ok(true);
        };
        let period = asked.settled;
        let holder_from = deal.tenure.as_ref().map_or(0, |tenure| tenure.first);
        let tenure = deal.tenure.clone().filter(|tenure| period >= tenure.first);
        // Whether it counts for its provider, whether as accepted, and what is paid for it.
        let (counts, accepted, pay) = match asked.works.get(&period) {
            Some(work) => {
                ensure(work.verdict != Verdict::Pending, Error::NotFinalized)?;
                let pay = work.price * u128::from(work.weight_bps) / 10_000;
                (work.verdict == Verdict::Quorum, asked.earned(work.median) > 0, pay)
            }
            None => {
                match &tenure {
                    Some(tenure) => ensure(now >= deal.due(tenure, period), Error::TooEarly)?,
                    None if period < asked.submissions => {}
                    None => {
                        // Nothing is left to close: the deal ends once its place was vacant for two periods.
                        ensure(now >= deal.vacated + 2 * deal.period, Error::TooEarly)?;
                        self.end_deal(request)?;
                        return Ok(true);
                    }
                }
                self.asked_mut(request)?.claimed += 1;
                (true, false, 0)
            }
        };
        let asked = self.asked_mut(request)?;
        asked.settled += 1;
        asked.unclaimed += pay;
        if let Some(tenure) = tenure.filter(|_| counts) {
            self.count_period(request, pool, tenure.provider, accepted)?;
            // Its own notice binds it, though not Banned, to the periods that are left.
            let own = |(by, running, _): (Who, u32, u32)| by == tenure.provider && period >= running;
            let keeps = self.asked(request)?.deal.as_ref().is_some_and(|deal| deal.tenure.is_some());
            if !accepted && keeps && deal.notice.is_some_and(own) {
                self.pools.discharge(pool, tenure.provider);
                self.vacate(request)?;
                self.forfeit(request, tenure.provider, 1)?;
            }
        }
        let asked = self.asked(request)?;
        let settled = asked.settled;
        // Its own notice is over: the place is vacant, and what is left of the deal another's.
        if let Some(Deal { tenure: Some(tenure), .. }) = asked.deal.clone().filter(|_| period >= holder_from) {
            if settled == deal.ends(tenure.provider) && settled < deal.periods {
                self.vacate(request)?;
                self.let_go(request, pool, tenure.provider)?;
            }
        }
        if settled == deal.periods {
            self.end_deal(request)?;
            return Ok(true);
        }
        self.make_room(request, &deal)?;
        Ok(false)
    }

    /// Records a period in the provider's pool; whoever is Banned there loses its place.
    fn count_period(&mut self, request: RequestId, pool: u32, provider: Who, accepted: bool) -> Result<()> {
        self.pools.see(pool, 1, 1)?;
        if accepted {
            self.pools.resolve(pool, provider, 1, 0)?;
            return Ok(());
        }
        let judged = self.pools.evaluate(pool, &[provider], provider, &mut self.people);
        if judged.map_or(true, |standings| standings == [Standing::Banned]) {
            self.vacate(request)?;
            self.forfeit(request, provider, 1)?;
        }
        Ok(())
    }

    fn vacate(&mut self, request: RequestId) -> Result<()> {
        let now = self.now;
        if let Some(deal) = &mut self.asked_mut(request)?.deal {
            (deal.tenure, deal.vacated) = (None, now);
        }
        Ok(())
    }

    fn end_deal(&mut self, request: RequestId) -> Result<()> {
        self.asked_mut(request)?.closed = true;
        self.free_reviews(request)?;
        match self.asked(request)?.deal.clone() {
            Some(Deal { pool: Some(pool), tenure: Some(tenure), .. }) => self.let_go(request, pool, tenure.provider),
            _ => Ok(()),
        }
    }

    /// A provider that kept its place has bond and deposit back.
    fn let_go(&mut self, request: RequestId, pool: u32, provider: Who) -> Result<()> {
        self.pools.discharge(pool, provider);
        let asked = self.asked_mut(request)?;
        let (deposit, bond) = (asked.spec.place_deposit, asked.spec.provider_bond);
        asked.deposits -= deposit;
        asked.open_places -= 1;
        self.credits[provider] += deposit;
        let person = &mut self.people[provider];
        person.holds -= 1;
        person.unlock(MARKET, bond);
        Ok(())
    }

    // Pruning

    pub(super) fn prune(&mut self, request: RequestId, max: u32) -> Result<u32> {
        let asked = self.asked_mut(request)?;
        ensure((1..=64).contains(&max), Error::InvalidBatch)?;
        ensure(asked.closed, Error::NotSettled)?;
        ensure(asked.claimed == asked.settled && asked.open_places == 0, Error::NotClaimed)?;
        let mut count = 0;
        let mut refunded = Vec::new();
        while count < max {
            if asked.pruned < asked.submissions {
                asked.works.remove(&asked.pruned);
                asked.pruned += 1;
            } else if asked.places.pop().is_some() {
            } else if let Some((who, offer)) = asked.offers.pop() {
                if offer.open {
                    asked.offer_deposits -= asked.spec.place_deposit;
                    refunded.push((who, asked.spec.place_deposit));
                }
            } else {
                break;
            }
            count += 1;
        }
        let finished = asked.pruned == asked.submissions && asked.places.is_empty() && asked.offers.is_empty();
        if finished {
            refunded.push((asked.requester, asked.held));
            self.requests.remove(&request);
        }
        for (who, amount) in refunded {
            self.credits[who] += amount;
        }
        Ok(count)
    }
}

/// How many reviews of a deal can still be in review at once; a vacant place keeps its own.
fn still_wanted(asked: &Request, deal: &Deal) -> u32 {
    reviews(&asked.spec, deal.periods.saturating_sub(asked.settled), deal.period)
}
