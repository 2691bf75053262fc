//! The worked examples of `docs/obligation.md` and `docs/reputation.md`, played on the real contracts. Every row of
//! their tables is written from what the chain says and must stand on the page just so: page and chain cannot drift.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use chain::{account, build, constructor, days, Chain, Message, ReputationCalls, RoleCalls, UNIT};
use e2e_tests::{People, Town, ENDOWMENT};
use ink::primitives::AccountId;
use interfaces::{
    obligation::{self, MemberState, Membership, Rate, Schedule, Seated, Standing, StandingChanged, Terms, OP},
    reputation::{self, Effect, MintReason, Transfer},
    roles, Balance, Obligation as _, PoolId, Reputation as _, Timestamp,
};
use pendzl::contracts::access_control::{AccessControl as _, AccessControlError, RoleType};
use scale::Encode;
use std::{fs, path::Path};

/// Reviews that each op of the examples asks for.
const REVIEWS: u32 = 3;

/// A page of the documentation.
struct Page(String);

impl Page {
    fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
        Self(fs::read_to_string(path).expect("a page"))
    }

    /// The page says this, wherever its lines break.
    #[track_caller]
    fn says(&self, words: &str) {
        let flowing = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flowing(&self.0).contains(&flowing(words)), "the page does not say: {words}");
    }

    /// The page has a table of just these rows, below some header.
    #[track_caller]
    fn shows(&self, rows: &[String]) {
        let table = format!("---: |\n{}\n\n", rows.join("\n"));
        assert!(self.0.contains(&table), "the page lacks this table:\n{}", rows.join("\n"));
    }
}

fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Ops as people write them, `7.5` for 7,500,000 micro-operations.
fn ops(micro: u128) -> String {
    let (whole, rest) = (micro / OP, micro % OP);
    format!("{whole}.{rest:06}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Amounts and fractions as people write them, `500,000`.
fn grouped(amount: u128) -> String {
    match amount / 1_000 {
        0 => amount.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), amount % 1_000),
    }
}

fn in_days(time: Timestamp) -> String {
    match time / days(1) {
        1 => "1 day".to_owned(),
        number => format!("{number} days"),
    }
}

// docs/obligation.md

/// The terms of the example.
fn terms() -> Terms {
    Terms {
        denominator: 10,
        epoch: days(7),
        retention_ppm: 500_000,
        throttle_buffer: 3,
        ban_buffer: 6,
        rate: Rate::Fixed,
        min_reviews: 3,
        presence: 0,
        pace: 0,
        credit_cap: u32::MAX,
        seats: 2,
        min_reputation: 100,
        bond: 50,
        healthy_limit: 3,
        throttled_limit: 2,
        slash_ppm: 100_000,
        keeper_reward: 20,
        restore_price: 5,
        cooldown: days(7),
        min_freeze: days(1),
        freeze_interval: days(30),
        notice: days(7),
    }
}

/// A pool of Olga's, and the reputation of those who might work there.
struct Workshop {
    town: Town,
    pool: PoolId,
    opened: Timestamp,
}

impl People for Workshop {
    fn chain(&self) -> &Chain {
        &self.town.chain
    }
}

impl Workshop {
    fn open(terms: Terms, members: &[&str]) -> Self {
        let town = Town::unstaffed(|settings| {
            settings.founders.extend(members.iter().map(|name| (account(name), ENDOWMENT)));
        });
        let olga = town.who("olga");
        let grant = town.roles_in(town.obligation_address).grant_role(roles::OPERATOR, Some(olga));
        town.chain.call(&town.manager, grant).ok();
        let opened = town.chain.now();
        let pool = town.chain.call(&olga, town.obligation().open_pool(terms, Schedule::default())).ok();
        Self { town, pool, opened }
    }

    fn enlist(&self, name: &str) {
        self.send(name, self.town.obligation().enlist(self.pool)).ok();
    }

    fn see(&self, ops: u32) {
        self.send("olga", self.town.obligation().record_seen(self.pool, ops, REVIEWS)).ok();
    }

    fn until_day(&self, day: u64) {
        self.town.chain.pass_until(self.opened + days(day));
    }

    fn member(&self, name: &str) -> Membership {
        self.town.chain.read(self.town.obligation().membership(self.pool, account(name))).expect("a member")
    }

    /// What the page tells of `name` at this moment.
    fn tell(&self, name: &str, event: &str) -> String {
        let now = self.member(name);
        row(&[
            ((self.town.chain.now() - self.opened) / days(1)).to_string(),
            event.to_owned(),
            format!("{:?}", now.state),
            ops(now.seen),
            ops(now.declared),
            ops(now.required),
            ops(now.deficit),
            format!("{:?}", now.standing),
            self.town.profile(name).available.to_string(),
        ])
    }
}

#[test]
fn the_terms_of_the_example_are_those_that_the_page_explains() {
    let page = Page::read("obligation.md");
    // A new term has to be explained as well.
    let Terms {
        denominator,
        epoch,
        retention_ppm,
        throttle_buffer,
        ban_buffer,
        rate,
        min_reviews,
        presence,
        pace,
        credit_cap,
        seats,
        min_reputation,
        bond,
        healthy_limit,
        throttled_limit,
        slash_ppm,
        keeper_reward,
        restore_price,
        cooldown,
        min_freeze,
        freeze_interval,
        notice,
    } = terms();
    let explained = [
        ("denominator", denominator.to_string()),
        ("epoch", in_days(epoch)),
        ("retention_ppm", grouped(retention_ppm.into())),
        ("throttle_buffer", throttle_buffer.to_string()),
        ("ban_buffer", ban_buffer.to_string()),
        ("rate", format!("`{rate:?}`")),
        ("min_reviews", min_reviews.to_string()),
        ("presence", presence.to_string()),
        ("pace", pace.to_string()),
        ("credit_cap", grouped(credit_cap.into())),
        ("seats", seats.to_string()),
        ("min_reputation", min_reputation.to_string()),
        ("bond", bond.to_string()),
        ("healthy_limit", healthy_limit.to_string()),
        ("throttled_limit", throttled_limit.to_string()),
        ("slash_ppm", grouped(slash_ppm.into())),
        ("keeper_reward", keeper_reward.to_string()),
        ("restore_price", restore_price.to_string()),
        ("cooldown", in_days(cooldown)),
        ("min_freeze", in_days(min_freeze)),
        ("freeze_interval", in_days(freeze_interval)),
        ("notice", in_days(notice)),
    ];
    for (term, value) in explained {
        let beginning = format!("| `{term}` | {value} |");
        assert!(page.0.lines().any(|line| line.starts_with(&beginning)), "the page lacks: {beginning}");
    }
}

#[test]
fn the_lives_of_mia_and_noa_are_as_the_page_tells_them() {
    let page = Page::read("obligation.md");
    let shop = Workshop::open(terms(), &["mia", "noa", "wim"]);
    let (calls, pool) = (|| shop.town.obligation(), shop.pool);
    let (mut mia, mut noa) = (Vec::new(), Vec::new());

    ["mia", "noa", "wim"].into_iter().for_each(|name| shop.enlist(name));
    mia.push(shop.tell("mia", "enlists: a seat is free, the bond is locked"));
    noa.push(shop.tell("noa", "enlists as well"));
    assert_eq!(shop.member("wim").state, MemberState::Waiting);
    shop.see(40);
    mia.push(shop.tell("mia", "40 ops are seen"));
    noa.push(shop.tell("noa", "40 ops are seen"));
    shop.send("olga", calls().commit(pool, account("mia"), 1)).ok();
    mia.push(shop.tell("mia", "commits to one: it counts as declared"));
    let done = obligation::Outcome { who: account("mia"), declared: 1, released: 1 };
    shop.send("olga", calls().resolve(pool, vec![done])).ok();
    mia.push(shop.tell("mia", "has done it: one op declared, the commitment closed"));

    shop.until_day(7);
    mia.push(shop.tell("mia", "an epoch is over: half of both counters is left"));
    noa.push(shop.tell("noa", "an epoch is over"));
    assert_eq!(shop.refused("mia", calls().freeze()), obligation::Error::Deficit);
    assert_eq!(shop.refused("mia", calls().resign(pool)), obligation::Error::Deficit);
    assert_eq!(shop.refused("mia", calls().restore(pool, 2)), obligation::Error::BeyondDeficit);
    shop.send("mia", calls().restore(pool, 1)).ok();
    mia.push(shop.tell("mia", "restores the op that is missing, for 5 points"));
    let rest = shop.send("mia", calls().freeze());
    assert_eq!(rest.events::<Seated>(), [Seated { pool, who: account("wim") }]);
    rest.ok();
    mia.push(shop.tell("mia", "freezes: Wim, first in line, takes the seat"));
    shop.see(60);
    mia.push(shop.tell("mia", "60 ops are seen, but not by her"));
    noa.push(shop.tell("noa", "60 ops are seen: too much is missing"));
    let wim = shop.member("wim");
    assert_eq!((wim.standing, wim.deficit), (Standing::Throttled, 6_000_000));
    page.says("Wim has seen only the 60, misses 6, and is Throttled");
    assert_eq!(shop.refused("noa", calls().restore(pool, 1)), obligation::Error::Banned);

    shop.until_day(8);
    shop.send("mia", calls().unfreeze()).ok();
    mia.push(shop.tell("mia", "comes back, to the end of the line"));
    let judged = shop.send("kay", calls().evaluate(pool, account("noa")));
    let changes = judged.events::<StandingChanged>();
    let [StandingChanged { bond_burnt, slashed, reward, .. }] = changes[..] else { panic!("one ban, not {changes:?}") };
    assert_eq!(judged.ok(), Standing::Banned);
    assert_eq!(shop.town.profile("kay").owed, reward);
    page.says(&format!("the bond of {bond_burnt} is burnt, a tenth of the other 450 ({slashed}) is slashed"));
    page.says(&format!("and Kay is owed {reward}"));
    mia.push(shop.tell("mia", "Kay has Noa judged: Mia gets the seat"));
    noa.push(shop.tell("noa", "Kay has Noa judged"));

    shop.until_day(14);
    mia.push(shop.tell("mia", "a second epoch is over"));
    let wim = shop.member("wim");
    assert_eq!((wim.standing, wim.deficit), (Standing::Healthy, 3_000_000));
    page.says("By day 14 half of that has faded, and Wim, missing 3, is Healthy again without having done anything.");
    shop.send("mia", calls().resign(pool)).ok();
    mia.push(shop.tell("mia", "resigns: the bond is hers again"));
    assert_eq!(shop.refused("mia", calls().enlist(pool)), obligation::Error::CoolingDown);
    let reinstate = || calls().reinstate(pool, account("noa"));
    assert_eq!(shop.refused("manager", reinstate()), obligation::Error::CoolingDown);
    shop.until_day(15);
    let noas = shop.town.profile("noa").available;
    let burnt = shop.town.chain.dry_run(&account("noa"), calls().redeem(pool)).ok();
    page.says(&format!("so it would burn {burnt} and leave {}", noas - burnt));
    shop.send("manager", reinstate()).ok();
    noa.push(shop.tell("noa", "the manager lifts the ban"));
    shop.until_day(21);
    shop.enlist("mia");
    mia.push(shop.tell("mia", "enlists again: the ledger goes on where it stopped"));

    page.shows(&mia);
    page.shows(&noa);
}

#[test]
fn a_fair_share_weighs_what_the_page_says() {
    let page = Page::read("obligation.md");
    let members = ["m1", "m2", "m3", "m4", "m5", "m6"];
    let rate = Rate::FairShare { diligence_ppm: 500_000 };
    let shop = Workshop::open(Terms { rate, seats: 6, ..terms() }, &members);
    let mut rows = Vec::new();
    for (active, name) in (1_u32..).zip(members) {
        shop.enlist(name);
        if ![1, 2, 3, 6].contains(&active) {
            continue;
        }
        let before = shop.member("m1").seen;
        shop.see(1);
        rows.push(row(&[active.to_string(), ops(shop.member("m1").seen - before)]));
    }
    page.shows(&rows);
}

// docs/reputation.md

/// A reputation contract whose minters and lockers are plain accounts, in the places of the other two contracts.
struct Token {
    chain: Chain,
    address: AccountId,
    founded: Timestamp,
}

impl People for Token {
    fn chain(&self) -> &Chain {
        &self.chain
    }
}

impl Token {
    fn found(tiers: &[Balance], epoch: Timestamp, notice: Timestamp) -> Self {
        let chain = Chain::new();
        let new = constructor("new")
            .push_arg(Some("Atomic Reputation"))
            .push_arg(Some("ATOM-REP"))
            .push_arg(tiers)
            .push_arg(epoch)
            .push_arg(notice);
        chain.fund(&account("manager"), 1_000 * UNIT);
        let contract = &build::contracts().expect("the contracts build").reputation;
        let address = chain.deploy(contract, new, &account("manager"), 0).returned();
        let founded = chain.now();
        Self { chain, address, founded }
    }

    fn calls(&self) -> ReputationCalls {
        self.address.into()
    }

    fn grant(&self, role: RoleType, name: &str) -> Message<impl Encode, Result<(), AccessControlError>> {
        RoleCalls::from(self.address).grant_role(role, Some(account(name)))
    }

    fn until_day(&self, day: u64) {
        self.chain.pass_until(self.founded + days(day));
    }

    /// What the page tells of Ana at this moment.
    fn tell(&self, event: &str) -> String {
        let ana = self.chain.read(self.calls().profile(account("ana")));
        assert_eq!(ana.balance, ana.earned - ana.spent - ana.slashed);
        let day = (self.chain.now() - self.founded) / days(1);
        let amounts = [ana.balance, ana.locked, ana.available, ana.owed, ana.earned, ana.spent, ana.slashed];
        let mut cells = vec![day.to_string(), event.to_owned()];
        cells.extend(amounts.map(|amount| amount.to_string()));
        cells.push(self.chain.read(self.calls().tier(account("ana"))).to_string());
        row(&cells)
    }
}

#[test]
fn the_points_of_ana_go_as_the_page_tells_it() {
    let page = Page::read("reputation.md");
    let (tiers, cap) = ([100, 500, 2_000], 100);
    let token = Token::found(&tiers, days(1), days(7));
    page.says("with tiers at 100, 500 and 2,000, a mint cap of 100 a day and a notice of 7 days");
    let staff = [
        ("market", [roles::MINTER, roles::LOCKER, roles::SLASHER, roles::SPENDER].as_slice()),
        ("pool", &[roles::LOCKER, roles::SLASHER, roles::FREEZER]),
    ];
    for (name, role) in staff.into_iter().flat_map(|(name, roles)| roles.iter().map(move |role| (name, *role))) {
        token.send("manager", token.grant(role, name)).ok();
    }
    token.send("manager", token.calls().set_mint_cap(account("market"), cap)).ok();
    let (ana, mut rows) = (account("ana"), Vec::new());
    let endow = || token.calls().endow(vec![(ana, 600)]);
    let claim = || token.calls().claim_reputation(ana);

    token.send("manager", endow()).ok();
    token.send("manager", token.calls().seal()).ok();
    rows.push(token.tell("is endowed with 600, and the manager seals"));
    assert_eq!(token.refused("manager", endow()), reputation::Error::Sealed);
    token.send("pool", token.calls().lock(ana, 50)).ok();
    rows.push(token.tell("enlists: the pool locks a bond of 50"));
    token.send("market", token.calls().lock(ana, 70)).ok();
    rows.push(token.tell("takes a place: the market locks a bond of 70"));
    token.send("market", token.calls().owe(ana, 130, MintReason::Delivery)).ok();
    rows.push(token.tell("delivers: the market owes 130"));
    let claimed = token.send("kay", claim());
    assert_eq!(claimed.events::<Transfer>(), [Transfer { from: None, to: Some(ana), value: cap }]);
    assert_eq!(claimed.ok(), cap);
    rows.push(token.tell("Kay claims for her: the cap lets 100 through"));
    assert_eq!(token.refused("ana", claim()), reputation::Error::MintCapReached);

    token.until_day(1);
    token.send("ana", claim()).ok();
    rows.push(token.tell("claims the rest"));
    token.send("market", token.calls().spend(ana, 10)).ok();
    rows.push(token.tell("takes a place that costs 10: the market spends them"));
    token.send("ana", token.calls().burn(20)).ok();
    rows.push(token.tell("burns 20 of her own"));
    assert_eq!(token.send("market", token.calls().slash(ana, 100)).ok(), 100);
    rows.push(token.tell("the market slashes 100: its own lock of 70, then 30"));
    token.send("pool", token.calls().freeze(ana)).ok();
    rows.push(token.tell("rests: the pool freezes her account"));
    token.send("market", token.calls().owe(ana, 40, MintReason::Review)).ok();
    rows.push(token.tell("a review of before is settled: the market owes 40"));
    assert_eq!(token.refused("ana", claim()), reputation::Error::Frozen);
    assert_eq!(token.refused("ana", token.calls().burn(1)), reputation::Error::Frozen);
    let ban = vec![Effect::Slash { who: ana, amount: 50 }, Effect::SlashShare { who: ana, ppm: 100_000 }];
    assert_eq!(token.send("pool", token.calls().apply(ban)).ok(), [50, 55]);
    rows.push(token.tell("the pool slashes its bond of 50 and a tenth of the other 550"));
    token.send("pool", token.calls().unfreeze(ana)).ok();
    rows.push(token.tell("comes back"));
    token.send("ana", claim()).ok();
    rows.push(token.tell("claims what she is owed"));
    page.shows(&rows);

    let grant = || token.grant(roles::MINTER, "newcomer");
    assert_eq!(token.refused("manager", grant()), AccessControlError::InvalidCaller);
    token.send("manager", token.calls().propose_minter(account("newcomer"))).ok();
    token.until_day(7);
    assert_eq!(token.refused("manager", grant()), AccessControlError::InvalidCaller);
    token.until_day(8);
    token.send("manager", grant()).ok();
    page.says("A minter announced on day 1 is refused the role on day 7, as `InvalidCaller`, and granted it on day 8.");
}
