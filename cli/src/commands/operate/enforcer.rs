//! Commands of enforcers.

use crate::client::{
    jury::{drawn_from, Opinion, Room},
    moments,
    unusable::Unusable,
    words::{counted, submissions},
};
use crate::commands::operate::{
    secrets::{KeptReview, Secrets},
    session::Session,
    Command, Refusal,
};
use anyhow::{bail, Result};
use chain::{amounts::whole, days, minutes};
use clap::Args;
use interfaces::{
    market::{self, Phase, RequestSpec, Submission, Verdict, MAX_SCORE},
    obligation::Standing,
    Market as _, Obligation as _, RequestId, SubmissionId, Timestamp,
};
use serde_json::{json, Value as Json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long a node is left alone while waiting.
const PATIENCE: Duration = Duration::from_secs(6);

#[derive(Args, Debug)]
pub struct Review {
    /// The request's number
    #[arg(required_unless_present = "due", value_parser = whole::<RequestId>)]
    request: Option<RequestId>,
    /// A submission's number in it, and then what it is worth, 0 to 100; or several as SUBMISSION=SCORE, or
    /// SUBMISSION=SCORE:ORIGINAL for one that repeats an earlier one
    #[arg(required_unless_present = "due", value_name = "SUBMISSION SCORE")]
    scores: Vec<String>,
    /// The earlier submission that it repeats
    #[arg(long, value_name = "SUBMISSION", value_parser = whole::<SubmissionId>)]
    duplicate_of: Option<SubmissionId>,
    /// Reveals every committed review of the signer that is due
    #[arg(long, conflicts_with_all = ["request", "scores", "duplicate_of"])]
    due: bool,
    /// Waits until the reviews can be revealed, and reveals them; has windows extended on the way, if too few commit
    #[arg(long)]
    wait: bool,
}

/// Reads `1=85`, or `2=85:1`.
fn opinion(text: &str) -> Result<Opinion, String> {
    const EXPECTED: &str = "expected SUBMISSION=SCORE such as 1=85, or 2=85:1 for one that repeats submission 1";
    let (submission, rest) = text.split_once('=').ok_or_else(|| format!("`{text}` is no review; {EXPECTED}"))?;
    let (given, original) = match rest.split_once(':') {
        Some((given, original)) => (given, Some(original)),
        None => (rest, None),
    };
    let wrong = |why: String| format!("`{text}`: {why}; {EXPECTED}");
    Ok(Opinion {
        submission: whole(submission).map_err(wrong)?,
        score: score(given).map_err(wrong)?,
        duplicate_of: original.map(whole).transpose().map_err(wrong)?,
    })
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
    /// It can be revealed from this time on, or once the submission has as many reviews as it may; if that many more
    /// commit until then.
    From(Timestamp, u8),
    /// Too few have committed: its window has to be extended first.
    Short,
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
        let mine: Option<Mine> = match self.request {
            Some(request) => {
                let opinions = self.opinions().map_err(Unusable)?;
                commit(session, request, &opinions)?;
                Some((request, opinions.iter().map(|opinion| opinion.submission).collect()))
            }
            None => None,
        };
        if session.options.dry_run && mine.is_some() {
            return Ok(());
        }
        let (mut next, revealed) = reveal(session, mine.as_ref(), self.wait)?;
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
            (next, _) = reveal(session, mine.as_ref(), true)?;
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
    /// What the command line says of which submissions.
    fn opinions(&self) -> Result<Vec<Opinion>, String> {
        let opinions = match &self.scores[..] {
            [submission, given] if !submission.contains('=') && !given.contains('=') => {
                vec![Opinion { submission: whole(submission)?, score: score(given)?, duplicate_of: None }]
            }
            several => several.iter().map(|text| opinion(text)).collect::<Result<_, _>>()?,
        };
        let named: BTreeSet<_> = opinions.iter().map(|opinion| opinion.submission).collect();
        let is_plain = |opinion: &Opinion| opinion.duplicate_of.is_none();
        match self.duplicate_of {
            _ if named.len() < opinions.len() => Err("a submission is named twice".into()),
            None => Ok(opinions),
            Some(_) if opinions.len() > 1 || !opinions.iter().all(is_plain) => {
                Err("--duplicate-of is for one review; of several say it as in 2=85:1".into())
            }
            of => Ok(opinions.into_iter().map(|opinion| Opinion { duplicate_of: of, ..opinion }).collect()),
        }
    }
}

/// Commits to these scores, but for those that the signer has committed to already: in lists, after all that is needed
/// to reveal them is kept. Says which are skipped, and why.
fn commit(session: &Session, request: RequestId, opinions: &[Opinion]) -> Result<()> {
    let me = session.me()?;
    let mut secrets = Secrets::open(session)?;
    let wanted = within_hands(session, wanted(session, &secrets, request, opinions)?)?;
    if wanted.is_empty() {
        return Ok(());
    }
    if !session.options.dry_run {
        secrets.add_reviews(wanted.clone())?;
    }
    session.in_lists(&wanted, &mut |list| {
        let numbers: Vec<_> = list.iter().map(|review| review.submission).collect();
        let scores = if list.len() == 1 { "a score" } else { "scores" };
        let deed = format!("committed to {scores} for {} of request {request}", submissions(&numbers));
        let commitments = list.iter().map(|review| review.committed(&me)).collect();
        let taken = session.send(&deed, session.deployment.market().commit_reviews(request, commitments))?;
        let left: Vec<_> = numbers.into_iter().filter(|number| !taken.contains(number)).collect();
        if !left.is_empty() {
            session.say(format!("{} skipped: others were first", submissions(&left)));
        }
        Ok(())
    })?;
    warn_of_full_hands(session)
}

/// The reviews that the signer can commit to now, in the order in which most of them find room.
fn wanted(session: &Session, secrets: &Secrets, request: RequestId, opinions: &[Opinion]) -> Result<Vec<KeptReview>> {
    let (market, me) = (session.deployment.market(), session.me()?);
    let (spec, state) = session.read(market.request(request))?;
    let mut wanted: Vec<(Room, KeptReview)> = Vec::new();
    let mut skipped: Vec<(SubmissionId, Refusal)> = Vec::new();
    for opinion in opinions {
        let Opinion { submission, score, duplicate_of } = *opinion;
        let reviews = session.read(market.reviews(request, submission))?;
        if let Some(committed) = reviews.iter().find(|review| review.enforcer == me && review.score.is_none()) {
            is_the_same(session, secrets, (request, opinion), committed)?;
            continue;
        }
        let delivery = session.read(market.submission(request, submission))?;
        if let Some(number) = duplicate_of {
            // Such a review could never be revealed.
            let original = session.backend.read(market.submission(request, number))?;
            if !original.is_ok_and(|original| delivery.may_duplicate(submission, &original, number)) {
                bail!(Refusal::of(&market::Error::InvalidDuplicate));
            }
        }
        let reveal_by = spec.window(delivery.window_start).reveal_by;
        let review = KeptReview::new(&me, (request, submission), score, duplicate_of, reveal_by)?;
        // By itself each one shows why it would be skipped.
        let alone = session.deployment.market().commit_reviews(request, vec![review.committed(&me)]);
        match session.refusal_of(alone)? {
            None => wanted.push((Room::left(&spec, &reviews), review)),
            Some(refusal) if refusal.error == "NotDrawn" => {
                let advice = not_drawn(session, drawn_from(&spec, &state.seed, request, (submission, &delivery), me));
                skipped.push((submission, Refusal { advice: Some(advice), ..refusal }));
            }
            Some(refusal) => skipped.push((submission, refusal)),
        }
    }
    if let Some((_, refusal)) = skipped.first().filter(|_| skipped.len() == opinions.len()) {
        bail!(refusal.clone());
    }
    for (submission, Refusal { error, meaning, advice, .. }) in &skipped {
        let why = advice.as_ref().unwrap_or(meaning);
        session.say(format!("submission {submission} is skipped, as {error}: {why}"));
    }
    wanted.sort_by_key(|(room, _)| *room);
    Ok(wanted.into_iter().map(|(_, review)| review).collect())
}

/// As many of these as the signer may still have open; with none, the contract says so.
fn within_hands(session: &Session, mut wanted: Vec<KeptReview>) -> Result<Vec<KeptReview>> {
    let (open, limit) = hands(session)?;
    let free = limit.saturating_sub(open);
    let beyond = wanted.split_off(wanted.len().min(free.max(1) as usize));
    for KeptReview { submission, .. } in &beyond {
        let further = counted(free, "further review");
        session.say(format!("submission {submission} is skipped: {further} may be open, and no more"));
    }
    Ok(wanted)
}

/// Makes sure that the signer's commitment is to the same, and can be revealed from here.
fn is_the_same(
    session: &Session,
    secrets: &Secrets,
    (request, opinion): (RequestId, &Opinion),
    committed: &market::Review,
) -> Result<()> {
    let (me, submission) = (session.me()?, opinion.submission);
    let kept = secrets.reviews(&me).into_iter().find(|kept| kept.commitment(&me) == committed.commitment);
    let Some(kept) = kept else {
        bail!(
            "{} has committed to a score of submission {submission} of request {request} elsewhere: the private file \
             {} does not have it",
            session.name(&me),
            Secrets::path(&session.options.deployment).display()
        );
    };
    if (kept.score, kept.duplicate_of) != (opinion.score, opinion.duplicate_of) {
        bail!(
            "{} has already committed to {} for submission {submission} of request {request}, which cannot be changed",
            session.name(&me),
            shown(&kept)
        );
    }
    session.say(format!("already committed to {}", shown(&kept)));
    Ok(())
}

/// How many reviews the signer has open, and how many it may have.
fn hands(session: &Session) -> Result<(u32, u32)> {
    let (obligation, pool) = (session.deployment.obligation(), session.deployment.pool);
    let Ok(member) = session.backend.read(obligation.membership(pool, session.me()?))? else { return Ok((0, 0)) };
    let (terms, _) = session.read(obligation.terms(pool))?;
    let limit = if member.standing == Standing::Healthy { terms.healthy_limit } else { terms.throttled_limit };
    Ok((member.open, limit))
}

/// Warns the signer if it can take on nothing more until one of its reviews ends.
fn warn_of_full_hands(session: &Session) -> Result<()> {
    let (open, limit) = hands(session)?;
    if open >= limit {
        session.hint(format!(
            "{} open, the most you may have until one is judged; what others ask for meanwhile counts as seen",
            counted(open, "review")
        ));
    }
    Ok(())
}

/// The submissions of a request that the command is about.
type Mine = (RequestId, BTreeSet<SubmissionId>);

/// Reveals the signer's committed reviews that are due, those that the command is about or all: one transaction for up
/// to sixteen of a request. Returns when the next one is due, and how many were revealed. With `extend`, windows in
/// which too few committed are extended.
fn reveal(session: &Session, only: Option<&Mine>, extend: bool) -> Result<(Option<Timestamp>, u32)> {
    let me = session.me()?;
    let mut secrets = Secrets::open(session)?;
    let is_meant = |kept: &KeptReview| {
        only.is_none_or(|(request, submissions)| *request == kept.request && submissions.contains(&kept.submission))
    };
    let kept: Vec<_> = secrets.reviews(&me).into_iter().filter(is_meant).collect();
    let mut next: Option<Timestamp> = None;
    let (mut due, mut short): (BTreeMap<RequestId, Vec<&KeptReview>>, Vec<&KeptReview>) = Default::default();
    for kept in &kept {
        let of = format!("submission {} of request {}", kept.submission, kept.request);
        match progress(session, kept)? {
            None => {}
            // It is kept until it counts, because blocks may be undone.
            Some(Progress::Due) => due.entry(kept.request).or_default().push(kept),
            Some(Progress::Done) => secrets.forget_review(kept)?,
            Some(Progress::From(from, missing)) => {
                let condition = match missing {
                    0 => String::new(),
                    1 => ", if 1 more commits until then".to_owned(),
                    missing => format!(", if {missing} more commit until then"),
                };
                session.say(format!("the review of {of} can be revealed from {} on{condition}", session.moment(from)));
                next = Some(next.map_or(from, |next| next.min(from)));
            }
            Some(Progress::Short) if extend => short.push(kept),
            Some(Progress::Short) => {
                let command = format!("atomic finalize {} {}", kept.request, kept.submission);
                session.say(format!("too few committed to {of}: its window has to be extended, with `{command}`"));
            }
            Some(Progress::Over(reason)) => {
                session.say(format!("the review of {of} is forgotten: {reason}"));
                secrets.forget_review(kept)?;
            }
        }
    }
    for (request, kept) in &due {
        session.in_lists(kept, &mut |list| {
            let reveals = list.iter().map(|kept| kept.revealed()).collect();
            session.send(&reveal_deed(*request, list), session.deployment.market().reveal_reviews(*request, reveals))
        })?;
    }
    for kept in short {
        let deed = format!("window of submission {} of request {} extended", kept.submission, kept.request);
        session.send(&deed, session.deployment.market().finalize(kept.request, vec![kept.submission]))?;
        if let Some(Progress::From(from, _)) = progress(session, kept)? {
            next = Some(next.map_or(from, |next| next.min(from)));
        }
    }
    let revealed = due.values().map(|kept| kept.len() as u64).sum::<u64>();
    session.answer("revealed", revealed.into());
    session.answer("next_due", next.into());
    Ok((next, u32::try_from(revealed).unwrap_or(u32::MAX)))
}

/// What is done by revealing these.
fn reveal_deed(request: RequestId, list: &[&KeptReview]) -> String {
    match list {
        [kept] => format!("review of submission {} of request {request} revealed: {}", kept.submission, shown(kept)),
        _ => {
            let numbers: Vec<_> = list.iter().map(|kept| kept.submission).collect();
            format!("reviews of {} of request {request} revealed", submissions(&numbers))
        }
    }
}

/// A commitment's submission as long as that has no verdict, with its request's conditions and all its reviews.
type Undecided = (RequestSpec, Submission, Vec<market::Review>);

fn undecided(session: &Session, request: RequestId, submission: SubmissionId) -> Result<Option<Undecided>> {
    let market = session.deployment.market();
    let (Ok((spec, _)), Ok(delivery), Ok(reviews)) = (
        session.backend.read(market.request(request))?,
        session.backend.read(market.submission(request, submission))?,
        session.backend.read(market.reviews(request, submission))?,
    ) else {
        return Ok(None);
    };
    Ok((delivery.verdict == Verdict::Pending).then_some((spec, delivery, reviews)))
}

/// Names the signer's open commitments on the chain that the private file cannot open, and counts them: their secrets are
/// lost, or were altered, or are elsewhere.
fn lost(session: &Session) -> Result<u32> {
    let (market, obligation, me) = (session.deployment.market(), session.deployment.obligation(), session.me()?);
    let reviews = Secrets::open(session)?.reviews(&me);
    let kept: Vec<_> = reviews.iter().map(|kept| kept.commitment(&me)).collect();
    // The obligation contract counts all that are open. If those that are kept are as many, there are no others, and not
    // every request has to be read.
    let mut known = BTreeSet::new();
    for (request, submission) in reviews.iter().map(|kept| (kept.request, kept.submission)) {
        let Some((_, _, reviews)) = undecided(session, request, submission)? else { continue };
        if reviews.iter().any(|review| review.enforcer == me && kept.contains(&review.commitment)) {
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
        let Ok((_, state)) = session.backend.read(market.request(request))? else { continue };
        for submission in (0..state.opened).filter(|_| !state.closed) {
            let Some((spec, delivery, reviews)) = undecided(session, request, submission)? else { continue };
            let is_lost = |review: &market::Review| {
                review.enforcer == me && review.score.is_none() && !kept.contains(&review.commitment)
            };
            let reveal_by = spec.window(delivery.window_start).reveal_by;
            let can_be_revealed = spec.is_short(delivery.extended, &reviews) || session.now() < reveal_by;
            if can_be_revealed && reviews.iter().any(is_lost) {
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

/// How far a kept review is; `None` if its commitment is not on the chain, or not yet, or if it waits for the verdict.
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
    let is_judged = delivery.verdict != Verdict::Pending;
    let is_short = spec.is_short(delivery.extended, &reviews);
    let missing = if delivery.extended { 0 } else { spec.missing(&reviews) };
    Ok(Some(match session.read(market.phase(request, Some(submission)))? {
        _ if review.score.is_some() && is_judged => Progress::Done,
        _ if review.score.is_some() => return Ok(None),
        _ if is_judged => Progress::Over("it was not revealed in time".into()),
        Phase::Review => Progress::From(window.commit_by, missing),
        Phase::Reveal => Progress::Due,
        _ if is_short => Progress::Short,
        _ => Progress::Over(format!("it had to be revealed by {}", session.moment(window.reveal_by))),
    }))
}

/// From when on the signer may review a submission that it is not drawn for yet.
fn not_drawn(session: &Session, from: Option<Timestamp>) -> String {
    match from {
        // Whoever comes back at the minute that is told comes late enough.
        Some(from) => format!("you are drawn from {} on", session.moment(from.next_multiple_of(minutes(1)))),
        None => "you are not drawn in this window; `atomic requests` lists others".to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn opinions(words: &str, duplicate_of: Option<SubmissionId>) -> Result<Vec<Opinion>, String> {
        let scores = words.split_whitespace().map(str::to_owned).collect();
        Review { request: Some(0), scores, duplicate_of, due: false, wait: false }.opinions()
    }

    #[test]
    fn one_review_is_two_words_and_several_are_pairs() {
        let opinion = |submission, score, duplicate_of| Opinion { submission, score, duplicate_of };
        assert_eq!(opinions("1 85", None), Ok(vec![opinion(1, 85, None)]));
        assert_eq!(opinions("2 85", Some(1)), Ok(vec![opinion(2, 85, Some(1))]));
        assert_eq!(opinions("2=85", Some(1)), Ok(vec![opinion(2, 85, Some(1))]));
        let several = [opinion(1, 85, None), opinion(4, 0, Some(1)), opinion(2, 100, None)];
        assert_eq!(opinions("1=85 4=0:1 2=100", None), Ok(several.to_vec()));
    }

    #[test]
    fn what_is_no_review_is_told_with_what_was_expected() {
        for (words, of, expected) in [
            ("1", None, "`1` is no review; expected SUBMISSION=SCORE such as 1=85"),
            ("1 2 3", None, "`1` is no review; expected"),
            ("1 101", None, "101 is not in 0..=100"),
            ("1=101 2=5", None, "`1=101`: 101 is not in 0..=100; expected"),
            ("1=5:x", None, "`1=5:x`: this is not a whole number; expected"),
            ("1=5 1=6", None, "a submission is named twice"),
            ("2=5 3=6", Some(1), "--duplicate-of is for one review"),
            ("2=5:1", Some(1), "--duplicate-of is for one review"),
        ] {
            let error = opinions(words, of).expect_err(expected);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
