//! Commands of enforcers.

use crate::client::{moments, unusable::Unusable, words::counted};
use crate::commands::operate::{
    secrets::{KeptReview, Secrets},
    session::Session,
    Command, Refusal,
};
use anyhow::{bail, Error, Result};
use chain::{amounts::whole, days};
use clap::Args;
use interfaces::{
    market::{self, Phase, MAX_SCORE},
    obligation::Standing,
    Market as _, Obligation as _, RequestId, SubmissionId, Timestamp,
};
use serde_json::{json, Value as Json};
use std::{collections::BTreeSet, time::Duration};

/// How long a node is left alone while waiting.
const PATIENCE: Duration = Duration::from_secs(6);

#[derive(Args, Debug)]
pub struct Review {
    /// The request's number
    #[arg(required_unless_present = "due", value_parser = whole::<RequestId>)]
    request: Option<RequestId>,
    /// The submission's number in it
    #[arg(required_unless_present = "due", value_parser = whole::<SubmissionId>)]
    submission: Option<SubmissionId>,
    /// What it is worth, 0 to 100
    #[arg(required_unless_present = "due", value_parser = score)]
    score: Option<u8>,
    /// The earlier submission that it repeats
    #[arg(long, value_name = "SUBMISSION", value_parser = whole::<SubmissionId>)]
    duplicate_of: Option<SubmissionId>,
    /// Reveals every committed review of the signer that is due
    #[arg(long, conflicts_with_all = ["request", "submission", "score", "duplicate_of"])]
    due: bool,
    /// Waits until the review can be revealed, and reveals it
    #[arg(long)]
    wait: bool,
}

/// Reads a score.
fn score(text: &str) -> Result<u8, String> {
    match whole::<u8>(text)? {
        score @ ..=MAX_SCORE => Ok(score),
        _ => Err(format!("{text} is not in 0..={MAX_SCORE}")),
    }
}

/// How far a kept review is.
enum Progress {
    /// It can be revealed.
    Due,
    /// It can be revealed from this time on, or once the submission has as many reviews as it may.
    From(Timestamp),
    /// It was revealed, and counts.
    Done,
    /// It is useless now, for this reason.
    Over(String),
}

impl Command for Review {
    fn run(&self, session: &Session) -> Result<()> {
        if self.wait && !session.backend.clock_runs() {
            let reason = "--wait is for clocks that run: this chain's moves only with `atomic pass`";
            return Err(Unusable(reason.into()).into());
        }
        let mine = match (self.request, self.submission, self.score) {
            (Some(request), Some(submission), Some(score)) => {
                self.commit(session, (request, submission), score)?;
                Some((request, submission))
            }
            _ => None,
        };
        if session.options.dry_run && mine.is_some() {
            return Ok(());
        }
        let (mut next, revealed) = reveal(session, mine)?;
        // Whoever waits is told of what is lost before, not after.
        let lost = if mine.is_none() { lost(session)? } else { 0 };
        if mine.is_none() && next.is_none() && (revealed, lost) == (0, 0) {
            session.say(format!("{} has nothing to reveal", session.name(&session.me()?)));
        }
        while let Some(due) = next {
            if !self.wait {
                session.say("`atomic review --due` reveals it then");
                break;
            }
            wait_until(session, due)?;
            (next, _) = reveal(session, mine)?;
        }
        match lost {
            0 => Ok(()),
            lost => bail!("{} cannot be opened", counted(lost, "commitment")),
        }
    }
}

/// Waits until the latest block is later than this: its time counts, not that of the machine.
fn wait_until(session: &Session, time: Timestamp) -> Result<()> {
    session.progress_line(&format!("waiting until {}", moments::moment(time)));
    loop {
        let tip = session.backend.tip()?;
        if tip.time > time {
            return Ok(());
        }
        session.backend.next_block(tip.number, PATIENCE)?;
        session.look_at_the_clock()?;
        if session.now() > time {
            session.wake()?;
        }
    }
}

impl Review {
    /// Commits to a score, unless the signer has done so already.
    fn commit(&self, session: &Session, of: (RequestId, SubmissionId), score: u8) -> Result<()> {
        let ((request, submission), me) = (of, session.me()?);
        let mut market = session.deployment.market();
        let mut secrets = Secrets::open(session)?;
        let committed = session.read(market.reviews(request, submission))?;
        let committed = committed.into_iter().rev().find(|review| review.enforcer == me && review.score.is_none());
        if let Some(committed) = committed.filter(|review| !review.resolved) {
            let kept = secrets.reviews(&me).into_iter().find(|kept| kept.commitment(&me) == committed.commitment);
            let Some(kept) = kept else {
                bail!(
                    "{} has committed to a score of submission {submission} of request {request} elsewhere: the private \
                     file {} does not have it",
                    session.name(&me),
                    Secrets::path(&session.options.deployment).display()
                );
            };
            if (kept.score, kept.duplicate_of) != (score, self.duplicate_of) {
                bail!(
                    "{} has already committed to {} for submission {submission} of request {request}, which cannot be \
                     changed",
                    session.name(&me),
                    shown(&kept)
                );
            }
            session.say(format!("already committed to {}", shown(&kept)));
            return Ok(());
        }
        let (spec, _) = session.read(market.request(request))?;
        let delivery = session.read(market.submission(request, submission))?;
        if let Some(number) = self.duplicate_of {
            // Such a review could never be revealed.
            let original = session.backend.read(market.submission(request, number))?;
            if !original.is_ok_and(|original| delivery.may_duplicate(submission, &original, number)) {
                bail!(Refusal::of(&market::Error::InvalidDuplicate));
            }
        }
        let window = spec.window(delivery.window_start);
        let review = KeptReview::new(&me, of, score, self.duplicate_of, window.reveal_by)?;
        let commitment = review.commitment(&me);
        let accepted = session.would_be_accepted(market.commit_review(request, submission, commitment))?;
        if accepted && !session.options.dry_run {
            secrets.add_review(review)?;
        }
        let deed = format!("committed to a score for submission {submission} of request {request}");
        let sent = session.send(&deed, market.commit_review(request, submission, commitment));
        sent.map_err(|error| match error.downcast::<Refusal>() {
            Ok(refusal) if refusal.error == "NotDrawn" => not_drawn(session, of, refusal),
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        })?;
        warn_of_full_hands(session)
    }
}

/// Warns the signer if it can take on nothing more until one of its reviews ends.
fn warn_of_full_hands(session: &Session) -> Result<()> {
    let (obligation, pool) = (session.deployment.obligation(), session.deployment.pool);
    let member = session.read(obligation.membership(pool, session.me()?))?;
    let (terms, _) = session.read(obligation.terms(pool))?;
    let limit = if member.standing == Standing::Healthy { terms.healthy_limit } else { terms.throttled_limit };
    if member.open >= limit {
        session.hint(format!(
            "{} open, the most you may have until one is judged; what others ask for meanwhile counts as seen",
            counted(member.open, "review")
        ));
    }
    Ok(())
}

/// Reveals the signer's committed reviews that are due, of one submission or of all. Returns when the next one is due,
/// and how many were revealed.
fn reveal(session: &Session, only: Option<(RequestId, SubmissionId)>) -> Result<(Option<Timestamp>, u32)> {
    let (mut market, me) = (session.deployment.market(), session.me()?);
    let mut secrets = Secrets::open(session)?;
    let kept: Vec<_> = secrets
        .reviews(&me)
        .into_iter()
        .filter(|kept| only.is_none_or(|only| only == (kept.request, kept.submission)))
        .collect();
    let (mut next, mut revealed): (Option<Timestamp>, u32) = (None, 0);
    for kept in &kept {
        let of = format!("submission {} of request {}", kept.submission, kept.request);
        match progress(session, kept)? {
            None => {}
            Some(Progress::Due) => {
                let deed = format!("review of {of} revealed: {}", shown(kept));
                let KeptReview { request, submission, score, duplicate_of, .. } = *kept;
                session.send(&deed, market.reveal_review(request, submission, score, duplicate_of, kept.salt()))?;
                // It is kept until it counts, because blocks may be undone.
                revealed += 1;
            }
            Some(Progress::Done) => secrets.forget_review(kept)?,
            Some(Progress::From(due)) => {
                session.say(format!("the review of {of} can be revealed from {} on", session.moment(due)));
                next = Some(next.map_or(due, |next| next.min(due)));
            }
            Some(Progress::Over(reason)) => {
                session.say(format!("the review of {of} is forgotten: {reason}"));
                secrets.forget_review(kept)?;
            }
        }
    }
    session.answer("revealed", revealed.into());
    session.answer("next_due", next.into());
    Ok((next, revealed))
}

/// Names the signer's open commitments on the chain that the private file cannot open, and counts them: their secrets are
/// lost, or were altered, or are elsewhere.
fn lost(session: &Session) -> Result<u32> {
    let (market, obligation, me) = (session.deployment.market(), session.deployment.obligation(), session.me()?);
    let reviews = Secrets::open(session)?.reviews(&me);
    let kept: Vec<_> = reviews.iter().map(|kept| kept.commitment(&me)).collect();
    let mine = |review: &market::Review| review.enforcer == me && !review.resolved;
    // The obligation contract counts all that are open. If those that are kept are as many, there are no others, and not
    // every request has to be read.
    let mut known = BTreeSet::new();
    for (request, submission) in reviews.iter().map(|kept| (kept.request, kept.submission)) {
        let reviews = session.backend.read(market.reviews(request, submission))?.unwrap_or_default();
        if reviews.iter().any(|review| mine(review) && kept.contains(&review.commitment)) {
            known.insert((request, submission));
        }
    }
    let open = session.backend.read(obligation.membership(session.deployment.pool, me))?.map(|member| member.open);
    if open.is_ok_and(|open| usize::try_from(open) == Ok(known.len())) {
        return Ok(0);
    }
    let mut lost = Vec::new();
    let posted = session.read(market.posted())?;
    for request in (0..posted).rev() {
        session.progress("looking for commitments in requests", posted - request, posted);
        let Ok((spec, state)) = session.backend.read(market.request(request))? else { continue };
        for submission in (0..state.opened).filter(|_| !state.closed) {
            let reviews = session.backend.read(market.reviews(request, submission))?.unwrap_or_default();
            let open = |review: &market::Review| mine(review) && review.score.is_none();
            if !reviews.iter().any(|review| open(review) && !kept.contains(&review.commitment)) {
                continue;
            }
            let reveal_by = spec.window(session.read(market.submission(request, submission))?.window_start).reveal_by;
            if session.now() < reveal_by {
                lost.push((request, submission, reveal_by));
            }
        }
    }
    let who = session.name(&me);
    lost.iter().for_each(|lost| say_lost(session, &who, *lost));
    let named = |(request, submission, reveal_by): &(RequestId, SubmissionId, Timestamp)| -> Json {
        json!({ "request": request, "submission": submission, "reveal_by": reveal_by })
    };
    session.answer("lost", lost.iter().map(named).collect());
    Ok(u32::try_from(lost.len()).unwrap_or(u32::MAX))
}

fn say_lost(session: &Session, who: &str, (request, submission, reveal_by): (RequestId, SubmissionId, Timestamp)) {
    session.say(format!(
        "the review of submission {submission} of request {request} cannot be revealed from here: the private file {} \
         does not have what {who} committed to; reveal it by {} from where it is, or it counts as withheld",
        Secrets::path(&session.options.deployment).display(),
        session.moment(reveal_by)
    ));
}

/// How far a kept review is; `None` if its commitment is not on the chain, or not yet.
fn progress(session: &Session, kept: &KeptReview) -> Result<Option<Progress>> {
    let (market, me) = (session.deployment.market(), session.me()?);
    let KeptReview { request, submission, .. } = *kept;
    // A node that is behind may have it later.
    let (Ok((spec, _)), Ok(delivery), Ok(reviews)) = (
        session.backend.read(market.request(request))?,
        session.backend.read(market.submission(request, submission))?,
        session.backend.read(market.reviews(request, submission))?,
    ) else {
        let long_over = session.now() > kept.reveal_by.saturating_add(days(1));
        return Ok(long_over.then_some(Progress::Done));
    };
    let commitment = kept.commitment(&me);
    let window = spec.window(delivery.window_start);
    let Some(review) = reviews.iter().find(|review| review.enforcer == me && review.commitment == commitment) else {
        // It never arrived, and cannot any more.
        let long_over = session.now() > window.reveal_by.max(kept.reveal_by).saturating_add(days(1));
        return Ok(long_over.then_some(Progress::Done));
    };
    Ok(Some(match session.read(market.phase(request, Some(submission)))? {
        _ if review.score.is_some() && review.resolved => Progress::Done,
        _ if review.score.is_some() => return Ok(None),
        _ if review.resolved => Progress::Over("it was not revealed in time".into()),
        Phase::Review => Progress::From(window.commit_by),
        Phase::Reveal => Progress::Due,
        _ => Progress::Over(format!("it had to be revealed by {}", session.moment(window.reveal_by))),
    }))
}

/// From when on members who are not drawn may review the submission.
fn not_drawn(session: &Session, (request, submission): (RequestId, SubmissionId), refusal: Refusal) -> Error {
    let market = session.deployment.market();
    let (Ok((spec, _)), Ok(delivery)) =
        (session.read(market.request(request)), session.read(market.submission(request, submission)))
    else {
        return refusal.into();
    };
    let open_to_all = spec.window(delivery.window_start).open_to_all;
    let advice = format!("every member may review it from {} on", session.moment(open_to_all));
    Refusal { advice: Some(advice), ..refusal }.into()
}

fn shown(kept: &KeptReview) -> String {
    match kept.duplicate_of {
        None => format!("a score of {}", kept.score),
        Some(original) => format!("a score of {}, and a duplicate of {original}", kept.score),
    }
}

#[derive(Args, Debug)]
pub struct Enlist {}

impl Command for Enlist {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        session.send(
            &format!("{} enlisted", session.name(&session.me()?)),
            deployment.obligation().enlist(deployment.pool),
        )
    }
}

#[derive(Args, Debug)]
pub struct Resign {}

impl Command for Resign {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        session.send(
            &format!("{} resigned", session.name(&session.me()?)),
            deployment.obligation().resign(deployment.pool),
        )
    }
}

#[derive(Args, Debug)]
pub struct CheckIn {}

impl Command for CheckIn {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        let deed = format!("presence of {} declared", session.name(&session.me()?));
        session.send(&deed, deployment.obligation().check_in(deployment.pool))
    }
}

#[derive(Args, Debug)]
pub struct Restore {
    /// How many operations
    #[arg(value_parser = whole::<u32>)]
    ops: u32,
}

impl Command for Restore {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        let deed = format!("{} made up for", counted(self.ops, "operation"));
        session.send(&deed, deployment.obligation().restore(deployment.pool, self.ops))
    }
}

#[derive(Args, Debug)]
pub struct Redeem {}

impl Command for Redeem {
    fn run(&self, session: &Session) -> Result<()> {
        let Session { deployment, .. } = session;
        let deed = format!("ban of {} lifted", session.name(&session.me()?));
        session.send(&deed, deployment.obligation().redeem(deployment.pool))?;
        session.hint("`atomic enlist` takes a seat again, or a place in the line");
        Ok(())
    }
}

#[derive(Args, Debug)]
pub struct Freeze {}

impl Command for Freeze {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("rest of {} begun", session.name(&session.me()?));
        session.send(&deed, session.deployment.obligation().freeze())
    }
}

#[derive(Args, Debug)]
pub struct Unfreeze {}

impl Command for Unfreeze {
    fn run(&self, session: &Session) -> Result<()> {
        let deed = format!("rest of {} ended", session.name(&session.me()?));
        session.send(&deed, session.deployment.obligation().unfreeze())
    }
}
