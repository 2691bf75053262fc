//! Requests that pay in tokens: in a real PSP22, and in one that has turned against the market.
//!
//! A token can spoil what is paid in it, and nothing else: whoever lists one trusts it with that. It takes no part in
//! anything but being paid in and out, so that upkeep never depends on it.

use chain::{
    account, brisk_policy,
    build::{self, Package},
    constructor, days, MarketCalls, Message, Outcome, TokenCalls, UNIT,
};
use e2e_tests::{
    contracts::{HOSTILE_TOKEN, PSP22},
    refused, townsfolk, with_many_hands, Town, ENFORCERS, REQUESTER, STRANGER,
};
use ink::{
    env::{
        call::{build_call, utils::EmptyArgumentList, ExecutionInput, Selector},
        hash::{Blake2x256, CryptoHash as _},
        DefaultEnvironment,
    },
    primitives::AccountId,
};
use interfaces::{
    market::{
        Access, Asset, AssetPolicy, Error, OfferRetracted, PlacesTaken, Policy, PolicyReason, Quote, RequestPosted,
        RequestReason, RequestSpec, Withdrawn,
    },
    Balance, Market as _, Obligation as _, RequestId,
};
use pendzl::contracts::psp22::PSP22 as _;
use scale::{Decode, Encode};
use std::{fmt::Debug, ops::Deref};

/// What there is of a token, and what everyone has of it at first.
const SUPPLY: Balance = 1_000_000 * UNIT;
const PURSE: Balance = 1_000 * UNIT;
/// The price of the default request: 30 UNIT, three reviews at 1 UNIT, and 5 % of both.
const FEE: Balance = 33 * UNIT / 20;
const PRICE: Balance = 33 * UNIT + FEE;
/// What three coherent enforcers share of a review fee of one UNIT, each.
const THIRD: Balance = UNIT / 3;

/// What a hostile token does to whoever moves it, as its contract lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
enum Mode {
    Honest,
    Taxes,
    Idles,
    Lies,
    Refuses,
    Traps,
    Spins,
    Floods,
    Strikes,
    Blinds,
}

/// A town whose market takes a token beside the chain's own currency.
struct Bazaar {
    town: Town,
    token: AccountId,
}

impl Deref for Bazaar {
    type Target = Town;

    fn deref(&self) -> &Town {
        &self.town
    }
}

impl Bazaar {
    /// With a plain PSP22.
    fn honest() -> Self {
        Self::with(Town::with(with_many_hands), PSP22)
    }

    /// With a token that can turn hostile.
    fn hostile() -> Self {
        Self::with(Town::with(with_many_hands), HOSTILE_TOKEN)
    }

    fn with(town: Town, token: Package) -> Self {
        let artifact = build::package(token).expect("the token builds");
        let issuer = town.who("issuer");
        let token = town.chain.deploy(&artifact, constructor("new").push_arg(SUPPLY), &issuer, 0).returned();
        let bazaar = Self { town, token };
        for name in townsfolk() {
            bazaar.chain.call(&issuer, bazaar.coin().transfer(bazaar.who(name), PURSE, vec![])).ok();
        }
        bazaar.list(vec![Asset::Native, bazaar.asset()], 0);
        bazaar
    }

    /// The market takes just these from now on, and this rent for a review and a day.
    fn list(&self, assets: Vec<Asset>, rent: Balance) {
        let listed = |asset| AssetPolicy { asset, min_review_fee: UNIT / 100, rent };
        let assets = assets.into_iter().map(listed).collect();
        let present = self.chain.read(self.market().policy()).expect("a policy");
        let proposal = self.market().propose_policy(Policy { assets, ..present });
        self.chain.call(&self.manager, proposal).ok();
        self.chain.pass(days(1));
    }

    fn asset(&self) -> Asset {
        Asset::Psp22(self.token)
    }

    /// Messages to the token.
    fn coin(&self) -> TokenCalls {
        self.token.into()
    }

    /// The default request, paid in the token.
    fn spec(&self) -> RequestSpec {
        RequestSpec { asset: self.asset(), ..self.request_spec() }
    }

    fn approve(&self, name: &str, amount: Balance) {
        self.chain.call(&self.who(name), self.coin().approve(self.market_address, amount)).ok();
    }

    /// Rita posts the default request, or what becomes of it, and allows just its price.
    fn post_in_token(&self, change: impl FnOnce(&mut RequestSpec)) -> RequestId {
        let mut spec = self.spec();
        change(&mut spec);
        let price = self.chain.read(self.market().quote(spec.clone())).expect("a price").total;
        self.approve(REQUESTER, price);
        self.chain.call(&self.who(REQUESTER), self.market().post(spec, 0)).ok()
    }

    /// `name` takes a place, and allows just its deposit.
    fn take_place(&self, name: &str, request: RequestId) -> Outcome<Result<(), Error>> {
        self.approve(name, UNIT);
        self.chain.call(&self.who(name), self.market().signal(request, 1))
    }

    fn deliver_for_token(&self, name: &str, request: RequestId) {
        self.take_place(name, request).ok();
        self.submit(name, request).ok();
    }

    /// What `who` has of the token.
    fn has(&self, who: AccountId) -> Balance {
        self.chain.read(self.coin().balance_of(who))
    }

    /// What the market owes `name` in the token.
    fn credit_in_token(&self, name: &str) -> Balance {
        self.chain.read(self.market().credit(self.asset(), account(name))).expect("an open market")
    }

    fn take_out(&self, name: &str) -> Outcome<Result<Balance, Error>> {
        self.chain.call(&self.who(name), self.market().withdraw(self.asset()))
    }

    /// The market has just as much of the token as it owes in it for this request and to everybody.
    #[track_caller]
    fn is_balanced_in_token(&self, request: RequestId) {
        let state = self.chain.read(self.market().request(request)).map(|(_, state)| state);
        let in_request = state.map_or(0, |state| state.held + state.deposits + state.offer_deposits);
        let credited: Balance = townsfolk().map(|name| self.credit_in_token(name)).sum();
        assert_eq!(self.has(self.market_address), in_request + credited);
    }

    // Hostility

    fn to_token<Args: Encode, T>(
        &self,
        name: &str,
        add: impl FnOnce(ExecutionInput<EmptyArgumentList>) -> ExecutionInput<Args>,
    ) -> Message<Args, T> {
        let input = add(ExecutionInput::new(selector(name)));
        build_call::<DefaultEnvironment>().call(self.token).exec_input(input).returns::<T>()
    }

    /// From now on the token does this.
    fn turn(&self, mode: Mode) {
        let message = self.to_token::<_, ()>("turn", |input| input.push_arg(mode));
        self.chain.call(&self.who(STRANGER), message).returned();
    }

    /// The token sends this message whenever it strikes.
    fn load<Args: Encode, T>(&self, target: AccountId, message: Message<Args, T>) {
        let bytes = message.params().exec_input().encode();
        let message = self.to_token::<_, ()>("load", |input| input.push_arg(target).push_arg(bytes));
        self.chain.call(&self.who(STRANGER), message).returned();
    }

    /// How often the token has struck, and how often that was accepted.
    fn strikes(&self) -> (u32, u32) {
        self.chain.read(self.to_token("strikes", |input| input))
    }

    /// The token sends a message in its own name; whether it was accepted.
    fn token_acts<Args: Encode, T>(&self, target: AccountId, message: Message<Args, T>, value: Balance) -> bool {
        let bytes = message.params().exec_input().encode();
        let message = self.to_token::<_, bool>("act", |input| input.push_arg(target).push_arg(bytes));
        self.chain.call(&self.who(STRANGER), message.transferred_value(value)).returned()
    }
}

/// The selector of a message that belongs to no trait.
fn selector(name: &str) -> Selector {
    let mut hash = [0; 32];
    Blake2x256::hash(name.as_bytes(), &mut hash);
    let [a, b, c, d, ..] = hash;
    Selector::new([a, b, c, d])
}

/// A message that ends in a trap, or an error: nothing on the chain has changed.
#[track_caller]
fn fails<Args: Encode, T: Decode + Debug>(
    bazaar: &Bazaar,
    who: &AccountId,
    message: Message<Args, Result<T, Error>>,
) -> Option<Error> {
    let before = bazaar.chain.state_hash();
    let error = match bazaar.chain.call(who, message).result {
        Ok(Ok(value)) => panic!("the message was accepted: {value:?}"),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    assert_eq!(bazaar.chain.state_hash(), before, "a failed message changed something");
    error
}

// A real token

#[test]
fn a_request_lives_its_whole_life_in_a_token() {
    let bazaar = Bazaar::honest();
    let (rita, market) = (bazaar.who(REQUESTER), bazaar.market_address);
    let quote = bazaar.chain.read(bazaar.market().quote(bazaar.spec())).unwrap();
    let (reward, review_fees) = (30 * UNIT, 3 * UNIT);
    let expected = Quote { reward, review_fees, protocol_fee: FEE, rent: 0, premium: 0, total: PRICE };
    assert_eq!(quote, expected);
    bazaar.approve(REQUESTER, PRICE + 7);
    let posted = bazaar.chain.call(&rita, bazaar.market().post(bazaar.spec(), 5 * UNIT));
    assert_eq!(posted.events::<RequestPosted>(), [RequestPosted { request: 0, requester: rita, quote }]);
    let request = posted.ok();
    assert_eq!((bazaar.has(rita), bazaar.has(market)), (PURSE - PRICE, PRICE), "just the price, whatever is allowed");
    assert_eq!(bazaar.chain.read(bazaar.coin().allowance(rita, market)), 7);
    assert_eq!((bazaar.credit_in_token("treasury"), bazaar.credit_in_token(REQUESTER)), (FEE, 0));

    let taken = bazaar.take_place("pia", request);
    let told = PlacesTaken { request, provider: account("pia"), places: 1, deposit: UNIT };
    assert_eq!(taken.events::<PlacesTaken>(), [told]);
    taken.ok();
    bazaar.submit("pia", request).ok();
    bazaar.take_place("paul", request).ok();
    assert_eq!((bazaar.has(account("pia")), bazaar.has(market)), (PURSE - UNIT, PRICE + 2 * UNIT));
    bazaar.is_balanced_in_token(request);

    bazaar.open_reviews(request);
    let scores: Vec<_> = ENFORCERS[..3].iter().map(|name| (*name, 60)).collect();
    bazaar.review(request, 0, &scores);
    bazaar.finalize(request, 0).ok();
    bazaar.settle(request).ok();
    assert_eq!(bazaar.claim(request, 0).ok(), 8 * UNIT);
    let report = bazaar.market().report_no_show(request, account("paul"));
    bazaar.chain.call(&bazaar.who(STRANGER), report).ok();
    let left = 33 * UNIT - 8 * UNIT - 3 * THIRD + UNIT;
    assert_eq!(bazaar.reclaim(request).ok(), left);
    bazaar.is_balanced_in_token(request);
    assert_eq!(bazaar.in_market(), 0, "nothing of it is the chain's own currency");

    let pia = bazaar.take_out("pia");
    let told = Withdrawn { who: account("pia"), asset: bazaar.asset(), amount: 9 * UNIT };
    assert_eq!(pia.events::<Withdrawn>(), [told]);
    assert_eq!(pia.ok(), 9 * UNIT);
    assert_eq!(bazaar.take_out("pia").err(), Error::NothingToWithdraw);
    assert_eq!(
        bazaar.withdraw("pia").err(),
        Error::NothingToWithdraw,
        "of the chain's own currency she has earned nothing"
    );
    for name in [REQUESTER, "treasury", "eva", "emil", "edda"] {
        bazaar.take_out(name).ok();
    }
    let gains = [("pia", 8 * UNIT), ("eva", THIRD), ("emil", THIRD), ("edda", THIRD), ("treasury", FEE)];
    for (name, gain) in gains {
        assert_eq!(bazaar.has(account(name)), PURSE + gain, "{name}");
    }
    assert_eq!(bazaar.has(account("paul")), PURSE - UNIT);
    assert_eq!(bazaar.has(rita), PURSE - PRICE + left);
    assert_eq!(bazaar.has(market), 0);
    assert!(bazaar.wind_up(request));
    bazaar.is_balanced_in_token(request);
}

#[test]
fn an_offer_in_a_token_takes_its_deposit_once_and_gives_it_back() {
    let bazaar = Bazaar::honest();
    let request = bazaar.post_in_token(|spec| spec.access = Access::Offers);
    let (pia, deliver_by) = (bazaar.who("pia"), bazaar.town.spec(request).deliver_by);
    let offer = |price| bazaar.market().offer(request, price, deliver_by, deliver_by, vec![]);
    assert_eq!(refused(&bazaar.chain, &pia, offer(9 * UNIT)), Error::TransferFailed, "nothing was allowed");
    bazaar.approve("pia", UNIT);
    bazaar.chain.call(&pia, offer(9 * UNIT)).ok();
    bazaar.chain.call(&pia, offer(8 * UNIT)).ok();
    assert_eq!(bazaar.has(pia), PURSE - UNIT);
    bazaar.is_balanced_in_token(request);
    let retracted = bazaar.chain.call(&pia, bazaar.market().retract_offer(request));
    assert_eq!(retracted.events::<OfferRetracted>(), [OfferRetracted { request, provider: pia, deposit: UNIT }]);
    retracted.ok();
    assert_eq!(bazaar.take_out("pia").ok(), UNIT);
    assert_eq!(bazaar.has(pia), PURSE);
    bazaar.is_balanced_in_token(request);

    let withdraw = bazaar.market().withdraw_request(request);
    assert_eq!(bazaar.chain.call(&bazaar.who(REQUESTER), withdraw).ok(), 33 * UNIT);
    assert_eq!(bazaar.take_out(REQUESTER).ok(), 33 * UNIT);
    bazaar.is_balanced_in_token(request);
}

#[test]
fn a_long_deal_is_paid_in_a_token_as_well() {
    let bazaar = Bazaar::honest();
    let rita = bazaar.who(REQUESTER);
    let mut spec = bazaar.spec();
    (spec.access, spec.limit, spec.reward) = (Access::Offers, 1, 10 * UNIT);
    let price = bazaar.chain.read(bazaar.market().quote_engagement(spec.clone(), 2, days(7))).unwrap().total;
    assert_eq!(price, 22 * UNIT + 11 * UNIT / 10);
    let engage = || bazaar.market().engage(spec.clone(), 2, days(7), 0, 1, 0);
    bazaar.approve(REQUESTER, price - 1);
    assert_eq!(refused(&bazaar.chain, &rita, engage()), Error::TransferFailed);
    bazaar.approve(REQUESTER, price);
    let request = bazaar.chain.call(&rita, engage()).ok();
    let deliver_by = bazaar.town.spec(request).deliver_by;
    bazaar.approve("pia", UNIT);
    bazaar
        .chain
        .call(&bazaar.who("pia"), bazaar.market().offer(request, 10 * UNIT, deliver_by, deliver_by, vec![]))
        .ok();
    bazaar.accept("pia", request, 10 * UNIT, deliver_by).ok();
    bazaar.submit("pia", request).ok();
    bazaar.is_balanced_in_token(request);
    assert!(bazaar.wind_up(request), "the second period is missed, which ends it");
    bazaar.is_balanced_in_token(request);
    assert_eq!(bazaar.take_out("pia").ok(), 5 * UNIT, "the unreviewed share of the first period");
    assert_eq!(bazaar.take_out(REQUESTER).ok(), 22 * UNIT - 5 * UNIT + UNIT, "the rest, and the deposit");
    bazaar.take_out("treasury").ok();
    assert_eq!((bazaar.has(bazaar.market_address), bazaar.in_market()), (0, 0));
}

#[test]
fn what_is_paid_in_a_token_takes_nothing_of_the_chains_own_currency() {
    let bazaar = Bazaar::honest();
    bazaar.approve(REQUESTER, PRICE);
    let post = bazaar.market().post(bazaar.spec(), UNIT).transferred_value(1);
    assert_eq!(refused(&bazaar.chain, &bazaar.who(REQUESTER), post), Error::ExcessPayment);
    let request = bazaar.post_in_token(|_| ());
    bazaar.approve("pia", UNIT);
    let signal = bazaar.market().signal(request, 1).transferred_value(1);
    assert_eq!(refused(&bazaar.chain, &bazaar.who("pia"), signal), Error::ExcessPayment);

    let request = bazaar.post_in_token(|spec| spec.access = Access::Offers);
    let deliver_by = bazaar.town.spec(request).deliver_by;
    let offer = || bazaar.market().offer(request, UNIT, deliver_by, deliver_by, vec![]);
    assert_eq!(refused(&bazaar.chain, &bazaar.who("pia"), offer().transferred_value(1)), Error::ExcessPayment);
    bazaar.chain.call(&bazaar.who("pia"), offer()).ok();
    let changed = offer().transferred_value(1);
    assert_eq!(refused(&bazaar.chain, &bazaar.who("pia"), changed), Error::ExcessPayment, "nor does a change of it");
}

#[test]
fn who_has_or_allows_too_little_of_a_token_is_refused() {
    let bazaar = Bazaar::honest();
    let rita = bazaar.who(REQUESTER);
    let post = || bazaar.market().post(bazaar.spec(), 0);
    assert_eq!(refused(&bazaar.chain, &rita, post()), Error::TransferFailed, "nothing is allowed");
    bazaar.approve(REQUESTER, PRICE - 1);
    assert_eq!(refused(&bazaar.chain, &rita, post()), Error::TransferFailed);
    bazaar.approve(REQUESTER, PRICE);
    bazaar.chain.call(&rita, bazaar.coin().transfer(account("pia"), PURSE - PRICE + 1, vec![])).ok();
    assert_eq!(refused(&bazaar.chain, &rita, post()), Error::TransferFailed, "one unit is missing");
    bazaar.chain.call(&bazaar.who("pia"), bazaar.coin().transfer(rita, 1, vec![])).ok();
    let request = bazaar.chain.call(&rita, post()).ok();
    assert_eq!(bazaar.has(rita), 0);
    let signal = bazaar.market().signal(request, 1);
    assert_eq!(refused(&bazaar.chain, &bazaar.who("pia"), signal), Error::TransferFailed);
}

#[test]
fn the_premium_in_a_token_is_bounded_by_what_the_requester_accepts() {
    let busy = Town::with(|settings| settings.policy.target_utilization_ppm = 200_000);
    let bazaar = Bazaar::with(busy, PSP22);
    bazaar.list(vec![bazaar.asset()], UNIT / 100);
    let quote = bazaar.chain.read(bazaar.market().quote(bazaar.spec())).unwrap();
    // Nine reviews for five days; half-way from the target to everything, it is as much again.
    let rent = 45 * UNIT / 100;
    assert_eq!((quote.rent, quote.premium, quote.total), (rent, rent, PRICE + 2 * rent));
    bazaar.approve(REQUESTER, PURSE);
    let post = |most| bazaar.market().post(bazaar.spec(), most);
    let rita = bazaar.who(REQUESTER);
    assert_eq!(refused(&bazaar.chain, &rita, post(quote.premium - 1)), Error::PremiumTooHigh);
    let request = bazaar.chain.call(&rita, post(quote.premium)).ok();
    assert_eq!(bazaar.has(rita), PURSE - quote.total);
    assert_eq!(bazaar.credit_in_token("treasury"), FEE + rent + quote.premium);
    bazaar.is_balanced_in_token(request);
}

#[test]
fn only_what_is_listed_can_be_paid_in_and_some_things_never_are() {
    let town = Town::new();
    let unlisted = RequestSpec { asset: Asset::Psp22(account("unlisted")), ..town.request_spec() };
    let asset = Error::InvalidRequest(RequestReason::Asset);
    assert_eq!(refused(&town.chain, &town.who(REQUESTER), town.market().post(unlisted, 0)), asset);
    for token in [town.market_address, town.reputation_address] {
        let assets = vec![AssetPolicy { asset: Asset::Psp22(token), min_review_fee: 1, rent: 0 }];
        let proposal = town.market().propose_policy(Policy { assets, ..brisk_policy() });
        let forbidden = Error::InvalidPolicy(PolicyReason::ForbiddenAsset);
        assert_eq!(refused(&town.chain, &town.manager, proposal), forbidden);
    }
}

#[test]
fn an_asset_that_is_listed_and_is_no_token_takes_nobodys_money() {
    let bazaar = Bazaar::honest();
    // An account without code, and a contract that is no token.
    for address in [account("nobody"), bazaar.obligation_address] {
        bazaar.list(vec![Asset::Native, Asset::Psp22(address)], 0);
        let spec = RequestSpec { asset: Asset::Psp22(address), ..bazaar.request_spec() };
        let told = fails(&bazaar, &bazaar.who(REQUESTER), bazaar.market().post(spec, 0));
        assert_eq!(told, Some(Error::TransferFailed));
    }
}

// Hostile ones

#[test]
fn a_token_that_delivers_less_than_was_asked_of_it_is_refused_whatever_it_says() {
    let bazaar = Bazaar::hostile();
    let rita = bazaar.who(REQUESTER);
    bazaar.approve(REQUESTER, PURSE);
    for mode in [Mode::Taxes, Mode::Idles] {
        bazaar.turn(mode);
        let told = refused(&bazaar.chain, &rita, bazaar.market().post(bazaar.spec(), 0));
        assert_eq!(told, Error::TokenShortfall, "{mode:?}");
    }
    bazaar.turn(Mode::Honest);
    let open = bazaar.post_in_token(|_| ());
    let by_offers = bazaar.post_in_token(|spec| spec.access = Access::Offers);
    let deliver_by = bazaar.town.spec(by_offers).deliver_by;
    bazaar.approve("pia", PURSE);
    for mode in [Mode::Taxes, Mode::Idles] {
        bazaar.turn(mode);
        let pia = bazaar.who("pia");
        let signal = bazaar.market().signal(open, 1);
        assert_eq!(refused(&bazaar.chain, &pia, signal), Error::TokenShortfall, "{mode:?}");
        let offer = bazaar.market().offer(by_offers, UNIT, deliver_by, deliver_by, vec![]);
        assert_eq!(refused(&bazaar.chain, &pia, offer), Error::TokenShortfall, "{mode:?}");
    }
    assert_eq!(bazaar.has(bazaar.market_address), 2 * PRICE);
}

#[test]
fn a_token_that_fails_in_whatever_way_leaves_no_half_of_a_payment_behind() {
    let bazaar = Bazaar::hostile();
    let rita = bazaar.who(REQUESTER);
    bazaar.approve(REQUESTER, PURSE);
    let fails_when_it = |mode| {
        bazaar.turn(mode);
        fails(&bazaar, &rita, bazaar.market().post(bazaar.spec(), 0))
    };
    for mode in [Mode::Refuses, Mode::Traps, Mode::Blinds] {
        assert_eq!(fails_when_it(mode), Some(Error::TransferFailed), "{mode:?}");
    }
    assert_eq!(fails_when_it(Mode::Floods), None, "without room for the answer the whole call ends");
    // A token that takes all the gas leaves the market hardly any to say why, or none.
    let told = fails_when_it(Mode::Spins);
    assert!(matches!(told, None | Some(Error::TransferFailed)), "{told:?}");
}

/// A request in a token whose verdicts are given, and one in the chain's own currency beside it.
fn judged(bazaar: &Bazaar) -> (RequestId, RequestId) {
    let (in_token, native) = (bazaar.post_in_token(|spec| spec.limit = 2), bazaar.post_with(|spec| spec.limit = 2));
    bazaar.deliver_for_token("pia", in_token);
    bazaar.deliver("pia", native);
    for request in [in_token, native] {
        bazaar.open_reviews(request);
    }
    bazaar.until_open_to_all(native, 0);
    for request in [in_token, native] {
        for name in &ENFORCERS[..3] {
            bazaar.commit(name, request, 0, 80).ok();
        }
    }
    bazaar.until_commits_close(native, 0);
    for request in [in_token, native] {
        for name in &ENFORCERS[..3] {
            bazaar.reveal(name, request, 0, 80).ok();
        }
    }
    (in_token, native)
}

#[test]
fn a_token_that_fails_keeps_nobody_from_anything_but_itself() {
    for mode in [Mode::Refuses, Mode::Traps, Mode::Blinds, Mode::Spins, Mode::Floods, Mode::Taxes, Mode::Idles] {
        let bazaar = Bazaar::hostile();
        let (in_token, native) = judged(&bazaar);
        bazaar.turn(mode);
        for request in [in_token, native] {
            assert!(bazaar.wind_up(request), "{mode:?}: upkeep asks nothing of a token");
        }
        bazaar.assert_balanced(&[], &[]);
        let owed = 15 * UNIT + UNIT;
        assert_eq!((bazaar.credit_in_token("pia"), bazaar.credit("pia")), (owed, owed));
        bazaar.cash_out();
        assert_eq!(bazaar.in_market(), 0, "{mode:?}: the chain's own currency is all paid out");

        let pia = bazaar.who("pia");
        let withdraw = || bazaar.market().withdraw(bazaar.asset());
        match mode {
            Mode::Blinds | Mode::Taxes | Mode::Idles => {
                // What the token does with what it is told to pay is between it and whoever is paid.
                assert_eq!(bazaar.take_out("pia").ok(), owed, "{mode:?}");
                assert_eq!(bazaar.credit_in_token("pia"), 0);
            }
            _ => {
                let told = fails(&bazaar, &pia, withdraw());
                assert!(told.is_none() || told == Some(Error::TransferFailed), "{mode:?}: {told:?}");
                assert_eq!(bazaar.credit_in_token("pia"), owed, "{mode:?}: the credit stands");
                bazaar.turn(Mode::Honest);
                assert_eq!(bazaar.take_out("pia").ok(), owed);
                assert_eq!(bazaar.has(pia), PURSE - UNIT + owed);
            }
        }
        assert_eq!(refused(&bazaar.chain, &pia, withdraw()), Error::NothingToWithdraw);
    }
}

#[test]
fn a_token_that_lies_about_balances_cheats_only_those_who_are_paid_in_it() {
    let bazaar = Bazaar::hostile();
    bazaar.turn(Mode::Lies);
    let worthless = bazaar.post_in_token(|_| ());
    assert_eq!(bazaar.has(account(REQUESTER)), PURSE + PRICE, "it says that there is more, and nothing has moved");
    let native = bazaar.post();
    bazaar.deliver("paul", native);
    bazaar.turn(Mode::Honest);
    let withdraw = bazaar.market().withdraw(bazaar.asset());
    assert_eq!(refused(&bazaar.chain, &bazaar.treasury, withdraw), Error::TransferFailed, "there is none");
    assert_eq!(bazaar.credit_in_token("treasury"), FEE);
    for request in [worthless, native] {
        assert!(bazaar.wind_up(request));
    }
    bazaar.assert_balanced(&[], &[]);
    assert_eq!(bazaar.credit("paul"), 6 * UNIT);
    bazaar.cash_out();
    assert_eq!(bazaar.in_market(), 0);
}

// Re-entering

/// The token itself makes offers in both assets and takes them back: the market owes it a UNIT of each.
fn token_with_credits(bazaar: &Bazaar) -> [RequestId; 2] {
    let (token, market) = (bazaar.token, bazaar.market_address);
    let issuer = bazaar.who("issuer");
    bazaar.chain.call(&issuer, bazaar.coin().transfer(token, 10 * UNIT, vec![])).ok();
    assert!(bazaar.token_acts(token, bazaar.coin().approve(market, UNIT), 0));
    let by_offers = |spec: &mut RequestSpec| (spec.access, spec.limit) = (Access::Offers, 1);
    let requests = [bazaar.post_in_token(by_offers), bazaar.post_with(by_offers)];
    for (request, value) in requests.into_iter().zip([0, UNIT]) {
        let deliver_by = bazaar.town.spec(request).deliver_by;
        let offer = bazaar.market().offer(request, UNIT, deliver_by, deliver_by, vec![]);
        assert!(bazaar.token_acts(market, offer, value));
        assert!(bazaar.token_acts(market, bazaar.market().retract_offer(request), 0));
    }
    for asset in [bazaar.asset(), Asset::Native] {
        assert_eq!(bazaar.chain.read(bazaar.market().credit(asset, token)), Ok(UNIT));
    }
    requests
}

#[test]
fn a_token_that_reenters_the_market_while_it_is_paid_out_takes_nothing_twice() {
    let bazaar = Bazaar::hostile();
    let [request, _] = token_with_credits(&bazaar);
    let (token, market) = (bazaar.token, bazaar.market_address);
    let credit = |asset| bazaar.chain.read(bazaar.market().credit(asset, token)).unwrap();
    let in_market = || (bazaar.has(market), bazaar.in_market());
    let before = in_market();
    bazaar.turn(Mode::Strikes);
    let deliver_by = bazaar.town.spec(request).deliver_by;
    let calls = || MarketCalls::from(market);
    for asset in [bazaar.asset(), Asset::Native] {
        bazaar.load(market, calls().withdraw(asset));
        let paid = bazaar.token_acts(market, calls().withdraw(bazaar.asset()), 0);
        assert_eq!((paid, in_market()), (false, before), "the market is not entered twice, and nothing is paid");
        assert_eq!((credit(bazaar.asset()), credit(Asset::Native)), (UNIT, UNIT), "the credits stand");
    }
    bazaar.load(market, calls().offer(request, UNIT, deliver_by, deliver_by, vec![]));
    assert!(!bazaar.token_acts(market, calls().withdraw(bazaar.asset()), 0));
    assert_eq!((in_market(), bazaar.strikes().1), (before, 0), "no strike has hit");

    bazaar.turn(Mode::Honest);
    for _ in 0..2 {
        for asset in [bazaar.asset(), Asset::Native] {
            bazaar.token_acts(market, calls().withdraw(asset), 0);
        }
    }
    assert_eq!(in_market(), (before.0 - UNIT, before.1 - UNIT), "each is paid once");
    assert_eq!((credit(bazaar.asset()), credit(Asset::Native)), (0, 0));
}

#[test]
fn a_token_that_reenters_the_market_while_it_is_paid_in_pays_for_nothing_twice() {
    let bazaar = Bazaar::hostile();
    let requests = token_with_credits(&bazaar);
    let (token, market) = (bazaar.token, bazaar.market_address);
    bazaar.approve(REQUESTER, PURSE);
    assert!(bazaar.token_acts(token, bazaar.coin().approve(market, PURSE), 0));
    bazaar.turn(Mode::Strikes);
    let rita = bazaar.who(REQUESTER);
    let post = || bazaar.market().post(bazaar.spec(), 0);
    let tried = [
        fails_when_loaded(&bazaar, &rita, bazaar.market().withdraw(bazaar.asset()), post()),
        fails_when_loaded(&bazaar, &rita, bazaar.market().withdraw(Asset::Native), post()),
        fails_when_loaded(&bazaar, &rita, bazaar.market().post(bazaar.spec(), 0), post()),
        fails_when_loaded(&bazaar, &rita, bazaar.market().retract_offer(requests[0]), post()),
    ];
    assert_eq!(tried, [Some(Error::TransferFailed); 4]);

    // What it does to others meanwhile is its own affair.
    bazaar.load(bazaar.obligation_address, bazaar.obligation().evaluate(bazaar.pool, account("eva")));
    bazaar.chain.call(&rita, post()).ok();
    assert_eq!(bazaar.strikes(), (1, 1));
}

fn fails_when_loaded<Args: Encode, T>(
    bazaar: &Bazaar,
    who: &AccountId,
    strike: Message<Args, T>,
    message: Message<impl Encode, Result<RequestId, Error>>,
) -> Option<Error> {
    bazaar.load(bazaar.market_address, strike);
    fails(bazaar, who, message)
}
