//! What the contracts' events say, in words.

use chain::{
    amounts::{show_amount, show_time, thousands},
    Emitted,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{self, Verdict},
    obligation, reputation, Balance, PoolId, Timestamp,
};

/// How accounts and moments are called in them.
pub struct Words<'a> {
    pub name: &'a dyn Fn(&AccountId) -> String,
    pub time: &'a dyn Fn(Timestamp) -> String,
    /// The enforcers' pool.
    pub pool: PoolId,
}

impl Words<'_> {
    /// What there is to say about these events.
    pub fn notes(&self, emitted: &[Emitted]) -> Vec<String> {
        let mut notes: Vec<_> = emitted.iter().filter_map(|event| self.note(event)).collect();
        let declared: Vec<_> = emitted
            .iter()
            .filter_map(Emitted::decode::<obligation::OpsDeclared>)
            .filter(|declared| declared.ops > 0 && declared.pool == self.pool)
            .map(|declared| (self.name)(&declared.who))
            .collect();
        if !declared.is_empty() {
            notes.push(format!("declared for {}", declared.join(", ")));
        }
        notes
    }

    fn note(&self, event: &Emitted) -> Option<String> {
        self.obligation_note(event).or_else(|| self.reputation_note(event)).or_else(|| self.market_note(event))
    }

    fn obligation_note(&self, event: &Emitted) -> Option<String> {
        if let Some(queued) = event.decode::<obligation::Queued>() {
            return Some(format!("{} waits in line", (self.name)(&queued.who)));
        }
        if let Some(seated) = event.decode::<obligation::Seated>() {
            if seated.pool != self.pool {
                return Some(format!("{} is obliged to deliver in each period", (self.name)(&seated.who)));
            }
            return Some(format!("{} takes a seat", (self.name)(&seated.who)));
        }
        if let Some(changed) = event.decode::<obligation::StandingChanged>() {
            if changed.pool != self.pool {
                return Some(format!("{} is {:?} in this engagement", (self.name)(&changed.who), changed.standing));
            }
            let mut note = format!("{} is {:?}", (self.name)(&changed.who), changed.standing);
            if changed.standing == obligation::Standing::Banned {
                note.push_str(&format!(
                    ": bond of {} burnt, {} more slashed, {} is owed {} reputation",
                    thousands(changed.bond_burnt),
                    thousands(changed.slashed),
                    (self.name)(&changed.keeper),
                    thousands(changed.reward)
                ));
            }
            return Some(note);
        }
        if let Some(seen) = event.decode::<obligation::OpsSeen>() {
            // In the pool of an engagement it only says that a period is over.
            let of_enforcers = seen.pool == self.pool;
            return of_enforcers.then(|| format!("each member has seen {} more", counted(seen.ops, "operation")));
        }
        if let Some(changed) = event.decode::<obligation::FreezeChanged>() {
            let what = if changed.frozen { "is at rest" } else { "is back" };
            return Some(format!("{} {what}", (self.name)(&changed.who)));
        }
        let refused = event.decode::<obligation::ReputationRefused>()?;
        Some(format!("the reputation contract refused: {:?}", refused.error))
    }

    fn reputation_note(&self, event: &Emitted) -> Option<String> {
        if let Some(reputation::Transfer { from: None, to: Some(to), value }) = event.decode() {
            return Some(format!("{} has {} more reputation", (self.name)(&to), thousands(value)));
        }
        if let Some(owed) = event.decode::<reputation::Owed>() {
            let amount = thousands(owed.amount);
            return Some(format!("{} earned {amount} reputation ({:?})", (self.name)(&owed.to), owed.reason));
        }
        if let Some(locked) = event.decode::<reputation::Locked>() {
            return Some(format!("bond of {} locked", thousands(locked.amount)));
        }
        let unlocked = event.decode::<reputation::Unlocked>()?;
        Some(format!("bond of {} released", thousands(unlocked.amount)))
    }

    fn market_note(&self, event: &Emitted) -> Option<String> {
        if let Some(market::RequestPosted { quote, .. }) = event.decode() {
            let mut note = format!(
                "{} in escrow: {} reward, {} review fees, {} protocol fee",
                show_amount(quote.total),
                show_amount(quote.reward),
                show_amount(quote.review_fees),
                show_amount(quote.protocol_fee)
            );
            if quote.premium > 0 {
                note.push_str(&format!(", {} capacity premium", show_amount(quote.premium)));
            }
            return Some(note);
        }
        if let Some(taken) = event.decode::<market::PlacesTaken>() {
            return (taken.deposit > 0).then(|| format!("deposit of {}", show_amount(taken.deposit)));
        }
        if let Some(engaged) = event.decode::<market::Engaged>() {
            let (periods, missed) = (counted(engaged.periods, "period"), engaged.missed_periods);
            return Some(format!("{periods} of {}, at most {missed} missed", show_time(engaged.period)));
        }
        if let Some(submitted) = event.decode::<market::Submitted>() {
            return Some(format!("submission {} of {}", submitted.submission, (self.name)(&submitted.provider)));
        }
        if let Some(sealed) = event.decode::<market::SubmissionSealed>() {
            return Some(format!("submission {} of {}", sealed.submission, (self.name)(&sealed.provider)));
        }
        if let Some(opened) = event.decode::<market::ReviewsOpened>() {
            let missed = opened.missed > 0;
            return missed.then(|| format!("{} never delivered", counted(opened.missed, "submission")));
        }
        if let Some(revealed) = event.decode::<market::ReviewRevealed>() {
            let mut note =
                format!("{} gives {} to {}", (self.name)(&revealed.enforcer), revealed.score, revealed.submission);
            if let Some(earlier) = revealed.duplicate_of {
                note.push_str(&format!(" as a duplicate of {earlier}"));
            }
            return Some(note);
        }
        if let Some(reopened) = event.decode::<market::WindowReopened>() {
            return Some(format!("only {}: a second window begins", counted(reopened.reveals, "review")));
        }
        if let Some(finalized) = event.decode::<market::SubmissionFinalized>() {
            return Some(verdict_note(&finalized));
        }
        self.negotiation_note(event).or_else(|| self.payment_note(event))
    }

    /// What was offered, and periods of engagements.
    fn negotiation_note(&self, event: &Emitted) -> Option<String> {
        if let Some(offer) = event.decode::<market::OfferMade>() {
            let (who, price) = ((self.name)(&offer.provider), show_amount(offer.price));
            return Some(format!("{who} asks {price} and delivers by {}", (self.time)(offer.deliver_by)));
        }
        if let Some(retracted) = event.decode::<market::OfferRetracted>() {
            let (who, deposit) = ((self.name)(&retracted.provider), show_amount(retracted.deposit));
            return Some(format!("{who} has the deposit of {deposit} back"));
        }
        if let Some(settled) = event.decode::<market::RequestSettled>() {
            let deposit = show_amount(settled.deposit);
            return (settled.deposit > 0).then(|| format!("the deposit of {deposit} returns"));
        }
        if let Some(accepted) = event.decode::<market::OfferAccepted>() {
            let mut note = format!("for {}, by {}", show_amount(accepted.price), (self.time)(accepted.deliver_by));
            if accepted.first_period > 0 {
                note.push_str(&format!(", from period {} on", accepted.first_period));
            }
            return Some(note);
        }
        if let Some(closed) = event.decode::<market::PeriodClosed>() {
            let outcome = match (closed.delivered, closed.accepted) {
                (false, _) => "nothing was delivered".into(),
                (true, false) => "not accepted".into(),
                (true, true) => format!("accepted, {} earned", show_amount(closed.pay)),
            };
            return Some(format!("period {}: {outcome}", closed.period));
        }
        if let Some(vacated) = event.decode::<market::PlaceVacated>() {
            let (who, lost) = ((self.name)(&vacated.provider), show_amount(vacated.forfeited));
            return Some(format!("{who} loses the place, and the deposit of {lost}"));
        }
        if let Some(withdrawn) = event.decode::<market::RequestWithdrawn>() {
            return Some(format!("{} credited", show_amount(withdrawn.amount)));
        }
        let pruned = event.decode::<market::Pruned>()?;
        let rest = if pruned.finished { ", and all the rest" } else { "" };
        Some(format!("{} freed{rest}", counted(pruned.count, "record")))
    }

    fn payment_note(&self, event: &Emitted) -> Option<String> {
        if let Some(claimed) = event.decode::<market::Claimed>() {
            let mut note = format!("{} earned {}", (self.name)(&claimed.provider), show_amount(claimed.pay));
            for (amount, what) in [(claimed.deposit, "the deposit back"), (claimed.forfeited, "the deposit forfeited")]
            {
                if amount > 0 {
                    note.push_str(&format!(", {what} ({})", show_amount(amount)));
                }
            }
            return Some(note);
        }
        if let Some(absent) = event.decode::<market::NoShow>() {
            return Some(format!("{} forfeited", show_amount(absent.forfeited)));
        }
        if let Some(reclaimed) = event.decode::<market::Reclaimed>() {
            return Some(format!("{} credited", show_amount(reclaimed.amount)));
        }
        if let Some(withdrawn) = event.decode::<market::Withdrawn>() {
            return Some(format!("{} receives {}", (self.name)(&withdrawn.who), show_amount(withdrawn.amount)));
        }
        let refused = event.decode::<market::ReputationRefused>()?;
        Some(format!("the reputation contract refused: {:?}", refused.error))
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

fn verdict_note(finalized: &market::SubmissionFinalized) -> String {
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
            show_amount(finalized.fee * Balance::from(coherent))
        ),
    };
    format!("{}, weighs {percent} %{duplicate}{fee}", verdict(finalized))
}
