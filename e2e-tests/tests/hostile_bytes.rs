//! Call data that no honest wallet would send: an error or a trap, and never a changed state.
//!
//! The messages are those that the contracts' own metadata lists, so that none can be forgotten.
// The samples are one table.
#![allow(clippy::too_many_lines)]

use chain::{
    account,
    build::{self, Artifact},
    Message, UNIT,
};
use e2e_tests::{one, with_many_hands, work_of, Town, PROVIDERS, REQUESTER, SALT, WORK_URI};
use ink::{
    env::call::{build_call, ExecutionInput, Selector},
    env::DefaultEnvironment,
    primitives::AccountId,
    scale::{Decode, Encode, Error, Input, Output},
};
use interfaces::market::{commitment, seal};
use interfaces::{
    market::{self, Asset, Award, Bucket},
    obligation::{self, Outcome, Schedule, Segment},
    reputation::{self, Effect, MintReason},
    Balance, Market as _, Obligation as _, Reputation as _,
};
use pendzl::contracts::psp22::PSP22 as _;
use std::{collections::BTreeSet, fs, path::Path};

/// Bytes that are sent as they are.
struct Raw(Vec<u8>);

impl Encode for Raw {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.0);
    }
}

/// Whether a message was accepted, by its first byte: only an accepted one may change anything.
#[derive(Debug, PartialEq)]
struct Accepted(bool);

impl Decode for Accepted {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        Ok(Self(input.read_byte().unwrap_or(0) == 0))
    }
}

/// One message of one contract, with arguments that it takes.
struct Sample {
    contract: AccountId,
    data: Vec<u8>,
}

/// A message as the metadata lists it.
struct Listed {
    label: String,
    selector: [u8; 4],
    payable: bool,
    arguments: bool,
}

impl Listed {
    /// Whether one of our interfaces declares it, and not one of pendzl's.
    fn is_ours(&self) -> bool {
        ["Market::", "Obligation::", "Reputation::"].iter().any(|name| self.label.starts_with(name))
    }
}

/// A generator of random numbers: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// A town in which there is something to break: a request with a delivery, a review and an offer.
fn busy_town() -> Town {
    let town = Town::with(with_many_hands);
    let request = town.post();
    town.deliver(PROVIDERS[0], request);
    let deal = town.post_with(|spec| (spec.access, spec.per_provider) = (market::Access::Offers, 1));
    town.offer(PROVIDERS[1], deal, UNIT, town.spec(deal).deliver_by).ok();
    town.open_reviews(request);
    town.until_open_to_all(request, 0);
    town.commit("eva", request, 0, 80).ok();
    town
}

fn bytes<Args: Encode, T>(message: Message<Args, T>) -> Vec<u8> {
    message.params().exec_input().encode()
}

/// A call with these bytes for its data; the first four are the selector.
fn raw(contract: AccountId, data: &[u8]) -> Message<impl Encode, Accepted> {
    let (selector, arguments) = data.split_at(4);
    let selector = Selector::new([selector[0], selector[1], selector[2], selector[3]]);
    let input = ExecutionInput::new(selector).push_arg(Raw(arguments.to_vec()));
    build_call::<DefaultEnvironment>().call(contract).exec_input(input).returns::<Accepted>()
}

/// What the metadata in a contract's bundle lists.
fn listed(artifact: &Artifact) -> Vec<Listed> {
    let bundle = fs::read_to_string(&artifact.bundle).expect("a bundle");
    let messages = &bundle[bundle.find("\"messages\":[").expect("messages")..];
    let mut listed = Vec::new();
    for (at, _) in messages.match_indices("\"selector\":\"0x") {
        let hex = &messages[at + 14..at + 22];
        let selector = u32::from_str_radix(hex, 16).expect("a selector").to_be_bytes();
        let name = messages[..at].rfind("\"label\":\"").expect("a label") + 9;
        let label = messages[name..].split('"').next().unwrap_or_default().to_owned();
        let arguments = messages[..name].rfind("\"args\":[").expect("arguments") + 8;
        listed.push(Listed {
            label,
            selector,
            payable: messages[name..at].contains("\"payable\":true"),
            arguments: !messages[arguments..].starts_with(']'),
        });
    }
    listed
}

/// All three contracts' messages, by address.
fn all_listed(town: &Town) -> Vec<(AccountId, Listed)> {
    let contracts = build::contracts().expect("the contracts build");
    let addresses = [town.reputation_address, town.obligation_address, town.market_address];
    let all = addresses.into_iter().zip(contracts.all());
    all.flat_map(|(address, artifact)| listed(artifact).into_iter().map(move |message| (address, message))).collect()
}

/// Every message of the three interfaces, with arguments that can be read.
fn samples(town: &Town) -> Vec<Sample> {
    let eva = account("eva");
    let (content, uri) = (work_of("something"), WORK_URI.to_vec());
    let spec = || town.request_spec();
    let terms = || chain::brisk_terms();
    let schedule = || Schedule { cycle: 1_000, segments: vec![Segment { offset: 0, weight_ppm: 1_000_000 }] };
    let policy = || town.chain.read(town.market().policy()).expect("a policy");
    let market = || town.market();
    let obligation = || town.obligation();
    let reputation = || town.reputation();
    let deadline = town.chain.now() + 1;
    let of_market = [
        bytes(market().open(policy(), terms(), schedule())),
        bytes(market().propose_policy(policy())),
        bytes(market().apply_policy()),
        bytes(market().pause()),
        bytes(market().unpause()),
        bytes(market().quote(spec())),
        bytes(market().quote_engagement(spec(), 3, 1_000)),
        bytes(market().post(spec(), 5)),
        bytes(market().engage(spec(), 3, 1_000, 1, 1, 5)),
        bytes(market().withdraw_request(0)),
        bytes(market().accept(1, account(PROVIDERS[1]), UNIT, deadline)),
        bytes(market().takeover(1, account(PROVIDERS[1]), UNIT, deadline)),
        bytes(market().give_notice(0)),
        bytes(market().reclaim(0)),
        bytes(market().signal(0, 1)),
        bytes(market().offer(1, UNIT, deadline, deadline, uri.clone())),
        bytes(market().retract_offer(1)),
        bytes(market().submit(0, one::delivery(content, uri.clone()))),
        bytes(market().revise(0, 0, content, uri.clone())),
        bytes(market().submit_sealed(0, vec![seal(0, eva, &content, WORK_URI, &SALT)])),
        bytes(market().unseal(0, one::unsealing(0, content, uri, SALT))),
        bytes(market().report_no_show(0, eva)),
        bytes(market().open_reviews(0, 1)),
        bytes(market().commit_reviews(0, one::commitment(0, commitment(0, 0, eva, 80, Some(1), &SALT)))),
        bytes(market().reveal_reviews(0, one::reveal(0, 80, Some(1), SALT))),
        bytes(market().finalize(0, vec![0])),
        bytes(market().settle(0, 1)),
        bytes(market().close_period(1)),
        bytes(market().claim(0, vec![0])),
        bytes(market().withdraw(Asset::Psp22(eva))),
        bytes(market().prune(0, 1)),
        bytes(market().request(0)),
        bytes(market().submission(0, 0)),
        bytes(market().reviews(0, 0)),
        bytes(market().offers(1, Some(eva), 3)),
        bytes(market().engagement(1)),
        bytes(market().credit(Asset::Psp22(eva), eva)),
        bytes(market().policy()),
        bytes(market().pending_policy()),
        bytes(market().pool()),
        bytes(market().phase(0, Some(0))),
        bytes(market().posted()),
        bytes(market().partners()),
        bytes(market().edition()),
    ];
    let outcome = Outcome { who: eva, declared: 1, released: 1 };
    let of_obligation = [
        bytes(obligation().evaluate(0, eva)),
        bytes(obligation().evaluate_many(0, vec![eva, eva])),
        bytes(obligation().fill_seats(0, 1)),
        bytes(obligation().apply_terms(0)),
        bytes(obligation().standing(0, eva)),
        bytes(obligation().membership(0, eva)),
        bytes(obligation().member_states(0, vec![eva, eva])),
        bytes(obligation().capacity(0)),
        bytes(obligation().terms(0)),
        bytes(obligation().pending_terms(0)),
        bytes(obligation().waiting(0, Some(eva), 1)),
        bytes(obligation().pools_of(eva)),
        bytes(obligation().enlist(0)),
        bytes(obligation().resign(0)),
        bytes(obligation().check_in(0)),
        bytes(obligation().restore(0, 1)),
        bytes(obligation().redeem(0)),
        bytes(obligation().freeze()),
        bytes(obligation().unfreeze()),
        bytes(obligation().open_pool(terms(), schedule())),
        bytes(obligation().close_pool(0)),
        bytes(obligation().enroll(0, eva)),
        bytes(obligation().discharge(0, eva)),
        bytes(obligation().record_seen(0, 1, 3)),
        bytes(obligation().record_declared(0, eva, 1)),
        bytes(obligation().reserve(0, 1)),
        bytes(obligation().record_closed(0, 1)),
        bytes(obligation().commit(0, eva, 1)),
        bytes(obligation().release(0, eva)),
        bytes(obligation().resolve(0, vec![outcome])),
        bytes(obligation().propose_terms(0, terms(), schedule())),
        bytes(obligation().reinstate(0, eva)),
        bytes(obligation().pause()),
        bytes(obligation().unpause()),
    ];
    let effects = vec![
        Effect::Require { who: eva, available: 1, tier: 1 },
        Effect::Owe { to: eva, amount: 1, reason: MintReason::Keeper },
        Effect::Freeze { who: eva },
    ];
    let of_reputation = [
        bytes(reputation().soulbound()),
        bytes(reputation().profile(eva)),
        bytes(reputation().tier(eva)),
        bytes(reputation().tiers()),
        bytes(reputation().mint_cap(eva)),
        bytes(reputation().sealed()),
        bytes(reputation().minter_due(eva)),
        bytes(reputation().endow(vec![(eva, 1)])),
        bytes(reputation().seal()),
        bytes(reputation().set_mint_cap(eva, 1)),
        bytes(reputation().propose_minter(eva)),
        bytes(reputation().owe(eva, 1, MintReason::Review)),
        bytes(reputation().claim_reputation(eva)),
        bytes(reputation().lock(eva, 1)),
        bytes(reputation().unlock(eva, 1)),
        bytes(reputation().slash(eva, 1)),
        bytes(reputation().spend(eva, 1)),
        bytes(reputation().freeze(eva)),
        bytes(reputation().unfreeze(eva)),
        bytes(reputation().apply(effects)),
        bytes(reputation().burn(1)),
        bytes(town.token().transfer(eva, 1, vec![1, 2, 3])),
        bytes(town.token().transfer_from(eva, eva, 1, vec![1, 2, 3])),
        bytes(town.token().approve(eva, 1)),
    ];
    let of = |contract: AccountId| move |data| Sample { contract, data };
    let market = of_market.into_iter().map(of(town.market_address));
    let obligation = of_obligation.into_iter().map(of(town.obligation_address));
    market.chain(obligation).chain(of_reputation.into_iter().map(of(town.reputation_address))).collect()
}

#[test]
fn every_message_of_the_interfaces_has_a_sample_here() {
    let town = Town::unstaffed(|_| ());
    let known: BTreeSet<_> =
        samples(&town).iter().map(|sample| (sample.contract, [0, 1, 2, 3].map(|n| sample.data[n]))).collect();
    let listed = all_listed(&town);
    assert!(listed.len() > 100, "the metadata is read: {} messages", listed.len());
    for (contract, message) in &listed {
        assert!(
            !message.is_ours() || known.contains(&(*contract, message.selector)),
            "{} has no sample",
            message.label
        );
    }
}

#[test]
fn every_message_of_the_interfaces_is_fuzzed() {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/fuzz_targets/messages.rs");
    let target = fs::read_to_string(target).expect("the fuzz target");
    for (_, message) in all_listed(&Town::unstaffed(|_| ())) {
        let named = target.contains(&format!("\"{}\"", message.label));
        assert!(!message.is_ours() || named, "{} is not in fuzz/fuzz_targets/messages.rs", message.label);
    }
}

#[test]
fn every_selector_without_its_arguments_is_refused_and_changes_nothing() {
    let town = busy_town();
    let stranger = town.who("stan");
    let before = town.chain.state_hash();
    let mut dice = Dice(1);
    let mut tried = 0;
    for (contract, message) in all_listed(&town).iter().filter(|(_, message)| message.arguments) {
        // None says enough in so few bytes, and none of them begins with 0xff where a list or an option is due.
        for length in [0, 1, 3] {
            let data = [message.selector.to_vec(), vec![0xff; length]].concat();
            let trap = town.chain.call(&stranger, raw(*contract, &data)).trap();
            assert!(trap.error.contains("CouldNotReadInput"), "{} with {length} bytes: {trap}", message.label);
            tried += 1;
        }
        let data = [message.selector.to_vec(), dice.bytes(2)].concat();
        assert_ne!(town.chain.call(&stranger, raw(*contract, &data)).result, Ok(Accepted(true)), "{}", message.label);
    }
    assert!(tried > 250, "{tried} calls");
    assert_eq!(town.chain.state_hash(), before);
}

#[test]
fn arguments_that_are_cut_short_are_refused_and_change_nothing() {
    let town = busy_town();
    // A caller that is allowed everything, so that it is the arguments that are refused.
    let manager = town.manager;
    let before = town.chain.state_hash();
    let mut dice = Dice(2);
    for Sample { contract, data } in samples(&town) {
        let arguments = data.len() - 4;
        let cuts: BTreeSet<usize> =
            (0..5).map(|_| dice.below(arguments)).chain([arguments.saturating_sub(1)]).collect();
        for cut in cuts.into_iter().filter(|cut| *cut < arguments) {
            let trap = town.chain.call(&manager, raw(contract, &data[..4 + cut])).trap();
            assert!(trap.error.contains("CouldNotReadInput"), "{:02x?} cut to {cut}: {trap}", &data[..4]);
        }
    }
    assert_eq!(town.chain.state_hash(), before);
}

#[test]
fn selectors_that_nobody_gave_are_refused_and_change_nothing() {
    let town = busy_town();
    let stranger = town.who("stan");
    let known: BTreeSet<_> = all_listed(&town).into_iter().map(|(_, message)| message.selector).collect();
    let before = town.chain.state_hash();
    let mut dice = Dice(3);
    let contracts = [town.reputation_address, town.obligation_address, town.market_address];
    for n in 0..600 {
        let length = dice.below(200);
        let data = dice.bytes(4 + length);
        if known.contains(&data[..4]) {
            continue;
        }
        let trap = town.chain.call(&stranger, raw(contracts[n % 3], &data)).trap();
        assert!(trap.error.contains("CouldNotReadInput"), "{data:02x?}: {trap}");
    }
    assert_eq!(town.chain.state_hash(), before);
}

/// Bytes that were meant as one thing, and now say another.
fn garbled(dice: &mut Dice, data: &[u8]) -> Vec<u8> {
    let (mut data, at) = (data.to_vec(), 4 + dice.below(data.len() - 4));
    match dice.below(5) {
        0 => data[at] ^= 1 << dice.below(8),
        1 => data[at] = [0, 1, 0x7f, 0x80, 0xfe, 0xff][dice.below(6)],
        2 => data.truncate(at),
        3 => {
            let length = 1 + dice.below(9);
            let more = dice.bytes(length);
            data.splice(at..at, more);
        }
        // A length of about a thousand million.
        _ => data.splice(at..at + 1, [0xfe, 0xff, 0xff, 0xff]).for_each(drop),
    }
    data
}

#[test]
fn garbled_arguments_change_nothing_unless_they_are_accepted_as_others() {
    let town = busy_town();
    let mut dice = Dice(4);
    let samples: Vec<_> = samples(&town).into_iter().filter(|sample| sample.data.len() > 4).collect();
    let people = ["stan", "eva", "pia", "rita"].map(|name| town.who(name));
    let mut before = town.chain.state_hash();
    let (mut refused, mut accepted) = (0, 0);
    for _ in 0..1_500 {
        let sample = &samples[dice.below(samples.len())];
        let data = garbled(&mut dice, &sample.data);
        let outcome = town.chain.call(&people[dice.below(4)], raw(sample.contract, &data));
        let after = town.chain.state_hash();
        match outcome.result {
            Ok(Accepted(true)) => accepted += 1,
            _ => {
                assert_eq!(after, before, "{data:02x?}");
                refused += 1;
            }
        }
        before = after;
    }
    assert!(refused > 500 && accepted > 0, "{refused} refused, {accepted} accepted");
    town.assert_balanced(&[0, 1], &[]);
}

#[test]
fn lists_longer_than_allowed_are_refused_by_name() {
    let town = busy_town();
    let (manager, rita, eva) = (town.manager, town.who(REQUESTER), account("eva"));
    let chain = &town.chain;
    let before = chain.state_hash();
    let many = |count: usize| vec![eva; count];

    let error = chain.call(&rita, town.obligation().evaluate_many(0, many(65))).err();
    assert_eq!(error, obligation::Error::TooManyEvaluated);
    let error = chain.call(&rita, town.obligation().evaluate_many(0, many(400))).err();
    assert_eq!(error, obligation::Error::TooManyEvaluated);
    let effect = Effect::Require { who: eva, available: 0, tier: 0 };
    let error = chain.call(&rita, town.reputation().apply(vec![effect.clone(); 241])).err();
    assert_eq!(error, reputation::Error::TooManyEffects);
    let states = chain.read(town.obligation().member_states(0, many(17)));
    assert_eq!(states, Err(obligation::Error::TooManyOutcomes));
    let lists = |count: usize| {
        let (market, delivery) = (|| town.market(), one::delivery(work_of("something"), vec![]));
        [
            chain.call(&rita, market().submit(0, delivery.iter().cycle().take(count).cloned().collect())).err(),
            chain.call(&rita, market().commit_reviews(0, one::commitment(0, [0; 32]).repeat(count))).err(),
            chain.call(&rita, market().reveal_reviews(0, one::reveal(0, 80, None, SALT).repeat(count))).err(),
            chain.call(&rita, market().finalize(0, vec![0; count])).err(),
            chain.call(&rita, market().claim(0, vec![0; count])).err(),
        ]
    };
    for count in [0, 17, 200] {
        assert_eq!(lists(count), [market::Error::InvalidBatch; 5], "{count}");
    }
    let segments = vec![Segment { offset: 0, weight_ppm: 1 }; 33];
    let schedule = Schedule { cycle: 1_000, segments };
    let message = town.obligation().propose_terms(0, chain::brisk_terms(), schedule);
    let segments = obligation::Error::InvalidTerms(obligation::TermsReason::Segments);
    assert_eq!(chain.call(&manager, message).err(), segments);

    let refused = |change: &dyn Fn(&mut market::RequestSpec)| {
        let mut spec = town.request_spec();
        change(&mut spec);
        match chain.call(&rita, town.market().post(spec, 0).transferred_value(40 * UNIT)).err() {
            market::Error::InvalidRequest(reason) => reason,
            error => panic!("refused as {error:?}"),
        }
    };
    assert_eq!(refused(&|spec| spec.uri = vec![b'x'; 257]), market::RequestReason::Uri);
    assert_eq!(refused(&|spec| spec.uri = vec![b'x'; 10_000]), market::RequestReason::Uri);
    let bucket = |n: u8| Bucket { min_score: n, weight_bps: n.into() };
    assert_eq!(refused(&|spec| spec.curve = (0..9).map(bucket).collect()), market::RequestReason::Curve);
    assert_eq!(refused(&|spec| spec.curve = vec![bucket(1); 2_000]), market::RequestReason::Curve);
    let places = |count| Award::Ranked { places_bps: vec![1; count] };
    assert_eq!(refused(&|spec| spec.award = places(101)), market::RequestReason::Award);
    assert_eq!(refused(&|spec| spec.award = places(5_000)), market::RequestReason::Award);

    let mut policy = chain.read(town.market().policy()).expect("a policy");
    policy.assets = (0..33)
        .map(|n| market::AssetPolicy { asset: Asset::Psp22([n; 32].into()), min_review_fee: 1, rent: 0 })
        .collect();
    let error = chain.call(&manager, town.market().propose_policy(policy)).err();
    assert_eq!(error, market::Error::InvalidPolicy(market::PolicyReason::Assets));
    assert_eq!(chain.state_hash(), before);
}

#[test]
fn call_data_beyond_any_message_traps_and_changes_nothing() {
    let town = busy_town();
    let (stranger, eva) = (town.who("stan"), account("eva"));
    let before = town.chain.state_hash();
    let traps = |message: Vec<u8>, contract| town.chain.call(&stranger, raw(contract, &message)).trap();
    // More than the contracts' buffer holds, as honest as it may be.
    traps(bytes(town.obligation().evaluate_many(0, vec![eva; 2_000])), town.obligation_address);
    let endowed: Vec<(AccountId, Balance)> = vec![(eva, 1); 2_000];
    traps(bytes(town.reputation().endow(endowed)), town.reputation_address);
    let uri = vec![b'x'; 200_000];
    traps(bytes(town.market().offer(1, UNIT, town.chain.now() + 1, town.chain.now() + 1, uri)), town.market_address);
    assert_eq!(town.chain.state_hash(), before);
}

#[test]
fn money_sent_to_a_message_that_takes_none_stays_with_its_sender() {
    let town = busy_town();
    let stranger = town.who("stan");
    let (before, had) = (town.chain.state_hash(), town.chain.balance(&stranger));
    let payable: Vec<_> = all_listed(&town).into_iter().filter(|(_, message)| message.payable).collect();
    let labels: Vec<_> = payable.iter().map(|(_, message)| message.label.as_str()).collect();
    assert_eq!(labels, ["Market::post", "Market::engage", "Market::signal", "Market::offer"]);
    let mut tried = 0;
    for sample in samples(&town) {
        if payable.iter().any(|(at, message)| *at == sample.contract && sample.data.starts_with(&message.selector)) {
            continue;
        }
        town.chain.call(&stranger, raw(sample.contract, &sample.data).transferred_value(UNIT)).trap();
        tried += 1;
    }
    assert!(tried > 80, "{tried} messages");
    assert_eq!((town.chain.state_hash(), town.chain.balance(&stranger)), (before, had));
}
