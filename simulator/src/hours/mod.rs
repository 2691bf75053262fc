//! Hour by hour: requests, windows, the draw, commitments, extensions, reveals and verdicts (sections 3.1 and 3.4).
//!
//! Whatever is due is called at once, as keepers and enforcers' clients do. A member that gets a seat while a submission is
//! under review is not drawn for it.

mod looks;
mod round;

pub use round::{Origin, Round, Stage, Verdict};

use crate::{
    market::{Market, Price},
    people::{rest_or_return, Kind},
    pool::{Pool, State, Who},
    record::{moment, play, Days, Recorder},
    report::Report,
    scenario::Scenario,
    streams::{Shape, Stream},
    terms::HOUR,
};
use rand::{seq::index, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

const HOURS_A_DAY: u64 = 24;
/// When people post requests, and when an attacker does.
const POSTING: std::ops::Range<u64> = 8..20;
const NIGHTFALL: u64 = 20;
/// Honest work is worth at least this.
const FAIR: u8 = 60;
/// The chance that a member which provides, if there are any, delivers what is asked for.
const BY_MEMBERS: f64 = 0.5;

/// Simulates all pools of a scenario; `progress` hears which part of it is done.
pub fn run(scenario: &Scenario, progress: &mut dyn FnMut(f64)) -> Report {
    play::<Hours>(scenario, progress)
}

/// What is due at an hour.
#[derive(Clone, Copy, Debug)]
enum Due {
    Post {
        origin: Origin,
        places: u32,
    },
    Open {
        origin: Origin,
        places: u32,
        points: u128,
    },
    /// The end of commitments, of the first window or of the extension.
    Commitments {
        round: u32,
        extended: bool,
    },
    Reveals {
        round: u32,
    },
}

struct Hours<'a> {
    scenario: &'a Scenario,
    market: &'a Market,
    pool: Pool,
    rng: ChaCha8Rng,
    rounds: Vec<Round>,
    /// By the hour.
    due: Vec<Vec<Due>>,
    /// For each member the rounds that it may be drawn for, with its draw.
    inbox: Vec<Vec<(u32, u64)>>,
    /// For each member the rounds that it committed to, and that have no verdict.
    held: Vec<Vec<u32>>,
    /// Who looks in at each hour of the day.
    looks: Vec<Vec<Who>>,
    /// Who has a seat.
    seated: Vec<Who>,
    providers: Vec<Who>,
    ring: Vec<Who>,
    sybils: Vec<Who>,
    hour: u64,
}

impl<'a> Days<'a> for Hours<'a> {
    fn new(scenario: &'a Scenario, number: u32, recorder: &mut Recorder) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(scenario.seed);
        rng.set_stream(number.into());
        let pool = recorder.open();
        let accounts = scenario.accounts() as usize;
        let kind = |who: Who| scenario.members[recorder.group(who)].kind;
        let of_kind = |wanted| pool.everybody().filter(|who| kind(*who) == wanted).collect();
        let (providers, ring, sybils) = (of_kind(Kind::Provider), of_kind(Kind::Colluder), of_kind(Kind::Sybil));
        Self {
            scenario,
            market: &scenario.market,
            pool,
            rng,
            rounds: Vec::new(),
            due: vec![Vec::new(); (u64::from(scenario.days) * HOURS_A_DAY) as usize],
            inbox: vec![Vec::new(); accounts],
            held: vec![Vec::new(); accounts],
            looks: vec![Vec::new(); HOURS_A_DAY as usize],
            seated: Vec::new(),
            providers,
            ring,
            sybils,
            hour: 0,
        }
    }

    fn pass(&mut self, day: u32, recorder: &mut Recorder) {
        self.pool.pass_to(moment(day, 0));
        self.plan(day, recorder);
        let mut opened = 0;
        for hour in 0..HOURS_A_DAY {
            self.hour = u64::from(day) * HOURS_A_DAY + hour;
            self.pool.pass_to(moment(day, hour));
            for due in std::mem::take(&mut self.due[self.hour as usize]) {
                opened += self.happen(due, recorder);
            }
            for who in std::mem::take(&mut self.looks[hour as usize]) {
                self.look_in(who, recorder);
            }
        }
        recorder.saw(day, opened);
        for who in self.pool.everybody() {
            if self.pool.member(who).is_seated() && recorder.judge(&mut self.pool, who, day) {
                self.seated.clear();
            }
        }
        recorder.look(&self.pool, day);
    }

    fn pool(&self) -> &Pool {
        &self.pool
    }
}

impl Hours<'_> {
    /// Who looks in when, and what is posted when, on this day.
    fn plan(&mut self, day: u32, recorder: &mut Recorder) {
        for who in self.pool.everybody() {
            let group = &self.scenario.members[recorder.group(who)];
            let chance = group.chance(day);
            let state = self.pool.member(who).state;
            if state == State::Left || chance <= 0.0 || !self.rng.gen_bool(chance) {
                continue;
            }
            if group.kind == Kind::Freezer && rest_or_return(&mut self.pool, who, day) {
                self.seated.clear();
            }
            let (from, until) = group.habit.hours;
            for look in 0..group.habit.looks {
                let every_hour = u64::from(group.habit.looks) >= HOURS_A_DAY;
                let hour = if every_hour { look } else { self.rng.gen_range(from..until) };
                self.looks[usize::from(hour)].push(who);
            }
        }
        for stream in &self.scenario.requests {
            self.post_on(day, stream);
        }
    }

    fn post_on(&mut self, day: u32, stream: &Stream) {
        let mut left = stream.on(day, &mut self.rng);
        let origin = match stream.shape {
            Shape::Attack => Origin::Flood,
            Shape::Ring => Origin::Ring,
            Shape::SelfDealing => Origin::SelfDealing,
            _ => Origin::Honest,
        };
        while left > 0 {
            let places = left.min(self.market.places.into());
            let hour = if origin == Origin::Flood { NIGHTFALL } else { self.rng.gen_range(POSTING) };
            let at = u64::from(day) * HOURS_A_DAY + hour;
            self.due[at as usize].push(Due::Post { origin, places: places as u32 });
            left -= places;
        }
    }

    /// Carries out what is due; answers how many submissions were opened.
    fn happen(&mut self, due: Due, recorder: &mut Recorder) -> u64 {
        match due {
            Due::Post { origin, places } => self.post(origin, places, recorder),
            Due::Open { origin, places, points } => return self.open(origin, places, points),
            Due::Commitments { round, extended } => self.end_commitments(round, extended, recorder),
            Due::Reveals { round } => self.conclude(round, recorder),
        }
        0
    }

    /// A request is taken if the pool is not full with it, and can judge it.
    fn post(&mut self, origin: Origin, places: u32, recorder: &mut Recorder) {
        let reviews = u64::from(places) * u64::from(self.market.quorum);
        recorder.work.asked += u64::from(places);
        self.pool.reserve(reviews);
        let utilization = self.pool.utilization_ppm();
        if utilization >= rules::PPM || self.pool.active() < self.market.quorum.into() {
            self.pool.close(reviews);
            recorder.work.refused += u64::from(places);
            return;
        }
        let price = match origin {
            Origin::Flood => self.market.cheapest(utilization),
            _ => self.market.price(utilization),
        };
        self.note_price(origin, price, places, recorder);
        let points = self.market.points(price.fee);
        self.later(self.market.delivery, Due::Open { origin, places, points });
    }

    fn note_price(&self, origin: Origin, price: Price, places: u32, recorder: &mut Recorder) {
        let sunk = price.sunk().saturating_mul(places.into());
        match origin {
            Origin::Flood => recorder.work.flood.pay(places, sunk),
            Origin::SelfDealing => recorder.work.self_dealing.pay(places, sunk),
            Origin::Honest | Origin::Ring => {}
        }
    }

    fn open(&mut self, origin: Origin, places: u32, points: u128) -> u64 {
        self.pool.see(places, self.market.quorum.into());
        if self.seated.is_empty() {
            let pool = &self.pool;
            self.seated = pool.everybody().filter(|who| pool.member(*who).is_seated()).collect();
        }
        for _ in 0..places {
            self.open_one(origin, points);
        }
        places.into()
    }

    fn open_one(&mut self, origin: Origin, points: u128) {
        let number = self.rounds.len() as u32;
        let authors = match origin {
            Origin::Ring => &self.ring,
            Origin::SelfDealing => &self.sybils,
            Origin::Honest if self.rng.gen_bool(BY_MEMBERS) => &self.providers,
            Origin::Honest | Origin::Flood => &Vec::new(),
        };
        let author = (!authors.is_empty()).then(|| authors[self.rng.gen_range(0..authors.len())]);
        let quality = if origin == Origin::Ring { 0 } else { self.rng.gen_range(FAIR..=100) };
        let (start, active) = (self.pool.now(), self.pool.active());
        self.draw(number, author, active);
        self.rounds.push(Round {
            origin,
            author,
            quality,
            points,
            stage: Stage::Commitments,
            extended: false,
            start,
            opened: start,
            active,
            reviews: Vec::new(),
        });
        self.later(self.market.commits, Due::Commitments { round: number, extended: false });
    }

    /// Draws all that may ever review this: those that would be drawn in an extension. Nobody else is asked.
    fn draw(&mut self, round: u32, author: Option<Who>, active: u32) {
        let share = rules::share_drawn(self.market.max_reviews(), active, true);
        let everybody = share >= rules::EVERYBODY;
        let part = share as f64 / rules::EVERYBODY as f64;
        let members = self.seated.len();
        let count = match everybody {
            true => members,
            false => Binomial::new(members as u64, part).map_or(members, |drawn| drawn.sample(&mut self.rng) as usize),
        };
        for at in index::sample(&mut self.rng, members, count) {
            let draw = if everybody { self.rng.gen() } else { self.rng.gen_range(0..share) as u64 };
            let who = self.seated[at];
            if author != Some(who) {
                self.inbox[who as usize].push((round, draw));
            }
        }
    }

    fn end_commitments(&mut self, number: u32, extended: bool, recorder: &mut Recorder) {
        let round = &mut self.rounds[number as usize];
        if round.stage != Stage::Commitments || round.extended != extended {
            return;
        }
        let missing = round.missing(self.market);
        if missing > 0 && !extended {
            (round.extended, round.start) = (true, self.pool.now());
            self.pool.see(1, missing.into());
            recorder.work.extended += 1;
            self.later(self.market.commits, Due::Commitments { round: number, extended: true });
        } else if round.reviews.is_empty() {
            self.conclude(number, recorder);
        } else {
            round.stage = Stage::Reveals;
            self.later(self.market.reveals, Due::Reveals { round: number });
        }
    }

    /// The verdict: what is declared, earned and lost by it.
    fn conclude(&mut self, number: u32, recorder: &mut Recorder) {
        let round = &mut self.rounds[number as usize];
        if round.stage == Stage::Done {
            return;
        }
        round.stage = Stage::Done;
        let reviews = std::mem::take(&mut round.reviews);
        let round = Round { reviews, ..round.clone() };
        let (verdict, stake) = (round.verdict(), self.market.stake(round.points));
        for review in &round.reviews {
            let (declared, earned, lost) = match (review.score, verdict.median) {
                (Some(score), Some(median)) if score.abs_diff(median) <= self.market.tolerance => (1, stake.gain, 0),
                (Some(_), _) => (1, 0, stake.loss),
                (None, _) => (0, 0, stake.absence),
            };
            self.pool.resolve(review.who, declared, 1);
            self.pool.credit(review.who, earned as u64, lost as u64);
            recorder.reviewed(review.who, declared);
            self.held[review.who as usize].retain(|held| *held != number);
        }
        self.pool.close(self.market.quorum.into());
        recorder.judged(self.market, &round, verdict);
    }

    fn later(&mut self, time: u64, due: Due) {
        let at = self.hour + time.div_ceil(HOUR).max(1);
        // What would happen after the end of the simulation is not waited for.
        if let Some(hour) = self.due.get_mut(at as usize) {
            hour.push(due);
        }
    }
}
