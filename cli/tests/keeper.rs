//! Keepers on the embedded chain: what they do, what they leave, and what becomes of it when they are not alone, are
//! killed, or lose their connection.

use anyhow::Result;
use atomic_cli::{
    client::{
        backend::{Answer, Backend, Block, Error, Hash, Network, Receipt, Transaction},
        deployment::Deployment,
        embedded::Embedded,
        signer::Signer,
    },
    commands::{
        paint::Paint,
        watch::{Screen, View},
    },
    keeper::{
        endless::keep,
        known::Known,
        memory::Memory,
        report::{Entry, Happened},
        Follower, Keeper, Round, Rules,
    },
};
use chain::{build::contracts, days, Emitted, Message, Settings, Weight, World, POCKET_MONEY, UNIT};
use ink::primitives::{AccountId, Hash as Digest};
use interfaces::market::commitment;
use interfaces::{
    market::{
        Access, Commitment, Delivery, Duplicates, Phase, RequestSpec, RequestState, Reveal, Submission, MAX_LIST,
    },
    obligation::Standing,
    Balance, Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use scale::{Decode, Encode};
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::Debug,
    path::PathBuf,
    rc::Rc,
    time::Duration,
};

const ENFORCERS: [&str; 5] = ["eva", "emil", "edda", "enzo", "elsa"];
const SALT: [u8; 32] = [42; 32];

fn signer(name: &str) -> Signer {
    Signer::named(&format!("//{name}")).expect("a signer")
}

fn account(name: &str) -> AccountId {
    signer(name).account()
}

/// The same work, which is all that is ever delivered here.
fn work_done() -> Vec<Delivery> {
    vec![Delivery { content: Digest::from([1; 32]), uri: b"ipfs://work".to_vec() }]
}

/// An organization on an embedded chain, whose people send everything through the backend.
struct Town {
    world: World,
    chain: Rc<Embedded>,
    deployment: Deployment,
}

/// Terms under which each enforcer can have so many reviews in hand.
fn with_hands(settings: &mut Settings, reviews: u32) {
    settings.terms.healthy_limit = reviews;
    (settings.terms.throttle_buffer, settings.terms.ban_buffer) = (reviews, 2 * reviews);
}

impl Town {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let founders = ENFORCERS.iter().chain(&["cora"]).map(|name| (account(name), 500)).collect();
        let mut settings = Settings { founders, ..Settings::brisk() };
        change(&mut settings);
        let world = World::deploy(contracts().expect("contracts"), settings).expect("a world");
        let chain = Rc::new(Embedded::around(world.chain.clone()));
        let deployment = Deployment::of(&world);
        let town = Self { world, chain, deployment };
        for name in ENFORCERS {
            town.send(name, town.deployment.obligation().enlist(town.deployment.pool));
        }
        town
    }

    fn backend(&self) -> &dyn Backend {
        &*self.chain
    }

    /// `name` sends a message, which is accepted.
    #[track_caller]
    fn send<Args: Encode, T: Decode + Debug, E: Decode + Debug>(
        &self,
        name: &str,
        message: Message<Args, Result<T, E>>,
    ) -> T {
        let signer = signer(name);
        if self.world.chain.total_balance(&signer.account()) == 0 {
            self.world.chain.fund(&signer.account(), POCKET_MONEY);
        }
        self.backend().call(&signer, message).expect("an answer").outcome.ok()
    }

    fn post(&self, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
        let mut spec = self.world.request_spec();
        change(&mut spec);
        let quote = self.backend().read(self.deployment.market().quote(spec.clone())).expect("an answer");
        let price = quote.expect("a price").total;
        self.send("rita", self.deployment.market().post(spec, 0).transferred_value(price))
    }

    fn signal(&self, name: &str, request: RequestId, places: u16) {
        let deposit = self.request(request).0.place_deposit * Balance::from(places);
        self.send(name, self.deployment.market().signal(request, places).transferred_value(deposit));
    }

    fn deliver(&self, name: &str, request: RequestId) -> SubmissionId {
        self.signal(name, request, 1);
        self.send(name, self.deployment.market().submit(request, work_done()))[0]
    }

    fn request(&self, request: RequestId) -> (RequestSpec, RequestState) {
        self.backend().read(self.deployment.market().request(request)).expect("an answer").expect("a request")
    }

    fn submission(&self, request: RequestId, submission: SubmissionId) -> Submission {
        let read = self.deployment.market().submission(request, submission);
        self.backend().read(read).expect("an answer").expect("a submission")
    }

    fn is_gone(&self, request: RequestId) -> bool {
        self.backend().read(self.deployment.market().request(request)).expect("an answer").is_err()
    }

    fn pass_until(&self, time: Timestamp) {
        self.backend().pass_until(time).expect("a later time");
    }

    fn commit(&self, name: &str, request: RequestId, submission: SubmissionId, score: u8) {
        let commitment = commitment(request, submission, account(name), score, None, &SALT);
        let commitments = vec![Commitment { submission, commitment }];
        self.send(name, self.deployment.market().commit_reviews(request, commitments));
    }

    fn reveal(&self, name: &str, request: RequestId, submission: SubmissionId, score: u8) {
        let reveals = vec![Reveal { submission, score, duplicate_of: None, salt: SALT }];
        self.send(name, self.deployment.market().reveal_reviews(request, reveals));
    }

    /// A keeper that forgets.
    fn keeper(&self, altruistic: bool) -> Keeper {
        self.keeper_of("kim", altruistic)
    }

    fn keeper_of(&self, name: &str, altruistic: bool) -> Keeper {
        self.world.chain.fund(&account(name), POCKET_MONEY);
        Keeper::new(self.deployment, signer(name), rules(altruistic), Memory::forgetful(), Known::default())
    }

    /// The life of a request up to where only upkeep is left: three places, of which two are delivered on.
    fn until_reviewed(&self) -> RequestId {
        let request = self.post(|_| ());
        self.signal("paul", request, 1);
        for name in ["pia", "petra"] {
            self.deliver(name, request);
        }
        let spec = self.request(request).0;
        self.pass_until(spec.deliver_by);
        self.send("stan", self.deployment.market().open_reviews(request, 64));
        self.pass_until(spec.review_by - 1);
        for name in &ENFORCERS[..3] {
            for submission in 0..2 {
                self.commit(name, request, submission, 90);
            }
        }
        self.pass_until(spec.review_by);
        for name in &ENFORCERS[..3] {
            for submission in 0..2 {
                self.reveal(name, request, submission, 90);
            }
        }
        request
    }
}

fn rules(altruistic: bool) -> Rules {
    Rules { altruistic, point: UNIT, dry_run: false }
}

/// Rounds until nothing is left to do: what was said.
fn work(keeper: &mut Keeper, backend: &dyn Backend) -> Vec<Entry> {
    let mut said = Vec::new();
    for _ in 0..100 {
        let round = keeper.round(backend, &mut |entry| said.push(entry), &|| false).expect("a round");
        if round.acted == 0 {
            return said;
        }
    }
    panic!("it never ends: {said:#?}");
}

/// The calls that were made, in order.
fn calls(said: &[Entry]) -> Vec<String> {
    let done = said.iter().filter_map(|entry| match &entry.happened {
        Happened::Did { upkeep, .. } => Some(upkeep.to_string()),
        _ => None,
    });
    done.collect()
}

/// A round that ends after the first call, with what was said.
fn one_call(keeper: &mut Keeper, backend: &dyn Backend) -> (Round, Vec<Entry>) {
    let said = RefCell::new(Vec::new());
    let stop = || !calls(&said.borrow()).is_empty();
    let round = keeper.round(backend, &mut |entry| said.borrow_mut().push(entry), &stop).expect("a round");
    (round, said.into_inner())
}

#[test]
fn everything_is_done_once_it_is_due_and_nothing_else() {
    let town = Town::new();
    let mut keeper = town.keeper(true);
    let nothing = |keeper: &mut Keeper| {
        let before = town.world.chain.state_hash();
        assert_eq!(calls(&work(keeper, town.backend())), [] as [&str; 0]);
        assert_eq!(town.world.chain.state_hash(), before);
    };
    nothing(&mut keeper);
    let request = town.post(|_| ());
    town.signal("paul", request, 1);
    town.deliver("pia", request);
    town.deliver("petra", request);
    nothing(&mut keeper);
    let spec = town.request(request).0;
    town.pass_until(spec.deliver_by - 1);
    nothing(&mut keeper);

    town.pass_until(spec.deliver_by);
    let done = calls(&work(&mut keeper, town.backend()));
    assert_eq!(done[0], "open the reviews of request 0");
    assert!(done[1].starts_with("report that 5") && done[1].ends_with(" has not delivered for request 0"), "{done:?}");
    assert_eq!(done.len(), 2);
    nothing(&mut keeper);

    town.pass_until(spec.review_by - 1);
    for name in &ENFORCERS[..3] {
        town.commit(name, request, 0, 90);
    }
    town.commit("eva", request, 1, 90);
    nothing(&mut keeper);
    // A quorum has committed to one of them, and waits for the reveals; of the other too few have.
    town.pass_until(spec.review_by);
    let said = work(&mut keeper, town.backend());
    assert_eq!(calls(&said), ["finalize submission 1 of request 0"]);
    let words = "extended the window of submission 1 of request 0: 2 reviews more wanted";
    let extended = said.iter().any(|entry| entry.line().contains(words));
    assert!(extended && town.submission(request, 1).extended, "{said:#?}");
    nothing(&mut keeper);
    for name in &ENFORCERS[..3] {
        town.reveal(name, request, 0, 90);
    }
    let done = calls(&work(&mut keeper, town.backend()));
    assert_eq!(done, ["finalize submission 0 of request 0", "settle request 0", "claim for submission 0 of request 0"]);

    // Nobody else commits, and eva reveals nothing.
    for time in [days(1), days(2) - 1] {
        town.pass_until(spec.review_by + time);
        nothing(&mut keeper);
    }
    town.pass_until(spec.review_by + days(2));
    let done = calls(&work(&mut keeper, town.backend()));
    let rest = [
        "finalize submission 1 of request 0",
        "settle request 0",
        "claim for submission 1 of request 0",
        "prune request 0",
    ];
    assert_eq!(done, rest);
    assert!(town.is_gone(request));
    nothing(&mut keeper);
}

#[test]
fn what_does_not_pay_is_left_to_others_and_what_pays_is_done() {
    let town = Town::new();
    let request = town.until_reviewed();
    let mut keeper = town.keeper(false);
    let said = work(&mut keeper, town.backend());
    assert!(calls(&said).iter().all(|call| call.starts_with("report that")), "it frees storage: {said:#?}");
    assert!(keeper.earned.refund > keeper.earned.deposit);
    let left = said.iter().filter(|entry| matches!(entry.happened, Happened::Unpaid { .. })).count();
    assert_eq!(left, 1, "two verdicts, which are one call: {said:#?}");
    let before = town.world.chain.state_hash();
    assert_eq!(work(&mut keeper, town.backend()).len(), 0, "which is said once");
    assert_eq!(town.world.chain.state_hash(), before);

    work(&mut town.keeper_of("ann", true), &NoPrune { chain: Rc::clone(&town.chain) });
    assert!(!town.is_gone(request));
    let before = (town.world.chain.balance(&account("kim")), keeper.earned.refund, keeper.earned.fee);
    let said = work(&mut keeper, town.backend());
    assert_eq!(calls(&said), ["prune request 0"]);
    let earned = town.world.chain.balance(&account("kim")) - before.0;
    let (refund, fee) = (keeper.earned.refund - before.1, keeper.earned.fee - before.2);
    assert!(earned > UNIT / 2 && fee > 0 && refund == earned + fee, "the storage deposits: {earned}");
    assert!(town.is_gone(request));
}

#[test]
fn a_call_pays_where_it_brings_the_keeper_itself_something() {
    let town = Town::new();
    let request = town.until_reviewed();
    // Rita has what Paul forfeits; Pia, her pay.
    let rita = &mut town.keeper_of("rita", false);
    assert_eq!(calls(&work(rita, town.backend())).len(), 1);
    assert_eq!(rita.earned.credited, UNIT);
    let eva = &mut town.keeper_of("eva", false);
    assert_eq!(calls(&work(eva, town.backend())).len(), 1, "an enforcer has its part of the review fees");
    assert_eq!(eva.earned.credited, UNIT / 3 * 2);
    town.send("stan", town.deployment.market().settle(request, 64));
    let pia = &mut town.keeper_of("pia", false);
    // What is freed afterwards gives storage deposits back.
    let said = work(pia, town.backend());
    assert_eq!(calls(&said), ["claim for submissions 0 and 1 of request 0", "prune request 0"]);
    assert_eq!(pia.earned.credited, 11 * UNIT);
}

#[test]
fn a_ban_earns_the_keeper_its_reward() {
    let town = Town::with(|settings| settings.terms.ban_buffer = settings.terms.throttle_buffer);
    town.send("cora", town.deployment.obligation().enlist(town.deployment.pool));
    let delivered = |places: u16| {
        let request = town.post(|spec| (spec.limit, spec.per_provider) = (places.into(), places));
        town.signal("pia", request, places);
        for _ in 0..places {
            town.send("pia", town.deployment.market().submit(request, work_done()));
        }
        town.pass_until(town.request(request).0.deliver_by);
        request
    };
    // Nobody reviews anything: what ann keeps to its end is seen twice, as its windows are extended, and costs
    // everybody two operations of the three they may lack.
    let first = delivered(2);
    let mut altruist = town.keeper_of("ann", true);
    for _ in 0..9 {
        work(&mut altruist, town.backend());
        town.pass_until(town.world.chain.now() + days(1));
    }
    assert!(town.is_gone(first));

    let request = delivered(4);
    let mut keeper = town.keeper(false);
    assert_eq!(calls(&work(&mut keeper, town.backend())), [] as [&str; 0]);
    town.send("stan", town.deployment.market().open_reviews(request, 64));

    let said = work(&mut keeper, town.backend());
    assert_eq!(calls(&said), ["evaluate 5 members"], "{said:#?}");
    assert_eq!(keeper.earned.points, 5 * 20);
    let profile = town.backend().read(town.deployment.reputation().profile(account("kim"))).expect("an answer");
    assert_eq!(profile.owed, 100);
    for name in ENFORCERS {
        let read = town.deployment.obligation().membership(town.deployment.pool, account(name));
        let membership = town.backend().read(read).expect("an answer").expect("a member");
        assert_eq!(membership.standing, Standing::Banned);
    }
    assert!(said.iter().any(|entry| entry.line().contains("took a seat")), "{said:#?}");
}

#[test]
fn new_terms_are_applied_seats_filled_and_standings_latched_by_the_altruistic() {
    let town = Town::new();
    town.send("cora", town.deployment.obligation().enlist(town.deployment.pool));
    let manager = town.world.manager;
    let mut terms = town.backend().read(town.deployment.obligation().terms(town.deployment.pool));
    let (mut terms, schedule) = terms.as_mut().expect("an answer").clone().expect("a pool");
    terms.seats = 6;
    let chain = &town.world.chain;
    let proposed =
        chain.call(&manager, town.deployment.obligation().propose_terms(town.deployment.pool, terms, schedule));
    let due = chain.now() + days(1);
    // The manager has no key here, so its event is told by hand.
    let mut known = Known::default();
    for emitted in &proposed.emitted {
        known.note(emitted, &town.deployment);
    }
    proposed.ok();
    let mut keeper = Keeper::new(town.deployment, signer("kim"), rules(true), Memory::forgetful(), known);
    town.world.chain.fund(&account("kim"), POCKET_MONEY);
    town.pass_until(due - 1);
    assert_eq!(calls(&work(&mut keeper, town.backend())), [] as [&str; 0]);
    town.pass_until(due);
    assert_eq!(calls(&work(&mut keeper, town.backend())), ["apply the pool's new terms", "fill free seats"]);
    let capacity = town.backend().read(town.deployment.obligation().capacity(town.deployment.pool));
    assert_eq!(capacity.expect("an answer").expect("a pool").active, 6);
}

#[test]
fn an_engagement_is_kept_period_by_period() {
    let town = Town::new();
    let now = town.world.chain.now();
    let mut spec = town.world.request_spec();
    (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, 10 * UNIT);
    let quote =
        town.backend().read(town.deployment.market().quote_engagement(spec.clone(), 3, days(7))).expect("an answer");
    let engage = town.deployment.market().engage(spec.clone(), 3, days(7), 0, 1, 0);
    let request = town.send("rita", engage.transferred_value(quote.expect("a price").total));
    let deliver_by = now + days(2);
    let offer = town.deployment.market().offer(request, 10 * UNIT, deliver_by, deliver_by, Vec::new());
    town.send("pia", offer.transferred_value(UNIT));
    town.send("rita", town.deployment.market().accept(request, account("pia"), 10 * UNIT, deliver_by));
    town.send("pia", town.deployment.market().submit(request, work_done()));
    let mut keeper = town.keeper(true);
    assert_eq!(calls(&work(&mut keeper, town.backend())), [] as [&str; 0]);
    town.pass_until(deliver_by);
    assert_eq!(calls(&work(&mut keeper, town.backend())), ["open the reviews of request 0"]);
    town.pass_until(deliver_by + days(1));
    assert_eq!(calls(&work(&mut keeper, town.backend())), ["finalize submission 0 of request 0"], "the extension");
    town.pass_until(deliver_by + days(2));
    let done =
        ["finalize submission 0 of request 0", "close a period of engagement 0", "claim for submission 0 of request 0"];
    assert_eq!(calls(&work(&mut keeper, town.backend())), done);
    town.pass_until(deliver_by + days(7) - 1);
    assert_eq!(calls(&work(&mut keeper, town.backend())), [] as [&str; 0]);
    town.pass_until(deliver_by + days(7));
    assert_eq!(calls(&work(&mut keeper, town.backend())), ["close a period of engagement 0"], "nothing came: a ban");
    let phase = town.backend().read(town.deployment.market().phase(request, None)).expect("an answer");
    assert_eq!(phase, Ok(Phase::Vacant));
    town.send("rita", town.deployment.market().reclaim(request));
    assert_eq!(calls(&work(&mut keeper, town.backend())), ["prune request 0"]);
    assert!(town.is_gone(request));
}

#[test]
fn many_submissions_are_taken_on_as_many_at_once_as_a_call_may() {
    let town = Town::with(|settings| with_hands(settings, 50));
    let request = town.post(|spec| {
        (spec.limit, spec.per_provider, spec.duplicates) = (70, 70, Duplicates::FirstOnly);
    });
    town.signal("pia", request, 70);
    for list in [Digest::from([1; 32]); 70].chunks(MAX_LIST) {
        town.send("pia", town.deployment.market().submit_sealed(request, list.to_vec()));
    }
    let spec = town.request(request).0;
    let mut keeper = town.keeper(true);
    town.pass_until(spec.deliver_by + (spec.review_by - spec.deliver_by) / 2 - 1);
    assert_eq!(calls(&work(&mut keeper, town.backend())), [] as [&str; 0]);
    town.pass_until(spec.deliver_by + (spec.review_by - spec.deliver_by) / 2);
    let said = work(&mut keeper, town.backend());
    let times: Vec<_> = keeper.calls.iter().map(|(message, times)| (*message, *times)).collect();
    assert_eq!(times, [("open_reviews", 2), ("prune", 2), ("report_no_show", 1), ("settle", 2)], "{said:#?}");
    assert!(town.is_gone(request));
}

#[test]
fn two_keepers_by_turns_do_nothing_twice() {
    let town = Town::new();
    let request = town.until_reviewed();
    let mut keepers = [town.keeper_of("kim", true), town.keeper_of("ann", true)];
    let mut done: BTreeMap<String, u32> = BTreeMap::new();
    let mut idle = 0;
    for turn in 0.. {
        let (round, said) = one_call(&mut keepers[turn % 2], town.backend());
        for call in calls(&said) {
            *done.entry(call).or_default() += 1;
        }
        idle = if round.acted == 0 { idle + 1 } else { 0 };
        if idle == 2 {
            break;
        }
    }
    assert!(town.is_gone(request));
    assert_eq!(done.len(), 5, "{done:?}");
    assert!(done.values().all(|times| *times == 1), "{done:?}");
    assert!(keepers.iter().all(|keeper| keeper.calls.len() > 1), "both had a part in it");
}

#[test]
fn who_comes_second_is_told_that_somebody_else_did_it() {
    let town = Town::new();
    let request = town.until_reviewed();
    let mut second = town.keeper_of("ann", true);
    let first = RefCell::new(town.keeper_of("kim", true));
    // Whenever the second is about to send something, the first has done everything in the meantime.
    let meddled = Meddled {
        chain: Rc::clone(&town.chain),
        before: Box::new(|| drop(work(&mut first.borrow_mut(), town.backend()))),
    };
    let said = work(&mut second, &meddled);
    assert_eq!(calls(&said), [] as [&str; 0], "{said:#?}");
    let elsewhere = said.iter().filter(|entry| matches!(entry.happened, Happened::Elsewhere { .. })).count();
    assert!(elsewhere > 0, "{said:#?}");
    assert!(!said.iter().any(|entry| matches!(entry.happened, Happened::Refused { .. })), "{said:#?}");
    assert!(town.is_gone(request));
}

#[test]
fn killed_after_every_call_and_started_again_a_keeper_goes_on_where_it_was() {
    let folder = Folder::new("killed");
    let town = Town::new();
    let request = town.until_reviewed();
    town.world.chain.fund(&account("kim"), POCKET_MONEY);
    let mut done = Vec::new();
    for start in 0.. {
        assert!(start < 20, "it never ends: {done:?}");
        let (memory, known, word) = folder.open(&town);
        assert_eq!(word, None);
        assert_eq!(known.requests.len(), usize::from(start > 0), "what was met is remembered");
        let mut keeper = Keeper::new(town.deployment, signer("kim"), rules(true), memory, known);
        let reads = Counted { chain: Rc::clone(&town.chain), first: Cell::new(None) };
        let (round, said) = one_call(&mut keeper, &reads);
        assert_eq!(reads.first.get() == Some(0), start == 0, "only the first start reads the chain from its beginning");
        done.extend(calls(&said));
        if round.acted == 0 {
            break;
        }
    }
    assert!(town.is_gone(request));
    done.sort();
    let before = done.len();
    done.dedup();
    assert_eq!((before, done.len()), (5, 5), "{done:?}");
}

#[test]
fn a_memory_that_is_damaged_or_of_another_chain_is_begun_anew() {
    let folder = Folder::new("damaged");
    let town = Town::new();
    town.until_reviewed();
    town.world.chain.fund(&account("kim"), POCKET_MONEY);
    let start = || {
        let (memory, known, word) = folder.open(&town);
        (Keeper::new(town.deployment, signer("kim"), rules(true), memory, known), word)
    };
    let (mut keeper, _) = start();
    one_call(&mut keeper, town.backend());
    drop(keeper);
    let file = folder.memory();
    let text = std::fs::read_to_string(&file).expect("a memory");
    for damaged in ["", &text[..text.len() / 2], &text.replace("\"format\": 1", "\"format\": 7")] {
        std::fs::write(&file, damaged).expect("a file");
        let (mut keeper, word) = start();
        assert!(word.expect("a word").contains("cannot be used"), "{damaged}");
        keeper.look(town.backend(), &mut |_| (), &|| false).expect("a look");
        assert_eq!(keeper.known().requests.len(), 1);
    }
    // The same addresses on a chain that was begun anew, whose blocks are others.
    let other = Town::new();
    for _ in 0..60 {
        other.world.chain.pass(1);
    }
    let (mut keeper, word) = start();
    assert_eq!(word, None);
    let mut said = Vec::new();
    keeper.look(other.backend(), &mut |entry| said.push(entry.line()), &|| false).expect("a look");
    assert!(said.iter().any(|line| line.contains("another history")), "{said:?}");
    assert_eq!(keeper.known().requests.len(), 0);
}

#[test]
fn a_node_that_has_forgotten_old_events_is_asked_for_requests_by_their_numbers() {
    let town = Town::new();
    let request = town.until_reviewed();
    let oldest = town.backend().tip().expect("a tip").number - 3;
    let forgetful = Forgetful { chain: Rc::clone(&town.chain), oldest };
    let mut keeper = town.keeper(true);
    let said = work(&mut keeper, &forgetful);
    let words = format!("no events of blocks 0 to {} any more", oldest - 1);
    assert!(said[0].line().contains(&words), "{said:#?}");
    let done = calls(&said);
    assert_eq!(done.len(), 3, "all but who did not deliver, and so pruning: {done:?}");
    assert_eq!(town.request(request).1.claimed, 2);
}

#[test]
fn requests_are_looked_for_up_to_the_last_that_was_posted_however_many_are_gone_before_it() {
    let town = Town::new();
    town.until_reviewed();
    let oldest = town.backend().tip().expect("a tip").number - 3;
    let posted = town.deployment.market().posted().params().exec_input().encode();
    let request = |id: u32| town.deployment.market().request(id).params().exec_input().encode();
    let gone = Gone { chain: Rc::clone(&town.chain), oldest, posted, last: request(300), asked: Cell::new(false) };
    let mut follower = Follower::new(town.deployment, Memory::forgetful(), Known::default());
    follower.look(&gone, &mut |_| (), &|| false).expect("a look");
    assert!(gone.asked.get(), "the last of 301 requests");
}

#[test]
fn a_second_keeper_of_the_same_account_is_kept_out() {
    let folder = Folder::new("second");
    let town = Town::new();
    let first = folder.open(&town);
    let refused = Memory::open(&folder.deployment(), &town.deployment, &account("kim")).expect_err("one at a time");
    assert!(refused.to_string().starts_with("another keeper of 5"), "{refused}");
    Memory::open(&folder.deployment(), &town.deployment, &account("ann")).expect("another account's");
    drop(first);
    folder.open(&town);
}

#[test]
fn a_lost_connection_loses_nothing_whether_or_not_the_call_arrived() {
    let folder = Folder::new("lost");
    let town = Town::new();
    let request = town.until_reviewed();
    town.world.chain.fund(&account("kim"), POCKET_MONEY);
    let (memory, known, _) = folder.open(&town);
    let mut keeper = Keeper::new(town.deployment, signer("kim"), rules(true), memory, known);
    let failures = Rc::new(Failures::default());
    let connect = || -> Result<Box<dyn Backend>> {
        failures.connects.set(failures.connects.get() + 1);
        if failures.connects.get() == 3 {
            return Err(lost().into());
        }
        Ok(Box::new(Flaky { chain: Rc::clone(&town.chain), failures: Rc::clone(&failures) }))
    };
    let mut said = Vec::new();
    let first = connect().expect("a connection");
    keep(&mut keeper, first, &connect, true, &mut |entry| said.push(entry), &|| false).expect("all is done");
    assert!(town.is_gone(request));
    assert_eq!(failures.connects.get(), 5, "{said:#?}");
    assert_eq!(failures.executed.get(), 5, "nothing twice");
    let lines: Vec<_> = said.iter().map(Entry::line).collect();
    assert!(lines.iter().any(|line| line.ends_with("trying again in 1 second")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.ends_with("trying again in 2 seconds")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.ends_with("connected again")), "{lines:#?}");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let town = Town::new();
    town.until_reviewed();
    let before = town.world.chain.state_hash();
    let rules = Rules { dry_run: true, ..rules(false) };
    let mut keeper = Keeper::new(town.deployment, signer("rita"), rules, Memory::forgetful(), Known::default());
    let lines: Vec<_> = work(&mut keeper, town.backend()).iter().map(Entry::line).collect();
    assert_eq!(town.world.chain.state_hash(), before);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let verdicts = [0, 1].map(|number| format!("finalized submission {number} of request 0: median 90, weighs 100 %"));
    assert!(lines[0].contains(&format!("would do: {}", verdicts.join("; "))), "{lines:#?}");
    assert!(lines[0].ends_with("; does not pay]"), "{lines:#?}");
    assert!(lines[1].contains("credited 1 UNIT") && lines[1].ends_with("; pays]"), "{lines:#?}");
}

#[test]
fn what_is_said_is_also_said_as_json() {
    let town = Town::new();
    town.until_reviewed();
    let said = work(&mut town.keeper(true), town.backend());
    let first = said[0].json();
    assert_eq!((&first["event"], &first["message"]), (&"did".into(), &"finalize".into()));
    assert_eq!((&first["request"], &first["submissions"]), (&json!(0), &json!([0, 1])));
    let fee: Balance = first["fee"].as_str().expect("a fee").parse().expect("plancks");
    assert!(fee > 0 && fee < UNIT, "{fee}");
    assert!(said.iter().all(|entry| !entry.json().to_string().contains('\n')));
}

#[test]
fn the_market_is_shown_with_its_capacity_requests_and_members() {
    let town = Town::with(|settings| with_hands(settings, 6));
    let reviewed = town.until_reviewed();
    town.post(|_| ());
    let mut follower = Follower::new(town.deployment, Memory::forgetful(), Known::default());
    let tip = follower.look(town.backend(), &mut |_| (), &|| false).expect("a look");
    let view = View { title: "Embedded chain in .atomic/state", tip, now: tip.time, known: follower.known() };
    let frame = |columns, rows| atomic_cli::commands::watch::frame(&view, Screen { columns, rows, paint: Paint::NONE });
    let expected = format!(
        "\
Embedded chain in .atomic/state · block {} · 2030-01-04 00:00 UTC

capacity  ████████████░░░░░░░░ 60 %  5 of 5 seats, 0 throttled, 0 waiting, 0 frozen, 18 reviews to do for 30 hands

requests  1 Signalling, 1 Review
      #  phase           places  delivered  wanted  judged            held  until
      1  Signalling         0/3          0       0       0         33 UNIT  2030-01-05 00:00 UTC (in 1 day)
      {reviewed}  Review             3/3          2       0       0         33 UNIT
",
        tip.number
    );
    let shown = frame(120, 40);
    let (requests, members) = shown.split_once("\nmembers  ").expect("members");
    assert_eq!(sorted(requests), sorted(expected.trim_end_matches('\n')), "{shown}");
    assert!(members.starts_with("5 Healthy\n"), "{members}");
    assert_eq!(members.lines().count(), 7, "{members}");

    let small = frame(40, 15);
    assert_eq!(small.lines().count(), 15, "{small}");
    assert!(small.lines().all(|line| line.chars().count() <= 40), "{small}");
    assert!(small.ends_with("  … and 2 more\n"), "{small}");
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-keeper-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn deployment(&self) -> PathBuf {
        self.0.join("deployment.json")
    }

    fn memory(&self) -> PathBuf {
        self.0.join(format!("deployment.keeper-{}.json", atomic_cli::client::signer::address(&account("kim"))))
    }

    fn open(&self, town: &Town) -> (Memory, Known, Option<String>) {
        Memory::open(&self.deployment(), &town.deployment, &account("kim")).expect("a memory")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn lost() -> Error {
    Error::ConnectionLost { url: "ws://somewhere".into(), reason: "the line is dead".into() }
}

/// Does what the chain does but for the methods given.
macro_rules! backend {
    ($type:ty { $($method:item)* } leaving $($left:ident)*) => {
        impl Backend for $type {
            $($method)*
            $(backend!(@left $left);)*
        }
    };
    (@left network) => { fn network(&self) -> &Network { self.chain.network() } };
    (@left tip) => { fn tip(&self) -> Answer<Block> { self.chain.tip() } };
    (@left hash_of) => { fn hash_of(&self, number: u32) -> Answer<Option<Hash>> { self.chain.hash_of(number) } };
    (@left balance) => { fn balance(&self, who: &AccountId) -> Answer<Balance> { self.chain.balance(who) } };
    (@left code_of) => { fn code_of(&self, of: &AccountId) -> Answer<Option<Hash>> { self.chain.code_of(of) } };
    (@left has_code) => { fn has_code(&self, hash: Hash) -> Answer<bool> { self.chain.has_code(hash) } };
    (@left simulate) => {
        fn simulate(&self, caller: &AccountId, call: &Transaction) -> Answer<Receipt> { self.chain.simulate(caller, call) }
    };
    (@left fee) => {
        fn fee(&self, signer: &Signer, call: &Transaction, weight: Weight) -> Answer<Balance> {
            self.chain.fee(signer, call, weight)
        }
    };
    (@left wait_for_sent) => {
        fn wait_for_sent(&self, who: &AccountId) -> Answer<()> { self.chain.wait_for_sent(who) }
    };
    (@left runs_by_itself) => {
        fn runs_by_itself(&self) -> bool { self.chain.runs_by_itself() }
        fn clock_runs(&self) -> bool { self.chain.clock_runs() }
    };
    (@left execute) => {
        fn execute(&self, signer: &Signer, call: &Transaction) -> Answer<Receipt> { self.chain.execute(signer, call) }
    };
    (@left events) => {
        fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> { self.chain.events(first, last) }
    };
    (@left next_block) => {
        fn next_block(&self, after: u32, patience: Duration) -> Answer<Option<Block>> {
            self.chain.next_block(after, patience)
        }
    };
    (@left pass_until) => { fn pass_until(&self, time: Timestamp) -> Answer<Block> { self.chain.pass_until(time) } };
}

/// Refuses to prune.
struct NoPrune {
    chain: Rc<Embedded>,
}

backend! {
    NoPrune {
        fn execute(&self, signer: &Signer, call: &Transaction) -> Answer<Receipt> {
            let receipt = self.chain.simulate(&signer.account(), call)?;
            match receipt.outcome.events::<interfaces::market::Pruned>().is_empty() {
                true => self.chain.execute(signer, call),
                false => Err(Error::Rejected("not here".into())),
            }
        }
    } leaving network tip hash_of balance code_of has_code simulate fee wait_for_sent runs_by_itself events next_block pass_until
}

/// Something happens before anything is sent.
struct Meddled<'a> {
    chain: Rc<Embedded>,
    before: Box<dyn Fn() + 'a>,
}

backend! {
    Meddled<'_> {
        fn execute(&self, signer: &Signer, call: &Transaction) -> Answer<Receipt> {
            (self.before)();
            self.chain.execute(signer, call)
        }
    } leaving network tip hash_of balance code_of has_code simulate fee wait_for_sent runs_by_itself events next_block pass_until
}

/// Has no events of blocks before its oldest.
struct Forgetful {
    chain: Rc<Embedded>,
    oldest: u32,
}

backend! {
    Forgetful {
        fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
            match first < self.oldest {
                true => Err(Error::Rejected("state already discarded".into())),
                false => self.chain.events(first, last),
            }
        }
    } leaving network tip hash_of balance code_of has_code simulate fee wait_for_sent runs_by_itself execute next_block pass_until
}

/// Has no events of blocks before its oldest, and says that 301 requests were posted.
struct Gone {
    chain: Rc<Embedded>,
    oldest: u32,
    posted: Vec<u8>,
    last: Vec<u8>,
    /// Whether the last request was asked for.
    asked: Cell<bool>,
}

backend! {
    Gone {
        fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
            match first < self.oldest {
                true => Err(Error::Rejected("state already discarded".into())),
                false => self.chain.events(first, last),
            }
        }

        fn simulate(&self, caller: &AccountId, call: &Transaction) -> Answer<Receipt> {
            let mut receipt = self.chain.simulate(caller, call)?;
            if let (Transaction::Call { data, .. }, Ok(returned)) = (call, &mut receipt.outcome.result) {
                self.asked.set(self.asked.get() || *data == self.last);
                if *data == self.posted {
                    returned.data = Ok::<Result<u32, u8>, u8>(Ok(301)).encode();
                }
            }
            Ok(receipt)
        }
    } leaving network tip hash_of balance code_of has_code fee wait_for_sent runs_by_itself execute next_block pass_until
}

/// Notes from which block on events were asked for.
struct Counted {
    chain: Rc<Embedded>,
    first: Cell<Option<u32>>,
}

backend! {
    Counted {
        fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
            self.first.set(self.first.get().or(Some(first)));
            self.chain.events(first, last)
        }
    } leaving network tip hash_of balance code_of has_code simulate fee wait_for_sent runs_by_itself execute next_block pass_until
}

/// What went wrong so far.
#[derive(Default)]
struct Failures {
    connects: Cell<u32>,
    reads: Cell<u32>,
    executes: Cell<u32>,
    executed: Cell<u32>,
}

/// Loses the connection while reading, before the second call arrives, and after the fourth has.
struct Flaky {
    chain: Rc<Embedded>,
    failures: Rc<Failures>,
}

backend! {
    Flaky {
        fn simulate(&self, caller: &AccountId, call: &Transaction) -> Answer<Receipt> {
            self.failures.reads.set(self.failures.reads.get() + 1);
            if self.failures.reads.get() == 5 {
                return Err(lost());
            }
            self.chain.simulate(caller, call)
        }

        fn execute(&self, signer: &Signer, call: &Transaction) -> Answer<Receipt> {
            self.failures.executes.set(self.failures.executes.get() + 1);
            if self.failures.executes.get() == 2 {
                return Err(lost());
            }
            let receipt = self.chain.execute(signer, call)?;
            self.failures.executed.set(self.failures.executed.get() + u32::from(receipt.block.is_some()));
            if self.failures.executes.get() == 4 {
                return Err(lost());
            }
            Ok(receipt)
        }
    } leaving network tip hash_of balance code_of has_code fee wait_for_sent runs_by_itself events next_block pass_until
}
