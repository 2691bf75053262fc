//! The lives of requests, and what people do in them.

use super::{Fold, Result};
use crate::{
    documents::{Deal, Money, Month, Review, Stage},
    text::{address, asset, hex, month, uri, Amount},
    told,
};
use interfaces::{
    market::{self, Event, Verdict},
    RequestId, SubmissionId,
};
use serde_json::json;

/// Whether the log of the requester has this event, which names no account.
pub fn is_the_requesters(event: &str) -> bool {
    matches!(event, "RequestWithdrawn" | "RequestSettled" | "Reclaimed" | "Engaged" | "PeriodClosed" | "Pruned")
}

impl Fold<'_> {
    pub(super) fn market(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::RequestPosted(event) => self.posted(event),
            Event::RequestWithdrawn(event) => self.request_withdrawn(event),
            Event::PlacesTaken(event) => self.places_taken(event),
            Event::OfferMade(event) => {
                self.store.request(event.request)?.offers += 1;
                self.account(&event.provider)?.provider.offers += 1;
                Ok(())
            }
            Event::OfferAccepted(event) => self.accepted(event),
            Event::Submitted(event) => {
                self.delivered(event.request, event.submission, &event.provider)?;
                self.content(event.request, event.submission, event.content.as_ref())
            }
            Event::SubmissionSealed(event) => {
                self.delivered(event.request, event.submission, &event.provider)?;
                self.store.submission(event.request, event.submission)?.seal = Some(hex(event.seal.as_ref()));
                Ok(())
            }
            Event::Revised(event) => {
                self.store.submission(event.request, event.submission)?.revisions += 1;
                self.changed(event.request, event.submission, event.content.as_ref())
            }
            Event::Unsealed(event) => self.changed(event.request, event.submission, event.content.as_ref()),
            Event::NoShow(event) => self.no_show(event),
            Event::ReviewsOpened(event) => self.opened(event),
            Event::ReviewsCommitted(event) => self.committed(event),
            Event::ReviewsRevealed(event) => self.revealed(event),
            Event::WindowExtended(event) => {
                let now = self.now;
                self.store.submission(event.request, event.submission)?.extended = Some(now);
                self.count(|figures| figures.extended += 1)
            }
            Event::SubmissionFinalized(event) => self.finalized(event),
            Event::RequestSettled(event) => self.settled(event),
            Event::Claimed(event) => self.claimed(event),
            Event::Reclaimed(event) => self.returned(event.request, event.amount),
            Event::Pruned(event) => self.pruned(event),
            _ => self.beside_requests(event),
        }
    }

    fn beside_requests(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Withdrawn(event) => {
                let asset = asset(&event.asset);
                self.account(&event.who)?.withdrawn.entry(asset.clone()).or_default().add(event.amount);
                self.money(&asset, |money| money.withdrawn.add(event.amount))
            }
            Event::Engaged(event) => {
                self.store.request(event.request)?.engagement = Some(Deal {
                    periods: event.periods.into(),
                    period: event.period,
                    missed_periods: event.missed_periods,
                    notice_periods: event.notice_periods,
                    ..Deal::default()
                });
                Ok(())
            }
            Event::NoticeGiven(event) => {
                let by = address(&event.by);
                let request = self.store.request(event.request)?;
                let ends = request.requester == Some(by);
                if let (true, Some(deal)) = (ends, &mut request.engagement) {
                    deal.periods = event.until;
                }
                Ok(())
            }
            Event::PeriodClosed(event) => {
                if let Some(deal) = &mut self.store.request(event.request)?.engagement {
                    deal.closed += 1;
                    deal.delivered += u32::from(event.delivered);
                    deal.accepted += u32::from(event.accepted);
                }
                Ok(())
            }
            Event::PlaceVacated(event) => self.vacated(event),
            Event::Opened(event) => {
                self.store.totals()?.treasury = Some(address(&event.treasury));
                Ok(())
            }
            Event::PolicyApplied(event) => {
                self.store.totals()?.treasury = Some(address(&event.treasury));
                Ok(())
            }
            Event::RoleGranted(event) => self.grant("market", event.role, event.grantee.as_ref(), true),
            Event::RoleRevoked(event) => self.grant("market", event.role, event.account.as_ref(), false),
            Event::Paused(_) => self.pause("market", true),
            Event::Unpaused(_) => self.pause("market", false),
            // These say no more than their logs do.
            _ => Ok(()),
        }
    }

    /// Counts what was moved in an asset.
    fn money(&mut self, asset: &str, change: impl Fn(&mut Money)) -> Result<()> {
        self.count(|figures| change(figures.money.entry(asset.to_owned()).or_default()))
    }

    fn posted(&mut self, event: &market::RequestPosted) -> Result<()> {
        let (asset, now, quote) = (self.asset_of(event.request)?, self.now, event.quote);
        let escrowed = quote.reward.saturating_add(quote.review_fees);
        let request = self.store.request(event.request)?;
        request.requester = Some(address(&event.requester));
        (request.posted, request.quote) = (Some(now), Some(told::quote(&quote)));
        request.held = Amount(escrowed);
        let requester = &mut self.account(&event.requester)?.requester;
        requester.posted += 1;
        let spent = requester.spent.entry(asset.clone()).or_default();
        spent.escrowed.add(escrowed);
        spent.costs.add(quote.total.saturating_sub(escrowed));
        self.count(|figures| figures.posted += 1)?;
        self.money(&asset, |money| {
            money.reward.add(quote.reward);
            money.review_fees.add(quote.review_fees);
            money.protocol_fee.add(quote.protocol_fee);
            money.rent.add(quote.rent);
            money.premium.add(quote.premium);
        })
    }

    fn request_withdrawn(&mut self, event: &market::RequestWithdrawn) -> Result<()> {
        let now = self.now;
        let request = self.store.request(event.request)?;
        request.withdrawn = Some(now);
        if let Some(requester) = request.requester.clone() {
            self.account_at(&requester)?.requester.withdrawn += 1;
        }
        self.returned(event.request, event.amount)?;
        self.count(|figures| figures.withdrawn += 1)?;
        self.set_stage(event.request, Stage::Withdrawn)
    }

    /// The requester is credited what is not needed.
    fn returned(&mut self, request: RequestId, amount: u128) -> Result<()> {
        let asset = self.asset_of(request)?;
        let found = self.store.request(request)?;
        found.held.sub(amount);
        found.reclaimed.add(amount);
        if let Some(requester) = found.requester.clone() {
            let spent = &mut self.account_at(&requester)?.requester.spent;
            spent.entry(asset.clone()).or_default().returned.add(amount);
        }
        self.money(&asset, |money| money.returned.add(amount))
    }

    fn places_taken(&mut self, event: &market::PlacesTaken) -> Result<()> {
        let (asset, places) = (self.asset_of(event.request)?, u32::from(event.places));
        self.store.request(event.request)?.places += places;
        self.account(&event.provider)?.provider.places += places;
        self.count(|figures| figures.places += places)?;
        self.money(&asset, |money| money.deposits.add(event.deposit))
    }

    /// An accepted offer becomes a place, and its deposit the place's.
    fn accepted(&mut self, event: &market::OfferAccepted) -> Result<()> {
        let (asset, deposit) = (self.asset_of(event.request)?, self.place_deposit(event.request)?);
        let request = self.store.request(event.request)?;
        request.places += 1;
        if let Some(deal) = &mut request.engagement {
            deal.provider = Some(address(&event.provider));
        }
        let provider = &mut self.account(&event.provider)?.provider;
        provider.places += 1;
        provider.accepted += 1;
        self.count(|figures| figures.places += 1)?;
        self.money(&asset, |money| money.deposits.add(deposit))
    }

    fn place_deposit(&mut self, request: RequestId) -> Result<u128> {
        let conditions = &self.store.request(request)?.conditions;
        Ok(conditions.as_ref().map_or(0, |conditions| conditions.place_deposit.0))
    }

    fn delivered(
        &mut self,
        request: RequestId,
        submission: SubmissionId,
        provider: &ink::primitives::AccountId,
    ) -> Result<()> {
        let now = self.now;
        let found = self.store.submission(request, submission)?;
        (found.provider, found.submitted) = (Some(address(provider)), Some(now));
        let case = self.store.request(request)?;
        case.submissions = case.submissions.max(submission.saturating_add(1));
        let is_first = case.stage == Stage::Posted;
        self.account(provider)?.provider.submissions += 1;
        self.count(|figures| figures.submissions += 1)?;
        match is_first {
            true => self.set_stage(request, Stage::Delivered),
            false => Ok(()),
        }
    }

    fn changed(&mut self, request: RequestId, submission: SubmissionId, content: &[u8]) -> Result<()> {
        let now = self.now;
        self.store.submission(request, submission)?.changed = Some(now);
        self.content(request, submission, content)
    }

    /// What was delivered, and where that is, which no event tells.
    fn content(&mut self, request: RequestId, submission: SubmissionId, content: &[u8]) -> Result<()> {
        let is_it = |known: &market::Submission| AsRef::<[u8]>::as_ref(&known.content) == content;
        let known = match self.source.submission(self.head, request, submission)?.filter(is_it) {
            Some(known) => Some(known),
            None => self.source.submission(self.at, request, submission)?.filter(is_it),
        };
        let found = self.store.submission(request, submission)?;
        found.content = Some(hex(content));
        found.uri = known.map(|known| uri(&known.uri));
        Ok(())
    }

    fn no_show(&mut self, event: &market::NoShow) -> Result<()> {
        let (asset, places) = (self.asset_of(event.request)?, u32::from(event.places));
        self.store.request(event.request)?.no_shows += places;
        self.forfeited(event.request, event.forfeited)?;
        let provider = &mut self.account(&event.provider)?.provider;
        provider.no_shows += places;
        provider.earned.entry(asset).or_default().forfeited.add(event.forfeited);
        self.count(|figures| figures.no_shows += places)
    }

    /// A deposit is the requester's now.
    fn forfeited(&mut self, request: RequestId, amount: u128) -> Result<()> {
        let asset = self.asset_of(request)?;
        let found = self.store.request(request)?;
        found.held.add(amount);
        found.forfeited.add(amount);
        self.money(&asset, |money| money.forfeited.add(amount))
    }

    fn opened(&mut self, event: &market::ReviewsOpened) -> Result<()> {
        let now = self.now;
        for submission in event.from..event.from.saturating_add(event.count) {
            if !self.store.has_submission(event.request, submission)? {
                // A period in which nothing was delivered.
                continue;
            }
            let found = self.store.submission(event.request, submission)?;
            if found.content.is_some() {
                found.opened = Some(now);
                continue;
            }
            (found.finalized, found.verdict) = (Some(now), Some("Missed".to_owned()));
            self.count(|figures| *figures.verdicts.entry("Missed".to_owned()).or_default() += 1)?;
        }
        let delivered = event.count.saturating_sub(event.missed);
        self.count(|figures| figures.opened += delivered)?;
        let request = self.store.request(event.request)?;
        request.opened += event.count;
        request.missed += event.missed;
        request.finalized += event.missed;
        self.set_stage(event.request, Stage::Review)?;
        self.is_judged(event.request)
    }

    /// A request is judged once all that was delivered is.
    fn is_judged(&mut self, request: RequestId) -> Result<()> {
        let found = self.store.request(request)?;
        match found.stage == Stage::Review && found.finalized >= found.submissions {
            true => self.set_stage(request, Stage::Judged),
            false => Ok(()),
        }
    }

    fn committed(&mut self, event: &market::ReviewsCommitted) -> Result<()> {
        let (enforcer, committed) = (address(&event.enforcer), self.now.time);
        for submission in &event.submissions {
            let reviews = &mut self.store.submission(event.request, *submission)?.reviews;
            reviews.push(Review { enforcer: enforcer.clone(), committed, ..Review::default() });
        }
        let count = u32::try_from(event.submissions.len()).unwrap_or(u32::MAX);
        self.account(&event.enforcer)?.enforcer.committed += count;
        self.count(|figures| figures.committed += count)
    }

    fn revealed(&mut self, event: &market::ReviewsRevealed) -> Result<()> {
        let (enforcer, now) = (address(&event.enforcer), self.now.time);
        for revealed in &event.reviews {
            let reviews = &mut self.store.submission(event.request, revealed.submission)?.reviews;
            if let Some(review) = reviews.iter_mut().find(|review| review.enforcer == enforcer) {
                (review.revealed, review.score) = (Some(now), Some(revealed.score));
                review.duplicate_of = revealed.duplicate_of;
            }
        }
        let count = u32::try_from(event.reviews.len()).unwrap_or(u32::MAX);
        self.account(&event.enforcer)?.enforcer.revealed += count;
        self.count(|figures| figures.revealed += count)
    }

    fn finalized(&mut self, event: &market::SubmissionFinalized) -> Result<()> {
        let (request, now) = (event.request, self.now);
        let reviews = self.judged_reviews(event)?;
        let found = self.store.submission(request, event.submission)?;
        found.finalized = Some(now);
        found.verdict = Some(format!("{:?}", event.verdict));
        (found.median, found.weight_bps) = (Some(event.median), Some(event.weight_bps));
        (found.coherent, found.fee) = (Some(event.coherent), Some(Amount(event.fee)));
        found.duplicate_of = event.duplicate_of;
        found.reviews.clone_from(&reviews);
        let provider = found.provider.clone();
        let fees = event.fee.saturating_mul(event.coherent.into());
        let case = self.store.request(request)?;
        case.finalized += 1;
        case.held.sub(fees);
        case.fees.add(fees);
        let asset = self.asset_of(request)?;
        self.money(&asset, |money| money.fees.add(fees))?;
        if let Some(provider) = provider {
            self.provider_judged(&provider, event)?;
        }
        for review in reviews {
            self.enforcer_judged(&review, event, &asset)?;
        }
        let quorum = event.verdict == Verdict::Quorum;
        self.count(|figures| {
            *figures.verdicts.entry(format!("{:?}", event.verdict)).or_default() += 1;
            figures.medians += if quorum { u64::from(event.median) } else { 0 };
        })?;
        self.is_judged(request)
    }

    /// The reviews of a submission, each with whether it agreed, by the rule of the market (section 3.4).
    fn judged_reviews(&mut self, event: &market::SubmissionFinalized) -> Result<Vec<Review>> {
        let conditions = self.store.request(event.request)?.conditions.as_ref();
        let (tolerance, first) = conditions
            .map_or((u8::MAX, 0), |found| (found.tolerance, found.curve.first().map_or(u8::MAX, |bucket| bucket.0)));
        let mut reviews = self.store.submission(event.request, event.submission)?.reviews.clone();
        for review in &mut reviews {
            let named = review.duplicate_of;
            let (finding, score) = match event.verdict {
                Verdict::Quorum => (self.finding(event.request, named, first)?, review.score),
                // A few decide on no duplicate: whoever names an original gives nothing.
                _ => (None, review.score.map(|score| if named.is_some() { 0 } else { score })),
            };
            let near = score.is_some_and(|score| score.abs_diff(event.median) <= tolerance);
            review.coherent = Some(near && finding == event.duplicate_of);
        }
        Ok(reviews)
    }

    /// The finding that a vote leads to, if it leads to one.
    fn finding(&mut self, request: RequestId, named: Option<SubmissionId>, first: u8) -> Result<Option<SubmissionId>> {
        let Some(number) = named else { return Ok(None) };
        let named = self.store.submission(request, number)?;
        let reviewed = matches!(named.verdict.as_deref(), Some("Quorum" | "Few"));
        let is_finding = reviewed && named.median.is_some_and(|median| median >= first);
        Ok(named.duplicate_of.or(is_finding.then_some(number)))
    }

    fn provider_judged(&mut self, who: &str, event: &market::SubmissionFinalized) -> Result<()> {
        let quorum = u32::from(event.verdict == Verdict::Quorum);
        let medians = u64::from(event.median) * u64::from(quorum);
        let provider = &mut self.account_at(who)?.provider;
        provider.judged += 1;
        provider.quorum += quorum;
        provider.medians += medians;
        provider.weighty += u32::from(event.weight_bps > 0);
        provider.duplicates += u32::from(event.duplicate_of.is_some());
        let month = self.month_of(who)?;
        month.quorum += quorum;
        month.medians += medians;
        let fields = json!({
            "submission": event.submission, "verdict": format!("{:?}", event.verdict), "median": event.median,
            "weight_bps": event.weight_bps, "duplicate_of": event.duplicate_of,
        });
        let entry = self.entry("market", "WorkJudged", Some(event.request), fields);
        self.write(crate::documents::Owner::Account(who.to_owned()), &entry)
    }

    fn enforcer_judged(&mut self, review: &Review, event: &market::SubmissionFinalized, asset: &str) -> Result<()> {
        let coherent = review.coherent == Some(true);
        let (agreed, unrevealed) = (u32::from(coherent), u32::from(review.score.is_none()));
        let fee = if coherent { event.fee } else { 0 };
        let enforcer = &mut self.account_at(&review.enforcer)?.enforcer;
        enforcer.judged += 1;
        enforcer.coherent += agreed;
        enforcer.unrevealed += unrevealed;
        if fee > 0 {
            enforcer.earned.entry(asset.to_owned()).or_default().add(fee);
        }
        let month = self.month_of(&review.enforcer)?;
        month.judged += 1;
        month.coherent += agreed;
        month.unrevealed += unrevealed;
        self.count(|figures| {
            figures.judged += 1;
            figures.coherent += agreed;
            figures.unrevealed += unrevealed;
        })?;
        let fields = json!({
            "submission": event.submission, "score": review.score, "median": event.median, "coherent": coherent,
            "fee": fee.to_string(), "asset": asset,
        });
        let entry = self.entry("market", "ReviewJudged", Some(event.request), fields);
        self.write(crate::documents::Owner::Account(review.enforcer.clone()), &entry)
    }

    fn month_of(&mut self, who: &str) -> Result<&mut Month> {
        let month = month(&self.day).to_owned();
        Ok(self.account_at(who)?.months.entry(month).or_default())
    }

    fn settled(&mut self, event: &market::RequestSettled) -> Result<()> {
        let (asset, now) = (self.asset_of(event.request)?, self.now);
        let request = self.store.request(event.request)?;
        request.settled = Some(now);
        if let Some(requester) = request.requester.clone() {
            self.account_at(&requester)?.requester.settled += 1;
        }
        self.count(|figures| figures.settled += 1)?;
        self.money(&asset, |money| money.deposits_returned.add(event.deposit))?;
        self.set_stage(event.request, Stage::Settled)
    }

    fn claimed(&mut self, event: &market::Claimed) -> Result<()> {
        let (asset, now) = (self.asset_of(event.request)?, self.now);
        let found = self.store.submission(event.request, event.submission)?;
        (found.claimed, found.pay) = (Some(now), Some(Amount(event.pay)));
        (found.deposit, found.forfeited) = (Some(Amount(event.deposit)), Some(Amount(event.forfeited)));
        found.reputation = Some(Amount(event.reputation));
        let request = self.store.request(event.request)?;
        request.claimed += 1;
        request.pay.add(event.pay);
        request.held.sub(event.pay);
        self.forfeited(event.request, event.forfeited)?;
        let provider = &mut self.account(&event.provider)?.provider;
        provider.claimed += 1;
        let earned = provider.earned.entry(asset.clone()).or_default();
        earned.pay.add(event.pay);
        earned.forfeited.add(event.forfeited);
        self.count(|figures| figures.claimed += 1)?;
        self.money(&asset, |money| {
            money.pay.add(event.pay);
            money.deposits_returned.add(event.deposit);
        })
    }

    fn vacated(&mut self, event: &market::PlaceVacated) -> Result<()> {
        let (asset, deposit) = (self.asset_of(event.request)?, self.place_deposit(event.request)?);
        if let Some(deal) = &mut self.store.request(event.request)?.engagement {
            deal.provider = None;
        }
        self.forfeited(event.request, event.forfeited)?;
        let earned = &mut self.account(&event.provider)?.provider.earned;
        earned.entry(asset.clone()).or_default().forfeited.add(event.forfeited);
        let returned = deposit.saturating_sub(event.forfeited);
        self.money(&asset, |money| money.deposits_returned.add(returned))
    }

    fn pruned(&mut self, event: &market::Pruned) -> Result<()> {
        self.returned(event.request, event.reclaimed)?;
        if !event.finished {
            return Ok(());
        }
        let now = self.now;
        self.store.request(event.request)?.pruned = Some(now);
        self.count(|figures| figures.pruned += 1)?;
        self.set_stage(event.request, Stage::Pruned)
    }
}
