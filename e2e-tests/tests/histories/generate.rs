//! What random people do next: mostly what makes sense, often enough what does not.

use crate::{
    action::{
        Action, Vote, Who, CAST, ENFORCERS, KEEPER, MANAGER, MEDDLINGS, MOST_ITEMS, PROVIDERS, REQUESTERS, TAMPERINGS,
        TREASURY,
    },
    crowd,
    model::{Model, Request},
};
use chain::{days, hours, minutes, UNIT};
use ink::primitives::Hash;
use interfaces::{
    market::{Access, Asset, Award, Bucket, Duplicates, Policy, RequestSpec, Verdict},
    obligation::{MemberState, Terms},
    Balance, Points, RequestId, SubmissionId, Timestamp,
};

/// A generator of random numbers: splitmix64.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these; they must not be none.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    pub fn anyone(&mut self) -> Who {
        self.below(CAST.len() as u64) as Who
    }
}

/// What the next action is, and whose. Now and then it is the last one again, or nearly what makes sense.
pub fn next(
    dice: &mut Dice,
    model: &Model,
    (policy, terms): (&Policy, &Terms),
    last: Option<&(Who, Action)>,
) -> (Who, Action) {
    let again = last.filter(|(_, action)| !matches!(action, Action::Pass(_)));
    if let Some((who, action)) = again.filter(|_| dice.chance(3)) {
        return (if dice.chance(80) { *who } else { dice.anyone() }, action.clone());
    }
    if dice.chance(40) {
        if let Some(step) = crowd::habit(dice, model, last) {
            return step;
        }
    }
    let (who, action) = some_step(dice, model, policy, terms);
    (who, if dice.chance(6) { twisted(dice, action) } else { action })
}

/// The action with something wrong about it.
fn twisted(dice: &mut Dice, mut action: Action) -> Action {
    match &mut action {
        Action::RevealReviews { votes, .. } => {
            if let Some((submission, vote)) = votes.last_mut() {
                match dice.below(4) {
                    0 => vote.0 ^= 1,
                    1 => vote.0 = 101 + dice.below(155) as u8,
                    2 => vote.1 = Some(*submission),
                    _ => vote.1 = Some(*submission + 1 + dice.below(3) as u32),
                }
            }
        }
        Action::CommitReviews { votes, .. } => {
            let first = votes.first().copied();
            votes.extend(first);
        }
        Action::Unseal { seals, .. } => seals.iter_mut().for_each(|(_, work)| *work += 1),
        Action::Signal { pay, places, .. } => match dice.below(3) {
            0 => *pay -= 1,
            1 => *pay += 1,
            _ => *places += 3,
        },
        Action::Offer { pay, price, until, uri, .. } => match dice.below(4) {
            0 => *pay += 1,
            1 => *price *= 100,
            2 => *until += days(30),
            _ => *uri = 257,
        },
        Action::Accept { price, .. } | Action::Takeover { price, .. } => *price += 1,
        Action::Submit { works, .. } | Action::SubmitSealed { works, .. } if dice.chance(50) => works.push(0),
        Action::Submit { uri, .. } | Action::Revise { uri, .. } => *uri = 257,
        Action::Post { pay, .. } | Action::Engage { pay, .. } => *pay = -1,
        Action::Restore { ops, .. } => *ops += 1,
        Action::Claim { submissions, .. } | Action::Finalize { submissions, .. } => {
            submissions.iter_mut().for_each(|submission| *submission += 1);
        }
        _ => {}
    }
    action
}

fn some_step(dice: &mut Dice, model: &Model, policy: &Policy, terms: &Terms) -> (Who, Action) {
    if model.requests.len() < 2 && dice.chance(45) {
        return reviving(dice, model);
    }
    match dice.below(100) {
        0..=4 => (KEEPER, Action::Pass(some_time(dice, model))),
        5..=16 => sensibly(dice, model, 50, |dice| about_pools(dice, model, terms)),
        17..=19 => about_reputation(dice, model),
        20..=21 => managing(dice, model, policy),
        22..=26 => posting(dice, model),
        _ => sensibly(dice, model, 85, |dice| about_requests(dice, model)),
    }
}

/// There is little to do: somebody posts, or what keeps everybody from posting comes to an end.
fn reviving(dice: &mut Dice, model: &Model) -> (Who, Action) {
    let enforcer = dice.pick(&ENFORCERS);
    let active = model.pools.pool(0).map_or(0, |pool| pool.active());
    let help = [
        (MANAGER, Action::UnpauseMarket),
        (MANAGER, Action::UnpauseObligation),
        (enforcer, Action::Enlist(0)),
        (enforcer, Action::Unfreeze),
        (MANAGER, Action::Reinstate { pool: 0, who: enforcer }),
        (KEEPER, Action::FillSeats { pool: 0, max: 64 }),
    ];
    if model.is_paused() || active < 4 {
        if let Some(step) = help.into_iter().find(|(who, action)| model.would(*who, action).is_ok_and(|n| n > 0)) {
            return step;
        }
    }
    posting(dice, model)
}

/// A list of these, now and then with one twice or one that nobody knows, in another order, too long, or empty.
pub fn list<T: Clone>(dice: &mut Dice, some: &[T], unknown: T) -> Vec<T> {
    let mut items = some.to_vec();
    if dice.chance(25) {
        let by = dice.below(items.len() as u64) as usize;
        items.rotate_left(by);
    }
    if dice.chance(25) {
        items.truncate(1 + dice.below(3) as usize);
    }
    match dice.below(40) {
        0 => items.clear(),
        1 => items = items.iter().cycle().take(MOST_ITEMS + 1).cloned().collect(),
        2 => items.extend(some.first().cloned()),
        3 => items.insert(dice.below(items.len() as u64 + 1) as usize, unknown.clone()),
        _ => items.truncate(MOST_ITEMS),
    }
    if items.is_empty() && dice.chance(75) {
        items.push(unknown);
    }
    items
}

/// Something that can be done is looked for for a while, so often of a hundred times; the rest is done as it comes.
fn sensibly(
    dice: &mut Dice,
    model: &Model,
    percent: u64,
    mut some: impl FnMut(&mut Dice) -> (Who, Action),
) -> (Who, Action) {
    let mut found = some(dice);
    if dice.chance(percent) {
        for _ in 0..60 {
            if model.would(found.0, &found.1).is_ok() {
                break;
            }
            found = some(dice);
        }
    }
    found
}

/// Everyone who is to have a seat enlists.
pub fn staffing() -> impl Iterator<Item = (Who, Action)> {
    ENFORCERS.into_iter().map(|who| (who, Action::Enlist(0)))
}

fn some_time(dice: &mut Dice, model: &Model) -> Timestamp {
    // Now and then nobody does anything for months or years.
    if dice.chance(2) {
        return days(30 + dice.below(1_000));
    }
    if dice.chance(12) {
        return crowd::some_hour(dice, model.now).max(1);
    }
    // Mostly just to, or just before or after, something that is due.
    if dice.chance(90) {
        let dues: Vec<Timestamp> = model.requests.values().flat_map(dues).filter(|due| *due > model.now).collect();
        if let Some(next) = dues.iter().min() {
            let due = if dice.chance(80) { *next } else { dice.pick(&dues) };
            return (due - model.now).saturating_add(dice.below(3)).saturating_sub(1).max(1);
        }
    }
    match dice.below(40) {
        0..=3 => days(1 + dice.below(20)),
        4..=20 => hours(1 + dice.below(20)),
        21..=30 => minutes(1 + dice.below(90)),
        _ => 1 + dice.below(1_000),
    }
}

/// When something changes about what can be done.
fn dues(request: &Request) -> Vec<Timestamp> {
    let spec = &request.spec;
    let mut dues = vec![spec.signal_by, spec.deliver_by];
    for (id, work) in request.works.iter().filter(|(_, work)| work.verdict == Verdict::Pending) {
        let window = request.window(work.window_start);
        dues.push(window.start);
        if *id < request.opened {
            dues.extend([window.drawn_by, window.commit_by, window.reveal_by]);
        }
    }
    dues.extend(request.offers.iter().filter(|(_, offer)| offer.open).map(|(_, offer)| offer.until));
    if let Some((deal, tenure)) = request.deal.as_ref().and_then(|deal| Some((deal, deal.tenure.as_ref()?))) {
        dues.push(deal.due(tenure, request.settled.max(tenure.first)));
    }
    dues
}

fn about_pools(dice: &mut Dice, model: &Model, terms: &Terms) -> (Who, Action) {
    let member = match dice.below(20) {
        0 => dice.anyone(),
        1 => dice.pick(&PROVIDERS),
        _ => dice.pick(&ENFORCERS),
    };
    let pool = match dice.below(20) {
        0..=1 => dice.below(model.pools.pools.len() as u64) as u32,
        2 => 99,
        _ => 0,
    };
    let banned = whom_bans_keep_out(model);
    let action = match dice.below(36) {
        0..=5 => return (dice.anyone(), Action::Evaluate { pool, who: member }),
        6..=7 => {
            let count = if dice.chance(3) { 65 } else { dice.below(8) };
            let who = (0..count).map(|_| if dice.chance(97) { dice.pick(&ENFORCERS) } else { dice.anyone() }).collect();
            return (dice.anyone(), Action::EvaluateMany { pool, who });
        }
        8 => return (KEEPER, Action::FillSeats { pool, max: dice.below(70) as u32 }),
        9 => return (KEEPER, Action::ApplyTerms(pool)),
        10..=15 => Action::Enlist(pool),
        16..=17 => Action::Resign(pool),
        18..=19 => Action::CheckIn(pool),
        20..=22 => Action::Restore { pool, ops: dice.below(4) as u32 },
        23 => Action::Freeze,
        // Whoever holds a place may not rest.
        24 => return (dice.pick(&PROVIDERS), Action::Freeze),
        25..=27 => {
            let resting: Vec<Who> = (0..CAST.len()).filter(|who| model.pools.rests[*who].frozen).collect();
            let who = if resting.is_empty() || dice.chance(20) { member } else { dice.pick(&resting) };
            return (who, Action::Unfreeze);
        }
        28..=29 => {
            let who = if dice.chance(90) { MANAGER } else { member };
            let whom = if banned.is_empty() { dice.pick(&ENFORCERS) } else { dice.pick(&banned) };
            return (who, Action::Reinstate { pool, who: whom });
        }
        30 => {
            let who = if dice.chance(90) { MANAGER } else { member };
            return (who, Action::ProposeTerms { pool, terms: Box::new(other_terms(dice, terms)) });
        }
        31 => {
            let who = if dice.chance(80) { MANAGER } else { member };
            let pausing = if model.pools.paused { dice.chance(10) } else { dice.chance(30) };
            return (who, if pausing { Action::PauseObligation } else { Action::UnpauseObligation });
        }
        32 if model.pools.paused => return (MANAGER, Action::UnpauseObligation),
        33..=34 => {
            let who = if banned.is_empty() || dice.chance(20) { member } else { dice.pick(&banned) };
            return (who, Action::Redeem(pool));
        }
        _ => Action::Operate { pool, what: dice.pick(&MEDDLINGS) },
    };
    (member, action)
}

fn whom_bans_keep_out(model: &Model) -> Vec<Who> {
    let members = model.pools.pool(0).into_iter().flat_map(|pool| &pool.members);
    members.filter(|(_, member)| member.state == MemberState::Banned).map(|(who, _)| *who).collect()
}

/// Terms under which an op still weighs what it did, if it falls due at all. Mostly there is a pace, or a cap, where
/// there was one.
fn other_terms(dice: &mut Dice, terms: &Terms) -> Terms {
    let throttle_buffer = 2 + dice.below(5) as u32;
    let ban_buffer = throttle_buffer + dice.below(6) as u32;
    let healthy_limit = 1 + dice.below(throttle_buffer.into()) as u32;
    let bond = 10 * dice.below(10) as Balance;
    let presence = terms.presence.min(throttle_buffer - 1);
    let has_pace = dice.chance(if terms.pace > 0 { 85 } else { 8 });
    let has_cap = dice.chance(if terms.credit_cap < u32::MAX { 97 } else { 8 });
    Terms {
        throttle_buffer,
        ban_buffer,
        pace: if has_pace { 1 + dice.below((ban_buffer / 2).into()) as u32 } else { 0 },
        credit_cap: if has_cap { presence + 1 + dice.below(4) as u32 } else { u32::MAX },
        healthy_limit,
        throttled_limit: 1 + dice.below(healthy_limit.into()) as u32,
        seats: 3 + dice.below(4) as u32,
        bond,
        keeper_reward: bond / 2,
        min_reputation: 10 * dice.below(20) as Balance,
        slash_ppm: dice.below(1_000_001) as u32,
        restore_price: dice.below(10) as Balance,
        presence,
        epoch: if dice.chance(10) { terms.epoch + 1 } else { terms.epoch },
        ..terms.clone()
    }
}

fn about_reputation(dice: &mut Dice, model: &Model) -> (Who, Action) {
    let owed: Vec<Who> = (0..CAST.len()).filter(|who| model.people[*who].owed != [0, 0]).collect();
    let who = if owed.is_empty() || dice.chance(20) { dice.anyone() } else { dice.pick(&owed) };
    match dice.below(10) {
        0 => (dice.anyone(), Action::Tamper(dice.pick(&TAMPERINGS))),
        1 => (dice.anyone(), Action::Burn(dice.below(120).into())),
        _ => (dice.anyone(), Action::ClaimReputation(who)),
    }
}

fn managing(dice: &mut Dice, model: &Model, policy: &Policy) -> (Who, Action) {
    let action = match dice.below(12) {
        0..=7 if model.is_paused() => Action::UnpauseMarket,
        0..=1 => Action::PauseMarket,
        2 => Action::UnpauseMarket,
        3 => Action::OpenMarket,
        4..=5 => return (KEEPER, Action::ApplyPolicy),
        _ => Action::ProposePolicy(Box::new(other_policy(dice, policy))),
    };
    (if dice.chance(85) { MANAGER } else { dice.anyone() }, action)
}

fn other_policy(dice: &mut Dice, policy: &Policy) -> Policy {
    let min_stake = Points::from(dice.below(6));
    let mut other = Policy {
        max_window: dice.pick(&[policy.max_window, policy.max_window, policy.max_window, days(3), days(2)]),
        unreviewed_bps: dice.below(10_001) as u16,
        protocol_fee_bps: dice.below(2_000) as u16,
        target_utilization_ppm: dice.below(1_000_000) as u32,
        premium_cap_bps: dice.below(100_001) as u32,
        reputation_per_fee: dice.below(300).into(),
        min_stake,
        max_stake: dice.pick(&[Points::MAX, min_stake, min_stake + 9]),
        ..policy.clone()
    };
    for listed in &mut other.assets {
        listed.rent = dice.pick(&[0, listed.rent, UNIT / 1_000, UNIT / 50 + 7]);
    }
    match dice.below(20) {
        0 => other.assets.clear(),
        1 => other.assets.extend(policy.assets.clone()),
        2 => other.min_window = dice.pick(&[0, policy.min_window - 1, days(7) + 1]),
        3 => other.max_window = dice.pick(&[0, policy.min_window - 1, days(3_653) + 1]),
        4 => other.min_quorum = dice.pick(&[1, 2, 4, 9]),
        5 => other.max_tolerance = 101,
        6 => other.unreviewed_bps = 10_001,
        7 => other.premium_cap_bps = 100_001,
        8 => (other.min_stake, other.max_stake) = (8, 7),
        9 => other.target_utilization_ppm = 1_000_000,
        _ => {}
    }
    other
}

fn posting(dice: &mut Dice, model: &Model) -> (Who, Action) {
    let who = if dice.chance(85) { dice.pick(&REQUESTERS) } else { dice.anyone() };
    if dice.chance(12) && model.requests.len() <= 3 {
        return (who, Action::Post { spec: Box::new(crowd::junk(dice)), pay: 0, max_premium: 0 });
    }
    let mut spec = request(dice);
    let pay = pay(dice);
    let max_premium = if dice.chance(50) { 0 } else { UNIT };
    let engage = dice.chance(35);
    if engage {
        spec.access = Access::Offers;
        spec.award = Award::PerSubmission;
        spec.duplicates = Duplicates::Independent;
        (spec.limit, spec.per_provider) = (1, 1);
    }
    if dice.chance(12) {
        spoil(dice, &mut spec);
    }
    let spec = Box::new(spec);
    // Nobody asks for more at a time than can be looked after.
    if model.requests.len() > 3 && dice.chance(80) {
        let old: Vec<RequestId> = model.requests.keys().copied().collect();
        return (KEEPER, Action::Prune { request: dice.pick(&old), max: 64 });
    }
    if engage {
        let periods = if dice.chance(3) { 0 } else { 1 + dice.below(4) as u16 };
        let missed = dice.pick(&[0, 0, 0, 1, 2]);
        let period = if dice.chance(3) { 1 } else { hours(1 + dice.below(72)) };
        let notice = dice.below(3) as u16;
        return (who, Action::Engage { spec, periods, period, missed, notice, pay, max_premium });
    }
    (who, Action::Post { spec, pay, max_premium })
}

fn pay(dice: &mut Dice) -> i64 {
    match dice.below(14) {
        0 => -1,
        1 => 1,
        2 => (UNIT / 3) as i64,
        _ => 0,
    }
}

fn request(dice: &mut Dice) -> RequestSpec {
    let time = |dice: &mut Dice| match dice.below(3) {
        0 => hours(1),
        1 => hours(1) + dice.below(hours(6)),
        _ => days(1 + dice.below(3)),
    };
    let most = if dice.chance(10) { 12 } else { 4 };
    let limit = 1 + dice.below(most) as u32;
    let review_fee = UNIT / 100 + Balance::from(dice.below(1_000_000_007));
    let duplicates = match dice.below(5) {
        0 => Duplicates::FirstOnly,
        1 => Duplicates::Shared { retention_ppm: dice.pick(&[0, 500_000, 900_000, 1_000_000]) },
        _ => Duplicates::Independent,
    };
    let award = match dice.below(4) {
        0 => Award::Proportional,
        1 if !matches!(duplicates, Duplicates::Shared { .. }) => {
            let places_bps = dice.pick(&[vec![10_000], vec![5_000, 3_000, 2_000], vec![333, 333], vec![0, 7_001]]);
            Award::Ranked { places_bps }
        }
        _ => Award::PerSubmission,
    };
    let by_offers = award == Award::PerSubmission && dice.chance(40);
    let curve = dice.pick(&[
        vec![(50, 5_000), (80, 10_000)],
        vec![(0, 0), (40, 3_333), (41, 3_333), (100, 9_999)],
        vec![(0, 10_000)],
        vec![(70, 1)],
    ]);
    let curve = curve.into_iter().map(|(min_score, weight_bps)| Bucket { min_score, weight_bps }).collect();
    let quorum = if dice.chance(90) { 3 } else { 5 };
    let signal_by = time(dice);
    let deliver_by = signal_by + time(dice);
    // Half of it is for unsealing.
    let unsealing = if duplicates == Duplicates::Independent { 0 } else { hours(1) + dice.below(days(1)) };
    let review_by = deliver_by + if unsealing > 0 { 2 * unsealing + dice.below(2) } else { time(dice) };
    RequestSpec {
        spec: Hash::from([7; 32]),
        uri: b"ipfs://brief".to_vec(),
        asset: Asset::Native,
        reward: 1 + Balance::from(dice.below(50 * UNIT as u64)),
        review_fee,
        access: if by_offers { Access::Offers } else { Access::Open },
        award,
        duplicates,
        curve,
        limit,
        per_provider: if by_offers { 1 } else { 1 + dice.below(limit.into()) as u16 },
        provider_bond: if dice.chance(70) { 0 } else { 5 + Balance::from(dice.below(40)) },
        place_deposit: review_fee + Balance::from(dice.below(2)) * UNIT,
        access_price: if dice.chance(90) { 0 } else { 7 },
        min_reputation: if dice.chance(90) { 0 } else { 50 },
        min_tier: if dice.chance(88) { 0 } else { dice.below(4) as u8 },
        quorum,
        tolerance: dice.below(21) as u8,
        signal_by,
        deliver_by,
        review_by,
        reveal_by: review_by + time(dice),
    }
}

/// Breaks one rule, or does something close to it.
fn spoil(dice: &mut Dice, spec: &mut RequestSpec) {
    match dice.below(16) {
        0 => spec.uri = vec![b'x'; 257],
        1 => spec.reward = 0,
        2 => spec.review_fee = 1,
        3 => spec.curve.clear(),
        4 => spec.curve.reverse(),
        5 => spec.limit = dice.pick(&[0, 10_001]),
        6 => spec.per_provider = dice.pick(&[0, 1_001, spec.limit as u16 + 1]),
        7 => spec.place_deposit = spec.review_fee - 1,
        8 => spec.quorum = dice.pick(&[0, 1, 4, 7, 9]),
        9 => spec.duplicates = Duplicates::Shared { retention_ppm: 1_000_001 },
        10 => spec.tolerance = dice.pick(&[21, 255]),
        11 => spec.signal_by = dice.pick(&[0, hours(1) - 1, spec.deliver_by, days(3_654)]),
        12 => match dice.below(3) {
            0 => spec.reveal_by = dice.pick(&[spec.review_by, spec.review_by + days(7) + 1]),
            1 => spec.review_by = dice.pick(&[spec.deliver_by - 1, spec.deliver_by + 2 * hours(1) - 1]),
            // What is sealed may take twice as long.
            _ => (spec.review_by, spec.reveal_by) = (spec.deliver_by + days(14), spec.deliver_by + days(15)),
        },
        13 => spec.access = Access::Offers,
        14 => spec.asset = Asset::Psp22([3; 32].into()),
        _ => spec.award = Award::Ranked { places_bps: dice.pick(&[vec![], vec![6_000, 4_001], vec![100; 101]]) },
    }
}

fn about_requests(dice: &mut Dice, model: &Model) -> (Who, Action) {
    let ids: Vec<RequestId> = model.requests.keys().copied().collect();
    let id = match ids.is_empty() || dice.chance(2) {
        true => dice.below(u64::from(model.next_request) + 2) as RequestId,
        false => dice.pick(&ids),
    };
    let asked = model.requests.get(&id);
    let works: Vec<SubmissionId> = asked.map(|asked| asked.works.keys().copied().collect()).unwrap_or_default();
    let submission = if works.is_empty() || dice.chance(3) { dice.below(6) as u32 } else { dice.pick(&works) };
    let requester = match asked {
        Some(asked) if !dice.chance(7) => asked.requester,
        _ => dice.anyone(),
    };
    let author = match asked.and_then(|asked| asked.works.get(&submission)) {
        Some(work) if !dice.chance(10) => work.provider,
        _ => dice.anyone(),
    };
    let provider = provider(dice, asked);
    let uri = if dice.chance(3) { 257 } else { 0 };
    let work = dice.below(3) as u8;
    let request = id;
    let unknown = if dice.chance(50) { 99 } else { submission };
    match dice.below(64) {
        0 if dice.chance(25) => (requester, Action::WithdrawRequest(request)),
        1..=6 => accepting(dice, asked, request, requester),
        7..=8 if !asked.is_some_and(Request::is_vacant) || dice.chance(10) => (requester, Action::Reclaim(request)),
        9..=14 => {
            let places = if dice.chance(3) { 0 } else { 1 + dice.below(2) as u16 };
            (provider, Action::Signal { request, places, pay: pay(dice) })
        }
        7..=8 | 15..=18 => offering(dice, model, asked, request, provider, uri),
        19 => (provider, Action::RetractOffer(request)),
        20..=25 => (provider, Action::Submit { request, works: some_works(dice, asked, provider), uri }),
        26 if dice.chance(15) => (author, Action::Revise { request, submission, work, uri }),
        27..=29 => (provider, Action::SubmitSealed { request, works: some_works(dice, asked, provider) }),
        26 | 30..=33 => unsealing(dice, asked, request, author, (submission, work), uri),
        34..=35 => (dice.anyone(), Action::ReportNoShow { request, provider }),
        36..=39 => (dice.anyone(), Action::OpenReviews { request, max: batch(dice) }),
        40..=46 => committing(dice, model, asked, request, unknown),
        0 | 47..=52 => revealing(dice, model, asked, request, unknown),
        53..=55 => (dice.anyone(), Action::Finalize { request, submissions: list(dice, &works, unknown) }),
        56..=57 => (dice.anyone(), Action::Settle { request, max: batch(dice) }),
        58 => (dice.anyone(), Action::ClosePeriod(request)),
        59 => noticing(dice, asked, request, requester),
        60 => (dice.anyone(), Action::Claim { request, submissions: list(dice, &works, unknown) }),
        61 => {
            let rich: Vec<Who> = (0..CAST.len()).filter(|who| model.credits[*who] > 0).collect();
            (if rich.is_empty() || dice.chance(10) { dice.anyone() } else { dice.pick(&rich) }, Action::Withdraw)
        }
        _ => (dice.anyone(), Action::Prune { request, max: batch(dice) }),
    }
}

fn offering(
    dice: &mut Dice,
    model: &Model,
    asked: Option<&Request>,
    request: RequestId,
    provider: Who,
    uri: usize,
) -> (Who, Action) {
    let now = model.now;
    let price = asked.map_or(1, |asked| {
        let share = asked.spec.reward / Balance::from(asked.spec.limit);
        dice.pick(&[share, share, share / 2, asked.spec.reward, asked.spec.reward + 1])
    });
    let by = asked.map_or(now, |asked| asked.spec.deliver_by);
    let deliver_by = dice.pick(&[by, by, by - 1, by + 1, now, now + hours(2), now + days(2)]);
    let soon = now + deliver_by.saturating_sub(now) / 2;
    let until = dice.pick(&[deliver_by, deliver_by, deliver_by, soon, soon, now + hours(1), now, deliver_by + 1]);
    let open = asked.and_then(|asked| asked.offer(provider)).is_some_and(|offer| offer.open);
    let deposit = asked.map_or(0, |asked| asked.spec.place_deposit as i64);
    // Whoever only changes an offer pays nothing more.
    let pay = if open { -deposit } else { pay(dice) };
    (provider, Action::Offer { request, price, deliver_by, until, uri, pay })
}

/// As many works as this provider has places for, or so.
fn some_works(dice: &mut Dice, asked: Option<&Request>, provider: Who) -> Vec<u8> {
    let free = match asked {
        Some(asked) if asked.deal.is_some() => 1,
        Some(asked) => asked.place(provider).map_or(0, |place| place.taken - place.submitted),
        None => 1,
    };
    let works: Vec<u8> = (0..free).map(|_| dice.below(3) as u8).collect();
    list(dice, &works, 0)
}

/// Whoever sealed something opens all of its seals, or so.
fn unsealing(
    dice: &mut Dice,
    asked: Option<&Request>,
    request: RequestId,
    author: Who,
    unknown: (SubmissionId, u8),
    uri: usize,
) -> (Who, Action) {
    let mut sealed: Vec<(Who, (SubmissionId, u8))> = Vec::new();
    for (id, made) in asked.iter().flat_map(|asked| &asked.works) {
        if let Some(work) = made.sealed.filter(|_| !made.delivered) {
            sealed.push((made.provider, (*id, work)));
        }
    }
    if sealed.is_empty() {
        return (author, Action::Unseal { request, seals: vec![unknown], uri });
    }
    let (who, _) = dice.pick(&sealed);
    let mine: Vec<(SubmissionId, u8)> =
        sealed.into_iter().filter(|(other, _)| *other == who).map(|(_, seal)| seal).collect();
    (who, Action::Unseal { request, seals: list(dice, &mine, unknown), uri })
}

fn batch(dice: &mut Dice) -> u32 {
    match dice.below(20) {
        0 => dice.pick(&[0, 65, u32::MAX]),
        1..=6 => 1 + dice.below(2) as u32,
        _ => 64,
    }
}

/// Somebody who has a place, or might want one.
fn provider(dice: &mut Dice, asked: Option<&Request>) -> Who {
    let there: Vec<Who> = asked.map(|asked| asked.places.iter().map(|(who, _)| *who).collect()).unwrap_or_default();
    match dice.below(20) {
        0 => dice.anyone(),
        1..=2 => dice.pick(&ENFORCERS),
        3..=12 if !there.is_empty() => dice.pick(&there),
        _ => dice.pick(&PROVIDERS),
    }
}

fn accepting(dice: &mut Dice, asked: Option<&Request>, request: RequestId, requester: Who) -> (Who, Action) {
    let offers = asked.map(|asked| asked.offers.clone()).unwrap_or_default();
    let open: Vec<_> = offers.iter().filter(|(_, offer)| offer.open || dice.chance(10)).cloned().collect();
    let Some((provider, offer)) = (!open.is_empty()).then(|| dice.pick(&open)) else {
        let action = Action::Accept { request, provider: dice.anyone(), price: 1, deliver_by: hours(1) };
        return (requester, action);
    };
    let price = if dice.chance(5) { offer.price + 1 } else { offer.price };
    let deliver_by = offer.deliver_by;
    let action = match asked.is_some_and(Request::is_vacant) && dice.chance(80) {
        true => Action::Takeover { request, provider, price, deliver_by },
        false => Action::Accept { request, provider, price, deliver_by },
    };
    (requester, action)
}

/// Somebody gives notice of a long deal, more often one that has a provider.
fn noticing(dice: &mut Dice, asked: Option<&Request>, request: RequestId, requester: Who) -> (Who, Action) {
    let deal = asked.and_then(|asked| asked.deal.as_ref());
    let who = match deal.and_then(|deal| deal.tenure.as_ref()) {
        Some(tenure) if dice.chance(60) => tenure.provider,
        Some(_) => requester,
        None => dice.anyone(),
    };
    match deal {
        Some(_) if dice.chance(60) => (who, Action::GiveNotice(request)),
        None if dice.chance(3) => (who, Action::GiveNotice(request)),
        _ => (dice.anyone(), Action::ClosePeriod(request)),
    }
}

pub fn vote(dice: &mut Dice, asked: Option<&Request>, submission: SubmissionId) -> Vote {
    let score = dice.pick(&[90, 90, 85, 60, 50, 45, 30, 0, 100]);
    let sealed = asked.is_some_and(|asked| asked.spec.duplicates != Duplicates::Independent);
    let names = if sealed { dice.chance(50) } else { dice.chance(4) };
    (score, (names && submission > 0).then(|| if dice.chance(85) { 0 } else { dice.below(submission.into()) as u32 }))
}

/// Somebody commits to what is open to it, or so.
fn committing(
    dice: &mut Dice,
    model: &Model,
    asked: Option<&Request>,
    request: RequestId,
    unknown: SubmissionId,
) -> (Who, Action) {
    let who = if dice.chance(95) { crowd::reviewer(dice, model.now) } else { dice.anyone() };
    let mut open = asked.map(|asked| crowd::open_to(asked, who, model.now)).unwrap_or_default();
    if dice.chance(60) {
        open.truncate(1 + dice.below(3) as usize);
    }
    let mut votes = Vec::new();
    for submission in list(dice, &open, unknown) {
        votes.push((submission, vote(dice, asked, submission)));
    }
    (who, Action::CommitReviews { request, votes })
}

/// Somebody reveals what it can, or all that it committed to.
fn revealing(
    dice: &mut Dice,
    model: &Model,
    asked: Option<&Request>,
    request: RequestId,
    unknown: SubmissionId,
) -> (Who, Action) {
    let unknown = (unknown, (dice.below(110) as u8, dice.chance(20).then(|| dice.below(4) as u32)));
    let mut committed: Vec<(Who, (SubmissionId, Vote))> = Vec::new();
    for (id, work) in asked.iter().flat_map(|asked| &asked.works) {
        let pending = work.verdict == Verdict::Pending || dice.chance(2);
        let waiting = work.reviews.iter().filter(|review| pending && (!review.revealed || dice.chance(2)));
        committed.extend(waiting.map(|review| (review.who, (*id, review.vote))));
    }
    let willing: Vec<Who> = committed.iter().map(|(who, _)| *who).filter(|who| !crowd::withholds(dice, *who)).collect();
    if willing.is_empty() {
        return (dice.pick(&ENFORCERS), Action::RevealReviews { request, votes: vec![unknown] });
    }
    let who = dice.pick(&willing);
    let ready = asked.map(|asked| crowd::hidden(asked, who, model.now)).unwrap_or_default();
    let mine: Vec<(SubmissionId, Vote)> = if ready.is_empty() || dice.chance(10) {
        committed.into_iter().filter(|(other, _)| *other == who).map(|(_, vote)| vote).collect()
    } else {
        ready
    };
    (who, Action::RevealReviews { request, votes: list(dice, &mine, unknown) })
}

/// What anyone could do to bring a request to its end, what its requester alone may do once its provider is gone, and
/// nothing else.
pub fn upkeep(model: &Model, id: RequestId) -> Option<(Who, Action)> {
    let asked = model.requests.get(&id)?;
    let mut steps = vec![
        (KEEPER, Action::OpenReviews { request: id, max: 64 }),
        (KEEPER, Action::Settle { request: id, max: 64 }),
        (KEEPER, Action::ClosePeriod(id)),
        (KEEPER, Action::Prune { request: id, max: 64 }),
    ];
    let works: Vec<SubmissionId> = asked.works.keys().copied().collect();
    for submissions in works.chunks(MOST_ITEMS) {
        steps.push((KEEPER, Action::Finalize { request: id, submissions: submissions.to_vec() }));
        steps.push((KEEPER, Action::Claim { request: id, submissions: submissions.to_vec() }));
    }
    steps.extend(asked.places.iter().map(|(who, _)| (KEEPER, Action::ReportNoShow { request: id, provider: *who })));
    if asked.is_vacant() {
        steps.push((asked.requester, Action::Reclaim(id)));
    }
    steps.into_iter().find(|(who, action)| model.would(*who, action).is_ok())
}

/// Everyone who is owed anything, in the order of the cast.
pub fn creditors(model: &Model) -> Vec<Who> {
    debug_assert_eq!(CAST[TREASURY], "treasury");
    (0..CAST.len()).filter(|who| model.credits[*who] > 0).collect()
}
