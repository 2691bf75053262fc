//! People with habits, good and bad: enforcers who look in once a day, bots that take whatever is free, colluders who
//! often do not reveal, and requesters who want as much work as they can get for as little as they can pay, at night.

use crate::{
    action::{Action, Vote, Who, BOTS, COLLUDERS, ENFORCERS, EVENINGS, MOST_ITEMS, PROVIDERS},
    generate::{vote, Dice},
    model::{Model, Request},
};
use chain::{days, hours, UNIT};
use interfaces::{
    market::{Access, Asset, Award, Bucket, Duplicates, RequestSpec, Verdict},
    RequestId, SubmissionId, Timestamp,
};

/// When the first of those who look in once a day does; each next one an hour later.
const FIRST_EVENING: u64 = 19;
/// When junk is opened: nobody is awake.
const NIGHT: u64 = 2;

fn hour_of(now: Timestamp) -> u64 {
    now % days(1) / hours(1)
}

/// The time from now to this hour of the day.
fn until_hour(now: Timestamp, hour: u64) -> Timestamp {
    (hours(hour) + days(1) - now % days(1)) % days(1)
}

/// The time until somebody looks in, or until it is night.
pub fn some_hour(dice: &mut Dice, now: Timestamp) -> Timestamp {
    let evening = FIRST_EVENING + dice.below(EVENINGS.len() as u64);
    until_hour(now, if dice.chance(75) { evening } else { NIGHT }) + dice.below(hours(1))
}

/// Who of those that look in once a day does so now.
fn looks_in(now: Timestamp) -> Option<Who> {
    EVENINGS.into_iter().zip(FIRST_EVENING..).find(|(_, hour)| *hour == hour_of(now)).map(|(who, _)| who)
}

/// Some enforcer who is awake.
pub fn reviewer(dice: &mut Dice, now: Timestamp) -> Who {
    let sleeps = |who: &Who| EVENINGS.contains(who) && looks_in(now) != Some(*who);
    let who = dice.pick(&ENFORCERS);
    if sleeps(&who) && dice.chance(85) {
        let awake: Vec<Who> = ENFORCERS.into_iter().filter(|who| !sleeps(who)).collect();
        return dice.pick(&awake);
    }
    who
}

/// Whether somebody keeps to itself what it committed to.
pub fn withholds(dice: &mut Dice, who: Who) -> bool {
    COLLUDERS.contains(&who) && dice.chance(75)
}

/// What somebody does by habit now, if anybody does anything.
pub fn habit(dice: &mut Dice, model: &Model, last: Option<&(Who, Action)>) -> Option<(Who, Action)> {
    match last {
        Some((_, Action::Post { spec, .. })) if is_junk(spec) => return take_all_places(dice, model),
        Some((who, Action::Signal { request, places, .. })) if *places > 1 => {
            return Some((*who, deliver_junk(model, *who, *request)?));
        }
        Some((_, Action::OpenReviews { request, .. } | Action::Finalize { request, .. })) if dice.chance(50) => {
            return take_all_reviews(dice, model, *request);
        }
        _ => {}
    }
    if let Some(who) = looks_in(model.now).filter(|_| dice.chance(60)) {
        return look_in(dice, model, who);
    }
    if hour_of(model.now) == NIGHT && dice.chance(50) {
        return open_junk(model);
    }
    let requests: Vec<RequestId> = model.requests.keys().copied().collect();
    if requests.is_empty() || !dice.chance(10) {
        return None;
    }
    let request = dice.pick(&requests);
    take_all_reviews(dice, model, request)
}

// Requesters and their accomplices

/// A request for as many reviews, and as little money, as there can be.
pub fn junk(dice: &mut Dice) -> RequestSpec {
    let limit = 4 + dice.below(6) as u16;
    let review_fee = UNIT / 100;
    RequestSpec {
        spec: [8; 32].into(),
        uri: Vec::new(),
        asset: Asset::Native,
        reward: 1,
        review_fee,
        access: Access::Open,
        award: Award::PerSubmission,
        duplicates: Duplicates::Independent,
        curve: vec![Bucket { min_score: 0, weight_bps: 10_000 }],
        limit: limit.into(),
        per_provider: limit,
        provider_bond: 0,
        place_deposit: review_fee,
        access_price: 0,
        min_reputation: 0,
        min_tier: 0,
        quorum: 3,
        tolerance: 20,
        signal_by: hours(1),
        deliver_by: hours(2),
        review_by: hours(3),
        reveal_by: hours(4),
    }
}

fn is_junk(spec: &RequestSpec) -> bool {
    spec.reward == 1 && u32::from(spec.per_provider) == spec.limit
}

/// An accomplice takes all places of the latest request.
fn take_all_places(dice: &mut Dice, model: &Model) -> Option<(Who, Action)> {
    let request = model.next_request.checked_sub(1)?;
    let places = model.requests.get(&request)?.spec.per_provider;
    Some((dice.pick(&PROVIDERS), Action::Signal { request, places, pay: 0 }))
}

/// Whoever took the places delivers the same on all of them, in one list.
fn deliver_junk(model: &Model, who: Who, request: RequestId) -> Option<Action> {
    let asked = model.requests.get(&request)?;
    let place = asked.place(who)?;
    let count = usize::from(place.taken - place.submitted).min(MOST_ITEMS);
    let works = vec![0; count];
    (count > 0).then(|| match asked.spec.duplicates == Duplicates::Independent {
        true => Action::Submit { request, works, uri: 0 },
        false => Action::SubmitSealed { request, works },
    })
}

fn open_junk(model: &Model) -> Option<(Who, Action)> {
    let junk = model.requests.iter().filter(|(_, asked)| is_junk(&asked.spec));
    let mut opens = junk.map(|(id, asked)| (asked.requester, Action::OpenReviews { request: *id, max: 64 }));
    opens.find(|(who, action)| model.would(*who, action).is_ok())
}

// Enforcers

/// The submissions of a request to whose review `who` could commit now, if it is drawn and there is room.
pub fn open_to(asked: &Request, who: Who, now: Timestamp) -> Vec<SubmissionId> {
    if asked.takes_part(who) {
        return Vec::new();
    }
    let mut open = Vec::new();
    for (id, work) in asked.works.range(..asked.opened) {
        let committed = work.reviews.iter().any(|review| review.who == who);
        if work.verdict == Verdict::Pending && !committed && !asked.commits_are_over(work, now) {
            open.push(*id);
        }
    }
    open
}

/// The reviews that `who` could reveal now.
pub fn hidden(asked: &Request, who: Who, now: Timestamp) -> Vec<(SubmissionId, Vote)> {
    let mut hidden = Vec::new();
    for (id, work) in asked.works.range(..asked.opened) {
        if work.verdict == Verdict::Pending && asked.reveals_are_open(work, now) {
            let mine = work.reviews.iter().filter(|review| review.who == who && !review.revealed);
            hidden.extend(mine.map(|review| (*id, review.vote)));
        }
    }
    hidden
}

fn commit(dice: &mut Dice, asked: &Request, request: RequestId, submissions: &[SubmissionId]) -> Action {
    let mut votes = Vec::new();
    for submission in submissions {
        votes.push((*submission, vote(dice, Some(asked), *submission)));
    }
    Action::CommitReviews { request, votes }
}

/// A bot commits to all that it has hands for.
fn take_all_reviews(dice: &mut Dice, model: &Model, request: RequestId) -> Option<(Who, Action)> {
    let asked = model.requests.get(&request)?;
    let bot = dice.pick(&BOTS);
    let mut open = open_to(asked, bot, model.now);
    let pool = model.pools.pool(0).ok()?;
    let busy = pool.members.get(&bot).map_or(0, |member| member.open);
    let hands = pool.terms(model.now).healthy_limit.saturating_sub(busy);
    if dice.chance(85) {
        open.truncate(hands as usize);
    }
    open.truncate(MOST_ITEMS);
    (!open.is_empty()).then(|| (bot, commit(dice, asked, request, &open)))
}

/// Somebody reveals what it can; opens what can be opened, since whoever does chooses the moment of the draw; and takes
/// a few reviews for which it is drawn.
fn look_in(dice: &mut Dice, model: &Model, who: Who) -> Option<(Who, Action)> {
    for (id, asked) in &model.requests {
        let mut votes = hidden(asked, who, model.now);
        votes.truncate(MOST_ITEMS);
        if !votes.is_empty() {
            return Some((who, Action::RevealReviews { request: *id, votes }));
        }
    }
    for id in model.requests.keys() {
        let opens = Action::OpenReviews { request: *id, max: 64 };
        if model.would(who, &opens).is_ok() {
            return Some((who, opens));
        }
    }
    for (id, asked) in &model.requests {
        let mut open = open_to(asked, who, model.now);
        open.retain(|submission| model.is_drawn(who, *id, *submission));
        open.truncate(1 + dice.below(4) as usize);
        if !open.is_empty() {
            let commits = commit(dice, asked, *id, &open);
            return model.would(who, &commits).is_ok().then_some((who, commits));
        }
    }
    None
}
