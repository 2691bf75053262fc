//! Puts the contracts' events into words.

use chain::{
    amounts::{show_time, thousands},
    Addresses, Emitted,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Asset, Verdict},
    obligation, reputation, Balance, Event, PoolId, RequestId, SubmissionId, Timestamp,
};

/// How accounts and moments are named in them.
pub struct Words<'a> {
    pub name: &'a dyn Fn(&AccountId) -> String,
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// What a request pays in; `None` where that is not known any more.
    pub asset: &'a dyn Fn(RequestId) -> Option<Asset>,
    pub amount: &'a dyn Fn(Asset, Balance) -> String,
    /// The contracts whose events these are.
    pub addresses: Addresses,
    /// The enforcers' pool.
    pub pool: PoolId,
}

impl Words<'_> {
    /// An amount that has to do with a request.
    fn of(&self, request: RequestId, amount: Balance) -> String {
        match (self.asset)(request) {
            Some(asset) => (self.amount)(asset, amount),
            None => format!("{} of what it pays in", thousands(amount)),
        }
    }

    /// What there is to say about these events.
    pub fn notes(&self, emitted: &[Emitted]) -> Vec<String> {
        let (mut notes, mut declared) = (Vec::new(), Vec::new());
        let events = self.addresses.events(emitted);
        // Of one submission, the deed says which it is.
        let several = events.iter().filter_map(of_submission).count() > 1;
        for event in events {
            let number = of_submission(&event).filter(|_| several);
            match event {
                Event::Obligation(obligation::Event::OpsDeclared(event)) => {
                    if event.pool == self.pool {
                        declared.extend(event.declared.iter().filter_map(|(who, ops)| self.declared(who, *ops)));
                    }
                }
                Event::Obligation(event) => notes.extend(self.obligation_note(event)),
                Event::Reputation(event) => notes.extend(self.reputation_note(event)),
                Event::Market(event) => notes.extend(self.market_note(event).map(|note| match number {
                    Some(number) => format!("submission {number}: {note}"),
                    None => note,
                })),
            }
        }
        if !declared.is_empty() {
            notes.push(format!("declared for {}", declared.join(", ")));
        }
        notes
    }

    /// Who declared something; how many operations, if they are several.
    fn declared(&self, who: &AccountId, ops: u32) -> Option<String> {
        match ops {
            0 => None,
            1 => Some((self.name)(who)),
            ops => Some(format!("{} ({ops})", (self.name)(who))),
        }
    }

    fn obligation_note(&self, event: obligation::Event) -> Option<String> {
        use obligation::Event;
        Some(match event {
            Event::Queued(queued) => format!("{} waits in line", (self.name)(&queued.who)),
            Event::Seated(seated) if seated.pool == self.pool => format!("{} takes a seat", (self.name)(&seated.who)),
            Event::Seated(seated) => format!("{} is obliged to deliver in each period", (self.name)(&seated.who)),
            Event::StandingChanged(changed) => self.standing_note(&changed),
            Event::OpsSeen(seen) if seen.pool == self.pool => {
                format!("each member has seen {} more", counted(seen.ops, "operation"))
            }
            Event::FreezeChanged(changed) => {
                let what = if changed.frozen { "is at rest" } else { "is back" };
                format!("{} {what}", (self.name)(&changed.who))
            }
            Event::Redeemed(redeemed) => {
                format!("{} burns {} reputation", (self.name)(&redeemed.who), thousands(redeemed.burnt))
            }
            Event::ReputationRefused(refused) => format!("the reputation contract refused: {:?}", refused.error),
            // In the pool of an engagement, work seen only means that a period is over. The other events say no more
            // than the deed.
            Event::OpsSeen(_)
            | Event::OpsDeclared(_)
            | Event::PoolOpened(_)
            | Event::PoolClosed(_)
            | Event::TermsProposed(_)
            | Event::TermsApplied(_)
            | Event::Resigned(_)
            | Event::Reinstated(_)
            | Event::CheckedIn(_)
            | Event::Restored(_)
            | Event::RoleGranted(_)
            | Event::RoleRevoked(_)
            | Event::RoleAdminChanged(_)
            | Event::Paused(_)
            | Event::Unpaused(_) => return None,
        })
    }

    fn standing_note(&self, changed: &obligation::StandingChanged) -> String {
        let (who, standing) = ((self.name)(&changed.who), changed.standing);
        if changed.pool != self.pool {
            return format!("{who} is {standing:?} in this engagement");
        }
        if standing != obligation::Standing::Banned {
            return format!("{who} is {standing:?}");
        }
        let [burnt, slashed, reward] = [changed.bond_burnt, changed.slashed, changed.reward].map(thousands);
        let keeper = (self.name)(&changed.keeper);
        format!("{who} is Banned: bond of {burnt} burnt, {slashed} more slashed, {keeper} is owed {reward} reputation")
    }

    fn reputation_note(&self, event: reputation::Event) -> Option<String> {
        use reputation::Event;
        Some(match event {
            Event::Transfer(reputation::Transfer { from: None, to: Some(to), value }) => {
                format!("{} has {} more reputation", (self.name)(&to), thousands(value))
            }
            Event::Owed(owed) => {
                let amount = thousands(owed.amount);
                format!("{} earned {amount} reputation ({:?})", (self.name)(&owed.to), owed.reason)
            }
            Event::Locked(locked) => format!("bond of {} locked", thousands(locked.amount)),
            Event::Unlocked(unlocked) => format!("bond of {} released", thousands(unlocked.amount)),
            // The contract that had points burnt tells of it. The other events say no more than the deed.
            Event::Transfer(_)
            | Event::Slashed(_)
            | Event::FrozenChanged(_)
            | Event::MintCapSet(_)
            | Event::MinterProposed(_)
            | Event::SealedForGood(_)
            | Event::RoleGranted(_)
            | Event::RoleRevoked(_)
            | Event::RoleAdminChanged(_) => return None,
        })
    }

    fn market_note(&self, event: market::Event) -> Option<String> {
        use market::Event;
        Some(match event {
            Event::RequestPosted(posted) => self.quote_note(posted.request, &posted.quote),
            Event::PlacesTaken(taken) if taken.deposit > 0 => {
                format!("deposit of {}", self.of(taken.request, taken.deposit))
            }
            Event::Engaged(engaged) => {
                let (periods, missed) = (counted(engaged.periods, "period"), engaged.missed_periods);
                let notice = counted(engaged.notice_periods, "period");
                format!("{periods} of {}, at most {missed} missed, {notice} of notice", show_time(engaged.period))
            }
            Event::Submitted(market::Submitted { submission, provider, .. })
            | Event::SubmissionSealed(market::SubmissionSealed { submission, provider, .. }) => {
                format!("submission {submission} of {}", (self.name)(&provider))
            }
            Event::ReviewsOpened(opened) if opened.missed > 0 => {
                format!("{} never delivered", counted(opened.missed, "submission"))
            }
            Event::ReviewsRevealed(revealed) => self.review_note(&revealed),
            Event::WindowExtended(extended) => {
                format!(
                    "too few committed: the window is extended, and wants {} more",
                    counted(extended.wanted, "review")
                )
            }
            Event::SubmissionFinalized(finalized) => self.verdict_note(&finalized),
            Event::OfferMade(_)
            | Event::OfferRetracted(_)
            | Event::OfferAccepted(_)
            | Event::NoticeGiven(_)
            | Event::PeriodClosed(_)
            | Event::PlaceVacated(_)
            | Event::RequestWithdrawn(_) => return self.negotiation_note(event),
            Event::RequestSettled(_)
            | Event::Claimed(_)
            | Event::NoShow(_)
            | Event::Reclaimed(_)
            | Event::Withdrawn(_)
            | Event::Pruned(_)
            | Event::ReputationRefused(_) => return self.payment_note(event),
            // These events say no more than the deed.
            Event::PlacesTaken(_)
            | Event::ReviewsOpened(_)
            | Event::Opened(_)
            | Event::PolicyProposed(_)
            | Event::PolicyApplied(_)
            | Event::Revised(_)
            | Event::Unsealed(_)
            | Event::ReviewsCommitted(_)
            | Event::RoleGranted(_)
            | Event::RoleRevoked(_)
            | Event::RoleAdminChanged(_)
            | Event::Paused(_)
            | Event::Unpaused(_) => return None,
        })
    }

    fn review_note(&self, revealed: &market::ReviewsRevealed) -> String {
        let review = |review: &market::Revealed| match review.duplicate_of {
            Some(earlier) => format!("{} to {} as a duplicate of {earlier}", review.score, review.submission),
            None => format!("{} to {}", review.score, review.submission),
        };
        let reviews: Vec<_> = revealed.reviews.iter().map(review).collect();
        format!("{} gives {}", (self.name)(&revealed.enforcer), reviews.join(", "))
    }

    /// Offers, and periods of engagements.
    fn negotiation_note(&self, event: market::Event) -> Option<String> {
        use market::Event;
        Some(match event {
            Event::OfferMade(offer) => {
                let (who, price) = ((self.name)(&offer.provider), self.of(offer.request, offer.price));
                let accepted = match offer.until < offer.deliver_by {
                    true => format!(", if accepted before {}", (self.time)(offer.until)),
                    false => String::new(),
                };
                format!("{who} asks {price} and delivers by {}{accepted}", (self.time)(offer.deliver_by))
            }
            Event::OfferRetracted(retracted) => {
                let (who, deposit) = ((self.name)(&retracted.provider), self.of(retracted.request, retracted.deposit));
                format!("{who} has the deposit of {deposit} back")
            }
            Event::OfferAccepted(accepted) => {
                let mut note = format!(
                    "for {}, by {}",
                    self.of(accepted.request, accepted.price),
                    (self.time)(accepted.deliver_by)
                );
                if accepted.first_period > 0 {
                    note.push_str(&format!(", from period {} on", accepted.first_period));
                }
                note
            }
            Event::PeriodClosed(closed) => {
                let outcome = match (closed.delivered, closed.accepted) {
                    (false, _) => "nothing was delivered".into(),
                    (true, false) => "not accepted".into(),
                    (true, true) => format!("accepted, {} earned", self.of(closed.request, closed.pay)),
                };
                format!("period {}: {outcome}", closed.period)
            }
            Event::NoticeGiven(notice) => {
                format!("{} gives notice, until {} are over", (self.name)(&notice.by), counted(notice.until, "period"))
            }
            Event::PlaceVacated(vacated) => {
                let (who, lost) = ((self.name)(&vacated.provider), self.of(vacated.request, vacated.forfeited));
                format!("{who} loses the place, and the deposit of {lost}")
            }
            Event::RequestWithdrawn(withdrawn) => format!("{} credited", self.of(withdrawn.request, withdrawn.amount)),
            _ => return None,
        })
    }

    fn payment_note(&self, event: market::Event) -> Option<String> {
        use market::Event;
        Some(match event {
            Event::RequestSettled(settled) if settled.deposit > 0 => {
                format!("the deposit of {} returns", self.of(settled.request, settled.deposit))
            }
            Event::Claimed(claimed) => self.claim_note(&claimed),
            Event::NoShow(absent) => format!("{} forfeited", self.of(absent.request, absent.forfeited)),
            Event::Reclaimed(reclaimed) => format!("{} credited", self.of(reclaimed.request, reclaimed.amount)),
            Event::Withdrawn(withdrawn) => {
                format!("{} receives {}", (self.name)(&withdrawn.who), (self.amount)(withdrawn.asset, withdrawn.amount))
            }
            Event::Pruned(pruned) => {
                let rest = if pruned.finished { ", and all the rest" } else { "" };
                format!("{} freed{rest}", counted(pruned.count, "record"))
            }
            Event::ReputationRefused(refused) => format!("the reputation contract refused: {:?}", refused.error),
            _ => return None,
        })
    }

    fn claim_note(&self, claimed: &market::Claimed) -> String {
        let mut note = format!("{} earned {}", (self.name)(&claimed.provider), self.of(claimed.request, claimed.pay));
        for (amount, what) in [(claimed.deposit, "the deposit back"), (claimed.forfeited, "the deposit forfeited")] {
            if amount > 0 {
                note.push_str(&format!(", {what} ({})", self.of(claimed.request, amount)));
            }
        }
        note
    }

    fn quote_note(&self, request: RequestId, quote: &market::Quote) -> String {
        let [total, reward, review_fees, protocol_fee] =
            [quote.total, quote.reward, quote.review_fees, quote.protocol_fee].map(|amount| self.of(request, amount));
        let mut note =
            format!("{total} in escrow: {reward} reward, {review_fees} review fees, {protocol_fee} protocol fee");
        for (amount, what) in [(quote.rent, "rent"), (quote.premium, "capacity premium")] {
            if amount > 0 {
                note.push_str(&format!(", {} {what}", self.of(request, amount)));
            }
        }
        note
    }

    fn verdict_note(&self, finalized: &market::SubmissionFinalized) -> String {
        let percent = f64::from(finalized.weight_bps) / 100.0;
        let duplicate = match finalized.duplicate_of {
            Some(original) => format!(", a duplicate of {original}"),
            None => String::new(),
        };
        let fee = match finalized.coherent {
            0 => String::new(),
            coherent => format!(
                "; {} share {}",
                counted(coherent, "enforcer"),
                self.of(finalized.request, finalized.fee.saturating_mul(coherent.into()))
            ),
        };
        format!("{}, weighs {percent} %{duplicate}{fee}", verdict(finalized))
    }
}

/// Which submission an event is about whose kind comes once for each of a list.
fn of_submission(event: &Event) -> Option<SubmissionId> {
    use market::Event as Of;
    match event {
        Event::Market(Of::SubmissionFinalized(market::SubmissionFinalized { submission, .. }))
        | Event::Market(Of::WindowExtended(market::WindowExtended { submission, .. }))
        | Event::Market(Of::Claimed(market::Claimed { submission, .. })) => Some(*submission),
        _ => None,
    }
}

/// `submission 3`, `submissions 1, 2 and 4`.
pub fn submissions(numbers: &[SubmissionId]) -> String {
    match numbers {
        [] => "no submission".to_owned(),
        [one] => format!("submission {one}"),
        [others @ .., last] => {
            let others: Vec<_> = others.iter().map(SubmissionId::to_string).collect();
            format!("submissions {} and {last}", others.join(", "))
        }
    }
}

/// `1 place`, `2,000 places`.
pub fn counted(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{} {what}s", thousands(count.into())),
    }
}

/// How a review ended.
pub(crate) fn verdict(finalized: &market::SubmissionFinalized) -> String {
    match finalized.verdict {
        Verdict::Quorum => format!("median {}", finalized.median),
        Verdict::Few => format!("median {} of too few reviews", finalized.median),
        Verdict::Unreviewed => "nobody reviewed it".into(),
        Verdict::Missed => "never delivered".into(),
        Verdict::Pending => "no verdict".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_are_listed_by_their_numbers() {
        let listed = [&[] as &[_], &[3], &[1, 4], &[1, 2, 4]].map(submissions);
        assert_eq!(listed, ["no submission", "submission 3", "submissions 1 and 4", "submissions 1, 2 and 4"]);
    }
}
