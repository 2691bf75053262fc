//! What attacks on the market's economy cost, and what they earn: each is played on the real contracts, with its numbers.
//!
//! The attacker has money and as many accounts as it likes, and plays by the rules: no message here is malformed, and
//! hardly one is refused. What is left are the prices, and these tests hold them. `SECURITY.md` quotes them.

use chain::{account, brisk_policy, brisk_terms, days, hours, Settings, POCKET_MONEY, UNIT};
use e2e_tests::{
    cheapest, one, refused, Town, Vote, CANDIDATES, ENDOWMENT, ENFORCERS, LEAST_FEE, PROVIDERS, REQUESTER, SALT,
    STRANGER,
};
use ink::primitives::Hash;
use interfaces::market::seal;
use interfaces::{
    market::{Access, Award, Bucket, Claimed, Duplicates, Error, Policy, RequestReason, RequestSpec, Verdict},
    obligation::{self, MemberState, Queued, Rate, Schedule, Seated, Standing, StandingChanged, Terms, OP},
    reputation, roles, Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use pendzl::contracts::access_control::{AccessControl as _, AccessControlError};

/// What the treasury is paid for a request of the town: 5 % of 33 UNIT.
const FEE: Balance = 33 * UNIT / 20;
/// What a coherent enforcer earns where three share a review fee.
const THIRD: Balance = UNIT / 3;
/// The reputation at stake in each review: a seventh of half of a place's 55 points. A request of one place for 11 UNIT is
/// worth as much.
const STAKE: Balance = 3;
/// What a review costs that was committed and not revealed.
const ABSENCE: Balance = 2 * STAKE + 1;

/// These enforcers give all submissions these scores; each has its verdict, is settled, and is claimed.
fn judge_and_pay(town: &Town, request: RequestId, ballots: &[Vec<(&str, Vote)>]) {
    town.judge_each(request, ballots);
    town.settle(request).ok();
    for submission in (0..).take(ballots.len()) {
        town.claim(request, submission).ok();
    }
}

/// Every submission is scored so by these.
fn unanimous<'a>(enforcers: &[&'a str], submissions: usize, score: u8) -> Vec<Vec<(&'a str, Vote)>> {
    vec![enforcers.iter().map(|name| (*name, (score, None))).collect(); submissions]
}

/// The points that these are owed, together.
fn owed(town: &Town, names: &[&str]) -> Balance {
    names.iter().map(|name| town.profile(name).owed).sum()
}

/// What the market owes these, together.
fn credits(town: &Town, names: &[&str]) -> Balance {
    names.iter().map(|name| town.credit(name)).sum()
}

// Farming reputation

#[test]
fn even_who_owns_everyone_pays_a_hundredth_of_a_unit_for_a_point() {
    let town = Town::new();
    // Rita, all providers and all enforcers are one person, which has all of its money back but the fee.
    town.play_request(&ENFORCERS, 100);
    let ring = [&ENFORCERS[..], &PROVIDERS[..], &[REQUESTER]].concat();
    assert_eq!(town.in_market() - credits(&town, &ring), FEE);
    assert_eq!(town.credit_of(town.treasury), FEE);

    // Each submission has as many reviews as there are enforcers; with all seven that there may be it would be 144 points.
    let (providers, enforcers) = (owed(&town, &PROVIDERS), owed(&town, &ENFORCERS));
    assert_eq!((providers, enforcers), (3 * 27, 3 * 5 * STAKE));
    let points = providers + enforcers;
    assert_eq!((points, 3 * (27 + 7 * STAKE)), (126, 144), "of 165, less what does not divide");
    assert!(FEE >= points * UNIT / 100);
}

#[test]
fn a_pair_farms_less_than_twice_its_first_points_in_an_epoch_and_fresh_accounts_pay_the_fee_again() {
    let town = Town::with(|settings| settings.terms.epoch = days(365));
    let play = |requester: &str, provider: &str| {
        let request = town.post_as(requester, |spec| spec.per_provider = 3);
        town.signal(provider, request, 3).ok();
        for _ in 0..3 {
            town.submit(provider, request).ok();
        }
        let before = (owed(&town, &[provider]), town.credit_of(town.treasury));
        judge_and_pay(&town, request, &unanimous(&ENFORCERS[..3], 3, 100));
        assert_eq!(before.1 % FEE, 0);
        owed(&town, &[provider]) - before.0
    };
    assert_eq!(play(REQUESTER, "pia"), 27 + 13 + 6);
    assert_eq!(play(REQUESTER, "pia"), 3 + 1);
    assert_eq!(play(REQUESTER, "pia"), 0, "and pays the whole fee for it");
    // The way around is as dear as the first time.
    assert_eq!(play("ruth", "pia"), 27 + 13 + 6);
    assert_eq!(play(REQUESTER, "paul"), 27 + 13 + 6);
    assert_eq!(town.credit_of(town.treasury), 5 * FEE);
}

#[test]
fn work_that_nobody_reviews_or_that_is_refused_farms_nothing() {
    let town = Town::new();
    let request = town.post();
    for name in &PROVIDERS[..2] {
        town.deliver(name, request);
    }
    let refused_and_unreviewed = [unanimous(&ENFORCERS[..3], 1, 39), vec![vec![]]].concat();
    judge_and_pay(&town, request, &refused_and_unreviewed);
    assert_eq!(town.submission(request, 1).verdict, Verdict::Unreviewed);
    assert_eq!(owed(&town, &PROVIDERS), 0);
}

/// A newcomer called Newt buys itself a request of 40 UNIT through an account of its own, and delivers.
fn newt_makes_a_name(town: &Town) -> RequestId {
    let request = town.post_as("newts other account", |spec| {
        (spec.limit, spec.reward) = (1, 39 * UNIT);
    });
    town.deliver("newt", request);
    judge_and_pay(town, request, &unanimous(&ENFORCERS[..3], 1, 100));
    town.chain.call(&town.who("newt"), town.reputation().claim_reputation(account("newt"))).ok();
    request
}

#[test]
fn a_new_name_that_may_enlist_costs_two_units_and_a_review_fee() {
    let town = Town::new();
    let newt = town.who("newt");
    let nobody = refused(&town.chain, &newt, town.obligation().enlist(town.pool));
    assert_eq!(nobody, obligation::Error::Reputation(reputation::Error::InsufficientReputation));

    newt_makes_a_name(&town);
    assert_eq!(town.profile("newt").balance, 100);
    assert_eq!(town.credit("newt"), 39 * UNIT + UNIT, "its own reward and deposit");
    assert_eq!(town.credit_of(town.treasury), 2 * UNIT);
    assert_eq!(credits(&town, &ENFORCERS[..3]), 3 * THIRD, "three strangers had to agree that the work is good");

    let enlisted = town.chain.call(&newt, town.obligation().enlist(town.pool));
    assert_eq!(enlisted.events::<Queued>(), [Queued { pool: town.pool, who: newt }], "behind all who came before");
    enlisted.ok();
    assert_eq!(town.profile("newt").locked, 50);
}

// Banning oneself

/// Requests go by, and Elsa does nothing, until anyone can have her banned; then a friend does.
fn elsa_is_banned_by_a_friend(town: &Town) -> StandingChanged {
    while town.member("elsa").standing != Standing::Banned {
        town.play_request(&ENFORCERS[..3], 80);
    }
    let evaluate = town.obligation().evaluate(town.pool, account("elsa"));
    let mut changed = town.chain.call(&town.who("elsas friend"), evaluate).events();
    assert_eq!(changed.len(), 1, "one ban");
    changed.remove(0)
}

/// Elsa has just what it takes to enlist.
fn elsa_is_poor(settings: &mut Settings) {
    let elsa = account("elsa");
    for founder in settings.founders.iter_mut().filter(|(who, _)| *who == elsa) {
        founder.1 = 100;
    }
}

#[test]
fn a_ban_costs_the_poorest_member_more_than_twice_what_a_friend_earns_by_it() {
    let greedy = |settings: &mut Settings| (settings.terms.slash_ppm, settings.terms.keeper_reward) = (0, 25);
    // As the terms are; and as favourable to the two as any terms can be.
    for (favourable, lost, earned) in [(false, 50 + 25, 20), (true, 50, 25)] {
        let town = Town::with(|settings| {
            elsa_is_poor(settings);
            if favourable {
                greedy(settings);
            }
        });
        let banned = elsa_is_banned_by_a_friend(&town);
        assert_eq!((banned.bond_burnt + banned.slashed, banned.reward), (lost, earned));
        assert_eq!((town.profile("elsa").balance, town.profile("elsas friend").owed), (100 - lost, earned));
        let elsa = town.who("elsa");
        let again = refused(&town.chain, &elsa, town.obligation().enlist(town.pool));
        assert_eq!(again, obligation::Error::Banned, "and it is done once");
    }
}

#[test]
fn no_terms_reward_a_ban_with_more_than_half_of_the_bond_it_burns() {
    let town = Town::with(|settings| (settings.terms.bond, settings.terms.keeper_reward) = (10, 5));
    let propose = |terms: Terms| town.obligation().propose_terms(town.pool, terms, Schedule::default());
    let too_much = propose(Terms { keeper_reward: 26, ..brisk_terms() });
    let reason = obligation::TermsReason::KeeperReward;
    assert_eq!(refused(&town.chain, &town.manager, too_much), obligation::Error::InvalidTerms(reason));
    // Elsa's bond is one of the old terms: the new reward does not go with it.
    town.chain.call(&town.manager, propose(Terms { keeper_reward: 25, ..brisk_terms() })).ok();
    town.chain.pass(days(1));
    let banned = elsa_is_banned_by_a_friend(&town);
    assert_eq!((banned.bond_burnt, banned.slashed, banned.reward), (10, 245, 5));
}

// Starving honest enforcers of work

#[test]
fn the_largest_request_that_the_market_takes_bans_nobody_who_works() {
    let town = Town::new();
    // One account asks, another delivers everything, at the least price there is.
    let taken = (1..=64).rev().find_map(|places: u16| {
        let mut spec = town.request_spec();
        cheapest(&mut spec);
        (spec.limit, spec.per_provider) = (places.into(), places);
        let price = town.chain.read(town.market().quote(spec.clone())).ok()?.total;
        let post = town.market().post(spec, 0).transferred_value(price);
        Some((places, town.chain.call(&town.who(REQUESTER), post).ok()))
    });
    let (places, request) = taken.expect("a request of one place is taken");
    assert_eq!(places, 4, "twelve reviews of the fifteen that five can have in hand");
    town.signal("pia", request, places).ok();
    for _ in 0..places {
        town.submit("pia", request).ok();
    }
    let standings = || ENFORCERS.map(|name| town.member(name).standing);
    town.open_reviews(request);
    assert_eq!(standings(), [Standing::Healthy; 5], "nobody could do anything yet about {places} submissions");

    // Everyone commits to whatever it can, hour by hour.
    for _ in 0..24 {
        for name in ENFORCERS {
            for submission in 0..u32::from(places) {
                town.commit(name, request, submission, 80).returned().ok();
            }
        }
        assert_eq!(standings(), [Standing::Healthy; 5]);
        town.chain.pass(hours(1));
    }
    town.until_commits_close(request, 0);
    for submission in 0..u32::from(places) {
        for name in ENFORCERS {
            town.reveal(name, request, submission, 80).returned().ok();
        }
        town.finalize(request, submission).ok();
    }
    assert_eq!(standings(), [Standing::Healthy; 5]);
}

#[test]
fn a_long_deal_whose_periods_overtake_their_reviews_bans_nobody_who_works() {
    let town = Town::new();
    let rita = town.who(REQUESTER);
    let mut spec = town.request_spec();
    cheapest(&mut spec);
    (spec.access, spec.limit) = (Access::Offers, 1);
    // Twenty deliveries, each to be reviewed within a week and, where too few commit, within one more.
    spec.review_by = spec.deliver_by + days(7);
    spec.reveal_by = spec.review_by + days(1);
    let price = |period| town.chain.read(town.market().quote_engagement(spec.clone(), 20, period));
    let engage = |period| town.market().engage(spec.clone(), 20, period, 19, 1, 0).transferred_value(UNIT);
    for period in [hours(1), days(3)] {
        assert_eq!(price(period), Err(Error::AtCapacity), "five or more deliveries would be in review at once");
        assert_eq!(refused(&town.chain, &rita, engage(period)), Error::AtCapacity);
    }
    let period = days(4);
    let total = price(period).expect("four at once are taken").total;
    let engage = town.market().engage(spec.clone(), 20, period, 19, 1, 0).transferred_value(total);
    let request = town.chain.call(&rita, engage).ok();
    assert_eq!((town.state(request).reserved, town.backlog()), (12, 12));
    town.offer("paul", request, 1, spec.deliver_by).ok();
    town.accept("paul", request, 1, spec.deliver_by).ok();

    let nobody_is_banned = || ENFORCERS.map(|name| assert_ne!(town.member(name).standing, Standing::Banned, "{name}"));
    let everyone_commits = |to: u32| {
        for name in ENFORCERS {
            for submission in to.saturating_sub(2)..=to {
                town.commit(name, request, submission, 80).returned().ok();
            }
        }
    };
    for n in 0..20_u32 {
        town.submit("paul", request).ok();
        town.chain.pass_until(spec.deliver_by + u64::from(n) * period);
        town.chain.call(&town.who(STRANGER), town.market().open_reviews(request, 64)).ok();
        nobody_is_banned();
        everyone_commits(n);
        // The delivery before this one has been in review for a week.
        if let Some(before) = n.checked_sub(1) {
            town.chain.pass_until(spec.review_by + u64::from(before) * period);
            everyone_commits(n);
            for name in ENFORCERS {
                town.reveal(name, request, before, 80).returned().ok();
            }
            town.finalize(request, before).ok();
            town.chain.call(&town.who(STRANGER), town.market().close_period(request)).ok();
            nobody_is_banned();
        }
    }
    assert_eq!((town.state(request).settled, town.state(request).reserved), (19, 3), "the rest made room as it ended");
}

/// Terms of eight seats, the members' own and Mallory's, whose ops weigh each member's fair share.
fn fair_share(settings: &mut Settings) {
    settings.terms.seats = 8;
    settings.terms.rate = Rate::FairShare { diligence_ppm: 1_000_000 };
    settings.founders.push((account("mallory"), ENDOWMENT));
}

#[test]
fn members_who_leave_before_the_work_they_were_counted_for_is_seen_ban_nobody_who_stays() {
    let town = Town::with(fair_share);
    town.chain.call(&town.who("mallory"), town.obligation().enlist(town.pool)).ok();
    // Seven submissions are what eight can review. Five of them are one person, and leave when reviews begin.
    let request = town.post_with(|spec| {
        cheapest(spec);
        (spec.limit, spec.per_provider) = (7, 7);
    });
    town.signal("pia", request, 7).ok();
    for _ in 0..7 {
        town.submit("pia", request).ok();
    }
    town.chain.pass_until(town.spec(request).deliver_by);
    let (honest, ring) = (&ENFORCERS[..3], [&ENFORCERS[3..], &CANDIDATES, &["mallory"]].concat());
    for name in &ring {
        town.chain.call(&town.who(name), town.obligation().resign(town.pool)).ok();
    }
    town.open_reviews(request);
    for name in honest {
        let member = town.member(name);
        assert_eq!(
            (member.required, member.standing),
            (2 * OP, Standing::Healthy),
            "{name}: all but three, rounded down"
        );
    }
    // Whoever commits to three makes up for all of it.
    town.until_open_to_all(request, 0);
    for submission in 0..3 {
        town.commit(honest[0], request, submission, 80).ok();
    }
    assert_eq!(town.member(honest[0]).deficit, 0);
}

/// Everybody's hands are full of a long request's reviews; Greg's short ones are seen meanwhile, which nobody can review.
/// Returns how many it took until the first was Banned, if the last of five keeps a hand free or does not.
fn short_requests_beside_a_long_one(keeps_a_hand_free: bool) -> (u32, [Standing; 5]) {
    let town = Town::new();
    // The longest review that there is.
    let long = town.post_with(|spec| {
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(7);
    });
    for name in PROVIDERS {
        town.deliver(name, long);
    }
    town.open_reviews(long);
    town.until_open_to_all(long, 0);
    let mut ballot: Vec<(SubmissionId, Vote)> = (0..3).map(|submission| (submission, (80, None))).collect();
    for name in ENFORCERS {
        let hands = if keeps_a_hand_free && name == ENFORCERS[4] { 2 } else { 3 };
        assert_eq!(town.commit_list(name, long, &ballot[..hands]).ok().len(), hands);
        // Each begins with another one: all of them are short of one op, and three such find room in each.
        ballot.rotate_left(1);
    }
    assert!(town.backlog() < 15, "nine reviews of fifteen are reserved, and every hand may be full");
    let standings = || ENFORCERS.map(|name| town.member(name).standing);
    let mut requests = 0;
    while !standings().contains(&Standing::Banned) {
        let now = town.chain.now();
        let request = town.post_as("greg", |spec| {
            cheapest(spec);
            spec.limit = 1;
            (spec.signal_by, spec.deliver_by) = (now + hours(1), now + hours(2));
            (spec.review_by, spec.reveal_by) = (now + hours(3), now + hours(4));
        });
        requests += 1;
        town.deliver("paul", request);
        town.open_reviews(request);
        // Nobody else has a hand for it, and its window is extended: it is seen again, for the reviews still wanted.
        if keeps_a_hand_free {
            town.review(request, 0, &[(ENFORCERS[4], 80)]);
            town.finalize(request, 0).ok();
        } else {
            town.leave_unreviewed(request, 0);
        }
        town.settle(request).ok();
    }
    assert!(town.chain.now() < town.spec(long).review_by, "nobody could reveal anything of the long one yet");
    (requests, standings())
}

#[test]
fn who_has_all_hands_full_of_a_long_request_is_banned_by_short_ones_and_who_keeps_one_free_is_not() {
    // With three in hand, ten that are due ban. Of each request two ops are seen, and three of the long one: in 36 hours.
    let all_full = short_requests_beside_a_long_one(false);
    assert_eq!(all_full, (9, [Standing::Banned; 5]));
    // Where one of three reviews is there the extension asks for the other two, and weighs four fifths.
    let [banned, free] = [Standing::Banned, Standing::Healthy];
    assert_eq!(short_requests_beside_a_long_one(true), (10, [banned, banned, banned, banned, free]));
}

#[test]
fn a_requester_that_accepts_at_the_last_moment_has_the_deposit_of_whom_it_was_too_late_for() {
    let town = Town::new();
    let request = town.post_with(|spec| (spec.access, spec.limit, spec.place_deposit) = (Access::Offers, 1, 5 * UNIT));
    let due = town.spec(request).deliver_by;
    // Pia's offer stands until her delivery would be due, Paul's as long as he could still deliver.
    town.offer("pia", request, UNIT, due).ok();
    town.offer_until("paul", request, UNIT, due, due - hours(20)).ok();
    town.chain.pass_until(due - 1);
    let pauls = town.market().accept(request, account("paul"), UNIT, due);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), pauls), Error::OfferExpired);
    town.accept("pia", request, UNIT, due).ok();
    town.chain.pass(1);
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("pia"))).ok();
    town.settle(request).ok();
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT + UNIT + 5 * UNIT, "all but the fee, and Pia's deposit");
    town.chain.call(&town.who("paul"), town.market().retract_offer(request)).ok();
    assert_eq!((town.credit("pia"), town.credit("paul")), (0, 5 * UNIT));
}

#[test]
fn eleven_hours_away_are_enough_for_a_ban_where_windows_may_last_an_hour() {
    let town = Town::new();
    let start = town.chain.now();
    let mut requests = 0;
    // Elsa sleeps. The others do all the work that Greg buys: four submissions, each reviewed by three of them.
    loop {
        let request = town.post_as("greg", |spec| {
            cheapest(spec);
            (spec.limit, spec.per_provider) = (4, 4);
            (spec.signal_by, spec.deliver_by) = (town.chain.now() + hours(1), town.chain.now() + hours(2));
            (spec.review_by, spec.reveal_by) = (spec.deliver_by + hours(1), spec.deliver_by + hours(2));
        });
        requests += 1;
        town.signal("pia", request, 4).ok();
        for _ in 0..4 {
            town.submit("pia", request).ok();
        }
        town.open_reviews(request);
        if town.member("elsa").standing == Standing::Banned {
            break;
        }
        town.until_open_to_all(request, 0);
        let reviews =
            || (0..4).flat_map(|n| ENFORCERS.into_iter().take(4).enumerate().map(move |(i, name)| (n, i, name)));
        for (submission, _, name) in reviews().filter(|(submission, i, _)| *submission as usize != *i) {
            town.commit(name, request, submission, 80).ok();
        }
        town.until_commits_close(request, 0);
        for (submission, _, name) in reviews().filter(|(submission, i, _)| *submission as usize != *i) {
            town.reveal(name, request, submission, 80).ok();
        }
        for submission in 0..4 {
            town.finalize(request, submission).ok();
        }
        town.settle(request).ok();
    }
    let hours_away = (town.chain.now() - start) / hours(1);
    assert_eq!((requests, hours_away, town.credit_of(town.treasury)), (4, 11, UNIT / 125));
}

/// Six seats, as many as the terms allow. Whoever owes nothing finds room in four of a submission's seven places, and
/// whoever is short of work in the other three.
fn six_seats(settings: &mut Settings) {
    settings.terms.seats = 6;
}

/// Everyone on a seat, Cora last.
fn six() -> Vec<&'static str> {
    [&ENFORCERS[..], &["cora"]].concat()
}

/// A request of one place; Pia delivers, and it is opened for review.
fn one_place(town: &Town) -> RequestId {
    let request = town.post_with(|spec| (spec.limit, spec.reward) = (1, 10 * UNIT));
    town.deliver("pia", request);
    town.open_reviews(request);
    request
}

/// All of these try to commit. Returns those who could.
fn commits<'a>(town: &Town, request: RequestId, names: &[&'a str]) -> Vec<&'a str> {
    let accepted = |name: &&&'a str| town.commit(name, request, 0, 80).returned().is_ok();
    names.iter().filter(accepted).copied().collect()
}

/// Every three hours until the middle of the window all of these try to commit, in this order. Returns those who could.
fn race<'a>(town: &Town, request: RequestId, names: &[&'a str]) -> Vec<&'a str> {
    let mut committed = Vec::new();
    for _ in 0..=4 {
        committed.extend(commits(town, request, names));
        town.chain.pass(hours(3));
    }
    committed
}

/// Commitments are over, all reveal, and the request is over.
fn reveal_and_end(town: &Town, request: RequestId, committed: &[&str]) {
    town.until_commits_close(request, 0);
    for name in committed {
        town.reveal(name, request, 0, 80).ok();
    }
    town.finalize(request, 0).ok();
    town.settle(request).ok();
    town.claim(request, 0).ok();
}

#[test]
fn who_commits_whenever_it_can_is_not_starved_by_faster_ones() {
    let town = Town::with(six_seats);
    let mut left_out = 0;
    for _ in 0..24 {
        let request = one_place(&town);
        // Cora is always the last to send her message.
        let committed = race(&town, request, &six());
        assert!((4..=6).contains(&committed.len()));
        left_out += u32::from(!committed.contains(&"cora"));
        reveal_and_end(&town, request, &committed);
        let cora = town.member("cora");
        assert_eq!((cora.deficit, cora.standing), (0, Standing::Healthy), "she owes nothing whenever she is left out");
    }
    let cora = town.member("cora");
    assert_eq!((cora.seen, cora.declared), (24 * OP, u128::from(24 - left_out) * OP));
    assert!((1..=12).contains(&left_out), "{left_out}: at most every other time, and only if four were drawn before");
}

#[test]
fn five_of_six_who_take_all_they_can_leave_the_sixth_just_what_it_owes() {
    let town = Town::with(six_seats);
    let mut found_room = Vec::new();
    for _ in 0..14 {
        let request = one_place(&town);
        let mut committed = race(&town, request, &ENFORCERS);
        // Cora looks in once, when all of them have had their turn.
        let room = commits(&town, request, &["cora"]);
        found_room.push(!room.is_empty());
        committed.extend(room);
        reveal_and_end(&town, request, &committed);
        assert_eq!((town.member("cora").deficit, town.member("cora").standing), (0, Standing::Healthy));
    }
    // One of two ops seen is due: after the first of two she is not short, after the second she is.
    assert_eq!(found_room, [false, true].repeat(7));
    assert_eq!(town.credit_of(town.treasury), 14 * (11 * UNIT / 20), "what the five pay, if they post as well");
}

#[test]
fn members_that_are_all_short_fill_three_places_and_the_others_once_they_have_caught_up() {
    let town = Town::with(six_seats);
    let request = town.post();
    for name in &PROVIDERS[..2] {
        town.deliver(name, request);
    }
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    // Two ops are seen, so each of the six is short of one.
    assert_eq!(commits(&town, request, &six()), ENFORCERS[..3], "no ring that keeps itself short fills a jury");
    assert_eq!(town.commit("enzo", request, 0, 80).err(), Error::ReviewsFull);
    for name in ["enzo", "elsa", "cora"] {
        town.commit(name, request, 1, 80).ok();
    }
    assert_eq!(commits(&town, request, &six()), ["enzo", "elsa", "cora"], "they owe nothing any more");
    let short = |submission| {
        let reviews = town.chain.read(town.market().reviews(request, submission)).expect("a submission");
        reviews.iter().map(|review| review.short).collect::<Vec<_>>()
    };
    assert_eq!(short(0), [true, true, true, false, false, false]);
    assert_eq!(short(1), [true; 3]);
}

#[test]
fn who_is_away_stays_healthy_for_five_points_every_other_request() {
    let town = Town::with(six_seats);
    for _ in 0..14 {
        let request = one_place(&town);
        let committed = race(&town, request, &ENFORCERS);
        reveal_and_end(&town, request, &committed);
        if town.member("cora").deficit > 0 {
            town.chain.call(&town.who("cora"), town.obligation().restore(town.pool, 1)).ok();
        }
        assert_eq!(town.member("cora").standing, Standing::Healthy);
    }
    assert_eq!(town.profile("cora").spent, 7 * 5);
}

#[test]
fn four_who_fill_the_room_and_stay_silent_leave_work_unreviewed_and_lose_seven_points_each() {
    let town = Town::with(six_seats);
    let request = one_place(&town);
    town.until_open_to_all(request, 0);
    let silent = &ENFORCERS[..4];
    assert_eq!(commits(&town, request, silent), silent);
    for name in ["elsa", "cora"] {
        assert_eq!(town.commit(name, request, 0, 80).err(), Error::ReviewsFull, "{name} owes nothing");
    }
    // A quorum has committed: nothing is extended, and nobody can commit any more.
    town.until_reveals_close(request, 0);
    town.finalize(request, 0).ok();
    assert_eq!(town.submission(request, 0).verdict, Verdict::Unreviewed);
    for name in silent {
        assert_eq!((town.profile(name).slashed, town.member(name).declared), (ABSENCE, 0));
    }
    assert_eq!(ABSENCE, 7);
    town.settle(request).ok();
    assert_eq!(town.claim(request, 0).ok(), 5 * UNIT, "what nobody reviewed weighs half");
    assert_eq!((town.credit("pia"), town.profile("pia").owed), (6 * UNIT, 0));
}

#[test]
fn where_four_are_always_faster_the_fifth_has_every_other_review() {
    // Five seats and a quorum of three. Four that owe nothing fill their room.
    let town = Town::new();
    let (early, late) = (&ENFORCERS[..4], [ENFORCERS[4]]);
    for n in 0..4_u32 {
        let request = one_place(&town);
        assert_eq!(race(&town, request, early).len(), 4);
        let found = commits(&town, request, &late);
        assert_eq!(found.len(), (n % 2) as usize, "hours later there is room if she owes something");
        reveal_and_end(&town, request, &[early, &found[..]].concat());
    }
    assert_eq!(town.member(late[0]).declared, 2 * OP);
}

// Dodging a ban

#[test]
fn who_rests_when_work_comes_up_loses_the_seat_and_cannot_do_so_again() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    let elsa = town.who("elsa");
    let rests = town.chain.call(&elsa, town.obligation().freeze());
    assert_eq!(rests.events::<Seated>(), [Seated { pool: town.pool, who: account("cora") }]);
    rests.ok();
    town.open_reviews(request);
    town.chain.call(&elsa, town.obligation().unfreeze()).ok();
    let member = town.member("elsa");
    assert_eq!((member.seen, member.state), (0, MemberState::Waiting), "she has seen nothing, and has no seat");
    let waiting = town.chain.read(town.obligation().waiting(town.pool, None, 9)).unwrap();
    assert_eq!(waiting, [account("carl"), elsa]);
    let again = refused(&town.chain, &elsa, town.obligation().freeze());
    assert_eq!(again, obligation::Error::FrozenRecently);
}

#[test]
fn commitments_that_are_never_revealed_put_a_ban_off_and_cost_more_than_doing_the_work() {
    let town = Town::new();
    // Elsa commits to three reviews of the longest request there is, and does nothing else.
    let long = town.post_with(|spec| {
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(7);
    });
    for name in PROVIDERS {
        town.deliver(name, long);
    }
    town.open_reviews(long);
    let opened = town.chain.now();
    town.until_open_to_all(long, 0);
    let all = [0, 1, 2].map(|submission| (submission, (80, None)));
    assert_eq!(town.commit_list("elsa", long, &all).ok(), [0, 1, 2]);
    assert_eq!(town.member("elsa").deficit, 0, "what is in hand counts as done");
    // Nobody else comes: all three are extended, and seen again for the two reviews that are still wanted of each.
    town.until_commits_close(long, 0);
    assert_eq!(town.finalize_list(long, &[0, 1, 2]).ok(), 3);
    assert_eq!(town.member("elsa").open, 3);
    town.until_reveals_close(long, 0);
    assert_eq!(town.chain.now(), opened + days(21), "no commitment lasts longer");
    assert_eq!(town.finalize_list(long, &[0, 1, 2]).ok(), 3);
    let elsa = town.member("elsa");
    // 3 and 3 * 4/5 ops are seen.
    assert_eq!((elsa.seen, elsa.declared, elsa.open), (5_400_000, 0, 0), "until it turns out that it was not");
    assert_eq!((elsa.deficit, town.profile("elsa").slashed), (2 * OP, 3 * ABSENCE));
}

// Copying

#[test]
fn who_waits_for_the_extension_sees_no_score_before_it_has_committed_to_its_own() {
    let town = Town::new();
    let request = town.in_review();
    town.commit("eva", request, 0, 70).ok();
    let reveal = || town.market().reveal_reviews(request, one::reveal(0, 70, None, SALT));
    town.until_commits_close(request, 0);
    assert_eq!(refused(&town.chain, &town.who("eva"), reveal()), Error::ReviewsOpen, "it is to be extended first");
    town.extend(request, 0);
    for name in ["emil", "edda"] {
        assert_eq!(refused(&town.chain, &town.who("eva"), reveal()), Error::ReviewsOpen);
        let seen = town.chain.read(town.market().reviews(request, 0)).expect("a submission");
        assert!(seen.iter().all(|review| review.score.is_none()), "there is nothing to copy");
        town.commit(name, request, 0, 70).ok();
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 70).ok();
    }
    town.finalize(request, 0).ok();
    let judged = town.submission(request, 0);
    assert_eq!((judged.verdict, judged.median), (Verdict::Quorum, 70));
    for name in &ENFORCERS[..3] {
        assert_eq!((town.credit(name), town.profile(name).owed), (THIRD, STAKE), "{name}");
    }
}

#[test]
fn a_delivery_in_the_open_can_be_copied_and_is_paid_like_the_original() {
    let town = Town::new();
    let request = town.post();
    town.deliver("pia", request);
    let shown = town.submission(request, 0);
    town.signal("paul", request, 1).ok();
    let copy = town.market().submit(request, one::delivery(shown.content, shown.uri));
    town.chain.call(&town.who("paul"), copy).ok();
    let said = |original| ENFORCERS[..3].iter().map(|name| (*name, (80, original))).collect();
    judge_and_pay(&town, request, &[said(None), said(Some(0))]);
    assert_eq!(
        town.submission(request, 1).duplicate_of,
        Some(0),
        "everybody says so, but nothing was to follow from it"
    );
    assert_eq!([town.credit("pia"), town.credit("paul")], [11 * UNIT; 2]);
}

#[test]
fn a_sealed_delivery_shows_itself_when_it_is_too_late_to_copy_it() {
    let town = Town::new();
    let request = town.post_with(|spec| (spec.award, spec.duplicates) = (Award::Proportional, Duplicates::FirstOnly));
    for name in ["pia", "paul"] {
        town.signal(name, request, 1).ok();
    }
    town.submit_sealed("pia", request, "pia").ok();
    let paul = town.who("paul");
    let blank = seal(request, paul, &Hash::default(), b"", &SALT);
    town.chain.call(&paul, town.market().submit_sealed(request, vec![blank])).ok();
    town.chain.pass_until(town.spec(request).deliver_by);
    town.unseal("pia", request, 0, "pia").ok();

    let shown = town.submission(request, 0);
    let copy = town.market().unseal(request, one::unsealing(1, shown.content, shown.uri.clone(), SALT));
    assert_eq!(refused(&town.chain, &paul, copy), Error::WrongSeal);
    let copied = seal(request, paul, &shown.content, &shown.uri, &SALT);
    assert_eq!(refused(&town.chain, &paul, town.market().submit_sealed(request, vec![copied])), Error::TooLate);

    town.judge_each(request, &unanimous(&ENFORCERS[..3], 1, 80));
    town.settle(request).ok();
    town.claim(request, 0).ok();
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, paul)).ok();
    assert_eq!((town.credit("pia"), town.credit("paul")), (31 * UNIT, 0), "all of the reward; and his deposit is gone");
    assert_eq!(town.reclaim(request).ok(), UNIT + 2 * UNIT + (UNIT - 3 * THIRD));
}

// A majority of colluding enforcers

#[test]
fn a_colluding_majority_decides_scores_and_nothing_else() {
    let town = Town::new();
    let request = town.post();
    // Pia's work is good, Paul's is junk; three of five say the opposite.
    for name in ["pia", "paul"] {
        town.deliver(name, request);
    }
    let say = |name, submission| match (ENFORCERS[..3].contains(&name), submission) {
        (true, 0) => (0, None),
        (true, _) => (100, None),
        (false, 0) => (95, None),
        (false, _) => (5, None),
    };
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    // The ring begins with Pia's work, the others with Paul's: each is short of one op, and finds room for both.
    for (n, name) in ENFORCERS.into_iter().enumerate() {
        let order: [SubmissionId; 2] = if n < 3 { [0, 1] } else { [1, 0] };
        let ballot = order.map(|submission| (submission, say(name, submission)));
        assert_eq!(town.commit_list(name, request, &ballot).ok(), order);
    }
    town.until_commits_close(request, 0);
    for name in ENFORCERS {
        town.reveal_list(name, request, &[0, 1].map(|submission| (submission, say(name, submission)))).ok();
    }
    assert_eq!(town.finalize_list(request, &[0, 1]).ok(), 2);
    town.settle(request).ok();
    let claims = [0, 1].map(|submission| {
        let claimed = town.claim(request, submission);
        let told = &claimed.events::<Claimed>()[0];
        (told.pay, told.deposit, told.forfeited, told.reputation)
    });
    assert_eq!(claims, [(0, 0, UNIT, 0), (10 * UNIT, UNIT, 0, 27)], "Pia loses pay and deposit, Paul is paid");

    // It has the review fees, and the two who were right neither fee nor their stakes.
    for (n, name) in ENFORCERS.iter().enumerate() {
        let (credit, owed, slashed) = if n < 3 { (2 * THIRD, 2 * STAKE, 0) } else { (0, 0, 2 * STAKE) };
        let profile = town.profile(name);
        assert_eq!((town.credit(name), profile.owed, profile.slashed), (credit, owed, slashed), "{name}");
        let member = town.member(name);
        assert_eq!((member.declared, member.standing), (2_000_000, Standing::Healthy), "{name} has done its duty");
    }
    // All else is Rita's, Pia's deposit with it, and comes out.
    let dust = 2 * (UNIT - 3 * THIRD);
    assert_eq!(town.reclaim(request).ok(), 33 * UNIT - 10 * UNIT - 2 * UNIT + dust + UNIT);
    assert_eq!(town.credit_of(town.treasury), FEE);
    town.all_comes_out(request);
}

#[test]
fn enforcers_who_strike_earn_nothing_and_junk_is_paid_half() {
    let town = Town::new();
    let request = town.post();
    town.deliver("paul", request);
    town.open_reviews(request);
    assert!(town.wind_up(request));
    assert_eq!(credits(&town, &ENFORCERS), 0);
    assert_eq!(town.credit("paul"), 5 * UNIT + UNIT, "half of a place's pay, and the deposit");
    assert_eq!(town.credit(REQUESTER), 33 * UNIT - 5 * UNIT);
    let seen = ENFORCERS.map(|name| town.member(name).seen);
    assert_eq!(seen, [2 * OP; 5], "when it was opened, and when its window was extended");
}

// Accounts that cannot be paid

#[test]
fn a_treasury_and_an_enforcer_that_cannot_be_paid_stop_nobody() {
    let town = Town::new();
    let request = town.post_with(cheapest);
    town.deliver("pia", request);
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    for name in &ENFORCERS[..3] {
        town.commit(name, request, 0, 80).ok();
    }
    town.until_commits_close(request, 0);
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 80).ok();
    }
    for gone in [town.treasury, account("eva")] {
        town.chain.drain(&gone);
    }
    assert!(town.wind_up(request));
    for name in ["emil", "edda", "pia", REQUESTER] {
        town.withdraw(name).ok();
    }
    assert_eq!((town.credit("eva"), town.credit_of(town.treasury)), (LEAST_FEE / 3, 3 * LEAST_FEE / 20));
    assert_eq!(town.in_market(), LEAST_FEE / 3 + 3 * LEAST_FEE / 20, "which wait for them");
}

// Griefing

/// The longest time that the market allows from one deadline to the next.
const TEN_YEARS: Timestamp = 3_653 * 24 * 60 * 60 * 1_000;

#[test]
fn what_it_costs_to_keep_the_market_full() {
    let town = Town::new();
    let pocket = town.chain.balance(&town.who("greg"));
    assert_eq!(pocket, POCKET_MONEY);
    // With four places of three reviews each there is no room left for another among five with three commitments each.
    let request = town.post_as("greg", |spec| {
        cheapest(spec);
        spec.limit = 4;
        spec.signal_by = town.chain.now() + TEN_YEARS;
        spec.deliver_by = spec.signal_by + TEN_YEARS;
        spec.review_by = spec.deliver_by + hours(1);
        spec.reveal_by = spec.review_by + hours(1);
    });
    let fee = town.credit_of(town.treasury);
    assert_eq!(fee, 4 * LEAST_FEE / 20, "a twentieth of four of the least review fees, where reviews have no rent");
    town.chain.pass(2 * TEN_YEARS - 1);
    let post = |name| {
        let message = town.market().post(town.request_spec(), 0).transferred_value(34_650 * UNIT / 1_000);
        (town.who(name), message)
    };
    let (rita, message) = post(REQUESTER);
    assert_eq!(refused(&town.chain, &rita, message), Error::AtCapacity);

    // Whoever takes the request back keeps nobody out.
    let greg = town.who("greg");
    assert_eq!(town.chain.call(&greg, town.market().withdraw_request(request)).ok(), 4 * LEAST_FEE + 1);
    assert_eq!(town.chain.read(town.obligation().capacity(town.pool)).unwrap().backlog, 0);
    let (rita, message) = post(REQUESTER);
    town.chain.call(&rita, message).ok();
}

#[test]
fn with_a_rent_the_market_is_kept_full_at_a_price_for_each_day() {
    // The default policy's rent, and its longest window.
    let town = Town::with(|settings| {
        settings.policy.assets[0].rent = UNIT / 100;
        settings.policy.max_window = days(30);
    });
    let longest = |spec: &mut RequestSpec| {
        cheapest(spec);
        spec.limit = 4;
        spec.signal_by = town.chain.now() + days(30);
        spec.deliver_by = spec.signal_by + days(30);
        spec.review_by = spec.deliver_by + days(7);
        spec.reveal_by = spec.review_by + days(7);
    };
    let mut spec = town.request_spec();
    longest(&mut spec);
    let quote = town.chain.read(town.market().quote(spec.clone())).expect("a price");
    // Twelve reviews for 81 days, the week of an extension with them; at 80 % utilization the premium is as much again.
    assert_eq!((quote.rent, quote.premium), (972 * UNIT / 100, 972 * UNIT / 100));
    let request = town.post_as("greg", longest);
    assert_eq!(town.credit_of(town.treasury), 1_944 * UNIT / 100 + 4 * LEAST_FEE / 20);
    assert_eq!(town.chain.read(town.market().quote(town.request_spec())), Err(Error::AtCapacity));
    spec.signal_by += 1;
    let longer = town.chain.read(town.market().quote(spec));
    assert_eq!(longer, Err(Error::InvalidRequest(RequestReason::Deadlines)));

    // What is withdrawn makes room, and the rent is gone.
    let greg = town.who("greg");
    assert_eq!(town.chain.call(&greg, town.market().withdraw_request(request)).ok(), 4 * LEAST_FEE + 1);
    assert_eq!(town.backlog(), 0);
}

#[test]
fn when_a_request_that_filled_the_market_is_over_anyone_can_make_room() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        cheapest(spec);
        spec.limit = 4;
    });
    let refusal = || town.chain.read(town.market().quote(town.request_spec())).err();
    assert_eq!(refusal(), Some(Error::AtCapacity));
    town.chain.pass_until(town.spec(request).deliver_by - 1);
    assert_eq!(refusal(), Some(Error::AtCapacity));
    town.chain.pass(1);
    town.settle(request).ok();
    assert_eq!(refusal(), None, "nobody delivered: it is settled as soon as nobody can");
}

#[test]
fn who_takes_places_to_deliver_nothing_pays_the_requester_for_it() {
    for sealed in [false, true] {
        let town = Town::new();
        let request = town.post_with(|spec| {
            spec.per_provider = 3;
            if sealed {
                (spec.award, spec.duplicates) = (Award::Proportional, Duplicates::FirstOnly);
            }
        });
        town.signal("paul", request, 3).ok();
        for n in 0..if sealed { 3 } else { 0 } {
            town.submit_sealed("paul", request, &format!("nothing {n}")).ok();
        }
        assert_eq!(town.signal("pia", request, 1).err(), Error::NoPlaceLeft);
        assert!(town.wind_up(request));
        assert_eq!(town.credit("paul"), 0);
        assert_eq!(town.credit(REQUESTER), 33 * UNIT + 3 * UNIT, "more than she has lost: the fee of 1.65 UNIT");
    }
}

#[test]
fn junk_pays_for_its_own_review() {
    let town = Town::new();
    let request = town.post_with(|spec| spec.per_provider = 3);
    town.signal("paul", request, 3).ok();
    for _ in 0..3 {
        town.submit("paul", request).ok();
    }
    judge_and_pay(&town, request, &unanimous(&ENFORCERS[..3], 3, 0));
    assert_eq!(town.credit("paul"), 0, "three deposits");
    assert_eq!(credits(&town, &ENFORCERS[..3]), 9 * THIRD, "three review fees");
    assert_eq!(town.reclaim(request).ok(), 30 * UNIT + 3 * UNIT + 3 * UNIT - 9 * THIRD);
}

#[test]
fn a_deposit_is_at_the_mercy_of_a_curve_that_only_perfect_work_satisfies() {
    let town = Town::new();
    let request = town.post_with(|spec| {
        (spec.reward, spec.place_deposit) = (3, 50 * UNIT);
        spec.curve = vec![Bucket { min_score: 100, weight_bps: 10_000 }];
    });
    town.deliver("pia", request);
    judge_and_pay(&town, request, &unanimous(&ENFORCERS[..3], 1, 99));
    assert_eq!((town.credit("pia"), town.submission(request, 0).weight_bps), (0, 0));
    let all_else = 3 + 3 * UNIT - 3 * THIRD;
    assert_eq!(town.reclaim(request).ok(), all_else + 50 * UNIT, "a provider reads the curve before it pays a deposit");
}

#[test]
fn a_heap_of_offers_makes_nothing_dearer_for_anybody_else() {
    let offers = |spec: &mut RequestSpec| spec.access = Access::Offers;
    let accept = |spam: u32| {
        let town = Town::new();
        let request = town.post_with(offers);
        let deliver_by = town.spec(request).deliver_by;
        for n in 0..spam {
            town.offer(&format!("spammer {n}"), request, UNIT, deliver_by).ok();
        }
        town.offer("pia", request, 10 * UNIT, deliver_by).ok();
        assert_eq!(town.state(request).offer_deposits, Balance::from(spam + 1) * UNIT, "each leaves its deposit");
        let accepted = town.accept("pia", request, 10 * UNIT, deliver_by);
        let gas = accepted.gas;
        accepted.ok();
        (town, request, gas)
    };
    let (_, _, after_one) = accept(1);
    let (town, request, crowded) = accept(70);
    assert_eq!((after_one.ref_time(), after_one.proof_size()), (crowded.ref_time(), crowded.proof_size()));

    town.chain.pass_until(town.spec(request).deliver_by);
    town.chain.call(&town.who(STRANGER), town.market().report_no_show(request, account("pia"))).ok();
    town.settle(request).ok();
    let stan = town.who(STRANGER);
    let before = town.chain.balance(&stan);
    let freed = [0, 1].map(|_| town.chain.call(&stan, town.market().prune(request, 64)).ok());
    assert_eq!(freed, [64, 1 + 71 - 64], "one place and 71 offers");
    assert!(town.chain.balance(&stan) > before, "whoever clears away has the spammers' storage deposits");
    assert_eq!(town.credit("spammer 0"), UNIT);
}

// Front-running a seat

#[test]
fn a_seat_goes_to_who_waits_even_if_a_fresh_account_enlists_first() {
    let town = Town::new();
    newt_makes_a_name(&town);
    let propose = town.obligation().propose_terms(town.pool, Terms { seats: 6, ..brisk_terms() }, Schedule::default());
    town.chain.call(&town.manager, propose).ok();
    town.chain.pass(days(1));
    // The sixth seat is free from now on, and nobody has filled it yet.
    let newt = town.who("newt");
    let enlisted = town.chain.call(&newt, town.obligation().enlist(town.pool));
    assert_eq!(enlisted.events::<Queued>(), [Queued { pool: town.pool, who: newt }]);
    assert_eq!(enlisted.events::<Seated>(), []);
    enlisted.ok();
    let filled = town.chain.call(&newt, town.obligation().fill_seats(town.pool, 8));
    assert_eq!(filled.events::<Seated>(), [Seated { pool: town.pool, who: account("cora") }]);
    filled.ok();
    let waiting = town.chain.read(town.obligation().waiting(town.pool, None, 9)).unwrap();
    assert_eq!(waiting, [account("carl"), newt]);
}

#[test]
fn who_has_somebody_banned_does_not_get_the_seat() {
    let town = Town::new();
    newt_makes_a_name(&town);
    town.chain.call(&town.who("newt"), town.obligation().enlist(town.pool)).ok();
    while town.member("elsa").standing != Standing::Banned {
        town.play_request(&ENFORCERS[..3], 80);
    }
    let evaluate = town.obligation().evaluate(town.pool, account("elsa"));
    let evaluated = town.chain.call(&town.who("newt"), evaluate);
    assert_eq!(evaluated.events::<Seated>(), [Seated { pool: town.pool, who: account(CANDIDATES[0]) }]);
    evaluated.ok();
    assert_eq!(town.member("cora").seen, 0, "who takes the seat has seen nothing of what was before");
    assert_eq!(town.profile("newt").owed, 20, "the reward is all it gets");
}

// A stolen manager key

#[test]
fn a_stolen_manager_key_burns_what_is_not_locked_at_once_and_leaves_bonds_and_money_alone() {
    let town = Town::new();
    let request = town.settled();
    let thief = town.manager;
    let eva = account("eva");
    // In the reputation contract: it makes itself a slasher.
    let slasher = town.roles_in(town.reputation_address).grant_role(roles::SLASHER, Some(thief));
    town.chain.call(&thief, slasher).ok();
    assert_eq!(town.chain.call(&thief, town.reputation().slash(account("emil"), 9_999)).ok(), ENDOWMENT - 50);
    assert_eq!(town.profile("emil").locked, 50, "the bond is the pool's");
    // It can mint nothing yet.
    let minter = town.roles_in(town.reputation_address).grant_role(roles::MINTER, Some(thief));
    assert_eq!(refused(&town.chain, &thief, minter), AccessControlError::InvalidCaller);

    // In the obligation contract: it opens a pool, enrolls somebody who never agreed to it, and has her banned there.
    let operator = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(thief));
    town.chain.call(&thief, operator).ok();
    let terms = Terms { bond: 400, keeper_reward: 200, min_reputation: 0, slash_ppm: 1_000_000, ..brisk_terms() };
    let trap = town.chain.call(&thief, town.obligation().open_pool(terms, Schedule::default())).ok();
    town.chain.call(&thief, town.obligation().enroll(trap, eva)).ok();
    town.chain.call(&thief, town.obligation().record_seen(trap, 1_000, 3)).ok();
    town.chain.call(&thief, town.obligation().evaluate(trap, eva)).ok();
    let profile = town.profile("eva");
    assert_eq!((profile.balance, profile.locked), (50, 50), "all but the bond of her own pool");
    assert_eq!(town.chain.read(town.reputation().profile(thief)).owed, 200, "half of the bond that burnt");
    assert_eq!(town.member("eva").standing, Standing::Healthy, "where she works nothing has changed");

    // In the market: nothing before the notice, and nothing about what is in escrow.
    let elsewhere = Policy { treasury: thief, protocol_fee_bps: 10_000, ..brisk_policy() };
    town.chain.call(&thief, town.market().propose_policy(elsewhere)).ok();
    let fee = || town.chain.read(town.market().quote(town.request_spec())).map(|quote| quote.protocol_fee);
    assert_eq!(fee(), Ok(FEE));
    town.chain.pass(days(1));
    assert_eq!(fee(), Ok(33 * UNIT));
    town.all_comes_out(request);
}

#[test]
fn a_policy_that_gives_reputation_away_is_bounded_by_the_mint_cap_alone() {
    let town = Town::new();
    let generous = Policy { reputation_per_fee: 1_000_000, ..brisk_policy() };
    town.chain.call(&town.manager, town.market().propose_policy(generous)).ok();
    town.chain.pass(days(1));
    town.play_request(&ENFORCERS[..3], 80);
    assert_eq!(town.profile("pia").owed, 275_000);
    let claim = || town.chain.call(&town.who(STRANGER), town.reputation().claim_reputation(account("pia")));
    assert_eq!(claim().ok(), 10_000);
    assert_eq!(claim().err(), reputation::Error::MintCapReached);
    // And the cap is the manager's as well, with no notice.
    let cap = town.reputation().set_mint_cap(town.market_address, Balance::MAX);
    town.chain.call(&town.manager, cap).ok();
    assert_eq!(claim().ok(), 265_000);
}
